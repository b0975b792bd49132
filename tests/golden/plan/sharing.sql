SELECT (SELECT max(created_at) FROM openai.assistants.runs WHERE thread_id = 't1') AS last, (SELECT count(*) FROM openai.assistants.runs WHERE thread_id = 't1') AS n;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   all rows of a call are fetched, because several parts of the statement need some of them
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: last, n

SELECT (SELECT max(created_at) FROM openai.assistants.runs WHERE thread_id = 't1') AS last, (SELECT min(created_at) FROM openai.assistants.runs WHERE thread_id = 't1') AS first;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=1&order=desc
--   MAX(created_at) needs no more than 1 row of each call: order = desc, limit = 1
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=1&order=asc
--   MIN(created_at) needs no more than 1 row of each call: order = asc, limit = 1
-- columns: last, first

SELECT a.id FROM openai.assistants.messages a JOIN openai.assistants.messages b USING (thread_id) WHERE a.thread_id = 't1' AND a.run_id = 'r1';
-- 1. a: list_messages of openai.assistants.messages
--   thread_id = t1 (from the statement)
--   GET /threads/t1/messages?limit=100
--   all rows of a call are fetched, because several parts of the statement need some of them
-- 2. b: list_messages of openai.assistants.messages
--   thread_id =  (from a.thread_id)
--   a request for each of these
-- columns: id

SELECT id FROM openai.assistants.messages WHERE (thread_id = 't1' AND run_id = 'r1') OR (thread_id = 't1' AND run_id = 'r2');
-- 1. messages: list_messages of openai.assistants.messages
--   thread_id = t1 (from the statement)
--   GET /threads/t1/messages?limit=100
--   all rows of a call are fetched, because several parts of the statement need some of them
-- columns: id

SELECT id FROM openai.assistants.messages WHERE (thread_id = 't1' AND run_id = 'r1') OR (thread_id = 't2' AND run_id = 'r2');
-- 1. messages: list_messages of openai.assistants.messages
--   thread_id = t1, t2 (from the statement)
--   run_id = r1, r2 (from the statement)
--   GET /threads/t1/messages?run_id=r1&limit=100
--   GET /threads/t2/messages?run_id=r2&limit=100
-- columns: id

SELECT id FROM openai.assistants.messages WHERE thread_id = 't1' AND "limit" = 5 UNION ALL SELECT id FROM openai.assistants.messages WHERE thread_id = 't1';
-- 1. messages: list_messages of openai.assistants.messages
--   thread_id = t1 (from the statement)
--   limit = 5 (from the statement)
--   GET /threads/t1/messages?limit=5
-- 1. messages: list_messages of openai.assistants.messages
--   thread_id = t1 (from the statement)
--   GET /threads/t1/messages?limit=100
-- columns: id
