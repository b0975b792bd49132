"""CREATE VIEW and CREATE MACRO over resources: what DuckDB is to keep of the text, and what has to stand in for the resources meanwhile.

Every resource is kept under its whole name, so that the text means the same whatever USE says later. DuckDB tells nobody the default
values of a macro's parameters; they are kept in one more form of the macro, which nobody calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp

from rowcall.errors import Span, SQLError, UnsupportedSQLError
from rowcall.manifest.types import duckdb_type, quoted
from rowcall.plan.analysis import Analysis, Mention, analyse
from rowcall.plan.definitions import CARRIER, Definitions, carried_name
from rowcall.plan.pieces import Describe
from rowcall.plan.references import read, star_edits, type_of
from rowcall.plan.splice import Edit
from rowcall.sql.bind import Names, first_mention
from rowcall.sql.define import Definition
from rowcall.sql.tokens import closing, tokenize

_BEFORE, _AFTER = "SELECT ", " AS value"
"""What is put around the expression of a macro, so that it can be read as a query."""


@dataclass(frozen=True, slots=True)
class _Text:
    """The query of a view or macro."""

    text: str
    parameters: frozenset[str]
    """A macro's, in lower case."""
    shift: int | None = None
    """What is added to a place in it for the place in the user's statement; None where it is another view's or macro's."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A text whose references are known."""

    source: _Text
    analysis: Analysis

    def span(self, mention: Mention) -> Span | None:
        """Where a reference stands in the user's statement, None where it does not."""
        at, shift = mention.reference.span, self.source.shift
        return None if shift is None else Span(at.start + shift, at.end + shift)


@dataclass(frozen=True, slots=True)
class Creation:
    """How a view or macro over resources is made."""

    edits: tuple[Edit, ...]
    """What changes in the user's statement."""
    stand_ins: Mapping[str, Mapping[str, Mapping[str, Sequence[tuple[str, str]]]]]
    """Column names and DuckDB types of what has to stand in for resources, by provider, service and resource."""


def creation(found: Definition, definitions: Definitions | None, names: Names, describe: Describe) -> Creation | None:
    """How it is made; None where it mentions no resource, itself or through the views and macros among `definitions`.

    Raises SQLError, placed in the user's statement, where it cannot be.
    """
    texts = _texts(found, definitions)
    reads = [_Read(text, analysis) for text in texts if (analysis := _analysis(text, names, describe)) is not None]
    if not any(one.analysis.mentions for one in reads):
        return None
    edits = [edit for one in reads for edit in _resolved(one)] + _carrier(found)
    return Creation(tuple(edits), _stand_ins(reads))


def _texts(found: Definition, definitions: Definitions | None) -> Iterator[_Text]:
    """The bodies of the definition, and then those of the views and macros that they may name."""
    left: list[_Text] = []
    for body in found.bodies:
        text = found.text[body.span.start : body.span.end]
        parameters = frozenset(parameter.name.casefold() for parameter in body.parameters)
        shift = body.span.start - (0 if body.is_query else len(_BEFORE))
        left.append(_Text(_query(text, is_query=body.is_query), parameters, shift))
    seen: set[str] = set()
    while left:
        source = left.pop(0)
        yield source
        if definitions is None:
            continue
        words = ({token.text.casefold() for token in tokenize(source.text)} & definitions.names) - seen
        seen |= words
        left += [
            _Text(_query(text, is_query=is_query), frozenset(map(str.casefold, parameters)))
            for text, is_query, parameters in definitions.texts(words)
        ]


def _query(text: str, *, is_query: bool) -> str:
    return text if is_query else f"{_BEFORE}{text}{_AFTER}"


def _analysis(source: _Text, names: Names, describe: Describe) -> Analysis | None:
    """The references of a text; None for one that cannot be read and mentions nothing."""
    text, tokens = source.text, tokenize(source.text)
    names = names if source.shift is not None else replace(names, use=())
    try:
        tree = read(text)
        for column in [column for column in tree.find_all(exp.Column) if column.parts[0].name.casefold() in source.parameters]:
            column.replace(exp.Null())  # a macro's parameter, though a resource may have a column of that name
        return analyse(text, tokens, names, describe, tree)
    except SQLError as error:
        if isinstance(error, UnsupportedSQLError) and first_mention(text, tokens, names) is None:
            return None
        shift = source.shift
        error.sql, error.span = "", Span(error.span.start + shift, error.span.end + shift) if error.span and shift is not None else None
        raise


def _resolved(one: _Read) -> Iterator[Edit]:
    """The edits of the user's statement that write whole names, and keep hidden columns out of every `*`."""
    if one.source.shift is None:
        return
    names = {mention.source: ".".join(map(quoted, mention.reference.ref.parts)) for mention in one.analysis.mentions}
    for edit in one.analysis.with_sources(names):
        yield Edit(edit.start + one.source.shift, edit.end + one.source.shift, edit.new)


def _stand_ins(reads: Sequence[_Read]) -> dict[str, dict[str, dict[str, list[tuple[str, str]]]]]:
    """The columns of each resource that is mentioned, with the hidden ones that something names."""
    hidden: dict[tuple[str, str, str], dict[str, None]] = {}
    for one in reads:
        for mention in one.analysis.mentions:
            hidden.setdefault(mention.reference.ref.parts, {}).update((item.name, None) for item in mention.hidden)
    found: dict[str, dict[str, dict[str, list[tuple[str, str]]]]] = {}
    for one in reads:
        for mention in one.analysis.mentions:
            reference = mention.reference
            provider, service, name = reference.ref.parts
            extra = hidden[reference.ref.parts]
            _check_stars(one, mention, extra)
            columns = [(column, duckdb_type(type_of(reference, column))) for column in (*reference.ref.resource.columns, *extra)]
            found.setdefault(provider, {}).setdefault(service, {})[name] = columns
    return found


def _check_stars(one: _Read, mention: Mention, extra: dict[str, None]) -> None:
    """Raises UnsupportedSQLError where a `*` would get columns that only another reference of the same resource names."""
    known = {item.name for item in mention.hidden}
    others = [item for item in one.analysis.mentions if item.reference.ref is mention.reference.ref]
    lacking = [item for other in others for item in other.hidden if item.name in extra and item.name not in known]
    names = [name for name in extra if name not in known]
    if names and (not lacking or star_edits([(mention.reference, lacking)], tokenize(one.source.text))):
        full, name = mention.reference.ref.full_name, quoted(names[0])
        raise UnsupportedSQLError(
            f"{name} is named for {full} in one place and not in another, and a view or macro over both cannot be kept.",
            span=one.span(mention),
            hint=f"Make a view of each, the one with a column for {name}, or name it in both.",
        )


def _carrier(found: Definition) -> list[Edit]:
    """Edits that add a form of the macro which holds the default values of the others."""
    defaults = [
        (carried_name(len(body.parameters), parameter.name), found.text[parameter.default.start : parameter.default.end])
        for body in found.bodies
        for parameter in body.parameters
        if parameter.default is not None
    ]
    if not defaults:
        return []
    count = max(len(body.parameters) for body in found.bodies) + 1
    parameters = ", ".join(f"{CARRIER}{number}" for number in range(1, count + 1))
    values = f"struct_pack({', '.join(f'{quoted(name)} := {value}' for name, value in defaults)})"
    body = f"TABLE (SELECT {values} AS defaults)" if found.bodies[-1].is_query else values
    span = found.bodies[-1].span
    edits = [Edit(span.end, span.end, f", ({parameters}) AS {body}")]
    tokens = [token for token in tokenize(found.text) if span.start <= token.start < span.end]
    if found.bodies[-1].is_query and not (tokens[0].kind == "L_PAREN" and closing(tokens, 0) == len(tokens) - 1):
        edits = [Edit(span.start, span.start, "("), Edit(span.end, span.end, f"), ({parameters}) AS {body}")]
    return edits
