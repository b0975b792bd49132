"""The SQL reference, made of the grammar that the parser is held against.

`python -m rowcall.sql.reference` writes `docs/sql-reference.md`, and into `docs/sql.md` each form beside the prose about it.
"""

from __future__ import annotations

import re
from pathlib import Path

from rowcall.sql.grammar import PARTS, RULES, STATEMENTS, TERMS, Rule
from rowcall.sql.own import FUNCTIONS

PAGE, PROSE = "docs/sql-reference.md", "docs/sql.md"
_OPENING = """\
<!-- Made by `python -m rowcall.sql.reference` from src/rowcall/sql/grammar.py; change it there. -->

# SQL reference

The statements that are rowcall's own, or that mean something of their own on a resource. What they do is told on the page [SQL](sql.md),
what is promised of those that change something on the page [Writes](writes.md). Every other statement is DuckDB's, and resources are
tables in it.

The parser is tested against these forms in both directions: it reads each sentence that they give, and what it reads is one that they
give. How they are read:

| In a form | Means |
|---|---|
| `CAPITALS` | a word as it stands, in capitals or not |
| `small letters` | another form of this page, or something of [yours](#what-stands-for-something-of-yours) |
| `[ … ]` | may be left out |
| `{ … \\| … }` | one of these |
| `x [, …]` | one or several, with commas between |
| several lines | one of them |
"""
_FUNCTIONS = """\
 stand where a table can, and take no arguments:
the [writes there were](writes.md#the-journal), and [what was sent and warned of](sql.md#what-was-sent).
"""
_WIDTH = 90
_MARKED = re.compile(r"(<!-- form: (\w+(?: \w+)*) -->\n).*?(<!-- end -->)", re.DOTALL)


def reference() -> str:
    """The Markdown of the page."""
    statements = [f"## {name.upper()}\n\n{_section(rule)}" for name, rule in STATEMENTS.items()]
    parts = "\n".join(f"| `{name}` | `{_cell(rule.form)}` | {rule.says} |" for name, rule in PARTS.items())
    terms = "\n".join(f"| `{name}` | {meaning} |" for name, meaning in TERMS.items())
    *functions, last = [f"`{name}()`" for name in sorted(FUNCTIONS)]
    return "\n".join(
        [
            _OPENING,
            *statements,
            f"## What several statements have\n\n| In a form | Is | |\n|---|---|---|\n{parts}\n",
            f"## What stands for something of yours\n\n| In a form | Is |\n|---|---|\n{terms}\n",
            f"## Tables of the session\n\n{', '.join(functions)} and {last}{_FUNCTIONS}",
        ]
    )


def _section(rule: Rule) -> str:
    example = f"\n```sql\n{rule.example}\n```\n" if rule.example else ""
    return f"{rule.says} [More]({rule.more})\n\n{_text(rule)}{example}"


def _text(*rules: Rule) -> str:
    lines = "\n".join(laid_out(line) for rule in rules for line in rule.form.splitlines())
    return f"```text\n{lines}\n```\n"


def _cell(text: str) -> str:
    """A form within a table of Markdown, where a bar ends a cell."""
    return text.replace("|", "\\|")


def laid_out(line: str) -> str:
    """One line of a form as lines that are not too wide, broken where no bracket is open."""
    lines = [""]
    for piece in _pieces(line):
        if lines[-1] and len(lines[-1]) + len(piece) >= _WIDTH:
            lines.append("   ")
        lines[-1] += f" {piece}" if lines[-1] else piece
    return "\n".join(lines)


def _pieces(line: str) -> list[str]:
    """What may be parted: at blanks outside brackets, but not before what says that more may follow."""
    pieces: list[str] = []
    depth = 0
    for word in line.split(" "):
        if depth or word == "[,":
            pieces[-1] += f" {word}"
        else:
            pieces.append(word)
        depth += sum(word.count(mark) for mark in "[{") - sum(word.count(mark) for mark in "]}")
    return pieces


def current(prose: str) -> str:
    """The page SQL with its forms made anew, each between its marks."""
    return _MARKED.sub(lambda mark: mark[1] + _text(*(RULES[name] for name in mark[2].split())) + mark[3], prose)


def write(root: Path) -> tuple[Path, ...]:
    """The pages of the checkout at `root`, written."""
    prose = root / PROSE
    files = {root / PAGE: reference(), prose: current(prose.read_text("utf-8"))}
    for file, text in files.items():
        file.write_text(text, encoding="utf-8")
    return tuple(files)


if __name__ == "__main__":
    for written in write(Path(__file__).resolve().parents[3]):
        print(written)  # noqa: T201 - a command says what it did
