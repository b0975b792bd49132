"""Bounds of columns, from predicates to the values of parameters, held against DuckDB over all values near by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import duckdb
import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp
from tests.plan.conftest import Zoo

from rowcall.engine.engine import Engine
from rowcall.manifest.model import Form, Method, Operator, Parameter, Place, Range, Scalar, Verb
from rowcall.plan.intervals import intervals
from rowcall.plan.ranges import Ranged, ranged

START = 1_793_000_000
"""2026-10-26, in the week before clocks are put back in New York."""
TYPES = {"made": Scalar.INTEGER, "ms": Scalar.INTEGER, "weight": Scalar.NUMBER, "seen": Scalar.STRING, "name": Scalar.STRING}


def parameter(column: str, operator: str, form: Form | None = None, **more: Any) -> Parameter:
    """A range parameter."""
    return Parameter(place=Place.QUERY, description=".", range=Range(column=column, operator=Operator(operator), form=form), **more)


def method(**parameters: Parameter) -> Method:
    """A list with these parameters."""
    return Method(verb=Verb.SELECT, http="GET /x", description=".", rows="data", parameters=parameters)


def own(expression: exp.Expr) -> str | None:
    """The columns of the one source there is."""
    return expression.name if isinstance(expression, exp.Column) and expression.name in TYPES else None


@pytest.fixture(scope="module")
def engine() -> Engine:
    """A database."""
    return Engine(duckdb.connect())


def asked(engine: Engine, predicate: str, given: Mapping[str, Any] | None = None, **parameters: Parameter) -> Ranged:
    """What the parameters are asked for a predicate."""
    where = sqlglot.parse_one(f"SELECT 1 WHERE {predicate}", dialect="duckdb").args["where"].this
    conjuncts = list(where.flatten()) if isinstance(where, exp.And) else [where]
    found = intervals([(conjunct, own) for conjunct in conjuncts], TYPES, lambda sql: engine.rows(sql, _used(sql, given or {}), {}))
    return ranged(method(**parameters), found, TYPES)


def _used(sql: str, given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if f"${name}" in sql}


BOTH = {"above": parameter("made", ">"), "least": parameter("made", ">="), "below": parameter("made", "<"), "most": parameter("made", "<=")}
INTEGERS = [
    ("made > 5", {">": 5, ">=": 6}),
    ("made >= 5", {">": 4, ">=": 5}),
    ("made < 5", {"<": 5, "<=": 4}),
    ("made <= 5", {"<": 6, "<=": 5}),
    ("5 < made", {">": 5, ">=": 6}),
    ("5 >= made", {"<": 6, "<=": 5}),
    ("made > 5.5", {">": 5, ">=": 6}),
    ("made < 5.5", {"<": 6, "<=": 5}),
    ("made >= 5.0", {">": 4, ">=": 5}),
    ("made > -5", {">": -5, ">=": -4}),
    ("made > '5'", {">": 5, ">=": 6}),
    ("made BETWEEN 5 AND 7", {">": 4, ">=": 5, "<": 8, "<=": 7}),
    ("made = 5", {">": 4, ">=": 5, "<": 6, "<=": 5}),
    ("made IN (9, 5, 7)", {">": 4, ">=": 5, "<": 10, "<=": 9}),
    ("(made > 5) AND made > 7 AND made < 20", {">": 7, ">=": 8, "<": 20, "<=": 19}),
    ("made + 10 >= 15", {">": 4, ">=": 5}),
    ("made - 10 >= 15", {">": 24, ">=": 25}),
    ("made * 2 > 11", {">": 5, ">=": 6}),
    ("2 * made > 11", {">": 5, ">=": 6}),
    ("made > 2 + 3", {">": 5, ">=": 6}),
    ("to_timestamp(made) >= TIMESTAMPTZ '1970-01-01 00:00:05+00'", {">": 4, ">=": 5}),
    ("to_timestamp(made) > '1970-01-01 00:00:05.5+00'", {">": 5, ">=": 6}),
    ("epoch_ms(made * 1000) < TIMESTAMP '1970-01-01 00:00:05'", {"<": 5, "<=": 4}),
    ("make_timestamp(made * 1000000) <= '1970-01-01 00:00:05'", {"<": 6, "<=": 5}),
    ("date_trunc('minute', make_timestamp_ms(made * 1000)) = '1970-01-01 00:01:00'", {">": 59, ">=": 60, "<": 120, "<=": 119}),
    ("to_timestamp(made)::DATE = '1970-01-02'", {">": 86399, ">=": 86400, "<": 172800, "<=": 172799}),
    ("date_trunc('day', to_timestamp(made)) > '1970-01-02'", {">": 172799, ">=": 172800}),
    ("date_trunc('day', to_timestamp(made)) < '1970-01-02'", {"<": 86400, "<=": 86399}),
    ("date_trunc('day', to_timestamp(made)) <= DATE '1970-01-02'", {"<": 172800, "<=": 172799}),
    ("date_trunc('day', to_timestamp(made)) >= TIMESTAMPTZ '1970-01-02 00:00:01+00'", {">": 172799, ">=": 172800}),
]  # fmt: skip


@pytest.mark.parametrize(("predicate", "expected"), INTEGERS, ids=[predicate for predicate, _ in INTEGERS])
def test_a_bound_of_whole_numbers_is_said_exactly_in_either_way(engine: Engine, predicate: str, expected: dict[str, int]) -> None:
    """`>` and `>=` say the same of integers, one apart, and all of the predicate is applied."""
    engine.connection.execute("SET TimeZone = 'UTC'")
    found = {}
    for low, high in ((">", "<"), (">=", "<=")):
        said = asked(engine, predicate, low=parameter("made", low), high=parameter("made", high))
        found |= {low: said.values.get("low"), high: said.values.get("high")}
        tight = " IN " not in predicate
        assert (len(said.applied) == len(predicate.split(" AND made"))) is tight

    assert {operator: value for operator, value in found.items() if value is not None} == expected


NOTHING = [
    "made <> 5", "made = NULL", "made > NULL", "made > made", "made > 'x'", "-made > 5", "5 - made > 1", "made * -1 > 5", "made > random()", "made > (SELECT 5)",
    "made > 1e300", "made > 'NaN'::DOUBLE", "to_timestamp(made) > 'infinity'", "made NOT BETWEEN 1 AND 2", "made < epoch(now())", "made > - epoch(now())",
    "make_timestamp(made * 1000000) > TIMESTAMPTZ '2026-01-01'", "made > true", "made > 5::FLOAT", "name > 'a' COLLATE NOCASE", "made IS NULL",
    "(made > 5 OR made > 3)", "NOT made > 5", "made * 1.5 > 3", "made IN (1, NULL)", "made > 10 - epoch(now())", "made > 9223372036854775807::HUGEINT * 2",
]  # fmt: skip


@pytest.mark.parametrize("predicate", NOTHING)
def test_what_is_no_certain_bound_asks_for_nothing(engine: Engine, predicate: str) -> None:
    """Neither what falls where the column grows, nor what varies, nor what DuckDB would compare as another type."""
    assert asked(engine, predicate, **BOTH, after=parameter("name", ">")) == Ranged({}, ())


def test_a_bound_from_the_present_is_a_lower_one_and_never_exact(engine: Engine) -> None:
    """The statement runs a moment after it is planned."""
    before = dt.datetime.now(dt.UTC).timestamp()

    said = asked(engine, "to_timestamp(made) BETWEEN now() - INTERVAL 1 HOUR AND now()", **BOTH)

    assert list(said.values) == ["above"]
    assert -2 <= said.values["above"] - (before - 3600) <= 5
    assert said.applied == ()


def test_parameters_of_the_statement_are_bounds(engine: Engine) -> None:
    """Numbers, times, and texts that DuckDB reads as what they are compared with."""
    moment = dt.datetime(2026, 8, 26, 12, tzinfo=dt.UTC)

    number = asked(engine, "made > $t", {"t": 5}, **BOTH)
    text = asked(engine, "to_timestamp(made) >= $t", {"t": "2026-08-26 12:00:00+00"}, **BOTH)
    time = asked(engine, "to_timestamp(made) >= $t", {"t": moment}, **BOTH)

    assert number.values == {"above": 5}
    assert text.values == time.values == {"above": int(moment.timestamp()) - 1}


FORMS = [
    ("iso of integers", "made >= 1793000001", parameter("made", ">=", Form.ISO), "2026-10-26T07:33:21Z", 1),
    ("strict iso", "made >= 1793000001", parameter("made", ">", Form.ISO), "2026-10-26T07:33:20Z", 1),
    ("day of a low bound", "made >= 1793000001", parameter("made", ">=", Form.DATE), "2026-10-26", 0),
    ("strict day of a low bound", "made >= 1793000001", parameter("made", ">", Form.DATE), "2026-10-25", 0),
    ("day of a high bound", "made <= 1793000001", parameter("made", "<=", Form.DATE), "2026-10-26", 0),
    ("strict day of a high bound", "made <= 1793000001", parameter("made", "<", Form.DATE), "2026-10-27", 0),
    ("a bound made midnight", "made >= 1792972800", parameter("made", ">=", Form.DATE), "2026-10-26", 1),
    ("the end of a day", "made < 1792972800", parameter("made", "<=", Form.DATE), "2026-10-25", 1),
    ("no such year", "made > -99999999999", parameter("made", ">=", Form.ISO), None, 0),
    ("seconds of a text", "seen::TIMESTAMPTZ >= '2026-10-26 09:33:21+02'", parameter("seen", ">=", Form.UNIX), 1793000001, 0),
    ("iso of a text", "seen::TIMESTAMP > '2026-10-26 07:33:21'", parameter("seen", ">=", Form.ISO), "2026-10-25T07:33:21Z", 0),
    ("a text that is a day", "seen >= '2026-10-26'", parameter("seen", ">=", Form.ISO), "2026-10-24T23:59:59Z", 0),
    ("a text up to a time", "seen < '2026-10-26T00:00:00Z'", parameter("seen", "<", Form.DATE), "2026-10-28", 0),
    ("a time of a text in UTC", "seen::TIMESTAMP > '2026-10-26 07:33:21'", parameter("seen", ">=", Form.UTC), "2026-10-26T07:33:21Z", 0),
    ("a day of it", "seen::DATE >= DATE '2026-11-01'", parameter("seen", ">=", Form.UTC), "2026-11-01T00:00:00Z", 0),
    ("up to a day of it", "CAST(seen AS DATE) <= '2026-11-01'", parameter("seen", "<", Form.UTC), "2026-11-02T00:00:01Z", 0),
    ("a day of it that is not this one", "TRY_CAST(seen AS DATE) > '2026-11-01'", parameter("seen", ">=", Form.UTC), "2026-11-02T00:00:00Z", 0),
    ("a day of a text of any place", "seen::DATE >= '2026-11-02'", parameter("seen", ">=", Form.ISO), "2026-11-01T00:00:00Z", 0),
    ("a time of a text of any place", "seen::TIMESTAMP < '2026-11-02'", parameter("seen", "<=", Form.ISO), "2026-11-03T00:00:00Z", 0),
    ("a moment of a text of any place", "seen::TIMESTAMPTZ < '2026-11-02'", parameter("seen", "<=", Form.ISO), "2026-11-02T00:00:00Z", 0),
    ("a month of it", "date_trunc('month', seen::TIMESTAMPTZ) = '2026-10-01'", parameter("seen", "<", Form.UTC), "2026-11-01T00:00:01Z", 0),
    ("a text of its form", "seen >= '2026-10-26T07:33:21Z'", parameter("seen", ">=", Form.UTC), "2026-10-26T07:33:21Z", 1),
    ("up to a text of its form", "seen <= '2026-10-26T07:33:21Z'", parameter("seen", "<=", Form.UTC), "2026-10-26T07:33:21Z", 1),
    ("a text of a day", "seen >= '2026-10-26'", parameter("seen", ">=", Form.UTC), "2026-10-25T23:59:59Z", 0),
    ("a text with a part of a second", "seen < '2026-10-26T07:33:21.5Z'", parameter("seen", "<=", Form.UTC), "2026-10-26T07:33:22Z", 0),
    ("a text that is no time in UTC", "seen >= 'a'", parameter("seen", ">=", Form.UTC), None, 0),
    ("a text made of a time", "seen >= strftime(TIMESTAMP '2026-10-26 07:33:21', '%Y-%m-%dT%H:%M:00Z')",
     parameter("seen", ">=", Form.UTC), "2026-10-26T07:33:00Z", 1),
    ("a text that wraps", "seen >= strftime(TIMESTAMP '2026-10-26 07:33:21', '%M')", parameter("seen", ">=", Form.UTC), None, 0),
    ("a text that is no time", "seen >= '2026'", parameter("seen", ">=", Form.ISO), None, 0),
    ("a time in UTC as it is", "seen >= '2026-10-26T07:33:21Z'", parameter("seen", ">="), "2026-10-26T07:33:21Z", 1),
    ("a day as it is", "seen >= '2026-10-26'", parameter("seen", ">="), "2026-10-26", 1),
    ("a time elsewhere, which is no such text", "seen >= '2026-10-26T07:33:21-02:00'", parameter("seen", ">="), None, 0),
    ("a time with a blank, which is before all of its day", "seen >= '2026-10-26 07:33:21'", parameter("seen", ">="), None, 0),
    ("a text as it is", "name > 'b'", parameter("name", ">"), "b", 1),
    ("a text up to another", "name > 'b'", parameter("name", ">="), "b", 0),
    ("no text before another", "name >= 'b'", parameter("name", ">"), None, 0),
    ("a number", "weight >= 1.5", parameter("weight", ">="), 1.5, 1),
    ("the number before", "weight >= 1.5", parameter("weight", ">"), 1.4999999999999998, 1),
    ("a number too many", "weight > 1.5", parameter("weight", ">="), 1.5, 0),
    ("whole days", "made >= 5", parameter("made", ">=", exact=False), 5, 0),
    ("below the least", "made >= 5", parameter("made", ">=", minimum=10), None, 0),
    ("milliseconds", "to_timestamp(ms / 1000) >= '2026-10-26 07:33:21+00'", parameter("ms", ">="), 1793000001000 - 1001, 0),
]  # fmt: skip


@pytest.mark.parametrize(("predicate", "said", "expected", "applied"), [case[1:] for case in FORMS], ids=[case[0] for case in FORMS])
def test_a_bound_is_written_as_the_api_wants_it(engine: Engine, predicate: str, said: Parameter, expected: Any, applied: int) -> None:
    """A time in its form, or the next wider bound that can be said; nothing where none can."""
    engine.connection.execute("SET TimeZone = 'UTC'")

    found = asked(engine, predicate, bound=said)

    assert (found.values.get("bound"), len(found.applied)) == (expected, applied)


def test_a_parameter_that_the_statement_gives_is_left_alone(engine: Engine) -> None:
    """It means what the user says."""
    found = intervals([(sqlglot.parse_one("made > 5", dialect="duckdb"), own)], TYPES, lambda sql: engine.rows(sql, {}, {}))

    assert ranged(method(**BOTH), found, TYPES, given={"above", "least"}).values == {}


def test_of_two_parameters_the_exact_one_is_asked(engine: Engine) -> None:
    """The first otherwise."""
    pair = {"loose": parameter("made", ">", exact=False), "tight": parameter("made", ">=")}

    assert asked(engine, "made > 5", **pair).values == {"tight": 6}


SIDES = [
    "made", "(made)", "made + 7", "made * 3", "to_timestamp(made)", "date_trunc('hour', to_timestamp(made))", "date_trunc('day', to_timestamp(made))",
    "date_trunc('week', to_timestamp(made))", "date_trunc('month', to_timestamp(made))", "to_timestamp(made)::DATE", "epoch_ms(made * 1000)",
    "make_timestamp(made * 1000000)", "date_trunc('day', epoch_ms(made * 1000))", "make_timestamp(made * 1000000)::DATE", "to_timestamp(ms / 1000)",
    "to_timestamp(ms // 1000)", "make_timestamp_ms(ms)", "date_trunc('minute', make_timestamp_ms(ms))", "seen::TIMESTAMPTZ", "seen::TIMESTAMP",
    "date_trunc('day', seen::TIMESTAMPTZ)", "date_trunc('month', seen::TIMESTAMP)", "seen", "seen::DATE", "seen::TIMESTAMP::DATE", "date_trunc('quarter', to_timestamp(made))", "date_trunc('minute', to_timestamp(made))",
]  # fmt: skip
CHANGES = [0, 512_800, 509_200, -110_000, 307_600, -17_609_200]
"""From the start to changes of clocks in New York, Havana, Berlin, Cairo, and on Lord Howe Island."""
ZONES = ["UTC", "America/New_York", "America/Havana", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo", "Europe/Berlin"]
"""Clocks in Havana are put back at one, so that the day begins twice; on Lord Howe Island by half an hour."""


def moments(offset: int) -> Iterator[str]:
    """Ways to write a time near the start, as times of different types."""
    time = dt.datetime.fromtimestamp(START + offset, dt.UTC)
    yield f"'{time:%Y-%m-%d %H:%M:%S}+00'"
    yield f"TIMESTAMPTZ '{time:%Y-%m-%d %H:%M:%S}.25+00'"
    yield f"TIMESTAMP '{time:%Y-%m-%d %H:00:00}'"
    yield f"DATE '{time:%Y-%m-%d}'"
    yield f"'{time:%Y-%m-%d}'"
    yield f"to_timestamp({START + offset})"
    yield f"date_trunc('hour', to_timestamp({START + offset}))"
    yield f"date_trunc('day', to_timestamp({START + offset}))"


def texts(offset: int) -> Iterator[str]:
    """Ways to write one as a text that is compared with texts."""
    time = dt.datetime.fromtimestamp(START + offset, dt.UTC)
    yield from (f"'{time:{form}}'" for form in ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S.25Z", "%Y"))
    yield f"strftime(TIMESTAMP '{time:%Y-%m-%d %H:%M:%S}', '%Y-%m-%dT%H:00:00Z')"


def table(connection: duckdb.DuckDBPyConnection, around: int, *, of_places: bool) -> None:
    """Rows whose times lie densely around one, as texts in UTC or, `of_places`, by clocks that are ahead of it or behind."""
    connection.execute("CREATE OR REPLACE TABLE t(made BIGINT, ms BIGINT, seen VARCHAR)")
    spread = f"SELECT {around} + x FROM range(-100, 100) s(x) UNION SELECT {around} + x * 600 FROM range(-600, 600) s(x)"
    seen = "strftime(make_timestamp(a * 1000000), '%Y-%m-%dT%H:%M:%SZ')"
    if of_places:
        clock = "strftime(make_timestamp((a + {} * 3600) * 1000000), '%Y-%m-%dT%H:%M:%S{:+03}:00')"
        seen = f"CASE WHEN a % 3 = 0 THEN {clock.format(13, 13)} WHEN a % 3 = 1 THEN {clock.format(-11, -11)} ELSE {seen} END"
    connection.execute(f"INSERT INTO t SELECT a, a * 1000 + 250 * (a % 4), {seen} FROM ({spread}) s(a)")


@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_no_row_is_lost_and_none_left_over_where_all_is_applied(engine: Engine, data: st.DataObject) -> None:
    """In any time zone, around its changes of the clock: the bounds hold of every row that DuckDB keeps, and of no other where they are exact."""
    zone = data.draw(st.sampled_from(ZONES))
    offset = data.draw(st.sampled_from(CHANGES)) + data.draw(st.integers(-8000, 8000))
    side = data.draw(st.sampled_from(SIDES))
    scale = {"made": (0, 1), "(made)": (0, 1), "made + 7": (7, 1), "made * 3": (0, 3)}.get(side)
    whole = (START + offset + scale[0]) * scale[1] if scale else 0
    others = st.sampled_from(
        [str(whole), f"{whole}.5", f"{whole + 1}::DECIMAL(20, 2)", f"{whole}::DOUBLE"]
        if scale
        else [*(texts(offset) if side == "seen" else moments(offset))]
    )
    operator = data.draw(st.sampled_from([">", ">=", "<", "<=", "=", "between"]))
    a, b = data.draw(others), data.draw(others)
    predicate = f"{side} BETWEEN {a} AND {b}" if operator == "between" else f"{side} {operator} {a}"
    engine.connection.execute(f"SET TimeZone = '{zone}'")
    column = "ms" if "ms " in side or "(ms" in side else "seen" if "seen" in side else "made"
    forms = {"made": [None, Form.UNIX, Form.ISO, Form.DATE], "seen": [Form.UTC] if side == "seen" else [Form.UNIX, Form.UTC], "ms": [None]}
    form = data.draw(st.sampled_from(forms[column]))
    ends = {
        "low": parameter(column, data.draw(st.sampled_from([">", ">="])), form),
        "high": parameter(column, data.draw(st.sampled_from(["<", "<="])), form),
    }

    said = asked(engine, predicate, **ends)

    table(engine.connection, START + offset, of_places=form is not Form.UTC)
    value = {"made": "made", "ms": "ms", "seen": "seen" if form is Form.UTC else "epoch(seen::TIMESTAMPTZ)::BIGINT"}[column]
    value = {Form.ISO: "strftime(make_timestamp(made * 1000000), '%Y-%m-%dT%H:%M:%SZ')", Form.DATE: "strftime(make_timestamp(made * 1000000), '%Y-%m-%d')"}.get(
        form if column == "made" else None, value  # type: ignore[arg-type]
    )  # fmt: skip
    api = " AND ".join(f"{value} {ends[name].range.operator.value} {written!r}" for name, written in said.values.items()) or "true"  # type: ignore[union-attr]
    try:
        lost = engine.connection.sql(f"SELECT * FROM t WHERE ({predicate}) AND NOT ({api})").fetchall()
        more = engine.connection.sql(f"SELECT * FROM t WHERE ({api}) AND ({predicate}) IS NOT TRUE").fetchall()
    except duckdb.Error:
        return  # no comparison that DuckDB makes
    assert lost == [], (zone, predicate, said)
    if said.applied:
        assert more == [], (zone, predicate, said)


KEYED = [
    "m.begun = 7", "m.begun IN (3, 12)", "m.begun IN (SELECT begun FROM spans)", "m.begun = (SELECT min(begun) FROM spans)", "m.begun IN (3, 12) AND m.pen IN ('p1', 'p2')",
    "m.begun IN (SELECT begun FROM spans WHERE false)", "m.begun = (SELECT min(begun) FROM spans WHERE false)", "m.begun = 3 AND m.pen = 'p1' OR m.begun = 12 AND m.until = 15",
    "m.begun IN (3, 12) AND m.until = 6", "m.begun >= 4 AND m.until = 10", "m.begun >= 4 AND m.until IN (10, 13)", "m.begun IN (SELECT begun FROM spans) AND m.begun > 10",
    "m.begun IN (SELECT c.begun FROM zoo.care.cries c WHERE c.begun > 9)", "m.begun = ANY ([3, 12])", "(m.begun, m.pen) IN ((3, 'p1'), (12, 'p2'))", "m.begun BETWEEN 4 AND 9",
]  # fmt: skip


@pytest.mark.parametrize("where", KEYED)
def test_several_values_of_a_column_that_is_bounded_are_asked_for_by_one_bound_around_them(zoo: Zoo, where: str) -> None:
    """A bound for each would bring the rows that lie beyond all of them as often."""
    sql = f"SELECT m.* FROM zoo.care.meals m WHERE {where}"

    assert zoo.answer(sql) == zoo.truth(sql)
    assert len({call.request.query for scan in zoo.scans(sql) for call in scan.calls if scan.method_name == "list_meals"}) <= 2


@pytest.mark.parametrize(
    "join",
    ["m.begun = s.begun", "m.begun = s.begun AND m.pen = s.pen", "m.begun = s.begun AND m.begun < 13", "m.pen = s.pen AND m.begun = 12"],
)
def test_a_join_by_a_column_that_is_bounded_asks_from_its_least_value_to_its_greatest(zoo: Zoo, join: str) -> None:
    """Of a local table, and of another reference."""
    local = f"SELECT m.*, s.* FROM zoo.care.meals m JOIN spans s ON {join}"
    remote = f"SELECT m.*, s.begun FROM (SELECT c.begun, 'p2' AS pen FROM zoo.care.cries c) s JOIN zoo.care.meals m ON {join}"

    assert zoo.answer(local) == zoo.truth(local)
    assert zoo.answer(remote) == zoo.truth(remote)
