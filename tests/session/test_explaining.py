"""EXPLAIN, `explain()` and EXPLAIN ANALYZE on real servers; that no EXPLAIN sends anything is asked of the server."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import rowcall
from rowcall.errors import BindError, MissingParameterError, Span, UnsupportedSQLError, UsageError
from rowcall.plan.explanation import Explanation
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

RUNS = "openai.assistants.runs"
STEPS = f"""
    SELECT r.id, s.type, a.name
    FROM owners o JOIN {RUNS} r ON r.thread_id = o.thread_id
    JOIN openai.assistants.run_steps s ON s.thread_id = r.thread_id AND s.run_id = r.id
    JOIN openai.assistants.assistants a ON a.id = r.assistant_id
    WHERE r.status = 'failed'
"""

Sent = Callable[..., Any]
Start = Callable[[Callable[[Any], tuple[Any, ...]]], Any]


@pytest.fixture
def owned(db: Session, world: Any) -> Session:
    """A session with the threads of two owners in a local table."""
    db.sql("CREATE TABLE owners AS SELECT unnest($1) AS thread_id", [world.threads[:2]])
    return db


def test_dependent_resources_are_explained_without_a_request(still: Sandbox, owned: Session, sent: Sent) -> None:
    """In rounds, with what each waits for; what follows from their rows has no number yet."""
    with sent(still) as requests:
        found = owned.explain(STEPS)
        relation = owned.sql(f"EXPLAIN {STEPS}").fetchall()
        owned.sql(f"EXPLAIN INSERT INTO threads (metadata) SELECT MAP {{'s': type}} FROM ({STEPS})")

    runs, steps, assistants = found.scans
    assert requests == []
    assert [(scan.alias, scan.level, scan.after) for scan in found.scans] == [("r", 1, ()), ("s", 2, ("r",)), ("a", 3, ("r", "s"))]
    assert (runs.method, runs.requests, runs.at_most) == ("list_runs", 2, None)
    assert [one.origin for one in steps.bound] == [f"r.thread_id of {RUNS}", f"r.id of {RUNS}"]
    assert (steps.requests, steps.expected) == (0, 200)
    assert assistants.why.startswith("settled once r and s are read: get_assistant")
    assert (found.requests, found.at_most) == (2, None)
    assert relation == list(found.items())


def test_keys_from_a_list_are_as_many_as_it_is_expected_to_have_rows(db: Session) -> None:
    """GitHub's runs of a repository are a thousand, which are ten requests: their jobs are asked for a thousand times, not ten thousand."""
    found = db.explain("""
        SELECT j.name FROM github.actions.workflow_runs w
        JOIN github.actions.workflow_jobs j ON j.owner = w.owner AND j.repo = w.repo AND j.run_id = w.id
        WHERE w.owner = 'octo-org' AND w.repo = 'octo-repo' AND w.conclusion = 'failure'
    """)

    assert [scan.expected for scan in found.scans] == [10, 1000]
    assert (found.requests, found.expected, found.rate_limited_s) == (1, 1010, 60)


def test_what_was_explained_is_what_is_sent(still: Sandbox, owned: Session, sent: Sent) -> None:
    """The request lines and the exact numbers are those that the server sees; local rows bound what others reduce."""
    sql = f"SELECT 1 FROM owners JOIN {RUNS} r USING (thread_id) JOIN openai.assistants.messages m USING (thread_id)"

    found = owned.explain(sql)
    with sent(still) as requests:
        owned.sql(sql)

    runs, messages = found.scans
    assert len(requests) == 4
    assert {f"GET {still.base_url.removesuffix('/v1')}{request.path}?limit=100" for request in requests} >= set(runs.request_lines)
    assert (
        messages.formula == "one for each distinct owners.thread_id that r leaves, 2 at the most, and one more for each further page of 100"
    )
    assert (found.requests, found.expected) == (2, 4)


def test_explain_analyze_measures_each_scan(still: Sandbox, owned: Session, sent: Sent) -> None:
    """Requests at the server, rows and bytes as they came, and what a scan did not have to ask for."""
    sql = f"SELECT count(*) FROM owners JOIN {RUNS} a USING (thread_id) JOIN {RUNS} b USING (thread_id)"

    with sent(still) as requests:
        found = owned.explain(sql, analyze=True)
    ((expected,),) = owned.sql(f"SELECT count(*) FROM {RUNS} WHERE thread_id IN (FROM owners)").fetchall()

    first, second = (scan.measured for scan in found.scans)
    assert first is not None
    assert second is not None
    assert len(requests) == 2
    assert (first.requests, first.retries, first.cache_hits, first.rows) == (2, 0, 0, expected)
    assert (second.requests, second.cache_hits, second.rows, second.bytes) == (0, 2, 0, 0)
    assert first.bytes > 1000
    assert first.waiting_s > second.waiting_s == 0.0
    assert second.computing_s > 0.0
    assert len(found.sent) == 2
    assert "HTTP 200" in found.sent[0]


def test_a_retry_is_measured_with_its_pause(scripted: Start, page: Callable[..., Any], run: Callable[..., Any]) -> None:
    """It counts as a request of the scan, and the pause as time spent waiting."""
    answers = iter([(503, {}, {"retry-after-ms": "60"}), (200, page([run("run_1")], more=True)), (200, page([run("run_2")]))])
    server = scripted(lambda _: next(answers))

    with rowcall.connect(providers=server.providers) as db:
        found = db.explain(f"SELECT id FROM {RUNS} WHERE thread_id = 'thread_1'", analyze=True)

    (measured,) = (scan.measured for scan in found.scans)
    assert measured is not None
    assert (measured.requests, measured.retries, measured.rows) == (3, 1, 2)
    assert measured.waiting_s >= 0.06


def test_pages_that_are_read_early_are_measured_too(db: Session, world: Any) -> None:
    """Under a LIMIT, where DuckDB reads them while they come; and EXPLAIN says how it is paged."""
    found = db.explain(f"SELECT id FROM {RUNS} WHERE thread_id = $1 AND status <> '' LIMIT 2", [world.threads[0]], analyze=True)

    (scan,) = found.scans
    assert "page" in scan.paging
    assert scan.measured is not None
    assert scan.measured.requests == 1
    assert scan.measured.rows > 0
    assert scan.measured.waiting_s > 0.0
    assert scan.measured.computing_s > 0.0


def test_the_budget_of_the_session_is_shown(db: Session) -> None:
    """With what is left, and a note where it is too small; a measured statement has spent what it sent."""
    db.sql("SET rowcall_max_requests = 2")

    found = db.explain(f"SELECT id FROM {RUNS} WHERE thread_id IN ('a', 'b', 'c')")

    assert (found.max_requests, found.budget_left) == (2, 0)
    assert found.notes == ("It needs more than max_requests = 2 requests, and would be refused.",)


def test_explain_of_a_write_has_its_requests(still: Sandbox, db: Session, sent: Sent) -> None:
    """Or the read that comes first, and what comes then."""
    with sent(still) as requests:
        known = db.explain(f"UPDATE {RUNS} SET metadata = NULL WHERE thread_id = 't' AND id IN ('a', 'b')").write
        later = db.explain(f"UPDATE {RUNS} SET metadata = NULL WHERE thread_id = 't' AND status = 'failed'")
        rows = db.explain("INSERT INTO openai.assistants.threads SELECT metadata FROM openai.assistants.threads WHERE id = 't'").write

    assert requests == []
    assert known is not None
    assert (known.statement, known.method, known.requests) == ("UPDATE", "modify_run", 2)
    assert known.request_lines[0] == f'POST {still.base_url}/threads/t/runs/a {{"metadata": null}}'
    assert later.write is not None
    assert (later.write.method, later.write.requests) == ("modify_run", None)
    assert later.scans[0].request_lines == (f"GET {still.base_url}/threads/t/runs?limit=100",)
    assert rows is not None
    assert (rows.method, rows.formula) == ("create_thread", "one INSERT request for each row that this gives")


def test_explain_takes_one_statement_which_may_be_an_explain(db: Session) -> None:
    """Of DuckDB's own it has DuckDB's plan, and of one without a plan nothing; several are refused."""
    local, said, shown = db.explain("SELECT 42"), db.explain("EXPLAIN SELECT 42"), db.explain("SHOW PROVIDERS")

    assert local.scans == ()
    assert local.duckdb
    assert local.duckdb == said.duckdb
    assert shown == Explanation()
    for text in ("SELECT 1; SELECT 2", ""):
        with pytest.raises(UsageError, match="one statement"):
            db.explain(text)


def test_explain_sees_data_frames_and_parameters(db: Session) -> None:
    """As `sql` does."""
    pandas = pytest.importorskip("pandas")
    mine = pandas.DataFrame({"thread_id": ["a", "b"]})

    found = db.explain(f"SELECT 1 FROM mine JOIN {RUNS} r USING (thread_id) WHERE mine.thread_id <> $x", {"x": "b"})

    assert len(mine) == 2
    assert [one.values for one in found.scans[0].bound] == [("a",)]


def test_what_is_explained_may_stand_in_brackets_and_analyze_too(still: Sandbox, db: Session, world: Any, sent: Sent) -> None:
    """As DuckDB has it; its other options are refused of what an API gives, and are DuckDB's of all else."""
    sql = f"SELECT id FROM {RUNS} WHERE thread_id = '{world.threads[0]}'"
    with sent(still) as requests:
        queries = [sql, f"({sql})", f"({sql}) ORDER BY id LIMIT 3", f"({sql}) UNION ALL (SELECT 'x')"]
        explained = [dict(db.sql(f"EXPLAIN {query}").fetchall()) for query in queries]
        local = db.sql("EXPLAIN (FORMAT json) SELECT 1").fetchall()

        with pytest.raises(UnsupportedSQLError) as caught:
            db.sql(f"EXPLAIN (FORMAT json) {sql}")

    assert requests == []
    assert [found["reference"] for found in explained] == [f"{RUNS} AS runs"] * 4
    assert json.loads(local[0][1])[0]["name"] == "PROJECTION"
    assert (caught.value.span, "document()" in str(caught.value)) == (Span(8, 9), True)
    assert dict(db.sql(f"EXPLAIN (ANALYZE) {sql}").fetchall())["measured"].startswith("1 request · ")


def test_the_report_keeps_the_records_of_an_explain(db: Session) -> None:
    """And of nothing else; as JSON they are plain values."""
    sql = f"SELECT id FROM {RUNS} WHERE thread_id = 't'"
    db.sql(f"EXPLAIN {sql}")
    kept = db.last

    db.sql("SELECT 1")

    assert kept.statement_kind == "explain"
    assert kept.explanation == db.explain(sql)
    assert json.loads(json.dumps(kept.explanation.document()))["scans"][0]["resource"] == RUNS
    assert db.sql("SELECT 1").fetchall() == [(1,)]
    assert db.last.explanation is None


@pytest.mark.parametrize(
    ("sql", "error"),
    [
        (f"SELECT id FROM {RUNS}", MissingParameterError),
        (f"SELECT no_such FROM {RUNS} WHERE thread_id = 't'", BindError),
        (f"EXPLAIN ANALYZE DELETE FROM {RUNS} WHERE thread_id = 't' AND id = 'r'", UnsupportedSQLError),
    ],
)
def test_explain_raises_what_the_statement_would(still: Sandbox, db: Session, sent: Sent, sql: str, error: type[Exception]) -> None:
    """Before anything is sent."""
    with sent(still) as requests, pytest.raises(error):
        db.explain(sql)

    assert requests == []
