"""GitHub as its manifest describes it, on its sandbox: without a key and with one, its pages, limits and conditional requests."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

import rowcall
from rowcall.errors import RateLimitError, ResponseError, RowcallWarning
from rowcall.sandbox.clock import Clock
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session

REPO = "owner = 'octo-org' AND repo = 'octo-repo'"


@pytest.fixture
def box() -> Iterator[Sandbox]:
    """A sandbox of its own."""
    with Sandbox("github", clock=Clock(held=True)) as box:
        yield box


@pytest.fixture
def db(box: Sandbox) -> Iterator[Session]:
    """A session that has the key."""
    with rowcall.connect(providers=box.providers, journal=":memory:") as db:
        yield db


@pytest.fixture
def public(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """A session without a key."""
    for name in ("GITHUB_TOKEN", "GH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with rowcall.connect(providers={"github": {"base_url": box.base_url}}, journal=":memory:") as db:
        yield db


def asked(box: Sandbox) -> list[tuple[str, dict[str, str]]]:
    """Path and parameters of each request."""
    return [(request.path, dict(request.query)) for request in box.requests]


def test_what_is_public_is_read_without_a_key(box: Sandbox, public: Session) -> None:
    """No credential is sent, and what one would need a key for is said."""
    ((rows,),) = public.sql("SELECT count(*) FROM github.repos.repositories WHERE owner = 'octo-org'").fetchall()

    assert rows > 30
    assert "authorization" not in box.requests[0].headers


@pytest.mark.parametrize("variable", ["GITHUB_TOKEN", "GH_TOKEN"])
def test_the_key_comes_from_either_variable(box: Sandbox, monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """It is sent as a bearer's, and a wrong one is refused."""
    monkeypatch.setenv(variable, "wrong")
    with (
        rowcall.connect(providers={"github": {"base_url": box.base_url}}, journal=":memory:") as db,
        pytest.raises(rowcall.errors.AuthError),
    ):
        db.sql("SELECT login FROM github.users.users WHERE login = 'octocat'")
    monkeypatch.setenv(variable, box.api_key)
    with rowcall.connect(providers={"github": {"base_url": box.base_url}}, journal=":memory:") as db:
        assert db.sql("SELECT login FROM github.users.users WHERE login = 'octocat'").fetchall() == [("octocat",)]


def test_all_issues_are_asked_for_unless_a_statement_says_which(box: Sandbox, db: Session) -> None:
    """The API by itself lists open ones alone, which would be half an answer."""
    states = db.sql(f"SELECT DISTINCT state FROM github.issues.issues WHERE {REPO}").fetchall()
    db.sql(f"SELECT number FROM github.issues.issues WHERE {REPO} AND state = 'open'").fetchall()
    db.sql(f"SELECT number FROM github.issues.issues WHERE {REPO} AND author = 'ana'").fetchall()

    assert sorted(states) == [("closed",), ("open",)]
    assert [query["state"] for _, query in asked(box)] == ["all", "open", "all"]
    assert asked(box)[2][1]["creator"] == "ana"


def test_pages_are_known_from_the_link_to_the_last(box: Sandbox, db: Session) -> None:
    """Each row comes once, however small the pages are that the API gives."""
    box.fault("capped", rows=10, times=None)

    numbers = db.sql(f"SELECT number FROM github.issues.issues WHERE {REPO}").fetchall()

    assert len(numbers) == len(set(numbers)) > 30
    assert {query.get("page", "1") for _, query in asked(box)} >= {"1", "2", "3", "4"}


def test_a_used_up_quota_is_an_error_that_says_when_it_begins_anew(box: Sandbox, public: Session) -> None:
    """Where that is long, nothing is asked in vain; a key is the way out."""
    statement = "SELECT name FROM github.users.users WHERE login = 'octocat'"
    for _ in range(60):
        public.sql(statement).fetchall()

    with pytest.raises(
        RateLimitError, match=r"GitHub limits the rate of requests: API rate limit exceeded.*It asks to wait [\d.]+ s"
    ) as caught:
        public.sql(statement)

    assert "GITHUB_TOKEN" in str(caught.value)
    assert 3000 < (caught.value.retry_after_s or 0) < 3610
    assert len(box.requests) == 61


def test_a_secondary_limit_is_waited_for(box: Sandbox, db: Session) -> None:
    """GitHub says it with 403 and Retry-After, which is no refusal of the key."""
    box.fault("rate_limit", times=2, retry_after_s=0)

    rows = db.sql("SELECT login FROM github.users.users WHERE login = 'octocat'").fetchall()

    assert rows == [("octocat",)]
    assert [request.status for request in box.requests] == [403, 403, 200]


def test_a_refusal_with_403_and_no_limit_is_one(box: Sandbox, db: Session) -> None:
    """It is not tried again."""
    db.sql("SET rowcall_max_write_rows = 10")
    with pytest.raises(rowcall.errors.AuthError, match="The workflow run is already running"):
        db.sql("EXEC github.actions.workflow_runs.rerun_workflow_run @owner = 'octo-org', @repo = 'octo-repo', @run_id = 30433642")
    assert len(box.requests) == 1


def test_what_has_not_changed_costs_nothing(box: Sandbox) -> None:
    """An answer has an ETag, and who has it is told so, which counts for no quota."""
    with httpx.Client(base_url=box.base_url, trust_env=False) as client:
        first = client.get("/users/octocat")
        again = client.get("/users/octocat", headers={"If-None-Match": first.headers["etag"]})
        later = client.get("/users/octocat")

    assert (again.status_code, again.content) == (304, b"")
    assert [answer.headers["x-ratelimit-used"] for answer in (first, later)] == ["1", "2"]
    assert int(first.headers["x-ratelimit-remaining"]) == 59


def test_a_statement_with_a_cache_asks_whether_anything_has_changed(box: Sandbox, db: Session) -> None:
    """What has become too old is asked for on condition."""
    statement = "SELECT login FROM github.users.users WHERE login = 'octocat'"
    for _ in range(2):
        assert db.sql(statement, cache="1ms").fetchall() == [("octocat",)]

    assert [request.status for request in box.requests] == [200, 304]


def test_a_run_is_cancelled_and_tried_again(db: Session) -> None:
    """Its state says so, and AWAIT follows it to its end."""
    key = "@owner = 'octo-org', @repo = 'octo-repo', @run_id = 30433642"
    read = f"SELECT status, conclusion, run_attempt FROM github.actions.workflow_runs WHERE {REPO} AND id = 30433642"

    before = db.sql(read).fetchall()
    db.sql(f"EXEC github.actions.workflow_runs.cancel_workflow_run {key}")
    cancelled = db.sql(read).fetchall()
    db.sql(f"EXEC github.actions.workflow_runs.rerun_workflow_run {key}")
    again = db.sql(read).fetchall()

    assert before == [("in_progress", None, 1)]
    assert cancelled == [("completed", "cancelled", 1)]
    assert again == [("queued", None, 2)]


def test_an_issue_is_opened_and_closed(db: Session) -> None:
    """What was written is what is read."""
    statement = "INSERT INTO github.issues.issues (owner, repo, title, labels) VALUES ('octo-org', 'octo-repo', 'Count arms', ['bug']) RETURNING number"
    ((number,),) = db.sql(statement).fetchall()
    read = f"SELECT title, state, labels[1].name FROM github.issues.issues WHERE {REPO} AND number = {number}"

    opened = db.sql(read).fetchall()
    db.sql(f"UPDATE github.issues.issues SET state = 'closed' WHERE {REPO} AND number = {number}")

    assert opened == [("Count arms", "open", "bug")]
    assert db.sql(read).fetchall() == [("Count arms", "closed", "bug")]


def test_a_repository_that_is_not_there_is_an_error_and_its_absence_none(db: Session) -> None:
    """Its issues cannot be listed; that it is not there can be asked."""
    with pytest.raises(ResponseError, match="Not Found"):
        db.sql("SELECT number FROM github.issues.issues WHERE owner = 'octo-org' AND repo = 'nowhere'")
    assert db.sql("SELECT id FROM github.repos.repositories WHERE owner = 'octo-org' AND name = 'nowhere'").fetchall() == []


def test_a_sub_select_of_from_alone_has_the_columns_of_the_resource(db: Session) -> None:
    """Those that only the request has are not in it, wherever it stands."""
    inner = f"FROM github.repos.contributors WHERE {REPO}"

    whole, within = db.sql(inner), db.sql(f"SELECT coalesce(c.login, 'nobody') AS login, c.* FROM ({inner}) c")

    assert within.columns[1:] == whole.columns
    assert "owner" not in whole.columns
    assert len(within.fetchall()) == len(whole.fetchall()) > 30


def test_its_bare_names_are_its_own() -> None:
    """Only users are called so elsewhere too; any other name may be written alone."""
    from rowcall.catalog.catalog import Catalog

    names: dict[str, set[str]] = {}
    for ref in Catalog.shipped().resources():
        names.setdefault(ref.name, set()).add(ref.provider.provider)

    assert {name: providers for name, providers in names.items() if "github" in providers and len(providers) > 1}.keys() <= {"users"}


@contextmanager
def answering(answer: Callable[[str], tuple[Any, dict[str, str]]]) -> Iterator[Session]:
    """A session with a server that says of a path with its query what there is, None where nothing is, and with which headers."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            """What the function says."""
            found, headers = answer(self.path)
            text = json.dumps({"message": "Not Found"} if found is None else found).encode()
            self.send_response(404 if found is None else 200)
            for name, value in {"content-type": "application/json", "content-length": str(len(text)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    place = {"base_url": f"http://127.0.0.1:{server.server_port}", "api_key": "k"}
    with rowcall.connect(providers={"github": place}, journal=":memory:") as db:
        yield db
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def spelling() -> Iterator[Session]:
    """A session with an API that knows names in any case, as GitHub does, and answers with its own spelling."""
    found = {"id": 1, "owner": {"login": "octo-org", "id": 7}, "name": "octo-repo", "full_name": "octo-org/octo-repo"}
    known = {"/repos/octo-org/octo-repo": found, "/users/octo-org/repos": [found]}
    with answering(lambda path: (known.get(path.partition("?")[0].lower()), {})) as db:
        yield db


def commit(path: str) -> tuple[Any, dict[str, str]]:
    """A commit of 400 files, as many of them on a page as are asked for, 300 where nothing is."""
    place, _, query = path.partition("?")
    asked = dict(parse_qsl(query))
    size, page = int(asked.get("per_page", 300)), int(asked.get("page", 1))
    names = [f"{number:03}.py" for number in range(400)][size * (page - 1) : size * page]
    files = [{"sha": "0", "filename": name, "status": "added", "additions": 1, "deletions": 0, "changes": 1} for name in names]
    more = {"link": f'<{place}?per_page={size}&page={page + 1}>; rel="next"'} if size * page < 400 else {}
    return {"sha": "abc", "commit": {"message": "All of it"}, "stats": {"total": 400}, "files": files}, more


def test_all_files_of_a_commit_are_read_page_by_page() -> None:
    """Of a commit itself GitHub gives the first ones, which is said."""
    with answering(commit) as db:
        whole = db.sql(f"SELECT count(*), count(DISTINCT filename) FROM github.repos.commit_files WHERE {REPO} AND ref = 'abc'").fetchall()
        with pytest.warns(RowcallWarning, match="commit_details: the API's answer goes on, which get_commit does not read"):
            first = db.sql(f"SELECT len(files) FROM github.repos.commit_details WHERE {REPO} AND sha = 'abc'").fetchall()
        requests = db.sql("SELECT count(*) FROM rowcall_requests()").fetchall()

    assert (whole, first, requests) == ([(400, 400)], [(300,)], [(5,)])


def test_the_sandbox_has_both_a_commit_and_its_files(box: Sandbox, db: Session) -> None:
    """They are at one path, and told apart by the query that one of them has always."""
    one = "'6dcb09b5b57875f334f61aebed695e2e4193db5e'"
    ((files,),) = db.sql(f"SELECT count(*) FROM github.repos.commit_files WHERE {REPO} AND ref = {one}").fetchall()
    ((whole,),) = db.sql(f"SELECT len(files) FROM github.repos.commit_details WHERE {REPO} AND sha = {one}").fetchall()

    assert (files > 0, whole) == (True, 2)
    assert [query.get("per_page") for _, query in asked(box)] == ["100", "100", None]


def test_names_are_known_in_any_case(spelling: Session) -> None:
    """The rows have them as they were asked for, so that a condition and a join find them: of two cases of one, that of the API alone."""
    several = spelling.sql("SELECT owner, full_name FROM github.repos.repositories WHERE owner = 'Octo-Org'").fetchall()
    one = spelling.sql("SELECT owner, name, id FROM github.repos.repositories WHERE owner = 'OCTO-ORG' AND name = 'Octo-Repo'").fetchall()
    spelling.connection.execute("CREATE TABLE ours AS SELECT unnest(['Octo-Org', 'octo-org']) AS owner")
    with pytest.warns(RowcallWarning, match="1 row of github.repos.repositories has another owner than was asked for, such as 'octo-org'"):
        joined = spelling.sql("SELECT o.owner, r.id FROM ours o LEFT JOIN github.repos.repositories r USING (owner) ORDER BY 1").fetchall()

    assert several == [("Octo-Org", "octo-org/octo-repo")]
    assert one == [("OCTO-ORG", "Octo-Repo", 1)]
    assert joined == [("Octo-Org", None), ("octo-org", 1)]
