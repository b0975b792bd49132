"""The options that open a session; that every command takes them is in the tests of the shell."""

from __future__ import annotations

import argparse

import pytest

from rowcall.front.options import setting


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("openai.base_url=http://h:1/v1", (("openai", "base_url"), "http://h:1/v1")),
        ("openai.max_in_flight:=4", (("openai", "max_in_flight"), 4)),
        ("openai.query.api-version=2024-05-01", (("openai", "query", "api-version"), "2024-05-01")),
        ("openai.headers.X-A.b=c", (("openai", "headers", "X-A.b"), "c")),
    ],
)
def test_a_setting_has_a_provider_a_name_and_perhaps_a_key(text: str, expected: object) -> None:
    """Headers and query parameters are set one by one."""
    assert setting(text) == expected


@pytest.mark.parametrize("text", ["=x", ":=1", "t", "openai=x", "openai.=x"])
def test_an_assignment_without_its_parts_is_refused(text: str) -> None:
    """Neither a name nor a value is made up."""
    with pytest.raises(argparse.ArgumentTypeError):
        setting(text)
