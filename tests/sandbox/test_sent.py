"""Bodies that are no JSON objects and no forms, as a sandbox takes, keeps and refuses them; clients other than rowcall send them too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

import rowcall
from rowcall.openapi.document import Document
from rowcall.openapi.folder import write_folder
from rowcall.openapi.importing import imported
from rowcall.sandbox.server import Sandbox

DEPOT = Path(__file__).parents[1] / "session" / "depot"


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """A sandbox of a provider with such bodies."""
    with Sandbox(DEPOT, seed=0) as box:
        yield box


@pytest.fixture
def db(box: Sandbox) -> Iterator[rowcall.Session]:
    """A session on it."""
    with rowcall.connect(provider_paths=[DEPOT], providers=box.providers, max_write_rows=None) as session:
        yield session


@pytest.fixture
def client(box: Sandbox) -> Iterator[httpx.Client]:
    """A client that is not rowcall."""
    with httpx.Client(base_url=box.base_url, headers={"Authorization": f"Bearer {box.api_key}"}, trust_env=False) as client:
        yield client


def test_what_is_sent_as_xml_is_kept(db: rowcall.Session) -> None:
    """With its types, whatever stands in a text, and is changed by XML."""
    db.sql(
        "INSERT INTO depot.yard.crates (label, id, weight, tags, maker, parts) VALUES "
        "('<a & b>', 'c-1', 2.5, ['x'], {'code': 'M', 'name': 'Mill'}, [{'sku': 's', 'count': 2, 'holds': []}])"
    )
    one = "SELECT id, label, weight FROM depot.yard.crates WHERE id = 'c-1'"
    assert db.sql(one).fetchall() == [("c-1", "<a & b>", 2.5)]

    db.sql("UPDATE depot.yard.crates SET label = 'z', weight = 7 WHERE id = 'c-1'")
    assert db.sql(one).fetchall() == [("c-1", "z", 7.0)]


def test_a_client_sends_xml_of_its_own(client: httpx.Client) -> None:
    """With or without namespaces, and in any order."""
    content = (
        '<d:Crate xmlns:d="urn:depot" xmlns:x="urn:makers" id="c-2"><d:Weight>1</d:Weight><x:Maker>M</x:Maker><Label>a</Label></d:Crate>'
    )

    answer = client.post("/crates", content=content, headers={"content-type": "text/xml; charset=utf-8"})

    assert answer.headers["content-type"].startswith("application/xml")
    root = ET.fromstring(answer.content)
    assert (root.get("id"), root.findtext("Label"), float(root.findtext("Weight") or 0)) == ("c-2", "a", 1)


@pytest.mark.parametrize(("path", "sent", "message"), [
    ("/crates", {"content": "<Crate><Label>a</Label><Nope/></Crate>"}, "There is no Nope."),
    ("/crates", {"content": "<Crate><Label>a</Label>"}, "The body must be XML."),
    ("/crates", {"content": "<Other><Label>a</Label></Other>"}, "The body must be XML."),
    ("/crates", {"content": '<!DOCTYPE x [<!ENTITY e "f">]><Crate><Label>&e;</Label></Crate>'}, "The body must be XML."),
    ("/crates", {"content": "<Crate/>"}, "label is missing."),
    ("/crates", {"content": "<Crate><Label>a</Label><Weight>x</Weight></Crate>"}, "weight must be a decimal, not a string."),
    ("/crates", {"json": {"Label": "a"}}, "The body must be XML."),
    ("/events", {"content": '{"number": 1}\n{'}, "The body must be lines of JSON."),
    ("/events", {"content": '{"number": 1}\n{"number": "x"}'}, "events[1].number must be an integer, not a string."),
    ("/sayings", {"content": "other"}, "words must be one of 'hello'"),
    ("/sayings", {"content": b"\xff"}, "The body must be a text in UTF-8."),
    ("/sayings", {}, "words is missing."),
    ("/albums", {"files": {"title": (None, "t")}}, "pictures is missing."),
    ("/albums", {"files": {"pictures[]": (None, "no file")}}, "pictures[0] must be a file, not a string."),
])  # fmt: skip
def test_what_the_api_would_refuse_is_refused(client: httpx.Client, path: str, sent: dict[str, Any], message: str) -> None:
    """By what the manifest says."""
    kinds = {"/crates": "application/xml", "/events": "application/x-ndjson", "/sayings": "text/plain"}
    headers = {"content-type": kinds[path]} if "content" in sent else {}

    answer = client.post(path, **{"headers": headers, **sent})

    assert (answer.status_code, message in answer.text) == (400, True), answer.text


def test_a_file_that_is_all_of_a_body_comes_back(db: rowcall.Session) -> None:
    """Byte for byte, an empty one too."""
    for name, content in (("s-1", b"\xff\x00\r\n"), ("s-2", b"")):
        db.sql("REPLACE INTO depot.yard.scans (scan_id, picture) VALUES ($1, $2)", [name, content])
        assert db.sql("SELECT content FROM depot.yard.scans WHERE scan_id = $1", [name]).fetchall() == [(content,)]


def test_lists_lines_and_several_files_are_taken(db: rowcall.Session, client: httpx.Client) -> None:
    """And lines come back, a row each."""
    assert len(db.sql("INSERT INTO depot.yard.albums (title, pictures) VALUES ('t', ['a', 'b'])").fetchall()) == 1
    assert len(db.sql("INSERT INTO depot.yard.events (events) VALUES ([{'number': 1, 'what': 'a'}])").fetchall()) == 1
    number = db.sql("SELECT count(number) FROM depot.yard.events").fetchall()[0][0]

    answer = client.get("/events", headers={"accept": "application/x-ndjson"})

    assert answer.headers["content-type"] == "application/x-ndjson"
    assert len(answer.text.splitlines()) == number > 0


DOCUMENT = """
openapi: 3.0.3
info: {title: Attic}
servers: [{url: 'https://attic.example/v1'}]
components:
  schemas:
    Box:
      type: object
      xml: {name: box}
      required: [label]
      properties:
        id: {type: string, xml: {attribute: true}}
        label: {type: string}
        things: {type: array, xml: {wrapped: true}, items: {type: object, xml: {name: thing}, properties: {weight: {type: integer, xml: {attribute: true}}}}}
paths:
  /boxes:
    post: {requestBody: {required: true, content: {application/xml: {schema: {$ref: '#/components/schemas/Box'}}}}, responses: {'201': {description: Made}}}
  /pictures/{picture_id}:
    get: {responses: {'200': {content: {image/png: {}}}}}
    put: {requestBody: {required: true, content: {image/png: {}}}, responses: {'204': {description: Done}}}
  /steps:
    post: {requestBody: {content: {application/json: {schema: {type: array, items: {type: object, properties: {to: {type: string}}}}}}}, responses: {'204': {description: Done}}}
"""


def test_what_a_document_says_of_bodies_is_sent_and_played(tmp_path: Path) -> None:
    """Imported as it is, and called on the sandbox that comes of it."""
    (tmp_path / "attic.yaml").write_text(DOCUMENT)
    made = imported(Document(tmp_path / "attic.yaml"), "attic")
    assert write_folder(tmp_path / "attic", made.provider, published=made.published, comments=made.comments) == ()

    with (
        Sandbox(tmp_path / "attic", seed=0) as box,
        rowcall.connect(provider_paths=[tmp_path / "attic"], providers=box.providers) as db,
    ):
        db.sql("EXEC attic.boxes.boxes.post_boxes @label = 'a', @id = 'b-1', @things = [{'weight': 3}, {'weight': 4}]")
        db.sql("REPLACE INTO attic.pictures.pictures (picture_id, content) VALUES ('b-1', '\\xFF'::BLOB)")
        db.sql("EXEC attic.steps.steps.post_steps @items = [{'to': 'x'}]")
        assert [(asked.method, asked.status) for asked in box.requests] == [("POST", 200), ("PUT", 200), ("POST", 200)]
        xml, picture, steps = [asked.body for asked in box.requests]

    root = ET.fromstring(xml)
    assert (root.tag, root.get("id"), [each.get("weight") for each in root.findall("things/thing")]) == ("box", "b-1", ["3", "4"])
    assert (picture, steps) == ("\ufffd", [{"to": "x"}])
