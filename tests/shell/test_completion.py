"""`rowcall completion`: what can follow, and that the shells really complete it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rowcall.shell.completion import candidates
from rowcall.shell.options import COMMANDS, SHELLS

PATIENCE_S = 30
Run = Callable[..., Any]


def words(*typed: str) -> list[str] | None:
    """What can stand in place of the last of these words."""
    found = candidates(typed)
    return None if found is None else [word for word, _ in found]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["sh"], ["shell"]),
        (["config", ""], ["show", "path", "check"]),
        (["query", "--prof"], ["--profile"]),
        (["query", "SELECT 1", "--max-r"], ["--max-requests"]),
        (["--", "--max"], []),
        (["query", "-o", "j"], ["json", "jsonl"]),
        (["query", "--output=j"], ["--output=json", "--output=jsonl"]),
        (["query", "--on-error", ""], ["error", "partial"]),
        (["query", "--rows", ""], []),
        (["query", "--yes", "--on-error="], ["--on-error=error", "--on-error=partial"]),
        (["query", "-f", ""], None),
        (["query", "--database=w"], None),
        (["query", "-i", "x", "--jou"], ["--journal"]),
        (["provider", "show", "o"], ["openai"]),
        (["provider", "check", ""], None),
        (["provider", "wat", ""], []),
        (["sandbox", ""], ["github", "openai"]),
        (["sandbox", "openai", "--fault", "server"], ["server_error"]),
        (["query", "--set", "openai.api_key_"], ["openai.api_key_command=", "openai.api_key_keyring=", "openai.api_key_id="]),
        (["query", "--set", "openai.max_"], ["openai.max_in_flight:=", "openai.max_response_bytes:=", "openai.max_upload_bytes:="]),
        (["query", "--set", "openai.re"], ["openai.read_timeout_s:=", "openai.read_only:=", "openai.reads:="]),
        (["query", "--set=openai.bas"], ["--set=openai.base_url="]),
        (["completion", "z"], ["zsh"]),
        (["query", '"SELECT id FROM openai.assistants.run_'], ['"SELECT id FROM openai.assistants.run_steps']),
        (["query", "'DESCRIBE openai.assistants.as"], ["'DESCRIBE openai.assistants.assistants"]),
        (["query", "SEL"], []),
    ],
    ids=lambda value: " ".join(value or ["a file"]),
)
def test_what_can_follow(typed: list[str], expected: list[str] | None) -> None:
    """Commands, options, and the values of options; a file is left to the shell."""
    assert words(*typed) == expected


def test_every_command_and_option_is_offered() -> None:
    """With what the help says of it; options also where nothing else can follow."""
    assert set(COMMANDS) <= set(words("") or ())
    assert {"--profile", "--set", "--output"} <= set(words("query", "") or ())
    assert all(meaning for _, meaning in candidates(["query", "--"]) or ())


def test_profiles_are_those_of_the_config_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that cannot be read has none here; it is told when it is used."""
    config = tmp_path / "config.toml"
    config.write_text("[profiles.azure]\n[profiles.other]\n")
    monkeypatch.setenv("ROWCALL_CONFIG", str(config))

    assert words("query", "--profile", "") == ["azure", "other"]
    config.write_text("= nonsense")
    assert words("query", "--profile", "") == []


def test_words_that_bash_has_cut_are_put_together(run: Run) -> None:
    """At `=` and `:`; what is printed stands in place of the last piece alone."""
    asked = ["completion", "bash", "--", "query"]

    assert run(*asked, "--output", "=", "cs").stdout == "csv\n"
    assert run(*asked, "--output", "=").stdout.splitlines()[:2] == ["table", "line"]
    assert run(*asked, "--set", "openai.api_key", "=", "x", "--ke").stdout == "--keep-going\n"


def test_other_shells_are_told_what_a_word_is(run: Run) -> None:
    """Behind a tab, which bash would take for a part of it."""
    assert run("completion", "fish", "--", "conf").stdout.startswith("config\tShow every setting")
    assert run("completion", "bash", "--", "conf").stdout == "config\n"


def test_a_shell_that_there_is_not_is_wrong_usage(run: Run) -> None:
    """With those that there are."""
    ended = run("completion", "tcsh")

    assert ended.returncode == 2
    assert 'there is no shell "tcsh"' in ended.stderr
    assert all(shell in ended.stderr for shell in SHELLS)


ARGUMENTS = {"bash": ["--norc", "--noprofile"], "zsh": ["-f"], "fish": ["--no-config"]}
START = {
    "bash": "bind 'set enable-bracketed-paste off'; source <(rowcall completion bash)",
    "zsh": "PS1='ready> '; autoload -U compinit; compinit -u -D; source <(rowcall completion zsh)",
    "fish": "function fish_prompt; echo 'ready> '; end; rowcall completion fish | source",
}


class Typist:
    """Somebody at a shell in a terminal who types, presses Tab, and looks at what the command has become."""

    def __init__(self, shell: str, folder: Path, environment: dict[str, str]) -> None:
        import pexpect

        self.child = pexpect.spawn(
            shell, ARGUMENTS[shell], env=environment, cwd=str(folder), timeout=PATIENCE_S, encoding="utf-8", dimensions=(50, 200)
        )
        self.folder = folder
        self.count = 0
        self.child.sendline(START[shell])
        self.typed("touch ready\n", self.folder / "ready")

    def typed(self, text: str, waits_for: Path) -> None:
        """Types, and waits until a file is there."""
        import time

        self.child.send(text)
        end = time.monotonic() + PATIENCE_S
        while not waits_for.exists():
            if time.monotonic() > end:
                raise AssertionError(f"{waits_for.name} did not come; the terminal shows:\n{self.shows()}")
            self.shows()
            time.sleep(0.02)

    def shows(self) -> str:
        """What came on the screen since the last look."""
        import pexpect

        try:
            return str(self.child.read_nonblocking(65536, timeout=0.05))
        except pexpect.TIMEOUT:
            return ""

    def completed(self, text: str, then: str = "") -> list[str]:
        """The arguments that the command has after Tab, what is typed then, and Enter."""
        said = self.folder / "said"
        said.unlink(missing_ok=True)
        (self.folder / "asked").unlink(missing_ok=True)
        self.typed(f"{text}\t", self.folder / "asked")
        self.settle()
        self.typed(f"{then}\n", said)
        return said.read_text().splitlines()

    def settle(self) -> None:
        """Waits until the screen is still."""
        while self.shows():
            pass


@pytest.fixture(params=SHELLS)
def typist(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Typist]:
    """At each shell that is installed. `rowcall` is a script that writes its arguments down, unless it is asked to complete."""
    if sys.platform == "win32" or shutil.which(request.param) is None:
        pytest.skip(f"there is no {request.param} here")
    script = tmp_path / "bin" / "rowcall"
    script.parent.mkdir()
    script.write_text(
        f'#!/bin/sh\nif [ "$1" = completion ]; then "{sys.executable}" -m rowcall "$@"; [ -z "$3" ] || touch "{tmp_path}/asked"\n'
        f'else printf "%s\\n" "$@" > "{tmp_path}/said.new"; mv "{tmp_path}/said.new" "{tmp_path}/said"; fi\n'
    )
    script.chmod(0o755)
    config = tmp_path / "config.toml"
    config.write_text("[profiles.azure]\n")
    (tmp_path / "statements.sql").touch()
    environment = {**os.environ, "PATH": f"{script.parent}:{os.environ['PATH']}", "TERM": "xterm", "ROWCALL_CONFIG": str(config)}
    environment |= {"HOME": str(tmp_path), "NO_COLOR": "1"}
    typist = Typist(request.param, tmp_path, environment)
    yield typist
    typist.child.close(force=True)


def test_the_shells_complete(typist: Typist) -> None:
    """Each as it does: a word, a value behind `=`, a profile, a file, a name that goes on, a name within a statement."""
    assert typist.completed("rowcall conf") == ["config"]
    assert typist.completed("rowcall query --max-r") == ["query", "--max-requests"]
    assert typist.completed("rowcall query --output=pa") == ["query", "--output=parquet"]
    assert typist.completed("rowcall query --profile a") == ["query", "--profile", "azure"]
    assert typist.completed("rowcall query -i st") == ["query", "-i", "statements.sql"]
    assert typist.completed("rowcall query --input=st") == ["query", "--input=statements.sql"]
    assert typist.completed("rowcall query --set openai.base") == ["query", "--set", "openai.base_url="]
    assert typist.completed("rowcall provider show op") == ["provider", "show", "openai"]
    assert typist.completed('rowcall query "FROM openai.assistants.run_s') == ["query", "FROM openai.assistants.run_steps"]
    assert typist.completed("rowcall query 'FROM openai.assi", "threads'") == ["query", "FROM openai.assistants.threads"]
