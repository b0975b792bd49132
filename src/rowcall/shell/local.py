"""What the user's own database holds, for the shell to list and complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rowcall.shell.exit import is_duckdb_error

if TYPE_CHECKING:
    from rowcall import Session

_COLUMNS = """
SELECT CASE WHEN schema_name = 'main' THEN table_name ELSE schema_name || '.' || table_name END, list(column_name ORDER BY column_index)
FROM duckdb_columns() WHERE NOT internal GROUP BY ALL ORDER BY 1
"""


def local_tables(session: Session) -> dict[str, list[str]]:
    """The names of the columns of every local table and view; empty while a failed transaction waits for its ROLLBACK."""
    try:
        return dict(session.connection.execute(_COLUMNS).fetchall())
    except Exception as error:
        if not is_duckdb_error(error):
            raise
        return {}
