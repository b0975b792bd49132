"""What each scan is said to have taken."""

from __future__ import annotations

from rowcall.session.measuring import _covered


def test_times_that_overlap_are_counted_once() -> None:
    """Requests that are under way together are waited for together."""
    assert _covered([(0.0, 2.0), (1.0, 3.0), (1.5, 1.6), (5.0, 6.0)]) == 4.0
    assert _covered([]) == 0.0
