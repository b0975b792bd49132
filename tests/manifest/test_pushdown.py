"""What a manifest may say of ranges, lists of values, orders and fields, and every way in which that can be wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from rowcall.manifest.model import Form, Many, Method, Operator, Range, Role, Sort
from rowcall.manifest.read import check, load_provider

PROVIDER = """\
manifest: 1
provider: zoo
title: Zoo
description: The animals of a zoo.
source: https://zoo.example/api
base_url: https://zoo.example/v1
"""

SERVICE = """\
service: animals
title: Animals
description: Who lives in the zoo.
resources:
  lions:
    description: One lion.
    source: https://zoo.example/api/lions
    columns:
      id: {type: string, description: The id.}
      born_at: {type: integer, nullable: false, description: When it was born.}
      seen_at: {type: string, description: When it was seen.}
      weight: {type: number, description: What it weighs.}
      mane: {type: [string], description: The mane.}
    methods:
      list_lions:
        verb: select
        http: GET /lions
        description: Lists all.
        expected_rows: 40
        parameters:
          PARAMETER
        rows: data
      feed: {verb: exec, http: POST /lions/feed, description: Feeds them.}
"""


EVERY_KEY = """\
since: {in: query, range: {column: born_at, operator: ">=", form: iso}, exact: false, description: From then on.}
          id: {in: query, many: {maximum: 3}, description: These.}
          sort: {in: query, role: order, sorts: {born_at: {descending: -born, beside: {id: x}}}, description: How.}
          fields: {in: query, role: fields, many: {separator: ","}, description: What.}"""


def folder(path: Path, parameter: str, replacing: tuple[str, str] = ("", "")) -> Path:
    """A provider folder whose one list has this parameter, with one stretch of the service file replaced."""
    (path / "provider.yaml").write_text(PROVIDER, encoding="utf-8")
    text = SERVICE.replace("PARAMETER", parameter)
    assert replacing[0] in text
    (path / "animals.yaml").write_text(text.replace(*replacing, 1) if replacing[0] else text, encoding="utf-8")
    return path


def list_lions(path: Path) -> Method:
    """The list of a provider folder without faults."""
    return load_provider(path).services["animals"].resources["lions"].methods["list_lions"]


def test_every_key_arrives_in_its_record(tmp_path: Path) -> None:
    """A bound, a list of values, an order and fields are read as they are written."""
    method = list_lions(folder(tmp_path, EVERY_KEY))

    parameters = method.parameters
    assert method.expected_rows == 40
    assert parameters["since"].range == Range(column="born_at", operator=Operator.AT_LEAST, form=Form.ISO)
    assert not parameters["since"].exact
    assert parameters["id"].many == Many(maximum=3)
    assert parameters["sort"].sorts == {"born_at": Sort(descending="-born", beside={"id": "x"})}
    assert (parameters["fields"].role, parameters["fields"].many) == (Role.FIELDS, Many(separator=","))


FAULTS = {
    "a column that is not there": (
        'a: {in: query, type: integer, range: {column: born, operator: ">"}, description: A.}',
        "21:57: there is no column `born`; did you mean `born_at`?",
    ),
    "a column that cannot be compared": (
        'a: {in: query, range: {column: mane, operator: ">"}, description: A.}',
        "21:42: `mane` is of none of the types `integer`, `number`, `string`",
    ),
    "a time in a column that holds none": (
        'a: {in: query, range: {column: weight, operator: ">", form: iso}, description: A.}',
        "21:42: `weight` is of none of the types `integer`, `string`",
    ),
    "an operator that there is not": (
        "a: {in: query, type: integer, range: {column: born_at, operator: after}, description: A.}",
        "21:76: expected `>`, `>=`, `<` or `<=`, found `after`",
    ),
    "a bound of another type than its column": (
        'a: {in: query, range: {column: born_at, operator: ">"}, description: A.}',
        "21:14: the bound is written as `integer`, not as `string`",
    ),
    "a time that is written as a number": (
        'a: {in: query, type: integer, range: {column: born_at, operator: ">", form: date}, description: A.}',
        "21:32: the bound is written as `string`, not as `integer`",
    ),
    "a bound with a role": (
        'a: {in: query, type: integer, role: option, range: {column: born_at, operator: ">"}, description: A.}',
        "21:41: a parameter with `range` has no `role`",
    ),
    "a bound with a column of its own": (
        'a: {in: query, type: integer, column: id, range: {column: born_at, operator: ">"}, description: A.}',
        "21:41: a parameter with `range` has no `column`",
    ),
    "several values of a bound": (
        'a: {in: query, type: integer, many: {}, range: {column: born_at, operator: ">"}, description: A.}',
        "21:41: only a filter, `role: fields` and `role: group` take several values",
    ),
    "entries of no map": (
        "a: {in: query, entries: mane, description: A.}",
        "21:35: the column `mane` is no map",
    ),
    "entries of what is not there": (
        "a: {in: query, entries: mine, description: A.}",
        "21:35: there is no column `mine`; did you mean `mane`?",
    ),
    "what is sent and is none of its values": (
        "g: {in: query, role: option, enum: [a, b], sends: c, description: A.}",
        "21:61: what it sends is none of a, b",
    ),
    "what is sent in a header": (
        "g: {in: header, role: option, sends: c, description: A.}",
        "21:41: only a query parameter is sent without a value in the statement",
    ),
    "what divides rows without the columns": (
        "g: {in: query, role: group, many: {}, description: A.}",
        "21:11: a parameter with `role: group` says with `enum` by which columns rows can be divided",
    ),
    "what divides rows by no column": (
        "g: {in: query, role: group, many: {}, enum: [id, born], description: A.}",
        "21:60: there is no column `born`; did you mean `born_at`?",
    ),
    "several values in a header": ("id: {in: header, many: {}, description: A.}", "21:28: only a query parameter takes several values"),
    "nothing between two values": (
        'id: {in: query, many: {separator: ""}, description: A.}',
        "21:45: something stands between two values",
    ),
    "no values at the most": ("id: {in: query, many: {maximum: 0}, description: A.}", "21:43: a request has at least one value"),
    "fields without a form": (
        "f: {in: query, role: fields, description: A.}",
        "21:11: a parameter with `role: fields` says with `many` how names are given",
    ),
    "an inexact option": (
        "a: {in: query, role: option, exact: false, description: A.}",
        "21:40: a parameter with `role: option` keeps no rows",
    ),
    "an order that is no order": (
        "id: {in: query, sorts: {born_at: {ascending: a}}, description: A.}",
        "21:27: only a parameter with `role: order` sorts",
    ),
    "an order by nothing that can be compared": (
        "o: {in: query, role: order, sorts: {mane: {ascending: a}}, description: A.}",
        "21:47: `mane` is of none of the types `integer`, `number`, `string`",
    ),
    "an order that nothing asks for": (
        "o: {in: query, role: order, sorts: {born_at: {}}, description: A.}",
        "21:47: a column that is sorted by has `ascending`, `descending` or both",
    ),
    "an order outside the values": (
        "o: {in: query, enum: [up, down], role: order, sorts: {born_at: {ascending: asc}}, description: A.}",
        "21:86: `asc` is none of up, down",
    ),
    "an order beside a parameter that is not there": (
        "order: {in: query, role: order, sorts: {born_at: {ascending: a, beside: {ordr: x}}}, description: A.}",
        "21:84: there is no parameter `ordr`; did you mean `order`?",
    ),
}


@pytest.mark.parametrize(("parameter", "expected"), FAULTS.values(), ids=FAULTS)
def test_a_fault_of_a_parameter_is_shown_where_it_is(tmp_path: Path, parameter: str, expected: str) -> None:
    """Each mistake is reported once, at its line and column."""
    found = check(folder(tmp_path, parameter))

    assert [f"{fault.line}:{fault.column}: {fault.message}" for fault in found] == [expected]


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("a: {in: query, role: option, entries: mane, description: A.}", ["21:26: a parameter with `entries` has no `role`"]),
        ("a: {in: header, entries: mane, description: A.}", ["21:27: only a query parameter takes entries of a map"]),
        (
            "mane: {in: query, entries: mane, description: A.}",
            ["21:11: a parameter that takes entries of a map is called otherwise than any column"],
        ),
        ("a: {in: query, name: mane, entries: mane, description: A.}", []),
    ],
    ids=["role", "header", "column", "right"],
)
def test_a_parameter_may_take_entries_of_a_map(tmp_path: Path, parameter: str, expected: list[str]) -> None:
    """In a query, under a name of its own."""
    found = check(folder(tmp_path, parameter, ("mane: {type: [string]", "mane: {type: map")))

    assert [f"{fault.line}:{fault.column}: {fault.message}" for fault in found] == expected


@pytest.mark.parametrize(
    ("replacing", "expected"),
    [
        (("expected_rows: 40", "expected_rows: 0"), "19:24: a list is expected to have at least one row"),
        (
            ("description: Feeds them.", "description: Feeds them., expected_rows: 2"),
            "23:76: only a list that answers to `select` is expected to have some number of rows",
        ),
        (("http: GET /lions", 'http: "GET /lions/{a}"'), "21:40: a path parameter is no bound"),
    ],
    ids=["no rows", "no list", "a bound in the path"],
)
def test_a_fault_of_a_method_is_shown_where_it_is(tmp_path: Path, replacing: tuple[str, str], expected: str) -> None:
    """What is expected is expected of lists, and bounds stand in queries."""
    place = "path" if "{a}" in replacing[1] else "query"
    parameter = f'a: {{in: {place}, type: integer, range: {{column: born_at, operator: ">"}}, description: A.}}'

    found = check(folder(tmp_path, parameter, replacing))

    assert [f"{fault.line}:{fault.column}: {fault.message}" for fault in found] == [expected]
