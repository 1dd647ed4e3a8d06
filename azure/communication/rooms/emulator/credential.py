"""A token credential for tests: it gives tokens that the emulator takes and nobody else does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import ticks
from .auth import ACCOUNT_CLAIM, AUDIENCE, make_token
from .clock import Clock

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken

_LIFETIME = 60 * 60


class EmulatorCredential:
    """Gives tokens for an account that are good for an hour by the emulator's clock."""

    def __init__(self, clock: Clock, account: str) -> None:
        self._clock = clock
        self._account = account

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        """Give a token.

        :param str scopes: Exactly one, as ``azure-identity`` wants it too: its audience is that of the token.
        :rtype: ~azure.core.credentials.AccessToken
        :raises ValueError: If the scope is not that of Communication Services.
        """
        from azure.core.credentials import AccessToken  # who starts an emulator alone need not wait for azure-core

        if [scope.rpartition("/")[0].rstrip("/") for scope in scopes] != [AUDIENCE]:
            raise ValueError(f"the scope must be {AUDIENCE}//.default")
        expiry = self._clock.ticks() // ticks.PER_SECOND + _LIFETIME
        return AccessToken(make_token({"aud": AUDIENCE, "exp": expiry, ACCOUNT_CLAIM: self._account}), expiry)
