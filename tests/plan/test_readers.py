"""Which request asks what became of something, from a record, from the call before, or from both."""

from __future__ import annotations

from typing import Any

import pytest

from rowcall.catalog.catalog import Catalog, ResourceRef
from rowcall.plan.readers import Reader, reader_of

BOTH = {"thread_id": "thread_1", "run_id": "run_1"}


@pytest.fixture(scope="module")
def runs() -> ResourceRef:
    """The runs of the shipped catalog."""
    return Catalog.shipped().resolve(("openai", "assistants", "runs"))


@pytest.fixture(scope="module")
def threads() -> ResourceRef:
    """Its threads."""
    return Catalog.shipped().resolve(("openai", "assistants", "threads"))


def reader(ref: ResourceRef, method: str) -> Reader:
    """The reader of what a method begins, which there is."""
    found = reader_of(ref, ref.resource.methods[method])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("method", "row", "bound", "key"),
    [
        pytest.param("create_run", {"id": "run_1", "thread_id": "thread_1"}, {"thread_id": "thread_1"}, BOTH, id="from the record"),
        pytest.param("create_run", {"id": "run_1"}, {"thread_id": "thread_1"}, BOTH, id="from both"),
        pytest.param("create_run", {"id": "run_1", "thread_id": None}, {"thread_id": "thread_1"}, BOTH, id="null counts as nothing"),
        pytest.param("cancel_run", {}, BOTH, BOTH, id="without an answer, from the call"),
        pytest.param("create_run", {}, {"thread_id": "thread_1"}, None, id="an id that only the answer has"),
        pytest.param("create_run", {"id": {"a": 1}}, {"thread_id": "thread_1"}, None, id="an id that cannot be one"),
    ],
)
def test_the_readers_parameters_are_taken_from_what_is_known(
    runs: ResourceRef, method: str, row: dict[str, Any], bound: dict[str, Any], key: dict[str, Any] | None
) -> None:
    """A column of the record that equals one comes first, then what the call was bound to."""
    found = reader(runs, method)

    assert found.key(row, bound) == key
    if key is not None:
        assert found.request(key).target() == "GET /threads/thread_1/runs/run_1"


def test_a_reader_of_another_resource_is_named_after_it(threads: ResourceRef) -> None:
    """`create_thread_and_run` gives a run, which is asked for as one."""
    found = reader(threads, "create_thread_and_run")

    assert (found.ref.full_name, found.name) == ("openai.assistants.runs", "get_run")
    assert found.request(BOTH).resource == "openai.assistants.runs"
    assert found.example(BOTH) == "SELECT status FROM openai.assistants.runs WHERE thread_id = 'thread_1' AND run_id = 'run_1'"


def test_a_list_has_no_reader(runs: ResourceRef) -> None:
    """It begins nothing of which one row could be asked for."""
    assert reader_of(runs, runs.resource.methods["list_runs"]) is None


def test_a_resource_that_does_not_say_so_has_none(threads: ResourceRef) -> None:
    """A thread is there at once."""
    assert reader_of(threads, threads.resource.methods["create_thread"]) is None


@pytest.mark.parametrize(("status", "ended"), [("queued", False), ("requires_action", True), ("completed", True), (None, False)])
def test_the_state_says_whether_it_has_ended(runs: ResourceRef, status: str | None, ended: bool) -> None:
    """A run that waits for its caller has come as far as it does by itself."""
    found = reader(runs, "create_run")

    assert found.has_ended(found.state({"status": status})) is ended
