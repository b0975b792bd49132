-- In ON it matters for those pairs of rows alone of which the rest of ON is true, whatever the join keeps besides.
SELECT o.owner FROM owners o LEFT JOIN finished f ON o.owner = 'bo' AND o.thread_id IN (SELECT r.thread_id FROM openai.assistants.runs r);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=1
--   IN needs no more than 1 row of each call: limit = 1
-- columns: owner

SELECT o.owner FROM owners o LEFT JOIN finished f ON f.run_id = 'r1' AND f.thread_id IN (SELECT r.thread_id FROM openai.assistants.runs r) WHERE o.n > 1;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from f.thread_id)
--   GET /threads/t1/runs?limit=1
--   IN needs no more than 1 row of each call: limit = 1
-- columns: owner

SELECT o.owner FROM owners o ANTI JOIN finished f ON f.run_id = 'r2' AND f.thread_id = o.thread_id AND o.thread_id IN (SELECT r.thread_id FROM openai.assistants.runs r);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=1
--   IN needs no more than 1 row of each call: limit = 1
-- columns: owner

-- What stands outside an outer join may let through the NULLs that come where there is no pair.
SELECT o.owner FROM owners o LEFT JOIN finished f ON f.thread_id = o.thread_id AND o.thread_id IN (SELECT r.thread_id FROM openai.assistants.runs r) WHERE f.run_id IS NULL OR f.run_id = 'r1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=1
--   GET /threads/t2/runs?limit=1
--   IN needs no more than 1 row of each call: limit = 1
-- columns: owner
