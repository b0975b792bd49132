"""The links of every Markdown file in the repository, those too that are no part of the site."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from markdown.extensions.toc import slugify

ROOT = Path(__file__).parent.parent.parent
FOLDERS = ("docs", "src", "benchmarks")
FILES = sorted({*ROOT.glob("*.md"), *(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.md"))})
LINK = re.compile(r"\[[^\]\[]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")


def _anchors(file: Path) -> set[str]:
    """The anchors that the headings of a file have, on the site and where repositories are shown."""
    text = FENCED.sub("", file.read_text("utf-8"))
    titles = [re.sub(r"`|\[([^\]]*)\]\([^)]*\)", r"\1", title) for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)]
    return {slugify(title, "-") for title in titles}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_and_a_heading(file: Path) -> None:
    """Relative to the file that it stands in; other hosts are not asked."""
    text = CODE.sub("", FENCED.sub("", file.read_text("utf-8")))
    links = [link for link in LINK.findall(text) if not re.match(r"https?:|mailto:", link)]
    wrong = []
    for link in links:
        target, _, anchor = link.partition("#")
        place = (file.parent / target).resolve() if target else file
        if not place.exists() or (anchor and place.suffix == ".md" and anchor not in _anchors(place)):
            wrong.append(link)

    assert wrong == []


def test_links_to_other_hosts_are_encrypted_and_have_a_host() -> None:
    """What cannot be asked here is at least well formed."""
    links = [link for file in FILES for link in LINK.findall(FENCED.sub("", file.read_text("utf-8"))) if re.match(r"\w+:", link)]

    assert [link for link in links if not re.match(r"https://[a-z0-9.-]+\.[a-z]+(/|$)", link)] == []
