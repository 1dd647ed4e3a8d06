"""Authentication by access key or token. Written from the scheme's description alone, so that it judges clients.

Access keys: https://learn.microsoft.com/rest/api/communication/authentication. Entra tokens are taken by audience and
expiry; the emulator cannot check their signature. So they open the first account alone, and only where that is the one
with the documented key, on loopback, or where the configuration allows it. The emulator's own tokens are signed with
the key of the account that they name.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import unquote

from ..service.errors import HASH_DIFFERS, denied
from ..service.tokens import ACCOUNT_CLAIM, AUDIENCE, decode_token, is_signed_with
from ..state import timestamps

#: How far the date of a request may lie from now, both ways.
WINDOW = 15 * 60 * timestamps.PER_SECOND

_SCHEME = "HMAC-SHA256"


class SignedParts(NamedTuple):
    """What is signed."""

    method: str
    target: str
    date: str
    host: str
    content_hash: str

    def string_to_sign(self) -> bytes:
        """Return the string to sign."""
        return f"{self.method}\n{self.target}\n{self.date};{self.host};{self.content_hash}".encode()


class Authenticator:
    """Authenticates requests: finds the account whose key signed them, or that a token names.

    :param keys: The access key of each account, decoded, by the account's name.
    :type keys: Mapping[str, bytes]
    :param bool strict: Reject signatures over the percent-decoded path and query, which the published Python client
        makes (the two are the same wherever nothing is escaped).
    :param bool unsigned_tokens: Whether a token that no key here signed opens the first account.
    """

    def __init__(self, keys: Mapping[str, bytes], strict: bool = False, unsigned_tokens: bool = False) -> None:
        self._unsigned_tokens = unsigned_tokens
        self._keys = keys
        self._strict = strict

    def authenticate(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, times: tuple[int, ...]
    ) -> str:
        """Return the name of the account whose request it is.

        :param str method: HTTP method.
        :param str target: Path and query as received.
        :param headers: By lower-case name.
        :param bytes body: The body.
        :param times: The time, as timestamps; where there are several, any of them will do.
        :type times: tuple[int, ...]
        :raises ServiceError: 401, with the part that is wrong.
        """
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._account_of_token(credentials.strip(), times)
        if scheme.upper() == _SCHEME:
            return self._account_of_signature(credentials, method, target, headers, body, times)
        if scheme:
            raise denied("Authorization", f"The scheme {scheme!r} is neither {_SCHEME} nor Bearer.")
        raise denied("Authorization", "The header Authorization is missing.")

    def _account_of_token(self, token: str, times: tuple[int, ...]) -> str:
        account = _checked_claims(token, times).get(ACCOUNT_CLAIM)
        if account is None and self._unsigned_tokens:
            return next(iter(self._keys))
        if account is None:
            raise denied(
                "token",
                "The token is not of this emulator. token_credential(account) of the emulator gives one that is; "
                "the option --unsigned-tokens takes any for the first account.",
            )
        if not isinstance(account, str) or account not in self._keys:
            raise denied("token", "The token names an account that is not here.")
        if not is_signed_with(token, self._keys[account]):
            raise denied("token", "The token is not signed with the key of the account that it names.")
        return account

    def _account_of_signature(
        self,
        credentials: str,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: bytes,
        times: tuple[int, ...],
    ) -> str:
        signed_headers, signature = _parameters(credentials)
        date_header = signed_headers[0]
        for name in signed_headers:
            if name not in headers:
                raise denied(name, f"The signed header {name} is missing.")
        date = headers[date_header]
        _check_date(date_header, date, times)
        if headers["x-ms-content-sha256"] != _base64(sha256(body).digest()):
            raise denied("x-ms-content-sha256", "The hash is not that of the body received.", HASH_DIFFERS)
        parts = SignedParts(method, target, date, headers["host"], headers["x-ms-content-sha256"])
        accepted = [parts]
        if "%" in target and not self._strict:
            accepted.append(parts._replace(target=unquote(target)))
        for account, key in self._keys.items():
            if any(hmac.compare_digest(_sign(key, each), signature) for each in accepted):
                return account
        raise denied(*self._difference(parts, signature, headers))

    def _difference(self, parts: SignedParts, signature: bytes, headers: Mapping[str, str]) -> tuple[str, str]:
        """Return the part in which a signature differs: the first known mistake that would have made it."""
        for key in self._keys.values():
            for part, explanation, other in _mistakes(parts, headers):
                if hmac.compare_digest(_sign(key, other), signature):
                    return part, explanation
            if hmac.compare_digest(_sign(base64.b64encode(key), parts), signature):
                return "key", "The signature was made with the access key as text; decode it from base64 first."
        return "signature", (
            "The signature was made with another key, or over other text than this, line feeds between: "
            f"{parts.method}, {parts.target}, and {parts.date};{parts.host};{parts.content_hash}"
        )


def _mistakes(parts: SignedParts, headers: Mapping[str, str]) -> Iterator[tuple[str, str, SignedParts]]:
    """Yield every known mistake: the part, what is wrong, and what was signed then."""
    path, _, query = parts.target.partition("?")
    name = parts.host.rpartition(":")[0]
    yield "host", "The host was signed without its port.", parts._replace(host=name)
    yield "host", "The host was signed with a slash at its end.", parts._replace(host=parts.host + "/")
    for scheme in ("http://", "https://"):
        yield "host", "The host was signed with its scheme.", parts._replace(host=scheme + parts.host)
    yield "query", "The path was signed without the query.", parts._replace(target=path)
    yield "query", "The query was signed percent-decoded.", parts._replace(target=f"{path}?{unquote(query)}")
    yield "path", "The path was signed percent-decoded.", parts._replace(target=f"{unquote(path)}?{query}")
    yield "path", "Path and query were signed percent-decoded.", parts._replace(target=unquote(parts.target))
    yield "path", "The path was signed without its first slash.", parts._replace(target=parts.target[1:])
    yield "method", "The method was signed in lower case.", parts._replace(method=parts.method.lower())
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        yield "method", f"The signature is for {method}, the request is {parts.method}.", parts._replace(method=method)
    if "date" in headers and headers["date"] != parts.date:
        yield "date", "The header Date was signed in place of x-ms-date.", parts._replace(date=headers["date"])
    empty = _base64(sha256(b"").digest())
    yield "x-ms-content-sha256", "The hash of an empty body was signed.", parts._replace(content_hash=empty)


def _parameters(credentials: str) -> tuple[tuple[str, str, str], bytes]:
    """Return the signed headers and the signature of an Authorization header."""
    parameters: dict[str, str] = {}
    for part in credentials.split("&"):
        name, _, value = part.partition("=")
        parameters[name.strip()] = value
    names = [name.strip().lower() for name in parameters.get("SignedHeaders", "").split(";")]
    if len(names) != 3 or names[0] not in ("x-ms-date", "date") or names[1:] != ["host", "x-ms-content-sha256"]:
        raise denied("SignedHeaders", "SignedHeaders must be x-ms-date;host;x-ms-content-sha256.")
    if not parameters.get("Signature"):
        raise denied("Signature", "The signature is missing.")
    return (names[0], names[1], names[2]), parameters["Signature"].strip().encode()


def _check_date(header: str, date: str, times: tuple[int, ...]) -> None:
    try:
        sent = timestamps.parse_http_date(date)
    except ValueError as error:
        raise denied(header, f"{error}.") from None
    if all(abs(sent - now) > WINDOW for now in times):
        here = timestamps.to_datetime(times[0]).strftime("%a, %d %b %Y %H:%M:%S GMT")
        raise denied(header, f"The date {date!r} lies more than 15 minutes from the time here, {here!r}.")


def _checked_claims(token: str, times: tuple[int, ...]) -> dict[str, object]:
    claims = decode_token(token)
    if claims is None:
        raise denied("token", "The bearer token is not a JWT.")
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if not any(isinstance(each, str) and each.rstrip("/") == AUDIENCE for each in audiences):
        raise denied("token", f"The audience of the token is not {AUDIENCE}.")
    expiry = claims.get("exp")
    if not (isinstance(expiry, (int, float)) and expiry * timestamps.PER_SECOND > min(times)):
        raise denied("token", "The token has expired, or has no expiry time.")
    return claims


def _sign(key: bytes, parts: SignedParts) -> bytes:
    return base64.b64encode(hmac.digest(key, parts.string_to_sign(), "sha256"))


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
