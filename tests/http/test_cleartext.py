"""Secrets and requests that everybody on the way can read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import rowcall
from rowcall.errors import UsageError
from rowcall.http.cleartext import is_in_clear
from rowcall.http.control import Control
from rowcall.manifest.model import AuthKind, AuthScheme
from rowcall.plan.nodes import Protocol

ONE = Protocol()
ELSEWHERE = "http://api.acme.test/v1"


@pytest.fixture
def elsewhere(api: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The server as every host that is not this machine, being the proxy to it."""
    monkeypatch.setenv("http_proxy", api.url.removesuffix("/v1"))
    return api


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"auth": AuthScheme(kind=AuthKind.QUERY, name="key")},
        {"auth": AuthScheme(kind=AuthKind.BASIC), "key": "ann:pw"},
        {"auth": None, "key": None, "base_url": "http://ann:pw@api.acme.test/v1"},
        {"auth": None, "key": None, "headers": (("Authorization", "Bearer mine-0123456"),)},
        {"auth": None, "key": None, "query": (("access_token", "mine-0123456"),)},
    ],
    ids=["bearer", "query", "basic", "user in the URL", "a header of the user's", "a parameter of the user's"],
)
def test_no_secret_goes_unencrypted_to_another_machine(
    settings: dict[str, Any], elsewhere: Any, open_client: Callable, request_to: Callable
) -> None:
    """The error shows none, and says what allows it."""
    control = Control()

    with pytest.raises(UsageError, match=r"provider acme would go to http://api\.acme\.test unencrypted") as caught:
        open_client(**{"base_url": ELSEWHERE, **settings}).send(request_to(), ONE, control)

    assert "plain_http = true" in str(caught.value)
    assert "mine-0123456" not in str(caught.value)
    assert (elsewhere.requests, control.spent) == ([], 0)


def test_a_user_may_allow_it(elsewhere: Any, open_client: Callable, request_to: Callable) -> None:
    """As in a network of their own."""
    open_client(base_url=ELSEWHERE, plain_http=True).send(request_to(), ONE, Control())

    assert elsewhere.requests[0].headers["authorization"].startswith("Bearer ")


def test_what_is_no_secret_goes(elsewhere: Any, open_client: Callable, request_to: Callable) -> None:
    """A request without a key, and with headers and parameters that say nothing."""
    plain = {"auth": None, "key": None, "headers": (("X-Team", "operations"), ("X-Key", "json")), "query": (("edition", "2026-11-30"),)}

    open_client(base_url=ELSEWHERE, **plain).send(request_to(), ONE, Control())

    assert len(elsewhere.requests) == 1


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.acme.test/v1", False),
        ("http://127.0.0.1:8000/v1", False),
        ("http://127.8.9.1", False),
        ("http://localhost:11434/v1", False),
        ("http://api.localhost/v1", False),
        ("http://[::1]:8000", False),
        ("HTTP://API.acme.test", True),
        ("http://10.0.0.5/v1", True),
        ("http://localhost.acme.test", True),
        ("http://127.0.0.1.acme.test", True),
        ("http://[::ffff:10.0.0.1]", True),
    ],
)
def test_this_machine_needs_no_encryption(url: str, *, expected: bool) -> None:
    """It is known by its name alone: nothing is looked up."""
    assert is_in_clear(url) is expected


def test_a_statement_says_so_before_anything_is_sent(elsewhere: Any) -> None:
    """A write is noted as not sent; EXPLAIN and dry runs are no matter."""
    settings = {"base_url": ELSEWHERE, "api_key": "sk-planted-0123456"}
    with rowcall.connect(providers={"openai": settings}, journal=":memory:") as db:
        with pytest.raises(UsageError, match="set plain_http = true of the provider"):
            db.sql("SELECT id FROM openai.models.models")
        with pytest.raises(UsageError, match="set plain_http = true of the provider"):
            db.sql("INSERT INTO openai.assistants.threads DEFAULT VALUES")
        outcomes = db.sql("SELECT outcome FROM rowcall_journal()").fetchall()
        dry = db.sql("SELECT id FROM openai.models.models", dry_run=True).fetchall()

    assert outcomes == [("not sent",)]
    assert dry[0][0] == "GET"
    assert elsewhere.requests == []
