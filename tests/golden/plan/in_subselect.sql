SELECT id FROM openai.assistants.runs WHERE thread_id IN (SELECT thread_id FROM owners WHERE owner = 'ann');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from owners.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- One that reads a common table expression.
WITH owners AS (SELECT 't9' AS thread_id) SELECT id FROM openai.assistants.runs WHERE thread_id IN (SELECT thread_id FROM owners);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t9 (from owners.thread_id)
--   GET /threads/t9/runs?limit=100
-- columns: id

-- One that looks at the outer row cannot stand alone.
SELECT id FROM openai.assistants.runs r WHERE thread_id IN (SELECT o.thread_id FROM owners o WHERE o.owner = r.status);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- One that reads an API itself is not run beforehand; what constants its column is among is known.
SELECT id FROM openai.assistants.runs WHERE thread_id IN (SELECT thread_id FROM openai.assistants.runs WHERE thread_id = 't1');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from runs.thread_id)
--   GET /threads/t1/runs?limit=100
-- 2. runs: list_runs of openai.assistants.runs
--   thread_id =  (from runs.thread_id)
--   a request for each of these
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id NOT IN (SELECT thread_id FROM owners);
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition with NOT or <> says what a value is not, and the API has to be asked for what it is.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id NOT IN (SELECT thread_id FROM owners…
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- Whichever rows LIMIT or SAMPLE leaves, they are some of those that there are without it.
SELECT id FROM openai.assistants.runs WHERE thread_id IN (SELECT thread_id FROM owners WHERE n > 1 LIMIT 1);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from owners.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id IN (SELECT thread_id FROM owners WHERE n > 1 USING SAMPLE 1 ROWS);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from owners.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs r WHERE EXISTS (SELECT 1 FROM owners o WHERE o.thread_id = r.thread_id AND o.n > 1 LIMIT 1);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id

-- Where they are the same each time, the keys are theirs.
SELECT id FROM openai.assistants.runs WHERE thread_id IN (SELECT thread_id FROM owners ORDER BY thread_id LIMIT 1);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the sub-select)
--   GET /threads/t1/runs?limit=100
-- columns: id
