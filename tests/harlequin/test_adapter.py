"""The adapter in the real application, without a terminal, and in `hsql`, Harlequin's command for scripts."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.docs.test_code_blocks import blocks_of

LATENCY_S = 300
"""How long the server takes of which a statement is cancelled."""
DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
PICTURE = DOCS / "harlequin.svg"

Harlequin = Callable[..., subprocess.CompletedProcess[str]]
Seen = Callable[[str], Any]


def test_a_query_over_an_api_and_a_local_table_fills_the_table_of_results(seen: Seen) -> None:
    """The rows are those that the session gives; the sandbox says where it is, and there is no transaction mode to switch."""
    found = seen("catalogue")["look"]

    assert found["rows"]
    assert len(found["connected"]) == 1
    assert found["transactions"] is None


def test_the_picture_in_the_documentation_is_what_there_is_to_see(seen: Seen, pytestconfig: pytest.Config) -> None:
    """`make others ARGS=--update-golden` draws it again. It needs nothing from another host."""
    picture = seen("catalogue")["look"]["picture"] + "\n"

    if pytestconfig.getoption("--update-golden"):
        PICTURE.write_text(picture, encoding="utf-8")
    assert picture == PICTURE.read_text(encoding="utf-8")
    assert "url(http" not in picture.replace('"', "")


def test_completions_know_rowcall_and_what_the_catalogue_has(seen: Seen) -> None:
    """Words, settings, full names of resources and methods, and after a dot what is below the name before it, beside DuckDB's own."""
    offered = seen("catalogue")["completions"]

    assert ["EXEC", "kw", "EXEC"] in offered["exe"]
    assert ["rowcall_max_write_rows", "set", "rowcall_max_write_rows"] in offered["rowcall_max_w"]
    assert ["openai.assistants.runs.cancel_run", "exe", "openai.assistants.runs.cancel_run"] in offered["cancel_r"]
    assert ["assistants.runs", "res", "assistants.runs"] in offered["assistants.ru"]
    assert ["runs.thread_id", "s*", "runs.thread_id"] in offered["runs.thread"]
    assert "list_aggregate" in [label for label, *_ in offered["list_agg"]]


def test_an_error_is_shown_with_its_place_its_reason_and_the_next_step(seen: Seen) -> None:
    """A window holds the whole block, under a heading that says what was wrong with what."""
    found = seen("statements")["errors"]

    assert found["bind"][0] == "The statement is wrong, and nothing was sent:"
    assert found["bind"][1].endswith("LINE 1: SELECT statsu\n               ^^^^^^")
    assert found["name"][1].endswith("Did you mean runs?")
    assert found["missing"][0] == "The statement cannot be carried out as it stands:"
    assert "list_runs needs thread_id" in found["missing"][1]
    assert found["refused"][0] == "The API did not do as it was asked:"
    assert "No thread found with id 'thread_x'." in found["refused"][1]
    assert found["local"] == ["The statement did not run to its end:", "Invalid Input Error: boom"]


def test_no_variable_of_the_adapter_is_a_table(seen: Seen) -> None:
    """A table that there is not is DuckDB's own error, whatever the adapter calls its arguments."""
    assert "Table with name query does not exist!" in seen("statements")["errors"]["scope"][1]


def test_a_write_that_needs_a_yes_is_refused_with_what_to_set(seen: Seen) -> None:
    """A DELETE sends nothing and names the setting; a write of one row is sent, as everywhere, and its row is shown."""
    found = seen("statements")["errors"]

    assert found["delete"][0] == "The statement was not sent:"
    assert "SET rowcall_max_write_rows = 1" in found["delete"][1]
    assert found["sent"] == []
    assert found["inserted"] == ["thread"]


def test_after_that_setting_it_is_sent(seen: Seen) -> None:
    """What SET says holds for the statements that follow."""
    assert seen("statements")["writes"]["deleted"] == 1


def test_rows_are_those_of_the_moment_at_which_a_statement_ran(seen: Seen) -> None:
    """Harlequin runs several statements before it reads the rows of the first, which those after it do not change."""
    found = seen("statements")["writes"]

    assert found["before"] == [{"n": 1}]
    assert found["read"] == [{"i": 1}, {"i": 2}, {"i": 3}]


def test_what_is_warned_of_is_shown_and_rows_are_cut_at_the_limit(seen: Seen) -> None:
    """A partial result says so at the edge of the screen; of two rows, the box Limit leaves one, and the heading says that there are more."""
    found = seen("troubles")["warned"]

    assert found["rows"] == 1
    assert ">1" in found["title"]
    assert len(found["notes"]) == 1
    assert found["notes"][0].startswith("Partial result: ")


def test_cancelling_ends_a_statement_at_an_api_and_one_in_duckdb_and_those_after_it(seen: Seen) -> None:
    """Each is an error and not an empty result, at once; the next statement runs."""
    found = seen("troubles")["cancelled"]

    assert found["api"][1] == "The statement was cancelled."
    assert found["duckdb"][1] == "The statement was interrupted."
    assert found["seconds"] < LATENCY_S
    assert found["tables"] == []
    assert found["next"] == [{"answer": 42}]


def test_hsql_takes_the_adapter_by_its_name(harlequin: Harlequin) -> None:
    """The entry point is found, and a script gets rows."""
    ended = harlequin("hsql", "-a", "rowcall", "--sandbox", "--csv", "-c", "SELECT count(*) > 9 AS many FROM sandbox_threads")

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "many\ntrue\n", "")


def test_the_commands_of_the_page_answer_something(harlequin: Harlequin) -> None:
    """Those of `hsql`; Harlequin itself wants a terminal."""
    (block,) = (block for block in blocks_of(DOCS / "harlequin.md") if block.text.startswith("hsql "))
    ended = [harlequin(*shlex.split(line)) for line in block.text.splitlines()]

    assert [(one.returncode, one.stderr) for one in ended] == [(0, "")] * 2
    assert ["threads\n44\n", True] == [ended[0].stdout, "thread_id" in ended[1].stdout]


def test_a_database_file_is_opened_beside_the_sandbox_and_left_without_its_tables(harlequin: Harlequin, tmp_path: Path) -> None:
    """What the sandbox brings is temporary there."""
    file = str(tmp_path / "mine.db")

    first = harlequin(
        "hsql", "-a", "rowcall", file, "--sandbox", "--csv", "-c", "CREATE TABLE kept AS SELECT count(*) > 9 AS many FROM sandbox_threads"
    )
    then = harlequin("hsql", "-a", "rowcall", file, "--csv", "-c", "SELECT table_name, many FROM duckdb_tables(), kept")

    assert (first.returncode, first.stderr) == (0, "")
    assert then.stdout == "table_name,many\nkept,true\n"


def test_read_only_refuses_writes_to_an_api_and_to_the_database(harlequin: Harlequin, tmp_path: Path) -> None:
    """It is Harlequin's own option."""
    file = str(tmp_path / "mine.db")
    harlequin("hsql", "-a", "rowcall", file, "-c", "CREATE TABLE t (i INTEGER)")

    local = harlequin("hsql", "-a", "rowcall", file, "--read-only", "-c", "INSERT INTO t VALUES (1)")
    remote = harlequin("hsql", "-a", "rowcall", "--read-only", "--sandbox", "-c", "INSERT INTO openai.assistants.threads DEFAULT VALUES")

    assert (local.returncode, remote.returncode) == (1, 1)
    assert "read-only mode" in local.stderr
    assert "this connection is read-only" in remote.stderr


def test_the_config_file_and_its_profile_are_those_that_are_named(harlequin: Harlequin, tmp_path: Path) -> None:
    """Their settings hold."""
    file = tmp_path / "rowcall.toml"
    file.write_text("[settings]\nmax_requests = 7\n[profiles.slow.settings]\ntimeout_s = 9\n")

    ended = harlequin("hsql", "-a", "rowcall", "--rowcall-config", str(file), "--rowcall-profile", "slow", "--csv", "-c", "SHOW SETTINGS")

    assert "max_requests,7,1000,config file" in ended.stdout
    assert "timeout_s,9.0,,profile" in ended.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--seed", "3"], "seed is the sandbox's; set sandbox as well."),
        (["--sandbox", "--seed", "x"], "seed is a whole number, not 'x'."),
        (["a.db", "b.db"], "One DuckDB database can be opened, not 2; ATTACH the others: b.db."),
        (["--rowcall-config", "nowhere.toml"], "There is no config file nowhere.toml."),
        (["--rowcall-profile", "absent"], "absent"),
        (["nowhere/a.db"], "Cannot open the database nowhere/a.db"),
    ],
    ids=["seed", "word", "databases", "config", "profile", "folder"],
)
def test_what_cannot_be_opened_is_told_before_anything_runs(harlequin: Harlequin, arguments: list[str], message: str) -> None:
    """An option that is wrong and a file that is not there are errors in words."""
    ended = harlequin("hsql", "-a", "rowcall", *arguments, "-c", "SELECT 1")

    assert ended.returncode in {2, 3}
    assert message in ended.stderr
    assert "Traceback" not in ended.stderr
