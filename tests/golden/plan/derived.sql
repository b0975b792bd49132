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

-- What a window function numbers could be numbered otherwise the next time; the columns beside it give keys, and what is said of them holds.
SELECT r.id FROM (SELECT thread_id, n, row_number() OVER (ORDER BY n) AS nr FROM owners WHERE owner = 'ann') o
JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE o.nr = 1 AND o.n < 3;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- What an outer join fills gives keys as well, and the NULLs beside it.
SELECT r.id FROM (SELECT a.owner, b.thread_id, row_number() OVER (ORDER BY a.n) AS nr FROM owners a LEFT JOIN owners b ON a.owner = b.owner AND b.n < 3) o
JOIN openai.assistants.runs r ON r.thread_id = o.thread_id;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM (SELECT a.n, b.thread_id, row_number() OVER (ORDER BY a.n) AS nr FROM owners a LEFT JOIN owners b ON a.owner = b.owner AND b.n < 3) o
JOIN openai.assistants.runs r ON r.thread_id = coalesce(o.thread_id, 't' || o.n) WHERE o.n = 2;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from coalesce(o.thread_id, 't' || o.n))
--   GET /threads/t2/runs?limit=100
-- columns: id

-- Of two that are filled by joins of their own, each may have its value or NULL.
SELECT r.id, s.id FROM (SELECT b.thread_id, c.run_id, row_number() OVER (ORDER BY a.n) AS nr FROM owners a LEFT JOIN owners b ON a.n = b.n - 1 LEFT JOIN finished c ON c.thread_id = a.thread_id) o
JOIN openai.assistants.runs r ON r.thread_id = o.thread_id JOIN openai.assistants.runs s ON s.thread_id = o.thread_id AND s.id = o.run_id;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- 2. s: get_run of openai.assistants.runs
--   thread_id =  (from o.thread_id)
--   run_id =  (from o.run_id)
--   a request for each of these
-- columns: id, id

-- No key can be made of the number.
SELECT r.id FROM (SELECT thread_id, row_number() OVER (ORDER BY n) AS nr FROM owners) o JOIN openai.assistants.runs r ON r.thread_id = 't' || o.nr;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- o has a window function, so that it could give other rows each time; keep its rows first: CREATE TEMP TABLE … AS SELECT …
--
-- LINE 1: …d, row_number() OVER (ORDER BY n) AS nr FROM owners) o JOIN openai.assistants.runs r ON r.…
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- Nor is one taken from what LIMIT or QUALIFY leaves, which could be any of many rows.
SELECT r.id FROM (SELECT thread_id, row_number() OVER (ORDER BY n) AS nr FROM owners QUALIFY nr = 1) o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- o has a window function, so that it could give other rows each time; keep its rows first: CREATE TEMP TABLE … AS SELECT …
--
-- LINE 1: … OVER (ORDER BY n) AS nr FROM owners QUALIFY nr = 1) o JOIN openai.assistants.runs r ON r.…
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- Before what a sub-select reads of an API is fetched, its local tables give keys: so it can take its own from what is joined with it.
SELECT s.id FROM (SELECT f.thread_id, t.id FROM finished f, openai.assistants.threads t) o
JOIN openai.assistants.runs s ON s.thread_id = o.thread_id AND s.assistant_id = o.id;
-- 1. s: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- 2. t: get_thread of openai.assistants.threads
--   thread_id =  (from s.assistant_id)
--   a request for each of these
-- columns: id
