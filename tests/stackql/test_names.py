"""Names of resources, from a text that nobody reads."""

from __future__ import annotations

import pytest

from rowcall.stackql.names import resource_names

BLOCK = b"""\
info: {description: "x-stackQL-resources: no"}
components:
  # x-stackQL-resources:
  x-stackQL-resources:   # here

    first:
      name: first
      text: |
        second:
    'third':
      methods: {}
# a remark
    "fourth": {name: x}
  schemas:
    fifth: {}
"""


def test_names_are_those_below_the_key() -> None:
    """In their order, whatever stands between them and in them."""
    assert resource_names(BLOCK) == ("first", "third", "fourth")
    assert resource_names(BLOCK.replace(b"\n", b"\r\n")) == ("first", "third", "fourth")
    assert resource_names(b"x-stackQL-resources:\n  only:\n    a: 1") == ("only",)


@pytest.mark.parametrize(
    "text",
    [
        b'{"components": {"x-stackQL-resources": {"a": {}}}}',
        b"components:\n  x-stackQL-resources: {a: {}}\n",
        b"components:\n  x-stackQL-resources:\n  schemas: {}\n",
        b"components:\n  x-stackQL-resources:\n    ? a\n    : {}\n",
        b"paths: {}\n",
    ],
    ids=["JSON", "flow", "nothing below", "another way to write a key", "no such key"],
)
def test_what_a_text_does_not_show_is_not_guessed(text: bytes) -> None:
    """Then the document is read."""
    assert resource_names(text) is None
