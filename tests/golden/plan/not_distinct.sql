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

-- It can mean NULL, so only what is written as a text is taken.
SELECT id FROM openai.assistants.runs WHERE thread_id IS NOT DISTINCT FROM NULL;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- NULL in a row, or after IS NOT DISTINCT FROM, means rows without a value, which cannot be asked for.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id IS NOT DISTINCT FROM NULL
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

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
