"""The manifest's types in DuckDB's spelling, with DuckDB as the judge."""

from __future__ import annotations

import json

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcall.manifest.model import ListOf, Object, Scalar, Type
from rowcall.manifest.types import duckdb_type, from_json_shape, literal, quoted, spelling

SCALARS = st.sampled_from([scalar for scalar in Scalar if scalar is not Scalar.BLOB])  # which JSON has not
NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=8)
TYPES: st.SearchStrategy[Type] = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        inner.map(ListOf),
        st.lists(st.tuples(NAMES, inner), min_size=1, max_size=3, unique_by=lambda field: field[0].casefold()).map(
            lambda fields: Object(tuple(fields))
        ),
    ),
    max_leaves=6,
)


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        (Scalar.STRING, "VARCHAR"),
        (Scalar.INTEGER, "BIGINT"),
        (Scalar.NUMBER, "DOUBLE"),
        (Scalar.BOOLEAN, "BOOLEAN"),
        (Scalar.JSON, "JSON"),
        (Scalar.MAP, "MAP(VARCHAR, VARCHAR)"),
        (Scalar.BLOB, "BLOB"),
        (ListOf(ListOf(Scalar.INTEGER)), "BIGINT[][]"),
        (Object((("a", Scalar.STRING), ('b"c', ListOf(Scalar.JSON)))), 'STRUCT("a" VARCHAR, "b""c" JSON[])'),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_type_has_its_duckdb_spelling(type_: Type, expected: str) -> None:
    """Scalars, lists and objects are spelt as the reference says, field names always in quotes."""
    assert duckdb_type(type_) == expected


@given(TYPES)
def test_duckdb_understands_every_type(type_: Type) -> None:
    """Whatever the names of its fields, DuckDB reads a type's spelling as that type."""
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE t (c {duckdb_type(type_)})")
        described = con.execute("SELECT column_type FROM (DESCRIBE t)").fetchall()

    assert [(normalised(duckdb_type(type_)),)] == [(normalised(text),) for (text,) in described]


@given(TYPES)
def test_what_from_json_decodes_has_the_declared_type(type_: Type) -> None:
    """The shape given to from_json and the declared type are one type."""
    shape = json.dumps(from_json_shape(type_), ensure_ascii=False).replace("'", "''")

    with duckdb.connect() as con:
        described = con.execute(f"SELECT column_type FROM (DESCRIBE SELECT from_json('null', '{shape}') AS c)").fetchall()

    assert [(normalised(duckdb_type(type_)),)] == [(normalised(text),) for (text,) in described]


def test_a_type_is_spelt_on_one_line() -> None:
    """A nested type reads as it could stand in a manifest."""
    type_ = ListOf(Object((("name", Scalar.STRING), ("tags", ListOf(Scalar.MAP)))))

    assert spelling(type_) == "[{name: string, tags: [map]}]"


def test_quotes_inside_a_name_are_doubled() -> None:
    """A name with quotes stays one identifier."""
    assert quoted('say "hi"') == '"say ""hi"""'


def normalised(text: str) -> str:
    """DuckDB writes plain field names without quotes."""
    return text.replace('"', "")


@pytest.mark.parametrize("text", ["", "'", "a''b", "\\", "\n", "é", "--", "$$", "'; DROP TABLE t; --"])
def test_a_literal_is_the_text(text: str) -> None:
    """Whatever it holds, DuckDB reads the same text back."""
    assert duckdb.sql(f"SELECT {literal(text)}").fetchall() == [(text,)]
