"""The requests of a write as a file that people read and APPLY sends: JSON Lines, of which the first says what it is a plan of.

The files that requests send stand after them, each once and by its digest: as a text where it is one, else as base64.

The digest in the first line is of every byte of the file, its own place as zeros. It tells a file that was altered by mistake or in
passing; it is no signature, and who may write the file can make another one.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rowcall.errors import PlanError
from rowcall.manifest.files import File, files_of, with_files
from rowcall.plan.nodes import Request

VERSION = 1
"""The version of the format."""
MOST_BYTES = 64 << 20
"""The most bytes that the files in a plan may have: it is read as a whole."""
_MARK = "rowcall_plan"
_ZEROS = "0" * 64
_DIGEST = re.compile(rb', "digest": "sha256:([0-9a-f]{64})"\}\Z')
_UNSEEN = re.compile(r"[^\x20-\x7e]")
_AGAIN = "Write it again with PLAN."


@dataclass(frozen=True, slots=True)
class Header:
    """What a plan is of."""

    rowcall: str
    """The version that wrote it."""
    planned_at: str
    """In UTC, as ISO 8601."""
    kind: str
    """`insert`, `update`, `delete`, …"""
    statement: str
    provider: str
    base_url: str
    """Both without secrets."""
    resource: str
    method: str
    requests: int


@dataclass(frozen=True, slots=True)
class Planned:
    """One request."""

    http: str
    path: str
    """Below the base URL."""
    query: tuple[tuple[str, str], ...]
    headers: tuple[tuple[str, str], ...]
    """The manifest's own, and those that are parameters; no credential."""
    parameters: Mapping[str, Any]
    """What the method is called with."""
    body: Any
    lane: str | None
    """What it has in common with others that are sent one after the other; None where it is alone."""
    before: Mapping[str, Any] | None
    """Of UPDATE and DELETE, the values of its row that they change, where it could be read."""
    version: Any
    """Of such a row, its version, where the manifest has one."""
    absent: bool | None = None
    """Whether such a row was looked for and was not there."""

    @property
    def line(self) -> str:
        """The request line, without the base URL."""
        return Request("", "", "", self.http, self.path, self.query).target()


@dataclass(frozen=True, slots=True)
class Plan:
    """A file that was read."""

    header: Header
    rows: tuple[Planned, ...]
    digest: str


def text_of(header: Header, rows: Sequence[Planned]) -> str:
    """The whole file. What a reader would not see, or not where it stands, is escaped."""
    names = {name: getattr(header, name) for name in Header.__slots__}
    first = _line({_MARK: VERSION, **names, "digest": f"sha256:{_ZEROS}"})
    files = {file.digest: _line(_as_line(file)) for row in rows for file in files_of(row.body)}
    text = "".join(f"{line}\n" for line in (first, *(_row(number, header, row) for number, row in enumerate(rows, 1)), *files.values()))
    end = len(first) - len('"}')
    return f"{text[: end - len(_ZEROS)]}{_hashed(text.encode())}{text[end:]}"


def _row(number: int, header: Header, row: Planned) -> str:
    """A line of a request; what it has not is left out."""
    values = {"row": number, "resource": header.resource, "method": header.method}
    values |= {name: getattr(row, name) for name in Planned.__slots__}
    return _line({name: value for name, value in values.items() if value not in (None, ()) or name in _ALWAYS})


def _as_line(file: File) -> dict[str, str]:
    try:
        return {"sha256": file.digest, "text": file.content.decode()}
    except UnicodeDecodeError:
        return {"sha256": file.digest, "base64": base64.b64encode(file.content).decode()}


def _contents(file: str, lines: Sequence[bytes], first: int) -> dict[str, bytes]:
    """The bytes of files by digest; `first` is the number of the first of these lines. Raises PlanError for what is none."""
    found = {}
    for number, line in enumerate(lines, first):
        values = _read(file, number, line)
        try:
            content = values["text"].encode() if "text" in values else base64.b64decode(values["base64"], validate=True)
            found[values["sha256"]] = content
        except (KeyError, AttributeError, TypeError, ValueError) as error:
            raise refused(file, number, "this is no file of a plan") from error
        if hashlib.sha256(content).hexdigest() != values["sha256"]:
            raise refused(file, number, "this file has another digest than stands there")
    return found


def _line(values: Mapping[str, Any]) -> str:
    return _UNSEEN.sub(_visible, json.dumps(values, ensure_ascii=False))


def _visible(found: re.Match[str]) -> str:
    return found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1]


def _hashed(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def refuse_taken(file: str, *, overwrites: bool) -> None:
    """Raises PlanError where there is something of this name: with `overwrites`, what is no file, as a device, a pipe or a link."""
    if not file:
        raise PlanError("A plan needs the name of a file.", hint="PLAN … INTO 'file' writes one.")
    place = _place(file)
    if not os.path.lexists(place):
        return
    if not overwrites:
        raise _taken(file)
    if place.is_symlink() or not place.is_file():
        raise PlanError(f"{file} is no ordinary file, and is not replaced.", hint="Choose another name.")


def _taken(file: str) -> PlanError:
    return PlanError(f"{file} is there already.", hint="Choose another name, or replace it: PLAN … INTO 'file' OVERWRITE.")


def save(file: str, text: str, *, overwrite: bool) -> None:
    """Makes the file, for its owner alone; it is there whole or not at all. Raises PlanError."""
    place, made = _place(file), None
    try:
        handle, made = tempfile.mkstemp(prefix=f".{place.name}.", dir=place.parent)
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        if overwrite:
            Path(made).replace(place)
        else:
            _put(Path(made), place)
    except FileExistsError as error:
        raise _taken(file) from error
    except (OSError, ValueError) as error:
        raise PlanError(f"{file} cannot be written: {_reason(error)}.") from error
    finally:
        if made is not None:
            with suppress(OSError):
                Path(made).unlink()


def _put(made: Path, place: Path) -> None:
    """Gives a file its name. Raises FileExistsError where there is one of this name, even if it came this moment."""
    try:
        place.hardlink_to(made)
    except FileExistsError:
        raise
    except OSError:  # where files have one name each
        os.close(os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        made.replace(place)


def load(file: str) -> Plan:
    """The plan in a file. Raises PlanError, with the line, where it is none or was altered."""
    try:
        data = _place(file).read_bytes()
    except (OSError, ValueError) as error:
        raise PlanError(f"{file} cannot be read: {_reason(error)}.", hint="PLAN … INTO 'file' writes one.") from error
    first, *lines = data.removesuffix(b"\n").split(b"\n")
    head = _read(file, 1, first)
    if _MARK not in head:
        raise refused(file, 1, "this is no plan of rowcall's")
    if head[_MARK] != VERSION or isinstance(head[_MARK], bool):
        raise refused(file, 1, f"this plan is of version {head[_MARK]!r} of the format, and this rowcall reads version {VERSION}")
    found = _DIGEST.search(first)
    if found is None or _hashed(data[: found.start(1)] + _ZEROS.encode() + data[found.end(1) :]) != found[1].decode():
        raise refused(file, 1, "the file was altered after it was written: its digest is another one")
    header = Header(**_fields(file, 1, head, _HEADER))
    count = header.requests
    if len(lines) < count:
        raise refused(file, 1, f"it is of {count:,} requests, and has {len(lines):,}")
    contents = _contents(file, lines[count:], count + 2)
    rows = tuple(_planned(file, header, number, _read(file, number + 1, line)) for number, line in enumerate(lines[:count], 1))
    rows = tuple(replace(row, body=with_files(row.body, contents)) for row in rows) if contents else rows
    return Plan(header, rows, found[1].decode())


def refused(file: str, line: int, message: str, hint: str = _AGAIN) -> PlanError:
    """The error for a line of a plan, which keeps all of it from being sent."""
    return PlanError(f"{file}:{line}: {message}. Nothing was sent.", hint=hint)


def _read(file: str, line: int, data: bytes) -> dict[str, Any]:
    try:
        values = json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise refused(file, line, "this is no line of a plan, which is a JSON object") from error
    if not isinstance(values, dict):
        raise refused(file, line, "this is no line of a plan, which is a JSON object")
    return values


_HEADER: dict[str, tuple[type, ...]] = {name: (int if name == "requests" else str,) for name in Header.__slots__}
_ROW: dict[str, tuple[type, ...]] = {
    "row": (int,),
    "resource": (str,),
    "method": (str,),
    "http": (str,),
    "path": (str,),
    "query": (list, type(None)),
    "headers": (list, type(None)),
    "parameters": (dict,),
    "body": (object,),
    "lane": (str, type(None)),
    "before": (dict, type(None)),
    "version": (str, int, float, type(None)),
    "absent": (bool, type(None)),
}
_ALWAYS = frozenset(name for name, kinds in _ROW.items() if type(None) not in kinds and kinds != (object,))


def _fields(file: str, line: int, values: Mapping[str, Any], kinds: Mapping[str, tuple[type, ...]]) -> dict[str, Any]:
    """The values by name; those left out are None. Raises PlanError for one of another type, and for a name that is not known."""
    unknown = values.keys() - kinds.keys() - ({_MARK, "digest"} if kinds is _HEADER else set())
    if unknown:
        raise refused(file, line, f"a plan has no `{min(unknown)}`")
    for name, expected in kinds.items():
        value = values.get(name)
        if not isinstance(value, expected) or (isinstance(value, bool) and not {bool, object} & set(expected)):
            raise refused(file, line, f"`{name}` is missing, or is not what it has to be")
    return {name: values.get(name) for name in kinds}


def _planned(file: str, header: Header, number: int, values: Mapping[str, Any]) -> Planned:
    found = _fields(file, number + 1, values, _ROW)
    if (found.pop("row"), found.pop("resource"), found.pop("method")) != (number, header.resource, header.method):
        raise refused(file, number + 1, f"this is not row {number} of {header.resource}.{header.method}")
    for name in ("query", "headers"):
        pairs = found[name] or []
        if not all(isinstance(pair, list) and [*map(type, pair)] == [str, str] for pair in pairs):
            raise refused(file, number + 1, f"`{name}` is not what it has to be")
        found[name] = tuple((key, value) for key, value in pairs)
    return Planned(**found)


def _place(file: str) -> Path:
    try:
        return Path(file).expanduser()
    except RuntimeError:  # there is no home
        return Path(file)


def _reason(error: OSError | ValueError) -> str:
    return getattr(error, "strerror", None) or str(error)
