"""Starting and stopping."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

import rowcall
from rowcall.errors import ManifestError, UsageError
from rowcall.manifest.read import load_provider
from rowcall.sandbox.clock import Clock
from rowcall.sandbox.server import Sandbox, serve

HEADERS = {"Authorization": "Bearer sandbox-key", "OpenAI-Beta": "assistants=v2"}


def threads() -> set[threading.Thread]:
    """The threads that are alive."""
    return set(threading.enumerate())


def test_it_listens_on_loopback_alone_and_stops_without_a_trace() -> None:
    """A free port is taken and given back, and no thread is left."""
    before = threads()
    with Sandbox() as box:
        assert box.base_url == f"http://127.0.0.1:{box.port}/v1"
        assert httpx.get(f"{box.base_url}/assistants", headers=HEADERS, trust_env=False).status_code == 200

    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", box.port)):
        pass
    assert threads() == before


def test_it_stops_while_connections_are_open_and_answers_are_under_way() -> None:
    """Neither a kept connection nor a slow answer holds it up."""
    box = Sandbox().start()
    box.fault("slow", after=1, seconds=60)
    answers: list[int] = []

    def ask(client: httpx.Client) -> None:
        try:
            answers.append(client.get("/assistants", timeout=30).status_code)
        except httpx.TransportError:
            answers.append(0)

    with httpx.Client(base_url=box.base_url, headers=HEADERS, trust_env=False) as client:
        client.get("/assistants")
        waiting = threading.Thread(target=ask, args=(client,))
        waiting.start()
        while len(box.requests) < 2:
            time.sleep(0.01)
        box.stop()
        waiting.join(10)

    assert not waiting.is_alive()
    assert answers in ([0], [500])


def test_a_path_that_is_not_ascii_is_known_as_it_is_sent(tmp_path: Path) -> None:
    """Percent-encoded, as every client sends it."""
    shutil.copytree(Path(__file__).parent / "library", folder := tmp_path / "library")
    service = (folder / "shelves.yaml").read_text("utf-8")
    (folder / "shelves.yaml").write_text(service.replace("GET /all,", "GET /öffentlich/bücher,"), "utf-8")
    with Sandbox(folder) as box:
        found = httpx.get(f"{box.base_url}/öffentlich/bücher", headers={"X-Key": box.api_key}, trust_env=False)

    assert found.status_code == 200, found.text


def test_it_can_be_started_again_on_the_same_port() -> None:
    """What was changed before is still there."""
    box = Sandbox().start()
    port = box.port
    httpx.post(f"{box.base_url}/assistants", json={"model": "kept"}, headers=HEADERS, trust_env=False)
    box.stop()
    box.stop()

    with box:
        assert box.start() is box
        assert box.port == port
        answer = httpx.get(f"{box.base_url}/assistants", headers=HEADERS, trust_env=False)

    assert answer.json()["data"][0]["model"] == "kept"


def test_two_sandboxes_live_side_by_side() -> None:
    """Each has its port and its data."""
    with Sandbox(seed=1) as one, Sandbox(seed=2) as other:
        bodies = [httpx.get(f"{box.base_url}/assistants", headers=HEADERS, trust_env=False).json() for box in (one, other)]

    assert one.port != other.port
    assert bodies[0]["data"][0]["id"] != bodies[1]["data"][0]["id"]


def test_a_taken_port_is_wrong_usage() -> None:
    """The error says what to do, and a port out of range is refused too."""
    with Sandbox() as box, pytest.raises(UsageError, match=f"Port {box.port} is taken. Choose another one, or 0 for any that is free."):
        Sandbox(port=box.port).start()
    with pytest.raises(UsageError, match="cannot listen on port 70000"):
        Sandbox(port=70000).start()


def test_an_unknown_provider_is_wrong_usage() -> None:
    """The nearest name is offered."""
    with pytest.raises(UsageError, match=r'There is no provider "opnai"\. Did you mean openai\?'):
        Sandbox("opnai")


def test_a_provider_needs_no_sandbox_file(tmp_path: Path) -> None:
    """What its manifest says is enough, as a folder or as a provider that was read."""
    library = Path(__file__).parent / "library"
    for name in ("provider.yaml", "shelves.yaml"):
        (tmp_path / name).write_text((library / name).read_text())

    with Sandbox(tmp_path) as box, Sandbox(load_provider(tmp_path)) as other:
        answers = [httpx.get(f"{one.base_url}/all", headers={"X-Key": one.api_key}, trust_env=False).json() for one in (box, other)]

    assert len(answers[0]["items"]) > 20
    assert answers[0] == answers[1]


def test_a_faulty_sandbox_file_is_a_manifest_error(tmp_path: Path) -> None:
    """It is reported with file, line and column."""
    library = Path(__file__).parent / "library"
    for name in ("provider.yaml", "shelves.yaml"):
        (tmp_path / name).write_text((library / name).read_text())
    (tmp_path / "sandbox.yaml").write_text((library / "sandbox.yaml").read_text().replace("key: user", "kye: user", 1))

    with pytest.raises(ManifestError, match=r"sandbox\.yaml:2:1: unknown key `kye`; did you mean `key`\?"):
        Sandbox(tmp_path)


def test_a_clock_and_a_start_exclude_each_other() -> None:
    """One of them says when it is."""
    with pytest.raises(UsageError, match="not both"):
        Sandbox(clock=Clock(), start=1.0)


def test_its_settings_are_those_of_a_connection(still: Sandbox) -> None:
    """`providers` names the provider, its URL, the key and how it is sent."""
    key = {"api_key": "sandbox-key"}
    own = {**key, "auth": "admin"}
    assert still.providers == {"openai": {"base_url": still.base_url, **key, "auth": "bearer", "organization": own}}


def test_every_answer_can_be_made_to_take_longer() -> None:
    """`latency_s` is on top of what an answer takes."""
    with Sandbox(latency_s=0.05) as box:
        before = time.perf_counter()
        httpx.get(f"{box.base_url}/assistants", headers=HEADERS, trust_env=False)

        assert time.perf_counter() - before >= 0.05


@pytest.mark.parametrize("rows", [1, 250])
def test_it_makes_up_as_many_rows_as_are_wanted(rows: int) -> None:
    """Over all pages of a list, the same ones for the same seed."""
    found = []
    for _ in range(2):
        with Sandbox("github", rows=rows) as box, rowcall.connect(providers=box.providers, journal=":memory:") as db:
            found.append(db.sql("SELECT sha FROM github.repos.commits WHERE owner = 'octo-org' AND repo = 'octo-repo'").fetchall())

    assert len(set(found[0])) == rows
    assert found[0] == found[1]


def test_a_sandbox_without_rows_is_wrong_usage() -> None:
    """It would be one without anything to try."""
    with pytest.raises(UsageError, match="one row at the least, not 0"):
        Sandbox("github", rows=0)


def test_what_it_prints_points_rowcall_at_it_where_no_variable_does(capsys: pytest.CaptureFixture[str]) -> None:
    """By the settings of the provider."""
    stop = threading.Event()
    stop.set()

    assert serve(Path(__file__).parent / "library", stop=stop) == 0

    assert re.search(r"--set library\.base_url=http://127\.0\.0\.1:\d+\S* --set library\.api_key=\S+", capsys.readouterr().err)


def test_serving_talks_on_stderr_until_it_is_stopped(capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is 0; the base URL, the key and how to use them are shown, and nothing on stdout."""
    stop = threading.Event()
    stop.set()

    code = serve(stop=stop, faults=["slow:seconds=0"])

    out, err = capsys.readouterr()
    assert (code, out) == (0, "")
    assert "OPENAI_BASE_URL=http://127.0.0.1:" in err
    assert "OPENAI_API_KEY=sandbox-key" in err


def test_the_process_may_end_while_it_runs() -> None:
    """Without `stop`, and with warnings as errors, nothing is printed when the interpreter leaves."""
    program = "from rowcall.sandbox.server import Sandbox; Sandbox().start(); Sandbox().start().requests"

    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_whole_life_warns_of_nothing() -> None:
    """Started, asked over a connection that stays open, stopped: with warnings as errors and in development mode stderr stays empty."""
    program = """
import http.client, threading
from rowcall.sandbox.server import Sandbox
box = Sandbox().start()
connection = http.client.HTTPConnection("127.0.0.1", box.port)
for _ in range(2):
    connection.request("GET", "/v1/assistants")
    connection.getresponse().read()
box.fault("drop")
connection.request("GET", "/v1/assistants")
try:
    connection.getresponse().read()
except http.client.IncompleteRead:
    connection.close()
box.fault("unanswered")
connection.request("GET", "/v1/assistants")
try:
    connection.getresponse()
except http.client.RemoteDisconnected:
    connection.close()
connection.request("GET", "/v1/assistants")
connection.getresponse().read()
box.stop()
connection.close()
print(len(box.requests), threading.active_count())
"""

    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", program], capture_output=True, text=True, timeout=60, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "5 1\n", "")


def test_importing_it_loads_no_server() -> None:
    """Starlette and uvicorn are loaded when a sandbox is made."""
    program = "import sys, rowcall.sandbox.server; print([m for m in ('uvicorn', 'starlette', 'asyncio', 'yaml') if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout == "['yaml']\n"


def a_provider(folder: Path, where: str) -> None:
    """Begins a manifest, of which `where` says what is its address and how to authenticate."""
    about = "manifest: 1\nprovider: sheets\ntitle: Sheets\ndescription: Sheets.\nsource: https://sheets.example\n"
    (folder / "provider.yaml").write_text(about + where)


def test_names_that_are_keywords_and_addresses_with_variables_are_played(tmp_path: Path) -> None:
    """What stands behind a dot is a name, to DuckDB and here; a path of the address is what its variables are by themselves."""
    a_provider(
        tmp_path,
        """base_url: https://{tenant}.sheets.example/{version}
base_url_env: [SHEETS_URL]
variables:
  tenant: {description: Whose., default: acme}
  version: {description: Which., default: v4}
auth: {}
""",
    )
    (tmp_path / "select.yaml").write_text("""
service: select
title: Select
description: Values.
resources:
  values:
    description: A value.
    source: https://sheets.example/values
    columns:
      id: {type: string, nullable: false, description: Its id.}
      from: {type: string, description: Where it is from.}
    methods:
      list_values: {verb: select, http: GET /values, description: Lists., rows: $}
      create_value: {verb: insert, http: POST /values, description: Creates., body: {from: {type: string, description: Where it is from.}}}
      delete_value:
        verb: delete
        http: DELETE /values/{value_id}
        description: Deletes.
        parameters: {value_id: {in: path, column: id, description: Its id.}}
""")

    with Sandbox(tmp_path, rows=3) as box, rowcall.connect(provider_paths=[tmp_path], providers=box.providers, max_write_rows=None) as db:
        db.sql("INSERT INTO sheets.select.values (\"from\") VALUES ('here')")
        db.sql("DELETE FROM sheets.select.values WHERE \"from\" = 'here'")
        left = db.sql("FROM sheets.select.values v SELECT count(*), count(*) FILTER (v.from = 'here')").fetchall()

    assert left == [(3, 0)]
    assert {request.path for request in box.requests if request.method == "GET"} == {"/v4/values"}


def test_what_was_created_or_changed_is_in_an_answer_that_has_it_in_an_object(tmp_path: Path) -> None:
    """As `{"sheet": {…}}`, where the manifest says that as columns of the method."""
    a_provider(
        tmp_path,
        """base_url: https://sheets.example/v4
auth: {}
""",
    )
    (tmp_path / "sheets.yaml").write_text("""
service: sheets
title: Sheets
description: Sheets.
resources:
  sheets:
    description: A sheet.
    source: https://sheets.example/sheets
    columns:
      id: {type: string, nullable: false, description: Its id.}
      name: {type: string, description: Its name.}
    methods:
      list_sheets: {verb: select, http: GET /sheets, description: Lists., rows: $}
      create_sheet:
        verb: insert
        http: POST /sheets
        description: Creates.
        body: {name: {type: string, description: Its name.}}
        returns:
          sheet: {type: {id: string, name: string}, description: It.}
          job: {type: {id: string, done: boolean}, description: What is done besides.}
""")

    with Sandbox(tmp_path, rows=3) as box, rowcall.connect(provider_paths=[tmp_path], providers=box.providers) as db:
        made = db.sql("INSERT INTO sheets.sheets.sheets (name) VALUES ('mine') RETURNING sheet.id, sheet.name").fetchall()
        found = db.sql("SELECT id, name FROM sheets.sheets.sheets WHERE name = 'mine'").fetchall()

    assert made == found
