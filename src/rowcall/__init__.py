"""rowcall: any HTTP API as SQL tables, on your own DuckDB.

`connect()` gives a Session; `Session.sql()` a DuckDB relation; `Sandbox()` a local API to try it on. Everything is loaded when it is
first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rowcall.errors import RowcallError
    from rowcall.plan.explanation import Explanation
    from rowcall.sandbox.server import Sandbox
    from rowcall.session.guards import Pending
    from rowcall.session.progress import Progress
    from rowcall.session.report import Report
    from rowcall.session.session import Session, connect

__all__ = ["Explanation", "Pending", "Progress", "Report", "RowcallError", "Sandbox", "Session", "__version__", "connect"]

__version__ = "0.1.0"

_HOMES = {
    "Explanation": "rowcall.plan.explanation",
    "Pending": "rowcall.session.guards",
    "Progress": "rowcall.session.progress",
    "Report": "rowcall.session.report",
    "RowcallError": "rowcall.errors",
    "Sandbox": "rowcall.sandbox.server",
    "Session": "rowcall.session.session",
    "connect": "rowcall.session.session",
}


def __getattr__(name: str) -> Any:
    """The public names, each loaded from its room when first asked for."""
    if name not in _HOMES:
        raise AttributeError(f"module 'rowcall' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext rowcall` calls in a notebook. Raises ImportError where the extra `notebook` is not installed."""
    from importlib import import_module

    import_module("rowcall.notebook.magics").load(shell)


def __dir__() -> list[str]:
    return sorted(__all__)
