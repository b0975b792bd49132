"""Views and macros over an API, made and read through a session; requests are counted at the sandbox's socket."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import duckdb
import pytest

import rowcall
from rowcall.engine.source import streams
from rowcall.errors import BindError, EngineError, MissingParameterError, UnsupportedSQLError
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

Sent = Callable[[Sandbox], AbstractContextManager[list[Any]]]
RUNS = "openai.assistants.runs"


@pytest.fixture
def made(db: Session, world: Any) -> Session:
    """A session whose database has views and macros of several kinds over the runs of the busiest threads, `first` and `second`."""
    first, second = world.threads[:2]
    db.connection.execute("CREATE TABLE mine AS SELECT unnest($1) AS thread_id, unnest(['ann', 'bob']) AS owner", [[first, second]])
    db.sql(f"""
        CREATE SCHEMA s;
        CREATE TABLE s.kept AS SELECT thread_id FROM mine WHERE owner = 'bob';
        CREATE VIEW v AS SELECT * FROM runs WHERE thread_id = '{first}';
        CREATE VIEW renamed(key, state) AS SELECT id, status, model FROM {RUNS} WHERE thread_id IN (FROM mine SELECT thread_id);
        CREATE VIEW counted AS SELECT owner, count(*) AS n FROM mine JOIN v USING (thread_id) GROUP BY ALL;
        CREATE VIEW s.sv AS SELECT r.id, kept.thread_id FROM kept JOIN assistants.runs r USING (thread_id);
        CREATE MACRO m(a, b := 2) AS TABLE SELECT id, thread_id FROM runs WHERE thread_id = a ORDER BY id LIMIT b;
        CREATE MACRO n(t) AS (SELECT count(*) FROM runs r WHERE r.thread_id = t);
        CREATE MACRO twice(t) AS n(t) + n(t);
        CREATE VIEW open AS SELECT * FROM runs;
        CREATE VIEW short(thread, state) AS SELECT thread_id, status FROM open;
    """)
    return db


@pytest.fixture
def file(tmp_path: Path, still: Sandbox, world: Any) -> Path:
    """A database file in which another process has left a view and a macro over the runs of the busiest thread."""
    path = tmp_path / "left.duckdb"
    with duckdb.connect(str(path)) as con, rowcall.connect(con, providers=still.providers) as session:
        session.sql(f"CREATE VIEW left_view AS SELECT id FROM runs WHERE thread_id = '{world.threads[0]}'")
        session.sql("CREATE MACRO left_macro(a, k := 1) AS TABLE SELECT id FROM runs WHERE thread_id = a LIMIT k")
    return path


@pytest.fixture
def two(still: Sandbox) -> Iterator[tuple[Session, Session]]:
    """Sessions on two connections of one database."""
    with duckdb.connect() as con, con.cursor() as other, rowcall.connect(con, providers=still.providers) as one:
        yield one, rowcall.connect(other, providers=still.providers)


@pytest.mark.parametrize(
    ("text", "expected", "requests"),
    [
        ("SELECT count(*) FROM v", "first", 1),
        ("FROM v SELECT count(*)", "first", 1),
        ("SELECT count(v.id) FROM v", "first", 1),
        ("SELECT count(main.v.id) FROM main.v", "first", 1),
        ("SELECT count(memory.main.v.id) FROM memory.main.v", "first", 1),
        ('SELECT count("x".id) FROM "V" AS "x"', "first", 1),
        ("SELECT count(*) FROM v a JOIN v b USING (id)", "first", 1),
        ("SELECT count(*) FROM (TABLE v)", "first", 1),
        ("WITH x AS (FROM v) SELECT count(*) FROM x", "first", 1),
        ("SELECT count(*) FROM v WHERE id IN (SELECT id FROM v)", "first", 1),
        ("SELECT n FROM counted", "first", 1),
        ("WITH mine AS (SELECT 1 AS owner) SELECT n FROM counted", "first", 1),
        ("SELECT count(key) FROM renamed WHERE state IS NOT NULL", "both", 2),
        ("SELECT count(x.key) FROM renamed x WHERE x.state IS NOT NULL", "both", 2),
        ("SELECT count(x.k) FROM renamed AS x(k) WHERE x.state IS NOT NULL", "both", 2),
        ("SELECT count(s.sv.id) FROM s.sv", "second", 1),
        ("WITH kept AS (SELECT 'no' AS thread_id) SELECT count(*) FROM s.sv", "second", 1),
        ("SELECT n('$first')", "first", 1),
        ("SELECT main.n(t := '$first')", "first", 1),
        ("SELECT twice('$first') / 2", "first", 1),
        ("SELECT count(*) FROM m('$first', 100)", "first", 1),
        ("SELECT count(*) FROM m('$first', b := 100)", "first", 1),
        ("SELECT count(*) FROM m(b => 100, a => '$first')", "first", 1),
        ("SELECT count(*) FROM open WHERE thread_id = '$first'", "first", 1),
        ("SELECT count(*) FROM short WHERE thread = '$first'", "first", 1),
        ("SELECT count(*) FROM short AS x(t) WHERE x.t = '$first'", "first", 1),
        ("SELECT count(open.id) FROM mine JOIN open USING (thread_id) WHERE owner = 'bob'", "second", 1),
        ("SELECT count(*) FROM open WHERE thread_id IN (FROM mine SELECT thread_id)", "both", 2),
        ("SELECT n(thread_id) FROM mine WHERE owner = 'bob'", "second", 1),
        ("SELECT sum(n(mine.thread_id))::BIGINT FROM mine", "both", 2),
        ("SELECT count(z.id) FROM mine, m(thread_id, 100) z WHERE owner = 'bob'", "second", 1),
        ("SELECT count(*) FROM m((SELECT thread_id FROM mine WHERE owner = 'bob'), 100)", "second", 1),
        ("SELECT count(x.k) FROM main.m(upper('') || '$first', b := (SELECT 100)) AS x(k)", "first", 1),
    ],
)
def test_a_view_or_macro_is_read_wherever_a_statement_names_it(
    still: Sandbox, made: Session, world: Any, sent: Sent, text: str, expected: str, requests: int
) -> None:
    """The rows are those of the API, and each call goes out once, however the name is written and used."""
    first, second = world.threads[:2]
    counts = {"first": len(world.of(first)), "second": len(world.of(second)), "both": len(world.of(first, second))}

    with sent(still) as received:
        rows = made.sql(text.replace("$first", first)).fetchall()

    assert rows == [(counts[expected],)]
    assert len(received) == requests


def test_a_default_value_holds_where_none_is_given(made: Session, world: Any) -> None:
    """By position and by name, as DuckDB's own macros."""
    thread = world.threads[0]

    counts = [len(made.sql(f"FROM m({arguments})").fetchall()) for arguments in (f"'{thread}'", f"a := '{thread}'", f"'{thread}', 3")]

    assert counts == [2, 2, 3]


def test_parameters_of_a_statement_reach_the_macro(still: Sandbox, made: Session, world: Any, sent: Sent) -> None:
    """`?` and `$name` are arguments like any."""
    with sent(still) as received:
        by_place = made.sql("FROM m(?, b := ?)", [world.threads[0], 3]).fetchall()
        by_name = made.sql("FROM m($thread, $count)", {"thread": world.threads[0], "count": 3}).fetchall()

    assert len(by_place) == 3
    assert by_name == by_place
    assert len(received) == 2


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE copied AS SELECT id, status FROM v",
        "CREATE TABLE copied (id VARCHAR, status VARCHAR); INSERT INTO copied SELECT id, status FROM v",
        "CREATE TABLE copied (id VARCHAR, status VARCHAR); INSERT INTO copied SELECT key, state FROM renamed WHERE key IN (SELECT id FROM v)",
    ],
)
def test_local_tables_are_made_of_views(made: Session, world: Any, text: str) -> None:
    """CREATE TABLE AS and INSERT INTO read them, and nothing is done twice though the session did not know them by name."""
    made.sql(text)

    expected = sorted((run["id"], run["status"]) for run in world.of(world.threads[0]))
    assert sorted(made.sql("FROM copied").fetchall()) == expected


def test_copy_writes_a_view_to_a_file(made: Session, world: Any, tmp_path: Path) -> None:
    """COPY takes a view by its name."""
    made.sql(f"COPY v TO '{tmp_path / 'v.parquet'}'")

    assert made.connection.sql(f"SELECT count(*) FROM '{tmp_path / 'v.parquet'}'").fetchall() == [(len(world.of(world.threads[0])),)]


@pytest.mark.parametrize("text", ["DESCRIBE renamed", "DESC main.renamed", "SHOW renamed", "DESCRIBE SELECT * FROM renamed"])
def test_a_view_is_described_without_a_request(still: Sandbox, made: Session, sent: Sent, text: str) -> None:
    """Its columns, under the names that it gives them."""
    with sent(still) as received:
        rows = made.sql(text).fetchall()

    assert [row[0] for row in rows] == ["key", "state", "model"]
    assert received == []


def test_explain_shows_the_calls_of_a_view(still: Sandbox, made: Session, world: Any, sent: Sent) -> None:
    """The request of what the view reads, none of them sent."""
    with sent(still) as received:
        rows = made.sql("EXPLAIN SELECT id FROM v").fetchall()

    assert [value.split("/v1")[1] for item, value in rows if item == "request"] == [f"/threads/{world.threads[0]}/runs?limit=100"]
    assert received == []


def test_a_write_reads_a_view(writer: Session, live: Sandbox, thread: str, threads: list[str], sent: Sent) -> None:
    """The source of an INSERT may be a view: one read, one write a row."""
    writer.sql(
        f"INSERT INTO messages (thread_id, role, content) VALUES ('{thread}', 'user', 'a'), ('{thread}', 'user', 'b')", max_write_rows=2
    )
    writer.sql(f"CREATE VIEW asked AS SELECT id, content FROM messages WHERE thread_id = '{thread}'")

    with sent(live) as received:
        writer.sql(f"INSERT INTO messages SELECT '{threads[0]}' AS thread_id, 'user' AS role, id AS content FROM asked", max_write_rows=2)

    assert [request.method for request in received] == ["GET", "POST", "POST"]


def test_nothing_is_sent_and_nothing_stays_attached_when_it_is_made(still: Sandbox, db: Session, sent: Sent) -> None:
    """The catalog that stands in for the API is gone, after success as after failure."""
    before = db.connection.sql("SELECT database_name FROM duckdb_databases() ORDER BY 1").fetchall()

    with sent(still) as received:
        db.sql("CREATE VIEW v AS SELECT * FROM runs")
        db.sql("CREATE MACRO m(a) AS TABLE SELECT * FROM runs WHERE thread_id = a")
        with pytest.raises(BindError):
            db.sql("CREATE VIEW w AS SELECT stats FROM runs")

    assert received == []
    assert db.connection.sql("SELECT database_name FROM duckdb_databases() ORDER BY 1").fetchall() == before


def test_what_is_kept_has_whole_names_and_no_hidden_columns(db: Session, world: Any) -> None:
    """The text does not depend on USE, and `*` is the resource's columns though the text names a parameter."""
    db.sql("USE openai.assistants")
    db.sql(f'CREATE VIEW v AS SELECT *, "limit" AS size FROM runs WHERE thread_id = \'{world.threads[0]}\' AND "limit" = 7')
    db.sql("USE memory")

    ((text,),) = db.sql("SELECT sql FROM duckdb_views() WHERE view_name = 'v'").fetchall()
    columns = [name for (name,) in db.sql("SELECT column_name FROM duckdb_columns() WHERE table_name = 'v'").fetchall()]
    relation = db.sql("SELECT * FROM v")

    assert "openai.assistants.runs" in text
    assert columns == [*(row[0] for row in db.sql(f"DESCRIBE {RUNS}").fetchall()), "size"]
    assert relation.columns == columns
    assert {row[-1] for row in relation.fetchall()} == {7}


def test_a_macros_parameter_wins_over_a_column_of_its_name(still: Sandbox, db: Session, world: Any, sent: Sent) -> None:
    """As in DuckDB; a hidden column of the name is none either."""
    run = world.of(world.threads[0])[0]
    db.sql("CREATE MACRO one(thread_id, run_id) AS TABLE SELECT * FROM runs r WHERE r.thread_id = thread_id AND r.id = run_id")

    with sent(still) as received:
        relation = db.sql("FROM one($1, $2)", [world.threads[0], run["id"]])

    assert [row[0] for row in relation.fetchall()] == [run["id"]]
    assert len(relation.columns) == 27
    assert [request.path for request in received] == [f"/v1/threads/{world.threads[0]}/runs/{run['id']}"]


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("CREATE VIEW w AS SELECT id,\n  statuss\nFROM runs", "statuss"),
        ("CREATE MACRO w(a) AS TABLE SELECT id FROM runs WHERE thread = a", "thread"),
        ("CREATE MACRO w(a, b := 1) AS TABLE SELECT id FROM runs WHERE thread = a LIMIT b", "thread"),
        ("CREATE MACRO w(a) AS (SELECT max(idd) FROM runs WHERE thread_id = a)", "idd"),
        ("CREATE VIEW nowhere.w AS SELECT id FROM runs", "nowhere.w"),
    ],
)
def test_an_error_in_the_text_is_marked_in_the_users_text(db: Session, text: str, marked: str) -> None:
    """What DuckDB says of the text that it gets has its caret where the user wrote it."""
    with pytest.raises(BindError) as raised:
        db.sql(text)

    assert raised.value.span is not None
    assert raised.value.sql == text
    assert text[raised.value.span.start : raised.value.span.end] == marked


def test_an_error_of_a_view_that_is_read_is_marked_at_its_name(still: Sandbox, db: Session, sent: Sent) -> None:
    """The view needs a key that nothing gives: the statement marks the view, and the error names it."""
    db.sql("CREATE VIEW v AS SELECT * FROM runs")

    with sent(still) as received, pytest.raises(MissingParameterError, match="text of v") as raised:
        db.sql("SELECT 1 AS one, v.id FROM v")

    assert raised.value.span is not None
    assert raised.value.sql[raised.value.span.start : raised.value.span.end] == "v"
    assert received == []


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("SELECT n('a', 'b')", "No form of the macro"),
        ("SELECT n()", "No form of the macro"),
        ("SELECT n(x := 'a')", "No form of the macro"),
        ("SELECT n(thread_id) FROM mine, counted", "Which table thread_id is of"),
        ("SELECT n(r.thread_id) FROM mine r", "r is a name within the macro n"),
        ("PREPARE p AS SELECT * FROM v", "prepared statement over an API"),
        ("PREPARE p AS SELECT * FROM v WHERE thread_id = $1", "prepared statement over an API"),
    ],
)
def test_what_a_call_cannot_mean_is_refused(still: Sandbox, made: Session, sent: Sent, text: str, match: str) -> None:
    """Before any request, with what is wrong."""
    with sent(still) as received, pytest.raises((BindError, UnsupportedSQLError), match=match):
        made.sql(text)

    assert received == []


def test_a_parameter_that_one_reference_names_and_another_does_not_is_refused_under_a_star(db: Session) -> None:
    """The kept columns of the view would have one too many."""
    with pytest.raises(UnsupportedSQLError, match="in one place and not in another"):
        db.sql('CREATE VIEW v AS SELECT a.*, b."limit" FROM runs a JOIN runs b USING (thread_id) WHERE b."limit" = 5')


def test_a_database_of_a_providers_name_is_in_the_way(db: Session) -> None:
    """The error says what to do, and the database stays."""
    db.connection.execute("ATTACH ':memory:' AS openai")

    with pytest.raises(UnsupportedSQLError, match="The database openai has the name of a provider"):
        db.sql("CREATE VIEW v AS SELECT id FROM runs")

    assert ("openai",) in db.connection.sql("SELECT database_name FROM duckdb_databases()").fetchall()


def test_the_users_own_transaction_holds_what_is_made(db: Session, world: Any) -> None:
    """A view made in it is read in it, and gone with it."""
    db.sql("BEGIN")
    db.sql(f"CREATE VIEW v AS SELECT id FROM runs WHERE thread_id = '{world.threads[0]}'")
    db.sql("CREATE TABLE kept AS FROM v")
    rows = db.sql("SELECT count(*) FROM kept").fetchall()
    db.sql("ROLLBACK")

    assert rows == [(len(world.of(world.threads[0])),)]
    with pytest.raises(BindError, match="v does not exist"):
        db.sql("FROM v")


def test_a_view_that_is_dropped_replaced_or_renamed_is_what_duckdb_has(made: Session, world: Any) -> None:
    """Its text is looked up each time it is read."""
    made.sql("ALTER VIEW v RENAME TO w")
    renamed = made.sql("SELECT count(*) FROM w").fetchall()
    made.sql("CREATE OR REPLACE VIEW w AS SELECT 'local' AS a")
    replaced = made.sql("FROM w").fetchall()
    made.sql("DROP VIEW w; CREATE TABLE w AS SELECT 'table' AS a")

    assert renamed == [(len(world.of(world.threads[0])),)]
    assert replaced == [("local",)]
    assert made.sql("FROM w").fetchall() == [("table",)]


def test_a_view_may_have_the_short_name_of_its_resource(db: Session, world: Any) -> None:
    """The local one wins, and its own text means the resource."""
    db.sql(f"CREATE VIEW runs AS SELECT id FROM {RUNS} WHERE thread_id = '{world.threads[0]}'")

    assert db.sql("SELECT count(*) FROM runs").fetchall() == [(len(world.of(world.threads[0])),)]


def test_a_temporary_view_hides_the_one_below_it(made: Session, world: Any) -> None:
    """DuckDB's order of names: temporary ones first."""
    made.sql(f"CREATE TEMP VIEW v AS SELECT id FROM runs WHERE thread_id = '{world.threads[1]}'")

    counts = [made.sql(f"SELECT count(*) FROM {name}").fetchall()[0][0] for name in ("v", "memory.main.v")]

    assert counts == [len(world.of(world.threads[1])), len(world.of(world.threads[0]))]


def test_names_in_a_view_of_an_attached_database_mean_its_tables(made: Session, world: Any) -> None:
    """The view reads the table beside it, not the one of the same name in the current database."""
    made.sql("ATTACH ':memory:' AS other")
    made.sql("CREATE TABLE other.mine AS SELECT thread_id FROM memory.mine WHERE owner = 'bob'")
    made.sql("CREATE VIEW other.ov AS SELECT r.id FROM mine JOIN runs r USING (thread_id)")

    assert made.sql("SELECT count(*) FROM other.ov").fetchall() == [(len(world.of(world.threads[1])),)]


def test_a_column_that_a_view_lost_is_not_taken_from_the_table_beside_it(made: Session, world: Any) -> None:
    """As a sub-select it could see that table; DuckDB would not let a view."""
    made.sql("CREATE TABLE notes AS SELECT thread_id, 'x' AS note FROM mine")
    made.sql(f"CREATE VIEW noted AS SELECT r.id, note FROM notes JOIN runs r USING (thread_id) WHERE r.thread_id = '{world.threads[0]}'")
    made.sql("ALTER TABLE notes DROP COLUMN note")

    with pytest.raises(BindError, match="text of noted"):
        made.sql("SELECT noted.note FROM (SELECT 'wrong' AS note) outside, noted")


@pytest.mark.parametrize("read_only", [False, True])
def test_what_another_process_left_in_a_file_is_read(still: Sandbox, file: Path, world: Any, sent: Sent, *, read_only: bool) -> None:
    """The session has never heard of the names; nothing is asked of the API but what the view needs."""
    con = duckdb.connect(str(file), read_only=read_only)
    with con, rowcall.connect(con, providers=still.providers) as db, sent(still) as received:
        view = db.sql("SELECT count(*) FROM left_view").fetchall()
        macro = db.sql("SELECT count(*) FROM left_macro($1, k := 3)", [world.threads[0]]).fetchall()
        default = db.sql("SELECT count(*) FROM left_macro($1)", [world.threads[0]]).fetchall()

    assert (view, macro, default) == ([(len(world.of(world.threads[0])),)], [(3,)], [(1,)])
    assert len(received) == 3


def test_a_read_only_database_takes_temporary_views_alone(still: Sandbox, file: Path) -> None:
    """The other kind is refused in DuckDB's words."""
    with duckdb.connect(str(file), read_only=True) as con, rowcall.connect(con, providers=still.providers) as db:
        db.sql("CREATE TEMP VIEW t AS SELECT id FROM left_view LIMIT 2")
        rows = db.sql("FROM t").fetchall()

        with pytest.raises(EngineError, match="read-only"):
            db.sql("CREATE VIEW p AS SELECT id FROM left_view")

    assert len(rows) == 2


def test_a_view_of_the_file_is_known_when_a_transaction_begins(still: Sandbox, file: Path, world: Any) -> None:
    """DuckDB 2.0 would go no further after a CREATE TABLE that cannot be bound."""
    with duckdb.connect(str(file)) as con, rowcall.connect(con, providers=still.providers) as db:
        db.sql("BEGIN")
        db.sql("CREATE TABLE kept AS FROM left_view")
        db.sql("COMMIT")

        assert db.sql("SELECT count(*) FROM kept").fetchall() == [(len(world.of(world.threads[0])),)]


def test_what_another_connection_makes_or_changes_is_seen(two: tuple[Session, Session], world: Any) -> None:
    """Whether its name was known or not, and whether a macro or a view."""
    one, other = two
    first, second = (len(world.of(thread)) for thread in world.threads[:2])

    other.sql(f"CREATE VIEW v AS SELECT id FROM runs WHERE thread_id = '{world.threads[0]}'")
    new = one.sql("SELECT count(*) FROM v").fetchall()
    other.sql("CREATE MACRO m(a) AS (SELECT count(*) FROM runs r WHERE r.thread_id = a)")
    macro = one.sql("SELECT m($1)", [world.threads[0]]).fetchall()
    other.sql("CREATE OR REPLACE MACRO m(a) AS (SELECT -count(*) FROM runs r WHERE r.thread_id = a)")
    other.sql(f"CREATE OR REPLACE VIEW v AS SELECT id FROM runs WHERE thread_id = '{world.threads[1]}'")

    assert (new, macro) == ([(first,)], [(first,)])
    assert one.sql("SELECT count(*) FROM v").fetchall() == [(second,)]
    assert one.sql("SELECT m($1)", [world.threads[0]]).fetchall() == [(-first,)]


def test_a_view_unknown_in_an_open_transaction_is_read_or_said_to_be(two: tuple[Session, Session], world: Any) -> None:
    """A query of it is read; another statement, on DuckDB 2.0, ends the transaction and says to run it again, which works."""
    one, other = two
    one.sql("BEGIN")
    one.sql("ROLLBACK")
    other.sql(f"CREATE VIEW v AS SELECT id FROM runs WHERE thread_id = '{world.threads[0]}'")
    other.sql(f"CREATE VIEW w AS SELECT id FROM runs WHERE thread_id = '{world.threads[0]}'")
    expected = [(len(world.of(world.threads[0])),)]

    one.sql("BEGIN")
    assert one.sql("SELECT count(*) FROM v").fetchall() == expected
    other.sql(f"CREATE VIEW late AS SELECT id FROM runs WHERE thread_id = '{world.threads[0]}'")
    one.sql("ROLLBACK; BEGIN")
    if streams():
        with pytest.raises(BindError, match="run the transaction again"):
            one.sql("CREATE TABLE kept AS FROM late")
        one.sql("ROLLBACK; BEGIN")
    one.sql("CREATE TABLE kept AS FROM late")

    assert one.sql("SELECT count(*) FROM kept").fetchall() == expected


def test_statements_before_an_unknown_view_run_once(two: tuple[Session, Session], world: Any) -> None:
    """Though the view is noticed only when DuckDB fails on it."""
    one, other = two
    one.sql("CREATE TABLE counted (i INTEGER)")
    other.sql(f"CREATE VIEW v AS SELECT id FROM runs WHERE thread_id = '{world.threads[0]}'")

    one.sql("INSERT INTO counted VALUES (1); SELECT count(*) FROM v; INSERT INTO counted VALUES (2)")

    assert one.sql("FROM counted ORDER BY i").fetchall() == [(1,), (2,)]


def test_a_stand_in_that_another_connection_meets_is_no_api_without_rows(db: Session, world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a view is made, its kind can be read by nobody: the answer would be empty and wrong."""
    db.sql(f"CREATE VIEW v AS SELECT id FROM runs WHERE thread_id = '{world.threads[0]}'")
    seen: list[str] = []

    def local(*args: Any, **options: Any) -> Any:
        with db.connection.cursor() as other, pytest.raises(duckdb.Error) as raised:
            other.execute("SELECT count(*) FROM v").fetchall()
        seen.append(str(raised.value))
        return own(*args, **options)

    own = db._engine.local
    monkeypatch.setattr(db._engine, "local", local)
    db.sql("CREATE VIEW w AS SELECT id FROM runs")

    assert ["stand-in" in message for message in seen] == [True]


def test_plain_duckdb_fails_on_a_view_in_its_own_words(made: Session) -> None:
    """It is there, and cannot be bound without the API."""
    with pytest.raises(duckdb.Error, match="openai"):
        made.connection.execute("FROM v")


def test_a_dry_run_makes_nothing(db: Session) -> None:
    """No request would be sent, and no view is there."""
    requests = db.sql("CREATE VIEW v AS SELECT id FROM runs", dry_run=True).fetchall()

    assert requests == []
    assert db.connection.sql("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchall() == [(0,)]


def test_a_local_view_or_macro_is_duckdbs_own(db: Session) -> None:
    """Though a word of ours is in it; and unreadable text has DuckDB's complaint."""
    db.sql("CREATE VIEW v AS SELECT 1 AS runs")
    db.sql("CREATE MACRO m(runs) AS runs + 1")

    assert db.sql("SELECT runs, m(runs) FROM v").fetchall() == [(1, 2)]
    with pytest.raises(BindError, match="Parser Error"):
        db.sql("CREATE VIEW w AS SELECT FROM runs WHERE")
