"""One statement, from its text to a relation: the place where the rooms meet, each handing values to the next."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rowcall.engine.engine import Engine, Frame
from rowcall.engine.source import page_source
from rowcall.errors import BindError, PlanError, ReadOnlyError, RequestError, Span, SQLError, UnknownNameError, UnsupportedSQLError
from rowcall.http.client import Client
from rowcall.http.control import Control
from rowcall.http.page import Page
from rowcall.manifest.model import Column, Method, Verb
from rowcall.manifest.types import quoted
from rowcall.plan.explain import explain_scans, explain_writes
from rowcall.plan.keys import key_tuples, keys_only
from rowcall.plan.nodes import Call, Request, Scan
from rowcall.plan.planner import Analysis, analyse, plan
from rowcall.plan.requests import protocol
from rowcall.plan.splice import Edit, original, splice
from rowcall.plan.writes import Given, call, choose, column_slot, lacking, missing
from rowcall.rows.decode import decode, listing
from rowcall.session.fetching import fit_answers, scan_pages
from rowcall.sql.bind import Names
from rowcall.sql.parse import Delete, Exec, Insert, Query, Update
from rowcall.sql.statements import parameters
from rowcall.sql.tokens import tokenize

if TYPE_CHECKING:
    import duckdb

    from rowcall.catalog.catalog import ResourceRef

Write = Insert | Update | Delete | Exec

_ANSWERS = "__rowcall_answers"
_LISTING = "__rowcall_listing"


@dataclass(frozen=True, slots=True)
class Context:
    """What one statement runs with."""

    engine: Engine
    names: Names
    clients: Mapping[str, Client]
    parameters: Mapping[str, Any]
    """All that were given, by name; each piece of SQL takes what it names."""
    frame: Frame
    control: Control
    partial: bool
    dry_run: bool
    read_only: bool
    failures: list[RequestError]
    """What `partial` allowed to fail."""


@dataclass(frozen=True, slots=True)
class Piece:
    """SQL made around a stretch of the user's text, so that an error in it can be shown where the user wrote it."""

    text: str
    start: int
    """Where the user's stretch begins in `text`."""
    source: str
    """The user's statement."""
    source_start: int
    source_end: int

    @classmethod
    def around(cls, before: str, source: str, span: Span, after: str) -> Piece:
        """`before`, the stretch, `after`."""
        return cls(before + source[span.start : span.end] + after, len(before), source, span.start, span.end)

    def place(self, span: Span | None) -> Span | None:
        """Where `span` of `text` stands in the user's statement; None when it is ours."""
        if span is None or not self.start <= span.start <= self.start + self.source_end - self.source_start:
            return None
        shift = self.source_start - self.start
        return Span(span.start + shift, span.end + shift)


def run_query(query: Query, context: Context) -> tuple[duckdb.DuckDBPyRelation, bool]:
    """The relation of a query, and whether it mentioned anything remote."""
    prepared = _prepare(query.text, context)
    if prepared is None:
        return context.engine.local(query.text, _used(query.text, context), context.frame), False
    analysis, edits = prepared
    if _only_describes(query.text):
        return _run(query.text, edits, context, _empty(analysis)), True
    scans = plan(analysis, _evaluate(context))
    if context.dry_run:
        return request_table([request for scan in scans for request in (c.request for c in scan.calls)], context), True
    sources = _fetch(scans, context)
    return _run(query.text, _edits(analysis, scans), context, sources), True


def explain_query(query: Query, context: Context) -> duckdb.DuckDBPyRelation:
    """The plan of a query as `item, value`. DuckDB's own EXPLAIN for one that mentions nothing remote."""
    prepared = _prepare(query.text, context)
    if prepared is None:
        return context.engine.local(f"EXPLAIN {query.text}", _used(query.text, context), context.frame)
    analysis, edits = prepared
    scans = plan(analysis, _evaluate(context))
    rows = list(explain_scans(scans, _url(context)))
    text = splice(query.text, edits)
    tree = context.engine.rows(f"EXPLAIN {text}", _used(text, context), {**context.frame, **_empty(analysis)})
    rows.append(("duckdb", "\n".join(row[-1] for row in tree)))
    return item_table(rows, context.engine)


def run_write(write: Write, context: Context) -> duckdb.DuckDBPyRelation:
    """What the API answers to a write, as a relation; for a dry run, the requests that would be sent."""
    prepared = _prepare_write(write, context)
    returning = _returning(write, prepared.columns, prepared.method.rows, context)
    if context.dry_run:
        return request_table([one.request for one in prepared.calls], context)
    if context.read_only and not prepared.method.is_read:
        raise ReadOnlyError(f"{prepared.ref.full_name}.{prepared.name} changes things, and this connection is read-only.", sql=write.text)
    answers = _send(prepared, context)
    pages = fit_answers(answers, prepared.ref.full_name, prepared.columns, prepared.method.rows, context.control)
    return context.engine.run(returning.text, _used(returning.text, context), {**context.frame, _ANSWERS: page_source(pages)})


def explain_write(write: Write, context: Context) -> duckdb.DuckDBPyRelation:
    """The requests of a write as `item, value`; nothing is sent, not even a read that the real thing would begin with."""
    if isinstance(write, (Update, Delete)) and (reading := _must_read(write, context)) is not None:
        rows = list(explain_scans(plan(reading, _evaluate(context)), _url(context)))
        rows.append(("then", f"one {_verb(write).value.upper()} request for each row that WHERE leaves"))
        return item_table(rows, context.engine)
    if isinstance(write, Insert) and write.source and (prepared := _prepare(_insert_rows(write).text, context)) is not None:
        rows = list(explain_scans(plan(prepared[0], _evaluate(context)), _url(context)))
        rows.append(("then", "one INSERT request for each row of the query"))
        return item_table(rows, context.engine)
    ready = _prepare_write(write, context)
    _returning(write, ready.columns, ready.method.rows, context)
    rows = [("reference", ready.ref.full_name), ("method", f"{ready.name}: {ready.method.description}")]
    rows += explain_writes([one.request for one in ready.calls], _url(context))
    return item_table(rows, context.engine)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A write whose calls are known."""

    ref: ResourceRef
    name: str
    method: Method
    calls: tuple[Call, ...]

    @property
    def columns(self) -> Mapping[str, Column]:
        return self.method.returns or self.ref.resource.columns


def _prepare_write(write: Write, context: Context) -> _Ready:
    match write:
        case Insert():
            return _prepare_insert(write, context)
        case Exec():
            return _prepare_exec(write, context)
        case _:
            return _prepare_change(write, context)


def _prepare_insert(write: Insert, context: Context) -> _Ready:
    ref, span = write.target.ref, write.target.span
    rows = _inserted(write, context)
    given = [Given(name, place) for name, place in write.columns] or [Given(name) for name in (rows[0] if rows else {})]
    if not rows and not given:
        rows = [{}] if write.source is None else []
    name, method = choose(ref, Verb.INSERT, given, sql=write.text, span=span)
    return _Ready(ref, name, method, tuple(call(ref, name, method, row) for row in rows))


def _inserted(write: Insert, context: Context) -> list[dict[str, Any]]:
    """The rows to insert, by the names that the statement gives them."""
    if write.source is None:
        return [{}]
    if not write.columns and not write.by_name and write.text[write.source.start :][:6].upper() == "VALUES":
        ref = write.target.ref
        raise UnsupportedSQLError(
            "VALUES needs the names of its columns.",
            sql=write.text,
            span=write.target.span,
            hint=f"SHOW INSERT INTO {ref.full_name} gives a template.",
        )
    piece = _insert_rows(write)
    return [json.loads(row[0]) for row in _rows(piece, context)]


def _insert_rows(write: Insert) -> Piece:
    """The source of an INSERT as one JSON object a row."""
    assert write.source is not None
    columns = "" if write.by_name or not write.columns else f"({', '.join(quoted(name) for name, _ in write.columns)})"
    return Piece.around("SELECT to_json(__rowcall_row) FROM (", write.text, write.source, f"\n) __rowcall_row{columns}")


def _prepare_exec(write: Exec, context: Context) -> _Ready:
    name, method = _named_method(write, context)
    given = [Given(argument, place) for argument, place, _ in write.arguments]
    for item in given:
        if column_slot(method, item.name) is None:
            known = [*method.parameters, *(f"data__{attribute}" for attribute in method.body)]
            raise UnknownNameError("parameter", item.name, known, where=f"{write.ref.full_name}.{name}", sql=write.text, span=item.span)
    body = _exec_body(write, context)
    stands = [*given, *(Given(f"data__{key}") for key in body or {})]
    if lacking(method, stands):
        raise missing(write.ref, [(name, method)], stands, sql=write.text, span=write.method_span)
    values = {argument: value_of(write.text, place, context) for argument, _, place in write.arguments}
    return _Ready(write.ref, name, method, (call(write.ref, name, method, values, body=body),))


def _named_method(write: Exec, context: Context) -> tuple[str, Method]:
    try:
        return context.names.catalog.method(write.ref, write.method)
    except SQLError as error:
        error.sql, error.span = write.text, write.method_span
        raise


def _exec_body(write: Exec, context: Context) -> dict[str, Any] | None:
    if write.body is None:
        return None
    value = value_of(write.text, write.body, context)
    try:
        body = json.loads(value) if isinstance(value, str) else value
    except ValueError as error:
        raise UnsupportedSQLError(f"@@json is not JSON: {error}.", sql=write.text, span=write.body) from error
    if not isinstance(body, dict):
        raise UnsupportedSQLError("@@json must be a JSON object.", sql=write.text, span=write.body)
    return body


def _prepare_change(write: Update | Delete, context: Context) -> _Ready:
    """UPDATE and DELETE: a call for each row that WHERE selects.

    When WHERE gives just the method's keys as constants, these rows are known; otherwise they are read first, and DuckDB
    applies WHERE to them.
    """
    ref = write.target.ref
    name, method = _change_method(write, context)
    rows = _read_rows(write, method, context) if _must_read(write, context) else _known_rows(write, method, context)
    calls = [call(ref, name, method, {**keys, **values}, keep_null=True) for keys, values in rows]
    return _Ready(ref, name, method, tuple(calls))


def _change_method(write: Update | Delete, context: Context) -> tuple[str, Method]:
    ref = write.target.ref
    sets = _assigned(write)
    keys = sorted(
        {name for method in ref.resource.methods.values() if method.verb is _verb(write) for name in method.required() if not name.startswith("data__")}
    )
    return choose(ref, _verb(write), [*(Given(key) for key in keys), *sets], sql=write.text, span=write.target.span)


def _assigned(write: Update | Delete) -> list[Given]:
    if isinstance(write, Delete):
        return []
    found = []
    for assignment in write.assignments:
        path = assignment.path[1:] if len(assignment.path) > 1 and assignment.path[0].casefold() == write.target.alias.casefold() else assignment.path
        if len(path) > 1:
            raise UnsupportedSQLError(
                f"{'.'.join(path)} is a part of {path[0]}, and the API takes {path[0]} as a whole.",
                sql=write.text,
                span=assignment.path_span,
                hint=f"Write SET {path[0]} = … with all its parts, since those left out may be removed.",
            )
        found.append(Given(path[0], assignment.path_span))
    return found


def _verb(write: Update | Delete) -> Verb:
    return Verb.UPDATE if isinstance(write, Update) else Verb.DELETE


def _keys(method: Method) -> list[str]:
    return [name for name in method.required() if not name.startswith("data__")]


def _selecting(write: Update | Delete, keys: Sequence[str]) -> tuple[str, list[tuple[int, Span]]]:
    """A SELECT of the keys and the assigned values of the rows that WHERE selects, and where the user's stretches stand in it."""
    target = write.target
    alias = quoted(target.alias)
    text = f"SELECT to_json(struct_pack({', '.join(f'{quoted(key)} := {alias}.{quoted(key)}' for key in keys)})), to_json(struct_pack("
    stretches: list[tuple[int, Span]] = []
    values = write.assignments if isinstance(write, Update) else ()
    for number, assignment in enumerate(values):
        text += f"{', ' if number else ''}s{number} := ("
        stretches.append((len(text), assignment.value))
        text += write.text[assignment.value.start : assignment.value.end] + "\n)"
    text += ("" if values else "none := NULL") + f")) FROM {target.ref.full_name} AS {alias} WHERE ("
    assert write.where is not None
    stretches.append((len(text), write.where))
    return text + write.text[write.where.start : write.where.end] + "\n)", stretches


def _meant(write: Update | Delete, method: Method, context: Context) -> tuple[Analysis, list[dict[str, Any]] | None]:
    """The SELECT of the rows that WHERE selects, and their keys when WHERE alone says them."""
    text, stretches = _selecting(write, _keys(method))
    with _mapped(write.text, text, stretches):
        prepared = _prepare(text, context)
        assert prepared is not None
        analysis = prepared[0]
        return analysis, key_tuples(analysis, method, _evaluate(context)) if keys_only(analysis, method) else None


def _must_read(write: Update | Delete, context: Context) -> Analysis | None:
    """The SELECT to read first, or None when WHERE alone says which rows are meant."""
    if write.where is None:
        raise UnsupportedSQLError(
            f"{_verb(write).value.upper()} without WHERE would change everything.",
            sql=write.text,
            span=write.target.span,
            hint="Say which rows in WHERE.",
        )
    _, method = _change_method(write, context)
    analysis, keys = _meant(write, method, context)
    return analysis if keys is None else None


def _read_rows(write: Update | Delete, method: Method, context: Context) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    text, stretches = _selecting(write, _keys(method))
    with _mapped(write.text, text, stretches):
        relation, _ = run_query(Query(text), _reading_context(context))
    return [(json.loads(keys), _values(write, json.loads(values))) for keys, values in relation.fetchall()]


def _reading_context(context: Context) -> Context:
    """The same without dry_run: what a write has to read, it reads for a dry run too."""
    return replace(context, dry_run=False, partial=False)


def _values(write: Update | Delete, values: Mapping[str, Any]) -> dict[str, Any]:
    names = [given.name for given in _assigned(write)]
    return {name: values[f"s{number}"] for number, name in enumerate(names)}


def _known_rows(write: Update | Delete, method: Method, context: Context) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """The keys that WHERE gives, each with the assigned values."""
    _, tuples = _meant(write, method, context)
    values: dict[str, Any] = {}
    if isinstance(write, Update):
        values = {
            given.name: value_of(write.text, assignment.value, context)
            for given, assignment in zip(_assigned(write), write.assignments, strict=True)
        }
    return [(keys, values) for keys in tuples or ()]


def _send(ready: _Ready, context: Context) -> list[Page]:
    """The answers, in order. A failure says how many requests the API had accepted before it."""
    answers: list[Page] = []
    client = context.clients[ready.ref.provider.provider]
    for one in ready.calls:
        try:
            answers.append(client.send(one.request, protocol(ready.ref, ready.method), context.control))
        except RequestError as error:
            if len(ready.calls) > 1:
                done = f"{len(answers)} of {len(ready.calls)} requests were accepted before this one; the rest was not sent."
                error.hint = f"{error.hint} {done}".strip()
            raise
    return answers


def _returning(write: Write, columns: Mapping[str, Column], rows: str | None, context: Context) -> Piece:
    """The SELECT over the answers, bound before anything is sent."""
    decoded = decode(columns, rows, _ANSWERS)
    span = None if isinstance(write, Exec) else write.returning
    alias = quoted("response" if isinstance(write, Exec) else write.target.alias)
    piece = (
        Piece(f"SELECT * FROM {decoded} AS {alias}", 0, write.text, 0, 0)
        if span is None
        else Piece.around("SELECT ", write.text, span, f"\n FROM {decoded} AS {alias}")
    )
    try:
        context.engine.bind(piece.text, _used(piece.text, context), {**context.frame, _ANSWERS: page_source([])})
    except BindError as error:
        raise BindError(error.message, sql=write.text, span=piece.place(error.span), hint=error.hint) from error
    return piece


def value_of(text: str, span: Span, context: Context) -> Any:
    """The value of an expression of the user's, as JSON in Python."""
    piece = Piece.around("SELECT to_json((", text, span, "\n))")
    ((value,),) = _rows(piece, context)
    return json.loads(value) if value is not None else None


def _rows(piece: Piece, context: Context) -> list[tuple[Any, ...]]:
    """The rows of SQL made around the user's text, remote references in it read like any."""
    try:
        relation, _ = run_query(Query(piece.text), _reading_context(context))
    except SQLError as error:
        raise _moved(error, piece.source, piece.place(error.span)) from error
    found: list[tuple[Any, ...]] = relation.fetchall()
    return found


def _moved(error: SQLError, sql: str, span: Span | None) -> SQLError:
    error.sql, error.span = sql, span
    return error


class _mapped:  # noqa: N801 - reads as a function: with _mapped(…)
    """While it lasts, an error's place in `text` becomes its place in `source`, through the stretches they share."""

    def __init__(self, source: str, text: str, stretches: Sequence[tuple[int, Span]]) -> None:
        self._source = source
        self._pieces = [Piece(text, start, source, span.start, span.end) for start, span in stretches]

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, (SQLError, PlanError)):
            places = [place for piece in self._pieces if (place := piece.place(error.span)) is not None]
            error.sql, error.span = self._source, places[0] if places else None


def _prepare(text: str, context: Context) -> tuple[Analysis, tuple[Edit, ...]] | None:
    """The analysis of a statement that mentions something remote and that DuckDB can bind, with its edits; None for any other."""
    tokens = tokenize(text)
    if not {token.text.casefold() for token in tokens} & context.names.catalog.words():
        return None
    analysis = analyse(text, tokens, context.names, lambda source: context.engine.columns(source, context.frame))
    if not analysis.mentions:
        return None
    rendered = {
        mention.source: decode(mention.reference.ref.resource.columns, None, mention.source, mention.hidden) for mention in analysis.mentions
    }
    edits = analysis.with_sources(rendered)
    spliced = splice(text, edits)
    try:
        context.engine.bind(spliced, _used(spliced, context), {**context.frame, **_empty(analysis)})
    except BindError as error:
        span = original(error.span, edits) if error.span else None
        raise BindError(error.message, sql=text, span=span, hint=error.hint) from error
    return analysis, edits


def _edits(analysis: Analysis, scans: Sequence[Scan]) -> tuple[Edit, ...]:
    return analysis.with_sources(
        {scan.source: decode(scan.ref.resource.columns, scan.method.rows, scan.source, scan.hidden) for scan in scans}
    )


def _empty(analysis: Analysis) -> dict[str, Any]:
    return {mention.source: page_source([]) for mention in analysis.mentions}


def _fetch(scans: Sequence[Scan], context: Context) -> dict[str, Any]:
    pages, failures = scan_pages(scans, context.clients, context.control, partial=context.partial)
    context.failures.extend(failures)
    return {name: page_source(found) for name, found in pages.items()}


def _run(text: str, edits: Sequence[Edit], context: Context, sources: Mapping[str, Any]) -> duckdb.DuckDBPyRelation:
    spliced = splice(text, edits)
    try:
        return context.engine.run(spliced, _used(spliced, context), {**context.frame, **sources})
    except BindError as error:
        span = original(error.span, edits) if error.span else None
        raise BindError(error.message, sql=text, span=span, hint=error.hint) from error


def _only_describes(text: str) -> bool:
    """Whether the statement asks for types alone, for which no row is needed."""
    return tokenize(text)[0].word in {"DESCRIBE", "DESC"}


def _evaluate(context: Context) -> Callable[[str], list[tuple[Any, ...]]]:
    return lambda sql: context.engine.rows(sql, _used(sql, context), context.frame)


def _used(text: str, context: Context) -> dict[str, Any]:
    """The parameters that a piece of SQL names: DuckDB refuses any others."""
    if not context.parameters:
        return {}
    folded = {name.casefold(): value for name, value in context.parameters.items()}
    names = {token.text for token in parameters(tokenize(text))}
    return {name: folded[name.casefold()] for name in names if name.casefold() in folded}


def _url(context: Context) -> Callable[[Request], str]:
    return lambda request: context.clients[request.provider].url(request)


def request_table(requests: Sequence[Request], context: Context) -> duckdb.DuckDBPyRelation:
    """Requests as a relation: `method, url, body`; for a paged one, its first page."""
    rows = [
        {"method": r.http_method, "url": _url(context)(r), "body": None if r.body is None else json.dumps(r.body, ensure_ascii=False)}
        for r in requests
    ]
    return table((("method", "VARCHAR"), ("url", "VARCHAR"), ("body", "VARCHAR")), rows, context.engine)


def item_table(rows: Sequence[tuple[str, str]], engine: Engine) -> duckdb.DuckDBPyRelation:
    """EXPLAIN's rows as a relation: `item, value`."""
    return table((("item", "VARCHAR"), ("value", "VARCHAR")), [{"item": item, "value": value} for item, value in rows], engine)


def table(columns: Sequence[tuple[str, str]], rows: Sequence[Mapping[str, Any]], engine: Engine) -> duckdb.DuckDBPyRelation:
    """A table of ours as a relation; `columns` are names and DuckDB types."""
    return engine.listing(listing(columns, _LISTING), _LISTING, rows)
