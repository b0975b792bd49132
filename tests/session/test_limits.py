"""Rate limits as users write them."""

from __future__ import annotations

from typing import Any

import pytest

from rowcall.manifest.model import RateLimit
from rowcall.session.limits import duration_s, limits_by_name, limits_of


@pytest.mark.parametrize(
    ("value", "limits"),
    [
        ("500/60s", [(500, 60.0)]),
        ("10/s", [(10, 1.0)]),
        (" 500 / 1m , 10/250ms", [(500, 60.0), (10, 0.25)]),
        ("5000/h", [(5000, 3600.0)]),
        ("none", []),
        ([{"requests": 3, "per_s": 0.5}], [(3, 0.5)]),
        ([], []),
    ],
)
def test_limits_are_read(value: Any, limits: list[tuple[int, float]]) -> None:
    """A number of requests, and in how much time."""
    assert limits_of(value) == tuple(RateLimit(requests=requests, per_s=per_s) for requests, per_s in limits)


@pytest.mark.parametrize(
    "value",
    [
        *["", "500", "500/", "/60s", "0/60s", "5/0s", "5/60", "-5/s", "5/s,", "none, 5/s", f"{10**20}/s", 5, None, [5], [{"requests": 3}]],
        *[[{"requests": True, "per_s": 1}], [{"requests": 3, "per_s": "1"}], [{"requests": 3, "per_s": 0}]],
    ],
    ids=repr,
)
def test_anything_else_is_refused(value: Any) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=r".*"):
        limits_of(value)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("500ms", 0.5), ("5 s", 5.0), ("2m", 120.0), ("2min", 120.0), ("1.5h", 5400.0), ("5", None), ("", None), ("-5s", None), ("5d", None)],
)
def test_a_time_has_a_unit(text: str, seconds: float | None) -> None:
    """Without one, or with another, it is none."""
    assert duration_s(text) == seconds


def test_limits_are_said_by_provider() -> None:
    """Each with its own; what has no name is refused."""
    found = limits_by_name("openai = 500/60s, 10/s; azure=none")

    assert {name: len(limits) for name, limits in found.items()} == {"openai": 2, "azure": 0}
    for text in ("", "500/60s", "=5/s", "openai=5/s;"):
        with pytest.raises(ValueError, match=r".*"):
            limits_by_name(text)
