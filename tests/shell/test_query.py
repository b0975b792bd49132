"""`rowcall query`, as a process, over local statements and over the sandbox."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb
import pyarrow as pa
import pytest

from rowcall.engine.source import streams

Run = Callable[..., Any]
COMMAND = [sys.executable, "-m", "rowcall"]

BY_THREAD = "SELECT r.thread_id, r.id, r.usage FROM sandbox_threads t JOIN openai.assistants.runs r ON r.thread_id = t.thread_id"


def test_a_file_of_statements_is_run(run: Run, tmp_path: Path) -> None:
    """Comments, strings with semicolons and a byte-order mark do no harm."""
    (tmp_path / "a.sql").write_text("\ufeff-- first; not yet\nSELECT 'a;b' AS t; /* ; */\nSELECT 2 AS n", encoding="utf-8")

    ended = run("query", "-i", "a.sql")

    assert (ended.stdout, ended.returncode) == ('{"t":"a;b"}\n{"n":2}\n', 0)


def test_the_first_failure_ends_the_run(run: Run) -> None:
    """What was printed before stays, what comes after is not run, and the error says where it was."""
    ended = run("query", "SELECT 1 AS a;\nSELECT nonsense;\nSELECT 3 AS c")

    assert ended.stdout == '{"a":1}\n'
    assert ended.stderr.startswith("error in statement 2, line 2: ")
    assert ended.returncode == 1


def test_keep_going_runs_the_others_and_still_fails(run: Run) -> None:
    """The exit code tells that one statement failed."""
    ended = run("query", "--keep-going", "SELECT 1 AS a; SELECT nonsense; SELECT 3 AS c")

    assert ended.stdout == '{"a":1}\n{"c":3}\n'
    assert ended.returncode == 1


def test_statements_without_rows_print_nothing(run: Run) -> None:
    """Only what answers rows does."""
    ended = run("query", "-o", "json", "CREATE TABLE t (i INTEGER); INSERT INTO t VALUES (1), (2); SELECT sum(i)::INTEGER AS s FROM t")

    assert (ended.stdout, ended.stderr) == ('[\n{"s":3}\n]\n', "")


def test_parameters_reach_the_statements_that_name_them(run: Run) -> None:
    """Each statement gets its own, typed as they were written."""
    ended = run("query", "SELECT $a AS a; SELECT $b + 1 AS b, $a AS a", "--param", "a=1", "--param", "b:=41")

    assert ended.stdout == '{"a":"1"}\n{"b":42,"a":"1"}\n'


def test_question_marks_are_numbered(run: Run) -> None:
    """The first `?` is parameter 1."""
    ended = run("query", "SELECT ? || ? AS t", "--param", "2=b", "--param", "1=a")

    assert (ended.stdout, ended.stderr) == ('{"t":"ab"}\n', "")


def test_a_parameter_that_no_statement_has_is_wrong_usage(run: Run) -> None:
    """Nothing is run, and the nearest parameter is named."""
    ended = run("query", "SELECT $thread AS t", "--param", "thred=x")

    assert (ended.stdout, ended.returncode) == ("", 2)
    assert ended.stderr == "error: No statement has a parameter $thred. Did you mean thread?\n"


@pytest.mark.parametrize("sql", ["SELECT $thread AS t", "SELECT id FROM openai.assistants.runs WHERE thread_id = $thread"])
def test_a_parameter_without_a_value_says_how_to_give_it_one(sql: str, run: Run) -> None:
    """On the command line, where there is no argument of Python's."""
    ended = run("query", sql)

    assert ended.returncode in {1, 2}
    assert "on the command line with --param" in ended.stderr


def test_statistics_go_to_standard_error(run: Run) -> None:
    """With --stats each statement says what it took; standard output is as without."""
    ended = run("query", "--stats", "SELECT 1 AS a")

    assert ended.stdout == '{"a":1}\n'
    assert ended.stderr.startswith("1 row · ")


def test_every_exchange_is_logged_where_asked_for(run: Run) -> None:
    """With --log-http standard error has a line of JSON for each, as `rowcall_requests()` has a row; no key is in either."""
    ended = run(
        "query", "--sandbox", "--log-http", f"SELECT count(*) AS n FROM ({BY_THREAD}); SELECT method, url, status FROM rowcall_requests()"
    )

    logged = [json.loads(line) for line in ended.stderr.splitlines()]
    counted, *rows = [json.loads(line) for line in ended.stdout.splitlines()]
    assert counted["n"] > 100
    assert len(logged) == len(rows) > 40
    assert {(line["method"], line["url"], line["status"]) for line in logged} == {
        (row["method"], row["url"], row["status"]) for row in rows
    }
    assert "sandbox-key" not in ended.stderr + ended.stdout


def test_a_database_file_is_worked_in(run: Run, tmp_path: Path) -> None:
    """What one run writes the next one reads, and --read-only refuses to write."""
    assert run("query", "--database", "x.db", "CREATE TABLE t AS SELECT 1 AS i").returncode == 0

    assert run("query", "--database", "x.db", "--read-only", "FROM t").stdout == '{"i":1}\n'
    assert run("query", "--database", "x.db", "--read-only", "INSERT INTO t VALUES (2)").returncode == 1
    assert run("query", "--database", "missing.db", "--read-only", "SELECT 1").returncode == 2
    assert not (tmp_path / "missing.db").exists()


def test_a_file_takes_its_format_from_its_name(run: Run, tmp_path: Path) -> None:
    """Nothing is printed, and DuckDB reads what was written."""
    ended = run("query", "SELECT 1 AS i, 'x' AS t", "-f", "out.parquet")

    assert (ended.stdout, ended.stderr, ended.returncode) == ("", "", 0)
    assert duckdb.connect().read_parquet(str(tmp_path / "out.parquet")).fetchall() == [(1, "x")]


def test_a_table_can_be_shortened_and_says_so(run: Run) -> None:
    """--rows limits what is shown, not what is counted."""
    ended = run("query", "-o", "table", "--rows", "2", "FROM range(1234)")

    assert ended.stdout.splitlines()[-1] == "showing 2 of 1,234 rows"


def test_the_sandbox_is_joined_over_http(run: Run) -> None:
    """Runs of all threads of the sandbox come as JSON, with nested usage."""
    ended = run("query", "--sandbox", "--stats", BY_THREAD)

    rows = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(rows) > 100
    assert any(row["usage"] and row["usage"]["total_tokens"] > 0 for row in rows)
    assert " requests\n" in ended.stderr
    assert ended.returncode == 0


def test_a_seed_gives_the_same_data_again(run: Run) -> None:
    """Two runs of one seed agree, two seeds do not."""
    sql = "SELECT thread_id FROM sandbox_threads ORDER BY 1"

    assert run("query", "--sandbox", "--seed", "7", sql).stdout == run("query", "--sandbox", "--seed", "7", sql).stdout
    assert run("query", "--sandbox", "--seed", "7", sql).stdout != run("query", "--sandbox", sql).stdout


def test_the_sandbox_works_beside_a_read_only_database(run: Run) -> None:
    """Its tables are temporary, so a read-only file takes them."""
    run("query", "--database", "x.db", "CREATE TABLE t AS SELECT 1 AS i")

    ended = run("query", "--database", "x.db", "--read-only", "--sandbox", "SELECT count(*) > 0 AS some FROM sandbox_threads, t")

    assert (ended.stdout, ended.stderr) == ('{"some":true}\n', "")


def test_all_binary_formats_hold_what_the_api_sent(run: Run, tmp_path: Path) -> None:
    """Parquet and Arrow have the same rows and nested types."""
    for name in ("out.parquet", "out.arrow"):
        assert run("query", "--sandbox", f"{BY_THREAD} ORDER BY ALL", "-f", name).returncode == 0

    parquet = duckdb.connect().sql(f"SELECT id, usage.total_tokens FROM '{tmp_path / 'out.parquet'}'").fetchall()
    arrow = pa.ipc.open_stream(io.BytesIO((tmp_path / "out.arrow").read_bytes())).read_all()
    assert [(row["id"], (row["usage"] or {}).get("total_tokens")) for row in arrow.to_pylist()] == parquet


@pytest.mark.parametrize("to", ["parquet", "arrow"])
def test_binary_formats_go_through_a_pipe(to: str, run: Run, tmp_path: Path) -> None:
    """Standard output gets the bytes of the file."""
    piped = subprocess.run([sys.executable, "-m", "rowcall", "query", "SELECT 1 AS i", "-o", to], capture_output=True, check=True)
    run("query", "SELECT 1 AS i", "-o", to, "-f", "out")

    assert piped.stdout == (tmp_path / "out").read_bytes()


def test_a_partial_result_ends_with_3(run: Run) -> None:
    """Rows that there are, a warning about those that are not, and an exit code of its own."""
    sql = f"INSERT INTO sandbox_threads VALUES ('thread_nowhere'); {BY_THREAD}"

    ended = run("query", "--sandbox", "--on-error", "partial", sql)

    assert ended.returncode == 3
    assert ended.stdout
    assert ended.stderr.startswith("warning: ")


def test_the_same_failure_without_partial_ends_with_1(run: Run) -> None:
    """An answer that lacks rows is an error unless it was asked for."""
    sql = f"INSERT INTO sandbox_threads VALUES ('thread_nowhere'); {BY_THREAD}"

    ended = run("query", "--sandbox", sql)

    rows = len(ended.stdout.splitlines())
    assert ended.returncode == 1
    assert ended.stderr.endswith(f"Of its rows {rows} were written before, which are not all.\n")


@pytest.mark.parametrize("form", [("-o", "table"), ("-f", "out.csv")])
def test_a_failure_leaves_no_rows_of_what_is_written_whole(run: Run, form: tuple[str, str], tmp_path: Path) -> None:
    """A table needs all rows first, and a file appears when it has them."""
    sql = f"INSERT INTO sandbox_threads VALUES ('thread_nowhere'); {BY_THREAD}"

    ended = run("query", "--sandbox", sql, *form)

    assert (ended.stdout, ended.returncode) == ("", 1)
    assert "were written" not in ended.stderr
    assert not (tmp_path / "out.csv").exists()


def test_a_key_that_is_not_set_is_told_once(run: Run) -> None:
    """Every request of the statement lacks it."""
    ended = run("query", "SELECT id FROM openai.assistants.runs WHERE thread_id IN ('thread_a', 'thread_b', 'thread_c', 'thread_d')")

    assert ended.stderr.startswith("error: No key is set for OpenAI; nothing was sent.\nGET https://api.openai.com/v1/threads/")
    assert len(ended.stderr.splitlines()) == 3


def test_a_budget_is_kept(run: Run) -> None:
    """More requests than --max-requests fail the statement, before the first of them."""
    ended = run("query", "--sandbox", "--stats", "--max-requests", "2", BY_THREAD)

    assert (ended.stdout, ended.returncode) == ("", 1)
    assert re.match(r"error: The statement needs at least \d\d requests, and max_requests is 2; nothing was sent\.\n", ended.stderr)


def test_an_option_wins_over_set_and_that_over_the_config_file(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same statement under each, and the value that holds."""
    config = tmp_path / "config.toml"
    config.write_text("[settings]\nmax_requests = 2\n")
    monkeypatch.setenv("ROWCALL_CONFIG", str(config))
    ask = "SELECT count(*) FROM sandbox_threads t JOIN openai.assistants.runs r ON r.thread_id = t.thread_id"

    by_file = run("query", "--sandbox", ask)
    by_set = run("query", "--sandbox", f"SET rowcall_max_requests = 500; {ask}")
    by_option = run("query", "--sandbox", "--max-requests", "3", f"SET rowcall_max_requests = 500; {ask}")

    assert (by_file.returncode, by_set.returncode, by_option.returncode) == (1, 0, 1)
    assert "max_requests is 2" in by_file.stderr
    assert "warning: rowcall_max_requests stays as it is" in by_option.stderr
    assert "max_requests is 3" in by_option.stderr


def test_a_config_file_that_is_wrong_is_wrong_usage(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is run by settings that nobody meant."""
    config = tmp_path / "config.toml"
    config.write_text("[settings]\nmax_reqests = 2\n")
    monkeypatch.setenv("ROWCALL_CONFIG", str(config))

    ended = run("query", "SELECT 1")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"error: the config file {config}:2: no setting max_reqests. Did you mean max_requests?\n"


def test_read_only_refuses_to_change_the_api(run: Run) -> None:
    """The write is refused before it is sent."""
    ended = run("query", "--sandbox", "--read-only", "EXEC openai.assistants.runs.cancel_run @thread_id = 'thread_1', @run_id = 'run_1'")

    assert ended.returncode == 1
    assert "read-only" in ended.stderr


def test_settings_reach_the_provider(run: Run) -> None:
    """--set wins over everything else; the key is in no output."""
    ended = run(
        "query",
        "SELECT id FROM openai.assistants.runs WHERE thread_id = 'x'",
        "--set",
        "openai.base_url=http://127.0.0.1:9/v1",
        "--set",
        "openai.api_key=sk-secret-0123456789",
        "--debug",
    )

    assert ended.returncode == 1
    assert "127.0.0.1:9" in ended.stderr
    assert "sk-secret" not in ended.stdout + ended.stderr


def test_an_explain_is_one_document_in_json_and_rows_elsewhere(run: Run) -> None:
    """Of a statement with an API; DuckDB's own answer stays rows."""
    sql = "EXPLAIN SELECT id FROM openai.assistants.runs WHERE thread_id = 'thread_a'"

    pretty, line, table, csv = (run("query", "-o", to, sql).stdout for to in ("json", "jsonl", "table", "csv"))

    assert json.loads(pretty) == json.loads(line)
    assert json.loads(line)["scans"][0]["request_lines"] == ["GET https://api.openai.com/v1/threads/thread_a/runs?limit=100"]
    assert table.startswith("╭─ openai.assistants.runs · round 1 ─")
    assert "\x1b" not in table
    assert csv.startswith("item,value\nreference,openai.assistants.runs AS runs\n")
    assert list(json.loads(run("query", "-o", "jsonl", "EXPLAIN SELECT 1").stdout)) == ["explain_key", "explain_value"]


class Holding:
    """An API whose list of runs has so many pages of two rows, of which it holds back all but the first."""

    def __init__(self, pages: int) -> None:
        self.pages = pages
        self.asked: list[int] = []
        self.go = threading.Event()
        """Lets the pages after the first out."""
        self.then: int = 200
        """The status of the pages after the first."""
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def command(self) -> list[str]:
        """What reaches it."""
        where = f"openai.base_url=http://127.0.0.1:{self.server.server_port}/v1"
        return [*COMMAND, "query", "--set", where, "--set", "openai.api_key=sk-any"]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                after = parse_qs(urlsplit(self.path).query).get("after", ["run_-1"])[0]
                first = int(after.removeprefix("run_")) + 1
                number = first // 2
                api.asked.append(number)
                if number:
                    api.go.wait(60)
                rows = [{"id": f"run_{n}", "thread_id": "thread_a", "status": "completed"} for n in (first, first + 1)]
                body = {"object": "list", "data": rows, "last_id": rows[-1]["id"], "has_more": number < api.pages - 1}
                data = json.dumps(body if not number or api.then == 200 else {"error": {"message": "No more of this."}}).encode()
                with suppress(ConnectionError):
                    self.send_response(api.then if number else 200)
                    self.send_header("content-type", "application/json")
                    self.send_header("content-length", str(len(data)))
                    self.end_headers()
                    self.wfile.write(data)

            def log_message(self, *_: object) -> None:
                """Nothing."""

        return Handler


@pytest.fixture
def holding() -> Iterator[Callable[[int], Holding]]:
    """Starts an API that holds its second page back."""
    started: list[Holding] = []

    def start(pages: int) -> Holding:
        started.append(Holding(pages))
        started[-1].thread.start()
        return started[-1]

    yield start
    for api in started:
        api.go.set()
        api.server.shutdown()
        api.server.server_close()


OF_ONE = "SELECT id FROM openai.assistants.runs WHERE thread_id = 'thread_a' AND status = 'completed'"
BEGINNINGS = {
    "jsonl": (b'{"id":"run_0"}\n{"id":"run_1"}\n', b'{"id":"run_2"}\n{"id":"run_3"}\n'),
    "json": (b'[\n{"id":"run_0"},\n', b'{"id":"run_1"},\n{"id":"run_2"},\n{"id":"run_3"}\n]\n'),
    "csv": (b"id\nrun_0\nrun_1\n", b"run_2\nrun_3\n"),
    "markdown": (b"| id |\n| --- |\n| run_0 |\n| run_1 |\n", b"| run_2 |\n| run_3 |\n"),
}


@pytest.mark.parametrize("to", BEGINNINGS)
def test_the_first_rows_are_there_while_the_second_page_is_not(to: str, holding: Callable[[int], Holding]) -> None:
    """They can be read while the API holds it back, and the rest follows when it comes."""
    api = holding(2)
    first, rest = BEGINNINGS[to]

    with subprocess.Popen([*api.command, "-o", to, OF_ONE], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        read = process.stdout.read(len(first))
        held = not api.go.is_set()
        api.go.set()
        left, said = process.communicate(timeout=30)

    assert (read, held, left, said, process.returncode) == (first, True, rest, b"", 0)


def test_the_first_arrow_batch_is_there_while_the_second_page_is_not(holding: Callable[[int], Holding]) -> None:
    """A reader of the pipe has its rows, and the rest follows when it comes."""
    api = holding(3)

    with subprocess.Popen([*api.command, "-o", "arrow", OF_ONE], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        reader = pa.ipc.open_stream(process.stdout)
        first = reader.read_next_batch().to_pylist()
        held = not api.go.is_set()
        api.go.set()
        rest = reader.read_all().to_pylist()
        _, said = process.communicate(timeout=30)

    assert (first, held, said, process.returncode) == ([{"id": "run_0"}, {"id": "run_1"}], True, b"", 0)
    assert rest == [{"id": f"run_{number}"} for number in range(2, 6)]


def test_an_arrow_stream_whose_later_page_fails_is_none_that_can_be_read_to_its_end(holding: Callable[[int], Holding]) -> None:
    """Whoever reads the pipe and not the exit code is told by the stream; it is empty where the failure came first."""
    api = holding(2)
    api.then = 400
    with subprocess.Popen([*api.command, "-o", "arrow", OF_ONE], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        reader = pa.ipc.open_stream(process.stdout)
        first = reader.read_next_batch().to_pylist()
        api.go.set()
        with pytest.raises((pa.ArrowInvalid, OSError)):
            reader.read_next_batch()
        _, said = process.communicate(timeout=30)

    assert (first, process.returncode) == ([{"id": "run_0"}, {"id": "run_1"}], 1)
    assert b"No more of this." in said


def test_a_parquet_file_is_written_while_pages_come(holding: Callable[[int], Holding], tmp_path: Path) -> None:
    """To a file and to a pipe, the same bytes, and its rows are counted."""
    api = holding(3)
    api.go.set()
    path = tmp_path / "a.parquet"

    piped = subprocess.run([*api.command, "--stats", "-o", "parquet", OF_ONE], capture_output=True, timeout=30, check=True)
    subprocess.run([*api.command, "-f", str(path), OF_ONE], capture_output=True, timeout=30, check=True)

    assert duckdb.sql(f"FROM '{path}'").fetchall() == [(f"run_{number}",) for number in range(6)]
    assert piped.stdout == path.read_bytes()
    assert (b"6 rows" in piped.stderr) is streams()


def test_a_parquet_file_whose_later_page_fails_has_no_end(holding: Callable[[int], Holding]) -> None:
    """Whatever of it was written."""
    api = holding(2)
    api.then = 400
    api.go.set()

    ended = subprocess.run([*api.command, "-o", "parquet", OF_ONE], capture_output=True, timeout=30, check=False)

    assert (ended.returncode, ended.stdout.endswith(b"PAR1")) == (1, False)
    assert b"No more of this." in ended.stderr


@pytest.mark.parametrize("to", ["arrow", "parquet"])
@pytest.mark.parametrize("order", ["in parts first", "in parts last"])
def test_a_binary_format_holds_the_rows_of_one_statement(to: str, order: str, holding: Callable[[int], Holding], tmp_path: Path) -> None:
    """A second one is refused, whichever of them comes in parts, and then no file appears."""
    api = holding(1)
    statements = [OF_ONE, "SELECT 1 AS i"]
    sql = ";".join(statements if order == "in parts first" else reversed(statements))

    ended = subprocess.run([*api.command, "-f", str(tmp_path / f"a.{to}"), sql], capture_output=True, text=True, timeout=30, check=False)

    assert f"-o {to} holds the rows of one statement" in ended.stderr
    assert (ended.returncode, list(tmp_path.iterdir())) == (2, [])


@pytest.mark.parametrize("to", ["jsonl", "csv"])
def test_a_reader_that_goes_away_ends_the_fetching(to: str, holding: Callable[[int], Holding]) -> None:
    """As `| head -1` does: at once, though the next page never comes, and without a word."""
    api = holding(1000)

    with subprocess.Popen([*api.command, "-o", to, OF_ONE], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.stdout.close()
        code = process.wait(timeout=30)
        assert process.stderr is not None
        said = process.stderr.read()

    assert (code, said, api.asked) == (141, b"", [0, 1])


def test_a_failure_after_the_first_rows_is_told_and_ends_with_1(holding: Callable[[int], Holding]) -> None:
    """What was written stays, without the bracket that would make it whole; a file does not appear."""
    api = holding(2)
    api.then = 400
    api.go.set()

    ended = subprocess.run([*api.command, "-o", "json", OF_ONE], capture_output=True, text=True, timeout=30, check=False)

    assert ended.stdout in {"", '[\n{"id":"run_0"},\n'}
    assert "No more of this." in ended.stderr
    assert ended.returncode == 1


@pytest.mark.parametrize("name", ["a.csv", "a.arrow", "a.parquet"])
def test_a_file_that_was_begun_does_not_appear_where_a_later_page_fails(
    name: str, holding: Callable[[int], Holding], tmp_path: Path
) -> None:
    """Never half of it."""
    api = holding(2)
    api.then = 400
    api.go.set()

    ended = subprocess.run([*api.command, "-f", str(tmp_path / name), OF_ONE], capture_output=True, timeout=30, check=False)

    assert ended.returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_what_needs_all_rows_waits_for_them(holding: Callable[[int], Holding]) -> None:
    """A count of half of them is never shown, not even before an error."""
    api = holding(2)
    api.then = 400
    api.go.set()

    ended = subprocess.run([*api.command, OF_ONE.replace("id", "count(*)", 1)], capture_output=True, text=True, timeout=30, check=False)

    assert (ended.stdout, ended.returncode) == ("", 1)


def test_answers_outlive_the_process_and_hold_no_key(
    run: Run, holding: Callable[[int], Holding], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second command sends nothing; of a key, whichever way it came, nothing is in any file of the user's, nor said."""
    home, config = tmp_path / "home", tmp_path / "config.toml"
    home.mkdir(mode=0o700)
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", *(f"XDG_{kind}_HOME" for kind in ("CONFIG", "CACHE", "STATE", "DATA"))):
        monkeypatch.setenv(name, str(home))
    config.write_text('[settings]\ncache = "1h"\ncache_file = "~/answers"\n')
    monkeypatch.setenv("ROWCALL_CONFIG", str(config))
    keys = {"variable": "sk-planted-variable-01234", "option": "sk-planted-option-01234", "address": "planted-address-01234"}
    keys |= {"command": "sk-planted-command-01234"}
    monkeypatch.setenv("OPENAI_API_KEY", keys["variable"])
    server = holding(1).server
    place = f"127.0.0.1:{server.server_port}/v1"
    at, otherwise = ("--set", f"openai.base_url=http://{place}"), ("--set", f"openai.api_key={keys['option']}")
    beside = ("--set", f"openai.base_url=http://user:{keys['address']}@{place}")
    printed = ("--set", f"openai.api_key_command=echo {keys['command']}")

    ask = ("query", "--log-http", "SELECT id FROM openai.assistants.runs WHERE thread_id = 'thread_a'")
    ended = [
        run(*ask, *settings)
        for settings in (at, at, (*at, *otherwise), (*at, *otherwise), beside, beside, (*at, *printed), (*at, *printed))
    ]
    found = b"".join(path.read_bytes() for path in home.rglob("*") if path.is_file())

    assert [each.stdout for each in ended] == ['{"id":"run_0"}\n{"id":"run_1"}\n'] * 8
    assert ["/v1/threads/thread_a/runs" in each.stderr for each in ended] == [True, False] * 4
    assert found.count(b'"id": "run_1"') >= 4
    said = found + "".join(each.stderr for each in ended).encode()
    assert [name for name, key in keys.items() if key.encode() in said] == []


@pytest.mark.skipif(sys.platform == "win32", reason="homes are elsewhere")
@pytest.mark.parametrize("home", ["below a file", "absent"])
def test_a_home_that_is_none_is_as_an_empty_one(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str) -> None:
    """What would be read there is absent, and what would be kept is not; only a config file that was asked for has to be there."""
    (tmp_path / "file").touch()
    place = tmp_path / "file" / "home" if home == "below a file" else tmp_path / "no" / "home"
    for name in [name for name in os.environ if name.startswith("XDG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(place))

    local = run("query", "SELECT 42 AS n")
    remote = run("query", "--sandbox", "SELECT count(*) > 0 AS found FROM openai.assistants.assistants")
    monkeypatch.setenv("ROWCALL_CONFIG", str(place / "config.toml"))
    asked = run("query", "SELECT 42 AS n")

    assert (local.stdout, local.stderr) == ('{"n":42}\n', "")
    assert (remote.stdout, remote.returncode) == ('{"found":true}\n', 0)
    assert (asked.stderr, asked.returncode) == (f"error: There is no config file {place / 'config.toml'}.\n", 2)


def test_the_sandbox_plays_the_providers_that_are_named(run: Run) -> None:
    """One or several, each with what it says to start from; without --sandbox there is nothing to play."""
    sql = "SELECT count(*) AS n FROM github.repos.repositories WHERE owner = 'octo-org'; SELECT count(*) AS n FROM sandbox_threads"

    ended = run("query", "--sandbox", "--provider", "github", "--provider", "openai", sql)
    alone = run("query", "--provider", "github", sql)
    unknown = run("query", "--sandbox", "--provider", "gihub", sql)

    assert [json.loads(line)["n"] > 30 for line in ended.stdout.splitlines()] == [True, True]
    assert (alone.returncode, unknown.returncode) == (2, 2)
    assert "--provider says whose tables to start from the sandbox gives; add --sandbox." in alone.stderr
    assert 'There is no provider "gihub". Did you mean github?' in unknown.stderr
