"""How well what was typed fits a name."""

from __future__ import annotations

import re
from functools import lru_cache

BEGINS, PART, WORD, WITHIN, LETTERS, SLIP = range(6)
"""It begins the name; it begins what is behind a dot of it; it begins a word of it; it stands in it; its letters do, in their order; it
would begin a word of it but for one letter that is wrong, too many or has changed places with the next. The lower the better."""
_SHORTEST = {WITHIN: 3, LETTERS: 2, SLIP: 4}
"""How many letters it takes for these to mean anything."""


def closeness(name: str, typed: str) -> int | None:
    """How well `typed` fits `name`, whatever their case; None where it does not.

    >>> [closeness("openai.assistants.run_steps", typed) for typed in ("open", "steps", "istant", "oarun", "setps", "x")]
    [0, 2, 3, 4, 5, None]
    """
    name, typed = name.casefold(), typed.casefold()
    if name.startswith(typed):
        return BEGINS
    if f".{typed}" in name:
        return PART
    if re.search(rf"(?<=[\W_]){re.escape(typed)}", name):
        return WORD
    if len(typed) >= _SHORTEST[WITHIN] and typed in name:
        return WITHIN
    letters = iter(name)
    if len(typed) >= _SHORTEST[LETTERS] and all(letter in letters for letter in typed):
        return LETTERS
    return SLIP if len(typed) >= _SHORTEST[SLIP] and _slips(typed).search(name) else None


@lru_cache(maxsize=8)
def _slips(typed: str) -> re.Pattern[str]:
    """Where `typed` would begin a word but for one letter; never the first one, which is seldom wrong."""
    pieces = []
    for at in range(1, len(typed)):
        before, letter, after = (re.escape(part) for part in (typed[1:at], typed[at], typed[at + 1 :]))
        pieces += [f"{before}.?{after}"]
        if at + 1 < len(typed):
            pieces += [f"{before}{re.escape(typed[at + 1])}{letter}{re.escape(typed[at + 2 :])}"]
    return re.compile(rf"(?<![^\W_]){re.escape(typed[0])}(?:{'|'.join(pieces)})")
