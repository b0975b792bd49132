"""APPLY: just what a plan says is sent, once, and nothing while anything is not as it was when it was planned."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import (
    PartialResultWarning,
    PlanError,
    ReadOnlyError,
    RowcallWarning,
    SQLError,
    UnavailableError,
    UnsupportedSQLError,
    WriteLimitError,
)
from rowcall.manifest.model import Provider
from rowcall.sandbox.server import Sandbox
from rowcall.session.planfile import Planned, load, text_of
from rowcall.session.session import Session

Sent = Callable[[Sandbox], AbstractContextManager[list[Any]]]
RENAME = "PLAN UPDATE benches SET name = name || '!' WHERE note = 'old' INTO 'plan.jsonl'"
ADD = "PLAN INSERT INTO benches (name) SELECT 'n' || i FROM range(3) s(i) ORDER BY i INTO 'plan.jsonl'"


def writes(requests: list[Any]) -> list[tuple[str, str, Any]]:
    """Those of the requests that change something: method, path and body."""
    return [(request.method, request.path, request.body) for request in requests if request.method != "GET"]


def rewritten(path: str, change: Callable[[Planned], Planned] = lambda row: row, **header: Any) -> None:
    """The plan in a file with its rows or its header changed by somebody who knows how to make the digest."""
    plan = load(path)
    Path(path).write_text(text_of(replace(plan.header, **header), [change(row) for row in plan.rows]), "utf-8")


def test_just_what_the_file_says_is_sent(workbench: Any, sent: Sent) -> None:
    """After its rows were read again; the relation and the journal have a row for each request."""
    with workbench.session() as db:
        planned = [json.loads(row[3]) for row in db.sql(RENAME).fetchall()]
        with sent(workbench.box) as requests:
            relation = db.sql("APPLY 'plan.jsonl'")
        assert db.last.statement_kind == "apply"
        rows = relation.select("row, ok, outcome, status, response->>'name'").fetchall()
        kept = db.sql("SELECT kind, statement, operation, row, outcome FROM rowcall_journal()").fetchall()

    assert rows == [(n + 1, True, "done", 200, f"Bench {n}!") for n in range(4)]
    assert sorted(body["name"] for _, _, body in writes(requests)) == [body["name"] for body in planned]
    statement = RENAME.removeprefix("PLAN ").removesuffix(" INTO 'plan.jsonl'")
    assert kept == [("update", statement, "workshop.trade.benches.change_bench", n + 1, "done") for n in range(4)]
    assert [bench["name"] for bench in workbench.benches()] == [f"Bench {n}!" for n in range(4)]


def test_another_process_applies_it_by_another_name(workbench: Any, sent: Sent) -> None:
    """A file says all that is needed; what it was called is not in it."""
    with workbench.session() as db:
        db.sql(ADD)
    Path("plan.jsonl").rename("other name.jsonl")
    with workbench.session() as db, sent(workbench.box) as requests:
        db.sql("APPLY 'other name.jsonl'")

    assert [body for _, _, body in writes(requests)] == [{"name": f"n{n}"} for n in range(3)]


def test_a_plan_is_applied_once(workbench: Any, sent: Sent) -> None:
    """A copy of it is the same plan; the error names the write to resume, and how to send all of it again."""
    with workbench.session() as db:
        db.sql(ADD)
        Path("copy.jsonl").write_bytes(Path("plan.jsonl").read_bytes())
        db.sql("APPLY 'plan.jsonl'")
        write = db.sql("SHOW JOURNAL").fetchall()[0][0]
        with sent(workbench.box) as requests:
            for file in ("plan.jsonl", "copy.jsonl"):
                with pytest.raises(PlanError, match=rf"applied before, by the write {write}\.(?s:.*)\^(?s:.*)RESUME '{write}'"):
                    db.sql(f"APPLY '{file}'")
                with pytest.raises(PlanError, match="applied before"):
                    db.sql(f"APPLY '{file}'", dry_run=True)
        assert requests == []

        assert len(db.sql("APPLY 'plan.jsonl' AGAIN").fetchall()) == 3
    assert len(workbench.benches()) == 4 + 6


def test_of_two_that_apply_it_at_once_one_does(workbench: Any, sent: Sent) -> None:
    """The journal is asked and told in one."""
    with workbench.session() as db:
        db.sql(ADD.replace("range(3)", "range(1)").replace(" ORDER BY i", ""))
    together, told = threading.Barrier(4, timeout=20), []

    def apply() -> None:
        with workbench.session() as db:
            together.wait()
            try:
                told.append(db.sql("APPLY 'plan.jsonl'").fetchall()[0][2])
            except PlanError as error:
                told.append(error.message[:29])

    threads = [threading.Thread(target=apply) for _ in range(4)]
    with sent(workbench.box) as requests:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(told) == ["This plan was applied before,"] * 3 + ["done"]
    assert len(requests) == 1


def test_two_plans_of_one_statement_are_two(workbench: Any) -> None:
    """Who plans it again means it again."""
    with workbench.session() as db:
        for file in ("one.jsonl", "two.jsonl"):
            db.sql(ADD.replace("plan.jsonl", file))
            db.sql(f"APPLY '{file}'")

    assert len(workbench.benches()) == 4 + 6


def test_an_api_that_takes_keys_gets_the_same_ones_from_any_journal(workbench: Any, sent: Sent) -> None:
    """So a plan that is applied at two machines is carried out once; AGAIN makes new ones."""
    with workbench.session() as db:
        db.sql(ADD)
    keys = []
    for text in ("APPLY 'plan.jsonl'", "APPLY 'plan.jsonl'", "APPLY 'plan.jsonl' AGAIN"):
        with workbench.session(journal=":memory:") as db, sent(workbench.box) as requests:
            db.sql(text)
        keys.append([request.headers["x-once"] for request in requests])

    assert keys[0] == keys[1]
    assert not set(keys[0]) & set(keys[2])
    assert len({*keys[0], *keys[2]}) == 6
    assert len(workbench.benches()) == 4 + 6


def test_a_row_with_another_version_keeps_all_from_being_sent(workbench: Any, sent: Sent) -> None:
    """Though what would be changed is as it was; the error has the line, the row and both versions."""
    bench = workbench.benches()[2]["id"]
    with workbench.session() as db:
        db.sql(RENAME)
        db.sql("UPDATE benches SET note = 'touched' WHERE id = $1", [bench])
        with sent(workbench.box) as requests, pytest.raises(PlanError) as caught:
            db.sql("APPLY 'plan.jsonl'")
        with pytest.raises(PlanError, match="has changed since"):
            db.sql("APPLY 'plan.jsonl'", dry_run=True)

    assert writes(requests) == []
    assert str(caught.value).splitlines()[:2] == [
        "What this plan is about has changed since. Nothing was sent.",
        f"plan.jsonl:4: row 3 (bench_id = {bench}): revision was 1 and is 2",
    ]


def test_a_row_that_a_method_is_called_for_has_its_version_compared(workbench: Any, sent: Sent) -> None:
    """EXEC says not what it changes, so only a version tells; one that is as it was is sent."""
    first, bench = (row["id"] for row in workbench.benches()[:2])
    with workbench.session() as db:
        db.sql("PLAN EXEC benches.polish_bench FROM (SELECT id AS bench_id FROM benches ORDER BY id) INTO 'plan.jsonl'")
        db.sql(f"PLAN EXEC benches.polish_bench @bench_id = '{first}' INTO 'one.jsonl'")
        db.sql("UPDATE benches SET note = 'touched' WHERE id = $1", [bench])
        with sent(workbench.box) as requests, pytest.raises(PlanError, match=rf"\(bench_id = {bench}\): revision was 1 and is 2"):
            db.sql("APPLY 'plan.jsonl'")
        assert writes(requests) == []

        assert db.sql("APPLY 'one.jsonl'").project("outcome").fetchall() == [("done",)]
    assert [row["revision"] for row in workbench.benches()] == [2, 2, 1, 1]


def test_a_row_that_is_gone_keeps_all_from_being_sent(workbench: Any, sent: Sent) -> None:
    """And one that has come since it was planned to be away."""
    gone = workbench.benches()[0]["id"]
    with workbench.session() as db:
        db.sql(RENAME)
        db.sql("DELETE FROM benches WHERE id = $1", [gone])
        with sent(workbench.box) as requests, pytest.raises(PlanError, match=rf"plan.jsonl:2: row 1 \(bench_id = {gone}\) is gone"):
            db.sql("APPLY 'plan.jsonl'")
        assert writes(requests) == []

        with pytest.warns(RowcallWarning, match="what is not there"):
            db.sql("PLAN DELETE FROM benches WHERE id = 'bench_x' INTO 'other.jsonl'")
        there = workbench.benches()[0]["id"]
        rewritten("other.jsonl", lambda row: replace(row, path=f"/benches/{there}", parameters={"bench_id": there}))
        with pytest.raises(PlanError, match="is there now, and was not"):
            db.sql("APPLY 'other.jsonl'")


def test_without_a_version_the_values_before_count(writer: Session, live: Sandbox, threads: list[str], sent: Sent, tmp_path: Path) -> None:
    """Those that would be changed, and no others."""
    file = tmp_path / "plan.jsonl"
    writer.sql("UPDATE threads SET metadata = MAP {'a': '1'} WHERE id IN (SELECT unnest($1))", [threads])
    writer.sql(f"PLAN UPDATE threads SET metadata = MAP {{'a': '2'}} WHERE id IN (SELECT unnest($1)) INTO '{file}'", [threads])
    writer.sql("UPDATE threads SET tool_resources = {'code_interpreter': {'file_ids': []}} WHERE id = $1", [threads[0]])
    assert len(writer.sql(f"APPLY '{file}'").fetchall()) == 3

    writer.sql(f"PLAN UPDATE threads SET metadata = MAP {{'a': '3'}} WHERE id IN (SELECT unnest($1)) INTO '{file}' OVERWRITE", [threads])
    writer.sql("UPDATE threads SET metadata = MAP {'a': '9'} WHERE id = $1", [threads[1]])
    with sent(live) as requests, pytest.raises(PlanError, match=r'metadata was {"a": "2"} and is {"a": "9"}'):
        writer.sql(f"APPLY '{file}'")
    assert writes(requests) == []


def test_a_plan_of_a_delete_is_of_the_rows_as_they_were(
    writer: Session, live: Sandbox, threads: list[str], sent: Sent, tmp_path: Path
) -> None:
    """Any change of one of them counts, and without one they are deleted."""
    file = tmp_path / "plan.jsonl"
    text = f"PLAN DELETE FROM threads WHERE id IN (SELECT unnest($1)) INTO '{file}' OVERWRITE"
    writer.sql(text, [threads])
    writer.sql("UPDATE threads SET metadata = MAP {'a': '9'} WHERE id = $1", [threads[1]])
    with sent(live) as requests, pytest.raises(PlanError, match=r'metadata was .* and is {"a": "9"}'):
        writer.sql(f"APPLY '{file}'")
    assert writes(requests) == []

    writer.sql(text, [threads])
    assert [row[2] for row in writer.sql(f"APPLY '{file}'").fetchall()] == ["done"] * 3


def test_ten_changed_rows_are_named_and_the_others_counted(writer: Session, raw: Any, tmp_path: Path) -> None:
    """An error of a thousand lines is read by nobody."""
    many = [str(raw.post("/threads", json={}).json()["id"]) for _ in range(12)]
    writer.sql(f"PLAN UPDATE threads SET metadata = MAP {{'a': '1'}} WHERE id IN (SELECT unnest($1)) INTO '{tmp_path}/p'", [many])
    writer.sql("UPDATE threads SET metadata = MAP {'b': '1'} WHERE id IN (SELECT unnest($1))", [many])
    with pytest.raises(PlanError) as caught:
        writer.sql(f"APPLY '{tmp_path}/p'")

    assert caught.value.message.count("metadata was") == 10
    assert "… and 2 more." in caught.value.message


def test_a_read_only_session_or_provider_applies_nothing(workbench: Any, sent: Sent) -> None:
    """It says what would be sent, though."""
    with workbench.session() as db:
        db.sql(RENAME)
    settings = workbench.box.providers["workshop"]
    for options in ({"read_only": True}, {"providers": {"workshop": {**settings, "read_only": True}}}):
        with workbench.session(**options) as db:
            with sent(workbench.box) as requests, pytest.raises(ReadOnlyError, match=r"APPLY changes something at Workshop(?s:.*)\^\^"):
                db.sql("APPLY 'plan.jsonl'")
            assert requests == []
            assert len(db.sql("APPLY 'plan.jsonl'", dry_run=True).fetchall()) == 4
            assert ("requests", "4") in db.sql("EXPLAIN APPLY 'plan.jsonl'").fetchall()


def test_a_row_is_replaced_only_while_it_is_what_it_was(workbench: Any, sent: Sent) -> None:
    """And one is made only while there is none."""
    text = "PLAN REPLACE INTO benches (bench_id, name) VALUES ($1, 'a'), ('bench_x', 'b') INTO 'plan.jsonl' OVERWRITE"
    bench = workbench.benches()[0]["id"]
    with workbench.session() as db:
        db.sql(text, [bench])
        db.sql("UPDATE benches SET note = 'touched' WHERE id = $1", [bench])
        with sent(workbench.box) as requests, pytest.raises(PlanError, match="revision was 1 and is 2"):
            db.sql("APPLY 'plan.jsonl'")
        assert writes(requests) == []

        db.sql(text, [bench])
        assert [row[2] for row in db.sql("APPLY 'plan.jsonl'").fetchall()] == ["done", "done"]
        with pytest.raises(PlanError, match=r"row 2 \(bench_id = bench_x\) is there now, and was not"):
            db.sql("APPLY 'plan.jsonl' AGAIN")


def test_what_may_not_write_applies_nothing_and_reads_nothing(workbench: Any, sent: Sent) -> None:
    """A transaction that is open, of APPLY and of RESUME, and a provider whose methods are named and this is none of them."""
    settings = workbench.box.providers["workshop"]
    with workbench.session() as db:
        db.sql(RENAME)
        with sent(workbench.box) as requests:
            db.sql("BEGIN")
            with pytest.raises(UnsupportedSQLError, match=r"APPLY changes something at Workshop, which ROLLBACK cannot undo(?s:.*)\^\^"):
                db.sql("APPLY 'plan.jsonl'")
            assert len(db.sql("EXPLAIN APPLY 'plan.jsonl'").fetchall()) == 7
            db.sql("ROLLBACK")
        assert requests == []
        allowed = {"workshop": {**settings, "allow_writes": ["trade.benches.add_bench"]}}
        with (
            workbench.session(providers=allowed) as other,
            sent(workbench.box) as requests,
            pytest.raises(ReadOnlyError, match="allow_writes"),
        ):
            other.sql("APPLY 'plan.jsonl'")
        assert requests == []

        db.sql("APPLY 'plan.jsonl'")
        db.sql("BEGIN")
        with pytest.raises(UnsupportedSQLError, match="RESUME changes something at Workshop, which ROLLBACK cannot undo"):
            db.sql(f"RESUME '{db.sql('SHOW JOURNAL').fetchall()[0][0]}'")
        db.sql("SET rowcall_allow_writes_in_transaction = true")
        assert len(db.sql(f"RESUME '{db.sql('SHOW JOURNAL').fetchall()[0][0]}'").fetchall()) == 4


def test_explain_and_dry_run_send_no_write(workbench: Any, sent: Sent) -> None:
    """EXPLAIN not even a read; both say each request. Then the plan can still be applied."""
    bench = workbench.benches()[0]["id"]
    with workbench.session() as db:
        db.sql(RENAME)
        with sent(workbench.box) as requests:
            rows = db.sql("EXPLAIN APPLY 'plan.jsonl'").fetchall()
        assert requests == []
        assert rows[0] == ("statement", "APPLY")
        assert ("request", f"PATCH {workbench.box.base_url}/benches/{bench}") in rows
        with sent(workbench.box) as requests:
            rows = db.sql("APPLY 'plan.jsonl'", dry_run=True).fetchall()
        assert writes(requests) == []
        assert rows[0] == ("PATCH", f"{workbench.box.base_url}/benches/{bench}", '{"name": "Bench 0!"}')

        assert len(db.sql("APPLY 'plan.jsonl'").fetchall()) == 4


def test_a_plan_goes_to_where_it_was_made_for(workbench: Any, sent: Sent) -> None:
    """A plan for one server is none for another."""
    with workbench.session() as db:
        db.sql(ADD)
    elsewhere = {"workshop": {**workbench.box.providers["workshop"], "base_url": workbench.box.base_url.replace("127.0.0.1", "localhost")}}
    with workbench.session(providers=elsewhere) as db, sent(workbench.box) as requests:
        with pytest.raises(PlanError, match=r"plan.jsonl:1: it was planned for http://127.*, and workshop is at http://localhost"):
            db.sql("APPLY 'plan.jsonl'")
        with pytest.raises(PlanError, match="it was planned for"):
            db.sql("EXPLAIN APPLY 'plan.jsonl'")

    assert requests == []


def _changed(provider: Provider, **method: Any) -> Provider:
    """The provider with another method `change_bench`; without it, where nothing is given."""
    service = provider.services["trade"]
    resource = service.resources["benches"]
    methods = dict(resource.methods)
    before = methods.pop("change_bench")
    if method:
        methods["change_bench"] = replace(before, **method)
    service = replace(service, resources={**service.resources, "benches": replace(resource, methods=methods)})
    return replace(provider, services={"trade": service})


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ({}, "plan.jsonl:1: no manifest has workshop.trade.benches.change_bench now"),
        (
            {"http": "PUT /benches/{bench_id}"},
            "plan.jsonl:2: the manifest makes PUT /benches/bench_.* of it now, and not PATCH /benches/bench_",
        ),
        (
            {"http": "PATCH /banks/{bench_id}"},
            "plan.jsonl:2: the manifest makes PATCH /banks/bench_.* of it now, and not PATCH /benches/bench_",
        ),
        ({"reads": True}, "plan.jsonl:1: workshop.trade.benches.change_bench changes nothing"),
        ({"body": {}}, "plan.jsonl:2: workshop.trade.benches.change_bench cannot be called so: it has no attribute name"),
        ({"parameters": {}, "http": "PATCH /benches"}, "plan.jsonl:2: .* cannot be called so: it has no parameter bench_id"),
    ],
)
def test_a_request_that_the_manifest_would_not_make_now_is_refused(
    workbench: Any, sent: Sent, monkeypatch: pytest.MonkeyPatch, method: dict[str, Any], expected: str
) -> None:
    """The method is gone, is at another place, reads, or takes something else."""
    with workbench.session() as db:
        db.sql(RENAME)
    catalog = Catalog({"workshop": _changed(Catalog.shipped().providers["workshop"], **method)})
    monkeypatch.setattr(Catalog, "shipped", lambda: catalog)
    with workbench.session() as db, sent(workbench.box) as requests, pytest.raises(PlanError, match=expected):
        db.sql("APPLY 'plan.jsonl'")

    assert requests == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda row: replace(row, http="DELETE"), "plan.jsonl:2: the manifest makes PATCH"),
        (lambda row: replace(row, path="/benches/bench_other"), "plan.jsonl:2: the manifest makes PATCH"),
        (lambda row: replace(row, path="/benches/../shops/shop_1"), "plan.jsonl:2: the manifest makes PATCH"),
        (lambda row: replace(row, path="http://example.com/"), "plan.jsonl:2: the manifest makes PATCH"),
        (lambda row: replace(row, parameters={"bench_id": ".."}, path="/benches/.."), 'plan.jsonl:2: .* bench_id is ".."'),
        (lambda row: replace(row, parameters={"bench_id": {}}), "plan.jsonl:2: .* cannot be called so"),
        (lambda row: replace(row, parameters={}), "plan.jsonl:2: .* cannot be called so: bench_id is NULL"),
        (lambda row: replace(row, query=(("a", "b"),)), "plan.jsonl:2: the manifest makes PATCH"),
        (lambda row: replace(row, headers=(("authorization", "x"),)), "plan.jsonl:2: the manifest gives PATCH .* other headers"),
        (lambda row: replace(row, body={"revision": 9}), "plan.jsonl:2: .* it has no attribute revision"),
        (lambda row: replace(row, body={"name": {"a": 1}}), "plan.jsonl:2: .* takes string"),
        (lambda row: replace(row, body={"name": 1}), "plan.jsonl:2: .*benches.name takes string, not 1"),
        (lambda row: replace(row, body=["name"]), "plan.jsonl:2: .* cannot be called so: its body is no JSON object"),
        (lambda row: replace(row, body=None), "plan.jsonl:2: the manifest gives PATCH .* another body"),
        (lambda row: replace(row, before={"colour": "red"}, version=None), "plan.jsonl:2: the rows of .* cannot be read again"),
    ],
)
def test_what_no_plan_would_say_is_refused_whoever_wrote_it(
    workbench: Any, sent: Sent, change: Callable[[Planned], Planned], expected: str
) -> None:
    """A digest can be made by anybody; what is sent is still only what the manifest makes of it."""
    with workbench.session() as db:
        db.sql(RENAME)
        rewritten("plan.jsonl", change)
        with sent(workbench.box) as requests, pytest.raises(PlanError, match=expected):
            db.sql("APPLY 'plan.jsonl'")

    assert requests == []


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"resource": "workshop.trade.banks"}, "no manifest has workshop.trade.banks.change_bench now"),
        ({"resource": "benches"}, "benches.change_bench is something else now"),
        ({"method": "change"}, "no manifest has workshop.trade.benches.change now"),
        ({"method": "get_bench"}, "workshop.trade.benches.get_bench changes nothing"),
        ({"provider": "other"}, "workshop.trade.benches.change_bench is something else now"),
    ],
)
def test_a_header_of_what_is_not_there_is_refused(workbench: Any, header: dict[str, str], expected: str) -> None:
    """By its line."""
    with workbench.session() as db:
        db.sql(RENAME)
        rewritten("plan.jsonl", **header)
        with pytest.raises(PlanError, match=f"plan.jsonl:1: {expected}"):
            db.sql("APPLY 'plan.jsonl'")


def test_a_limit_of_requests_holds_before_the_first(workbench: Any, sent: Sent) -> None:
    """And the plan can be applied afterwards."""
    with workbench.session() as db:
        db.sql(RENAME)
        with sent(workbench.box) as requests, pytest.raises(rowcall.errors.BudgetError):
            db.sql("APPLY 'plan.jsonl'", max_requests=3)
        assert writes(requests) == []

        assert len(db.sql("APPLY 'plan.jsonl'").fetchall()) == 4


def test_a_plan_of_nothing_sends_nothing(workbench: Any, sent: Sent) -> None:
    """And is no error."""
    with workbench.session() as db, sent(workbench.box) as requests:
        db.sql("PLAN INSERT INTO benches (name) SELECT 'a' WHERE false INTO 'plan.jsonl'")
        assert db.sql("APPLY 'plan.jsonl'").fetchall() == []

    assert requests == []


def test_what_fails_is_told_and_resumed(workbench: Any, sent: Sent) -> None:
    """As of any write: the rest is sent by RESUME, with the keys that the plan gave."""
    workbench.box.fault("drop", method="POST", after=1, times=9)
    with workbench.session() as db:
        db.sql(ADD)
        with sent(workbench.box) as first, pytest.raises(UnavailableError, match="Of 3 requests: 1 done, 1 unknown, 1 not sent"):
            db.sql("APPLY 'plan.jsonl'")
        workbench.box.clear_faults()
        with pytest.raises(PlanError, match=r"RESUME '(\w+)'") as caught:
            db.sql("APPLY 'plan.jsonl'")
        with sent(workbench.box) as second:
            rows = db.sql(caught.value.hint.partition(" sends")[0]).fetchall()

    assert [row[2] for row in rows] == ["done"] * 3
    assert {request.headers["x-once"] for request in first[1:]} == {second[0].headers["x-once"]}
    assert [bench["name"] for bench in workbench.benches()[4:]] == ["n0", "n1", "n2"]


def test_partial_tells_of_each_row(writer: Session, threads: list[str], tmp_path: Path) -> None:
    """With on_error = partial all are sent, as of any write."""
    text = "PLAN INSERT INTO messages (thread_id, role, content) SELECT unnest($1), 'user', 'Hello'"
    writer.sql(f"{text} INTO '{tmp_path}/p'", [[threads[0], "thread_none", threads[1]]])
    with pytest.warns(PartialResultWarning, match="No thread found"):
        rows = writer.sql(f"APPLY '{tmp_path}/p'", on_error="partial").fetchall()

    assert sorted(row[2] for row in rows) == ["done", "done", "refused"]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_returning_is_what_apply_answers(workbench: Any, sent: Sent) -> None:
    """Over the answers to the requests, in their order, by the name that AS gives them; without it by the resource's own."""
    with workbench.session() as db:
        db.sql(ADD)
        with sent(workbench.box) as requests:
            rows = db.sql("APPLY 'plan.jsonl' AS b RETURNING b.name, $1 AS said", ["x"]).fetchall()
        again = db.sql("APPLY 'plan.jsonl' AGAIN RETURNING benches.name || '!'").fetchall()

    assert rows == [("n0", "x"), ("n1", "x"), ("n2", "x")]
    assert len(writes(requests)) == 3
    assert again == [("n0!",), ("n1!",), ("n2!",)]


@pytest.mark.parametrize(
    ("clauses", "caret"),
    [("RETURNING nope", "^^^^"), ("AWAIT", "^^^^^"), ("RETURNING", "^^^^^^^^^"), ("AS b RETURNING benches.name", "^^^^")],
)
@pytest.mark.parametrize("word", ["", "EXPLAIN "])
def test_what_cannot_be_answered_is_refused_before_anything_is_sent(
    workbench: Any, sent: Sent, word: str, clauses: str, caret: str
) -> None:
    """The error has its place in the APPLY; EXPLAIN finds it too."""
    with workbench.session() as db:
        db.sql(ADD)
        with sent(workbench.box) as requests, pytest.raises(SQLError) as caught:
            db.sql(f"{word}APPLY 'plan.jsonl' {clauses}")

    assert requests == []
    assert f"APPLY 'plan.jsonl' {clauses}" in str(caught.value)
    assert caret in str(caught.value)


def test_what_was_begun_is_waited_for(tmp_path: Path) -> None:
    """The answer is the last row of each: what RETURNING says of it, else what became of each request, with that row."""
    text = "INSERT INTO openai.assistants.runs (thread_id, assistant_id) SELECT $1, min(id) FROM openai.assistants.assistants"
    until = "UNTIL started_at IS NOT NULL TIMEOUT '60 s'"
    with Sandbox() as box, rowcall.connect(providers=box.providers, journal=":memory:") as db:
        for name in ("p", "q"):
            (thread,) = db.sql("INSERT INTO openai.assistants.threads DEFAULT VALUES RETURNING id").fetchall()[0]
            db.sql(f"PLAN {text} INTO '{tmp_path / name}'", [thread])

        returned = db.sql(f"APPLY '{tmp_path / 'p'}' RETURNING started_at IS NOT NULL {until}").fetchall()
        told = db.sql(f"APPLY '{tmp_path / 'q'}' {until}").project("outcome, response->>'started_at' IS NOT NULL").fetchall()

    assert returned == [(True,)]
    assert told == [("done", True)]


def test_a_killed_apply_is_resumed_and_sends_nothing_twice(tmp_path: Path) -> None:
    """The plan is not applied a second time; what was not sent is, by the journal."""
    with rowcall.Sandbox(latency_s=0.005) as box:
        settings = box.providers["openai"]
        with rowcall.connect(providers=box.providers, journal=tmp_path / "journal.sqlite", max_write_rows=None) as db:
            db.sql(
                "PLAN INSERT INTO openai.assistants.threads (metadata) SELECT MAP {'mark': i::VARCHAR} FROM range(60) s(i) ORDER BY i"
                f" INTO '{tmp_path / 'plan.jsonl'}'"
            )
            options = [f"--set=openai.{name}={settings[name]}" for name in ("base_url", "api_key")]
            command = [
                sys.executable,
                "-m",
                "rowcall",
                "apply",
                str(tmp_path / "plan.jsonl"),
                "--journal",
                str(tmp_path / "journal.sqlite"),
                "--yes",
            ]
            process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            until = time.monotonic() + 60
            while len(box.requests) < 20 and process.poll() is None and time.monotonic() < until:
                time.sleep(0.002)
            process.send_signal(signal.SIGKILL)
            process.wait()
            time.sleep(0.1)  # what has reached the server is carried out all the same

            with pytest.raises(PlanError, match="applied before, by the write") as caught:
                db.sql(f"APPLY '{tmp_path / 'plan.jsonl'}'")
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", PartialResultWarning)  # whether the row that was on its way came, nobody knows
                rows = db.sql(caught.value.hint.partition(" sends")[0], on_error="partial").fetchall()

        came = Counter(int(request.body["metadata"]["mark"]) for request in box.requests if request.method == "POST")
    assert set(came.values()) == {1}
    assert len(rows) == 60
    for number, row in enumerate(rows):
        assert came[number] == 1 if row[2] == "done" else row[2] == "unknown"


def test_a_plan_of_several_rows_needs_a_yes_as_any_write_does(live: Sandbox, thread: str, sent: Sent, tmp_path: Path) -> None:
    """Whoever writes a plan and applies it gets round no limit by it; who is asked sees what the plan says."""
    seen: list[rowcall.Pending] = []

    def no(pending: rowcall.Pending) -> bool:
        seen.append(pending)
        return False

    many = f"PLAN INSERT INTO messages (thread_id, role, content) SELECT $1, 'user', unnest(['a', 'b']) INTO '{tmp_path}/plan'"
    with rowcall.connect(providers=live.providers) as db, sent(live) as requests:
        db.sql(many, [thread])
        with pytest.raises(WriteLimitError, match="writes 2 rows"):
            db.sql(f"APPLY '{tmp_path}/plan'")
    with rowcall.connect(providers=live.providers, confirm=no) as db, pytest.raises(WriteLimitError):
        db.sql(f"APPLY '{tmp_path}/plan'")

    assert requests == []
    assert [(pending.statement_kind, pending.rows, pending.requests(1)[0].method) for pending in seen] == [("apply", 2, "POST")]
