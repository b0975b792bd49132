"""A write takes two cells: what the first shows, the second sends, once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.notebook.conftest import Kernel

DELETE = "%rowcall DELETE FROM threads WHERE id = {made}"


@pytest.fixture
def made(kernel: Kernel) -> Iterator[Kernel]:
    """A kernel with a thread of its own, `made`, and `before`, how many writes there were."""
    answer = kernel(
        "made = db.sql(\"INSERT INTO threads (metadata) VALUES (MAP {'team': 'a'}) RETURNING id\").fetchall()[0][0]\nbefore = len(writes())"
    )
    assert not answer.error, answer.error
    yield kernel
    kernel("%rowcall close", "%rowcall use db")


def sent(kernel: Kernel) -> list[str]:
    """The writes since."""
    found: list[str] = kernel.value("writes()[before:]")
    return found


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        (
            "INSERT INTO threads (metadata) VALUES (MAP {'team': 'b'}), (MAP {'team': 'c'})",
            "INSERT: 2 requests of openai.assistants.threads.create_thread",
        ),
        ("UPDATE threads SET metadata.team = 'b' WHERE id = {made}", "UPDATE: 1 request of openai.assistants.threads.modify_thread"),
        ("DELETE FROM threads WHERE id = {made}", "DELETE: 1 request of openai.assistants.threads.delete_thread"),
        ("REPLACE INTO threads (id, metadata) VALUES ({made}, MAP {'team': 'b'})", "REPLACE"),
        ("EXEC threads.delete_thread @thread_id = {made}", "EXEC: 1 request of openai.assistants.threads.delete_thread"),
    ],
)
@pytest.mark.parametrize("form", ["%rowcall {}", "%%rowcall\nSELECT 1;\n{};", "%sql {}", "w = %rowcall {}", "%rowcall w << {}"])
def test_a_cell_with_a_write_sends_none(made: Kernel, statement: str, kind: str, form: str) -> None:
    """Whatever the write and whatever the form of the cell, nothing is sent before `apply`."""
    answer = made(form.replace("{}", statement.replace("{made}", "⟨made⟩")).replace("⟨made⟩", "{made}"))

    if "REPLACE" in statement and answer.error:
        assert answer.error.startswith("error: ")
    else:
        assert answer.error == ""
        assert form.startswith("w =") or kind in answer.text
    assert sent(made) == []


def test_a_plan_shows_requests_and_rows_before_and_after(made: Kernel) -> None:
    """Method, URL, and each attribute as it is and as it will be; and what sends it."""
    answer = made("%rowcall UPDATE threads SET metadata.team = 'b' WHERE id = {made}")

    thread = made.value("made")
    assert f"/v1/threads/{thread}" in answer.text
    assert 'metadata: {"team": "a"} → {"team": "b"}' in answer.text
    assert "%rowcall apply sends it." in answer.text
    assert "<th>before</th><th>after</th>" in answer.html
    assert "<td>{&quot;team&quot;: &quot;a&quot;}</td><td>{&quot;team&quot;: &quot;b&quot;}</td>" in answer.html
    assert "%rowcall apply sends it." in answer.html
    assert " · 1 request" in answer.html


def test_a_delete_shows_what_goes(made: Kernel) -> None:
    """The row as it is, with nothing after it."""
    assert 'metadata: {"team": "a"} → —' in made(DELETE).text


def test_a_plan_is_applied_once(made: Kernel) -> None:
    """`apply` sends what was shown, says what became of it, and a second one says that there is nothing."""
    made(DELETE)

    answer = made("%rowcall apply")

    assert "done" in answer.text
    assert sent(made) == [f"DELETE /v1/threads/{made.value('made')}"] or sent(made) == [f"DELETE /threads/{made.value('made')}"]
    assert made("%rowcall apply").error == "error: There is nothing to apply: no write was planned, or what was planned last was applied."
    assert len(sent(made)) == 1


def test_several_rows_are_applied_without_another_yes(made: Kernel) -> None:
    """Who applies has seen how many there are: `max_write_rows` asks for no more."""
    made("%rowcall INSERT INTO threads (metadata) VALUES (MAP {'team': 'b'}), (MAP {'team': 'c'}), (MAP {'team': 'd'})")

    assert made("%rowcall apply").html.count("<td>done</td>") == 3
    assert len(sent(made)) == 3


def test_who_confirms_writes_of_a_session_is_asked_still(made: Kernel) -> None:
    """The `confirm` of a session of the user's own is asked, and its no is a no."""
    made("asked = []\ndb.confirm = lambda pending: asked.append(pending.rows)", DELETE)

    answer = made("%rowcall apply")
    made("db.confirm = None")

    assert "the answer was not yes" in answer.error
    assert made.value("asked") == [1]
    assert sent(made) == []


def test_a_plan_that_nobody_saw_is_not_sent(made: Kernel) -> None:
    """A variable that holds it has to be shown first."""
    made("w = " + DELETE)

    assert made("%rowcall apply").error == "error: The write was planned and not shown yet. Show it first: its variable, alone in a cell."
    assert sent(made) == []

    made("w")
    assert made("%rowcall apply").error == ""
    assert len(sent(made)) == 1


def test_a_plan_in_a_variable_is_shown(made: Kernel) -> None:
    """`w << DELETE …` shows it all the same."""
    assert "not sent" in made("%rowcall w << DELETE FROM threads WHERE id = {made}").text
    assert made.value("len(w)") == 1


def test_a_row_that_changed_since_is_refused(made: Kernel) -> None:
    """Nothing is sent, the error says what has changed and what to do, and names no file."""
    made(
        "%rowcall UPDATE threads SET metadata.team = 'b' WHERE id = {made}",
        "db.sql(\"UPDATE threads SET metadata.team = 'x' WHERE id = $id\", {'id': made})\nbefore = len(writes())",
    )

    error = made("%rowcall apply").error

    assert "What this plan is about has changed since. Nothing was sent." in error
    assert "plan:2: row 1" in error
    assert "Run the cell of the write again" in error
    assert ".jsonl" not in error
    assert sent(made) == []


def test_the_next_write_takes_the_place_of_the_one_before(made: Kernel) -> None:
    """Only what was planned last is sent."""
    made("%rowcall UPDATE threads SET metadata.team = 'z' WHERE id = {made}", DELETE, "%rowcall apply")

    assert [line.split()[0] for line in sent(made)] == ["DELETE"]


def test_a_write_that_fails_to_plan_leaves_none(made: Kernel) -> None:
    """After a cell that failed, `apply` does not send what an earlier one has shown."""
    made(DELETE)

    assert "LINE 1: UPDATE threads SET nope = 1" in made("%rowcall UPDATE threads SET nope = 1 WHERE id = {made}").error
    assert "There is nothing to apply" in made("%rowcall apply").error

    for failing in ("UPDATE rums SET a = 1", "DELETE FROM threads WHERE id = {nope}"):
        made(DELETE)
        assert made(f"%rowcall {failing}").error
        assert "There is nothing to apply" in made("%rowcall apply").error
    assert sent(made) == []


def test_a_cell_that_reads_leaves_the_plan(made: Kernel) -> None:
    """What waits can be looked into before it is sent."""
    made(DELETE, "%rowcall SELECT metadata FROM threads WHERE id = {made}", "%rowcall apply")

    assert len(sent(made)) == 1


def test_errors_of_a_plan_stand_in_the_statement_itself(made: Kernel) -> None:
    """Nothing of PLAN or of its file is in them."""
    for statement in (
        "DELETE FROM threads WHERE nope = 1",
        "INSERT INTO threads DEFAULT VALUES RETURNING nope",
        "INSERT INTO threads (metadata) VALUES (MAP {'a': 'b'}) RETURNING id AWAIT",
        "UPDATE threads SET object = 1 WHERE id = 'x'",
    ):
        error = made(f"%rowcall {statement}").error
        assert f"LINE 1: {statement}\n" in error
        assert "^" in error
        assert ".jsonl" not in error


def test_what_failed_is_resumed_or_planned_anew(made: Kernel) -> None:
    """The errors of an apply name what can be typed in a cell: there is no file."""
    made("box.fault('server_error', times=None, method='POST')", "%rowcall INSERT INTO threads DEFAULT VALUES")

    failed = made("%rowcall apply").error
    made("box.clear_faults()")
    again = made("%rowcall apply").error

    write = re.search(r"SHOW JOURNAL '(\w+)' has the details", failed)
    assert write is not None
    assert f"RESUME '{write[1]}' sends what it did not send." in again
    assert "run the cell of the write again" in again
    assert "file" not in again
    assert "1 row" in made(f"%rowcall SHOW JOURNAL '{write[1]}'").text


def test_what_a_write_returns_is_what_apply_answers(made: Kernel) -> None:
    """RETURNING, with an alias, variables and data frames, is bound when the write is planned, and answered when it is sent."""
    made("import pandas\nteams = pandas.DataFrame({'team': ['b'], 'lead': ['ada']})\nword = 'led by '")
    text = "UPDATE threads t SET metadata.team = 'b' WHERE id = {made} RETURNING {word} || (SELECT lead FROM teams WHERE team = t.metadata['team']) AS led"

    planned = made(f"%rowcall {text}")
    before = sent(made)
    answer = made("%rowcall apply")

    assert "%rowcall apply sends it, with its RETURNING." in planned.text
    assert before == []
    assert "led by ada" in answer.text
    assert len(sent(made)) == 1


def test_a_write_that_waits_is_waited_for_when_it_is_applied(made: Kernel) -> None:
    """The answer is the last row, which has ended."""
    made("assistant = db.sql('SELECT min(id) FROM assistants').fetchall()[0][0]")
    text = "INSERT INTO runs (thread_id, assistant_id) VALUES ({made}, {assistant}) RETURNING status UNTIL started_at IS NOT NULL TIMEOUT '30 s'"

    assert "with its RETURNING." in made(f"%rowcall {text}").text
    answer = made("%rowcall apply")

    assert answer.error == ""
    assert "queued" not in answer.text
    assert "status" in answer.text
    assert "cannot end" not in made(f"%rowcall {text.replace('started_at', 'nope')}").error


def test_a_write_is_the_last_of_its_cell(made: Kernel) -> None:
    """What stands after it would run before it is sent, so that is refused."""
    error = made("%%rowcall\nDELETE FROM threads WHERE id = {made};\nSELECT 1").error

    assert error.startswith("error: DELETE has to be the last of its cell.")
    assert "There is nothing to apply" in made("%rowcall apply").error


def test_a_plan_without_rows_says_so(made: Kernel) -> None:
    """There is nothing to apply then."""
    answer = made("%rowcall DELETE FROM threads WHERE id IN (SELECT id FROM runs WHERE thread_id = {threads[0]} AND status = 'none')")

    assert "There is nothing to send." in answer.text
    assert "There is nothing to apply" in made("%rowcall apply").error


def test_a_read_only_session_plans_and_does_not_apply(made: Kernel) -> None:
    """The plan is shown, and its sending refused."""
    made(
        "ro = rowcall.connect(providers=box.providers, journal=':memory:', read_only=True)\nro.use = db.use",
        "%rowcall use ro",
        DELETE,
    )

    assert "read-only" in made("%rowcall apply").error
    assert sent(made) == []


def test_a_closed_session_has_no_plan(made: Kernel) -> None:
    """`close` and `connect` forget what waits."""
    made(DELETE, "%rowcall close")
    assert "There is nothing to apply" in made("%rowcall apply").error

    made("%rowcall use db", DELETE, "%rowcall connect")
    assert "There is nothing to apply" in made("%rowcall apply").error
    assert sent(made) == []


def test_what_is_local_is_done_at_once(made: Kernel) -> None:
    """A write of a table of one's own is DuckDB's, and an EXEC that reads changes nothing."""
    made("%rowcall CREATE OR REPLACE TABLE own AS SELECT 1 AS i", "%rowcall INSERT INTO own VALUES (2)")

    assert "│     2 │" in made("%rowcall FROM own").text
    assert made("%rowcall EXEC threads.get_thread @thread_id = {made}").error == ""


def test_nothing_of_a_row_is_markup(made: Kernel) -> None:
    """What stands in a plan is text."""
    made("evil = '<script>x</script>'")

    html = made("%rowcall UPDATE threads SET metadata.team = {evil} WHERE id = {made}").html

    assert "<script" not in html
    assert "&lt;script&gt;" in html
