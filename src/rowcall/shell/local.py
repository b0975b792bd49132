"""What the user's own database holds, for the shell to list and complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rowcall.session.variables import SETTINGS
from rowcall.shell.complete import NO_WORDS, Words
from rowcall.shell.exit import is_duckdb_error

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from rowcall import Session

_COLUMNS = """
SELECT concat_ws('.', CASE WHEN database_name NOT IN (current_database(), 'temp') THEN database_name END,
    CASE WHEN schema_name <> 'main' THEN schema_name END, table_name), list(column_name ORDER BY column_index),
    list(data_type ORDER BY column_index)
FROM duckdb_columns() WHERE NOT internal GROUP BY ALL ORDER BY 1
"""


_FUNCTIONS = r"""
SELECT function_name, function_type IN ('table', 'table_macro'), coalesce(any_value(description), '')
FROM duckdb_functions() WHERE regexp_full_match(function_name, '[a-z]\w*') AND NOT starts_with(function_name, 'collate_')
AND function_type <> 'pragma' GROUP BY ALL ORDER BY 1
"""
_COMMON = (
    "count sum avg min max coalesce round unnest date_trunc date_diff make_timestamp to_timestamp strftime string_agg list arg_max arg_min"
    " quantile_cont regexp_matches regexp_extract json_extract json_extract_string concat contains lower upper now row_number lag lead"
).split()
"""What is asked for most, offered before others."""
_KEYWORDS = "SELECT DISTINCT upper(keyword_name) FROM duckdb_keywords() ORDER BY 1"
_SETTINGS = "SELECT name, coalesce(description, '') FROM duckdb_settings() ORDER BY 1"


def local_words(cursor: DuckDBPyConnection) -> Words:
    """What DuckDB has of itself, and the settings of both; nothing where it was closed meanwhile. It takes a tenth of a second."""
    own = {f"rowcall_{name}": setting.description for name, setting in SETTINGS.items()}
    values = {f"rowcall_{name}": _values(setting.takes) for name, setting in SETTINGS.items() if " or " in setting.takes}
    execute = cursor.execute
    try:
        functions = sorted(execute(_FUNCTIONS).fetchall(), key=lambda row: _COMMON.index(row[0]) if row[0] in _COMMON else len(_COMMON))
        return Words(
            functions={name: line for name, reads, line in functions if not reads},
            table_functions={name: line for name, reads, line in functions if reads},
            keywords=[word for (word,) in execute(_KEYWORDS).fetchall()],
            settings=own | dict(execute(_SETTINGS).fetchall()),
            values={name: found for name, found in values.items() if found},
        )
    except Exception as error:
        if not is_duckdb_error(error):
            raise
        return NO_WORDS


def _values(takes: str) -> tuple[str, ...]:
    """The values that a setting takes, where its words for them are these values, as `error or partial`."""
    words = takes.split(" or ")
    if any(" " in word for word in words):
        return ()
    return tuple(word if word in {"true", "false"} else f"'{word}'" for word in words)


def local_tables(session: Session) -> dict[str, dict[str, str]]:
    """The columns of every local table and view with their types; empty while a failed transaction waits for its ROLLBACK."""
    try:
        found = session.connection.execute(_COLUMNS).fetchall()
        return {table: dict(zip(columns, types, strict=True)) for table, columns, types in found}
    except Exception as error:
        if not is_duckdb_error(error):
            raise
        return {}
