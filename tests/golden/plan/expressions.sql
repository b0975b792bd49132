SELECT id FROM openai.assistants.runs WHERE thread_id = CASE WHEN true THEN 't1' END;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = (SELECT max(thread_id) FROM owners);
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t2 (from (SELECT max(thread_id) FROM owners))
--   GET /threads/t2/runs?limit=100
-- columns: id

SELECT r.id FROM owners o JOIN openai.assistants.runs r ON r.thread_id = 't' || o.n;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2, t3, t4 (from 't' || o.n)
--   GET /threads/t1/runs?limit=100
--   GET /threads/t2/runs?limit=100
--   GET /threads/t3/runs?limit=100
--   GET /threads/t4/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = random()::VARCHAR;
-- MissingParameterError: openai.assistants.runs cannot be called without more values:
--   list_runs needs thread_id
--   get_run needs thread_id, run_id
-- A function that gives another value each time gives none that can be asked for.
--
-- LINE 1: SELECT id FROM openai.assistants.runs WHERE thread_id = random()::VARCHAR
--                        ^^^^^^^^^^^^^^^^^^^^^^
--
-- For example: SELECT * FROM openai.assistants.runs WHERE thread_id = '…'

SELECT id FROM openai.assistants.runs WHERE (thread_id, id) = ('t1', 'r1');
-- 1. runs: get_run of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   run_id = r1 (from the statement)
--   GET /threads/t1/runs/r1
-- columns: id

FROM (VALUES ('t1')) v(k) JOIN openai.assistants.runs r ON r.thread_id = v.k SELECT r.id;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from v.k)
--   GET /threads/t1/runs?limit=100
-- columns: id

FROM openai.assistants.runs SELECT id WHERE thread_id = 't1';
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

-- A text that says a time, read as a day.
SELECT number FROM github.issues.issues WHERE owner = 'o' AND repo = 'r' AND updated_at::DATE >= DATE '2026-11-01';
-- 1. issues: list_issues of github.issues.issues
--   owner = o (from the statement)
--   repo = r (from the statement)
--   since = 2026-11-01T00:00:00Z (from the statement)
--   GET /repos/o/r/issues?since=2026-11-01T00%3A00%3A00Z&state=all&per_page=100
-- columns: number

SELECT number FROM github.issues.issues WHERE owner = 'o' AND repo = 'r' AND CAST(updated_at AS DATE) BETWEEN '2026-11-01' AND '2026-11-02';
-- 1. issues: list_issues of github.issues.issues
--   owner = o (from the statement)
--   repo = r (from the statement)
--   since = 2026-11-01T00:00:00Z (from the statement)
--   GET /repos/o/r/issues?since=2026-11-01T00%3A00%3A00Z&state=all&per_page=100
-- columns: number
