"""The pages that are made of the grammar."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.sql.test_grammar import READ_AS

from rowcall.sql.bind import Names
from rowcall.sql.grammar import PARTS, STATEMENTS, TERMS
from rowcall.sql.nodes import Explain
from rowcall.sql.parse import parse
from rowcall.sql.reference import PAGE, PROSE, current, laid_out, reference, write
from rowcall.sql.statements import split

ROOT = Path(__file__).parents[2]


def test_the_pages_in_the_repository_are_current() -> None:
    """`python -m rowcall.sql.reference` would change nothing."""
    prose = (ROOT / PROSE).read_text("utf-8")

    assert (ROOT / PAGE).read_text("utf-8") == reference()
    assert current(prose) == prose


def test_the_pages_are_written_below_a_root(tmp_path: Path) -> None:
    """A form that is out of date is replaced, and what stands around it stays."""
    (tmp_path / "docs").mkdir()
    (tmp_path / PROSE).write_text("before\n<!-- form: apply -->\nold\n<!-- end -->\nafter\n", encoding="utf-8")

    written = write(tmp_path)

    assert written == (tmp_path / PAGE, tmp_path / PROSE)
    assert (tmp_path / PROSE).read_text(
        "utf-8"
    ) == "before\n<!-- form: apply -->\n```text\nAPPLY 'file' [AGAIN] [AS alias] [returning] [wait]\n```\n<!-- end -->\nafter\n"


def test_every_form_part_and_term_is_on_the_page() -> None:
    """A reader finds each word of a form explained."""
    page = reference()

    assert [name for name in STATEMENTS if f"\n## {name.upper()}\n" not in page] == []
    assert [name for name in (*PARTS, *TERMS) if f"\n| `{name}` | " not in page] == []


@pytest.mark.parametrize("name", [name for name, rule in STATEMENTS.items() if rule.example])
def test_an_example_is_of_its_statement(name: str, names: Names) -> None:
    """Itself, or what is explained where the ids in it are made up."""
    (statement,) = split(STATEMENTS[name].example)
    found = parse(statement, names)

    assert type(found) is READ_AS[name] or (isinstance(found, Explain) and type(found.inner) is READ_AS[name])


def test_a_long_form_is_broken_where_no_bracket_is_open() -> None:
    """And not between a thing and what says that more of it may follow."""
    line = f"UPDATE {'x' * 70} SET b [, …] [{'y' * 80} | c] d"

    assert laid_out(line) == f"UPDATE {'x' * 70} SET b [, …]\n    [{'y' * 80} | c]\n    d"
