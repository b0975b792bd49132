SELECT id FROM openai.assistants.threads WHERE id IN (SELECT thread_id FROM (SELECT thread_id FROM owners));
-- 1. threads: get_thread of openai.assistants.threads
--   thread_id = t1, t2 (from unnamed_subquery.thread_id)
--   GET /threads/t1
--   GET /threads/t2
-- columns: id

SELECT id FROM openai.assistants.threads WHERE id IN (FROM (SELECT thread_id FROM owners));
-- 1. threads: get_thread of openai.assistants.threads
--   thread_id = t1, t2 (from unnamed_subquery.thread_id)
--   GET /threads/t1
--   GET /threads/t2
-- columns: id

SELECT t.id FROM (SELECT thread_id FROM owners) JOIN openai.assistants.threads t ON thread_id = t.id;
-- 1. t: get_thread of openai.assistants.threads
--   thread_id = t1, t2 (from unnamed_subquery.thread_id)
--   GET /threads/t1
--   GET /threads/t2
-- columns: id

SELECT t.id FROM (FROM owners SELECT thread_id AS a), (SELECT thread_id AS b FROM owners WHERE owner = 'ann'), openai.assistants.threads t WHERE a = b AND b = t.id;
-- 1. t: get_thread of openai.assistants.threads
--   thread_id = t1, t2 (from unnamed_subquery.b)
--   GET /threads/t1
--   GET /threads/t2
-- columns: id

SELECT count(*) FROM (SELECT id, metadata FROM openai.assistants.threads), (SELECT thread_id FROM owners) WHERE id = thread_id;
-- 1. threads: get_thread of openai.assistants.threads
--   thread_id = t1, t2 (from unnamed_subquery.thread_id)
--   GET /threads/t1
--   GET /threads/t2
-- columns: count_star()

SELECT count(*) FROM (VALUES ('t1'), ('t2')), openai.assistants.threads WHERE col0 = id;
-- 1. threads: get_thread of openai.assistants.threads
--   thread_id = t1, t2 (from unnamed_subquery.col0)
--   GET /threads/t1
--   GET /threads/t2
-- columns: count_star()

-- A join in brackets that begins with UNNEST or LATERAL.
SELECT r.id FROM owners o JOIN (unnest(['t1', 't8']) AS d(t) JOIN openai.assistants.runs r ON r.thread_id = d.t) ON o.thread_id = d.t;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from d.t)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT x.id FROM owners o JOIN (LATERAL (SELECT id FROM openai.assistants.runs r WHERE r.thread_id = o.thread_id) x JOIN finished f ON f.run_id = x.id) ON o.owner = 'bo';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id
