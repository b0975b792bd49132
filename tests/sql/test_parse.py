"""Every statement of rowcall's own: what it is read as, and where the caret is when it cannot be read."""

from __future__ import annotations

import pytest
from tests.sql.reading import RUNS, cut, read

from rowcall.errors import ParseError, SQLError, UnknownNameError, UnsupportedSQLError
from rowcall.sql import nodes as forms
from rowcall.sql.bind import Names


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        f"SELECT * FROM {RUNS} WHERE thread_id = 't'",
        "FROM runs",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "CREATE TABLE t AS SELECT 1",
        "INSERT INTO runs_local VALUES (1)",
        f"INSERT INTO runs_local SELECT id FROM {RUNS}",
        "INSERT OR REPLACE INTO threads VALUES (1)",
        "UPDATE runs_local SET a = 1",
        "WITH x AS (SELECT 1) UPDATE runs_local SET a = 1",
        "WITH x AS (SELECT 1) INSERT INTO runs_local SELECT 1",
        "DELETE FROM threads",
        "DROP TABLE threads",
        "TRUNCATE threads",
        "COPY threads FROM 'threads.csv'",
        f"COPY (FROM {RUNS}) TO 'runs.csv'",
        f"COPY {RUNS} TO 'runs.csv'",
        "CREATE INDEX i ON threads (id)",
        "COMMENT ON TABLE threads IS 'mine'",
        "VACUUM",
        "ANALYZE threads",
        "ALTER TABLE threads ADD COLUMN a INT",
        "SHOW TABLES",
        "SHOW threads",
        "DESCRIBE threads",
        "DESCRIBE SELECT 1",
        "SET threads = 4",
        "RESET threads",
        "PRAGMA version",
        "EXECUTE prepared(1)",
        "SELECT",
    ],
)
def test_what_is_not_ours_is_left_to_duckdb(text: str, names: Names) -> None:
    """A query, and any statement about the user's own tables, keeps its text to the letter."""
    assert read(text, names) == forms.Query(text)


@pytest.mark.parametrize(
    ("text", "what", "parts", "like"),
    [
        ("SHOW PROVIDERS", "PROVIDERS", (), None),
        ("show providers like 'o%'", "PROVIDERS", (), "o%"),
        ("SHOW SERVICES IN openai", "SERVICES", ("openai",), None),
        ("SHOW SERVICES FROM openai LIKE 'a%'", "SERVICES", ("openai",), "a%"),
        ("SHOW RESOURCES IN openai.assistants", "RESOURCES", ("openai", "assistants"), None),
        ('SHOW METHODS IN openai."assistants".runs', "METHODS", ("openai", "assistants", "runs"), None),
        ("SHOW METHODS IN runs LIKE '%run'", "METHODS", ("runs",), "%run"),
        ("SHOW INSERT INTO openai.assistants.runs", "INSERT", ("openai", "assistants", "runs"), None),
        ("SHOW SETTINGS", "SETTINGS", (), None),
    ],
)
def test_show_names_what_and_where(text: str, what: str, parts: tuple[str, ...], like: str | None, names: Names) -> None:
    """With a pattern where one is given."""
    found = read(text, names)

    assert isinstance(found, forms.Show)
    assert (found.what, found.names, found.like) == (what, parts, like)


@pytest.mark.parametrize(
    ("text", "extended"),
    [(f"DESCRIBE {RUNS}", False), (f"DESC {RUNS}", False), (f"DESCRIBE EXTENDED {RUNS}", True), ("describe extended RUNS", True)],
)
def test_describe_names_a_resource(text: str, extended: bool, names: Names) -> None:
    """By any of its names."""
    found = read(text, names)

    assert isinstance(found, forms.Describe)
    assert (found.ref.full_name, found.extended) == (RUNS, extended)


def test_explain_holds_the_statement_that_is_explained(names: Names) -> None:
    """Its text begins after EXPLAIN, and places are within it."""
    found = read(f"EXPLAIN DELETE FROM {RUNS} WHERE id = 'r'", names)

    assert isinstance(found, forms.Explain)
    assert isinstance(found.inner, forms.Delete)
    assert found.inner.text == f"DELETE FROM {RUNS} WHERE id = 'r'"
    assert cut(found.inner, found.inner.where) == "id = 'r'"
    assert not found.analyze


def test_explain_analyze_says_so(names: Names) -> None:
    """Of a query as of anything else."""
    found = read("EXPLAIN ANALYZE SELECT 1", names)

    assert (found.inner, found.analyze) == (forms.Query("SELECT 1"), True)


@pytest.mark.parametrize(
    ("text", "prefix"),
    [("USE openai", ("openai",)), ("USE OpenAI.Assistants", ("openai", "assistants")), ("USE main", None), ("USE a.b", None)],
)
def test_use_sets_a_prefix_of_ours_or_is_duckdbs(text: str, prefix: tuple[str, ...] | None, names: Names) -> None:
    """A provider, or a service of one; any other name is a schema of the database."""
    assert read(text, names) == forms.Use(prefix, text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("SET rowcall_max_requests = 5", "5"),
        ("SET ROWCALL_MAX_REQUESTS TO 2 + 3", "2 + 3"),
        ("SET SESSION rowcall_max_requests = $n", "$n"),
        ("RESET rowcall_max_requests", None),
    ],
)
def test_settings_of_ours_are_set_and_reset(text: str, value: str | None, names: Names) -> None:
    """Their value is an expression; without one they are reset."""
    found = read(text, names)

    assert isinstance(found, forms.Set)
    assert found.name == "rowcall_max_requests"
    assert cut(found, found.span).lower() == "rowcall_max_requests"  # type: ignore[union-attr]
    assert cut(found, found.value) == value


@pytest.mark.parametrize(
    ("text", "marked", "message"),
    [
        ("SHOW METHODS", "", "A resource is expected."),
        ("SHOW PROVIDERS x", "x", "should end here"),
        ("SHOW SERVICES IN 'a'", "'a'", "Here a name is expected."),
        ("SHOW INSERT openai.assistants.runs", "openai", "INTO is expected."),
        ("SHOW METHODS IN runs LIKE run", "run", "A pattern in quotes is expected"),
        (f"DESCRIBE {RUNS} now", "now", "should end here"),
        ("USE", "", "is expected."),
        ("USE openai assistants", "assistants", "should end here"),
        ("SET rowcall_x 5", "5", "= is expected."),
        ("SET rowcall_x =", "", "A value is expected."),
        ("RESET rowcall_x = 5", "=", "should end here"),
        ("EXEC cancel_run", "cancel_run", "EXEC needs a resource and a method."),
        ("EXEC", "", "is expected."),
        ("EXEC runs.cancel_run thread_id = 't'", "thread_id", "@name is expected."),
        ("EXEC runs.cancel_run @thread_id 't'", "'t'", "= is expected."),
        ("EXEC runs.cancel_run @thread_id =", "", "A value is expected."),
        ("EXEC runs.cancel_run @a = , @b = 1", ",", "A value is expected."),
        ("EXEC runs.cancel_run @a = 1,", "", "@name is expected."),
        ("EXEC runs.cancel_run @a = 1, @A = 2", "A", "A is given twice."),
        ("EXEC runs.cancel_run @@json = '{}', @@json = '{}'", "json", "Only one @@json"),
        ("EXEC runs.cancel_run @@body = '{}'", "body", "Only one @@json"),
        ("EXEC runs.cancel_run @a = FROM (FROM t)", " ", "A value is expected."),
        ("EXEC runs.cancel_run FROM t", "t", "A query in brackets is expected after FROM."),
        ("EXEC runs.cancel_run FROM (FROM t) (x)", "(", "Here an alias is expected."),
        ("EXEC runs.cancel_run FROM (FROM t) x WHERE y", "WHERE", "should end here"),
        ("EXEC runs.cancel_run FROM", "FROM", "Something is expected after FROM."),
        ("EXEC runs.cancel_run RETURNING a FROM (FROM t)", "FROM", "FROM cannot stand here."),
        ("INSERT INTO 'runs' VALUES (1)", "'runs'", "Here a table is expected."),
        ("INSERT INTO runs (a", "", "A comma or ) is expected."),
        ("INSERT INTO runs (a b) VALUES (1)", "b", "A comma or ) is expected."),
        ("INSERT INTO runs (a, A) VALUES (1, 2)", "A", "A is given twice."),
        ("INSERT INTO runs BY NAME (a) SELECT 1 AS a, 2 AS b", "a", "BY NAME has no list of columns."),
        ("INSERT INTO runs (a)", "", "VALUES or a query is expected."),
        ("INSERT INTO runs DEFAULT VALUES now", "now", "RETURNING, or the end, is expected."),
        ("REPLACE INTO runs (a)", "", "See SHOW REPLACE INTO"),
        ("INSERT INTO runs VALUES (1) RETURNING", "RETURNING", "Something is expected after RETURNING."),
        ("UPDATE runs metadata = 1", "=", "SET is expected."),
        ("UPDATE runs SET metadata", "", "= is expected."),
        ("UPDATE runs SET metadata = 1,", "", "Here an attribute is expected."),
        ("UPDATE runs SET a = 1, A = 2 WHERE b", "A", "A is given twice."),
        ("UPDATE runs SET a = 1 WHERE b WHERE c", "WHERE", "WHERE cannot stand here."),
        ("UPDATE runs SET a = 1 RETURNING b WHERE c", "WHERE", "WHERE cannot stand here."),
        ("UPDATE runs SET a = 1 WHERE", "WHERE", "Something is expected after WHERE."),
        ("DELETE FROM runs WHERE a WHERE b", "WHERE", "WHERE cannot stand here."),
        ("UPDATE runs SET a = 1 FROM b ORDER BY c LIMIT 1", "ORDER BY", "ORDER BY cannot stand here."),
        ("DELETE FROM runs USING b GROUP BY c WHERE d", "GROUP BY", "GROUP BY cannot stand here."),
        ("DELETE FROM runs USING b USING SAMPLE 1", "USING", "USING cannot stand here."),
        ("UPDATE runs SET a = 1 FROM b USING SAMPLE 1", "USING", "USING cannot stand here."),
        ("DELETE FROM runs WHERE RETURNING id", "WHERE", "Something is expected after WHERE."),
        ("DELETE FROM runs r id = 'x'", "id", "WHERE is expected."),
        ("DELETE FROM runs WHERE a = 'x') OR (b <> ''", ")", ") closes nothing here."),
        ("UPDATE runs SET a = 1), (b = 2 WHERE c", ")", ") closes nothing here."),
        ("INSERT INTO runs (a) SELECT 1) x, (SELECT 2", ")", ") closes nothing here."),
        ("EXEC runs.cancel_run @a = 1) + (2", ")", ") closes nothing here."),
        ("DELETE FROM runs WHERE a = ('x'", "(", "( is not closed."),
        ("DELETE FROM runs WHERE a = ['x')]", ")", ") closes nothing here."),
        ("DELETE FROM runs r.x WHERE id = 'x'", ".", "WHERE is expected."),
        ("UPDATE runs AS r.x SET a = 1", ".", "SET is expected."),
        ("EXEC runs.cancel_run FROM (SELECT 1) AS", "", "Here an alias is expected."),
        ("EXEC runs.cancel_run FROM (SELECT 1) AS v.x", ".", "The statement should end here."),
        ("SET rowcall_max_requests = 5, 6", ",", "The statement should end here."),
        ("SET rowcall_max_requests = 5) AS x, (6", ")", ") closes nothing here."),
        ("SET rowcall_max_requests.x = 5", ".", "= is expected."),
        ("RESET rowcall_max_requests.x", ".", "The statement should end here."),
        ("SHOW SETTINGS LIKE '%max%'", "LIKE", "The statement should end here."),
        ("SHOW PROVIDERS IN openai", "IN", "The statement should end here."),
        ("SHOW JOURNAL LIKE '%'", "LIKE", "The statement should end here."),
        ("SHOW INSERT INTO runs LIKE '%'", "LIKE", "The statement should end here."),
    ],
)
def test_what_cannot_be_read_is_marked(text: str, marked: str, message: str, names: Names) -> None:
    """The caret is at the first word that does not fit, or after the end where something is missing."""
    with pytest.raises(ParseError) as raised:
        read(text, names)

    assert message in str(raised.value)
    assert raised.value.span is not None
    assert text[raised.value.span.start : raised.value.span.end] == marked
    assert marked or raised.value.span.start == len(text)


@pytest.mark.parametrize(
    ("text", "marked", "hint"),
    [
        (f"MERGE INTO {RUNS} USING threads ON true WHEN MATCHED THEN DELETE", RUNS, "Write INSERT INTO … for what is new"),
        (f"TRUNCATE {RUNS}", RUNS, "Write DELETE FROM"),
        (f"TRUNCATE TABLE {RUNS}", RUNS, "Write DELETE FROM"),
        (f"ALTER TABLE {RUNS} ADD COLUMN a INT", RUNS, "are the API's"),
        ("WITH x AS (SELECT 1) INSERT INTO runs (a) SELECT 1", "WITH", "INSERT INTO … WITH x"),
        (f"WITH x AS (SELECT 1), y AS (SELECT 2) DELETE FROM {RUNS} WHERE a", "WITH", "DELETE FROM … USING (WITH x"),
        ("WITH x AS (SELECT 1) UPDATE runs SET a = 1", "WITH", "UPDATE … SET … FROM (WITH x"),
        (f"COPY {RUNS} (thread_id) FROM 'runs.csv'", RUNS, "Write INSERT INTO … BY NAME SELECT"),
        (f"CREATE UNIQUE INDEX i ON {RUNS} (id)", RUNS, "CREATE TABLE … AS SELECT"),
        (f"COMMENT ON TABLE {RUNS} IS 'mine'", RUNS, "manifest"),
        (f"VACUUM ANALYZE {RUNS}", RUNS, "keeps its own rows"),
        (f"ANALYZE {RUNS}", RUNS, "keeps its own rows"),
        (f"DROP TABLE IF EXISTS {RUNS}", RUNS, "Write DELETE FROM"),
        (f"INSERT OR REPLACE INTO {RUNS} VALUES (1)", RUNS, "Write INSERT INTO"),
        ("REPLACE INTO threads_of_mine VALUES (1)", "threads_of_mine", "INSERT OR REPLACE INTO"),
        (f"INSERT INTO {RUNS} VALUES (1) ON CONFLICT DO NOTHING", "ON", ""),
        (f"CREATE VIEW {RUNS} AS SELECT 1", RUNS, "Choose a name of your own for the view"),
        (f"CREATE MACRO {RUNS}() AS TABLE SELECT 1", RUNS, "Choose a name of your own for the macro"),
        (f"PREPARE p AS SELECT * FROM {RUNS}", RUNS, "CREATE MACRO"),
    ],
)
def test_what_cannot_mean_a_call_is_refused_with_what_can(text: str, marked: str, hint: str, names: Names) -> None:
    """The part that cannot is marked."""
    with pytest.raises(UnsupportedSQLError) as raised:
        read(text, names)

    assert raised.value.span is not None
    assert text[raised.value.span.start : raised.value.span.end] == marked
    assert hint in raised.value.hint


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("DESCRIBE openai.assistants.rums", "runs"),
        ("DESCRIBE EXTENDED openai.assistent.runs", "assistants"),
        ("INSERT INTO openai.assistants.thread VALUES (1)", "threads"),
        ("UPDATE openai.assistants.run SET a = 1", "runs"),
        ("DELETE FROM openai.assistants.message WHERE a", "messages"),
        ("EXEC openai.assistants.rins.cancel_run", "runs"),
    ],
)
def test_an_unknown_name_is_an_error_with_the_nearest(text: str, nearest: str, names: Names) -> None:
    """The name is marked in the statement."""
    with pytest.raises(UnknownNameError) as raised:
        read(text, names)

    assert nearest in raised.value.nearest
    assert raised.value.sql == text
    assert raised.value.span is not None
    assert raised.value.name in text[raised.value.span.start : raised.value.span.end]


@pytest.mark.parametrize(
    "text",
    "SHOW,DESCRIBE,EXPLAIN,USE,SET,RESET,EXEC,INSERT,INSERT INTO,UPDATE,DELETE,DELETE FROM,MERGE INTO,DROP TABLE,EXECUTE,REPLACE INTO,TRUNCATE,"
    "ALTER TABLE,CREATE,PREPARE,EXPLAIN EXPLAIN,EXEC a.,EXEC .a,UPDATE runs SET,SET SESSION".split(","),
)
def test_a_statement_that_breaks_off_is_an_error_of_ours_or_duckdbs(text: str, names: Names) -> None:
    """Nothing else comes of it: it is left to DuckDB, which will say so, or it is a ParseError."""
    try:
        found = read(text, names)
    except SQLError as error:
        assert isinstance(error, ParseError)  # noqa: PT017 - either outcome is right
    else:
        assert isinstance(found, (forms.Query, forms.Explain, forms.Set))
