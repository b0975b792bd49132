-- The whole name before a column, and the end of it.
SELECT openai.assistants.runs.status FROM openai.assistants.runs WHERE openai.assistants.runs.thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: status

SELECT assistants.runs.status, runs.id FROM openai.assistants.runs WHERE assistants.runs.thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: status, id

SELECT openai.assistants.runs.usage.total_tokens FROM openai.assistants.runs WHERE openai.assistants.runs.thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: total_tokens

-- The same name in two SELECTs.
SELECT openai.assistants.runs.id FROM openai.assistants.runs WHERE openai.assistants.runs.thread_id = 't1' AND EXISTS (SELECT openai.assistants.runs.id FROM openai.assistants.runs WHERE openai.assistants.runs.thread_id = 't2');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from the statement)
--   GET /threads/t2/runs?limit=1
--   EXISTS needs no more than 1 row of each call: limit = 1
-- 2. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- An alias takes the name's place.
SELECT runs.owner, r.id FROM openai.assistants.runs r JOIN owners runs ON r.thread_id = runs.thread_id WHERE runs.thread_id = 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from runs.thread_id)
--   GET /threads/t1/runs?limit=100
-- columns: owner, id

-- Without case, and in quotes.
SELECT "ID" FROM OpenAI."Assistants".RUNS "R" WHERE r."THREAD_ID" = 't1';
-- 1. R: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- use: openai.assistants
SELECT id FROM runs WHERE runs.thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- A suffix that one resource has.
SELECT id FROM runs WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- New names for the first columns.
SELECT a, r.b FROM openai.assistants.runs AS r(a, b) WHERE r.thread_id = 't1' AND a = 'r1';
-- 1. r: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: a, b

-- The new name of one column is the old one of another.
SELECT thread_id FROM openai.assistants.runs AS r(thread_id, b) WHERE r.thread_id = 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: thread_id

SELECT id FROM openai.assistants.rusn WHERE thread_id = 't1';
-- UnknownNameError: No resource "rusn" in openai.assistants.
--
-- LINE 1: SELECT id FROM openai.assistants.rusn WHERE thread_id = 't1'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- Did you mean runs?
