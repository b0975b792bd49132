"""Every error a user of rowcall can meet.

```
RowcallError
├── UsageError                                       the call itself is wrong: an option, a setting, a file that is not there
├── ManifestError(faults)                            a provider file is wrong; every fault with file:line:column
├── SQLError(sql, span)                              the statement is wrong, before anything was sent
│   ├── ParseError                                   it is not SQL, or not a statement rowcall knows
│   ├── UnknownNameError(nearest)                    no such provider, service, resource, method, parameter or attribute
│   ├── AmbiguousNameError(candidates)               a name that more than one thing answers to
│   ├── UnsupportedSQLError                          SQL that cannot mean an API call; says which form can
│   └── BindError                                    DuckDB refused the statement; its message, our caret
├── PlanError(sql, span)
│   ├── MissingParameterError(candidates, example)   the API needs a value that the statement does not give
│   ├── ReadOnlyError                                a write on a read-only connection or provider
│   ├── WriteLimitError(rows, limit, deletes)        a DELETE, or more rows than max_write_rows, and nobody said yes to it
│   └── BudgetError                                  more requests than max_requests allows
├── RequestError(provider, resource, request, …)     an HTTP exchange failed
│   ├── AuthError                                    no key, a refused key
│   ├── ResponseError                                the API refused, or answered with something that is not what it documents
│   ├── PageLoopError                                paging would never end: a cursor or a page came again, or all are empty
│   ├── RateLimitError(retry_after_s)                still limited after the retries
│   └── UnavailableError                             no connection, a dropped one, 5xx, or out of time
├── AwaitError(rows)                                 a statement was carried out, and what it began was not seen to end as it should
├── DataError                                        a row cannot be sent or read as its declared type
└── EngineError                                      DuckDB failed while running the local part
```

Errors carry objects and build their own message; the text ends with what to do next. None shows a secret: what they are given
from HTTP has been redacted in `http`. Exit codes and colours belong to `shell`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass


class RowcallError(Exception):
    """The root of the tree; catching it catches everything rowcall raises on purpose."""


class UsageError(RowcallError):
    """An option, setting or file of the caller's is wrong."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a provider file."""

    file: str
    line: int
    """1-based."""
    column: int
    """1-based."""
    path: str
    """Where in the document, as `resources.runs.columns.id`."""
    message: str

    def __str__(self) -> str:
        where = f" ({self.path})" if self.path else ""
        return f"{self.file}:{self.line}:{self.column}: {self.message}{where}"


class ManifestError(RowcallError):
    """A provider file is wrong. `faults` holds every fault that was found, in file order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the user's SQL: character offsets, `end` exclusive."""

    start: int
    end: int


def caret(sql: str, span: Span | None, columns: int = 100) -> str:
    """The line of `sql` that holds `span`, its number before it and carets below; "" where there is no span.

    Long lines are cut around the place, so that the block fits a terminal of so many columns.
    """
    if span is None or not sql:
        return ""
    start = min(span.start, len(sql))
    line_start = sql.rfind("\n", 0, start) + 1
    line_end = sql.find("\n", start)
    line_end = len(sql) if line_end < 0 else line_end
    line, column = sql[line_start:line_end], start - line_start
    prefix = f"LINE {sql.count(chr(10), 0, start) + 1}: "
    room = max(20, min(90, columns - len(prefix) - 2) * len(line) // max(1, len(_blank(line))))
    cut = max(0, min(column - room * 2 // 3, len(line) - room))
    shown = line[cut : cut + room]
    lead = "…" if cut else ""
    tail = "…" if len(line) > cut + room else ""
    marked = shown[column - cut :][: max(1, span.end - start)]
    return f"{prefix}{lead}{shown}{tail}\n{' ' * len(prefix + lead)}{_blank(shown[: column - cut])}{'^' * max(1, len(_blank(marked)))}"


def _blank(text: str) -> str:
    """Blanks that are as wide as `text` in a terminal: tabs stay tabs."""
    if text.isascii():
        return re.sub(r"[^\t]", " ", text)
    from unicodedata import combining, east_asian_width

    return "".join("" if combining(c) else "  " if east_asian_width(c) in "WF" else "\t" if c == "\t" else " " for c in text)


def nearest(name: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """Up to `count` of `known` that look like `name`, closest first; empty where none does."""
    import difflib

    by_fold = {candidate.casefold(): candidate for candidate in known}
    close = difflib.get_close_matches(name.casefold(), list(by_fold), n=count, cutoff=0.6)
    return tuple(by_fold[fold] for fold in close)


class _LocatedError(RowcallError):
    """An error with a place in the user's SQL, shown with a caret."""

    def __init__(self, message: str, *, sql: str = "", span: Span | None = None, hint: str = "") -> None:
        self.message = message
        self.sql = sql
        self.span = span
        self.hint = hint
        super().__init__(message)

    def __str__(self) -> str:
        return self.text()

    def text(self, columns: int = 100) -> str:
        """What is wrong, the place, and the next step, for a terminal of so many columns: lines of SQL alone are cut to fit it."""
        return "\n\n".join(part for part in (self.message, caret(self.sql, self.span, columns), self.hint) if part)


class SQLError(_LocatedError):
    """The statement is wrong; nothing was sent."""


class ParseError(SQLError):
    """The text is not SQL, or not a statement that rowcall knows."""


class UnknownNameError(SQLError):
    """No provider, service, resource, method, parameter or attribute has this name. `nearest` holds the closest ones."""

    def __init__(
        self, kind: str, name: str, known: Iterable[str] = (), *, where: str = "", sql: str = "", span: Span | None = None
    ) -> None:
        names = sorted(set(known))
        self.kind = kind
        self.name = name
        self.nearest = nearest(name, names)
        place = f" in {where}" if where else ""
        hint = ""
        if self.nearest:
            hint = f"Did you mean {', '.join(self.nearest)}?"
        elif names:
            shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
            hint = f"There is: {shown}."
        super().__init__(f'No {kind} "{name}"{place}.', sql=sql, span=span, hint=hint)


class AmbiguousNameError(SQLError):
    """More than one thing answers to a name. `candidates` holds their full names."""

    def __init__(self, name: str, candidates: Sequence[str], *, sql: str = "", span: Span | None = None, hint: str = "") -> None:
        self.name = name
        self.candidates = tuple(candidates)
        super().__init__(f'"{name}" could be {" or ".join(self.candidates)}.', sql=sql, span=span, hint=hint or "Write the full name.")


class UnsupportedSQLError(SQLError):
    """SQL that is legal but cannot mean an API call. The hint shows the form that can."""


GIVE_VALUES = "Give it in params, or on the command line with --param; in the shell, SET VARIABLE x = … and getvariable('x') do."
"""What to do about a parameter without a value."""


class BindError(SQLError):
    """DuckDB refused the statement: its own message, with the caret in the user's text."""


class PlanError(_LocatedError):
    """The statement is well formed, but cannot be turned into calls as it stands; nothing was sent."""


class MissingParameterError(PlanError):
    """The API needs values that the statement does not give."""

    def __init__(
        self,
        resource: str,
        candidates: Sequence[tuple[str, tuple[str, ...]]],
        example: str,
        *,
        reason: str = "",
        sql: str = "",
        span: Span | None = None,
    ) -> None:
        self.resource = resource
        self.candidates = tuple(candidates)
        """(method, its missing parameters), best candidate first."""
        self.example = example
        self.reason = reason
        """Why what the statement says gives no values; "" where it says nothing of them."""
        lines = [f"{resource} cannot be called without more values:"]
        lines += [f"  {method} needs {', '.join(missing)}" for method, missing in self.candidates]
        if reason:
            lines.append(reason)
        super().__init__("\n".join(lines), sql=sql, span=span, hint=f"For example: {example}" if example else "")


class ReadOnlyError(PlanError):
    """A write on a connection or provider that is read-only."""


class WriteLimitError(PlanError):
    """A write of more rows than `max_write_rows`, a DELETE, or an UPDATE that may remove what it does not set, and nobody said yes to it.

    No change was sent.
    """

    def __init__(
        self,
        name: str,
        rows: int,
        limit: int | None,
        *,
        deletes: bool = False,
        removes: Sequence[str] = (),
        together: bool = False,
        declined: bool = False,
        sql: str = "",
        span: Span | None = None,
    ) -> None:
        self.rows = rows
        """How many rows it would write, each with a request; `together` how many requests."""
        self.limit = limit
        """What `max_write_rows` was; None for no limit."""
        self.deletes = deletes
        self.removes = tuple(removes)
        """What an UPDATE does not set and may so remove, since it puts whole rows."""
        self.together = together
        """Whether one request changes all rows that have something in common, so that nobody knows how many."""
        self.declined = declined
        """Whether somebody was asked, and did not say yes."""
        count = "any number of rows at once" if together else f"{rows:,} row{'' if rows == 1 else 's'}"
        what = f"The statement {'deletes' if deletes else 'writes'} {count} ({name})"
        over = limit is not None and (together or rows > limit)
        why = (
            f"max_write_rows is {limit:,}"
            if over and limit is not None
            else f"{removal(removes)}, to which nobody has said yes"
            if removes
            else "nobody has said that it may"
        )
        allow = (
            f"Say so with the argument max_write_rows={None if together else rows}, "
            f"SET rowcall_max_write_rows = {'NULL' if together else rows}, or --yes on the command line. "
            "A dry run (dry_run, --dry-run) shows the requests."
        )
        message = f"{what}, and the answer was not yes; no change was sent." if declined else f"{what}, and {why}; no change was sent."
        super().__init__(message, sql=sql, span=span, hint="" if declined else allow)


def removal(removes: Sequence[str]) -> str:
    """What an UPDATE that puts whole rows does with what it does not set, as a part of a sentence."""
    names = ", ".join(removes[:_NAMED]) + (", …" if len(removes) > _NAMED else "")
    return f"it puts whole rows, so that what it does not set may be removed ({names})"


_NAMED = 5


class BudgetError(PlanError):
    """The statement needs more requests than `max_requests` allows. What was fetched before is discarded."""

    def __init__(self, needed: int, limit: int, *, exact: bool = False, sent: int = 0, writes: bool = False) -> None:
        self.needed = needed
        """How many requests it needs, retries aside; at least so many where `exact` is false."""
        self.limit = limit
        self.exact = exact
        self.sent = sent
        """How many had been sent when this was known."""
        what = "no change was sent" if writes else f"it was stopped after {sent:,}" if sent else "nothing was sent"
        requests = f"{needed:,} request{'' if needed == 1 else 's'}"
        message = f"The statement needs {'' if exact else 'at least '}{requests}, and max_requests is {limit:,}; {what}."
        hint = (
            f"Narrow the statement, or allow more: SET rowcall_max_requests = {_rounded_up(needed)}, the argument max_requests, "
            "or --max-requests. EXPLAIN shows the requests of a statement."
        )
        super().__init__(message, hint=hint)


def _rounded_up(number: int) -> int:
    """The next number of one digit and zeros: 44 is 50, 1601 is 2000."""
    unit: int = 10 ** (len(str(number)) - 1)
    return -(-number // unit) * unit


_SHOWN = 5
"""How many of the calls that failed beside one are shown with it."""


class RequestError(RowcallError):
    """An HTTP exchange failed. Nothing here holds a secret."""

    next_step = ""
    """What to do where nothing better is known."""

    def __init__(
        self,
        message: str,
        *,
        provider: str = "",
        request: str = "",
        status: int | None = None,
        request_id: str | None = None,
        code: str | None = None,
        hint: str = "",
    ) -> None:
        self.message = message
        self.provider = provider
        self.request = request
        """Method and redacted URL, as `GET https://api.example.com/v1/threads/t/runs?limit=100`."""
        self.status = status
        self.request_id = request_id
        self.code = code
        self.hint = hint or self.next_step
        self.others: tuple[RequestError, ...] = ()
        """What else of the same statement had failed by then."""
        super().__init__(message)

    def __str__(self) -> str:
        return "\n".join(part for part in (self.message, self.facts, *self._others(), self.hint) if part)

    @property
    def facts(self) -> str:
        """Status, request and request id, as far as there are any, on one line."""
        facts = [f"HTTP {self.status}"] if self.status is not None else []
        facts += [self.request] if self.request else []
        facts += [f"request id {self.request_id}"] if self.request_id else []
        return " · ".join(facts)

    def _others(self) -> Iterator[str]:
        for other in self.others[:_SHOWN]:
            yield f"So did: {other.facts or other.message}"
        if len(self.others) > _SHOWN:
            yield f"So did {len(self.others) - _SHOWN:,} more."


class AuthError(RequestError):
    """No key is set, or the API refused the one that is."""


class ResponseError(RequestError):
    """The API refused the request, or its answer is not what it documents."""


class PageLoopError(RequestError):
    """Paging would never end: the API gave a cursor or a page that it had given before, or pages without rows and no end."""

    next_step = "Whoever runs the API can mend this; a LIMIT that is reached before does without the rest."


class RateLimitError(RequestError):
    """Still rate-limited after every retry."""

    retry_after_s: float | None = None
    """What the API asked to wait, in seconds, where it said so."""


class UnavailableError(RequestError):
    """No connection, a dropped connection, a server error that stayed, or out of time."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What one request began, when it was last looked at."""

    key: tuple[tuple[str, str], ...]
    """What the reader asks for it by: parameters and their values. Empty where neither the answer nor the request says that."""
    state: str | None
    """How far it was; None where no answer said so."""
    ended: bool
    """Whether it had come to what was waited for."""

    def __str__(self) -> str:
        key = ", ".join(f"{name} = {value}" for name, value in self.key) or "(its answer does not say what it is called)"
        return f"{key}: {self.state if self.state is not None else 'unknown'}"


class AwaitError(RowcallError):
    """What a statement sent was carried out, but what that began was not seen to come to the end that AWAIT or UNTIL waits for.

    `rows` holds every row in order, `reason` why, without the rest of the text.
    """

    def __init__(self, reason: str, rows: Sequence[Begun], *, done: str, hint: str = "") -> None:
        self.reason = reason
        self.rows = tuple(rows)
        self.hint = hint
        lines = [reason, done, *(f"  {row}" for row in self.rows[:_SHOWN_ROWS])]
        if len(self.rows) > _SHOWN_ROWS:
            lines.append(f"  … and {len(self.rows) - _SHOWN_ROWS:,} more (`rows` of this error)")
        super().__init__("\n".join(line for line in (*lines, hint) if line))


_SHOWN_ROWS = 20


class DataError(_LocatedError):
    """A value cannot be sent, or read, as its declared type."""

    given: str = ""
    """What the statement calls the value, where it names it."""


class EngineError(RowcallError):
    """DuckDB failed while running the local part of a statement."""


class RowcallWarning(UserWarning):
    """What a user should know of a result, though it stands; the root of those below."""


class PartialResultWarning(RowcallWarning):
    """A result lacks rows, because the caller asked for `on_error="partial"` and some requests failed."""


class MisfitWarning(RowcallWarning):
    """Values did not fit their declared type, and are NULL in the result (the originals are in `_extra`)."""


class UnknownValueWarning(RowcallWarning):
    """A column is compared with a text that its API is not known to give, so that a word misspelt would leave no row."""
