"""What is configured of a method, and of what it belongs to: an entry holds for all below it that say nothing else."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Config:
    """The configurations that hold somewhere."""

    levels: tuple[Mapping[str, Any], ...] = ()
    """The innermost first."""

    def within(self, config: Any) -> Config:
        """What holds for something that has a configuration of its own, or, with anything but an object, none."""
        return Config((config, *self.levels)) if isinstance(config, dict) and config else self

    def get(self, name: str) -> Any:
        """What the innermost says that says anything; None where none does."""
        return next((level[name] for level in self.levels if level.get(name) is not None), None)

    def pagination(self) -> dict[str, Any]:
        """How pages follow one another: where a level says half of it, the next one around it says the rest."""
        found: dict[str, Any] = {}
        for level in self.levels:
            found = table(level.get("pagination")) | found
            if "requestToken" in found and "responseToken" in found:
                break
        return found

    def algorithm(self, name: str) -> str:
        """The algorithm of an entry, "" where there is none."""
        found = self.get(name)
        return text(found.get("algorithm")) if isinstance(found, dict) else ""


def text(value: Any) -> str:
    """A scalar as text, and anything else as none."""
    return "" if value is None or isinstance(value, (dict, list)) else str(value).lower() if isinstance(value, bool) else str(value)


def table(value: Any) -> dict[str, Any]:
    """An object, and anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: Any) -> list[Any]:
    """An array, and anything else as an empty one."""
    return value if isinstance(value, list) else []


_LONGEST = 300


_TAG = re.compile(r"</?(?:(?P<line>br|li|ol|p|ul)|a|b|code|em|i|strong|sub|sup)(?:\s[^<>]*)?/?>", re.IGNORECASE)
"""Markup of HTML in a description, where a line ends or within one; `<name>` is a placeholder."""


def prose(value: Any) -> str:
    """The first paragraph of a description, on one line, not too long and without markup of HTML."""
    first = re.split(r"\n\s*\n", _TAG.sub(lambda tag: " " if tag["line"] else "", text(value)).strip(), maxsplit=1)[0]
    line = " ".join(first.split())
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1].rpartition(" ")[0] + "…"
