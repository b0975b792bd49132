SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' ORDER BY created_at DESC LIMIT 5;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=5&order=desc
--   ORDER BY created_at DESC LIMIT 5 needs no more than 5 rows of each call: order = desc, limit = 5
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' ORDER BY created_at LIMIT 5 OFFSET 2;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=7&order=asc
--   ORDER BY created_at LIMIT 5 OFFSET 2 needs no more than 7 rows of each call: order = asc, limit = 7
-- columns: id

SELECT * FROM openai.assistants.runs r WHERE r.thread_id IN ('t1', 't2') ORDER BY r.created_at DESC LIMIT 150;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from the statement)
--   GET /threads/t1/runs?order=desc&limit=100
--   GET /threads/t2/runs?order=desc&limit=100
--   ORDER BY r.created_at DESC LIMIT 150 needs no more than 150 rows of each call: order = desc
-- columns: id, assistant_id, cancelled_at, … (27)

FROM openai.assistants.runs SELECT id, to_timestamp(created_at) AS t WHERE thread_id = 't1' ORDER BY t DESC FETCH FIRST 3 ROWS ONLY;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=3&order=desc
--   ORDER BY t DESC FETCH FIRST 3 ROWS ONLY needs no more than 3 rows of each call: order = desc, limit = 3
-- columns: id, t

SELECT created_at, id FROM openai.assistants.runs WHERE thread_id = 't1' ORDER BY 1 DESC NULLS FIRST LIMIT 3;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=3&order=desc
--   ORDER BY 1 DESC NULLS FIRST LIMIT 3 needs no more than 3 rows of each call: order = desc, limit = 3
-- columns: created_at, id

-- params: {"n": 4}
SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' ORDER BY thread_id, created_at DESC LIMIT $n;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=4&order=desc
--   ORDER BY thread_id, created_at DESC LIMIT $n needs no more than 4 rows of each call: order = desc, limit = 4
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' ORDER BY date_trunc('day', epoch_ms(created_at * 1000)) LIMIT 3;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=3&order=asc
--   ORDER BY DATE_TRUNC('DAY', EPOCH_MS(created_at * 1000)) LIMIT 3 needs no more than 3 rows of each call: order = asc, limit = 3
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' ORDER BY date_trunc('hour', to_timestamp(created_at)) LIMIT 3;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   ORDER BY DATE_TRUNC('HOUR', TO_TIMESTAMP(created_at)) LIMIT 3 is left to DuckDB, because an API's order cannot be by DATE_TRUNC('HOUR', TO_TIMESTAMP(created_at))
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' ORDER BY created_at, id LIMIT 3;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=4&order=asc
--   ORDER BY created_at, id LIMIT 3 needs no more than 3 rows of each call, and what equals the last of them in created_at: order = asc, limit = 4
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' ORDER BY -created_at LIMIT 3;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   ORDER BY -created_at LIMIT 3 is left to DuckDB, because an API's order cannot be by -created_at
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' ORDER BY id LIMIT 3;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   ORDER BY id LIMIT 3 is left to DuckDB, because the API does not sort by id that way
-- columns: id

SELECT -created_at AS created_at FROM openai.assistants.runs WHERE thread_id = 't1' ORDER BY created_at LIMIT 3;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   ORDER BY created_at LIMIT 3 is left to DuckDB, because an API's order cannot be by created_at
-- columns: created_at

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' ORDER BY ALL LIMIT 3;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
--   ORDER BY ALL LIMIT 3 is left to DuckDB, because an API's order cannot be by ALL
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' ORDER BY created_at LIMIT 10%;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   GET /threads/t1/runs?limit=100
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' AND "order" = 'asc' ORDER BY created_at DESC LIMIT 3;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   order = asc (from the statement)
--   GET /threads/t1/runs?order=asc&limit=100
--   ORDER BY created_at DESC LIMIT 3 is left to DuckDB, because the API does not sort by created_at that way
-- columns: id

SELECT id FROM openai.assistants.runs WHERE thread_id = 't1' AND "limit" = 2 AND "order" = 'desc' ORDER BY created_at DESC LIMIT 3;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1 (from the statement)
--   limit = 2 (from the statement)
--   order = desc (from the statement)
--   GET /threads/t1/runs?limit=2&order=desc
--   ORDER BY created_at DESC LIMIT 3 needs no more than 3 rows of each call
-- columns: id

SELECT o.owner, (SELECT id FROM openai.assistants.runs r WHERE r.thread_id = 't1' AND r.thread_id = o.thread_id ORDER BY created_at DESC LIMIT 1) AS last FROM owners o;
-- 1. r: list_runs of openai.assistants.runs
--   thread_id = t1 (from o.thread_id)
--   GET /threads/t1/runs?limit=1&order=desc
--   ORDER BY created_at DESC LIMIT 1 needs no more than 1 row of each call: order = desc, limit = 1
-- columns: owner, last

SELECT id FROM openai.assistants.runs WHERE thread_id IN (SELECT thread_id FROM finished) ORDER BY created_at DESC LIMIT 2;
-- 1. runs: list_runs of openai.assistants.runs
--   thread_id = t1, t2 (from finished.thread_id)
--   GET /threads/t1/runs?limit=2&order=desc
--   GET /threads/t2/runs?limit=2&order=desc
--   ORDER BY created_at DESC LIMIT 2 needs no more than 2 rows of each call: order = desc, limit = 2
-- columns: id
