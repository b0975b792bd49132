"""The page about security beside the tests that it names."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
NAMED = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs" / "security.md").read_text("utf-8"))))


def test_each_test_that_the_page_names_is_there() -> None:
    """What is said to be shown by a test is shown by one that runs."""
    there = {
        file: {node.name for node in ast.parse((ROOT / file).read_text("utf-8")).body if isinstance(node, ast.FunctionDef)}
        for file, _ in NAMED
    }

    assert len(NAMED) > 30
    assert [f"{file}::{name}" for file, name in NAMED if name not in there[file]] == []


def test_each_part_of_the_page_names_a_test_or_runs_one() -> None:
    """A part without either would be a promise that nobody holds."""
    parts = re.split(r"^## ", (ROOT / "docs" / "security.md").read_text("utf-8"), flags=re.MULTILINE)[1:]

    assert [part.splitlines()[0] for part in parts if "Shown by" not in part and "```python" not in part] == []
