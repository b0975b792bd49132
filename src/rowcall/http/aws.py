"""Signatures of AWS, version 4: of each request as it goes out, each time it does. `botocore` is loaded when one is needed.

It signs, and finds the credentials: in the environment, in AWS's own files, or where the machine keeps them.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from rowcall.errors import AuthError, UsageError
from rowcall.http.endpoint import Endpoint
from rowcall.http.redact import LogFilter, Redactor
from rowcall.http.token import apart
from rowcall.manifest.model import AuthScheme
from rowcall.manifest.servers import filled

if TYPE_CHECKING:
    from rowcall.http.control import Control
    from rowcall.http.credential import Unsigned

_SIGNED = re.compile(r"content-type|content-md5|x-amz-.*|x-amzn-.*")
"""The headers that are signed, besides the host: others may be changed on the way."""


class Signer:
    """Signs the requests of an endpoint."""

    def __init__(self, endpoint: Endpoint, scheme: AuthScheme, redact: Redactor) -> None:
        self._endpoint = endpoint
        self._scheme = scheme
        self._redact = redact
        self._session: Any = None
        self._found: Any = None
        """What botocore knows of the credentials, and renews by itself."""
        self._lock = threading.Lock()
        self.secrets: tuple[str, ...] = ()
        """All that must be shown nowhere, as far as it is known by now."""

    def prepare(self, control: Control) -> None:
        """As `Given` says."""
        self._credentials(control)

    def refuse(self, credential: str) -> None:
        """As `Given` says; nothing is known to be refused here, since what is sent is no credential."""

    def put(self, out: Unsigned, variables: Mapping[str, str], control: Control) -> None:
        """As `Given` says: the query is spelt as it is signed.

        Raises UsageError where nobody says the region or the service.
        """
        credentials = self._credentials(control)
        from botocore.auth import S3SigV4Auth, SigV4Auth
        from botocore.awsrequest import AWSRequest

        region, service = signed_for(self._scheme, out.url, variables)
        region = region or self._session.get_config_variable("region")
        if not region or not service:
            name, lacking = self._endpoint.name or self._endpoint.provider, "service" if region else "region"
            raise UsageError(
                f"Nobody says for which {lacking} of AWS a request to {urlsplit(out.url).hostname} is signed: "
                f'set `variables = {{ {lacking} = "…" }}` of {name}{"" if region else ", or AWS_REGION"}.'
            )
        out.url = _canonical(out.url)
        kept = {name: value for name, value in out.headers.items() if _SIGNED.fullmatch(name)}
        request = AWSRequest(out.method, out.url, data=out.content or b"", headers=kept)
        (S3SigV4Auth if service == "s3" else SigV4Auth)(credentials, service, region).add_auth(request)
        out.headers |= {name.lower(): value for name, value in request.headers.items()}

    def _credentials(self, control: Control) -> Any:
        """Those that hold now. Raises UsageError where botocore is not installed, AuthError where there are none."""
        try:
            from botocore.credentials import Credentials
            from botocore.exceptions import BotoCoreError
            from botocore.session import Session
        except ImportError as problem:
            name = self._endpoint.name or self._endpoint.provider
            raise UsageError(f"auth of {name} needs botocore ({problem}); install it with: pip install 'rowcall[aws]'") from problem
        key = (self._endpoint.needed_key(control) or "").strip()
        with self._lock:
            if self._session is None:
                # What it logs of a request that it signs has the token of temporary credentials in it.
                logging.getLogger("botocore.auth").addFilter(LogFilter(self._redact))
                self._session = Session()
            try:
                if key:
                    self._found = self._found or Credentials(self._endpoint.key_id or "", key)
                else:
                    self._found = self._found or apart(self._session.get_credentials, control)
                frozen = self._frozen(control)
            except BotoCoreError as problem:
                raise self._missing(self._redact(str(problem)).rstrip(".")) from problem
            if frozen is None or not frozen.access_key or not frozen.secret_key:
                raise self._missing("botocore finds none")
            self.secrets = tuple(dict.fromkeys((*self.secrets, *filter(None, (frozen.secret_key, frozen.token)))))
        return frozen

    def _frozen(self, control: Control) -> Any:
        """The credentials as they are now, renewed where they have to be; None where there are none."""
        from botocore.credentials import RefreshableCredentials

        if isinstance(self._found, RefreshableCredentials) and self._found.refresh_needed():
            return apart(self._found.get_frozen_credentials, control)
        return None if self._found is None else self._found.get_frozen_credentials()

    def _missing(self, reason: str) -> AuthError:
        name = self._endpoint.name or self._endpoint.provider
        return AuthError(
            f"There are no credentials of AWS for {self._endpoint.title}: {reason}; nothing was sent.",
            provider=self._endpoint.provider,
            hint=f"Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or log in with `aws sso login`; "
            f"or set api_key_id and api_key of {name}.",
        )


def _canonical(url: str) -> str:
    """A URL whose query is spelt as it is signed, which is how it has to be sent."""
    parts = urlsplit(url)
    pairs = [f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in _pairs(parts.query)]
    return urlunsplit(parts._replace(query="&".join(pairs)))


def _pairs(query: str) -> list[tuple[str, str]]:
    """What a query says. A plus in it is one: a blank is written `%20` here."""
    return [(name, value) for name, value in parse_qsl(query.replace("+", "%2B"), keep_blank_values=True)]


# --- what is signed for

_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_OLD_S3 = re.compile(rf"s3-({_REGION.pattern})")
_HOST = re.compile(r"(.+?)\.(amazonaws\.com(?:\.cn)?|api\.aws|amazonaws\.eu)")
_NAMES = {"email": "ses", "bedrock-runtime": "bedrock", "bedrock-agent": "bedrock", "bedrock-agent-runtime": "bedrock"}
"""Services whose servers are called otherwise."""


def signed_for(scheme: AuthScheme, url: str, variables: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The region and the service that a request is signed for; None for what nobody says."""
    there = _of_host((urlsplit(url).hostname or "").lower())
    return (
        _said(scheme.region, variables) or there[0] or variables.get("region"),
        _said(scheme.service, variables) or there[1] or variables.get("service"),
    )


def _said(text: str | None, variables: Mapping[str, str]) -> str | None:
    found = filled(text, variables) if text else ""
    return found if found and "{" not in found else None


def _of_host(host: str) -> tuple[str | None, str | None]:
    """What the name of a server of AWS's says: `bucket.s3.eu-west-1.amazonaws.com`, `iam.amazonaws.com`."""
    found = _HOST.fullmatch(host)
    if found is None:
        return None, None
    labels = [label.removesuffix("-fips") for label in found[1].split(".") if label not in {"dualstack", "fips"}]
    if old := next((match for label in labels if (match := _OLD_S3.fullmatch(label))), None):
        return old[1], "s3"
    at = next((number for number, label in enumerate(labels) if _REGION.fullmatch(label)), None)
    if at is None:
        return "cn-north-1" if found[2].endswith(".cn") else "us-east-1", _named(labels[-1])
    beside = labels[at - 1 : at] or labels[at + 1 : at + 2]
    return labels[at], _named(beside[0]) if beside else None


def _named(label: str) -> str:
    return _NAMES.get(label, label)
