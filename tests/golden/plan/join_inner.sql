SELECT o.owner, r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: owner, id

-- What WHERE says of the table is said of its keys.
SELECT o.owner, r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE o.owner = 'bo';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: owner, id

-- A constant goes through the equality.
SELECT o.owner, r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE o.thread_id = 't9';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id =  (from o.thread_id)
--   no request
-- columns: owner, id

-- A comma, and an equality in WHERE.
SELECT o.owner, r.id FROM owners o, openai.assistants.runs r WHERE r.thread_id = o.thread_id AND o.n > 2;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: owner, id

-- Two resources: what is known of one is known of the other.
SELECT r.id, m.id FROM openai.assistants.runs r JOIN openai.assistants.messages m ON m.thread_id = r.thread_id WHERE r.thread_id = 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 2. m: list_messages of openai.assistants.messages
--   thread_id =  (from r.thread_id)
--   a request for each of these
-- columns: id, id

-- Integers do not equal texts in one spelling.
SELECT r.id FROM numbers o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- thread_id is string, and integer is not: DuckDB would compare them as another type.
--
-- LINE 1: SELECT r.id FROM numbers o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id
--                                         ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- Two keys from one table.
SELECT r.status FROM finished f JOIN openai.assistants.runs r ON r.thread_id = f.thread_id AND r.run_id = f.run_id WHERE f.run_id = 'r1';
-- 1. r: get_run of openai.assistants.runs
--   thread_id = t1 (from f.thread_id)
--   run_id = r1 (from f.run_id)
--   GET /threads/t1/runs/r1
-- columns: status

-- A column with a collation has keys in several spellings.
SELECT r.id FROM loose o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- o.thread_id compares under a collation, by which other texts are equal to it too.
--
-- LINE 1: SELECT r.id FROM loose o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id
--                                       ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- A collation of one column says nothing against a constant that another has without it.
SELECT r.id FROM loose o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id AND r.id = o.thread_id WHERE r.thread_id IN ('t1', 'T1');
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, T1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/T1/runs?limit=100
-- columns: id

-- A join in brackets whose first item is a sub-select.
SELECT r.id FROM openai.assistants.runs r JOIN ((SELECT 't1' AS thread_id UNION SELECT 't5') s JOIN owners o ON o.thread_id = s.thread_id) ON s.thread_id = r.thread_id;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from s.thread_id)
--   GET /threads/t1/runs?limit=100
-- columns: id
