"""EXPLAIN as a tree that folds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import rowcall
from rowcall.notebook.result import Result


@pytest.fixture(scope="module")
def db() -> Iterator[rowcall.Session]:
    """A session on a sandbox."""
    with rowcall.Sandbox(seed=0) as box, rowcall.connect(providers=box.providers) as session:
        session.connection.execute(
            "CREATE TABLE w AS SELECT unnest($1) AS thread_id", [[row[0] for row in box.tables["sandbox_threads"][1]]]
        )
        session.sql("USE openai.assistants")
        yield session


def shown(db: rowcall.Session, sql: str) -> Result:
    """What EXPLAIN answers."""
    return Result(db, sql, db.sql(sql), db.last)


JOINED = (
    "EXPLAIN SELECT r.id, s.type FROM run_steps s JOIN runs r ON s.thread_id = r.thread_id AND s.run_id = r.id "
    "JOIN w ON w.thread_id = r.thread_id WHERE r.status = 'failed'"
)


def test_what_waits_stands_above_what_it_waits_for(db: rowcall.Session) -> None:
    """The steps wait for the runs, which are a branch of theirs; both are open, and DuckDB's plan is folded."""
    html = shown(db, JOINED)._repr_html_()

    steps, runs = html.index("s = openai.assistants.run_steps"), html.index("r = openai.assistants.runs · round 1")
    assert steps < html.index("<ul>", steps) < runs
    assert html.count("<details open>") == 2
    assert "<details><summary>DuckDB&#x27;s plan" in html or "<details><summary>DuckDB's plan" in html


def test_a_terminal_has_the_drawing(db: rowcall.Session) -> None:
    """As text it is what the shell draws."""
    assert "╭─ r = openai.assistants.runs · round 1" in repr(shown(db, JOINED))


def test_two_that_wait_for_one_name_it_twice_and_show_it_once(db: rowcall.Session) -> None:
    """A box that stands further up already is named there."""
    html = shown(
        db,
        "EXPLAIN SELECT * FROM w JOIN runs r USING (thread_id) JOIN run_steps s ON s.thread_id = r.thread_id AND s.run_id = r.id "
        "JOIN messages m ON m.thread_id = r.thread_id AND m.run_id = r.id",
    )._repr_html_()

    assert html.count("<b>r = openai.assistants.runs · round 1</b>") == 1


def test_a_write_is_the_top_of_its_tree(db: rowcall.Session) -> None:
    """What is read first is below it, and nothing is sent."""
    html = shown(
        db, "EXPLAIN EXEC runs.cancel_run FROM (SELECT thread_id, id AS run_id FROM runs WHERE thread_id IN (FROM w))"
    )._repr_html_()

    assert html.index("EXEC openai.assistants.runs") < html.index("openai.assistants.runs · round 1")
    assert db.last.requests == 0


def test_what_was_sent_is_folded(db: rowcall.Session) -> None:
    """EXPLAIN ANALYZE has the exchanges, each on a line."""
    html = shown(db, "EXPLAIN ANALYZE SELECT count(*) FROM w JOIN runs USING (thread_id)")._repr_html_()

    assert "<details><summary>44 sent</summary>" in html
    assert "<dt>took</dt>" in html
