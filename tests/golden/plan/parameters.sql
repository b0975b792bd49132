-- params: {"t": "t1"}
SELECT id FROM openai.assistants.runs WHERE thread_id = $t;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- params: {"1": "t1", "2": "r1"}
SELECT id FROM openai.assistants.runs WHERE thread_id = $1 AND run_id = $2;
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: id

-- A parameter that is NULL equals nothing.
-- params: {"t": null}
SELECT id FROM openai.assistants.runs WHERE thread_id = $t;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id

-- params: {"t": 5}
SELECT id FROM openai.assistants.runs WHERE thread_id = $t;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- thread_id is string, and 5 is not: DuckDB would compare them as another type.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id = $t
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- In a key query as well.
-- params: {"who": "bo"}
SELECT r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE o.owner = $who;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id
