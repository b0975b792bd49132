"""One statement, from its text to a relation: the place where the rooms meet, each handing values to the next."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, TypeVar

from rowcall.engine.arrow import Pages
from rowcall.engine.engine import Engine, Frame
from rowcall.engine.source import page_source, streams
from rowcall.errors import BindError, EngineError, PlanError, RequestError, Span, SQLError, UnsupportedSQLError
from rowcall.http.client import Client
from rowcall.http.control import Cancelled, Control, Exchange
from rowcall.plan.analysis import Analysis, analyse
from rowcall.plan.early import BY_PAGE, GATHERED, end_early, makes_if_absent, may_end_early, not_by_page, only_reads, runs_twice
from rowcall.plan.nodes import Request, Scan
from rowcall.plan.pieces import Describe, Evaluate
from rowcall.plan.planner import Planner, unreadable
from rowcall.plan.references import read
from rowcall.plan.splice import Edit, original, splice
from rowcall.plan.unlike import unknown_values
from rowcall.plan.values import DEFAULT_COLLATION
from rowcall.plan.writes import from_json
from rowcall.rows.decode import decode, listing
from rowcall.session.fetching import Fetching
from rowcall.session.plans import Asked, Plans
from rowcall.session.progress import Running
from rowcall.session.views import Views, reading_views
from rowcall.sql.bind import Names, first_mention
from rowcall.sql.nodes import Query
from rowcall.sql.statements import parameters
from rowcall.sql.tokens import Token, tokenize

if TYPE_CHECKING:
    import duckdb

    from rowcall.plan.explain import Limits
    from rowcall.plan.explanation import Explanation
    from rowcall.session.guards import Consent
    from rowcall.session.journal import Journal

T = TypeVar("T")

_LISTING = "__rowcall_listing"
_Forms = Mapping[str, str]
"""What DuckDB reads FROM, in place of their names, for the page sources that it may be done with early."""
Take = Callable[["duckdb.DuckDBPyRelation"], None]
"""What is given a part of a statement's rows."""


@dataclass(slots=True)
class Parquet:
    """A Parquet file or pipe that takes the rows of a statement while they come."""

    path: str
    rows: int | None = None
    """How many it took; None where the statement is not one that does so."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What a statement reads."""

    scans: tuple[Scan, ...]
    edits: tuple[Edit, ...]
    """Those that have it read the pages."""
    sources: Mapping[str, Any]
    """The page sources by name."""
    forms: _Forms = field(default_factory=dict)
    """Those of the sources that are fetched while DuckDB reads them."""
    row_by_row: bool = False
    """Whether DuckDB makes rows of each row that it reads by itself, and is told where it does not get all."""
    parts: Iterator[Pages] | None = None
    """The pages of the only scan, where the statement is run over some after the others."""


@dataclass(frozen=True, slots=True)
class Context:
    """What one statement runs with."""

    engine: Engine
    names: Names
    clients: Mapping[str, Client]
    """What sends the requests of a resource, by its full name."""
    parameters: Mapping[str, Any]
    """All that were given, by name; each piece of SQL takes what it names."""
    frame: Frame
    control: Control
    partial: bool
    dry_run: bool
    read_only: bool
    allow_full_writes: bool
    """Whether an UPDATE or DELETE may be about all rows of a resource."""
    consent: Consent
    """To what of its writes somebody has said yes."""
    allow_writes_in_transaction: bool
    """Whether an API may be written to while a transaction of the user's is open."""
    failures: list[RequestError]
    """What `partial` allowed to fail."""
    journal: Callable[[], Journal]
    """Opens what writes are noted in."""
    views: Views
    plans: Plans = field(default_factory=Plans)
    """Those that the session made before."""
    sends: bool = True
    """False for EXPLAIN of a write, for which not even a read is sent."""
    tells_before: bool = False
    """Whether the rows that UPDATE and DELETE read first are read with the values that they change."""
    final: bool = True
    """Whether what is read is the end of it, and not what a write has to read first."""
    explained: list[Explanation] = field(default_factory=list)
    """Takes what EXPLAIN finds."""
    running: Running = field(default_factory=Running)
    """Is told of what fetches and sends."""


@dataclass(frozen=True, slots=True)
class Piece:
    """SQL made around a stretch of the user's text, so that an error in it can be shown where the user wrote it."""

    text: str
    start: int
    """Where the user's stretch begins in `text`."""
    source: str
    """The user's statement."""
    span: Span
    """The stretch of `source` that it holds."""

    @classmethod
    def around(cls, before: str, source: str, span: Span, after: str) -> Piece:
        """`before`, the stretch, `after`."""
        return cls(before + source[span.start : span.end] + after, len(before), source, span)

    def place(self, span: Span | None) -> Span | None:
        """Where `span` of `text` stands in the user's statement; None when it is ours."""
        if span is None or not self.start <= span.start <= self.start + self.span.end - self.span.start:
            return None
        shift = self.span.start - self.start
        return Span(span.start + shift, span.end + shift)


def with_views(text: str, context: Context, run: Callable[[str], T]) -> T:
    """What `run` gives for a statement with its views and macros over resources written out."""
    return reading_views(text, context.views, lambda query: prepare(query, context), run)


def run_query(query: Query, context: Context, take: Take | Parquet | None = None) -> tuple[duckdb.DuckDBPyRelation, bool]:
    """The relation of a query, and whether it mentioned anything remote.

    Where its rows can be had before the last page is there, `take` is given them, in parts, one at least, and the relation has none.
    """
    return with_views(query.text, context, lambda text: _run_query(Query(text), context, take))


def _run_query(query: Query, context: Context, take: Take | Parquet | None) -> tuple[duckdb.DuckDBPyRelation, bool]:
    with closing(asked_of(context)) as asked:
        return _answer(query, context, asked, take)


def _answer(query: Query, context: Context, asked: Asked, take: Take | Parquet | None) -> tuple[duckdb.DuckDBPyRelation, bool]:
    plan = None if context.dry_run else context.plans.again(query.text, context.names.use, asked)
    analysis = prepare(query.text, context, asked) if plan is None else plan.analysis
    if analysis is None:
        return context.engine.local(query.text, used(query.text, context), context.frame), False
    if _reads_nothing(analysis, context):
        return _run(query.text, analysis.with_stand_ins(), context, {}), True
    for warning in unknown_values(analysis, context.parameters):
        context.control.warn(warning)
    if context.dry_run:
        return request_table([call.request for scan in planned(analysis, context) for call in scan.calls], context), True
    scans, to_file = plan.scans if plan is not None else None, isinstance(take, Parquet)
    with _reading(analysis, context, asked, scans, in_parts=take is not None and not to_file, to_file=to_file) as found:
        if isinstance(take, Parquet) and found.row_by_row:
            take.rows = _write(query.text, found, context, take.path)
        elif take is not None and not isinstance(take, Parquet) and found.parts is not None:
            with context.engine.snapshot():
                for pages in found.parts:
                    take(_run(query.text, found.edits, context, {found.scans[0].source: page_source(pages)}))
        else:
            return _run(query.text, found.edits, context, found.sources), True
    return context.engine.empty(), True


def planned(analysis: Analysis, context: Context) -> tuple[Scan, ...]:
    """All scans of a statement without any call: those whose keys other references give are planned as far as that goes."""
    planner = Planner(analysis, evaluator(context, {}), bounds=True)
    while scans := planner.next():
        planner.unread(scans)
    return planner.scans


def explain_query(query: Query, context: Context, *, analyze: bool = False) -> Explanation | None:
    """What a query will do; what it did when it is to be analysed. None for one that mentions nothing remote."""
    with closing(asked_of(context)) as asked:
        return with_views(query.text, context, lambda text: _explain_query(Query(text), context, asked, analyze=analyze))


def _explain_query(query: Query, context: Context, asked: Asked, *, analyze: bool) -> Explanation | None:
    from rowcall.plan.explain import explain, explain_scans
    from rowcall.session.measuring import measure

    analysis = prepare(query.text, context, asked)
    if analysis is None:
        return None
    if _reads_nothing(analysis, context):
        return explain((), (), max_requests=context.control.max_requests, notes=["DuckDB reads no row for it, so that nothing is sent."])
    reading: AbstractContextManager[_Read]
    reading = _reading(analysis, context, asked) if analyze else nullcontext(_unread(analysis, context))
    with reading as found:
        scans = found.scans
        text = splice(query.text, found.edits)
        frame = {**context.frame, **found.sources}
        tree = context.engine.rows(f"EXPLAIN {'ANALYZE ' if analyze else ''}{text}", used(text, context), frame, context.control.cancel)
    measured = measure(scans, context.control) if analyze else {}
    paging = {scan.source: note for scan in scans if (note := _paging(analysis, scan, found.forms, scans))}
    return explain(
        scans,
        explain_scans(analysis, scans, url_of(context), measured, paging=paging),
        limits=limits_of(context),
        max_requests=context.control.max_requests,
        duckdb="\n".join(row[-1] for row in tree),
        notes=unknown_values(analysis, context.parameters),
        sent=[_sent(exchange) for exchange in context.control.exchanges] if analyze else None,
    )


def _unread(analysis: Analysis, context: Context) -> _Read:
    """All scans of a statement as they are planned, over pages of which there are none."""
    scans = planned(analysis, context)
    forms = _forms(analysis, scans, _last(scans), context)
    return _Read(scans, analysis.with_sources(_decoded(scans, forms)), _empty(analysis), forms)


def _last(scans: Sequence[Scan]) -> tuple[Scan, ...]:
    """Those that are fetched last."""
    return tuple(scan for scan in scans if scan.level == max(scan.level for scan in scans))


def _paging(analysis: Analysis, scan: Scan, forms: _Forms, scans: Sequence[Scan]) -> str:
    """What EXPLAIN says of how a scan that may end early is paged: "" where its API is asked for no more than needed anyway."""
    if scan.source in forms:
        return BY_PAGE
    is_cut = not _has_more(scan) or (scan.is_known and all(call.request.rows_needed is not None for call in scan.calls))
    last = _last(scans)
    ends = end_early([mention.reference for mention in analysis.mentions])
    if is_cut or scan not in last or not (ends or may_end_early([analysis.mentions[one.number].reference for one in last])):
        return ""
    return GATHERED if streams() else not_by_page(joined=not ends)


def _sent(exchange: Exchange) -> str:
    """One HTTP exchange on a line."""
    outcome = exchange.error if exchange.status is None else f"HTTP {exchange.status}, {exchange.bytes} bytes"
    return f"{exchange.request} · {outcome}, {exchange.elapsed_s * 1000:.0f} ms"


def value_of(text: str, span: Span, context: Context, cast: str | None = None) -> Any:
    """The value of an expression of the user's, as JSON in Python; cast to another type before that, where one is given."""
    before, after = ("CAST((", f"\n) AS {cast})") if cast is not None else ("(", "\n)")
    piece = Piece.around(f"SELECT to_json({before}", text, span, f"{after}) AS value")
    rows = rows_of(piece, context)
    if len(rows) != 1:
        raise UnsupportedSQLError(f"One value is expected here, and these are {len(rows)}.", sql=text, span=span)
    ((value,),) = rows
    return from_json(value) if value is not None else None


def reading(context: Context) -> Context:
    """The same context for what a write has to read first: a dry run reads it too, and it is never partial."""
    return replace(context, dry_run=False, partial=False, final=False)


def rows_of(piece: Piece, context: Context) -> list[tuple[Any, ...]]:
    """The rows of SQL made around the user's text, remote references in it read like any."""
    return context.engine.fetched(relation_of(piece, context))


def relation_of(piece: Piece, context: Context) -> duckdb.DuckDBPyRelation:
    """As `rows_of`, not fetched yet."""
    try:
        return run_query(Query(piece.text), reading(context))[0]
    except SQLError as error:
        raise moved(error, piece.source, piece.place(error.span)) from error


def moved(error: SQLError, sql: str, span: Span | None) -> SQLError:
    """The error, placed in another text."""
    error.sql, error.span = sql, span
    return error


def prepare(text: str, context: Context, asked: Asked | None = None) -> Analysis | None:
    """The analysis of a statement that mentions something remote and that DuckDB can bind; None for any other."""
    asked = asked or asked_of(context)
    tokens = tokenize(text)
    words = context.names.catalog.words()
    if not any(token.text.casefold() in words for token in tokens):
        return None
    try:
        tree = read(text)
    except UnsupportedSQLError:
        context.engine.parse(text)  # DuckDB's own complaint, when it cannot read the text either
        if first_mention(text, tokens, context.names) is None:
            return None
        raise
    analysis = analyse(text, tokens, replace(context.names, is_local=asked.is_local), asked.describe, tree, evaluate=asked.tell)
    if not analysis.mentions:
        return None
    if only_reads(tree) and any(token.word in _SAMPLES for token in tokens):
        _check_sample(analysis, tokens, context)
    # What the texts differ in stands in what DuckDB says of one that it cannot bind.
    if only_reads(tree) and asked.can_bind(analysis.in_short(by_bytes=True)):
        return replace(analysis, is_by_bytes=True)
    if only_reads(tree) and asked.tell(DEFAULT_COLLATION)[1] != [("",)] and asked.can_bind(analysis.in_short()):
        return analysis
    edits = analysis.with_stand_ins()
    spliced = splice(text, edits)
    try:
        asked.bind(spliced)
    except BindError as error:
        if (refused := unreadable(analysis)) is not None:
            raise refused from error  # its parameters are no columns either
        span = original(error.span, edits) if error.span else None
        raise BindError(error.message, sql=text, span=span, hint=_left_out(error.message, analysis) or error.hint) from error
    return replace(analysis, is_short=False)


def missed(message: str) -> set[str]:
    """The columns, folded, that DuckDB says it misses."""
    return {name.casefold() for name in re.findall(r'column (?:named )?"([^"]+)"', message, re.IGNORECASE)}


def _left_out(message: str, analysis: Analysis) -> str | None:
    """What to write where DuckDB misses a column that a resource has, and SELECT * does not give."""
    missing = missed(message)
    for reference in (mention.reference for mention in analysis.mentions):
        if name := next((name for name in reference.hidden if name.casefold() in missing), None):
            what = f"{name} is a column of {reference.ref.full_name} that SELECT * leaves out"
            return f"{what}: name it besides where that is read, as in SELECT *, {name} FROM …"
    return None


def _check_sample(analysis: Analysis, tokens: Sequence[Token], context: Context) -> None:
    """Raises BindError where DuckDB takes no SAMPLE of pages: of that it does not tell the place, which is known where there is one."""
    text = splice(analysis.text, analysis.with_empty_pages())
    try:
        context.engine.check_sample(text, used(text, context), {**context.frame, **_empty(analysis)})
    except BindError as error:
        samples = [Span(token.start, token.end) for token in tokens if token.word in _SAMPLES]
        if error.span is None and "Sampling" in error.message:
            hint = "Keep the rows of the sample first, with CREATE TEMP TABLE … AS SELECT …, or use DuckDB 2.0."
            raise BindError(error.message, sql=analysis.text, span=samples[0] if len(samples) == 1 else None, hint=hint) from error


_SAMPLES = frozenset({"SAMPLE", "TABLESAMPLE"})


def asked_of(context: Context) -> Asked:
    """What is asked for one statement, before it has fetched anything."""

    def can_bind(text: str) -> bool:
        return context.engine.can_bind(text, used(text, context), context.frame)

    def bind(text: str) -> None:
        context.engine.bind(text, used(text, context), context.frame)

    return Asked(context.names.is_local, columns_of(context), evaluator(context, {}), can_bind, bind)


def columns_of(context: Context) -> Describe:
    """Column names and DuckDB types of what a piece of SQL after FROM gives."""
    return lambda source: context.engine.columns(source, used(source, context), context.frame)


def _decoded(scans: Sequence[Scan], forms: Mapping[str, str] | None = None) -> dict[str, str]:
    """The SQL that decodes the pages of each scan, by source name; `forms` may have what to read FROM in place of a source's name."""
    read_from = forms or {}
    return {
        scan.source: decode(
            scan.columns,
            scan.method.rows,
            read_from.get(scan.source, scan.source),
            scan.hidden,
            inner=scan.method.inner,
            file=scan.protocol.content if scan.protocol.is_binary else None,
        )
        for scan in scans
    }


def _empty(analysis: Analysis) -> dict[str, Any]:
    return {mention.source: page_source([]) for mention in analysis.mentions}


@contextmanager
def _reading(
    analysis: Analysis,
    context: Context,
    asked: Asked,
    scans: tuple[Scan, ...] | None = None,
    *,
    in_parts: bool = False,
    to_file: bool = False,
) -> Iterator[_Read]:
    """What a statement reads: pages that were fetched, or are while it reads them; with `in_parts`, by parts where that gives the same.

    `scans` are all that it has, where they are known. With `to_file` it is looked whether the statement may be written while it reads them.
    """
    quiet = only_reads(analysis.scopes.tree)
    exact = not (context.final or context.partial)  # what a write reads first
    with Fetching(context.clients, context.control, partial=context.partial, exact=exact, quiet=quiet) as fetching:
        context.running.add(fetching)
        try:
            found = _fetch(analysis, context, fetching, _planner(analysis, context, asked, scans), in_parts=in_parts and quiet)
            if fetching.is_much and _reads_once(analysis, found.edits, context, found.sources):
                fetching.read_once()
            may_write = to_file and quiet and streams() and len(analysis.mentions) == 1 and not found.forms
            if may_write and _goes_by_parts(analysis, found.edits, context):
                fetching.be_heard()
                found = replace(found, row_by_row=True)
            yield found
        finally:
            context.failures.extend(fetching.failures)


def _reads_once(analysis: Analysis, edits: Sequence[Edit], context: Context, sources: Mapping[str, Any]) -> bool:
    """Whether DuckDB is known to read each page source once."""
    if runs_twice(analysis.scopes.tree):
        return False
    text = splice(analysis.text, edits)
    return context.engine.reads_once(text, used(text, context), {**context.frame, **sources}, len(sources))


def _has_more(scan: Scan) -> bool:
    """Whether a scan may take more than one request."""
    return not scan.is_known or len(scan.calls) > 1 or (bool(scan.calls) and scan.protocol.paging is not None)


def _forms(analysis: Analysis, scans: Sequence[Scan], last: Sequence[Scan], context: Context) -> _Forms:
    """How the `last` of all scans are read, where these are fetched while DuckDB reads; none where all their pages are fetched before.

    Where a join may keep them from ending early, DuckDB's plan is asked.
    """
    if not streams() or not analysis.said.may_stop:
        return {}
    if len(last) == len(analysis.mentions) and end_early([mention.reference for mention in analysis.mentions]):
        return {scan.source: context.engine.in_one_thread(scan.source) for scan in last}
    if not any(map(_has_more, last)) or not may_end_early([analysis.mentions[scan.number].reference for scan in last]):
        return {}
    forms = {scan.source: context.engine.in_one_thread(scan.source, many=True) for scan in last}
    text = splice(analysis.text, analysis.with_sources(_decoded(scans, forms)))
    stops = context.engine.stops_early(text, used(text, context), {**context.frame, **_empty(analysis)}, len(forms))
    return forms if stops else {}


def _goes_by_parts(analysis: Analysis, edits: Sequence[Edit], context: Context) -> bool:
    """Whether a statement over one reference gives the same rows where it is run for some pages after the others."""
    tokens = tokenize(analysis.text)
    if runs_twice(analysis.scopes.tree) or _TIMES & {token.text.upper() for token in tokens}:  # the name of a function may be quoted
        return False
    text = splice(analysis.text, edits)
    if not context.engine.gives_row_by_row(text, used(text, context), {**context.frame, **_empty(analysis)}):
        return False
    # A macro of the user's may ask for the time.
    return not context.engine.has_macro({token.text for token, following in itertools.pairwise(tokens) if following.text == "("})


_TIMES = frozenset(  # words for the time that a statement began, which all its rows have alike
    "NOW TODAY AGE LOCALTIME LOCALTIMESTAMP CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP CURRENT_LOCALTIME CURRENT_LOCALTIMESTAMP"
    " GET_CURRENT_TIME GET_CURRENT_TIMESTAMP TRANSACTION_TIMESTAMP TXID_CURRENT CURRENT_QUERY_ID CURRENT_TRANSACTION_ID".split()
)


def _planner(analysis: Analysis, context: Context, asked: Asked, scans: tuple[Scan, ...] | None) -> Planner:
    """The planner of a statement that is understood; where it needs no pages to be planned, the plan is kept.

    Raises MissingParameterError.
    """
    if not context.sends:
        raise PlanError("EXPLAIN sends nothing, and a value here has to be read from an API first.", hint="Use a value in its place.")
    planner = Planner(analysis, asked.evaluate, scans=scans)
    planner.check()
    if scans is None and len(planner.scans) == len(analysis.mentions):
        context.plans.keep(analysis.text, context.names.use, asked, analysis, planner.scans)
    return planner


def _fetch(analysis: Analysis, context: Context, fetching: Fetching, planner: Planner, *, in_parts: bool) -> _Read:
    """What a statement reads, fetched or about to be.

    What needs nothing of others is fetched first, and so on. Only what is planned last is left for later: nothing is to read half
    of it for its keys.
    """
    sources = _empty(analysis)
    while scans := planner.next():
        last = len(planner.scans) == len(analysis.mentions)
        if last and (forms := _forms(analysis, planner.scans, scans, context)):
            return _Read(planner.scans, analysis.with_sources(_decoded(planner.scans, forms)), sources | fetching.leave(scans), forms)
        if in_parts and len(analysis.mentions) == 1:
            fetching.begin(scans, final=context.final)
            edits = analysis.with_sources(_decoded(scans))
            if _goes_by_parts(analysis, edits, context):
                return _Read(planner.scans, edits, sources, parts=fetching.parts(scans[0]))
        sources |= fetching.fetch(scans, final=context.final and last, last=last)
        planner.fetched(scans, _decoded(scans), evaluator(context, sources))
    return _Read(planner.scans, analysis.with_sources(_decoded(planner.scans)), sources)


def _run(text: str, edits: Sequence[Edit], context: Context, sources: Mapping[str, Any]) -> duckdb.DuckDBPyRelation:
    spliced = splice(text, edits)
    with _placed(text, edits):
        return context.engine.run(spliced, used(spliced, context), {**context.frame, **sources}, context.control.cancel)


def _write(text: str, read: _Read, context: Context, path: str) -> int:
    """How many rows were written to a Parquet file."""
    spliced = splice(text, read.edits)
    with _placed(text, read.edits):
        frame = {**context.frame, **read.sources}
        return context.engine.write_parquet(spliced, used(spliced, context), frame, path, context.control.cancel)


@contextmanager
def _placed(text: str, edits: Sequence[Edit]) -> Iterator[None]:
    """Gives a BindError its place in the user's text."""
    try:
        yield
    except BindError as error:
        span = original(error.span, edits) if error.span else None
        raise BindError(error.message, sql=text, span=span, hint=error.hint) from error


def _reads_nothing(analysis: Analysis, context: Context) -> bool:
    """Whether DuckDB needs no row for a statement: it asks for types alone, or is to make a table that is there."""
    if tokenize(analysis.text)[0].word in {"DESCRIBE", "DESC"}:
        return True
    if not makes_if_absent(analysis.scopes.tree):
        return False
    text = splice(analysis.text, analysis.with_stand_ins())
    ((_, plan),) = context.engine.rows(f"EXPLAIN (FORMAT json) {text}", used(text, context), context.frame)
    return [one["name"] for one in json.loads(plan)] == ["CREATE_TABLE"]


def evaluator(context: Context, sources: Mapping[str, Any]) -> Evaluate:
    """Evaluates local queries, and queries over the pages of `sources` as these stand when it is called.

    It raises Cancelled where somebody interrupts DuckDB: that is no answer, as other errors may be to a planner.
    """

    def evaluate(sql: str) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
        if sql == DEFAULT_COLLATION:
            return ["VARCHAR"], [(context.engine.default_collation(),)]
        if (parameter := _PARAMETER.fullmatch(sql)) and type(value := used(sql, context).get(parameter["name"])) is str and value.isascii():
            return ["VARCHAR"], [(value,)]  # what DuckDB would say, in a tenth of the time of a statement
        try:
            return context.engine.values(sql, used(sql, context), {**context.frame, **sources})
        except EngineError as error:
            if type(error.__cause__).__name__ == "InterruptException":
                raise Cancelled from error
            raise

    return evaluate


_PARAMETER = re.compile(r"SELECT \(\$(?P<name>\w+)\)")
"""The query for the value of one parameter."""


def used(text: str, context: Context) -> dict[str, Any]:
    """The parameters that a piece of SQL names: DuckDB refuses any others."""
    if not context.parameters or "$" not in text:
        return {}
    folded = {name.casefold(): value for name, value in context.parameters.items()}
    names = {token.text for token in parameters(tokenize(text))}
    return {name: folded[name.casefold()] for name in names if name.casefold() in folded}


def url_of(context: Context) -> Callable[[Request], str]:
    return lambda request: context.clients[request.resource].url(request)


def limits_of(context: Context) -> Limits:
    return lambda ref: context.clients[ref.full_name].rate_limits(context.control, ref.full_name, ref.rate_limits)


def request_table(
    requests: Sequence[Request], context: Context, before: Sequence[Mapping[str, Any] | None] | None = None
) -> duckdb.DuckDBPyRelation:
    """Requests as a relation, without secrets: `method, url, body`; for a paged one, its first page.

    With `before`, which is for writes, a column of this name as well: what each request is about to change, as JSON.
    """
    names = ["method", "url", "body", *(["before"] if before is not None else [])]
    rows = []
    for request, was in zip(requests, before or [None] * len(requests), strict=True):
        client = context.clients[request.resource]
        texts = {
            name: None if value is None else client.redacted(json.dumps(value, ensure_ascii=False))
            for name, value in (("body", request.body), ("before", was))
        }
        rows.append({"method": request.http_method, "url": client.url(request), **texts})
    return table([(name, "VARCHAR") for name in names], rows, context.engine)


def item_table(rows: Sequence[tuple[str, str]], engine: Engine) -> duckdb.DuckDBPyRelation:
    """EXPLAIN's rows as a relation: `item, value`."""
    return table((("item", "VARCHAR"), ("value", "VARCHAR")), [{"item": item, "value": value} for item, value in rows], engine)


def table(columns: Sequence[tuple[str, str]], rows: Sequence[Mapping[str, Any]], engine: Engine) -> duckdb.DuckDBPyRelation:
    """A table of ours as a relation; `columns` are names and DuckDB types."""
    return engine.listing(listing(columns, _LISTING), _LISTING, rows)
