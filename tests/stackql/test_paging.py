"""How pages follow one another, as documents configure it, against a server that hands them out so."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest
from tests.stackql.conftest import Harbour

import rowcall
from rowcall import Sandbox
from rowcall.errors import RowcallWarning
from rowcall.session.session import Session

_BUOY = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}
_ROWS = {
    "type": "object",
    "properties": {"rows": {"type": "array", "items": _BUOY}, "page": {"type": "object"}, "next": {"type": "string"}},
}


def buoys(
    harbour: Harbour, config: Any, *takes: str, around: Any = None, schema: Any = None, response: dict[str, Any] | None = None
) -> Session:
    """A session on a document with one list at `/buoys`, which is configured so, and whose service is configured as is said `around` it."""
    folder = harbour.folder.parent.parent / "buoys"
    folder.mkdir()
    parameters = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in takes]
    operation = {"parameters": parameters, "responses": {"200": {"content": {"application/json": {"schema": schema or _ROWS}}}}}
    method = {
        "operation": {"$ref": "#/paths/~1buoys/get"},
        "response": response or {"openAPIDocKey": "200", "objectKey": "$.rows"},
        "config": {"pagination": config},
    }
    at = "#/components/x-stackQL-resources/buoys/methods/list"
    resource = {"id": "x", "name": "buoys", "methods": {"list": method}, "sqlVerbs": {"select": [{"$ref": at}]}}
    document = {
        "openapi": "3.0.3",
        "servers": [{"url": f"http://127.0.0.1:{harbour.port}"}],
        "x-stackQL-config": {"pagination": around or {}},
        "paths": {"/buoys": {"get": operation}},
        "components": {"x-stackQL-resources": {"buoys": resource}},
    }
    (folder / "provider.json").write_text(json.dumps({"name": "sea", "providerServices": {"s": {"service": {"$ref": "s.json"}}}}))
    (folder / "s.json").write_text(json.dumps(document))
    return rowcall.connect(provider_paths=[folder], journal=":memory:")


def pages(parameter: str, *ids: int, **said: Callable[[int, bool], Any]) -> Callable[[dict[str, str]], tuple[Any, dict[str, str]]]:
    """Answers of one row each, numbered from 0; `said` makes of the number of each, and whether another follows, what is beside it."""

    def answer(query: dict[str, str]) -> tuple[Any, dict[str, str]]:
        number = int(query.get(parameter, 0))
        found = [{"id": ids[number]}] if number < len(ids) else []
        return {"rows": found, **{name: say(number, number + 1 < len(ids)) for name, say in said.items()}}, {}

    return answer


def test_half_of_what_is_configured_comes_from_the_level_around(harbour: Harbour) -> None:
    """A method that says where the token goes leaves it to its service where the token is."""
    harbour.answers["/buoys"] = pages("from", 1, 2, next=lambda number, more: str(number + 1) if more else "")

    around = {"requestToken": {"key": "start", "location": "query"}, "responseToken": {"key": "$.next", "location": "body"}}
    with buoys(harbour, {"requestToken": {"key": "from", "location": "query"}}, "from", around=around) as db:
        assert db.sql("SELECT id FROM buoys ORDER BY 1").fetchall() == [(1,), (2,)]

    assert harbour.lines == ["GET /buoys", "GET /buoys?from=1"]


@pytest.mark.parametrize(
    ("config", "header"),
    [
        ({"algorithm": "link_header_next"}, "Link"),
        ({"responseToken": {"key": "X-Next", "location": "header", "algorithm": "link_header_next"}}, "X-Next"),
        (
            {"algorithm": "link_header_next", "requestToken": {"key": "p"}, "responseToken": {"key": "X-Next", "location": "header"}},
            "X-Next",
        ),
    ],
    ids=["of its own name", "of another name", "beside a token"],
)
def test_a_link_stands_in_the_header_that_is_named(harbour: Harbour, config: Any, header: str) -> None:
    """It is a URL, wherever a token would go, and without it there is no further page."""

    def answer(query: dict[str, str]) -> tuple[Any, dict[str, str]]:
        link = {header: f'<http://127.0.0.1:{harbour.port}/buoys?after=1>; rel="next"'} if not query else {}
        return {"rows": [{"id": 2 if query else 1}]}, link

    harbour.answers["/buoys"] = answer

    with buoys(harbour, config, "p") as db:
        assert db.sql("SELECT id FROM buoys ORDER BY 1").fetchall() == [(1,), (2,)]


@pytest.mark.parametrize("key", ['$.links[?(@.rel=="next")].href', "$.links[?@.rel == 'next'].href"])
def test_a_link_is_the_item_of_an_array_that_says_so(harbour: Harbour, key: str) -> None:
    """Such a path picks one of several links; what it picks takes the place of the request."""

    def answer(query: dict[str, str]) -> tuple[Any, dict[str, str]]:
        links = [{"rel": "self", "href": "/buoys"}, *([] if query else [{"rel": "next", "href": "/buoys?mark=b"}])]
        return {"rows": [{"id": 2 if query else 1}], "links": links}, {}

    harbour.answers["/buoys"] = answer
    config = {"requestToken": {"key": "", "location": "request"}, "responseToken": {"key": key, "location": "body"}}
    schema = {"type": "object", "properties": {**_ROWS["properties"], "links": {"type": "array"}}}  # type: ignore[dict-item]

    with buoys(harbour, config, schema=schema) as db:
        assert db.sql("SELECT id FROM buoys ORDER BY 1").fetchall() == [(1,), (2,)]

    assert harbour.lines == ["GET /buoys", "GET /buoys?mark=b"]


@pytest.mark.parametrize("is_wrapped", [False, True], ids=["plain", "put elsewhere by a template"])
def test_what_the_last_row_has_leads_on(harbour: Harbour, is_wrapped: bool) -> None:
    """Until there is no row."""
    names = ["ash", "elm", "oak"]

    def answer(query: dict[str, str]) -> tuple[Any, dict[str, str]]:
        start = names.index(query["marker"]) + 1 if query else 0
        return [{"id": start, "name": name} for name in names[start : start + 2]], {}

    harbour.answers["/buoys"] = answer
    config = {"requestToken": {"key": "marker", "location": "query"}, "responseToken": {"key": "$[-1:].name", "location": "body"}}
    wrap = {"type": "golang_template_text_v0.3.0", "body": '{"rows":{{ . }}}'}
    wrapped = {"openAPIDocKey": "200", "objectKey": "$.rows", "overrideMediaType": "application/json", "schema_override": _ROWS}

    with buoys(
        harbour,
        config,
        "marker",
        schema={"type": "array", "items": _BUOY},
        response={**wrapped, "transform": wrap} if is_wrapped else {"openAPIDocKey": "200"},
    ) as db:
        assert db.sql("SELECT name FROM buoys ORDER BY 1").fetchall() == [("ash",), ("elm",), ("oak",)]

    assert harbour.lines == ["GET /buoys", "GET /buoys?marker=elm", "GET /buoys?marker=oak"]


@pytest.mark.parametrize("start", [0, 1])
def test_pages_are_numbered_from_the_number_that_the_first_one_has(harbour: Harbour, start: int) -> None:
    """A document says where a page has its number, and not which one is the first."""

    def answer(query: dict[str, str]) -> tuple[Any, dict[str, str]]:
        number = int(query.get("page-number", start))
        return {"rows": [{"id": number}], "page": {"index": number, "totalPages": 3}}, {}

    harbour.answers["/buoys"] = answer
    config = {
        "algorithm": "page_number",
        "requestToken": {"key": "page-number", "location": "query"},
        "responseToken": {"key": "$.page.index", "location": "body"},
        "responseTerminator": {"key": "$.page.totalPages", "location": "body"},
    }

    with buoys(harbour, config, "page-number") as db:
        assert db.sql("SELECT id FROM buoys ORDER BY 1").fetchall() == [(start,), (start + 1,), (start + 2,)]

    assert sorted(harbour.lines) == ["GET /buoys", f"GET /buoys?page-number={start + 1}", f"GET /buoys?page-number={start + 2}"]


@pytest.mark.parametrize(
    ("encoding", "sent"),
    [({"encoding": "none"}, "a+b%3D=(c)%7Cd!"), ({}, "a%2Bb%253D%3D%28c%29%7Cd%21")],
    ids=["as it was given", "percent-encoded"],
)
def test_a_token_may_have_to_go_back_as_it_was_given(harbour: Harbour, encoding: dict[str, str], sent: str) -> None:
    """To an API that does not decode it; what cannot stand in a URL is encoded nevertheless."""
    tokens = iter(["a+b%3D=(c)|d!", "2", ""])
    harbour.answers["/buoys"] = lambda _: ({"rows": [{"id": len(harbour.seen)}], "next": next(tokens)}, {})
    config = {"requestToken": {"key": "t", "location": "query", **encoding}, "responseToken": {"key": "next", "location": "body"}}

    with buoys(harbour, config, "t", "quay") as db:
        assert db.sql("SELECT count(*) FROM buoys WHERE quay = 'n o'").fetchall() == [(3,)]

    assert harbour.lines == ["GET /buoys?quay=n%20o", f"GET /buoys?quay=n%20o&t={sent}", "GET /buoys?quay=n%20o&t=2"]


@pytest.mark.parametrize(
    "config",
    [
        {"responseToken": {"key": "X-Next", "location": "header", "algorithm": "link_header_next"}},
        {"requestToken": {"location": "request"}, "responseToken": {"key": '$.page.links[?(@.rel=="next")].href'}},
        {"requestToken": {"key": "t", "location": "query", "encoding": "none"}, "responseToken": {"key": "$.next"}},
        {
            "algorithm": "page_number",
            "requestToken": {"key": "t"},
            "responseToken": {"key": "$.page.index"},
            "responseTerminator": {"key": "$.page.pages"},
        },
    ],
    ids=["a link elsewhere", "a link among others", "a token", "numbers"],
)
def test_a_sandbox_pages_as_its_document_says(harbour: Harbour, config: Any) -> None:
    """So that what follows its pages can be tried."""
    buoys(harbour, config, "t").close()
    folder = harbour.folder.parent.parent / "buoys"

    with Sandbox(folder, rows=45) as box, rowcall.connect(provider_paths=[folder], providers=box.providers, journal=":memory:") as db:
        assert db.sql("SELECT count(*) FROM buoys").fetchall() == [(45,)]
        assert db.sql("SELECT count(*) FROM rowcall_requests()").fetchall() == [(3,)]


@pytest.mark.parametrize(("count", "said"), [(2, None), (3, "gave 2; some may be missing"), (1, "gave 2; some may be there twice")])
def test_a_list_that_counts_its_rows_is_not_taken_for_whole_when_it_has_others(harbour: Harbour, count: int, said: str | None) -> None:
    """Links lead from page to page, and nothing configures that the count is there."""
    about = {"type": "object", "properties": {"total": {"type": "integer"}}}
    schema = {"type": "object", "properties": {**_ROWS["properties"], "meta": about}}  # type: ignore[dict-item]
    following = lambda number, more: f"/buoys?at={number + 1}" if more else None  # noqa: E731 - as the others here
    harbour.answers["/buoys"] = pages("at", 1, 2, next=following, meta=lambda *_: {"total": count})

    with (
        buoys(harbour, {"responseToken": {"key": "$.next", "location": "body"}}, schema=schema) as db,
        pytest.warns(RowcallWarning, match=said) if said else nullcontext(),
    ):
        assert db.sql("SELECT id FROM sea.s.buoys ORDER BY 1").fetchall() == [(1,), (2,)]
