"""Names and sentences made of what a document has."""

from __future__ import annotations

import pytest

from rowcall.openapi.names import free, identifier, sentence, singular, snake


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("listVectorStores", "list_vector_stores"),
        ("Vector stores", "vector_stores"),
        ("HTTPServer2", "http_server_2"),
        ("pull-requests", "pull_requests"),
        ("VPCs", "vpcs"),
        ("FloatingIPsList", "floating_ips_list"),
        ("OAuth2", "oauth_2"),
        ("2fa", "it_2_fa"),
        ("", "it"),
        ("Über", "uber"),
        ("Straßennamen", "strassennamen"),
        ("名前", "it"),
    ],
)
def test_a_name_is_made_of_small_words(text: str, expected: str) -> None:
    """Whatever case and signs the document uses."""
    assert snake(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("created_at", "created_at"), ("page-size", "page_size"), ("filter[state]", "filter_state"), ("+1", "_1"), ("$", "_")],
)
def test_an_identifier_is_kept_as_it_is(text: str, expected: str) -> None:
    """Only what is none is changed."""
    assert identifier(text) == expected


@pytest.mark.parametrize(
    ("plural", "expected"),
    [
        ("runs", "run"),
        ("policies", "policy"),
        ("boxes", "box"),
        ("statuses", "status"),
        ("status", "status"),
        ("classes", "class"),
        ("data", "data"),
    ],
)
def test_one_row_has_a_name(plural: str, expected: str) -> None:
    """As English has it, mostly."""
    assert singular(plural) == expected


def test_a_name_that_is_taken_has_a_number() -> None:
    """Names that differ in case alone are one."""
    assert (free("run", []), free("run", ["Run"]), free("run", ["run", "run_2"])) == ("run", "run_2", "run_3")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Lists runs", "Lists runs."),
        ("lists `runs` of a **thread**. And more.", "Lists runs of a thread."),
        ("See [the page](https://example.com/a.b) for e.g. more: it is here.", "See the page for e.g. more: it is here."),
        ("<p>One <b>thing</b>.</p>", "One thing."),
        ("# Title\n\nText.", "Title."),
        ("*Deprecated: take the other.* It goes.", "Deprecated: take the other."),
        ("An *important* 2*3 text.", "An important 2*3 text."),
        ("[Opt In](/docs/fields). The notes of it.", "The notes of it."),
        ("Tom &amp; Jerry", "Tom & Jerry."),
        ("Version 2.1 of it. Next.", "Version 2.1 of it."),
        ("  \n ", "Nothing."),
        ("", "Nothing."),
        ("word " * 60, "Word " + "word " * 30 + "word …."),
    ],
)
def test_a_description_is_one_sentence(text: str, expected: str) -> None:
    """Without markup, on one line, ending in a period, and not too long."""
    found = sentence(text, otherwise="Nothing.")

    assert found == expected or (len(text) > 200 and found.endswith("…."))
    assert len(found) <= 170
