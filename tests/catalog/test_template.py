"""Statements to fill in, with DuckDB as the judge of their syntax."""

from __future__ import annotations

import re

import duckdb
import pytest

from rowcall.catalog.catalog import Catalog
from rowcall.catalog.template import insert_statement, placeholder
from rowcall.manifest.model import Attribute, ListOf, Method, Object, Parameter, Place, Scalar, Type, Verb
from rowcall.manifest.types import duckdb_type, identifier

INSERTS = [
    pytest.param(ref.full_name, method, id=f"{ref.full_name}.{name}")
    for ref in Catalog.shipped().resources()
    for name, method in ref.resource.methods.items()
    if method.verb is Verb.INSERT
]


def statements(method: Method) -> list[str]:
    """What DuckDB sees: the template as it is, and with all comments of options taken away."""
    text = insert_statement("t", method)
    return [text, re.sub(r"^  -- , ", "  , ", text, flags=re.MULTILINE)]


@pytest.mark.parametrize(("full_name", "method"), INSERTS)
def test_the_template_is_a_statement_as_it_is_and_with_everything_filled_in(full_name: str, method: Method) -> None:
    """Names and values pair up, and each value has its attribute's type."""
    inputs = {**{name: item.type for name, item in method.parameters.items()}, **{name: item.type for name, item in method.body.items()}}
    columns = ", ".join(f"{identifier(name)} {duckdb_type(type_)}" for name, type_ in inputs.items() if type_ is not Scalar.JSON)
    jsons = "".join(f", {identifier(name)} VARCHAR" for name, type_ in inputs.items() if type_ is Scalar.JSON)

    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE t ({columns}{jsons})".replace(" JSON", " VARCHAR"))
        for text in statements(method):
            con.execute(text)
        assert con.execute("SELECT count(*) FROM t").fetchone() == (2,)
    assert insert_statement(full_name, method).splitlines()[1].startswith(f"INSERT INTO {full_name} (")


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (Attribute(type=Scalar.STRING, description="."), "'…'"),
        (Attribute(type=Scalar.INTEGER, description=".", minimum=256), "256"),
        (Attribute(type=Scalar.STRING, description=".", enum=("it's", "b")), "'it''s'"),
        (Attribute(type=ListOf(Object((("a", Scalar.BOOLEAN),))), description="."), "[{'a': false}]"),
        (Parameter(place=Place.QUERY, type=Scalar.NUMBER, description="."), "0.0"),
    ],
)
def test_a_placeholder_has_the_type_and_keeps_to_bounds(item: Attribute | Parameter, expected: str) -> None:
    """A template can be sent as it is where the API only looks at types."""
    assert placeholder(item) == expected


@pytest.mark.parametrize("type_", [Scalar.STRING, Scalar.INTEGER, Scalar.NUMBER, Scalar.BOOLEAN, Scalar.MAP])
def test_every_placeholder_is_a_constant_of_its_type(type_: Type) -> None:
    """DuckDB casts it without complaint."""
    with duckdb.connect() as con:
        assert con.execute(
            f"SELECT ({placeholder(Attribute(type=type_, description='.'))})::{duckdb_type(type_)} IS NOT NULL"
        ).fetchone() == (True,)


def test_a_method_that_needs_nothing_inserts_defaults() -> None:
    """An INSERT without columns has a form of its own."""
    assert insert_statement("a.b.c", Method(verb=Verb.INSERT, http="POST /c", description="Makes one.")) == (
        "-- Makes one.\nINSERT INTO a.b.c DEFAULT VALUES;"
    )


def test_a_method_that_replaces_has_a_replace() -> None:
    """Of the same form."""
    method = Method(
        verb=Verb.REPLACE, http="PUT /c/{id}", description="Puts one.", parameters={"id": Parameter(place=Place.PATH, description=".")}
    )

    assert insert_statement("a.b.c", method).splitlines()[1] == "REPLACE INTO a.b.c ("


def test_reserved_words_are_quoted_and_no_others() -> None:
    """Every word that DuckDB reserves is quoted, whatever its case."""
    with duckdb.connect() as con:
        reserved = [
            word for (word,) in con.execute("SELECT keyword_name FROM duckdb_keywords() WHERE keyword_category = 'reserved'").fetchall()
        ]

    assert [word for word in reserved if identifier(word) != f'"{word}"'] == []
    assert (identifier("ORDER"), identifier("thread_id")) == ('"ORDER"', "thread_id")
