"""Sandboxes on real sockets, their clocks held, and clients of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from rowcall.sandbox.clock import Clock
from rowcall.sandbox.server import Sandbox

START = 1_790_000_000
"""When the clocks of these tests stand."""

LIBRARY = Path(__file__).parent / "library"
"""A made-up provider."""

HEADERS = {"Authorization": "Bearer sandbox-key", "OpenAI-Beta": "assistants=v2"}


@pytest.fixture(scope="session")
def still() -> Iterator[Sandbox]:
    """A sandbox that tests read and never change."""
    with Sandbox(clock=Clock(START, held=True)) as box:
        yield box


@pytest.fixture(scope="session")
def server() -> Iterator[Sandbox]:
    """A sandbox that is reset for each test that changes it."""
    with Sandbox(clock=Clock(START, held=True)) as box:
        yield box


@pytest.fixture
def box(server: Sandbox) -> Sandbox:
    """A sandbox as at the start."""
    server.clock.hold()
    server.reset(start=START, seed=0)
    return server


@pytest.fixture(scope="session")
def reader(still: Sandbox) -> Iterator[httpx.Client]:
    """A client of the sandbox that never changes."""
    with httpx.Client(base_url=still.base_url, headers=HEADERS, trust_env=False) as client:
        yield client


@pytest.fixture
def client(box: Sandbox) -> Iterator[httpx.Client]:
    """A client of the test's own sandbox."""
    with httpx.Client(base_url=box.base_url, headers=HEADERS, trust_env=False) as client:
        yield client


@pytest.fixture
def library_box() -> Iterator[Sandbox]:
    """The made-up provider's sandbox."""
    with Sandbox(LIBRARY, clock=Clock(START, held=True)) as box:
        yield box


@pytest.fixture
def library(library_box: Sandbox) -> Iterator[httpx.Client]:
    """A client of the made-up provider's sandbox."""
    with httpx.Client(base_url=library_box.base_url, trust_env=False) as client:
        client.headers["X-Key"] = library_box.api_key
        yield client
