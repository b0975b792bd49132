"""The bar, and what ends a statement, in a real kernel with a slow API."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest

from rowcall.notebook.progress import said
from rowcall.session.progress import Progress

if TYPE_CHECKING:
    from tests.notebook.conftest import Kernel


@pytest.fixture(scope="module")
def slow(kernel: Kernel) -> Kernel:
    """A kernel with two slow sandboxes besides."""
    kernel(
        "slow = rowcall.Sandbox(seed=0, latency_s=0.4).start()\nvery = rowcall.Sandbox(seed=0, latency_s=30).start()\n"
        "db2 = rowcall.connect(providers={'openai': {**slow.providers['openai'], 'max_in_flight': 2}}, journal=':memory:')\n"
        "db3 = rowcall.connect(providers=very.providers, journal=':memory:')"
    )
    return kernel


def test_a_bar_comes_after_a_while_and_goes_with_the_statement(slow: Kernel) -> None:
    """It counts requests of those that are expected, and leaves an empty line."""
    answer = slow("%rowcall use db2", "six = threads[:6]", "%rowcall SELECT count(*) FROM openai.assistants.runs WHERE thread_id IN {six}")

    assert answer.error == ""
    assert "requests [00:0" in answer.errors
    assert " requests" in answer.errors
    assert "rows" in answer.errors
    assert [part.strip() for part in answer.errors.rsplit("\r", 2)[-2:]] == ["", ""]
    assert "ipywidgets" not in answer.errors


def test_a_bar_tells_how_many_requests_there_are_in_a_second_of_the_statement(slow: Kernel) -> None:
    """Not of the moment since the bar is there: two are answered before that."""
    cell = "%rowcall SELECT count(*) FROM openai.assistants.runs WHERE thread_id IN {six}"
    answer = slow("%rowcall use db2", "six = threads[:6]", cell, cell)

    rates = [float(rate) for rate in re.findall(r"([\d.]+) requests/s", answer.errors)]
    assert 0 < max(rates) < 6 / 0.4


def test_a_short_statement_has_no_bar(slow: Kernel) -> None:
    """What is over in half a second shows nothing."""
    assert slow("%rowcall use db", "tid = threads[0]", "%rowcall SELECT count(*) FROM runs WHERE thread_id = {tid}").errors == ""


def test_an_interrupt_ends_the_statement_at_once(slow: Kernel) -> None:
    """The kernel's interrupt stops it within half a second, and the session goes on."""
    slow("%rowcall use db3", "tid = threads[0]")
    number = slow.sent("%rowcall SELECT count(*) FROM openai.assistants.runs WHERE thread_id = {tid}")
    time.sleep(1.5)

    interrupted = time.monotonic()
    slow.manager.interrupt_kernel()
    answer = slow.awaited(number)
    took_s = time.monotonic() - interrupted

    assert answer.error == "interrupted"
    assert took_s < 0.5
    assert "│     1 │" in slow("%rowcall SELECT 1 AS n").text
    assert slow("%rowcall use db", "%rowcall SELECT count(*) FROM runs WHERE thread_id = {tid}").error == ""


def test_an_interrupt_ends_what_is_duckdbs_alone(slow: Kernel) -> None:
    """A local statement stops too."""
    number = slow.sent("%rowcall SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b")
    time.sleep(1.0)

    interrupted = time.monotonic()
    slow.manager.interrupt_kernel()
    answer = slow.awaited(number)

    assert answer.error == "interrupted"
    assert time.monotonic() - interrupted < 0.5


@pytest.mark.parametrize(
    ("progress", "expected"),
    [
        (Progress(1.0, rows=1204), "1,204 rows"),
        (Progress(1.0, rows=1, retries=3, cache_hits=2), "1 row, 3 retries, 2 from the cache"),
        (Progress(1.0, waiting="rate limit", waiting_s=12.3), "0 rows, waiting: rate limit 12 s"),
        (Progress(1.0, waiting="AWAIT"), "0 rows, waiting: AWAIT"),
    ],
)
def test_the_bar_says_what_came_and_what_is_waited_for(progress: Progress, expected: str) -> None:
    """Rows, retries, answers from the cache, and why nothing goes out."""
    assert said(progress) == expected
