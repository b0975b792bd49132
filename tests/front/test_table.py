"""Tables for people: they fit, and they never hide in silence."""

from __future__ import annotations

import duckdb
import pytest

from rowcall.front.cells import Reader
from rowcall.front.table import Changed, TableOptions, shorten, table_lines, text_width, visible


def lines(sql: str, *, width: int = 120, rows: int | None = None) -> list[str]:
    """The table of a query."""
    connection = duckdb.connect()
    return list(table_lines(Reader(connection), connection.sql(sql), TableOptions(width, rows)))


def test_a_table_aligns_numbers_to_the_right() -> None:
    """Texts stand left, numbers right, NULL says so, and the last line counts the rows."""
    assert lines("SELECT * FROM (VALUES ('a', 1), (NULL, 1000)) v(name, n)") == [
        "┌──────┬──────┐",
        "│ name │ n    │",
        "├──────┼──────┤",
        "│ a    │    1 │",
        "│ NULL │ 1000 │",
        "└──────┴──────┘",
        "2 rows",
    ]


def test_a_table_without_rows_says_so() -> None:
    """The columns are shown, and that there are no rows."""
    assert lines("SELECT 1 AS n WHERE false")[1:] == ["│ n │", "├───┤", "└───┘", "0 rows"]


def test_a_long_text_is_cut_and_told() -> None:
    """A table fits its width, and says how many cells it cut."""
    table = lines("SELECT repeat('x', 100) AS long, 'short' AS s", width=40)

    assert {text_width(line) for line in table[:-1]} == {40}
    assert "x… │" in table[3]
    assert table[-1] == "1 row, 1 cell is cut at … to fit the width"


def test_a_number_is_never_cut() -> None:
    """Where numbers alone are too wide, rows become blocks with whole values."""
    table = lines("SELECT 12345678901234567890 AS first_number, 98765432109876543210 AS second_number", width=30)

    assert table == [
        "─[ row 1 ]────────────────────",
        "first_number  │ 12345678901234567890",
        "second_number │ 98765432109876543210",
        "1 row",
    ]


def test_width_0_cuts_nothing() -> None:
    """Without a limit every cell is whole."""
    table = lines("SELECT repeat('x', 500) AS long", width=0)

    assert table[3] == f"│ {'x' * 500} │"
    assert table[-1] == "1 row"


def test_all_rows_are_shown_unless_a_number_is_asked_for() -> None:
    """No row is left out by default, however many there are."""
    assert len(lines("FROM range(3000)")) == 3000 + 5


def test_rows_left_out_are_counted() -> None:
    """A shortened table says how many rows there are."""
    table = lines("FROM range(1234)", rows=2)

    assert len(table) == 2 + 5
    assert table[-1] == "showing 2 of 1,234 rows"


def test_as_many_rows_as_asked_for_are_all() -> None:
    """A limit that leaves nothing out is not mentioned."""
    assert lines("FROM range(2)", rows=2)[-1] == "2 rows"


def test_wide_characters_keep_the_columns_straight() -> None:
    """East Asian characters take two columns, combining ones none."""
    table = lines("SELECT * FROM (VALUES ('日本'), ('e\u0301'), ('abcd')) v(t)")

    assert {text_width(line) for line in table[:-1]} == {8}


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a\nb", r"a\nb"), ("\x1b[31mred", r"\x1b[31mred"), ("a\tb", r"a\tb"), ("\u202eabc", r"\u202eabc"), ("naïve 日本", "naïve 日本")],
    ids=["newline", "escape", "tab", "direction override", "plain"],
)
def test_nothing_in_a_cell_controls_the_terminal(text: str, shown: str) -> None:
    """What an API sends cannot move the cursor, colour the screen or turn the text around."""
    assert visible(text) == shown


def test_shorten_counts_terminal_columns() -> None:
    """A cut text with its ellipsis fits the width."""
    assert shorten("日本語です", 6) == "日本…"
    assert shorten("abc", 4) == "abc"


def test_a_plan_keeps_its_drawing() -> None:
    """What EXPLAIN answers is printed line by line, short items beside their name."""
    connection = duckdb.connect()
    relation = connection.sql(r"SELECT * FROM (VALUES ('request', 'GET /x'), ('duckdb', E'┌──┐\n└──┘')) v(item, value)")

    assert list(table_lines(Reader(connection), relation, TableOptions(plan=True))) == ["request    GET /x", "duckdb", "┌──┐", "└──┘"]


def test_null_is_not_the_text_null() -> None:
    """A text that reads so stands in quotes, and one with quotes around it in more of them."""
    table = lines("SELECT * FROM (VALUES (NULL), ('NULL'), ('''NULL'''), ('null')) v(t)")

    assert [line.strip("│ ") for line in table[3:7]] == ["NULL", "'NULL'", "''NULL''", "null"]


def test_nested_values_are_cut_before_texts() -> None:
    """An identifier is of use only when it is whole."""
    table = lines("SELECT repeat('x', 30) AS id, range(50) AS numbers, 'a text' AS t", width=70)

    assert table[3].startswith(f"│ {'x' * 30} │ [0,1,2,3,")
    assert table[-1] == "1 row, 1 cell is cut at … to fit the width"


def test_nested_values_are_whole_in_blocks() -> None:
    """Over several lines where they do not fit one, beside their name."""
    connection = duckdb.connect()
    relation = connection.sql("SELECT 'r' AS id, {'n': 1, 'long': repeat('x', 20)} AS nested, [1, 2] AS short")

    assert list(table_lines(Reader(connection), relation, TableOptions(30, blocks=True))) == [
        "─[ row 1 ]────────────────────",
        "id     │ r",
        "nested │ {",
        '       │   "n": 1,',
        f'       │   "long": "{"x" * 20}"',
        "       │ }",
        "short  │ [1,2]",
        "1 row",
    ]


def test_colours_tell_null_and_what_has_changed() -> None:
    """NULL is dim, a changed cell reversed, its width included."""
    connection = duckdb.connect()
    options = TableOptions(colour=True, mark=lambda rows: [(row[0], Changed(row[1] or "")) for row in rows])

    table = list(table_lines(Reader(connection), connection.sql("SELECT NULL AS name, 7 AS seven"), options))

    assert table[3] == "│ \x1b[2mNULL\x1b[0m │ \x1b[1;7m    7\x1b[0m │"


def test_the_first_rows_of_more_are_told_as_such() -> None:
    """Where the relation does not have all."""
    connection = duckdb.connect()

    table = list(table_lines(Reader(connection), connection.sql("FROM range(3)"), TableOptions(rows=2, total=1000)))

    assert table[-1] == "showing 2 of 1,000 rows"
