"""DuckDB's errors as ours."""

from __future__ import annotations

import duckdb

from rowcall.engine.errors import translated
from rowcall.errors import EngineError


def test_where_duckdb_breaks_the_next_step_is_said_and_its_stack_is_not() -> None:
    """An error of DuckDB's own, as of its optimizer, says how the statement may run without that."""
    error = translated(duckdb.InternalException("INTERNAL Error: Attempted to access index 4\n\nStack Trace:\n\n0x7f"), "SELECT 1")

    assert isinstance(error, EngineError)
    assert str(error) == (
        "INTERNAL Error: Attempted to access index 4\n"
        "DuckDB broke on this statement. Where its optimizer did, PRAGMA disable_optimizer lets it run as it is written."
    )
