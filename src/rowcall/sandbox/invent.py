"""Values that a column may have, made up by its type, its name and what its description says of it.

They are such that queries give something to look at: times lie in the past and follow one another, counts are small, addresses are of
example.com. What a client made and did not say is as good as empty, as APIs have it. No value is anybody's.
"""

from __future__ import annotations

import datetime as dt
import re
import string
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from rowcall.manifest.model import Column, ListOf, Object, Scalar, Type
from rowcall.openapi.names import singular

_DAY_S = 86_400
_NULLS = 0.12
"""How often a column that may be null is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What a value is made for."""

    rng: Random
    now: int
    """When the object begins, in Unix seconds."""
    present: int
    """What the clock shows."""
    number: int
    """How many of its kind were there before it, with the same parent."""
    asked: bool
    """Whether a client made it."""


Make = Callable[[Draw], Any]


def maker(name: str, column: Column) -> Make:
    """The function that makes a value for a column."""
    full = _listed(_picked(column.enum), column.type) if column.enum else _of(column.type, name.lower(), column.description)
    fresh = _fresh(name.lower(), column, full)

    def make(draw: Draw) -> Any:
        if draw.asked:
            return fresh(draw)
        return None if column.nullable and draw.rng.random() < _NULLS else full(draw)

    return make


def identifier(name: str, type_: Type, description: str, noun: str) -> Make:
    """The function that makes what one object is known by, in a column of that name, or a parameter; numbers count from 1."""
    if type_ in {Scalar.INTEGER, Scalar.NUMBER}:
        small = re.search(r"number|index|position|iid$", name) is not None
        return (lambda draw: draw.number + 1) if small else (lambda draw: draw.rng.randrange(10**8, 10**9))
    if re.search(r"(^|_)(id|uuid|guid|key|token|arn|gid)$", name):
        return _coded(name, description, noun)
    return _text(name, description)


def fitted(value: Any, type_: Type, name: str, draw: Draw) -> Any:
    """What a client sent, in the form in which a column of that type shows it: an object for its name or id, say."""
    if isinstance(type_, ListOf):
        items = value if isinstance(value, list) else [value]
        return [fitted(item, type_.item, name, draw) for item in items]
    if isinstance(type_, Object):
        given = value if isinstance(value, dict) else _named(type_, value)
        return {field: fitted(given[field], inner, field, draw) if given.get(field) is not None else None for field, inner in type_.fields}
    if value is None or type_ is Scalar.JSON or isinstance(value, _KINDS[type_]):
        return value
    return (
        value.get("name", next(iter(value.values()), None)) if isinstance(value, dict) else str(value) if type_ is Scalar.STRING else None
    )


def named(id_: str | int, type_: Type) -> str | int | None:
    """An id as a column of that type shows it; None where it cannot."""
    if type_ is Scalar.STRING:
        return str(id_)
    return id_ if isinstance(id_, int) or type_ is Scalar.JSON else None


_KINDS: dict[Type, tuple[type, ...]] = {
    Scalar.STRING: (str,),
    Scalar.INTEGER: (int,),
    Scalar.NUMBER: (int, float),
    Scalar.BOOLEAN: (bool,),
    Scalar.MAP: (dict,),
    Scalar.BLOB: (str,),
}


def _named(type_: Object, value: Any) -> dict[str, Any]:
    """An object that is known by one value of the kind that was sent."""
    kinds = (Scalar.INTEGER, Scalar.NUMBER) if isinstance(value, (int, float)) else (Scalar.STRING,)
    known = [name for name, inner in type_.fields if inner in kinds]
    preferred = [name for name in ("name", "login", "title", "id", "slug", "key", "value") if name in known]
    return {(preferred or known)[0]: value} if known else {}


def _fresh(name: str, column: Column, full: Make) -> Make:
    """What a column has of an object that a client made just now and said nothing of it."""
    if column.enum:
        return lambda _: None if column.nullable else column.enum[0]
    if _is_time(name, column.type, column.description):
        return full if _BEGUN.search(name) or not column.nullable else lambda _: None
    if column.type in {Scalar.INTEGER, Scalar.NUMBER} and _COUNTED.search(name):
        return lambda _: 0
    if column.type is Scalar.BOOLEAN:
        return lambda _: False
    if isinstance(column.type, ListOf):
        return lambda _: []
    is_made_by_api = column.type is Scalar.STRING and re.search(r"(^|_)(id|url|uri|sha|slug|etag)$", name)
    return (lambda _: None) if column.nullable and not is_made_by_api else full


def is_changed_time(name: str) -> bool:
    """Whether a column of that name says when its object was last changed."""
    return re.fullmatch(r"(last_)?(updated|modified|changed)(_at|_on|_time)?", name) is not None


def _of(type_: Type, name: str, description: str) -> Make:
    if isinstance(type_, ListOf):
        item = _of(type_.item, singular(name), description)
        return lambda draw: [item(draw) for _ in range(draw.rng.randrange(4))]
    if isinstance(type_, Object):
        fields = [(field, _of(inner, field.lower(), "")) for field, inner in type_.fields]
        return lambda draw: {field: make(draw) for field, make in fields}
    if _is_time(name, type_, description):
        return _time(name, type_, description)
    return _SCALARS[type_](name, description)


def _listed(make: Make, type_: Type) -> Make:
    return (lambda draw: [make(draw)]) if isinstance(type_, ListOf) else make


def _picked(choices: tuple[Any, ...] | list[Any]) -> Make:
    return lambda draw: draw.rng.choice(choices)


# -- times -----------------------------------------------------------------------------------------------------------------------------

_TIME = re.compile(r"(_at|_on|_time|timestamp|_date|^date|_since|_until|^(created|updated|modified|expires|due|start|end))$")
_NO_TIME = re.compile(r"\b(how long|how many|duration|whether|seconds (it|that)|minutes)\b", re.IGNORECASE)
_BEGUN = re.compile(r"creat|updat|modif|insert|added|chang|pushed|^date$|timestamp")
_LATER = re.compile(r"expir|due|until|next|ends?_|deadline|renew|sunset")


def _is_time(name: str, type_: Type, description: str) -> bool:
    if type_ not in {Scalar.STRING, Scalar.INTEGER, Scalar.NUMBER} or _NO_TIME.search(description):
        return False
    said = re.search(r"\bunix (seconds|milliseconds|time)|\biso 8601|\bRFC ?3339", description, re.IGNORECASE)
    return said is not None or _TIME.search(name) is not None


def _time(name: str, type_: Type, description: str) -> Make:
    after = (_DAY_S, 30 * _DAY_S) if _LATER.search(name) else (0, 0) if re.search(r"creat|insert|added|^date$", name) else (30, 2 * _DAY_S)
    is_day = type_ is Scalar.STRING and (name.endswith("date") or "YYYY-MM-DD" in description)
    scale = 1000 if "millisecond" in description.lower() else 1

    def time(draw: Draw) -> Any:
        moment = draw.now + (0 if draw.asked and not _LATER.search(name) else draw.rng.randint(*after))
        moment = moment if _LATER.search(name) else max(draw.now, min(moment, draw.present))
        if type_ is not Scalar.STRING:
            return moment * scale
        written = dt.datetime.fromtimestamp(moment, dt.UTC)
        return written.date().isoformat() if is_day else written.isoformat().replace("+00:00", "Z")

    return time


# -- scalars ---------------------------------------------------------------------------------------------------------------------------

_COUNTED = re.compile(
    r"count|total|size|bytes|number_of|^num_|_used$|usage|tokens|comments|additions|deletions|changes|commits|forks|stars"
)
_WORDS = tuple(
    "amber birch cedar delta ember fjord grove harbor iris juniper kelp lumen maple north onyx pine quartz river slate tundra".split()
)
_PEOPLE = ("ana", "ben", "chloe", "dmitri", "elif", "farid", "grace", "hiro", "ines", "jonas", "kira", "liam")
_SENTENCES = (
    "Nothing happens when the page is left open over night.",
    "The second attempt is much slower than the first one.",
    "As agreed on Tuesday.",
    "This needs another look before it goes out.",
    "Works on a small sample, fails on the whole.",
    "Please see what was said before.",
)
_TITLES = ("Slow start after an update", "Wrong total at the end", "Add an option for names", "Tidy up the layout", "Retry when it fails")


def _number(name: str, _description: str) -> Make:
    if re.search(r"(^|_)(number|index|position|line|order|rank|ordinal)$", name):
        return lambda draw: draw.number + 1
    if re.search(r"(^|_)id$", name):
        return lambda draw: draw.rng.randrange(10**8, 10**9)
    most = next((most for pattern, most in _MOST if pattern.search(name)), 100)
    return lambda draw: draw.rng.randint(0, most)


_MOST = (
    (re.compile(r"port$"), 65_535),
    (re.compile(r"bytes|size|_kb$"), 1_000_000),
    (re.compile(r"tokens|_ms$|millis"), 5_000),
    (re.compile(r"percent|progress|_s$|seconds|attempt"), 60),
)


def _decimal(name: str, description: str) -> Make:
    if re.search(r"ratio|rate$|score|share|probability|temperature|top_p|weight", name) or "between 0 and 1" in description.lower():
        return lambda draw: round(draw.rng.random(), 3)
    return lambda draw: round(draw.rng.uniform(0, 200), 2)


def _flag(name: str, _description: str) -> Make:
    often = 0.1 if re.search(r"archiv|disabl|delet|lock|draft|suspend|deprecat|error|fail|private|hidden|truncat|timed", name) else 0.5
    return lambda draw: draw.rng.random() < often


def _map(_name: str, _description: str) -> Make:
    return lambda draw: {draw.rng.choice(("team", "source", "tier")): draw.rng.choice(_WORDS)}


def _json(_name: str, _description: str) -> Make:
    return lambda _: {}


def _text(name: str, description: str) -> Make:
    if re.search(r"(^|_)(id|uuid|guid)$", name):
        return _coded(name, description, singular(name.removesuffix("id").strip("_")))
    return next((make for pattern, make in _TEXTS if pattern.search(name)), lambda draw: "-".join(draw.rng.sample(_WORDS, 2)))


def _coded(name: str, description: str, noun: str) -> Make:
    """Letters and digits after a beginning that the description gives, or else the noun."""
    if re.search(r"(uuid|guid)$", name) or re.search(r"\bUUID\b", description):
        return _uuid
    said = re.search(r"\b(?:start|begin)\w* with [`'\"]?([A-Za-z]+[_-])", description)
    start = said[1] if said else f"{noun}_" if noun else ""
    return lambda draw: start + _chosen(draw, string.ascii_letters + string.digits, 24)


def _uuid(draw: Draw) -> str:
    digits = _chosen(draw, "0123456789abcdef", 32)
    return "-".join((digits[:8], digits[8:12], f"4{digits[13:16]}", f"a{digits[17:20]}", digits[20:]))


def _chosen(draw: Draw, letters: str, count: int) -> str:
    return "".join(draw.rng.choices(letters, k=count))


def _hex(count: int) -> Make:
    return lambda draw: _chosen(draw, "0123456789abcdef", count)


def _url(draw: Draw) -> str:
    return f"https://example.com/{draw.rng.choice(_WORDS)}/{draw.rng.randrange(1000, 10_000)}"


def _version(draw: Draw) -> str:
    return f"{draw.rng.randrange(4)}.{draw.rng.randrange(20)}.{draw.rng.randrange(10)}"


_TEXTS: tuple[tuple[re.Pattern[str], Make], ...] = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (r"email", lambda draw: f"{draw.rng.choice(_PEOPLE)}@example.com"),
        (r"(^|_)(url|uri|href|link|homepage|website|blog)$", _url),
        (r"(^|_)(sha|sha1|commit|commit_id|hash|checksum|digest|etag|oid)$", _hex(40)),
        (r"sha256", _hex(64)),
        (r"colou?r$", _hex(6)),
        (r"(^|_)(secret|token|password|key_value)$", lambda _: "made-up"),
        (r"(^|_)(login|username|user_name|user|owner|author|actor|assignee|handle|nickname|uploader|creator|member)$", _picked(_PEOPLE)),
        (r"(first|given)_?name$", lambda draw: draw.rng.choice(_PEOPLE).title()),
        (r"(^|_)(title|subject|headline|display_title)$", _picked(_TITLES)),
        (r"(description|body|text|message|content|summary|note|notes|comment|reason|bio|instructions|prompt)$", _picked(_SENTENCES)),
        (r"language$", _picked(("Python", "Go", "Rust", "TypeScript", "C++"))),
        (r"country", _picked(("DE", "ES", "FR", "JP", "US"))),
        (r"(city|location)$", _picked(("Berlin", "Lyon", "Madrid", "Osaka", "Portland"))),
        (r"currency", _picked(("eur", "usd"))),
        (r"time_?zone", _picked(("Europe/Berlin", "UTC", "America/New_York"))),
        (r"locale", _picked(("de", "en", "fr"))),
        (r"phone", lambda draw: f"+1555{draw.rng.randrange(10**6, 10**7)}"),
        (r"(^|_)ip(v4|_address)?$", lambda draw: f"192.0.2.{draw.rng.randrange(1, 255)}"),
        (r"(host|hostname|domain)$", lambda draw: f"{draw.rng.choice(_WORDS)}.example.com"),
        (r"(file_?name|filename)$", lambda draw: f"{draw.rng.choice(_WORDS)}.txt"),
        (r"path$", lambda draw: f"src/{draw.rng.choice(_WORDS)}.py"),
        (r"(branch|ref|base|head)$", _picked(("main", "main", "next", "fix-totals"))),
        (r"(version|tag_name|tag)$", _version),
        (r"region", _picked(("eu-west-1", "us-east-1"))),
        (r"(mime|content_)type", lambda _: "application/json"),
        (r"model$", _picked(("model-large", "model-small"))),
        (r"(^|_)(status|state)$", _picked(("active", "active", "inactive"))),
        (r"(^|_)(type|kind)$", _picked(("basic", "extended"))),
    )
)
_SCALARS: dict[Type, Callable[[str, str], Make]] = {
    Scalar.STRING: _text,
    Scalar.INTEGER: _number,
    Scalar.NUMBER: _decimal,
    Scalar.BOOLEAN: _flag,
    Scalar.MAP: _map,
    Scalar.BLOB: _text,
    Scalar.JSON: _json,
}
