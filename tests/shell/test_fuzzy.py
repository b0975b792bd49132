"""What was typed, and names that it may mean."""

from __future__ import annotations

import pytest

from rowcall.shell.fuzzy import BEGINS, LETTERS, PART, SLIP, WITHIN, WORD, closeness


@pytest.mark.parametrize(
    ("name", "typed", "expected"),
    [
        ("run_steps", "", BEGINS),
        ("run_steps", "RUN", BEGINS),
        ("run_steps", "ste", WORD),
        ("openai.assistants.runs", "runs", PART),
        ("@thread_id", "th", WORD),
        ("run_steps", "tep", WITHIN),
        ("run_steps", "te", LETTERS),
        ("run_steps", "rst", LETTERS),
        ("run_steps", "rnu_", SLIP),
        ("run_steps", "setps", SLIP),
        ("run_steps", "runn_s", SLIP),
        ("run_steps", "ruk_st", SLIP),
        ("run_steps", "urn_", None),
        ("run_steps", "rnu", None),
        ("run_steps", "run_stepsx", SLIP),
        ("run_steps", "rx", None),
        ("run_steps", "u", None),
        ("", "a", None),
    ],
)
def test_how_close_a_name_is(name: str, typed: str, expected: int | None) -> None:
    """Beginnings, words within, parts of at least three letters, letters in their order, one slip, whatever the case."""
    assert closeness(name, typed) == expected
