"""The site that is built of the documents, and what a browser makes of it."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
BROWSER = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
QUIET = (
    "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update --disable-sync".split()
)
"""What keeps a browser from opening a window and from asking its makers anything."""


def _build(folder: Path, into: Path) -> subprocess.CompletedProcess[str]:
    """What building the site of a checkout ended with. Not `--quiet`, under which nothing counts as a warning."""
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(into)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site."""
    into = tmp_path_factory.mktemp("site")
    built = _build(ROOT, into)
    assert (built.returncode, [line for line in built.stderr.splitlines() if not line.startswith("INFO")]) == (0, [])
    return into


def test_the_site_builds_without_a_warning_and_loads_nothing_from_elsewhere(site: Path) -> None:
    """Every link and anchor holds, and a browser that reads the site asks no other host for scripts, styles, fonts or pictures."""
    pages = "".join(page.read_text("utf-8") for page in site.rglob("*.html"))
    styles = "".join(style.read_text("utf-8") for style in site.rglob("*.css"))

    assert re.findall(r"<(?:script|img|iframe)[^>]*\ssrc=\"(?:https?:)?//[^\"]*|<link[^>]*\shref=\"(?:https?:)?//[^\"]*", pages) == []
    assert re.findall(r"url\(['\"]?(?:https?:)?//[^)]*|@import", styles) == []


@pytest.mark.parametrize("wrong", ["[a](no-such-page.md)", "[a](sql.md#no-such-heading)", "[a](#no-such-heading)"])
def test_a_link_that_leads_nowhere_fails_the_build(wrong: str, tmp_path: Path) -> None:
    """To a page, to a heading of another page, and to one of the same."""
    for name in ("docs", "mkdocs.yml", "README.md", "CHANGELOG.md"):
        source = ROOT / name
        _ = shutil.copytree(source, tmp_path / name) if source.is_dir() else shutil.copy(source, tmp_path / name)
    page = tmp_path / "docs" / "tutorial.md"
    page.write_text(page.read_text("utf-8") + f"\n{wrong}\n", encoding="utf-8")

    built = _build(tmp_path, tmp_path / "site")

    assert built.returncode == 1
    assert re.search(r"^WARNING.*no-such", built.stderr, re.MULTILINE)


def test_every_document_is_a_page_that_the_navigation_leads_to(site: Path) -> None:
    """A reader of the first page finds each of the others at its side."""
    documents = {file.relative_to(ROOT / "docs").with_suffix(".html").as_posix() for file in (ROOT / "docs").rglob("*.md")}
    first = (site / "index.html").read_text("utf-8")

    assert documents <= {match.partition("#")[0] for match in re.findall(r'href="([^"]+)"', first)} | {"index.html"}


def test_a_bar_in_code_stands_in_a_table_as_it_is(site: Path) -> None:
    """The backslash that it has in the document is for those who read that."""
    pages = "".join(page.read_text("utf-8") for page in site.rglob("*.html"))

    assert re.findall(r"<td[^>]*><code>[^<]*\\\|[^<]*</code>", pages) == []


def test_the_statements_of_a_notebook_have_the_colours_of_sql(site: Path) -> None:
    """A cell that begins with the magic is no Python."""
    page = (site / "notebooks" / "operations.html").read_text("utf-8")

    cells = [cell for cell in page.split("<pre>") if "%%" in cell.partition("rowcall")[0]]
    assert len(cells) > 10
    assert [cell for cell in cells if '<span class="k">' not in cell.partition("</pre>")[0]] == []


@pytest.fixture
def opened(site: Path, tmp_path: Path) -> Callable[[str, str], str]:
    """A function that opens a page of the site from the file system and gives what a browser has of it after a script has run."""
    if BROWSER is None:
        pytest.skip("there is no Chromium here")

    def open_page(page: str, script: str) -> str:
        frame = tmp_path / "frame.html"
        frame.write_text(
            f'<iframe src="{(site / page).as_uri()}" onload="const page = this.contentDocument, style = this.contentWindow.getComputedStyle;'
            f' document.title = {script}"></iframe>',
            encoding="utf-8",
        )
        command = [
            BROWSER,
            *QUIET,
            "--allow-file-access-from-files",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--virtual-time-budget=5000",
            "--dump-dom",
        ]
        ended = subprocess.run([*command, frame.as_uri()], capture_output=True, text=True, timeout=60, check=True)
        return re.search(r"<title>(.*?)</title>", ended.stdout, re.DOTALL)[1]  # type: ignore[index]

    return open_page


@pytest.mark.parametrize(("page", "title"), [("index.html", "rowcall"), ("sql-reference.html", "SQL reference - rowcall")])
def test_a_browser_shows_a_page_of_the_built_site(opened: Callable[[str, str], str], page: str, title: str) -> None:
    """Opened from the file system it has its title, its styles, and the navigation at its side."""
    shown = opened(
        page, "[page.title, style(page.querySelector('.wy-nav-side')).position, page.querySelectorAll('.wy-menu a').length > 20].join('|')"
    )

    assert shown == f"{title}|fixed|true"


def test_a_browser_shows_the_answers_of_a_notebook(opened: Callable[[str, str], str]) -> None:
    """Its tables have their rows, nested values open, and its charts have a size."""
    shown = opened(
        "notebooks/operations.html",
        "[page.title, page.querySelectorAll('div.rowcall table tr').length > 50, page.querySelectorAll('div.rowcall details').length > 0,"
        " [...page.querySelectorAll('svg')].filter(chart => chart.getBoundingClientRect().width > 200).length].join('|')",
    )

    title, rows, nested, charts = shown.split("|")
    assert (title, rows, nested) == ("Operations of runs - rowcall", "true", "true")
    assert int(charts) >= 3
