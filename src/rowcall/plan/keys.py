"""Which rows the keys of an UPDATE or DELETE name: one, all that have something in common, or the one that there is.

A manifest does not say so, and the paths of a resource do: what is read at the end of a path is one row.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace

from rowcall.catalog.catalog import ResourceRef
from rowcall.manifest.model import Method, Place, Verb
from rowcall.plan.parameters import column_of_parameter
from rowcall.plan.writes import PREFIX

_OWN = frozenset({"id", "uuid", "guid"})
"""What rows call themselves, wherever it stands in a request."""
_SHARED = re.compile(r"(?:by|with|for|where|having)(?![a-z])", re.IGNORECASE)
"""How a segment of a path begins that says what those have in common that are meant."""


def keys(method: Method) -> list[str]:
    """The parameters that a change cannot do without."""
    return [name for name in method.required() if not name.startswith(PREFIX)]


def is_of_several(ref: ResourceRef, method: Method) -> bool:
    """Whether one request of a method changes all rows that have something in common, so that nobody knows how many."""
    return method.verb in {Verb.UPDATE, Verb.DELETE} and not names_rows(ref, method)


def limits(ref: ResourceRef, method: Method) -> list[str]:
    """The optional parameters by which one request of such a method is about fewer rows; [] where it names one row.

    They are those of the query that have the name of a column, here or as the API calls them. Nobody knows that of others: `force` says
    nothing of rows, and `pretty` or `sort` nothing of which, though a list takes them too.
    """
    if not is_of_several(ref, method):
        return []
    optional = {name: one for name, one in method.parameters.items() if not one.required and one.place is Place.QUERY and one.role is None}
    return [name for name, one in optional.items() if not {column_of_parameter(method, name), one.name}.isdisjoint(ref.resource.columns)]


def limited(ref: ResourceRef, method: Method, columns: Collection[str]) -> Method | None:
    """A method that is about the rows with these columns in common; None where it is about others.

    It is the same where they are its keys, and else one that cannot do without those of `limits` that they are.
    """
    own = [*keys(method), *limits(ref, method)]
    named = {name for name in own if column_of_parameter(method, name) in columns}
    if not columns or len(named) != len(columns) or not named.issuperset(keys(method)):
        return None
    if named == set(keys(method)):
        return method
    parameters = {name: replace(one, required=one.required or name in named) for name, one in method.parameters.items()}
    return replace(method, parameters=parameters)


def in_common(ref: ResourceRef, method: Method, sent: Collection[str]) -> str:
    """What one request of such a method does, as a sentence; `sent` are the parameters in its query, as the API calls them."""
    does = "delete" if method.verb is Verb.DELETE else "change"
    shared = [*keys(method), *(name for name in limits(ref, method) if (method.parameters[name].name or name) in sent)]
    which = f"all that have the {' and the '.join(shared)} that it names" if shared else "all that there are"
    return f"One request may {does} several rows, {which}; how many is not known before."


def names_rows(ref: ResourceRef, method: Method) -> bool:
    """Whether the keys of a change are those of one row: not where the API changes all that have something in common, as a tag.

    They are where a SELECT of one row needs no others, or is at the same path. Else one row is at the end of a path, as `/labels/{name}`,
    unless it says that it is about more (`/by_tag/{tag}`), nothing but a list is there (of `/mails/{box}`, and none of `/mails`), or lists
    are filtered by it while single rows have another key.
    """
    named, shape = set(keys(method)), _shape(method)
    readers = [one for one in ref.resource.methods.values() if one.verb is Verb.SELECT]
    lists = [one for one in readers if one.rows is not None and one.pick is None]
    single = [one for one in readers if one.rows is None]
    if not _OWN.isdisjoint(named) or any(set(keys(one)) <= named or _shape(one) == shape for one in single):
        return True
    *_, before, last = ["", *method.path.rstrip("/").split("/")]
    if not last.endswith("}") or _SHARED.match(before) is not None:
        return False
    name = last.strip("{}")
    is_there = any(_shape(one) == shape and one.path.rstrip("/").endswith(last) for one in lists)
    if is_there and shape.removesuffix("/{}") not in map(_shape, readers):
        return False
    return not single or all(name not in {one.name or key for key, one in each.parameters.items()} for each in lists)


def is_of_the_one(ref: ResourceRef, method: Method) -> bool:
    """Whether a change is of all that there is, as of a setting: what is at its path, which nothing has to be said for, is one row."""
    readers = [one for one in ref.resource.methods.values() if one.verb is Verb.SELECT and one.path == method.path]
    return not keys(method) and any(one.rows is None and not one.required() for one in readers)


def _shape(method: Method) -> str:
    """The path without the names of its parameters, as `/labels/{}`."""
    return re.sub(r"\{[^{}]*\}", "{}", method.path.partition("?")[0].rstrip("/"))
