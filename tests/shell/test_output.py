"""Results reach files whole or not at all."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from rowcall.errors import UsageError
from rowcall.shell.formats import Format
from rowcall.shell.output import Output, chosen_format, table_options


def write(output: Output, sql: str) -> None:
    """Add the result of a query."""
    connection = duckdb.connect()
    output.write(connection.sql(sql), connection)


def test_a_file_appears_at_finish(tmp_path: Path) -> None:
    """Nothing stands under the name before, and nothing is left beside it after."""
    path = tmp_path / "out.csv"

    with Output(Format.CSV, path) as output:
        write(output, "SELECT 1 AS a")
        assert not path.exists()
        output.finish()

    assert path.read_text() == "a\n1\n"
    assert [file.name for file in tmp_path.iterdir()] == ["out.csv"]


def test_a_failure_leaves_the_older_file(tmp_path: Path) -> None:
    """A file that was there stays as it was when the run ends without finish."""
    path = tmp_path / "out.csv"
    path.write_text("old")

    with Output(Format.CSV, path) as output:
        write(output, "SELECT 1 AS a")
        output.finish(keep=False)

    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["out.csv"]


def test_an_error_leaves_no_file(tmp_path: Path) -> None:
    """An exception on the way takes the unfinished file with it."""
    with pytest.raises(duckdb.Error), Output(Format.CSV, tmp_path / "out.csv") as output:
        write(output, "SELECT CAST(range::VARCHAR || 'x' AS INTEGER) FROM range(3)")

    assert [file.name for file in tmp_path.iterdir()] == []


def test_a_full_disk_leaves_no_file(tmp_path: Path) -> None:
    """Nor half of one under another name, though what could not be written cannot be written when that is closed either."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"), Output(Format.JSONL, tmp_path / "out") as output:
            write(output, "SELECT range FROM range(10_000)")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_device_that_takes_nothing_is_told_once() -> None:
    """Where the statement failed, as it did, closing the device says nothing new."""
    with Output(Format.JSONL, Path("/dev/full")) as output:
        with pytest.raises(OSError, match="No space left"):
            write(output, "SELECT 1")

        output.finish(keep=False)


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    """Replacing a file does not make it readable for others."""
    path = tmp_path / "out.csv"
    path.touch(mode=0o600)

    with Output(Format.CSV, path) as output:
        output.finish()

    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        (Format.JSON, '[\n{"a":1}\n]\n[\n{"b":2}\n]\n'),
        (Format.JSONL, '{"a":1}\n{"b":2}\n'),
        (Format.CSV, "a\n1\n\nb\n2\n"),
        (Format.MARKDOWN, "| a |\n| --- |\n| 1 |\n\n| b |\n| --- |\n| 2 |\n"),
    ],
)
def test_several_results_follow_one_another(to: Format, expected: str, tmp_path: Path) -> None:
    """JSON documents follow directly, what people read is set apart by an empty line."""
    path = tmp_path / "out"

    with Output(to, path) as output:
        write(output, "SELECT 1 AS a")
        write(output, "SELECT 2 AS b")
        output.finish()

    assert path.read_text() == expected


@pytest.mark.parametrize("to", [Format.PARQUET, Format.ARROW])
def test_a_binary_file_holds_one_result(to: Format, tmp_path: Path) -> None:
    """A second result is refused, rather than written behind the first or instead of it."""
    with Output(to, tmp_path / "out") as output:
        write(output, "SELECT 1 AS a")
        with pytest.raises(UsageError, match="holds the rows of one statement"):
            write(output, "SELECT 2 AS b")


def test_a_folder_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    """The error names the file."""
    with (
        pytest.raises(UsageError, match=r"Cannot write to .*none.out\.csv: No such file or directory"),
        Output(Format.CSV, tmp_path / "none/out.csv"),
    ):
        pass


def test_without_a_terminal_rows_are_json_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program gets every value whole; the file's name and -o say otherwise, -o loudest."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: False, raising=False)

    assert chosen_format(None, None) is Format.JSONL
    assert chosen_format(None, Path("a.csv")) is Format.CSV
    assert chosen_format(Format.TABLE, Path("a.csv")) is Format.TABLE


def test_a_terminal_gets_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person gets a table."""
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)

    assert chosen_format(None, None) is Format.TABLE


def test_tables_have_a_fixed_width_away_from_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """120 columns, $COLUMNS, or what --width says."""
    monkeypatch.delenv("COLUMNS", raising=False)
    assert table_options(None, None, Path("a.txt")).width == 120

    monkeypatch.setenv("COLUMNS", "77")
    assert table_options(None, None, Path("a.txt")).width == 77
    assert table_options(0, 5, None).width == 0
