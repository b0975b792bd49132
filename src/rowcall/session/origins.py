"""What the requests of a write that reads first look like, and where each of their values comes from: for EXPLAIN, which reads nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rowcall.manifest.model import Method
from rowcall.plan.nodes import Request
from rowcall.plan.parameters import column_of_parameter
from rowcall.plan.writes import PREFIX, column_slot
from rowcall.session.meant import assigned, wholes
from rowcall.sql.nodes import Change, Exec, Insert, Update, Write

Origin = tuple[str, str]
"""What a value is called, and where it comes from: an expression of the user's, or words."""


def origins(write: Write, method: Method, columns: Sequence[str]) -> list[Origin]:
    """Each value of a request, in the order of the statement. `columns` are those of the query of an INSERT or EXEC."""
    match write:
        case Exec():
            return [*_given(write), *((name, f"column {name} of the query") for name in columns)]
        case Insert() if write.columns:
            return [(name, f"column {number} of the query") for number, (name, _) in enumerate(write.columns, 1)]
        case Insert():
            return [(name, f"column {name} of the query") for name in columns]
        case _:
            return list(_changed(write, method))


def _given(write: Exec) -> Iterator[Origin]:
    if write.body is not None:
        yield "@@json", write.text[write.body.start : write.body.end]
    for name, _, value in write.arguments:
        yield name, write.text[value.start : value.end]


def _changed(write: Change, method: Method) -> Iterator[Origin]:
    """The keys of an UPDATE or DELETE, which are in its row, and what SET says."""
    for name in method.required():
        if name in method.parameters:
            yield name, f"{write.target.alias}.{column_of_parameter(method, name)}"
    for (given, path), value in zip(assigned(write), write.assignments if isinstance(write, Update) else (), strict=True):
        yield ".".join((given.name, *path)), write.text[value.value.start : value.value.end]
    for name in wholes(write, method):
        yield f"the rest of {name}", f"{write.target.alias}.{name}"


def shape(provider: str, resource: str, name: str, method: Method, found: Sequence[Origin]) -> Request:
    """A request with its placeholders as they stand in the manifest, and `…` for each attribute of its body."""
    slots = [slot for given, _ in found if (slot := column_slot(method, given)) is not None]
    body = {slot.name: "…" for slot in slots if slot.in_body}
    return Request(provider, resource, name, method.http_method, method.path, body=body or None, reads=method.is_read)


def lines(found: Sequence[Origin]) -> tuple[str, ...]:
    """They as texts: `thread_id = runs.thread_id`."""
    return tuple(f"{name.removeprefix(PREFIX)} = {' '.join(whence.split())}" for name, whence in found)
