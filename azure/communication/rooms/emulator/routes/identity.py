"""As much of the Identity service as it takes to make users for rooms and tokens for them.

Nothing is kept: every user of the emulator's own resource exists. See
https://learn.microsoft.com/rest/api/communication/identity/communication-identity.
"""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from .. import auth, errors, rules, ticks
from ..exchange import Answer, Request, Routes, Service

#: The resource that users of the emulator belong to.
RESOURCE = "e3a70000-0000-4000-8000-000000000000"

_JSON = "application/json"


def create_identity(request: Request, service: Service) -> Answer:
    """``POST /identities``: a new user, and a token for it when scopes are named."""
    wanted = rules.read_token_request(request.json(_JSON) if request.body else {}, "createTokenWithScopes")
    user = f"8:acs:{RESOURCE}_{uuid.UUID(int=secrets.randbits(128))}"
    answer: dict[str, Any] = {"identity": {"id": user}}
    if wanted.scopes:
        answer["accessToken"] = _access_token(user, wanted, service)
    return Answer(201, answer)


def issue_access_token(request: Request, service: Service) -> Answer:
    """``POST /identities/{id}/:issueAccessToken``."""
    wanted = rules.read_token_request(request.json(_JSON), "scopes")
    return Answer(200, _access_token(_user(request), wanted, service))


def revoke_access_tokens(request: Request, _: Service) -> Answer:
    """``POST /identities/{id}/:revokeAccessTokens``: nothing to do, since no token of a user is ever asked for."""
    _user(request)
    return Answer(204)


def delete_identity(request: Request, _: Service) -> Answer:
    """``DELETE /identities/{id}``."""
    _user(request)
    return Answer(204)


def _user(request: Request) -> str:
    user = request.path_parameters["user"]
    if not rules.is_user(user):
        raise errors.user_id_form()
    return user


def _access_token(user: str, wanted: rules.TokenRequest, service: Service) -> dict[str, str]:
    """A token for calling and chat; it opens no rooms, since its audience is another."""
    expires_on = service.clock.ticks() + wanted.minutes * 60 * ticks.PER_SECOND
    claims = {
        "skypeid": user.partition(":")[2],
        "scp": wanted.scopes,
        "exp": expires_on // ticks.PER_SECOND,
        "resourceId": RESOURCE,
    }
    return {"token": auth.make_token(claims), "expiresOn": ticks.write(expires_on)}


ROUTES: Routes = {
    "/identities": {"POST": create_identity},
    "/identities/{user}": {"DELETE": delete_identity},
    "/identities/{user}/:issueAccessToken": {"POST": issue_access_token},
    "/identities/{user}/:revokeAccessTokens": {"POST": revoke_access_tokens},
}
