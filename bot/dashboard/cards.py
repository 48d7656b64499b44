"""Tickets of the board as finished texts, ready for a template."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

import msgspec

from bot.dashboard.board import Counts, Filter, Owed, Row, Tone, Wanted
from bot.dashboard.wording import kind_name, left, state_name
from bot.tickets.alerts import promise_name
from bot.tickets.kinds import Kind, Status
from bot.tickets.model import Ticket
from bot.tickets.replies import title
from bot.tickets.speaker import Speaker

_TITLE = 80  # characters; the page cuts what does not fit


class Card(msgspec.Struct, frozen=True):
    """One ticket. `time` is when the promise is due and `left` how far away that is; both may be empty."""

    number: int
    level: str
    rank: int
    place: str
    requester: str
    title: str
    state: str
    status: str  # for the style sheet: waiting | working | solved
    owner: str
    tone: Tone
    promise: str
    time: str
    at: datetime | None
    left: str
    people: int  # who reported it
    follows: int  # the ticket it was merged into, 0 for none


class Tile(msgspec.Struct, frozen=True):
    """One of the numbers on top; it leads to what it counts."""

    name: str
    count: int
    href: str
    is_alarming: bool
    is_current: bool


def card(row: Row, speaker: Speaker) -> Card:
    """Return a row in words."""
    ticket = row.ticket
    promise, time, rest = _promise(ticket, row.owed, speaker)
    return Card(
        number=ticket.number,
        level=level(ticket, speaker),
        rank=min(row.rank, 4),
        place=speaker.say("｜").join(dict.fromkeys(part for part in (row.customer, row.room) if part)),
        requester=ticket.requester.name,
        title=title(ticket, _TITLE),
        state=state_name(ticket, speaker),
        status="solved" if row.is_solved else "waiting" if row.is_unclaimed else "working",
        owner=ticket.owner.name if ticket.owner else "",
        tone=row.owed.tone if row.owed else Tone.STILL,
        promise=promise,
        time=time,
        at=row.owed.due_at if row.owed else None,
        left=rest,
        people=ticket.people,
        follows=ticket.follows or 0,
    )


def level(ticket: Ticket, speaker: Speaker) -> str:
    """Return the level of a ticket, with its kind where that is not a fault."""
    kind = "" if ticket.kind is Kind.FAULT else kind_name(ticket.kind, speaker)
    parts = dict.fromkeys(part for part in (kind, ticket.level_name) if part)
    return speaker.say("｜").join(parts) or kind_name(ticket.kind, speaker)


def tiles(counts: Counts, dead: int, filter_: Filter, speaker: Speaker) -> list[Tile]:
    """Return the numbers on top of the board. Pressing the one that is looked at shows everything again."""
    say = speaker.say
    found = [
        (Wanted.ALL, say("在办"), counts.open, False),
        (Wanted.UNCLAIMED, say("没人接"), counts.unclaimed, True),
        (Wanted.OVERDUE, say("超时"), counts.overdue, True),
        (Wanted.SOLVED, say("等确认"), counts.solved, False),
    ]
    shown = [
        Tile(
            name, count, address(Filter(filter_.room, which)), is_alarm and count > 0, filter_.wanted is which
        )
        for which, name, count, is_alarm in found
    ]
    return [*shown, Tile(say("未送达"), dead, "/letters", dead > 0, is_current=False)]


def address(filter_: Filter, path: str = "/") -> str:
    """Return where the board is shown filtered."""
    query = urlencode(
        [
            (key, value)
            for key, value in (
                ("room", filter_.room),
                ("state", filter_.wanted.value),
                ("page", str(filter_.page) if filter_.page > 1 else ""),
            )
            if value
        ]
    )
    return f"{path}?{query}" if query else path


def cards(rows: Sequence[Row], speaker: Speaker) -> list[Card]:
    """Return rows in words."""
    return [card(row, speaker) for row in rows]


def _promise(ticket: Ticket, owed: Owed | None, speaker: Speaker) -> tuple[str, str, str]:
    if ticket.status is Status.SOLVED:
        if ticket.close_at is None:
            return speaker.say("等客户确认"), "", ""
        return speaker.say("无回音则关单"), speaker.time(ticket.close_at), ""
    if owed is None:
        return speaker.say("没有时限"), "", ""
    promise = speaker.say(promise_name(owed.kind))
    if owed.due_at is None:
        return promise, "", speaker.say("暂停中")
    return promise, speaker.say("{time} 前", time=owed.due_at), left(owed.due_at, speaker)
