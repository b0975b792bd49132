"""Where a request goes, and where an API says that the next one does."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rowcall.errors import ResponseError
from rowcall.http.address import at_url, follow, in_url, last_link, next_link, urlencoded
from rowcall.plan.nodes import Request

BASE = "https://api.acme.test/v1"
FIRST = Request("acme", "acme.store.things", "list_things", "GET", "/things")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (None, None),
        ("<https://h/a?x=1,2>; rel=next", "https://h/a?x=1,2"),
        ('<https://h/p>; rel="prev", <https://h/n>; rel="next"', "https://h/n"),
        ('<https://h/n>; title="a, b; rel=prev"; rel="last next"', "https://h/n"),
        ('<https://h/n>; REL="NEXT"', "https://h/n"),
        ("<https://h/n>;rel=prev", None),
        ("nonsense", None),
    ],
    ids=str,
)
def test_the_next_link_is_found(header: str | None, expected: str | None) -> None:
    """A Link header of several links, quoted or not, in any case."""
    assert next_link(header) == expected
    assert last_link(None if header is None else header.replace("next", "last").replace("NEXT", "LAST")) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://h/a?page=7", "7"),
        ("/a?size=3&page=7#page=8", "7"),
        ("?page=7&page=8", "7"),
        ("?page=", ""),
        ("https://h/page=7", None),
        ("", None),
    ],
)
def test_a_parameter_of_a_url_is_found(url: str, expected: str | None) -> None:
    """In the query alone, of whole URLs and relative ones."""
    assert in_url(url, "page") == expected


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("https://api.acme.test/v1/things?page=2&q=a%2Bb", "/things?page=2&q=a%2Bb"),
        ("HTTPS://API.acme.test:443/v1/things?page=2", "/things?page=2"),
        ("/v1/things?page=2", "/things?page=2"),
        ("?page=2#top", "/things?page=2"),
        ("https://user:pw@api.acme.test/v1/things", "/things"),
        ("/other/things?page=2", "https://api.acme.test/other/things?page=2"),
    ],
    ids=str,
)
def test_the_next_url_is_taken_word_for_word(target: str, path: str) -> None:
    """Relative or absolute, below the base URL or beside it; its query is not touched."""
    request = follow(FIRST, BASE, target)

    assert (request.path, request.query) == (path, ())


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.test/v1/things",
        "//evil.test/v1/things",
        "http://api.acme.test/v1/things",
        "https://api.acme.test:8443/v1/things",
        "https://api.acme.test.evil.test/",
        "https://api.acme.test@evil.test/",
        "https://api.acme.test\\@evil.test/",
        "https://api.acme.test:port/",
        "ftp://api.acme.test/",
        "javascript:alert(1)",
    ],
    ids=str,
)
def test_no_next_url_leads_to_another_place(target: str) -> None:
    """Another scheme, host or port is refused, so that no credential goes there."""
    assert at_url(FIRST, BASE, target) is None
    with pytest.raises(ResponseError, match="another place"):
        follow(FIRST, BASE, target)


@given(st.text(alphabet="https:/\\@.#?api.acmetv1ev%20[]", max_size=40))
def test_wherever_a_url_leads_it_is_the_base_urls_place(target: str) -> None:
    """What is followed is a path below the base URL, or starts with its scheme, host and port, letter for letter."""
    request = at_url(FIRST, BASE, target)

    assert request is None or request.path.startswith(("/", "https://api.acme.test/")) or request.path == "https://api.acme.test"


@given(st.lists(st.tuples(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"))), max_size=3))
@example([("a-b.c~_", "x:,/@$[]"), ("limit", "100"), ("q", "a b&c=d+e%"), ("", "\n")])
def test_query_parameters_are_written_as_python_writes_them(pairs: list[tuple[str, str]]) -> None:
    """What has a meaning in a query is encoded, and what may stand there is left as it is."""
    assert urlencoded(pairs) == urlencode(pairs, quote_via=quote, safe=":,/@$[]")
