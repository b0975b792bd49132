"""Files and forms: what is sent of them, byte for byte, what is shown and kept, and what comes back."""

from __future__ import annotations

import email.parser
import email.policy
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import DataError, PartialResultWarning, PlanError, ResponseError
from rowcall.manifest.read import load_provider
from rowcall.session import journal, planfile

OFFICE = Path(__file__).parent / "office"
BYTES = bytes(range(256)) * 3 + b"\r\n--rowcall-\r\n\r\n--\x00"
DIGEST = hashlib.sha256(BYTES).hexdigest()
SHOWN = {"filename": "a.bin", "bytes": len(BYTES), "sha256": DIGEST}
ADD = "INSERT INTO office.desk.covers (picture, filename, side) VALUES ($1, 'a.bin', 'front')"
COVERS = {"any": (200, BYTES), "text": (200, "naïve"), "none": (200, b""), "late": (500, {"error": {"message": "Later"}})}


def answer(asked: Any) -> tuple[Any, ...]:
    """A cover, or that one was made."""
    if asked.method == "GET":
        return COVERS.get(asked.path.split("/")[-2], (404, {"error": {"message": "No such cover"}}))
    return 200, {"id": "c1"}


class Desk:
    """A session on a server with covers, what that was asked, and what opens others."""

    def __init__(self, server: Any, folder: Path) -> None:
        self.server = server
        self.folder = folder

    def connect(self, **settings: Any) -> rowcall.Session:
        """Another session with the same journal."""
        office = {"base_url": f"http://127.0.0.1:{self.server.port}/api", "api_key": "key-very-secret", **settings}
        return rowcall.connect(providers={"office": office}, journal=self.folder / "journal.sqlite", max_write_rows=None)

    def parts(self, number: int = -1) -> list[tuple[str, str | None, str | None, bytes]]:
        """The parts of a request by a reader that is not ours: name, file name, media type and bytes."""
        asked = self.server.asked[number]
        head = f"Content-Type: {asked.headers['content-type']}\r\n\r\n".encode()
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + asked.content)
        found = []
        for part in message.iter_parts():
            kind = part.get_content_type() if "content-type" in part else None
            content = part.get_payload(decode=True)
            assert isinstance(content, bytes)
            found.append((str(part.get_param("name", header="content-disposition")), part.get_filename(), kind, content))
        return found


@pytest.fixture
def desk(scripted: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    """A server with covers, and a folder of the test's own."""
    catalog = Catalog({"office": load_provider(OFFICE)})
    monkeypatch.setattr(Catalog, "shipped", lambda: catalog)
    monkeypatch.chdir(tmp_path)
    return Desk(scripted(answer), tmp_path)


@pytest.fixture
def db(desk: Desk) -> Iterator[rowcall.Session]:
    """A session on it."""
    with desk.connect() as session:
        yield session


# -- sending -----------------------------------------------------------------------------------------------------------------------


def test_a_file_is_sent_byte_for_byte(db: rowcall.Session, desk: Desk) -> None:
    """Any bytes, and what looks like the end of a part among them; with the name that is given beside it."""
    (desk.folder / "a.bin").write_bytes(BYTES)
    query = (
        "INSERT INTO office.desk.covers (picture, filename, side) SELECT content, parse_filename(filename), 'back' FROM read_blob('*.bin')"
    )

    assert db.sql(query).fetchall() == [("c1",)]

    assert desk.server.asked[0].content.count(BYTES) == 1
    (name, filename, kind, _), side = desk.parts()[::-1]
    assert (name, filename, kind) == ("picture", "a.bin", "application/octet-stream")
    assert side == ("side", None, None, b"back")


@pytest.mark.parametrize("statement", [
    "EXEC office.desk.covers.add_cover @picture = (SELECT content FROM read_blob('a.png')), @filename = 'a.png'",
    "EXEC office.desk.covers.add_cover FROM (SELECT content AS picture, 'a.png' AS filename FROM read_blob('a.png'))",
    "INSERT INTO office.desk.covers BY NAME SELECT content AS picture, 'a.png' AS filename FROM read_blob('a.png')",
    "UPDATE office.desk.covers SET picture = (SELECT content FROM read_blob('a.png')), filename = 'a.png' WHERE cover_id = 'text'",
])  # fmt: skip
def test_every_statement_that_sends_something_sends_files(db: rowcall.Session, desk: Desk, statement: str) -> None:
    """Its media type follows from its name."""
    (desk.folder / "a.png").write_bytes(BYTES[:700])

    db.sql(statement)

    assert [(name, filename, kind) for name, filename, kind, _ in desk.parts()] == [("picture", "a.png", "image/png")]
    assert desk.server.asked[-1].content.count(BYTES[:700]) == 1


def test_a_file_is_put_in_place_of_one_without_reading_it(db: rowcall.Session, desk: Desk) -> None:
    """Where WHERE says which is meant."""
    db.sql("UPDATE office.desk.covers SET picture = 'x', filename = 'a' || '.png' WHERE cover_id = 'c1'")

    assert [(asked.method, asked.path) for asked in desk.server.asked] == [("PUT", "/api/covers/c1")]
    assert desk.parts()[0][1::2] == ("a.png", b"x")


def test_a_text_is_the_file_and_never_the_name_of_one(db: rowcall.Session, desk: Desk) -> None:
    """Without a name it is called as its attribute is."""
    (desk.folder / "secret.txt").write_text("do not send")

    db.sql("INSERT INTO office.desk.covers (picture) VALUES ('secret.txt'), ('@secret.txt'), ('naïve')")

    assert sorted(desk.parts(number)[0][3] for number in range(3)) == [b"@secret.txt", "naïve".encode(), b"secret.txt"]
    assert desk.parts()[0][1] == "picture"


def test_what_is_no_file_is_a_field_each(db: rowcall.Session, desk: Desk) -> None:
    """An object is one for each of its own, and a list one for each item."""
    db.sql(
        "INSERT INTO office.desk.covers (side, size, tags, parts, is_new) "
        "VALUES ('front', {'width': 12, 'unit': 'cm'}, ['a', 'b'], [{'name': 'x'}, {'name': 'y'}], true)"
    )

    assert [(name, content.decode()) for name, _, _, content in desk.parts()] == [
        ("side", "front"),
        ("size[width]", "12"),
        ("size[unit]", "cm"),
        ("tags[]", "a"),
        ("tags[]", "b"),
        ("parts[0][name]", "x"),
        ("parts[1][name]", "y"),
        ("is_new", "true"),
    ]


def test_a_form_without_files_is_encoded_as_a_url_is(db: rowcall.Session, desk: Desk) -> None:
    """Spaces, signs and letters of any alphabet; NULL in a text of JSON is an empty text."""
    db.sql(
        "EXEC office.desk.covers.order_cover @copies = 2, @gift = false, @labels = MAP {'für': 'a & b=c'}, @tags = ['x', 'y'], "
        """@@json = '{"note": null}'"""
    )

    asked = desk.server.asked[0]
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.body == "note=&copies=2&gift=false&labels%5Bf%C3%BCr%5D=a+%26+b%3Dc&tags=x&tags=y"


@pytest.mark.parametrize("transport", ["httpx", "curl"])
def test_a_large_file_arrives_whole(desk: Desk, transport: str) -> None:
    """Whatever carries it."""
    if transport == "curl":
        pytest.importorskip("pycurl")
    content = BYTES * 20_000
    with desk.connect(transport=transport) as db:
        db.sql(ADD, [content])

    sent = desk.server.asked[0].content
    assert len(sent) == int(desk.server.asked[0].headers["content-length"])
    assert content in sent


@pytest.mark.parametrize(("values", "message", "at"), [
    ("(5, 'a.bin')", "picture takes a file: a BLOB, as content of read_blob('…'), or a text, not 5.", "picture"),
    ("('x', 'folder/a.bin')", 'filename is "folder/a.bin", and has to be a name without folders', "filename"),
    ("('x', '..')", 'filename is "..", and has to be a name', "filename"),
    ("('x', '')", 'filename is "", and has to be a name', "filename"),
    ("(NULL, 'a.bin')", "filename is what picture is called, and picture is not given.", "filename"),
], ids=["a number", "a path", "dots", "nothing", "no file"])  # fmt: skip
def test_what_is_no_file_and_no_name_of_one_is_refused(db: rowcall.Session, desk: Desk, values: str, message: str, at: str) -> None:
    """At its place, and before anything is sent."""
    statement = f"INSERT INTO office.desk.covers (picture, filename) VALUES {values}"

    with pytest.raises(DataError) as caught:
        db.sql(statement)

    assert message in caught.value.message
    assert caught.value.span is not None
    assert statement[caught.value.span.start : caught.value.span.end] == at
    assert not desk.server.asked


def test_a_file_is_given_by_itself(db: rowcall.Session, desk: Desk) -> None:
    """A body that is given as a whole is JSON, which has none."""
    with pytest.raises(DataError, match="takes a file, which is given by itself and in no other value"):
        db.sql("""EXEC office.desk.covers.add_cover @@json = '{"picture": "x"}'""")
    assert not desk.server.asked


def test_files_have_a_limit(desk: Desk) -> None:
    """Of one statement together, which says which setting it is; nothing is sent."""
    with desk.connect(max_upload_bytes=10) as db:
        with pytest.raises(DataError) as caught:
            db.sql("INSERT INTO office.desk.covers (picture) VALUES ('123456'::BLOB), ('789012'::BLOB)")
        assert "the files of a statement 10 at the most (max_upload_bytes of office)" in caught.value.message
        with pytest.raises(DataError, match="11 bytes"):
            db.sql("EXEC office.desk.covers.add_cover @picture = '12345678901'")
        assert not desk.server.asked
        db.sql("EXEC office.desk.covers.add_cover @picture = '1234567890'")


# -- what is shown and kept --------------------------------------------------------------------------------------------------------


def test_what_is_shown_of_a_file_is_its_name_size_and_digest(db: rowcall.Session) -> None:
    """By EXPLAIN, a dry run and the journal."""
    explained = dict(db.sql(f"EXPLAIN {ADD}", [BYTES]).fetchall())
    (dry,) = db.sql(ADD, [BYTES], dry_run=True).select("body").fetchall()
    db.sql(ADD, [BYTES])
    (noted,) = db.sql("SELECT body FROM rowcall_journal()").fetchall()

    assert json.loads(explained["request"].split(" ", 2)[2]) == {"side": "front", "picture": SHOWN}
    assert json.loads(dry[0]) == json.loads(noted[0]) == {"side": "front", "picture": SHOWN}


def test_the_journal_holds_no_file_of_a_write_that_is_done(db: rowcall.Session, desk: Desk) -> None:
    """Nobody needs it any more."""
    db.sql(ADD, [b"once upon a time in a file"])
    db.close()

    assert b"once upon a time" not in _bytes(desk)


def _bytes(desk: Desk) -> bytes:
    import sqlite3

    with sqlite3.connect(desk.folder / "journal.sqlite") as con:
        found = con.execute("SELECT content FROM files").fetchall()
    con.close()
    return b"".join(row[0] for row in found)


def test_a_plan_sends_the_files_that_it_was_made_of(db: rowcall.Session, desk: Desk) -> None:
    """Whatever becomes of them on the disk; as text where they are text, so that people can read it."""
    for number, content in enumerate((b"a text", BYTES, BYTES)):
        (desk.folder / f"{number}.bin").write_bytes(content)
    db.sql(
        "PLAN INSERT INTO office.desk.covers (picture, filename) SELECT content, parse_filename(filename) FROM read_blob('*.bin') "
        "ORDER BY filename INTO 'plan.jsonl'"
    )
    lines = [json.loads(line) for line in (desk.folder / "plan.jsonl").read_text().splitlines()]
    for number in range(3):
        (desk.folder / f"{number}.bin").unlink()
    assert not desk.server.asked
    assert lines[2]["body"] == {"picture": {**SHOWN, "filename": "1.bin"}}
    assert lines[4]["text"] == "a text"
    assert len(lines) == 6

    db.sql("APPLY 'plan.jsonl'")

    contents = sorted((desk.parts(number)[0][1], desk.server.asked[number].content) for number in range(3))
    assert [name for name, _ in contents] == ["0.bin", "1.bin", "2.bin"]
    assert all(content in body for content, (_, body) in zip((b"a text", BYTES, BYTES), contents, strict=True))


def test_a_plan_of_a_form_is_applied(db: rowcall.Session, desk: Desk) -> None:
    """Also where a field is called otherwise than its attribute."""
    db.sql("PLAN INSERT INTO office.desk.covers (picture, tags, size) VALUES ('x', ['a', 'b'], {'width': 1}) INTO 'plan.jsonl'")

    db.sql("APPLY 'plan.jsonl'")

    assert [(name, content) for name, _, _, content in desk.parts()] == [
        ("tags[]", b"a"),
        ("tags[]", b"b"),
        ("size[width]", b"1"),
        ("picture", b"x"),
    ]


def test_a_plan_whose_file_is_another_one_is_refused(db: rowcall.Session, desk: Desk) -> None:
    """Though its own digest was made to fit."""
    db.sql(f"PLAN {ADD} INTO 'plan.jsonl'", [b"a text"])
    text = (desk.folder / "plan.jsonl").read_text()
    first, _, rest = text.partition("\n")
    zeros = first[: first.rindex("sha256:") + 7] + "0" * 64 + '"}'
    for instead in ("another", None):
        below = rest.replace("a text", instead) if instead else "".join(rest.splitlines(keepends=True)[:-1])
        digest = hashlib.sha256(f"{zeros}\n{below}".encode()).hexdigest()
        (desk.folder / "plan.jsonl").write_text(f"{zeros.replace('0' * 64, digest)}\n{below}")

        with pytest.raises(PlanError, match=r"another digest than stands there|takes a file"):
            db.sql("APPLY 'plan.jsonl'")

    assert not desk.server.asked


def test_a_plan_holds_so_many_bytes_and_no_more(db: rowcall.Session, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read as a whole; the write can be sent without one."""
    monkeypatch.setattr("rowcall.session.planning.MOST_BYTES", 5)

    with pytest.raises(PlanError, match="have 6 bytes, and a plan holds 5 at the most"):
        db.sql(f"PLAN {ADD} INTO 'plan.jsonl'", [b"a text"])

    assert not list(desk.folder.glob("plan*"))
    assert planfile.MOST_BYTES == 64 << 20


def test_a_file_with_the_key_in_it_stands_in_no_plan(db: rowcall.Session, desk: Desk) -> None:
    """As nothing does that has it."""
    with pytest.raises(PlanError, match="Row 1 has a secret of office in it"):
        db.sql(f"PLAN {ADD} INTO 'plan.jsonl'", [b"\xff key-very-secret"])

    assert not list(desk.folder.glob("plan*"))


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "not kept"])
def test_what_is_resumed_is_the_same_bytes_or_not_sent(desk: Desk, monkeypatch: pytest.MonkeyPatch, kept: bool) -> None:
    """A file that is too large is not kept, and RESUME says so."""
    if not kept:
        monkeypatch.setattr(journal, "KEPT_BYTES", 10)
    first, second = b"the first file", BYTES
    desk.server.answer = lambda asked: (429, {"error": {"message": "Wait"}}) if first in asked.content else (200, {"id": "c1"})
    with desk.connect() as db:
        rows = "(VALUES ($1::BLOB, 1), ($2::BLOB, 2)) t(content, number) ORDER BY number"
        with pytest.raises(rowcall.errors.RateLimitError):
            db.sql(f"INSERT INTO office.desk.covers (picture) SELECT content FROM {rows}", [first, second])
        (write,) = db.sql("SHOW JOURNAL").select("write_id").fetchall()[0]
        desk.server.answer = lambda _: (200, {"id": "c1"})
        desk.server.asked.clear()

        if kept:
            assert db.sql(f"RESUME '{write}'").select("outcome").fetchall() == [("done",), ("done",)]
            assert sorted(desk.parts(number)[0][3][:5] for number in range(2)) == sorted([second[:5], first[:5]])
            assert any(second in asked.content for asked in desk.server.asked)
        else:
            with pytest.warns(PartialResultWarning, match=r"Rows 1, 2 had a file in it that is not kept, and was not sent\."):
                db.sql(f"RESUME '{write}'")
            assert not desk.server.asked


# -- what comes back ---------------------------------------------------------------------------------------------------------------


def test_an_answer_may_be_any_bytes(db: rowcall.Session, desk: Desk) -> None:
    """They are a BLOB, and a text beside it where they are one."""
    query = "SELECT cover_id, content, text FROM office.desk.covers WHERE cover_id IN ('any', 'text', 'none') ORDER BY 1"

    assert db.sql(query).fetchall() == [("any", BYTES, None), ("none", b"", ""), ("text", "naïve".encode(), "naïve")]
    assert db.sql("SELECT text FROM office.desk.covers WHERE cover_id = 'text'").fetchall() == [("naïve",)]
    assert db.sql("SELECT octet_length(content) FROM office.desk.covers WHERE cover_id = 'any'").fetchall() == [(len(BYTES),)]
    db.sql("COPY (SELECT content FROM office.desk.covers WHERE cover_id = 'any') TO 'out.bin' (FORMAT blob)")
    assert (desk.folder / "out.bin").read_bytes() == BYTES


def test_an_error_is_no_file(db: rowcall.Session) -> None:
    """However it looks; and what is not there is no row."""
    with pytest.raises(rowcall.errors.UnavailableError, match="Later"):
        db.sql("SELECT content FROM office.desk.covers WHERE cover_id = 'late'")
    assert db.sql("SELECT content FROM office.desk.covers WHERE cover_id = 'lost'").fetchall() == []


def test_a_file_that_is_too_long_is_an_error(desk: Desk) -> None:
    """By the limit of every answer."""
    with desk.connect(max_response_bytes=100) as db, pytest.raises(ResponseError, match="goes on sending after 100 bytes"):
        db.sql("SELECT content FROM office.desk.covers WHERE cover_id = 'any'")


def test_a_file_is_copied_from_one_place_to_another(db: rowcall.Session, desk: Desk) -> None:
    """In one statement, which reads it first."""
    db.sql(
        "INSERT INTO office.desk.covers (picture, filename) SELECT content, cover_id || '.bin' FROM office.desk.covers WHERE cover_id = 'any'"
    )

    assert BYTES in desk.server.asked[-1].content
    assert desk.parts()[0][1] == "any.bin"
