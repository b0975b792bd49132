"""INSERT, UPDATE, DELETE and EXEC as calls."""

from __future__ import annotations

import re
from contextlib import nullcontext
from typing import Any

import pytest

from rowcall.catalog.catalog import Catalog, ResourceRef
from rowcall.errors import DataError, MissingParameterError, Span, UnknownNameError, UnsupportedSQLError
from rowcall.manifest.model import (
    Attribute,
    Column,
    ListOf,
    Method,
    Object,
    Parameter,
    Place,
    Provider,
    Resource,
    Scalar,
    Service,
    Type,
    Verb,
)
from rowcall.plan.nodes import Call
from rowcall.plan.writes import Given, Slot, call, check, choose, column_slot, example, fitted, lacking, slot, with_part

SPAN = Span(12, 15)


def attribute(type_: Type = Scalar.STRING, **more: Any) -> Attribute:
    """An attribute of a body."""
    return Attribute(type=type_, description=".", **more)


def path(**more: Any) -> Parameter:
    """A path parameter."""
    return Parameter(place=Place.PATH, description=".", **more)


METHODS = {
    "make": Method(
        verb=Verb.INSERT,
        http="POST /pens/{pen}/visits",
        description=".",
        parameters={"pen": path(), "dry": Parameter(place=Place.QUERY, description=".", type=Scalar.BOOLEAN)},
        body={"pen": attribute(), "kind": attribute(required=True), "n": attribute(Scalar.INTEGER, nullable=True, minimum=1, maximum=9)},
    ),
    "make_many": Method(
        verb=Verb.INSERT, http="POST /visits", description=".", body={"kinds": attribute(ListOf(Scalar.STRING), required=True)}
    ),
    "change": Method(
        verb=Verb.UPDATE,
        http="POST /pens/{pen}/visits/{visit_id}",
        description=".",
        parameters={"pen": path(), "visit_id": path(column="id")},
        body={"n": attribute(Scalar.INTEGER, nullable=True), "kind": attribute(), "label": attribute(Scalar.MAP)},
    ),
    "stop": Method(verb=Verb.EXEC, http="POST /visits/{visit_id}/stop", description=".", parameters={"visit_id": path(column="id")}),
}


@pytest.fixture(scope="module")
def ref() -> ResourceRef:
    """A resource that can be inserted into, updated and acted on, and not deleted from."""
    columns = {name: Column(type=Scalar.STRING, description=".") for name in ("id", "pen", "kind")}
    resource = Resource(description=".", source="s", columns=columns, methods=METHODS)
    service = Service(service="care", title="Care", description=".", resources={"visits": resource})
    provider = Provider(
        manifest=1, provider="zoo", title="Zoo", description=".", source="s", base_url="https://zoo.example", services={"care": service}
    )
    return Catalog({"zoo": provider}).resolve(["zoo", "care", "visits"])


def given(*names: str) -> list[Given]:
    """What a statement gives."""
    return [Given(name, SPAN) for name in names]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pen", Slot("pen", in_body=False)),
        ("data__pen", Slot("pen", in_body=True)),
        ("KIND", Slot("kind", in_body=True)),
        ("Data__Kind", Slot("kind", in_body=True)),
        ("dry", Slot("dry", in_body=False)),
        ("data__dry", None),
        ("other", None),
        ("label.a", None),
    ],
)
def test_a_name_is_a_parameter_before_it_is_an_attribute(name: str, expected: Slot | None) -> None:
    """With `data__` before it, it is the attribute alone."""
    assert slot(METHODS["make"], name) == expected


def test_a_column_that_equals_a_parameter_is_that_parameter() -> None:
    """`id` is `visit_id`; a name of its own comes first."""
    assert column_slot(METHODS["change"], "ID") == Slot("visit_id", in_body=False)
    assert column_slot(METHODS["change"], "kind") == Slot("kind", in_body=True)
    assert column_slot(METHODS["change"], "nothing") is None


def test_a_dotted_name_is_a_part_of_an_attribute() -> None:
    """Of its body attributes alone."""
    assert column_slot(METHODS["change"], "data__Label.A.b") == Slot("label", in_body=True, path=("A", "b"))
    assert column_slot(METHODS["change"], "visit_id.a") is None
    assert column_slot(METHODS["change"], "nothing.a") is None


DEEP = attribute(Object((("a", Scalar.INTEGER), ("b", Object((("c", Scalar.MAP), ("d", Scalar.JSON)))), ("e", ListOf(Scalar.STRING)))))


@pytest.mark.parametrize(
    ("whole", "path", "value", "expected"),
    [
        (None, ("a",), "5", {"a": 5}),
        ({"a": 1, "e": ["x"]}, ("a",), 2, {"a": 2, "e": ["x"]}),
        ({"a": 1, "e": ["x"]}, ("a",), None, {"e": ["x"]}),
        ({"a": 1}, ("b", "c", "k"), 5, {"a": 1, "b": {"c": {"k": "5"}}}),
        ({"b": {"c": {"k": "5", "l": "6"}}}, ("b", "c", "k"), None, {"b": {"c": {"l": "6"}}}),
        ({"b": {"d": {"x": [1]}}}, ("b", "d", "y", "z"), '{"n": 1}', {"b": {"d": {"x": [1], "y": {"z": {"n": 1}}}}}),
        ({"e": ["x"]}, ("e",), ["y", 1], {"e": ["y", "1"]}),
        ({"a": 1}, ("e",), None, {"a": 1}),
    ],
    ids=repr,
)
def test_a_part_is_set_and_the_rest_stays(whole: Any, path: tuple[str, ...], value: Any, expected: Any) -> None:
    """As its own type; NULL takes it away."""
    assert with_part(whole, path, value, DEEP, "r.x") == expected


def test_a_part_of_what_is_no_object_is_an_error() -> None:
    """It would be lost."""
    with pytest.raises(DataError, match=r'r\.x\.b\.d is "auto", of which y can be no part'):
        with_part({"b": {"d": "auto"}}, ("b", "d", "y"), 1, DEEP, "r.x")
    with pytest.raises(DataError, match=r"r\.x\.a takes integer"):
        with_part(None, ("a",), "one", DEEP, "r.x")


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("label.a", "label.b"), None),
        (("label.a", "kind"), None),
        (("label.a", "LABEL.a"), "label is given twice, as LABEL.a"),
        (("label", "label.b"), "label is given twice, as label and as label.b"),
        (("id", "visit_id"), "visit_id is given twice, as id and as visit_id"),
        (("kind.a",), "kind is string, of which no part can be set"),
        (("label.a.b",), "label.a is string, of which no part can be set"),
    ],
)
def test_a_value_is_given_once(names: tuple[str, ...], message: str | None, ref: ResourceRef) -> None:
    """Under whatever name; parts of an attribute are several values."""
    method = METHODS["change"]
    slots = [(found, item) for item in given(*names) if (found := column_slot(method, item.name)) is not None]

    assert len(slots) == len(names)
    with pytest.raises(UnsupportedSQLError, match=re.escape(message)) if message else nullcontext():
        check(ref, method, slots, sql="…")


def test_parts_of_an_attribute_are_sent_together(ref: ResourceRef) -> None:
    """Over what a whole body has of it; those that are NULL are not given."""
    values = {"pen": "p", "id": "v", "label.a": 1, "label.b": None, "label.c": "x"}

    assert made(ref, "change", values).request.body == {"label": {"a": "1", "c": "x"}}
    assert made(ref, "change", values, body={"label": {"a": "0", "z": "1"}}).request.body == {"label": {"a": "1", "z": "1", "c": "x"}}
    assert made(ref, "change", {**values, "label.a": None, "label.c": None}).request.body == {}


@pytest.mark.parametrize(
    ("names", "expected"), [(("pen", "kind"), "make"), (("pen", "data__kind", "n"), "make"), (("kinds",), "make_many")]
)
def test_the_method_takes_all_that_is_given(names: tuple[str, ...], expected: str, ref: ResourceRef) -> None:
    """And lacks nothing that it needs."""
    assert choose(ref, Verb.INSERT, given(*names), sql="…", span=SPAN)[0] == expected


def test_a_method_that_lacks_something_says_what(ref: ResourceRef) -> None:
    """Attributes as `data__name`, with a statement that would do."""
    with pytest.raises(MissingParameterError) as raised:
        choose(ref, Verb.INSERT, given("n"), sql="INSERT INTO zoo…", span=SPAN)

    assert raised.value.candidates == (("make", ("pen", "data__kind")),)
    assert raised.value.example == "INSERT INTO zoo.care.visits (pen, data__kind) VALUES ('…', '…')"
    assert raised.value.span == SPAN


def test_a_name_that_no_method_takes_is_unknown(ref: ResourceRef) -> None:
    """With the nearest ones."""
    with pytest.raises(UnknownNameError) as raised:
        choose(ref, Verb.INSERT, given("pen", "kinb"), sql="…", span=SPAN)

    assert raised.value.nearest[0] in {"kind", "kinds"}
    assert raised.value.span == SPAN


def test_a_verb_without_method_names_those_that_there_are(ref: ResourceRef) -> None:
    """Whatever is given."""
    with pytest.raises(UnsupportedSQLError, match=r"no method for DELETE(?s:.*)make \(INSERT\)"):
        choose(ref, Verb.DELETE, given("pen"), sql="…", span=SPAN)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("make", "INSERT INTO zoo.care.visits (pen, data__kind) VALUES ('…', '…')"),
        ("make_many", "INSERT INTO zoo.care.visits (data__kinds) VALUES (['…'])"),
        ("change", "UPDATE zoo.care.visits SET n = 1 WHERE pen = '…' AND visit_id = '…'"),
        ("stop", "EXEC zoo.care.visits.stop @visit_id = '…'"),
    ],
)
def test_an_example_gives_all_that_a_method_needs(name: str, expected: str, ref: ResourceRef) -> None:
    """And for UPDATE something to change."""
    assert example(ref, name, METHODS[name]) == expected


def test_what_a_method_needs_may_be_given_under_any_name() -> None:
    """`id` for `visit_id`, `kind` for `data__kind`."""
    assert lacking(METHODS["change"], given("id", "pen")) == ()
    assert lacking(METHODS["make"], given("KIND")) == ("pen",)


def made(ref: ResourceRef, name: str, values: dict[str, Any], **more: Any) -> Call:
    """One call of a method."""
    return call(ref, name, METHODS[name], values, **more)


def test_values_go_into_the_path_the_query_and_the_body(ref: ResourceRef) -> None:
    """By their slots; what is NULL is not given."""
    found = made(ref, "make", {"pen": "p/1", "dry": True, "data__pen": "inner", "kind": "food", "n": None})

    assert found.request.target() == "POST /pens/p%2F1/visits?dry=true"
    assert found.request.body == {"pen": "inner", "kind": "food"}
    assert found.bound == {"pen": "p/1", "dry": True}


def test_an_update_sends_null_where_the_api_takes_it(ref: ResourceRef) -> None:
    """To clear an attribute; one that cannot be null is an error."""
    keys = {"pen": "p", "id": "v"}

    assert made(ref, "change", {**keys, "n": None}, keep_null=True).request.body == {"n": None}
    with pytest.raises(DataError, match="kind cannot be NULL"):
        made(ref, "change", {**keys, "kind": None}, keep_null=True)


def test_a_whole_body_is_sent_with_what_is_named_over_it(ref: ResourceRef) -> None:
    """As `@@json` gives it."""
    assert made(ref, "make", {"pen": "p", "n": 2}, body={"kind": "food", "n": 1, "new": []}).request.body == {
        "kind": "food",
        "n": 2,
        "new": [],
    }


def test_a_method_without_attributes_sends_no_body(ref: ResourceRef) -> None:
    """Not an empty one either."""
    assert made(ref, "stop", {"id": "v"}).request.body is None


@pytest.mark.parametrize(("name", "values"), [("make", {"kind": "food"}), ("make", {"pen": "p"}), ("stop", {"visit_id": None})])
def test_what_is_needed_cannot_be_null(name: str, values: dict[str, Any], ref: ResourceRef) -> None:
    """A row of an INSERT … SELECT may have one: nothing is sent."""
    with pytest.raises(DataError, match="cannot be called without it"):
        made(ref, name, values)


@pytest.mark.parametrize(
    ("value", "type_", "expected"),
    [
        ("a", Scalar.STRING, "a"),
        (5, Scalar.STRING, "5"),
        (True, Scalar.STRING, "true"),
        ("5", Scalar.INTEGER, 5),
        (5.0, Scalar.INTEGER, 5),
        ("2.5", Scalar.NUMBER, 2.5),
        (3, Scalar.NUMBER, 3),
        (False, Scalar.BOOLEAN, False),
        ('{"a": 1}', Scalar.JSON, {"a": 1}),
        ("auto", Scalar.JSON, "auto"),
        ("{oops", Scalar.JSON, "{oops"),
        ([1], Scalar.JSON, [1]),
        ({"a": 1, "b": True}, Scalar.MAP, {"a": "1", "b": "true"}),
        ('{"a": "b"}', Scalar.MAP, {"a": "b"}),
        (["a", 1], ListOf(Scalar.STRING), ["a", "1"]),
        ('["a"]', ListOf(Scalar.STRING), ["a"]),
        ({"a": "x", "b": None}, Object((("a", Scalar.STRING), ("b", Scalar.INTEGER))), {"a": "x"}),
        ([{"a": "1"}], ListOf(Object((("a", Scalar.INTEGER),))), [{"a": 1}]),
    ],
    ids=repr,
)
def test_a_value_is_sent_as_its_type(value: Any, type_: Type, expected: Any) -> None:
    """A text that holds JSON is the JSON where one is due; the NULLs that a STRUCT cannot leave out are left out."""
    assert fitted(value, attribute(type_), "r.x") == expected


@pytest.mark.parametrize(
    ("value", "type_", "message"),
    [
        ("a", Scalar.INTEGER, 'r.x takes integer, not "a"'),
        (1.5, Scalar.INTEGER, "takes integer, not 1.5"),
        (True, Scalar.INTEGER, "takes integer, not true"),
        (float("inf"), Scalar.INTEGER, "takes integer"),
        (float("nan"), Scalar.NUMBER, "takes number"),
        (1, Scalar.BOOLEAN, "takes boolean, not 1"),
        ([1], Scalar.STRING, r"takes string, not \[1\]"),
        ("a", Scalar.MAP, "takes map"),
        ({"a": {"b": 1}}, Scalar.MAP, "r.x.a takes string"),
        ("a", ListOf(Scalar.STRING), r"takes \[string\]"),
        ([1, "b"], ListOf(Scalar.INTEGER), r"r.x\[1\] takes integer"),
        ({"b": 1}, Object((("a", Scalar.STRING),)), "r\\.x has no field b\\. It has a\\."),
        ("x" * 100, Scalar.INTEGER, "…"),
    ],
    ids=repr,
)
def test_a_value_that_does_not_fit_is_an_error_that_names_its_place(value: Any, type_: Type, message: str) -> None:
    """Before anything is sent; a long value is cut."""
    with pytest.raises(DataError, match=message):
        fitted(value, attribute(type_), "r.x")


@pytest.mark.parametrize(
    ("value", "more", "message"),
    [
        (0, {"type_": Scalar.INTEGER, "minimum": 1}, "at least 1"),
        (10, {"type_": Scalar.INTEGER, "maximum": 9}, "at most 9"),
        ("abc", {"max_length": 2}, "at most 2 characters"),
        ({"k": "abc"}, {"type_": Scalar.MAP, "max_length": 2}, r"r\.x\.k takes at most 2 characters, not 3"),
        ({"a": None, "abc": "v"}, {"type_": Scalar.MAP, "max_length": 2, "max_key_length": 2}, "keys of at most 2 characters, not 3"),
        ({"a": "1", "b": "2"}, {"type_": Scalar.MAP, "max_items": 1}, "at most 1 item, not 2"),
        ([1, 2], {"type_": ListOf(Scalar.INTEGER), "max_items": 1}, "at most 1 item, not 2"),
        ([1], {"type_": ListOf(Scalar.INTEGER), "min_items": 2}, "at least 2 items, not 1"),
        ([], {"type_": Scalar.JSON, "min_items": 1}, "at least 1 item, not 0"),
        ("c", {"enum": ("a", "b")}, "one of a, b"),
        (None, {}, "cannot be NULL"),
    ],
)
def test_bounds_are_held(value: Any, more: dict[str, Any], message: str) -> None:
    """Those of the manifest."""
    with pytest.raises(DataError, match=message):
        fitted(value, attribute(**more), "r.x")


def test_what_is_just_at_its_bounds_fits() -> None:
    """A bound is what is still taken."""
    label = attribute(Scalar.MAP, max_items=1, max_key_length=2, max_length=3)

    assert fitted({"ab": "abc"}, label, "r.x") == {"ab": "abc"}
    assert fitted({}, label, "r.x") == {}
    assert fitted([1, 2], attribute(ListOf(Scalar.INTEGER), max_items=2), "r.x") == [1, 2]
