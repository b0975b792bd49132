"""Plans as files: what is written is read, and what was altered is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcall.errors import PlanError
from rowcall.session.planfile import Header, Planned, load, save, text_of

HEADER = Header("0.1.0", "2026-11-30T00:00:00+00:00", "update", "UPDATE …", "p", "https://h", "p.s.r", "change", 2)
ROWS = (
    Planned("PATCH", "/rs/1", (("a", "b c"),), (("x-h", "1"),), {"id": 1}, {"name": "é"}, '["t"]', {"name": "n"}, "v1"),
    Planned("PATCH", "/rs/2", (), (), {"id": 2}, None, None, None, None, absent=True),
)
TEXT = text_of(HEADER, ROWS)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=3),
    max_leaves=8,
)


def written(folder: Path, data: bytes | str) -> str:
    """The name of a file that holds this."""
    path = folder / "plan.jsonl"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return str(path)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the files of these tests, one after the other."""
    return tmp_path_factory.mktemp("plans")


def test_what_is_written_is_read(folder: Path) -> None:
    """All of it."""
    plan = load(written(folder, TEXT))

    assert (plan.header, plan.rows) == (HEADER, ROWS)


@given(body=JSON, text=st.text(st.characters(codec="utf-8")))
def test_any_value_is_read_as_it_was(folder: Path, body: Any, text: str) -> None:
    """In one line each, of characters that can be seen."""
    row = Planned("POST", f"/{text}", ((text, text),), (), {text: text}, body, text, {text: body}, text or None)
    header = Header("0", "t", "insert", text, "p", "u", "r", "m", 1)
    written_text = text_of(header, [row])

    plan = load(written(folder, written_text))

    assert plan.rows == (row,)
    assert plan.header == header
    assert len(written_text.split("\n")) == 3
    assert all(character.isprintable() or character == "\n" for character in written_text)


def test_a_change_of_any_one_character_is_refused(folder: Path) -> None:
    """Each character of the file in turn: another one, none, or one more."""
    for at in range(len(TEXT)):
        for instead in ("~" if TEXT[at] != "~" else "-", "", TEXT[at] * 2):
            if TEXT[:at] + instead + TEXT[at + 1 :] == TEXT:
                continue
            with pytest.raises(PlanError, match=r"plan.jsonl:\d+: .* Nothing was sent\."):
                load(written(folder, TEXT[:at] + instead + TEXT[at + 1 :]))


@given(st.data())
def test_no_file_but_a_plan_is_read(folder: Path, data: st.DataObject) -> None:
    """Whatever bytes stand in place of others, and wherever: it is refused with its place, and nothing else is raised."""
    raw = TEXT.encode()
    start = data.draw(st.integers(0, len(raw)))
    end = data.draw(st.integers(start, len(raw)))
    altered = raw[:start] + data.draw(st.binary(max_size=20)) + raw[end:]
    if altered != raw:
        with pytest.raises(PlanError, match=r"plan.jsonl:\d+: "):
            load(written(folder, altered))


def test_rows_that_change_places_or_are_left_out_are_refused(folder: Path) -> None:
    """Though each is as it was."""
    head, one, two, end = TEXT.split("\n")
    for lines in ([head, two, one, end], [head, one, end], [head, one, two, two, end], [head, one, two], [head, one, "", two, end]):
        with pytest.raises(PlanError, match=r"plan.jsonl:1: the file was altered after it was written"):
            load(written(folder, "\n".join(lines)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1: this is no line of a plan"),
        ("id,name\n1,a\n", "1: this is no line of a plan"),
        ("[1]\n", "1: this is no line of a plan"),
        ('{"a": 1}\n', "1: this is no plan of rowcall's"),
        (
            TEXT.replace('"rowcall_plan": 1', '"rowcall_plan": 2'),
            "1: this plan is of version 2 of the format, and this rowcall reads version 1",
        ),
        (TEXT.replace('"rowcall_plan": 1', '"rowcall_plan": "1"'), "1: this plan is of version '1' of the format"),
        (TEXT.replace('"rowcall_plan": 1', '"rowcall_plan": true'), "1: this plan is of version True of the format"),
        ("[" * 100_000, "1: this is no line of a plan"),
    ],
)
def test_what_is_no_plan_of_this_version_is_refused(folder: Path, text: str, expected: str) -> None:
    """And said to be that, before its digest is looked at."""
    with pytest.raises(PlanError, match=f"plan.jsonl:{expected}"):
        load(written(folder, text))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"row": 2', '"row": 3', "3: this is not row 2 of p.s.r.change"),
        ('"row": 2, "resource": "p.s.r"', '"row": 2, "resource": "p.s.q"', "3: this is not row 2 of p.s.r.change"),
        ('"http": "PATCH", "path": "/rs/2"', '"path": "/rs/2"', "3: `http` is missing, or is not what it has to be"),
        ('"parameters": {"id": 2}', '"parameters": [2]', "3: `parameters` is missing, or is not what it has to be"),
        ('"absent": true', '"absent": 1', "3: `absent` is missing, or is not what it has to be"),
        ('"absent": true', '"absent": true, "secret": 1', "3: a plan has no `secret`"),
        ('[["a", "b c"]]', '[["a", 1]]', "2: `query` is not what it has to be"),
        ('[["a", "b c"]]', '["a"]', "2: `query` is not what it has to be"),
        ('"requests": 2', '"requests": 3', "1: it is of 3 requests, and has 2"),
        ('"requests": 2', '"requests": true', "1: `requests` is missing"),
        ('"kind": "update", ', "", "1: `kind` is missing"),
        ('{"row": 2,', "row 2,", "3: this is no line of a plan"),
    ],
)
def test_a_line_that_is_none_is_refused_by_its_number(folder: Path, old: str, new: str, expected: str) -> None:
    """Where the digest is right, too."""
    import hashlib

    assert old in TEXT
    before, _, after = TEXT.replace(old, new).partition(json.loads(TEXT.split("\n")[0])["digest"].removeprefix("sha256:"))
    digest = hashlib.sha256(f"{before}{'0' * 64}{after}".encode()).hexdigest()
    with pytest.raises(PlanError, match=f"plan.jsonl:{expected}"):
        load(written(folder, f"{before}{digest}{after}"))


def test_a_file_that_cannot_be_read_is_an_error(folder: Path) -> None:
    """With the reason."""
    with pytest.raises(PlanError, match=r"nothing.jsonl cannot be read: No such file or directory\."):
        load(str(folder / "nothing.jsonl"))
    with pytest.raises(PlanError, match=r"cannot be read: "):
        load(str(folder))
    with pytest.raises(PlanError, match=r"cannot be read: "):
        load("a\0b")


def test_of_two_that_make_one_file_one_does(tmp_path: Path) -> None:
    """The other is told so, and leaves nothing behind."""
    save(str(tmp_path / "f"), "one", overwrite=False)
    with pytest.raises(PlanError, match="is there already"):
        save(str(tmp_path / "f"), "two", overwrite=False)
    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [("f", "one")]

    save(str(tmp_path / "f"), "two", overwrite=True)
    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [("f", "two")]


def test_a_file_system_without_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is taken first then."""

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    save(str(tmp_path / "f"), "one", overwrite=False)
    with pytest.raises(PlanError, match="is there already"):
        save(str(tmp_path / "f"), "two", overwrite=False)

    assert [(path.name, path.read_text("utf-8")) for path in tmp_path.iterdir()] == [("f", "one")]
