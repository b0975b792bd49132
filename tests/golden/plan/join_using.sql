SELECT owner, id FROM owners JOIN openai.assistants.runs USING (thread_id);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from owners.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner, id

-- A merged column is a column of both.
SELECT owner, id FROM owners JOIN openai.assistants.runs USING (thread_id) WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from owners.thread_id)
--   GET /threads/t1/runs?limit=100
-- columns: owner, id

-- The middle table has fewer threads than the result: its keys restrict nothing.
SELECT r.id FROM (VALUES ('t1'), ('t2')) v(thread_id) LEFT JOIN of_ann USING (thread_id) JOIN openai.assistants.runs r USING (thread_id);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from v.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT owner, id FROM owners RIGHT JOIN openai.assistants.runs USING (thread_id) WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: owner, id

SELECT owner, id FROM owners FULL JOIN openai.assistants.runs USING (thread_id) WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: owner, id

-- A hidden column.
SELECT status FROM finished JOIN openai.assistants.runs USING (thread_id, run_id);
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1, t2 (from finished.thread_id)
--   run_id = r1, r2 (from finished.run_id)
--   GET /threads/t1/runs/r1
--   GET /threads/t2/runs/r2
-- columns: status
