SELECT id FROM openai.assistants.runs WHERE thread_id = NULL;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id IN ('t1', NULL);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id IS NULL;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = coalesce(NULL, 't1');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- Nothing can be meant.
SELECT id FROM openai.assistants.runs WHERE false;
-- 1. runs: get_run of openai.assistants.runs
--   thread_id =  (from the statement)
--   run_id =  (from the statement)
--   no request
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' AND NULL;
-- 1. runs: get_run of openai.assistants.runs
--   thread_id =  (from the statement)
--   run_id =  (from the statement)
--   no request
-- columns: id

-- No row is without what every method requires.
SELECT id FROM openai.assistants.runs WHERE (thread_id, id) IN (('t1', 'r1'), (NULL, 'r2'));
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id IN ('t1', 't2') OR thread_id IS NULL;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT o.owner FROM owners o LEFT JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE r.thread_id IS NULL;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner
