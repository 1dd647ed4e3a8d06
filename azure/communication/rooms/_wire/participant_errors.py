"""Find out which participant an error of the service is about.

A request may have 100 participants. Some errors of the service name the one that it rejects, by its raw id or by its
index; others name none. The service takes users of Communication Services alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from azure.core.exceptions import ODataV4Format
from azure.core.rest import HttpRequest

#: The raw ids that the service takes, those of sovereign clouds included.
_USER = re.compile(r"8:(?:acs|dod-acs|gcch-acs):[0-9a-f-]{36}_[0-9a-f-]{36}", re.IGNORECASE)
#: Errors about identifiers, in the words of every version that was observed.
_ABOUT_IDENTIFIERS = re.compile(r"communication identifier|identifier format|value for the participants", re.IGNORECASE)
_INDEX = re.compile(r"participants\[(\d+)\]")
_RULE = "Only users of Communication Services can be participants; their raw ids have the form 8:acs:<guid>_<guid>."
#: How many participants a message shows, and how many characters of each.
_SHOWN, _LENGTH = 5, 100


def rejected_participants(request: HttpRequest, error: ODataV4Format) -> list[str]:
    """Find the participants for which a request was rejected.

    :param request: The request.
    :type request: ~azure.core.rest.HttpRequest
    :param error: The error of the service.
    :type error: ~azure.core.exceptions.ODataV4Format
    :returns: Lines for the message; empty if the error is not about participants.
    :rtype: list[str]
    """
    raw_ids = _raw_ids(request)
    if not raw_ids:
        return []
    parts = (text for part in (error, *error.details) for text in (part.message, part.target))
    texts = [text for text in parts if isinstance(text, str)]
    named = list(dict.fromkeys(number for text in texts for number in _named(text, raw_ids)))
    lines = [
        f"Rejected: participant {n + 1} of the {len(raw_ids)} in the request, {raw_ids[n][:_LENGTH]}" for n in named
    ]
    if any(_ABOUT_IDENTIFIERS.search(text) for text in texts):
        lines.append(_RULE)
        others = [] if named else [raw_id for raw_id in raw_ids if not _USER.fullmatch(raw_id)]
        if others:
            more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
            lines.append(f"Others in the request: {', '.join(each[:_LENGTH] for each in others[:_SHOWN])}{more}")
    return lines


def _raw_ids(request: HttpRequest) -> list[str]:
    """The raw ids in the body of a request, in their order."""
    try:
        participants = json.loads(request.content)["participants"]
        if isinstance(participants, dict):
            return list(participants)
        return [str(each["communicationIdentifier"]["rawId"]) for each in participants]
    except (KeyError, TypeError, ValueError):  # another body
        return []


def _named(text: str, raw_ids: list[str]) -> Iterator[int]:
    """Yield the numbers of the participants that a text names: the longest raw id in it, or an index."""
    found = [number for number, raw_id in enumerate(raw_ids) if raw_id in text]
    if found:
        yield max(found, key=lambda number: len(raw_ids[number]))
    for match in _INDEX.finditer(text):
        if int(match[1]) < len(raw_ids):
            yield int(match[1])
