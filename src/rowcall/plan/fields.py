"""Which columns of a resource a statement can use at all, so that an API that sends single fields need not send the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from rowcall.plan.literals import left_out
from rowcall.plan.nodes import EXTRA, Hidden
from rowcall.plan.references import Reference, is_prefix
from rowcall.plan.walk import walk
from rowcall.sql.tokens import NOT_WORDS, Token

_HARMLESS = frozenset({"now", "get_current_timestamp", "make_timestamp_ms", "epoch_us", "date_part", "to_json"})
"""Functions that sqlglot does not know and that are no macros. The body of a macro may name columns of the statement that calls it."""

_OPAQUE = (exp.Pivot, exp.Summarize, exp.PositionalColumn)
"""What may mean columns that it does not name."""
_STOPPING = (exp.Limit, exp.Fetch, exp.Exists)
_TYPING = (exp.SetOperation, exp.Columns)
"""What gives a column that is not named a place where its type counts."""


@dataclass(frozen=True, slots=True)
class Said:
    """What of a statement may mean columns, found in one walk over its tree."""

    names: frozenset[str]
    """All names, folded, wherever they stand."""
    last: frozenset[str]
    """The last part of each column, folded: the name of a source where a row is taken as one value."""
    aliases: frozenset[str]
    """What sources and WITH queries are called, folded."""
    stars: tuple[exp.Expr, ...]
    """Each star and COLUMNS."""
    lists: tuple[exp.In, ...]
    """The IN lists of which the tree has only the first literal."""
    is_opaque: bool
    """Whether something other than names and stars may mean columns: PIVOT, NATURAL, a macro, a column by its number."""
    is_typed: bool
    """Whether the type of a column that only a star means may count: in a set operation, in what is no mere query, under a new name."""
    is_last: bool
    """Whether stars are of the statement's own result alone, where nothing asks how many columns they give."""
    may_stop: bool
    """Whether any query of it may be done with before it has all its rows: it has a LIMIT somewhere, or an EXISTS."""


def said(tree: exp.Expr, tokens: Iterable[Token] = ()) -> Said:
    """What may mean columns in a statement; with its tokens, words that sqlglot takes for something else are names too."""
    names = {word.casefold() for word in {token.text for token in tokens if token.kind not in NOT_WORDS}}
    last, aliases = set[str](), set[str]()
    stars: list[exp.Expr] = []
    lists: list[exp.In] = []
    is_opaque, is_typed, may_stop = False, not isinstance(tree, exp.Select), False
    for node in walk(tree):
        if isinstance(node, exp.Identifier):
            names.add(node.name.casefold())
        elif isinstance(node, exp.Column):
            last.add(node.parts[-1].name.casefold())
        elif isinstance(node, exp.TableAlias):
            aliases.add(node.name.casefold())
            is_typed |= bool(node.args.get("columns"))
        elif isinstance(node, (exp.Star, exp.Columns)):
            stars.append(node)
        elif isinstance(node, exp.In):
            lists += [node] if left_out(node) else []
        elif isinstance(node, exp.Join):
            is_opaque |= node.method == "NATURAL"
        elif isinstance(node, exp.Anonymous):
            is_opaque |= node.name.casefold() not in _HARMLESS
        elif isinstance(node, _STOPPING):
            may_stop = True
        is_opaque |= isinstance(node, _OPAQUE)
        is_typed |= isinstance(node, _TYPING)
    is_last = not tree.args.get("group") and all(node is tree or isinstance(node, exp.Count) for node in map(_outer, stars))
    return Said(frozenset(names), frozenset(last), frozenset(aliases), tuple(stars), tuple(lists), is_opaque, is_typed, is_last, may_stop)


def used(reference: Reference, hidden: Iterable[Hidden], what: Said) -> frozenset[str] | None:
    """The columns of a reference that a name in the statement can mean; None where all of them can be meant.

    A name counts wherever it stands, so that none is missed.
    """
    if reference.select is None or any(item.name == EXTRA for item in hidden) or _is_whole(reference, what):
        return None
    return named(reference, hidden, what)


def named(reference: Reference, hidden: Iterable[Hidden], what: Said) -> frozenset[str]:
    """The columns of a reference whose names stand anywhere in the statement."""
    equal = {item.column for item in hidden if item.column}
    return frozenset(own for written, own in reference.written.items() if written in what.names) | equal


def is_shown_only(reference: Reference, what: Said) -> bool:
    """Whether columns that the statement does not name are at the most what a star gives, their types of no consequence."""
    if reference.select is None or what.is_opaque or what.is_typed or what.last & (what.aliases | {reference.alias.casefold()}):
        return False
    return all(isinstance(node, (exp.Select, exp.Count)) for node in map(_outer, what.stars))


def _outer(star: exp.Expr) -> exp.Expr | None:
    """What a star stands in, whether with a name before it or without."""
    return star.parent.parent if isinstance(star.parent, exp.Column) else star.parent


def _is_whole(reference: Reference, what: Said) -> bool:
    """Whether something other than names may mean columns: a star, COLUMNS, NATURAL, PIVOT, a macro, or the row as one value."""
    stars = (star for star in what.stars if star.find_ancestor(exp.Select) is reference.select)
    return what.is_opaque or reference.alias.casefold() in what.last or any(_may_mean(star, reference) for star in stars)


def _may_mean(star: exp.Expr, reference: Reference) -> bool:
    """Whether a star, or COLUMNS, may mean columns of the reference: neither that of `count(*)`, nor one with another's name before it."""
    outer = star.parent
    if isinstance(outer, exp.Column):
        return is_prefix(reference, [part.name.casefold() for part in outer.parts[:-1]])
    return not isinstance(outer, exp.Count)


def all_of(found: Iterable[frozenset[str] | None]) -> frozenset[str] | None:
    """The columns that any of several references use; None where one may use all."""
    each = list(found)
    return None if None in each else frozenset[str]().union(*(columns for columns in each if columns is not None))
