"""Which exit code an error means, and how it is told."""

from __future__ import annotations

import duckdb
import pytest

from rowcall.errors import EngineError, ParseError, Span, UsageError
from rowcall.shell.exit import Exit, error_text, exit_code, tell


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("x"), Exit.USAGE),
        (EngineError("x"), Exit.FAILED),
        (duckdb.CatalogException("x"), Exit.FAILED),
        (KeyboardInterrupt(), Exit.INTERRUPTED),
        (BrokenPipeError(), Exit.BROKEN_PIPE),
        (ZeroDivisionError(), Exit.FAILED),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
)
def test_an_error_has_its_exit_code(error: BaseException, code: Exit) -> None:
    """Usage, failure, interruption and a closed pipe can be told apart."""
    assert exit_code(error) is code


def test_an_error_of_a_statement_shows_the_place() -> None:
    """The message keeps its caret, and says which statement it was."""
    error = ParseError("No.", sql="SELECT x", span=Span(7, 8), hint="Try y.")

    assert error_text(error, "statement 2, line 3") == "error in statement 2, line 3: No.\n\nLINE 1: SELECT x\n               ^\n\nTry y."


@pytest.mark.parametrize(
    ("sql", "columns", "shown"),
    [
        ("SELECT id, status, thread_id, statsu FROM runs", 40, ["LINE 1: … status, thread_id, statsu FRO…", " " * 29 + "^^^^^^"]),
        ("SELECT '日本語', statsu", 40, ["LINE 1: SELECT '日本語', statsu", " " * 25 + "^^^^^^"]),
        ("SELECT 1,\tstatsu", 40, ["LINE 1: SELECT 1,\tstatsu", " " * 17 + "\t^^^^^^"]),
        ("SELECT id, status, id, statsu", 40, ["LINE 1: SELECT id, status, id, statsu", " " * 31 + "^^^^^^"]),
        ("SELECT id, status, model, statsu", 40, ["LINE 1: …LECT id, status, model, statsu", " " * 33 + "^^^^^^"]),
    ],
    ids=["narrow", "wide characters", "a tab", "as long as fits", "at its end"],
)
def test_the_caret_is_under_its_place_in_any_terminal(sql: str, columns: int, shown: list[str]) -> None:
    """A line that the terminal would break is cut around it, and what takes two columns is followed by them."""
    at = sql.index("statsu")

    lines = error_text(ParseError("No.", sql=sql, span=Span(at, at + 6)), columns=columns).splitlines()[2:]

    assert lines == shown


def test_an_error_while_rows_are_read_shows_no_text_but_the_user_s() -> None:
    """Rows are read by one around it, whose lines DuckDB shows."""
    error = duckdb.ConversionException("Conversion Error: No.\n\nLINE 13: SELECT 'x'::INT\n               ^^^")

    assert error_text(error) == "error: Conversion Error: No."


def test_an_interruption_is_told_with_its_notes() -> None:
    """They say what was done before it."""
    stop = KeyboardInterrupt()
    stop.add_note("The INSERT was carried out.")

    assert (error_text(KeyboardInterrupt()), error_text(stop)) == ("interrupted", "interrupted\nThe INSERT was carried out.")


def test_an_unexpected_error_is_called_a_bug() -> None:
    """It says how to get the trace, and shows none."""
    text = error_text(ZeroDivisionError("division by zero"))

    assert text.splitlines() == [
        "error: this is a bug in rowcall, please report it: ZeroDivisionError: division by zero",
        "Run the same command with --debug to get the trace.",
    ]


def test_a_file_error_names_the_file() -> None:
    """An error of the operating system is no bug."""
    assert error_text(PermissionError(13, "Permission denied", "a.csv")) == "error: Permission denied: a.csv"


@pytest.mark.parametrize("debug", [True, False])
def test_the_trace_is_shown_for_debug_only(debug: bool, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --debug there is no traceback; everything goes to standard error."""
    tell(EngineError("No."), debug=debug)

    told = capsys.readouterr()
    assert told.err == ("rowcall.errors.EngineError: No.\n" if debug else "") + "error: No.\n"
    assert told.out == ""
