"""SELECT over an API: columns and their types, the method that is used, dry runs, EXPLAIN."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from rowcall.engine.source import streams
from rowcall.errors import BindError, MissingParameterError, PlanError
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

Sent = Callable[[Sandbox], AbstractContextManager[list[Any]]]
RUNS = "openai.assistants.runs"
ASSISTANTS = "openai.assistants.assistants"
TOKENS = 'STRUCT("type" VARCHAR, submit_tool_outputs STRUCT(tool_calls STRUCT(id VARCHAR, "type" VARCHAR, "function" STRUCT("name" VARCHAR, arguments VARCHAR))[]))'
COLUMNS = {
    "id": "VARCHAR",
    "assistant_id": "VARCHAR",
    "cancelled_at": "BIGINT",
    "completed_at": "BIGINT",
    "created_at": "BIGINT",
    "expires_at": "BIGINT",
    "failed_at": "BIGINT",
    "incomplete_details": "STRUCT(reason VARCHAR)",
    "instructions": "VARCHAR",
    "last_error": "STRUCT(code VARCHAR, message VARCHAR)",
    "max_completion_tokens": "BIGINT",
    "max_prompt_tokens": "BIGINT",
    "metadata": "MAP(VARCHAR, VARCHAR)",
    "model": "VARCHAR",
    "object": "VARCHAR",
    "parallel_tool_calls": "BOOLEAN",
    "required_action": "STRUCT(type VARCHAR, submit_tool_outputs STRUCT(tool_calls STRUCT(id VARCHAR, type VARCHAR, function STRUCT(name VARCHAR, arguments VARCHAR))[]))",
    "response_format": "JSON",
    "started_at": "BIGINT",
    "status": "VARCHAR",
    "temperature": "DOUBLE",
    "thread_id": "VARCHAR",
    "tool_choice": "JSON",
    "tools": "STRUCT(type VARCHAR, function STRUCT(name VARCHAR, description VARCHAR, parameters JSON, strict BOOLEAN), file_search JSON)[]",
    "top_p": "DOUBLE",
    "truncation_strategy": "STRUCT(type VARCHAR, last_messages BIGINT)",
    "usage": "STRUCT(prompt_tokens BIGINT, completion_tokens BIGINT, total_tokens BIGINT, prompt_token_details STRUCT(cached_tokens BIGINT), completion_tokens_details STRUCT(reasoning_tokens BIGINT))",
}
"""The 27 columns, in order, with quotes left out of their types."""


def plain(row: tuple[Any, ...], columns: list[str]) -> dict[str, Any]:
    """A row as the API's JSON has it: JSON columns decoded, fields that are NULL only because a STRUCT needs them left out."""
    return {name: _bare(value) for name, value in zip(columns, row, strict=True)}


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _bare(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_bare(inner) for inner in value]
    return value


JSON_COLUMNS = {"response_format", "tool_choice"}


def as_sent(run: dict[str, Any]) -> dict[str, Any]:
    """What a run of the API looks like in `plain`."""
    known = {name: _bare(run.get(name)) for name in COLUMNS}
    for name in JSON_COLUMNS:
        known[name] = None if run.get(name) is None else json.dumps(run[name], separators=(",", ":"))
    for tool in known["tools"]:
        if "function" in tool and "parameters" in tool["function"]:
            tool["function"]["parameters"] = json.dumps(tool["function"]["parameters"], separators=(",", ":"))
        if "file_search" in tool:
            tool["file_search"] = json.dumps(tool["file_search"], separators=(",", ":"))
    return known


def test_a_star_gives_the_27_columns_in_order(db: Session, world: Any) -> None:
    """Names and types, as documented, whichever way the star is written."""
    for text in (
        f"SELECT * FROM {RUNS}",
        f"FROM {RUNS}",
        f"SELECT r.* FROM {RUNS} r",
        f"SELECT runs.* FROM {RUNS}",
        f"SELECT DISTINCT * FROM {RUNS}",
    ):
        relation = db.sql(f"{text} WHERE thread_id = $1", [world.threads[0]])

        found = dict(zip(relation.columns, (str(type_).replace('"', "") for type_ in relation.types), strict=True))
        assert list(found.items()) == list(COLUMNS.items()), text


def test_describe_gives_the_same_27(still: Sandbox, db: Session, sent: Sent) -> None:
    """DESCRIBE of the resource and of a SELECT of it, without a request, agree with the star."""
    with sent(still) as requests:
        described = db.sql(f"DESCRIBE {RUNS}").fetchall()
        selected = db.sql(f"DESCRIBE SELECT * FROM {RUNS}").fetchall()

    assert requests == []
    assert [(row[0], str(row[1]).replace('"', "")) for row in described] == list(COLUMNS.items())
    assert [(row[0], str(row[1]).replace('"', "")) for row in selected] == list(COLUMNS.items())


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT i.title FROM (SELECT * FROM github.issues.issues WHERE repo = 'octo-repo') i WHERE i.owner = 'octo-org'",
        "WITH i AS (FROM github.issues.issues) SELECT owner FROM i",
        "SELECT 1 FROM (SELECT 'octo-org' AS owner) o JOIN (FROM github.issues.issues) USING (owner)",
    ],
)
def test_a_column_that_the_star_leaves_out_is_told_where_it_is_missed(db: Session, sql: str) -> None:
    """With what to write; of another name nothing is said."""
    with pytest.raises(BindError) as caught:
        db.sql(sql)
    with pytest.raises(BindError) as other:
        db.sql(sql.replace("owner", "owners"))

    assert "owner is a column of github.issues.issues that SELECT * leaves out" in str(caught.value)
    assert "leaves out" not in str(other.value)


def test_a_table_that_is_there_is_not_asked_for_again(still: Sandbox, db: Session, world: Any, sent: Sent) -> None:
    """CREATE TABLE IF NOT EXISTS keeps what it has, and EXPLAIN knows; a table of that name elsewhere is another one."""
    made = f"TABLE IF NOT EXISTS kept AS SELECT id FROM {RUNS} WHERE thread_id = '{world.threads[0]}'"
    numbers = []
    for sql in (f"CREATE {made}", f"CREATE {made}", f"CREATE TEMP {made}", f"CREATE TEMP {made}"):
        expected = db.explain(sql)
        with sent(still) as requests:
            db.sql(sql)
        numbers.append((expected.requests, len(requests)))

    assert numbers == [(1, 1), (0, 0), (1, 1), (0, 0)]
    runs = len(world.of(world.threads[0]))
    assert db.sql("SELECT (SELECT count(*) FROM main.kept), (SELECT count(*) FROM temp.kept)").fetchall() == [(runs, runs)]
    assert db.explain(f"DESCRIBE SELECT id FROM {RUNS} WHERE thread_id = 't'").at_most == 0


def test_every_value_is_the_apis(db: Session, world: Any) -> None:
    """All runs of all threads, field by field, are what the API sent."""
    relation = db.sql(f"SELECT * FROM {RUNS} WHERE thread_id IN (SELECT unnest($1))", [world.threads])

    found = {row[0]: plain(row, relation.columns) for row in relation.fetchall()}

    assert found == {run["id"]: as_sent(run) for run in world.runs}
    assert db.last.warnings == ()


def test_hidden_columns_appear_only_when_named(db: Session, world: Any) -> None:
    """A parameter's value, and what the manifest does not know, stand beside the star."""
    relation = db.sql(
        f'SELECT *, run_id, _extra, "limit", "order" FROM {RUNS} WHERE thread_id = $1 AND "limit" = 7 AND "order" = \'asc\'',
        [world.threads[0]],
    )

    rows = relation.fetchall()

    assert relation.columns == [*COLUMNS, "run_id", "_extra", "limit", "order"]
    assert all(row[27] == row[0] and row[29:] == (7, "asc") for row in rows)
    assert [json.loads(row[28]) for row in rows] == [
        {"tool_resources": {}, "reasoning_effort": run["reasoning_effort"]}
        for run in sorted(world.of(world.threads[0]), key=lambda run: run["created_at"])
    ]


@pytest.mark.parametrize("name", ["run_id", "_extra"])
def test_a_star_stays_the_27_beside_a_hidden_column_in_where(db: Session, world: Any, name: str) -> None:
    """Naming one elsewhere does not put it into the star."""
    relation = db.sql(f"SELECT * FROM {RUNS} WHERE thread_id = $1 AND {name} IS NOT NULL", [world.threads[0]])

    assert relation.columns == list(COLUMNS)
    assert len(relation.fetchall()) == len(world.of(world.threads[0]))


@pytest.mark.parametrize(
    ("expression", "of"),
    [
        ("usage.total_tokens", lambda run: run["usage"] and run["usage"]["total_tokens"]),
        ("(usage->>'total_tokens')::BIGINT", lambda run: run["usage"] and run["usage"]["total_tokens"]),
        ("json_extract(usage, '$.total_tokens')::BIGINT", lambda run: run["usage"] and run["usage"]["total_tokens"]),
        (
            "usage.prompt_tokens + usage.completion_tokens * 2",
            lambda run: run["usage"] and run["usage"]["prompt_tokens"] + run["usage"]["completion_tokens"] * 2,
        ),
        (
            "runs.usage.prompt_token_details.cached_tokens",
            lambda run: run["usage"] and run["usage"].get("prompt_token_details", {}).get("cached_tokens"),
        ),
        ("openai.assistants.runs.usage.total_tokens", lambda run: run["usage"] and run["usage"]["total_tokens"]),
        ("metadata['tenant']", lambda run: run["metadata"].get("tenant")),
        ("metadata['nobody']", lambda _: None),
        ("cardinality(metadata)", lambda run: len(run["metadata"])),
        ("usage IS NULL", lambda run: run["usage"] is None),
        ("last_error IS NULL", lambda run: run["last_error"] is None),
        ("last_error.code", lambda run: run["last_error"] and run["last_error"]["code"]),
        ("len(tools)", lambda run: len(run["tools"])),
        ("tools[1].function.name", lambda run: (run["tools"] or [{}])[0].get("function", {}).get("name")),
        (
            "tools[1].function.parameters->>'type'",
            lambda run: (run["tools"] or [{}])[0].get("function", {}).get("parameters", {}).get("type"),
        ),
        (
            "response_format->>'$'",
            lambda run: (
                run["response_format"]
                if isinstance(run["response_format"], str) or run["response_format"] is None
                else json.dumps(run["response_format"], separators=(",", ":"))
            ),
        ),
        ("tool_choice = '\"auto\"'", lambda run: run["tool_choice"] == "auto"),
        (
            "required_action.submit_tool_outputs.tool_calls[1].function.name",
            lambda run: run["required_action"] and run["required_action"]["submit_tool_outputs"]["tool_calls"][0]["function"]["name"],
        ),
        ("temperature / 2", lambda run: run["temperature"] / 2),
        ("to_timestamp(created_at)::VARCHAR IS NOT NULL", lambda _: True),
        ("completed_at - started_at", lambda run: run["completed_at"] and run["completed_at"] - run["started_at"]),
    ],
)
def test_expressions_over_nested_values(db: Session, world: Any, expression: str, of: Callable[[Any], Any]) -> None:
    """Each way to reach into a value gives what the API sent."""
    found = db.sql(f"SELECT id, {expression} FROM {RUNS} WHERE thread_id IN (SELECT unnest($1))", [world.few]).fetchall()

    assert dict(found) == {run["id"]: of(run) for run in world.of(*world.few)}


def test_tools_are_unnested(db: Session, world: Any) -> None:
    """One row for each tool of each run."""
    found = db.sql(
        f"SELECT id, tool.type FROM (SELECT id, unnest(tools) AS tool FROM {RUNS} WHERE thread_id IN (SELECT unnest($1)))", [world.few]
    )

    assert sorted(found.fetchall()) == sorted((run["id"], tool["type"]) for run in world.of(*world.few) for tool in run["tools"])


def test_tool_calls_are_unnested(db: Session, world: Any) -> None:
    """One row for each function that a run waits for, arguments as JSON text."""
    found = db.sql(
        f"SELECT id, call.function.name, json_valid(call.function.arguments) FROM (SELECT id, unnest(required_action.submit_tool_outputs.tool_calls) AS call"
        f" FROM {RUNS} WHERE thread_id IN (SELECT unnest($1)))",
        [world.few],
    )

    expected = [
        (run["id"], call["function"]["name"], True)
        for run in world.of(*world.few)
        if run["required_action"]
        for call in run["required_action"]["submit_tool_outputs"]["tool_calls"]
    ]
    assert sorted(found.fetchall()) == sorted(expected)
    assert expected


@pytest.mark.parametrize("where", ["id = $2", "run_id = $2", "$2 = r.id", "id IN ($2)", "id = $2 AND model <> 'nothing'"])
def test_a_run_by_its_id_is_fetched_alone(still: Sandbox, db: Session, world: Any, sent: Sent, where: str) -> None:
    """`id` is as good as `run_id`: one GET of the run itself."""
    run = world.runs[3]

    with sent(still) as requests:
        found = db.sql(f"SELECT id, status FROM {RUNS} r WHERE thread_id = $1 AND {where}", [run["thread_id"], run["id"]]).fetchall()

    assert found == [(run["id"], run["status"])]
    assert [(request.method, request.path) for request in requests] == [("GET", f"/v1/threads/{run['thread_id']}/runs/{run['id']}")]


def test_a_run_that_is_not_there_is_no_row(db: Session, world: Any) -> None:
    """Among others that are there, too."""
    run = world.runs[0]

    found = db.sql(f"SELECT id FROM {RUNS} WHERE thread_id = $1 AND id IN ($2, 'run_absent')", [run["thread_id"], run["id"]]).fetchall()

    assert found == [(run["id"],)]


def test_runs_of_many_threads_take_a_request_each(still: Sandbox, db: Session, world: Any, sent: Sent) -> None:
    """Each thread once, however often it is named."""
    threads = world.threads[:5]

    with sent(still) as requests:
        found = db.sql(
            f"SELECT thread_id, count(*) FROM {RUNS} WHERE thread_id IN ({', '.join(repr(t) for t in threads + threads)}) GROUP BY 1"
        ).fetchall()

    assert dict(found) == {thread: len(world.of(thread)) for thread in threads}
    assert sorted(request.path for request in requests) == sorted(f"/v1/threads/{thread}/runs" for thread in threads)


def test_values_without_one_in_common_for_a_column_that_is_no_parameter_take_no_request(
    still: Sandbox, db: Session, world: Any, sent: Sent
) -> None:
    """Two tables that one column equals; with a value in common, the rows of that."""
    run = world.runs[0]
    text = f"SELECT r.id FROM {RUNS} r JOIN (SELECT $2 AS n) a ON r.created_at = a.n JOIN (SELECT $3 AS n) b ON r.created_at = b.n WHERE r.thread_id = $1"

    with sent(still) as requests:
        found = db.sql(text, [run["thread_id"], run["created_at"], run["created_at"] + 1]).fetchall()

    assert (found, requests) == ([], [])
    both = db.sql(text, [run["thread_id"], run["created_at"], run["created_at"]]).fetchall()
    assert sorted(both) == sorted((one["id"],) for one in world.of(run["thread_id"]) if one["created_at"] == run["created_at"])


def test_keys_come_from_what_stands_beside_a_window_function(still: Sandbox, db: Session, world: Any, sent: Sent) -> None:
    """Of two threads one is named by the sub-select, whatever its rows' numbers are."""
    one, other = world.threads[:2]
    text = (
        f"SELECT w.nr, r.id FROM (SELECT id, thread_id, row_number() OVER (ORDER BY created_at, id) AS nr FROM {RUNS} WHERE thread_id = $1) w "
        f"JOIN {RUNS} r ON r.thread_id = w.thread_id AND r.id = w.id WHERE r.thread_id IN ($1, $2)"
    )

    with sent(still) as requests:
        found = db.sql(text, [one, other]).fetchall()

    ordered = sorted(world.of(one), key=lambda run: (run["created_at"], run["id"]))
    assert sorted(found) == [(number, run["id"]) for number, run in enumerate(ordered, 1)]
    assert {request.path for request in requests} == {f"/v1/threads/{one}/runs"}


def test_a_row_of_a_list_that_is_there_is_not_asked_for_again(still: Sandbox, db: Session, world: Any, sent: Sent) -> None:
    """Of a method for one row, and one whose rows are there, the second is taken."""
    own = world.assistants[0]

    with sent(still) as requests:
        found = db.sql(f"SELECT b.id FROM {ASSISTANTS} a JOIN {ASSISTANTS} b ON b.id = a.id WHERE a.id || '' = $1", [own["id"]]).fetchall()

    assert found == [(own["id"],)]
    assert {request.path for request in requests} == {"/v1/assistants"}


def test_a_self_join_fetches_once(still: Sandbox, db: Session, world: Any, sent: Sent) -> None:
    """Two references with the same calls share their pages."""
    thread = world.threads[0]

    with sent(still) as requests:
        found = db.sql(
            f"SELECT count(*) FROM {RUNS} a JOIN {RUNS} b ON a.id = b.id WHERE a.thread_id = $1 AND b.thread_id = $1", [thread]
        ).fetchall()

    assert (found, len(requests)) == ([(len(world.of(thread)),)], 1)


def test_a_resource_that_needs_nothing_is_read_whole(db: Session, world: Any) -> None:
    """Assistants are listed without a WHERE."""
    assert sorted(db.sql("SELECT id, name FROM openai.assistants.assistants").fetchall()) == sorted(
        (a["id"], a["name"]) for a in world.assistants
    )


def test_the_other_resources_of_the_family_are_read(db: Session, world: Any) -> None:
    """Threads, messages and steps hang together."""
    run = next(run for run in world.runs if run["status"] == "completed")
    thread = run["thread_id"]

    threads = db.sql("SELECT id FROM threads WHERE id = $1", [thread]).fetchall()
    steps = db.sql("SELECT DISTINCT run_id, thread_id FROM run_steps WHERE thread_id = $1 AND run_id = $2", [thread, run["id"]]).fetchall()
    said = db.sql(
        "SELECT DISTINCT thread_id, run_id, content[1].text.value <> '' FROM messages WHERE thread_id = $1 AND run_id = $2",
        [thread, run["id"]],
    ).fetchall()

    assert (threads, steps, said) == ([(thread,)], [(run["id"], thread)], [(thread, run["id"], True)])


def test_a_missing_parameter_is_explained(still: Sandbox, db: Session, sent: Sent) -> None:
    """Candidates with what they lack, and a statement that works in their place."""
    with sent(still) as requests, pytest.raises(MissingParameterError) as caught:
        db.sql(f"SELECT id FROM {RUNS} WHERE status = 'failed'")

    assert requests == []
    assert caught.value.candidates == (("list_runs", ("thread_id",)), ("get_run", ("thread_id", "run_id")))
    assert caught.value.example == f"SELECT * FROM {RUNS} WHERE thread_id = '…'"
    assert "^" * len(RUNS) in str(caught.value)


def test_a_value_of_another_type_is_not_bound_and_says_why(db: Session) -> None:
    """DuckDB would compare a text with a number as numbers."""
    with pytest.raises(MissingParameterError, match="thread_id is string, and 5 is not"):
        db.sql(f"SELECT id FROM {RUNS} WHERE thread_id = 5")


def test_a_page_size_out_of_bounds_is_an_error(still: Sandbox, db: Session, sent: Sent) -> None:
    """Before a request is sent."""
    with sent(still) as requests, pytest.raises(PlanError, match="limit = 101 is over the greatest value 100"):
        db.sql(f"SELECT id FROM {RUNS} WHERE thread_id = 'x' AND \"limit\" = 101")

    assert requests == []


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        (f"SELECT id FROM {RUNS} WHERE thread_id = 'x' AND \"limit\" = 500", "500"),
        (f"SELECT id FROM {RUNS} WHERE thread_id = 'x' AND (250 * 2) = (\"limit\")", "250 * 2"),
        (f"SELECT r.id FROM (VALUES ('x')) v(t) JOIN {RUNS} r ON r.thread_id = v.t AND r.\"limit\" = 0", "0"),
        (f"SELECT id FROM {RUNS} WHERE (thread_id, \"order\") IN (('x', 'asc'), ('y', 'up'))", "'up'"),
        (f"SELECT id FROM (SELECT id, \"limit\" AS l FROM {RUNS} WHERE thread_id = 'x') WHERE l = 500", RUNS),
    ],
    ids=["a number", "computed", "in ON", "in a row", "around a sub-select"],
)
def test_a_value_out_of_bounds_has_the_caret(sql: str, place: str, db: Session) -> None:
    """The value itself, where a condition beside the resource says it; what it is meant for is said too."""
    with pytest.raises(PlanError) as caught:
        db.sql(sql)

    assert caught.value.span is not None
    assert sql[caught.value.span.start : caught.value.span.end] == place
    assert ("LIMIT" in caught.value.hint) is ("limit" in sql)


def test_a_sample_that_duckdb_takes_of_no_page_is_refused_before_a_request(still: Sandbox, db: Session, world: Any, sent: Sent) -> None:
    """In a correlated sub-query, where DuckDB 1.5 has it fail as it begins to run what it has bound; 2.0 runs it."""
    db.connection.execute("CREATE TABLE owners AS SELECT unnest($1) AS thread_id", [world.threads[:2]])
    sampled = f"(FROM (FROM {RUNS} WHERE thread_id = '{world.threads[0]}') USING SAMPLE 100%)"
    sql = f"SELECT thread_id, (SELECT count(*) FROM {sampled} r WHERE r.thread_id = o.thread_id) AS n FROM owners o ORDER BY n"
    kept = "CREATE TEMP TABLE kept AS " + sampled[1:-1]

    with sent(still) as requests, nullcontext() if streams() else pytest.raises(BindError, match="Sampling in correlated") as caught:
        counts = [n for _, n in db.sql(sql).fetchall()]

    if not streams():
        assert caught is not None
        assert requests == []
        assert "SAMPLE 100%) r" in str(caught.value)
        assert "^^^^^^" in str(caught.value)
        db.sql(kept)
        counts = [n for _, n in db.sql(sql.replace(sampled, "kept")).fetchall()]
    assert counts[0] == 0 < counts[1]


def test_a_dry_run_gives_the_requests_and_sends_none(still: Sandbox, db: Session, world: Any, sent: Sent) -> None:
    """As `method, url, body`."""
    with sent(still) as requests:
        relation = db.sql(f"SELECT id FROM {RUNS} WHERE thread_id IN ($1, $2)", world.threads[:2], dry_run=True)
        rows = relation.fetchall()

    assert requests == []
    assert relation.columns == ["method", "url", "body"]
    assert rows == [("GET", f"{still.base_url}/threads/{thread}/runs?limit=100", None) for thread in world.threads[:2]]


def test_explain_shows_the_plan_and_sends_nothing(still: Sandbox, db: Session, world: Any, sent: Sent) -> None:
    """Method, bound parameters with their origin, request lines, and DuckDB's part."""
    db.sql("CREATE TABLE owners AS SELECT unnest($1) AS thread_id", [world.threads[:2]])

    with sent(still) as requests:
        relation = db.sql(f"EXPLAIN SELECT count(*) FROM owners JOIN {RUNS} r USING (thread_id) WHERE status = 'failed'")
        items: dict[str, list[str]] = {}
        for item, value in relation.fetchall():
            items.setdefault(item, []).append(value)

    assert requests == []
    assert items["reference"] == [f"{RUNS} AS r"]
    assert items["method"] == ["list_runs: Lists the runs of a thread."]
    assert len(items["bound"]) == 1
    assert "owners.thread_id" in items["bound"][0]
    assert sorted(items["request"]) == sorted(f"GET {still.base_url}/threads/{thread}/runs?limit=100" for thread in world.threads[:2])
    assert items["requests"][0].startswith("2")
    assert "failed" in items["duckdb"][0]


def test_explain_of_a_local_statement_is_duckdbs(db: Session) -> None:
    """With its own columns."""
    assert "physical_plan" in str(db.sql("EXPLAIN SELECT 42").fetchall())


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize(
    "text",
    [
        "SELECT id FROM threads WHERE id IN (SELECT thread_id FROM '{file}')",
        "SELECT id FROM threads WHERE id IN (FROM '{file}')",
        "SELECT id FROM threads WHERE id IN (SELECT mine.thread_id FROM '{file}')",
        "SELECT id FROM '{file}' JOIN threads ON mine.thread_id = threads.id",
        "SELECT id FROM threads JOIN '{file}' USING (thread_id)",
        "SELECT id FROM threads WHERE EXISTS (FROM '{file}' WHERE thread_id = threads.id)",
        "SELECT t.id FROM {function}('{file}'), threads t WHERE thread_id = t.id",
        "SELECT t.id FROM {function}('{file}'), threads t WHERE {function}.thread_id = t.id",
    ],
)
def test_keys_come_from_a_file_that_has_no_alias(db: Session, world: Any, tmp_path: Path, ending: str, text: str) -> None:
    """Under the name that DuckDB gives it, or none."""
    file, wanted = tmp_path / f"mine.{ending}", sorted(world.threads[:3])
    form = {"jsonl": "json"}.get(ending, ending)
    db.connection.execute(f"COPY (SELECT unnest($1) AS thread_id) TO '{file}' (FORMAT {form})", [wanted])

    rows = db.sql(text.format(file=file, function=f"read_{form}")).fetchall()

    assert sorted(row[0] for row in rows) == wanted
    assert db.last.requests == 3
