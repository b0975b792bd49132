"""A document made a manifest: what was seen in it, what is asked, and what is left out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rowcall.catalog.catalog import Catalog
from rowcall.errors import UsageError
from rowcall.manifest.model import Encoding, Method, PagingKind, Provider, Role, Transform, TransformKind, Verb
from rowcall.manifest.published import read_published
from rowcall.manifest.read import load_provider
from rowcall.manifest.types import ListOf, Object, Scalar, Type
from rowcall.openapi.against import compare
from rowcall.openapi.document import Document
from rowcall.openapi.folder import write_folder
from rowcall.openapi.importing import imported

SHOP = Path(__file__).parent / "shop.yaml"
GOLDEN = Path(__file__).parent.parent / "golden" / "import"

Made = Callable[..., Provider]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """The provider that comes of paths, written as YAML below `paths:`, and of what else a document says."""

    def make(paths: str, more: str = "openapi: 3.1.0\nservers: [{url: 'https://api.example.com'}]\n") -> Provider:
        (tmp_path / "api.yaml").write_text(f"{more}paths:\n{paths}")
        found = imported(Document(tmp_path / "api.yaml"), "api")
        assert write_folder(tmp_path / "out", found.provider, published=found.published, comments=found.comments) == ()
        assert load_provider(tmp_path / "out") == found.provider
        return found.provider

    return make


def methods(provider: Provider) -> dict[str, Method]:
    """All methods, by the names of resource and method."""
    return {
        f"{resource}.{name}": method
        for service in provider.services.values()
        for resource, read in service.resources.items()
        for name, method in read.methods.items()
    }


def test_what_is_written_is_what_a_person_would_keep(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """File by file as read in review: names, keys, rows, paging, with reasons as comments and what is open marked."""
    found = imported(Document(SHOP), "shop")
    write_folder(tmp_path / "shop", found.provider, published=found.published, comments=found.comments)
    files = {file.name: file.read_text("utf-8") for file in sorted((tmp_path / "shop").iterdir())}

    if request.config.getoption("--update-golden"):
        GOLDEN.mkdir(exist_ok=True)
        for name, text in files.items():
            (GOLDEN / name).write_text(text, encoding="utf-8")

    assert files == {file.name: file.read_text("utf-8") for file in sorted(GOLDEN.iterdir())}


def test_it_is_read_as_what_was_written_and_agrees_with_its_document(tmp_path: Path) -> None:
    """No fault, the same records, no drift."""
    document = Document(SHOP)
    found = imported(document, "shop")

    faults = write_folder(tmp_path / "shop", found.provider, published=found.published, comments=found.comments)

    assert faults == ()
    assert load_provider(tmp_path / "shop") == found.provider
    assert compare(found.provider, document, read_published(tmp_path / "shop")).drift == ()
    assert [(each.file, each.path) for each in found.open] == [
        ("stock", "resources.regions.methods.get_region.parameters.code"),
        ("provider", "paging.found"),
        ("provider", "auth"),
    ]


def test_its_resources_have_names_that_statements_can_use() -> None:
    """A catalog takes it as any other provider."""
    catalog = Catalog({"shop": imported(Document(SHOP), "shop").provider})

    assert [ref.full_name for ref in catalog.resources()] == [
        "shop.orders.orders",
        "shop.orders.invoice",
        "shop.orders.items",
        "shop.stock.stock",
        "shop.stock.regions",
        "shop.stock.search",
    ]


def test_some_services_are_taken_and_the_others_left_out() -> None:
    """With the reason; a service that is not there is named."""
    found = imported(Document(SHOP), "shop", services=["stock"])

    assert list(found.provider.services) == ["stock"]
    assert "GET /orders" in next(each.operations for each in found.published.left_out if "Not asked for" in each.reason)
    with pytest.raises(UsageError, match=r'No service "stok" comes of .*shop.yaml. Did you mean stock\?'):
        imported(Document(SHOP), "shop", services=["stok"])


@pytest.mark.parametrize("text", ["openapi: 3.1.0\n", "swagger: '2.0'\npaths: {}\n", "a: b\n"])
def test_a_document_without_operations_is_refused(text: str, tmp_path: Path) -> None:
    """It may be another kind of file."""
    (tmp_path / "api.yaml").write_text(text)

    with pytest.raises(UsageError, match=r"api.yaml describes no operation"):
        imported(Document(tmp_path / "api.yaml"), "api")


def test_a_folder_that_is_there_is_not_changed(tmp_path: Path) -> None:
    """An empty one is taken; one with a file is not."""
    provider = imported(Document(SHOP), "shop").provider
    (tmp_path / "empty").mkdir()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.yaml").write_text("mine")

    assert write_folder(tmp_path / "empty", provider) == ()
    with pytest.raises(UsageError, match="full is there already, and nothing of it was changed"):
        write_folder(tmp_path / "full", provider)
    assert [file.name for file in sorted(tmp_path.iterdir())] == ["empty", "full"]


ROW = "{type: object, properties: {id: {type: string}, name: {type: string}}, required: [id]}"


def listed(properties: str, parameters: str = "[]", headers: str = "{}") -> str:
    """The path of a list with an envelope of these properties."""
    schema = f"{{type: object, properties: {{{properties}}}}}"
    return (
        f"  /things:\n    get:\n      parameters: {parameters}\n"
        f"      responses: {{'200': {{headers: {headers}, content: {{application/json: {{schema: {schema}}}}}}}}}\n"
    )


@pytest.mark.parametrize(
    ("properties", "parameters", "expected"),
    [
        (f"data: {{type: array, items: {ROW}}}, has_more: {{type: boolean}}", "[{name: starting_after, in: query, schema: {type: string}}]", {"kind": PagingKind.CURSOR, "parameter": "starting_after", "row": "id", "more": "has_more"}),
        (f"data: {{type: array, items: {ROW}}}, last_id: {{type: string}}", "[{name: after, in: query, schema: {type: string}}]", {"kind": PagingKind.CURSOR, "next": "last_id"}),
        (f"things: {{type: array, items: {ROW}}}, nextPageToken: {{type: string}}", "[{name: pageToken, in: query, schema: {type: string}}]", {"kind": PagingKind.TOKEN, "parameter": "pageToken", "next": "nextPageToken"}),
        (f"things: {{type: array, items: {ROW}}}, meta: {{type: object, properties: {{next_cursor: {{type: string}}}}}}", "[{name: cursor, in: query, schema: {type: string}}]", {"kind": PagingKind.TOKEN, "next": "meta.next_cursor"}),
        (f"data: {{type: array, items: {ROW}}}, next_page: {{type: string}}", "[{name: page, in: query, schema: {type: string}}]", {"kind": PagingKind.TOKEN, "parameter": "page", "next": "next_page"}),
        (f"results: {{type: array, items: {ROW}}}, next: {{type: string, format: uri}}, count: {{type: integer}}", "[]", {"kind": PagingKind.NEXT_URL, "next": "next"}),
        (f"things: {{type: array, items: {ROW}}}, links: {{type: object, properties: {{next: {{type: string}}}}}}", "[]", {"kind": PagingKind.NEXT_URL, "next": "links.next"}),
        (f"things: {{type: array, items: {ROW}}}, total_pages: {{type: integer}}", "[{name: page, in: query, schema: {type: integer, default: 0}}]", {"kind": PagingKind.PAGE, "parameter": "page", "start": 0, "pages": "total_pages"}),
        (f"things: {{type: array, items: {ROW}}}, total: {{type: integer}}", "[{name: offset, in: query, schema: {type: integer}}]", {"kind": PagingKind.OFFSET, "parameter": "offset", "total": "total"}),
        (f"things: {{type: array, items: {ROW}}}, total: {{type: integer}}", "[]", {"kind": PagingKind.FOUND}),
        (f"things: {{type: array, items: {ROW}}}, has_more: {{type: boolean}}", "[]", {"kind": PagingKind.FOUND}),
    ],
)  # fmt: skip
def test_paging_is_recognised(properties: str, parameters: str, expected: dict[str, Any], made: Made) -> None:
    """By names that APIs took from one another, in parameters and answers."""
    provider = made(listed(properties, parameters))

    (paging,) = provider.paging.values()
    assert {key: getattr(paging, key) for key in expected} == expected
    assert [method.paging for method in methods(provider).values()] == list(provider.paging)


def test_a_link_header_is_a_way_of_paging(made: Made) -> None:
    """With the size of a page beside it."""
    provider = made(
        listed(
            f"things: {{type: array, items: {ROW}}}", "[{name: per_page, in: query, schema: {type: integer, maximum: 99}}]", "{Link: {}}"
        )
    )

    (paging,) = provider.paging.values()
    assert (paging.kind, paging.page_size and paging.page_size.maximum) == (PagingKind.LINK, 99)
    assert methods(provider)["things.list_things"].parameters["per_page"].role is Role.PAGE_SIZE


@pytest.mark.parametrize(
    ("description", "maximum", "default"),
    [
        ("Limit can range between 1 and 100, and the default is 20.", 100, 20),
        ("The number of results per page (max 100).", 100, None),
        ("Up to 1,000. Defaults to 25.", 1000, 25),
        ("At most 5; default: 10", None, 10),
        ("How many.", None, None),
    ],
)
def test_bounds_of_pages_are_read_in_prose(description: str, maximum: int | None, default: int | None, made: Made) -> None:
    """Where the schema has none; a maximum below the default is none."""
    parameters = f"[{{name: limit, in: query, description: '{description}', schema: {{type: integer}}}}, {{name: offset, in: query, schema: {{type: integer}}}}]"
    (paging,) = made(listed(f"things: {{type: array, items: {ROW}}}", parameters)).paging.values()

    assert paging.page_size is not None
    assert (paging.page_size.maximum, paging.page_size.default) == (maximum, default)


PAGE = f"{{items: {{type: array, items: {ROW}}}, href: {{type: string}}, next: {{type: string}}, total: {{type: integer}}}}"


@pytest.mark.parametrize(
    ("properties", "rows"),
    [
        (f"things: {{type: array, items: {ROW}}}, anything: {{type: string}}", "things"),
        (f"data: {{type: object, properties: {{items: {{type: array, items: {ROW}}}}}}}", "data.items"),
        (f"data: {{type: array, items: {ROW}}}, included: {{type: array, items: {ROW}}}", "data"),
        (f"things: {{type: object, properties: {PAGE}}}", "things.items"),
        (f"id: {{type: string}}, things: {{type: object, properties: {PAGE}}}", None),
        (
            f"entries: {{type: array, items: {ROW}}}, order: {{type: array, items: {{type: object, properties: {{by: {{type: string}}}}}}}}",
            "entries",
        ),
        (f"id: {{type: string}}, parts: {{type: array, items: {ROW}}}", None),
        ("id: {type: string}", None),
    ],
)
def test_rows_are_recognised(properties: str, rows: str | None, made: Made) -> None:
    """A list that has the usual name or nothing of its own beside it; an object with a list in it is a row."""
    (method,) = methods(made(listed(properties))).values()

    assert method.rows == rows


JSON = f"{{'200': {{content: {{application/json: {{schema: {ROW}}}}}}}}}"


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["GET /things", "POST /things"], {"list_things": Verb.SELECT, "create_thing": Verb.INSERT}),
        (["GET /things/{id}", "PUT /things/{id}", "PATCH /things/{id}", "DELETE /things/{id}"], {"get_thing": Verb.SELECT, "replace_thing": Verb.REPLACE, "update_thing": Verb.UPDATE, "delete_thing": Verb.DELETE}),
        (["GET /things/{id}", "POST /things/{id}"], {"get_thing": Verb.SELECT, "update_thing": Verb.UPDATE}),
        (["GET /things/{id}", "PATCH /things/{id}", "POST /things/{id} touchThing"], {"get_thing": Verb.SELECT, "update_thing": Verb.UPDATE, "touch_thing": Verb.EXEC}),
        (["GET /things", "POST /things searchThings"], {"list_things": Verb.SELECT, "search_things": Verb.EXEC}),
        (["POST /things createThings"], {"create_things": Verb.EXEC}),
        (["GET /things/{id}", "POST /things/{id}/start", "PUT /things/{id}/stop"], {"get_thing": Verb.SELECT, "start": Verb.EXEC, "stop": Verb.EXEC}),
        (["GET /things/{id}", "POST /things/{id}:stop"], {"get_thing": Verb.SELECT, "stop": Verb.EXEC}),
        (["GET /things", "DELETE /things"], {"list_things": Verb.SELECT, "delete_things": Verb.EXEC}),
        (["GET /things", "POST /things/create", "POST /things/prune"], {"list_things": Verb.SELECT, "create": Verb.INSERT, "prune": Verb.EXEC}),
        (["GET /things/{id}", "POST /things/{id}/create"], {"get_thing": Verb.SELECT, "create": Verb.EXEC}),
    ],
    ids=" ".join,
)  # fmt: skip
def test_operations_answer_to_statements(paths: list[str], expected: dict[str, Verb], made: Made) -> None:
    """By HTTP method, by place, and by the name where these do not tell."""
    lines: dict[str, str] = {}
    for path in paths:
        verb, at, *name = path.split()
        lines[at] = lines.get(at, "") + f"    {verb.lower()}: {{responses: {JSON}{', operationId: ' + name[0] if name else ''}}}\n"

    found = methods(made("".join(f"  {at}:\n{text}" for at, text in lines.items())))

    assert {name.partition(".")[2]: method.verb for name, method in found.items()} == expected


def test_resources_with_one_name_are_told_apart(made: Made) -> None:
    """By what they are in; the shortest path keeps the plain name."""
    paths = ["/parts", "/things/{id}/parts", "/boxes/{id}/parts", "/things/{id}/boxes/{box}/parts"]
    provider = made("".join(f"  {path}: {{get: {{tags: [x], responses: {JSON}}}}}\n" for path in paths))

    assert list(provider.services["x"].resources) == ["parts", "thing_parts", "box_parts", "thing_box_parts"]


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("{type: http, scheme: bearer}", ("bearer", None, None)),
        ("{type: http, scheme: Basic}", ("basic", None, None)),
        ("{type: apiKey, in: header, name: X-Key}", ("header", "X-Key", None)),
        ("{type: apiKey, in: query, name: key}", ("query", "key", None)),
        ("{type: apiKey, in: header, name: Authorization, description: 'As `Token abc`.'}", ("header", "Authorization", "Token ")),
        ("{type: oauth2, flows: {}}", ("bearer", None, None)),
        ("{type: openIdConnect}", ("bearer", None, None)),
    ],
)
def test_ways_to_authenticate_are_taken_over(scheme: str, expected: tuple[str, str | None, str | None], made: Made) -> None:
    """With a variable of the provider's name for the key."""
    head = f"openapi: 3.1.0\nservers: [{{url: 'https://a.example'}}]\nsecurity: [{{k: []}}]\ncomponents: {{securitySchemes: {{k: {scheme}}}}}\n"
    (found,) = made(f"  /a: {{get: {{responses: {JSON}}}}}\n", head).auth.values()

    assert (found.kind.value, found.name, found.prefix) == expected
    assert found.env == ("API_API_KEY",)


@pytest.mark.parametrize(
    ("scheme", "kind"),
    [
        ("{type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://a.example/token', scopes: {read: r, write: w}}}}", "oauth2"),
        (
            "{type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://a.example/token', scopes: {}}, implicit: {scopes: {}}}}",
            "bearer",
        ),
        ("{type: oauth2, flows: {clientCredentials: {tokenUrl: /token, scopes: {}}}}", "bearer"),
        ("{type: oauth2, flows: {clientCredentials: {tokenUrl: 'http://a.example/token', scopes: {}}}}", "bearer"),
    ],
    ids=["for clients", "for users too", "no place", "in the clear"],
)
def test_tokens_for_clients_are_got_where_there_are_no_others(scheme: str, kind: str, tmp_path: Path) -> None:
    """What is written is read as it was, and where users have tokens too it is told how a client gets one."""
    head = f"openapi: 3.1.0\nservers: [{{url: 'https://a.example'}}]\nsecurity: [{{k: []}}]\ncomponents: {{securitySchemes: {{k: {scheme}}}}}\n"
    (tmp_path / "api.yaml").write_text(f"{head}paths: {{/a: {{get: {{responses: {JSON}}}}}}}\n")

    found = imported(Document(tmp_path / "api.yaml"), "acme")
    assert write_folder(tmp_path / "acme", found.provider, comments=found.comments) == ()
    (read,) = load_provider(tmp_path / "acme").auth.values()
    text = (tmp_path / "acme/provider.yaml").read_text()

    assert read == next(iter(found.provider.auth.values()))
    assert read.kind.value == kind
    if kind == "oauth2":
        assert (read.token_url, read.id_env, read.env) == ("https://a.example/token", ("ACME_CLIENT_ID",), ("ACME_CLIENT_SECRET",))
        assert "`scopes` are read, write" in text
    assert ("`kind` is `oauth2`" in text) == ("implicit" in scheme)


@pytest.mark.parametrize(
    ("server", "base_url", "is_open"),
    [
        ("servers: [{url: 'https://a.example/v1/'}]", "https://a.example/v1", False),
        ("servers: [{url: /api/v3}]", "http://localhost/api/v3", True),
        ("servers: []", "http://localhost", True),
        ("servers: [{url: 'https://{the-host}/v1', variables: {the-host: {default: a.example}}}]", "https://{the_host}/v1", False),
    ],
)
def test_servers_are_taken_over(server: str, base_url: str, is_open: bool, tmp_path: Path) -> None:
    """What the document does not say is asked."""
    (tmp_path / "api.yaml").write_text(f"openapi: 3.1.0\n{server}\npaths: {{/a: {{get: {{responses: {JSON}}}}}}}\n")

    found = imported(Document(tmp_path / "api.yaml"), "api")

    assert found.provider.base_url == base_url
    assert any(each.path == "base_url" for each in found.open) == is_open
    assert write_folder(tmp_path / "out", found.provider, comments=found.comments) == ()


def test_a_swagger_document_is_imported_as_well(tmp_path: Path) -> None:
    """Its host, its definitions, its parameters and its bodies."""
    (tmp_path / "api.json").write_text(
        """{"swagger": "2.0", "info": {"title": "Pets"}, "host": "pets.example", "basePath": "/v2",
        "securityDefinitions": {"key": {"type": "apiKey", "in": "header", "name": "api_key"}},
        "definitions": {"Pet": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "tags": {"type": "array", "items": {"type": "string"}}}}},
        "paths": {"/pets": {
          "get": {"parameters": [{"name": "limit", "in": "query", "type": "integer"}, {"name": "offset", "in": "query", "type": "integer"}],
                  "responses": {"200": {"schema": {"type": "array", "items": {"$ref": "#/definitions/Pet"}}}}},
          "post": {"parameters": [{"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Pet"}}], "responses": {"default": {}}}},
         "/pets/{petId}": {"get": {"parameters": [{"name": "petId", "in": "path", "type": "integer"}], "responses": {"200": {"schema": {"$ref": "#/definitions/Pet"}}}}}}}"""
    )

    provider = imported(Document(tmp_path / "api.json"), "pets").provider
    found = methods(provider)

    assert provider.base_url == "https://pets.example/v2"
    assert (found["pets.list_pets"].rows, found["pets.list_pets"].paging) == ("$", "offset")
    assert found["pets.get_pet"].parameters["petId"].column == "id"
    assert {name: attribute.required for name, attribute in found["pets.create_pet"].body.items()} == {"id": True, "tags": False}


@pytest.mark.parametrize(("operation", "reason"), [
    ("get: {responses: {'200': {content: {text/event-stream: {}}}}}", "GET /a: what it answers is a stream of events, which has no end."),
    ("get: {responses: {'204': {description: Nothing}}}", "GET /a: the document says nothing of what it answers, so that it has no rows."),
    ("head: {responses: {'200': {content: {image/png: {}}}}}", "HEAD /a: it answers with headers alone."),
    ("get: {requestBody: {required: true, content: {text/plain: {}}}, responses: {'200': {content: {application/json: {}}}}}",
        "GET /a: it needs a body, and a GET has none."),
], ids=["a stream", "nothing", "headers", "a body"])  # fmt: skip
def test_what_cannot_be_a_method_is_said_where_it_would_be(made: Made, operation: str, reason: str) -> None:
    """The resource has it with its reason, and the others stand."""
    provider = made(f"  /a:\n    post: {{responses: {JSON}}}\n    {operation}\n")

    (uncallable,) = provider.services["a"].resources["a"].uncallable.values()
    assert (uncallable.verb, uncallable.reason) == (Verb.SELECT, reason)


XML = """{type: object, xml: {name: Book, namespace: 'urn:library'}, required: [isbn], properties: {
      id: {type: string, readOnly: true}, isbn: {type: string, xml: {attribute: true}}, title: {type: string, xml: {name: Title}},
      subjects: {type: array, items: {type: string, xml: {name: Subject}}, xml: {wrapped: true}},
      tags: {type: array, items: {type: string}, xml: {name: Tag, wrapped: true}}, notes: {type: array, items: {type: string, xml: {name: Note}}},
      lines: {type: array, items: {type: string}, xml: {name: ignored}},
      maker: {type: object, xml: {prefix: m, namespace: 'urn:makers'}, additionalProperties: false,
        properties: {code: {type: string, xml: {attribute: true}}, name: {type: string}}}}}"""
COMPONENTS = f"openapi: 3.0.3\nservers: [{{url: 'https://api.example.com'}}]\ncomponents: {{schemas: {{Book: {XML}, Tome: {{type: object, properties: {{a: {{type: string}}}}}}}}}}\n"
SENDS = "  /a:\n    post: {{requestBody: {{content: {{{}: {{schema: {}}}}}}}, responses: {}}}\n"


def test_a_body_of_xml_is_imported_with_the_names_of_its_elements(made: Made) -> None:
    """By the `xml` of each schema: attributes, wrapped lists, namespaces, and the name of the root."""
    provider = made(SENDS.format("text/xml", "{$ref: '#/components/schemas/Book'}", "{'204': {description: Done}}"), COMPONENTS)

    (method,) = methods(provider).values()
    assert (method.encoding, method.root, method.headers) == (Encoding.XML, "Book", {"Content-Type": "text/xml"})
    assert json.loads(method.base or "") == {"-xmlns": "urn:library", "-xmlns:m": "urn:makers"}
    assert {name: one.name for name, one in method.body.items()} == {
        "isbn": "-isbn",
        "title": "Title",
        "subjects": "subjects.Subject",
        "tags": "Tag.Tag",
        "notes": "Note",
        "lines": None,
        "maker": "m:maker",
    }
    assert {name: one.name for name, one in method.body["maker"].fields.items()} == {"code": "-code"}
    assert method.body["isbn"].required


@pytest.mark.parametrize(("schema", "why"), [
    ("{type: object, properties: {a: {type: string}}}", "the document does not say what its root element is called"),
    ("{type: object, xml: {name: a}, properties: {b: {type: string, xml: {namespace: 'urn:b'}}}}", "its elements are of several namespaces without a prefix"),
    ("{type: object, xml: {name: a}, properties: {b: {type: string, xml: {prefix: p}}}}", "its prefix `p` stands for no namespace"),
    ("{type: object, xml: {name: a}, properties: {b: {type: string}, c: {type: string, xml: {name: b}}}}", "two values of its body are at one place"),
    ("{type: object, xml: {name: a}, properties: {b: {type: array, items: {type: array, items: {type: string}}}}}", "`b` is a list of what is no element"),
    ("{type: object, xml: {name: a}, properties: {b.c: {type: string}}}", "`b.c` cannot be the name of an element here"),
    ("{type: object, xml: {name: a}, properties: {b: {oneOf: [{type: string}, {type: object, properties: {c: {type: string, xml: {name: C}}}}]}}}",
        "`b` has names of elements in it that no type says"),
], ids=["no root", "namespaces", "no namespace", "one place", "lists of lists", "a dot", "of several kinds"])  # fmt: skip
def test_xml_of_which_too_little_is_known_is_given_as_it_is(made: Made, schema: str, why: str, tmp_path: Path) -> None:
    """As a text that is the body, and why stands above it: nothing is guessed."""
    provider = made(SENDS.format("application/xml", schema, JSON))

    (method,) = methods(provider).values()
    assert (method.encoding, method.headers["Content-Type"], list(method.body)) == (Encoding.RAW, "application/xml", ["content"])
    assert why in " ".join((tmp_path / "out" / "a.yaml").read_text("utf-8").replace("#", "").split())


@pytest.mark.parametrize(("media", "schema", "encoding", "headers", "type_", "named"), [
    ("text/csv", "{type: string}", Encoding.RAW, {"Content-Type": "text/csv"}, Scalar.BLOB, {"content": None}),
    ("application/octet-stream", "{type: string, format: binary}", Encoding.RAW, {}, Scalar.BLOB, {"content": None}),
    ("'*/*'", "{type: string, format: binary}", Encoding.RAW, {}, Scalar.BLOB, {"content": None}),
    ("application/json-patch+json", "{type: array, items: {type: object, properties: {op: {type: string}}}}", Encoding.JSON,
        {"Content-Type": "application/json-patch+json"}, ListOf(Object((("op", Scalar.STRING),))), {"items": "$"}),
    ("application/json", "{type: integer}", Encoding.JSON, {}, Scalar.INTEGER, {"value": "$"}),
    ("application/x-ndjson", "{type: object, properties: {n: {type: integer}}}", Encoding.JSONL, {}, ListOf(Object((("n", Scalar.INTEGER),))),
        {"lines": None}),
    ("application/jsonl", "{type: array, items: {type: string}}", Encoding.JSONL, {"Content-Type": "application/jsonl"}, ListOf(Scalar.STRING),
        {"lines": None}),
], ids=["text", "bytes", "anything", "a patch", "a number", "lines", "lines in a list"])  # fmt: skip
def test_a_body_that_is_one_value_is_imported(
    made: Made, media: str, schema: str, encoding: Encoding, headers: dict[str, str], type_: Type, named: dict[str, str | None]
) -> None:
    """With its media type, and under a name of ours."""
    (method,) = methods(made(SENDS.format(media, schema, JSON))).values()

    assert (method.encoding, method.headers) == (encoding, headers)
    assert {name: one.name for name, one in method.body.items()} == named
    assert [(one.type, one.required) for one in method.body.values()] == [(type_, True)]


def test_a_file_of_one_of_several_kinds_says_which(made: Made) -> None:
    """In a header that a statement gives, with the kinds that the document has."""
    body = "{content: {image/png: {}, image/jpeg: {schema: {type: string}}}}"
    (method,) = methods(made(f"  /a:\n    post: {{requestBody: {body}, responses: {JSON}}}\n")).values()

    assert method.parameters["content_type"].enum == ("image/png", "image/jpeg")
    assert (method.parameters["content_type"].name, method.parameters["content_type"].required) == ("Content-Type", True)


def test_what_is_made_of_json_is_sent_as_that(made: Made) -> None:
    """With plain JSON before it, where that will do."""
    schema = "{schema: {type: object, properties: {a: {type: string}}}}"
    both = f"{{application/json-patch+json: {schema}, application/json: {schema}}}"
    provider = made(
        f"  /a/{{id}}:\n    patch: {{requestBody: {{content: {{application/merge-patch+json: {schema}}}}}, responses: {JSON}}}\n"
        f"  /b/{{id}}:\n    patch: {{requestBody: {{content: {both}}}, responses: {JSON}}}\n"
    )

    assert {method.path: method.headers for method in methods(provider).values()} == {
        "/a/{id}": {"Content-Type": "application/merge-patch+json"},
        "/b/{id}": {},
    }


def test_answers_that_are_no_json_are_lines_or_files(made: Made) -> None:
    """Lines of JSON are rows; the answer of a write, and one that is no row of its resource, is a file by itself."""
    row = "{type: object, properties: {id: {type: string}}}"
    one = f"{{'200': {{content: {{application/json: {{schema: {row}}}}}}}}}"
    provider = made(
        f"  /events:\n    get: {{responses: {{'200': {{content: {{application/x-ndjson: {{schema: {row}}}}}}}}}}}\n"
        f"  /bills/{{id}}:\n    get: {{responses: {one}}}\n  /bills/{{id}}/pdf:\n    get: {{responses: {{'200': {{content: {{application/pdf: {{}}}}}}}}}}\n"
        f"  /bills/{{id}}/print:\n    post: {{responses: {{'200': {{content: {{image/png: {{}}}}}}}}}}\n"
    )
    found = {method.http: method for method in methods(provider).values()}

    lines, printed = found["GET /events"], found["POST /bills/{id}/print"]
    assert (lines.rows, lines.transform, lines.headers) == ("$", Transform(kind=TransformKind.JSONL), {"Accept": "application/x-ndjson"})
    assert (printed.verb, printed.content, printed.headers) == (Verb.EXEC, "content", {"Accept": "image/png"})
    assert found["GET /bills/{id}/pdf"].content == "content"


@pytest.mark.parametrize(
    ("name", "verb"), [("purgeCache", Verb.EXEC), ("startJob", Verb.EXEC), ("cacheOfPurges", Verb.SELECT), ("", Verb.SELECT)]
)
def test_a_get_that_says_that_it_changes_something_is_no_select(name: str, verb: Verb, made: Made) -> None:
    """It is a write, which is refused where all is read-only."""
    (method,) = methods(made(f"  /a:\n    get: {{operationId: '{name}', responses: {JSON}}}\n")).values()

    assert (method.verb, method.reads) == (verb, False if verb is Verb.EXEC else None)


def test_what_needs_a_cookie_is_said_to_and_not_asked_without_it(made: Made) -> None:
    """One that need not be there is left out of the request."""
    cookie = "{{name: visitor, in: cookie, required: {}, schema: {{type: string}}}}"
    provider = made(
        f"  /a:\n    get: {{parameters: [{cookie.format('true')}], responses: {JSON}}}\n"
        f"    post: {{parameters: [{cookie.format('false')}], responses: {JSON}}}\n"
    )
    resource = provider.services["a"].resources["a"]

    assert [each.reason for each in resource.uncallable.values()] == ["GET /a: it needs the cookie visitor, and rowcall sends none."]
    assert list(resource.methods) == ["create_a"]


def test_forms_and_files_are_imported(made: Made) -> None:
    """As what they are, with the names of files beside them; an answer that is a file is a row of it."""
    properties = (
        "{photo: {type: string, format: binary}, raw: {type: string, contentMediaType: image/png}, when: {type: object, properties: {day: {type: string}}}, "
        "tags: {type: array, items: {type: string}}, more: {type: array, items: {type: string, format: binary}}}"
    )
    schema = f"{{type: object, required: [photo], properties: {properties}}}"
    encoding = "{when: {contentType: application/json}, tags: {style: deepObject, explode: true}}"
    provider = made(
        f"  /a:\n    post: {{requestBody: {{content: {{multipart/form-data: {{schema: {schema}, encoding: {encoding}}}}}}}, responses: {JSON}}}\n"
        f"    get: {{responses: {JSON}}}\n"
        f"  /b:\n    post: {{requestBody: {{content: {{application/x-www-form-urlencoded: {{schema: {schema}}}}}}}, responses: {JSON}}}\n"
        "  /c/{id}/picture:\n    get: {responses: {'200': {content: {image/png: {schema: {type: string, format: binary}}}}}}\n"
    )
    methods = {
        method.http: (resource, method)
        for service in provider.services.values()
        for resource in service.resources.values()
        for method in resource.methods.values()
    }

    _, upload = methods["POST /a"]
    assert upload.encoding is Encoding.MULTIPART
    assert {name: (one.type, one.name, one.filename_of) for name, one in upload.body.items()} == {
        "photo": (Scalar.BLOB, None, None),
        "raw": (Scalar.BLOB, None, None),
        "when": (Scalar.STRING, None, None),
        "tags": (ListOf(Scalar.STRING), "tags[]", None),
        "more": (ListOf(Scalar.BLOB), None, None),
        "filename": (Scalar.STRING, None, "photo"),
        "raw_filename": (Scalar.STRING, None, "raw"),
        "filenames": (ListOf(Scalar.STRING), None, "more"),
    }
    _, form = methods["POST /b"]
    assert form.encoding is Encoding.URLENCODED
    assert form.body["photo"].type is Scalar.STRING
    resource, picture = methods["GET /c/{id}/picture"]
    assert (picture.content, picture.headers) == ("content", {"Accept": "image/png"})
    assert [(name, column.type, column.source) for name, column in resource.columns.items()] == [
        ("content", Scalar.BLOB, None),
        ("text", Scalar.STRING, "content"),
    ]


def test_a_filter_by_entries_of_a_map_is_imported(made: Made) -> None:
    """Where the document writes it with brackets."""
    row = "{type: object, properties: {id: {type: string}, labels: {type: object, additionalProperties: {type: string}}}}"
    provider = made(
        "  /a:\n    get: {parameters: [{name: labels, in: query, style: deepObject, explode: true, schema: {type: object}}], responses: "
        f"{{'200': {{content: {{application/json: {{schema: {{type: array, items: {row}}}}}}}}}}}}}\n"
    )

    (method,) = provider.services["a"].resources["a"].methods.values()
    assert {name: (one.name, one.entries) for name, one in method.parameters.items()} == {"labels_entries": ("labels", "labels")}


def test_the_id_of_a_deleted_row_is_its_key(made: Made) -> None:
    """Though the answer calls it otherwise than the row does."""
    gone = "{'200': {content: {application/json: {schema: {type: object, properties: {thing_id: {type: string}, gone: {type: boolean}}}}}}}"
    provider = made(f"  /things/{{thing_id}}:\n    get: {{responses: {JSON}}}\n    delete: {{responses: {gone}}}\n")
    method = methods(provider)["things.delete_thing"]

    assert {name: column.source for name, column in method.returns.items()} == {"id": "thing_id", "gone": None}
    assert method.parameters["thing_id"].column == "id"


@pytest.mark.parametrize(("enum", "sends"), [("[open, closed, all]", "all"), ("[open, closed]", None)])
def test_a_filter_that_holds_by_itself_is_opened(enum: str, sends: str | None, tmp_path: Path) -> None:
    """By the value that means all of them; where there is none, the reader is asked."""
    row = "{type: object, properties: {id: {type: string}, state: {type: string}}}"
    parameters = f"[{{name: state, in: query, schema: {{type: string, enum: {enum}, default: open}}}}]"
    text = listed(f"data: {{type: array, items: {row}}}", parameters)
    (tmp_path / "api.yaml").write_text(f"openapi: 3.1.0\nservers: [{{url: 'https://a.example'}}]\npaths:\n{text}")

    found = imported(Document(tmp_path / "api.yaml"), "api")

    assert methods(found.provider)["things.list_things"].parameters["state"].sends == sends
    assert [each.path.rpartition(".")[2] for each in found.open] == ([] if sends else ["state"])


@pytest.mark.parametrize(
    ("enum", "key", "role"), [("[open, closed]", "state", None), ("['yes', 'no']", "query_state", Role.OPTION)], ids=["the same", "others"]
)
def test_what_takes_other_values_than_a_column_has_is_no_filter_on_it(enum: str, key: str, role: Role | None, made: Made) -> None:
    """It has another name than the column then: what WHERE says of the column would be sent, and rows would not come."""
    row = "{type: object, properties: {id: {type: string}, state: {type: string, enum: [open, closed]}}}"
    text = listed(f"data: {{type: array, items: {row}}}", f"[{{name: state, in: query, schema: {{type: string, enum: {enum}}}}}]")
    ((name, parameter),) = methods(made(text))["things.list_things"].parameters.items()

    assert (name, parameter.name or name, parameter.role) == (key, "state", role)


@pytest.mark.parametrize(
    ("type_", "key"), [("{type: object, properties: {gid: {type: string}}}", "query_owner"), ("{type: string}", "owner")]
)
def test_what_a_list_needs_can_be_said_beside_a_column_of_objects(type_: str, key: str, made: Made) -> None:
    """No equality of such a column could say it."""
    row = f"{{type: object, properties: {{gid: {{type: string}}, owner: {type_}}}}}"
    text = listed(f"data: {{type: array, items: {row}}}", "[{name: owner, in: query, required: true, schema: {type: string}}]")
    ((name, parameter),) = methods(made(text))["things.list_things"].parameters.items()

    assert (name, parameter.name or name, parameter.required) == (key, "owner", True)


def test_a_key_is_the_column_whose_name_it_ends_in(made: Made) -> None:
    """Behind that of the resource; and whatever the case."""
    row = "{type: object, properties: {gid: {type: string}, name: {type: string}}}"
    found = f"{{'200': {{content: {{application/json: {{schema: {row}}}}}}}}}"
    paths = "".join(
        f"  {path}: {{get: {{parameters: [{{name: {name}, in: path, required: true, schema: {{type: string}}}}], responses: {found}}}}}\n"
        for path, name in (("/things/{thing_gid}", "thing_gid"), ("/pets/{Gid}", "Gid"))
    )

    assert {one.column for each in methods(made(paths)).values() for one in each.parameters.values()} == {"gid"}


@pytest.mark.parametrize("tag", ["Sandbox", "sandboxes", "provider", "published", "../up"])
def test_a_service_whose_name_is_that_of_another_file_is_not_lost(tag: str, made: Made) -> None:
    """It gets a name that is free, within the folder; `made` reads what was written and compares the two."""
    text = listed(f"data: {{type: array, items: {ROW}}}").replace("      parameters:", f"      tags: ['{tag}']\n      parameters:")

    assert list(methods(made(text))) == ["things.list_things"]


@pytest.mark.parametrize(
    ("name", "more"), [("limit", "data: {type: array, items: %s}"), ("cursor", "data: {type: array, items: %s}, note: {type: string}")]
)
def test_pages_of_which_only_parameters_speak_are_followed_by_what_answers_show(name: str, more: str, made: Made) -> None:
    """By a token where there is a parameter for one; a manifest with no way would give the first page alone, and say nothing."""
    parameters = f"[{{name: {name}, in: query, schema: {{type: {'integer' if name == 'limit' else 'string'}}}}}]"
    provider = made(listed(more % ROW, parameters))
    (paging,), (method,) = provider.paging.values(), methods(provider).values()

    assert (paging.kind, paging.parameters) == (PagingKind.FOUND, () if name == "limit" else ("cursor",))
    assert method.parameters[name].role is (Role.PAGE_SIZE if name == "limit" else Role.CURSOR)


@pytest.mark.parametrize(
    ("schema", "exact"),
    [("{type: string}", False), ("{type: string, enum: [a, b]}", True), ("{type: integer}", True)],
    ids=["text", "one of some", "number"],
)
def test_a_text_may_be_looked_for_in_another_way(schema: str, exact: bool, made: Made) -> None:
    """In any case, or at the beginning: then LIMIT must not count the rows that come."""
    row = f"{{type: object, properties: {{id: {{type: string}}, kind: {schema}}}}}"
    (method,) = methods(made(listed(f"data: {{type: array, items: {row}}}", f"[{{name: kind, in: query, schema: {schema}}}]"))).values()

    assert (method.parameters["kind"].role, method.parameters["kind"].exact) == (None, exact)


def test_a_service_with_a_key_of_its_own_has_it(made: Made) -> None:
    """And the others do not take it."""
    head = (
        "openapi: 3.1.0\nservers: [{url: 'https://a.example'}]\nsecurity: [{plain: []}]\n"
        "components: {securitySchemes: {plain: {type: http, scheme: bearer}, admin: {type: http, scheme: bearer}}}\n"
    )
    provider = made(
        f"  /a: {{get: {{tags: [a], responses: {JSON}}}}}\n  /b: {{get: {{tags: [a], responses: {JSON}}}}}\n"
        f"  /c: {{get: {{tags: [c], security: [{{admin: []}}], responses: {JSON}}}}}\n",
        head,
    )

    assert list(provider.auth) == ["plain"]
    assert {name: list(service.auth) for name, service in provider.services.items()} == {"a": [], "c": ["admin"]}
    assert provider.services["c"].auth["admin"].env == ("API_ADMIN",)


def test_names_that_sql_cannot_have_are_others(made: Made) -> None:
    """Columns read what they are called, attributes and parameters send it; what differs in case alone is left out."""
    schema = "{type: object, properties: {'+1': {type: integer}, '@id': {type: string}, URL: {type: string}, url: {type: string}, _extra: {type: string}}}"
    provider = made(
        f"  /a/{{a-id}}:\n    get: {{parameters: [{{name: '$top', in: query, schema: {{type: integer}}}}], responses: {{'200': {{content: {{application/json: {{schema: {schema}}}}}}}}}}}\n"
    )
    resource = provider.services["a"].resources["a"]
    (method,) = resource.methods.values()

    assert {name: column.source for name, column in resource.columns.items()} == {"_1": "+1", "id": "@id", "URL": None, "_extra_": "_extra"}
    assert method.http == "GET /a/{a_id}"
    assert method.parameters["top"].name == "$top"


def test_rows_in_buckets_are_rows(made: Made) -> None:
    """With what stands around them; a record with an id is a row that has a list."""
    row = "{type: object, properties: {object: {type: string}, model: {type: string}, tokens: {type: integer}}}"
    bucket = f"{{type: object, properties: {{object: {{type: string}}, start_time: {{type: integer}}, results: {{type: array, items: {row}}}}}, required: [start_time]}}"
    (resource,) = made(listed(f"data: {{type: array, items: {bucket}}}, has_more: {{type: boolean}}")).services["things"].resources.values()
    (method,) = resource.methods.values()

    assert (method.rows, method.inner) == ("data", "results")
    assert {name: column.outer for name, column in resource.columns.items()} == {
        "start_time": True,
        "object": False,
        "model": False,
        "tokens": False,
    }


def test_buckets_are_asked_for_by_time_and_divided_by_columns(made: Made) -> None:
    """A time is a bound of when buckets begin, and names of columns are what rows are divided by; a plural is several values of a column."""
    row = "{type: object, properties: {model: {type: string}, tokens: {type: integer}}}"
    bucket = (
        f"{{type: object, properties: {{start_time: {{type: integer}}, results: {{type: array, items: {row}}}}}, required: [start_time]}}"
    )
    names = "schema: {type: array, items: {type: string, enum: [model]}}"
    parameters = (
        "[{name: start_time, in: query, required: true, schema: {type: integer}}, {name: end_time, in: query, schema: {type: integer}}, "
        f"{{name: group_by, in: query, {names}}}, {{name: models, in: query, schema: {{type: array, items: {{type: string}}}}}}]"
    )
    (method,) = methods(made(listed(f"data: {{type: array, items: {bucket}}}", parameters))).values()
    bounds = {name: parameter.range for name, parameter in method.parameters.items() if parameter.range}

    assert {name: (bound.column, bound.operator.value) for name, bound in bounds.items()} == {
        "start_time": ("start_time", ">="),
        "end_time": ("start_time", "<"),
    }
    assert (method.parameters["start_time"].exact, method.parameters["end_time"].exact) == (False, True)
    assert method.parameters["group_by"].role is Role.GROUP
    assert (method.parameters["models"].column, method.parameters["models"].many is not None) == ("model", True)


def test_a_long_service_has_several_files(tmp_path: Path) -> None:
    """Each of a length that can be read, called after the first of its resources."""
    fields = ", ".join(f"field_{number}: {{type: string}}" for number in range(150))
    answer = f"{{'200': {{content: {{application/json: {{schema: {{type: object, properties: {{{fields}}}}}}}}}}}}}"
    paths = "".join(f"  /{name}: {{get: {{tags: [all], responses: {answer}}}}}\n" for name in ("one", "two", "three", "four", "five"))
    (tmp_path / "api.yaml").write_text(f"openapi: 3.1.0\nservers: [{{url: 'https://a.example'}}]\npaths:\n{paths}")
    found = imported(Document(tmp_path / "api.yaml"), "api")

    assert write_folder(tmp_path / "out", found.provider, comments=found.comments) == ()
    assert load_provider(tmp_path / "out") == found.provider
    lengths = {file.name: len(file.read_text().splitlines()) for file in (tmp_path / "out").glob("all*.yaml")}
    assert sorted(lengths) == ["all.four.yaml", "all.yaml"]
    assert max(lengths.values()) <= 600


def test_the_form_that_a_path_ends_in_is_no_part_of_a_name(made: Made) -> None:
    """And what a placeholder before it names is one row; a function that lists is called as what it lists."""
    row = "{type: object, properties: {sid: {type: string}, to: {type: string}}}"
    page = f"{{type: object, properties: {{calls: {{type: array, items: {row}}}, end: {{type: integer}}, uri: {{type: string}}, page: {{type: integer}}}}}}"
    ok = f"{{type: object, properties: {{ok: {{type: boolean}}, people: {{type: array, items: {row}}}, response_metadata: {{type: object}}}}}}"
    answer = "responses: {'200': {content: {application/json: {schema: %s}}}}"
    key = "parameters: [{name: Sid, in: path, required: true, schema: {type: string}}]"
    provider = made(
        f"  /Calls.json: {{get: {{operationId: ListCall, {answer % page}}}}}\n"
        f"  /Calls/{{Sid}}.json:\n"
        f"    get: {{operationId: FetchCall, {key}, {answer % row}}}\n"
        f"    delete: {{operationId: DeleteCall, {key}, responses: {{'204': {{}}}}}}\n"
        f"  /users.list: {{get: {{operationId: users_list, {answer % ok}}}}}\n"
    )

    found = methods(provider)

    assert {name: (method.verb, method.rows, method.path) for name, method in found.items()} == {
        "calls.list_call": (Verb.SELECT, "calls", "/Calls.json"),
        "calls.fetch_call": (Verb.SELECT, None, "/Calls/{Sid}.json"),
        "calls.delete_call": (Verb.DELETE, None, "/Calls/{Sid}.json"),
        "users.users_list": (Verb.SELECT, "people", "/users.list"),
    }


def test_a_page_that_is_said_to_be_one_row_is_a_list(made: Made) -> None:
    """As documents have it that are made of code; it is marked for the reader."""
    answer = "responses: {'200': {content: {application/json: {schema: {type: object, properties: {id: {type: integer}, name: {type: string}}}}}}}"
    numbers = "{name: page, in: query, schema: {type: integer}}, {name: per_page, in: query, schema: {type: integer}}"
    provider = made(f"  /groups: {{get: {{parameters: [{numbers}], {answer}}}}}\n  /setting: {{get: {{{answer}}}}}\n")

    assert {name: method.rows for name, method in methods(provider).items()} == {"groups.list_groups": "$", "setting.list_setting": None}


def test_a_number_that_a_path_takes_whole_is_whole(made: Made) -> None:
    """So that rows can be joined by it."""
    row = "{type: object, properties: {id: {type: number}, share: {type: number}}}"
    answer = f"responses: {{'200': {{content: {{application/json: {{schema: {row}}}}}}}}}"
    provider = made(
        f"  /groups/{{group_id}}: {{get: {{parameters: [{{name: group_id, in: path, schema: {{type: integer}}}}], {answer}}}}}\n"
    )

    (resource,) = next(iter(provider.services.values())).resources.values()
    assert {name: column.type for name, column in resource.columns.items()} == {"id": Scalar.INTEGER, "share": Scalar.NUMBER}


def test_services_are_called_without_what_all_of_them_begin_with(made: Made) -> None:
    """Where there are several; one alone, and what would have no name, are called as they are."""
    tags = ["Api2010Call", "Api2010Queue", "Api2010Key", "Api2010UsageRecord"]
    many = made("".join(f"  /{tag}: {{get: {{tags: [{tag}], responses: {JSON}}}}}\n" for tag in tags))

    assert list(many.services) == ["call", "key", "queue", "usage_record"]


def test_a_token_that_says_who_asks_leads_to_no_page(made: Made) -> None:
    """Though cursors may be called so."""
    key = "{name: token, in: query, description: Authentication token., schema: {type: string}}"
    cursor = "{name: cursor, in: query, schema: {type: string}}"
    provider = made(listed(f"things: {{type: array, items: {ROW}}}, next_cursor: {{type: string}}", f"[{key}, {cursor}]"))

    (method,) = methods(provider).values()
    assert [(paging.kind, paging.parameter) for paging in provider.paging.values()] == [(PagingKind.TOKEN, "cursor")]
    assert {name: parameter.role for name, parameter in method.parameters.items()} == {"token": Role.OPTION, "cursor": Role.CURSOR}


def test_a_body_of_a_get_means_nothing(tmp_path: Path) -> None:
    """Some documents have empty ones; the manifest agrees with them."""
    (tmp_path / "api.yaml").write_text(
        "openapi: 3.1.0\nservers: [{url: 'https://api.example.com'}]\npaths:\n"
        f"  /things: {{get: {{requestBody: {{content: {{application/x-www-form-urlencoded: {{schema: {{}}}}}}}}, responses: {JSON}}}}}\n"
    )
    document = Document(tmp_path / "api.yaml")
    found = imported(document, "api")

    (method,) = methods(found.provider).values()
    assert method.encoding is Encoding.JSON
    assert compare(found.provider, document, found.published).drift == ()
