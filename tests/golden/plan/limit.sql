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
--   GET /threads/t1/runs?limit=5
--   LIMIT 5 needs no more than 5 rows of each call: limit = 5
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

SELECT * FROM (SELECT id, created_at AS c FROM openai.assistants.runs WHERE thread_id = 't1') x ORDER BY x.c DESC LIMIT 3;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=3&order=desc
--   ORDER BY x.c DESC LIMIT 3 needs no more than 3 rows of each call: order = desc, limit = 3
-- columns: id, c

WITH r AS (SELECT * FROM openai.assistants.runs), named AS (SELECT id, thread_id AS thread, created_at FROM r) SELECT id FROM named WHERE thread IN ('t1', 't2') ORDER BY created_at LIMIT 2;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=2&order=asc
--   GET /threads/t2/runs?limit=2&order=asc
--   ORDER BY created_at LIMIT 2 needs no more than 2 rows of each call: order = asc, limit = 2
-- columns: id

WITH r AS (SELECT * FROM openai.assistants.runs WHERE status = 'failed') SELECT max(created_at) FROM r WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   MAX(created_at) is left to DuckDB, because status = 'failed' is
-- columns: max(created_at)

SELECT id FROM (SELECT id, -created_at AS created_at FROM openai.assistants.runs WHERE thread_id = 't1') ORDER BY created_at LIMIT 2;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   ORDER BY created_at LIMIT 2 is left to DuckDB, because an API's order cannot be by created_at
-- columns: id

WITH r AS (SELECT * FROM openai.assistants.runs WHERE thread_id = 't1') SELECT (SELECT max(created_at) FROM r), (SELECT count(*) FROM r);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: (SELECT max(created_at) FROM r), (SELECT count_star() FROM r)
