-- One request for the list, against two for the runs.
SELECT status FROM openai.assistants.runs WHERE thread_id = 't1' AND id IN ('r1', 'r2');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: status

-- As many: the one that asks for less.
SELECT status FROM openai.assistants.runs WHERE thread_id = 't1' AND id = 'r1';
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: status

-- Nothing is required.
SELECT name FROM openai.assistants.assistants;
-- 1. assistants: list_assistants of openai.assistants.assistants
--   GET /assistants?limit=100
-- columns: name

-- An option of the API, where a statement says it.
SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' AND "order" = 'asc';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   order = asc (from the statement)
--   GET /threads/t1/runs?order=asc&limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' AND "limit" = 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   limit = 5 (from the statement)
--   GET /threads/t1/runs?limit=5
-- columns: id

-- It has bounds.
SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' AND "limit" = 500;
-- PlanError: limit = 500 is over the greatest value 100.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' AND "limit" = 500
--                                                                                    ^^^
--
-- It is how many rows a page has; LIMIT 500 gives so many rows in all.

-- Those that have none are named, and no others.
SELECT id, "order", "before" FROM openai.assistants.runs WHERE thread_id = 't1' AND "order" IN ('asc', 'desc');
-- PlanError: before is a parameter of the API and has no value of its own here.
--
-- LINE 1: SELECT id, "order", "before" FROM openai.assistants.runs WHERE thread_id = 't1' AND "order…
--                                           ^^^^^^^^^^^^^^^^^^^^^^
--
-- Give it one, as in WHERE before = …

-- They must have values to be shown.
SELECT id, "order", "before" FROM openai.assistants.runs WHERE thread_id = 't1';
-- PlanError: order, before are parameters of the API and have no value of their own here.
--
-- LINE 1: SELECT id, "order", "before" FROM openai.assistants.runs WHERE thread_id = 't1'
--                                           ^^^^^^^^^^^^^^^^^^^^^^
--
-- Give it one, as in WHERE "order" = …

-- It must have a value to be shown.
SELECT id, "order" FROM openai.assistants.runs WHERE thread_id = 't1';
-- PlanError: order is a parameter of the API and has no value of its own here.
--
-- LINE 1: SELECT id, "order" FROM openai.assistants.runs WHERE thread_id = 't1'
--                                 ^^^^^^^^^^^^^^^^^^^^^^
--
-- Give it one, as in WHERE "order" = …
