"""The forms that the documentation shows, and the parser: each reads what the other gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.sql.notation import SAMPLES, gives, leaves, sentences, tree
from tests.sql.reading import read

from rowcall.errors import ParseError, SQLError
from rowcall.sql import nodes
from rowcall.sql.bind import Names
from rowcall.sql.grammar import PARTS, RULES, STATEMENTS, TERMS
from rowcall.sql.parse import FIRST_WORDS
from rowcall.sql.tokens import tokenize

READ_AS = {
    "insert": nodes.Insert,
    "replace": nodes.Replace,
    "update": nodes.Update,
    "delete": nodes.Delete,
    "exec": nodes.Exec,
    "resume": nodes.Resume,
    "plan": nodes.Plan,
    "apply": nodes.Apply,
    "explain": nodes.Explain,
    "show": nodes.Show,
    "describe": nodes.Describe,
    "use": nodes.Use,
    "set": nodes.Set,
    "reset": nodes.Set,
}
"""The record that each statement is read as."""
NAMES_OF = {type_: [name for name, each in READ_AS.items() if each is type_] for type_ in READ_AS.values()}


@given(data=st.data())
@pytest.mark.parametrize("name", STATEMENTS)
def test_each_sentence_of_a_form_is_read(name: str, data: st.DataObject, names: Names) -> None:
    """As the statement that the form is of, whatever is chosen and left out in it."""
    text = data.draw(sentences(name))
    assume(text.count("@@json") <= 1)

    assert type(read(text, names)) is READ_AS[name]


@given(data=st.data())
@pytest.mark.parametrize("name", STATEMENTS)
def test_what_is_read_has_a_form_and_what_has_none_is_an_error_with_its_place(name: str, data: st.DataObject, names: Names) -> None:
    """Sentences are damaged: what is still read as one of rowcall's own is a sentence of a form, and a refusal points into the text."""
    text = _damaged(data.draw(sentences(name)), data)
    found = _read_or_refused(text, names)

    if isinstance(found, SQLError):
        assert found.message
        assert found.span is None or 0 <= found.span.start < found.span.end <= len(text) + 1
    else:
        assert isinstance(found, nodes.Query | nodes.Create) or any(gives(each, tokenize(text)) for each in NAMES_OF[type(found)])


def _read_or_refused(text: str, names: Names) -> Any:
    try:
        return read(text, names)
    except SQLError as error:
        return error


def _damaged(text: str, data: st.DataObject) -> str:
    """The text with a word less, one twice, two in each other's place, or another one in between."""
    words = [text[token.start : token.end] for token in tokenize(text)]
    at = data.draw(st.integers(0, len(words) - 1), label="at")
    other = data.draw(
        st.sampled_from(
            ["AS", "IN", "INTO", "FROM", "LIKE", "TO", "=", "x", "x.y", "'x'", "1", "(", ")", ",", "AWAIT", "EXTENDED", "SESSION"]
        )
    )
    damage: dict[str, list[str]] = {
        "less": words[:at] + words[at + 1 :],
        "twice": words[: at + 1] + words[at:],
        "other": [*words[:at], other, *words[at:]],
        "swapped": words[:at] + words[at + 1 : at + 2] + words[at : at + 1] + words[at + 2 :],
    }
    damaged = " ".join(damage[data.draw(st.sampled_from(sorted(damage)), label="damage")]).replace("@ ", "@").replace("$ ", "$")
    assume(damaged.strip() and ";" not in damaged)
    return damaged


def test_a_whole_body_is_given_once(names: Names) -> None:
    """What the forms do not say: `@@json` stands there once."""
    with pytest.raises(ParseError, match="Only one @@json"):
        read("EXEC runs.cancel_run @@json = '{}', @@json = '{}'", names)


def test_every_name_in_a_form_is_explained_and_every_explanation_is_of_one() -> None:
    """Whatever stands in a form in small letters is a rule or a term; none is left over, and each term has samples."""
    used = {leaf.text for rule in RULES.values() for leaf in leaves(tree(rule.form)) if leaf.kind in {"term", "rule"}}

    assert used == TERMS.keys() | PARTS.keys() | {"insert", "replace", "update", "delete", "exec"}
    assert TERMS.keys() == SAMPLES.keys()


def test_every_statement_of_the_parsers_is_in_the_grammar() -> None:
    """But for those that are DuckDB's own, and are refused on a resource or looked through for one."""
    duckdbs: set[Any] = {"CREATE", "PREPARE", "MERGE", "TRUNCATE", "ALTER", "COPY", "WITH", "COMMENT", "VACUUM", "ANALYZE", "DROP"}
    begun = {leaf.text for rule in STATEMENTS.values() for line in tree(rule.form).parts for leaf in _first(line)}

    assert FIRST_WORDS.keys() - duckdbs == begun


def _first(node: Any) -> list[Any]:
    """The words with which it may begin."""
    while node.parts:
        if node.kind == "one" and len(node.parts) > 1:
            return [leaf for part in node.parts for leaf in _first(part)]
        node = node.parts[0]
    return [node]
