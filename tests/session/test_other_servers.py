"""rowcall on a server that is not ours: the mock of openai-responses, run by the Python of `.venv-others`.

`make others` makes that environment; without it these tests are skipped.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import rowcall
from rowcall.session.session import Session

ROOT = Path(__file__).resolve().parents[2]
PYTHON = Path(os.environ.get("OTHER_SERVERS_PYTHON") or ROOT / ".venv-others" / "bin" / "python")

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason="`make others` makes the environment of the other servers")


@pytest.fixture(scope="module")
def db() -> Iterator[Session]:
    """A session on the mock server."""
    command = [str(PYTHON), str(ROOT / "tests" / "servers" / "openai_responses_server.py")]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        settings = {"openai": {"base_url": f"http://127.0.0.1:{port}/v1", "api_key": "made-up"}}
        with rowcall.connect(providers=settings) as session:
            yield session
        server.kill()


def test_runs_are_created_listed_read_changed_and_cancelled_on_a_server_that_is_not_ours(db: Session) -> None:
    """The whole life of a run works where nothing was written for rowcall."""
    ((assistant,),) = db.sql("INSERT INTO openai.assistants.assistants (model) VALUES ('gpt-4o') RETURNING id").fetchall()
    ((thread,),) = db.sql("INSERT INTO openai.assistants.threads (metadata) VALUES (MAP {'k': 'v'}) RETURNING id").fetchall()
    keys = {"t": thread, "a": assistant}

    created = db.sql("INSERT INTO openai.assistants.runs (thread_id, assistant_id) VALUES ($t, $a) RETURNING id, status", keys).fetchall()
    run = created[0][0]
    one = {"t": thread, "r": run}
    listed = db.sql("SELECT id, assistant_id FROM openai.assistants.runs WHERE thread_id = $t", {"t": thread}).fetchall()
    read = db.sql("SELECT status FROM openai.assistants.runs WHERE thread_id = $t AND run_id = $r", one).fetchall()
    update = "UPDATE openai.assistants.runs SET metadata = MAP {'x': 'y'} WHERE thread_id = $t AND run_id = $r RETURNING metadata['x']"
    changed = db.sql(update, one).fetchall()
    cancelled = db.sql("EXEC openai.assistants.runs.cancel_run @thread_id = $t, @run_id = $r", one).select("status").fetchall()

    assert [(run, "queued")] == created
    assert [(run, assistant)] == listed
    assert [("queued",)] == read
    assert [("y",)] == changed
    assert [("cancelling",)] == cancelled


def test_messages_and_assistants_of_a_server_that_is_not_ours_join(db: Session) -> None:
    """Other resources of the family answer as well, and join with local tables."""
    ((thread,),) = db.sql("INSERT INTO openai.assistants.threads (metadata) VALUES (MAP {'k': 'v'}) RETURNING id").fetchall()
    db.sql("CREATE TABLE own AS SELECT $t AS thread_id, 'ada' AS owner", {"t": thread})

    db.sql("INSERT INTO openai.assistants.messages (thread_id, role, content) SELECT thread_id, 'user', 'hello' FROM own")

    rows = db.sql("SELECT owner, role, content[1].text.value FROM own JOIN openai.assistants.messages USING (thread_id)").fetchall()
    assert [("ada", "user", "hello")] == rows
