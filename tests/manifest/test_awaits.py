"""What a manifest says of how something ends, and every way in which that can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from rowcall.manifest.model import Awaits
from rowcall.manifest.read import check, load_provider

PROVIDER = """\
manifest: 1
provider: bakery
title: Bakery
description: What a bakery bakes.
source: https://bakery.example/api
base_url: https://bakery.example/v1
"""

SERVICE = """\
service: oven
title: Oven
description: What is in the oven.
resources:
  loaves:
    description: One loaf.
    source: https://bakery.example/api/loaves
    columns:
      id: {type: string, nullable: false, description: The id.}
      state: {type: string, enum: [raw, baking, done, burnt], description: How far it is.}
      is_cold: {type: boolean, description: Whether it can be cut.}
      dough: {type: {flour: string}, description: What it is made of.}
    awaits: {reader: get_loaf, column: state, terminal: [done, burnt]}
    methods:
      get_loaf:
        verb: select
        http: GET /ovens/{oven}/loaves/{loaf_id}
        description: Gets one.
        parameters:
          oven: {in: path, description: The oven.}
          loaf_id: {in: path, column: id, description: The loaf.}
      list_loaves:
        verb: select
        http: GET /loaves
        description: Lists all.
        rows: loaves
      bake:
        verb: insert
        http: POST /ovens/{oven}/loaves
        description: Bakes one.
        parameters:
          oven: {in: path, description: The oven.}
"""

REWARM = """\
      rewarm:
        verb: exec
        http: POST /orders
        description: Warms one up, whichever it is.
        returns:
          id: {type: string, description: The id.}
          state: {type: string, description: How far it is.}
        awaits: {reader: get_loaf, column: state, terminal: [done]}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A provider folder without faults."""
    (tmp_path / "provider.yaml").write_text(PROVIDER, encoding="utf-8")
    (tmp_path / "oven.yaml").write_text(SERVICE, encoding="utf-8")
    return tmp_path


def written(folder: Path, old: str, new: str) -> None:
    """Writes `new` in place of `old`, which has to stand in the service file once."""
    text = (folder / "oven.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    (folder / "oven.yaml").write_text(text.replace(old, new), encoding="utf-8")


def shown(folder: Path) -> list[str]:
    """The faults of a folder as a user reads them, without the folder."""
    return [str(fault).removeprefix(f"{folder}/") for fault in check(folder)]


def test_a_resource_says_how_what_it_begins_ends(folder: Path) -> None:
    """With waits of a second and more, and ten minutes in all, where it does not say."""
    awaits = load_provider(folder).services["oven"].resources["loaves"].awaits

    assert awaits == Awaits(reader="get_loaf", column="state", terminal=("done", "burnt"))
    assert awaits is not None
    assert (awaits.timeout_s, awaits.interval_s, awaits.max_interval_s) == (600, 1, 10)


def test_a_reader_may_be_one_of_another_resource(folder: Path) -> None:
    """By the name of the resource, a point, and its own."""
    written(folder, "reader: get_loaf", "reader: loaves.get_loaf")

    assert shown(folder) == []


@pytest.mark.parametrize(
    ("old", "new", "faults"),
    [
        pytest.param("reader: get_loaf", "reader: get_bread", [
            ("oven.yaml:13:22: there is no such method; expected one of the resource, or `resource.method` of the service "
            "(resources.loaves.awaits.reader)"),
        ], id="no reader"),
        pytest.param("reader: get_loaf", "reader: breads.get_loaf", [
            ("oven.yaml:13:22: there is no such method; expected one of the resource, or `resource.method` of the service "
            "(resources.loaves.awaits.reader)"),
        ], id="no such resource"),
        pytest.param("reader: get_loaf", "reader: list_loaves", [
            "oven.yaml:13:22: expected a SELECT of one row, without `rows` (resources.loaves.awaits.reader)",
        ], id="a list"),
        pytest.param("reader: get_loaf", "reader: bake", [
            "oven.yaml:13:22: expected a SELECT of one row, without `rows` (resources.loaves.awaits.reader)",
        ], id="a write"),
        pytest.param("loaf_id: {in: path, column: id, ", "loaf_id: {in: path, ", [
            ("oven.yaml:13:22: the reader needs `loaf_id`, which neither the response nor the call has (resources.loaves.awaits.reader)"),
        ], id="a parameter that nothing gives"),
        pytest.param("column: state", "column: sate", [
            "oven.yaml:13:40: there is no column `sate`; did you mean `state`? (resources.loaves.awaits.column)",
        ], id="no column"),
        pytest.param("column: state", "column: dough", [
            "oven.yaml:13:40: expected a column of type `string`, `boolean` or `integer` (resources.loaves.awaits.column)",
        ], id="a column that is no state"),
        pytest.param("terminal: [done, burnt]", "terminal: [done, burned]", [
            "oven.yaml:13:64: `burned` is none of the values of `state`; did you mean `burnt`? (resources.loaves.awaits.terminal[1])",
        ], id="a value that it never takes"),
        pytest.param("column: state, terminal: [done, burnt]", "column: is_cold, terminal: [yes]", [
            "oven.yaml:13:60: `yes` is none of the values of `is_cold` (resources.loaves.awaits.terminal[0])",
        ], id="a word for true"),
        pytest.param("terminal: [done, burnt]", "terminal: []", [
            "oven.yaml:13:57: at least one value ends it (resources.loaves.awaits.terminal)",
        ], id="no end"),
        pytest.param("terminal: [done, burnt]", "terminal: [done], timeout_s: 0, interval_s: -1, max_interval_s: -2", [
            "oven.yaml:13:76: expected more than zero seconds (resources.loaves.awaits.timeout_s)",
            "oven.yaml:13:91: expected more than zero seconds (resources.loaves.awaits.interval_s)",
        ], id="times that are none"),
        pytest.param("terminal: [done, burnt]", "terminal: [done], interval_s: 20", [
            "oven.yaml:13:13: the longest wait is not shorter than the first (resources.loaves.awaits.max_interval_s)",
        ], id="waits that become shorter"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_stands(folder: Path, old: str, new: str, faults: list[str]) -> None:
    """Each with the file, its line and column."""
    written(folder, old, new)

    assert shown(folder) == faults


def test_a_method_with_a_response_of_its_own_is_checked_by_that(folder: Path) -> None:
    """The reader has to be found by it and by the method's own call, and must know its columns as they are."""
    (folder / "oven.yaml").write_text(SERVICE + REWARM, encoding="utf-8")

    assert shown(folder) == [
        ("oven.yaml:40:26: the reader needs `oven`, which neither the response nor the call has "
        "(resources.loaves.methods.rewarm.awaits.reader)"),
    ]  # fmt: skip

    written(folder, "state: {type: string, description", "state: {type: integer, description")

    assert shown(folder) == [
        ("oven.yaml:40:26: the reader has no column `state` as the response has it (resources.loaves.methods.rewarm.awaits.reader)"),
    ]  # fmt: skip


def test_what_comes_as_a_list_cannot_be_waited_for(folder: Path) -> None:
    """Each row that is waited for has an answer of its own."""
    own = REWARM.replace("        returns:", "        rows: data\n        returns:")
    (folder / "oven.yaml").write_text(SERVICE + own, encoding="utf-8")

    assert (
        "oven.yaml:41:9: the response of what can be waited for is one row, without `rows` (resources.loaves.methods.rewarm.awaits)"
        in shown(folder)
    )
