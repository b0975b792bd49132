"""Columns that equal a parameter, and rows that have something else there."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rowcall.manifest.model import Column, Method, Parameter, Place, Role, Scalar, Verb
from rowcall.rows.asked import Asking, twins

COLUMNS = {
    "owner": Column(type=Scalar.STRING, description=".", source="owner.login"),
    "number": Column(type=Scalar.INTEGER, description="."),
    "state": Column(type=Scalar.STRING, description="."),
    "tags": Column(type=Scalar.JSON, description="."),
}


def asking(rows: str | None = "data", **parameters: Parameter) -> Asking:
    """Of a method with these parameters."""
    method = Method(verb=Verb.SELECT, http="GET /x", description=".", rows=rows, parameters=parameters)
    return Asking(method, COLUMNS)


def path(**facts: Any) -> Parameter:
    """A part of the path."""
    return Parameter(place=Place.PATH, description=".", **facts)


def query(**facts: Any) -> Parameter:
    """A filter."""
    return Parameter(place=Place.QUERY, description=".", **facts)


def compare(rows: list[Any], of: Asking, **bound: Any) -> tuple[list[Any], list[tuple[str, Any]], set[str]]:
    """The rows handed on, what differs by column, and the columns in which something is as it was asked for."""
    page = json.dumps({"data": rows})
    changed, others, met = of.compare(page, bound)
    if json.loads(changed) == {"data": rows}:
        assert changed == page
    return json.loads(changed)["data"], [(one.equal.column, one.found) for one in others], {equal.column for equal in met}


def test_a_page_of_what_was_asked_for_is_left_as_it_is() -> None:
    """To the letter."""
    rows = [{"owner": {"login": "ann"}, "number": 1}, {"number": 1, "owner": {"id": 2, "login": "ann"}}]

    assert compare(rows, asking(owner=path(), number=path()), owner="ann", number=1) == (rows, [], {"owner", "number"})


@pytest.mark.parametrize("there", [{"owner": {"login": "Ann", "id": 1}}, {"owner": {"id": 1}}, {"owner": {"login": None, "id": 1}}])
def test_what_is_at_an_address_is_what_the_address_names(there: dict[str, Any]) -> None:
    """In another case, or left out, it gets the value that was asked for; the rest of the row stays."""
    found = compare([{**there, "number": 1}, {"owner": {"login": "ann"}}], asking(owner=path()), owner="ann")

    assert found == ([{"owner": {"login": "ann", "id": 1}, "number": 1}, {"owner": {"login": "ann"}}], [], {"owner"})


def test_a_row_without_what_the_column_stands_in_gets_it() -> None:
    """Also where that is null."""
    found = compare([{}, {"owner": None}], asking(owner=path()), owner="ann")

    assert found == ([{"owner": {"login": "ann"}}] * 2, [], set())


def test_another_value_is_told() -> None:
    """Of an address as of a filter, whose rows are left as they are."""
    rows = [{"owner": {"login": "bob"}, "state": "OPEN"}, {"owner": {"login": "ann"}}]

    found = compare(rows, asking(owner=path(), state=query()), owner="ann", state="open")

    assert found == (rows, [("owner", "bob"), ("state", "OPEN"), ("state", None)], {"owner"})


def test_values_are_compared_as_they_are_sent() -> None:
    """A number that the API has in a text is no other one, nor is one of several that were asked for."""
    rows = [{"number": "7", "state": "a"}, {"number": 7, "state": "b"}]

    assert compare(rows, asking(number=path(), state=query()), number=7, state=("a", "b")) == (rows, [], {"number", "state"})
    assert compare([{"number": 8}], asking(number=path()), number=7)[1] == [("number", 8)]


@pytest.mark.parametrize(
    "parameter", [query(role=Role.OPTION), query(column="tags"), query(column="nothing")], ids=["an option", "JSON", "no column"]
)
def test_what_equals_no_column_is_not_compared(parameter: Parameter) -> None:
    """Nor what holds more than one value."""
    rows = [{"state": "x", "tags": ["y"]}]

    assert compare(rows, asking(state=parameter), state="ann") == (rows, [], set())


@pytest.mark.parametrize(("rows", "page"), [("$", '[{"state":"A"}]'), (None, '{"state":"A"}'), ("a.b", '{"a":{"b":[{"state":"A"}]}}')])
def test_rows_are_found_wherever_they_are(rows: str | None, page: str) -> None:
    """In an array at the top, in one object, or below a path."""
    of = asking(rows, state=path())

    assert of.compare(page, {"state": "a"})[0] == page.replace("A", "a")
    assert of.compare(page, {"state": "A"})[0] is page


@pytest.mark.parametrize("page", ['{"data":null}', '{"other":[]}', '{"data":[]}', '{"data":[7,null,"x"]}', '{"data":[{"state":[]}]}'])
def test_a_page_that_is_otherwise_is_no_error(page: str) -> None:
    """What is wrong with it is for others to tell."""
    asking(state=query()).compare(page, {"state": "a"})


def test_what_calls_are_bound_to_may_differ_in_case_alone() -> None:
    """Then a value in another case is none; where there is nothing, it is what was asked for."""
    every = [{"owner": "Ann", "n": 1}, {"owner": "ann", "n": 1}, {"owner": "ann", "n": 2}, {"n": 1}, {}]
    rows = '{"data":[{"owner":{"login":"ann"}},{}]}'

    assert twins(every) == {0, 1}
    changed, others, _ = asking(owner=path()).compare(rows, {"owner": "Ann"}, is_twin=True)
    assert json.loads(changed) == {"data": [{"owner": {"login": None}}, {"owner": {"login": "Ann"}}]}
    assert [one.found for one in others] == ["ann"]
