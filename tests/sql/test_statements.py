"""Statements, one at a time."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcall.errors import ParseError, Span
from rowcall.sql.statements import Reader, is_complete, parameters, split
from rowcall.sql.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" ; ;; ", []),
        ("-- nothing", []),
        ("SELECT 1", ["SELECT 1"]),
        ("SELECT 1;", ["SELECT 1"]),
        (" SELECT 1 ; SELECT 2 ;", ["SELECT 1", "SELECT 2"]),
        ("SELECT ';'; SELECT \";\"", ["SELECT ';'", 'SELECT ";"']),
        ("SELECT E'\\';'; SELECT 2", ["SELECT E'\\';'", "SELECT 2"]),
        ("SELECT 'a\\'; SELECT 2", ["SELECT 'a\\'", "SELECT 2"]),
        ("SELECT $$;$$; SELECT $a$;$$;$a$", ["SELECT $$;$$", "SELECT $a$;$$;$a$"]),
        ("SELECT 1 -- ;'\n; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("/* ; /* ; */ ; */ SELECT 1", ["SELECT 1"]),
        ("SELECT 1 /* a */ + 2", ["SELECT 1 /* a */ + 2"]),
        ("SELECT $1,$2", ["SELECT $1 ,$2"]),
        ("SELECT ?,?", ["SELECT $1 ,$2"]),
        ("SELECT '?', ? + ?", ["SELECT '?', $1 + $2"]),
        ("SELECT ?; SELECT ?, ?", ["SELECT $1", "SELECT $1 , $2"]),
        ("SELECT ?2, ?1", ["SELECT $2, $1"]),
        ("EXEC a.b.c @x = '1;', @y = ?", ["EXEC a.b.c @x = '1;', @y = $1"]),
    ],
    ids=repr,
)
def test_statements_are_split_at_semicolons_that_are_sql(text: str, expected: list[str]) -> None:
    """Those in strings, names, comments and dollar quotes belong to the statement; `?` is numbered in each anew."""
    assert [" ".join(statement.text.split()) for statement in split(text)] == expected


def test_a_statement_knows_where_it_stood_and_how_many_values_it_takes() -> None:
    """The place of its first character, and the number of its `?`."""
    first, second = split("  SELECT ?, ? ;\n\nSELECT '?'")

    assert (first.start, first.positional) == (2, 2)
    assert second.positional == 0


@pytest.mark.parametrize(("text", "start"), [("SELECT 1; SELECT 'a", 17), ("SELECT /* a", 7), ("SELECT $a$ $$", 7), ('SELECT "a', 7)])
def test_what_does_not_end_is_an_error_at_its_start(text: str, start: int) -> None:
    """The caret is in the whole text."""
    with pytest.raises(ParseError) as raised:
        split(text)

    assert raised.value.span == Span(start, start + 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", True),
        ("  \n", True),
        ("-- only a comment", True),
        ("/* and another */", True),
        ("SELECT 1;", True),
        ("SELECT 1; -- done", True),
        ("SELECT 1; SELECT 2", False),
        ("SELECT 1", False),
        ("SELECT ';", False),
        ("SELECT ';'", False),
        ("SELECT 1 -- ;", False),
        ("/* ; ", False),
        ("SELECT $$ ;", False),
        ('SELECT ";', False),
        ("SELECT E'\\';", False),
    ],
    ids=repr,
)
def test_a_text_is_complete_when_it_ends_in_a_semicolon_of_its_own(text: str, expected: bool) -> None:
    """Or when it holds no statement at all: this is when a shell runs what was typed."""
    assert is_complete(text) is expected


STATEMENTS = [
    "SELECT 1",
    "SELECT 'a;b', $$;$$",
    'SELECT 1 AS ";"',
    "SELECT E'it\\'s;'",
    "SELECT /* ; */ 2",
    "SELECT -- ;'\n 3",
    "SELECT {'a': [1, 2]}",
]
GAPS = ["", " ", "\n", "-- c;\n", "/* ' ; */"]


@given(st.lists(st.tuples(st.sampled_from(GAPS), st.sampled_from(STATEMENTS), st.sampled_from(GAPS)), max_size=6))
def test_any_sequence_of_statements_is_split_as_duckdb_splits_it(parts: list[tuple[str, str, str]]) -> None:
    """As many statements, each with the same rows."""
    text = ";".join(before + statement + after for before, statement, after in parts)

    found = [statement.text for statement in split(text)]

    assert found == [statement.strip() for _, statement, _ in parts]
    assert len(found) == len(DATABASE.extract_statements(text))


DATABASE = duckdb.connect()


def test_the_parameters_of_a_statement_are_its_dollar_names() -> None:
    """In text order; a name used twice stands twice, and what is in a string is none."""
    assert [token.text for token in parameters(tokenize("SELECT $a, '$b', $1, $a, $$ $c $$"))] == ["a", "1", "a"]


def reader(text: str) -> Reader:
    """A cursor at the start of a text."""
    return Reader(text, tokenize(text))


def test_a_reader_takes_words_all_or_none() -> None:
    """Where one of them differs it stays where it is."""
    cursor = reader("insert into t")

    assert not cursor.take("INSERT", "OVER")
    assert cursor.take("INSERT", "INTO")
    assert cursor.token is not None
    assert cursor.token.text == "t"


def test_a_name_may_be_quoted_and_be_a_keyword() -> None:
    """Its parts are without quotes, its place has them."""
    assert reader('"a.b".order.c = 1').name("a name") == (("a.b", "order", "c"), Span(0, 13))


@pytest.mark.parametrize(
    ("text", "span"), [("", Span(0, 1)), ("'a'", Span(0, 3)), ("5", Span(0, 1)), ("a.", Span(2, 3)), ("a.'b'", Span(2, 5))]
)
def test_what_is_no_name_is_an_error_where_it_stands(text: str, span: Span) -> None:
    """At the end of the text, the caret is after it."""
    with pytest.raises(ParseError, match="Here a table is expected.") as raised:
        reader(text).name("a table")

    assert raised.value.span == span


def test_an_end_that_is_none_shows_the_form() -> None:
    """What follows where nothing should is marked."""
    cursor = reader("a b")
    cursor.name("a name")

    with pytest.raises(ParseError, match="(?s)should end here.*The form is: USE name") as raised:
        cursor.end("USE name")
    assert raised.value.span == Span(2, 3)
