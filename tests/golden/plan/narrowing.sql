-- Keys that another condition drops are not asked for.
SELECT id FROM openai.assistants.runs WHERE thread_id IN ('t1', 't2', 'u3') AND thread_id LIKE 't%';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- A list waits for a single row that it is joined with, without which no row of it matters.
SELECT l.id FROM openai.assistants.runs g JOIN openai.assistants.runs l ON l.status = g.status WHERE g.thread_id = 't1' AND g.run_id = 'r1' AND l.thread_id = 't2';
-- 1. g: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- 2. l: list_runs of openai.assistants.runs
--   thread_id = t2 (from the statement)
--   GET /threads/t2/runs?limit=100
-- columns: id

-- Two lists do not wait for one another.
SELECT l.id FROM openai.assistants.runs g JOIN openai.assistants.runs l ON l.status = g.status WHERE g.thread_id = 't1' AND l.thread_id = 't2';
-- 1. g: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 1. l: list_runs of openai.assistants.runs
--   thread_id = t2 (from the statement)
--   GET /threads/t2/runs?limit=100
-- columns: id

-- A LEFT JOIN keeps the list's rows, which are fetched at once.
SELECT l.id FROM openai.assistants.runs l LEFT JOIN openai.assistants.runs g ON l.status = g.status AND g.thread_id = 't1' AND g.run_id = 'r1' WHERE l.thread_id = 't2';
-- 1. l: list_runs of openai.assistants.runs
--   thread_id = t2 (from the statement)
--   GET /threads/t2/runs?limit=100
-- 2. g: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: id

-- A table of the user's without a row for the join.
SELECT id FROM openai.assistants.runs r JOIN (SELECT 1 AS n WHERE false) e ON r.created_at > e.n WHERE r.thread_id = 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id
