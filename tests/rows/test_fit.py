"""Pages against their declared types: what is rewritten, counted and kept. DuckDB is the judge of what comes out."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import dataclass
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rowcall.engine.source import page_source
from rowcall.manifest.model import Column, ListOf, Object, Scalar, Type
from rowcall.plan.nodes import EXTRA, Hidden
from rowcall.rows.decode import decode
from rowcall.rows.fit import Fitter, Misfit

LEAST, GREATEST = -(2**63), 2**63 - 1
CONNECTION = duckdb.connect()


def columns(**types: Type) -> dict[str, Column]:
    """Columns of these types."""
    return {name: Column(type=type_, description=".") for name, type_ in types.items()}


def read(page: str, of: dict[str, Column], rows: str | None = "data", *, extra: bool = False) -> tuple[list[tuple[Any, ...]], list[Misfit]]:
    """The rows that DuckDB reads from a page that was fitted, and its misfits."""
    fitted, misfits = Fitter(of, rows, extra=extra).fit(page)
    source = page_source([(fitted, "{}")])  # noqa: F841 - found by DuckDB, by its name
    hidden = [Hidden(EXTRA, Scalar.JSON)] if extra else []
    return CONNECTION.sql(f"FROM {decode(of, rows, 'source', hidden)}").fetchall(), misfits


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (Scalar.STRING, "a", "a"),
        (Scalar.STRING, "", ""),
        (Scalar.STRING, 5, "5"),
        (Scalar.STRING, 1.5, "1.5"),
        (Scalar.STRING, True, "true"),
        (Scalar.STRING, {"a": [1]}, '{"a":[1]}'),
        (Scalar.STRING, [1, None], "[1,null]"),
        (Scalar.STRING, 2**70, str(2**70)),
        (Scalar.STRING, 1e300, "1e+300"),
        (Scalar.INTEGER, 5, 5),
        (Scalar.INTEGER, LEAST, LEAST),
        (Scalar.INTEGER, GREATEST, GREATEST),
        (Scalar.INTEGER, 5.0, 5),
        (Scalar.INTEGER, "5", 5),
        (Scalar.INTEGER, "-7", -7),
        (Scalar.NUMBER, 1.5, 1.5),
        (Scalar.NUMBER, 3, 3.0),
        (Scalar.NUMBER, "2.5e3", 2500.0),
        (Scalar.NUMBER, "007", 7.0),
        (Scalar.NUMBER, 2**70, float(2**70)),
        (Scalar.BOOLEAN, True, True),
        (Scalar.BOOLEAN, False, False),
        (Scalar.MAP, {}, {}),
        (Scalar.MAP, {"a": "b", "c": None}, {"a": "b", "c": None}),
        (Scalar.MAP, {"a": 1, "b": True, "c": {"d": 1}}, {"a": "1", "b": "true", "c": '{"d":1}'}),
        (Scalar.JSON, {"a": 1}, '{"a":1}'),
        (Scalar.JSON, "text", '"text"'),
        (Scalar.JSON, [1, "a"], '[1,"a"]'),
        (Scalar.JSON, 2**70, str(2**70)),
        (ListOf(Scalar.INTEGER), [], []),
        (ListOf(Scalar.INTEGER), [1, None, "3"], [1, None, 3]),
        (ListOf(ListOf(Scalar.STRING)), [["a"], []], [["a"], []]),
        (Object((("a", Scalar.STRING), ("b", Scalar.INTEGER))), {"b": 1, "a": "x"}, {"a": "x", "b": 1}),
        (Object((("a", Scalar.STRING), ("b", Scalar.INTEGER))), {"a": "x"}, {"a": "x", "b": None}),
        (Object((("a", Object((("b", ListOf(Scalar.STRING)),))),)), {"a": {"b": ["x"]}}, {"a": {"b": ["x"]}}),
    ],
    ids=repr,
)
def test_a_value_that_fits_is_read_as_its_type(type_: Type, value: Any, expected: Any) -> None:
    """Nothing is lost by it, so nothing is counted; also where its JSON type is another one."""
    rows, misfits = read(json.dumps({"data": [{"x": value}]}), columns(x=type_))

    assert rows == [(expected,)]
    assert misfits == []


@pytest.mark.parametrize(
    ("type_", "value", "found"),
    [
        (Scalar.INTEGER, 5.5, "number 5.5"),
        (Scalar.INTEGER, GREATEST + 1, "number 9223372036854775808"),
        (Scalar.INTEGER, LEAST - 1, "number -9223372036854775809"),
        (Scalar.INTEGER, 1e30, "number 1e30"),
        (Scalar.INTEGER, 2.0**53, "number 9007199254740992.0"),
        (Scalar.INTEGER, "٣", 'string "٣"'),
        (Scalar.INTEGER, True, "boolean true"),
        (Scalar.INTEGER, "soon", 'string "soon"'),
        (Scalar.INTEGER, "5.0", 'string "5.0"'),
        (Scalar.INTEGER, {"a": 1}, 'object {"a":1}'),
        (Scalar.NUMBER, "x", 'string "x"'),
        (Scalar.NUMBER, "٣", 'string "٣"'),
        (Scalar.NUMBER, "9" * 400, f'string "{"9" * 38}…'),
        (Scalar.NUMBER, False, "boolean false"),
        (Scalar.NUMBER, "1e999", 'string "1e999"'),
        (Scalar.BOOLEAN, 1, "number 1"),
        (Scalar.BOOLEAN, "true", 'string "true"'),
        (Scalar.MAP, "text", 'string "text"'),
        (Scalar.MAP, ["a"], 'array ["a"]'),
        (ListOf(Scalar.STRING), {"a": 1}, 'object {"a":1}'),
        (ListOf(Scalar.STRING), "a", 'string "a"'),
        (Object((("a", Scalar.STRING),)), "auto", 'string "auto"'),
        (Object((("a", Scalar.STRING),)), ["a"], 'array ["a"]'),
        (Object((("a", Scalar.STRING),)), "x" * 90, f'string "{"x" * 38}…'),
    ],
    ids=repr,
)
def test_a_value_that_does_not_fit_is_null_counted_and_kept(type_: Type, value: Any, found: str) -> None:
    """It is NULL in its column, named with its path among the misfits, and whole in `_extra`."""
    rows, misfits = read(json.dumps({"data": [{"x": value}]}), columns(x=type_), extra=True)

    ((column, extra),) = rows
    assert column is None
    assert misfits == [Misfit("x", found)]
    assert json.loads(extra) == {"x": value}


@pytest.mark.parametrize(
    "type_", [Scalar.STRING, Scalar.INTEGER, Scalar.MAP, Scalar.JSON, ListOf(Scalar.STRING), Object((("a", Scalar.STRING),))]
)
@pytest.mark.parametrize("record", [{"x": None}, {}], ids=["null", "absent"])
def test_null_and_absent_are_null_without_a_word(type_: Type, record: dict[str, Any]) -> None:
    """A null fits every type, and a field may be missing."""
    assert read(json.dumps({"data": [record]}), columns(x=type_), extra=True) == ([(None, None)], [])


def test_the_path_of_a_misfit_leads_into_objects_and_lists() -> None:
    """Below a column, field names follow after points and any item of a list is []."""
    type_ = Object((("calls", ListOf(Object((("n", Scalar.INTEGER), ("s", Scalar.STRING))))),))
    page = json.dumps({"data": [{"x": {"calls": [{"n": 1, "s": "a"}, {"n": "many", "s": "b"}, 7]}}]})

    rows, misfits = read(page, columns(x=type_), extra=True)

    assert rows[0][0] == {"calls": [{"n": 1, "s": "a"}, {"n": None, "s": "b"}, None]}
    assert [misfit.path for misfit in misfits] == ["x.calls[].n", "x.calls[]"]
    assert json.loads(rows[0][1]) == {"x": {"calls": [None, {"n": "many"}, 7]}}


def test_a_page_that_fits_is_handed_on_as_it_came() -> None:
    """Not a character of it changes, unknown fields and spaces included."""
    page = '{ "data" : [ {"x": 1, "unknown": [1.50]} ], "more": false }'

    assert Fitter(columns(x=Scalar.INTEGER), "data", extra=False).fit(page) == (page, [])


def test_what_no_column_names_is_in_extra() -> None:
    """Fields of the record, and of declared objects within it, are kept under their own names; NULL where there are none."""
    of = columns(x=Scalar.INTEGER, o=Object((("a", Scalar.STRING),)))
    page = json.dumps({"data": [{"x": 1, "new": [1], "o": {"a": "b", "c": "d"}}, {"x": 2}]})

    rows, misfits = read(page, of, extra=True)

    assert [row[:2] for row in rows] == [(1, {"a": "b"}), (2, None)]
    assert [row[2] and json.loads(row[2]) for row in rows] == [{"new": [1], "o": {"c": "d"}}, None]
    assert misfits == []


def test_a_field_whose_name_differs_by_case_is_another_field() -> None:
    """JSON's names have a case: `ID` is not `id`."""
    rows, misfits = read('{"data": [{"ID": "a"}, {"ID": "b", "id": "c"}]}', columns(id=Scalar.STRING), extra=True)

    assert rows == [(None, '{"ID":"a"}'), ("c", '{"ID":"b"}')]
    assert misfits == []


def test_a_record_that_is_no_object_is_a_row_of_nulls_that_is_counted() -> None:
    """The page's other records are read, and what it was is in `_extra`."""
    rows, misfits = read('{"data": [{"x": 1}, "oops", null, [2]]}', columns(x=Scalar.INTEGER), extra=True)

    assert rows == [(1, None), (None, '"oops"'), (None, None), (None, "[2]")]
    assert [misfit.found for misfit in misfits] == ['string "oops"', "null null", "array [2]"]


@pytest.mark.parametrize(("page", "rows"), [("{}", "data"), ('{"data": null}', "data"), ('{"a": {}}', "a.b"), ("[]", "$"), ("null", "$")])
def test_a_page_without_records_has_no_rows(page: str, rows: str) -> None:
    """An empty body, a null and a missing path are no error."""
    assert read(page, columns(x=Scalar.INTEGER), rows, extra=True) == ([], [])
    assert read(page, columns(x=Scalar.INTEGER), rows) == ([], [])


def test_records_that_are_no_list_are_counted() -> None:
    """Nothing is read of them, which is said."""
    assert read('{"data": {"x": 1}}', columns(x=Scalar.INTEGER)) == ([], [Misfit("data", 'object {"x":1}')])


def test_a_column_with_a_dotted_source_is_checked_where_it_is() -> None:
    """Its misfit has the path of its source, and its neighbours there stay in `_extra`."""
    of = {
        "author": Column(type=Scalar.STRING, description=".", source="user.login"),
        "author_id": Column(type=Scalar.INTEGER, description=".", source="user.id"),
    }

    rows, misfits = read('{"data": [{"user": {"login": "ann", "id": "none", "site": "x"}}, {"user": 5}]}', of, extra=True)

    assert rows == [("ann", None, '{"user":{"id":"none","site":"x"}}'), (None, None, '{"user":5}')]
    assert [misfit.path for misfit in misfits] == ["user.id", "user"]


def test_a_number_past_every_float_is_counted() -> None:
    """JSON can write what no float holds."""
    rows, misfits = read('{"data": [{"x": 1e400, "y": 1}]}', columns(x=Scalar.NUMBER, y=Scalar.INTEGER))

    assert rows == [(None, 1)]
    assert misfits == [Misfit("x", "number 1e400")]


@pytest.mark.parametrize("type_", [Scalar.INTEGER, Scalar.NUMBER])
def test_a_number_of_more_digits_than_python_reads_is_counted(type_: Scalar) -> None:
    """Python refuses whole numbers of more than 4,300 digits, and JSON has no bound."""
    rows, misfits = read(f'{{"data": [{{"x": {"1" * 5000}, "s": {"2" * 5000}}}]}}', columns(x=type_, s=Scalar.STRING))

    assert rows == [(None, "2" * 5000)]
    assert [misfit.path for misfit in misfits] == ["x"]


@pytest.mark.parametrize("extra", [False, True])
@pytest.mark.parametrize(
    ("type_", "text", "expected"),
    [
        (Scalar.MAP, '{"a": "1", "b": "2", "a": "3"}', {"a": "1", "b": "2"}),
        (Scalar.MAP, '{"a": 1, "\\u0061": 2}', {"a": "1"}),
        (Scalar.MAP, '{"a": "1", "A": "2"}', {"a": "1", "A": "2"}),
        (ListOf(Scalar.MAP), '[{"a": "1", "a": "2"}, {"a": "3"}]', [{"a": "1"}, {"a": "3"}]),
        (Object((("m", Scalar.MAP),)), '{"m": {"a": "1", "a": "2"}}', {"m": {"a": "1"}}),
        (Object((("a", Scalar.INTEGER),)), '{"a": 1, "a": 2}', {"a": 1}),
        (Object((("a", Scalar.INTEGER),)), '{"a": null, "a": 2}', {"a": None}),
        (Scalar.JSON, '{"a":1,"a":2}', '{"a":1,"a":2}'),
        (Scalar.STRING, '{"a":1,"a":2}', '{"a":1,"a":2}'),
    ],
    ids=repr,
)
def test_of_a_name_that_stands_twice_the_first_counts(type_: Type, text: str, expected: Any, extra: bool) -> None:
    """In a MAP, which DuckDB would make NULL, as in a STRUCT and in the record; whether the page is rewritten or not."""
    rows, misfits = read(f'{{"data": [{{"x": {text}, "x": null}}]}}', columns(x=type_), extra=extra)

    assert [row[0] for row in rows] == [expected]
    assert misfits == []


def test_a_text_is_the_same_on_a_page_with_a_misfit() -> None:
    """Whoever writes the page, what is no text becomes the same one."""
    values = [1e300, -0.0, 1.5, 12345678901234567890123, {"a": [1e16, "ü\n"]}, [None, True]]
    of = columns(s=Scalar.STRING, m=Scalar.MAP, x=Scalar.INTEGER)
    records = [{"s": value, "m": {"k": value}, "x": 1} for value in values]

    rows, misfits = read(json.dumps({"data": records}), of)
    again, one = read(json.dumps({"data": [*records, {"x": "oops"}]}), of)

    assert (misfits, [misfit.path for misfit in one]) == ([], ["x"])
    assert again[:-1] == rows
    assert [row[0] for row in rows] == [row[1]["k"] for row in rows]


def test_json_of_any_depth_is_kept() -> None:
    """A hundred levels of a JSON column come through, rewritten or not."""
    deep = "[" * 100 + "1" + "]" * 100

    assert read(f'{{"data": [{{"x": {deep}}}]}}', columns(x=Scalar.JSON))[0] == [(deep,)]
    assert read(f'{{"data": [{{"x": {deep}}}]}}', columns(x=Scalar.JSON), extra=True)[0] == [(deep, None)]


TYPES: st.SearchStrategy[Type] = st.recursive(
    st.sampled_from([scalar for scalar in Scalar if scalar is not Scalar.BLOB]),
    lambda inner: st.one_of(
        inner.map(ListOf), st.lists(inner, min_size=1, max_size=2).map(lambda types: Object(tuple(zip("ab", types, strict=False))))
    ),
    max_leaves=4,
)


@dataclass(frozen=True)
class Number:
    """A number as it is spelt."""

    text: str


@dataclass(frozen=True)
class Members:
    """An object, which may have a name twice."""

    pairs: list[tuple[str, Any]]


def written(value: Any) -> str:
    """A value as JSON."""
    match value:
        case Number(text):
            return text
        case Members(pairs):
            return "{" + ", ".join(f"{json.dumps(name)}: {written(inner)}" for name, inner in pairs) + "}"
        case list():
            return "[" + ", ".join(map(written, value)) + "]"
        case _:
            return json.dumps(value)


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([LEAST, GREATEST, GREATEST + 1, LEAST - 1]),
        st.floats(allow_nan=False, allow_infinity=False, width=32),
        st.text(st.characters(codec="utf-8"), max_size=4),
        st.sampled_from(["5", "-3", "1.5", "1e2", "007", "-0", "٣", "1e999", "true", "null"]),
        st.sampled_from(["1e400", "-1e400", "1e-400", "-0", "15e-1", "1E2", "9007199254740993.0", "1" * 400]).map(Number),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=2), st.lists(st.tuples(st.sampled_from(["a", "b", "A"]), inner), max_size=3).map(Members)
    ),
    max_leaves=5,
)


def model(value: Any, type_: Type) -> tuple[Any, int]:
    """The rules in plain Python: the value that is read (JSON as a text), and how many values do not fit."""
    if value is None:
        return None, 0
    match type_:
        case Scalar.JSON:
            return written(value), 0
        case Object(fields) if isinstance(value, Members):
            pairs = {name: model(first(value).get(name), inner) for name, inner in fields}
            return {name: read for name, (read, _) in pairs.items()}, sum(count for _, count in pairs.values())
        case ListOf(item) if isinstance(value, list):
            items = [model(inner, item) for inner in value]
            return [read for read, _ in items], sum(count for _, count in items)
        case Scalar.MAP if isinstance(value, Members):
            return {name: inner if inner is None else text(inner) for name, inner in first(value).items()}, 0
        case Scalar.STRING:
            return text(value), 0
        case Scalar.BOOLEAN if isinstance(value, bool):
            return value, 0
        case Scalar.INTEGER if (number := whole(value)) is not None and LEAST <= number <= GREATEST:
            return number, 0
        case Scalar.NUMBER if (found := real(value)) is not None and math.isfinite(found):
            return found, 0
    return None, 1


def first(value: Members) -> dict[str, Any]:
    """What an object's names stand for."""
    return dict(reversed(value.pairs))


def text(value: Any) -> str:
    """A value as a text."""
    return value if isinstance(value, str) else written(value)


def whole(value: Any) -> int | None:
    """A value as a whole number, where it is one to the last digit."""
    if isinstance(value, Number):
        value = json.loads(value.text)
    if isinstance(value, str) and value.lstrip("-").isdecimal() and value.isascii() and value.count("-") <= 1:
        return int(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def real(value: Any) -> float | None:
    """A value as a float, where it is a number."""
    if isinstance(value, Number):
        value = value.text
    elif isinstance(value, str) and not (value.isascii() and value.strip() == value and value.lower().lstrip("-")[:1].isdigit()):
        return None
    try:
        return float(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        return None


def comparable(value: Any, type_: Type) -> Any:
    """A value that was read, with the texts that hold JSON as what they hold: spaces and the spelling of a float are free."""
    if value is None:
        return None
    match type_:
        case Object(fields):
            return {name: comparable(value[name], inner) for name, inner in fields}
        case ListOf(item):
            return [comparable(inner, item) for inner in value]
        case Scalar.MAP:
            return {name: loose(inner) for name, inner in value.items()}
        case Scalar.STRING | Scalar.JSON:
            return loose(value)
        case _:
            return value


def loose(value: str | None) -> Any:
    """A text as the JSON it holds, if it holds any, with all members of an object."""
    try:
        return json.loads(value or "", object_pairs_hook=Members)
    except ValueError:
        return value


@settings(max_examples=200)
@given(TYPES, st.lists(VALUES, min_size=1, max_size=3), st.booleans())
@example(type_=Scalar.INTEGER, values=[5.0, "5", True], extra=True)
@example(type_=ListOf(Scalar.MAP), values=[[Members([("a", 1), ("a", 2)])]], extra=False)
def test_what_duckdb_reads_is_what_the_rules_say(type_: Type, values: list[Any], extra: bool) -> None:
    """For any record and any type: the value read, and the number of misfits."""
    rows, misfits = read(written([Members([("x", value)]) for value in values]), columns(x=type_), "$", extra=extra)

    expected = [model(value, type_) for value in values]
    assert [comparable(row[0], type_) for row in rows] == [comparable(value, type_) for value, _ in expected]
    assert len(misfits) == sum(count for _, count in expected)


@settings(max_examples=100)
@given(st.lists(st.lists(st.tuples(st.sampled_from("xyz"), VALUES), max_size=4).map(Members), max_size=3))
def test_every_value_is_in_its_column_or_in_extra(records: list[Members]) -> None:
    """What is not NULL in the record is not NULL in both."""
    rows, _ = read(written(records), columns(x=Scalar.INTEGER, y=Object((("a", Scalar.STRING),))), "$", extra=True)

    for record, (x, y, extra) in zip(records, rows, strict=True):
        kept = {name for name, value in (("x", x), ("y", y)) if value is not None} | set(json.loads(extra or "{}"))
        assert kept >= {name for name, value in first(record).items() if value is not None}


@pytest.mark.parametrize("type_", [Scalar.JSON, Scalar.INTEGER], ids=["fits", "misfit"])
def test_a_page_is_fitted_however_deep_who_asks_stands(type_: Scalar) -> None:
    """It was found to be JSON on another thread; that it is nested is no reason to fail here."""
    nested = "[" * (sys.getrecursionlimit() - 150) + "]" * (sys.getrecursionlimit() - 150)

    def asked(depth: int) -> tuple[str, list[Misfit]]:
        return asked(depth - 1) if depth else Fitter(columns(a=type_), "data", extra=True).fit(f'{{"data":[{{"a":{nested}}}]}}')

    page, misfits = asked(200)

    assert nested in page
    assert [misfit.path for misfit in misfits] == (["a"] if type_ is Scalar.INTEGER else [])
