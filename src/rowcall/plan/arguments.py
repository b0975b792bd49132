"""The arguments of a macro's call: which form of the macro takes them, and whether they mean in its body what they mean outside."""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from rowcall.errors import BindError, Span, UnsupportedSQLError
from rowcall.manifest.types import quoted
from rowcall.plan.definitions import Macro
from rowcall.plan.references import read
from rowcall.plan.splice import Edit, splice
from rowcall.sql.define import ASSIGNS
from rowcall.sql.tokens import Token


def bound(forms: Sequence[Macro], given: Sequence[Sequence[Token]]) -> tuple[Macro, dict[str, Span]]:
    """The form that takes the arguments, and where each stands, by the parameter's name in lower case; defaults are left out.

    `given` holds the tokens of each argument, by position or as `name := value`. Raises BindError where no form takes them, or two do.
    """
    named = {item[0].text.casefold(): item[2:] for item in given if len(item) > 2 and item[1].kind in ASSIGNS}
    positional = [item for item in given if not (len(item) > 2 and item[1].kind in ASSIGNS)]
    fitting = [form for form in forms if _takes(form, len(positional), named)]
    least = [form for form in fitting if len(form.parameters) == min(len(other.parameters) for other in fitting)]
    if len(least) != 1:
        what = "Two forms of the macro take" if least else "No form of the macro takes"
        shown = ", ".join(f"{form.name}({', '.join(map(_shown, [form] * len(form.parameters), form.parameters))})" for form in forms)
        unknown = "" if any(form.defaults for form in forms) else " Default values of a macro that rowcall did not make are not known."
        raise BindError(f"{what} these arguments.", hint=f"There is: {shown}.{unknown}")
    form = least[0]
    order = [name.casefold() for name in form.parameters]
    values = {**dict(zip(order, positional, strict=False)), **named}
    return form, {name: Span(item[0].start, item[-1].end) for name, item in values.items()}


def _shown(form: Macro, name: str) -> str:
    default = form.defaults.get(name.casefold())
    return name if default is None else f"{name} := {default}"


def _takes(form: Macro, count: int, named: dict[str, Sequence[Token]]) -> bool:
    """Whether so many arguments and these names give each parameter one value."""
    order = [name.casefold() for name in form.parameters]
    left = set(order[count:])
    return count <= len(order) and named.keys() <= left and left - named.keys() <= form.defaults.keys()


def hygienic(text: str, call: exp.Expr, macro: Macro) -> str:
    """The argument with the table's name before each bare column, so that none is taken for a column of what the macro reads.

    Raises UnsupportedSQLError where a name in it would mean something else in the macro's body.
    """
    argument = read(f"SELECT {text}")
    own = [column for column in argument.find_all(exp.Column) if column.find_ancestor(exp.Select) is argument and not _is_star(column)]
    inner = [table for table in argument.find_all(exp.Table) if table.name]
    if not own and not inner:
        return text
    body = read(macro.body if macro.is_table else f"SELECT {macro.body}")
    sources = {source.alias_or_name.casefold() for source in body.find_all(exp.Table, exp.Subquery)}
    ctes = {cte.alias.casefold() for cte in body.find_all(exp.CTE)}
    for name in [column.parts[0].name for column in own if len(column.parts) > 1]:
        _check(name, sources, macro)
    for table in inner:
        _check(table.parts[0].name, ctes, macro)
    bare = [column for column in own if len(column.parts) == 1]
    if not bare:
        return text
    source = _only_source(call)
    if source is None:
        name = bare[0].name
        raise UnsupportedSQLError(
            f"Which table {name} is of has to be said here.", hint=f"Write its name before it: {macro.name}(t.{name})."
        )
    _check(source, sources, macro)
    starts = [column.parts[0].meta["start"] - len("SELECT ") for column in bare]
    return splice(text, [Edit(start, start, f"{quoted(source)}.") for start in starts])


def _is_star(column: exp.Column) -> bool:
    return isinstance(column.this, exp.Star)


def _check(name: str, taken: set[str], macro: Macro) -> None:
    if name.casefold() in taken:
        message = f"{name} is a name within the macro {macro.name} too, and would be taken for that one."
        raise UnsupportedSQLError(message, hint="Give the table another alias.")


def _only_source(call: exp.Expr) -> str | None:
    """The name of the one other table of the SELECT that a call stands in; None where there are several, or it has no name."""
    select = call.find_ancestor(exp.Select)
    clause = select.args.get("from_") if select is not None else None
    if select is None or clause is None or select.args.get("laterals"):
        return None
    sources = [source for source in (clause.this, *(join.this for join in select.args.get("joins") or ())) if source is not call.parent]
    return sources[0].alias_or_name or None if len(sources) == 1 else None
