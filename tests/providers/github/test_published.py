"""The GitHub manifest against the published document, where it is at hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from rowcall.manifest.library import shipped
from rowcall.manifest.published import read_published
from rowcall.manifest.read import load_provider
from rowcall.openapi.against import compare
from rowcall.openapi.document import Document

SHARED = Path(os.environ.get("ROWCALL_SHARED") or Path(__file__).parents[4] / "shared") / "github"
DOCUMENT = Path(os.environ.get("ROWCALL_GITHUB_OPENAPI") or SHARED / "api.github.com.json")


def test_it_says_what_the_published_document_says() -> None:
    """Every operation has its method or a reason why not, and all that is said otherwise has a reason."""
    if not DOCUMENT.is_file():
        pytest.skip("the published document is not at hand")
    folder = shipped()["github"]

    found = compare(load_provider(folder), Document(DOCUMENT), read_published(folder))

    assert [(each.at, each.about, each.manifest, each.document, each.place) for each in found.drift] == []
    assert found.operations > 1000
    assert found.covered > 60
