"""Where a statement mentions remote resources, and which of a resource's hidden columns it names.

sqlglot's tree says what is meant; the offsets of its identifiers say where that stands in the user's text.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError as SqlglotParseError

from rowcall.catalog.catalog import ResourceRef
from rowcall.errors import Span, UnsupportedSQLError
from rowcall.manifest.model import Scalar, Verb
from rowcall.manifest.types import quoted
from rowcall.plan.nodes import EXTRA, Hidden
from rowcall.plan.splice import Edit
from rowcall.sql.bind import Names
from rowcall.sql.tokens import Token


@dataclass(frozen=True, slots=True)
class Reference:
    """One remote resource in a FROM clause."""

    ref: ResourceRef
    table: exp.Table
    span: Span
    """Where its name stands."""
    alias: str
    parts: tuple[str, ...]
    """Its name as written."""
    renamed: tuple[str, ...]
    """New names of its first columns, as in `runs AS r(a, b)`."""

    @property
    def select(self) -> exp.Select | None:
        """The SELECT it belongs to."""
        return self.table.find_ancestor(exp.Select)


def read(text: str) -> exp.Expr:
    """The tree of one statement. Raises UnsupportedSQLError for what sqlglot cannot read, though DuckDB might."""
    try:
        with _quiet():
            tree = sqlglot.parse_one(text, dialect="duckdb")
    except SqlglotParseError as error:
        first = error.errors[0] if error.errors else {}
        message = str(first.get("description") or error).split("\n", 1)[0].rstrip(".")
        raise UnsupportedSQLError(
            f"This statement mentions an API, and cannot be read: {message}.",
            sql=text,
            span=_error_span(text, first),
            hint="Read the API into a local table first (CREATE TABLE t AS SELECT …), and use that one here.",
        ) from error
    if tree is None:
        raise UnsupportedSQLError("There is no statement here.", sql=text)
    return tree


@contextmanager
def _quiet() -> Iterator[None]:
    """While it lasts, sqlglot does not log what it reads as a mere command; that is no news to a user."""
    logger = logging.getLogger("sqlglot")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _error_span(text: str, error: dict[str, object]) -> Span | None:
    line, column = error.get("line"), error.get("col")
    if not isinstance(line, int) or not isinstance(column, int):
        return None
    start = sum(len(before) + 1 for before in text.split("\n")[: line - 1]) + column
    word = str(error.get("highlight") or " ")
    return Span(max(0, start - len(word)), start)


def find(tree: exp.Expr, text: str, names: Names) -> list[Reference]:
    """The remote references, in text order. Raises UnknownNameError for a three-part name of a provider that names nothing."""
    found = []
    for table in tree.find_all(exp.Table):
        parts = [part for part in table.parts if isinstance(part, exp.Identifier)]
        if len(parts) != len(table.parts) or not parts or "start" not in parts[0].meta:
            continue
        words = tuple(part.name for part in parts)
        if len(words) == 1 and words[0].casefold() in _ctes(table):
            continue
        span = Span(parts[0].meta["start"], parts[-1].meta["end"] + 1)
        ref = names.find(words, sql=text, span=span)
        if ref is None:
            if names.claims(words):
                names.resolve(words, sql=text, span=span)
            continue
        alias = table.args.get("alias")
        renamed = tuple(column.name for column in alias.args.get("columns") or ()) if alias else ()
        found.append(Reference(ref, table, span, table.alias or words[-1], words, renamed))
    return sorted(found, key=lambda reference: reference.span.start)


def _ctes(node: exp.Expr) -> set[str]:
    """The names of the common table expressions that are visible at a node."""
    names: set[str] = set()
    ancestor: exp.Expr | None = node
    while ancestor is not None:
        clause = ancestor.args.get("with_")
        names |= {cte.alias.casefold() for cte in clause.expressions} if clause else set()
        ancestor = ancestor.parent
    return names


def column_of(reference: Reference, column: exp.Expr) -> str | None:
    """The name, as the resource spells it, when a column node is written with this reference's name before it; else None."""
    if not isinstance(column, exp.Column) or isinstance(column.this, exp.Star):
        return None
    parts = [part.name.casefold() for part in column.parts]
    prefixes = ([reference.alias.casefold()], [part.casefold() for part in reference.parts])
    for prefix in prefixes:
        if len(parts) > len(prefix) and parts[: len(prefix)] == prefix:
            return _spelt(reference, parts[len(prefix)])
    return None


def _spelt(reference: Reference, folded: str) -> str | None:
    names = [*reference.ref.resource.columns]
    for index, new in enumerate(reference.renamed[: len(names)]):
        if new.casefold() == folded:
            return names[index]
    known = {name.casefold(): name for name in [*names[len(reference.renamed) :], *hidden_columns(reference.ref)]}
    return known.get(folded)


def hidden_columns(ref: ResourceRef) -> dict[str, Hidden]:
    """What may be named besides the columns: the parameters of the methods that answer to SELECT, and `_extra`."""
    found: dict[str, Hidden] = {}
    for method in ref.resource.methods.values():
        if method.verb is not Verb.SELECT:
            continue
        for name, parameter in method.parameters.items():
            if name not in ref.resource.columns:
                found.setdefault(name, Hidden(name, parameter.type, parameter.column))
    return {**found, EXTRA: Hidden(EXTRA, Scalar.JSON)}


def named_hidden(reference: Reference, others: Sequence[set[str]], tree: exp.Expr) -> tuple[Hidden, ...]:
    """The hidden columns that a statement names, with the reference's name before them or, where no other source has them, without."""
    known = hidden_columns(reference.ref)
    folded = {name.casefold(): name for name in known}
    wanted: set[str] = set()
    for column in tree.find_all(exp.Column):
        name = column_of(reference, column)
        if name is None and len(column.parts) >= 1 and not isinstance(column.this, exp.Star):
            bare = column.parts[0].name.casefold()
            name = folded.get(bare) if _inside(column, reference.select) and not any(bare in other for other in others) else None
        if name in known:
            wanted.add(name)
    wanted |= {folded[name] for name in _using(reference) if name in folded}
    return tuple(hidden for name, hidden in known.items() if name in wanted)


def _using(reference: Reference) -> Iterator[str]:
    select = reference.select
    for join in (select.args.get("joins") or ()) if select else ():
        for identifier in join.args.get("using") or ():
            yield identifier.name.casefold()


def _inside(node: exp.Expr, select: exp.Select | None) -> bool:
    ancestor: exp.Expr | None = node
    while ancestor is not None:
        if ancestor is select:
            return True
        ancestor = ancestor.parent
    return False


def star_edits(named: Sequence[tuple[Reference, Sequence[Hidden]]], tokens: Sequence[Token]) -> list[Edit]:
    """Edits that keep hidden columns out of every `*` over their references, which hold them only because something names them."""
    excluded: dict[tuple[int, bool], list[str]] = {}
    for reference, hidden in named:
        for start, qualified in _stars(reference, tokens) if hidden else ():
            excluded.setdefault((start, qualified), []).extend(_names(reference, hidden, qualified=qualified))
    return [edit for (start, _), columns in excluded.items() for edit in _exclude(start, ", ".join(columns), tokens)]


def _stars(reference: Reference, tokens: Sequence[Token]) -> Iterator[tuple[int, bool]]:
    """Where a `*` of the reference's SELECT covers it, and whether its name stands before it; for `FROM r` alone, where FROM stands."""
    select = reference.select
    if select is None:
        return
    inner = [found.this for found in select.find_all(exp.Columns) if found.find_ancestor(exp.Select) is select]
    for item in [*select.expressions, *inner]:
        qualified = isinstance(item, exp.Column)
        star = item.this if qualified else item
        if not isinstance(star, exp.Star) or (qualified and not _is_name(reference, item.parts[:-1])):
            continue
        if "start" in star.meta:
            yield star.meta["start"], qualified
        elif not qualified:
            yield max((token.start for token in tokens if token.start < reference.span.start and token.word == "FROM"), default=0), False


def _is_name(reference: Reference, parts: Sequence[exp.Expr]) -> bool:
    written = [part.name.casefold() for part in parts]
    return written in ([reference.alias.casefold()], [part.casefold() for part in reference.parts])


def _names(reference: Reference, hidden: Sequence[Hidden], *, qualified: bool) -> list[str]:
    prefix = "" if qualified else quoted(reference.alias) + "."
    return [prefix + quoted(item.name) for item in hidden]


def _exclude(start: int, names: str, tokens: Sequence[Token]) -> list[Edit]:
    """Edits that add `names` to what the star at `start` excludes; a FROM that stands there has no star, and gets one."""
    index = next(i for i, token in enumerate(tokens) if token.start == start)
    star, after = tokens[index], tokens[index + 1 : index + 3]
    if star.word == "FROM":
        return [Edit(start, start, f"SELECT * EXCLUDE ({names}) ")]
    if len(after) > 1 and after[0].word in {"EXCLUDE", "EXCEPT"}:
        if after[1].kind == "L_PAREN":
            return [Edit(after[1].end, after[1].end, f"{names}, ")]
        return [Edit(after[1].start, after[1].start, f"({names}, "), Edit(after[1].end, after[1].end, ")")]
    return [Edit(star.end, star.end, f" EXCLUDE ({names})")]


def qualifier_edits(reference: Reference, tree: exp.Expr) -> list[Edit]:
    """Edits that write the alias where a column is written with the resource's dotted name before it."""
    if len(reference.parts) == 1:
        return []
    parts = [part.casefold() for part in reference.parts]
    edits = []
    for column in tree.find_all(exp.Column):
        written = column.parts
        if len(written) > len(parts) and [part.name.casefold() for part in written[: len(parts)]] == parts and "start" in written[0].meta:
            edits.append(Edit(written[0].meta["start"], written[len(parts) - 1].meta["end"] + 1, quoted(reference.alias)))
    return edits
