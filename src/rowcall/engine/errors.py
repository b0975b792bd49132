"""DuckDB's errors as ours, with their place in the text that was given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from rowcall.errors import GIVE_VALUES, BindError, EngineError, RowcallError, Span, UsageError

BINDING = frozenset({"BinderException", "CatalogException", "ParserException", "SyntaxException"})
"""How DuckDB calls its complaints about a text that it cannot bind."""


_STEP_BY_STEP = "DuckDB broke on this statement. Where its optimizer did, PRAGMA disable_optimizer lets it run as it is written."


def translated(error: Exception, text: str, before: str = "") -> RowcallError:
    """DuckDB's error as ours. `before` is what stood before `text` in what DuckDB was given."""
    if isinstance(error, RowcallError):
        return error
    kind, message = type(error).__name__, str(error)
    if kind == "InterruptException":
        return EngineError("The statement was interrupted.")
    if "Mixing named and positional" in message:
        return UsageError("Parameters are either all named ($name) or all positional ($1, ?).")
    if kind == "InvalidInputException" and "arameter" in message:
        return UsageError(f"{message}\n{GIVE_VALUES}" if "Values were not provided" in message else message)
    first, excerpt = _parts(message)
    if kind in BINDING:
        return BindError(first, sql=text, span=_place(excerpt, before + text, len(before)))
    return EngineError(f"{first}\n{_STEP_BY_STEP}" if is_of_duckdb(error) else first)


def is_of_duckdb(error: Exception) -> bool:
    """Whether an error is DuckDB's own fault: a check of its own fails, or an exception of C++ comes through, an error of no kind."""
    return type(error).__name__ in {"InternalException", "Error"}


def _parts(message: str) -> tuple[str, str]:
    """DuckDB's message, and the excerpt of the text with its caret that follows it ("" where none does)."""
    message = message.partition("\n\nStack Trace:")[0]
    first, found, excerpt = message.partition("\n\nLINE ")
    return (first.rstrip(), excerpt) if found else (message.rstrip(), "")


def _place(excerpt: str, given: str, before: int) -> Span | None:
    """The span in the user's text that a `LINE n: …` excerpt with a caret below it points at; None when it cannot be told.

    DuckDB cuts long lines around the place and marks the cut with dots, so the excerpt is looked up in the line again.
    """
    match = _EXCERPT.fullmatch(excerpt)
    if match is None:
        return None
    lines = given.split("\n")
    number = int(match["number"])
    shown = match["shown"]
    column = len(match["blank"]) - len(f"LINE {number}: ")
    if not 0 < number <= len(lines) or column < 0:
        return None
    cut = shown.startswith("...") and not lines[number - 1].startswith("...")
    known = shown[3 if cut else 0 :].removesuffix("...") if len(shown) > 3 else shown
    at = lines[number - 1].find(known)
    if at < 0:
        return None
    start = sum(len(line) + 1 for line in lines[: number - 1]) + at + _index(shown, column) - (3 if cut else 0) - before
    user = given[before:]
    end = start
    while 0 <= end < len(user) and (user[end].isalnum() or user[end] == "_"):
        end += 1
    return Span(start, max(end, start + 1)) if 0 <= start <= len(user) else None


def _index(shown: str, column: int) -> int:
    """Which character of `shown` stands in a column, as DuckDB counts them: two for wide characters, none for tabs and accents."""
    width = 0
    for index, character in enumerate(shown):
        if width >= column and _width(character):
            return index
        width += _width(character)
    return len(shown)


def _width(character: str) -> int:
    if unicodedata.category(character) in {"Cc", "Cf", "Me", "Mn"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"F", "W"} else 1


_EXCERPT = re.compile(r"(?P<number>\d+): (?P<shown>[^\n]*)\n(?P<blank> *)\^.*", re.DOTALL)


_MEANT = re.compile(r'Did you mean "(?P<name>[^\n]+)"')
_LACKS = re.compile(r"(?:Catalog|Binder) Error: (?:Table with name|Catalog) (?P<name>.+) does not exist(?:!| because schema )")


def lacks(message: str, parts: Sequence[str]) -> bool:
    """Whether DuckDB's complaint is that there is no table of a name, in folded parts, or nothing attached of its first part.

    It may be of a table of the same name that a view of this one stands on; then it has seen the view, and asks whether that is meant.
    """
    found = _LACKS.match(message)
    meant = _MEANT.search(message)
    if found is None or (meant is not None and meant["name"].casefold().endswith(parts[-1])):
        return False
    name = found["name"].casefold()
    return name in {parts[-1], f'"{parts[0]}"', *('"' + ".".join(parts[at:]) + '"' for at in range(len(parts)))}
