"""One object of the sandbox: what the API shows of it, and what it keeps for later."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any


@dataclass(slots=True, eq=False)
class Record:
    """An object of a collection. Nested values are replaced and never changed in place, for templates hand them around."""

    collection: str
    id: str
    parent: Record | None
    born: float
    """When it was created, in seconds from the clock's start."""
    number: int
    """Grows from one record to the next, over all collections."""
    rng: Random
    """The source of its own draws, so that what befalls others does not change them."""
    values: dict[str, Any] = field(default_factory=dict)
    plan: dict[str, Any] = field(default_factory=dict)
    uploaded: bytes | None = None
    """The file that it stands for, where one was sent."""
    entered: int = 0
    """How many states it has entered; a step that was planned in an earlier one is void."""
    gone: bool = False
    is_made_up: bool = False
    """Whether it was there from the start, made up of what the manifest says."""

    number_id: int | None = None
    """Its id, where that is a number."""

    @property
    def key(self) -> str | int:
        """What others name it by: its id, as JSON has it."""
        return self.id if self.number_id is None else self.number_id

    def field(self, name: str) -> Any:
        """What templates see under a name."""
        if name == "plan":
            return self.plan
        if name == "parent":
            return self.parent
        if name == "uploaded":
            return self.uploaded
        return self.values.get(name, self.key if name == "key" else None)

    def set(self, path: str, value: Any) -> None:
        """Gives the field at a dotted path a new value; `plan.` leads into the plan."""
        names = path.split(".")
        if names[0] == "plan":
            self.plan = _with(self.plan, names[1:], value)
        else:
            self.values = _with(self.values, names, value)


def _with(values: Any, names: list[str], value: Any) -> dict[str, Any]:
    """A copy of `values` in which the field that `names` lead to has another value."""
    copy = dict(values) if isinstance(values, dict) else {}
    copy[names[0]] = value if len(names) == 1 else _with(copy.get(names[0]), names[1:], value)
    return copy
