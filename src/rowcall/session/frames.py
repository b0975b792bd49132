"""Whose variables a session looks at for data frames, where that is not who calls it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


def called(function: Callable[..., Any], names: Mapping[str, Any], *arguments: Any, **options: Any) -> Any:
    """What a method of a session returns that looks for data frames in its caller's scope, as if `names` were that."""
    scope = {**names, "__asked": function, "__given": (arguments, options)}
    return eval(_CALL, scope)  # noqa: S307 - the expression is ours; the scope is what the session looks at


_CALL = compile("__asked(*__given[0], **__given[1])", "<rowcall>", "eval")
