"""The code blocks of the README and of `docs/`, run as a reader would run them, top to bottom, against a sandbox.

CONTRIBUTING says what is done with each kind of block. Two comments right above a block change that: `<!-- not run: reason -->` leaves it
out, and `<!-- fails: MissingParameterError -->` says which error its last statement has to end in.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.notebook.conftest import Kernel

import rowcall
from rowcall import errors
from rowcall.manifest.library import shipped

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = [
    path
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    # Notebooks are run in a kernel: test_notebooks.py.
    if path.exists() and path.parent.name != "notebooks" and "```" in path.read_text("utf-8")
]
FENCE = re.compile(
    r"(?:^[ ]*<!-- (?P<mark>not run|fails): *(?P<reason>[^\n]*?) *-->\n+)?"
    r"^(?P<indent>[ ]*)```(?P<kind>[^\n]*)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
SHOWN = {"text", "yaml", "json", "http"}
"""Kinds of blocks that show something and run nothing."""
COMMAND_S = 60


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of a document."""

    document: Path
    line: int
    """Of the block's first line of text, 1-based."""
    kind: str
    text: str
    fails: str = ""
    """The name of the error that it has to end in."""
    not_run: str | None = None
    """Why it is not run; None for one that is."""

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def blocks_of(document: Path, text: str | None = None) -> Iterator[Block]:
    """The blocks of a document, in order; `text` stands in for what the file holds."""
    text = document.read_text("utf-8") if text is None else text
    for found in FENCE.finditer(text):
        code = re.sub(rf"^{found['indent']}", "", found["text"], flags=re.MULTILINE)
        line = text.count("\n", 0, found.start("text")) + 1
        mark, reason = found["mark"], found["reason"]
        fails, not_run = reason if mark == "fails" else "", reason if mark == "not run" else None
        yield Block(document, line, found["kind"], code, fails, not_run)


class Reader:
    """Somebody who types a document's blocks, in an empty folder with a sandbox of each provider running."""

    def __init__(self, folder: Path, boxes: list[Any]) -> None:
        self.folder = folder
        self.boxes = boxes
        self.namespace: dict[str, Any] = {"__name__": "__main__"}
        self.session: Any = None
        self.kernel: Kernel | None = None
        self.run: dict[str, Callable[[Block], None]] = {
            "python": self.run_python,
            "sql": self.run_sql,
            "console": self.run_console,
            "sh": self.run_sh,
            "ipython3": self.run_cell,
            "toml": self.run_config,
            "yaml manifest": self.run_manifest,
        }

    def run_python(self, block: Block) -> None:
        """Execute a block in the document's namespace; what it prints is not compared."""
        code = compile("\n" * (block.line - 1) + block.text, str(block.document), "exec", dont_inherit=True)
        with contextlib.redirect_stdout(io.StringIO()):
            exec(code, self.namespace)

    def run_sql(self, block: Block) -> None:
        """Run each statement of a block in the document's session, as `rowcall query --sandbox` does, and fetch its rows."""
        from rowcall.front.opening import add_tables
        from rowcall.sql.statements import split

        if self.session is None:
            self.session = rowcall.connect()
            for box in self.boxes:
                add_tables(self.session.connection, box.tables)
        for statement in split(block.text):
            self.session.sql(statement.text).fetchall()

    def run_console(self, block: Block) -> None:
        """Run each command of a block and compare what it prints with what the document shows."""
        for command, shown in commands_of(block):
            ended = self.ended(command)
            assert shows(shown, ended.stdout), f"{block}: {command}\nshown:\n{shown}\nprinted:\n{ended.stdout}"
            if not shown.strip(". \n"):
                assert ended.returncode == 0, f"{block}: {command} ended with {ended.returncode}:\n{ended.stdout}"

    def ended(self, command: str) -> subprocess.CompletedProcess[str]:
        """What a command, typed in the folder, has printed, and how it ended."""
        return subprocess.run(
            ["sh", "-c", command],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=COMMAND_S,
            text=True,
            check=False,
        )

    def run_sh(self, block: Block) -> None:
        """Run the commands of a block in one shell, each of which has to succeed."""
        ended = self.ended(f"set -eu\n{block.text}")
        assert ended.returncode == 0, f"{block}:\n{ended.stdout}"

    def run_cell(self, block: Block) -> None:
        """Run a block as a cell of the document's notebook; it may not fail."""
        self.kernel = self.kernel or Kernel(self.folder)
        answer = self.kernel(block.text)
        assert not answer.error, f"{block}: {answer.error}"

    def run_config(self, block: Block) -> None:
        """Have `rowcall config check` read a block as the config file."""
        file = self.folder / "config.toml"
        file.write_text(block.text, encoding="utf-8")
        file.chmod(0o600)
        ended = self.ended(f"ROWCALL_CONFIG='{file}' rowcall config check")
        assert ended.returncode == 0, f"{block}:\n{ended.stdout}"

    def run_manifest(self, block: Block) -> None:
        """Check a block as the file of a provider's folder that its first key says it is."""
        from rowcall.manifest.read import check

        service = re.search(r"^service: *(\w+)", block.text, re.MULTILINE)
        file = self.folder / "provider" / (f"{service[1]}.yaml" if service else "provider.yaml")
        file.parent.mkdir(exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
        assert [str(fault) for fault in check(file)] == [], str(block)


def commands_of(block: Block) -> list[tuple[str, str]]:
    """Each command of a console block, with its continuation lines, and the lines shown below it."""
    commands = []
    for piece in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        lines = piece.splitlines()
        end = 1
        while end < len(lines) and _goes_on("\n".join(lines[:end])):
            end += 1
        commands.append(("\n".join(lines[:end]), "\n".join(lines[end:])))
    assert commands, f"{block}: a console block has lines that start with '$ '"
    assert [command for command, _ in commands if "rowcall" not in command] == [], f"{block}: only rowcall is run; mark the block `not run`"
    return commands


def _goes_on(command: str) -> bool:
    """Whether a shell would ask for another line: after a backslash, or within quotes."""
    unescaped = re.sub(r"\\.", "", command)
    outside = re.sub(r"'[^']*'|\"[^\"]*\"", "", unescaped)
    return command.endswith("\\") or "'" in outside or '"' in outside


def shows(shown: str, printed: str) -> bool:
    """Whether `printed` is what `shown` shows: a line `...` stands for any lines, `…` within a line for anything."""
    if not shown.strip():
        return True
    pattern = ""
    for line in shown.strip("\n").splitlines():
        any_text = ".*".join(re.escape(part) for part in line.rstrip().split("…"))
        pattern += r"(?:[^\n]*\n)*?" if line.strip() == "..." else rf"{any_text} *\n"
    return re.fullmatch(pattern, printed.strip("\n") + "\n") is not None


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """A reader in an empty folder, whose environment points at sandboxes and whose PATH has `rowcall`."""
    command = tmp_path / "bin" / "rowcall"
    command.parent.mkdir()
    start = "import sys; sys.argv[0] = 'rowcall'; from rowcall.shell.main import main; sys.exit(main())"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{start}" "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", f"{command.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # which few readers have, and which changes the order of what is printed
    monkeypatch.setenv("NO_COLOR", "1")
    with contextlib.ExitStack() as stack:
        boxes = [stack.enter_context(rowcall.Sandbox(name)) for name in shipped()]
        for box in boxes:
            monkeypatch.setenv(box.provider.base_url_env[0], box.base_url)
            for auth in (box.provider.auth, *(service.auth for service in box.provider.services.values() if service.auth)):
                (scheme, *_) = auth.values()
                monkeypatch.setenv(scheme.env[0], box.api_key)
        reader = Reader(folder, boxes)
        yield reader
        if reader.session is not None:
            reader.session.close()
        if reader.kernel is not None:
            reader.kernel.stop()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.relative_to(ROOT).as_posix())
def test_the_blocks_of_a_document_do_what_it_says(document: Path, reader: Reader) -> None:
    """A reader who types the blocks of a document from top to bottom sees what the document says."""
    for block in blocks_of(document):
        if block.not_run is not None or block.kind in SHOWN:
            continue
        if not block.fails:
            reader.run[block.kind](block)
            continue
        with pytest.raises(getattr(errors, block.fails)):
            reader.run[block.kind](block)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.relative_to(ROOT).as_posix())
def test_every_block_says_what_it_is(document: Path) -> None:
    """Each block names a known kind, and one that is not run says why in a few words."""
    known = SHOWN | {"python", "sql", "console", "sh", "ipython3", "toml", "yaml manifest"}
    blocks = list(blocks_of(document))

    assert [f"{block}: {block.kind!r}" for block in blocks if block.kind not in known] == []
    assert [str(block) for block in blocks if block.not_run is not None and len(block.not_run.split()) < 3] == []
    assert len(blocks) * 2 == len(re.findall(r"^ *```", document.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize(
    ("shown", "printed", "expected"),
    [
        pytest.param("a\nb", "a\nb\n", True, id="alike"),
        pytest.param("a\nb", "a\nc\n", False, id="another line"),
        pytest.param("a", "a\nb\n", False, id="a line more"),
        pytest.param("a\n...\nd", "a\nb\nc\nd\n", True, id="lines left out"),
        pytest.param("a\n...\nd", "a\nb\nc\n", False, id="what follows is missing"),
        pytest.param("took … ms", "took 12 ms\n", True, id="anything within a line"),
        pytest.param("took … ms", "took 12 s\n", False, id="the rest of the line differs"),
        pytest.param("", "anything\n", True, id="nothing shown"),
    ],
)
def test_printed_text_is_compared_with_what_is_shown(shown: str, printed: str, *, expected: bool) -> None:
    """What is shown has to be printed line by line, with the two ellipses as the only freedom."""
    assert shows(shown, printed) is expected


def test_blocks_are_found_with_their_marks() -> None:
    """Kind, first line, and the comment right above belong to a block; a comment further up does not."""
    text = (
        "<!-- not run: it is far away -->\n\nwords\n\n<!-- not run: needs a key of yours -->\n"
        "```sql\nSELECT 1;\n```\n\n  ```python\n  1\n  ```\n"
    )

    first, second = blocks_of(ROOT / "README.md", text)

    assert (first.kind, first.line, first.text, first.not_run) == ("sql", 7, "SELECT 1;\n", "needs a key of yours")
    assert (second.kind, second.line, second.text, second.not_run) == ("python", 11, "1\n", None)


def test_a_command_goes_on_within_quotes_and_after_a_backslash() -> None:
    """The lines of one command stay together, and what follows them is what it prints."""
    block = Block(ROOT / "README.md", 1, "console", "$ rowcall query 'SELECT 1,\n  2'\n1 2\n$ rowcall query \\\n  x\n")

    assert commands_of(block) == [("rowcall query 'SELECT 1,\n  2'", "1 2"), ("rowcall query \\\n  x", "")]
