"""The drawing of what EXPLAIN answers, against files that were read in review; `pytest --update-golden` writes them anew."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rowcall.front.plan import plan_lines
from rowcall.front.table import TableOptions, text_width
from rowcall.plan.explanation import BoundParameter, ExplainedScan, ExplainedWrite, Explanation, Measured
from rowcall.shell.formats import Format, explanation_lines

GOLDEN = Path(__file__).parent.parent / "golden" / "formats"
URL = "http://127.0.0.1:8000/v1/threads/thread_2jQ3hhpQWqvrlbwlEmMG6ACJ"


def scan(number: int, alias: str, resource: str, **more: Any) -> ExplainedScan:
    """A scan of one request."""
    given: dict[str, Any] = {
        "level": 1,
        "after": (),
        "method": f"list_{resource}",
        "description": f"Lists {resource}.",
        "why": "",
        "bound": (),
        "api": (),
        "duckdb": (),
        "page_size": 100,
        "paging": "",
        "may_end_early": False,
        "request_lines": (f"GET {URL}/{resource}?limit=100",),
        "more_request_lines": 0,
        "requests": 1,
        "at_most": None,
        "expected": 1,
        "formula": "1, and one more for each further page of 100",
    }
    return ExplainedScan(number=number, alias=alias, resource=f"openai.assistants.{resource}", **{**given, **more})


RUNS = scan(
    0,
    "r",
    "runs",
    why="get_run lacks run_id",
    bound=(BoundParameter(name="thread_id", values=("thread_a", "thread_b", "thread_c"), count=30, origin="t.thread_id"),),
    api=("r.thread_id = t.thread_id",),
    duckdb=("r.thread_id = t.thread_id", "r.status = 'failed'", "r.last_error.code IN ('server_error', 'rate_limit_exceeded')"),
    request_lines=tuple(f"GET {URL}{letter}/runs?limit=100" for letter in "abcdefgh"),
    more_request_lines=22,
    requests=30,
    expected=30,
    formula="30, and one more for each further page of 100",
)
STEPS = scan(
    2,
    "s",
    "run_steps",
    level=2,
    after=("r",),
    bound=(BoundParameter(name="run_id", values=(), count=None, origin="r.id of openai.assistants.runs"),),
    request_lines=(),
    requests=0,
    expected=3000,
    formula="one for each distinct (thread_id, id) of r, and one more for each further page of 100",
)
OTHERS = scan(1, "assistants", "assistants")
MESSAGES = scan(3, "m", "messages", level=3, after=("assistants", "s"), at_most=1, formula="")
TREE = """╭─ Hash Join ─────────────────╮
│ Join Type: INNER            │
╰──────────────┬──────────────╯
               ├───────────────────────────────────────────────────────────╮
╭─ Projection ─┴──────────────╮                           ╭─ Projection ───┴──────────────╮
╰─────────────────────────────╯                           ╰───────────────────────────────╯
                                                                                         …"""
PLAN = Explanation(
    scans=(RUNS, OTHERS, STEPS, MESSAGES),
    requests=32,
    at_most=None,
    expected=3032,
    max_requests=20,
    budget_left=0,
    rate_limit="OpenAI allows 60 requests in 60 s",
    rate_limited_s=3000.0,
    notes=("It needs more than max_requests = 20 requests, and would be refused.",),
    duckdb=TREE,
)
WRITE = Explanation(
    scans=(replace(RUNS, alias="runs", request_lines=RUNS.request_lines[:1], more_request_lines=0),),
    write=ExplainedWrite(
        statement="UPDATE",
        resource="openai.assistants.runs",
        method="modify_run",
        description="Changes the metadata of a run.",
        request_lines=('POST https://api.openai.com/v1/threads/{thread_id}/runs/{run_id} {"metadata": "…"}',),
        more_request_lines=0,
        values=("thread_id = runs.thread_id", "run_id = runs.id", "metadata.team = lower(model)", "the rest of metadata = runs.metadata"),
        requests=None,
        formula="one UPDATE request for each row that this gives",
    ),
    requests=1,
    at_most=None,
    expected=None,
)


@pytest.mark.parametrize("width", [80, 140])
@pytest.mark.parametrize(("name", "explanation"), [("explain", PLAN), ("explain_write", WRITE)])
def test_a_plan_is_drawn_as_it_was_reviewed(name: str, explanation: Explanation, width: int, request: pytest.FixtureRequest) -> None:
    """Boxes by rounds, arrows, sums, DuckDB's tree."""
    golden = GOLDEN / f"{name}_{width}.txt"
    actual = "".join(f"{line}\n" for line in plan_lines(explanation, width))
    if request.config.getoption("--update-golden"):
        golden.write_text(actual, encoding="utf-8")

    assert actual == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [50, 72, 80, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    """What does not fit is wrapped or cut; DuckDB's tree is said to be cut."""
    lines = list(plan_lines(PLAN, width))

    assert max(map(text_width, lines)) <= width
    assert ("DuckDB's plan is 91 columns wide, and cut at …" in lines) == (width < 91)


def test_without_a_width_nothing_is_cut() -> None:
    """`--width 0` shows whole URLs."""
    assert any(f"GET {URL}a/runs?limit=100 " in line for line in plan_lines(PLAN, 0))


def test_a_url_is_cut_in_its_middle() -> None:
    """Its host and its end say most."""
    (line,) = [line for line in plan_lines(Explanation(scans=(OTHERS,)), 60) if "GET" in line]

    assert "GET http://127.0.0.1:8000/v1" in line
    assert "sistants?limit=100" in line
    assert "…" in line


def test_arrows_pass_boxes_that_do_not_wait() -> None:
    """A lane runs by a box between the two that it joins, and boxes that wait for nothing have no arrow."""
    last = replace(STEPS, after=("r",))
    lines = list(plan_lines(Explanation(scans=(RUNS, OTHERS, last)), 100))

    between = [line for line in lines if "Lists assistants." in line]
    assert between[0].startswith("│ │ method")
    assert [line[:3] for line in lines if "▶" in line] == ["╰▶│"]
    assert not any("▶" in line or line.startswith("╭─┤") for line in plan_lines(Explanation(scans=(RUNS, OTHERS)), 100))


def test_control_characters_are_written_out() -> None:
    """A value cannot colour the terminal."""
    wild = replace(RUNS, bound=(BoundParameter(name="thread_id", values=("\x1b[31mred",), count=1, origin="the statement"),))

    text = "\n".join(plan_lines(Explanation(scans=(wild,), sent=("GET \x07 · HTTP 200",)), 100))

    assert "\x1b" not in text
    assert "\x07" not in text
    assert r"\x1b[31mred" in text


def test_what_was_measured_and_sent_is_shown() -> None:
    """In the scan's box, and below; many exchanges are counted."""
    measured = Measured(requests=3, retries=1, cache_hits=2, rows=1200, bytes=9, waiting_s=0.25, computing_s=0.002)

    lines = list(plan_lines(Explanation(scans=(replace(OTHERS, measured=measured),), sent=("GET x · HTTP 200, 3 bytes, 1 ms",) * 25), 140))

    assert any(
        "took      3 requests · 1,200 rows · 9 bytes · 1 retry · 2 cache hits · 250 ms waiting · 2 ms computing" in line for line in lines
    )
    assert lines.count("GET x · HTTP 200, 3 bytes, 1 ms") == 20
    assert lines[-1] == "… and 5 more"


def test_a_bound_is_drawn_as_one_and_what_the_api_applies_in_part_is_left_to_duckdb_too() -> None:
    """What it applies whole is DuckDB's only again."""
    bound = BoundParameter(name="until", column="day", operator="<", values=(9,), count=1, origin="the statement")
    costs = scan(0, "c", "runs", bound=(bound,), api=("day < 9", "n > 5, as a superset"), duckdb=("day < 9", "n > 5"))

    text = "\n".join(plan_lines(Explanation(scans=(costs,)), 100))

    assert "day < 9 as until (from the statement)" in text
    assert "n > 5, as a superset" in text
    assert "n > 5 · the API's again" in text


def test_json_is_the_record_itself() -> None:
    """One document; on a line of its own for `jsonl`."""
    pretty = "\n".join(explanation_lines(PLAN, Format.JSON, TableOptions()))
    (line,) = explanation_lines(PLAN, Format.JSONL, TableOptions())

    assert json.loads(pretty) == json.loads(line) == json.loads(json.dumps(PLAN.document()))
    assert json.loads(line)["scans"][2]["bound"][0]["origin"] == "r.id of openai.assistants.runs"
