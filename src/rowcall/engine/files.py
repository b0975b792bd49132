"""What the engine's libraries keep in files: a DuckDB database, an Arrow stream."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from rowcall.errors import UsageError

if TYPE_CHECKING:
    from typing import BinaryIO

    from duckdb import DuckDBPyConnection, DuckDBPyRelation


def open_database(path: Path, *, read_only: bool = False) -> DuckDBPyConnection:
    """A connection to the database in `path`, which is made where it is absent and `read_only` is not set.

    Raises UsageError where it cannot be opened, with DuckDB's reason.
    """
    import duckdb

    try:
        return duckdb.connect(str(path), read_only=read_only)
    except duckdb.Error as error:
        raise UsageError(f"Cannot open the database {path}: {error}") from error


def write_arrow_stream(relation: DuckDBPyRelation, out: BinaryIO) -> None:
    """Write `relation` to `out` in Arrow's IPC stream format, a batch at a time.

    Raises ImportError where pyarrow is not installed.
    """
    import pyarrow as pa

    reader = relation.to_arrow_reader()
    with pa.ipc.new_stream(out, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)
