"""What a drift run makes at a resource: users, and scenes, which are the rooms that the set-ups of rows leave.

Rows with the same set-up share a scene until one of them changes what the next one sees.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from http.client import HTTPException
from typing import Any, Callable, Optional

from drift_plan import Row, changed_by, seen_by, setup_key
from live_resource import LimitReached, Resource, member
from live_symbols import LiveSymbols
from service_facts import USERS, content_of
from signed_http import VERSION, Reply

#: Rooms that are surely on the first page of a list.
_FIRST_PAGE = 20
_ID = re.compile("[0-9A-Za-z_-]{1,64}")


class Stopped(Exception):
    """The run cannot continue. The message is one line, with nothing of the resource in it."""


class SetUpFailed(Exception):
    """A request of a set-up failed.

    :ivar reply: Its response.
    """

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class Scene:
    """What a set-up left at the resource.

    :param version: The api-version of the set-up.
    :param known: Values of symbols.
    :param now: The time by the clock of the resource.
    :ivar steps: The set-up.
    :ivar rooms: The ids of the rooms that it made.
    :ivar changed: What rows have changed of it.
    """

    def __init__(self, version: str, known: Mapping[str, str], now: datetime) -> None:
        self.version = version
        self.symbols = LiveSymbols(known, now)
        self.steps: list[dict[str, Any]] = []
        self.rooms: list[str] = []
        self.changed: frozenset[str] = frozenset()

    def is_for(self, version: str, steps: list[dict[str, Any]], aspects: frozenset[str]) -> bool:
        """Return whether the scene is as this set-up would leave it, as far as these aspects of a room go."""
        return not self.changed & aspects and setup_key(self.version, self.steps, aspects) == setup_key(
            version, steps, aspects
        )


class Scenes:
    """The users and rooms of a run.

    :param resource: Where they are made.
    :ivar users: Raw id by name.
    :ivar rooms: The ids of the rooms that are there.
    :ivar made: How many were made of each.
    :ivar left_behind: How many of each could not be deleted.
    :ivar secrets: What is of the resource, and what a report shows in its place.
    """

    def __init__(self, resource: Resource) -> None:
        self.users: dict[str, str] = {}
        self.rooms: dict[str, None] = {}
        self.made = {"rooms": 0, "users": 0}
        self.left_behind = {"rooms": 0, "users": 0}
        self.secrets = _secrets_of(resource)
        self._resource = resource
        self._scenes: list[Scene] = []

    def make_users(self) -> None:
        """Make the users.

        :raises Stopped: If the resource makes none.
        """
        for name in USERS:
            try:
                reply = self._resource.make_user()
            except (OSError, HTTPException) as error:
                raise Stopped(f"the resource cannot be reached: {type(error).__name__}") from None
            raw_id = member(reply.body, "identity", "id")
            if reply.status != 201 or not isinstance(raw_id, str):
                hint = "; is the access key right?" if reply.status in (401, 403) else ""
                raise Stopped(f"the resource responded {reply.status} when a user was to be made{hint}")
            self.users[name] = raw_id
            self.made["users"] += 1
            self.secrets[raw_id] = f"{{{name}}}"
            self.secrets[raw_id.rpartition(":")[2].partition("_")[0]] = "{guid}"

    def known(self, row: Row) -> tuple[Optional[Scene], list[dict[str, Any]]]:
        """Return the scene of an earlier row that fits the set-up of this one, and the steps that remain."""
        setup, version = row.get("setup", []), row["version"]
        newest = set(list(self.rooms)[-_FIRST_PAGE:])
        scenes = [each for each in self._scenes if row["request"]["path"] != "/rooms" or newest.issuperset(each.rooms)]
        for count in range(len(setup), 0, -1):
            rest = setup[count:]
            if any("method" not in step or (step["method"] == "POST" and step["path"] == "/rooms") for step in rest):
                break  # it continues with other rooms or at another time
            deleted = any(step.get("method") == "DELETE" for step in rest)
            aspects = frozenset().union(
                *(seen_by(version, each) for each in ([] if deleted else [*rest, row["request"]]))
            )
            for scene in scenes:
                if scene.is_for(version, setup[:count], aspects):
                    return scene, rest
        return None, setup

    def of(self, row: Row) -> Scene:
        """Return the scene of a row.

        :raises SetUpFailed: If a request of its set-up fails.
        """
        scene, steps = self.known(row)
        if scene is None:
            scene = Scene(row["version"], {"origin": self._resource.origin, **self.users}, self._resource.now())
        elif steps:
            self._scenes.remove(scene)
        self._take(scene, steps, row["version"])
        if steps:
            scene.steps = [*scene.steps, *steps]
            self._scenes.append(scene)
        return scene

    def send(self, scene: Scene, row: Row) -> Reply:
        """Send the request of a row, and keep what it changes of the scene."""
        request, version = row["request"], row["version"]
        reply = self._request(scene, request, version)
        if row.get("setup"):
            scene.changed |= changed_by(request, row["setup"]) if reply.status < 400 else frozenset()
            if request["method"] == "DELETE" and reply.status < 400:
                self._scenes.remove(scene)
        elif reply.status == 201 and isinstance(request.get("body"), dict):  # the set-up of other rows
            scene.steps = [{"method": "POST", "path": "/rooms", "body": request["body"]}]
            self._scenes.append(scene)
        return reply

    def _take(self, scene: Scene, steps: list[dict[str, Any]], version: str) -> None:
        for step in steps:
            if "advance" in step:
                self._resource.wait(step["advance"]["seconds"])
            for _ in range(max(0, step.get("rooms", 0) - len(self.rooms))):
                self._checked(scene, {"method": "POST", "path": "/rooms", "body": {}}, VERSION)
            for _ in range(step.get("repeat", 0)):
                self._take(scene, step["steps"], version)
            if "method" in step:
                self._checked(scene, step, version)

    def _checked(self, scene: Scene, request: Row, version: str) -> None:
        reply = self._request(scene, request, version)
        if reply.status >= 300:
            raise SetUpFailed(reply)

    def _request(self, scene: Scene, request: Row, version: str) -> Reply:
        """Send a request of a row, and keep the room and the link that come."""
        symbols = scene.symbols
        headers = {name: value and symbols.written(value, "Z") for name, value in request.get("headers", {}).items()}
        path = symbols.written(request["path"], "Z")
        reply = self._resource.send(
            request["method"],
            path,
            symbols.written(request.get("body"), "Z"),
            version=request.get("version", version),
            headers=headers,
            content=content_of(request),
            decoded=request.get("decoded", False),
        )
        if reply.status < 300:
            symbols.note_times(request.get("body"))
        room, link = member(reply.body, "id"), member(reply.body, "nextLink")
        if reply.status < 300 and request["method"] == "POST" and path == "/rooms":
            self._keep_room(scene, room)
        if reply.status < 300 and request["method"] == "DELETE":
            self.rooms.pop(path.rpartition("/")[2], None)
        if isinstance(link, str):
            symbols.known["page token"] = link.partition("nextLink=")[2].partition("&")[0]
        return reply

    def _keep_room(self, scene: Scene, room: Any) -> None:
        if not isinstance(room, str) or not _ID.fullmatch(room):
            raise Stopped("the resource made a room without an id")
        self.made["rooms"] += room not in self.rooms
        self.rooms[room] = None
        self.secrets[room] = "{room id}"
        scene.symbols.known["room"] = room
        scene.rooms.append(room)

    def clean_up(self) -> None:
        """Delete what the run made, and count what is left."""
        for kind, made, delete in (
            ("rooms", list(self.rooms), self._resource.delete_room),
            ("users", list(self.users.values()), self._resource.delete_user),
        ):
            self.left_behind[kind] = sum(not self._deleted(each, delete) for each in made)

    def _deleted(self, name: str, delete: Callable[[str], bool]) -> bool:
        for _ in range(2):
            try:
                if delete(name):
                    return True
            except (OSError, HTTPException):
                continue
            except LimitReached:
                break
        return False


def _secrets_of(resource: Resource) -> dict[str, str]:
    """Return what is known to be of the resource: its origin, host, name and key, with what is shown instead."""
    host = resource.host.rpartition(":")[0] if resource.host.rpartition(":")[2].isdecimal() else resource.host
    secrets = {resource.origin: "{origin}", resource.host: "{host}", host: "{host}", resource.secret: "{key}"}
    name = host.partition(".")[0]
    if len(name) >= 5 and not name.isdecimal() and name not in ("rooms", "localhost"):
        secrets[name] = "{name}"
    return secrets
