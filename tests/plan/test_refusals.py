"""What a refusal says, and that what it advises is answered."""

from __future__ import annotations

import re
from typing import Any

import pytest

from rowcall.errors import MissingParameterError

VISITS = "zoo.care.visits"


def refused(zoo: Any, sql: str) -> MissingParameterError:
    """How a statement is refused."""
    with pytest.raises(MissingParameterError) as caught:
        zoo.answer(sql)
    return caught.value


@pytest.mark.parametrize(
    ("sql", "advice"),
    [
        (f"FROM l JOIN {VISITS} v ON v.pen = l.pen JOIN {VISITS} w ON w.id = v.id", "w.pen = v.pen to its ON"),
        (f"FROM {VISITS} v LEFT JOIN {VISITS} w ON w.id = v.id WHERE v.pen = 'p1'", "w.pen = v.pen to its ON"),
        (f"FROM {VISITS} v, {VISITS} w WHERE w.id = v.id AND v.pen = 'p1'", "w.pen = v.pen to WHERE"),
        (f"FROM {VISITS} w JOIN l ON l.n = 1 JOIN {VISITS} v ON v.pen = 'p1' AND v.id = w.id", "w.pen = v.pen to WHERE"),
        (f"FROM l CROSS JOIN {VISITS} WHERE true", "visits.pen = l.pen to WHERE"),
        (f"FROM (FROM {VISITS}) v JOIN l ON l.n = 1", "v.pen = l.pen to its ON"),
        (f"FROM {VISITS} v WHERE v.pen = 'p1' AND EXISTS (FROM {VISITS} w WHERE w.id = v.id)", "w.pen = v.pen to WHERE"),
        (f"SELECT v.id, (SELECT count(*) FROM {VISITS} w WHERE w.id = v.id) FROM {VISITS} v JOIN k USING (pen)", "w.pen = v.pen to WHERE"),
    ],
    ids=["beside-another", "left-join", "comma", "behind-its-on", "cross-join", "sub-select", "exists", "correlated"],
)
def test_a_condition_that_is_missing_is_named_and_works(zoo: Any, sql: str, advice: str) -> None:
    """Where something beside a resource has the column, the refusal says which condition makes the statement one that is answered."""
    condition, clause = advice.split(" to its " if "to its" in advice else " to ")
    said = refused(zoo, sql).reason
    at = re.search(rf"{clause} (?=w\.id = |true|l\.n = 1$)", sql)

    assert f"has one: add {advice}." in said
    assert at is not None or clause == "WHERE"
    whole = f"{sql[: at.end()]}{condition} AND {sql[at.end() :]}" if at is not None else f"{sql} WHERE {condition}"
    assert zoo.answer(whole) == zoo.truth(whole)


def test_nothing_is_advised_that_would_be_refused_again(zoo: Any) -> None:
    """What cannot be read itself has no column to give, nor has one of another type, nor is there a place for a condition on either."""
    assert refused(zoo, f"FROM {VISITS} v CROSS JOIN {VISITS} w").reason == "Nothing here says which pen of v is meant."
    assert refused(zoo, f"FROM {VISITS} v CROSS JOIN num").reason == "Nothing here says which pen of v is meant."
    assert refused(zoo, f"FROM {VISITS} v JOIN {VISITS} w ON v.pen = w.pen").reason == (
        "w could give its values, and cannot be read itself without more."
    )
    assert refused(zoo, f"FROM {VISITS}").reason == ""


def test_a_column_of_the_same_row_gives_no_values(zoo: Any) -> None:
    """What a column is equal to in its own row is not known before the row is read."""
    said = refused(zoo, f"FROM {VISITS} WHERE pen = kind").reason

    assert said == "pen is compared with a column of the same row, and that is not known before the row is read."


@pytest.mark.parametrize("clause", ["(pen = 'p1')", "(WHERE pen = 'p1' AND kind = 'food')"])
def test_what_filter_says_is_to_be_repeated_in_where(zoo: Any, clause: str) -> None:
    """FILTER leaves out no rows; where WHERE says the same, the statement is answered."""
    sql = f"SELECT count(*) FILTER {clause} FROM {VISITS}"

    assert refused(zoo, sql).reason.startswith("FILTER picks of the rows")
    assert zoo.answer(f"{sql} WHERE pen = 'p1'") == zoo.truth(f"{sql} WHERE pen = 'p1'")


def test_a_condition_that_lets_nulls_of_an_outer_join_through_is_named(zoo: Any) -> None:
    """It has to be said in ON, or in a sub-select, which values are meant; of a FULL JOIN in a sub-select alone."""
    where = "WHERE v.pen = 'p1' OR v.id IS NULL"
    said = "Where v has no row an outer join puts NULLs, and v.pen = 'p1' OR v.id IS NULL is about these too: "
    wanted = "say in a sub-select in place of v which values are meant"
    within = f"(FROM {VISITS} WHERE pen = 'p1') v"

    assert refused(zoo, f"FROM l LEFT JOIN {VISITS} v ON true {where}").reason == f"{said}{wanted}, or in ON."
    assert refused(zoo, f"FROM l FULL JOIN {VISITS} v ON true {where}").reason == f"{said}{wanted}."
    for sql in (
        f"FROM l LEFT JOIN {VISITS} v ON v.pen = 'p1' {where}",
        f"FROM l LEFT JOIN {within} ON true {where}",
        f"FROM l FULL JOIN {within} ON true {where}",
    ):
        assert zoo.answer(sql) == zoo.truth(sql)


def test_a_condition_that_comes_after_an_asof_join_is_named(zoo: Any) -> None:
    """The nearest row is picked before WHERE is applied; a condition in ON comes before that."""
    sql = f"FROM l ASOF JOIN {VISITS} v ON l.n >= v.n"
    said = "An ASOF JOIN picks the nearest row of v before v.pen = 'p1' is applied: "

    assert refused(zoo, f"{sql} WHERE v.pen = 'p1'").reason == f"{said}say in a sub-select in place of v which values are meant, or in ON."
    for whole in (
        f"SELECT l.pen, v.n {sql} AND v.pen = 'p1'",
        f"SELECT l.pen, v.n {sql}".replace(VISITS, f"(FROM {VISITS} WHERE pen = 'p1')"),
    ):
        assert zoo.answer(whole) == zoo.truth(whole)
