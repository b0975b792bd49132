"""Where the shipped manifests are found."""

from __future__ import annotations

from rowcall.manifest.library import sandbox_file, shipped
from rowcall.manifest.read import PROVIDER_FILE


def test_every_shipped_folder_holds_a_provider_file() -> None:
    """The names are those of folders with a provider file."""
    found = shipped()

    assert "openai" in found
    assert [name for name, folder in found.items() if folder.name != name or not (folder / PROVIDER_FILE).is_file()] == []


def test_a_provider_that_is_not_shipped_has_no_sandbox() -> None:
    """An unknown name gives None rather than an error."""
    assert sandbox_file("nobody") is None
