"""A session as a user holds it: connections, relations, statements, data frames, names, threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import duckdb
import pandas
import pytest

import rowcall
from rowcall.engine.source import streams
from rowcall.errors import (
    AmbiguousNameError,
    EngineError,
    MissingParameterError,
    RowcallError,
    UnknownNameError,
    UsageError,
)
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

Sent = Callable[[Sandbox], AbstractContextManager[list[Any]]]
RUNS = "openai.assistants.runs"


def catalog(con: duckdb.DuckDBPyConnection) -> list[Any]:
    """All that a session could leave behind in a database."""
    return [
        con.sql(f"SELECT * EXCLUDE (estimated_size) FROM {what} ORDER BY ALL").fetchall()
        if what == "duckdb_tables()"
        else con.sql(f"FROM {what} ORDER BY ALL").fetchall()
        for what in ("duckdb_tables()", "duckdb_views()", "duckdb_schemas()", "duckdb_databases()", "duckdb_types()", "duckdb_settings()")
    ]


def test_connect_gives_a_private_database_in_memory(still: Sandbox) -> None:
    """Two sessions share nothing, and each is closed with its session."""
    with rowcall.connect(providers=still.providers) as one, rowcall.connect(providers=still.providers) as other:
        one.sql("CREATE TABLE t AS SELECT 1 AS i")
        with pytest.raises(RowcallError):
            other.sql("FROM t")
        con = one.connection

    with pytest.raises(duckdb.Error, match="closed"):
        con.execute("SELECT 1")


def test_the_callers_connection_stays_open(still: Sandbox) -> None:
    """Its session closes, and its tables and relations live on."""
    with duckdb.connect() as con:
        with rowcall.connect(con, providers=still.providers) as db:
            relation = db.sql("SELECT 1 AS i")

        assert relation.fetchall() == con.sql("SELECT * FROM relation").fetchall() == [(1,)]


def test_rows_outlive_the_session_on_the_callers_connection(still: Sandbox, world: Any) -> None:
    """What came from the API is held by the relation, not by the session's clients."""
    with duckdb.connect() as con:
        with rowcall.connect(con, providers=still.providers) as db:
            relation = db.sql(f"SELECT count(*) FROM {RUNS} WHERE thread_id = $1", [world.threads[0]])

        assert relation.fetchall() == [(len(world.of(world.threads[0])),)]


@pytest.mark.parametrize("ending", ["rows", "failure while running", "refusal", "bind error", "missing parameter"])
def test_nothing_is_left_behind(still: Sandbox, world: Any, ending: str) -> None:
    """Tables, views, schemas, databases, types and settings are as before, whether the statement ended well or not."""
    text = {
        "rows": f"SELECT count(*) FROM {RUNS} WHERE thread_id = $t",
        "failure while running": f"SELECT error(status) FROM {RUNS} WHERE thread_id = $t",
        "refusal": f"SELECT * FROM {RUNS} WHERE thread_id = $t || 'x'",
        "bind error": f"SELECT nope FROM {RUNS} WHERE thread_id = $t",
        "missing parameter": f"SELECT *, $t FROM {RUNS}",
    }[ending]
    with duckdb.connect() as con, rowcall.connect(con, providers=still.providers) as db:
        con.execute("CREATE TABLE mine AS SELECT 1 AS i; CREATE VIEW seen AS FROM mine; SET threads = 2")
        before = catalog(con)

        if ending == "rows":
            db.sql(text, {"t": world.threads[0]})
        else:
            with pytest.raises(RowcallError):
                db.sql(text, {"t": world.threads[0]})

        assert catalog(con) == before


def test_a_file_database_keeps_what_is_created_from_an_api(still: Sandbox, world: Any, tmp_path: Path) -> None:
    """CREATE TABLE AS a SELECT from an API writes to the caller's file."""
    path = tmp_path / "mine.duckdb"
    with duckdb.connect(str(path)) as con, rowcall.connect(con, providers=still.providers) as db:
        db.sql(f"CREATE TABLE kept AS SELECT id, status, usage FROM {RUNS} WHERE thread_id = $1", [world.threads[0]])

    with duckdb.connect(str(path), read_only=True) as con:
        kept = con.sql("SELECT id, status, usage.total_tokens FROM kept ORDER BY id").fetchall()

    expected = [(run["id"], run["status"], (run["usage"] or {}).get("total_tokens")) for run in world.of(world.threads[0])]
    assert kept == sorted(expected)


def test_a_read_only_file_is_joined_with_an_api(still: Sandbox, world: Any, tmp_path: Path) -> None:
    """Nothing has to be written to the database for a statement to run."""
    path = tmp_path / "mine.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE TABLE owners AS SELECT $1 AS thread_id, 'mara' AS owner", [world.threads[1]])

    with duckdb.connect(str(path), read_only=True) as con, rowcall.connect(con, providers=still.providers) as db:
        found = db.sql(f"SELECT owner, count(*) FROM owners JOIN {RUNS} r USING (thread_id) GROUP BY ALL").fetchall()

    assert found == [("mara", len(world.of(world.threads[1])))]


def test_an_open_transaction_stays_open_and_is_seen(still: Sandbox, world: Any) -> None:
    """Rows not yet committed take part, and rolling back undoes what a statement wrote."""
    with duckdb.connect() as con, rowcall.connect(con, providers=still.providers) as db:
        con.execute("CREATE TABLE kept (id VARCHAR, n BIGINT)")
        con.execute("BEGIN")
        con.execute("INSERT INTO kept VALUES ($1, 0)", [world.threads[1]])
        db.sql(f"INSERT INTO kept SELECT k.id, count(*) FROM kept k JOIN {RUNS} r ON r.thread_id = k.id GROUP BY ALL")
        inside = con.sql("SELECT max(n) FROM kept").fetchall()
        con.execute("ROLLBACK")

        assert inside == [(len(world.of(world.threads[1])),)]
        assert con.sql("FROM kept").fetchall() == []


def test_errors_before_running_leave_a_transaction_as_it_is(still: Sandbox) -> None:
    """A misspelt name, or a parameter that is missing, costs no transaction where DuckDB itself would keep it."""
    with duckdb.connect() as con, rowcall.connect(con, providers=still.providers) as db:
        con.execute("BEGIN")
        con.execute("CREATE TABLE t AS SELECT 1 AS i")
        with pytest.raises(MissingParameterError):
            db.sql(f"SELECT * FROM {RUNS}")
        con.execute("COMMIT")

        assert con.sql("FROM t").fetchall() == [(1,)]


def test_attached_databases_are_at_hand(still: Sandbox, world: Any) -> None:
    """Tables of another database are joined by their full names."""
    with duckdb.connect() as con, rowcall.connect(con, providers=still.providers) as db:
        con.execute("ATTACH ':memory:' AS side")
        con.execute("CREATE TABLE side.main.owners AS SELECT $1 AS thread_id", [world.threads[1]])

        found = db.sql(f"SELECT count(*) FROM {RUNS} r WHERE r.thread_id IN (SELECT thread_id FROM side.main.owners)").fetchall()

    assert found == [(len(world.of(world.threads[1])),)]


@pytest.mark.parametrize("kind", ["TABLE", "TEMP TABLE", "VIEW", "TEMP VIEW"])
def test_the_callers_tables_and_views_are_at_hand(db: Session, world: Any, kind: str) -> None:
    """Their values find the calls, like constants do."""
    db.connection.execute(f"CREATE {kind} owners AS SELECT '{world.threads[1]}' AS thread_id")

    found = db.sql(f"SELECT count(*) FROM owners JOIN {RUNS} r USING (thread_id)")

    assert found.fetchall() == [(len(world.of(world.threads[1])),)]
    assert db.last.requests == 1


def test_relations_stay_valid_after_later_statements(db: Session, world: Any) -> None:
    """Two relations are read in any order, and again, and joined."""
    one = db.sql(f"SELECT id, status FROM {RUNS} WHERE thread_id = $1", [world.threads[1]])
    other = db.sql(f"SELECT id, model FROM {RUNS} WHERE thread_id = $1", [world.threads[1]])
    both = db.sql("SELECT count(*) FROM one JOIN other USING (id)")

    count = len(world.of(world.threads[1]))
    assert (len(other.fetchall()), len(one.fetchall()), both.fetchall()) == (count, count, [(count,)])
    assert len(one.fetchall()) == count


def test_relations_stay_valid_after_what_they_read_is_dropped(db: Session, world: Any) -> None:
    """The local side of a join is held, too."""
    db.sql("CREATE TABLE owners AS SELECT $1 AS thread_id, 'mara' AS owner", [world.threads[1]])
    relation = db.sql(f"SELECT DISTINCT owner FROM owners JOIN {RUNS} r USING (thread_id)")

    db.sql("DROP TABLE owners")

    assert relation.fetchall() == [("mara",)]


def test_a_relation_is_duckdbs_own(db: Session, world: Any) -> None:
    """All that a DuckDB relation can do, it can."""
    relation = db.sql(f"SELECT status, usage.total_tokens AS tokens FROM {RUNS} WHERE thread_id = $1", [world.threads[0]])

    assert isinstance(relation, duckdb.DuckDBPyRelation)
    assert relation.columns == ["status", "tokens"]
    assert relation.filter("status = 'completed'").aggregate("sum(tokens)").fetchall() == [
        (sum(run["usage"]["total_tokens"] for run in world.of(world.threads[0]) if run["status"] == "completed"),)
    ]


def test_a_relation_becomes_a_frame(db: Session, world: Any) -> None:
    """pandas, polars and Arrow are one method away."""
    pytest.importorskip("pandas")
    pytest.importorskip("polars")
    relation = db.sql(f"SELECT id, parallel_tool_calls AS p FROM {RUNS} WHERE thread_id = $1 ORDER BY id", [world.threads[0]])
    expected = sorted((run["id"], run["parallel_tool_calls"]) for run in world.of(world.threads[0]))

    assert list(relation.df().itertuples(index=False, name=None)) == expected
    assert relation.pl().rows() == expected
    assert [tuple(row.values()) for row in relation.to_arrow_table().to_pylist()] == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        ";",
        "-- nothing",
        "CREATE TABLE t (i INTEGER)",
        "SET threads = 2",
        "USE openai.assistants",
        "SET rowcall_max_requests = 9",
        "BEGIN",
    ],
)
def test_a_statement_without_rows_gives_an_empty_relation(db: Session, text: str) -> None:
    """Never None, on any version of DuckDB."""
    assert db.sql(text).fetchall() == []


def test_of_several_statements_the_last_gives_the_relation(db: Session, world: Any) -> None:
    """They run in order; local and remote ones mix; `?` are counted over all of them."""
    text = f"CREATE TABLE t AS SELECT ? AS x; SELECT 'a;b'; SELECT x, count(*) FROM t, {RUNS} WHERE thread_id = ? AND x = ? GROUP BY ALL; -- end"

    found = db.sql(text, [5, world.threads[1], 5]).fetchall()

    assert found == [(5, len(world.of(world.threads[1])))]


def test_a_failing_statement_ends_the_ones_after_it(db: Session) -> None:
    """What ran before it stays; what comes after it does not run."""
    with pytest.raises(MissingParameterError):
        db.sql(f"CREATE TABLE one (i INTEGER); SELECT * FROM {RUNS}; CREATE TABLE two (i INTEGER)")

    assert db.sql("SELECT table_name FROM duckdb_tables()").fetchall() == [("one",)]


def test_frames_in_the_callers_scope_are_tables(db: Session, world: Any) -> None:
    """pandas, polars, Arrow and DuckDB's relations are joined, and their values find the calls."""
    pandas, polars, pyarrow = (pytest.importorskip(name) for name in ("pandas", "polars", "pyarrow"))
    data = {"thread_id": world.threads[:3], "owner": ["ana", "ben", "ana"]}
    expected = sorted(
        (owner, len([1 for t, o in zip(*data.values(), strict=True) if o == owner for _ in world.of(t)])) for owner in ("ana", "ben")
    )
    relation = db.sql("SELECT unnest($t) AS thread_id, unnest($o) AS owner", {"t": data["thread_id"], "o": data["owner"]})

    for frame in (pandas.DataFrame(data), polars.DataFrame(data), polars.LazyFrame(data), pyarrow.table(data), relation):
        found = db.sql(f"SELECT f.owner, count(r.id) FROM frame f LEFT JOIN {RUNS} r ON r.thread_id = f.thread_id GROUP BY 1 ORDER BY 1")

        assert (found.fetchall(), db.last.requests) == (expected, 3), type(frame)


def test_frames_of_the_callers_module_are_tables(db: Session, world: Any) -> None:
    """Globals are looked at after locals."""
    pandas = pytest.importorskip("pandas")
    names: dict[str, Any] = {"db": db, "owners": pandas.DataFrame({"thread_id": world.threads[:1]})}

    exec(f"found = db.sql('SELECT count(*) FROM owners JOIN {RUNS} r USING (thread_id)').fetchall()", names)

    assert names["found"] == [(len(world.of(world.threads[0])),)]


def test_a_frame_named_like_a_resource_wins_over_a_suffix(still: Sandbox, db: Session, sent: Sent) -> None:
    """`runs` is the frame; the full name is the API's."""
    pandas = pytest.importorskip("pandas")
    runs = pandas.DataFrame({"id": ["mine"]})

    with sent(still) as requests:
        found = db.sql("SELECT id FROM runs").fetchall()

    assert (found, requests, len(runs)) == ([("mine",)], [], 1)


@pytest.mark.parametrize("kind", ["TABLE", "TEMP TABLE", "VIEW"])
def test_a_local_table_wins_over_a_suffix(still: Sandbox, db: Session, sent: Sent, kind: str) -> None:
    """Also for writing, and after USE; the full name stays the API's."""
    db.connection.execute(f"CREATE {kind} runs AS SELECT 'mine' AS id")

    with sent(still) as requests:
        found = [db.sql(text).fetchall() for text in ("SELECT id FROM runs", "FROM RUNS", "SELECT runs.id FROM runs")]

    assert (found, requests) == ([[("mine",)]] * 3, [])
    with pytest.raises(MissingParameterError):
        db.sql(f"SELECT * FROM {RUNS}")


def test_a_table_in_another_schema_does_not_hide_a_suffix(db: Session, world: Any) -> None:
    """What DuckDB itself would not find under the name is no local table of the name."""
    db.connection.execute("CREATE SCHEMA old; CREATE TABLE old.runs AS SELECT 'mine' AS id")

    assert db.sql("SELECT count(*) FROM runs WHERE thread_id = $1", [world.threads[0]]).fetchall() == [(len(world.of(world.threads[0])),)]
    assert db.sql("SELECT id FROM old.runs").fetchall() == [("mine",)]


@pytest.mark.parametrize(
    "text", ["SELECT * FROM {name} WHERE thread_id = 'x'", "DELETE FROM {name}", "INSERT INTO {name} VALUES ('x')", "DESCRIBE {name}"]
)
def test_a_name_that_both_claim_is_an_error_that_names_both(still: Sandbox, db: Session, sent: Sent, text: str) -> None:
    """A local catalog called as the provider, with a table of the same full name, leaves no statement in doubt."""
    db.connection.execute("ATTACH ':memory:' AS openai; CREATE SCHEMA openai.assistants; CREATE TABLE openai.assistants.runs (id VARCHAR)")

    with sent(still) as requests, pytest.raises(AmbiguousNameError) as caught:
        db.sql(text.format(name=RUNS))

    assert requests == []
    assert caught.value.candidates == ("the local table openai.assistants.runs", "the OpenAI resource openai.assistants.runs")


def test_use_shortens_names(db: Session, world: Any) -> None:
    """And `USE` of a local database ends it."""
    thread = world.threads[0]
    expected = [(len(world.of(thread)),)]
    db.connection.execute("ATTACH ':memory:' AS side")

    db.sql("USE openai.assistants")
    short = db.sql("SELECT count(*) FROM runs WHERE thread_id = $1", [thread]).fetchall()
    db.sql("USE openai")
    shorter = db.sql("SELECT count(*) FROM assistants.runs WHERE thread_id = $1", [thread]).fetchall()
    db.sql("USE side")

    assert (short, shorter, db.use) == (expected, expected, ())
    assert db.sql("SELECT current_database()").fetchall() == [("side",)]


def test_last_says_what_a_statement_did(db: Session, world: Any) -> None:
    """Kind, time, requests, warnings."""
    db.sql(f"SELECT 1 FROM {RUNS} WHERE thread_id IN ($1, $2)", world.threads[:2])
    remote = db.last
    db.sql("SELECT 1")

    assert (remote.statement_kind, remote.requests, remote.warnings, remote.partial) == ("select", 2, (), False)
    assert all(exchange.status == 200 and exchange.request.startswith("GET http") for exchange in remote.exchanges)
    assert remote.elapsed_s > 0
    assert (db.last.statement_kind, db.last.requests) == ("local", 0)


def test_two_threads_on_one_session_both_get_their_rows(db: Session, world: Any) -> None:
    """A second statement waits for the first."""
    found: dict[str, list[Any]] = {thread: [] for thread in world.threads[:4]}
    errors: list[BaseException] = []

    def ask(thread: str) -> None:
        try:
            for _ in range(4):
                found[thread].append(db.sql(f"SELECT thread_id, count(*) FROM {RUNS} WHERE thread_id = $1 GROUP BY 1", [thread]))
        except BaseException as error:  # noqa: BLE001 - looked at in the test's own thread
            errors.append(error)

    workers = [threading.Thread(target=ask, args=(thread,)) for thread in found]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert errors == []
    for thread, relations in found.items():
        assert [relation.fetchall() for relation in relations] == [[(thread, len(world.of(thread)))]] * 4


def test_a_session_works_in_a_thread_that_did_not_make_it(db: Session, world: Any) -> None:
    """As a web server would use it."""
    found: list[Any] = []

    worker = threading.Thread(
        target=lambda: found.extend(db.sql(f"SELECT count(*) FROM {RUNS} WHERE thread_id = $1", [world.threads[0]]).fetchall())
    )
    worker.start()
    worker.join()

    assert found == [(len(world.of(world.threads[0])),)]


def test_an_option_that_there_is_not_is_a_usage_error(db: Session) -> None:
    """`on_error` takes two values."""
    with pytest.raises(UsageError, match="on_error takes error or partial, not 'ignore'"):
        db.sql(f"SELECT 1 FROM {RUNS} WHERE thread_id = 'x'", on_error="ignore")  # type: ignore[arg-type]


def test_a_failure_in_duckdb_is_an_engine_error(db: Session, world: Any) -> None:
    """It has DuckDB's message, and the session goes on."""
    with pytest.raises(EngineError, match="Could not convert"):
        db.sql(f"SELECT status::INTEGER FROM {RUNS} WHERE thread_id = $1", [world.threads[0]]).fetchall()

    assert db.sql("SELECT 1").fetchall() == [(1,)]


def test_a_result_being_read_on_the_callers_connection_is_never_replaced(still: Sandbox, world: Any) -> None:
    """What the caller executed and has not fetched is fetched after it, or gone as after any other use; never rows of ours."""
    with duckdb.connect() as con, rowcall.connect(con, providers=still.providers) as db:
        con.execute("FROM range(3)")
        # DuckDB 2.0 refuses to work beside an unfinished result, 1.5 drops it.
        with pytest.raises(RowcallError, match="unfinished result") if streams() else nullcontext():
            db.sql(f"SELECT 1 FROM {RUNS} WHERE thread_id = $1", [world.threads[0]])

        left = con.fetchall()

    assert left == ([(0,), (1,), (2,)] if streams() else [])


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        (f"DELETE FROM {RUNS} WHERE id = 'x'", True),
        ("INSERT INTO openai.assistants.threads DEFAULT VALUES", True),
        ("UPDATE openai.assistants.threads SET metadata.a = 'b' WHERE id = $1", True),
        (f"EXEC {RUNS}.cancel_run @thread_id = 't', @run_id = 'r'", True),
        (f"EXEC {RUNS}.get_run @thread_id = 't', @run_id = 'r'", False),
        (f"EXPLAIN DELETE FROM {RUNS} WHERE id = 'x'", False),
        (f"SELECT * FROM {RUNS} WHERE thread_id = 't'", False),
        ("DELETE FROM own", False),
        ("DELETE FROM frame", False),
        ("RESUME 'abc'", False),
    ],
)
def test_a_statement_is_told_to_be_a_write_before_it_runs(db: Session, sql: str, expected: bool) -> None:
    """What changes something at an API by itself is one; what is local, only reads or only explains is none."""
    db.sql("CREATE TABLE own (i INTEGER)")
    (statement,) = db.statements(sql)

    assert db.is_write(statement, {"frame": pandas.DataFrame({"i": [1]})}) is expected


def test_a_method_that_there_is_not_is_said_where_it_is_asked_whether_it_writes(db: Session) -> None:
    """The error has its place."""
    (statement,) = db.statements(f"EXEC {RUNS}.cancel_rum @thread_id = 't'")

    with pytest.raises(UnknownNameError, match=r"\^\^\^"):
        db.is_write(statement, {})
