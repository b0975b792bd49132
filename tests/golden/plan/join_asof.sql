-- The right side of ASOF is restricted by its ON alone: a filter would change which row is the last.
SELECT o.owner, r.id FROM owners o ASOF JOIN openai.assistants.runs r ON r.thread_id = o.thread_id AND o.n >= r.created_at;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner, id

SELECT o.owner, r.id FROM owners o ASOF JOIN openai.assistants.runs r ON o.n >= r.created_at WHERE r.thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- An ASOF JOIN picks the nearest row of r before r.thread_id = 't1' is applied: say in a sub-select in place of r which values are meant, or in ON.
--
-- LINE 1: SELECT o.owner, r.id FROM owners o ASOF JOIN openai.assistants.runs r ON o.n >= r.created_…
--                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT r.id, o.owner FROM openai.assistants.runs r ASOF LEFT JOIN owners o ON r.thread_id = o.thread_id AND r.created_at >= o.n WHERE r.thread_id = 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id, owner
