"""What must hold of the keys that say what an API can filter, sort and leave out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rowcall.errors import nearest
from rowcall.manifest.document import Document
from rowcall.manifest.model import Column, Form, Method, Parameter, Place, Range, Role, Scalar, Sort, Type, Verb

COMPARED = frozenset({Scalar.STRING, Scalar.INTEGER, Scalar.NUMBER})
"""Types of columns that an API can compare and sort by."""

_NAMING = (Role.FIELDS, Role.GROUP)
"""Roles of parameters that take the names of columns."""

_TIMES = frozenset({Scalar.STRING, Scalar.INTEGER})
_OF_FORM = {Form.UTC: frozenset({Scalar.STRING})}
"""Types of columns that forms of their own are for."""
_WRITTEN = {Form.UNIX: Scalar.INTEGER, Form.ISO: Scalar.STRING, Form.DATE: Scalar.STRING, Form.UTC: Scalar.STRING}


def check_pushdown(document: Document, path: str, method: Method, columns: Mapping[str, Column]) -> None:
    """Keeps the faults of a method's ranges, lists of values, orders, fields and expected rows."""
    types = {name: column.type for name, column in columns.items()}
    for name, parameter in method.parameters.items():
        below = f"{path}.parameters.{name}"
        _exact(document, below, parameter)
        _many(document, below, parameter)
        _group(document, below, parameter, types)
        if parameter.entries is not None:
            _entries(document, below, parameter, types)
        if parameter.range is not None:
            _range(document, below, parameter, parameter.range, types)
        if parameter.sorts and parameter.role is not Role.ORDER:
            document.fault(f"{below}.sorts", "only a parameter with `role: order` sorts", at_key=True)
        for column, sort in parameter.sorts.items():
            _sort(document, f"{below}.sorts.{column}", parameter, sort, method)
            _compared(document, f"{below}.sorts.{column}", column, types, COMPARED, at_key=True)
    _expected(document, path, method)


def _exact(document: Document, path: str, parameter: Parameter) -> None:
    if not parameter.exact and parameter.role is not None:
        document.fault(f"{path}.exact", f"a parameter with `role: {parameter.role.value}` keeps no rows", at_key=True)
    if not parameter.exact and parameter.range is None and (parameter.required or parameter.place is Place.PATH):
        # Requests for two of its values could bring one row twice.
        document.fault(f"{path}.exact", "only a filter that may be left out can be inexact", at_key=True)


def _entries(document: Document, path: str, parameter: Parameter, types: Mapping[str, Type]) -> None:
    name = parameter.entries or ""
    if parameter.place is not Place.QUERY and document.sound(f"{path}.in"):
        document.fault(f"{path}.entries", "only a query parameter takes entries of a map", at_key=True)
    for key, value in (("role", parameter.role), ("column", parameter.column), ("range", parameter.range), ("many", parameter.many)):
        if value is not None:
            document.fault(f"{path}.{key}", f"a parameter with `entries` has no `{key}`", at_key=True)
    if types and types.get(name) is not Scalar.MAP:
        what = f"the column `{name}` is no map" if name in types else f"there is no column `{name}`{_did_you_mean(name, types)}"
        document.fault(f"{path}.entries", what)
    if path.rpartition(".")[2] in types:
        document.fault(path, "a parameter that takes entries of a map is called otherwise than any column", at_key=True)


def _many(document: Document, path: str, parameter: Parameter) -> None:
    many = parameter.many
    if many is None:
        if parameter.role in _NAMING:
            document.fault(path, f"a parameter with `role: {parameter.role.value}` says with `many` how names are given", at_key=True)
        return
    if parameter.place is not Place.QUERY and document.sound(f"{path}.in"):
        document.fault(f"{path}.many", "only a query parameter takes several values", at_key=True)
    if parameter.range is not None or parameter.role not in {None, *_NAMING}:
        document.fault(f"{path}.many", "only a filter, `role: fields` and `role: group` take several values", at_key=True)
    if many.separator == "":
        document.fault(f"{path}.many.separator", "something stands between two values")
    if many.maximum is not None and many.maximum < 1:
        document.fault(f"{path}.many.maximum", "a request has at least one value")


def _group(document: Document, path: str, parameter: Parameter, types: Mapping[str, Type]) -> None:
    if parameter.role is not Role.GROUP or not types:
        return
    if not parameter.enum:
        document.fault(path, "a parameter with `role: group` says with `enum` by which columns rows can be divided", at_key=True)
    for index, column in enumerate(parameter.enum):
        if column not in types:
            document.fault(f"{path}.enum[{index}]", f"there is no column `{column}`{_did_you_mean(column, types)}")


def _range(document: Document, path: str, parameter: Parameter, range_: Range, types: Mapping[str, Type]) -> None:
    if parameter.place is Place.PATH:
        document.fault(f"{path}.range", "a path parameter is no bound", at_key=True)
    for key, value in (("role", parameter.role), ("column", parameter.column)):
        if value is not None:
            document.fault(f"{path}.{key}", f"a parameter with `range` has no `{key}`", at_key=True)
    below = f"{path}.range"
    if not document.sound(f"{below}.column", f"{below}.form", f"{path}.type"):
        return
    _compared(document, f"{below}.column", range_.column, types, _OF_FORM.get(range_.form, _TIMES) if range_.form else COMPARED)
    wanted = _WRITTEN[range_.form] if range_.form else types.get(range_.column, parameter.type)
    if parameter.type is not wanted and isinstance(wanted, Scalar) and wanted in COMPARED:
        document.fault(f"{path}.type", f"the bound is written as `{wanted.value}`, not as `{parameter.type.value}`")


def _sort(document: Document, path: str, parameter: Parameter, sort: Sort, method: Method) -> None:
    if sort.ascending is None and sort.descending is None:
        document.fault(path, "a column that is sorted by has `ascending`, `descending` or both", at_key=True)
    for key in ("ascending", "descending"):
        value = getattr(sort, key)
        if value is not None and parameter.enum and value not in parameter.enum:
            document.fault(f"{path}.{key}", f"`{value}` is none of {', '.join(parameter.enum)}")
    for name in sort.beside:
        if name not in method.parameters:
            document.fault(f"{path}.beside.{name}", f"there is no parameter `{name}`{_did_you_mean(name, method.parameters)}", at_key=True)


def _compared(
    document: Document, path: str, column: str, types: Mapping[str, Type], fitting: frozenset[Scalar], *, at_key: bool = False
) -> None:
    """Keeps a fault where there is no column of this name, or none of a fitting type."""
    if not types:
        return
    if column not in types:
        document.fault(path, f"there is no column `{column}`{_did_you_mean(column, types)}", at_key=at_key)
    elif types[column] not in fitting:
        names = ", ".join(sorted(f"`{scalar.value}`" for scalar in fitting))
        document.fault(path, f"`{column}` is of none of the types {names}", at_key=at_key)


def _expected(document: Document, path: str, method: Method) -> None:
    if method.expected_rows is None or not document.sound(f"{path}.expected_rows"):
        return
    if method.expected_rows < 1:
        document.fault(f"{path}.expected_rows", "a list is expected to have at least one row")
    elif document.sound(f"{path}.verb", f"{path}.rows") and (method.verb is not Verb.SELECT or method.rows is None):
        document.fault(f"{path}.expected_rows", "only a list that answers to `select` is expected to have some number of rows", at_key=True)


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = nearest(name, known, 1)
    return f"; did you mean `{close[0]}`?" if close else ""
