"""Where a statement mentions remote resources, and which of a resource's hidden columns it names.

sqlglot's tree says what is meant; the offsets of its identifiers say where that stands in the user's text.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sqlglot import Token as SqlglotToken
from sqlglot import TokenType, exp
from sqlglot.errors import ParseError as SqlglotParseError

from rowcall.catalog.catalog import ResourceRef
from rowcall.errors import Span, UnsupportedSQLError
from rowcall.manifest.model import Scalar, Type, Verb
from rowcall.manifest.types import literal, quoted
from rowcall.plan.framing import framed
from rowcall.plan.layout import Layout
from rowcall.plan.literals import lengthened, shortened
from rowcall.plan.misread import as_meant
from rowcall.plan.nodes import EXTRA, REST, Hidden
from rowcall.plan.splice import Edit
from rowcall.plan.walk import Above, find_all
from rowcall.sql.bind import Names
from rowcall.sql.define import listed
from rowcall.sql.tokens import Token, closing, duckdb_dialect, sqlglot_tokens, tokenize


@dataclass(frozen=True)
class Reference:
    """One remote resource in a FROM clause."""

    ref: ResourceRef
    table: exp.Table
    span: Span
    """Where its name stands."""
    alias: str
    parts: tuple[str, ...]
    """Its name as written."""
    renamed: tuple[str, ...]
    """New names of its first columns, as in `runs AS r(a, b)`."""
    is_changed: bool = False
    """Whether the statement changes its rows."""

    @property
    def select(self) -> exp.Select | None:
        """The SELECT it belongs to."""
        return self.table.find_ancestor(exp.Select)

    @cached_property
    def depth(self) -> int:
        """How many conditions it stands in, each within the one before: of IN, EXISTS, ANY and ALL."""
        node, found = self.table.parent, 0
        while node is not None:
            found += isinstance(node, (exp.In, exp.Exists, exp.Any, exp.All))
            node = node.parent
        return found

    @cached_property
    def written(self) -> Mapping[str, str]:
        """The columns that a star gives, by the folded names that the statement has for them, with the resource's own names."""
        names = list(self.ref.resource.columns)
        written = [*self.renamed[: len(names)], *names[len(self.renamed) :]]
        return {new.casefold(): name for new, name in zip(written, names, strict=True)}

    @cached_property
    def hidden(self) -> Mapping[str, Hidden]:
        """What may be named besides the columns, by the resource's names."""
        return hidden_columns(self.ref, is_changed=self.is_changed)

    @cached_property
    def own(self) -> Mapping[str, str]:
        """The resource's names of its columns, hidden ones included, by the folded names that the statement has for them."""
        return {**{name.casefold(): name for name in self.hidden}, **self.written}


def read(text: str) -> exp.Expr:
    """The tree of one statement. Raises UnsupportedSQLError for what sqlglot cannot read, though DuckDB might."""
    try:
        with _quiet():
            tree = _parsed(text)
    except SqlglotParseError as error:
        first = error.errors[0] if error.errors else {}
        message = str(first.get("description") or error).split("\n", 1)[0].rstrip(".")
        raise UnsupportedSQLError(
            f"This statement mentions an API, and cannot be read: {message}.",
            sql=text,
            span=_error_span(text, first),
            hint="Read the API into a local table first (CREATE TABLE t AS SELECT …), and use that one here.",
        ) from error
    if tree is None:
        raise UnsupportedSQLError("There is no statement here.", sql=text)
    return as_meant(tree)


def _parsed(text: str) -> exp.Expr | None:
    """sqlglot's tree; where it cannot read the tokens, that of what it reads as these, each with its own place."""
    dialect = duckdb_dialect()
    tokens = list(sqlglot_tokens(text))
    if tokens and tokens[0].token_type in dialect.tokenizer_class.COMMANDS:
        tokens = dialect.tokenize(text + " ")
    tokens = _as_names(tokens)
    short, lists = shortened(framed(tokens))
    parser = dialect.parser()
    try:
        return lengthened(parser.parse(short, text)[0], lists, parser)
    except SqlglotParseError:
        layout = Layout(text, tokenize(text))
        order = layout.bracketed(layout.usual_order())
        if len(layout.tokens) != len(tokens) or order == list(range(len(tokens))):
            raise
        return dialect.parser().parse([tokens[index] for index in order], text)[0]


def _as_names(tokens: list[SqlglotToken]) -> list[SqlglotToken]:
    """The tokens, where a keyword after a dot is the name that it is to DuckDB, as in `sheets.spreadsheets.values`."""
    after = zip(tokens, tokens[1:], [*(each.token_type for each in tokens[2:]), None], strict=False)
    kept = [
        SqlglotToken(TokenType.VAR, each.text, each.line, each.col, each.start, each.end, each.comments)
        if dot.token_type is TokenType.DOT and each.token_type not in _NAMES and each.text.isidentifier() and next_ is not TokenType.L_PAREN
        else each
        for dot, each, next_ in after
    ]
    return tokens[:1] + kept


_NAMES = frozenset({TokenType.VAR, TokenType.IDENTIFIER, TokenType.STRING})


@contextmanager
def _quiet() -> Iterator[None]:
    """While it lasts, sqlglot does not log what it reads as a mere command; that is no news to a user."""
    logger = logging.getLogger("sqlglot")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _error_span(text: str, error: dict[str, object]) -> Span | None:
    line, column = error.get("line"), error.get("col")
    if not isinstance(line, int) or not isinstance(column, int):
        return None
    start = sum(len(before) + 1 for before in text.split("\n")[: line - 1]) + column
    word = str(error.get("highlight") or " ")
    return Span(max(0, start - len(word)), start)


def find(tree: exp.Expr, text: str, names: Names) -> list[Reference]:
    """The remote references, in text order. Raises UnknownNameError for a three-part name of a provider that names nothing."""
    found = []
    for table in find_all(tree, exp.Table):
        parts = [part for part in table.parts if isinstance(part, exp.Identifier)]
        if len(parts) != len(table.parts) or not parts or "start" not in parts[0].meta:
            continue
        words = tuple(part.name for part in parts)
        if cte_of(table) is not None:
            continue
        span = Span(parts[0].meta["start"], parts[-1].meta["end"] + 1)
        if _is_made(table):
            _refuse_made(words, names, text, span)
            continue
        ref = names.find(words, sql=text, span=span)
        if ref is None:
            if names.claims(words):
                names.resolve(words, sql=text, span=span)
            continue
        alias = table.args.get("alias")
        renamed = tuple(column.name for column in alias.args.get("columns") or ()) if alias else ()
        found.append(Reference(ref, table, span, table.alias or words[-1], words, renamed, ref is names.changed))
    return sorted(found, key=lambda reference: reference.span.start)


def _is_made(table: exp.Table) -> bool:
    """Whether a statement makes, fills, changes or drops the table, and does not read it."""
    inner = table.parent if isinstance(table.parent, exp.Schema) else table
    return isinstance(inner.parent, (exp.Create, exp.Drop, exp.Alter, exp.Insert, exp.Update, exp.Delete)) and inner.arg_key == "this"


def _refuse_made(words: tuple[str, ...], names: Names, text: str, span: Span) -> None:
    if len(words) == 3 and words[0].casefold() in names.catalog.providers and not names.is_local(words):
        hint = "Choose a name of your own for the local table."
        message = f"{'.'.join(words)} is a name of the API's, and cannot be made or changed here."
        raise UnsupportedSQLError(message, sql=text, span=span, hint=hint)


def cte_of(table: exp.Table) -> exp.CTE | None:
    """The common table expression that a table's name means, None when it means something of the database.

    A WITH is seen by its statement, and each of its expressions by those after it; by itself only when it is recursive.
    """
    if len(table.parts) != 1:
        return None
    inside: exp.Expr | None = table
    while inside is not None and (outer := inside.parent) is not None:
        clause = outer if isinstance(outer, exp.With) else outer.args.get("with_")
        if clause is not None and clause is not inside:
            for cte in reversed(_seen(clause, inside)):
                if cte.alias.casefold() == table.name.casefold():
                    return cte
        inside = outer
    return None


def _seen(clause: exp.With, inside: exp.Expr) -> list[exp.CTE]:
    """The expressions of a WITH that can be seen from `inside`, which is one of them or the statement below."""
    ctes: list[exp.CTE] = clause.expressions
    at = next((i for i, cte in enumerate(ctes) if cte is inside), len(ctes))
    recursive = clause.args.get("recursive") and isinstance(inside.this, exp.SetOperation)
    return ctes[: at + 1 if recursive else at]


def first_of(table: exp.Expr) -> exp.Select | None:
    """The SELECT that a recursive query begins with, for a table that it reads of its own rows; None for any other.

    Nor is there one where the query begins with several, or keeps one row for each key, which it makes of others.
    """
    cte = cte_of(table) if isinstance(table, exp.Table) else None
    union = cte.this if cte is not None else None
    if cte is None or not isinstance(union, exp.Union) or not is_inside(table, union.expression):
        return None
    first = union.this.unnest()
    is_single = isinstance(first, exp.Select) and not any(cte_of(read) is cte for read in find_all(first, exp.Table))
    return first if is_single and not (cte.args.get("key_expressions") or union.args.get("by_name")) else None


def is_prefix(reference: Reference, parts: Sequence[str]) -> bool:
    """Whether these parts, folded, before a column say that it is this reference's: its alias, or its name where it has none."""
    if reference.table.alias:
        return list(parts) == [reference.alias.casefold()]
    written = [part.casefold() for part in reference.parts]
    return 0 < len(parts) <= len(written) and list(parts) == written[-len(parts) :]


def column_of(reference: Reference, column: exp.Expr) -> str | None:
    """The name, as the resource spells it, when a column node is written with this reference's name before it; else None."""
    if not isinstance(column, exp.Column) or isinstance(column.this, exp.Star):
        return None
    parts = [part.name.casefold() for part in column.parts]
    return reference.own.get(parts[-1]) if is_prefix(reference, parts[:-1]) else None


def type_of(reference: Reference, name: str) -> Type:
    """The type of a column, hidden or not, by the resource's name of it."""
    columns = reference.ref.resource.columns
    if name in columns:
        return columns[name].type
    equal = reference.hidden[name].column
    return columns[equal].type if equal is not None else reference.hidden[name].type


@lru_cache(maxsize=256)  # a catalog does not change, and each statement asks several times
def hidden_columns(ref: ResourceRef, *, is_changed: bool = False) -> Mapping[str, Hidden]:
    """What may be named besides the columns: the parameters of the methods that answer to SELECT, and `_extra`.

    Where rows are changed, the parameters that UPDATE and DELETE need are too, which no SELECT may have.
    """
    methods = ref.resource.methods.values()
    taken = [(name, method) for method in methods if method.verb is Verb.SELECT for name in method.parameters]
    if is_changed:
        taken += [(name, one) for one in methods if one.verb in {Verb.UPDATE, Verb.DELETE} for name in one.required()]
    found: dict[str, Hidden] = {}
    for name, method in taken:
        parameter = method.parameters.get(name)
        if parameter is not None and name not in ref.resource.columns and parameter.entries is None:
            found.setdefault(name, Hidden(name, parameter.type, parameter.column))
    return {**found, **{name: Hidden(name, Scalar.JSON) for name in (EXTRA, REST)}}


def named_hidden(
    reference: Reference,
    others: Callable[[], Sequence[set[str]]],
    columns: Sequence[exp.Column],
    references: Sequence[Reference],
    above: Above,
) -> tuple[Hidden, ...]:
    """The hidden columns that a statement names, with the reference's name before them or, where no other source has them, without.

    `columns` are all of the statement. A name that a reference further in has too is that one's there.
    """
    within = [other for other in references if other.select is not reference.select and is_inside(other.table, reference.select)]
    known, select = reference.hidden, reference.select
    folded = {name.casefold(): name for name in known}
    wanted: set[str | None] = {folded.get(name) for name in _using(reference)}
    for column in columns:
        parts = [part.name.casefold() for part in column.parts]
        if isinstance(column.this, exp.Star) or (select is not None and not above.is_in(column, select)):
            continue
        qualified = [i for i in range(1, len(parts)) if is_prefix(reference, parts[:i])]
        if qualified and any(other.select and above.is_in(column, other.select) and _has(other, parts) for other in within):
            continue
        wanted |= {folded.get(parts[i]) for i in qualified}
        here = parts[0] in folded and select is not None and not _is_alias(column, above)
        if here and not any(parts[0] in other for other in others()):
            wanted.add(folded[parts[0]])
    return tuple(hidden for name, hidden in known.items() if name in wanted)


def _has(reference: Reference, parts: Sequence[str]) -> bool:
    """Whether a column, written with a name before it, is the reference's by that name."""
    return any(is_prefix(reference, parts[:i]) and parts[i] in reference.own for i in range(1, len(parts)))


def _is_alias(column: exp.Column, above: Above) -> bool:
    """Whether a bare name in GROUP BY, HAVING, QUALIFY or ORDER BY is what its SELECT calls an expression of another name."""
    clause = above.nearest(column, exp.Group, exp.Having, exp.Qualify, exp.Order, exp.Select)
    select = above.select(column)
    if select is None or clause is select or len(column.parts) > 1:
        return False
    named = (item for item in select.expressions if isinstance(item, exp.Alias) and item.alias.casefold() == column.name.casefold())
    return any(item.this.name.casefold() != column.name.casefold() for item in named)


def _using(reference: Reference) -> Iterator[str]:
    select = reference.select
    for join in (select.args.get("joins") or ()) if select else ():
        for identifier in join.args.get("using") or ():
            yield identifier.name.casefold()


def is_inside(node: exp.Expr, outer: exp.Expr | None) -> bool:
    """Whether a node is `outer` or below it."""
    ancestor: exp.Expr | None = node
    while ancestor is not None:
        if ancestor is outer:
            return True
        ancestor = ancestor.parent
    return False


def check_shown(reference: Reference, hidden: Sequence[Hidden], others: Sequence[Collection[str] | None], text: str) -> None:
    """Raises UnsupportedSQLError where a hidden column would be shown though nothing asks for it, and cannot be kept out.

    `others` has the columns of each other source beside the reference, None where they are not known.
    """
    select = reference.select
    names = [item.name for item in hidden]
    if select is None or not names:
        return
    equal = [f"{item.column} in place of {item.name}" for item in hidden if item.column is not None]
    instead = f"Write {', '.join(equal)}, or " if equal else "Instead, "
    alone = not any(columns is None or {name.casefold() for name in names} & set(columns) for columns in others)
    for columns in _patterns(select):
        if _may_match(columns.this, names) and not (alone and _is_told_apart(columns)):
            message = f"COLUMNS would show {', '.join(names)}, which is a parameter of the API and no column of SELECT *."
            raise UnsupportedSQLError(message, sql=text, span=reference.span, hint=f"{instead}name the columns one by one.")
    known = {*reference.written, *(name for columns in others if columns is not None for name in columns)}
    for column in select.find_all(exp.Column):
        bare = len(column.parts) == 1 and column.name.casefold() == reference.alias.casefold() not in known
        if bare and column.find_ancestor(exp.Select) is select:
            message = (
                f"{reference.alias} as one value would hold {', '.join(names)}, which is a parameter of the API and no column of SELECT *."
            )
            raise UnsupportedSQLError(message, sql=text, span=reference.span, hint=f"{instead}name the columns one by one.")


def _patterns(select: exp.Select) -> Iterator[exp.Columns]:
    """Its COLUMNS that choose by anything but a star."""
    for columns in select.find_all(exp.Columns):
        if columns.find_ancestor(exp.Select) is select and not isinstance(columns.this.unnest(), exp.Star):
            yield columns


def _is_told_apart(columns: exp.Columns) -> bool:
    """Whether COLUMNS has a plain pattern, in the place of which a function may choose; an alias with its groups would need it."""
    pattern, alias = columns.this, columns.find_ancestor(exp.Alias, exp.Select)
    renames = isinstance(alias, exp.Alias) and "\\" in alias.alias
    return isinstance(pattern, exp.Literal) and pattern.is_string and "start" in pattern.meta and not renames


def pattern_edits(named: Sequence[tuple[Reference, Sequence[Hidden]]]) -> list[Edit]:
    """Edits that keep hidden columns out of COLUMNS with a pattern that matches them, which `check_shown` has let pass."""
    kept_out: dict[int, tuple[exp.Literal, dict[str, None]]] = {}
    for reference, hidden in named:
        for columns in _patterns(reference.select) if reference.select is not None and hidden else ():
            matched = [item.name for item in hidden if _may_match(columns.this, [item.name])]
            if matched and _is_told_apart(columns):
                kept_out.setdefault(columns.this.meta["start"], (columns.this, {}))[1].update(dict.fromkeys(matched))
    edits = []
    for start, (pattern, names) in kept_out.items():
        chosen = f"lambda c: regexp_matches(c, {literal(pattern.name)}) AND c NOT IN ({', '.join(map(literal, names))})"
        edits.append(Edit(start, pattern.meta["end"] + 1, chosen))
    return edits


def _may_match(pattern: exp.Expr, names: Sequence[str]) -> bool:
    """Whether the pattern of COLUMNS may match one of the names; any other choice than by a pattern may."""
    if not isinstance(pattern, exp.Literal) or not pattern.is_string:
        return True
    try:
        return any(re.search(pattern.name, name) for name in names)
    except re.error:
        return True


def star_edits(named: Sequence[tuple[Reference, Sequence[Hidden]]], tokens: Sequence[Token]) -> list[Edit]:
    """Edits that keep hidden columns out of every `*` over their references, which hold them only because something names them."""
    excluded: dict[tuple[int, bool], list[str]] = {}
    for reference, hidden in named:
        for start, qualified in _stars(reference, tokens) if hidden else ():
            excluded.setdefault((start, qualified), []).extend(_names(reference, hidden, qualified=qualified))
    return [edit for (start, _), columns in excluded.items() for edit in _exclude(start, columns, tokens)]


def _stars(reference: Reference, tokens: Sequence[Token]) -> Iterator[tuple[int, bool]]:
    """Where a `*` of the reference's SELECT covers it, and whether its name stands before it; for `FROM r` alone, where FROM stands."""
    select = reference.select
    if select is None:
        return
    written = {token.start for token in tokens if token.kind == "STAR"}  # the parser gives a star to `FROM r` too, and a place of its own
    inner = [found.this for found in select.find_all(exp.Columns) if found.find_ancestor(exp.Select) is select]
    for item in [*select.expressions, *inner]:
        qualified = isinstance(item, exp.Column)
        star = item.this if qualified else item
        if not isinstance(star, exp.Star) or (qualified and not _is_name(reference, item.parts[:-1])):
            continue
        if not qualified and _is_tested(reference):
            continue
        if star.meta.get("start") in written:
            yield star.meta["start"], qualified
        elif not qualified:
            yield max((token.start for token in tokens if token.start < reference.span.start and token.word == "FROM"), default=0), False


def _is_tested(reference: Reference) -> bool:
    """Whether it stands on the right of a SEMI or ANTI join, whose columns nothing but ON sees."""
    join = reference.table.find_ancestor(exp.Join, exp.Select)
    return isinstance(join, exp.Join) and join.kind in {"SEMI", "ANTI"}


def _is_name(reference: Reference, parts: Sequence[exp.Expr]) -> bool:
    return is_prefix(reference, [part.name.casefold() for part in parts])


def _names(reference: Reference, hidden: Sequence[Hidden], *, qualified: bool) -> list[str]:
    prefix = "" if qualified else quoted(reference.alias) + "."
    return [prefix + quoted(item.name) for item in hidden]


def _exclude(start: int, columns: Sequence[str], tokens: Sequence[Token]) -> list[Edit]:
    """Edits that add `columns` to what the star at `start` excludes; a FROM that stands there has no star, and gets one."""
    index = next(i for i, token in enumerate(tokens) if token.start == start)
    star, after = tokens[index], tokens[index + 1 : index + 3]
    names = ", ".join(columns)
    if star.word == "FROM":
        return [Edit(start, start, f"SELECT * EXCLUDE ({names}) ")]
    if len(after) > 1 and after[0].word in {"EXCLUDE", "EXCEPT"}:
        if after[1].kind == "L_PAREN":
            known = {item[-1].text.casefold() for item in listed(tokens[index + 3 : closing(tokens, index + 2)])}
            new = "".join(f"{name}, " for name in columns if tokenize(name)[-1].text.casefold() not in known)
            return [Edit(after[1].end, after[1].end, new)] if new else []
        return [Edit(after[1].start, after[1].start, f"({names}, "), Edit(after[1].end, after[1].end, ")")]
    return [Edit(star.end, star.end, f" EXCLUDE ({names})")]


def qualifier_edits(references: Sequence[Reference], columns: Sequence[exp.Column]) -> list[Edit]:
    """Edits that write the alias where a column, of all of the statement, is written with a resource's dotted name before it."""
    edits: dict[int, Edit] = {}
    for reference in references:
        for column in columns:
            written = column.parts
            length = _dotted(reference, [part.name.casefold() for part in written])
            if length and "start" in written[0].meta:
                start = written[0].meta["start"]
                edits[start] = Edit(start, written[length - 1].meta["end"] + 1, quoted(reference.alias))
    return list(edits.values())


def _dotted(reference: Reference, parts: Sequence[str]) -> int:
    """How many of a column's parts are the dotted name of a reference without alias: all of it, or its last two; 0 when none is."""
    lengths = range(len(reference.parts), 1, -1) if not reference.table.alias else ()
    return next((length for length in lengths if len(parts) > length and is_prefix(reference, parts[:length])), 0)
