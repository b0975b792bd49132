"""Whether a write is sent: asked in a real terminal, refused elsewhere, and sent with `--yes`."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import rowcall
from rowcall.session.guards import Pending
from rowcall.shell.asking import question_lines

Start = Callable[..., Any]
Run = Callable[..., Any]
TABLE = "openai.assistants.threads"
CTRL_C, CTRL_D = "\x03", "\x04"

in_a_terminal = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")


@pytest.fixture(autouse=True)
def reached(box: rowcall.Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every `rowcall` of these tests talks to it."""
    monkeypatch.setenv("OPENAI_BASE_URL", box.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", box.api_key)


@pytest.fixture
def threads(box: rowcall.Sandbox) -> list[str]:
    """Three threads to be deleted."""
    with rowcall.connect(providers=box.providers) as db:
        return [db.sql(f"INSERT INTO {TABLE} DEFAULT VALUES RETURNING id").fetchall()[0][0] for _ in range(3)]


@pytest.fixture
def changed(box: rowcall.Sandbox, threads: list[str]) -> Callable[[], list[str]]:
    """The request lines of what was changed since the threads were made."""
    before = len(box.requests) if threads else 0
    return lambda: [f"{request.method} {request.path}" for request in box.requests[before:] if request.method != "GET"]


def deleting(threads: list[str]) -> str:
    """A statement of as many rows."""
    return f"DELETE FROM {TABLE} WHERE id IN ({', '.join(map(repr, threads))}) RETURNING deleted"


@in_a_terminal
@pytest.mark.parametrize("answer", ["y\r", "YES\r", " y \r"], ids=repr)
def test_yes_sends_what_was_shown(
    box: rowcall.Sandbox, terminal: Start, threads: list[str], changed: Callable[[], list[str]], answer: str
) -> None:
    """The method, how many requests, and each with its URL; nothing goes out before the answer."""
    query = terminal("query", deleting(threads))

    shown = query.wait_for("Send these 3 requests? [y/N] ")
    assert changed() == []
    query.type(answer)

    assert query.wait() == 0
    assert f"DELETE: 3 requests of {TABLE}.delete_thread\n" in shown
    assert all(f"  DELETE {box.base_url}/threads/{thread}\n" in shown for thread in threads)
    assert sorted(changed()) == sorted(f"DELETE /v1/threads/{thread}" for thread in threads)


@in_a_terminal
@pytest.mark.parametrize("answer", ["n\r", "\r", "yesterday\r", CTRL_C, CTRL_D], ids=repr)
def test_any_other_answer_sends_nothing(terminal: Start, threads: list[str], changed: Callable[[], list[str]], answer: str) -> None:
    """No, an empty line, Ctrl-C and the end of the input; it is said, and the exit code is 1."""
    query = terminal("query", deleting(threads[:1]))

    query.wait_for("Send this request? [y/N] ")
    query.type(answer)

    query.wait_for(f"error: The statement deletes 1 row ({TABLE}.delete_thread), and the answer was not yes; no change was sent.")
    assert query.wait() == 1
    assert changed() == []


@in_a_terminal
def test_what_was_typed_before_the_question_is_no_answer_to_it(
    terminal: Start, threads: list[str], changed: Callable[[], list[str]]
) -> None:
    """A `y` that stood in the terminal already was about something else."""
    query = terminal("query", deleting(threads))
    query.type("y\r")

    query.wait_for("Send these 3 requests? [y/N] ")
    query.type("n\r")

    query.wait_for("no change was sent.")
    assert query.wait() == 1
    assert changed() == []


@in_a_terminal
def test_a_write_of_several_rows_is_asked_about_with_its_bodies(terminal: Start, changed: Callable[[], list[str]]) -> None:
    """The first five, and how many there are beside."""
    query = terminal("query", f"INSERT INTO {TABLE} (metadata) SELECT MAP {{'n': i}} FROM range(7) t(i)")

    shown = query.wait_for("Send these 7 requests? [y/N] ")
    query.type("y\r")

    assert query.wait() == 0
    assert [f'    {{"metadata": {{"n": "{number}"}}}}\n' in shown for number in range(7)] == [True] * 5 + [False] * 2
    assert "  … and 2 more\n" in shown
    assert changed() == ["POST /v1/threads"] * 7


@in_a_terminal
@pytest.mark.parametrize(
    "options", [("--yes",), ("-y",), ("--max-write-rows", "none"), ("--max-write-rows=2",), ("--yes", "--max-write-rows=2")]
)
def test_an_option_answers_beforehand(terminal: Start, changed: Callable[[], list[str]], options: tuple[str, ...]) -> None:
    """And one row needs no answer at all."""
    one, two = (f"INSERT INTO {TABLE} (metadata) SELECT MAP {{'n': i}} FROM range({rows}) t(i)" for rows in (1, 2))

    assert terminal("query", one).wait() == 0
    assert terminal("query", *options, two).wait() == 0

    assert changed() == ["POST /v1/threads"] * 3


@in_a_terminal
@pytest.mark.parametrize("options", [("--max-write-rows=5",), ("--max-write-rows=none",)])
def test_a_delete_is_asked_about_whatever_the_limit(
    terminal: Start, threads: list[str], changed: Callable[[], list[str]], options: tuple[str, ...]
) -> None:
    """Only --yes is a yes to it."""
    query = terminal("query", *options, deleting(threads[:1]))

    query.wait_for("Send this request? [y/N] ")
    query.type("n\r")

    assert query.wait() == 1
    assert changed() == []


@in_a_terminal
def test_the_shell_asks_and_goes_on(terminal: Start, threads: list[str], changed: Callable[[], list[str]]) -> None:
    """After a no as after a yes."""
    shell = terminal("shell")
    shell.wait_for("rowcall>")

    for answer in ("n\r", CTRL_C):
        shell.type(f"{deleting(threads[:1])};\r")
        shell.wait_for("[y/N] ")
        shell.type(answer)
        shell.wait_for("the answer was not yes; no change was sent.")
        shell.wait_for("rowcall>")
    assert changed() == []
    shell.type(f"{deleting(threads[:1])};\r")
    shell.wait_for("[y/N] ")
    shell.type("y\r")
    shell.wait_for("│ true")
    shell.wait_for("rowcall>")

    assert changed() == [f"DELETE /v1/threads/{threads[0]}"]


@in_a_terminal
def test_the_shell_may_be_told_not_to_ask(terminal: Start, threads: list[str], changed: Callable[[], list[str]]) -> None:
    """With --yes."""
    shell = terminal("shell", "--yes")
    shell.wait_for("rowcall>")

    shell.type(f"{deleting(threads)};\r")
    shell.wait_for("│ true")

    assert len(changed()) == 3


@pytest.mark.parametrize("before", ["", "SET rowcall_max_write_rows = 5; "])
def test_a_delete_without_a_terminal_needs_yes(run: Run, threads: list[str], changed: Callable[[], list[str]], before: str) -> None:
    """A setting is not enough, so that no statement says yes to itself."""
    refused = run("query", before + deleting(threads))
    assert (refused.returncode, changed()) == (1, [])
    assert "Nobody can be asked here. --yes sends it; --dry-run shows the requests." in refused.stderr

    sent = run("query", "--yes", before.replace("5", "NULL") + deleting(threads))
    assert (sent.returncode, len(changed())) == (0, 3)


def test_several_rows_without_a_terminal_need_a_limit_or_yes(run: Run, changed: Callable[[], list[str]]) -> None:
    """From a pipe as from an argument, and the shell's own statements from a pipe too."""
    two = f"INSERT INTO {TABLE} (metadata) VALUES (MAP {{'n': 1}}), (MAP {{'n': 2}})"

    for refused in (run("query", two), run("query", stdin=two), run("shell", stdin=two), run("query", "--max-write-rows", "1", two)):
        assert refused.returncode == 1
        assert "--yes sends it, --max-write-rows 2 the writes of so many rows" in refused.stderr
    assert changed() == []
    for options in (("--yes",), ("--max-write-rows", "2")):
        assert run("query", *options, stdin=two).returncode == 0
    assert run("query", f"SET rowcall_max_write_rows = 2; {two}").returncode == 0
    assert len(changed()) == 6


def test_yes_with_a_limit_is_no_more_than_that(run: Run, threads: list[str], changed: Callable[[], list[str]]) -> None:
    """DELETE included."""
    refused = run("query", "--yes", "--max-write-rows", "2", deleting(threads))
    assert (refused.returncode, changed()) == (1, [])
    assert "max_write_rows is 2" in refused.stderr
    assert "--max-write-rows 3 beside --yes sends it" in refused.stderr

    assert run("query", "--yes", "--max-write-rows", "2", deleting(threads[:2])).returncode == 0
    assert len(changed()) == 2


def test_an_option_wins_over_what_the_statements_set(run: Run, changed: Callable[[], list[str]]) -> None:
    """So that whoever starts the command has the last word."""
    two = f"SET rowcall_max_write_rows = NULL; INSERT INTO {TABLE} (metadata) VALUES (MAP {{'n': 1}}), (MAP {{'n': 2}})"

    assert run("query", "--max-write-rows", "1", two).returncode == 1

    assert changed() == []


@in_a_terminal
def test_statements_from_standard_input_are_not_asked_about(terminal: Start, changed: Callable[[], list[str]]) -> None:
    """Though it is a terminal: the next line may be a statement."""
    query = terminal("query", "-")

    query.type(f"INSERT INTO {TABLE} (metadata) VALUES (MAP {{'n': 1}}), (MAP {{'n': 2}});\ry\r{CTRL_D}")
    query.wait_for("Nobody can be asked here.")

    assert query.wait() == 1
    assert changed() == []


def test_what_is_shown_controls_no_terminal_and_is_cut(box: rowcall.Sandbox) -> None:
    """Control characters are written out; a long body ends at `…`."""
    seen: list[list[str]] = []

    def confirm(pending: Pending) -> bool:
        seen.append(list(question_lines(pending, 80)))
        return True

    with rowcall.connect(providers=box.providers, confirm=confirm, max_write_rows=0) as db:
        made = db.sql(f"INSERT INTO {TABLE} (metadata) VALUES (MAP {{'a': '\x1b[31m', 'b': $1}}) RETURNING id", ["x" * 400]).fetchall()
        db.sql(f"EXEC {TABLE}.delete_thread @thread_id = $1", list(made[0]))

    insert, delete = seen
    assert insert[0] == f"INSERT: 1 request of {TABLE}.create_thread"
    assert insert[2].startswith(r'    {"metadata": {"a": "\u001b[31m", "b": "xxx')
    assert (insert[2][-1], len(insert[2])) == ("…", 4 + 3 * 76)
    assert delete == [f"EXEC, which deletes: 1 request of {TABLE}.delete_thread", f"  DELETE {box.base_url}/threads/{made[0][0]}"]


def test_an_option_names_the_writes_that_are_allowed(run: Run, threads: list[str], changed: Callable[[], list[str]]) -> None:
    """Others are refused, whatever else is said."""
    allowed = 'openai.allow_writes:=["assistants.threads.create_*"]'

    refused = run("query", "--yes", "--set", allowed, deleting(threads))
    assert (refused.returncode, changed()) == (1, [])
    assert "delete_thread changes something, and allow_writes of openai does not name it." in refused.stderr

    assert run("query", "--set", allowed, f"INSERT INTO {TABLE} DEFAULT VALUES").returncode == 0
    assert changed() == ["POST /v1/threads"]


def test_a_config_file_is_no_yes_to_a_delete(
    run: Run, threads: list[str], changed: Callable[[], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """But it is one to so many rows of other writes."""
    config = tmp_path / "config.toml"
    config.write_text("[settings]\nmax_write_rows = 3\n", encoding="utf-8")
    monkeypatch.setenv("ROWCALL_CONFIG", str(config))

    assert run("query", deleting(threads)).returncode == 1
    assert changed() == []
    assert run("query", f"INSERT INTO {TABLE} (metadata) VALUES (MAP {{'n': 1}}), (MAP {{'n': 2}})").returncode == 0
