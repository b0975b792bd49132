SELECT id FROM (SELECT id, thread_id FROM openai.assistants.runs UNION ALL SELECT id, thread_id FROM openai.assistants.messages) u WHERE u.thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 1. messages: list_messages of openai.assistants.messages
--   thread_id = t1 (from the statement)
--   GET /threads/t1/messages?limit=100
-- columns: id

SELECT id FROM (SELECT id, thread_id FROM openai.assistants.runs EXCEPT SELECT thread_id, id FROM openai.assistants.runs) u WHERE u.thread_id = 't1' AND u.id = 'r1';
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = r1 (from the statement)
--   run_id = t1 (from the statement)
--   GET /threads/r1/runs/t1
-- columns: id

SELECT id FROM (SELECT id, thread_id FROM openai.assistants.runs UNION BY NAME SELECT thread_id, id FROM openai.assistants.messages) u WHERE u.thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 1. messages: list_messages of openai.assistants.messages
--   thread_id = t1 (from the statement)
--   GET /threads/t1/messages?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' INTERSECT SELECT id FROM openai.assistants.runs WHERE thread_id = 't2';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from the statement)
--   GET /threads/t2/runs?limit=100
-- columns: id

-- A row of a side matters where the other side has it too.
SELECT thread_id FROM openai.assistants.runs INTERSECT SELECT thread_id FROM owners WHERE owner = 'ann';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from owners.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: thread_id

SELECT thread_id FROM owners WHERE owner = 'bo' EXCEPT SELECT thread_id FROM openai.assistants.runs WHERE status = 'failed';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from owners.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: thread_id

SELECT thread_id FROM openai.assistants.runs EXCEPT SELECT thread_id FROM owners;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
--
-- LINE 1: SELECT thread_id FROM openai.assistants.runs EXCEPT SELECT thread_id FROM owners
--                               ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
