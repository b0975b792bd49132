"""JupySQL and marimo on a connection of `rowcall.dbapi`: their own code, in an IPython shell and as a SQL cell has it run.

`make others` makes the environment that they are in; without it these tests are skipped.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PYTHON = Path(os.environ.get("SQL_TOOLS_PYTHON") or ROOT / ".venv-sql-tools" / "bin" / "python")

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="`make others` makes the environment of the tools")

START = """
import json, warnings
import rowcall
from rowcall import dbapi
box = rowcall.Sandbox(seed=0).start()
thread = box.tables["sandbox_threads"][1][0][0]
con = dbapi.connect(providers=box.providers, journal=":memory:")
expected = con.session.sql("SELECT id, status FROM openai.assistants.runs WHERE thread_id = ? LIMIT 4", [thread]).fetchall()
"""

JUPYSQL = """
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.user_ns["con"] = con

def cell(text):
    ran = shell.run_cell(text)
    error = ran.error_in_exec or ran.error_before_exec
    return ran.result if error is None else error

cell("%load_ext sql")
cell("%sql con --alias rowcall")
runs = cell(f"%%sql\\nSELECT id, status FROM openai.assistants.runs\\nWHERE thread_id = '{thread}' LIMIT 4")
cell("%sql CREATE TABLE numbers AS SELECT 1 AS i")
cell("%sql INSERT INTO numbers VALUES (2)")
numbers = cell("%sql SELECT i FROM numbers ORDER BY i")
made = cell("%sql INSERT INTO openai.assistants.threads DEFAULT VALUES RETURNING object")
wrong = cell("%sql SELECT id FROM openai.assistants.rums")
refused = cell("%sql DELETE FROM openai.assistants.threads WHERE id = 'thread_x'")
found = {
    "runs": list(runs) == expected,
    "numbers": [int(i) for i in numbers.DataFrame()["i"]],
    "made": [row[0] for row in made],
    "wrong": [isinstance(wrong, dbapi.ProgrammingError) and isinstance(wrong, rowcall.errors.UnknownNameError), str(wrong)],
    "refused": isinstance(refused, rowcall.errors.WriteLimitError),
}
"""

MARIMO = """
import marimo as mo
from marimo._sql.get_engines import get_engines_from_variables

def error_of(text):
    try:
        mo.sql(text, engine=con, output=False)
    except Exception as error:
        return error

offered = [name for name, _ in get_engines_from_variables([("con", con), ("box", box), ("thread", thread)])]
runs = mo.sql(f"SELECT id, status FROM openai.assistants.runs WHERE thread_id = '{thread}' LIMIT 4", engine=con, output=False)
mo.sql("CREATE TABLE numbers AS SELECT 1 AS i", engine=con, output=False)
mo.sql("INSERT INTO numbers VALUES (2)", engine=con, output=False)
numbers = mo.sql("SELECT i FROM numbers ORDER BY i", engine=con, output=False)
made = mo.sql("INSERT INTO openai.assistants.threads DEFAULT VALUES RETURNING object", engine=con, output=False)
wrong = error_of("SELECT id FROM openai.assistants.rums")
found = {
    "offered": offered,
    "runs": list(runs.rows()) == expected,
    "numbers": numbers["i"].to_list(),
    "made": made["object"].to_list(),
    "wrong": [isinstance(wrong, dbapi.ProgrammingError) and isinstance(wrong, rowcall.errors.UnknownNameError), str(wrong)],
    "refused": isinstance(error_of("DELETE FROM openai.assistants.threads WHERE id = 'thread_x'"), rowcall.errors.WriteLimitError),
}
"""


def found_by(program: str, folder: Path) -> dict[str, Any]:
    """What a program finds with the tools' own Python, whose home is an empty folder."""
    environment = {**os.environ, "HOME": str(folder), "PYTHONPATH": str(ROOT / "src")}
    code = f"{START}{program}\nbox.stop()\nprint('FOUND', json.dumps(found))"
    ended = subprocess.run([str(PYTHON), "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=150)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    line = next(line for line in ended.stdout.splitlines() if line.startswith("FOUND "))
    found: dict[str, Any] = json.loads(line.removeprefix("FOUND "))
    return found


def test_jupysql_reads_and_writes_through_the_connection(tmp_path: Path) -> None:
    """`%sql con` takes it, `%sql` and `%%sql` run statements, results become data frames, and errors are rowcall's own."""
    found = found_by(JUPYSQL, tmp_path)

    wrong, text = found.pop("wrong")
    assert {"runs": True, "numbers": [1, 2], "made": ["thread"], "refused": True} == found
    assert wrong
    assert "Did you mean runs?" in text


def test_marimo_reads_and_writes_through_the_connection(tmp_path: Path) -> None:
    """It is offered for SQL cells, and they give data frames or rowcall's own errors."""
    found = found_by(MARIMO, tmp_path)

    wrong, text = found.pop("wrong")
    assert {"offered": ["con"], "runs": True, "numbers": [1, 2], "made": ["thread"], "refused": True} == found
    assert wrong
    assert "Did you mean runs?" in text
