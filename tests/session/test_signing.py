"""Signatures of AWS, checked by a server that computes them itself, from what came over its socket."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from tests.session.authority import Answer, Asked, Authority, started

import rowcall
from rowcall.errors import AuthError, ResponseError, UsageError
from rowcall.http.aws import signed_for
from rowcall.manifest.model import AuthKind, AuthScheme
from rowcall.session.session import Session
from rowcall.shell.curl import curl_command
from rowcall.shell.repl import Sent

ID, SECRET, SESSION = "AKIDCANARY0123456789", "secret/canary+0123456789", "session-canary-0123456789=="
AUTH = 'auth: {aws: {kind: aws, region: "{region}", service: store}}\nvariables: {region: {description: Where., default: eu-west-1}}\n'
LIST = "SELECT id, name FROM depot.store.shelves"


def signature(asked: Asked, secret: str, *, is_s3: bool = False) -> str:
    """What the signature of a request is, by the steps that AWS publishes; nothing of the program under test is used.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    """
    fields = dict(part.strip().split("=", 1) for part in asked.headers["authorization"].removeprefix("AWS4-HMAC-SHA256 ").split(","))
    _, day, region, service, _ = fields["Credential"].split("/")
    path, _, query = asked.target.partition("?")
    encoded = path if is_s3 else "".join(c if c.isalnum() or c in "-._~/" else f"%{ord(c):02X}" for c in path)
    pairs = sorted(tuple(pair.partition("=")[::2]) for pair in query.split("&") if pair)
    names = fields["SignedHeaders"].split(";")
    canonical = "\n".join(
        [
            asked.method,
            encoded,
            "&".join(f"{name}={value}" for name, value in pairs),
            *(f"{name}:{' '.join(asked.headers[name].split())}" for name in names),
            "",
            fields["SignedHeaders"],
            hashlib.sha256(asked.content).hexdigest(),
        ]
    )
    to_sign = f"AWS4-HMAC-SHA256\n{asked.headers['x-amz-date']}\n{day}/{region}/{service}/aws4_request\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request", to_sign):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key.hex()


@pytest.fixture
def aws() -> Iterator[Authority]:
    """A server that lets in who signs right, for its region and service, within five minutes."""
    made = Authority()

    def answer(asked: Asked) -> Answer:
        sent = asked.headers.get("authorization", "")
        if f"Credential={ID}/" not in sent or sent.rpartition("Signature=")[2] != signature(asked, SECRET):
            return 403, {"message": "The request signature we calculated does not match."}
        then = datetime.datetime.strptime(asked.headers["x-amz-date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
        assert abs((datetime.datetime.now(datetime.UTC) - then).total_seconds()) < 300
        return made.shelves(asked)

    made.answer = answer
    server = started(made)
    yield made
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An environment in which nothing but these variables says who it is."""
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "aws-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)


def connected(server: Authority, folder: Path, more: str = AUTH, **settings: Any) -> Session:
    """A session on the depot."""
    path = server.manifest(folder, more)
    return rowcall.connect(provider_paths=[path], providers={"depot": settings}, journal=":memory:", max_write_rows=None)


def scope(asked: Asked) -> str:
    """What a request is signed for, as `eu-west-1/store`."""
    return "/".join(asked.headers["authorization"].partition("Credential=")[2].split("/")[2:4])


@pytest.mark.parametrize("transport", ["httpx", "curl"])
def test_reads_and_writes_are_signed(transport: str, aws: Authority, tmp_path: Path) -> None:
    """Path, query with all that can stand in one, and body."""
    with connected(aws, tmp_path, transport=transport) as db:
        assert db.sql(LIST).fetchall() == [(1, "oak")]
        for label in ("a b+c&d=e", "ü/ö:,@$[]*~(')", "", "100%"):
            db.sql(f"{LIST} WHERE label = ?", [label])
        assert db.sql("INSERT INTO depot.store.shelves (name) VALUES ('ü') RETURNING id").fetchall() == [(9,)]
        assert len(db.sql("SELECT id FROM depot.store.boxes WHERE shelf IN (1, 2)").fetchall()) == 2

    assert {scope(asked) for asked in aws.asked} == {"eu-west-1/store"}
    labels = [unquote(asked.target.partition("label=")[2]) for asked in aws.asked if "label=" in asked.target]
    assert labels == ["a b+c&d=e", "ü/ö:,@$[]*~(')", "", "100%"]


def test_the_published_example_has_the_published_signature() -> None:
    """That what these tests compute is what AWS does. Source: "get-vanilla-query-order-key-case" of its test suite for version 4."""
    sent = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=?"
    headers = {"authorization": sent, "host": "example.amazonaws.com", "x-amz-date": "20150830T123600Z"}
    asked = Asked("GET", "/?Param2=value2&Param1=value1", headers, b"")

    assert (
        signature(asked, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY") == "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
    )


def test_a_request_is_signed_anew_when_it_is_sent_again(aws: Authority, tmp_path: Path) -> None:
    """With the date of that moment."""
    inner, failures = aws.answer, [1, 1]

    def failing(asked: Asked) -> Answer | None:
        found = inner(asked)
        return (503, {}, {"retry-after": "1.1"}) if failures and found is not None and found[0] == 200 and failures.pop() else found

    aws.answer = failing
    with connected(aws, tmp_path) as db:
        assert db.sql(LIST).fetchall() == [(1, "oak")]

    assert len({asked.headers["x-amz-date"] for asked in aws.asked}) == 3
    assert len({asked.headers["authorization"] for asked in aws.asked}) == 3


def test_the_token_of_a_session_is_sent_and_signed(aws: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As temporary credentials have one."""
    monkeypatch.setenv("AWS_SESSION_TOKEN", SESSION)

    with connected(aws, tmp_path) as db:
        db.sql(LIST)

    assert aws.asked[0].headers["x-amz-security-token"] == SESSION
    assert "x-amz-security-token" in aws.asked[0].headers["authorization"]


def test_credentials_come_from_where_botocore_finds_them(aws: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile of AWS's own files, and its region where nobody else says one."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_PROFILE", "team")
    (tmp_path / "aws-credentials").write_text(f"[team]\naws_access_key_id = {ID}\naws_secret_access_key = {SECRET}\n")
    (tmp_path / "aws-config").write_text("[profile team]\nregion = ap-south-1\n")

    with connected(aws, tmp_path, "auth: {aws: {kind: aws, service: store}}\n") as db:
        db.sql(LIST)

    assert scope(aws.asked[0]) == "ap-south-1/store"


def test_settings_say_whose_key_it_is(aws: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of all that botocore finds; an id alone or a key alone is none."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDOTHER")

    with connected(aws, tmp_path, api_key_id=ID, api_key=SECRET, variables={"region": "us-west-2"}) as db:
        db.sql(LIST)
    with connected(aws, tmp_path, api_key=SECRET) as db, pytest.raises(AuthError, match="No id of the access key is set") as caught:
        db.sql(LIST)

    assert [scope(asked) for asked in aws.asked] == ["us-west-2/store"]
    assert "api_key_id under [providers.depot]" in str(caught.value)


def test_without_credentials_nothing_is_sent(aws: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the ways."""
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    with connected(aws, tmp_path) as db, pytest.raises(AuthError, match="There are no credentials of AWS for Depot") as caught:
        db.sql(LIST)

    assert "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" in str(caught.value)
    assert aws.asked == []


def test_a_resumed_write_is_signed_for_its_region_at_its_server(aws: Authority, tmp_path: Path) -> None:
    """Which the statement said, and the journal keeps, where the provider's own server is another one."""
    inner, failures = aws.answer, [(403, {"message": "Not now."})]
    aws.answer = lambda asked: failures.pop() if asked.method == "POST" and failures else inner(asked)
    folder = aws.manifest(tmp_path, "auth: {aws: {kind: aws, service: store}}\n", base_url="http://127.0.0.1:9/none")
    store = folder / "store.yaml"
    own = f"http: POST /shelves\n        base_url: {aws.url}/v1/{{region=us-east-1}}\n        parameters: {{region: {{in: server, description: Where.}}}}"
    store.write_text(store.read_text().replace("http: POST /shelves", own))
    one_by_one = {"depot": {"max_in_flight": 1}}
    with rowcall.connect(provider_paths=[folder], providers=one_by_one, journal=":memory:", max_write_rows=None) as db:
        with pytest.raises(AuthError, match="Not now"):
            db.sql("INSERT INTO depot.store.shelves (name, region) VALUES ('a', 'eu-west-2'), ('b', 'eu-west-2')")
        ((write, *_),) = db.sql("SHOW JOURNAL").fetchall()

        assert db.sql(f"RESUME '{write}'").select("outcome").fetchall() == [("refused",), ("done",)]

    assert {(asked.path, scope(asked)) for asked in aws.asked} == {("/v1/eu-west-2/shelves", "eu-west-2/store")}


def test_curl_signs_what_was_sent(aws: Authority, tmp_path: Path) -> None:
    """A command for it is let in, with the variables of AWS's own programs."""
    journal, started_at = tmp_path / "journal", time.time()
    with rowcall.connect(provider_paths=[aws.manifest(tmp_path, AUTH)], journal=journal) as db:
        db.sql(f"{LIST} WHERE label = 'a'")
        command = curl_command(db, Sent(db.last.exchanges, started_at), 1, {})

    found = subprocess.run(["sh", "-c", f"{command} -fsS"], check=True, capture_output=True, text=True).stdout

    assert json.loads(found) == {"shelves": [{"id": 1, "name": "oak"}]}
    assert SECRET not in command


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            "auth: {aws: {kind: aws, service: store}}\n",
            'which region of AWS a request to 127.0.0.1 is signed: set `variables = { region = "…" }`',
        ),
        ("auth: {aws: {kind: aws, region: eu-west-1}}\n", "which service of AWS"),
    ],
)
def test_what_nobody_says_is_asked_for(more: str, message: str, aws: Authority, tmp_path: Path) -> None:
    """Where the name of the server does not say it."""
    with connected(aws, tmp_path, more) as db, pytest.raises(UsageError, match=message):
        db.sql(LIST)

    assert aws.asked == []


def test_a_wrong_key_is_refused_in_the_apis_words(aws: Authority, tmp_path: Path) -> None:
    """And neither key nor signature is shown."""
    with (
        connected(aws, tmp_path, api_key_id=ID, api_key="wrong-canary-0123456789") as db,
        pytest.raises(AuthError, match="does not match") as caught,
    ):
        db.sql(LIST)

    assert "Check whose key it is (the setting api_key of provider depot)" in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("ec2.eu-west-1.amazonaws.com", ("eu-west-1", "ec2")),
        ("iam.amazonaws.com", ("us-east-1", "iam")),
        ("bucket.s3.eu-central-1.amazonaws.com", ("eu-central-1", "s3")),
        ("bucket.s3.dualstack.us-gov-west-1.amazonaws.com", ("us-gov-west-1", "s3")),
        ("s3-eu-west-1.amazonaws.com", ("eu-west-1", "s3")),
        ("s3.amazonaws.com", ("us-east-1", "s3")),
        ("abc.execute-api.us-east-2.amazonaws.com", ("us-east-2", "execute-api")),
        ("eu-west-1.queue.amazonaws.com", ("eu-west-1", "queue")),
        ("kms-fips.us-east-1.amazonaws.com", ("us-east-1", "kms")),
        ("email.us-east-1.amazonaws.com", ("us-east-1", "ses")),
        ("ec2.cn-north-1.amazonaws.com.cn", ("cn-north-1", "ec2")),
        ("lambda.us-west-2.api.aws", ("us-west-2", "lambda")),
        ("amazonaws.com.evil.example", ("mars-1", "rover")),
    ],
)
def test_the_name_of_a_server_says_what_is_signed_for(host: str, expected: tuple[str, str]) -> None:
    """Before variables do, and after the scheme itself."""
    variables = {"region": "mars-1", "service": "rover"}
    assert signed_for(AuthScheme(kind=AuthKind.AWS), f"https://{host}/x", variables) == expected
    own = AuthScheme(kind=AuthKind.AWS, region="{region}", service="own")
    assert signed_for(own, f"https://{host}/x", variables) == ("mars-1", "own")


def test_without_botocore_the_error_says_what_to_install(aws: Authority, tmp_path: Path) -> None:
    """By a statement, and by SHOW METHODS EXTENDED."""
    folder = aws.manifest(tmp_path, AUTH)
    program = f"""
import sys
sys.modules["botocore"] = None
import rowcall
db = rowcall.connect(provider_paths=[{str(folder)!r}])
try:
    db.sql({LIST!r})
except rowcall.RowcallError as error:
    print(error)
print(db.sql("SHOW METHODS EXTENDED IN depot.store.shelves").select("problem").fetchall())
"""

    said = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout

    assert said.count("pip install 'rowcall[aws]'") >= 2
    assert aws.asked == []


def test_a_service_of_buckets_is_signed_as_that_one_wants_it(aws: Authority, tmp_path: Path) -> None:
    """The digest of the body is a header, and a path is not encoded twice."""
    aws.answer = lambda asked: (
        aws.shelves(asked)
        if asked.headers["authorization"].endswith(signature(asked, SECRET, is_s3=True)) and "x-amz-content-sha256" in asked.headers
        else (403, {"message": "no"})
    )

    with connected(aws, tmp_path, AUTH.replace("service: store", "service: s3")) as db:
        assert db.sql(f"{LIST} WHERE label = 'a/b c'").fetchall() == [(1, "oak")]
        assert db.sql("INSERT INTO depot.store.shelves (name) VALUES ('ü') RETURNING id").fetchall() == [(9,)]


def test_a_redirect_to_another_place_takes_no_signature_with_it(aws: Authority, tmp_path: Path) -> None:
    """It is not followed."""
    other = Authority()
    server = started(other)
    aws.answer = lambda _: (307, b"", {"location": f"{other.url}/v1/shelves"})
    try:
        with connected(aws, tmp_path) as db, pytest.raises(ResponseError, match="to another place"):
            db.sql(LIST)
    finally:
        server.shutdown()
        server.server_close()

    assert other.asked == []
