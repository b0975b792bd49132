"""The body of an answer: its rows where the manifest says that they are, what leads to the next page, and the form of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

from rowcall.manifest.model import Method, Paging, PagingKind, TransformKind
from rowcall.sandbox.page import Page, cursor
from rowcall.sandbox.record import Record
from rowcall.sandbox.untransformed import untransformed
from rowcall.sandbox.xml import xml

_STEP = re.compile(r"""\.([^.\[\]*]+)|\[["'](.*?)["']\]|(\[\*\]|\.\*)""")
"""A step of a JSON path: a name, a name in brackets, or all there is."""


def holding(method: Method, rows: Sequence[Any], *, is_one: bool) -> Any:
    """A body that holds rows where the method looks for them; `is_one` says that the one row is no list of rows."""
    if method.pick is not None:
        rows = [row for each in rows if (row := _in_field(each, method.into)) is not None]
        return _nested(_STEP.findall(method.pick), rows, is_one=is_one)
    if method.rows is None:
        return rows[0] if rows else {}
    return [*rows] if method.rows == "$" else _with({}, method.rows.split("."), [*rows])


def envelope(method: Method, paging: Paging | None, found: Page, next_url: str | None, *, is_one: bool = False) -> Any:
    """The body of a page, with its rows and what leads to the next page where the manifest says that they are."""
    body = holding(method, found.records, is_one=is_one)
    if paging is None or not isinstance(body, dict):
        return body
    following: Any = next_url if paging.kind is PagingKind.NEXT_URL else found.next
    if paging.kind is PagingKind.CURSOR:
        following = cursor(found.records[-1], paging.row) if found.records and (found.more or paging.more is not None) else None
    counted = ((paging.total, found.total), (paging.pages, found.pages), (paging.number, found.number))
    for path, value in ((paging.next, following), (paging.more, found.more), *counted):
        if path is not None:
            _with(body, path.split("."), value)
    return body


def _in_field(row: Any, into: str | None) -> Any:
    """What a row is picked as: the one field of it that holds what is picked."""
    values = row.values if isinstance(row, Record) else row
    return row if into is None else values.get(into)


def _nested(steps: list[tuple[str, str, str]], rows: list[Any], *, is_one: bool) -> Any:
    """What a JSON path picks rows from, all of them in the first of what stands on the way."""
    if not steps:
        return rows[0] if is_one and rows else rows
    name, quoted, each = steps[0]
    if each:
        return rows if len(steps) == 1 else [_nested(steps[1:], rows, is_one=is_one)]
    return {name or quoted: _nested(steps[1:], rows, is_one=is_one)}


def _with(body: dict[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    """The body, whose field at a path has the value, unless something else stands there or in the way.

    A number counts the items of a list.
    """
    place: Any = body
    for name in path[:-1]:
        is_item = isinstance(place, list) and name.isdecimal() and int(name) < len(place)
        place = place[int(name)] if is_item else place.setdefault(name, {}) if isinstance(place, dict) else None
    if isinstance(place, dict):
        place.setdefault(path[-1], value)
    return body


# -- how it is written -----------------------------------------------------------------------------------------------------------------


def written(method: Method | None, body: Any, plain: Callable[[Any], Any]) -> tuple[bytes, str] | None:
    """A body as bytes and their content type; `plain` makes JSON of what is none. None where nothing is known of what it is made of."""
    text = json.dumps(body, ensure_ascii=False, default=plain)
    transform = method.transform if method is not None else None
    if method is None or transform is None:
        return text.encode(), "application/json"
    kind = method.headers.get("Accept", _CONTENT_TYPES[transform.kind])
    if transform.template:
        answer = untransformed(transform, json.loads(text))
        return None if answer is None else (answer.encode(), kind)
    if transform.kind is TransformKind.JSONL and isinstance(body, list):
        lines = (json.dumps(row, ensure_ascii=False, default=plain) for row in body)
        return "".join(f"{line}\n" for line in lines).encode(), kind
    return (xml(json.loads(text)).encode(), kind) if transform.kind is TransformKind.XML else (text.encode(), kind)


_CONTENT_TYPES = {
    TransformKind.JSON: "application/json",
    TransformKind.JSONL: "application/x-ndjson",
    TransformKind.TEXT: "text/plain",
    TransformKind.XML: "application/xml",
}
