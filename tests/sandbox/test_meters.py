"""How many requests there may be."""

from __future__ import annotations

import pytest

from rowcall.manifest.model import RateLimit
from rowcall.manifest.sandbox import Quota, Refusals
from rowcall.sandbox.meters import Meters
from rowcall.sandbox.refused import Refused

LIMITS = {"": (RateLimit(requests=3, per_s=10),), "desk": (RateLimit(requests=2, per_s=10),)}
QUOTA = Quota(requests=2, per_s=60, headers="x-limit-")


def test_a_rate_limit_says_when_to_come_back() -> None:
    """The narrowest one counts, and what is refused is not counted."""
    meters = Meters()
    for now in (0.0, 4.0):
        meters.heed(LIMITS, Refusals(), now)

    with pytest.raises(Refused) as caught:
        meters.heed(LIMITS, Refusals(), 5.0)
    meters.heed({"": LIMITS[""]}, Refusals(), 6.0)
    meters.heed(LIMITS, Refusals(), 10.5)

    assert (caught.value.status, caught.value.headers) == (429, (("retry-after", "5"),))


def test_a_quota_counts_in_headers_and_begins_anew() -> None:
    """Used up, it refuses until then; what is given back may be used again."""
    meters = Meters()

    first, _ = meters.spend(QUOTA, 100.0), meters.spend(QUOTA, 101.0)
    with pytest.raises(Refused) as caught:
        meters.spend(QUOTA, 102.0)
    meters.give_back(QUOTA)
    again = meters.spend(QUOTA, 103.0)
    later = meters.spend(QUOTA, 160.0)

    assert first == (("x-limit-limit", "2"), ("x-limit-used", "1"), ("x-limit-remaining", "1"), ("x-limit-reset", "160"))
    assert dict(caught.value.headers)["x-limit-remaining"] == "0"
    assert (dict(again)["x-limit-used"], dict(later)["x-limit-used"]) == ("2", "1")
