"""Tokens of Microsoft Entra ID, for whom Microsoft's own library finds. `azure-identity` is loaded when one is needed.

It asks by itself, over its own connections, since what it finds may be a program or a server of the machine; that it asked is recorded.
"""

from __future__ import annotations

import logging
import os
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rowcall.errors import AuthError, UsageError
from rowcall.http.control import Control, Exchange
from rowcall.http.endpoint import Endpoint
from rowcall.http.token import Grant, Token, apart
from rowcall.manifest.model import AuthScheme

if TYPE_CHECKING:
    from rowcall.http.redact import Redactor


def grant(endpoint: Endpoint, scheme: AuthScheme, redact: Redactor) -> Grant:
    """What has azure-identity get a token: each time anew, so that it is not the one that was refused."""

    def get(control: Control) -> Token:
        if key := (endpoint.needed_key(control) or "").strip():
            return Token(key)
        name = endpoint.name or endpoint.provider
        try:
            from azure.core.exceptions import AzureError
            from azure.identity import DefaultAzureCredential
        except ImportError as problem:
            raise UsageError(f"auth of {name} needs azure-identity ({problem}); install it with: pip install 'rowcall[azure]'") from problem

        def ask() -> Any:
            # It warns of each way that leads nowhere, and where all do, the error names them: without a handler Python writes them down.
            logging.getLogger("azure.identity").addHandler(_NOWHERE)
            options = {
                "connection_verify": (endpoint.ca_file or True) if endpoint.verify_tls else False,
                "connection_timeout": endpoint.connect_timeout_s,
                "read_timeout": endpoint.read_timeout_s,
                "raw_response_hook": lambda answer: _record(answer, endpoint, redact, control),
                # A host that the user names is not asked about at Microsoft's.
                "disable_instance_discovery": bool(os.environ.get("AZURE_AUTHORITY_HOST")),
            }
            with DefaultAzureCredential(**options) as credential:
                return credential.get_token(*scheme.scopes)

        try:
            found = apart(ask, control)
        except (AzureError, ValueError) as problem:
            reason = " ".join(redact(str(problem)).split())
            raise AuthError(
                f"Microsoft Entra ID gave no token for {endpoint.title}: {reason[:_SHOWN]}{'…' if len(reason) > _SHOWN else ''}",
                provider=endpoint.provider,
                hint=f"Log in with `az login`, or set {_VARIABLES}; or set a token as api_key of {name}.",
            ) from problem
        return Token(found.token, max(0.0, found.expires_on - time.time()))

    return get


_NOWHERE = logging.NullHandler()
_SHOWN = 600
_VARIABLES = "AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET"


def _record(answer: Any, endpoint: Endpoint, redact: Redactor, control: Control) -> None:
    """Notes an exchange of the library's, of which it does not say how long it took."""
    request, response = answer.http_request, answer.http_response
    parts = urlsplit(request.url)
    control.record(
        Exchange(
            request=redact(f"{request.method} {parts._replace(query='').geturl()}"),
            attempt=1,
            status=response.status_code,
            error=None,
            elapsed_s=0.0,
            bytes=len(response.content or b"") if hasattr(response, "content") else 0,
            operation=f"{endpoint.name or endpoint.provider}.token",
            sent_at=time.time(),
        )
    )
