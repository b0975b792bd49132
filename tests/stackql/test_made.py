"""Bodies that a template makes of what a statement gives."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.stackql.conftest import Harbour
from tests.stackql.test_bodies import lighthouse, naive

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


def test_a_sandbox_says_that_it_does_not_play_it(harbour: Harbour) -> None:
    """Since nothing says what the body means."""
    lighthouse(harbour, made("[{{ . }}]", "text")).close()
    folder = harbour.folder.parent.parent / "lighthouse"

    with Sandbox(folder) as box:
        answer = httpx.post(f"{box.base_url}/lamps", content=json.dumps([{}]))

    assert (answer.status_code, list(box.unplayed)) == (501, ["s.lamps.m"])
