-- The ON behind a comma names what stands before it: its rows of NULLs are dropped there.
SELECT r.id FROM openai.assistants.runs r LEFT JOIN owners o ON r.thread_id = o.thread_id, (SELECT 1) x SEMI JOIN finished f ON o.thread_id = f.thread_id;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM openai.assistants.runs r LEFT JOIN owners o ON r.thread_id = o.thread_id, (SELECT 1) x LEFT JOIN finished f ON o.thread_id = f.thread_id;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A LEFT JOIN keeps the rows of its left side whatever its ON says, so r cannot take its values from the right one.
--
-- LINE 1: SELECT r.id FROM openai.assistants.runs r LEFT JOIN owners o ON r.thread_id = o.thread_id,…
--                          ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
