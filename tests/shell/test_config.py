"""`rowcall config`: every setting with where it comes from, and nothing that is secret."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rowcall.session.settings import IN_FILES
from rowcall.session.variables import SETTINGS

Run = Callable[..., Any]

CONFIG = """\
[settings]
max_requests = 5
cache = "5m"

[providers.openai]
base_url = "http://user:planted-0-secret@127.0.0.1:9/v1"
api_key = "planted-1-secret"
rate_limits_redis = "redis://:planted-2-secret@127.0.0.1:9/0"
max_in_flight = 4

[providers.openai.headers]
Authorization = "Bearer planted-3-secret"
X-Team = "ops"

[profiles.azure.settings]
timeout_s = "2min"

[profiles.azure.providers.openai]
auth = "azure"
api_key_command = "echo planted-4-secret; touch ran"
query = { sig = "planted-5-secret", "api-version" = "1" }
"""


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The config file of the user."""
    file = tmp_path / "config.toml"
    file.write_text(CONFIG)
    file.chmod(0o600)
    monkeypatch.setenv("ROWCALL_CONFIG", str(file))
    return file


def shown(run: Run, *options: str) -> dict[str, tuple[str | None, str, str | None]]:
    """What `config show` says of each setting; fails where a secret is in it."""
    ended = run("config", "show", "-o", "json", *options)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "planted" not in ended.stdout
    return {row["setting"]: (row["value"], row["source"], row["place"]) for row in json.loads(ended.stdout)}


def test_every_setting_is_shown(run: Run) -> None:
    """Of the session and of each provider, with what holds where nobody says anything."""
    found = shown(run)

    providers = [f"{provider}.{name}" for provider in ("github", "openai") for name in IN_FILES]
    of_service = [f"openai.organization.{name}" for name in ("auth", "api_key", "api_key_command", "api_key_keyring", "api_key_id")]
    assert list(found) == [*SETTINGS, *providers, *of_service]
    assert {source for _, source, _ in found.values()} == {"default"}
    assert found["max_requests"] == ("1000", "default", None)
    assert found["openai.base_url"] == ("https://api.openai.com/v1", "default", None)
    assert found["openai.auth"][0] == "bearer"


def test_each_setting_says_where_it_comes_from(run: Run, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file and line, the variable, the profile's line, the option; what gets a key is not run."""
    monkeypatch.setenv("ROWCALL_MAX_REQUESTS", "6")
    monkeypatch.setenv("ROWCALL_READ_ONLY", "true")
    plain = shown(run)
    azure = shown(run, "--profile", "azure", "--max-requests", "7", "--set", "openai.max_in_flight:=2", "--read-only")

    assert plain["max_requests"] == ("6", "environment", "$ROWCALL_MAX_REQUESTS")
    assert plain["cache"] == ("5m", "config file", f"{config}:3")
    assert plain["timeout_s"] == (None, "default", None)
    assert plain["openai.base_url"] == ("http://***@127.0.0.1:9/v1", "config file", f"{config}:6")
    assert plain["openai.api_key"] == ("***", "config file", f"{config}:7")
    assert plain["openai.rate_limits_redis"] == ("redis://127.0.0.1:9/0", "config file", f"{config}:8")
    assert plain["openai.headers"] == ('{"Authorization": "***", "X-Team": "ops"}', "config file", f"{config}:11")
    assert azure["max_requests"] == ("7", "option", "--max-requests")
    assert azure["read_only"] == ("true", "option", "--read-only")
    assert azure["timeout_s"] == ("120.0", "profile", f"{config}:16")
    assert azure["openai.auth"] == ("azure", "profile", f"{config}:19")
    assert azure["openai.api_key"] == (None, "default", None)
    assert azure["openai.api_key_command"] == ("***", "profile", f"{config}:20")
    assert azure["openai.query"] == ('{"sig": "***", "api-version": "1"}', "profile", f"{config}:21")
    assert azure["openai.max_in_flight"] == ("2", "option", "--set openai.max_in_flight")
    assert not (config.parent / "ran").exists()


def test_a_key_in_a_variable_is_named_by_it(run: Run, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It wins over the file, and not over a profile."""
    monkeypatch.setenv("OPENAI_API_KEY", "planted-6-secret")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "planted-7-secret")

    assert shown(run)["openai.api_key"] == ("***", "environment", "$OPENAI_API_KEY")
    assert shown(run, "--profile", "azure")["openai.api_key_command"] == ("***", "profile", f"{config}:20")


def test_the_path_is_where_the_file_is_or_would_be(run: Run, config: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Named by a variable, or in the user's configuration folder."""
    named = run("config", "path").stdout
    monkeypatch.delenv("ROWCALL_CONFIG")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    own = run("config", "path")

    assert named == f"{config}\n"
    assert (own.stdout.endswith("config.toml\n"), own.returncode) == (True, 0)


def test_check_finds_what_is_wrong_in_any_profile(run: Run, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fault once, with file and line, and variables that nobody reads; it ends with 1."""
    good = run("config", "check")
    config.write_text(
        f'{CONFIG}max_in_flight = 0\n[profiles.other.settings]\nmax_requests = "many"\n[profiles.third.providers.openai]\nauth = "azur"\n'
    )
    monkeypatch.setenv("ROWCALL_READ_ONY", "true")
    bad = run("config", "check")
    config.write_text("[settings]\nmax_request = 5\n")
    monkeypatch.delenv("ROWCALL_READ_ONY")
    misspelt = run("config", "check")

    assert (good.stdout, good.stderr, good.returncode) == ("", f"{config}: no faults\n", 0)
    assert bad.stdout.splitlines() == [
        f"the config file {config}:22: max_in_flight of openai must be a whole number above 0, not 0.",
        f"the config file {config}:24: max_requests takes a whole number, or \"none\" for no limit, not 'many'.",
        f'the config file {config}:26: openai has no auth "azur". Did you mean azure?',
        "$ROWCALL_READ_ONY says nothing. Did you mean $ROWCALL_READ_ONLY?",
    ]
    assert (bad.stderr, bad.returncode) == (f"{config}: 4 faults\n", 1)
    assert misspelt.stdout == f"the config file {config}:2: no setting max_request. Did you mean max_requests?\n"


FAULTY = """\
colour = "blue"

[setings]
max_requests = 5
cache = "5m"

[settings]
max_request = 5
timeout_s = "soon"
cache = 5

[providers]
opnai = { api_key = "planted-0-secret" }

[providers.openai]
base_ulr = "http://localhost"
http2 = true
transport = "httpx"
max_in_flight = 0
headers = "none"
api_key = "planted-1-secret"
api_key_command = "touch ran"

[profiles.azure]
wat = 1

[profiles.azure.providers.openai]
auth = "azur"
verify_tls = "no"
"""


def test_check_tells_all_faults_at_once(run: Run, config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One does not hide another: of tables, names and values, in and out of profiles, and of variables."""
    config.write_text(FAULTY)
    config.chmod(0o644)
    monkeypatch.setenv("ROWCALL_TIMEOUT_S", "later")
    monkeypatch.setenv("ROWCALL_ON_ERROR", "ignore")

    ended = run("config", "check")

    assert sorted(ended.stdout.replace(str(config), "it").splitlines()) == sorted(
        [
            'the config file it:1: no table "colour". There is: profiles, providers, settings.',
            'the config file it:3: no table "setings". Did you mean settings?',
            "the config file it:8: no setting max_request. Did you mean max_requests?",
            "the config file it:9: timeout_s takes seconds above 0, or a time as 500ms, 5s or 2min, or \"none\" for no limit, not 'soon'.",
            'the config file it:10: cache takes how long, as 60s, 5m or 1h, or "none" for no cache, not 5.',
            "the config file it:13: api_key is secret, and others may use the file (mode 0644). Run: chmod 600 it",
            'the config file it:13: no provider "opnai". Did you mean openai?',
            'the config file it:16: openai has no setting "base_ulr". Did you mean base_url?',
            'the config file it:17: http2 of openai needs transport = "curl" besides.',
            "the config file it:19: max_in_flight of openai must be a whole number above 0, not 0.",
            "the config file it:20: headers of openai must be a table of names and values.",
            "the config file it:21: api_key is secret, and others may use the file (mode 0644). Run: chmod 600 it",
            'the config file it:25: a profile has no table "wat". There is: providers, settings.',
            'the config file it:28: openai has no auth "azur". Did you mean azure?',
            "the config file it:29: verify_tls of openai must be true or false, not 'no'.",
            "$ROWCALL_ON_ERROR: on_error takes error or partial, not 'ignore'.",
            "$ROWCALL_TIMEOUT_S: timeout_s takes seconds above 0, or a time as 500ms, 5s or 2min, or \"none\" for no limit, not 'later'.",
        ]
    )
    assert (ended.stderr, ended.returncode) == (f"{config}: 17 faults\n", 1)
    assert "planted" not in ended.stdout
    assert not (config.parent / "ran").exists()


def test_check_says_that_there_is_no_file(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Rather than that it has no faults, as it may stand elsewhere; one that was named must be there."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.delenv("ROWCALL_CONFIG", raising=False)
    none = run("config", "check")
    monkeypatch.setenv("ROWCALL_CONFIG", "absent.toml")
    named = run("config", "check")

    where = tmp_path / "xdg" / "rowcall" / "config.toml"
    assert (none.stdout, none.stderr, none.returncode) == ("", f"There is no config file {where}: defaults and variables hold.\n", 0)
    assert (named.stdout, named.returncode) == ("There is no config file absent.toml.\n", 1)


@pytest.mark.parametrize("words", [["config", "show"], ["query", "SELECT 1"], ["shell"]])
def test_a_profile_that_there_is_not_is_wrong_usage(words: list[str], run: Run, config: Path) -> None:
    """Whatever the command, with those that there are."""
    ended = run(*words, "--profile", "azur")

    assert (ended.stdout, ended.returncode) == ("", 2)
    assert ended.stderr == f'error: No profile "azur" in the config file {config}. Did you mean azure?\n'


@pytest.mark.usefixtures("config")
def test_a_profile_is_used_by_the_command(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """By option, and by variable."""
    ask = ("query", "-o", "jsonl", "SHOW SETTINGS")

    by_option = run(*ask, "--profile", "azure").stdout
    monkeypatch.setenv("ROWCALL_PROFILE", "azure")
    by_variable = run(*ask).stdout

    assert '"name":"rowcall_timeout_s","value":"120.0","default":null,"source":"profile"' in by_option
    assert by_variable == by_option
