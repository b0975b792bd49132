"""The providers in Harlequin's data catalogue, on the real application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rowcall.catalog.catalog import Catalog


def test_the_catalogue_has_the_providers_beside_the_local_databases(seen: Callable[[str], Any]) -> None:
    """Providers, services and resources open one below the other, and what is local is where Harlequin has it."""
    found = seen("catalogue")["look"]

    catalog = Catalog.shipped()
    assert found["top"] == sorted(["memory db", *(f"{name} api" for name in catalog.providers)])
    assert found["services"] == [f"{name} svc" for name in sorted(catalog.providers["openai"].services)]
    assert found["resources"] == [f"{name} res" for name in ("all_threads", "assistants", "messages", "run_steps", "runs", "threads")]
    assert found["local"] == [
        f"sandbox_{name} t"
        for name in ("conversations", "fine_tuned_model_checkpoints", "responses", "threads", "uploads", "vector_store_file_batches")
    ]


def test_a_resource_has_its_columns_with_types_its_parameters_and_its_methods(seen: Callable[[str], Any]) -> None:
    """What every SELECT needs has a star, what is no column an @, and a method the verb that it answers to."""
    below = seen("catalogue")["look"]["runs"]
    resource = Catalog.shipped().resolve(["openai", "assistants", "runs"]).resource

    assert sorted([*resource.columns, *resource.methods, "run_id"]) == [label.split(" ")[0] for label in below]
    assert {"id s", "created_at ##", "usage {}", "tools [{}]", "response_format js", "parallel_tool_calls t/f"} <= set(below)
    assert {"thread_id s*", "run_id @s"} <= set(below)
    assert {"list_runs sel", "create_run ins", "modify_run upd", "cancel_run exe"} <= set(below)


def test_a_method_has_what_it_takes_with_what_each_call_needs_marked(seen: Callable[[str], Any]) -> None:
    """Parameters and attributes of the body stand below it."""
    below = seen("catalogue")["look"]["method"]

    assert [label for label in below if label.endswith("*")] == ["assistant_id s*", "thread_id s*"]
    assert {"model s", "temperature #.#", "metadata {m}", "additional_messages [{}]"} <= set(below)


def test_context_menus_write_statements(seen: Callable[[str], Any]) -> None:
    """Each has what is required in it to fill in, and none is run but USE, after which short names do."""
    found = seen("catalogue")["menus"]
    written = found["written"]

    assert written["Insert Columns at Cursor"].startswith("id,\nassistant_id,\n")
    assert "SELECT *\nFROM openai.assistants.runs\nWHERE thread_id = '…'\nLIMIT 100" == written["Preview Data"]
    assert "DESCRIBE EXTENDED openai.assistants.runs" == written["Describe"]
    assert "SHOW METHODS IN openai.assistants.runs" == written["Show Methods"]
    assert "INSERT INTO openai.assistants.runs (\n  thread_id,\n  assistant_id\n" in written["Show INSERT"]
    assert "EXEC openai.assistants.runs.cancel_run @thread_id = '…', @run_id = '…'" == written["Show EXEC"]
    assert found["described"] == 27
