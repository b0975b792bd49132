"""The shell, in a real terminal."""

from __future__ import annotations

import os
import re
import stat
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rowcall.shell.prompt import history_file
from rowcall.shell.repl import prompt_text

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")

CTRL_C, CTRL_D, CTRL_R = "\x03", "\x04", "\x12"
SLOW = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b;"

Start = Callable[..., Any]


def ready(start: Start, *arguments: str) -> Any:
    """A shell at its first prompt."""
    terminal = start("shell", *arguments)
    terminal.wait_for("Ctrl-D leaves.")
    terminal.wait_for("rowcall>")
    return terminal


def asked(terminal: Any, statement: str) -> str:
    """What a statement printed, its status line included; the shell is at its prompt again."""
    terminal.type(f"{statement}\r")
    shown = str(terminal.wait_for_match(r"\d\.\d\d s(?: · \d+ requests?)?\n"))
    terminal.wait_for(">")
    return shown


def test_a_statement_may_take_several_lines(terminal: Start) -> None:
    """Enter begins a new line until the semicolon is there; rows come as a table, and the time they took."""
    shell = ready(terminal)

    shell.type("SELECT 6 * 7 AS\r")
    shown = asked(shell, "answer;")

    assert "│ answer │\n├────────┤\n│     42 │\n└────────┘\n1 row\n0.0" in shown


def test_bare_rowcall_is_the_shell_in_a_terminal(terminal: Start) -> None:
    """Without a command the shell starts, and Ctrl-D leaves it with success."""
    shell = terminal()
    shell.wait_for("rowcall>")

    shell.type(CTRL_D)

    assert shell.wait() == 0


def test_an_error_is_one_block_and_the_shell_goes_on(terminal: Start) -> None:
    """No trace, and the next statement works."""
    shell = ready(terminal)

    shell.type("SELECT nonsense;\r")
    shown = shell.wait_for("^") + shell.wait_for("rowcall>")

    assert "error: " in shown
    assert "Traceback" not in shown
    assert "│ 1 │" in asked(shell, "SELECT 1 AS n;")


def test_options_of_the_shell_hold_for_its_statements(terminal: Start) -> None:
    """A budget that was given when it was started, and is in SHOW SETTINGS."""
    shell = ready(terminal, "--sandbox", "--max-requests", "2")

    assert re.search(r"│ rowcall_max_r\S+ +│ 2 ", asked(shell, "SHOW SETTINGS;"))  # a narrow terminal cuts the name
    shell.type("SELECT count(*) FROM sandbox_threads t JOIN openai.assistants.runs r ON r.thread_id = t.thread_id;\r")
    shell.wait_for("max_requests is 2; nothing was sent")


def test_ctrl_c_ends_the_statement_and_not_the_shell(terminal: Start) -> None:
    """A running statement is given up, and the next one works."""
    shell = ready(terminal)
    asked(shell, "SELECT 1 AS n;")
    shell.type(f"{SLOW}\r")
    shell.wait_for("b;\n")
    time.sleep(0.5)

    shell.type(CTRL_C)

    shell.wait_for("interrupted\n")
    assert "│ 2 │" in asked(shell, "SELECT 2 AS n;")


def test_ctrl_c_gives_up_what_is_typed(terminal: Start) -> None:
    """A string that is open too long is gone with it."""
    shell = ready(terminal)
    shell.type("SELECT 'open\r")
    shell.wait_for("·")

    shell.type(CTRL_C)

    shell.wait_for("rowcall>")
    assert "│ 3 │" in asked(shell, "SELECT 3 AS n;")


def test_tab_completes_names_of_the_manifest(terminal: Start) -> None:
    """Service and resource complete; what is selected goes into the statement."""
    shell = ready(terminal)

    shell.type("DESCRIBE openai.assistants.run_")
    shell.wait_for("run_steps")  # below the statement
    shell.type("\t")
    shell.wait_for("steps")  # within it
    shown = asked(shell, ";")

    assert "│ step_details" in shown


def test_what_tab_gives_is_there_for_the_next_key(terminal: Start, tmp_path: Path) -> None:
    """Keys that come all at once are obeyed in turn; Enter waits for the name of a file that is looked for."""
    (tmp_path / "report.sql").write_text("SELECT 6 * 7 AS answer;")
    shell = ready(terminal, "--sandbox")

    shell.type("DESCRIBE openai.assistants.run_s\t;\r")
    shell.wait_for("│ step_details")
    shell.wait_for("rowcall>")
    shell.type("SELECT count(*) AS n FROM sandbox_thr\t LIMIT 1;\r")
    shell.wait_for("│ 44 │")
    shell.wait_for("rowcall>")
    shell.type(".read rep\t\r")
    shell.wait_for("│     42 │")


def test_tab_shows_what_there_is_to_choose_from(terminal: Start) -> None:
    """It types what all have in common; once more, and the first of them is taken."""
    shell = ready(terminal)

    shell.type("DESCRIBE openai.assistants.r\t")
    shell.wait_for("openai.assistants.run")
    shell.wait_for("run_steps")
    shell.type("\t\r;\r")

    shell.wait_for("│ cancelled_at")


@pytest.mark.parametrize("leave", [r"\q", ".quit", " .exit;"])
def test_leaving_is_possible_within_a_statement(leave: str, terminal: Start) -> None:
    """On a line of its own, as in psql, though a bracket is open; in a string it is text."""
    shell = ready(terminal)
    shell.type(f"SELECT '\r{leave}\r' AS t, (\r")
    shell.wait_for("AS t, (")

    shell.type(f"1 +\r{leave}\r")

    assert shell.wait() == 0


def test_a_command_within_a_statement_leaves_it_as_it_is(terminal: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was typed is there again, and goes on; an editor gets it, and what is saved is run in its place."""
    monkeypatch.setenv("VISUAL", "sed -i 's/$/ + 1 AS n;/'")
    shell = ready(terminal)

    shell.type("SELECT 40\r\\x on\r")
    shell.wait_for("Rows are shown as line.")
    shell.wait_for("SELECT 40")
    shell.type("\\nonsense\r")
    shell.wait_for("error: There is no ")
    shell.wait_for("SELECT 40")
    shown = asked(shell, "+ 2 AS n;")
    shell.type("SELECT 40\r\\e\r")
    edited = shell.wait_for("n │ 41\n")
    shell.wait_for("rowcall>")

    assert "n │ 42\n" in shown
    assert "SELECT 40 + 1 AS n;\n" in edited
    shell.type("SELECT 1\r\\x off\r")
    shell.wait_for("as table.")
    shell.wait_for("SELECT 1")
    shell.type(CTRL_C)
    assert "│ 3 │" in asked(shell, "SELECT 3 AS n;")


SCRIPT = """-- a report
\\x on
SELECT 40 + 1 AS n;
SELECT 'a
.mode csv
b' AS text;
 .mode markdown
SELECT 40 +
  2 AS n;
"""


@pytest.mark.parametrize("how", ["read", "pasted"])
def test_commands_may_stand_between_statements(how: str, terminal: Start, tmp_path: Path) -> None:
    """In a file, and in what is pasted; a line within a string is none."""
    (tmp_path / "report.sql").write_text(SCRIPT)
    shell = ready(terminal)

    shell.type(".read report.sql\r" if how == "read" else f"\x1b[200~{SCRIPT}\x1b[201~\r")

    shell.wait_for("Rows are shown as line.")
    shell.wait_for("n │ 41\n")
    shell.wait_for("text │ a\\n.mode csv\\nb\n")
    shell.wait_for("Rows are shown as markdown.")
    shell.wait_for("| 42 |")
    shell.wait_for("rowcall>")
    shell.type("SELECT 1;\n\\q\r")
    shell.wait_for("| 1 |")
    assert shell.wait() == 0


def test_a_long_result_says_how_long_it_is(terminal: Start) -> None:
    """The shell shows forty rows and counts all."""
    shell = ready(terminal)

    assert "showing 40 of 1,234 rows\n0." in asked(shell, "FROM range(1234);")


def test_the_sandbox_is_at_hand(terminal: Start) -> None:
    """--sandbox answers, and the number of requests is told."""
    shell = ready(terminal, "--sandbox")

    shown = asked(shell, "SELECT count(*) > 0 AS some FROM sandbox_threads t JOIN openai.assistants.runs r ON r.thread_id = t.thread_id;")

    assert "│ true │" in shown
    assert " requests" in shown


def test_use_changes_the_prompt(terminal: Start) -> None:
    """The prompt names what short names mean."""
    shell = ready(terminal)

    shell.type("USE openai.assistants;\r")

    shell.wait_for("openai.assistants>")
    assert "│ usage" in asked(shell, "DESCRIBE runs;")


def test_dot_commands_work_in_the_terminal(terminal: Start, tmp_path: Path) -> None:
    """Modes, listings, files, and the way out."""
    (tmp_path / "report.sql").write_text("SELECT 1 AS a; SELECT 2 AS b;")
    shell = ready(terminal)

    for typed, printed in [
        (".help", "leave"),
        (".mode json", "Rows are shown as json."),
        (".mode parquet", "error: parquet cannot be shown"),
        (".mdoe csv", "error: There is no .mdoe. Did you mean .mode?"),
        (".read report.sql", '{"b":2}'),
        (".read missing.sql", "error: Cannot read missing.sql: No such file or directory."),
        (".read", "error: .read takes a file"),
        (".tables", "openai.assistants.runs"),
        (".timing off", "timing is off"),
        (".timing maybe", "error: .timing takes on or off."),
        (".schema openai.assistants.threads", '"column_name":"id"'),
    ]:
        shell.type(f"{typed}\r")
        shell.wait_for(printed)
        shell.wait_for("rowcall>")

    shell.type(".quit\r")
    assert shell.wait() == 0


def test_a_schema_describes_local_tables(terminal: Start) -> None:
    """.schema without a name goes through all of them."""
    shell = ready(terminal)
    asked(shell, "CREATE TABLE things (size INTEGER);")

    shell.type(".schema\r")

    assert "things\n" in shell.wait_for("│ size")


def test_the_history_is_kept_for_its_owner_alone(terminal: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What was typed is found by the next shell, and by nobody else."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    first = ready(terminal)
    asked(first, "SELECT 'remember' AS me;")
    first.type(CTRL_D)
    first.wait()

    second = ready(terminal)
    second.type(CTRL_R + "remem")
    second.wait_for("'remember'")

    path = history_file()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert "remember" in path.read_text()


def test_leaving_says_nothing_more(terminal: Start) -> None:
    """Neither DuckDB nor the interpreter complains on the way out."""
    shell = ready(terminal, "--sandbox")
    asked(shell, "SELECT thread_id FROM sandbox_threads;")

    shell.type(CTRL_D)

    assert shell.wait() == 0
    assert set(shell.seen.split()) <= {"rowcall>"}


@pytest.mark.parametrize(("use", "prompt"), [((), "rowcall> "), (("openai", "assistants"), "openai.assistants> ")])
def test_the_prompt_names_what_use_set(use: tuple[str, ...], prompt: str) -> None:
    """Without USE it is the program's name."""
    assert prompt_text(use) == prompt


@pytest.mark.skipif(sys.platform != "linux", reason="the place differs elsewhere")
def test_a_home_that_is_none_keeps_nobody_from_working(terminal: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The history is then that of this shell."""
    (tmp_path / "file").touch()
    for name in [name for name in os.environ if name.startswith("XDG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "file" / "home"))
    shell = ready(terminal)

    assert "│ 42 │" in asked(shell, "SELECT 42 AS it;")
    shell.type(f"{CTRL_R}42 AS")
    shell.wait_for("SELECT 42 AS it")


def test_the_history_is_in_the_state_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As the XDG base directories say."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))

    assert history_file() == tmp_path / "rowcall" / "history"


def test_explain_is_drawn_in_the_terminal(terminal: Start) -> None:
    """And is one JSON document in `.mode json`."""
    shell = ready(terminal, "--sandbox")
    sql = "EXPLAIN SELECT id FROM openai.assistants.runs WHERE thread_id = 'thread_a';"

    drawn = asked(shell, sql)
    shell.type(".mode json\r")
    shell.wait_for(">")
    document = asked(shell, sql)

    assert "╭─ openai.assistants.runs · round 1 ─" in drawn
    assert '"method": "list_runs"' in document


def test_what_was_sent_is_shown_and_said_for_curl(terminal: Start, box: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the last statement, whether it succeeded or not, and never with a secret in it."""
    monkeypatch.setenv("COLUMNS", "160")
    settings = box.providers["openai"]
    options = [f"--set=openai.{name}={settings[name]}" for name in ("base_url", "api_key")]
    shell = ready(
        terminal,
        *options,
        "--journal",
        "journal.sqlite",
        "--set=openai.headers.X-Team=of-bad-news",
        "--max-write-rows=2",
        "--max-in-flight=1",
    )

    told = shell.told

    assert "error: There was no statement yet.\n" in told(".requests")
    asked(shell, "INSERT INTO openai.assistants.threads (metadata) VALUES (MAP {'n': 'it''s'});")
    asked(shell, "SELECT count(*) FROM range(3);")
    assert "error: The last statement sent no request.\n" in told(".curl")
    asked(shell, "INSERT INTO openai.assistants.threads (metadata) VALUES (MAP {'n': 'it''s'});")
    told(".schema openai.assistants.threads")  # which is no statement of the user's
    listed, command = told(".requests"), told(".curl")
    told(".mode jsonl")

    assert re.search(r"│ number │ sent_at +│ method │ url +│ status │ attempt │ bytes │ ms +│ error │", listed)
    assert re.search(rf"│ +1 │ 20\S+ +│ POST +│ {settings['base_url']}/threads +│ +200 │ +1 │ +\d+ │ +[\d.]+ │ NULL +│\n", listed)
    assert command.startswith(f'curl {settings["base_url"]}/threads \\\n  -X POST \\\n  -H "Authorization: Bearer $OPENAI_API_KEY" \\\n')
    assert """--data-raw '{"metadata":{"n":"it'"'"'s"}}'\n""" in command
    assert '-H "X-Team: $X_TEAM"' in command
    assert settings["api_key"] not in listed + command

    shell.type("SELECT id FROM openai.assistants.runs WHERE thread_id IN ('thread_none', 'thread_neither');\r")
    shell.wait_for("error: ")
    shell.wait_for("rowcall>")
    refused = r'"method":"GET","url":"http://\S+/v1/threads/thread_n\w+/runs\?limit=100","status":404,"attempt":1,"bytes":\d'
    assert re.search(refused, told(".requests"))
    assert "error: .curl takes the number of a request" in told(".curl 9")
    asked(shell, "INSERT INTO openai.assistants.threads (metadata) VALUES (MAP {'n': '1'}), (MAP {'n': '2'});")
    assert "error: The last statement sent 2 requests; say which, as .curl 1. .requests lists them." in told(".curl")
    assert '{"metadata":{"n":"2"}}' in told(".curl 2")
    assert "error: .requests takes nothing" in told(".requests 2")


def test_every_command_has_its_help(terminal: Start) -> None:
    """`.help` of a name says what it takes and does, with or without its dot; a name there is not gets the nearest."""
    shell = ready(terminal)

    for typed, printed in [
        (".help .curl", "N is its number in .requests"),
        (".help read", ".read FILE, in psql \\i\n  run the statements of a file, and the commands in it"),
        (".help crul", "error: There is no .crul. Did you mean .curl?"),
    ]:
        shell.type(f"{typed}\r")
        shell.wait_for(printed)
        shell.wait_for("rowcall>")


@pytest.mark.parametrize("leave", ["exit", "quit;", "Quit"])
def test_help_and_leaving_are_words_too(leave: str, terminal: Start) -> None:
    """As in psql, alone on the line: whoever is new tries these first."""
    shell = ready(terminal)

    for typed in ("help", "?"):
        shell.type(f"{typed}\r")
        shell.wait_for("what the shell understands")
        shell.wait_for("rowcall>")

    shell.type(f"{leave}\r")
    assert shell.wait() == 0


def test_commands_are_known_as_psql_spells_them(terminal: Start, tmp_path: Path) -> None:
    """Each does what the one with the dot does."""
    (tmp_path / "report.sql").write_text("SELECT 6 * 7 AS answer;")
    shell = ready(terminal, "--sandbox")

    for typed, printed in [
        (r"\?", r"  .quit                   \q          leave"),
        (r"\? \x", r".expanded [on|off], in psql \x"),
        (r"\dt", "sandbox_vector_store_file_batches\ngithub.actions.workflow_runs\n"),
        (r"\d", "sandbox_vector_store_file_batches\ngithub.actions.workflow_runs\n"),
        (r"\dn", "openai.assistants\n"),
        (r"\d sandbox_threads", "│ thread_id"),
        (r"\i report.sql", "│     42 │"),
        (r"\x", "Rows are shown as line."),
        (r"\i report.sql", "─[ row 1 ]─"),
        (r"\x on", "Rows are shown as line."),
        (r"\x maybe", "error: .expanded takes on or off."),
        (r"\x off", "Rows are shown as table."),
        (r"\o rows.csv", "Rows go to rows.csv as csv"),
        (r"\o", "rows.csv is not written"),
        (r"\timing", "timing is off"),
        (r"\tming", r"error: There is no \tming. Did you mean \timing?"),
        (r"\copy", "error: There is no "),
    ]:
        shell.type(f"{typed}\r")
        shell.wait_for(printed)
        shell.wait_for("rowcall>")

    shell.type("\\q\r")
    assert shell.wait() == 0


def test_expanded_goes_back_to_the_mode_before(terminal: Start) -> None:
    """Whether it was by it or by .mode that rows became blocks."""
    shell = ready(terminal)

    for typed, mode in [(".mode csv", "csv"), (".mode line", "line"), (r"\x", "csv"), (r"\x", "line"), (r"\x", "csv"), (r"\x off", "csv")]:
        shell.type(f"{typed}\r")
        shell.wait_for(f"Rows are shown as {mode}.")
        shell.wait_for("rowcall>")


def test_the_last_statement_is_changed_in_an_editor(terminal: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is saved is shown and run, and is the last statement then; what is not saved is not run."""
    monkeypatch.setenv("VISUAL", "sed -i s/1/41/")
    shell = ready(terminal)
    shell.type("\\e\r")
    shell.wait_for("Nothing was saved; nothing is run.")
    asked(shell, "SELECT 1 + 1 AS n;")

    shown = asked(shell, r"\e")
    again = asked(shell, r"\e")

    assert "SELECT 41 + 1 AS n;\n" in shown
    assert "│ 42 │" in shown
    assert "│ 442 │" in again
    shell.type(".edit it\r")
    shell.wait_for("error: .edit takes nothing")


@pytest.mark.parametrize(
    ("environment", "coloured", "dimmed"),
    [({}, True, True), ({"NO_COLOR": ""}, True, True), ({"NO_COLOR": "1"}, False, False), ({"TERM": "dumb"}, False, False)],
    ids=str,
)
def test_colours_are_for_terminals_that_have_them(environment: dict[str, str], coloured: bool, dimmed: bool) -> None:
    """And for users who have not said NO_COLOR."""
    pexpect = pytest.importorskip("pexpect")
    own = {"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1", **environment}
    shell = pexpect.spawn(sys.executable, ["-m", "rowcall", "shell"], env={**os.environ, **own}, timeout=30)
    shell.expect("leaves")
    shell.send("SELECT 'a' AS b;")
    shell.send("\r")
    shell.expect("1 row.* s")
    shell.send("\x04")
    said = (shell.before + shell.after).decode()
    shell.expect(pexpect.EOF)
    shell.close()

    assert re.search(r"\x1b\[[0-9;]*3[0-9]", said) is not None or not coloured
    assert ("\x1b[2m" in said) is dimmed
    assert coloured or not re.search(r"\x1b\[[0-9;]*(3[0-9]|9[0-7])[;m]", said)
