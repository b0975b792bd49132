"""Many statements, one after the other, and what became of them."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from tests.fuzz.arena import Arena
from tests.fuzz.minimum import need
from tests.fuzz.probe import bindings
from tests.fuzz.shrink import shrunk
from tests.fuzz.tree import Statement
from tests.fuzz.verdict import Verdict, judge
from tests.fuzz.write import Writer

A_WORLD = 100
"""How many statements are asked of a world."""
MOST_SHOWN = 30
WRONG = ("wrong", "timid")
MOST_RATIO = 2
"""How many times the minimum a statement may send."""


@dataclass
class Findings:
    """What became of statements."""

    count: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    """Each with all that it takes to see it again."""
    bindable: list[str] = field(default_factory=list)
    """Refusals of statements that could be answered."""
    probed: int = 0
    requests: Counter[str] = field(default_factory=Counter)
    """`equal`, `more`, `fewer`: statements by what they send, against the minimum; `unknown` where there is none.

    Besides, `hindsight`: those that send no more than the best of all orders would have; `above`: those that send more than `MOST_RATIO`
    times the minimum, and `needless`: those of them of which the minimum is none.
    """
    sent: int = 0
    needed: int = 0
    worst: Fraction = Fraction(0)
    """How many times the minimum at the most, where that is not none."""
    costly: list[str] = field(default_factory=list)

    def add(self, other: Findings) -> None:
        """Takes over what another run found."""
        for name in ("count", "probed", "sent", "needed"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("kinds", "refusals", "requests"):
            getattr(self, name).update(getattr(other, name))
        for name in ("wrong", "bindable", "costly"):
            getattr(self, name).extend(getattr(other, name))
        self.worst = max(self.worst, other.worst)

    @property
    def known(self) -> int:
        """How many answers there is a minimum for."""
        return self.requests["equal"] + self.requests["more"] + self.requests["fewer"]

    def lines(self, seconds: float) -> Iterator[str]:
        """One line each."""
        yield f"statements  {self.count}, {self.count / max(seconds, 0.001):.0f} a second"
        for kind in ("equal", "failed", "invalid", "wrong", "timid", "refused"):
            yield f"{kind:<11} {self.kinds[kind]}{' (refused, and should not be)' if kind == 'timid' else ''}"
        for name, number in self.refusals.most_common():
            yield f"  {number:<9} {name}"
        yield f"could be bound {len(self.bindable)} of {self.probed} refused ones that were tried"
        right = self.requests["equal"] + self.requests["fewer"]
        percent = 100 / max(1, self.known)
        yield (
            f"requests    minimum {percent * right:.2f} % ({right} of {self.known}, {self.requests['fewer']} below it), "
            f"{self.sent} sent for {self.needed}, worst {float(self.worst):.2f} times, no minimum known {self.requests['unknown']}"
        )
        above, needless = self.requests["above"], self.requests["needless"]
        yield f"above       {above} send more than {MOST_RATIO} times the minimum, {needless} of them some where none is needed"
        best = self.requests["hindsight"]
        yield f"hindsight   {percent * best:.2f} % ({best} of {self.known} send no more than the best order, known when all is read, would have)"


@dataclass(frozen=True, slots=True)
class Options:
    """What a run does besides asking."""

    probe: float = 0.1
    """For which share of the refused statements it is tried whether they could be answered."""
    shrink: bool = True
    hindsight: bool = True
    """Whether the best of all orders is looked for as well."""
    on_world: Callable[[Findings], None] | None = None


def run(seed: str, worlds: range, count: int, options: Options = Options()) -> Findings:
    """What becomes of `count` statements of each world."""
    found = Findings()
    for world in worlds:
        arena = Arena.of(f"{seed}:{world}")
        try:
            for number in range(count):
                one(arena, f"{seed}:{world}.{number}", found, options)
        finally:
            arena.close()
        if options.on_world is not None:
            options.on_world(found)
    return found


def one(arena: Arena, name: str, found: Findings, options: Options) -> Verdict:
    """Asks one statement, known by its name, and adds what becomes of it."""
    pick = random.Random(name)
    statement = Writer(pick, arena.world).statement()
    verdict = judge(arena, statement)
    found.count += 1
    found.kinds[verdict.kind] += 1
    if verdict.kind in WRONG:
        found.wrong.append(report(arena, name, statement, verdict, shrink=options.shrink))
    elif verdict.kind == "refused":
        found.refusals[verdict.detail] += 1
        if pick.random() < options.probe:
            found.probed += 1
            if values := bindings(arena, statement):
                found.bindable.append(f"{name} {verdict.detail} · {'; '.join(values)}\n    {statement.text}")
    elif verdict.kind == "equal":
        _count(arena, name, statement, verdict, found, hindsight=options.hindsight)
    return verdict


def _count(arena: Arena, name: str, statement: Statement, verdict: Verdict, found: Findings, *, hindsight: bool) -> None:
    """Compares requests with the minimum."""
    needs = need(arena, statement, hindsight=hindsight)
    if needs is None:
        found.requests["unknown"] += 1
        return
    sent, fewest = verdict.requests, needs.minimum
    found.requests["hindsight"] += needs.hindsight is not None and sent <= needs.hindsight
    found.requests["equal" if sent == fewest else "more" if sent > fewest else "fewer"] += 1
    found.sent += sent
    found.needed += fewest
    if sent > fewest:
        found.requests["above"] += sent > MOST_RATIO * fewest
        found.requests["needless"] += not fewest
        found.worst = max(found.worst, Fraction(sent, fewest) if fewest else found.worst)
        found.costly.append(
            f"{name} sends {sent}, needs {fewest} ({needs.hindsight} in hindsight)\n    {statement.text}\n    {given(statement)}{manifest(arena, statement)}"
        )


def report(arena: Arena, name: str, statement: Statement, verdict: Verdict, *, shrink: bool) -> str:
    """All that it takes to see again what went wrong, smaller where it can be."""
    if shrink:
        statement = shrunk(statement, lambda smaller: _still(arena, smaller, verdict))
    expected, actual = arena.expected(statement), arena.actual(statement)
    lines = [
        f"{name} {verdict.detail}",
        statement.text,
        f"{given(statement)}{manifest(arena, statement)}",
        f"DuckDB:  {expected.error or f'{expected.columns} {expected.types} {len(expected.rows)} rows {expected.rows[:8]}'}",
        f"rowcall: {actual.error or f'{actual.columns} {actual.types} {len(actual.rows)} rows {actual.rows[:8]}'}",
        *(f"sent     {line}" for line in actual.sent[:8]),
    ]
    return "\n    ".join(line.replace("\n", " · ") for line in lines)


def _still(arena: Arena, statement: Statement, before: Verdict) -> bool:
    verdict = judge(arena, statement)
    return verdict.kind == before.kind and verdict.detail[:30] == before.detail[:30]


def given(statement: Statement) -> str:
    """The parameters of a statement in words."""
    parameters = statement.given(statement.text)
    return f"with {parameters}, " if parameters else ""


def manifest(arena: Arena, statement: Statement) -> str:
    """What the API needs of a statement's resources."""
    text = statement.text.casefold()
    tables = [table for table in arena.world.tables if table.name in text]
    said = [
        f"{table.name}: " + ", ".join(f"{e.name}({', '.join(e.required.values())}){'+' if e.paging else ''}" for e in table.endpoints)
        for table in tables
    ]
    return f"where {'; '.join(said)}; {arena.world.page_size} rows a page"


def show(found: Findings, seconds: float, *, every: bool) -> int:
    """Prints what was found; the exit code."""
    shown = None if every else MOST_SHOWN
    for title, texts in (
        ("wrong", sorted(found.wrong, key=len)),
        ("could be bound", found.bindable),
        ("more requests than needed", found.costly),
    ):
        for text in texts[:shown]:
            print(f"{title}: {text}\n")
    print("\n".join(found.lines(seconds)))
    sys.stdout.flush()
    return 1 if any(found.kinds[kind] for kind in WRONG) else 0


def clock() -> Callable[[], float]:
    """Seconds since this was called."""
    started = time.monotonic()
    return lambda: time.monotonic() - started
