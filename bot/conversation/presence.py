"""What platforms tell of people: words taken back, leaving, joining. Tickets remember it, and whom nobody can ask is not asked."""

from __future__ import annotations

from adapters.contract import Notice as Happening
from adapters.contract import What
from bot.desk import Desk, Notice
from bot.drafts import Drafts
from bot.origin import Origin
from bot.rooms.directory import Directory
from bot.store.contract import Store
from bot.tickets import presence_steps as ps
from bot.tickets.events import Supplemented
from bot.tickets.kinds import Status
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.rules import Role
from scheduler.loop import Clock


class Presence:
    """Takes notices about people; a redelivery has no effect."""

    def __init__(
        self, *, directory: Directory, desk: Desk, drafts: Drafts, store: Store, clock: Clock, language: str
    ) -> None:
        self._directory = directory
        self._desk = desk
        self._drafts = drafts
        self._store = store
        self._clock = clock
        self._language = language

    async def noticed(self, happening: Happening) -> None:
        """Take one notice; those about the bot itself are somebody else's."""
        if happening.what is What.RECALLED:
            await self._taken_back(happening)
        elif happening.what is What.MEMBER_REMOVED:
            await self._gone(happening)
        elif happening.what is What.MEMBER_ADDED:
            await self._back(happening)

    async def _taken_back(self, happening: Happening) -> None:
        """Note it on the ticket; people see for themselves what is gone. A report nobody has taken is withdrawn with it."""
        link = await self._store.link(happening.room, happening.message_id)
        if link is None or link.ticket is None or link.outgoing:
            return
        records = await self._store.records(link.ticket)
        place = (happening.room, happening.message_id)
        said = next(
            (each for each in records if each.source and (each.source.room, each.source.message) == place),
            None,
        )
        if said is None or said.source is None:
            return  # it changed nothing when it was said
        origin = self._origin(happening, said.source.account, link.ticket)
        is_all = said.seq == 1 and not any(isinstance(each.event, Supplemented) for each in records)
        await self._desk.take(link.ticket, ps.TakeBack(origin.by, said.seq == 1, is_all), origin)

    async def _gone(self, happening: Happening) -> None:
        """Note it on the tickets, and tell the duty room once who cannot be asked any more."""
        left = [
            ticket
            for ticket in await self._of(happening)
            if await self._is_noted(happening, ticket, ps.GoAway)
        ]
        still_open = [ticket for ticket in left if ticket.status is Status.OPEN]
        room = self._directory.room_at(happening.room)
        duty = self._directory.room(room.duty) if room is not None and room.duty else None
        if not still_open or room is None or duty is None:
            return
        speaker = self._drafts.speaker(duty.language or self._language, self._clock.now())
        owners = tuple(dict.fromkeys(ticket.owner for ticket in still_open if ticket.owner is not None))
        text = speaker.say(
            "{person} 已退出“{room}”，{numbers} 有事请联系这家的其他人。",
            person=still_open[0].requester, room=room.name,
            numbers=tuple(str(ticket.number) for ticket in still_open),
        )  # fmt: skip
        if owners:
            text += "".join(f"@{owner.name} " for owner in owners).rstrip()
        message = Message(to=Place.DUTY, text=text, mentions=owners)
        key = f"{happening.room}|{happening.key}|told"
        await self._desk.tell([Notice(message, duty.address)], key, self._clock.now())

    async def _back(self, happening: Happening) -> None:
        for ticket in await self._of(happening):
            await self._is_noted(happening, ticket, ps.ComeBack)

    async def _of(self, happening: Happening) -> list[Ticket]:
        """Return the tickets of a person in a room that are not closed."""
        room = self._directory.room_at(happening.room)
        if room is None:
            return []
        here = await self._store.open_tickets(room=room.id)
        return [ticket for ticket in here if ticket.account == happening.account]

    async def _is_noted(
        self, happening: Happening, ticket: Ticket, step: type[ps.GoAway | ps.ComeBack]
    ) -> bool:
        origin = self._origin(happening, happening.account, ticket.number)
        after = await self._desk.take(ticket.number, step(ticket.requester), origin)
        return after is not None and after.version > ticket.version

    def _origin(self, happening: Happening, account: str, number: int) -> Origin:
        person = self._directory.person(account)
        room = self._directory.room_at(happening.room)
        return Origin(
            now=self._clock.now(),
            by=self._directory.party(account, happening.name or account),
            role=person.role if person else Role.CUSTOMER,
            account=account,
            address=happening.room,
            message=f"{happening.key}.{number}",
            room=room,
            language=(room.language if room else "") or self._language,
        )
