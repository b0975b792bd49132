"""The pager, in a real terminal of 20 lines."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")

CTRL_C = "\x03"
less = pytest.mark.skipif(shutil.which("less") is None, reason="this machine has no less")


@pytest.fixture
def shell(terminal: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    """Starts a shell with this pager."""
    for name in ("LESS", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)

    def start(pager: str, *options: str) -> Any:
        monkeypatch.setenv("ROWCALL_PAGER", pager)
        shell = terminal("shell", "--no-progress", *options, columns=80, lines=20)
        shell.wait_for("rowcall>")
        return shell

    return start


def saving(path: Path) -> str:
    """A pager that keeps what it reads."""
    return f"{sys.executable} -c \"import sys; open('{path}', 'a').write(sys.stdin.read() + '--')\""


def test_what_does_not_fit_is_paged_whole(shell: Any, tmp_path: Path) -> None:
    """All rows, where a table has only the first without a pager; what fits the screen is shown as ever."""
    page = tmp_path / "page"
    started = shell(saving(page))

    assert "│     2 │" in started.told("FROM range(3);")
    assert "│ " not in started.told("FROM range(1234);")
    assert "1,234 rows · " in started.told("FROM range(1234);")
    assert page.read_text().count("│  1233 │\n└───────┘\n1,234 rows\n--") == 2


def test_a_table_as_wide_as_it_needs_to_be_is_paged(shell: Any, tmp_path: Path) -> None:
    """`.width 0` cuts nothing; without it a table fits, and says what was cut."""
    page = tmp_path / "page"
    started = shell(saving(page))
    sql = "SELECT repeat('x', 100) AS x;"

    assert r"1 cell is cut at … to fit the width; \x shows them whole" in started.told(sql)
    assert "Tables are as wide as they need to be." in started.told(".width 0")
    assert "xxx" not in started.told(sql)
    assert f"│ {'x' * 100} │" in page.read_text()
    assert "Tables are up to 40 columns wide." in started.told(".width 40")
    assert "xxx… │" in started.told(sql)
    assert "Tables are as wide as the terminal." in started.told(".width")
    assert "error: .width takes a number of columns" in started.told(".width wide")


def test_a_pager_is_named_and_switched_off(shell: Any) -> None:
    """By either of its names; a command that is not there is refused."""
    started = shell(
        "",
    )

    assert "What does not fit the screen is shown by head -1." in started.told(".pager head -1")
    assert "│ " not in started.told("FROM range(50);")
    assert "All is shown without a pager." in started.told(r"\pset pager off")
    assert "showing 40 of 50 rows" in started.told("FROM range(50);")
    assert "What does not fit the screen is shown by head -1." in started.told(".pager")
    assert "All is shown without a pager." in started.told(r"\pset pager")
    assert "error: There is no command no-such-pager; .pager takes on, off or the command of a pager." in started.told(
        ".pager no-such-pager"
    )
    assert r"error: There is no \pset border." in started.told(r"\pset border 2")


def test_a_pager_that_is_not_there_does_not_hide_the_rows(shell: Any) -> None:
    """They are printed, after a warning."""
    shown = shell("no-such-pager -x").told("FROM range(50);")

    assert "warning: Cannot start the pager no-such-pager -x: No such file or directory." in shown
    assert "│    49 │" in shown


def test_leaving_the_pager_early_is_quiet(shell: Any) -> None:
    """Though there is much to come, in a table and in a format whose rows are not known before the last."""
    started = shell("head -1")

    assert "100,000 rows · " in started.told("FROM range(100000);")
    started.told(".mode csv")
    shown = started.told("FROM range(10000000);")
    assert "0\n1\n" not in shown
    assert "error" not in shown
    assert "range\n" in shown


def test_leaving_the_pager_early_ends_a_statement_whose_rows_still_come(shell: Any, tmp_path: Path) -> None:
    """Without a word, and its rows are not counted as if they were all."""
    some = "(SELECT thread_id FROM sandbox_threads LIMIT 4)"
    (tmp_path / "runs.sql").write_text(f"SELECT *, repeat('x', 5000) FROM openai.assistants.runs WHERE thread_id IN {some};")
    started = shell("head -1", "--sandbox")
    started.told(".mode jsonl")

    shown = started.told(".read runs.sql")

    assert re.fullmatch(r'\{"id":"run_.*\}\n\d\.\d\d s · \d+ requests\n', shown)


@less
def test_less_is_moved_in_and_left(shell: Any) -> None:
    """Ctrl-C in it ends neither it nor the shell; q goes back to the prompt, where what was seen stays."""
    started = shell("less")
    started.type("FROM range(200);\r")
    started.wait_for("│    10 │")
    started.type(" ")
    started.wait_for("│    34 │\n:")
    started.type(CTRL_C)
    started.wait_for(":")
    started.type("G")
    started.wait_for("│   199 │")

    started.type("q")

    started.wait_for("200 rows · ")
    started.wait_for("rowcall>")
    assert "│ 1 │" in started.told("SELECT 1 AS n;")


@less
def test_less_is_the_pager_unless_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """$ROWCALL_PAGER comes first, then $PAGER."""
    monkeypatch.delenv("PAGER", raising=False)
    monkeypatch.delenv("ROWCALL_PAGER", raising=False)
    from rowcall.shell.pager import Pager

    assert Pager().used == "less"
    monkeypatch.setenv("PAGER", "more")
    assert Pager().used == "more"
    monkeypatch.setenv("ROWCALL_PAGER", "cat")
    assert Pager().used is None
