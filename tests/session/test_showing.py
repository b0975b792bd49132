"""SHOW and DESCRIBE: the catalog as relations, without a request."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from rowcall.errors import ParseError, UnknownNameError
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

Sent = Callable[[Sandbox], AbstractContextManager[list[Any]]]


@pytest.mark.parametrize(
    ("text", "columns", "first"),
    [
        ("SHOW PROVIDERS", ["provider", "title", "description"], ["github", "openai"]),
        ("SHOW SERVICES IN openai LIKE 'a%'", None, ["agents", "assistants"]),
        ("SHOW RESOURCES IN openai.assistants", None, ["runs", "run_steps", "assistants", "threads", "messages", "all_threads"]),
        ("SHOW RESOURCES IN openai.assistants LIKE 'run%'", None, ["runs", "run_steps"]),
        (
            "SHOW METHODS IN openai.assistants.runs",
            ["method", "verb", "required", "optional", "description"],
            ["get_run", "list_runs", "create_run", "modify_run", "cancel_run", "submit_tool_ouputs_to_run"],
        ),
        ("SHOW METHODS IN runs LIKE '%cancel%'", None, ["cancel_run"]),
        ("show methods in RUNS like 'get_run'", None, ["get_run"]),
    ],
)
def test_what_there_is(still: Sandbox, db: Session, sent: Sent, text: str, columns: list[str] | None, first: list[str]) -> None:
    """Names come in the order of the manifests."""
    with sent(still) as requests:
        relation = db.sql(text)

    assert requests == []
    assert [row[0] for row in relation.fetchall()] == first
    assert columns is None or relation.columns == columns
    assert db.last.statement_kind == "show"


def test_use_is_understood_by_show(db: Session) -> None:
    """What USE set stands before the name."""
    db.sql("USE openai.assistants")

    assert [row[0] for row in db.sql("SHOW METHODS IN runs LIKE 'get%'").fetchall()] == ["get_run"]


def test_show_insert_gives_a_template_that_runs(still: Sandbox, db: Session, sent: Sent) -> None:
    """As it stands, it is a statement with every needed value."""
    template = "\n".join(line for (line,) in db.sql("SHOW INSERT INTO openai.assistants.runs").fetchall())

    with sent(still) as requests:
        rows = db.sql(template, dry_run=True).fetchall()

    assert requests == []
    assert rows == [("POST", f"{still.base_url}/threads/%E2%80%A6/runs", '{"assistant_id": "…"}', None)]


def test_describe_extended_says_more(db: Session) -> None:
    """A description of each of the same columns."""
    short = db.sql("DESCRIBE openai.assistants.runs")
    extended = db.sql("DESCRIBE EXTENDED openai.assistants.runs")

    assert [row[0] for row in extended.fetchall()] == [row[0] for row in short.fetchall()]
    assert all(row[0].endswith(".") for row in extended.project("description").fetchall())


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("SHOW SERVICES IN opnai", "openai"),
        ("SHOW RESOURCES IN openai.assistant", "assistants"),
        ("SHOW METHODS IN openai.assistants.run", "runs"),
        ("DESCRIBE openai.assistants.rusn", "runs"),
        ("SHOW INSERT INTO openai.assistants.rnus", "runs"),
    ],
)
def test_a_wrong_name_gives_the_nearest(db: Session, text: str, nearest: str) -> None:
    """With a caret below it."""
    with pytest.raises(UnknownNameError) as caught:
        db.sql(text)

    assert nearest in caught.value.nearest
    assert "^" in str(caught.value)


def test_a_name_of_too_few_parts_gives_the_form(db: Session) -> None:
    """With what is expected."""
    with pytest.raises(ParseError, match="SHOW RESOURCES IN provider.service"):
        db.sql("SHOW RESOURCES IN openai")


def test_what_is_duckdbs_to_show_is_shown_by_it(db: Session) -> None:
    """Tables, and descriptions of them."""
    db.sql("CREATE TABLE t (i INTEGER)")

    assert db.sql("SHOW TABLES").fetchall() == [("t",)]
    assert db.sql("DESCRIBE t").fetchall()[0][:2] == ("i", "INTEGER")
