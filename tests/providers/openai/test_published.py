"""The OpenAI manifest against the published document, and against recorded runs, where they are at hand."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from rowcall.catalog.catalog import Catalog
from rowcall.manifest.library import shipped
from rowcall.manifest.model import Column, ListOf, Object, Resource, Role, Scalar, Type
from rowcall.manifest.published import read_published
from rowcall.manifest.read import load_provider
from rowcall.openapi.against import compare
from rowcall.openapi.document import Document

SHARED = Path(os.environ.get("ROWCALL_SHARED") or Path(__file__).parents[4] / "shared") / "openai"
DOCUMENT = SHARED / "openapi.yaml"
CLIENT = SHARED / "sdk-endpoints.txt"
EXAMPLES = SHARED / "run-examples.json"
ASSISTANTS = Catalog.shipped().service("openai", "assistants").resources

LEFT_OUT = {"tool_resources", "reasoning_effort"}
"""Real servers send them with runs, but the set of columns is fixed; they are in `_extra`."""
OF_VERSION_1 = {"file_ids"}
"""Servers of the first version of the API send it with runs."""


def test_it_says_what_the_published_document_says() -> None:
    """Every operation has its method or a reason why not, and all that is said otherwise has a reason."""
    if not DOCUMENT.is_file():
        pytest.skip("the published document is not at hand")
    folder = shipped()["openai"]

    found = compare(load_provider(folder), Document(DOCUMENT), read_published(folder))

    assert [(each.at, each.about, each.manifest, each.document, each.place) for each in found.drift] == []
    assert found.operations > 250
    assert found.covered >= 23


def test_it_has_all_that_the_makers_own_client_can_ask_for() -> None:
    """Each request line has its method, or a reason why not."""
    if not CLIENT.is_file():
        pytest.skip("the lines of the client are not at hand")
    folder = shipped()["openai"]

    found = compare(load_provider(folder), Document(CLIENT), read_published(folder))

    assert [each.at for each in found.drift] == []
    assert found.operations > 350


def test_bounds_that_stand_in_prose_alone_are_in_the_manifest() -> None:
    """How many rows a page has, and what metadata may hold."""
    methods = [method for resource in ASSISTANTS.values() for method in resource.methods.values()]
    sizes = [parameter for method in methods for parameter in method.parameters.values() if parameter.role is Role.PAGE_SIZE]
    metadata = [method.body["metadata"] for method in methods if "metadata" in method.body]

    assert {(parameter.minimum, parameter.maximum) for parameter in sizes} == {(1, 100)}
    assert {(attribute.max_items, attribute.max_key_length, attribute.max_length) for attribute in metadata} == {(16, 64, 512)}


def recorded() -> list[Any]:
    """The recorded runs, each with its label; empty where they are not at hand."""
    if not EXAMPLES.is_file():
        return [pytest.param({}, marks=pytest.mark.skip("recorded runs are not at hand"))]
    examples = json.loads(EXAMPLES.read_text("utf-8"))
    return [pytest.param(example["json"], id=example["label"]) for example in examples if example["json"]["object"] == "thread.run"]


@pytest.mark.parametrize("run", recorded())
def test_recorded_runs_fit_the_columns(run: dict[str, Any]) -> None:
    """Nothing that real servers sent is unknown, of another type, or null where it may not be."""
    runs: Resource = ASSISTANTS["runs"]

    assert set(run) - set(runs.columns) <= LEFT_OUT | OF_VERSION_1
    assert [name for name, column in runs.columns.items() if not fits_column(run.get(name), column)] == []


def fits_column(value: object, column: Column) -> bool:
    """Whether a value may stand in a column."""
    return column.nullable if value is None else fits(value, column.type)


def fits(value: Any, type_: Type) -> bool:
    """Whether a JSON value is of a type, or null within one."""
    if value is None or type_ is Scalar.JSON:
        return True
    if isinstance(type_, ListOf):
        return isinstance(value, list) and all(fits(item, type_.item) for item in value)
    if isinstance(type_, Object):
        known = dict(type_.fields)
        return isinstance(value, dict) and set(value) <= set(known) and all(fits(item, known[name]) for name, item in value.items())
    if type_ is Scalar.MAP:
        return isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
    expected = {Scalar.STRING: (str,), Scalar.INTEGER: (int,), Scalar.NUMBER: (int, float), Scalar.BOOLEAN: (bool,)}[type_]
    return type(value) in expected
