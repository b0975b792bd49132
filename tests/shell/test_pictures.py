"""The pictures of the shell in the documentation: real screens of a real terminal, drawn by rich; `make screens` draws them anew."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.shell.conftest import COMMAND
from tests.shell.screen import Screen, needs_tmux

import rowcall
from rowcall.sandbox.clock import Clock

pytestmark = needs_tmux

PICTURES = Path(__file__).parent.parent.parent / "docs" / "screens"
COLUMNS = 96
TITLE = "rowcall shell"
TOKENS = """SELECT r.model, count(*) AS runs, sum(r.usage.total_tokens) AS tokens
FROM 'threads.csv' t JOIN openai.assistants.runs r USING (thread_id)
WHERE r.status = 'completed' GROUP BY ALL ORDER BY tokens DESC;"""
PLAN = """EXPLAIN SELECT r.id, s.type
FROM openai.assistants.runs r
JOIN openai.assistants.run_steps s ON s.thread_id = r.thread_id AND s.run_id = r.id
WHERE r.thread_id = 'thread_a';"""
LACKING = """SELECT status, count(*) AS runs
FROM openai.assistants.runs GROUP BY status;"""
STEADY = {
    r"[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏]": "⠹",
    r"\b\d+\.\d s\b": "2.6 s",
    r"(?<![\d.])\d+\.\d\d s\b": "0.21 s",
    r" · about [^\n\x1b]* left": "",
}
"""What is another each time, and how the pictures have it."""


@pytest.fixture(scope="module")
def box() -> Iterator[rowcall.Sandbox]:
    """A server whose time stands still, so that it answers the same each time."""
    with rowcall.Sandbox(clock=Clock(1_790_000_000, held=True)) as box:
        yield box


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory, box: rowcall.Sandbox) -> Path:
    """A folder with the ids of the threads, as an application keeps them."""
    folder = tmp_path_factory.mktemp("files")
    threads = sorted(thread for (thread,) in box.tables["sandbox_threads"][1])
    (folder / "threads.csv").write_text("\n".join(["thread_id", *threads, ""]), encoding="utf-8")
    return folder


@pytest.fixture
def shell(files: Path, box: rowcall.Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Screen]]:
    """Starts the shell, with all its colours, in a terminal of so many lines."""
    started: list[Screen] = []
    monkeypatch.setenv("ROWCALL_PAGER", "")
    monkeypatch.setenv("OPENAI_BASE_URL", box.base_url)
    monkeypatch.setenv("OPENAI_API_KEY", box.api_key)
    for name in ("NO_COLOR", "LESS", "COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)

    def start(lines: int, *options: str) -> Screen:
        started.append(Screen([*COMMAND, "shell", "--max-in-flight", "64", *options], files, columns=COLUMNS, lines=lines))
        started[-1].until("^rowcall>$")
        started[-1].press("C-l")
        started[-1].until(r"\A *rowcall>\Z")
        return started[-1]

    yield start
    for each in started:
        each.close()


def drawn(terminal: Screen, lines: int | None = None) -> str:
    """The screen, or so many lines of it, as SVG: without fonts of elsewhere, and steady where a screen is not."""
    from rich.console import Console
    from rich.terminal_theme import DEFAULT_TERMINAL_THEME
    from rich.text import Text

    shown = terminal.coloured()
    for pattern, steady in STEADY.items():
        shown = re.sub(pattern, steady, shown)
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, width=COLUMNS, file=nowhere, force_terminal=True, color_system="truecolor", legacy_windows=False)
        console.print(Text.from_ansi("\n".join(shown.splitlines()[:lines])), no_wrap=True, overflow="crop")
    svg = console.export_svg(title=TITLE, unique_id="screen", theme=DEFAULT_TERMINAL_THEME)
    return re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL).strip() + "\n"


def check(name: str, svg: str, request: pytest.FixtureRequest) -> None:
    """Fails where the picture in the documentation is another."""
    picture = PICTURES / f"{name}.svg"
    if request.config.getoption("--update-golden"):
        picture.write_text(svg, encoding="utf-8")

    assert picture.read_text(encoding="utf-8") == svg, f"{picture.name} is not current: make screens"


@pytest.mark.parametrize(
    ("name", "sql", "lines", "options"),
    [("result", TOKENS, None, ()), ("error", LACKING, None, ()), ("plan", PLAN, 26, ("--set=openai.base_url=http://localhost:8000/v1",))],
    ids=["result", "error", "plan"],
)
def test_the_picture_of_a_statement_is_what_the_shell_shows(
    shell: Callable[..., Screen], name: str, sql: str, lines: int | None, options: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    """A result with what it took, an error with its place and the next step, the drawing of a plan without DuckDB's own."""
    terminal = shell(80, *options)
    terminal.paste(sql)
    terminal.until(f"{re.escape(sql[-20:])}$")
    terminal.press("Enter")
    terminal.until(r"^rowcall>\Z")

    check(name, drawn(terminal, lines), request)


def test_the_picture_of_the_menu_is_what_the_shell_offers(shell: Callable[..., Screen], request: pytest.FixtureRequest) -> None:
    """Columns of what the statement reads, the required first, with what they mean."""
    terminal = shell(20)
    terminal.type("SELECT * FROM openai.assistants.runs r WHERE r.")
    terminal.until("required · ")

    check("completion", drawn(terminal), request)


def test_the_picture_of_progress_is_what_a_statement_shows_that_takes_long(
    shell: Callable[..., Screen], box: rowcall.Sandbox, request: pytest.FixtureRequest
) -> None:
    """How far it is while ten threads keep it waiting."""
    box.fault("slow", times=None, path="threads/thread_[0-9A-H]", seconds=30)
    terminal = shell(12)
    terminal.paste(TOKENS)
    terminal.until("DESC;$")
    terminal.press("Enter")
    terminal.until(r"34/44 calls · 34 requests · 361 rows")

    check("progress", drawn(terminal), request)
