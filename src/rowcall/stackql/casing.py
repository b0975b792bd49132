"""Names in snake case for what an API spells in another way, as `vpc_id` for `VpcId`."""

from __future__ import annotations

import re
from functools import lru_cache

_PLURAL = re.compile(r"[A-Z]{2,}s$")
_STEPS = (
    re.compile(r"(.)([A-Z][a-z]+)"),
    re.compile(r"([a-z])([0-9]+)"),
    re.compile(r"([a-z0-9])([A-Z])"),
)


@lru_cache(maxsize=4096)
def snake(name: str) -> str:
    """The name that the command line of AWS would give to an argument of that name.

    >>> [snake(name) for name in ("VpcId", "VPCId", "nextToken", "ARNs", "open-ai", "already_so")]
    ['vpc_id', 'vpc_id', 'next_token', 'arns', 'open_ai', 'already_so']

    Source: `xform_name` of https://github.com/boto/botocore/blob/develop/botocore/__init__.py
    """
    if "-" in name and name == name.lower():
        return name.replace("-", "_")
    if "_" in name:
        return name
    if (plural := _PLURAL.search(name)) is not None:
        name = f"{name[: plural.start()]}_{plural[0].lower()}".lstrip("_")
    for step in _STEPS:
        name = step.sub(r"\1_\2", name)
    return name.lower().replace("-", "_")
