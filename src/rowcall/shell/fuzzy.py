"""How well what was typed fits a name."""

from __future__ import annotations

import re

BEGINS, WORD, WITHIN, LETTERS = range(4)
"""It begins the name; it begins a word of it; it stands in it; its letters do, in their order. The lower the better."""
_SHORTEST = {WITHIN: 3, LETTERS: 2}
"""How many letters it takes for these to mean anything."""


def closeness(name: str, typed: str) -> int | None:
    """How well `typed` fits `name`, whatever their case; None where it does not.

    >>> [closeness("openai.assistants.run_steps", typed) for typed in ("open", "steps", "istant", "oarun", "x")]
    [0, 1, 2, 3, None]
    """
    name, typed = name.casefold(), typed.casefold()
    if name.startswith(typed):
        return BEGINS
    if re.search(rf"(?<=[\W_]){re.escape(typed)}", name):
        return WORD
    if len(typed) >= _SHORTEST[WITHIN] and typed in name:
        return WITHIN
    letters = iter(name)
    return LETTERS if len(typed) >= _SHORTEST[LETTERS] and all(letter in letters for letter in typed) else None
