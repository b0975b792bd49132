"""Names and sentences of ours, made of what a document calls things."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Collection, Iterable

_WORD = re.compile(r"OAuth|[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SENTENCE = re.compile(r"(?<![.\s][A-Za-z])(?<!e\.g)(?<!i\.e)(?<!etc)[.!?](?=\s|$)|\n\s*\n|\n\s*[-*#|]")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)|\[([^\]]+)\]\[[^\]]*\]")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_LONGEST = 160
"""Characters of a sentence; what is longer is cut between two words."""
_LONGEST_NAME = 60
"""Characters of a name."""
_PLURALS = (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("caches", "cache"), ("ches", "ch"), ("shes", "sh"), ("tuses", "tus"))
_SINGULARS = ("ss", "us", "is", "news", "series")


def words(text: str) -> list[str]:
    """The words of a name, small: of `listVectorStores`, `list-vector-stores` and `List vector stores` the same."""
    return [word.lower() for word in _WORD.findall(_latin(text))]


def _latin(text: str) -> str:
    """The text with letters that have no marks in place of those that do, as `Ubersicht` for `Übersicht`."""
    if text.isascii():
        return text
    return "".join(each for each in unicodedata.normalize("NFKD", text.replace("ß", "ss")) if not unicodedata.combining(each))


def snake(text: str, otherwise: str = "it") -> str:
    """A name for a provider, service, resource or method: small letters, digits and _."""
    name = "_".join(words(text))[:_LONGEST_NAME].rstrip("_")
    return name if name and name[0].isalpha() else f"{otherwise}_{name}".rstrip("_")


def identifier(text: str) -> str:
    """A name for a column, parameter or attribute: as it is where it is one, else with _ in place of what cannot be in one."""
    if _IDENTIFIER.fullmatch(text):
        return text
    name = re.sub(r"[^A-Za-z0-9]+", "_", _latin(text)).strip("_")
    return name if name and not name[0].isdigit() else f"_{name}"


def singular(name: str) -> str:
    """Of the name of a resource, what one row is called: `vector_stores` and `vector_store`."""
    if name.endswith(_SINGULARS):
        return name
    for plural, one in _PLURALS:
        if name.endswith(plural):
            return name.removesuffix(plural) + one
    return name.removesuffix("s")


def folded(name: str) -> str:
    """What spellings of one name share: `per_page`, `perPage` and `per-page`."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def free(name: str, taken: Collection[str]) -> str:
    """The name, or with a number behind it where others have it, in any case."""
    known = {each.casefold() for each in taken}
    number, found = 2, name
    while found.casefold() in known:
        found, number = f"{name}_{number}", number + 1
    return found


def sentence(*texts: str, otherwise: str) -> str:
    """The first sentence of the first text that has one, without markup, ending in a period; else `otherwise`."""
    for text in texts:
        plain = _plain(text)
        if plain:
            return plain
    return otherwise


def _plain(text: str) -> str:
    """The first sentence of a text, on one line; "" where there is none."""
    text = _EMPHASIS.sub(r"\1", _LABEL.sub("", text.lstrip()))
    text = _TAG.sub("", _LINK.sub(lambda found: found[1] or found[2] or "", html.unescape(text)))
    text = "".join(letter for letter in text if letter.isprintable() or letter.isspace())
    text = text.replace("`", "").replace("**", "").strip().lstrip("#*- ")
    first = " ".join(_SENTENCE.split(text, maxsplit=1)[0].split()).rstrip(" .:;,")
    if len(first) > _LONGEST:
        first = first[:_LONGEST].rpartition(" ")[0].rstrip(" ,;:(") + " …"
    return f"{first[0].upper()}{first[1:]}." if first else ""


_EMPHASIS = re.compile(r"(?<![\w*])\*([^\s*](?:[^*]*[^\s*])?)\*(?![\w*])")
_LABEL = re.compile(r"^\[[^\]]*\]\([^)]*\)\.\s+(?=\S)")
"""A link that stands before the first sentence, as `[Opt In](/docs/fields).`."""


def called(name: str) -> str:
    """What a field is called, as a sentence, where a document says nothing of it: `Created at.` of `createdAt`."""
    return " ".join(words(name)).capitalize() + "."


def listed(names: Iterable[str]) -> str:
    """The names as `a`, `b` and `c`."""
    *before, last = [f"`{name}`" for name in names]
    return f"{', '.join(before)} and {last}" if before else last
