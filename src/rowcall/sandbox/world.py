"""The objects of a sandbox and what becomes of them as time passes.

What will happen is kept as events in the order of their times, and happens when somebody looks: `advance` plays all that is due.
Seeded objects come into being the same way, at times before the clock's start, so that their past is one that the rules allow. Objects
that are made up are there when somebody first asks for their collection: an API may have a thousand of them. Times are seconds from the
start, so that when the start was changes no draw and no id.
"""

from __future__ import annotations

import contextlib
import hashlib
import heapq
import itertools
import math
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from random import Random
from typing import Any

from rowcall.manifest.files import File, files_of
from rowcall.manifest.model import Column, Method, Scalar
from rowcall.manifest.sandbox import Action, Change, Create, Find, Next, Refuse, Scene, Search, Step
from rowcall.sandbox.blueprint import Blueprint, put, state_after, values
from rowcall.sandbox.invent import Draw, fitted, is_changed_time, maker, named
from rowcall.sandbox.keys import Keys
from rowcall.sandbox.meters import Meters
from rowcall.sandbox.page import Listed
from rowcall.sandbox.record import Record
from rowcall.sandbox.refused import Refused
from rowcall.sandbox.template import Scope, Templates, as_list, follow, new_id

ROWS = 37
"""How many objects the first parent has where nobody says: more than most pages hold."""
_FEW = 3
"""How many there are of a kind of which only names are known."""
_MOST_PARENTS = 60
"""How many parents have objects that are made up."""
_PAST_S = 30 * 86_400
"""How far back what is made up begins."""
_LISTS = 64
"""How many lists are kept in their order while nothing changes."""
_LIMIT = 100_000
"""Events in one leap of the clock; rules that go round in circles without taking time would never end."""


class World:
    """All objects, the events to come, and what was answered to requests with a key."""

    def __init__(self, drawn: Blueprint, *, seed: int, start: float, rows: int = ROWS) -> None:
        """`rows` is how many objects are made up for the first parent of a kind, and for what belongs to nothing."""
        self.sandbox = sandbox = drawn.sandbox
        self._kinds = drawn.kinds
        self.start = math.floor(start)
        self.time = -math.inf
        self.templates = Templates()
        self.lists: OrderedDict[Hashable, Listed] = OrderedDict()
        """The lists that were asked for since something changed, the one asked for last at the end."""
        self.keys = Keys()
        self.meters = Meters()
        self._seed = seed
        self._rows = rows
        self._everything = _All(self._make_up, {name: [] for name in sandbox.collections})
        self._records: dict[str, dict[str, list[Record]]] = {name: {} for name in sandbox.collections}
        self._below: dict[tuple[str, Record | None], list[Record]] = {}
        self._born: dict[tuple[str, Record | None], int] = {}
        self._numbers = itertools.count()
        copied = {name for name, rules in sandbox.collections.items() if rules.same_as is not None}
        self._to_make_up = {name for name, kind in drawn.kinds.items() if kind.is_made_up or name in copied}
        self._busy: set[str] = set()
        """Collections that are being made up."""
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        for index, scene in enumerate(sandbox.seeds):
            self._play(scene, None, f"seed {index}")
        self.advance(start - self.start)

    @property
    def present(self) -> float:
        """What the clock shows, in Unix seconds."""
        return self.start + max(self.time, 0.0)

    def advance(self, time: float) -> None:
        """Lets all that is due until `time` happen, in order."""
        for _ in range(_LIMIT):
            if not self._events or self._events[0][0] > time:
                self.time = max(self.time, time)
                return
            self.time, _, happen = heapq.heappop(self._events)
            self.lists.clear()
            happen()
        raise RuntimeError(f"more than {_LIMIT} events up to {time} s after the start: the states of the sandbox file go in circles")

    def get(self, collection: str, id_: str, parent: Record | None) -> Record | None:
        """The object of that id; None where there is none, or it belongs to another parent than `parent`."""
        return next((record for record in self.named(collection, id_) if record.parent is parent), None)

    def named(self, collection: str, id_: Any) -> list[Record]:
        """The objects of that id, each of another parent."""
        self._make_up(collection)
        return self._records[collection].get(str(id_), [])

    def all(self, collection: str, parent: Record | None = None) -> list[Record]:
        """The objects of a collection, below `parent` where one is given, as they were made."""
        self._make_up(collection)
        if parent is None and self.sandbox.collections[collection].parent is not None:
            return self._everything[collection]
        return self._below.get((collection, parent), [])

    def listed(self, key: Hashable, make: Callable[[], Listed]) -> Listed:
        """The list of a key, as it was when it was asked for before where nothing has changed since; else it is made."""
        found = self.lists.get(key)
        if found is None:
            found = self.lists[key] = make()  # which may make objects up, and so forget the others
            if len(self.lists) > _LISTS:
                self.lists.popitem(last=False)
        self.lists.move_to_end(key)
        return found

    def scope(self, rng: Random, values: Mapping[str, Any] | None = None) -> Scope:
        """What every template may use, and `values`."""
        now = math.floor(self.start + self.time) if self.time > -math.inf else self.start
        return {"now": now, "rng": rng, "values": self.sandbox.values, "all": self._everything, **(values or {})}

    def scope_of(self, record: Record, values: Mapping[str, Any] | None = None) -> Scope:
        """What templates may use when `record` is what it is about."""
        return self.scope(record.rng, {"object": record, "parent": record.parent, **(values or {})})

    def create(
        self,
        collection: str,
        *,
        parent: Record | None,
        body: Any,
        plan: Mapping[str, Any] | None = None,
        id_: str | None = None,
        asked: bool = False,
    ) -> Record:
        """A new object, as its collection makes it. Raises Refused where something it refers to is not there.

        `id_` is its id where a client says it. `asked` says that a client wants it, so that it may be refused by the collection's own
        rules too.
        """
        rules = self.sandbox.collections[collection]
        self._make_up(collection)
        body = self._kinds[collection].renamed(body)
        number = self._born.get((collection, parent), 0)
        rng = self.rng(*self._origin(parent), collection, number)
        scope = self.scope(rng, {"parent": parent, "body": body})
        draw = Draw(rng=rng, now=scope["now"], present=scope["now"], number=number, asked=True)
        scope["id"] = self._id(collection, parent, draw, id_ or self._sent_id(collection, body))
        self._find(rules.finds, scope)
        if asked:
            self.refuse(rules.refuse, scope)
        record = Record(collection, str(scope["id"]), parent, self.time, next(self._numbers), rng, number_id=_whole(scope["id"]))
        record.values = {**self._made_values(record, draw, scope), **self.templates.render(rules.object, scope)}
        self._hold(record, body, scope)
        scope["object"] = record
        record.plan = dict(plan or {})
        for name, source in rules.plan.items():
            if name not in record.plan:
                record.plan[name] = self.templates.render(source, scope)
        self._add(record)
        self._do(rules.created, scope)
        if rules.states:
            self._enter(record, record.values[rules.field])
        for name in [name for name, kind in self._kinds.items() if kind.is_one and self.sandbox.collections[name].parent == collection]:
            self.create(name, parent=record, body={})
        return record

    def _hold(self, record: Record, body: Any, scope: Scope) -> None:
        """Gives an object the file that was sent with it, where one was, and its size where it shows one."""
        rule = self.sandbox.collections[record.collection].uploaded
        file = _joined(next(files_of(body), None) if rule is None else self.templates.render(rule, scope))
        if file is None:
            return
        record.uploaded = file
        for field in self._kinds[record.collection].fields:
            if field.name in {"bytes", "size", "file_size", "size_bytes"} and field.column.type is Scalar.INTEGER:
                record.set(".".join(field.path), len(file))

    def _sent_id(self, collection: str, body: Any) -> Any:
        """What a client says that the object is known by, as a name; None where it does not."""
        name = self._kinds[collection].id_field()
        sent = follow(body, tuple(name.split("."))) if isinstance(body, dict) and name is not None else None
        return sent if isinstance(sent, (str, int)) and self.sandbox.collections[collection].id is None else None

    def _id(self, collection: str, parent: Record | None, draw: Draw, wanted: Any = None) -> Any:
        """A new id, one that no other object below `parent` has."""
        start = self.sandbox.collections[collection].id
        if start is not None:
            return wanted or new_id(start, draw.rng)
        id_ = first = wanted or self._kinds[collection].make_id(draw)
        taken = self._records[collection]
        for again in itertools.count(2):
            if all(other.parent is not parent for other in taken.get(str(id_), ())):
                return id_
            id_ = id_ + 1 if isinstance(id_, int) else f"{first}-{again}"
        raise AssertionError  # the loop has no end of its own

    def _made_values(self, record: Record, draw: Draw, scope: Scope) -> dict[str, Any]:
        """What the manifest says of an object and the sandbox file does not, made up where nobody sent it."""
        rules, kind, body = self.sandbox.collections[record.collection], self._kinds[record.collection], scope.get("body")
        given = body if isinstance(body, dict) else {}
        made: dict[str, Any] = {}
        chain = [record, *_chain(record.parent)]
        for field in kind.fields:
            if field.path[0] in rules.object:
                continue
            known = None
            if field.depth is not None and field.depth < len(chain):
                known = scope["id"] if field.depth == 0 else chain[field.depth].key
                _set(made, field.path, known if field.depth == 0 else fitted(known, field.column.type, field.name, draw))
                continue
            if rules.states and field.path == (rules.field,):
                states = [*rules.states]
                known = states[0] if draw.asked else draw.rng.choice(states)
                put(made, [*field.path], known)
                continue
            if field.link is not None and (others := self._linked(field.link, record)):
                known = None if draw.asked and field.column.nullable else named(draw.rng.choice(others).key, field.column.type)
            put(made, [*field.path], values(field, given, draw, known))
        return made

    def _linked(self, collection: str, record: Record) -> list[Record]:
        """The objects of a collection that a record may name: those with the same parent, where there are such."""
        if collection == record.collection or collection in self._busy:
            return []
        if record.parent is not None and self.sandbox.collections[collection].parent == record.parent.collection:
            return self.all(collection, record.parent)
        return self.all(collection)

    def _make_up(self, collection: str) -> None:
        """Makes up the objects that are there from the start, where nobody asked for the collection before."""
        if collection not in self._to_make_up:
            return
        self._to_make_up.discard(collection)
        self._busy.add(collection)
        rules, kind = self.sandbox.collections[collection], self._kinds[collection]
        if rules.same_as is not None:
            others = self.all(rules.same_as)
            self._make_several(collection, None, [], len(others), others)
            self._busy.discard(collection)
            return
        parents: list[Record | None] = [None]
        if rules.parent is not None:
            most = None if kind.is_one else _MOST_PARENTS  # of a setting each has one
            parents = list(itertools.islice((record for record in self.all(rules.parent) if record.is_made_up), most))
        rng = self.rng("made up", collection)
        for index, parent in enumerate(parents):
            is_shown = parent is None or index == 0 or parent.id in self._kinds[parent.collection].known
            count = 1 if kind.is_one else (self._rows if kind.fields else _FEW) if index == 0 else rng.randint(1, 6)
            known = list(kind.known) if is_shown else []
            self._make_several(collection, parent, known, max(count, len(known)))
        self._busy.discard(collection)

    def _make_several(
        self, collection: str, parent: Record | None, known: list[str], count: int, index_of: Sequence[Record] | None = None
    ) -> None:
        """Makes up objects below one parent, whose times are spread from its own until the start; those of `index_of` are these."""
        rules = self.sandbox.collections[collection]
        since = parent.born if parent is not None and parent.born > -math.inf else -_PAST_S
        for number in range(count):
            rng = self.rng(*self._origin(parent), collection, number)
            born = math.floor(since * (1 - (number + rng.random()) / count))
            now = self.start + born
            scope = {**self.scope(rng, {"parent": parent, "body": {}}), "now": now}
            draw = Draw(rng=rng, now=now, present=self.start, number=number, asked=False)
            id_: Any = None
            if number < len(known):
                field = self._kinds[collection].id_field()
                is_number = known[number].isdecimal() and not isinstance(self._kinds[collection].make_id(draw), str)
                id_ = int(known[number]) if is_number and field is not None else known[number]
            scope["id"] = self._id(collection, parent, draw, id_)
            record = Record(
                collection, str(scope["id"]), parent, born, next(self._numbers), rng, is_made_up=True, number_id=_whole(scope["id"])
            )
            record.values = {**self._made_values(record, draw, scope), **self.templates.render(rules.object, scope)}
            if index_of is not None:
                shown = {field.path[0] for field in self._kinds[collection].fields}
                record.values |= {name: value for name, value in index_of[number].values.items() if name in shown}
            self._add(record)
            self._do(rules.created, self.scope_of(record))
            if rules.states:
                record.entered += 1
                state, scope = rules.states[record.values[rules.field]], self.scope_of(record)
                self._do(state.do, scope)
                self._await(record, state.next, scope)

    def replace(self, record: Record, body: Any) -> Record:
        """The object, made anew of what a client sent in its place; its id stays. Raises Refused as `create` does."""
        rules, body = self.sandbox.collections[record.collection], self._kinds[record.collection].renamed(body)
        scope = self.scope(record.rng, {"parent": record.parent, "body": body, "id": record.id})
        self._find(rules.finds, scope)
        self.refuse(rules.refuse, scope)
        scope["id"] = record.key
        made = self._made_values(record, self._draw(record), scope)
        record.values = {**made, **self.templates.render(rules.object, scope)}
        self._hold(record, body, scope)
        if rules.states:
            self._enter(record, record.values[rules.field])
        return record

    def change(self, record: Record, values: Mapping[str, Any]) -> None:
        """Gives fields of an object the values that a client asked for."""
        self._hold(record, values, self.scope_of(record, {"body": values}))
        kind, draw = self._kinds[record.collection], self._draw(record)
        if not kind.is_made_up:
            for name, value in values.items():
                record.set(name, value)
            return
        for name, value in kind.renamed(values).items():
            field = next((field for field in kind.fields if name in {field.name, field.path[0]}), None)
            if field is None:  # which it takes and never shows
                record.plan = {**record.plan, name: value}
            else:
                record.set(".".join(field.path), fitted(value, field.column.type, name, draw))
        for field in kind.fields:
            if field.depth is not None and len(field.path) > 1:  # in an object that a client may have sent without it
                record.set(".".join(field.path), [*_chain(record)][field.depth].key)
            elif is_changed_time(field.name) and field.name not in values:
                record.set(".".join(field.path), field.make(draw))

    def _draw(self, record: Record) -> Draw:
        """What values are made for that an object is given now."""
        now = self.scope(record.rng)["now"]
        return Draw(rng=record.rng, now=now, present=now, number=record.number, asked=True)

    def enter(self, record: Record, name: str, method: Method) -> None:
        """Lets an object enter the state that a method's name speaks of, if any."""
        state = state_after(name, method, self.sandbox.collections[record.collection].states)
        if state is not None:
            self._enter(record, state)

    def row(self, columns: Mapping[str, Column], record: Record | None, given: Mapping[str, Any]) -> dict[str, Any]:
        """What a method answers that has columns of its own: what the object and the client have of them, and the rest made up."""
        rng = self.rng("row", *columns, "" if record is None else record.id)
        now = self.scope(rng)["now"]
        draw = Draw(rng=rng, now=now, present=now, number=0, asked=False)
        row: dict[str, Any] = {}
        for name, column in columns.items():
            path = (column.source or name).split(".")
            known = given.get(name, None if record is None else record.values.get(name))
            made = fitted(known, column.type, name, draw) if known is not None else maker(name, column)(draw)
            put(row, path, made)
        return row

    def delete(self, record: Record) -> Any:
        """What is answered when an object is deleted; what belongs to it goes too."""
        self._remove(record)
        return self.templates.render(self.sandbox.collections[record.collection].deleted, self.scope_of(record))

    def call(self, action: Action, record: Record | None, body: Any, parent: Record | None = None) -> Any:
        """What a method answers: the object it is about, or what it says. Raises Refused."""
        values = {"body": body, "parent": parent}
        scope = self.scope_of(record, {"body": body}) if record else self.scope(self.rng("call", next(self._numbers)), values)
        self._find(action.finds, scope)
        self.refuse(action.refuse, scope)
        self._do(action.do, scope)
        if record and action.to:
            self._enter(record, action.to)
        return record if action.answer is None else self.templates.render(action.answer, scope)

    def _origin(self, parent: Record | None) -> tuple[str, ...]:
        """What tells a parent from all others, for draws."""
        if parent is None or self.sandbox.collections[parent.collection].id is not None:
            return ("" if parent is None else parent.id,)
        return tuple(record.id for record in _chain(parent))

    def refuse(self, rules: tuple[Refuse, ...], scope: Scope) -> None:
        """Raises Refused where one of the rules applies."""
        for rule in rules:
            if self._applies(rule, scope):
                raise Refused(rule, scope)

    def rng(self, *names: object) -> Random:
        """A source of draws that depends on the seed and `names` alone."""
        digest = hashlib.blake2b("/".join(map(str, (self._seed, *names))).encode(), digest_size=8).digest()
        return Random(int.from_bytes(digest))  # noqa: S311 - repeatable on purpose, and guards nothing

    def _applies(self, rule: Refuse, scope: Scope) -> bool:
        if rule.exists is not None:
            scope["found"] = next(iter(self._search(rule.exists, scope)), None)
            return scope["found"] is not None and self.templates.holds(rule.when, scope)
        if rule.same:
            one, other = (as_list(self.templates.render(source, scope)) for source in rule.same)
            return sorted(map(str, one)) != sorted(map(str, other)) and self.templates.holds(rule.when, scope)
        if rule.unless and self.templates.holds(rule.unless, scope):
            return False
        return self.templates.holds(rule.when, scope)

    def _search(self, search: Search | Change, scope: Scope) -> list[Record]:
        parent = self.templates.render(search.parent, scope)
        found = self.all(search.collection or "", parent)
        return [record for record in found if self.templates.holds(search.where, {**scope, "item": record})]

    def _find(self, finds: Mapping[str, Find], scope: Scope) -> None:
        for name, find in finds.items():
            id_ = self.templates.render(find.id, scope)
            record = next(iter(self.named(find.collection, id_)), None)
            if record is None:
                noun = self.sandbox.collections[find.collection].noun
                raise Refused(self.sandbox.refusals.not_found, {"noun": noun, "id": id_})
            scope[name] = record

    def _do(self, steps: tuple[Step, ...], scope: Scope) -> None:
        for step in steps:
            if not self.templates.holds(step.when, scope):
                continue
            for path, source in step.set.items():
                scope["object"].set(path, self.templates.render(source, scope))
            if step.create:
                self._create(step.create, scope)
            if step.change:
                self._change(step.change, scope)

    def _create(self, create: Create, scope: Scope) -> None:
        parent = self.templates.render(create.parent, scope)
        items = [None] if create.each is None else as_list(self.templates.render(create.each, scope))
        made = []
        for item in items:
            inner = scope if create.each is None else {**scope, "item": item}
            body = self.templates.render(create.body, inner)
            plan = self.templates.render(create.plan, inner)
            record = self.create(create.collection, parent=parent, body=body or {}, plan=plan)
            made.append(record)
            if create.name:
                scope[create.name] = record if create.each is None else made
            for name in create.scenes:
                self._play(self.sandbox.scenes[name], record, name)

    def _change(self, change: Change, scope: Scope) -> None:
        named = as_list(self.templates.render(change.record, scope))
        for target in self._search(change, scope) if change.record is None else named:
            inner = {**scope, "item": target}
            for path, source in change.set.items():
                target.set(path, self.templates.render(source, inner))

    def _enter(self, record: Record, state: str) -> None:
        rules = self.sandbox.collections[record.collection]
        record.set(rules.field, state)
        record.entered += 1
        scope = self.scope_of(record)
        self._do(rules.states[state].do, scope)
        self._await(record, rules.states[state].next, scope)

    def _await(self, record: Record, options: tuple[Next, ...], scope: Scope) -> None:
        """Plans what follows a state: the earliest of what is possible, the first of several at once."""
        due = [(when, option) for option in options if (when := self._due(option, scope)) is not None]
        if due:
            time, option = min(due, key=lambda pair: pair[0])
            entered = record.entered
            self._at(time, lambda: self._follow(record, entered, option))

    def _due(self, option: Next, scope: Scope) -> float | None:
        if not self.templates.holds(option.when, scope):
            return None
        after, at = self.templates.render(option.after, scope), self.templates.render(option.at, scope)
        if after is not None:
            return float(self.time + after)
        return None if at is None else float(at - self.start)

    def _follow(self, record: Record, entered: int, option: Next) -> None:
        if record.gone or record.entered != entered:
            return
        if option.to:
            self._enter(record, option.to)
        elif option.call:
            # A client that calls at the wrong moment is refused, and nothing happens.
            with contextlib.suppress(Refused):
                self.call(self.sandbox.methods[option.call], record, self.templates.render(option.body, self.scope_of(record)))

    def _play(self, scene: Scene, parent: Record | None, name: str) -> None:
        """Plans the rounds of a scene."""
        rng = self.rng("scene", parent.id if parent else "", name)
        scope = self.scope(rng, {"parent": parent})
        items = as_list(self.templates.render(scene.each, scope))
        if scene.each is None:
            items = list(range(int(self.templates.render(scene.count, scope))))
        time = self._opening(scene, parent, scope)
        for item in items:
            inner = {**scope, "item": item}
            self._at(time, lambda inner=inner: self._round(scene, inner))  # type: ignore[misc]
            gap = self.templates.render(scene.gap, inner)
            time = self._opening(scene, parent, scope) if gap is None else time + gap

    def _opening(self, scene: Scene, parent: Record | None, scope: Scope) -> float:
        at, after = self.templates.render(scene.at, scope), self.templates.render(scene.after, scope)
        return float(at or 0) if after is None else (parent.born if parent else 0.0) + float(after)

    def _round(self, scene: Scene, scope: Scope) -> None:
        scope["now"] = self.scope(scope["rng"])["now"]
        for create in scene.create:
            self._create(create, scope)

    def _at(self, time: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._events, (max(time, self.time), next(self._numbers), happen))

    def _add(self, record: Record) -> None:
        self.lists.clear()
        key = (record.collection, record.parent)
        self._born[key] = self._born.get(key, 0) + 1
        self._everything[record.collection].append(record)
        self._records[record.collection].setdefault(record.id, []).append(record)
        self._below.setdefault(key, []).append(record)

    def _remove(self, record: Record) -> None:
        record.gone = True
        self._everything[record.collection].remove(record)
        self._records[record.collection][record.id].remove(record)
        self._below[record.collection, record.parent].remove(record)
        for name in self.sandbox.collections:
            for child in list(self._below.get((name, record), ())):
                self._remove(child)


class _All(dict[str, list[Record]]):
    """The objects by collection, which are made up when a template names them."""

    def __init__(self, make_up: Callable[[str], None], records: Mapping[str, list[Record]]) -> None:
        super().__init__(records)
        self._made_up = make_up

    def get(self, name: str, default: Any = None) -> Any:
        """The objects of a collection, or those of a service by the names of its resources."""
        if name in self:
            self._made_up(name)
            return super().get(name, default)
        of_service = {full.removeprefix(f"{name}."): records for full, records in self.items() if full.startswith(f"{name}.")}
        return _All(lambda resource: self._made_up(f"{name}.{resource}"), of_service) if of_service else default


def _joined(source: Any) -> bytes | None:
    """A file that is made of files and texts, one after the other; None of nothing."""
    if isinstance(source, list):
        return b"".join(_joined(item) or b"" for item in source)
    if isinstance(source, File):
        return source.content
    return source.encode() if isinstance(source, str) else source if isinstance(source, bytes) else None


def _set(made: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Gives the field at a path a value, in whatever stands there."""
    *before, last = path
    for name in before:
        inner = made.get(name)
        made[name] = made = {**inner} if isinstance(inner, dict) else {}
    made[last] = value


def _chain(record: Record | None) -> Iterator[Record]:
    """A record and all that it belongs to."""
    while record is not None:
        yield record
        record = record.parent


def _whole(id_: Any) -> int | None:
    return id_ if isinstance(id_, int) else None
