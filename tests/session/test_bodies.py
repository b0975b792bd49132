"""Bodies that are no JSON objects and no forms, as other readers than ours read what was sent: what is shown, kept and refused of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import rowcall
from rowcall.catalog.catalog import Catalog
from rowcall.errors import DataError, RateLimitError
from rowcall.manifest.read import load_provider

DEPOT = Path(__file__).parent / "depot"
BYTES = bytes(range(256)) * 3
FULL = """INSERT INTO depot.yard.crates (label, id, weight, fragile, tags, notes, maker, parts, extra, more) VALUES (
    '<a & "b">', 'c-1', 2.50, true, ['x', 'y'], ['one'], {'code': 'M', 'name': 'Mill'},
    [{'sku': 's1', 'count': 2, 'holds': ['p', 'q']}, {'sku': 's2', 'count': NULL, 'holds': []}], MAP {'colour': 'réd'}, {'a': [1, 2]})"""


def answer(asked: Any) -> tuple[int, Any]:
    """That something was made."""
    if asked.path.endswith("/weighing"):
        return 200, "<Weighed><Total>12.5</Total></Weighed>"
    if asked.path == "/api/events" and asked.method == "GET":
        return 200, '{"number": 1, "what": "a"}\n\n{"number": 2, "what": null}\r\n{"number":3}'
    return 200, '<Crate id="c-9"><Label>a</Label></Crate>' if "/crates" in asked.path else {"id": "m1"}


class Depot:
    """A server that takes anything, and what opens sessions on it."""

    def __init__(self, server: Any, folder: Path) -> None:
        self.server = server
        self.folder = folder

    def connect(self, **settings: Any) -> rowcall.Session:
        """A session with the journal of the test."""
        depot = {"base_url": f"http://127.0.0.1:{self.server.port}/api", "api_key": "key-very-secret", **settings}
        return rowcall.connect(providers={"depot": depot}, journal=self.folder / "journal.sqlite", max_write_rows=None)

    def sent(self, number: int = -1) -> tuple[str, bytes]:
        """The media type and the bytes of a request."""
        asked = self.server.asked[number]
        assert int(asked.headers["content-length"]) == len(asked.content)
        return asked.headers.get("content-type", ""), asked.content

    def xml(self, number: int = -1) -> ET.Element:
        """The root element of a request, by a reader that is not ours."""
        return ET.fromstring(self.sent(number)[1])


@pytest.fixture
def depot(scripted: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Depot:
    """A server, and a folder of the test's own."""
    catalog = Catalog({"depot": load_provider(DEPOT)})
    monkeypatch.setattr(Catalog, "shipped", lambda: catalog)
    monkeypatch.chdir(tmp_path)
    return Depot(scripted(answer), tmp_path)


@pytest.fixture
def db(depot: Depot) -> Iterator[rowcall.Session]:
    """A session on it."""
    with depot.connect() as session:
        yield session


# -- XML ---------------------------------------------------------------------------------------------------------------------------


def test_xml_has_elements_attributes_and_namespaces_as_the_manifest_says(db: rowcall.Session, depot: Depot) -> None:
    """In the order of the manifest, whatever that of the statement is; a list is an element for each item, in another one or not."""
    made = db.sql(f"{FULL} RETURNING id, label").fetchall()

    assert made == [("c-9", "a")]
    kind, content = depot.sent()
    assert kind == "application/xml"
    assert content.decode() == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Crate xmlns="urn:depot" xmlns:m="urn:makers" id="c-1">'
        '<Label>&lt;a &amp; "b"&gt;</Label><Weight>2.5</Weight><Fragile>true</Fragile><Tags><Tag>x</Tag><Tag>y</Tag></Tags><Note>one</Note>'
        '<m:Maker code="M">Mill</m:Maker><Parts><Part sku="s1"><Count>2</Count><Holds><Item>p</Item><Item>q</Item></Holds></Part>'
        '<Part sku="s2"><Holds></Holds></Part></Parts><Extra><colour>réd</colour></Extra><More><a>1</a><a>2</a></More></Crate>'
    )
    root = depot.xml()
    assert (root.tag, root.attrib) == ("{urn:depot}Crate", {"id": "c-1"})
    assert [(each.tag.rpartition("}")[2], each.text) for each in root][:2] == [("Label", '<a & "b">'), ("Weight", "2.5")]
    assert root.find("{urn:makers}Maker") is not None


@pytest.mark.parametrize("text", ["a\r\nb\tc\rd", " \"'<>&]]> ", "\U0001f600 \u00a0\u2028 \ufffd", "<!-- x --><![CDATA[", "&#65;", ""])
def test_a_text_arrives_as_it_is(db: rowcall.Session, depot: Depot, text: str) -> None:
    """In an element and in an attribute."""
    db.sql("INSERT INTO depot.yard.crates (label, id, notes) VALUES ($1, $1, [$1, $1])", [text])

    root = depot.xml()
    assert (root.findtext("{urn:depot}Label"), root.get("id")) == (text, text)
    assert [each.text or "" for each in root.findall("{urn:depot}Note")] == [text, text]


@pytest.mark.parametrize(("values", "said", "at"), [
    ("('a' || chr(7), 'x', [], MAP {})", "label cannot be sent as XML: `Crate.Label` has the character U+0007 in it, which XML cannot hold.", "label"),
    ("('a', chr(11), [], MAP {})", "`Crate.-id` has the character U+000B", "id"),
    ("('a', 'x', ['b', chr(65534)], MAP {})", "`Crate.Note[1]` has the character U+FFFE", "notes"),
    ("('a', 'x', [], MAP {'a b': 'c'})", "`Crate.Extra.a b` has a name that XML has not for an element", "extra"),
    ("('a', 'x', [], MAP {'y:b': 'c'})", "the prefix `y` of `Crate.Extra.y:b` stands for no namespace", "extra"),
    ("(repeat('a', 21), 'x', [], MAP {})", "takes at most 20 characters, not 21", "label"),
], ids=["control", "in an attribute", "in a list", "no name", "no prefix", "too long"])  # fmt: skip
def test_what_xml_cannot_hold_is_refused_before_anything_is_sent(
    db: rowcall.Session, depot: Depot, values: str, said: str, at: str
) -> None:
    """At its place in the statement, though the row before it could be sent."""
    statement = f"INSERT INTO depot.yard.crates (label, id, notes, extra) VALUES ('fine', 'y', ['z'], MAP {{'k': 'v'}}), {values}"

    with pytest.raises(DataError) as caught:
        db.sql(statement)

    assert said in caught.value.message
    assert "It is row 2 of 2; nothing was sent." in caught.value.message
    assert caught.value.span is not None
    assert statement[caught.value.span.start : caught.value.span.end] == at
    assert not depot.server.asked


@pytest.mark.parametrize(("value", "said"), [
    ("[[1], [2]]", "`Crate.More` is a list of lists, for which XML has no elements"),
    ("{'-a': {'b': 1}}", "`Crate.More.-a` is of several values, and an attribute or a text of one"),
])  # fmt: skip
def test_what_has_no_form_in_xml_is_refused(db: rowcall.Session, depot: Depot, value: str, said: str) -> None:
    """And never left out."""
    with pytest.raises(DataError, match="more cannot be sent as XML") as caught:
        db.sql(f"INSERT INTO depot.yard.crates (label, more) VALUES ('a', {value})")
    assert said in caught.value.message
    assert not depot.server.asked


def test_an_update_and_an_exec_send_xml(db: rowcall.Session, depot: Depot) -> None:
    """With the media type that the manifest says; NULL is an empty element, and an empty list none in that of its own."""
    db.sql("UPDATE depot.yard.crates SET weight = NULL, label = 'a', tags = [], notes = [] WHERE id = 'c-1'")

    kind, content = depot.sent()
    assert kind == "text/xml; charset=utf-8"
    assert content.endswith(b"\n<Crate><Label>a</Label><Weight></Weight><Tags></Tags></Crate>")

    weighed = db.sql("EXEC depot.yard.crates.weigh @crate_ids = ['a', 'b']").fetchall()

    assert weighed == [(12.5,)]
    assert depot.sent()[1].endswith(b"<Weighing><CrateId>a</CrateId><CrateId>b</CrateId></Weighing>")


def test_explain_shows_xml_and_the_rest_what_it_stands_for(db: rowcall.Session, depot: Depot) -> None:
    """The journal and a dry run have it as JSON, which SQL can ask."""
    insert = "INSERT INTO depot.yard.crates (label, tags) VALUES ('a<b', ['x'])"
    explained = dict(db.sql(f"EXPLAIN {insert}").fetchall())
    (dry,) = db.sql(insert, dry_run=True).select("body").fetchall()
    db.sql(insert)
    (noted,) = db.sql("SELECT body->'$.Crate' FROM rowcall_journal()").fetchall()

    crate = {"-xmlns": "urn:depot", "-xmlns:m": "urn:makers", "Label": "a<b", "Tags": {"Tag": ["x"]}}
    assert explained["request"].endswith(
        '/crates <Crate xmlns="urn:depot" xmlns:m="urn:makers"><Label>a&lt;b</Label><Tags><Tag>x</Tag></Tags></Crate>'
    )
    assert json.loads(dry[0]) == {"Crate": crate}
    assert json.loads(noted[0]) == crate
    assert len(depot.server.asked) == 1


def test_a_plan_of_xml_is_applied_as_it_was_made(db: rowcall.Session, depot: Depot) -> None:
    """Byte for byte what the statement itself sends."""
    db.sql(FULL)
    db.sql(f"PLAN {FULL} INTO 'plan.jsonl'")
    db.sql("APPLY 'plan.jsonl'")

    assert depot.sent(0) == depot.sent(1)


def test_what_is_resumed_is_sent_as_it_was(depot: Depot) -> None:
    """Of XML, of a file, of several of them, of a list and of lines; the outcome of each is noted as that of any write."""
    statements = [
        "INSERT INTO depot.yard.crates (label, parts) VALUES ('a', [{'sku': 's', 'count': 1, 'holds': ['x']}])",
        "REPLACE INTO depot.yard.scans (scan_id, picture) VALUES ('s', '\\xFF\\x00'::BLOB)",
        "INSERT INTO depot.yard.albums (pictures, filenames) VALUES (['\\xFF'::BLOB, 'b'::BLOB], ['a.png', 'b.png'])",
        "UPDATE depot.yard.papers SET steps = [{'op': 'add', 'path': '/a', 'value': 1}] WHERE id = 'p'",
        "INSERT INTO depot.yard.events (events) VALUES ([{'number': 1, 'what': 'a'}, {'number': 2, 'what': NULL}])",
    ]
    for statement in statements:
        depot.server.asked.clear()
        depot.server.answer = lambda _: (429, {"error": {"message": "Wait"}})
        with depot.connect() as db:
            with pytest.raises(RateLimitError):
                db.sql(statement)
            write, requests, refused = db.sql("SHOW JOURNAL").select("write_id, requests, refused").fetchall()[0]
            assert (requests, refused) == (1, 1)
            first = depot.sent(0)
            depot.server.answer = answer

            assert db.sql(f"RESUME '{write}'").select("outcome").fetchall() == [("done",)]

        assert depot.sent(-1) == first


# -- files by themselves -----------------------------------------------------------------------------------------------------------


def test_a_file_is_the_body(db: rowcall.Session, depot: Depot) -> None:
    """Byte for byte, with the media type that the manifest or the statement says."""
    (depot.folder / "a.png").write_bytes(BYTES)

    db.sql("REPLACE INTO depot.yard.scans (scan_id, picture) SELECT 's1', content FROM read_blob('a.png')")
    db.sql("INSERT INTO depot.yard.scans (kind, picture) SELECT 'image/jpeg', content FROM read_blob('a.png')")
    db.sql("INSERT INTO depot.yard.scans (picture) VALUES (''::BLOB)")

    assert [depot.sent(number) for number in range(3)] == [
        ("image/png", BYTES),
        ("image/jpeg", BYTES),
        ("application/octet-stream", b""),
    ]


def test_a_text_is_the_body(db: rowcall.Session, depot: Depot) -> None:
    """In UTF-8, which its media type says, and of the values that the manifest allows."""
    assert db.sql("EXEC depot.yard.scans.say @words = 'naïve' || chr(10) || 'words'").fetchall() == [("m1",)]
    assert depot.sent() == ("text/plain; charset=utf-8", "naïve\nwords".encode())

    with pytest.raises(DataError, match=r'(?s)words must be one of hello, .*, not "other"\.'):
        db.sql("EXEC depot.yard.scans.say @words = 'other'")
    with pytest.raises(DataError, match="picture takes a file: a BLOB"):
        db.sql("INSERT INTO depot.yard.scans (picture) VALUES (5)")
    assert len(depot.server.asked) == 1


def test_a_file_that_is_the_body_has_the_limit_of_all_files(depot: Depot) -> None:
    """And what is shown of it is what is shown of any."""
    with depot.connect(max_upload_bytes=5) as db:
        with pytest.raises(DataError, match=r"6 bytes, and the files of a statement 5 at the most"):
            db.sql("INSERT INTO depot.yard.scans (picture) VALUES ('123456')")
        with pytest.raises(DataError, match=r"7 bytes, and the files of a statement 5 at the most"):
            db.sql("INSERT INTO depot.yard.albums (pictures) VALUES (['1234', '567'])")
        assert not depot.server.asked
        explained = dict(db.sql("EXPLAIN INSERT INTO depot.yard.scans (picture) VALUES ('12345')").fetchall())

    shown = {"filename": "picture", "bytes": 5, "sha256": hashlib.sha256(b"12345").hexdigest()}
    assert json.loads(explained["request"].split(" ", 2)[2]) == shown


# -- several files in one field ----------------------------------------------------------------------------------------------------


def test_several_files_are_a_part_each(db: rowcall.Session, depot: Depot) -> None:
    """In the order of the list, with the names that are given beside it or numbers."""
    import email.parser
    import email.policy

    for number in range(3):
        (depot.folder / f"{number}.png").write_bytes(BYTES[number:])

    db.sql(
        "INSERT INTO depot.yard.albums (title, pictures, filenames, cover) "
        "SELECT 't', list(content ORDER BY filename), list(parse_filename(filename) ORDER BY filename), 'c' FROM read_blob('*.png')"
    )
    db.sql("INSERT INTO depot.yard.albums (pictures) VALUES (['a', 'b'])")

    found = []
    for number in range(2):
        kind, content = depot.sent(number)
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(f"Content-Type: {kind}\r\n\r\n".encode() + content)
        name = "content-disposition"
        found.append(
            [(part.get_param("name", header=name), part.get_filename(), part.get_payload(decode=True)) for part in message.iter_parts()]
        )
    assert found[0] == [
        ("title", None, b"t"),
        *(("pictures[]", f"{number}.png", BYTES[number:]) for number in range(3)),
        ("cover", "cover", b"c"),
    ]
    assert found[1] == [("pictures[]", "pictures_1", b"a"), ("pictures[]", "pictures_2", b"b")]


@pytest.mark.parametrize(("values", "said"), [
    ("(['a'], ['x', 'y'])", "filenames has 2 names, and pictures 1 files."),
    ("(['a'], ['../x'])", 'filenames is "../x", and has to be a name without folders'),
    ("(['a', NULL], ['x', 'y'])", "pictures takes a list of files"),
    ("('a', ['x'])", "pictures takes a list of files"),
    ("(['a', 'b', 'c', 'd'], NULL)", "takes at most 3 items, not 4"),
    ("(NULL, ['x'])", "pictures is NULL"),
    ("([], NULL)", "pictures has no file in it"),
], ids=["more names", "a path", "NULL", "no list", "too many", "none", "empty"])  # fmt: skip
def test_a_list_of_files_is_whole_or_refused(db: rowcall.Session, depot: Depot, values: str, said: str) -> None:
    """Nothing of it is sent."""
    with pytest.raises(DataError) as caught:
        db.sql(f"INSERT INTO depot.yard.albums (pictures, filenames) VALUES {values}")

    assert said in caught.value.message
    assert not depot.server.asked


# -- lists and lines ---------------------------------------------------------------------------------------------------------------


def test_a_list_is_the_body(db: rowcall.Session, depot: Depot) -> None:
    """With the media type that the manifest says; a value of any kind can be."""
    db.sql(
        "UPDATE depot.yard.papers SET steps = [{'op': 'add', 'path': '/a', 'value': [1]}, {'op': 'remove', 'path': '/b'}] WHERE id = 'p'"
    )
    db.sql("""UPDATE depot.yard.papers SET steps = '[{"op": "test", "path": "/c", "value": null}]' WHERE id = 'p'""")
    db.sql("EXEC depot.yard.papers.name_paper @paper_id = 'p', @text = 'Ünï'")

    assert [(kind, json.loads(content)) for kind, content in map(depot.sent, range(3))] == [
        ("application/json-patch+json", [{"op": "add", "path": "/a", "value": [1]}, {"op": "remove", "path": "/b"}]),
        ("application/json-patch+json", [{"op": "test", "path": "/c"}]),
        ("application/json", "Ünï"),
    ]
    with pytest.raises(DataError, match="takes at least 1 item, not 0"):
        db.sql("UPDATE depot.yard.papers SET steps = [] WHERE id = 'p'")


def test_a_body_that_is_a_list_is_given_whole(db: rowcall.Session, depot: Depot) -> None:
    """As any body is, and looked at as one."""
    db.sql("""EXEC depot.yard.papers.change_paper @paper_id = 'p', @@json = '[{"op": "remove", "path": "/a"}]'""")
    assert json.loads(depot.sent()[1]) == [{"op": "remove", "path": "/a"}]

    with pytest.raises(DataError, match="takes at least 1 item, not 0"):
        db.sql("EXEC depot.yard.papers.change_paper @paper_id = 'p', @@json = '[]'")


def test_a_plan_of_a_list_is_applied(db: rowcall.Session, depot: Depot) -> None:
    """Of a file that is the body, and of lines too."""
    statements = [
        "UPDATE depot.yard.papers SET steps = [{'op': 'remove', 'path': '/b'}] WHERE id = 'p'",
        "REPLACE INTO depot.yard.scans (scan_id, picture) VALUES ('s', '\\xFF'::BLOB)",
        "INSERT INTO depot.yard.events (events) VALUES ([{'number': 1, 'what': 'a'}])",
        "INSERT INTO depot.yard.albums (pictures) VALUES (['\\xFF'::BLOB, 'b'::BLOB])",
        "EXEC depot.yard.scans.say @words = ''",
    ]
    for number, statement in enumerate(statements):
        depot.server.asked.clear()
        db.sql(statement)
        db.sql(f"PLAN {statement} INTO 'plan{number}.jsonl'")
        depot.server.asked[1:] = []  # what the plan reads
        db.sql(f"APPLY 'plan{number}.jsonl'")

        assert depot.sent(0) == depot.sent(-1)


def test_lines_of_json_are_sent_and_read(db: rowcall.Session, depot: Depot) -> None:
    """Each is an item of the list, and a row of the answer."""
    db.sql("INSERT INTO depot.yard.events (events) SELECT list({'number': i, 'what': 'a' || chr(10)}) FROM range(2) t(i)")

    kind, content = depot.sent()
    assert (kind, content.count(b"\n")) == ("application/x-ndjson", 2)
    assert [json.loads(line) for line in content.splitlines()] == [{"number": 0, "what": "a\n"}, {"number": 1, "what": "a\n"}]
    assert db.sql("SELECT number, what FROM depot.yard.events").fetchall() == [(1, "a"), (2, None), (3, None)]


@pytest.mark.parametrize(
    ("body", "said"), [('{"number": 1}\n{"number": 2', "no lines of JSON"), ('{"number": 1}\n1,2', "no lines of JSON")]
)
def test_lines_that_are_no_json_are_an_error(db: rowcall.Session, depot: Depot, body: str, said: str) -> None:
    """And no fewer rows; a body without any line has none."""
    depot.server.answer = lambda _: (200, body)
    with pytest.raises(rowcall.errors.ResponseError, match=said):
        db.sql("SELECT number FROM depot.yard.events").fetchall()
    depot.server.answer = lambda _: (200, "\n")
    assert db.sql("SELECT number FROM depot.yard.events").fetchall() == []


# -- files that answer a write -----------------------------------------------------------------------------------------------------


def test_the_answer_of_a_write_may_be_a_file(db: rowcall.Session, depot: Depot) -> None:
    """Byte for byte; the journal has its size and digest, and nothing of what is in it."""
    content = b"\xff key-very-secret"
    depot.server.answer = lambda asked: (200, content, {"content-type": asked.headers["accept"]})

    assert db.sql("EXEC depot.yard.scans.render @title = 't' RETURNING picture, text").fetchall() == [(content, None)]

    ((outcome, status, kept),) = db.sql("SELECT outcome, status, response FROM rowcall_journal()").fetchall()
    assert (outcome, status) == ("done", 200)
    assert json.loads(kept) == {"picture": {"filename": "picture", "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}}


def test_a_write_that_answers_nothing_in_place_of_a_file_has_no_row(db: rowcall.Session, depot: Depot) -> None:
    """And is done all the same."""
    depot.server.answer = lambda _: (204, b"")

    assert db.sql("EXEC depot.yard.scans.render @title = 't'").fetchall() == []
    assert db.sql("SELECT outcome FROM rowcall_journal()").fetchall() == [("done",)]
