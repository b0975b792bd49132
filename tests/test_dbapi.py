"""PEP 249 over a session: what it asks of a module, and what rowcall promises through it."""

from __future__ import annotations

import datetime
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pytest

import rowcall
from rowcall import dbapi, errors
from rowcall.engine.source import streams
from rowcall.sandbox.server import Sandbox
from rowcall.session.guards import Pending

RUNS = "SELECT id, status FROM openai.assistants.runs WHERE thread_id = ? ORDER BY created_at, id"
NEW = "INSERT INTO openai.assistants.threads (metadata) VALUES (MAP {'n': $n}) RETURNING id"


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """A sandbox that tests add threads to."""
    with Sandbox(seed=0) as sandbox:
        yield sandbox


@pytest.fixture
def thread(box: Sandbox) -> str:
    """A thread with runs."""
    return str(box.tables["sandbox_threads"][1][0][0])


@pytest.fixture
def con(box: Sandbox) -> Iterator[dbapi.Connection]:
    """A connection on the sandbox."""
    with dbapi.connect(providers=box.providers, journal=":memory:") as connection:
        yield connection


def sent(box: Sandbox) -> int:
    """How many requests the sandbox has had."""
    return len(box.requests)


def test_the_module_says_what_it_is_and_loads_nothing_heavy() -> None:
    """The globals of PEP 249 are there, all names of `__all__` are, and importing it loads no engine, parser or client."""
    heavy = "duckdb httpx msgspec numpy pandas polars pyarrow sqlglot yaml".split()
    code = f"import sys, rowcall.dbapi; print(*[name for name in {heavy!r} if name in sys.modules])"

    assert ("2.0", 1, "qmark") == (dbapi.apilevel, dbapi.threadsafety, dbapi.paramstyle)
    assert [name for name in dbapi.__all__ if not hasattr(dbapi, name)] == []
    assert subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip() == ""


def test_rows_are_fetched_one_by_one_some_at_a_time_and_all_that_are_left(con: dbapi.Connection, thread: str) -> None:
    """`fetchone`, `fetchmany`, iteration and `fetchall` go on where the one before ended, and say when there is no more."""
    expected = con.session.sql(RUNS, [thread]).fetchall()
    cursor = con.cursor()

    cursor.execute(RUNS, (thread,))
    found = [cursor.fetchone(), *cursor.fetchmany(), *cursor.fetchmany(2), next(cursor), *cursor.fetchall()]

    assert len(expected) > 5
    assert expected == found
    assert (None, [], []) == (cursor.fetchone(), cursor.fetchmany(3), cursor.fetchall())
    assert -1 == cursor.rowcount


@pytest.mark.parametrize(("sql", "given"), [("$1", ["x"]), ("$a", {"a": "x"}), ("?", ("x",))], ids=["numbered", "named", "qmark"])
def test_parameters_are_sequences_or_mappings(con: dbapi.Connection, sql: str, given: object) -> None:
    """`?` and `$1` take a sequence, `$name` takes a mapping."""
    assert ("x",) == con.cursor().execute(f"SELECT {sql}", given).fetchone()  # type: ignore[arg-type]


def test_cursors_of_one_connection_keep_their_rows_while_others_run(con: dbapi.Connection, thread: str) -> None:
    """Rows that are not fetched yet are those of the run, though statements come between, the table is emptied, and a transaction ends."""
    first, second, third = con.cursor(), con.cursor(), con.cursor()
    third.execute("CREATE TABLE numbers AS FROM range(10000) t(i)")

    first.execute("FROM numbers ORDER BY i")
    head = first.fetchmany(3)
    third.execute("BEGIN")
    second.execute(RUNS, [thread])
    count = len(con.session.sql(RUNS, [thread]))
    third.execute("DELETE FROM numbers")
    con.commit()

    assert [(0,), (1,), (2,)] == head
    assert [(number,) for number in range(3, 10000)] == first.fetchall()
    assert count == len(second.fetchall())


def test_a_query_is_run_once_when_it_is_executed(con: dbapi.Connection) -> None:
    """What fails while it runs fails in `execute`, and what is random is so once."""
    cursor = con.cursor()

    cursor.execute("CREATE SEQUENCE numbers")
    cursor.execute("SELECT nextval('numbers') AS n FROM range(5000)")
    rows = cursor.fetchmany(10) + cursor.fetchall()

    assert list(range(1, 5001)) == sorted(n for (n,) in rows)
    with pytest.raises(dbapi.DataError, match="Conversion Error"):
        cursor.execute("SELECT CAST('x' || i AS INTEGER) FROM range(5) t(i)")


def test_columns_are_described_by_duckdbs_types(con: dbapi.Connection) -> None:
    """Each has its name and type code, a DECIMAL its precision and scale, and the codes equal the type objects."""
    cursor = con.cursor()

    cursor.execute(
        "SELECT 'x' AS a, 1 AS b, 1.5::DECIMAL(9, 3) AS c, DATE '2026-01-01' AS d, 'x'::BLOB AS e, now()::TIMESTAMP AS f, [1] AS g"
    )

    assert cursor.description is not None
    names, codes, _, _, precisions, scales, _ = zip(*cursor.description, strict=True)
    assert ("a", "b", "c", "d", "e", "f", "g") == names
    assert ((9, 3), (None, None)) == ((precisions[2], scales[2]), (precisions[1], scales[1]))
    kinds = (dbapi.STRING, dbapi.NUMBER, dbapi.NUMBER, dbapi.DATETIME, dbapi.BINARY, dbapi.DATETIME)
    assert [kind == code for kind, code in zip(kinds, codes, strict=False)] == [True] * 6
    assert [kind for kind in (*kinds, dbapi.ROWID) if kind == "INTEGER[]"] == []
    assert dbapi.STRING != dbapi.NUMBER
    assert codes[0] == dbapi.STRING


def test_constructors_give_what_duckdb_takes(con: dbapi.Connection) -> None:
    """Dates, times and bytes go in as parameters, those from ticks in local time."""
    noon = datetime.datetime(2026, 5, 4, 12, 30, 15)  # noqa: DTZ001 - PEP 249's are local
    ticks = noon.timestamp()
    given = [dbapi.DateFromTicks(ticks), dbapi.TimeFromTicks(ticks), dbapi.TimestampFromTicks(ticks), dbapi.Binary(b"x")]

    row = con.cursor().execute("SELECT ?, ?, ?, ?", given).fetchone()

    assert (noon.date(), noon.time(), noon, b"x") == row


def test_statements_without_rows_have_no_description_and_say_how_many_they_changed(con: dbapi.Connection) -> None:
    """A statement of DuckDB's that gives no rows gives a number where DuckDB does, and nothing to fetch."""
    cursor = con.cursor().execute("CREATE TABLE numbers AS FROM range(3) t(i)")

    cursor.execute("UPDATE numbers SET i = i + 1")

    assert cursor.description is None
    assert (3 if streams() else -1) == cursor.rowcount
    with pytest.raises(dbapi.ProgrammingError, match="no results to fetch"):
        cursor.fetchall()
    assert ([(4,)], [(4,)]) == (
        cursor.execute("INSERT INTO numbers VALUES (4) RETURNING i").fetchall(),
        cursor.execute('SELECT 4 AS "Count"').fetchall(),
    )
    for text in ("SET rowcall_max_requests = 50", "USE openai.assistants", "BEGIN", "COMMIT", "", "SET threads = 2"):
        assert (None, -1) == (cursor.execute(text).description, cursor.rowcount), text


def test_what_an_api_answers_to_a_write_can_be_fetched(con: dbapi.Connection) -> None:
    """An INSERT at an API gives its rows, and their number."""
    cursor = con.cursor().execute(NEW, {"n": "1"})

    assert 1 == cursor.rowcount
    assert len(cursor.fetchall()) == 1


@pytest.mark.parametrize(
    ("sql", "ours", "theirs"),
    [
        pytest.param("SELECT id FROM openai.assistants.rums", dbapi.ProgrammingError, errors.UnknownNameError, id="name"),
        pytest.param("SELEC 1", dbapi.ProgrammingError, errors.BindError, id="syntax"),
        pytest.param("SELECT id FROM openai.assistants.runs", dbapi.ProgrammingError, errors.MissingParameterError, id="key"),
        pytest.param("SELECT ?", dbapi.ProgrammingError, errors.UsageError, id="parameter"),
        pytest.param("DELETE FROM openai.assistants.threads WHERE id = 'x'", dbapi.OperationalError, errors.WriteLimitError, id="limit"),
        pytest.param("SELECT id FROM openai.assistants.runs WHERE thread_id = 'x'", dbapi.OperationalError, errors.ResponseError, id="api"),
        pytest.param("COMMENT ON TABLE openai.assistants.runs IS 'x'", dbapi.NotSupportedError, errors.UnsupportedSQLError, id="form"),
        pytest.param(
            "CREATE TABLE k(i INT UNIQUE); INSERT INTO k VALUES (1), (1)", dbapi.IntegrityError, errors.EngineError, id="key twice"
        ),
    ],
)
def test_errors_are_of_both_classes(con: dbapi.Connection, sql: str, ours: type[dbapi.Error], theirs: type[errors.RowcallError]) -> None:
    """An error is one of PEP 249 and the one that a session raises, with the same text and objects, and has it for its cause."""
    with pytest.raises(ours) as raised:
        con.cursor().execute(sql)

    error = raised.value
    assert isinstance(error, theirs)
    assert isinstance(error, con.Error)
    assert theirs is type(error.__cause__)
    assert str(error.__cause__) == str(error)
    assert vars(error.__cause__).items() <= vars(error).items()


def test_the_page_says_which_class_of_pep_249_each_error_is() -> None:
    """Every error that is no root of others has its row, and is of the class that the row says."""
    page = (Path(__file__).parent.parent / "docs" / "errors.md").read_text("utf-8").partition("## Classes of PEP 249")[2]
    rows = re.findall(r"^\| (`\w+`) \| ((?:`\w+`(?: and all below it)?(?:, )?)+)", page, re.MULTILINE)
    said = {theirs: ours.strip("`") for ours, names in rows for theirs in re.findall(r"`(\w+)`", names)}
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.RowcallError)]
    roots = {base for kind in kinds for base in kind.__bases__}
    leaves = [kind for kind in kinds if kind not in roots and not issubclass(kind, errors.RequestError)]

    found = {kind.__name__: dbapi._class_of(kind.__new__(kind)).__name__ for kind in [*leaves, errors.RequestError]}

    assert len(found) > 12
    assert found == said


def test_connections_have_the_errors() -> None:
    """PEP 249's extension: the classes are attributes of a connection."""
    names = "Warning Error InterfaceError DatabaseError DataError OperationalError IntegrityError InternalError ProgrammingError".split()

    assert [name for name in [*names, "NotSupportedError"] if getattr(dbapi.Connection, name) is not getattr(dbapi, name)] == []
    assert issubclass(dbapi.Warning, Exception)
    assert issubclass(dbapi.Error, errors.RowcallError)


def test_commit_and_rollback_end_duckdbs_transaction(con: dbapi.Connection) -> None:
    """They end what BEGIN opened, after a failure as well, and do nothing where nothing is open."""
    cursor = con.cursor().execute("CREATE TABLE numbers AS SELECT 1 AS i")

    con.commit()
    con.rollback()
    cursor.execute("BEGIN").execute("INSERT INTO numbers VALUES (2)")
    con.commit()
    cursor.execute("BEGIN").execute("DELETE FROM numbers")
    con.rollback()
    cursor.execute("BEGIN")
    with pytest.raises(dbapi.DataError):
        cursor.execute("INSERT INTO numbers VALUES ('x')")
    con.rollback()

    assert [(1,), (2,)] == cursor.execute("FROM numbers ORDER BY i").fetchall()


def test_a_rollback_says_that_an_api_takes_nothing_back(con: dbapi.Connection) -> None:
    """It warns of what was sent since the last commit or rollback, once; within a transaction such a write is refused."""
    cursor = con.cursor().execute(NEW, {"n": "1"})

    with pytest.warns(dbapi.Warning, match="takes nothing back at an API: what 1 statement sent stays"):
        con.rollback()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        con.rollback()
        cursor.execute(NEW, {"n": "2"})
        con.commit()
        con.rollback()
    cursor.execute("BEGIN")
    with pytest.raises(dbapi.NotSupportedError, match="a transaction is open"):
        cursor.execute(NEW, {"n": "3"})


def test_a_block_commits_or_rolls_back_and_closes(box: Sandbox, tmp_path: Path) -> None:
    """Leaving `with` commits, leaving it by an exception does not; the connection is closed then."""
    own = duckdb.connect(tmp_path / "own.duckdb")
    with dbapi.connect(own, providers=box.providers) as con:
        con.cursor().execute("BEGIN").execute("CREATE TABLE kept AS SELECT 1 AS i")
    with suppress(ZeroDivisionError), dbapi.connect(own) as con:
        con.cursor().execute("BEGIN").execute("DROP TABLE kept")
        raise ZeroDivisionError

    assert [(1,)] == own.sql("FROM kept").fetchall()
    with pytest.raises(dbapi.InterfaceError, match="The connection is closed"):
        con.cursor().execute("SELECT 1")


def test_closing_rolls_back_what_was_begun_through_the_connection_alone(box: Sandbox) -> None:
    """What was begun before on a DuckDB of one's own goes on."""
    own = duckdb.connect()
    con = dbapi.connect(own, providers=box.providers)
    con.cursor().execute("BEGIN").execute("CREATE TABLE lost AS SELECT 1 AS i")
    con.close()
    own.execute("BEGIN").execute("CREATE TABLE kept AS SELECT 1 AS i")
    con = dbapi.connect(own, providers=box.providers)
    con.cursor().execute("CREATE TABLE also AS SELECT 1 AS i")
    con.close()
    own.execute("COMMIT")

    con = dbapi.connect(closed := duckdb.connect(), providers=box.providers)
    con.cursor().execute("BEGIN")
    closed.close()
    con.close()  # and is no error

    assert [("also",), ("kept",)] == own.sql("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()


def test_each_statement_is_committed_by_itself(con: dbapi.Connection) -> None:
    """`autocommit` says so, and a tool that wants it otherwise is told."""
    con.autocommit = True

    assert con.autocommit is True
    with pytest.raises(dbapi.NotSupportedError, match="execute BEGIN"):
        con.autocommit = False


def test_null_is_none(con: dbapi.Connection, thread: str) -> None:
    """In rows, within nested values, and as a parameter; from an API as from DuckDB."""
    cursor = con.cursor()

    assert (None, {"a": None}, [None]) == cursor.execute("SELECT ?, {'a': NULL::INT}, [NULL]", [None]).fetchone()
    text = "SELECT last_error, completed_at FROM openai.assistants.runs WHERE thread_id = ? AND status = 'expired' LIMIT 1"
    assert (None, None) == cursor.execute(text, [thread]).fetchone()


def test_nothing_works_on_what_is_closed(box: Sandbox) -> None:
    """A closed cursor, and anything of a closed connection, is an InterfaceError; closing twice is none."""
    con = dbapi.connect(providers=box.providers)
    cursor, closed = con.cursor().execute("SELECT 1"), con.cursor()
    closed.close()

    with pytest.raises(dbapi.InterfaceError, match="The cursor is closed"):
        closed.execute("SELECT 1")
    con.close()
    con.close()
    for work in (con.cursor, con.commit, con.rollback, cursor.fetchone, cursor.fetchall):
        with pytest.raises(dbapi.InterfaceError, match="The connection is closed"):
            work()


def test_a_session_of_ones_own_stays_open_and_keeps_its_settings(box: Sandbox) -> None:
    """A connection over a session is the session's, and leaves it open; settings beside it are an error."""
    with rowcall.connect(providers=box.providers) as session:
        with dbapi.connect(session) as con:
            con.cursor().execute("CREATE TABLE numbers AS SELECT 1 AS i")
            assert session is con.session

        assert [(1,)] == session.sql("FROM numbers").fetchall()
        with pytest.raises(dbapi.ProgrammingError, match="give read_only to rowcall.connect"):
            dbapi.connect(session, read_only=True)
    with pytest.raises(dbapi.ProgrammingError, match="opnai"):
        dbapi.connect(providers={"opnai": {}})


def test_executemany_runs_a_statement_with_each(con: dbapi.Connection) -> None:
    """Local rows are inserted one by one; without any nothing runs."""
    cursor = con.cursor().execute("CREATE TABLE numbers (i INTEGER)")

    cursor.executemany("INSERT INTO numbers VALUES (?)", [(number,) for number in range(5)])
    count = cursor.rowcount
    cursor.executemany("INSERT INTO numbers VALUES (?)", [])

    assert (5 if streams() else -1, 0) == (count, cursor.rowcount)
    assert [(5,)] == cursor.execute("SELECT count(*) FROM numbers").fetchall()


def test_what_executemany_writes_at_an_api_is_held_to_max_write_rows_together(con: dbapi.Connection, box: Sandbox) -> None:
    """All rows count as one write's: too many are refused before the first is sent, as many as were allowed are sent."""
    cursor, before = con.cursor(), sent(box)

    with pytest.raises(dbapi.OperationalError, match="writes 3 rows") as raised:
        cursor.executemany(NEW, [{"n": str(number)} for number in range(3)])
    refused = sent(box)
    cursor.execute("SET rowcall_max_write_rows = 3")
    cursor.executemany(NEW, [{"n": str(number)} for number in range(3)])

    assert isinstance(raised.value, errors.WriteLimitError)
    assert before == refused
    assert (3, refused + 3) == (cursor.rowcount, sent(box))
    with pytest.raises(errors.WriteLimitError, match="writes 4 rows"):
        cursor.executemany(NEW.replace("VALUES (MAP {'n': $n})", "SELECT MAP {'n': $n} FROM range(2)"), [{"n": "1"}, {"n": "2"}])
    assert refused + 3 == sent(box)


def test_who_confirms_is_asked_about_each_of_too_many(box: Sandbox) -> None:
    """With `confirm`, an executemany of more rows than are allowed unasked asks before each, and a no ends it."""
    asked: list[Pending] = []

    def confirm(write: Pending) -> bool:
        asked.append(write)
        return len(asked) < 2

    with dbapi.connect(providers=box.providers, journal=":memory:", confirm=confirm) as con, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        before = sent(box)
        with pytest.raises(errors.WriteLimitError):
            con.cursor().executemany(NEW, [{"n": "1"}, {"n": "2"}, {"n": "3"}])

    assert [1, 1] == [write.rows for write in asked]
    assert before + 1 == sent(box)


def test_data_frames_of_the_caller_are_tables(con: dbapi.Connection, thread: str) -> None:
    """A frame in the scope of whoever calls `execute` can be named, beside an API too."""
    threads = pd.DataFrame({"thread_id": [thread]})

    rows = con.cursor().execute("SELECT count(*) > 5 FROM threads t JOIN openai.assistants.runs r ON r.thread_id = t.thread_id").fetchall()

    assert len(threads) == 1
    assert [(True,)] == rows


def test_polars_reads_a_query_through_the_connection(con: dbapi.Connection, thread: str) -> None:
    """A tool that takes any connection of PEP 249 reads an API."""
    con.cursor().execute("SET VARIABLE thread = ?", [thread])

    frame = pl.read_database(RUNS.replace("?", "getvariable('thread')"), connection=con)

    assert ["id", "status"] == frame.columns
    assert len(con.session.sql(RUNS, [thread])) == len(frame)
