"""Harlequin in an environment of its own, which `make others` makes; without it these tests are skipped."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHON = Path(os.environ.get("HARLEQUIN_PYTHON") or ROOT / ".venv-harlequin" / "bin" / "python")

Ran = subprocess.CompletedProcess[str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs Harlequin where it is not."""
    for item in items:
        if item.path.parent == Path(__file__).parent and not PYTHON.exists():
            item.add_marker(pytest.mark.skip(reason="`make others` makes the environment of Harlequin"))


@pytest.fixture(scope="session")
def harlequin(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Ran]:
    """Runs something of Harlequin's environment in an empty folder, which is its home as well."""

    def run(program: str, *arguments: str) -> Ran:
        folder = tmp_path_factory.mktemp("home")
        plain = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLORTERM", "TERM"}}
        environment = {**plain, "HOME": str(folder), "PYTHONPATH": str(ROOT / "src"), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        command = [str(PYTHON.parent / program), *arguments]
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=170)

    return run


@pytest.fixture(scope="session")
def seen(harlequin: Callable[..., Ran]) -> Callable[[str], Any]:
    """What there was to see in a scene of `scenes.py`, which is played once."""
    played: dict[str, Any] = {}

    def of(scene: str) -> Any:
        if scene not in played:
            ended = harlequin(PYTHON.name, str(Path(__file__).parent / "scenes.py"), scene)
            assert ended.returncode == 0, ended.stdout + ended.stderr
            line = next(line for line in ended.stdout.splitlines() if line.startswith("FOUND "))
            played[scene] = json.loads(line.removeprefix("FOUND "))
        return played[scene]

    return of
