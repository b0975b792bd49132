"""Forms as they go out: which fields there are, and the bytes."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcall.http.bodies import encoded, fields, media_type
from rowcall.manifest.files import File
from rowcall.manifest.model import Encoding
from rowcall.plan.nodes import Request
from rowcall.sandbox.exchange import Incoming
from rowcall.sandbox.forms import fields as sent_fields

NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0%"), min_size=1, max_size=8)
FILES = st.builds(File, st.binary(max_size=40), NAMES)


def request(body: Any, encoding: Encoding) -> Request:
    """A request with this body."""
    return Request("p", "p.s.r", "m", "POST", "/rs", body=body, encoding=encoding)


@pytest.mark.parametrize(("body", "expected"), [
    ({"a": 1, "b": 1.0, "c": True, "d": "x"}, [("a", "1"), ("b", "1"), ("c", "true"), ("d", "x")]),
    ({"a": {"b": {"c": 1}, "d": [1, 2]}}, [("a[b][c]", "1"), ("a[d]", "1"), ("a[d]", "2")]),
    ({"a": [{"b": 1}, {"b": 2}], "c": [[1], [2]]}, [("a[0][b]", "1"), ("a[1][b]", "2"), ("c[0]", "1"), ("c[1]", "2")]),
    ({"a": None, "b": [], "c": {}, "d": "", "e": 0, "f": False}, [("a", ""), ("b", ""), ("c", ""), ("d", ""), ("e", "0"), ("f", "false")]),
], ids=["texts", "objects", "lists", "nothing"])  # fmt: skip
def test_a_value_is_as_many_fields_as_it_has_texts(body: Any, expected: list[tuple[str, str]]) -> None:
    """In their order."""
    assert fields(body) == expected


def test_the_form_of_a_url_is_that_of_httpx() -> None:
    """Which writes it as browsers do."""
    body = {"a b": "c&d=e", "ü": "1+1", "x": "~*-._"}

    assert encoded(request(body, Encoding.URLENCODED)) == (
        httpx.Request("POST", "http://h", data=body).read(),
        "application/x-www-form-urlencoded",
    )


def test_a_form_of_several_parts_is_that_of_httpx() -> None:
    """With the same boundary, the bytes are the same."""
    body = {"purpose": "batch", "file": File(b"\x00\r\n--", 'a "quoted" näme.jpg')}
    content, kind = encoded(request(body, Encoding.MULTIPART))

    theirs = httpx.Request(
        "POST",
        "http://h",
        data={"purpose": "batch"},
        files={"file": ('a "quoted" näme.jpg', b"\x00\r\n--")},
        headers={"content-type": kind},
    )

    assert content == theirs.read()


@given(st.dictionaries(NAMES, st.text(st.characters(codec="utf-8"), max_size=20) | FILES, max_size=4))
def test_what_goes_out_is_what_comes_in(body: dict[str, Any]) -> None:
    """Any bytes, any text and any name but a percent sign, which nothing escapes; the same body is the same bytes."""
    content, kind = encoded(request(body, Encoding.MULTIPART))

    found = sent_fields(Incoming("POST", "/rs", (), {"content-type": kind}, content or b""))

    assert found == list(body.items())
    assert [value.content for _, value in found if isinstance(value, File)] == [
        one.content for one in body.values() if isinstance(one, File)
    ]
    assert encoded(request(dict(body), Encoding.MULTIPART)) == (content, kind)


def test_what_kind_of_file_it_is_follows_from_its_name() -> None:
    """By what Python knows, wherever it runs."""
    assert [media_type(name) for name in ("a.png", "a.JPG", "a.json", "a", "a.unheard")] == [
        "image/png",
        "image/jpeg",
        "application/json",
        "application/octet-stream",
        "application/octet-stream",
    ]
