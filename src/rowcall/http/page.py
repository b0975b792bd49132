"""Bodies, checked when they arrive.

A page keeps its body as text, for DuckDB to decode; here only the envelope around the rows is read: how many there are, and what paging
needs. The whole body is checked for being JSON on the way, strictly, because DuckDB would quote a malformed one in its error.
"""

from __future__ import annotations

import codecs
import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import msgspec
from msgspec import UNSET, Raw, UnsetType

from rowcall.http.address import in_url, last_link, next_link, parameter
from rowcall.manifest.model import Paging
from rowcall.plan.nodes import Protocol, Request

TOP = "$"
"""The rows path that means an array at the top of the body."""
_NO_CONTENT = 204
_MOST_DIGITS = 18
"""Of a number that counts rows or pages."""
_MOST_PYTHON_READS = 4300
"""Digits of a whole number. Source: https://docs.python.org/3/library/stdtypes.html#int-max-str-digits"""
_ERROR = "error"
_ERROR_COMPANIONS = frozenset(
    {"code", "detail", "details", "error_description", "message", "object", "ok", "param", "path", "request_id", "requestId"}
    | {"status", "statusCode", "status_code", "success", "timestamp", "trace_id", "type"}
)
"""What stands beside `error` in a body that is an error; a body with any other key is a resource that has a field `error`."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of an API that holds rows."""

    body: str
    """The whole body, valid JSON; `{}` (or `[]` where an array is due) for an empty one."""
    rows: int
    """How many records it holds; 1 for a single object."""
    request: Request
    """What was sent for this page."""
    status: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response as values."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name."""
    content: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """What paging needs to know of a page. `next`, `more` and `total` are UNSET where the body does not have them."""

    rows: int = 0
    next: Any = UNSET
    more: Any = UNSET
    total: Any = UNSET
    records: Sequence[Any] = ()
    """The rows as raw JSON, which can be compared."""
    link: str | None = None
    """The Link header."""
    pages: int | None = None
    """How many pages there are; None where the API does not say."""

    @property
    def says_end(self) -> bool:
        """Whether `more` says that nothing follows; null and absence say nothing."""
        return self.more is False or (self.more is not None and self.more in (0, "false", "False", "0"))

    @property
    def says_more(self) -> bool:
        """Whether `more` says that something follows."""
        return self.more is not UNSET and self.more is not None and not self.says_end and self.more != ""

    @property
    def count(self) -> int | None:
        """`total` as a number; None where the API gives none."""
        return _count(self.total)


class BodyFault(Exception):  # noqa: N818 - a verdict that `refusal.py` turns into an error with its context
    """A body that cannot be used: `reason` says why; `refused` where it is the API's own error under a good status."""

    def __init__(self, reason: str, *, refused: bool = False) -> None:
        self.reason = reason
        self.refused = refused
        super().__init__(reason)


def read_page(answer: Answer, request: Request, protocol: Protocol) -> tuple[Page, Envelope]:
    """The page that `answer` holds, and its envelope.

    No content gives a page without rows: for a write always, as does null, for a read with status 204 only.
    Raises BodyFault for what is not JSON, not of the shape that `protocol` describes, or an error in disguise.
    """
    text, content = decoded(answer)
    if not content.strip() or (not request.reads and content.strip() == b"null"):
        if request.reads and answer.status != _NO_CONTENT:
            raise BodyFault("its body is empty")
        return Page("[]" if protocol.rows == TOP else "{}", 0, request, answer.status), Envelope()
    found, records = _open(content, protocol.rows, protocol.paging)
    next_, more, total = (pluck(found, path) if path else UNSET for path in _paths(protocol.paging))
    page = Page(text, len(records), request, answer.status)
    pages = _pages(protocol.paging, found, answer, request)
    return page, Envelope(page.rows, next_, more, total, records, answer.headers.get("link"), pages)


def _pages(paging: Paging | None, beside: Mapping[str, Any], answer: Answer, request: Request) -> int | None:
    """How many pages the API says that there are; None where it does not, or in no number."""
    if paging is not None and paging.pages is not None:
        return _count(pluck(beside, paging.pages))
    if paging is None or paging.pages_header is None:
        return None
    header = answer.headers.get(paging.pages_header.lower())
    return _count(header) if paging.pages_header.lower() != "link" else _linked_pages(paging, header, request)


def _linked_pages(paging: Paging, header: str | None, request: Request) -> int | None:
    """How many pages there are by the links of one of them. The last one has a link neither to the last nor to a next one.

    Source: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
    """
    name = paging.parameter or ""
    last = last_link(header)
    if last is None and next_link(header) is not None:
        return None
    number = _count((parameter(request, name) or str(paging.start)) if last is None else in_url(last, name))
    return None if number is None else number - paging.start + 1


def _count(value: Any) -> int | None:
    """A number of rows or pages, which may be written as a text; None for what is none."""
    if isinstance(value, str):
        return int(value) if len(value) <= _MOST_DIGITS and value.isdecimal() else None
    is_whole = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0 and value == value // 1
    return int(value) if is_whole else None


def decoded(answer: Answer) -> tuple[str, bytes]:
    """The body as text, and as UTF-8 without byte order mark.

    JSON is UTF-8 (RFC 8259), whatever the charset says; a charset is believed where the bytes are no UTF-8.
    Raises BodyFault where they are nothing that is known.
    """
    content = answer.content
    encoding = json.detect_encoding(content)
    try:
        if encoding.startswith("utf-8"):
            content = content.removeprefix(codecs.BOM_UTF8)
            return content.decode(), content
        text = content.decode(encoding)
    except UnicodeDecodeError as problem:
        declared = _charset(answer.headers.get("content-type", ""))
        if declared is None:
            raise BodyFault(f"its body is not UTF-8 (byte {problem.start})") from problem
        text = content.decode(declared, errors="replace")
    return text, text.encode()


def _charset(content_type: str) -> str | None:
    """The charset that a content type names, where Python knows it and it is another one than UTF-8."""
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            try:
                codec = codecs.lookup(value.strip().strip('"')).name
            except LookupError:
                return None
            return None if codec == "utf-8" else codec
    return None


def pluck(value: Any, path: str) -> Any:
    """What stands in `value` at a dotted path, UNSET where nothing does. A key that holds dots itself, as `@odata.nextLink`, is found."""
    if isinstance(value, list):
        head, _, rest = path.partition(".")
        if not head.isdecimal() or int(head) >= len(value):
            return UNSET
        return pluck(value[int(head)], rest) if rest else value[int(head)]
    if not isinstance(value, dict):
        return UNSET
    if path in value:
        return value[path]
    head, dot, rest = path.partition(".")
    return pluck(value[head], rest) if dot and head in value else UNSET


def last_field(envelope: Envelope, path: str) -> Any:
    """What the last row holds at `path`; UNSET where it has no such field, or there is no row."""
    return row_field(envelope.records[-1], path) if envelope.records else UNSET


def row_field(record: Any, path: str) -> Any:
    """What a row, as raw JSON, holds at `path`; UNSET where it has no such field."""
    return pluck(_plain(record), path)


def _plain(content: bytes | Raw) -> Any:
    """What JSON says, as Python values; a number that none of Python's holds is its text."""
    try:
        return msgspec.json.decode(content)
    except msgspec.ValidationError:
        return json.loads(bytes(content), parse_int=_whole, parse_float=lambda text: number if isfinite(number := float(text)) else text)


def _whole(text: str) -> int | str:
    return int(text) if len(text) <= _MOST_PYTHON_READS else text


def _paths(paging: Paging | None) -> tuple[str | None, str | None, str | None]:
    return (paging.next, paging.more, paging.total) if paging is not None else (None, None, None)


def _beside(paging: Paging | None) -> tuple[str, ...]:
    """The paths of all that is wanted beside the rows."""
    return tuple(path for path in (*_paths(paging), paging.pages if paging is not None else None) if path)


def _open(content: bytes, rows: str | None, paging: Paging | None) -> tuple[dict[str, Any], Sequence[Any]]:
    """What stands beside the rows, nested as in the body, and the rows as raw JSON."""
    try:
        found, records = _reader(rows, _beside(paging)).read(content)
    except msgspec.ValidationError as problem:
        raise _misshapen(content, rows) from problem
    except msgspec.DecodeError as problem:
        raise BodyFault(_not_json(problem, content)) from problem
    except RecursionError as problem:
        raise BodyFault("its JSON is nested too deep") from problem
    if _is_error(found, content, rows):
        raise BodyFault("it is an error", refused=True)
    if records is UNSET:
        raise BodyFault(f"its JSON has no array at `{rows}`")
    # Null where an array is due is how some servers write an empty one.
    return found, records or ()


def _not_json(problem: msgspec.DecodeError, content: bytes) -> str:
    """Why a body is not JSON."""
    if "truncated" not in str(problem):
        return f"its body is not JSON ({str(problem).removeprefix('JSON is malformed: ')})"
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return "its JSON is truncated"
    # msgspec says so of half a surrogate pair too, which Python's own reader lets pass and DuckDB's does not.
    return "its body is not JSON (half a surrogate pair)"


def _misshapen(content: bytes, rows: str | None) -> BodyFault:
    """The verdict on a body that is another kind of JSON than the protocol says."""
    try:
        body = _plain(content)
    except msgspec.DecodeError as problem:
        return BodyFault(_not_json(problem, content))
    except RecursionError:
        return BodyFault("its JSON is nested too deep")
    if isinstance(body, dict) and _is_set(body.get(_ERROR)):
        return BodyFault("it is an error", refused=True)
    if rows is None:
        return BodyFault("its JSON is not an object")
    return BodyFault("its JSON is not an array" if rows == TOP else f"its JSON has no array at `{rows}`")


def _is_error(found: dict[str, Any], content: bytes, rows: str | None) -> bool:
    """Whether a body says `error` where the status says that all is well."""
    if not _is_set(found.get(_ERROR)):
        return False
    return rows is not None or set(_plain(content)) - {_ERROR} <= _ERROR_COMPANIONS


def _is_set(error: Any) -> bool:
    """Whether an `error` says anything: not null, false, empty, or an object of nothing but those."""
    return any(error.values()) if isinstance(error, dict) else bool(error)


class _Reader:
    """Reads envelopes of one form: a struct for each step to the rows, raw JSON for what stands beside it, all else skipped."""

    def __init__(self, rows: str | None, wanted: tuple[str, ...]) -> None:
        self._steps = [] if rows is None or rows == TOP else rows.split(".")
        self._single = rows is None
        self._sides: list[dict[str, str]] = []
        form = list[Raw] if rows == TOP else self._struct(self._steps, {*wanted, _ERROR})
        self._decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(form)

    def _struct(self, steps: list[str], wanted: set[str]) -> Any:
        """The struct of one level. `_sides` gets, for this level, the struct's field of every key that is wanted beside the step."""
        step = steps[0] if steps else None
        keys = {key for path in wanted for key in (path, path.partition(".")[0])} - {step}
        sides = {key: f"side_{number}" for number, key in enumerate(sorted(keys))}
        self._sides.append(sides)
        fields: list[tuple[str, Any, Any]] = [(name, Raw | UnsetType, UNSET) for name in sides.values()]
        names = {name: key for key, name in sides.items()}
        if step is not None:
            below = {path.removeprefix(f"{step}.") for path in wanted if path.startswith(f"{step}.")}
            child = self._struct(steps[1:], below) if len(steps) > 1 else list[Raw]
            fields.append(("step", child | None | UnsetType, UNSET))
            names["step"] = step
        return msgspec.defstruct("Envelope", fields, rename=names, gc=False)

    def read(self, content: bytes) -> tuple[dict[str, Any], Any]:
        """What stands beside the rows, nested as in the body, and the rows; they are UNSET where the body has none."""
        value = self._decoder.decode(content)
        if isinstance(value, list):
            return {}, value
        if self._single:
            return self._beside(value, 0), (content,)
        found: dict[str, Any] = {}
        level = found
        for depth, step in enumerate(self._steps):
            if value is UNSET or value is None:
                return found, UNSET
            level.update(self._beside(value, depth))
            value, level = value.step, level.setdefault(step, {})
        return found, value

    def _beside(self, value: Any, depth: int) -> dict[str, Any]:
        raws = ((key, getattr(value, name)) for key, name in self._sides[depth].items())
        return {key: _plain(raw) for key, raw in raws if raw is not UNSET}


@functools.lru_cache(maxsize=256)
def _reader(rows: str | None, wanted: tuple[str, ...]) -> _Reader:
    return _Reader(rows, wanted)
