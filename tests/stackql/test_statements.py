"""Statements over a provider that StackQL's documents describe, against a server that answers as they say."""

from __future__ import annotations

import re
import warnings

import pytest
from tests.stackql.conftest import Harbour

from rowcall.errors import AuthError, PlanError, ResponseError, RowcallWarning, UnsupportedSQLError, WriteLimitError
from rowcall.session.variables import UNSET


def test_a_list_is_read_to_its_last_page(harbour: Harbour) -> None:
    """In pages of the size that the document calls the largest, with the credential that it names."""
    with harbour.session() as db:
        rows = db.sql("SELECT id, ship.name FROM harbour.docks.berths ORDER BY id").fetchall()

    assert rows == [(1, "Ada"), (2, None), (3, "Grace"), (4, None), (5, None)]
    assert harbour.lines == ["GET /v1/berths?limit=2", "GET /v1/berths?limit=2&page_token=2", "GET /v1/berths?limit=2&page_token=4"]
    assert {seen.headers["authorization"] for seen in harbour.seen} == {"Bearer anchor"}


def test_the_method_is_the_one_with_the_fewest_requests(harbour: Harbour) -> None:
    """A key asks for one row, which stands in an object; a filter is sent; DuckDB applies both again."""
    with harbour.session() as db:
        one = db.sql("SELECT id, quay FROM berths WHERE berth_id = 3").fetchall()
        some = db.sql("SELECT id FROM berths WHERE quay = 'north' AND depth > 8").fetchall()

    assert (one, some) == ([(3, "south")], [(1,)])
    assert harbour.lines == ["GET /v1/berths/3", "GET /v1/berths?quay=north&limit=2"]


def test_what_the_document_does_not_name_is_in_extra(harbour: Harbour) -> None:
    """Nothing that the API gives is lost."""
    with harbour.session() as db:
        (row,) = db.sql("SELECT _extra->>'tide' FROM berths WHERE berth_id = 1").fetchall()

    assert row == ("low",)


def test_resources_join_with_tables_and_one_another(harbour: Harbour) -> None:
    """Keys come from a table; each is asked for once."""
    with harbour.session() as db:
        db.connection.execute("CREATE TABLE wanted AS SELECT unnest([1, 3, 3]) AS berth")
        rows = db.sql("SELECT b.id, b.quay FROM wanted w JOIN berths b ON b.berth_id = w.berth ORDER BY 1").fetchall()

    assert rows == [(1, "north"), (3, "south"), (3, "south")]
    assert sorted(harbour.lines) == ["GET /v1/berths/1", "GET /v1/berths/3"]


def test_a_list_below_something_is_not_filtered_by_its_id(harbour: Harbour) -> None:
    """`id` in the path is what the rows are of, and theirs has another name beside it."""
    with harbour.session() as db:
        rows = db.sql("SELECT id, row__id, ship FROM moorings WHERE id = 1 ORDER BY ship").fetchall()

    assert rows == [(1, "m1", "Ada"), (1, "m2", "Bea")]


def test_a_parameter_wins_over_a_column_of_another_kind(harbour: Harbour) -> None:
    """One that is needed keeps its name, and the column gets another; one that is not is asked for by another name."""
    with harbour.session() as db:
        (owner,) = db.sql("SELECT owner, row__owner.name, share FROM owners WHERE harbour = 'main' AND owner = 'port office'").fetchall()
        db.sql("SELECT crane FROM berths WHERE query__crane = 'big'")

    assert owner == ("port office", "Port Office", 0.5)
    assert harbour.lines[0] == "GET /v1/harbours/main/owners/port%20office"
    assert harbour.lines[1] == "GET /v1/berths?crane=big&limit=2"


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT column_anon FROM flags ORDER BY 1", [("uk",), ("us",)]),
        ("SELECT column_anon->>'day' FROM fees", [("10.5",)]),
        ('SELECT name, "@id" FROM crews ORDER BY 1', [("Ann", "a"), ("Bob", None), ("Cy", None)]),
    ],
    ids=["texts", "an object without fields", "arrays in arrays"],
)
def test_rows_are_picked_wherever_they_are(harbour: Harbour, sql: str, rows: list[tuple[object, ...]]) -> None:
    """What is no object with fields is one column."""
    with harbour.session() as db:
        assert db.sql(sql).fetchall() == rows


def test_a_select_may_have_a_body(harbour: Harbour) -> None:
    """Its attributes are given in WHERE; what stands in the path word for word is sent."""
    with harbour.session() as db:
        assert db.sql("SELECT name FROM ships WHERE data__text = 'a' AND data__exact = true").fetchall() == [("Ada",)]

    assert harbour.lines == ["POST /v1/search?kind=ship"]
    assert harbour.seen[0].body == {"text": "a", "exact": True}


def test_a_statement_can_fill_the_name_of_a_server(harbour: Harbour) -> None:
    """A variable without a value is required, and takes nothing that is no part of a name; pages follow a header."""
    pages = {None: ([{"PilotId": "p1", "FirstSeen": "x", "a.b": "c"}], {"opc-next-page": "two"}), "two": ([{"PilotId": "p2"}], {})}
    harbour.answers["/v2/pilots"] = lambda query: pages[query.get("opc-page")]

    with harbour.session() as db:
        rows = db.sql("SELECT pilot_id, quay FROM harbour.pilots.pilots WHERE quay = '1' ORDER BY 1").fetchall()
        with pytest.raises(PlanError, match="quay"):
            db.sql("SELECT * FROM harbour.pilots.pilots")
        with pytest.raises(PlanError, match="no part of the name of a server"):
            db.sql("SELECT * FROM harbour.pilots.pilots WHERE quay = 'evil.example/'")

    assert rows == [("p1", "1"), ("p2", "1")]
    assert harbour.lines == ["GET /v2/pilots", "GET /v2/pilots?opc-page=two"]


def test_writes_are_sent_as_the_document_describes_them(harbour: Harbour) -> None:
    """Bodies are typed, what every body holds is among them, and answers come back with RETURNING."""
    with harbour.session() as db:
        made = db.sql("INSERT INTO berths (quay, data__depth, crane) VALUES ('east', 2, ['x']) RETURNING id, quay").fetchall()
        db.sql("UPDATE berths SET quay = 'south', depth = 3.5 WHERE berth_id = 2")
        db.sql("DELETE FROM berths WHERE berth_id = 4")
        opened = db.sql("EXEC harbour.docks.berths.openIt @berth_id = 1, @until = '2026-01-01'").fetchall()

    assert made == [(9, "east")]
    assert opened == [("open",)]
    assert harbour.lines == ["POST /v1/berths", "PATCH /v1/berths/2", "DELETE /v1/berths/4", "POST /v1/berths/1/actions"]
    assert [seen.body for seen in harbour.seen] == [
        {"quay": "east", "depth": 2, "crane": ["x"]},
        {"quay": "south", "depth": 3.5},
        None,
        {"type": "open", "until": "2026-01-01"},
    ]
    assert harbour.seen[3].headers["x-shift"] == "day"


def test_what_cannot_be_called_is_said_of_the_method(harbour: Harbour) -> None:
    """It is listed with the reason, and everything else works."""
    with harbour.session() as db:
        rows = db.sql("SHOW METHODS EXTENDED IN berths").fetchall()
        with pytest.raises(UnsupportedSQLError, match="needs the cookie pilot"):
            db.sql("EXEC berths.chart")
        short = db.sql("SHOW METHODS IN berths").fetchall()

    named = {row[0]: row for row in rows}
    assert list(named) == ["get", "list", "create", "update", "update_as_replace", "delete", "openit", "chart"]
    assert named["chart"][1:] == ("EXEC", "", "", "", None, "It needs the cookie pilot, and rowcall sends none.")
    assert named["get"][5:] == ("GET /berths/{berth_id}", None)
    assert "chart" not in {row[0] for row in short}


def test_without_a_key_nothing_is_sent(harbour: Harbour) -> None:
    """The error names the variable that the document names."""
    with harbour.session(providers={}) as db, pytest.raises(AuthError, match="HARBOUR_TOKEN"):
        db.sql("SELECT * FROM flags")

    assert harbour.lines == []


def test_a_setting_moves_all_services(harbour: Harbour) -> None:
    """`base_url` holds for the servers of services too, whatever is open in their names."""
    harbour.answers["/elsewhere/pilots"] = lambda _: ([], {})
    settings = {
        "harbour": {"api_key": "anchor", "pilots": {"api_key": "compass"}, "base_url": f"http://127.0.0.1:{harbour.port}/elsewhere"}
    }

    with harbour.session(providers=settings) as db:
        assert db.sql("SELECT * FROM harbour.pilots.pilots WHERE quay = 'north'").fetchall() == []

    assert harbour.lines == ["GET /elsewhere/pilots"]


def test_a_document_that_cannot_be_read_harms_nothing_else(harbour: Harbour) -> None:
    """Its resources are there by name, each says where the fault is, and other services work."""
    (file,) = harbour.folder.rglob("docks.yaml")
    file.write_text(file.read_text().replace("openapi: 3.0.3", "openapi: [3.0.3"))
    harbour.answers["/v2/pilots"] = lambda _: ([], {})

    with harbour.session() as db:
        with pytest.raises(PlanError, match=r"docks.yaml:2:5: this is not YAML"):
            db.sql("SELECT * FROM berths")
        assert db.sql("SELECT * FROM harbour.pilots.pilots WHERE quay = '1'").fetchall() == []
        services = db.sql("SHOW SERVICES IN harbour").fetchall()

    assert [row[:2] for row in services] == [
        ("docks", "docks API"),
        ("ghosts", "A service whose document is not there"),
        ("papers", "papers API"),
        ("pilots", "pilots API"),
    ]


def test_pages_that_nobody_described_are_followed(harbour: Harbour) -> None:
    """By a link in the answer, and by a token that the method has a parameter for; without one at another place rows are missing."""
    elsewhere = "https://elsewhere.example/flags"
    pages: dict[str | None, tuple[list[str], dict[str, str]]] = {
        None: (["uk"], {"link": '</v1/flags?page=2>; rel="next"'}),
        "2": (["us"], {"link": f'<{elsewhere}>; rel="next"'}),
    }
    harbour.answers["/v1/flags"] = lambda query: pages[query.get("page")]

    with harbour.session() as db:
        with pytest.raises(ResponseError, match="at another place .*elsewhere.example"):
            db.sql("SELECT column_anon FROM flags")
        pages["2"] = (["us"], {})
        rows = db.sql("SELECT column_anon FROM flags ORDER BY 1").fetchall()

    assert rows == [("uk",), ("us",)]
    assert harbour.lines == ["GET /v1/flags", "GET /v1/flags?page=2"] * 2


def test_views_are_queries_over_other_resources(harbour: Harbour) -> None:
    """Written for SQLite, run by DuckDB; what a statement says of a column takes the place of what the view says of it."""
    with harbour.session() as db:
        north = db.sql("SELECT id, ship_name, kind FROM deep_berths ORDER BY id").fetchall()
        south = db.sql("SELECT id, kind FROM harbour.docks.deep_berths WHERE quay = 'south' ORDER BY id").fetchall()
        columns = db.sql("DESCRIBE harbour.docks.deep_berths").fetchall()
        db.connection.execute("CREATE TABLE owners_of AS SELECT 1 AS id, 'Ann' AS owner")
        joined = db.sql("SELECT d.kind, o.owner FROM deep_berths d JOIN owners_of o USING (id) WHERE d.kind = 'deep'").fetchall()

        one = db.sql("SELECT id, kind FROM deep_berths WHERE berth_id IN (3)").fetchall()

    assert north == [(1, "Ada", "deep"), (2, None, "shallow")]
    assert one == [(3, "one")]
    assert harbour.lines[-1] == "GET /v1/berths/3"
    assert south == [(3, "deep"), (4, "shallow"), (5, "shallow")]
    assert [row[:2] for row in columns] == [("id", "BIGINT"), ("quay", "VARCHAR"), ("ship_name", "VARCHAR"), ("kind", "VARCHAR")]
    assert joined == [("deep", "Ann")]
    assert harbour.lines[:2] == ["GET /v1/berths?quay=north&limit=2", "GET /v1/berths?quay=south&limit=2"]


def test_a_response_that_is_a_file_is_one_value(harbour: Harbour) -> None:
    """Its text, or its bytes where it may be none; an error in JSON is an error."""
    harbour.answers["/v1/plans/a"] = lambda _: ("<b>é</b>".encode(), {"content-type": "text/html"})
    harbour.answers["/v1/plans/a/scan"] = lambda _: (b"\x89PNG\x00\xff", {"content-type": "image/png"})

    with harbour.session() as db:
        rows = db.sql("SELECT plan, column_anon FROM plans WHERE plan = 'a'").fetchall()
        scanned = db.sql("EXEC plans.scan @plan = 'a'").fetchall()

    assert rows == [("a", "<b>é</b>")]
    assert scanned == [(b"\x89PNG\x00\xff",)]
    assert [seen.headers["accept"] for seen in harbour.seen] == ["text/html", "image/png"]


def test_views_mean_what_sqlite_means(harbour: Harbour) -> None:
    """A list in a row is a table, texts are compared in any case, and what is added to a day makes another."""
    with harbour.session() as db:
        rows = db.sql("SELECT id, crane, until FROM cranes WHERE quay = 'south'").fetchall()

    assert rows == [(3, "big", "2026-02-01")]
    assert harbour.lines == ["GET /v1/berths?quay=south&limit=2", "GET /v1/berths?quay=south&limit=2&page_token=2"]


def test_a_query_in_graphql_takes_values_and_is_followed(harbour: Harbour) -> None:
    """A value stands in the query as JSON has it, and cannot end the text that it is in; the cursor is a variable of the query."""
    page = {"pageInfo": {"endCursor": "c1", "hasNextPage": True}, "nodes": [{"ship": "Ada"}]}
    last = {"pageInfo": {"endCursor": None, "hasNextPage": False}, "nodes": [{"ship": "Bea"}]}
    left = [page, last]
    harbour.answers["/graphql"] = lambda _: ({"data": {"pilot": {"trips": left.pop(0)}}}, {})

    with harbour.session() as db:
        rows = db.sql("SELECT ship FROM trips WHERE pilot = 'a\") { all }' AND year = 2026 ORDER BY 1").fetchall()

    assert rows == [("Ada",), ("Bea",)]
    first, second = (seen.body for seen in harbour.seen)
    assert first["query"].startswith("query ($cursor: String) {")
    assert 'pilot(name: "a\\") { all }", year: 2026) { trips(first: 2, after: $cursor)' in first["query"]
    assert (first["variables"], second["variables"]) == ({"cursor": None}, {"cursor": "c1"})


def test_errors_of_a_query_in_graphql_are_errors(harbour: Harbour) -> None:
    """They come under a status that says that all is well."""
    harbour.answers["/graphql"] = lambda _: ({"data": None, "errors": [{"message": "no such pilot"}]}, {})

    with harbour.session() as db, pytest.raises(ResponseError, match="no such pilot"):
        db.sql("SELECT ship FROM trips WHERE pilot = 'nobody' AND year = 2026")


def test_names_are_in_snake_case_where_a_document_says_so(harbour: Harbour) -> None:
    """Of columns, parameters and attributes; what goes over the wire is spelt as the API spells it, and so is what is nested."""
    log = {"LogId": "l1", "ShipName": "Ada", "EntryLines": [{"LineNo": 1}]}
    harbour.answers["/v2/logs"] = lambda query: ([log] if query else log, {})

    with harbour.session() as db:
        rows = db.sql("SELECT log_id, entry_lines[1].LineNo FROM logs WHERE ship_name = 'Ada' AND quay = '1'").fetchall()
        made = db.sql("INSERT INTO logs (ship_name, entry_lines, quay) VALUES ('Ada', [{'LineNo': 1}], '1') RETURNING log_id").fetchall()

    assert (rows, made) == ([("l1", 1)], [("l1",)])
    assert harbour.lines == ["GET /v2/logs?ShipName=Ada", "POST /v2/logs"]
    assert harbour.seen[1].body == {"ShipName": "Ada", "EntryLines": [{"LineNo": 1}]}


def test_a_service_may_have_a_key_of_its_own(harbour: Harbour) -> None:
    """Which goes to it alone, in the header that the document names."""
    harbour.answers["/v2/pilots"] = lambda _: ([], {})

    with harbour.session() as db:
        db.sql("SELECT * FROM harbour.pilots.pilots WHERE quay = '1'")
        db.sql("SELECT * FROM flags")

    pilots, flags = (seen.headers for seen in harbour.seen)
    assert (pilots["x-pilot-key"], "authorization" in pilots) == ("compass", False)
    assert (flags["authorization"], "x-pilot-key" in flags) == ("Bearer anchor", False)


def test_xml_is_read_like_json(harbour: Harbour) -> None:
    """With numbers and booleans as such where a column is one, one of a list or many, and page by page."""
    first = """<?xml version="1.0" encoding="UTF-8"?>
        <TidesResponse xmlns="http://harbour.example/doc"><Marker>m2</Marker><Items>
          <item><code>007</code><depth>9.50</depth><is_open>true</is_open><ships><ship>Ada</ship><ship>B &amp; Co</ship><tons>12</tons><tons>7</tons><late>true</late></ships></item>
          <item><code>1.10</code><depth/><is_open>false</is_open></item>
        </Items></TidesResponse>"""
    last = "<TidesResponse><Items><item><code>true</code><depth>-3</depth></item></Items></TidesResponse>"
    harbour.answers["/v3/tides"] = lambda query: ((last if query.get("Marker") else first).encode(), {"content-type": "text/xml"})

    with harbour.session() as db:
        rows = db.sql("SELECT code, depth, is_open, ships FROM tides WHERE quay = 'north' ORDER BY depth").fetchall()

    assert rows == [
        ("true", -3.0, None, None),
        ("007", 9.5, True, {"ship": ["Ada", "B & Co"], "tons": [12, 7], "late": True}),
        ("1.10", None, False, None),
    ]
    assert harbour.lines == ["GET /v3/tides?quay=north", "GET /v3/tides?quay=north&Marker=m2"]
    assert harbour.seen[0].headers["accept"] == "text/xml"


@pytest.mark.parametrize(
    ("answer", "rows"),
    [
        ("<BuoyId>b1</BuoyId><Depth>7</Depth>", [("b1", 7, None)]),
        (
            "<Buoys><item><BuoyId>007</BuoyId><Lit>true</Lit></item><item><BuoyId>b2</BuoyId></item></Buoys>",
            [("007", None, True), ("b2", None, None)],
        ),
        ("<Buoys><Buoy><BuoyId>b1</BuoyId></Buoy><Buoy><BuoyId>b2</BuoyId></Buoy></Buoys>", [("b1", None, None), ("b2", None, None)]),
        ("<Buoys><item><BuoyId>b1</BuoyId></item></Buoys><RequestId>r</RequestId>", [("b1", None, None)]),
        ("<Buoys/>", []),
    ],
    ids=["one thing", "items", "members", "one item", "none"],
)
def test_rows_are_found_in_xml_by_their_fields(harbour: Harbour, answer: str, rows: list[tuple[object, ...]]) -> None:
    """In the root, in its result, and however a list is written; with what leads to the next page beside them."""
    for result in ("{}", "<ListBuoysResult>{}</ListBuoysResult>"):
        pages = {None: f"{answer}<NextToken>t</NextToken>" if rows and "<Buoys>" in answer else answer, "t": "<Buoys/>"}
        texts = {
            token: f'<ListBuoysResponse xmlns="u">{result.format(inside)}</ListBuoysResponse>'.encode() for token, inside in pages.items()
        }
        harbour.answers["/v3/beacons"] = lambda query, texts=texts: (texts[query.get("NextToken")], {"content-type": "text/xml"})

        with harbour.session() as db:
            assert db.sql("SELECT * FROM harbour.papers.beacons ORDER BY 1").fetchall() == rows
    assert len(harbour.lines) == (4 if rows and "<Buoys>" in answer else 2)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("<html><head><title>Sorry</title></head><body><h1>We are back soon.</h1></body></html>", "its XML is no list (`html`)"),
        ("<ErrorResponse><Error><Code>Busy</Code></Error></ErrorResponse>", "its XML is no list (`Error`)"),
        ("<Response><Errors><Error><Code>Busy</Code></Error></Errors></Response>", "its XML is no list (`Errors`)"),
        ("<ListBuoysResponse>soon</ListBuoysResponse>", "its XML has a text and no list"),
        ("<R><Ship><Name>Ada</Name><Flag>uk</Flag></Ship></R>", "nothing in its XML is known to hold rows"),
        ("<R><Name>Ada</Name><Name>Grace</Name></R>", "nothing in its XML is known to hold rows"),
    ],
    ids=["a page for people", "an error", "errors", "a text", "an object", "texts"],
)
def test_xml_of_another_kind_is_no_empty_list(harbour: Harbour, answer: str, problem: str) -> None:
    """An answer in which no list can be found may be anything, whatever its status."""
    harbour.answers["/v3/beacons"] = lambda _: (answer.encode(), {"content-type": "text/xml"})

    with harbour.session() as db, pytest.raises(ResponseError, match=re.escape(problem)):
        db.sql("FROM harbour.papers.beacons")


@pytest.mark.parametrize(
    "answer",
    [
        "<ListBuoysResponse/>",
        "<R><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></R>",
        "<R><ListBuoysResult/><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></R>",
        "<R><Owner><Name>Ada</Name><Flag>uk</Flag></Owner><Buoys/></R>",
    ],
    ids=["nothing", "what is about the request", "an empty result", "an empty list beside something"],
)
def test_xml_that_is_empty_has_no_rows(harbour: Harbour, answer: str) -> None:
    """An element that may be the list says so."""
    harbour.answers["/v3/beacons"] = lambda _: (answer.encode(), {"content-type": "text/xml"})

    with harbour.session() as db:
        assert db.sql("FROM harbour.papers.beacons").fetchall() == []


@pytest.mark.parametrize(
    ("resource", "answer", "rows"),
    [
        ("weather", b"north 5\nsouth 12\n", [("north", 5), ("south", 12)]),
        ("notices", b'day,"what"\n1,sail\n', [('day,"what"\n1,sail\n',)]),
        ("signals", b'["red", "green"]', [("red",), ("green",)]),
        ("crates", b'{"fields": ["content", "tons"], "values": [["tea \\"x\\"", 1.5], ["ink", 2]]}', [('tea "x"', 1.5), ("ink", 2.0)]),
    ],
)
def test_answers_are_transformed_by_templates(harbour: Harbour, resource: str, answer: bytes, rows: list[tuple[object, ...]]) -> None:
    """Of Go, as documents write them to make rows of text and of JSON that has none."""
    harbour.answers[f"/v3/{resource}"] = lambda _: (answer, {})

    with harbour.session() as db:
        assert db.sql(f"SELECT * FROM harbour.papers.{resource}").fetchall() == rows


@pytest.mark.parametrize(
    ("answer", "problem"), [(b"{", "not JSON"), (b'{"values": [[1]]}', "index"), (b'{"values": [["a", "b"]]}', "JSON")]
)
def test_an_answer_that_a_template_cannot_transform_is_an_error(harbour: Harbour, answer: bytes, problem: str) -> None:
    """And never fewer rows."""
    harbour.answers["/v3/crates"] = lambda _: (answer, {})

    with harbour.session() as db, pytest.raises(ResponseError, match=problem):
        db.sql("SELECT * FROM harbour.papers.crates")


def test_what_an_address_names_is_found_in_any_case(harbour: Harbour) -> None:
    """The API answers with its own spelling, or leaves out what the path says: the rows have it as it was asked for, in joins too."""
    pages = {"North": [{"id": 1, "quay": "north"}, {"id": 2, "quay": None}, {"id": 3}], "SOUTH": [{"id": 4, "quay": "south"}]}
    for name, rows in pages.items():
        harbour.answers[f"/v1/quays/{name}/buoys"] = lambda _, rows=rows: (rows, {})

    with harbour.session() as db:
        rows = db.sql("SELECT id, quay FROM docks.buoys WHERE quay = 'North' ORDER BY id").fetchall()
        db.connection.execute("CREATE TABLE wanted AS SELECT unnest(['North', 'SOUTH']) AS quay")
        joined = db.sql("SELECT quay, count(*) FROM wanted LEFT JOIN docks.buoys USING (quay) GROUP BY quay ORDER BY quay").fetchall()
        assert db.last.warnings == ()

    assert rows == [(1, "North"), (2, "North"), (3, "North")]
    assert joined == [("North", 3), ("SOUTH", 1)]


def test_an_address_in_two_cases_gives_no_row_twice(harbour: Harbour) -> None:
    """Of an API that knows no difference: each row is where the API itself says that it is, and what is left out is told."""
    for name in ("North", "north"):
        harbour.answers[f"/v1/quays/{name}/buoys"] = lambda _: ([{"id": 1, "quay": "north"}, {"id": 2, "quay": "north"}], {})

    with harbour.session() as db, pytest.warns(RowcallWarning, match="2 rows of harbour.docks.buoys have another quay"):
        assert db.sql("SELECT id, quay FROM docks.buoys WHERE quay IN ('North', 'north')").fetchall() == [(1, "north"), (2, "north")]


def test_rows_with_another_value_than_was_asked_for_are_told_of(harbour: Harbour) -> None:
    """DuckDB leaves them out, which nobody would know else; an alias as `latest` is one."""
    harbour.answers["/v1/quays/latest/buoys"] = lambda _: ([{"id": 1, "quay": "east"}, {"id": 2, "quay": "east"}], {})

    with harbour.session() as db:
        with pytest.warns(RowcallWarning):
            assert db.sql("SELECT id FROM docks.buoys WHERE quay = 'latest'").fetchall() == []
        (warning,) = db.last.warnings

    assert warning == (
        "2 rows of harbour.docks.buoys have another quay than was asked for, such as 'east' in place of 'latest', and are left out."
    )


@pytest.mark.parametrize(
    ("quays", "told"), [(["North", "NORTH"], 1), (["North", "north"], 0), (["south"], 0)], ids=["in another case", "some of it", "others"]
)
def test_a_filter_that_others_come_beside_is_told_of_where_nothing_is_left(harbour: Harbour, quays: list[str], told: int) -> None:
    """Where the API knows the value in another case alone; else that other rows come is how such a filter is."""
    harbour.answers["/v1/berths"] = lambda _: ({"berths": [{"id": at, "quay": quay} for at, quay in enumerate(quays)]}, {})

    with harbour.session() as db, warnings.catch_warnings(record=True, action="always") as heard:
        db.sql("SELECT id FROM berths WHERE quay = 'north'")

    assert len(heard) == told


def test_a_full_page_without_a_link_is_the_last_where_the_api_has_links(harbour: Harbour) -> None:
    """Another list of it has shown one; before that it is not known whether more follow."""
    full = [{"id": number, "name": "x"} for number in range(100)]
    pages = {None: ([{"id": 1}], {"link": '</v1/canals?page=2>; rel="next"'}), "2": ([{"id": 2}], {"link": '</v1/canals>; rel="first"'})}
    harbour.answers |= {"/v1/sluices": lambda _: (full, {}), "/v1/canals": lambda query: pages[query.get("page")]}

    with harbour.session() as db:
        with pytest.warns(RowcallWarning, match="there may be more"):
            assert len(db.sql("SELECT id FROM sluices").fetchall()) == 100
        assert len(db.sql("SELECT id FROM canals").fetchall()) == 2
        assert len(db.sql("SELECT id FROM sluices").fetchall()) == 100
        assert db.last.warnings == ()


def test_a_full_page_without_a_link_is_the_last_where_the_document_has_links(harbour: Harbour) -> None:
    """What it describes as an answer with a Link header says by it that more follow; another way is followed where it is shown."""
    full = [{"id": number} for number in range(100)]
    harbour.answers["/v1/locks"] = lambda _: (full, {})

    with harbour.session() as db:
        assert len(db.sql("SELECT id FROM locks").fetchall()) == 100
        assert db.last.warnings == ()


@pytest.mark.parametrize(
    ("path", "body", "sql"),
    [
        ("/v1/berths/1", {"status": "pending"}, "SELECT id FROM berths WHERE berth_id = 1"),
        ("/v1/berths/1", [], "SELECT id FROM berths WHERE berth_id = 1"),
        ("/v1/crews", {"other": []}, "SELECT name FROM crews"),
    ],
    ids=["an object", "an array", "arrays in arrays"],
)
def test_an_answer_of_another_kind_is_no_empty_one(harbour: Harbour, path: str, body: object, sql: str) -> None:
    """Where what the rows are picked from is not there at all, it is another answer than the document says."""
    harbour.answers[path] = lambda _: (body, {})

    with harbour.session() as db, pytest.raises(ResponseError, match="its JSON has nothing at"):
        db.sql(sql)


def test_what_is_null_is_an_empty_answer(harbour: Harbour) -> None:
    """As where there is nothing to pick further down."""
    harbour.answers["/v1/crews"] = lambda _: ({"ships": None}, {})
    harbour.answers["/v1/berths/1"] = lambda _: ({"berth": None}, {})

    with harbour.session() as db:
        assert db.sql("SELECT name FROM crews").fetchall() == []
        assert db.sql("SELECT id FROM berths WHERE berth_id = 1").fetchall() == []


@pytest.mark.parametrize("body", [{}, {"kind": "lamps", "etag": "x"}], ids=["nothing", "what stands beside it"])
@pytest.mark.parametrize("table", ["lamps", "lamp_colours"])
def test_a_list_that_is_left_out_is_an_empty_one(harbour: Harbour, table: str, body: object) -> None:
    """Where the document says that it may be, as Google's do of every list."""
    harbour.answers["/v1/lamps"] = lambda _: (body, {})

    with harbour.session() as db:
        assert db.sql(f"FROM harbour.docks.{table}").fetchall() == []


def test_a_page_that_leaves_its_list_out_leads_on(harbour: Harbour) -> None:
    """What it filtered away was all of this page, and not of the next."""
    pages = {"": {"kind": "lamps", "next_token": "2"}, "2": {"lamps": [{"id": "a"}], "next_token": "3"}, "3": {"next_token": ""}}
    harbour.answers["/v1/lamps"] = lambda query: (pages[query.get("page_token", "")], {})

    with harbour.session() as db:
        assert db.sql("SELECT id FROM lamps").fetchall() == [("a",)]
    assert len(harbour.lines) == 3


@pytest.mark.parametrize(
    ("path", "body", "table"),
    [
        ("/v1/lamps", {"kind": "lamps", "boats": []}, "lamps"),
        ("/v1/lamps", {"message": "Wait a moment."}, "lamps"),
        ("/v1/lamps", {"unreachable": ["north"]}, "lamps"),
        ("/v1/lamps", {"lamps": "none"}, "lamps"),
        ("/v1/lamps", [], "lamps"),
        ("/v1/lamps", {"kind": "lamps", "boats": []}, "lamp_colours"),
        ("/v1/berths", {}, "berths"),
    ],
    ids=[
        "another field",
        "a message",
        "a part that is missing",
        "a text",
        "an array",
        "another field beside texts",
        "one that is required",
    ],
)
def test_a_list_that_is_left_out_otherwise_is_an_error(harbour: Harbour, path: str, body: object, table: str) -> None:
    """An answer that the document does not know, or that may say why there is nothing, is no empty list."""
    harbour.answers[path] = lambda _: (body, {})

    with harbour.session() as db, pytest.raises(ResponseError, match="its JSON (has|is)"):
        db.sql(f"FROM harbour.docks.{table}")


def test_an_update_that_puts_whole_rows_needs_a_yes(harbour: Harbour) -> None:
    """What it does not set may be removed by it; one that sets all there is goes out, and so does one that somebody has said yes to."""
    half = "UPDATE harbour.docks.gates SET height = 3 WHERE gate = 'a'"
    harbour.answers["/v1/gates/a"] = lambda _: ({"height": 3, "width": 4}, {})
    with harbour.session(max_write_rows=UNSET) as db:
        with pytest.raises(WriteLimitError, match=r"it puts whole rows, so that what it does not set may be removed \(width\)") as caught:
            db.sql(half)
        told = [value for item, value in db.sql(f"EXPLAIN {half}").fetchall() if "yes" in value]
        assert harbour.lines == []
        db.sql("UPDATE harbour.docks.gates SET height = 3, width = 4 WHERE gate = 'a'")
        db.sql(half, max_write_rows=1)

    assert caught.value.removes == ("width",)
    assert len(told) == 1
    assert [(seen.line, seen.body) for seen in harbour.seen] == [
        ("PUT /v1/gates/a", {"height": 3, "width": 4}),
        ("PUT /v1/gates/a", {"height": 3}),
    ]
