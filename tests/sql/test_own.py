"""Which of rowcall's own tables a statement reads."""

from __future__ import annotations

import re

import pytest

from rowcall.errors import ParseError
from rowcall.sql.own import own_tables

REQUESTS = {"rowcall_requests": "rowcall_requests"}


@pytest.mark.parametrize(
    ("text", "expected", "names"),
    [
        ("FROM rowcall_requests()", "FROM rowcall_requests  ", REQUESTS),
        ("FROM Rowcall_Requests ( ) r, rowcall_requests() s", "FROM rowcall_requests     r, rowcall_requests   s", REQUESTS),
        ('FROM t JOIN "rowcall_warnings"() ON true', "FROM t JOIN rowcall_warnings     ON true", {"rowcall_warnings": "rowcall_warnings"}),
        ("CALL rowcall_requests()", "FROM rowcall_requests  ", REQUESTS),
        ("FROM rowcall_requests", "FROM rowcall_requests", {}),
        ("SELECT 'rowcall_requests()'", "SELECT 'rowcall_requests()'", {}),
        ("FROM mine.rowcall_requests()", "FROM mine.rowcall_requests()", {}),
        ("FROM t -- rowcall_requests()", "FROM t -- rowcall_requests()", {}),
        ("CREATE TABLE rowcall_requests(i int)", "CREATE TABLE rowcall_requests(i int)", {}),
        ("INSERT INTO rowcall_warnings(message) VALUES (1)", "INSERT INTO rowcall_warnings(message) VALUES (1)", {}),
        ("SET rowcall_max_requests = 3", "SET rowcall_max_requests = 3", {}),
    ],
)
def test_a_call_becomes_the_name_of_a_table(text: str, expected: str, names: dict[str, str]) -> None:
    """Nothing else changes, and everything stays where it was."""
    assert own_tables(text, lambda _: False) == (expected, names)


def test_a_table_of_the_users_own_is_not_mistaken_for_it() -> None:
    """The name is another one then, as long as the call was."""
    assert own_tables("FROM rowcall_requests() r", lambda _: True) == (
        "FROM __rowcall_requests r",
        {"__rowcall_requests": "rowcall_requests"},
    )


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("FROM rowcall_requests(5)", "5", "rowcall_requests() takes no arguments."),
        ("FROM rowcall_warnings(", "(", "rowcall_warnings() takes no arguments."),
        ("CREATE OR REPLACE TEMP VIEW v AS FROM rowcall_requests()", "rowcall_requests", "rowcall_requests() is this session's"),
        ("CREATE MACRO m() AS TABLE FROM rowcall_requests()", "rowcall_requests", "rowcall_requests() is this session's"),
    ],
)
def test_what_it_cannot_be_asked_is_said_with_its_place(text: str, place: str, message: str) -> None:
    """An argument, and a view or macro, which would be there when the session is not."""
    with pytest.raises(ParseError, match=re.escape(message)) as caught:
        own_tables(text, lambda _: False)

    error = caught.value
    assert error.span is not None
    assert text[error.span.start : error.span.end] == place
    assert error.hint
