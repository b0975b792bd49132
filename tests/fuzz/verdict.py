"""What is right and what is wrong about rowcall's answer to a statement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
from tests.fuzz.arena import Answer, Arena, folds, same
from tests.fuzz.tree import Option, Pred, Select, Source, Statement, selects

UNREADABLE = "This statement mentions an API, and cannot be read"
CLASSES = {
    "a hidden column that would show": "which is a parameter of the API and no column of SELECT",
    "a FULL JOIN": "A FULL JOIN keeps the rows of both sides",
    "a LEFT JOIN's left side": "A LEFT JOIN keeps the rows of its left side|An ASOF LEFT JOIN keeps the rows of its left side",
    "a RIGHT JOIN's right side": "A RIGHT JOIN keeps the rows of its right side",
    "an ANTI JOIN": "An ANTI JOIN keeps what has no match",
    "NOT IN": "NOT IN depends on every row of its sub-select",
    "a POSITIONAL JOIN": "A POSITIONAL JOIN pairs all rows",
    "SAMPLE": "SAMPLE picks from all rows",
    "another type": "DuckDB would compare them as another type",
    "a collation": "compares under a collation",
    "NULL for a value": "means rows without a value",
    "recursion": "A condition outside a recursive query",
    "a recursive query's own rows": "What a recursive query reads of its own rows",
    "a query with LIMIT": "A condition outside a query with LIMIT",
    "a query with a window": "A condition outside a query with a window function",
    "a query with QUALIFY": "A condition outside a query with QUALIFY",
    "a query with DISTINCT ON": "A condition outside a query with DISTINCT ON",
    "a query with SAMPLE": "A condition outside a query with SAMPLE",
    "a query with GROUPING SETS": "A condition outside a query with GROUPING SETS",
    "a condition in HAVING or QUALIFY": "A condition in (HAVING|QUALIFY) is applied to what is made of all rows",
    "a query with PIVOT": "A condition outside a query with PIVOT",
    "UNION BY NAME and others": "A condition outside a query with UNION BY NAME beside UNION",
    "rows that could differ each time": "could give other rows each time",
    "outside a SELECT": "It stands outside a SELECT",
    "a reference that has no values itself": "could give its values, and cannot be read itself without more",
    "an expression in a sub-query": "is an expression inside the sub-query",
    "a condition on an expression": "A condition on an expression of a column does not say",
    "a list in a row": "A list that stands in the rows of a table",
    "a list that NULLs of an outer join are in": "An outer join may fill some of a list with NULLs",
    "a list of several types": "What stands in one IN is compared as one type",
    "a list of a sub-select": "A list that a sub-select makes",
    "a text after IN": "What stands after IN is no list",
    "one side of OR": "Not every side of OR says which values are meant",
    "NOT or <>": "A condition with NOT or <> says what a value is not",
    "a comparison": "A comparison or a pattern does not say which values",
    "a function that moves": "A function that gives another value each time",
    "a parameter without a value of its own": r"of the API and ha(s|ve) no value of (its|their) own here",
    "an empty value in a path": "cannot stand in the path",
    "a NATURAL JOIN on a hidden column": "A NATURAL JOIN would pair rows",
    "SQL that sqlglot cannot read": UNREADABLE,
    "a column of the same row": "is compared with a column of the same row",
    "what is about the NULLs of an outer join": "Where .* has no row an outer join puts NULLs",
    "what an ASOF JOIN picks": "An ASOF JOIN picks the nearest row",
    "FILTER": "FILTER picks of the rows",
    "a column that nothing is said of": "Nothing here says which",
    "no value anywhere": r"cannot be called without more values:(\n  \w+ needs [^\n]*)+(\nThe API has no list of them[^\n]*)?$",
}  # fmt: skip
"""Why a statement may be refused, and how its message says so; the first that fits counts."""
UNCLASSIFIED = "unclassified"
CONVERSION = re.compile(r"Conversion Error|Out of Range Error|Could not convert|Could not cast|[Cc]ast")
BROKEN = "INTERNAL Error"
"""What DuckDB says where it breaks, as the optimizer of 2.0 does on some joins with a list and a scalar sub-query in ON."""
UNBOUND = re.compile(r"INTERNAL Error: Failed to bind column reference .*: inequal types" if duckdb.__version__.startswith("1.") else "$^")
"""What DuckDB 1.5 says, with its optimizer and without, of some joins of Arrow tables behind a comma; over tables it answers them."""
UNPLANNED = re.compile(r"Not implemented Error: Unsupported join type for flattening correlated subquery")
"""What DuckDB 1.5 cannot plan, and says: it answers over tables only where their statistics let it leave the sub-query out."""
UNSAMPLED = re.compile(r"Binder Error: Sampling in correlated subqueries is not")
"""What it says of data frames, as of a WITH, and not of tables."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a statement."""

    kind: str
    """`equal`, `refused`, `timid` (refused and should not be), `failed`, `invalid` or `wrong`."""
    detail: str = ""
    """The class of a refusal, or what is wrong."""
    requests: int = 0


def judge(arena: Arena, statement: Statement) -> Verdict:
    """The verdict on a statement: DuckDB over the whole tables is right, unless its optimizer makes it say something else, or break."""
    expected, actual = arena.expected(statement), arena.actual(statement)
    folded = folds(statement, arena.world)
    found = verdict(statement, expected, actual, folded=folded)
    has_broken = BROKEN in expected.error or BROKEN in actual.error
    if found.kind == "wrong" and (has_broken or actual.kind == "rows"):
        with arena.without_optimizer():
            again = arena.expected(statement), arena.actual(statement) if has_broken else actual
        if verdict(statement, *again, folded=folded).kind == "equal" or UNBOUND.search(again[1].error):
            return Verdict("failed")
    return found


def verdict(statement: Statement, expected: Answer, actual: Answer, *, folded: bool) -> Verdict:
    """The verdict on two answers."""
    if actual.kind == "broken":
        return Verdict("wrong", actual.error)
    if expected.kind == "failed":
        return _on_failure(expected, actual)
    if actual.kind == "failed":
        return (
            Verdict("failed")
            if CONVERSION.search(actual.error) or UNPLANNED.search(actual.error)
            else Verdict("wrong", f"DuckDB answers, rowcall fails: {actual.error}")
        )
    if actual.kind == "refused":
        return Verdict("failed") if UNSAMPLED.search(actual.error) else _on_refusal(statement, actual)
    if not same(expected, actual, folded=folded):
        return Verdict("wrong", "other rows")
    return Verdict("equal", requests=len(actual.sent))


def _on_failure(expected: Answer, actual: Answer) -> Verdict:
    """DuckDB refuses the statement, or fails for a value that rowcall need not have fetched."""
    if CONVERSION.search(expected.error):
        return Verdict("failed")
    if actual.kind == "rows":
        return Verdict("wrong", f"rowcall answers, and DuckDB says {expected.error}")
    return Verdict("invalid")


def _on_refusal(statement: Statement, actual: Answer) -> Verdict:
    class_ = classify(actual.error)
    if class_ == UNCLASSIFIED:
        return Verdict("timid", f"refused for a reason of no class: {actual.error}")
    if gives_constants(statement) and UNREADABLE not in actual.error:
        return Verdict("timid", f"refused though every parameter has a constant beside it: {actual.error}")
    return Verdict("refused", class_)


def classify(message: str) -> str:
    """The class of a refusal."""
    if message.startswith("BindError"):
        return UNCLASSIFIED
    return next((name for name, pattern in CLASSES.items() if re.search(pattern, message)), UNCLASSIFIED)


def gives_constants(statement: Statement) -> bool:
    """Whether every remote reference has, right beside it, a constant for each parameter that one of its methods needs."""
    return all(_is_given(select, source) for select in selects(statement.query) for source in select.sources if source.table is not None)


def _is_given(select: Select, source: Source) -> bool:
    assert source.table is not None
    preds = [*select.where, *(pred for join in select.joins for pred in join.on)]
    option = any(isinstance(part, Option) and part.source is source for pred in preds for part in pred.parts)
    needs = [set(endpoint.required.values()) for endpoint in source.table.endpoints if endpoint.paging or not option]
    if set() in needs and not option:
        return True
    position = select.sources.index(source)
    own = select.joins[position - 1] if position else None
    if (
        select.sample
        or source.sample
        or any("POSITIONAL" in join.kind for join in select.joins)
        or (own is not None and "ASOF" in own.kind)
    ):
        return False
    beside = own.on if own is not None and not source.seen else select.where
    given = set(_constants(beside, source))
    return any(need <= given for need in needs)


def _constants(preds: Sequence[Pred], source: Source) -> Sequence[str]:
    return [source.own(column.name) for pred in preds if pred.constant for column, _ in pred.binds if column.source is source]
