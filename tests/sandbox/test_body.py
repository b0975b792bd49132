"""Answers have the form that the manifest says, so that what reads them finds rows of the declared types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

import rowcall
from rowcall.errors import RowcallError
from rowcall.http.transform import transformed
from rowcall.manifest.model import Transform, TransformKind
from rowcall.manifest.read import load_provider
from rowcall.sandbox.server import Sandbox
from rowcall.sandbox.xml import xml

PROVIDER = """
manifest: 1
provider: kiosk
title: Kiosk
description: A kiosk.
source: https://kiosk.example
base_url: https://kiosk.example/v1
auth: {key: {kind: bearer, env: [KIOSK_KEY]}}
paging:
  by_cursor: {kind: token, in: body, parameter: variables.cursor, next: data.shelf.papers.end, page_size: {parameter: limit, default: 10}}
  by_url: {kind: next_url, next: links.next, page_size: {parameter: per_page, maximum: 10, default: 5}}
  by_token: {kind: token, parameter: after, next: meta.next, page_size: {parameter: limit, maximum: 10}}
"""
SERVICE = """
service: stock
title: Stock
description: What there is.
resources:
  papers:
    description: One paper.
    source: https://kiosk.example/papers
    columns:
      id: {type: integer, nullable: false, description: Its id.}
      title: {type: string, nullable: false, description: Its title.}
      is_sold: {type: boolean, nullable: false, description: Whether it was sold.}
      price: {type: number, nullable: false, description: Its price.}
      maker: {type: {name: string, city: string}, nullable: false, description: Who makes it.}
    methods:
      get_paper:
        verb: select
        http: GET /papers/{paper_id}
        description: Gets one.
        parameters: {paper_id: {in: path, type: integer, column: id, description: Its id.}}
        rows: $
        pick: $.paper
      list_papers:
        verb: select
        http: GET /papers
        description: Lists.
        parameters: {limit: {in: query, type: integer, maximum: 10, role: page_size, description: How many.}, after: {in: query, role: cursor, description: Where.}}
        rows: $
        pick: $.shelves[*].papers[*]
        paging: by_token
      add_paper:
        verb: insert
        http: POST /papers
        description: Adds one.
        body: {title: {type: string, required: true, description: Its title.}}
        rows: $
        pick: $.paper
      remove_paper:
        verb: delete
        http: DELETE /papers/{paper_id}
        description: Removes one.
        parameters: {paper_id: {in: path, type: integer, column: id, description: Its id.}}
  found_papers:
    description: A paper of a query in GraphQL.
    source: https://kiosk.example/graphql
    columns:
      id: {type: integer, nullable: false, description: Its id.}
      title: {type: string, nullable: false, description: Its title.}
    methods:
      query_papers:
        verb: select
        http: POST /graphql
        description: Asks.
        reads: true
        base: '{"query": "query ($cursor: String) { shelf(name: \\"{{ .shelf }}\\") { papers(after: $cursor) { id title } } }", "variables": {"cursor": null}}'
        parameters: {shelf: {in: template, required: true, description: Which shelf.}}
        rows: $
        pick: $.data.shelf.papers.nodes
        paging: by_cursor
  found_sellers:
    description: A seller of a query in GraphQL.
    source: https://kiosk.example/graphql
    columns:
      login: {type: string, nullable: false, description: Its name.}
      shelf: {type: string, nullable: false, description: Its shelf.}
    methods:
      query_sellers:
        verb: select
        http: POST /graphql
        description: Asks.
        reads: true
        base: '{"query": "{ sellers(shelf: \\"{{ .shelf }}\\") { login } }"}'
        parameters: {shelf: {in: template, required: true, description: Which shelf.}}
        rows: $
        pick: $.data.sellers
  stands:
    description: A stand.
    source: https://kiosk.example/stands
    columns:
      id: {type: integer, nullable: false, description: Its id.}
      name: {type: string, nullable: false, description: Its name.}
    methods:
      get_stand:
        verb: select
        http: GET /stands/{town}/{stand}
        description: Gets one.
        parameters: {town: {in: path, description: Its town.}, stand: {in: path, description: Its name.}}
      list_stands:
        verb: select
        http: GET /makers/{maker}/stands
        description: Lists.
        parameters: {maker: {in: path, description: Its maker.}}
        rows: $
  posters:
    description: A poster.
    source: https://kiosk.example/posters
    columns: {id: {type: string, nullable: false, description: Its id.}}
    methods:
      list_posters:
        verb: select
        http: GET /posters
        description: Lists.
        parameters:
          page: {in: query, type: integer, default: 1, role: cursor, description: Which page.}
          per_page: {in: query, type: integer, default: 5, maximum: 10, role: page_size, description: How many.}
        rows: posters
        paging: by_url
  names:
    description: A name.
    source: https://kiosk.example/names
    columns: {name: {type: string, nullable: false, description: The name.}}
    methods:
      list_names: {verb: select, http: GET /names, description: Lists., rows: $, pick: $.names, into: name}
  prints:
    description: A print, in XML.
    source: https://kiosk.example/prints
    columns:
      number: {type: integer, nullable: false, description: Its number.}
      title: {type: string, nullable: false, description: Its title.}
      is_sold: {type: boolean, nullable: false, description: Whether it was sold.}
      frame: {type: {wood: string, width: integer}, nullable: false, description: Its frame.}
    methods:
      list_prints:
        verb: select
        http: GET /prints
        description: Lists.
        headers: {Accept: text/xml}
        rows: $
        pick: $.printSet.item
        transform: {kind: xml}
      get_print:
        verb: select
        http: GET /prints/{number}
        description: Gets one.
        headers: {Accept: text/xml}
        parameters: {number: {in: path, type: integer, description: Its number.}}
        rows: $
        pick: $.print
        transform: {kind: xml}
"""


@pytest.fixture
def kiosk(tmp_path: Path) -> Path:
    """The folder of a provider whose answers have every form."""
    (tmp_path / "provider.yaml").write_text(PROVIDER)
    (tmp_path / "stock.yaml").write_text(SERVICE)
    return tmp_path


@pytest.fixture
def box(kiosk: Path) -> Iterator[Sandbox]:
    """Its sandbox."""
    with Sandbox(kiosk) as box:
        yield box


@pytest.fixture
def db(kiosk: Path, box: Sandbox) -> Iterator[rowcall.Session]:
    """A session that talks to it."""
    with rowcall.connect(provider_paths=[kiosk], providers=box.providers, journal=":memory:", max_write_rows=2) as db:
        yield db


def rows(db: rowcall.Session, sql: str, *params: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement, of which none was odd."""
    found = db.sql(sql, list(params) or None).fetchall()
    assert db.last is not None
    assert db.last.warnings == ()
    return found


def test_rows_that_are_picked_out_of_lists_in_lists_come_page_by_page(db: rowcall.Session) -> None:
    """All of them, typed, though no one array holds them."""
    found = rows(db, "SELECT id, title, is_sold, price, maker.city FROM kiosk.stock.papers")

    assert db.last is not None
    assert db.last.requests == 4
    assert len({row[0] for row in found}) == len(found) == 37
    assert {tuple(map(type, row)) for row in found} == {(int, str, bool, float, str)}


def test_a_url_that_leads_to_a_page_by_its_number_begins_with_the_first(db: rowcall.Session, box: Sandbox) -> None:
    """No row is left out before it, and the number counts pages."""
    (count,) = rows(db, "SELECT count(DISTINCT id) FROM kiosk.stock.posters")
    answer = httpx.get(f"{box.base_url}/posters", headers={"Authorization": f"Bearer {box.api_key}"}, trust_env=False)

    assert count == (37,)
    assert answer.json()["links"]["next"].endswith("page=2")


def test_what_no_list_shows_is_in_a_table(db: rowcall.Session, box: Sandbox) -> None:
    """The rows of a list say neither in which town a stand is, nor that it is its name by which it is asked for."""
    columns, shown = box.tables["sandbox_stands"]
    town, stand = shown[0]

    assert columns == ("town", "stand")
    assert rows(db, "SELECT name FROM kiosk.stock.stands WHERE town = ? AND stand = ?", town, stand) == [(stand,)]


def test_an_object_around_one_row_holds_that_row_alone(db: rowcall.Session, box: Sandbox) -> None:
    """And no list of it, as the API has it."""
    ((id_, title),) = rows(db, "SELECT id, title FROM kiosk.stock.papers LIMIT 1")

    (got,) = rows(db, "SELECT id, title FROM kiosk.stock.papers WHERE id = ?", id_)
    answer = httpx.get(f"{box.base_url}/papers/{id_}", headers={"Authorization": f"Bearer {box.api_key}"}, trust_env=False)

    assert got == (id_, title)
    assert answer.json()["paper"]["title"] == title


def test_what_is_written_is_answered_in_the_form_of_the_method(db: rowcall.Session) -> None:
    """So that RETURNING has it."""
    ((id_,),) = rows(db, "INSERT INTO kiosk.stock.papers (title) VALUES ('News') RETURNING id")

    assert rows(db, "SELECT title FROM kiosk.stock.papers WHERE id = ?", id_) == [("News",)]
    db.sql("DELETE FROM kiosk.stock.papers WHERE id = ?", [id_])
    assert rows(db, "SELECT count(*) FROM kiosk.stock.papers WHERE title = 'News'") == [(0,)]


def test_queries_at_one_path_are_told_apart_by_their_texts(db: rowcall.Session) -> None:
    """Each gives the rows of its own resource, page by page where its cursor leads on."""
    papers = rows(db, "SELECT id, title FROM kiosk.stock.found_papers WHERE shelf = 'a \"new\" one'")
    assert db.last is not None
    pages = db.last.requests
    sellers = rows(db, "SELECT login, shelf FROM kiosk.stock.found_sellers WHERE shelf = 'left'")

    assert len({id_ for id_, _ in papers}) == 37
    assert pages == 4
    assert {shelf for _, shelf in sellers} == {"left"}


def test_values_that_are_no_objects_are_rows_of_one_column(db: rowcall.Session) -> None:
    """As they stand in the answer."""
    found = rows(db, "SELECT name FROM kiosk.stock.names")

    assert found
    assert all(isinstance(name, str) for (name,) in found)


def test_xml_is_read_as_rows_of_the_declared_types(db: rowcall.Session) -> None:
    """A list of elements, and one of them."""
    found = rows(db, "SELECT number, title, is_sold, frame.width FROM kiosk.stock.prints")
    one = rows(db, "SELECT number, title, is_sold, frame.width FROM kiosk.stock.prints WHERE number = ?", found[0][0])

    assert len(found) == 37
    assert {tuple(map(type, row)) for row in found} == {(int, str, bool, int)}
    assert one == found[:1]


@contextmanager
def playing(kiosk: Path, transform: Transform) -> Iterator[tuple[Sandbox, httpx.Response]]:
    """A sandbox whose prints are transformed so, and its list of them."""
    provider = load_provider(kiosk)
    stock = provider.services["stock"]
    prints = stock.resources["prints"]
    method = replace(prints.methods["list_prints"], transform=transform)
    changed = replace(stock, resources={"prints": replace(prints, methods={"list_prints": method})})

    with Sandbox(replace(provider, services={"stock": changed})) as box:
        headers = {"Authorization": f"Bearer {box.api_key}", "Accept": "text/xml"}
        yield box, httpx.get(f"{box.base_url}/prints", headers=headers, trust_env=False)


@pytest.mark.parametrize(
    ("kind", "template", "found"),
    [
        (TransformKind.JSON, '{"printSet": {"item": []}}', 0),
        (TransformKind.TEXT, '{"printSet": {"item": [{{ range $i, $l := jsonMapFromString . }}{{ end }}]}}', 0),
        (TransformKind.TEXT, '{"printSet": {{ slice . 13 (len .) }}', 37),
    ],
    ids=["says the same of everything", "looks at it and says nothing", "cuts it"],
)
def test_what_a_template_does_not_tell_is_tried_out(kiosk: Path, kind: TransformKind, template: str, found: int) -> None:
    """With the plainest forms of an answer: that of which it makes what comes nearest to the rows."""
    transform = Transform(kind=kind, template=template)

    with playing(kiosk, transform) as (box, answer):
        assert (box.unplayed, answer.status_code) == ({}, 200)

    assert len(json.loads(transformed(transform, answer.text))["printSet"]["item"]) == found


def test_a_template_that_makes_json_of_nothing_is_refused_and_says_so(kiosk: Path) -> None:
    """Not played wrongly; which methods that are is known beforehand."""
    with playing(kiosk, Transform(kind=TransformKind.JSON, template='{"prints": [{{ nosuch . }}]}')) as (box, answer):
        unplayed = box.unplayed

    assert [*unplayed] == ["stock.prints.list_prints"]
    assert answer.status_code == 501
    assert "wrong in the template" in answer.json()["error"]["message"]


def test_json_as_xml_leaves_out_what_is_null_and_escapes_the_rest() -> None:
    """An attribute is a member that begins with a dash."""
    written = xml({"a": [1, "<&>"], "b": None, "c": {"-id": '"x"', "#text": "in"}, "d": True})

    assert written.splitlines()[1] == '<response><a>1</a><a>&lt;&amp;&gt;</a><c id="&quot;x&quot;">in</c><d>true</d></response>'


def test_a_required_filter_that_nothing_has_is_what_its_rows_show(db: rowcall.Session) -> None:
    """Nobody could know what to ask for else; another value of it is shown as well."""
    for shelf in ("left", "right"):
        assert {row for (row,) in rows(db, "SELECT DISTINCT shelf FROM kiosk.stock.found_sellers WHERE shelf = ?", shelf)} == {shelf}


def test_a_wrong_key_is_refused_in_each_form(box: Sandbox, kiosk: Path) -> None:
    """By an error of the API, not by rows."""
    settings = {"kiosk": {**box.providers["kiosk"], "api_key": "wrong"}}
    with rowcall.connect(provider_paths=[kiosk], providers=settings) as db:
        for resource in ("papers", "prints", "names"):
            with pytest.raises(RowcallError, match="credentials"):
                db.sql(f"SELECT * FROM kiosk.stock.{resource}")
