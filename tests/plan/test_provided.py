"""Views of a manifest, as a statement has them written out."""

from __future__ import annotations

import re

import pytest

from rowcall.manifest.model import View
from rowcall.plan.provided import query_of

FORMULA = View(sql="SELECT name AS formula_name, size FROM brew.formula WHERE formula_name = 'stackql' AND kind = 'core'", dialect="sqlite")
HIDDEN = View(sql="SELECT name FROM brew.things WHERE thing_id = '<thing_id>'", dialect="sqlite")
OWN = View(sql="SELECT region, name FROM aws.buckets WHERE region = 'us-east-1'", dialect="sqlite")


def query(view: View, statement: str) -> str:
    """What is written for the view `v` in a statement."""
    return query_of([view], statement, {word.casefold() for word in re.findall(r"\w+", statement)}, "brew.v")


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("SELECT * FROM brew.v", "formula_name = 'stackql' AND kind = 'core'"),
        ("SELECT * FROM brew.v WHERE formula_name = 'wget'", "formula_name IN ('wget') AND kind = 'core'"),
        ("SELECT * FROM v x WHERE x.formula_name IN ('a', 'it''s') AND 1 = 1", "formula_name IN ('a', 'it''s') AND kind = 'core'"),
        (
            "SELECT * FROM v WHERE formula_name = 'a' UNION ALL SELECT * FROM v WHERE formula_name = 'b'",
            "formula_name IN ('a', 'b') AND kind = 'core'",
        ),
        # What does not hold of all that is read of the view is not written into it.
        ("SELECT * FROM v WHERE formula_name = 'a' OR size = 'x'", "kind = 'core'"),
        ("SELECT * FROM v WHERE NOT formula_name = 'a'", "kind = 'core'"),
        ("SELECT * FROM v JOIN t USING (id) WHERE t.formula_name = 'a'", "kind = 'core'"),
        ("SELECT * FROM v WHERE formula_name = 'a' UNION ALL SELECT * FROM v", "kind = 'core'"),
        ("SELECT * FROM v WHERE formula_name = (SELECT 'a')", "kind = 'core'"),
    ],
)
def test_what_a_statement_says_takes_the_place_of_a_literal(statement: str, where: str) -> None:
    """Of a parameter of what the view is over."""
    assert query(FORMULA, statement) == f"SELECT name AS formula_name, size FROM brew.formula WHERE {where}"


def test_a_column_of_the_view_is_left_to_the_statement() -> None:
    """Which may say anything of it."""
    assert query(OWN, "SELECT * FROM brew.v WHERE region LIKE 'eu%'") == "SELECT region, name FROM aws.buckets"
    assert query(OWN, "SELECT * FROM brew.v WHERE region = 'eu'") == "SELECT region, name FROM aws.buckets"


def test_a_parameter_that_the_view_does_not_show_is_shown() -> None:
    """For the condition to be one on the view."""
    assert query(HIDDEN, "SELECT * FROM v WHERE thing_id = 7") == "SELECT name, thing_id FROM brew.things WHERE thing_id IN (7)"
    assert query(HIDDEN, "SELECT * FROM v") == "SELECT name FROM brew.things"


def test_paths_into_json_may_have_keys_that_only_sqlite_takes(capfd: pytest.CaptureFixture[str]) -> None:
    """And nothing is printed about them."""
    view = View(sql="SELECT json_extract(a, '$.build_error.30d') AS x, json_extract(a, '$.b-c[0].d') AS y FROM t", dialect="sqlite")

    assert query(view, "SELECT * FROM v") == """SELECT a ->> '$.build_error."30d"' AS x, a ->> '$."b-c"[0].d' AS y FROM t"""
    assert capfd.readouterr().err == ""
