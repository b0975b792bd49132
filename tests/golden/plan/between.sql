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
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id BETWEEN 't1' AND 't2'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM openai.assistants.runs WHERE thread_id NOT BETWEEN 't1' AND 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id NOT BETWEEN 't1' AND 't1'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
