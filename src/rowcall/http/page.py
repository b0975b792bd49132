"""Bodies, checked when they arrive.

A page keeps its body as text, for DuckDB to decode; here only the envelope around the rows is read: how many there are, and what paging
needs. The whole body is checked for being JSON on the way, strictly, because DuckDB would quote a malformed one in its error.

JSON leaves open what a name means that an object has twice (RFC 8259, section 4). DuckDB reads the first, and most parsers the last: where
these are the rows, or what leads to the next page, the body is a fault, for rows would be missing. Within a row the first counts.
"""

from __future__ import annotations

import base64
import codecs
import functools
import json
import operator
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import msgspec
from msgspec import UNSET, Raw

from rowcall.http.address import in_url, last_link, next_link, parameter
from rowcall.manifest.model import Paging, PagingKind, Transform, TransformKind
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
    number: int | None = None
    """Which page it says that it is; None where it does not."""
    is_partial: bool = False
    """Whether the API says that these are not all rows there are, for another reason than paging."""

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

    No content gives a page without rows: for a write always, as do null and an empty object, for a read with status 204 only.
    Raises BodyFault for what is not JSON, not of the shape that `protocol` describes, or an error in disguise, and where the rows or
    something that paging needs are there twice.
    """
    if protocol.content is not None:
        return _file_page(answer, request, protocol.content, is_binary=protocol.is_binary)
    text, content = decoded(answer)
    if not content.strip() or (not request.reads and content.strip() in {b"null", b"{}"}):
        if request.reads and answer.status != _NO_CONTENT and not _may_be_empty(protocol.transform):
            raise BodyFault("its body is empty")
        return Page("[]" if protocol.rows == TOP else "{}", 0, request, answer.status), Envelope()
    if protocol.transform is not None:
        if protocol.incomplete is not None and _tells(content, protocol.incomplete):
            return Page("[]", 0, request, answer.status), Envelope(is_partial=True)
        text, content = _as_json(protocol.transform, text, reads=request.reads)
    try:
        if protocol.pick is None:
            found, records = _open(content, protocol.rows, protocol.empty_with)
        else:
            found, records = _picked(content, protocol.pick, protocol.into)
            is_due = request.reads and protocol.transform is None and not _is_empty(found, protocol.empty_with)
            if not records and is_due and not _leads(found, protocol.pick):
                raise BodyFault(f"its JSON has nothing at `{protocol.pick}`")
            text = f"[{','.join(bytes(record).decode() for record in records)}]"
        next_, more, total = _said(found, records, answer, protocol.paging)
        pages = _pages(protocol.paging, found, answer, request)
        number = _count(pluck(found, protocol.paging.number)) if protocol.paging is not None and protocol.paging.number else None
    except RecursionError as problem:
        raise BodyFault("its JSON is nested too deep") from problem
    page = Page(text, len(records), request, answer.status)
    is_partial = protocol.incomplete is not None and _is_set(pluck(found, protocol.incomplete))
    return page, Envelope(page.rows, next_, more, total, records, _link(protocol.paging, answer), pages, number, is_partial)


def _link(paging: Paging | None, answer: Answer) -> str | None:
    """The header that has links to other pages, which is the Link header but where a manifest says otherwise; None where it is absent."""
    name = paging.next_header if paging is not None and paging.kind is PagingKind.LINK else None
    return answer.headers.get((name or "link").lower())


def _file_page(answer: Answer, request: Request, field: str, *, is_binary: bool) -> tuple[Page, Envelope]:
    """A row whose one field is the body, whatever that says: its base64 where it may be any bytes, else the text that it is.

    Where a write answers nothing, there is no row.
    """
    if not request.reads and not answer.content:
        return Page("{}", 0, request, answer.status), Envelope()
    if is_binary:
        return Page(f'{{{json.dumps(field)}:"{base64.b64encode(answer.content).decode()}"}}', 1, request, answer.status), Envelope(1)
    try:
        text = msgspec.json.encode({field: answer.content.removeprefix(codecs.BOM_UTF8).decode()}).decode()
    except UnicodeDecodeError as problem:
        raise BodyFault(f"its body is no text in UTF-8 (byte {problem.start})") from problem
    return Page(text, 1, request, answer.status), Envelope(1)


def _said(found: Any, records: Sequence[Any], answer: Answer, paging: Paging | None) -> tuple[Any, Any, Any]:
    """What leads to the next page, whether there is one, and how many rows there are; UNSET where nothing is said of it."""
    next_, more, total = (pluck(found, path, once=True) if path else UNSET for path in _paths(paging))
    if paging is not None and paging.next_header is not None:
        next_ = answer.headers.get(paging.next_header.lower(), UNSET)
    if paging is None or paging.kind is not PagingKind.FOUND:
        return next_, more, total
    found_next, found_more, found_total = _found(found, records, answer, paging)
    return found_next, more if paging.more else found_more, total if paging.total else found_total


def _found(found: Any, records: Sequence[Any], answer: Answer, paging: Paging) -> tuple[Any, Any, Any]:
    """What leads to the next page, whether there is one, and how many rows there are, where the manifest does not say how a page tells."""
    from rowcall.http import marker

    last = row_field(records[-1], "id") if records else UNSET
    next_ = marker.marker(found, answer.headers.get("link"), paging.parameters, last=last) or UNSET
    return next_, marker.more(found), marker.total(found)


def _pages(paging: Paging | None, found: Any, answer: Answer, request: Request) -> int | None:
    """How many pages the API says that there are; None where it does not, or in no number."""
    if paging is not None and paging.pages is not None:
        return _count(pluck(found, paging.pages, once=True))
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


def pluck(value: Any, path: str, *, once: bool = False) -> Any:
    """What stands in `value` at a dotted path, UNSET where nothing does. A key that holds dots itself, as `@odata.nextLink`, is found.

    A number counts the items of an array; `rel=next` is the first item that has this.
    `value` may be raw JSON, or hold some. Of a name that stands twice the first counts, or with `once` BodyFault is raised.
    """
    value, (head, dot, rest) = _opened(value), path.partition(".")
    if isinstance(value, list):
        name, equals, wanted = head.partition("=")
        if equals:
            item = next((one for one in value if pluck(one, name) == wanted), UNSET)
        else:
            item = value[int(head)] if head.isdecimal() and int(head) < len(value) else UNSET
        return item if item is UNSET else pluck(item, rest, once=once) if rest else _plain(item)
    if not isinstance(value, dict):
        return UNSET
    if path in value:
        return _plain(_member(value, path, once=once))
    return pluck(_member(value, head, once=once), rest, once=once) if dot and head in value else UNSET


def pick(value: Any, path: str) -> Iterator[Raw]:
    """What a JSON path leads to, each in turn: the items of an array at its end, any other value but null by itself.

    `[*]` stands for all items of an array, or all values of an object. Nothing where a step leads nowhere.
    """
    name, is_each, rest = _step(path)
    value = _opened(value)
    if name:
        if not isinstance(value, dict) or name not in value:
            return
        value = _member(value, name, once=True)
    if not is_each:
        if not rest:
            yield from _ends(value)
            return
        yield from pick(value, rest)
        return
    value = _opened(value)
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from pick(item, rest) if rest else (item,)


def _ends(value: Any) -> Iterator[Raw]:
    """What stands at the end of a path."""
    opened = _opened(value)
    if isinstance(opened, list):
        yield from opened
    elif isinstance(value, Raw):
        yield from () if bytes(value) == b"null" else (value,)
    elif value is not None:
        yield Raw(msgspec.json.encode(value))


_STEP = re.compile(r"""^\$?(?:\.(?P<name>[^.\[\]]+)|\[(?P<quote>["'])(?P<quoted>.*?)(?P=quote)\])?(?P<each>\[\*\]|\.\*)?""")


def _step(path: str) -> tuple[str, bool, str]:
    """The first step of a JSON path: a name, whether each of what stands there is meant, and the rest of the path."""
    found = _STEP.match(path)
    if found is None or (found.end() == 0 and path):
        raise BodyFault(f"nothing is known of how `{path}` picks rows")
    return found["name"] or found["quoted"] or "", found["each"] is not None, path[found.end() :]


def last_field(envelope: Envelope, path: str) -> Any:
    """What the last row holds at `path`; UNSET where it has no such field, or there is no row."""
    return row_field(envelope.records[-1], path) if envelope.records else UNSET


def row_field(record: Any, path: str) -> Any:
    """What a row, as raw JSON, holds at `path`; UNSET where it has no such field."""
    return pluck(Raw(record) if isinstance(record, bytes) else record, path)


def _plain(content: Any) -> Any:
    """What JSON says, as Python values; a number that none of Python's holds is its text."""
    if isinstance(content, list):
        return [*map(_plain, content)]
    if isinstance(content, dict):
        return {name: _plain(value) for name, value in content.items()}
    if not isinstance(content, (bytes, Raw)):
        return content
    try:
        return msgspec.json.decode(content)
    except msgspec.ValidationError:
        return json.loads(bytes(content), parse_int=_whole, parse_float=lambda text: number if isfinite(number := float(text)) else text)


def _whole(text: str) -> int | str:
    return int(text) if len(text) <= _MOST_PYTHON_READS else text


def _paths(paging: Paging | None) -> tuple[str | None, str | None, str | None]:
    return (paging.next, paging.more, paging.total) if paging is not None else (None, None, None)


def _open(content: bytes, rows: str | None, empty_with: Collection[str] | None = None) -> tuple[Any, Sequence[Any]]:
    """The body, with what stands deeper than the rows as raw JSON, and the rows, each as raw JSON."""
    try:
        found = _read(content, rows)
        records = _records(found, content, rows)
    except msgspec.DecodeError as problem:
        raise BodyFault(_not_json(problem, content)) from problem
    if _is_error(found, rows):
        raise BodyFault("it is an error", refused=True)
    if records is UNSET and not _is_empty(found, empty_with):
        raise BodyFault(_misshapen(rows))
    # Null where an array is due is how some servers write an empty one.
    return found, records or ()


def _is_empty(found: Any, names: Collection[str] | None) -> bool:
    """Whether a body is one that leaves out a list without rows: it has nothing but what may stand beside one."""
    return names is not None and isinstance(found, dict) and all(name in names for name in found)


def _picked(content: bytes, path: str, into: str | None) -> tuple[Any, Sequence[Any]]:
    """The body, and the rows that a path picks out of it, each as raw JSON; in a field of a row with `into`."""
    try:
        found = _opened(msgspec.json.decode(content, type=Raw))
        records = [*pick(found, path)]
    except msgspec.DecodeError as problem:
        raise BodyFault(_not_json(problem, content)) from problem
    if _is_error(found, path) or (not records and _failed(found)):
        raise BodyFault("it is an error", refused=True)
    if into is not None:
        start = b"{" + msgspec.json.encode(into) + b":"
        records = [Raw(start + bytes(record) + b"}") for record in records]
    return found, records


def _leads(found: Any, path: str) -> bool:
    """Whether a path begins in a body: what it picks may be null, or nothing further down, but is not of another kind of answer."""
    name, _, _ = _step(path)
    return not name or (isinstance(found, dict) and name in found)


def _tells(content: bytes, path: str) -> bool:
    """Whether a body says something at a path, which a template may leave out. Raises BodyFault where it is nothing but an error."""
    try:
        found = _opened(Raw(content))
    except msgspec.DecodeError:
        return False
    if _failed(found):
        raise BodyFault("it is an error", refused=True)
    return _is_set(pluck(found, path))


def _may_be_empty(transform: Transform | None) -> bool:
    """Whether a body without anything in it is a list without rows: one of lines that has none."""
    return transform is not None and transform.kind is TransformKind.JSONL


def _as_json(transform: Transform, text: str, *, reads: bool) -> tuple[str, bytes]:
    """A body as the JSON that is made of it."""
    from rowcall.http.transform import transformed

    try:
        text = transformed(transform, text, reads=reads)
    except ValueError as problem:
        raise BodyFault(str(problem)) from problem
    except RecursionError as problem:
        raise BodyFault("it is nested too deeply") from problem
    return text, text.encode()


def _failed(found: Any) -> bool:
    """Whether a body is that of a query in GraphQL which gave nothing but errors."""
    return isinstance(found, dict) and _is_set(pluck(found, "errors")) and not _is_set(pluck(found, "data"))


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


def _misshapen(rows: str | None) -> str:
    """Why a body is not used that is another kind of JSON than the protocol says."""
    if rows is None:
        return "its JSON is not an object"
    return "its JSON is not an array" if rows == TOP else f"its JSON has no array at `{rows}`"


def _is_error(found: Any, rows: str | None) -> bool:
    """Whether a body says `error` where the status says that all is well."""
    if not isinstance(found, dict) or _ERROR not in found or not _is_set(_plain(_member(found, _ERROR, once=True))):
        return False
    return rows is not None or found.keys() - {_ERROR} <= _ERROR_COMPANIONS


def _is_set(error: Any) -> bool:
    """Whether an `error` says anything: not absent, null, false, empty, or an object of nothing but those."""
    if error is UNSET:
        return False
    return any(error.values()) if isinstance(error, dict) else bool(error)


class _Name(str):
    """A name in an object. No two are equal, so that a dict of them has each member of the object, those of one name too."""

    __slots__ = ()
    __eq__ = object.__eq__
    __hash__ = object.__hash__


class _Doubled(dict[str, Any]):
    """An object that has some names twice, with the first value of each."""

    def __init__(self, members: dict[_Name, Any]) -> None:
        super().__init__((str(name), members[name]) for name in reversed(members))
        self.twice = {name for name, count in Counter(map(str, members)).items() if count > 1}


_MEMBERS = msgspec.json.Decoder(dict[_Name, Raw], dec_hook=operator.call)
_ITEMS = msgspec.json.Decoder(list[Raw])


def _opened(value: Any) -> Any:
    """An object or array whose members are there, raw JSON as they may be; any other value as it is."""
    start = bytes(memoryview(value)[:1]) if isinstance(value, Raw) else b""
    if start == b"[":
        return _ITEMS.decode(value)
    return _named(_MEMBERS.decode(value) if start == b"{" else value)


def _named(value: Any) -> Any:
    """An object by its names; any other value as it is."""
    if not isinstance(value, dict) or isinstance(value, _Doubled):
        return value
    members = {str(name): member for name, member in value.items()}
    return members if len(members) == len(value) else _Doubled(value)


def _member(members: Mapping[str, Any], name: str, *, once: bool) -> Any:
    """What an object has by a name, the first where it has several. Raises BodyFault then with `once`."""
    if once and isinstance(members, _Doubled) and name in members.twice:
        raise BodyFault(f"its JSON has `{name}` twice, and JSON does not say which counts")
    return members[name]


def _read(content: bytes, rows: str | None) -> Any:
    """The body, opened as far as the rows."""
    try:
        return _named(_reader(rows).decode(content))
    except msgspec.ValidationError:  # another kind of JSON, or a number that none of Python's holds
        return _opened(msgspec.json.decode(content, type=Raw))


def _records(found: Any, content: bytes, rows: str | None) -> Any:
    """The rows, each as raw JSON; None where they are null, UNSET where the body has none."""
    if rows is None:
        return (content,) if isinstance(found, dict) else UNSET
    for step in [] if rows == TOP else rows.split("."):
        found = _member(found, step, once=True) if isinstance(found, dict) and step in found else UNSET
        found = _opened(found)
    is_null = rows != TOP and (found is None or (isinstance(found, Raw) and bytes(found) == b"null"))
    return None if is_null else found if isinstance(found, list) else UNSET


@functools.lru_cache(maxsize=256)
def _reader(rows: str | None) -> msgspec.json.Decoder[Any]:
    """Reads bodies of one form in one pass: an object for each step to the rows, with all its members, and what is deeper as raw JSON."""
    if rows == TOP:
        return _ITEMS
    form: Any = dict[_Name, Raw]
    for _ in [] if rows is None else rows.split("."):
        form = dict.__class_getitem__((_Name, list[Raw] | form | str | int | float | bool | None))
    return msgspec.json.Decoder(form, dec_hook=operator.call)
