"""The JSON Schema of the manifest language, against real manifests and wrong ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from rowcall.manifest.library import shipped
from rowcall.manifest.read import service_files
from rowcall.manifest.schema import json_schema, schema_text, write

ROOT = Path(__file__).parent.parent.parent
SCHEMA = json_schema()
FILES = [file for folder in shipped().values() for file in (folder / "provider.yaml", *service_files(folder))]


class CoreLoader(yaml.SafeLoader):
    """YAML as editors read it for JSON Schema: dates are text."""


CoreLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def faults(document: Any) -> list[str]:
    """What the schema finds wrong, as dotted paths."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return [".".join(map(str, error.absolute_path)) for error in validator.iter_errors(document)]


def test_the_schema_is_a_schema() -> None:
    """It satisfies the dialect that it names."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_every_shipped_manifest_satisfies_the_schema(file: Path) -> None:
    """What the reader takes, the schema takes."""
    assert faults(yaml.load(file.read_text("utf-8"), CoreLoader)) == []


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"service": "s", "title": "t", "description": "d.", "resources": {}, "zebra": 1}, [""]),
        ({"service": "s", "title": "t", "description": "d."}, [""]),
        ({"service": "s", "title": 1, "description": "d.", "resources": {}}, ["title"]),
        ({"manifest": 1, "provider": "p"}, ["", "", "", ""]),
    ],
    ids=["unknown key", "missing key", "wrong type", "provider without its keys"],
)
def test_the_schema_refuses_what_the_reader_refuses(document: Any, expected: list[str]) -> None:
    """Unknown keys, missing keys and wrong types are seen in an editor already."""
    assert faults(document) == expected


@pytest.mark.parametrize(
    ("type_", "good"),
    [("string", True), (["integer"], True), ({"a": ["json"]}, True), ("strng", False), (["string", "map"], False), ({}, False)],
    ids=str,
)
def test_the_schema_knows_the_type_syntax(type_: Any, good: bool) -> None:
    """A type is a name, a list of one type, or fields."""
    column = {"type": type_, "description": "d."}
    resource = {"description": "d.", "source": "s", "columns": {"c": column}, "methods": {}}

    found = faults({"service": "s", "title": "t", "description": "d.", "resources": {"r": resource}})

    assert found == ([] if good else ["resources.r.columns.c.type"])


def test_the_generated_files_are_written_below_a_root(tmp_path: Path) -> None:
    """The command's work can be done anywhere."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "provider").mkdir()

    written = write(tmp_path)

    assert sorted(file.name for file in written) == ["manifest.md", "manifest.schema.json"]
    assert json.loads((tmp_path / "provider" / "manifest.schema.json").read_text("utf-8")) == SCHEMA


def test_the_schema_in_the_repository_is_current() -> None:
    """`python -m rowcall.manifest.schema` was run after the last change of the model."""
    assert (ROOT / "provider" / "manifest.schema.json").read_text("utf-8") == schema_text()
