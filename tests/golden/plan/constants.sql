-- A constant on either side of the equals sign.
SELECT id FROM openai.assistants.runs WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE 't1' = thread_id AND status = 'failed';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- A constant may be an expression that DuckDB evaluates.
SELECT id FROM openai.assistants.runs WHERE thread_id = lower('T') || '1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- A cast, a dollar quote, an escape string and brackets.
SELECT id FROM openai.assistants.runs WHERE thread_id IN ('t1'::VARCHAR, $$t 2$$, E't\x33', ('t/4'));
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t 2, t3, t/4 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t%202/runs?limit=100
--   GET /threads/t3/runs?limit=100
--   GET /threads/t%2F4/runs?limit=100
-- columns: id

-- Values are encoded for the path.
SELECT id FROM openai.assistants.runs WHERE thread_id = 'a/b?c=d&é';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = a/b?c=d&é (from the statement)
--   GET /threads/a%2Fb%3Fc%3Dd%26%C3%A9/runs?limit=100
-- columns: id

-- Two constants that contradict one another leave nothing to ask for.
SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' AND thread_id = 't2';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id

-- The same value twice is asked for once.
SELECT id FROM openai.assistants.runs WHERE thread_id IN ('t1', 't1', 't2');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- A function whose value changes is no constant.
SELECT id FROM openai.assistants.runs WHERE thread_id = random()::VARCHAR;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A function that gives another value each time gives none that can be asked for.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id = random()::VARCHAR
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
