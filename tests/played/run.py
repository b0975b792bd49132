"""How much of a provider its sandbox plays: each method is asked as a user would ask for it, with ids that the sandbox shows.

An id comes from the rows of another list, or from the sandbox's tables; nothing is looked up behind its back but which list a placeholder of
a path leads to. What a method is expected to do follows from its verb.
"""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import rowcall
from rowcall.catalog.catalog import ResourceRef
from rowcall.errors import AuthError, MisfitWarning, RequestError, RowcallError, RowcallWarning
from rowcall.manifest.model import Attribute, AuthKind, Kind, ListOf, Method, Object, Place, Scalar, Type, Verb
from rowcall.manifest.types import quoted
from rowcall.sandbox.blueprint import bare, prefixes
from rowcall.sandbox.routes import Route

CHECKS = ("list", "row", "join", "insert", "replace", "update", "delete", "exec", "refusal")
"""Lists that give each of their rows once and typed, rows that are got by what names them, joins of a parent with its children, objects that are
there once they were created or changed and gone once they were deleted, other calls that are answered, a wrong key and a rate limit."""
_NAME = " name"
"""What names an object, in a row of a table."""
_MOST = 3
"""How many attributes a body has besides those that it has to have."""


@dataclass
class Score:
    """What became of the methods of a provider."""

    resources: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    played: Counter[str] = field(default_factory=Counter)
    said: list[tuple[str, str, str]] = field(default_factory=list)
    """Check, name and reason of each that does not work."""

    def note(self, check: str, name: str, reason: str | None) -> None:
        """Counts one that was asked, which works where there is no reason why it does not."""
        self.asked[check] += 1
        self.played[check] += reason is None
        if reason is not None:
            self.said.append((check, name, reason))


class NotPlayedError(Exception):
    """What the sandbox does is not what was asked for."""


def played(folder: Path) -> Score:
    """What the sandbox of a provider plays of all its methods."""
    with rowcall.Sandbox(folder) as box, warnings.catch_warnings():
        warnings.simplefilter("ignore", RowcallWarning)
        warnings.simplefilter("error", MisfitWarning)
        return _Player(folder, box).play()


class _Player:
    def __init__(self, folder: Path, box: rowcall.Sandbox) -> None:
        self._folder = folder
        self._box = box
        self._name = box.provider.provider
        self._drawn = box._app._blueprint
        self._session = self._connected(box.providers[self._name])
        self._score = Score()
        self._refs = [ref for ref in self._session.catalog.resources() if ref.provider.provider == self._name]
        routes = {(route.service.service, route.resource, route.name): route for route in box._app.api._routes._routes}
        self._routes = {
            id(method): routes[ref.service.service, ref.name, name] for ref in self._refs for name, method in ref.resource.methods.items()
        }
        made = self._drawn.sandbox.tables
        self._tables: dict[str, list[dict[str, Any]]] = {}
        for name, (columns, rows) in box.tables.items():
            above = (made[name].rows, *self._drawn.ancestors(made[name].rows))
            for collection, column in zip(above, reversed(columns), strict=False):
                shown = [dict(zip(columns, row, strict=True)) for row in rows]
                self._tables.setdefault(collection, [{**row, _NAME: row[column]} for row in shown])
        self._shown: dict[str, list[dict[str, Any]]] = {}
        """The rows of each collection, as far as lists gave them."""
        self._busy: set[str] = set()

    def _connected(self, settings: Mapping[str, Any]) -> rowcall.Session:
        return rowcall.connect(
            provider_paths={self._name: self._folder},
            providers={self._name: settings},
            journal=":memory:",
            max_write_rows=None,
            timeout_s=60,
        )

    def play(self) -> Score:
        """What works, and why the rest does not."""
        methods = [(ref, name, method) for ref in self._refs for name, method in ref.resource.methods.items()]
        self._score.resources = len(self._refs)
        for ref, name, method in methods:
            if method.verb is Verb.SELECT:
                is_list = self._is_list(method)
                self._note("list" if is_list else "row", ref, name, self._list if is_list else self._row)
        for ref, name, method in methods:
            if method.verb is not Verb.SELECT:
                self._box.reset()
                self._note(method.verb.value, ref, name, self._call if method.verb is Verb.EXEC else self._write)
        self._box.reset()
        self._note_refusals(methods)
        self._session.close()
        return self._score

    def _note(self, check: str, ref: ResourceRef, name: str, do: Callable[[ResourceRef, str, Method], None]) -> None:
        reason: str | None = None
        try:
            do(ref, name, ref.resource.methods[name])
        except (RowcallError, MisfitWarning, NotPlayedError) as error:
            reason = str(error)
        self._score.note(check, f"{ref.full_name}.{name}", reason)

    # -- what names something ----------------------------------------------------------------------------------------------------------

    def _given(self, ref: ResourceRef, method: Method) -> dict[str, Any]:
        """A value for all that a call has to have but its body, by its key. Raises NotPlayedError where nothing shows one."""
        known: dict[str, Any] = {}
        for (name, _), collection in zip(prefixes(method.path), self._route(method).names, strict=True):
            declared = method.parameters.get(name)
            if declared is not None and declared.enum:
                known[name] = declared.enum[0]
            elif collection is not None:
                known[name] = self._one(collection, name, known)
        by_name = {one.name or key: key for key, one in method.parameters.items() if one.place is Place.PATH}
        given = {
            key: str(value) if method.parameters[key].type is Scalar.STRING else value
            for name, value in known.items()
            for key in [by_name.get(name, name)]
        }
        for key in method.required():
            if key in method.parameters and key not in given:
                one = method.parameters[key]
                given[key] = one.enum[0] if one.enum else self._linked(ref, method, key)
        return given

    def _is_list(self, method: Method) -> bool:
        """Whether it may answer with several objects."""
        route = self._route(method)
        return method.rows is not None and not (bare(method.path).endswith("}") and route.names[-1] == route.collection)

    def _route(self, method: Method) -> Route:
        return self._routes[id(method)]

    def _one(self, collection: str, name: str, above: Mapping[str, Any]) -> Any:
        """What names an object that belongs to what was named before, by the names of placeholders."""
        found = [row for row in self._rows_of(collection, name) if all(row.get(key, value) == value for key, value in above.items())]
        if not found:
            raise NotPlayedError(f"nothing shows what `{name}` may be")
        return found[0][name]

    def _rows_of(self, collection: str, name: str) -> list[dict[str, Any]]:
        """The objects of a collection, by what the placeholders call them and what they belong to."""
        if collection in self._tables:
            return [{**row, name: row[_NAME]} for row in self._tables[collection]]
        if collection not in self._shown and collection not in self._busy:
            self._busy.add(collection)
            self._shown[collection] = self._listed(collection)
            self._busy.discard(collection)
        kind = self._drawn.kinds[collection]
        id_, above = kind.id_field(), [field for field in kind.fields if field.depth and len(field.path) > 1]
        for row in self._shown.get(collection, ()):
            row.update({field.path[-1]: _at(row, field.name) for field in above})
        return [{**row, name: found} for row in self._shown.get(collection, ()) if (found := _at(row, str(id_))) is not None]

    def _listed(self, collection: str) -> list[dict[str, Any]]:
        for ref in self._refs:
            for method in ref.resource.methods.values():
                if method.verb is Verb.SELECT and self._is_list(method) and self._route(method).collection == collection:
                    try:
                        given = self._given(ref, method)
                        if rows := self._select(ref, method, given):
                            return [{**row, **given} for row in rows]
                    except (RowcallError, MisfitWarning, NotPlayedError):
                        continue
        return []

    def _linked(self, ref: ResourceRef, method: Method, key: str) -> Any:
        """What a parameter may be that names no object of its path: what another one is called that it names, or has; else any value."""
        one, collection = method.parameters[key], self._route(method).collection
        name, type_, column = one.name or key, one.type, one.column or key
        if one.place is Place.PATH and column in ref.resource.columns and collection not in self._busy:
            self._busy.add(collection)
            shown = self._shown.get(collection) or self._listed(collection)
            self._busy.discard(collection)
            if values := [row[column] for row in shown if row.get(column) is not None]:
                return values[0]
        for collection, rules in self._drawn.sandbox.collections.items():
            if rules.parameter == name and name not in {"id", "name"} and (rows := self._rows_of(collection, name)):
                return rows[0][name]
        return _value(type_)

    # -- reads -------------------------------------------------------------------------------------------------------------------------

    def _list(self, ref: ResourceRef, name: str, method: Method) -> None:
        given = self._given(ref, method)
        rows = self._select(ref, method, given)
        if not rows:
            raise NotPlayedError("it gives no rows")
        if all(value is None for row in rows for key, value in row.items() if key not in given):
            raise NotPlayedError("all columns of its rows are null")
        collection = self._route(method).collection
        if not given and (there := len(self._box._app.world.all(collection))) != len(rows) and collection not in self._drawn.base:
            raise NotPlayedError(f"it gives {len(rows)} rows, and there are {there}")
        id_ = self._drawn.kinds[collection].id_field()
        if method.inner is None and id_ is not None and _at(rows[0], id_) is not None and len({str(row) for row in rows}) < len(rows):
            raise NotPlayedError("it gives a row twice")
        if any(collection is not None for collection in self._route(method).names):
            self._note("join", ref, name, self._join)

    def _join(self, ref: ResourceRef, _: str, method: Method) -> None:
        """The rows of a child beside the row of its parent that has the id."""
        given = self._given(ref, method)
        (key, _), above = [
            (each, collection) for each, collection in zip(prefixes(method.path), self._route(method).names, strict=True) if collection
        ][-1]
        parent = next(
            (
                (one, each)
                for one in self._refs
                for each in one.resource.methods.values()
                if each.verb is Verb.SELECT and self._is_list(each) and self._route(each).collection == above
            ),
            None,
        )
        if parent is None or self._drawn.kinds[str(above)].id_field() is None:
            if above in self._tables:
                return  # one joins with the table
            raise NotPlayedError(f"nothing lists what `{key}` names")
        id_ = str(self._drawn.kinds[str(above)].id_field())
        needed = self._given(*parent)
        terms = [f"c.{term}" for term in _terms(ref, method, {name: value for name, value in given.items() if name != key})]
        terms += [f"p.{term}" for term in _terms(*parent, needed)]
        on = f"c.{quoted(_column(ref, method, key))} = p.{_path(id_)}"
        where = " AND ".join([*terms, f"p.{_path(id_)} = {_literal(given[key])}"])
        if not self._ask(f"SELECT 1 FROM {_full(parent[0])} p JOIN {_full(ref)} c ON {on} WHERE {where}"):
            raise NotPlayedError("its join with its parent has no rows")

    def _row(self, ref: ResourceRef, name: str, method: Method) -> None:
        given = self._given(ref, method)
        rows = self._ask(_exec(ref, name, given))
        if len(rows) != 1:
            raise NotPlayedError(f"it gives {len(rows)} rows")
        if all(value is None for key, value in rows[0].items() if key not in given):
            raise NotPlayedError("all columns of its row are null")

    # -- writes ------------------------------------------------------------------------------------------------------------------------

    def _write(self, ref: ResourceRef, name: str, method: Method) -> None:
        given = self._given(ref, method)
        body = (
            dict(_sent(method))
            if method.verb is not Verb.DELETE
            else {key: value for key, value in _sent(method) if method.body[key].required}
        )
        reader, before = self._reader(ref, given)
        answer = self._ask(_exec(ref, name, given, body))
        if reader is None:
            return
        id_ = self._drawn.kinds[self._route(method).collection].id_field()
        named = _at(answer[0], id_ or "") if answer else None
        if method.verb is Verb.INSERT and not self._is_list(reader) and named is not None:
            given |= dict.fromkeys(reader.required()[-1:], named)
            before = []
        after = self._read(ref, reader, given)
        if method.verb is Verb.DELETE:
            if len(after) >= len(before):
                raise NotPlayedError(f"there are {len(after)} rows after it, and were {len(before)}")
        elif method.verb is Verb.INSERT and len(after) <= len(before) and not _fits(after, body, ref):
            raise NotPlayedError(f"there are {len(after)} rows after it, and were {len(before)}")
        elif not _fits(after, body, ref):
            raise NotPlayedError(f"no row has what was sent: {body}")

    def _reader(self, ref: ResourceRef, given: Mapping[str, Any]) -> tuple[Method | None, list[dict[str, Any]]]:
        """What reads the rows beside what a write is about, or the one that it is about, and these; None where nothing does."""
        readers = [each for each in ref.resource.methods.values() if each.verb is Verb.SELECT and not each.returns]
        found: tuple[Method | None, list[dict[str, Any]]] = None, []
        for reader in sorted(readers, key=lambda each: not self._is_list(each)):
            try:
                found = reader, self._read(ref, reader, given)
            except NotPlayedError:
                continue
            if found[1]:
                break
        return found

    def _read(self, ref: ResourceRef, reader: Method, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        needed = self._given(ref, reader)
        try:
            return self._select(ref, reader, needed | {key: given[key] for key in needed if key in given})
        except RequestError as error:
            if error.status == 404:
                return []
            raise

    def _call(self, ref: ResourceRef, name: str, method: Method) -> None:
        self._ask(_exec(ref, name, self._given(ref, method), dict(_sent(method))))

    # -- refusals ----------------------------------------------------------------------------------------------------------------------

    def _note_refusals(self, methods: list[tuple[ResourceRef, str, Method]]) -> None:
        lists = [each for each in methods if each[2].verb is Verb.SELECT and self._is_list(each[2])]
        read = next((each for each in lists if not prefixes(each[2].path)), next(iter(lists), None))
        if read is None:
            return
        ref, name, _ = read
        schemes = [*(ref.service.auth or ref.provider.auth).values()]
        if schemes and schemes[0].kind is not AuthKind.NONE:
            self._note("refusal", ref, name, self._with_wrong_key)
        self._note("refusal", ref, name, self._with_rate_limit)

    def _with_wrong_key(self, ref: ResourceRef, _: str, method: Method) -> None:
        given, right = self._given(ref, method), self._session
        services = {name: {"api_key": "wrong"} for name in self._box.provider.keyed}
        self._session = self._connected({"base_url": self._box.base_url, "api_key": "wrong", **services})
        try:
            self._select(ref, method, given)
        except AuthError:
            return
        finally:
            self._session.close()
            self._session = right
        raise NotPlayedError("a wrong key is taken")

    def _with_rate_limit(self, ref: ResourceRef, _: str, method: Method) -> None:
        given, before = self._given(ref, method), len(self._box.requests)
        self._box.fault("rate_limit", times=1, retry_after_s=0)
        rows = self._select(ref, method, given)
        statuses = [each.status for each in self._box.requests[before:]]
        if not rows or statuses[0] not in {403, 429}:
            raise NotPlayedError(f"the statuses are {statuses}")

    # -- statements --------------------------------------------------------------------------------------------------------------------

    def _select(self, ref: ResourceRef, method: Method, given: Mapping[str, Any]) -> list[dict[str, Any]]:
        terms = _terms(ref, method, given)
        return self._ask(f"SELECT * FROM {_full(ref)}" + (f" WHERE {' AND '.join(terms)}" if terms else ""))

    def _ask(self, text: str) -> list[dict[str, Any]]:
        relation = self._session.sql(text)
        return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def _at(row: Mapping[str, Any], name: str) -> Any:
    """What a row has in a column, or in a field of one; None where it has nothing."""
    found: Any = row
    for step in name.split("."):
        found = found.get(step) if isinstance(found, dict) else None
    return found


def _path(name: str) -> str:
    return ".".join(map(quoted, name.split(".")))


def _full(ref: ResourceRef) -> str:
    return ".".join(map(quoted, ref.parts))


def _terms(ref: ResourceRef, method: Method, given: Mapping[str, Any]) -> list[str]:
    terms = []
    for key, value in given.items():
        range_ = method.parameters[key].range if key in method.parameters else None
        column = _column(ref, method, key) if range_ is None else range_.column
        terms.append(f"{quoted(column)} {'=' if range_ is None else range_.operator.value} {_literal(value)}")
    return terms


def _column(ref: ResourceRef, method: Method, key: str) -> str:
    column = method.parameters[key].column if key in method.parameters else None
    return column if column is not None and column in (method.returns or ref.resource.columns) else key


def _exec(ref: ResourceRef, name: str, given: Mapping[str, Any], body: Mapping[str, Any] | None = None) -> str:
    every = [f"@{quoted(key)} = {_literal(value)}" for key, value in given.items()]
    every += [f"@{quoted(f'data__{key}')} = {_literal(value)}" for key, value in (body or {}).items()]
    return f"EXEC {_full(ref)}.{quoted(name)} {', '.join(every)}"


def _literal(value: Any) -> str:
    """A value as SQL; what is nested as JSON."""
    if isinstance(value, (bool, int, float)):
        return str(value).lower()
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    return "'" + text.replace("'", "''") + "'" + ("" if isinstance(value, str) else "::JSON")


def _sent(method: Method) -> Iterator[tuple[str, Any]]:
    """What a body has: all that is required, and some texts and sets besides."""
    more = _MOST
    for name, one in method.body.items():
        if one.required:
            yield name, _attribute(one)
        elif more and one.type is Scalar.STRING:
            more -= 1
            yield name, _attribute(one)


def _attribute(one: Attribute) -> Any:
    """A value that an attribute takes."""
    if one.enum:
        value: Any = one.enum[0]
        return [value] if isinstance(one.type, ListOf) else value
    if one.fields:
        chosen = one.one_of[:1]
        made = {key: _attribute(each) for key, each in one.fields.items() if each.required or key in chosen}
        return [made] if isinstance(one.type, ListOf) else made
    value = _value(one.type) if not one.kinds or Kind.STRING in one.kinds else {Kind.OBJECT: {}, Kind.ARRAY: []}.get(one.kinds[0], 1)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return max(value, one.minimum or value) if one.maximum is None else min(max(value, one.minimum or value), one.maximum)
    if isinstance(value, str) and one.max_length:
        return value[: one.max_length]
    return value * (one.min_items or 1) if isinstance(value, list) else value


def _value(type_: Type) -> Any:
    """A value of a type."""
    if isinstance(type_, ListOf):
        return [_value(type_.item)]
    if isinstance(type_, Object):
        return {name: _value(inner) for name, inner in type_.fields[:2]}
    values: Mapping[Scalar, Any] = {Scalar.INTEGER: 1, Scalar.NUMBER: 1.5, Scalar.BOOLEAN: True, Scalar.MAP: {"a": "b"}}
    return values.get(type_, "said-by-me")


def _fits(rows: list[dict[str, Any]], body: Mapping[str, Any], ref: ResourceRef) -> bool:
    """Whether one row has all that was sent and is a column of the same name and kind."""
    columns = ref.resource.columns
    seen = {name: value for name, value in body.items() if name in columns and isinstance(value, (str, int, float))}
    seen = {
        name: value for name, value in seen.items() if columns[name].type in {Scalar.STRING, Scalar.INTEGER, Scalar.NUMBER, Scalar.BOOLEAN}
    }
    return any(all(str(row.get(name)) == str(value) for name, value in seen.items()) for row in rows) if seen else True
