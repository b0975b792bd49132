"""What completes in columns of local tables, of DuckDB's own names of their types."""

from __future__ import annotations

import pytest

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.shell.complete import Completion, complete
from rowcall.shell.local import local_tables

MADE = """
CREATE TYPE mood AS ENUM ('sad', 'it''s ok', 'a, (b)');
CREATE TABLE t (m mood, s STRUCT(a DECIMAL(18, 3), "b, (c)" STRUCT(d DATE, "select" TIME)), l STRUCT(x INTEGER)[], n INTEGER)
"""


@pytest.fixture(scope="module")
def tables() -> dict[str, dict[str, str]]:
    """A table with all of them, as DuckDB describes it."""
    with rowcall.connect() as session:
        session.sql(MADE)
        return local_tables(session)


def completions(text: str, tables: dict[str, dict[str, str]]) -> list[Completion]:
    """What completes at the `|` of `text`, or at its end."""
    before, _, after = text.partition("|")
    return complete(before, Catalog.shipped(), tables, text_after_cursor=after)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT s.| FROM t", ["s.a", 's."b, (c)"']),
        ("SELECT x.s.| FROM t x", ["x.s.a", 'x.s."b, (c)"']),
        ('SELECT s."b, (c)".| FROM t', ['s."b, (c)".d', 's."b, (c)"."select"']),
        ("SELECT q.u.| FROM (SELECT s AS u FROM t) q", ["q.u.a", 'q.u."b, (c)"']),
        ("SELECT q.| FROM (SELECT s.* FROM t) q", ["q.a", 'q."b, (c)"']),
        ("SELECT l.| FROM t", []),
        ("SELECT n.| FROM t", []),
        ("SELECT * FROM t WHERE m = '", ["sad'", "it''s ok'", "a, (b)'"]),
        ("SELECT * FROM t WHERE m IN ('sad', 'it", ["it''s ok'"]),
        ("SELECT * FROM (FROM t) q WHERE q.m = sa", ["'sad'"]),
        ("SELECT * FROM t WHERE n = '", []),
    ],
)
def test_what_is_in_local_columns(text: str, expected: list[str], tables: dict[str, dict[str, str]]) -> None:
    """The fields of a STRUCT, in one another, and the values of an ENUM."""
    assert [each.text for each in completions(text, tables)] == expected


def test_a_field_says_its_type(tables: dict[str, dict[str, str]]) -> None:
    """As DuckDB names it."""
    assert [each.description for each in completions("SELECT s.a| FROM t", tables)] == ["DECIMAL(18,3)"]


def test_an_enum_of_thousands_offers_none() -> None:
    """Nobody chooses among them."""
    many = "ENUM(" + ", ".join(f"'value {number}'" for number in range(5000)) + ")"

    assert completions("SELECT * FROM t WHERE m = '", {"t": {"m": many}}) == []
