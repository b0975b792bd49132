"""What is shown of rows: honest about how many, and nothing in it is markup."""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

import rowcall
from rowcall.errors import RowcallWarning
from rowcall.notebook.result import SHOWN, Result


@pytest.fixture(scope="module")
def db() -> Iterator[rowcall.Session]:
    """A session on an empty database."""
    with rowcall.connect() as session:
        yield session


def shown(db: rowcall.Session, sql: str) -> Result:
    """The result of a statement."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RowcallWarning)
        relation = db.sql(sql)
    return Result(db, sql, relation, db.last)


class Tags(HTMLParser):
    """The tags of HTML and its attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keeps it."""
        self.tags.append(tag)
        self.open.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        """Fails where another one is open."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Keeps what is not style."""
        if self.open[-1:] != ["style"]:
            self.text += data


def test_types_stand_under_the_names(db: rowcall.Session) -> None:
    """A long type is cut where it stands and whole where one points at it."""
    html = shown(db, "SELECT 1 AS n, {'first': 1, 'second': 'x', 'third': [1, 2]} AS s")._repr_html_()

    assert '<th>n<small title="INTEGER">INTEGER</small></th>' in html
    assert 'title="STRUCT(&quot;first&quot; INTEGER' in html or 'title="STRUCT(' in html
    assert "…</small>" in html


def test_null_is_told_from_its_text(db: rowcall.Session) -> None:
    """NULL has a look of its own."""
    html = shown(db, "SELECT NULL::VARCHAR AS a, 'NULL' AS b, '' AS c")._repr_html_()

    assert '<td><span class="null">NULL</span></td><td>NULL</td><td></td>' in html


def test_nested_values_fold_and_short_ones_do_not(db: rowcall.Session) -> None:
    """What is long is folded below how it begins, whole and indented."""
    html = shown(db, "SELECT {'a': 1} AS s, {'text': repeat('x', 50), 'more': [1, 2]} AS l, repeat('y', 500) AS t")._repr_html_()

    assert "<td>{&quot;a&quot;:1}</td>" in html
    assert html.count("<details>") == 2
    assert f"<pre>{{\n  &quot;text&quot;: &quot;{'x' * 50}&quot;,\n  &quot;more&quot;: [\n    1,\n    2\n  ]\n}}</pre>" in html
    assert f"<pre>{'y' * 500}</pre>" in html


@pytest.mark.parametrize(
    ("count", "says"), [(0, "0 rows · "), (1, "1 row · "), (SHOWN, f"{SHOWN} rows · "), (1234, f"showing {SHOWN} of 1,234 rows · ")]
)
def test_the_count_is_of_all_rows(db: rowcall.Session, count: int, says: str) -> None:
    """How many there are is said, and how many are shown where that is fewer."""
    result = shown(db, f"SELECT range AS n FROM range({count})")

    assert Tags(result._repr_html_()).text.count("\n") == 0
    assert f'<div class="says">{says}' in result._repr_html_()
    assert result._repr_html_().count("<tr>") == min(count, SHOWN) + 1
    assert f"{count:,} row" in repr(result)
    assert len(result) == count


def test_a_huge_value_is_cut_and_told(db: rowcall.Session) -> None:
    """A notebook is not filled by one cell, and says what it left out."""
    html = shown(db, "SELECT repeat('z', 100000) AS t")._repr_html_()

    assert len(html) < 30_000
    assert "… and 80,000 characters more" in html


HOSTILE = """<script>alert(1)</script><img src=x onerror="x()">'"&amp;</td></table>"""


def test_nothing_from_an_api_is_markup(db: rowcall.Session) -> None:
    """Values, names, nested values and types are text; so is what would control a terminal."""
    quoted = HOSTILE.replace("'", "''")
    name = HOSTILE.replace('"', '""')
    result = shown(
        db,
        f"SELECT '{quoted}' AS \"{name}\", {{'{quoted}': repeat('{quoted}', 9)}} AS s, repeat('{quoted}', 9) AS t, chr(27) || '[31m' AS e",
    )
    tags = Tags(result._repr_html_())

    assert set(tags.tags) <= set("style div table thead tbody tr th td small details summary pre span".split())
    assert tags.attributes <= {"class", "title", "open"}
    assert tags.open == []
    assert HOSTILE in tags.text
    assert "\x1b" not in result._repr_html_() + repr(result)


def test_it_has_no_colours_of_its_own_but_half_transparent_ones(db: rowcall.Session) -> None:
    """Text and ground are the notebook's, light or dark; there is no script and nothing from elsewhere."""
    html = shown(db, "SELECT 1 AS n")._repr_html_()

    assert re.findall(r"(?:color|background)[a-z-]*:(?!inherit|none)[^;}]*", html) == []
    assert re.findall(r"#[0-9a-f]{3,6}|<script|url\(|http", html) == []


def test_a_result_stays_as_it_was(db: rowcall.Session) -> None:
    """What is shown again is the same, though its table has changed."""
    db.sql("CREATE OR REPLACE TABLE t AS SELECT 1 AS n")
    result = shown(db, "FROM t")
    db.sql("INSERT INTO t VALUES (2)")

    assert result.fetchall() == [(1,)]
    assert result._repr_html_().count("<tr>") == 2


def test_columns_of_one_name_are_all_shown(db: rowcall.Session) -> None:
    """Two columns may share a name."""
    assert shown(db, "SELECT 1 AS a, 2 AS a")._repr_html_().count('<td class="number">') == 2


def test_a_statement_without_rows_shows_its_time_alone(db: rowcall.Session) -> None:
    """CREATE has no rows to show, and a count that is asked for has."""
    assert re.fullmatch(r"\d+\.\d\d s", repr(shown(db, "CREATE OR REPLACE TABLE u (i INTEGER)")))
    assert "<table>" not in shown(db, "CREATE OR REPLACE TABLE u (i INTEGER)")._repr_html_()
    assert "<table>" in shown(db, 'SELECT count(*) AS "Count" FROM u')._repr_html_()


def test_what_duckdb_explains_is_its_own_drawing(db: rowcall.Session) -> None:
    """EXPLAIN of a local statement is a text of one width, without a count of rows."""
    result = shown(db, "EXPLAIN SELECT 1")

    assert "<pre>" in result._repr_html_()
    assert "projection" in repr(result).casefold()
    assert "row ·" not in repr(result)


def test_values_are_those_of_json_in_nested_ones(db: rowcall.Session) -> None:
    """What is folded is JSON, digit by digit, whatever the type."""
    html = shown(
        db,
        "SELECT {'big': 170141183460469231731687303715884105727::HUGEINT, 'at': TIMESTAMPTZ '2026-01-02 03:04:05+00', 'x': 'nan'::DOUBLE} AS s",
    )
    text = re.search(r"<pre>(.*?)</pre>", html._repr_html_(), re.DOTALL)

    assert text is not None
    assert json.loads(text[1].replace("&quot;", '"')) == {
        "big": 170141183460469231731687303715884105727,
        "at": "2026-01-02T03:04:05Z",
        "x": None,
    }
