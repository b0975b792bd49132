"""What templates give in a scope."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from rowcall.sandbox.record import Record
from rowcall.sandbox.template import condition, template

RECORD = Record("runs", "run_1", None, 0.0, 0, Random(0), {"status": "queued", "usage": {"total": 7}}, {"secret": 3})
SCOPE: dict[str, Any] = {
    "now": 100,
    "body": {"model": "m", "none": None, "items": [{"id": "a", "n": 1}, {"id": "b", "n": 2}], "word": "w"},
    "object": RECORD,
}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("plain", "plain"),
        ("{{braces}}", "{braces}"),
        (7, 7),
        (None, None),
        ("{now}", 100),
        ("{now + 600}", 700),
        ("{now - 2 * 10}", 80),
        ("{body.model}", "m"),
        ("{body.none ?? body.absent ?? 'x'}", "x"),
        ("{body.none ?? null}", None),
        ("{body.none + 1}", None),
        ("{body.model ?? 'x'} at {now}", "m at 100"),
        ("{body.model.deeper.still}", None),
        ("{body.items.*.id}", ["a", "b"]),
        ("{body.items.first.id}{body.items.last.id}{body.items.count}", "ab2"),
        ("got {body.items.*.id}", "got ['a', 'b']"),
        ("is {body.none}, {object.usage}", 'is null, {"total": 7}'),
        ("{object.status}", "queued"),
        ("{object.plan.secret}", 3),
        ("{object.parent.id}", None),
        ({"a": ["{now}", {"b": "{now}"}]}, {"a": [100, {"b": 100}]}),
        ({"$each": {"in": "{body.items}", "as": "i", "where": {"i.n": 2}, "give": {"k": "{i.id}"}}}, [{"k": "b"}]),
        ({"$each": {"in": "{body.word}"}}, ["w"]),
        ({"$each": {"in": "{body.none}"}}, []),
        ({"$find": {"in": "{body.items}", "as": "i", "where": {"i.n": [2, 3]}, "give": "{i.id}"}}, "b"),
        ({"$find": {"in": "{body.items}", "where": {"item.n": 9}}}, None),
        ({"$choose": [{"when": {"now": 1}, "give": "one"}, {"give": "other"}]}, "other"),
        ({"$choose": [{"when": {"now": 1}, "give": "one"}]}, None),
        ({"$json": {"a": "{now}"}}, '{"a": 100}'),
        ({"$pick": ["only"]}, "only"),
        ({"$pick": {"always": 1, "never": 0}}, "always"),
        ({"$pick": "{body.none}"}, None),
        ({"$pick": {"$each": {"in": "{body.word}"}}}, "w"),
        ({"$between": [4, 4]}, 4),
        ({"$between": ["{now}", "{now}"]}, 100),
        ({"$between": [0.5, 0.5]}, 0.5),
        ({"$sample": {"const": 5}}, 5),
    ],
)
def test_a_template_gives_what_it_says(source: Any, expected: Any) -> None:
    """Expressions keep their types, texts are joined, directives make values."""
    assert template(source)({**SCOPE, "rng": Random(0)}) == expected


@pytest.mark.parametrize(
    ("source", "holds"),
    [
        ({}, True),
        ({"now": 100, "body.model": "m"}, True),
        ({"now": 100, "body.model": "n"}, False),
        ({"body.model": ["n", "m"]}, True),
        ({"body.model": ["n"]}, False),
        ({"body.none": None}, True),
        ({"body.model": None}, False),
        ({"body.items": True, "body.none": False}, True),
        ({"body.absent": True}, False),
        ({"object.plan.secret": "{body.items.count + 1}"}, True),
    ],
)
def test_a_condition_holds_when_all_its_comparisons_do(source: dict[str, Any], holds: bool) -> None:
    """Lists mean any of, true and false mean something and nothing, all else means equal."""
    assert condition(source)({**SCOPE, "rng": Random(0)}) is holds


def test_an_id_is_its_prefix_and_twenty_four_characters() -> None:
    """Ids have the form of the real API's, and depend on the source of draws alone."""
    make = template({"$id": "run_"})

    first, again = make({"rng": Random(1)}), make({"rng": Random(1)})

    assert first == again
    assert (first[:4], len(first)) == ("run_", 28)


def test_what_a_template_gives_is_new_each_time() -> None:
    """Changing one result changes no other."""
    make = template({"a": []})

    make({})["a"].append(1)

    assert make({}) == {"a": []}
