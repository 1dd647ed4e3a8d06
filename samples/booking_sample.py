"""Book a visit: users and tokens, a room, and a join card for each participant; undone when a step fails.

A join card is what a device needs to join the call with a Calling SDK. Its token is a secret of one participant: send
it to that participant alone, and log it nowhere.
"""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Union

import isodate
from azure.communication.identity import CommunicationIdentityClient, CommunicationTokenScope
from azure.core.credentials import AzureKeyCredential
from sample_service import connection_parts, sample_service

from azure.communication.rooms import CommunicationUserIdentifier, ParticipantRole, RoomParticipant, RoomsClient

#: How long a token is valid (an hour to a day), and how long before its end it is renewed.
TOKEN_LIFETIME = timedelta(hours=2)
RENEW_BEFORE = timedelta(minutes=10)
VOIP: list[Union[str, CommunicationTokenScope]] = [CommunicationTokenScope.VOIP]


@dataclass(frozen=True)
class JoinCard:
    """What one participant needs to join."""

    endpoint: str
    room_id: str
    user_id: str
    role: str
    token: str
    expires: datetime

    def __repr__(self) -> str:
        return f"JoinCard({self.room_id}, {self.user_id} as {self.role}, token until {self.expires:%H:%M} UTC)"

    def is_due(self, now: datetime) -> bool:
        """Whether the token must be renewed."""
        return now >= self.expires - RENEW_BEFORE


def time_of(expires_on: object) -> datetime:
    """When a token ends: the Identity service returns it in ISO 8601."""
    expires: datetime = isodate.parse_datetime(str(expires_on))
    return expires


class Visits:
    """Books visits on one resource."""

    def __init__(self, endpoint: str, key: str) -> None:
        self.endpoint = endpoint
        credential = AzureKeyCredential(key)
        on_this_machine = endpoint.startswith("http:")
        self.identities = CommunicationIdentityClient(endpoint, credential, use_env_settings=not on_this_machine)
        self.rooms = RoomsClient(endpoint, credential)

    def book(self, starts: datetime, length: timedelta, roles: list[ParticipantRole]) -> list[JoinCard]:
        """Book a visit. Either all of it is there afterwards, or nothing."""
        with ExitStack() as undo:
            participants, tokens = [], []
            for role in roles:
                user, token = self.identities.create_user_and_token(VOIP, token_expires_in=TOKEN_LIFETIME)
                undo.callback(self.identities.delete_user, user)
                participants.append(RoomParticipant(user, role))
                tokens.append(token)
            room = self.rooms.create_room(valid_from=starts, valid_until=starts + length, participants=participants)
            undo.callback(self.rooms.delete_room, room.id)
            cards = [
                JoinCard(self.endpoint, room.id, who.raw_id, str(who.role), token.token, time_of(token.expires_on))
                for who, token in zip(participants, tokens)
            ]
            undo.pop_all()  # everything is there: nothing is undone
            return cards

    def renew(self, card: JoinCard) -> JoinCard:
        """Give a card a new token, where the one it has ends soon. The user and the room stay."""
        if not card.is_due(datetime.now(timezone.utc)):
            return card
        user = CommunicationUserIdentifier(card.user_id)
        token = self.identities.get_token(user, VOIP, token_expires_in=TOKEN_LIFETIME)
        return replace(card, token=token.token, expires=time_of(token.expires_on))

    def cancel(self, cards: list[JoinCard]) -> None:
        """Take a visit back: the room first, which ends all joining."""
        self.rooms.delete_room(cards[0].room_id)
        for card in cards:
            self.identities.delete_user(CommunicationUserIdentifier(card.user_id))  # ends their tokens, too


def main() -> None:
    """Book a visit, renew a card, take the visit back."""
    with sample_service() as connection_string:
        visits = Visits(*connection_parts(connection_string))
        with visits.rooms:
            starts = datetime.now(timezone.utc) + timedelta(days=1)
            roles = [ParticipantRole.PRESENTER, ParticipantRole.ATTENDEE]
            cards = visits.book(starts, timedelta(minutes=30), roles)
            for card in cards:
                print(card)

            ends_soon = replace(cards[0], expires=datetime.now(timezone.utc) + timedelta(minutes=5))
            print(f"renewed: {visits.renew(ends_soon)}; not yet due: {visits.renew(cards[1]) is cards[1]}")

            visits.cancel(cards)
            print("the visit is taken back")


if __name__ == "__main__":
    main()
