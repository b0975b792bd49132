"""The listings that SHOW and DESCRIBE read."""

from __future__ import annotations

import duckdb
import pytest

from rowcall.catalog.catalog import Catalog
from rowcall.catalog.describe import (
    Listing,
    describe,
    insert_template,
    show_methods,
    show_providers,
    show_resources,
    show_services,
)
from rowcall.errors import UnknownNameError, UnsupportedSQLError
from rowcall.manifest.model import Verb

CATALOG = Catalog.shipped()
RUNS = CATALOG.resolve(["openai", "assistants", "runs"])


def names(listing: Listing) -> list[str]:
    """The columns of a listing."""
    return [name for name, _ in listing.columns]


def first(listing: Listing) -> list[str]:
    """What its first column holds."""
    return [row[0] for row in listing.rows]


def test_providers_are_listed() -> None:
    """Name, title and what it is."""
    listing = show_providers(CATALOG)

    assert names(listing) == ["provider", "title", "description"]
    assert "openai" in first(listing)


def test_services_say_whether_they_have_a_future() -> None:
    """Deprecation and sunset are columns."""
    listing = show_services(CATALOG, "OPENAI")

    assert listing.columns[2:4] == (("deprecated", "BOOLEAN"), ("sunset", "VARCHAR"))
    assert ("assistants", "Assistants", True, "2026-08-26") in [row[:4] for row in listing.rows]
    assert ("agents", "Agents", False, None) in [row[:4] for row in listing.rows]


def test_resources_say_which_statements_they_take() -> None:
    """Verbs come in one order, whatever the order of methods."""
    listing = show_resources(CATALOG, "openai", "assistants")

    assert names(listing) == ["resource", "verbs", "description"]
    assert dict(row[:2] for row in listing.rows)["runs"] == "SELECT, INSERT, UPDATE, EXEC"


@pytest.mark.parametrize(
    ("like", "expected"),
    [(None, 6), ("%RUN%", 2), ("runs", 1), ("run_", 1), ("%.%", 0), ("", 0)],
    ids=["all", "part", "whole", "one character", "a dot is a dot", "empty"],
)
def test_a_pattern_is_sql_like_without_case(like: str | None, expected: int) -> None:
    """Only % and _ stand for something else than themselves."""
    assert len(show_resources(CATALOG, "openai", "assistants", like).rows) == expected


def test_unknown_names_are_refused() -> None:
    """A listing of what is not there is an error, not an empty one."""
    with pytest.raises(UnknownNameError):
        show_services(CATALOG, "opnai")
    with pytest.raises(UnknownNameError):
        show_resources(CATALOG, "openai", "assistant")


def test_methods_are_listed_with_what_they_need() -> None:
    """Verbs are in capitals, body attributes carry their prefix, and aliases are told."""
    listing = show_methods(RUNS)

    assert names(listing) == ["method", "verb", "required", "optional", "description"]
    rows = {row[0]: row for row in listing.rows}
    assert rows["get_run"] == ("get_run", "SELECT", "thread_id, run_id", "", "Gets one run of a thread.")
    assert rows["create_run"][2] == "thread_id, data__assistant_id"
    assert "data__model" in rows["create_run"][3].split(", ")
    assert rows["submit_tool_ouputs_to_run"][4].endswith("Also called submit_tool_outputs_to_run.")


def test_describe_gives_columns_as_duckdb_does() -> None:
    """Name, type, and YES or NO for null."""
    listing = describe(RUNS)

    assert names(listing) == ["column_name", "column_type", "null"]
    assert listing.rows[0] == ("id", "VARCHAR", "NO")
    assert listing.rows[12] == ("metadata", "MAP(VARCHAR, VARCHAR)", "YES")


def test_describe_extended_adds_what_the_manifest_says() -> None:
    """The same rows, with description, source and known values."""
    listing = describe(RUNS, extended=True)

    assert listing.columns[3:] == (("description", "VARCHAR"), ("source", "VARCHAR"), ("enum", "VARCHAR[]"))
    assert [row[:3] for row in listing.rows] == list(describe(RUNS).rows)
    status = next(row for row in listing.rows if row[0] == "status")
    assert status[4] == "status"
    assert status[5][:2] == ("queued", "in_progress")


def test_describe_takes_a_pattern() -> None:
    """It is for the columns' names."""
    assert first(describe(RUNS, like="max%")) == ["max_completion_tokens", "max_prompt_tokens"]


@pytest.mark.parametrize("listing", [show_providers(CATALOG), show_methods(RUNS), describe(RUNS, extended=True)], ids=["p", "m", "d"])
def test_duckdb_knows_the_type_of_every_column(listing: Listing) -> None:
    """A listing can be made a relation as it is."""
    columns = ", ".join(f'"{name}" {type_}' for name, type_ in listing.columns)

    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE t ({columns})")
        con.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(listing.columns))})", listing.rows)
        assert con.execute("SELECT count(*) FROM t").fetchone() == (len(listing.rows),)


def test_the_insert_template_has_required_names_first_and_the_rest_in_comments() -> None:
    """As it stands it fills in what is required, and nothing else."""
    text = insert_template(RUNS)

    assert "INSERT INTO openai.assistants.runs (\n  thread_id,\n  assistant_id\n  -- , include\n" in text
    assert "  -- , 256  -- max_prompt_tokens: integer." in text


def test_a_resource_without_insert_says_what_it_takes() -> None:
    """There is no template for what cannot be."""
    with pytest.raises(UnsupportedSQLError) as caught:
        insert_template(CATALOG.resolve(["run_steps"]))

    assert caught.value.hint == "It takes SELECT. See SHOW METHODS IN openai.assistants.run_steps."
    with pytest.raises(UnsupportedSQLError, match=r"openai\.assistants\.runs takes no REPLACE"):
        insert_template(RUNS, Verb.REPLACE)
