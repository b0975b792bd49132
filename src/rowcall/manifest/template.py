"""Templates of the sandbox file: text with `{expressions}` and mappings with one `$directive`, parsed and checked.

An expression names values (`{body.model}`, lists through `*` as `{calls.*.id}`), adds and multiplies (`{now + 600}`), and falls back
(`{body.model ?? 'default'}`). It cannot loop, call or define. What a template yields is decided in the sandbox; here is its form alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

DIRECTIVES = {
    "$pick": "one of a list, or one of the keys of a mapping by weight",
    "$between": "a number between two: whole when both are, and both ends included",
    "$each": "a list made from a list",
    "$find": "what `$each` would put first, or null",
    "$choose": "the first of several whose `when` holds, or null",
    "$json": "a value written as JSON text",
    "$lines": "a list of the JSON documents that stand in the lines of a text or file",
    "$sample": "a value that a JSON Schema allows",
    "$id": "a new id that starts with a prefix",
}
"""The directives and what each yields."""

_EACH_KEYS = frozenset({"in", "as", "where", "give"})
_CHOOSE_KEYS = frozenset({"when", "give"})
_NUMBER = r"(?P<number>\d+(?:\.\d+)?)"
_PATH = r"(?P<path>[A-Za-z_]\w*(?:\.(?:[A-Za-z_][\w-]*|\*))*)"
_TOKEN = re.compile(rf"\s*(?:{_NUMBER}|'(?P<text>[^']*)'|{_PATH}|(?P<sign>\?\?|[-+*]))")
_PIECE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]")
_LITERALS = {"null": None, "true": True, "false": False}
_STRENGTH = {"??": 0, "+": 1, "-": 1, "*": 2}


class TemplateError(ValueError):
    """A template is malformed; its text says how."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that is written out."""

    value: Any


@dataclass(frozen=True, slots=True)
class Path:
    """Names to follow from the scope; `*` goes through every item of a list."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """`??`, `+`, `-` or `*` between two expressions."""

    sign: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Text:
    """Pieces to be joined as text."""

    pieces: tuple[Expression, ...]


Expression = Constant | Path | Operation | Text


def parse_text(text: str) -> Expression:
    """What a text means: a constant, one expression (which keeps its type), or text with expressions in it.

    `{{` and `}}` are braces. Raises TemplateError.
    """
    pieces: list[Expression] = []
    for piece in _PIECE.finditer(text):
        if piece[0] in {"{{", "}}"}:
            pieces.append(Constant(piece[0][0]))
        elif piece[0] in {"{", "}"}:
            raise TemplateError(f"a `{piece[0]}` without its partner; a brace itself is written twice")
        else:
            pieces.append(Constant(piece[0]) if piece[1] is None else parse_expression(piece[1]))
    if all(isinstance(piece, Constant) and isinstance(piece.value, str) for piece in pieces):
        return Constant("".join(piece.value for piece in pieces if isinstance(piece, Constant)))
    return pieces[0] if len(pieces) == 1 else Text(tuple(pieces))


def parse_expression(text: str) -> Expression:
    """The expression between two braces. `*` binds tightest, then `+` and `-`, then `??`. Raises TemplateError."""
    tokens = _tokens(text)
    operands: list[Expression] = []
    signs: list[str] = []
    for index, token in enumerate(tokens):
        if (index % 2 == 1) != isinstance(token, str):
            raise TemplateError(f"`{{{text}}}` is no expression: write names and numbers with ??, +, - or * between them")
        if isinstance(token, str):
            while signs and _STRENGTH[signs[-1]] >= _STRENGTH[token]:
                _fold(operands, signs)
            signs.append(token)
        else:
            operands.append(token)
    if len(tokens) % 2 == 0:
        raise TemplateError(f"`{{{text}}}` is no expression: something is missing")
    while signs:
        _fold(operands, signs)
    return operands[0]


def problems(template: Any, path: str) -> list[tuple[str, str]]:
    """What is wrong with a template and the templates in it: (path, message) pairs."""
    if isinstance(template, str):
        try:
            parse_text(template)
        except TemplateError as error:
            return [(path, str(error))]
    if isinstance(template, list):
        return [found for index, item in enumerate(template) for found in problems(item, f"{path}[{index}]")]
    if isinstance(template, dict):
        own = _directive_problems(template, path)
        below = [found for key, item in template.items() for found in problems(item, f"{path}.{key}")]
        return own + below + _condition_problems(template, path)
    return []


def condition_problems(condition: dict[str, Any], path: str) -> list[tuple[str, str]]:
    """What is wrong with the expressions that a condition compares."""
    found = []
    for key in condition:
        try:
            parse_expression(key)
        except TemplateError as error:
            found.append((f"{path}.{key}", str(error)))
    return found


def _tokens(text: str) -> list[Expression | str]:
    tokens: list[Expression | str] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if not match:
            raise TemplateError(f"`{{{text}}}` is no expression: `{text[position:].strip()}` makes no sense there")
        position = match.end()
        tokens.append(_token(match))
    return tokens


def _token(match: re.Match[str]) -> Expression | str:
    if match["number"] is not None:
        return Constant(float(match["number"]) if "." in match["number"] else int(match["number"]))
    if match["text"] is not None:
        return Constant(match["text"])
    if match["sign"] is not None:
        return match["sign"]
    return Constant(_LITERALS[match["path"]]) if match["path"] in _LITERALS else Path(tuple(match["path"].split(".")))


def _fold(operands: list[Expression], signs: list[str]) -> None:
    right, left = operands.pop(), operands.pop()
    operands.append(Operation(signs.pop(), left, right))


def _directive_problems(template: dict[str, Any], path: str) -> list[tuple[str, str]]:
    directives = [key for key in template if key.startswith("$")]
    if not directives:
        return []
    name, below = directives[0], f"{path}.{directives[0]}"
    if name not in DIRECTIVES:
        return [(below, f"there is no directive `{name}`; there is {', '.join(DIRECTIVES)}")]
    if len(template) > 1:
        return [(below, f"`{name}` stands alone in its mapping")]
    message = _argument_problem(name, template[name])
    return [(below, message)] if message else []


def _argument_problem(name: str, argument: Any) -> str:
    if name == "$between" and not (isinstance(argument, list) and len(argument) == 2):
        return "`$between` takes two numbers, as `[1, 6]`"
    if name == "$pick" and not (isinstance(argument, (list, dict, str)) and argument):
        return "`$pick` takes a list, a mapping of weights, or an expression"
    if name in {"$each", "$find"} and not (isinstance(argument, dict) and "in" in argument and argument.keys() <= _EACH_KEYS):
        return f"`{name}` takes `in`, and may have `as`, `where` and `give`"
    cases = argument if name == "$choose" and isinstance(argument, list) else [None]
    if name == "$choose" and not all(isinstance(case, dict) and case.keys() <= _CHOOSE_KEYS for case in cases):
        return "`$choose` takes a list of `{when, give}`"
    return ""


def _condition_problems(template: dict[str, Any], path: str) -> list[tuple[str, str]]:
    found = []
    for name in ("$each", "$find"):
        if isinstance(template.get(name), dict):
            found += condition_problems(template[name].get("where") or {}, f"{path}.{name}.where")
    if isinstance(template.get("$choose"), list):
        for index, case in enumerate(template["$choose"]):
            if isinstance(case, dict):
                found += condition_problems(case.get("when") or {}, f"{path}.$choose[{index}].when")
    return found
