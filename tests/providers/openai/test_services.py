"""The services of OpenAI beside one another: their names, their two keys, and what each API has no list of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import MissingParameterError
from rowcall.sandbox.clock import Clock
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

START = 1_790_000_000


@pytest.fixture(scope="module")
def db() -> Iterator[Session]:
    """A session on the sandbox of OpenAI."""
    with Sandbox(clock=Clock(START, held=True)) as box, rowcall.connect(providers=box.providers, journal=":memory:") as session:
        yield session


def test_a_bare_name_means_one_resource() -> None:
    """Whatever services come, so that what people wrote goes on meaning what it meant."""
    counted = Counter(ref.full_name.rpartition(".")[2] for ref in Catalog.shipped().resources() if ref.full_name.startswith("openai."))

    assert [name for name, times in counted.items() if times > 1] == []


def test_the_admin_key_is_that_of_the_organization_alone() -> None:
    """No other service takes it."""
    provider = Catalog.shipped().provider("openai")

    assert provider.keyed == ("organization",)


def test_costs_are_rows_with_the_day_they_stand_in(db: Session) -> None:
    """Which the API has around them, and which a statement bounds."""
    found = db.sql(
        f"SELECT start_time, end_time, amount.currency FROM openai.organization.costs WHERE start_time >= {START - 40 * 86400}"
    ).fetchall()

    assert found
    assert all(start >= START - 40 * 86400 and end is not None for start, end, _ in found)


@pytest.mark.parametrize(
    ("table", "key"),
    [("openai.responses.responses", "id"), ("openai.conversations.conversations", "id"), ("openai.assistants.threads", "id")],
)
def test_a_refusal_says_where_the_api_has_no_list(db: Session, table: str, key: str) -> None:
    """Else one would look for the condition that makes it one."""
    with pytest.raises(MissingParameterError, match="The API has no list of them: name each that you mean") as caught:
        db.sql(f"SELECT * FROM {table}")

    assert f"{table} WHERE {key} = " in str(caught.value) or f"{table} WHERE" in (caught.value.hint or "")


def test_a_refusal_says_so_of_no_other(db: Session) -> None:
    """Runs are listed, thread by thread."""
    with pytest.raises(MissingParameterError) as caught:
        db.sql("SELECT * FROM openai.assistants.runs")

    assert "has no list" not in str(caught.value)


def test_rows_are_changed_by_their_id_though_no_select_takes_it(db: Session) -> None:
    """Invitations and the rate limits of a project are found in their lists."""
    project = db.sql("SELECT id FROM openai.organization.projects LIMIT 1").fetchall()[0][0]
    limit, before = db.sql(
        f"SELECT id, max_requests_per_1_minute FROM openai.organization.project_rate_limits WHERE project_id = '{project}' LIMIT 1"
    ).fetchall()[0]

    changed = db.sql(
        "UPDATE openai.organization.project_rate_limits SET max_requests_per_1_minute = ? WHERE project_id = ? AND id = ?",
        params=[before + 1, project, limit],
    )

    assert len(changed.fetchall()) == 1
