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
-- o has a SAMPLE, so that it could give other rows each time; keep its rows first: CREATE TEMP TABLE … AS SELECT …
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
-- o has a DISTINCT ON, so that it could give other rows each time; order it by all it selects, or keep its rows first: CREATE TEMP TABLE … AS SELECT …
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

-- Of a UNION and its like LIMIT leaves the same rows each time where they are ordered by all columns, which the first side names.
SELECT id FROM openai.assistants.runs WHERE thread_id IN (SELECT thread_id FROM finished UNION SELECT thread_id FROM owners ORDER BY thread_id LIMIT 1);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the sub-select)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id IN (SELECT thread_id FROM owners INTERSECT SELECT thread_id FROM finished ORDER BY ALL LIMIT 1);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the sub-select)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT r.id FROM openai.assistants.runs r JOIN (SELECT thread_id, n FROM owners UNION SELECT thread_id, 1 FROM finished ORDER BY n LIMIT 1) u USING (thread_id);
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- u has a LIMIT, so that it could give other rows each time; order it by all it selects, or keep its rows first: CREATE TEMP TABLE … AS SELECT …
--
-- LINE 1: SELECT r.id FROM openai.assistants.runs r JOIN (SELECT thread_id, n FROM owners UNION SELE…
--                          ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- One that compares under a collation, and what is found through it, keep no other from giving keys.
SELECT r.id FROM openai.assistants.runs r JOIN owners o ON o.thread_id = r.thread_id JOIN loose l ON l.thread_id = r.thread_id JOIN finished f ON f.thread_id = l.thread_id;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- Nobody knows before what a SAMPLE of an API's rows picks: its keys are those of all the rows that it picks from.
SELECT s.id FROM (SELECT * FROM openai.assistants.runs WHERE thread_id = 't1') r TABLESAMPLE reservoir(2 ROWS) JOIN openai.assistants.run_steps s ON s.thread_id = r.thread_id AND s.run_id = r.id;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 2. s: list_run_steps of openai.assistants.run_steps
--   thread_id =  (from r.thread_id)
--   run_id =  (from r.id)
--   a request for each of these
-- columns: id

-- What it is that leaves open which rows there are is said.
SELECT r.id FROM openai.assistants.runs r JOIN (SELECT thread_id FROM owners ORDER BY n LIMIT 1) s USING (thread_id);
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- s has a LIMIT, so that it could give other rows each time; order it by all it selects, or keep its rows first: CREATE TEMP TABLE … AS SELECT …
--
-- LINE 1: SELECT r.id FROM openai.assistants.runs r JOIN (SELECT thread_id FROM owners ORDER BY n LI…
--                          ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

WITH s AS (SELECT thread_id FROM owners LIMIT 2) SELECT r.id FROM openai.assistants.runs r JOIN s USING (thread_id);
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- s has a LIMIT, so that it could give other rows each time; order it by all it selects, or keep its rows first: CREATE TEMP TABLE … AS SELECT …
--
-- LINE 1: … AS (SELECT thread_id FROM owners LIMIT 2) SELECT r.id FROM openai.assistants.runs r JOIN …
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- Table functions and macros without an alias.
SELECT r.id FROM query_table('owners') JOIN openai.assistants.runs r USING (thread_id) WHERE owner = 'bo';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from query_table.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id IN (SELECT thread_id FROM query_table(['owners', 'owners']) WHERE n > 2);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from query_table.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM query('FROM owners') JOIN openai.assistants.runs r USING (thread_id) WHERE owner = 'bo';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from query.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM repeat_row('t1', num_rows := 2) JOIN openai.assistants.runs r ON r.thread_id = column0;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from repeat_row.column0)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT r.id FROM unnest(['t1', 't2']) JOIN openai.assistants.runs r ON r.thread_id = unnest;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from unnest.unnest)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

WITH l AS (SELECT id, thread_id, usage.total_tokens AS tokens FROM openai.assistants.runs WHERE thread_id IN ('t1', 't2') ORDER BY tokens DESC LIMIT 3) SELECT s.id FROM l JOIN openai.assistants.run_steps s ON s.run_id = l.id AND s.thread_id = l.thread_id;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
--   ORDER BY tokens DESC LIMIT 3 is left to DuckDB, because an API's order cannot be by tokens
-- 2. s: list_run_steps of openai.assistants.run_steps
--   thread_id =  (from l.thread_id)
--   run_id =  (from l.id)
--   a request for each of these
-- columns: id

-- Of a name that a result takes from a column, nobody knows the rows before; nor without an order.
SELECT s.id FROM (SELECT id, thread_id, -created_at AS created_at FROM openai.assistants.runs WHERE thread_id = 't1' AND status = 'completed' ORDER BY created_at LIMIT 2) l JOIN openai.assistants.run_steps s ON s.run_id = l.id AND s.thread_id = l.thread_id;
-- MissingParameterError: openai.assistants.run_steps cannot be called without more values:
--   list_run_steps needs thread_id, run_id
--   get_run_step needs thread_id, run_id, step_id
-- l has a LIMIT, so that it could give other rows each time; order it by all it selects, or keep its rows first: CREATE TEMP TABLE … AS SELECT …
--
-- LINE 1: …ND status = 'completed' ORDER BY created_at LIMIT 2) l JOIN openai.assistants.run_steps s …
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.run_steps WHERE thread_id = '…' AND run_id = '…'

SELECT s.id FROM (SELECT * FROM openai.assistants.runs WHERE thread_id = 't1' AND status = 'completed' LIMIT 2) l JOIN openai.assistants.run_steps s ON s.run_id = l.id AND s.thread_id = l.thread_id;
-- MissingParameterError: openai.assistants.run_steps cannot be called without more values:
--   list_run_steps needs thread_id, run_id
--   get_run_step needs thread_id, run_id, step_id
-- l has a LIMIT, so that it could give other rows each time; order it by all it selects, or keep its rows first: CREATE TEMP TABLE … AS SELECT …
--
-- LINE 1: …E thread_id = 't1' AND status = 'completed' LIMIT 2) l JOIN openai.assistants.run_steps s …
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.run_steps WHERE thread_id = '…' AND run_id = '…'
