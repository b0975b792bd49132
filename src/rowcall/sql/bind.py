"""Which names of a statement are remote resources, and which are the user's own tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rowcall.catalog.catalog import Catalog, ResourceRef
from rowcall.errors import AmbiguousNameError, Span, SQLError
from rowcall.sql.statements import Reader
from rowcall.sql.tokens import Token


@dataclass(frozen=True, slots=True)
class Names:
    """The catalog as one statement sees it."""

    catalog: Catalog
    use: tuple[str, ...]
    """The prefix that `USE` set, as `("openai", "assistants")`, or nothing."""
    is_local: Callable[[Sequence[str]], bool]
    """Whether DuckDB, or the caller's scope, has a table of this name."""
    changed: ResourceRef | None = None
    """The resource whose rows a statement changes: what its UPDATE and DELETE need can be named as its columns too."""

    def find(self, parts: Sequence[str], *, sql: str = "", span: Span | None = None) -> ResourceRef | None:
        """The resource that `parts` name, or None when the name is DuckDB's.

        A local table wins over a suffix such as `runs`. A whole name that both claim raises AmbiguousNameError, as does a suffix
        that several resources share.
        """
        try:
            ref = self.catalog.find(parts, self.use)
        except AmbiguousNameError as error:
            if self.is_local(parts):
                return None
            raise _placed(error, sql, span) from error
        if ref is None or not self.is_local(parts):
            return ref
        if len(parts) < len(ref.full_name.split(".")):
            return None
        name = ".".join(parts)
        hint = f"Detach or rename the local one: {ref.full_name} cannot be spelt otherwise."
        raise AmbiguousNameError(
            name, [f"the local table {name}", f"the {ref.provider.title} resource {ref.full_name}"], sql=sql, span=span, hint=hint
        )

    def resolve(self, parts: Sequence[str], *, sql: str, span: Span) -> ResourceRef:
        """As `find`, for places where only a resource will do: raises UnknownNameError with the nearest names."""
        found = self.find(parts, sql=sql, span=span)
        if found is not None:
            return found
        try:
            return self.catalog.resolve(parts, self.use)
        except SQLError as error:
            raise _placed(error, sql, span) from error

    def claims(self, parts: Sequence[str]) -> bool:
        """Whether a whole name that resolves to nothing can only be a misspelt resource: its first part, or the others, are ours."""
        if len(parts) != 3 or self.is_local(parts):
            return False
        folded = tuple(part.casefold() for part in parts)
        return folded[0] in self.catalog.providers or any(name[1:] == folded[1:] for name in self.catalog.names())


def first_mention(text: str, tokens: Sequence[Token], names: Names) -> tuple[ResourceRef, Span] | None:
    """The first resource that stands after FROM, JOIN or a comma of a FROM clause, as far as tokens alone can tell."""
    return next(((ref, span) for _, ref, span in mentions(text, tokens, names)), None)


def mentions(text: str, tokens: Sequence[Token], names: Names) -> Iterator[tuple[tuple[str, ...], ResourceRef, Span]]:
    """The resources that stand in such places, each with its name as written."""
    for index in _table_places([text[token.start : token.end].upper() for token in tokens]):
        reader = Reader(text, tokens, index)
        if reader.kind() == "IDENTIFIER" or reader.word()[:1].isalpha():
            parts, span = reader.name("a table")
            ref = names.find(parts, sql=text, span=span)
            if ref is not None:
                yield parts, ref, span


_CLAUSES = frozenset({"SELECT", "WHERE", "BY", "HAVING", "QUALIFY", "WINDOW", "VALUES", "LIMIT", "SET"})
"""Words after which commas stand between other things than tables."""


def _table_places(words: Sequence[str]) -> Iterator[int]:
    """Where the name of a table may stand: after FROM, JOIN, and the commas behind these in the same brackets."""
    lists_tables = [False]
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        if before in {"FROM", "JOIN"} or (before == "," and lists_tables[-1]):
            yield index
        if word in {"(", "[", "{"}:
            lists_tables.append(False)
        elif word in {")", "]", "}"} and len(lists_tables) > 1:
            lists_tables.pop()
        elif word in {"FROM", "JOIN"} or word.rpartition(" ")[2] in _CLAUSES:
            lists_tables[-1] = word in {"FROM", "JOIN"}


def _placed(error: SQLError, sql: str, span: Span | None) -> SQLError:
    error.sql, error.span = sql, span
    return error
