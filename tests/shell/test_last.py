"""The last result, `_`, in a real terminal."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")

JOIN = "SELECT count(*) AS n FROM openai.assistants.runs r JOIN _ ON r.thread_id = _.thread_id;"


@pytest.fixture
def shell(terminal: Callable[..., Any]) -> Any:
    """A shell at its first prompt, with the sandbox."""
    shell = terminal("shell", "--no-progress", "--sandbox")
    shell.wait_for("rowcall>")
    return shell


def test_the_last_result_is_a_table(shell: Any) -> None:
    """It does not change while it is read, and gives values to an API."""
    shell.told("SELECT range AS n, range AS n, random() AS chance FROM range(3);")
    first, second = shell.told("FROM _;"), shell.told("FROM _;")
    shell.told("SELECT thread_id FROM sandbox_threads ORDER BY 1 LIMIT 2;")
    shell.told("CREATE TABLE kept AS FROM _;")
    shell.told("EXPLAIN FROM _;")

    assert first.split("3 rows")[0] == second.split("3 rows")[0]
    assert "· 2 requests" in shell.told(JOIN)
    assert re.search(r"│ n +│\n├─+┤\n│ +\d+ │\n", shell.told("FROM _;"))
    shell.told("SELECT thread_id FROM sandbox_threads ORDER BY 1 DESC LIMIT 3;")
    assert "· 3 requests" in shell.told(JOIN)
    assert "2 rows" in shell.told("FROM kept;")


def test_what_has_no_result_leaves_it(shell: Any) -> None:
    """Nor does a statement that fails, or a command that shows rows."""
    shell.told("SELECT 42 AS answer;")
    shell.told("SELECT nonsense;")
    shell.told("CREATE TABLE t (i INTEGER);")
    shell.told(".schema t")

    assert "│     42 │" in shell.told("FROM _;")


def test_a_table_of_that_name_is_the_one_that_is_meant(shell: Any) -> None:
    """And so is one of WITH."""
    shell.told("SELECT 1 AS n;")

    assert "│ 2 │" in shell.told("WITH _ AS (SELECT 2 AS n) FROM _;")
    shell.told("CREATE TABLE _ AS SELECT 3 AS n;")
    shell.told("SELECT 4 AS n;")
    assert "│ 3 │" in shell.told("FROM _;")


def test_a_result_that_is_not_kept_says_so_and_how_to_have_it(shell: Any) -> None:
    """Never is it the one before, or a part."""
    none = shell.told("FROM _;")
    shell.told("SELECT 1 AS n;")
    view = shell.told("CREATE VIEW v AS FROM _;")
    table = shell.told("DROP TABLE _;")
    shell.told("FROM range(100001);")
    long = shell.told("SELECT * FROM _;")
    shell.told(".mode jsonl")
    shell.told("SELECT 2 AS n;")
    passed = shell.told("FROM _;")
    shell.told(".mode table")
    shell.told(".once x.csv")
    shell.told("SELECT 3 AS n;")
    filed = shell.told(f"EXPLAIN {JOIN}")

    assert none.startswith("error: _ is the last result, and there is none yet.\n\nLINE 1: FROM _\n             ^\n\nRun a query first.\n")
    assert "error: _ is the last result, which a view would take for another one later.\n" in view
    assert "CREATE TABLE mine AS FROM _." in view
    assert "error: _ is the last result, which is no table of the database.\n" in table
    assert "error: _ is the last result, and has 100,001 rows, of which up to 100,000 are kept.\n" in long
    assert "CREATE TEMP TABLE mine AS SELECT …" in long
    assert "error: _ is the last result, and its rows went by as jsonl, without being kept.\n" in passed
    assert "in .mode table or line is kept: run it again so." in passed
    assert "error: _ is the last result, and its rows went by into a file, without being kept.\n" in filed


def test_it_is_kept_up_to_its_bound(shell: Any) -> None:
    """All of its rows, those that are not shown too."""
    assert "showing 40 of 100,000 rows" in shell.told("FROM range(100000);")

    assert re.search(r"│ +4999950000 │", shell.told("SELECT sum(range) AS s FROM _;"))


def test_a_partial_result_is_none(terminal: Callable[..., Any]) -> None:
    """An answer made of half of it would look like one made of all."""
    shell = terminal("shell", "--no-progress", "--sandbox", "--on-error", "partial")
    shell.wait_for("rowcall>")
    assert "PARTIAL" in shell.told("SELECT id FROM openai.assistants.runs WHERE thread_id = 'thread_none';")

    assert "error: _ is the last result, and was not whole, since requests failed." in shell.told("FROM _;")


def test_other_formats_read_it(shell: Any) -> None:
    """Files do too."""
    shell.told("SELECT 6 * 7 AS answer;")
    shell.told(".once answer.parquet")
    shell.told("FROM _;")
    shell.told("FROM 'answer.parquet';")
    shell.told(".mode csv")

    assert "answer\n42\n" in shell.told("FROM _;")


def test_it_is_the_shell_s_alone(run: Callable[..., Any]) -> None:
    """`rowcall query` knows no `_`."""
    ended = run("query", "SELECT 1 AS n; FROM _")

    assert ended.returncode == 1
    assert "Table with name _ does not exist" in ended.stderr
