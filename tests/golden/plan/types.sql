-- DuckDB compares a text with a number as numbers: '5' and '05' would both do.
SELECT id FROM openai.assistants.runs WHERE thread_id = 5;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- thread_id is string, and 5 is not: DuckDB would compare them as another type.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id = 5
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM openai.assistants.runs WHERE thread_id IN ('t1', 5);
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- thread_id is string, and 5 is not: DuckDB would compare them as another type.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id IN ('t1', 5)
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM openai.assistants.runs WHERE thread_id = 'T1' COLLATE NOCASE;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- 'T1' COLLATE NOCASE compares under a collation, by which other texts are equal to it too.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id = 'T1' COLLATE NOCASE
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM openai.assistants.runs WHERE thread_id COLLATE NOCASE = 'T1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition on an expression of a column does not say which values the column has; compare the column itself.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id COLLATE NOCASE = 'T1'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM openai.assistants.runs WHERE lower(thread_id) = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition on an expression of a column does not say which values the column has; compare the column itself.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE lower(thread_id) = 't1'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM openai.assistants.runs WHERE thread_id::VARCHAR = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE metadata.thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE metadata.thread_id = 't1'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM openai.assistants.runs WHERE CAST((thread_id) AS VARCHAR(64))::TEXT IN ('t1', 't2');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM openai.assistants.runs r JOIN owners o ON r.thread_id::TEXT = o.thread_id::STRING WHERE o.owner = 'ann';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id::TEXT IN (SELECT o.thread_id::VARCHAR FROM owners o WHERE n = 2);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs r WHERE (TRY_CAST(thread_id AS TEXT), id::TEXT) IN (('t1', 'r1'));
-- 1. r: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: id

SELECT r.id FROM openai.assistants.runs r, (SELECT thread_id::VARCHAR AS key FROM owners) o WHERE r.thread_id = o.key AND o.key::VARCHAR IS NOT DISTINCT FROM 't2';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.key)
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT s.id FROM (SELECT id, thread_id::TEXT AS key FROM openai.assistants.runs) s WHERE s.key = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- A cast to another type may make one value of several.
SELECT id FROM openai.assistants.runs WHERE thread_id::INTEGER = 5;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition on an expression of a column does not say which values the column has; compare the column itself.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id::INTEGER = 5
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT r.id FROM openai.assistants.runs r JOIN numbers n ON r.thread_id::INTEGER = n.thread_id::BIGINT;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition on an expression of a column does not say which values the column has; compare the column itself.
--
-- LINE 1: SELECT r.id FROM openai.assistants.runs r JOIN numbers n ON r.thread_id::INTEGER = n.threa…
--                          ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- A column that compares under a collation does so cast to its own type, too.
SELECT r.id FROM openai.assistants.runs r JOIN loose l ON r.thread_id = l.thread_id::VARCHAR;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- l.thread_id compares under a collation, by which other texts are equal to it too.
--
-- LINE 1: SELECT r.id FROM openai.assistants.runs r JOIN loose l ON r.thread_id = l.thread_id::VARCH…
--                          ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
