"""What the records of a manifest say of themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rowcall.manifest.model import Method, Verb
from rowcall.manifest.read import load_provider

LIBRARY = load_provider(Path(__file__).parents[1] / "sandbox" / "library")


@pytest.mark.parametrize(
    ("http", "options", "header"),
    [
        ("POST /books", {}, "Idempotency-Key"),
        ("PATCH /books/{id}", {}, "Idempotency-Key"),
        ("POST /books", {"idempotent": True}, None),
        ("POST /search", {"reads": True}, None),
        ("PUT /books/{id}", {}, None),
        ("DELETE /books/{id}", {}, None),
        ("GET /books", {}, None),
        ("POST /books", {"idempotency_key": "X-Once"}, "X-Once"),
        ("DELETE /books/{id}", {"idempotency_key": "X-Once"}, "X-Once"),
        ("POST /books", {"idempotency_key": "X-Once", "idempotent": True}, "X-Once"),
    ],
)
def test_a_method_s_requests_carry_its_own_key_or_its_provider_s(http: str, options: dict[str, Any], header: str | None) -> None:
    """The provider's is for POST and PATCH that would do more when they are sent twice; a method's own is for whatever it is."""
    method = Method(verb=Verb.EXEC, http=http, description="Does it.", **options)

    assert method.key_header(LIBRARY) == header
    assert method.key_header(replace(LIBRARY, idempotency_key=None)) == options.get("idempotency_key")
