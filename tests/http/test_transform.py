"""Responses that are not JSON become it."""

from __future__ import annotations

import pytest

from rowcall.http.gotemplate import TemplateError
from rowcall.http.transform import transformed, xml_map
from rowcall.manifest.model import Transform, TransformKind

XML = Transform(kind=TransformKind.XML)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<a/>", "null"),
        ("<a>true</a>", "true"),
        ("<a><b>01</b><c>-1.50</c><d>true</d><e> x </e><f/></a>", '{"b":"01","c":"-1.50","d":true,"e":"x","f":null}'),
        ("<a><b>1</b><b>2</b><b>3</b></a>", '{"b":["1","2","3"]}'),
        ('<n:a xmlns:n="u"><n:b k="v">t</n:b></n:a>', '{"b":{"-k":"v","#text":"t"}}'),
        ("<a>&lt;&quot;</a>", '"<\\""'),
    ],
)
def test_xml_is_what_its_root_holds(text: str, found: str) -> None:
    """A number is a text, as it is written."""
    assert transformed(XML, text) == found


@pytest.mark.parametrize("text", ["", "<a>", "{}", '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "<a>&b;</a>"])
def test_what_is_not_plain_xml_is_refused(text: str) -> None:
    """Nothing declares entities in an answer, and none is expanded."""
    with pytest.raises(ValueError, match="XML"):
        transformed(XML, text)


def test_a_template_of_xml_sees_its_root() -> None:
    """And texts as they are."""
    assert xml_map("<a><b>1</b></a>") == {"a": {"b": "1"}}
    assert transformed(Transform(kind=TransformKind.XML, template='{"n": "{{ .a.b }}"}'), "<a><b>1</b></a>") == '{"n": "1"}'


def test_a_template_gets_text_or_json() -> None:
    """By its kind."""
    assert transformed(Transform(kind=TransformKind.TEXT, template="[{{ toJson . }}]"), "[1]") == '["[1]"]'
    assert transformed(Transform(kind=TransformKind.JSON, template="[{{ len . }}]"), "[1]") == "[1]"
    with pytest.raises(TemplateError, match="not JSON"):
        transformed(Transform(kind=TransformKind.JSON, template="[]"), "x")
