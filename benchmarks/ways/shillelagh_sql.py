"""shillelagh: SQLite over a URL of JSON. Each page is a table of its own, and the cursor is followed by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.data import PAGE, Answer, Setting
from shillelagh.backends.apsw.db import connect  # type: ignore[import-not-found]
from shillelagh.exceptions import ProgrammingError  # type: ignore[import-not-found]

# Its cache would answer the second round, so it is off; each page is then three requests (HEAD, the columns, the rows) in place of two.
CACHE = {"genericjsonapi": {"cache_expiration": -1}}
TOKENS = "json_extract(usage, '$.total_tokens')"


class Way:
    def __init__(self, setting: Setting) -> None:
        self._base_url = setting.base_url
        self._pool = ThreadPoolExecutor(setting.in_flight)

    def _ask(self, select: str, path: str, rest: str = "") -> list[Any]:
        own = connect(":memory:", adapters=["genericjsonapi"], adapter_kwargs=CACHE)
        try:
            return list(own.cursor().execute(f'SELECT {select} FROM "{self._base_url}/threads/{path}" {rest}').fetchall())
        finally:
            own.close()

    def _rows(self, select: str, thread: str) -> Iterator[Any]:
        """The rows of a chain, the id last in each."""
        after, has_more = "", True
        while has_more:
            try:
                rows = self._ask(f"{select}, id", f"{thread}/runs?limit={PAGE}{after}#$.data[*]")
            except ProgrammingError:  # an empty page has no columns, it says
                return
            yield from rows
            after, has_more = f"&after={rows[-1][-1]}", len(rows) == PAGE

    def whole(self, threads: Sequence[str]) -> Answer:
        return _sums((row[:-1] for thread in threads for row in list(self._rows(f"*, model, {TOKENS}", thread))), key=slice(-2, -1))

    def by_model(self, threads: Sequence[str]) -> Answer:
        chains = self._pool.map(lambda thread: list(self._rows(f"model, {TOKENS}", thread)), threads)
        return _sums((row[:-1] for rows in chains for row in rows), key=slice(0, -1))

    def first_ten(self, threads: Sequence[str]) -> Answer:
        return sorted(list(row) for row in self._ask("id, model", f"{threads[0]}/runs?limit=10#$.data[*]", "LIMIT 10"))

    def at_once(self, threads: Sequence[str]) -> Answer:
        return list(
            self._pool.map(lambda thread: _sums((row[:-1] for row in self._rows(f"model, {TOKENS}", thread)), key=slice(0, -1)), threads)
        )


def _sums(rows: Iterator[Any], key: slice) -> Answer:
    """The sums of the last field by those of `key`."""
    sums: Counter[Any] = Counter()
    for row in rows:
        sums[row[key]] += row[-1]
    return sorted([*by, tokens] for by, tokens in sums.items())
