"""Bodies that a template makes of what a statement gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.stackql.conftest import Harbour
from tests.stackql.test_bodies import lighthouse, naive

import rowcall
from rowcall import Sandbox
from rowcall.errors import DataError

_MUTATION = (
    '{"query":"mutation($kind: String!) { light(kind: $kind) }","variables":{ {{- $s := separator "," -}}{{- $v := index . "Kind" -}}'
    '{{- if ne (kindOf $v) "invalid" -}}{{ call $s }}"kind":{{ toJson $v }}{{- end -}}'
    '{{- $v = index . "Sizes" -}}{{- if ne (kindOf $v) "invalid" -}}{{ call $s }}"sizes":{{ toJson $v }}{{- end -}} }}'
)


def made(template: str, kind: str = "json", **request: Any) -> dict[str, Any]:
    """That a template makes the body of attributes with their own names."""
    return {**naive(), "request": {"transform": {"type": f"golang_template_{kind}_v0.3.0", "body": template}, **request}}


@pytest.mark.parametrize(
    ("method", "body"),
    [
        (made(_MUTATION), {"query": "mutation($kind: String!) { light(kind: $kind) }", "variables": {"kind": 'b"g', "sizes": [1, 2]}}),
        (made("[{{ . }}]", "text"), [{"Kind": 'b"g', "Sizes": [1, 2]}]),
        (made("[{{ toJson .Kind }}]"), ['b"g']),
        (made('{"all": {{ toJson . }}}', base='{"Mode": "x"}'), {"all": {"Mode": "x", "Kind": 'b"g', "Sizes": [1, 2]}}),
        (made("<lamp>{{ .Kind }}</lamp>", mediaType="text/xml"), b'<lamp>b"g</lamp>'),
        (made("Action=Light&Kind={{ urlquery .Kind }}", mediaType="application/x-www-form-urlencoded"), b"Action=Light&Kind=b%22g"),
    ],
    ids=["of its JSON", "around its text", "of a part of it", "with what every body holds", "what is no JSON", "a form"],
)
def test_what_is_sent_is_what_a_template_makes(harbour: Harbour, method: dict[str, Any], body: Any) -> None:
    """Of the attributes, as they are typed; the plan of it may be kept, and sends the same."""
    media = method["request"].get("mediaType", "application/json")
    insert = """INSERT INTO lamps (Kind, Sizes) VALUES ('b"g', [1, 2])"""
    plan = Path(harbour.folder).parent / "plan.csv"

    with lighthouse(harbour, method, media=media) as db:
        db.sql(insert)
        db.sql(f"PLAN {insert} INTO '{plan}'")
        db.sql(f"APPLY '{plan}'")

    assert [seen.body for seen in harbour.seen] == [body, body]
    assert harbour.seen[0].headers["content-type"].startswith(media)


def test_a_template_is_asked_where_a_statement_gives_nothing(harbour: Harbour) -> None:
    """What it makes of an empty object is sent."""
    document: dict[str, Any] = {"type": "object", "properties": {"Kind": {"type": "string"}}}
    body = {"content": {"application/json": {"schema": document}}}

    with lighthouse(harbour, made('{"kind": {{ toJson .Kind }}}'), verb="exec", requestBody=body) as db:
        db.sql("EXEC lighthouse.s.lamps.m")

    assert [seen.body for seen in harbour.seen] == [{"kind": None}]


@pytest.mark.parametrize(
    ("template", "says"),
    [("{{ .Kind }}", "it makes no JSON"), ("{{ toInt .Kind }}", "toInt cannot be done"), ('{"a": {{ .Size }}}', "it makes no JSON")],
)
def test_what_a_template_cannot_make_is_not_sent(harbour: Harbour, template: str, says: str) -> None:
    """And says why."""
    with lighthouse(harbour, made(template)) as db, pytest.raises(DataError, match=f"{says}.*nothing was sent"):
        db.sql("INSERT INTO lamps (Kind) VALUES ('big')")

    assert harbour.lines == []


_LAMPS = 'SELECT "Kind", "Sizes"::JSON::VARCHAR FROM lamps'
_WHERE_THERE = '{{ if .Kind }}{{ $s }}"Kind": {{ toJson .Kind }}{{ $s = "," }}{{ end }}'
_TEXT_OR_NOT = (
    '{{ if .Sizes }}{{ $s }}"Sizes": {{ if eq (kindOf .Sizes) "string" }}{{ .Sizes }}{{ else }}{{ toJson .Sizes }}{{ end }}{{ end }}'
)


def played(folder: Path, *, posts: dict[str, dict[str, Any]]) -> Path:
    """A provider of resources that are listed, and made by what a template makes."""
    own = {"Kind": {"type": "string"}, "Sizes": {"type": "array", "items": {"type": "integer"}}}
    row = {"type": "object", "properties": {"id": {"type": "integer"}, **own}}
    body = {"content": {"application/json": {"schema": {"type": "object", "properties": own}}}}
    one = {"content": {"application/json": {"schema": row}}}
    lists = {"content": {"application/json": {"schema": {"type": "array", "items": row}}}}
    paths: dict[str, Any] = {}
    resources = {}
    for name, request in posts.items():
        at = f"#/components/x-stackQL-resources/{name}/methods/"
        paths[f"/{name}"] = {"get": {"responses": {"200": lists}}, "post": {"requestBody": body, "responses": {"200": one}}}
        methods = {
            "list": {"operation": {"$ref": f"#/paths/~1{name}/get"}, "response": {"openAPIDocKey": "200"}},
            "make": {"operation": {"$ref": f"#/paths/~1{name}/post"}, "response": {"openAPIDocKey": "200"}, **request},
        }
        verbs = {"select": [{"$ref": f"{at}list"}], "insert": [{"$ref": f"{at}make"}]}
        resources[name] = {"methods": methods, "sqlVerbs": verbs}
    document = {
        "openapi": "3.0.3",
        "servers": [{"url": "https://lamps.example"}],
        "paths": paths,
        "components": {"x-stackQL-resources": resources},
    }
    (folder / "provider.json").write_text(json.dumps({"name": "played", "providerServices": {"s": {"service": {"$ref": "s.json"}}}}))
    (folder / "s.json").write_text(json.dumps(document))
    return folder


@pytest.mark.parametrize(
    "template",
    [
        (_MUTATION, "json"),
        ("[{{ . }}]", "text"),
        ('{"all": {{ toJson . }}}', "json"),
        (f'{{{{ $s := "" }}}}{{ {_WHERE_THERE} {_TEXT_OR_NOT} }}', "json"),
    ],
    ids=["a mutation", "around its text", "below a name", "each where it is given"],
)
@pytest.mark.parametrize("given", [{"Kind": 'b"g', "Sizes": [1, 2]}, {"Sizes": [3]}, {"Kind": "x"}], ids=["both", "the last", "the first"])
def test_a_sandbox_reads_what_a_template_made(tmp_path: Path, template: tuple[str, str], given: dict[str, Any]) -> None:
    """As the attributes that a statement gave; what it did not give is not there."""
    folder = played(tmp_path, posts={"lamps": made(*template)})

    with Sandbox(folder) as box, rowcall.connect(provider_paths=[folder], providers=box.providers, journal=":memory:") as db:
        before = db.sql(_LAMPS).fetchall()
        db.sql(f"INSERT INTO lamps ({', '.join(given)}) VALUES ({', '.join('?' for _ in given)})", [*given.values()])
        (made_,) = [row for row in db.sql(_LAMPS).fetchall() if row not in before]

        assert box.unplayed == {}
    assert made_ == (given.get("Kind"), json.dumps(given.get("Sizes", []), separators=(",", ":")))


@pytest.mark.parametrize(
    ("template", "media", "content", "is_played"),
    [
        ("<lamp>{{ .Kind }}</lamp>", "text/xml", "<lamp>x</lamp>", False),
        ('{"kind": {{ toJson .Kind }}}', "application/json", '{"sort": "x"}', True),
        ("{{ .Kind }", "application/json", "x", False),
    ],
    ids=["what is no JSON", "another body", "no template"],
)
def test_a_sandbox_says_what_it_cannot_read(tmp_path: Path, template: str, media: str, content: str, is_played: bool) -> None:
    """When it starts where that is so of a method, and else in its answer."""
    folder = played(tmp_path, posts={"lamps": made(template, mediaType=media)})

    with Sandbox(folder) as box:
        answer = httpx.post(f"{box.base_url}/lamps", content=content, headers={"content-type": media})

    assert (answer.status_code, list(box.unplayed)) == (501, [] if is_played else ["s.lamps.make"])
    assert "template" in answer.text
