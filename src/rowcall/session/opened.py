"""What a session has open besides its database: the clients of providers, the file of kept answers, the journal of writes."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING

from rowcall.errors import UsageError

if TYPE_CHECKING:
    from rowcall.http.cachefile import CacheFile
    from rowcall.http.client import Client
    from rowcall.http.control import Control
    from rowcall.session.journal import Journal


class Opened:
    """Opens each when it is first needed. Where nobody closes it, the sockets are closed with the session."""

    def __init__(self) -> None:
        self.cache_file: CacheFile | None = None
        """Where answers are kept; None where that is this session's memory."""
        self._journal: Journal | None = None
        self._clients: dict[tuple[str, str | None], Client] = {}
        weakref.finalize(self, _close_all, self._clients)

    def client(self, instance: tuple[str, str | None], make: Callable[[], Client]) -> Client:
        """The client of a provider, or of a service with a key of its own, made where there is none."""
        if instance not in self._clients:
            self._clients[instance] = make()
        return self._clients[instance]

    def follow(self, path: str | None, control: Control | None = None) -> None:
        """Opens the file that settings name for answers, in place of another or of one that was removed.

        Raises UsageError where one that is new cannot be used.
        """
        before = self.cache_file
        is_named = path == (None if before is None else before.path)
        if is_named and (before is None or before.is_there):
            return
        opened = None
        if path is not None:
            from rowcall.http.cachefile import CacheFile

            try:
                opened = CacheFile(path, control)
            except UsageError:
                if is_named:  # it could be used when it was set: a read is warned, a write refused, and both when they come to it
                    return
                raise
        self.cache_file = opened
        if before is not None:
            before.close()

    def journal(self, path: str | None) -> Journal:
        """What writes are noted in, opened anew where settings name another file or it was removed; None is the user's own."""
        from rowcall.session.journal import Journal, default_path

        path, opened = path or default_path(), self._journal
        if opened is None or opened.path != path or not opened.is_there:
            self._journal = Journal(path)
            if opened is not None:
                opened.close()
            return self._journal
        return opened

    def close(self) -> None:
        """Closes all of it."""
        _close_all(self._clients)
        self._clients.clear()
        if self.cache_file is not None:
            self.cache_file.close()
            self.cache_file = None
        if self._journal is not None:
            self._journal.close()
            self._journal = None


def _close_all(clients: dict[tuple[str, str | None], Client]) -> None:
    for client in clients.values():
        client.close()
