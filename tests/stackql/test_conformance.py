"""The command that says how much of a folder of StackQL's documents works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.stackql.conftest import HARBOUR

SHARED = Path(os.environ.get("ROWCALL_SHARED", "")) / "stackql"


def conformance(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What the command prints of a folder."""
    command = [sys.executable, "-m", "tests.stackql_conformance", str(folder), *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[2], check=False)


def test_it_prints_figures_and_reasons() -> None:
    """A line for each provider and one for all; each method that does not work with `--all`."""
    ended = conformance(HARBOUR, "--all")

    lines = ended.stdout.splitlines()
    assert lines[1].split()[:4] == ["v00.00.00000", "4", "27", "35"]
    assert lines[2].split()[0] == "all"
    assert "     1  It needs the cookie pilot, and rowcall sends none." in lines
    assert "p.docks.berths.chart: It needs the cookie pilot, and rowcall sends none." in lines
    assert ended.returncode == 1  # of 33, one is more than a hundredth


@pytest.mark.skipif(not SHARED.is_dir(), reason="the sample documents are not at hand")
def test_the_samples_work() -> None:
    """All but a hundredth load, and all but a twentieth render a request."""
    ended = conformance(SHARED)

    assert ended.returncode == 0, ended.stdout
