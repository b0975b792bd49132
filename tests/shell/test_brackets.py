"""Brackets that are open."""

from __future__ import annotations

import pytest

from rowcall.shell.brackets import open_brackets


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1;", ""),
        ("SELECT (1", "("),
        ("SELECT (1;", "("),
        ("SELECT {'a': [1, (2", "{[("),
        ("SELECT (1)", ""),
        ("SELECT '(' || \"(\" -- (", ""),
        ("SELECT $$ ( $$ /* ( */", ""),
        ("SELECT 1);", ""),
        ("SELECT (1];", "("),
    ],
)
def test_brackets_that_are_open(text: str, expected: str) -> None:
    """Those in strings, names and comments are none."""
    assert open_brackets(text) == expected
