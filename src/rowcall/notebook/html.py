"""HTML of what a cell shows, for any theme, without a script: what folds is `<details>`.

All text goes through `escaped`: what an API answers is no markup here.
"""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Sequence

from rowcall.front.table import visible

_INLINE = 40
"""How long a nested value may be that is not folded."""
_LONG = 200
"""How long a text may be that is not folded."""
_MOST = 20_000
"""How many characters of one value are shown; that there are more is said."""

# Greys that are half transparent stand on white as on black; all else is the notebook's own.
_STYLE = """<style>
div.rowcall{overflow-x:auto;font-size:13px}
div.rowcall table{border-collapse:collapse;margin:0;color:inherit;background:none}
div.rowcall th,div.rowcall td{text-align:left;vertical-align:top;padding:3px 8px;color:inherit;background:none}
div.rowcall th,div.rowcall td{border:1px solid rgba(128,128,128,.35)}
div.rowcall th{border-bottom-width:2px;white-space:nowrap}
div.rowcall td.number{text-align:right;font-variant-numeric:tabular-nums}
div.rowcall small{display:block;font-weight:normal;opacity:.65}
div.rowcall .null{opacity:.5;font-style:italic}
div.rowcall pre{margin:2px 0;white-space:pre-wrap;overflow-wrap:anywhere;color:inherit;background:none}
div.rowcall summary{cursor:pointer}
div.rowcall .says{opacity:.75;margin:4px 0}
div.rowcall .warns{border:1px solid rgba(200,130,0,.7);border-left-width:4px;padding:3px 8px;margin:4px 0;white-space:pre-wrap}
div.rowcall ul li{list-style:none!important;margin:0;overflow-wrap:anywhere}
div.rowcall ul{list-style:none;margin:0;padding-left:1.2em;border-left:1px solid rgba(128,128,128,.35)}
div.rowcall dl{display:grid;grid-template-columns:max-content 1fr;gap:1px 10px;margin:2px 0 4px 1.2em}
div.rowcall dl dt{opacity:.65;font-weight:normal;margin:0}
div.rowcall dl dd{margin:0;overflow-wrap:anywhere}
</style>"""


def escaped(text: str) -> str:
    """`text` as HTML shows it, what cannot be seen written out; line ends stay."""
    return html.escape("\n".join(visible(line) for line in text.split("\n")))


def page(*parts: str) -> str:
    """The whole of an output."""
    return f'{_STYLE}<div class="rowcall">{"".join(parts)}</div>'


def says(text: str) -> str:
    """A line beneath."""
    return f'<div class="says">{escaped(text)}</div>'


def warns(messages: Iterable[str]) -> str:
    """A box for each warning."""
    return "".join(f'<div class="warns">warning: {escaped(message)}</div>' for message in messages)


def folded(summary: str, inside: str, *, is_open: bool = False) -> str:
    """HTML that folds away, below a line of HTML that does not."""
    return f"<details{' open' if is_open else ''}><summary>{summary}</summary>{inside}</details>"


def text_block(text: str) -> str:
    """Text as it stands, in a font of one width."""
    return f"<pre>{escaped(text)}</pre>"


def value(text: str | None, *, nested: bool = False, is_open: bool = False) -> str:
    """One value as it is shown in a cell, None for NULL; `nested` says that the text is JSON. Where it folds, it is at first `is_open`."""
    if text is None:
        return '<span class="null">NULL</span>'
    if len(text) <= (_INLINE if nested else _LONG):
        return escaped(text)
    return folded(f"{escaped(text[:_INLINE])}…", text_block(_cut(_indented(text) if nested else text)), is_open=is_open)


def _indented(text: str) -> str:
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text


def _cut(text: str) -> str:
    return text if len(text) <= _MOST else f"{text[:_MOST]}\n… and {len(text) - _MOST:,} characters more"


def table(heads: Sequence[str], rows: Iterable[Sequence[tuple[str, bool]]]) -> str:
    """A table of HTML cells, each with whether it is a number."""
    head = "".join(f"<th>{one}</th>" for one in heads)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell(cell: tuple[str, bool]) -> str:
    inside, is_number = cell
    return f'<td class="number">{inside}</td>' if is_number else f"<td>{inside}</td>"


def head(name: str, type_: str) -> str:
    """The name of a column with its type under it; a long type is cut, and whole where one points at it."""
    shown = type_ if len(type_) <= _INLINE else f"{type_[: _INLINE - 1]}…"
    return f'{escaped(name)}<small title="{escaped(type_)}">{escaped(shown)}</small>'
