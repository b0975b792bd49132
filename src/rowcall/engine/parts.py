"""The rows of a relation as Python values, some at a time: of one run, whatever the connection does in the meantime.

DuckDB 1.5 ends the rows of a relation that is read in parts, without a word, when another statement runs on its connection; DuckDB 2.0
keeps no result of a relation at all, and runs it again. So it is run once here, and DuckDB holds what it gave.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from rowcall.engine.errors import translated
from rowcall.engine.interrupt import interruptible

if TYPE_CHECKING:
    import duckdb

_PART = 2048
"""How many rows are Python values at once: what DuckDB has in one vector."""


def rows_in_parts(connection: duckdb.DuckDBPyConnection, relation: duckdb.DuckDBPyRelation) -> Iterator[tuple[Any, ...]]:
    """The rows of `relation`, which has been run, to its end, when this returns.

    Raises EngineError or BindError where it fails, as does the iterator for a value that Python has no object for.
    """
    rows = _rows(relation)
    first = interruptible(connection, lambda: list(islice(rows, 1)))
    return chain(first, rows)


def _rows(relation: Any) -> Iterator[tuple[Any, ...]]:
    try:
        if hasattr(type(relation), "iter_rows"):
            yield from relation.iter_rows(_PART)
        else:  # DuckDB 1.5
            relation.execute()
            while part := relation.fetchmany(_PART):
                yield from part
    except Exception as error:
        raise translated(error, "") from error


def gives_rows(connection: duckdb.DuckDBPyConnection, text: str, relation: duckdb.DuckDBPyRelation) -> bool:
    """Whether `relation`, DuckDB's own answer to `text`, is the rows of its last statement, and not only how many it changed.

    A statement that DuckDB does not know gives rows.
    """
    try:
        statements = connection.extract_statements(text)
    except Exception:  # noqa: BLE001 - it has run, so that what DuckDB cannot read of it is ours
        return True
    expected = {result.name for result in statements[-1].expected_result_type} if statements else set()
    return expected == {"QUERY_RESULT"} or ("QUERY_RESULT" in expected and relation.columns != ["Count"])
