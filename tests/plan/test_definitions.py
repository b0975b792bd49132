"""What a name means beside the views and macros that a database keeps."""

from __future__ import annotations

import pytest

from rowcall.plan.definitions import Definitions, Key, Place, Stored, search_path

VIEW = "CREATE VIEW v AS SELECT * FROM openai.assistants.runs;"


@pytest.fixture(scope="module")
def definitions() -> Definitions:
    """Of two databases that both have `t` and a view `v`, and a temporary `t2`."""
    tables = [("a", "main", "t"), ("a", "s", "t"), ("b", "main", "t"), ("temp", "main", "t2"), ("a", "main", "t2")]
    views = [("a", "s", "v", VIEW), ("b", "main", "v", VIEW), ("a", "main", "local", "CREATE VIEW local AS SELECT 1;")]
    return Definitions(Stored(search_path("a", ""), frozenset([*tables, *(view[:3] for view in views)]), tuple(views), ()), ["openai"])


@pytest.mark.parametrize(
    ("name", "near", "expected"),
    [
        ("t", None, ("a", "main", "t")),
        ("T", ("a", "s"), ("a", "s", "t")),
        ("t", ("b", "main"), ("b", "main", "t")),
        ("t2", ("a", "s"), ("temp", "main", "t2")),
        ("t2", ("b", "main"), ("temp", "main", "t2")),
        ("s.t", None, ("a", "s", "t")),
        ("b.t", None, ("b", "main", "t")),
        ("b.main.v", None, ("b", "main", "v")),
        ("v", None, None),
        ("b.s.t", None, None),
        ("a.b.c.d", None, None),
    ],
)
def test_a_name_means_what_duckdb_takes_it_for(definitions: Definitions, name: str, near: Place | None, expected: Key | None) -> None:
    """Temporary things first, then those beside the text that has the name, then those of the search path."""
    assert definitions.table(name.split("."), near) == expected


def test_only_views_over_a_provider_are_known(definitions: Definitions) -> None:
    """By their keys."""
    assert definitions.names == {"v"}
    assert definitions.view(("a", "main", "local")) is None
    view = definitions.view(("a", "s", "v"))
    assert view is not None
    assert (view.query, view.place) == ("SELECT * FROM openai.assistants.runs", ("a", "s"))


@pytest.mark.parametrize(
    ("database", "setting", "expected"),
    [
        ("memory", "", (("memory", "main"),)),
        ("Db", "S,other.main", (("db", "s"), ("other", "main"))),
        ("db", '"a.b"."c ""d",e', (("a.b", 'c "d'), ("db", "e"))),
    ],
)
def test_the_search_path_is_read_as_it_is_set(database: str, setting: str, expected: tuple[Place, ...]) -> None:
    """The current database's main schema where nothing is set."""
    assert search_path(database, setting) == expected
