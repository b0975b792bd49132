"""The examples of the shipped manifests are statements that plan."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from rowcall.catalog.catalog import Catalog
from rowcall.sandbox.server import Sandbox
from rowcall.session.session import Session
from rowcall.sql.statements import parameters, split

Sent = Callable[[Sandbox], AbstractContextManager[list[Any]]]
EXAMPLES = [
    pytest.param(example.sql, id=f"{ref.name} {number}")
    for ref in Catalog.shipped().resources()
    for number, example in enumerate(ref.resource.examples)
]


@pytest.mark.parametrize("text", EXAMPLES)
def test_an_example_plans(still: Sandbox, db: Session, sent: Sent, text: str) -> None:
    """EXPLAIN shows its requests, and sends none; parameters are filled in."""
    (statement,) = split(text)
    given = {token.text: "made-up" for token in parameters(statement.tokens)}

    with sent(still) as requests:
        rows = db.sql(f"EXPLAIN {text}", given or None).fetchall()

    assert requests == []
    assert "request" in {item for item, _ in rows}
