"""No text keeps a secret."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcall.http.endpoint import Endpoint
from rowcall.http.redact import LogFilter, Redactor
from rowcall.manifest.model import AuthKind, AuthScheme
from rowcall.manifest.xml import document

BEARER = AuthScheme(kind=AuthKind.BEARER)


def endpoint(**settings: object) -> Endpoint:
    """An endpoint with a key."""
    plain = {
        "provider": "acme",
        "title": "Acme",
        "base_url": "https://api.acme.test",
        "auth": BEARER,
        "key": "sk-secret-1",
        "key_names": (),
    }
    return Endpoint(**(plain | settings))  # type: ignore[arg-type]


def test_the_key_is_replaced_wherever_it_stands() -> None:
    """A message that repeats the key shows asterisks instead."""
    redact = Redactor(endpoint())

    assert redact("Bearer sk-secret-1 is wrong: sk-secret-1!") == "Bearer *** is wrong: ***!"


@given(st.text(min_size=1).filter(str.strip), st.text(), st.text())
def test_no_key_survives_in_a_text_around_it(key: str, before: str, after: str) -> None:
    """Whatever the key is, it is gone from between two spaces."""
    redacted = Redactor(endpoint(key=key))(f"{before} {key.strip()} {after}")

    assert f" {key.strip()} " not in redacted or key.strip() in "***"


@given(st.text(alphabet='ab/+ =&%"\\é', min_size=4).filter(lambda key: len(key.strip()) >= 4))
def test_a_key_is_found_in_urls_too(key: str) -> None:
    """A key that is percent-encoded in a query string is replaced there."""
    from urllib.parse import quote, quote_plus

    redact = Redactor(endpoint(key=key))

    assert redact(f"?a={quote(key.strip(), safe='')}") == redact(f"?a={quote_plus(key.strip())}") == "?a=***"


@given(st.text(alphabet="a&<>\"'\r\n\tb", min_size=4).filter(lambda key: len(key.strip()) >= 4))
def test_a_key_is_found_in_xml_too(key: str) -> None:
    """In an element and in an attribute."""
    written = document({"a": {"-b": key.strip(), "c": key.strip()}}).partition("\n")[2]

    assert Redactor(endpoint(key=key))(written) == '<a b="***"><c>***</c></a>'


def test_nothing_is_left_of_a_key_that_ends_in_a_backslash() -> None:
    """The escape of its last character begins with one."""
    assert Redactor(endpoint(key="abc\\"))('{"note": "abc\\u005c"}') == '{"note": "***"}'


@given(key=st.text(min_size=4).filter(lambda key: key.strip() == key), data=st.data())
def test_no_key_survives_in_json_whatever_that_escapes(key: str, data: st.DataObject) -> None:
    """Each character as it is, where it may be so, or as one of its escapes."""
    redact = Redactor(endpoint(key=key))
    text = "".join(data.draw(st.sampled_from(spellings(character))) for character in key)

    assert json.loads(f'"{text}"') == key
    assert redact.finds(f'{{"note": "\\n{text}"}}')
    assert redact(f'{{"note": "\\n{text}"}}') == '{"note": "\\n***"}'


def spellings(character: str) -> list[str]:
    """All that may stand for a character within a JSON string."""
    units = character.encode("utf-16-be", "surrogatepass").hex()
    escapes = ["".join(f"\\u{form(units[at : at + 4])}" for at in range(0, len(units), 4)) for form in (str.lower, str.upper)]
    escapes += [f"\\{character}"] if character in '"\\/' else []
    return escapes if character in '"\\' or character < " " else [character, *escapes]


def test_a_short_key_is_replaced_only_as_a_word() -> None:
    """A key `x` does not make every message unreadable."""
    assert Redactor(endpoint(key="x"))("x is no example") == "*** is no example"


def test_without_a_key_texts_are_left_alone() -> None:
    """Nothing is a secret where none is set."""
    assert Redactor(endpoint(key=None))("a text") == "a text"


def test_the_parameter_that_carries_the_key_is_masked_whatever_its_value() -> None:
    """A query key is masked by its name, so that another key than ours is not shown either."""
    redact = Redactor(endpoint(auth=AuthScheme(kind=AuthKind.QUERY, name="api_key")))

    assert redact("GET https://h/v1?limit=1&api_key=other&x=2") == "GET https://h/v1?limit=1&api_key=***&x=2"


def test_both_parts_of_a_basic_key_stay_hidden() -> None:
    """Neither the encoded pair nor the password alone is shown."""
    redact = Redactor(endpoint(key="ann:hunter22", auth=AuthScheme(kind=AuthKind.BASIC)))

    assert redact(f"Basic {base64.b64encode(b'ann:hunter22').decode()} hunter22 ann") == "Basic *** *** ann"


def test_secret_headers_and_parameters_of_the_user_stay_hidden() -> None:
    """A key that the user sends as an extra header or parameter is as secret as the configured one."""
    redact = Redactor(endpoint(headers=(("api-key", "abcdefgh1"), ("x-team", "blue-team-9")), query=(("sig", "zyxwvuts"),)))

    assert redact("abcdefgh1 blue-team-9 ?sig=zyxwvuts&sig=new") == "*** blue-team-9 ?sig=***&sig=***"


def test_the_userinfo_of_a_url_stays_hidden() -> None:
    """What stands before the host's @ is masked."""
    assert Redactor(endpoint())("GET https://ann:pw@h/v1") == "GET https://***@h/v1"


def test_what_is_sent_for_the_userinfo_of_the_base_url_stays_hidden() -> None:
    """It goes out as basic authentication does, which a server may repeat."""
    redact = Redactor(endpoint(base_url="https://ann:hunter%2F22@api.acme.test", key=None))

    assert redact(f"Basic {base64.b64encode(b'ann:hunter/22').decode()} hunter/22 hunter%2F22 ann") == "Basic *** *** *** ann"


def test_a_url_ends_where_the_text_of_json_does() -> None:
    """What stands behind it in JSON without spaces is none of its userinfo, and none of its key."""
    redact = Redactor(endpoint(auth=AuthScheme(kind=AuthKind.QUERY, name="api_key")))

    assert redact('{"a":{"url":"https://h"},"b":"ann@h"}') == '{"a":{"url":"https://h"},"b":"ann@h"}'
    assert redact('{"a":{"url":"https://h?api_key=other"},"b":1}') == '{"a":{"url":"https://h?api_key=***"},"b":1}'


def test_an_endpoint_does_not_show_its_key() -> None:
    """The representation of an endpoint has neither key nor headers."""
    assert "secret" not in repr(endpoint(headers=(("api-key", "secret-too"),)))


def test_logged_lines_lose_their_secrets(caplog: pytest.LogCaptureFixture) -> None:
    """The filter rewrites a record, arguments included."""
    logger = logging.getLogger("rowcall.test")
    secrets = LogFilter(Redactor(endpoint()))
    logger.addFilter(secrets)

    with caplog.at_level(logging.INFO):
        logger.info("GET %s", "https://h?k=sk-secret-1")
    logger.removeFilter(secrets)

    assert caplog.messages == ["GET https://h?k=***"]


@pytest.mark.parametrize("is_own", [True, False], ids=["own client", "ours"])
def test_logs_of_httpx_show_no_key(is_own: bool, open_client: Callable, call_to: Callable, caplog: pytest.LogCaptureFixture) -> None:
    """httpx logs whole URLs, where a user's own client sends; the key in them is masked."""
    from rowcall.http.control import Control
    from rowcall.plan.nodes import Protocol

    with httpx.Client() as own, caplog.at_level(logging.DEBUG):
        client = open_client(auth=AuthScheme(kind=AuthKind.QUERY, name="k"), key="sk-secret-1", client=own if is_own else None)
        list(client.pages(call_to(), Protocol(rows="data"), Control()))

    assert ("k=***" in caplog.text) is is_own
    assert "/things" in caplog.text
    assert "sk-secret-1" not in caplog.text
