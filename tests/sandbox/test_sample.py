"""Values that fit a JSON Schema."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rowcall.sandbox.sample import sample

LEAVES = st.one_of(
    st.just({"type": "string"}),
    st.just({"type": "boolean"}),
    st.just({"type": "null"}),
    st.just({"type": ["integer", "null"]}),
    st.builds(lambda low, more: {"type": "integer", "minimum": low, "maximum": low + more}, st.integers(-50, 50), st.integers(0, 9)),
    st.builds(lambda low: {"type": "number", "minimum": low}, st.integers(-50, 50)),
    st.builds(lambda choices: {"enum": choices}, st.lists(st.integers(), min_size=1, max_size=4)),
    st.builds(lambda value: {"const": value}, st.text(max_size=4)),
)
SCHEMAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda item: {"type": "array", "items": item}, inner),
        st.builds(
            lambda fields: {"type": "object", "properties": fields, "required": list(fields)},
            st.dictionaries(st.text(max_size=3), inner, max_size=3),
        ),
    ),
    max_leaves=6,
)


@given(SCHEMAS, st.integers(0, 9))
def test_a_sample_is_valid(schema: dict[str, Any], seed: int) -> None:
    """What is drawn from a schema satisfies it."""
    Draft202012Validator(schema).validate(sample(schema, Random(seed)))


def test_examples_are_preferred() -> None:
    """A schema with examples gives one of them."""
    assert sample({"type": "string", "examples": ["INV-1"]}, Random(0)) == "INV-1"


@pytest.mark.parametrize("schema", [None, 5, "x", {}, {"type": "what"}, {"type": []}, {"type": [{}]}, {"minimum": "x"}])
def test_what_is_no_schema_gives_null(schema: Any) -> None:
    """A client may describe its functions as it likes."""
    assert sample(schema, Random(0)) is None


@pytest.mark.parametrize("bounds", [{"minimum": "x"}, {"minimum": 10**400}, {"maximum": -(10**400)}, {"minimum": 5, "maximum": 1}])
def test_strange_bounds_are_not_minded(bounds: dict[str, Any]) -> None:
    """They still give a number."""
    assert isinstance(sample({"type": "integer", **bounds}, Random(0)), int)
