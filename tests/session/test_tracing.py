"""Spans of statements and of their requests, as OpenTelemetry's own SDK exports them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import rowcall
from rowcall.errors import BindError, RequestError, UnavailableError
from rowcall.http.control import Control, Exchange
from rowcall.session.tracing import described

KEY = "sk-very-secret"
ASK = "SELECT id FROM openai.assistants.runs WHERE thread_id = 'thread_1'"

Start = Callable[[Callable[[Any], tuple[Any, ...]]], Any]


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], list[Any]]]:
    """What has been exported so far, the last to end at the end."""
    trace = pytest.importorskip("opentelemetry.trace", reason="the extra `otel` is not installed")
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    export = pytest.importorskip("opentelemetry.sdk.trace.export")
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter").InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(memory))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    yield lambda: list(memory.get_finished_spans())
    provider.shutdown()


@pytest.fixture
def server(scripted: Start, page: Callable[..., Any], run: Callable[..., Any]) -> Any:
    """A server of two pages of one run each; what has another path is not there."""

    def answer(asked: Any) -> tuple[Any, ...]:
        if "thread_1" not in asked.path:
            return 404, {"error": {"message": f"Not there, {KEY}."}}
        second = "after=" in asked.path
        return 200, page([run("run_b" if second else "run_a")], more=not second)

    return scripted(answer)


def attributes(span: Any) -> dict[str, Any]:
    """Those of a span."""
    return dict(span.attributes)


def test_a_statement_is_a_span_and_each_exchange_one_below_it(server: Any, spans: Callable[[], list[Any]]) -> None:
    """With the names and attributes of the semantic conventions."""
    with rowcall.connect(providers=server.providers) as db:
        db.sql(ASK)
    *requests, statement = spans()

    where = f"http://127.0.0.1:{server.port}/v1/threads/thread_1/runs?limit=100"
    assert (statement.name, statement.kind.name, statement.parent, statement.status.status_code.name) == ("SELECT", "CLIENT", None, "UNSET")
    assert attributes(statement) == {
        "db.system.name": "duckdb",
        "db.operation.name": "SELECT",
        "db.query.text": "SELECT id FROM openai.assistants.runs WHERE thread_id = ?",
        "rowcall.kind": "select",
        "rowcall.partial": False,
        "rowcall.requests": 2,
    }
    assert [(span.name, span.kind.name, span.parent.span_id) for span in requests] == [("GET", "CLIENT", statement.context.span_id)] * 2
    assert {span.context.trace_id for span in requests} == {statement.context.trace_id}
    assert [attributes(span)["url.full"] for span in requests] == [where, f"{where}&after=run_a"]
    assert {**attributes(requests[0]), "http.response.body.size": None} == {
        "http.request.method": "GET",
        "url.full": where,
        "server.address": "127.0.0.1",
        "server.port": server.port,
        "http.response.status_code": 200,
        "http.response.body.size": None,
        "rowcall.operation": "openai.assistants.runs.list_runs",
    }
    assert all(statement.start_time - 10**7 <= span.start_time <= span.end_time <= statement.end_time + 10**7 for span in requests)


def test_a_failure_is_an_error_in_both_and_tells_no_secret(server: Any, spans: Callable[[], list[Any]]) -> None:
    """By its class and status alone: messages are an API's, and texts a user's."""
    with rowcall.connect(providers=server.providers) as db, pytest.raises(RequestError):
        db.sql(f"SELECT id /* {KEY} */ FROM runs WHERE thread_id = 'thread_2' AND model <> '{KEY}'")
    request, statement = spans()

    assert (request.status.status_code.name, attributes(request)["error.type"]) == ("ERROR", "404")
    assert (statement.status.status_code.name, attributes(statement)["error.type"]) == ("ERROR", "ResponseError")
    assert attributes(statement)["db.query.text"] == "SELECT id FROM runs WHERE thread_id = ? AND model <> ?"
    assert KEY not in "".join(span.to_json() for span in spans())


def test_what_nobody_answers_is_an_error_and_what_is_sent_again_says_so(spans: Callable[[], list[Any]]) -> None:
    """Each time it is sent is a span of its own."""
    providers = {"openai": {"base_url": "http://127.0.0.1:9/v1", "api_key": KEY}}
    with rowcall.connect(providers=providers) as db, pytest.raises(UnavailableError):
        db.sql(ASK)
    *requests, _ = map(attributes, spans())

    assert [request.get("http.request.resend_count") for request in requests] == [None, 1, 2]
    assert {request["error.type"] for request in requests} == {"_OTHER"}
    assert all("http.response.status_code" not in request for request in requests)


def test_statements_of_duckdb_have_a_span_each(spans: Callable[[], list[Any]]) -> None:
    """One that fails does not take over what the one before it did."""
    with rowcall.connect() as db:
        db.sql("SELECT 42; CREATE TABLE t AS SELECT 'x' AS a")
        with pytest.raises(BindError):
            db.sql("SELECT nonsense FROM t")

    assert [attributes(span).get("db.query.text") for span in spans()] == [
        "SELECT ?",
        "CREATE TABLE t AS SELECT ? AS a",
        "SELECT nonsense FROM t",
    ]
    assert [attributes(span).get("error.type") for span in spans()] == [None, None, "BindError"]
    assert [attributes(span)["rowcall.requests"] for span in spans()] == [0, 0, 0]


def test_a_view_over_an_api_is_one_span(server: Any, spans: Callable[[], list[Any]]) -> None:
    """Though DuckDB was asked first."""
    with rowcall.connect(providers=server.providers) as maker:
        maker.sql(f"CREATE VIEW mine AS {ASK}")
        before = len(spans())
        with rowcall.connect(maker.connection, providers=server.providers) as db:
            assert len(db.sql("FROM mine").fetchall()) == 2

    assert [span.name for span in spans()[before:]] == ["GET", "GET", "FROM"]


def test_a_span_of_the_caller_is_above_that_of_the_statement(spans: Callable[[], list[Any]]) -> None:
    """As for any library."""
    from opentelemetry import trace  # type: ignore[import-not-found,unused-ignore]

    with trace.get_tracer("mine").start_as_current_span("above") as above, rowcall.connect() as db:
        db.sql("SELECT 42")

    assert spans()[0].parent.span_id == above.get_span_context().span_id


def test_nobody_who_has_not_loaded_opentelemetry_loads_it() -> None:
    """It is looked for among the modules that are there."""
    program = """
import sys, rowcall
rowcall.connect().sql("SELECT 42")
try:
    rowcall.connect(providers={"openai": {"base_url": "http://127.0.0.1:9", "api_key": "k"}}).sql("SELECT id FROM runs WHERE thread_id = 'a'")
except rowcall.RowcallError:
    pass
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""
    subprocess.run([sys.executable, "-c", program], check=True)


def test_without_a_span_of_the_statement_there_is_none_of_its_requests() -> None:
    """As where nobody has set OpenTelemetry up: nothing is looked up."""
    control = Control()

    control.record(Exchange("GET http://h/", 1, 200, None, 0.1, 5))

    assert (control.trace, len(control.exchanges)) == (None, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("select 1.5, 'a', $$b$$, e'c', $x", "select ?, ?, ?, ?, $x"),
        ("FROM \"my table\" -- of ours\nWHERE a = 'b'", 'FROM "my table" WHERE a = ?'),
        ("CREATE SECRET s (TYPE s3, SECRET abc)", None),
        ("SET s3_secret_access_key = abc", None),
        ('pragma s3_session_token="abc"', None),
        ("ATTACH 'x.db' (ENCRYPTION_KEY abc)", None),
        ("COPY t TO 'x.parquet' (ENCRYPTION_CONFIG abc)", None),
        ("UPDATE t SET a = 1", "UPDATE t SET a = ?"),
        ("SELECT 'open", None),
        ("", None),
    ],
)
def test_a_text_is_told_without_its_values(text: str, said: str | None) -> None:
    """One that may have a secret where others have a name is not told at all."""
    assert described(text).get("db.query.text") == said
    assert json.dumps(described(text))
