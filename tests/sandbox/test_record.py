"""What one object keeps."""

from __future__ import annotations

from random import Random

from rowcall.sandbox.record import Record


def test_setting_a_nested_field_leaves_what_others_hold_alone() -> None:
    """Nested values are replaced on the way, because templates hand them around."""
    shared = {"deep": {"x": 1}, "y": 2}
    record = Record("things", "t", None, 0.0, 0, Random(0), {"a": shared})

    record.set("a.deep.x", 5)

    assert record.values == {"a": {"deep": {"x": 5}, "y": 2}}
    assert shared == {"deep": {"x": 1}, "y": 2}


def test_a_path_that_starts_with_plan_leads_into_the_plan() -> None:
    """What is kept for later does not show among the values."""
    record = Record("things", "t", None, 0.0, 0, Random(0))

    record.set("plan.later", 3)

    assert (record.values, record.field("plan")) == ({}, {"later": 3})


def test_a_path_through_what_is_no_object_makes_one() -> None:
    """A field within null can be set."""
    record = Record("things", "t", None, 0.0, 0, Random(0), {"a": None})

    record.set("a.b", 1)

    assert record.values == {"a": {"b": 1}}
