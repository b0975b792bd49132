"""Which columns PIVOT and UNPIVOT make, against DuckDB's own."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcall.catalog.catalog import Catalog
from rowcall.shell.complete import complete
from rowcall.shell.local import local_tables

CATALOG = Catalog.shipped()
ROWS = """CREATE TABLE t (status ENUM ('a', 'b'), model VARCHAR, n INTEGER, tokens INTEGER);
INSERT INTO t VALUES ('a', 'x', 1, 10), ('b', 'y', 2, 20), ('a', 'y', 3, 30)"""


class Local:
    """A database as completion asks it."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute(ROWS)


LOCAL = Local()
TABLES = local_tables(LOCAL)  # type: ignore[arg-type] # it asks for the connection alone


def texts(text: str) -> list[str]:
    """What completes at the `|` of `text`, or at its end."""
    before, _, after = text.partition("|")
    return [each.text for each in complete(before, CATALOG, TABLES, text_after_cursor=after)]


@pytest.mark.parametrize(
    "pivot",
    [
        "PIVOT t ON status",
        "PIVOT t ON status USING sum(n) GROUP BY model",
        "PIVOT t ON status USING sum(n) AS s GROUP BY model, tokens",
        "PIVOT t ON status USING sum(n) AS s, count(*) AS c",
        "PIVOT t ON model IN ('x', 'y') USING sum(n)",
        "PIVOT t ON model IN ('x' AS the_first, 'y') USING sum(n)",
        "PIVOT t ON n IN (1, 2, 3) USING max(tokens) ORDER BY model LIMIT 3",
        "PIVOT t ON status IN ('a'), model IN ('x', 'y') USING sum(n)",
        "PIVOT (SELECT status, n FROM t) ON status USING sum(n)",
        "FROM t PIVOT (sum(n) FOR status IN ('a', 'b'))",
        "FROM t PIVOT (sum(n) FOR status IN ('a', 'b') GROUP BY model)",
        "SELECT * FROM t PIVOT (sum(n) AS s, max(n) AS m FOR status IN ('a', 'b') model IN ('x')) q",
        "UNPIVOT t ON n, tokens",
        "UNPIVOT t ON n, tokens INTO NAME what VALUE how_much",
        "FROM t UNPIVOT (how_much FOR what IN (n, tokens))",
    ],
)
def test_what_they_make_completes_around_them(pivot: str) -> None:
    """In a sub-query in FROM and in WITH, with DuckDB's own names; what they take away is not offered."""
    expected = LOCAL.connection.sql(pivot).columns

    for text in (f"SELECT p.| FROM ({pivot}) p", f"WITH p AS ({pivot}) SELECT p.| FROM p"):
        assert [each.removeprefix("p.").strip('"') for each in texts(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT q.| FROM t PIVOT (sum(n) FOR status IN ('a', 'b')) q", ["model", "tokens", "a", "b"]),
        ("SELECT * FROM t PIVOT (sum(|) FOR status IN ('a'))", ["status", "model", "n", "tokens"]),
        ("PIVOT t ON |", ["status", "model", "n", "tokens"]),
        ("SELECT p.| FROM (PIVOT t ON model USING sum(n)) p", ["status", "tokens"]),
        ("SELECT p.| FROM (PIVOT t ON status USING sum(n), max(n)) p", ["model", "tokens"]),
    ],
    ids=["its alias", "within its brackets", "within a statement", "values that are in the rows alone", "aggregates without names"],
)
def test_where_else_columns_complete(text: str, expected: list[str]) -> None:
    """Within them those of the table; of what nobody can know, nothing."""
    assert [each.rpartition(".")[2] for each in texts(text)] == expected


def test_a_column_of_a_resource_has_the_values_that_its_api_knows() -> None:
    """By the manifest, since the rows are not there."""
    found = texts("SELECT p.| FROM (PIVOT (SELECT status FROM openai.assistants.runs WHERE thread_id = 'x') ON status) p")

    assert {"p.completed", "p.failed", "p.expired"} <= set(found)


WORDS = "PIVOT UNPIVOT t ON USING GROUP BY FOR IN INTO NAME VALUE AS ( ) , n model status 'a' sum SELECT FROM | p".split()


@given(st.lists(st.sampled_from(WORDS), max_size=18))
def test_no_statement_breaks_it(words: list[str]) -> None:
    """Half of one is what is being typed."""
    texts(" ".join(words))
    texts(f"SELECT p.| FROM ({' '.join(words)}) p")
