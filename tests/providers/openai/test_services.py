"""The services of OpenAI beside one another: their names, their two keys, and what each API has no list of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import DataError, MissingParameterError, ResponseError, UnsupportedSQLError
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


KEYS = {
    "an Admin key": ("INSERT INTO admin_api_keys (name) VALUES ('Audit')", "value"),
    "a service account": ("INSERT INTO project_service_accounts (project_id, name) VALUES ('proj_abc123', 'Nightly')", "api_key.value"),
    "a webhook": (
        "INSERT INTO openai.webhooks.webhook_endpoints (name, url, event_types) VALUES ('a', 'https://example.com', ['batch.failed'])",
        "signing_secret",
    ),
    "a key of one": (
        """EXEC project_service_accounts.create_project_service_account_api_key @project_id = 'proj_abc123',
        @service_account_id = (SELECT id FROM project_service_accounts WHERE project_id = 'proj_abc123' LIMIT 1)""",
        "value",
    ),
}


@pytest.mark.parametrize(("text", "where"), KEYS.values(), ids=KEYS.keys())
@pytest.mark.parametrize("partial", [False, True], ids=["whole", "partial"])
def test_a_new_key_is_shown_once_and_not_kept(tmp_path: Path, text: str, where: str, *, partial: bool) -> None:
    """It is in the answer, and nowhere in the journal; the rest of the answer is."""
    how = "partial" if partial else "error"
    with Sandbox() as box, rowcall.connect(providers=box.providers, journal=tmp_path / "journal", on_error=how) as session:
        session.sql("USE openai.organization")
        # An account may be made without a key.
        keys = [key for _ in range(8) for (key,) in session.sql(f"{text} RETURNING {where}").fetchall() if key is not None]
        kept = session.sql(f"SELECT response->>'$.{where}', response->>'$.id' IS NOT NULL FROM rowcall_journal()").fetchall()

    assert keys
    assert kept.count(("***", True)) == len(keys)
    assert kept.count((None, True)) == 8 - len(keys)
    assert [file.name for file in tmp_path.iterdir() for key in keys if key.encode() in file.read_bytes()] == []


AT = {
    "Azure": ("/openai/v1", {"auth": "azure"}),
    "Azure, by version": ("/openai", {"auth": "azure", "query": {"api-version": "2024-05-01-preview"}}),
    "Azure, by deployment": ("/openai/deployments/mine", {"auth": "azure", "query": {"api-version": "2024-10-21"}}),
    "Azure, by a token": ("/openai/v1", {"auth": "entra"}),
    "Foundry": ("/api/projects/mine", {"auth": "foundry", "query": {"api-version": "v1"}}),
}


@pytest.mark.parametrize(("path", "settings"), AT.values(), ids=AT.keys())
def test_compatible_servers_are_asked_as_they_want_it(path: str, settings: dict[str, object]) -> None:
    """Below their paths, with their version and their way to send a key; where threads are listed, runs are found by that list."""
    with Sandbox() as box:
        own = {"base_url": box.base_url.removesuffix("/v1") + path, "api_key": box.api_key, **settings}
        with rowcall.connect(providers={"openai": own}) as session:
            found = session.sql(
                "SELECT count(DISTINCT t.id), count(*) FROM openai.assistants.all_threads t "
                "JOIN openai.assistants.runs r ON r.thread_id = t.id"
            ).fetchall()
            requests = list(box.requests)

    assert found[0][0] <= 44 < found[0][1]
    assert [request.path for request in requests].count(f"{path}/threads") == 1
    assert len(requests) == 45
    assert {(("api-key" in request.headers), dict(request.query).get("api-version")) for request in requests} == {
        (settings["auth"] == "azure", dict(settings.get("query", {})).get("api-version"))  # type: ignore[call-overload]
    }


def test_a_server_with_versions_has_nothing_without_one() -> None:
    """As Azure answers."""
    with Sandbox() as box:
        own = {"base_url": box.base_url.removesuffix("/v1") + "/openai", "api_key": box.api_key, "auth": "azure"}
        with rowcall.connect(providers={"openai": own}) as session, pytest.raises(ResponseError, match="Invalid URL"):
            session.sql("SELECT * FROM openai.models.models")


def test_a_setting_is_changed_without_a_where(db: Session) -> None:
    """There is but one; with a WHERE, it is read first, and changed where it fits."""
    db.sql("USE openai.organization")

    db.sql("UPDATE data_retention SET retention_type = 'zero_data_retention'")
    assert db.last is not None
    assert db.last.requests == 1
    other = db.sql("UPDATE data_retention SET retention_type = 'modified_abuse_monitoring' WHERE type <> 'zero_data_retention'").fetchall()
    first = db.sql("SELECT type FROM data_retention").fetchall()
    same = db.sql("UPDATE data_retention SET retention_type = 'modified_abuse_monitoring' WHERE type = 'zero_data_retention'").fetchall()
    deleted = db.sql("DELETE FROM spend_limit RETURNING deleted", max_write_rows=1).fetchall()

    assert (other, first) == ([], [("zero_data_retention",)])
    assert same == [("organization.data_retention", "modified_abuse_monitoring")]
    assert deleted == [(True,)]


@pytest.mark.parametrize("text", ["UPDATE projects SET name = 'x'", "UPDATE project_data_retention SET retention_type = 'none'"])
def test_all_rows_of_several_are_not_meant_by_saying_nothing(db: Session, text: str) -> None:
    """Each project has its own setting."""
    with pytest.raises(UnsupportedSQLError, match="without WHERE would change every row"):
        db.sql(text.replace("UPDATE ", "UPDATE openai.organization."))


def test_settings_are_asked_for_project_by_project(db: Session) -> None:
    """In a join, one request for each, and of a project that was just made too."""
    db.sql("INSERT INTO openai.organization.projects (name) VALUES ('Support')")
    projects = db.sql("SELECT id FROM openai.organization.projects").fetchall()
    found = db.sql(
        "SELECT p.id, m.mode FROM openai.organization.projects p JOIN openai.organization.project_model_permissions m ON m.project_id = p.id"
    ).fetchall()

    assert sorted(id_ for id_, _ in found) == sorted(id_ for (id_,) in projects)
    assert db.last is not None
    assert db.last.requests == len(projects) + 1


def test_certificates_are_put_to_use_several_at_once(db: Session) -> None:
    """By a list of their ids, whose answer is a list of them."""
    found = db.sql(
        "EXEC openai.organization.project_certificates.activate_project_certificates "
        "@project_id = 'proj_abc123', @certificate_ids = ['cert_abc123'] RETURNING object"
    ).fetchall()

    assert found == [("organization.project.certificate",)]


def test_what_a_cloud_needs_is_asked_for(db: Session) -> None:
    """A key in one needs other attributes than in another."""
    with pytest.raises(DataError, match="tenant_id is NULL"):
        db.sql("INSERT INTO openai.organization.external_keys (name, type) VALUES ('Ours', 'azure')")


def test_a_refusal_shows_the_bound_that_is_needed(db: Session) -> None:
    """Usage is asked for from a time on, and not of one moment."""
    with pytest.raises(MissingParameterError, match="usage_images WHERE start_time >= 1"):
        db.sql("SELECT * FROM openai.organization.usage_images")


def test_lists_without_a_last_id_are_read_to_their_end(db: Session) -> None:
    """Those of fine-tuning: the last row is what it would name."""
    found = db.sql('SELECT count(DISTINCT id), count(*) FROM openai.fine_tuning.fine_tuning_jobs WHERE "limit" = 5').fetchall()

    assert db.last is not None
    assert (found, db.last.requests) == ([(37, 37)], 8)


def test_what_is_said_in_a_conversation_stays_there(db: Session) -> None:
    """At its beginning and later; so does what a response was asked."""
    db.sql("USE openai.conversations")
    said = """['{"type": "message", "role": "user", "content": "Of Peru?"}'::JSON]"""
    ((made,),) = db.sql(f"INSERT INTO conversations (items) VALUES ({said}) RETURNING id").fetchall()
    db.sql(f"EXEC conversation_items.create_conversation_items @conversation_id = $c, @items = {said}", {"c": made}).fetchall()
    ((asked,),) = db.sql("INSERT INTO openai.responses.responses (model, input) VALUES ('gpt-5.6', 'Of Chile?') RETURNING id").fetchall()
    items = db.sql("SELECT role, content[1]->>'text' FROM conversation_items WHERE conversation_id = ?", [made]).fetchall()
    inputs = db.sql("SELECT role, content[1]->>'text' FROM openai.responses.input_items WHERE response_id = ?", [asked]).fetchall()

    assert items == [("user", "Of Peru?")] * 2
    assert inputs == [("user", "Of Chile?")]


@pytest.mark.parametrize(
    "call", ["embeddings.embeddings.create_embedding @model = 'text-embedding-3-small',", "moderations.moderations.create_moderation"]
)
def test_each_text_has_a_row(db: Session, call: str) -> None:
    """Of one, and of several in one request."""
    one = db.sql(f"EXEC openai.{call} @input = 'The sea is calm.'").fetchall()
    two = db.sql(f"""EXEC openai.{call} @input = '["The sea is calm.", "The lake is still."]'""").fetchall()

    assert (len(one), len(two)) == (1, 2)


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
