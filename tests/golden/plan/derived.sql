SELECT id FROM (SELECT * FROM openai.assistants.runs) r WHERE r.thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM (SELECT id, thread_id AS t FROM openai.assistants.runs WHERE status = 'failed') r WHERE r.t IN ('t1', 't2');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.n FROM (SELECT thread_id, count(*) AS n FROM openai.assistants.runs GROUP BY thread_id) r JOIN owners o USING (thread_id) WHERE o.owner = 'bo';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: n

SELECT d.x FROM (SELECT * FROM (SELECT id AS x, thread_id FROM openai.assistants.runs) e) d(x, y) WHERE d.y = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: x

SELECT id FROM (SELECT * FROM openai.assistants.runs LIMIT 3) r WHERE r.thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition outside a query with LIMIT cannot be applied before it; repeat it inside.
--
-- LINE 1: SELECT id FROM (SELECT * FROM openai.assistants.runs LIMIT 3) r WHERE r.thread_id = 't1'
--                                       ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM (SELECT *, row_number() OVER (ORDER BY created_at) AS n FROM openai.assistants.runs) r WHERE r.thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition outside a query with a window function cannot be applied before it; repeat it inside.
--
-- LINE 1: …SELECT *, row_number() OVER (ORDER BY created_at) AS n FROM openai.assistants.runs) r WHER…
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM (SELECT id, thread_id || '' AS t FROM openai.assistants.runs) r WHERE r.t = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- t is an expression inside the sub-query, so a condition on it does not say which values a column has.
--
-- LINE 1: SELECT id FROM (SELECT id, thread_id || '' AS t FROM openai.assistants.runs) r WHERE r.t =…
--                                                              ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- Of what a column equals nearby and what it equals further out, both hold.
SELECT e.id FROM (SELECT s.id, s.t FROM (SELECT id, thread_id AS t FROM openai.assistants.runs) s JOIN owners o ON o.thread_id = s.t) e WHERE e.t IN ('t2', 't9');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id
