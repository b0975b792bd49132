"""What is sent in bodies and in queries, as documents say that it is put together."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.stackql.conftest import Harbour

import rowcall
from rowcall.errors import PlanError
from rowcall.session.session import Session

_STATE = {
    "type": "object",
    "x-stackQL-stringOnly": True,
    "required": ["Name"],
    "properties": {"Name": {"type": "string"}, "Tags": {"type": "array", "items": {"type": "string"}}},
}
_LAMP = {
    "type": "object",
    "required": ["Kind"],
    "properties": {
        "Kind": {"type": "string"},
        "State": _STATE,
        "Plan": {"type": "object", "x-stackQL-stringOnly": True, "properties": {}},
        "Sizes": {"type": "array", "items": {"type": "integer"}},
    },
}


def lighthouse(
    harbour: Harbour, method: dict[str, Any], *, verb: str = "insert", media: str = "application/json", **operation: Any
) -> Session:
    """A session that knows one resource, `lamps`, with one method that is sent with POST, or, where it has no body, with GET."""
    schema = {"type": "object", "properties": {"id": {"type": "integer"}}}
    body = {} if "parameters" in operation else {"requestBody": {"content": {media: {"schema": _LAMP}}}}
    http = "get" if "parameters" in operation else "post"
    answer = {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}
    made = {"operation": {"$ref": f"#/paths/~1lamps/{http}"}, "response": {"openAPIDocKey": "200"}, **method}
    verbs = {verb: [{"$ref": "#/components/x-stackQL-resources/lamps/methods/m"}]}
    document = {
        "openapi": "3.0.3",
        "servers": [{"url": f"http://127.0.0.1:{harbour.port}"}],
        "paths": {"/lamps": {http: {**answer, **body, **operation}}},
        "components": {"x-stackQL-resources": {"lamps": {"methods": {"m": made}, "sqlVerbs": verbs}}},
    }
    folder = Path(harbour.folder).parent.parent / "lighthouse"
    folder.mkdir()
    (folder / "provider.json").write_text(json.dumps({"name": "lighthouse", "providerServices": {"s": {"service": {"$ref": "s.json"}}}}))
    (folder / "s.json").write_text(json.dumps(document))
    harbour.answers["/lamps"] = lambda _: ({"id": 1}, {})
    return rowcall.connect(provider_paths=[folder], journal=":memory:")


def naive(inner: str = "") -> dict[str, Any]:
    """That attributes have their own names: those of a body, or of a field of it."""
    return {"config": {"requestBodyTranslate": {"algorithm": f"naive{inner and '_'}{inner}"}}}


@pytest.mark.parametrize(
    ("method", "columns", "values", "body"),
    [
        (naive(), "Kind", "'lens'", {"Kind": "lens"}),
        ({}, "data__Kind", "'lens'", {"Kind": "lens"}),
        ({"request": {"base": '{"Kind": "lens"}'}}, "Plan", "'{}'", {"Kind": "lens", "Plan": "{}"}),
        (
            {**naive("State"), "request": {"base": '{"Kind": "lens"}'}},
            "Name, Tags",
            "'é', ['a']",
            {"Kind": "lens", "State": '{"Name": "é", "Tags": ["a"]}'},
        ),
    ],
    ids=["naive", "prefixed", "base and text", "naive_State"],
)
def test_attributes_go_where_the_document_says(harbour: Harbour, method: Any, columns: str, values: str, body: Any) -> None:
    """Beside what every body holds; what is a text of JSON there is sent as one."""
    with lighthouse(harbour, method) as db:
        db.sql(f"INSERT INTO lamps ({columns}) VALUES ({values})")

    assert harbour.seen[0].body == body


@pytest.mark.parametrize(
    ("request_", "sql", "body"),
    [
        ({"base": "{}"}, "EXEC lamps.m", {}),
        ({}, "EXEC lamps.m @Kind = 'x'", {"Kind": "x"}),
        ({"default": '{"Kind": "all"}', "base": '{"Plan": "p"}'}, "EXEC lamps.m", {"Kind": "all"}),
        ({"default": '{"Kind": "all"}', "base": '{"Plan": "p"}'}, "EXEC lamps.m @Kind = 'x'", {"Kind": "x", "Plan": "p"}),
    ],
    ids=["empty base", "no base", "default", "no default"],
)
def test_a_body_of_which_a_statement_says_nothing(harbour: Harbour, request_: Any, sql: str, body: Any, monkeypatch: Any) -> None:
    """Is what the document has in its place; and nothing of that where a statement says something."""
    monkeypatch.setitem(_LAMP, "required", [])

    with lighthouse(harbour, {"request": request_, **naive()}, verb="exec") as db:
        db.sql(sql)

    assert harbour.seen[0].body == body


def test_a_body_is_sent_as_the_kind_of_json_that_the_document_names(harbour: Harbour) -> None:
    """As AWS and others have kinds of their own."""
    with lighthouse(harbour, naive(), media="application/x-amz-json-1.1") as db:
        db.sql("INSERT INTO lamps (Kind) VALUES ('lens')")

    assert harbour.seen[0].headers["content-type"] == "application/x-amz-json-1.1"
    assert harbour.seen[0].body == {"Kind": "lens"}


@pytest.mark.parametrize(
    "method", [naive(), naive("State"), {**naive(), "request": {"base": '{"Mode": "on"}'}}], ids=["plain", "within", "base"]
)
def test_a_plan_of_it_is_applied(harbour: Harbour, method: Any, tmp_path: Path) -> None:
    """The request is the one that the write would have sent."""
    columns = "Name" if method == naive("State") else "Kind"
    write = f"INSERT INTO lamps ({columns}) VALUES ('lens')"
    with lighthouse(harbour, method) as db:
        db.sql(write)
        db.sql(f"PLAN {write} INTO '{tmp_path / 'plan.jsonl'}'")
        db.sql(f"APPLY '{tmp_path / 'plan.jsonl'}'")

    first, second = harbour.seen
    assert first.body == second.body
    assert first.body


FORM = {
    "type": "object",
    "required": ["photo"],
    "properties": {
        "photo": {"type": "string", "format": "binary"},
        "title": {"type": "string"},
        "place": {"type": "object", "properties": {"lat": {"type": "number"}}},
        "tags": {"type": "array", "items": {"type": "string"}},
        "meta": {"type": "object", "properties": {"a": {"type": "string"}}},
    },
}


def form(media: str, schema: Any = FORM) -> dict[str, Any]:
    """The body of an operation that is a form."""
    encoding = {"tags": {"style": "deepObject"}, "meta": {"contentType": "application/json"}}
    return {"requestBody": {"required": True, "content": {media: {"schema": schema, "encoding": encoding}}}}


def test_a_form_is_sent_with_its_files(harbour: Harbour) -> None:
    """A file is a BLOB or a text, and has a name beside it; what is to be JSON is a text."""
    with lighthouse(harbour, naive(), **form("multipart/form-data")) as db:
        db.sql(
            "INSERT INTO lamps (photo, filename, title, place, tags, meta) "
            "VALUES ('\\x00\\xFF'::BLOB, 'a.png', 'x', {'lat': 1.5}, ['p', 'q'], '{\"a\": \"b\"}')"
        )

    body = harbour.seen[0].body
    assert b'name="photo"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n\x00\xff\r\n' in body
    texts = [b'title"\r\n\r\nx', b'place[lat]"\r\n\r\n1.5', b'tags[]"\r\n\r\np', b'tags[]"\r\n\r\nq', b'meta"\r\n\r\n{"a": "b"}']
    assert all(b'name="' + text + b"\r\n" in body for text in texts)


def test_a_form_without_files_is_sent_as_one(harbour: Harbour) -> None:
    """What it calls binary is a text there."""
    with lighthouse(harbour, naive(), **form("application/x-www-form-urlencoded")) as db:
        db.sql("INSERT INTO lamps (photo, title, place) VALUES ('p', 'a b&c', {'lat': 2})")

    assert harbour.seen[0].body == b"photo=p&title=a+b%26c&place%5Blat%5D=2"


def sends(media: str, schema: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    """A body of a media type."""
    return {"requestBody": {"required": required, "content": {media: {"schema": schema}}}}


_FILES = {"type": "object", "required": ["f"], "properties": {"f": {"type": "array", "items": {"format": "binary"}}}}
_BOOK = {
    "type": "object",
    "xml": {"name": "Book", "namespace": "urn:b"},
    "properties": {
        "BookId": {"type": "integer", "xml": {"attribute": True}},
        "Tags": {"type": "array", "items": {"type": "string", "xml": {"name": "Tag"}}, "xml": {"wrapped": True}},
    },
}


@pytest.mark.parametrize(
    ("body", "statement", "media", "sent"),
    [
        (sends("text/csv", {"type": "string"}), "(content) VALUES ('a,b')", "text/csv", b"a,b"),
        (sends("application/octet-stream", {}), "(content) VALUES ('\\xFF'::BLOB)", "application/octet-stream", b"\xff"),
        (
            sends("application/xml", _BOOK),
            "(BookId, Tags) VALUES (7, ['<x>', 'y'])",
            "application/xml",
            b'<?xml version="1.0" encoding="UTF-8"?>\n<Book xmlns="urn:b" BookId="7"><Tags><Tag>&lt;x&gt;</Tag><Tag>y</Tag></Tags></Book>',
        ),
        (
            sends("application/x-ndjson", {"type": "object"}),
            "(lines) VALUES ([{'a': 1}, {'a': 2}])",
            "application/x-ndjson",
            b'{"a":1}\n{"a":2}\n',
        ),
    ],
    ids=["text", "bytes", "xml", "lines"],
)
def test_a_body_of_any_kind_is_sent(harbour: Harbour, body: dict[str, Any], statement: str, media: str, sent: bytes) -> None:
    """As the document says that it is written."""
    with lighthouse(harbour, naive(), **body) as db:
        db.sql(f"INSERT INTO lamps {statement}")

    (seen,) = harbour.seen
    assert (seen.headers["content-type"], seen.body) == (media, sent)


def test_a_list_is_sent_as_the_body(harbour: Harbour) -> None:
    """With the media type of the document; where it is not needed, a call without it sends none."""
    schema = {"type": "array", "items": {"type": "object", "properties": {"op": {"type": "string"}}}}
    with lighthouse(harbour, naive(), **sends("application/json-patch+json", schema, required=False)) as db:
        db.sql("INSERT INTO lamps (items) VALUES ([{'op': 'add'}])")
        db.sql("INSERT INTO lamps DEFAULT VALUES")

    assert harbour.seen[0].headers["content-type"] == "application/json-patch+json"
    assert [seen.body for seen in harbour.seen] == [[{"op": "add"}], None]


def test_several_files_are_sent_in_one_field(harbour: Harbour) -> None:
    """With the names beside them."""
    with lighthouse(harbour, naive(), **form("multipart/form-data", _FILES)) as db:
        db.sql("INSERT INTO lamps (f, filenames) VALUES (['a', 'b'], ['1.png', '2.png'])")

    assert harbour.seen[0].body.count(b'name="f"; filename="') == 2


@pytest.mark.parametrize(
    ("verb", "body", "reason"),
    [
        ("select", form("multipart/form-data"), "It takes a file, and a SELECT has none."),
        ("select", sends("text/csv", {"type": "string"}), "It takes a file, and a SELECT has none."),
        (
            "select",
            sends("application/json", {"type": "array", "items": {"type": "string"}}),
            "Its body is no object of JSON and no form, and a SELECT sends no other.",
        ),
    ],
    ids=["a file", "a text", "a list"],
)
def test_a_body_that_no_select_sends_is_said(harbour: Harbour, verb: str, body: Any, reason: str) -> None:
    """Of the method, by SHOW METHODS EXTENDED."""
    with lighthouse(harbour, naive(), verb=verb, operationId="SearchLamps", **body) as db:
        ((*_, problem),) = db.sql("SHOW METHODS EXTENDED IN lamps").fetchall()

    assert problem == reason


def test_a_select_gives_lists_and_objects_of_its_body_as_json(harbour: Harbour) -> None:
    """A text that begins as JSON does and is none ends the statement."""
    with lighthouse(harbour, naive(), verb="select", operationId="SearchLamps") as db:
        rows = db.sql("SELECT id FROM lamps WHERE Kind = 'lens' AND Sizes = '[1, 2]'").fetchall()
        with pytest.raises(PlanError, match="Sizes begins as JSON does and is none"):
            db.sql("SELECT id FROM lamps WHERE Kind = 'lens' AND Sizes = '[1'")

    assert rows == [(1,)]
    assert [seen.body for seen in harbour.seen] == [{"Kind": "lens", "Sizes": [1, 2]}]


@pytest.mark.parametrize(
    ("value", "query"),
    [
        ("""[{"Name": "kind", "Values": ["a", "b"]}]""", "Filter.1.Name=kind&Filter.1.Values.1=a&Filter.1.Values.2=b"),
        ("""{"On": true, "Tons": 2}""", "Filter.On=true&Filter.Tons=2"),
        ("plain", "Filter=plain"),
    ],
    ids=["list", "object", "text"],
)
def test_a_parameter_of_json_is_one_for_each_value_in_it(harbour: Harbour, value: str, query: str) -> None:
    """Numbered as AWS numbers them."""
    parameters = [{"name": "Filter", "in": "query", "schema": {"type": "array"}}]
    with lighthouse(
        harbour, {"config": {"queryParamTranspose": {"algorithm": "AWSCanonical"}}}, verb="select", parameters=parameters
    ) as db:
        db.sql(f"SELECT id FROM lamps WHERE Filter = '{value}'")

    assert harbour.lines == [f"GET /lamps?{query}"]


def test_a_query_is_sent_as_a_form_where_the_document_says_so(harbour: Harbour) -> None:
    """With POST, what stands in its path too; a SELECT stays a read, and its pages are asked for in the form."""
    config = {
        "queryParamTranspose": {"algorithm": "AWSCanonical"},
        "requestTranslate": {"algorithm": "get_query_to_post_form_utf_8"},
        "pagination": {"requestToken": {"key": "Token", "location": "query"}, "responseToken": {"key": "$.next", "location": "body"}},
    }
    names = ("Filter", "Size", "Token")
    parameters = [{"name": name, "in": "query", "schema": {"type": "integer" if name == "Size" else "string"}} for name in names]
    pages = [({"rows": [{"id": 1}], "next": "t"}, {}), ({"rows": [{"id": 2}]}, {})]

    with lighthouse(harbour, {"config": config}, verb="select", parameters=parameters) as db:
        document = harbour.folder.parent.parent / "lighthouse" / "s.json"
        rows = {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "integer"}}}}
        read = json.loads(
            document.read_text().replace('"/lamps"', '"/lamps?Action=List&Version=1"').replace("~1lamps/", "~1lamps?Action=List&Version=1/")
        )
        operation = read["paths"]["/lamps?Action=List&Version=1"]["get"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        schema["properties"] = {"rows": rows, "next": {"type": "string"}}
        read["components"]["x-stackQL-resources"]["lamps"]["methods"]["m"]["response"]["objectKey"] = "$.rows"
        document.write_text(json.dumps(read))
        harbour.answers["/lamps"] = lambda _: pages.pop(0)
        found = db.sql("""SELECT id FROM lamps WHERE Filter = '[{"Name": "a&b"}]' AND Size = 5 ORDER BY id""").fetchall()

    assert found == [(1,), (2,)]
    assert harbour.lines == ["POST /lamps", "POST /lamps"]
    assert [seen.body for seen in harbour.seen] == [
        b"Action=List&Version=1&Filter.1.Name=a%26b&Size=5",
        b"Action=List&Version=1&Filter.1.Name=a%26b&Size=5&Token=t",
    ]
    assert harbour.seen[0].headers["content-type"].startswith("application/x-www-form-urlencoded")


@pytest.mark.parametrize(
    ("method", "reason"),
    [
        ({"request": {"transform": {"type": "jsonnet_v0.1.0", "body": "x"}}}, "has to be made by jsonnet_v0.1.0, which is not known"),
        (naive("Nothing"), "those of `Nothing` in its body, which has no such field"),
    ],
    ids=["template", "no such field"],
)
def test_a_body_that_cannot_be_made_is_said(harbour: Harbour, method: Any, reason: str) -> None:
    """Of the method, and nothing is sent."""
    with lighthouse(harbour, method) as db:
        ((*_, problem),) = db.sql("SHOW METHODS EXTENDED IN lamps").fetchall()

    assert reason in problem
