"""Each error of the page about errors as a terminal shows it, against screens that were read in review."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import duckdb
import pytest
from tests.shell.conftest import COMMAND
from tests.shell.screen import Screen, needs_tmux
from tests.shell.test_screens import told

import rowcall

pytestmark = needs_tmux

ROOT = Path(__file__).parent.parent.parent
GOLDEN = ROOT / "tests" / "golden" / "screens" / "errors.txt"
RUNS, THREADS, ASSISTANTS = "openai.assistants.runs", "openai.assistants.threads", "openai.assistants.assistants"
PARENTS = {"SQLError", "RequestError"}
"""What no error is itself."""
LIST = f"SELECT id FROM {ASSISTANTS};"

TYPED = {
    "UsageError": ".mode xlm",
    "ParseError": f"EXEC {RUNS}.cancel_run @thread_id 'thread_a';",
    "UnknownNameError": f"SELECT id\nFROM {RUNS.replace('runs', 'rums')}\nWHERE thread_id = 'thread_a';",
    "UnsupportedSQLError": f"MERGE INTO {RUNS} r USING mine m ON r.id = m.id WHEN MATCHED THEN DELETE;",
    "BindError": f"SELECT id, status, created_at, completed_at, model, usage.total_tokens, stats FROM {RUNS} WHERE thread_id = 'thread_a';",
    "BindError, a word misspelt": "SELECT id\nFORM runs;",
    "BindError, a table that is not there": "FROM rnus;",
    "PlanError": f"SELECT id FROM {RUNS} WHERE thread_id = 'thread_a' AND \"limit\" = 500;",
    "MissingParameterError": f"SELECT status, count(*) FROM {RUNS} GROUP BY ALL;",
    "BudgetError": f"SET rowcall_max_requests = 2;\nSELECT id FROM {RUNS} WHERE thread_id IN ('a', 'b', 'c');",
    "ResponseError": f"SET rowcall_max_requests = 100;\nSELECT id FROM {RUNS} WHERE thread_id = 'thread_a';",
    "PageLoopError": LIST,
    "RateLimitError": LIST,
    "UnavailableError": LIST,
    "AwaitError": f"INSERT INTO {THREADS} DEFAULT VALUES RETURNING id;\n"
    f"INSERT INTO {RUNS} (thread_id, assistant_id)\nSELECT t.id, a.id FROM _ t, (SELECT id FROM {ASSISTANTS} LIMIT 1) a AWAIT TIMEOUT '0 s';",
    "DataError": f"INSERT INTO {RUNS} (thread_id, assistant_id, temperature) VALUES ('thread_a', 'asst_1', 3);",
    "EngineError": "SELECT CAST(range || 'x' AS INTEGER) FROM range(3);",
    "AmbiguousNameError": f"ATTACH 'openai.duckdb' AS openai;\nSELECT id FROM {RUNS};",
    "ReadOnlyError": f"DETACH openai; SET rowcall_read_only = true;\nEXEC {RUNS}.cancel_run @thread_id = 'thread_a', @run_id = 'run_1';",
}
"""What is typed for each, in this order."""
FAULTS: Mapping[str, tuple[str, dict[str, float]]] = {
    "PageLoopError": ("endless", {}),
    "RateLimitError": ("rate_limit", {"retry_after_s": 0.1}),
    "UnavailableError": ("drop", {}),
}

Start = Callable[..., Screen]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a command in a terminal of 100 columns."""
    started: list[Screen] = []
    for name in ("COLUMNS", "LINES", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)

    def start(*arguments: str) -> Screen:
        started.append(Screen([*COMMAND, *arguments], tmp_path, columns=100, lines=40))
        return started[-1]

    yield start
    for each in started:
        each.close()


def shell(start: Start, box: rowcall.Sandbox, key: str = "") -> Screen:
    """A shell at that sandbox, at its first prompt."""
    settings = {**box.providers["openai"], **({"api_key": key} if key else {})}
    given = [f"--set=openai.{name}={settings[name]}" for name in ("base_url", "api_key")]
    terminal = start("shell", "--no-progress", "--journal=:memory:", *given)
    terminal.until("^rowcall>$")
    told(terminal, ".timing off")
    return terminal


def fixed(screen: str) -> str:
    """A screen with the ports and names of one run replaced by others of their length."""
    screen = re.sub(r"127\.0\.0\.1:\d{5}", "127.0.0.1:50000", screen)
    return re.sub(r"\b(req|run|thread)_(\w{24})\b", lambda match: f"{match[1]}_{'x' * 24}", screen)


@pytest.fixture
def shown(start: Start, tmp_path: Path) -> dict[str, str]:
    """The screen of each error."""
    found: dict[str, str] = {}
    with duckdb.connect(tmp_path / "openai.duckdb") as local:
        local.execute("CREATE SCHEMA assistants; CREATE TABLE assistants.runs (id INT)")
    with rowcall.Sandbox(seed=0) as box:
        terminal = shell(start, box)
        terminal.press("C-l")
        terminal.until(r"\A *rowcall>\Z")
        terminal.type(f"DELETE FROM {THREADS} WHERE id = '{box.tables['sandbox_threads'][1][0][0]}';\n")
        terminal.until(r"\[y/N\]$")
        terminal.type("n\n")
        found["WriteLimitError"] = terminal.until(r"^error: [\s\S]*^rowcall>$")
        for name, text in TYPED.items():
            kind, options = FAULTS.get(name, ("", {}))
            if kind:
                box.fault(kind, times=None, **options)
            (tmp_path / "it.sql").write_text(text)
            found[name] = told(terminal, text if text.startswith(".") else ".read it.sql")
            box.reset()
        (tmp_path / "it.sql").write_text(LIST)
        found["AuthError"] = told(shell(start, box, key="sk-wrong"), ".read it.sql")
    (tmp_path / "provider.yaml").write_text("manifest: 1\nprovider: library\ntitel: City Library\n")
    found["ManifestError"] = start("provider", "check", "provider.yaml").until("faults$")
    return found


def test_each_error_is_as_it_was_reviewed(shown: dict[str, str], request: pytest.FixtureRequest) -> None:
    """One block each: what is wrong, where, and what to do; and none of the page about errors is missing."""
    documented = re.findall(r"^\| \[(\w+)\]", (ROOT / "docs" / "errors.md").read_text("utf-8"), re.MULTILINE)
    names = sorted(shown, key=lambda name: (documented.index(name.split(",", 1)[0]), list(shown).index(name)))
    text = "".join(f"== {name}\n{fixed(shown[name])}\n" for name in names)
    if request.config.getoption("--update-golden"):
        GOLDEN.write_text(text, encoding="utf-8")

    assert set(documented) - PARENTS == {name.split(",", 1)[0] for name in names}
    assert "Traceback" not in text
    assert text == GOLDEN.read_text(encoding="utf-8")
