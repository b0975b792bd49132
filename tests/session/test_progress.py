"""How far a statement is, asked from another thread while a real server takes its time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from tests.session.conftest import START, Workbench

import rowcall
from rowcall.errors import EngineError
from rowcall.sandbox.clock import Clock
from rowcall.sandbox.server import Sandbox
from rowcall.session.progress import Progress
from rowcall.session.session import Session

RUNS = "openai.assistants.runs"
COUNT = f"SELECT count(*) FROM {RUNS} WHERE thread_id = ANY($1)"

Watched = Callable[..., list[Progress]]


@pytest.fixture(scope="module")
def slow() -> Iterator[Sandbox]:
    """A sandbox that takes its time over each answer."""
    with Sandbox(clock=Clock(START, held=True), latency_s=0.08) as box:
        yield box


@pytest.fixture
def slowed(slow: Sandbox) -> Iterator[Session]:
    """A session on it that may have two requests under way."""
    with rowcall.connect(providers=slow.providers, max_in_flight=2, max_write_rows=None) as session:
        yield session


@pytest.fixture
def many(slow: Sandbox) -> list[str]:
    """Ten threads with runs."""
    return [thread for (thread,) in slow.tables["sandbox_threads"][1]][:10]


@pytest.fixture
def watched() -> Watched:
    """Runs a statement in a thread, and gives what its session said of its progress meanwhile."""

    def watched(db: Session, sql: str, params: Any = None) -> list[Progress]:
        worker = threading.Thread(target=db.sql, args=(sql, params))
        found: list[Progress] = []
        worker.start()
        while worker.is_alive():
            if (progress := db.progress()) is not None:
                found.append(progress)
            time.sleep(0.005)
        worker.join()
        return found

    return watched


def never_less(numbers: Sequence[float]) -> bool:
    """Whether none is less than the one before it."""
    return list(numbers) == sorted(numbers)


def test_nothing_runs_before_and_after(slowed: Session, many: list[str]) -> None:
    """Before the first statement, after one that has ended, and after one that failed, of an API and of DuckDB's own."""
    assert slowed.progress() is None
    slowed.sql(COUNT, [many[:1]])
    assert slowed.progress() is None
    for wrong in ("SELECT nothing FROM openai.assistants.runs", "SELECT nothing"):
        with pytest.raises(rowcall.RowcallError):
            slowed.sql(wrong)
        assert slowed.progress() is None


def test_calls_requests_rows_and_bytes_are_counted_while_they_come(slowed: Session, many: list[str], watched: Watched) -> None:
    """They grow, up to what the report says; how many pages a list has is not known, but how many lists there are is."""
    found = watched(slowed, COUNT, [many])

    reading = [progress for progress in found if progress.scans]
    assert {(progress.scans[0].name, progress.scans[0].calls) for progress in reading} == {(RUNS, 10)}
    for numbers in (
        [progress.requests for progress in reading],
        [progress.rows for progress in reading],
        [progress.bytes for progress in reading],
        [progress.elapsed_s for progress in found],
        [progress.scans[0].calls_done for progress in reading],
    ):
        assert never_less(numbers)
        assert len(set(numbers)) > 3
    assert all(progress.requests + progress.under_way <= slowed.last.requests for progress in found)
    assert {progress.expected for progress in reading if progress.requests < 10} == {None}
    assert reading[-1].requests >= 8
    assert reading[-1].bytes <= sum(exchange.bytes for exchange in slowed.last.exchanges)
    assert any(progress.under_way == 2 for progress in found)
    assert any(progress.left_s is not None for progress in reading)


def test_the_number_of_requests_is_known_where_each_call_is_one(slowed: Session, many: list[str], watched: Watched) -> None:
    """Rows that are read by their ids: as many as there are ids, from the first moment, with an estimate of the time that is left."""
    found = watched(slowed, "SELECT count(*) FROM openai.assistants.threads WHERE id = ANY($1)", [many])

    reading = [progress for progress in found if progress.scans]
    assert {progress.expected for progress in reading} == {10}
    estimates = [progress.left_s for progress in reading if 1 <= progress.requests < 10]
    assert estimates
    assert all(estimate is not None and 0 < estimate < 30 for estimate in estimates)
    assert all(progress.left_s is None for progress in reading if progress.requests in {0, 10})


def test_the_number_of_pages_is_known_once_the_api_has_counted(workbench: Workbench, watched: Watched) -> None:
    """A list that is counted is of an unknown number of requests until its first page, and then of a known one."""
    names = ", ".join(f"('bench {number}')" for number in range(43))
    with workbench.session() as db:
        db.sql(f"INSERT INTO workshop.trade.benches (name) VALUES {names}")
        workbench.box.fault("slow", times=None, seconds=0.1)
        found = watched(db, "SELECT count(*) FROM workshop.trade.benches")

        reading = [progress for progress in found if progress.scans and not progress.scans[0].calls_done]
        assert {progress.expected for progress in reading if not progress.rows} == {None}
        assert {progress.expected for progress in reading if progress.rows} == {db.last.requests}


def test_each_reference_is_told_apart_by_its_alias(slowed: Session, many: list[str], watched: Watched) -> None:
    """Two references that are read after one another, in that order; nothing is expected while the second has no keys."""
    found = watched(
        slowed,
        "SELECT count(*) FROM runs r JOIN openai.assistants.run_steps AS steps ON steps.thread_id = r.thread_id AND steps.run_id = r.id"
        " WHERE r.thread_id = ANY($1) AND r.status = 'completed'",
        [many[:3]],
    )

    assert [scan.name for scan in found[-1].scans] == [f"{RUNS} r", "openai.assistants.run_steps steps"]
    runs, steps = found[-1].scans
    assert (runs.calls, runs.calls_done) == (3, 3)
    assert steps.calls > 3
    assert {progress.expected for progress in found if len(progress.scans) == 1} == {None}
    assert {progress.left_s for progress in found if len(progress.scans) == 1} == {None}


def test_a_write_has_as_many_requests_as_rows(slowed: Session, watched: Watched) -> None:
    """The requests of a write are known before the first is sent."""
    found = watched(slowed, "INSERT INTO openai.assistants.threads (metadata) SELECT MAP {'n': n::VARCHAR} FROM range(8) t(n)")

    writing = [progress for progress in found if progress.scans]
    assert {(progress.expected, progress.scans[0].name, progress.scans[0].calls) for progress in writing if progress.requests < 8} == {
        (8, "openai.assistants.threads.create_thread", 8)
    }
    assert never_less([progress.scans[0].calls_done for progress in writing])
    assert any(0 < progress.scans[0].rows < 8 for progress in writing)


def test_what_a_write_reads_first_does_not_say_how_many_requests_there_will_be(slowed: Session, many: list[str], watched: Watched) -> None:
    """The rows of an UPDATE are read before anybody knows how many there are."""
    found = watched(slowed, f"UPDATE {RUNS} SET metadata = MAP {{'seen': 'yes'}} WHERE thread_id = ANY($1)", [many[:2]])

    assert {progress.expected for progress in found if len(progress.scans) == 1} == {None}
    assert [scan.name for scan in found[-1].scans][-1] == f"{RUNS}.modify_run"


def test_a_wait_for_a_rate_limit_is_told(slow: Sandbox, many: list[str], watched: Watched) -> None:
    """Requests that have to wait for their turn, and for how long."""
    settings = {"openai": {**slow.providers["openai"], "rate_limits": "3/1s"}}
    with rowcall.connect(providers=settings) as db:
        found = watched(db, COUNT, [many[:5]])

    waits = [progress for progress in found if progress.waiting is not None]
    assert {progress.waiting for progress in waits} == {"rate limit"}
    assert all(progress.waiting_s is not None and progress.waiting_s <= 1.0 for progress in waits)


@pytest.mark.parametrize(
    ("fault", "options", "reason"), [("server_error", {}, "retry"), ("rate_limit", {"retry_after_s": 0.5}, "rate limit")]
)
def test_a_wait_before_a_retry_is_told(
    slow: Sandbox, many: list[str], watched: Watched, fault: str, options: dict[str, Any], reason: str
) -> None:
    """What was refused for a moment waits, and counts as a retry when it was sent again."""
    slow.fault(fault, times=2, **options)
    with rowcall.connect(providers=slow.providers) as db:
        found = watched(db, "SELECT count(*) FROM openai.assistants.threads WHERE id = $1", [many[0]])

    assert reason in {progress.waiting for progress in found}
    assert max(progress.retries for progress in found) >= 1
    assert {progress.expected for progress in found if progress.scans and progress.requests == 1} == {2}


def test_answers_that_are_given_again_are_told(slow: Sandbox, many: list[str], watched: Watched) -> None:
    """What is in the cache is no request."""
    with rowcall.connect(providers=slow.providers, max_in_flight=1, cache="1h") as db:
        db.sql(COUNT, [many[:3]])
        found = watched(db, COUNT, [many[:5]])

    assert found[-1].cache_hits == 3
    assert found[-1].requests <= 2


def test_a_statement_of_duckdb_alone_has_only_a_time(slowed: Session) -> None:
    """It runs, and sends nothing."""
    errors: list[Exception] = []

    def run() -> None:
        try:
            slowed.sql(
                "CREATE TABLE n AS SELECT count(*) FROM range(100_000) a, range(100_000) b, range(100_000) c WHERE a.range * b.range > c.range"
            )
        except EngineError as error:
            errors.append(error)

    worker = threading.Thread(target=run)
    worker.start()
    while (progress := slowed.progress()) is None and worker.is_alive():
        time.sleep(0.005)
    while worker.is_alive():
        slowed.cancel()
        worker.join(0.05)

    assert progress is not None
    assert progress == Progress(progress.elapsed_s)
    assert len(errors) == 1
    assert slowed.progress() is None
