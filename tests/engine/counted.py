"""Pages that count how many of them were asked for."""

from __future__ import annotations


class Counted:
    """Pages of one row each, given one at a time; those from `fails` on cannot be had."""

    def __init__(self, count: int, fails: int | None = None) -> None:
        self.asked = 0
        self._count = count
        self._fails = fails

    def __getitem__(self, span: slice, /) -> list[tuple[str, str]]:
        if self._fails is not None and span.start >= self._fails:
            raise ValueError("sk-very-secret")
        self.asked = max(self.asked, span.start + 1)
        return [(str(span.start), "k")] if span.start < self._count else []
