"""Plans that were made before, used again where DuckDB says what it said then.

A plan follows from the text of a statement, from what USE has set, and from what DuckDB is asked while it is made: nothing else goes into
it. So no plan has to be dropped when something changes. All its questions are asked again, and it is used where each has the answer that it
had. Where only values are others, as those of parameters are, the statement is still understood, and no more than its requests are planned.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from rowcall.errors import RowcallError

if TYPE_CHECKING:
    from rowcall.plan.analysis import Analysis
    from rowcall.plan.nodes import Scan
    from rowcall.plan.pieces import Describe, Evaluate

T = TypeVar("T")

_MOST = 32
"""How many plans a session keeps, those that were used last."""
_LONGEST = 4_000
"""How many characters a statement may have, and an answer; a plan of a longer one would take a megabyte and more."""
_MOST_CALLS = 250
"""How many calls a plan may have that is kept."""
_MOST_QUESTIONS = 50
"""How many questions it may take."""

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
            "tell": evaluate,
            "evaluate": evaluate,
            "can_bind": can_bind,
            "bind": bind,
        }
        self._answers: dict[_Question, Any] = {}
        self._needed: set[_Question] = set()
        """The values that were not only looked at to see whether they are others."""
        self._is_clear = True
        """Whether every question had an answer."""

    def is_local(self, parts: Sequence[str]) -> bool:
        """Whether there is a table of the user's of this name."""
        return bool(self.ask(("is_local", tuple(parts))))

    def describe(self, source: str) -> Mapping[str, str] | None:
        """As `Describe` has it."""
        found: Mapping[str, str] | None = self.ask(("describe", source))
        return found

    def tell(self, sql: str) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
        """As `Evaluate` has it, of what a statement is understood by."""
        found: tuple[Sequence[str], list[tuple[Any, ...]]] = self.ask(("tell", sql))
        return found

    def evaluate(self, sql: str) -> tuple[Sequence[str], list[tuple[Any, ...]]]:
        """As `Evaluate` has it, of the values that its requests are made of."""
        self._needed.add(("evaluate", sql))
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

    def close(self) -> None:
        """Lets go of what is asked, and of its answers: a plan that is kept keeps nothing else."""
        self._doors.clear()
        self._answers.clear()

    def said(self) -> tuple[tuple[_Question, str], ...] | None:
        """All questions, each with what tells its answer from any other; None where one had none, or one too long, or they are many."""
        asked = ((question, answer) for question, answer in self._answers.items() if question[0] != "evaluate" or question in self._needed)
        found = tuple((question, _told(answer)) for question, answer in asked)
        is_short = len(found) <= _MOST_QUESTIONS and all(len(answer) <= _LONGEST for _, answer in found)
        return found if self._is_clear and is_short else None


@dataclass(frozen=True, slots=True)
class Plan:
    """A statement that was planned in one go."""

    analysis: Analysis
    scans: tuple[Scan, ...] | None
    """None where values are others than they were, so that it takes a planner."""
    said: tuple[tuple[_Question, str], ...]
    """What it follows from."""
    stand_ins: Mapping[int, str]
    """Those of the analysis before anything was fetched."""


class Plans:
    """The plans of one session."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, tuple[str, ...]], Plan] = OrderedDict()

    def again(self, text: str, use: tuple[str, ...], asked: Asked) -> Plan | None:
        """The plan of a statement, where it was planned before and all that was asked for it has the same answer now.

        Its analysis asks what is `asked` now. Where only values differ it has no scans, and is no longer kept.
        """
        plan = self._kept.pop((text, use), None)
        if plan is None:
            return None
        is_same = True
        for question, answer in plan.said:
            is_value = question[0] == "evaluate"
            if is_value and not is_same:
                continue  # with other values before it there may be no such question, and in a transaction an error would count
            if not _is_said_again(asked, question, answer):
                if not is_value:
                    return None
                is_same = False
        plan.analysis.scopes.ask_again(asked.describe, asked.tell, plan.stand_ins)
        if not is_same:
            return replace(plan, scans=None)
        self._kept[text, use] = plan
        return plan

    def keep(self, text: str, use: tuple[str, ...], asked: Asked, analysis: Analysis, scans: tuple[Scan, ...]) -> None:
        """Keeps the plan that was made of what was asked, unless it is a large one."""
        said = asked.said()
        if said is None or len(text) > _LONGEST or sum(len(scan.calls) for scan in scans) > _MOST_CALLS:
            return
        self._kept[text, use] = Plan(analysis, scans, said, dict(analysis.scopes.stand_ins))
        while len(self._kept) > _MOST:
            self._kept.popitem(last=False)


def _told(answer: Any) -> str:
    """What tells an answer from any other: of the rows of a query, which come in any order, their types too."""
    if isinstance(answer, tuple):
        types, rows = answer
        return f"{types} {sorted(map(repr, rows))}"
    return repr(answer)


def _is_said_again(asked: Asked, question: _Question, answer: str) -> bool:
    """Whether a question has the answer that it had; not so where it has none, which what asks it next will see.

    Raises Cancelled where the statement is interrupted.
    """
    try:
        return _told(asked.ask(question)) == answer
    except RowcallError:
        return False  # the statement is planned anew, and meets it there
