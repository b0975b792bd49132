"""How well what was typed fits a name."""

from __future__ import annotations

import re

BEGINS, WORD, WITHIN, LETTERS, SLIP = range(5)
"""It begins the name; it begins a word of it; it stands in it; its letters do, in their order; it would begin a word of it but for one
letter that is wrong, too many or has changed places with the next. The lower the better."""
_SHORTEST = {WITHIN: 3, LETTERS: 2, SLIP: 4}
"""How many letters it takes for these to mean anything."""


def closeness(name: str, typed: str) -> int | None:
    """How well `typed` fits `name`, whatever their case; None where it does not.

    >>> [closeness("openai.assistants.run_steps", typed) for typed in ("open", "steps", "istant", "oarun", "setps", "x")]
    [0, 1, 2, 3, 4, None]
    """
    name, typed = name.casefold(), typed.casefold()
    if name.startswith(typed):
        return BEGINS
    if re.search(rf"(?<=[\W_]){re.escape(typed)}", name):
        return WORD
    if len(typed) >= _SHORTEST[WITHIN] and typed in name:
        return WITHIN
    letters = iter(name)
    if len(typed) >= _SHORTEST[LETTERS] and all(letter in letters for letter in typed):
        return LETTERS
    words = [name, *re.split(r"[\W_]+", name)] if len(typed) >= _SHORTEST[SLIP] else ()
    return SLIP if any(_slips(word, typed) for word in words) else None


def _slips(name: str, typed: str) -> bool:
    """Whether one letter of `typed` keeps it from beginning `name`; never the first one, which is seldom wrong."""
    at = next((at for at, (one, other) in enumerate(zip(name, typed, strict=False)) if one != other), 0)
    rest, name = typed[at:], name[at:]
    return at > 0 and (name.startswith((rest[1:], rest[1::-1] + rest[2:])) or name[1:].startswith(rest[1:]))
