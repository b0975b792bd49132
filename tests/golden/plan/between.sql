-- BETWEEN of one value is an equality; of two it restricts nothing.
SELECT id FROM openai.assistants.runs WHERE thread_id BETWEEN 't1' AND 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id BETWEEN 't1' AND 't2';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A comparison or a pattern does not say which values there are; a table that holds them can: IN (SELECT …).
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id BETWEEN 't1' AND 't2'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM openai.assistants.runs WHERE thread_id NOT BETWEEN 't1' AND 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition with NOT or <> says what a value is not, and the API has to be asked for what it is.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id NOT BETWEEN 't1' AND 't1'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
