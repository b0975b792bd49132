"""Plans that were made before, used again where DuckDB says what it said then.

A plan follows from the text of a statement, from what USE has set, and from what DuckDB is asked while it is made: nothing else goes into
it. So no plan has to be dropped when something changes. All its questions are asked again, and it is used where each has the answer that it
had.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from rowcall.plan.nodes import Scan
    from rowcall.plan.pieces import Describe, Evaluate
    from rowcall.plan.planner import Analysis

T = TypeVar("T")

_MOST = 32
"""How many plans a session keeps, those that were used last."""
_LONGEST = 4_000
"""How many characters a statement may have, and an answer; a plan of a longer one would take a megabyte and more."""
_MOST_CALLS = 250
"""How many calls a plan may have that is kept."""

_Question = tuple[str, Any]
"""A method of `Asked`, and what it is asked about."""


class Asked:
    """What DuckDB is asked for one statement, each question once."""

    def __init__(
        self,
        is_local: Callable[[Sequence[str]], bool],
        describe: Describe,
        evaluate: Evaluate,
        can_bind: Callable[[str], bool],
        bind: Callable[[str], None],
    ) -> None:
        self._doors: dict[str, Callable[[Any], Any]] = {
            "is_local": is_local,
            "describe": describe,
            "evaluate": evaluate,
            "can_bind": can_bind,
            "bind": bind,
        }
        self._answers: dict[_Question, Any] = {}
        self._is_clear = True
        """Whether every question had an answer."""

    def is_local(self, parts: Sequence[str]) -> bool:
        """Whether there is a table of the user's of this name."""
        return bool(self.ask(("is_local", tuple(parts))))

    def describe(self, source: str) -> Mapping[str, str] | None:
        """As `Describe` has it."""
        found: Mapping[str, str] | None = self.ask(("describe", source))
        return found

    def evaluate(self, sql: str) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
        """As `Evaluate` has it."""
        found: tuple[Sequence[str], list[tuple[Any, ...]]] = self.ask(("evaluate", sql))
        return found

    def can_bind(self, text: str) -> bool:
        """Whether DuckDB can bind a text."""
        return bool(self.ask(("can_bind", text)))

    def bind(self, text: str) -> None:
        """Raises BindError where DuckDB cannot bind a text."""
        self.ask(("bind", text))

    def ask(self, question: _Question) -> Any:
        """The answer to any of the above."""
        if question not in self._answers:
            kind, about = question
            try:
                self._answers[question] = self._doors[kind](about)
            except Exception:
                self._is_clear = False
                raise
        return self._answers[question]

    def stand_for(self, earlier: Asked) -> None:
        """Until this is closed, answers what is asked of an earlier one, which the plan that was made by that may do still."""
        earlier._doors = self._doors

    def close(self) -> None:
        """Lets go of what is asked, and of its answers: a plan that is kept keeps nothing else."""
        self._doors.clear()
        self._answers.clear()

    def said(self) -> tuple[tuple[_Question, str], ...] | None:
        """All questions in their order, each with what tells its answer from any other; None where one had none, or one too long."""
        found = tuple((question, _told(answer)) for question, answer in self._answers.items())
        return found if self._is_clear and all(len(answer) <= _LONGEST for _, answer in found) else None


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement that was planned in one go."""

    analysis: Analysis
    scans: tuple[Scan, ...]
    asked: Asked
    """What its analysis asks."""
    said: tuple[tuple[_Question, str], ...]
    """What it follows from."""


class Plans:
    """The plans of one session."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, tuple[str, ...]], Plan] = OrderedDict()

    def again(self, text: str, use: tuple[str, ...], asked: Asked) -> Plan | None:
        """The plan of a statement, where it was planned before and all that was asked for it has the same answer now."""
        plan = self._kept.get((text, use))
        if plan is None or not all(_is_said_again(asked, *said) for said in plan.said):
            return None
        asked.stand_for(plan.asked)
        self._kept.move_to_end((text, use))
        return plan

    def keep(self, text: str, use: tuple[str, ...], asked: Asked, analysis: Analysis, scans: tuple[Scan, ...]) -> None:
        """Keeps the plan that was made of what was asked, unless it is a large one."""
        said = asked.said()
        if said is None or len(text) > _LONGEST or sum(len(scan.calls) for scan in scans) > _MOST_CALLS:
            return
        self._kept[text, use] = Plan(analysis, scans, asked, said)
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)


def _told(answer: Any) -> str:
    """What tells an answer from any other: of the rows of a query, which come in any order, their types too."""
    if isinstance(answer, tuple):
        types, rows = answer
        return f"{types} {sorted(map(repr, rows))}"
    return repr(answer)


def _is_said_again(asked: Asked, question: _Question, answer: str) -> bool:
    """Whether a question has the answer that it had; not so where it has none, which what asks it next will see."""
    try:
        return _told(asked.ask(question)) == answer
    except Exception:  # noqa: BLE001 - the statement is planned anew, and meets it there
        return False
