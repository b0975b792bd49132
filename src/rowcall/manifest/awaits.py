"""What must hold where a manifest says how something ends that a method begins: its reader can be asked, and its answers be told apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rowcall.errors import nearest
from rowcall.manifest.document import Document
from rowcall.manifest.model import Awaits, Column, Method, Part, Resource, Scalar, Service, Verb

_STATES = frozenset({Scalar.STRING, Scalar.BOOLEAN, Scalar.INTEGER})
"""The types of columns that can say how far something is."""


def check_awaits(document: Document, service: Service | Part) -> None:
    """Keeps the faults of what a service file says of waiting."""
    for name, resource in service.resources.items():
        path = f"resources.{name}"
        if resource.awaits is not None:
            found = _found(service, resource, resource.awaits)
            own = [
                one for one in resource.methods.values() if not one.returns and one.rows is None and (found is None or one is not found[1])
            ]
            _awaits(document, f"{path}.awaits", resource.awaits, resource.columns)
            _reader(document, f"{path}.awaits.reader", found, resource.columns, own)
        for method_name, method in resource.methods.items():
            if method.awaits is not None:
                below = f"{path}.methods.{method_name}.awaits"
                columns = method.returns or resource.columns
                if method.rows is not None:
                    document.fault(below, "the response of what can be waited for is one row, without `rows`", at_key=True)
                _awaits(document, below, method.awaits, columns)
                _reader(document, f"{below}.reader", _found(service, resource, method.awaits), columns, [method])


def _found(service: Service | Part, resource: Resource, awaits: Awaits) -> tuple[Resource, Method] | None:
    """The reader and its resource; None where there is no such method."""
    there, _, name = awaits.reader.rpartition(".")
    other = service.resources.get(there) if there else resource
    return (other, other.methods[name]) if other is not None and name in other.methods else None


def _reader(
    document: Document, path: str, found: tuple[Resource, Method] | None, columns: Mapping[str, Column], begun: list[Method]
) -> None:
    """`columns` are those of the responses of the methods `begun`."""
    if not document.sound(path):
        return
    if found is None:
        document.fault(path, "there is no such method; expected one of the resource, or `resource.method` of the service")
        return
    resource, reader = found
    if reader.verb is not Verb.SELECT or reader.rows is not None:
        document.fault(path, "expected a SELECT of one row, without `rows`")
        return
    theirs = reader.returns or resource.columns
    for name, column in columns.items():
        other = theirs.get(name)
        if other is None or (other.type, other.source) != (column.type, column.source):
            document.fault(path, f"the reader has no column `{name}` as the response has it")
            return
    for name in _lacking(reader, columns, begun):
        document.fault(path, f"the reader needs `{name}`, which neither the response nor the call has")


def _lacking(reader: Method, columns: Mapping[str, Column], begun: list[Method]) -> Iterator[str]:
    """What the reader needs and neither a column nor a parameter of any of the methods gives."""
    given = {name for method in begun for key, parameter in method.parameters.items() for name in (key, parameter.column or key)}
    for name in reader.required():
        parameter = reader.parameters.get(name)
        column = name if parameter is None else parameter.column or name
        if parameter is None or not (column in columns or {name, column} & given):
            yield name


def _awaits(document: Document, path: str, awaits: Awaits, columns: Mapping[str, Column]) -> None:
    """`columns` are those of the responses."""
    _times(document, path, awaits)
    _states(document, path, awaits, columns)


def _times(document: Document, path: str, awaits: Awaits) -> None:
    for key in ("timeout_s", "interval_s"):
        if getattr(awaits, key) <= 0 and document.sound(f"{path}.{key}"):
            document.fault(f"{path}.{key}", "expected more than zero seconds")
    if awaits.max_interval_s < awaits.interval_s and document.sound(f"{path}.interval_s", f"{path}.max_interval_s"):
        document.fault(f"{path}.max_interval_s", "the longest wait is not shorter than the first")


def _states(document: Document, path: str, awaits: Awaits, columns: Mapping[str, Column]) -> None:
    if not awaits.terminal and document.sound(f"{path}.terminal"):
        document.fault(f"{path}.terminal", "at least one value ends it")
    if not document.sound(f"{path}.column"):
        return
    column = columns.get(awaits.column)
    if column is None:
        close = nearest(awaits.column, columns, 1)
        document.fault(f"{path}.column", f"there is no column `{awaits.column}`" + (f"; did you mean `{close[0]}`?" if close else ""))
        return
    if column.type not in _STATES:
        document.fault(f"{path}.column", "expected a column of type `string`, `boolean` or `integer`")
    known = ("true", "false") if column.type is Scalar.BOOLEAN else column.enum
    for index, value in enumerate(awaits.terminal):
        if known and value not in known:
            close = nearest(value, known, 1)
            hint = f"; did you mean `{close[0]}`?" if close else ""
            document.fault(f"{path}.terminal[{index}]", f"`{value}` is none of the values of `{awaits.column}`{hint}")
