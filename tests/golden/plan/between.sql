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

-- So it is in two comparisons with one value, whichever side the column is on; not with two values.
SELECT id FROM openai.assistants.runs WHERE 't1' <= thread_id AND thread_id <= 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE (thread_id >= 't1' AND thread_id <= 't1') OR (thread_id >= 't2' AND 't2' >= thread_id);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id >= 't1' AND thread_id <= 't2';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A comparison or a pattern does not say which values there are; a table that holds them can: IN (SELECT …).
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id >= 't1' AND thread_id <= 't2'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- A join key is one of the values that its column is compared with.
SELECT r.id FROM openai.assistants.runs r JOIN owners o ON r.thread_id = o.thread_id AND o.thread_id >= 't1' WHERE o.thread_id <= 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
-- columns: id
