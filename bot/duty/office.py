"""The duty office: lets shifts change, asks who took over, warns of gaps, and tells the desk whom to call.

What was said about a rota is kept in the store under its name, so it goes down the road of everything else: load, decide, save, send.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import assert_never

import msgspec
import structlog

from bot.config import Room
from bot.desk import Desk
from bot.drafts import Draft, Drafts
from bot.duty import shifts
from bot.duty import words as duty_words
from bot.duty.shifts import Called, Happening, NotTaken, Shift, Warned
from bot.duty.words import OnDuty
from bot.hearing import Hearing
from bot.rooms.directory import Directory
from bot.store.contract import Kept, Store
from bot.tickets.errors import TicketError
from bot.tickets.kinds import Kind, Status
from bot.tickets.messages import Message
from bot.tickets.model import Party, Ticket
from bot.tickets.rules import Rules
from scheduler.rota import Rota

_KEPT = "duty."
_LOOK_AGAIN = timedelta(days=1)  # at rotas on which nothing happens within the horizon
_AHEAD = timedelta(days=7)  # gaps within this are shown to whoever asks
_MOST_TICKETS = 200  # of one room


class DutyOffice:
    """One per process. `office.tick` belongs to every tick of the bot, `next_at` to the question when to wake."""

    def __init__(
        self, *, store: Store, desk: Desk, drafts: Drafts, directory: Directory, rules: Rules
    ) -> None:
        self._store = store
        self._desk = desk
        self._drafts = drafts
        self._directory = directory
        self._rules = rules
        self._log = structlog.get_logger("duty")
        self._shifts: Mapping[str, Shift] = {}
        self._looked: dict[
            str, tuple[Shift, datetime | None, datetime]
        ] = {}  # at what, next look, asked when

    async def tick(self, now: datetime) -> None:
        """Let happen what is due on every rota; what other processes have said meanwhile is known first."""
        if not self._rules.rotas:
            return
        await self._load()
        for rota in self._rules.rotas.values():
            shift = self._shifts.get(rota.id)
            if shift is None:
                await self._save(rota, shifts.begun(now), [], now, seen=None)
            elif self._is_due(rota, shift, now):
                await self._happen(rota, shift, now)
        self._desk.call_instead(self._held())

    def forget(self) -> None:
        """Look anew at when something happens: rotas have changed."""
        self._looked.clear()

    def next_at(self) -> datetime | None:
        """Return when a rota next has something to say, as far as is known; earlier than now when it is due."""
        return min((at for _, at, _ in self._looked.values() if at is not None), default=None)

    async def take_over(self, hearing: Hearing) -> None:
        """Note that somebody of the new shift has taken over.

        Raises:
            TicketError: They are not waited for.
        """
        await self._load()
        waited = {
            name: shift
            for name, shift in self._shifts.items()
            if shift.confirm_by is not None and name in self._rules.rotas
        }
        mine = [name for name, shift in waited.items() if hearing.by.id in shift.coming]
        if not mine and waited:
            coming = tuple(self._rules.staff[each] for shift in waited.values() for each in shift.coming)
            raise TicketError("这一班是 {coming}，请 {coming} 回“接班”。", coming=coming)
        if not mine:
            raise TicketError("现在没有等着接的班。")
        after = {name: shifts.taken_over(waited[name]) for name in mine}
        rooms = {room.id: room for name in mine for room in self._duty_rooms(self._rules.rotas[name])}
        drafts = [
            self._drafts.notice(
                self._confirmed(hearing, room),
                room.address,
                f"duty.{hearing.origin.key}.{room.id}",
                hearing.now,
            )
            for room in rooms.values()
        ]
        if not any(draft.queued.room == hearing.origin.address for draft in drafts):  # said privately
            drafts.append(self._drafts.answer(self._confirmed(hearing, None), hearing.origin))
        kept = tuple(_kept(name, shift) for name, shift in after.items())
        if await self._desk.note(kept, drafts, hearing.now, hearing.origin.seen):
            self._shifts = {**self._shifts, **after}
            self._desk.call_instead(self._held())

    def on_duty(self, now: datetime) -> list[OnDuty]:
        """Return how every rota stands."""
        return [
            duty_words.on_duty(rota, self._shifts.get(rota.id), self._rules, now, now + _AHEAD)
            for rota in self._rules.rotas.values()
        ]

    def _confirmed(self, hearing: Hearing, room: Room | None) -> Message:
        language = room.language if room else hearing.origin.language
        return duty_words.taken_over(hearing.by, self._drafts.speaker(language, hearing.now))

    async def _load(self) -> None:
        found = await self._store.kept(_KEPT)
        self._shifts = {
            key.removeprefix(_KEPT): msgspec.json.decode(value, type=Shift) for key, value in found.items()
        }

    def _is_due(self, rota: Rota, shift: Shift, now: datetime) -> bool:
        known = self._looked.get(rota.id)
        if known is None or known[0] != shift or abs(now - known[2]) >= _LOOK_AGAIN:
            known = (shift, shifts.next_look(rota, shift, now), now)
            self._looked[rota.id] = known
        return known[1] is not None and known[1] <= now

    async def _happen(self, rota: Rota, shift: Shift, now: datetime) -> None:
        after, events = shifts.passed(rota, shift, now)
        drafts = [
            self._drafts.notice(message, room.address, f"duty.{rota.id}.{_name(event)}.{room.id}", now)
            for event in events
            for room in self._duty_rooms(rota)
            if (message := await self._message(event, rota, room, now)) is not None
        ]
        # Of several processes that see the same instant, one says it.
        seen = ".".join(["duty", rota.id, *map(_name, events)]) if events else None
        await self._save(rota, after, drafts, now, seen=seen)

    async def _save(
        self, rota: Rota, after: Shift, drafts: list[Draft], now: datetime, *, seen: str | None
    ) -> None:
        if await self._desk.note((_kept(rota.id, after),), drafts, now, seen):
            self._shifts = {**self._shifts, rota.id: after}
        self._looked[rota.id] = (after, shifts.next_look(rota, after, now), now)

    async def _message(self, event: Happening, rota: Rota, room: Room, now: datetime) -> Message | None:
        speaker = self._drafts.speaker(room.language, now)
        match event:
            case Called():
                return duty_words.roll_call(event, rota, await self._open(rota), speaker, self._rules)
            case NotTaken():
                return duty_words.not_taken(event, rota, speaker, self._rules)
            case Warned():
                return duty_words.warned(event, rota, speaker, self._rules)
            case _:
                assert_never(event)

    async def _open(self, rota: Rota) -> list[Ticket]:
        """Return what changes hands with a shift, by number."""
        found: list[Ticket] = []
        for room in self._rooms_of(rota):
            found += await self._store.open_tickets(room=room.id, limit=_MOST_TICKETS)
        working = (each for each in found if each.status is Status.OPEN and each.kind is not Kind.CALLBACK)
        return sorted(working, key=lambda ticket: ticket.number)

    def _duty_rooms(self, rota: Rota) -> list[Room]:
        names = dict.fromkeys(room.duty for room in self._rooms_of(rota))
        return [room for name in names if (room := self._directory.room(name)) is not None]

    def _rooms_of(self, rota: Rota) -> list[Room]:
        return [room for room in self._directory.customer_rooms() if room.on_call == rota.id]

    def _held(self) -> dict[str, tuple[Party, ...]]:
        """Return who is called instead of whom the plan says, by rota."""
        found = {}
        for rota in self._rules.rotas.values():
            people = shifts.held(rota, self._shifts.get(rota.id))
            if people:
                found[rota.id] = duty_words.people_of(people, self._rules)
        return found


def _kept(name: str, shift: Shift) -> Kept:
    return Kept(f"{_KEPT}{name}", msgspec.json.encode(shift).decode())


def _name(event: Happening) -> str:
    match event:
        case Called(call=call):
            return f"call-{call.at:%Y%m%dT%H%M%S}"
        case NotTaken(changed_at=changed_at):
            return f"missed-{changed_at:%Y%m%dT%H%M%S}"
        case Warned(gap=gap):
            return f"gap-{gap.start:%Y%m%dT%H%M%S}"
        case _:
            assert_never(event)
