"""Views and macros that mention remote resources, written out where a statement names them.

`FROM v` becomes `FROM (SELECT …) AS v`, and `m('a')` the body of the macro with `'a'` in the place of its parameter; what the statement
has around them stays. A view's text means what it meant where the view is: the tables in it are written with database and schema, so
that no CTE of the statement is taken for one. A macro's text means what it would mean where it is called, as DuckDB has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from sqlglot import exp

from rowcall.errors import BindError, Span, SQLError, UnsupportedSQLError
from rowcall.manifest.types import quoted
from rowcall.plan.arguments import bound, hygienic
from rowcall.plan.columns import name_edits
from rowcall.plan.definitions import Definitions, Macro, Place, View
from rowcall.plan.references import cte_of, read
from rowcall.plan.splice import Edit, original, splice
from rowcall.sql.define import listed
from rowcall.sql.refused import PREPARED
from rowcall.sql.tokens import Token, closing, tokenize

_FORMS = {"TABLE": "(FROM {})", "SUMMARIZE": "FROM {}", "DESCRIBE": "FROM {}", "DESC": "FROM {}", "COPY": "(FROM {})"}
"""How a view is written as a query after words that take the one or the other."""
_CHANGED = (exp.Insert, exp.Update, exp.Delete, exp.Merge, exp.TruncateTable)
_MADE = (*_CHANGED, exp.Create, exp.Drop, exp.Alter, exp.Comment)


@dataclass(frozen=True, slots=True)
class Expansion:
    """A statement with its views and macros written out, and the way back from a place in it to the user's own text."""

    text: str
    rounds: tuple[tuple[Edit, ...], ...] = ()
    unread: UnsupportedSQLError | None = None
    """Why the statement was left as it is, where it may name a view or macro but could not be read."""

    views: tuple[tuple[str, str], ...] = ()
    """Names and queries of views that stand beside other tables. Each must bind alone: a column that it lost since could be taken from
    one of these."""

    def stands_in(self, place: Span | None) -> bool:
        """Whether a place in the user's text is what a view or macro was written out for."""
        return any(place == Span(edit.start, edit.end) for edits in self.rounds[1:] for edit in edits if edit.start < edit.end)

    def place(self, span: Span | None) -> Span | None:
        """Where `span` of the text stands in the user's; the name of the view for a place in its text."""
        for edits in reversed(self.rounds):
            span = original(span, edits) if span is not None else None
        return span


def expand(text: str, definitions: Definitions) -> Expansion:
    """The statement with its views and macros written out. Raises SQLError for one that cannot be, its span in `text`."""
    tokens = tokenize(text)
    if not {token.text.casefold() for token in tokens} & definitions.names:
        return Expansion(text)
    if tokens[0].word == "PREPARE":
        return Expansion(text, unread=UnsupportedSQLError(PREPARED[0], sql=text, span=tokens[0].span, hint=PREPARED[1]))
    shows = [Edit(tokens[0].start, tokens[0].end, "DESCRIBE")] if tokens[0].word == "SHOW" else []
    shown = splice(text, shows)
    try:
        expander = _Expander(definitions)
        whole = _Text(expander, shown)
    except UnsupportedSQLError as error:
        return Expansion(text, unread=error)
    try:
        edits = whole.edits()
    except SQLError as error:
        error.sql, error.span = text, original(error.span, shows) if error.span else None
        raise
    views = tuple((view.name, query) for view, query in expander.bodies.items()) if whole.reads_many() else ()
    return Expansion(splice(shown, edits), (tuple(shows), tuple(edits)), views=views) if edits else Expansion(text)


@dataclass(frozen=True, slots=True)
class _Use:
    """A stretch of a text that something else is written for."""

    table: exp.Expr
    """What stands there, in the tree."""
    span: Span
    new: Callable[[], str]


@dataclass(slots=True)
class _Expander:
    """The texts of views, each written out once."""

    definitions: Definitions
    bodies: dict[View, str] = field(default_factory=dict)
    writing: list[View | Macro] = field(default_factory=list)
    """What is being written out, so that one that needs itself is noticed."""

    def query(self, view: View) -> str:
        """The query of a view, all that it uses written out."""
        if view not in self.bodies:
            self.bodies[view] = self._written(view, lambda: _Text(self, view.query, near=view.place).whole())
        return self.bodies[view]

    def call(self, macro: Macro, arguments: Mapping[str, str], ctes: frozenset[str]) -> str:
        """The body of a macro with its arguments, all that it uses written out."""
        before = "" if macro.is_table else "SELECT "
        after = "" if macro.is_table else " AS value"  # so that it is not given its own text as a name
        body = f"{before}{macro.body}{after}"
        text = self._written(macro, lambda: _Text(self, body, arguments=arguments, ctes=ctes).whole())
        return text.removeprefix(before).removesuffix(after)

    def _written(self, what: View | Macro, write: Callable[[], str]) -> str:
        if what in self.writing:
            raise BindError(f"{what.name} is defined by itself.")
        self.writing.append(what)
        try:
            return write()
        except UnsupportedSQLError as error:
            if error.sql and error.message.startswith("This statement"):
                error.message = error.message.replace("This statement", f"The text of {what.name}", 1)
            raise
        finally:
            self.writing.pop()


class _Text:
    """One text: a statement, the query of a view, or the body of a macro with what its parameters stand for."""

    def __init__(
        self,
        expander: _Expander,
        text: str,
        *,
        near: Place | None = None,
        arguments: Mapping[str, str] | None = None,
        ctes: frozenset[str] = frozenset(),
    ) -> None:
        self._expander = expander
        self._text = text
        self._near = near
        self._arguments = arguments
        self._tree = read(text)
        self._tokens = tokenize(text)
        self._index = {token.start: index for index, token in enumerate(self._tokens)}
        self._outer = ctes
        self._ctes = ctes | {cte.alias.casefold() for cte in self._tree.find_all(exp.CTE)}
        self._uses = sorted([*self._tables(), *self._calls(), *self._parameters()], key=lambda use: (use.span.start, -use.span.end))
        self._own = [*self._prefixes(), *self._columns(), *self._names()]

    def _names(self) -> list[Edit]:
        """Edits that keep the names of result columns in which something else will be written."""
        written = [use for use in self._uses if not isinstance(use.table, exp.Column)]
        return name_edits(written, self._tree, self._text, self._tokens)

    def reads_many(self) -> bool:
        """Whether it has more to read than one table, or a view in it has."""
        queries, tables = (len(list(self._tree.find_all(kind))) for kind in (exp.Select, exp.Table))
        return max(queries, tables, len(self._expander.bodies)) > 1 or self._tree.find(exp.Join, exp.Lateral) is not None

    def whole(self) -> str:
        """All of it, written out."""
        return splice(self._text, self.edits())

    def edits(self, within: Span | None = None) -> list[Edit]:
        """What changes in a stretch of it, or in all: what stands within something that is replaced is not among it."""
        span = within or Span(0, len(self._text))
        edits, done = [], span.start
        for use in self._uses:
            if done <= use.span.start and use.span.end <= span.end:
                edits.append(self._edit(use))
                done = use.span.end
        inside = [edit for edit in self._own if span.start <= edit.start and edit.end <= span.end]
        return [*edits, *(own for own in inside if not any(edit.start < own.end and own.start < edit.end for edit in edits))]

    def _edit(self, use: _Use) -> Edit:
        try:
            return Edit(use.span.start, use.span.end, use.new())
        except SQLError as error:
            error.sql, error.span = self._text, use.span
            raise

    def _rendered(self, span: Span) -> str:
        """A stretch of it, written out."""
        edits = [Edit(edit.start - span.start, edit.end - span.start, edit.new) for edit in self.edits(span)]
        return splice(self._text[span.start : span.end], edits)

    def _tables(self) -> Iterator[_Use]:
        """The views, and the local tables whose names would mean something else elsewhere."""
        for table, parts, span in self._named(changed=True):
            key = self._expander.definitions.table(parts, self._near)
            view = self._expander.definitions.view(key) if key is not None else None
            if view is not None:
                yield _Use(table, span, partial(self._view, table, view, span))
            elif key is not None and self._near is not None and not self._is_made(table):
                yield _Use(table, span, partial(".".join, [quoted(part) for part in key]))

    def _is_made(self, table: exp.Table, by: tuple[type[exp.Expr], ...] = _MADE) -> bool:
        """Whether a statement makes, changes or drops it, and does not read it."""
        inner = table.parent if isinstance(table.parent, exp.Schema) else table
        return isinstance(inner.parent, by) and inner.arg_key in {"this", "tables", "expressions"}

    def _named(self, *, changed: bool = False) -> Iterator[tuple[exp.Table, tuple[str, ...], Span]]:
        """The tables that are read by a plain name that no CTE has, with its parts and where it stands; and what rows are written to."""
        for table in self._tree.find_all(exp.Table):
            parts = [part for part in table.parts if isinstance(part, exp.Identifier)]
            made = self._is_made(table) and not (changed and self._is_made(table, _CHANGED))
            if made or len(parts) != len(table.parts) or not parts or "start" not in parts[0].meta:
                continue
            if cte_of(table) is not None or (len(parts) == 1 and parts[0].name.casefold() in self._outer):
                continue
            start = parts[0].meta["start"]
            word = self._before(start)
            first = self._tokens[self._index[start] - 1].start if word == "TABLE" else start
            yield table, tuple(part.name for part in parts), Span(first, parts[-1].meta["end"] + 1)

    def _before(self, start: int) -> str:
        """The word before the token at `start`, "" where none stands."""
        index = self._index[start]
        return self._tokens[index - 1].word if index else ""

    def _view(self, table: exp.Table, view: View, span: Span) -> str:
        """What is written for the name of a view, with the alias that it needs."""
        if self._is_made(table):
            message = f"{view.name} is a view over an API, and no rows are written through a view."
            hint = "Write to the resource itself; in WHERE, or as a source, the view may stand."
            raise UnsupportedSQLError(message, sql=self._text, span=span, hint=hint)
        query = f"({self._expander.query(view)})"
        names = f"({', '.join(map(quoted, view.columns))})" if view.columns else ""
        alias = table.args.get("alias")
        if alias is None:
            query = f"{query} AS {quoted(table.name)}{names}"
        elif names and alias.args.get("columns"):
            query = f"(FROM {query} AS {quoted(table.name)}{names})"
        own = self._tokens[self._index[span.start]].word
        return _FORMS.get(own if own == "TABLE" else self._before(span.start), "{}").format(query)

    def _columns(self) -> Iterator[Edit]:
        """Edits that give a view its own column names where the statement gives it another name."""
        for table, parts, _ in self._named():
            key = self._expander.definitions.table(parts, self._near)
            view = self._expander.definitions.view(key) if key is not None else None
            alias = table.args.get("alias")
            if view is not None and view.columns and alias is not None and alias.this is not None and not alias.args.get("columns"):
                end = alias.this.meta["end"] + 1
                yield Edit(end, end, f"({', '.join(map(quoted, view.columns))})")

    def _prefixes(self) -> Iterator[Edit]:
        """Edits that write `v.id` for `s.v.id`, since what is written for the view has one name."""
        dotted = [
            (table, [part.casefold() for part in parts])
            for table, parts, _ in self._named()
            if len(parts) > 1 and not table.alias and (key := self._expander.definitions.table(parts, self._near)) is not None
            if self._expander.definitions.view(key) is not None
        ]
        for column in self._tree.find_all(exp.Column) if dotted else ():
            written = [part.name.casefold() for part in column.parts]
            for table, parts in dotted:
                length = next((n for n in range(len(parts), 1, -1) if len(written) > n and written[:n] == parts[-n:]), 0)
                if length:
                    start = column.parts[0].meta["start"]
                    yield Edit(start, column.parts[length - 1].meta["end"] + 1, quoted(table.name))
                    break

    def _calls(self) -> Iterator[_Use]:
        """The calls of macros."""
        for node in self._tree.find_all(exp.Func):
            index = self._index.get(node.meta.get("start", -1))
            if index is None or index + 1 >= len(self._tokens) or self._tokens[index + 1].kind != "L_PAREN":
                continue
            first, parts = self._dotted(index)
            is_table = isinstance(node.parent, exp.Table)
            forms = self._expander.definitions.macros(parts, is_table=is_table)
            end = closing(self._tokens, index + 1)
            if forms and end is not None:
                given = listed(self._tokens[index + 2 : end])
                span = Span(self._tokens[first].start, self._tokens[end].end)
                yield _Use(node, span, partial(self._call, node, forms, given))

    def _dotted(self, index: int) -> tuple[int, tuple[str, ...]]:
        """The index of the first token of the dotted name that ends at `index`, and its parts."""
        parts = [self._tokens[index].text]
        while index > 1 and self._tokens[index - 1].kind == "DOT":
            index -= 2
            parts.insert(0, self._tokens[index].text)
        return index, tuple(parts)

    def _call(self, node: exp.Expr, forms: Sequence[Macro], given: Sequence[Sequence[Token]]) -> str:
        """What is written for the call of a macro: a query or an expression, in brackets."""
        macro, spans = bound(forms, given)
        arguments = dict(macro.defaults)
        for name, span in spans.items():
            arguments[name] = hygienic(self._rendered(span), node, macro)
        typed = zip(macro.parameters, macro.types, strict=True)
        cast = {name.casefold(): type_ for name, type_ in typed if type_}
        arguments = {name: f"CAST({text} AS {cast[name]})" if name in cast else _bracketed(text) for name, text in arguments.items()}
        return _bracketed(self._expander.call(macro, arguments, self._ctes))

    def _parameters(self) -> Iterator[_Use]:
        """The parameters of the macro whose body this is; DuckDB takes a bare name for one before it takes it for a column."""
        for column in self._tree.find_all(exp.Column) if self._arguments is not None else ():
            first = column.parts[0]
            argument = (self._arguments or {}).get(first.name.casefold())
            fields = len(column.parts) > 1
            if argument is None or "start" not in first.meta or (fields and self._is_source(column, first.name)):
                continue
            yield _Use(column, Span(first.meta["start"], first.meta["end"] + 1), partial(str, argument))

    def _is_source(self, column: exp.Column, name: str) -> bool:
        """Whether a name before a column is that of a table around it."""
        sources = (source for source in self._tree.find_all(exp.Table, exp.Subquery, exp.CTE) if source.alias_or_name)
        return not isinstance(column.this, exp.Star) and any(source.alias_or_name.casefold() == name.casefold() for source in sources)


def _bracketed(text: str) -> str:
    """The text in brackets, unless it is a single word or parameter, or has brackets around all of it."""
    tokens = tokenize(text)
    if len(tokens) == 1 + (tokens[0].kind == "PARAMETER") or (tokens[0].kind == "L_PAREN" and closing(tokens, 0) == len(tokens) - 1):
        return text
    return f"({text})"
