"""The notebooks of the documentation, each run in a real kernel and compared with what it shows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent.parent.parent / "docs" / "notebooks"
NAMES = sorted(path.stem for path in FOLDER.glob("*.md"))


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_answers_what_it_shows(name: str) -> None:
    """Run again, its cells answer the same, but for seconds, charts and the port."""
    command = [sys.executable, str(FOLDER / "make.py"), "--check", name]

    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=150)

    assert ran.returncode == 0, f"{ran.stdout}{ran.stderr}\nIf that is right: make notebooks"


def test_there_are_three_and_each_was_made() -> None:
    """Each page has its notebook, which a reader may take away."""
    assert NAMES == ["operations", "warehouse", "writes"]
    assert [path.stem for path in sorted(FOLDER.glob("*.ipynb"))] == NAMES


def test_the_page_about_notebooks_names_all_that_these_need() -> None:
    """Who installs what it says can run them: nothing but rowcall's own brings these packages."""
    needed = {
        "jupyterlab": r"",
        "altair": r"^import altair",
        "vl-convert-python": r'renderers\.enable\("svg"\)',
        "pandas": r"\.df\(\)",
        "polars": r"^import polars|\.pl\(\)",
        "pyarrow": r"\.(pl|arrow)\(\)",
    }
    cells = "".join(path.read_text("utf-8") for path in FOLDER.glob("*.md"))
    page = (FOLDER.parent / "notebook.md").read_text("utf-8")

    said = re.search(r"To run them yourself, `pip install ([^`]+)`", page)
    assert said is not None
    assert {package for package, use in needed.items() if re.search(use, cells, re.MULTILINE)} == set(said[1].split())


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_holds_nothing_of_the_machine(name: str) -> None:
    """No port but 8000, no folder, no time at which it was run; cells fail only where they are to."""
    text = (FOLDER / f"{name}.ipynb").read_text("utf-8")
    notebook = json.loads(text)

    assert set(re.findall(r"127\.0\.0\.1:(\d+)", text)) <= {"8000"}
    assert re.findall(r"/(?:tmp|home|root)/|iopub", text) == []
    for cell in notebook["cells"]:
        failed = any(output["output_type"] == "error" for output in cell.get("outputs", ()))
        assert failed is ("raises-exception" in cell["metadata"].get("tags", ()))


def test_the_operations_answer_fifteen_questions_with_charts() -> None:
    """The questions are those of the page that has them as a program."""
    asked = re.compile(r"^## (\d+)\. (.+)$", re.MULTILINE)
    text = (FOLDER / "operations.md").read_text("utf-8")

    assert asked.findall(text) == asked.findall((FOLDER.parent / "questions.md").read_text("utf-8"))
    assert (FOLDER / "operations.ipynb").read_text("utf-8").count('"image/svg+xml"') == 4
