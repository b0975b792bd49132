"""`rowcall provider`, as a process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rowcall.manifest.library import shipped

Run = Callable[..., Any]


def test_list_names_every_provider(run: Run) -> None:
    """One line a provider, with what it is."""
    ended = run("provider", "list")

    assert [line.split()[0] for line in ended.stdout.splitlines()] == list(shipped())
    assert ended.returncode == 0


def test_show_names_resources_methods_and_variables(run: Run) -> None:
    """What a user needs for a first statement is there."""
    ended = run("provider", "show", "openai")

    for expected in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "openai.assistants.runs", "cancel_run (exec)", "shut down on 2026-08-26"):
        assert expected in ended.stdout
    assert ended.returncode == 0


def test_show_of_an_unknown_provider_names_the_nearest(run: Run) -> None:
    """It is wrong usage, and says what was meant."""
    ended = run("provider", "show", "opnai")

    assert ended.stderr == 'error: No provider "opnai". Did you mean openai?\n'
    assert ended.returncode == 2


@pytest.mark.parametrize("name", shipped())
def test_check_of_a_sound_manifest_finds_nothing(name: str, run: Run) -> None:
    """What ships is free of faults."""
    ended = run("provider", "check", str(shipped()[name]))

    assert (ended.stdout, ended.returncode) == ("", 0)
    assert ended.stderr.endswith("no faults\n")


def test_check_of_a_faulty_manifest_prints_every_fault(run: Run, tmp_path: Path) -> None:
    """One line a fault, with its place; exit code 1."""
    file = tmp_path / "provider.yaml"
    file.write_text("manifest: 1\nprovider: x\ntitel: X\n")

    ended = run("provider", "check", str(file))

    assert len(ended.stdout.splitlines()) > 1
    assert all(line.startswith(f"{file}:") for line in ended.stdout.splitlines())
    assert f"{file}:3:1: " in ended.stdout
    assert ended.returncode == 1
    assert ended.stderr.endswith(" faults\n")


def test_check_of_nothing_is_wrong_usage(run: Run) -> None:
    """A path that is not there is told in one line."""
    ended = run("provider", "check", "no-such-folder")

    assert ended.stderr == "error: There is no file or folder no-such-folder.\n"
    assert ended.returncode == 2
