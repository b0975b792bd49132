"""The requests that statements plan on a manifest kept by hand, and on one that was imported from its makers' document.

Each method that both have, told by its request line, is asked by one statement in the words of each manifest, with the same values; and once
more for each filter that both have. Nothing is sent.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import rowcall
from rowcall.catalog.catalog import ResourceRef
from rowcall.errors import RowcallError
from rowcall.manifest.model import Attribute, Method, Parameter, Place, Verb
from rowcall.manifest.types import ListOf, Object, Scalar, Type, identifier, literal
from rowcall.openapi.api import key_of
from rowcall.openapi.document import Document
from rowcall.openapi.folder import write_folder
from rowcall.openapi.importing import imported

IMPORTED = "imported"
_SIMPLE = frozenset({Scalar.STRING, Scalar.BOOLEAN, Scalar.MAP})
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class Compared:
    """One statement, in the words of both manifests."""

    line: str
    """The request line of the method, as the manifest kept by hand has it."""
    about: str
    """What is asked besides what has to be: a filter, or nothing."""
    by_hand: tuple[str, ...]
    """The requests that are planned, or why none are."""
    by_import: tuple[str, ...]

    @property
    def is_planned(self) -> bool:
        """Whether the manifest kept by hand plans requests for it at all."""
        return not self.by_hand[0].startswith("refused: ")

    @property
    def is_equal(self) -> bool:
        """Whether both plan the same."""
        return self.by_hand == self.by_import


@dataclass(frozen=True, slots=True)
class Found:
    """What came of the comparison."""

    compared: tuple[Compared, ...]
    by_hand_alone: tuple[str, ...]
    """The request lines of methods that the document does not have, or the import leaves out."""
    by_import_alone: int
    """How many methods are not kept by hand."""


def compare(folder: Path, document: Path) -> Found:
    """The methods of a folder, beside those that come of a document."""
    with tempfile.TemporaryDirectory() as made:
        provider = imported(Document(document), IMPORTED)
        assert write_folder(Path(made) / IMPORTED, provider.provider) == ()
        name = folder.name
        nowhere = {each: {"base_url": _NOWHERE, "api_key": "key"} for each in (name, IMPORTED)}
        paths = {name: folder, IMPORTED: Path(made) / IMPORTED}
        with rowcall.connect(provider_paths=paths, providers=nowhere) as session:
            ours, theirs = (dict(_methods(session, each)) for each in (name, IMPORTED))
            both = [key for key in ours if key in theirs]
            compared = [each for key in both for each in _compared(session, ours[key], theirs[key])]
    alone = tuple(method.http for key, (_, _, method) in ours.items() if key not in theirs)
    return Found(tuple(compared), alone, len(theirs.keys() - ours.keys()))


_Named = tuple[ResourceRef, str, Method]


def _methods(session: rowcall.Session, provider: str) -> Iterator[tuple[str, _Named]]:
    for ref in session.catalog.resources():
        if ref.provider.provider == provider:
            for name, method in ref.resource.methods.items():
                yield key_of(method.http_method, method.path), (ref, name, method)


def _compared(session: rowcall.Session, ours: _Named, theirs: _Named) -> Iterator[Compared]:
    line = ours[2].http
    filters = sorted(_filters(ours[2]) & _filters(theirs[2])) if ours[2].verb is Verb.SELECT else []
    for name in ("", *filters):
        yield Compared(line, name, _planned(session, ours, ours[2], name), _planned(session, theirs, ours[2], name))


def _filters(method: Method) -> set[str]:
    """The names that optional filters have in requests."""
    return {
        parameter.name or name
        for name, parameter in method.parameters.items()
        if parameter.place is Place.QUERY and not parameter.required and parameter.role is None and parameter.range is None
    }


def _planned(session: rowcall.Session, named: _Named, like: Method, also: str) -> tuple[str, ...]:
    try:
        explanation = session.explain(_statement(*named, like, also))
    except RowcallError as error:
        return (f"refused: {str(error).splitlines()[0]}",)
    steps = [*explanation.scans, *filter(None, [explanation.write])]
    return tuple(_in_order(line) for step in steps for line in step.request_lines) or ("refused: nothing is planned",)


def _in_order(line: str) -> str:
    """A request line whose query has its parameters in order, without its host."""
    verb, _, rest = line.partition(" ")
    target, _, body = rest.partition(" ")
    parts = urlsplit(target)
    query = "&".join(sorted(parts.query.split("&")))
    return " ".join(filter(None, [verb, parts.path + (f"?{query}" if query else ""), body]))


def _statement(ref: ResourceRef, name: str, method: Method, like: Method, also: str) -> str:
    """A statement that calls the method with all that it has to have, with the values that `like` would have."""
    given = {key: _alike(each, _counterpart(key, method, like)) for key, each in _needed(method, also).items()}
    body = {key: _alike(each, like.body.get(_body_key(each.name or key, like), each)) for key, each in _attributes(method, like)}
    full = ref.full_name
    if method.verb is Verb.SELECT:
        return f"SELECT * FROM {full}{_where(method, given, ref)}"
    if method.verb is Verb.EXEC:
        every = ", ".join(f"@{key} = {value}" for key, value in {**given, **body}.items())
        return f"EXEC {full}.{name} {every}"
    if method.verb is Verb.DELETE:
        return f"DELETE FROM {full}{_where(method, given, ref)}"
    if method.verb is Verb.UPDATE:
        sets = ", ".join(f"{identifier(key)} = {value}" for key, value in body.items())
        return f"UPDATE {full} SET {sets}{_where(method, given, ref)}"
    every = {**given, **body}
    verb = "REPLACE" if method.verb is Verb.REPLACE else "INSERT"
    return f"{verb} INTO {full} ({', '.join(map(identifier, every))}) VALUES ({', '.join(every.values())})"


def _needed(method: Method, also: str) -> Mapping[str, Parameter]:
    """What a call has to have, and the filter that is asked for besides, by their names in SQL."""
    needed = {name: method.parameters[name] for name in method.required() if name in method.parameters}
    return needed | {name: each for name, each in method.parameters.items() if also and (each.name or name) == also}


def _counterpart(name: str, method: Method, like: Method) -> Parameter:
    """The same parameter of the other method: of the path by its place there, others by what they are called in requests."""
    mine = method.parameters[name]
    if mine.place is Place.PATH:
        names = dict(zip(_PLACEHOLDER.findall(method.path)[::-1], _PLACEHOLDER.findall(like.path)[::-1], strict=False))
        return like.parameters.get(names.get(name, ""), mine)
    return next((each for key, each in like.parameters.items() if (each.name or key) == (mine.name or name)), mine)


def _attributes(method: Method, like: Method) -> Iterator[tuple[str, Attribute]]:
    """What a body has to have in either manifest; where that is nothing, the first that is a simple value and in both."""
    required = {each.name or key for every in (method, like) for key, each in every.body.items() if each.required}
    if not required and method.verb in {Verb.INSERT, Verb.REPLACE, Verb.UPDATE}:
        both = {each.name or key for key, each in method.body.items()} & {each.name or key for key, each in like.body.items()}
        simple = sorted(name for name in both if like.body[_body_key(name, like)].type in _SIMPLE)
        required = set(simple[:1])
    yield from ((key, each) for key, each in method.body.items() if (each.name or key) in required)


def _body_key(name: str, method: Method) -> str:
    """What an attribute is called in SQL."""
    return next((key for key, each in method.body.items() if (each.name or key) == name), name)


def _alike(mine: Parameter | Attribute, other: Parameter | Attribute) -> str:
    """The value that the other would have, as mine takes it."""
    value = _value(other.type, other.enum)
    if mine.type is Scalar.STRING and other.type in {Scalar.INTEGER, Scalar.BOOLEAN}:
        return literal(value)
    fits = mine.type == other.type or mine.type is Scalar.JSON
    return value if fits and (not mine.enum or value.strip("'") in mine.enum) else _value(mine.type, mine.enum)


def _where(method: Method, given: Mapping[str, str], ref: ResourceRef) -> str:
    columns = method.returns if method.returns and method.verb is not Verb.SELECT else ref.resource.columns
    terms = []
    for name, value in given.items():
        column = method.parameters[name].column
        terms.append(f"{identifier(column if column in columns and column is not None else name)} = {value}")
    return f" WHERE {' AND '.join(terms)}" if terms else ""


def _value(type_: Type, enum: tuple[str, ...] = ()) -> str:
    """A value of a type, the same for all of that type."""
    if isinstance(type_, ListOf):
        return f"[{_value(type_.item)}]"
    if isinstance(type_, Object):
        return "{" + ", ".join(f"{literal(name)}: {_value(field)}" for name, field in type_.fields[:1]) + "}"
    if enum:
        return literal(min(enum))
    values = {Scalar.INTEGER: "7", Scalar.NUMBER: "7.5", Scalar.BOOLEAN: "true", Scalar.MAP: "MAP {'a': 'b'}", Scalar.JSON: "'\"x\"'::JSON"}
    return values.get(type_, "'x'")
