"""Typing a statement: what completes on the screen, what Enter does, and which keys there are."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.shell.conftest import COMMAND
from tests.shell.screen import Screen, needs_tmux

from rowcall.shell.prompt import continuation

pytestmark = [pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals"), needs_tmux]

GOLDEN = Path(__file__).parent.parent / "golden" / "completion.txt"
RUNS = "openai.assistants.runs"
MENUS = [
    "SELECT * FROM opena",
    f"SELECT * FROM {RUNS} r WHERE r.",
    f"SELECT count(*) FROM {RUNS} WHERE status = '",
    f"EXEC {RUNS}.create_run @",
    "SET rowcall_m",
    f"SELECT rqact| FROM {RUNS}",
    ".timing ",
]

Start = Callable[..., Screen]


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a shell with a home of its own, at its first prompt."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in [name for name in os.environ if name.startswith("XDG_")]:
        monkeypatch.delenv(name)
    started: list[Screen] = []

    def start(*arguments: str) -> Screen:
        started.append(Screen([*COMMAND, "shell", *arguments], tmp_path, columns=80, lines=24))
        started[-1].until("^rowcall>$")
        return started[-1]

    yield start
    for each in started:
        each.close()


def steady(screen: Screen, pattern: str) -> str:
    """What is on the screen when it matches, and does not change any more."""
    before, shown = "", screen.until(pattern)
    while shown != before:
        time.sleep(0.3)
        before, shown = shown, screen.shown()
    return shown


def test_the_menu_of_completions(shell: Start, request: pytest.FixtureRequest) -> None:
    """What can come next, with what it is, below the place where it would go."""
    actual = ""
    for typed in MENUS:
        screen = shell()
        before, _, after = typed.partition("|")
        screen.type(before + after)
        steady(screen, re.escape(typed.split()[0]))
        if typed.endswith(" ") or after:
            screen.press(*["Left"] * len(after), "Tab")
        shown = steady(screen, r"rowcall> .*\n\s+\S+\s\s").split("leaves.\n", 1)[1]
        actual += f"== {typed}\n{shown}\n"
        screen.close()
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(actual, "utf-8")

    assert actual == GOLDEN.read_text("utf-8")


def test_enter_begins_a_new_line_while_a_bracket_is_open(shell: Start) -> None:
    """Even after a semicolon, as in psql; the prompt shows which one is open."""
    screen = shell()
    screen.type("SELECT sum(n) AS total FROM (VALUES (1),\n(41)) t(n\n;\n")
    screen.until(r"^       \( \(41\)\) t\(n\n       \( ;\n       \(\s*$")

    screen.type(");\n")

    screen.until(r"syntax error|Parser Error")
    screen.type("SELECT (\n6 * 7) AS answer;\n")
    screen.until(r"│     42 │")


def test_escape_and_enter_run_what_is_there(shell: Start) -> None:
    """For who would rather have DuckDB say what is wrong."""
    screen = shell()
    screen.type("SELECT (1")
    screen.until(r"SELECT \(1$")

    screen.press("Escape", "Enter")

    screen.until("^error: ")


def test_a_suggestion_comes_from_the_history(shell: Start) -> None:
    """Grey, and taken with the right arrow."""
    screen = shell()
    screen.type("SELECT 'of old' AS word;\n")
    screen.until(r"1 row\n.* s\nrowcall>$")
    screen.type("SELECT 'of")
    screen.until(r"(?s)1 row.*^rowcall> SELECT 'of old' AS word;$")

    screen.press("Right")
    screen.press("Enter")

    screen.until(r"(?s)of old.*of old.*│ of old │.*1 row\n.* s\nrowcall>$")


@pytest.mark.parametrize("how", ["--vi", ".keys vi"])
def test_the_keys_may_be_those_of_vi(shell: Start, how: str) -> None:
    """From the start, or from a command on."""
    screen = shell(*([how] if how.startswith("--") else []))
    if how.startswith("."):
        screen.type(f"{how}\n")
        screen.until("The keys are those of Vi.")
    screen.type("SELECT 41 AS answer;")
    screen.until("answer;$")

    screen.press("Escape")
    time.sleep(0.6)  # until it is known to be that key alone
    screen.type("0wx")  # to the beginning, a word on, and a character away

    screen.press("Enter")

    screen.until("│      1 │")
    screen.type(".keys emacs\n")
    screen.until("The keys are those of Emacs.")


def test_several_statements_may_be_pasted(shell: Start) -> None:
    """They stand there to be looked at, comments too, and Enter runs them all."""
    screen = shell()
    screen.paste("-- the first; of two\nSELECT 'one' AS a;\n/* and; the\nother */ SELECT 'two' AS b;")
    screen.until(r"SELECT 'two' AS b;$")
    assert "│" not in screen.shown()

    screen.press("Enter")

    screen.until(r"(?s)│ one │.*│ two │.*rowcall>$")


def test_a_comment_alone_runs_nothing(shell: Start) -> None:
    """Nor does it hold anything back."""
    screen = shell()

    screen.type("-- nothing; yet\n")
    screen.until(r"yet\nrowcall>$")
    screen.type("SELECT 1 -- ;\n")
    screen.until(r"-- ;\n       ·\s*$")
    screen.type("AS n;\n")

    screen.until("│ 1 │")


def test_the_columns_of_the_last_result_complete(shell: Start) -> None:
    """As those of a table `_`."""
    screen = shell()
    screen.type("SELECT 7 AS answers_in_all;\n")
    screen.until(r"1 row\n.* s\nrowcall>$")
    screen.type("SELECT answers FROM _;")
    screen.press(*["Left"] * len(" FROM _;"), "Tab")

    screen.until(r"^rowcall> SELECT answers_in_all FROM _;")


def test_the_fields_of_the_last_result_complete(shell: Start) -> None:
    """Also behind the alias of a sub-query."""
    screen = shell()
    screen.type("SELECT {'answers_in_all': 7} AS s;\n")
    screen.until(r"1 row\n.* s\nrowcall>$")
    screen.type("SELECT q.t.an FROM (SELECT s AS t FROM _) q;")
    screen.press(*["Left"] * len(" FROM (SELECT s AS t FROM _) q;"), "Tab")

    screen.until(r"^rowcall> SELECT q\.t\.answers_in_all FROM \(SELECT s AS t FROM _\) q;")


def test_names_of_files_complete(shell: Start, tmp_path: Path) -> None:
    """In a string after FROM."""
    (tmp_path / "threads.csv").write_text("id\nthread_a\n")
    screen = shell()
    screen.type("SELECT * FROM 'thr")
    screen.until("^ +threads.csv$")

    screen.press("Tab")
    screen.until("'threads.csv$")
    screen.type("';\n")

    assert re.search("│ thread_a │", screen.until(r"1 row\n.* s\nrowcall>$"))


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [("SELECT 1\n", 1, "· "), ("SELECT (\n1\n", 1, "( "), ("SELECT (\n[1\n", 2, "[ "), ("SELECT (\n1)\n", 2, "· ")],
)
def test_what_stands_before_a_further_line(text: str, line: int, expected: str) -> None:
    """The innermost bracket that is open there."""
    assert continuation(text, line) == expected
