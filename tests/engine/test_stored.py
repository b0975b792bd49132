"""What a database keeps, and catalogs that stand in for a moment."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import duckdb
import pytest

from rowcall.engine.engine import Engine
from rowcall.engine.stored import make, stored
from rowcall.errors import BindError, UnsupportedSQLError

STAND_INS = {"api": {"service": {"things": [("id", "VARCHAR"), ("sizes", "STRUCT(a BIGINT)[]")]}}}


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine on a database of its own."""
    with duckdb.connect() as con:
        yield Engine(con)


def databases(engine: Engine) -> set[str]:
    """The names of the databases that are attached."""
    return {name for (name,) in engine.rows("SELECT database_name FROM duckdb_databases()", {}, {})}


def test_what_is_kept_is_told(engine: Engine) -> None:
    """Tables, views and macros of the user's, temporary ones too, and where bare names are looked up."""
    engine.connection.execute("""
        CREATE TABLE T (i INTEGER); CREATE SCHEMA s; CREATE VIEW s.v AS FROM T; CREATE TEMP VIEW w AS SELECT 1;
        CREATE MACRO m(a, b VARCHAR := 'x') AS TABLE SELECT a, b; SET search_path = 'memory.s,memory.main';
    """)

    found = stored(engine)

    assert found.path == (("memory", "s"), ("memory", "main"))
    assert found.tables == {("memory", "main", "t"), ("memory", "s", "v"), ("temp", "main", "w")}
    assert [view[:3] for view in sorted(found.views)] == [("memory", "s", "v"), ("temp", "main", "w")]
    assert found.macros == (("memory", "main", "m", True, ("a", "b"), (None, "VARCHAR"), "SELECT a, b"),)


def test_macros_are_listed_again_only_when_asked_for(engine: Engine) -> None:
    """Because it takes DuckDB long."""
    before = stored(engine)
    engine.connection.execute("CREATE MACRO m(a) AS a; CREATE VIEW v AS SELECT 1")

    again = stored(engine, before)

    assert (again.macros, len(again.views)) == ((), 1)
    assert [row[2] for row in stored(engine).macros] == ["m"]


def test_a_view_is_made_against_a_stand_in(engine: Engine) -> None:
    """Its columns have their types, the catalog is gone, and an open transaction holds the view."""
    engine.connection.execute("BEGIN")

    make(engine, "CREATE VIEW v AS SELECT *, sizes[1].a AS a FROM api.service.things WHERE id = 'x'", {}, {}, STAND_INS)

    columns = engine.rows("SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'v'", {}, {})
    assert columns == [("id", "VARCHAR"), ("sizes", "STRUCT(a BIGINT)[]"), ("a", "BIGINT")]
    assert "api" not in databases(engine)
    engine.connection.execute("ROLLBACK")
    assert stored(engine).views == ()


def test_what_fails_leaves_nothing_attached(engine: Engine) -> None:
    """And is placed in the text."""
    text = "CREATE VIEW v AS SELECT size FROM api.service.things"

    with pytest.raises(BindError) as raised:
        make(engine, text, {}, {}, STAND_INS)

    assert raised.value.span is not None
    assert text[raised.value.span.start : raised.value.span.end] == "size"
    assert "api" not in databases(engine)


def test_a_database_of_the_name_stays(engine: Engine) -> None:
    """Nothing is made."""
    engine.connection.execute("ATTACH ':memory:' AS \"API\"")

    with pytest.raises(UnsupportedSQLError, match="The database API"):
        make(engine, "CREATE VIEW v AS SELECT id FROM api.service.things", {}, {}, STAND_INS)

    assert "API" in databases(engine)


@pytest.mark.parametrize(
    "query", ["SELECT * FROM v", "SELECT count(*) FROM v", "SELECT EXISTS (FROM v)", "SELECT 1 FROM v WHERE id IS NULL"]
)
def test_nobody_reads_a_stand_in(engine: Engine, query: str) -> None:
    """It would pass for an API without rows."""
    make(engine, "CREATE VIEW v AS SELECT * FROM api.service.things WHERE id = 'x'", {}, {}, STAND_INS)
    answers: list[object] = []

    class Reading(Engine):
        def local(self, *_: object, **__: object) -> duckdb.DuckDBPyRelation:
            with pytest.raises(duckdb.Error, match="stand-in"):
                answers.append(self.connection.sql(query).fetchall())
            return self.empty()

    make(Reading(engine.connection), "", {}, {}, STAND_INS)

    assert answers == []


def test_two_connections_do_not_meet_in_the_moment(engine: Engine) -> None:
    """Each waits for the other's catalogs to be gone."""
    errors: list[BaseException] = []

    def many(name: str) -> None:
        with engine.connection.cursor() as own:
            for number in range(10):
                try:
                    make(Engine(own), f"CREATE VIEW {name}{number} AS SELECT id FROM api.service.things", {}, {}, STAND_INS)
                except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
                    errors.append(error)

    threads = [threading.Thread(target=many, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert len(stored(engine).views) == 20
