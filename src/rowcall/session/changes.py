"""What INSERT, UPDATE, DELETE and EXEC would send: known whole, and bound by DuckDB, before the first request goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from rowcall.engine.source import page_source
from rowcall.errors import (
    BindError,
    DataError,
    MissingParameterError,
    PlanError,
    Span,
    SQLError,
    UnknownNameError,
    UnsupportedSQLError,
)
from rowcall.manifest.model import Column, Encoding, Method, Scalar, Verb
from rowcall.manifest.types import quoted
from rowcall.plan.analysis import Analysis
from rowcall.plan.explain import explain, explain_calls, explain_calls_later, explain_scans, request_line
from rowcall.plan.explanation import ExplainedWrite, Explanation
from rowcall.plan.nodes import Call
from rowcall.plan.unlike import unknown_values
from rowcall.plan.writes import (
    PREFIX,
    Given,
    call,
    check,
    check_body,
    choose,
    column_slot,
    from_json,
    lacking,
    missing,
    typed_body,
    with_integers,
)
from rowcall.rows.decode import decode
from rowcall.session.awaiting import Waiting, explain_waiting, waiting
from rowcall.session.execute import (
    Context,
    Piece,
    limits_of,
    moved,
    planned,
    prepare,
    url_of,
    used,
    value_of,
    with_views,
)
from rowcall.session.guards import Intent, in_common_of, refuse_in_transaction, yes_needed
from rowcall.session.meant import change_method, constant_values, meant, place, read_rows, readable
from rowcall.session.origins import lines, origins, shape
from rowcall.session.texts import body_cast, casts, replaced, types_of, value_at
from rowcall.session.uploads import file_columns, rows_with_files, selected
from rowcall.sql.nodes import Apply, Change, Exec, Insert, Replace, Write, row_name
from rowcall.sql.tokens import closing, depth_zero, tokenize

if TYPE_CHECKING:
    from rowcall.catalog.catalog import ResourceRef

T = TypeVar("T")

ANSWERS = "__rowcall_answers"
_AS_JSON = "to_json(__rowcall_row)"


@dataclass(frozen=True, slots=True)
class Ready:
    """A write whose calls are known."""

    ref: ResourceRef
    name: str
    method: Method
    calls: tuple[Call, ...]
    in_order: bool = False
    """Whether the statement says in which order they are sent: one after the other then."""
    before: tuple[dict[str, Any] | None, ...] = ()
    """Of UPDATE and DELETE, for each call, what its row was when it was read, where the context asks for that and it was."""

    @property
    def columns(self) -> Mapping[str, Column]:
        """The columns of its response."""
        return self.method.returns or self.ref.resource.columns


def intent(write: Write, ready: Ready) -> Intent:
    """What a write is about to send, for those who let it pass."""
    span = write.method_span if isinstance(write, Exec) else write.target.span
    requests = [one.request for one in ready.calls]
    return Intent(type(write).__name__.lower(), write.text, span, ready.ref, ready.name, ready.method, requests)


def explain_write(write: Write, context: Context) -> Explanation:
    """What a write will do; nothing is sent, not even a read that the real thing would begin with."""
    found = _explain_write(write, context)
    return explain_waiting(found, _waits_for(write, context)) if write.awaits is not None else found


def _waits_for(write: Write, context: Context) -> Waiting | None:
    """What a write waits for, by the first method that it could be where that depends on what it reads."""
    if isinstance(write, Exec):
        return waiting(write, write.ref, named_method(write, context), context)
    ref = write.target.ref
    method = _method_known(write, context) or next((pair for pair in ref.resource.methods.items() if pair[1].verb is _verb(write)), None)
    return waiting(write, ref, method, context) if method is not None else None


def _explain_write(write: Write, context: Context) -> Explanation:
    context = replace(context, sends=False)
    word, limit, url = type(write).__name__.upper(), context.control.max_requests, url_of(context)
    first = _reads_first(write, context)
    if first is None:
        ready = resolved(write, context)
        returning(write, ready, context)
        known = explain_calls(word, ready.ref, (ready.name, ready.method), [one.request for one in ready.calls], url)
        sends = intent(write, ready)
        notes: Sequence[str] = [*in_common_of(sends), *yes_needed(sends, context)]
        return explain((), (), known, writer=ready.ref, limits=limits_of(context), max_requests=limit, notes=notes)
    with readable(write, context):
        scans = planned(first, context)
    ref = write.ref if isinstance(write, Exec) else write.target.ref
    later = _later(write, ref, context)
    notes = unknown_values(first, context.parameters)
    read = explain_scans(first, scans, url)
    return explain(scans, read, later, writer=ref, limits=limits_of(context), max_requests=limit, notes=notes)


def _later(write: Write, ref: ResourceRef, context: Context) -> ExplainedWrite:
    """What a write sends that reads first."""
    word, known = type(write).__name__.upper(), _method_known(write, context)
    if known is None:
        return explain_calls_later(word, ref, None)
    columns = _exec_columns(write, write.source, context) if isinstance(write, Exec) and write.source is not None else ()
    found = origins(write, known[1], [*columns] or [given.name for given in _named(write, context)])
    request = shape(ref.provider.provider, ref.full_name, *known, found)
    values = map(context.clients[ref.full_name].redacted, lines(found))
    return explain_calls_later(word, ref, known, request_line(request, url_of(context)), values)


def _named(write: Write, context: Context) -> list[Given]:
    """What an INSERT names, by the columns of its query where it has no list; nothing is read for them."""
    if not isinstance(write, Insert) or write.source is None or write.columns:
        return [Given(name, place) for name, place in write.columns] if isinstance(write, Insert) else []
    types = types_of(Piece.around("FROM (", write.text, write.source, "\n) __rowcall_row").text, context)
    return [Given(name) for name in types or {}]


def _method_known(write: Write, context: Context) -> tuple[str, Method] | None:
    """The method of a write that reads first; None where that cannot be told before."""
    if isinstance(write, Change):
        return change_method(write, context)
    if isinstance(write, Exec):
        return named_method(write, context)
    named = _named(write, context)
    if not named:
        return None
    return choose(write.target.ref, _verb(write), named, sql=write.text, span=write.target.span)


def _reads_first(write: Write, context: Context) -> Analysis | None:
    """The remote references that the real thing reads before it writes; None when there are none."""
    if isinstance(write, (Insert, Exec)) and write.source is not None:
        rows = _insert_rows(write, write.source) if isinstance(write, Insert) else _exec_rows(write, write.source)
        return with_views(rows.text, context, lambda text: prepare(text, context))
    if isinstance(write, Change):
        analysis, keys = meant(write, change_method(write, context)[1], context)
        return analysis if keys is None else None
    return None


def resolved(write: Write, context: Context) -> Ready:
    """The calls of a write, for which what it needs of APIs was read.

    Raises UnsupportedSQLError, before that, within a transaction of the user's, unless the session allows it or nothing is to be sent.
    """
    if context.sends and not context.dry_run:
        _refuse_in_transaction(write, context)
    match write:
        case Insert():
            return _ready_insert(write, context)
        case Exec():
            return _ready_exec(write, context)
        case _:
            return _ready_change(write, context)


def _refuse_in_transaction(write: Write, context: Context) -> None:
    """Raises UnsupportedSQLError where a ROLLBACK could be meant to undo a write."""
    ref, span = (write.ref, write.method_span) if isinstance(write, Exec) else (write.target.ref, write.target.span)
    if not isinstance(write, Exec) or not named_method(write, context)[1].is_read:
        refuse_in_transaction(type(write).__name__.upper(), ref, context, sql=write.text, span=span)


def _ready_insert(write: Insert, context: Context) -> Ready:
    ref, verb = write.target.ref, _verb(write)
    named = [Given(name, place) for name, place in write.columns]
    if named:  # so that what is wrong here is said before anything is read
        name, method = choose(ref, verb, named, sql=write.text, span=write.target.span)
        _check(ref, method, named, write.text)
        returning(write, Ready(ref, name, method, ()), context)
    rows = _inserted(write, method if named else None, context)
    given = named or [Given(name) for name in (rows[0] if rows else {})]
    if not rows and not given:
        raise UnsupportedSQLError("This query gives no row, and no column is named.", sql=write.text, span=write.target.span)
    name, method = choose(ref, verb, given, sql=write.text, span=write.target.span)
    _check(ref, method, given, write.text)
    calls = _calls(write, rows, lambda row: call(ref, name, method, row))
    return Ready(ref, name, method, calls, in_order=_is_ordered(write.text, write.source))


def _is_ordered(text: str, query: Span | None) -> bool:
    """Whether a query, which may stand in brackets, says in which order its rows come."""
    tokens = tokenize(text[query.start : query.end]) if query is not None else []
    while tokens and tokens[0].kind == "L_PAREN":
        tokens = tokens[1 : closing(tokens, 0)]
    return any(token.word.startswith("ORDER") for _, token in depth_zero(tokens))


def _verb(write: Insert | Change) -> Verb:
    """The verb of an INSERT or REPLACE."""
    return Verb.REPLACE if isinstance(write, Replace) else Verb.INSERT


def _calls(write: Write, rows: Sequence[T], make: Callable[[T], Call]) -> tuple[Call, ...]:
    """A call for each row. Raises DataError at what the statement calls the value, which says of which of several rows it is."""
    calls: list[Call] = []
    for row in rows:
        try:
            calls.append(make(row))
        except DataError as error:
            which = f" It is row {len(calls) + 1} of {len(rows)}; nothing was sent." if len(rows) > 1 else ""
            raise DataError(f"{error.message}{which}", sql=write.text, span=place(write, error.given)) from error
    return tuple(calls)


def _inserted(write: Insert, method: Method | None, context: Context) -> list[dict[str, Any]]:
    """The rows to insert, by the names that the statement gives them."""
    if write.source is None:
        return [{}]
    if not write.columns and not write.by_name and write.text[write.source.start :][:6].upper() == "VALUES":
        hint = f"SHOW {_verb(write).value.upper()} INTO {write.target.ref.full_name} gives a template."
        raise UnsupportedSQLError("VALUES needs the names of its columns.", sql=write.text, span=write.target.span, hint=hint)
    types, method = _insert_types(write, write.source, method, context)
    files = file_columns(types, method) if method is not None else ()
    casts_ = casts(types, method, context) if method is not None else {}
    piece = _insert_rows(write, write.source, casts_, selected([*types], files))
    rows = rows_with_files(piece, files, write.target.ref, context)
    if rows and write.columns and len(rows[0]) != len(write.columns):
        message = f"There are {len(write.columns)} columns, and {len(rows[0])} values for them."
        raise UnsupportedSQLError(message, sql=write.text, span=write.source)
    return rows


def _insert_types(write: Insert, source: Span, method: Method | None, context: Context) -> tuple[Mapping[str, str], Method | None]:
    """The types of its columns, by name, and its method, which is known where its columns are named; none where neither can be told."""
    columns = "" if not write.columns else f"({', '.join(quoted(name) for name, _ in write.columns)})"
    try:
        types = types_of(Piece.around("FROM (", write.text, source, f"\n) __rowcall_row{columns}").text, context)
        if method is None:
            named = [Given(name) for name in types or {}]
            _, method = choose(write.target.ref, _verb(write), named, sql=write.text, span=write.target.span)
    except (SQLError, MissingParameterError):  # which is said where the rows are read
        return {}, None
    return types or {}, method


def _insert_rows(write: Insert, source: Span, casts_: Mapping[str, str] = MappingProxyType({}), values: str = _AS_JSON) -> Piece:
    """The source of an INSERT as `values`, one JSON object a row."""
    columns = "" if not write.columns else f"({', '.join(quoted(name) for name, _ in write.columns)})"
    before, after = replaced("__rowcall_row", casts_)
    return Piece.around(f"SELECT {values} FROM {before}(", write.text, source, f"\n) __rowcall_row{columns}{after}")


def _ready_exec(write: Exec, context: Context) -> Ready:
    name, method = named_method(write, context)
    given = [Given(argument, place) for argument, place, _ in write.arguments]
    types: Mapping[str, str] = {}
    if write.source is not None:
        types = _exec_columns(write, write.source, context)
        given += [Given(column, write.source) for column in types]
    _check_exec(write, name, method, given)
    body = _exec_body(write, name, method, context)
    stands = [*given, *(Given(f"{PREFIX}{key}") for key in body or {})]
    if lacking(method, stands):
        raise missing(write.ref, [(name, method)], stands, sql=write.text, span=write.method_span)
    returning(write, Ready(write.ref, name, method, ()), context)  # before anything is read
    values = {
        argument: value_at(write.text, place, column_slot(method, argument), (write.ref, method), context)
        for argument, _, place in write.arguments
    }
    rows: list[dict[str, Any]] = [{}]
    if write.source is not None:
        files = file_columns(types, method)
        piece = _exec_rows(write, write.source, casts(types, method, context), selected([*types], files))
        rows = rows_with_files(piece, files, write.ref, context)
    calls = _calls(write, rows, lambda row: call(write.ref, name, method, {**values, **row}, body=body))
    return Ready(write.ref, name, method, calls, in_order=_is_ordered(write.text, write.source))


def _check_exec(write: Exec, name: str, method: Method, given: Sequence[Given]) -> None:
    """Raises UnknownNameError for what the method does not take, UnsupportedSQLError for what is given twice."""
    for item in given:
        if column_slot(method, item.name) is None:
            known = [*method.parameters, *(f"{PREFIX}{attribute}" for attribute in method.body)]
            raise UnknownNameError("parameter", item.name, known, where=f"{write.ref.full_name}.{name}", sql=write.text, span=item.span)
    _check(write.ref, method, given, write.text)


def _check(ref: ResourceRef, method: Method, given: Sequence[Given], sql: str) -> None:
    check(ref, method, [(found, item) for item in given if (found := column_slot(method, item.name)) is not None], sql=sql)


def _exec_rows(write: Exec, source: Span, casts_: Mapping[str, str] = MappingProxyType({}), values: str = _AS_JSON) -> Piece:
    """The rows of an EXEC as `values`, one JSON object a row."""
    before, after = replaced("__rowcall_row", casts_)
    return Piece.around(f"SELECT {values} FROM {before}(FROM ", write.text, source, f"\n) __rowcall_row{after}")


def _exec_columns(write: Exec, source: Span, context: Context) -> Mapping[str, str]:
    """The names and types of the columns of an EXEC's rows. Nothing is read for them; DuckDB has bound the query."""
    piece = Piece.around("FROM ", write.text, source, "")
    try:
        types = types_of(piece.text, context)
    except SQLError as error:
        raise moved(error, write.text, piece.place(error.span)) from error
    if types is None:  # DuckDB has bound it
        raise PlanError("The columns of this query cannot be told before it is run.")
    return types


def named_method(write: Exec, context: Context) -> tuple[str, Method]:
    try:
        return context.names.catalog.method(write.ref, write.method)
    except SQLError as error:
        raise moved(error, write.text, write.method_span) from error


def _exec_body(write: Exec, name: str, method: Method, context: Context) -> dict[str, Any] | None:
    if write.body is None:
        return None
    value = value_of(write.text, write.body, context, body_cast(write.text[write.body.start : write.body.end], method, context))
    try:
        body = from_json(value) if isinstance(value, str) else value
    except ValueError as error:
        raise UnsupportedSQLError(f"@@json is not JSON: {error}.", sql=write.text, span=write.body) from error
    if method.sole is not None and method.encoding in {Encoding.JSON, Encoding.JSONL}:
        body = {method.sole: body}
    if not isinstance(body, dict):
        raise UnsupportedSQLError("@@json must be a JSON object.", sql=write.text, span=write.body)
    # The values of a STRUCT have DuckDB's types, and none can be left out of it; a JSON text is sent as it is, whole numbers as integers.
    found = with_integers(method, body) if isinstance(value, str) else typed_body(method, body)
    check_body(write.ref, name, method, found, sql=write.text, span=write.body)
    return found


def _ready_change(write: Change, context: Context) -> Ready:
    """UPDATE and DELETE: a call for each row that WHERE selects.

    When WHERE gives just the method's keys as constants, these rows are known; otherwise they are read first, and DuckDB
    applies WHERE to them.
    """
    ref = write.target.ref
    name, method = change_method(write, context)
    _, keys = meant(write, method, context)
    if keys is None:
        returning(write, Ready(ref, name, method, ()), context)  # before anything is read
        rows = read_rows(write, method, context)
    else:
        values = constant_values(write, method, context)
        rows = [(key, values, None) for key in keys]
    calls = _calls(write, rows, lambda row: call(ref, name, method, {**row[0], **row[1]}, keep_null=True))
    return Ready(ref, name, method, calls, before=tuple(before for *_, before in rows))


def returning(write: Write | Apply, ready: Ready, context: Context) -> Piece:
    """The SELECT over the answers, bound before anything is sent; what is waited for is bound with it."""
    waiting(write, ready.ref, (ready.name, ready.method), context)
    column = ready.columns.get(ready.method.content or "")
    file = ready.method.content if column is not None and column.type is Scalar.BLOB else None
    decoded = decode(ready.columns, ready.method.rows, ANSWERS, file=file)
    span = write.returning
    alias = quoted(row_name(write, ready.ref))
    if span is None:
        piece = Piece(f"SELECT * FROM {decoded} AS {alias}", 0, write.text, Span(0, 0))
    else:
        piece = Piece.around("SELECT ", write.text, span, f"\n FROM {decoded} AS {alias}")
    try:
        context.engine.bind(piece.text, used(piece.text, context), {**context.frame, ANSWERS: page_source([])})
    except BindError as error:
        raise moved(error, write.text, piece.place(error.span)) from error
    return piece
