"""Everything the page of one ticket shows, read from the store and put in words."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

import msgspec
import structlog

from bot.dashboard.board import rank
from bot.dashboard.cards import level
from bot.dashboard.promises import PromiseView, promises
from bot.dashboard.rendering import Voice
from bot.dashboard.timeline import Entry, entries
from bot.dashboard.wording import delivery_name, ending, place, stamp, state_name
from bot.delivery.outgoing import reason_of
from bot.running import Bot
from bot.store.contract import Failure
from bot.store.messages import Delivery, Queued
from bot.tickets.clockwork import calendars_of
from bot.tickets.coverage import standing_of
from bot.tickets.kinds import Status
from bot.tickets.model import Reporter, Ticket
from bot.tickets.planned_events import Inspected
from bot.tickets.records import Record, first_break
from bot.tickets.speaker import Speaker


class Spoken(msgspec.Struct, frozen=True):
    """One message of the bot about the ticket, and whether it arrived."""

    at: str
    place: str
    text: str
    state: str
    is_dead: bool
    is_sent: bool
    is_edit: bool  # it replaced an earlier message
    reason: str
    source: str
    file: str  # the name of what it brings, and where it can be fetched
    file_at: str


class OtherReporter(msgspec.Struct, frozen=True):
    """Somebody else with the same trouble. `number` is the ticket they had reported it with, 0 for none; `state` is its state."""

    at: str
    name: str
    place: str
    text: str
    number: int
    state: str


class Case(msgspec.Struct, frozen=True):
    """A ticket with its promises, its archive and what was said. `broken_at` is the first record that does not fit."""

    number: int
    text: str
    level: str
    rank: int
    state: str
    status: str
    facts: tuple[tuple[str, str], ...]
    offer: str
    promises: tuple[PromiseView, ...]
    fault: str  # why the promises cannot be computed; everything else is shown all the same
    timeline: tuple[Entry, ...]
    broken_at: int | None
    spoken: tuple[Spoken, ...]
    linked: tuple[int, ...]
    reporters: tuple[OtherReporter, ...]
    has_report: bool


async def case(bot: Bot, number: int, voice: Voice) -> Case | None:
    """Return what is known of a ticket, or None when there is none of that number."""
    ticket = await bot.store.ticket(number)
    if ticket is None:
        return None
    speaker = voice.speaker
    records = await bot.store.records(number)
    said = await bot.store.said_about(number)
    about = [other.number for other in await bot.store.about(number)]
    linked = [*ticket.links, *([ticket.subject] if ticket.subject else []), *about]
    linked += [ticket.follows] if ticket.follows is not None else []
    is_waiting = ticket.status is Status.OPEN and ticket.owner is None
    promised, fault = _promised(ticket, bot, voice)
    return Case(
        number=number,
        text=ticket.text,
        level=level(ticket, speaker),
        rank=min(rank(ticket, bot.rules), 4),
        state=state_name(ticket, speaker),
        status="waiting"
        if is_waiting
        else "working"
        if ticket.status is Status.OPEN
        else ticket.status.value,
        facts=tuple(_facts(ticket, bot, speaker)),
        offer=_offer(ticket, speaker),
        promises=promised,
        fault=fault,
        timeline=tuple(entries(records, speaker)),
        broken_at=broken_at(ticket, records),
        spoken=tuple(spoken(message, bot, speaker) for message in said),
        linked=tuple(sorted(set(linked) - {number})),
        reporters=tuple([await _other(each, bot, speaker) for each in ticket.reporters]),
        has_report=any(isinstance(record.event, Inspected) for record in records),
    )


async def _other(reporter: Reporter, bot: Bot, speaker: Speaker) -> OtherReporter:
    own = await bot.store.ticket(reporter.number) if reporter.number else None
    customer = bot.rules.customers.get(reporter.customer, "")
    room = bot.rules.rooms.get(reporter.room)
    return OtherReporter(
        at=stamp(reporter.at, speaker),
        name=reporter.party.name,
        place=speaker.say("｜").join(
            each for each in (customer, room.name if room else reporter.room) if each
        ),
        text=reporter.text,
        number=reporter.number,
        state=state_name(own, speaker) if own is not None else "",
    )


def _promised(ticket: Ticket, bot: Bot, voice: Voice) -> tuple[tuple[PromiseView, ...], str]:
    """Return the promises of a ticket, or a sentence that says why they cannot be computed and what to do."""
    say = voice.speaker.say
    try:
        return tuple(promises(ticket, voice.speaker, bot.rules, voice.language)), ""
    except Exception as fault:
        gone = [name for name in calendars_of(ticket.promises) if name not in bot.rules.calendars]
        if gone:
            return (), say("时限算不出来：配置里没有日历 {names}。把它加回来再启动。", names=", ".join(gone))
        log = structlog.get_logger("dashboard")
        log.exception("promises cannot be computed", action="promises_failed", ticket=ticket.number)
        return (), say(
            "时限算不出来（{fault}）。详情在日志里；请把它报给开发者，单上其他的照旧可用。",
            fault=f"{type(fault).__name__}: {fault}",
        )


def spoken(message: Queued, bot: Bot, speaker: Speaker) -> Spoken:
    """Return a message of the outbox in words."""
    return Spoken(
        at=stamp(message.created_at, speaker),
        place=place(message.room, bot.directory, speaker),
        text="" if message.file else message.text,
        state=delivery_name(message.state, speaker),
        is_dead=message.state is Delivery.DEAD,
        is_sent=message.state is Delivery.SENT,
        is_edit=message.edits is not None,
        reason=reason_of(message, speaker.translate) if message.state is not Delivery.SENT else "",
        source=" · ".join(part for part in (message.room, message.platform_id or "") if part),
        file=message.file.name if message.file else "",
        file_at=f"/letters/file?key={quote(message.key)}" if message.file else "",
    )


class Failed(msgspec.Struct, frozen=True):
    """Something the program failed at, in words. `can_retry` is False for a deadline: it is tried with every tick anyway."""

    key: str
    at: str
    place: str
    text: str
    ticket: int | None
    attempts: int
    trace: str
    can_retry: bool


def failed(failure: Failure, bot: Bot, speaker: Speaker) -> Failed:
    """Return something the program failed at in words."""
    return Failed(
        key=failure.key,
        at=stamp(failure.at, speaker),
        place=place(failure.room, bot.directory, speaker) if failure.room else speaker.say("时限"),
        text=failure.text,
        ticket=failure.ticket,
        attempts=failure.attempts,
        trace=failure.trace,
        can_retry=bool(failure.message),
    )


def broken_at(ticket: Ticket, records: Sequence[Record]) -> int | None:
    """Return where the archive breaks.

    The ticket keeps its length and latest hash itself, so an end that was cut off or a chain that was made anew shows too. There
    may be more records than it counts: it was read before them.
    """
    found = first_break(records)
    if found is not None:
        return found
    if len(records) < ticket.version:
        return len(records) + 1
    return None if records[ticket.version - 1].hash == ticket.head else ticket.version


def _facts(ticket: Ticket, bot: Bot, speaker: Speaker) -> Sequence[tuple[str, str]]:
    say = speaker.say
    room = bot.rules.rooms.get(ticket.room)
    policy = bot.rules.policies.get(ticket.policy)
    facts = [
        (say("负责人"), ticket.owner.name if ticket.owner else say("没人接")),
        (say("协助"), speaker.names(ticket.helpers)),
        (say("提出人"), ticket.requester.name),
        (say("客户"), bot.rules.customers.get(ticket.customer, "")),
        (say("群"), room.name if room else ticket.room),
        (say("服务政策"), policy.name if policy else ""),
        (say("合同"), standing_of(ticket, speaker, bot.rules)),
        (say("建单"), stamp(ticket.opened_at, speaker)),
        (say("预案"), _runbook(ticket, speaker)),
        (say("约好"), _appointment(ticket, speaker)),
        (say("并入"), f"{ticket.follows}" if ticket.follows is not None else ""),
        (say("进展"), ticket.progress),
        (say("已试"), ticket.tried),
    ]
    if ticket.resolution is not None and ticket.status is not Status.OPEN:
        done = ticket.resolution
        facts += [(say("原因"), done.cause), (say("方法"), done.method), (say("预防"), done.prevention)]
    if ticket.closing is not None and ticket.closed_at is not None:
        facts.append((say("关单"), f"{stamp(ticket.closed_at, speaker)} {ending(ticket.closing, speaker)}"))
    if ticket.survey is not None and ticket.survey.speed is not None:
        score = say("速度 {speed}，质量 {quality}", speed=ticket.survey.speed, quality=ticket.survey.quality)
        facts.append((say("评分"), score))
    return [(name, value) for name, value in facts if value]


def _runbook(ticket: Ticket, speaker: Speaker) -> str:
    runbook = ticket.runbook
    if runbook is None:
        return ""
    marks = ("✔" if index in runbook.done else "◻" for index in range(1, len(runbook.steps) + 1))
    steps = speaker.say("　").join(f"{mark} {step}" for mark, step in zip(marks, runbook.steps, strict=True))
    return (
        f"{runbook.id} {runbook.name}：{steps}"
        if speaker.language == "zh"
        else f"{runbook.id} {runbook.name}: {steps}"
    )


def _appointment(ticket: Ticket, speaker: Speaker) -> str:
    appointment = ticket.appointment
    if appointment is None:
        return speaker.say("等客户选时间") if ticket.visit is not None and ticket.visit.times else ""
    return f"{stamp(appointment.at, speaker)} {appointment.who.name if appointment.who else ''}".rstrip()


def _offer(ticket: Ticket, speaker: Speaker) -> str:
    if ticket.offer is None:
        return ""
    return speaker.say(
        "{giver} 请 {to} 接手，等到 {time}；接受前仍由 {giver} 负责。",
        giver=ticket.offer.giver, to=ticket.offer.to, time=ticket.offer.expires_at,
    )  # fmt: skip
