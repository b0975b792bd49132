"""The views and macros of the user's database that mention remote resources, and what a name in a statement means beside them.

DuckDB keeps their text and can no longer bind it, for the resources are not in its catalog; `expand.py` reads it in its place.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rowcall.plan.printed import as_written
from rowcall.sql.define import ASSIGNS, definition, listed
from rowcall.sql.tokens import closing, tokenize

Place = tuple[str, str]
"""A database and a schema, in lower case."""
Key = tuple[str, str, str]
"""A database, a schema and a name, in lower case."""

TEMP: Place = ("temp", "main")
CARRIER = "__rowcall_"
"""What the parameters begin with of the form of a macro that holds the default values of the others: DuckDB does not tell these."""


@dataclass(frozen=True, slots=True)
class View:
    """A view as DuckDB keeps it."""

    database: str
    schema: str
    name: str
    columns: tuple[str, ...]
    """The names that it gives to its first columns; mostly none."""
    query: str

    @property
    def place(self) -> Place | None:
        """Where the names in its text are looked up first; nowhere for a temporary one."""
        place = (self.database.casefold(), self.schema.casefold())
        return None if place == TEMP else place


@dataclass(frozen=True, slots=True)
class Macro:
    """One form of a macro as DuckDB keeps it."""

    database: str
    schema: str
    name: str
    is_table: bool
    parameters: tuple[str, ...]
    types: tuple[str | None, ...]
    """The declared type of each parameter, None where it has none."""
    body: str
    defaults: Mapping[str, str] = field(default_factory=dict)
    """The default values, as SQL, by parameter in lower case: those that rowcall knows."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What DuckDB's catalog tells, row by row."""

    path: tuple[Place, ...]
    """Where a bare name is looked up, in this order, temporary things before all."""
    tables: frozenset[Key]
    """Every table and view."""
    views: tuple[tuple[str, str, str, str], ...]
    """Database, schema, name and text of every view of the user's."""
    macros: tuple[tuple[str, str, str, bool, tuple[str, ...], tuple[str | None, ...], str], ...]
    """Database, schema, name, whether it gives a table, parameters, their types and body of every form of every macro of the user's."""


class Definitions:
    """The views and macros that mention a resource of `providers`, or one another, found among `stored`."""

    def __init__(self, stored: Stored, providers: Collection[str]) -> None:
        self._path = stored.path
        self._tables = stored.tables
        texts = [(name, text) for _, _, name, text in stored.views] + [(row[2], row[-1]) for row in stored.macros]
        self.names = _reaching(texts, providers)
        """Their names in lower case; another thing may share one."""
        self._views = {_key(*row[:3]): view for row in stored.views if row[2].casefold() in self.names if (view := _view(*row)) is not None}
        self._macros = _macros(row for row in stored.macros if row[2].casefold() in self.names)

    def may_call(self, words: Collection[str]) -> bool:
        """Whether a statement of these words, in lower case, may call one of the macros, itself or in a view."""
        names = {key[2] for key, _ in self._macros}
        texts = " ".join(view.query.casefold() for view in self._views.values()) if names else ""
        return any(set(re.findall(r"\w+", name)) <= set(words) or _has(texts, name) for name in names)

    def table(self, parts: Sequence[str], near: Place | None = None) -> Key | None:
        """The table or view that a name means, None where there is none; `near` is where the text stands that has the name."""
        return next((key for key in self._candidates(parts, near) if key in self._tables), None)

    def view(self, key: Key) -> View | None:
        """The view of this key, None when it is not one that mentions a resource."""
        return self._views.get(key)

    def macros(self, parts: Sequence[str], *, is_table: bool) -> tuple[Macro, ...]:
        """The forms of the macro that a name means; none when it is not one that mentions a resource."""
        return next((found for key in self._candidates(parts, None) if (found := self._macros.get((key, is_table)))), ())

    def texts(self, names: Collection[str]) -> list[tuple[str, bool, tuple[str, ...]]]:
        """The text of everything of these names, whether it is a query or an expression, and its parameters."""
        views = [(view.query, True, ()) for key, view in self._views.items() if key[2] in names]
        forms = [form for (key, _), found in self._macros.items() if key[2] in names for form in found]
        return [*views, *((form.body, form.is_table, form.parameters) for form in forms)]

    def _candidates(self, parts: Sequence[str], near: Place | None) -> Iterator[Key]:
        """What a name of one to three parts could mean, in DuckDB's order."""
        folded = [part.casefold() for part in parts]
        places = [TEMP, *([near, (near[0], "main")] if near else []), *self._path]
        match folded:
            case [name]:
                yield from ((*place, name) for place in places)
            case [first, name]:
                yield from ((database, first, name) for database, _ in places)
                yield (first, "main", name)
            case [database, schema, name]:
                yield (database, schema, name)
            case _:
                return


def search_path(database: str, setting: str) -> tuple[Place, ...]:
    """The places that DuckDB's setting `search_path` names, in order; `database` is the current one."""
    places: list[Place] = []
    for entry in re.findall(rf"{_PART}(?:\.{_PART})?", setting):
        parts = [part[1:-1].replace('""', '"') if part.startswith('"') else part for part in re.findall(_PART, entry.casefold())]
        places.append((parts[0], parts[1]) if len(parts) > 1 else (database.casefold(), parts[0]))
    return tuple(places) or ((database.casefold(), "main"),)


_PART = r'(?:"(?:[^"]|"")*"|[^".,\s]+)'


def _reaching(texts: Sequence[tuple[str, str]], providers: Collection[str]) -> frozenset[str]:
    """The names of the texts that have one of the words in them, or one of the names so found."""
    known: set[str] = set()
    left = [(name.casefold(), text.casefold()) for name, text in texts]
    words: Collection[str] = {provider.casefold() for provider in providers}
    while words:
        found = {name for name, text in left if any(_has(text, word) for word in words)} - known
        known |= found
        words = found
    return frozenset(known)


def _has(text: str, word: str) -> bool:
    return word in text and re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _key(database: str, schema: str, name: str) -> Key:
    return database.casefold(), schema.casefold(), name.casefold()


def _view(database: str, schema: str, name: str, text: str) -> View | None:
    found = definition(text, tokenize(text))
    if found is None or found.kind != "view":
        return None
    span = found.bodies[0].span
    return View(database, schema, name, found.columns, as_written(text[span.start : span.end]))


def _macros(
    rows: Iterable[tuple[str, str, str, bool, tuple[str, ...], tuple[str | None, ...], str]],
) -> dict[tuple[Key, bool], tuple[Macro, ...]]:
    """The forms of each macro by its key and whether it gives a table, the carriers of default values read and left out."""
    forms: dict[tuple[Key, bool], list[Macro]] = {}
    defaults: dict[tuple[Key, bool], dict[str, str]] = {}
    for database, schema, name, is_table, parameters, types, body in rows:
        key = (_key(database, schema, name), is_table)
        if parameters and parameters[0].startswith(CARRIER):
            defaults[key] = _carried(body)
        else:
            forms.setdefault(key, []).append(Macro(database, schema, name, is_table, parameters, types, as_written(body)))
    return {key: tuple(_with_defaults(form, defaults.get(key, {})) for form in found) for key, found in forms.items()}


def _with_defaults(form: Macro, carried: Mapping[str, str]) -> Macro:
    found = {name: carried[key] for name in form.parameters if (key := carried_name(len(form.parameters), name)) in carried}
    own = {name.casefold(): value for name, value in found.items()}
    return Macro(form.database, form.schema, form.name, form.is_table, form.parameters, form.types, form.body, own)


def carried_name(count: int, parameter: str) -> str:
    """What the carrier calls the default value of a parameter of the form that has `count` parameters."""
    return f"{count}.{parameter.casefold()}"


def _carried(body: str) -> dict[str, str]:
    """The default values that a carrier's body has, `struct_pack(name := value, …)`, alone or in a SELECT."""
    tokens = tokenize(body)
    words = [token.word for token in tokens]
    start = words.index("STRUCT_PACK") + 1 if "STRUCT_PACK" in words else len(tokens)
    end = closing(tokens, start)
    if end is None:
        return {}
    items = [item for item in listed(tokens[start + 1 : end]) if len(item) > 2 and item[1].kind in ASSIGNS]
    return {item[0].text: body[item[2].start : item[-1].end] for item in items}
