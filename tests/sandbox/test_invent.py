"""Values that are made up: of their types, such as their names and descriptions say, the same for the same draws."""

from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest

from rowcall.manifest.model import Column, ListOf, Object, Scalar, Type
from rowcall.sandbox.invent import Draw, fitted, identifier, is_changed_time, maker

NOW, PRESENT = 1_789_000_000, 1_790_000_000


def draw(seed: int = 0, *, asked: bool = False) -> Draw:
    """One draw, of something that a client made or not."""
    return Draw(rng=Random(seed), now=NOW, present=PRESENT, number=4, asked=asked)


def made(name: str, type_: Type, description: str = "It.", *, asked: bool = False, **more: Any) -> list[Any]:
    """Twenty values of a column that is never null."""
    column = Column(type=type_, description=description, **{"nullable": False, **more})
    return [maker(name, column)(draw(seed, asked=asked)) for seed in range(20)]


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("email", r"[a-z]+@example\.com"),
        ("html_url", r"https://example\.com/.+"),
        ("sha", r"[0-9a-f]{40}"),
        ("color", r"[0-9a-f]{6}"),
        ("created_at", r"2026-09-\d\dT\d\d:\d\d:\d\dZ"),
        ("due_date", r"20\d\d-\d\d-\d\d"),
        ("version", r"\d+\.\d+\.\d+"),
        ("shop_id", r"shop_\w{24}"),
        ("uuid", r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}"),
    ],
)
def test_a_text_is_such_as_its_name_says(name: str, pattern: str) -> None:
    """Addresses, hashes, times and ids look like what they are."""
    assert all(re.fullmatch(pattern, value) for value in made(name, Scalar.STRING))


def test_an_id_begins_as_its_description_says() -> None:
    """Else with what it names."""
    assert made("id", Scalar.STRING, "The run's id, starting with run_.")[0].startswith("run_")
    assert identifier("id", Scalar.STRING, "Its id.", "shop")(draw()).startswith("shop_")
    assert identifier("issue_number", Scalar.INTEGER, "Its number.", "issue")(draw()) == 5


def test_times_are_numbers_where_their_type_is_one() -> None:
    """In Unix seconds, or milliseconds where the description says so, never before what they belong to nor after the present."""
    assert all(NOW <= value <= PRESENT for value in made("updated_at", Scalar.INTEGER))
    assert all(NOW * 1000 <= value <= PRESENT * 1000 for value in made("at", Scalar.INTEGER, "When, in Unix milliseconds."))
    assert all(value > NOW for value in made("expires_at", Scalar.INTEGER))


def test_a_set_is_kept_to_and_nested_values_have_their_types() -> None:
    """In lists and objects too."""
    place = Object((("shelf", Scalar.STRING), ("slots", ListOf(Scalar.INTEGER))))

    assert set(made("state", Scalar.STRING, enum=("a", "b"))) == {"a", "b"}
    assert all(isinstance(value["shelf"], str) and all(isinstance(slot, int) for slot in value["slots"]) for value in made("place", place))


def test_what_may_be_null_sometimes_is() -> None:
    """And what may not never is."""
    assert None in made("note", Scalar.STRING, nullable=True) + made("place", Scalar.STRING, nullable=True)
    assert None not in made("note", Scalar.STRING)


@pytest.mark.parametrize(
    ("name", "type_", "nullable", "expected"),
    [
        ("note", Scalar.STRING, True, None),
        ("created_at", Scalar.INTEGER, True, NOW),
        ("closed_at", Scalar.INTEGER, True, None),
        ("comment_count", Scalar.INTEGER, True, 0),
        ("locked", Scalar.BOOLEAN, True, False),
        ("labels", ListOf(Scalar.STRING), True, []),
    ],
)
def test_what_a_client_did_not_say_is_as_good_as_empty(name: str, type_: Type, nullable: bool, expected: Any) -> None:
    """But for when it was made."""
    assert made(name, type_, asked=True, nullable=nullable)[0] == expected


@pytest.mark.parametrize(
    ("sent", "type_", "expected"),
    [
        ("bug", Scalar.STRING, "bug"),
        (["bug"], ListOf(Object((("id", Scalar.INTEGER), ("name", Scalar.STRING)))), [{"id": None, "name": "bug"}]),
        (3, Object((("number", Scalar.INTEGER), ("title", Scalar.STRING))), {"number": 3, "title": None}),
        ({"login": "ana", "other": 1}, Object((("login", Scalar.STRING),)), {"login": "ana"}),
        ({"any": [1]}, Scalar.JSON, {"any": [1]}),
        (7, Scalar.STRING, "7"),
    ],
)
def test_what_was_sent_is_shown_in_the_form_of_the_column(sent: Any, type_: Type, expected: Any) -> None:
    """A name or number stands for the object that it is known by."""
    assert fitted(sent, type_, "x", draw()) == expected


def test_a_time_of_change_is_known_by_its_name() -> None:
    """Others do not change with an object."""
    assert [name for name in ("updated_at", "last_modified_at", "created_at", "modified", "updated_by") if is_changed_time(name)] == [
        "updated_at",
        "last_modified_at",
        "modified",
    ]
