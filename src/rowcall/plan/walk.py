"""The nodes of sqlglot's trees: what its own `walk`, `find_all` and `find_ancestor` give, in less time: a plan looks for them often."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from sqlglot import exp

N = TypeVar("N", bound=exp.Expr)


def walk(tree: exp.Expr) -> list[exp.Expr]:
    """All nodes, the tree itself first, those nearer to it before those further down, each in the order of the text."""
    found = [tree]
    for node in found:
        for value in node.args.values():
            if isinstance(value, exp.Expr):
                found.append(value)
            elif type(value) is list:
                found += [one for one in value if isinstance(one, exp.Expr)]
    return found


def find_all(tree: exp.Expr, *kinds: type[N]) -> list[N]:
    """The nodes of some kinds, in the same order."""
    return [node for node in walk(tree) if isinstance(node, kinds)]


def depth(node: exp.Expr) -> int:
    """How many nodes stand above one."""
    found = 0
    while node.parent is not None:
        node, found = node.parent, found + 1
    return found


class Above:
    """What stands above the nodes of a tree that does not change, but for parts that are put elsewhere in the same SELECT.

    Each way up is gone once: the parts of a condition with thousands of ORs are as far below its top.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[type[exp.Expr], ...], dict[int, tuple[exp.Expr, exp.Expr | None]]] = {}

    def nearest(self, node: exp.Expr, *kinds: type[exp.Expr]) -> exp.Expr | None:
        """The first node of some kinds above another one; None where there is none."""
        known = self._known.setdefault(kinds, {})
        way: list[exp.Expr] = []
        above = node.parent
        while above is not None and not isinstance(above, kinds) and id(above) not in known:
            way.append(above)
            above = above.parent
        if above is not None and not isinstance(above, kinds):
            above = known[id(above)][1]
        known |= {id(one): (one, above) for one in way}  # with the nodes, so that no other one is given their identity
        return above

    def select(self, node: exp.Expr) -> exp.Select | None:
        """The SELECT that a node stands in."""
        found = self.nearest(node, exp.Select)
        return found if isinstance(found, exp.Select) else None

    def is_in(self, node: exp.Expr, select: exp.Select) -> bool:
        """Whether a node is within a SELECT, or one within that."""
        within: exp.Expr | None = node
        while within is not None and within is not select:
            within = self.select(within)
        return within is not None


def conjuncts(predicate: exp.Expr) -> Iterator[exp.Expr]:
    """What AND joins in a predicate."""
    left = [predicate]
    while left:
        one = left.pop()
        if isinstance(one, exp.And):
            left += [one.right, one.left]
        elif isinstance(one, exp.Paren):
            left.append(one.this)
        else:
            yield one
