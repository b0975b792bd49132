"""Where the parts of a query stand in the user's text: FROM items, conditions, operands, WITH definitions.

sqlglot's tree knows what a part means and where its identifiers stand, not where it begins and ends. Here the tokens say that, so that
a key query can be made of stretches of the user's own text. What does not have the expected form is None, and is then not used.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from rowcall.errors import Span
from rowcall.sql.tokens import CLOSING, OPENING, Token

_CLAUSES = frozenset({"SELECT", "FROM", "WHERE", "GROUP", "HAVING", "QUALIFY", "WINDOW", "ORDER", "LIMIT", "OFFSET", "RETURNING"})
_SETS = frozenset({"UNION", "INTERSECT", "EXCEPT"})
_JOINING = frozenset({"ASOF", "NATURAL", "INNER", "LEFT", "RIGHT", "FULL", "OUTER", "SEMI", "ANTI", "CROSS", "POSITIONAL", "JOIN"})
_QUERY = frozenset({"SELECT", "FROM", "WITH", "VALUES", "TABLE"})

Range = tuple[int, int]
"""A stretch of tokens, the end exclusive."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a FROM clause."""

    span: Span
    """Its text, alias included."""
    on: Range | None
    """The condition after its ON."""
    inner: tuple[Item, ...] = ()
    """The items of a join in brackets."""


@dataclass(frozen=True, slots=True)
class Clauses:
    """The parts of one SELECT."""

    columns: tuple[Range, ...]
    """The items after SELECT; none for a FROM without it."""
    items: tuple[Item, ...]
    where: Range | None
    having: Range | None
    qualify: Range | None
    order: Range | None
    limit: Range | None
    offset: Range | None


class Layout:
    """A statement's tokens, with what opens and closes where."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text = text
        self.tokens = tokens
        self.depth: list[int] = []
        """How many brackets are open at each token; a bracket counts as outside itself."""
        self._at = {token.start: index for index, token in enumerate(tokens)}
        self._partner: dict[int, int] = {}
        self._around: list[int] = []
        """The innermost bracket that is open at each token, -1 for none."""
        opened: list[int] = []
        for index, token in enumerate(tokens):
            if token.kind in CLOSING and opened:
                self._partner[index] = opened[-1]
                self._partner[opened.pop()] = index
            self.depth.append(len(opened))
            self._around.append(opened[-1] if opened else -1)
            if token.kind in OPENING:
                opened.append(index)

    def index(self, offset: int) -> int:
        """The token that starts at an offset."""
        return self._at[offset]

    def token_at(self, offset: int) -> int | None:
        """The token that starts at an offset; None where none does."""
        return self._at.get(offset)

    def span(self, found: Range) -> Span:
        """Where some tokens, at least one, stand."""
        return Span(self.tokens[found[0]].start, self.tokens[found[1] - 1].end)

    def shown(self, found: Range) -> str:
        """The user's text of some tokens."""
        return self.text[self.tokens[found[0]].start : self.tokens[found[1] - 1].end]

    # -- one SELECT ----------------------------------------------------------------------------------------------------------------

    def clauses(self, anchor: int) -> Clauses | None:
        """The parts of the SELECT that directly holds the token `anchor`."""
        found = self._query_at(anchor)
        if found is None:
            return None
        parts = found[1]
        items = tuple(self._items(*parts["FROM"])) if "FROM" in parts else ()
        columns = tuple(self.separated(parts["SELECT"])) if "SELECT" in parts else ()
        return Clauses(columns, items, *map(parts.get, ("WHERE", "HAVING", "QUALIFY", "ORDER", "LIMIT", "OFFSET")))

    def select(self, anchor: int) -> Span | None:
        """Where the SELECT stands that directly holds the token `anchor`, without its ORDER BY and what follows."""
        found = self._query_at(anchor)
        parts = [part for word, part in found[1].items() if word not in {"ORDER", "LIMIT", "OFFSET"}] if found is not None else []
        return self.span((min(parts)[0] - 1, max(last for _, last in parts))) if parts else None

    def around(self, anchor: int) -> int | None:
        """The bracket around the SELECT that directly holds the token `anchor`; None where there is none."""
        found = self._query_at(anchor)
        return found[0] if found is not None and found[0] >= 0 else None

    def _query_at(self, anchor: int) -> tuple[int, dict[str, Range]] | None:
        """The innermost SELECT around a token: the bracket around it, and its clauses, each by its first word and without it."""
        while anchor >= 0:
            around = self._around[anchor]
            region = (around + 1, self._partner.get(around, around + 1)) if around >= 0 else (0, len(self.tokens))
            if around < 0 or self._is_query(around):
                parts = self._cut(region, anchor)
                if parts:
                    return around, parts
            anchor = around
        return None

    def usual_order(self) -> list[int]:
        """The tokens with every SELECT that stands after its FROM put before it."""
        order = list(range(len(self.tokens)))
        for index in range(len(self.tokens) - 1, -1, -1):
            query = self._query_at(index) if self._clause(index) == "FROM" else None
            parts = query[1] if query is not None else {}
            found = parts.get("SELECT") if parts.get("FROM", (0, 0))[0] == index + 1 else None
            if found is not None and found[0] > index:
                moved = [one for one in order if found[0] - 1 <= one < found[1]]
                order = [one for one in order if one not in moved]
                at = order.index(index)
                order[at:at] = moved
        return order

    def bracketed(self, order: Sequence[int]) -> list[int]:
        """Some tokens, with brackets of its own around each LATERAL or UNNEST with which a join in brackets begins.

        Without them sqlglot reads no join there. The brackets are those of the join once more.
        """
        found = list(order)
        for index, token in enumerate(self.tokens):
            begins = index and self.tokens[index - 1].kind == "L_PAREN" and token.word in {"LATERAL", "UNNEST"}
            last = self._partner.get(index - 1, 0) if begins else 0
            inside = (at for at in range(index, last) if self.depth[at] == self.depth[index] and self._joining(at, last))
            if (end := next(inside, None)) is not None:
                found.insert(found.index(end), last)
                found.insert(found.index(index), index - 1)
        return found

    def _is_query(self, bracket: int) -> bool:
        """Whether a query stands in a bracket."""
        while self.tokens[bracket].kind == "L_PAREN" and bracket + 1 < len(self.tokens):
            bracket += 1
            after = self._partner.get(bracket, -1) + 1
            if 0 < after < len(self.tokens) and self.tokens[after].kind not in CLOSING and not self._clause(after):
                return False  # such as a join whose first item is a sub-select
        return self.tokens[bracket].word in _QUERY

    def _cut(self, region: Range, anchor: int) -> dict[str, Range]:
        """The clauses of the SELECT, among those that UNION and its like join, that holds the token `anchor`."""
        level = self.depth[region[0]] if region[0] < region[1] else 0
        parts: dict[str, Range] = {}
        word, start = "", region[0]
        for index in range(*region):
            if self.depth[index] != level:
                continue
            first = self._clause(index)
            if first in _SETS:
                if (parts or word) and index > anchor:
                    break
                parts, word = {}, ""
            elif first and (parts or word or first in {"SELECT", "FROM"}):
                if word:
                    parts.setdefault(word, (start, index))
                word, start = first, index + 1
        else:
            index = region[1]
        if word and word not in parts:
            parts[word] = (start, index)
        return {name: found for name, found in parts.items() if found[0] < found[1]}

    def _clause(self, index: int) -> str:
        """The first word of the clause, or the set operation, that begins at a token; "" where none does."""
        token, before = self.tokens[index], self.tokens[index - 1] if index else None
        word = token.word.split(" ")[0]
        if before is not None and before.kind == "DOT":
            return ""
        if word == "FROM" and before is not None and before.word == "DISTINCT" and self.tokens[index - 2].word in {"IS", "NOT"}:
            return ""
        if word == "USING" and index + 1 < len(self.tokens) and self.tokens[index + 1].word == "SAMPLE":
            return "SAMPLE"
        if word in _SETS:
            return word if self._joins_queries(index) else ""
        return word if word in _CLAUSES else ""

    def _joins_queries(self, index: int) -> bool:
        """Whether UNION, INTERSECT or EXCEPT stands between queries, and not behind a star."""
        index += 1
        while index < len(self.tokens) and self.tokens[index].word in {"ALL", "DISTINCT", "BY", "NAME"}:
            index += 1
        if index >= len(self.tokens):
            return False
        return self.tokens[index].word in _QUERY or (self.tokens[index].kind == "L_PAREN" and self._is_query(index))

    def _items(self, first: int, last: int) -> Iterator[Item]:
        """The items of a FROM clause; what stands between JOIN and its ON is one, an alias and a column list with it."""
        level, start, on = self.depth[first], first, -1
        end = -1
        index = first
        while index <= last:
            joining = self._joining(index, last) if index < last and self.depth[index] == level else 0
            comma = index < last and self.depth[index] == level and self.tokens[index].kind == "COMMA"
            word = self.tokens[index].word if index < last and self.depth[index] == level else ""
            if index == last or joining or comma:
                stop = end if end >= 0 else index
                if start < stop:
                    yield Item(self.span((start, stop)), (on, index) if 0 <= on < index else None, self._inside(start, stop))
                index += max(1, joining)
                start, on, end = index, -1, -1
                continue
            if end < 0 and (word == "ON" or (word == "USING" and self.tokens[index + 1].kind == "L_PAREN")):
                end, on = index, index + 1 if word == "ON" else -1
            index += 1

    def _joining(self, index: int, last: int) -> int:
        """How many words from here on are a JOIN with what says which kind; 0 when none begins here."""
        count = 0
        while index + count < last and self.tokens[index + count].word in _JOINING:
            count += 1
            if self.tokens[index + count - 1].word == "JOIN":
                return count
        return 0

    def _inside(self, start: int, stop: int) -> tuple[Item, ...]:
        """The items of a join in brackets; none for anything else in brackets, or with an alias."""
        if self.tokens[start].kind != "L_PAREN" or self._partner.get(start) != stop - 1 or self._is_query(start):
            return ()
        found = tuple(self._items(start + 1, stop - 1))
        return found if len(found) > 1 else found[0].inner if found else ()

    # -- parts of expressions ------------------------------------------------------------------------------------------------------

    def separated(self, found: Range) -> Iterator[Range]:
        """The stretches between the commas of some tokens."""
        if found[0] >= found[1]:
            return
        start, level = found[0], self.depth[found[0]]
        for index in range(*found):
            if self.depth[index] == level and self.tokens[index].kind == "COMMA":
                yield start, index
                start = index + 1
        if start < found[1]:
            yield start, found[1]

    def unwrapped(self, found: Range) -> Range:
        """Without the brackets around all of it."""
        while found[1] - found[0] > 2 and self.tokens[found[0]].kind == "L_PAREN" and self._partner.get(found[0]) == found[1] - 1:
            found = (found[0] + 1, found[1] - 1)
        return found

    def inside(self, found: Range) -> Range:
        """What stands in the one pair of brackets, of any kind, around all of it; nothing where there is none."""
        return (found[0] + 1, found[1] - 1) if self._partner.get(found[0]) == found[1] - 1 else (found[0], found[0])

    def conjuncts(self, predicate: exp.Expr, found: Range | None) -> Iterator[tuple[exp.Expr, Range | None]]:
        """The predicates that AND joins, each with its tokens where these can be told."""
        yield from self._joined(predicate, found, exp.And, "AND")

    def disjuncts(self, predicate: exp.Expr, found: Range | None) -> Iterator[tuple[exp.Expr, Range | None]]:
        """The predicates that OR joins, each with its tokens where these can be told."""
        yield from self._joined(predicate, found, exp.Or, "OR")

    def _joined(self, predicate: exp.Expr, found: Range | None, kind: type[exp.Expr], word: str) -> Iterator[tuple[exp.Expr, Range | None]]:
        predicate, found = self.bare(predicate, found)
        if not isinstance(predicate, kind):
            yield predicate, found
            return
        parts: list[exp.Expr] = []
        rest: exp.Expr = predicate
        while isinstance(rest, kind):
            parts.append(rest.args["expression"])
            rest = rest.this
        parts.append(rest)
        parts.reverse()
        ranges = list(self._between(found, word)) if found is not None else []
        for number, part in enumerate(parts):
            yield from self._joined(part, ranges[number] if len(ranges) == len(parts) else None, kind, word)

    def bare(self, node: exp.Expr, found: Range | None) -> tuple[exp.Expr, Range | None]:
        """An expression without the brackets around it, with its tokens where these can be told."""
        while isinstance(node, exp.Paren):
            node, found = node.this, self._one_inside(found)
        return node, found

    def _one_inside(self, found: Range | None) -> Range | None:
        if found is None or self.tokens[found[0]].kind != "L_PAREN" or self._partner.get(found[0]) != found[1] - 1:
            return None
        return found[0] + 1, found[1] - 1

    def _between(self, found: Range, word: str) -> Iterator[Range]:
        """The stretches between ANDs, or ORs; the AND of a BETWEEN and what stands between CASE and END is none."""
        start, ranges = found[0], 0
        for index in self._outside(found):
            own = self.tokens[index].word
            ranges += own == "BETWEEN"
            if own == "AND" and ranges:
                ranges -= 1
            elif own == word:
                yield start, index
                start = index + 1
        yield start, found[1]

    def _outside(self, found: Range) -> Iterator[int]:
        """The tokens that stand neither in brackets nor between CASE and END."""
        cases = 0
        for index in range(*found):
            if self.depth[index] == self.depth[found[0]]:
                own = self.tokens[index].word
                cases += (own == "CASE") - (own == "END")
                if not cases:
                    yield index

    def sides(self, found: Range | None, *words: str) -> tuple[Range, Range] | None:
        """What stands before and after the only one of these words, or operators, outside brackets and CASE."""
        if found is None:
            return None
        at = [i for i in self._outside(found) if self.tokens[i].text.upper() in words]
        at = [i for i in at if self.tokens[i].kind not in {"STRING", "IDENTIFIER"}]
        if len(at) != 1 or at[0] == found[0] or at[0] + 1 >= found[1]:
            return None
        return (found[0], at[0]), (at[0] + 1, found[1])

    def low(self, found: Range | None) -> Range | None:
        """What stands between BETWEEN and its AND."""
        sides = self.sides(found, "BETWEEN")
        return next(self._between(sides[1], "AND")) if sides is not None else None

    def call(self, function: exp.Func, *, bare: bool = False) -> Range | None:
        """A function's call, with what stands before it and a dot: the names of its schema and database, or its first argument."""
        first = self._at.get(function.meta.get("start", -1))
        if first is None or first + 1 not in self._partner:
            return None
        last = self._partner[first + 1] + 1
        while not bare and first > 1 and self.tokens[first - 1].kind == "DOT":
            first -= 2
        return first, last

    # -- WITH ----------------------------------------------------------------------------------------------------------------------

    def definition(self, cte: exp.CTE) -> Span | None:
        """The text of one definition in a WITH clause, `name AS (…)`."""
        alias = cte.args["alias"].this
        if "start" not in alias.meta:
            return None
        first = index = self._at[alias.meta["start"]]
        while index < len(self.tokens) and self.tokens[index].kind != "ALIAS":
            index += 1
        while index < len(self.tokens) and self.tokens[index].kind != "L_PAREN":
            index += 1
        return Span(self.tokens[first].start, self.tokens[self._partner[index]].end) if index in self._partner else None
