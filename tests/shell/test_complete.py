"""What completes where, over the manifests that come with rowcall."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcall.catalog.catalog import Catalog
from rowcall.shell.complete import Completion, Words, complete, file_name

OPENAI = Catalog.shipped().provider("openai")
CATALOG = Catalog(
    {"github": Catalog.shipped().provider("github"), "openai": replace(OPENAI, services={"assistants": OPENAI.services["assistants"]})}
)
"""With one service of OpenAI, so that what completes is not another thing with each one more."""
TABLES = {"sandbox_threads": {"thread_id": ""}, "my table": {"a b": ""}, "w.sales.orders": {"amount": ""}}
RUNS = "openai.assistants.runs"
WORDS = Words(
    functions={"count": "How many.", "date_trunc": "", "json_extract": ""},
    table_functions={"read_csv": "", "range": ""},
    keywords=["ANTI", "ASOF"],
    settings={"rowcall_on_error": "What happens.", "rowcall_cache": "", "memory_limit": "How much."},
    values={"rowcall_on_error": ("'error'", "'partial'"), "rowcall_read_only": ("true", "false")},
)
STATUSES = ["queued", "in_progress", "requires_action", "cancelling", "cancelled", "failed", "completed", "incomplete", "expired"]


def completions(text: str, use: tuple[str, ...] = ()) -> list[Completion]:
    """What completes at the `|` of `text`, or at its end."""
    before, _, after = text.partition("|")
    return complete(before, CATALOG, TABLES, text_after_cursor=after, use=use, words=WORDS)


def texts(text: str, use: tuple[str, ...] = ()) -> list[str]:
    """The texts of these completions."""
    return [completion.text for completion in completions(text, use)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("sele", ["select"], id="a keyword in the user's case"),
        pytest.param(
            "SELECT * FROM ", ["github.", "openai.", "sandbox_threads", '"my table"', "w.sales.orders"], id="providers and local tables"
        ),
        pytest.param("SELECT * FROM openai.", ["openai.assistants."], id="services"),
        pytest.param("SELECT * FROM openai.assistants.ru", [RUNS, "openai.assistants.run_steps"], id="resources"),
        pytest.param("SELECT * FROM runs", [RUNS, "github.actions.workflow_runs"], id="a resource by its last part"),
        pytest.param(
            "SELECT * FROM sandbox_threads, ",
            ["github.", "openai.", "sandbox_threads", '"my table"', "w.sales.orders"],
            id="after a comma in FROM",
        ),
        pytest.param("SELECT 1; DESCRIBE runs", [RUNS, "github.actions.workflow_runs"], id="the statement of the cursor counts"),
        pytest.param("EXPLAIN SELECT * FROM openai.", ["openai.assistants."], id="EXPLAIN is looked through"),
        pytest.param(f"EXPLAIN PLAN UPDATE {RUNS} SET ", ["metadata"], id="so is PLAN"),
        pytest.param(f"SELECT total| FROM {RUNS}", [], id="no column begins so"),
        pytest.param(f"SELECT temp| FROM {RUNS}", ["temperature"], id="columns, of a table after the cursor"),
        pytest.param(f"SELECT * FROM {RUNS} WHERE run_", ["run_id"], id="parameters that may stand in WHERE"),
        pytest.param(f"SELECT r.usage.total| FROM {RUNS} AS r", ["r.usage.total_tokens"], id="fields by alias"),
        pytest.param(f"SELECT usage.total| FROM {RUNS}", ["usage.total_tokens"], id="fields by column"),
        pytest.param(f"SELECT runs.temp| FROM {RUNS}", ["runs.temperature"], id="columns by the resource's own name"),
        pytest.param(f"SELECT * FROM sandbox_threads t JOIN {RUNS} r ON r.thread_id = t.", ["t.thread_id"], id="local columns"),
        pytest.param('SELECT * FROM "my table" m WHERE m.', ['m."a b"'], id="names that need quotes get them"),
        pytest.param("SHOW SERV", ["SERVICES IN"], id="what SHOW shows"),
        pytest.param("SHOW SERVICES IN ", ["github", "openai"], id="where SHOW SERVICES looks"),
        pytest.param("SHOW RESOURCES IN openai.", ["openai.assistants"], id="where SHOW RESOURCES looks"),
        pytest.param("SHOW METHODS IN openai.assistants.runs", [RUNS], id="where SHOW METHODS looks"),
        pytest.param("USE openai.", ["openai.assistants"], id="USE takes a service"),
        pytest.param(f"EXEC {RUNS}.canc", [f"{RUNS}.cancel_run"], id="methods"),
        pytest.param(
            "EXEC cancel", ["github.actions.workflow_runs.cancel_workflow_run", f"{RUNS}.cancel_run"], id="a method by its last part"
        ),
        pytest.param(f"EXEC {RUNS}.cancel_run ", ["@thread_id", "@run_id"], id="the parameters of a method"),
        pytest.param(f"EXEC {RUNS}.cancel_run @thread_id = 'x', @", ["@run_id"], id="parameters that are not given yet"),
        pytest.param(f"EXEC {RUNS}.cancel_run @thread_id = ", [], id="a value is the user's"),
        pytest.param(f"EXEC {RUNS}.submit_tool_outputs_to_run @tool", ["@tool_outputs"], id="a method by its alias, and its body"),
        pytest.param(f"UPDATE {RUNS} SET ", ["metadata"], id="what can be changed"),
        pytest.param(f"UPDATE {RUNS} SET metadata = MAP {{}} WHERE thr", ["thread_id"], id="WHERE of an UPDATE"),
        pytest.param(f"INSERT INTO {RUNS} (thread_id, assis", ["assistant_id"], id="what can be sent"),
        pytest.param("REPL", ["REPLACE INTO"], id="a statement that puts rows"),
        pytest.param("SHOW REP", ["REPLACE INTO"], id="a template"),
        pytest.param(f"SELECT * FROM {RUNS} WHERE status = '", [f"{one}'" for one in STATUSES], id="the values of a column"),
        pytest.param(f"SELECT * FROM {RUNS} r WHERE r.status <> 'comp", ["completed'", "incomplete'"], id="those that fit, by alias"),
        pytest.param(f"SELECT * FROM {RUNS} WHERE status = 'fail|' AND true", ["failed"], id="in a string that ends"),
        pytest.param(f"SELECT * FROM {RUNS} WHERE status NOT IN ('failed', 'exp", ["expired'"], id="within IN"),
        pytest.param(f"SELECT * FROM {RUNS} WHERE model = '", [], id="values that nobody knows"),
        pytest.param(f"SELECT * FROM {RUNS} WHERE lower(status) = 'x', ('", [], id="a string that is compared with nothing"),
        pytest.param(f"EXEC {RUNS}.create_run @reasoning_effort = 'hi", ["high'"], id="the values of a parameter"),
        pytest.param(
            f"EXEC {RUNS}.create_run @reasoning_effort = ",
            [f"'{one}'" for one in "none minimal low medium high xhigh max".split()],
            id="in their quotes",
        ),
        pytest.param(f"EXEC {RUNS}.create_run @thread_id = 'x', @ass", ["@assistant_id"], id="a body attribute that is required"),
        pytest.param("SET rowcall_", ["rowcall_on_error", "rowcall_cache"], id="settings"),
        pytest.param("RESET mem", ["memory_limit"], id="settings of DuckDB"),
        pytest.param("SET on_err", ["rowcall_on_error"], id="a setting by its last part"),
        pytest.param("SET rowcall_on_error = ", ["'error'", "'partial'"], id="what a setting may be"),
        pytest.param("SET rowcall_on_error TO 'pa", ["partial'"], id="in a string"),
        pytest.param(f"SELECT coun| FROM {RUNS}", ["count("], id="functions"),
        pytest.param(f"SELECT extract| FROM {RUNS}", ["json_extract("], id="a function by a word of it"),
        pytest.param(
            "SELECT * FROM read",
            ["read_csv(", "openai.assistants.threads", "openai.assistants.all_threads", "sandbox_threads"],
            id="functions that are tables",
        ),
        pytest.param(f"SELECT * FROM {RUNS} r aso", ["asof"], id="keywords of DuckDB"),
        pytest.param(f"SELECT * FROM {RUNS} WHERE rqact", ["required_action"], id="letters in their order"),
        pytest.param(f"SELECT tokens| FROM {RUNS}", ["max_completion_tokens", "max_prompt_tokens"], id="a word within"),
        pytest.param("SELECT * FROM oarst", ["openai.assistants.run_steps"], id="a resource by some letters"),
        pytest.param(
            "WITH mine AS (SELECT 1), more AS (SELECT 2) SELECT * FROM m",
            ["mine", "more", '"my table"', "github.orgs.members", "openai.assistants.messages"],
            id="what WITH names",
        ),
        pytest.param(f"SELECT statsu| FROM {RUNS}", ["status"], id="letters that changed places"),
        pytest.param(f"SELECT cmoplet| FROM {RUNS}", ["completed_at", "max_completion_tokens"], id="in any word of a name"),
        pytest.param("SELECT * FROM mesages", ["openai.assistants.messages"], id="a resource with a slip"),
        pytest.param(f"SELECT * FROM {RUNS} wehre", ["where"], id="a keyword with a slip"),
        pytest.param(f"SELECT cuont| FROM {RUNS}", ["count("], id="a function with a slip"),
        pytest.param("SELECT stauts", [], id="nothing is near"),
        pytest.param('SELECT * FROM "my', ['"my table"'], id="a name in quotes that does not end"),
        pytest.param('SELECT * FROM "my|" m', ['"my table'], id="one that does"),
        pytest.param('SELECT "a| FROM "my table"', ['"a b"'], id="a column, before another name in quotes"),
        pytest.param('SELECT m."a| FROM "my table" m', ['m."a b"'], id="by an alias"),
        pytest.param('SELECT * FROM "my table" m WHERE m."a', ['m."a b"'], id="a column in quotes"),
        pytest.param('SELECT "my table".a| FROM "my table"', ['"my table"."a b"'], id="by a table in quotes"),
        pytest.param('SELECT "my table".| FROM "my table"', ['"my table"."a b"'], id="before a letter of it"),
        pytest.param('SELECT * FROM "openai"."assistants"."run_', ["openai.assistants.run_steps"], id="quotes that need not be"),
        pytest.param('SELECT * FROM "openai"."assistants".run_s', ["openai.assistants.run_steps"], id="some of them"),
        pytest.param('SELECT "sele', [], id="no keyword in quotes"),
        pytest.param("SELECT * FROM w.sales.or", ["w.sales.orders"], id="a table of another database"),
        pytest.param("SELECT am| FROM w.sales.orders", ["amount"], id="its columns"),
        pytest.param("SUMMARIZE sand", ["sandbox_threads"], id="a table to summarize"),
        pytest.param(f"EXECUTE {RUNS}.canc", [f"{RUNS}.cancel_run"], id="EXEC by its whole name"),
        pytest.param(f"SELECT * FROM {RUNS} WHERE status = fai", ["'failed'", "failed_at"], id="a value without its quote"),
        pytest.param(f"EXEC {RUNS}.list_runs @order = de", ["'desc'"], id="one of a parameter"),
        pytest.param("SET rowcall_on_error TO par", ["'partial'"], id="one of a setting"),
        pytest.param(f"SELECT * FROM {RUNS} -- sta", [], id="nothing in a comment that a line ends"),
        pytest.param(f"SELECT * FROM {RUNS} -- sta\nwher", ["where"], id="but in the next line"),
        pytest.param("SELECT 'from ", [], id="nothing within a string"),
        pytest.param("SELECT /* from ", [], id="nothing within a comment"),
        pytest.param(".mo", [".mode"], id="dot commands"),
        pytest.param(".mode j", ["json", "jsonl"], id="their arguments"),
        pytest.param("\\d", ["\\dt", "\\dn", "\\d"], id="psql's names of them"),
        pytest.param("\\d sand", ["sandbox_threads"], id="what these take"),
        pytest.param(".help .cu", [".curl"], id="what there is help for"),
        pytest.param(".schema sand", ["sandbox_threads"], id="names for .schema"),
    ],
)
def test_what_completes(text: str, expected: list[str]) -> None:
    """The candidates of a place are those that mean something there."""
    actual = texts(text)

    assert actual == expected


@pytest.mark.parametrize(
    ("text", "first"),
    [
        (f"SELECT * FROM {RUNS} WHERE ", ["thread_id", "id"]),
        (f"SELECT * FROM {RUNS} WHERE thread_id = 'x' AND ", ["id", "assistant_id"]),
        (f"SELECT * FROM sandbox_threads t JOIN {RUNS} r ON r.thread_id = t.thread_id AND ", ["thread_id", "id"]),
        ("SELECT * FROM openai.assistants.run_steps WHERE ", ["thread_id", "run_id"]),
        (f"INSERT INTO {RUNS} (", ["thread_id", "assistant_id"]),
        (f"INSERT INTO {RUNS} (assistant_id, ", ["thread_id", "include"]),
    ],
    ids=["WHERE", "one is there", "ON", "two", "INSERT", "one is in the list"],
)
def test_what_is_required_comes_first(text: str, first: list[str]) -> None:
    """As long as it is not there."""
    assert texts(text)[:2] == first


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f"SELECT * FROM {RUNS} WHERE ", "thread_id"),
        (f"EXEC {RUNS}.create_run ", "@assistant_id"),
        (f"INSERT INTO {RUNS} (", "assistant_id"),
    ],
    ids=["WHERE", "EXEC", "INSERT"],
)
def test_what_is_required_is_marked(text: str, name: str) -> None:
    """And nothing else is."""
    marked = [one.text for one in completions(text) if one.description.startswith("required · ")]

    assert name in marked
    assert "metadata" not in [one.lstrip("@") for one in marked]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (".read rep", "rep"),
        ("SELECT * FROM 'data/th", "data/th"),
        ("SELECT * FROM read_csv('th", "th"),
        ("SELECT * FROM read_parquet(['a.parquet', 'b", None),
        ("COPY t TO '", ""),
        ("PLAN DELETE FROM runs WHERE id = 'x' INTO 'pl", "pl"),
        ("APPLY 'pl", "pl"),
        ("SELECT 'th", None),
        ("SELECT * FROM t WHERE name = 'th", None),
        ('SELECT * FROM "th', None),
        (".mode cs", None),
    ],
)
def test_where_files_are_named(text: str, name: str | None) -> None:
    """After commands that take a file, and in strings where SQL has one."""
    assert file_name(text) == name


def test_long_statements_complete_too() -> None:
    """Behind hundreds of joins, sub-queries and CTEs; how long that takes, says `make bench`."""
    tables = {f"t{number}": {"a": "INTEGER", f"b{number}": "INTEGER"} for number in range(400)}
    joins = "SELECT * FROM t7 WHERE x > 0 AND EXISTS (FROM t0 JOIN " + " JOIN ".join(
        f"t{at} u{at} ON u{at}.a = t7.a" for at in range(1, 400)
    )
    within = "SELECT * FROM t7 WHERE " + "".join(f"a IN (SELECT a FROM t{number} WHERE " for number in range(400))
    ctes = "WITH c0 AS (FROM t7)" + "".join(f", c{number} AS (SELECT *, a + 1 AS n{number} FROM c{number - 1})" for number in range(1, 200))

    for text, name in (
        (f"{joins} AND u399.b", "u399.b399"),
        (f"{within}t399.b", "t399.b399"),
        (f"{ctes} SELECT * FROM c199 WHERE n19", "n199"),
    ):
        assert name in [completion.text for completion in complete(text, CATALOG, tables, words=WORDS)]


def test_names_get_shorter_after_use() -> None:
    """What USE set need not be typed."""
    assert "runs" in texts("SELECT * FROM r", use=("openai", "assistants"))
    assert "runs.cancel_run" in texts("EXEC runs.", use=("openai", "assistants"))
    assert texts("SELECT temp| FROM runs", use=("openai", "assistants")) == ["temperature"]


def test_all_columns_are_offered_in_their_order() -> None:
    """Without a letter typed, the columns come first and as the manifest orders them."""
    expected = list(next(ref for ref in CATALOG.resources() if ref.name == "runs").resource.columns)

    assert texts(f"SELECT | FROM {RUNS}")[: len(expected)] == expected


def test_a_column_that_is_called_as_a_word_of_sql_is_a_column() -> None:
    """And says what it holds; a keyword of that name comes after it."""
    found = complete(f"SELECT * FROM {RUNS} WHERE stat", CATALOG, {}, words=replace(WORDS, keywords=["status", "statement"]))

    assert [(each.text, each.kind) for each in found] == [("status", "column"), ("statement", "keyword")]


def test_a_completion_says_what_it_is_and_what_it_replaces() -> None:
    """Kind and description come from the manifest; the start counts back over what was typed."""
    (found,) = completions(f"EXEC {RUNS}.cancel_run @th")

    assert (found.text, found.start, found.kind) == ("@thread_id", -3, "parameter")
    assert found.description.endswith(".")


PIECES = [
    RUNS,
    "r",
    "usage.",
    "SELECT ",
    " FROM ",
    " JOIN ",
    "EXEC ",
    " @",
    "'",
    '"',
    "(",
    ")",
    ",",
    ";",
    "--",
    "/*",
    "$$",
    "\n",
    ".",
    "é",
    "WHERE status = '",
    "SET ",
    "IN ",
    "=",
    "WITH ",
    "AS ",
    "1",
]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text_completes_without_an_error(text: str) -> None:
    """Half a statement is what the shell completes most of the time."""
    for completion in complete(text, CATALOG, TABLES, words=WORDS):
        assert 0 <= -completion.start <= len(text)
