"""Whether an operation is known to change nothing.

Documents search with POST, and some create with it where they say SELECT; some APIs change things with GET. What HTTP leaves open is told
by the name that the API's makers gave an operation, by its answers, and by the statements that it answers to elsewhere. A read is what is
known to be one: to refuse some that are does less harm than to let one through that is not.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from rowcall.stackql.config import table, text

_READING = frozenset("search query list get describe find lookup fetch retrieve count batchget".split())
"""What the name of an operation begins with that reads, or a part of it does, as in `repos/list-for-org`."""
_SEARCHES = frozenset({"search", "_search", "query", "_query", "lookup"})
"""How a path ends whose POST is a search: others, as `list`, are as well the name of what is created there."""
_CHANGING = frozenset(
    """
    create add insert new make generate register issue request put post set update upsert edit modify change patch
    replace rename move copy merge sync import upload write save store submit send publish push notify invite share
    enable disable activate deactivate start stop run execute exec invoke trigger launch restart reboot reset retry
    rerun cancel abort suspend resume pause delete remove destroy purge clear archive restore revoke rotate approve
    reject accept decline assign unassign attach detach associate disassociate mark lock unlock grant allocate release
    provision deploy install schedule subscribe unsubscribe transfer convert apply commit rollback promote terminate
    """.split()
)
"""Words of the name of an operation that changes something."""
_STATEMENTS = frozenset("sql statement statements script command commands code".split())
"""Attributes of a body whose value says itself what is done."""
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head"})


def doubt(operation: Mapping[str, Any], path: str, name: str, body: Collection[str]) -> str:
    """Why an operation that is sent with POST is not known to be a read; "" where it is.

    `name` is that of its method, and `body` has the names of its attributes.
    """
    created = next((text(status) for status in table(operation.get("responses")) if text(status) in {"201", "202"}), None)
    if created is not None:
        return f"it is answered with {created}, as what creates something is"
    called = text(operation.get("operationId")) or name
    if (word := _changing(called)) is not None:
        return f"its name, {called}, says that it changes something ({word})"
    ending = re.split(r"[/:]", path.partition("?")[0].partition("#")[0].rstrip("/"))[-1]
    parts = [list(map(str.lower, _WORD.findall(part))) for part in re.split(r"[/.:_]", _bare(called, "POST"))]
    reads = any(words[0] in _READING for words in parts if words) or ending.lower() in _SEARCHES
    if not reads:
        return f"nothing says that {called} only reads"
    told = {one.lower() for one in body} & (_STATEMENTS | ({"query"} if _is_query(called, ending) else set()))
    return f"what it does is said in its {min(told)}" if told else ""


def changes(operation: Mapping[str, Any], path: str, name: str) -> bool:
    """Whether an operation that is sent with GET says by its name that it changes something, as `GET_StartInstances`."""
    action = re.search(r"[?&#](?:__)?(?:Action|X-Amz-Target)=([^&]*)", path)
    called = [text(operation.get("operationId")) or name, *([action[1].rpartition(".")[2]] if action is not None else [])]
    return any((words := _words(_bare(one, "GET"))) and words[0] in _CHANGING for one in called)


def _bare(called: str, http: str) -> str:
    """A name without the method of HTTP that it may begin with, as what is made of a path does; then its first word alone may be a verb."""
    word, _, rest = called.partition("_")
    return rest.replace("_", "") if rest and word.lower() in _METHODS and word.upper() == http else called


def _words(called: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(called)]


def _changing(called: str) -> str | None:
    words = _words(called)
    return next((word for word in words[words[:1] == ["post"] :] if word in _CHANGING), None)


def _is_query(called: str, ending: str) -> bool:
    """Whether it runs a query, which may be one that changes something."""
    return "query" in _words(called) or ending.lower() in {"query", "_query"}
