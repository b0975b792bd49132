"""Values that do not fit their column, or are not those that were asked for, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rowcall.errors import DataError
from rowcall.http.control import Control
from rowcall.http.page import Page
from rowcall.manifest.model import Column
from rowcall.plan.nodes import EXTRA
from rowcall.rows.asked import Equal, Other
from rowcall.rows.fit import Fitter, Misfit


def fit_answers(
    answers: Sequence[Page], name: str, columns: Mapping[str, Column], rows: str | None, control: Control
) -> list[tuple[str, str]]:
    """The pages of a write's answers, those without a row left out (204, say)."""
    fitter = Fitter(columns, rows, extra=False)
    misfits = Misfits(name)
    pages: list[tuple[str, str]] = []
    for answer in answers:
        if not answer.rows:
            continue
        page, found = fitter.fit(answer.body)
        pages.append((page, "{}"))
        misfits.add(found)
    misfits.warn(control)
    return pages


class Misfits:
    """What did not fit of one resource: for each place how many values, and what the first of them was."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._counts: Counter[str] = Counter()
        self._samples: dict[str, str] = {}

    def add(self, found: Sequence[Misfit]) -> None:
        """Takes what did not fit of a page."""
        for misfit in found:
            self._counts[misfit.path] += 1
            self._samples.setdefault(misfit.path, misfit.found)

    def warn(self, control: Control) -> None:
        """One warning for each place."""
        for path, count in self._counts.items():
            values = "value does" if count == 1 else "values do"
            control.warn(
                f"{count} {values} not fit the type of {self._place(path)}, such as {self._samples[path]}: NULL here, kept in {EXTRA}."
            )

    def refuse(self) -> None:
        """Raises DataError where something did not fit: with NULL in its place, a write would mean other rows, or other values."""
        if self._counts:
            path, sample = next(iter(self._samples.items()))
            self._counts.clear()
            message = f"A value that the write reads does not fit the type of {self._place(path)}: {sample}. No write was sent."
            raise DataError(message, hint=f"A SELECT gives NULL for it and keeps it in {EXTRA}: name the rows that you mean by their keys.")

    def _place(self, path: str) -> str:
        return f"{self._name}.{path}" if path else f"a row of {self._name}"


class Others:
    """What the rows of one resource have in place of what calls asked for: DuckDB leaves them out."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._counts: dict[tuple[int, Equal], int] = {}
        """By the number of a call and the column."""
        self._samples: dict[tuple[int, Equal], Other] = {}
        self._met: set[tuple[int, Equal]] = set()
        """Where rows have what was asked for."""

    def add(self, call: int, others: Sequence[Other], met: Collection[Equal]) -> None:
        """Takes what a page has."""
        self._met.update((call, equal) for equal in met if not equal.is_exact)
        for other in others:
            key = call, other.equal
            self._counts[key] = self._counts.get(key, 0) + 1
            self._samples.setdefault(key, other)

    def warn(self, control: Control) -> None:
        """One warning for each column. Of a filter that others come beside it is told only where nothing but another spelling came."""
        told: dict[str, tuple[int, Other]] = {}
        for key, count in self._counts.items():
            other = self._samples[key]
            if other.equal.is_exact or (key not in self._met and _is_spelt(other)):
                before, first = told.get(other.equal.column, (0, other))
                told[other.equal.column] = before + count, first
        for column, (count, other) in told.items():
            rows, have, are = ("row", "has", "is") if count == 1 else ("rows", "have", "are")
            what = f"no {column}" if other.found is None else f"another {column} than was asked for"
            such = "" if other.found is None else f", such as {other.found!r}"
            control.warn(f"{count} {rows} of {self._name} {have} {what}{such} in place of {_said(other.asked)}, and {are} left out.")


def _is_spelt(other: Other) -> bool:
    values = other.asked if isinstance(other.asked, tuple) else (other.asked,)
    return any(str(value).casefold() == str(other.found).casefold() for value in values)


def _said(asked: Any) -> str:
    return " or ".join(map(repr, asked)) if isinstance(asked, tuple) else repr(asked)
