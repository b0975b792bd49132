"""A session's own settings: `SET rowcall_name = value`, read by SHOW SETTINGS."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from rowcall.errors import UsageError, nearest

_DOCS = {
    "on_error": ("VARCHAR", "error: the first failed request fails the statement; partial: its rows are left out, with a warning."),
    "max_requests": ("BIGINT", "The most HTTP requests a statement may send; NULL for no limit."),
    "timeout_s": ("DOUBLE", "The most seconds a statement may take over its requests; NULL for no limit."),
    "read_only": ("BOOLEAN", "Whether statements that change something at an API are refused. Cannot be switched off again."),
}


@dataclass(slots=True)
class Variables:
    """The settings and their values."""

    on_error: str = "error"
    max_requests: int | None = None
    timeout_s: float | None = None
    read_only: bool = False

    def set(self, name: str, value: Any) -> None:
        """Sets one; None puts its default back. Raises UsageError for a name or value that cannot be."""
        known = {field.name: field.default for field in fields(self)}
        if name not in known:
            close = nearest(name, known) or tuple(known)
            raise UsageError(f"No setting rowcall_{name}. There is rowcall_{', rowcall_'.join(close)}.")
        if name == "read_only" and self.read_only and value is not True:
            raise UsageError("rowcall_read_only cannot be switched off again.")
        setattr(self, name, known[name] if value is None else checked(name, value))

    def rows(self) -> list[dict[str, Any]]:
        """Each setting as `name, value, type, description`."""
        return [
            {"name": f"rowcall_{name}", "value": _text(getattr(self, name)), "type": type_, "description": description}
            for name, (type_, description) in _DOCS.items()
        ]


def _text(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def checked(name: str, value: Any) -> Any:
    """The value of a setting, as it is kept. Raises UsageError for one that cannot be."""
    if name == "on_error" and value in {"error", "partial"}:
        return value
    if name == "max_requests" and isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if name == "timeout_s" and isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0:
        return float(value)
    if name == "read_only" and isinstance(value, bool):
        return value
    kinds = {"on_error": "error or partial", "max_requests": "a whole number", "timeout_s": "seconds above 0", "read_only": "true or false"}
    raise UsageError(f"rowcall_{name} takes {kinds[name]}, not {value!r}.")
