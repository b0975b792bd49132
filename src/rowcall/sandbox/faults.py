"""Faults on demand: which requests they befall, and what they do to the answer."""

from __future__ import annotations

import email.utils
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rowcall.errors import UsageError, nearest
from rowcall.sandbox.exchange import Answer
from rowcall.sandbox.page import Bend

KINDS = {
    "rate_limit": "429 with `Retry-After` of `retry_after_s`, written as `form` says: seconds, date or milliseconds",
    "server_error": "500 in the API's own words, or `status`",
    "slow": "the right answer, `seconds` later",
    "unprocessed": "the connection is closed without a byte of an answer, and the request has had no effect",
    "unanswered": "the connection is closed without a byte of an answer, and the request has had its effect",
    "drop": "the connection is closed in the middle of the body",
    "malformed": "200 with a body that is no JSON",
    "truncated": "200 with the first half of the right body",
    "html": "an HTML page from some proxy, with `status` 502",
    "empty": "`status` 500 with no body at all",
    "endless": "every page of a list is its first, and says that there is more",
    "capped": "no page has more than `rows` rows, whatever was asked for",
    "miscounted": "a list counts `rows` rows more than it has, and pages for them",
}
"""The kinds of faults and what a client sees of each."""

_OPTIONS: dict[str, dict[str, Any]] = {
    "rate_limit": {"retry_after_s": 1.0, "form": "seconds"},
    "server_error": {"status": 500, "processed": False},
    "slow": {"seconds": 1.0},
    "html": {"status": 502, "processed": False},
    "empty": {"status": 500, "processed": False},
    "capped": {"rows": 5},
    "miscounted": {"rows": 5},
}
_EVERY = ("times", "path", "method", "after")
"""What every kind has."""


def _is_number(value: Any, least: float = 0) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value >= least


def _is_pattern(value: Any) -> bool:
    try:
        return value is None or bool(re.compile(value))
    except (re.error, TypeError):
        return False


_FITS: dict[str, Callable[[Any], bool]] = {
    "times": lambda value: value is None or (isinstance(value, int) and _is_number(value)),
    "after": lambda value: isinstance(value, int) and _is_number(value),
    "path": _is_pattern,
    "method": lambda value: value is None or isinstance(value, str),
    "retry_after_s": _is_number,
    "form": lambda value: value in ("seconds", "date", "milliseconds"),
    "status": lambda value: isinstance(value, int) and 400 <= value <= 599,
    "processed": lambda value: isinstance(value, bool),
    "seconds": _is_number,
    "rows": lambda value: isinstance(value, int) and _is_number(value, 1),
}
"""Which values an option may have."""

_PAGE = b"<!doctype html>\n<html><head><title>502 Bad Gateway</title></head>\n<body><h1>502 Bad Gateway</h1><hr>proxy</body></html>\n"


@dataclass(slots=True, kw_only=True)
class InjectedFault:
    """A fault that waits for requests."""

    kind: str
    times: int | None = 1
    """How many requests it still befalls; None for all."""
    path: str | None = None
    """A regular expression that is searched for in the path; None for every path."""
    method: str | None = None
    """The HTTP method, or None for all."""
    after: int = 0
    """How many matching requests it still lets through."""
    options: dict[str, Any] = field(default_factory=dict)

    def befalls(self, method: str, path: str) -> bool:
        """Whether it befalls this request; counts the request when it matches."""
        if self.times == 0 or (self.method and self.method != method) or (self.path and not re.search(self.path, path)):
            return False
        if self.after:
            self.after -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return True

    @property
    def processed(self) -> bool:
        """Whether the API does what the request asks for, whatever becomes of the answer."""
        return bool(self.options.get("processed", self.kind not in {"rate_limit", "unprocessed"}))

    @property
    def silent(self) -> bool:
        """Whether no byte of an answer is sent."""
        return self.kind in {"unprocessed", "unanswered"}

    @property
    def bend(self) -> Bend:
        """What it does to a list."""
        rows = self.options.get("rows", 0)
        return Bend(
            cap=rows if self.kind == "capped" else None, endless=self.kind == "endless", over=rows if self.kind == "miscounted" else 0
        )


def injected(
    kind: str, *, times: int | None = 1, path: str | None = None, method: str | None = None, after: int = 0, **options: Any
) -> InjectedFault:
    """A checked fault. Raises UsageError for a kind, option or value that there is not."""
    if kind not in KINDS:
        raise UsageError(f'There is no fault "{kind}". {_suggest(kind, KINDS)}')
    known = _OPTIONS.get(kind, {})
    for name, value in {"times": times, "after": after, "path": path, "method": method, **options}.items():
        if name not in {*known, *_EVERY}:
            raise UsageError(f'The fault {kind} has no option "{name}". {_suggest(name, [*_EVERY, *known])}')
        if not _FITS[name](value):
            raise UsageError(f"The fault {kind} cannot have {name}={value!r}.")
    return InjectedFault(
        kind=kind, times=times, path=path, method=method.upper() if method else None, after=after, options={**known, **options}
    )


def parse(text: str) -> InjectedFault:
    """The fault that a command line spells as `kind` or `kind:option=value,option=value`; it befalls every request unless `times` is given.

    Raises UsageError.
    """
    kind, _, rest = text.partition(":")
    options: dict[str, Any] = {"times": None}
    for part in filter(None, rest.split(",")):
        name, sign, value = part.partition("=")
        if not sign:
            raise UsageError(f'A fault is written kind:option=value,option=value; "{part}" has no "=".')
        options[name] = _constant(value)
    return injected(kind, **options)


def spoiled(fault: InjectedFault, right: Answer, now: float) -> Answer:
    """What a client gets in place of the right answer, which for `rate_limit` and `server_error` is the API's own refusal."""
    options = fault.options
    if fault.kind == "rate_limit":
        return Answer(right.status, right.body, (*right.headers, *_retry_after(options, now)))
    if fault.kind == "server_error":
        return Answer(options["status"], right.body, right.headers)
    if fault.kind == "malformed":
        return Answer(200, b'{"object": "list", "data": [}', right.headers)
    if fault.kind == "truncated":
        return Answer(right.status, right.body[: len(right.body) // 2], right.headers)
    if fault.kind == "html":
        return Answer(options["status"], _PAGE, (("content-type", "text/html"),))
    return Answer(options["status"], b"") if fault.kind == "empty" else right


def _retry_after(options: dict[str, Any], now: float) -> tuple[tuple[str, str], ...]:
    seconds = options["retry_after_s"]
    if options["form"] == "milliseconds":
        return (("retry-after-ms", f"{seconds * 1000:g}"),)
    text = email.utils.formatdate(now + seconds, usegmt=True) if options["form"] == "date" else f"{seconds:g}"
    return (("retry-after", text),)


def _constant(value: str) -> Any:
    if value in {"true", "false"}:
        return value == "true"
    for convert in (int, float):
        try:
            return convert(value)
        except ValueError:
            continue
    return value


def _suggest(name: str, known: Any) -> str:
    close = nearest(name, known)
    return f"Did you mean {', '.join(close)}?" if close else f"There is: {', '.join(known)}."
