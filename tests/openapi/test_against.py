"""A manifest beside a document: what differs is found, with its place, and what has a reason is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rowcall.errors import ManifestError, UsageError
from rowcall.manifest.published import read_published
from rowcall.manifest.read import check, load_provider
from rowcall.openapi.against import Comparison, compare
from rowcall.openapi.document import Document

PROVIDER = """
manifest: 1
provider: shop
title: Shop
description: A shop.
source: https://example.com
base_url: https://example.com/v1
auth: {key: {kind: header, name: X-Key}}
headers: {X-Version: '2'}
paging: {after: {kind: cursor, parameter: after, row: id, more: has_more, page_size: {parameter: limit, maximum: 50}}}
"""

SERVICE = """
service: sales
title: Sales
description: What is sold.
resources:
  orders:
    description: One order.
    source: https://example.com/orders
    columns:
      id: {type: string, nullable: false, description: Its id.}
      state: {type: string, nullable: false, enum: [open, paid], description: Its state.}
      total: {type: number, nullable: false, description: What it costs.}
      items: {type: [{sku: string, count: integer}], description: What is in it.}
      labels: {type: map, description: Labels.}
      extra: {type: json, description: More.}
      shipped: {type: string, source: dates.shipped, description: When it left.}
    methods:
      get_order: {verb: select, http: 'GET /orders/{id}', description: Gets one., parameters: {id: {in: path, description: Its id.}}}
      list_orders:
        verb: select
        http: GET /orders
        description: Lists.
        parameters:
          state: {in: query, enum: [open, paid], description: Its state.}
          size: {in: query, name: page-size, type: integer, default: 10, minimum: 1, role: option, description: A size.}
          tag: {in: query, required: true, description: A tag.}
        rows: data
        paging: after
      create_order:
        verb: insert
        http: POST /orders
        description: Makes one.
        body:
          note: {type: string, nullable: true, max_length: 20, description: A note.}
          kind: {type: string, required: true, enum: [now, later], description: Its kind.}
          lines:
            {type: [{sku: string, count: integer}], max_items: 9, description: What is in it., fields: {
              sku: {type: string, required: true, description: What.}}}
      cancel_order:
        verb: exec
        http: POST /orders/{id}/cancel
        description: Cancels it.
        parameters: {id: {in: path, description: Its id.}}
        returns: {done: {type: boolean, nullable: false, description: Whether it is.}}
        lifecycle: {deprecated: true}
"""

DOCUMENT = """
openapi: 3.1.0
servers: [{url: https://example.com/v1}]
components:
  schemas:
    Order:
      type: object
      required: [id, state, total]
      properties:
        id: {type: string}
        state: {type: string, enum: [open, paid]}
        total: {type: number}
        items: {type: array, items: {type: object, properties: {sku: {type: string}, count: {type: integer}}}}
        labels: {type: object, additionalProperties: {type: string}}
        extra: {anyOf: [{type: string}, {type: object}]}
        dates: {type: object, properties: {shipped: {type: string}}}
  parameters:
    key: {name: x-key, in: header, schema: {type: string}}
paths:
  /orders/{order}:
    get:
      parameters: [{name: order, in: path, required: true, schema: {type: string}}, {$ref: '#/components/parameters/key'}]
      responses: {'200': {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}
  /orders:
    get:
      operationId: listOrders
      parameters:
        - {name: state, in: query, schema: {type: string, enum: [open, paid]}}
        - {name: page-size, in: query, schema: {type: integer, default: 10}}
        - {name: tag, in: query, required: true, schema: {type: array, items: {type: string}}}
        - {name: after, in: query, schema: {type: string}}
        - {name: X-Version, in: header, schema: {type: string}}
      responses:
        '200':
          content:
            application/json:
              schema:
                type: object
                properties:
                  has_more: {type: boolean}
                  data: {type: array, items: {$ref: '#/components/schemas/Order'}}
    post:
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [kind]
              additionalProperties: false
              properties:
                note: {type: [string, 'null'], maxLength: 20}
                kind: {type: string, enum: [now, later]}
                lines:
                  type: array
                  maxItems: 9
                  items: {type: object, additionalProperties: false, properties: {sku: {type: string}, count: {type: integer}}}
      responses: {'201': {content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}}
  /orders/{order}/cancel:
    post:
      deprecated: true
      parameters: [{name: order, in: path, required: true, schema: {type: string}}]
      responses: {'200': {content: {application/json: {schema: {type: object, required: [done], properties: {done: {type: boolean}}}}}}}
"""

Compared = Callable[..., Comparison]


@pytest.fixture
def compared(tmp_path: Path) -> Compared:
    """What comes of comparing, where one text of the document or the manifest is another, and with reasons."""

    def compare_them(old: str = "", new: str = "", reasons: str = "", service: tuple[str, str] = ("", "")) -> Comparison:
        assert old in DOCUMENT
        assert service[0] in SERVICE
        (tmp_path / "provider.yaml").write_text(PROVIDER)
        (tmp_path / "sales.yaml").write_text(SERVICE.replace(*service, 1))
        if reasons:
            (tmp_path / "published.yaml").write_text(f"document: https://example.com\n{reasons}")
        document = tmp_path / "document" / "api.yaml"
        document.parent.mkdir(exist_ok=True)
        document.write_text(DOCUMENT.replace(old, new, 1))
        assert check(tmp_path) == ()
        return compare(load_provider(tmp_path), Document(document), read_published(tmp_path))

    return compare_them


def test_what_agrees_has_no_drift(compared: Compared) -> None:
    """Paths are matched below the server, keys, version headers and paging are no parameters, `json` agrees with what is mixed."""
    found = compared()

    assert found == Comparison(drift=(), operations=4, covered=4, left_out=0, accepted=0)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("id: {type: string}", "id: {type: integer}", ("sales.orders.columns.id", "type", "string", "integer")),
        ("total: {type: number}", "total: {type: [number, 'null']}", ("sales.orders.columns.total", "nullable", "false", "true")),
        ("required: [id, state, total]", "required: [id, state]", ("sales.orders.columns.total", "nullable", "false", "true")),
        (
            "state: {type: string, enum: [open, paid]}",
            "state: {type: string, enum: [open, paid, lost]}",
            ("sales.orders.columns.state", "enum", "open paid", "+ lost"),
        ),
        ("count: {type: integer}", "amount: {type: integer}", ("sales.orders.columns.items[].amount", "missing", None, "amount")),
        (
            "        labels: {type: object, additionalProperties: {type: string}}\n",
            "",
            ("sales.orders.columns.labels", "unknown", "labels", None),
        ),
        (
            "additionalProperties: {type: string}",
            "properties: {a: {type: string}}",
            ("sales.orders.columns.labels", "type", "map", "object"),
        ),
        (
            "extra: {anyOf: [{type: string}, {type: object}]}",
            "extra: {type: boolean}",
            ("sales.orders.columns.extra", "type", "json", "boolean"),
        ),
        ("{shipped: {type: string}}", "{shipped: {type: integer}}", ("sales.orders.columns.shipped", "type", "string", "integer")),
        ("dates: {", "size: {type: string}\n        dates: {", ("sales.orders.columns.size", "missing", None, "size")),
        (
            "name: state, in: query",
            "name: status, in: query",
            ("sales.orders.list_orders.parameters.status", "missing", None, "query status"),
        ),
        ("name: state, in: query", "name: state, in: header", ("sales.orders.list_orders.parameters.state", "place", "query", "header")),
        (
            "schema: {type: string, enum: [open, paid]}",
            "schema: {type: string, enum: [open]}",
            ("sales.orders.list_orders.parameters.state", "enum", "+ paid", "open"),
        ),
        ("default: 10", "default: 20", ("sales.orders.list_orders.parameters.size", "default", "10", "20")),
        ("default: 10", "default: 10, minimum: 2", ("sales.orders.list_orders.parameters.size", "minimum", "1", "2")),
        ("default: 10", "default: 10, maximum: 99", ("sales.orders.list_orders.parameters.size", "maximum", None, "99")),
        (
            "schema: {type: integer, default: 10}",
            "schema: {type: string, default: 10}",
            ("sales.orders.list_orders.parameters.size", "type", "integer", "string"),
        ),
        (
            "name: tag, in: query, required: true",
            "name: tag, in: query",
            ("sales.orders.list_orders.parameters.tag", "required", "true", "false"),
        ),
        ("data: {type: array", "list: {type: array", ("sales.orders.list_orders", "rows", "data", None)),
        ("required: [kind]", "required: [kind, note]", ("sales.orders.create_order.body.note", "required", "false", "true")),
        (
            "type: [string, 'null'], maxLength",
            "type: string, maxLength",
            ("sales.orders.create_order.body.note", "nullable", "true", "false"),
        ),
        ("maxLength: 20", "maxLength: 30", ("sales.orders.create_order.body.note", "max_length", "20", "30")),
        ("maxItems: 9", "maxItems: 8", ("sales.orders.create_order.body.lines", "max_items", "9", "8")),
        ("enum: [now, later]", "enum: [now]", ("sales.orders.create_order.body.kind", "enum", "+ later", "now")),
        (
            "                kind: {",
            "                more: {type: string}\n                kind: {",
            ("sales.orders.create_order.body.more", "missing", None, "more"),
        ),
        (
            "items: {type: object, additionalProperties: false,",
            "items: {type: object,",
            ("sales.orders.create_order.body.lines", "open", "false", "true"),
        ),
        ("deprecated: true", "deprecated: false", ("sales.orders.cancel_order", "deprecated", "true", "false")),
        ("required: [done], ", "", ("sales.orders.cancel_order.returns.done", "nullable", "false", "true")),
        ("{done: {type: boolean}}", "{gone: {type: boolean}}", ("sales.orders.cancel_order.returns.gone", "missing", None, "gone")),
        ("/orders/{order}/cancel:", "/orders/{order}/stop:", ("sales.orders.cancel_order", "unknown", "POST /orders/{id}/cancel", None)),
        ("responses: {'201'", "responses: {'400'", None),
        ("sku: {type: string}", "sku: {const: thing}", None),
        ("enum: [now, later]", "anyOf: [{enum: [now, later]}, {minLength: 1}]", None),
    ],
)
def test_a_difference_is_found(old: str, new: str, expected: tuple[str | None, ...] | None, compared: Compared) -> None:
    """Where it is, what it is about, and what both say; what the document leaves open is none."""
    found = [(each.at, each.about, each.manifest, each.document) for each in compared(old, new).drift]

    assert found[:1] == ([expected] if expected else [])
    assert {(at, about) for at, about, _, _ in found} <= {expected and expected[:2], *FOLLOWING}


FOLLOWING = {
    ("sales.orders.columns.items[].count", "unknown"),
    ("sales.orders.list_orders.parameters.state", "unknown"),
    ("sales.orders.cancel_order.returns.done", "unknown"),
    ("POST /orders/{order}/stop", "not covered"),
}
"""What comes with a name that is another one."""


def test_a_difference_has_its_place(compared: Compared) -> None:
    """The file and the line of what the document says."""
    (found,) = compared("total: {type: number}", "total: {type: integer}").drift

    assert found.place == "api.yaml:12"


def test_columns_are_those_of_all_selects_together(compared: Compared) -> None:
    """What one of them leaves out may be null, and what one alone has is a column."""
    found = compared(
        "data: {type: array, items: {$ref: '#/components/schemas/Order'}}",
        "data: {type: array, items: {properties: {id: {type: string}}, required: [id]}}",
    )

    assert [(each.at, each.about) for each in found.drift] == [
        ("sales.orders.columns.state", "nullable"),
        ("sales.orders.columns.total", "nullable"),
    ]


def test_an_operation_without_a_method_is_not_covered(compared: Compared) -> None:
    """It is drift, unless there is a reason."""
    more = "paths:\n  /stock: {get: {summary: What there is., responses: {}}}\n"
    found = compared("paths:\n", more)
    reasoned = compared("paths:\n", more, "left_out: [{operations: [/sto*], reason: It is empty.}]\n")

    assert [(each.at, each.about, each.document, each.place) for each in found.drift] == [
        ("GET /stock", "not covered", "What there is.", "api.yaml:20")
    ]
    assert (found.operations, found.covered, found.left_out) == (5, 4, 0)
    assert (reasoned.drift, reasoned.covered, reasoned.left_out) == ((), 4, 1)


@pytest.mark.parametrize(
    "at", ["sales.orders.columns.total", "sales.orders.columns.total type", "*.total", "'sales.orders.columns.t* type'"]
)
def test_a_difference_with_a_reason_is_none(at: str, compared: Compared) -> None:
    """It is named by where it is, by what it is about too, or by a pattern."""
    found = compared(
        "total: {type: number}", "total: {type: integer}", f"differs: [{{at: [{at if at[0] != '*' else repr(at)}], reason: It is so.}}]\n"
    )

    assert (found.drift, found.accepted) == ((), 1)


def test_a_reason_for_nothing_is_drift(compared: Compared) -> None:
    """What was true once is to be taken out."""
    found = compared(
        reasons="differs: [{at: [sales.orders.columns.id], reason: It was so.}]\nleft_out: [{operations: [GET /orders, '/no[t]?'], reason: No.}]\n"
    )

    assert [(each.at, each.about, each.place) for each in found.drift] == [
        ("sales.orders.columns.id", "no such difference", "published.yaml"),
        ("GET /orders", "nothing to leave out", "published.yaml"),
        ("/no[t]?", "nothing to leave out", "published.yaml"),
    ]


def test_a_choice_among_fields_is_compared(compared: Compared) -> None:
    """Just one of them: as the document says it, or not."""
    choice = "items: {oneOf: [{required: [sku]}, {required: [count]}], type: object,"
    found = compared(
        "items: {type: object, additionalProperties: false,",
        choice + " additionalProperties: false,",
        service=("sku: {type: string, required: true,", "sku: {type: string,"),
    )

    assert [(each.at, each.about, each.manifest, each.document) for each in found.drift] == [
        ("sales.orders.create_order.body.lines", "one_of", "", "count sku")
    ]


LINES = """
get /orders
get /orders/{order}

post /orders
POST /orders/{id}/cancel
delete /orders/{id}
get /letters/{id}
"""


def test_a_list_of_request_lines_says_what_no_method_is_for(tmp_path: Path) -> None:
    """It says nothing else, and what the manifest has beyond it is no difference; a line that is none makes it another file."""
    (tmp_path / "provider.yaml").write_text(PROVIDER)
    (tmp_path / "sales.yaml").write_text(SERVICE)
    (tmp_path / "published.yaml").write_text(
        "document: https://example.com\nleft_out: [{operations: [/letters*, /else], reason: No rows., undocumented: true}]\n"
        "differs: [{at: [sales.no], reason: It is so.}]\n"
    )
    (tmp_path / "lines.txt").write_text(LINES)
    (tmp_path / "other.txt").write_text(f"{LINES}hello\n")

    found = compare(load_provider(tmp_path), Document(tmp_path / "lines.txt"), read_published(tmp_path))

    assert [(each.at, each.about, each.place) for each in found.drift] == [("DELETE /orders/{id}", "not covered", "lines.txt")]
    assert (found.operations, found.covered, found.left_out) == (6, 4, 1)
    with pytest.raises(ManifestError, match="expected an object"):
        Document(tmp_path / "other.txt")


def test_a_document_of_something_else_is_an_error(compared: Compared, tmp_path: Path) -> None:
    """In place of a manifest that differs in everything."""
    compared()
    (other := tmp_path / "document" / "other.yaml").write_text("not: openapi\n")

    with pytest.raises(UsageError, match="other.yaml describes no operation"):
        compare(load_provider(tmp_path), Document(other), None)


def test_what_the_document_need_not_have_may_be_left_out(compared: Compared) -> None:
    """A reason for what only another list has is not out of date."""
    reasons = "left_out: [{operations: [/else], reason: No rows., undocumented: true}]\n"

    assert compared(reasons=reasons).drift == ()


REPORTS = """
service: sales
title: Sales
description: What is sold.
resources:
  hours:
    description: What was sold in an hour.
    source: https://example.com/hours
    columns:
      begins: {type: integer, nullable: false, outer: true, description: When the hour begins.}
      kind: {type: string, nullable: false, enum: [sale], description: What kind of row it is.}
      sold: {type: integer, nullable: false, description: How much was sold.}
      spare: {type: integer, description: What is left.}
    methods:
      list_hours: {verb: select, http: GET /hours, description: Lists., rows: data, inner: rows}
"""

HOURS = """
openapi: 3.1.0
servers: [{url: https://example.com/v1}]
components:
  schemas:
    Sale: {type: object, required: [kind, sold], properties: {kind: {type: string, enum: [sale]}, sold: {type: string}}}
    Visit: {type: object, required: [kind, seen], properties: {kind: {type: string, enum: [visit]}, seen: {type: integer}}}
    Hour:
      type: object
      required: [begins, rows]
      properties:
        begins: {type: integer}
        rows: {type: array, items: {oneOf: [{$ref: '#/components/schemas/Sale'}, {$ref: '#/components/schemas/Visit'}]}}
paths:
  /hours:
    get:
      responses:
        '200':
          content:
            application/json:
              schema: {type: object, properties: {data: {type: array, items: {$ref: '#/components/schemas/Hour'}}}}
"""


def test_rows_within_records_are_compared_by_their_kind(tmp_path: Path) -> None:
    """With what the document says of them, and of what stands around them; other kinds of rows are other resources'."""
    (tmp_path / "provider.yaml").write_text(PROVIDER)
    (tmp_path / "sales.yaml").write_text(REPORTS)
    (tmp_path / "api.yml").write_text(HOURS)

    found = compare(load_provider(tmp_path), Document(tmp_path / "api.yml"), None)

    assert [(each.at, each.about, each.manifest, each.document) for each in found.drift] == [
        ("sales.hours.columns.sold", "type", "integer", "string"),
        ("sales.hours.columns.spare", "unknown", "spare", None),
    ]
