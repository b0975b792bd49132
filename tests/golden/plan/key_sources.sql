-- A view.
SELECT r.id FROM of_ann a JOIN openai.assistants.runs r ON r.thread_id = a.thread_id;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from a.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- A data frame of the caller's.
SELECT f.owner, r.id FROM frame f JOIN openai.assistants.runs r ON r.thread_id = f.thread_id WHERE f.owner = 'di';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t8 (from f.thread_id)
--   GET /threads/t8/runs?limit=100
-- columns: owner, id

-- A common table expression.
WITH mine AS (SELECT thread_id FROM owners WHERE owner = 'bo') SELECT r.id FROM mine JOIN openai.assistants.runs r USING (thread_id);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from mine.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id

-- A sub-select, and a list of values.
SELECT r.id FROM (SELECT thread_id FROM owners WHERE n = 1) o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT r.id FROM (VALUES ('t4'), ('t5')) v(t) JOIN openai.assistants.runs r ON r.thread_id = v.t;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t4, t5 (from v.t)
--   GET /threads/t4/runs?limit=100
--   GET /threads/t5/runs?limit=100
-- columns: id

-- A sub-select that gives other rows each time.
SELECT r.id FROM (SELECT thread_id FROM owners USING SAMPLE 1) o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- o could give other rows each time; order it by all it selects, or keep its rows first: CREATE TEMP TABLE … AS SELECT …
--
-- LINE 1: …d FROM (SELECT thread_id FROM owners USING SAMPLE 1) o JOIN openai.assistants.runs r ON r.…
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- DISTINCT ON keeps any of the rows that come first together, unless all else that is selected is in the order.
SELECT r.id FROM (SELECT DISTINCT ON (owner) owner, thread_id FROM owners) o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- o could give other rows each time; order it by all it selects, or keep its rows first: CREATE TEMP TABLE … AS SELECT …
--
-- LINE 1: …CT DISTINCT ON (owner) owner, thread_id FROM owners) o JOIN openai.assistants.runs r ON r.…
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT r.id FROM (SELECT DISTINCT ON (owner) owner, thread_id FROM owners ORDER BY owner, thread_id) o
JOIN openai.assistants.runs r ON r.thread_id = o.thread_id;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- A table expression within the statement is not the table of its name.
SELECT * FROM (WITH owners AS (SELECT 't9' AS thread_id) SELECT r.id FROM owners JOIN openai.assistants.runs r USING (thread_id));
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t9 (from owners.thread_id)
--   GET /threads/t9/runs?limit=100
-- columns: id

CREATE TEMP TABLE made AS WITH owners AS (SELECT 't9' AS thread_id) SELECT r.id FROM owners JOIN openai.assistants.runs r USING (thread_id);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t9 (from owners.thread_id)
--   GET /threads/t9/runs?limit=100
-- columns: Count
