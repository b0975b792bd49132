"""What every test stands on: no host but this machine, and no setting of whoever runs the tests."""

from __future__ import annotations

import os
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
from pathlib import Path

import hypothesis
import pytest

LOOPBACK = ("127.", "::1", "localhost", "0.0.0.0")
SETTINGS = ("OPENAI_", "AZURE_OPENAI_", "ROWCALL_", "XDG_")
PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}
KEPT = {"ROWCALL_SHARED", "ROWCALL_GITHUB_OPENAPI"}
"""Where reference documents to check against lie, when they are anywhere."""

hypothesis.settings.register_profile("default", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let golden files be written instead of compared; the change is read in review."""
    parser.addoption("--update-golden", action="store_true", help="write what the tests find to tests/golden")


def pytest_configure(config: pytest.Config) -> None:
    """Forget the settings and the home of whoever runs the tests, before a fixture of any scope reads them."""
    for name in tuple(os.environ):
        if name not in KEPT and (name.startswith(SETTINGS) or name.lower() in PROXIES):
            del os.environ[name]
    home = tempfile.TemporaryDirectory(prefix="rowcall-home-")
    config.add_cleanup(home.cleanup)
    os.environ["HOME"] = os.environ["USERPROFILE"] = home.name
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as it is of what a script runs in the background
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if "network" not in config.option.markexpr.removeprefix("not network"):
        sys.addaudithook(_loopback_only)


def _loopback_only(event: str, arguments: tuple[object, ...]) -> None:
    """Fail a test that connects to another host; a name that does not resolve may still be asked for."""
    if event != "socket.connect":
        return
    address = arguments[1]
    if isinstance(address, tuple) and not str(address[0]).startswith(LOOPBACK):
        raise AssertionError(f"a test may reach this machine only, and not {address[0]}; mark it `network` if it must")


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of 127.0.0.1 that nobody but itself has signed, and its key, in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("makes its certificate with openssl")
    key, path = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, *names, "-keyout", key, "-out", path], check=True, capture_output=True)
    path.write_text(path.read_text() + key.read_text())
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """What a server with that certificate speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context
