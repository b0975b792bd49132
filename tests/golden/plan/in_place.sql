-- A column of a sub-select that has not been read stands for the constants that it is among there.
SELECT t.id FROM openai.assistants.threads t JOIN (SELECT thread_id FROM openai.assistants.runs WHERE thread_id IN ('t1', 't2')) r ON r.thread_id = t.id WHERE t.id IN ('t2', 't3');
-- 1. t: get_thread of openai.assistants.threads
--   thread_id = t2 (from r.thread_id)
--   GET /threads/t2
-- 2. runs: list_runs of openai.assistants.runs
--   thread_id =  (from t.id)
--   a request for each of these
-- columns: id

-- For those of each side of OR.
SELECT t.id FROM openai.assistants.threads t JOIN (SELECT thread_id FROM openai.assistants.runs WHERE thread_id = 't1' OR (thread_id = 't2' AND status = 'failed')) r ON r.thread_id = t.id;
-- 1. t: get_thread of openai.assistants.threads
--   thread_id = t1, t2 (from r.thread_id)
--   GET /threads/t1
--   GET /threads/t2
-- 2. runs: list_runs of openai.assistants.runs
--   thread_id =  (from t.id)
--   a request for each of these
-- columns: id

-- For what else it equals there.
SELECT t.id FROM openai.assistants.threads t WHERE EXISTS (SELECT 1 FROM openai.assistants.runs r JOIN owners o ON o.thread_id = r.thread_id WHERE r.thread_id = t.id AND o.owner = 'ann') AND t.id IN ('t2', 't3');
-- 1. t: get_thread of openai.assistants.threads
--   thread_id = t2 (from r.thread_id)
--   GET /threads/t2
-- 2. r: list_runs of openai.assistants.runs
--   thread_id =  (from t.id)
--   a request for each of these
-- columns: id

-- A column further out that has not been read does so as well.
SELECT t.id FROM openai.assistants.threads t WHERE t.id IN ('t1', 't2') AND EXISTS (SELECT 1 FROM openai.assistants.runs r WHERE r.thread_id = t.id AND r.thread_id IN ('t2', 't3'));
-- 1. t: get_thread of openai.assistants.threads
--   thread_id = t2 (from r.thread_id)
--   GET /threads/t2
-- 2. r: list_runs of openai.assistants.runs
--   thread_id =  (from t.id)
--   a request for each of these
-- columns: id

-- A parameter equals it.
-- params: {"n": 5, "t": "t1"}
SELECT t.id FROM openai.assistants.threads t JOIN (SELECT thread_id FROM openai.assistants.runs WHERE thread_id = $t) r ON r.thread_id = t.id WHERE t.id = 't2';
-- 1. t: get_thread of openai.assistants.threads
--   thread_id =  (from r.thread_id)
--   no request
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id

-- A number is no text: DuckDB compares as another type.
-- params: {"n": 5, "t": "t1"}
SELECT t.id FROM openai.assistants.threads t JOIN (SELECT thread_id FROM openai.assistants.runs WHERE thread_id = $n AND thread_id IN ('5', '05')) r ON r.thread_id = t.id WHERE t.id IN ('05', '6');
-- 1. t: get_thread of openai.assistants.threads
--   thread_id = 05 (from r.thread_id)
--   GET /threads/05
-- 2. runs: list_runs of openai.assistants.runs
--   thread_id =  (from t.id)
--   a request for each of these
-- columns: id

-- An outer join fills the column with NULLs.
SELECT t.id FROM openai.assistants.threads t LEFT JOIN (SELECT o.owner, r.thread_id FROM owners o LEFT JOIN openai.assistants.runs r ON r.thread_id = o.thread_id AND r.thread_id = 't1') s ON coalesce(s.thread_id, 't2') = t.id WHERE t.id IN ('t2', 't3');
-- 1. t: get_thread of openai.assistants.threads
--   thread_id = t2, t3 (from the statement)
--   GET /threads/t2
--   GET /threads/t3
-- 2. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
-- columns: id
