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
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition on an expression of a column does not say which values the column has; compare the column itself.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id::VARCHAR = 't1'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM openai.assistants.runs WHERE metadata.thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE metadata.thread_id = 't1'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
