"""A service document as a service of a manifest.

What cannot be called is listed with the reason, and never makes the rest unusable. A name that says two things is told apart here: a
parameter that a column of another kind has the name of, and a method that answers to several statements.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rowcall.manifest.model import Column, Method, Paging, Parameter, Place, Resource, Scalar, Service, Uncallable, Verb, View
from rowcall.openapi.document import Document
from rowcall.openapi.parameters import every_of, holds_by_itself, is_another
from rowcall.stackql.answers import ANONYMOUS, Answers, united
from rowcall.stackql.config import Config, prose, rows, table, text
from rowcall.stackql.methods import Beside, Made, Methods, UncallableError
from rowcall.stackql.servers import base_url, server_of

_VERBS = {verb.value: verb for verb in (Verb.SELECT, Verb.INSERT, Verb.UPDATE, Verb.REPLACE, Verb.DELETE, Verb.EXEC)}
"""A method of several verbs has its own name for the first of these."""
_BY_NAME = {"select": ("select", "list", "aggregatedList", "get"), "insert": ("insert", "create"), "delete": ("delete",)}
"""The methods of a verb, where a resource does not say which they are."""
_OWN_NAMES = frozenset({"id", "name", "uuid", "guid", "slug", "number", "key"})
"""What things call themselves: such a parameter of a list is about what the list is of, and not about its rows."""
_QUERY, _ROW = "query__", "row__"


def service(documents: Sequence[Document], name: str, entry: Mapping[str, Any], config: Config, *, provider_url: str) -> Service:
    """The service that some documents describe, mostly one; `entry` is what the provider says of it."""
    config = config.within(entry.get("config"))
    ways: dict[str, Paging] = {}
    resources: dict[str, Resource] = {}
    urls = [base_url(server_of(document)) for document in documents] or [""]
    for document, own in zip(documents, urls, strict=False):
        made = _resources(document, name, config, ways)
        resources |= made if own == urls[0] else {key: _elsewhere(one, own) for key, one in made.items()}
    url, info = urls[0], table(documents[0].root.get("info")) if documents else {}
    return Service(
        service=name,
        title=prose(entry.get("title")) or prose(info.get("title")) or name,
        description=prose(entry.get("description")) or prose(info.get("description")),
        # What leaves something open is filled for each request, and never once for the provider.
        base_url=None if url in {"", provider_url} and "{" not in url else url or None,
        resources=resources,
        paging=ways,
    )


def _resources(document: Document, name: str, config: Config, ways: dict[str, Paging]) -> dict[str, Resource]:
    """The resources that stand in a document of a service."""
    config = config.within(_own_config(document))
    maker = Methods(document, Answers(document, snakes=config.get("snake_case_aliases") is True))
    found = table(table(document.root.get("components")).get("x-stackQL-resources"))
    verbs: dict[str, set[Verb]] = {}
    for node in found.values():
        for verb, _, method in _verbs(document, table(node)):
            verbs.setdefault(_pointer(method), set()).add(verb)
    return {
        key.casefold(): _resource(document, maker, table(node), config, _Around(f"{name}.{key.casefold()}", ways, verbs))
        for key, node in found.items()
    }


def _elsewhere(resource: Resource, url: str) -> Resource:
    """A resource whose document is at another server than the first one of its service."""
    methods = {name: replace(method, base_url=method.base_url or url) for name, method in resource.methods.items()}
    return replace(resource, methods=methods)


def _own_config(document: Document) -> Any:
    root = document.root
    return root.get("x-stackQL-config") or table(root.get("components")).get("x-stackQL-config")


@dataclass(frozen=True, slots=True)
class _Around:
    """What a resource has of its service."""

    name: str
    """Its own name there, as `docks.berths`."""
    ways: dict[str, Paging]
    """Takes ways of paging, by name."""
    verbs: Mapping[str, Collection[Verb]]
    """The statements that an operation answers to, in whatever resource."""

    def of(self, name: str, verb: Verb, method: Mapping[str, Any]) -> Beside:
        """What is known of a method of the resource besides."""
        return Beside(name, self.ways, frozenset(self.verbs.get(_pointer(method), ())) - {verb})


def _resource(document: Document, maker: Methods, node: Mapping[str, Any], config: Config, around: _Around) -> Resource:
    config = config.within(node.get("config"))
    made: dict[str, Made] = {}
    uncallable: dict[str, Uncallable] = {}
    for verb, name, method in _verbs(document, node):
        key = name if name not in made and name not in uncallable else f"{name}_as_{verb.value}"
        beside = around.of(name, verb, method)
        try:
            made[key] = maker.make(verb, method, config, beside)
            if made[key].doubt and not beside.verbs:
                made[f"{key}_as_exec"] = maker.make(Verb.EXEC, method, config, beside)
        except UncallableError as error:
            uncallable[key] = Uncallable(verb=verb, reason=str(error), description=_summary(document, method))
    columns = united(one.answer.columns for one in made.values() if one.method.verb is Verb.SELECT)
    columns = columns or next((one.answer.columns for one in made.values() if one.answer.columns), _NOTHING)
    methods = {name: _with_returns(one, columns) for name, one in made.items()}
    columns, methods = _told_apart(columns, methods)
    for name, one in made.items():
        if one.doubt:
            select = methods.pop(name)
            uncallable[name] = Uncallable(
                verb=Verb.SELECT, reason=_doubted(around, name, one.doubt, methods), description=select.description, select=select
            )
    return Resource(
        description=prose(node.get("description")) or prose(node.get("title")),
        source=text(node.get("id")),
        columns=columns,
        methods=methods,
        views=() if any(one.verb is Verb.SELECT for one in methods.values()) else tuple(_views(node)),
        uncallable=uncallable,
    )


def _doubted(around: _Around, name: str, why: str, methods: Collection[str]) -> str:
    """Why a method is not called by a SELECT, and what is to be done."""
    instead = "" if f"{name}_as_exec" not in methods else f" EXEC calls it, as {name}_as_exec."
    return (
        f"It is sent with POST, and {why}: a SELECT does not call it.{instead} "
        f'Where you know that it only reads, say so in the settings of the provider: reads = ["{around.name}.{name}"].'
    )


def _pointer(method: Mapping[str, Any]) -> str:
    """What says which operation a method calls."""
    return text(table(method.get("operation")).get("$ref")).partition("#")[2]


_DIALECT = re.compile(r'sqlDialect\s*==\s*"([^"]*)"')
_NEEDS = re.compile(r"requiredParams\s*==\s*\[([^\]]*)\]")


def _views(node: Mapping[str, Any]) -> Iterator[View]:
    """The queries of a resource that are written for SQLite, or for any database, those with the most needs first."""
    one = table(table(table(node.get("config")).get("views")).get("select"))
    while one:
        predicate = text(one.get("predicate"))
        dialect, needs = _DIALECT.search(predicate), _NEEDS.search(predicate)
        if (dialect is None or dialect[1] in {"sqlite3", "sqlite"}) and text(one.get("ddl")):
            names = needs[1].split(",") if needs is not None else []
            yield View(sql=text(one["ddl"]), dialect="sqlite", needs=tuple(filter(None, (name.strip(" \"'") for name in names))))
        one = table(one.get("fallback"))


_NOTHING = {ANONYMOUS: Column(type=Scalar.JSON, description="Nothing is known of what the API gives.")}


def unreadable(reason: str) -> Resource:
    """A resource of a document that cannot be read."""
    uncallable = {verb.value: Uncallable(verb=verb, reason=reason) for verb in (Verb.SELECT,)}
    return Resource(description=reason, source="", columns=_NOTHING, methods={}, uncallable=uncallable)


def _verbs(document: Document, node: Mapping[str, Any]) -> Iterator[tuple[Verb, str, Mapping[str, Any]]]:
    """The methods with their verbs, those of each in the order in which they are to be tried; the rest are for EXEC."""
    methods = table(node.get("methods"))
    said, used = node.get("sqlVerbs"), set()
    for word, verb in _VERBS.items():
        for name, method in _of_verb(document, methods, said, word):
            used.add(name)
            yield verb, name.casefold(), method
    for name, method in methods.items():
        if name not in used:
            yield Verb.EXEC, name.casefold(), table(document.resolved(method))


def _of_verb(document: Document, methods: Mapping[str, Any], said: Any, word: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if not isinstance(said, dict) or word not in said:
        yield from ((name, table(document.resolved(methods[name]))) for name in _BY_NAME.get(word, ()) if name in methods)
        return
    for one in rows(said[word]):
        reference = text(table(one).get("$ref"))
        method = document.resolved(one)
        if reference and isinstance(method, dict) and method:
            yield reference.rpartition("/")[2], method


def _summary(document: Document, method: Mapping[str, Any]) -> str:
    operation = table(document.resolved(table(method.get("operation"))))
    return prose(operation.get("summary")) or prose(operation.get("description"))


def _with_returns(made: Made, columns: Mapping[str, Column]) -> Method:
    """The method with the columns of its response, where these are not the resource's."""
    own = made.answer.columns
    return made.method if made.method.verb is Verb.SELECT or own == columns else replace(made.method, returns=own)


def _told_apart(columns: dict[str, Column], methods: dict[str, Method]) -> tuple[dict[str, Column], dict[str, Method]]:
    """Columns and methods of which no two things that are not equal have one name."""
    spelt = {name.casefold(): name for name in columns}
    moved = {
        spelt[name.casefold()]
        for method in methods.values()
        if method.verb is Verb.SELECT
        for name, one in method.parameters.items()
        if name.casefold() in spelt and _is_needed(one) and not _is_equal(name, method, columns[spelt[name.casefold()]])
    }
    kept = {f"{_ROW}{name}" if name in moved else name: _sourced(name, one) if name in moved else one for name, one in columns.items()}
    types = _types(methods, kept)
    return kept, {name: _aligned(method, kept, types) for name, method in methods.items()}


def _is_needed(parameter: Parameter) -> bool:
    return parameter.required or parameter.place in {Place.PATH, Place.SERVER}


def _is_equal(name: str, method: Method, column: Column) -> bool:
    """Whether a column may be taken to have the value of a parameter in every row."""
    return column.type in _COMPARED and not (method.rows is not None and name.casefold() in _OWN_NAMES)


_COMPARED = frozenset({Scalar.STRING, Scalar.INTEGER, Scalar.NUMBER, Scalar.BOOLEAN})


def _sourced(name: str, column: Column) -> Column:
    return replace(column, source=column.source or name)


def _types(methods: Mapping[str, Method], columns: Mapping[str, Column]) -> dict[str, Scalar]:
    """One type for all parameters of a name: that of the column of this name, else what they have in common."""
    found: dict[str, Scalar] = {}
    for method in methods.values():
        for name, one in method.parameters.items():
            found[name] = one.type if found.get(name, one.type) is one.type else Scalar.STRING
    types = {name.casefold(): column.type for name, column in columns.items()}
    return {
        name: of_column if isinstance(of_column := types.get(name.casefold()), Scalar) and of_column in _COMPARED else type_
        for name, type_ in found.items()
    }


def _aligned(method: Method, columns: Mapping[str, Column], types: Mapping[str, Scalar]) -> Method:
    """The method with the parameters' types, and with another name for one that a column is no filter by."""
    spelt = {name.casefold(): name for name in columns}
    parameters: dict[str, Parameter] = {}
    is_list = method.verb is Verb.SELECT and method.rows is not None
    for name, one in method.parameters.items():
        column = columns[spelt[name.casefold()]] if name.casefold() in spelt else None
        aligned = replace(one, type=types[name], default=None if one.type is not types[name] else one.default)
        every = every_of(aligned) if is_list and aligned.place is Place.QUERY and holds_by_itself(aligned) else None
        if column is None or _is_needed(one):
            parameters[name] = aligned
        elif column.type not in _COMPARED or is_another(one, column):
            parameters[f"{_QUERY}{name}"] = replace(aligned, name=one.name or name, type=one.type)
        else:
            parameters[name] = aligned if aligned.role is not None else replace(aligned, exact=False, sends=every)
    return replace(method, parameters=parameters)
