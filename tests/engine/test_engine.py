"""DuckDB behind one door: binding, running, frames, and the errors that come out."""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pytest

from rowcall.engine.engine import Engine, in_memory
from rowcall.engine.source import page_source, streams
from rowcall.errors import BindError, EngineError, UsageError


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine on an empty database."""
    con = in_memory()
    yield Engine(con)
    con.close()


def pointed(error: BindError) -> str:
    """What the error points at."""
    assert error.span is not None
    return error.sql[error.span.start : error.span.end]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("SELECT nope FROM range(3)", "nope"),
        ("SELECT 1\nFROM range(3)\nWHERE nope = 1", "nope"),
        ("FROM absent_table", "absent_table"),
        ("SELECT foo(1)", "foo"),
        ("SELECT " + "1, " * 200 + "nope FROM range(3)", "nope"),
        ("SELECT 'é漢🦆', nope FROM range(3)", "nope"),
        ("SELECT " + "'é漢🦆', " * 30 + "nope FROM range(3)", "nope"),
        ("SELECT\t1,\tnope FROM range(3)", "nope"),
        ("SELECT 'nope', nope FROM range(3)", "nope"),
    ],
    ids=["short", "third line", "table", "function", "long line", "unicode", "long unicode", "tabs", "same text before"],
)
def test_what_cannot_be_bound_is_pointed_at(engine: Engine, text: str, place: str) -> None:
    """The span is that of the name in the given text, however long the line is and whatever stands in it."""
    with pytest.raises(BindError) as caught:
        engine.bind(text, {}, {})

    assert pointed(caught.value) == place
    assert caught.value.span is not None
    assert caught.value.span.start == text.rindex(place)


def test_binding_runs_nothing(engine: Engine) -> None:
    """Neither an error of running nor a table comes of it."""
    engine.bind("CREATE TABLE t AS SELECT error('boom')", {}, {})

    assert engine.connection.sql("SHOW TABLES").fetchall() == []


def test_binding_knows_parameters_and_frames(engine: Engine) -> None:
    """Names of both kinds are there as they are for running."""
    engine.bind("SELECT page, $a FROM pages WHERE key = $b", {"a": 1, "b": "k"}, {"pages": page_source([])})

    with pytest.raises(BindError, match="nope"):
        engine.bind("SELECT nope FROM pages", {}, {"pages": page_source([])})


def test_running_gives_rows_on_the_same_connection(engine: Engine) -> None:
    """The relation can be queried further beside the connection's tables."""
    engine.connection.execute("CREATE TABLE t AS SELECT 2 AS i")

    relation = engine.run("SELECT key, page FROM pages", {}, {"pages": page_source([("1", "a"), ("2", "b")])})

    assert relation.fetchall() == [("a", "1"), ("b", "2")]
    assert engine.connection.sql("SELECT key FROM relation JOIN t ON page = i").fetchall() == [("b",)]


def test_a_relation_holds_its_rows(engine: Engine) -> None:
    """What it read may change or vanish; reading it again, or after other statements, gives the same rows."""
    engine.connection.execute("CREATE TABLE t AS SELECT 1 AS i")

    relation = engine.run("SELECT i, random() AS r FROM t", {}, {})
    first = relation.fetchall()
    engine.connection.execute("DROP TABLE t")
    engine.run("SELECT 2", {}, {})

    assert relation.filter("i = 1").fetchall() == first
    assert first[0][0] == 1


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("i % 2 = 0", [True, False, True]),
        ("[i % 2 = 0]", [[True], [False], [True]]),
        ("{'b': i % 2 = 1}", [{"b": False}, {"b": True}, {"b": False}]),
        ("MAP {'b': i % 2 = 1}", [{"b": False}, {"b": True}, {"b": False}]),
        ("170141183460469231731687303715884105727::HUGEINT - i", [2**127 - 1 - i for i in range(3)]),
        ("(i || '.5')::DECIMAL(38, 1)", [decimal.Decimal(f"{i}.5") for i in range(3)]),
        ("to_json({'i': i})", [f'{{"i":{i}}}' for i in range(3)]),
        ("('a', i)::ROW(x VARCHAR, y BIGINT)", [{"x": "a", "y": i} for i in range(3)]),
        ("CASE WHEN i = 1 THEN NULL ELSE i END", [0, None, 2]),
        ("(['x', 'y', 'z'])[i + 1]::ENUM('x', 'y', 'z')", ["x", "y", "z"]),
        ("DATE '2026-01-01' + i::INTEGER", None),
        ("INTERVAL (i) DAY", None),
        ("TIME '10:00:00' + INTERVAL (i) MINUTE", None),
        ("'00000000-0000-0000-0000-00000000000' || i", None),
        ("('00000000-0000-0000-0000-00000000000' || i)::UUID", None),
        ("i::VARCHAR::BLOB", None),
        ("i::BIT", None),
    ],
)
def test_values_and_types_are_duckdbs_own(engine: Engine, expression: str, value: list[Any] | None) -> None:
    """Whatever way a result takes to be kept, its type and values are those of the same statement in DuckDB."""
    text = f"SELECT {expression} AS v FROM range(3) t(i)"
    plain = engine.connection.sql(text)

    relation = engine.run(text, {}, {})

    assert relation.types == plain.types
    assert relation.fetchall() == plain.fetchall()
    assert value is None or [row[0] for row in relation.fetchall()] == value


def test_columns_may_share_a_name(engine: Engine) -> None:
    """They keep it, and their values can be read."""
    relation = engine.run('SELECT 1 AS a, 2 AS a, 3 AS "A", true AS "x y"', {}, {})

    assert relation.fetchall() == [(1, 2, 3, True)]
    assert relation.columns == ["a", "a", "A", "x y"]


def test_the_rows_of_a_local_statement_are_kept(engine: Engine) -> None:
    """What runs after it does not change them, and what changed something did so once; names, types and booleans stay."""
    engine.connection.execute("CREATE TABLE t (b BOOLEAN, i INTEGER)")
    insert = "INSERT INTO t VALUES (true, 1), (false, 2), (NULL, 3) RETURNING b"

    inserted = engine.kept(engine.local(insert, {}, {}), insert)
    select = "SELECT b, b FROM t ORDER BY i"
    read = engine.kept(engine.local(select, {}, {}), select)
    engine.connection.execute("DELETE FROM t")

    assert inserted.fetchall() == [(True,), (False,), (None,)]
    assert read.columns == ["b", "b"]
    assert read.fetchall() == [(True, True), (False, False), (None, None)]


def test_a_local_statement_that_fails_when_it_is_run_is_an_engine_error(engine: Engine) -> None:
    """DuckDB makes a relation of it without running it."""
    text = "SELECT error('boom') FROM range(3)"

    with pytest.raises(EngineError, match="boom"):
        engine.kept(engine.local(text, {}, {}), text)


def test_many_rows_keep_their_booleans(engine: Engine) -> None:
    """More than one vector of them comes through unchanged."""
    relation = engine.run("SELECT i, i % 3 = 0 AS b FROM range(10000) t(i)", {}, {})

    assert relation.aggregate("count(*) FILTER (b), count(*) FILTER (b AND i % 3 = 0)").fetchall() == [(3334, 3334)]


@pytest.mark.parametrize("setting", ["true", "false"])
def test_the_callers_settings_are_as_before(engine: Engine, setting: str) -> None:
    """Also after a statement that failed, and inside a transaction that it aborted."""
    con = engine.connection
    con.execute(f"SET arrow_lossless_conversion = {setting}")
    before = con.sql("SELECT name, value FROM duckdb_settings() ORDER BY ALL").fetchall()

    engine.run("SELECT true", {}, {})
    con.execute("BEGIN")
    con.execute("CREATE TABLE t (i INTEGER)")
    with pytest.raises(EngineError, match="boom"):
        engine.run("SELECT error('boom') FROM range(3)", {}, {})
    con.execute("ROLLBACK")

    assert con.sql("SELECT name, value FROM duckdb_settings() ORDER BY ALL").fetchall() == before


def test_a_statement_without_rows_gives_an_empty_relation(engine: Engine) -> None:
    """For what DuckDB itself has no relation for, too."""
    relations = [engine.run("CREATE TABLE t (i INTEGER)", {}, {}), engine.local("SET threads = 2", {}, {}), engine.empty()]

    assert [relation.fetchall() for relation in relations] == [[], [], []]


def test_a_source_is_read_twice_beside_a_parameter(engine: Engine) -> None:
    """A WITH clause read twice, its source a page source, and a parameter: which DuckDB 1.5 by itself does not survive."""
    text = "WITH q AS NOT MATERIALIZED (SELECT * FROM __rowcall_pages_0) SELECT a.key, b.key FROM q a, q b WHERE a.key = $k ORDER BY ALL"

    found = engine.run(text, {"k": "x"}, {"__rowcall_pages_0": page_source([("{}", "x"), ("{}", "y")])})

    assert found.fetchall() == [("x", "x"), ("x", "y")]


@pytest.mark.parametrize("kind", ["table", "dataset", "stream", "polars", "pandas"])
@pytest.mark.parametrize("within", ["the statement", "a macro", "a view"])
def test_a_frame_of_arrow_is_read_twice_beside_a_parameter(engine: Engine, kind: str, within: str) -> None:
    """The same of what is the user's, whatever holds it: a macro or view reads it unnamed."""
    if within == "a view" and streams():
        pytest.skip("DuckDB 2.0 finds no data frame for a view")
    table = pyarrow.table({"key": ["x", "y"]})
    frame = {"mine": _HOLDERS[kind](table) if kind in _HOLDERS else table, "schema": table.schema}
    asked = "(WITH q AS NOT MATERIALIZED (FROM mine) SELECT a.key AS one, b.key AS other FROM q a, q b)"
    if within != "the statement":
        made = "MACRO pairs() AS TABLE" if within == "a macro" else "TEMP VIEW pairs AS"
        engine.local(f"CREATE {made} FROM {asked}", {}, frame)
        asked = "pairs()" if within == "a macro" else "pairs"

    found = engine.run(f"FROM {asked} WHERE one = $k ORDER BY ALL", {"k": "x"}, frame)

    assert found.fetchall() == [("x", "x"), ("x", "y")]


class _Streaming:
    """What hands out a table as Arrow's streams, and is of no library."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._table.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        return self._table.schema.__arrow_c_schema__()


_HOLDERS: dict[str, Callable[[Any], Any]] = {
    "dataset": lambda table: pytest.importorskip("pyarrow.dataset").dataset(table),
    "stream": _Streaming,
    "polars": lambda table: pytest.importorskip("polars").from_arrow(table),
    "pandas": lambda table: table.to_pandas(types_mapper=pytest.importorskip("pandas").ArrowDtype),
}


def test_a_failure_while_running_is_an_engine_error(engine: Engine) -> None:
    """With DuckDB's own message."""
    with pytest.raises(EngineError, match="boom") as caught:
        engine.run("SELECT error('boom') FROM range(3)", {}, {})

    assert type(caught.value.__cause__).__module__.startswith(("duckdb", "_duckdb"))


def test_rows_are_python_values(engine: Engine) -> None:
    """Of a local query, with parameters and frames."""
    found = engine.rows("SELECT page || $t FROM pages", {"t": "!"}, {"pages": page_source([("a", ""), ("b", "")])})

    assert found == [("a!",), ("b!",)]


def test_a_parameter_too_many_is_a_usage_error(engine: Engine) -> None:
    """As is one too few, and both kinds in one statement."""
    for text, given in (("SELECT $a", {"a": 1, "b": 2}), ("SELECT $a, $b", {"a": 1}), ("SELECT $a, $1", {"a": 1, "1": 2})):
        with pytest.raises(UsageError):
            engine.run(text, given, {})


def test_columns_of_what_there_is(engine: Engine) -> None:
    """Names and types of a table, a frame or a query; None for what is not there, which does not abort a transaction."""
    con = engine.connection
    con.execute("CREATE TABLE t (i INTEGER, s VARCHAR)")
    frame = con.sql("SELECT 1::BIGINT AS x")

    found = [engine.columns(source, {}, {"frame": frame}) for source in ("t", "frame", "(SELECT true AS b)", "absent", "fram")]

    assert found == [{"i": "INTEGER", "s": "VARCHAR"}, {"x": "BIGINT"}, {"b": "BOOLEAN"}, None, None]


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ("DECIMAL(4,2)", "VARCHAR"),
        ("FLOAT", "VARCHAR"),
        ("DOUBLE[][3]", "VARCHAR[][3]"),
        ("MAP(VARCHAR, DECIMAL(4,2))", "MAP(VARCHAR, VARCHAR)"),
        ('STRUCT("DOUBLE" FLOAT, "a ""b" JSON, i INTEGER)', 'STRUCT("DOUBLE" VARCHAR, "a ""b" JSON, "i" INTEGER)'),
        ("BIGINT", None),
        ("JSON", None),
        ('STRUCT("DOUBLE" VARCHAR)', None),
        ("no_such_type", None),
    ],
)
def test_a_type_with_texts_has_them_for_numbers_with_a_point(engine: Engine, type_: str, expected: str | None) -> None:
    """However deep they are; names stay what they are, and a type without such numbers needs no cast."""
    assert engine.with_texts(type_, where=True) == expected
    assert engine.with_texts(type_, where=False) is None


def test_a_type_with_texts_has_them_where_they_are_meant(engine: Engine) -> None:
    """By the fields of a STRUCT, of each item of a list; a field that nothing is said of stays as it is."""
    found = engine.with_texts("STRUCT(a FLOAT, b STRUCT(a FLOAT, c FLOAT)[], d MAP(VARCHAR, FLOAT))", where={"a": True, "b": {"c": True}})

    assert found == 'STRUCT("a" VARCHAR, "b" STRUCT("a" FLOAT, "c" VARCHAR)[], "d" MAP(VARCHAR, FLOAT))'


@pytest.mark.parametrize(
    ("parts", "there"),
    [
        (("t",), True),
        (("T",), True),
        (("v",), True),
        (("tmp",), True),
        (("frame",), True),
        (("number",), False),
        (("absent",), False),
        (("main", "t"), True),
        (("s", "u"), True),
        (("u",), False),
        (("memory", "t"), True),
        (("memory", "main", "t"), True),
        (("other", "main", "w"), True),
        (("other", "w"), True),
        (("w",), False),
        (("a", "b", "c", "d"), False),
    ],
    ids=str,
)
def test_what_the_catalog_has(engine: Engine, parts: tuple[str, ...], there: bool) -> None:
    """Tables, temporary ones, views, attached databases, and frames of the caller; a variable that is no table is none."""
    engine.connection.execute(
        "CREATE TABLE t (i INTEGER); CREATE VIEW v AS FROM t; CREATE TEMP TABLE tmp (i INTEGER); CREATE SCHEMA s; CREATE TABLE s.u (i INTEGER);"
        "ATTACH ':memory:' AS other; CREATE TABLE other.w (i INTEGER)"
    )
    frame = engine.connection.sql("SELECT 1")

    assert engine.has(parts, {"frame": frame, "number": 5}) is there


@pytest.mark.parametrize("collation", ["", "NOCASE", "NOACCENT.NOCASE"])
def test_how_texts_compare_is_told(engine: Engine, collation: str) -> None:
    """As the setting has it."""
    engine.connection.execute(f"SET default_collation = '{collation}'")

    assert engine.default_collation().upper() == collation


@pytest.mark.parametrize(
    ("parts", "there"),
    [
        (("gone",), True),
        (("Api",), True),
        (("main", "api"), True),
        (("memory", "main", "API"), True),
        (("runs",), False),
        (("assistants", "runs"), False),
        (("openai", "assistants", "runs"), False),
        (("s", "runs"), False),
        (("memory", "s", "runs"), False),
        (('Q"x',), False),
        (('t"x',), True),
        (("T.x",), True),
        (("u.x",), False),
        (("same",), True),
        (("main", "Same"), True),
        (("memory", "main", "same"), True),
        (("memory", "s", "same"), False),
    ],
    ids=str,
)
def test_a_view_that_cannot_be_bound_is_there(engine: Engine, parts: tuple[str, ...], there: bool) -> None:
    """Over a table that was dropped, of its own name too, or over an API; and names that DuckDB does not know are not, whatever they look like."""
    engine.connection.execute(
        """CREATE SCHEMA s; CREATE TABLE old (i INTEGER); CREATE VIEW gone AS FROM old; DROP TABLE old;
        CREATE TABLE s.same (i INTEGER); CREATE VIEW same AS FROM s.same; DROP TABLE s.same; CREATE TABLE "t""x" (i INTEGER); CREATE TABLE "t.x" (i INTEGER); ATTACH ':memory:' AS openai; CREATE SCHEMA openai.assistants;
        CREATE TABLE openai.assistants.runs (i INTEGER); CREATE VIEW api AS FROM openai.assistants.runs; DETACH openai; BEGIN"""
    )

    assert engine.has(parts, {}) is there
    assert engine.connection.execute("SELECT 1").fetchall() == [(1,)]


@pytest.mark.parametrize(
    ("text", "given", "is_bound"),
    [("SELECT 1", {}, True), ("SELECT nope", {}, False), ("SELECT 1; SELECT 2", {}, False), ("SELECT $a + 1", {"a": 1}, streams())],
)
def test_what_can_be_bound_is_told_without_running_it(engine: Engine, text: str, given: dict[str, int], is_bound: bool) -> None:
    """And without giving up a transaction; what would have to be run to tell is not known to bind."""
    engine.connection.execute("BEGIN; CREATE TABLE mine (i INTEGER)")

    assert engine.can_bind(text, given, {}) is is_bound
    assert engine.connection.execute("FROM mine").fetchall() == []


def test_a_result_that_the_caller_is_reading_is_not_replaced(engine: Engine) -> None:
    """Looking names up and binding do not put rows of ours where the caller fetches its own."""
    con = engine.connection
    con.execute("FROM range(3)")

    try:
        engine.has(("t",), {})
        engine.bind("SELECT 1", {}, {})
    except (duckdb.Error, EngineError):
        left = con.fetchall()
    else:
        left = []

    assert left in ([], [(0,), (1,), (2,)])


def test_a_listing_is_a_relation_of_its_own_rows(engine: Engine) -> None:
    """Rows given as dictionaries come out through the text that decodes them."""
    text = 'SELECT unnest(from_json(page, \'[{"a":"VARCHAR"}]\'), max_depth := 2) FROM here'

    assert engine.listing(text, "here", [{"a": "x"}, {"a": None}]).fetchall() == [("x",), (None,)]


def test_an_engine_leaves_nothing_in_the_catalog(engine: Engine) -> None:
    """No table, view, or registered name is there after it."""
    engine.run("SELECT * FROM pages", {}, {"pages": page_source([("1", "2")])})

    assert engine.connection.sql("FROM duckdb_tables()").fetchall() == []
    assert engine.connection.sql("FROM duckdb_views() WHERE NOT internal").fetchall() == []


BREAKING = """
SELECT DISTINCT y.id FROM (SELECT r.id, r.dog FROM (SELECT unnest(from_json(page, '[{"id": "BIGINT", "dog": "BIGINT"}]')) AS r FROM dogs)) y
LEFT JOIN kept a ON y.dog = a.dog
LEFT JOIN (SELECT r.id, r.bee, r.dog FROM (SELECT unnest([from_json(page, '{"id": "VARCHAR", "bee": "VARCHAR", "dog": "BIGINT"}')]) AS r FROM cats)) v
  ON y.dog = v.dog AND v.id IN (SELECT unnest(['K1', 'K1']))
WHERE EXISTS (SELECT c.bee FROM kept c) AND y.dog IN (2, 1) AND v.bee IN ('k3', 'k2')
"""
"""What the optimizer of DuckDB 2.0.0 breaks on, with an INTERNAL error: it removes the first LEFT JOIN."""
OPTIMIZER = "SELECT scope, value FROM duckdb_settings() WHERE name = 'enable_optimizer'"


def pages() -> dict[str, Any]:
    """The pages that it is about, as they are read once."""
    dogs = [('[{"id": 7, "dog": 1}, {"id": 8, "dog": 5}]', "{}")]
    return {"dogs": page_source(dogs), "cats": page_source([('{"id": "K1", "bee": "k2", "dog": 1}', "{}")])}


@pytest.fixture
def breaking(engine: Engine) -> Engine:
    """An engine on a database with the table that it reads."""
    engine.connection.execute("CREATE TABLE kept AS SELECT 1 AS dog, 'a' AS bee")
    return engine


def test_what_the_optimizer_breaks_on_is_run_without_it(breaking: Engine) -> None:
    """The rows are there, each page having been read once, and the setting is what it was."""
    before = breaking.connection.sql(OPTIMIZER).fetchall()

    assert breaking.run(BREAKING, {}, pages()).fetchall() == [(7,)]
    assert breaking.values(BREAKING, {}, pages()) == (["BIGINT"], [(7,)])
    assert breaking.rows(BREAKING, {}, pages()) == [(7,)]
    assert breaking.connection.sql(OPTIMIZER).fetchall() == before


@pytest.mark.skipif(not streams(), reason="DuckDB 1.5 has no such setting")
def test_what_breaks_as_it_runs_and_not_as_it_is_explained_is_run_without_it(engine: Engine) -> None:
    """As long as no page was read: those of a statement may be there once."""
    text = """
    WITH q AS (SELECT x.id, s.ant FROM (SELECT r.id FROM (SELECT unnest([from_json(page, '{"id": "VARCHAR"}')]) AS r FROM ants)) AS x
      JOIN (SELECT r.id, r.ant, r.id AS dog_id FROM (SELECT unnest([from_json(page, '{"id": "VARCHAR", "ant": "VARCHAR"}')]) AS r FROM dogs)) AS s
      ON (s.id = '5' OR s.id IS NULL) WHERE x.id IN ('a/b', 'x?y') AND s.dog_id IN ['a/b', 'x?y'])
    SELECT y.id FROM (SELECT r.ant FROM (SELECT unnest(from_json(page, '{"data": [{"ant": "VARCHAR"}]}').data) AS r FROM more)) AS v, q AS y
      JOIN kept AS a ON a.ant = v.ant RIGHT JOIN q AS b ON y.ant = b.id WHERE y.id = ANY($given)
    """
    frame = {"kept": pyarrow.table({"ant": ["x?y", "K2", None]}), **{name: page_source([]) for name in ("ants", "dogs", "more")}}

    assert engine.run(f"EXPLAIN {text}", {"given": ["x?y"]}, frame).fetchall()
    assert engine.run(text, {"given": ["x?y"]}, frame).fetchall() == []


@pytest.mark.skipif(not streams(), reason="DuckDB 1.5 has no such setting")
@pytest.mark.parametrize("own", ["true", "false"])
def test_the_users_own_setting_of_the_optimizer_stays(breaking: Engine, own: str) -> None:
    """One of the connection is still there, on or off."""
    breaking.connection.execute(f"SET SESSION enable_optimizer = {own}")

    assert breaking.run(BREAKING, {}, pages()).fetchall() == [(7,)]
    assert breaking.connection.sql(OPTIMIZER).fetchall() == [("LOCAL", own)]


def test_in_a_transaction_it_is_the_error_that_ended_it(breaking: Engine) -> None:
    """DuckDB runs nothing more in there, and what it said first is what is raised."""
    if not streams():
        pytest.skip("DuckDB 1.5 does not break on it")
    breaking.connection.begin()

    with pytest.raises(EngineError, match="INTERNAL Error"):
        breaking.run(BREAKING, {}, pages())

    breaking.connection.rollback()
    assert breaking.connection.sql(OPTIMIZER).fetchall() == [("GLOBAL", "true")]


def test_a_transaction_of_the_users_is_known(engine: Engine, tmp_path: Path) -> None:
    """From its begin to its end, whatever happens in it, with a macro of the name that is asked for, and where nothing may be written."""
    con = engine.connection
    con.execute("CREATE MACRO txid_current() AS 5")
    seen = [engine.in_transaction()]
    for text in ("BEGIN", "CREATE TABLE t AS SELECT 1 AS a", "SELECT * FROM t", "COMMIT", "START TRANSACTION", "ROLLBACK"):
        con.execute(text).fetchall()
        seen.append(engine.in_transaction())
    file = str(tmp_path / "file.db")
    duckdb.connect(file).close()
    with duckdb.connect(file, read_only=True) as reading:
        seen.append(Engine(reading).in_transaction())
        reading.begin()
        seen.append(Engine(reading).in_transaction())

    assert seen == [False, True, True, True, False, True, False, False, True]


def test_a_transaction_of_another_connection_is_none(engine: Engine) -> None:
    """Each connection has its own."""
    with engine.connection.cursor() as other:
        other.begin()

        assert not engine.in_transaction()
        assert Engine(other).in_transaction()


def test_the_first_rows_are_held_with_the_number_of_all(engine: Engine) -> None:
    """Of one run, names and types as they were; what is read of them later is the same."""
    engine.connection.execute("CREATE SEQUENCE s; CREATE TYPE mood AS ENUM ('sad', 'ok')")
    text = "SELECT nextval('s') AS n, range AS n, 'ok'::mood AS mood, 7 AS \"count(*) OVER ()\" FROM range(10)"
    relation = engine.connection.sql(text)

    rows, total = engine.first_rows(relation, 3)

    assert total == 10
    assert rows.columns == relation.columns
    assert [str(kind) for kind in rows.types] == [str(kind) for kind in relation.types]
    assert rows.fetchall() == rows.fetchall() == [(1, 0, "ok", 7), (2, 1, "ok", 7), (3, 2, "ok", 7)]
    assert engine.connection.sql("SELECT nextval('s')").fetchall()[0][0] <= 11


def test_no_rows_are_held_too(engine: Engine) -> None:
    """There are none of them."""
    rows, total = engine.first_rows(engine.connection.sql("SELECT 1 AS n WHERE false"), 3)

    assert (rows.columns, rows.fetchall(), total) == (["n"], [], 0)


def test_a_relation_that_fails_fails_while_it_is_held(engine: Engine) -> None:
    """With DuckDB's own error."""
    with pytest.raises(duckdb.Error, match="too far"):
        engine.first_rows(engine.connection.sql("SELECT CASE WHEN range < 5 THEN range ELSE error('too far') END FROM range(9)"), 3)
