"""What each scan of a statement took, from what the statement's control recorded of its calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rowcall.http.control import Control
from rowcall.plan.explanation import Measured
from rowcall.plan.nodes import Request, Scan


def measure(scans: Sequence[Scan], control: Control) -> dict[int, Measured]:
    """By the number of each reference. A call that several scans have counts for the first of them, for the others as a cache hit."""
    taken: set[Request] = set()
    found: dict[int, Measured] = {}
    for scan in sorted(scans, key=lambda scan: (scan.level, scan.number)):
        requests = dict.fromkeys(call.request for call in scan.calls)
        own = [control.tallies[request] for request in requests if request not in taken and request in control.tallies]
        exchanges = [exchange for tally in own for exchange in tally.exchanges]
        found[scan.number] = Measured(
            requests=len(exchanges),
            retries=sum(exchange.attempt > 1 for exchange in exchanges),
            cache_hits=len(taken & requests.keys()) + sum(tally.hits for tally in own),
            rows=sum(tally.rows for tally in own),
            bytes=sum(exchange.bytes for exchange in exchanges),
            waiting_s=_covered(span for tally in own for span in tally.waits),
            computing_s=control.computed_s.get(scan.source, 0.0),
        )
        taken |= requests.keys()
    return found


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    """How much time stretches of it cover together."""
    total, until = 0.0, float("-inf")
    for start, end in sorted(spans):
        total += max(0.0, end - max(start, until))
        until = max(until, end)
    return total
