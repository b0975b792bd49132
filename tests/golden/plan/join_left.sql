-- The right side is restricted by ON, which keeps the rows of the left.
SELECT o.owner, r.id FROM owners o LEFT JOIN openai.assistants.runs r ON r.thread_id = o.thread_id AND o.owner = 'bo';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: owner, id

-- The left side is not.
SELECT o.owner, r.id FROM openai.assistants.runs r LEFT JOIN owners o ON r.thread_id = o.thread_id;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A LEFT JOIN keeps the rows of its left side whatever its ON says, so r cannot take its values from the right one.
--
-- LINE 1: SELECT o.owner, r.id FROM openai.assistants.runs r LEFT JOIN owners o ON r.thread_id = o.t…
--                                   ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- But WHERE restricts it, and the right side through it.
SELECT r.id, m.id FROM openai.assistants.runs r LEFT JOIN openai.assistants.messages m ON m.thread_id = r.thread_id WHERE r.thread_id = 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 2. m: list_messages of openai.assistants.messages
--   thread_id =  (from r.thread_id)
--   a request for each of these
-- columns: id, id

-- WHERE restricts the right side too.
SELECT o.owner, r.id FROM owners o LEFT JOIN openai.assistants.runs r ON true WHERE r.thread_id = 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: owner, id

-- IS NULL does not.
SELECT o.owner FROM owners o LEFT JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE r.id IS NULL;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner

-- A condition that is never true leaves nothing to ask for.
SELECT o.owner, r.id FROM owners o LEFT JOIN openai.assistants.runs r ON false;
-- 1. r: get_run of openai.assistants.runs
--   thread_id =  (from the statement)
--   run_id =  (from the statement)
--   no request
-- columns: owner, id
