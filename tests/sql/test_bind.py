"""Names that could be a resource's or a table's."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rowcall.catalog.catalog import Catalog
from rowcall.errors import AmbiguousNameError, Span, UnknownNameError
from rowcall.sql.bind import Names, first_mention
from rowcall.sql.tokens import tokenize

CATALOG = Catalog.shipped()
SPAN = Span(3, 7)


def names(*local: str, use: Sequence[str] = ()) -> Names:
    """The shipped catalog beside these tables."""
    return Names(CATALOG, tuple(use), lambda parts: ".".join(parts).casefold() in local)


@pytest.mark.parametrize("name", ["openai.assistants.runs", "assistants.runs", "runs", "RUNS", "OpenAI.Assistants.Runs"])
def test_a_resource_is_found_by_any_of_its_names(name: str) -> None:
    """In full, or by a suffix; case does not matter."""
    found = names().find(name.split("."))

    assert found is not None
    assert found.full_name == "openai.assistants.runs"


@pytest.mark.parametrize("name", ["runs", "assistants.runs", "Runs"])
def test_a_local_table_wins_over_a_suffix(name: str) -> None:
    """The user's own tables are what short names mean."""
    assert names(name.casefold()).find(name.split(".")) is None


def test_a_local_table_wins_over_what_use_completes() -> None:
    """As over a suffix."""
    assert names("runs", use=("openai", "assistants")).find(["runs"]) is None
    assert names(use=("openai", "assistants")).find(["runs"]) is not None


def test_a_whole_name_that_both_claim_is_an_error_that_names_both() -> None:
    """Neither is chosen in silence."""
    with pytest.raises(AmbiguousNameError) as raised:
        names("openai.assistants.runs").find(["openai", "assistants", "runs"], sql="…", span=SPAN)

    assert len(raised.value.candidates) == 2
    assert "local table" in raised.value.candidates[0]
    assert (raised.value.sql, raised.value.span) == ("…", SPAN)


@pytest.mark.parametrize("name", ["nothing", "a.b.c.d", "openai.assistants.rums"])
def test_a_name_of_nothing_is_duckdbs(name: str) -> None:
    """It says so itself; whether a provider claims it is asked apart."""
    assert names().find(name.split(".")) is None


def test_where_only_a_resource_will_do_the_nearest_are_named() -> None:
    """With the place that was asked about."""
    with pytest.raises(UnknownNameError) as raised:
        names().resolve(["openai", "assistants", "rums"], sql="…", span=SPAN)

    assert "runs" in raised.value.nearest
    assert raised.value.span == SPAN


@pytest.mark.parametrize(
    ("name", "expected"),
    [("openai.assistants.rums", True), ("OPENAI.x.y", True), ("other.x.y", False), ("openai.runs", False), ("openai", False)],
)
def test_a_provider_claims_three_part_names_that_begin_with_its_own(name: str, expected: bool) -> None:
    """So that a misspelt resource is said to be one."""
    assert names().claims(name.split(".")) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT 1 FROM t, runs", True),
        ("SELECT 1 FROM unnest([1, 2]) AS x(a), runs r", True),
        ("SELECT 1 FROM a JOIN (b FULL JOIN c ON (1 IN ((3)))) ON (a.x = b.x), openai.assistants.runs AS r", True),
        ("SELECT x IN (SELECT 1 FROM t, runs), y FROM u", True),
        ("SELECT x, runs FROM t", False),
        ("SELECT DISTINCT ON (x) y, runs FROM t", False),
        ("SELECT f(x, runs) FROM t GROUP BY y, runs ORDER BY y, runs", False),
        ("SELECT 1 FROM t JOIN u USING (x, runs) WHERE x IN (y, runs)", False),
        ("WITH a AS (SELECT 1 FROM t), runs AS (SELECT 2) SELECT 1", False),
    ],
)
def test_a_text_mentions_what_stands_where_a_table_may(text: str, expected: bool) -> None:
    """After FROM, JOIN and a comma behind these, and not where a column may."""
    assert (first_mention(text, tokenize(text), names()) is not None) == expected
