"""Providers that have a manifest and no sandbox file, on real sockets: the workshop and the library of other tests, without theirs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.manifest.model import Provider, Service
from rowcall.manifest.read import load_provider
from rowcall.sandbox.clock import Clock
from rowcall.sandbox.server import Sandbox

START = 1_790_000_000
TESTS = Path(__file__).parents[1]


def without_sandbox(name: str, folder: Path) -> Provider:
    """A provider of other tests, without its sandbox file."""
    own = {"workshop": TESTS / "session" / "workshop", "library": TESTS / "sandbox" / "library"}[name]
    for file in own.glob("*.yaml"):
        if file.name != "sandbox.yaml":
            shutil.copy(file, folder)
    return load_provider(folder)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Provider:
    """The workshop."""
    return without_sandbox("workshop", tmp_path_factory.mktemp("workshop"))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Provider:
    """The library."""
    return without_sandbox("library", tmp_path_factory.mktemp("library"))


@pytest.fixture
def client(workshop: Provider) -> Iterator[httpx.Client]:
    """A client of a fresh workshop."""
    with Sandbox(workshop, clock=Clock(START, held=True)) as box, opened(box) as client:
        yield client


def opened(box: Sandbox) -> httpx.Client:
    """A client that has the key."""
    headers = {"Authorization": f"Bearer {box.api_key}", "X-Key": box.api_key}
    return httpx.Client(base_url=box.base_url, headers=headers, trust_env=False)


def rows_of(client: httpx.Client, path: str, **query: Any) -> list[dict[str, Any]]:
    """The rows of one page."""
    found: list[dict[str, Any]] = client.get(path, params=query).json()["items"]
    return found


def test_what_a_list_shows_can_be_got(client: httpx.Client) -> None:
    """Each object by the id that its list shows, below what it belongs to."""
    shop = rows_of(client, "/shops")[0]
    job = rows_of(client, f"/shops/{shop['id']}/jobs")[0]

    assert client.get(f"/shops/{shop['id']}").json() == shop
    assert client.get(f"/shops/{shop['id']}/jobs/{job['id']}").json() == job


def test_what_belongs_to_something_names_it(client: httpx.Client) -> None:
    """A column that is called as a placeholder of the path holds its value, in each object below it."""
    shops = rows_of(client, "/shops")

    for shop in shops:
        assert {job["shop_id"] for job in rows_of(client, f"/shops/{shop['id']}/jobs")} == {shop["id"]}


def test_values_are_of_the_types_that_the_manifest_says(client: httpx.Client) -> None:
    """Of their sets too; times in Unix seconds lie in the past, ISO times are such, and what is never null is there."""
    shop = rows_of(client, "/shops")[0]

    for job in rows_of(client, f"/shops/{shop['id']}/jobs", limit=20):
        assert job["status"] in {"new", "doing", "done", "sold"}
        assert START - 31 * 86_400 <= job["made_at"] <= START
        assert isinstance(job["weight"], float)
        assert isinstance(job["title"], str)
        assert job["seen_at"].endswith("Z")
        assert job["parts"] is None or all(isinstance(part, str) for part in job["parts"])


@pytest.mark.parametrize("way", ["cursor", "offset", "page", "pages", "header", "last", "token", "link", "next_url"])
def test_every_way_of_paging_leads_to_every_row_once(library: Provider, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As rowcall itself pages, through real requests."""
    with Sandbox(library, clock=Clock(START, held=True)) as box, opened(box) as client:
        whole = client.get("/all").json()["items"]
        settings = {"library": {**box.providers["library"], "auth": "header"}}
        narrowed = replace(library, services={"shelves": only(library.services["shelves"], f"by_{way}")})
        monkeypatch.setattr(Catalog, "shipped", lambda: Catalog({"library": narrowed}))
        with rowcall.connect(providers=settings, journal=":memory:") as db:
            found = db.sql("SELECT id FROM library.shelves.books").fetchall()
            requests = db.last.requests

    assert sorted(found) == sorted((book["id"],) for book in whole)
    assert requests > 1


def only(service: Service, method: str) -> Service:
    """The service with one method of its books alone."""
    books = service.resources["books"]
    return replace(service, resources={"books": replace(books, methods={method: books.methods[method]})})


def test_filters_bounds_and_orders_hold(client: httpx.Client) -> None:
    """A list keeps what its parameters say, first what is asked for first."""
    shop = rows_of(client, "/shops")[0]["id"]
    every = rows_of(client, f"/shops/{shop}/jobs", limit=20, order="up")
    middle = every[10]["made_at"]

    late = rows_of(client, f"/shops/{shop}/jobs", made_after=middle, limit=20, order="up")

    assert [job["made_at"] for job in every] == sorted(job["made_at"] for job in every)
    assert late
    assert all(job["made_at"] > middle for job in late)
    assert {job["status"] for job in rows_of(client, f"/shops/{shop}/jobs", status="new,sold", limit=20)} <= {"new", "sold"}


def test_what_is_not_there_is_refused_as_the_manifest_says(client: httpx.Client) -> None:
    """In words that mean absence to a SELECT; so is a path that there is not, a wrong key, and a parameter that there is not."""
    assert client.get("/shops/shop_nowhere").status_code == 404
    assert client.get("/shops/shop_nowhere").json()["error"]["message"].startswith("There is no shop")
    assert client.get("/shops/shop_nowhere/jobs").status_code == 404
    assert client.get("/nothing").status_code == 404
    assert client.put("/shops").status_code == 405
    assert client.get("/shops", params={"colour": "red"}).status_code == 400
    assert client.get("/shops", headers={"Authorization": "Bearer other"}).status_code == 401
    assert client.get("/shops", headers={"Authorization": ""}).status_code == 401


def test_what_a_client_writes_sticks(client: httpx.Client) -> None:
    """Created, changed, put and deleted, it is so when it is read."""
    made = client.post("/tools", json={"name": "saw", "place": {"shelf": "A"}}).json()
    path = f"/tools/{made['id']}"

    assert client.get(path).json() == made
    assert (made["name"], made["place"]["shelf"], made["size"]) == ("saw", "A", None)
    assert client.patch(path, json={"place": {"shelf": "B"}}).json()["place"]["shelf"] == "B"
    assert client.put(path, json={"name": "axe"}).json()["name"] == "axe"
    assert client.get(path).json()["name"] == "axe"
    assert client.delete(path).status_code == 200
    assert client.get(path).status_code == 404
    assert client.put("/tools/own-name", json={"name": "awl"}).json()["id"] == "own-name"


def test_a_body_that_the_manifest_refuses_is_refused(client: httpx.Client) -> None:
    """Nothing comes of it."""
    before = len(rows_of(client, "/tools", size=10))

    refused = client.post("/tools", json={"labels": {}})

    assert (refused.status_code, refused.json()["error"]["message"]) == (400, "name is missing.")
    assert len(rows_of(client, "/tools", size=10)) == before


def test_one_seed_gives_the_same_bytes_whatever_is_asked_first(workshop: Provider) -> None:
    """Another seed gives others."""
    paths = ["/shops", "/tools", "/usage?start_time=0"]
    found = []
    for seed, order in ((0, paths), (0, paths[::-1]), (1, paths)):
        with Sandbox(workshop, seed=seed, clock=Clock(START, held=True)) as box, opened(box) as client:
            found.append({path: client.get(path).text for path in order})

    assert found[0] == found[1]
    assert all(found[0][path] != found[2][path] for path in paths)


WAX = """
manifest: 1
provider: wax
title: Wax
description: Seals.
source: https://example.com
base_url: https://wax.example.com
"""
SEALS = """
service: seals
title: Seals
description: Seals.
resources:
  seals:
    description: One seal.
    source: https://example.com
    columns:
      digest: {type: string, description: What it seals.}
      ring: {type: string, description: Whose it is.}
    methods:
      list:
        verb: select
        http: GET /rings/{ring}/seals/{digest}
        description: Lists the seals of one text.
        parameters: &text
          ring: {in: path, description: Whose.}
          digest: {in: path, description: Of what.}
        rows: seals
      break_by_digest: {verb: delete, http: "DELETE /rings/{ring}/seals/digest/{digest}", description: Breaks them., parameters: *text}
      break:
        verb: delete
        http: DELETE /rings/{ring}/seals/{seal_id}
        description: Breaks one.
        parameters:
          ring: {in: path, description: Whose.}
          seal_id: {in: path, description: Which.}
"""


def test_a_table_whose_paths_lead_back_to_itself_belongs_to_nothing(tmp_path: Path) -> None:
    """What a sandbox would look for without an end."""
    (tmp_path / "provider.yaml").write_text(WAX)
    (tmp_path / "seals.yaml").write_text(SEALS)

    with Sandbox(tmp_path) as box, opened(box) as client:
        answer = client.get("/rings/a/seals/b")

    assert (answer.status_code, answer.json()["error"]["message"]) == (404, "There is no ring a.")
