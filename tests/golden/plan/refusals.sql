SELECT * FROM openai.assistants.runs;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
--
-- LINE 1: SELECT * FROM openai.assistants.runs
--                       ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT r.id FROM openai.assistants.runs r POSITIONAL JOIN owners o WHERE r.thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A POSITIONAL JOIN pairs all rows, so a filter cannot be applied before it; put the filter into a sub-select.
--
-- LINE 1: SELECT r.id FROM openai.assistants.runs r POSITIONAL JOIN owners o WHERE r.thread_id = 't1…
--                          ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM openai.assistants.runs USING SAMPLE 3 WHERE thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- SAMPLE picks from all rows, so a filter cannot be applied before it; put the filter into a sub-select.
--
-- LINE 1: SELECT id FROM openai.assistants.runs USING SAMPLE 3 WHERE thread_id = 't1'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM openai.assistants.runs TABLESAMPLE 10% WHERE thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- SAMPLE picks from all rows, so a filter cannot be applied before it; put the filter into a sub-select.
--
-- LINE 1: SELECT id FROM openai.assistants.runs TABLESAMPLE 10% WHERE thread_id = 't1'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM openai.assistants.runs WHERE run_id = 'r1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   get_run needs thread_id
--   list_runs needs thread_id
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE run_id = 'r1'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM openai.assistants.runs WHERE thread_id = '';
-- PlanError: thread_id is "", which cannot stand in the path of a request.
--
-- Give thread_id a value: The thread.

SELECT id FROM openai.assistants.runs WHERE thread_id LIKE 't%';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A comparison or a pattern does not say which values there are; a table that holds them can: IN (SELECT …).
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id LIKE 't%'
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SUMMARIZE openai.assistants.runs;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- It stands outside a SELECT, where no condition says what to ask for; a sub-select with a WHERE of its own can stand there.
--
-- LINE 1: SUMMARIZE openai.assistants.runs
--                   ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: (SELECT * FROM openai.assistants.runs WHERE thread_id = '…')

-- A correlated sub-select takes no values from the row outside.
SELECT o.owner, (SELECT count(*) FROM openai.assistants.runs r WHERE r.thread_id = o.thread_id) FROM owners o;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner, (SELECT count(*) FROM openai.assistants.runs r WHERE r.thread_id = o.thread_id)

-- SQL that the reader of statements does not know.
FROM openai.assistants.runs WHERE thread_id = 't1' SELECT id;
-- BindError: Parser Error: syntax error at or near "SELECT"
--
-- LINE 1: …]}')."data") AS r, key FROM __rowcall_pages_0)) AS "runs" WHERE thread_id = 't1' SELECT id
--                                                                                           ^^^^^^

-- A sample within a sub-select is taken of all rows, so that a condition outside it comes too late.
SELECT s.id FROM (SELECT id, thread_id FROM openai.assistants.runs TABLESAMPLE reservoir(3 ROWS)) s WHERE s.thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- SAMPLE picks from all rows, so a filter cannot be applied before it; put the filter into a sub-select.
--
-- LINE 1: SELECT s.id FROM (SELECT id, thread_id FROM openai.assistants.runs TABLESAMPLE reservoir(3…
--                                                     ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

UPDATE owners SET thread_id = r.id FROM openai.assistants.runs r WHERE r.thread_id = owners.thread_id;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- It stands outside a SELECT, where no condition says what to ask for; a sub-select with a WHERE of its own can stand there.
--
-- LINE 1: UPDATE owners SET thread_id = r.id FROM openai.assistants.runs r WHERE r.thread_id = owner…
--                                                 ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: (SELECT * FROM openai.assistants.runs WHERE thread_id = '…') AS r

COPY openai.assistants.runs TO 'runs.csv';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- It stands outside a SELECT, where no condition says what to ask for; a sub-select with a WHERE of its own can stand there.
--
-- LINE 1: COPY openai.assistants.runs TO 'runs.csv'
--              ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: (SELECT * FROM openai.assistants.runs WHERE thread_id = '…')

-- PIVOT of values that it finds, as a table.
SELECT * FROM (PIVOT (SELECT thread_id, status FROM openai.assistants.runs) ON status USING count(*)) WHERE thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition outside a query with PIVOT cannot be applied before it; repeat it inside.
--
-- LINE 1: SELECT * FROM (PIVOT (SELECT thread_id, status FROM openai.assistants.runs) ON status USIN…
--                                                             ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
