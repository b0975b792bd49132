"""A statement run again and again, in a real terminal."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

import pytest

import rowcall
from rowcall.front.table import Changed
from rowcall.shell.watch import Changes

CTRL_C = "\x03"
TITLE = r"\w{3} \d\d \w{3} \d{4} \d\d:\d\d:\d\d \(every 0\.1 s\)\n"
Start = Callable[..., Any]

terminal_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")


def ready(start: Start, *options: str) -> Any:
    """A shell at its first prompt."""
    shell = start("shell", "--no-progress", *options)
    shell.wait_for("rowcall>")
    return shell


@terminal_only
def test_the_last_statement_is_run_until_ctrl_c(terminal: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each round with its time, rows and requests, and a mark at what has changed where there are no colours."""
    monkeypatch.setenv("NO_COLOR", "1")
    shell = ready(terminal)
    shell.told("CREATE SEQUENCE s;")
    shell.told("SELECT 'a' AS name, nextval('s') AS n;")

    shell.type("\\watch 0.1\r")
    shell.wait_for_match(TITLE)
    first = shell.wait_for_match(TITLE)
    second = shell.wait_for_match(TITLE)
    shell.wait_for_match(TITLE)
    shell.type(CTRL_C)

    shell.wait_for_match(r"watched for \d+ rounds, 0 requests\n")
    shell.wait_for("rowcall>")
    assert re.search(r"│ a    │ 2 │\n└─+┴─+┘\n1 row\n\d\.\d\d s\n\n", first)
    assert re.search(r"│ a    │ \*3 │\n└─+┴─+┘\n1 row\n\d\.\d\d s · 1 cell changed\n\n", second)
    assert re.search(r"│ [\d,]+ │", shell.told("SELECT n FROM _;"))


@terminal_only
def test_the_last_result_stays_what_it_was_in_what_is_watched(terminal: Start) -> None:
    """Else a statement that reads it would feed on itself; requests are counted."""
    shell = ready(terminal, "--sandbox")
    shell.told("SELECT thread_id FROM sandbox_threads ORDER BY 1 LIMIT 2;")
    shell.told("SELECT count(*) AS n FROM openai.assistants.runs r JOIN _ ON r.thread_id = _.thread_id;")

    shell.type(".watch 0.1\r")
    for _ in range(3):
        shell.wait_for("· 2 requests · nothing changed\n")
    shell.type(CTRL_C)

    requests = shell.wait_for_match(r"watched for \d+ rounds, \d+ requests\n")
    assert "error" not in requests


@terminal_only
@pytest.mark.parametrize(
    ("statement", "typed", "message"),
    [
        ("", ".watch", "error: There was no statement yet."),
        ("SELECT 1;", ".watch soon", "error: .watch takes a number of seconds, 0.1 or more, as .watch 5."),
        ("SELECT 1;", ".watch 0", "error: .watch takes a number of seconds"),
        (
            "CREATE TABLE t (i INTEGER);",
            ".watch",
            "error: .watch runs the last statement again and again, so it has to be one that only reads",
        ),
        ("EXPLAIN ANALYZE SELECT 1;", ".watch", "so it has to be one that only reads"),
        ("DELETE FROM openai.assistants.threads WHERE id = 'x';", ".watch", "so it has to be one that only reads"),
        ("EXEC openai.assistants.runs.cancel_run @thread_id = 'x', @run_id = 'y';", ".watch", "so it has to be one that only reads"),
        ("RESUME 'nothing';", ".watch", "so it has to be one that only reads"),
        ("WITH a AS (SELECT 1) SELECT error('broken') FROM a;", ".watch 0.1", "error: Invalid Input Error: broken\n"),
    ],
)
def test_what_cannot_be_watched_is_refused(terminal: Start, statement: str, typed: str, message: str) -> None:
    """A write most of all; an error of the statement itself ends it."""
    shell = ready(terminal, "--sandbox", "--read-only")
    if statement:
        shell.told(statement)

    assert message in shell.told(typed)


@terminal_only
@pytest.mark.parametrize(
    "statement", ["SHOW SERVICES IN openai;", "EXEC openai.assistants.assistants.list_assistants @order = 'asc';"], ids=["SHOW", "EXEC"]
)
def test_what_only_rowcall_can_read_can_be_watched(statement: str, terminal: Start) -> None:
    """SHOW of its own, and EXEC of a method that reads."""
    shell = ready(terminal, "--sandbox")
    shell.told(statement)

    shell.type(".watch 0.1\r")
    shell.wait_for("· nothing changed\n")
    shell.type(CTRL_C)
    shell.wait_for("watched for ")


@terminal_only
def test_a_server_that_is_down_for_a_while_does_not_end_it(terminal: Start) -> None:
    """What it answered is shown, and the next round asks again."""
    with rowcall.Sandbox() as box:
        settings = box.providers["openai"]
        options = [f"--set=openai.{name}={settings[name]}" for name in ("base_url", "api_key")]
        ((thread, *_), *_) = box.tables["sandbox_threads"][1]
        shell = ready(terminal, *options)
        shell.told(f"SELECT count(*) > 0 AS some FROM openai.assistants.runs WHERE thread_id = '{thread}';")
        shell.type(".watch 0.1\r")
        shell.wait_for("│ true │")

    shell.wait_for("error: ")
    shell.wait_for_match(TITLE)
    shell.type(CTRL_C)
    shell.wait_for("watched for ")
    assert "│ 1 │" in shell.told("SELECT 1 AS n;")


def test_rows_are_found_again_by_their_first_cell() -> None:
    """Wherever they stand now; those that are new are marked whole, and those that are gone told."""
    changes = Changes(colour=False)
    changes([("a", "1"), ("b", None), ("c", "3")])

    assert changes([("new", "0"), ("a", "1"), ("b", "2")]) == [("*new", "*0"), ("a", "1"), ("b", "*2")]
    assert changes.found == "1 cell changed, 1 row new, 1 row gone"
    assert changes([("new", "0"), ("a", "1"), ("b", None)])[2] == ("b", "*NULL")


def test_rows_whose_first_cells_are_alike_are_told_by_their_place() -> None:
    """As psql's rows are by nobody."""
    changes = Changes(colour=True)
    first = changes([("a", "1"), ("a", "2")])

    second = changes([("a", "1"), ("a", "3")])

    assert first == [("a", "1"), ("a", "2")]
    assert [[isinstance(cell, Changed) for cell in row] for row in second] == [[False, False], [False, True]]
