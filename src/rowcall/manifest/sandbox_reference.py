"""The keys of the sandbox language for `docs/sandbox.md`, made from the records that check them.

`python -m rowcall.manifest.sandbox_reference` writes them into the page, between two marks; the prose around them is written by hand.
"""

from __future__ import annotations

from pathlib import Path

from rowcall.manifest.reference import sections
from rowcall.manifest.sandbox import Sandbox
from rowcall.manifest.template import DIRECTIVES

START, END = (
    "<!-- Made by `python -m rowcall.manifest.sandbox_reference`; change it in src/rowcall/manifest/sandbox.py. -->",
    "<!-- end -->",
)
PAGE = "docs/sandbox.md"


def keys() -> str:
    """The Markdown between the marks: the directives of templates, and a table of keys for each record."""
    rows = "\n".join(f"| `{name}` | {meaning} |" for name, meaning in DIRECTIVES.items())
    return "\n".join([f"| directive | makes |\n|---|---|\n{rows}\n", *sections(Sandbox, level="###")])


def current(page: str) -> str:
    """The page with what is between the marks made anew."""
    before, _, rest = page.partition(START)
    return f"{before}{START}\n\n{keys()}\n{END}{rest.partition(END)[2]}"


def write(root: Path) -> Path:
    """The page of the checkout at `root`, written."""
    page = root / PAGE
    page.write_text(current(page.read_text("utf-8")), encoding="utf-8")
    return page


if __name__ == "__main__":
    print(write(Path(__file__).resolve().parents[3]))  # noqa: T201 - a command says what it did
