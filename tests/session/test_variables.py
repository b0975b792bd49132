"""`SET rowcall_…`: which settings there are, what they take, and that they hold."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.session.conftest import WORKSHOP

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import BudgetError, RowcallWarning, UnavailableError, UnsupportedSQLError, UsageError
from rowcall.manifest.read import load_provider
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session
from rowcall.session.variables import SETTINGS, UNSET, Variables


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("SET rowcall_on_error = 'partial'", "on_error", "partial"),
        ("SET rowcall_max_requests = 10 + 5", "max_requests", 15),
        ("SET rowcall_max_requests TO 7", "max_requests", 7),
        ("SET rowcall_max_write_rows = 20", "max_write_rows", 20),
        ("SET rowcall_timeout_s = 2.5", "timeout_s", 2.5),
        ("SET ROWCALL_TIMEOUT_S = 3", "timeout_s", 3.0),
        ("SET rowcall_timeout = 4", "timeout_s", 4.0),
        ("SET rowcall_timeout = '5s'", "timeout_s", 5.0),
        ("SET rowcall_timeout_s = '2min'", "timeout_s", 120.0),
        ("SET rowcall_timeout_s = '500 ms'", "timeout_s", 0.5),
        ("SET rowcall_read_only = true", "read_only", True),
    ],
)
def test_a_setting_is_set_and_shown(db: Session, text: str, name: str, value: Any) -> None:
    """By any constant expression."""
    db.sql(text)

    assert getattr(db.variables, name) == value
    shown = dict(db.sql("SHOW SETTINGS").project("name, value").fetchall())
    assert shown[f"rowcall_{name}"] == str(value).lower()


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("RESET rowcall_max_requests", "max_requests", 1000),
        ("SET rowcall_max_requests = NULL", "max_requests", None),
        ("RESET rowcall_max_write_rows", "max_write_rows", 1),
        ("SET rowcall_max_write_rows = NULL", "max_write_rows", None),
        ("RESET rowcall_timeout_s", "timeout_s", None),
        ("RESET rowcall_timeout", "timeout_s", None),
        ("SET rowcall_timeout = NULL", "timeout_s", None),
        ("SET rowcall_timeout_s = NULL", "timeout_s", None),
        ("RESET rowcall_on_error", "on_error", "error"),
        ("SET rowcall_on_error = NULL", "on_error", "error"),
    ],
)
def test_null_is_no_limit_and_reset_the_default(db: Session, text: str, name: str, value: Any) -> None:
    """A setting that always has a value takes NULL for RESET."""
    db.sql("SET rowcall_max_requests = 3; SET rowcall_timeout_s = 3; SET rowcall_on_error = 'partial'")

    db.sql(text)

    assert getattr(db.variables, name) == value


def test_a_statement_may_send_1000_requests_unless_told_otherwise(db: Session, world: Any) -> None:
    """One more is refused before any is sent; NULL lifts the limit."""
    many = [f"thread_{number}" for number in range(1001 - len(world.threads))] + world.threads
    ask = "SELECT count(*) FROM threads WHERE id IN (SELECT unnest($1))"

    with pytest.raises(BudgetError, match="The statement needs 1,001 requests, and max_requests is 1,000; nothing was sent"):
        db.sql(ask, [many])
    assert db.last.requests == 0

    assert db.sql(ask, [many[1:]]).fetchall() == [(len(world.threads),)]
    assert db.sql(ask, [many], max_requests=None).fetchall() == [(len(world.threads),)]


ROOMS = {
    "config file": {
        "max_requests": 11,
        "max_write_rows": 11,
        "timeout_s": 11.0,
        "on_error": "partial",
        "read_only": True,
        "cache": "11m",
        "cache_file": "answers-11",
        "journal": "journal-11",
        "rate_limits": "openai=11/60s",
        "max_in_flight": 11,
        "allow_full_writes": True,
        "allow_writes_in_transaction": True,
    },
    "environment": {
        "max_requests": 21,
        "max_write_rows": 21,
        "timeout_s": 21.0,
        "on_error": "error",
        "read_only": False,
        "cache": "21m",
        "cache_file": "answers-21",
        "journal": "journal-21",
        "rate_limits": "openai=21/60s",
        "max_in_flight": 21,
        "allow_full_writes": False,
        "allow_writes_in_transaction": False,
    },
    "profile": {
        "max_requests": 22,
        "max_write_rows": 22,
        "timeout_s": 22.0,
        "on_error": "partial",
        "read_only": True,
        "cache": "22m",
        "cache_file": "answers-22",
        "journal": "journal-22",
        "rate_limits": "openai=22/60s",
        "max_in_flight": 22,
        "allow_full_writes": True,
        "allow_writes_in_transaction": True,
    },
    "connect": {
        "max_requests": 12,
        "max_write_rows": 12,
        "timeout_s": 12.0,
        "on_error": "error",
        "read_only": False,
        "cache": "12m",
        "cache_file": "answers-12",
        "journal": "journal-12",
        "rate_limits": "openai=12/60s",
        "max_in_flight": 12,
        "allow_full_writes": False,
        "allow_writes_in_transaction": False,
    },
    "SET": {
        "max_requests": 13,
        "max_write_rows": 13,
        "timeout_s": 13.0,
        "on_error": "partial",
        "read_only": True,
        "cache": "13m",
        "cache_file": "answers-13",
        "journal": "journal-13",
        "rate_limits": "openai=13/60s",
        "max_in_flight": 13,
        "allow_full_writes": True,
        "allow_writes_in_transaction": True,
    },
    "option": {
        "max_requests": 14,
        "max_write_rows": 14,
        "timeout_s": 14.0,
        "on_error": "error",
        "read_only": True,
        "cache": "14m",
        "cache_file": "answers-14",
        "journal": "journal-14",
        "rate_limits": "openai=14/60s",
        "max_in_flight": 14,
        "allow_full_writes": False,
        "allow_writes_in_transaction": False,
    },
}


@pytest.mark.parametrize("name", list(SETTINGS))
@pytest.mark.parametrize("said", [tuple(ROOMS)[:count] for count in range(1, len(ROOMS) + 1)], ids=len)
def test_each_place_wins_over_those_before_it(name: str, said: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For every setting alike, and SHOW SETTINGS says where the value comes from."""
    monkeypatch.chdir(tmp_path)
    config = tmp_path / "config.toml"
    config.write_text(
        f"[settings]\n{name} = {json.dumps(ROOMS['config file'][name])}\n[profiles.other.settings]\n{name} = {json.dumps(ROOMS['profile'][name])}\n"
    )
    arguments: dict[str, Any] = {name: ROOMS["connect"][name]} if "connect" in said else {}
    if "environment" in said:
        monkeypatch.setenv(f"ROWCALL_{name.upper()}", str(ROOMS["environment"][name]))
    if "profile" in said:
        arguments["profile"] = "other"

    with rowcall.connect(config=config, **arguments) as db:
        if "SET" in said:
            db.sql(f"SET rowcall_{name} = $1", [ROOMS["SET"][name]])
        if "option" in said:
            db.variables.say("option", {name: ROOMS["option"][name]})
        shown = {row[0]: row[1:3] for row in db.sql("SHOW SETTINGS").project("name, value, source").fetchall()}

    expected = ROOMS[said[-1]][name]
    assert shown.pop(f"rowcall_{name}") == (str(expected).lower(), said[-1])
    assert {source for _, source in shown.values()} == {"default"}


def test_the_config_file_takes_a_timeout_with_a_unit(tmp_path: Path) -> None:
    """It is shown in seconds."""
    config = tmp_path / "config.toml"
    config.write_text('[settings]\ntimeout_s = "2min"\n')

    with rowcall.connect(config=config) as db:
        shown = dict(db.sql("SHOW SETTINGS").project("name, value").fetchall())

    assert shown["rowcall_timeout_s"] == "120.0"
    assert "rowcall_timeout" not in shown


def test_an_argument_of_the_call_wins_over_all(db: Session) -> None:
    """For this call; the session's settings stay."""
    db.variables.say("option", {"max_requests": 5})

    during = db.sql("SHOW SETTINGS", max_requests=None, on_error="partial").project("name, value, source").fetchall()
    after = db.sql("SHOW SETTINGS").project("name, value, source").fetchall()

    assert during[:2] == [("rowcall_on_error", "partial", "call"), ("rowcall_max_requests", None, "call")]
    assert after[:2] == [("rowcall_on_error", "error", "default"), ("rowcall_max_requests", "5", "option")]


def test_what_is_left_out_says_nothing(db: Session) -> None:
    """UNSET is not None: an argument that was left out lifts no limit."""
    db.sql("SET rowcall_max_requests = 7")

    assert db.variables.in_call(max_requests=UNSET, on_error=None).rows() == db.variables.rows()
    assert db.variables.in_call(max_requests=None).max_requests is None


def test_a_limit_of_the_session_holds_for_its_statements(still: Sandbox, world: Any) -> None:
    """Said to `connect`, it needs no SET."""
    ask = "SELECT count(*) FROM openai.assistants.runs WHERE thread_id IN (SELECT unnest($1))"

    with rowcall.connect(providers=still.providers, max_requests=2) as db:
        with pytest.raises(BudgetError, match="max_requests is 2"):
            db.sql(ask, [world.threads[:3]])
        assert db.sql(ask, [world.threads[:3]], max_requests=3).fetchall()
    with rowcall.connect(providers=still.providers, timeout_s=1e-6) as db, pytest.raises(UnavailableError, match="timeout_s=1e-06"):
        db.sql(ask, [world.threads[:3]])


def test_a_set_that_an_option_overrides_is_warned_of(db: Session) -> None:
    """The user of a shell that was started with an option would wonder."""
    db.variables.say("option", {"max_requests": 3})

    with pytest.warns(UserWarning, match="rowcall_max_requests stays as it is: an option of the command line wins over SET"):
        db.sql("SET rowcall_max_requests = 100")
    db.sql("RESET rowcall_max_requests; SET rowcall_timeout_s = 9")

    assert (db.variables.max_requests, db.last.warnings) == (3, ())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SET rowcall_max_request = 3", "rowcall_max_requests"),
        ("SET rowcall_max_requests = 'many'", "rowcall_max_requests takes a whole number, or NULL for no limit, not 'many'"),
        ("SET rowcall_max_requests = -1", "whole number"),
        ("SET rowcall_max_requests = true", "whole number"),
        ("SET rowcall_max_write_rows = -1", "rowcall_max_write_rows takes a whole number, or NULL for no limit, not -1"),
        ("SET rowcall_timeout_s = 0", "seconds above 0"),
        (
            "SET rowcall_timeout = 'soon'",
            "rowcall_timeout_s takes seconds above 0, or a time as 500ms, 5s or 2min, or NULL for no limit, not 'soon'",
        ),
        ("SET rowcall_timeout = '0s'", "seconds above 0"),
        ("SET rowcall_on_error = 'ignore'", "error or partial"),
        ("SET rowcall_read_only = 'perhaps'", "true or false"),
    ],
)
def test_a_wrong_name_or_value_is_an_error(db: Session, text: str, message: str) -> None:
    """It says what there is, and changes nothing."""
    with pytest.raises(UnsupportedSQLError, match=message):
        db.sql(text)

    assert db.variables.rows() == Variables().rows()


def test_settings_of_duckdb_are_duckdbs(db: Session) -> None:
    """SET of anything else goes to it."""
    db.sql("SET threads = 2")

    assert db.sql("SELECT current_setting('threads')").fetchall() == [(2,)]


def test_read_only_stays_on() -> None:
    """Once it is."""
    variables = Variables()
    variables.set("read_only", value=True)

    for value in (False, None):
        with pytest.raises(UsageError, match="cannot be switched off"):
            variables.set("read_only", value)
    with pytest.raises(UsageError, match="cannot be switched off"):
        variables.reset("read_only")


@pytest.mark.parametrize("origin", ["config file", "connect", "option"])
def test_no_statement_opens_what_another_place_closed(origin: str) -> None:
    """SET and RESET are refused, wherever read_only was said."""
    variables = Variables()
    variables.say(origin, {"read_only": True})

    for statement in (lambda: variables.set("read_only", value=False), lambda: variables.reset("read_only")):
        with pytest.raises(UsageError, match="cannot be switched off"):
            statement()
    assert variables.read_only


def test_every_setting_is_listed_with_its_type() -> None:
    """Name, value, default, where the value comes from, type and a sentence."""
    rows = Variables().rows()

    assert [row["name"] for row in rows] == [
        "rowcall_on_error",
        "rowcall_max_requests",
        "rowcall_max_write_rows",
        "rowcall_timeout_s",
        "rowcall_read_only",
        "rowcall_cache",
        "rowcall_cache_file",
        "rowcall_journal",
        "rowcall_rate_limits",
        "rowcall_max_in_flight",
        "rowcall_allow_full_writes",
        "rowcall_allow_writes_in_transaction",
    ]
    assert [(row["value"], row["default"]) for row in rows] == [
        ("error", "error"),
        ("1000", "1000"),
        ("1", "1"),
        (None, None),
        ("false", "false"),
        (None, None),
        (None, None),
        (None, None),
        (None, None),
        (None, None),
        ("false", "false"),
        ("false", "false"),
    ]
    assert all(row["source"] == "default" and row["type"] and row["description"].endswith(".") for row in rows)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"max_requests": -1}, "max_requests takes a whole number, or None for no limit, not -1"),
        ({"max_requests": 1.5}, "max_requests takes"),
        ({"timeout_s": float("nan")}, "timeout_s takes seconds above 0"),
        ({"on_error": "ignore"}, "on_error takes error or partial, not 'ignore'"),
        ({"read_only": "yes"}, "read_only takes true or false"),
        (
            {"rate_limits": "openai=5"},
            "rate_limits takes limits by provider, as openai=500/60s, 10/s; azure=none, or None for what the provi",
        ),
        ({"cache_file": 5}, "cache_file takes the path of a file, or None for memory, not 5"),
        ({"cache_file": ""}, "cache_file takes the path of a file"),
        ({"cache_file": "no/such/folder/answers"}, "cache_file no/such/folder/answers cannot be used: No such file or directory"),
        ({"cache_file": "\0"}, "cache_file .* cannot be used: "),
        ({"rate_limits": "opnai=5/s"}, r'rate_limits: no provider "opnai"\. Did you mean openai\?'),
        ({"rate_limits": "openai.asistants=5/s"}, r'no service or resource "openai\.asistants"\. Did you mean openai\.assistants'),
        (
            {"rate_limits": "openai.assistants.run=5/s"},
            r'no service or resource "openai\.assistants\.run"\. Did you mean openai\.assistants\.runs',
        ),
        ({"rate_limits": "openai.assistants.runs.id=5/s"}, r'no service or resource "openai\.assistants\.runs\.id"'),
        ({"max_in_flight": 0}, "max_in_flight takes a whole number above 0, or None for what the providers say, not 0"),
        ({"max_in_flight": True}, "max_in_flight takes"),
        ({"max_in_flight": 2.0}, "max_in_flight takes"),
        ({"max_request": 5}, r"No setting max_request\. Did you mean max_requests"),
    ],
)
def test_a_wrong_argument_of_the_session_is_an_error(arguments: dict[str, Any], message: str) -> None:
    """When it is made, not when its first statement runs."""
    with pytest.raises(UsageError, match=message):
        Session(**arguments)


def test_limits_that_are_set_hold_for_statements_and_explain_says_them(live: Sandbox) -> None:
    """Until they are taken back; a name that no provider has is an error with its place."""
    with rowcall.connect(providers=live.providers) as db:
        threads = [thread for (thread,) in live.tables["sandbox_threads"][1]][:4]
        ask = "SELECT count(*) FROM threads WHERE id IN (SELECT unnest($1))"
        db.sql(ask, [threads])
        fast = db.last.elapsed_s

        db.sql("SET rowcall_rate_limits = 'openai=1/0.3s'")
        said = db.explain(ask, [threads])
        db.sql(ask, [threads])
        slow = db.last.elapsed_s
        db.sql("RESET rowcall_rate_limits")

        assert slow > max(0.9, fast)
        assert (said.rate_limit, said.rate_limited_s) == ("OpenAI allows 1 requests in 0.3 s", pytest.approx(0.9))
        assert db.explain(ask, [threads]).rate_limit == ""
        with pytest.raises(UnsupportedSQLError, match=r'no provider "opnai"'):
            db.sql("SET rowcall_rate_limits = 'opnai=1/s'")
        assert db.variables.rate_limits == {}


def test_limits_of_a_resource_are_set_by_its_name(live: Sandbox) -> None:
    """They hold for it alone, beside those of its provider, and EXPLAIN says which takes the longest."""
    with rowcall.connect(providers=live.providers) as db:
        threads = [thread for (thread,) in live.tables["sandbox_threads"][1]][:4]
        ask, other = "SELECT count(*) FROM threads WHERE id IN (SELECT unnest($1))", "SELECT count(*) FROM assistants"

        db.sql("SET rowcall_rate_limits = 'openai=100/1s; openai.assistants.threads=1/0.3s; openai.assistants=50/s'")
        said, beside = db.explain(ask, [threads]), db.explain(other)
        db.sql(ask, [threads])
        slow = db.last.elapsed_s
        db.sql(other)

        assert slow > max(0.9, db.last.elapsed_s)
        assert said.rate_limit == (
            "OpenAI allows 100 requests in 1 s; OpenAI at openai.assistants allows 50 requests in 1 s; "
            "OpenAI at openai.assistants.threads allows 1 requests in 0.3 s"
        )
        assert (said.rate_limited_s, beside.rate_limited_s) == (pytest.approx(0.9), 0.0)
        with pytest.raises(UnsupportedSQLError, match=r'no service or resource "openai\.assistants\.thread"'):
            db.sql("SET rowcall_rate_limits = 'openai.assistants.thread=1/s'")


def limited_workshop(folder: Path) -> Catalog:
    """The workshop with a limit for the service, and another for its tools."""
    shutil.copytree(WORKSHOP, folder)
    file = folder / "trade.yaml"
    text = file.read_text().replace("title: Trade\n", "title: Trade\nrate_limits: [{requests: 4, per_s: 0.6}]\n", 1)
    file.write_text(text.replace("  tools:\n", "  tools:\n    rate_limits: [{requests: 1, per_s: 0.3}]\n", 1))
    return Catalog({"workshop": load_provider(folder)})


def test_limits_of_a_manifest_for_a_service_and_a_resource_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """EXPLAIN takes the narrowest into account, and a statement may lift each by its name."""
    catalog = limited_workshop(tmp_path / "workshop")
    monkeypatch.setattr(Catalog, "shipped", lambda: catalog)
    with Sandbox(WORKSHOP) as box, rowcall.connect(providers=box.providers, max_write_rows=None) as db:
        write = "INSERT INTO tools (name) VALUES ('a'), ('b'), ('c')"
        shown, shops = db.explain(write), db.explain("SELECT * FROM shops")
        db.sql(write)
        slow = db.last.elapsed_s
        db.sql("SET rowcall_rate_limits = 'workshop.trade=none; workshop.trade.tools=none'")
        db.sql(write)
        lifted = db.last.elapsed_s

        assert (shown.rate_limited_s, shops.rate_limited_s) == (pytest.approx(0.6), 0.0)
        assert shops.rate_limit == "Workshop at workshop.trade allows 4 requests in 0.6 s"
        assert "at workshop.trade.tools allows 1 requests in 0.3 s" in shown.rate_limit
        assert slow > max(0.6, lifted)


def test_a_statement_has_no_more_requests_under_way_than_it_says() -> None:
    """Less than its provider allows, never more; as many as that where it says nothing. Resources share them."""
    ask = "SELECT id FROM runs WHERE thread_id IN (SELECT unnest($1)) UNION ALL SELECT id FROM threads WHERE id IN (SELECT unnest($1))"

    def most(db: Session, **said: Any) -> int:
        db.sql(ask, [threads], **said)
        spans = [(one.sent_at, one.sent_at + one.elapsed_s) for one in db.last.exchanges]
        return max(sum(begun <= at < ended for begun, ended in spans) for at, _ in spans)

    with Sandbox() as box:
        threads = [thread for (thread,) in box.tables["sandbox_threads"][1]][:8]
        box.fault("slow", times=None, seconds=0.05)
        with rowcall.connect(providers={"openai": {**box.providers["openai"], "max_in_flight": 3}}, max_in_flight=2) as db:
            found = [most(db), most(db, max_in_flight=1), most(db, max_in_flight=50), most(db, max_in_flight=None)]

    assert found == [2, 1, 3, 3]


def test_sessions_that_name_the_same_file_share_answers(live: Sandbox, tmp_path: Path) -> None:
    """Within it, and where one has ended; each counts what it took as a hit, and a write of one empties it for the others."""
    file = tmp_path / "answers"
    given: dict[str, Any] = {"providers": live.providers, "cache": "1h", "cache_file": file}
    ask, change = "SELECT count(*) FROM assistants", "INSERT INTO assistants (model) VALUES ('gpt-4o')"
    with rowcall.connect(**given) as first:
        (before,) = first.sql(ask).fetchall()
        asked = first.last.requests

        with rowcall.connect(**given) as second:
            measured = second.explain(ask, analyze=True).scans[0].measured
            assert measured is not None
            assert (measured.requests, measured.cache_hits) == (0, asked)
            assert second.sql(ask).fetchall() == [before]
            assert second.sql("FROM rowcall_requests()").fetchall() == []

            second.sql(change, cache=None)
        assert first.sql(ask).fetchall() == [(before[0] + 1,)]
    with rowcall.connect(**given) as third:
        assert third.sql(ask).fetchall() == [(before[0] + 1,)]
        assert third.last.requests == 0


def test_a_file_that_is_set_holds_until_it_is_taken_back(still: Sandbox, tmp_path: Path) -> None:
    """One that cannot be used is an error with its place, and then the one before still holds."""
    good, bad = tmp_path / "answers", tmp_path / "notes"
    bad.write_text("These are my notes.")
    bad.chmod(0o600)
    with rowcall.connect(providers=still.providers, cache="1h") as db:
        db.sql("SET rowcall_cache_file = $1", [str(good)])
        with pytest.raises(UnsupportedSQLError, match=r"cache_file \S+notes cannot be used: file is not a database"):
            db.sql("SET rowcall_cache_file = $1", [str(bad)])
        db.sql("FROM assistants")
        assert db.variables.cache_file == str(good)
        assert bad.read_text() == "These are my notes."

        db.sql("SET rowcall_cache_file = NULL")
        db.sql("FROM assistants")
        in_memory = db.last.requests
        db.sql("RESET rowcall_cache_file; SET rowcall_cache_file = $1; FROM assistants", [str(good)])

        assert (in_memory > 0, db.last.requests) == (True, 0)


def test_a_file_that_was_removed_is_made_anew_and_shared_again(live: Sandbox, tmp_path: Path) -> None:
    """Else a session that has the old one open would write, and the others go on to find in the new one what was so before."""
    file = tmp_path / "answers"
    given: dict[str, Any] = {"providers": live.providers, "cache": "1h", "cache_file": file}
    ask, change = "SELECT count(*) FROM assistants", "INSERT INTO assistants (model) VALUES ('gpt-4o')"
    with rowcall.connect(**given) as first:
        first.sql(ask)
        for each in tmp_path.iterdir():
            each.unlink()
        with rowcall.connect(**given) as second:
            (before,) = second.sql(ask).fetchall()

            first.sql(change)

            assert second.sql(ask).fetchall() == [(before[0] + 1,)]
            assert first.sql(ask).fetchall() == [(before[0] + 1,)]
            assert first.last.requests == 0


def test_where_the_folder_of_the_file_was_removed_a_read_is_answered_and_a_write_refused(live: Sandbox, tmp_path: Path) -> None:
    """Until another is set."""
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o700)
    change = "INSERT INTO assistants (model) VALUES ('gpt-4o')"
    with rowcall.connect(providers=live.providers, cache="1h", cache_file=folder / "answers") as db:
        (before,) = db.sql("SELECT count(*) FROM assistants").fetchall()
        shutil.rmtree(folder)

        with pytest.warns(RowcallWarning, match=r"cache_file \S+ cannot be used: it was removed or replaced. The API is asked"):
            assert db.sql("SELECT count(*) FROM assistants").fetchall() == [before]
        with pytest.raises(UsageError, match="Nothing was sent"):
            db.sql(change)
        db.sql("SET rowcall_cache_file = NULL")
        db.sql(change)

        assert db.sql("SELECT count(*) FROM assistants").fetchall() == [(before[0] + 1,)]


def test_a_session_goes_on_with_the_file_after_it_was_closed(still: Sandbox, tmp_path: Path) -> None:
    """As it does with its connections, on a database that is the caller's."""
    with duckdb.connect() as con:
        db = rowcall.connect(con, providers=still.providers, cache="1h", cache_file=tmp_path / "answers")
        db.sql("FROM assistants")
        db.close()
        db.sql("FROM assistants")

        assert (db.last.requests, db.last.warnings) == (0, ())
        db.close()
