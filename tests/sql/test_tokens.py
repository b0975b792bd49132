"""Text as tokens, and what is found in it without any."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rowcall.errors import ParseError, Span
from rowcall.sql.tokens import closing, depth_zero, open_at, outside, spaced, tokenize, without_comments

WORDS = "$name 1.5 , ( ) [ ] { } . :: = @ ? ; ->> é '\U0001f600' * 'a\\' SELECT a $1".split()
QUOTES = [" ", "\n", "\t", "'it''s'", '"q""x"', "E'a\\'b'", "e'\\\\'", "$$d;$$", "$t$ ' $t$", "-- c '\n", "/* ; /* ' */ */"]
FRAGMENTS = st.sampled_from([*WORDS, *QUOTES])
TEXTS = st.lists(FRAGMENTS, max_size=14).map(" ".join)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SHOW METHODS IN a.b", [("SHOW", 0, 4), ("METHODS", 5, 12), ("IN", 13, 15), ("a", 16, 17), (".", 17, 18), ("b", 18, 19)]),
        ("EXPLAIN x", [("EXPLAIN", 0, 7), ("x", 8, 9)]),
        ("'it''s'", [("it's", 0, 7)]),
        ('"a""b"', [('a"b', 0, 6)]),
        ("a -- b\nc /* d */ e", [("a", 0, 1), ("c", 7, 8), ("e", 17, 18)]),
        ("é = 'ü'", [("é", 0, 1), ("=", 2, 3), ("ü", 4, 7)]),
        ("@@json", [("@", 0, 1), ("@", 1, 2), ("json", 2, 6)]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_word_is_a_token_with_its_place(text: str, expected: list[tuple[str, int, int]]) -> None:
    """Commands are not swallowed whole, quotes are taken off, comments are left out."""
    assert [(token.text, token.start, token.end) for token in tokenize(text)] == expected


def test_a_word_in_quotes_is_no_word() -> None:
    """What is quoted can never be taken for a keyword."""
    assert [token.word for token in tokenize("select 'select' \"select\" $$select$$ 5")] == ["SELECT", "", "", "", ""]


@pytest.mark.parametrize(
    ("text", "start", "kind"),
    [
        ("SELECT 'a", 7, "string"),
        ("SELECT 'a''", 7, "string"),
        ("SELECT E'a\\'", 8, "string"),
        ('SELECT "a', 7, "quoted name"),
        ("SELECT /* a", 7, "comment"),
        ("SELECT /* /* a */", 7, "comment"),
        ("SELECT $$a", 7, "dollar-quoted string"),
        ("SELECT $t$a$$", 7, "dollar-quoted string"),
    ],
)
def test_what_does_not_end_is_named_with_its_place(text: str, start: int, kind: str) -> None:
    """The error's caret is where it starts."""
    assert open_at(text) == (start, kind)
    with pytest.raises(ParseError, match=f"The {kind} that starts here does not end.") as raised:
        tokenize(text)
    assert raised.value.span == Span(start, start + 1)


@pytest.mark.parametrize(
    "text", ["", "'a'", "'a\\'", "-- it's", "/* ' */", "/* /* */ */", "E'\\''", "name'a'", "$1,$2", "a$b$c", "$$ ' $$", "'$$'"]
)
def test_what_ends_is_not_open(text: str) -> None:
    """Quotes in comments, comments in quotes and dollars within names open nothing; a backslash escapes in E'' alone."""
    assert open_at(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT $1,$2", "SELECT $1 ,$2"),
        ("SELECT ($a+$b)", "SELECT ($a +$b )"),
        ("SELECT $a, $b", "SELECT $a , $b"),
        ("SELECT '$1,$2', $$,$1,$$", "SELECT '$1,$2', $$,$1,$$"),
        ("SELECT a$1,b$2", "SELECT a$1,b$2"),
        ("SELECT $1", "SELECT $1"),
    ],
)
def test_a_parameter_is_set_apart_from_what_follows(text: str, expected: str) -> None:
    """So that sqlglot does not take two of them for a dollar quote."""
    assert spaced(text) == expected


def test_characters_are_found_outside_quotes_and_comments_alone() -> None:
    """A semicolon in a string, a name, a comment or a dollar quote separates nothing."""
    assert outside("a;';';\";\"; -- ;\n; /* ; */ $$;$$ ;", ";") == [1, 5, 9, 16, 32]


def test_comments_become_blanks() -> None:
    """Everything else stays where it is."""
    assert without_comments("a -- b\nc /* d /* e */ */ '--'") == "a     \nc                 '--'"


def test_brackets_are_followed_whatever_their_kind() -> None:
    """What is inside any bracket is left out, and each bracket knows the one that closes it."""
    tokens = tokenize("a (b [c]) {'d': {e: f}} g")

    assert [token.text for _, token in depth_zero(tokens)] == ["a", "g"]
    assert [tokens[closing(tokens, i) or 0].end for i, token in enumerate(tokens) if token.text in {"(", "[", "{"}] == [9, 8, 23, 22]
    assert closing(tokenize("(a"), 0) is None


@given(TEXTS)
def test_setting_parameters_apart_moves_nothing_but_blanks(text: str) -> None:
    """Without blanks, the text is what it was; doing it twice does no more than once."""
    assert spaced(text).replace(" ", "") == text.replace(" ", "")
    assert spaced(spaced(text)) == spaced(text)


@given(TEXTS)
def test_tokens_are_in_order_and_hold_all_that_is_no_blank_or_comment(text: str) -> None:
    """Each lies after the one before it, and between them there is nothing else."""
    text = spaced(text)
    if open_at(text) is not None:
        return
    rest, done = list(without_comments(text)), 0
    for token in tokenize(text):
        assert done <= token.start < token.end <= len(text)
        rest[token.start : token.end] = " " * (token.end - token.start)
        done = token.end

    assert "".join(rest).strip() == ""


@given(TEXTS)
def test_blanks_for_comments_keep_every_place(text: str) -> None:
    """The length stays, and so does every character that remains."""
    bare = without_comments(text)

    assert len(bare) == len(text)
    assert all(new in (old, " ") for new, old in zip(bare, text, strict=True))
