"""The route of a fault: text, ``*`` or ``{name}`` for one segment or a part of it, and ``**`` for all that is left.

Whoever may send a request chooses the path, so matching must not backtrack. All positions of the pattern that the path
may have reached are bits of one integer: the work grows with the length of the path, for every pattern.
"""

from __future__ import annotations

import re

_WILDCARD = re.compile(r"(\{[^/{}]*\}|\*\*|\*)")


class RoutePattern:
    """A compiled route.

    :param route: The route; None matches every path.
    :type route: str or None
    """

    def __init__(self, route: str | None) -> None:
        self._literals: dict[str, int] = {}  # positions that a character leads beyond
        self._in_segment = 0  # positions that every character but a slash leads beyond
        self._stay = 0  # positions that every character leaves where they are
        self._stay_in_segment = 0  # positions that every character but a slash leaves where they are
        position = 0
        for number, part in enumerate(_WILDCARD.split("**" if route is None else route)):
            if number % 2 == 0:
                for character in part:
                    self._literals[character] = self._literals.get(character, 0) | 1 << position
                    position += 1
            elif part == "**":
                self._stay |= 1 << position
            else:  # at least one character of the segment
                self._in_segment |= 1 << position
                position += 1
                self._stay_in_segment |= 1 << position
        self._end = 1 << position
        self._end_stays = bool(self._stay & self._end)

    def matches(self, path: str) -> bool:
        """Return whether the whole path matches."""
        reached = 1
        for character in path:
            if not reached or (self._end_stays and reached & self._end):
                break
            reached = self._step(reached, character)
        return bool(reached & self._end)

    def _step(self, reached: int, character: str) -> int:
        stays = reached & self._stay
        moves = reached & self._literals.get(character, 0)
        if character != "/":
            stays |= reached & self._stay_in_segment
            moves |= reached & self._in_segment
        return stays | moves << 1
