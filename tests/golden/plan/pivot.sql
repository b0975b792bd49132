-- UNPIVOT hands on the columns that it does not name: a condition on them may be applied before.
SELECT * FROM (UNPIVOT (SELECT thread_id, started_at, created_at FROM openai.assistants.runs) ON started_at, created_at INTO NAME what VALUE moment) WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: thread_id, what, moment

SELECT u.* FROM owners o JOIN (SELECT thread_id, started_at, created_at FROM openai.assistants.runs) UNPIVOT (moment FOR what IN (started_at, created_at)) u ON u.thread_id = o.thread_id;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: thread_id, what, moment

SELECT * FROM (UNPIVOT (SELECT thread_id, status FROM openai.assistants.runs) ON thread_id, status INTO NAME what VALUE moment) WHERE moment = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition outside a query with PIVOT cannot be applied before it; repeat it inside.
--
-- LINE 1: SELECT * FROM (UNPIVOT (SELECT thread_id, status FROM openai.assistants.runs) ON thread_id…
--                                                               ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- PIVOT hands on what it groups by: what it says, or all that it does not name.
SELECT * FROM (PIVOT (SELECT thread_id, status, id FROM openai.assistants.runs) ON status IN ('failed', 'completed') USING count(*) GROUP BY thread_id) WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: thread_id, failed, completed

WITH p AS (PIVOT (SELECT thread_id, status FROM openai.assistants.runs) ON status IN ('failed', 'completed') USING count(*)) SELECT p.* FROM p JOIN owners USING (thread_id);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from owners.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: thread_id, failed, completed

-- Where its columns are the values that it finds, a condition before it would leave out some.
SELECT * FROM (PIVOT (SELECT thread_id, status FROM openai.assistants.runs) ON status USING count(*) GROUP BY thread_id) WHERE thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition outside a query with PIVOT cannot be applied before it; repeat it inside.
--
-- LINE 1: SELECT * FROM (PIVOT (SELECT thread_id, status FROM openai.assistants.runs) ON status USIN…
--                                                             ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- A condition on what they hand on drops rows that an outer join fills with NULLs, so that its other side gives keys.
SELECT * FROM (UNPIVOT (SELECT o.owner, r.started_at, r.created_at FROM openai.assistants.runs r LEFT JOIN owners o ON o.thread_id = r.thread_id) ON started_at, created_at INTO NAME what VALUE moment) WHERE owner = 'ann';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner, what, moment

SELECT * FROM (PIVOT (SELECT o.owner, r.status FROM openai.assistants.runs r LEFT JOIN owners o ON o.thread_id = r.thread_id) ON status IN ('failed') USING count(*)) WHERE owner = 'ann';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner, failed

SELECT * FROM (UNPIVOT (SELECT o.owner, r.started_at, r.created_at FROM openai.assistants.runs r LEFT JOIN owners o ON o.thread_id = r.thread_id) ON started_at, created_at INTO NAME what VALUE moment LIMIT 2) WHERE owner = 'ann';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A LEFT JOIN keeps the rows of its left side whatever its ON says, so r cannot take its values from the right one.
--
-- LINE 1: …M (UNPIVOT (SELECT o.owner, r.started_at, r.created_at FROM openai.assistants.runs r LEFT …
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT * FROM (UNPIVOT (SELECT o.owner, o.n::VARCHAR AS n, r.status FROM openai.assistants.runs r LEFT JOIN owners o ON o.thread_id = r.thread_id) ON n, status INTO NAME what VALUE moment) WHERE moment = 'ann';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A LEFT JOIN keeps the rows of its left side whatever its ON says, so r cannot take its values from the right one.
--
-- LINE 1: … (UNPIVOT (SELECT o.owner, o.n::VARCHAR AS n, r.status FROM openai.assistants.runs r LEFT …
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
