"""PLAN: what a write would send, in a file, with nothing sent but what it reads."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import ParseError, PlanError, RowcallWarning, SQLError, UnavailableError, UnsupportedSQLError
from rowcall.manifest.model import Method, Parameter, Place
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

Sent = Callable[[Sandbox], AbstractContextManager[list[Any]]]
RENAME = "UPDATE benches SET name = name || '!' WHERE note = 'old'"


def lines(path: str | Path) -> list[dict[str, Any]]:
    """What a file says, line by line."""
    return [json.loads(line) for line in Path(path).read_text("utf-8").splitlines()]


def test_a_plan_has_each_request_with_what_its_row_was(workbench: Any, sent: Sent) -> None:
    """Read in one request, from which the new values are computed, too."""
    benches = workbench.benches()
    with workbench.session() as db, sent(workbench.box) as requests:
        relation = db.sql(f"PLAN {RENAME} INTO 'plan.jsonl'")
        columns, shown = relation.columns, relation.fetchall()

    assert [(request.method, request.path) for request in requests] == [("GET", "/api/benches")]
    header, *rows = lines("plan.jsonl")
    assert header.pop("digest").startswith("sha256:")
    assert header.pop("planned_at").endswith("+00:00")
    assert header == {
        "rowcall_plan": 1,
        "rowcall": rowcall.__version__,
        "kind": "update",
        "statement": RENAME,
        "provider": "workshop",
        "base_url": workbench.box.base_url,
        "resource": "workshop.trade.benches",
        "method": "change_bench",
        "requests": 4,
    }
    assert rows[1] == {
        "row": 2,
        "resource": "workshop.trade.benches",
        "method": "change_bench",
        "http": "PATCH",
        "path": f"/benches/{benches[1]['id']}",
        "parameters": {"bench_id": benches[1]["id"]},
        "body": {"name": "Bench 1!"},
        "before": {"name": "Bench 1"},
        "version": 1,
    }
    url = f"{workbench.box.base_url}/benches/{benches[1]['id']}"
    assert columns == ["row", "method", "url", "body", "before", "version"]
    assert shown[1] == (2, "PATCH", url, '{"name":"Bench 1!"}', '{"name":"Bench 1"}', "1")
    assert workbench.benches() == benches


def test_rows_that_are_known_by_their_keys_are_read_all_the_same(workbench: Any, sent: Sent) -> None:
    """So that the plan says what they are."""
    bench = workbench.benches()[1]["id"]
    with workbench.session() as db, sent(workbench.box) as requests:
        rows = db.sql("PLAN UPDATE benches SET note = 'new' WHERE id = $1 INTO 'plan.jsonl'", [bench]).fetchall()

    assert [(request.method, request.path) for request in requests] == [("GET", f"/api/benches/{bench}")]
    assert [row[4:] for row in rows] == [('{"note":"old"}', "1")]


def test_a_plan_of_a_delete_has_the_whole_row(workbench: Any) -> None:
    """It is all of it that changes."""
    bench = workbench.benches()[2]
    with workbench.session() as db:
        db.sql("PLAN DELETE FROM benches WHERE id = $1 INTO 'plan.jsonl'", [bench["id"]])

    _, row = lines("plan.jsonl")
    assert (row["http"], row["before"], row["version"]) == ("DELETE", bench, 1)


def test_a_row_that_is_not_there_is_warned_of(workbench: Any) -> None:
    """The plan says so, too."""
    with workbench.session() as db, pytest.warns(RowcallWarning, match="Row 1 is of what is not there: DELETE /benches/bench_x"):
        db.sql("PLAN DELETE FROM benches WHERE id = 'bench_x' INTO 'plan.jsonl'")

    _, row = lines("plan.jsonl")
    assert (row["absent"], "before" in row) == (True, False)


def _with_benches(monkeypatch: pytest.MonkeyPatch, methods: Callable[[dict[str, Method]], dict[str, Method]]) -> None:
    """Has sessions know the benches by other methods."""
    provider = Catalog.shipped().providers["workshop"]
    service = provider.services["trade"]
    benches = replace(service.resources["benches"], methods=methods(service.resources["benches"].methods))
    service = replace(service, resources={**service.resources, "benches": benches})
    catalog = Catalog({"workshop": replace(provider, services={"trade": service})})
    monkeypatch.setattr(Catalog, "shipped", lambda: catalog)


def test_a_row_that_the_api_says_is_not_there_is_absent_whatever_the_manifest_says(workbench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 404 is enough; what is there is planned beside it."""
    _with_benches(monkeypatch, lambda methods: {name: replace(one, absent=None) for name, one in methods.items() if name != "list_benches"})
    bench = workbench.benches()[0]["id"]
    with workbench.session() as db:
        with pytest.warns(RowcallWarning, match="Row 2 is of what is not there"):
            db.sql("PLAN UPDATE benches SET note = 'new' WHERE id IN ($1, 'bench_x') INTO 'plan.jsonl'", [bench])
        assert db.last.partial is False

    assert [(row.get("absent"), row.get("before"), row.get("version")) for row in lines("plan.jsonl")[1:]] == [
        (None, {"note": "old"}, 1),
        (True, None, None),
    ]


def test_a_row_that_nothing_can_read_is_planned_as_it_is(workbench: Any, monkeypatch: pytest.MonkeyPatch, sent: Sent) -> None:
    """There is nothing to compare then, and nothing is read by APPLY either."""
    key = Parameter(place=Place.PATH, description="The bench.")
    _with_benches(
        monkeypatch, lambda methods: {"change_bench": replace(methods["change_bench"], http="PATCH /benches/{id}", parameters={"id": key})}
    )
    bench = workbench.benches()[0]["id"]
    with workbench.session() as db, sent(workbench.box) as requests:
        rows = db.sql("PLAN UPDATE benches SET note = 'new' WHERE id = $1 INTO 'plan.jsonl'", [bench]).fetchall()
        db.sql("APPLY 'plan.jsonl'")

    assert [row[3:] for row in rows] == [('{"note":"new"}', None, None)]
    assert [request.method for request in requests] == ["PATCH"]


def test_a_read_that_fails_leaves_no_plan(workbench: Any) -> None:
    """It is not known then what the rows are."""
    workbench.box.fault("server_error", method="GET", times=None)
    bench = workbench.benches()[0]["id"]
    with workbench.session() as db, pytest.raises(UnavailableError):
        db.sql("PLAN UPDATE benches SET note = 'new' WHERE id = $1 INTO 'plan.jsonl'", [bench])

    assert not Path("plan.jsonl").exists()


def test_a_plan_is_of_the_rows_as_they_are_now(workbench: Any) -> None:
    """Answers that are kept for later are not taken for it."""
    bench = workbench.benches()[0]["id"]
    with workbench.session(cache="1h") as db:
        db.sql("SELECT * FROM benches WHERE id = $1", [bench]).fetchall()
        with workbench.session() as other:
            other.sql("UPDATE benches SET note = 'later' WHERE id = $1", [bench])
        rows = db.sql("PLAN UPDATE benches SET note = 'new' WHERE id = $1 INTO 'plan.jsonl'", [bench]).fetchall()

    assert rows[0][4:] == ('{"note":"later"}', "2")


def test_comments_lines_and_question_marks_may_stand_in_it(workbench: Any) -> None:
    """It is a statement as any."""
    text = "PLAN -- look first\n  INSERT INTO benches (name)\n  VALUES (?), ('b') -- two\n INTO 'plan.jsonl' OVERWRITE; SELECT 1"
    with workbench.session() as db:
        db.sql(text, ["a"])

    assert [row["body"] for row in lines("plan.jsonl")[1:]] == [{"name": "a"}, {"name": "b"}]


@pytest.mark.parametrize(
    ("write", "expected"),
    [
        (
            "INSERT INTO benches (name, note) VALUES ('a', NULL), ('b', 'c')",
            [("POST", {"name": "a"}), ("POST", {"name": "b", "note": "c"})],
        ),
        ("EXEC benches.add_bench @name = 'a'", [("POST", {"name": "a"})]),
        ("EXEC benches.add_bench FROM (SELECT 'n' || i AS name FROM range(2) s(i))", [("POST", {"name": "n0"}), ("POST", {"name": "n1"})]),
        ("UPDATE benches SET note = x.n FROM (SELECT 'Bench 0' AS b, 'new' AS n) x WHERE name = x.b", [("PATCH", {"note": "new"})]),
        ("INSERT INTO benches (name) SELECT 'a' WHERE false", []),
    ],
)
def test_every_write_can_be_planned(workbench: Any, sent: Sent, write: str, expected: list[Any]) -> None:
    """INSERT, EXEC for one call or many, UPDATE from other tables, and one that does nothing."""
    with workbench.session() as db, sent(workbench.box) as requests:
        db.sql(f"PLAN {write} INTO 'plan.jsonl'")

    header, *rows = lines("plan.jsonl")
    assert [(row["http"], row["body"]) for row in rows] == expected
    assert header["requests"] == len(expected)
    assert [request.method for request in requests if request.method != "GET"] == []


def test_a_plan_of_a_replacement_has_the_whole_row_that_it_replaces(workbench: Any) -> None:
    """One that is not there is made, and is nothing to be warned of."""
    bench = workbench.benches()[0]
    with workbench.session() as db:
        db.sql("PLAN REPLACE INTO benches (bench_id, name) VALUES ($1, 'a'), ('bench_x', 'b') INTO 'plan.jsonl'", [bench["id"]])

    header, one, two = lines("plan.jsonl")
    assert (header["kind"], one["http"], one["body"], one["before"], one["version"]) == ("replace", "PUT", {"name": "a"}, bench, 1)
    assert (two["body"], two["absent"]) == ({"name": "b"}, True)


def test_a_plan_is_written_while_a_transaction_is_open(workbench: Any) -> None:
    """It sends nothing that a ROLLBACK could be meant to undo."""
    with workbench.session() as db:
        db.sql("CREATE TABLE t AS SELECT 'a' AS name; BEGIN; UPDATE t SET name = 'b'")
        db.sql("PLAN INSERT INTO benches (name) FROM t INTO 'plan.jsonl'")
        db.sql("ROLLBACK")

    assert lines("plan.jsonl")[1]["body"] == {"name": "b"}


def test_rows_that_are_sent_in_order_say_so(writer: Session, threads: list[str], assistant: str, tmp_path: Path) -> None:
    """Those of one thread have its name in common; with ORDER BY all have the empty one."""
    text = "INSERT INTO runs (thread_id, assistant_id) SELECT t, $2 FROM (SELECT unnest($1) AS t)"
    several = [threads[0], threads[1], threads[0]]
    for ending, expected in (("", [f'["{threads[0]}"]', None, f'["{threads[0]}"]']), (" ORDER BY t", ["", "", ""])):
        writer.sql(f"PLAN {text}{ending} INTO '{tmp_path / 'plan'}' OVERWRITE", [several, assistant])
        assert [row.get("lane") for row in lines(tmp_path / "plan")[1:]] == expected


def test_what_cannot_be_seen_is_written_out(workbench: Any) -> None:
    """A character that turns the direction of a line around, say, would have a reader see another text."""
    with workbench.session() as db:
        db.sql("PLAN INSERT INTO benches (name) VALUES ('\u202eBücher\u2028\n') INTO 'plan.jsonl'")

    text = Path("plan.jsonl").read_text("utf-8")
    assert r'{"name": "\u202eBücher\u2028\n"}' in text
    assert lines("plan.jsonl")[1]["body"] == {"name": "\u202eBücher\u2028\n"}


def test_the_file_is_its_owners_alone_and_the_only_one(workbench: Any) -> None:
    """Nothing is left beside it."""
    with workbench.session(journal=":memory:") as db:
        db.sql(f"PLAN {RENAME} INTO 'plan.jsonl'")

    assert [path.name for path in workbench.folder.iterdir()] == ["plan.jsonl"]
    assert oct(Path("plan.jsonl").stat().st_mode & 0o777) == "0o600"


def test_a_file_that_is_there_is_kept(workbench: Any, sent: Sent) -> None:
    """That is said before anything is read; OVERWRITE replaces it."""
    Path("plan.jsonl").write_text("mine", "utf-8")
    with workbench.session() as db:
        with sent(workbench.box) as requests, pytest.raises(PlanError, match=r"plan.jsonl is there already(?s:.*)OVERWRITE"):
            db.sql(f"PLAN {RENAME} INTO 'plan.jsonl'")
        assert (requests, Path("plan.jsonl").read_text("utf-8")) == ([], "mine")

        db.sql(f"PLAN {RENAME} INTO 'plan.jsonl' OVERWRITE")
        assert lines("plan.jsonl")[0]["requests"] == 4


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda name: Path(name).symlink_to("elsewhere")])
def test_what_is_no_file_is_not_overwritten(workbench: Any, sent: Sent, make: Callable[[str], None]) -> None:
    """A pipe, a folder or a link stays what it is, as a device would: a plan written to /dev/null must not take its place."""
    make("plan")
    with workbench.session() as db, sent(workbench.box) as requests, pytest.raises(PlanError, match=r"plan is no ordinary file(?s:.*)\^\^"):
        db.sql(f"PLAN {RENAME} INTO 'plan' OVERWRITE")

    assert (requests, Path("plan").is_file(), Path("elsewhere").exists()) == ([], False, False)


def test_a_plan_has_to_be_called_something(workbench: Any) -> None:
    """With a caret at what is no name."""
    with workbench.session() as db, pytest.raises(PlanError, match=r"needs the name of a file(?s:.*)\^\^"):
        db.sql(f"PLAN {RENAME} INTO ''")


def test_a_place_where_no_file_can_be_is_an_error(workbench: Any) -> None:
    """With the file and the reason, and a caret."""
    with (
        workbench.session() as db,
        pytest.raises(PlanError, match=r"no/plan.jsonl cannot be written: No such file or directory\.(?s:.*)\^\^"),
    ):
        db.sql(f"PLAN {RENAME} INTO 'no/plan.jsonl'")


def test_a_dry_run_writes_no_file(workbench: Any) -> None:
    """It gives the same rows."""
    with workbench.session() as db:
        relation = db.sql(f"PLAN {RENAME} INTO 'plan.jsonl'", dry_run=True)
        assert (len(relation.fetchall()), relation.columns[:3]) == (4, ["row", "method", "url"])
    assert not Path("plan.jsonl").exists()


def test_explain_sends_nothing_and_writes_no_file(workbench: Any, sent: Sent) -> None:
    """It is that of the write."""
    with workbench.session() as db, sent(workbench.box) as requests:
        planned = db.sql(f"EXPLAIN PLAN {RENAME} INTO 'plan.jsonl'").fetchall()
        assert planned == db.sql(f"EXPLAIN {RENAME}").fetchall()

    assert requests == []
    assert not Path("plan.jsonl").exists()


def test_a_read_only_session_plans(workbench: Any) -> None:
    """It is those who may not write that want it."""
    with workbench.session(read_only=True) as db:
        db.sql(f"PLAN {RENAME} INTO 'plan.jsonl'")

    assert lines("plan.jsonl")[0]["requests"] == 4


@pytest.mark.parametrize("write", ["INSERT INTO benches (name) VALUES ('ok'), ('it is {key}!')", "EXEC tools.drop_tool @tool_id = '{key}'"])
def test_no_file_holds_the_key_of_the_provider(workbench: Any, write: str) -> None:
    """Neither in a body nor in a path: there is no plan then, and the error does not say it either."""
    key = "sk-very-secret"
    providers = {"workshop": {**workbench.box.providers["workshop"], "api_key": key}}
    with workbench.session(providers=providers) as db, pytest.raises(PlanError, match=r"Row \d has a secret of workshop in it") as caught:
        db.sql(f"PLAN {write.format(key=key)} INTO 'plan.jsonl'")

    assert not Path("plan.jsonl").exists()
    assert key not in caught.value.message


def test_the_key_in_a_statement_is_not_in_the_file(workbench: Any) -> None:
    """Where it is compared only, the plan is made."""
    key = "sk-very-secret"
    providers = {"workshop": {**workbench.box.providers["workshop"], "api_key": key}}
    with workbench.session(providers=providers) as db:
        db.sql(f"PLAN INSERT INTO benches (name) SELECT 'a' WHERE '{key}' <> '' INTO 'plan.jsonl'")

    assert key not in Path("plan.jsonl").read_text("utf-8")
    assert lines("plan.jsonl")[0]["statement"] == "INSERT INTO benches (name) SELECT 'a' WHERE '***' <> ''"


@pytest.mark.parametrize(
    ("text", "expected", "error"),
    [
        ("PLAN SELECT * FROM benches INTO 'f'", "LINE 1: PLAN SELECT * FROM benches INTO 'f'\n             ^^^^^^", UnsupportedSQLError),
        ("PLAN CREATE TABLE t(a INT) INTO 'f'", "             ^^^^^^", UnsupportedSQLError),
        ("PLAN EXPLAIN DELETE FROM benches WHERE id = 'a' INTO 'f'", "             ^^^^^^^", UnsupportedSQLError),
        ("PLAN EXEC benches.get_bench @bench_id = 'a' INTO 'f'", "changes nothing, and needs no plan", UnsupportedSQLError),
        ("PLAN DELETE FROM benches WHERE id = 'a'", "INTO and a file in quotes are expected at the end.", ParseError),
        ("PLAN DELETE FROM benches WHERE id = 'a' INTO f", "INTO and a file in quotes are expected at the end.", ParseError),
        ("PLAN INTO 'f'", "INTO and a file in quotes are expected at the end.", ParseError),
        ("PLAN", "The form is: PLAN change INTO", ParseError),
        ("PLAN DELETE FROM benches WHERE id = 'a' INTO 'f' OVER", "INTO and a file in quotes", ParseError),
        ("PLAN DELETE FROM benches WHERE id = 'a' RETURNING id INTO 'f'", "APPLY 'file' RETURNING …", UnsupportedSQLError),
        ("PLAN INSERT INTO benches (name) VALUES ('a') AWAIT INTO 'f'", "APPLY 'file' AWAIT", UnsupportedSQLError),
        ("PLAN DELETE FROM benchs WHERE id = 'a' INTO 'f'", "PLAN is for what changes something at an API.", UnsupportedSQLError),
        ("PLAN DELETE FROM trade.benchs WHERE id = 'a' INTO 'f'", "PLAN is for what changes", SQLError),
        ("PLAN UPDATE benches SET nam = 'a' WHERE id = 'a' INTO 'f'", "Did you mean name?", SQLError),
    ],
)
def test_what_cannot_be_planned_is_refused_where_it_stands(
    workbench: Any, sent: Sent, text: str, expected: str, error: type[SQLError]
) -> None:
    """Before anything is sent."""
    with workbench.session() as db, sent(workbench.box) as requests, pytest.raises(error) as caught:
        db.sql(text)

    assert expected in str(caught.value)
    assert "^" in str(caught.value)
    assert (requests, Path("f").exists()) == ([], False)


def test_a_file_called_plan_is_a_table_as_any(workbench: Any) -> None:
    """The words are the statement's first alone."""
    with workbench.session() as db:
        assert db.sql("WITH plan AS (SELECT 1 AS apply) SELECT apply FROM plan").fetchall() == [(1,)]
