"""Nested values over several lines."""

from __future__ import annotations

import pytest

from rowcall.front.nested import spread


def test_what_fits_stays_on_a_line() -> None:
    """Parts too, within what does not fit."""
    text = '{"usage":{"total":1.10,"big":1234567890123456},"tools":[{"type":"code"},{"type":"file","x":null}],"none":[]}'

    assert spread(text, 200) == [
        '{"usage": {"total": 1.10, "big": 1234567890123456}, "tools": [{"type": "code"}, {"type": "file", "x": null}], "none": []}'
    ]
    assert spread(text, 55) == [
        "{",
        '  "usage": {"total": 1.10, "big": 1234567890123456},',
        '  "tools": [',
        '    {"type": "code"},',
        '    {"type": "file", "x": null}',
        "  ],",
        '  "none": []',
        "}",
    ]


def test_every_part_is_there_however_narrow_it_is() -> None:
    """A name that comes twice, and a text that is longer than a line."""
    assert spread('{"a":"long text","a":[true]}', 5) == ["{", '  "a": "long text",', '  "a": [', "    true", "  ]", "}"]


@pytest.mark.parametrize("text", ["{'a': 1}", "[" * 100_000], ids=["no JSON", "too deep"])
def test_what_is_no_json_stays_as_it_is(text: str) -> None:
    """It is shown all the same."""
    assert spread(text, 5) == [text]
