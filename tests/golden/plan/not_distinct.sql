SELECT id FROM openai.assistants.runs WHERE thread_id IS NOT DISTINCT FROM 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE 't1' IS NOT DISTINCT FROM thread_id;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- Where it means NULL there is no row: every method requires a value.
SELECT id FROM openai.assistants.runs WHERE thread_id IS NOT DISTINCT FROM NULL;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id IS DISTINCT FROM 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition with NOT or <> says what a value is not, and the API has to be asked for what it is.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id IS DISTINCT FROM 't1'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
