"""Text with stretches of it replaced, and the way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcall.errors import Span
from rowcall.plan.splice import Edit, original, splice

TEXT = "SELECT id FROM runs r"
EDITS = [Edit(15, 19, "(SELECT 1 AS id)"), Edit(7, 9, "x"), Edit(21, 21, " WHERE true"), Edit(0, 0, "EXPLAIN ")]


def test_all_edits_are_made_whatever_their_order() -> None:
    """Places are those of the text before any edit."""
    assert splice(TEXT, EDITS) == "EXPLAIN SELECT x FROM (SELECT 1 AS id) r WHERE true"
    assert splice(TEXT, reversed(EDITS)) == splice(TEXT, EDITS)


def test_two_insertions_at_one_place_are_made_in_their_order() -> None:
    """The first stands first."""
    assert splice("ab", [Edit(1, 1, "1"), Edit(1, 1, "2")]) == "a12b"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("SELECT", Span(0, 6)),
        ("FROM", Span(10, 14)),
        ("(SELECT", Span(15, 19)),
        ("id)", Span(15, 19)),
        ("r WHERE", Span(20, 27)),
        ("true", Span(21, 22)),
    ],
)
def test_a_place_in_the_result_is_found_in_the_text(word: str, expected: Span) -> None:
    """Within a replacement it is all that was replaced; an insertion is where it was put."""
    start = splice(TEXT, EDITS).index(word)

    assert original(Span(start, start + len(word)), EDITS) == expected


@given(st.text("abc", max_size=12), st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3), st.text("XYZ", max_size=4)), max_size=3))
def test_every_character_that_was_kept_is_found_again(text: str, drawn: list[tuple[int, int, str]]) -> None:
    """Whatever was inserted, removed or replaced before it."""
    edits: list[Edit] = []
    for start, length, new in sorted(drawn):
        if start >= max((edit.end for edit in edits), default=0) and start + length <= len(text):
            edits.append(Edit(start, start + length, new))
    spliced = splice(text, edits)

    for place, character in enumerate(spliced):
        if character.islower():
            assert text[original(Span(place, place + 1), edits).start] == character
