SELECT id, usage.total_tokens FROM openai.assistants.runs WHERE thread_id = 't1' LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=5
--   LIMIT 5 needs no more than 5 rows of each call: limit = 5
-- columns: id, total_tokens

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' LIMIT 0;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   LIMIT 0 needs no rows, and so no request
--   no request
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' LIMIT NULL;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' LIMIT (SELECT 2);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' AND status = 'failed' LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   LIMIT 5 is left to DuckDB, because status = 'failed' is
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' AND usage.total_tokens > 5 LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   LIMIT 5 is left to DuckDB, because usage.total_tokens > 5 is
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' AND random() < 0.5 LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   LIMIT 5 is left to DuckDB, because RANDOM() < 0.5 is
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' AND thread_id LIKE 't%' LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=5
--   LIMIT 5 needs no more than 5 rows of each call: limit = 5
-- columns: id

SELECT unnest(tools) AS tool FROM openai.assistants.runs WHERE thread_id = 't1' LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: tool

SELECT DISTINCT model FROM openai.assistants.runs WHERE thread_id = 't1' LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: model

SELECT count(*) AS n FROM openai.assistants.runs WHERE thread_id = 't1' LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: n

SELECT row_number() OVER () AS n FROM openai.assistants.runs WHERE thread_id = 't1' LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: n

SELECT r.id FROM openai.assistants.runs r, owners WHERE r.thread_id = 't1' LIMIT 5;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM (FROM openai.assistants.runs WHERE thread_id = 't1') LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

(SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' LIMIT 5) UNION ALL (SELECT id FROM openai.assistants.runs WHERE thread_id = 't2' LIMIT 6);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=5
--   LIMIT 5 needs no more than 5 rows of each call: limit = 5
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from the statement)
--   GET /threads/t2/runs?limit=6
--   LIMIT 6 needs no more than 6 rows of each call: limit = 6
-- columns: id

SELECT id FROM openai.assistants.messages WHERE thread_id = 't1' AND run_id = 'r1' LIMIT 5;
-- 1. messages: list_messages of openai.assistants.messages
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/messages?run_id=r1&limit=5
--   LIMIT 5 needs no more than 5 rows of each call: limit = 5
-- columns: id

SELECT id FROM openai.assistants.messages WHERE thread_id = 't1' AND run_id IN ('r1', 'r2') LIMIT 5;
-- 1. messages: list_messages of openai.assistants.messages
--   thread_id = t1 (from the statement)
--   GET /threads/t1/messages?limit=100
--   LIMIT 5 is left to DuckDB, because run_id IN ('r1', 'r2') is
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' AND id = 'r1' LIMIT 5;
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: id
