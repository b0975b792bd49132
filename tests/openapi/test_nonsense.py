"""Documents that are wrong in some places are imported all the same."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rowcall.errors import UsageError
from rowcall.manifest.read import load_provider
from rowcall.openapi.document import Document
from rowcall.openapi.folder import write_folder
from rowcall.openapi.importing import imported

SHOP = Document(Path(__file__).parent / "shop.yaml").root
VALUES: list[Any] = [
    None,
    1,
    -1.5,
    True,
    "",
    "#",
    "a: b",
    "é\u2028\x07",
    "- x",
    "yes",
    {},
    [],
    [1],
    {"a": 1},
    {"$ref": "#/no"},
    {"type": "object"},
    "x" * 300,
]
NAMES = ["", "a b", "id", "ID", "x.y", "$x", "on", "é", "_extra", "data__q", "{q}", "/p/{a}/{a}"]


def places(node: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a document, as the keys that lead there."""
    below = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in below:
        yield (*at, key)
        yield from places(value, (*at, key))


def spoiled(seed: int) -> dict[str, Any]:
    """The document of the shop with some things gone, others in their place, and names that are none."""
    chance, document = random.Random(seed), copy.deepcopy(SHOP)
    for _ in range(chance.randint(1, 6)):
        *way, last = chance.choice(list(places(document)))
        held: Any = document
        for key in way:
            held = held[key]
        kind = chance.choice(["gone", "other", "renamed", "moved"])
        if kind == "renamed" and isinstance(held, dict):
            held[chance.choice(NAMES)] = held.pop(last)
        elif kind == "gone":
            del held[last]
        else:
            held[last] = copy.deepcopy(chance.choice(VALUES) if kind == "other" else held)
    return document


@pytest.mark.parametrize("seed", range(60))
def test_what_is_imported_has_no_faults(seed: int, tmp_path: Path) -> None:
    """Where anything is left in the document that can be a table."""
    document = Document(Path("api.json"), spoiled(seed))
    try:
        found = imported(document, "api")
    except UsageError:  # nothing is left in it that could be a table
        return

    assert write_folder(tmp_path / "out", found.provider, published=found.published, comments=found.comments) == ()
    assert load_provider(tmp_path / "out") == found.provider
