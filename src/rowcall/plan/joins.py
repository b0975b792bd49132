"""What a condition in a FROM clause sees: which sources its columns can belong to, and which columns USING and NATURAL made one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlglot import exp


@dataclass(frozen=True, slots=True)
class Named:
    """What one source calls its columns, folded."""

    columns: frozenset[str] | None
    """None when it cannot be told."""
    hidden: frozenset[str] = frozenset()
    """Columns that stars and NATURAL leave out."""

    def may_have(self, name: str) -> bool:
        """Whether a column of this name can be its own; when not, one written with its alias is an outer source's of the same alias."""
        return self.columns is None or name in self.columns or name in self.hidden


@dataclass(frozen=True, slots=True)
class View:
    """A stretch of a FROM clause as a condition sees it."""

    visible: frozenset[int] = frozenset()
    """The sources, by position, that a column can be of. The right side of a SEMI or ANTI join is seen by its own ON alone."""
    merged: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Columns that stand once for several sources, each with the source whose own column it is; empty when that is not certain."""

    def having(self, name: str, named: Sequence[Named]) -> frozenset[int]:
        """The source whose column a name without qualifier stands for; empty where that is not certain."""
        if name in self.merged:
            return self.merged[name]
        found = frozenset(i for i in self.visible if name in (named[i].columns or ()))
        found = found or frozenset(i for i in self.visible if name in named[i].hidden)
        return found if len(found) == 1 else frozenset()

    def beside(self, other: View) -> View:
        """Both stretches, with a comma between them."""
        return View(self.visible | other.visible, {**self.merged, **other.merged})


@dataclass(frozen=True, slots=True)
class Joined:
    """A join: what its ON sees, and the equalities that its USING or NATURAL stands for."""

    view: View
    equalities: tuple[tuple[str, int], ...]
    """Names, each with a source on the left whose column of that name equals that of the right side."""


def views(joins: Sequence[exp.Join], named: Sequence[Named]) -> tuple[list[Joined], View]:
    """What each join sees, and what WHERE sees.

    A comma binds weaker than JOIN: what stands before it is out of sight of the joins after it.
    """
    done, left = View(), View(frozenset({0}) if named else frozenset())
    found = []
    for right, join in enumerate(joins, 1):
        if _is_comma(join):
            done, left = done.beside(left), View()
        shared = list(_shared(join, right, left, named))
        equalities = tuple((name, position) for name, lefts, rights in shared if rights for position in sorted(lefts))
        found.append(Joined(View(left.visible | {right}, left.merged), equalities))
        if join.kind not in {"SEMI", "ANTI"}:
            merged = {name: _equal(join, lefts, rights) for name, lefts, rights in shared}
            left = View(left.visible | {right}, {**left.merged, **merged})
    return found, done.beside(left)


def _is_comma(join: exp.Join) -> bool:
    return not any(join.args.get(key) for key in ("kind", "side", "method", "on", "using"))


def _shared(join: exp.Join, right: int, left: View, named: Sequence[Named]) -> Iterator[tuple[str, frozenset[int], frozenset[int]]]:
    """The columns that a join merges, with the sources on its left, and on its right, that they are of for certain."""
    for identifier in join.args.get("using") or ():
        name = identifier.name.casefold()
        yield name, left.having(name, named), frozenset({right})
    if join.method == "NATURAL":
        before = [named[i].columns for i in left.visible]
        after = named[right].columns
        names = {name for columns in before for name in columns or ()}
        certain = None not in before
        for name in sorted(names & after if certain and after is not None else names | (after or frozenset())):
            lefts = left.having(name, named) if certain and name in names else frozenset()
            yield name, lefts, frozenset({right}) if name in (after or ()) else frozenset()


def _equal(join: exp.Join, left: frozenset[int], right: frozenset[int]) -> frozenset[int]:
    """The source whose column a merged one is: on the left, but for RIGHT and FULL.

    That of the other side need not be written alike, should either compare under a collation.
    """
    if join.side == "FULL":
        return frozenset()
    return right if join.side == "RIGHT" else left
