"""Calls of several references that one request can serve: the rows of a call are among those of one that says less.

A key that two references ask for is fetched once, though each of them knows more of its rows: what they know is DuckDB's to apply.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rowcall.plan.nodes import BESIDE, Call, Scan

Widened = Callable[[Scan, Mapping[str, Any]], Call]
"""A scan's call with no more than these parameters."""
Expected = Callable[[Scan], int]
"""How many requests one call of a scan is expected to take."""

_SHARED = "all rows of a call are fetched, because several parts of the statement need some of them"

_Names = tuple[str, ...]
_Values = tuple[Any, ...]
_Asked = Mapping[Hashable, set[frozenset[tuple[str, Any]]]]


def shared(scans: Sequence[Scan], others: Sequence[Scan], widened: Widened, expected: Expected) -> tuple[Scan, ...]:
    """The scans with as few different calls as bring all that they need, beside those of `others`, which are made before or after them.

    Where filters make more calls for one key than all of its rows take, the filters are left to DuckDB. Then a call gives way to one that
    another reference makes anyway and that brings its rows too: all rows, or more of the first ones.
    """
    asked = _by_key([scan for scan in scans if _optional(scan)])
    wider = [_unfiltered(scan, asked, widened, expected) for scan in scans]
    methods = Counter(_method(scan) for scan in (*others, *wider))
    if all(methods[_method(scan)] == 1 for scan in wider):
        return tuple(wider)
    whole: dict[Hashable, dict[_Names, dict[_Values, Call]]] = defaultdict(lambda: defaultdict(dict))
    longest: dict[Hashable, Call] = {}
    for scan in (*others, *wider):
        for call in scan.calls:
            if call.request.rows_needed is not None:
                longest[_cut(scan, call)] = max(longest.get(_cut(scan, call), call), call, key=lambda c: c.request.rows_needed or 0)
            elif not any(isinstance(value, tuple) for value in call.bound.values()):
                names = tuple(sorted(call.bound))
                whole[_method(scan)][names][tuple(call.bound[name] for name in names)] = call
    return tuple(_sharing(scan, whole[_method(scan)], longest) for scan in wider)


def _method(scan: Scan) -> Hashable:
    return scan.ref.full_name, scan.method_name


def _keys(scan: Scan) -> Iterator[Hashable]:
    """What the API needs to be told for each call, and of which method."""
    method, required = _method(scan), scan.method.required()
    return ((method, *(call.bound.get(name) for name in required)) for call in scan.calls)


def _optional(scan: Scan) -> set[str]:
    """The parameters that its calls bind without need."""
    return set(scan.calls[0].bound).difference(scan.method.required()) if scan.calls else set()


def _cut(scan: Scan, call: Call) -> Hashable:
    """What a call asks for, but for how many rows of it."""
    size = scan.protocol.paging.page_size if scan.protocol.paging is not None else None
    query = tuple(pair for pair in call.request.query if size is None or pair[0] != size.parameter)
    return replace(call.request, rows_needed=None, query=query), frozenset(call.bound.items())


def _by_key(scans: Sequence[Scan]) -> _Asked:
    """The different calls for all rows, by what the API needs to be told for them."""
    found: dict[Hashable, set[frozenset[tuple[str, Any]]]] = defaultdict(set)
    for scan in scans:
        for key, call in zip(_keys(scan), scan.calls, strict=True):
            if call.request.rows_needed is None:
                found[key].add(frozenset(call.bound.items()))
    return found


def _unfiltered(scan: Scan, asked: _Asked, widened: Widened, expected: Expected) -> Scan:
    """The scan without its optional filters, for keys of which there would be more calls than all rows of the key take requests."""
    optional = _optional(scan)
    if not optional or optional & _valued(scan) or any(scan.method.parameters[name].role is not None for name in optional):
        return scan
    most, found = expected(scan), []
    for key, call in zip(_keys(scan), scan.calls, strict=True):
        is_cheaper = call.request.rows_needed is None and len(asked[key]) > most
        found.append(widened(scan, {name: call.bound[name] for name in call.bound if name not in optional}) if is_cheaper else call)
    return _with_calls(scan, found) if any(one is not other for one, other in zip(found, scan.calls, strict=True)) else scan


def _sharing(scan: Scan, whole: Mapping[_Names, Mapping[_Values, Call]], longest: Mapping[Hashable, Call]) -> Scan:
    """The scan with calls that say less in place of its own; these all say one thing, so that none brings a row twice."""
    for names, calls in sorted(whole.items(), key=lambda pair: len(pair[0])):
        if not _valued(scan) <= set(names) or any(isinstance(call.bound.get(name, ()), tuple) for call in scan.calls for name in names):
            continue
        found = [calls.get(tuple(call.bound[name] for name in names), call) for call in scan.calls]
        if any(one.request != other.request for one, other in zip(found, scan.calls, strict=True)):
            return _with_calls(scan, found)
    return replace(scan, calls=tuple(call if call.request.rows_needed is None else longest[_cut(scan, call)] for call in scan.calls))


def _valued(scan: Scan) -> set[str]:
    """The parameters whose values the statement reads, which come with the calls that they are bound in."""
    return {item.name for item in scan.hidden if item.column is None and item.name not in BESIDE}


def _with_calls(scan: Scan, calls: Sequence[Call]) -> Scan:
    """The scan with other calls, each once."""
    found = tuple({call.request: call for call in calls}.values())
    bound_by = {name: whence for name, whence in scan.bound_by.items() if all(name in call.bound for call in found)}
    is_cut = any(call.request.rows_needed is not None for call in found)
    bounds = scan.bounds if len(bound_by) == len(scan.bound_by) else ()
    return replace(scan, calls=found, bound_by=bound_by, bounds=bounds, pushed=(*(scan.pushed if is_cut else ()), _SHARED))
