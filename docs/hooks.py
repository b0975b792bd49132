"""Pages of the site that live elsewhere in the repository: a line `<!-- include: README.md -->` becomes that file.

A block marked `yaml manifest`, which the tests load as a manifest, is plain YAML to the site. A bar in code within a table needs a
backslash where repositories are shown; here it would stay.

Links in an included file are relative to the repository's root; here they are made relative to `docs/`. A link to a file that is not
part of the site keeps its text and loses its target.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

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
PAGES = {"README.md": "index.md", "CHANGELOG.md": "changelog.md"}


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page's text with its includes in place."""
    del page, config, files
    whole = INCLUDE.sub(lambda match: relinked((ROOT / match[1]).read_text(encoding="utf-8")), markdown)
    whole = ROW.sub(lambda row: CODE.sub(lambda code: code[0].replace("\\|", "|"), row[0]), whole)
    return MANIFEST.sub("```yaml", whole)


def relinked(text: str) -> str:
    """`text` of the repository's root with links that hold within the site."""

    def link(match: re.Match[str]) -> str:
        label, target, anchor = match[1], match[2], match[3] or ""
        if target.startswith("docs/"):
            return f"[{label}]({target.removeprefix('docs/')}{anchor})"
        return f"[{label}]({PAGES[target]}{anchor})" if target in PAGES else label

    return LINK.sub(link, text)
