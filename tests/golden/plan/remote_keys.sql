SELECT s.id FROM openai.assistants.runs r JOIN openai.assistants.run_steps s ON s.thread_id = r.thread_id AND s.run_id = r.id WHERE r.thread_id = 't1' AND r.status = 'failed';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 2. s: list_run_steps of openai.assistants.run_steps
--   thread_id =  (from r.thread_id)
--   run_id =  (from r.id)
--   a request for each of these
-- columns: id

SELECT s.id FROM openai.assistants.run_steps s JOIN openai.assistants.runs r ON s.thread_id = r.thread_id AND s.run_id = r.id JOIN owners o ON o.thread_id = r.thread_id WHERE o.owner = 'ann';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- 2. s: list_run_steps of openai.assistants.run_steps
--   thread_id =  (from r.thread_id)
--   run_id =  (from r.id)
--   a request for each of these
-- columns: id

SELECT a.name FROM openai.assistants.runs r JOIN openai.assistants.assistants a ON a.id = r.assistant_id WHERE r.thread_id IN ('t1', 't2');
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- 2. a: get_assistant of openai.assistants.assistants
--   assistant_id =  (from r.assistant_id)
--   a request for each of these
-- columns: name

SELECT m.id FROM openai.assistants.messages m WHERE m.thread_id IN (SELECT r.thread_id FROM openai.assistants.runs r WHERE r.thread_id IN ('t1', 't2') AND r.status = 'failed');
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
--   IN is left to DuckDB, because r.status = 'failed' is
-- 2. m: list_messages of openai.assistants.messages
--   thread_id =  (from r.thread_id)
--   a request for each of these
-- columns: id

SELECT r.id, m.id FROM openai.assistants.runs r JOIN openai.assistants.messages m USING (thread_id) WHERE thread_id IN ('t1', 't2', 't3') AND m.thread_id = 't2';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from the statement)
--   GET /threads/t2/runs?limit=100
-- 2. m: list_messages of openai.assistants.messages
--   thread_id =  (from r.thread_id)
--   a request for each of these
-- columns: id, id

SELECT 1 FROM openai.assistants.runs a JOIN openai.assistants.runs b ON a.thread_id = b.thread_id;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- b could give its values, and cannot be read itself without more.
--
-- LINE 1: SELECT 1 FROM openai.assistants.runs a JOIN openai.assistants.runs b ON a.thread_id = b.th…
--                       ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- A reference waits for what may take keys of it away, also where that cannot be read before a third one.
SELECT n.id FROM openai.assistants.messages m JOIN openai.assistants.runs y ON y.thread_id = m.assistant_id JOIN owners o ON o.thread_id = y.assistant_id JOIN openai.assistants.messages n ON n.thread_id = o.thread_id WHERE m.thread_id = 't1';
-- 1. m: list_messages of openai.assistants.messages
--   thread_id = t1 (from the statement)
--   GET /threads/t1/messages?limit=100
-- 2. y: list_runs of openai.assistants.runs
--   thread_id =  (from m.assistant_id)
--   a request for each of these
-- 3. n: list_messages of openai.assistants.messages
--   thread_id =  (from o.thread_id)
--   a request for each of these
-- columns: id
