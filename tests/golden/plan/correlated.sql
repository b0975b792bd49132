SELECT o.owner, (SELECT max(r.created_at) FROM openai.assistants.runs r WHERE r.thread_id = o.thread_id) AS latest FROM owners o WHERE o.n > 1;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=1&order=desc
--   MAX(r.created_at) needs no more than 1 row of each call: order = desc, limit = 1
-- columns: owner, latest

SELECT o.owner FROM owners o WHERE NOT EXISTS (SELECT 1 FROM openai.assistants.runs r WHERE r.thread_id = o.thread_id AND r.status = 'failed');
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
--   EXISTS is left to DuckDB, because r.status = 'failed' is
-- columns: owner

SELECT o.owner FROM owners o WHERE o.thread_id IN (SELECT r.thread_id FROM openai.assistants.runs r WHERE r.status = 'failed');
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
--   IN is left to DuckDB, because r.status = 'failed' is
-- columns: owner

SELECT o.owner FROM owners o WHERE o.thread_id NOT IN (SELECT r.thread_id FROM openai.assistants.runs r WHERE r.status = 'failed');
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- NOT IN depends on every row of its sub-select; NOT EXISTS (… WHERE a = b) needs only those with an equal value.
--
-- LINE 1: … owners o WHERE o.thread_id NOT IN (SELECT r.thread_id FROM openai.assistants.runs r WHERE…
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- What a condition says of a column further out and a table beside the keys leaves fewer of these.
SELECT o.owner, l.id FROM owners o, LATERAL (SELECT r.id FROM finished f JOIN openai.assistants.runs r ON r.thread_id = f.thread_id WHERE f.run_id = 'r' || o.n) l WHERE o.owner = 'bo';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from f.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: owner, id

-- The column may be of an API, which is then read first.
SELECT a.id, l.id FROM openai.assistants.threads a LEFT JOIN LATERAL (SELECT r.id FROM finished f JOIN openai.assistants.runs r ON r.thread_id = f.thread_id WHERE f.run_id = a.created_at || '') l ON true WHERE a.id = 't1';
-- 1. a: get_thread of openai.assistants.threads
--   thread_id = t1 (from the statement)
--   GET /threads/t1
-- 2. r: list_runs of openai.assistants.runs
--   thread_id =  (from f.thread_id)
--   a request for each of these
-- columns: id, id

SELECT o.owner FROM owners o, LATERAL (SELECT * FROM openai.assistants.runs r WHERE r.thread_id = o.thread_id LIMIT 1) l;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=1
--   GET /threads/t2/runs?limit=1
--   LIMIT 1 needs no more than 1 row of each call: limit = 1
-- columns: owner

SELECT o.owner FROM owners o WHERE EXISTS (SELECT 1 FROM finished f WHERE f.thread_id = o.thread_id AND EXISTS (SELECT 1 FROM openai.assistants.runs r WHERE r.thread_id = o.thread_id AND r.id = f.run_id));
-- 1. r: get_run of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   run_id = r1, r2 (from f.run_id)
--   GET /threads/t1/runs/r1
--   GET /threads/t2/runs/r2
-- columns: owner
