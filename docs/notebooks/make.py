"""Makes the notebooks beside it of their Markdown: what is fenced as `ipython3` is a cell, and is run in a kernel of this Python.

    python docs/notebooks/make.py [--check] [NAME...]

A notebook is written when it has other cells or answers than the one that is there; `--check` writes none, says where the first
difference is, and ends with 1. Not compared are seconds, charts, and the port that a sandbox got, which is written as 8000. A fence
below `<!-- raises -->` is of a cell that fails.
"""

from __future__ import annotations

import argparse
import difflib
import os
import re
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

os.environ["JUPYTER_PLATFORM_DIRS"] = "1"  # else it warns of where its folders will be one day

FOLDER = Path(__file__).resolve().parent
NAMES = ("operations", "warehouse", "writes")
FENCE = re.compile(r"^(<!-- raises -->\n)?```ipython3\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CELL_S = 60
SHOWN = 40
"""How many lines of a difference are shown."""
PORT = re.compile(r"127\.0\.0\.1:\d+")
SECONDS = re.compile(r"\b\d+\.\d\d s\b")
BAR = re.compile(r"\s*(\rrowcall: .*)?", re.DOTALL)


def cells_of(text: str) -> Iterator[dict[str, Any]]:
    """The cells of a page, with what nbformat wants of each."""
    done = 0
    for found in [*FENCE.finditer(text), None]:
        prose = text[done : len(text) if found is None else found.start()].strip()
        if prose:
            yield {"cell_type": "markdown", "metadata": {}, "source": prose}
        if found is not None:
            done = found.end()
            metadata = {"tags": ["raises-exception"]} if found[1] else {}
            yield {"cell_type": "code", "metadata": metadata, "source": found[2].strip(), "outputs": [], "execution_count": None}


def executed(name: str) -> Any:
    """The notebook of a page, after it was run in an empty folder."""
    import nbformat
    from nbclient import NotebookClient

    cells = [{**cell, "id": f"cell-{number}"} for number, cell in enumerate(cells_of((FOLDER / f"{name}.md").read_text("utf-8")), 1)]
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    notebook = nbformat.from_dict({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5})
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(notebook, timeout=CELL_S, kernel_name="python3", record_timing=False)
        client.execute(cwd=folder)
    notebook.metadata = nbformat.from_dict({**kernel, "language_info": {"name": "python"}})
    return _settled(notebook)


def _settled(notebook: Any) -> Any:
    """The notebook without what is of this run alone."""
    import nbformat

    for cell in notebook.cells:
        if cell.cell_type == "code":  # of the bar of a statement nothing is left to see
            cell.outputs = [output for output in cell.outputs if not (output.get("name") == "stderr" and BAR.fullmatch(output.text))]
    text = PORT.sub("127.0.0.1:8000", nbformat.writes(notebook))
    return nbformat.reads(text, as_version=4)


def compared(notebook: Any) -> list[str]:
    """The lines of what must not differ: cells, and what they answered."""
    lines: list[str] = []
    for cell in notebook.cells:
        lines += cell.source.splitlines()
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if "image/svg+xml" in data:
                lines.append("a chart")
                continue
            texts = [data[kind] for kind in ("text/html", "text/plain") if kind in data]
            texts += [output.get("text", ""), "\n".join(output.get("traceback", ()))]
            lines += SECONDS.sub("… s", "\n".join(texts)).splitlines()
    return lines


def made(name: str, *, check: bool) -> bool:
    """Whether the notebook is as it was; where it is not to be checked, it is after this."""
    import nbformat

    path = FOLDER / f"{name}.ipynb"
    notebook = executed(name)
    before = compared(nbformat.read(path, as_version=4)) if path.exists() else []
    if before == compared(notebook):
        return True
    if check:
        differs = difflib.unified_diff(before, compared(notebook), path.name, "now", lineterm="")
        sys.stderr.writelines(f"{line}\n" for line in islice(differs, SHOWN))
    else:
        nbformat.write(notebook, path)
    return not check


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(description="Make the notebooks of docs/notebooks.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(NAMES)}; all unless said")
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 where one would be")
    options = parser.parse_args()
    same = [made(name, check=options.check) for name in options.names or NAMES]
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
