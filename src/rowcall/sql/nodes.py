"""What a statement can be, as frozen records: rowcall's own in parts, with the place of each; DuckDB's as its text."""

from __future__ import annotations

from dataclasses import dataclass

from rowcall.catalog.catalog import ResourceRef
from rowcall.errors import Span
from rowcall.sql.awaiting import Await
from rowcall.sql.define import Definition


@dataclass(frozen=True, slots=True)
class Query:
    """A statement for DuckDB that may mention remote resources: SELECT, CTAS, COPY, INSERT INTO a local table and others."""

    text: str


@dataclass(frozen=True, slots=True)
class Target:
    """The resource that a write names."""

    ref: ResourceRef
    span: Span
    alias: str
    """The name its columns go by in the statement."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One `SET path = expression`."""

    path: tuple[str, ...]
    path_span: Span
    value: Span


@dataclass(frozen=True, slots=True)
class Insert:
    """An INSERT INTO a resource."""

    text: str
    target: Target
    columns: tuple[tuple[str, Span], ...]
    """As written, without `data__`; empty when none are listed."""
    source: Span | None
    """VALUES or a query; None for DEFAULT VALUES."""
    by_name: bool
    returning: Span | None
    awaits: Await | None = None


@dataclass(frozen=True, slots=True)
class Replace(Insert):
    """A REPLACE INTO a resource, which differs from an INSERT in what the API does with the row."""


@dataclass(frozen=True, slots=True)
class Update:
    """An UPDATE of a resource."""

    text: str
    target: Target
    assignments: tuple[Assignment, ...]
    where: Span | None
    returning: Span | None
    source: Span | None = None
    """What stands after FROM."""
    awaits: Await | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """A DELETE FROM a resource."""

    text: str
    target: Target
    where: Span | None
    returning: Span | None
    source: Span | None = None
    """What stands after USING."""
    awaits: Await | None = None


@dataclass(frozen=True, slots=True)
class Exec:
    """An EXEC of a resource's method."""

    text: str
    ref: ResourceRef
    method: str
    """As written."""
    method_span: Span
    arguments: tuple[tuple[str, Span, Span], ...]
    """Name, where the name stands, where its value stands."""
    body: Span | None
    """The value of `@@json`."""
    source: Span | None = None
    """A query in brackets, with its alias, whose rows are a call each; None for one call."""
    returning: Span | None = None
    awaits: Await | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """A RESUME of a write that the journal has."""

    text: str
    write_id: str
    """The whole id, or how it begins."""
    span: Span
    takes_over: bool
    """Whether a process of the number of the one that sent it may be alive."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A PLAN of a write: what it would send goes into a file."""

    text: str
    write: Insert | Update | Delete | Exec
    file: str
    span: Span
    """Where the file stands in the text."""
    overwrites: bool
    """Whether a file that is there is replaced."""


@dataclass(frozen=True, slots=True)
class Apply:
    """An APPLY of a file that PLAN wrote."""

    text: str
    file: str
    span: Span
    again: bool
    """Whether it may have been applied before."""
    alias: str | None = None
    """The name that the answer's columns go by in the statement; None for the resource's own."""
    returning: Span | None = None
    awaits: Await | None = None


def row_name(statement: Insert | Update | Delete | Exec | Apply, ref: ResourceRef) -> str:
    """What the columns of its answer go by; `ref` is the resource that answers."""
    if isinstance(statement, Apply):
        return statement.alias or ref.name
    return ref.name if isinstance(statement, Exec) else statement.target.alias


@dataclass(frozen=True, slots=True)
class Show:
    """A SHOW of ours: PROVIDERS, SERVICES, RESOURCES, METHODS, INSERT, REPLACE, SETTINGS or JOURNAL."""

    what: str
    names: tuple[str, ...]
    span: Span | None
    like: str | None
    extended: bool = False
    """Whether what cannot be called is to be shown too, of METHODS."""


@dataclass(frozen=True, slots=True)
class Describe:
    """A DESCRIBE of a resource."""

    ref: ResourceRef
    extended: bool


@dataclass(frozen=True, slots=True)
class Explain:
    """EXPLAIN of any other statement."""

    inner: AnyStatement
    analyze: bool = False
    """Whether it is to be run, and measured."""


@dataclass(frozen=True, slots=True)
class Use:
    """USE provider[.service], or None to go back to no prefix and let DuckDB have the statement."""

    prefix: tuple[str, ...] | None
    text: str


@dataclass(frozen=True, slots=True)
class Set:
    """SET rowcall_… = value, or RESET rowcall_…."""

    name: str
    span: Span
    value: Span | None
    text: str


@dataclass(frozen=True, slots=True)
class Create:
    """A CREATE VIEW or CREATE MACRO; it may mention no resource at all."""

    definition: Definition


Change = Update | Delete
Write = Insert | Update | Delete | Exec
Run = Query | Insert | Update | Delete | Exec | Resume | Plan | Apply | Show | Describe | Explain | Create
"""What changes nothing of the session itself."""
AnyStatement = Run | Use | Set
