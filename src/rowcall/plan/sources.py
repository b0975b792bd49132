"""The sources of a SELECT: the items of its FROM clause, and the sub-queries that its conditions match columns with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath

from sqlglot import exp

from rowcall.errors import Span
from rowcall.manifest.model import Scalar
from rowcall.plan.predicates import Operand
from rowcall.plan.references import Reference

_TEXTS = frozenset({Scalar.STRING, "VARCHAR"})
_INTEGERS = frozenset({Scalar.INTEGER, *"TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT".split()})


def kind_of(type_: object) -> str:
    """Either "text" or "integer", where values of a type compare as that and equal ones have one spelling; else ""."""
    if type_ in _TEXTS or (isinstance(type_, str) and type_.startswith("ENUM(") and type_.endswith(")")):
        return "text"
    return "integer" if type_ in _INTEGERS else ""


def _pivoted_as(node: exp.Expr) -> str:
    """The name that a PIVOT or UNPIVOT behind a table or query has."""
    pivots: list[exp.Expr] = node.args.get("pivots") or []
    return pivots[-1].alias if pivots else ""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One source of a SELECT."""

    position: int
    node: exp.Expr
    """A table, sub-select, VALUES, unnest or table function; for a matched sub-query, that query."""
    span: Span | None
    """Its text, alias included; of a matched sub-query, with its brackets."""
    reference: Reference | None = None
    """Set when it is a remote resource."""
    matched: tuple[Operand, ...] | None = None
    """For a sub-query that a condition matches columns with: what it gives, in terms of its own SELECT; empty when it is read whole."""
    width: int = 0
    """How many of its own columns such a sub-query is matched by, as `k0`, …"""

    @property
    def alias(self) -> str:
        """What its columns are qualified with."""
        if self.matched is not None:
            return f"__rowcall_matched_{self.position}"
        if self.reference is not None:
            return self.reference.alias
        return f"__rowcall_source_{self.position}" if self.is_unnamed else _pivoted_as(self.node) or self.node.alias_or_name

    @property
    def is_unnamed(self) -> bool:
        """Whether its text has no name for it: a file, a table function or macro, a sub-select without an alias."""
        node = self.node
        if self.reference is not None or self.matched is not None or node.alias or _pivoted_as(node):
            return False
        if isinstance(node, exp.Table):
            return not isinstance(node.this, exp.Identifier) or not (node.name.isidentifier() or node.db)
        return isinstance(node, (exp.Values, exp.Unnest)) or (isinstance(node, exp.Subquery) and isinstance(node.this, exp.Query))

    @property
    def called(self) -> str:
        """What DuckDB and people call it: of a file the name without folder and endings."""
        if not self.is_unnamed:
            return self.alias
        if isinstance(self.node, exp.Table) and isinstance(self.node.this, exp.Identifier):
            return PurePosixPath(self.node.name.replace("\\", "/")).name.partition(".")[0]
        call = self.node.this if isinstance(self.node, exp.Table) else self.node
        if isinstance(call, exp.Func):
            return call.name if isinstance(call, exp.Anonymous) else call.sql_name().lower()
        return "unnamed_subquery"
