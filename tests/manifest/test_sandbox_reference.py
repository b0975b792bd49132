"""The page about the sandbox and the records that it describes."""

from __future__ import annotations

from pathlib import Path

from rowcall.manifest.read import load_provider
from rowcall.manifest.sandbox import read_sandbox
from rowcall.manifest.sandbox_reference import PAGE, current
from rowcall.sandbox.faults import KINDS

ROOT = Path(__file__).parents[2]


def test_the_keys_in_the_page_are_those_of_the_records() -> None:
    """`python -m rowcall.manifest.sandbox_reference` would change nothing."""
    page = (ROOT / PAGE).read_text("utf-8")

    assert current(page) == page


def test_the_example_in_the_page_is_right() -> None:
    """The file that the page shows is one that the library could have."""
    page = (ROOT / PAGE).read_text("utf-8")
    example = page.split("```yaml\n")[1].split("```")[0]

    faults = read_sandbox("example", example, load_provider(ROOT / "tests" / "sandbox" / "library"))[1]

    assert faults == ()


def test_every_fault_is_in_the_page() -> None:
    """No kind is left out."""
    page = (ROOT / PAGE).read_text("utf-8")

    assert [kind for kind in KINDS if f"| `{kind}` |" not in page] == []
