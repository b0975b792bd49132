"""From a statement to scans: what is mentioned, what the API needs, which method gives it with the fewest requests.

Two steps, because DuckDB binds the statement between them: `analyse` finds the references and prepares the text; `plan` chooses
methods and binds parameters. Neither does any I/O: what has to be evaluated is handed to a function that the session gives.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from math import isfinite
from typing import Any

from sqlglot import exp

from rowcall.catalog.catalog import ResourceRef
from rowcall.catalog.template import identifier
from rowcall.errors import BindError, MissingParameterError, PlanError, UnsupportedSQLError
from rowcall.manifest.model import Method, Parameter, Scalar, Verb
from rowcall.manifest.types import quoted
from rowcall.plan.bindings import ColumnsOf, Scope, Written, is_stable, restricting, restriction, scope_of
from rowcall.plan.columns import name_edits
from rowcall.plan.lists import gathered, takes
from rowcall.plan.nodes import EXTRA, Hidden, Scan
from rowcall.plan.predicates import Alternative, Constants, Keys, collates
from rowcall.plan.predicates import Values as ValueSet
from rowcall.plan.pushdown import Pushdown, Used, expected_requests, together, used_columns
from rowcall.plan.references import Reference, find, named_hidden, qualifier_edits, read, star_edits
from rowcall.plan.requests import protocol
from rowcall.plan.splice import Edit
from rowcall.sql.bind import Names
from rowcall.sql.tokens import Token

Evaluate = Callable[[str], list[tuple[Any, ...]]]
"""The rows of a local query, with the statement's parameters and the caller's data frames. Raises BindError or EngineError."""

SOURCE = "__rowcall_pages_"
"""Page sources are called this and a number: unlikely to be a user's own name, which would shadow it."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A reference with what surrounds it."""

    reference: Reference
    scope: Scope
    hidden: tuple[Hidden, ...]
    source: str
    after: str = ""
    """The word that stands before it."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """A statement whose remote references are known."""

    text: str
    mentions: tuple[Mention, ...]
    edits: tuple[Edit, ...]
    """What changes in the text besides the references themselves."""

    def with_sources(self, rendered: Mapping[str, str]) -> tuple[Edit, ...]:
        """All edits, the references replaced by `rendered` SQL (by source name), each under the name it had."""
        edits = list(self.edits)
        for mention in self.mentions:
            reference = mention.reference
            alias = "" if reference.table.alias else f" AS {quoted(reference.alias)}"
            new = _FORMS.get(mention.after, "{}").format(rendered[mention.source] + alias)
            edits.append(Edit(reference.span.start, reference.span.end, new))
        return tuple(edits)


_FORMS = {"TABLE": "(FROM {})", "SUMMARIZE": "FROM {}", "COPY": "(FROM {})"}
"""How a table is written as a query after words that take the one or the other."""


def analyse(text: str, tokens: Sequence[Token], names: Names, columns_of: ColumnsOf, tree: exp.Expr | None = None) -> Analysis:
    """The remote references of `text`, none when it is DuckDB's alone; `tree` is what `read` made of it, where that is known.

    Raises UnknownNameError, AmbiguousNameError, UnsupportedSQLError.
    """
    tree = tree or read(text)
    references = find(tree, text, names)
    clause = tree.args.get("with_")
    written = Written(text, tuple(tokens), _with_clause(text, tokens, references) if clause and is_stable(clause) else "")
    mentions = []
    edits: list[Edit] = []
    for number, reference in enumerate(references):
        scope = scope_of(reference, references, written, columns_of)
        others = [set(source.columns) for source in scope.sources if source.reference is not reference]
        after = max((token for token in tokens if token.start < reference.span.start), key=lambda token: token.start)
        hidden = named_hidden(reference, others, tree)
        _check_natural(reference, scope, hidden, text)
        mentions.append(Mention(reference, scope, hidden, f"{SOURCE}{number}", after.word))
        if after.word == "TABLE":
            edits.append(Edit(after.start, after.end, ""))
    edits += qualifier_edits(references, tree)
    edits += name_edits(references, tree, text, tokens)
    edits += star_edits([(mention.reference, mention.hidden) for mention in mentions], tokens)
    return Analysis(text, tuple(mentions), tuple(edits))


def _check_natural(reference: Reference, scope: Scope, hidden: Sequence[Hidden], text: str) -> None:
    """Raises UnsupportedSQLError where a hidden column, being there because it is named, would become a key of a NATURAL JOIN."""
    joins = reference.select.args.get("joins") if reference.select is not None else None
    if not any(join.method == "NATURAL" for join in joins or ()):
        return
    for item in hidden:
        others = (source for source in scope.sources if source.reference is not reference)
        if any(not source.columns or item.name.casefold() in source.columns for source in others):
            message = f"A NATURAL JOIN would pair rows by {item.name}, which is no column of SELECT *."
            raise UnsupportedSQLError(message, sql=text, span=reference.span, hint="Write JOIN … USING (…) with the columns meant.")


def _with_clause(text: str, tokens: Sequence[Token], references: Sequence[Reference]) -> str:
    """The statement's leading WITH clause when it mentions nothing remote, so that a key query may use its tables; else ""."""
    if not tokens or tokens[0].word != "WITH":
        return ""
    depth = 0
    for token in tokens:
        depth += (token.kind == "L_PAREN") - (token.kind == "R_PAREN")
        if depth == 0 and token.word in {"SELECT", "FROM", "INSERT", "UPDATE", "DELETE"}:
            remote = any(reference.span.start < token.start for reference in references)
            return "" if remote else text[: token.start].strip()
    return ""


def plan(analysis: Analysis, evaluate: Evaluate) -> tuple[Scan, ...]:
    """A scan for each mention. Raises MissingParameterError where the API needs a value that the statement does not give."""
    references = [mention.reference for mention in analysis.mentions]
    used = used_columns([(mention.reference, mention.hidden) for mention in analysis.mentions])
    return together([_scan(mention, references, evaluate, used, text=analysis.text) for mention in analysis.mentions], used)


def _scan(mention: Mention, references: Sequence[Reference], evaluate: Evaluate, used: Used, *, text: str) -> Scan:
    reference, ref = mention.reference, mention.reference.ref
    said = None if _blocks(mention.scope) else restriction(reference, mention.scope, references)
    resolver = Resolver(ref, evaluate)
    known = [resolver.resolve(alternative) for alternative in said] if said is not None else [{}]
    pushdown = Pushdown(reference, restricting(reference, mention.scope), [item.name for item in mention.hidden], evaluate)
    bounded = [(name, method, pushdown.bounds(method, known)) for name, method in _readers(ref)]
    columns = ref.resource.columns
    choices = [choice for candidate in bounded if (choice := _choice(*candidate, mention.hidden, columns)) is not None]
    if not choices:
        raise _missing(mention, known, resolver.reasons, text)
    name, method, tuples = min(choices, key=lambda choice: (expected_requests(ref, choice[1], len(choice[2])), -len(choice[1].required())))
    pushed = pushdown.push(method, tuples, used.get(ref.full_name))
    for bound in tuples:
        _check_bounds(method, bound, reference, text)
    return Scan(
        ref=ref,
        source=mention.source,
        alias=reference.alias,
        method_name=name,
        method=method,
        calls=pushed.calls(ref, name, method, tuples),
        protocol=protocol(ref, method),
        hidden=mention.hidden,
        bound_by={parameter: resolver.origins.get(_key(method, parameter), "the statement") for bound in tuples[:1] for parameter in bound},
        pushed=pushed.says,
    )


def _blocks(scope: Scope) -> bool:
    return bool(scope.blocked) and not scope.conjuncts


def _readers(ref: ResourceRef) -> Iterator[tuple[str, Method]]:
    return ((name, method) for name, method in ref.resource.methods.items() if method.verb is Verb.SELECT)


def _key(method: Method, parameter: str) -> str:
    return method.parameters[parameter].column or parameter


class Resolver:
    """Alternatives of SQL expressions as alternatives of Python values. Remembers what could not be used, and why."""

    def __init__(self, ref: ResourceRef, evaluate: Evaluate) -> None:
        self._evaluate = evaluate
        self._types = _types(ref)
        self._rows: dict[str, list[tuple[Any, ...]]] = {}
        self.reasons: list[str] = []
        self.origins: dict[str, str] = {}

    def resolve(self, alternative: Alternative) -> dict[str, list[Any]]:
        """Columns and the values they may have; a column whose values cannot be told is left out."""
        found: dict[str, list[Any]] = {}
        for column, sets in alternative.items():
            for values in sets:
                known = self._values(column, values)
                if known is not None:
                    found[column] = known if column not in found else [value for value in found[column] if value in known]
        return found

    def _values(self, column: str, values: ValueSet) -> list[Any] | None:
        scalar = self._types.get(column)
        if scalar is None:
            return None
        found = self._key_values(values) if isinstance(values, Keys) else self._constants(values)
        if found is None:
            return None
        given = [value for value in found if value is not None]
        fitting = [_fitting(value, scalar) for value in given]
        if None in fitting:
            wrong = given[fitting.index(None)]
            self.reasons.append(f"{column} is {scalar.value}, and {wrong!r} is not: DuckDB would compare them as another type.")
            return None
        self.origins[column] = values.source if isinstance(values, Keys) else "the statement"
        return list(dict.fromkeys(fitting))

    def _key_values(self, keys: Keys) -> list[Any] | None:
        try:
            rows = self._evaluated(keys.sql)
        except BindError:  # it cannot stand alone, being correlated
            return None
        if any(collated for _, collated in rows):
            self._say_collated(keys.source)
            return None
        # Sorted, so that a statement sends its calls in one order; no resource has an empty key, and in a path it would name another one.
        return sorted(key for key, _ in rows if key != "")

    def _constants(self, constants: Constants) -> list[Any] | None:
        if any(collated for query in (_DEFAULT_COLLATES, *constants.through) for (collated,) in self._evaluated(query)):
            self._say_collated("The column")
            return None
        texts = [None if e.is_string else e.sql(dialect="duckdb") for e in constants.expressions]
        unknown = [text for text in texts if text is not None]
        row = iter(self._evaluated(f"SELECT {', '.join(f'({text})' for text in unknown)}")[0]) if unknown else iter(())
        values = [expression.name if text is None else next(row) for expression, text in zip(constants.expressions, texts, strict=True)]
        if not constants.listed:
            return values
        return [item for value in values if value is not None for item in (value if isinstance(value, (list, tuple)) else [value])]

    def _evaluated(self, sql: str) -> list[tuple[Any, ...]]:
        if sql not in self._rows:
            self._rows[sql] = self._evaluate(sql)
        return self._rows[sql]

    def _say_collated(self, what: str) -> None:
        self.reasons.append(f"{what} compares under a collation, by which other texts are equal to it too.")


_DEFAULT_COLLATES = f"SELECT {collates('NULL')}"


def _types(ref: ResourceRef) -> dict[str, Scalar]:
    """The scalar type of each column and parameter that a value can be bound to."""
    found: dict[str, Scalar] = {}
    for method in ref.resource.methods.values():
        for name, parameter in method.parameters.items():
            found.setdefault(name, parameter.type)
            found.setdefault(parameter.column or name, parameter.type)
    return found


def _fitting(value: Any, scalar: Scalar) -> Any:
    """The value where DuckDB compares it with a column of this type as that type, else None."""
    if scalar is Scalar.STRING:
        return value if isinstance(value, str) else None
    if scalar is Scalar.BOOLEAN:
        return value if isinstance(value, bool) else None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal)):
        return None
    if isinstance(value, float) and not isfinite(value):
        return None
    if scalar is Scalar.INTEGER:
        return int(value) if value == int(value) else None
    return float(value)


def _choice(
    name: str, method: Method, known: Sequence[Mapping[str, list[Any]]], hidden: Sequence[Hidden], columns: Collection[str]
) -> tuple[str, Method, list[dict[str, Any]]] | None:
    """The parameter tuples with which a method answers every alternative; None when it cannot, or lacks a hidden column that is named."""
    per_alternative = [bound_values(method, alternative) for alternative in known]
    required = method.required()
    if any(parameter not in bound for bound in per_alternative for parameter in required):
        return None
    optional = [
        parameter
        for parameter in method.optional()
        if parameter in method.parameters
        and per_alternative
        and takes(parameter, method.parameters[parameter], [bound.get(parameter, ()) for bound in per_alternative], columns)
    ]
    valued = {item.name for item in hidden if item.column is None and item.name != EXTRA}
    if known and not valued <= {*required, *optional}:
        return None
    tuples: dict[tuple[Any, ...], dict[str, Any]] = {}
    for bound in per_alternative:
        names = [*required, *optional]
        for values in product(*(bound[parameter] for parameter in names)):
            tuples.setdefault(values, dict(zip(names, values, strict=True)))
    return name, method, gathered(method, list(tuples.values()), columns)


def bound_values(method: Method, alternative: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Values for a method's parameters, through the columns that equal them."""
    found: dict[str, list[Any]] = {}
    for name, parameter in method.parameters.items():
        sets = [alternative[column] for column in {name, parameter.column or name} if column in alternative]
        if sets:
            found[name] = [value for value in sets[0] if all(value in other for other in sets[1:])]
    return found


def _check_bounds(method: Method, bound: Mapping[str, Any], reference: Reference, text: str) -> None:
    for name, value in bound.items():
        problem = _out_of_bounds(method.parameters[name], value)
        if problem and method.parameters[name].role is not None:
            raise PlanError(f"{name} = {value} is {problem}.", sql=text, span=reference.span)


def _out_of_bounds(parameter: Parameter, value: Any) -> str:
    if parameter.enum and value not in parameter.enum:
        return f"not one of {', '.join(parameter.enum)}"
    if parameter.minimum is not None and isinstance(value, (int, float)) and value < parameter.minimum:
        return f"under the least value {parameter.minimum:g}"
    if parameter.maximum is not None and isinstance(value, (int, float)) and value > parameter.maximum:
        return f"over the greatest value {parameter.maximum:g}"
    return ""


def _missing(mention: Mention, known: Sequence[Mapping[str, list[Any]]], reasons: Sequence[str], text: str) -> PlanError:
    """Why no method can answer, with a WHERE that would do."""
    ref = mention.reference.ref
    lacks = []
    for name, method in _readers(ref):
        bound = [set(bound_values(method, alternative)) for alternative in known]
        lacks.append((name, tuple(p for p in method.required() if any(p not in b for b in bound))))
    if not lacks:
        verbs = ", ".join(name for name in ref.resource.methods)
        return PlanError(f"{ref.full_name} has no method for SELECT.", sql=text, span=mention.reference.span, hint=f"It has: {verbs}.")
    unvalued = [item.name for item in mention.hidden if item.column is None and item.name != EXTRA]
    if any(not missing for _, missing in lacks):
        message = f"{', '.join(unvalued)} is a parameter of the API and has no value of its own here."
        return PlanError(message, sql=text, span=mention.reference.span, hint=f"Give it one, as in WHERE {identifier(unvalued[0])} = …")
    lacks.sort(key=lambda pair: len(pair[1]))
    why = [mention.scope.blocked, *(source.unstable for source in mention.scope.sources), *reasons, *_elsewhere(mention)]
    reason = " ".join(dict.fromkeys(filter(None, why)))
    return MissingParameterError(ref.full_name, lacks, example(ref), reason=reason, sql=text, span=mention.reference.span)


def _elsewhere(mention: Mention) -> Iterator[str]:
    """Where the statement may have the values that are missing, and why they are not taken from there."""
    reference = mention.reference
    for source in mention.scope.sources:
        if source.reference is not None and source.reference is not reference:
            name = source.reference.ref.full_name
            yield f"Values that {name} gives are not used as parameters: read it into a table first (CREATE TEMP TABLE … AS SELECT …)."
    if reference.select is not None and reference.select.find_ancestor(exp.Select) is not None:
        yield "What stands outside its sub-query or CTE is not used as a parameter: repeat the condition inside."


def example(ref: ResourceRef) -> str:
    """A SELECT on a resource that gives the method with the fewest needs what it needs."""
    methods = sorted((method for _, method in _readers(ref)), key=lambda method: len(method.required()))
    conditions = [f"{identifier(name)} = {_sample(method.parameters[name])}" for method in methods[:1] for name in method.required()]
    return f"SELECT * FROM {ref.full_name}" + (f" WHERE {' AND '.join(conditions)}" if conditions else "")


def _sample(parameter: Parameter) -> str:
    return "'…'" if parameter.type is Scalar.STRING else "1"
