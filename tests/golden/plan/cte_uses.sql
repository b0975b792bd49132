WITH r AS (SELECT * FROM openai.assistants.runs) SELECT a.id FROM r a, r b WHERE a.thread_id = 't1' AND b.thread_id = 't2';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

WITH r AS (SELECT * FROM openai.assistants.runs) SELECT a.id FROM r a, r b WHERE a.thread_id = 't1';
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- Nothing here says which thread_id of b is meant.
--
-- LINE 1: WITH r AS (SELECT * FROM openai.assistants.runs) SELECT a.id FROM r a, r b WHERE a.thread_…
--                                  ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

WITH r AS (SELECT * FROM openai.assistants.runs), s AS (SELECT * FROM r WHERE status = 'failed') SELECT id FROM s JOIN owners o ON o.thread_id = s.thread_id;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

WITH r AS (SELECT * FROM openai.assistants.runs) SELECT 1;
-- 1. runs: get_run of openai.assistants.runs
--   thread_id =  (from the statement)
--   run_id =  (from the statement)
--   no request
-- columns: 1

-- The keys of both uses, each of which reads another WITH.
WITH r AS (SELECT id, thread_id FROM openai.assistants.runs), mine AS (SELECT thread_id FROM owners WHERE owner = 'ann')
SELECT a.id FROM r a JOIN mine ON a.thread_id = mine.thread_id JOIN r b ON b.thread_id = mine.thread_id;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from mine.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- Of each use the keys that what is said there keeps.
WITH r AS (SELECT id, thread_id FROM openai.assistants.runs) SELECT a.id FROM owners o JOIN r a ON a.thread_id = o.thread_id AND a.thread_id LIKE '%1'
JOIN finished f ON true JOIN r b ON b.thread_id = f.thread_id AND b.thread_id < 't2';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- One column of a resource, handed on under two names of which each use names another.
WITH r AS (SELECT id, thread_id AS a, thread_id AS b FROM openai.assistants.runs) SELECT x.id FROM owners o JOIN r x ON x.a = o.thread_id JOIN r y ON y.b = o.thread_id WHERE o.owner = 'bo';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id

-- Two columns that an inner join makes the same, of which each use names another.
WITH w AS (SELECT r.id, t.id AS a, r.thread_id AS b FROM openai.assistants.threads t JOIN openai.assistants.runs r ON r.thread_id = t.id) SELECT x.id FROM w x, w y WHERE x.a = 't1' AND y.b = 't2';
-- 1. t: get_thread of openai.assistants.threads
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1
--   GET /threads/t2
-- 2. r: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   a request for each of these
-- columns: id

-- What each use says of one of them is said of the other.
WITH w AS (SELECT r.id, t.id AS a, r.thread_id AS b FROM openai.assistants.threads t JOIN openai.assistants.runs r ON r.thread_id = t.id) SELECT x.id FROM w x, w y WHERE x.a = 't1' AND y.b = 't2' AND x.a = y.b;
-- 1. t: get_thread of openai.assistants.threads
--   thread_id =  (from the statement)
--   no request
-- 1. r: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id

-- An outer join does not: where it fills one of them with NULL, the other has a value.
WITH w AS (SELECT r.id, t.id AS a, r.thread_id AS b FROM openai.assistants.threads t LEFT JOIN openai.assistants.runs r ON r.thread_id = t.id) SELECT x.id FROM w x, w y WHERE x.a = 't1' AND y.b = 't2';
-- MissingParameterError: openai.assistants.threads cannot be called without more values:
--   get_thread needs thread_id
-- A LEFT JOIN keeps the rows of its left side whatever its ON says, so t cannot take its values from the right one. Nothing here says which a of y is meant. The API has no list of them: name each that you mean.
--
-- LINE 1: WITH w AS (SELECT r.id, t.id AS a, r.thread_id AS b FROM openai.assistants.threads t LEFT …
--                                                                  ^^^^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.threads WHERE thread_id = '…'

-- Nor is it so of the totals of ROLLUP, whose rows are told by the column that is named alone.
WITH w AS (SELECT t.id AS a, r.thread_id AS b FROM openai.assistants.threads t JOIN openai.assistants.runs r ON r.thread_id = t.id GROUP BY ROLLUP (t.id, r.thread_id)) SELECT m.id FROM w JOIN openai.assistants.messages m ON m.thread_id = w.b WHERE w.a = 't1';
-- 1. t: get_thread of openai.assistants.threads
--   thread_id = t1 (from the statement)
--   GET /threads/t1
-- 2. r: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   a request for each of these
-- 3. m: list_messages of openai.assistants.messages
--   thread_id =  (from w.b)
--   a request for each of these
-- columns: id

-- No query but itself names a recursive one, and none names what reads it.
WITH RECURSIVE w AS (SELECT id FROM openai.assistants.threads WHERE id = 't1' UNION ALL SELECT w.id FROM w WHERE w.id = ''), v AS (SELECT id FROM w) SELECT 1;
-- 1. threads: get_thread of openai.assistants.threads
--   thread_id =  (from the statement)
--   no request
-- columns: 1

-- What is joined with a recursive one has no row.
WITH RECURSIVE w AS (SELECT id FROM openai.assistants.threads WHERE id = 't1' UNION ALL SELECT w.id FROM w WHERE w.id = '') SELECT w.id FROM w JOIN owners o ON o.owner = 'eve';
-- 1. threads: get_thread of openai.assistants.threads
--   thread_id =  (from the statement)
--   no request
-- columns: id

-- What each step of a recursive query hands on as it is has the values of its first side: a tree within one thread.
WITH RECURSIVE tree AS (SELECT thread_id, id, 0 AS depth FROM openai.assistants.runs WHERE thread_id = 't1' AND assistant_id = 'a' UNION ALL SELECT r.thread_id, r.id, t.depth + 1 FROM tree t JOIN openai.assistants.runs r ON r.thread_id = t.thread_id AND r.assistant_id = t.id) FROM tree;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 2. r: list_runs of openai.assistants.runs
--   thread_id =  (from t.thread_id)
--   a request for each of these
-- columns: thread_id, id, depth

-- The first side is of a local table, and the step hands on the column itself.
WITH RECURSIVE tree(a, depth) AS (SELECT thread_id, 0 FROM owners WHERE owner = 'ann' UNION SELECT t.a, depth + 1 FROM tree t JOIN openai.assistants.runs r ON r.thread_id = t.a WHERE depth < 3) FROM tree;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from t.a)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: a, depth

-- It is of a constant.
WITH RECURSIVE tree AS (SELECT 't1' AS a, 0 AS depth UNION ALL SELECT t.a, depth + 1 FROM tree t JOIN openai.assistants.runs r ON r.thread_id = t.a WHERE depth < 3) FROM tree;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from t.a)
--   GET /threads/t1/runs?limit=100
-- columns: a, depth

-- What a recursive query reads of its own rows gives no keys otherwise: all is asked for before it runs.
WITH RECURSIVE chain AS (SELECT thread_id, id FROM openai.assistants.runs WHERE thread_id = 't1' UNION SELECT r.thread_id, r.id FROM chain c JOIN openai.assistants.runs r ON r.thread_id = c.id) FROM chain;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- What a recursive query reads of its own rows is known only while it runs, and all is asked for before; inside it, take values from constants, a table, or a column that each step selects as it is.
--
-- LINE 1: …_id = 't1' UNION SELECT r.thread_id, r.id FROM chain c JOIN openai.assistants.runs r ON r.…
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- What one use alone says is so of the others too where they are joined with it: there is no row in any where there is none in that.
WITH q AS (SELECT id, status, thread_id FROM openai.assistants.runs WHERE thread_id = 't1') SELECT a.id FROM q a JOIN finished f ON f.run_id = a.thread_id JOIN q b ON b.id = a.id;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id =  (from f.run_id)
--   no request
-- columns: id

WITH q AS (SELECT id, status, thread_id FROM openai.assistants.runs WHERE thread_id = 't1') SELECT a.id FROM q a LEFT JOIN finished f ON f.run_id = a.thread_id JOIN q b ON b.id = a.id;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id
