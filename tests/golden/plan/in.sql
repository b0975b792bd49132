SELECT id FROM openai.assistants.runs WHERE thread_id IN ('t1', 't2');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- Two lists: what is in both.
SELECT id FROM openai.assistants.runs WHERE thread_id IN ('t1', 't2') AND thread_id IN ('t2', 't3');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from the statement)
--   GET /threads/t2/runs?limit=100
-- columns: id

-- NOT IN says nothing of which values there are.
SELECT id FROM openai.assistants.runs WHERE thread_id NOT IN ('t1', 't2');
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition with NOT or <> says what a value is not, and the API has to be asked for what it is.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id NOT IN ('t1', 't2')
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- An array in brackets is a list too.
SELECT id FROM openai.assistants.runs WHERE thread_id IN ['t1', 't2'];
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id
