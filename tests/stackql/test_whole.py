"""That what a StackQL document describes is read whole or refused, and that its SELECTs change nothing."""

from __future__ import annotations

import json
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from tests.stackql.conftest import Harbour

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import PlanError, ReadOnlyError, ResponseError, RowcallWarning, UnknownNameError, UnsupportedSQLError, UsageError
from rowcall.session.session import Session
from rowcall.shell.complete import complete

_AT = "#/components/x-stackQL-resources/lamps/methods/"


def document(url: str, operation: dict[str, Any], *, http: str = "get", verb: str = "select", **response: Any) -> dict[str, Any]:
    """A service of one resource with one method, `lamps` at `/lamps`, which gives `rows` of lamps."""
    lamp = {"type": "object", "properties": {"id": {"type": "integer"}}}
    schema = {"type": "object", "properties": {"rows": {"type": "array", "items": lamp}}}
    answer = {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}
    method = {"operation": {"$ref": f"#/paths/~1lamps/{http}"}, "response": {"openAPIDocKey": "200", "objectKey": "$.rows", **response}}
    resource = {"id": "x", "name": "lamps", "methods": {"m": method}, "sqlVerbs": {verb: [{"$ref": f"{_AT}m"}]}}
    paths = {"/lamps": {http: {**answer, **operation}}}
    return {"openapi": "3.0.3", "servers": [{"url": url}], "paths": paths, "components": {"x-stackQL-resources": {"lamps": resource}}}


def lighthouse(harbour: Harbour, operation: dict[str, Any], *, read_only: bool = False, **options: Any) -> Session:
    """A session that knows nothing but such a document, whose server is the harbour's."""
    folder = harbour.folder.parent.parent / "lighthouse"
    folder.mkdir()
    provider = {"name": "lighthouse", "providerServices": {"s": {"name": "s", "service": {"$ref": "s.json"}}}}
    (folder / "provider.json").write_text(json.dumps(provider))
    (folder / "s.json").write_text(json.dumps(document(f"http://127.0.0.1:{harbour.port}", operation, **options)))
    return rowcall.connect(provider_paths=[folder], journal=":memory:", read_only=read_only)


def asks(*names: str, **described: dict[str, Any]) -> dict[str, Any]:
    """An operation with some query parameters."""
    plain: dict[str, dict[str, Any]] = {name: {} for name in names}
    return {
        "parameters": [{"name": name, "in": "query", "schema": {"type": "integer"}, **one} for name, one in (plain | described).items()]
    }


def lamps(*ids: int, **beside: Any) -> tuple[dict[str, Any], dict[str, str]]:
    """A page."""
    return {"rows": [{"id": number} for number in ids], **beside}, {}


@pytest.mark.parametrize(
    "beside",
    [lambda end: {"last_id": str(end)}, lambda _: {}, lambda _: {"last_id": None}],
    ids=["the page names it", "the row has it", "the page says null"],
)
def test_the_id_of_the_last_row_leads_on_where_more_is_said_to_follow(harbour: Harbour, beside: Any) -> None:
    """Nobody configured that; where nothing more is said to follow, nothing more is asked."""
    starts = {None: 0, "2": 2, "4": 4}

    def page(query: dict[str, str]) -> tuple[Any, dict[str, str]]:
        start = starts[query.get("after")]
        ids = [number for number in (start + 1, start + 2) if number <= 5]
        return lamps(*ids, has_more=start < 4, **beside(ids[-1]))

    harbour.answers["/lamps"] = page

    with lighthouse(harbour, asks("after")) as db:
        assert db.sql("SELECT count(*) FROM lamps").fetchall() == [(5,)]

    assert harbour.lines == ["GET /lamps", "GET /lamps?after=2", "GET /lamps?after=4"]


def test_more_rows_that_nothing_leads_to_are_an_error(harbour: Harbour) -> None:
    """A list that says that it is cut, of a method without any parameter to go on with."""
    harbour.answers["/lamps"] = lambda _: lamps(1, 2, has_more=True)

    with lighthouse(harbour, {}) as db, pytest.raises(ResponseError, match="more rows follow"):
        db.sql("SELECT count(*) FROM lamps")


@pytest.mark.parametrize(
    ("page", "says"),
    [
        (lamps(1, 2, meta={"total": 5}), "counts 5 rows but gave 2"),
        (lamps(1, 2), "as many as were asked for.*number of pages or rows: page"),
        (lamps(1), ""),
        (lamps(1, 2, has_more=False), ""),
        (lamps(1, 2, total=2), ""),
    ],
    ids=["counted", "as long as a page", "shorter", "said to be all", "all that are counted"],
)
def test_a_list_that_may_be_cut_is_warned_of(harbour: Harbour, page: tuple[Any, dict[str, str]], says: str) -> None:
    """Where a page counts more than it has, and where it is as long as a page may be and the method takes the number of one."""
    harbour.answers["/lamps"] = lambda _: page

    with lighthouse(harbour, asks("page", limit={"schema": {"type": "integer", "maximum": 2}})) as db:
        if says:
            with pytest.warns(RowcallWarning, match=says):
                db.sql("SELECT count(*) FROM lamps")
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                db.sql("SELECT count(*) FROM lamps")


@pytest.mark.parametrize(
    "described", [{"schema": {"type": "integer", "default": 0}}, {"description": "Which page, zero-based."}], ids=["default", "description"]
)
def test_pages_may_be_numbered_from_0(harbour: Harbour, described: dict[str, Any]) -> None:
    """No page is stepped over."""
    harbour.answers["/lamps"] = lambda query: lamps(int(query.get("page", 0)) + 1, total_pages=3)
    operation = asks(page=described)
    schema = {"type": "object", "properties": {"rows": {"type": "array", "items": {"type": "object"}}, "total_pages": {"type": "integer"}}}
    schema["properties"]["rows"]["items"]["properties"] = {"id": {"type": "integer"}}  # type: ignore[index] # a table of tables
    operation["responses"] = {"200": {"content": {"application/json": {"schema": schema}}}}

    with lighthouse(harbour, operation) as db:
        assert db.sql("SELECT id FROM lamps ORDER BY id").fetchall() == [(1,), (2,), (3,)]


@pytest.mark.parametrize(
    ("enum", "sent"), [(["lit", "dark", "all"], "?state=all"), (["lit", "dark"], "")], ids=["all can be asked for", "it cannot"]
)
def test_a_filter_that_holds_by_itself_is_lifted(harbour: Harbour, enum: list[str], sent: str) -> None:
    """Where one of its values asks for all rows: the API would leave rows out that nobody asked it to. What is asked for is sent."""
    harbour.answers["/lamps"] = lambda _: lamps(1)
    operation = asks(state={"schema": {"type": "string", "enum": enum, "default": "lit"}})
    lamp = {"type": "object", "properties": {"id": {"type": "integer"}, "state": {"type": "string"}}}
    schema = {"type": "object", "properties": {"rows": {"type": "array", "items": lamp}}}
    operation["responses"] = {"200": {"content": {"application/json": {"schema": schema}}}}

    with lighthouse(harbour, operation) as db:
        db.sql("SELECT * FROM lamps")
        db.sql("SELECT * FROM lamps WHERE state = 'dark'")

    assert harbour.lines == [f"GET /lamps{sent}", "GET /lamps?state=dark"]


def test_a_parameter_that_takes_other_values_than_a_column_has_is_no_filter_on_it(harbour: Harbour) -> None:
    """Though it has the name, as the `type` of an image of DigitalOcean: it is asked for by another one."""
    harbour.answers["/lamps"] = lambda _: ({"rows": [{"state": "lit"}, {"state": "dark"}]}, {})
    operation = asks(state={"schema": {"type": "string", "enum": ["mine", "yours"]}})
    lamp = {"type": "object", "properties": {"state": {"type": "string", "enum": ["lit", "dark"]}}}
    schema = {"type": "object", "properties": {"rows": {"type": "array", "items": lamp}}}
    operation["responses"] = {"200": {"content": {"application/json": {"schema": schema}}}}

    with lighthouse(harbour, operation) as db:
        assert db.sql("SELECT * FROM lamps WHERE state = 'lit'").fetchall() == [("lit",)]
        db.sql("SELECT * FROM lamps WHERE query__state = 'mine'")

    assert harbour.lines == ["GET /lamps", "GET /lamps?state=mine"]


@pytest.mark.parametrize("http", ["delete", "put", "patch"])
def test_a_select_that_would_change_something_cannot_be_called(harbour: Harbour, http: str) -> None:
    """Whatever the document says: nobody expects it of a SELECT. The method of HTTP says it."""
    with lighthouse(harbour, {}, http=http) as db, pytest.raises(PlanError, match=f"with {http.upper()}, and a SELECT changes"):
        db.sql("SELECT * FROM lamps")

    assert harbour.lines == []


@pytest.mark.parametrize(
    "query", ["mutation { wipe { id } }", "\n\n  # Nothing to see here, but what follows.\n mutation M { wipe { id } }"]
)
@pytest.mark.parametrize("verb", ["select", "exec"])
def test_a_mutation_in_graphql_is_a_write(harbour: Harbour, query: str, verb: str) -> None:
    """Wherever in the text the word stands: no SELECT sends it, and no session that may only read."""
    url = f"http://127.0.0.1:{harbour.port}/graphql"
    said = {"x-stackQL-graphQL": {"url": url, "query": query, "responseSelection": {"jsonPath": "$.data"}}}
    statement = "SELECT * FROM lamps" if verb == "select" else "EXEC lighthouse.s.lamps.m"

    with lighthouse(harbour, said, http="post", verb=verb, read_only=True) as db, pytest.raises((PlanError, ReadOnlyError)):
        db.sql(statement)

    assert harbour.lines == []


def test_a_document_may_call_things_otherwise_than_the_api(harbour: Harbour) -> None:
    """Parameters and columns; one that may be empty is needed by nobody."""
    harbour.answers["/lamps"] = lambda _: lamps(1)
    named = {"k": {"x-stackQL-alias": "kind", "required": True}, "e": {"required": True, "allowEmptyValue": True}}
    operation = asks(**named)

    with lighthouse(harbour, operation) as db:
        document = harbour.folder.parent.parent / "lighthouse" / "s.json"
        document.write_text(
            document.read_text().replace('{"id": {"type": "integer"}', '{"id": {"type": "integer", "x-stackQL-alias": "lamp_id"}')
        )
        rows = db.sql("SELECT lamp_id FROM lamps WHERE kind = 2").fetchall()

    assert rows == [(1,)]
    assert harbour.lines == ["GET /lamps?k=2"]


def graphql(url: str, query: str, **said: Any) -> dict[str, Any]:
    """An operation that sends a query in GraphQL."""
    names = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in ("kind", "owner")]
    return {"parameters": names, "x-stackQL-graphQL": {"url": url, "query": query, "responseSelection": {"jsonPath": "$.rows"}, **said}}


def test_parts_of_a_query_in_graphql_hang_on_values(harbour: Harbour) -> None:
    """They are left out where a statement says nothing of them; a value that looks like a part of a template is none."""
    harbour.answers["/lamps"] = lambda _: lamps(1)
    query = 'query { lamps(n: 1{{ if .kind }}, kind: "{{ .kind }}"{{ if .owner }}, owner: {{ .owner }}{{ end }}{{ else }}, all: 1{{ end }}{{ if or .kind .owner }}!{{ end }}) { id } }'

    with lighthouse(harbour, graphql(f"http://127.0.0.1:{harbour.port}/lamps", query), http="post") as db:
        db.sql("SELECT id FROM lamps")
        db.sql("SELECT id FROM lamps WHERE kind = 'big' AND owner = 'ann'")
        db.sql("SELECT id FROM lamps WHERE kind = '{{ if .owner }}'")

    inside = [seen.body["query"][14:-10] for seen in harbour.seen]
    assert inside == ["n: 1, all: 1", 'n: 1, kind: "big", owner: ann!', 'n: 1, kind: "\\u007b{ if .owner }}"!']


@pytest.mark.parametrize(
    ("value", "is_one"),
    [
        ("[BIG, SMALL]", True),
        ('{ size: {over: -1.5e3}, names: ["a, \\"b\\" }", null] }', True),
        ('"a" ', True),
        ("[]", True),
        ("", False),
        ("1) { id } drop(n: 1", False),
        ("[1]], all: 1", False),
        ('{"size": 1}', False),
        ("{size: }", False),
        ("$kind", False),
        ("1 2", False),
        ("[" * 30 + "]" * 30, False),
    ],
)
def test_a_value_of_graphql_stands_in_a_query_as_it_is_written(harbour: Harbour, value: str, is_one: bool) -> None:
    """Where a document has no quotes around it, a text has to be one value, and nothing besides."""
    harbour.answers["/lamps"] = lambda _: lamps(1)

    with lighthouse(
        harbour, graphql(f"http://127.0.0.1:{harbour.port}/lamps", "query { lamps(n: {{ .kind }}) { id } }"), http="post"
    ) as db:
        if is_one:
            db.sql("SELECT id FROM lamps WHERE kind = $1", [value])
        else:
            with pytest.raises(PlanError, match="only one value of GraphQL"):
                db.sql("SELECT id FROM lamps WHERE kind = $1", [value])

    assert [seen.body["query"] for seen in harbour.seen] == [f"query {{ lamps(n: {value}) {{ id }} }}"] * is_one


def test_an_answer_of_graphql_may_be_transformed(harbour: Harbour) -> None:
    """Rows and the next cursor are those of what the template makes; errors are seen before it."""
    pages = [{"edges": [{"node": {"id": number}}], "pageInfo": {"endCursor": str(number), "hasNextPage": number < 2}} for number in (1, 2)]
    answers = iter([{"data": {"lamps": page}} for page in pages] + [{"data": None, "errors": [{"message": "no such lamp"}]}])
    harbour.answers["/lamps"] = lambda _: (next(answers), {})
    template = (
        '{{- $c := index . "data" "lamps" -}}{"rows":[{{- $s := separator "," -}}{{- range $e := index $c "edges" -}}'
        '{{ call $s }}{{ toJson (index $e "node") }}{{- end -}}],"pageInfo":{{ toJson (index $c "pageInfo") }}}'
    )
    cursor = {"strategy": "page_info", "jsonPath": "$.pageInfo.endCursor", "terminateOnJsonPath": "$.pageInfo.hasNextPage"}
    cursor["format"] = 'start: "{{ .value }}" '
    operation = graphql(f"http://127.0.0.1:{harbour.port}/lamps", "query { lamps({{ .cursor }}size: 1) { id } }", cursor=cursor)
    operation["x-stackQL-graphQL"]["responseSelection"] = {"jsonPath": "$.rows[*]"}

    with lighthouse(harbour, operation, http="post", transform={"type": "golang_template_json_v0.3.0", "body": template}) as db:
        assert db.sql("SELECT id FROM lamps ORDER BY 1").fetchall() == [(1,), (2,)]
        with pytest.raises(ResponseError, match="no such lamp"):
            db.sql("SELECT id FROM lamps WHERE id > 5")

    assert [(seen.body["query"], seen.body["variables"]) for seen in harbour.seen[:2]] == [
        ("query ($cursor: String) { lamps(, start: $cursor size: 1) { id } }", {"cursor": cursor}) for cursor in (None, "1")
    ]


@pytest.mark.parametrize("cursor", [{"strategy": "offset"}, {"strategy": "keyset", "format": 'where: {id_gt: "{{ .value }}"}'}])
def test_pages_of_graphql_that_would_not_be_followed_are_not_asked_for(harbour: Harbour, cursor: dict[str, str]) -> None:
    """The first of them alone would look like all."""
    operation = graphql("http://127.0.0.1/lamps", "query { lamps({{ .cursor }}) { id } }", cursor={"jsonPath": "$.last", **cursor})

    with lighthouse(harbour, operation, http="post") as db:
        ((*_, problem),) = db.sql("SHOW METHODS EXTENDED IN lamps").fetchall()

    assert problem == f"Its pages follow one another by {cursor['strategy']}, which is not known."


def test_a_query_in_graphql_with_what_is_not_known_in_it_is_not_sent(harbour: Harbour) -> None:
    """And says what that is."""
    with lighthouse(harbour, graphql("http://127.0.0.1/lamps", "query { lamps(n: {{ len .kind }}) { id } }"), http="post") as db:
        ((*_, problem),) = db.sql("SHOW METHODS EXTENDED IN lamps").fetchall()

    assert problem == "Its query has `{{ len .kind }}` in it, which is not known."


def test_some_rows_and_errors_of_a_query_in_graphql_are_an_error(harbour: Harbour) -> None:
    """What an error left out is null or not there, and rows that look whole would not be."""
    trips = {"pageInfo": {"endCursor": None, "hasNextPage": False}, "nodes": [{"ship": "Ada"}, {"ship": None}]}
    errors = [{"message": "the log of the second ship cannot be read"}]
    harbour.answers["/graphql"] = lambda _: ({"data": {"pilot": {"trips": trips}}, "errors": errors}, {})

    with harbour.session() as db, pytest.raises(ResponseError, match="not all there is .*the log of the second ship"):
        db.sql("SELECT ship FROM trips WHERE pilot = 'a' AND year = 2026")


@pytest.mark.usefixtures("harbour")
@pytest.mark.parametrize("name", ["..", "../..", "/srv/x", "a/b", "", "A b"])
def test_what_a_package_calls_itself_leads_to_no_other_folder(tmp_path: Path, name: str) -> None:
    """Its name is that of the folder that it is kept in, whose place it takes; with one of the user's own it can be added."""
    from rowcall.catalog.sources import add

    folder = tmp_path / "Some folder"
    folder.mkdir()
    (folder / "provider.yaml").write_text(json.dumps({"name": name, "providerServices": {"s": {"name": "s"}}}))
    kept = tmp_path / "data" / "rowcall" / "kept"
    kept.parent.mkdir(parents=True)
    kept.write_text("precious")

    with pytest.raises(UsageError, match="--name"):
        add(folder)
    (added,) = add(folder, "fine")

    assert (kept.read_text(), added.name) == ("precious", "fine")
    assert not list((tmp_path / "data" / "rowcall").glob(".*"))


@pytest.mark.parametrize("way", ["service", "schema", "link"])
def test_a_document_reads_no_file_outside_of_its_provider(harbour: Harbour, tmp_path: Path, way: str) -> None:
    """Neither by a path that leads up, nor by a link: what is in it could be sent as a default, or shown."""
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps(document("http://127.0.0.1:1", asks(key={"in": "header", "schema": {"default": "sesame"}}))))
    refer = {"$ref": "../secret.json#/paths/~1lamps/get/parameters/0"}
    folder = harbour.folder.parent.parent / "lighthouse"
    harbour.answers["/lamps"] = lambda _: lamps(1)

    with lighthouse(harbour, {"parameters": [refer]}) as db:
        if way == "schema":
            db.sql("SELECT * FROM lamps")
            assert "sesame" not in harbour.seen[0].headers.values()
            return
    (folder / "s.json").unlink()
    if way == "link":
        (folder / "s.json").symlink_to(secret)
    else:
        text = (folder / "provider.json").read_text()
        (folder / "provider.json").write_text(text.replace("s.json", "../secret.json"))

    with rowcall.connect(provider_paths=[folder], journal=":memory:") as db, pytest.raises(UnknownNameError):
        db.sql("SELECT * FROM lighthouse.s.lamps")


def shared(change: str, *reads: str) -> dict[str, Any]:
    """Paths and methods of lamps that a DELETE at a path deletes, and that SELECT reads at others."""
    lamp = {"type": "object", "properties": {"id": {"type": "integer"}, "tag": {"type": "string"}}}
    paths: dict[str, Any] = {}
    methods, verbs = {}, {"select": [], "delete": [{"$ref": f"{_AT}gone"}]}
    for number, written in enumerate((*reads, change)):
        path, _, query = written.partition("?")
        is_one = path.endswith("}!")
        path = path.removesuffix("!")
        names = [(name, "path") for name in re.findall(r"\{(\w+)\}", path)] + ([(query, "query")] if query else [])
        content = {"application/json": {"schema": lamp if is_one else {"type": "array", "items": lamp}}}
        verb, name = ("delete", "gone") if number == len(reads) else ("get", f"read{number}")
        parameters = [{"name": each, "in": place, "required": place == "path"} for each, place in names]
        paths.setdefault(path, {})[verb] = {"parameters": parameters, "responses": {"200": {"content": content}}}
        methods[name] = {"operation": {"$ref": f"#/paths/{path.replace('/', '~1')}/{verb}"}, "response": {"openAPIDocKey": "200"}}
        if verb == "get":
            verbs["select"].append({"$ref": f"{_AT}{name}"})
    resource = {"id": "x", "name": "lamps", "methods": methods, "sqlVerbs": verbs}
    return {"paths": paths, "components": {"x-stackQL-resources": {"lamps": resource}}}


@pytest.mark.parametrize(
    ("change", "reads", "is_sent"),
    [
        ("/lamps/by_tag/{tag}", ["/lamps"], False),
        ("/lamps/with-tag/{tag}", ["/lamps", "/lamps/{lamp}!"], False),
        ("/lamps/tagged/{tag}", ["/lamps?tag", "/lamps/{lamp}!"], False),
        ("/tagged/{tag}", ["/tagged/{tag}"], False),
        ("/lamps/{tag}", ["/lamps?tag"], True),
        ("/lamps/{tag}", ["/lamps", "/lamps/{tag}"], True),
        ("/lamps/{tag}", ["/lamps", "/lamps/{lamp}!"], True),
        ("/bylines/{tag}", ["/bylines"], True),
    ],
)
def test_the_end_of_a_path_is_a_row_only_where_nothing_says_that_it_is_more(
    harbour: Harbour, change: str, reads: list[str], is_sent: bool
) -> None:
    """A DELETE of all that have a tag is not sent for those of them that a condition means."""
    harbour.answers |= {
        path: lambda _: ([{"id": 1, "tag": "x"}, {"id": 2, "tag": "x"}], {}) for path in ("/lamps", "/tagged/x", "/lamps/x", "/bylines")
    }
    with lighthouse(harbour, {}) as db:
        db.sql("SHOW PROVIDERS")
    file = harbour.folder.parent.parent / "lighthouse" / "s.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | shared(change, *reads)))

    with rowcall.connect(provider_paths=[file.parent], journal=":memory:", max_write_rows=None) as db:
        if is_sent:
            db.sql("DELETE FROM lighthouse.s.lamps WHERE tag = 'x' AND id = 1")
        else:
            with pytest.raises(
                UnsupportedSQLError, match="changes every row of lighthouse.s.lamps with tag = … at once, and WHERE means some"
            ):
                db.sql("DELETE FROM lighthouse.s.lamps WHERE tag = 'x' AND id = 1")
            db.sql("DELETE FROM lighthouse.s.lamps WHERE tag = 'x'")

    deleted = [line for line in harbour.lines if line.startswith("DELETE")]
    assert deleted == [f"DELETE {change.replace('{tag}', 'x')}"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("SELECT * FROM harb", ["harbour."]),
        ("SELECT * FROM harbour.", ["harbour.docks.", "harbour.papers.", "harbour.pilots."]),
        ("SELECT * FROM harbour.docks.ber", ["harbour.docks.berths"]),
        ("SELECT * FROM harbour.docks.berths WHERE dep", ["depth"]),
        ("SELECT * FROM harbour.docks.berths b WHERE b.ship.", ["b.ship.name", "b.ship.flag"]),
        ("EXEC harbour.docks.berths.op", ["harbour.docks.berths.openit"]),
        ("EXEC harbour.docks.berths.openit @", ["@berth_id"]),
        ("DELETE FROM harbour.docks.berths WHERE ", ["berth_id", "id", "quay"]),
        ("INSERT INTO harbour.docks.berths (", ["quay", "depth", "crane"]),
    ],
)
def test_a_provider_that_was_added_completes(harbour: Harbour, text: str, first: list[str]) -> None:
    """As one that comes with rowcall: its services, resources, columns, methods and what these take."""
    found = complete(text, Catalog.available([harbour.folder]), {})

    assert [each.text for each in found][: len(first)] == first


def test_descriptions_are_without_markup_of_html(harbour: Harbour) -> None:
    """They are read in a terminal; what stands for something is no markup."""
    with lighthouse(harbour, {"summary": "Lists <b>lamps</b>.<br />Needs a <key>.<br>"}) as db:
        methods = db.sql("SHOW METHODS EXTENDED IN lighthouse.s.lamps")
        ((description,),) = methods.project("description").fetchall()

    assert description == "Lists lamps. Needs a <key>."
