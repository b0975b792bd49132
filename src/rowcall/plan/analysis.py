"""A statement whose remote references are known: what each is called, what of it is named, and the text with something else in their place.

`analyse` finds the references and prepares the text; DuckDB binds that, and a `Planner` gives scans. What is asked of DuckDB goes through
functions that the session gives.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rowcall.errors import UnsupportedSQLError
from rowcall.manifest.model import Column, Type
from rowcall.manifest.types import duckdb_type, quoted
from rowcall.plan.columns import name_edits
from rowcall.plan.fields import Said, is_shown_only, named, said, used
from rowcall.plan.layout import Layout
from rowcall.plan.literals import alike, left_out
from rowcall.plan.nodes import Hidden
from rowcall.plan.pieces import Describe, Evaluate
from rowcall.plan.references import (
    Reference,
    check_shown,
    find,
    named_hidden,
    pattern_edits,
    qualifier_edits,
    read,
    star_edits,
)
from rowcall.plan.scopes import Frame, Scopes
from rowcall.plan.splice import Edit, splice
from rowcall.plan.walk import depth
from rowcall.sql.bind import Names
from rowcall.sql.tokens import Token

if TYPE_CHECKING:
    from sqlglot import exp

SOURCE = "__rowcall_pages_"
"""Page sources are called this and a number: unlikely to be a user's own name, which would shadow it."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A reference with what surrounds it."""

    reference: Reference
    hidden: tuple[Hidden, ...]
    source: str
    after: str = ""
    """The word that stands before it."""

    def written(self, rendered: str) -> str:
        """The reference as the SQL that decodes its pages, under the name it had."""
        alias = "" if self.reference.table.alias else f" AS {quoted(self.reference.alias)}"
        return _FORMS.get(self.after, "{}").format(rendered + alias)


@dataclass(frozen=True, slots=True)
class Analysis:
    """A statement whose remote references are known."""

    text: str
    mentions: tuple[Mention, ...]
    scopes: Scopes
    said: Said
    is_short: bool = True
    """Whether the text can be bound over those columns only that it can mean, as `in_short` has it."""
    is_by_bytes: bool = False
    """Whether texts that have no collation of their own are known to compare by their bytes."""

    def columns(self, number: int) -> Mapping[str, Column]:
        """The columns of a reference that the statement can mean; where that is none, the first, since a row has to have something."""
        mention = self.mentions[number]
        columns = mention.reference.ref.resource.columns
        wanted = used(mention.reference, mention.hidden, self.said) if self.is_short else None
        if wanted is None:
            return columns
        return {name: column for name, column in columns.items() if name in wanted} or dict([next(iter(columns.items()))])

    def with_stand_ins(self) -> tuple[Edit, ...]:
        """All edits, each reference replaced by an empty table of its columns: what DuckDB binds before anything is fetched."""
        return self.with_sources({mention.source: _stand_in(mention.reference, mention.hidden) for mention in self.mentions})

    def with_empty_pages(self) -> tuple[Edit, ...]:
        """The same, each stand-in made of the rows of the reference's page source."""
        stand_ins = {mention.source: _stand_in(mention.reference, mention.hidden) for mention in self.mentions}
        return self.with_sources({source: text.replace(_EMPTY, f" FROM {source}{_EMPTY}") for source, text in stand_ins.items()})

    def in_short(self, *, by_bytes: bool = False) -> str:
        """The text as `with_stand_ins` has it, without columns and literals that make no difference to whether DuckDB can bind a query.

        With `by_bytes` DuckDB binds no reference unless, besides, texts compare by their bytes; to ask that by itself takes as long again.
        """
        spans = [mention.reference.span for mention in self.mentions]
        empty = _BY_BYTES if by_bytes else _EMPTY
        edits = [Edit(span.start, span.end, self.scopes.stand_ins[number].replace(_EMPTY, empty)) for number, span in enumerate(spans)]
        more = [found for predicate in self.said.lists if (found := alike(left_out(predicate))) is not None]
        return splice(self.text, [*self.scopes.edits, *edits, *(Edit(span.start, span.end, "") for span in more)])

    def with_sources(self, rendered: Mapping[str, str]) -> tuple[Edit, ...]:
        """All edits, the references replaced by `rendered` SQL (by source name), each under the name it had."""
        edits = list(self.scopes.edits)
        for mention in self.mentions:
            span = mention.reference.span
            edits.append(Edit(span.start, span.end, mention.written(rendered[mention.source])))
        return tuple(edits)


_FORMS = {"TABLE": "(FROM {})", "SUMMARIZE": "FROM {}", "COPY": "(FROM {})"}
"""How a table is written as a query after words that take the one or the other."""


def analyse(
    text: str,
    tokens: Sequence[Token],
    names: Names,
    describe: Describe,
    tree: exp.Expr | None = None,
    *,
    evaluate: Evaluate | None = None,
) -> Analysis:
    """The remote references of `text`, none when it is DuckDB's alone; `tree` is what `read` made of it, where that is known.

    With `evaluate`, expressions without columns can be asked whether they are NULL; without, all but literals may be.
    Raises UnknownNameError, AmbiguousNameError, UnsupportedSQLError.
    """
    tree = tree or read(text)
    references = find(tree, text, names)
    scopes = Scopes(text, tree, references, Layout(text, tokens), describe, evaluate)
    mentions: dict[int, Mention] = {}
    what = said(tree, tokens)
    # From the inside out, since what a sub-query gives is known when its own references are.
    for number in sorted(range(len(references)), key=lambda number: -depth(references[number].table)):
        reference = references[number]
        after = tokens[bisect_left(tokens, reference.span.start, key=lambda token: token.start) - 1]
        hidden = _hidden(reference, scopes, tree)
        mentions[number] = Mention(reference, hidden, f"{SOURCE}{number}", after.word)
        scopes.stand_ins[number] = mentions[number].written(_stand_in(reference, hidden, what))
        if after.word == "TABLE":
            scopes.edits.append(Edit(after.start, after.end, ""))
    scopes.edits += qualifier_edits(references, scopes.columns(tree))
    scopes.edits += name_edits(references, tree, text, tokens)
    hiding = [(mention.reference, mention.hidden) for mention in mentions.values()]
    scopes.edits += [*star_edits(hiding, tokens), *pattern_edits(hiding)]
    return Analysis(text, tuple(mentions[number] for number in range(len(references))), scopes, what)


def _hidden(reference: Reference, scopes: Scopes, tree: exp.Expr) -> tuple[Hidden, ...]:
    """The hidden columns of a reference that the statement names."""
    frame = scopes.around(reference.table)
    own = frame.position(reference.table) if frame is not None else None

    def others() -> list[set[str]]:
        if frame is None:
            return []
        return [set(frame.named(source.position).columns or ()) for source in frame.sources if source.position != own]

    hidden = named_hidden(reference, others, scopes.columns(tree), scopes.references, scopes.above)
    beside = [frame.named(source.position).columns for source in frame.sources if source.position != own] if frame and hidden else []
    check_shown(reference, hidden, beside, scopes.text)
    if frame is not None and hidden:
        _check_natural(reference, frame, hidden, scopes.text)
    return hidden


def _stand_in(reference: Reference, hidden: Sequence[Hidden], what: Said | None = None) -> str:
    """A table of a reference's columns without rows; with what the statement says, no more of them than make a difference to it.

    DuckDB takes ten times as long to bind the types of all columns as it does for those that a statement names.
    """
    columns: dict[str, Type | None] = {name: column.type for name, column in reference.ref.resource.columns.items()}
    meant = named(reference, hidden, what) if what is not None else frozenset()
    if what is not None and used(reference, hidden, what) is not None:
        columns = {name: type_ for name, type_ in columns.items() if name in meant}
    elif what is not None and is_shown_only(reference, what):
        columns = {name: type_ if name in meant else None for name, type_ in columns.items() if name in meant or not what.is_last}
    columns |= {item.name: item.type for item in hidden}
    values = ((name, "NULL" if type_ is None else f"NULL::{duckdb_type(type_)}") for name, type_ in columns.items())
    shown = ", ".join(f"{value} AS {quoted(name)}" for name, value in values)
    return f"(SELECT {shown or 'NULL'}{_EMPTY}"


_EMPTY = " WHERE false)"
"""What follows the columns of a stand-in."""
_BY_BYTES = " WHERE struct_extract({'by': false}, 'by' || current_setting('default_collation')))"
"""The same, which cannot be bound where there is a default collation: DuckDB looks for the field when it binds this."""


def _check_natural(reference: Reference, frame: Frame, hidden: Sequence[Hidden], text: str) -> None:
    """Raises UnsupportedSQLError where a hidden column, being there because it is named, would become a key of a NATURAL JOIN.

    What stands behind the last of these is no part of one.
    """
    joins = frame.select.args.get("joins") or ()
    last = max((at for at, join in enumerate(joins) if join.method == "NATURAL"), default=-1)
    behind = [frame.position(join.this) for join in joins[last + 1 :]]
    own = frame.position(reference.table)
    if last < 0 or own in behind:
        return
    others = [frame.named(one.position).columns for one in frame.sources if one.position not in {own, *behind}]
    for item in hidden:
        if any(columns is None or item.name.casefold() in columns for columns in others):
            message = f"A NATURAL JOIN would pair rows by {item.name}, which is no column of SELECT *."
            raise UnsupportedSQLError(message, sql=text, span=reference.span, hint="Write JOIN … USING (…) with the columns meant.")
