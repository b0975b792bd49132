"""What DuckDB scans in place of a remote reference, for the DuckDB version at hand."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from typing import Any

from rowcall.engine.arrow import PAGES_PER_BATCH, Pages, PageStream, full
from rowcall.errors import EngineError

HELD = 64 * 2**20
"""How many bytes of pages a table of pyarrow's holds; with more it is a file without a name, mapped as far as there is room in memory."""


@cache
def streams() -> bool:
    """Whether this DuckDB scans Arrow streams of ours: 2.0 does; 1.5 hangs or aborts on them, and gets a pyarrow table instead."""
    import duckdb

    return int(duckdb.__version__.split(".", 1)[0]) >= 2


def page_source(pages: Pages) -> object:
    """An object of the columns `page` and `key` for DuckDB's replacement scan, readable any number of times.

    Where it is a table of pyarrow's, `pages` are read to their end here. Raises EngineError where they fit neither into memory nor into a
    temporary file.
    """
    return PageStream(pages) if streams() else _table(pages)


def _table(pages: Pages) -> Any:
    """A pyarrow table of all pages."""
    pyarrow = arrow()
    schema = pyarrow.schema({"page": pyarrow.string(), "key": pyarrow.string()})
    batches = (pyarrow.record_batch(list(zip(*batch, strict=True)), schema=schema) for batch in _batches(pages))
    held, size = [], 0
    for batch in batches:
        held.append(batch)
        size += batch.nbytes
        if size > HELD:
            break
    else:
        return pyarrow.Table.from_batches(held, schema=schema)
    try:
        with tempfile.TemporaryFile(prefix="rowcall-") as file:
            with pyarrow.ipc.new_file(file, schema) as writer:
                while held:
                    writer.write_batch(held.pop(0))
                for batch in batches:
                    writer.write_batch(batch)
            file.flush()
            descriptors = "/proc/self/fd" if sys.platform == "linux" else "/dev/fd"
            # A map outlives the file that it is of.
            return pyarrow.ipc.open_file(pyarrow.memory_map(f"{descriptors}/{file.fileno()}")).read_all()
    except OSError as error:
        raise no_room(error) from error


def no_room(error: OSError) -> EngineError:
    """What to say where pages that do not fit into memory cannot be written to a temporary file."""
    return EngineError(
        f"The pages of this statement do not fit into memory, nor into a temporary file: {error.strerror or error}. "
        "Ask for less, or name a directory with more room in TMPDIR."
    )


def _batches(pages: Pages) -> Iterator[list[tuple[str, str]]]:
    at = 0
    while batch := full(pages[at : at + PAGES_PER_BATCH]):
        yield batch
        at += len(batch)


@cache
def arrow() -> Any:
    """The pyarrow module, which DuckDB 1.5 needs. Raises EngineError that says how to get it.

    It is imported in a thread of its own, which no Ctrl-C meets: it imports pandas while it is made, and what an interruption leaves of
    both keeps the lock of all imports, so that every other thread would wait for ever.
    """
    from concurrent.futures import ThreadPoolExecutor  # which cannot be loaded when the process ends

    return ThreadPoolExecutor(1, thread_name_prefix="rowcall-import").submit(_arrow).result()


def _arrow() -> Any:
    try:
        import pyarrow as module
        import pyarrow.dataset  # DuckDB 1.5 imports it while it holds its own lock, and hangs
        import pyarrow.ipc
    except ImportError as error:
        raise EngineError("DuckDB 1.5 needs pyarrow here: install rowcall[arrow], or DuckDB 2.0.") from error
    return module
