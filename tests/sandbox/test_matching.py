"""Texts that a regular expression matches."""

from __future__ import annotations

import re

import pytest

from rowcall.sandbox.matching import matching


@pytest.mark.parametrize(
    ("pattern", "wanted", "expected"),
    [
        ("[a-z]+", {0: "north"}, "north"),
        ("name: ([a-z]+)", {1: "north"}, "name: north"),
        (r"(?<id>\d+)/(\w+)", {1: "12", 2: "x"}, "12/x"),
        (r"(\d+)/(\w+)", {1: "12", 2: "-"}, "12/a"),
        ("([a-z])", {1: "n", 2: "more than it has"}, "n"),
        ("[a-z]+", {0: "12"}, None),
        (r"^\s*(on|off)\b", {1: "maybe"}, None),
        (r"[^a\d]{2,}.?(?=!)!", {}, None),
    ],
)
def test_a_pattern_finds_what_was_made_for_it(pattern: str, wanted: dict[int, str], expected: str | None) -> None:
    """What is wanted, where the pattern lets it through."""
    text = matching(pattern, wanted)

    assert re.search(re.sub(r"\(\?<(?![=!])", "(?P<", pattern), text)
    assert expected is None or text == expected
