"""INSERT, REPLACE, UPDATE, DELETE and EXEC: each clause is read, with its place."""

from __future__ import annotations

import pytest
from tests.sql.reading import RUNS, cut, read

from rowcall.sql import nodes as forms
from rowcall.sql.bind import Names


def test_exec_has_a_method_and_arguments_with_their_places(names: Names) -> None:
    """Values are expressions, with commas and quotes of their own; a name is spelt as it is written."""
    found = read(f"EXEC {RUNS}.\"cancel_run\" @thread_id = 't,1', @Run_ID = concat('a', ['b'][1]), @data__x = {{'a': (1, 2)}}", names)

    assert isinstance(found, forms.Exec)
    assert (found.ref.full_name, found.method, cut(found, found.method_span)) == (RUNS, "cancel_run", '"cancel_run"')
    assert [(name, cut(found, at), cut(found, value)) for name, at, value in found.arguments] == [
        ("thread_id", "thread_id", "'t,1'"),
        ("Run_ID", "Run_ID", "concat('a', ['b'][1])"),
        ("data__x", "data__x", "{'a': (1, 2)}"),
    ]
    assert found.body is None


@pytest.mark.parametrize(
    "text", ["@thread_id = 't', @@json = '{\"a\": 1}'", "@@json = '{\"a\": 1}', @thread_id = 't'", "@@JSON='{\"a\": 1}',@thread_id='t'"]
)
def test_exec_takes_a_whole_body(text: str, names: Names) -> None:
    """Before or after the other arguments."""
    found = read(f"EXEC runs.create_run {text}", names)

    assert cut(found, found.body) == "'{\"a\": 1}'"
    assert [name for name, _, _ in found.arguments] == ["thread_id"]


@pytest.mark.parametrize(
    ("text", "arguments", "source", "returning"),
    [
        ("FROM (SELECT 1 AS run_id)", [], "(SELECT 1 AS run_id)", None),
        ("@a = 'x', @from = 1 FROM (VALUES ('r')) AS v(run_id)", ["a", "from"], "(VALUES ('r')) AS v(run_id)", None),
        ("@a = b IS NOT DISTINCT FROM c from (FROM t) v RETURNING id, upper(status)", ["a"], "(FROM t) v", "id, upper(status)"),
        ("@a = extract(year FROM d) RETURNING id", ["a"], None, "id"),
        ("RETURNING id", [], None, "id"),
    ],
)
def test_exec_may_have_rows_and_returning(text: str, arguments: list[str], source: str | None, returning: str | None, names: Names) -> None:
    """After its arguments: a query in brackets, whose rows are a call each, and what is wanted of the responses."""
    found = read(f"EXEC runs.cancel_run {text}", names)

    assert isinstance(found, forms.Exec)
    assert [name for name, _, _ in found.arguments] == arguments
    assert (cut(found, found.source), cut(found, found.returning)) == (source, returning)


def test_exec_may_have_no_argument(names: Names) -> None:
    """What is missing is said later, by name."""
    assert read("EXEC runs.cancel_run", names).arguments == ()


@pytest.mark.parametrize(
    ("text", "columns", "source", "returning", "by_name"),
    [
        (f"INSERT INTO {RUNS} (thread_id, data__model) VALUES ('t', 'm')", ["thread_id", "data__model"], "VALUES ('t', 'm')", None, False),
        ("INSERT INTO runs (a) VALUES (1) RETURNING id, status", ["a"], "VALUES (1)", "id, status", False),
        ("insert into runs as r (a) select 1 returning r.id", ["a"], "select 1", "r.id", False),
        ("INSERT INTO runs BY NAME SELECT 1 AS a", [], "SELECT 1 AS a", None, True),
        ("INSERT INTO runs BY POSITION SELECT 1", [], "SELECT 1", None, False),
        ("INSERT INTO runs SELECT (SELECT 1 AS returning)", [], "SELECT (SELECT 1 AS returning)", None, False),
        ("INSERT INTO runs (SELECT 1 AS a)", [], "(SELECT 1 AS a)", None, False),
        ("INSERT INTO runs (a) WITH x AS (SELECT 1) FROM x", ["a"], "WITH x AS (SELECT 1) FROM x", None, False),
        ("INSERT INTO runs DEFAULT VALUES", [], None, None, False),
        ("INSERT INTO runs DEFAULT VALUES RETURNING *", [], None, "*", False),
        ("INSERT INTO runs (a)\nVALUES\n(1)\nRETURNING\n*\n", ["a"], "VALUES\n(1)", "*", False),
    ],
)
def test_insert_has_columns_a_source_and_what_it_returns(
    text: str, columns: list[str], source: str | None, returning: str | None, by_name: bool, names: Names
) -> None:
    """Each a stretch of the text, without the blanks around it."""
    found = read(text, names)

    assert isinstance(found, forms.Insert)
    assert found.target.ref.full_name == RUNS
    assert [name for name, _ in found.columns] == columns
    assert [cut(found, span) for _, span in found.columns] == columns
    assert (cut(found, found.source), cut(found, found.returning), found.by_name) == (source, returning, by_name)


def test_replace_has_the_form_of_insert(names: Names) -> None:
    """And a name of its own."""
    found = read(f"REPLACE INTO {RUNS} AS r BY NAME SELECT 1 AS id RETURNING r.id", names)

    assert isinstance(found, forms.Replace)
    assert (found.target.alias, found.by_name, cut(found, found.source), cut(found, found.returning)) == (
        "r",
        True,
        "SELECT 1 AS id",
        "r.id",
    )


@pytest.mark.parametrize(
    ("text", "alias"),
    [(f"DELETE FROM {RUNS} WHERE 1", "runs"), (f"DELETE FROM {RUNS} AS r WHERE 1", "r"), (f'DELETE FROM {RUNS} "R x" WHERE 1', "R x")],
)
def test_the_target_has_a_name_in_the_statement(text: str, alias: str, names: Names) -> None:
    """Its alias, or the last part of its own."""
    found = read(text, names)

    assert found.target.alias == alias
    assert cut(found, found.target.span) == RUNS


def test_update_has_assignments_a_condition_and_what_it_returns(names: Names) -> None:
    """FROM in IS DISTINCT FROM, commas in brackets and words in quotes end nothing."""
    found = read(
        f"UPDATE {RUNS} r SET metadata = MAP {{'a': 'b', 'c': 'd'}}, r.model = coalesce('x, WHERE', \"where\") IS NOT DISTINCT FROM 'y' "
        "WHERE id = 'r' AND (a IS DISTINCT FROM b) RETURNING id, status",
        names,
    )

    assert isinstance(found, forms.Update)
    assert [(one.path, cut(found, one.path_span), cut(found, one.value)) for one in found.assignments] == [
        (("metadata",), "metadata", "MAP {'a': 'b', 'c': 'd'}"),
        (("r", "model"), "r.model", "coalesce('x, WHERE', \"where\") IS NOT DISTINCT FROM 'y'"),
    ]
    assert cut(found, found.where) == "id = 'r' AND (a IS DISTINCT FROM b)"
    assert cut(found, found.returning) == "id, status"


@pytest.mark.parametrize("source", ["threads", "threads t JOIN (FROM a LIMIT 1) u USING (id), (VALUES (1)) v(x)", "(SELECT 1 AS limit) s"])
def test_update_and_delete_may_be_joined(source: str, names: Names) -> None:
    """FROM and USING hold tables and joins, of which one may have a USING of its own."""
    update = read(f"UPDATE {RUNS} r SET metadata = 1 FROM {source} WHERE r.id = x RETURNING id", names)
    delete = read(f"DELETE FROM {RUNS} r USING {source} WHERE r.id = x RETURNING id", names)

    assert isinstance(update, forms.Update)
    assert isinstance(delete, forms.Delete)
    assert [(cut(one, one.source), cut(one, one.where), cut(one, one.returning)) for one in (update, delete)] == [
        (source, "r.id = x", "id")
    ] * 2


def test_update_and_delete_may_lack_a_condition(names: Names) -> None:
    """That it is needed is said where the rows are chosen."""
    assert read(f"UPDATE {RUNS} SET metadata = NULL", names).where is None
    assert read(f"DELETE FROM {RUNS}", names).where is None


def test_delete_has_a_condition_and_what_it_returns(names: Names) -> None:
    """As UPDATE."""
    found = read(f"DELETE FROM {RUNS} WHERE id = 'r' RETURNING *", names)

    assert isinstance(found, forms.Delete)
    assert (cut(found, found.where), cut(found, found.returning)) == ("id = 'r'", "*")
