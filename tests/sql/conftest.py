"""The names that statements of these tests can use."""

from __future__ import annotations

import pytest

from rowcall.catalog.catalog import Catalog
from rowcall.sql.bind import Names

LOCAL = {("runs_local",), ("main", "runs_local"), ("threads",)}


@pytest.fixture(scope="session")
def names() -> Names:
    """The shipped catalog, beside a database with a few tables of its own."""
    return Names(Catalog.shipped(), (), lambda parts: tuple(part.casefold() for part in parts) in LOCAL)
