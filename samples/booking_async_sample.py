"""Book a visit with the async clients: as ``booking_sample.py``, and several visits at a time."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from azure.communication.identity.aio import CommunicationIdentityClient
from azure.core.credentials import AzureKeyCredential
from booking_sample import TOKEN_LIFETIME, VOIP, JoinCard, time_of
from sample_service import connection_parts, sample_service

from azure.communication.rooms import CommunicationUserIdentifier, ParticipantRole, RoomParticipant
from azure.communication.rooms.aio import RoomsClient

if TYPE_CHECKING:
    from typing_extensions import Self


class AsyncVisits:
    """Books visits on one resource. Use it in an ``async with`` block: one for a whole program."""

    def __init__(self, endpoint: str, key: str) -> None:
        self.endpoint = endpoint
        credential = AzureKeyCredential(key)
        on_this_machine = endpoint.startswith("http:")
        self.identities = CommunicationIdentityClient(endpoint, credential, use_env_settings=not on_this_machine)
        self.rooms = RoomsClient(endpoint, credential)

    async def __aenter__(self) -> "Self":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.rooms.close()
        await self.identities.close()

    async def book(self, starts: datetime, length: timedelta, roles: list[ParticipantRole]) -> list[JoinCard]:
        """Book a visit. Either all of it is there afterwards, or nothing; also when the task is cancelled."""
        async with AsyncExitStack() as undo:
            participants, tokens = [], []
            for role in roles:
                user, token = await self.identities.create_user_and_token(VOIP, token_expires_in=TOKEN_LIFETIME)
                undo.push_async_callback(self.identities.delete_user, user)
                participants.append(RoomParticipant(user, role))
                tokens.append(token)
            room = await self.rooms.create_room(
                valid_from=starts, valid_until=starts + length, participants=participants
            )
            undo.push_async_callback(self.rooms.delete_room, room.id)
            cards = [
                JoinCard(self.endpoint, room.id, who.raw_id, str(who.role), token.token, time_of(token.expires_on))
                for who, token in zip(participants, tokens)
            ]
            undo.pop_all()  # everything is there: nothing is undone
            return cards

    async def renew(self, card: JoinCard) -> JoinCard:
        """Give a card a new token, where the one it has ends soon. The user and the room stay."""
        if not card.is_due(datetime.now(timezone.utc)):
            return card
        user = CommunicationUserIdentifier(card.user_id)
        token = await self.identities.get_token(user, VOIP, token_expires_in=TOKEN_LIFETIME)
        return replace(card, token=token.token, expires=time_of(token.expires_on))

    async def cancel(self, cards: list[JoinCard]) -> None:
        """Take a visit back: the room first, which ends all joining."""
        await self.rooms.delete_room(cards[0].room_id)
        for card in cards:
            await self.identities.delete_user(CommunicationUserIdentifier(card.user_id))  # ends their tokens, too


async def book_three_visits(connection_string: str) -> None:
    """Book three visits at a time, renew a card, take them back."""
    async with AsyncVisits(*connection_parts(connection_string)) as visits:
        starts = datetime.now(timezone.utc) + timedelta(days=1)
        roles = [ParticipantRole.PRESENTER, ParticipantRole.ATTENDEE]
        booked = await asyncio.gather(
            *(visits.book(starts + timedelta(hours=hour), timedelta(minutes=30), roles) for hour in range(3))
        )
        for cards in booked:
            print(*cards, sep="\n")

        ends_soon = replace(booked[0][0], expires=datetime.now(timezone.utc) + timedelta(minutes=5))
        print(f"renewed: {await visits.renew(ends_soon)}")

        await asyncio.gather(*map(visits.cancel, booked))
        print("the visits are taken back")


def main() -> None:
    """Run it."""
    with sample_service() as connection_string:
        asyncio.run(book_three_visits(connection_string))


if __name__ == "__main__":
    main()
