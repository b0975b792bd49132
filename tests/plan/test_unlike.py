"""Texts that a column is compared with, and that its API is not known to give."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest

import rowcall
from rowcall import Session
from rowcall.errors import UnknownValueWarning

RUNS = "openai.assistants.runs"
T = "thread_id = 't'"
FAILD = f"'faild' is none of the values that {RUNS}.status is known to have. Did you mean failed?"


@pytest.fixture(scope="module")
def db() -> Iterator[Session]:
    """A session that never sends a request."""
    with rowcall.connect(providers={"openai": {"base_url": "http://127.0.0.1:1/v1", "api_key": "none"}}) as session:
        session.connection.execute("CREATE TABLE t AS SELECT 't' AS thread_id, 'faild' AS status")
        yield session


@pytest.mark.parametrize(
    ("sql", "params", "notes"),
    [
        (f"SELECT id FROM {RUNS} WHERE {T} AND status = 'faild'", None, (FAILD,)),
        (f"SELECT id FROM {RUNS} WHERE {T} AND 'faild' = status", None, (FAILD,)),
        (f"SELECT id FROM {RUNS} WHERE {T} AND status <> 'faild'", None, (FAILD,)),
        (f"SELECT id FROM {RUNS} WHERE {T} AND status IN ('expired', 'faild', 'faild')", None, (FAILD,)),
        (f"SELECT id FROM {RUNS} WHERE {T} AND status = ANY(['faild'])", None, (FAILD,)),
        (f"SELECT id FROM {RUNS} WHERE {T} AND status IS NOT DISTINCT FROM 'faild'", None, (FAILD,)),
        (f"SELECT count(*) FILTER (status = 'faild') FROM {RUNS} WHERE {T}", None, (FAILD,)),
        (f"SELECT t.* FROM t JOIN {RUNS} r ON r.thread_id = t.thread_id AND r.status = 'faild'", None, (FAILD,)),
        (f"SELECT s FROM (SELECT *, status AS s FROM {RUNS} WHERE {T}) WHERE s = 'faild'", None, (FAILD,)),
        (f"WITH r(a, b) AS (SELECT id, status FROM {RUNS} WHERE {T}) SELECT a FROM r WHERE b = 'faild'", None, (FAILD,)),
        (f"SELECT id FROM {RUNS} WHERE {T} AND status = $1", ["faild"], (FAILD,)),
        (f"SELECT id FROM {RUNS} WHERE {T} AND status IN $states", {"states": ["failed", "faild"]}, (FAILD,)),
        (f"SELECT id FROM {RUNS} WHERE {T} AND status = 'Failed'", None, (FAILD.replace("faild", "Failed"),)),
        (f"UPDATE {RUNS} SET metadata = MAP {{'a': 'b'}} WHERE {T} AND status = 'faild'", None, (FAILD,)),
        (f"SELECT id FROM {RUNS} WHERE {T} AND status = 'failed'", None, ()),
        (f"SELECT id FROM {RUNS} WHERE {T} AND status = $1", [None], ()),
        (f"SELECT id FROM {RUNS} WHERE {T} AND model = 'faild'", None, ()),
        (f"SELECT id FROM {RUNS} WHERE {T} AND status = model", None, ()),
        (f"SELECT r.id FROM t JOIN {RUNS} r ON r.thread_id = t.thread_id WHERE t.status = 'faild'", None, ()),
    ],
)
def test_a_text_that_no_row_can_have_is_said_before_anything_is_sent(db: Session, sql: str, params: object, notes: tuple[str, ...]) -> None:
    """Once each, with the nearest one; of a column without known values, a table's own or a known text nothing is said."""
    assert tuple(note for note in db.explain(sql, params).notes if "none of the values" in note) == notes


def test_where_none_is_near_all_are_named(db: Session) -> None:
    """A manifest's list is short."""
    (note,) = db.explain(f"SELECT id FROM {RUNS} WHERE {T} AND status = 'zzz'").notes

    assert note.endswith("They are queued, in_progress, requires_action, cancelling, cancelled, failed, completed, incomplete, expired.")


def test_it_is_a_warning_of_its_own_kind(db: Session) -> None:
    """So that a program can make an error of it; the statement has its answer all the same."""
    sql = f"SELECT id FROM {RUNS} WHERE {T} AND status = 'faild'"
    with pytest.warns(UnknownValueWarning, match="Did you mean failed"):
        requests = db.sql(sql, dry_run=True).fetchall()
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnknownValueWarning)
        with pytest.raises(UnknownValueWarning):
            db.sql(sql, dry_run=True)

    assert len(requests) == 1
    assert db.last.warnings == (FAILD,)
