"""What a document shows of lists: where an answer holds its rows, and how one gets to the next page.

Nothing in OpenAPI says so, but parameters and answers have names that their authors took from one another. What was seen is said with each
finding, so that a reader can judge it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from rowcall.manifest.model import PageSize, Paging, PagingKind
from rowcall.manifest.types import ListOf, Object, Scalar, Type
from rowcall.openapi.api import Field, Operation
from rowcall.openapi.names import folded, listed, singular, words
from rowcall.openapi.types import Property, Schemas

TOP = "$"
_SIZE = frozenset("limit perpage pagesize size maxresults maxitems count top take resultsperpage itemsperpage maxrecords pagelimit".split())
_PAGE = frozenset("page pagenumber pageno pagenum pageindex currentpage".split())
_OFFSET = frozenset("offset skip start startat startindex".split())
_AFTER = frozenset("after startingafter startafter afterid lastid fromid".split())
_TOKEN = _AFTER | frozenset(
    "pagetoken nextpagetoken nexttoken cursor nextcursor continuationtoken continuation paginationtoken marker pagecursor token".split()
)
_BEFORE = frozenset("before endingbefore endbefore beforeid previoustoken prevtoken previouscursor prevcursor".split())
_NEXT_TOKEN = frozenset(
    "nextpagetoken nexttoken nextcursor continuationtoken nextmarker endcursor nextpagecursor nextcontinuationtoken cursor nextpage next "
    "after".split()
)
_NEXT_URL = frozenset("next nextlink nexturl nextpageurl nextpageuri nexthref nextpage".split())
_LAST = frozenset("lastid".split())
_MORE = frozenset("hasmore hasnext hasnextpage more hasmoreitems".split())
_TOTAL = frozenset("total totalcount totalitems totalresults totalrecords totalhits".split())
_PAGES = frozenset("totalpages pagecount pages lastpage numpages numberofpages pagetotal".split())
_LISTS = (
    "data",
    "items",
    "results",
    "values",
    "records",
    "entries",
    "list",
    "rows",
    "content",
    "value",
    "elements",
    "objects",
    "resources",
)
_LINKS = frozenset("links link href self".split())
_PAGED = _NEXT_TOKEN | _NEXT_URL | _MORE | _TOTAL | _PAGES
"""What no object has that is not a page."""
_WRAPPERS = frozenset({"data", "result", "response", "embedded", "body", "payload"})
"""What stands around a whole answer."""
_ABOUT = frozenset("order orderby sort sortby errors warnings".split())
"""Lists that are about the list of the rows."""
_DEEPEST = 3
_BETWEEN = re.compile(r"between\s+1\s+and\s+([0-9][0-9,]*)|range[^.]{0,40}?1\s*(?:to|-|–)\s*([0-9][0-9,]*)", re.IGNORECASE)
_AT_MOST = re.compile(
    r"(?:max(?:imum)?(?:\s+(?:is|of|value(?:\s+is)?|allowed(?:\s+is)?))?|up\s+to|at\s+most|no\s+more\s+than)[:\s(]*([0-9][0-9,]*)",
    re.IGNORECASE,
)
_DEFAULT = re.compile(r"default(?:s)?(?:\s+(?:is|to|of|value(?:\s+is)?))?[:\s(`]*([0-9][0-9,]*)", re.IGNORECASE)


_KEY = re.compile(r"\bauth|\baccess\b|\bapi\b|\bbearer\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rows:
    """Where an answer holds its rows."""

    path: str | None
    """A dotted path, `$` for an array at the top, None for one row that is the answer itself."""
    schema: Any
    """What one row is."""
    reason: str = ""
    """Why that is taken for the rows, where it is a choice."""
    is_clear: bool = True
    """Whether nothing else could be meant."""


@dataclass(frozen=True, slots=True)
class Found:
    """A way of paging that an operation shows."""

    paging: Paging
    reason: str
    is_clear: bool = True


@dataclass(frozen=True, slots=True)
class _Inside:
    """A field somewhere in an answer."""

    path: str
    name: str
    """As it is folded."""
    around: str
    """The folded name of what it is in; "" at the top."""
    property: Property


def rows_of(schemas: Schemas, schema: Any, resource: str, *, is_item: bool) -> Rows:
    """Where an answer of this schema holds the rows of a resource. Below an item's path it is the item itself, if it can be."""
    kinds = {each.kind for each in schemas.alternatives(schema)} - {"null"}
    if kinds == {"array"}:
        return Rows(TOP, schemas.items(schema))
    lists = list(_lists(schemas, schema))
    lists = [each for each in lists if folded(each[0].rpartition(".")[2]) not in _ABOUT] or lists
    if not lists or is_item:
        return Rows(None, schema)
    named = [path for path, _ in lists if folded(path.rpartition(".")[2]) in {folded(resource), folded(singular(resource))}]
    usual = [path for name in _LISTS for path, _ in lists if path.rpartition(".")[2] == name]
    found = dict(lists)
    if len(lists) == 1:
        (path,) = found
        rest = [name for name in schemas.properties(schema) if name != path.partition(".")[0]]
        if path in named + usual or _is_envelope(rest) or not rest:
            return Rows(path, schemas.items(found[path]), f"The one list in the answer{f', beside {listed(rest[:4])}' if rest else ''}.")
        return Rows(None, schema)
    for path in (*named, *usual):
        others = listed(sorted(set(found) - {path})[:4])
        return Rows(path, schemas.items(found[path]), f"One of several lists in the answer: there is also {others}.", is_clear=False)
    return Rows(None, schema)


def paging_of(schemas: Schemas, operation: Operation, rows: Rows) -> Found | None:
    """How an operation that gives lists is paged; None where nothing in the document says that it is.

    Where parameters alone say it, and no answer does, pages are followed by whatever answers show.
    """
    query = {
        folded(field.name): field for field in operation.fields if field.place == "query" and not is_key(field.name, field.description)
    }
    answer = operation.answer.schema if operation.answer else None
    inside = list(_inside(schemas, answer)) if rows.path not in {None, TOP} else []
    seen = _Seen(schemas, query, inside, "id" in schemas.properties(rows.schema))
    size, size_reason = _page_size(schemas, query)
    found = seen.link(operation.answer_headers) or seen.cursor() or seen.token() or seen.next_url() or seen.numbered()
    if found is None:
        names = tuple(field.name for field in query.values() if is_cursor(field.name))
        paging = Paging(kind=PagingKind.FOUND, parameters=names, page_size=size)
        reason = "Nothing in the document leads from one page to the next; what answers show is followed."
        if size is None and not names:
            return Found(paging, seen.counted(), is_clear=True) if seen.counted() else None
        return Found(paging, f"{reason}{size_reason}", is_clear=False)
    keys, reason, is_clear = found
    return Found(Paging(page_size=size, **keys), f"{reason}{size_reason}", is_clear)


def leads_on(schemas: Schemas, operation: Operation, rows: Rows) -> str | None:
    """The field of an answer that leads to the next page, or says that there is one, whatever the operation takes; None for none."""
    if operation.answer is None or rows.path in {None, TOP}:
        return None
    plain = (_NEXT_TOKEN | _MORE) - {"after", "cursor", "next", "nextpage"}
    return next((each.path for each in _inside(schemas, operation.answer.schema) if each.name in plain), None)


def is_cursor(name: str) -> bool:
    """Whether a parameter is called what says which page it is."""
    return folded(name) in _TOKEN | _BEFORE | _PAGE | _OFFSET


def is_key(name: str, description: str) -> bool:
    """Whether a parameter that is called as a cursor may be is a token that says who asks."""
    return folded(name) == "token" and _KEY.search(description) is not None


def is_size(name: str) -> bool:
    """Whether a parameter is called what says how many rows a page has."""
    return folded(name) in _SIZE


def is_page(name: str) -> bool:
    """Whether a parameter is called what takes the number of a page."""
    return folded(name) in _PAGE


def is_pages(name: str) -> bool:
    """Whether a field is called what says how many pages there are."""
    return folded(name) in _PAGES


def is_total(name: str) -> bool:
    """Whether a field is called what says how many rows the whole list has."""
    return folded(name) in _TOTAL


def is_after(name: str) -> bool:
    """Whether a parameter is called what takes the id of the row after which a page starts."""
    return folded(name) in _AFTER


class _Seen:
    """What an operation shows that may have to do with paging."""

    def __init__(self, schemas: Schemas, query: Mapping[str, Field], inside: Iterable[_Inside], has_id: bool) -> None:  # noqa: FBT001
        self._schemas = schemas
        self._query = query
        self._inside = list(inside)
        self._has_id = has_id
        more, total = self._first(_MORE, Scalar.BOOLEAN), self._first(_TOTAL, Scalar.INTEGER)
        self._ends = {key: found.path for key, found in (("more", more), ("total", total)) if found}

    def counted(self) -> str:
        """Why an answer may be told to be cut, where nothing leads from it to more; "" where it says nothing of that."""
        return f"Nothing leads to a next page, but {listed(self._ends.values())} says whether this is all." if self._ends else ""

    def link(self, headers: Iterable[str]) -> tuple[dict[str, Any], str, bool] | None:
        return ({"kind": PagingKind.LINK}, "The answer has a Link header.", True) if "link" in headers else None

    def cursor(self) -> tuple[dict[str, Any], str, bool] | None:
        """By the id of the last row."""
        field = self._field(_AFTER)
        last = self._first(_LAST, Scalar.STRING)
        if field is None or not (self._has_id or last):
            return None
        if last is None and "more" not in self._ends and self._first(_NEXT_TOKEN, Scalar.STRING):
            return None
        keys = {"kind": PagingKind.CURSOR, "parameter": field.name, **({"next": last.path} if last else {}), **self._ends_by("more")}
        signs = [*([last.path] if last else []), *self._ends_by("more").values()]
        reason = f"There is a parameter `{field.name}`" + (
            f", and {listed(signs)} in the answer" if signs else " and nothing that leads to the next page"
        )
        return ({**keys, **({"row": "id"} if self._has_id else {})}, f"{reason}.", bool(signs))

    def token(self) -> tuple[dict[str, Any], str, bool] | None:
        """By something opaque from the answer."""
        page = self._field(_PAGE)
        # Some call it `page`, and it is none when it is a text.
        field = self._field(_TOKEN) or (page if page and self._schemas.shape(page.schema).type is Scalar.STRING else None)
        found = [each for each in self._named(_NEXT_TOKEN, Scalar.STRING) if not self._is_url(each)]
        if field is None or not found:
            return None
        keys = {"kind": PagingKind.TOKEN, "parameter": field.name, "next": found[0].path, **self._ends_by("more")}
        return keys, f"There is a parameter `{field.name}`, and `{found[0].path}` in the answer.", True

    def next_url(self) -> tuple[dict[str, Any], str, bool] | None:
        found = next((each for each in self._named(_NEXT_URL, Scalar.STRING) if self._is_url(each)), None)
        if found is None:
            return None
        return (
            {"kind": PagingKind.NEXT_URL, "next": found.path, **self._ends_by("more")},
            f"`{found.path}` in the answer is an address.",
            True,
        )

    def numbered(self) -> tuple[dict[str, Any], str, bool] | None:
        """By a page's number, or that of its first row."""
        page, offset = self._field(_PAGE), self._field(_OFFSET)
        if page is not None:
            first = self._schemas.keyword(page.schema, "minimum")
            start = self._schemas.keyword(page.schema, "default")
            start = start if isinstance(start, int) else first if isinstance(first, int) else None
            pages = self._first(_PAGES, Scalar.INTEGER)
            keys = {"kind": PagingKind.PAGE, "parameter": page.name, "start": 1 if start is None else start, **self._ends}
            said = "" if start is not None else "; that the first is 1 is a guess"
            return {**keys, **({"pages": pages.path} if pages else {})}, f"There is a parameter `{page.name}`{said}.", start is not None
        if offset is None or self._schemas.shape(offset.schema).type is not Scalar.INTEGER:
            return None
        return {"kind": PagingKind.OFFSET, "parameter": offset.name, **self._ends}, f"There is a parameter `{offset.name}`.", True

    def _ends_by(self, key: str) -> dict[str, str]:
        return {key: self._ends[key]} if key in self._ends else {}

    def _field(self, names: Iterable[str]) -> Field | None:
        return next((self._query[name] for name in self._query if name in names), None)

    def _named(self, names: Iterable[str], type_: Type) -> Iterator[_Inside]:
        wanted = frozenset(names)
        return (each for each in self._inside if each.name in wanted and each.property.shape.type is type_)

    def _first(self, names: Iterable[str], type_: Type) -> _Inside | None:
        return next(self._named(names, type_), None)

    def _is_url(self, found: _Inside) -> bool:
        said = [self._schemas.keyword(found.property.schemas[0], key) for key in ("format", "example", "description")]
        text = " ".join(str(each) for each in said if each)
        return found.around in _LINKS or bool(re.search(r"\buri\b|\burl\b|https?://|\blink to\b", text, re.IGNORECASE))


def _page_size(schemas: Schemas, query: Mapping[str, Field]) -> tuple[PageSize | None, str]:
    """The parameter that says how many rows a page has, with its bounds, and where these are from, if from prose."""
    field = next((query[name] for name in query if name in _SIZE), None)
    if field is None:
        return None, ""
    maximum, default = schemas.keyword(field.schema, "maximum"), schemas.keyword(field.schema, "default")
    text = " ".join(filter(None, [field.description, schemas.keyword(field.schema, "description")]))
    said_maximum, said_default = _said(_BETWEEN, text) or _said(_AT_MOST, text), _said(_DEFAULT, text)
    most = maximum if _is_count(maximum) else said_maximum
    usual = default if _is_count(default) else said_default
    if most is not None and usual is not None and most < usual:
        most = None
    reason = f" How many rows a page may have is said in words alone: {most}." if most is not None and not _is_count(maximum) else ""
    return PageSize(parameter=field.name, maximum=most, default=usual), reason


def said_maximum(text: str) -> int | None:
    """The greatest value of a page size, as a description says it; None where it does not."""
    return _said(_BETWEEN, text) or _said(_AT_MOST, text)


def _said(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    number = next((group for group in found.groups() if group), "") if found else ""
    return int(number.replace(",", "")) if number and int(number.replace(",", "")) > 0 else None


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _lists(schemas: Schemas, schema: Any, prefix: str = "", depth: int = 1) -> Iterator[tuple[str, Any]]:
    """The lists of objects in an answer, by their paths: at its top, or in the objects there that are no rows."""
    fields = schemas.properties(schema)
    for name, each in fields.items():
        if "." in name or " " in name:
            continue
        below = schemas.below(schema, name)
        if isinstance(each.shape.type, ListOf) and isinstance(each.shape.type.item, Object):
            yield prefix + name, below
        elif isinstance(each.shape.type, ListOf) and each.shape.why is not None and schemas.properties(schemas.items(below)):
            yield prefix + name, below  # rows that are too large or too deep for a column
        elif depth < _DEEPEST and (folded(name) in _WRAPPERS or (_is_envelope(fields.keys() - {name}) and _is_page(schemas, below))):
            yield from _lists(schemas, below, f"{prefix}{name}.", depth + 1)


def _is_page(schemas: Schemas, schema: Any) -> bool:
    """Whether an object in an answer is a page: one list of objects, and what says how to get on or how many there are."""
    fields = schemas.properties(schema)
    lists = [name for name, each in fields.items() if isinstance(each.shape.type, ListOf)]
    rest = [name for name in fields if name not in lists]
    return len(lists) == 1 and not _PAGED.isdisjoint(map(folded, rest)) and _is_envelope(rest)


def _inside(schemas: Schemas, schema: Any, prefix: str = "", around: str = "", depth: int = 1) -> Iterator[_Inside]:
    """The simple fields of an answer that are in no list, those nearest to its top first."""
    below: list[tuple[str, str, Any]] = []
    for name, each in schemas.properties(schema).items():
        if "." in name or " " in name:
            continue
        yield _Inside(prefix + name, folded(name), around, each)
        if depth < _DEEPEST and not isinstance(each.shape.type, ListOf):
            below.append((f"{prefix}{name}.", folded(name), schemas.below(schema, name)))
    for inner, name, found in below:
        yield from _inside(schemas, found, inner, name, depth + 1)


def _is_envelope(names: Iterable[str]) -> bool:
    """Whether what stands beside a list is about the list."""
    known = _MORE | _TOTAL | _PAGES | _NEXT_TOKEN | _NEXT_URL | _LAST | _SIZE | _PAGE | _OFFSET | _LINKS
    known |= frozenset(
        "object firstid meta metadata responsemetadata cursors pagination paging pageinfo status success ok message warning kind etag type "
        "count previous prev end url uri".split()
    )
    return all(folded(name) in known or set(words(name)) & {"total", "count", "page", "next", "previous"} for name in names)
