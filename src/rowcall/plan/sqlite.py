"""What SQLite means by an expression, said in DuckDB's SQL, where the translation of sqlglot says something else.

A value out of JSON has no type in SQL: here it is a text, and a number where it is compared or computed with one. What SQLite does not tell
apart from its neighbours, as a text that is no number, is NULL here, and what cannot be said stays as it is, for DuckDB to complain of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from sqlglot import exp

_MODIFIER = re.compile(r"([+-]?\d+(?:\.\d+)?) (second|minute|hour|day|month|year)s?", re.IGNORECASE)
_STARTS = {"start of day": "day", "start of month": "month", "start of year": "year"}
_COMPUTED = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod, exp.Neg, exp.Abs, exp.Round, exp.Sum, exp.Avg)
_COMPARED = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Between)
_ITEMS = frozenset({"json_each", "json_tree"})


def as_duckdb(tree: exp.Expr) -> exp.Expr:
    """A query that was read as SQLite, in what DuckDB means by the same."""
    for select in list(tree.find_all(exp.Select)):
        _items(select)
    # From the inside out, so that what is made of a part is what is looked at around it.
    for node in reversed(list(tree.walk())):
        made = _made(node)
        if made is not None:
            node.replace(made)
    return tree


def _made(node: exp.Expr) -> exp.Expr | None:
    """What stands in the place of an expression; None where that is itself."""
    for kinds, change in _CHANGES:
        if isinstance(node, kinds):
            change(node)
    make = _MADE.get(type(node))
    return make(node) if make is not None else None


def _is_json(node: exp.Expr | None) -> bool:
    return isinstance(node.unnest() if node is not None else None, exp.JSONExtractScalar)


def _is_number(node: exp.Expr | None) -> bool:
    found = node.unnest() if node is not None else None
    found = found.this if isinstance(found, exp.Neg) else found
    return isinstance(found, exp.Literal) and not found.is_string


def _number(node: exp.Expr) -> exp.Expr:
    """A value out of JSON as the number that it is, or that SQLite has for true and false."""
    return _sql("CASE WHEN :x = 'true' THEN 1 WHEN :x = 'false' THEN 0 ELSE TRY_CAST(:x AS DOUBLE) END", x=node.unnest())


def _computed(node: exp.Expr) -> None:
    for part in [one for one in node.iter_expressions() if _is_json(one)]:
        part.replace(_number(part))


def _compared(node: exp.Expr) -> None:
    """Texts are compared as texts, and what is compared with a number as a number."""
    parts = list(node.iter_expressions())
    if any(map(_is_number, parts)):
        _computed(node)


def _mixed(node: exp.Expr) -> None:
    """What may be a value out of JSON or a number is a text in any case."""
    cases = node.args.get("ifs") or []
    if isinstance(node, exp.Case) and _is_json(node.this) and any(_is_number(one.this) for one in cases):
        node.this.replace(_number(node.this))
    if isinstance(node, exp.Coalesce):
        results = list(node.iter_expressions())
    else:
        results = [one.args["true"] for one in cases or [node]] + [node.args.get("default") or node.args.get("false")]
    if any(map(_is_json, results)):
        for one in filter(_is_number, results):
            one.replace(exp.Literal.string(one.sql()))


def _cast(node: exp.Expr) -> exp.Expr | None:
    """A number that a text begins with; NULL, and not 0, where it begins with none."""
    if not isinstance(node, exp.Cast) or node.to.is_type(exp.DataType.Type.JSON):
        return None
    if node.to.is_type(*exp.DataType.INTEGER_TYPES):
        return _sql("TRY_CAST(nullif(regexp_extract(CAST(:x AS VARCHAR), '^\\s*[-+]?[0-9]+'), '') AS BIGINT)", x=node.this)
    if node.to.is_type(*exp.DataType.NUMERIC_TYPES):
        return _sql(f"TRY_CAST(nullif(regexp_extract(CAST(:x AS VARCHAR), '{_NUMBER}'), '') AS DOUBLE)", x=node.this)
    return exp.TryCast(this=node.this, to=node.to)


_NUMBER = r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?"


def _json_type(node: exp.Expr) -> exp.Expr:
    """What SQLite calls it."""
    nodes = {"x": node.this, "y": node.expression or exp.Literal.string("$")}
    return _sql(
        "CASE json_type(:x, :y) WHEN 'VARCHAR' THEN 'text' WHEN 'DOUBLE' THEN 'real' WHEN 'BOOLEAN' THEN :x ->> :y "
        "WHEN 'BIGINT' THEN 'integer' WHEN 'UBIGINT' THEN 'integer' WHEN 'HUGEINT' THEN 'integer' ELSE lower(json_type(:x, :y)) END",
        **nodes,
    )


def _typeof(node: exp.Expr) -> exp.Expr:
    """One of the types that SQLite has; of a value out of JSON, a text."""
    return _sql(
        "CASE WHEN :x IS NULL THEN 'null' WHEN typeof(:x) LIKE '%INT%' OR typeof(:x) = 'BOOLEAN' THEN 'integer' "
        "WHEN typeof(:x) IN ('DOUBLE', 'FLOAT') OR typeof(:x) LIKE 'DECIMAL%' THEN 'real' "
        "WHEN typeof(:x) = 'BLOB' THEN 'blob' ELSE 'text' END",
        x=node.this,
    )


def _div(node: exp.Expr) -> exp.Expr:
    """Of two whole numbers, the whole part."""
    nodes = {"x": node.left, "y": _sql("nullif(:y, 0)", y=node.right)} if isinstance(node, exp.Div) else {}
    return _sql("CASE WHEN typeof(:x) LIKE '%INT%' AND typeof(:y) LIKE '%INT%' THEN :x // :y ELSE :x / :y END", **nodes)


def _called(node: exp.Expr) -> exp.Expr | None:
    """The call of a function that DuckDB has under another name, or not at all."""
    call = _CALLS.get(node.name.lower())
    return call(node.expressions) if call is not None else None


def _strftime_of(node: exp.Expr) -> exp.Expr | None:
    time = node.this.this if isinstance(node.this, exp.TsOrDsToTimestamp) else node.this
    return _strftime([node.args["format"], time])


def _time(arguments: Sequence[exp.Expr]) -> exp.Expr | None:
    """A time with what is said to be added to it, in UTC; None where something else is said."""
    first, *modifiers = arguments or [exp.Literal.string("now")]
    words = [one.this.strip().lower() if isinstance(one, exp.Literal) and one.is_string else "?" for one in modifiers]
    if words[:1] == ["unixepoch"]:
        words, found = words[1:], _sql("make_timestamp(CAST(TRY_CAST(:x AS DOUBLE) * 1000000 AS BIGINT))", x=first)
    elif isinstance(first, exp.Literal) and first.this.lower() == "now":
        found = _sql("make_timestamp(epoch_us(now()))")
    else:
        found = _sql("TRY_CAST(CAST(:x AS VARCHAR) AS TIMESTAMP)", x=first)
    for word in words:
        if word in {"utc", "subsec"}:
            continue
        added = _MODIFIER.fullmatch(word)
        if word in _STARTS:
            found = _sql("date_trunc(:y, :x)", x=found, y=exp.Literal.string(_STARTS[word]))
        elif added is not None:
            found = _sql("(:x + CAST(:y AS INTERVAL))", x=found, y=exp.Literal.string(f"{added[1].lstrip('+')} {added[2]}"))
        else:
            return None
    return found


def _written(form: str) -> Callable[[Sequence[exp.Expr]], exp.Expr | None]:
    return lambda arguments: _strftime([exp.Literal.string(form), *(arguments or [exp.Literal.string("now")])])


def _strftime(arguments: Sequence[exp.Expr]) -> exp.Expr | None:
    form, *rest = arguments
    time = _time(rest)
    if time is None or not isinstance(form, exp.Literal):
        return None
    if form.this == "%s":
        return _sql("CAST(CAST(floor(epoch(:x)) AS BIGINT) AS VARCHAR)", x=time)
    return _sql("strftime(:x, :y)", x=time, y=exp.Literal.string(form.this.replace("%f", "%S.%g")))


def _of_time(template: str) -> Callable[[Sequence[exp.Expr]], exp.Expr | None]:
    return lambda arguments: None if (time := _time(arguments)) is None else _sql(template, x=time)


_CALLS: dict[str, Callable[[Sequence[exp.Expr]], exp.Expr | None]] = {
    "datetime": _written("%Y-%m-%d %H:%M:%S"),
    "date": _written("%Y-%m-%d"),
    "time": _written("%H:%M:%S"),
    "strftime": _strftime,
    "julianday": _of_time("(epoch(:x) / 86400.0 + 2440587.5)"),
    "unixepoch": _of_time("CAST(floor(epoch(:x)) AS BIGINT)"),
    "total": lambda arguments: _sql("coalesce(sum(:x), 0.0)", x=arguments[0]),
    "json_equal": lambda arguments: _sql("(CAST(:x AS JSON) = CAST(:y AS JSON))", x=arguments[0], y=arguments[1]),
}


_MADE: dict[type[exp.Expr], Callable[[exp.Expr], exp.Expr | None]] = {
    exp.Like: lambda node: exp.ILike(**node.args),
    exp.JSONArrayAgg: lambda node: exp.Anonymous(this="json_group_array", expressions=[node.this]),
    exp.Format: lambda node: exp.Anonymous(this="printf", expressions=[node.this, *node.expressions]),
    exp.RegexpSubstr: lambda node: _sql("nullif(regexp_extract(:x, :y), '')", x=node.this, y=node.expression),
    exp.Cast: _cast,
    exp.JSONType: _json_type,
    exp.Typeof: _typeof,
    exp.Div: _div,
    exp.Date: lambda node: _CALLS["date"]([node.this, *node.expressions]),
    exp.TimeToStr: _strftime_of,
    exp.Anonymous: _called,
}
_CHANGES: tuple[tuple[tuple[type[exp.Expr], ...], Callable[[exp.Expr], None]], ...] = (
    (_COMPUTED, _computed),
    (_COMPARED, _compared),
    ((exp.Coalesce, exp.Case, exp.If), _mixed),
)


def _items(select: exp.Select) -> None:
    """Makes the values of what json_each gives texts, as a value out of JSON is one everywhere."""
    sources = [select.args.get("from_"), *(select.args.get("joins") or [])]
    tables = [source.this for source in sources if source is not None and isinstance(source.this, exp.Table)]
    items = [table for table in tables if isinstance(table.this, exp.Anonymous) and table.this.name.lower() in _ITEMS]
    names = {(table.alias or table.this.name).casefold() for table in items}
    for table in items:  # what may be a list or an object of DuckDB's
        first = table.this.expressions[0]
        first.replace(_sql("CAST(:x AS JSON)", x=first))
    for column in list(select.find_all(exp.Column)) if items else ():
        is_theirs = column.table.casefold() in names or (not column.table and column.find_ancestor(exp.Select) is select)
        if column.name.casefold() not in {"value", "atom"} or not is_theirs:
            continue
        text = _sql("(:x ->> '$')", x=column)
        is_shown = column.parent is select and column.arg_key == "expressions"
        column.replace(exp.alias_(text, column.name) if is_shown else text)


def _sql(template: str, **nodes: exp.Expr) -> exp.Expr:
    """An expression of DuckDB's with others in it, where their names stand."""
    tree: exp.Expr = exp.maybe_parse(template, dialect="duckdb")
    for place in list(tree.find_all(exp.Placeholder)):
        place.replace(exp.paren(nodes[place.name].copy()) if isinstance(nodes[place.name], exp.Binary) else nodes[place.name].copy())
    return tree
