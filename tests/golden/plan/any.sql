SELECT id FROM openai.assistants.runs WHERE thread_id = ANY(['t1', 't2']);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- A list that is a parameter.
-- params: {"threads": ["t1", "t2"]}
SELECT id FROM openai.assistants.runs WHERE thread_id = ANY($threads);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- params: {"threads": ["t1", null]}
SELECT id FROM openai.assistants.runs WHERE thread_id IN $threads;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- params: {"threads": null}
SELECT id FROM openai.assistants.runs WHERE thread_id = ANY($threads);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id

-- A list of nothing has no values to ask for.
SELECT id FROM openai.assistants.runs WHERE thread_id = ANY([]);
-- 1. runs: get_run of openai.assistants.runs
--   thread_id =  (from the statement)
--   run_id =  (from the statement)
--   no request
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = ANY([]) OR thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id
