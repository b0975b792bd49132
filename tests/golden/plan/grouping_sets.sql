-- A row in which the column has a value is of no other rows: where it is not grouped by it, it is NULL.
SELECT * FROM (SELECT thread_id, status, count(*) FROM openai.assistants.runs GROUP BY ROLLUP (thread_id, status)) WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: thread_id, status, count_star()

SELECT * FROM (SELECT thread_id AS k, status, GROUPING(thread_id) FROM openai.assistants.runs GROUP BY CUBE (k, status)) WHERE k IN ('t1', 't2', NULL);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: k, status, GROUPING(thread_id)

SELECT o.owner, w.n FROM owners o LEFT JOIN (SELECT thread_id, count(*) AS n FROM openai.assistants.runs GROUP BY GROUPING SETS ((thread_id), ())) w USING (thread_id);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner, n

-- A pattern is asked of the values.
SELECT * FROM (SELECT thread_id, count(*) FROM openai.assistants.runs GROUP BY ROLLUP (thread_id)) WHERE thread_id IN ('t1', 't2') AND thread_id LIKE '%2';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from the statement)
--   GET /threads/t2/runs?limit=100
-- columns: thread_id, count_star()

-- Both have a value in the rows that matter, as no row has that is grouped by one of them.
SELECT * FROM (SELECT thread_id, id, count(*) FROM openai.assistants.runs GROUP BY GROUPING SETS ((thread_id), (id), (thread_id, id))) WHERE thread_id = 't1' AND id = 'r1';
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: thread_id, id, count_star()

-- A window function has to divide the rows by it as well.
SELECT * FROM (SELECT thread_id, status, sum(count(*)) OVER (PARTITION BY thread_id) FROM openai.assistants.runs GROUP BY ROLLUP (thread_id, status)) WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: thread_id, status, sum(count_star()) OVER (PARTITION BY thread_id)

-- The row of all threads has NULL.
SELECT * FROM (SELECT thread_id, count(*) FROM openai.assistants.runs GROUP BY ROLLUP (thread_id)) WHERE thread_id = 't1' OR thread_id IS NULL;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition outside a query with GROUPING SETS cannot be applied before it; repeat it inside. Not every side of OR says which values are meant.
--
-- LINE 1: SELECT * FROM (SELECT thread_id, count(*) FROM openai.assistants.runs GROUP BY ROLLUP (thr…
--                                                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT * FROM (SELECT thread_id, count(*) FROM openai.assistants.runs GROUP BY ROLLUP (thread_id)) WHERE thread_id IS NOT DISTINCT FROM NULL;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition outside a query with GROUPING SETS cannot be applied before it; repeat it inside.
--
-- LINE 1: SELECT * FROM (SELECT thread_id, count(*) FROM openai.assistants.runs GROUP BY ROLLUP (thr…
--                                                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT * FROM (SELECT thread_id, count(*) FROM openai.assistants.runs GROUP BY ROLLUP (thread_id)) WHERE coalesce(thread_id, 't1') = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition outside a query with GROUPING SETS cannot be applied before it; repeat it inside. A condition on an expression of a column does not say which values the column has; compare the column itself.
--
-- LINE 1: SELECT * FROM (SELECT thread_id, count(*) FROM openai.assistants.runs GROUP BY ROLLUP (thr…
--                                                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- So may a row of one run be: in those, of all threads, thread_id is NULL.
SELECT * FROM (SELECT thread_id, id, count(*) FROM openai.assistants.runs GROUP BY CUBE (thread_id, id)) WHERE thread_id = 't1' OR id = 'r1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition outside a query with GROUPING SETS cannot be applied before it; repeat it inside. Not every side of OR says which values are meant.
--
-- LINE 1: SELECT * FROM (SELECT thread_id, id, count(*) FROM openai.assistants.runs GROUP BY CUBE (t…
--                                                            ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
