"""`published.yaml`: where a manifest differs on purpose from what its makers publish."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rowcall.errors import ManifestError
from rowcall.manifest.published import Differs, LeftOut, Published, read_published
from rowcall.manifest.read import check, load_provider

LIBRARY = Path(__file__).parent.parent / "sandbox" / "library"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A provider's folder."""
    return Path(shutil.copytree(LIBRARY, tmp_path / "library"))


def test_it_is_read(folder: Path) -> None:
    """Operations and differences, each with its reason; a folder need not have one."""
    assert read_published(folder) is None
    (folder / "published.yaml").write_text(
        "document: https://example.com\nleft_out: [{operations: [GET /a, /b*], reason: No rows.}, {operations: [/c], reason: New., undocumented: true}]\n"
        "differs: [{at: [a.b], reason: Seen.}]\n"
    )

    assert read_published(folder) == Published(
        document="https://example.com",
        left_out=(LeftOut(operations=("GET /a", "/b*"), reason="No rows."), LeftOut(operations=("/c",), reason="New.", undocumented=True)),
        differs=(Differs(at=("a.b",), reason="Seen."),),
    )


def test_it_is_no_service(folder: Path) -> None:
    """The provider is what it is without it."""
    before = load_provider(folder)
    (folder / "published.yaml").write_text("document: https://example.com\n")

    assert load_provider(folder) == before
    assert check(folder) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("document: x\nleft_out:\n  - operations: [a]\n", "3:5: missing key `reason` (left_out[0].reason)"),
        ("document: x\nleft_out:\n  - operations: [a]\n    reason: No\n", "4:13: a reason ends in a period (left_out[0].reason)"),
        ("document: x\ndiffer: []\n", "2:1: unknown key `differ`; did you mean `differs`? (differ)"),
        ("", "1:1: the file is empty"),
        ("a: [", "2:1: this is not YAML: did not find expected node content"),
    ],
)
def test_its_faults_have_places(text: str, expected: str, folder: Path) -> None:
    """With the folder, alone, and where it is used."""
    file = folder / "published.yaml"
    file.write_text(text)

    assert expected in [str(fault).removeprefix(f"{file}:") for fault in check(folder)]
    assert check(file) == check(folder)
    with pytest.raises(ManifestError):
        read_published(folder)


def test_bytes_that_are_no_text_are_a_fault(folder: Path) -> None:
    """As with the other files of a folder."""
    (folder / "published.yaml").write_bytes(b"document: \xff\n")

    assert [fault.message for fault in check(folder)] == ["the file is not UTF-8 text (invalid start byte at byte 10)"]
