"""Bearer tokens, and a token credential for tests whose tokens only this emulator accepts."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from ..state import timestamps
from ..state.clock import Clock

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken
else:  # an emulator starts without azure-core; annotations can be resolved all the same
    AccessToken = Any

#: The audience of Communication Services' tokens.
AUDIENCE = "https://communication.azure.com"
#: The claim by which a token of the emulator's own names an account.
ACCOUNT_CLAIM = "rooms_emulator_account"

_LIFETIME = 60 * 60


class EmulatorCredential:
    """Token credential for an account of the emulator. Its tokens are valid for an hour by the emulator's clock.

    :param clock: The emulator's clock.
    :param account: The name of the account.
    :param key: The account's access key, decoded; it signs the tokens.
    """

    def __init__(self, clock: Clock, account: str, key: bytes) -> None:
        self._clock = clock
        self._account = account
        self._key = key

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """Return a token.

        :param str scopes: Exactly one, as ``azure-identity`` requires too: its audience is that of the token.
        :rtype: ~azure.core.credentials.AccessToken
        :raises ValueError: If the scope is not that of Communication Services.
        """
        from azure.core.credentials import AccessToken  # starting an emulator does not need azure-core

        if [scope.rpartition("/")[0].rstrip("/") for scope in scopes] != [AUDIENCE]:
            raise ValueError(f"the scope must be {AUDIENCE}//.default")
        expiry = self._clock.timestamp() // timestamps.PER_SECOND + _LIFETIME
        claims = {"aud": AUDIENCE, "exp": expiry, ACCOUNT_CLAIM: self._account}
        return AccessToken(encode_token(claims, self._key), expiry)


def encode_token(claims: Mapping[str, object], key: bytes) -> str:
    """Encode a JWT with these claims, signed with HMAC-SHA256.

    :param claims: JSON values by name.
    :param key: The key that signs it.
    """
    parts = ({"alg": "HS256", "typ": "JWT"}, claims)
    text = ".".join(_base64url(json.dumps(part).encode()) for part in parts)
    return f"{text}.{_sign(text, key)}"


def is_signed_with(token: str, key: bytes) -> bool:
    """Return whether the signature of a JWT is that of a key, whichever algorithm the token names."""
    text, _, signature = token.rpartition(".")
    return hmac.compare_digest(_sign(text, key).encode(), signature.encode())


def _sign(text: str, key: bytes) -> str:
    return _base64url(hmac.new(key, text.encode(), sha256).digest())


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def decode_token(token: str) -> dict[str, object] | None:
    """Decode the claims of a JWT; None when it is none. Its signature is not checked."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    return claims if isinstance(claims, dict) else None
