SELECT * FROM openai.assistants.runs WHERE thread_id IN ('t1', 't2') QUALIFY row_number() OVER (PARTITION BY thread_id ORDER BY created_at DESC) = 1;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=1&order=desc
--   GET /threads/t2/runs?limit=1&order=desc
--   ROW_NUMBER() OVER (PARTITION BY thread_id ORDER BY created_at DESC) = 1 needs no more than 1 row of each call: order = desc, limit = 1
-- columns: id, assistant_id, cancelled_at, … (27)

SELECT r.id, rank() OVER (ORDER BY created_at) AS place FROM openai.assistants.runs r WHERE thread_id = 't1' QUALIFY place <= 3 ORDER BY place;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=4&order=asc
--   place <= 3 needs no more than 3 rows of each call, and what equals the last of them in created_at: order = asc, limit = 4
-- columns: id, place

SELECT o.owner, l.status FROM owners o JOIN (SELECT *, row_number() OVER (PARTITION BY thread_id ORDER BY created_at DESC) AS n FROM openai.assistants.runs) l USING (thread_id) WHERE l.n = 1 AND thread_id = 't2';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=1&order=desc
--   l.n = 1 needs no more than 1 row of each call: order = desc, limit = 1
-- columns: owner, status

-- params: {"n": 2}
WITH l AS (SELECT id, row_number() OVER (ORDER BY created_at DESC) AS n FROM openai.assistants.runs WHERE thread_id = 't1') SELECT id FROM l WHERE n BETWEEN 1 AND $n;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=2&order=desc
--   n BETWEEN 1 AND $n needs no more than 2 rows of each call: order = desc, limit = 2
-- columns: id

SELECT DISTINCT ON (thread_id) thread_id, id FROM openai.assistants.runs WHERE thread_id IN ('t1', 't2') ORDER BY thread_id, created_at DESC;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=1&order=desc
--   GET /threads/t2/runs?limit=1&order=desc
--   DISTINCT ON (thread_id) ORDER BY thread_id, created_at DESC needs no more than 1 row of each call: order = desc, limit = 1
-- columns: thread_id, id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' QUALIFY row_number() OVER (PARTITION BY status ORDER BY created_at DESC) = 1;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' AND status = 'failed' QUALIFY row_number() OVER (ORDER BY created_at DESC) = 1;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   ROW_NUMBER() OVER (ORDER BY created_at DESC) = 1 is left to DuckDB, because status = 'failed' is
-- columns: id

SELECT id, count(*) OVER () FROM openai.assistants.runs WHERE thread_id = 't1' QUALIFY row_number() OVER (ORDER BY created_at DESC) = 1;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id, count() OVER ()

SELECT l.id FROM (SELECT id, row_number() OVER (ORDER BY created_at DESC) AS n FROM openai.assistants.runs WHERE thread_id = 't1') l POSITIONAL JOIN owners o WHERE l.n = 1;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT thread_id, id FROM (SELECT DISTINCT ON (thread_id) * FROM openai.assistants.runs ORDER BY thread_id, created_at DESC) l WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=1&order=desc
--   DISTINCT ON (thread_id) ORDER BY thread_id, created_at DESC needs no more than 1 row of each call: order = desc, limit = 1
-- columns: thread_id, id

SELECT o.owner, l.share FROM owners o JOIN (SELECT thread_id, usage.total_tokens / sum(usage.total_tokens) OVER (PARTITION BY thread_id) AS share FROM openai.assistants.runs) l USING (thread_id) WHERE o.owner = 'bo';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: owner, share

SELECT id FROM (SELECT id, thread_id, row_number() OVER (PARTITION BY thread_id, status) AS n, count(*) OVER (PARTITION BY status) AS c FROM openai.assistants.runs) WHERE thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition outside a query with a window function cannot be applied before it; repeat it inside.
--
-- LINE 1: …status) AS n, count(*) OVER (PARTITION BY status) AS c FROM openai.assistants.runs) WHERE …
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM ((SELECT id, thread_id, row_number() OVER (PARTITION BY thread_id) AS n FROM openai.assistants.runs) UNION ALL (SELECT 'x', 'y', 1) LIMIT 3) WHERE thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition outside a query with a window function cannot be applied before it; repeat it inside.
--
-- LINE 1: …ad_id, row_number() OVER (PARTITION BY thread_id) AS n FROM openai.assistants.runs) UNION …
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM (SELECT DISTINCT ON (thread_id) id, status AS thread_id FROM openai.assistants.runs ORDER BY created_at) WHERE thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition outside a query with DISTINCT ON cannot be applied before it; repeat it inside.
--
-- LINE 1: …SELECT DISTINCT ON (thread_id) id, status AS thread_id FROM openai.assistants.runs ORDER B…
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- A name in DISTINCT ON is that of a result first, which may be a column.
SELECT d.id FROM (SELECT DISTINCT ON (t) id, thread_id AS t FROM openai.assistants.runs) d WHERE d.t = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=1
--   DISTINCT ON (t) needs no more than 1 row of each call: limit = 1
-- columns: id

SELECT d.id FROM (SELECT DISTINCT ON (t) id, thread_id AS t, status AS t FROM openai.assistants.runs) d WHERE d.t = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition outside a query with DISTINCT ON cannot be applied before it; repeat it inside.
--
-- LINE 1: …SELECT DISTINCT ON (t) id, thread_id AS t, status AS t FROM openai.assistants.runs) d WHER…
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
