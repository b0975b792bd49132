"""The site that is built of the documents."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    """Every link and anchor holds, and a browser that reads the site asks no other host for scripts, styles, fonts or pictures."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path)]

    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (built.returncode, built.stderr) == (0, "")
    pages = "".join(page.read_text("utf-8") for page in tmp_path.rglob("*.html"))
    styles = "".join(style.read_text("utf-8") for style in tmp_path.rglob("*.css"))
    assert re.findall(r"<(?:script|img|iframe)[^>]*\ssrc=\"(?:https?:)?//[^\"]*|<link[^>]*\shref=\"(?:https?:)?//[^\"]*", pages) == []
    assert re.findall(r"url\(['\"]?(?:https?:)?//[^)]*|@import", styles) == []
