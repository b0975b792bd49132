"""Pages of the site that live elsewhere in the repository: a line `<!-- include: README.md -->` becomes that file.

Below each cell of a page in `notebooks/` stands what it answered in the notebook that was made of the page. A cell of statements has
the colours of SQL.

A block marked `yaml manifest`, which the tests load as a manifest, is plain YAML to the site. A bar in code within a table needs a
backslash where repositories are shown; here it would stay.

Links in an included file are relative to the repository's root; here they are made relative to `docs/`. A link to a file that is not
part of the site keeps its text and loses its target.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
INCLUDE = re.compile(r"^<!-- include: (\S+) -->$", re.MULTILINE)
MANIFEST = re.compile(r"^```yaml manifest$", re.MULTILINE)
ROW = re.compile(r"^\|.*\|$", re.MULTILINE)
CODE = re.compile(r"`[^`]+`")
LINK = re.compile(r"\[([^\]\[]*)\]\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)")
CELL = re.compile(r"^```ipython3\n.*?^```$", re.MULTILINE | re.DOTALL)
STATEMENTS = re.compile(r"^```ipython3(?=\n%%rowcall)", re.MULTILINE)
STYLE = re.compile(r"<style>\ndiv\.rowcall.*?</style>", re.DOTALL)
PAGES = {"README.md": "index.md", "CHANGELOG.md": "changelog.md"}


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page's text with its includes in place."""
    del config, files
    if page.file.src_uri.startswith("notebooks/"):
        numbers = iter(range(len(markdown)))
        shown = CELL.sub(lambda match: f"{match[0]}\n\n{_mark(next(numbers))}\n", markdown)
        return f"{STATEMENTS.sub('```sql', shown)}\n\nThe [notebook]({page.file.name}.ipynb) itself, and [what it needs](../notebook.md).\n"
    whole = INCLUDE.sub(lambda match: relinked((ROOT / match[1]).read_text(encoding="utf-8")), markdown)
    whole = ROW.sub(lambda row: CODE.sub(lambda code: code[0].replace("\\|", "|"), row[0]), whole)
    return MANIFEST.sub("```yaml", whole)


def on_page_content(html: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page with the answers of its cells."""
    del config, files
    if not page.file.src_uri.startswith("notebooks/"):
        return html
    notebook = json.loads((ROOT / "docs" / "notebooks" / f"{page.file.name}.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(cells):
        html = html.replace(f"<p>{_mark(number)}</p>", f'<div class="answer">{"".join(map(_answer, cell["outputs"]))}</div>')
    style = STYLE.search(html)
    return html if style is None else style[0] + STYLE.sub("", html)


def _mark(number: int) -> str:
    """What stands in a page for the answer of a cell."""
    return f"⟦answer {number}⟧"


def _answer(output: dict[str, Any]) -> str:
    """An answer as HTML: of its forms the richest."""
    data = {kind: "".join(text) for kind, text in output.get("data", {}).items() if isinstance(text, (str, list))}
    for kind in ("image/svg+xml", "text/html"):
        if kind in data:
            return f"<div>{data[kind]}</div>"
    text = data.get("text/plain") or "".join(output.get("text", "")) or "\n".join(output.get("traceback", ()))
    return f'<pre style="white-space: pre-wrap">{html.escape(text)}</pre>'


def relinked(text: str) -> str:
    """`text` of the repository's root with links that hold within the site."""

    def link(match: re.Match[str]) -> str:
        label, target, anchor = match[1], match[2], match[3] or ""
        if target.startswith("docs/"):
            return f"[{label}]({target.removeprefix('docs/')}{anchor})"
        return f"[{label}]({PAGES[target]}{anchor})" if target in PAGES else label

    return LINK.sub(link, text)
