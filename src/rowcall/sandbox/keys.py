"""The idempotency keys of requests that were carried out: such a request is not carried out again, and gets its first answer again."""

from __future__ import annotations

import json
from typing import Any

from rowcall.manifest.model import Encoding
from rowcall.manifest.sandbox import Refusal
from rowcall.sandbox.exchange import Answer, Incoming
from rowcall.sandbox.forms import encoding_of, shown
from rowcall.sandbox.refused import Refused


class Keys:
    """The first answers to requests, by key. No key is ever too old."""

    def __init__(self) -> None:
        self._answers: dict[str, tuple[Any, Answer]] = {}

    def keep(self, key: str, incoming: Incoming, answer: Answer) -> None:
        """Keeps the answer to a request that was carried out."""
        self._answers[key] = (_asked(incoming), answer)

    def answer(self, key: str, incoming: Incoming, refusal: Refusal) -> Answer | None:
        """The first answer to the request; None where the key is new. Raises Refused where it came with another request."""
        if key not in self._answers:
            return None
        asked, answer = self._answers[key]
        if asked != _asked(incoming):
            raise Refused(refusal, {"key": key})
        return answer


def _asked(incoming: Incoming) -> tuple[Any, ...]:
    """What makes two requests the same: method, path, parameters and body, in whatever order their names are."""
    return incoming.method, incoming.path, sorted(incoming.query), _canonical(incoming)


def _canonical(incoming: Incoming) -> bytes | str:
    try:
        body = json.loads(incoming.body) if encoding_of(incoming) is Encoding.JSON else shown(incoming)
        return json.dumps(body, sort_keys=True)
    except (ValueError, RecursionError):
        return incoming.body
