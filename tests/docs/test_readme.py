"""The README, beside what it is about."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
OF_THE_PROJECT = {"test", "docs", "dev"}


def test_the_readme_says_what_every_extra_is_for() -> None:
    """Each extra that a user may install stands in its table, and no other."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    rows = (ROOT / "README.md").read_text("utf-8").partition("| Extra |")[2].partition("\n\n")[0]

    named = {name for row in rows.splitlines()[2:] for name in re.findall(r"`(\w+)`", row.split("|")[1])}
    assert named == set(extras) - OF_THE_PROJECT
