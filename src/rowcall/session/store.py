"""Page bodies of one statement, in bounded memory."""

from __future__ import annotations

import sys
import tempfile
import threading
from typing import IO

from rowcall.engine.source import no_room
from rowcall.errors import EngineError

HELD = 64 * 2**20
"""How many bytes of pages a statement holds in memory; the rest waits in a file without a name, which is gone when the process is."""
Place = str | tuple[int, int]
"""Where a page is: here it is, or its offset and length in the file."""


class Store:
    """Takes pages and gives them back, from any thread."""

    def __init__(self, held: int = HELD) -> None:
        self._left = held
        self._file: IO[bytes] | None = None
        self._end = 0
        self._lock = threading.Lock()

    def put(self, body: str) -> Place:
        """Where the page is from now on. Raises EngineError where it does not fit into memory and cannot be written."""
        size = sys.getsizeof(body)
        with self._lock:
            if size <= self._left:
                self._left -= size
                return body
            try:
                return self._written(body.encode())
            except OSError as error:
                raise no_room(error) from error

    def _written(self, content: bytes) -> Place:
        if self._file is None:
            self._file = tempfile.TemporaryFile(prefix="rowcall-")  # noqa: SIM115 - closed by `close`
        self._file.seek(self._end)
        self._file.write(content)
        self._end += len(content)
        return self._end - len(content), len(content)

    def get(self, place: Place) -> str:
        """The page at a place that `put` gave. Raises EngineError where it cannot be read."""
        if isinstance(place, str):
            return place
        offset, length = place
        with self._lock:
            try:
                if self._file is None:  # the statement has ended while DuckDB was reading
                    raise EngineError("The pages of this statement are gone.")
                self._file.seek(offset)
                return self._file.read(length).decode()
            except OSError as error:
                raise EngineError(f"A page in a temporary file cannot be read: {error.strerror}.") from error

    @property
    def is_full(self) -> bool:
        """Whether pages had to be written to the file."""
        return self._file is not None

    def drop(self, place: Place) -> None:
        """Makes room: nobody asks for the page at this place again."""
        if isinstance(place, str):
            with self._lock:
                self._left += sys.getsizeof(place)

    def close(self) -> None:
        """Drops all pages."""
        with self._lock:
            file, self._file = self._file, None
        if file is not None:
            file.close()
