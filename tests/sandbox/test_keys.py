"""Idempotency keys."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rowcall.sandbox.server import Sandbox

KEY = {"Idempotency-Key": "k1"}
REUSED = "Keys for idempotent requests can only be used with the same parameters they were first used with."


def titles(library: httpx.Client) -> list[str]:
    """The titles of the books that were added."""
    books: list[dict[str, Any]] = library.get("/all").json()["items"]
    return [book["title"] for book in books if not book["title"].startswith("Volume")]


def test_the_same_key_is_carried_out_once(library: httpx.Client) -> None:
    """The second answer is the first one, though the names of the body stand in another order and form."""
    first = library.post("/books", content=b'{"title": "A"}', headers=KEY)
    second = library.post("/books", content=b'{ "title":"\\u0041" }', headers=KEY)

    assert (first.status_code, second.status_code) == (200, 200)
    assert second.content == first.content
    assert titles(library) == ["A"]


def test_another_key_and_no_key_are_carried_out(library: httpx.Client) -> None:
    """Only a key makes two requests one."""
    for headers in (KEY, {"Idempotency-Key": "k2"}, {}, {}):
        library.post("/books", json={"title": "A"}, headers=headers)

    assert titles(library) == ["A"] * 4


@pytest.mark.parametrize(
    ("path", "body"),
    [("/books", {"title": "B"}), ("/books", {}), ("/books/{id}/lend", {"title": "A"}), ("/books?x=1", {"title": "A"})],
    ids=["body", "wrong body", "path", "query"],
)
def test_a_key_of_another_request_is_refused(library: httpx.Client, path: str, body: dict[str, Any]) -> None:
    """Nothing is done, and the key goes on to stand for what it first came with."""
    first = library.post("/books", json={"title": "A"}, headers=KEY)

    other = library.post(path.format(id=first.json()["id"]), json=body, headers=KEY)

    assert (other.status_code, other.json()) == (422, {"detail": REUSED})
    assert library.post("/books", json={"title": "A"}, headers=KEY).content == first.content
    assert titles(library) == ["A"]


@pytest.mark.parametrize("fault", ["unanswered", "drop"])
def test_a_request_whose_answer_was_lost_can_be_sent_again(library_box: Sandbox, library: httpx.Client, fault: str) -> None:
    """It was carried out, and the answer to it comes now."""
    library_box.fault(fault)
    with pytest.raises(httpx.RemoteProtocolError):
        library.post("/books", json={"title": "A"}, headers=KEY)

    answer = library.post("/books", json={"title": "A"}, headers=KEY)

    assert (answer.status_code, answer.json()["title"]) == (200, "A")
    assert titles(library) == ["A"]


def test_a_request_that_was_answered_by_an_error_after_its_effect_can_be_sent_again(library_box: Sandbox, library: httpx.Client) -> None:
    """What comes is what the API would have said."""
    library_box.fault("html", processed=True)
    statuses = [library.post("/books", json={"title": "A"}, headers=KEY).status_code for _ in range(2)]

    assert statuses == [502, 200]
    assert titles(library) == ["A"]


@pytest.mark.parametrize("fault", ["server_error", "rate_limit", "html", "empty"])
def test_a_key_is_not_remembered_of_what_was_not_carried_out(library_box: Sandbox, library: httpx.Client, fault: str) -> None:
    """After a refusal and after an error without effect, the key is as new, also for another body."""
    library_box.fault(fault)
    library.post("/books", json={"title": "A"}, headers=KEY)
    refused = library.post("/books", json={}, headers=KEY)

    answer = library.post("/books", json={"title": "B"}, headers=KEY)

    assert (refused.status_code, answer.status_code) == (400, 200)
    assert titles(library) == ["B"]


def test_a_method_s_own_header_carries_its_key(library: httpx.Client) -> None:
    """What is gone is said to be dropped again, and not to be unknown; the provider's header means nothing there."""
    book = library.post("/books", json={"title": "A"}).json()["id"]
    headers = {"X-Once": "k1"}

    answers = [library.delete(f"/books/{book}", headers=headers) for _ in range(2)]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {"gone": book})] * 2
    assert library.delete(f"/books/{book}", headers=KEY).status_code == 404


def test_a_method_that_takes_no_key_does_not_heed_one(library: httpx.Client) -> None:
    """A PUT may be sent twice as it is."""
    book = library.post("/books", json={"title": "A"}).json()["id"]
    for title in ("B", "C"):
        library.put(f"/books/{book}", json={"title": title}, headers=KEY)

    assert titles(library) == ["C"]


def test_a_reset_forgets_keys(library_box: Sandbox, library: httpx.Client) -> None:
    """The world that they were about is gone."""
    library.post("/books", json={"title": "A"}, headers=KEY)

    library_box.reset()
    answer = library.post("/books", json={"title": "B"}, headers=KEY)

    assert answer.status_code == 200
    assert titles(library) == ["B"]


def test_a_key_needs_the_right_credential(library: httpx.Client) -> None:
    """No answer is given again to somebody else."""
    library.post("/books", json={"title": "A"}, headers=KEY)

    answer = library.post("/books", json={"title": "A"}, headers={**KEY, "X-Key": "other"})

    assert answer.status_code == 403
