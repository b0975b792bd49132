"""What a document says an answer is, what is made of it, and what is asked for."""

from __future__ import annotations

from typing import Any

from tests.stackql.conftest import Harbour
from tests.stackql.test_whole import lighthouse

_LAMPS = {
    "type": "object",
    "properties": {"rows": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "integer"}}}}},
}


def answers(*kinds: str) -> dict[str, Any]:
    """An operation that may answer in several ways."""
    return {"responses": {"200": {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in kinds}}}}


def test_what_is_asked_for_is_what_the_method_names(harbour: Harbour) -> None:
    """And not what a template makes of it, nor what else the API could give."""
    harbour.answers["/lamps"] = lambda _: (b'{"id": 1}\n{"id": 2}\n', {"content-type": "application/x-ndjson"})
    lines = '{"rows":[{{- $s := separator "," -}}{{- range getRegexpAllMatches . "(.*)\\n(.*)" -}}{{ call $s }}{{ . }}{{- end -}}]}'

    with lighthouse(
        harbour,
        answers("text/event-stream", "application/x-ndjson"),
        mediaType="application/x-ndjson",
        overrideMediaType="application/json",
        schema_override=_LAMPS,
        transform={"type": "golang_template_text_v0.3.0", "body": lines},
    ) as db:
        assert db.sql("SELECT id FROM lamps ORDER BY 1").fetchall() == [(1,), (2,)]

    assert harbour.seen[0].headers["accept"] == "application/x-ndjson"


def test_an_answer_is_read_as_what_it_is_said_to_be(harbour: Harbour) -> None:
    """Where the API calls it otherwise, and nothing transforms it."""
    harbour.answers["/lamps"] = lambda _: ({"rows": [{"id": 3}]}, {"content-type": "application/octet-stream"})

    with lighthouse(
        harbour,
        answers("application/octet-stream"),
        mediaType="application/octet-stream",
        overrideMediaType="application/json",
        schema_override=_LAMPS,
    ) as db:
        assert db.sql("SELECT id FROM lamps").fetchall() == [(3,)]
