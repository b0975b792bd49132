-- A comparison of what is grouped by is true of all rows of a group, or of none.
SELECT thread_id, count(*) FROM openai.assistants.runs GROUP BY thread_id HAVING thread_id = 't1' AND count(*) > 2;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: thread_id, count_star()

SELECT thread_id AS t, count(*) FROM openai.assistants.runs GROUP BY ALL HAVING t IN ('t1', 't2');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: t, count_star()

SELECT status, count(*) FROM openai.assistants.runs GROUP BY CUBE (thread_id, status) HAVING thread_id = 't1' OR (thread_id = 't2' AND status = 'failed');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: status, count_star()

SELECT o.owner, count(*) FROM owners o JOIN openai.assistants.runs r USING (thread_id) GROUP BY o.owner HAVING o.owner = 'bo';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: owner, count_star()

-- Behind window functions, what they divide rows by.
SELECT id, row_number() OVER (PARTITION BY thread_id ORDER BY created_at DESC) AS n FROM openai.assistants.runs QUALIFY thread_id = 't1' AND n = 1;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=1&order=desc
--   n = 1 needs no more than 1 row of each call: order = desc, limit = 1
-- columns: id, n

SELECT id, count(*) OVER (w ORDER BY id) FROM openai.assistants.runs WINDOW w AS (PARTITION BY status, thread_id) QUALIFY thread_id = 't1' AND row_number() OVER W = 1;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id, count() OVER (PARTITION BY status, thread_id ORDER BY id)

-- By nothing else.
SELECT id, row_number() OVER (ORDER BY created_at DESC) AS n FROM openai.assistants.runs QUALIFY thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition in QUALIFY is applied to what is made of all rows, unless it compares what divides them; repeat it in WHERE.
--
-- LINE 1: … id, row_number() OVER (ORDER BY created_at DESC) AS n FROM openai.assistants.runs QUALIFY…
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- In the row of all threads it is NULL.
SELECT thread_id, count(*) FROM openai.assistants.runs GROUP BY ROLLUP (thread_id) HAVING thread_id = 't1' OR thread_id IS NULL;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition in HAVING is applied to what is made of all rows, unless it compares what divides them; repeat it in WHERE.
--
-- LINE 1: SELECT thread_id, count(*) FROM openai.assistants.runs GROUP BY ROLLUP (thread_id) HAVING …
--                                         ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- A name of what is selected goes before a column's where groups have no such column.
SELECT max(thread_id) AS thread_id FROM openai.assistants.runs GROUP BY status HAVING thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition in HAVING is applied to what is made of all rows, unless it compares what divides them; repeat it in WHERE.
--
-- LINE 1: SELECT max(thread_id) AS thread_id FROM openai.assistants.runs GROUP BY status HAVING thre…
--                                                 ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- Not every side of OR.
SELECT thread_id, id FROM openai.assistants.runs GROUP BY ALL HAVING thread_id = 't1' OR id = 'r1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- Not every side of OR says which values are meant.
--
-- LINE 1: SELECT thread_id, id FROM openai.assistants.runs GROUP BY ALL HAVING thread_id = 't1' OR i…
--                                   ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- A query that names nothing from around it has one result for all groups.
SELECT thread_id, count(*) FROM openai.assistants.runs GROUP BY thread_id HAVING thread_id IN (SELECT thread_id FROM of_ann);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from of_ann.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: thread_id, count_star()

SELECT thread_id, count(*) FROM openai.assistants.runs GROUP BY thread_id HAVING thread_id = (SELECT min(thread_id) FROM owners);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from (SELECT min(thread_id) FROM owners))
--   GET /threads/t1/runs?limit=100
-- columns: thread_id, count_star()

SELECT r.thread_id, count(*) FROM openai.assistants.runs r GROUP BY r.thread_id HAVING r.thread_id IN (SELECT o.thread_id FROM owners o WHERE o.thread_id = r.thread_id);
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition in HAVING is applied to what is made of all rows, unless it compares what divides them; repeat it in WHERE.
--
-- LINE 1: SELECT r.thread_id, count(*) FROM openai.assistants.runs r GROUP BY r.thread_id HAVING r.t…
--                                           ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT thread_id, count(*) FROM openai.assistants.runs GROUP BY thread_id HAVING NOT (thread_id <> 't1') AND (thread_id = 't1') IS TRUE;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: thread_id, count_star()

-- That a group has a value makes a LEFT JOIN an inner one.
SELECT r.thread_id, count(*) FROM openai.assistants.runs r LEFT JOIN owners o ON o.thread_id = r.thread_id GROUP BY r.thread_id, o.thread_id HAVING o.thread_id IS NOT NULL;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: thread_id, count_star()

SELECT r.id FROM openai.assistants.runs r LEFT JOIN owners o USING (thread_id) QUALIFY rank() OVER (PARTITION BY o.thread_id ORDER BY r.id) < 3 AND o.thread_id IS NOT NULL;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- No row of the API is without what every method requires, but the row of all groups is.
SELECT thread_id, count(*) FROM openai.assistants.runs GROUP BY thread_id HAVING thread_id = 't1' OR thread_id IS NULL;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: thread_id, count_star()

SELECT thread_id, count(*) FROM openai.assistants.runs GROUP BY ROLLUP (thread_id) HAVING thread_id = 't1' OR thread_id IS NULL;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition in HAVING is applied to what is made of all rows, unless it compares what divides them; repeat it in WHERE.
--
-- LINE 1: SELECT thread_id, count(*) FROM openai.assistants.runs GROUP BY ROLLUP (thread_id) HAVING …
--                                         ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
