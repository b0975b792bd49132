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
