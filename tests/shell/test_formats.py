"""Each format, against a file that was read in review; `pytest --update-golden` writes them anew."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from rowcall.errors import UsageError
from rowcall.front.cells import Reader
from rowcall.front.table import TableOptions
from rowcall.shell.formats import Format, format_named, format_of, text_lines, write_binary

GOLDEN = Path(__file__).parent.parent / "golden" / "formats"
SUFFIX = {Format.TABLE: "txt", Format.LINE: "line", Format.JSON: "json", Format.JSONL: "jsonl", Format.CSV: "csv", Format.MARKDOWN: "md"}

QUERIES = {
    "runs": """
        SELECT * FROM (VALUES
            ('run_1', 'completed', 1700000000::BIGINT, {'total_tokens': 300::BIGINT, 'cost': 0.25::DOUBLE}, MAP {'team': 'ops'}),
            ('run_2', 'failed', 1700000060, NULL, MAP([], [])::MAP(VARCHAR, VARCHAR)),
            ('run_3', NULL, NULL, {'total_tokens': NULL::BIGINT, 'cost': 'nan'::DOUBLE}, NULL)
        ) v(id, status, created_at, usage, metadata)""",
    "texts": r"""
        SELECT * FROM (VALUES ('plain'), (''), (NULL), ('a,b'), ('say "hi"'), (E'two\nlines'), (E'cr\r\nlf'), ('a | b \ c'), (' spaced '),
            (E'\x1b[31mred'), ('naïve 日本 🙂'), ('<b>')) v(text)""",
    "types": r"""
        SELECT true AS b, 9007199254740993::BIGINT AS i, 170141183460469231731687303715884105727::HUGEINT AS h, 1.10::DECIMAL(9, 2) AS d,
            0.1::DOUBLE AS f, DATE '2026-01-02' AS day, TIMESTAMP '2026-01-02 03:04:05.5' AS at,
            TIMESTAMPTZ '2026-01-02 03:04:05+02' AS instant,
            TIME '03:04:05' AS clock, INTERVAL 90 MINUTE AS span, '\xAA\x00'::BLOB AS bytes, [1, NULL] AS list, {'a': {'b': [1]}} AS nested,
            MAP {'k': 1} AS map, '{"x": [1, "a"]}'::JSON AS json, 'x'::ENUM ('x') AS enum, 1 AS "two words", 2 AS i""",
    "none": "SELECT 1 AS id, 'x' AS name WHERE false",
}


def written(name: str, to: Format) -> str:
    """A query in a text format."""
    connection = duckdb.connect()
    return "".join(f"{line}\n" for line in text_lines(Reader(connection), connection.sql(QUERIES[name]), to, TableOptions(100)))


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("to", SUFFIX)
def test_a_format_is_as_it_was_reviewed(name: str, to: Format, request: pytest.FixtureRequest) -> None:
    """What is written is what `tests/golden/formats` holds, byte for byte."""
    golden = GOLDEN / f"{name}.{SUFFIX[to]}"
    actual = written(name, to).encode()
    if request.config.getoption("--update-golden"):
        golden.write_bytes(actual)

    assert actual == golden.read_bytes()


@pytest.mark.parametrize("name", QUERIES)
def test_json_and_jsonl_hold_the_same_rows(name: str) -> None:
    """The array and the lines parse to equal rows."""
    lines = [json.loads(line) for line in written(name, Format.JSONL).splitlines()]

    assert json.loads(written(name, Format.JSON)) == lines


def test_csv_is_read_back_as_it_was() -> None:
    """Quoting keeps commas, quotes and line ends; NULL reads as empty."""
    rows = list(csv.reader(io.StringIO(written("texts", Format.CSV), newline="")))

    expected = [row[0] or "" for row in duckdb.connect().sql(QUERIES["texts"]).fetchall()]
    assert [row[0] for row in rows[1:]] == expected


def test_csv_keeps_null_and_the_empty_text_apart() -> None:
    """NULL is nothing between commas, the empty text a pair of quotes."""
    connection = duckdb.connect()

    lines = list(text_lines(Reader(connection), connection.sql("SELECT NULL AS a, '' AS b"), Format.CSV, TableOptions()))

    assert lines == ["a,b", ',""']


def test_a_parquet_file_has_the_types_of_the_result(tmp_path: Path) -> None:
    """Parquet keeps integers, decimals, timestamps and nesting."""
    path = tmp_path / "out.parquet"
    with path.open("wb") as out:
        connection = duckdb.connect()
        relation = connection.sql("SELECT 1::BIGINT AS i, 1.10::DECIMAL(9, 2) AS d, {'a': [1]} AS s")
        write_binary(Reader(connection), relation, Format.PARQUET, out)

    table = pq.read_table(path)

    assert table.schema.field("i").type == pa.int64()
    assert table.schema.field("d").type == pa.decimal128(9, 2)
    assert table.column("s").to_pylist() == [{"a": [1]}]


@pytest.mark.parametrize("name", QUERIES)
@pytest.mark.parametrize("to", [Format.PARQUET, Format.ARROW])
def test_what_others_read_is_as_it_was_reviewed(name: str, to: Format, request: pytest.FixtureRequest) -> None:
    """Names, types and values of a format that is no text, as pyarrow has them."""
    golden = GOLDEN / f"{name}.{to}.txt"
    connection, out = duckdb.connect(), io.BytesIO()
    connection.execute("SET TimeZone = 'UTC'")
    write_binary(Reader(connection), connection.sql(QUERIES[name]), to, out)
    table = pq.read_table(io.BytesIO(out.getvalue())) if to is Format.PARQUET else pa.ipc.open_stream(out.getvalue()).read_all()
    rows = "".join(f"{row}\n" for row in zip(*(column.to_pylist() for column in table.columns), strict=True))
    actual = f"{table.schema.to_string(show_schema_metadata=False, show_field_metadata=False)}\n\n{rows}"
    if request.config.getoption("--update-golden"):
        golden.write_text(actual, encoding="utf-8")

    assert actual == golden.read_text(encoding="utf-8")


def test_an_arrow_stream_has_every_row() -> None:
    """The IPC stream opens with its schema and holds all batches."""
    out = io.BytesIO()
    connection = duckdb.connect()
    write_binary(Reader(connection), connection.sql("SELECT range AS i FROM range(5000)"), Format.ARROW, out)

    table = pa.ipc.open_stream(out.getvalue()).read_all()

    assert table.column("i").to_pylist() == list(range(5000))


def test_arrow_without_pyarrow_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    connection = duckdb.connect()

    with pytest.raises(UsageError, match=r"pip install 'rowcall\[arrow\]'"):
        write_binary(Reader(connection), connection.sql("SELECT 1"), Format.ARROW, io.BytesIO())


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.csv", "csv"), ("a.JSON", "json"), ("a.ndjson", "jsonl"), ("a.md", "markdown"), ("x/a.parquet", "parquet"), ("a.arrow", "arrow")],
)
def test_the_name_of_a_file_tells_its_format(name: str, expected: str) -> None:
    """The suffix decides, in any case."""
    assert format_of(Path(name)) == expected


def test_a_name_that_tells_no_format_is_refused() -> None:
    """The error says which option says it."""
    with pytest.raises(UsageError, match="say it with -o"):
        format_of(Path("result.xlsx"))


def test_an_unknown_format_names_the_nearest() -> None:
    """A typo is answered with the name that was meant."""
    with pytest.raises(UsageError, match=r'No format "markdwon". Did you mean markdown\?'):
        format_named("markdwon")
