"""Whatever the statement: rowcall's rows are DuckDB's over the same rows in tables, or the statement is refused before anything is sent."""

from __future__ import annotations

import random

import duckdb
import pytest
from sqlglot import parser
from tests.fuzz.arena import Arena
from tests.fuzz.run import A_WORLD, Findings, Options, run
from tests.fuzz.tree import Statement, queries, remotes, selects
from tests.fuzz.write import DEEPEST, Writer

USUAL = duckdb.__version__.startswith("2.") and str(parser.__file__).endswith(".py")
FIXED = 20 if USUAL else 2
"""How many worlds have always the same statements; fewer with an older DuckDB or the compiled sqlglot, which run in the same CI."""
NEW = 5 if USUAL else 1
"""How many have others each time."""
SEED = str(random.SystemRandom().randrange(10**6))


def _asked(seed: str, world: int) -> Findings:
    return run(seed, range(world, world + 1), A_WORLD, Options(probe=0.0, hindsight=False))


def _shown(found: Findings, seed: str) -> str:
    """What to read where something is wrong."""
    again = f"Again: python -m tests.fuzz --seed {seed}, or one of them: --only {seed}:WORLD.NUMBER, as in its first line."
    return "\n\n".join([*found.wrong, again])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("world", range(FIXED))
def test_an_answer_is_what_duckdb_says_over_all_rows(world: int) -> None:
    """A hundred statements over one API, always the same ones: no answer has other rows, and nothing is asked that the API does not have.

    No statement is refused that has a constant for each parameter, and each refusal is for a reason of a known class. Not more than one
    of them sends more requests than the minimum, and it no more than twice as many.
    """
    found = _asked("ci", world)

    assert (found.kinds["wrong"], found.kinds["timid"]) == (0, 0), _shown(found, "ci")
    assert found.requests["more"] <= 1, "\n\n".join(found.costly)
    assert found.requests["above"] == 0, "\n\n".join(found.costly)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("world", range(NEW))
def test_another_answer_is_what_duckdb_says_over_all_rows(world: int) -> None:
    """The same for statements that nobody has seen."""
    found = _asked(SEED, world)

    assert found.kinds["wrong"] == 0, _shown(found, SEED)


def _statements(count: int) -> list[Statement]:
    arena = Arena.of("ci:0")
    try:
        return [Writer(random.Random(f"ci:0.{number}"), arena.world).statement() for number in range(count)]
    finally:
        arena.close()


def test_statements_are_the_same_for_a_seed() -> None:
    """What a seed gave once it gives again, so that a finding can be repeated."""
    assert [statement.text for statement in _statements(20)] == [statement.text for statement in _statements(20)]


def test_statements_reach_what_they_are_meant_to() -> None:
    """A few hundred statements name resources, more than one of them often, and hold every clause that matters."""
    statements = _statements(600)
    words = (
        "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "SEMI JOIN", "ANTI JOIN", "CROSS JOIN", "ASOF", "POSITIONAL", "NATURAL", "USING", "LATERAL", "EXISTS",
        "NOT IN", "UNION", "INTERSECT", "EXCEPT", "WITH", "WITH RECURSIVE", "MATERIALIZED", "OVER", "QUALIFY", "GROUP BY", "ROLLUP", "HAVING", "DISTINCT ON", "ORDER BY ALL LIMIT", "OFFSET",
        "list_contains", "ANY(", "PIVOT", "UNPIVOT", "EXCLUDE", "COLUMNS", "VALUES", "unnest", "$p",
    )  # fmt: skip
    texts = [statement.text for statement in statements]

    assert any(select.star == "*" and select.group for statement in statements for select in selects(statement.query))
    assert [word for word in words if not any(word in text for text in texts)] == []
    assert all(remotes(statement.query) for statement in statements)
    assert sum(len(remotes(statement.query)) > 1 for statement in statements) > 200
    assert max(len(list(queries(statement.query))) for statement in statements) > DEEPEST
