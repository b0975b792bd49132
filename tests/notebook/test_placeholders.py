"""Variables in statements: as parameters, and where they cannot be, with the place."""

from __future__ import annotations

from typing import Any

import numpy
import pandas
import polars
import pytest

import rowcall
from rowcall.errors import SQLError, UnknownNameError, UnsupportedSQLError
from rowcall.notebook.placeholders import bound

NAMES: dict[str, Any] = {
    "tid": "t1",
    "Tid": "T1",
    "ids": ["a", "b"],
    "row": {"id": "r1", "at": {"x": 3}},
    "order": 5,
    "größe": 6,
    "frame": pandas.DataFrame({"id": [1, 2]}),
    "hostile": "x'); DROP TABLE t; --",
}


def rows(sql: str) -> list[tuple[Any, ...]]:
    """The rows of a statement with these variables."""
    text, values = bound(sql, NAMES)
    with rowcall.connect() as db:
        return db.sql(text, values or None).fetchall()


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        pytest.param("SELECT {tid}", ("t1",), id="a name"),
        pytest.param("SELECT {  tid }||{tid}", ("t1t1",), id="blanks, and twice"),
        pytest.param("SELECT {tid}, {Tid}", ("t1", "T1"), id="names that differ in case"),
        pytest.param("SELECT {order}, {größe}", (5, 6), id="a word of SQL's, and other letters"),
        pytest.param("SELECT {row['id']}, {row['at'][\"x\"]}, {ids[-1]}", ("r1", 3, "b"), id="items"),
        pytest.param("SELECT 'b' IN {ids}, 'c' = ANY({ids})", (True, False), id="a list"),
        pytest.param("SELECT {hostile}", ("x'); DROP TABLE t; --",), id="text that looks like SQL"),
        pytest.param(
            "SELECT {'a': {tid}}, {a: 1}, MAP {lower('A'): {order}}, MAP {}", ({"a": "t1"}, {"a": 1}, {"a": 5}, {}), id="STRUCT and MAP"
        ),
        pytest.param(
            'SELECT \'{tid}\', "{x}", $${tid}$$ FROM (SELECT 1 AS "{x}") -- {nope}', ("{tid}", 1, "{tid}"), id="texts, names, comments"
        ),
        pytest.param("SELECT /* {nope} */ {'x': 1::INT}", ({"x": 1},), id="a comment within"),
    ],
)
def test_braces_hold_values(sql: str, expected: tuple[Any, ...]) -> None:
    """What stands in braces is the value of a variable, and what DuckDB has braces for stays."""
    assert rows(sql) == [expected]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (pandas.Series(["a", "b"]), ["a", "b"]),
        (polars.Series(["a", "b"]), ["a", "b"]),
        (numpy.array([1, 2]), [1, 2]),
        (numpy.int64(7), 7),
        (("a", "b"), ["a", "b"]),
        (range(2), [0, 1]),
        (None, None),
        ("text", "text"),
    ],
)
def test_what_holds_several_values_is_a_list(value: Any, expected: Any) -> None:
    """Columns, arrays, tuples and ranges are lists, and their values Python's own."""
    assert bound("SELECT {v}", {"v": value})[1] == {"v": expected}


@pytest.mark.parametrize(
    ("sql", "kind", "message", "marked"),
    [
        ("SELECT {tod}", UnknownNameError, 'No variable "tod".', "tod"),
        ("SELECT {rows.id}", UnknownNameError, "Did you mean row?", "rows.id"),
        ("SELECT { len(ids) }", UnsupportedSQLError, "This is computed", "len(ids)"),
        ("SELECT {order + 1}", UnsupportedSQLError, "This is computed", "order + 1"),
        ("SELECT {ids[0:1]}", UnsupportedSQLError, "This is computed", "ids[0:1]"),
        ("SELECT {a b}", UnsupportedSQLError, "Braces hold the name of a variable", "a b"),
        ("SELECT {tid.nope}", UnsupportedSQLError, "AttributeError", "tid.nope"),
        ("SELECT {ids[9]}", UnsupportedSQLError, "IndexError", "ids[9]"),
        ("SELECT * FROM {frame}", UnsupportedSQLError, "FROM frame.", "frame"),
    ],
)
def test_what_is_no_value_is_refused_with_its_place(sql: str, kind: type[SQLError], message: str, marked: str) -> None:
    """The error says what braces hold, and the caret is under what they held."""
    with pytest.raises(kind) as raised:
        bound(sql, NAMES)

    assert message in str(raised.value)
    assert raised.value.span is not None
    assert sql[raised.value.span.start : raised.value.span.end] == marked


def test_what_follows_keeps_its_place() -> None:
    """An error after a variable is marked where it stands in the cell."""
    sql = "SELECT {tid} AS t, nope FROM (SELECT 1 AS a)"
    text, values = bound(sql, NAMES)

    with rowcall.connect() as db, pytest.raises(SQLError) as raised:
        db.sql(text, values)

    assert raised.value.span is not None
    assert sql[raised.value.span.start : raised.value.span.end] == "nope"


def test_requests_are_bound_by_variables() -> None:
    """The API is asked for the values of a list, and for nothing else."""
    with rowcall.Sandbox(seed=0) as box, rowcall.connect(providers=box.providers) as db:
        threads = sorted(thread for (thread,) in box.tables["sandbox_threads"][1])
        text, values = bound("SELECT count(*) FROM openai.assistants.runs WHERE thread_id IN {ids}", {"ids": threads[:3]})
        db.sql(text, values)

        assert len(box.requests) == 3
