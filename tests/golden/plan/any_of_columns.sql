-- Columns in IN: each of them, in one query.
SELECT r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id IN (o.thread_id, o.owner) WHERE o.n < 3;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = ann, bo, t1, t2 (from o.thread_id or o.owner)
--   GET /threads/ann/runs?limit=100
--   GET /threads/bo/runs?limit=100
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- With constants among them, which matter no more than a row of the table does.
SELECT r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id IN (o.thread_id, 't9') WHERE o.owner = 'bo';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2, t9 (from o.thread_id or the statement)
--   GET /threads/t2/runs?limit=100
--   GET /threads/t9/runs?limit=100
-- columns: id

SELECT r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id IN (o.thread_id, 't9') WHERE o.owner = 'nobody';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id =  (from o.thread_id or the statement)
--   no request
-- columns: id

-- A list in each row.
SELECT r.id FROM openai.assistants.runs r JOIN (SELECT ['t1', 't2', NULL] AS ts) l ON list_contains(l.ts, r.thread_id);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from l.ts)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM openai.assistants.runs r JOIN (VALUES (['t1', 't2']), (['t2']), ([]), (NULL)) l(ts) ON r.thread_id = ANY (l.ts);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from l.ts)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM openai.assistants.runs r JOIN (SELECT unnest(['t1', 't2']) AS t) l ON r.thread_id = l.t;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from l.t)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- Beside what it equals, each drops values of the other.
SELECT r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id AND r.thread_id IN (o.owner, 't2');
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id

-- For two parameters at once.
SELECT r.id FROM finished f JOIN openai.assistants.runs r ON r.thread_id IN (f.thread_id, 't9') AND r.id = ANY ([f.run_id, 'r9']) WHERE f.run_id = 'r1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t9 (from f.thread_id or the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t9/runs?limit=100
-- columns: id

-- Of another resource, which is read first.
SELECT s.id FROM openai.assistants.runs r JOIN openai.assistants.run_steps s ON s.thread_id IN (r.thread_id, 't9') AND s.run_id = r.id WHERE r.thread_id = 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 2. s: list_run_steps of openai.assistants.run_steps
--   thread_id =  (from r.thread_id or the statement)
--   run_id =  (from r.id)
--   a request for each of these
-- columns: id

-- In a correlated query.
SELECT o.owner FROM owners o WHERE EXISTS (FROM openai.assistants.runs r WHERE r.thread_id = ANY ([o.thread_id, o.owner])) AND o.n = 1;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = ann, t1 (from [o.thread_id, o.owner])
--   GET /threads/ann/runs?limit=1
--   GET /threads/t1/runs?limit=1
--   EXISTS needs no more than 1 row of each call: limit = 1
-- columns: owner

-- A list that an outer join fills is NULL there, and has no values; one that is made of it has.
SELECT r.id FROM owners o LEFT JOIN finished f USING (thread_id) JOIN openai.assistants.runs r ON r.thread_id IN (f.thread_id, f.run_id);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = r1, r2, t1, t2 (from f.thread_id or f.run_id)
--   GET /threads/r1/runs?limit=100
--   GET /threads/r2/runs?limit=100
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM owners o LEFT JOIN finished f USING (thread_id) JOIN openai.assistants.runs r ON r.thread_id IN (f.run_id, 't9');
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- An outer join may fill some of a list with NULLs, and others of it not; compare with each by itself: a = b OR a = c.
--
-- LINE 1: …d FROM owners o LEFT JOIN finished f USING (thread_id) JOIN openai.assistants.runs r ON r.…
--                                                                      ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- A text after IN without brackets.
SELECT r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id IN o.owner;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- What stands after IN is no list: of a text it means each part of it. string_split() makes a list of one.
--
-- LINE 1: SELECT r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id IN o.owner
--                                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- Columns that IN compares as another type.
SELECT r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id IN (o.thread_id, o.n);
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- What stands in one IN is compared as one type, and here as that of none of them; cast each to the type of the column.
--
-- LINE 1: SELECT r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id IN (o.thread_id, o.…
--                                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- Columns one of which has a collation.
SELECT r.id FROM owners o, loose l JOIN openai.assistants.runs r ON r.thread_id IN ('t1', l.thread_id);
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- l.thread_id or the statement compares under a collation, by which other texts are equal to it too.
--
-- LINE 1: SELECT r.id FROM owners o, loose l JOIN openai.assistants.runs r ON r.thread_id IN ('t1', …
--                                                 ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

-- A list of NOT.
SELECT r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id NOT IN (o.thread_id, o.owner);
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A condition with NOT or <> says what a value is not, and the API has to be asked for what it is.
--
-- LINE 1: SELECT r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id NOT IN (o.thread_id…
--                                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'
