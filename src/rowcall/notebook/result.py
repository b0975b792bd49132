"""What a cell with a statement answers: the relation, and what is shown of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rowcall.errors import UsageError
from rowcall.front.cells import NUMBERS, Reader, Row, is_nested
from rowcall.front.plan import plan_lines
from rowcall.front.report import has_rows, is_plan, status_line
from rowcall.notebook import html
from rowcall.notebook.tree import explanation_html

if TYPE_CHECKING:
    import duckdb

    from rowcall.session.report import Report
    from rowcall.session.session import Session

SHOWN = 50
"""How many rows are shown; the last line says of how many."""
_WIDTH = 120


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a relation, read once, so that a result can be shown again when its connection is closed."""

    columns: tuple[tuple[str, str, str], ...]
    """Name, type, and "number", "nested" or "text"."""
    rows: tuple[Row, ...]
    """The first ones."""
    total: int
    """How many there are."""
    text: str
    """As DuckDB draws it."""


class Result:
    """The rows of a statement, as a DuckDB relation and as data frames. What a relation has it has, as `fetchall()` and `columns`."""

    def __init__(self, session: Session, sql: str, relation: duckdb.DuckDBPyRelation, report: Report) -> None:
        self.session = session
        self.report = report
        """What the statement did; with several in a cell, what they did together."""
        self.has_rows = has_rows(sql, relation, report)
        """Whether the statement is one that answers rows."""
        self.relation = relation
        """The rows, which stay as they are when a table that they are from changes."""
        if self.has_rows and report.statement_kind == "local":
            from rowcall.engine.engine import Engine

            self.relation = Engine(session.connection).kept(relation, sql)
        self._is_plan = is_plan(relation, report)
        self._shown = _read(session, self.relation) if self.has_rows and report.explanation is None else None

    def df(self) -> Any:
        """The rows as a pandas data frame."""
        return self.relation.df()

    def pl(self) -> Any:
        """The rows as a polars data frame."""
        return self.relation.pl()

    def arrow(self) -> Any:
        """The rows as a pyarrow table."""
        return self.relation.to_arrow_table()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows for whoever takes Arrow's stream, as polars and DuckDB do."""
        return self.arrow().__arrow_c_stream__(requested_schema)

    def __len__(self) -> int:
        return self._shown.total if self._shown is not None else 0

    def __getattr__(self, name: str) -> Any:
        """What the relation has."""
        if name.startswith("_") or name == "relation":  # which a copy has not yet
            raise AttributeError(name)
        return getattr(self.relation, name)

    def __repr__(self) -> str:
        return "\n".join(
            [*self._text(), status_line(self.report, self._count()), *(f"warning: {message}" for message in self.report.warnings)]
        )

    def _text(self) -> Sequence[str]:
        if self.report.explanation is not None:
            return list(plan_lines(self.report.explanation, _WIDTH))
        if self._shown is None:
            return []
        return [self._drawn()] if self._is_plan else [self._shown.text.rstrip("\n")]

    def _repr_html_(self) -> str:
        return html.page(self._html(), html.says(self._status()), html.warns(self.report.warnings))

    def _html(self) -> str:
        if self.report.explanation is not None:
            return explanation_html(self.report.explanation)
        if self._shown is None:
            return ""
        return html.text_block(self._drawn()) if self._is_plan else _table(self._shown)

    def _drawn(self) -> str:
        """What EXPLAIN answers of a statement that is DuckDB's own."""
        return "\n".join(row[-1] or "" for row in self._shown.rows) if self._shown is not None else ""

    def _status(self) -> str:
        shown, line = len(self._shown.rows) if self._shown is not None else 0, status_line(self.report, self._count())
        return f"showing {shown:,} of {line}" if shown < (self._count() or 0) else line

    def _count(self) -> int | None:
        """How many rows there are, None where it has no rows that count."""
        return None if self._shown is None or self._is_plan else self._shown.total


def _read(session: Session, relation: duckdb.DuckDBPyRelation) -> Shown:
    kinds = zip(relation.columns, relation.types, strict=True)
    columns = tuple(
        (name, str(kind), "number" if str(kind.id) in NUMBERS else "nested" if is_nested(kind) or str(kind) == "JSON" else "text")
        for name, kind in kinds
    )
    reader = Reader(session.connection)
    total = reader.call(lambda: relation.aggregate("count(*)").fetchall())[0][0]
    rows = tuple(reader.text_rows(relation.limit(SHOWN)))
    return Shown(columns, rows, int(total), reader.call(lambda: str(relation)))


def _table(shown: Shown) -> str:
    kinds = [kind for _, _, kind in shown.columns]
    cells = (
        [(html.value(cell, nested=kind == "nested"), kind == "number") for cell, kind in zip(row, kinds, strict=True)] for row in shown.rows
    )
    return html.table([html.head(name, type_) for name, type_, _ in shown.columns], cells)


def as_table(value: Any, session: Session) -> Any:
    """A variable as DuckDB can name it as a table: a result of this session is its relation, one of another a stream of Arrow's."""
    return value.relation if isinstance(value, Result) and value.session is session else value


def together(reports: Sequence[Report]) -> Report:
    """What several statements did, as if they were the last. Raises UsageError where there is none."""
    from dataclasses import replace

    if not reports:
        raise UsageError("There is no statement to run.")
    return replace(
        reports[-1],
        elapsed_s=sum(report.elapsed_s for report in reports),
        exchanges=tuple(exchange for report in reports for exchange in report.exchanges),
        warnings=tuple(message for report in reports for message in report.warnings),
        partial=any(report.partial for report in reports),
    )
