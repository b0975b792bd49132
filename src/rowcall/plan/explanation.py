"""What EXPLAIN and `Session.explain` answer, as records: a faithful account of a plan, and of its run where it was run.

They hold texts and numbers only, so that they can be kept, compared and written as JSON (`Explanation.document`). Numbers that cannot
be known without asking an API are bounds, and say so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundParameter:
    """A parameter of a method, and the values it is called with."""

    name: str
    column: str = ""
    """For a bound, the column that it bounds; else ""."""
    operator: str = "="
    """How the column, or what the parameter stands for, is to compare with the value."""
    values: tuple[Any, ...]
    """The first few."""
    count: int | None
    """How many distinct ones there are; None where an API has to be asked first."""
    origin: str
    """Where they come from: `t.thread_id`, `the statement`, `r.id of openai.assistants.runs`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one scan really took; times are in seconds."""

    requests: int
    """How many were sent, retries included."""
    retries: int
    cache_hits: int
    """How many of its calls another scan of the statement had made already."""
    rows: int
    """How many the API sent."""
    bytes: int
    """How many were received, as they came over the wire."""
    waiting_s: float
    """How long at least one of its requests was under way, or paused before it was tried again."""
    computing_s: float
    """How long it took to check that its pages have the declared types."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedScan:
    """One remote reference of a statement: how its rows are fetched."""

    number: int
    """Which reference it is, from 0 in the order of the statement."""
    resource: str
    """Its full name."""
    alias: str
    """What the statement calls it."""
    level: int
    """In which round of fetching it takes part, from 1."""
    after: tuple[str, ...]
    """The aliases of the references that it waits for."""
    method: str
    description: str
    """Of the method."""
    why: str
    """Why this method and no other; "" where there is no other."""
    bound: tuple[BoundParameter, ...]
    api: tuple[str, ...]
    """What the API applies: predicates in the user's words, and what it sorts, cuts or leaves out besides."""
    duckdb: tuple[str, ...]
    """All predicates about it in WHERE and ON, in the user's words. DuckDB applies each, those in `api` once more."""
    page_size: int | None
    """How many rows are asked for at a time; None where there is one page, or the API decides."""
    paging: str
    """How it is paged, where the statement may be done before its last page, or its pages need not wait for one another; else ""."""
    may_end_early: bool
    """Whether the statement may have its rows before all that could be asked for was: then `requests` are the certain ones."""
    request_lines: tuple[str, ...]
    """The first request of each call, secrets left out; some, where there are many."""
    more_request_lines: int
    """How many were left out."""
    requests: int
    """How many are certain."""
    at_most: int | None
    """How many it can be; equal to `requests` where that is exact, None where nothing bounds it."""
    expected: int | None
    """How many it will be if every list is as long as its manifest expects, else one full page; None where that cannot be told."""
    formula: str
    """How the number follows from what is not known yet."""
    measured: Measured | None = None
    """Set by EXPLAIN ANALYZE."""

    @property
    def is_exact(self) -> bool:
        """Whether the number of requests is known."""
        return self.at_most == self.requests

    def items(self) -> Iterator[tuple[str, str]]:
        """It as rows of `item, value`."""
        yield "reference", f"{self.resource} AS {self.alias}"
        yield "level", f"{self.level}, after {', '.join(self.after)}" if self.after else str(self.level)
        yield "method", f"{self.method}: {self.description}"
        if self.why:
            yield "why", self.why
        yield from (("bound", text_of(one)) for one in self.bound)
        yield from (("api", text) for text in self.api)
        yield from (("duckdb applies", text) for text in self.duckdb)
        if self.page_size is not None:
            yield "page size", str(self.page_size)
        if self.paging:
            yield "paging", self.paging
        yield from request_items(self.request_lines, self.more_request_lines)
        yield "requests", self.formula or str(self.requests)
        if estimate := self.estimate():
            yield "estimate", estimate
        if self.measured is not None:
            yield "measured", measured_text(self.measured)

    def estimate(self) -> str:
        """What can be said of a number that is not exact; "" where nothing can, or nothing more."""
        if self.is_exact:
            return ""
        if self.at_most is not None:
            return f"at most {self.at_most}"
        return f"about {self.expected}, if every list is as long as expected" if self.expected not in {None, self.requests} else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedWrite:
    """The requests that change something."""

    statement: str
    """INSERT, UPDATE, DELETE or EXEC."""
    resource: str
    method: str
    """"" where it depends on rows that have to be read first."""
    description: str
    """Of the method."""
    request_lines: tuple[str, ...]
    """Each with its body; some, where there are many. Where rows have to be read first, what one looks like."""
    more_request_lines: int
    """How many were left out."""
    values: tuple[str, ...] = ()
    """Where each value of a request comes from, as `thread_id = runs.thread_id`, where rows have to be read first."""
    requests: int | None
    """How many there are; None where rows have to be read first."""
    formula: str
    """How the number follows from what is not known yet; "" where it is."""
    awaits: str = ""
    """What is waited for when they are answered, and how; "" where nothing is."""

    def items(self) -> Iterator[tuple[str, str]]:
        """It as rows of `item, value`."""
        if self.requests is None:
            yield "then", self.formula
            yield from (("shape", line) for line in self.request_lines)
            yield from (("value", text) for text in self.values)
        else:
            yield "reference", self.resource
            yield "method", f"{self.method}: {self.description}"
            yield from request_items(self.request_lines, self.more_request_lines)
            yield "requests", self.formula or str(self.requests)
        if self.awaits:
            yield "awaits", self.awaits


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a statement will do; after EXPLAIN ANALYZE also what it did. Making one sends nothing, but for that."""

    scans: tuple[ExplainedScan, ...] = ()
    """The remote references, in the order of the statement."""
    write: ExplainedWrite | None = None
    """What is changed; None for a query."""
    requests: int = 0
    """How many requests are certain, those that several scans share counted once."""
    at_most: int | None = 0
    """How many it can be; equal to `requests` where that is exact, None where nothing bounds it."""
    expected: int | None = 0
    """How many it will be if every list is as long as its manifest expects, else one full page; None where that cannot be told."""
    max_requests: int | None = None
    """How many the statement may send; None for no limit."""
    budget_left: int | None = None
    """What `requests` leave of that."""
    rate_limit: str = ""
    """What the APIs allow, as their manifests have it; "" where they say nothing."""
    rate_limited_s: float | None = None
    """How many seconds, at the least, these limits make of the expected requests; None where there are none."""
    notes: tuple[str, ...] = ()
    """What a user should know besides."""
    duckdb: str = ""
    """DuckDB's own plan of what is left to it, as it draws it."""
    sent: tuple[str, ...] = ()
    """For EXPLAIN ANALYZE, every exchange on a line."""

    @property
    def is_exact(self) -> bool:
        """Whether the number of requests is known."""
        return self.at_most == self.requests

    def items(self) -> Iterator[tuple[str, str]]:
        """All of it as rows of `item, value`, as EXPLAIN in SQL answers."""
        for scan in self.scans:
            yield from scan.items()
        if self.write is not None:
            yield from self.write.items()
        yield from self.totals()
        yield from (("sent", line) for line in self.sent)
        yield from (("note", note) for note in self.notes)
        if self.duckdb:
            yield "duckdb", self.duckdb

    def totals(self) -> Iterator[tuple[str, str]]:
        """What holds for the statement as a whole."""
        if len(self.scans) + (self.write is not None) > 1:
            yield "all requests", self.total()
        if self.rate_limited_s is not None:
            yield "rate limit", f"{self.rate_limit}: {self.rate_limited_s:g} s at the least"
        if self.scans or self.write is not None:
            limit = f"{self.budget_left} of max_requests = {self.max_requests} left"
            yield "budget", "no limit" if self.max_requests is None else limit

    def total(self) -> str:
        """How many requests there are in all."""
        if self.is_exact:
            return str(self.requests)
        if self.at_most is not None:
            return f"{self.requests} to {self.at_most}"
        about = f", about {self.expected}" if self.expected not in {None, self.requests} else ""
        return f"{self.requests} at the least{about}"

    def document(self) -> dict[str, Any]:
        """All of it as values that JSON has, under the names of the fields."""
        return asdict(self)

    def __str__(self) -> str:
        """The items, one after the other."""
        rows = [(item, line) for item, value in self.items() for line in value.splitlines()]
        width = max((len(item) for item, _ in rows), default=0)
        return "\n".join(f"{item:<{width}}  {line}".rstrip() for item, line in rows)


def text_of(bound: BoundParameter) -> str:
    """A parameter with its values and where they come from, as `thread_id = a, b (from t.thread_id)`; a bound as one of its column."""
    shown = ", ".join(str(value) for value in bound.values) or ("?" if bound.count is None else "no value")
    if bound.count is not None and bound.count > len(bound.values):
        shown += f", … ({bound.count} values)"
    called = f" as {bound.name}" if bound.column not in {"", bound.name} else ""
    return f"{bound.column or bound.name} {bound.operator} {shown}{called} (from {bound.origin})"


def request_items(lines: tuple[str, ...], more: int) -> Iterator[tuple[str, str]]:
    """Request lines as rows of `item, value`."""
    yield from (("request", line) for line in lines)
    if more:
        yield "request", f"… and {more} more"


def measured_text(measured: Measured) -> str:
    """What a scan took, on a line."""
    parts = [
        _counted(measured.requests, "request"),
        _counted(measured.rows, "row"),
        _counted(measured.bytes, "byte"),
        *([_counted(measured.retries, "retry")] if measured.retries else []),
        *([_counted(measured.cache_hits, "cache hit")] if measured.cache_hits else []),
        f"{_time(measured.waiting_s)} waiting",
        f"{_time(measured.computing_s)} computing",
    ]
    return " · ".join(parts)


def _time(seconds: float) -> str:
    """`73 ms`, `0.4 ms`, `2.50 s`."""
    milliseconds = seconds * 1000
    return f"{seconds:.2f} s" if seconds >= 1 else f"{milliseconds:.0f} ms" if milliseconds >= 1 else f"{milliseconds:.1f} ms"


def _counted(number: int, noun: str) -> str:
    """`1 row`, `2 rows`, `2 retries`."""
    plural = noun.removesuffix("y") + "ies" if noun.endswith("y") else noun + "s"
    return f"{number:,} {noun if number == 1 else plural}"
