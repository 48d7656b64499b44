"""Telling staff that what they wrote for a customer waits: the platform lets the bot speak there only after somebody has."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from adapters.contract import RoomKind
from adapters.remembered import RememberedValues
from bot.desk import Desk
from bot.drafts import Draft, Drafts
from bot.rooms.living import Living
from bot.store.contract import Store
from bot.store.messages import Delivery, Queued
from bot.tickets import coverage_events as ce
from bot.tickets import ending_events as ee
from bot.tickets import events as e
from bot.tickets import planned_events as pe
from bot.tickets import promise_events as pr
from bot.tickets import site_events as se
from bot.tickets import timing
from bot.tickets import visit_events as ve
from bot.tickets.errors import N_
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.records import Source

# Words of somebody for the customer; that a ticket was claimed is no news that anybody waits for.
_WORDS: Final = (
    e.Updated, ee.Resolved, pr.Paused, pr.Dispatched, pe.Appointed, ve.VisitOffered, se.LeftSite, ce.Quoted,
)  # fmt: skip
_MOST: Final = 1000  # conversations of which it is remembered that somebody was told
_WAITS: Final = N_("{number} 这句客户还没看到：平台不让我先开口，那边有人说话我就补上。")
_PROMISED: Final = N_(
    "{number} 这句客户还没看到（答应 {time} 前有回话）：平台不让我先开口，那边有人说话我就补上。"
)
_IN_GROUP: Final = N_("急的话请您自己在群里说一句，或打电话。")
_PRIVATELY: Final = N_("急的话请打电话。")


class Unheard:
    """Notes what waits; `tick` tells whoever wrote it, once per ticket until the customer has seen it."""

    def __init__(self, *, living: Living, desk: Desk, drafts: Drafts, store: Store) -> None:
        self._living = living
        self._desk = desk
        self._drafts = drafts
        self._store = store
        self._waiting: list[Queued] = []
        self._told = RememberedValues[tuple[int, str], str](_MOST)  # by ticket and teller: what was held

    def held(self, message: Queued) -> None:
        """Note a message that waits for a word; only what somebody has written is told of."""
        if message.ticket is not None and message.flow:
            self._waiting.append(message)

    def next_at(self, now: datetime) -> datetime | None:
        """Return when there is something to tell."""
        return now if self._waiting else None

    async def tick(self, now: datetime) -> None:
        """Tell of what waits."""
        while self._waiting:
            message = self._waiting[0]  # it stays there where the store fails, until the next beat
            if await self._is_held(message.key):
                await self._tell(message, now)
            self._waiting.remove(message)

    async def _tell(self, message: Queued, now: datetime) -> None:
        ticket = await self._store.ticket(message.ticket) if message.ticket is not None else None
        source = await self._written(message)
        if ticket is None or source is None or source.room == message.room:
            return
        told = ticket.number, source.account
        earlier = self._told.get(told, "")
        if earlier and await self._is_held(earlier):
            return
        draft = self._draft(message, ticket, source, now)
        await self._desk.note((), [draft], now, draft.queued.key)
        self._told.note(told, message.key)

    async def _is_held(self, key: str) -> bool:
        now = await self._store.outgoing(key)
        return now is not None and now.state is Delivery.HELD

    async def _written(self, message: Queued) -> Source | None:
        """Return where somebody of the staff wrote the words that a message brings; None where nobody did."""
        for record in reversed(await self._store.records(message.ticket or 0)):
            source = record.source
            if source is None or not message.flow.startswith(f"{source.room}|{source.message}"):
                continue
            person = self._living.directory.person(source.account)
            is_theirs = person is not None and person.role.is_staff
            return source if is_theirs and isinstance(record.event, _WORDS) else None
        return None

    def _draft(self, message: Queued, ticket: Ticket, source: Source, now: datetime) -> Draft:
        directory = self._living.directory
        room = directory.room_at(source.room)
        beside = directory.room(room.duty) if room is not None and room.duty else None  # internal matters
        address = beside.address if beside is not None else source.room
        speaker = self._drafts.speaker(directory.language_at(address), now)
        by = timing.promised_word(ticket, self._living.rules)
        is_promised = by is not None and by > now
        waits = speaker.say(_PROMISED if is_promised else _WAITS, number=ticket.number, time=by or now)
        instead = speaker.say(_PRIVATELY if f":{RoomKind.PRIVATE}:" in message.room else _IN_GROUP)
        told = Message(to=Place.DUTY, text=f"{waits}\n{instead}", ticket=ticket.number)
        return self._drafts.notice(told, address, f"{message.key}.held", now)
