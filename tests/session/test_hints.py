"""What a statement that DuckDB refused says to do."""

from __future__ import annotations

import pytest

import rowcall
from rowcall.errors import SQLError


def told(sql: str) -> list[str]:
    """The parts of the error of a statement: what is wrong, the place with its caret, and the next step where there is one."""
    with rowcall.connect() as session, pytest.raises(SQLError) as caught:
        session.sql(sql)
    return str(caught.value).split("\n\n")


@pytest.mark.parametrize(
    ("sql", "step"),
    [
        ("FROM rnus", "Did you mean openai.assistants.runs, openai.agents.turns, openai.organization.groups?"),
        ("FROM openai.thread", "Did you mean openai.assistants.threads, openai.assistants.all_threads?"),
        ('DESCRIBE "messages2"', "Did you mean openai.assistants.messages, openai.chat.chat_messages?"),
        ("FROM nope", "SHOW TABLES lists the tables of your own, SHOW PROVIDERS the APIs."),
        ("FROM openai", "SHOW SERVICES IN openai lists what is in it."),
        ("FROM openai.assistants", "SHOW RESOURCES IN openai.assistants lists the tables in it."),
        ("SHOW TABLES FROM openai", "SHOW SERVICES IN openai lists what is in it."),
        ("SHOW TABLES FROM openai.assistants", "SHOW RESOURCES IN openai.assistants lists the tables in it."),
        ("SHOW METHODS IN openai.assistants", "SHOW RESOURCES IN openai.assistants lists the tables in it."),
        ("DESCRIBE openai", "SHOW SERVICES IN openai lists what is in it."),
        ("SELECT read_blob('a.txt')", "As a value: (SELECT content FROM read_blob('…'))."),
        ("show provders", "Did you mean SHOW PROVIDERS?"),
        ("USE opnai", "Did you mean openai?"),
        ("selec 1", "Did you mean SELECT?"),
        ("SELECT * form range(3)", "Did you mean FROM?"),
        ("SELECT 1 FROM range(3) wehre range = 1", "Did you mean WHERE?"),
        ("SELECT count((1) FROM range(3)", "A bracket is open that nothing closes."),
        ("SELECT count(1)) FROM range(3)", "A bracket is closed that is not open."),
        ("SELECT ')' (1", "A bracket is open that nothing closes."),
    ],
)
def test_the_next_step_is_said(sql: str, step: str) -> None:
    """Names at APIs, of which DuckDB knows nothing, words of SQL that are misspelt, and brackets."""
    assert told(sql)[-1] == step


def test_a_local_table_that_is_near_stays_duckdb_s_to_say() -> None:
    """Its catalog's own tables are not suggested."""
    with rowcall.connect() as session:
        session.sql("CREATE TABLE orders (id INT)")
        with pytest.raises(SQLError, match=r'(?s)Did you mean "orders"\?(?!.*SHOW TABLES)'):
            session.sql("FROM order_s")
        with pytest.raises(SQLError) as caught:
            session.sql("FROM pgenum")

    assert "pg_" not in str(caught.value)


@pytest.mark.parametrize("sql", ["SELECT a b c FROM range(3)", "SELECT nope FROM range(3)"])
def test_nothing_is_said_where_nothing_is_known(sql: str) -> None:
    """What is wrong and where are the whole of it."""
    assert len(told(sql)) == 2


def test_a_syntax_error_at_a_resource_shows_its_name() -> None:
    """DuckDB has read a query in its place."""
    assert told("DELETE openai.assistants.runs")[0] == 'Parser Error: syntax error at or near "openai.assistants.runs"'


def test_a_message_of_several_lines_ends_with_its_words() -> None:
    """One empty line stands between the parts of an error."""
    assert "\n\n\n" not in "\n\n".join(told("SELECT strftime(5, 'x')"))
