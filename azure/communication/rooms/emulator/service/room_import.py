"""Import of rooms, from JSON or from its text as it comes: it replaces all rooms of an account, or nothing."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

from ..state.emulator_state import Account
from ..state.store import IdTakenError, Store
from .snapshot import FORMAT, Record, check_raw_id, parse_record

if TYPE_CHECKING:
    from typing_extensions import Self

#: Bytes of the text of one room. One with a hundred thousand participants stays below.
RECORD_LIMIT = 16 * 1024 * 1024
#: Levels of objects and lists within each other. An export has five.
_DEPTH_LIMIT = 50
#: Bytes that are parsed at once.
_CHUNK = 64 * 1024
#: Rooms that are stored at once.
_BATCH = 200

_MEMBERS = ("id", "createdAt", "validFrom", "validUntil", "pstnDialOutEnabled", "roomJoinPolicy")

#: What a parser of JSON meets: the name of the event, and a member's name or a value.
Event = tuple[str, Any]
_Events = Generator[None, Event, Any]


class RoomImport:
    """Stores rooms beside those of accounts, and puts them in their place when all are there.

    A context manager: what is not committed at its end is dropped.

    :param accounts: By name.
    """

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        self._accounts = accounts
        self._stores: dict[str, Store] = {}
        self._cleanup = ExitStack()
        self._name = ""
        self._number = self._count = 0
        self._pending: list[tuple[str, Record]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drop what was not committed."""
        self._cleanup.close()

    def begin_account(self, name: str) -> None:
        """Begin the rooms of an account.

        :raises ValueError: If there is no such account, it was begun before, or another import has begun it.
        """
        if name not in self._accounts:
            raise ValueError(f"there is no account {name!r} here; there is {', '.join(self._accounts)}")
        if name in self._stores:
            raise ValueError(f"account {name!r} is there twice")
        self.store_pending()
        self._stores[name] = self._cleanup.enter_context(self._accounts[name].store.successor())
        self._name, self._number = name, 0

    @property
    def place(self) -> str:
        """Where the room stands that is added next, for the texts of errors."""
        if not self._name:
            return "what stands before the rooms"
        return f"room {self._number + 1} of account {self._name!r}"

    def add(self, value: Any) -> None:
        """Add a room to the account that was begun last.

        :param value: The room as JSON.
        :raises ValueError: If it is no room.
        """
        record = parse_record(value, self.place, self._accounts[self._name])
        if not record.room.id:
            raise ValueError(f"{self.place} has no id")
        self._pending.append((self.place, record))
        self._number += 1
        self._count += 1
        if len(self._pending) >= _BATCH:
            self.store_pending()

    def store_pending(self) -> None:
        """Store the rooms that were added since the last time.

        :raises ValueError: If two have the same id.
        """
        if not self._pending:
            return
        store, pending, self._pending = self._stores[self._name], self._pending, []
        with store.transaction():
            for place, (room, roles) in pending:
                try:
                    store.put_room(room)
                except IdTakenError:
                    raise ValueError(f"{place} has the id of another room, {room.id}") from None
                store.put_participants(room.id, dict(roles))

    def commit(self) -> int:
        """Replace the rooms of the accounts that were begun; others keep theirs.

        :returns: How many rooms there are.
        :raises ValueError: If two have the same id.
        """
        self.store_pending()
        for name, store in self._stores.items():
            self._accounts[name].store.adopt(store)
        return self._count


def import_rooms(exported: Any, accounts: Mapping[str, Account]) -> int:
    """Replace the rooms of accounts. Accounts that are not named keep theirs.

    :param exported: What :func:`~.snapshot.export_rooms` returned.
    :returns: How many rooms there were.
    :raises ValueError: If it is something else, or names an account that is not here; nothing was changed then.
    """
    if not isinstance(exported, dict) or not isinstance(exported.get("accounts"), dict):
        raise _no_export()
    _check_format(exported.get("format"))
    with RoomImport(accounts) as rooms:
        for name, values in exported["accounts"].items():
            rooms.begin_account(name)
            if not isinstance(values, list):
                raise _no_list(name)
            for value in values:
                rooms.add(value)
        return rooms.commit()


class _Parser(Protocol):
    """A parser of JSON that is given text and passes events on."""

    def send(self, text: bytes) -> None: ...

    def close(self) -> None: ...


class ImportStream:
    """Imports rooms from JSON text in parts, and rejects the first room that is invalid when it comes.

    A context manager: what is not committed at its end is dropped. No more than one room is held at a time.

    :param accounts: By name.
    """

    def __init__(self, accounts: Mapping[str, Account]) -> None:
        import ijson  # a start of the emulator does not wait for it

        self._import = RoomImport(accounts)
        self._json_error: type[Exception] = ijson.JSONError
        self._unread = 0  # bytes since a room ended
        self._has_begun = False
        document = self._document()
        next(document)
        self._parser: _Parser = ijson.basic_parse_coro(document, use_float=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._import.close()

    def feed(self, text: bytes) -> None:
        """Import what is complete of the next part of the text.

        :raises ValueError: If it is no export of rooms.
        """
        for start in range(0, len(text), _CHUNK):
            chunk = text[start : start + _CHUNK]
            self._unread += len(chunk)
            self._has_begun = True
            if self._unread > RECORD_LIMIT:
                raise ValueError(f"{self._import.place} is larger than {RECORD_LIMIT} bytes")
            self._parse(self._parser.send, chunk)
        self._import.store_pending()

    def commit(self) -> int:
        """End the text, and replace the rooms of the accounts that it names; others keep theirs.

        :returns: How many rooms there are.
        :raises ValueError: If it is no export of rooms, or it is incomplete.
        """
        if not self._has_begun:
            raise _no_export()
        self._parse(self._parser.close)
        return self._import.commit()

    def _parse(self, step: Any, *arguments: bytes) -> None:
        try:
            step(*arguments)
        except self._json_error as error:
            reason = str(error).replace("\\n", "\n").splitlines()[0].removeprefix("b'")
            raise ValueError(f"the export of rooms is not JSON: {reason}") from None

    def _document(self) -> _Events:
        has_format = has_accounts = False
        if (yield)[0] != "start_map":
            raise _no_export()
        while (name := (yield)[1]) is not None:
            if name == "format":
                _check_format((yield from _value()))
                has_format = True
            elif name == "accounts":
                yield from self._accounts()
                has_accounts = True
            else:
                yield from _value()
        if not has_format:
            _check_format(None)
        if not has_accounts:
            raise _no_export()
        yield  # nothing comes any more: what follows is an error of the parser

    def _accounts(self) -> _Events:
        if (yield)[0] != "start_map":
            raise _no_export()
        while (name := (yield)[1]) is not None:
            self._import.begin_account(name)
            if (yield)[0] != "start_array":
                raise _no_list(name)
            while (event := (yield))[0] != "end_array":
                self._import.add((yield from _members(event, _MEMBERS, self._participants)))
                self._unread = 0

    def _participants(self) -> _Events:
        event = yield
        if event[0] != "start_map":
            return (yield from _value(event))
        participants = {}
        while (raw_id := (yield)[1]) is not None:
            check_raw_id(raw_id, self._import.place)
            participants[raw_id] = yield from _members((yield), ("role",))
        return participants


def _members(event: Event, known: tuple[str, ...], participants: Any = None) -> _Events:
    """Return the members of an object that are known, or a value that is no object. Others are not held."""
    if event[0] != "start_map":
        return (yield from _value(event))
    members = {}
    while (name := (yield)[1]) is not None:
        if name == "participants" and participants is not None:
            members[name] = yield from participants()
        elif name in known:
            members[name] = yield from _value()
        else:
            yield from _value()
    return members


def _value(event: Event | None = None) -> _Events:
    """Return a value; an object or a list, which is invalid wherever this is called, as an empty one."""
    kind, value = (yield) if event is None else event
    if not kind.startswith("start_"):
        return value
    depth = 1
    while depth:
        inner = (yield)[0]
        depth += inner.startswith("start_") - inner.startswith("end_")
        if depth > _DEPTH_LIMIT:
            raise ValueError(f"the export of rooms has more than {_DEPTH_LIMIT} levels")
    return {} if kind == "start_map" else []


def _check_format(value: Any) -> None:
    if value != FORMAT:
        raise ValueError(f"this is no export of rooms: its format is not {FORMAT!r}")


def _no_export() -> ValueError:
    return ValueError(f"this is no export of rooms: it must be an object with the format {FORMAT!r} and accounts")


def _no_list(name: str) -> ValueError:
    return ValueError(f"the rooms of account {name!r} must be a list")
