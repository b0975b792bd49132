"""How many requests scans come to: exactly where that is known, else by bounds, and by what to expect of lists and of rows not read yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from rowcall.manifest.model import RateLimit
from rowcall.plan.nodes import Considered, Origin, Scan
from rowcall.plan.parameters import column_of_parameter, keyed
from rowcall.plan.pushdown import expected_requests
from rowcall.plan.requests import page_size


@dataclass(frozen=True, slots=True)
class Calls:
    """How many calls a scan comes to, each of a request or more."""

    least: int
    most: int | None
    """None where nothing bounds it."""
    likely: int | None
    """How many there will be; None where there is nothing to go by."""
    expected: int | None
    """How many requests these will take; None where there is nothing to go by."""


def calls(scans: Sequence[Scan]) -> dict[int, Calls]:
    """For each scan, by the number of its reference."""
    found: dict[int, Calls] = {}
    known = {scan.number: scan for scan in scans}
    for scan in sorted(scans, key=lambda scan: scan.level):
        if scan.is_known:
            count = len({call.request for call in scan.calls})
            expected = count if _fits_pages(scan) else expected_requests(scan.ref, scan.method, count)
            found[scan.number] = Calls(count, count, count, expected)
        else:
            found[scan.number] = _dependent(scan, known, found)
    return found


def requests_at_most(scan: Scan, own: Calls) -> int | None:
    """How many requests a scan can come to."""
    return own.most if own.most == 0 or not any(is_paged(scan, one) for one in open_choices(scan)) else None


def open_choices(scan: Scan) -> list[Considered]:
    """The methods that may answer it: the one chosen where its keys are known, else all that could."""
    return [one for one in scan.considered if not one.lacks and (one.method_name == scan.method_name or not scan.is_known)]


def is_paged(scan: Scan, one: Considered) -> bool:
    """Whether a method that was considered gives its rows in pages, and more of them than one may be needed."""
    return scan.ref.resource.methods[one.method_name].paging is not None and not (scan.is_known and _fits_pages(scan))


def _fits_pages(scan: Scan) -> bool:
    """Whether no call of a scan needs more rows than it asks for at a time."""
    size = rows_a_page(scan)
    return size is not None and all((call.request.rows_needed or size + 1) <= size and not call.request.ties for call in scan.calls)


def rows_a_page(scan: Scan) -> int | None:
    """How many rows a scan asks for at a time; None where there is one page, or the API decides."""
    size = page_size(scan.ref, scan.method)
    if size is None:
        return None
    asked = [value for call in scan.calls[:1] for name, value in call.request.query if name == size[0]]
    return int(asked[0] if asked and asked[0].isdecimal() else size[1])


def seconds(limits: Sequence[RateLimit], requests: int) -> float:
    """How long so many requests take at the least, when none of the limits is ever exceeded."""
    return max(((requests - 1) // limit.requests * limit.per_s for limit in limits if requests), default=0.0)


def _dependent(scan: Scan, scans: Mapping[int, Scan], known: Mapping[int, Calls]) -> Calls:
    """The calls of a scan whose keys are on pages that were not fetched."""
    if not keyed(scan.method, scan.bound_by):
        return Calls(0, 1, 1, expected_requests(scan.ref, scan.method, 1))
    ways = {one.method_name: _of_method(scan, one, scans, known) for one in open_choices(scan)}
    mosts = [most for most, _ in ways.values() if most is not None]
    bounds = [max(mosts)] if len(mosts) == len(ways) else []
    bounds += [scan.most_calls] if scan.most_calls is not None else []
    guesses = {name: min([*bounds, *([guess] if guess is not None else [])], default=None) for name, (_, guess) in ways.items()}
    methods = scan.ref.resource.methods
    asked = [(expected_requests(scan.ref, methods[name], guess), guess) for name, guess in guesses.items() if guess is not None]
    expected, likely = min(asked, default=(None, None))
    return Calls(0, min(bounds, default=None), likely, expected)


def _of_method(scan: Scan, one: Considered, scans: Mapping[int, Scan], known: Mapping[int, Calls]) -> tuple[int | None, int | None]:
    """How many calls a method can come to, and is expected to: by what its keys come from."""
    if not set(one.parameters) <= scan.bound_by.keys():
        return None, None
    origins = [scan.bound_by[name] for name in keyed(scan.ref.resource.methods[one.method_name], one.parameters)]
    numbers = dict.fromkeys(origin.reference for origin in origins)
    keys = [
        _keys(scans[number], {origin.column for origin in origins if origin.reference == number}, known[number])
        for number in numbers
        if number is not None and number in known
    ]
    expected = _product([guess for _, guess in keys]) if keys or not origins else None
    return (_product([most for most, _ in keys]) if len(keys) == len(numbers) else None), expected


def _keys(scan: Scan, columns: set[str], own: Calls) -> tuple[int | None, int | None]:
    """How many different values some columns of a scan's rows can have together, and are expected to."""
    by_column = {column_of_parameter(scan.method, name): name for name in scan.bound_by}
    bound = columns <= by_column.keys()
    if scan.is_known and bound:
        count = len({tuple(call.bound[by_column[column]] for column in sorted(columns)) for call in scan.calls})
        return count, count
    if scan.method.rows is None or bound:
        return own.most, own.likely
    rows = scan.method.expected_rows or rows_a_page(scan)
    return (0 if own.most == 0 else None), (own.likely * rows if own.likely is not None and rows is not None else None)


def _product(numbers: Sequence[int | None]) -> int | None:
    known = [number for number in numbers if number is not None]
    return prod(known) if len(known) == len(numbers) else None


def keys_text(scan: Scan, scans: Mapping[int, Scan]) -> str:
    """The keys of a dependent scan, as `thread_id, id of r`."""
    origins = list(dict.fromkeys(scan.bound_by[name] for name in keyed(scan.method, scan.bound_by)))
    numbers = {origin.reference for origin in origins}
    (number, *others) = numbers
    if number is not None and not others and number in scans:
        return f"{_tuple([origin.column for origin in origins])} of {scans[number].alias}"
    whole = _tuple([origin.text for origin in origins])
    waits = ", ".join(scans[one].alias for one in scan.after)
    return f"{whole} that {waits} leaves" if numbers == {None} and waits else whole


def _tuple(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


def origin_text(origin: Origin, scans: Mapping[int, Scan]) -> str:
    """Where values come from, the resource named where it is one."""
    if origin.reference is None or origin.reference not in scans:
        return origin.text
    return f"{origin.text} of {scans[origin.reference].ref.full_name}"
