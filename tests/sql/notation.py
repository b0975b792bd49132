"""The notation of `rowcall.sql.grammar` as a tree: sentences by it, and whether a sentence is one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

from rowcall.sql.grammar import RULES, TERMS
from rowcall.sql.tokens import CLOSED_BY, Token

_PIECE = re.compile(r"'[a-z]+'|\[, …\]|@@json|\w+|\S")
_CLOSES = {"[": "]", "{": "}"}

SAMPLES = {
    "alias": ["a{n}", '"a {n}"'],
    "attribute": ["k{n}", "metadata.k{n}"],
    "column": ["c{n}", "metadata.c{n}", "data__c{n}", '"c {n}"'],
    "condition": ["id = 'run_1'", "status IN ('a', 'b') AND k IS DISTINCT FROM 1", "EXISTS (FROM t WHERE x)", "r.id = $id"],
    "expressions": ["*", "id", "status AS s, usage.total_tokens", "id, coalesce(a, b)", "*, id"],
    "'file'": ["'plan.jsonl'", "'it''s.jsonl'"],
    "interval": ["'5 min'", "INTERVAL 90 SECOND", "$much"],
    "method": ["openai.assistants.runs.cancel_run", '"openai".assistants."runs".cancel_run', "runs.cancel_run"],
    "name": ["p{n}", "data__p{n}", '"p{n}"'],
    "'pattern'": ["'%run%'"],
    "prefix": ["openai", "openai.assistants"],
    "provider": ["openai"],
    "query": ["SELECT 1 AS a", "FROM t", "WITH x AS (SELECT 1, 2) SELECT * FROM x", "(SELECT 1)"],
    "resource": ["openai.assistants.runs", '"openai".assistants."runs"', "assistants.runs", "RUNS"],
    "service": ["openai.assistants"],
    "setting": ["rowcall_max_requests", "ROWCALL_TIMEOUT"],
    "statement": ["SELECT 1", "FROM openai.assistants.runs WHERE thread_id = 't'"],
    "tables": ["t", "t JOIN u USING (id)", "(SELECT 1 AS a) AS s, u", "runs o"],
    "value": ["1", "'a, b'", "$v", "(SELECT max(a) FROM t)", "[1, 2]", "{'a': 1}", "CASE WHEN a THEN 'x' ELSE NULL END", "-1.5", "NULL"],
    "'write'": ["'3f9a'"],
}
"""What each term may be in a sentence; `{n}` is another number each time, for what may stand there once."""
_NAMES = {
    "alias": 1,
    "setting": 1,
    "provider": 1,
    "prefix": 2,
    "service": 2,
    "attribute": 9,
    "column": 9,
    "method": 9,
    "name": 9,
    "resource": 3,
}
"""Terms that are names, and of how many parts at the most."""
_ANY = {"statement"}
"""Terms that may hold anything; the others that are no names hold what has its brackets closed, and `value` no comma outside of them."""


@dataclass(frozen=True)
class Node:
    """One of: `word` and `sign` with their text, `rule` and `term` with their name, and `all`, `one`, `may`, `several` of their parts."""

    kind: str
    text: str = ""
    parts: tuple[Node, ...] = ()


@cache
def tree(form: str) -> Node:
    """The form of a rule as a tree."""
    return Node("one", parts=tuple(_alternatives(_PIECE.findall(line)) for line in form.splitlines()))


def _alternatives(pieces: list[str], close: str = "") -> Node:
    """What stands up to `close`, which is taken from `pieces` with it."""
    found: list[list[Node]] = [[]]
    while pieces:
        piece = pieces.pop(0)
        if piece == close:
            break
        if piece == "|":
            found.append([])
        elif piece == "[, …]":
            found[-1].append(Node("several", parts=(found[-1].pop(),)))
        elif piece in _CLOSES:
            inner = _alternatives(pieces, _CLOSES[piece])
            found[-1].append(Node("may", parts=(inner,)) if piece == "[" else inner)
        else:
            found[-1].append(_leaf(piece))
    else:
        assert not close, f"{close} is missing"
    return Node("one", parts=tuple(Node("all", parts=tuple(each)) for each in found))


def _leaf(piece: str) -> Node:
    if piece in TERMS:
        return Node("term", piece)
    if piece in RULES:
        return Node("rule", piece)
    if piece.isupper():
        return Node("word", piece)
    assert not piece.isalpha(), f"{piece} is no rule and no term"
    return Node("sign", piece)


def leaves(node: Node) -> Iterator[Node]:
    """Every leaf of a tree."""
    if not node.parts:
        yield node
    for part in node.parts:
        yield from leaves(part)


def sentences(name: str) -> st.SearchStrategy[str]:
    """Sentences that the rule gives."""

    @st.composite
    def sentence(draw: Any) -> str:
        words = _words(_rule(name), draw, frozenset())
        # Numbers come last, so that each name is another one.
        return " ".join(word.replace("{n}", str(number)) for number, word in enumerate(words)).replace("@ ", "@")

    return sentence()


def _rule(name: str) -> Node:
    return Node("rule", name)


def _words(node: Node, draw: Any, without: frozenset[str]) -> list[str]:
    match node.kind:
        case "word" | "sign":
            return [node.text]
        case "term":
            return [draw(st.sampled_from(SAMPLES[node.text]))]
        case "rule":
            rule = RULES[node.text]
            return [] if node.text in without else _words(tree(rule.form), draw, without | rule.without)
        case "one":
            return _words(draw(st.sampled_from(node.parts)), draw, without)
        case "may":
            return _words(node.parts[0], draw, without) if draw(st.booleans()) else []
        case "several":
            times = draw(st.integers(1, 3))
            return [word for time in range(times) for word in ([","] if time else []) + _words(node.parts[0], draw, without)]
        case _:
            return [word for part in node.parts for word in _words(part, draw, without)]


def gives(name: str, tokens: Sequence[Token]) -> bool:
    """Whether the rule gives these tokens."""
    return len(tokens) in _ends(_rule(name), tuple(tokens), 0, frozenset())


def _ends(node: Node, tokens: tuple[Token, ...], at: int, without: frozenset[str]) -> set[int]:
    """Where what the node gives may end, when it begins at `at`."""
    match node.kind:
        case "word":
            return {at + 1} if at < len(tokens) and tokens[at].word == node.text else set()
        case "sign":
            signs = re.findall(r"\w+|\S", node.text)
            found = [token.text.casefold() for token in tokens[at : at + len(signs)] if token.kind != "STRING"]
            return {at + len(signs)} if found == signs else set()
        case "term":
            return _term_ends(node.text, tokens, at)
        case "rule":
            rule = RULES[node.text]
            return {at} if node.text in without else _ends(tree(rule.form), tokens, at, without | rule.without)
        case "one":
            return {end for part in node.parts for end in _ends(part, tokens, at, without)}
        case "may":
            return {at} | _ends(node.parts[0], tokens, at, without)
        case "several":
            ends = reached = _ends(node.parts[0], tokens, at, without)
            while reached:
                after = {end + 1 for end in reached if end < len(tokens) and tokens[end].kind == "COMMA"}
                reached = {end for start in after for end in _ends(node.parts[0], tokens, start, without)} - ends
                ends = ends | reached
            return ends
        case _:
            reached = {at}
            for part in node.parts:
                reached = {end for start in reached for end in _ends(part, tokens, start, without)}
            return reached


def _term_ends(term: str, tokens: tuple[Token, ...], at: int) -> set[int]:
    if term.startswith("'"):
        return {at + 1} if at < len(tokens) and tokens[at].kind == "STRING" else set()
    if term in _NAMES:
        return _name_ends(tokens, at, _NAMES[term])
    if term in _ANY:
        return set(range(at + 1, len(tokens) + 1))
    ends, opened = set(), []
    for index in range(at, len(tokens)):
        token = tokens[index]
        if token.kind in CLOSED_BY:
            opened.append(token.kind)
        elif token.kind in CLOSED_BY.values() and (not opened or CLOSED_BY[opened.pop()] != token.kind):
            break
        if not opened:
            if term == "value" and token.kind == "COMMA":
                break
            ends.add(index + 1)
    return ends


def _name_ends(tokens: tuple[Token, ...], at: int, most: int) -> set[int]:
    ends = set()
    for number in range(most):
        index = at + 2 * number
        is_part = index < len(tokens) and (tokens[index].kind == "IDENTIFIER" or tokens[index].word[:1].isidentifier())
        if not is_part or (number and tokens[index - 1].kind != "DOT"):
            break
        ends.add(index + 1)
    return ends
