"""Values that do not fit their column, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rowcall.errors import DataError
from rowcall.http.control import Control
from rowcall.http.page import Page
from rowcall.manifest.model import Column
from rowcall.plan.nodes import EXTRA
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
