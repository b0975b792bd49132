"""What a list shows: filters, bounds, orders and fields, as a manifest declares them."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from rowcall.manifest.model import Column, Form, Many, Method, Operator, Parameter, Place, Range, Role, Scalar, Sort, Verb
from rowcall.sandbox.record import Record
from rowcall.sandbox.select import filtered, ordered, shown

ROWS = [
    {"id": "a", "name": "Ada", "at": 86_399, "seen": "1970-01-02T00:00:00+01:00", "weight": 2},
    {"id": "b", "name": "ada lovelace", "at": 86_400, "seen": "1970-01-02T00:00:00Z", "weight": 1},
    {"id": "c", "name": "Bo", "at": None, "seen": "1970-01-03T00:00:00Z", "weight": 2},
]


COLUMNS = {name: Column(type=Scalar.STRING, description=".") for name in ROWS[0]}


def records() -> list[Record]:
    """Three objects in the order of their making."""
    return [Record("things", row["id"], None, 0, number, Random(0), dict(row)) for number, row in enumerate(ROWS)]


def query(**more: Any) -> Parameter:
    """A query parameter."""
    return Parameter(place=Place.QUERY, description=".", **more)


def bound(column: str, operator: str, form: Form | None = None, **more: Any) -> Parameter:
    """A range parameter."""
    return query(range=Range(column=column, operator=Operator(operator), form=form), **more)


def method(parameter: Parameter) -> Method:
    """A list with the parameter p."""
    return Method(verb=Verb.SELECT, http="GET /x", description=".", rows="data", parameters={"p": parameter})


FILTERS = [
    (query(column="name"), "Ada", "a"),
    (query(column="name", exact=False), "ADA", "ab"),
    (query(column="id", many=Many()), ["a", "c"], "ac"),
    (query(column="name", many=Many(), exact=False), ["ada", "b"], "abc"),
    (query(role=Role.OPTION), "x", "abc"),
    (bound("at", ">"), 86_399, "b"),
    (bound("at", ">="), 86_399, "ab"),
    (bound("at", "<"), 86_400, "a"),
    (bound("at", "<="), 86_400, "ab"),
    (bound("at", ">", exact=False), 86_400, "ab"),
    (bound("at", "<", exact=False), 86_399, "ab"),
    (bound("at", ">=", Form.ISO), "1970-01-02T00:00:00Z", "b"),
    (bound("at", "<=", Form.DATE), "1970-01-01", "a"),
    (bound("seen", "<", Form.UNIX), 86_400, "a"),
    (bound("seen", ">=", Form.ISO), "1970-01-02T00:00:00Z", "bc"),
    (bound("seen", ">", Form.DATE), "1970-01-01", "bc"),
    (bound("name", ">="), "B", "bc"),
]


@pytest.mark.parametrize(("parameter", "value", "expected"), FILTERS)
def test_a_parameter_keeps_the_rows_that_the_manifest_says(parameter: Parameter, value: Any, expected: str) -> None:
    """Those that equal it, lie on its side, or, where it is not exact, are near."""
    found = filtered(records(), method(parameter), {"p": value}, COLUMNS)

    assert "".join(record.id for record in found) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"p": "up", "s": "w"}, "bac"),
        ({"p": "down", "s": "w"}, "cab"),
        ({"p": "up", "s": "other"}, "abc"),
        ({"p": "desc"}, "cba"),
        ({}, "abc"),
    ],
)
def test_rows_come_in_the_order_that_is_asked_for(values: dict[str, str], expected: str) -> None:
    """By the column that the values mean, or else by the sandbox's own field."""
    order = query(role=Role.ORDER, sorts={"weight": Sort(ascending="up", descending="down", beside={"s": "w"})})

    found = ordered(records(), "id", method(order), values, COLUMNS)

    assert "".join(record.id for record in found) == expected


def test_a_row_has_the_fields_that_are_asked_for() -> None:
    """All of them where none are."""
    fields = method(query(role=Role.FIELDS, many=Many(separator=",")))

    assert shown(records()[0], fields, {"p": ["id", "name"]}) == {"id": "a", "name": "Ada"}
    assert shown(records()[0], fields, {}) == ROWS[0]
