"""What else gives every row that matters of a side of INTERSECT, or of the right side of EXCEPT.

Whether a set operation gives some values depends on the rows of its sides that have these values, and on no others. So a row matters only
where the other side of INTERSECT, or the left one of EXCEPT, has its values too, and so has each side that those are made of by INTERSECT,
or on the left of EXCEPT. A NULL is like a NULL there, so that it is a key for columns alone that always have a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlglot import exp

from rowcall.manifest.types import quoted
from rowcall.plan.drafts import Query, origin_of
from rowcall.plan.enclosing import barriers
from rowcall.plan.joins import Place, kept
from rowcall.plan.nodes import Origin
from rowcall.plan.reaching import has_value, tree_of
from rowcall.plan.scopes import Frame


def others(frame: Frame) -> list[Frame]:
    """The SELECTs that give every row of this one that matters; none for what is a part of no such set operation."""
    if not isinstance(frame.select.parent, (exp.SetOperation, exp.Subquery)) or barriers(frame):
        return []
    found = (select for query in _beside(frame.select) for select in _parts(query))
    return [frame.scopes.frame(select) for select in found if frame.scopes.is_closed(select)]


def _beside(select: exp.Select) -> Iterator[exp.Expr]:
    """The queries without whose rows those of a SELECT do not matter."""
    node: exp.Expr = select
    while isinstance(node.parent, (exp.SetOperation, exp.Subquery)) and node.arg_key in {"this", "expression"}:
        parent = node.parent
        if parent.args.get("by_name"):
            return
        if isinstance(parent, exp.Intersect) or (isinstance(parent, exp.Except) and node.arg_key == "expression"):
            yield parent.args["expression" if node.arg_key == "this" else "this"]
        if any(parent.args.get(key) for key in ("limit", "offset", "sample", "pivots")):
            return
        node = parent


def _parts(query: exp.Expr) -> Iterator[exp.Select]:
    """The SELECTs that each give all rows of a query."""
    if isinstance(query, exp.Select):
        yield query
    elif isinstance(query, exp.Subquery):
        yield from _parts(query.this)
    elif isinstance(query, (exp.Intersect, exp.Except)) and not query.args.get("by_name"):
        yield from _parts(query.this)
        yield from _parts(query.args["expression"]) if isinstance(query, exp.Intersect) else ()


def known_by(frame: Frame, own: int) -> Mapping[int, Place]:
    """The columns that a SELECT gives, by their numbers, that are a source's and always have a value: those that another side can give."""
    tree = tree_of(frame)
    outputs = enumerate(frame.outputs() or ()) if tree is not None and own in kept(tree) else ()
    return {index: place for index, (_, place) in outputs if place is not None and place[0] == own and has_value(frame, place)}


def values(frame: Frame, outputs: Sequence[int]) -> Query | None:
    """The values that a SELECT gives in some columns; None where it cannot be read by itself."""
    text = as_written(frame)
    return read(frame, text, {f"o{index}": index for index in outputs}, "SELECT DISTINCT ") if text is not None else None


def as_written(frame: Frame) -> str | None:
    """A SELECT as SQL; None where it need not give the same rows by itself."""
    scopes, select, span = frame.scopes, frame.select, frame.span()
    if span is None or not scopes.is_read_alike(select) or scopes.is_volatile(select):
        return None
    return scopes.written(span)


def read(frame: Frame, text: str, names: Mapping[str, int], start: str = "SELECT ") -> Query | None:
    """The columns that a SELECT gives, by their numbers, under some names, as it is written; None where it cannot be cut out."""
    numbered = ", ".join(f"k{number}" for number in range(max(names.values()) + 1))
    shown = ", ".join(f"k{index} AS {quoted(name)}" for name, index in names.items())
    whole = frame.scopes.prefixed(f"{start}{shown} FROM ({text}) AS __rowcall_beside({numbered})", [frame.select])
    given = dict(enumerate(place for _, place in frame.outputs() or ()))
    origins = (origin_of(frame, place) if (place := given.get(index)) is not None else Origin("the other side") for index in names.values())
    return Query(whole, frame.scopes.reads(frame.select), tuple(origins)) if whole is not None else None
