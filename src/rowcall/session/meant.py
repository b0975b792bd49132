"""Which rows UPDATE and DELETE mean, and what SET gives each: said by WHERE, or read first, with WHERE applied by DuckDB."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from rowcall.errors import (
    BindError,
    DataError,
    MissingParameterError,
    PlanError,
    Span,
    SQLError,
    UnsupportedSQLError,
)
from rowcall.manifest.bodies import Reason, misfits
from rowcall.manifest.model import Method, Scalar, Verb
from rowcall.manifest.types import literal, quoted, spelling
from rowcall.plan.analysis import Analysis
from rowcall.plan.keys import is_of_several, is_of_the_one, keys, limited, limits, names_rows
from rowcall.plan.meant import key_tuples, keys_only, narrows, where_says
from rowcall.plan.nodes import REST
from rowcall.plan.parameters import column_of_parameter
from rowcall.plan.writes import (
    PREFIX,
    Given,
    Slot,
    check,
    choose,
    column_slot,
    example,
    from_json,
    is_file,
    lacking,
    part,
    with_part,
)
from rowcall.session.execute import (
    Context,
    Piece,
    evaluator,
    missed,
    moved,
    prepare,
    reading,
    run_query,
    with_views,
)
from rowcall.session.texts import expression_cast, value_at
from rowcall.session.uploads import within_limit
from rowcall.sql.nodes import Change, Delete, Exec, Insert, Query, Update, Write


def change_method(write: Change, context: Context) -> tuple[str, Method]:
    """The method that changes what is assigned; its keys are known to come from WHERE."""
    ref, verb = write.target.ref, _verb(write)
    attributes = [given for given, _ in assigned(write)]
    methods = [pair for pair in ref.resource.methods.items() if pair[1].verb is verb]
    taking = [pair for pair in methods if all(column_slot(pair[1], given.name) for given in attributes)] or methods
    known = next(iter(taking), None)
    if any(set(keys(one)) != set(keys(taking[0][1])) or limits(ref, one) for _, one in taking):
        known = _supplied(write, taking, context)
    if known is not None and known not in taking:
        name, method = known
    else:
        named = map(Given, keys(known[1])) if known is not None else ()
        name, method = choose(ref, verb, [*named, *attributes], sql=write.text, span=write.target.span)
    slots = []
    for given, path in assigned(write):
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


def _verb(write: Change) -> Verb:
    return Verb.UPDATE if isinstance(write, Update) else Verb.DELETE


def _supplied(write: Change, methods: Sequence[tuple[str, Method]], context: Context) -> tuple[str, Method]:
    """Of methods with keys of their own, the first that is about what WHERE says, as constants, and nothing else.

    What limits it then is among its keys. Else it is one that names a row, with the fewest keys that are neither in WHERE nor columns, and
    the most that are in WHERE.
    """
    text, stretches = _with_rows(write, "SELECT 1")
    context = _changing(write, context)
    with _mapped(write.text, text, stretches):
        analysis = with_views(text, context, lambda text: _analysed(text, write, context))
    named, exactly = where_says(analysis)
    ref, attributes = write.target.ref, [given for given, _ in assigned(write)]

    def lacks(method: Method) -> int:
        return len({column_of_parameter(method, key) for key in keys(method)} - named - ref.resource.columns.keys())

    # Rows that can be read are changed one by one, which needs no trust in what the API takes an optional parameter for.
    is_readable = any(one.verb is Verb.SELECT for one in ref.resource.methods.values())
    can_read = is_readable and any(names_rows(ref, one) and not lacks(one) for _, one in methods)

    def said(method: Method) -> Method | None:
        found = limited(ref, method, exactly) if exactly is not None and write.source is None else None
        if found is None or lacking(found, [*map(Given, keys(found)), *attributes]):
            return None
        return None if found is not method and can_read else found

    def rank(pair: tuple[str, Method]) -> tuple[bool, bool, bool, int, int, int]:
        method, found = pair[1], said(pair[1])
        own = frozenset(column_of_parameter(method, key) for key in keys(method))
        return found is None, found is not method, not names_rows(ref, method), lacks(method), -len(own & named), len(own)

    name, method = min(methods, key=rank)
    return name, said(method) or method


def assigned(write: Change) -> list[tuple[Given, tuple[str, ...]]]:
    """What SET names, without the alias: an attribute, and the path of a part of it, empty for all of it."""
    found = []
    for assignment in write.assignments if isinstance(write, Update) else ():
        path = assignment.path
        if len(path) > 1 and path[0].casefold() == write.target.alias.casefold():
            path = path[1:]
        found.append((Given(path[0], assignment.path_span), path[1:]))
    return found


def place(write: Write, name: str) -> Span:
    """Where a write says what is called `name`: it, the least that it is a part of, or the first of its parts; else what it is about."""
    match write:
        case Exec():
            named, otherwise = {argument: value for argument, _, value in write.arguments}, write.method_span
        case Insert():
            named, otherwise = dict(write.columns), write.target.span
        case Update():
            pairs = zip(assigned(write), write.assignments, strict=True)
            named, otherwise = {".".join((given.name, *path)): value.value for (given, path), value in pairs}, write.target.span
        case _:
            named, otherwise = {}, write.target.span
    if name in named:
        return named[name]
    folded = {key.casefold().removeprefix(PREFIX): span for key, span in named.items()}
    name = name.casefold().removeprefix(PREFIX)
    around = [key for key in folded if _is_within(name, key)]
    within = [key for key in folded if _is_within(key, name)]
    return folded[max(around, key=len)] if around else folded[within[0]] if within else otherwise


def _is_within(path: str, whole: str) -> bool:
    return path.startswith(whole) and path[len(whole) : len(whole) + 1] in {"", ".", "["}


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


def meant(write: Change, method: Method, context: Context) -> tuple[Analysis, list[dict[str, Any]] | None]:
    """The SELECT of the rows that WHERE selects, and their keys when WHERE alone says them. DuckDB has bound it.

    Raises UnsupportedSQLError where WHERE says nothing of them, unless the session allows that or there is but one.
    """
    context = _changing(write, context)
    may_be_full = context.allow_full_writes or is_of_the_one(write.target.ref, method)
    if write.where is None and not may_be_full:
        raise _full(write, f"{type(write).__name__.upper()} without WHERE would change every row of {write.target.ref.full_name}.")
    text, stretches = _selecting(write, method)
    with _mapped(write.text, text, stretches):
        analysis, found = with_views(text, context, lambda text: _meant_by(text, write, method, context))
    if write.where is not None and is_of_several(write.target.ref, method):
        if found is None:
            raise _at_once(write, method, where_says(analysis)[1])
        _refuse_empty(write, found, context)
    _refuse_several(write, context)
    if not may_be_full and not narrows(analysis):
        raise _full(write, f"WHERE says nothing of a column of {write.target.alias}: all of its rows are meant, or none.")
    return analysis, found


def _at_once(write: Change, method: Method, exactly: Collection[str] | None) -> UnsupportedSQLError:
    """The error for a change of some rows where the API changes all that have something in common; `exactly` is as `where_says` has it."""
    says, ref = " AND ".join(f"{name} = …" for name in keys(method)), write.target.ref
    is_set = write.source is None and says and exactly == {column_of_parameter(method, key) for key in keys(method)}
    fault, hint = "WHERE means some", f"Say that alone, where all of these rows are meant: WHERE {says}" if says else _together(write)
    if is_set and isinstance(write, Update):
        fault, hint = "SET gives each a value of its own", "Set what does not depend on the row."
    elif is_set:
        fault, hint = (
            "WHERE has no such values",
            "Each value is one of its parameter's type, and of several parameters the last alone may have several.",
        )
    return UnsupportedSQLError(
        f"The API changes every row of {ref.full_name}{f' with {says}' if says else ''} at once, and {fault}.",
        sql=write.text,
        span=write.where,
        hint=hint,
    )


def _refuse_empty(write: Change, found: Sequence[Mapping[str, Any]], context: Context) -> None:
    """Raises UnsupportedSQLError where the rows are to have an empty text in common, which many an API takes for nothing said: all rows."""
    empty = next((key for row in found for key, value in row.items() if value == ""), None)
    if empty is None or context.allow_full_writes:
        return
    raise UnsupportedSQLError(
        f"{empty} is empty, and the API may take that for every row of {write.target.ref.full_name}.",
        sql=write.text,
        span=write.where,
        hint="Name the rows by their keys, or allow it: SET rowcall_allow_full_writes = true.",
    )


def _together(write: Change) -> str:
    """How the rows are meant that the API changes at once, where WHERE has to say nothing else; "" where it changes none so."""
    ref, hints = write.target.ref, []
    for name, method in ref.resource.methods.items():
        if method.verb is not _verb(write) or not is_of_several(ref, method):
            continue
        if shared := keys(method) or limits(ref, method):
            named = (" AND " if keys(method) else " or ").join(f"{key} = …" for key in shared)
            hints.append(f"WHERE {named} alone means all rows that have it in common ({name}).")
        elif method.parameters:
            given = ", ".join(f"@{key} = …" for key in method.parameters)
            hints.append(f"EXEC {ref.full_name}.{name} {given} means all rows that have that in common.")
    return " ".join(hints)


def _full(write: Change, message: str) -> UnsupportedSQLError:
    """The error for a write that is not limited to some rows."""
    hint = "Say in WHERE which rows are meant, or allow it: SET rowcall_allow_full_writes = true."
    return UnsupportedSQLError(message, sql=write.text, span=write.where or write.target.span, hint=hint)


def _meant_by(text: str, write: Change, method: Method, context: Context) -> tuple[Analysis, list[dict[str, Any]] | None]:
    analysis, ref = _analysed(text, write, context), write.target.ref
    alone = is_of_the_one(ref, method) or (write.where is None and not keys(method) and is_of_several(ref, method))
    if write.source is not None or not keys_only(analysis, method, alone=alone):
        return analysis, None
    return analysis, [{}] if alone else key_tuples(analysis, method, evaluator(context, {}))


def _changing(write: Change, context: Context) -> Context:
    """The same context where the keys of the write can be named in WHERE, also those that no SELECT takes."""
    return replace(context, names=replace(context.names, changed=write.target.ref))


def _analysed(text: str, write: Change, context: Context) -> Analysis:
    try:
        analysis = prepare(text, context)
    except BindError as error:
        error.hint = _to_call(write, missed(error.message)) or error.hint
        raise
    if analysis is None:  # the name was found when the statement was parsed
        raise PlanError(f"{write.target.ref.full_name} cannot be read here.")
    return analysis


def _to_call(write: Change, names: Collection[str]) -> str | None:
    """What to write where WHERE names a parameter of a method that says nothing of rows, as one to force it; None where it names none."""
    ref = write.target.ref
    for method_name, method in ref.resource.methods.items():
        found = next((name for name in method.optional() if name.casefold() in names), None)
        if method.verb is _verb(write) and found is not None:
            given = ", ".join(f"@{name} = …" for name in [*method.required(), found])
            return f"{found} is a parameter of {method_name}, and no column of the rows: EXEC {ref.full_name}.{method_name} {given}"
    return None


def watched(write: Change) -> list[str]:
    """The columns that tell whether a row that a write means is as it was: those that it changes, and the version where there is one."""
    resource = write.target.ref.resource
    if isinstance(write, Delete):
        return [*resource.columns]
    changed = changed_columns(write)
    return [name for name in resource.columns if name in changed or name == resource.version]


def changed_columns(write: Update) -> list[str]:
    """The columns that SET changes, as far as what it sets is a column."""
    named = {given.name.casefold().removeprefix(PREFIX) for given, _ in assigned(write)}
    return [name for name in write.target.ref.resource.columns if name.casefold() in named]


def _selecting(
    write: Change,
    method: Method,
    before: Sequence[str] = (),
    casts_: Mapping[int, str] = MappingProxyType({}),
    files: Sequence[int] = (),
) -> tuple[str, list[tuple[int, Span]]]:
    """A SELECT of the keys and the assigned values of the rows that WHERE selects, and where the user's stretches stand in it.

    With `before`, of the values of these columns too. `casts_` are the types that assigned values are cast to, by their numbers; those
    of `files` are columns of their own, the last.
    """
    target = write.target
    alias = quoted(target.alias)
    # A column that equals a key is there also where no SELECT takes the key.
    named = {key: column_of_parameter(method, key) for key in keys(method)}
    named = {key: column if column in target.ref.resource.columns else key for key, column in named.items()}
    packed = ", ".join(f"{quoted(key)} := {alias}.{quoted(column)}" for key, column in named.items())
    own = f"to_json(struct_pack({packed}))" if packed else "'{}'"
    text = f"SELECT {own}, to_json(struct_pack(nothing := NULL"
    stretches: list[tuple[int, Span]] = []
    assignments = write.assignments if isinstance(write, Update) else ()
    for number, assignment in enumerate(assignments):
        if number in files:
            continue
        text += f", s{number} := {'CAST(' if number in casts_ else ''}("
        stretches.append((len(text), assignment.value))
        text += write.text[assignment.value.start : assignment.value.end] + "\n)" + (f" AS {casts_[number]})" if number in casts_ else "")
    for name in wholes(write, method):
        path = "".join(f".{json.dumps(step)}" for step in (target.ref.resource.columns[name].source or name).split("."))
        text += f", {quoted(f'whole.{name}')} := {alias}.{quoted(name)}"
        text += f", {quoted(f'rest.{name}')} := ({alias}.{quoted(REST)} -> {literal(f'${path}')})"
    columns = ", ".join(f"{quoted(name)} := {alias}.{quoted(name)}" for name in before)
    text += f")) AS given{f', to_json(struct_pack({columns}))' if before else ''}"
    for number in files:
        text += ", ("
        stretches.append((len(text), assignments[number].value))
        text += f"{write.text[assignments[number].value.start : assignments[number].value.end]}\n) AS s{number}"
    text, others = _with_rows(write, text)
    return text, [*stretches, *others]


def _with_rows(write: Change, text: str) -> tuple[str, list[tuple[int, Span]]]:
    """A SELECT with FROM and WHERE of the rows that are meant, and where the user's stretches stand in these."""
    stretches = []
    for before, stretch, after in _from(write):
        text += before
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
    rows, _ = _with_rows(write, "")
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


def read_rows(write: Change, method: Method, context: Context) -> list[tuple[dict[str, Any], dict[str, Any], dict[str, Any] | None]]:
    """The keys of the rows that WHERE selects, each with the values assigned to it, and those before where they are asked for."""
    files = [number for number, (given, path) in enumerate(assigned(write)) if is_file(method, _slot(method, given, path))]
    asked = watched(write) if context.tells_before else changed_columns(write) if context.dry_run and isinstance(write, Update) else ()
    text, stretches = _selecting(write, method, asked, _assigned_casts(write, method, context), files)
    with readable(write, context), _mapped(write.text, text, stretches):
        relation, _ = run_query(Query(text), reading(_changing(write, context)))
    span = write.assignments[files[0]].value if isinstance(write, Update) and files else write.target.span
    fetched = within_limit(relation, write.target.ref, context, sql=write.text, span=span) if files else context.engine.fetched(relation)
    rows: dict[str, dict[str, Any]] = {}
    were: dict[str, dict[str, Any] | None] = {}
    for own, text, *before in fetched:
        values = from_json(text)
        for number in reversed(files):
            values[f"s{number}"] = before.pop()
        were[own] = json.loads(before[0]) if before else None
        # A row that the API lists twice, as when its pages shift while they are read, is changed once.
        if rows.setdefault(own, values) != values:
            raise _twice(write, json.loads(own))
    found = []
    for own, values in rows.items():
        try:
            found.append((json.loads(own), _values(write, method, values), were[own]))
        except DataError as error:
            message = f"{error.message} It is the row with {_said(json.loads(own))}; nothing was sent."
            raise DataError(message, sql=write.text, span=place(write, error.given)) from error
    return found


def _assigned_casts(write: Change, method: Method, context: Context) -> dict[int, str]:
    """What assigned values are cast to, by their numbers, where numbers in them are for texts."""
    source = f"FROM {write.target.ref.full_name} AS {quoted(write.target.alias)}"
    if write.source is not None:
        source += f", {write.text[write.source.start : write.source.end]}\n"
    found = {}
    for number, ((given, path), assignment) in enumerate(zip(assigned(write), getattr(write, "assignments", ()), strict=True)):
        expression = write.text[assignment.value.start : assignment.value.end]
        cast = expression_cast(expression, _slot(method, given, path), method, context, source)
        if cast is not None:
            found[number] = cast
    return found


def _said(keys: Mapping[str, Any]) -> str:
    """Which row some keys name."""
    return ", ".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items())


def wholes(write: Change, method: Method) -> list[str]:
    """The attributes of which SET names parts, so that the rest of them has to be read."""
    slots = (column_slot(method, given.name) for given, path in assigned(write) if path)
    return [*dict.fromkeys(found.name for found in slots if found is not None)]


def _values(write: Change, method: Method, read: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row's attributes, those with parts that are set made of what was read of them.

    Raises DataError where what was read is not all that the API has there.
    """
    ref = write.target.ref
    values: dict[str, Any] = {}
    for name in wholes(write, method):
        left, where = read[f"rest.{name}"], f"{ref.full_name}.{name}"
        values[name] = _merged(read[f"whole.{name}"], left)
        if any(misfit.reason is Reason.UNKNOWN for misfit in misfits(values[name], method.body[name], where)):
            kept = json.dumps(left, ensure_ascii=False)
            message = f"{where} holds what its manifest does not know, {kept}, and would lose it when a part of it is set."
            raise DataError(f"{message} Set it as a whole.")
    for number, (given, path) in enumerate(assigned(write)):
        found, value = column_slot(method, given.name), read[f"s{number}"]
        if found is None or not path:
            values[given.name] = value
            continue
        spelt = part(ref, method, replace(found, path=path), sql=write.text, span=given.span)
        where = f"{ref.full_name}.{found.name}"
        try:
            values[found.name] = with_part(values[found.name], spelt, value, method.body[found.name], where)
        except DataError as error:
            error.given = ".".join((given.name, *path))
            raise
    return values


def _merged(known: Any, left: Any) -> Any:
    """A value with what its type has no place for, as it was read; `left` is None where there is nothing of the kind."""
    if isinstance(known, dict) and isinstance(left, dict):
        return {**known, **{key: _merged(known.get(key), inner) for key, inner in left.items()}}
    if isinstance(known, list) and isinstance(left, list):
        return [_merged(*pair) for pair in zip(known, left, strict=True)]
    return known if left is None else left


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


def constant_values(write: Change, method: Method, context: Context) -> dict[str, Any]:
    if isinstance(write, Delete):
        return {}
    pairs = zip(assigned(write), write.assignments, strict=True)
    return {
        given.name: value_at(write.text, assignment.value, _slot(method, given, path), (write.target.ref, method), context)
        for (given, path), assignment in pairs
    }


@contextmanager
def readable(write: Write, context: Context) -> Iterator[None]:
    """While it lasts, an error about what the reading SELECT lacks becomes one about the write that needs it."""
    try:
        yield
    except PlanError as error:
        if not isinstance(write, Change):
            raise
        if type(error) not in {PlanError, MissingParameterError}:
            raise
        ref, (name, method) = write.target.ref, change_method(write, context)
        if not isinstance(error, MissingParameterError):
            alone = f"Name the rows by their keys and nothing else, as in {example(ref, name, method)}" if keys(method) else error.hint
            error.hint = "\n".join(filter(None, [alone, _together(write)]))
            if error.sql != write.text or error.span is None:  # a place in the SELECT of the rows says nothing to the user
                error.sql, error.span = write.text, write.where or write.target.span
            raise
        means = "WHERE does not say by itself which rows are meant" if write.where is not None else "All rows are meant"
        if found := wholes(write, method):
            means = f"The API takes {found[0]} as a whole, and the parts of it that are not set are in the rows"
        reason = f"{means}, so they have to be read first, and cannot be. {error.reason}".strip()
        lacking = MissingParameterError(
            ref.full_name, error.candidates, example(ref, name, method), reason=reason, sql=write.text, span=write.target.span
        )
        lacking.hint = "\n".join(filter(None, [lacking.hint, _together(write)]))
        raise lacking from error


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
