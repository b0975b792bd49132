"""A plan that was made before is used again where DuckDB says what it said then, and only there."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial
from typing import Any
from unittest import mock

import pyarrow
import pytest

import rowcall
from rowcall.errors import BindError, EngineError, RowcallError
from rowcall.plan.analysis import Analysis
from rowcall.sandbox.server import Sandbox
from rowcall.session import execute
from rowcall.session.plans import Asked, Plans
from rowcall.session.session import Session

Sent = Callable[[Sandbox], AbstractContextManager[list[Any]]]

RUNS = "openai.assistants.runs"
TEXT = "SELECT 1"
SAID = {
    "table": False,
    "t": {"a": "VARCHAR"},
    "told": (["BOOLEAN"], [(True,)]),
    "keys": (["VARCHAR"], [("x",), ("y",)]),
    "quickly": True,
    "bound": None,
}


class Doors:
    """A DuckDB that says what it is told to, and counts what it is asked."""

    def __init__(self, **said: Any) -> None:
        self.said = {**SAID, **said}
        self.count = 0

    def asked(self) -> Asked:
        """The questions of one statement."""
        doors = {what: partial(self._say, what) for what in self.said}
        return Asked(doors["table"], doors["t"], self._evaluate, doors["quickly"], doors["bound"])

    def _evaluate(self, sql: str) -> Any:
        return self._say("told" if sql == "SELECT told" else "keys")

    def _say(self, what: str, _: Any = None) -> Any:
        self.count += 1
        if isinstance(self.said[what], Exception):
            raise self.said[what]
        return self.said[what]


def an_analysis() -> Any:
    """One with a stand-in."""
    return mock.Mock(spec=Analysis, scopes=mock.Mock(stand_ins={0: "stand-in"}))


def kept(doors: Doors, text: str = TEXT) -> Plans:
    """Plans with that of one statement, for which everything was asked."""
    plans, asked = Plans(), doors.asked()
    asked.is_local(["runs"])
    asked.describe("t")
    asked.tell("SELECT told")
    asked.evaluate("FROM t")
    asked.can_bind(text)
    asked.bind(text)
    plans.keep(text, (), asked, an_analysis(), ())
    return plans


def test_what_is_asked_twice_is_asked_of_duckdb_once() -> None:
    """For one statement; for the next it is asked again."""
    doors = Doors()
    asked = doors.asked()

    answers = [asked.describe("t"), asked.describe("t"), doors.asked().describe("t")]

    assert answers == [SAID["t"]] * 3
    assert doors.count == 2


@pytest.mark.parametrize("said", [{}, {"keys": (["VARCHAR"], [("y",), ("x",)])}], ids=["the same", "in another order"])
def test_a_plan_is_used_again_where_everything_is_as_it_was(said: Mapping[str, Any]) -> None:
    """Once all of it was asked again; what its analysis did not ask before it would ask now."""
    now = Doors(**said)
    asked = now.asked()

    found = kept(Doors()).again(TEXT, (), asked)

    assert found is not None
    assert found.scans is not None
    assert now.count == len(SAID)
    found.analysis.scopes.ask_again.assert_called_once_with(asked.describe, asked.tell, {0: "stand-in"})


OTHER = [
    {"table": True}, {"t": {"a": "INTEGER"}}, {"t": {"b": "VARCHAR"}}, {"t": None}, {"told": (["BOOLEAN"], [(False,)])}, {"quickly": False},
    {"bound": BindError("no")}, {"told": BindError("no")},
]  # fmt: skip
VALUES = [
    (["VARCHAR"], [("x",)]), (["VARCHAR"], [("x",), (None,)]), (["INTEGER"], [("x",), ("y",)]), (["VARCHAR"], []), BindError("no"),
]  # fmt: skip


@pytest.mark.parametrize("said", OTHER, ids=map(str, OTHER))
def test_no_plan_is_used_where_anything_is_not(said: Mapping[str, Any]) -> None:
    """Whatever it is that changed."""
    assert kept(Doors()).again(TEXT, (), Doors(**said).asked()) is None


@pytest.mark.parametrize("keys", VALUES, ids=map(str, VALUES))
def test_where_values_are_others_requests_are_planned_anew(keys: Any) -> None:
    """Of the same analysis, which asks what is asked now; it is no plan any more until it is kept again."""
    plans, now = kept(Doors()), Doors(keys=keys).asked()

    found = plans.again(TEXT, (), now)

    assert found is not None
    assert found.scans is None
    found.analysis.scopes.ask_again.assert_called_once_with(now.describe, now.tell, {0: "stand-in"})
    assert plans.again(TEXT, (), Doors().asked()) is None


def test_no_value_is_asked_for_that_another_may_have_done_without() -> None:
    """It could fail, and with it the transaction of the user."""
    plans, asked = Plans(), Doors().asked()
    asked.evaluate("FROM t")
    asked.evaluate("FROM u")
    asked.can_bind(TEXT)
    plans.keep(TEXT, (), asked, an_analysis(), ())
    now = Doors(keys=(["VARCHAR"], []))

    found = plans.again(TEXT, (), now.asked())

    assert found is not None
    assert now.count == len(["FROM t", TEXT])


def test_what_was_only_looked_at_is_not_kept() -> None:
    """A question about a value that a plan no longer takes is not asked for ever."""
    plans, now = kept(Doors()), Doors(keys=(["VARCHAR"], []))
    asked = now.asked()
    plans.again(TEXT, (), asked)
    asked.evaluate("FROM u")

    assert [question for question, _ in asked.said() or ()] == [
        ("is_local", ("runs",)), ("describe", "t"), ("tell", "SELECT told"), ("can_bind", TEXT), ("bind", TEXT), ("evaluate", "FROM u"),
    ]  # fmt: skip


def test_equal_values_of_different_kinds_are_not_the_same() -> None:
    """1 and true are the same to Python."""
    found = kept(Doors(keys=(["INTEGER"], [(1,)]))).again(TEXT, (), Doors(keys=(["INTEGER"], [(True,)])).asked())

    assert found is not None
    assert found.scans is None


@pytest.mark.parametrize(("text", "use"), [("SELECT 2", ()), (TEXT, ("openai",))], ids=["text", "USE"])
def test_a_plan_is_that_of_one_text_after_one_use(text: str, use: tuple[str, ...]) -> None:
    """Of no other."""
    assert kept(Doors()).again(text, use, Doors().asked()) is None


@pytest.mark.parametrize(
    "said", [{"t": {"a" * 10_000: "VARCHAR"}}, {"keys": (["VARCHAR"], [(str(i),) for i in range(2_000)])}], ids=["one", "many"]
)
def test_what_is_long_is_not_kept(said: Mapping[str, Any]) -> None:
    """It would take much memory."""
    assert kept(Doors(**said)).again(TEXT, (), Doors(**said).asked()) is None


def test_a_plan_without_an_answer_is_not_kept() -> None:
    """The error is not kept either."""
    plans, asked = Plans(), Doors(keys=BindError("no")).asked()
    with pytest.raises(BindError):
        asked.evaluate("FROM t")
    plans.keep(TEXT, (), asked, an_analysis(), ())

    assert plans.again(TEXT, (), Doors().asked()) is None


def test_the_plans_that_were_used_last_are_kept() -> None:
    """The first goes when there are too many, unless it was used since."""
    plans, asked = Plans(), Doors().asked()
    for number in range(40):
        plans.keep(f"SELECT {number}", (), asked, an_analysis(), ())
        plans.again("SELECT 0", (), asked)

    found = [number for number in range(40) if plans.again(f"SELECT {number}", (), asked) is not None]

    assert (len(found), found[0], found[-1]) == (32, 0, 39)


def test_a_statement_that_was_planned_is_not_planned_again(still: Sandbox, db: Session, world: Any, sent: Sent) -> None:
    """Nor read by anything but DuckDB; it sends what it sent, and gives the same rows."""
    sql = f"SELECT id FROM {RUNS} WHERE thread_id = $thread ORDER BY id"
    first = db.sql(sql, {"thread": world.threads[0]}).fetchall()

    with sent(still) as requests, mock.patch.object(execute, "analyse", side_effect=AssertionError):
        again = db.sql(sql, {"thread": world.threads[0]}).fetchall()

    assert first == again
    assert [request.path for request in requests] == [f"/v1/threads/{world.threads[0]}/runs"]


IN_TABLE = "SELECT count(*) FROM runs WHERE thread_id IN (FROM watched)"
BY_TABLE = f"SELECT r.id FROM watched w JOIN {RUNS} r ON r.thread_id = w.thread_id ORDER BY 1"
CHANGES: list[tuple[str, str, Sequence[str]]] = [
    ("a row", BY_TABLE, ["INSERT INTO watched SELECT thread_id FROM others"]),
    ("no row", BY_TABLE, ["DELETE FROM watched"]),
    ("another type", BY_TABLE, ["ALTER TABLE watched ALTER thread_id TYPE BLOB"]),
    ("another column", BY_TABLE, ["ALTER TABLE watched RENAME thread_id TO thread"]),
    ("no table", BY_TABLE, ["DROP TABLE watched"]),
    ("a view", BY_TABLE, ["ALTER TABLE watched RENAME TO was", "CREATE VIEW watched AS SELECT thread_id FROM others"]),
    ("a table in its place", IN_TABLE, ["CREATE TEMP TABLE runs AS FROM watched"]),
    ("one in a transaction", IN_TABLE, ["BEGIN", "CREATE TABLE runs AS FROM watched"]),
    ("a whole name", f"SELECT count(*) FROM {RUNS} WHERE thread_id IN (FROM watched)",
     ["ATTACH ':memory:' AS openai", "CREATE SCHEMA openai.assistants", f"CREATE TABLE {RUNS} AS FROM watched"]),
    ("a collation", f"SELECT count(*) FROM {RUNS} WHERE thread_id = 'thread_x'", ["SET default_collation = 'NOCASE'"]),
    ("a macro", f"SELECT count(*) FROM {RUNS} WHERE thread_id = chosen()", ["CREATE OR REPLACE MACRO chosen() AS (SELECT min(thread_id) FROM others)"]),
    ("a variable", f"SELECT count(*) FROM {RUNS} WHERE thread_id = getvariable('chosen')", ["SET VARIABLE chosen = (SELECT min(thread_id) FROM others)"]),
    ("a table that is made", f"CREATE TABLE made AS {BY_TABLE}", ["DROP TABLE IF EXISTS made"]),
    ("a table that is there", f"CREATE TABLE made AS {BY_TABLE}", ["CREATE TABLE IF NOT EXISTS made AS SELECT 1"]),
    ("USE", IN_TABLE, ["USE openai.assistants"]),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "changes"), [change[1:] for change in CHANGES], ids=[change[0] for change in CHANGES])
def test_what_has_changed_is_seen(still: Sandbox, world: Any, asked: str, changes: Sequence[str]) -> None:
    """A session that ran the statement before sends what one sends, and says what one says, that did not."""
    seen = []
    for times in (2, 0):
        with rowcall.connect(providers=still.providers) as db:
            for name, threads in (("watched", world.threads[:2]), ("others", world.threads[2:4])):
                db.connection.execute(f"CREATE TABLE {name} AS SELECT unnest($1) AS thread_id", [threads])
            db.connection.execute("CREATE MACRO chosen() AS (SELECT min(thread_id) FROM watched)")
            db.connection.execute("SET VARIABLE chosen = (SELECT min(thread_id) FROM watched)")
            for sql in [*[asked] * times, *changes]:
                said(db, sql)
            before = len(still.requests)
            seen.append((said(db, asked), sorted(request.path for request in still.requests[before:])))

    assert seen[0] == seen[1]


def said(db: Session, sql: str) -> str:
    """The rows of a statement, or what is wrong with it."""
    try:
        return str(db.sql(sql).fetchall())
    except RowcallError as error:
        return str(error)


def test_another_value_of_a_parameter_is_seen(still: Sandbox, db: Session, world: Any, sent: Sent) -> None:
    """As is the first one again; and the statement is not read again for it."""
    sql = f"SELECT count(*) FROM {RUNS} WHERE thread_id = $1"
    threads = (*world.threads[:3], world.threads[0])
    db.sql(sql, [threads[0]])

    with sent(still) as requests, mock.patch.object(execute, "analyse", side_effect=AssertionError):
        found = [db.sql(sql, [thread]).fetchall()[0][0] for thread in threads]

    assert found == [len(world.of(thread)) for thread in threads]
    assert [request.path for request in requests] == [f"/v1/threads/{thread}/runs" for thread in threads]


def test_other_keys_of_a_table_are_seen(still: Sandbox, db: Session, world: Any, sent: Sent) -> None:
    """By the statement as it was understood, whose stand-ins are what they were before it was fetched."""
    db.connection.execute("CREATE TABLE watched AS SELECT unnest($1) AS thread_id", [world.threads[:1]])
    db.sql(BY_TABLE)

    with sent(still) as requests, mock.patch.object(execute, "analyse", side_effect=AssertionError):
        for thread in world.threads[1:4]:
            db.connection.execute("UPDATE watched SET thread_id = $1", [thread])
            assert db.sql(BY_TABLE).fetchall() == sorted((run["id"],) for run in world.of(thread))

    assert [request.path for request in requests] == [f"/v1/threads/{thread}/runs" for thread in world.threads[1:4]]


def test_a_plan_that_is_kept_keeps_nothing_of_its_caller(db: Session, world: Any) -> None:
    """Such as a data frame that it reads."""

    def read() -> weakref.ref[pyarrow.Table]:
        mine = pyarrow.table({"thread_id": world.threads[:2]})
        db.sql(f"SELECT count(*) FROM {RUNS} WHERE thread_id IN (SELECT thread_id FROM mine)")
        return weakref.ref(mine)

    ended = read()
    gc.collect()

    assert ended() is None


@pytest.mark.parametrize("stop", ["session", "connection"])
def test_a_statement_that_was_planned_ends_when_it_is_interrupted(db: Session, world: Any, stop: str) -> None:
    """While it is asked whether everything is as it was: it is not planned anew then, which would take as long again."""
    sql = f"SELECT count(*) FROM {RUNS} WHERE thread_id IN (SELECT $1::VARCHAR WHERE (SELECT sum(sqrt(a.n * b.n)) FROM n a, n b) >= 0)"
    db.connection.execute("CREATE TABLE n AS SELECT 1 AS n")
    db.sql(sql, [world.threads[0]])
    db.connection.execute("INSERT INTO n SELECT range FROM range(100_000)")
    interrupt, ended = db.cancel if stop == "session" else db.connection.interrupt, threading.Event()

    def stop_it() -> None:
        while not ended.wait(0.2):
            interrupt()

    thread = threading.Thread(target=stop_it)
    thread.start()
    try:
        with mock.patch.object(execute, "Planner", side_effect=AssertionError), pytest.raises(EngineError):
            db.sql(sql, [world.threads[0]])
    finally:
        ended.set()
        thread.join()


def test_a_statement_that_is_planned_ends_when_it_is_interrupted(db: Session, world: Any, still: Sandbox, sent: Sent) -> None:
    """While it is asked whether any of its rows matter, which it would take for certain where that cannot be told: nothing is sent."""
    db.connection.execute("CREATE TABLE n AS SELECT range AS n FROM range(100_000)")
    sql = f"SELECT count(*) FROM {RUNS} WHERE thread_id = '{world.threads[0]}' AND (SELECT sum(sqrt(a.n * b.n)) FROM n a, n b) >= 0"
    ended = threading.Event()

    def stop_it() -> None:
        while not ended.wait(0.2):
            db.connection.interrupt()

    thread = threading.Thread(target=stop_it)
    thread.start()
    try:
        with sent(still) as received, pytest.raises(EngineError):
            db.sql(sql)
    finally:
        ended.set()
        thread.join()

    assert received == []
