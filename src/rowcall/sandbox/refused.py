"""A refusal on its way to the client: which one, and what its words are filled with."""

from __future__ import annotations

from typing import Any

from rowcall.manifest.sandbox import Refusal, Refuse
from rowcall.sandbox.template import text


class Refused(Exception):  # noqa: N818 - it is an answer of the API and no error of ours
    """The API refuses a request. Never leaves the sandbox."""

    def __init__(self, refusal: Refusal | Refuse, scope: dict[str, Any], headers: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(refusal.message)
        self.headers = headers
        self.status = refusal.status
        self.values = {
            "message": text(refusal.message)(scope),
            "status": refusal.status,
            "type": refusal.type,
            "code": text(refusal.code)(scope) if refusal.code else None,
            "param": text(refusal.param)(scope) if refusal.param else None,
        }
        """What the body of an error is made of."""
