SELECT r.id FROM openai.assistants.runs r SEMI JOIN owners o ON r.thread_id = o.thread_id;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT o.owner FROM owners o SEMI JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE o.owner = 'bo';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: owner

SELECT o.owner FROM owners o ANTI JOIN openai.assistants.runs r ON r.thread_id = o.thread_id;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner

-- The left side of ANTI keeps the rows that the right side does not have.
SELECT r.id FROM openai.assistants.runs r ANTI JOIN owners o ON r.thread_id = o.thread_id;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- An ANTI JOIN keeps what has no match, so r cannot take its values from what it is not to match.
--
-- LINE 1: SELECT r.id FROM openai.assistants.runs r ANTI JOIN owners o ON r.thread_id = o.thread_id
--                          ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
