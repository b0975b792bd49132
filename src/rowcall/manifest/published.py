"""What a provider's `published.yaml` says: where its manifest differs on purpose from the document that its makers publish, and why.

It is for the comparison of the two (`rowcall provider check --against`). No statement needs it.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from rowcall.errors import Fault, ManifestError
from rowcall.manifest.model import _
from rowcall.manifest.read import PUBLISHED_FILE, in_order, opened


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    operations: tuple[str, ...] = _(
        "Operations that no method is for, as `GET /videos/{video_id}`; `/videos` is all of that path, and `*` stands for any text."
    )
    reason: str = _("Why, ending in a period.")
    undocumented: bool = _("Whether the document has none of them, as where only the makers' own client does.", default=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Differs:
    at: tuple[str, ...] = _(
        "What differs, as the comparison names it: `lending.loans.columns.due_at`, or with what about it: "
        "`lending.loans.columns.due_at nullable`; `*` stands for any text."
    )
    reason: str = _("Why the manifest is right, ending in a period.")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    document: str = _("Where the document is published.")
    left_out: tuple[LeftOut, ...] = _("What of the document is not in the manifest.", ())
    differs: tuple[Differs, ...] = _("What the manifest says otherwise, or in addition.", ())


def read_published(folder: Path) -> Published | None:
    """What the file of a provider's folder says; None where there is none. Raises ManifestError with all its faults."""
    file = folder / PUBLISHED_FILE
    if not file.is_file():
        return None
    published, faults = _read(file)
    if faults:
        raise ManifestError(faults)
    return published


def published_faults(file: Path) -> tuple[Fault, ...]:
    """What is wrong with such a file; nothing where it is not there."""
    return _read(file)[1] if file.is_file() else ()


def _read(file: Path) -> tuple[Published, tuple[Fault, ...]]:
    document = opened(file)
    published = document.read(Published, without={})
    for key in ("left_out", "differs"):
        for index, each in enumerate(getattr(published, key)):
            if document.sound(f"{key}[{index}].reason") and not each.reason.endswith("."):
                document.fault(f"{key}[{index}].reason", "a reason ends in a period")
    return published, in_order(document)
