"""DuckDB's errors as ours."""

from __future__ import annotations

import duckdb
import pytest

from rowcall.engine.errors import translated
from rowcall.errors import EngineError


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (
            duckdb.InternalException("INTERNAL Error: Attempted to access index 4\n\nStack Trace:\n\n0x7f"),
            "INTERNAL Error: Attempted to access index 4",
        ),
        (duckdb.Error("unordered_map::at"), "unordered_map::at"),
    ],
    ids=["a check of its own", "an exception of C++"],
)
def test_where_duckdb_breaks_the_next_step_is_said_and_its_stack_is_not(broken: Exception, said: str) -> None:
    """An error of DuckDB's own, as of its optimizer, says how the statement may run without that."""
    error = translated(broken, "SELECT 1")

    assert isinstance(error, EngineError)
    assert str(error) == (
        f"{said}\nDuckDB broke on this statement. Where its optimizer did, PRAGMA disable_optimizer lets it run as it is written."
    )
