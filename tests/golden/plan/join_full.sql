SELECT o.owner, r.id FROM owners o FULL JOIN openai.assistants.runs r ON r.thread_id = o.thread_id;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A FULL JOIN keeps the rows of both sides, so neither side can take its values from the other.
--
-- LINE 1: SELECT o.owner, r.id FROM owners o FULL JOIN openai.assistants.runs r ON r.thread_id = o.t…
--                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- WHERE drops what the other side has alone.
SELECT o.owner, r.id FROM owners o FULL JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE r.thread_id = 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: owner, id

-- A sub-select that says which rows are meant.
SELECT o.owner, r.id FROM owners o FULL JOIN (FROM openai.assistants.runs WHERE thread_id = 't1') r ON r.thread_id = o.thread_id;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: owner, id
