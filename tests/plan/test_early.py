"""Which references may be left unfinished."""

from __future__ import annotations

from typing import Any

import pytest

from rowcall.engine.engine import Engine
from rowcall.plan.analysis import analyse
from rowcall.plan.early import BY_PAGE, GATHERED, end_early, ends_early, may_end_early, not_by_page, only_reads
from rowcall.plan.references import Reference
from rowcall.sql.tokens import tokenize

V = "zoo.care.visits"


def references(zoo: Any, sql: str) -> list[Reference]:
    """The references of a statement."""
    engine = Engine(zoo.connection)
    analysis = analyse(sql, tokenize(sql), zoo.names(), lambda source: engine.columns(source, {}, {}))
    return [mention.reference for mention in analysis.mentions]


def early(zoo: Any, sql: str) -> list[bool]:
    """For each reference in turn, whether it may end early."""
    return [ends_early(reference) for reference in references(zoo, sql)]


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT id FROM {V} WHERE pen = 'p1' LIMIT 10",
        f"SELECT id FROM {V} WHERE pen = 'p1' AND n > 3 LIMIT 10 OFFSET 5",
        f"FROM {V} WHERE pen = 'p1' LIMIT ?",
        f"SELECT id FROM {V} WHERE pen IN ('p1', 'p2') FETCH FIRST 3 ROWS ONLY",
        f"SELECT id FROM {V} WHERE list_contains(['p1', 'p2'], pen) LIMIT 3",
        f"SELECT id FROM {V} WHERE pen IN $1 LIMIT 3",
        f"SELECT id FROM {V} WHERE pen = (SELECT min(pen) FROM l) LIMIT 3",
        f"SELECT DISTINCT kind FROM {V} WHERE pen = 'p1' LIMIT 1",
        f"SELECT unnest(tags) FROM {V} WHERE pen = 'p1' LIMIT 1",
        f"SELECT k FROM (SELECT kind AS k FROM {V} WHERE pen = 'p1') t WHERE k = 'food' LIMIT 1",
        f"(SELECT id FROM {V} WHERE pen = 'p1') LIMIT 2",
        f"WITH c AS (SELECT * FROM {V} WHERE pen = 'p1') SELECT id FROM c WHERE n = 1 LIMIT 2",
        f"SELECT count(*) FROM (SELECT * FROM {V} WHERE pen = 'p1' AND n = 1 LIMIT 2)",
        f"SELECT l.n FROM l JOIN (SELECT n FROM {V} WHERE pen = 'p1' LIMIT 2) t ON t.n = l.n",
        f"CREATE TABLE made AS SELECT id FROM {V} WHERE pen = 'p1' LIMIT 2",
        f"COPY (SELECT id FROM {V} WHERE pen = 'p1' LIMIT 2) TO 'x.csv'",
        f"SELECT EXISTS (SELECT 1 FROM {V} WHERE pen = 'p1' AND visits.n = 2)",
        f"SELECT EXISTS (SELECT 1 FROM {V} v WHERE v.pen = 'p1' AND v.detail.b = 2)",
        f"SELECT tag FROM l WHERE NOT EXISTS (FROM {V} WHERE pen = 'p1')",
        f"SELECT (SELECT id FROM {V} WHERE pen = 'p1' AND kind = 'food' LIMIT 1)",
        f"SELECT tag FROM l WHERE pen IN (SELECT x FROM (SELECT id AS x FROM {V} WHERE pen = 'p1') WHERE x > 'v' LIMIT 1)",
    ],
)
def test_a_limit_or_an_exists_may_end_it(zoo: Any, sql: str) -> None:
    """Whatever hands the rows on in between."""
    assert early(zoo, sql) == [True]


@pytest.mark.parametrize(
    "sql",
    [
        f"WITH RECURSIVE q AS (SELECT id, 0 AS n FROM {V} WHERE pen = 'p1' UNION SELECT q.id, q.n + 1 FROM q, l WHERE q.n < 2) SELECT 1 LIMIT 1",
        f"SELECT id FROM {V} WHERE pen = 'p1'",
        f"SELECT id FROM {V} WHERE pen = 'p1' OFFSET 3",
        f"SELECT id FROM {V} WHERE pen = 'p1' LIMIT 10%",
        f"SELECT id FROM {V} WHERE pen = 'p1' LIMIT ALL",
        f"SELECT id FROM {V} WHERE pen = 'p1' LIMIT NULL",
        f"SELECT id FROM {V} WHERE pen = 'p1' ORDER BY n LIMIT 3",
        f"SELECT id FROM (SELECT * FROM {V} WHERE pen = 'p1' ORDER BY n) LIMIT 3",
        f"SELECT count(*) FROM {V} WHERE pen = 'p1' LIMIT 3",
        f"SELECT kind, count(*) FROM {V} WHERE pen = 'p1' GROUP BY kind LIMIT 3",
        f"SELECT DISTINCT ON (kind) id FROM {V} WHERE pen = 'p1' LIMIT 3",
        f"SELECT id, sum(n) OVER () FROM {V} WHERE pen = 'p1' LIMIT 3",
        f"SELECT id FROM {V} WHERE pen = 'p1' QUALIFY row_number() OVER (ORDER BY n) = 1 LIMIT 3",
        f"SELECT id FROM {V} WHERE pen = 'p1' USING SAMPLE 3 ROWS",
        f"SELECT id FROM {V} JOIN l USING (pen) LIMIT 3",
        f"SELECT v.id FROM l, {V} v WHERE v.pen = l.pen LIMIT 3",
        f"SELECT v.id, u FROM {V} v, unnest(v.tags) t(u) WHERE v.pen = 'p1' LIMIT 3",
        f"SELECT id FROM {V} WHERE pen IN (SELECT pen FROM l) LIMIT 3",
        f"SELECT id FROM {V} v WHERE pen = 'p1' AND EXISTS (FROM m WHERE m.n = v.n) LIMIT 3",
        f"SELECT id FROM {V} WHERE pen = 'p1' AND n = ANY (SELECT n FROM m) LIMIT 3",
        f"SELECT id FROM {V} WHERE pen = ANY (['p1', 'p2']) LIMIT 3",
        f"SELECT id FROM {V} WHERE pen = 'p1' EXCEPT SELECT pen FROM l LIMIT 3",
        f"WITH c AS MATERIALIZED (SELECT * FROM {V} WHERE pen = 'p1') SELECT id FROM c LIMIT 2",
        f"WITH c AS (SELECT * FROM {V} WHERE pen = 'p1') SELECT a.id FROM c a, c b LIMIT 2",
        f"SELECT tag FROM l WHERE EXISTS (SELECT 1 FROM {V} v WHERE v.pen = 'p1' AND v.n = l.n)",
        f"SELECT tag FROM l WHERE EXISTS (SELECT 1 FROM {V} v WHERE v.pen = 'p1' AND v.kind = tag)",
        f"SELECT tag, (SELECT id FROM {V} v WHERE v.pen = 'p1' AND v.n = l.n LIMIT 1) FROM l",
        f"SELECT EXISTS (SELECT count(*) FROM {V} WHERE pen = 'p1')",
        f"SELECT id FROM {V} WHERE pen = 'p1' AND n > (SELECT 1 LIMIT 1)",
    ],
)
def test_what_needs_all_rows_reads_them_all(zoo: Any, sql: str) -> None:
    """Or what DuckDB turns into a join, whose one side it reads whole."""
    assert early(zoo, sql) == [False]


JOINED = [
    f"SELECT id FROM {V} JOIN l USING (pen) LIMIT 3",
    f"SELECT v.id FROM l JOIN {V} v USING (pen) WHERE v.n > 2 LIMIT 3 OFFSET 2",
    f"SELECT v.id FROM l, {V} v WHERE v.pen = l.pen LIMIT 3",
    f"SELECT v.id FROM {V} v LEFT JOIN l ON v.n = l.n WHERE v.pen = 'p1' LIMIT 3",
    f"SELECT v.id FROM l LEFT JOIN {V} v ON v.pen = l.pen LIMIT 3",
    f"SELECT v.id FROM {V} v SEMI JOIN l ON v.pen = l.pen LIMIT 3",
    f"SELECT w.id FROM l, LATERAL (SELECT * FROM {V} v WHERE v.pen = l.pen) w LIMIT 3",
    f"SELECT v.id, u FROM {V} v, unnest(v.tags) t(u) WHERE v.pen = 'p1' LIMIT 3",
    f"WITH c AS (SELECT pen FROM l) SELECT v.id FROM c JOIN {V} v USING (pen) LIMIT 3",
    f"SELECT id FROM (SELECT v.id FROM (VALUES ('p1')) p(pen) JOIN {V} v USING (pen)) LIMIT 3",
    f"SELECT EXISTS (SELECT 1 FROM l JOIN {V} v USING (pen) WHERE v.n = 2)",
    f"SELECT id FROM {V} WHERE pen IN (SELECT pen FROM l) LIMIT 3",
    f"SELECT id FROM {V} v WHERE pen = 'p1' AND EXISTS (FROM m WHERE m.n = v.n) LIMIT 3",
    f"SELECT id FROM {V} WHERE pen = ANY (['p1', 'p2']) LIMIT 3",
    f"CREATE TABLE made AS SELECT id FROM {V} JOIN l USING (pen) LIMIT 3",
]


@pytest.mark.parametrize("sql", JOINED)
def test_of_a_join_duckdb_is_to_say(zoo: Any, sql: str) -> None:
    """It reads one side whole, and the tree does not say which."""
    assert (early(zoo, sql), may_end_early(references(zoo, sql))) == ([False], True)


@pytest.mark.parametrize(
    "sql",
    [
        f"WITH RECURSIVE q AS (SELECT id, 0 AS n FROM {V} WHERE pen = 'p1' UNION SELECT q.id, q.n + 1 FROM l, q WHERE q.n < 2) SELECT 1 LIMIT 1",
        f"SELECT id FROM {V} JOIN l USING (pen)",
        f"SELECT id FROM {V} JOIN l USING (pen) ORDER BY id LIMIT 3",
        f"SELECT count(*) FROM {V} JOIN l USING (pen) LIMIT 3",
        f"SELECT pen, count(*) FROM {V} JOIN l USING (pen) GROUP BY pen LIMIT 3",
        f"SELECT id, sum(v.n) OVER () FROM {V} v JOIN l USING (pen) LIMIT 3",
        f"SELECT * FROM (SELECT * FROM {V} WHERE pen = 'p1' ORDER BY n) v JOIN l USING (n) LIMIT 3",
        f"SELECT l.n FROM l JOIN (SELECT max(n) AS n FROM {V} WHERE pen = 'p1') v USING (n) LIMIT 3",
        f"SELECT tag FROM l WHERE pen IN (SELECT pen FROM {V} WHERE pen = 'p1') LIMIT 3",
        f"WITH c AS MATERIALIZED (SELECT * FROM {V} WHERE pen = 'p1') SELECT id FROM c JOIN l USING (n) LIMIT 2",
        f"SELECT v.id FROM {V} v JOIN l USING (pen) USING SAMPLE 3 ROWS",
    ],
)
def test_a_join_below_what_needs_all_rows_is_not_asked_about(zoo: Any, sql: str) -> None:
    """Nor one that is not under a LIMIT, nor what stands under IN."""
    assert not may_end_early(references(zoo, sql))


def test_two_references_of_a_join_are_asked_about_together(zoo: Any) -> None:
    """Unless one of them needs all its rows for another reason."""
    both = f"SELECT a.id FROM {V} a JOIN {V} b USING (id) WHERE a.pen = 'p1' AND b.pen = 'p1' LIMIT 3"
    one = f"SELECT a.id FROM {V} a JOIN (SELECT max(id) AS id FROM {V} WHERE pen = 'p1') b USING (id) WHERE a.pen = 'p1' LIMIT 3"

    assert [may_end_early(references(zoo, sql)) for sql in (both, one)] == [True, False]


def test_each_reference_is_looked_at_by_itself(zoo: Any) -> None:
    """In branches of a UNION ALL both may end; beside a join only what has a LIMIT of its own."""
    union = f"SELECT id FROM {V} WHERE pen = 'p1' UNION ALL SELECT id FROM {V} WHERE pen = 'p2' LIMIT 3"
    mixed = f"SELECT * FROM {V} a JOIN (SELECT n FROM {V} WHERE pen = 'p2' LIMIT 3) b ON a.n = b.n WHERE a.pen = 'p1'"

    assert (early(zoo, union), early(zoo, mixed)) == ([True, True], [False, True])


def test_a_statement_ends_early_when_all_its_references_do(zoo: Any) -> None:
    """One that needs all its rows may share requests with another."""
    union = f"SELECT id FROM {V} WHERE pen = 'p1' UNION ALL SELECT id FROM {V} WHERE pen = 'p2' LIMIT 3"
    mixed = f"SELECT * FROM {V} a JOIN (SELECT n FROM {V} WHERE pen = 'p2' LIMIT 3) b ON a.n = b.n WHERE a.pen = 'p1'"

    assert [end_early(references(zoo, sql)) for sql in (union, mixed)] == [True, False]


def test_only_a_query_only_reads(zoo: Any) -> None:
    """What keeps rows has to fail whole."""
    query = f"SELECT id FROM {V} WHERE pen = 'p1' LIMIT 3"
    forms = (
        query,
        f"({query})",
        f"SELECT 1 UNION ALL ({query})",
        f"CREATE TABLE made AS {query}",
        f"INSERT INTO l(pen) {query}",
        f"COPY ({query}) TO 'x'",
    )

    assert [only_reads(references(zoo, form)[0].table.root()) for form in forms] == [True, True, True, False, False, False]


def test_the_note_says_who_can_stop() -> None:
    """And what would, or why nothing does."""
    assert "until the statement has its rows" in BY_PAGE
    assert "all its rows before" in GATHERED
    assert "2.0 can" in not_by_page(joined=False)
    assert "2.0 may" in not_by_page(joined=True)
