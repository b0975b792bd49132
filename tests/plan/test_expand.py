"""Statements with views and macros written out: golden by hand, without a database."""

from __future__ import annotations

import pytest

from rowcall.errors import BindError, Span, UnsupportedSQLError
from rowcall.plan.definitions import Definitions, Stored, search_path
from rowcall.plan.expand import expand

RUNS = "openai.assistants.runs"


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    """What a database keeps."""
    views = [
        ("main", "v", f"CREATE VIEW v AS SELECT * FROM {RUNS} AS runs WHERE (thread_id = 'a');"),
        ("main", "named", f"CREATE VIEW named (a, b) AS SELECT id, status FROM {RUNS} AS r;"),
        ("s", "sv", 'CREATE VIEW s.sv AS SELECT * FROM (v INNER JOIN "local" USING (id));'),
        ("s", "loop", "CREATE VIEW s.loop AS SELECT * FROM openai2 , loop;"),
        ("main", "of_itself", f"CREATE VIEW of_itself AS SELECT * FROM {RUNS} , of_itself;"),
        ("main", "ours_not", "CREATE VIEW ours_not AS SELECT 1 AS openaix;"),
    ]
    macros = [
        ("m", True, ("a", "b"), f"SELECT a, id FROM {RUNS} AS r WHERE (r.thread_id = a) LIMIT b"),
        ("m", True, ("__rowcall_1", "__rowcall_2", "__rowcall_3"), 'SELECT struct_pack("2.b" := (1 + 1)) AS defaults'),
        ("n", False, ("t",), f"(SELECT count_star() FROM {RUNS} AS r WHERE (r.thread_id = t))"),
        ("n2", False, ("t",), "(n(t) + t.size)"),
        ("typed", False, ("t",), f"(SELECT max(id) FROM {RUNS} AS r WHERE (thread_id = t))"),
        ("reads", True, (), "SELECT * FROM v , t"),
    ]
    tables = {("memory", "main", "t"), ("memory", "s", "local"), ("memory", "main", "local")}
    return Definitions(
        Stored(
            path=search_path("memory", ""),
            tables=frozenset({*tables, *(("memory", schema, name) for schema, name, _ in views)}),
            views=tuple(("memory", schema, name, text) for schema, name, text in views),
            macros=tuple(
                ("memory", "main", name, table, names, tuple("VARCHAR" if name == "typed" else None for _ in names), body)
                for name, table, names, body in macros
            ),
        ),
        ["openai"],
    )


V = f"(SELECT * FROM {RUNS} AS runs WHERE (thread_id = 'a'))"
N = f"(SELECT id, status FROM {RUNS} AS r)"
SV = f'(SELECT * FROM {V} AS "v" INNER JOIN "memory"."s"."local" USING (id))'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1 FROM t", "SELECT 1 FROM t"),
        ("SELECT v FROM t", "SELECT v FROM t"),
        ("FROM ours_not", "FROM ours_not"),
        ("FROM v", f'FROM {V} AS "v"'),
        ("SELECT  v.id -- id\nFROM v  WHERE true", f'SELECT  v.id -- id\nFROM {V} AS "v"  WHERE true'),
        ("FROM V AS x, main.v y", f"FROM {V} AS x, {V} y"),
        ("SELECT main.v.id, v.id FROM main.v", f'SELECT "v".id, v.id FROM {V} AS "v"'),
        ("TABLE v", f'(FROM {V} AS "v")'),
        ("SUMMARIZE v", f'SUMMARIZE FROM {V} AS "v"'),
        ("DESCRIBE v", f'DESCRIBE FROM {V} AS "v"'),
        ("SHOW v", f'DESCRIBE FROM {V} AS "v"'),
        ("COPY v TO 'f'", f"COPY (FROM {V} AS \"v\") TO 'f'"),
        ("INSERT INTO t FROM v", f'INSERT INTO t FROM {V} AS "v"'),
        ("DROP VIEW v", "DROP VIEW v"),
        ("COMMENT ON VIEW v IS 'v'", "COMMENT ON VIEW v IS 'v'"),
        ("WITH v AS (SELECT 1) FROM v", "WITH v AS (SELECT 1) FROM v"),
        ("WITH v AS (FROM v) FROM v", f'WITH v AS (FROM {V} AS "v") FROM v'),
        ("FROM named", f'FROM {N} AS "named"("a", "b")'),
        ("FROM named n", f'FROM {N} n("a", "b")'),
        ("FROM named AS n(c)", f'FROM (FROM {N} AS "named"("a", "b")) AS n(c)'),
        ("FROM s.sv", f'FROM {SV} AS "sv"'),
        ('WITH "local" AS (SELECT 1), v AS (SELECT 2) FROM s.sv', f'WITH "local" AS (SELECT 1), v AS (SELECT 2) FROM {SV} AS "sv"'),
        ("FROM m('x')", f"FROM (SELECT 'x', id FROM {RUNS} AS r WHERE (r.thread_id = 'x') LIMIT (1 + 1))"),
        ("FROM main.m(b := 3, a => $1) z", f"FROM (SELECT $1, id FROM {RUNS} AS r WHERE (r.thread_id = $1) LIMIT 3) z"),
        ("SELECT n('x')", f"SELECT (SELECT count_star() FROM {RUNS} AS r WHERE (r.thread_id = 'x')) AS \"n('x')\""),
        ("SELECT n('x' || 'y') AS k", f"SELECT (SELECT count_star() FROM {RUNS} AS r WHERE (r.thread_id = ('x' || 'y'))) AS k"),
        ("SELECT n(id) AS k FROM t", f'SELECT (SELECT count_star() FROM {RUNS} AS r WHERE (r.thread_id = ("t".id))) AS k FROM t'),
        ("SELECT typed(1) AS k", f"SELECT (SELECT max(id) FROM {RUNS} AS r WHERE (thread_id = CAST(1 AS VARCHAR))) AS k"),
        (
            "SELECT n2(u) AS k FROM t",
            f'SELECT ((SELECT count_star() FROM {RUNS} AS r WHERE (r.thread_id = ("t".u))) + ("t".u).size) AS k FROM t',
        ),
        ("FROM reads()", f'FROM (SELECT * FROM {V} AS "v" , t)'),
        ("WITH v AS (SELECT 1) FROM reads()", "WITH v AS (SELECT 1) FROM (SELECT * FROM v , t)"),
        (
            "FROM m((SELECT max(id) FROM v), 1)",
            f'FROM (SELECT (SELECT max(id) FROM {V} AS "v"), id FROM {RUNS} AS r WHERE (r.thread_id = (SELECT max(id) FROM {V} AS "v")) LIMIT 1)',
        ),
    ],
)
def test_a_statement_is_written_out_and_otherwise_as_it_was(definitions: Definitions, text: str, expected: str) -> None:
    """Aliases, columns and arguments where they belong; what no view or macro of the API's is stays."""
    assert expand(text, definitions).text == expected


def test_a_place_is_found_again_in_the_users_text(definitions: Definitions) -> None:
    """Before and after a view as it is, within one as its name."""
    text = "SELECT x FROM v JOIN t USING (id)"
    expansion = expand(text, definitions)

    inside = expansion.text.index("thread_id")
    after = expansion.text.index("USING")

    assert expansion.place(Span(7, 8)) == Span(7, 8)
    assert expansion.place(Span(inside, inside + 9)) == Span(text.index("v"), text.index("v") + 1)
    assert expansion.stands_in(expansion.place(Span(inside, inside + 9)))
    assert expansion.place(Span(after, after + 5)) == Span(text.index("USING"), text.index("USING") + 5)
    assert expansion.place(None) is None


@pytest.mark.parametrize(
    ("text", "error", "match"),
    [
        ("FROM of_itself", BindError, "of_itself is defined by itself"),
        ("FROM m()", BindError, r"No form of the macro takes these arguments"),
        ("SELECT n(r.x) FROM t r", UnsupportedSQLError, "r is a name within the macro n"),
        ("SELECT n(x) FROM t, t u", UnsupportedSQLError, "Which table x is of"),
        *(
            (text, UnsupportedSQLError, "v is a view over an API, and no rows are written through a view")
            for text in ("INSERT INTO v FROM t", "INSERT INTO v (a) VALUES (1)", "UPDATE v SET a = 1", "DELETE FROM v", "TRUNCATE v")
        ),
    ],
)
def test_what_cannot_be_written_out_is_refused_at_its_place(
    definitions: Definitions, text: str, error: type[BindError | UnsupportedSQLError], match: str
) -> None:
    """The name of the view, or the call, is marked."""
    with pytest.raises(error, match=match) as raised:
        expand(text, definitions)

    assert raised.value.span is not None
    assert raised.value.sql == text
    assert text[raised.value.span.start : raised.value.span.end].startswith(("of_itself", "m(", "n(", "v"))


def test_what_cannot_be_read_is_left_as_it_is_with_the_reason(definitions: Definitions) -> None:
    """DuckDB may be able to run it, if no view of ours is in it after all."""
    expansion = expand("SELECT v FROM t WHERE", definitions)

    assert expansion.text == "SELECT v FROM t WHERE"
    assert isinstance(expansion.unread, UnsupportedSQLError)


def test_only_what_reaches_a_provider_has_a_name_here(definitions: Definitions) -> None:
    """Through others too; a word that merely begins alike does not count."""
    assert definitions.names == {"v", "named", "sv", "of_itself", "m", "n", "n2", "typed", "reads"}
