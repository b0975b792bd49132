"""What is kept of a provider folder between two processes, and when it is made anew."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import rowcall


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A provider of one service, whose schemas are in a file of their own; what is kept of it is the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = tmp_path / "lighthouse"
    (made / "shared").mkdir(parents=True)
    resources = "#/components/x-stackQL-resources/lamps"
    answer = {"content": {"application/json": {"schema": {"type": "array", "items": {"$ref": "shared/schemas.json#/Lamp"}}}}}
    document = {
        "openapi": "3.0.3",
        "servers": [{"url": "https://lighthouse.example"}],
        "paths": {"/lamps": {"get": {"responses": {"200": answer}}}},
        "components": {
            "x-stackQL-resources": {
                "lamps": {
                    "methods": {"list": {"operation": {"$ref": "#/paths/~1lamps/get"}, "response": {"openAPIDocKey": "200"}}},
                    "sqlVerbs": {"select": [{"$ref": f"{resources}/methods/list"}]},
                }
            }
        },
    }
    (made / "provider.json").write_text(json.dumps({"name": "lighthouse", "providerServices": {"s": {"service": {"$ref": "s.json"}}}}))
    (made / "s.json").write_text(json.dumps(document))
    return made


def columns(folder: Path) -> list[str]:
    """The columns of the one resource, as a session that has just begun sees them."""
    with rowcall.connect(provider_paths=[folder]) as db:
        return [name for name, *_ in db.sql("DESCRIBE lighthouse.s.lamps").fetchall()]


def schemas(folder: Path, *names: str) -> None:
    """Writes the file of schemas, with the fields of a lamp."""
    lamp = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    (folder / "shared" / "schemas.json").write_text(json.dumps({"Lamp": lamp}))


def test_a_service_is_made_anew_when_a_file_that_it_refers_to_has_changed(folder: Path) -> None:
    """Also one of the same length, and one that is there no more, or for the first time."""
    seen = [columns(folder)]
    for names in (["id"], ["no"], ["no", "lens"]):
        schemas(folder, *names)
        seen.append(columns(folder))
    (folder / "shared" / "schemas.json").unlink()
    seen.append(columns(folder))

    assert seen == [["column_anon"], ["id"], ["no"], ["no", "lens"], ["column_anon"]]


def test_a_service_that_is_as_it_was_is_not_read_again(folder: Path, tmp_path: Path) -> None:
    """What is kept of it says what it is."""
    schemas(folder, "id")
    columns(folder)
    (kept,) = (tmp_path / "cache").rglob("stackql/*.json")
    kept.write_text(kept.read_text().replace('"id"', '"kept"'))

    assert columns(folder) == ["kept"]
