"""The pieces of a statement: what each reads, whether it gives the same each time, and its text with the references replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlglot import exp

from rowcall.errors import RowcallError, Span
from rowcall.manifest.types import literal
from rowcall.plan.layout import Layout
from rowcall.plan.predicates import Operand, is_volatile
from rowcall.plan.references import Reference, cte_of, is_inside
from rowcall.plan.splice import Edit, splice
from rowcall.plan.stable import is_stable
from rowcall.plan.walk import Above, find_all

Evaluate = Callable[[str], tuple[Sequence[str], list[tuple[Any, ...]]]]
"""The DuckDB types and the rows of a local query, with the statement's parameters and the caller's data frames.

Raises BindError or EngineError.
"""
Describe = Callable[[str], Mapping[str, str] | None]
"""Column names and DuckDB types of a query whose references are empty stand-ins; None when it cannot be bound by itself."""


def _orders_union(column: exp.Column, above: Above) -> bool:
    order = above.nearest(column, exp.Order, exp.Query)
    return isinstance(order, exp.Order) and isinstance(order.parent, exp.SetOperation)


@dataclass(eq=False)
class Pieces:
    """A statement's pieces."""

    text: str
    tree: exp.Expr
    references: Sequence[Reference]
    layout: Layout
    _describe: Describe
    _evaluate: Evaluate | None = None
    edits: list[Edit] = field(default_factory=list, init=False)
    """What changes in the text besides the references themselves."""
    stand_ins: dict[int, str] = field(default_factory=dict, init=False)
    """What each reference, by number, is in SQL before it is fetched: an empty table."""
    pages: dict[int, str] = field(default_factory=dict, init=False)
    """What decodes the pages of those that were fetched, in place of these."""
    above: Above = field(default_factory=Above, init=False)
    _known: dict[str, bool] = field(default_factory=dict, init=False)
    _columns: dict[int, tuple[exp.Expr, tuple[exp.Column, ...]]] = field(default_factory=dict, init=False)
    _reads: dict[int, frozenset[int]] = field(default_factory=dict, init=False)
    _is_stable: dict[int, tuple[exp.Expr, bool]] = field(default_factory=dict, init=False)
    _ctes: dict[int, tuple[exp.Expr, tuple[exp.CTE, ...]]] = field(default_factory=dict, init=False)
    _is_volatile: dict[int, tuple[exp.Expr, bool]] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._by_table = {id(reference.table): number for number, reference in enumerate(self.references)}
        self._may_have_ctes = "with" in self.text.casefold()

    def ask_again(self, describe: Describe, evaluate: Evaluate, stand_ins: Mapping[int, str]) -> None:
        """Begins again as it was before anything was fetched, with what DuckDB would say once more as it did."""
        self._describe, self._evaluate, self.stand_ins, self.pages = describe, evaluate, dict(stand_ins), {}

    def number(self, node: exp.Expr) -> int | None:
        """Which remote reference a table node is."""
        return self._by_table.get(id(node))

    def may_be_null(self, constants: Iterable[Operand]) -> bool:
        """Whether one of some expressions without columns is NULL, or cannot be told not to be."""
        return any(one.value is None and not isinstance(one.node, exp.Literal) and self._is_null(one) for one in constants)

    def may_be(self, condition: Operand, wanted: bool) -> bool:  # noqa: FBT001 - a truth value is what it is about
        """Whether a condition without columns is true or, with `wanted` False, false, or cannot be told not to be."""
        return self._holds(condition, "TRUE" if wanted else "FALSE")

    def _is_null(self, constant: Operand) -> bool:
        return self._holds(constant, "NULL")

    def _holds(self, constant: Operand, what: str) -> bool:
        """Whether an expression without columns IS `what`; true where that cannot be told."""
        if self._evaluate is None or constant.node is None:
            return True
        text = f"({self.constant(constant)}) IS {what}"
        if text not in self._known:
            try:
                ((self._known[text],),) = self._evaluate(f"SELECT coalesce(TRY({text}), true)")[1]
            except RowcallError:  # which binding the statement will say with its place
                self._known[text] = True
        return self._known[text]

    def constant(self, value: Operand) -> str:
        """An expression without columns as SQL."""
        if value.value is not None:
            return literal(value.value) if isinstance(value.value, str) else str(value.value)
        if value.tokens is not None:
            return self.layout.shown(value.tokens)
        return value.node.sql(dialect="duckdb") if value.node is not None else "NULL"

    def columns(self, node: exp.Expr) -> tuple[exp.Column, ...]:
        """All columns that a piece of SQL names, but for those that a UNION or its like is ordered by, which are its own."""
        if id(node) not in self._columns:
            self._columns[id(node)] = node, tuple(column for column in find_all(node, exp.Column) if not _orders_union(column, self.above))
        return self._columns[id(node)][1]

    def is_stable(self, node: exp.Expr) -> bool:
        """As `stable.is_stable`, of a piece of this statement: asked of the same ones again and again."""
        if id(node) not in self._is_stable:
            self._is_stable[id(node)] = node, is_stable(node)
        return self._is_stable[id(node)][1]

    def is_read_alike(self, node: exp.Expr) -> bool:
        """Whether a piece of this statement is stable, and all WITH definitions are that it reads."""
        return self.is_stable(node) and all(map(self.is_stable, self.used([node])))

    def is_volatile(self, node: exp.Expr) -> bool:
        """As `predicates.is_volatile`, of a piece of this statement."""
        if id(node) not in self._is_volatile:
            self._is_volatile[id(node)] = node, is_volatile(node)
        return self._is_volatile[id(node)][1]

    # -- what a piece of SQL reads -------------------------------------------------------------------------------------------------

    def reads(self, node: exp.Expr) -> frozenset[int]:
        """The remote references, by number, that a piece of SQL reads, through WITH too."""
        if id(node) not in self._reads:
            self._reads[id(node)] = frozenset()  # what reads itself adds nothing
            found = {number for number, reference in enumerate(self.references) if is_inside(reference.table, node)}
            for cte in self.used([node]):
                found |= self.reads(cte)
            self._reads[id(node)] = frozenset(found)
        return self._reads[id(node)]

    def used(self, nodes: Sequence[exp.Expr]) -> list[exp.CTE]:
        """The definitions of WITH clauses around pieces of SQL that they read, in text order, those behind them included."""
        found: dict[int, exp.CTE] = {}
        todo = list(nodes) if self._may_have_ctes else []
        while todo:
            for cte in self._named(todo.pop()):
                if id(cte) not in found and not any(is_inside(cte, node) for node in nodes):
                    found[id(cte)] = cte
                    todo.append(cte)
        return sorted(found.values(), key=lambda cte: cte.args["alias"].this.meta.get("start", 0))

    def _named(self, node: exp.Expr) -> tuple[exp.CTE, ...]:
        """The definitions of WITH clauses that tables in a piece of SQL name."""
        if id(node) not in self._ctes:
            self._ctes[id(node)] = node, tuple(cte for table in find_all(node, exp.Table) if (cte := cte_of(table)) is not None)
        return self._ctes[id(node)][1]

    def shadows(self, nodes: Sequence[exp.Expr]) -> bool:
        """Whether a name that a WITH clause for pieces of SQL defines means something else anywhere in the statement."""
        ctes = {id(cte): cte.alias.casefold() for cte in self.used(nodes)}
        named = (table for table in find_all(self.tree, exp.Table) if table.name.casefold() in ctes.values() and not table.db)
        return any(id(cte_of(table)) not in ctes for table in named)

    def means_one(self, node: exp.Expr) -> bool:
        """Whether the tables that a piece of SQL names are the same ones wherever it is put in the statement."""
        ctes = find_all(self.tree, exp.CTE) if self._may_have_ctes else []
        named = [(table.name.casefold(), cte_of(table)) for table in find_all(node, exp.Table) if not table.db] if ctes else []
        return not any(cte.alias.casefold() == name and cte is not own for name, own in named for cte in ctes)

    def prefixed(self, query: str, nodes: Sequence[exp.Expr], *, is_bound: bool = False) -> str | None:
        """A query made of pieces of SQL, with the WITH clause that they need; None when it cannot be cut out, or two names are the same.

        Nor may a WITH give other rows each time, unless the query `is_bound` alone.
        """
        ctes = self.used(nodes)
        if not ctes:
            return query
        spans = [self.layout.definition(cte) for cte in ctes]
        if len({cte.alias.casefold() for cte in ctes}) < len(ctes) or not (is_bound or all(map(self.is_stable, ctes))):
            return None
        recursive = "RECURSIVE " if any(cte.parent is not None and cte.parent.args.get("recursive") for cte in ctes) else ""
        texts = [self.written(span) for span in spans if span is not None]
        return f"WITH {recursive}{', '.join(texts)} {query}" if len(texts) == len(spans) else None

    def written(self, span: Span, more: Sequence[Edit] = ()) -> str:
        """A stretch of the user's text, the references in it replaced."""
        # A name that is given to what ends here stands behind it, and is no part of it.
        edits = [*(edit for edit in self.edits if edit.start < span.end), *more]
        for number, new in {**self.stand_ins, **self.pages}.items():
            place = self.references[number].span
            edits.append(Edit(place.start, place.end, new))
        own = [edit for edit in edits if span.start <= edit.start and edit.end <= span.end]
        moved = [Edit(edit.start - span.start, edit.end - span.start, edit.new) for edit in own]
        return splice(self.text[span.start : span.end], moved)

    @contextmanager
    def unfetched(self) -> Iterator[None]:
        """While it lasts, texts are as they were before anything was fetched, for DuckDB to describe."""
        pages, self.pages = self.pages, {}
        try:
            yield
        finally:
            self.pages = pages

    def describe(self, query: str, nodes: Sequence[exp.Expr]) -> Mapping[str, str]:
        """Folded column names and DuckDB types of a query; empty when unknown."""
        whole = self.prefixed(query, nodes, is_bound=True)
        found = self._describe(f"({whole})") if whole is not None else None
        return {name.casefold(): type_ for name, type_ in (found or {}).items()}

    def types(self, query: str) -> list[str] | None:
        """The DuckDB types of the columns of a query, which have different names; None where it cannot be bound."""
        found = self._describe(f"({query})")
        return None if found is None else list(found.values())
