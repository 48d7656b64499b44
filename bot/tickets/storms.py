"""Storms: how often a duty room and a person are told something in an hour, and what happens to the rest.

What is over the budget is gathered and said in one list when there is room again. Nothing is lost by it: the ticket notes that its
notice was gathered, and what is urgent is never held back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from bot.tickets import timing
from bot.tickets.card import is_urgent
from bot.tickets.errors import N_
from bot.tickets.events import NoticeGathered
from bot.tickets.kinds import Status
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party, Ticket
from bot.tickets.rules import NoticeLimits, Rules
from bot.tickets.speaker import Speaker

_MOST_NAMED = 20
_HOUR = timedelta(hours=1)


class Load(msgspec.Struct, frozen=True, omit_defaults=True):
    """How much a room or a person was told lately: the theoretical arrival of the next notice, and what is gathered.

    A budget of n an hour lets n go at once, then one for each n-th part of an hour.
    """

    arrival: datetime | None = None
    gathered: tuple[int, ...] = ()  # tickets whose notices wait for the list, the oldest first
    called: tuple[Party, ...] = ()  # whom the list will call

    def free_at(self, an_hour: int, now: datetime) -> datetime | None:
        """Return from when on something may be said; None: at any time. A clock that was put back silences nobody."""
        if self.arrival is None or not an_hour or self.arrival > now + _HOUR:
            return None
        return self.arrival - _step(an_hour) * (an_hour - 1)

    def is_free(self, an_hour: int, now: datetime) -> bool:
        """Say whether something may be said now."""
        free_at = self.free_at(an_hour, now)
        return free_at is None or free_at <= now

    def taken(self, an_hour: int, now: datetime) -> Load:
        """Return the load once something more was said."""
        if not an_hour:
            return self
        is_known = self.arrival is not None and now < self.arrival <= now + _HOUR
        since = self.arrival if is_known and self.arrival is not None else now
        return replace(self, arrival=min(since + _step(an_hour), now + _HOUR))


class Alert(msgspec.Struct, frozen=True):
    """A notice for a duty room, and its ticket."""

    ticket: Ticket
    message: Message


class Verdict(msgspec.Struct, frozen=True):
    """What of the notices of one moment for one room is said, what is gathered, and how the loads stand then."""

    said: tuple[Message, ...]
    gathered: Mapping[int, NoticeGathered]  # by ticket
    room: Load
    people: Mapping[str, Load]


def judged(
    alerts: Sequence[Alert], room: Load, people: Mapping[str, Load], rules: Rules, now: datetime
) -> Verdict:
    """Return what becomes of the notices of one moment for one room. Those that are said are one message, and count once."""
    limits, said, gathered = rules.notices, list[Message](), dict[int, NoticeGathered]()
    has_room = room.is_free(limits.per_room, now)
    loads = dict(people)
    for alert in alerts:
        tired = {party for party in alert.message.mentions if not _may_call(party, loads, limits, now)}
        is_tired = bool(tired) and len(tired) == len(alert.message.mentions)
        if is_urgent(alert.ticket, rules) or (has_room and not is_tired):
            said.append(alert.message if is_urgent(alert.ticket, rules) else _without(alert.message, tired))
        else:
            free_at = room.free_at(limits.per_room, now) if not has_room else None
            gathered[alert.ticket.number] = NoticeGathered(called=alert.message.mentions, until=free_at)
            room = _with(room, alert)
    if said:
        room = room.taken(limits.per_room, now)
        for party in dict.fromkeys(party for message in said for party in message.mentions):
            loads[party.id] = loads.get(party.id, Load()).taken(limits.per_person, now)
    return Verdict(tuple(said), gathered, room, loads)


def list_at(room: Load, limits: NoticeLimits, now: datetime) -> datetime | None:
    """Return when the gathered notices of a room are said, or None when there are none."""
    if not room.gathered:
        return None
    return now if room.is_free(limits.per_room, now) else room.free_at(limits.per_room, now)


def listed(room: Load, tickets: Sequence[Ticket], speaker: Speaker, rules: Rules) -> Message | None:
    """Return the gathered notices as one message, without what was done meanwhile; None when nothing is left."""
    working = [each for each in tickets if _still_waits(each, speaker.now, rules)]
    if not working:
        return None
    numbers = tuple(each.number for each in working)
    late = tuple(each.number for each in working if _is_late(each, speaker.now, rules))
    template = N_("📋 提醒较多，这一单晚说了些：{numbers}")
    if len(numbers) > 1:
        template = N_("📋 提醒较多，{count} 单合在一起说：{numbers}")
    text = speaker.say(template, count=len(numbers), numbers=numbers[:_MOST_NAMED])
    text += speaker.say(" 等") if len(numbers) > _MOST_NAMED else ""
    text += speaker.say("；已超时：{late}", late=late[:_MOST_NAMED]) if late else ""
    text += speaker.say("。回“待办”看时限。")
    text += " ".join(f"@{party.name}" for party in room.called)
    return Message(to=Place.DUTY, text=text, mentions=room.called, useful_for=timedelta(hours=4))


def _still_waits(ticket: Ticket, now: datetime, rules: Rules) -> bool:
    """Say whether something is owed of which people were, or should have been, told."""
    clocks = timing.clocks(ticket, rules, now) if ticket.status is Status.OPEN else ()
    return any(clock.is_running and clock.fired for clock in clocks)


def _is_late(ticket: Ticket, now: datetime, rules: Rules) -> bool:
    running = (clock for clock in timing.clocks(ticket, rules, now) if clock.is_running)
    return any(clock.due_at is not None and clock.due_at <= now for clock in running)


def told(room: Load, limits: NoticeLimits, now: datetime) -> Load:
    """Return the load once the list was said."""
    return Load(room.taken(limits.per_room, now).arrival)


def _step(an_hour: int) -> timedelta:
    return _HOUR / an_hour


def _may_call(party: Party, loads: Mapping[str, Load], limits: NoticeLimits, now: datetime) -> bool:
    return loads.get(party.id, Load()).is_free(limits.per_person, now)


def _without(message: Message, tired: set[Party]) -> Message:
    """Return a notice that names people without calling those who were called often enough."""
    if not tired:
        return message
    return replace(message, mentions=tuple(each for each in message.mentions if each not in tired))


def _with(room: Load, alert: Alert) -> Load:
    numbers = tuple(dict.fromkeys((*room.gathered, alert.ticket.number)))
    return replace(
        room, gathered=numbers, called=tuple(dict.fromkeys((*room.called, *alert.message.mentions)))
    )
