"""Texts that a regular expression matches."""

from __future__ import annotations

import re

import pytest

from rowcall.sandbox.matching import matching


@pytest.mark.parametrize(
    ("pattern", "wanted", "expected"),
    [
        ("[a-z]+", "north", "north"),
        ("name: ([a-z]+)", "north", "name: north"),
        (r"(?<id>\d+)/x", "12", "12/x"),
        ("[a-z]+", "12", None),
        (r"^\s*(on|off)\b", "maybe", None),
        (r"[^a\d]{2,}.?(?=!)!", "x", None),
    ],
)
def test_a_pattern_finds_what_was_made_for_it(pattern: str, wanted: str, expected: str | None) -> None:
    """What is wanted, where the pattern lets it through."""
    text = matching(pattern, wanted)

    assert re.search(re.sub(r"\(\?<(?![=!])", "(?P<", pattern), text)
    assert expected is None or text == expected
