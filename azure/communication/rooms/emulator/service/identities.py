"""As much of the Identity service as it takes to create users for rooms and tokens for them.

Nothing is stored: every user of the emulator's own resource exists. See
https://learn.microsoft.com/rest/api/communication/identity/communication-identity.
"""

from __future__ import annotations

import secrets
import uuid
from typing import Any, NamedTuple

from ..state import timestamps
from ..state.emulator_state import Account
from . import errors, tokens, validation
from .messages import Operation, Operations, Request, Response

#: The resource that users of the emulator belong to.
RESOURCE = "e3a70000-0000-4000-8000-000000000000"
#: Minutes that a user's token can be valid.
TOKEN_LIFETIMES = range(60, 24 * 60 + 1)

_JSON = "application/json"


class TokenRequest(NamedTuple):
    """The scopes of a token for a user, and how many minutes it is valid."""

    scopes: list[str]
    minutes: int


def create_identity(request: Request, account: Account) -> Response:
    """``POST /identities``: a new user, and a token for it when scopes are named."""
    wanted = parse_token_request(request.json(_JSON) if request.body else {}, "createTokenWithScopes")
    user = f"8:acs:{RESOURCE}_{uuid.UUID(int=secrets.randbits(128))}"
    body: dict[str, Any] = {"identity": {"id": user}}
    if wanted.scopes:
        body["accessToken"] = _access_token(user, wanted, account)
    return Response(201, body)


def issue_access_token(request: Request, account: Account) -> Response:
    """``POST /identities/{id}/:issueAccessToken``."""
    wanted = parse_token_request(request.json(_JSON), "scopes")
    return Response(200, _access_token(_user(request), wanted, account))


def revoke_access_tokens(request: Request, _: Account) -> Response:
    """``POST /identities/{id}/:revokeAccessTokens``: does nothing, since no request takes a user's token."""
    _user(request)
    return Response(204)


def delete_identity(request: Request, _: Account) -> Response:
    """``DELETE /identities/{id}``."""
    _user(request)
    return Response(204)


def parse_token_request(body: Any, scopes_member: str) -> TokenRequest:
    """Parse the scopes and the lifetime of the token that a body requests."""
    members = validation.parse_object(body, "$")
    scopes, minutes = members.get(scopes_member) or [], members.get("expiresInMinutes")
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        raise errors.ValidationError(errors.conversion(f"$.{scopes_member}", "a list of strings"))
    if minutes is None:
        return TokenRequest(scopes, TOKEN_LIFETIMES[-1])
    if not isinstance(minutes, int) or minutes not in TOKEN_LIFETIMES:
        raise errors.token_lifetime()
    return TokenRequest(scopes, minutes)


def _user(request: Request) -> str:
    user = request.path_parameters["user"]
    if not validation.is_user(user):
        raise errors.user_id_form()
    return user


def _access_token(user: str, wanted: TokenRequest, account: Account) -> dict[str, str]:
    """Return a token for calling and chat; it opens no rooms, since it names no audience."""
    expires_on = account.clock.timestamp() + wanted.minutes * 60 * timestamps.PER_SECOND
    claims = {
        "skypeid": user.partition(":")[2],
        "scp": wanted.scopes,
        "exp": expires_on // timestamps.PER_SECOND,
        "resourceId": RESOURCE,
    }
    return {
        "token": tokens.encode_token(claims, secrets.token_bytes(32)),
        "expiresOn": timestamps.format_timestamp(expires_on),
    }


OPERATIONS: Operations = {
    "/identities": {"POST": Operation(create_identity)},
    "/identities/{user}": {"DELETE": Operation(delete_identity)},
    "/identities/{user}/:issueAccessToken": {"POST": Operation(issue_access_token)},
    "/identities/{user}/:revokeAccessTokens": {"POST": Operation(revoke_access_tokens)},
}
