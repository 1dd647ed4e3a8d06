"""Checks that need no network: the connection string, the endpoint, and what a token is for."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any
from urllib.parse import SplitResult

from azure.core.credentials import AzureKeyCredential

from ... import RoomsClient
from ..connection import Connection, entra_credential, find_connection, make_client
from ..errors import UsageError
from .findings import FAILURE, OK, Case, Finding

_SCOPE = "https://communication.azure.com//.default"
_AUDIENCE = "https://communication.azure.com"
_QUOTES = tuple("\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb")
_COPY = "Copy it again from the Keys page of the resource in the Azure portal."


def check_connection(case: Case) -> Finding | None:
    """The connection string has both parts, and its key is base64."""
    name = "connection string"
    try:
        case.connection = find_connection(case.options)
    except UsageError as error:
        what, _, advice = str(error).partition("\n")
        return Finding(name, FAILURE, what, advice)
    text = case.connection.connection_string
    if text is None:
        case.endpoint = str(case.connection.endpoint)
        return None
    problem = _problem_of(text, case)
    if problem is not None:
        return Finding(name, FAILURE, f"{case.connection.source}: {problem[0]}", problem[1])
    return Finding(name, OK, f"endpoint and access key, from {case.connection.source}")


def _problem_of(text: str, case: Case) -> tuple[str, str] | None:
    stripped = text.strip()
    if stripped.startswith(_QUOTES) or stripped.endswith(_QUOTES):
        return "the text is in quotes, and they are taken as a part", "Remove the quotes around the connection string."
    parts: dict[str, str] = {}
    for part in filter(None, map(str.strip, stripped.split(";"))):
        member, equals, value = part.partition("=")
        member = member.strip().lower()
        if not equals:
            return "there is a part without '='", "The form is endpoint=https://...;accesskey=..."
        if member in parts:
            return f"{member} is there twice", _COPY
        parts[member] = value.strip()
    missing = [member for member in ("endpoint", "accesskey") if not parts.get(member)]
    if missing:
        return f"there is no {' and no '.join(missing)}", f"The form is endpoint=https://...;accesskey=... {_COPY}"
    for member, value in parts.items():
        if value.startswith(_QUOTES) or value.endswith(_QUOTES):
            return f"the {member} is in quotes, and they are taken as a part", "Remove the quotes."
    case.endpoint = parts["endpoint"]
    return _problem_of_key(parts["accesskey"])


def _problem_of_key(key: str) -> tuple[str, str] | None:
    try:
        decoded = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        decoded = b""
    if decoded:
        return None
    lost = f": it has {len(key)} characters, no multiple of 4, so one or more are missing" if len(key) % 4 else ""
    return f"the access key is not base64{lost}", _COPY


def check_endpoint(case: Case) -> Finding | None:
    """The endpoint is the URL of a resource and nothing more, and the client takes the api-version."""
    try:
        RoomsClient(case.endpoint, AzureKeyCredential("a2V5")).close()
    except ValueError as error:
        return Finding(
            "endpoint", FAILURE, str(error), _advice_for_endpoint(case, is_plain="not encrypted" in str(error))
        )
    try:
        case.client = _client(case.connection, case)
    except UsageError as error:
        what, _, advice = str(error).partition("\n")
        return Finding("api-version" if "api_version" in what else "endpoint", FAILURE, what, advice)
    return Finding("endpoint", OK, f"{case.url.scheme}://{case.url.netloc}")


def _client(connection: Connection, case: Case) -> RoomsClient:
    if connection.connection_string is None:
        case.credential = entra_credential()
        return RoomsClient(case.endpoint, case.credential, retry_total=0, **_api_version(case))
    return make_client(case.options, connection, correct_clock_skew=False, retry_total=0)


def _api_version(case: Case) -> dict[str, Any]:
    return {"api_version": case.options.api_version} if "api_version" in case.options else {}


def _advice_for_endpoint(case: Case, is_plain: bool) -> str:
    scheme, host = case.url.scheme, case.url.hostname
    if is_plain:
        return f"Write https:// for http://: https://{host}"
    if host:
        return f"Write scheme and host alone: {scheme}://{_authority(case.url)}"
    return f"The form is https://<name>.communication.azure.com. {_COPY}"


def _authority(url: SplitResult) -> str:
    """Host and port. What is no port is left out: it may be a key or a password."""
    host = f"[{url.hostname}]" if ":" in str(url.hostname) else str(url.hostname)
    try:
        return host if url.port is None else f"{host}:{url.port}"
    except ValueError:
        return host


def check_token(case: Case) -> Finding | None:
    """Microsoft Entra ID gives a token, and it is for this service."""
    if case.credential is None:
        return None
    name = "token audience"
    try:
        token = str(case.credential.get_token(_SCOPE).token)
    except Exception as error:  # noqa: BLE001  each credential has errors of its own
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return Finding(
            name, FAILURE, f"no token: {first}", "Sign in with 'az login', or set the variables of azure-identity."
        )
    audience = _claims(token).get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if not any(str(each).rstrip("/") == _AUDIENCE for each in audiences):
        return Finding(
            name, FAILURE, f"the token is for {audience!r}, not for {_AUDIENCE}", f"Request the scope {_SCOPE}."
        )
    return Finding(name, OK, f"the token is for {_AUDIENCE}")


def _claims(token: str) -> dict[str, Any]:
    """Decode the claims of a token, without a check of its signature."""
    body = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}
