-- An OR of conjunctions: one call for each.
SELECT status FROM openai.assistants.runs WHERE (thread_id = 't1' AND id = 'r1') OR (thread_id = 't2' AND id = 'r2');
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   run_id = r1, r2 (from the statement)
--   GET /threads/t1/runs/r1
--   GET /threads/t2/runs/r2
-- columns: status

-- Where one side does not name the run, all runs of its thread are needed.
SELECT status FROM openai.assistants.runs WHERE (thread_id = 't1' AND id = 'r1') OR thread_id = 't2';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: status

-- Where one side does not name the thread, nothing is known.
SELECT status FROM openai.assistants.runs WHERE thread_id = 't1' OR status = 'failed';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- Not every side of OR says which values are meant.
--
-- LINE 1: SELECT status FROM openai.assistants.runs WHERE thread_id = 't1' OR status = 'failed'
--                            ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- A side that is never true does not count.
SELECT status FROM openai.assistants.runs WHERE thread_id = 't1' OR false;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: status

-- An OR within an AND.
SELECT status FROM openai.assistants.runs WHERE (thread_id = 't1' OR thread_id = 't2') AND (id = 'r1' OR id = 'r2');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: status

-- NOT of an OR restricts nothing.
SELECT status FROM openai.assistants.runs WHERE NOT (thread_id = 't1' OR thread_id = 't2');
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition with NOT or <> says what a value is not, and the API has to be asked for what it is.
--
-- LINE 1: SELECT status FROM openai.assistants.runs WHERE NOT (thread_id = 't1' OR thread_id = 't2')
--                            ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- What a column is on either side, all that equals it is as well.
SELECT r.id FROM openai.assistants.messages m JOIN (SELECT id, thread_id FROM openai.assistants.runs WHERE thread_id = 't3') r ON r.thread_id = m.thread_id WHERE (m.thread_id = 't1' AND m.role = 'user') OR (m.thread_id = 't2' AND m.role = 'assistant');
-- 1. m: list_messages of openai.assistants.messages
--   thread_id =  (from r.thread_id)
--   no request
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id
