"""Templates of the sandbox file, parsed and checked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcall.manifest.template import Constant, Operation, Path, TemplateError, Text, parse_expression, parse_text, problems


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Constant("")),
        ("plain", Constant("plain")),
        ("{{x}}", Constant("{x}")),
        ("{a.b}", Path(("a", "b"))),
        ("{ 5 }", Constant(5)),
        ("{2.5}", Constant(2.5)),
        ("{null}", Constant(None)),
        ("{'text'}", Constant("text")),
        ("at {now}", Text((Constant("at "), Path(("now",))))),
        ("{a.*.id}", Path(("a", "*", "id"))),
    ],
)
def test_a_text_is_a_constant_an_expression_or_both(text: str, expected: Any) -> None:
    """One expression alone keeps its type; with text around it, it is text."""
    assert parse_text(text) == expected


def test_multiplication_binds_before_addition_and_falling_back_last() -> None:
    """`a ?? b + c * d` is what a reader takes it for."""
    a, b, c, d = (Path((name,)) for name in "abcd")

    assert parse_expression("a ?? b + c * d") == Operation("??", a, Operation("+", b, Operation("*", c, d)))
    assert parse_expression("a - b - c") == Operation("-", Operation("-", a, b), c)


@pytest.mark.parametrize("text", ["{", "}", "{}", "{ }", "{a b}", "{a +}", "{+ a}", "{a ? b}", "{a..b}", "{'a}", "{a()}", "{{a}", "{a[0]}"])
def test_a_malformed_template_is_refused(text: str) -> None:
    """It never means something by accident."""
    with pytest.raises(TemplateError):
        parse_text(text)


@given(st.text(alphabet="{}ab.*?+- '$5", max_size=12))
def test_every_text_is_parsed_or_refused(text: str) -> None:
    """Nothing else comes out of the parser than a result or its own error, which `problems` reports."""
    try:
        parse_text(text)
    except TemplateError:
        parsed = False
    else:
        parsed = True

    assert parsed == (problems(text, "here") == [])


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ({"$pic": [1]}, "there is no directive `$pic`; there is $pick,"),
        ({"$pick": [1], "more": 2}, "`$pick` stands alone in its mapping"),
        ({"$pick": []}, "`$pick` takes a list, a mapping of weights, or an expression"),
        ({"$between": [1]}, "`$between` takes two numbers"),
        ({"$each": {"give": 1}}, "`$each` takes `in`"),
        ({"$find": {"in": [], "what": 1}}, "`$find` takes `in`"),
        ({"$choose": {"give": 1}}, "`$choose` takes a list"),
        ({"$choose": [{"given": 1}]}, "`$choose` takes a list"),
        ({"$each": {"in": [], "where": {"a b": 1}}}, "`{a b}` is no expression"),
        ({"$choose": [{"when": {"a +": 1}}]}, "`{a +}` is no expression"),
        ([{"deep": "{"}], "a `{` without its partner"),
    ],
)
def test_the_problems_of_a_template_are_found(template: Any, message: str) -> None:
    """Directives that there are not, their arguments and conditions, however deep."""
    ((path, found),) = problems(template, "here")

    assert path.startswith("here")
    assert found.startswith(message)
