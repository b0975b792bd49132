"""What was typed, and names that it may mean."""

from __future__ import annotations

import pytest

from rowcall.shell.fuzzy import BEGINS, LETTERS, WITHIN, WORD, closeness


@pytest.mark.parametrize(
    ("name", "typed", "expected"),
    [
        ("run_steps", "", BEGINS),
        ("run_steps", "RUN", BEGINS),
        ("run_steps", "ste", WORD),
        ("openai.assistants.runs", "runs", WORD),
        ("@thread_id", "th", WORD),
        ("run_steps", "tep", WITHIN),
        ("run_steps", "te", LETTERS),
        ("run_steps", "rst", LETTERS),
        ("run_steps", "rx", None),
        ("run_steps", "u", None),
        ("", "a", None),
    ],
)
def test_how_close_a_name_is(name: str, typed: str, expected: int | None) -> None:
    """Beginnings, words within, parts of at least three letters, letters in their order, whatever the case."""
    assert closeness(name, typed) == expected
