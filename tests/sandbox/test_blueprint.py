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
from rowcall.manifest.model import Paging, PagingKind, Provider, Service, Verb
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


def test_a_page_shows_the_next_one_where_the_manifest_does_not_say_how(library: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a Link header, as an API whose documents are silent about it may."""
    found = Paging(kind=PagingKind.FOUND, page_size=library.paging["link"].page_size)
    books = only(library.services["shelves"], "by_link")
    narrowed = replace(library, paging={**library.paging, "link": found}, services={"shelves": books})
    monkeypatch.setattr(Catalog, "shipped", lambda: Catalog({"library": narrowed}))

    with Sandbox(narrowed, clock=Clock(START, held=True)) as box:
        settings = {"library": {**box.providers["library"], "auth": "header"}}
        with rowcall.connect(providers=settings, journal=":memory:") as db:
            rows = db.sql("SELECT DISTINCT id FROM library.shelves.books").fetchall()

    assert len(rows) > 30


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


BAKERY = """
manifest: 1
provider: bakery
title: Bakery
description: A bakery.
source: https://example.com
base_url: https://example.com/api
auth:
  key: {kind: bearer, optional: true}
rate_limits:
  - {requests: 40, per_s: 60}
errors: {message: [problem.detail], code: [problem.kind]}
"""
OVEN = """
service: oven
title: Oven
description: What is in the oven.
resources:
  loaves:
    description: One loaf.
    source: https://example.com
    columns:
      id: {type: string, nullable: false, description: "Its id, starting with loaf_."}
      town: {type: string, description: Where it is baked.}
      state: {type: string, nullable: false, enum: [kneaded, baking, cancelling, done, cancelled], description: How far it is.}
      baker_id: {type: integer, description: Who bakes it.}
      weight_g: {type: integer, source: size.grams, description: What it weighs.}
    awaits: {reader: get_loaf, column: state, terminal: [done, cancelled]}
    methods:
      get_loaf:
        verb: select
        http: GET /towns/{town}/loaves/{loaf_id}
        description: Gets one.
        parameters: &key
          town: {in: path, description: The town.}
          loaf_id: {in: path, column: id, description: The loaf.}
        absent: {message: "No (such )?loaf"}
      list_loaves:
        verb: select
        http: GET /towns/{town}/loaves
        description: Lists them.
        parameters: {town: {in: path, description: The town.}}
        rows: $
      bake:
        verb: insert
        http: POST /towns/{town}/loaves
        description: Bakes one.
        parameters: {town: {in: path, description: The town.}}
        body: {weight_g: {type: integer, description: What it weighs.}}
      cancel_loaf: {verb: exec, http: "POST /towns/{town}/loaves/{loaf_id}/cancel", description: Takes one out., parameters: *key}
      weigh_loaf:
        verb: exec
        http: POST /towns/{town}/loaves/{loaf_id}/weigh
        description: Weighs one.
        parameters:
          town: {in: path, description: The town.}
          loaf_id: {in: path, description: The loaf.}
        returns: {grams: {type: integer, nullable: false, description: What it weighs.}, loaf_id: {type: string, description: Which one.}}
    examples:
      - {sql: "SELECT * FROM bakery.oven.loaves WHERE town = 'Lund' AND id = 'loaf_first'", description: One loaf.}
  bakers:
    description: One baker.
    source: https://example.com
    columns:
      id: {type: integer, nullable: false, description: "The baker's number."}
      name: {type: string, nullable: false, description: Their name.}
    methods:
      list_bakers: {verb: select, http: GET /bakers, description: Lists them., rows: bakers}
      get_baker:
        verb: select
        http: GET /bakers/{baker_id}
        description: Gets one.
        parameters: {baker_id: {in: path, type: integer, column: id, description: The baker.}}
  opening:
    description: When it is open.
    source: https://example.com
    columns: {opens_at: {type: string, nullable: false, description: "When it opens, as ISO 8601."}}
    methods: {get_opening: {verb: select, http: GET /opening, description: Gets it.}}
  shifts:
    description: When a baker begins.
    source: https://example.com
    columns: {begins_at: {type: string, nullable: false, description: "When, as ISO 8601."}}
    methods:
      get_shift:
        verb: select
        http: GET /bakers/{baker_id}/shift
        description: Gets it.
        parameters: {baker_id: {in: path, type: integer, description: The baker.}}
      end_shift:
        verb: delete
        http: DELETE /bakers/{baker_id}/shift
        description: Ends it.
        parameters: {baker_id: {in: path, type: integer, description: The baker.}}
        returns: {deleted: {type: boolean, nullable: false, description: Whether it was ended.}}
"""


@pytest.fixture
def bakery(tmp_path: Path) -> Iterator[Sandbox]:
    """A bakery whose towns no resource describes, with states, a singleton and a rate limit."""
    (tmp_path / "provider.yaml").write_text(BAKERY)
    (tmp_path / "oven.yaml").write_text(OVEN)
    with Sandbox(tmp_path, clock=Clock(START, held=True)) as box:
        yield box


def test_what_its_examples_name_is_there(bakery: Sandbox) -> None:
    """So that they find something; what no list gives is in a table to start from."""
    with opened(bakery) as client:
        assert client.get("/towns/Lund/loaves/loaf_first").json()["id"] == "loaf_first"
    names, rows = bakery.tables["sandbox_towns"]
    assert (names, rows[0]) == (("town",), ("Lund",))


def test_a_column_names_an_object_that_is_there(bakery: Sandbox) -> None:
    """By the name of the placeholder that such objects are got by; what lies deeper in a record stands there."""
    with opened(bakery) as client:
        loaves = client.get("/towns/Lund/loaves").json()
        bakers = {baker["id"] for baker in client.get("/bakers").json()["bakers"]}

    assert {loaf["baker_id"] for loaf in loaves} - {None} <= bakers
    assert {loaf["town"] for loaf in loaves} == {"Lund"}
    assert all("grams" in loaf["size"] for loaf in loaves)


def test_what_takes_time_goes_through_its_states(bakery: Sandbox) -> None:
    """From the first, by those on the way, to the first of those that end it; a method leads to the state that it is called after."""
    with opened(bakery) as client:
        one, other = (client.post("/towns/Lund/loaves", json={"weight_g": 800}).json() for _ in range(2))
        states = [one["state"]]
        cancelled = client.post(f"/towns/Lund/loaves/{other['id']}/cancel").json()["state"]
        for _ in range(4):
            bakery.clock.advance(2)
            states.append(client.get(f"/towns/Lund/loaves/{one['id']}").json()["state"])
        ended = client.get(f"/towns/Lund/loaves/{other['id']}").json()["state"]

    assert one["size"] == {"grams": 800}
    assert (states[0], states[-1]) == ("kneaded", "done")
    assert set(states) <= {"kneaded", "baking", "done"}
    assert (cancelled, ended) == ("cancelling", "cancelled")


def test_methods_with_columns_of_their_own_and_single_objects_answer(bakery: Sandbox) -> None:
    """With what the request says of them, and the rest made up."""
    with opened(bakery) as client:
        weighed = client.post("/towns/Lund/loaves/loaf_first/weigh").json()
        opening = client.get("/opening").json()

    assert isinstance(weighed["grams"], int)
    assert opening.keys() == {"opens_at"}


def test_it_answers_below_other_paths_too(tmp_path: Path) -> None:
    """Those of the file, of which the first that fits counts, with what they need in the query."""
    (tmp_path / "provider.yaml").write_text(BAKERY)
    (tmp_path / "oven.yaml").write_text(OVEN)
    (tmp_path / "sandbox.yaml").write_text(
        "sandbox: 1\nignored_query: [version]\nbases: [{path: /else/v1}, {path: /shops/*, query: [version]}, {path: /else, query: [version]}]\n"
    )
    with Sandbox(tmp_path, clock=Clock(START, held=True)) as box, httpx.Client(base_url=box.base_url.removesuffix("/api")) as client:
        paths = ("/api/opening", "/else/v1/opening", "/shops/a/opening?version=1", "/else/opening?version=1")
        found = {client.get(path).text for path in paths}
        missing = [
            client.get(path).status_code for path in ("/opening", "/shops/a/opening", "/shops/opening?version=1", "/api/else/opening")
        ]

    assert len(found) == 1
    assert "opens_at" in found.pop()
    assert missing == [404] * 4


def test_of_a_setting_each_parent_has_one(bakery: Sandbox) -> None:
    """Until it is deleted, which answers that it was."""
    with opened(bakery) as client:
        bakers = [baker["id"] for baker in client.get("/bakers").json()["bakers"]]
        shifts = [client.get(f"/bakers/{baker}/shift").json().keys() for baker in bakers[:20]]
        ended = client.delete(f"/bakers/{bakers[0]}/shift").json()
        after = client.get(f"/bakers/{bakers[0]}/shift").status_code

    assert {frozenset(keys) for keys in shifts} == {frozenset({"begins_at"})}
    assert (ended, after) == ({"deleted": True}, 404)


def test_refusals_have_the_form_and_the_words_of_the_manifest(bakery: Sandbox) -> None:
    """Those of absence are such as a SELECT takes for no row; no key is needed where none is, and a wrong one is refused."""
    with httpx.Client(base_url=bakery.base_url, trust_env=False) as client:
        absent = client.get("/towns/Lund/loaves/loaf_nowhere")
        wrong = client.get("/bakers", headers={"Authorization": "Bearer wrong"})

    assert (absent.status_code, absent.json()) == (404, {"problem": {"detail": "No loaf", "kind": None}})
    assert wrong.status_code == 401


def test_the_rate_limits_of_the_manifest_hold(bakery: Sandbox) -> None:
    """One request too many is refused, and says when there may be another."""
    with opened(bakery) as client:
        statuses = [client.get("/bakers").status_code for _ in range(41)]
        refused = client.get("/bakers")
        bakery.clock.advance(61)

        assert statuses == [200] * 40 + [429]
        assert refused.headers["retry-after"] == "60"
        assert client.get("/bakers").status_code == 200


CLUSTER = """
manifest: 1
provider: cluster
title: Cluster
description: A cluster.
source: https://example.com
base_url: https://example.com
paging: {shown: {kind: link, page_size: {parameter: size, default: 10}}}
"""
CORE = """
service: core
title: Core
description: What is in a cluster.
resources:
  namespaces:
    description: A namespace.
    source: https://example.com
    columns: &named
      kind: {type: string, description: What it is.}
      metadata: {type: {name: string, namespace: string, labels: map}, description: What it is called.}
    methods:
      list_namespaces: {verb: select, http: GET /api/v1/namespaces, description: Lists., rows: items}
      get_namespace: {verb: select, http: "GET /api/v1/namespaces/{name}", description: Gets., parameters: {name: {in: path, description: Its name.}}}
  deployments:
    description: A deployment.
    source: https://example.com
    columns: *named
    methods:
      list_deployments:
        verb: select
        http: GET /apis/apps/namespaces/{namespace}/deployments
        description: Lists.
        parameters: {namespace: {in: path, description: Its namespace.}}
        rows: items
      get_deployment:
        verb: select
        http: GET /apis/apps/namespaces/{namespace}/deployments/{name}
        description: Gets.
        parameters: &key {namespace: {in: path, description: Its namespace.}, name: {in: path, description: Its name.}}
      create_deployment:
        verb: insert
        http: POST /apis/apps/namespaces/{namespace}/deployments
        description: Creates.
        parameters: {namespace: {in: path, description: Its namespace.}}
        body: {metadata: {type: json, description: What it is called.}}
      change_deployment:
        verb: update
        http: PATCH /apis/apps/namespaces/{namespace}/deployments/{name}
        description: Changes.
        parameters: *key
        body: {metadata: {type: json, description: What it is called.}}
  events:
    description: What happened.
    source: https://example.com
    columns:
      id: {type: integer, nullable: false, description: Its id.}
      state: {type: string, nullable: false, description: How it is.}
      phase: {type: string, nullable: false, description: When it was.}
      branch: {type: string, description: Where it was.}
      kind: {type: string, nullable: false, description: What it was.}
    methods:
      list_events:
        verb: select
        http: GET /events
        description: Lists.
        parameters:
          X_Tenant: {in: header, required: true, name: X-Tenant, description: Whose.}
          brief: {in: query, type: boolean, default: false, role: option, description: Whether they are short.}
          state: {in: query, default: open, sends: all, enum: [open, closed, all], description: Only those.}
          phase: {in: query, default: any, enum: [early, late, any], description: Only those.}
          kind: {in: query, default: KIND_UNSPECIFIED, enum: [KIND_UNSPECIFIED, KIND_A], description: Only those of that kind.}
          branch: {in: query, default: none, description: Only those of that branch.}
        rows: $
        paging: shown
  threads:
    description: A thread.
    source: https://example.com
    columns: {id: {type: string, nullable: false, description: Its id.}}
    methods:
      list_threads: {verb: select, http: GET /threads, description: Lists., rows: $}
      get_thread: {verb: select, http: "GET /threads/{thread_id}", description: Gets., parameters: {thread_id: {in: path, type: integer, column: id, description: Which.}}}
  files:
    description: A file.
    source: https://example.com
    columns: {path: {type: string, nullable: false, description: Where it is.}, size: {type: integer, nullable: false, description: How long it is.}}
    methods:
      list_files: {verb: select, http: GET /files, description: Lists., rows: $}
      get_file: {verb: select, http: "GET /files/{path}", description: Gets., parameters: {path: {in: path, segments: true, description: Which.}}}
  packages:
    description: A package.
    source: https://example.com
    columns: {name: {type: string, nullable: false, description: Its name.}}
    methods:
      list_packages:
        verb: select
        http: GET /kinds/{kind}/packages
        description: Lists.
        parameters: {kind: {in: path, enum: [npm, maven], description: Of which kind.}}
        rows: $
  logs:
    description: A line.
    source: https://example.com
    columns: {line: {type: string, description: The line.}}
    methods:
      list_old_logs: {verb: select, http: "GET /old/{run_id}/logs", description: Lists., parameters: {run_id: {in: path, type: integer, description: Which.}}, rows: $}
      list_new_logs: {verb: select, http: "GET /new/{run_id}/logs", description: Lists., parameters: {run_id: {in: path, description: Which.}}, rows: $}
      print: {verb: exec, http: POST /print, description: Prints one.}
"""


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Sandbox]:
    """A cluster whose objects have their names within an object."""
    (tmp_path / "provider.yaml").write_text(CLUSTER)
    (tmp_path / "core.yaml").write_text(CORE)
    with Sandbox(tmp_path, clock=Clock(START, held=True)) as box:
        yield box


def test_what_names_an_object_may_stand_in_an_object_of_it(cluster: Sandbox) -> None:
    """And what it belongs to is told by the word before the placeholder, however the path begins."""
    with opened(cluster) as client:
        namespace = client.get("/api/v1/namespaces").json()["items"][0]["metadata"]["name"]
        path = f"/apis/apps/namespaces/{namespace}/deployments"
        first = client.get(path).json()["items"][0]
        client.post(path, json={"metadata": {"name": "mine", "labels": {"a": "b"}}})
        client.patch(f"{path}/mine", json={"metadata": {"labels": {"a": "c"}}})
        mine = client.get(f"{path}/mine").json()
        missing = client.get("/apis/apps/namespaces/nowhere/deployments")

        assert client.get(f"{path}/{first['metadata']['name']}").json() == first
        assert mine["metadata"] == {"name": "mine", "namespace": namespace, "labels": {"a": "c"}}
        assert mine in client.get(path).json()["items"]
        assert missing.status_code == 404


def test_what_no_resource_describes_is_named_as_its_placeholder_takes_it(cluster: Sandbox) -> None:
    """By a number, say, and in a table of its own."""
    tables = {name: rows for name, (_, rows) in cluster.tables.items()}

    assert {name: type(rows[0][0]) for name, rows in tables.items() if "runs" in name} == {"sandbox_runs": int, "sandbox_runs_2": str}


def test_a_write_that_answers_a_file_answers(cluster: Sandbox) -> None:
    """As documents of StackQL have them: with what the object it is about has of it."""
    core = cluster.provider.services["core"]
    logs = core.resources["logs"]
    methods = {**logs.methods, "print": replace(logs.methods["print"], verb=Verb.INSERT, content="line")}
    changed = replace(core, resources={**core.resources, "logs": replace(logs, methods=methods)})

    with Sandbox(replace(cluster.provider, services={"core": changed})) as box, opened(box) as client:
        answer = client.post("/print")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain")


def test_the_links_of_pages_say_what_was_asked_and_filters_have_values_that_rows_have(cluster: Sandbox, tmp_path: Path) -> None:
    """Truths as JSON has them, no headers; a value that stands for all keeps all, whether it is sent or meant."""
    with rowcall.connect(provider_paths={"cluster": tmp_path}, providers=cluster.providers) as db:
        states = db.sql("SELECT state, phase, kind FROM cluster.core.events WHERE X_Tenant = 'a' AND brief = true").fetchall()
        closed = db.sql("SELECT id FROM cluster.core.events WHERE X_Tenant = 'a' AND state = 'closed'").fetchall()
    with opened(cluster) as client:
        usual = [row["state"] for row in client.get("/events", params={"size": 100}, headers={"X-Tenant": "a"}).json()]

    assert len(states) == 37
    assert {state for state, _, _ in states} == {"open", "closed"}
    assert {(phase, kind) for _, phase, kind in states} == {("early", "KIND_A"), ("late", "KIND_A")}
    assert len(closed) == sum(state == "closed" for state, _, _ in states)
    assert set(usual) == {"open"}
    assert not any("X_Tenant" in dict(request.query) for request in cluster.requests)


def test_tables_tell_objects_apart_that_are_named_alike(tmp_path: Path) -> None:
    """By what each path calls what they belong to."""
    (tmp_path / "provider.yaml").write_text(CLUSTER)
    (tmp_path / "core.yaml").write_text(
        CORE
        + """
  payments:
    description: A payment.
    source: https://example.com
    columns: {Sid: {type: string, nullable: false, description: Its id.}, CallSid: {type: string, description: Its call.}}
    methods:
      change_payment:
        verb: update
        http: POST /Calls/{CallSid}/Payments/{Sid}.json
        description: Changes one.
        parameters: {CallSid: {in: path, description: The call.}, Sid: {in: path, description: Its id.}}
        body: {note: {type: string, description: A note.}}
  calls:
    description: A call.
    source: https://example.com
    columns: {Sid: {type: string, nullable: false, description: Its id.}, note: {type: string, description: A note.}}
    methods:
      change_call:
        verb: update
        http: POST /Calls/{Sid}.json
        description: Changes one.
        parameters: {Sid: {in: path, description: Its id.}}
        body: {Note: {type: string, description: A note.}}
      list_calls: {verb: select, http: GET /Calls.json, description: Lists., rows: calls}
"""
    )

    with Sandbox(tmp_path, clock=Clock(START, held=True)) as box, opened(box) as client:
        columns, rows = box.tables["sandbox_payments"]
        statuses = {client.post(f"/Calls/{call}/Payments/{payment}.json", json={"note": "x"}).status_code for call, payment in rows}

        changed = client.post(f"/Calls/{rows[0][0]}.json", json={"Note": "mine"})

    assert columns == ("CallSid", "Sid")
    assert len({call for call, _ in rows}) > 1
    assert statuses == {200}
    assert changed.json()["note"] == "mine", "what a body calls Note is the column note"


def test_ids_are_what_paths_take(cluster: Sandbox) -> None:
    """Digits in a text where a path takes a number, several segments, one of a set."""
    with opened(cluster) as client:
        thread = client.get("/threads").json()[0]["id"]
        path = next(row["path"] for row in client.get("/files").json() if "/" in row["path"])

        assert thread.isdecimal()
        assert client.get(f"/threads/{thread}").json() == {"id": thread}
        assert client.get(f"/files/{path}").json()["path"] == path
        assert [len(client.get(f"/kinds/{kind}/packages").json()) > 0 for kind in ("npm", "maven")] == [True, True]
        assert client.get("/kinds/deb/packages").status_code == 404
