-- Keys that another condition drops are not asked for.
SELECT id FROM openai.assistants.runs WHERE thread_id IN ('t1', 't2', 'u3') AND thread_id LIKE 't%';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- A list waits for a single row that it is joined with, without which no row of it matters.
SELECT l.id FROM openai.assistants.runs g JOIN openai.assistants.runs l ON l.status = g.status WHERE g.thread_id = 't1' AND g.run_id = 'r1' AND l.thread_id = 't2';
-- 1. g: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- 2. l: list_runs of openai.assistants.runs
--   thread_id = t2 (from the statement)
--   GET /threads/t2/runs?limit=100
-- columns: id

-- So do several lists where the single row waits for their keys: one request more is less than the lists take.
SELECT l.id FROM openai.assistants.runs g JOIN openai.assistants.runs l ON l.status = g.id WHERE g.thread_id = 't1' AND g.run_id = 'r1' AND l.thread_id IN ('t2', 't3');
-- 1. g: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- 2. l: list_runs of openai.assistants.runs
--   thread_id = t2, t3 (from the statement)
--   GET /threads/t2/runs?limit=100
--   GET /threads/t3/runs?limit=100
-- columns: id

-- So do they for two rows, which one list has: it may spare both of theirs, and they no more than one.
SELECT l.id FROM openai.assistants.runs g JOIN openai.assistants.runs l ON l.status = g.id WHERE g.thread_id = 't1' AND g.run_id IN ('r1', 'r2') AND l.thread_id IN ('t2', 't3');
-- 1. g: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 2. l: list_runs of openai.assistants.runs
--   thread_id = t2, t3 (from the statement)
--   GET /threads/t2/runs?limit=100
--   GET /threads/t3/runs?limit=100
-- columns: id

-- So do they where something else waits for those rows in turn.
SELECT l.id FROM openai.assistants.runs g JOIN openai.assistants.runs l ON l.status = g.id JOIN openai.assistants.messages m ON m.thread_id = g.status WHERE g.thread_id = 't1' AND g.run_id IN ('r1', 'r2') AND l.thread_id IN ('t2', 't3', 't4') AND m.thread_id IN ('t1', 't2');
-- 1. g: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 2. m: list_messages of openai.assistants.messages
--   thread_id =  (from g.status)
--   a request for each of these
-- 3. l: list_runs of openai.assistants.runs
--   thread_id = t2, t3, t4 (from the statement)
--   GET /threads/t2/runs?limit=100
--   GET /threads/t3/runs?limit=100
--   GET /threads/t4/runs?limit=100
-- columns: id

-- Two lists do not wait for one another.
SELECT l.id FROM openai.assistants.runs g JOIN openai.assistants.runs l ON l.status = g.status WHERE g.thread_id = 't1' AND l.thread_id = 't2';
-- 1. g: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 1. l: list_runs of openai.assistants.runs
--   thread_id = t2 (from the statement)
--   GET /threads/t2/runs?limit=100
-- columns: id

-- A LEFT JOIN keeps the list's rows, which are fetched at once.
SELECT l.id FROM openai.assistants.runs l LEFT JOIN openai.assistants.runs g ON l.status = g.status AND g.thread_id = 't1' AND g.run_id = 'r1' WHERE l.thread_id = 't2';
-- 1. l: list_runs of openai.assistants.runs
--   thread_id = t2 (from the statement)
--   GET /threads/t2/runs?limit=100
-- 2. g: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: id

-- A table of the user's without a row for the join.
SELECT id FROM openai.assistants.runs r JOIN (SELECT 1 AS n WHERE false) e ON r.created_at > e.n WHERE r.thread_id = 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id

-- Where one resource has no row that can matter, nothing is asked of those that are joined with it.
SELECT r.id FROM openai.assistants.runs r JOIN openai.assistants.threads t ON t.created_at = r.created_at WHERE r.thread_id = 't1' AND t.id = 't2' AND t.id = 't3';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- 1. t: get_thread of openai.assistants.threads
--   thread_id =  (from the statement)
--   no request
-- columns: id

-- A LEFT JOIN keeps the rows of its left side.
SELECT t.id FROM openai.assistants.threads t LEFT JOIN openai.assistants.runs r ON r.thread_id = t.id AND r.id = 'r1' AND r.id = 'r2' WHERE t.id IN ('t1', 't2');
-- 1. t: get_thread of openai.assistants.threads
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1
--   GET /threads/t2
-- 1. r: get_run of openai.assistants.runs
--   thread_id =  (from the statement)
--   run_id =  (from the statement)
--   no request
-- columns: id

-- Two local tables that one column equals, which is no parameter, have no value in common.
SELECT r.id FROM openai.assistants.runs r JOIN (VALUES (1), (2)) a(n) ON r.created_at = a.n JOIN (VALUES (3)) b(n) ON r.created_at = b.n WHERE r.thread_id = 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id

-- The keys are those that go with a value that all of them have.
SELECT r.id FROM openai.assistants.runs r JOIN (VALUES ('t1', 1), ('t2', 2)) a(t, n) ON r.thread_id = a.t AND r.created_at = a.n
WHERE r.created_at IN (SELECT n FROM owners WHERE owner = 'bo');
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from a.t)
--   GET /threads/t2/runs?limit=100
-- columns: id

-- A LEFT JOIN says nothing of the rows of its left side.
SELECT r.id FROM openai.assistants.runs r LEFT JOIN (VALUES (1)) a(n) ON r.created_at = a.n LEFT JOIN (VALUES (3)) b(n) ON r.created_at = b.n WHERE r.thread_id = 't1';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- A condition that cannot be asked about by itself, because it reads what could be others each time, does not take the keys with it.
WITH w AS (SELECT owner FROM owners USING SAMPLE 1) SELECT r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id WHERE o.owner NOT IN (FROM w);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- A condition on a column that is no parameter is one on the local column that equals it.
SELECT r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id AND r.model = o.owner WHERE r.model LIKE 'b%';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id

-- Not so where the local column has a collation, by which it equals other texts, nor on the left side of a LEFT JOIN.
SELECT r.id FROM (SELECT owner COLLATE NOCASE AS owner, thread_id FROM owners) o
JOIN openai.assistants.runs r ON r.thread_id = o.thread_id AND r.model = o.owner WHERE r.model LIKE 'b%';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM owners o LEFT JOIN openai.assistants.runs r ON r.thread_id = o.thread_id AND r.model = o.owner WHERE coalesce(r.model, 'b') LIKE 'b%';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- A condition around a sub-select, with a sub-query, of the column that the key equals there.
SELECT s.id FROM (SELECT r.id, o.thread_id FROM owners o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id) s WHERE s.thread_id NOT IN (SELECT thread_id FROM finished WHERE run_id = 'r1');
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id

-- A condition on a column of what has not been read, which is the same as the key.
SELECT t.id FROM openai.assistants.threads t JOIN openai.assistants.runs r ON r.thread_id = t.id WHERE r.thread_id LIKE '%1' AND t.id IN ('t1', 't2');
-- 1. t: get_thread of openai.assistants.threads
--   thread_id = t1 (from the statement)
--   GET /threads/t1
-- 2. r: list_runs of openai.assistants.runs
--   thread_id =  (from t.id)
--   a request for each of these
-- columns: id

-- A LATERAL that has no row for any thread.
SELECT t.id FROM openai.assistants.threads t, LATERAL (SELECT r.id FROM openai.assistants.runs r JOIN finished f ON f.run_id = 'r3' WHERE r.thread_id = t.id) s WHERE t.id = 't1';
-- 1. t: get_thread of openai.assistants.threads
--   thread_id =  (from the statement)
--   no request
-- 1. r: list_runs of openai.assistants.runs
--   thread_id =  (from t.id)
--   no request
-- columns: id

-- Of no row LEFT JOIN makes one.
SELECT t.id FROM openai.assistants.threads t LEFT JOIN LATERAL (SELECT r.id FROM openai.assistants.runs r JOIN finished f ON f.run_id = 'r3' WHERE r.thread_id = t.id) s ON true WHERE t.id = 't1';
-- 1. t: get_thread of openai.assistants.threads
--   thread_id = t1 (from the statement)
--   GET /threads/t1
-- 1. r: list_runs of openai.assistants.runs
--   thread_id =  (from t.id)
--   no request
-- columns: id

-- What each row of a LATERAL has in common with what stands before it is one value, of which two conditions contradict one another.
SELECT t.id FROM openai.assistants.threads t JOIN LATERAL (SELECT r.thread_id AS x FROM openai.assistants.runs r WHERE t.id = r.thread_id) s ON true WHERE t.id IN ('t1', NULL) AND s.x IN (VALUES ('t' || '2'), ('t3'));
-- 1. t: get_thread of openai.assistants.threads
--   thread_id =  (from the statement)
--   no request
-- 1. r: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id

-- Of no row LEFT JOIN makes one, in which it is NULL.
SELECT t.id FROM openai.assistants.threads t LEFT JOIN LATERAL (SELECT r.thread_id AS x FROM openai.assistants.runs r WHERE t.id = r.thread_id) s ON true WHERE t.id IN ('t1', NULL) AND (s.x IN (VALUES ('t' || '2'), ('t3')) OR s.x IS NULL);
-- 1. t: get_thread of openai.assistants.threads
--   thread_id = t1 (from the statement)
--   GET /threads/t1
-- 2. r: list_runs of openai.assistants.runs
--   thread_id =  (from t.id)
--   a request for each of these
-- columns: id

-- A condition around a sub-select with an outer join in it, on a side that is never filled with NULLs.
SELECT id FROM (SELECT r.id, o.owner FROM owners o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id LEFT JOIN owners p ON p.n = o.n AND p.owner = 'bo') d WHERE upper(d.owner) = 'DI';
-- 1. r: list_runs of openai.assistants.runs
--   thread_id =  (from o.thread_id)
--   no request
-- columns: id

-- On the other side it could be true of what is filled in.
SELECT id FROM (SELECT r.id, p.owner FROM owners o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id LEFT JOIN owners p ON p.n = o.n AND p.owner = 'bo') d WHERE upper(d.owner) IS NULL;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- columns: id

-- Of two lists that may spare one another goes first what a condition drops rows of, around a sub-select as well.
SELECT c.id FROM openai.assistants.runs c JOIN (SELECT * FROM openai.assistants.runs WHERE thread_id = 't1') b USING (id) WHERE c.thread_id = 't2' AND b.status = 'failed';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- 2. c: get_run of openai.assistants.runs
--   thread_id =  (from the statement)
--   run_id =  (from b.id)
--   a request for each of these
-- columns: id

-- A list of all there is counts for no more, where it is asked what goes first, than the single rows that would do in its place.
SELECT a.id FROM openai.assistants.run_steps a JOIN openai.assistants.assistants s ON a.thread_id = s.name, (VALUES ('t1'), ('t2'), ('t3')) o(id) WHERE a.run_id IN ('r1', 'r2') AND s.id = o.id AND s.name = o.id;
-- 1. s: list_assistants of openai.assistants.assistants
--   GET /assistants?limit=100
-- 2. a: list_run_steps of openai.assistants.run_steps
--   thread_id =  (from s.name)
--   run_id =  (from the statement)
--   a request for each of these
-- columns: id

-- What a column of an API equals has a value, in USING and NATURAL too.
SELECT r.id FROM (VALUES ('t1', 'failed'), ('t2', NULL)) o(thread_id, status) JOIN openai.assistants.runs r USING (thread_id, status);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- Several rows wait for a single one that waits for their keys.
SELECT t.id FROM openai.assistants.threads t JOIN openai.assistants.messages m ON m.run_id = t.object WHERE t.id IN ('t1', 't2') AND m.thread_id = 't9' AND m.message_id = 'm1';
-- 1. m: get_message of openai.assistants.messages
--   thread_id = t9 (from the statement)
--   message_id = m1 (from the statement)
--   GET /threads/t9/messages/m1
-- 2. t: get_thread of openai.assistants.threads
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1
--   GET /threads/t2
-- columns: id

-- What columns of a WITH are read from may be one table, which has one of them and what another equals.
WITH q AS (SELECT r.id, o.owner, r.thread_id FROM owners o JOIN openai.assistants.runs r ON r.thread_id = o.thread_id) SELECT z.id FROM q JOIN openai.assistants.threads z ON z.id = q.thread_id WHERE q.owner = 'bo';
-- 1. z: get_thread of openai.assistants.threads
--   thread_id = t2 (from q.thread_id)
--   GET /threads/t2
-- 2. r: list_runs of openai.assistants.runs
--   thread_id =  (from z.id)
--   a request for each of these
-- columns: id

-- Whether there is a row in EXISTS says nothing of how it is numbered.
SELECT id FROM openai.assistants.runs WHERE thread_id IN ('t1', 't2') AND EXISTS (SELECT row_number() OVER () AS at FROM finished f WHERE f.thread_id = runs.thread_id AND f.run_id = 'r1');
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from f.thread_id)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT r.id FROM openai.assistants.runs r JOIN (SELECT thread_id FROM owners WHERE EXISTS (SELECT row_number() OVER () AS at FROM finished f WHERE f.thread_id = owners.thread_id AND f.run_id = 'r1')) o USING (thread_id);
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from o.thread_id)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- What a column is IN has to have a value besides NULL.
SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' AND model IN (SELECT thread_id FROM owners WHERE n = 4);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id

-- Of two that count for as much, a list of all there is waits for the one of which more is known.
SELECT a.id FROM openai.assistants.assistants s JOIN openai.assistants.runs a ON a.thread_id = s.name, (VALUES ('t1'), ('t2')) o(id) WHERE s.id = o.id AND s.name = o.id;
-- 1. a: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from o.id)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
-- 2. s: get_assistant of openai.assistants.assistants
--   assistant_id =  (from o.id)
--   a request for each of these
-- columns: id

-- Of two that wait for one another through a third, in a WITH here, the one with fewer requests is first.
WITH q AS (SELECT a.id FROM openai.assistants.assistants c JOIN openai.assistants.runs a ON a.thread_id = c.name AND a.assistant_id = c.id WHERE c.id IN ('a1', 'a2'))
SELECT m.id FROM q JOIN openai.assistants.messages m ON m.run_id = q.id WHERE m.thread_id = 't2';
-- 1. m: list_messages of openai.assistants.messages
--   thread_id = t2 (from the statement)
--   GET /threads/t2/messages?limit=100
-- 2. c: list_assistants of openai.assistants.assistants
--   GET /assistants?limit=100
-- 3. a: get_run of openai.assistants.runs
--   thread_id =  (from c.name)
--   run_id =  (from m.run_id)
--   a request for each of these
-- columns: id

-- What is compared around a sub-select with a column that is not read has a value there.
SELECT m.id FROM (SELECT v.model, r.thread_id FROM (VALUES ('t1', NULL), ('t2', 'm')) v(t, model) JOIN openai.assistants.runs r ON r.thread_id = v.t) q
JOIN openai.assistants.messages m ON m.thread_id = q.thread_id AND m.role = q.model;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from v.t)
--   GET /threads/t2/runs?limit=100
-- 2. m: list_messages of openai.assistants.messages
--   thread_id =  (from q.thread_id)
--   a request for each of these
-- columns: id

-- Of two lists that need no keys of one another that which a condition reads is first: it may drop all rows of the other.
SELECT r.id FROM openai.assistants.runs r WHERE r.thread_id = 't1' AND r.id IN (SELECT m.run_id FROM openai.assistants.messages m WHERE m.thread_id = 't2' AND m.role = 'user');
-- 1. m: list_messages of openai.assistants.messages
--   thread_id = t2 (from the statement)
--   GET /threads/t2/messages?limit=100
-- 2. r: get_run of openai.assistants.runs
--   thread_id =  (from the statement)
--   run_id =  (from m.run_id)
--   a request for each of these
-- columns: id

-- A table that is joined in a sub-select has no row with what the query around it compares with one of its columns: no row matters.
SELECT q.id FROM (SELECT o.n, r.id FROM openai.assistants.runs r, owners o WHERE r.thread_id = 't1') q JOIN (VALUES (9), (10)) v(n) ON v.n = q.n;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id =  (from the statement)
--   no request
-- columns: id

SELECT q.id FROM (SELECT o.n, r.id FROM openai.assistants.runs r, owners o WHERE r.thread_id = 't1') q JOIN (VALUES (9), (3)) v(n) ON v.n = q.n;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- What equals two columns of a sub-select around it makes them equal within.
SELECT q.id FROM (SELECT r.id, r.thread_id, r.assistant_id FROM openai.assistants.runs r WHERE r.assistant_id = 't1') q JOIN openai.assistants.threads z ON z.id = q.thread_id AND z.id = q.assistant_id;
-- 1. z: get_thread of openai.assistants.threads
--   thread_id = t1 (from q.assistant_id)
--   GET /threads/t1
-- 2. r: list_runs of openai.assistants.runs
--   thread_id =  (from z.id)
--   a request for each of these
-- columns: id

-- A LATERAL without a row of which none matters reduces what it names.
SELECT r.id FROM openai.assistants.runs r, LATERAL (SELECT o.n FROM owners o WHERE o.thread_id = r.thread_id AND o.owner = 'bo') x WHERE r.thread_id IN ('t1', 't2', 't3');
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t2 (from o.thread_id)
--   GET /threads/t2/runs?limit=100
-- columns: id

-- A list of one column alone is an equality, by which what is not in it is none of the other.
SELECT r.id FROM owners v JOIN (SELECT o.thread_id FROM owners o) q ON v.thread_id IN (q.thread_id, q.thread_id) AND v.thread_id NOT IN ('t1', 't2') JOIN openai.assistants.runs r ON r.thread_id = q.thread_id;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id =  (from q.thread_id)
--   no request
-- columns: id
