"""Rate limits by what they are for: a key at all, or a service or resource that it is used at."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from rowcall.manifest.model import RateLimit

Limits: TypeAlias = "Mapping[str, Sequence[RateLimit]]"
"""How many requests may go out in a time: of the key at all under "", and of it at a service or resource under the full name of that.

A request is counted for the key and for each name that is here, whether or not it has limits.
"""
NO_LIMITS: Limits = MappingProxyType({})


def looked_back(limits: Limits) -> float:
    """For how many seconds what was sent has to be known; 0 where nothing is limited."""
    return max((limit.per_s for own in limits.values() for limit in own), default=0.0)


def scoped(key: bytes, scope: str) -> bytes:
    """The digest under which is kept what was sent with a key at a service or resource; the key's own for ""."""
    return hashlib.sha256(key + scope.encode()).digest() if scope else key
