"""A session's own settings: what they are, where each can be said, and which of these places wins.

They bound and guard statements, so that a place may hold a limit and another lift it: "no limit" is a value, None here, and differs from
"nothing said", which is UNSET or absence.
"""

from __future__ import annotations

import copy
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self, TypeAlias

from rowcall.errors import UsageError, nearest
from rowcall.session.limits import duration_s, limits_by_name

if TYPE_CHECKING:
    from rowcall.manifest.model import RateLimit


class Unset(Enum):
    """The type of UNSET."""

    UNSET = "left out"

    def __repr__(self) -> str:
        """As a signature shows it."""
        return "<left out>"


UNSET: Final = Unset.UNSET
"""The value of an argument that was left out, where None means "no limit"."""

ORIGINS = ("config file", "environment", "profile", "connect", "SET", "option", "call")
"""Where a setting can be said, each winning over those before it; `option` is the command line's."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What there is to know of one setting."""

    type: str
    default: Any
    takes: str
    """Its values, in words."""
    unlimited: bool
    """Whether it may be None."""
    description: str
    without: str = "no limit"
    """What None means."""


SETTINGS = {
    "on_error": Setting(
        "VARCHAR",
        "error",
        "error or partial",
        unlimited=False,
        description="error: the first failed request fails the statement; partial: its rows are left out, a write goes on; with a warning.",
    ),
    "max_requests": Setting(
        "BIGINT",
        1000,
        "a whole number",
        unlimited=True,
        description="The most HTTP requests a statement may send; NULL for no limit.",
    ),
    "max_write_rows": Setting(
        "BIGINT",
        1,
        "a whole number",
        unlimited=True,
        description="The most rows a statement may write at an API unasked; NULL for no limit. DELETE is sent only where it is set.",
    ),
    "timeout_s": Setting(
        "DOUBLE",
        None,
        "seconds above 0, or a time as 500ms, 5s or 2min",
        unlimited=True,
        description="The most seconds a statement may take over its requests; NULL for no limit.",
    ),
    "read_only": Setting(
        "BOOLEAN",
        False,  # noqa: FBT003 - it stands beside the other defaults
        "true or false",
        unlimited=False,
        description="Whether statements that change something at an API are refused. Cannot be switched off again by SET.",
    ),
    "cache": Setting(
        "VARCHAR",
        None,
        "how long, as 60s, 5m or 1h",
        unlimited=True,
        description="How old an answer may be that a read takes in place of a request; NULL to ask each time. Writes empty it.",
        without="no cache",
    ),
    "cache_file": Setting(
        "VARCHAR",
        None,
        "the path of a file",
        unlimited=True,
        description="Where the answers of rowcall_cache are kept for other processes and later ones; NULL for this session's memory.",
        without="memory",
    ),
    "journal": Setting(
        "VARCHAR",
        None,
        "the path of a file, or :memory:",
        unlimited=True,
        description="Where writes are noted before they are sent, and what became of them; NULL for a file in your own state folder.",
        without="a file in your own state folder",
    ),
    "rate_limits": Setting(
        "VARCHAR",
        None,
        "limits by provider, as openai=500/60s, 10/s; azure=none",
        unlimited=True,
        description="How many requests may go out in a time, by provider, service or resource; NULL for what settings and manifests say.",
        without="what the providers say",
    ),
    "max_in_flight": Setting(
        "BIGINT",
        None,
        "a whole number above 0",
        unlimited=True,
        description="The most requests a statement may have under way at a provider; NULL for as many as the provider's own max_in_flight.",
        without="what the providers say",
    ),
    "allow_full_writes": Setting(
        "BOOLEAN",
        False,  # noqa: FBT003
        "true or false",
        unlimited=False,
        description="Whether an UPDATE or DELETE may change all rows of a resource, without a WHERE that says which.",
    ),
    "allow_writes_in_transaction": Setting(
        "BOOLEAN",
        False,  # noqa: FBT003
        "true or false",
        unlimited=False,
        description="Whether an API may be written to while a transaction is open, though ROLLBACK does not undo that.",
    ),
}
"""Every setting by its name, without `rowcall_`."""
At: TypeAlias = Callable[[str], str]
"""Where a setting is said, as the beginning of an error."""
ALIASES = {"timeout": "timeout_s"}
"""Other names that SET and RESET take."""


class Variables:
    """The settings of one session, place by place."""

    def __init__(self, said: Mapping[str, dict[str, Any]] | None = None) -> None:
        self._said: dict[str, dict[str, Any]] = {origin: {} for origin in ORIGINS} | dict(said or {})

    def read(self, origin: str, values: Mapping[str, Any], at: At) -> None:
        """Keeps what the config file or the environment says, where "none" stands for no limit. Raises UsageError as `say` does."""
        self.say(origin, {name: None if value == "none" and _unlimited(name) else value for name, value in values.items()}, at)

    def say(self, origin: str, values: Mapping[str, Any], at: At | None = None) -> None:
        """Keeps what is said at one of ORIGINS; UNSET, and None where a setting has no such value, say nothing.

        Raises UsageError for a name or value that cannot be; it begins with the place that `at` gives of a name.
        """
        said = {name: value for name, value in values.items() if value is not UNSET}
        self._said[origin] = {name: _checked(name, value, at) for name, value in said.items() if value is not None or _unlimited(name)}

    def in_call(self, **values: Any) -> Self:
        """These settings with the arguments of one call. Raises UsageError for a value that cannot be."""
        settings = type(self)(self._said)
        settings.say("call", values)
        return settings

    def copy(self) -> Self:
        """The same settings, to be changed by themselves."""
        return type(self)(copy.deepcopy(self._said))

    def set(self, name: str, value: Any) -> None:
        """What `SET rowcall_name = value` does; NULL is no limit, and RESET for a setting that always has a value.

        Raises UsageError for a name or value that cannot be.
        """
        known_setting(name, "rowcall_")
        if value is None and not SETTINGS[name].unlimited:
            self.reset(name)
            return
        value = _checked(name, value, None, "rowcall_")
        self._refuse_to_open(name, value)
        self._said["SET"][name] = value

    def reset(self, name: str) -> None:
        """What `RESET rowcall_name` does: what is said elsewhere holds again. Raises UsageError for a name that cannot be."""
        known_setting(name, "rowcall_")
        self._refuse_to_open(name, None)
        self._said["SET"].pop(name, None)

    def _refuse_to_open(self, name: str, value: Any) -> None:
        if name == "read_only" and self.read_only and value is not True:
            raise UsageError("rowcall_read_only cannot be switched off again.")

    def value(self, name: str) -> Any:
        """The value that holds."""
        origin = self.source(name)
        return SETTINGS[name].default if origin == "default" else self._said[origin][name]

    def source(self, name: str) -> str:
        """Where the value that holds was said: one of ORIGINS, or `default`."""
        return next((origin for origin in reversed(ORIGINS) if name in self._said[origin]), "default")

    @property
    def on_error(self) -> str:
        """`error` or `partial`."""
        return str(self.value("on_error"))

    @property
    def max_requests(self) -> int | None:
        """How many requests a statement may send; None for any number."""
        limit: int | None = self.value("max_requests")
        return limit

    @property
    def max_write_rows(self) -> int | None:
        """How many rows a statement may write without anybody being asked; None for any number."""
        limit: int | None = self.value("max_write_rows")
        return limit

    @property
    def timeout_s(self) -> float | None:
        """How many seconds a statement may take over its requests; None for any number."""
        limit: float | None = self.value("timeout_s")
        return limit

    @property
    def cache_s(self) -> float | None:
        """How many seconds old an answer may be that is taken in place of a request; None where each is asked for."""
        return duration_s(self.value("cache") or "")

    @property
    def cache_file(self) -> str | None:
        """Where answers are kept; None for memory."""
        path: str | None = self.value("cache_file")
        return path

    @property
    def journal(self) -> str | None:
        """Where writes are noted; None for the file in the user's state folder."""
        path: str | None = self.value("journal")
        return path

    @property
    def rate_limits(self) -> dict[str, tuple[RateLimit, ...]]:
        """What is said of providers, services and resources, by name; nothing of those for which settings or manifests hold."""
        text: str | None = self.value("rate_limits")
        return {} if text is None else limits_by_name(text)

    @property
    def max_in_flight(self) -> int | None:
        """How many requests a statement may have under way at a provider; None for as many as the provider allows."""
        limit: int | None = self.value("max_in_flight")
        return limit

    @property
    def read_only(self) -> bool:
        """Whether no statement may change anything at an API."""
        return bool(self.value("read_only"))

    @property
    def allow_full_writes(self) -> bool:
        """Whether an UPDATE or DELETE may be about all rows of a resource."""
        return bool(self.value("allow_full_writes"))

    @property
    def allow_writes_in_transaction(self) -> bool:
        """Whether an API may be written to while a transaction of the user's is open."""
        return bool(self.value("allow_writes_in_transaction"))

    def rows(self) -> list[dict[str, Any]]:
        """Each setting as `name, value, default, source, type, description`."""
        return [
            {
                "name": f"rowcall_{name}",
                "value": _text(self.value(name)),
                "default": _text(setting.default),
                "source": self.source(name),
                "type": setting.type,
                "description": setting.description,
            }
            for name, setting in SETTINGS.items()
        ]


_PATHS = frozenset({"cache_file", "journal"})


def _are_limits(text: str) -> bool:
    try:
        return bool(limits_by_name(text))
    except ValueError:
        return False


def _text(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _unlimited(name: str) -> bool:
    """Whether a setting may be None."""
    return name in SETTINGS and SETTINGS[name].unlimited


def known_setting(name: str, prefix: str = "", at: At | None = None) -> None:
    """Raises UsageError for a name that no setting has, with those that are near."""
    if name in SETTINGS:
        return
    close = nearest(name, SETTINGS)
    names = ", ".join(f"{prefix}{known}" for known in close or SETTINGS)
    no = f"{at(name)}: no" if at else "No"
    raise UsageError(f"{no} setting {prefix}{name}. {'Did you mean' if close else 'There is'} {names}{'?' if close else '.'}")


def from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """What variables say of settings, by the names of these: `ROWCALL_MAX_REQUESTS` of max_requests. An empty one says nothing."""
    said = {name: environment.get(variable_of(name)) for name in SETTINGS}
    return {name: _read(SETTINGS[name].type, text) for name, text in said.items() if text}


def variable_of(name: str) -> str:
    """The variable that says something of a setting."""
    return f"ROWCALL_{name.upper()}"


def _read(kind: str, text: str) -> Any:
    """The value that a text stands for, by the type of a setting; the text itself where it stands for none."""
    if kind == "BOOLEAN":
        return {"true": True, "1": True, "false": False, "0": False}.get(text.casefold(), text)
    number = text.strip()
    if kind == "BIGINT" and number.isascii() and number.isdecimal():
        return int(number)
    if kind == "DOUBLE" and re.fullmatch(r"\d+(\.\d+)?", number):
        return float(number)
    return text


def _checked(name: str, value: Any, at: At | None, prefix: str = "") -> Any:
    """The value of a setting, as it is kept. Raises UsageError for one that cannot be."""
    known_setting(name, prefix, at)
    if value is None and SETTINGS[name].unlimited:
        return None
    if name in _PATHS and isinstance(value, (str, os.PathLike)) and str(value):
        return str(Path(value).expanduser())
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if name == "timeout_s":
        seconds = duration_s(value) if isinstance(value, str) else value if is_number else None
        if seconds is not None and seconds > 0:
            return float(seconds)
    fits = {
        "on_error": value in ("error", "partial"),
        "max_requests": is_number and isinstance(value, int) and value >= 0,
        "max_write_rows": is_number and isinstance(value, int) and value >= 0,
        "max_in_flight": is_number and isinstance(value, int) and value >= 1,
        "cache": isinstance(value, str) and duration_s(value) is not None,
        "rate_limits": isinstance(value, str) and _are_limits(value),
    }
    if not fits.get(name, SETTINGS[name].type == "BOOLEAN" and isinstance(value, bool)):
        none = "NULL" if prefix else '"none"' if at else "None"
        limit = f", or {none} for {SETTINGS[name].without}" if SETTINGS[name].unlimited else ""
        where = f"{at(name)}: " if at else ""
        raise UsageError(f"{where}{prefix}{name} takes {SETTINGS[name].takes}{limit}, not {value!r}.")
    return value
