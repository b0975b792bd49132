"""Calls of several references that one request can serve: the rows of a call are among those of one that says less.

A key that two references ask for is fetched once, though each of them knows more of its rows: what they know is DuckDB's to apply.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rowcall.plan.nodes import EXTRA, Call, Scan

Widened = Callable[[Scan, Mapping[str, Any]], Call]
"""A scan's call with no more than these parameters."""
Expected = Callable[[Scan], int]
"""How many requests one call of a scan is expected to take."""

_Names = tuple[str, ...]
_Values = tuple[Any, ...]


def shared(scans: Sequence[Scan], widened: Widened, expected: Expected) -> tuple[Scan, ...]:
    """The scans with as few different calls as bring all that they need.

    Where filters make more calls for one key than all of its rows take, the filters are left to DuckDB; then a call gives way to one that
    another reference makes anyway and that brings its rows too.
    """
    calls = _by_key(scans)
    wider = [_unfiltered(scan, calls, widened, expected) for scan in scans]
    whole: dict[tuple[str, str], dict[_Names, dict[_Values, Call]]] = defaultdict(lambda: defaultdict(dict))
    for scan in wider:
        for call in scan.calls:
            if call.rows_needed is None and not any(isinstance(value, tuple) for value in call.bound.values()):
                names = tuple(sorted(call.bound))
                whole[_method(scan)][names][tuple(call.bound[name] for name in names)] = call
    return tuple(_sharing(scan, whole[_method(scan)]) for scan in wider)


def _method(scan: Scan) -> tuple[str, str]:
    return scan.ref.full_name, scan.method_name


def _key(scan: Scan, call: Call) -> tuple[Any, ...]:
    """What the API needs to be told for a call, and of which method."""
    return (*_method(scan), *(call.bound.get(name) for name in scan.method.required()))


def _by_key(scans: Sequence[Scan]) -> Mapping[tuple[Any, ...], set[frozenset[tuple[str, Any]]]]:
    """The different calls for all rows, by what the API needs to be told for them."""
    found: dict[tuple[Any, ...], set[frozenset[tuple[str, Any]]]] = defaultdict(set)
    for scan in scans:
        for call in scan.calls:
            if call.rows_needed is None:
                found[_key(scan, call)].add(frozenset(call.bound.items()))
    return found


def _unfiltered(scan: Scan, calls: Mapping[tuple[Any, ...], set[frozenset[tuple[str, Any]]]], widened: Widened, expected: Expected) -> Scan:
    """The scan without its optional filters, for keys of which there would be more calls than all rows of the key take requests."""
    required = set(scan.method.required())
    optional = {name for call in scan.calls[:1] for name in call.bound if name not in required}
    if not optional or optional & _valued(scan) or any(scan.method.parameters[name].role is not None for name in optional):
        return scan
    most, found = expected(scan), []
    for call in scan.calls:
        is_cheaper = call.rows_needed is None and len(calls[_key(scan, call)]) > most
        found.append(widened(scan, {name: call.bound[name] for name in call.bound if name in required}) if is_cheaper else call)
    return _with_calls(scan, found)


def _sharing(scan: Scan, whole: Mapping[_Names, Mapping[_Values, Call]]) -> Scan:
    """The scan with calls that say less in place of its own; these all say one thing, so that none brings a row twice."""
    for names, calls in sorted(whole.items(), key=lambda pair: len(pair[0])):
        if not _valued(scan) <= set(names) or any(isinstance(call.bound.get(name, ()), tuple) for call in scan.calls for name in names):
            continue
        found = [calls.get(tuple(call.bound[name] for name in names), call) for call in scan.calls]
        if any(one is not other for one, other in zip(found, scan.calls, strict=True)):
            return _with_calls(scan, found)
    return scan


def _valued(scan: Scan) -> set[str]:
    """The parameters whose values the statement reads, which come with the calls that they are bound in."""
    return {item.name for item in scan.hidden if item.column is None and item.name != EXTRA}


def _with_calls(scan: Scan, calls: Sequence[Call]) -> Scan:
    """The scan with other calls, each once."""
    found = tuple({(call.request, call.rows_needed): call for call in calls}.values())
    return replace(
        scan, calls=found, bound_by={name: whence for name, whence in scan.bound_by.items() if all(name in c.bound for c in found)}
    )
