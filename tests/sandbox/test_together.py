"""A DELETE of all rows that have something in common, on a sandbox of a provider that says so."""

from __future__ import annotations

from pathlib import Path

import rowcall
from rowcall.sandbox.server import Sandbox

MANIFEST = """
manifest: 1
provider: quay
title: Quay
description: Lamps.
source: https://example.com
base_url: https://example.com
services:
  s:
    title: S
    description: Lamps.
    resources:
      lamps:
        description: Lamps.
        source: https://example.com
        columns:
          id: {type: string, description: Its name.}
          tags: {type: [string], description: What it is for.}
          level: {type: integer, description: How bright.}
        methods:
          list_lamps: {verb: select, http: GET /lamps, rows: lamps, description: All., parameters: {tag_name: {in: query, description: A tag.}}}
          get_lamp: {verb: select, http: "GET /lamps/{lamp_id}", description: One., parameters: {lamp_id: {in: path, column: id, description: Which.}}}
          remove: {verb: delete, http: "DELETE /lamps/{lamp_id}", description: One., parameters: {lamp_id: {in: path, column: id, description: Which.}}}
          remove_by_tag: {verb: delete, http: DELETE /lamps, description: All., parameters: {tag_name: {in: query, required: true, description: A tag.}}}
          remove_by_age: {verb: delete, http: DELETE /old, description: All., parameters: {age: {in: query, required: true, description: An age.}}}
"""


def test_all_rows_of_a_tag_go_and_no_other(tmp_path: Path) -> None:
    """`tag_name` is one of `tags`, for lists too; what is about no column deletes nothing."""
    (tmp_path / "provider.yaml").write_text(MANIFEST.partition("services:")[0], encoding="utf-8")
    own = MANIFEST.partition("services:\n  s:\n")[2]
    (tmp_path / "s.yaml").write_text("service: s\n" + "\n".join(line.removeprefix("    ") for line in own.splitlines()), encoding="utf-8")
    with (
        Sandbox(tmp_path, seed=0) as box,
        rowcall.connect(provider_paths=[tmp_path], providers=box.providers, max_write_rows=None) as db,
    ):
        before = db.sql("SELECT id, tags FROM quay.s.lamps").fetchall()
        tag = next(tags[0] for _, tags in before if tags)
        with_tag = {id_ for id_, tags in before if tag in (tags or ())}

        assert {id_ for (id_,) in db.sql(f"SELECT id FROM quay.s.lamps WHERE tag_name = '{tag}'").fetchall()} == with_tag
        db.sql("DELETE FROM quay.s.lamps WHERE age = 'x'")
        assert db.sql("SELECT id, tags FROM quay.s.lamps").fetchall() == before
        db.sql(f"DELETE FROM quay.s.lamps WHERE tag_name = '{tag}'")
        assert db.sql("SELECT id FROM quay.s.lamps").fetchall() == [(id_,) for id_, _ in before if id_ not in with_tag]
        assert with_tag
