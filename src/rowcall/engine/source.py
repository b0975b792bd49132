"""What DuckDB scans in place of a remote reference, for the DuckDB version at hand."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from rowcall.errors import EngineError

Pages = Sequence[tuple[str, str]]
"""Page bodies, each with the JSON object of the parameters it was fetched for."""


@cache
def streams() -> bool:
    """Whether this DuckDB scans Arrow streams of ours: 2.0 does; 1.5 hangs or aborts on them, and gets a pyarrow table instead."""
    import duckdb

    return int(duckdb.__version__.split(".", 1)[0]) >= 2


def page_source(pages: Pages) -> object:
    """An object of the columns `page` and `key` for DuckDB's replacement scan, readable any number of times."""
    if streams():
        from rowcall.engine.arrow import PageStream

        return PageStream(pages)
    pyarrow = arrow()
    text = pyarrow.string()
    return pyarrow.table({"page": pyarrow.array([page for page, _ in pages], text), "key": pyarrow.array([key for _, key in pages], text)})


def arrow() -> Any:
    """The pyarrow module, which DuckDB 1.5 needs. Raises EngineError that says how to get it."""
    try:
        import pyarrow as module
        import pyarrow.dataset  # DuckDB 1.5 imports it while it holds its own lock, and hangs
    except ImportError as error:
        raise EngineError("DuckDB 1.5 needs pyarrow here: install rowcall[arrow], or DuckDB 2.0.") from error
    return module
