"""Plans on manifests that were imported are those on manifests kept by hand."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tests.imports.run import compare

from rowcall.manifest.library import shipped

SHARED = Path(os.environ.get("ROWCALL_SHARED") or Path(__file__).parents[3] / "shared")
DOCUMENTS = {
    "openai": SHARED / "openai" / "openapi.yaml",
    # A part of GitHub's own document.
    "github": SHARED / "stackql" / "github" / "v00.00.00000" / "services" / "actions.yaml",
}
SHOP = Path(__file__).parent.parent / "openapi" / "shop.yaml"

PROVIDER = """
manifest: 1
provider: store
title: Store
description: A store.
source: https://shop.example
base_url: https://shop.example/v2
paging: {more: {kind: cursor, parameter: after, row: id, more: has_more, page_size: {parameter: limit, maximum: 200, default: 50}}}
"""
SERVICE = """
service: sales
title: Sales
description: Sales.
resources:
  purchases:
    description: One purchase.
    source: https://shop.example/purchases
    columns:
      id: {type: string, nullable: false, description: Its id.}
      state: {type: string, description: Its state.}
    methods:
      fetch: {verb: select, http: 'GET /orders/{id}', description: Gets one., parameters: {id: {in: path, description: Its id.}}}
      list:
        verb: select
        http: GET /orders
        description: Lists.
        parameters:
          limit: {in: query, type: integer, role: page_size, description: How many.}
          state: {in: query, enum: [open, paid, sent], many: {separator: ','}, description: Its state.}
        rows: data
        paging: more
      cancel: {verb: exec, http: 'POST /orders/{id}/cancel', description: Cancels., parameters: {id: {in: path, description: Its id.}}}
      remove: {verb: delete, http: 'DELETE /orders/{id}', description: Removes., parameters: {id: {in: path, description: Its id.}}}
      change:
        verb: update
        http: PATCH /orders/{id}
        description: Changes.
        parameters: {id: {in: path, description: Its id.}}
        body: {state: {type: string, description: Its state.}}
      burn: {verb: exec, http: 'POST /orders/{id}/burn', description: Burns., parameters: {id: {in: path, description: Its id.}}}
"""


def test_other_names_plan_the_same_requests(tmp_path: Path) -> None:
    """A page size that differs is found, as is a method that the document does not have."""
    folder = tmp_path / "store"
    folder.mkdir()
    (folder / "provider.yaml").write_text(PROVIDER)
    (folder / "sales.yaml").write_text(SERVICE)

    same = compare(folder, SHOP)
    (folder / "provider.yaml").write_text(PROVIDER.replace("maximum: 200", "maximum: 100"))
    other = compare(folder, SHOP)

    assert {(each.line, each.about, each.is_equal) for each in same.compared} == {
        ("GET /orders/{id}", "", True),
        ("GET /orders", "", True),
        ("GET /orders", "state", True),
        ("POST /orders/{id}/cancel", "", True),
        ("DELETE /orders/{id}", "", True),
        ("PATCH /orders/{id}", "", True),
    }
    assert same.by_hand_alone == ("POST /orders/{id}/burn",)
    assert {(each.line, each.about) for each in other.compared if not each.is_equal} == {("GET /orders", ""), ("GET /orders", "state")}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_import_of_the_published_document_plans_what_the_shipped_manifest_plans(name: str) -> None:
    """Nine plans of ten, where the document is at hand; bounds, for one, are not all in it."""
    if not DOCUMENTS[name].is_file():
        pytest.skip("the published document is not at hand")

    found = compare(shipped()[name], DOCUMENTS[name])
    planned = [each for each in found.compared if each.is_planned]

    assert len(planned) >= 15
    assert sum(each.is_equal for each in planned) >= 0.9 * len(planned)
