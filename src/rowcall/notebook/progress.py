"""A bar for the statement that runs, by tqdm: there after half a second, gone when the statement ends."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rowcall.front.report import counted

if TYPE_CHECKING:
    from rowcall.session.progress import Progress
    from rowcall.session.session import Session

AFTER_S = 0.5
"""How long a statement runs before there is a bar."""
_EVERY_S = 0.1


def bars() -> Any:
    """What makes bars of the kind that the notebook can show; None where tqdm is not installed.

    Asked for once and in the main thread: it warns where there are no widgets, of what is no matter here.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from tqdm.auto import tqdm
        except ImportError:
            return None
    return tqdm


@contextmanager
def watched(session: Session, bar: Any) -> Iterator[None]:
    """Shows how far the session's statement is, while it lasts, with a bar of `bars`."""
    if bar is None:
        yield
        return
    ended = threading.Event()
    watcher = threading.Thread(target=_watch, args=(session, bar, ended), name="rowcall-progress", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        watcher.join()


def _watch(session: Session, make: Any, ended: threading.Event) -> None:
    bar, wait_s = None, AFTER_S
    while not ended.wait(wait_s):
        wait_s = _EVERY_S
        progress = session.progress()
        if progress is None or not (progress.requests or progress.under_way):
            continue  # what is DuckDB's alone, which has a bar of its own
        if bar is None:
            bar = make(desc="rowcall", unit=" requests", leave=False)
            bar.start_t -= progress.elapsed_s  # by which it tells how many there are in a second
        if progress.expected != bar.total:
            _expect(bar, progress.expected)
        bar.n = progress.requests
        bar.set_postfix_str(said(progress))
    if bar is not None:
        bar.close()


def _expect(bar: Any, total: int | None) -> None:
    """Tells a bar how many there will be; a widget takes that by `reset` alone, which would begin anew."""
    started = bar.start_t
    bar.reset(total)
    bar.total, bar.start_t = total, started


def said(progress: Progress) -> str:
    """What stands behind the bar, as `1,204 rows, 3 retries, waiting: rate limit 12 s`."""
    parts = [counted(progress.rows, "row")]
    if progress.retries:
        parts.append(f"{progress.retries:,} {'retry' if progress.retries == 1 else 'retries'}")
    if progress.cache_hits:
        parts.append(f"{progress.cache_hits:,} from the cache")
    if progress.waiting:
        parts.append(f"waiting: {progress.waiting}" + (f" {progress.waiting_s:.0f} s" if progress.waiting_s else ""))
    return ", ".join(parts)
