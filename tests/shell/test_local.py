"""What the shell learns of the user's database, and of DuckDB itself."""

from __future__ import annotations

import duckdb

import rowcall
from rowcall.session.variables import SETTINGS
from rowcall.shell.complete import NO_WORDS
from rowcall.shell.local import local_tables, local_words


def test_local_tables_have_their_columns() -> None:
    """And these their types. Tables of other schemas have their names before them, and views are tables too."""
    with rowcall.connect() as session:
        session.sql("CREATE TABLE b (x INTEGER, y STRUCT(k ENUM('a'))[])")
        session.sql("CREATE SCHEMA s")
        session.sql("CREATE VIEW s.a AS SELECT 1 AS z")

        assert local_tables(session) == {"b": {"x": "INTEGER", "y": "STRUCT(k ENUM('a'))[]"}, "s.a": {"z": "INTEGER"}}


def test_tables_of_other_databases_have_the_names_by_which_they_are_found() -> None:
    """Their database stands before them, and `main` nowhere."""
    with rowcall.connect() as session:
        session.sql("ATTACH ':memory:' AS w; CREATE TABLE w.orders (id INTEGER); CREATE SCHEMA w.s; CREATE TABLE w.s.lines (id INTEGER)")
        session.sql("CREATE TEMP TABLE mine (id INTEGER)")

        found = local_tables(session)
        for name in found:
            session.sql(f"FROM {name}")

        assert sorted(found) == ["mine", "w.orders", "w.s.lines"]


def test_duckdb_says_what_it_has() -> None:
    """Functions by what they are for, with what they do; keywords; and the settings of both, with what they may be."""
    words = local_words(duckdb.connect())

    assert list(words.functions)[:3] == ["count", "sum", "avg"]
    assert {"date_trunc", "list_transform", "row_number"} <= words.functions.keys()
    assert words.functions["upper"] != ""
    assert "read_csv" in words.table_functions
    assert "read_csv" not in words.functions
    assert {"SELECT", "QUALIFY", "ANTI"} <= set(words.keywords)
    assert list(words.settings)[: len(SETTINGS)] == [f"rowcall_{name}" for name in SETTINGS]
    assert "memory_limit" in words.settings
    assert words.values["rowcall_on_error"] == ("'error'", "'partial'")
    assert words.values["rowcall_read_only"] == ("true", "false")


def test_a_database_that_was_closed_has_nothing() -> None:
    """The shell may have been left meanwhile."""
    con = duckdb.connect()
    con.close()

    assert local_words(con) is NO_WORDS
