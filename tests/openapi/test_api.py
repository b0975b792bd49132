"""What documents of both versions say of their APIs."""

from __future__ import annotations

from pathlib import Path

import pytest

from rowcall.openapi import api
from rowcall.openapi.document import Document
from rowcall.openapi.types import Schemas

OPENAPI = """
openapi: 3.1.0
servers: [{url: 'https://{region}.example.com/v1/', variables: {region: {default: eu}}}, {url: /v1}]
security: [{key: []}, {}]
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    plain: {type: http, scheme: basic}
  parameters:
    limit: {name: limit, in: query, schema: {type: integer, maximum: 50}}
  responses:
    jobs: {description: Jobs., headers: {Link: {schema: {type: string}}}, content: {application/json: {schema: {type: array}}}}
paths:
  x-note: {get: {}}
  /jobs:
    parameters:
      - {$ref: '#/components/parameters/limit'}
      - {name: state, in: query, schema: {type: string}}
    get:
      operationId: listJobs
      tags: [Jobs]
      summary: Lists jobs.
      deprecated: true
      parameters:
        - {name: state, in: query, required: true, schema: {type: array, items: {type: string}}, explode: false}
      responses: {default: {description: Error}, '200': {$ref: '#/components/responses/jobs'}}
    post:
      security: []
      requestBody: {required: true, content: {text/plain: {}, application/json: {schema: {type: object, properties: {a: {type: string}}, required: [a]}}}}
      responses: {'204': {description: Done.}}
  /jobs/{id}/log:
    get:
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses: {2XX: {description: It., content: {application/zip: {schema: {type: string}}}}}
    put:
      requestBody: {content: {multipart/form-data: {schema: {type: object, properties: {file: {type: string}}}}}}
"""

SWAGGER = """
swagger: 2.0
host: example.com
basePath: /v1/
schemes: [http, https]
consumes: [application/json]
produces: [application/json]
securityDefinitions: {plain: {type: basic}}
parameters:
  limit: {name: limit, in: query, type: integer, maximum: 50}
paths:
  /jobs:
    get:
      parameters:
        - {$ref: '#/parameters/limit'}
        - {name: state, in: query, type: array, items: {type: string}, collectionFormat: multi, required: true}
      responses: {'200': {description: Jobs., headers: {Link: {type: string}}, schema: {type: array}}}
    post:
      parameters: [{name: body, in: body, required: true, schema: {type: object, properties: {a: {type: string}}, required: [a]}}]
      responses: {'204': {description: Done.}}
  /jobs/{id}/log:
    get:
      produces: [application/zip]
      parameters: [{name: id, in: path, required: true, type: integer}]
      responses: {'200': {description: It., schema: {type: file}}}
    put:
      consumes: [multipart/form-data]
      parameters: [{name: file, in: formData, type: file, required: true}]
"""


@pytest.fixture(params=[OPENAPI, SWAGGER], ids=["openapi", "swagger"])
def document(request: pytest.FixtureRequest, tmp_path: Path) -> Document:
    """The same API in both versions."""
    (tmp_path / "api.yaml").write_text(request.param)
    return Document(tmp_path / "api.yaml")


@pytest.fixture
def operations(document: Document) -> dict[str, api.Operation]:
    """Its operations by their lines."""
    return {operation.line: operation for operation in api.operations(document)}


def test_operations_are_found_in_order(operations: dict[str, api.Operation]) -> None:
    """Each method of each path, and nothing that is no path."""
    assert list(operations) == ["GET /jobs", "POST /jobs", "GET /jobs/{id}/log", "PUT /jobs/{id}/log"]
    assert operations["PUT /jobs/{id}/log"].key == api.key_of("PUT", "/jobs/{job}/log/")


def test_parameters_are_those_of_path_and_operation(operations: dict[str, api.Operation], document: Document) -> None:
    """The operation's own wins; the schema says what values are, and of arrays it is said how they are given."""
    limit, state = operations["GET /jobs"].fields
    schemas = Schemas(document)

    assert (limit.name, limit.place, limit.required, schemas.keyword(limit.schema, "maximum")) == ("limit", "query", False, 50)
    assert (state.name, state.required, state.separator) == ("state", True, None if document.is_swagger else ",")
    assert str(schemas.shape(limit.schema).type) == "integer"
    assert str(schemas.shape(schemas.items(state.schema)).type) == "string"
    assert operations["GET /jobs/{id}/log"].fields[0].required


def test_bodies_and_answers_have_schemas_where_they_are_json(operations: dict[str, api.Operation], document: Document) -> None:
    """JSON wins among several; a form has its fields; something else has none; 204 has nothing."""
    schemas = Schemas(document)
    post, log, put = operations["POST /jobs"], operations["GET /jobs/{id}/log"], operations["PUT /jobs/{id}/log"]

    assert post.body is not None
    assert (post.body.media, post.body.required) == ("application/json", True)
    assert {name: found.required for name, found in schemas.properties(post.body.schema).items()} == {"a": True}
    assert post.answer is None
    assert log.answer is not None
    assert (log.answer.media, log.answer.schema, log.answer.is_json) == ("application/zip", None, False)
    assert put.body is not None
    assert put.body.media == "multipart/form-data"
    assert list(schemas.properties(put.body.schema)) == ["file"]
    answer = operations["GET /jobs"].answer
    assert answer is not None
    assert answer.schema == {"type": "array"}
    assert operations["GET /jobs"].answer_headers == {"link"}


def test_servers_and_schemes_have_one_form(document: Document) -> None:
    """Without a slash at the end, https first; basic authentication is a kind of HTTP's."""
    urls = [server.url for server in api.servers(document)]

    assert urls == (
        ["https://example.com/v1", "http://example.com/v1"] if document.is_swagger else ["https://{region}.example.com/v1", "/v1"]
    )
    assert api.schemes(document)["plain"] == {"type": "http", "scheme": "basic"}


def test_what_an_operation_says_of_itself_is_kept(tmp_path: Path) -> None:
    """Names, tags, words, deprecation, and that it takes no key."""
    (tmp_path / "api.yaml").write_text(OPENAPI)
    document = Document(tmp_path / "api.yaml")
    listed, posted, *_ = api.operations(document)

    assert (listed.name, listed.tags, listed.summary, listed.deprecated, listed.security) == (
        "listJobs",
        ("Jobs",),
        "Lists jobs.",
        True,
        None,
    )
    assert posted.security == ()
    assert api.security(document) == ({"key": []}, {})
    assert api.servers(document)[0].variables == {"region": {"default": "eu"}}


def test_nonsense_is_passed_over(tmp_path: Path) -> None:
    """What is not where it should be, or not what it should be, is not there."""
    (tmp_path / "api.yaml").write_text(
        "openapi: 3.0.0\nservers: here\nsecurity: {a: b}\npaths:\n  /a: {get: {parameters: [1, {in: query}], tags: x, responses: [], requestBody: 4}}\n"
        "  /b: none\n  /c: {get: yes, put: {}}\ncomponents: []\n"
    )
    document = Document(tmp_path / "api.yaml")

    assert [(operation.line, operation.fields, operation.body) for operation in api.operations(document)] == [
        ("GET /a", (), None),
        ("PUT /c", (), None),
    ]
    assert (api.servers(document), api.schemes(document), api.security(document)) == ((), {}, ())
