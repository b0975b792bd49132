"""CREATE VIEW and CREATE MACRO as users write them and as DuckDB keeps them."""

from __future__ import annotations

import pytest

from rowcall.sql.define import Definition, definition
from rowcall.sql.tokens import tokenize


def read(text: str) -> Definition | None:
    """What a statement defines."""
    return definition(text, tokenize(text))


@pytest.mark.parametrize(
    ("text", "name", "columns", "body"),
    [
        ("CREATE VIEW v AS SELECT 1", ("v",), (), "SELECT 1"),
        ("create or replace temp view if not exists s.v as from t;", ("s", "v"), (), "from t"),
        ('CREATE VIEW d.s."a ""b"("x y", z) AS SELECT 1, 2', ("d", "s", 'a "b'), ("x y", "z"), "SELECT 1, 2"),
        ("CREATE VIEW v AS WITH x AS (SELECT 1 AS a)SELECT x.a FROM x;", ("v",), (), "WITH x AS (SELECT 1 AS a)SELECT x.a FROM x"),
        ("CREATE RECURSIVE VIEW v(n) AS SELECT 1", ("v",), ("n",), "SELECT 1"),
        ("CREATE VIEW v WITH (DEFER_BINDING) AS TABLE t", ("v",), (), "TABLE t"),
        ("CREATE /* a */ VIEW v -- b\nAS SELECT 1 -- c", ("v",), (), "SELECT 1"),
    ],
)
def test_a_view_has_a_name_columns_and_a_query(text: str, name: tuple[str, ...], columns: tuple[str, ...], body: str) -> None:
    """Whatever stands between the words."""
    found = read(text)

    assert found is not None
    (only,) = found.bodies
    assert (found.kind, found.name, found.columns) == ("view", name, columns)
    assert (text[only.span.start : only.span.end], only.is_query, only.parameters) == (body, True, ())


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("CREATE MACRO m(a) AS a + 1", [("a + 1", False, ["a"])]),
        ("CREATE FUNCTION m() AS (SELECT 1)", [("(SELECT 1)", False, [])]),
        ("CREATE OR REPLACE TEMPORARY MACRO m(a, b := [1, 2], c VARCHAR => 'x') AS a", [("a", False, ["a", "b := [1, 2]", "c := 'x'"])]),
        ("CREATE MACRO m(a) AS TABLE SELECT 1, (a) AS b", [("SELECT 1, (a) AS b", True, ["a"])]),
        ("CREATE MACRO m(a) AS TABLE TABLE t", [("TABLE t", True, ["a"])]),
        ("CREATE MACRO m(a) AS a, (a, b) AS (SELECT a, b)", [("a", False, ["a"]), ("(SELECT a, b)", False, ["a", "b"])]),
        ("CREATE MACRO m() AS TABLE (SELECT 1), (a) AS TABLE (SELECT a)", [("(SELECT 1)", True, []), ("(SELECT a)", True, ["a"])]),
    ],
)
def test_a_macro_has_a_body_for_each_of_its_forms(text: str, bodies: list[tuple[str, bool, list[str]]]) -> None:
    """With parameters and their default values."""
    found = read(text)

    assert found is not None
    assert found.kind == "macro"
    shown = []
    for body in found.bodies:
        parameters = [
            parameter.name + (f" := {text[parameter.default.start : parameter.default.end]}" if parameter.default else "")
            for parameter in body.parameters
        ]
        shown.append((text[body.span.start : body.span.end], body.is_query, parameters))
    assert shown == bodies


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "CREATE TABLE t AS SELECT 1",
        "CREATE",
        "CREATE VIEW",
        "CREATE VIEW v",
        "CREATE VIEW v(a AS SELECT 1",
        "CREATE VIEW v AS",
        "CREATE MACRO m",
        "CREATE MACRO m(a",
        "CREATE MACRO m(a) AS",
        "CREATE MACRO m(1) AS 1",
        "CREATE MACRO m(a) AS a, b",
    ],
)
def test_what_is_no_whole_definition_is_none(text: str) -> None:
    """DuckDB says what is wrong with it."""
    assert read(text) is None
