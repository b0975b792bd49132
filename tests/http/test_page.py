"""Bodies are checked when they arrive."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from rowcall.http.page import Answer, BodyFault, Envelope, last_field, pluck, read_page
from rowcall.manifest.model import Paging, PagingKind
from rowcall.plan.nodes import Protocol, Request

READ = Request("acme", "acme.store.things", "list_things", "GET", "/things")
WRITE = Request("acme", "acme.store.things", "create_thing", "POST", "/things", reads=False, retriable=False)
LIST = Protocol(rows="data")
CURSOR = Paging(kind=PagingKind.CURSOR, parameter="after", next="last_id", row="id", more="has_more", total="meta.total")


def answer(body: Any, status: int = 200, **headers: str) -> Answer:
    """An answer with a JSON body, or with the bytes given."""
    return Answer(status, headers, body if isinstance(body, bytes) else json.dumps(body).encode())


@pytest.mark.parametrize(
    ("rows", "body", "expected"),
    [
        ("data", {"data": [1, 2, 3]}, 3),
        ("data", {"data": []}, 0),
        ("data", {"data": None}, 0),
        ("result.items", {"result": {"items": [{}], "next": None}}, 1),
        ("$", [{}, {}], 2),
        ("$", [], 0),
        (None, {"id": 1}, 1),
        (None, {}, 1),
    ],
    ids=str,
)
def test_rows_are_counted_where_the_manifest_says(rows: str | None, body: Any, expected: int) -> None:
    """A page knows how many records it holds, and keeps its body as it came."""
    page, _ = read_page(answer(body), READ, Protocol(rows=rows))

    assert (page.rows, json.loads(page.body)) == (expected, body)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b'{"error": "lines of JSON are a text too"}\n{}\n', '{"error": "lines of JSON are a text too"}\n{}\n'),
        (b"", ""),
        (b"null", "null"),
        (b'\xef\xbb\xbfa "quoted" \x00 caf\xc3\xa9', 'a "quoted" \x00 café'),
    ],
    ids=str,
)
def test_a_text_is_one_row_whatever_it_says(content: bytes, text: str) -> None:
    """It is in the field that the manifest says."""
    page, envelope = read_page(answer(content), READ, Protocol(content="content"))

    assert (page.rows, envelope.rows, json.loads(page.body)) == (1, 1, {"content": text})


def test_what_is_no_text_is_a_fault() -> None:
    """As a picture is."""
    with pytest.raises(BodyFault, match=r"its body is no text in UTF-8 \(byte 1\)"):
        read_page(answer(b"a\xff"), READ, Protocol(content="content"))


@pytest.mark.parametrize(
    ("rows", "body", "reason"),
    [
        ("data", b"<html>", "not JSON"),
        ("data", b'{"data": [1, 2', "truncated"),
        ("data", b'{"data": [NaN]}', "not JSON"),
        ("data", b'{"data": [1]} {}', "not JSON"),
        ("data", b'{"data": ["\\ud800"]} ', "not JSON"),
        ("data", b'{"data": ["\xff"]}', "not UTF-8"),
        ("data", b"", "empty"),
        ("data", b" \n", "empty"),
        ("data", b'{"data": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "no array at `data`|nested too deep"),
        ("data", b'{"data": [' + b"[" * 100_000 + b"]" * 100_000 + b"]}", "nested too deep"),
        ("data", {"rows": []}, "no array at `data`"),
        ("data", {"data": {}}, "no array at `data`"),
        ("data", [], "no array at `data`"),
        ("data", b"null", "no array at `data`"),
        ("a.b", {"a": None}, "no array at `a.b`"),
        ("a.b", {"a": []}, "no array at `a.b`"),
        ("$", {"data": []}, "not an array"),
        (None, [1], "not an object"),
        (None, 5, "not an object"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_what_is_not_the_documented_shape_is_a_fault_with_its_reason(rows: str | None, body: Any, reason: str) -> None:
    """Malformed, truncated and misshapen bodies never become pages."""
    with pytest.raises(BodyFault, match=reason):
        read_page(answer(body), READ, Protocol(rows=rows))


@pytest.mark.parametrize(
    ("rows", "body"),
    [
        ("data", {"error": {"message": "no"}}),
        ("data", {"error": "no", "data": []}),
        ("$", {"error": "no"}),
        (None, {"error": {"message": "no"}, "status": 400}),
    ],
    ids=str,
)
def test_an_error_under_a_good_status_is_an_error(rows: str | None, body: Any) -> None:
    """Status 200 does not make rows of an error."""
    with pytest.raises(BodyFault) as caught:
        read_page(answer(body), READ, Protocol(rows=rows))
    assert caught.value.refused


@pytest.mark.parametrize(
    ("rows", "body"),
    [
        ("data", {"error": None, "data": [1]}),
        ("data", {"error": {"code": 0, "message": ""}, "data": [1]}),
        (None, {"id": "b", "error": {"message": "the job failed"}, "model": "m"}),
    ],
    ids=str,
)
def test_a_field_named_error_is_not_always_one(rows: str | None, body: Any) -> None:
    """Nothing said is no error, and a resource may have a field of that name."""
    assert read_page(answer(body), READ, Protocol(rows=rows))[0].rows == 1


@pytest.mark.parametrize(("rows", "body"), [("data", "{}"), ("$", "[]"), (None, "{}")], ids=str)
@pytest.mark.parametrize(
    ("request_", "status", "content"),
    [(WRITE, 200, b""), (WRITE, 204, b""), (WRITE, 200, b"null\n"), (READ, 204, b"")],
    ids=["write 200", "write 204", "write null", "read 204"],
)
def test_no_content_is_a_page_without_rows(request_: Request, status: int, content: bytes, rows: str | None, body: str) -> None:
    """A write may be answered by nothing; a read only when the status says so."""
    page, _ = read_page(answer(content, status), request_, Protocol(rows=rows))

    assert (page.body, page.rows, page.status) == (body, 0, status)


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        ('{"data": ["é"]}'.encode(), "application/json"),
        (b"\xef\xbb\xbf" + '{"data": ["é"]}'.encode(), "application/json"),
        ('{"data": ["é"]}'.encode("latin-1"), "application/json; charset=ISO-8859-1"),
        ('{"data": ["é"]}'.encode(), "application/json; charset=ISO-8859-1"),
        ('{"data": ["é"]}'.encode("utf-16"), "application/json; charset=utf-16"),
        ('{"data": ["é"]}'.encode("utf-16-le"), "application/json"),
    ],
    ids=["plain", "byte order mark", "latin-1", "utf-8 that claims to be latin-1", "utf-16", "utf-16 unsaid"],
)
def test_bodies_are_decoded_whatever_their_charset(content: bytes, content_type: str) -> None:
    """The page's text is the text that was meant."""
    page, _ = read_page(Answer(200, {"content-type": content_type}, content), READ, LIST)

    assert (page.body, page.rows) == ('{"data": ["é"]}', 1)


def test_the_envelope_holds_what_paging_needs() -> None:
    """Cursor, more, total and the last row are read; absent keys are UNSET, null ones None."""
    full = {"data": [{"id": "a"}, {"id": "b"}], "last_id": "b", "has_more": True, "meta": {"total": 2}}

    _, found = read_page(answer(full, link="<x>"), READ, Protocol(rows="data", paging=CURSOR))
    _, bare = read_page(answer({"data": [], "last_id": None}), READ, Protocol(rows="data", paging=CURSOR))

    assert (found.next, found.more, found.total, last_field(found, "id"), found.link) == ("b", True, 2, "b", "<x>")
    assert (bare.next, bare.more, bare.total, last_field(bare, "id"), bare.link) == (None, UNSET, UNSET, UNSET, None)


@pytest.mark.parametrize(
    ("rows", "body", "name"),
    [
        ("data", '{"data": [1], "data": [2]}', "data"),
        ("data", '{"data": [1], "data": []}', "data"),
        ("data", '{"data": null, "data": [1]}', "data"),
        ("data", '{"data": [1], "has_more": false, "d\\u0061ta": [1]}', "data"),
        ("data", '{"data": [1], "data": 5}', "data"),
        ("data", '{"x": 1e400, "data": [1], "data": [2]}', "data"),
        ("data", '{"has_more": true, "data": [1], "has_more": false}', "has_more"),
        ("data", '{"last_id": "a", "data": [1], "last_id": null}', "last_id"),
        ("data", '{"data": [1], "meta": {"total": 1, "total": 2}}', "total"),
        ("data", '{"data": [1], "meta": {"total": 1}, "meta": {}}', "meta"),
        ("data", '{"error": {"message": "no"}, "data": [1], "error": null}', "error"),
        ("meta.items", '{"meta": {"items": [1], "items": [2]}}', "items"),
        ("meta.items", '{"meta": {"items": [1]}, "meta": {"items": [2]}}', "meta"),
        ("meta.items", '{"meta": {"items": [1], "total": 1, "total": 2}}', "total"),
        ("meta.items", '{"x": -1e400, "meta": {"items": [1], "items": [2]}}', "items"),
        (None, '{"id": 1, "error": "no", "error": null}', "error"),
    ],
    ids=str,
)
def test_rows_or_a_cursor_that_are_there_twice_are_a_fault(rows: str | None, body: str, name: str) -> None:
    """One parser reads the first, another the last: what is counted, decoded and followed need not be of one page."""
    with pytest.raises(BodyFault, match=f"has `{name}` twice"):
        read_page(answer(body.encode()), READ, Protocol(rows=rows, paging=CURSOR))


@pytest.mark.parametrize(
    ("rows", "body", "count"),
    [
        ("data", '{"object": "list", "data": [{"data": [1], "data": [2], "has_more": 1}, {"data": 1}], "object": 5, "has_more": true}', 2),
        ("data", '{"Data": [], "data": [1], "Has_more": false, "has_more": true, "next": {"data": [], "data": [], "last_id": 1}}', 1),
        ("data", '{"included": [{"data": []}, {"data": []}], "data": [1], "included": [], "has_more": true}', 1),
        ("meta.items", '{"items": [], "meta": {"meta": {}, "meta": [], "items": [1]}, "has_more": true, "items": 5}', 1),
        (None, '{"id": 1, "id": 2, "data": [], "data": [], "has_more": true}', 1),
        ("$", '[{"data": [], "data": []}]', 1),
    ],
    ids=str,
)
def test_other_names_may_be_there_twice(rows: str | None, body: str, count: int) -> None:
    """Names within rows, or of what nobody reads; and names that differ in case are two."""
    page, envelope = read_page(answer(body.encode()), READ, Protocol(rows=rows, paging=CURSOR))

    assert (page.rows, page.body, envelope.more) == (count, body, UNSET if rows == "$" else True)


def test_the_first_id_of_a_row_leads_to_the_next_page() -> None:
    """It is the one that DuckDB gives as its column."""
    _, envelope = read_page(answer(b'{"data": [{"id": "a", "id": "b", "x": {"y": 1, "y": 2}, "x": 5}]}'), READ, LIST)

    assert (last_field(envelope, "id"), last_field(envelope, "x.y")) == ("a", 1)


@given(st.lists(st.sampled_from(["data", "has_more", "other"]), max_size=5), st.sampled_from(["[]", "[{}]", "null", "{}", "1e400", '"x"']))
def test_a_page_is_one_that_every_parser_reads_alike(names: list[str], value: str) -> None:
    """In whichever order the names stand, and whatever they have: what becomes a page has none twice that is read."""
    members = [*((name, value) for name in names), ("data", "[1]")]
    body = "{" + ", ".join(f'"{name}": {value}' for name, value in members) + "}"
    wanted = [name for name, _ in members if name != "other"]

    if len(set(wanted)) < len(wanted):
        with pytest.raises(BodyFault, match="twice"):
            read_page(answer(body.encode()), READ, Protocol(rows="data", paging=CURSOR))
    else:
        assert read_page(answer(body.encode()), READ, Protocol(rows="data", paging=CURSOR))[0].rows == 1


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1" * 5000], ids=["too great", "too small", "too long"])
def test_a_number_that_python_does_not_hold_is_no_hindrance(number: str) -> None:
    """Beside the rows it is a text; within a row another field is found."""
    body = f'{{"data": [{{"x": {number}, "id": "a", "n": 5, "y": 1.5}}], "cursor": {number}}}'
    protocol = Protocol(rows="data", paging=Paging(kind=PagingKind.CURSOR, next="cursor", parameter="after"))

    _, envelope = read_page(answer(body.encode()), READ, protocol)

    assert envelope.next == number
    assert [last_field(envelope, field) for field in ("x", "id", "n", "y")] == [number, "a", 5, 1.5]


def test_paging_facts_are_found_beside_nested_rows() -> None:
    """A token in the object that also holds the rows is found, as is one whose key has dots."""
    paging = Paging(kind=PagingKind.TOKEN, parameter="t", next="result.next.token", more="@odata.more", total="result.count")
    body = {"result": {"items": [1], "next": {"token": "x"}, "count": 9}, "@odata.more": True}

    _, found = read_page(answer(body), READ, Protocol(rows="result.items", paging=paging))

    assert (found.next, found.more, found.total) == ("x", True, 9)


@pytest.mark.parametrize(
    ("more", "says_end", "says_more"),
    [
        (True, False, True),
        (False, True, False),
        (None, False, False),
        ("false", True, False),
        ("true", False, True),
        (0, True, False),
        (3, False, True),
    ],
)
def test_more_is_understood_in_every_spelling(more: Any, says_end: bool, says_more: bool) -> None:
    """Null says nothing either way."""
    assert (Envelope(more=more).says_end, Envelope(more=more).says_more) == (says_end, says_more)


@pytest.mark.parametrize(
    ("total", "count"), [(9, 9), ("9", 9), (9.0, 9), (0, 0), (-1, None), (True, None), (None, None), ("many", None), ([9], None)], ids=repr
)
def test_a_total_is_a_number_or_nothing(total: Any, count: int | None) -> None:
    """Text of digits counts, as some APIs write numbers; everything else says nothing."""
    assert Envelope(total=total).count == count


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=6), st.text(max_size=3), JSON)
def test_any_rows_are_counted_and_kept(rows: list[Any], key: str, beside: Any) -> None:
    """Whatever the rows are and whatever stands beside them, the count is theirs and the body is whole."""
    body = {key: beside} | {"data": rows}
    if "error" in body:
        return

    page, envelope = read_page(answer(body), READ, LIST)

    assert (page.rows, json.loads(page.body)) == (len(rows), body)
    assert [json.loads(bytes(record)) for record in envelope.records] == rows


@given(st.binary(max_size=60))
def test_any_bytes_are_a_page_or_a_fault(content: bytes) -> None:
    """No body makes the reader fail in another way, and a page is always JSON."""
    try:
        page, _ = read_page(answer(content), READ, LIST)
    except BodyFault:
        return
    assert "data" in json.loads(page.body)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        *[
            ("a.b", 1),
            ("a", {"b": 1, "x.y": 2}),
            ("a.x.y", 2),
            ("l.1.c", 3),
            ("l.9", UNSET),
            ("l.c", UNSET),
            ("a.b.c", UNSET),
            ("z", UNSET),
        ],
        *[("k.rel=next.at", 2), ("k.rel=next", {"rel": "next", "at": 2}), ("k.rel=last.at", UNSET), ("l.rel=next", UNSET)],
    ],
)
def test_plucking_follows_a_path_through_objects_and_arrays(path: str, expected: Any) -> None:
    """A path that leads nowhere gives UNSET."""
    links = [{"rel": "self", "at": 1}, {"rel": "next", "at": 2}]

    assert pluck({"a": {"b": 1, "x.y": 2}, "l": [0, {"c": 3}], "k": links}, path) == expected
