"""Which columns complete in which part of a statement, over the manifests that come with rowcall."""

from __future__ import annotations

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rowcall.catalog.catalog import Catalog
from rowcall.shell.complete import complete

CATALOG = Catalog.shipped()
RUNS = "openai.assistants.runs"
ORDERS = ["order_id", "customer", "amount"]
CUSTOMERS = ["customer_id", "name"]
TABLES = {
    name: dict.fromkeys(columns, "") for name, columns in {"orders": ORDERS, "customers": CUSTOMERS, "w.sales.lines": ["line_id"]}.items()
}


def texts(text: str) -> list[str]:
    """What completes at the `|` of `text`, or at its end."""
    before, _, after = text.partition("|")
    return [each.text for each in complete(before, CATALOG, TABLES, text_after_cursor=after)]


def behind(alias: str, *names: str) -> list[str]:
    """These columns with the alias before them."""
    return [f"{alias}.{name}" for name in names]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("SELECT * FROM orders WHERE customer IN (SELECT | FROM customers)", [*CUSTOMERS, *ORDERS], id="its own before others"),
        pytest.param("SELECT | FROM orders WHERE customer IN (SELECT 1 FROM customers)", ORDERS, id="none from within"),
        pytest.param(
            "SELECT * FROM customers c WHERE EXISTS (FROM orders o WHERE o.customer = c.", behind("c", *CUSTOMERS), id="correlated"
        ),
        pytest.param(
            "SELECT * FROM orders t WHERE 1 IN (SELECT t.| FROM customers t)", behind("t", *CUSTOMERS), id="an alias is the nearest"
        ),
        pytest.param("SELECT | FROM orders UNION SELECT name FROM customers", ORDERS, id="before UNION"),
        pytest.param("SELECT 1 FROM orders EXCEPT SELECT | FROM customers", CUSTOMERS, id="after EXCEPT"),
        pytest.param("SELECT (SELECT max(|) FROM customers) FROM orders", [*CUSTOMERS, *ORDERS], id="in a function"),
        pytest.param("WITH c AS (SELECT | FROM customers) SELECT * FROM orders", CUSTOMERS, id="in WITH, not what is around"),
        pytest.param(
            "SELECT * FROM orders, (SELECT | FROM customers) q, w.sales.lines", [*CUSTOMERS, *ORDERS], id="in FROM, what is left of it"
        ),
        pytest.param("INSERT INTO customers SELECT | FROM orders", ORDERS, id="what rows go into is not read"),
        pytest.param("INSERT INTO customers SELECT 1, customer FROM orders RETURNING ", CUSTOMERS, id="but returned"),
        pytest.param("CREATE TABLE customers AS SELECT | FROM orders", ORDERS, id="what is made is not read"),
        pytest.param(f"UPDATE {RUNS} SET metadata = (SELECT | FROM customers", CUSTOMERS, id="in a query within SET"),
        pytest.param("SELECT * FROM (orders JOIN customers ON true) WHERE ", [*ORDERS, *CUSTOMERS], id="joins in brackets"),
        pytest.param("SELECT * FROM orders WHERE customer IS DISTINCT FROM ", ORDERS, id="a FROM that is none"),
        pytest.param("SELECT extract(year FROM |) FROM orders", ORDERS, id="a FROM of a function"),
        pytest.param("SELECT * FROM orders ORDER BY amount DESC, ", ORDERS, id="after DESC"),
        pytest.param("SELECT count(| FROM orders", ORDERS, id="a bracket that is open still"),
        pytest.param("SELECT (SELECT max(name) FROM customers WHERE | FROM orders", [*CUSTOMERS, *ORDERS], id="a query that is open still"),
        pytest.param("SELECT [amount, {'a': | FROM orders", ORDERS, id="two brackets that are"),
        pytest.param("SELECT * FROM orders WHERE customer IN (|", ORDERS, id="before a query begins"),
    ],
)
def test_columns_are_those_that_the_query_sees(text: str, expected: list[str]) -> None:
    """Those of the query that the cursor is in, and then of those around it."""
    found = [each for each in texts(text) if each.rpartition(".")[2] in {*ORDERS, *CUSTOMERS, "line_id"}]

    assert found == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        pytest.param("SELECT * FROM orders", ORDERS, id="a star"),
        pytest.param("FROM orders", ORDERS, id="no SELECT"),
        pytest.param("SELECT o.* FROM orders o, customers", ORDERS, id="the star of one table"),
        pytest.param("SELECT order_id, o.amount FROM orders o", ["order_id", "amount"], id="columns"),
        pytest.param("SELECT order_id AS a, amount + 1 b, c: 3, sum(amount) AS d FROM orders", ["a", "b", "c", "d"], id="aliases"),
        pytest.param("SELECT DISTINCT ON (customer) amount AS a, customer FROM orders", ["a", "customer"], id="after DISTINCT"),
        pytest.param("SELECT * EXCLUDE (amount, customer), 1 AS one FROM orders", ["order_id", "one"], id="a star without some"),
        pytest.param("SELECT o.* EXCLUDE amount FROM orders o", ["order_id", "customer"], id="without one"),
        pytest.param(
            "SELECT * REPLACE (1 AS amount) RENAME (amount AS sum) FROM orders", ["order_id", "customer", "sum"], id="other names"
        ),
        pytest.param("SELECT COLUMNS('.*id') FROM orders", ORDERS, id="where nobody can tell, what it reads"),
        pytest.param("SELECT count(*), amount::INT, a.b IS NULL, CASE WHEN true THEN 1 END, 'x' AS x FROM orders", ["x"], id="no names"),
        pytest.param("SELECT amount FROM orders UNION ALL SELECT name FROM customers", ["amount"], id="those of the first"),
        pytest.param("SELECT amount FROM orders UNION ALL BY NAME SELECT name FROM customers", ["amount", "name"], id="all by name"),
        pytest.param("(SELECT amount FROM orders) UNION ALL (SELECT name FROM customers)", ["amount"], id="in brackets"),
        pytest.param(
            "SELECT * FROM (SELECT amount a FROM orders) JOIN (SELECT name FROM customers) n ON true", ["a", "name"], id="of others"
        ),
        pytest.param("WITH c AS (SELECT name AS n FROM customers) SELECT * FROM c", ["n"], id="of a WITH within"),
        pytest.param('SELECT 1 AS "a b", "order_id" FROM orders', ['"a b"', "order_id"], id="in quotes"),
        pytest.param("SELECT *, (SELECT max(name) FROM customers) AS best FROM orders", [*ORDERS, "best"], id="a query as a column"),
        pytest.param("SELECT t.* FROM range(3) t(i), unnest([1, 2]) AS u(v)", ["i"], id="of functions that are tables"),
        pytest.param(f"SELECT incomplete_details.* FROM {RUNS}", ["reason"], id="of a STRUCT"),
        pytest.param("SELECT FROM orders", [], id="nothing selected yet"),
        pytest.param("VALUES (1, 2)", [], id="values"),
    ],
)
@pytest.mark.parametrize(
    "text", ["SELECT q.| FROM ({}) q", "WITH q AS ({}) SELECT * FROM q WHERE q.", "WITH q AS ({}), r AS (FROM q) SELECT q.| FROM r q"]
)
def test_a_query_has_the_columns_that_it_selects(text: str, query: str, expected: list[str]) -> None:
    """In brackets in FROM and in WITH alike, and through another query."""
    assert sorted(texts(text.format(query))) == sorted(behind("q", *expected))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT q.| FROM (SELECT * FROM orders) q(a, b)", behind("q", "a", "b", "amount")),
        ("SELECT q.| FROM (VALUES (1, 2)) AS q(a, b)", behind("q", "a", "b")),
        ("SELECT q.| FROM orders q(a)", behind("q", "a", "customer", "amount")),
        ("WITH q(a, b) AS (SELECT count(*), amount FROM orders) SELECT q.| FROM q", behind("q", "a", "b")),
        ("WITH q(a) AS MATERIALIZED (SELECT 1) SELECT r.| FROM q r", behind("r", "a")),
        ("SELECT q.| FROM (orders JOIN customers ON true) q", behind("q", *ORDERS, *CUSTOMERS)),
    ],
    ids=["some", "values", "a table", "WITH", "MATERIALIZED", "a join"],
)
def test_columns_have_the_names_of_a_list(text: str, expected: list[str]) -> None:
    """And those beyond it their own."""
    assert texts(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT t.| FROM t) FROM t", ["t.n"]),
        ("WITH RECURSIVE t(m) AS (SELECT 1 UNION ALL SELECT t.| FROM t) FROM t", ["t.m"]),
        ("WITH orders AS (SELECT amount AS a FROM orders) SELECT orders.| FROM orders", ["orders.a"]),
        ("WITH orders AS (SELECT orders.| FROM orders) FROM orders", behind("orders", *ORDERS)),
        ("SELECT * FROM (WITH c AS (SELECT 1 AS one) FROM c) q JOIN customers c ON c.", behind("c", *CUSTOMERS)),
        ("WITH a AS (SELECT 1 AS one), b AS (SELECT a.| FROM a SELECT * FROM b", ["a.one"]),
    ],
    ids=["itself", "itself by a list", "before a table", "a table within", "not outside", "one that is open still"],
)
def test_with_names_what_comes_after_it(text: str, expected: list[str]) -> None:
    """In its brackets, before tables of the same name; within itself where it is recursive."""
    assert texts(text) == expected


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (f"SELECT * FROM (SELECT * FROM {RUNS}) q WHERE q.status = 'que", "queued'"),
        (f"WITH q AS (SELECT status AS s FROM {RUNS}) SELECT * FROM q WHERE s = 'que", "queued'"),
        (f"WITH q AS (SELECT r.usage u FROM {RUNS} r) SELECT q.u.tot| FROM q", "q.u.total_tokens"),
        (f"SELECT q.| FROM (SELECT * FROM {RUNS}) q WHERE true", "q.id"),
        (f"SELECT * FROM (SELECT * FROM {RUNS}) q WHERE q.", "q.thread_id"),
    ],
    ids=["values", "by an alias", "fields", "columns", "what is required"],
)
def test_what_is_known_of_a_column_goes_with_it(text: str, first: str) -> None:
    """Its values, its fields, and whether it is required, under any name."""
    assert texts(text)[0] == first


def test_a_parameter_is_no_column_of_a_star() -> None:
    """It may stand in the WHERE of its resource, and nowhere else."""
    assert texts(f"SELECT * FROM {RUNS} q WHERE q.run_i") == ["q.run_id"]
    assert texts(f"SELECT * FROM (FROM {RUNS}) q WHERE q.run_i") == []


def test_with_is_offered_where_it_is_seen() -> None:
    """Behind FROM, in the brackets that it stands in."""
    assert texts("WITH mine AS (SELECT 1) SELECT * FROM (SELECT * FROM min")[0] == "mine"
    assert "mine" not in texts("SELECT * FROM (WITH mine AS (SELECT 1) FROM mine) q JOIN min")


@pytest.mark.parametrize(
    "query",
    """\
SELECT order_id o, amount-1 AS b, c: 3, sum(amount) OVER () AS d, amount BETWEEN 1 AND 2 e FROM orders
SELECT * EXCLUDE (order_id) RENAME (amount AS total) FROM orders
SELECT * EXCLUDE order_id REPLACE (amount * 2 AS amount) FROM orders
SELECT o.* EXCLUDE (amount), c.name FROM orders o JOIN customers c ON true, range(3) t(i)
SELECT INTERVAL '1' day, INTERVAL 1 month AS m, INTERVAL '1' day d
SELECT name COLLATE nocase, name ILIKE 'a' AS il, name SIMILAR TO 'x', name LIKE 'a' ESCAPE 'b' FROM customers
SELECT -amount, - amount AS neg, amount + order_id, NOT true, amount IN (1, 2) AS i FROM orders
SELECT CAST(amount AS VARCHAR), CAST(amount AS INT) AS ci, extract(year FROM DATE '2020-01-01') AS y FROM orders
SELECT {'a': amount, 'b': [1, 2]} AS s, [amount, 2] l, (amount), amount::INT FROM orders
SELECT (SELECT max(name) FROM customers) AS best, (FROM range(1)) r FROM orders
SELECT t.* FROM orders t(x, y)
FROM orders SELECT amount
FROM orders WHERE amount > 1
(SELECT amount FROM orders) UNION ALL (SELECT customer_id FROM customers)
SELECT amount FROM orders UNION BY NAME SELECT customer_id FROM customers ORDER BY 1
WITH RECURSIVE c(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM c WHERE k < 3) SELECT *, k + 1 AS l FROM c
SELECT * FROM orders ANTI JOIN (FROM customers) c ON true
SELECT unnest([1, 2]) AS u, [z FOR z IN [1]] AS lc FROM orders
SELECT count(*) n, amount // 2 half, amount % 2 AS odd, amount ** 2 sq, FROM orders GROUP BY ALL
SELECT TRUE t, NULL n, 1.5 f, 1e3 g, $$x$$ AS dollar, E'a' AS esc, amount IS DISTINCT FROM order_id AS differs FROM orders
SELECT amount AS value, order_id o, max(amount) OVER () AS year FROM orders
SELECT * FROM orders, LATERAL (SELECT amount + 1 AS more) x
SELECT x.amount FROM orders x TABLESAMPLE 10%
""".splitlines(),
)
def test_the_columns_are_those_that_duckdb_finds(query: str) -> None:
    """In their order, but for those that have an expression for a name."""
    with duckdb.connect() as con:
        con.execute("CREATE TABLE orders (order_id INT, customer INT, amount INT); CREATE TABLE customers (customer_id INT, name VARCHAR)")
        expected = [name for name, *_ in con.execute(f"DESCRIBE FROM ({query}) q").fetchall() if name.isidentifier()]

    assert texts(f"SELECT q.| FROM ({query}) q") == behind("q", *expected)


WORDS = "SELECT FROM WITH AS RECURSIVE ( ) [ ] , * . q orders o.amount UNION BY NAME JOIN ON WHERE EXCLUDE VALUES INTO UPDATE DISTINCT ALL COLUMNS INTERVAL : a".split()


@example(["SELECT", "*", "FROM", "("], ["SELECT"])
@given(st.lists(st.sampled_from(WORDS)), st.lists(st.sampled_from(WORDS)))
def test_any_words_have_a_scope(before: list[str], after: list[str]) -> None:
    """Whatever stands before and behind the cursor, nothing fails."""
    complete(" ".join([*before, ""]), CATALOG, TABLES, text_after_cursor=" ".join(["", *after]))


def test_many_brackets_are_no_error() -> None:
    """More than Python calls functions within one another."""
    assert texts("SELECT q.| FROM " + "(SELECT * FROM " * 1500 + "orders" + ") q" * 1500) == behind("q", *ORDERS)


def test_stars_in_stars_are_no_endless_list() -> None:
    """Each name is there once, however often it is selected."""
    assert texts("SELECT q.| FROM " + "(SELECT *, *, count(*) FROM " * 40 + "orders" + ") q" * 40) == behind("q", *ORDERS)
