SELECT EXISTS (FROM openai.assistants.runs WHERE thread_id = 't1') AS any_run;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=1
--   EXISTS needs no more than 1 row of each call: limit = 1
-- columns: any_run

SELECT owner FROM owners o WHERE NOT EXISTS (SELECT 1 FROM openai.assistants.runs r WHERE r.thread_id = 't2' AND r.thread_id = o.thread_id);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=1
--   EXISTS needs no more than 1 row of each call: limit = 1
-- columns: owner

SELECT EXISTS (FROM openai.assistants.runs WHERE thread_id = 't1' AND status = 'failed') AS any_failed;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   EXISTS is left to DuckDB, because status = 'failed' is
-- columns: any_failed

SELECT EXISTS (SELECT unnest(tools) FROM openai.assistants.runs WHERE thread_id = 't1') AS any_tool;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: any_tool

SELECT owner FROM owners WHERE thread_id IN (SELECT thread_id FROM openai.assistants.runs WHERE thread_id IN ('t1', 't2'));
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from owners.thread_id)
--   GET /threads/t1/runs?limit=1
--   GET /threads/t2/runs?limit=1
--   IN needs no more than 1 row of each call: limit = 1
-- columns: owner

SELECT DISTINCT thread_id FROM openai.assistants.runs WHERE thread_id IN ('t1', 't2');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=1
--   GET /threads/t2/runs?limit=1
--   DISTINCT needs no more than 1 row of each call: limit = 1
-- columns: thread_id

SELECT DISTINCT thread_id, status FROM openai.assistants.runs WHERE thread_id IN ('t1', 't2');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: thread_id, status
