"""Accounts and their keys, from where no process list shows them: the environment, or a file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

#: ``NAME=KEY``, several with semicolons between.
VARIABLE = "ROOMS_EMULATOR_ACCOUNTS"


def parse_account(text: str) -> tuple[str, str]:
    """Parse ``NAME=KEY``.

    :raises ValueError: If it is something else; the error does not repeat it, since it may be a key.
    """
    name, equals, key = text.strip().partition("=")
    if not equals:
        raise ValueError("an account is NAME=KEY")
    return name.strip(), key.strip()


def find_accounts(flags: Iterable[tuple[str, str]], file: str | None, environment: Mapping[str, str]) -> dict[str, str]:
    """Return the accounts of the command line, of a file with one a line, and of the environment.

    :raises OSError: If the file cannot be read.
    :raises ValueError: If one is no account, or two have the same name.
    """
    accounts = list(flags)
    if file is not None:
        lines = [line.strip() for line in Path(file).read_text("utf-8").splitlines()]
        accounts += _parse_all(file, [line for line in lines if not line.startswith("#")])
    accounts += _parse_all(VARIABLE, environment.get(VARIABLE, "").split(";"))
    found = dict(accounts)
    if len(found) < len(accounts):
        raise ValueError("two accounts have the same name")
    return found


def _parse_all(source: str, texts: Iterable[str]) -> list[tuple[str, str]]:
    try:
        return [parse_account(text) for text in texts if text.strip()]
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from None
