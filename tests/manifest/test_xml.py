"""Values as documents of XML, as Python's own reader reads them."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcall.manifest.xml import document, is_name, without_forbidden

HOLDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff", include_characters="\t\r\n")
)
NAMES = st.from_regex(r"[a-z_\u00c0-\u00d6][a-z0-9._\u00c0-\u00d6-]{0,4}", fullmatch=True).filter(lambda name: not name.startswith("xml"))
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | HOLDS,
    lambda inner: st.dictionaries(NAMES, inner | st.lists(inner.filter(lambda value: not isinstance(value, list)), min_size=2), max_size=3),
    max_leaves=8,
)


def read(element: ET.Element) -> Any:
    """What an element holds, as texts: it begins with its attributes."""
    found: dict[str, Any] = {f"-{name}": value for name, value in element.attrib.items()}
    for child in element:
        found.setdefault(child.tag, []).append(read(child))
    found = {name: value[0] if isinstance(value, list) and len(value) == 1 else value for name, value in found.items()}
    return {**found, **({"#text": element.text} if element.text else {})} if found else element.text or ""


def as_texts(value: Any) -> Any:
    """A value as it is read again."""
    if isinstance(value, dict):
        return {name: as_texts(inner) for name, inner in value.items()} or ""
    if isinstance(value, list):
        return [as_texts(item) for item in value]
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@given(VALUES)
def test_what_is_written_is_what_is_read(value: Any) -> None:
    """Whatever stands in its texts."""
    assert read(ET.fromstring(document({"root": value}).encode())) == as_texts(value)


@given(HOLDS, HOLDS)
def test_an_attribute_and_the_text_beside_it_are_what_is_read(attribute: str, text: str) -> None:
    """With their spaces and line ends, which a reader changes where they are written as they are."""
    root = ET.fromstring(document({"root": {"#text": text, "-id": attribute, "b": [1.0, 2.5]}}).encode())

    assert (root.get("id"), root.text or "", [each.text for each in root]) == (attribute, text, ["1", "2.5"])


@given(st.characters())
def test_a_character_that_xml_has_not_is_an_error_and_any_other_is_written(character: str) -> None:
    """As the definition of XML has it."""
    holds = re.fullmatch("[\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", character) is not None

    if holds:
        assert ET.fromstring(document({"a": {"-b": character}}).encode()).get("b") == character
        assert without_forbidden(character) == character
    else:
        with pytest.raises(ValueError, match=rf"`a.b` has the character U\+{ord(character):04X} in it, which XML cannot hold"):
            document({"a": {"b": character}})
        assert without_forbidden(character) == "\ufffd"


@pytest.mark.parametrize(("body", "message"), [
    ({"a": {"b c": 1}}, "`a.b c` has a name that XML has not for an element"),
    ({"a": {"": 1}}, "`a.` has a name"),
    ({"a": {"-": 1}}, "`a.-` has a name"),
    ({"a": {"b": [[1]]}}, r"`a.b\[0\]` is a list of lists|`a.b` is a list of lists"),
    ({"a": {"-b": {"c": 1}}}, "`a.-b` is of several values"),
    ({"a": {"#text": [1]}}, "`a` is of several values"),
    ({"p:a": 1}, "the prefix `p` of `p:a` stands for no namespace: `-xmlns:p` says for which"),
    ({"a": {"-p:b": 1}}, "the prefix `p` of `a.-p:b`"),
    ({"a": {"b": {"-xmlns:p": "u"}, "p:c": 1}}, "the prefix `p` of `a.p:c`"),
])  # fmt: skip
def test_what_has_no_form_is_an_error_that_says_where(body: dict[str, Any], message: str) -> None:
    """It is never left out."""
    with pytest.raises(ValueError, match=message):
        document(body)


def test_prefixes_are_those_of_the_elements_around() -> None:
    """And the one that all documents have."""
    root = ET.fromstring(document({"p:a": {"-xmlns:p": "u", "-xmlns": "v", "p:b": {"-p:c": 1, "-xml:lang": "en"}}}).encode())

    assert root.tag == "{u}a"
    assert root[0].attrib == {"{u}c": "1", "{http://www.w3.org/XML/1998/namespace}lang": "en"}


@pytest.mark.parametrize(("text", "expected"), [
    ("a", True), ("_a-b.c1", True), ("p:a", True), ("é", True), ("1a", False), ("-a", False), ("a b", False), ("", False), ("a:b:c", False), (":a", False),
    ("a\n", False), ("²", False),
])  # fmt: skip
def test_what_an_element_can_be_called(text: str, expected: bool) -> None:
    """By the definition of XML."""
    assert is_name(text) is expected
