"""An API without a network: a manifest, the rows behind it, and both ways to answer a statement — by its calls, and by DuckDB alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import duckdb
import pytest

from rowcall.catalog.catalog import Catalog
from rowcall.engine.engine import Engine
from rowcall.engine.source import page_source
from rowcall.manifest.model import (
    Column,
    Form,
    ListOf,
    Method,
    Object,
    Operator,
    Parameter,
    Place,
    Provider,
    Range,
    Resource,
    Role,
    Scalar,
    Service,
    Type,
    Verb,
)
from rowcall.manifest.types import duckdb_type, quoted
from rowcall.plan.analysis import Analysis, analyse
from rowcall.plan.nodes import Call, Scan
from rowcall.plan.pieces import Evaluate
from rowcall.plan.planner import Planner
from rowcall.plan.splice import splice
from rowcall.rows.decode import decode
from rowcall.sql.bind import Names
from rowcall.sql.statements import parameters
from rowcall.sql.tokens import tokenize

Row = dict[str, Any]


def _columns(**types: Type) -> dict[str, Column]:
    return {name: Column(type=type_, description=".") for name, type_ in types.items()}


def _path(**more: Any) -> Parameter:
    return Parameter(place=Place.PATH, description=".", **more)


def _query(**more: Any) -> Parameter:
    return Parameter(place=Place.QUERY, description=".", **more)


def _read(http: str, rows: str | None = None, **parameters: Parameter) -> Method:
    return Method(verb=Verb.SELECT, http=f"GET {http}", description=".", rows=rows, parameters=parameters)


VISITS = Resource(
    description=".",
    source="s",
    columns=_columns(
        id=Scalar.STRING,
        pen=Scalar.STRING,
        kind=Scalar.STRING,
        n=Scalar.INTEGER,
        detail=Object((("pen", Scalar.STRING), ("b", Scalar.INTEGER))),
        tags=ListOf(Scalar.STRING),
    ),
    methods={
        "get_visit": _read("/pens/{pen}/visits/{visit_id}", pen=_path(), visit_id=_path(column="id")),
        "list_visits": _read(
            "/pens/{pen}/visits", "data", pen=_path(), kind=_query(), limit=_query(type=Scalar.INTEGER, maximum=100, role=Role.PAGE_SIZE)
        ),
    },
)
KEEPERS = Resource(
    description=".",
    source="s",
    columns=_columns(id=Scalar.STRING, pen=Scalar.STRING, name=Scalar.STRING, n=Scalar.INTEGER),
    methods={
        "get_keeper": _read("/keepers/{keeper_id}", keeper_id=_path(column="id")),
        "list_keepers": _read("/keepers", "$", pen=_query(required=True)),
    },
)
PENS = Resource(
    description=".",
    source="s",
    columns=_columns(id=Scalar.STRING, kind=Scalar.STRING, size=Scalar.INTEGER),
    methods={
        "list_pens": _read("/pens", "data.items", kind=_query(), size=_query(type=Scalar.INTEGER)),
        "get_pen": _read("/pens/{pen_id}", pen_id=_path(column="id")),
        "list_by_size": _read("/sizes/{size}/pens", "data", size=_path(type=Scalar.INTEGER)),
    },
)
MEALS = Resource(
    description=".",
    source="s",
    columns=_columns(pen=Scalar.STRING, begun=Scalar.INTEGER, until=Scalar.INTEGER),
    methods={
        "list_meals": _read(
            "/meals",
            "data",
            begun=_query(type=Scalar.INTEGER, required=True, exact=False, range=Range(column="begun", operator=Operator.AT_LEAST)),
            until=_query(type=Scalar.INTEGER, range=Range(column="begun", operator=Operator.BELOW)),
            pen=_query(),
        ),
    },
)
"""Meals from a time on; `until` is a column as well, and a parameter of another meaning."""
CRIES = Resource(
    description=".",
    source="s",
    columns=_columns(id=Scalar.STRING, begun=Scalar.INTEGER, seen=Scalar.STRING),
    methods={
        "list_cries": _read(
            "/cries",
            "data",
            after=_query(type=Scalar.INTEGER, range=Range(column="begun", operator=Operator.ABOVE)),
            up_to=_query(type=Scalar.INTEGER, range=Range(column="begun", operator=Operator.AT_MOST)),
            since=_query(range=Range(column="seen", operator=Operator.AT_LEAST, form=Form.UTC)),
        ),
    },
)
ZOO = Provider(
    manifest=1,
    provider="zoo",
    title="Zoo",
    description=".",
    source="s",
    base_url="https://zoo.example",
    services={
        "care": Service(
            service="care",
            title="Care",
            description=".",
            resources={"visits": VISITS, "keepers": KEEPERS, "pens": PENS, "meals": MEALS, "cries": CRIES},
        )
    },
)

PEN_NAMES = ("p1", "p2", "P1", "p 3", "5", "05")

ROWS: dict[str, list[Row]] = {
    "visits": [
        {
            "id": f"v{i}",
            "pen": PEN_NAMES[i % 6],
            "kind": ("food", "Food", None, "care")[i % 4],
            "n": (i % 5, None)[i % 7 == 6],
            "detail": {"pen": PEN_NAMES[i % 5], "b": i % 3} if i % 3 else None,
            "tags": [PEN_NAMES[i % 4]],
        }
        for i in range(18)
    ],
    "keepers": [
        {"id": f"k{i}", "pen": PEN_NAMES[i % 5], "name": ("p1", "Ann", "bo", None)[i % 4], "n": (i % 3, None)[i % 5 == 4]} for i in range(9)
    ],
    "pens": [{"id": name, "kind": ("food", None, "")[i % 3], "size": (i, None)[i == 4]} for i, name in enumerate(PEN_NAMES)],
    "meals": [{"pen": PEN_NAMES[i % 3], "begun": i // 2, "until": i // 2 + 3} for i in range(40)],
    "cries": [{"id": f"c{i}", "begun": (i, None)[i % 7 == 3], "seen": (f"2026-10-26T07:{i:02}:00Z", None)[i % 5 == 4]} for i in range(20)],
}
"""What the API holds. Some names differ by case or leading zero alone, some values are null."""

LOCAL = """
CREATE TABLE l(pen VARCHAR, tag VARCHAR, n INTEGER);
INSERT INTO l VALUES ('p1', 'a', 1), ('p1', 'b', 2), ('p2', 'a', 0), ('p 3', 'c', 3), (NULL, 'a', 1), ('nowhere', 'a', NULL);
CREATE TABLE m(id VARCHAR, pen VARCHAR, kind VARCHAR, n BIGINT);
INSERT INTO m VALUES ('v1', 'p2', 'food', 1), ('v2', 'P1', NULL, 2), ('k0', 'p1', 'Food', 0), ('v7', 'p2', 'care', 4), (NULL, 'p1', 'food', 1);
CREATE TABLE num(pen INTEGER, n INTEGER); INSERT INTO num VALUES (5, 1), (6, 2);
CREATE TABLE spans(pen VARCHAR, begun BIGINT); INSERT INTO spans VALUES ('p1', 12), ('p2', 9), (NULL, 15), ('P1', NULL);
CREATE TABLE k(pen VARCHAR); INSERT INTO k VALUES ('p2');
CREATE VIEW lv AS SELECT pen, count(*) AS n, min(tag) AS tag FROM l GROUP BY pen;
CREATE TABLE nc(pen VARCHAR COLLATE NOCASE, tag VARCHAR); INSERT INTO nc VALUES ('P1', 'a'), ('p2', 'a');
CREATE TABLE li(pen VARCHAR, ids VARCHAR[], ns INTEGER[]);
INSERT INTO li VALUES ('p1', ['p2', NULL, 'P1'], [1, 2]), ('p2', [], NULL), (NULL, ['p 3', 'p2'], [3]), ('5', NULL, [NULL]);
CREATE MACRO has_tag(x) AS (SELECT count(*) > 0 FROM l AS t(p) WHERE p = x);
CREATE MACRO has_pen(x) AS (SELECT count(*) > 0 FROM l WHERE l.pen = x);
CREATE MACRO is_some(x) AS random() >= 0 AND x IS NOT NULL;
CREATE MACRO loose() AS 'P1' COLLATE NOCASE;
CREATE MACRO loose_ones() AS ['P1' COLLATE NOCASE, 'x'];
"""
"""What the user's own database holds, beside the API."""


@dataclass
class Zoo:
    """The API, and a user's database."""

    catalog: Catalog = field(default_factory=lambda: Catalog({"zoo": ZOO}))
    connection: duckdb.DuckDBPyConnection = field(default_factory=lambda: _local(duckdb.connect()))
    oracle: duckdb.DuckDBPyConnection = field(default_factory=lambda: _with_api(_local(duckdb.connect())))

    @property
    def engine(self) -> Engine:
        """DuckDB beside the API."""
        return Engine(self.connection)

    def names(self, use: Sequence[str] = ()) -> Names:
        """The catalog as a statement sees it."""
        return Names(self.catalog, tuple(use), lambda parts: self.engine.has(parts, {}))

    def scans(self, sql: str, given: Mapping[str, Any] | None = None) -> tuple[Scan, ...]:
        """The plan of a statement, with nothing fetched."""
        return self.plan(sql, given)[1]

    def plan(self, sql: str, given: Mapping[str, Any] | None = None) -> tuple[Analysis, tuple[Scan, ...]]:
        """The references of a statement and its plan, with nothing fetched."""
        analysis = self.analysis(sql, given or {})
        planner = Planner(analysis, self._evaluate({}, given or {}), bounds=True)
        while scans := planner.next():
            planner.unread(scans)
        return analysis, planner.scans

    def analysis(self, sql: str, given: Mapping[str, Any]) -> Analysis:
        """The references of a statement."""
        describe = lambda source: self.engine.columns(source, _used(source, given), {})  # noqa: E731
        return analyse(sql, tokenize(sql), self.names(), describe, evaluate=self._evaluate({}, given))

    def _evaluate(self, sources: Mapping[str, Any], given: Mapping[str, Any]) -> Evaluate:
        return lambda query: self.engine.values(query, _used(query, given), sources)

    def answer(self, sql: str, given: Mapping[str, Any] | None = None) -> Counter[str]:
        """The rows of a statement, by nothing but what its calls fetch."""
        given = given or {}
        analysis = self.analysis(sql, given)
        frame = {mention.source: page_source([]) for mention in analysis.mentions}
        planner = Planner(analysis, self._evaluate(frame, given))
        planner.check()
        while scans := planner.next():
            frame |= {scan.source: page_source(_pages(scan)) for scan in scans}
            planner.fetched(scans, _decoded(scans))
        text = splice(sql, analysis.with_sources(_decoded(planner.scans)))
        return Counter(map(repr, self.engine.run(text, _used(text, given), frame).fetchall()))

    def truth(self, sql: str, given: Mapping[str, Any] | None = None) -> Counter[str]:
        """The rows of a statement over tables that hold all that the API holds."""
        return Counter(map(repr, self.oracle.execute(sql, dict(given) if given else None).fetchall()))


def _decoded(scans: Sequence[Scan]) -> dict[str, str]:
    return {s.source: decode(s.ref.resource.columns, s.method.rows, s.source, s.hidden) for s in scans}


def _pages(scan: Scan) -> list[tuple[str, str]]:
    """What the calls of a scan fetch; nothing for a row that is not there, as a client does with a 404."""
    bodies = [(fetched(call, scan), json.dumps(dict(call.bound))) for call in scan.calls]
    return [(body, key) for body, key in bodies if body is not None]


def fetched(call: Call, scan: Scan) -> str | None:
    """The body that the API answers to a call's request, read from its path and query alone; None for a row that is not there."""
    path = [unquote(part) for part in call.request.path.split("/")[1:]]
    query = dict(call.request.query)
    match scan.method_name, path:
        case "get_visit", ["pens", pen, "visits", visit]:
            return _one(row for row in ROWS["visits"] if row["pen"] == pen and row["id"] == visit)
        case "list_visits", ["pens", pen, "visits"]:
            return json.dumps(
                {"data": [row for row in ROWS["visits"] if row["pen"] == pen and query.get("kind", row["kind"]) == row["kind"]]}
            )
        case "get_keeper", ["keepers", keeper]:
            return _one(row for row in ROWS["keepers"] if row["id"] == keeper)
        case "list_keepers", ["keepers"]:
            return json.dumps([row for row in ROWS["keepers"] if row["pen"] == query["pen"]])
        case "list_pens", ["pens"]:
            rows = [row for row in ROWS["pens"] if query.get("kind", row["kind"]) == row["kind"]]
            return json.dumps({"data": {"items": [row for row in rows if query.get("size", str(row["size"])) == str(row["size"])]}})
        case "get_pen", ["pens", pen]:
            return _one(row for row in ROWS["pens"] if row["id"] == pen)
        case "list_meals", ["meals"]:
            return json.dumps({"data": [row for row in ROWS["meals"] if _is_meal(row, query)]})
        case "list_cries", ["cries"]:
            return json.dumps({"data": [row for row in ROWS["cries"] if _is_cry(row, query)]})
        case "list_by_size", ["sizes", size, "pens"]:
            return json.dumps({"data": [row for row in ROWS["pens"] if str(row["size"]) == size]})
        case _:
            raise AssertionError(call.request)


def _is_meal(row: Row, query: Mapping[str, str]) -> bool:
    """Whether a meal is listed; of the hours that are asked for, all of the first five are."""
    is_within = int(query["begun"]) // 5 * 5 <= row["begun"] and ("until" not in query or row["begun"] < int(query["until"]))
    return is_within and query.get("pen", row["pen"]) == row["pen"]


def _is_cry(row: Row, query: Mapping[str, str]) -> bool:
    begun, seen = row["begun"], row["seen"]
    holds = [
        "after" not in query or (begun is not None and begun > int(query["after"])),
        "up_to" not in query or (begun is not None and begun <= int(query["up_to"])),
        "since" not in query or (seen is not None and seen >= query["since"]),
    ]
    return all(holds)


def _one(rows: Iterator[Row]) -> str | None:
    return next((json.dumps(row) for row in rows), None)


def _used(text: str, given: Mapping[str, Any]) -> dict[str, Any]:
    return {token.text: given[token.text] for token in parameters(tokenize(text)) if token.text in given}


def _local(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    connection.execute(LOCAL)
    return connection


def _with_api(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The same database, with the API's rows in tables of the API's names."""
    connection.execute("ATTACH ':memory:' AS zoo; CREATE SCHEMA zoo.care")
    for name, resource in (("visits", VISITS), ("keepers", KEEPERS), ("pens", PENS), ("meals", MEALS), ("cries", CRIES)):
        columns = ", ".join(f"{quoted(column)} {duckdb_type(c.type)}" for column, c in resource.columns.items())
        connection.execute(f"CREATE TABLE zoo.care.{name}({columns}); CREATE VIEW {name} AS FROM zoo.care.{name}")
        marks = ", ".join("?" for _ in resource.columns)
        connection.executemany(f"INSERT INTO zoo.care.{name} VALUES ({marks})", [list(row.values()) for row in ROWS[name]])
    return connection


@pytest.fixture(scope="session")
def zoo() -> Zoo:
    """The API, beside a user's database."""
    return Zoo()
