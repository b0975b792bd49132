"""A document made of one answer of an API, so that a manifest can be begun where nobody has described it.

One answer shows names and types, never what is always there: only the id of a row is taken for that.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from rowcall.errors import UsageError
from rowcall.openapi.document import Document
from rowcall.openapi.names import identifier, singular, snake

_AN_ID = re.compile(r"[0-9]+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|(?=[^/]*[0-9])[A-Za-z0-9_-]{12,}")
_VERSION = re.compile(r"v[0-9]+|api|rest")
_URL = re.compile(r"https?://\S+")


def from_answer(text: bytes, name: str, *, url: str = "", file: Path | None = None, headers: Mapping[str, str] | None = None) -> Document:
    """A document of one operation that answers with `text`, from its address where that is known.

    Raises UsageError for what is not JSON, and for JSON without a row in it.
    """
    where = url or str(file)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where} is not JSON ({error}). Give an answer of the API as it came.") from error
    if not _has_row(value):
        raise UsageError(f"{where} holds no row: rows are objects, alone, in an array, or in an array in an object.")
    parts = urlsplit(url)
    base, path, fields = _split(parts.path) if url else ("", f"/{name}", [])
    fields += [{"name": key, "in": "query", "schema": _schema([_of_text(given)])} for key, given in parse_qsl(parts.query)]
    answer = {"description": "It.", "content": {"application/json": {"schema": _schema([value])}}}
    answer["headers"] = {header: {} for header in headers or {} if header.lower() == "link"}
    operation = {"tags": ["api"], "parameters": fields, "responses": {"200": answer}}
    root: dict[str, Any] = {"openapi": "3.1.0", "info": {"title": name.replace("_", " ").capitalize()}, "paths": {path: {"get": operation}}}
    if url:
        root["servers"] = [{"url": f"{parts.scheme}://{parts.netloc}{base}"}]
    return Document(file or Path(parts.netloc), root)


def _has_row(value: Any) -> bool:
    if isinstance(value, dict):
        return bool(value)
    return isinstance(value, list) and any(isinstance(item, dict) and item for item in value)


def _split(path: str) -> tuple[str, str, list[dict[str, Any]]]:
    """What of a path every path of the API begins with, the rest with placeholders for what are ids, and these as parameters."""
    parts = [part for part in path.split("/") if part]
    base = []
    while len(parts) > 1 and _VERSION.fullmatch(parts[0]):
        base.append(parts.pop(0))
    made: list[str] = []
    fields: list[dict[str, Any]] = []
    for part in parts:
        if made and _AN_ID.fullmatch(part):
            name = identifier(f"{singular(snake(made[-1].strip('{}'), 'it'))}_id")
            fields.append({"name": name, "in": "path", "required": True, "schema": _schema([_of_text(part)])})
            made.append(f"{{{name}}}")
        else:
            made.append(part)
    return "".join(f"/{part}" for part in base), "/" + "/".join(made), fields


def _of_text(text: str) -> Any:
    """A value of a query string as JSON would have it."""
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else text


def _schema(values: Sequence[Any]) -> dict[str, Any]:
    """A schema that all these values satisfy, and that says no more than they show."""
    kinds = {_kind(value) for value in values}
    is_null = "null" in kinds
    kinds -= {"null"} | ({"integer"} if "number" in kinds else set())
    schema: dict[str, Any] = {"type": kinds.pop()} if len(kinds) == 1 else {}
    if schema.get("type") == "array":
        schema["items"] = _schema([item for value in values if isinstance(value, list) for item in value])
    elif schema.get("type") == "object":
        schema |= _object([value for value in values if isinstance(value, dict)])
    elif schema.get("type") == "string" and all(value is None or _URL.fullmatch(value) for value in values):
        schema["format"] = "uri"
    elif not schema and kinds:
        schema["anyOf"] = [{"type": kind} for kind in sorted(kinds)]
    return schema | ({"nullable": True} if is_null else {})


def _object(values: Sequence[dict[str, Any]]) -> dict[str, Any]:
    names = list(dict.fromkeys(name for value in values for name in value))
    fields = {name: _schema([value[name] for value in values if name in value]) for name in names}
    has_id = all(value.get("id") is not None for value in values)
    return {"properties": fields, "required": ["id"]} if has_id and values else {"properties": fields}


def _kind(value: Any) -> str:
    kinds: dict[type, str] = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return kinds.get(type(value), "null")
