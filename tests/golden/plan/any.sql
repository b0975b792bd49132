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

-- A list that a function gives.
SELECT id FROM openai.assistants.runs WHERE thread_id = ANY (string_split('t1,t2', ','));
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE list_contains(string_split('t1,t2', ','), thread_id);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id IN string_split('t1,t2', ',');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = ANY ([concat_ws('', 't', 1), 't2']);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- Of a text IN asks for what is a part of it.
SELECT id FROM openai.assistants.runs WHERE thread_id IN concat_ws(',', 't1', 't2');
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- What stands after IN is no list: of a text it means each part of it. string_split() makes a list of one.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id IN concat_ws(',', 't1', 't2')
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
