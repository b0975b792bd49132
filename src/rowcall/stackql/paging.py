"""How pages follow one another: what a document configures, what it shows without saying so, and how large pages can be."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from rowcall.manifest.model import NUMBERED, PageSize, Paging, PagingKind, Parameter, Place, Scalar
from rowcall.openapi.paging import is_after, is_pages, is_size, is_total, said_maximum
from rowcall.openapi.types import Schemas
from rowcall.stackql.answers import Answer
from rowcall.stackql.config import Config, table, text

_PLACES = {"query": Place.QUERY, "header": Place.HEADER, "body": Place.BODY}


def paging(config: Config, parameters: Mapping[str, Parameter], schemas: Schemas, answer: Answer) -> Paging:
    """The way of paging of a list: the one that is configured, unless a page is known to have nothing of it; else whatever answers show.

    What is described with a Link header may show another way nevertheless; without any it has ended.
    """
    size = page_size(config, parameters)
    names = tuple(parameter.name or name for name, parameter in parameters.items() if parameter.place is Place.QUERY)
    numbered = _numbered(names, schemas, answer)
    first = _first(parameters)
    configured = _configured(config, schemas, answer)
    if configured is not None and not _is_absent(configured, schemas, answer):
        # Ways that count would end at it; with others it tells whether some rows are missing.
        total = configured.total if configured.kind in NUMBERED else _said(is_total, schemas, answer)
        return replace(configured, page_size=size, start=first.get(configured.parameter, configured.start), total=total)
    if numbered is not None:
        return replace(numbered, page_size=size, start=first.get(numbered.parameter, numbered.start))
    return Paging(kind=PagingKind.FOUND, parameters=names, page_size=size, next_header="link" if answer.is_linked else None)


def _first(parameters: Mapping[str, Parameter]) -> dict[str | None, int]:
    """The parameters whose least number is 0, as their default or their description says it: pages are numbered from 1 else."""
    return {
        one.name or name: 0
        for name, one in parameters.items()
        if one.place is Place.QUERY and (one.default == 0 or _FROM_ZERO.search(one.description)) and one.default is not False
    }


_FROM_ZERO = re.compile(r"\b(?:zero|0)[- ](?:based|indexed)|\b(?:start|begin)\w*\s+(?:at|from|with)\s+(?:zero|0)\b", re.IGNORECASE)


def _configured(config: Config, schemas: Schemas, answer: Answer) -> Paging | None:
    found = config.pagination()
    asked, said = table(found.get("requestToken")), table(found.get("responseToken"))
    place, key = text(said.get("location")) or "body", text(said.get("key"))
    algorithm = text(found.get("algorithm")) + text(said.get("algorithm"))
    if "link_header" in algorithm or (place == "header" and key.lower() == "link"):
        return Paging(kind=PagingKind.LINK, next_header=key if key.lower() not in {"", "link"} else None)
    if not key:
        return None
    parameter, where = text(asked.get("key")), _PLACES.get(text(asked.get("location")) or "query")
    if "page_number" in algorithm:
        pages = _dotted(text(table(found.get("responseTerminator")).get("key"))) or None
        return Paging(kind=PagingKind.PAGE, parameter=parameter, start=1, pages=pages, number=_dotted(key) if place == "body" else None)
    if (last := _LAST.fullmatch(key)) is not None and place == "body":
        # What the last row has, which ends with a page that has none. A template may have put the array of rows somewhere else.
        rows = last["rows"].strip(".") or ("$" if answer.transform is None else answer.rows)
        is_row = where is Place.QUERY and rows == answer.rows
        return Paging(kind=PagingKind.CURSOR, parameter=parameter, row=last["row"]) if is_row else None
    next_, header = (None, key) if place == "header" else (_dotted(key), None)
    if where is None or not parameter:
        return Paging(kind=PagingKind.NEXT_URL, next=next_, next_header=header)
    more = next((name for name in ("has_more", "hasMore") if name in schemas.properties(answer.schema)), None)
    is_id = where is Place.QUERY and is_after(parameter) and "id" in answer.columns and header is None
    return Paging(
        kind=PagingKind.CURSOR if is_id else PagingKind.TOKEN,
        parameter=parameter,
        place=where,
        next=next_,
        next_header=header,
        row="id" if is_id else None,
        more=more,
        verbatim=not is_id and text(asked.get("encoding")) == "none",
    )


_LAST = re.compile(r"\$(?P<rows>(?:\.\w+)*)\[-1:?\]\.(?P<row>[\w.]+)")
"""A field of the last row, as `$.items[-1:].id`."""


def _is_absent(configured: Paging, schemas: Schemas, answer: Answer) -> bool:
    """Whether a page is described, and has no field where the next one is to be found: then the configuration is that of other lists."""
    if configured.next is None or configured.row is not None:
        return False
    fields = schemas.properties(answer.schema)
    if {one.kind for one in schemas.alternatives(answer.schema)} == {"array"}:
        return True
    return bool(fields) and configured.next.partition(".")[0] not in fields and configured.next not in fields


def _numbered(names: Collection[str], schemas: Schemas, answer: Answer) -> Paging | None:
    """A page number, where the method takes one and its answer says how many there are."""
    if "page" not in names:
        return None
    pages = _said(is_pages, schemas, answer)
    return Paging(kind=PagingKind.PAGE, parameter="page", start=1, pages=pages) if pages is not None else None


def _said(is_meant: Callable[[str], bool], schemas: Schemas, answer: Answer) -> str | None:
    """Where a page has a field of a certain name, at its top or in an object that speaks of pages, as a dotted path."""
    fields = schemas.properties(answer.schema)
    places = {"": fields} | {
        f"{name}.": schemas.properties(fields[name].schemas[0]) for name in _ABOUT if name in fields and fields[name].schemas
    }
    return next((f"{around}{name}" for around, inner in places.items() for name in filter(is_meant, inner)), None)


_ABOUT = ("meta", "pagination", "result_info", "page_info")
"""Objects of a page that speak of pages."""


def page_size(config: Config, parameters: Mapping[str, Parameter]) -> PageSize | None:
    """The parameter that says how large a page is, and the largest there is, as far as that is known."""
    top = table(table(config.get("queryParamPushdown")).get("top"))
    named = text(top.get("paramName")) or ("$top" if top.get("dialect") == "odata" else "")
    by_name = {parameter.name or name: parameter for name, parameter in parameters.items() if parameter.place is Place.QUERY}
    numbers = [name for name, parameter in by_name.items() if parameter.type is not Scalar.BOOLEAN and not parameter.enum]
    name = next(iter([named] if named in by_name else filter(is_size, numbers)), None)
    if name is None:
        return None
    parameter = by_name[name]
    default = _whole(parameter.default)
    most = (_whole(top.get("maxValue")) if name == named else None) or _whole(parameter.maximum) or said_maximum(parameter.description)
    # Some documents know of less than the API gives by itself.
    return PageSize(parameter=name, maximum=max(most, default or 0) if most else None, default=default)


def _whole(value: Any) -> int | None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 1 and value == int(value)
    return int(value) if is_number else None


def _dotted(key: str) -> str:
    """A JSON path as a dotted one."""
    if key.startswith("/"):  # in XML, whose root is left out
        return ".".join(step for step in re.split(r"/+", key)[2:] if step and step != "text()")
    path = re.sub(r"\[\?\(?@\.(\w+)\s*==\s*(['\"])([^'\".]*)\2\)?\]", r".\1=\3", key)
    path = re.sub(r"\[(['\"])(.*?)\1\]", r".\2", path)
    return re.sub(r"\[(\d+)\]", r".\1", path).removeprefix("$").strip(".")
