"""The values of `?`, `$1` and `$name`, matched to the statements that name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rowcall.errors import GIVE_VALUES, Span, UnsupportedSQLError, UsageError

if TYPE_CHECKING:
    from rowcall.sql.statements import Statement

Parameters = Sequence[Any] | Mapping[str, Any] | None


def named(params: Parameters) -> dict[str, Any]:
    """Parameters by name: those of a list are `1`, `2`, …. Raises UsageError for anything else."""
    if params is None:
        return {}
    if isinstance(params, Mapping):
        return {str(name): value for name, value in params.items()}
    if isinstance(params, (str, bytes)) or not isinstance(params, Sequence):
        raise UsageError("params is a list of values, or a dictionary of values by name.")
    return {str(number): value for number, value in enumerate(params, 1)}


def shared(statements: Sequence[Statement], params: Parameters) -> list[tuple[Statement, dict[str, Any]]]:
    """Each statement with the parameters that it names; those of `?` are taken in turn over all statements.

    Raises UnsupportedSQLError when one is missing, UsageError when one is left over or one statement has both kinds.
    """
    from rowcall.sql.statements import parameters

    given = named(params)
    used: set[str] = set()
    before = 0
    found = []
    for statement in statements:
        own: dict[str, Any] = {}
        # Those of PREPARE are EXECUTE's.
        names = parameters(statement.tokens) if statement.tokens[0].word != "PREPARE" else []
        if len({token.text.isdigit() for token in names}) > 1:
            raise UsageError("Parameters are either all named ($name) or all positional ($1, ?).")
        for token in names:
            number = before + int(token.text) if statement.positional and token.text.isdigit() else None
            key = str(number) if number is not None else _spelt(token.text, given)
            if key not in given:
                span = Span(token.start - 1, token.end)
                what = f"? number {number}" if number is not None else f"${token.text}"
                raise UnsupportedSQLError(f"The parameter {what} has no value.", sql=statement.text, span=span, hint=GIVE_VALUES)
            own[token.text] = given[key]
            used.add(key)
        before += statement.positional
        found.append((statement, own))
    left = [name for name in given if name not in used]
    if left:
        raise UsageError(f"The statement has no parameter {', '.join('$' + name for name in left)}.")
    return found


def _spelt(name: str, given: Mapping[str, Any]) -> str:
    """The name as it was given: DuckDB's parameters ignore case."""
    return next((known for known in given if known.casefold() == name.casefold()), name)
