SELECT o.owner, r.id FROM owners o FULL JOIN openai.assistants.runs r ON r.thread_id = o.thread_id;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A FULL JOIN keeps the rows of both sides, so neither side can take its values from the other.
--
-- LINE 1: SELECT o.owner, r.id FROM owners o FULL JOIN openai.assistants.runs r ON r.thread_id = o.t…
--                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- WHERE drops what the other side has alone.
SELECT o.owner, r.id FROM owners o FULL JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE r.thread_id = 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: owner, id

-- A sub-select that says which rows are meant.
SELECT o.owner, r.id FROM owners o FULL JOIN (FROM openai.assistants.runs WHERE thread_id = 't1') r ON r.thread_id = o.thread_id;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: owner, id

-- A row matters that has a partner, or that WHERE lets through without one: the values of both.
SELECT o.owner, r.id FROM owners o FULL JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE r.thread_id = 't9' OR o.owner = 'bo';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2, t9 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
--   GET /threads/t9/runs?limit=100
-- columns: owner, id

SELECT o.owner, r.id FROM openai.assistants.runs r FULL JOIN owners o ON r.thread_id = o.thread_id AND o.n < 3 WHERE r.thread_id IN ('t8', 't9') OR r.thread_id IS NULL;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2, t8, t9 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
--   GET /threads/t8/runs?limit=100
--   GET /threads/t9/runs?limit=100
-- columns: owner, id

-- One that keeps away a row with NULLs in its place.
SELECT o.owner, r.id FROM owners o FULL JOIN openai.assistants.runs r ON r.id = o.owner AND r.thread_id IN ('t1', 't2') WHERE r.thread_id = 't9' OR r.thread_id IS NULL;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2, t9 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
--   GET /threads/t9/runs?limit=100
-- columns: owner, id

-- What is let through without a partner has any value.
SELECT o.owner, r.id FROM owners o FULL JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE r.status = 'failed' OR o.owner = 'bo';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A FULL JOIN keeps the rows of both sides, so neither side can take its values from the other.
--
-- LINE 1: SELECT o.owner, r.id FROM owners o FULL JOIN openai.assistants.runs r ON r.thread_id = o.t…
--                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- The column that USING makes of both is that of either side in each of its rows.
SELECT thread_id, o.owner, r.id FROM owners o FULL JOIN openai.assistants.runs r USING (thread_id) WHERE thread_id = 't9';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t9 (from the statement)
--   GET /threads/t9/runs?limit=100
-- columns: thread_id, owner, id

SELECT o.owner, r.id FROM owners o FULL JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE coalesce(r.thread_id, o.thread_id) IN ('t1', 't9');
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t9 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t9/runs?limit=100
-- columns: owner, id

SELECT o.owner, r.id FROM owners o FULL JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE coalesce(r.thread_id, o.thread_id) IS NOT DISTINCT FROM 't9';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t9 (from the statement)
--   GET /threads/t9/runs?limit=100
-- columns: owner, id

-- So it is of three, of each of two such columns, and where a sub-select hands it on.
SELECT thread_id, o.owner, r.id FROM owners o FULL JOIN finished f USING (thread_id) FULL JOIN openai.assistants.runs r USING (thread_id) WHERE thread_id = 't9';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t9 (from the statement)
--   GET /threads/t9/runs?limit=100
-- columns: thread_id, owner, id

SELECT r.status FROM finished f FULL JOIN openai.assistants.runs r USING (thread_id, run_id) WHERE (thread_id, run_id) = ('t9', 'r9');
-- 1. r: get_run of openai.assistants.runs
--   thread_id = t9 (from the statement)
--   run_id = r9 (from the statement)
--   GET /threads/t9/runs/r9
-- columns: status

SELECT s.* FROM (SELECT thread_id, o.owner, r.id FROM owners o FULL JOIN openai.assistants.runs r USING (thread_id)) s WHERE s.thread_id = 't9';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t9 (from the statement)
--   GET /threads/t9/runs?limit=100
-- columns: thread_id, owner, id

SELECT s.id FROM (SELECT thread_id AS t, r.id FROM owners o FULL JOIN openai.assistants.runs r USING (thread_id)) s JOIN of_ann a ON a.thread_id = s.t;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from a.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id
