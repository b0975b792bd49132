"""What the shell looks like in a real terminal, against screens that were read in review; `pytest --update-golden` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.shell.conftest import COMMAND
from tests.shell.screen import Screen, needs_tmux

pytestmark = needs_tmux

GOLDEN = Path(__file__).parent.parent / "golden" / "screens"
ROWS = """SELECT * FROM (VALUES
  ('run_6a1b2c3d4e5f', 'completed', 1793000000::BIGINT, TIMESTAMP '2026-10-26 05:33:20',
    {'prompt_tokens': 1180, 'completion_tokens': 61, 'total_tokens': 1241, 'prompt_token_details': {'cached_tokens': 0}},
    ['code_interpreter', 'file_search'], MAP {'team': 'ops'}, 'Answer in one sentence, and say which file it is from.'),
  ('run_7b2c3d4e5f6a', NULL, 1793000060, NULL, NULL, [], MAP {}, 'NULL'),
  ('run_8c3d4e5f6a7b', 'failed', NULL, TIMESTAMP '2026-10-26 05:35:20.5', NULL, NULL, NULL, E'two\\nlines'),
) v(id, status, created_at, seen_at, usage, tools, metadata, instructions);"""
STATEMENTS = {
    "box_80": (80, 24, "", ROWS.replace("*", "id, status, created_at, usage, instructions", 1)),
    "box_200": (200, 24, "", ROWS),
    "line_80": (80, 60, ".mode line", ROWS),
    "error_column": (80, 24, "", "SELECT id,\n  statsu, created_at\nFROM openai.assistants.runs WHERE thread_id = 'thread_a';"),
    "error_parameter": (80, 24, "", "SELECT status, count(*) FROM openai.assistants.runs GROUP BY ALL;"),
    "error_name": (80, 24, "", "FROM openai.assistants.rnus WHERE thread_id = 'thread_a';"),
    "plan_80": (
        80,
        80,
        "",
        "EXPLAIN SELECT status, count(*) FROM openai.assistants.runs WHERE thread_id IN ('thread_a', 'thread_b') GROUP BY ALL;",
    ),
}


@pytest.fixture
def screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Screen]]:
    """Starts the shell in a terminal of this size, with this pager."""
    started: list[Screen] = []

    def start(columns: int, lines: int, pager: str = "") -> Screen:
        monkeypatch.setenv("ROWCALL_PAGER", pager)
        for name in ("LESS", "COLUMNS", "LINES"):  # what runs the tests may say how wide its own terminal is
            monkeypatch.delenv(name, raising=False)
        started.append(Screen([*COMMAND, "shell", "--no-progress"], tmp_path, columns=columns, lines=lines))
        started[-1].until("^rowcall>$")
        told(started[-1], ".timing off")
        return started[-1]

    yield start
    for each in started:
        each.close()


def told(screen: Screen, line: str) -> str:
    """The screen after a line was typed at its top, and the shell is at its prompt again."""
    screen.press("C-l")
    screen.until(r"\A *rowcall>\Z")
    screen.type(f"{line}\n")
    return screen.until(rf"\A *rowcall> {re.escape(line)}\n[\s\S]*^rowcall>\Z")


def check(name: str, shown: str, request: pytest.FixtureRequest) -> None:
    """Fails where a screen is not as it was reviewed."""
    golden = GOLDEN / f"{name}.txt"
    if request.config.getoption("--update-golden"):
        golden.write_text(f"{shown}\n", encoding="utf-8")

    assert f"{shown}\n" == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_screen_is_as_it_was_reviewed(screen: Callable[..., Screen], name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """A box that fits the terminal, blocks, errors with their place and the next step, the drawing of a plan."""
    columns, lines, before, sql = STATEMENTS[name]
    (tmp_path / "statement.sql").write_text(sql, encoding="utf-8")
    terminal = screen(columns, lines)
    if before:
        told(terminal, before)

    check(name, told(terminal, ".read statement.sql"), request)


@pytest.mark.parametrize(
    ("name", "sql"),
    [
        (
            "plot_line",
            "SELECT TIMESTAMP '2026-10-26' + INTERVAL (range) HOUR AS hour, round(sin(range / 6) * 100 + 100) AS tokens FROM range(36);",
        ),
        ("plot_bars", "SELECT * FROM (VALUES ('completed', 344), ('failed', 46), ('expired', 38), (NULL, 4)) v(status, runs);"),
    ],
)
def test_a_plot_is_as_it_was_reviewed(
    screen: Callable[..., Screen], name: str, sql: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A line over times, and bars."""
    (tmp_path / "statement.sql").write_text(sql, encoding="utf-8")
    terminal = screen(80, 50)
    told(terminal, ".read statement.sql")

    check(name, told(terminal, ".plot"), request)


def test_a_watch_is_as_it_was_reviewed(
    screen: Callable[..., Screen], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """Rounds below each other, what has changed marked without colours too; Ctrl-C goes back to the prompt."""
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = screen(80, 40)
    told(terminal, "CREATE SEQUENCE s;")
    told(terminal, "SELECT 'a' AS name, nextval('s') AS n;")
    terminal.press("C-l")
    terminal.until(r"\A *rowcall>\Z")
    terminal.type("\\watch 1\n")
    shown = terminal.until(r"cell changed\n[\s\S]*cell changed$")
    terminal.press("C-c")
    terminal.until(r"^watched for \d+ rounds, 0 requests\n[\s\S]*^rowcall>\Z")

    rounds = re.sub(r"^\w{3} .* \(every", "Mon 26 Oct 2026 05:33:20 (every", shown, flags=re.MULTILINE)
    rounds = re.sub(r"\d\.\d\d s", "0.00 s", rounds)
    first, second, _ = rounds.split("1 cell changed", maxsplit=2)
    check("watch", f"{first}1 cell changed{second}1 cell changed", request)
