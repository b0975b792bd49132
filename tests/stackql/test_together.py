"""DELETE and UPDATE of methods that change all rows with something in common, and which of several methods a WHERE is for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.stackql.conftest import Harbour

import rowcall
from rowcall.errors import BindError, MissingParameterError, PlanError, RowcallWarning, UnsupportedSQLError, WriteLimitError
from rowcall.front.opening import agree
from rowcall.session.guards import Pending
from rowcall.session.session import Session
from rowcall.shell.asking import question_lines

Open = Callable[..., Session]

LAMPS = "lighthouse.s.lamps"
_AT = "#/components/x-stackQL-resources/lamps/methods/"
_METHODS = {
    "list": "/lamps/get",
    "get": "/lamps/{lamp_id}/get",
    "dim_by_tag": "/lamps/patch",
    "dim": "/lamps/{lamp_id}/patch",
    "by_tag": "/lamps/delete",
    "one": "/lamps/{lamp_id}/delete",
    "one_of_a_street": "/streets/{street}/lamps/{lamp_id}/delete",
    "by_age": "/old/lamps/delete",
    "dim_old": "/old/lamps/patch",
    "those": "/streets/{street}/lamps/delete",
}


def document(url: str, deletes: list[str], updates: list[str], reads: list[str], key: str) -> dict[str, Any]:
    """A service of lamps, which these methods delete, change and read; rows have their key as `key`."""
    lamp = {
        "type": "object",
        "properties": {key: {"type": "integer"}, "tag": {"type": "string"}, "level": {"type": "integer"}, "since": {"type": "integer"}},
    }
    rows = {"application/json": {"schema": {"type": "object", "properties": {"rows": {"type": "array", "items": lamp}}}}}
    level = {"application/json": {"schema": {"type": "object", "properties": {"level": {"type": "integer"}}}}}
    ids = {"type": "object", "required": ["ids"], "properties": {"ids": {"type": "array", "items": {"type": "string"}}}}

    def operation(path: str, http: str) -> dict[str, Any]:
        own = [{"name": name, "in": "path", "required": True} for name in ("street", "lamp_id") if f"{{{name}}}" in path]
        if path == "/lamps" and http != "get":
            own = [{"name": "tag", "in": "query", "required": True}]
        if path == "/lamps" and http == "get":
            own = [{"name": "since", "in": "query"}, {"name": "pretty", "in": "query"}, {"name": "X-Trace", "in": "header"}]
        if path == "/old/lamps":
            own = [{"name": name, "in": "query"} for name in ("tag", "since", "age", "pretty")]
            own += [{"name": "X-Trace", "in": "header"}]
        body = {"requestBody": {"content": level}} if http == "patch" else {}
        if path == "/streets/{street}/lamps":
            body = {"requestBody": {"content": {"application/json": {"schema": ids}}}}
        return {"parameters": own, "responses": {"200": {"content": rows}} if http == "get" else {"204": {}}, **body}

    paths: dict[str, dict[str, Any]] = {}
    methods = {}
    for name, place in _METHODS.items():
        path, http = place.rsplit("/", 1)
        paths.setdefault(path, {})[http] = operation(path, http)
        response = {"response": {"openAPIDocKey": "200", "objectKey": "$.rows"}} if http == "get" else {}
        config = {"config": {"requestBodyTranslate": {"algorithm": "naive"}}} if http == "patch" else {}
        methods[name] = {"operation": {"$ref": f"#/paths/{path.replace('/', '~1')}/{http}"}, **response, **config}
    verbs = {"select": reads, "delete": deletes, "update": updates}
    refs = {verb: [{"$ref": f"{_AT}{name}"} for name in names] for verb, names in verbs.items()}
    resource = {"id": "x", "name": "lamps", "methods": methods, "sqlVerbs": refs}
    return {"openapi": "3.0.3", "servers": [{"url": url}], "paths": paths, "components": {"x-stackQL-resources": {"lamps": resource}}}


@pytest.fixture
def lighthouse(harbour: Harbour, tmp_path: Path) -> Iterator[Open]:
    """A session of lamps with some methods for DELETE and UPDATE; a list of them has two."""
    folder = tmp_path / "lighthouse"
    folder.mkdir()
    (folder / "provider.json").write_text(
        json.dumps({"name": "lighthouse", "providerServices": {"s": {"name": "s", "service": {"$ref": "s.json"}}}})
    )
    harbour.answers["/old/lamps"] = lambda _: ({}, {})
    harbour.answers["/lamps/1"] = lambda _: ({}, {})
    harbour.answers["/lamps"] = lambda _: ({"rows": [{"id": 1, "tag": "x"}, {"id": 2, "tag": "x"}]}, {})
    opened: list[Session] = []

    def open_(deletes: list[str], updates: list[str] | None = None, *, select: bool = True, key: str = "id", **options: Any) -> Session:
        reads = ["get", "list"] if select else []
        (folder / "s.json").write_text(json.dumps(document(f"http://127.0.0.1:{harbour.port}", deletes, updates or [], reads, key)))
        opened.append(rowcall.connect(provider_paths=[folder], journal=":memory:", **options))
        return opened[-1]

    yield open_

    for session in opened:
        session.close()


def changes(harbour: Harbour) -> list[str]:
    """What was asked that changes something."""
    return sorted(line for line in harbour.lines if not line.startswith("GET"))


@pytest.mark.parametrize(
    ("deletes", "where", "sent"),
    [
        (["by_tag"], "tag = 'x'", ["DELETE /lamps?tag=x"]),
        (["by_tag"], "id = 1", None),
        (["by_tag"], "tag = 'x' AND id = 1", None),
        (["by_tag", "one"], "lamp_id = '1'", ["DELETE /lamps/1"]),
        (["by_tag", "one"], "lamp_id = 1", ["DELETE /lamps/1"]),
        (["by_tag", "one"], "lamp_id IN (2, 3)", ["DELETE /lamps/2", "DELETE /lamps/3"]),
        (["by_tag", "one"], "lamp_id = 1.5", None),
        (["one", "by_tag"], "tag = 'x'", ["DELETE /lamps?tag=x"]),
        (["one", "by_tag"], "tag IN ('x', 'y')", ["DELETE /lamps?tag=x", "DELETE /lamps?tag=y"]),
        (["one", "by_tag"], "tag = 'x' AND id = 1", None),
        (["one", "by_tag"], "tag = 'x' OR lamp_id = 1", None),
        (["one", "by_tag"], "tag LIKE 'x%'", None),
        (["one", "one_of_a_street"], "street = 'high' AND lamp_id = 1", ["DELETE /streets/high/lamps/1"]),
        (["one_of_a_street", "one"], "lamp_id = 1", ["DELETE /lamps/1"]),
        (["one", "one_of_a_street"], "street = 'high' AND level = 1", None),
        (["one", "by_age"], "tag = 'x'", ["DELETE /old/lamps?tag=x"]),
        (["by_age"], "tag = 'x'", ["DELETE /old/lamps?tag=x"]),
        (["by_age", "by_tag"], "tag = 'x'", ["DELETE /lamps?tag=x"]),
        (["by_age", "by_tag"], "tag = 'x' AND since = 3", ["DELETE /old/lamps?tag=x&since=3"]),
        (["one", "by_age"], "tag IN ('x', 'y')", ["DELETE /old/lamps?tag=x", "DELETE /old/lamps?tag=y"]),
        (["one", "by_age"], "tag IN ('x', 'y') AND since IN (3, 4)", None),
        (["one", "by_age"], "tag = 'x' AND lamp_id = 1", []),
        (["one", "by_age"], "tag = 'x' AND age = 3", None),
        (["by_age"], "age = 3", None),
        (["by_age"], "pretty = 'true'", None),
        (["by_age"], "tag = 'x' AND pretty = 'true'", None),
        (["by_age"], "\"X-Trace\" = 'a'", None),
        (["by_age"], "tag = 'x' AND \"X-Trace\" = 'a'", None),
        (["by_age"], "tag = 'x' OR tag = 'y'", ["DELETE /old/lamps?tag=x", "DELETE /old/lamps?tag=y"]),
        (["by_age"], "tag = NULL", []),
    ],
)
def test_the_method_is_that_whose_needs_are_all_that_where_says(
    harbour: Harbour, lighthouse: Open, deletes: list[str], where: str, sent: list[str] | None
) -> None:
    """What the API deletes together is sent where WHERE says what these rows have in common and nothing else, never for some of them."""
    db = lighthouse(deletes, max_write_rows=None)

    if sent is None:
        with pytest.raises((BindError, PlanError, UnsupportedSQLError)):
            db.sql(f"DELETE FROM {LAMPS} WHERE {where}")
    else:
        db.sql(f"DELETE FROM {LAMPS} WHERE {where}")

    assert changes(harbour) == (sent or [])


def test_rows_that_can_be_read_are_deleted_one_by_one_rather_than_by_what_is_optional(harbour: Harbour, lighthouse: Open) -> None:
    """DuckDB applies WHERE to them then; nobody has to know what the API makes of an optional parameter."""
    harbour.answers["/lamps"] = lambda _: ({"rows": [{"lamp_id": 1, "tag": "x"}, {"lamp_id": 2, "tag": "y"}]}, {})
    db = lighthouse(["by_age", "one"], key="lamp_id", max_write_rows=None)

    db.sql(f"DELETE FROM {LAMPS} WHERE tag = 'x'")

    assert changes(harbour) == ["DELETE /lamps/1"]


def test_an_update_is_chosen_alike(harbour: Harbour, lighthouse: Open) -> None:
    """By what WHERE says; what depends on a row is not set for all of them."""
    db = lighthouse([], ["dim", "dim_by_tag"], max_write_rows=None)

    db.sql(f"UPDATE {LAMPS} SET level = 3 WHERE tag = 'x'")
    db.sql(f"UPDATE {LAMPS} SET level = 4 WHERE lamp_id = 1")
    with pytest.raises(UnsupportedSQLError, match="SET gives each a value of its own") as caught:
        db.sql(f"UPDATE {LAMPS} SET level = level + 1 WHERE tag = 'x'")

    assert "Set what does not depend on the row." in str(caught.value)
    assert [(seen.line, seen.body) for seen in harbour.seen] == [("PATCH /lamps?tag=x", {"level": 3}), ("PATCH /lamps/1", {"level": 4})]


@pytest.mark.parametrize("statement", [f"DELETE FROM {LAMPS} WHERE tag = 'x'", f"UPDATE {LAMPS} SET level = 3 WHERE tag = 'x'"])
@pytest.mark.parametrize("options", [{}, {"max_write_rows": 1000}])
def test_any_number_of_rows_is_more_than_every_limit(harbour: Harbour, lighthouse: Open, statement: str, options: dict[str, Any]) -> None:
    """It is one request, and nobody knows of how many rows: only a yes to any number lets it pass."""
    db = lighthouse(["one", "by_tag"], ["dim", "dim_by_tag"], **options)

    with pytest.raises(WriteLimitError, match="any number of rows at once") as caught:
        db.sql(statement)

    assert caught.value.together
    assert "max_write_rows=None, SET rowcall_max_write_rows = NULL, or --yes" in str(caught.value)
    assert changes(harbour) == []
    db.sql("SET rowcall_max_write_rows = NULL")
    db.sql(statement)
    assert len(changes(harbour)) == 1


def test_whoever_is_asked_is_told(harbour: Harbour, lighthouse: Open) -> None:
    """Whatever the limit is, and for EXEC of such a method too."""
    asked: list[Pending] = []

    def confirm(pending: Pending) -> bool:
        asked.append(pending)
        return True

    db = lighthouse(["one", "by_tag"], ["dim", "dim_by_tag"], confirm=confirm, max_write_rows=None)
    db.sql(f"UPDATE {LAMPS} SET level = 3 WHERE lamp_id = 1")
    db.sql(f"UPDATE {LAMPS} SET level = 3 WHERE tag = 'x'")
    db.sql(f"EXEC {LAMPS}.by_tag @tag = 'x'")
    db.sql(f"DELETE FROM {LAMPS} WHERE lamp_id = 1")

    assert [(one.method, one.rows, one.together) for one in asked] == [
        ("dim_by_tag", 1, True),
        ("by_tag", 1, True),
        ("one", 1, False),
    ]
    assert len(changes(harbour)) == 4
    shown = ["  one request may be about several rows; how many is not known before" in question_lines(one, 80) for one in asked]
    assert shown == [True, True, False]


def test_yes_with_a_limit_is_no_yes_to_any_number(harbour: Harbour, lighthouse: Open) -> None:
    """As `--yes --max-write-rows 20` says it, and `--yes` alone."""
    db = lighthouse(["one", "by_tag"], confirm=agree, max_write_rows=20)

    with pytest.raises(WriteLimitError) as caught:
        db.sql(f"DELETE FROM {LAMPS} WHERE tag = 'x'")
    db.sql(f"DELETE FROM {LAMPS} WHERE tag = 'x'", max_write_rows=None)

    assert caught.value.hint == "--yes without --max-write-rows sends it; --dry-run shows the requests."
    assert changes(harbour) == ["DELETE /lamps?tag=x"]


def test_explain_and_plan_say_that_one_request_may_change_several_rows(harbour: Harbour, lighthouse: Open, tmp_path: Path) -> None:
    """No single row is shown as what is there before, for it would be one of many; APPLY sends the plan where that has a yes."""
    said = "One request may delete several rows, all that have the tag that it names; how many is not known before."
    statement, file = f"DELETE FROM {LAMPS} WHERE tag = 'x'", tmp_path / "plan.jsonl"
    db = lighthouse(["one", "by_tag"])

    notes = [value for item, value in db.sql(f"EXPLAIN {statement}").fetchall() if item == "note"]
    with pytest.warns(RowcallWarning, match=said):
        planned = db.sql(f"PLAN {statement} INTO '{file}'").fetchall()
    with pytest.raises(WriteLimitError, match="any number of rows"):
        db.sql(f"APPLY '{file}'")

    assert notes == [said, "It needs a yes before it is sent: it may write several rows, and max_write_rows is 1."]
    assert [row[4] for row in planned] == [None]
    assert harbour.lines == []
    db.sql(f"APPLY '{file}'", max_write_rows=None)
    assert harbour.lines == ["DELETE /lamps?tag=x"]


@pytest.mark.parametrize(
    ("deletes", "where", "hint"),
    [
        (["one", "by_tag"], "tag = 'x' AND level = 1", "WHERE tag = … alone means all rows that have it in common (by_tag)."),
        (["by_tag"], "tag = 'x' AND level = 1", "Say that alone, where all of these rows are meant: WHERE tag = …"),
        (["by_age"], "tag IN ('x', 'y') AND since IN (3, 4)", "WHERE has no such values"),
        (["by_age"], "since = 1.5 AND tag IN ('x', 'y')", "of several parameters the last alone may have several"),
        (["one"], "level = 1", f"keys and nothing else, as in DELETE FROM {LAMPS} WHERE lamp_id = '…'"),
        (["one", "by_age"], "tag = 'x' AND level = 1", "WHERE tag = … or since = … alone means all rows that have it in common (by_age)."),
        (["one", "by_age"], "age = 3", f"age is a parameter of by_age, and no column of the rows: EXEC {LAMPS}.by_age @age = …"),
    ],
)
def test_where_that_means_some_of_them_is_told_the_right_form(
    harbour: Harbour, lighthouse: Open, deletes: list[str], where: str, hint: str
) -> None:
    """What names one row, and what means them all."""
    db = lighthouse(deletes, max_write_rows=None)

    with pytest.raises((BindError, PlanError, UnsupportedSQLError)) as caught:
        db.sql(f"DELETE FROM {LAMPS} WHERE {where}")

    with pytest.raises((BindError, PlanError, UnsupportedSQLError)) as explained:
        db.sql(f"EXPLAIN DELETE FROM {LAMPS} WHERE {where}")

    assert hint in str(caught.value)
    assert hint in str(explained.value)
    assert f"DELETE FROM {LAMPS} WHERE {where}" in str(explained.value)
    assert changes(harbour) == []


@pytest.mark.parametrize("method", ["by_tag", "by_age"])
@pytest.mark.parametrize("where", ["tag = ''", "tag IN ('x', '')"])
def test_what_is_empty_is_no_limit(harbour: Harbour, lighthouse: Open, method: str, where: str) -> None:
    """An API may take `?tag=` for no tag, and delete everything."""
    db = lighthouse(["one", method], max_write_rows=None)

    with pytest.raises(UnsupportedSQLError, match="tag is empty, and the API may take that for every row of lighthouse.s.lamps"):
        db.sql(f"DELETE FROM {LAMPS} WHERE {where}")
    assert changes(harbour) == []

    db.sql("SET rowcall_allow_full_writes = true")
    db.sql(f"DELETE FROM {LAMPS} WHERE {where}")
    assert any(line.endswith("?tag=") for line in changes(harbour))


def test_what_a_method_does_not_need_limits_it_too(harbour: Harbour, lighthouse: Open) -> None:
    """What WHERE names of it is said by EXPLAIN, and by EXEC, and has the same yes."""
    db = lighthouse(["one", "by_age"], ["dim", "dim_old"])

    shown = [
        db.sql(f"EXPLAIN {statement}").fetchall()
        for statement in (
            f"DELETE FROM {LAMPS} WHERE since = 3 AND tag = 'x'",
            f"EXEC {LAMPS}.by_age @since = 3",
            f"UPDATE {LAMPS} SET level = 3 WHERE tag = 'x'",
        )
    ]
    with pytest.raises(WriteLimitError, match="any number of rows at once"):
        db.sql(f"DELETE FROM {LAMPS} WHERE tag = 'x'")
    db.sql(f"UPDATE {LAMPS} SET level = 3 WHERE tag = 'x'", max_write_rows=None)

    assert [next(value for item, value in lines if item == "note") for lines in shown] == [
        "One request may delete several rows, all that have the tag and the since that it names; how many is not known before.",
        "One request may delete several rows, all that have the since that it names; how many is not known before.",
        "One request may change several rows, all that have the tag that it names; how many is not known before.",
    ]
    assert changes(harbour) == ["PATCH /old/lamps?tag=x"]


def test_a_method_that_needs_nothing_is_called_once_for_all_rows(harbour: Harbour, lighthouse: Open) -> None:
    """Where all rows may be changed at once; it is not called for each of them."""
    db = lighthouse(["by_age"], max_write_rows=None)

    with pytest.raises(UnsupportedSQLError):
        db.sql(f"DELETE FROM {LAMPS}")
    db.sql("SET rowcall_allow_full_writes = true")
    db.sql(f"DELETE FROM {LAMPS}")

    assert changes(harbour) == ["DELETE /old/lamps"]


def test_what_a_delete_needs_can_be_named_though_no_select_takes_it(harbour: Harbour, lighthouse: Open) -> None:
    """In WHERE of the statement that changes rows, and in no other, also where the resource cannot be read at all."""
    db = lighthouse(["one_of_a_street"], max_write_rows=None)

    db.sql(f"DELETE FROM {LAMPS} AS l WHERE l.lamp_id = 1 AND l.STREET = 'high'")
    with pytest.raises(BindError, match="street"):
        db.sql(f"SELECT * FROM {LAMPS} WHERE street = 'high'")
    blind = lighthouse(["one_of_a_street"], select=False, max_write_rows=None)
    blind.sql(f"DELETE FROM {LAMPS} WHERE lamp_id = 2 AND street = 'high'")

    assert harbour.lines == ["DELETE /streets/high/lamps/1", "DELETE /streets/high/lamps/2"]


def test_a_delete_that_needs_a_body_is_told_to_be_called(lighthouse: Open) -> None:
    """WHERE gives none."""
    db = lighthouse(["those"])

    with pytest.raises(MissingParameterError) as caught:
        db.sql(f"DELETE FROM {LAMPS} WHERE street = 'high'")

    assert f"For example: EXEC {LAMPS}.those @street = '…', @data__ids = ['…']" in str(caught.value)
    assert len(db.sql(f"EXEC {LAMPS}.those @street = 'high', @data__ids = ['1']", dry_run=True)) == 1
