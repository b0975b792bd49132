"""The reference page of the manifest language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rowcall.manifest.document import keys_of
from rowcall.manifest.model import Scalar
from rowcall.manifest.read import load_provider
from rowcall.manifest.reference import NOT_KEYS, records, reference

ROOT = Path(__file__).parent.parent.parent
PAGE = reference()


def test_the_page_in_the_repository_is_current() -> None:
    """`python -m rowcall.manifest.schema` was run after the last change of the model or the page."""
    assert (ROOT / "docs" / "manifest.md").read_text("utf-8") == PAGE


def test_the_complete_example_is_a_provider(tmp_path: Path) -> None:
    """The two files of the page load, and do what the page says of them."""
    blocks = re.findall(r"```yaml manifest\n(.*?)```", PAGE, re.DOTALL)
    for name, text in zip(("provider.yaml", "lending.yaml"), blocks, strict=True):
        (tmp_path / name).write_text(text, encoding="utf-8")

    provider = load_provider(tmp_path)

    loans = provider.services["lending"].resources["loans"]
    assert loans.methods["list_loans"].required() == ("reader_id",)
    assert loans.methods["lend"].required() == ("data__reader_id", "data__isbn")


@pytest.mark.parametrize("record", records(), ids=lambda record: record.__name__)
def test_every_key_is_on_the_page_with_its_documentation(record: type) -> None:
    """A reader finds each key of each record, and what it means."""
    rows = {(key, field.metadata["doc"]) for key, (field, _) in keys_of(record).items() if key not in NOT_KEYS}

    assert rows == {(key, doc) for key, doc in rows if re.search(rf"^\| `{key}` \|.*\| {re.escape(doc)} \|$", PAGE, re.MULTILINE)}


@pytest.mark.parametrize("scalar", Scalar)
def test_every_type_is_on_the_page(scalar: Scalar) -> None:
    """A reader finds each type name with its DuckDB type."""
    assert f"| `{scalar.value}` |" in PAGE


def test_every_link_within_the_page_leads_somewhere() -> None:
    """Each anchor is a heading."""
    headings = {heading.lower().replace(" ", "-") for heading in re.findall(r"^##+ (.+)$", PAGE, re.MULTILINE)}

    assert set(re.findall(r"\]\(#([^)]+)\)", PAGE)) <= headings
