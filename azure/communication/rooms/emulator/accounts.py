"""The accounts of an emulator: one resource each, with a key and rooms of its own."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping

#: Names become names of files, on file systems that know no capitals too.
_NAME = re.compile("[a-z0-9][a-z0-9-]{0,62}")


def decoded_keys(accounts: Mapping[str, str]) -> dict[str, bytes]:
    """The access keys of accounts, decoded.

    :param accounts: Access key in base64 by name.
    :raises ValueError: If a name or a key cannot be one, or two accounts have the same key: the key of a request is
        what tells its account.
    """
    if not accounts:
        raise ValueError("an emulator has at least one account")
    keys: dict[str, bytes] = {}
    for name, key in accounts.items():
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of an account: up to 63 of a-z, 0-9 and -, not beginning with -")
        content = _decoded(name, key)
        if content in keys.values():
            raise ValueError(f"account {name!r} has the key of another; the key of a request tells whose it is")
        keys[name] = content
    return keys


def _decoded(name: str, key: str) -> bytes:
    try:
        content = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content:
        raise ValueError(f"the access key of account {name!r} is not base64")
    return content
