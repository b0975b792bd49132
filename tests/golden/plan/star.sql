-- Hidden columns never show in a star, though the statement names them.
SELECT * FROM openai.assistants.runs WHERE thread_id = 't1' AND run_id = 'r1';
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: id, assistant_id, cancelled_at, … (27)

SELECT r.* FROM openai.assistants.runs r WHERE r.thread_id = 't1' AND r.run_id = 'r1';
-- 1. r: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: id, assistant_id, cancelled_at, … (27)

SELECT run_id, * FROM openai.assistants.runs WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: run_id, id, assistant_id, … (28)

SELECT * EXCLUDE (tools, usage) FROM openai.assistants.runs WHERE thread_id = 't1' AND run_id = 'r1';
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: id, assistant_id, cancelled_at, … (25)

SELECT * EXCLUDE tools FROM openai.assistants.runs WHERE thread_id = 't1' AND run_id = 'r1';
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: id, assistant_id, cancelled_at, … (26)

SELECT * REPLACE (upper(status) AS status) FROM openai.assistants.runs WHERE thread_id = 't1' AND run_id = 'r1';
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: id, assistant_id, cancelled_at, … (27)

SELECT COLUMNS(*) FROM openai.assistants.runs WHERE thread_id = 't1' AND run_id = 'r1';
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: id, assistant_id, cancelled_at, … (27)

FROM openai.assistants.runs WHERE thread_id = 't1' AND run_id = 'r1';
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: id, assistant_id, cancelled_at, … (27)

-- Two references under one star.
SELECT * FROM openai.assistants.runs a JOIN openai.assistants.runs b ON a.run_id = b.run_id WHERE a.thread_id = 't1' AND b.thread_id = 't2';
-- 1. a: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 2. b: get_run of openai.assistants.runs
--   thread_id =  (from the statement)
--   run_id =  (from a.id)
--   a request for each of these
-- columns: id, assistant_id, cancelled_at, … (54)

-- In a sub-select and in a union.
SELECT * FROM (SELECT * FROM openai.assistants.runs WHERE thread_id = 't1' AND run_id = 'r1') UNION ALL SELECT * FROM openai.assistants.runs WHERE thread_id = 't2';
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from the statement)
--   GET /threads/t2/runs?limit=100
-- columns: id, assistant_id, cancelled_at, … (27)

SELECT count(*) FROM openai.assistants.runs WHERE thread_id = 't1' AND run_id = 'r1';
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: count_star()

SELECT _extra, * FROM openai.assistants.runs WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: _extra, id, assistant_id, … (28)

SELECT COLUMNS('_id$') FROM openai.assistants.runs WHERE thread_id = 't1' AND run_id = 'r1';
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: assistant_id, thread_id

SELECT COLUMNS('model|status') FROM openai.assistants.runs WHERE thread_id = 't1' AND run_id = 'r1';
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: model, status

SELECT r FROM openai.assistants.runs r WHERE thread_id = 't1' AND run_id = 'r1';
-- UnsupportedSQLError: r as one value would hold run_id, which is a parameter of the API and no column of SELECT *.
--
-- LINE 1: SELECT r FROM openai.assistants.runs r WHERE thread_id = 't1' AND run_id = 'r1'
--                       ^^^^^^^^^^^^^^^^^^^^^^
--
-- Write id in place of run_id, or name the columns one by one.

SELECT r FROM openai.assistants.runs r WHERE thread_id = 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: r

SELECT max(COLUMNS('_id$')) FROM openai.assistants.runs r JOIN (SELECT 't1' AS run_id) o ON true WHERE r.thread_id = 't1' AND r.run_id = 'r1';
-- UnsupportedSQLError: COLUMNS would show run_id, which is a parameter of the API and no column of SELECT *.
--
-- LINE 1: SELECT max(COLUMNS('_id$')) FROM openai.assistants.runs r JOIN (SELECT 't1' AS run_id) o O…
--                                          ^^^^^^^^^^^^^^^^^^^^^^
--
-- Write id in place of run_id, or name the columns one by one.

SELECT COLUMNS('(.*)_id') AS 'x_\1' FROM openai.assistants.runs WHERE thread_id = 't1' AND run_id = 'r1';
-- UnsupportedSQLError: COLUMNS would show run_id, which is a parameter of the API and no column of SELECT *.
--
-- LINE 1: SELECT COLUMNS('(.*)_id') AS 'x_\1' FROM openai.assistants.runs WHERE thread_id = 't1' AND…
--                                                  ^^^^^^^^^^^^^^^^^^^^^^
--
-- Write id in place of run_id, or name the columns one by one.

SELECT r.id FROM openai.assistants.runs r WHERE r.thread_id = 't1' UNION ALL SELECT r.id FROM openai.assistants.runs r WHERE r.thread_id = 't2' AND r.run_id = 'r2';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 1. r: get_run of openai.assistants.runs
--   thread_id = t2 (from the statement)
--   run_id = r2 (from the statement)
--   GET /threads/t2/runs/r2
-- columns: id
