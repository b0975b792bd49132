"""What the benchmark's server has, and what every way must find there.

Runs as the Assistants API sends them, 100 to a page, behind cursors. All pages are made of those of one thread, with other ids, so that a
server can hold them, or make them, at next to no cost.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PAGE = 100
"""Rows on a page, which is the most that the API gives."""
BLOCK = 1_000
"""Pages after which the runs are the same again but for their ids."""
LONG, HUGE, SMALL = "thread_long", "thread_huge", "thread_tiny"
THREADS = tuple(f"thread_{number:04d}" for number in range(200))
PAGES = {LONG: BLOCK, HUGE: 10 * BLOCK, SMALL: 1, **dict.fromkeys(THREADS, 5)}
"""How many pages each thread has. All names are of one length."""
SINGLE = tuple(f"thread_{number:024d}" for number in range(10_000))
"""Threads that are got themselves, one by one: the API has no list of them."""

MODELS = ("gpt-4o", "gpt-4o-mini", "gpt-4.1")
ASSISTANTS = 7
_RUNS = BLOCK * PAGE
_BLOCK_DIGITS = len(str(_RUNS - 1))
_ID_DIGITS = 24


def run_id(thread: str, number: int) -> str:
    """The id of the run of this number, which says its thread."""
    block = number // _RUNS + (1_000 + THREADS.index(thread) if thread in THREADS else 0)
    return f"run_{block:0{_ID_DIGITS - _BLOCK_DIGITS}d}{number % _RUNS:0{_BLOCK_DIGITS}d}"


def run_number(thread: str, id_: str) -> int:
    """The number that `run_id` was given."""
    block, number = int(id_[4:-_BLOCK_DIGITS]), int(id_[-_BLOCK_DIGITS:])
    return (0 if thread in THREADS else block) * _RUNS + number


def model(number: int) -> str:
    return MODELS[number % _RUNS % len(MODELS)]


def assistant(number: int) -> str:
    return f"asst_{number % _RUNS % ASSISTANTS:024d}"


def tokens(number: int) -> tuple[int, int]:
    """Those of the prompt and of the completion."""
    number %= _RUNS
    return 300 + number % 700, 40 + number % 90


def run(thread: str, number: int) -> dict[str, Any]:
    """A completed run, its values made from its number."""
    created = 1_790_000_000 + number % _RUNS * 60
    prompt, completion = tokens(number)
    return {
        "id": run_id(thread, number),
        "object": "thread.run",
        "created_at": created,
        "assistant_id": assistant(number),
        "thread_id": thread,
        "status": "completed",
        "started_at": created + 1,
        "expires_at": None,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": created + 9,
        "required_action": None,
        "last_error": None,
        "model": model(number),
        "instructions": "Answer in two sentences, and name the source of every figure. " * 6,
        "tools": [
            {"type": "code_interpreter"},
            {
                "type": "function",
                "function": {"name": "find_order", "description": "Finds an order.", "parameters": {"type": "object"}, "strict": False},
            },
        ],
        "tool_resources": {},
        "metadata": {"tenant": f"t{number % 20}", "user": f"u{number % 250}"},
        "temperature": 1.0,
        "top_p": 1.0,
        "reasoning_effort": None,
        "max_completion_tokens": None,
        "max_prompt_tokens": None,
        "truncation_strategy": {"type": "auto", "last_messages": None},
        "incomplete_details": None,
        "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion},
        "response_format": "auto",
        "tool_choice": "auto",
        "parallel_tool_calls": True,
    }


def thread(name: str) -> dict[str, Any]:
    """A thread itself."""
    created = 1_790_000_000 + (int(name[-5:]) if name in SINGLE else 0)
    return {"id": name, "object": "thread", "created_at": created, "metadata": {"tenant": "t1"}, "tool_resources": {}}


def page(thread: str, start: int, limit: int = PAGE) -> bytes:
    """The page of `thread` from the run of number `start`; without a row after the last."""
    end = min(start + limit, PAGES[thread] * PAGE)
    rows = [run(thread, number) for number in range(start, end)]
    first, last = (rows[0]["id"], rows[-1]["id"]) if rows else (None, None)
    envelope = {"object": "list", "data": rows, "first_id": first, "last_id": last, "has_more": end < PAGES[thread] * PAGE}
    return json.dumps(envelope).encode()


def page_from(block: Sequence[bytes], thread: str, number: int) -> bytes:
    """What `page` gives for a whole page, out of the pages of LONG."""
    has_more = number < PAGES[thread] - 1
    own, theirs = (run_id(name, at * PAGE)[:-_BLOCK_DIGITS].encode() for name, at in ((thread, number), (LONG, number % BLOCK)))
    body = block[number % BLOCK].replace(LONG.encode(), thread.encode())
    end = b'"has_more": '
    return body.replace(theirs, own).partition(end)[0] + end + (b"true}" if has_more else b"false}")


# --- what is to be found

Answer = list[list[Any]]
"""Rows, sorted."""


def _sums(keys: Iterable[tuple[str, ...]], amounts: Iterable[int]) -> Answer:
    sums: Counter[tuple[str, ...]] = Counter()
    for key, amount in zip(keys, amounts, strict=True):
        sums[key] += amount
    return sorted([*key, amount] for key, amount in sums.items())


def by_model(threads: Sequence[str]) -> Answer:
    """The tokens of each model over all runs of some threads."""
    numbers = [number for thread in threads for number in range(PAGES[thread] * PAGE)]
    return _sums(((model(number),) for number in numbers), (sum(tokens(number)) for number in numbers))


def by_assistant_and_model(threads: Sequence[str]) -> Answer:
    """The tokens of each assistant and model."""
    numbers = [number for thread in threads for number in range(PAGES[thread] * PAGE)]
    return _sums(((assistant(number), model(number)) for number in numbers), (sum(tokens(number)) for number in numbers))


def created() -> Answer:
    """How many of SINGLE there are, and the sum of when they were created."""
    return [[len(SINGLE), sum(1_790_000_000 + number for number in range(len(SINGLE)))]]


# --- how it is asked for

KEY = "made-up"
"""The server takes any."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a way is told before it asks."""

    base_url: str
    in_flight: int = 16
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of a variant of the way."""
