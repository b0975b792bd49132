SELECT id, created_at FROM openai.assistants.runs WHERE thread_id = 't1' UNION ALL SELECT id, created_at FROM openai.assistants.messages WHERE thread_id = 't1' ORDER BY created_at DESC LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=5&order=desc
--   ORDER BY created_at DESC LIMIT 5 needs no more than 5 rows of each call: order = desc, limit = 5
-- 1. messages: list_messages of openai.assistants.messages
--   thread_id = t1 (from the statement)
--   GET /threads/t1/messages?limit=5&order=desc
--   ORDER BY created_at DESC LIMIT 5 needs no more than 5 rows of each call: order = desc, limit = 5
-- columns: id, created_at

SELECT id, created_at FROM openai.assistants.runs WHERE thread_id = 't1' UNION SELECT id, created_at FROM openai.assistants.messages WHERE thread_id = 't1' ORDER BY 2 LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=5&order=asc
--   ORDER BY 2 LIMIT 5 needs no more than 5 rows of each call: order = asc, limit = 5
-- 1. messages: list_messages of openai.assistants.messages
--   thread_id = t1 (from the statement)
--   GET /threads/t1/messages?limit=5&order=asc
--   ORDER BY 2 LIMIT 5 needs no more than 5 rows of each call: order = asc, limit = 5
-- columns: id, created_at

SELECT created_at FROM openai.assistants.runs WHERE thread_id = 't1' UNION SELECT created_at FROM openai.assistants.messages WHERE thread_id = 't1' ORDER BY created_at LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   ORDER BY created_at LIMIT 5 is left to DuckDB, because UNION drops rows that are there twice
-- 1. messages: list_messages of openai.assistants.messages
--   thread_id = t1 (from the statement)
--   GET /threads/t1/messages?limit=100
--   ORDER BY created_at LIMIT 5 is left to DuckDB, because UNION drops rows that are there twice
-- columns: created_at

SELECT u.id FROM (SELECT id, created_at FROM openai.assistants.runs WHERE thread_id = 't1' UNION ALL SELECT id, created_at FROM openai.assistants.messages WHERE thread_id = 't2') u ORDER BY u.created_at DESC LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=5&order=desc
--   ORDER BY u.created_at DESC LIMIT 5 needs no more than 5 rows of each call: order = desc, limit = 5
-- 1. messages: list_messages of openai.assistants.messages
--   thread_id = t2 (from the statement)
--   GET /threads/t2/messages?limit=5&order=desc
--   ORDER BY u.created_at DESC LIMIT 5 needs no more than 5 rows of each call: order = desc, limit = 5
-- columns: id

SELECT created_at FROM openai.assistants.runs WHERE thread_id = 't1' UNION ALL SELECT 'never' ORDER BY created_at DESC LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   ORDER BY created_at DESC LIMIT 5 is left to DuckDB, because an API's order of a branch cannot be by created_at
-- columns: created_at

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' EXCEPT SELECT id FROM openai.assistants.runs WHERE thread_id = 't2' LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from the statement)
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT id, created_at FROM openai.assistants.runs WHERE thread_id = 't1' AND status = 'failed' UNION ALL SELECT id, created_at FROM openai.assistants.messages WHERE thread_id = 't1' ORDER BY created_at DESC LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   ORDER BY created_at DESC LIMIT 5 is left to DuckDB, because status = 'failed' is
-- 1. messages: list_messages of openai.assistants.messages
--   thread_id = t1 (from the statement)
--   GET /threads/t1/messages?limit=5&order=desc
--   ORDER BY created_at DESC LIMIT 5 needs no more than 5 rows of each call: order = desc, limit = 5
-- columns: id, created_at
