"""Templates of Go's text/template, as far as documents use them to make JSON of a response.

Text, `{{ }}` with trimming, variables, pipelines, `range`, `if`, `with`, `define` and `template`, comparisons, and a few functions. A
template is read once; what it cannot do is a TemplateError, with what it could not do. Nothing here does I/O.

Source: https://pkg.go.dev/text/template
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from rowcall.http.xml import all_outer, first_inner


class TemplateError(ValueError):
    """What is wrong with a template, or with what it was given."""


class Unknown:
    """A value of which nobody knows yet what it is: whoever wants to know what a template makes of something gives it one of these."""

    def field(self, name: str) -> Any:
        """What it has under a name."""
        raise NotImplementedError

    def items(self) -> list[tuple[int, Any]]:
        """What is gone through when it is a list, with the numbers."""
        raise NotImplementedError

    def is_true(self) -> bool:
        """Whether it is something."""
        raise NotImplementedError

    def called(self, name: str, function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        """What a function makes of it, which is the first of its kind among the arguments."""
        raise NotImplementedError


_ACTION = re.compile(
    r"\{\{(-(?=\s))?\s*(?P<body>/\*.*?\*/|(?:\"(?:\\.|[^\"\\])*\"|`[^`]*`|'(?:\\.|[^'\\])*'|[^\"`'])*?)\s*((?<=\s)-)?\}\}", re.DOTALL
)
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:\\.|[^"\\])*"|`[^`]*`)|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<punct>:=|=|,|\||\(|\))"""
    r"""|(?P<path>\$?[\w]*(?:\.[\w]+)+|\$\w*|\.)|(?P<word>\w+))"""
)
_DEEPEST = 100
"""How many templates may call one another."""


@dataclass(slots=True)
class _Node:
    """A part of a template: text, an action, or a block with what is in it."""

    kind: str
    text: str = ""
    """Text as it is, or what stands in an action behind its first word."""
    inside: list[_Node] = field(default_factory=list)
    otherwise: list[_Node] = field(default_factory=list)


_BLOCKS = frozenset({"range", "if", "with", "define", "block"})


@lru_cache(maxsize=128)
def _read(template: str) -> tuple[list[_Node], dict[str, list[_Node]]]:
    """The parts of a template, and those that it defines by name."""
    root: list[_Node] = []
    open_: list[tuple[_Node, list[_Node]]] = []
    here, defined = root, dict[str, list[_Node]]()
    for kind, body in _pieces(template):
        word, _, rest = body.partition(" ") if kind == "action" else ("", "", "")
        if kind == "text":
            here.append(_Node("text", body))
        elif word in _BLOCKS:
            node = _Node(word, rest.strip())
            if word != "define":
                here.append(node)
            open_.append((node, here))
            here = node.inside
        elif word == "else":
            here = _otherwise(open_, rest.strip())
        elif word == "end":
            node, here = _closed(open_)
            if node.kind == "define":
                defined[str(json.loads(node.text))] = node.inside
        elif body:
            here.append(_Node("action", body))
    if open_:
        raise TemplateError(f"{{{{{open_[-1][0].kind}}}}} has no end")
    return root, defined


def _otherwise(open_: list[tuple[_Node, list[_Node]]], rest: str) -> list[_Node]:
    if not open_:
        raise TemplateError("{{else}} stands outside of everything")
    node, _ = open_[-1]
    if not rest:
        return node.otherwise
    word, _, condition = rest.partition(" ")
    inner = _Node(word, condition.strip())
    node.otherwise.append(inner)
    # It ends with the one that it is the rest of.
    open_.append((inner, []))
    return inner.inside


def _closed(open_: list[tuple[_Node, list[_Node]]]) -> tuple[_Node, list[_Node]]:
    if not open_:
        raise TemplateError("{{end}} ends nothing")
    node, before = open_.pop()
    while open_ and open_[-1][0].otherwise[-1:] == [node] and not before:
        node, before = open_.pop()
    return node, before


def _pieces(template: str) -> Iterator[tuple[str, str]]:
    """Texts and the insides of actions, in turn, the space that they trim taken off."""
    at, trims = 0, False
    for found in _ACTION.finditer(template):
        text = template[at : found.start()]
        text = text.lstrip() if trims else text
        text = text.rstrip() if found[1] else text
        if text:
            yield "text", text
        body = found["body"]
        if not body.startswith("/*"):
            yield "action", " ".join(body.split("\n")).strip()
        at, trims = found.end(), found[3] is not None
    rest = template[at:]
    yield "text", rest.lstrip() if trims else rest


def rendered(template: str, data: Any) -> str:
    """What a template makes of some data. Raises TemplateError."""
    nodes, defined = _read(template)
    out: list[str] = []
    _Run(defined, out).run(nodes, data, {"$": data})
    return "".join(out)


@dataclass(slots=True)
class _Run:
    """One rendering."""

    defined: Mapping[str, list[_Node]]
    out: list[str]
    depth: int = 0

    def run(self, nodes: Sequence[_Node], dot: Any, names: dict[str, Any]) -> None:
        for node in nodes:
            if node.kind == "text":
                self.out.append(node.text)
            elif node.kind == "action":
                self._action(node.text, dot, names)
            elif node.kind == "range":
                self._range(node, dot, names)
            else:
                self._branch(node, dot, names)

    def _action(self, text: str, dot: Any, names: dict[str, Any]) -> None:
        if text.startswith("template "):
            self._template(text.removeprefix("template "), dot, names)
            return
        assigned = re.match(r"(\$\w+)\s*:?=\s*(.*)", text, re.DOTALL)
        if assigned is not None:
            _assign(names, assigned[1], _value(assigned[2], dot, names), is_new=":=" in text[: assigned.start(2)])
        else:
            self.out.append(_printed(_value(text, dot, names)))

    def _template(self, text: str, dot: Any, names: dict[str, Any]) -> None:
        found = re.match(r'\s*("(?:\\.|[^"\\])*")\s*(.*)', text, re.DOTALL)
        name = str(json.loads(found[1])) if found is not None else ""
        if found is None or name not in self.defined:
            raise TemplateError(f"there is no template {name}")
        if self.depth >= _DEEPEST:
            raise TemplateError(f"the template {name} calls itself without end")
        data = _value(found[2], dot, names) if found[2] else None
        self.depth += 1
        self.run(self.defined[name], data, {"$": data})
        self.depth -= 1

    def _branch(self, node: _Node, dot: Any, names: dict[str, Any]) -> None:
        inner = _Scope(names)
        assigned = re.match(r"(\$\w+)\s*:=\s*(.*)", node.text, re.DOTALL)
        value = _value(assigned[2] if assigned else node.text, dot, inner)
        if assigned is not None:
            inner[assigned[1]] = value
        if _is_true(value):
            self.run(node.inside, value if node.kind == "with" else dot, inner)
        else:
            self.run(node.otherwise, dot, inner)

    def _range(self, node: _Node, dot: Any, names: dict[str, Any]) -> None:
        assigned = re.match(r"(?:(\$\w+)\s*,\s*)?(\$\w+)\s*:=\s*(.*)", node.text, re.DOTALL)
        value = _value(assigned[3] if assigned else node.text, dot, names)
        items = sorted(value.items()) if isinstance(value, dict) else list(enumerate(value)) if isinstance(value, (list, str)) else []
        items = value.items() if isinstance(value, Unknown) else items
        if isinstance(value, int) and not isinstance(value, bool):
            items = [(number, number) for number in range(value)]
        for key, item in items:
            inner = _Scope(names)
            if assigned is not None:
                inner[assigned[2]] = item
                if assigned[1]:
                    inner[assigned[1]] = key
            self.run(node.inside, item, inner)
        if not items:
            self.run(node.otherwise, dot, _Scope(names))


class _Scope(dict[str, Any]):
    """Variables, those around included; one that is set anew in a block is so where it was made."""

    def __init__(self, around: dict[str, Any]) -> None:
        super().__init__()
        self.around = around

    def __missing__(self, name: str) -> Any:
        return self.around[name]


def _assign(names: dict[str, Any], name: str, value: Any, *, is_new: bool) -> None:
    here: dict[str, Any] = names
    while not is_new and not dict.__contains__(here, name) and isinstance(here, _Scope):
        here = here.around
    here[name] = value


# -- expressions ---------------------------------------------------------------------------------------------------------------------


def _value(text: str, dot: Any, names: Mapping[str, Any]) -> Any:
    tokens = [*_tokens(text)]
    value, at = _pipeline(tokens, 0, dot, names)
    if at < len(tokens):
        raise TemplateError(f"`{text}` cannot be read")
    return value


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    text = text.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None or found.end() == at:
            raise TemplateError(f"`{text[at:]}` cannot be read")
        kind = str(found.lastgroup)
        # A field of what stands in brackets follows without a space.
        yield kind if kind != "path" or found.start(kind) > at or at == 0 or text[at - 1] != ")" else "field", found[kind]
        at = found.end()


def _pipeline(tokens: Sequence[tuple[str, str]], at: int, dot: Any, names: Mapping[str, Any]) -> tuple[Any, int]:
    value, at = _command(tokens, at, dot, names, ())
    while at < len(tokens) and tokens[at] == ("punct", "|"):
        value, at = _command(tokens, at + 1, dot, names, (value,))
    return value, at


def _command(tokens: Sequence[tuple[str, str]], at: int, dot: Any, names: Mapping[str, Any], last: tuple[Any, ...]) -> tuple[Any, int]:
    if at < len(tokens) and tokens[at][0] == "word" and tokens[at][1] not in _CONSTANTS:
        name, at = tokens[at][1], at + 1
        arguments: list[Any] = []
        while at < len(tokens) and tokens[at] not in _ENDS:
            value, at = _operand(tokens, at, dot, names)
            arguments.append(value)
        return _called(name, [*arguments, *last]), at
    return _operand(tokens, at, dot, names)


_ENDS = {("punct", "|"), ("punct", ")")}
_CONSTANTS = {"true": True, "false": False, "nil": None}


def _operand(tokens: Sequence[tuple[str, str]], at: int, dot: Any, names: Mapping[str, Any]) -> tuple[Any, int]:
    if at >= len(tokens):
        raise TemplateError("a value is missing")
    kind, text = tokens[at]
    at += 1
    if (kind, text) == ("punct", "("):
        value, at = _pipeline(tokens, at, dot, names)
        if at >= len(tokens) or tokens[at] != ("punct", ")"):
            raise TemplateError("a bracket is not closed")
        at += 1
        while at < len(tokens) and tokens[at][0] == "field":
            value, at = _field(value, tokens[at][1].split(".")[1:]), at + 1
        return value, at
    if kind == "string":
        return (text[1:-1] if text.startswith("`") else json.loads(text)), at
    if kind == "number":
        return (int(text) if re.fullmatch(r"-?\d+", text) else float(text)), at
    if kind == "word":
        return (_CONSTANTS[text] if text in _CONSTANTS else _called(text, [])), at
    if kind == "path":
        return _path(text, dot, names), at
    raise TemplateError(f"`{text}` cannot stand there")


def _path(text: str, dot: Any, names: Mapping[str, Any]) -> Any:
    head, *fields = text.split(".")
    if head.startswith("$"):
        try:
            value = names[head]
        except KeyError as error:
            raise TemplateError(f"there is no variable {head}") from error
        return _field(value, fields)
    return _field(dot, [name for name in fields if name])


def _field(value: Any, fields: Sequence[str]) -> Any:
    for name in fields:
        value = value.field(name) if isinstance(value, Unknown) else value.get(name) if isinstance(value, dict) else None
    return value


# -- functions -----------------------------------------------------------------------------------------------------------------------


def _called(name: str, arguments: list[Any]) -> Any:
    if name not in _FUNCTIONS:
        raise TemplateError(f"the function {name} is not known")
    unknown = next((one for one in arguments if isinstance(one, Unknown)), None)
    try:
        return _FUNCTIONS[name](*arguments) if unknown is None else unknown.called(name, _FUNCTIONS[name], arguments)
    except TemplateError:
        raise
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, re.error) as error:
        raise TemplateError(f"{name} cannot be done: {error}") from error


def _is_true(value: Any) -> bool:
    if isinstance(value, Unknown):
        return value.is_true()
    return value is not None and value is not False and value not in (0, "", [], {})


def _printed(value: Any) -> str:
    if value is None:
        return "<no value>"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)
    if isinstance(value, list):
        return f"[{' '.join(map(_printed, value))}]"
    if isinstance(value, dict):
        return f"map[{' '.join(f'{name}:{_printed(inner)}' for name, inner in sorted(value.items()))}]"
    return str(value)


def _unknown_text(value: Any) -> str:
    if not isinstance(value, Unknown):
        raise TypeError(f"{type(value).__name__} is no JSON")
    return str(value)


def _formatted(form: str, *values: Any) -> str:
    left = list(values)

    def one(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        value = left.pop(0)
        kind = found[0][-1]
        if kind == "q":
            return json.dumps(str(value), ensure_ascii=False)
        if kind == "T":
            return _GO_TYPES.get(type(value), "string")
        if kind in "dfeg" and isinstance(value, (int, float)):
            return found[0].replace("%v", "%s") % value
        return _printed(value)

    return re.sub(r"%%|%[-+0-9.]*[vsdqfTtge]", one, form)


_GO_TYPES = {
    dict: "map[string]interface {}",
    list: "[]interface {}",
    str: "string",
    bool: "bool",
    int: "float64",
    float: "float64",
    type(None): "<nil>",
}


def _indexed(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, (list, str)) and isinstance(key, int):
            value = value[key]
        else:
            return None
    return value


def _kind_of(value: Any) -> str:
    kinds = {dict: "map", list: "slice", str: "string", bool: "bool", int: "float64", float: "float64", type(None): "invalid"}
    return kinds.get(type(value), "interface")


def _matches(text: str, pattern: str) -> list[str]:
    """The groups of the first match of a pattern. Raises TemplateError where there is none, as templates do on purpose to tell an error."""
    found = re.search(re.sub(r"\(\?<(?![=!])", "(?P<", pattern), text)
    if found is None or not found.re.groups:
        raise TemplateError(f"nothing in {json.dumps(text, ensure_ascii=False)} is as {json.dumps(pattern, ensure_ascii=False)} says")
    return [group or "" for group in found.groups()]


def _both(*values: Any) -> Any:
    return next((value for value in values if not _is_true(value)), values[-1])


def _either(*values: Any) -> Any:
    return next((value for value in values if _is_true(value)), values[-1])


def _separator(text: str) -> Callable[[], str]:
    said: list[str] = []

    def next_one() -> str:
        said.append(text)
        return text if len(said) > 1 else ""

    return next_one


def _whole(value: Any) -> int:
    return int(float(value))


def _mapping(*pairs: Any) -> dict[str, Any]:
    return {str(key): value for key, value in zip(pairs[::2], pairs[1::2], strict=True)}


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "and": _both,
    "or": _either,
    "not": lambda value: not _is_true(value),
    "eq": lambda one, *others: any(one == other for other in others),
    "ne": lambda one, other: one != other,
    "lt": lambda one, other: one < other,
    "le": lambda one, other: one <= other,
    "gt": lambda one, other: one > other,
    "ge": lambda one, other: one >= other,
    "len": len,
    "index": _indexed,
    "slice": lambda value, start=0, end=None: value[start:end],
    "print": lambda *values: "".join(map(_printed, values)),
    "println": lambda *values: " ".join(map(_printed, values)) + "\n",
    "printf": _formatted,
    "call": lambda function, *values: function(*values),
    "toJson": lambda value: json.dumps(value, ensure_ascii=False, default=_unknown_text),
    "jsonMapFromString": json.loads,
    "kindOf": _kind_of,
    "separator": _separator,
    "title": str.title,
    "lower": str.lower,
    "upper": str.upper,
    "trim": str.strip,
    "default": lambda fallback, value=None: value if _is_true(value) else fallback,
    "dict": _mapping,
    "list": lambda *values: list(values),
    "append": lambda values, one: [*values, one],
    "hasKey": lambda value, name: name in value,
    "toBool": lambda value: str(value).lower() in {"true", "1"},
    "toInt": _whole,
    "plus1": lambda value: value + 1,
    "add": lambda one, other: one + other,
    "sub": lambda one, other: one - other,
    "getRegexpFirstMatch": lambda text, pattern: _matches(text, pattern)[0],
    "getRegexpAllMatches": _matches,
    "getXPath": first_inner,
    "getXPathAllOuter": all_outer,
    "safeIndex": lambda value, key: value.get(key) if isinstance(value, dict) else None,
    "replace": lambda old, new, text: text.replace(old, new),
    "split": lambda text, by: text.split(by),
    "join": lambda values, by: by.join(map(_printed, values)),
    "contains": lambda text, part: part in text,
    "hasPrefix": lambda text, part: text.startswith(part),
    "hasSuffix": lambda text, part: text.endswith(part),
    "html": lambda value: html.escape(_printed(value)),
    "js": lambda value: json.dumps(_printed(value))[1:-1],
    "urlquery": lambda value: quote_plus(_printed(value)),
}
