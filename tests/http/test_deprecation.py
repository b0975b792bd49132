"""What goes away says so, and nothing else is said to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rowcall.http.client import Client
from rowcall.http.control import Control
from rowcall.manifest.model import Lifecycle
from rowcall.plan.nodes import Protocol

HERE = Lifecycle(deprecated=True, sunset="2031-02-03", replaced_by=("This", "That"), hosts=("127.0.0.1",))
ELSEWHERE = Lifecycle(deprecated=True, sunset="2031-02-03", hosts=("api.acme.test",))
MARKED = "acme.store.things is deprecated at 127.0.0.1."


@pytest.mark.parametrize(
    ("headers", "lifecycle", "expected"),
    [
        ({}, None, []),
        ({}, ELSEWHERE, []),
        ({}, HERE, ["acme.store.things is deprecated at 127.0.0.1, and answers until 2031-02-03. Its replacement: This, That."]),
        ({}, Lifecycle(deprecated=True), [MARKED]),
        ({}, Lifecycle(sunset="2031-02-03", hosts=("127.0.0.1",)), []),
        ({"Deprecation": "@1688169599"}, None, [MARKED]),
        ({"Deprecation": "true"}, ELSEWHERE, [MARKED]),
        ({"Deprecation": "?0"}, None, []),
        (
            {"Sunset": "Wed, 05 Mar 2031 23:59:59 GMT"},
            None,
            ["acme.store.things is deprecated at 127.0.0.1, and answers until 2031-03-05."],
        ),
        ({"Deprecation": "@1", "Sunset": "soon"}, None, [MARKED]),
    ],
    ids=[
        "nobody says so",
        "other hosts",
        "this host",
        "all hosts",
        "it has an end only",
        "a date",
        "an older form",
        "not so",
        "an end",
        "nonsense",
    ],
)
def test_what_is_marked_as_deprecated_is_told_once(
    headers: dict[str, str], lifecycle: Lifecycle | None, expected: list[str], client: Client, api: Any, call_to: Callable[..., Any]
) -> None:
    """By the manifest for its hosts, or by answers themselves; the rows come all the same."""
    api.replies = [{"json": {"data": [{"id": 1}]}, "headers": headers}] * 2
    control = Control()

    for call in (call_to(), call_to(query=(("n", "2"),))):
        assert [page.rows for page in client.pages(call, Protocol(rows="data", lifecycle=lifecycle), control)] == [1]

    assert control.warnings == expected
