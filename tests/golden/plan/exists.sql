SELECT r.id FROM openai.assistants.runs r WHERE EXISTS (SELECT 1 FROM owners o WHERE o.thread_id = r.thread_id AND o.owner = 'ann');
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM openai.assistants.runs r WHERE r.thread_id = ANY (SELECT thread_id FROM owners);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from owners.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM openai.assistants.runs r WHERE (r.thread_id, r.id) IN (SELECT thread_id, run_id FROM finished);
-- 1. r: get_run of openai.assistants.runs
--   thread_id = t1, t2 (from finished.thread_id)
--   run_id = r1, r2 (from finished.run_id)
--   GET /threads/t1/runs/r1
--   GET /threads/t2/runs/r2
-- columns: id

SELECT r.id FROM openai.assistants.runs r WHERE r.thread_id IN (SELECT o.thread_id FROM owners o WHERE o.owner = r.model);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM openai.assistants.runs r WHERE NOT EXISTS (SELECT 1 FROM owners o WHERE o.thread_id = r.thread_id);
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition with NOT or <> says what a value is not, and the API has to be asked for what it is.
--
-- LINE 1: SELECT r.id FROM openai.assistants.runs r WHERE NOT EXISTS (SELECT 1 FROM owners o WHERE o…
--                          ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- What the query says of columns around it is so of each row that matters.
SELECT r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE EXISTS (SELECT 1 FROM finished f WHERE f.run_id = r.id AND (o.owner = 'bo' OR o.owner IS NULL));
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id

-- Of NOT EXISTS it is not.
SELECT r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE NOT EXISTS (SELECT 1 FROM finished f WHERE f.run_id = r.id AND o.owner = 'bo');
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id
