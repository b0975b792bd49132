"""The SQL that reads pages: every place where records can be, and every name that they can have."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rowcall.engine.source import page_source
from rowcall.manifest.model import Column, ListOf, Object, Scalar
from rowcall.manifest.types import duckdb_type
from rowcall.plan.nodes import EXTRA, Hidden
from rowcall.rows.decode import decode, listing

ID = {"id": Column(type=Scalar.STRING, description=".")}
CONNECTION = duckdb.connect()


def read(
    pages: Sequence[tuple[str, str]], columns: Mapping[str, Column], rows: str | None, hidden: Sequence[Hidden] = ()
) -> duckdb.DuckDBPyRelation:
    """What DuckDB reads from pages."""
    source = page_source(pages)  # noqa: F841 - found by DuckDB, by its name
    return CONNECTION.sql(f"FROM {decode(columns, rows, 'source', hidden)}")


@pytest.mark.parametrize(
    ("rows", "page"),
    [
        ("data", '{"data": [{"id": "a"}, {"id": "b"}]}'),
        ("result.items", '{"result": {"items": [{"id": "a"}, {"id": "b"}]}}'),
        ("a b.c\"d.e'f", '{"a b": {"c\\"d": {"e\'f": [{"id": "a"}, {"id": "b"}]}}}'),
        ("$", '[{"id": "a"}, {"id": "b"}]'),
    ],
)
def test_records_are_read_from_where_the_manifest_says(rows: str, page: str) -> None:
    """One row a record, in order, whatever the path."""
    assert read([(page, "{}")], ID, rows).fetchall() == [("a",), ("b",)]


def test_a_page_that_is_one_record_is_one_row() -> None:
    """Without a path, the body is the record."""
    assert read([('{"id": "a"}', "{}"), ('{"id": "b"}', "{}")], ID, None).fetchall() == [("a",), ("b",)]


@pytest.mark.parametrize(("rows", "page"), [("data", "{}"), ("data", '{"data": []}'), ("a.b", '{"a": null}'), ("$", "[]")])
def test_a_page_without_records_gives_no_row(rows: str, page: str) -> None:
    """An empty list, and a path that leads nowhere."""
    assert read([(page, "{}")], ID, rows).fetchall() == []


@pytest.mark.parametrize("rows", ["data", "a.b", "$", None])
def test_no_page_gives_no_row_but_the_columns(rows: str | None) -> None:
    """Names and types are known before anything is fetched, which is how a statement is bound."""
    columns = {
        "id": Column(type=Scalar.STRING, description="."),
        "n": Column(type=Scalar.INTEGER, description="."),
        "o": Column(type=Object((("a", ListOf(Scalar.JSON)), ("m", Scalar.MAP))), description="."),
    }

    relation = read([], columns, rows, [Hidden("t", Scalar.NUMBER), Hidden(EXTRA, Scalar.JSON)])

    assert relation.fetchall() == []
    assert relation.columns == ["id", "n", "o", "t", EXTRA]
    expected = ["VARCHAR", "BIGINT", "STRUCT(a JSON[], m MAP(VARCHAR, VARCHAR))", "DOUBLE", "JSON"]
    assert [str(type_).replace('"', "") for type_ in relation.types] == expected


@settings(max_examples=50)
@given(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_characters="\0."), min_size=1, max_size=6),
        min_size=1,
        max_size=4,
        unique_by=str.casefold,
    )
)
def test_any_name_can_be_a_column(names: list[str]) -> None:
    """Quotes, spaces, reserved words and other scripts."""
    columns = {name: Column(type=Scalar.STRING, description=".") for name in names}

    relation = read([(json.dumps([{name: f"v{i}" for i, name in enumerate(names)}]), "{}")], columns, "$")

    assert relation.columns == names
    assert relation.fetchall() == [tuple(f"v{i}" for i in range(len(names)))]


def test_a_column_is_read_from_its_source() -> None:
    """A dotted source leads into the record; several may share a part of their way."""
    columns = {
        "login": Column(type=Scalar.STRING, description=".", source="user.login"),
        "plan": Column(type=Scalar.STRING, description=".", source="user.plan.name"),
        "other": Column(type=Scalar.INTEGER, description=".", source="Else"),
    }

    relation = read([('[{"user": {"login": "ann", "plan": {"name": "pro"}}, "Else": 3}, {"user": null}]', "{}")], columns, "$")

    assert relation.fetchall() == [("ann", "pro", 3), (None, None, None)]


def test_hidden_columns_come_from_a_column_from_the_call_or_from_the_rest() -> None:
    """One equals a column, one has the value that its page was asked with, and `_extra` is what was kept."""
    hidden = [
        Hidden("run_id", Scalar.STRING, "id"),
        Hidden('li"mit', Scalar.INTEGER),
        Hidden("flag", Scalar.BOOLEAN),
        Hidden(EXTRA, Scalar.JSON),
    ]
    pages = [
        ('[{"id": "a", "_extra": {"k": 1}}]', json.dumps({'li"mit': 5, "flag": True})),
        ('[{"id": "b"}]', json.dumps({'li"mit': 7})),
    ]

    assert read(pages, ID, "$", hidden).fetchall() == [("a", "a", 5, True, '{"k":1}'), ("b", "b", 7, None, None)]


def test_a_hidden_column_is_read_from_the_source_of_its_column() -> None:
    """A column that is read from elsewhere equals its parameter there."""
    columns = {"id": Column(type=Scalar.STRING, description=".", source="user.key")}

    assert read([('[{"user": {"key": "k"}}]', "{}")], columns, "$", [Hidden("user_id", Scalar.STRING, "id")]).fetchall() == [("k", "k")]


def test_a_listing_has_its_columns_and_rows() -> None:
    """Tables of our own are read the same way."""
    columns: list[tuple[str, str]] = [("name", "VARCHAR"), ("null", "BOOLEAN"), ("values", "VARCHAR[]")]
    rows: list[dict[str, Any]] = [{"name": "a", "null": True, "values": ["x"]}, {"name": None}]
    source = page_source([(json.dumps(rows), "{}")])  # noqa: F841 - found by DuckDB, by its name

    relation = CONNECTION.sql(listing(columns, "source"))

    assert relation.columns == ["name", "null", "values"]
    assert relation.fetchall() == [("a", True, ["x"]), (None, None, None)]


@pytest.mark.parametrize("scalar", list(Scalar), ids=str)
def test_a_hidden_value_has_the_type_of_its_parameter(scalar: Scalar) -> None:
    """It is cast from the JSON that the call was bound to."""
    relation = read([], ID, "$", [Hidden("x", scalar)])

    assert [str(type_) for type_ in relation.types][1] == duckdb_type(scalar)
