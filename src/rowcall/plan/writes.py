"""INSERT, UPDATE, DELETE and EXEC as calls: which method, which values are parameters and which go into the body, and as what type.

Values come from DuckDB as JSON, so that nested ones stay nested; here they are fitted to the types that the manifest declares. A value
that does not fit is an error before anything is sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Self

from rowcall.catalog.catalog import ResourceRef
from rowcall.errors import DataError, MissingParameterError, Span, UnknownNameError, UnsupportedSQLError, nearest
from rowcall.manifest.bodies import Misfit, Reason, fields_of, item_of, kind_of, misfits
from rowcall.manifest.files import File
from rowcall.manifest.model import ALL, Attribute, Kind, ListOf, Method, Object, Place, Scalar, Type, Verb
from rowcall.manifest.spelling import spelt, unspelt
from rowcall.manifest.types import GREATEST, LEAST, as_integer, as_number, spelling
from rowcall.manifest.types import is_file as is_of_files
from rowcall.manifest.xml import document
from rowcall.plan.nodes import Call
from rowcall.plan.requests import build

PREFIX = "data__"
"""What may stand before a body attribute's name, to tell it from a parameter of the same name."""


@dataclass(frozen=True, slots=True)
class Given:
    """A value that a statement gives to a method: its name as written, and where that stands."""

    name: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a given value goes: a parameter, or an attribute of the body."""

    name: str
    in_body: bool
    path: tuple[str, ...] = ()
    """Which part of the attribute it is, as written; empty for all of it."""


def slot(method: Method, name: str) -> Slot | None:
    """Where `name` goes in a call of `method`, or None when the method has nothing of that name.

    A parameter wins over an attribute of the same name; `data__name` is always the attribute.
    """
    folded = name.casefold()
    parameters = {known.casefold(): known for known in method.parameters}
    attributes = {known.casefold(): known for known in method.body}
    if folded in parameters:
        return Slot(parameters[folded], in_body=False)
    bare = folded.removeprefix(PREFIX)
    return Slot(attributes[bare], in_body=True) if bare in attributes else None


def column_slot(method: Method, name: str) -> Slot | None:
    """As `slot`, and a column that equals a parameter counts as that parameter: `id` is `run_id`. `a.b` is a part of the attribute `a`."""
    found = slot(method, name)
    if found is not None:
        return found
    folded = name.casefold()
    equal = (key for key, parameter in method.parameters.items() if (parameter.column or "").casefold() == folded)
    whole, *path = name.split(".")
    if path and (found := slot(method, whole)) is not None and found.in_body:
        return Slot(found.name, in_body=True, path=tuple(path))
    return next((Slot(key, in_body=False) for key in equal), None)


def check(ref: ResourceRef, method: Method, slots: Sequence[tuple[Slot, Given]], *, sql: str) -> None:
    """Raises UnsupportedSQLError for what is given twice and for a part of what has none, UnknownNameError for an unknown field."""
    before: list[tuple[Slot, Given]] = []
    for slot_, item in slots:
        path = part(ref, method, slot_, sql=sql, span=item.span)
        for other, written in before:
            shared = min(len(path), len(other.path))
            if (other.name, other.in_body, other.path[:shared]) == (slot_.name, slot_.in_body, path[:shared]):
                names = {written.name.casefold(): written.name, item.name.casefold(): item.name}
                message = f"{slot_.name} is given twice, as {' and as '.join(names.values())}."
                raise UnsupportedSQLError(message, sql=sql, span=item.span)
        before.append((Slot(slot_.name, slot_.in_body, path), item))


def part(ref: ResourceRef, method: Method, slot_: Slot, *, sql: str, span: Span | None) -> tuple[str, ...]:
    """The path of a part of an attribute, its fields spelt as the manifest does. Raises as `check` does."""
    if not slot_.path:
        return ()
    attribute = method.body[slot_.name]
    path, where = [], f"{ref.full_name}.{slot_.name}"
    for written in slot_.path:
        name = written
        if isinstance(attribute.type, Object):
            fields = {field.casefold(): field for field, _ in attribute.type.fields}
            if written.casefold() not in fields and not attribute.open:
                raise UnknownNameError("field", written, fields.values(), where=where, sql=sql, span=span)
            name = fields.get(written.casefold(), written)
        inner = part_of(attribute, name)
        if inner is None:
            raise UnsupportedSQLError(f"{where} is {spelling(attribute.type)}, of which no part can be set.", sql=sql, span=span)
        path.append(name)
        attribute, where = inner, f"{where}.{name}"
    return tuple(path)


def part_of(attribute: Attribute, name: str) -> Attribute | None:
    """What is declared of a part; None where there is no such part."""
    if isinstance(attribute.type, Object):
        return fields_of(attribute).get(name, _ANY if attribute.open else None)
    return {Scalar.JSON: _ANY, Scalar.MAP: _TEXT}.get(attribute.type) if isinstance(attribute.type, Scalar) else None


def with_part(whole: Any, path: Sequence[str], value: Any, attribute: Attribute, where: str) -> Any:
    """An attribute's value with one part of it set; without that part where its value is None.

    `whole` is None where there was none. Raises DataError where something on the way to the part is no object, or the value does not fit.
    """
    if not path:
        return fitted(value, replace(attribute, nullable=True), where)
    name, *rest = path
    inner = part_of(attribute, name)
    if not isinstance(whole, (dict, type(None))) or inner is None:
        raise DataError(f"{where} is {_shown(whole)}, of which {name} can be no part.")
    known = whole or {}
    found = with_part(known.get(name), rest, value, inner, f"{where}.{name}")
    return {key: kept for key, kept in {**known, name: found}.items() if key != name or found is not None}


def choose(ref: ResourceRef, verb: Verb, given: Sequence[Given], *, sql: str, span: Span) -> tuple[str, Method]:
    """The method of a verb that takes all that is given and lacks nothing it needs, the one with most needs first.

    Raises UnsupportedSQLError when the resource has none of this verb, UnknownNameError for a name that no method takes,
    MissingParameterError otherwise.
    """
    candidates = [(name, method) for name, method in ref.resource.methods.items() if method.verb is verb]
    if not candidates:
        raise _no_verb(ref, verb, sql, span)
    for item in given:
        if all(column_slot(method, item.name) is None for _, method in candidates):
            known = {name for _, method in candidates for name in (*method.parameters, *method.body)}
            raise UnknownNameError("attribute", item.name, known, where=f"{ref.full_name} ({verb.value})", sql=sql, span=item.span)
    fitting = [pair for pair in candidates if all(column_slot(pair[1], item.name) for item in given)]
    complete = [pair for pair in fitting if not lacking(pair[1], given)]
    if not complete:
        raise missing(ref, fitting or candidates, given, sql=sql, span=span)
    return max(complete, key=lambda pair: len(pair[1].required()))


def lacking(method: Method, given: Sequence[Given]) -> tuple[str, ...]:
    """What a method needs and is not given, in the manifest's spelling (`data__name` for attributes)."""
    slots = {column_slot(method, item.name) for item in given}
    have = {f"{PREFIX}{found.name}" if found.in_body else found.name for found in slots if found}
    return tuple(name for name in method.required() if name not in have)


def missing(
    ref: ResourceRef, methods: Sequence[tuple[str, Method]], given: Sequence[Given], *, sql: str, span: Span
) -> MissingParameterError:
    """The error for a write that lacks what its methods need."""
    lacks = sorted(((name, lacking(method, given)) for name, method in methods), key=lambda pair: len(pair[1]))
    name, method = next(pair for pair in methods if pair[0] == lacks[0][0])
    return MissingParameterError(ref.full_name, lacks, example(ref, name, method), sql=sql, span=span)


def _no_verb(ref: ResourceRef, verb: Verb, sql: str, span: Span) -> UnsupportedSQLError:
    message = f"{ref.full_name} has no method for {verb.value.upper()}."
    return UnsupportedSQLError(message, sql=sql, span=span, hint=ref.instead_of(verb))


def example(ref: ResourceRef, name: str, method: Method) -> str:
    """A statement that calls a method with all that it needs."""
    needs = method.required()
    match method.verb:
        case Verb.INSERT | Verb.REPLACE:
            values = ", ".join(_sample(method, need) for need in needs)
            return f"{method.verb.value.upper()} INTO {ref.full_name} ({', '.join(needs)}) VALUES ({values})"
        case Verb.UPDATE:
            sets = [need for need in needs if need.startswith(PREFIX)] or [*method.body][:1]
            keys = [need for need in needs if not need.startswith(PREFIX)]
            assigned = ", ".join(f"{need.removeprefix(PREFIX)} = {_sample(method, need)}" for need in sets)
            return f"UPDATE {ref.full_name} SET {assigned} WHERE {' AND '.join(f'{key} = {_sample(method, key)}' for key in keys)}"
        case Verb.DELETE if not any(need.startswith(PREFIX) for need in needs):  # WHERE gives no body
            return f"DELETE FROM {ref.full_name} WHERE {' AND '.join(f'{need} = {_sample(method, need)}' for need in needs)}"
        case _:
            return f"EXEC {ref.full_name}.{name} " + ", ".join(f"@{need} = {_sample(method, need)}" for need in needs)


def _sample(method: Method, name: str) -> str:
    bare = name.removeprefix(PREFIX)
    type_: Type = method.parameters[bare].type if bare in method.parameters else method.body[bare].type
    if isinstance(type_, ListOf):
        return f"[{_struct(type_.item)}]" if type_.item is not Scalar.BLOB else "(SELECT list(content) FROM read_blob('…'))"
    return _SAMPLES.get(type_) or _struct(type_)


_SAMPLES: dict[Type, str] = {
    Scalar.STRING: "'…'",
    Scalar.INTEGER: "1",
    Scalar.NUMBER: "1",
    Scalar.BOOLEAN: "true",
    Scalar.MAP: "MAP {'…': '…'}",
    Scalar.BLOB: "(SELECT content FROM read_blob('…'))",
}


def _struct(type_: Type) -> str:
    if isinstance(type_, Object):
        return "{" + ", ".join(f"'{name}': {_struct(inner)}" for name, inner in type_.fields) + "}"
    return "'…'" if type_ in {Scalar.STRING, Scalar.JSON} else "1"


def call(
    ref: ResourceRef,
    name: str,
    method: Method,
    values: Mapping[str, Any],
    *,
    body: Mapping[str, Any] | None = None,
    keep_null: bool = False,
) -> Call:
    """One call. `values` are Python values of JSON by the names written, a file's bytes or its text; `body` is a whole body that was given.

    A NULL means "not given", unless `keep_null` (UPDATE … SET x = NULL), where it is sent if the API takes it. Raises DataError for a
    value that does not fit, or a needed one that is NULL.
    """
    bound: dict[str, Any] = {}
    attributes: dict[str, Any] = dict(body or {})
    in_parts: set[str] = set()
    for written, value in values.items():
        found = column_slot(method, written)
        if found is None or (value is None and not (keep_null and found.in_body)):
            continue
        where = f"{ref.full_name}.{found.name}"
        try:
            if found.path:
                path = part(ref, method, found, sql="", span=None)
                attributes[found.name] = with_part(attributes.get(found.name), path, value, method.body[found.name], where)
                in_parts.add(found.name)
            elif found.in_body and is_file(method, found):
                attributes[found.name] = _contents(value, method.body[found.name], where, found.name)
            elif found.in_body:
                attributes[found.name] = fitted(value, method.body[found.name], where)
            else:
                bound[found.name] = _parameter(value, method.parameters[found.name].type, found.name)
        except DataError as error:
            error.given = written if found.path else written + error.given.removeprefix(where)
            raise
    for key in in_parts:
        try:
            _refuse(misfits(attributes[key], method.body[key], f"{ref.full_name}.{key}"))
        except DataError as error:
            error.given = error.given.removeprefix(f"{ref.full_name}.")
            raise
    _need(ref, name, method, bound, attributes)
    attributes = _with_files(method, attributes)
    for key, value in attributes.items():
        _refuse_unwritable(value, f"{ref.full_name}.{key}")
        _refuse_unwritable_in_xml(method, key, value)
    has_body = bool(method.body) or bool(attributes)
    return Call(build(ref, name, method, bound, spelt(method, attributes) if has_body else None), bound)


def attributes_of(method: Method, body: Any) -> dict[str, Any]:
    """The attributes of which a call makes a body, where it does: without what every body of the method holds, and by their own names.

    Raises DataError for what is no body of the method.
    """
    constant: dict[str, Any] = json.loads(method.base) if method.base is not None else {}
    if method.default_body is not None and body == json.loads(method.default_body):
        return {}
    if method.sole is not None:
        return unspelt(method, body)
    if method.root is not None and isinstance(body, dict):
        body = body.get(method.root)
    if not isinstance(body, dict):
        raise DataError("its body is no JSON object")
    if method.within is not None and method.within in body:
        inner = body[method.within]
        body = json.loads(inner) if method.within_text and isinstance(inner, str) else inner
    names = {attribute.name or key for key, attribute in method.body.items()}
    return unspelt(method, {name: value for name, value in body.items() if name in names or constant.get(name, _ANY) != value})


def is_file(method: Method, slot_: Slot | None) -> bool:
    """Whether a value is the bytes of a file, or its text, or a list of such."""
    return slot_ is not None and slot_.in_body and is_of_files(method.body[slot_.name].type)


def _contents(value: Any, attribute: Attribute, where: str, name: str) -> Any:
    """The bytes of a file, or of each file of a list. Raises DataError for anything else."""
    if not isinstance(attribute.type, ListOf) or value is None:
        return _content(value, name)
    if not isinstance(value, (list, tuple)) or None in value:
        raise DataError(
            f"{name} takes a list of files: of BLOBs, as list(content) of read_blob('…') gives one, or of texts, and none NULL."
        )
    if not value and attribute.required:
        raise DataError(f"{name} has no file in it, and there has to be one.")
    found = [_content(each, name) for each in value]
    _refuse(misfits([File(b"", name)] * len(found), attribute, where))
    return found


def _content(value: Any, name: str) -> bytes | None:
    """The bytes of a file, of a BLOB or a text. Raises DataError for anything else."""
    if isinstance(value, str):
        return value.encode()
    if not isinstance(value, (bytes, bytearray, memoryview, type(None))):
        raise DataError(f"{name} takes a file: a BLOB, as content of read_blob('…'), or a text, not {str(value)[:60]}.")
    return value if value is None else bytes(value)


def _with_files(method: Method, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes with files where bytes were given, each called as one beside it says. Raises DataError for what is no name for one."""
    names = {one.filename_of: key for key, one in method.body.items() if one.filename_of is not None and key in attributes}
    for whole, key in names.items():
        content, called = attributes.get(whole), attributes[key]
        if content is None:
            raise _unnamed(key, f"{key} is what {whole} is called, and {whole} is not given.")
        if isinstance(content, list) and len(content) != len(called):
            raise _unnamed(key, f"{key} has {len(called)} names, and {whole} {len(content)} files.")
        for each in called if isinstance(content, list) else [called]:
            if not isinstance(each, str) or not _FILENAME.fullmatch(each):
                said = f"{key} is {_shown(each)}, and has to be a name without folders and line ends, as parse_filename(…) gives it."
                raise _unnamed(key, said)
    body = {key: value for key, value in attributes.items() if key not in names.values()}
    for key, value in list(body.items()):
        if key not in method.body or not is_of_files(method.body[key].type) or value is None:
            continue
        own = method.body[key].name
        own = key if own in {None, ALL} else str(own).removesuffix("[]")
        if value == []:  # which no part stands for
            del body[key]
        elif isinstance(value, list):
            called = attributes[names[key]] if key in names else [f"{own}_{number}" for number in range(1, len(value) + 1)]
            body[key] = [_as_file(content, name) for content, name in zip(value, called, strict=True)]
        else:
            body[key] = _as_file(value, attributes[names[key]] if key in names else own)
    return body


def _as_file(content: bytes | File, name: str) -> File:
    return content if isinstance(content, File) else File(content, name)


_FILENAME = re.compile(r"(?!\.\.?\Z)[^/\\\x00-\x1f\x7f]+")


def _unnamed(key: str, message: str) -> DataError:
    error = DataError(message)
    error.given = key
    return error


def _refuse_unwritable(value: Any, where: str) -> None:
    """Raises DataError for what JSON cannot hold, which would otherwise show when it is sent, after the rows before it."""
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise DataError(f"{where} has half of a surrogate pair in it, which no text can hold.") from error
    except ValueError as error:
        raise DataError(f"{where} has NaN or an infinite number in it, and JSON has none.") from error
    except RecursionError as error:
        raise DataError(f"{where} is nested too deeply.") from error


def _refuse_unwritable_in_xml(method: Method, key: str, value: Any) -> None:
    """Raises DataError, at the attribute, for what XML cannot hold."""
    if method.root is None:
        return
    try:
        document({method.root: {**json.loads(method.base or "{}"), **spelt(method, {key: value})}})
    except ValueError as problem:
        raise _unnamed(key, f"{key} cannot be sent as XML: {problem}.") from problem


def _need(ref: ResourceRef, name: str, method: Method, bound: Mapping[str, Any], body: Mapping[str, Any]) -> None:
    for key, parameter in method.parameters.items():
        if (parameter.required or parameter.place is Place.PATH) and key not in bound:
            raise DataError(f"{key} is NULL, and {ref.full_name}.{name} cannot be called without it.")
    for key, attribute in method.body.items():
        if isinstance(body.get(attribute.filename_of or ""), File):  # which has its name
            continue
        if attribute.needed(body) and body.get(key) is None:
            raise DataError(f"{key} is NULL, and {ref.full_name}.{name} cannot be called without it.")


def _parameter(value: Any, scalar: Scalar, name: str) -> Any:
    found = _scalar(value, scalar)
    if found is None:
        raise DataError(f"{name} takes {scalar.value}, not {_shown(value)}.")
    return found


def fitted(value: Any, attribute: Attribute, where: str) -> Any:
    """A JSON value as the attribute's type. Raises DataError when it does not fit what the manifest says of it."""
    found = _typed(value, attribute)
    _refuse(misfits(found, attribute, where))
    return found


def typed_body(method: Method, body: Mapping[str, Any]) -> dict[str, Any]:
    """A whole body that DuckDB made, as a STRUCT: each attribute as its type, those that are NULL and must not be left out."""
    typed = {key: _typed(value, method.body[key]) if key in method.body else value for key, value in body.items()}
    return {key: value for key, value in typed.items() if value is not None or key not in method.body or method.body[key].nullable}


def with_integers(method: Method, body: Mapping[str, Any]) -> dict[str, Any]:
    """A whole body that was given as a text, as it is but for whole numbers that are written with a point: 1000.0 is the integer 1000."""
    return {key: _with_integers(value, method.body[key]) if key in method.body else value for key, value in body.items()}


def _with_integers(value: Any, attribute: Attribute) -> Any:
    if attribute.type is Scalar.INTEGER and isinstance(value, _Written):
        return _typed(value, attribute)
    if isinstance(value, list) and (item := item_of(attribute)) is not None:
        return [_with_integers(inner, item) for inner in value]
    if isinstance(value, dict):
        fields = fields_of(attribute)
        return {key: _with_integers(inner, fields[key]) if key in fields else inner for key, inner in value.items()}
    return value


def check_body(ref: ResourceRef, name: str, method: Method, body: Mapping[str, Any], *, sql: str = "", span: Span | None = None) -> None:
    """Raises UnknownNameError for what the method does not take, DataError for a value that does not fit.

    The body may lack what is given beside it. A method of which the manifest names no attribute takes any.
    """
    for key, value in body.items() if method.body else ():
        if key not in method.body:
            raise UnknownNameError("attribute", key, method.body, where=f"{ref.full_name}.{name}", sql=sql, span=span)
        _refuse(misfits(value, method.body[key], f"{ref.full_name}.{key}"), sql=sql, span=span)


def _refuse(found: Iterator[Misfit], *, sql: str = "", span: Span | None = None) -> None:
    """Raises DataError for the first of what does not fit, by its path."""
    misfit = next(found, None)
    if misfit is not None:
        error = DataError(_said(misfit), sql=sql, span=span)
        error.given = misfit.path
        raise error


def _said(misfit: Misfit) -> str:
    """What does not fit, where, and what would."""
    where, attribute, value, bound = misfit.path, misfit.attribute, misfit.value, f"{misfit.bound:g}"
    match misfit.reason:
        case Reason.UNKNOWN:
            where = where.removesuffix(f".{misfit.key}")
            close = nearest(misfit.key, attribute.fields, 1)
            said = f"has no field {misfit.key}{f'; did you mean {close[0]}?' if close else '.'} It has {', '.join(attribute.fields)}"
        case Reason.MISSING:
            when = "" if attribute.required else " and ".join(f"{name} is {value}" for name, value in attribute.required_if.items())
            said = f"is required{when and f' where {when}'}, and is missing"
        case Reason.WRONG_TYPE:
            said = "cannot be NULL" if value is None else f"takes {_takes(attribute)}, not {_shown(value)}"
            if attribute.type is Scalar.INTEGER and isinstance(value, float) and abs(value) < GREATEST:
                said += "; CAST(… AS BIGINT) rounds it"
        case Reason.NOT_ALLOWED:
            said = f"must be one of {', '.join(attribute.enum)}, not {_shown(value)}"
        case Reason.NOT_ONE:
            found = " and ".join(name for name in attribute.one_of if name in value)
            said = f"takes one of {', '.join(attribute.one_of)}, not {found or 'none'}"
        case Reason.TOO_SMALL | Reason.TOO_LARGE:
            said = f"must be at {'least' if misfit.reason is Reason.TOO_SMALL else 'most'} {bound}, not {value}"
        case Reason.LONG_KEY:
            said = f"takes keys of at most {bound} characters, not {len(misfit.key)}"
        case _:
            side = "least" if misfit.reason is Reason.TOO_SHORT else "most"
            what = "character" if isinstance(value, str) else "item"
            said = f"takes at {side} {bound} {what}{'' if misfit.bound == 1 else 's'}, not {len(value)}"
    return f"{where} {said}."


def _takes(attribute: Attribute) -> str:
    """The type of an attribute, or the kinds of value that it may have."""
    if attribute.type is Scalar.BLOB:
        return "a file, which is given by itself and in no other value"
    if not attribute.kinds:
        return spelling(attribute.type)
    *others, last = [kind.value if kind is not Kind.ARRAY or not attribute.fields else "array of objects" for kind in attribute.kinds]
    return f"{', '.join(others)} or {last}" if others else last


def _typed(value: Any, attribute: Attribute) -> Any:
    """The value as the attribute's type as far as it can be, and else as it is.

    In an object with declared fields, those that are NULL are left out, which a STRUCT of DuckDB cannot do.
    """
    type_ = attribute.type
    if isinstance(type_, Scalar) and type_ not in {Scalar.JSON, Scalar.MAP}:
        found = _scalar(value, type_)
        return value if found is None else found
    if type_ is not Scalar.JSON:
        value = _parsed(value)
    elif isinstance(value, str) and value[:1] in {"{", "["}:
        value = _parsed_as(value, attribute)
    if isinstance(value, list) and (item := item_of(attribute)) is not None:
        return [_typed(inner, item) for inner in value]
    if not isinstance(value, dict):
        return value
    if type_ is Scalar.MAP:
        return {key: _typed(inner, _TEXT) for key, inner in value.items()}
    fields = fields_of(attribute)
    return {
        key: _typed(inner, fields[key]) if key in fields else inner
        for key, inner in value.items()
        if inner is not None or not (key in fields or attribute.open)
    }


_TEXT = Attribute(type=Scalar.STRING, description="")
_ANY = Attribute(type=Scalar.JSON, description="", nullable=True)


class _Written(float):
    """A number with the text that it was written as, since a float has no room for all digits of a DECIMAL."""

    __slots__ = ("text",)

    def __new__(cls, text: str) -> Self:
        number = super().__new__(cls, text)
        number.text = text
        return number

    text: str

    @property
    def whole(self) -> int | None:
        """The whole number that it is; None where it is none, or a DOUBLE of this text could be another, since it has no more digits."""
        if not abs(self) <= -LEAST:
            return None
        exact = Decimal(self.text)
        is_double = exact == Decimal(float.__repr__(self)) != int(self)
        return None if is_double or exact != exact.to_integral_value() else int(exact)


def from_json(text: str) -> Any:
    """The value that a JSON text holds; a number with a point still knows how it was written.

    Raises JSONDecodeError where it holds none, DataError where it is too deep or has a number that is too long to be read.
    """
    try:
        return json.loads(text, parse_float=_Written)
    except json.JSONDecodeError:
        raise
    except (RecursionError, ValueError) as error:
        raise DataError("A value is nested too deeply, or has a number of too many digits in it.") from error


def _parsed(value: Any) -> Any:
    """A text as the JSON it holds, where it holds JSON."""
    if not isinstance(value, str):
        return value
    try:
        return from_json(value)
    except ValueError:
        return value


def _parsed_as(text: str, attribute: Attribute) -> Any:
    """A text as the JSON it holds, unless a text may stand there and that may not: another kind, or a list of anything but objects.

    With an object in it, it is meant as JSON, and what does not fit in it is an error rather than sent as a text.
    """
    found = _parsed(text)
    if Kind.STRING not in attribute.kinds:
        return found
    is_list_of_others = isinstance(found, list) and bool(attribute.fields) and not any(isinstance(item, dict) for item in found)
    return text if is_list_of_others or kind_of(found) not in attribute.kinds else found


def _scalar(value: Any, scalar: Scalar) -> Any:
    """The value as this scalar where nothing is lost by it, else None."""
    if scalar is Scalar.STRING:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, _Written):
            return value.text
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) if isinstance(value, (int, float)) else None
    if scalar is Scalar.BOOLEAN:
        return value if isinstance(value, bool) else None
    if scalar is Scalar.INTEGER:
        return as_integer(value.whole if isinstance(value, _Written) else value)
    return as_number(value)


def _shown(value: Any) -> str:
    text = value.text if isinstance(value, _Written) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:59] + "…"
