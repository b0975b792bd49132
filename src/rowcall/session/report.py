"""What a statement did, for whoever asks after it: `Session.last`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rowcall.http.control import Exchange
    from rowcall.plan.explanation import Explanation


@dataclass(frozen=True, slots=True)
class Report:
    """The record of one statement."""

    statement_kind: str
    """`local` for what is DuckDB's own, else the first word: `select`, `insert`, `update`, `delete`, `exec`, `resume`, `show`, …"""
    elapsed_s: float = 0.0
    exchanges: Sequence[Exchange] = ()
    """Every HTTP exchange, retries included; secrets are redacted."""
    warnings: tuple[str, ...] = ()
    partial: bool = False
    """Whether rows are missing because requests failed and `on_error="partial"` allowed it."""
    cache_hits: int = 0
    """How many answers were taken from the cache in place of being asked for."""
    explanation: Explanation | None = None
    """For EXPLAIN of a statement that has to do with an API, what it answered, as records."""

    @property
    def requests(self) -> int:
        """How many HTTP requests were sent."""
        return len(self.exchanges)
