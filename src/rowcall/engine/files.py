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


class ArrowStream:
    """One table in Arrow's IPC stream format, made of relations of the same columns, a batch at a time."""

    def __init__(self, out: BinaryIO) -> None:
        """Raises ImportError where pyarrow is not installed."""
        import pyarrow as pa

        self._new_stream = pa.ipc.new_stream
        self._out = out
        self._writer: pa.ipc.RecordBatchStreamWriter | None = None
        self.count = 0
        """How many rows were added."""

    def add(self, relation: DuckDBPyRelation) -> None:
        """Writes the rows of a relation; of the first, the columns before."""
        reader = relation.to_arrow_reader()
        if self._writer is None:
            self._writer = self._new_stream(self._out, reader.schema)
        for batch in reader:
            self._writer.write_batch(batch)
            self.count += batch.num_rows

    def end(self) -> None:
        """Writes what says that this was all."""
        if self._writer is not None:
            self._writer.close()

    def break_off(self) -> None:
        """Leaves the stream so that no reader takes it for a whole one.

        A stream may end without a word where its file does, so that it ends within a message.
        Source: https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format
        """
        if self._writer is not None:
            self._out.write(_MESSAGE_WITHOUT_END)


_MESSAGE_WITHOUT_END = b"\xff\xff\xff\xff\x00\x01\x00\x00"
"""The start of a message of 256 bytes."""
