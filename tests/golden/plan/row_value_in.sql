-- One call for each row, not for each pair of values.
SELECT status FROM openai.assistants.runs WHERE (thread_id, run_id) IN (('t1', 'r1'), ('t2', 'r2'));
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   run_id = r1, r2 (from the statement)
--   GET /threads/t1/runs/r1
--   GET /threads/t2/runs/r2
-- columns: status

SELECT status FROM openai.assistants.runs WHERE (thread_id, id) IN (('t1', 'r1'), ('t1', 'r2'));
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: status

SELECT status FROM openai.assistants.runs WHERE (id, status) IN (('r1', 'failed'));
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   get_run needs thread_id
--   list_runs needs thread_id
--
-- LINE 1: SELECT status FROM openai.assistants.runs WHERE (id, status) IN (('r1', 'failed'))
--                            ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- A row is what it is by its values: NULL in it means a row with NULL there, and is no value to ask for.
SELECT status FROM openai.assistants.runs WHERE row(thread_id, run_id) IN (row('t1', 'r1'), ('t2', 'r2'));
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   run_id = r1, r2 (from the statement)
--   GET /threads/t1/runs/r1
--   GET /threads/t2/runs/r2
-- columns: status

SELECT status FROM openai.assistants.runs WHERE row(thread_id, run_id) = row('t1', 'r1');
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: status

SELECT status FROM openai.assistants.runs WHERE (thread_id, run_id) = ('t1', 'r1');
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: status

SELECT status FROM openai.assistants.runs WHERE (thread_id, status) IN (('t1', NULL), ('t2', 'failed'));
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: status

SELECT status FROM openai.assistants.runs WHERE (thread_id, status) IN ((NULL, 'failed'), ('t2', 'failed'));
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from the statement)
--   GET /threads/t2/runs?limit=100
-- columns: status
