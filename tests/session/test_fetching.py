"""Never a half answer: pages that fail, pages that lie, limits that are reached, and values that do not fit."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import rowcall
from rowcall.engine.source import streams
from rowcall.errors import (
    BudgetError,
    MisfitWarning,
    PageLoopError,
    PartialResultWarning,
    RateLimitError,
    RequestError,
    ResponseError,
    RowcallWarning,
    UnavailableError,
    UnsupportedSQLError,
    UsageError,
)
from rowcall.sandbox.clock import Clock
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

START = 1_790_000_000
RUNS = "openai.assistants.runs"
COUNT = f"SELECT count(*) FROM {RUNS} WHERE thread_id = $1"
BY_THREAD = f"SELECT thread_id, count(*) FROM {RUNS} WHERE thread_id IN (SELECT unnest($1)) GROUP BY 1"

Start = Callable[[Callable[[Any], tuple[Any, ...]]], Any]
Page = Callable[..., dict[str, Any]]
Run = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def module_box() -> Iterator[Sandbox]:
    """A sandbox for the faults of this module, with the same data as the one that never changes."""
    with Sandbox(clock=Clock(START, held=True)) as box:
        yield box


@pytest.fixture
def faulty(module_box: Sandbox) -> Iterator[Sandbox]:
    """The sandbox of this module; faults that a test left are gone after it."""
    yield module_box
    module_box._app._faults.clear()


@pytest.fixture
def hurt(faulty: Sandbox) -> Iterator[Session]:
    """A session on it."""
    with rowcall.connect(providers=faulty.providers) as session:
        yield session


@pytest.mark.parametrize("rows", [1, 3, 7])
def test_a_capped_page_size_still_gives_all_rows(faulty: Sandbox, hurt: Session, world: Any, rows: int) -> None:
    """Servers may give fewer rows than were asked for; what follows is fetched."""
    faulty.fault("capped", times=None, rows=rows)
    thread = world.threads[0]

    assert hurt.sql(COUNT, [thread]).fetchall() == [(len(world.of(thread)),)]
    assert hurt.last.requests >= len(world.of(thread)) // rows


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_many_runs_come_page_by_page(scripted: Start, page: Page, run: Run, count: int) -> None:
    """More than the largest page, exactly it, and none: every run once, in a request for each hundred."""
    runs = [run(f"run_{number:03}") for number in range(count)]

    def answer(asked: Any) -> tuple[Any, ...]:
        after = re.search(r"after=(\w+)", asked.path)
        first = 1 + next(i for i, each in enumerate(runs) if each["id"] == after[1]) if after else 0
        return 200, page(runs[first : first + 100], more=first + 100 < count)

    server = scripted(answer)
    with rowcall.connect(providers=server.providers) as db:
        found = db.sql(f"SELECT id FROM {RUNS} WHERE thread_id = 'thread_1' ORDER BY id").fetchall()

    assert [id_ for (id_,) in found] == [each["id"] for each in runs]
    assert len(server.asked) == max(1, -(-count // 100))


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("server_error", UnavailableError),
        ("malformed", ResponseError),
        ("truncated", ResponseError),
        ("html", RequestError),
        ("empty", UnavailableError),
        ("drop", RequestError),
    ],
)
def test_a_page_that_fails_fails_the_statement(faulty: Sandbox, hurt: Session, world: Any, fault: str, error: type[RequestError]) -> None:
    """Also when all the others came."""
    faulty.fault(fault, times=None, path=world.threads[2])

    with pytest.raises(error):
        hurt.sql(BY_THREAD, [world.threads[:4]])

    assert not hurt.last.partial


@pytest.mark.parametrize("fault", ["server_error", "drop", "empty"])
def test_a_read_is_tried_again(faulty: Sandbox, hurt: Session, world: Any, fault: str) -> None:
    """What fails once is fetched; `last` has both exchanges."""
    faulty.fault(fault, times=1, path=world.threads[0])

    assert hurt.sql(COUNT, [world.threads[0]]).fetchall() == [(len(world.of(world.threads[0])),)]
    assert [exchange.attempt for exchange in hurt.last.exchanges] == [1, 2]


def test_a_rate_limit_is_waited_for(faulty: Sandbox, hurt: Session, world: Any) -> None:
    """For as long as the API says."""
    faulty.fault("rate_limit", times=2, path=world.threads[0], retry_after_s=0.01)

    assert hurt.sql(COUNT, [world.threads[0]]).fetchall() == [(len(world.of(world.threads[0])),)]


def test_a_rate_limit_that_stays_is_an_error(faulty: Sandbox, hurt: Session, world: Any) -> None:
    """After three attempts."""
    faulty.fault("rate_limit", times=None, retry_after_s=0.01)

    with pytest.raises(RateLimitError):
        hurt.sql(COUNT, [world.threads[0]])

    assert [exchange.status for exchange in hurt.last.exchanges] == [429] * 3


def test_an_endless_cursor_is_an_error(faulty: Sandbox, hurt: Session, world: Any) -> None:
    """A page that was there before is no page more."""
    faulty.fault("endless", times=None)

    with pytest.raises(PageLoopError):
        hurt.sql(COUNT, [world.threads[0]])


def test_more_without_a_cursor_is_no_silent_end(scripted: Start, page: Page, run: Run) -> None:
    """A server that leaves the cursor out is asked for what follows its last row; one that sends null instead keeps rows back."""

    def answer(asked: Any) -> tuple[Any, ...]:
        first = 0 if "after=" not in asked.path else 2
        body = page([run(f"run_{first + number}", thread_id=asked.path.split("/")[3]) for number in range(2)], more=first == 0)
        if "absent" in asked.path:
            del body["last_id"]
            return 200, body
        return 200, {**body, "last_id": None}

    server = scripted(answer)
    with rowcall.connect(providers=server.providers) as db:
        db.sql(f"SELECT id FROM {RUNS} WHERE thread_id = 'absent'")
        whole = db.last.requests
        with pytest.raises(ResponseError, match="gives no cursor to them; rows are missing"):
            db.sql(f"SELECT id FROM {RUNS} WHERE thread_id = 'null'")

    assert whole == 2


def test_a_partial_result_says_that_it_is_one(faulty: Sandbox, hurt: Session, world: Any) -> None:
    """With a warning, and in `last`; the rows of the other threads are all there."""
    threads = world.threads[:3]
    faulty.fault("server_error", times=None, path=threads[1])

    with pytest.warns(PartialResultWarning, match=threads[1]) as caught:
        found = hurt.sql(BY_THREAD, [threads], on_error="partial").fetchall()

    assert dict(found) == {thread: len(world.of(thread)) for thread in (threads[0], threads[2])}
    assert hurt.last.partial
    assert len(hurt.last.warnings) == 1
    assert caught[0].filename == __file__


def test_partial_may_be_a_setting(faulty: Sandbox, hurt: Session, world: Any) -> None:
    """That a call overrides."""
    faulty.fault("server_error", times=None)
    hurt.sql("SET rowcall_on_error = 'partial'")

    with pytest.warns(PartialResultWarning):
        found = hurt.sql(COUNT, [world.threads[0]]).fetchall()
    with pytest.raises(UnavailableError):
        hurt.sql(COUNT, [world.threads[0]], on_error="error")

    assert found == [(0,)]


def test_a_whole_result_is_not_called_partial(hurt: Session, world: Any) -> None:
    """Though it was allowed to be."""
    hurt.sql(COUNT, [world.threads[0]], on_error="partial")

    assert not hurt.last.partial


def test_what_a_write_reads_is_never_partial(faulty: Sandbox, hurt: Session, world: Any) -> None:
    """Nothing is changed on the strength of half an answer."""
    faulty.fault("server_error", times=None, method="GET", path=world.threads[1])

    with pytest.raises(UnavailableError):
        hurt.sql("UPDATE runs SET metadata = MAP {'s': status} WHERE thread_id IN ($1, $2)", world.threads[:2], on_error="partial")

    assert all(exchange.request.startswith("GET") for exchange in hurt.last.exchanges)


@pytest.mark.parametrize("on_error", ["error", "partial"])
def test_a_budget_of_requests_is_kept(faulty: Sandbox, hurt: Session, world: Any, on_error: Any) -> None:
    """A statement whose calls alone are more is an error, partial or not, and sends nothing; as many as the budget are sent."""
    before = len(faulty.requests)

    with pytest.raises(BudgetError, match="needs at least 5 requests, and max_requests is 2; nothing was sent"):
        hurt.sql(BY_THREAD, [world.threads[:5]], max_requests=2, on_error=on_error)

    assert (len(faulty.requests) - before, hurt.last.requests) == (0, 0)
    assert hurt.sql(BY_THREAD, [world.threads[:2]], max_requests=2).fetchall()


def test_a_budget_counts_each_request_once(hurt: Session, world: Any) -> None:
    """Whatever number of references needs it, and over all references together."""
    twice = f"SELECT count(*) FROM {RUNS} a JOIN {RUNS} b USING (thread_id) WHERE a.thread_id IN ($1, $2)"
    both = (
        f"SELECT (SELECT count(*) FROM {RUNS} WHERE thread_id = $1), (SELECT count(*) FROM openai.assistants.messages WHERE thread_id = $2)"
    )

    assert hurt.sql(twice, world.threads[:2], max_requests=2).fetchall()
    assert hurt.last.requests == 2
    with pytest.raises(BudgetError, match="at least 2 requests, and max_requests is 1; nothing was sent"):
        hurt.sql(both, world.threads[:2], max_requests=1)


def test_a_budget_of_gets_is_counted_exactly(hurt: Session, world: Any) -> None:
    """A call without further pages is one request; where a write follows, it is only the least."""
    with pytest.raises(BudgetError, match="The statement needs 4 requests, and max_requests is 3"):
        hurt.sql("SELECT id FROM threads WHERE id = ANY($1)", [world.threads[:4]], max_requests=3)
    with pytest.raises(BudgetError, match="The statement needs at least 4 requests, and max_requests is 3; nothing was sent"):
        hurt.sql("DELETE FROM threads WHERE id = ANY($1) AND created_at > 0", [world.threads[:4]], max_requests=3)


def test_calls_that_the_rows_of_others_ask_for_are_counted_before_they_are_sent(hurt: Session, world: Any) -> None:
    """They are compared with what the calls before them left."""
    text = f"SELECT count(*) FROM {RUNS} r JOIN openai.assistants.run_steps s ON s.run_id = r.id AND s.thread_id = r.thread_id WHERE r.thread_id = $1"
    needed = 1 + len(world.of(world.threads[0]))

    with pytest.raises(BudgetError, match=f"needs at least {needed} requests, and max_requests is {needed - 1}; it was stopped after 1"):
        hurt.sql(text, [world.threads[0]], max_requests=needed - 1)
    assert hurt.last.requests == 1
    assert hurt.sql(text, [world.threads[0]], max_requests=needed).fetchall()


def test_further_pages_are_stopped_by_the_budget(faulty: Sandbox, hurt: Session, world: Any) -> None:
    """When it is reached, and not one request later; what came is no answer."""
    faulty.fault("capped", times=None, rows=1)
    before = len(faulty.requests)

    with pytest.raises(
        BudgetError, match=r"needs at least 4 requests, and max_requests is 3; it was stopped after 3.\nOne list gave 3 pages"
    ):
        hurt.sql(COUNT, [world.threads[0]], max_requests=3)

    assert len(faulty.requests) - before == 3


def test_a_budget_of_none_lets_local_statements_through(hurt: Session) -> None:
    """Nothing is sent, nothing is refused."""
    assert hurt.sql("SELECT 1", max_requests=0).fetchall() == [(1,)]


def test_a_deadline_ends_a_slow_statement(faulty: Sandbox, hurt: Session, world: Any) -> None:
    """With an error that names it, long before the answer would have come."""
    faulty.fault("slow", times=1, seconds=20.0)

    with pytest.raises(UnavailableError, match="0.2"):
        hurt.sql(COUNT, [world.threads[0]], timeout_s=0.2)

    assert hurt.last.elapsed_s < 10


@pytest.mark.parametrize(
    "body",
    [{"object": "list"}, {"data": {}}, {"data": "x"}, [], "text", 5],
    ids=json.dumps,
)
def test_a_body_of_another_shape_is_an_error(scripted: Start, body: Any) -> None:
    """It says so, without showing what may be rows; it is no empty answer."""
    server = scripted(lambda _: (200, body if not isinstance(body, str) else json.dumps(body), {"content-type": "application/json"}))

    with rowcall.connect(providers=server.providers) as db, pytest.raises(ResponseError) as caught:
        db.sql(f"SELECT id FROM {RUNS} WHERE thread_id = 't'")

    assert "its JSON has no array at `data`. It is application/json: " in str(caught.value)


MISFITS = [
    ("created_at", "yesterday", "BIGINT", None),
    ("created_at", 1.5, "BIGINT", None),
    ("status", {"a": 1}, "VARCHAR", '{"a":1}'),
    ("usage", "none", "STRUCT", None),
    ("usage", {"total_tokens": "many", "prompt_tokens": 2}, "STRUCT", {"total_tokens": None, "prompt_tokens": 2}),
    ("tools", {}, "LIST", None),
    ("metadata", ["x"], "MAP", None),
    ("parallel_tool_calls", "yes", "BOOLEAN", None),
    ("temperature", "hot", "DOUBLE", None),
    ("created_at", 2**70, "BIGINT", None),
]


@pytest.mark.parametrize(("column", "value", "kind", "kept"), MISFITS, ids=lambda value: str(value)[:20])
def test_a_value_that_does_not_fit_is_warned_of_and_kept(
    scripted: Start, page: Page, run: Run, column: str, value: Any, kind: str, kept: Any
) -> None:
    """NULL in its column, whole in `_extra`, counted in a warning; the other values of its row and page are unharmed."""
    server = scripted(lambda _: (200, page([run("run_1"), run("run_2", **{column: value})])))
    text = f"SELECT id, {column}, _extra FROM {RUNS} WHERE thread_id = 'thread_1' ORDER BY id"

    with rowcall.connect(providers=server.providers) as db:
        if column == "status":
            rows = db.sql(text).fetchall()
        else:
            with pytest.warns(MisfitWarning, match=f"1 value does not fit the type of {RUNS}.{column}"):
                rows = db.sql(text).fetchall()

    assert [row[0] for row in rows] == ["run_1", "run_2"]
    assert rows[1][1] == kept if not isinstance(kept, dict) else {**rows[1][1], **kept} == rows[1][1]
    extra = json.loads(rows[1][2]) if rows[1][2] else {}
    if column != "status":
        expected = {"total_tokens": "many"} if isinstance(kept, dict) else value
        assert extra[column] == expected, kind


def test_misfits_are_counted_once_for_each_place(scripted: Start, page: Page, run: Run) -> None:
    """Ten rows, one warning."""
    server = scripted(lambda _: (200, page([run(f"run_{number}", created_at="x") for number in range(10)])))

    with rowcall.connect(providers=server.providers) as db, pytest.warns(MisfitWarning, match="10 values do not fit") as caught:
        assert db.sql(f"SELECT count(created_at), count(*) FROM {RUNS} WHERE thread_id = 'thread_1'").fetchall() == [(0, 10)]

    assert len(caught) == 1


JSON = st.recursive(
    st.sampled_from(
        ["null", "true", "0", "-0.0", "1e400", "1.5", "9007199254740993.0", "9223372036854775808", '""', '"a"', '"007"', '"\\u0663"']
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(st.tuples(st.sampled_from(["a", "A", "total_tokens", "\\u0061"]), inner), max_size=3).map(
            lambda members: "{" + ", ".join(f'"{name}": {text}' for name, text in members) + "}"
        ),
    ),
    max_leaves=4,
)
"""Texts of values, with names that stand twice in an object."""


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["metadata", "usage", "created_at", "temperature", "parallel_tool_calls"]), JSON), max_size=5))
@example([("metadata", '{"a": "1", "a": "2"}')])
@example([("usage", '{"total_tokens": 1, "total_tokens": 2}'), ("usage", "null")])
def test_nothing_is_null_in_silence(scripted: Start, members: list[tuple[str, str]]) -> None:
    """Whatever stands where in a record: it is read as Python reads it, of members of one name the first, or it is counted."""
    record = "".join(f', "{name}": {text}' for name, text in members)
    server = scripted(lambda _: (200, f'{{"data": [{{"id": "run_1", "thread_id": "thread_1"{record}}}], "has_more": false}}'))
    names = dict(reversed(members))
    counted: Counter[str] = Counter()

    with rowcall.connect(providers=server.providers) as db, warnings.catch_warnings():
        warnings.simplefilter("ignore", MisfitWarning)
        relation = db.sql(f"SELECT metadata, usage, created_at, temperature, parallel_tool_calls FROM {RUNS} WHERE thread_id = 'thread_1'")
        columns, (row,) = relation.columns, relation.fetchall()
        for warning in db.last.warnings:
            counted[re.search(rf"{re.escape(RUNS)}\.(\w+)", warning)[1]] += int(warning.split()[0])

    for name, found in zip(columns, row, strict=True):
        sent = json.loads(names.get(name, "null"), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
        if sent is None or counted[name]:
            assert found is None or isinstance(sent, dict)
        elif name == "metadata":
            assert {key: value is None for key, value in found.items()} == {key: value is None for key, value in sent.items()}
        elif name == "usage":
            assert (found["total_tokens"] is None) == (sent.get("total_tokens") is None)
        else:
            assert found == float(sent)


def test_fields_that_are_absent_or_null_are_null(scripted: Start, page: Page) -> None:
    """In a STRUCT, too, which is NULL as a whole when the API sends null or nothing."""
    server = scripted(
        lambda _: (
            200,
            page([{"id": "a", "thread_id": "t"}, {"id": "b", "thread_id": "t", "usage": None}, {"id": "c", "thread_id": "t", "usage": {}}]),
        )
    )

    with rowcall.connect(providers=server.providers) as db:
        rows = db.sql(f"SELECT id, usage IS NULL, usage.total_tokens, metadata FROM {RUNS} WHERE thread_id = 't' ORDER BY id").fetchall()

    assert rows == [("a", True, None, None), ("b", True, None, None), ("c", False, None, None)]


def test_predicates_are_applied_to_what_the_api_sends(scripted: Start, page: Page, run: Run) -> None:
    """A server that answers for another thread, or with a run that was not asked for, gives no row, and that is told."""
    server = scripted(lambda _: (200, page([run("run_1", thread_id="other"), run("run_2")])))

    with (
        rowcall.connect(providers=server.providers) as db,
        pytest.warns(RowcallWarning, match="1 row of openai.assistants.runs has another"),
    ):
        assert db.sql(f"SELECT id FROM {RUNS} WHERE thread_id = 'thread_1'").fetchall() == [("run_2",)]


def test_unusual_texts_come_through(scripted: Start, page: Page, run: Run) -> None:
    """Quotes, emoji, NUL, and names with dots are data."""
    text = 'O\'Hara "x" 🦆 \\ \n\t\x00 é'
    server = scripted(lambda _: (200, page([run("run_1", instructions=text, metadata={"a.b": text, "": ""})])))

    with rowcall.connect(providers=server.providers) as db:
        rows = db.sql(f"SELECT instructions, metadata FROM {RUNS} WHERE thread_id = 'thread_1'").fetchall()

    assert rows == [(text, {"a.b": text, "": ""})]


@pytest.mark.parametrize("id_", ["thread/1", "a b", "ü", "../threads", "?x=1", "%2F", "#"])
def test_ids_are_percent_encoded_in_paths(scripted: Start, page: Page, id_: str) -> None:
    """A value never leaves its place in the path."""
    server = scripted(lambda _: (200, page([])))

    with rowcall.connect(providers=server.providers) as db:
        db.sql(f"SELECT id FROM {RUNS} WHERE thread_id = $1", [id_])

    from urllib.parse import unquote

    assert len(server.asked) == 1
    parts = server.asked[0].path.split("?")[0].split("/")
    assert [parts[0], parts[1], parts[2], unquote(parts[3]), parts[4]] == ["", "v1", "threads", id_, "runs"]


def test_a_session_with_a_cache_does_not_ask_twice(live: Sandbox) -> None:
    """Across statements, until a write or `SET rowcall_cache = NULL`; EXPLAIN ANALYZE counts what was not asked for."""
    live.reset()
    thread = live.tables["sandbox_threads"][1][0][0]
    sql = f"SELECT count(*) FROM openai.assistants.runs WHERE thread_id = '{thread}'"
    with rowcall.connect(providers=live.providers) as db:
        asked: list[int] = []

        def ask(statement: str = sql) -> None:
            before = len(live.requests)
            db.sql(statement)
            asked.append(len(live.requests) - before)

        ask()
        db.sql("SET rowcall_cache = '1m'")
        ask()
        ask()
        (scan,) = db.explain(sql, analyze=True).scans
        ask(
            f"INSERT INTO openai.assistants.messages (thread_id, data__role, data__content) SELECT '{live.tables['sandbox_threads'][1][-1][0]}', 'user', 'x'"
        )
        ask()
        db.sql("SET rowcall_cache = NULL")
        ask()

    assert asked == [1, 1, 0, 1, 1, 1]
    assert scan.measured is not None
    assert (scan.measured.requests, scan.measured.cache_hits) == (0, 1)


def test_a_cache_that_is_no_time_is_refused(db: Session) -> None:
    """With the forms that there are."""
    with pytest.raises(UnsupportedSQLError, match="rowcall_cache takes how long, as 60s, 5m or 1h, or NULL for no cache, not 'soon'"):
        db.sql("SET rowcall_cache = 'soon'")
    with pytest.raises(UsageError, match="cache takes how long"):
        rowcall.connect(cache="60")


@pytest.mark.parametrize(
    ("columns", "warned"),
    [
        ("id", []),
        ("count(*)", []),
        ("id, created_at", ["created_at"]),
        ("*", ["created_at", "usage.total_tokens"]),
        ("usage", ["usage.total_tokens"]),
    ],
)
def test_what_does_not_fit_is_told_of_columns_that_the_statement_names(
    scripted: Start, page: Page, run: Run, columns: str, warned: list[str]
) -> None:
    """The others are not decoded, and nothing of them is lost."""
    server = scripted(lambda _: (200, page([run("run_1", created_at="soon", usage={"total_tokens": "many"})])))
    with rowcall.connect(providers=server.providers) as db, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert len(db.sql(f"SELECT {columns} FROM {RUNS} WHERE thread_id = 'thread_1'").fetchall()) == 1
    assert [re.findall(r"runs\.([\w.]+),", str(warning.message))[0] for warning in told] == warned


# -- more than fits into memory -----------------------------------------------------------------------------------------------------

BIG = "x" * 1_000_000
"""What makes a page of one run a megabyte."""


@pytest.fixture
def big(scripted: Start, page: Page, run: Run) -> Callable[..., Any]:
    """Starts a server of threads with so many pages of a megabyte; `special` may answer in the place of the page of a thread."""

    def start(pages: int, special: Callable[[str, int], tuple[Any, ...] | None] = lambda *_: None) -> Any:
        def answer(asked: Any) -> tuple[Any, ...]:
            thread = asked.path.split("/")[3]
            after = re.search(r"after=run_\w+?_(\d+)", asked.path)
            number = int(after[1]) + 1 if after else 0
            row = run(f"run_{thread[7:]}_{number}", thread_id=thread, created_at=number, instructions=BIG)
            return special(thread, number) or (200, page([row], more=number < pages - 1))

        return scripted(answer)

    return start


def all_of(thread: str) -> str:
    """The runs of a thread."""
    return f"(SELECT * FROM {RUNS} WHERE thread_id = '{thread}')"


@pytest.mark.skipif(not streams(), reason="DuckDB 1.5 is given all pages before it starts")
def test_duckdb_reads_while_pages_come_and_a_slow_one_holds_them_back(big: Callable[..., Any]) -> None:
    """No more pages are fetched than a bound while DuckDB works on the first ones, and then all of them."""
    server = big(60)
    begun, go_on = threading.Event(), threading.Event()

    def slow(text: str) -> str:
        begun.set()
        go_on.wait(30)
        return text

    found: list[Any] = []
    with duckdb.connect() as con, rowcall.connect(con, providers=server.providers) as db:
        con.create_function("slow", slow, ["VARCHAR"], "VARCHAR", side_effects=True)
        sql = f"SELECT count(DISTINCT slow(id)) FROM {all_of('thread_a')}"
        reader = threading.Thread(target=lambda: found.extend(db.sql(sql).fetchall()))
        reader.start()
        assert begun.wait(30)
        time.sleep(1)  # for as many pages to come as will
        held = len(server.asked)
        time.sleep(1)
        still = len(server.asked)
        go_on.set()
        reader.join()

    assert held == still <= 25
    assert (found, len(server.asked)) == ([(60,)], 60)


JOIN = f"SELECT count(*), sum(length(a.instructions || b.instructions)) FROM {all_of('thread_a')} a JOIN {all_of('thread_%s')} b USING (created_at)"
TWICE = f"WITH r AS {all_of('thread_a')} SELECT count(*), (SELECT max(created_at) FROM r) FROM r WHERE created_at > (SELECT min(created_at) FROM r)"


THREE = (
    f"SELECT count(*) FROM {all_of('thread_a')} a, {all_of('thread_b')} b, {all_of('thread_c')} c "
    "WHERE a.created_at = b.created_at + 1 AND b.created_at = c.created_at + 1"
)
PIVOT = f"SELECT completed FROM (PIVOT {all_of('thread_a')} ON status IN ('completed') USING count(*) GROUP BY model)"


@pytest.mark.parametrize(
    ("sql", "rows", "requests"),
    [
        (JOIN % "b", [(90, 180_000_000)], 180),
        (JOIN % "a", [(90, 180_000_000)], 90),
        (TWICE, [(89, 89)], 90),
        (THREE, [(88,)], 270),
        (PIVOT, [(90,)], 90),
    ],
    ids=["two lists", "one list twice", "a CTE that is read three times", "three lists", "PIVOT"],
)
def test_more_pages_than_are_held_in_memory_give_the_same_rows(big: Callable[..., Any], sql: str, rows: list[Any], requests: int) -> None:
    """Whatever DuckDB reads first, and however often, each page is fetched once."""
    server = big(90)
    with rowcall.connect(providers=server.providers) as db:
        assert db.sql(sql).fetchall() == rows
    assert len(server.asked) == requests


@pytest.mark.parametrize("before", ["", "CREATE TABLE copy AS "])
def test_a_page_that_fails_when_duckdb_has_begun_is_an_error_and_nothing_is_left(big: Callable[..., Any], before: str) -> None:
    """The API's own, not DuckDB's; the table is not made, and the connection goes on."""
    server = big(60, lambda _, number: (400, {"error": {"message": "No more."}}) if number == 50 else None)
    with duckdb.connect() as con, rowcall.connect(con, providers=server.providers) as db:
        with pytest.raises(ResponseError, match="No more"):
            db.sql(f"{before}SELECT count(*), max(instructions) FROM {all_of('thread_a')}")

        assert con.execute("SELECT count(*) FROM duckdb_tables()").fetchall() == [(0,)]
    assert len(server.asked) == 51


def test_a_failure_while_duckdb_reads_leaves_the_transaction_alone(big: Callable[..., Any]) -> None:
    """Of a statement that only reads."""
    server = big(60, lambda _, number: (400, {"error": {"message": "No more."}}) if number == 50 else None)
    with duckdb.connect() as con, rowcall.connect(con, providers=server.providers) as db:
        con.execute("CREATE TABLE kept (a INT); BEGIN; INSERT INTO kept VALUES (1)")
        with pytest.raises(ResponseError, match="No more"):
            db.sql(f"SELECT count(*) FROM {all_of('thread_a')}")
        con.execute("COMMIT")

        assert con.execute("FROM kept").fetchall() == [(1,)]


def test_partial_and_misfits_are_told_of_when_duckdb_read_while_pages_came(big: Callable[..., Any], page: Page, run: Run) -> None:
    """The rows that came, the error of the call that failed, and how many values did not fit."""

    def special(thread: str, number: int) -> tuple[Any, ...] | None:
        if (thread, number) == ("thread_b", 3):
            return 400, {"error": {"message": "No more."}}
        if thread == "thread_a" and number % 2:
            return 200, page([run(f"run_a_{number}", thread_id=thread, created_at="soon", instructions=BIG)], more=number < 59)
        return None

    server = big(60, special)
    sql = f"SELECT thread_id, count(*), count(created_at) FROM {RUNS} WHERE thread_id IN ('thread_a', 'thread_b') GROUP BY 1 ORDER BY 1"
    with rowcall.connect(providers=server.providers, on_error="partial") as db:
        with pytest.warns() as told:
            rows = db.sql(sql).fetchall()
        assert rows == [("thread_a", 60, 30), ("thread_b", 3, 3)]
        assert db.last.partial
    messages = sorted(str(warning.message) for warning in told)
    assert any(message.startswith("30 values do not fit the type of openai.assistants.runs.created_at") for message in messages)
    assert any("No more." in message for message in messages)


@pytest.mark.parametrize("late", [0, 20])
def test_what_the_time_did_not_suffice_for_is_told_of_in_a_partial_result(big: Callable[..., Any], late: int) -> None:
    """Whether DuckDB reads already or not, rows that are missing are never so without a word."""

    def special(thread: str, number: int) -> None:
        if (thread, number) == ("thread_b", late):
            time.sleep(6)

    server = big(25, special)
    sql = f"SELECT thread_id, count(*) FROM {RUNS} WHERE thread_id IN ('thread_a', 'thread_b') GROUP BY 1 ORDER BY 1"
    with rowcall.connect(providers=server.providers, on_error="partial", timeout_s=4) as db:
        with pytest.warns(PartialResultWarning, match="Not done within timeout_s=4"):
            rows = db.sql(sql).fetchall()
        assert db.last.partial
    assert rows == [("thread_a", 25), ("thread_b", late)][: 2 if late else 1]


def test_a_list_that_was_read_for_keys_is_kept_for_the_rows_that_it_gives_keys_for(big: Callable[..., Any], page: Page, run: Run) -> None:
    """A call of two scans in two rounds is sent once, and its pages are there for both."""

    def special(thread: str, number: int) -> tuple[Any, ...]:
        to = "thread_a" if number % 2 else "thread_b"
        row = run(f"run_{thread[7:]}_{number}", thread_id=thread, created_at=number, assistant_id=to, instructions=BIG)
        return 200, page([row], more=number < 39)

    server = big(40, special)
    join = f"{RUNS} a JOIN {RUNS} b ON b.thread_id = a.assistant_id AND b.created_at = a.created_at"
    with rowcall.connect(providers=server.providers) as db:
        found = db.sql(
            f"SELECT count(*), sum(length(b.instructions)), max(a.instructions) = $1 FROM {join} WHERE a.thread_id = 'thread_a'", [BIG]
        )
        assert found.fetchall() == [(40, 40 * len(BIG), True)]
    assert len(server.asked) == 80


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(
    "columns", ["count(*), sum(length(instructions))", "count(*), sum(length(r::VARCHAR) - length(r::VARCHAR) + 10000)"]
)
def test_an_aggregate_takes_no_more_memory_for_more_rows(scripted: Start, page: Page, run: Run, tmp_path: Path, columns: str) -> None:
    """Many times as many pages, and as much memory at its peak, but for what allocators do; of one column, and of all.

    Files that are mapped do not count: of them there is in memory what there is room for.
    """
    text = json.dumps("x" * 10_000)
    rows = [run(f"run_{number:06}", thread_id="thread_a", instructions="TEXT") for number in range(100)]
    body = json.dumps(page(rows, more=True)).replace('"TEXT"', text)

    def peak_mb(pages: int) -> float:
        left = iter(range(pages))

        def answer(_: Any) -> tuple[Any, ...]:
            number = next(left)
            given = body.replace("run_0", f"run_{number:03}_0")
            more = number < pages - 1
            return 200, given if more else given.replace('"has_more": true', '"has_more": false'), {"content-type": "application/json"}

        base_url = scripted(answer).providers["openai"]["base_url"]
        command = [sys.executable, str(script), base_url]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert not done.returncode, done.stderr
        found, peak_kb = done.stdout.splitlines()
        assert found == str((pages * 100, pages * 1_000_000))
        return int(peak_kb) / 1024

    script = tmp_path / "peak.py"
    script.write_text(f"""
import sys, threading, rowcall
over, peak = threading.Event(), 0
def watch():
    global peak
    while not over.wait(0.005):
        peak = max(peak, *(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("RssAnon")))
watching = threading.Thread(target=watch)
watching.start()
db = rowcall.connect(providers={{"openai": {{"base_url": sys.argv[1], "api_key": "made-up"}}}})
print(db.sql("SELECT {columns} FROM openai.assistants.runs r WHERE thread_id = 'thread_a'").fetchall()[0])
over.set()
watching.join()
print(peak)
""")

    few, many = (40, 160) if streams() else (150, 250)  # DuckDB 1.5 begins when all pages are there, twice 64 MB of them in memory
    assert peak_mb(many) < peak_mb(few) + 40
