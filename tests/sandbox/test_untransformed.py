"""Answers of which a template makes what the sandbox has to say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import rowcall
from rowcall.http.transform import transformed
from rowcall.manifest.model import Transform, TransformKind
from rowcall.sandbox.untransformed import can_be_played, untransformed

HARBOUR = Path(__file__).parent.parent / "stackql" / "harbour" / "v00.00.00000"
INSTANCES = (
    '{"line_items":[{{ $s := separator "," }}{{ with index . "DescribeResponse" }}{{ with index . "set" }}{{ with index . "item" }}'
    '{{ if eq (kindOf .) "slice" }}{{ range . }}{{ call $s }}{"id":{{ toJson .instanceId }},"state":{{ toJson (index .state "name") }}}{{ end }}'
    '{{ else }}{"id":{{ toJson .instanceId }},"state":{{ toJson (index .state "name") }}}{{ end }}{{ end }}{{ end }}{{ end }}]}'
)
CASES: dict[str, tuple[TransformKind, str, Any]] = {
    "patterns in a text": (
        TransformKind.TEXT,
        (
            '{{- $comma := separator "," -}}{"rows": [{{- range split . "\\n" -}}{{- call $comma }}'
            '{"quay": "{{ getRegexpFirstMatch . "([a-z]+)" }}", "wind": {{ getRegexpFirstMatch . "([0-9]+)" }}}{{- end -}}]}'
        ),
        {"rows": [{"quay": "north", "wind": 5}, {"quay": "south", "wind": 12}]},
    ),
    "groups of a pattern": (
        TransformKind.TEXT,
        '{{ $m := getRegexpAllMatches . "^id=([0-9]+) name=(.*)$" }}[{"id": {{ index $m 0 }}, "name": {{ toJson (index $m 1) }}}]',
        [{"id": 7, "name": "north quay"}],
    ),
    "lines": (
        TransformKind.TEXT,
        '[{{ range $i, $line := split . "\\n" }}{{ if $i }},{{ end }}{"line": {{ toJson $line }}}{{ end }}]',
        [{"line": "a, b"}, {"line": "c"}],
    ),
    "the first that a pattern finds": (
        TransformKind.TEXT,
        '{{ $ns := getRegexpFirstMatch . "name: ([a-z]+)" }}{"name": "{{ $ns }}"}',
        {"name": "axb"},
    ),
    "the whole text": (TransformKind.TEXT, '[{"contents": {{ toJson . }}}]', [{"contents": 'a"b\nc'}]),
    "JSON in a text": (
        TransformKind.TEXT,
        (
            '{{- $wrapped := printf "{\\"items\\":%s}" . -}}{{- $parsed := jsonMapFromString $wrapped -}}{{- $items := index $parsed "items" -}}'
            '{"signals":[{{- range $i, $v := $items -}}{{- if $i -}},{{- end -}}{"signal":"{{- $v -}}"}{{- end -}}]}'
        ),
        {"signals": [{"signal": "red"}, {"signal": "green"}]},
    ),
    "a list that is wrapped": (TransformKind.TEXT, '{{- $w := printf "{\\"rows\\":%s}" . -}}{{- $w -}}', {"rows": [{"a": 1}, {"a": None}]}),
    "elements of XML in a text": (
        TransformKind.TEXT,
        (
            '{"rows":[{{ $s := separator "," }}{{ range getXPathAllOuter . "/R/Items/item" }}{{ call $s }}'
            '{"id": "{{ getXPath . "/item/Id" }}","n":{{ getXPath . "/item/N" }}}{{ end }}]}'
        ),
        {"rows": [{"id": "x", "n": 1}, {"id": "y", "n": 2}]},
    ),
    "elements wherever they are": (
        TransformKind.TEXT,
        '[{{ range $i, $b := getXPathAllOuter . "//B" }}{{ if $i }},{{ end }}{"b": "{{ getXPath $b "/B" }}"}{{ end }}]',
        [{"b": "x"}, {"b": "y"}],
    ),
    "arrays as rows": (
        TransformKind.JSON,
        '[{{ range $i, $row := .values }}{{ if $i }},{{ end }}{"content": {{ toJson (index $row 0) }}, "tons": {{ index $row 1 }}}{{ end }}]',
        [{"content": "tea", "tons": 1.5}, {"content": 'i"k', "tons": 2}],
    ),
    "arrays whose names stand beside them": (
        TransformKind.JSON,
        (
            '{"rows":[{{ range $ri, $row := .values }}{{ if $ri }},{{ end }}{{ "{" }}{{ range $ci, $v := $row }}{{ if $ci }},{{ end }}'
            '{{ toJson (index $.fields $ci).name }}:{{ toJson $v }}{{ end }}{{ "}" }}{{ end }}]}'
        ),
        {"rows": [{"a": 1, "b": "x"}, {"a": 2, "b": None}]},
    ),
    "what leads to the next page": (
        TransformKind.JSON,
        (
            '{"items":[{{ range $i, $v := .Names }}{{ if $i }},{{ end }}{"name":{{ toJson $v }}}{{ end }}]'
            '{{ if .NextToken }},"NextToken":{{ toJson .NextToken }}{{ end }}}'
        ),
        {"items": [{"name": "a"}], "NextToken": "t"},
    ),
    "lines that are gone through one by one": (
        TransformKind.TEXT,
        (
            '{{ $rest := . }}{{ $s := "" }}{"rows":[{{ range getRegexpAllMatches "" "()()()()" }}{{ if $rest }}'
            '{{ $line := getRegexpFirstMatch $rest "^([^\\n]*)" }}'
            '{{ if gt (len $rest) (len $line) }}{{ $rest = slice $rest (plus1 (len $line)) }}{{ else }}{{ $rest = "" }}{{ end }}'
            '{{ if $line }}{{ $s }}{{ $line }}{{ $s = "," }}{{ end }}{{ end }}{{ end }}]}'
        ),
        {"rows": [{"quay": "north"}, {"quay": "south"}]},
    ),
    "a condition": (TransformKind.JSON, '{"x": {{ if eq .status "ok" }}{{ toJson .data }}{{ else }}null{{ end }}}', {"x": [1, 2]}),
    "lists in a list, and what there is otherwise": (
        TransformKind.JSON,
        (
            '{{ define "one" }}{"tags":[{{ range $j, $t := .tags }}{{ if $j }},{{ end }}{{ toJson $t.name }}{{ end }}],"n":{{ default 0 .n }}}{{ end }}'
            '{"rows":[{{ range $i, $r := .rows }}{{ if $i }},{{ end }}{{ template "one" $r }}{{ end }}]}'
        ),
        {"rows": [{"tags": ["a", "b"], "n": 1}, {"tags": [], "n": 0}]},
    ),
    "several elements": (TransformKind.XML, INSTANCES, {"line_items": [{"id": "i-1", "state": "run"}, {"id": "i-2", "state": "off"}]}),
    "an element alone, which is no list": (TransformKind.XML, INSTANCES, {"line_items": [{"id": "i-1", "state": "run"}]}),
    "no element": (TransformKind.XML, INSTANCES, {"line_items": []}),
}


@pytest.mark.parametrize("case", CASES)
def test_the_template_makes_of_the_answer_what_there_is_to_say(case: str) -> None:
    """For each form that documents have."""
    kind, template, body = CASES[case]
    transform = Transform(kind=kind, template=template)

    answer = untransformed(transform, body)

    assert can_be_played(transform)
    assert answer is not None
    assert json.loads(transformed(transform, answer)) == body


def test_a_pattern_that_lets_a_value_through_in_no_way_gets_another_one() -> None:
    """As many rows as there are, each with something that the pattern finds."""
    kind, template, _ = CASES["patterns in a text"]
    transform = Transform(kind=kind, template=template)

    answer = untransformed(transform, {"rows": [{"quay": "north-east", "wind": 5}, {"quay": "south", "wind": None}]})

    assert answer is not None
    rows = json.loads(transformed(transform, answer))["rows"]
    assert len(rows) == 2
    assert rows[0]["wind"] == 5
    assert rows[1]["quay"] == "south"


@pytest.mark.parametrize("template", ['{"a": 1}', "no JSON", "{{ nothing . }}", "{{ if .a }}x{{ end }}"])
def test_nothing_is_known_of_what_a_template_does_not_look_at(template: str) -> None:
    """Whatever is answered, the same comes of it, or nothing."""
    assert not can_be_played(Transform(kind=TransformKind.JSON, template=template))


def test_lists_whose_answers_a_template_makes_rows_of_are_read_over_a_socket() -> None:
    """Texts, a file, JSON in a text and arrays, of documents that are read as they are."""
    with rowcall.Sandbox(HARBOUR) as box, rowcall.connect(provider_paths={"harbour": HARBOUR}, providers=box.providers) as db:
        counts = {
            name: len(db.sql(f"SELECT * FROM harbour.papers.{name}").fetchall()) for name in ("weather", "signals", "crates", "notices")
        }
        (sums,) = db.sql("SELECT count(*) FILTER (wind IS NOT NULL AND quay <> '') FROM harbour.papers.weather").fetchall()

    assert counts == {"weather": 4, "signals": 37, "crates": 37, "notices": 1}
    assert sums == (4,), "two pages, as the pattern of the weather has two groups"
    assert box.unplayed == {}
