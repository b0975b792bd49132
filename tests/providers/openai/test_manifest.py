"""The OpenAI manifest, key by key, where others rely on it."""

from __future__ import annotations

import re

import pytest

from rowcall.catalog.catalog import Catalog
from rowcall.manifest.model import AuthKind, PagingKind, Role, Verb
from rowcall.manifest.types import duckdb_type

CATALOG = Catalog.shipped()
OPENAI = CATALOG.provider("openai")
ASSISTANTS = OPENAI.services["assistants"]
FUNCTION = 'STRUCT("name" VARCHAR, "description" VARCHAR, "parameters" JSON, "strict" BOOLEAN)'
TOOLS = f'STRUCT("type" VARCHAR, "function" {FUNCTION}, "file_search" JSON)[]'
RUNS = {
    "id": "VARCHAR",
    "assistant_id": "VARCHAR",
    "cancelled_at": "BIGINT",
    "completed_at": "BIGINT",
    "created_at": "BIGINT",
    "expires_at": "BIGINT",
    "failed_at": "BIGINT",
    "incomplete_details": 'STRUCT("reason" VARCHAR)',
    "instructions": "VARCHAR",
    "last_error": 'STRUCT("code" VARCHAR, "message" VARCHAR)',
    "max_completion_tokens": "BIGINT",
    "max_prompt_tokens": "BIGINT",
    "metadata": "MAP(VARCHAR, VARCHAR)",
    "model": "VARCHAR",
    "object": "VARCHAR",
    "parallel_tool_calls": "BOOLEAN",
    "required_action": 'STRUCT("type" VARCHAR, "submit_tool_outputs" STRUCT("tool_calls" STRUCT("id" VARCHAR, "type" VARCHAR, '
    '"function" STRUCT("name" VARCHAR, "arguments" VARCHAR))[]))',
    "response_format": "JSON",
    "started_at": "BIGINT",
    "status": "VARCHAR",
    "temperature": "DOUBLE",
    "thread_id": "VARCHAR",
    "tool_choice": "JSON",
    "tools": TOOLS,
    "top_p": "DOUBLE",
    "truncation_strategy": 'STRUCT("type" VARCHAR, "last_messages" BIGINT)',
    "usage": 'STRUCT("prompt_tokens" BIGINT, "completion_tokens" BIGINT, "total_tokens" BIGINT, '
    '"prompt_token_details" STRUCT("cached_tokens" BIGINT), "completion_tokens_details" STRUCT("reasoning_tokens" BIGINT))',
}


def test_runs_have_exactly_these_columns_in_this_order() -> None:
    """SELECT * and DESCRIBE give 27 columns, each of its type."""
    columns = {name: duckdb_type(column.type) for name, column in ASSISTANTS.resources["runs"].columns.items()}

    assert len(RUNS) == 27
    assert list(columns.items()) == list(RUNS.items())


def test_runs_have_exactly_these_methods() -> None:
    """Names are the published operations', the misspelt one included."""
    methods = {name: method.verb for name, method in ASSISTANTS.resources["runs"].methods.items()}

    assert methods == {
        "get_run": Verb.SELECT,
        "list_runs": Verb.SELECT,
        "create_run": Verb.INSERT,
        "modify_run": Verb.UPDATE,
        "cancel_run": Verb.EXEC,
        "submit_tool_ouputs_to_run": Verb.EXEC,
    }
    assert CATALOG.method(CATALOG.resolve(["runs"]), "submit_tool_outputs_to_run")[0] == "submit_tool_ouputs_to_run"


@pytest.mark.parametrize(
    ("resource", "method", "key"),
    [
        ("runs", "get_run", "run_id"),
        ("threads", "get_thread", "thread_id"),
        ("threads", "modify_thread", "thread_id"),
        ("assistants", "delete_assistant", "assistant_id"),
        ("messages", "get_message", "message_id"),
        ("run_steps", "get_run_step", "step_id"),
    ],
)
def test_an_id_in_the_path_is_the_id_of_the_row(resource: str, method: str, key: str) -> None:
    """`WHERE id = …` binds it."""
    assert ASSISTANTS.resources[resource].methods[method].parameters[key].column == "id"


@pytest.mark.parametrize("name", ["runs", "run_steps", "messages", "assistants"])
def test_lists_are_paged_by_the_last_id(name: str) -> None:
    """Page size, order and cursors are no filters, and a missing thread is an error; a run that is in another thread has no steps there."""
    listed = next(method for name, method in ASSISTANTS.resources[name].methods.items() if name.startswith("list_"))

    roles = {key: listed.parameters[key].role for key in ("limit", "order", "after", "before")}
    assert roles == {"limit": Role.PAGE_SIZE, "order": Role.ORDER, "after": Role.CURSOR, "before": Role.CURSOR}
    assert (listed.rows, listed.paging) == ("data", "after")
    assert (listed.absent is not None) == (name == "run_steps")


def test_messages_can_be_filtered_by_run() -> None:
    """The API's own filter is bound by the column of its name."""
    parameter = ASSISTANTS.resources["messages"].methods["list_messages"].parameters["run_id"]

    assert (parameter.role, parameter.column, parameter.required) == (None, None, False)


@pytest.mark.parametrize(
    ("resource", "method", "message"),
    [
        ("runs", "get_run", "No run found with id 'run_X'."),
        ("run_steps", "get_run_step", "No run step found with id 'step_X'."),
        ("messages", "get_message", "No message found with id 'msg_X'."),
        ("threads", "get_thread", "No thread found with id 'thread_X'."),
        ("assistants", "get_assistant", "No assistant found with id 'asst_X'."),
    ],
)
def test_only_the_object_itself_can_be_absent(resource: str, method: str, message: str) -> None:
    """Another 404 is an error: a missing thread is not an empty answer for its runs."""
    absent = ASSISTANTS.resources[resource].methods[method].absent

    assert absent is not None
    assert absent.status == 404
    assert re.match(absent.message, message)
    if resource != "threads":
        assert not re.match(absent.message, "No thread found with id 'thread_X'.")


def test_creating_a_thread_and_a_run_gives_the_run() -> None:
    """The answer has the columns of runs."""
    returned = ASSISTANTS.resources["threads"].methods["create_thread_and_run"].returns

    assert returned == ASSISTANTS.resources["runs"].columns


@pytest.mark.parametrize("resource", ["threads", "messages", "assistants"])
def test_a_deletion_answers_with_what_was_deleted(resource: str) -> None:
    """Three columns, whatever the resource's own are."""
    deletion = next(method for method in ASSISTANTS.resources[resource].methods.values() if method.verb is Verb.DELETE)

    assert list(deletion.returns) == ["id", "object", "deleted"]


def test_no_method_asks_for_a_stream() -> None:
    """What answers is read as documents; rowcall could not read events."""
    bodies = [method.body for resource in ASSISTANTS.resources.values() for method in resource.methods.values()]

    assert [body for body in bodies if "stream" in body] == []


def test_the_settings_are_those_of_the_official_client() -> None:
    """Variables, headers and retries need no change of habit."""
    assert (OPENAI.base_url, OPENAI.base_url_env) == ("https://api.openai.com/v1", ("OPENAI_BASE_URL",))
    assert next(iter(OPENAI.auth)) == "bearer"
    assert (OPENAI.auth["bearer"].kind, OPENAI.auth["bearer"].env) == (AuthKind.BEARER, ("OPENAI_API_KEY",))
    assert (OPENAI.auth["azure"].name, OPENAI.auth["azure"].env) == ("api-key", ("AZURE_OPENAI_API_KEY",))
    assert {OPENAI.auth[name].kind for name in ("entra", "foundry")} == {AuthKind.AZURE}
    assert OPENAI.auth["entra"].scopes == ("https://cognitiveservices.azure.com/.default",)
    assert OPENAI.auth["foundry"].scopes == ("https://ai.azure.com/.default",)
    assert {name: header.env for name, header in OPENAI.optional_headers.items()} == {
        "OpenAI-Organization": ("OPENAI_ORG_ID",),
        "OpenAI-Project": ("OPENAI_PROJECT_ID",),
    }
    assert (OPENAI.retry.attempts, OPENAI.retry.base_s, OPENAI.retry.max_s) == (3, 0.5, 8.0)
    assert ASSISTANTS.headers == {"OpenAI-Beta": "assistants=v2"}


def test_paging_is_by_id_with_a_stop() -> None:
    """The cursor, what says that there is more, and how large a page may be."""
    paging = OPENAI.paging["after"]

    assert (paging.kind, paging.parameter, paging.next, paging.row, paging.more) == (
        PagingKind.CURSOR,
        "after",
        "last_id",
        "id",
        "has_more",
    )
    assert paging.page_size is not None
    assert (paging.page_size.parameter, paging.page_size.maximum, paging.page_size.default) == ("limit", 100, 20)


def test_the_shutdown_concerns_the_official_host_alone() -> None:
    """Other hosts that serve the same API are not past their sunset."""
    lifecycle = ASSISTANTS.lifecycle

    assert lifecycle is not None
    assert (lifecycle.deprecated, lifecycle.sunset, lifecycle.hosts) == (True, "2026-08-26", ("api.openai.com",))
    assert lifecycle.note is not None
    assert "base_url" in lifecycle.note
