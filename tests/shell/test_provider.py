"""`rowcall provider`, as a process."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rowcall.manifest.library import shipped

Run = Callable[..., Any]


def test_list_names_every_provider(run: Run) -> None:
    """One line a provider, with what it is."""
    ended = run("provider", "list")

    assert [line.split()[0] for line in ended.stdout.splitlines()] == list(shipped())
    assert ended.returncode == 0


def test_show_names_resources_methods_and_variables(run: Run) -> None:
    """What a user needs for a first statement is there."""
    ended = run("provider", "show", "openai")

    for expected in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "openai.assistants.runs", "cancel_run (exec)", "shut down on 2026-08-26"):
        assert expected in ended.stdout
    assert ended.returncode == 0


def test_show_of_an_unknown_provider_names_the_nearest(run: Run) -> None:
    """It is wrong usage, and says what was meant."""
    ended = run("provider", "show", "opnai")

    assert ended.stderr == 'error: No provider "opnai". Did you mean openai?\n'
    assert ended.returncode == 2


@pytest.mark.parametrize("name", shipped())
def test_check_of_a_sound_manifest_finds_nothing(name: str, run: Run) -> None:
    """What ships is free of faults."""
    ended = run("provider", "check", str(shipped()[name]))

    assert (ended.stdout, ended.returncode) == ("", 0)
    assert ended.stderr.endswith("no faults\n")


def test_check_of_a_faulty_manifest_prints_every_fault(run: Run, tmp_path: Path) -> None:
    """One line a fault, with its place; exit code 1."""
    file = tmp_path / "provider.yaml"
    file.write_text("manifest: 1\nprovider: x\ntitel: X\n")

    ended = run("provider", "check", str(file))

    assert len(ended.stdout.splitlines()) > 1
    assert all(line.startswith(f"{file}:") for line in ended.stdout.splitlines())
    assert f"{file}:3:1: " in ended.stdout
    assert ended.returncode == 1
    assert ended.stderr.endswith(" faults\n")


def test_check_of_nothing_is_wrong_usage(run: Run) -> None:
    """A path that is not there is told in one line."""
    ended = run("provider", "check", "no-such-folder")

    assert ended.stderr == "error: There is no file or folder no-such-folder.\n"
    assert ended.returncode == 2


LIBRARY = Path(__file__).parent.parent / "sandbox" / "library"
DOCUMENT = """
openapi: 3.1.0
servers: [{url: https://example.com/api}]
paths:
  /books/{book}:
    get:
      operationId: getBook
      parameters: [{name: book, in: path, required: true, schema: {type: string}}]
      responses: {'200': {content: {application/json: {schema: {$ref: '#/Book'}}}}}
  /shelves: {get: {operationId: listShelves}}
Book: {type: object, properties: {id: {type: string}, title: {type: string}, shelf: {type: string}}}
"""


def test_check_against_a_document_prints_what_differs(run: Run, tmp_path: Path) -> None:
    """One row a difference, how much is covered on standard error, and exit code 1."""
    (tmp_path / "api.yaml").write_text(DOCUMENT)

    ended = run("provider", "check", str(LIBRARY), "--against", str(tmp_path / "api.yaml"), "-o", "json")
    rows = {(row["at"], row["about"]): row for row in json.loads(ended.stdout)}

    assert rows["shelves.books.columns.shelf", "type"] == {
        "at": "shelves.books.columns.shelf",
        "about": "type",
        "manifest": "integer",
        "document": "string",
        "place": "api.yaml:11",
    }
    assert rows["GET /shelves", "not covered"]["document"] == "listShelves"
    assert ("shelves.books.lend", "unknown") in rows
    assert "1 of 2 operations covered" in ended.stderr
    assert ended.returncode == 1


def test_check_against_a_document_that_agrees_prints_nothing(run: Run, tmp_path: Path) -> None:
    """Where everything else has a reason, the exit code is 0."""
    folder = Path(shutil.copytree(LIBRARY, tmp_path / "library"))
    (folder / "published.yaml").write_text(
        "document: https://example.com\nleft_out: [{operations: [/shelves], reason: Not needed.}]\n"
        "differs: [{at: ['shelves.books.[a-z]*', 'shelves.books.*'], reason: It is so.}]\n"
    )
    (tmp_path / "api.yaml").write_text(DOCUMENT)

    ended = run("provider", "check", str(folder), "--against", str(tmp_path / "api.yaml"), "-o", "table")

    assert "no such difference" in ended.stdout
    (folder / "published.yaml").write_text((folder / "published.yaml").read_text().replace("'shelves.books.[a-z]*', ", ""))
    ended = run("provider", "check", str(folder), "--against", str(tmp_path / "api.yaml"), "-o", "table")
    assert (ended.stdout, ended.returncode) == ("", 0)
    assert ended.stderr.endswith("1 of 2 operations covered, 1 left out for a reason, 16 differences for a reason, nothing else differs\n")


def test_check_against_what_cannot_be_compared_says_why(run: Run, tmp_path: Path) -> None:
    """A document that is not there, one that is none, and a manifest that is no folder."""
    (tmp_path / "api.yaml").write_text("openapi: [\n")

    missing = run("provider", "check", str(LIBRARY), "--against", "no.yaml")
    broken = run("provider", "check", str(LIBRARY), "--against", str(tmp_path / "api.yaml"))
    single = run("provider", "check", str(LIBRARY / "shelves.yaml"), "--against", str(tmp_path / "api.yaml"))

    assert missing.stderr.endswith("error: no.yaml cannot be read: No such file or directory.\n")
    assert f"{tmp_path / 'api.yaml'}:2:1: this is not YAML" in broken.stderr
    assert "give the folder of the provider" in single.stderr
    assert (missing.returncode, broken.returncode, single.returncode) == (2, 1, 2)
