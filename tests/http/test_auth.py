"""Credentials go out as their scheme says, and nowhere else."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from rowcall.errors import AuthError, DataError
from rowcall.http.control import Control
from rowcall.manifest.model import AuthKind, AuthScheme
from rowcall.plan.nodes import Protocol

ONE = Protocol()


@pytest.mark.parametrize(
    ("scheme", "key", "name", "value"),
    [
        (AuthScheme(kind=AuthKind.BEARER), "k-1", "authorization", "Bearer k-1"),
        (AuthScheme(kind=AuthKind.BEARER, prefix="Token "), "k-1", "authorization", "Token k-1"),
        (AuthScheme(kind=AuthKind.HEADER, name="api-key"), " k-1\n", "api-key", "k-1"),
        (AuthScheme(kind=AuthKind.HEADER, name="X-Key", prefix="v1 "), "k-1", "x-key", "v1 k-1"),
        (AuthScheme(kind=AuthKind.BASIC), "ann:pä", "authorization", "Basic " + base64.b64encode("ann:pä".encode()).decode()),
    ],
    ids=["bearer", "bearer with prefix", "header, key with line end", "header with prefix", "basic"],
)
def test_a_key_goes_into_its_header(
    *, scheme: AuthScheme, key: str, name: str, value: str, open_client: Callable, api: Any, request_to: Callable
) -> None:
    """Every kind that uses a header, as the API sees it."""
    open_client(auth=scheme, key=key).send(request_to(), ONE, Control())

    assert api.requests[0].headers[name] == value


def test_a_query_key_goes_into_the_query_and_is_never_shown(open_client: Callable, api: Any, request_to: Callable) -> None:
    """The API sees the key, the record of the exchange does not."""
    control = Control()

    open_client(auth=AuthScheme(kind=AuthKind.QUERY, name="k"), key="a+b/c=12").send(request_to(query=(("q", "x y"),)), ONE, control)

    assert api.requests[0].query == {"q": "x y", "k": "a+b/c=12"}
    assert "a+b" not in control.exchanges[0].request
    assert "a%2Bb" not in control.exchanges[0].request


@pytest.mark.parametrize("scheme", [None, AuthScheme(kind=AuthKind.NONE)], ids=["no scheme", "none"])
def test_an_api_without_keys_is_asked_without_one(scheme: AuthScheme | None, open_client: Callable, api: Any, request_to: Callable) -> None:
    """No key is needed where the manifest names no way to send it."""
    open_client(auth=scheme, key=None).send(request_to(), ONE, Control())

    assert "authorization" not in api.requests[0].headers


@pytest.mark.parametrize("key", [None, "", "  "], ids=repr)
def test_a_missing_key_is_an_error_before_anything_is_sent(key: str | None, open_client: Callable, api: Any, request_to: Callable) -> None:
    """The error names what sets one in a shell and in Python, and what needs none."""
    control = Control()

    with pytest.raises(AuthError) as caught:
        open_client(key=key, key_names=("ACME_KEY", "ACME_TOKEN")).send(request_to(), ONE, control)

    assert "Set the variable ACME_KEY or ACME_TOKEN, or api_key under [providers.acme] in the config file" in str(caught.value)
    assert "--sandbox needs no key" in str(caught.value)
    assert 'providers={"acme": {"api_key": "…"}}' in str(caught.value)
    assert (api.requests, control.spent, control.exchanges) == ([], 0, [])


@pytest.mark.parametrize("key", ["abc\ndefgh", "abc\u201cdefgh", "abc\udcffdefgh"], ids=["line break", "typographic quote", "no UTF-8"])
def test_a_key_that_cannot_be_one_is_refused_unseen(key: str, open_client: Callable, api: Any, request_to: Callable) -> None:
    """A key that was pasted wrongly is an error that does not repeat it."""
    with pytest.raises(AuthError, match="characters that no key can have") as caught:
        open_client(key=key).send(request_to(), ONE, Control())
    assert "abc" not in str(caught.value)
    assert api.requests == []


@pytest.mark.parametrize("kind", [AuthKind.BASIC, AuthKind.QUERY])
def test_a_key_of_bytes_that_are_no_text_is_refused_unseen(kind: AuthKind, open_client: Callable, api: Any, request_to: Callable) -> None:
    """An environment variable may hold such bytes; encoded for Basic or a URL, they would not be what the user has."""
    with pytest.raises(AuthError, match="characters that no key can have") as caught:
        open_client(auth=AuthScheme(kind=kind, name="key"), key="abc\udcffdefgh").send(request_to(), ONE, Control())
    assert "abc" not in str(caught.value)
    assert api.requests == []


def test_a_credential_among_the_users_headers_is_enough(open_client: Callable, api: Any, request_to: Callable) -> None:
    """Whoever sends the header themselves needs no key, and theirs is not overwritten."""
    open_client(key=None, headers=(("AUTHORIZATION", "Custom 1"),)).send(request_to(), ONE, Control())
    open_client(headers=(("Authorization", "Custom 2"),)).send(request_to(), ONE, Control())

    assert [received.headers["authorization"] for received in api.requests] == ["Custom 1", "Custom 2"]


def test_a_user_and_password_in_the_base_url_are_sent_as_basic(open_client: Callable, api: Any, request_to: Callable) -> None:
    """They are taken out of the URL, which then shows neither."""
    client = open_client(auth=None, key=None, base_url=api.url.replace("//", "//ann:p%40ss@"))

    client.send(request_to(), ONE, Control())

    assert api.requests[0].headers["authorization"] == "Basic " + base64.b64encode(b"ann:p@ss").decode()
    assert "ann" not in client.url(request_to())


@pytest.mark.parametrize("own", [{"auth": ("ann", "pw")}, {"headers": {"Authorization": "Basic eA=="}}], ids=["auth", "header"])
def test_the_credentials_of_the_users_own_client_are_left_alone(own: dict[str, Any], open_client: Callable, request_to: Callable) -> None:
    """Our key is not sent over theirs."""
    sent: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        sent.append(request.headers["authorization"])
        return httpx.Response(200, json={})

    with httpx.Client(transport=httpx.MockTransport(handle), **own) as mine:
        open_client(client=mine).send(request_to(), ONE, Control())

    assert sent[0].startswith("Basic ")


def test_the_users_own_client_may_do_without_a_key(open_client: Callable, request_to: Callable) -> None:
    """Its transport may add what it likes, so that a missing key is not ours to miss."""
    with httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json={}))) as mine:
        assert open_client(client=mine, key=None).send(request_to(), ONE, Control()).rows == 1


@pytest.mark.parametrize("url", ["https://evil.test/v1", "http://evil.test@127.0.0.1.test/v1", "http://127.0.0.1:1/v1", "https{api}/v1"])
@pytest.mark.parametrize("kind", [AuthKind.BEARER, AuthKind.QUERY])
def test_no_key_is_sent_to_another_place(kind: AuthKind, url: str, open_client: Callable, api: Any, request_to: Callable) -> None:
    """Another host, port or scheme is refused, whoever asked for it."""
    client = open_client(auth=AuthScheme(kind=kind, name="k" if kind is AuthKind.QUERY else None))
    place = api.url.removesuffix("/v1")

    with pytest.raises(DataError, match="another place"):
        client.send(request_to(url.replace("https{api}", place.replace("http", "https"))), ONE, Control())

    assert api.requests == []


def test_a_key_in_the_query_takes_the_place_of_one_that_the_api_wrote_there(open_client: Callable, api: Any, request_to: Callable) -> None:
    """As in the URL of a next page, which an API may have made of the request."""
    open_client(auth=AuthScheme(kind=AuthKind.QUERY, name="k"), key="a+b").send(request_to("/things?k=old&page=2"), ONE, Control())

    assert api.requests[0].query == {"k": "a+b", "page": "2"}
