-- NOT of what says that a value is another, and IS TRUE, say what it is.
SELECT id FROM openai.assistants.runs WHERE NOT (thread_id <> 't1');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE (thread_id = 't1') IS TRUE;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE (thread_id <> 't1') IS FALSE;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE NOT (thread_id NOT IN ('t1', 't2'));
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE NOT (thread_id IS DISTINCT FROM 't1');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- NOT of OR is AND of what is not, and the other way round.
SELECT id FROM openai.assistants.runs WHERE NOT (thread_id <> 't1' OR run_id <> 'r1' OR status = 'failed');
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: id

SELECT id FROM openai.assistants.runs WHERE NOT (thread_id <> 't1' AND thread_id <> 't2');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM owners o JOIN openai.assistants.runs r ON NOT (r.thread_id <> o.thread_id OR o.owner LIKE 'b%');
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- Rows that a LEFT JOIN fills with NULLs are not among those of which it is true.
SELECT o.owner, r.id FROM owners o LEFT JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE NOT (r.thread_id <> 't1');
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
-- columns: owner, id

-- IS NOT TRUE and IS NOT FALSE are true of NULL as well, and NOT of = says what a value is not.
SELECT id FROM openai.assistants.runs WHERE (thread_id = 't1') IS NOT FALSE;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE NOT ((thread_id <> 't1') IS TRUE);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE NOT (thread_id = 't1');
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition with NOT or <> says what a value is not, and the API has to be asked for what it is.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE NOT (thread_id = 't1')
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM openai.assistants.runs WHERE NOT (thread_id <> ANY (['t1', 't2']));
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition with NOT or <> says what a value is not, and the API has to be asked for what it is.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE NOT (thread_id <> ANY (['t1', 't2']))
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
