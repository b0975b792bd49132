"""The shell's rows in files, in a real terminal."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")

Told = Callable[[str], str]
BROKEN = "SELECT CASE WHEN range < 40000 THEN range ELSE error('too far') END AS n FROM range(50000);"


@pytest.fixture
def shell(terminal: Callable[..., Any]) -> Any:
    """A shell at its first prompt, with the sandbox."""
    shell = terminal("shell", "--sandbox")
    shell.wait_for("rowcall>")
    return shell


@pytest.fixture
def told(shell: Any) -> Told:
    """What is shown after a line was typed, up to the next prompt."""
    told: Told = shell.told
    return told


def files(folder: Path) -> list[str]:
    """Those that are there, unfinished ones too."""
    return sorted(path.name for path in folder.iterdir())


def test_rows_go_to_a_file_until_they_do_not(told: Told, tmp_path: Path) -> None:
    """It appears at the end, with the rows of all statements that succeeded; errors and figures stay on the screen."""
    assert "Rows go to out.csv as csv until .output ends it." in told(".output out.csv")
    assert "1 row · 0.0" in told("SELECT 1 AS a;")
    assert "too far" in told(BROKEN)
    told("CREATE TABLE t AS SELECT 2 AS b;")
    told("SELECT count(*) > 0 AS some FROM openai.assistants.runs WHERE thread_id = (SELECT min(thread_id) FROM sandbox_threads);")
    assert "200" not in told(".requests")
    assert not (tmp_path / "out.csv").exists()

    assert "out.csv is written. Rows are shown here." in told(".output")

    lines = (tmp_path / "out.csv").read_text().splitlines()
    assert lines[:6] == ["a", "1", "", "some", "true", ""]
    assert lines[6].startswith("number,sent_at,method,url,status,")
    assert ",GET,http://" in lines[7]
    assert files(tmp_path) == ["out.csv"]
    assert "│ 3 │" in told("SELECT 3 AS n;")


def test_leaving_ends_the_file(shell: Any, told: Told, tmp_path: Path) -> None:
    """As .output alone does."""
    told(".output 'two words.jsonl'")
    told("SELECT 1 AS n;")

    shell.type(".quit\r")
    shell.wait()

    assert (tmp_path / "two words.jsonl").read_text() == '{"n":1}\n'


def test_a_file_without_rows_leaves_the_one_that_was_there(told: Told, tmp_path: Path) -> None:
    """Whether there was no statement, or none that succeeded."""
    (tmp_path / "old.json").write_text("old")
    told(".output old.json")
    told(BROKEN)

    assert "old.json is not written, for want of rows." in told(".output")

    assert (tmp_path / "old.json").read_text() == "old"
    assert files(tmp_path) == ["old.json"]


@pytest.mark.parametrize(("name", "read"), [("runs.parquet", "read_parquet"), ("runs.json", "read_json")])
def test_the_next_rows_go_to_a_file(told: Told, tmp_path: Path, name: str, read: str) -> None:
    """Those of the next statement that has rows; the one after is on the screen again."""
    assert f"The next rows go to {name} as {name.split('.')[1]}." in told(f".once {name}")
    assert "too far" in told(BROKEN)
    told("CREATE TABLE t (i INTEGER);")
    assert files(tmp_path) == []

    told("SELECT id, status FROM openai.assistants.runs WHERE thread_id IN (SELECT thread_id FROM sandbox_threads);")

    ((rows,),) = duckdb.sql(f"SELECT count(id) FROM {read}('{tmp_path / name}')").fetchall()
    assert rows > 40
    assert files(tmp_path) == [name]
    assert "│ 3 │" in told("SELECT 3 AS n;")


def test_a_name_that_tells_no_format_takes_the_mode(told: Told, tmp_path: Path) -> None:
    """As it is when the file is named; a table has all its rows there."""
    told(".once table")
    told("FROM range(100);")
    told(".mode jsonl")
    told(".once lines.log")
    told("SELECT 1 AS n;")

    assert (tmp_path / "table").read_text().endswith("│    99 │\n└───────┘\n100 rows\n")
    assert json.loads((tmp_path / "lines.log").read_text()) == {"n": 1}


def test_a_file_that_cannot_be_is_refused_at_once(told: Told, tmp_path: Path) -> None:
    """With what to do instead where there is something; rows stay on the screen."""
    (tmp_path / "folder").mkdir()

    assert "error: Cannot write to nowhere/x.csv: No such file or directory." in told(".output nowhere/x.csv")
    assert "error: Cannot write to folder: Is a directory." in told(".once folder")
    assert "error: A parquet file holds the rows of one statement; .once x.parquet sends those of the next there." in told(
        ".output x.parquet"
    )
    assert "error: ~nobody-here/x.csv: there is no such user." in told(".once ~nobody-here/x.csv")
    assert "The next rows go to x.csv as csv." in told(".once x.csv")
    assert "No file waits for the next rows." in told(".once")
    assert "│ 3 │" in told("SELECT 3 AS n;")
    assert "Rows are shown here." in told(".output")


def test_names_of_files_complete(shell: Any, tmp_path: Path) -> None:
    """Those that are there."""
    (tmp_path / "a_long_name.sql").write_text("SELECT 6 * 7 AS answer;")

    shell.type(".read a_lo\t")
    shell.wait_for("a_long_name.sql")
    shell.type("\r\r")  # takes the name where the menu was there already, and runs it

    shell.wait_for("│     42 │")
