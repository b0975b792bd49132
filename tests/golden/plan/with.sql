-- A common table expression shadows a resource.
WITH runs AS (SELECT 1 AS id) SELECT id FROM runs;
-- columns: id

-- Within itself it does not.
WITH runs AS (SELECT * FROM openai.assistants.runs WHERE thread_id = 't1') SELECT id FROM runs;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

WITH runs AS (SELECT * FROM runs WHERE thread_id = 't1') SELECT id FROM runs;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- A later one is not seen by an earlier one.
WITH a AS (SELECT id FROM runs WHERE thread_id = 't1'), runs AS (SELECT 2 AS id) SELECT a.id FROM a, runs;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- A whole name is never shadowed.
WITH runs AS (SELECT 't1' AS thread_id) SELECT r.id FROM runs JOIN openai.assistants.runs r USING (thread_id);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from runs.thread_id)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- What is said outside is not taken inside.
WITH r AS (SELECT * FROM openai.assistants.runs) SELECT id FROM r WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id
