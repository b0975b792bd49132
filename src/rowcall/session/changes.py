"""What INSERT, UPDATE, DELETE and EXEC would send: known whole, and bound by DuckDB, before the first request goes out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
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
from rowcall.manifest.model import Column, Method, Scalar, Verb
from rowcall.manifest.types import quoted, spelling
from rowcall.plan.explain import explain, explain_calls, explain_calls_later, explain_scans
from rowcall.plan.explanation import Explanation
from rowcall.plan.meant import key_tuples, keys_only, narrows
from rowcall.plan.nodes import EXTRA, Call
from rowcall.plan.planner import Analysis
from rowcall.plan.unlike import unknown_values
from rowcall.plan.writes import (
    PREFIX,
    Given,
    Slot,
    call,
    check,
    check_body,
    choose,
    column_slot,
    example,
    from_json,
    lacking,
    missing,
    part,
    typed_body,
    with_part,
)
from rowcall.rows.decode import decode
from rowcall.session.awaiting import Waiting, explain_waiting, waiting
from rowcall.session.execute import (
    Context,
    Piece,
    evaluator,
    limits_of,
    moved,
    planned,
    prepare,
    reading,
    rows_of,
    run_query,
    url_of,
    used,
    value_of,
    with_views,
)
from rowcall.session.guards import Intent, refuse_in_transaction, yes_needed
from rowcall.session.texts import casts, expression_cast, replaced, types_of
from rowcall.sql.nodes import Delete, Exec, Insert, Query, Replace, Update
from rowcall.sql.tokens import closing, depth_zero, tokenize

if TYPE_CHECKING:
    from rowcall.catalog.catalog import ResourceRef

T = TypeVar("T")

Write = Insert | Update | Delete | Exec
Change = Update | Delete

ANSWERS = "__rowcall_answers"


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
        notes: Sequence[str] = yes_needed(intent(write, ready), context)
        return explain((), (), known, writer=ready.ref.provider, limits=limits_of(context), max_requests=limit, notes=notes)
    with _readable(write):
        scans = planned(first, context)
    ref = write.ref if isinstance(write, Exec) else write.target.ref
    later = explain_calls_later(word, ref, _method_known(write, context))
    notes = unknown_values(first, context.parameters)
    read = explain_scans(first, scans, url)
    return explain(scans, read, later, writer=ref.provider, limits=limits_of(context), max_requests=limit, notes=notes)


def _method_known(write: Write, context: Context) -> tuple[str, Method] | None:
    """The method of a write that reads first; None where that depends on what it reads."""
    if isinstance(write, Change):
        return _change_method(write)
    if isinstance(write, Exec):
        return named_method(write, context)
    if not write.columns:
        return None
    named = [Given(name, place) for name, place in write.columns]
    return choose(write.target.ref, _verb(write), named, sql=write.text, span=write.target.span)


def _reads_first(write: Write, context: Context) -> Analysis | None:
    """The remote references that the real thing reads before it writes; None when there are none."""
    if isinstance(write, (Insert, Exec)) and write.source is not None:
        rows = _insert_rows(write, write.source) if isinstance(write, Insert) else _exec_rows(write, write.source)
        return with_views(rows.text, context, lambda text: prepare(text, context))
    if isinstance(write, Change):
        analysis, keys = _meant(write, _change_method(write)[1], context)
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
    calls = _calls(rows, lambda row: call(ref, name, method, row))
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


def _calls(rows: Sequence[T], make: Callable[[T], Call]) -> tuple[Call, ...]:
    """A call for each row. Raises DataError, which says of which of several rows it is."""
    calls: list[Call] = []
    for row in rows:
        try:
            calls.append(make(row))
        except DataError as error:
            if len(rows) == 1:
                raise
            raise DataError(f"{error} It is row {len(calls) + 1} of {len(rows)}; nothing was sent.") from error
    return tuple(calls)


def _inserted(write: Insert, method: Method | None, context: Context) -> list[dict[str, Any]]:
    """The rows to insert, by the names that the statement gives them."""
    if write.source is None:
        return [{}]
    if not write.columns and not write.by_name and write.text[write.source.start :][:6].upper() == "VALUES":
        hint = f"SHOW {_verb(write).value.upper()} INTO {write.target.ref.full_name} gives a template."
        raise UnsupportedSQLError("VALUES needs the names of its columns.", sql=write.text, span=write.target.span, hint=hint)
    piece = _insert_rows(write, write.source, _insert_casts(write, write.source, method, context))
    rows: list[dict[str, Any]] = [from_json(row[0]) for row in rows_of(piece, context)]
    if rows and write.columns and len(rows[0]) != len(write.columns):
        message = f"There are {len(write.columns)} columns, and {len(rows[0])} values for them."
        raise UnsupportedSQLError(message, sql=write.text, span=write.source)
    return rows


def _insert_casts(write: Insert, source: Span, method: Method | None, context: Context) -> dict[str, str]:
    """What its columns are cast to, by name, where their numbers are for texts; `method` is known where its columns are named."""
    columns = "" if not write.columns else f"({', '.join(quoted(name) for name, _ in write.columns)})"
    try:
        types = types_of(Piece.around("FROM (", write.text, source, f"\n) __rowcall_row{columns}").text, context)
        if method is None:
            named = [Given(name) for name in types or {}]
            _, method = choose(write.target.ref, _verb(write), named, sql=write.text, span=write.target.span)
    except (SQLError, MissingParameterError):  # which is said where the rows are read
        return {}
    return casts(types, method, context)


def _insert_rows(write: Insert, source: Span, casts_: Mapping[str, str] = MappingProxyType({})) -> Piece:
    """The source of an INSERT as one JSON object a row."""
    columns = "" if not write.columns else f"({', '.join(quoted(name) for name, _ in write.columns)})"
    before, after = replaced("__rowcall_row", casts_)
    return Piece.around(f"SELECT to_json(__rowcall_row) FROM {before}(", write.text, source, f"\n) __rowcall_row{columns}{after}")


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
    values = {argument: _value(write.text, place, column_slot(method, argument), method, context) for argument, _, place in write.arguments}
    rows: list[dict[str, Any]] = [{}]
    if write.source is not None:
        rows = [from_json(row[0]) for row in rows_of(_exec_rows(write, write.source, casts(types, method, context)), context)]
    calls = _calls(rows, lambda row: call(write.ref, name, method, {**values, **row}, body=body))
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


def _value(text: str, span: Span, slot: Slot | None, method: Method, context: Context) -> Any:
    """The value of an expression for where it goes, as JSON in Python."""
    return value_of(text, span, context, expression_cast(text[span.start : span.end], slot, method, context))


def _exec_rows(write: Exec, source: Span, casts_: Mapping[str, str] = MappingProxyType({})) -> Piece:
    """The rows of an EXEC as one JSON object a row."""
    before, after = replaced("__rowcall_row", casts_)
    return Piece.around(f"SELECT to_json(__rowcall_row) FROM {before}(FROM ", write.text, source, f"\n) __rowcall_row{after}")


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
    value = value_of(write.text, write.body, context)
    try:
        body = from_json(value) if isinstance(value, str) else value
    except ValueError as error:
        raise UnsupportedSQLError(f"@@json is not JSON: {error}.", sql=write.text, span=write.body) from error
    if not isinstance(body, dict):
        raise UnsupportedSQLError("@@json must be a JSON object.", sql=write.text, span=write.body)
    # The values of a STRUCT have DuckDB's types, and none can be left out of it; a JSON text is sent as it is.
    found = body if isinstance(value, str) else typed_body(method, body)
    check_body(write.ref, name, method, found, sql=write.text, span=write.body)
    return found


def _ready_change(write: Change, context: Context) -> Ready:
    """UPDATE and DELETE: a call for each row that WHERE selects.

    When WHERE gives just the method's keys as constants, these rows are known; otherwise they are read first, and DuckDB
    applies WHERE to them.
    """
    ref = write.target.ref
    name, method = _change_method(write)
    _, keys = _meant(write, method, context)
    if keys is None:
        returning(write, Ready(ref, name, method, ()), context)  # before anything is read
        rows = _read(write, method, context)
    else:
        values = _constant_values(write, method, context)
        rows = [(key, values, None) for key in keys]
    calls = _calls(rows, lambda row: call(ref, name, method, {**row[0], **row[1]}, keep_null=True))
    return Ready(ref, name, method, calls, before=tuple(before for *_, before in rows))


def _change_method(write: Change) -> tuple[str, Method]:
    """The method that changes what is assigned; its keys are known to come from WHERE."""
    ref, verb = write.target.ref, Verb.UPDATE if isinstance(write, Update) else Verb.DELETE
    methods = [method for method in ref.resource.methods.values() if method.verb is verb]
    keys = dict.fromkeys(key for method in methods for key in _keys(method))
    name, method = choose(ref, verb, [*map(Given, keys), *(given for given, _ in _assigned(write))], sql=write.text, span=write.target.span)
    slots = []
    for given, path in _assigned(write):
        found = column_slot(method, given.name)
        if found is not None and not found.in_body:
            raise UnsupportedSQLError(
                f"{given.name} says which row is meant, and cannot be set to another value.",
                sql=write.text,
                span=given.span,
                hint=f"It can be given in WHERE. What can be set: {', '.join(method.body)}.",
            )
        if found is not None:
            slots.append((replace(found, path=path), given))
    check(ref, method, slots, sql=write.text)
    for found, given in slots:
        if found.path:
            _check_part(write, method, found, given)
    return name, method


def _keys(method: Method) -> list[str]:
    return [name for name in method.required() if not name.startswith(PREFIX)]


def _assigned(write: Change) -> list[tuple[Given, tuple[str, ...]]]:
    """What SET names, without the alias: an attribute, and the path of a part of it, empty for all of it."""
    found = []
    for assignment in write.assignments if isinstance(write, Update) else ():
        path = assignment.path
        if len(path) > 1 and path[0].casefold() == write.target.alias.casefold():
            path = path[1:]
        found.append((Given(path[0], assignment.path_span), path[1:]))
    return found


def _check_part(write: Change, method: Method, part_: Slot, given: Given) -> None:
    """Raises UnsupportedSQLError for a part of an attribute whose other parts cannot be read, and so would be lost."""
    ref = write.target.ref
    column, sent = ref.resource.columns.get(part_.name), method.body[part_.name].type
    if column is None:
        reason = f"{ref.full_name} has no column {part_.name}"
    elif Scalar.JSON not in {column.type, sent} and column.type != sent:
        reason = f"it is sent as {spelling(sent)} and read as {spelling(column.type)}"
    elif not any(known.verb is Verb.SELECT for known in ref.resource.methods.values()):
        reason = f"{ref.full_name} has no method for SELECT"
    else:
        return
    written = ".".join((part_.name, *part_.path))
    raise UnsupportedSQLError(
        f"{written} is a part of {part_.name}, which the API takes as a whole, and the rest of it cannot be read: {reason}.",
        sql=write.text,
        span=given.span,
        hint=f"Write SET {part_.name} = … with all its parts, since those left out may be removed.",
    )


def _meant(write: Change, method: Method, context: Context) -> tuple[Analysis, list[dict[str, Any]] | None]:
    """The SELECT of the rows that WHERE selects, and their keys when WHERE alone says them. DuckDB has bound it.

    Raises UnsupportedSQLError where WHERE says nothing of them, unless the session allows that.
    """
    if write.where is None and not context.allow_full_writes:
        raise _full(write, f"{type(write).__name__.upper()} without WHERE would change every row of {write.target.ref.full_name}.")
    text, stretches = _selecting(write, method)
    with _mapped(write.text, text, stretches):
        analysis, keys = with_views(text, context, lambda text: _meant_by(text, write, method, context))
    _refuse_several(write, context)
    if not context.allow_full_writes and not narrows(analysis):
        raise _full(write, f"WHERE says nothing of a column of {write.target.alias}: all of its rows are meant, or none.")
    return analysis, keys


def _full(write: Change, message: str) -> UnsupportedSQLError:
    """The error for a write that is not limited to some rows."""
    hint = "Say in WHERE which rows are meant, or allow it: SET rowcall_allow_full_writes = true."
    return UnsupportedSQLError(message, sql=write.text, span=write.where or write.target.span, hint=hint)


def _meant_by(text: str, write: Change, method: Method, context: Context) -> tuple[Analysis, list[dict[str, Any]] | None]:
    analysis = prepare(text, context)
    if analysis is None:  # the name was found when the statement was parsed
        raise PlanError(f"{write.target.ref.full_name} cannot be read here.")
    if write.source is not None or not keys_only(analysis, method):
        return analysis, None
    return analysis, key_tuples(analysis, method, evaluator(context, {}))


def watched(write: Change) -> list[str]:
    """The columns that tell whether a row that a write means is as it was: those that it changes, and the version where there is one."""
    resource = write.target.ref.resource
    if isinstance(write, Delete):
        return [*resource.columns]
    changed = changed_columns(write)
    return [name for name in resource.columns if name in changed or name == resource.version]


def changed_columns(write: Update) -> list[str]:
    """The columns that SET changes, as far as what it sets is a column."""
    named = {given.name.casefold().removeprefix(PREFIX) for given, _ in _assigned(write)}
    return [name for name in write.target.ref.resource.columns if name.casefold() in named]


def _selecting(
    write: Change, method: Method, before: Sequence[str] = (), casts_: Mapping[int, str] = MappingProxyType({})
) -> tuple[str, list[tuple[int, Span]]]:
    """A SELECT of the keys and the assigned values of the rows that WHERE selects, and where the user's stretches stand in it.

    With `before`, of the values of these columns too. `casts_` are the types that assigned values are cast to, by their numbers.
    """
    target = write.target
    alias = quoted(target.alias)
    packed = ", ".join(f"{quoted(key)} := {alias}.{quoted(key)}" for key in _keys(method))
    keys = f"to_json(struct_pack({packed}))" if packed else "'{}'"
    text = f"SELECT {keys}, to_json(struct_pack(nothing := NULL"
    stretches: list[tuple[int, Span]] = []
    for number, assignment in enumerate(write.assignments if isinstance(write, Update) else ()):
        text += f", s{number} := {'CAST(' if number in casts_ else ''}("
        stretches.append((len(text), assignment.value))
        text += write.text[assignment.value.start : assignment.value.end] + "\n)" + (f" AS {casts_[number]})" if number in casts_ else "")
    wholes = _wholes(write, method)
    text += "".join(f", {quoted(f'whole.{name}')} := {alias}.{quoted(name)}" for name in wholes)
    text += f", {quoted(EXTRA)} := {alias}.{quoted(EXTRA)}" if wholes else ""
    columns = ", ".join(f"{quoted(name)} := {alias}.{quoted(name)}" for name in before)
    text += f")){f', to_json(struct_pack({columns}))' if before else ''}"
    for before_, stretch, after in _from(write):
        text += before_
        if stretch is not None:
            stretches.append((len(text), stretch))
            text += write.text[stretch.start : stretch.end]
        text += after
    return text, stretches


def _from(write: Change) -> list[tuple[str, Span | None, str]]:
    """FROM and WHERE of the SELECT of the rows that are meant: texts, each with a stretch of the user's and what closes it."""
    parts: list[tuple[str, Span | None, str]] = [(f" FROM {write.target.ref.full_name} AS {quoted(write.target.alias)}", None, "")]
    if write.source is not None:
        parts.append((", ", write.source, "\n"))
    if write.where is not None:
        parts.append((" WHERE (", write.where, "\n)"))
    return parts


def _refuse_several(write: Change, context: Context) -> None:
    """Raises UnsupportedSQLError for a value that is several, or none: a row for which it gives none would not be changed.

    DuckDB is asked, which finds an UNNEST inside a macro too and has none in QUALIFY; windows it has there, as in SELECT.
    """
    rows = "".join(before + ("" if at is None else write.text[at.start : at.end]) + after for before, at, after in _from(write))
    for assignment in write.assignments if isinstance(write, Update) else ():
        value = write.text[assignment.value.start : assignment.value.end]
        if "(" not in value:
            continue
        asked = f"SELECT 1{rows} QUALIFY row_number() OVER () > 0 AND ({value}\n) IS NULL"
        try:
            with_views(asked, context, lambda text: prepare(text, context))
        except BindError as error:
            if "UNNEST" not in error.message:
                raise moved(error, write.text, assignment.value) from error
            hint = "A sub-query gives one of them: (SELECT min(x) FROM unnest(…) AS t(x))"
            raise UnsupportedSQLError(
                "This gives several values, and SET takes one.", sql=write.text, span=assignment.value, hint=hint
            ) from error


def _read(write: Change, method: Method, context: Context) -> list[tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None]]:
    """The keys of the rows that WHERE selects, each with the values assigned to it, and those before where they are asked for."""
    asked = watched(write) if context.tells_before else changed_columns(write) if context.dry_run and isinstance(write, Update) else ()
    text, stretches = _selecting(write, method, asked, _assigned_casts(write, method, context))
    with _readable(write), _mapped(write.text, text, stretches):
        relation, _ = run_query(Query(text), reading(context))
    rows: dict[str, dict[str, Any]] = {}
    were: dict[str, dict[str, Any] | None] = {}
    for keys, text, *before in relation.fetchall():
        values = from_json(text)
        were[keys] = json.loads(before[0]) if before else None
        # A row that the API lists twice, as when its pages shift while they are read, is changed once.
        if rows.setdefault(keys, values) != values:
            raise _twice(write, json.loads(keys))
    found = []
    for keys, values in rows.items():
        try:
            found.append((json.loads(keys), _values(write, method, values), were[keys]))
        except DataError as error:
            raise DataError(f"{error} It is the row with {_said(json.loads(keys))}; nothing was sent.") from error
    return found


def _assigned_casts(write: Change, method: Method, context: Context) -> dict[int, str]:
    """What assigned values are cast to, by their numbers, where numbers in them are for texts."""
    source = f"FROM {write.target.ref.full_name} AS {quoted(write.target.alias)}"
    if write.source is not None:
        source += f", {write.text[write.source.start : write.source.end]}\n"
    found = {}
    for number, ((given, path), assignment) in enumerate(zip(_assigned(write), getattr(write, "assignments", ()), strict=True)):
        expression = write.text[assignment.value.start : assignment.value.end]
        cast = expression_cast(expression, _slot(method, given, path), method, context, source)
        if cast is not None:
            found[number] = cast
    return found


def _said(keys: Mapping[str, Any]) -> str:
    """Which row some keys name."""
    return ", ".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items())


def _wholes(write: Change, method: Method) -> list[str]:
    """The attributes of which SET names parts, so that the rest of them has to be read."""
    slots = (column_slot(method, given.name) for given, path in _assigned(write) if path)
    return [*dict.fromkeys(found.name for found in slots if found is not None)]


def _values(write: Change, method: Method, read: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row's attributes, those with parts that are set made of what was read of them.

    Raises DataError where what was read is not all that the API has there.
    """
    ref = write.target.ref
    values: dict[str, Any] = {}
    for name in _wholes(write, method):
        column, left = ref.resource.columns[name], read[EXTRA]
        for step in (column.source or name).split("."):
            left = left.get(step) if isinstance(left, dict) else None
        if left is not None:
            kept = json.dumps(left, ensure_ascii=False)
            message = f"{ref.full_name}.{name} holds what its manifest does not know, {kept}, and would lose it when a part of it is set."
            raise DataError(f"{message} Set it as a whole.")
        values[name] = read[f"whole.{name}"]
    for number, (given, path) in enumerate(_assigned(write)):
        found, value = column_slot(method, given.name), read[f"s{number}"]
        if found is None or not path:
            values[given.name] = value
            continue
        spelt = part(ref, method, replace(found, path=path), sql=write.text, span=given.span)
        type_, where = method.body[found.name].type, f"{ref.full_name}.{found.name}"
        values[found.name] = with_part(values[found.name], spelt, value, type_, where)
    return values


def _twice(write: Change, keys: Mapping[str, Any]) -> UnsupportedSQLError:
    """The error for a row that is to be changed to two different things."""
    row = _said(keys)
    if write.source is None:
        message = f"The row with {row} was read twice, and SET gives it different values."
        return UnsupportedSQLError(
            message, sql=write.text, span=write.target.span, hint="It changed while it was read, or its keys are not all of it."
        )
    message = f"The row with {row} matches several rows of FROM, and SET gives it different values. Nothing was sent."
    return UnsupportedSQLError(
        message, sql=write.text, span=write.source, hint="Aggregate FROM, or say in WHERE which of its rows is meant."
    )


def _slot(method: Method, given: Given, path: tuple[str, ...]) -> Slot | None:
    """Where SET puts a value."""
    found = column_slot(method, given.name)
    return replace(found, path=path) if found is not None else None


def _constant_values(write: Change, method: Method, context: Context) -> dict[str, Any]:
    if isinstance(write, Delete):
        return {}
    pairs = zip(_assigned(write), write.assignments, strict=True)
    return {
        given.name: _value(write.text, assignment.value, _slot(method, given, path), method, context) for (given, path), assignment in pairs
    }


def returning(write: Write, ready: Ready, context: Context) -> Piece:
    """The SELECT over the answers, bound before anything is sent; what is waited for is bound with it."""
    waiting(write, ready.ref, (ready.name, ready.method), context)
    decoded = decode(ready.columns, ready.method.rows, ANSWERS)
    span = write.returning
    alias = quoted(ready.ref.name if isinstance(write, Exec) else write.target.alias)
    if span is None:
        piece = Piece(f"SELECT * FROM {decoded} AS {alias}", 0, write.text, Span(0, 0))
    else:
        piece = Piece.around("SELECT ", write.text, span, f"\n FROM {decoded} AS {alias}")
    try:
        context.engine.bind(piece.text, used(piece.text, context), {**context.frame, ANSWERS: page_source([])})
    except BindError as error:
        raise moved(error, write.text, piece.place(error.span)) from error
    return piece


@contextmanager
def _readable(write: Write) -> Iterator[None]:
    """While it lasts, an error about what the reading SELECT lacks becomes one about the write that needs it."""
    try:
        yield
    except MissingParameterError as error:
        if not isinstance(write, Change):
            raise
        ref, (name, method) = write.target.ref, _change_method(write)
        means = "WHERE does not say by itself which rows are meant" if write.where is not None else "All rows are meant"
        if wholes := _wholes(write, method):
            means = f"The API takes {wholes[0]} as a whole, and the parts of it that are not set are in the rows"
        reason = f"{means}, so they have to be read first, and cannot be."
        raise MissingParameterError(
            ref.full_name, error.candidates, example(ref, name, method), reason=reason, sql=write.text, span=write.target.span
        ) from error


@contextmanager
def _mapped(source: str, text: str, stretches: Sequence[tuple[int, Span]]) -> Iterator[None]:
    """While it lasts, an error's place in `text` becomes its place in `source`, through the stretches they share."""
    try:
        yield
    except (SQLError, PlanError) as error:
        pieces = [Piece(text, start, source, span) for start, span in stretches]
        places = [place for piece in pieces if (place := piece.place(error.span)) is not None]
        error.sql, error.span = source, places[0] if places else None
        raise
