"""Where the shipped manifests are found."""

from __future__ import annotations

from rowcall.manifest.library import shipped
from rowcall.manifest.read import PROVIDER_FILE


def test_every_shipped_folder_holds_a_provider_file() -> None:
    """The names are those of folders with a provider file."""
    found = shipped()

    assert "openai" in found
    assert [name for name, folder in found.items() if folder.name != name or not (folder / PROVIDER_FILE).is_file()] == []
