"""A request as a command for curl: read by a real sh, sent by a real curl."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

import rowcall
from rowcall.errors import RequestError, UsageError
from rowcall.shell.curl import curl_command
from rowcall.shell.repl import Sent

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no sh")

INSERT = "INSERT INTO openai.assistants.threads (metadata) VALUES (MAP {'n': $1})"
TWO = "INSERT INTO openai.assistants.threads (metadata) VALUES (MAP {'n': '1'}), (MAP {'n': '2'})"
READ = "SELECT id FROM openai.assistants.threads WHERE id = 'thread_a'"
NASTY = """it's "$HOME" `id` \\ \u009b2J é"""

Commands = Callable[..., list[str]]


@pytest.fixture
def commands(box: rowcall.Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Commands]:
    """The commands for all requests of a statement, run with these settings of the provider besides the sandbox's own."""
    for name in [name for name in os.environ if name.startswith(("OPENAI_", "AZURE_"))]:
        monkeypatch.delenv(name)
    journal = tmp_path / "journal.sqlite"

    def commands(sql: str, params: Any = None, **settings: Any) -> list[str]:
        given: Mapping[str, Mapping[str, Any]] = {"openai": {**box.providers["openai"], **settings}}
        started_at = time.time()
        with rowcall.connect(providers=given, journal=journal, max_write_rows=3) as session:
            with suppress(RequestError):
                session.sql(sql, params)
            sent = Sent(session.last.exchanges, started_at)
            return [curl_command(session, sent, number, given) for number in range(1, len(sent.exchanges) + 1)]

    yield commands
    box.clear_faults()


def arguments(command: str, **variables: str) -> list[str]:
    """What sh gives to curl."""
    script = "curl() { for each; do printf '%s\\0' \"$each\"; done; }\n" + command
    ended = subprocess.run(["sh", "-u", "-c", script], env=variables, capture_output=True, text=True, encoding="utf-8", check=True)
    return ended.stdout.split("\0")[:-1]


def test_a_read_has_the_headers_of_the_manifest_and_the_key_by_its_variable(commands: Commands, box: rowcall.Sandbox) -> None:
    """What sh expands is the key, and nothing else."""
    (command,) = commands(READ)

    assert box.providers["openai"]["api_key"] not in command
    assert arguments(command, OPENAI_API_KEY="k e'y") == [
        f"{box.base_url}/threads/thread_a",
        "-H",
        "Authorization: Bearer k e'y",
        "-H",
        "OpenAI-Beta: assistants=v2",
    ]


def test_a_write_has_its_body_whatever_is_in_it(commands: Commands) -> None:
    """Quotes, variables, commands and control characters reach curl as they are, and the terminal as text."""
    (command,) = commands(INSERT, [NASTY])

    assert command.replace("\n", "").isprintable()
    *_, body = arguments(command, OPENAI_API_KEY="key")
    assert rowcall.connect().sql("SELECT $1::JSON ->> '$.metadata.n'", [body]).fetchall() == [(NASTY,)]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl_sends_it_again(commands: Commands, box: rowcall.Sandbox) -> None:
    """The server is asked the same once more, and gives the same answer."""
    (command,) = commands(INSERT, [NASTY])

    subprocess.run(["sh", "-c", f"{command} -fsS"], env={**os.environ, "OPENAI_API_KEY": box.providers["openai"]["api_key"]}, check=True)

    first, second = box.requests[-2:]
    assert (first.method, first.path, first.body) == (second.method, second.path, second.body)
    assert second.status == 200


@pytest.mark.parametrize(
    ("auth", "variables", "expected"),
    [
        ("azure", {"AZURE_OPENAI_API_KEY": "K"}, ["-H", "api-key: K"]),
        ({"kind": "basic", "env": ["PAIR"]}, {"PAIR": "K"}, ["-u", "K"]),
        ({"kind": "header", "name": "X-Key", "prefix": "`$ "}, {"OPENAI_API_KEY": "K"}, ["-H", "X-Key: `$ K"]),
        ({"kind": "query", "name": "key"}, {"OPENAI_API_KEY": "K"}, ["?key=K"]),
        ({"kind": "none"}, {}, []),
    ],
    ids=["another header", "basic", "a prefix", "query", "none"],
)
def test_the_key_goes_where_the_scheme_puts_it(
    commands: Commands, box: rowcall.Sandbox, auth: Any, variables: dict[str, str], expected: list[str]
) -> None:
    """By the variable that the scheme names, or by one that is named after the provider."""
    command, *_ = commands(READ, auth=auth)

    url, *rest = arguments(command, **variables)
    beta = ["-H", "OpenAI-Beta: assistants=v2"]
    assert [url, *rest] == (
        [f"{box.base_url}/threads/thread_a?key=K", *beta]
        if expected == ["?key=K"]
        else [f"{box.base_url}/threads/thread_a", *expected, *beta]
    )


def test_headers_of_the_users_own_are_variables(commands: Commands, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever they are called: none of their values is printed, and one that is the credential stands in place of the key."""
    monkeypatch.setenv("OPENAI_ORG_ID", "org_of_mine")

    command, *_ = commands(READ, headers={"authorization": "Bearer of-bad-news", "X-Team": "ops"})

    assert not {"org_of_mine", "of-bad-news", "ops"} & set(command.replace('"', " ").split())
    assert arguments(command, OPENAI_ORG_ID="o", AUTHORIZATION="a", X_TEAM="x")[1:] == [
        *("-H", "OpenAI-Beta: assistants=v2"),
        *("-H", "OpenAI-Organization: o"),
        *("-H", "authorization: a"),
        *("-H", "X-Team: x"),
    ]


def test_what_is_secret_in_a_url_stays_so(commands: Commands) -> None:
    """A parameter of the user's own with a telling name is not printed."""
    command, *_ = commands(READ, query={"sig": "of-bad-news", "v": "1"})

    assert "?sig=***&v=1'" in command


def test_brackets_in_a_url_are_no_list_of_urls(commands: Commands) -> None:
    """Curl is told so, where there are some."""
    command, *_ = commands(READ, query={"filter[a]": "{b}"}, base_url="http://[::1]:9/v1", total_timeout_s=5)

    assert arguments(command, OPENAI_API_KEY="K")[1] == "-g"


def test_a_request_that_was_tried_again_has_its_body(commands: Commands, box: rowcall.Sandbox) -> None:
    """Each time the same."""
    box.fault("rate_limit", path="/threads", times=1, retry_after_s=0.001)

    found = [arguments(command, OPENAI_API_KEY="K")[-1] for command in commands(INSERT, ["1"])]

    assert found == ['{"metadata":{"n":"1"}}'] * 2


def test_requests_that_were_sent_one_by_one_have_their_own_bodies(commands: Commands) -> None:
    """The journal says when each was under way."""
    found = [arguments(command, OPENAI_API_KEY="K")[-1] for command in commands(TWO, max_in_flight=1)]

    assert found == ['{"metadata":{"n":"1"}}', '{"metadata":{"n":"2"}}']


def test_no_body_is_told_where_it_may_be_that_of_another(commands: Commands, box: rowcall.Sandbox) -> None:
    """Where one was tried again, nobody knows which: a command with the wrong one would be worse than none."""
    box.fault("rate_limit", path="/threads", times=1, retry_after_s=0.001)

    with pytest.raises(UsageError, match=r"which of their 2 bodies it had is not kept\. FROM rowcall_journal\(\) WHERE operation = "):
        commands(TWO)


def test_a_form_is_sent_again_with_the_files_that_are_there(commands: Commands, box: rowcall.Sandbox, tmp_path: Path) -> None:
    """The command names each file, and holds no byte of it; fields are sent as they were."""
    insert = (
        "INSERT INTO openai.files.files (file, filename, purpose, expires_after) "
        "VALUES ($1, 'it''s; \"a\".jsonl', 'batch', {'anchor': 'created_at', 'seconds': 3600})"
    )
    (command,) = commands(insert, [b"\x00 bytes of a file"])

    assert "bytes of a file" not in command
    given = arguments(command, OPENAI_API_KEY="sandbox-key")
    assert [given[at + 1] for at, each in enumerate(given) if each in {"-F", "--form-string"}] == [
        "purpose=batch",
        "expires_after[anchor]=created_at",
        "expires_after[seconds]=3600",
        """file=@"it's; \\"a\\".jsonl";type=application/octet-stream""",
    ]
    if shutil.which("curl"):
        (tmp_path / 'it\'s; "a".jsonl').write_bytes(b"\x00 bytes of a file")
        subprocess.run(
            ["sh", "-c", f"{command} -sS"],
            env={"OPENAI_API_KEY": "sandbox-key", "PATH": os.environ["PATH"]},
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )
        first, second = [one.body for one in box.requests if one.path.endswith("/files")][-2:]
        assert {**second, "file": second["file"] | {"filename": ""}} == {**first, "file": first["file"] | {"filename": ""}}


DEPOT = Path(__file__).parents[1] / "session" / "depot"


@pytest.mark.parametrize("statement", [
    "INSERT INTO depot.yard.crates (label, id, tags) VALUES ('it''s <a> & \"b\"', 'c', ['x', 'y'])",
    "REPLACE INTO depot.yard.scans (scan_id, picture) VALUES ('s', 'bytes of a file')",
    "EXEC depot.yard.scans.say @words = 'naïve' || chr(10) || 'words'",
    "INSERT INTO depot.yard.events (events) VALUES ([{'number': 1, 'what': 'it''s'}, {'number': 2, 'what': NULL}])",
    "INSERT INTO depot.yard.albums (title, pictures) VALUES ('t', ['bytes of a file', 'bytes of a file'])",
    "EXEC depot.yard.papers.name_paper @paper_id = 'p', @text = '@x'",
])  # fmt: skip
def test_a_body_of_any_kind_is_sent_again_as_it_was(statement: str, tmp_path: Path) -> None:
    """With its media type; what is a file is one that is there."""
    if not shutil.which("curl"):
        pytest.skip("there is no curl")
    for name in ("picture", "pictures_1", "pictures_2"):
        (tmp_path / name).write_text("bytes of a file", encoding="utf-8")
    started_at = time.time()
    with rowcall.Sandbox(DEPOT, seed=0) as box:
        with rowcall.connect(provider_paths=[DEPOT], providers=box.providers, journal=tmp_path / "journal.sqlite") as session:
            with suppress(RequestError):
                session.sql(statement)
            command = curl_command(session, Sent(session.last.exchanges, started_at), 1, box.providers)
        subprocess.run(
            ["sh", "-c", f"{command} -sS"], env={"DEPOT_API_KEY": "sandbox-key", "DEPOT_KEY": "sandbox-key", "PATH": os.environ["PATH"]},
            cwd=tmp_path, check=True, capture_output=True,
        )  # fmt: skip
        first, second = box.requests

    assert (second.body, second.status) == (first.body, first.status)
