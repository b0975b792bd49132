"""Lists in pages."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sandbox.conftest import HEADERS

from rowcall.openapi.document import Document
from rowcall.openapi.importing import imported
from rowcall.sandbox.server import Sandbox

SHOP = Path(__file__).parent.parent / "openapi" / "shop.yaml"


@pytest.fixture(scope="session")
def runs(still: Sandbox, reader: httpx.Client) -> tuple[str, list[dict[str, Any]]]:
    """The path of a list, and all of it, oldest first."""
    path = f"/threads/{still.tables['sandbox_threads'][1][0][0]}/messages"
    rows = reader.get(path, params={"limit": 100, "order": "asc"}).json()["data"]
    assert len(rows) > 12
    return path, rows


def expected_page(rows: list[dict[str, Any]], order: str, limit: int, after: str | None, before: str | None) -> tuple[list[str], bool]:
    """What a page holds, in the plainest words."""
    ids = [row["id"] for row in (rows if order == "asc" else rows[::-1])]
    low = ids.index(after) + 1 if after else 0
    high = ids.index(before) if before else len(ids)
    between = ids[low:high]
    page = between[-limit:] if before and not after else between[:limit]
    return page, len(between) > len(page)


@given(data=st.data())
def test_a_page_holds_what_a_plain_model_says(data: st.DataObject, reader: httpx.Client, runs: tuple[str, list[dict[str, Any]]]) -> None:
    """For every limit, order and pair of cursors the page, its ends and `has_more` are those of the whole list cut by hand."""
    path, rows = runs
    ids = st.sampled_from([None, *(row["id"] for row in rows)])
    limit, order = data.draw(st.integers(1, 100)), data.draw(st.sampled_from(["asc", "desc"]))
    after, before = data.draw(ids), data.draw(ids)
    page, more = expected_page(rows, order, limit, after, before)

    given_params = {"limit": limit, "order": order, "after": after, "before": before}
    answer = reader.get(path, params={name: value for name, value in given_params.items() if value is not None}).json()

    assert [row["id"] for row in answer["data"]] == page
    assert answer["has_more"] is more
    assert (answer["first_id"], answer["last_id"]) == ((page[0], page[-1]) if page else (None, None))


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 3, 100])
def test_following_the_cursor_gives_every_row_once(
    reader: httpx.Client, runs: tuple[str, list[dict[str, Any]]], order: str, limit: int
) -> None:
    """Walking `after` from page to page gives the whole list in order."""
    path, rows = runs
    found: list[str] = []
    params: dict[str, Any] = {"limit": limit, "order": order}
    while True:
        answer = reader.get(path, params=params).json()
        found += [row["id"] for row in answer["data"]]
        if not answer["has_more"]:
            break
        params["after"] = answer["last_id"]

    ids = [row["id"] for row in rows]
    assert found == (ids if order == "asc" else ids[::-1])


def test_lists_are_ordered_by_creation_newest_first(reader: httpx.Client, runs: tuple[str, list[dict[str, Any]]]) -> None:
    """Without an order, the last created comes first; without a limit, a page has twenty rows."""
    path, rows = runs

    answer = reader.get(path).json()["data"]

    assert [row["id"] for row in answer] == [row["id"] for row in rows[::-1]][:20]
    assert [row["created_at"] for row in rows] == sorted(row["created_at"] for row in rows)


def test_an_empty_list_has_null_ids(still: Sandbox, reader: httpx.Client) -> None:
    """A thread without runs gives an empty page."""
    empty = still.tables["sandbox_threads"][1][-1][0]

    answer = reader.get(f"/threads/{empty}/runs").json()

    assert answer == {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}


def test_messages_can_be_filtered_by_their_run(reader: httpx.Client, runs: tuple[str, list[dict[str, Any]]]) -> None:
    """A query parameter without a role filters by the column of its name."""
    path, rows = runs
    run_id = next(row["run_id"] for row in rows if row["run_id"])

    answer = reader.get(path, params={"run_id": run_id}).json()["data"]

    assert [row["id"] for row in answer] == [row["id"] for row in rows if row["run_id"] == run_id]


WALKS = {
    "cursor": lambda _, body: {"from": body["items"][-1]["id"]} if len(body["items"]) == 3 else None,
    "offset": lambda seen, body: {"offset": seen} if seen < body["total"] else None,
    "page": lambda seen, body: {"page": seen // 3 + 1} if seen < body["total"] else None,
    "token": lambda _, body: {"token": body["next"]} if body["next"] else None,
}


@pytest.mark.parametrize("kind", WALKS)
def test_every_kind_of_paging_that_a_manifest_can_declare_is_played(library: httpx.Client, kind: str) -> None:
    """Following a kind's own rule gives every row once."""
    whole = [book["id"] for book in library.get("/all").json()["items"]]
    found: list[str] = []
    params: dict[str, Any] | None = {}
    while params is not None:
        body = library.get(f"/{kind}", params=params).json()
        found += [book["id"] for book in body["items"]]
        params = WALKS[kind](len(found), body)

    assert found == whole


@pytest.mark.parametrize("kind", ["link", "next_url"])
def test_urls_of_next_pages_lead_through_the_list(library: httpx.Client, kind: str) -> None:
    """Absolute URLs come in the body or in a Link header, whichever the client reads, until the last page."""
    whole = [book["id"] for book in library.get("/all").json()["items"]]
    found: list[str] = []
    url: str | None = f"/{kind}"
    while url:
        answer = library.get(url)
        found += [book["id"] for book in answer.json()["items"]]
        url = answer.links.get("next", {}).get("url") if kind == "link" else answer.json()["next_url"]

    assert found == whole


@pytest.mark.parametrize("size", [1, 3, 5])
def test_how_many_pages_there_are_is_said_where_the_manifest_looks_for_it(library: httpx.Client, size: int) -> None:
    """In the body, in a header of any name, and as a link to the last page, which itself has none."""
    count = len(library.get("/all").json()["items"])
    pages = -(-count // size)

    body = library.get("/pages", params={"size": size}).json()
    header = library.get("/header", params={"size": size})
    first = library.get("/last", params={"size": size}).links
    last = library.get(first["last"]["url"])

    assert (body["pages"], header.headers["x-total-pages"]) == (pages, str(pages))
    assert first["next"]["url"].endswith("&page=2")
    assert first["last"]["url"].endswith(f"&page={pages}")
    assert len(last.json()["items"]) == count - (pages - 1) * size
    assert "link" not in last.headers


def test_a_filter_may_be_called_otherwise_in_the_request(library: httpx.Client) -> None:
    """The manifest's name of a parameter is its column, `name` is what stands in the query."""
    body = library.get("/cursor", params={"on-shelf": 2, "size": 5}).json()

    assert body["items"]
    assert {book["shelf"] for book in body["items"]} == {2}


def test_a_page_of_a_long_list_costs_what_one_of_a_short_list_does() -> None:
    """Wherever it is: a list is put together once, until something changes."""
    shop = imported(Document(SHOP), "shop").provider

    def cost(rows: int) -> float:
        with Sandbox(shop, rows=rows) as box, httpx.Client(base_url=box.base_url, headers=HEADERS, trust_env=False, timeout=60) as client:
            times, params = [], {"limit": 2}
            for _ in range(30):
                started = time.perf_counter()
                found = client.get("/orders", params=params).json()["data"]
                times.append(time.perf_counter() - started)
                params = {"limit": 2, "after": found[1]["id"]}
            return min(times)

    assert cost(10_000) < 4 * cost(100)


def test_a_list_has_what_was_changed_since_it_was_read(box: Sandbox, client: httpx.Client) -> None:
    """By a request, or as time passes."""
    thread = client.post("/threads", json={}).json()["id"]
    assistant = client.post("/assistants", json={"model": "gpt-4o"}).json()["id"]
    before = client.get(f"/threads/{thread}/runs").json()["data"]
    client.post(f"/threads/{thread}/runs", json={"assistant_id": assistant})
    created = client.get(f"/threads/{thread}/runs").json()["data"]
    box.clock.advance(600)
    later = client.get(f"/threads/{thread}/runs").json()["data"]

    assert (before, [run["status"] for run in created], [run["status"] for run in later]) == ([], ["queued"], ["completed"])
