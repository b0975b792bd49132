SELECT owner, id FROM owners NATURAL JOIN openai.assistants.runs;
-- runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from owners.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner, id

SELECT owner, id FROM owners NATURAL LEFT JOIN openai.assistants.runs;
-- runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from owners.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner, id

-- A comma binds weaker: owners and of_ann are joined, runs is not.
SELECT r.id FROM openai.assistants.runs r, owners NATURAL JOIN of_ann WHERE r.thread_id = 't1';
-- r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id
