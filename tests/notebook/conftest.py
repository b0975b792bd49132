"""A real kernel, which cells are sent to as a notebook sends them; one for the tests of a module."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

os.environ["JUPYTER_PLATFORM_DIRS"] = "1"  # else it warns of where its folders will be one day

from jupyter_client.manager import KernelManager

PATIENCE_S = 60.0


@dataclass(slots=True)
class Answer:
    """What a cell answered."""

    html: str = ""
    text: str = ""
    printed: str = ""
    errors: str = ""
    """What it wrote to standard error."""
    error: str = ""
    """What a notebook shows of what it raised; "" where it raised nothing."""
    others: list[str] = field(default_factory=list)
    """The kinds of the messages besides."""


class Kernel:
    """A kernel with its messages."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "IPYTHONDIR": str(folder / "ipython"), "PYDEVD_DISABLE_FILE_VALIDATION": "1"}
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(cwd=str(folder), env=environment)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE_S)

    def __call__(self, *cells: str) -> Answer:
        """What the last of these cells answers; the others must not fail."""
        for cell in cells[:-1]:
            answer = self.awaited(self.sent(cell))
            assert not answer.error, answer.error
        return self.awaited(self.sent(cells[-1]))

    def sent(self, cell: str) -> str:
        """The number of a cell that runs now."""
        return str(self.client.execute(cell))

    def awaited(self, number: str) -> Answer:
        """What such a cell answers, when it is done."""
        answer, end = Answer(), time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            message = self.client.get_iopub_msg(timeout=PATIENCE_S)
            if message["parent_header"].get("msg_id") != number:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                return answer
            _take(answer, kind, content)
        raise AssertionError("the cell takes too long")

    def value(self, expression: str) -> Any:
        """The value of an expression, which has to be a literal."""
        import ast

        answer = self(f"print(repr(({expression})))")
        assert not answer.error, answer.error
        return ast.literal_eval(answer.printed)

    def stop(self) -> None:
        """Ends it."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def _take(answer: Answer, kind: str, content: dict[str, Any]) -> None:
    if kind in {"execute_result", "display_data"}:
        answer.html += content["data"].get("text/html", "")
        answer.text += content["data"].get("text/plain", "")
    elif kind == "stream" and content["name"] == "stdout":
        answer.printed += content["text"]
    elif kind == "stream":
        answer.errors += content["text"]
    elif kind == "error":
        answer.error = "\n".join(content["traceback"])
    else:
        answer.others.append(kind)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    """A kernel."""
    kernel = Kernel(tmp_path_factory.mktemp("kernel"))
    yield kernel
    kernel.stop()


START = """
%load_ext rowcall
import rowcall
box = rowcall.Sandbox(seed=0).start()
db = rowcall.connect(providers=box.providers, journal=":memory:")
db.sql("USE openai.assistants")
threads = sorted(thread for (thread,) in box.tables["sandbox_threads"][1])
def writes():
    return [f"{request.method} {request.path}" for request in box.requests if request.method != "GET"]
"""


@pytest.fixture(scope="module")
def kernel(bare: Kernel) -> Kernel:
    """A kernel with a sandbox, in which statements run."""
    bare(START)
    bare("%rowcall use db")
    return bare
