"""The answers of which a template makes what the sandbox has to say: a template of Go, the other way round.

A template cannot be turned around in general, so it is tried out: it is run on a value of which nothing is known, which notes what
the template looks at and leaves marks where it is written. The marks in what comes out say which part of an answer becomes which part
of it, and so what the answer has to be. Where the template asks a question, both answers are tried. What is found is run through the
template and compared, and so are the plainest forms of an answer; the one that comes nearest is given. A value that a pattern lets through
in no way gives way to one that it does. A body that a template made of what a statement gave is read in the same way.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from rowcall.http.gotemplate import TemplateError, Unknown, rendered
from rowcall.http.transform import transformed
from rowcall.manifest.model import Transform, TransformKind
from rowcall.sandbox.matching import matching
from rowcall.sandbox.xml import ROOT, xml

_TRIES = 48
"""In how many ways the questions of a template are answered at the most."""
_CHECKED = 6
"""How many answers are run through the template at the most."""
_MARK = re.compile(r"(?P<bare>\ue002)?\ue000(?P<json>j?)(?P<number>\d+)\ue001")
"""Where a value is written: as JSON, or as it is; then it is bare where it stands in no quotes."""
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\ue000j?\d+\ue001')
_BETWEEN = (" ", "\n", ",", ": ", "=", ";", "\t", "", "|", "/")
"""What may stand between the parts of a text."""
_SAME = frozenset({"title", "lower", "upper", "trim", "html", "js", "urlquery", "toBool", "toInt", "slice", "jsonMapFromString", "replace"})
"""Functions that give what they are given in another form."""
_ASKING = frozenset({"lt", "le", "gt", "ge", "contains", "hasPrefix", "hasSuffix"})
"""Functions that ask something about what they are given."""


@dataclass(frozen=True, slots=True)
class _Each:
    """A step to each item of a list, or to each part of a text that a pattern finds; the same for lists that are gone through together."""

    over: tuple[Any, ...]
    pattern: str | None = None


@dataclass(frozen=True, slots=True)
class _First:
    """A step to the part of a text that a group of a pattern finds."""

    pattern: str
    group: int = 1


_Path = tuple[Any, ...]
"""Names, numbers of items, `_Each` and `_First`, from the answer on; in a concrete one `(_Each, number)` is in place of an `_Each`."""


class _Number(int):
    """The number of an item that stands for all of a list."""

    each: _Each

    @classmethod
    def of(cls, each: _Each) -> _Number:
        """The number of the first one."""
        number = cls(0)
        number.each = each
        return number


@dataclass(slots=True)
class _Trial:
    """One run of a template."""

    answers: list[bool]
    """What is answered to the questions, in order; yes to those after them."""
    asked: dict[tuple[Any, ...], bool] = field(default_factory=dict)
    marks: list[_Path] = field(default_factory=list)
    needs: list[tuple[_Path, Any]] = field(default_factory=list)
    """What has to be where, for the questions to be answered so."""
    shape: Any = None
    """What came out, with marks in it."""

    def ask(self, *question: Any, otherwise: bool = True) -> bool:
        """The answer to a question, the same whenever it is asked; `otherwise` where none was laid down."""
        if question not in self.asked:
            at = len(self.asked)
            self.asked[question] = self.answers[at] if at < len(self.answers) else otherwise
        return self.asked[question]


@dataclass(slots=True)
class _Value(Unknown):
    """What an answer has at a path."""

    trial: _Trial
    path: _Path

    def _at(self, step: Any) -> _Value:
        return _Value(self.trial, (*self.path, step))

    def __str__(self) -> str:
        return self._mark("")

    def _mark(self, kind: str) -> str:
        self.trial.marks.append(self.path)
        return f"\ue000{kind}{len(self.trial.marks) - 1}\ue001"

    def _toJson(self) -> str:  # noqa: N802 - as the function is called
        return self._mark("j")

    def field(self, name: str) -> Any:
        return self._at(name)

    def items(self) -> list[tuple[int, Any]]:
        each = _Each(self.path)
        return [(_Number.of(each), self._at(each))]

    def is_true(self) -> bool:
        if is_true := self.trial.ask("true", self.path):
            self.trial.needs.append((self.path, True))
        return is_true

    def called(self, name: str, function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        if name in {"index", "safeIndex"} and arguments[0] is self:
            return self._indexed(arguments[1:])
        special = getattr(self, f"_{name}", None)
        if special is not None and arguments[0] is self:
            return special(*arguments[1:])
        if name in _ASKING:
            return self.trial.ask(name, self.path, *(one for one in arguments if isinstance(one, (str, int, float))))
        if name in {"printf", "print", "println"}:
            return _Text(self.trial, function(*arguments))
        if name in _SAME:
            return self
        return function(*arguments)

    def _indexed(self, keys: Sequence[Any]) -> Any:
        found = self
        for key in keys:
            found = found._at(key.each if isinstance(key, _Number) else key)
        return found

    def _len(self) -> int:
        return 1

    def _kindOf(self) -> Any:  # noqa: N802
        return _Kind(self.trial, self.path)

    def _hasKey(self, name: str) -> bool:  # noqa: N802
        return self._at(name).is_true()

    def _eq(self, *others: Any) -> bool:
        for other in others:
            if self.trial.ask("eq", self.path, str(other)):
                self.trial.needs.append((self.path, other))
                return True
        return False

    def _ne(self, other: Any) -> bool:
        return not self._eq(other)

    def _getRegexpFirstMatch(self, pattern: str) -> Any:  # noqa: N802
        return self._at(_First(pattern))

    def _getRegexpAllMatches(self, pattern: str) -> Any:  # noqa: N802
        return _Parts(self.trial, (*self.path, _Each(self.path, pattern)))

    def _split(self, separator: str) -> Any:
        return self._getRegexpAllMatches(f"[^{re.escape(separator[:1])}]+")

    def _getXPath(self, path: str) -> Any:  # noqa: N802
        """An element below it, or itself; of a path that begins anywhere nobody knows the root."""
        names = _names(path)
        if not self.path:
            return _Value(self.trial, (*([ROOT] if not path.startswith("/") or path.startswith("//") else []), *names))
        is_whole = path.startswith(("/", "."))
        return _Value(self.trial, (*self.path, *(names[1:] if is_whole else names)))

    _getXPathAllOuter = _getXPath  # noqa: N815


class _Parts(_Value):
    """The parts of a text that a pattern finds; its path is that of each of them."""

    __slots__ = ()

    def called(self, name: str, function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        if name == "index" and arguments[0] is self:
            return _Value(self.trial, (*self.path[:-1], _First(self.path[-1].pattern, int(arguments[1]) + 1)))
        return super().called(name, function, arguments)

    def items(self) -> list[tuple[int, Any]]:
        return [(_Number.of(self.path[-1]), _Value(self.trial, self.path))]


@dataclass(slots=True)
class _Kind(Unknown):
    """What kind of value something is."""

    trial: _Trial
    path: _Path

    def is_true(self) -> bool:
        return True

    def called(self, name: str, function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        kinds = [one for one in arguments if isinstance(one, str)]
        # Go calls nothing at all invalid, and what is looked at is there.
        is_it = any(self.trial.ask("kind", self.path, one, otherwise=one != "invalid") for one in kinds)
        return is_it if name == "eq" else not is_it if name == "ne" else function(*arguments)


@dataclass(slots=True)
class _Text(Unknown):
    """A text with marks in it."""

    trial: _Trial
    text: str

    def __str__(self) -> str:
        return self.text

    def is_true(self) -> bool:
        return True

    def called(self, name: str, function: Callable[..., Any], arguments: Sequence[Any]) -> Any:
        if name == "jsonMapFromString":
            return self._revived(_parsed(self.text))
        return _Text(self.trial, str(function(*(str(one) if isinstance(one, _Text) else one for one in arguments))))

    def _revived(self, value: Any) -> Any:
        """What stands for marks in JSON."""
        if isinstance(value, dict):
            return {name: self._revived(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._revived(inner) for inner in value]
        found = _MARK.fullmatch(value) if isinstance(value, str) else None
        return value if found is None else _Value(self.trial, self.trial.marks[int(found["number"])])


def _names(path: str) -> list[str]:
    """The elements of an XPath, without what chooses among them."""
    return [re.sub(r"\[.*?\]", "", step).rpartition(":")[2] for step in path.split("/") if step not in {"", ".", "text()"}]


def _parsed(text: str) -> Any:
    """JSON, with marks outside of texts as texts. Raises ValueError."""
    return json.loads(_TOKEN.sub(lambda found: found[0] if found[0].startswith('"') else f'"\ue002{found[0]}"', text), strict=False)


# -- what the template says ------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _trials(template: str) -> tuple[_Trial, ...]:
    """The runs of a template from which JSON came, those first in which most of it is of the answer."""
    found: list[_Trial] = []
    waiting: list[list[bool]] = [[]]
    for _ in range(_TRIES):
        if not waiting:
            break
        trial = _Trial(waiting.pop(0))
        with contextlib.suppress(ValueError, RecursionError):
            trial.shape = _parsed(rendered(template, _Value(trial, ())))
            found.append(trial)
        said = [*trial.asked.values()]
        waiting += [[*said[:at], not said[at]] for at in range(len(trial.answers), len(said))]
    return tuple(sorted(found, key=lambda trial: -len(set(_marked(trial.shape, trial)))))


def _marked(shape: Any, trial: _Trial) -> Iterator[_Path]:
    """The paths of the marks in a shape."""
    if isinstance(shape, dict):
        for name, inner in shape.items():
            yield from _marked(name, trial)
            yield from _marked(inner, trial)
    elif isinstance(shape, list):
        for inner in shape:
            yield from _marked(inner, trial)
    elif isinstance(shape, str):
        yield from (trial.marks[int(found["number"])] for found in _MARK.finditer(shape))


def can_be_played(transform: Transform) -> bool:
    """Whether anything is known of what a template makes JSON of."""
    return any(True for trial in _trials(transform.template) for _ in _marked(trial.shape, trial))


def makes_one(transform: Transform) -> bool:
    """Whether a template makes one row of whatever it is given, as of a file: its list has no part that is there for each of something."""
    trial = next(iter(_trials(transform.template)), None)
    steps = [step for path in _marked(trial.shape, trial) for step in path] if trial is not None else []
    return trial is not None and _has_list(trial.shape) and not any(isinstance(step, _Each) for step in steps)


def _has_list(shape: Any) -> bool:
    return isinstance(shape, list) or (isinstance(shape, dict) and any(map(_has_list, shape.values())))


def untransformed(transform: Transform, body: Any) -> str | None:
    """The answer of which a transform with a template makes `body`, or what comes nearest; None where it makes JSON of none.

    A template that looks at nothing makes the same of every answer.
    """
    best: tuple[float, str] | None = None
    trials = _trials(transform.template)[:_CHECKED] if can_be_played(transform) else ()
    found = (_written(transform, _Filling(trial).filled(body)) for trial in trials)
    for answer in (*found, *_plainest(transform, body)):
        try:
            made = json.loads(transformed(transform, answer))
        except (TemplateError, ValueError):
            continue
        likeness = _alike(made, body)
        if best is None or likeness > best[0]:
            best = (likeness, answer)
        if likeness == 1:
            break
    return None if best is None else best[1]


def _plainest(transform: Transform, body: Any) -> Iterator[str]:
    """What an answer may be of which nothing is known: the body, its rows, in lines too, one of them, or below a name in the template."""
    rows = _first_list(body)
    forms = [body, *([] if rows is None else [rows, *rows[:1]])]
    names = dict.fromkeys(name for pair in _NAMED.findall(transform.template) for name in pair if name)
    forms += [{name: body if rows is None else rows} for name in [*names][:_NAMES]]
    if rows is not None and transform.kind in {TransformKind.TEXT, TransformKind.JSONL}:
        yield "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)
    for form in forms:
        yield _written(transform, form)
    yield ""


_NAMED = re.compile(r"""\.([A-Za-z_]\w*)|"([A-Za-z_][\w-]*)\"""")
"""A name in a template: of a field, or in quotes."""
_NAMES = 12
"""How many names of a template are tried at the most."""


def _first_list(body: Any) -> list[Any] | None:
    """The first list in what there is to say; None where there is none."""
    if isinstance(body, dict):
        return next((found for inner in body.values() if (found := _first_list(inner)) is not None), None)
    return body if isinstance(body, list) else None


def can_be_read(transform: Transform) -> bool:
    """Whether what a template makes of a body can be read: it makes JSON, or a text of one value."""
    return bool(_trials(transform.template))


def given(transform: Transform, sent: str) -> Any:
    """Of what a template made exactly what was sent, attributes that it leaves out not among it; None where that is not known."""
    try:
        wanted = json.loads(sent)
    except ValueError:
        wanted = sent
    for trial in _trials(transform.template)[: 2 * _CHECKED]:
        for needs in ([], trial.needs):
            found = _Filling(trial, is_sent=True).filled(wanted, needs)
            body = {} if found is None else found
            try:
                made = transformed(transform, json.dumps(body, ensure_ascii=False))
            except (TemplateError, ValueError):
                continue
            if made == sent or _same(made, wanted):
                return body
    return None


def _same(made: str, wanted: Any) -> bool:
    try:
        return bool(json.loads(made) == wanted)
    except ValueError:
        return False


def _alike(made: Any, body: Any) -> float:
    """How alike two values are, from 0 to 1; what `made` lacks of an object does not count, and a number is as its text is."""
    if isinstance(made, dict) and isinstance(body, dict):
        return sum(_alike(value, body.get(name)) for name, value in made.items()) / len(made) if made else float(not body)
    if isinstance(made, list) and isinstance(body, list):
        longest = max(len(made), len(body))
        return sum(_alike(one, other) for one, other in zip(made, body, strict=False)) / longest if longest else 1
    return float(made == body or str(made or "").casefold() == str(body or "").casefold())


# -- what the answer has to be ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Filling:
    """The values that an answer has to have, by their concrete paths."""

    trial: _Trial
    values: dict[_Path, Any] = field(default_factory=dict)
    is_sent: bool = False
    """Whether it is a body that is sent, in which what is nothing is not there."""

    def filled(self, body: Any, needs: Sequence[tuple[_Path, Any]] | None = None) -> Any:
        """An answer; `needs` are those of the trial, unless others are given."""
        self._fill(self.trial.shape, body, {})
        tree = _Branch()
        for path, value in self.values.items():
            tree.put(path, value, is_said=True)
        for path, value in self.trial.needs if needs is None else needs:
            tree.put(path, value, is_said=False)
        return tree.value()

    def _fill(self, shape: Any, wanted: Any, at: Mapping[_Each, int]) -> None:
        """Notes what has to be where, that what is `wanted` comes where a shape has marks; `at` says which items it is about."""
        if isinstance(shape, dict):
            self._fill_object(shape, wanted if isinstance(wanted, dict) else {}, at)
        elif isinstance(shape, list):
            self._fill_list(shape, wanted if isinstance(wanted, list) else [], at)
        elif isinstance(shape, str) and (found := _MARK.search(shape)) is not None and not (self.is_sent and wanted is None):
            wanted = _without(shape, found, wanted) if self.is_sent else wanted
            # What is nothing would be written as no JSON, or as a text that says so.
            value = wanted if wanted is not None or found["json"] else "null" if found["bare"] else ""
            self.values.setdefault(_concrete(self.trial.marks[int(found["number"])], at), value)

    def _fill_object(self, shape: Mapping[str, Any], wanted: Mapping[str, Any], at: Mapping[_Each, int]) -> None:
        for name, inner in shape.items():
            each = self._each(name, at) if _MARK.fullmatch(name) else None
            if each is None:
                self._fill(inner, wanted.get(name), at)
                continue
            for number, (key, value) in enumerate(wanted.items()):
                self._fill(name, key, {**at, each: number})
                self._fill(inner, value, {**at, each: number})

    def _fill_list(self, shape: Sequence[Any], wanted: Sequence[Any], at: Mapping[_Each, int]) -> None:
        each = self._each(shape[0], at) if len(shape) == 1 else None
        if each is None:
            for inner, value in zip(shape, wanted, strict=False):
                self._fill(inner, value, at)
            return
        for number, value in enumerate(wanted):
            self._fill(shape[0], value, {**at, each: number})
        if not wanted and each.pattern is None:
            self.values.setdefault(_concrete(each.over, at), [])

    def _each(self, shape: Any, at: Mapping[_Each, int]) -> _Each | None:
        """What is gone through where a part of a list stands, the outermost that is not yet."""
        steps = [step for path in _marked(shape, self.trial) for step in path if isinstance(step, _Each) and step not in at]
        return min(steps, key=lambda step: len(step.over), default=None)


def _without(shape: str, found: re.Match[str], wanted: Any) -> Any:
    """What stands in a text at a mark, without what is written around it."""
    before, after = shape[: found.start()], shape[found.end() :]
    if not isinstance(wanted, str) or not (wanted.startswith(before) and wanted.endswith(after)):
        return wanted
    return wanted[len(before) : len(wanted) - len(after)]


def _concrete(path: _Path, at: Mapping[_Each, int]) -> _Path:
    return tuple((step, at.get(step, 0)) if isinstance(step, _Each) else step for step in path)


@dataclass(slots=True)
class _Branch:
    """A part of an answer: a value, or what is below it by its step."""

    below: dict[Any, _Branch] = field(default_factory=dict)
    leaf: Any = None
    is_said: bool = False

    def put(self, path: _Path, value: Any, *, is_said: bool) -> None:
        """Gives what is at a path a value; one that is not said is given where there is nothing else, in all items of a list."""
        if self.is_said:
            return
        if not path:
            if not self.below:
                self.leaf, self.is_said = value, is_said
            return
        step = path[0]
        if isinstance(step, _Each):
            for branch in [branch for key, branch in self.below.items() if isinstance(key, tuple)]:
                branch.put(path[1:], value, is_said=is_said)
            return
        self.below.setdefault(step, _Branch()).put(path[1:], value, is_said=is_said)

    def value(self) -> Any:
        """What it is: an object, a list, or a text where patterns look for its parts."""
        if not self.below:
            return self.leaf
        steps = [*self.below]
        if any(isinstance(step, _First) or (isinstance(step, tuple) and step[0].pattern is not None) for step in steps):
            return _composed([(*_pattern(step), branch.value()) for step, branch in self.below.items()])
        numbered = {step[1] if isinstance(step, tuple) else step: branch for step, branch in self.below.items()}
        if all(isinstance(number, int) for number in numbered):
            return [numbered[number].value() if number in numbered else None for number in range(max(numbered) + 1)]
        return {str(name): branch.value() for name, branch in numbered.items()}


def _pattern(step: Any) -> tuple[str, int]:
    """The pattern of a step, and the number of its group."""
    return (step.pattern, step.group) if isinstance(step, _First) else (step[0].pattern, step[1] + 1)


def _composed(parts: Sequence[tuple[str, int, Any]]) -> str:
    """A text in which each pattern finds its parts: one without groups each for itself, others all of them in the first place."""
    wanted: dict[str, dict[int, str]] = {}
    for pattern, group, value in parts:
        wanted.setdefault(pattern, {})[group] = "" if value is None else str(value)
    texts = []
    for pattern, groups in wanted.items():
        texts += [matching(pattern, groups)] if "(" in pattern else [matching(pattern, {0: text}) for text in groups.values()]

    def finds(text: str) -> bool:
        found = (re.search(pattern, text) for pattern in wanted)
        return all(match is not None and any(match[0] in part for part in texts) for match in found)

    between = ("\n", *_BETWEEN) if len(texts) > len(wanted) else _BETWEEN
    return next((text for join in between if finds(text := join.join(texts))), between[0].join(texts))


def _written(transform: Transform, answer: Any) -> str:
    """An answer as its kind is written."""
    if transform.kind is TransformKind.XML or (transform.kind is TransformKind.TEXT and "getXPath" in transform.template):
        ((root, inside),) = answer.items() if isinstance(answer, dict) and len(answer) == 1 else [(ROOT, answer)]
        return xml(inside, root)
    if transform.kind is TransformKind.TEXT and isinstance(answer, str) and "jsonMapFromString" not in transform.template:
        return answer
    return json.dumps(answer, ensure_ascii=False)
