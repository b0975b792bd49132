"""How many requests came and when, for what an API allows in a time: rate limits of the manifest, and quotas of the sandbox file."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

from rowcall.manifest.model import RateLimit
from rowcall.manifest.sandbox import Quota, Refusals
from rowcall.sandbox.exchange import Headers
from rowcall.sandbox.refused import Refused


class Meters:
    """What was used so far. Times are Unix seconds of the sandbox's clock."""

    def __init__(self) -> None:
        self._times: defaultdict[str, deque[float]] = defaultdict(deque)
        self._windows: dict[Quota, tuple[float, int]] = {}
        """When the time of each quota began, and how many requests came in it."""

    def heed(self, limits: Mapping[str, Sequence[RateLimit]], refusals: Refusals, now: float) -> None:
        """Counts a request for each name that has limits. Raises Refused where there were too many, and then counts none."""
        for name, own in limits.items():
            times = self._times[name]
            while times and times[0] <= now - max((limit.per_s for limit in own), default=0.0):
                times.popleft()
            for limit in own:
                recent = [time for time in times if time > now - limit.per_s]
                if len(recent) >= limit.requests:
                    wait_s = math.ceil(recent[-limit.requests] + limit.per_s - now) or 1
                    raise Refused(refusals.rate_limited, {}, (("retry-after", str(wait_s)),))
        for name, own in limits.items():
            if own:
                self._times[name].append(now)

    def spend(self, quota: Quota, now: float) -> Headers:
        """What the headers of an answer say of a quota when a request was counted. Raises Refused where it is used up."""
        since, used = self._windows.get(quota, (now, 0))
        if now >= since + quota.per_s:
            since, used = now, 0
        is_left = used < quota.requests
        self._windows[quota] = (since, used + is_left)
        reset = math.ceil(since + quota.per_s)
        counts = {"limit": quota.requests, "used": used + is_left, "remaining": quota.requests - used - is_left, "reset": reset}
        said = () if quota.headers is None else tuple((quota.headers + name, str(count)) for name, count in counts.items())
        if not is_left:
            raise Refused(quota.refusal, {}, said or (("retry-after", str(math.ceil(reset - now))),))
        return said

    def give_back(self, quota: Quota) -> None:
        """Takes a request back that was counted."""
        since, used = self._windows.get(quota, (0.0, 0))
        self._windows[quota] = (since, max(used - 1, 0))
