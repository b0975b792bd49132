"""What the planner hands to the rooms after it: frozen records without behaviour of their own beyond rendering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rowcall.catalog.catalog import ResourceRef
from rowcall.manifest.model import Absent, Column, Encoding, ErrorShape, Lifecycle, Method, Paging, RateLimit, Retry, Transform, Type

if TYPE_CHECKING:
    from sqlglot import exp

EXTRA = "_extra"
"""The column of what a record holds beyond its declared columns."""
REST = "__rowcall_rest"
"""The same, but of what a record holds beyond the columns that a statement names: so no other of them need be read for it."""
BESIDE = frozenset({EXTRA, REST})


class Entries(tuple[tuple[str, str], ...]):
    """Entries of a map, keys and values, as the value of a parameter that takes some."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(f"[{key}] = {value}" for key, value in self)


@dataclass(frozen=True, slots=True)
class Ties:
    """A field of rows, of which equal values do not part them."""

    field: str
    """Its dotted path in a row."""
    type: Type
    """What it is read into, which makes one value of several that differ in JSON, as of "1" and "01" a number."""


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, relative to the base URL of its provider."""

    provider: str
    resource: str
    """Full name, as `openai.assistants.runs`."""
    method_name: str
    """The manifest's method, as `list_runs`."""
    http_method: str
    path: str
    """Below the base URL, placeholders filled and percent-encoded, starting with `/`."""
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    """The manifest's static headers and header parameters; credentials are added in `http`."""
    body: Any = field(default=None, hash=False)
    """A JSON document, or None for a request without body. A `File` in it is what JSON shows of a file, and the file."""
    encoding: Encoding = Encoding.JSON
    """How the body is written."""
    template: str = ""
    """What makes what is sent of the body, or of an empty object for none; "" where that is sent as it is."""
    of_text: bool = False
    """Whether the template is given the text of it, and not the JSON."""
    reads: bool = True
    """Whether it changes nothing at the API."""
    retriable: bool = True
    """Whether it may be sent again when its fate is unknown."""
    rows_needed: int | None = None
    """After how many rows paging ends, because no more can be of use; None where it ends with the last page.

    It tells requests apart, so that what one brings is never taken for what another one needs.
    """
    base: str = ""
    """Where the path starts, where that is a server that the manifest names for its service or method; it may have {variables} still."""
    server: tuple[tuple[str, str], ...] = ()
    """The variables of `base` that a statement has filled, and with what."""
    ties: Ties | None = None
    """What orders the rows: paging goes on while one has in it what the last one needed has."""

    def target(self) -> str:
        """The request line without the base URL, as `GET /threads/t/runs?limit=100`."""
        from urllib.parse import urlencode

        query = "?" + urlencode(self.query) if self.query else ""
        return f"{self.http_method} {self.path}{query}"

    def content(self) -> str:
        """The body as people read it: XML without its first line, else the JSON that it is or stands for; "" where there is none."""
        import json

        from rowcall.manifest.xml import document

        if self.body is None:
            return ""
        is_xml = self.encoding is Encoding.XML
        return document(self.body).partition("\n")[2] if is_xml else json.dumps(self.body, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Protocol:
    """How answers are to be read: what the manifest says of paging, retrying and errors; and when requests may go."""

    rows: str | None = None
    """Dotted path of the rows in the body, `$` for a top-level array, None when the body is one row."""
    pick: str | None = None
    """A JSON path that picks the rows, where they are not an array of the body; `rows` is then `$`, for what was picked."""
    into: str | None = None
    """The field of a row that holds what was picked; None where that is the row."""
    transform: Transform | None = None
    """How a body becomes the JSON that the rows are in; None where it is that."""
    incomplete: str | None = None
    """Dotted path of what is true where the body says that its rows are not all."""
    empty_with: frozenset[str] | None = None
    """What a body has, at most, that has no rows because its list is empty; None where a body without them is a fault."""
    at_most: int | None = None
    """How many rows a list has when the API gives no more of it."""
    content: str | None = None
    """The field of the one row that holds the body, where that is a file and no JSON."""
    is_binary: bool = False
    """Whether that field holds the base64 of any bytes, and not a text."""
    secret: tuple[str, ...] = ()
    """Dotted paths of what of a body is not kept."""
    paging: Paging | None = None
    retry: Retry = field(default_factory=Retry)
    errors: ErrorShape = field(default_factory=ErrorShape)
    absent: Absent | None = None
    identified: bool = False
    """Whether each row of a list comes with its id, so that two rows of the same text are one row."""
    lifecycle: Lifecycle | None = None
    """Explains a 404 from a host that is past its sunset."""
    rate_limits: tuple[tuple[str, tuple[RateLimit, ...]], ...] = ()
    """How many requests may go out in a time for the service and the resource, by full name, where these have limits of their own."""


@dataclass(frozen=True, slots=True)
class Call:
    """One parameter tuple of a scan: the first request, from which paging derives the others."""

    request: Request
    bound: Mapping[str, Any] = field(default_factory=dict)
    """Parameter names and the values they are bound to, which become columns where a response lacks them."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the values of a parameter come from."""

    text: str = "the statement"
    """In the user's words, as `t.thread_id`."""
    reference: int | None = None
    """The remote reference, by its number, that has them as a column; None when none has."""
    column: str = ""
    """That column."""

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Considered:
    """A method for SELECT, as it was weighed for a scan."""

    method_name: str
    parameters: tuple[str, ...]
    """What it would be called with."""
    requests: int
    """How many requests were expected of it: one for each tuple of these."""
    lacks: tuple[str, ...] = ()
    """What it needs and the statement does not give; with any, it was out of the question."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """A column that `SELECT *` leaves out: a parameter's value, or `_extra`."""

    name: str
    type: Type
    column: str | None = None
    """The column it equals in every row; None when its value comes with the page."""


@dataclass(frozen=True, slots=True)
class Scan:
    """One remote reference, planned: which method answers it, and by which calls."""

    ref: ResourceRef
    source: str
    """The name under which the spliced text reads its pages."""
    alias: str
    """What the statement calls it."""
    method_name: str
    method: Method
    calls: tuple[Call, ...]
    protocol: Protocol
    columns: Mapping[str, Column]
    """The columns of the resource that the statement can mean, one at least."""
    hidden: tuple[Hidden, ...] = ()
    bound_by: Mapping[str, Origin] = field(default_factory=dict)
    """For each bound parameter, where its values come from."""
    is_known: bool = True
    """False when the values depend on pages that were not fetched; then there are no calls, though there may be some."""
    most_calls: int | None = None
    """Where `is_known` is false, how many calls there are at the most, as far as that follows without these pages."""
    number: int = 0
    """Which remote reference of the statement it is, from 0."""
    level: int = 1
    """In which round of fetching it takes part, from 1."""
    after: tuple[int, ...] = ()
    """The references that it waits for, because their rows give its keys or reduce them."""
    considered: tuple[Considered, ...] = ()
    """All methods for SELECT, the one chosen among them."""
    bounds: tuple[tuple[exp.Expr, bool], ...] = ()
    """The predicates that its bounds say to the API, and whether that sends no rows but those that satisfy them."""
    pushed: tuple[str, ...] = ()
    """What the API sorts, cuts or leaves out besides, or why it does not, in the user's words."""
