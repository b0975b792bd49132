SELECT id FROM openai.assistants.runs WHERE thread_id = NULL;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id IN ('t1', NULL);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id IS NULL;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = coalesce(NULL, 't1');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- Nothing can be meant.
SELECT id FROM openai.assistants.runs WHERE false;
-- 1. runs: get_run of openai.assistants.runs
--   thread_id =  (from the statement)
--   run_id =  (from the statement)
--   no request
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' AND NULL;
-- 1. runs: get_run of openai.assistants.runs
--   thread_id =  (from the statement)
--   run_id =  (from the statement)
--   no request
-- columns: id

-- No row is without what every method requires.
SELECT id FROM openai.assistants.runs WHERE (thread_id, id) IN (('t1', 'r1'), (NULL, 'r2'));
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id IN ('t1', 't2') OR thread_id IS NULL;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT o.owner FROM owners o LEFT JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE r.thread_id IS NULL;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner

-- Nor is one that a sub-select hands on, unless an outer join or ROLLUP fills it.
SELECT s.id FROM (SELECT id, thread_id AS t FROM openai.assistants.runs) s WHERE s.t = 't1' OR s.t IS NULL;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT s.t FROM (SELECT o.owner, r.thread_id AS t FROM owners o LEFT JOIN openai.assistants.runs r ON r.thread_id = o.thread_id) s WHERE s.t = 't1' OR s.t IS NULL;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: t

SELECT s.t FROM (SELECT thread_id AS t, count(*) AS n FROM openai.assistants.runs GROUP BY ROLLUP (thread_id)) s WHERE s.t = 't1' OR s.t IS NULL;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition outside a query with GROUPING SETS cannot be applied before it; repeat it inside. Not every side of OR says which values are meant.
--
-- LINE 1: SELECT s.t FROM (SELECT thread_id AS t, count(*) AS n FROM openai.assistants.runs GROUP BY…
--                                                                    ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT o.owner FROM owners o LEFT JOIN (SELECT thread_id AS t FROM openai.assistants.runs) s ON s.t = o.thread_id AND (s.t = 't1' OR s.t IS NULL);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
-- columns: owner

-- What equals something is not NULL.
SELECT a.name FROM openai.assistants.assistants a JOIN finished f ON f.run_id = a.id WHERE a.id = 'r1' OR a.id IS NULL;
-- 1. a: get_assistant of openai.assistants.assistants
--   assistant_id = r1 (from f.run_id)
--   GET /assistants/r1
-- columns: name

SELECT a.name FROM openai.assistants.assistants a JOIN owners o ON o.thread_id = a.name WHERE a.id = 'x' AND o.thread_id IS NULL;
-- 1. a: get_assistant of openai.assistants.assistants
--   assistant_id =  (from the statement)
--   no request
-- columns: name

-- NULL is put in the place of a value, and no row is without one.
SELECT id FROM openai.assistants.runs WHERE nullif(thread_id, 't1') IS NULL;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT r.id FROM owners o JOIN openai.assistants.runs r ON nullif(r.thread_id, o.thread_id) IS NULL;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE nullif(thread_id, 't1') IS NOT NULL;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition with NOT or <> says what a value is not, and the API has to be asked for what it is.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE nullif(thread_id, 't1') IS NOT NULL
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- A value is put in the place of NULL.
SELECT id FROM openai.assistants.runs WHERE coalesce(thread_id, 't1') = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT o.owner FROM owners o LEFT JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE coalesce(r.thread_id, 't2') = 't2';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner
