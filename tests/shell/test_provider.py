"""`rowcall provider`, as a process."""

from __future__ import annotations

import json
import shutil
import tarfile
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from rowcall.manifest.library import shipped

Run = Callable[..., Any]


def test_list_names_every_provider(run: Run) -> None:
    """One line a provider, with what it is."""
    ended = run("provider", "list")

    assert [line.split()[0] for line in ended.stdout.splitlines()] == list(shipped())
    assert ended.returncode == 0


def test_show_names_resources_methods_and_variables(run: Run) -> None:
    """What a user needs for a first statement is there."""
    ended = run("provider", "show", "openai")

    for expected in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "openai.assistants.runs", "cancel_run (exec)", "shut down on 2026-08-26"):
        assert expected in ended.stdout
    assert ended.returncode == 0


def test_show_of_an_unknown_provider_names_the_nearest(run: Run) -> None:
    """It is wrong usage, and says what was meant."""
    ended = run("provider", "show", "opnai")

    assert ended.stderr == 'error: No provider "opnai". Did you mean openai?\n'
    assert ended.returncode == 2


@pytest.mark.parametrize("name", shipped())
def test_check_of_a_sound_manifest_finds_nothing(name: str, run: Run) -> None:
    """What ships is free of faults."""
    ended = run("provider", "check", str(shipped()[name]))

    assert (ended.stdout, ended.returncode) == ("", 0)
    assert ended.stderr.endswith("no faults\n")


def test_check_of_a_faulty_manifest_prints_every_fault(run: Run, tmp_path: Path) -> None:
    """One line a fault, with its place; exit code 1."""
    file = tmp_path / "provider.yaml"
    file.write_text("manifest: 1\nprovider: x\ntitel: X\n")

    ended = run("provider", "check", str(file))

    assert len(ended.stdout.splitlines()) > 1
    assert all(line.startswith(f"{file}:") for line in ended.stdout.splitlines())
    assert f"{file}:3:1: " in ended.stdout
    assert ended.returncode == 1
    assert ended.stderr.endswith(" faults\n")


def test_check_of_nothing_is_wrong_usage(run: Run) -> None:
    """A path that is not there is told in one line."""
    ended = run("provider", "check", "no-such-folder")

    assert ended.stderr == "error: There is no file or folder no-such-folder.\n"
    assert ended.returncode == 2


LIBRARY = Path(__file__).parent.parent / "sandbox" / "library"
DOCUMENT = """
openapi: 3.1.0
servers: [{url: https://example.com/api}]
paths:
  /books/{book}:
    get:
      operationId: getBook
      parameters: [{name: book, in: path, required: true, schema: {type: string}}]
      responses: {'200': {content: {application/json: {schema: {$ref: '#/Book'}}}}}
  /shelves: {get: {operationId: listShelves}}
Book: {type: object, properties: {id: {type: string}, title: {type: string}, shelf: {type: string}}}
"""


def test_check_against_a_document_prints_what_differs(run: Run, tmp_path: Path) -> None:
    """One row a difference, how much is covered on standard error, and exit code 1."""
    (tmp_path / "api.yaml").write_text(DOCUMENT)

    ended = run("provider", "check", str(LIBRARY), "--against", str(tmp_path / "api.yaml"), "-o", "json")
    rows = {(row["at"], row["about"]): row for row in json.loads(ended.stdout)}

    assert rows["shelves.books.columns.shelf", "type"] == {
        "at": "shelves.books.columns.shelf",
        "about": "type",
        "manifest": "integer",
        "document": "string",
        "place": "api.yaml:11",
    }
    assert rows["GET /shelves", "not covered"]["document"] == "listShelves"
    assert ("shelves.books.lend", "unknown") in rows
    assert "1 of 2 operations covered" in ended.stderr
    assert ended.returncode == 1


def test_check_against_a_document_that_agrees_prints_nothing(run: Run, tmp_path: Path) -> None:
    """Where everything else has a reason, the exit code is 0."""
    folder = Path(shutil.copytree(LIBRARY, tmp_path / "library"))
    (folder / "published.yaml").write_text(
        "document: https://example.com\nleft_out: [{operations: [/shelves], reason: Not needed.}]\n"
        "differs: [{at: ['shelves.books.[a-z]*', 'shelves.books.*'], reason: It is so.}]\n"
    )
    (tmp_path / "api.yaml").write_text(DOCUMENT)

    ended = run("provider", "check", str(folder), "--against", str(tmp_path / "api.yaml"), "-o", "table")

    assert "no such difference" in ended.stdout
    (folder / "published.yaml").write_text((folder / "published.yaml").read_text().replace("'shelves.books.[a-z]*', ", ""))
    ended = run("provider", "check", str(folder), "--against", str(tmp_path / "api.yaml"), "-o", "table")
    assert (ended.stdout, ended.returncode) == ("", 0)
    assert ended.stderr.endswith("1 of 2 operations covered, 1 left out for a reason, 16 differences for a reason, nothing else differs\n")


def test_check_against_a_list_of_request_lines(run: Run, tmp_path: Path) -> None:
    """What no method is for is printed, and nothing else."""
    (tmp_path / "lines.txt").write_text("get /books/{book}\nget /letters\n")

    ended = run("provider", "check", str(LIBRARY), "--against", str(tmp_path / "lines.txt"), "-o", "json")

    assert [(row["at"], row["about"], row["place"]) for row in json.loads(ended.stdout)] == [("GET /letters", "not covered", "lines.txt")]
    assert "1 of 2 operations covered, 1 difference without one" in ended.stderr
    assert ended.returncode == 1


def test_check_against_what_cannot_be_compared_says_why(run: Run, tmp_path: Path) -> None:
    """A document that is not there, one that is none, and a manifest that is no folder."""
    (tmp_path / "api.yaml").write_text("openapi: [\n")

    missing = run("provider", "check", str(LIBRARY), "--against", "no.yaml")
    broken = run("provider", "check", str(LIBRARY), "--against", str(tmp_path / "api.yaml"))
    single = run("provider", "check", str(LIBRARY / "shelves.yaml"), "--against", str(tmp_path / "api.yaml"))

    assert missing.stderr.endswith("error: no.yaml cannot be read: No such file or directory.\n")
    assert f"{tmp_path / 'api.yaml'}:2:1: this is not YAML" in broken.stderr
    assert "give the folder of the provider" in single.stderr
    assert (missing.returncode, broken.returncode, single.returncode) == (2, 1, 2)


SHOP = Path(__file__).parent.parent / "openapi" / "shop.yaml"


def test_import_writes_a_manifest_and_lists_what_is_to_be_decided(run: Run, tmp_path: Path) -> None:
    """Each with the line that it is marked on; the result has no faults and agrees with its document."""
    folder = tmp_path / "shop"

    ended = run("provider", "import", str(SHOP), "--name", "shop", "--out", str(folder))

    assert ended.returncode == 0
    assert ended.stderr == (f"{folder}: 2 services, 6 resources, 14 methods, 3 things to decide, each marked with TODO\n")
    for line in ended.stdout.splitlines():
        place, _, _ = line.partition(": ")
        file, _, number = place.rpartition(":")
        assert "TODO" in Path(file).read_text().splitlines()[int(number) - 1]
    assert run("provider", "check", str(folder), "--against", str(SHOP)).returncode == 0


def test_import_takes_some_services(run: Run, tmp_path: Path) -> None:
    """Those that are named, and no others."""
    ended = run("provider", "import", str(SHOP), "--name", "shop", "--service", "stock", "--out", str(tmp_path / "shop"))

    assert sorted(file.name for file in (tmp_path / "shop").iterdir()) == ["provider.yaml", "published.yaml", "stock.yaml"]
    assert ended.returncode == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["no.yaml", "--name", "shop"], "no.yaml cannot be read: No such file"),
        (["https://a.example/api.yaml", "--name", "shop"], "Nothing is fetched: save the document, and give that file."),
        ([str(SHOP), "--name", "My Shop"], "`My Shop` is no name for a provider: use small letters, digits and _"),
        ([str(SHOP), "--name", "shop", "--service", "stok"], "Did you mean stock?"),
        ([str(SHOP)], "the following arguments are required: --name"),
        ([str(SHOP), "--name", "shop", "--out", str(LIBRARY)], "is there already, and nothing of it was changed"),
    ],
)
def test_import_of_what_cannot_be_imported_says_why(arguments: list[str], message: str, run: Run, tmp_path: Path) -> None:
    """It is wrong usage, and nothing is written."""
    out = [] if "--out" in arguments else ["--out", str(tmp_path / "out")]

    ended = run("provider", "import", *arguments, *out)

    assert message in ended.stderr
    assert ended.returncode == 2
    assert not (tmp_path / "out").exists()


def test_new_begins_a_manifest_with_an_answer(run: Run, tmp_path: Path) -> None:
    """From a file; what one answer does not show is asked."""
    (tmp_path / "answer.json").write_text('{"results": [{"id": 1, "name": "Bern"}], "next": null}')
    folder = tmp_path / "weather"

    ended = run("provider", "new", "weather", "--from-response", str(tmp_path / "answer.json"), "--out", str(folder))

    assert "say where the API is" in ended.stdout
    assert ended.stderr == f"{folder}: 1 service, 1 resource, 1 method, 2 things to decide, each marked with TODO\n"
    assert "id: {type: integer, nullable: false, description: Id.}" in (folder / "api.yaml").read_text()
    assert run("provider", "check", str(folder)).returncode == 0


def test_new_from_nothing_says_what_would_do(run: Run, tmp_path: Path) -> None:
    """A file that is not there, and one that is no answer."""
    (tmp_path / "answer.html").write_text("<html>")

    missing = run("provider", "new", "weather", "--from-response", "no.json")
    other = run("provider", "new", "weather", "--from-response", str(tmp_path / "answer.html"))

    assert "no.json cannot be read: No such file or directory. Give a file, or an address" in missing.stderr
    assert "is not JSON" in other.stderr
    assert (missing.returncode, other.returncode) == (2, 2)


def test_what_was_imported_is_added_and_played(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a document to rows without an API: the sandbox plays a provider that was added, by its name."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    folder = tmp_path / "shop"
    run("provider", "import", str(SHOP), "--name", "shop", "--out", str(folder))

    added = run("provider", "add", str(folder))
    answered = run(
        "query", "--sandbox", "--provider", "shop", "-o", "json", "SELECT id, state FROM shop.orders.orders WHERE state IN ('open', 'paid')"
    )
    rows = json.loads(answered.stdout)

    assert added.returncode == 0
    assert rows
    assert {row["state"] for row in rows} <= {"open", "paid"}
    assert answered.returncode == 0


HARBOUR = Path(__file__).parent.parent / "stackql" / "harbour"


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is added goes into a folder of the test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "data" / "rowcall" / "providers"


@pytest.mark.usefixtures("own_folders")
def test_who_adds_a_provider_is_told_where_secrets_go(run: Run, tmp_path: Path) -> None:
    """To a token endpoint, and which credentials of the machine are used."""
    ways = {"client_id_env_var": "A_ID", "client_secret_env_var": "A_SECRET", "token_url": "https://token.example/t"}
    for name, auth in {"acme": {"type": "oauth2", **ways}, "cloud": {"type": "aws_signing_v4"}}.items():
        (tmp_path / name).mkdir()
        provider = {"name": name, "providerServices": {"s": {"name": "s", "service": {"$ref": "s.json"}}}, "config": {"auth": auth}}
        (tmp_path / name / "provider.json").write_text(json.dumps(provider))
        (tmp_path / name / "s.json").write_text(json.dumps({"openapi": "3.0.3", "servers": [{"url": "https://a.example"}], "paths": {}}))

    acme, cloud = (run("provider", "add", str(tmp_path / name)).stderr for name in ("acme", "cloud"))

    assert acme.startswith("They send A_ID and A_SECRET to https://token.example/t, and the token that this gives to https://a.example")
    assert cloud.startswith("They use the credentials of AWS that are found on this machine, for https://a.example")


def test_a_provider_is_added_listed_used_and_removed(run: Run, own_folders: Path) -> None:
    """Every session knows it from then on, until it is removed."""
    added = run("provider", "add", str(HARBOUR))
    listed = run("provider", "list")
    shown = run("query", "-o", "csv", "SHOW RESOURCES IN harbour.docks LIKE 'b%'")
    removed = run("provider", "remove", "harbour")

    assert (added.stdout, added.returncode) == ("harbour: 4 services, 27 resources\n", 0)
    assert added.stderr.startswith(
        "Statements on harbour send what is in HARBOUR_TOKEN and PILOT_KEY to http://127.0.0.1:1/v1 and to other servers"
    )
    assert added.stderr.endswith(
        "HARBOUR_QUAY may say where its servers are.\nNo resource was found in ghosts: its document is missing, or describes none.\n"
    )
    assert "harbour  What StackQL's document of harbour describes. (added)" in listed.stdout.splitlines()
    assert shown.stdout.splitlines()[1].startswith("berths,")
    assert removed.returncode == 0
    assert not [*own_folders.iterdir()]
    assert run("provider", "remove", "harbour").stderr == 'error: No provider "harbour" was added. Nothing was added.\n'


def test_a_package_is_added_under_another_name(run: Run, own_folders: Path, tmp_path: Path) -> None:
    """As one is downloaded from a registry; nothing but documents is unpacked, and nothing outside of its folder."""
    package = tmp_path / "v00.00.00000.tgz"
    with tarfile.open(package, "w:gz") as opened:
        opened.add(HARBOUR / "v00.00.00000", arcname="v00.00.00000")
        opened.add(Path(__file__), arcname="../outside.yaml")
        opened.add(Path(__file__), arcname="v00.00.00000/code.py")

    added = run("provider", "add", str(package), "--name", "port")

    assert (added.stdout, added.returncode) == ("port: 4 services, 27 resources\n", 0)
    assert {path.name for path in own_folders.rglob("*") if path.is_file()} == {"provider.yaml", "docks.yaml", "papers.yaml", "pilots.yaml"}
    assert not [*tmp_path.rglob("outside.yaml")]
    assert "port.docks.berths" in run("provider", "show", "port").stdout


@pytest.mark.usefixtures("own_folders")
def test_a_name_that_is_taken_is_told(run: Run) -> None:
    """The one that is added wins, and how to have both is said."""
    added = run("provider", "add", str(HARBOUR), "--name", "openai")

    first = "It takes the place of openai, which comes with rowcall, with its settings and key; --name gives it another name."
    assert added.stderr.splitlines()[0] == first
    assert run("query", "-o", "csv", "SHOW SERVICES IN openai").stdout.count("\n") == 5
    assert run("provider", "add", str(HARBOUR), "--name", "openai").stderr.startswith("It takes the place of openai")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("nowhere",), "There is no provider folder and no package nowhere."),
        (("."), "There is no provider in ."),
        ((str(HARBOUR), "--name", "A-B"), '"A-B" is no name for a provider: use small letters, digits and _.'),
    ],
    ids=["no path", "no provider", "no name"],
)
def test_what_cannot_be_added_says_why(run: Run, own_folders: Path, arguments: tuple[str, ...], says: str) -> None:
    """With what would do."""
    ended = run("provider", "add", *arguments)

    assert ended.stderr.startswith(f"error: {says}")
    assert ended.returncode == 2
    assert not own_folders.exists()


def test_a_file_that_is_no_package_is_told_in_one_line(run: Run, tmp_path: Path, own_folders: Path) -> None:
    """And not what each way of unpacking says of it."""
    (tmp_path / "empty.tgz").touch()

    ended = run("provider", "add", str(tmp_path / "empty.tgz"))

    assert ended.stderr.endswith("empty.tgz is no package that can be unpacked: file could not be opened successfully.\n")
    assert (ended.stderr.count("\n"), ended.returncode) == (1, 2)
    assert not own_folders.exists()


def test_what_was_added_and_is_broken_since_harms_nothing_else(run: Run, own_folders: Path) -> None:
    """It is warned of, with how to be rid of it."""
    run("provider", "add", str(HARBOUR))
    (own_folders / "harbour" / "provider.yaml").write_text("providerServices: [")

    ended = run("query", "-o", "csv", "SHOW PROVIDERS")

    assert "openai" in ended.stdout
    assert "rowcall provider remove harbour" in ended.stderr
    assert ended.returncode == 0


class _Weather(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'[{"id": 7, "city": "Bern"}]')

    def log_message(self, *_: object) -> None:
        pass


def test_new_asks_an_address(run: Run, tmp_path: Path) -> None:
    """Its path and its parameters are taken over, and none of its values."""
    server = HTTPServer(("127.0.0.1", 0), _Weather)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/v1/stations/42/reports?secret=abc"
        ended = run("provider", "new", "weather", "--from-response", url, "--out", str(tmp_path / "weather"))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    written = "".join(file.read_text() for file in (tmp_path / "weather").iterdir())

    assert ended.returncode == 0
    assert "http: GET /stations/{station_id}/reports" in written
    assert f"base_url: http://127.0.0.1:{server.server_port}/v1" in written
    assert "secret: {in: query" in written
    assert "abc" not in written
