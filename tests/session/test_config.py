"""The config file: profiles laid over it, in which line what is wrong stands, and whose file it has to be."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rowcall
from rowcall.errors import UsageError
from rowcall.session.config import lines_of, read_config

ASK = "SELECT id FROM openai.assistants.runs WHERE thread_id = 't'"


@pytest.fixture
def server(scripted: Callable[..., Any], page: Callable[..., Any]) -> Any:
    """A server whose lists are empty."""
    return scripted(lambda _: (200, page([])))


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Writes the config file of the user."""

    def write(text: str, mode: int = 0o600) -> Path:
        file = tmp_path / "config.toml"
        file.write_text(text)
        file.chmod(mode)
        monkeypatch.setenv("ROWCALL_CONFIG", str(file))
        return file

    return write


PROFILES = """\
[settings]
max_requests = 5
timeout_s = 60
[providers.openai]
base_url = "{url}/file"
api_key = "sk-file"
query = {{ a = "1", b = "2" }}
[profiles.azure.settings]
max_requests = "none"
[profiles.azure.providers.openai]
base_url = "{url}/azure"
query = {{ b = "3" }}
[profiles.keyed.providers.openai]
api_key = "sk-profile"
"""


def test_a_profile_is_laid_over_the_rest_of_the_file(server: Any, written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting by setting, whether it is named by an argument or by the environment; an empty name is none."""
    written(PROFILES.format(url=server.providers["openai"]["base_url"]))
    found = []

    for argument, variable in [(None, ""), ("azure", ""), (None, "azure"), ("", "azure"), ("keyed", "azure")]:
        monkeypatch.setenv("ROWCALL_PROFILE", variable)
        with rowcall.connect(profile=argument) as db:
            db.sql(ASK)
            found.append(
                (db.variables.max_requests, db.variables.timeout_s, server.asked[-1].path, server.asked[-1].headers["authorization"])
            )

    plain = (5, 60.0, "/v1/file/threads/t/runs?limit=100&a=1&b=2", "Bearer sk-file")
    azure = (None, 60.0, "/v1/azure/threads/t/runs?limit=100&b=3", "Bearer sk-file")
    assert found == [plain, azure, azure, plain, (*plain[:3], "Bearer sk-profile")]


def test_a_profile_wins_over_the_environment_and_that_over_the_rest_of_the_file(
    server: Any, written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the key that is always in a variable does not go to the server of a profile that has its own; a call wins over all."""
    url = server.providers["openai"]["base_url"]
    written(PROFILES.format(url=url))
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{url}/environment")
    monkeypatch.setenv("ROWCALL_MAX_REQUESTS", "7")

    for profile, provider in [(None, {}), ("azure", {}), ("keyed", {}), ("keyed", {"api_key": "sk-call", "base_url": f"{url}/call"})]:
        with rowcall.connect(profile=profile, providers={"openai": provider}) as db:
            db.sql(ASK)

    assert [(asked.path.split("/")[2], asked.headers["authorization"][10:]) for asked in server.asked] == [
        ("environment", "environment"),
        ("azure", "environment"),
        ("environment", "profile"),
        ("call", "call"),
    ]


def test_a_header_of_the_environment_wins_over_the_config_file_alone(
    server: Any, written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One order for all."""
    own = server.providers["openai"]
    headers = '{ "OpenAI-Organization" = "org-%s" }'
    written(f"[providers.openai]\nheaders = {headers % 'file'}\n[profiles.p.providers.openai]\nheaders = {headers % 'profile'}\n")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-environment")

    for profile in (None, "p"):
        with rowcall.connect(profile=profile, providers={"openai": own}) as db:
            db.sql(ASK)

    assert [asked.headers["openai-organization"] for asked in server.asked] == ["org-environment", "org-profile"]


@pytest.mark.parametrize(
    ("text", "profile", "message"),
    [
        ("[profiles.azure]\n", "azur", 'No profile "azur" in the config file {file}. Did you mean azure?'),
        ("[profiles.azure]\n[profiles.own]\n", "xyz", 'No profile "xyz" in the config file {file}. There is: azure, own.'),
        ("", "azure", 'No profile "azure" in the config file {file}. It has none; one begins with [profiles.NAME.providers.openai].'),
    ],
)
def test_a_profile_that_there_is_not_names_those_that_there_are(
    text: str, profile: str, message: str, written: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And says where it was asked for, where that is the environment."""
    file = written(text)

    with pytest.raises(UsageError, match=f"^{re.escape(message.format(file=file))}$"):
        rowcall.connect(profile=profile)
    monkeypatch.setenv("ROWCALL_PROFILE", profile)
    with pytest.raises(UsageError, match=rf'^No profile "{profile}" \(from \$ROWCALL_PROFILE\) in the config file'):
        rowcall.connect()


def test_without_a_config_file_there_is_no_profile() -> None:
    """The error says where the file would be."""
    with pytest.raises(UsageError, match=r'^No profile "azure": there is no config file .*config\.toml\.$'):
        rowcall.connect(profile="azure")


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("profiles = 5", 1, "profiles must be a table of profiles by name"),
        ("[profiles]\nazure = 5", 2, "the profile azure must be a table"),
        ("[profiles.azure]\nsettings = 5", 2, "settings of the profile azure must be a table"),
        ("[profiles.azure.setings]\nmax_requests = 5", 1, 'a profile has no table "setings". Did you mean settings?'),
        ("\n[profiles.azure.openai]\nauth = 'azure'", 2, "Settings of a provider go into [profiles.azure.providers.openai]."),
        ("[profiles.azure.settings]\nmax_request = 5", 2, "no setting max_request. Did you mean max_requests?"),
        ("[profiles.azure.providers.opnai]", 1, 'no provider "opnai". Did you mean openai?'),
        ("[profiles.azure.providers.openai]\n# a key\n\napikey = 'x'", 4, 'openai has no setting "apikey". Did you mean api_key'),
        ("[providers.openai]\nclient = 'x'", 2, 'openai has no setting "client".'),
        ("[providers.openai]\nquery.x = '1'\nheaders = 5", 3, "headers of openai must be a table"),
        ("[providers.openai]\napi_key_command = 'a'\napi_key_keyring = 'b/c'", 3, "openai has api_key_command and api_key_keyring"),
    ],
)
def test_a_name_that_there_is_not_is_an_error_in_each_profile(text: str, line: int, message: str, written: Callable[[str], Path]) -> None:
    """Whether the profile is in force or not; with file and line."""
    file = written(text)

    with pytest.raises(UsageError, match=f"^the config file {re.escape(str(file))}:{line}: .*{re.escape(message)}"):
        rowcall.connect()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("max_in_flight = 0", "max_in_flight of openai must be a whole number above 0"),
        ('read_timeout_s = "1"', "read_timeout_s of openai must be a number of seconds above 0"),
        ('auth = "azur"', 'openai has no auth "azur". Did you mean azure?'),
        ("rate_limits = [\n  { requests = 0, per_s = 1 },\n]", "rate_limits of openai are written"),
        ('allow_writes = ["nothing"]', 'allow_writes of openai: "nothing" matches no method'),
        ("api_key_command = []", "api_key_command of openai is a command, as"),
        ("api_key_command = 5", "api_key_command of openai is a command, as"),
        ('api_key_keyring = "openai"', 'api_key_keyring of openai names an entry as "service/user"'),
    ],
)
@pytest.mark.parametrize("table", ["providers.openai", "profiles.p.providers.openai"])
def test_a_value_that_cannot_be_has_its_file_and_line(table: str, settings: str, message: str, written: Callable[[str], Path]) -> None:
    """When the provider is first asked, and before anything is sent."""
    file = written(f"# mine\n[{table}]\n{settings}\n[profiles.p.settings]\n")

    with (
        pytest.raises(UsageError, match=f"^the config file {re.escape(str(file))}:3: {re.escape(message)}"),
        rowcall.connect(profile="p") as db,
    ):
        db.sql(ASK)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("MAX_REQUESTS", "many", "max_requests takes a whole number, or \"none\" for no limit, not 'many'"),
        ("READ_ONLY", "yes", "read_only takes true or false, not 'yes'"),
        ("ON_ERROR", "none", "on_error takes error or partial, not 'none'"),
        ("TIMEOUT_S", "-1", "timeout_s takes seconds above 0"),
    ],
)
def test_a_variable_that_cannot_be_is_an_error(name: str, text: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named."""
    monkeypatch.setenv(f"ROWCALL_{name}", text)

    with pytest.raises(UsageError, match=f"^\\$ROWCALL_{name}: {re.escape(message)}"):
        rowcall.connect()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("max_requests", "none", None),
        ("max_requests", "", 1000),
        ("timeout_s", "2min", 120.0),
        ("timeout_s", "2.5", 2.5),
        ("read_only", "TRUE", True),
        ("read_only", "0", False),
        ("cache", "none", None),
    ],
)
def test_variables_say_settings(name: str, text: str, value: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Under the name that SET knows; an empty one says nothing."""
    monkeypatch.setenv(f"ROWCALL_{name.upper()}", text)

    with rowcall.connect() as db:
        assert db.variables.value(name) == value


DOCUMENT = '''\
# one

[providers.openai]   # two
base_url = """
[not a table]
x = 1
"""
query = { "api-version" = "1", deep = { a = 1 } }
headers."X-Team" = 'ops'
allow_writes = [
    "a", # three

    "b",
]

[[providers.openai.rate_limits]]
requests = 1
per_s = 2
[[providers.openai.rate_limits]]
requests = 3
'''


def test_each_name_has_its_line() -> None:
    """Whatever stands in texts, and over however many lines a value goes."""
    of_provider = {names[2:]: line for names, line in lines_of(DOCUMENT).items() if names[:2] == ("providers", "openai")}

    assert of_provider == {
        (): 3,
        ("base_url",): 4,
        ("query",): 8,
        ("query", "api-version"): 8,
        ("query", "deep"): 8,
        ("query", "deep", "a"): 8,
        ("headers",): 9,
        ("headers", "X-Team"): 9,
        ("allow_writes",): 10,
        ("rate_limits",): 16,
        ("rate_limits", "requests"): 17,
        ("rate_limits", "per_s"): 18,
    }


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["1", '"x"', "[\n1,\n2]", '"""\n#"""', "'''\n[t]\na = 1\n'''", "{ b = 1 }"]))))
def test_lines_count_what_stands_before(entries: list[tuple[int, str]]) -> None:
    """Empty lines, comments, and values of several lines."""
    text, expected = "", {}
    for number, (space, value) in enumerate(entries):
        text += "\n" * (space > 0) + "# c = 1\n" * (space > 1)
        expected[f"k{number}",] = text.count("\n") + 1
        text += f"k{number} = {value}\r\n"

    assert {names: line for names, line in lines_of(text).items() if len(names) == 1} == expected


@pytest.mark.skipif(os.name != "posix", reason="there are no such permissions")
@pytest.mark.parametrize(
    ("text", "mode", "fault"),
    [
        ("[providers.openai]\napi_key = 'k'", 0o644, "api_key is secret, and others may use the file (mode 0644). Run: chmod 600"),
        (
            "[profiles.p.providers.openai]\napi_key = 'k'",
            0o640,
            "api_key is secret, and others may use the file (mode 0640). Run: chmod 600",
        ),
        ("[providers.openai.headers]\nAuthorization = 'Bearer k'", 0o604, "Authorization is secret"),
        ("[providers.openai]\nquery.sig = 'k'", 0o644, "sig is secret"),
        ("[providers.openai]\nbase_url = 'http://u:p@127.0.0.1/v1'", 0o644, "base_url is secret"),
        ("[providers.openai]\nrate_limits_redis = 'redis://:p@h/0'", 0o644, "rate_limits_redis is secret"),
        (
            "[providers.openai]\napi_key_command = 'pass'",
            0o664,
            "a command is run, and others may change the file (mode 0664). Run: chmod go-w",
        ),
        ("[providers.openai]\napi_key_command = 'pass'", 0o644, None),
        ("[providers.openai]\napi_key_keyring = 'rowcall/openai'", 0o644, None),
        ("[providers.openai]\nheaders.X-Team = 'ops'", 0o666, None),
        ("[providers.openai]\napi_key = 'k'", 0o400, None),
    ],
)
def test_a_key_is_not_taken_from_a_file_that_others_may_use(text: str, mode: int, fault: str | None, written: Callable[..., Path]) -> None:
    """Nor a command from one that they may change; with the command that mends it."""
    file = written(text, mode)

    if fault is None:
        assert read_config().path == file
        return
    with pytest.raises(UsageError, match=f"^the config file {re.escape(str(file))}:2: {re.escape(fault)}") as error:
        rowcall.connect()
    assert "'k'" not in str(error.value)
    assert ":p@" not in str(error.value)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
def test_a_command_is_not_taken_from_a_file_of_another_user(written: Callable[[str], Path]) -> None:
    """Who could have it run anything."""
    file = written("[providers.openai]\napi_key_command = 'pass'")
    os.chown(file, 65534, 65534)

    with pytest.raises(UsageError, match=r"a command is run, and the file is another user's. Run: chown \$\(id -u\) "):
        rowcall.connect()
