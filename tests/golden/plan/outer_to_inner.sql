SELECT r.id FROM openai.assistants.runs r LEFT JOIN owners o ON o.thread_id = r.thread_id WHERE o.owner = 'ann';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM openai.assistants.runs r FULL JOIN owners o ON o.thread_id = r.thread_id WHERE o.owner = 'ann' AND r.id IS NOT NULL;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM openai.assistants.runs r LEFT JOIN owners o ON o.thread_id = r.thread_id WHERE coalesce(o.owner, 'ann') = 'ann';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A LEFT JOIN keeps the rows of its left side whatever its ON says, so r cannot take its values from the right one.
--
-- LINE 1: SELECT r.id FROM openai.assistants.runs r LEFT JOIN owners o ON o.thread_id = r.thread_id …
--                          ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT r.id FROM owners o LEFT JOIN finished f ON f.thread_id = o.thread_id JOIN openai.assistants.runs r ON r.thread_id = coalesce(f.thread_id, 't9');
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
--
-- LINE 1: …rs o LEFT JOIN finished f ON f.thread_id = o.thread_id JOIN openai.assistants.runs r ON r.…
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT r.id FROM owners o LEFT JOIN openai.assistants.runs r ON r.model = o.owner WHERE 't1' <= (r.thread_id) AND (r.thread_id) <= 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- What stands around a sub-select drops such rows as well: of each level, of WITH where all its uses do, and of what IN looks in.
SELECT s.id FROM (SELECT r.id, o.thread_id FROM openai.assistants.runs r LEFT JOIN owners o ON o.thread_id = r.thread_id) s WHERE s.thread_id <> 't2';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
-- columns: id

WITH s AS (SELECT f.thread_id FROM openai.assistants.runs r LEFT JOIN finished f ON f.thread_id = r.thread_id) SELECT o.owner FROM owners o JOIN (SELECT thread_id AS t FROM s) q ON q.t = o.thread_id;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner

WITH s AS (SELECT r.id, o.thread_id FROM openai.assistants.runs r LEFT JOIN owners o ON o.thread_id = r.thread_id) SELECT a.id FROM s a, s b WHERE a.thread_id = b.id;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A LEFT JOIN keeps the rows of its left side whatever its ON says, so r cannot take its values from the right one.
--
-- LINE 1: WITH s AS (SELECT r.id, o.thread_id FROM openai.assistants.runs r LEFT JOIN owners o ON o.…
--                                                  ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT o.owner FROM owners o WHERE o.thread_id IN (SELECT f.thread_id FROM openai.assistants.runs r LEFT JOIN finished f ON f.thread_id = r.thread_id);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner

SELECT o.owner FROM owners o LEFT JOIN (SELECT f.thread_id, f.run_id FROM finished f RIGHT JOIN openai.assistants.runs r ON f.thread_id = r.thread_id) s ON s.thread_id = o.thread_id WHERE s.run_id IS NULL;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner

SELECT s.id FROM (SELECT r.id, o.thread_id FROM openai.assistants.runs r LEFT JOIN owners o ON o.thread_id = r.thread_id LIMIT 3) s WHERE s.thread_id = 't2';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition outside a query with LIMIT cannot be applied before it; repeat it inside. A LEFT JOIN keeps the rows of its left side whatever its ON says, so r cannot take its values from the right one.
--
-- LINE 1: SELECT s.id FROM (SELECT r.id, o.thread_id FROM openai.assistants.runs r LEFT JOIN owners …
--                                                         ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- An ASOF LEFT JOIN whose rows of NULLs are dropped takes keys from its right side.
SELECT r.id FROM openai.assistants.runs r ASOF LEFT JOIN owners o ON r.thread_id = o.thread_id AND r.created_at >= o.n WHERE o.owner = 'ann';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- NOT, AND and OR of comparisons, each of which is NULL of a row of NULLs.
SELECT r.id FROM openai.assistants.runs r LEFT JOIN owners o ON o.thread_id = r.thread_id WHERE NOT (o.owner <> 'ann' AND (o.n = 2 OR o.owner IS NULL));
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM openai.assistants.runs r LEFT JOIN owners o ON o.thread_id = r.thread_id WHERE length(o.owner) = 2 OR o.n + 1 = 2;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM openai.assistants.runs r LEFT JOIN owners o ON o.thread_id = r.thread_id WHERE NOT (o.owner <> 'ann' AND o.owner IS NOT NULL);
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A LEFT JOIN keeps the rows of its left side whatever its ON says, so r cannot take its values from the right one.
--
-- LINE 1: SELECT r.id FROM openai.assistants.runs r LEFT JOIN owners o ON o.thread_id = r.thread_id …
--                          ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- A condition that is compared with TRUE or FALSE is true, or false: not NULL.
SELECT r.id FROM openai.assistants.runs r LEFT JOIN owners o USING (thread_id) WHERE (o.owner = 'bo') = false;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id
