SELECT max(created_at) AS last FROM openai.assistants.runs WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=1&order=desc
--   MAX(created_at) needs no more than 1 row of each call: order = desc, limit = 1
-- columns: last

SELECT to_timestamp(min(created_at)) AS first, arg_min(id, created_at) AS id FROM openai.assistants.runs WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=1&order=asc
--   MIN(created_at), ARG_MIN(id, created_at) needs no more than 1 row of each call: order = asc, limit = 1
-- columns: first, id

SELECT thread_id, max(created_at) AS last FROM openai.assistants.runs WHERE thread_id IN ('t1', 't2') GROUP BY ALL;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=1&order=desc
--   GET /threads/t2/runs?limit=1&order=desc
--   MAX(created_at) needs no more than 1 row of each call: order = desc, limit = 1
-- columns: thread_id, last

SELECT 1 AS one FROM openai.assistants.runs WHERE thread_id IN ('t1', 't2') GROUP BY thread_id;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=1
--   GET /threads/t2/runs?limit=1
--   GROUP BY needs no more than 1 row of each call: limit = 1
-- columns: one

SELECT min(created_at) AS first, max(created_at) AS last FROM openai.assistants.runs WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: first, last

SELECT max(completed_at) AS last FROM openai.assistants.runs WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: last

SELECT arg_max(completed_at, created_at) AS last FROM openai.assistants.runs WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: last

SELECT max(created_at, 2) AS last FROM openai.assistants.runs WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: last

SELECT max(created_at) FILTER (WHERE status = 'failed') AS last FROM openai.assistants.runs WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: last

SELECT max(created_at) AS last FROM openai.assistants.runs WHERE thread_id = 't1' AND status = 'failed';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   MAX(created_at) is left to DuckDB, because status = 'failed' is
-- columns: last

SELECT status, max(created_at) AS last FROM openai.assistants.runs WHERE thread_id = 't1' GROUP BY status;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: status, last

SELECT max(created_at) AS last FROM openai.assistants.runs WHERE thread_id = 't1' HAVING count(*) > 1;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: last

SELECT sum(created_at) AS total FROM openai.assistants.runs WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: total
