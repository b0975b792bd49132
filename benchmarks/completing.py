"""How long the shell takes to find what can be typed next, with many tables and in long statements."""

from __future__ import annotations

import statistics
import time

from rowcall.catalog.catalog import Catalog
from rowcall.shell.complete import complete

RUNS = "openai.assistants.runs"
TABLES = {f"table_{number}": {f"column_{column}": "INTEGER" for column in range(40)} for number in range(500)}
STATEMENTS = {
    "a table": "SELECT * FROM ",
    "a table, by some of its letters": "SELECT * FROM tb9",
    "behind 3,000 columns": f"SELECT {'a, ' * 3000} b FROM table_7 t JOIN {RUNS} r ON r.id = t.c",
    "behind 400 joins": "SELECT * FROM table_7 JOIN "
    + " JOIN ".join(f"table_{number} t{number} ON t{number}.column_1 = table_7.column_1" for number in range(400)),
    "within 400 sub-queries": "SELECT * FROM table_7 WHERE "
    + "".join(f"column_1 IN (SELECT column_2 FROM table_{number} WHERE " for number in range(400)),
    "behind 200 CTEs": "WITH a0 AS (FROM table_7)"
    + "".join(f", a{number} AS (SELECT *, column_1 + 1 AS n{number} FROM a{number - 1} WHERE column_3 = 4)" for number in range(1, 200))
    + " SELECT * FROM a199 WHERE a199.",
}


def report(rounds: int) -> None:
    """Prints a line for each statement: the median of the rounds, after one that is not counted."""
    catalog = Catalog.shipped()
    print(f"completing among 500 tables of 40 columns, medians of {rounds}, in ms of CPU time")
    for name, sql in STATEMENTS.items():
        found = []
        for _ in range(rounds + 1):
            started = time.process_time()
            complete(sql, catalog, TABLES)
            found.append(time.process_time() - started)
        print(f"  {name:32}{statistics.median(found[1:]) * 1000:10.1f}")
