"""Documents as they come: read all the same, with the place of everything."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rowcall.errors import ManifestError, UsageError
from rowcall.openapi.document import Document

Written = Callable[..., Document]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    """A document of this text, with others beside it."""
    monkeypatch.setattr("platformdirs.user_cache_dir", lambda _: str(tmp_path / "cache"))

    def write(text: str, name: str = "api.yaml", **beside: str) -> Document:
        for other, content in {name: text, **{key.replace("__", "/") + ".yaml": value for key, value in beside.items()}}.items():
            (tmp_path / other).parent.mkdir(exist_ok=True)
            (tmp_path / other).write_text(content, encoding="utf-8")
        return Document(tmp_path / name)

    return write


def test_values_are_what_json_would_have(written: Written) -> None:
    """Keys are text; days, `on` and octals are text; unknown tags say nothing; the last of two equal keys counts."""
    document = written(
        "openapi: 3.1.0\n200: {a: 1, b: 2.5, c: true, d: null, e: ~, f: 1e3, g: -4}\n"
        "t: {a: 2026-08-26, b: on, c: 007, d: '5', e: !Ref thing, f: 1.2.3, g: '', h: .5, i: '.', j: 0x10}\na: 1\na: 2\n"
    )

    assert document.root["200"] == {"a": 1, "b": 2.5, "c": True, "d": None, "e": None, "f": 1000.0, "g": -4}
    assert document.root["t"] == {
        "a": "2026-08-26",
        "b": "on",
        "c": "007",
        "d": "5",
        "e": "thing",
        "f": "1.2.3",
        "g": "",
        "h": 0.5,
        "i": ".",
        "j": "0x10",
    }
    assert document.root["a"] == 2


@pytest.mark.parametrize(
    ("text", "version", "is_swagger"),
    [
        ("openapi: 3.1.0", "3.1.0", False),
        ("openapi: 3.0", "3.0", False),
        ("swagger: 2.0", "2.0", True),
        ("swagger: '2.0'", "2.0", True),
        ("info: {}", "", False),
    ],
)
def test_it_says_its_version(text: str, version: str, is_swagger: bool, written: Written) -> None:
    """Whether it is in quotes or not."""
    document = written(text)

    assert (document.version, document.is_swagger) == (version, is_swagger)


def test_a_reference_is_any_pointer(written: Written) -> None:
    """Into paths, through escapes and lists, in several steps; one without escapes is understood."""
    document = written(
        "openapi: 3.1.0\npaths:\n  /a/{id}: {get: {parameters: [{name: first}, {name: second}]}}\n"
        "x: {$ref: '#/y'}\ny: {$ref: '#/paths/~1a~1%7Bid%7D/get/parameters/1'}\n'%z': {it: 1}\n"
    )

    assert document.resolved(document.root["x"]) == {"name": "second"}
    assert document.at("#/%z/it") == 1
    assert document.missing == []


def test_references_that_lead_nowhere_are_listed_once_with_their_places(written: Written) -> None:
    """What they stand for is an empty object, and so is a circle of references and what is on the web."""
    document = written(
        "openapi: 3.1.0\na: {$ref: '#/no'}\nb: {$ref: '#/c'}\nc: {$ref: '#/b'}\nd: {$ref: 'https://example.com/x.yaml#/x'}\ne: {$ref: no.yaml}\n"
    )

    found = [document.resolved(document.root[name]) for name in "aabde"]

    assert found == [{}] * 5
    assert [(fault.line, fault.message.partition("` ")[2].partition(":")[0]) for fault in document.missing] == [
        (2, "leads nowhere"),
        (3, "goes in a circle"),
        (5, "leads nowhere"),
        (6, "leads nowhere"),
    ]
    assert "save it beside the document" in document.missing[2].message


def test_files_beside_it_refer_to_one_another(written: Written) -> None:
    """Each reference is relative to the file that it stands in."""
    document = written(
        "openapi: 3.1.0\na: {$ref: 'parts/one.yaml#/x'}\n",
        parts__one="x: {$ref: 'two.yaml#/y'}\nz: {in: one}\n",
        parts__two="y:\n  of: {$ref: '../parts/one.yaml#/z'}\n  own: {$ref: '#/w'}\nw: 3\n",
    )

    found = document.resolved(document.root["a"])

    assert document.resolved(found["of"]) == {"in": "one"}
    assert document.resolved(found["own"]) == 3
    assert str(document.place(found)) == "parts/two.yaml:2"


def test_merge_keys_add_what_is_not_there(written: Written) -> None:
    """As YAML 1.1 has it, also for a list of them."""
    document = written("openapi: 3.1.0\na: &a {x: 1, y: 2}\nb: &b {z: 5}\nc: {<<: *a, y: 3}\nd: {<<: [*a, *b]}\n")

    assert document.root["c"] == {"y": 3, "x": 1}
    assert document.root["d"] == {"x": 1, "y": 2, "z": 5}


def test_an_alias_within_itself_ends(written: Written) -> None:
    """It is the object that it stands in."""
    document = written("openapi: 3.1.0\na: &a {b: *a}\n")

    assert document.root["a"]["b"] is document.root["a"]


def test_every_object_has_its_place(written: Written) -> None:
    """Its line, in YAML and in JSON; of JSON with two equal keys the file alone."""
    yaml = written("openapi: 3.1.0\ninfo:\n  title: A\npaths:\n  /a:\n    get:\n      tags: [x]\n")
    json = written('{"openapi": "3.1.0",\n "paths": {\n  "/a {[\\" ": {"get":\n   {"tags": ["x"]}}}}', name="api.json")
    doubled = written('{"openapi": "3.1.0", "a": {}, "a": {"b": 1}}', name="doubled.json")

    assert str(yaml.place(yaml.root["paths"]["/a"]["get"]["tags"])) == f"{yaml.file}:7"
    assert str(json.place(json.root["paths"]['/a {[" ']["get"])) == f"{json.file}:4"
    assert str(json.place(json.root["paths"])) == f"{json.file}:2"
    assert str(doubled.place(doubled.root["a"])) == str(doubled.file)


def test_a_document_is_kept_with_its_places(written: Written, tmp_path: Path) -> None:
    """The second time it comes from JSON, the same; another text is read anew."""
    text = "openapi: 3.1.0\npaths:\n" + "".join(f"  /p{number}:\n    get: {{tags: [t{number}]}}\n" for number in range(2000))
    first = written(text)
    (file,) = (tmp_path / "cache" / "documents").iterdir()
    second = written(text)
    file.write_text(file.read_text().replace("t1999", "kept"))
    third, other = written(text), written(text + "x: 1\n")

    assert first.root == second.root
    assert third.root["paths"]["/p1999"]["get"]["tags"] == ["kept"]
    assert other.root["paths"]["/p1999"]["get"]["tags"] == ["t1999"]
    for number in (0, 700, 1999):
        places = {document.place(document.root["paths"][f"/p{number}"]["get"]).line for document in (first, second, other)}
        assert places == {number * 2 + 4}


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("openapi: 3.1.0\na: [1\nb: 2\n", "api.yaml", "api.yaml:3:2: this is not YAML: did not find expected ',' or ']'"),
        ("openapi: 3.1.0\na: \x00\n", "api.yaml", "api.yaml:2:4: this is not YAML: the character U+0000 is not allowed"),
        ('{\n"openapi": 3,,}', "api.json", "api.json:2:14: this is not JSON: Expecting property name enclosed in double quotes"),
        ("- 1", "api.yaml", "api.yaml:1:1: expected an object with `openapi` or `swagger`, found an array"),
        ("", "api.yaml", "api.yaml:1:1: expected an object with `openapi` or `swagger`, found nothing"),
        ("a: " + "[" * 5_000 + "]" * 5_000, "api.yaml", "api.yaml:1:103: objects are nested too deep in it"),
        ("a:\n  " + "- " * 200_000, "api.yaml", "api.yaml:2:201: objects are nested too deep in it"),
        ("[" * 5_000, "api.json", "api.json:1:1: objects are nested too deep in it"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(text: str, name: str, message: str, written: Written) -> None:
    """File, line, column and what is wrong."""
    with pytest.raises(ManifestError) as caught:
        written(text, name=name)

    assert str(caught.value).endswith(message)


def test_a_document_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    """As is one that is no file."""
    with pytest.raises(UsageError, match="no.yaml cannot be read: No such file"):
        Document(tmp_path / "no.yaml")


def test_bytes_that_are_no_text_are_said_with_their_line(tmp_path: Path) -> None:
    """UTF-8 with or without a mark is read, and nothing else."""
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfopenapi: 3.1.0\n")
    (tmp_path / "b.yaml").write_bytes(b"openapi: 3.1.0\nx: \xff\n")

    assert Document(tmp_path / "a.yaml").version == "3.1.0"
    with pytest.raises(ManifestError, match="b.yaml:2:1: the file is not UTF-8 text"):
        Document(tmp_path / "b.yaml")
