"""A sandbox plays what its manifest says, of providers kept by hand and of those that were imported."""

from __future__ import annotations

from pathlib import Path

from tests.played.run import played

from rowcall.manifest.library import shipped
from rowcall.openapi.document import Document
from rowcall.openapi.folder import write_folder
from rowcall.openapi.importing import imported

SHOP = Path(__file__).parent.parent / "openapi" / "shop.yaml"
STATES = ("list_workflow_runs", "list_jobs", "rerun_workflow_run", "rerun_failed_jobs")
"""Methods of GitHub that a run may refuse as it is, and what runs of one workflow may lack."""


def test_the_sandbox_of_an_imported_document_plays_all_of_its_methods(tmp_path: Path) -> None:
    """Lists, single rows, joins, writes that stick, refusals: nothing of it was prepared."""
    folder = tmp_path / "shop"
    write_folder(folder, imported(Document(SHOP), "shop").provider)

    found = played(folder)

    assert found.said == []
    assert {check for check, asked in found.asked.items() if asked} >= {"list", "row", "insert", "update", "delete", "exec", "refusal"}


def test_the_sandbox_of_a_manifest_kept_by_hand_plays_its_methods() -> None:
    """But for what its rules refuse in the state that things are in."""
    found = played(shipped()["github"])

    assert [each for each in found.said if not each[1].endswith(STATES)] == []
    assert found.asked["list"] > 20
