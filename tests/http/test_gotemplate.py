"""Templates of Go, as documents use them to make JSON of a response."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rowcall.http.gotemplate import TemplateError, rendered

ANIMALS = {"animals": [{"name": "Platypus", "votes": 1}, {"name": 'Quo"kka', "votes": 3.0}], "meta": {"total": 4}, "none": None}


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("{{.}}", 'map[animals:[map[name:Platypus votes:1] map[name:Quo"kka votes:3]] meta:map[total:4] none:<no value>]'),
        ("a {{- .meta.total -}} b", "a4b"),
        ("{{/* a remark */}}x", "x"),
        ("{{ range $i, $a := .animals }}{{ if $i }},{{ end }}{{ toJson $a.name }}:{{ $a.votes }}{{ end }}", '"Platypus":1,"Quo\\"kka":3'),
        ("{{ range .nobody }}x{{ else }}nobody{{ end }}", "nobody"),
        ("{{ range $name, $_ := .meta }}{{ $name }}{{ end }}", "total"),
        ("{{ if eq .meta.total 3 }}3{{ else if eq .meta.total 4 }}4{{ else }}?{{ end }}!", "4!"),
        ("{{ if eq .meta.total 3 }}3{{ else if eq .meta.total 5 }}5{{ else }}?{{ end }}!", "?!"),
        ("{{ with .meta }}{{ .total }}{{ else }}none{{ end }}", "4"),
        ("{{ with .none }}{{ . }}{{ else }}null{{ end }}", "null"),
        ('{{ $s := separator ", " }}{{ range .animals }}{{ call $s }}{{ .name }}{{ end }}', 'Platypus, Quo"kka'),
        ("{{ $n := 0 }}{{ range .animals }}{{ $n = plus1 $n }}{{ end }}{{ $n }}", "2"),
        ('{{ printf "%q %v %d %s" (index .animals 1).name .meta.total 7 "x" }}', '"Quo\\"kka" 4 7 x'),
        ('{{ (index .animals 0).name | printf "%s!" }}', "Platypus!"),
        ('{{ define "one" }}<{{ .name }}>{{ end }}{{ range .animals }}{{ template "one" . }}{{ end }}', '<Platypus><Quo"kka>'),
        ('{{ kindOf .animals }} {{ kindOf .meta }} {{ kindOf .none }} {{ kindOf "x" }}', "slice map invalid string"),
        ('{{ if and .meta (not .none) }}yes{{ end }}{{ or .none "no" }}', "yesno"),
        ('{{ "}}" }}', "}}"),
        ("{{ $.meta.total }}{{ range .animals }}{{ $.meta.total }}{{ end }}", "444"),
        ('{{ getRegexpFirstMatch "a: 12" "a: (\\\\d+)" }}', "12"),
        ('{{ range getRegexpAllMatches "a: 12, a: 13" "(\\\\w): (\\\\d+)(x)?" }}{{ . }};{{ end }}', "a;12;;"),
        ('{{ range $i, $_ := getRegexpAllMatches "" "()()()" }}{{ $i }}{{ end }}', "012"),
        ('{{ safeIndex .meta "total" }}{{ with safeIndex .animals "x" }}x{{ end }}{{ title "ada b" }}{{ toBool "true" }}', "4Ada Btrue"),
        ('{{ getXPath "<A xmlns=\\"u\\"><B><C>1</C></B><B>2</B></A>" "/A/B/C" }}', "1"),
        ('{{ range getXPathAllOuter "<A><B>1</B> <B>2</B></A>" "//B" }}{{ . }}:{{ getXPath . "/B" }};{{ end }}', "<B>1</B>:1;<B>2</B>:2;"),
        ('{{ getXPath "<A/>" "/A/B" }}', ""),
        ('{{ urlquery "a b&c" }} {{ html "<a>" }} {{ js "a\\"b" }}', 'a+b%26c &lt;a&gt; a\\"b'),
        ("{{ len .animals }}{{ lt 1 2 }}{{ gt 1 2 }}", "2truefalse"),
    ],
)
def test_a_template_says_what_it_says_in_go(template: str, expected: str) -> None:
    """Text, trimming, variables, blocks, pipelines and functions."""
    assert rendered(template, ANIMALS) == expected


def test_rows_are_made_of_columns_and_values() -> None:
    """As a document does that has its rows as arrays."""
    template = (
        '{"rows":[{{ range $ri, $row := .values }}{{ if $ri }},{{ end }}{{ "{" }}{{ range $ci, $v := $row }}{{ if $ci }},{{ end }}'
        '{{ toJson (index $.fields $ci).name }}:{{ toJson $v }}{{ end }}{{ "}" }}{{ end }}]}'
    )
    data = {"fields": [{"name": "a"}, {"name": "b"}], "values": [[1, "x"], [2, None]]}

    assert json.loads(rendered(template, data)) == {"rows": [{"a": 1, "b": "x"}, {"a": 2, "b": None}]}


def test_lines_are_walked_by_what_is_left_of_a_text() -> None:
    """As a document does that makes a list of lines of JSON: the groups of a pattern count, and slices step on."""
    template = (
        '{{- $rest := . -}}{{- $by := "" -}}[{{- range $i, $_ := getRegexpAllMatches "" "()()()()" -}}{{- if $rest -}}'
        '{{- $line := getRegexpFirstMatch $rest "^([^\\n]*)" -}}'
        '{{- if gt (len $rest) (len $line) }}{{ $rest = slice $rest (plus1 (len $line)) }}{{ else }}{{ $rest = "" }}{{ end -}}'
        '{{- if $line }}{{ $by }}{{ $line }}{{ $by = "," }}{{ end -}}{{- end -}}{{- end -}}]'
    )

    assert json.loads(rendered(template, '{"n":1}\n\n{"n":2}\n')) == [{"n": 1}, {"n": 2}]


@pytest.mark.parametrize(
    ("template", "data", "says"),
    [
        ("{{ range . }}", [], "has no end"),
        ("{{ end }}", {}, "ends nothing"),
        ("{{ frobnicate . }}", {}, "frobnicate is not known"),
        ("{{ $x }}", {}, "no variable"),
        ("{{ toInt .a }}", {"a": "x"}, "toInt cannot be done"),
        ('{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}', {}, "calls itself"),
        ("{{ index . 5 }}", [1], "index cannot be done"),
        ('{{ getRegexpFirstMatch (printf "told: %s" .why) "^(nothing)$" }}', {"why": "no such quay"}, "told: no such quay"),
        ('{{ getRegexpAllMatches "a" "a" }}', {}, "nothing in"),
        ('{{ getXPath . "/A[" }}', "<A/>", "no path that is understood"),
        ('{{ getXPath . "/A" }}', "<A", "not XML"),
        ('{{ getXPath . "/A" }}', '<!DOCTYPE a [<!ENTITY b "c">]><A>&b;</A>', "declares a type or entities"),
    ],
)
def test_what_cannot_be_done_is_said(template: str, data: Any, says: str) -> None:
    """In place of a half answer."""
    with pytest.raises(TemplateError, match=says):
        rendered(template, data)
