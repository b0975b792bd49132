"""Queries in GraphQL: what is sent is a query in a text, with values where a template has their names, and a cursor as a variable of it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rowcall.manifest.model import Paging, PagingKind, Place
from rowcall.stackql.config import table, text

_CURSOR = re.compile(r"\{\{\s*\.cursor\s*\}\}")
_NAMED = re.compile(r"\{\{\s*\.(\w+)\s*\}\}")
_HANGS_ON = re.compile(r"\{\{-?\s*if\s+(?:or|and|not)?((?:\s*\.\w+)+)\s*-?\}\}")
_ACTION = re.compile(rf"\{{\{{-?\s*(?:\.\w+|else|end)\s*-?\}}\}}|{_HANGS_ON.pattern}")
_AFTER = re.compile(r"""[,\s]*(?P<name>\w+)\s*:\s*"\{\{\s*\.value\s*\}\}"[,\s]*""")
"""How a document may write where a cursor goes."""
_URL = re.compile(r"(?P<base>https?://[^/]+)(?P<path>/.*)?")


@dataclass(frozen=True, slots=True)
class Query:
    """A query, as the parts of a method."""

    base_url: str | None
    path: str
    base: str
    """The body, as JSON."""
    changes: bool
    """Whether it is, or may be, a mutation."""
    names: frozenset[str]
    """What statements give values to."""
    optional: frozenset[str]
    """Those of them that need no value."""
    problem: str
    """What of it cannot be done; "" where it can."""
    paging: Paging | None
    pick: str


def query_of(operation: Mapping[str, Any]) -> Query | None:
    """The query that an operation sends; None for one of another kind."""
    said = table(next((value for key, value in operation.items() if key.lower() == "x-stackql-graphql"), None))
    template = text(said.get("query"))
    if not template:
        return None
    place = _URL.fullmatch(text(said.get("url")).rstrip("/"))
    cursor = table(said.get("cursor"))
    pages = _CURSOR.search(template) is not None and bool(cursor.get("jsonPath"))
    form = _AFTER.fullmatch(text(cursor.get("format")) or 'after: "{{ .value }}"')
    space = " " if cursor.get("format") else ""
    shown = _CURSOR.sub(f", {form['name']}: $cursor{space}" if pages and form is not None else "", template)
    body: dict[str, Any] = {"query": shown}
    if pages:
        body = {"query": re.sub(r"^\s*(query\s*\w*)?\s*\{", "query ($cursor: String) {", shown, count=1), "variables": {"cursor": None}}
    hangs_on = frozenset(name for names in _HANGS_ON.findall(shown) for name in re.findall(r"\w+", names))
    unknown = next((found for found in re.findall(r"\{\{.*?\}\}", shown) if not _ACTION.fullmatch(found)), "")
    is_known = form is not None and text(cursor.get("strategy")) in {"", "cursor_after", "page_info"}
    problem = f"Its query has `{unknown}` in it, which is not known." if unknown else ""
    if pages and not is_known:
        problem = f"Its pages follow one another by {text(cursor.get('strategy')) or text(cursor.get('format'))}, which is not known."
    next_, more = _dotted(cursor.get("jsonPath")), _dotted(cursor.get("terminateOnJsonPath")) or None
    paging = Paging(kind=PagingKind.TOKEN, parameter="variables.cursor", place=Place.BODY, next=next_, more=more) if pages else None
    return Query(
        base_url=place["base"] if place is not None else None,
        path=(place["path"] if place is not None else None) or "/",
        base=json.dumps(body),
        changes=re.search(r"\bmutation\b", template) is not None,  # a field that is called so is taken for one: that harms nobody
        names=frozenset(_NAMED.findall(shown)) | hangs_on,
        optional=hangs_on,
        problem=problem,
        paging=paging,
        pick=text(table(said.get("responseSelection")).get("jsonPath")).removesuffix("[*]"),
    )


def _dotted(path: Any) -> str:
    """A JSON path as a dotted one; `[*]` of one thing is the first of it."""
    return text(path).removeprefix("$").strip(".").replace("[*]", ".0")
