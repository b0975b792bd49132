SELECT o.owner, r.id FROM openai.assistants.runs r RIGHT JOIN owners o ON r.thread_id = o.thread_id;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner, id

SELECT o.owner, r.id FROM owners o RIGHT JOIN openai.assistants.runs r ON r.thread_id = o.thread_id;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A RIGHT JOIN keeps the rows of its right side whatever its ON says, so r cannot take its values from the left one.
--
-- LINE 1: SELECT o.owner, r.id FROM owners o RIGHT JOIN openai.assistants.runs r ON r.thread_id = o.…
--                                                       ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT o.owner, r.id FROM owners o RIGHT JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE r.thread_id = 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: owner, id
