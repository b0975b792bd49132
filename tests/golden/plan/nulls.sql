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
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A comparison or a pattern does not say which values there are; a table that holds them can: IN (SELECT …).
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id IS NULL
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

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
