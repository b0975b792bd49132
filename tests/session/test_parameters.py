"""The values of `?`, `$1` and `$name`: each finds its place in the statement, and what does not fit is an error."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from rowcall.errors import RowcallError
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

Sent = Callable[[Sandbox], AbstractContextManager[list[Any]]]
RUNS = "openai.assistants.runs"


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("SELECT count(*) FROM {runs} WHERE thread_id = ?", "[t]"),
        ("SELECT count(*) FROM {runs} WHERE thread_id = $1", "[t]"),
        ("SELECT count(*) FROM {runs} WHERE thread_id = $1", "(t,)"),
        ("SELECT count(*) FROM {runs} WHERE thread_id = $t", "{'t': t}"),
        ("SELECT count(*) FROM {runs} WHERE thread_id = $T", "{'t': t}"),
        ("SELECT count(*) FROM {runs} WHERE thread_id IN ($1, $2)", "[t, t]"),
        ("SELECT count(*) FROM {runs} WHERE thread_id IN (?, ?)", "[t, t]"),
        ("SELECT count(*) FROM {runs} WHERE thread_id = $a || $b", "{'a': t[:9], 'b': t[9:]}"),
        ("SELECT count(*) FROM {runs} WHERE thread_id=?AND model<>?", "[t, 'x']"),
        ("SELECT count(*) FROM (SELECT $1 AS x) k JOIN {runs} r ON r.thread_id = k.x", "[t]"),
        ("WITH k AS (SELECT $1 AS x) SELECT count(*) FROM k JOIN {runs} r ON r.thread_id = k.x", "[t]"),
    ],
)
def test_parameters_bind_calls(db: Session, world: Any, text: str, params: str) -> None:
    """However a value is spelt, it finds the thread with one request."""
    t = world.threads[0]

    found = db.sql(text.format(runs=RUNS), eval(params, {"t": t}))

    assert found.fetchall() == [(len(world.of(t)),)]
    assert db.last.requests == 1


@pytest.mark.parametrize(
    ("text", "params", "message"),
    [
        ("SELECT $a FROM {runs} WHERE thread_id = $t", {"t": "x"}, r"\$a"),
        ("SELECT ? FROM {runs} WHERE thread_id = ?", ["x"], "2"),
        ("SELECT 1 FROM {runs} WHERE thread_id = ?", None, "1"),
        ("SELECT 1 FROM {runs} WHERE thread_id = $t", {"t": "x", "u": 1}, r"\$u"),
        ("SELECT 1 FROM {runs} WHERE thread_id = ?", ["x", 1], r"\$2"),
        ("SELECT $a FROM {runs} WHERE thread_id = ?", ["x"], "positional"),
        ("SELECT $a FROM {runs} WHERE thread_id = $1", {"a": 1, "1": "x"}, "positional"),
        ("SELECT 1 FROM {runs} WHERE thread_id = ?", "x", "params is a list"),
        ("SELECT 1 FROM {runs} WHERE thread_id = ?", 5, "params is a list"),
        ("SELECT $a", None, "a"),
        ("SELECT 1", [1], "arameter"),
    ],
)
def test_parameters_that_do_not_fit_are_errors(still: Sandbox, db: Session, sent: Sent, text: str, params: Any, message: str) -> None:
    """A missing one, one too many, two kinds in one statement: an error of ours that names it, and no request."""
    with sent(still) as requests, pytest.raises(RowcallError, match=message):
        db.sql(text.format(runs=RUNS), params)

    assert requests == []
