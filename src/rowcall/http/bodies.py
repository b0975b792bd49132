"""Bodies as they go out: JSON, XML, a form with fields and files, or a file by itself.

A form has no types and no order but that of its fields; how nested values become fields is said in `docs/manifest.md`. The same body is the
same bytes each time, so that one that is sent again is the one that was sent.
"""

from __future__ import annotations

import hashlib
import json
import mimetypes
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from rowcall.errors import DataError
from rowcall.manifest.files import File
from rowcall.manifest.model import Encoding
from rowcall.manifest.xml import document
from rowcall.plan.nodes import Request
from rowcall.plan.requests import rendered

Field = tuple[str, str | File]
_ESCAPED = str.maketrans({'"': "%22", "\r": "%0D", "\n": "%0A"})
"""What a name cannot have in the head of a part. Source: https://html.spec.whatwg.org/multipage/form-control-infrastructure.html"""
_KINDS = mimetypes.MimeTypes()
"""What Python itself knows of the endings of names, whatever this machine knows besides."""


def encoded(request: Request) -> tuple[bytes | None, str]:
    """The body of a request, None for none, and its media type. Raises DataError for what cannot be written."""
    if request.template:
        return _transformed(request)
    if request.body is None:
        return None, ""
    if request.encoding in _ALONE:
        return _ALONE[request.encoding](request)
    found = fields(request.body)
    if request.encoding is Encoding.URLENCODED:
        return urlencode([(name, value) for name, value in found if isinstance(value, str)]).encode(), _MEDIA[Encoding.URLENCODED]
    return _multipart(found)


def transformed(template: str, body: Any, *, of_text: bool, encoding: Encoding) -> str:
    """What a template makes of the JSON of a body. Raises ValueError where that is nothing that can be sent."""
    from rowcall.http.gotemplate import TemplateError
    from rowcall.http.gotemplate import rendered as made  # which few APIs need

    data = {} if body is None else body
    text = made(template, json.dumps(data, ensure_ascii=False, separators=(",", ":")) if of_text else data)
    if encoding is Encoding.JSON:
        try:
            json.loads(text)
        except ValueError as problem:
            raise TemplateError(f"it makes no JSON ({problem})") from problem
    return text


def _transformed(request: Request) -> tuple[bytes, str]:
    try:
        text = transformed(request.template, request.body, of_text=request.of_text, encoding=request.encoding)
    except ValueError as problem:
        name = f"{request.resource}.{request.method_name}"
        raise DataError(f"The body for {name} cannot be made by its template: {problem}; nothing was sent.") from problem
    return text.encode(), _MEDIA[request.encoding]


def fields(body: Mapping[str, Any]) -> list[Field]:
    """The fields of a form, in order, of a body."""
    return [field for name, value in body.items() for field in _fields(name, value)]


def _fields(name: str, value: Any) -> Iterator[Field]:
    if isinstance(value, File):
        yield name, value
    elif isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _fields(f"{name}[{key}]", inner)
    elif isinstance(value, (list, tuple)) and value:
        for index, item in enumerate(value):
            has_parts = isinstance(item, (Mapping, list, tuple)) and not isinstance(item, File)
            yield from _fields(f"{name}[{index}]" if has_parts else name, item)
    else:
        yield name, "" if value is None or isinstance(value, (Mapping, list, tuple)) else rendered(value)


def media_type(filename: str) -> str:
    """What kind of file one of this name is."""
    return _KINDS.guess_type(filename)[0] or "application/octet-stream"


def _multipart(found: Sequence[Field]) -> tuple[bytes, str]:
    """A body of several parts (RFC 7578), each as it is, between lines that follow from all of them."""
    said = [(name, value if isinstance(value, str) else dict(value)) for name, value in found]
    boundary = f"rowcall-{hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]}"
    pieces: list[bytes] = []
    for name, value in found:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name.translate(_ESCAPED)}"'
        if isinstance(value, File):
            head += f'; filename="{value.filename.translate(_ESCAPED)}"\r\nContent-Type: {media_type(value.filename)}'
        pieces += [f"{head}\r\n\r\n".encode(), value.encode() if isinstance(value, str) else value.content, b"\r\n"]
    pieces.append(f"--{boundary}--\r\n".encode())
    return b"".join(pieces), f"multipart/form-data; boundary={boundary}"


def _raw(request: Request) -> tuple[bytes, str]:
    """A file, or a text. Raises DataError where the bytes of a file are not there."""
    if isinstance(request.body, str):
        return request.body.encode(), _MEDIA[Encoding.RAW]
    if not isinstance(request.body, File):
        raise DataError(f"The body for {request.resource}.{request.method_name} is no file and no text.")
    return request.body.content, "application/octet-stream"


def _xml(request: Request) -> tuple[bytes, str]:
    try:
        return document(request.body).encode(), _MEDIA[Encoding.XML]
    except ValueError as problem:
        raise DataError(f"The body for {request.resource}.{request.method_name} cannot be written as XML: {problem}.") from problem


def _json(request: Request, body: Any) -> bytes:
    try:
        return json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as problem:
        raise DataError(f"The body for {request.resource}.{request.method_name} cannot be written as JSON: {problem}.") from problem


_MEDIA: Mapping[Encoding, str] = {
    Encoding.JSON: "application/json",
    Encoding.JSONL: "application/x-ndjson",
    Encoding.URLENCODED: "application/x-www-form-urlencoded",
    Encoding.XML: "application/xml",
    Encoding.RAW: "text/plain; charset=utf-8",
}
_ALONE: Mapping[Encoding, Callable[[Request], tuple[bytes, str]]] = {
    Encoding.JSON: lambda request: (_json(request, request.body), _MEDIA[Encoding.JSON]),
    Encoding.JSONL: lambda request: (b"".join(_json(request, line) + b"\n" for line in request.body), _MEDIA[Encoding.JSONL]),
    Encoding.XML: _xml,
    Encoding.RAW: _raw,
}
"""How a body is written that is no form."""
