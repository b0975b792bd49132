"""What a statement loads: nothing that it does not need."""

from __future__ import annotations

import subprocess
import sys

import pytest

from rowcall.engine.source import streams

HEAVY = ["sqlglot", "httpx", "msgspec", "pandas", "polars", "redis", "sqlite3", "starlette", "uvicorn", "prompt_toolkit"]


def loaded(code: str) -> list[str]:
    """Which of the heavy libraries are loaded after `code`, in an interpreter of its own."""
    text = f"import sys, rowcall\n{code}\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    return subprocess.run([sys.executable, "-c", text], check=True, capture_output=True, text=True).stdout.split()


@pytest.mark.parametrize(
    "code",
    [
        "",
        "rowcall.connect()",
        "rowcall.connect().sql('SELECT 42').fetchall()",
        "rowcall.connect().sql('CREATE TABLE t AS FROM range(3); SELECT $a + i FROM t x(i)', {'a': 1}).fetchall()",
        "db = rowcall.connect()\ntry: db.sql('SELEC 1')\nexcept rowcall.RowcallError: pass",
        "db = rowcall.connect()\ndb.close()",
    ],
)
def test_local_statements_load_neither_parser_nor_client(code: str) -> None:
    """Importing, connecting, running and failing locally, closing."""
    assert [name for name in loaded(code) if name in {"sqlglot", "httpx"}] == []


def test_planning_loads_no_client() -> None:
    """EXPLAIN needs the parser; httpx comes with the first request."""
    code = "rowcall.connect().sql(\"EXPLAIN SELECT id FROM openai.assistants.runs WHERE thread_id = 't'\").fetchall()"

    assert "httpx" not in loaded(code)
    assert "sqlglot" in loaded(code)


def test_requests_load_no_database_but_duckdb() -> None:
    """SQLite and Redis come with the settings that name a file or a server."""
    code = (
        "db = rowcall.connect(providers={'openai': {'base_url': 'http://127.0.0.1:9/v1', 'api_key': 'any'}})\n"
        "try: db.sql(\"SELECT id FROM openai.assistants.runs WHERE thread_id = 't'\")\n"
        "except rowcall.errors.UnavailableError: pass"
    )

    assert {"httpx", "sqlite3", "redis"} & set(loaded(code)) == {"httpx"}


@pytest.mark.skipif(not streams(), reason="pyarrow, which DuckDB 1.5 needs, cannot be loaded when a process ends")
def test_the_first_statement_may_come_when_the_process_ends() -> None:
    """What it loads then registers nothing for an end that has begun."""
    program = """
import atexit, rowcall
box = rowcall.Sandbox(seed=0).start()
thread = box.tables["sandbox_threads"][1][0][0]
query = "SELECT count(*) > 0 FROM runs WHERE thread_id = ?"
atexit.register(lambda: print(rowcall.connect(providers=box.providers).sql(query, [thread]).fetchall()))
"""

    assert subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout == "[(True,)]\n"
