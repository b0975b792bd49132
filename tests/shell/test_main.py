"""The process: what it loads, where it writes, and what it ends with."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import rowcall

COMMAND = [sys.executable, "-m", "rowcall"]
HEAVY = {"duckdb", "sqlglot", "httpx", "prompt_toolkit", "pygments", "yaml", "starlette", "uvicorn", "msgspec", "pyarrow"}
SLOW = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b"

Run = Callable[..., Any]


def communicate(process: subprocess.Popen[str]) -> str:
    """What the process says on standard error until it ends; it does not outlive the test."""
    try:
        return process.communicate(timeout=20)[1]
    finally:
        process.kill()


@pytest.mark.parametrize("words", ["--version", "--help", "query --help", "qurey x", "query x --databse y"])
def test_a_word_about_itself_loads_nothing_heavy(words: str) -> None:
    """Help, version and typos answer before any library is imported."""
    code = (
        "import sys\nfrom rowcall.shell.main import main\n"
        f"try:\n    main({words.split()!r})\nexcept SystemExit:\n    pass\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )

    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ended.stdout.splitlines()[-1] == "[]"


def test_version_is_the_installed_one(run: Run) -> None:
    """`rowcall --version` prints the name and the version of the distribution."""
    assert run("--version").stdout == f"rowcall {rowcall.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("query", "SELECT 1"), 0),
        (("query", "SELECT 1; SELECT nonsense; SELECT 2"), 1),
        (("query", "SELEKT 1"), 1),
        (("query", "SELECT 'open"), 1),
        (("query", "SELECT * FROM openai.assistants.rusn"), 1),
        (("query", "SELECT 1", "--nonsense"), 2),
        (("query", "SELECT 1", "-i", "x.sql"), 2),
        (("query", "-i", "missing.sql"), 2),
        (("query", "SELECT 1", "--param", "a=1"), 2),
        (("query", "SELECT 1", "--seed", "1"), 2),
        (("query", "SELECT 1", "-f", "none/out.csv"), 2),
        (("query", "SELECT 1", "-f", "out.xlsx"), 2),
        (("query", "SELECT 1", "--database", "none/x.db"), 2),
        (("query", "SELECT 1", "--set", "opnai.base_url=x"), 2),
        (("query", "SELECT 1; SELECT 2", "-o", "parquet", "-f", "out.parquet"), 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_the_exit_code_says_what_happened(arguments: tuple[str, ...], code: int, run: Run) -> None:
    """0 for success alone; an error is one block on standard error, without a trace."""
    ended = run(*arguments)

    assert ended.returncode == code
    assert ended.stderr == "" if code == 0 else ended.stderr.startswith("error")
    assert "Traceback" not in ended.stderr
    assert "nanobind" not in ended.stderr


def test_debug_adds_the_trace(run: Run) -> None:
    """The block of the error stays the last thing said."""
    ended = run("query", "SELECT nonsense", "--debug")

    assert ended.stderr.startswith("Traceback")
    assert "\nerror: " in ended.stderr


@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals to send")
@pytest.mark.parametrize("sql", [SLOW, f"SELECT 1; {SLOW}"], ids=["first", "second"])
def test_ctrl_c_ends_with_130(sql: str, tmp_path: Path) -> None:
    """An interrupted statement ends the process soon, quietly, and leaves no file."""
    with subprocess.Popen([*COMMAND, "query", sql, "-f", "out.csv"], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as process:
        while not list(tmp_path.iterdir()):
            time.sleep(0.05)
        time.sleep(1.0)
        process.send_signal(signal.SIGINT)
        told = communicate(process)

    assert (process.returncode, told) == (130, "interrupted\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="Windows has no broken pipes")
@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("words", ["--version", "--help", "config show", "config path", "completion bash", "provider list", "query --help"])
def test_a_pipe_that_is_closed_from_the_start_is_quiet(words: str, unbuffered: str, tmp_path: Path) -> None:
    """Whatever the command; argparse says nothing of a help that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)

    ended = subprocess.run(
        [*COMMAND, *words.split()],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )

    os.close(writing)
    assert ended.stderr == ""
    assert ended.returncode == 141 or (ended.returncode == 0 and "--help" in words)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no broken pipes")
@pytest.mark.parametrize("to", ["jsonl", "csv", "json", "markdown"])
def test_a_closed_pipe_is_quiet(to: str, tmp_path: Path) -> None:
    """As `head` closes it: no error, no trace, the exit code of SIGPIPE."""
    with subprocess.Popen(
        [*COMMAND, "query", "FROM range(1000000)", "-o", to], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        told = process.stderr.read()
        process.wait(timeout=20)

    assert (process.returncode, told) == (141, b"")


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell closes it here")
@pytest.mark.parametrize(("closed", "code"), [(">&-", 0), ("2>&-", 0), (">&- 2>&-", 0)])
def test_a_stream_that_is_closed_from_the_start_is_as_nothing(closed: str, code: int) -> None:
    """Nobody hears a word, and the exit code is that of what was done."""
    line = f"{shlex.join([*COMMAND, 'query', 'SELECT 1 AS a', '-o', 'csv'])} {closed}"

    ended = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=30, check=False)

    assert (ended.returncode, ended.stderr) == (code, "")


def test_statements_come_through_a_pipe(run: Run) -> None:
    """Bare `rowcall`, `rowcall query` and even `rowcall shell` read them there."""
    for arguments in ((), ("query",), ("query", "-"), ("query", "-i", "-"), ("shell",)):
        ended = run(*arguments, stdin="SELECT 1 AS a;\nSELECT 2 AS b;")
        assert (ended.stdout, ended.stderr, ended.returncode) == ('{"a":1}\n{"b":2}\n', "", 0)


def ended(hook: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The whole process, in which somebody registered `hook` for its end."""
    code = f"import atexit, sys\natexit.register(lambda: {hook})\nfrom rowcall.shell.main import main\nsys.exit(main())"
    environment = {**os.environ, "OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "OPENAI_API_KEY": "any"}
    return subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment, check=False)


@pytest.mark.parametrize(("statement", "expected", "code"), [("SELECT 1 AS a", '{"a":1}\nhook\n', 0), ("SELECT b", "hook\n", 1)])
def test_what_others_registered_for_the_end_of_the_process_is_run(statement: str, expected: str, code: int) -> None:
    """The process takes nothing apart when it ends, and still says goodbye; nothing that was written is lost."""
    found = ended("print('hook')", "query", statement)

    assert (found.stdout, found.returncode) == (expected, code)


def test_a_question_to_an_api_loads_no_command_line_of_others() -> None:
    """httpx has one, which takes longer to load than httpx."""
    found = ended(
        "print([name for name in ('httpx', 'click', 'rich') if name in sys.modules])",
        "query",
        "SELECT id FROM openai.assistants.assistants",
    )

    assert (found.stdout, found.returncode) == ("['httpx']\n", 1)


def test_a_statement_that_asks_no_api_makes_no_records_of_manifests() -> None:
    """They take as long to make as all else of rowcall's that such a statement needs. The first process keeps what it reads of them."""
    ended("None", "query", "SELECT 1 AS a")

    found = ended("print([name for name in ('rowcall.manifest.model', 'sqlglot') if name in sys.modules])", "query", "SELECT 1 AS a")

    assert (found.stdout, found.returncode) == ('{"a":1}\n[]\n', 0)
