"""Bearer tokens, and a token credential for tests whose tokens this emulator takes and nobody else does."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
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
    """Token credential for an account of the emulator. Its tokens are valid for an hour by the emulator's clock."""

    def __init__(self, clock: Clock, account: str) -> None:
        self._clock = clock
        self._account = account

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """Return a token.

        :param str scopes: Exactly one, as ``azure-identity`` wants it too: its audience is that of the token.
        :rtype: ~azure.core.credentials.AccessToken
        :raises ValueError: If the scope is not that of Communication Services.
        """
        from azure.core.credentials import AccessToken  # starting an emulator does not need azure-core

        if [scope.rpartition("/")[0].rstrip("/") for scope in scopes] != [AUDIENCE]:
            raise ValueError(f"the scope must be {AUDIENCE}//.default")
        expiry = self._clock.timestamp() // timestamps.PER_SECOND + _LIFETIME
        return AccessToken(encode_token({"aud": AUDIENCE, "exp": expiry, ACCOUNT_CLAIM: self._account}), expiry)


def encode_token(claims: Mapping[str, object]) -> str:
    """Encode a JWT with these claims and a signature that nobody can check.

    :param claims: JSON values by name.
    """
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    texts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*texts, "emulator"])


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
