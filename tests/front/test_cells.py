"""How values become text and JSON."""

from __future__ import annotations

import json
from decimal import Decimal

import duckdb
import pytest

from rowcall.front.cells import Reader, unique_names


def one_json(expression: str) -> str:
    """The text of the one value in the one row of `SELECT expression`."""
    connection = duckdb.connect()
    (row,) = Reader(connection).json_rows(connection.sql(f"SELECT {expression} AS v"))
    return row.removeprefix('{"v":').removesuffix("}")


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        pytest.param("9007199254740993::BIGINT", "9007199254740993", id="a bigint beyond the doubles"),
        pytest.param("170141183460469231731687303715884105727::HUGEINT", "170141183460469231731687303715884105727", id="hugeint"),
        pytest.param("18446744073709551615::UBIGINT", "18446744073709551615", id="ubigint"),
        pytest.param("0.1::DOUBLE", "0.1", id="double"),
        pytest.param("0.1::FLOAT", "0.1", id="float in its own digits"),
        pytest.param("'nan'::DOUBLE", "null", id="nan"),
        pytest.param("'-inf'::FLOAT", "null", id="infinity"),
        pytest.param("NULL", "null", id="null"),
        pytest.param("true", "true", id="boolean"),
        pytest.param("DATE '2026-01-02'", '"2026-01-02"', id="date"),
        pytest.param("TIMESTAMP '2026-01-02 03:04:05.25'", '"2026-01-02T03:04:05.25"', id="timestamp"),
        pytest.param("TIMESTAMPTZ '2026-01-02 03:04:05+02'", '"2026-01-02T01:04:05Z"', id="instant"),
        pytest.param("'infinity'::TIMESTAMPTZ", '"infinity"', id="infinite instant"),
        pytest.param("TIMESTAMP_NS '2026-01-02 03:04:05.123456789'", '"2026-01-02T03:04:05.123456789"', id="nanoseconds"),
        pytest.param(r"'\xAA\x00'::BLOB", '"qgA="', id="blob as base64"),
        pytest.param("""'{"x": [1, "a"], "big": 12345678901234567890}'::JSON""", '{"x":[1,"a"],"big":12345678901234567890}', id="json"),
        pytest.param("[1.5, 'nan'::DOUBLE, NULL]", "[1.5,null,null]", id="list"),
        pytest.param("[[TIMESTAMP '2026-01-02 00:00:00']]", '[["2026-01-02T00:00:00"]]', id="list of lists"),
        pytest.param("array_value(0.5::DOUBLE, 'inf'::DOUBLE)", "[0.5,null]", id="array"),
        pytest.param("""{'a': 'nan'::DOUBLE, 'b "c"': 1}""", '{"a":null,"b \\"c\\"":1}', id="struct"),
        pytest.param("NULL::STRUCT(a DOUBLE)", "null", id="null struct"),
        pytest.param("NULL::DOUBLE[]", "null", id="null list"),
        pytest.param("row(1, 'x')", '[1,"x"]', id="tuple"),
        pytest.param(r"MAP {'k': '\xAA'::BLOB, 'n': NULL}", '{"k":"qg==","n":null}', id="map"),
        pytest.param("MAP {1: TIMESTAMP '2026-01-02 00:00:00'}", '{"1":"2026-01-02T00:00:00"}', id="map with number keys"),
        pytest.param("""[{'a': [MAP {'k': 'inf'::DOUBLE}], 'j': '{"y":1}'::JSON}]""", '[{"a":[{"k":null}],"j":{"y":1}}]', id="deep"),
        pytest.param("union_value(n := 1)", '{"n":1}', id="union"),
        pytest.param("UUID '00000000-0000-0000-0000-000000000001'", '"00000000-0000-0000-0000-000000000001"', id="uuid"),
        pytest.param("chr(27) || 'a\nb\"'", '"\\u001B' + 'a\\nb\\""', id="control characters"),
        pytest.param("'naïve 日本 🙂'", '"naïve 日本 🙂"', id="unicode"),
    ],
)
def test_a_value_is_right_json(expression: str, expected: str) -> None:
    """Every type has the JSON that `docs/cli.md` promises."""
    text = one_json(expression)

    assert text == expected
    json.loads(text)


def test_a_decimal_keeps_every_digit() -> None:
    """A DECIMAL becomes a JSON number of the same value, however many digits it has."""
    text = one_json("12345678901234567890.123456789012345678::DECIMAL(38, 18)")

    assert json.loads(text, parse_float=Decimal) == Decimal("12345678901234567890.123456789012345678")


def test_two_columns_of_one_name_both_survive() -> None:
    """No member of a JSON object hides another."""
    connection = duckdb.connect()
    relation = connection.sql("SELECT 1 AS id, 2 AS id, 3 AS id_1")

    assert list(Reader(connection).json_rows(relation)) == ['{"id":1,"id_1":2,"id_1_1":3}']


def test_text_is_null_where_the_value_is() -> None:
    """NULL and the empty text stay apart, and nested values are JSON."""
    connection = duckdb.connect()
    relation = connection.sql("SELECT NULL::VARCHAR, '', 1.10::DECIMAL(4, 2), {'a': [1]}, NULL::INTEGER[]")

    assert list(Reader(connection).text_rows(relation)) == [(None, "", "1.10", '{"a":[1]}', None)]


def test_rows_beyond_one_batch_all_arrive() -> None:
    """Reading in batches loses and repeats nothing."""
    connection = duckdb.connect()
    reader = Reader(connection)

    rows = list(reader.text_rows(connection.sql("SELECT range AS i FROM range(5000)")))

    assert rows == [(str(number),) for number in range(5000)]
    assert reader.count == 5000


def test_a_column_named_like_a_method_is_a_column() -> None:
    """Reading does not stumble over names that relations have for themselves."""
    connection = duckdb.connect()
    relation = connection.sql("SELECT 1 AS iter_rows, 2 AS fetchmany, 3 AS types")

    assert list(Reader(connection).json_rows(relation)) == ['{"iter_rows":1,"fetchmany":2,"types":3}']


def test_unique_names_count_up() -> None:
    """The first of equal names keeps it."""
    assert unique_names(["a", "b", "a", "a"]) == ["a", "b", "a_1", "a_2"]
