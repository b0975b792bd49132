"""Where the shipped manifests are: beside the code in a wheel, at the root of a source checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent
_PLACES = (_PACKAGE / "provider", _PACKAGE.parent.parent / "provider")


def shipped() -> dict[str, Path]:
    """Provider names, sorted, and the folders of their manifests; a folder counts when it holds a `provider.yaml`."""
    for place in _PLACES:
        folders = {folder.parent.name: folder.parent for folder in sorted(place.glob("*/provider.yaml"))}
        if folders:
            return folders
    return {}


def added_folder() -> Path:
    """Where the providers are that the user has added, each in a folder of its name; it need not be there."""
    import platformdirs

    return Path(platformdirs.user_data_dir("rowcall")) / "providers"


def added() -> dict[str, Path]:
    """Their names, sorted, and their folders."""
    try:
        return {folder.name: folder for folder in sorted(added_folder().iterdir()) if folder.is_dir() and not folder.name.startswith(".")}
    except OSError:
        return {}
