"""Rows that an API gives twice, which would be rows too many here, and mostly others too few.

It is for lists whose rows each have an id: there two rows of the same text are one row.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from rowcall.errors import PageLoopError, ResponseError

_MOVED = "they may have moved while they were read."
_AGAIN = "Run the statement again."


class Repeats:
    """The pages of one call, as far as it takes to know one again: some bytes a page, and eight a row where `counted`."""

    def __init__(self, *, counted: bool) -> None:
        """With `counted`, a page is asked for by its number: one that is shorter than another may stand elsewhere than is thought."""
        self._begun: set[int] = set()
        """The first row of each page: of one that comes again in another size, after others, nothing else may be the same."""
        self._before: Sequence[Any] = ()
        self._rows = array("q") if counted else None
        self._widest = 0

    def check(self, resource: str, records: Sequence[Any]) -> None:
        """Notes a page. Raises PageLoopError for one that begins as one before it, ResponseError for one that begins within the last.

        Of the rows before it looks at those of the last page, and for a short one that is counted at all of them.
        """
        if not records:
            return
        first = hash(bytes(records[0]))
        if first in self._begun:
            raise PageLoopError(f"{resource}: the API gave a page again that came before; rows would be there twice.")
        if records[0] in self._before:
            raise ResponseError(f"{resource}: the API gave rows twice, on one page and on the next; {_MOVED}", hint=_AGAIN)
        self._begun.add(first)
        self._before = records
        if self._rows is not None:
            self._check_rows(resource, self._rows, [hash(bytes(record)) for record in records])

    def _check_rows(self, resource: str, before: array[int], rows: list[int]) -> None:
        if len(rows) < self._widest and set(rows) <= set(before):
            raise ResponseError(
                f"{resource}: the API gave a shorter page than before, of rows that came before; others would be missing.", hint=_AGAIN
            )
        self._widest = max(self._widest, len(rows))
        before.extend(rows)
