"""What a manifest alone says of the objects behind an API: which there are, what belongs to what, and what their fields are.

The paths say it. Where one object is got, its last placeholder names that object, and those before it name what it belongs to:
`/shops/{shop_id}/jobs/{job_id}` has jobs in shops. A placeholder that leads to no resource stands for objects of which nothing is known but
their names. A column that is called as a placeholder holds the id of the object that this names. What the sandbox file says comes first.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

from rowcall.manifest.model import Column, Method, Object, Parameter, Place, Provider, Resource, Scalar, Type, Verb
from rowcall.manifest.sandbox import Collection, Next, Sandbox, State, Table, collection_of
from rowcall.openapi.names import free, singular
from rowcall.sandbox.invent import Draw, Make, fitted, identifier, maker

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_FORM = re.compile(r"(?<=[^/])\.(json|xml)$", re.IGNORECASE)
_GENERIC = frozenset({"id", "key", "name", "slug", "uuid", "number", "type", "ref", "path"})
"""Names of placeholders that say nothing of what they name."""
_NAMING = frozenset({Scalar.STRING, Scalar.INTEGER, Scalar.NUMBER})
"""The types of what names something."""
_VAGUE = frozenset({"id", "type", "ref", "path"})
"""Those that name nothing by themselves."""
ALL = frozenset({"all", "any", "*"})
"""Values of a filter that stand for all values."""
NONE = re.compile(r"(?:.*_)?(?:none|null|unspecified|unknown|undefined)|", re.IGNORECASE)
"""Defaults of a filter that stand for no value."""
_ONE = frozenset({Verb.UPDATE, Verb.DELETE, Verb.REPLACE})


@dataclass(frozen=True, slots=True)
class Field:
    """A column as it is made."""

    name: str
    path: tuple[str, ...]
    """Where an object has it."""
    column: Column
    make: Make
    depth: int | None = None
    """0 where it is what the object is known by, 1 where it is that of its parent, and so on; None for any other."""
    link: str | None = None
    """The collection that its values name objects of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is known of the objects of a collection."""

    fields: tuple[Field, ...] = ()
    make_id: Make
    known: tuple[str, ...] = ()
    """What examples call such objects, so that the examples find something."""
    is_one: bool = False
    """Whether there is but one in each parent."""
    is_made_up: bool = True
    """Whether there are some from the start, made up; false where the sandbox file says what there is."""

    def renamed(self, body: Any) -> Any:
        """A body by the names that columns have for what it calls otherwise, as `Body` for `body`."""
        if not isinstance(body, dict):
            return body
        names = {_folded(field.path[0]): field.path[0] for field in self.fields}
        names |= {_folded(field.name): field.name for field in self.fields if len(field.path) == 1}
        known = {name for field in self.fields for name in (field.name, field.path[0])}
        others = {
            name: other for name in body if name not in known and (other := names.get(_folded(name))) is not None and other not in body
        }
        return {others.get(name, name): value for name, value in body.items()}

    def id_field(self) -> str | None:
        """The column that says what an object is known by."""
        return next((field.name for field in self.fields if field.depth == 0), None)


def blank(name: str, type_: Type = Scalar.STRING) -> Kind:
    """A kind of objects of which nothing is known but how they are named."""
    return Kind(make_id=identifier(name, type_, "", singular(name)))


@dataclass(frozen=True, slots=True)
class Blueprint:
    """A sandbox with all collections of its API."""

    sandbox: Sandbox
    kinds: Mapping[str, Kind]
    places: Mapping[str, str | None]
    """The collection that a path leads into, by the path up to a placeholder, as `/shops/{}`; None where that is a filter."""
    base: Mapping[str, str]
    """The collections that a collection lies in, by its name: the parent of each."""

    def ancestors(self, collection: str) -> Iterator[str]:
        """What it belongs to, the nearest first."""
        while (parent := self.base.get(collection)) is not None:
            yield parent
            collection = parent


def prefixes(path: str) -> list[tuple[str, str]]:
    """The placeholders of a path, and the path up to each, as `[("shop_id", "/shops/{}")]`."""
    return [(match[1], _PLACEHOLDER.sub("{}", path[: match.end()])) for match in _PLACEHOLDER.finditer(path)]


def bare(path: str) -> str:
    """A path without the form that it ends in, as in `/runs/{run}.json`."""
    return _FORM.sub("", path)


def blueprint(provider: Provider, own: Sandbox) -> Blueprint:
    """The sandbox of a provider: what its file says, and for the rest what the manifest does."""
    return _Drawing(provider, own).done()


@dataclass(slots=True)
class _Home:
    """A resource and where its objects are."""

    key: str
    name: str
    resource: Resource
    parent: str = ""
    """The path up to the placeholder that names what they belong to; "" for nothing."""
    prefix: str | None = None
    """The path that names one; None where none does."""
    parameter: str | None = None
    declared: Parameter | None = None


class _Drawing:
    def __init__(self, provider: Provider, own: Sandbox) -> None:
        self._provider = provider
        self._own = own
        self._places: dict[str, str | None] = {}
        resources = [
            (collection_of(own, service_name, name), name, resource)
            for service_name, service in provider.services.items()
            for name, resource in service.resources.items()
        ]
        self._got = _got([resource for _, _, resource in resources])
        # Those that have lists first: an object is a row of a list before it is one of another table.
        resources.sort(key=lambda each: not any(_lists(method) for method in each[2].methods.values()))
        self._homes = [self._home(*each) for each in resources]
        self._examples = _named_in_examples(home.resource for home in self._homes)
        self._implicit: dict[str, tuple[str, str | None]] = {}
        """The placeholder and the parent of each collection without a resource."""
        self._types: dict[str, Type] = {}
        """The type of what a placeholder takes, by the path up to it; of several a number, which texts can be."""
        self._sets: dict[str, tuple[str, ...]] = {}
        """The values of what a placeholder takes, where these are known."""
        for home in self._homes:
            for method in home.resource.methods.values():
                for name, prefix in prefixes(method.path):
                    declared = method.parameters.get(name)
                    if declared is not None and self._types.get(prefix) is not Scalar.INTEGER:
                        self._types[prefix] = declared.type
                    if declared is not None and declared.enum:
                        self._sets.setdefault(prefix, declared.enum)
        for home in self._homes:
            for method in home.resource.methods.values():
                self._place(method.path)
        self._parents = {home.key: self._parent(home) for home in self._homes}
        self._parents |= {key: parent for key, (_, parent) in self._implicit.items()}
        for key in self._parents:
            if key in self._chain(key):  # two tables whose paths start with one another: the first of them belongs to nothing
                self._parents[key] = None

    def _chain(self, key: str) -> list[str]:
        """What a collection belongs to, the nearest first; each once."""
        found: list[str] = []
        parent = self._parents.get(key)
        while parent is not None and parent not in found:
            found.append(parent)
            parent = self._parents.get(parent)
        return found

    def done(self) -> Blueprint:
        """What came of it."""
        collections = {home.key: self._collection(home) for home in self._homes}
        collections |= {
            key: Collection(noun=singular(name.removesuffix("_id")), parameter=name, parent=parent)
            for key, (name, parent) in self._implicit.items()
        }
        self._parents |= {key: rules.parent for key, rules in collections.items()}
        begun = {_service(each.collection) for scene in (*self._own.seeds, *self._own.scenes.values()) for each in scene.create}
        seeded = {key for key in self._own.collections if _service(key) in begun} if self._own.seeds else set()
        kinds = {home.key: replace(self._kind(home), is_made_up=home.key not in seeded) for home in self._homes}
        kinds |= {
            key: replace(blank(name, self._types.get(key, Scalar.STRING)), known=self._examples.get(name) or self._sets.get(key, ()))
            for key, (name, _) in self._implicit.items()
        }
        base = {key: parent for key, parent in self._parents.items() if parent is not None}
        error = self._own.error if self._own.error is not None else _error(self._provider)
        showing = {home.key for home in self._homes if kinds[home.key].id_field() is not None}
        tables = {f"sandbox_{name}": table for name, table in self._tables(collections, showing)} | self._own.tables
        return Blueprint(replace(self._own, collections=collections, error=error, tables=tables), kinds, self._places, base)

    def _tables(self, collections: Mapping[str, Collection], showing: set[str]) -> Iterator[tuple[str, Table]]:
        """Tables of what methods ask for and neither a list nor a table of the sandbox file gives: nobody could know what to ask for.

        A list gives what it is of where its rows are `showing` their ids.
        """
        methods = [(home.key, method) for home in self._homes for method in home.resource.methods.values()]
        needs = [
            (key, method, [place for _, prefix in prefixes(method.path) if (place := self._places[prefix])]) for key, method in methods
        ]
        lists = [(key, needed) for key, method, needed in needs if _lists(method) and key in showing]
        taken: dict[str, str] = {}
        found = {key for table in self._own.tables.values() for key in (table.rows, *self._above(table.rows, collections))}
        # What lists need comes first, for their rows are what others need.
        wanted = [key for some in (lists, [(key, needed) for key, _, needed in needs]) for key in self._shallow_first(some, collections)]
        for key in ("", *wanted):
            if key in found:
                continue
            if key:
                yield self._name(key, taken), self._table(key, collections)
                found |= {key, *self._above(key, collections)}
            while more := {
                listed
                for listed, needed in lists
                # Of what a row lies in, its path says the names, or nothing does.
                if listed not in found and found.issuperset({*needed, *self._above(listed, collections)} - {listed})
            }:
                found |= more

    def _shallow_first(self, needs: Iterable[tuple[str, list[str]]], collections: Mapping[str, Collection]) -> list[str]:
        """The last of what each needs, those that belong to the least first."""
        return sorted(
            dict.fromkeys(needed[-1] for _, needed in needs if needed), key=lambda key: len(self._table(key, collections).columns)
        )

    @staticmethod
    def _above(key: str, collections: Mapping[str, Collection]) -> Iterator[str]:
        """What a collection belongs to."""
        above = collections[key].parent
        while above is not None:
            yield above
            above = collections[above].parent

    def _name(self, key: str, taken: dict[str, str]) -> str:
        """What several of a collection are called, and no other collection is."""
        home = next((home for home in self._homes if home.key == key), None)
        first = f"{self._implicit[key][0].removesuffix('_id')}s" if home is None else home.name
        names = itertools.chain((first,), (f"{first}_{number}" for number in itertools.count(2)))
        return next(name for name in names if taken.setdefault(name, key) == key)

    def _table(self, key: str, collections: Mapping[str, Collection]) -> Table:
        """What names the objects of a collection, by their placeholders, the outermost first."""
        names, columns = self._placeholders(key), dict[str, str]()
        above: str | None = key
        path = "item"
        while above is not None:
            name = names.get(above, collections[above].parameter)
            columns |= {free(name, columns): f"{{{path}.key}}"} if name is not None else {}
            above, path = collections[above].parent, f"{path}.parent"
        return Table(rows=key, columns=dict(reversed(columns.items())))

    def _placeholders(self, key: str) -> dict[str, str]:
        """What a path calls the objects of a collection and those that they belong to, by collection; of several paths the first."""
        for home in self._homes:
            for method in home.resource.methods.values():
                names = {place: name for name, prefix in prefixes(method.path) if (place := self._places[prefix]) is not None}
                if key in names:
                    return names
        return {}

    # -- where objects are -------------------------------------------------------------------------------------------------------------

    def _home(self, key: str, name: str, resource: Resource) -> _Home:
        methods = list(resource.methods.values())
        home = _Home(key, name, resource)
        lists = [_last(method.path) for method in methods if _lists(method)]
        inserts = [_last(method.path) for method in methods if method.verb is Verb.INSERT]
        got = [method for method in methods if _gets(method)]
        is_copy = key in self._own.collections and self._own.collections[key].same_as is not None
        lists_of = [] if is_copy else [method for method in methods if method.rows is not None]
        beside = [one for method in lists_of if (one := self._got.get(_shape(method.path)))]
        shared = [one for one in beside if _named_column(one) in resource.columns]
        listed = {_shape(method.path) for method in methods if _lists(method)}
        got.sort(key=lambda method: (_shape(method.path.rpartition("/")[0]) not in listed, len(prefixes(method.path))))
        found = next((m for m in [*got, *shared, *(m for m in methods if m.verb in _ONE)] if bare(m.path).endswith("}")), None)
        if found is None:
            home.parent = "" if "" in lists else next(iter([*inserts, *lists, *(_last(method.path) for method in methods)]), "")
            said = self._own.collections.get(key)
            home.parameter = said.parameter if said is not None else None
            return home
        *before, (parameter, prefix) = prefixes(found.path)
        if prefix in self._places:  # another table of the same objects
            home.parent = prefix
            return home
        self._places[prefix] = key
        home.prefix, home.parameter, home.declared = prefix, parameter, found.parameters.get(parameter)
        home.parent = before[-1][1] if before else ""
        deeper = [place for place in [*inserts, *(() if home.parent in lists else lists)] if place.startswith(f"{home.parent}/")]
        deeper = [place for place in deeper if not f"{place}/".startswith(f"{prefix}/")]
        home.parent = max([home.parent, *deeper], key=lambda place: place.count("{}"))
        return home

    def _place(self, path: str) -> None:
        """Finds out what the placeholders of a path stand for."""
        parent: str | None = None
        for index, (name, prefix) in enumerate(found := prefixes(path)):
            if prefix not in self._places:
                before = [earlier for earlier, _ in found[:index]]
                known = self._by_name(name, before) or self._by_segment(name, prefix, before)
                if known is None and not (index == len(found) - 1 and bare(path).endswith("}")):
                    known = prefix
                    self._implicit[prefix] = (name, parent)
                self._places[prefix] = known
            elif self._places[prefix] is None and not (index == len(found) - 1 and bare(path).endswith("}")):
                self._implicit[prefix] = (name, parent)
                self._places[prefix] = prefix
            parent = self._places[prefix] or parent

    def _by_name(self, name: str, before: list[str]) -> str | None:
        """The collection whose objects a placeholder of that name always names; `before` are those before it in the path."""
        said = [key for key, rules in self._own.collections.items() if rules.parameter == name]
        homes = [home for home in self._homes if home.parameter == name and name not in _GENERIC and home.prefix is not None]
        # The users of a project before all users, where a project stands before them.
        depth = max((depth for home in homes if (depth := self._fit(home, before)) is not None), default=0)
        found = said or [home.key for home in homes if self._fit(home, before) == depth]
        return found[0] if len(found) == 1 else None

    def _by_segment(self, name: str, prefix: str, before: list[str]) -> str | None:
        """The collection that is called as a placeholder and as what stands before it in the path, as in `/namespaces/{namespace}`."""
        segment = _segment(prefix)
        if _folded(singular(segment)) not in {_folded(name), _folded(name.removesuffix("_id"))}:
            return None
        homes = [home for home in self._homes if home.prefix is not None and _segment(home.prefix) == segment]
        fitting = [(len(str(home.prefix)), home.key) for home in homes if self._fit(home, before) is not None]
        # That of the shortest path is no view of another one.
        shortest = [key for length, key in fitting if length == min(fitting)[0]]
        return shortest[0] if len(shortest) == 1 else None

    def _fit(self, home: _Home, before: list[str]) -> int | None:
        """How many placeholders stand before that of a home, where all of them stand in a path too; None where they do not."""
        assert home.prefix is not None  # noqa: S101 - it has a parameter
        needed = [name for name, _ in prefixes(self._named(home))][:-1]
        return len(needed) if not needed or needed == before[-len(needed) :] else None

    def _named(self, home: _Home) -> str:
        paths = [method.path for method in [*home.resource.methods.values(), *self._got.values()]]
        return next(path for path in paths if _shape(path) == home.prefix)

    def _parent(self, home: _Home) -> str | None:
        said = self._own.collections.get(home.key)
        return said.parent if said is not None and said.parent is not None else self._places.get(home.parent)

    # -- what they are -----------------------------------------------------------------------------------------------------------------

    def _collection(self, home: _Home) -> Collection:
        """The rules of a collection: those of the sandbox file where it has them."""
        made = Collection(
            noun=singular(home.name).replace("_", " "), parameter=home.parameter, parent=self._parents[home.key], **_states(home.resource)
        )
        said = self._own.collections.get(home.key)
        if said is None:
            return made
        absent = Collection()
        changed = {item.name: value for item in fields(Collection) if (value := getattr(said, item.name)) != getattr(absent, item.name)}
        return replace(made, **changed)

    def _kind(self, home: _Home) -> Kind:
        columns, declared = home.resource.columns, home.declared
        own, inner = None, None
        if home.parameter is not None:
            is_id = declared is None or declared.type is not Scalar.STRING or _folded(home.parameter).endswith(("id", "identifier"))
            is_id = is_id or ("id" in columns and columns["id"].type is Scalar.STRING)
            names = ((declared.column if declared else None) or "", home.parameter, "id" if is_id else "", *_akin_names(home.parameter))
            usable = [name for name in reversed(columns) if columns[name].type in _NAMING]
            naming = {_folded(columns[name].source or name): name for name in usable} | {_folded(name): name for name in usable}
            own = next((naming[_folded(name)] for name in names if _folded(name) in naming), None)
            inner = None if own is not None else _inside(columns, [*names, "name"], 0)
        noun = singular(home.name)
        found = []
        depths, filters = self._depths(home), _values_of_filters(home.resource)
        for name, said in columns.items():
            column = replace(said, enum=filters[name]) if name in filters and not said.enum and said.type is Scalar.STRING else said
            depth = 0 if name == own else depths.get(name)
            link = None if depth is not None else self._link(name, home)
            found.append(Field(name, tuple((column.source or name).split(".")), column, maker(name, column), depth, link))
        above = [_inside(columns, self._called(home, parent), depth) for depth, parent in enumerate(self._chain(home.key), 1)]
        shown = {depth for name, depth in depths.items() if name in columns}
        found += [field for field in (inner, *above) if field is not None and field.depth not in shown]
        known = [*self._examples.get(home.parameter or "", ())]
        id_column = (
            columns[own]
            if own is not None
            else inner.column
            if inner is not None
            else Column(type=declared.type if declared else Scalar.STRING, description="")
        )
        make_id = identifier(own or home.parameter or "id", id_column.type, id_column.description, noun)
        if id_column.type is Scalar.STRING and self._types.get(home.prefix or "") is Scalar.INTEGER:
            number = identifier(home.parameter or "id", Scalar.INTEGER, "", noun)
            make_id = lambda draw: str(number(draw))  # noqa: E731 - a text in rows, and a number in paths
        return Kind(
            fields=tuple(found),
            make_id=make_id,
            known=tuple(dict.fromkeys(known)),
            is_one=home.parameter is None and not any(_lists(method) for method in home.resource.methods.values()),
        )

    def _depths(self, home: _Home) -> dict[str, int]:
        """How far up what a column names is, by the names of columns."""
        found: dict[str, int] = {}
        methods = home.resource.methods.values()
        for depth, parent in enumerate(self._chain(home.key), 1):
            name = self._parameter(parent)
            columns = [p.column for m in methods for key, p in m.parameters.items() if key == name]
            called = self._called(home, parent)
            alike = [column for column in home.resource.columns if _folded(column) in {*map(_folded, called)}]
            for column in (name, *columns, *alike):
                if column is not None:
                    found.setdefault(column, depth)
        return found

    def _called(self, home: _Home, parent: str) -> list[str]:
        """What the paths of a resource call what it belongs to."""
        paths = [method.path for method in home.resource.methods.values()]
        return [key for path in paths for key, prefix in prefixes(path) if self._places[prefix] == parent and key not in _GENERIC]

    def _parameter(self, key: str) -> str | None:
        if key in self._implicit:
            return self._implicit[key][0]
        said = self._own.collections.get(key)
        if said is not None and said.parameter is not None:
            return said.parameter
        return next((home.parameter for home in self._homes if home.key == key), None)

    def _link(self, name: str, home: _Home) -> str | None:
        """The collection whose objects a column names, by the name of the column."""
        if name in _GENERIC or not name.endswith(("_id", "_key", "_slug", "_name")):
            return None
        noun = name.rpartition("_")[0]
        by_parameter = [other.key for other in self._homes if other.parameter == name and other is not home]
        by_noun = [other.key for other in self._homes if singular(other.name) == noun and other.parameter and other is not home]
        return next((found[0] for found in (by_parameter, by_noun) if len(found) == 1), None)


def _inside(columns: Mapping[str, Column], names: Iterable[str], depth: int) -> Field | None:
    """The field of an object among the columns that says what a row is known by, or what it belongs to, as `metadata.name` does."""
    wanted = [_folded(name) for name in names if name]
    for name, column in columns.items():
        if not isinstance(column.type, Object) or _folded(name) not in _AROUND:
            continue
        found = {_folded(key): (key, type_) for key, type_ in column.type.fields if type_ in _NAMING}
        if (each := next((found[one] for one in wanted if one in found), None)) is not None:
            made = Column(type=each[1], description="", nullable=False)
            return Field(f"{name}.{each[0]}", (*(column.source or name).split("."), each[0]), made, maker(each[0], made), depth)
    return None


_AROUND = frozenset({"metadata", "meta", "attributes", "identifier", "identifiers", "properties"})
"""What the object is called in which a row has what it is known by."""


def _values_of_filters(resource: Resource) -> dict[str, tuple[str, ...]]:
    """What columns have by which rows are filtered, where the filters say it, by the names of the columns."""
    return {
        parameter.column or name: tuple(value for value in parameter.enum if not _is_no_value(value, parameter))
        for method in resource.methods.values()
        for name, parameter in method.parameters.items()
        if parameter.enum and parameter.place is Place.QUERY and parameter.role is None and parameter.range is None
    }


def _is_no_value(value: str, parameter: Parameter) -> bool:
    """Whether a filter takes a value that no row has."""
    return value.lower() in ALL or (value == parameter.default and NONE.fullmatch(value) is not None)


def _lists(method: Method) -> bool:
    """Whether a method gives several objects. One that picks an object where its path names one gives that."""
    names_one = bare(method.path).endswith("}") or method.expected_rows == 1
    picks_one = method.pick is not None and not method.pick.endswith(("[*]", ".*")) and names_one
    return method.verb is Verb.SELECT and method.rows is not None and not picks_one


def _gets(method: Method) -> bool:
    """Whether a method gives one object of its resource."""
    return method.verb is Verb.SELECT and not _lists(method) and not method.returns


def _segment(prefix: str) -> str:
    """What stands before the last placeholder of a path."""
    return prefix.split("/")[-2] if prefix.endswith("/{}") else ""


def _shape(path: str) -> str:
    """A path without the names of its placeholders, and the form that it ends in."""
    return _PLACEHOLDER.sub("{}", bare(path))


def _akin_names(parameter: str) -> list[str]:
    """What a column may be called that holds what a parameter takes, as `ip` for `floating_ip` and `name` for `tag_id`."""
    words = parameter.split("_")
    ends = ["_".join(words[at:]) for at in range(1, len(words))]
    return [*(name for name in (*ends, "_".join(words[:-1])) if name and name not in _VAGUE), "login", "name", "slug", "uuid", "key"]


def _folded(name: str) -> str:
    """A name without what spellings of it differ in, as `ServiceSid` and `service_sid`."""
    return name.replace("_", "").casefold()


def _got(resources: Iterable[Resource]) -> dict[str, Method]:
    """The methods that get one object of what is at a path, by that path."""
    return {
        _shape(method.path.rpartition("/")[0]): method
        for resource in resources
        for method in resource.methods.values()
        if _gets(method) and bare(method.path).endswith("}")
    }


def _named_column(method: Method) -> str:
    """The column by which a method that gets one object knows it."""
    name = prefixes(method.path)[-1][0]
    parameter = method.parameters.get(name)
    return (parameter.column if parameter is not None else None) or name


def values(field_: Field, given: Mapping[str, Any], draw: Draw, otherwise: Any) -> Any:
    """What a field of a new object has: what a client sent, or else `otherwise`, or else what is made up."""
    name = field_.path[0] if field_.path[0] in given else field_.name
    if given.get(name) is not None:
        return fitted(given[name], field_.column.type, name, draw)
    return field_.make(draw) if otherwise is None else otherwise


def _last(path: str) -> str:
    """A path up to its last placeholder; "" for one without."""
    found = prefixes(path)
    return found[-1][1] if found else ""


def _service(collection: str) -> str:
    """The service of a collection; "" where names are bare."""
    return collection.rpartition(".")[0]


def _states(resource: Resource) -> dict[str, Any]:
    """The states that objects go through, where the resource says how something ends that takes time."""
    awaits = resource.awaits
    column = resource.columns.get(awaits.column) if awaits is not None else None
    if awaits is None or column is None or column.source is not None or column.type is not Scalar.STRING:
        return {}
    last = awaits.terminal[0]
    on_the_way = [state for state in column.enum if state not in awaits.terminal]
    sidings = {state: end for state in on_the_way for end in awaits.terminal if end != last and _akin(state, end)}
    steps = [state for state in on_the_way if state not in sidings]
    following = {**dict(pairwise([*steps, last])), **sidings}
    after = {"$between": [0.5, 2.0]}
    moving = {state: State(next=(Next(after=after, to=end),)) for state, end in following.items()}
    return {"field": awaits.column, "states": {**moving, **{state: State() for state in awaits.terminal}}}


def _akin(one: str, other: str) -> bool:
    """Whether two words are forms of one, as `cancelling` and `cancelled`."""
    return one[:5] == other[:5]


def state_after(method_name: str, method: Method, states: Iterable[str]) -> str | None:
    """The state that a call leads to by its name, as `cancelling` after `cancel_run`; None where it names none."""
    if method.verb is not Verb.EXEC:
        return None
    return next((state for word in method_name.split("_") if len(word) > 3 for state in states if state.startswith(word[:5])), None)


def _error(provider: Provider) -> Any:
    """The body of a refusal, as the provider says that errors look."""
    body: dict[str, Any] = {}
    for paths, value in ((provider.errors.message, "{message}"), (provider.errors.code, "{code}")):
        put(body, (paths or ("message",))[0].split("."), value)
    return body


def put(body: dict[str, Any], path: list[str], value: Any) -> None:
    """Gives the field at a path a value, unless something else stands in the way."""
    *before, last = path
    for name in before:
        inner: Any = body.setdefault(name, {})
        if not isinstance(inner, dict):
            return
        body = inner
    body.setdefault(last, value)


_COMPARED = re.compile(r"(\w+)\s*(?:=|\bIN\b\s*\()\s*((?:(?:'[^']*'|\d+)\s*,?\s*)+)", re.IGNORECASE)
_INSERTED = re.compile(r"INSERT\s+INTO\s+[\w.]+\s*\(([^)]*)\)\s*VALUES\s*\(((?:\s*(?:'[^']*'|[\w.]+)\s*,?)+)\)", re.IGNORECASE)
_CONSTANT = re.compile(r"'([^']*)'|(\d+)")
_ANYTHING = "…"
"""What examples have where a reader is to put a name."""


def _named_in_examples(resources: Iterable[Resource]) -> dict[str, tuple[str, ...]]:
    """The values that examples give to placeholders, by their names."""
    found: dict[str, dict[str, None]] = {}
    for resource in resources:
        names: dict[str, set[str]] = {}
        for method in resource.methods.values():
            for name, parameter in method.parameters.items():
                if f"{{{name}}}" in method.path:
                    for known in (name, parameter.column or name):
                        names.setdefault(known, set()).add(name)
        for example in resource.examples:
            pairs = [(name, values_) for name, values_ in _COMPARED.findall(example.sql)]
            for columns, constants in _INSERTED.findall(example.sql):
                pairs += zip([column.strip() for column in columns.split(",")], constants.split(","), strict=False)
            for name, constants in pairs:
                for meant in names.get(name, ()):
                    said = (text or digits for text, digits in _CONSTANT.findall(constants))
                    found.setdefault(meant, {}).update({each: None for each in said if each != _ANYTHING})
    return {name: tuple(known) for name, known in found.items()}
