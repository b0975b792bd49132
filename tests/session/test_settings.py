"""Settings of a provider instance: where they come from, and that they reach the wire."""

from __future__ import annotations

import os
import re
import ssl
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import platformdirs
import pytest

import rowcall
from rowcall.errors import AuthError, ResponseError, UnavailableError, UsageError
from rowcall.http.endpoint import TRANSPORTS
from rowcall.manifest.library import shipped
from rowcall.manifest.model import RateLimit
from rowcall.manifest.read import load_provider
from rowcall.sandbox.server import Sandbox
from rowcall.session.config import Config, read_config
from rowcall.session.settings import endpoint

Start = Callable[[Callable[[Any], tuple[Any, ...]]], Any]
OPENAI = load_provider(shipped()["openai"])
ASK = "SELECT id FROM openai.assistants.runs WHERE thread_id = 't'"


@pytest.fixture
def server(scripted: Start, page: Callable[..., Any]) -> Any:
    """A server whose lists are empty."""
    return scripted(lambda _: (200, page([])))


@pytest.fixture
def url(server: Any) -> str:
    """Where it is."""
    return str(server.providers["openai"]["base_url"])


def config_file(folder: Path, text: str) -> Path:
    """A config file that only its owner may use."""
    file = folder / "config.toml"
    file.touch(mode=0o600)
    file.write_text(text)
    return file


def ask(providers: dict[str, Any], config: Path | None = None) -> None:
    """Send one request with these settings."""
    with rowcall.connect(providers=providers, config=config) as db:
        db.sql(ASK)


def test_a_call_wins_over_the_environment_and_that_over_the_config_file(
    server: Any, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the config file over the manifest, for the key and the base URL."""
    config = config_file(tmp_path, f'[providers.openai]\napi_key = "sk-file"\nbase_url = "{url}/file"\n')

    ask({}, config)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-environment")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{url}/environment")
    ask({}, config)
    ask({"openai": {"api_key": "sk-call", "base_url": f"{url}/call"}}, config)

    assert [(asked.headers["authorization"], asked.path) for asked in server.asked] == [
        (f"Bearer sk-{name}", f"/v1/{name}/threads/t/runs?limit=100") for name in ("file", "environment", "call")
    ]


def test_the_manifest_says_the_rest() -> None:
    """Base URL, scheme and limits, when nothing else is said."""
    found = endpoint(OPENAI, {}, Config(), read_only=False)

    assert (found.base_url, found.key, found.max_in_flight, found.read_only) == ("https://api.openai.com/v1", None, 16, False)
    assert found.key_names == ("OPENAI_API_KEY",)


def test_an_api_that_is_silent_for_too_long_is_an_error() -> None:
    """After as many seconds as the provider's setting says; longer than usual is waited for where it says so."""
    with Sandbox(latency_s=0.5) as slow:
        impatient, patient = ({"openai": {**slow.providers["openai"], "read_timeout_s": seconds}} for seconds in (0.1, 30))

        with pytest.raises(UnavailableError, match="did not answer in time"):
            ask(impatient)
        with pytest.raises(ResponseError, match="No thread found"):
            ask(patient)


def test_an_exchange_that_takes_too_long_is_an_error(tmp_path: Path) -> None:
    """After as many seconds as the provider's setting says, in the call or in the config file; "none" and None are no limit."""
    config = tmp_path / "config.toml"
    with Sandbox(latency_s=0.5) as slow:
        own = slow.providers["openai"]
        config.write_text("[providers.openai]\ntotal_timeout_s = 0.1\n")

        with pytest.raises(UnavailableError, match=r"not done within total_timeout_s=0\.1") as caught:
            ask({"openai": own}, config)
        for unlimited in (None, "none"):
            with pytest.raises(ResponseError, match="No thread found"):
                ask({"openai": {**own, "total_timeout_s": unlimited}}, config)

    assert "Raise total_timeout_s" in caught.value.hint


def test_an_answer_that_is_too_long_is_an_error() -> None:
    """Beyond as many bytes as the provider's setting says."""
    with Sandbox() as box, pytest.raises(ResponseError, match="goes on sending after 20 bytes of one answer") as caught:
        ask({"openai": {**box.providers["openai"], "max_response_bytes": 20}})

    assert "raise max_response_bytes of provider openai" in caught.value.hint


def test_the_config_file_says_what_carries_the_requests(server: Any, url: str, tmp_path: Path) -> None:
    """The answer is the same; a client that the call gives is used as it is."""
    pytest.importorskip("pycurl", reason="the extra `curl` is not installed")
    config = config_file(tmp_path, f'[providers.openai]\napi_key = "k"\nbase_url = "{url}"\ntransport = "curl"\n')

    ask({}, config)
    with httpx.Client(headers={"x-mine": "1"}, trust_env=False) as client:
        ask({"openai": {"client": client}}, config)

    assert ["x-mine" in asked.headers for asked in server.asked] == [False, True]


def test_a_transport_that_is_not_installed_says_how_to_get_it(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a statement needs it, and before anything is sent."""
    monkeypatch.setitem(sys.modules, "pycurl", None)
    monkeypatch.delitem(sys.modules, "rowcall.http.curl", raising=False)

    with pytest.raises(UsageError, match=re.escape("pip install 'rowcall[curl]'")):
        ask({"openai": {**server.providers["openai"], "transport": "curl"}})
    assert server.asked == []


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_server_that_nobody_vouches_for_is_asked_only_where_that_is_said(
    transport: str, scripted: Callable[..., Any], page: Callable[..., Any], tls: ssl.SSLContext, certificate: Path
) -> None:
    """With a warning on every statement that asks it; its certificate as `ca_file` is the way without one."""
    if transport == "curl":
        pytest.importorskip("pycurl", reason="the extra `curl` is not installed")
    server = scripted(lambda _: (200, page([])), tls)
    there = {"base_url": f"https://127.0.0.1:{server.port}/v1", "api_key": "k", "transport": transport}

    with pytest.raises(UnavailableError, match="is not trusted: self-signed certificate"):
        ask({"openai": there})
    assert server.asked == []
    with rowcall.connect(providers={"openai": {**there, "verify_tls": False}}) as db:
        for _ in range(2):
            with pytest.warns(UserWarning, match="No certificate is checked \\(verify_tls = false of openai\\)"):
                db.sql(ASK)
            assert len(db.last.warnings) == 1
        assert db.sql("SELECT count(*) FROM rowcall_warnings()").fetchall() == [(2,)]
    ask({"openai": {**there, "ca_file": str(certificate)}})
    assert len(server.asked) == 3


def test_nothing_but_the_setting_loads_libcurl(server: Any) -> None:
    """Whether it is installed or not."""
    code = (
        f"import sys, rowcall\nwith rowcall.connect(providers={server.providers!r}) as db: db.sql({ASK!r})\nprint('pycurl' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)

    assert (done.stdout.strip(), len(server.asked)) == ("False", 1)


def test_the_config_file_may_be_named_by_the_environment(server: Any, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `ROWCALL_CONFIG`; without it, the user's own directory is looked at."""
    config = config_file(tmp_path, f'[providers.openai]\napi_key = "sk-file"\nbase_url = "{url}"\n')

    monkeypatch.setenv("ROWCALL_CONFIG", str(config))
    ask({})

    assert server.asked[0].headers["authorization"] == "Bearer sk-file"


def test_no_config_file_is_no_error_unless_it_was_named(tmp_path: Path) -> None:
    """One that was asked for must be there, and be TOML."""
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("= nonsense")

    assert read_config(None) == Config()
    with pytest.raises(UsageError, match="There is no config file"):
        rowcall.connect(config=tmp_path / "absent.toml")
    with pytest.raises(UsageError, match=r"^the config file .*wrong\.toml:1: this is no TOML: Invalid statement\.$"):
        rowcall.connect(config=wrong)


@pytest.mark.parametrize(
    ("providers", "message"),
    [
        ({"opnai": {}}, 'no provider "opnai".*openai'),
        ({"openai": {"base_ur": "x"}}, 'no setting "base_ur".*base_url'),
        ({"openai": "x"}, "must be a table"),
        ({"openai": {"auth": "azur"}}, 'no auth "azur".*azure'),
        ({"openai": {"auth": {"kind": "magic"}}}, "bearer"),
        ({"openai": {"headers": "x"}}, "headers of openai must be a table"),
        ({"openai": {"auth": {"kind": "oauth2", "token_url": 5}}}, "auth.token_url of openai must be a text, not 5"),
        ({"openai": {"api_key_id": 5}}, "api_key_id of openai must be a text, not 5"),
        ({"openai": {"read_only": "no"}}, "read_only of openai must be true or false, not 'no'"),
        ({"openai": {"max_in_flight": 0}}, "max_in_flight"),
        ({"openai": {"rate_limits": "fast"}}, "rate_limits of openai are written as 500/60s"),
        ({"openai": {"read_timeout_s": 0}}, "read_timeout_s of openai must be a number of seconds above 0"),
        ({"openai": {"total_timeout_s": 0}}, 'total_timeout_s of openai must be a number of seconds above 0, or "none" for no limit'),
        ({"openai": {"max_response_bytes": 0}}, "max_response_bytes of openai must be a whole number above 0"),
        ({"openai": {"max_response_bytes": True}}, "max_response_bytes of openai must be a whole number above 0"),
        ({"openai": {"transport": "crul"}}, 'openai has no transport "crul". Did you mean curl?'),
        ({"openai": {"http2": 1}}, "http2 of openai must be true or false, not 1"),
        ({"openai": {"http2": True}}, 'http2 of openai needs transport = "curl" besides'),
        ({"openai": {"verify_tls": "false"}}, "verify_tls of openai must be true or false, not 'false'"),
        ({"openai": {"ca_file": 1}}, "ca_file of openai must be the path of a file, not 1"),
        ({"openai": {"ca_file": "absent.pem"}}, "ca_file of openai: there is no file absent.pem"),
        ({"openai": {"client": object(), "verify_tls": False}}, "verify_tls of openai is for the client that rowcall makes"),
        ({"openai": {"allow_writes": "assistants.*"}}, "allow_writes of openai is a list of patterns over service.resource.method"),
        ({"openai": {"allow_writes": ["assistants.*", 1]}}, "allow_writes of openai is a list of patterns"),
        (
            {"openai": {"allow_writes": ["assistants.runs.cancel"]}},
            'cancel" matches no method that writes. Did you mean assistants.runs.cancel_run',
        ),
        ({"openai": {"allow_writes": ["openai.assistants.runs.cancel_run"]}}, "Did you mean assistants.runs.cancel_run"),
        ({"openai": {"allow_writes": ["assistants.runs.list_runs"]}}, 'list_runs" matches no method that writes'),
        (
            {"openai": {"allow_writes": ["*", "x"]}},
            'openai: "x" matches no method that writes. It is matched with names as agents.agents.create_agent',
        ),
        ({"openai": {"connect_timeout_s": "1"}}, "connect_timeout_s of openai must be a number of seconds above 0"),
    ],
)
def test_a_wrong_setting_names_the_nearest(providers: dict[str, Any], message: str) -> None:
    """Names and values are checked, at the latest before the first request."""
    with pytest.raises(UsageError, match=message), rowcall.connect(providers=providers) as db:
        db.sql(ASK)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[providers.openai]\napikey = 'x'", 'openai has no setting "apikey".*api_key'),
        ("[providers.opnai]", 'no provider "opnai".*openai'),
        ("[setings]", 'no table "setings".*settings'),
        ("[settings]\nmax_request = 5", "no setting max_request. Did you mean max_requests?"),
        ("[settings]\nrowcall_timeout_s = 5", "no setting rowcall_timeout_s. Did you mean timeout_s?"),
        ("[settings]\nmax_requests = 'many'", "max_requests takes a whole number, or \"none\" for no limit, not 'many'"),
        ("[settings]\ntimeout_s = 0", "timeout_s takes seconds above 0"),
        ("[settings]\non_error = 'none'", "on_error takes error or partial, not 'none'"),
        ("[settings]\nread_only = 1", "read_only takes true or false, not 1"),
    ],
)
def test_what_is_wrong_in_the_config_file_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    """It says which file and line, and the nearest name."""
    config = config_file(tmp_path, text + "\n")

    with pytest.raises(UsageError, match=f"^the config file {re.escape(str(config))}:{text.count(chr(10)) + 1}: .*{message}"):
        rowcall.connect(config=config)


@pytest.mark.parametrize("name", ["max_requests", "timeout_s"])
def test_none_in_the_config_file_is_no_limit(tmp_path: Path, name: str) -> None:
    """TOML has no null."""
    config = tmp_path / "config.toml"
    config.write_text(f'[settings]\n{name} = "none"\n')

    with rowcall.connect(config=config) as db:
        assert (db.variables.value(name), db.variables.source(name)) == (None, "config file")


@pytest.mark.parametrize("text", ["providers = 5", "settings = 5", "[providers]\nopenai = 5", "[providers.openai]\nheaders = 5"])
def test_a_config_file_of_another_shape_is_an_error(tmp_path: Path, text: str) -> None:
    """What should be a table and is not is said to be one."""
    file = tmp_path / "config.toml"
    file.write_text(text)

    with pytest.raises(UsageError, match="must be a table"):
        rowcall.connect(config=file)


@pytest.mark.parametrize("limit", [{"timeout_s": "x"}, {"timeout_s": 0}, {"max_requests": -1}, {"max_requests": 1.5}])
def test_a_limit_of_the_wrong_kind_is_an_error(limit: dict[str, Any]) -> None:
    """A limit that would be none, or cannot be kept, is refused before anything is sent."""
    with rowcall.connect(providers={"openai": {"api_key": "made-up"}}) as db, pytest.raises(UsageError, match="takes"):
        db.sql("SELECT id FROM openai.assistants.assistants", **limit)


def test_optional_headers_come_from_the_environment(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Organization and project as in the official SDK, besides the service's own header."""
    monkeypatch.setenv("OPENAI_ORG_ID", "org-1")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-1")

    ask(server.providers)

    headers = server.asked[0].headers
    assert (headers["openai-organization"], headers["openai-project"], headers["openai-beta"]) == ("org-1", "proj-1", "assistants=v2")


def test_azure_needs_only_settings(server: Any, url: str) -> None:
    """A header of its own for the key, and a query parameter on every request."""
    ask(
        {
            "openai": {
                "base_url": f"{url}/openai",
                "auth": "azure",
                "api_key": "azure-key",
                "query": {"api-version": "2024-05-01-preview"},
                "headers": {"x-extra": "1"},
            }
        }
    )

    asked = server.asked[0]
    assert (asked.headers["api-key"], asked.headers["x-extra"], "authorization" in asked.headers) == ("azure-key", "1", False)
    assert "api-version=2024-05-01-preview" in asked.path
    assert asked.path.startswith("/v1/openai/threads/t/runs?")


def test_azure_has_its_own_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheme's environment names are looked at, not another's."""
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "azure-key")

    assert endpoint(OPENAI, {"auth": "azure"}, Config(), read_only=False).key == "azure-key"
    assert endpoint(OPENAI, {}, Config(), read_only=False).key is None


def test_auth_may_be_spelt_out(server: Any, url: str) -> None:
    """As in a manifest."""
    ask({"openai": {"base_url": url, "api_key": "k", "auth": {"kind": "header", "name": "x-token", "prefix": "Token "}}})

    assert server.asked[0].headers["x-token"] == "Token k"


def test_variables_fill_the_base_url(server: Any, url: str) -> None:
    """Whatever braces the caller's base URL has."""
    ask({"openai": {"base_url": url + "/{region}", "variables": {"region": "west"}, "api_key": "k"}})

    assert server.asked[0].path.startswith("/v1/west/threads/")


def test_the_callers_client_is_used_and_left_open(server: Any) -> None:
    """With its own headers; closing the session does not close it."""
    with httpx.Client(headers={"x-mine": "1"}, trust_env=False) as client:
        ask({"openai": {**server.providers["openai"], "client": client}})

        assert not client.is_closed
    assert server.asked[0].headers["x-mine"] == "1"


def test_this_machine_is_never_reached_through_a_proxy(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment says of proxies."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")

    ask(server.providers)

    assert len(server.asked) == 1


@pytest.mark.parametrize(("auth", "variable"), [(None, "OPENAI_API_KEY"), ("azure", "AZURE_OPENAI_API_KEY")])
def test_without_a_key_the_error_names_the_variable(server: Any, url: str, auth: str | None, variable: str) -> None:
    """And nothing is sent."""
    with pytest.raises(AuthError, match=variable):
        ask({"openai": {"base_url": url, **({"auth": auth} if auth else {})}})

    assert server.asked == []


def test_a_sandbox_gives_the_settings_that_reach_it(still: Sandbox) -> None:
    """`providers` is all a connection needs."""
    with rowcall.connect(providers=still.providers) as db:
        assert db.sql("SELECT count(*) > 0 FROM assistants").fetchall() == [(True,)]


@pytest.mark.parametrize(
    ("value", "limits"), [("500/60s, 10/s", [(500, 60.0), (10, 1.0)]), ("none", []), ([{"requests": 3, "per_s": 2}], [(3, 2.0)])]
)
def test_rate_limits_replace_those_of_the_manifest(value: Any, limits: list[tuple[int, float]]) -> None:
    """As the config file and the command line write them, or as a manifest does."""
    provider = replace(OPENAI, rate_limits=(RateLimit(requests=1, per_s=1.0),))

    assert endpoint(provider, {}, Config(), read_only=False).rate_limits == provider.rate_limits
    found = endpoint(provider, {}, Config(tables={"providers": {"openai": {"rate_limits": value}}}), read_only=False).rate_limits
    assert [(limit.requests, limit.per_s) for limit in found] == limits


def test_the_file_of_limits_may_be_absent_and_in_ones_home(server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made when the provider is first asked; what is no path is refused."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    settings = {"openai": {**server.providers["openai"], "rate_limits_file": "~/limits"}}

    with rowcall.connect(providers=settings) as db:
        db.sql(ASK)

    assert (tmp_path / "limits").is_file()
    with pytest.raises(UsageError, match="rate_limits_file of openai must be the path of a file, not 5"):
        endpoint(OPENAI, {"rate_limits_file": 5}, Config(), read_only=False)


@pytest.mark.parametrize("url", ["redis://:sk-planted/0@127.0.0.1", "http://:sk-planted@127.0.0.1", "sk-planted", 5])
def test_the_server_of_limits_is_a_url_that_no_error_repeats(url: Any) -> None:
    """It may hold a password."""
    with pytest.raises(UsageError, match=r"rate_limits_redis of openai must be a URL, as redis://:password@host:6379/0\.$") as error:
        endpoint(OPENAI, {"rate_limits_redis": url}, Config(), read_only=False)

    assert "planted" not in "".join(traceback.format_exception(error.value)).replace(repr(url), "")
    with pytest.raises(UsageError, match="openai has rate_limits_file and rate_limits_redis, of which one is enough"):
        endpoint(
            OPENAI, {"rate_limits_redis": url}, Config(tables={"providers": {"openai": {"rate_limits_file": "limits"}}}), read_only=False
        )


def test_a_server_of_limits_that_is_not_there_is_an_error_without_its_password(url: str) -> None:
    """Before anything is sent, by the real command."""
    pytest.importorskip("redis", reason="the extra `redis` is not installed")
    given = {"base_url": url, "api_key": "sk-planted-0123", "rate_limits_redis": "redis://planted-user:planted-pass@127.0.0.1:9/0"}
    options = [word for name, value in given.items() for word in ("--set", f"openai.{name}={value}")]
    ended = subprocess.run([sys.executable, "-m", "rowcall", "query", *options, ASK], capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert ended.stderr.startswith("error: rate_limits_redis redis://127.0.0.1:9/0 cannot be used: ")
    assert "planted" not in ended.stdout + ended.stderr


@pytest.mark.skipif(not hasattr(os, "seteuid"), reason="there are no such permissions")
@pytest.mark.parametrize("closed", ["folder", "file"])
def test_a_config_file_that_nobody_asked_for_counts_where_it_may_be_there(closed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a folder that cannot be looked into there is none; one that is there and cannot be read may say read_only."""
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        folder = Path(home) / "rowcall"
        folder.mkdir()
        (folder / "config.toml").write_text("[settings]\nread_only = true\n")
        (folder if closed == "folder" else folder / "config.toml").chmod(0)
        monkeypatch.setattr(platformdirs, "user_config_dir", lambda name: f"{home}/{name}")  # on each system the same
        before = os.geteuid()
        if before == 0:  # who may read anything
            os.seteuid(65534)
        try:
            with pytest.raises(UsageError, match="cannot be read: .*Permission denied") if closed == "file" else nullcontext():
                assert read_config(None) == Config()
        finally:
            os.seteuid(before)
            folder.chmod(0o755)
