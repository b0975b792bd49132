"""Routes, credentials, headers and what methods do."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from rowcall.sandbox.server import Sandbox

from .conftest import HEADERS
