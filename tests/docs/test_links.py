"""The links of every Markdown file in the repository, those too that are no part of the site."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from markdown.extensions.toc import slugify

ROOT = Path(__file__).parent.parent.parent
FOLDERS = ("docs", "src", "benchmarks")
FILES = sorted({*ROOT.glob("*.md"), *(file for folder in FOLDERS for file in (ROOT / folder).rglob("*.md"))})
LINK = re.compile(r"\[[^\]\[]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")
ELSEWHERE = sorted(
    {
        link
        for file in FILES
        for link in re.findall(r"\]\((\w+:[^)\s]+)\)|<(https?:[^>\s]+)>", FENCED.sub("", file.read_text("utf-8")))
        for link in link
        if link
    }
)
"""The links to other hosts."""
GUARDED = {401, 403, 429}
"""What hosts answer that want no robots: there is something."""


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
    """What is not asked, as there may be no way to it, is at least well formed."""
    assert [link for link in ELSEWHERE if not re.match(r"https://[a-z0-9.-]+\.[a-z]+(/|$)", link)] == []


@pytest.mark.network
@pytest.mark.parametrize("link", ELSEWHERE)
def test_a_link_to_another_host_leads_somewhere(link: str) -> None:
    """`make links` asks each host, through a browser's eyes; whether a heading is there is not looked at."""
    answer = httpx.get(link, follow_redirects=True, timeout=30, headers={"User-Agent": "Mozilla/5.0"})

    assert answer.is_success or answer.status_code in GUARDED, f"{answer.status_code} {answer.reason_phrase}"
