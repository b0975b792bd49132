"""The user's own editor, for a statement that is longer than a line."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rowcall.errors import UsageError


def edited(text: str) -> str | None:
    """`text` as the user saved it in `$VISUAL` or `$EDITOR`, without space around it; None where nothing was saved, or nothing is left.

    Raises UsageError where the editor cannot be started, or ends with an error: what it left may not be what was meant.
    """
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or ("notepad" if os.name == "nt" else "vi")
    with tempfile.TemporaryDirectory(prefix="rowcall-") as folder:  # which only its owner can look into
        path = Path(folder) / "statement.sql"
        path.write_text(text, encoding="utf-8")
        os.utime(path, (0, 0))  # so that saving shows, however fast it is
        _run(command, path)
        try:
            is_saved = path.stat().st_mtime != 0
            return (is_saved and path.read_text("utf-8-sig").strip()) or None
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(
                f"What {command} saved cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8 text'}."
            ) from error


def _run(command: str, path: Path) -> None:
    try:
        with _leaving_ctrl_c():
            code = subprocess.run([*shlex.split(command), str(path)], check=False).returncode  # noqa: S603 - the user's own
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"Cannot start the editor {command}: {why}. Say which in the variable EDITOR.") from error
    if code:
        raise UsageError(f"The editor {command} ended with code {code}; nothing is run.")


@contextmanager
def _leaving_ctrl_c() -> Iterator[None]:
    """While it lasts Ctrl-C is the editor's, to which the terminal sends it too."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
