"""A world at random: an API with a few resources, what it holds, and the tables of a user beside it.

A resource's methods need what methods of real APIs need: nothing, the key of a parent in the path, that and a key of their own, their
own key alone, or a key in the query string. Keys lead from one resource to another. Nothing here knows SQL's SELECT.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from rowcall.manifest.model import (
    Absent,
    Column,
    Method,
    Object,
    PageSize,
    Paging,
    PagingKind,
    Parameter,
    Place,
    Provider,
    Resource,
    Retry,
    Role,
    Scalar,
    Service,
    Verb,
)

Value = str | int | float | None
Row = dict[str, Any]

PROVIDER = "zoo"
SERVICES = ("wild", "tame")
ENTITIES = ("ant", "bee", "cat", "dog")
"""What there are resources of; each is called by its plural."""
TEXTS = ("k1", "K1", "k2", "k 3", "5", "05", "a/b", "ü1", "it's", "x?y", "q+1", "10%", "n#4", "K2")
"""Keys that differ by case or a leading zero alone, look like numbers, or have to be written otherwise in a URL or in SQL."""
INTEGERS = (1, 2, 3, 5, 7, 10, 0, -4, 123456789012)
LABELS = ("red", "Red", "blue", "k1", "", None, None)
NUMBERS = (0, 1, 2, 3, None)
NOT_FOUND = "No such row"
DETAILS = (*ENTITIES, "id")
"""The fields of a column `detail` that every resource has besides: they are called like columns and parameters."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What a column holds."""

    type: str
    """`text` or `integer`, which a key can be; `nocase`, `double`, `boolean`, which it cannot."""
    domain: str = ""
    """The entity whose keys it holds; "" for none."""

    @property
    def sql(self) -> str:
        """Its type as DuckDB writes it."""
        if self.type == "detail":
            return f"STRUCT({', '.join(f'{name} VARCHAR' for name in DETAILS)})"
        return {"text": "VARCHAR", "integer": "BIGINT", "nocase": "VARCHAR COLLATE NOCASE", "double": "DOUBLE", "boolean": "BOOLEAN"}[
            self.type
        ]


TEXT, INTEGER, DETAIL = Kind("text"), Kind("integer"), Kind("detail")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One way to read a resource."""

    name: str
    path: tuple[str, ...]
    """Segments; `{name}` stands for a parameter."""
    required: Mapping[str, str]
    """Parameters, and the columns that equal them."""
    in_query: frozenset[str] = frozenset()
    """Those of the required ones that are in the query string."""
    optional: tuple[str, ...] = ()
    """Columns that may be filtered by, exactly, under their own names."""
    single: bool = False
    """Whether it gives one row."""
    rows: str = "data"
    paging: str = ""
    """The name of a way of paging; "" for one page."""


@dataclass(eq=False, slots=True)
class Table:
    """A resource: what rows it has, and how they are read."""

    entity: str
    service: str
    columns: dict[str, Kind]
    endpoints: tuple[Endpoint, ...]

    @property
    def name(self) -> str:
        """The last part of its name."""
        return f"{self.entity}s"

    @property
    def full_name(self) -> str:
        """Its name in three parts."""
        return f"{PROVIDER}.{self.service}.{self.name}"

    def __deepcopy__(self, memo: dict[int, Any]) -> Table:
        return self


@dataclass(eq=False, slots=True)
class Local:
    """A table, view or data frame of the user's."""

    name: str
    columns: dict[str, Kind]
    form: str
    """`table`, `view` or `frame`."""


@dataclass(slots=True)
class World:
    """An API and a user's tables, with what they hold."""

    keys: dict[str, tuple[list[Value], list[Value]]]
    """By entity: the keys that exist, and some that exist nowhere."""
    types: dict[str, str]
    """By entity: `text` or `integer`."""
    page_size: int
    tables: list[Table]
    locals: list[Local]
    remote: dict[str, list[Row]]
    """What the API holds, by the name of the resource."""
    own: dict[str, list[Row]]
    """What the user's tables hold, by name."""

    def table(self, name: str) -> Table:
        """The resource of this name."""
        return next(table for table in self.tables if table.name == name)


def make_world(pick: Random) -> World:
    """A world at random."""
    entities = pick.sample(ENTITIES, pick.choice((2, 3, 3, 4)))
    types = {entity: pick.choice(("text", "text", "integer")) for entity in entities}
    keys = {entity: _keys(pick, types[entity]) for entity in entities}
    services = SERVICES[: pick.choice((1, 2))]
    tables = [_table(pick, entity, entities[:number], types, services) for number, entity in enumerate(entities)]
    own = [_local(pick, number, tables, types) for number in range(pick.choice((2, 3, 4)))]
    world = World(keys, types, pick.choice((1, 2, 3, 5)), tables, own, {}, {})
    refill(world, pick, local=True)
    return world


def refill(world: World, pick: Random, *, local: bool) -> None:
    """Puts other rows into the API, and into the user's tables where `local`."""
    for table in world.tables:
        world.remote[table.name] = _remote_rows(pick, table, world)
    if local:
        for item in world.locals:
            count = pick.choice((0, 2, 3, 4, 6, 8))
            rows = [{name: value(pick, world, kind) for name, kind in item.columns.items()} for _ in range(count)]
            world.own[item.name] = rows + [dict(row) for row in rows[: pick.choice((0, 1))]]


def always(table: Table) -> set[str]:
    """The columns that each of its methods requires, of which no row has none."""
    return set.intersection(*(set(endpoint.required.values()) for endpoint in table.endpoints))


def crowd(world: World, pick: Random) -> None:
    """Adds rows to the API that differ from one there in one column: another key, so that none tells another, or NULL where one may be."""
    for table in world.tables:
        rows = world.remote[table.name]
        keys = [column for column in table.columns if any(column in endpoint.required.values() for endpoint in table.endpoints)]
        more = [{**row, column: value(pick, world, table.columns[column], null=0.0)} for row in rows for column in keys]
        nulls = [{**row, column: None} for row in rows for column in table.columns if column not in always(table)]
        world.remote[table.name] = [*rows, *more, *nulls]


def _keys(pick: Random, type_: str) -> tuple[list[Value], list[Value]]:
    pool: list[Value] = list(TEXTS if type_ == "text" else INTEGERS)
    pick.shuffle(pool)
    count = pick.choice((3, 4, 5, 6))
    return pool[:count], pool[count : count + 2]


def many(type_: str) -> tuple[list[Value], list[Value]]:
    """All keys of a type, and more."""
    texts: list[Value] = [
        *TEXTS,
        *(text.swapcase() for text in TEXTS if text.swapcase() not in TEXTS),
        *(f"m{number}" for number in range(12)),
    ]
    numbers: list[Value] = [*INTEGERS, *range(20, 36)]
    return (texts, ["no"]) if type_ == "text" else (numbers, [99])


def _table(pick: Random, entity: str, before: Sequence[str], types: Mapping[str, str], services: Sequence[str]) -> Table:
    """A resource whose parent is one that was made before, or of its own kind."""
    parent = before[-1] if before and pick.random() < 0.7 else pick.choice((*before, entity))
    columns = {"id": Kind(types[entity], entity), parent: Kind(types[parent], parent)}
    others = [other for other in types if other not in {parent, entity}]
    if others and pick.random() < 0.5:
        other = pick.choice(others)
        columns[other] = Kind(types[other], other)
    columns |= {"label": TEXT, "n": INTEGER}
    return Table(entity, pick.choice(list(services)), columns, _endpoints(pick, entity, parent, root=not before))


def _endpoints(pick: Random, entity: str, parent: str, *, root: bool) -> tuple[Endpoint, ...]:
    kind = pick.choice(("free", "free", "child", "own") if root else ("child", "child", "child", "query", "query", "nested", "own"))
    optional = tuple(pick.sample(("label", "n"), pick.choice((0, 0, 1, 2))))
    paging = pick.choice(("", "token", "cursor", "page", "offset"))
    rows = pick.choice(("data", "$", "data.items")) if not paging else "data"
    given = pick.choice((parent, parent, f"of_{parent}"))
    own = f"{entity}_id"
    listed = {
        "free": Endpoint(f"list_{entity}s", (f"{entity}s",), {}, frozenset(), optional, rows=rows, paging=paging),
        "child": Endpoint(
            f"list_{entity}s",
            (f"{parent}s", f"{{{given}}}", f"{entity}s"),
            {given: parent},
            frozenset(),
            optional,
            rows=rows,
            paging=paging,
        ),
        "query": Endpoint(f"list_{entity}s", (f"{entity}s",), {given: parent}, frozenset({given}), optional, rows=rows, paging=paging),
    }
    nested = Endpoint(f"get_{entity}", (f"{parent}s", f"{{{given}}}", f"{entity}s", f"{{{own}}}"), {given: parent, own: "id"}, single=True)
    alone = Endpoint(f"get_{entity}", ("by", f"{entity}s", f"{{{own}}}"), {own: "id"}, single=True)
    if kind == "nested":
        return (nested,)
    if kind == "own":
        return (alone,)
    gets = {"free": [(), (alone,)], "child": [(), (nested,), (alone,)], "query": [(), (alone,)]}[kind]
    found: list[Endpoint] = [listed[kind], *pick.choice(gets)]
    pick.shuffle(found)
    return tuple(found)


def _local(pick: Random, number: int, tables: Sequence[Table], types: Mapping[str, str]) -> Local:
    columns: dict[str, Kind] = {}
    for entity in pick.sample(list(types), pick.choice((1, 1, 2))):
        columns[entity] = Kind(_strange(pick, types[entity]), entity)
    if pick.random() < 0.3:
        entity = pick.choice(tables).entity
        columns["id"] = Kind(types[entity], entity)
    if pick.random() < 0.6:
        columns["label"] = TEXT
    if pick.random() < 0.7:
        columns["n"] = Kind(pick.choice(("integer", "integer", "integer", "double")))
    form = pick.choice(("table", "table", "table", "view", "frame"))
    if form == "frame" and any(kind.type == "nocase" for kind in columns.values()):
        form = "table"
    return Local(f"l{number}", columns, form)


def _strange(pick: Random, type_: str) -> str:
    """Mostly the type of the key, else one that compares otherwise."""
    if pick.random() < 0.85:
        return type_
    return pick.choice(("nocase", "integer") if type_ == "text" else ("double", "text"))


def value(pick: Random, world: World, kind: Kind, *, null: float = 0.1) -> Value:
    """A value of a column: mostly a key that exists, or one that exists nowhere, or NULL."""
    if kind.domain:
        if pick.random() < null:
            return None
        known, nowhere = world.keys[kind.domain]
        return _as(pick.choice(known if pick.random() < 0.8 else nowhere), kind.type)
    if kind.type == "text":
        return pick.choice(LABELS)
    number = pick.choice(NUMBERS)
    return number if number is None or kind.type != "double" else number + pick.choice((0.0, 0.0, 0.5))


def _as(key: Value, type_: str) -> Value:
    """A key as a column of a type holds it."""
    if type_ in {"text", "nocase"}:
        return str(key)
    text = str(key)
    number = int(text) if text.lstrip("-").isdecimal() else len(text)
    return float(number) if type_ == "double" else number


def _remote_rows(pick: Random, table: Table, world: World) -> list[Row]:
    """A row for most keys, in an order of the API's own; where the parent's key is part of a row's, the same key under several parents."""
    parent = list(table.columns)[1]
    once = any(not ({*endpoint.required.values()} - {"id"}) for endpoint in table.endpoints)
    rows: list[Row] = []
    for key in world.keys[table.entity][0]:
        if pick.random() < 0.12:
            continue
        copies = 1 if once else pick.choice((1, 1, 2, 3))
        parents = [value(pick, world, table.columns[parent], null=0.1 if once else 0.0) for _ in range(copies)]
        for above in dict.fromkeys(parents):
            row = {name: value(pick, world, kind) for name, kind in table.columns.items()}
            rows.append({**row, "id": key, parent: above, "detail": _detail(pick)})
    pick.shuffle(rows)
    return rows


def _detail(pick: Random) -> dict[str, Value] | None:
    return {name: pick.choice((*TEXTS[:6], None)) for name in DETAILS} if pick.random() < 0.8 else None


def providers(world: World) -> dict[str, Provider]:
    """The manifest of the world's API."""
    services = {}
    for name in sorted({table.service for table in world.tables}):
        resources = {table.name: _resource(table, world) for table in world.tables if table.service == name}
        services[name] = Service(service=name, title=name.title(), description=".", resources=resources)
    provider = Provider(
        manifest=1,
        provider=PROVIDER,
        title="Zoo",
        description=".",
        source="s",
        base_url="http://zoo.example/v1",
        paging=_ways_of_paging(world.page_size),
        retry=Retry(attempts=1),
        max_in_flight=2,
        services=services,
    )
    return {PROVIDER: provider}


def _ways_of_paging(size: int) -> dict[str, Paging]:
    asked = PageSize(parameter="limit", maximum=size, default=1)
    return {
        "token": Paging(kind=PagingKind.TOKEN, parameter="after", next="next", more="more", page_size=asked),
        "cursor": Paging(kind=PagingKind.CURSOR, parameter="after", row="id", more="more", page_size=asked),
        "page": Paging(kind=PagingKind.PAGE, parameter="page", start=1, more="more", page_size=asked),
        "offset": Paging(kind=PagingKind.OFFSET, parameter="offset", total="total", page_size=asked),
    }


def _resource(table: Table, world: World) -> Resource:
    columns = {name: Column(type=_scalar(kind), description=".") for name, kind in table.columns.items()}
    columns["detail"] = Column(type=Object(tuple((name, Scalar.STRING) for name in DETAILS)), description=".")
    methods = {endpoint.name: _method(table, endpoint, world) for endpoint in table.endpoints}
    return Resource(description=".", source="s", columns=columns, methods=methods)


def _method(table: Table, endpoint: Endpoint, world: World) -> Method:
    return Method(
        verb=Verb.SELECT,
        http=f"GET /{'/'.join(endpoint.path)}",
        description=".",
        parameters=dict(_parameters(table, endpoint, world)),
        rows=None if endpoint.single else endpoint.rows,
        paging=endpoint.paging or None,
        absent=Absent(status=404, message=NOT_FOUND) if endpoint.single else None,
    )


def _parameters(table: Table, endpoint: Endpoint, world: World) -> Iterator[tuple[str, Parameter]]:
    for name, column in endpoint.required.items():
        place = Place.QUERY if name in endpoint.in_query else Place.PATH
        equal = column if column != name else None
        yield name, Parameter(place=place, description=".", type=_scalar(table.columns[column]), required=True, column=equal)
    for column in endpoint.optional:
        yield column, Parameter(place=Place.QUERY, description=".", type=_scalar(table.columns[column]))
    if endpoint.paging:
        size = Parameter(place=Place.QUERY, description=".", type=Scalar.INTEGER, minimum=1, maximum=world.page_size, role=Role.PAGE_SIZE)
        yield "limit", size


def _scalar(kind: Kind) -> Scalar:
    return Scalar.STRING if kind.type == "text" else Scalar.INTEGER
