"""Sandbox files, checked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rowcall.manifest.library import shipped
from rowcall.manifest.read import check, load_provider
from rowcall.manifest.sandbox import load_sandbox, read_sandbox

LIBRARY = Path(__file__).parent.parent / "sandbox" / "library"
TEXT = (LIBRARY / "sandbox.yaml").read_text("utf-8")
PROVIDER = load_provider(LIBRARY)


def faults(text: str) -> list[str]:
    """What is wrong with a sandbox file of the library, without the file's name."""
    return [str(fault).removeprefix("s.yaml:") for fault in read_sandbox("s.yaml", text, PROVIDER)[1]]


def place_of(needle: str) -> str:
    """Line and column of a piece of the library's file."""
    before = TEXT[: TEXT.index(needle)]
    return f"{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"


@pytest.mark.parametrize("name", [name for name, folder in shipped().items() if (folder / "sandbox.yaml").is_file()])
def test_shipped_sandbox_files_are_sound(name: str) -> None:
    """Every sandbox that is shipped can be read."""
    folder = shipped()[name]

    assert load_sandbox(folder, load_provider(folder)).collections


def test_a_sound_file_has_no_faults() -> None:
    """The made-up library's file is right."""
    assert faults(TEXT) == []


@pytest.mark.parametrize(
    ("old", "new", "message", "path"),
    [
        ("sandbox: 1", "sandbox: 2", "this rowcall reads version 1 of the sandbox language, not 2", "sandbox"),
        ("to: home", "to: hom", "there is no state `hom`; did you mean `home`?", "collections.books.states.lent.next[0].to"),
        ("collection: books", "collection: boks", "there is no collection `boks`; did you mean `books`?", "seeds[0].create[0].collection"),
        ("rows: books", "rows: boks", "there is no collection `boks`; did you mean `books`?", "tables.books.rows"),
        (
            '{title: "Volume {item}"',
            '{title: "Volume {item"',
            "a `{` without its partner; a brace itself is written twice",
            "seeds[0].create[0].body.title",
        ),
        (
            "$between: [1, 2]",
            "$betwen: [1, 2]",
            "there is no directive `$betwen`; there is $pick, $between,",
            "seeds[0].create[0].body.shelf.$betwen",
        ),
        ("object.state: home", "object..state: home", "`{object..state}` is no expression", "methods.lend.refuse[0].unless.object..state"),
        ("lend:\n    refuse", "lnd:\n    refuse", "there is no method in the manifest `lnd`; did you mean `lend`?", "methods.lnd"),
        ("parameter: book_id", "parametr: book_id", "unknown key `parametr`; did you mean `parameter`?", "collections.books.parametr"),
        ("seeds:\n  - count", "seeds:\n  - scenes: []\n    count", "unknown key `scenes`", "seeds[0].scenes"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, message: str, path: str) -> None:
    """Names that lead nowhere, malformed templates and unknown keys are found where they stand, and the nearest is offered."""
    assert TEXT.count(old) >= 1

    found = faults(TEXT.replace(old, new, 1))

    assert any(message in fault and f"({path})" in fault for fault in found), found
    line = TEXT[: TEXT.index(old)].count("\n") + 1
    assert any(fault.startswith((f"{line}:", f"{line + 1}:")) for fault in found)


def test_a_place_is_line_and_column() -> None:
    """The fault of a value points at the value."""
    found = faults(TEXT.replace("to: home", "to: hom", 1))

    assert found[0].startswith(place_of("home}]}"))


def test_a_name_that_two_services_have_says_which() -> None:
    """A bare name is that of one service, which the file may name; `service.resource` is always right."""
    two = replace(PROVIDER, services={**PROVIDER.services, "lent": replace(PROVIDER.services["shelves"], service="lent")})
    qualified = TEXT.replace("books:\n    noun", "shelves.books:\n    noun").replace("collection: books", "collection: shelves.books")
    qualified = qualified.replace("rows: books", "rows: shelves.books").replace("  lend:", "  shelves.books.lend:")

    found = [str(fault) for fault in read_sandbox("s.yaml", TEXT, two)[1]]

    assert any(
        "`books` may be `shelves.books` and `lent.books`; write which, or say the `service` of bare names" in fault for fault in found
    )
    assert read_sandbox("s.yaml", f"service: lent\n{TEXT}", two)[1] == ()
    assert read_sandbox("s.yaml", qualified, two)[1] == ()


def test_all_faults_are_found_at_once() -> None:
    """One reading names them all, in the order of the file."""
    found = faults(TEXT.replace("to: home", "to: hom", 1).replace("rows: books", "rows: boks", 1).replace("sandbox: 1", "sandbox: 9", 1))

    assert len(found) == 3
    assert [int(fault.split(":")[0]) for fault in found] == sorted(int(fault.split(":")[0]) for fault in found)


def test_values_are_no_templates() -> None:
    """What stands under `values` is taken as it is."""
    assert faults(TEXT + 'values: {braces: "{"}\n') == []


def test_checking_a_folder_checks_its_sandbox_file(tmp_path: Path) -> None:
    """`rowcall provider check` finds its faults too, given the folder or the file."""
    for file in LIBRARY.glob("*.yaml"):
        (tmp_path / file.name).write_text(file.read_text("utf-8").replace("to: home", "to: hom", 1), "utf-8")

    in_folder, in_file = check(tmp_path), check(tmp_path / "sandbox.yaml")

    assert in_folder == in_file
    assert [fault.message for fault in in_folder] == ["there is no state `hom`; did you mean `home`?"]
