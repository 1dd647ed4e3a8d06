"""The scopes of tokens of Microsoft Entra ID, which differ in sovereign clouds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

#: The audience of tokens for the public cloud. The slash at the end is the service's own.
_AUDIENCE = "https://communication.azure.com/"
_ALL_PERMISSIONS = "/.default"
DEFAULT_SCOPES = (_AUDIENCE + _ALL_PERMISSIONS,)


def token_scopes(audience: str | None, credential_scopes: str | Sequence[str] | None) -> tuple[str, ...]:
    """The scopes to get tokens for.

    :param audience: The audience of tokens, such as ``https://communication.azure.us``.
    :type audience: str or None
    :param credential_scopes: The scopes themselves, one or more.
    :type credential_scopes: str or Sequence[str] or None
    :returns: Those of the public cloud where both are None.
    :rtype: tuple[str, ...]
    :raises TypeError: If one is of another type, or both are given.
    :raises ValueError: If one is empty, or the audience is a scope.
    """
    if audience is not None and credential_scopes is not None:
        raise TypeError("give either audience or credential_scopes, not both")
    if credential_scopes is not None:
        return _validate_scopes((credential_scopes,) if isinstance(credential_scopes, str) else credential_scopes)
    return DEFAULT_SCOPES if audience is None else (_validate_audience(audience) + _ALL_PERMISSIONS,)


def _validate_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    if not isinstance(scopes, Iterable):
        raise TypeError(f"credential_scopes must be a str or a list of them, not {type(scopes).__name__}")
    validated = tuple(scopes)
    for index, scope in enumerate(validated):
        if not isinstance(scope, str):
            raise TypeError(f"credential_scopes[{index}] must be a str, not {type(scope).__name__}")
    if not validated or not all(scope.strip() for scope in validated):
        raise ValueError("credential_scopes is empty, or has an empty scope; leave it out for the public cloud")
    return validated


def _validate_audience(audience: str) -> str:
    if not isinstance(audience, str):
        raise TypeError(f"audience must be a str, not {type(audience).__name__}")
    if not audience.strip():
        raise ValueError("audience is empty; leave it out for the public cloud")
    if audience.endswith(_ALL_PERMISSIONS):
        raise ValueError(f"audience {audience!r} is a scope; pass it as credential_scopes")
    return audience
