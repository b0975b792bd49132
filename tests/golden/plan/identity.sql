-- A column that equals a parameter binds it, under either name.
SELECT status FROM openai.assistants.runs WHERE thread_id = 't1' AND id = 'r1';
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: status

SELECT status FROM openai.assistants.runs WHERE thread_id = 't1' AND run_id = 'r1';
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: status

SELECT status FROM openai.assistants.runs WHERE thread_id = 't1' AND run_id IN ('r1', 'r2') AND id IN ('r2', 'r3');
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r2 (from the statement)
--   GET /threads/t1/runs/r2
-- columns: status

SELECT name FROM openai.assistants.assistants WHERE id = 'asst_1';
-- 1. assistants: get_assistant of openai.assistants.assistants
--   assistant_id = asst_1 (from the statement)
--   GET /assistants/asst_1
-- columns: name

-- What the one equals the other does.
SELECT r.id FROM openai.assistants.runs r JOIN owners o ON o.thread_id = r.thread_id AND o.owner = r.id JOIN finished f ON f.run_id = r.run_id;
-- 1. r: get_run of openai.assistants.runs
--   thread_id =  (from o.thread_id)
--   run_id =  (from f.run_id)
--   no request
-- columns: id
