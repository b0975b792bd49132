"""What of a body does not fit a manifest, and where."""

from __future__ import annotations

from typing import Any

import pytest

from rowcall.manifest.bodies import Reason, kind_of, misfits, misfits_within
from rowcall.manifest.model import Attribute, Kind, ListOf, Object, Scalar, Type


def attribute(type_: Type = Scalar.STRING, **more: Any) -> Attribute:
    """An attribute of a body."""
    return Attribute(type=type_, description=".", **more)


NAME = attribute(required=True)
OPEN = attribute(Scalar.JSON)
TEXT_OR_PARTS = attribute(Scalar.JSON, kinds=(Kind.STRING, Kind.ARRAY), enum=("auto",), fields={"name": NAME, "more": OPEN})
PAIR = Object((("name", Scalar.STRING), ("n", Scalar.INTEGER)))
PAIRS = attribute(ListOf(PAIR), fields={"name": NAME})
BY_KIND = {"kind": attribute(), "size": attribute(Scalar.INTEGER, required_if={"kind": "box"})}


@pytest.mark.parametrize(
    ("value", "declared", "expected"),
    [
        (5, TEXT_OR_PARTS, [("wrong_type", "a")]),
        ({}, TEXT_OR_PARTS, [("wrong_type", "a")]),
        ("none", TEXT_OR_PARTS, [("not_allowed", "a")]),
        ([{"name": "x"}, "x", {}], TEXT_OR_PARTS, [("wrong_type", "a[1]"), ("missing", "a[2].name")]),
        ([{"name": None, "nmae": 1}], TEXT_OR_PARTS, [("unknown", "a[0].nmae"), ("wrong_type", "a[0].name")]),
        ([{"n": "1"}, {"name": "x", "o": 1}], PAIRS, [("missing", "a[0].name"), ("wrong_type", "a[0].n"), ("unknown", "a[1].o")]),
        ([None], PAIRS, [("wrong_type", "a[0]")]),
        ({"b": None, "c": 1}, attribute(Scalar.MAP), [("wrong_type", "a.b"), ("wrong_type", "a.c")]),
        ([{"name": "x", "o": 1}, {}], attribute(ListOf(PAIR), fields={"name": NAME}, open=True), [("missing", "a[1].name")]),
        ({"o": {"p": 1}, "pair": {"q": 1}}, attribute(Scalar.JSON, fields={"pair": attribute(PAIR)}, open=True), [("unknown", "a.pair.q")]),
        (
            [{"n": 1}, {}, {"name": "x", "n": None}],
            attribute(ListOf(PAIR), one_of=("name", "n")),
            [("not_one", "a[1]"), ("not_one", "a[2]")],
        ),
        (2**63, attribute(Scalar.INTEGER), [("wrong_type", "a")]),
        (1.0, attribute(Scalar.INTEGER), [("wrong_type", "a")]),
        (float("inf"), attribute(Scalar.NUMBER), [("wrong_type", "a")]),
        (True, attribute(Scalar.NUMBER), [("wrong_type", "a")]),
        (None, attribute(Scalar.JSON), [("wrong_type", "a")]),
    ],
    ids=repr,
)
def test_each_misfit_has_its_reason_and_its_place(value: Any, declared: Attribute, expected: list[tuple[str, str]]) -> None:
    """In the order in which they are looked for, unknown names of an object first."""
    assert [(misfit.reason.value, misfit.path) for misfit in misfits(value, declared, "a")] == expected


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        ("auto", TEXT_OR_PARTS),
        ([{"name": "x", "more": {"any": [None, {"thing": 1}]}}], TEXT_OR_PARTS),
        ([], TEXT_OR_PARTS),
        ([{"name": "x", "n": None}, {"name": "x"}], PAIRS),
        ({"any": [None, 1, "x"]}, OPEN),
        ([None, 1], attribute(ListOf(Scalar.JSON))),
        ({"a": {}}, attribute(Scalar.JSON, kinds=(Kind.OBJECT,))),
        (True, attribute(Scalar.JSON, kinds=(Kind.BOOLEAN,))),
        (-(2**63), attribute(Scalar.INTEGER)),
        (1, attribute(Scalar.NUMBER)),
        (None, attribute(nullable=True)),
    ],
    ids=repr,
)
def test_what_a_manifest_leaves_open_fits(value: Any, declared: Attribute) -> None:
    """Nothing is known of what is in a JSON value without fields; fields that only the type has may be null."""
    assert list(misfits(value, declared, "a")) == []


@pytest.mark.parametrize(("body", "expected"), [({"kind": "box"}, ["size"]), ({"kind": "bag"}, []), ({}, []), ({"size": 1}, [])], ids=repr)
def test_what_is_required_beside_a_value_may_be_missing_elsewhere(body: dict[str, Any], expected: list[str]) -> None:
    """By the value that the other has in the same object."""
    found = list(misfits_within(body, BY_KIND))

    assert [(misfit.reason, misfit.path) for misfit in found] == [(Reason.MISSING, path) for path in expected]


def test_null_is_of_no_kind() -> None:
    """The others are of the kinds that JSON has."""
    values: list[Any] = [None, "a", 1, 1.5, True, [], {}]

    assert [kind_of(value) for value in values] == [
        None,
        Kind.STRING,
        Kind.NUMBER,
        Kind.NUMBER,
        Kind.BOOLEAN,
        Kind.ARRAY,
        Kind.OBJECT,
    ]
