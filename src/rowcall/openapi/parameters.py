"""The parameters of one method, made of those of an operation: which column a key is, what is a filter, and what is not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from rowcall.manifest.model import Column, Form, Many, Operator, Paging, Parameter, Place, Range, Role, Sort, Verb
from rowcall.manifest.types import ListOf, Scalar, Type
from rowcall.openapi.api import Field
from rowcall.openapi.draft import Draft
from rowcall.openapi.layout import Placed, ResourcePlan, is_parameter, segments
from rowcall.openapi.names import called, folded, free, identifier, sentence, singular, words
from rowcall.openapi.paging import is_cursor, is_key, said_maximum

_HEADERS = frozenset({"accept", "authorization", "content-type", "user-agent", "accept-language", "accept-encoding"})
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_RANGE = re.compile(r"(.+?)(?:\[(gte?|lte?)\]|[._-](gte?|lte?))")
_OPERATORS = {"gt": Operator.ABOVE, "gte": Operator.AT_LEAST, "lt": Operator.BELOW, "lte": Operator.AT_MOST}
_COMPARED = frozenset({Scalar.STRING, Scalar.INTEGER, Scalar.NUMBER})
_PLAIN = _COMPARED | {Scalar.BOOLEAN}
_KEYS = ("id", "uuid", "key", "name", "slug", "number", "code", "login", "username", "sha", "ref")
_ASCENDING, _DESCENDING = frozenset({"asc", "ascending"}), frozenset({"desc", "descending"})
_FROM = frozenset({"starttime", "start", "startdate", "from", "since"})
_UNTIL = frozenset({"endtime", "end", "enddate", "to", "until"})
"""What the ends of a time are called."""
_EVERY = frozenset({"all", "any", "*"})
"""Values that are no filter."""
_CODE = re.compile(r"`([A-Za-z_][A-Za-z0-9_]*)`")


class Parameters:
    """The parameters of an operation on their way into a method."""

    def __init__(self, draft: Draft, plan: ResourcePlan, placed: Placed, *, path: str, columns: Mapping[str, Column], verb: Verb) -> None:
        self._draft = draft
        self._schemas = draft.schemas
        self._plan = plan
        self._placed = placed
        self._at = path
        self._columns = columns
        self._folded = {name.casefold(): name for name in columns}
        self._verb = verb
        self.path = placed.operation.path.partition("?")[0]
        """The path of the method, whose placeholders may be called otherwise than in the document."""
        self._found: dict[str, Parameter] = {}
        self._in_path()

    def select(self, *, paging: Paging | None) -> dict[str, Parameter]:
        """Those of a method that answers to SELECT; `paging` is how it is paged, where it is."""
        for field in self._others():
            self._keep(field, lambda key, made, field=field: self._selective(key, made, field, paging=paging))
        return self._found

    def write(self) -> dict[str, Parameter]:
        """Those of any other method."""
        for field in self._others():
            self._keep(field, lambda _, made: made)
        return self._found

    def _others(self) -> list[Field]:
        fields = [field for field in self._placed.operation.fields if field.place in {"query", "header"}]
        return [field for field in fields if not (field.place == "header" and field.name.lower() in _HEADERS)]

    def _keep(self, field: Field, finish: Any) -> None:
        if field.deprecated and not field.required:
            return
        kinds = {each.kind for each in self._schemas.alternatives(self._single(field))} - {"null"}
        if "object" in kinds and not field.required and (column := self._map_of(field)) is not None:
            text = sentence(field.description, otherwise=f"Only those with these entries of {column}.")
            made = Parameter(place=Place.QUERY, name=field.name, entries=column, description=text)
            self._found[free(f"{column}_entries", [*self._found, *self._columns])] = made
            return
        if "object" in kinds and not field.required:
            self._draft.say_otherwise(f"{self._where()}.{field.name}", "It takes an object, which no parameter does.")
            return
        key = free(identifier(field.name), self._found)
        made = self._parameter(key, field)
        if self._verb is Verb.SELECT and self._is_another(key, made):
            key = free(f"query_{key}", [*self._found, *self._columns])
            made = replace(made, name=field.name)
        self._found[key] = finish(key, made)

    def _map_of(self, field: Field) -> str | None:
        """The map column of whose entries a parameter takes some, as `metadata[tenant]`; None where it takes none."""
        column = self._folded.get(identifier(field.name).casefold(), "")
        is_deep = field.node.get("style") == "deepObject" or f"{field.name}[" in field.description
        is_map = self._verb is Verb.SELECT and column != "" and self._columns[column].type is Scalar.MAP
        return column if is_map and is_deep and field.place == "query" else None

    def _is_another(self, key: str, made: Parameter) -> bool:
        """Whether a parameter takes nothing that the column of its name ever holds, so that it is about something else."""
        column = self._columns.get(self._folded.get(key.casefold(), ""))
        if column is not None and made.required:  # a statement has to say it, and could not by a column of objects
            return column.type not in _PLAIN
        return column is not None and is_another(made, column)

    def _in_path(self) -> None:
        """The placeholders of the path, each called so that it is not taken for a column that it is not."""
        fields = {field.name: field for field in self._placed.operation.fields if field.place == "path"}
        parts = segments(self.path)
        names = _PLACEHOLDER.findall(self.path)
        for name in names:
            is_key = self._placed.is_item and not self._placed.is_action and name == names[-1]
            is_key = is_key or (self._placed.is_action and self._placed.is_item and name == names[-1])
            before = next((parts[at - 1] for at, part in enumerate(parts) if part == f"{{{name}}}" and at), "")
            ours = free(self._path_name(name, before, is_key=is_key), self._found)
            self.path = self.path.replace(f"{{{name}}}", f"{{{ours}}}", 1)
            field = fields.get(name)
            made = self._parameter(ours, field) if field else Parameter(place=Place.PATH, description=called(name))
            column = self._key_column(name, made) if is_key else None
            self._found[ours] = replace(made, name=None, required=False, column=column, default=None)

    def _path_name(self, name: str, before: str, *, is_key: bool) -> str:
        ours = identifier(name)
        column = self._columns.get(self._folded.get(ours.casefold(), ""))
        noun = "" if is_parameter(before) else singular(identifier(before))
        if column is None or (is_key and column.type in _COMPARED):
            return ours
        if not is_key and column.type in _COMPARED and folded(ours) not in _KEYS:
            return ours
        better = f"{noun}_{ours}" if noun and not ours.casefold().startswith(noun.casefold()) else f"{ours}_name"
        self._draft.comment(
            self._plan.service, f"{self._at}.http", f"The document calls it {{{name}}}, as a column that is something else."
        )
        return better

    def _key_column(self, name: str, made: Parameter) -> str | None:
        """The column that the key in the path is, when that has another name."""
        ours = identifier(name)
        if ours.casefold() in self._folded or not self._columns:
            same = self._folded.get(ours.casefold())
            return same if same != ours else None  # DuckDB does not tell them apart
        noun = folded(singular(self._plan.name))
        ending = (words(name) or [""])[-1]
        keys = [self._folded[key] for key in _KEYS if key in self._folded]
        for key in keys:
            if folded(name) in {noun + folded(key), folded(self._plan.name) + folded(key)} or ending == key.casefold():
                return key
        # As `task_gid` of a task that has a `gid`.
        for column in self._columns:
            if folded(name) == noun + folded(column) and _comparable(self._columns[column].type, made.type):
                return column
        fitting = [key for key in keys if _comparable(self._columns[key].type, made.type)]
        if not fitting or self._verb is Verb.EXEC:
            return None
        if folded(name) == noun and fitting[0].casefold() == "id":
            return fitting[0]
        likely = next((key for key in fitting if key.casefold() == "login"), fitting[0])
        place = f"{self._at}.parameters.{identifier(name)}"
        # A wrong column would lose rows, and none is only a longer way to say it.
        self._draft.ask(self._plan.service, place, f"say `column: {likely}` if that is what it equals.", self._placed.operation.node)
        return None

    def _parameter(self, key: str, field: Field) -> Parameter:
        """What is so of it whatever it is for."""
        single = self._single(field)
        shape = self._schemas.shape(single)
        type_: Scalar = shape.type if isinstance(shape.type, Scalar) and shape.type not in {Scalar.JSON, Scalar.MAP} else Scalar.STRING
        default = self._schemas.keyword(field.schema, "default")
        enum = shape.enum if type_ is Scalar.STRING else ()
        texts = (field.description, str(self._schemas.keyword(field.schema, "description") or ""))
        minimum, maximum = (_number(self._schemas.keyword(single, name), type_) for name in ("minimum", "maximum"))
        return Parameter(
            place=Place(field.place),
            description=sentence(*texts, otherwise=called(field.name)),
            type=type_,
            required=field.required,
            name=None if key == field.name else field.name,
            default=default if _fits(default, type_) and (not enum or str(default) in enum) else None,
            minimum=minimum,
            maximum=maximum if minimum is None or maximum is None or minimum <= maximum else None,
            enum=enum,
        )

    def _single(self, field: Field) -> Any:
        """The schema of one value of a parameter that may take several."""
        return self._schemas.items(field.schema) or field.schema

    def _selective(self, key: str, made: Parameter, field: Field, *, paging: Paging | None) -> Parameter:
        """What it is to a SELECT: a filter, or what its role says."""
        if paging is not None and (role := _role_in(paging, field.name, made)) is not None:
            return self._sized(made, field) if role is Role.PAGE_SIZE else replace(made, role=role)
        if bound := self._of_buckets(made, field):
            return bound
        if field.required:
            return made
        ways = (self._ranging, self._ordering, self._grouping)
        return next((found for way in ways if (found := way(made, field))), None) or self._filter(key, made, field)

    def _sized(self, made: Parameter, field: Field) -> Parameter:
        most = made.maximum if made.maximum is not None else said_maximum(field.description)
        fits = most is None or not isinstance(made.default, (int, float)) or most >= made.default
        return replace(made, role=Role.PAGE_SIZE, maximum=float(most) if most is not None and fits else None)

    def _ranging(self, made: Parameter, field: Field) -> Parameter | None:
        """As a bound: `created[gte]`."""
        match = _RANGE.fullmatch(field.name)
        name = self._folded.get(match[1].casefold()) if match else None
        if match is None or name is None:
            return None
        column, operator = self._columns[name], _OPERATORS[match[2] or match[3]]
        if column.type == made.type and made.type in _COMPARED:
            return replace(made, range=Range(column=name, operator=operator))
        if column.type is Scalar.STRING and made.type is Scalar.INTEGER:
            return replace(made, range=Range(column=name, operator=operator, form=Form.UNIX))
        return None

    def _ordering(self, made: Parameter, field: Field) -> Parameter | None:
        """As the order of rows by a column that the description names."""
        up = next((value for value in made.enum if value.lower() in _ASCENDING), None)
        down = next((value for value in made.enum if value.lower() in _DESCENDING), None)
        if up is None and down is None:
            return None
        named = [self._folded[name.casefold()] for name in _CODE.findall(field.description) if name.casefold() in self._folded]
        column = next((name for name in named if not self._columns[name].nullable and self._columns[name].type in _COMPARED), None)
        if column is None:
            return replace(made, role=Role.OPTION)
        return replace(made, role=Role.ORDER, sorts={column: Sort(ascending=up, descending=down)})

    def _grouping(self, made: Parameter, field: Field) -> Parameter | None:
        """As the names of columns by which rows are divided."""
        if folded(field.name) not in {"groupby", "groupbys"} or not made.enum or not self._is_list(field):
            return None
        if not all(name in self._columns for name in made.enum):
            return None
        return replace(made, role=Role.GROUP, many=Many(separator=field.separator))

    def _of_buckets(self, made: Parameter, field: Field) -> Parameter | None:
        """As a bound of the times at which buckets begin, where the rows stand in such."""
        begins = next((name for name, column in self._columns.items() if column.outer and folded(name) in _FROM), None)
        if begins is None or self._columns[begins].type != made.type or made.type not in _COMPARED:
            return None
        operator = Operator.AT_LEAST if folded(field.name) in _FROM else Operator.BELOW if folded(field.name) in _UNTIL else None
        # A bucket that has begun before the time may be among those that the API gives.
        exact = operator is not Operator.AT_LEAST
        return replace(made, range=Range(column=begins, operator=operator), exact=exact) if operator else None

    def _is_list(self, field: Field) -> bool:
        return isinstance(self._schemas.shape(field.schema).type, ListOf)

    def _filter(self, key: str, made: Parameter, field: Field) -> Parameter:
        """As a filter on the column of its name; else as an option."""
        is_list = self._is_list(field)
        name = self._folded.get(key.casefold()) or (self._folded.get(singular(key).casefold()) if is_list else None)
        if name is None or not _comparable(self._columns[name].type, made.type) or field.place != "query":
            return replace(made, role=Role.OPTION)
        if holds_by_itself(made):
            made = self._whole(key, made, field)
        # No document says whether a text is looked for in any case, or at the beginning: then LIMIT must not count what comes.
        exact = made.type is not Scalar.STRING or bool(made.enum)
        many = Many(separator=field.separator) if is_list else None
        return replace(made, many=many, column=name if name != key else None, exact=exact)

    def _whole(self, key: str, made: Parameter, field: Field) -> Parameter:
        """A filter that holds when nothing is said of it, with what asks for all rows in its place, where one of its values does."""
        every = every_of(made)
        path = f"{self._at}.parameters.{key}"
        if every is not None:
            self._draft.comment(self._plan.service, path, f"Without it the API gives `{made.default}` alone.")
            return replace(made, sends=every)
        text = f"without it the API gives `{made.default}` alone, as the document has it: is there a value for all, for `sends`?"
        self._draft.ask(self._plan.service, path, text, field.node)
        return made

    def _where(self) -> str:
        return f"{self._plan.service}.{self._plan.name}.{self._at.rpartition('.')[2]}.parameters"


def is_another(parameter: Parameter, column: Column) -> bool:
    """Whether a filter takes nothing that the column of its name ever holds, so that it is about something else."""
    return bool(parameter.enum) and bool(column.enum) and set(parameter.enum).isdisjoint(column.enum)


def holds_by_itself(parameter: Parameter) -> bool:
    """Whether a filter keeps some of the rows alone where nothing is said of it."""
    return parameter.default is not None and str(parameter.default).lower() not in _EVERY


def every_of(parameter: Parameter) -> str | None:
    """The value of a filter that keeps every row; None where it has none."""
    return next((value for value in parameter.enum if value.lower() in _EVERY), None)


def _role_in(paging: Paging, name: str, made: Parameter) -> Role | None:
    """What a parameter is to a way of paging."""
    if paging.page_size is not None and name == paging.page_size.parameter:
        return Role.PAGE_SIZE if made.type is Scalar.INTEGER else Role.OPTION
    is_paged = is_cursor(name) and not is_key(name, made.description)
    return Role.CURSOR if name == paging.parameter or is_paged else None


def _comparable(column: Type, parameter: Type) -> bool:
    numbers = {Scalar.INTEGER, Scalar.NUMBER}
    return column == parameter or {column, parameter} == numbers


def _fits(value: Any, type_: Scalar) -> bool:
    python: dict[Scalar, tuple[type, ...]] = {
        Scalar.STRING: (str,),
        Scalar.INTEGER: (int,),
        Scalar.NUMBER: (int, float),
        Scalar.BOOLEAN: (bool,),
    }
    return type(value) in python[type_]


def _number(value: Any, type_: Scalar) -> float | None:
    fits = isinstance(value, (int, float)) and not isinstance(value, bool) and type_ in {Scalar.INTEGER, Scalar.NUMBER}
    return float(value) if fits else None
