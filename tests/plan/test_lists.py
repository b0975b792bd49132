"""Several values of one parameter in one request."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcall.manifest.model import Many, Method, Parameter, Place, Verb
from rowcall.plan.lists import gathered, takes

COLUMNS = {"id", "kind", "state"}


def query(**more: Any) -> Parameter:
    """A query parameter."""
    return Parameter(place=Place.QUERY, description=".", **more)


def method(**parameters: Parameter) -> Method:
    """A list with these parameters."""
    return Method(verb=Verb.SELECT, http="GET /x", description=".", rows="data", parameters=parameters)


COMMA = Many(separator=",")


@pytest.mark.parametrize(
    ("parameter", "sets", "is_one", "expected"),
    [
        (query(), [["a"]], True, True),
        (query(), [["a"], ["b"]], True, True),
        (query(), [["a", "b"]], True, True),
        (query(), [["a", "b"]], False, False),
        (query(), [[]], True, True),
        (query(many=COMMA), [["a", "b"], ["c"]], False, True),
        (query(many=COMMA), [["a,b"]], True, False),
        (query(many=COMMA), [["a", "b,c"]], False, False),
        (query(many=Many()), [["a,b", "c"]], False, True),
        (query(many=Many()), [[str(number) for number in range(101)]], False, False),
        (query(many=Many(maximum=2)), [["a", "b"]], False, True),
        (query(many=Many(maximum=2)), [["a", "b", "c"]], False, False),
        (query(many=COMMA, column="other"), [["a", "b"]], False, False),
        (query(many=COMMA, column="other"), [["a"]], True, True),
        (query(exact=False), [["a"], ["a"]], True, True),
        (query(exact=False), [["a"], ["b"]], True, False),
        (query(exact=False), [["a", "b"]], True, False),
        (query(exact=False), [], True, False),
        (query(exact=False, many=COMMA), [["a", "b"], ["b", "a"]], False, True),
        (query(exact=False, many=COMMA), [["a", "b"], ["b"]], False, False),
    ],
)
def test_an_optional_filter_is_used_where_it_can_say_all_of_its_values(
    parameter: Parameter, sets: list[list[str]], is_one: bool, expected: bool
) -> None:
    """In no more requests than without it, none of which brings a row that another one brings."""
    assert takes("kind", parameter, sets, COLUMNS, is_one=is_one) is expected


VALUES = {"id": ["1", "2"], "kind": ["a", "b", "c", "d,e"], "state": [True, False]}
METHOD = method(id=query(required=True), kind=query(many=COMMA), state=query(many=Many(maximum=1)))


@given(st.lists(st.sampled_from(list(product(*VALUES.values()))), unique=True))
def test_gathered_tuples_say_what_the_single_ones_say_each_once(chosen: list[tuple[Any, ...]]) -> None:
    """Taken apart again, they are the tuples that came in."""
    tuples = [dict(zip(VALUES, values, strict=True)) for values in chosen]

    found = gathered(METHOD, tuples, COLUMNS)

    apart = [values for bound in found for values in product(*(value if isinstance(value, tuple) else [value] for value in bound.values()))]
    assert sorted(apart, key=repr) == sorted(chosen, key=repr)


def test_values_are_gathered_where_nothing_else_differs() -> None:
    """In the order in which they came, in parts of the size that the API takes; one that it would split stays alone."""
    tuples = [{"id": id_, "kind": kind} for id_ in ("1", "2") for kind in ("a", "b", "c", "d,e") if (id_, kind) != ("2", "b")]

    comma = gathered(method(id=query(), kind=query(many=COMMA)), tuples, COLUMNS)
    pairs = gathered(method(id=query(), kind=query(many=Many(maximum=2))), tuples, COLUMNS)

    assert [bound["kind"] for bound in comma] == [("a", "b", "c"), "d,e", ("a", "c"), "d,e"]
    assert [bound["kind"] for bound in pairs] == [("a", "b"), ("c", "d,e"), ("a", "c"), "d,e"]


def test_a_value_that_no_row_shows_stays_alone() -> None:
    """It becomes a column, and each row has to come with its own."""
    tuples = [{"id": "1", "kind": "a"}, {"id": "1", "kind": "b"}]

    assert gathered(method(id=query(), kind=query(many=COMMA)), tuples, {"id"}) == tuples
