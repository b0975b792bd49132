-- What a CASE is true for: a condition and what stands behind it, or what stands behind ELSE.
SELECT id FROM openai.assistants.runs WHERE CASE WHEN status = 'failed' THEN thread_id = 't1' WHEN thread_id = 't2' THEN id > 'r' ELSE thread_id IN ('t3', 't4') END;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2, t3, t4 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
--   GET /threads/t3/runs?limit=100
--   GET /threads/t4/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE if(status = 'failed', thread_id = 't1', thread_id IS NULL);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- NOT of one is about what it is false for.
SELECT id FROM openai.assistants.runs WHERE NOT CASE WHEN status = 'failed' THEN thread_id <> 't1' ELSE thread_id <> 't2' END;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- A condition in place of NULL.
SELECT id FROM openai.assistants.runs WHERE coalesce(thread_id = 't1', false);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- Values come from the rows of a table as well.
SELECT r.id FROM owners o JOIN openai.assistants.runs r ON CASE WHEN o.owner = 'bo' THEN r.thread_id = o.thread_id ELSE r.thread_id = 't9' END;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2, t9 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
--   GET /threads/t9/runs?limit=100
-- columns: id

-- One way that gives no value, and a number in place of a condition.
SELECT id FROM openai.assistants.runs WHERE CASE WHEN status = 'failed' THEN thread_id = 't1' ELSE status = 'expired' END;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition on an expression of a column does not say which values the column has; compare the column itself.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE CASE WHEN status = 'failed' THEN thread_id = '…
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM openai.assistants.runs WHERE CASE WHEN thread_id = 't1' THEN 1 ELSE 0 END;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE 1 = 0 OR thread_id = 't1' OR ('a' IS NULL AND status = 'failed');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE 1 = 1 OR thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- Not every side of OR says which values are meant.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE 1 = 1 OR thread_id = 't1'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
