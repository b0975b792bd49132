"""The line that says how far a statement is: how it reads, when it is there, and that nothing is left of it."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest
from tests.shell.conftest import COMMAND
from tests.shell.screen import Screen, needs_tmux

import rowcall
from rowcall.front.table import text_width
from rowcall.session.progress import Progress, ScanProgress
from rowcall.shell.live import lines

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no pseudo-terminals")

GOLDEN = Path(__file__).parent.parent / "golden" / "progress.txt"
RUNS, STEPS = "openai.assistants.runs", "openai.assistants.run_steps s"
TWENTY = "SELECT count(*) AS n FROM openai.assistants.threads WHERE id IN (SELECT 'thread_' || range FROM range(20))"
AFTER = r"^\d+\.\d\d s · 20 requests$"
LINE = re.compile(r"[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] ")

STATES = {
    "nothing sent": Progress(0.6),
    "one list": Progress(3.21, requests=12, under_way=1, rows=1200, bytes=1_234_567, scans=(ScanProgress(RUNS, 1, 0, 1200),)),
    "one list that is counted": Progress(3.21, requests=12, expected=40, rows=1200, left_s=7.6, scans=(ScanProgress(RUNS, 1, 0, 1200),)),
    "many lists": Progress(
        61.4, requests=130, rows=4321, bytes=87_000, retries=3, cache_hits=12, left_s=190.2, scans=(ScanProgress(RUNS, 500, 125, 4321),)
    ),
    "a rate limit": Progress(
        9.96,
        requests=60,
        expected=200,
        retries=1,
        waiting="rate limit",
        waiting_s=12.4,
        scans=(ScanProgress(f"{RUNS}.cancel_run", 200, 59, 59),),
    ),
    "a rate limit, and what is left": Progress(
        1.2, requests=10, rows=94, retries=6, left_s=3, waiting="rate limit", waiting_s=1, scans=(ScanProgress(RUNS, 44, 10, 94),)
    ),
    "a retry": Progress(1.0, requests=1, expected=2, waiting="retry", waiting_s=0.3, scans=(ScanProgress(RUNS, 1, 0, 0),)),
    "the end of what was begun": Progress(3725.0, requests=9, waiting="AWAIT", scans=(ScanProgress(f"{RUNS}.create_run", 1, 1, 1),)),
    "two references": Progress(
        2.5, requests=30, rows=99, bytes=812, scans=(ScanProgress(f"{RUNS} r", 6, 6, 70), ScanProgress(STEPS, 70, 24, 29)), left_s=4
    ),
    "many references": Progress(2.5, requests=12, rows=12, scans=tuple(ScanProgress(f"{RUNS} r{n}", 1, 1, 1) for n in range(12))),
}


@pytest.fixture(scope="module")
def slow() -> Iterator[rowcall.Sandbox]:
    """A sandbox that takes its time over each answer."""
    with rowcall.Sandbox(latency_s=0.15) as box:
        yield box


@pytest.fixture
def at(slow: rowcall.Sandbox) -> list[str]:
    """Options that lead to it, so that twenty requests take a second and a half."""
    settings = slow.providers["openai"]
    given = [f"--set=openai.{name}={settings[name]}" for name in ("base_url", "api_key")]
    return [*given, "--journal=:memory:", "--max-in-flight=2"]


Start = Callable[..., Screen]


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Start]:
    """Starts `rowcall` in a terminal whose screen can be looked at."""
    started: list[Screen] = []

    def start(*arguments: str, **size: int) -> Screen:
        started.append(Screen([*COMMAND, *arguments], tmp_path, **size))
        return started[-1]

    yield start
    for each in started:
        each.close()


def test_how_it_reads(request: pytest.FixtureRequest) -> None:
    """In a wide terminal, in one of 80 columns and in a narrow one, where the least important is left out."""
    actual = "".join(
        f"== {name}, {width} columns\n" + "".join(f"{line}\n" for line in lines(state, width))
        for name, state in STATES.items()
        for width in (120, 79, 40)
    )
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(actual, "utf-8")

    assert actual == GOLDEN.read_text("utf-8")


@pytest.mark.parametrize("width", [20, 33, 40, 60, 79, 120])
@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_no_line_is_wider_than_the_terminal(state: Progress, width: int) -> None:
    """However narrow it is."""
    assert [line for line in lines(state, width) if text_width(line) > width] == []


def told(arguments: list[str], command: list[str] = COMMAND, **options: Any) -> str:
    """All that a command sent to its terminal, a pseudo-terminal of 100 columns."""
    child = pexpect.spawn(command[0], [*command[1:], *arguments], encoding="utf-8", dimensions=(30, 100), timeout=30, **options)
    child.expect(pexpect.EOF)
    child.close()
    return str(child.before)


def test_a_slow_statement_says_how_far_it_is_and_nothing_of_it_is_left(at: list[str]) -> None:
    """The count of requests grows towards what is expected; whatever is drawn is taken away before what comes next."""
    seen = told(["query", TWENTY, *at])

    counts = [int(count) for count in re.findall(r"(\d+)/20 requests · ", seen)]
    assert counts == sorted(counts)
    assert len(set(counts)) > 3
    assert "about 1 s left" in seen
    drawn = [part for part in re.split(r"\r\x1b\[J", seen) if LINE.match(part)]
    assert len(drawn) == len(LINE.findall(seen))
    assert re.fullmatch("┌─+┐ │ n │ ├─+┤ │ 0 │ └─+┘ 1 row 1 row · .*requests ", seen.split("\x1b[J")[-1].replace("\r\n", " "))


def test_a_quick_statement_draws_nothing() -> None:
    """What ends within half a second needs no progress."""
    assert "\x1b" not in told(["query", "SELECT 1 AS n"])


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [(["--no-progress"], {}), (["--log-http"], {}), ([], {"TERM": "dumb"})],
    ids=["--no-progress", "--log-http, which says more", "a terminal that forgets no line"],
)
def test_it_can_be_turned_off(at: list[str], arguments: list[str], environment: dict[str, str]) -> None:
    """And is off where it could only be a nuisance."""
    assert "\x1b" not in told(["query", TWENTY, *at, *arguments], env={**os.environ, **environment})


def test_it_is_for_terminals_alone(at: list[str]) -> None:
    """A program that reads standard error is told nothing of it."""
    ended = subprocess.run([*COMMAND, "query", TWENTY, *at], capture_output=True, text=True, encoding="utf-8", timeout=60, check=True)

    assert (ended.stdout, ended.stderr) == ('{"n":0}\n', "")


def test_rows_that_go_elsewhere_leave_it_where_it_is(at: list[str], tmp_path: Path) -> None:
    """Standard error is the terminal, and the file has the rows alone."""
    seen = told([f"{shlex.join([*COMMAND, 'query', TWENTY, *at])} > rows"], command=["/bin/sh", "-c"], cwd=tmp_path)

    assert re.search(r"\d/20 requests", seen)
    assert (tmp_path / "rows").read_text() == '{"n":0}\n'


@needs_tmux
def test_nothing_is_left_on_the_screen(screen: Start, at: list[str]) -> None:
    """After a statement the screen is as if there had been no line."""
    shell = screen("shell", *at)
    shell.until("^rowcall>")
    shell.type(f"{TWENTY};\n")

    assert re.search(r"^⠋|⠙|⠹|⠸|⠼|⠴|⠦|⠧|⠇|⠏ ━*─* \d+/20 requests · .* s", shell.until(r"\d/20 requests"))
    assert not LINE.search(shell.until(f"{AFTER}\nrowcall>$"))


@needs_tmux
def test_each_of_several_references_has_a_bar(screen: Start, at: list[str], slow: rowcall.Sandbox) -> None:
    """And all of them are gone in the end, too."""
    threads = ", ".join(f"('{thread}')" for (thread,) in slow.tables["sandbox_threads"][1][:2])
    shell = screen("shell", *at)
    shell.until("^rowcall>")
    shell.type(f"CREATE TABLE two AS FROM (VALUES {threads}) t(id);\n")
    shell.until(r"s\nrowcall>$")
    shell.type(
        "SELECT count(*) AS n FROM two JOIN runs r ON r.thread_id = two.id JOIN run_steps s ON s.thread_id = two.id AND s.run_id = r.id;\n"
    )

    shown = shell.until(r"run_steps s +━")
    assert re.search(
        r"^openai\.assistants\.runs r +━{20} 2/2 · \d+ rows\n.*run_steps s ━+─+ \d+/\d+ · \d+ rows\n. \d+ requests · ", shown, re.MULTILINE
    )
    assert not re.search("[━]|run_steps s ", re.sub(r"(?s).*r\.id;", "", shell.until(r"requests\nrowcall>$")))


@needs_tmux
@pytest.mark.parametrize("width", [40, 160])
def test_a_resize_does_not_break_it(screen: Start, at: list[str], width: int) -> None:
    """What a narrower terminal has broken into several lines is taken away as well."""
    shell = screen("shell", *at)
    shell.until("^rowcall>")
    shell.type(f"{TWENTY};\n")
    shell.until(r"\d/20 requests")

    shell.resize(width)

    assert len(LINE.findall(shell.until(r"\d/20 requests"))) == 1
    assert not LINE.search(shell.until(f"{AFTER}\nrowcall>$"))


@needs_tmux
def test_ctrl_c_takes_it_away(screen: Start, at: list[str]) -> None:
    """And says that the statement was interrupted."""
    shell = screen("shell", *at)
    shell.until("^rowcall>")
    shell.type(f"{TWENTY};\n")
    shell.until(r"\d/20 requests")

    shell.press("C-c")

    assert not LINE.search(shell.until("^interrupted\nrowcall>$"))


@needs_tmux
def test_an_error_takes_it_away(screen: Start, at: list[str], slow: rowcall.Sandbox) -> None:
    """The error stands where it was."""
    slow.fault("html", times=1, after=12, status=400)
    shell = screen("shell", *at)
    shell.until("^rowcall>")
    shell.type(f"{TWENTY};\n")
    shell.until(r"\d/20 requests")

    assert not LINE.search(shell.until("^error: [^$]*\nrowcall>$"))


@needs_tmux
def test_what_is_typed_meanwhile_leaves_no_trace_and_is_not_lost(screen: Start, at: list[str]) -> None:
    """Enter would move the line off its place; the shell reads what was typed when it asks again."""
    terminal = screen("shell", *at)
    terminal.until("^rowcall>$")
    terminal.type(f"{TWENTY};\n")
    terminal.until(LINE.pattern)
    terminal.type("SELECT 1 +\n41 AS answer;\n")
    shown = terminal.until(r"│ +42 │\n[\s\S]*^rowcall>$")

    assert LINE.search(shown) is None
    assert shown.count("SELECT 1 +") == 1


@needs_tmux
def test_what_is_typed_into_a_question_is_shown(screen: Start, at: list[str]) -> None:
    """As it is not while the requests before it are sent, and after it."""
    terminal = screen("shell", *at)
    terminal.until("^rowcall>$")
    terminal.type("INSERT INTO openai.assistants.threads (metadata) SELECT MAP {'n': n::VARCHAR} FROM range(16) t(n);\n")
    terminal.until(r"\[y/N\]$")
    terminal.type("no thanks")

    terminal.until(r"\[y/N\] no thanks$")


@needs_tmux
def test_it_is_not_there_while_a_write_asks(screen: Start, at: list[str]) -> None:
    """The question stands alone until it is answered, and the line comes back for what is sent then."""
    shell = screen("shell", *at)
    shell.until("^rowcall>")
    shell.type("INSERT INTO openai.assistants.threads (metadata) SELECT MAP {'n': n::VARCHAR} FROM range(16) t(n) RETURNING 1 AS n;\n")
    shell.until(r"Send these 16 requests\? \[y/N\]$")
    time.sleep(1.0)

    assert not LINE.search(shell.shown())
    shell.type("y\n")
    shell.until(r"\d/16 requests")
    assert not LINE.search(shell.until(r"16 requests\nrowcall>$"))


@needs_tmux
def test_rows_that_stream_to_the_terminal_are_not_mixed_with_it(screen: Start, at: list[str], slow: rowcall.Sandbox) -> None:
    """Each row has its line, while the progress comes and goes below them."""
    thread = slow.tables["sandbox_threads"][1][0][0]
    slow.fault("slow", times=2, after=2, seconds=1.0)
    statement = f"SELECT id[:3] AS word FROM {RUNS} WHERE thread_id = '{thread}' AND \"limit\" = 1"
    shell = screen("query", "-o", "csv", statement, *at, lines=60)

    shell.until(r"^run\n[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] ")
    rows = shell.until(r"\d+ rows? · .* requests").splitlines()
    assert {line for line in rows if not re.search("rows? · ", line) and line} == {"word", "run"}


@needs_tmux
def test_the_shell_turns_it_off_and_on(screen: Start, at: list[str]) -> None:
    """With .progress, which says how it is then."""
    shell = screen("shell", *at)
    shell.until("^rowcall>")
    for word in ("off", "on"):
        shell.type(".progress\n")
        shell.until(f"progress is {word}\nrowcall>$")
    shell.type(".progress off\n")
    shell.until("progress is off\nrowcall>$")

    shell.type(f"{TWENTY};\n")
    seen = ""
    while not re.search(AFTER, shown := shell.shown(), re.MULTILINE):
        seen += shown
        time.sleep(0.05)

    assert not LINE.search(seen)
