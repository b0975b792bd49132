"""AWAIT, UNTIL and TIMEOUT at the end of a write, and the same words where they are names."""

from __future__ import annotations

from typing import cast

import pytest

from rowcall.errors import ParseError, Span, UnknownNameError
from rowcall.sql.bind import Names
from rowcall.sql.nodes import Delete, Exec, Insert, Query, Update
from rowcall.sql.parse import parse
from rowcall.sql.statements import Statement

Write = Insert | Update | Delete | Exec
RUN = "INSERT INTO runs (thread_id, assistant_id) VALUES ('t', 'a')"
CANCEL = "EXEC runs.cancel_run @thread_id = 't', @run_id = 'r'"


def written(text: str, names: Names) -> Write:
    """The write that a text is."""
    return cast("Write", parse(Statement(text, 0), names))


def stretch(text: str, span: Span | None) -> str | None:
    """What stands at a span."""
    return None if span is None else text[span.start : span.end]


@pytest.mark.parametrize(
    ("text", "until", "timeout"),
    [
        (f"{RUN} AWAIT", None, None),
        (f"{RUN} RETURNING * AWAIT", None, None),
        (f"{RUN} RETURNING id, status await timeout '5 min'", None, "'5 min'"),
        (f"{RUN} UNTIL status IN ('completed')", "status IN ('completed')", None),
        (f"{RUN} AWAIT UNTIL status = 'failed' AND \"timeout\" > 3 TIMEOUT $t", "status = 'failed' AND \"timeout\" > 3", "$t"),
        (f"{RUN} UNTIL timeout > 3 OR until = 4 TIMEOUT INTERVAL 5 MINUTE", "timeout > 3 OR until = 4", "INTERVAL 5 MINUTE"),
        ("INSERT INTO openai.assistants.threads DEFAULT VALUES AWAIT", None, None),
        ("INSERT INTO runs (thread_id, assistant_id) SELECT 't', 'a' -- a note\nAWAIT", None, None),
        (f"{CANCEL} AWAIT", None, None),
        (f"{CANCEL}, @@json = $body UNTIL status <> 'cancelling'", "status <> 'cancelling'", None),
        ("UPDATE runs SET metadata = NULL WHERE thread_id = 't' AWAIT", None, None),
        ("DELETE FROM openai.assistants.threads WHERE thread_id = 't' RETURNING deleted AWAIT", None, None),
        ("EXEC /*+ AWAIT */ runs.cancel_run @thread_id = 't', @run_id = 'r'", None, None),
        ("INSERT /*+ SHOWRESULTS, await */ INTO runs (thread_id, assistant_id) VALUES ('t', 'a')", None, None),
        ("EXEC /*+ SHOWRESULTS */ /*+ AWAIT */ runs.cancel_run @thread_id = 't', @run_id = 'r'", None, None),
    ],
)
def test_a_write_says_at_its_end_what_it_waits_for(names: Names, text: str, until: str | None, timeout: str | None) -> None:
    """And the rest is read as if that did not stand there."""
    found = written(text, names)

    assert found.awaits is not None
    assert (stretch(text, found.awaits.until), stretch(text, found.awaits.timeout)) == (until, timeout)
    assert stretch(text, found.awaits.span).upper() in {"AWAIT", "UNTIL"}  # type: ignore[union-attr]
    assert found.text == text


def test_what_stands_before_is_read_as_without_it(names: Names) -> None:
    """No part of the clause is taken for a value, a condition or a column."""
    insert = written(f"{RUN} RETURNING id AWAIT", names)
    update = written("UPDATE runs SET metadata = NULL WHERE thread_id = 't' UNTIL status = 'x'", names)
    call = written(f"{CANCEL} UNTIL true", names)

    assert isinstance(insert, Insert)
    assert (stretch(insert.text, insert.source), stretch(insert.text, insert.returning)) == ("VALUES ('t', 'a')", "id")
    assert isinstance(update, Update)
    assert stretch(update.text, update.where) == "thread_id = 't'"
    assert isinstance(call, Exec)
    assert [stretch(call.text, value) for _, _, value in call.arguments] == ["'t'", "'r'"]


@pytest.mark.parametrize(
    "text",
    [
        RUN,
        f"{RUN} RETURNING id AS await",
        f"{RUN} RETURNING id, until",
        f'{RUN} RETURNING id "await"',
        "INSERT INTO runs (thread_id, assistant_id) SELECT await, until FROM await.until",
        "UPDATE runs SET until = 5 WHERE await = until",
        "EXEC runs.cancel_run @until = 5, @await = $await",
        "EXEC /*+ SHOWRESULTS */ runs.cancel_run @thread_id = 't', @run_id = 'r'",
        "EXEC /* AWAIT */ runs.cancel_run @thread_id = 't', @run_id = '/*+ AWAIT */'",
    ],
)
def test_the_same_words_are_names_where_a_name_stands(names: Names, text: str) -> None:
    """After AS, a point, a comma or an operator, in quotes, in brackets and in strings."""
    assert written(text, names).awaits is None


def test_a_statement_of_duckdbs_own_is_left_as_it_is(names: Names) -> None:
    """An alias of that name in a local statement is none of ours."""
    text = "INSERT INTO mine SELECT x FROM y AWAIT"

    assert parse(Statement(text, 0), names) == Query(text)


@pytest.mark.parametrize(
    ("end", "message", "at"),
    [
        ("UNTIL", "A condition is expected after UNTIL.", "UNTIL"),
        ("UNTIL true TIMEOUT", "An interval is expected after TIMEOUT.", "TIMEOUT"),
        ("AWAIT 5", "The statement should end after AWAIT.", "5"),
        ("AWAIT RETURNING id", "RETURNING stands before AWAIT.", "RETURNING"),
        ("UNTIL status = 'x' RETURNING id", "RETURNING stands before UNTIL.", "RETURNING"),
    ],
)
def test_what_cannot_be_read_is_shown_with_its_form(names: Names, end: str, message: str, at: str) -> None:
    """With a caret in the whole statement."""
    text = f"{RUN} {end}"

    with pytest.raises(ParseError) as raised:
        parse(Statement(text, 0), names)

    assert raised.value.message == message
    assert stretch(text, raised.value.span) == at
    assert (raised.value.sql, "at the very end" in raised.value.hint) == (text, True)


def test_an_error_before_the_clause_shows_the_whole_statement(names: Names) -> None:
    """Its place is the same with and without what follows."""
    text = "INSERT INTO openai.assistants.rnus (a) VALUES (1) AWAIT"

    with pytest.raises(UnknownNameError) as raised:
        parse(Statement(text, 0), names)

    assert raised.value.sql == text
    assert "rnus" in stretch(text, raised.value.span)  # type: ignore[operator]
