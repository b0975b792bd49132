"""Result columns that mention a resource are called what the user wrote."""

from __future__ import annotations

import pytest

import rowcall

RUNS = "(SELECT count(*) FROM runs WHERE thread_id = 'none')"


@pytest.fixture(scope="module")
def db() -> rowcall.Session:
    """A session that reaches nobody: DESCRIBE of a query sends nothing."""
    return rowcall.connect(providers={"openai": {"base_url": "http://127.0.0.1:9/v1", "api_key": "made-up"}})


@pytest.mark.parametrize(
    ("items", "names"),
    [
        (RUNS, [RUNS]),
        (f"{RUNS} AS n", ["n"]),
        (f"{RUNS} n", ["n"]),
        (f"1 AS one, {RUNS} + 1, 2 AS two", ["one", f"{RUNS} + 1", "two"]),
        (f"DISTINCT coalesce({RUNS}, 0)", [f"coalesce({RUNS}, 0)"]),
        (f"{RUNS}, {RUNS} ORDER BY 1", [RUNS, f"{RUNS}"]),
        ("EXISTS (FROM runs WHERE thread_id = 'none')", ["EXISTS (FROM runs WHERE thread_id = 'none')"]),
        (f"* FROM (SELECT 1 AS a, {RUNS})", ["a", RUNS]),
        (
            "(SELECT count(*) FROM (SELECT 'x' AS a EXCEPT (SELECT id FROM runs WHERE thread_id = 'none')) s WHERE a > 'a')",
            ["(SELECT count(*) FROM (SELECT 'x' AS a EXCEPT (SELECT id FROM runs WHERE thread_id = 'none')) s WHERE a > 'a')"],
        ),
        ("(SELECT 1 UNION ALL SELECT count(*) FROM runs WHERE thread_id = 'none' LIMIT 1) + 2, 3 AS c", None),
    ],
)
def test_a_column_over_a_reference_is_called_by_the_users_text(db: rowcall.Session, items: str, names: list[str] | None) -> None:
    """Nothing of what stands in for a resource shows in a column's name."""
    described = [row[0] for row in db.sql(f"DESCRIBE SELECT {items}").fetchall()]

    assert names is None or [name.removesuffix("_1") for name in described] == names
    assert not [name for name in described if "__rowcall" in name]
