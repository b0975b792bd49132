"""Many shapes of SELECT over runs give what DuckDB gives over a local table of the same runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import pytest

import rowcall
from rowcall.errors import MissingParameterError
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

SHAPES = """
SELECT * FROM {runs} WHERE thread_id = {t0}
FROM {runs} WHERE thread_id = {t0}
FROM {runs} SELECT id, status WHERE thread_id = {t0}
SELECT id FROM {runs} WHERE thread_id = {t0} AND status = 'completed'
SELECT id FROM {runs} WHERE {t0} = thread_id
SELECT id FROM {runs} r WHERE (r.thread_id) = ({t0})
SELECT id FROM {runs} WHERE ((thread_id)) IN ({t0}) AND (id) BETWEEN ({r0}) AND ({r0})
SELECT id FROM {runs} WHERE ((thread_id), (id)) = ({t0}, ({r0}))
SELECT id FROM {runs} WHERE (thread_id) IS NOT DISTINCT FROM ({t0}) AND list_contains([{r0}], (id))
SELECT id FROM {runs} WHERE (thread_id) IN (SELECT (thread_id) FROM owners)
SELECT r.id FROM {runs} r JOIN owners o ON ((o.thread_id || '') = (r.thread_id)) WHERE ((o.owner) = 'ana')
SELECT * FROM (SELECT (thread_id), (r.status) AS s, (id) FROM {runs} r) WHERE thread_id = {t0} AND s = 'failed'
SELECT id FROM {runs} r WHERE r.thread_id = {t0}
SELECT id FROM {runs} AS "R x" WHERE "R x".thread_id = {t0}
SELECT id FROM {runs} WHERE thread_id IN ({t0}, {t1}, {t2})
SELECT id FROM {runs} WHERE thread_id = {t0} OR thread_id = {t1}
SELECT id FROM {runs} WHERE thread_id = CASE WHEN 1 = 1 AND 2 = 2 THEN {t0} ELSE 'x' END
SELECT id FROM {runs} WHERE CASE 1 WHEN 1 THEN {t0} END = thread_id AND status = 'completed'
SELECT o.owner, r.id FROM owners o JOIN {runs} r ON r.thread_id = CASE WHEN o.owner = 'ana' THEN o.thread_id END
SELECT id FROM {runs} WHERE thread_id BETWEEN CASE WHEN 1 BETWEEN 0 AND 2 THEN {t0} END AND CASE WHEN 1 BETWEEN 0 AND 2 THEN {t0} END
SELECT id FROM {runs} WHERE (thread_id, 1) IN (SELECT thread_id, 1 FROM owners WHERE owner = 'ana')
SELECT id FROM {runs} WHERE (lower(status), thread_id) IN (SELECT 'completed', thread_id FROM owners)
SELECT id FROM {runs} r WHERE (r.created_at > 0, r.thread_id) = ANY (SELECT true, thread_id FROM owners)
SELECT id FROM {runs} WHERE 1 = 0 OR thread_id = {t0} OR 'a' NOT LIKE 'a%'
SELECT id FROM {runs} WHERE NOT (NOT (thread_id = {t0}) OR 'a' IS NULL) AND 1 NOT BETWEEN 2 AND 3 AND ('a' = 'b') IS NOT TRUE
SELECT owner FROM owners o WHERE NOT EXISTS (FROM {runs} r WHERE r.thread_id = o.thread_id AND (1 = 0 OR r.status = 'failed'))
SELECT id FROM {runs} WHERE [{t0}, {t1}].list_contains(thread_id) AND NOT [{t1}].array_has(thread_id)
SELECT id FROM {runs} WHERE thread_id = ANY([x FOR x IN [{t0}, {t1}] IF x IS NOT NULL])
SELECT id FROM {runs} WHERE thread_id = {t0} AND status = ANY([status FOR status IN ['completed', 'failed']])
SELECT id FROM {runs} WHERE thread_id = ANY(list_transform([{t0}, {t1}], lambda x: trim(x)))
SELECT id FROM {runs} WHERE thread_id = reduce([{t0}, 'x'], lambda a, b: a)
SELECT id FROM {runs} WHERE thread_id = ANY(apply([{t0}, {t1}], lambda a: trim(a)))
SELECT list(created_at).reduce(lambda a, b: greatest(a, b)) AS x, apply(list(id ORDER BY id), lambda x: upper(x)) AS y FROM {runs} WHERE thread_id = {t0}
SELECT id FROM {runs} r WHERE thread_id = {t0} AND id = r.model.lower()
SELECT id FROM {runs} r WHERE thread_id = {t0} AND r.status.upper().lower() = 'completed' LIMIT 100
SELECT o.owner, r.id FROM owners o JOIN {runs} r ON r.thread_id = o.thread_id.concat('').trim()
SELECT o.owner, r.id FROM owners o JOIN {runs} r ON r.thread_id = [o.thread_id].list_extract(1)
SELECT owner FROM owners o WHERE EXISTS (FROM {runs} r WHERE r.thread_id = o.thread_id AND r.status.lower() = 'failed')
SELECT id FROM {runs} WHERE (thread_id = {t0} AND status = 'failed') OR (thread_id = {t1} AND status <> 'failed')
SELECT id FROM {runs} WHERE thread_id = {t0} AND NOT (status = 'completed')
SELECT id FROM {runs} WHERE thread_id = {t0} AND thread_id = {t1}
SELECT id FROM {runs} WHERE thread_id IN ({t0}, {t1}) AND thread_id IN ({t1}, {t2})
SELECT id FROM {runs} WHERE thread_id IN ({t0}, NULL)
SELECT id FROM {runs} WHERE thread_id = NULL
SELECT id FROM {runs} WHERE thread_id = {t0} AND false
SELECT id FROM {runs} WHERE thread_id = {t0} AND usage IS NULL
SELECT id FROM {runs} WHERE thread_id = {t0} AND usage.total_tokens > 1000 AND metadata['tenant'] IS NOT NULL
SELECT id FROM {runs} WHERE thread_id = {t0} AND id = {r0}
SELECT id FROM {runs} WHERE thread_id = {t0} AND id IN ({r0}, {r1})
SELECT id FROM {runs} WHERE thread_id IN ({t0}, {t1}) AND id = {r0}
SELECT id FROM {runs} WHERE (thread_id, id) IN (({t0}, {r0}), ({t1}, {r1}))
SELECT id FROM {runs} WHERE thread_id = {t0} AND id <> {r0}
SELECT id FROM {runs} WHERE thread_id = {t0} AND id LIKE 'run_%' AND id > 'run_M'
SELECT id FROM {runs} WHERE thread_id BETWEEN {t0} AND {t0}
SELECT DISTINCT status, model FROM {runs} WHERE thread_id IN ({t0}, {t1})
SELECT DISTINCT ON (status) status, id FROM {runs} WHERE thread_id IN ({t0}, {t1}) ORDER BY status, created_at, id
SELECT status, count(*), min(created_at), max(usage.total_tokens), avg(temperature) FROM {runs} WHERE thread_id IN ({t0}, {t1}) GROUP BY status
SELECT status, count(*) FROM {runs} WHERE thread_id IN ({t0}, {t1}) GROUP BY ALL HAVING count(*) > 1 ORDER BY ALL
SELECT status, model, count(*) FROM {runs} WHERE thread_id IN ({t0}, {t1}) GROUP BY GROUPING SETS ((status), (model), ())
SELECT status, model, count(*), grouping(status) FROM {runs} WHERE thread_id IN ({t0}, {t1}) GROUP BY ROLLUP (status, model)
SELECT status, model, count(*) FROM {runs} WHERE thread_id IN ({t0}, {t1}) GROUP BY CUBE (status, model)
SELECT * FROM (SELECT thread_id, status, count(*) FROM {runs} GROUP BY ROLLUP (thread_id, status)) WHERE thread_id = {t0}
SELECT * FROM (SELECT thread_id, status, count(*), grouping_id(thread_id, status) FROM {runs} GROUP BY CUBE (1, 2)) WHERE thread_id IN ({t0}, {t1}, NULL)
SELECT * FROM (SELECT thread_id, count(*) FROM {runs} GROUP BY thread_id, ROLLUP (status, model)) WHERE thread_id = {t0}
SELECT * FROM (SELECT thread_id, id, count(*) FROM {runs} GROUP BY GROUPING SETS ((thread_id), (id), (id, thread_id))) WHERE thread_id = {t0} AND id = {r0}
SELECT * FROM (SELECT thread_id, id, count(*) FROM {runs} GROUP BY GROUPING SETS ((thread_id), (id), ())) WHERE thread_id = {t0} AND id = {r0}
SELECT * FROM (SELECT thread_id, status, sum(count(*)) OVER (PARTITION BY thread_id) FROM {runs} GROUP BY ROLLUP (thread_id, status)) WHERE thread_id = {t0}
SELECT * FROM owners o LEFT JOIN (SELECT thread_id, status, count(*) n FROM {runs} GROUP BY ROLLUP (thread_id, status)) w USING (thread_id)
SELECT owner FROM owners WHERE thread_id IN (SELECT thread_id FROM {runs} GROUP BY ROLLUP (thread_id))
SELECT thread_id, count(*) FROM {runs} GROUP BY 1 HAVING thread_id = {t0}
SELECT thread_id t, status, count(*) FROM {runs} GROUP BY ALL HAVING t IN ({t0}, {t1}) AND status <> 'completed' AND count(*) > 1
SELECT status, count(*) FROM {runs} GROUP BY CUBE (thread_id, status) HAVING thread_id = {t0} OR (thread_id = {t1} AND status = 'failed')
SELECT o.owner, count(*) FROM owners o JOIN {runs} r USING (thread_id) GROUP BY ROLLUP (o.owner) HAVING o.owner = 'ben'
SELECT id, row_number() OVER (PARTITION BY thread_id ORDER BY created_at, id) n FROM {runs} QUALIFY thread_id IN ({t0}, {t1}) AND n <= 2
SELECT id, count(*) OVER w FROM {runs} WINDOW w AS (PARTITION BY thread_id, status) QUALIFY thread_id = {t0} AND status = 'failed' AND rank() OVER (W ORDER BY id) < 3
SELECT count(*) FILTER (status = 'completed'), count(DISTINCT model), sum(usage.total_tokens) FROM {runs} WHERE thread_id = {t0}
SELECT list(id ORDER BY id), string_agg(status, ',' ORDER BY id), histogram(status) FROM {runs} WHERE thread_id = {t0}
SELECT arg_max(id, created_at), mode(status), quantile_cont(usage.total_tokens, 0.5) FROM {runs} WHERE thread_id = {t0}
SELECT id FROM {runs} WHERE thread_id = {t0} ORDER BY created_at DESC, id LIMIT 3
SELECT id FROM {runs} WHERE thread_id = {t0} ORDER BY created_at, id LIMIT 3 OFFSET 2
SELECT id FROM {runs} WHERE thread_id = {t0} ORDER BY created_at, id LIMIT 50%
SELECT id FROM (SELECT * FROM {runs} WHERE thread_id = {t0} ORDER BY created_at, id LIMIT 3) WHERE model <> 'x'
SELECT id, row_number() OVER (ORDER BY created_at, id) FROM {runs} WHERE thread_id = {t0}
SELECT id, sum(usage.total_tokens) OVER (PARTITION BY status ORDER BY created_at, id ROWS 2 PRECEDING) FROM {runs} WHERE thread_id IN ({t0}, {t1})
SELECT id, lag(id) OVER w, lead(id) OVER w FROM {runs} WHERE thread_id = {t0} WINDOW w AS (ORDER BY created_at, id)
SELECT id FROM {runs} WHERE thread_id IN ({t0}, {t1}) QUALIFY row_number() OVER (PARTITION BY thread_id ORDER BY created_at, id) <= 2
SELECT id, rank() OVER (PARTITION BY thread_id ORDER BY created_at) r FROM {runs} WHERE thread_id IN ({t0}, {t1}) QUALIFY r = 1 ORDER BY id
SELECT a.id, b.id FROM {runs} a JOIN {runs} b ON a.assistant_id = b.assistant_id AND a.id < b.id WHERE a.thread_id = {t0} AND b.thread_id = {t1}
SELECT a.id FROM {runs} a, {runs} b WHERE a.thread_id = {t0} AND b.thread_id = a.thread_id AND a.id = b.id
WITH q AS (SELECT a.id FROM {runs} a JOIN {runs} c ON a.id = c.id AND a.thread_id = c.thread_id WHERE c.thread_id IN ({t0}, {t1})) SELECT v.id, v.status FROM q JOIN {runs} v ON v.id = q.id WHERE v.thread_id = {t0}
SELECT a.id, b.id FROM {runs} a LEFT JOIN {runs} b ON a.model = b.model AND b.thread_id = {t1} WHERE a.thread_id = {t0}
SELECT a.id, b.id FROM {runs} a LEFT JOIN {runs} b ON b.thread_id = {t1} AND b.status = a.status AND a.status = 'failed' WHERE a.thread_id = {t0}
SELECT a.id, b.id FROM (FROM {runs} WHERE thread_id = {t0}) a RIGHT JOIN (FROM {runs} WHERE thread_id = {t1}) b ON a.status = b.status
SELECT a.id, b.id FROM (FROM {runs} WHERE thread_id = {t0}) a FULL JOIN (FROM {runs} WHERE thread_id = {t1}) b ON a.status = b.status
SELECT a.id FROM {runs} a SEMI JOIN owners o ON o.thread_id = a.thread_id
SELECT a.id FROM {runs} a ANTI JOIN (SELECT 'completed' AS status) s ON s.status = a.status WHERE a.thread_id = {t0}
SELECT a.id, b.id FROM (FROM {runs} WHERE thread_id = {t0} ORDER BY id) a POSITIONAL JOIN (FROM {runs} WHERE thread_id = {t1} ORDER BY id) b
SELECT a.id, b.id FROM {runs} a CROSS JOIN {runs} b WHERE a.thread_id = {t0} AND b.thread_id = {t1} AND a.created_at < b.created_at
SELECT id, owner FROM {runs} JOIN owners USING (thread_id)
SELECT id, owner FROM {runs} NATURAL JOIN owners
SELECT o.owner, r.id FROM owners o JOIN {runs} r ON r.thread_id IN (o.thread_id, {t2})
SELECT o.owner, r.id FROM owners o JOIN {runs} r ON r.thread_id IN (o.thread_id, {t0}) AND r.status IN ('failed', o.owner)
SELECT o.owner, r.id FROM owners o JOIN {runs} r ON r.thread_id = ANY([o.thread_id, {t1}]) WHERE o.owner = 'ana'
SELECT o.owner, r.id FROM (SELECT owner, list(thread_id) AS threads FROM owners GROUP BY ALL) o JOIN {runs} r ON r.thread_id = ANY(o.threads)
SELECT o.owner, r.id FROM (SELECT owner, list(thread_id) AS threads FROM owners GROUP BY ALL) o LEFT JOIN {runs} r ON list_contains(o.threads, r.thread_id)
SELECT owner FROM (SELECT owner, list(thread_id) AS threads FROM owners GROUP BY ALL) o WHERE EXISTS (FROM {runs} r WHERE list_contains(o.threads, r.thread_id) AND r.status = 'failed')
SELECT a.id, b.id FROM {runs} a JOIN {runs} b ON b.thread_id IN (a.thread_id, {t1}) AND b.id IN (a.id, {r0}) WHERE a.thread_id = {t0}
WITH o AS (SELECT owner, min(thread_id) AS a, max(thread_id) AS b FROM owners GROUP BY ALL), t AS (FROM {runs}) SELECT t.id FROM o JOIN t ON t.thread_id IN (o.a, o.b) WHERE t.status <> 'failed'
SELECT o.owner, count(r.id) FROM owners o LEFT JOIN {runs} r ON r.thread_id = o.thread_id GROUP BY 1
SELECT o.owner, count(r.id) FROM owners o LEFT JOIN {runs} r ON r.thread_id = o.thread_id AND r.status = 'failed' GROUP BY 1
SELECT o.owner, r.id FROM owners o LEFT JOIN {runs} r ON r.thread_id = o.thread_id WHERE r.id IS NULL
SELECT o.owner, r.id FROM owners o JOIN {runs} r ON r.thread_id = o.thread_id WHERE o.owner = 'ana'
SELECT o.owner, r.id FROM owners o JOIN {runs} r USING (thread_id) WHERE owner LIKE 'b%' AND r.status IN ('failed', 'completed')
SELECT r.id, o.owner, p.n FROM owners o JOIN {runs} r USING (thread_id) JOIN (SELECT 'gpt-4o' AS model, 1 AS n) p ON p.model = r.model
SELECT o.owner, t.id FROM owners o ASOF JOIN (FROM {runs} WHERE thread_id IN ({t0}, {t1})) t ON o.thread_id = t.thread_id AND o.since >= t.created_at
SELECT a.id, b.id FROM (FROM {runs} WHERE thread_id = {t0}) a ASOF LEFT JOIN (FROM {runs} WHERE thread_id = {t1}) b ON a.status = b.status AND a.created_at >= b.created_at
SELECT id FROM {runs} WHERE thread_id IN (SELECT thread_id FROM owners)
SELECT id FROM {runs} WHERE thread_id IN (SELECT thread_id FROM owners WHERE owner = 'ana')
SELECT id FROM {runs} WHERE thread_id IN (SELECT unnest([{t0}, {t1}]))
SELECT id FROM {runs} WHERE thread_id = {t0} AND status IN (SELECT status FROM {runs} WHERE thread_id = {t1})
SELECT id FROM {runs} WHERE thread_id = {t0} AND usage.total_tokens > (SELECT avg(usage.total_tokens) FROM {runs} WHERE thread_id = {t1})
SELECT id FROM {runs} a WHERE thread_id = {t0} AND EXISTS (SELECT 1 FROM {runs} b WHERE b.thread_id = {t1} AND b.status = a.status)
SELECT id FROM {runs} a WHERE thread_id = {t0} AND NOT EXISTS (SELECT 1 FROM {runs} b WHERE b.thread_id = {t1} AND b.model = a.model)
SELECT id, (SELECT count(*) FROM {runs} b WHERE b.thread_id = {t1} AND b.status = a.status) AS n FROM {runs} a WHERE thread_id = {t0}
SELECT owner, (SELECT count(*) FROM {runs} r WHERE r.thread_id IN ({t0}, {t1}) AND r.thread_id = o.thread_id) AS n FROM owners o
SELECT r.id, x.w FROM (owners o LEFT JOIN owners p ON p.owner = o.owner || '?') LEFT JOIN LATERAL (SELECT u.w FROM unnest([1, 2]) u(w) WHERE p.owner IS NULL) x ON true JOIN {runs} r ON r.thread_id = o.thread_id WHERE x.w = 1
SELECT o.owner, x.id FROM owners o, LATERAL (SELECT id FROM {runs} r WHERE r.thread_id IN ({t0}, {t1}) AND r.thread_id = o.thread_id ORDER BY created_at, id LIMIT 2) x
SELECT a.id, x.t FROM {runs} a JOIN LATERAL (SELECT r.thread_id AS t, r.id FROM {runs} r WHERE a.thread_id = r.thread_id) x ON true WHERE x.t IN (VALUES ({t0}), ('none')) AND a.thread_id IN ({t0}, {t1})
SELECT a.id, x.t FROM {runs} a LEFT JOIN LATERAL (SELECT r.thread_id AS t FROM {runs} r WHERE a.thread_id = r.thread_id AND r.status = 'failed') x ON true WHERE (x.t IN (VALUES ({t1})) OR x.t IS NULL) AND a.thread_id IN ({t0}, {t1})
SELECT id, t.tool.type FROM {runs} r, LATERAL (SELECT unnest(r.tools) AS tool) t WHERE r.thread_id = {t0}
SELECT id, unnest(tools) FROM {runs} WHERE thread_id = {t0}
SELECT id, unnest(tools, recursive := true) FROM {runs} WHERE thread_id = {t0}
SELECT id, unnest(map_entries(metadata)) FROM {runs} WHERE thread_id = {t0}
SELECT id, [t.type for t in tools] FROM {runs} WHERE thread_id = {t0}
SELECT id, list_transform(tools, lambda t: t.type) FROM {runs} WHERE thread_id = {t0}
SELECT id, unnest(required_action.submit_tool_outputs.tool_calls).function.name FROM {runs} WHERE thread_id IN ({t0}, {t1}, {t2})
WITH t AS (SELECT * FROM {runs} WHERE thread_id = {t0}) SELECT status, count(*) FROM t GROUP BY 1
WITH t AS MATERIALIZED (SELECT * FROM {runs} WHERE thread_id = {t0}) SELECT a.id FROM t a JOIN t b ON a.id = b.id
WITH t AS (FROM {runs} WHERE thread_id = {t0}), u AS (SELECT * FROM t WHERE status = 'failed') SELECT * FROM u UNION ALL SELECT * FROM t
WITH k AS (SELECT thread_id FROM owners WHERE owner = 'ben') SELECT id FROM {runs} JOIN k USING (thread_id)
WITH k(x) AS (SELECT {t0}) SELECT id FROM {runs} r JOIN k ON r.thread_id = k.x
WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 3) SELECT n, id FROM s, {runs} r WHERE r.thread_id = {t0}
WITH RECURSIVE s(n, id) AS (SELECT 1, id FROM {runs} WHERE thread_id = {t0} UNION ALL SELECT n + 1, id FROM s WHERE n < 3) FROM s
WITH RECURSIVE s AS (SELECT thread_id, id, created_at, 0 AS n FROM {runs} WHERE thread_id IN ({t0}, {t1}) AND status = 'failed' UNION SELECT r.thread_id, r.id, r.created_at, n + 1 FROM s JOIN {runs} r USING (thread_id) WHERE r.created_at > s.created_at AND n < 3) FROM s
WITH RECURSIVE s(t, n) AS (SELECT thread_id, 0 FROM owners UNION ALL SELECT s.t, n + 1 FROM s LEFT JOIN {runs} r ON r.thread_id = s.t AND r.status = 'failed' WHERE n < 2) SELECT t, n, count(*) FROM s GROUP BY ALL
WITH RECURSIVE s AS (SELECT {t0} AS t, 0 AS n UNION ALL SELECT t, n + 1 FROM s WHERE EXISTS (FROM {runs} r WHERE r.thread_id = s.t) AND n < 2) FROM s
SELECT id FROM {runs} WHERE thread_id = {t0} UNION ALL SELECT id FROM {runs} WHERE thread_id = {t1}
SELECT status FROM {runs} WHERE thread_id = {t0} UNION SELECT status FROM {runs} WHERE thread_id = {t1}
SELECT status FROM {runs} WHERE thread_id = {t0} INTERSECT SELECT status FROM {runs} WHERE thread_id = {t1}
SELECT status FROM {runs} WHERE thread_id = {t0} EXCEPT SELECT status FROM {runs} WHERE thread_id = {t1}
SELECT id, status FROM {runs} WHERE thread_id = {t0} UNION ALL BY NAME SELECT status, id, model FROM {runs} WHERE thread_id = {t1}
(SELECT id FROM {runs} WHERE thread_id = {t0} ORDER BY id LIMIT 2) UNION ALL (SELECT id FROM {runs} WHERE thread_id = {t1} ORDER BY id LIMIT 2) ORDER BY 1
PIVOT (SELECT status, model FROM {runs} WHERE thread_id IN ({t0}, {t1})) ON status USING count(*)
PIVOT (SELECT status, model FROM {runs} WHERE thread_id = {t0}) ON status IN ('completed', 'failed') USING count(*) GROUP BY model
FROM (PIVOT (SELECT status, model FROM {runs} WHERE thread_id = {t0}) ON model USING count(*))
PIVOT (SELECT status, model FROM {runs} WHERE thread_id = {t0}) ON status USING count(*) GROUP BY model ORDER BY model
WITH r AS (SELECT status, model FROM {runs} WHERE thread_id = {t0}) PIVOT r ON status USING count(*) ORDER BY model DESC LIMIT 2
WITH p AS (PIVOT (SELECT status, model FROM {runs} WHERE thread_id = {t0}) ON status IN ('failed') USING count(*) ORDER BY model), q AS (UNPIVOT (SELECT id, created_at FROM {runs} WHERE thread_id = {t1}) ON created_at ORDER BY id LIMIT 2) SELECT p.model, q.id FROM p, q
SELECT count(*) AS n FROM (PIVOT (SELECT status, model FROM {runs} WHERE thread_id = {t0}) ON status USING count(*) GROUP BY model ORDER BY model LIMIT 2)
UNPIVOT (SELECT id, created_at, started_at FROM {runs} WHERE thread_id = {t0}) ON created_at, started_at INTO NAME what VALUE moment ORDER BY moment, what LIMIT 3
SELECT * FROM (SELECT model, status FROM {runs} WHERE thread_id = {t0}) PIVOT (count(*) FOR status IN ('completed', 'failed'))
UNPIVOT (SELECT id, created_at, started_at FROM {runs} WHERE thread_id = {t0}) ON created_at, started_at INTO NAME what VALUE moment
SELECT * FROM (SELECT id, created_at, started_at FROM {runs} WHERE thread_id = {t0}) UNPIVOT (moment FOR what IN (created_at, started_at))
SELECT * EXCLUDE (tools, usage) FROM {runs} WHERE thread_id = {t0}
SELECT * REPLACE (upper(status) AS status) FROM {runs} WHERE thread_id = {t0}
SELECT * RENAME (status AS state) FROM {runs} WHERE thread_id = {t0}
SELECT COLUMNS('.*_at') FROM {runs} WHERE thread_id = {t0}
SELECT COLUMNS(lambda c: c LIKE '%id') FROM {runs} WHERE thread_id = {t0}
SELECT min(COLUMNS('.*_at$')) FROM {runs} WHERE thread_id = {t0}
SELECT r.* FROM {runs} r WHERE thread_id = {t0}
SELECT r FROM {runs} r WHERE thread_id = {t0}
SELECT r.id, unnest(r.usage) FROM {runs} r WHERE thread_id = {t0}
SELECT usage.* FROM {runs} WHERE thread_id = {t0}
SELECT s FROM {runs} AS r(i, a) , LATERAL (SELECT i AS s) WHERE r.thread_id = {t0}
SELECT i, a, status FROM {runs} AS r(i, a) WHERE thread_id = {t0}
SELECT ID, Status FROM {runs} WHERE THREAD_ID = {t0}
SELECT "id" AS "from", status "select" FROM {runs} WHERE "thread_id" = {t0}
SELECT id -- thread_id = 'x'
FROM {runs} /* WHERE */ WHERE thread_id = {t0}
SELECT 'thread_id = ''x'' FROM runs', id FROM {runs} WHERE thread_id = {t0}
SELECT $$FROM runs$$ || id FROM {runs} WHERE thread_id = {t0}
SELECT id, CASE WHEN status = 'failed' THEN last_error.code ELSE status END FROM {runs} WHERE thread_id = {t0}
SELECT id, coalesce(usage.total_tokens, 0)::DOUBLE / 1000, metadata['user'] FROM {runs} WHERE thread_id = {t0}
SELECT id, usage->>'total_tokens', to_json(tools)->0->>'type', response_format->>'$' FROM {runs} WHERE thread_id = {t0}
SELECT time_bucket(INTERVAL 1 DAY, make_timestamp(created_at * 1000000)) d, count(*) FROM {runs} WHERE thread_id = {t0} GROUP BY d
SELECT count(*) FROM (FROM {runs} WHERE thread_id = {t0}) TABLESAMPLE 100%
SELECT n, count(*) FROM range(3) t(n), {runs} r WHERE r.thread_id = {t0} GROUP BY n
SELECT unnest(list_sort(list(id))) FROM {runs} WHERE thread_id = {t0}
SELECT id FROM {runs} WHERE thread_id = {t0} AND created_at IN (SELECT max(created_at) FROM {runs} WHERE thread_id = {t0})
SELECT max(created_at) - min(created_at) FROM {runs} WHERE thread_id = {t0} AND model = 'nothing'
SELECT a.id, c.status FROM {runs} a JOIN {runs} b ON a.id = b.id JOIN {runs} c ON b.id = c.id WHERE a.thread_id = {t0} AND b.thread_id = {t0} AND c.thread_id = {t0}
VALUES ((SELECT count(*) FROM {runs} WHERE thread_id = {t0}))
SELECT EXISTS (FROM {runs} WHERE thread_id = {t0}) AS a, 1 IN (SELECT 1 FROM {runs} WHERE thread_id = {t1}) AS b
SUMMARIZE SELECT id, status FROM {runs} WHERE thread_id = {t0}
""".strip()

CAUTIOUS = """
SELECT id FROM {runs} WHERE thread_id = (SELECT min(thread_id) FROM owners)
SELECT id FROM {runs} WHERE thread_id IN (VALUES ({t0}), ({t1}))
WITH t AS (FROM {runs}) SELECT id FROM t WHERE thread_id = {t0}
WITH t AS (SELECT id, thread_id, status AS s FROM {runs}) SELECT id FROM t WHERE thread_id = {t0} AND s = 'completed'
SELECT id FROM (SELECT id, thread_id FROM {runs} UNION ALL SELECT id, thread_id FROM {runs}) WHERE thread_id = {t0}
SELECT count(*) FROM {runs} WHERE thread_id = {t0} USING SAMPLE 100%
SELECT a.id FROM ({runs} a JOIN owners o USING (thread_id)) WHERE a.status = 'completed'
SELECT a.id, b.id FROM {runs} a RIGHT JOIN {runs} b ON a.status = b.status AND a.thread_id = {t0} WHERE b.thread_id = {t1}
SELECT a.id, b.id FROM {runs} a FULL JOIN {runs} b ON a.status = b.status WHERE a.thread_id = {t0} AND b.thread_id = {t1}
SELECT a.id, b.id FROM {runs} a POSITIONAL JOIN {runs} b WHERE a.thread_id = {t0} AND b.thread_id = {t0}
SELECT id FROM (SELECT id, thread_id, row_number() OVER (ORDER BY id) n FROM {runs}) WHERE thread_id = {t0} AND n < 10
SELECT id FROM (SELECT id, thread_id FROM {runs} ORDER BY id LIMIT 50) WHERE thread_id = {t0}
SELECT id FROM {runs} TABLESAMPLE 100% WHERE thread_id = {t0}
SELECT id FROM {runs} WHERE thread_id IN (SELECT thread_id FROM {runs} WHERE thread_id = {t0})
SELECT id FROM {runs} QUALIFY thread_id = {t0} AND row_number() OVER (ORDER BY id) > 0
SELECT thread_id, count(*) FROM {runs} GROUP BY ROLLUP (thread_id) HAVING thread_id = {t0} OR thread_id IS NULL
SELECT * FROM (SELECT thread_id, count(*) FROM {runs} GROUP BY ROLLUP (thread_id)) WHERE thread_id IS NOT DISTINCT FROM NULL
SELECT * FROM (SELECT thread_id, count(*) FROM {runs} GROUP BY ROLLUP (thread_id)) WHERE coalesce(thread_id, {t0}) = {t0}
SELECT * FROM (SELECT thread_id, count(*) FROM {runs} GROUP BY ROLLUP (thread_id)) WHERE thread_id = {t0} OR thread_id IS NULL
SELECT owner FROM owners WHERE thread_id NOT IN (SELECT thread_id FROM {runs} GROUP BY ROLLUP (thread_id))
SELECT max(thread_id) AS thread_id FROM {runs} GROUP BY status HAVING thread_id = {t0}
SELECT upper(thread_id) AS thread_id, count(*) FROM {runs} r GROUP BY r.thread_id HAVING thread_id = {t0}
SELECT DISTINCT ON (status) status, thread_id FROM (SELECT * FROM {runs} ORDER BY id) WHERE thread_id = {t0} ORDER BY ALL
SELECT id FROM {runs} WHERE thread_id = ANY([{t0}, {t1}])
SELECT id FROM {runs} WHERE list_contains([{t0}, {t1}], thread_id)
SELECT id FROM {runs} WHERE CASE WHEN thread_id = {t0} THEN true END
SELECT id FROM {runs} WHERE (thread_id = {t0}) IS TRUE
SELECT id FROM {runs} WHERE thread_id IS NOT DISTINCT FROM {t0}
SELECT a.id FROM owners o JOIN {runs} a USING (thread_id) JOIN {runs} b USING (thread_id) WHERE a.id = b.id
SELECT id FROM {runs} r WHERE r.thread_id IN (SELECT thread_id FROM owners o WHERE o.since < r.created_at)
WITH RECURSIVE s(n, id) AS (SELECT 1, min(id) FROM {runs} WHERE thread_id = {t0} UNION ALL SELECT n + 1, r.id FROM s JOIN {runs} r ON r.thread_id = {t1} AND r.id > s.id WHERE n < 2) FROM s
""".strip()


def shapes() -> list[str]:
    """The statements; a line that does not begin like one continues the one before it."""
    found: list[str] = []
    for line in SHAPES.splitlines():
        if found and found[-1].endswith("'x'") and "--" in found[-1]:
            found[-1] += "\n" + line
        else:
            found.append(line)
    return found


@pytest.fixture(scope="module")
def both(still: Sandbox, world: Any) -> Iterator[Session]:
    """A session whose database has all runs as a local table, and some owners of threads."""
    with duckdb.connect() as con, rowcall.connect(con, providers=still.providers) as session:
        con.execute("SET threads = 2")
        session.sql("CREATE TABLE plain AS SELECT * FROM openai.assistants.runs WHERE thread_id IN (SELECT unnest($1))", [world.threads])
        con.execute(
            "CREATE TABLE owners AS SELECT * FROM (VALUES ($1, 'ana', 1790000000), ($2, 'ben', 1789000000), ($3, 'ana', 0)) t(thread_id, owner, since)",
            [world.threads[0], world.threads[1], world.threads[-1]],
        )
        yield session


def outcome(relation: Any, *, ordered: bool) -> tuple[list[str], list[str], list[str]]:
    """Names, types, and rows as texts, sorted where their order is open."""
    rows = [repr(row) for row in relation.fetchall()]
    return relation.columns, [str(type_) for type_ in relation.types], rows if ordered else sorted(rows)


def filled(shape: str, name: str, world: Any) -> str:
    """The statement, over `name`."""
    threads = world.threads
    ids = {f"t{number}": threads[number] for number in range(3)}
    ids |= {f"r{number}": world.of(threads[number])[0]["id"] for number in range(2)}
    for key, value in ids.items():
        shape = shape.replace(f"{{{key}}}", f"'{value}'")
    return shape.replace("{runs}", name)


def is_ordered(shape: str) -> bool:
    """Whether it ends with an ORDER BY of its own."""
    return "OVER" not in shape and "ORDER BY" in shape and ")" not in shape.rsplit("ORDER BY", 1)[-1]


@pytest.mark.parametrize("shape", shapes())
def test_a_shape_gives_what_a_local_table_gives(both: Session, world: Any, shape: str) -> None:
    """Names, types and rows are DuckDB's own."""
    found = outcome(both.sql(filled(shape, "openai.assistants.runs", world)), ordered=is_ordered(shape))

    assert found == outcome(both.connection.sql(filled(shape, "plain", world)), ordered=is_ordered(shape))
    assert both.last.statement_kind == "select"
    assert both.last.requests <= 4


@pytest.mark.parametrize(
    ("first", "requests"),
    [
        ("SELECT * FROM {runs} WHERE thread_id = {t0} ORDER BY created_at DESC LIMIT 2", 3),
        ("SELECT id, thread_id FROM {runs} WHERE thread_id = {t0} ORDER BY created_at LIMIT 1 OFFSET 1", 3),
        ("SELECT * FROM {runs} WHERE thread_id = {t0} ORDER BY created_at DESC, id LIMIT 1", 2),
        (
            "SELECT * FROM {runs} WHERE thread_id IN (FROM watched) QUALIFY row_number() OVER (PARTITION BY thread_id ORDER BY created_at DESC) <= 2",
            6,
        ),
        ("SELECT DISTINCT ON (thread_id) * FROM {runs} WHERE thread_id IN ({t0}, {t1}) ORDER BY thread_id, created_at DESC", 4),
    ],
)
@pytest.mark.parametrize("form", ["SELECT l.id, s.id FROM ({first}) l", "WITH l AS ({first}) SELECT l.id, s.id FROM l"])
def test_the_first_rows_that_an_api_gives_are_keys(
    both: Session, still: Sandbox, world: Any, sent: Callable[..., Any], form: str, first: str, requests: int
) -> None:
    """Of the latest runs the steps, and of next to no others: of one that may be as old as the last."""
    steps = "JOIN openai.assistants.run_steps s ON s.thread_id = l.thread_id AND s.run_id = l.id"
    both.sql("CREATE OR REPLACE TEMP TABLE watched AS SELECT unnest($1) AS thread_id", [world.threads[:2]])
    both.sql(f"CREATE OR REPLACE TEMP TABLE l AS {filled(first, 'plain', world)}")
    expected = outcome(both.sql(f"SELECT l.id, s.id FROM l {steps}"), ordered=False)
    both.sql("DROP TABLE l")

    with sent(still) as asked:
        found = outcome(both.sql(f"{form.replace('{first}', filled(first, 'openai.assistants.runs', world))} {steps}"), ordered=False)

    assert (found, len(asked)) == (expected, requests)
    assert found[2]


@pytest.fixture(scope="module")
def stepped(both: Session, world: Any) -> Session:
    """The same, with the runs of two threads, and the number of steps of each."""
    both.sql("CREATE TEMP TABLE two AS SELECT * FROM plain WHERE thread_id IN ($1, $2)", world.threads[:2])
    steps = "openai.assistants.run_steps s ON s.thread_id = two.thread_id AND s.run_id = two.id"
    both.sql(f"CREATE TEMP TABLE stepped AS SELECT two.id, count(s.id) AS steps FROM two LEFT JOIN {steps} GROUP BY two.id")
    return both


FIRST = [
    ("id, thread_id, created_at AS k", "thread_id = {t0} AND status = 'completed'", "created_at DESC", "LIMIT 2"),
    ("id, thread_id, created_at AS k", "thread_id = {t0} AND status = 'completed'", "k", "LIMIT 2 OFFSET 1"),
    ("*, usage.total_tokens AS k", "{both}", "usage.total_tokens DESC", "LIMIT 3"),
    ("*, usage.total_tokens AS k", "{both}", "k NULLS FIRST, id", "LIMIT 3"),
    ("id, thread_id, completed_at - started_at AS k", "{both}", "k DESC NULLS LAST", "LIMIT 3"),
    ("id, thread_id, completed_at - started_at k", "{both} AND status <> 'failed'", "lower(status), (k)", "LIMIT 4"),
    ("id, thread_id, status AS k", "{both}", "status", "LIMIT 1"),
    ("id, thread_id, status AS k", "{both}", "status COLLATE nocase DESC", "OFFSET 1 LIMIT 1"),
    ("id, thread_id, model AS k", "{both} AND created_at > 0", "(model)", "LIMIT 0"),
    ("r.id, thread_id, n AS k", "{both}", "n, r.created_at", "LIMIT 2"),
]
"""What is selected, WHERE, ORDER BY and LIMIT."""


@pytest.mark.parametrize(("selected", "where", "order", "cut"), FIRST)
@pytest.mark.parametrize(
    "form",
    [
        "FROM ({first}) l LEFT JOIN {steps}",
        "FROM (VALUES (-7, 'x')) t(k, other), ({first}) l LEFT JOIN {steps}",
        "FROM l LEFT JOIN {steps}",
        "FROM (SELECT * FROM ({first}) i WHERE i.id IS NOT NULL) l LEFT JOIN {steps}",
    ],
)
def test_the_first_rows_in_any_order_are_keys(
    stepped: Session, still: Sandbox, world: Any, sent: Callable[..., Any], form: str, selected: str, where: str, order: str, cut: str
) -> None:
    """Whichever of equal rows DuckDB takes, it has its steps; and no more are asked for than of those that equal the last one."""
    where = where.replace("{both}", "thread_id IN ({t0}, {t1})")
    table = "{runs} r, range(2) x(n)" if "n AS" in selected else "{runs} r"
    first = filled(f"SELECT {selected} FROM {table} WHERE {where} ORDER BY {order} {cut}", "{runs}", world)
    steps = "openai.assistants.run_steps s ON s.thread_id = l.thread_id AND s.run_id = l.id GROUP BY ALL"
    local = first.replace("{runs}", "two")
    number = sum(map(int, re.findall("[0-9]+", cut)))
    ranked = local.replace(f" ORDER BY {order} {cut}", f" QUALIFY rank() OVER (ORDER BY {order}) <= {number}")
    rows = sorted(repr(k) for (k,) in stepped.sql(f"SELECT k FROM ({local})").fetchall())
    ((may_be,),) = stepped.sql(f"SELECT count(DISTINCT id) FROM ({ranked})").fetchall()
    whole = f"SELECT l.id, l.k, count(s.id) AS steps {form.replace('{first}', first).replace('{steps}', steps)}"
    whole = (f"WITH l AS ({first}) " if form.startswith("FROM l") else "") + whole

    with sent(still) as asked:
        found = stepped.sql(whole.replace("{runs}", "openai.assistants.runs")).fetchall()

    right = dict(stepped.sql("SELECT id, steps FROM stepped").fetchall())
    assert [steps for id_, _, steps in found] == [right[id_] for id_, _, _ in found]
    assert sorted(repr(k) for _, k, _ in found) == rows
    assert len(asked) <= ("{t1}" in where) + 1 + may_be


@pytest.mark.parametrize("form", ["({first})", "(SELECT * FROM ({first}) i)"])
@pytest.mark.parametrize(
    "rest",
    [
        "LIMIT 2",
        "ORDER BY random() LIMIT 2",
        "ORDER BY 1 LIMIT 2",
        "ORDER BY created_at LIMIT 10 PERCENT",
        "ORDER BY created_at LIMIT (SELECT 2)",
        "ORDER BY (SELECT min(n) FROM range(3) x(n) WHERE n > created_at) LIMIT 2",
        "ORDER BY started_at LIMIT 2",
    ],
)
def test_first_rows_of_which_nobody_knows_what_they_can_be_are_no_keys(
    both: Session, still: Sandbox, world: Any, sent: Callable[..., Any], rest: str, form: str
) -> None:
    """Nothing is asked for: not where there is no order, nor one of the rows, nor where a result hides the column that it is by."""
    runs = "SELECT id, thread_id, -started_at AS started_at FROM {runs} WHERE thread_id = {t0} AND status = 'completed'"
    selected = filled(runs, "openai.assistants.runs", world)
    steps = "JOIN openai.assistants.run_steps s ON s.thread_id = l.thread_id AND s.run_id = l.id"

    with sent(still) as asked, pytest.raises(MissingParameterError):
        both.sql(f"SELECT l.id, s.id FROM {form.replace('{first}', f'{selected} {rest}')} l {steps}")

    assert asked == []


@pytest.mark.parametrize(
    "pivot",
    [
        "PIVOT (SELECT status, model FROM {runs} WHERE thread_id = {t0}) ON status IN ('completed', 'failed') USING count(*)",
        "UNPIVOT (SELECT model, created_at, started_at FROM {runs} WHERE thread_id = {t0}) ON created_at, started_at ORDER BY ALL LIMIT 3",
    ],
)
@pytest.mark.parametrize(
    "statement", ["CREATE OR REPLACE TEMP TABLE kept AS", "INSERT INTO kept", "INSERT INTO kept (a, b, c) WITH x AS (SELECT 1)"]
)
def test_what_pivot_gives_is_kept_in_a_table(both: Session, world: Any, statement: str, pivot: str) -> None:
    """It is asked for once."""
    both.connection.execute("CREATE OR REPLACE TEMP TABLE kept (a VARCHAR, b VARCHAR, c VARCHAR)")
    both.sql(f"{statement} {filled(pivot, 'openai.assistants.runs', world)}")
    requests = both.last.requests

    found = sorted(both.sql("FROM kept").fetchall())

    expected = sorted(tuple(row) for row in both.connection.sql(filled(pivot, "plain", world)).fetchall())
    assert (list(map(as_texts, found)), requests) == (list(map(as_texts, expected)), 1)


def as_texts(row: tuple[Any, ...]) -> tuple[str, ...]:
    """Its values, whatever type a table keeps them as."""
    return tuple(map(str, row))


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("lower(thread_id) IN (SELECT thread_id FROM owners)", "A condition on an expression of a column"),
        (
            "list_contains((SELECT list(thread_id) FROM owners USING SAMPLE 1), thread_id)",
            "A list that a sub-select makes is not looked into",
        ),
    ],
)
def test_a_refusal_says_what_it_cannot_take_values_from(both: Session, world: Any, condition: str, reason: str) -> None:
    """Whichever way the condition is written."""
    with pytest.raises(MissingParameterError, match=reason):
        both.sql(filled(f"SELECT id FROM {{runs}} WHERE {condition}", "openai.assistants.runs", world))


@pytest.mark.parametrize("number", [0, 1, None])
@pytest.mark.parametrize("thread", ["($t IS NULL OR thread_id = $t)", "NOT ($t IS NOT NULL AND thread_id <> $t)"])
def test_a_condition_that_a_parameter_switches_off_says_nothing(both: Session, world: Any, thread: str, number: int | None) -> None:
    """And one that it does not is asked for, alone; whichever it was the last time."""
    sql = f"SELECT id FROM {{runs}} WHERE {thread} AND thread_id IN ({{t0}}, {{t1}}) AND ($s IS NULL OR status = $s)"
    given = {"t": None if number is None else world.threads[number], "s": "completed"}

    for values in (given, {**given, "s": None}, {**given, "t": world.threads[1]}, given):
        found = outcome(both.sql(filled(sql, "openai.assistants.runs", world), values), ordered=False)

        assert both.last.requests == (2 if values["t"] is None else 1)
        assert found == outcome(both.connection.sql(filled(sql, "plain", world), params=values), ordered=False)


def test_a_parameter_that_switches_all_values_off_is_a_refusal(both: Session, world: Any) -> None:
    """Nothing is asked of every thread by accident."""
    sql = filled("SELECT count(*) FROM openai.assistants.runs WHERE $all OR thread_id = {t0}", "", world)

    assert both.sql(sql, {"all": False}).fetchall() == [(len(world.of(world.threads[0])),)]
    with pytest.raises(MissingParameterError):
        both.sql(sql, {"all": True})


@pytest.mark.parametrize("shape", CAUTIOUS.splitlines())
def test_a_shape_that_may_be_refused_is_never_wrong(both: Session, world: Any, shape: str) -> None:
    """Where it cannot be told what to ask the API for, that is the error; where it can, the rows are DuckDB's own."""
    expected = outcome(both.connection.sql(filled(shape, "plain", world)), ordered=is_ordered(shape))
    found = None
    with suppress(MissingParameterError):
        found = outcome(both.sql(filled(shape, "openai.assistants.runs", world)), ordered=is_ordered(shape))

    assert found == expected or (found is None and both.last.requests == 0)


@pytest.mark.parametrize(
    "file",
    [
        "read_csv('{path}')",
        "read_csv('{path}', header = true, columns = {'thread_id': 'VARCHAR', 'label': 'VARCHAR'})",
        "read_csv('{path}', header := true, sep = ',')",
        "read_csv_auto(['{path}'], all_varchar = true, filename = true)",
    ],
)
@pytest.mark.parametrize(
    "shape",
    [
        "SELECT f.label, r.id FROM {file} f JOIN {runs} r ON r.thread_id = f.thread_id",
        "FROM {file} JOIN {runs} USING (thread_id) SELECT label, id",
        "SELECT NULL, id FROM {runs} WHERE thread_id IN (SELECT thread_id FROM {file})",
        "SELECT f.label, x.id FROM {file} f, LATERAL (SELECT id FROM {runs} r WHERE r.thread_id = f.thread_id) x",
    ],
)
def test_keys_come_from_a_file_whatever_is_said_of_how_to_read_it(both: Session, world: Any, tmp_path: Path, shape: str, file: str) -> None:
    """Each thread in it is asked for once."""
    path = tmp_path / "threads.csv"
    path.write_text("thread_id,label\n" + "".join(f"{thread},{number}\n" for number, thread in enumerate(world.threads[:2])))
    named = filled(shape, "plain", world).replace("{file}", file.replace("{path}", str(path)))

    found = outcome(both.sql(named.replace("plain", "openai.assistants.runs")), ordered=False)

    assert both.last.requests == 2
    assert found == outcome(both.connection.sql(named), ordered=False)
