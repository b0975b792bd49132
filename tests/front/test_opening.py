"""A session as the options ask for it."""

from __future__ import annotations

import duckdb
import pytest

from rowcall.errors import UsageError
from rowcall.front.opening import add_tables, merged, opened_session, provider_settings
from rowcall.front.options import setting
from rowcall.shell.options import parse


def test_later_settings_win_and_keys_gather() -> None:
    """Headers add up, one base URL replaces another."""
    given = ["openai.base_url=http://a", "openai.headers.X-A=1", "openai.headers.X-B=2", "openai.base_url=http://b"]

    assert provider_settings([setting(text) for text in given]) == {"openai": {"base_url": "http://b", "headers": {"X-A": "1", "X-B": "2"}}}


def test_a_number_needs_no_json() -> None:
    """What is a number, true or false, or a list is read as that after a plain `=`, and a text where it is none."""
    given = ["openai.max_in_flight=4", "openai.verify_tls=false", "openai.total_timeout_s=none", "openai.api_key=5", "openai.query.a=1"]

    assert provider_settings([setting(text) for text in given]) == {
        "openai": {"max_in_flight": 4, "verify_tls": False, "total_timeout_s": "none", "api_key": "5", "query": {"a": "1"}}
    }


@pytest.mark.parametrize("given", [["openai.headers=x", "openai.headers.X-A=1"], ["openai.headers.X-A=1", "openai.headers=x"]])
def test_a_setting_is_one_value_or_several(given: list[str]) -> None:
    """A name that is given both ways is refused or replaced, and never a trace."""
    if given[0] == "openai.headers=x":
        with pytest.raises(UsageError, match=r"--set openai\.headers is one value"):
            provider_settings([setting(text) for text in given])
    else:
        assert provider_settings([setting(text) for text in given]) == {"openai": {"headers": "x"}}


def test_settings_win_over_the_sandbox() -> None:
    """What the user sets replaces that one setting."""
    assert merged({"openai": {"base_url": "http://box", "api_key": "k"}}, {"openai": {"api_key": "other"}, "x": {}}) == {
        "openai": {"base_url": "http://box", "api_key": "other"},
        "x": {},
    }


def test_tables_are_temporary() -> None:
    """Columns keep the types of their values, and an empty table is one too."""
    connection = duckdb.connect()

    add_tables(connection, {"a b": (("id", "n"), [("x", 1), ("y", 2)]), "none": (("id",), [])})

    assert connection.sql('SELECT id, n + 1 FROM "a b" ORDER BY 1').fetchall() == [("x", 2), ("y", 3)]
    assert connection.sql("FROM none").fetchall() == []
    assert connection.sql("SELECT DISTINCT database_name FROM duckdb_tables()").fetchall() == [("temp",)]


def test_tables_that_are_not_temporary_are_seen_by_every_connection() -> None:
    """A cursor of the same database, which has no temporary tables but its own, finds them."""
    connection = duckdb.connect()

    add_tables(connection, {"t": (("id",), [("x",)])}, temporary=False)

    assert connection.cursor().sql("FROM t").fetchall() == [("x",)]


def test_the_session_is_closed_at_the_end() -> None:
    """Sandbox, connection and session end with the block."""
    with opened_session(parse(["query", "x", "--sandbox"])) as session:
        assert session.sql("SELECT count(*) > 0 FROM sandbox_threads").fetchall() == [(True,)]
        connection = session.connection

    with pytest.raises(duckdb.ConnectionException):
        connection.sql("SELECT 1")


def test_options_are_settings_of_the_session() -> None:
    """SHOW SETTINGS says that they are options; what no option says is left to the config file."""
    with opened_session(
        parse(["query", "x", "--max-requests", "none", "--timeout", "9", "--on-error", "partial", "--read-only"])
    ) as session:
        said = session.sql("SHOW SETTINGS").filter("source <> 'default'").project("name, value, source").fetchall()
    with opened_session(parse(["query", "x"])) as session:
        unsaid = session.sql("SHOW SETTINGS").project("source").distinct().fetchall()

    assert said == [
        ("rowcall_on_error", "partial", "option"),
        ("rowcall_max_requests", None, "option"),
        ("rowcall_timeout_s", "9.0", "option"),
        ("rowcall_read_only", "true", "option"),
    ]
    assert unsaid == [("default",)]


def test_a_seed_needs_the_sandbox() -> None:
    """An option that would do nothing is refused."""
    with pytest.raises(UsageError, match="add --sandbox"), opened_session(parse(["query", "x", "--seed", "1"])):
        pass


def test_every_provider_that_a_statement_names_is_played(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for the sandbox has nothing reach a real API, of a provider with a key in the environment neither."""
    monkeypatch.setenv("GITHUB_TOKEN", "a-real-key")
    with opened_session(parse(["query", "x", "--sandbox", "--yes"])) as session:
        session.sql("SELECT * FROM github.users.users WHERE login = 'nobody-at-all'").fetchall()
        asked = session.sql("SELECT DISTINCT url FROM rowcall_requests()").fetchall()

    assert [url.startswith("http://127.0.0.1:") for (url,) in asked] == [True]


def test_a_setting_of_a_provider_that_is_not_played_yet_is_checked() -> None:
    """As those of one that is."""
    with (
        pytest.raises(UsageError, match=r'no provider "githib"'),
        opened_session(parse(["query", "x", "--sandbox", "--set", "githib.query.a=1"])),
    ):
        pass
