SELECT owner, id FROM owners NATURAL JOIN openai.assistants.runs;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from owners.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner, id

SELECT owner, id FROM owners NATURAL LEFT JOIN openai.assistants.runs;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from owners.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner, id

-- A comma binds weaker: owners and of_ann are joined, runs is not.
SELECT r.id FROM openai.assistants.runs r, owners NATURAL JOIN of_ann WHERE r.thread_id = 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- A hidden column would become a key, because the statement names it.
SELECT status FROM finished NATURAL JOIN openai.assistants.runs r WHERE r.run_id = 'r1';
-- UnsupportedSQLError: A NATURAL JOIN would pair rows by run_id, which is no column of SELECT *.
--
-- LINE 1: SELECT status FROM finished NATURAL JOIN openai.assistants.runs r WHERE r.run_id = 'r1'
--                                                  ^^^^^^^^^^^^^^^^^^^^^^
--
-- Write JOIN … USING (…) with the columns meant.

SELECT owner, status FROM owners NATURAL JOIN openai.assistants.runs r WHERE r.run_id = 'r1';
-- 1. r: get_run of openai.assistants.runs
--   thread_id = t1, t2 (from owners.thread_id)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
--   GET /threads/t2/runs/r1
-- columns: owner, status

-- What a WITH's columns are called is known though it numbers its rows, which might be otherwise each time.
WITH n AS (SELECT status, row_number() OVER () AS at FROM (VALUES ('failed')) v(status)) SELECT id FROM n NATURAL JOIN openai.assistants.runs WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- What stands behind a NATURAL JOIN is no part of it, though nobody knew its columns.
SELECT r.status FROM openai.assistants.runs r NATURAL LEFT JOIN owners JOIN LATERAL (SELECT r.id UNION BY NAME SELECT owner FROM owners) x ON true WHERE r.run_id = 'r1' AND r.thread_id = 't1';
-- 1. r: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: status
