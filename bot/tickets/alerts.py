"""The words of an escalation: what is owed, until when, and who is called (JOURNEYS 8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.asks import Progress
from bot.tickets import events as e
from bot.tickets.errors import N_
from bot.tickets.messages import Button, Message, Place
from bot.tickets.model import ClockKind, Party, Ticket
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker

_PROMISES = {
    ClockKind.RESPOND: N_("响应"),
    ClockKind.ANSWER: N_("答复"),
    ClockKind.ARRIVE: N_("到场"),
    ClockKind.DIAGNOSE: N_("诊断"),
    ClockKind.WORKAROUND: N_("临时方案"),
    ClockKind.RESOLVE: N_("解决"),
    ClockKind.UPDATE: N_("进展更新"),
}
_WORTH_SAYING = timedelta(minutes=2)  # an escalation this late says so
_LONGEST_LIST = 8


def promise_name(kind: ClockKind) -> str:
    """Return the Chinese name of a promise, a text for translation."""
    return _PROMISES[kind]


def alert(event: e.Escalated, ticket: Ticket, speaker: Speaker, rules: Rules, title: str) -> Message:
    """Return the line for the duty room, or for the owner alone when only their next word is owed."""
    number, promise = ticket.number, speaker.say(_PROMISES[event.clock])
    if event.clock is ClockKind.UPDATE and event.told == (ticket.owner,) and ticket.owner is not None:
        text = speaker.say(
            "@{owner} {number} 您 {length}没有更新了，客户在等。回一句进展，我转到客户群。",
            owner=ticket.owner, number=number, length=speaker.now - (ticket.last_said_at or ticket.opened_at),
        )  # fmt: skip
        return Message(
            to=ticket.owner,
            text=text,
            mentions=(ticket.owner,),
            about=Progress(ticket=number),
            useful_for=timedelta(hours=1),
        )
    late = ""
    if event.late >= _WORTH_SAYING:
        late = speaker.say("（本应 {time} 提醒，晚了 {length}）", time=event.at, length=event.late)
    if event.is_breach:
        text = speaker.say(
            "⚠️ {number} {promise}超时，已报 {told}。", number=number, promise=promise, told=event.told
        )
        if event.is_repeat:
            text = speaker.say(
                "⚠️ {number} {promise}已超时 {length}，{calls}", number=number, promise=promise,
                length=speaker.now - event.due_at, calls=_calls(event.told),
            )  # fmt: skip
            text += " " if ticket.owner is None else ""
        text += late
        if ticket.owner is None:
            text += speaker.say("接单：接单 {number}", number=number)
    else:
        state = speaker.say("还没人接，") if ticket.owner is None else _awaited(event.clock, speaker)
        customer = rules.customers.get(ticket.customer, "")
        about = "｜".join(part for part in (ticket.level_name.split("·")[0], customer, title) if part)
        text = speaker.say(
            "⏳ {number} {state}{promise} {time} 到期（{about}）{late}{calls}",
            number=number, state=state, promise=promise, time=event.due_at, about=about, late=late, calls=_calls(event.told),
        )  # fmt: skip
    buttons = (Button(speaker.say("接单"), f"接单 {number}"),) if ticket.owner is None else ()
    return Message(
        to=Place.DUTY,
        text=text,
        mentions=event.told,
        buttons=buttons,
        is_alert=True,
        useful_for=timedelta(hours=4),
    )


def joined(alerts: Sequence[Message], speaker: Speaker) -> Message:
    """Return one message for several alerts of one moment to one room: a list, each line as it would have been alone."""
    if len(alerts) == 1:
        return alerts[0]
    lines = [alert.text for alert in alerts[:_LONGEST_LIST]]
    if len(alerts) > _LONGEST_LIST:
        lines.append(speaker.say("……另有 {count} 单，见看板。", count=len(alerts) - _LONGEST_LIST))
    mentions = tuple(dict.fromkeys(party for alert in alerts for party in alert.mentions))
    buttons = tuple(button for alert in alerts[:_LONGEST_LIST] for button in alert.buttons)
    useful_for = max((alert.useful_for for alert in alerts if alert.useful_for), default=None)
    return Message(
        to=alerts[0].to,
        text="\n".join(lines),
        mentions=mentions,
        buttons=buttons if len(alerts) <= 2 else (),
        is_alert=True,
        useful_for=useful_for,
    )


def _awaited(kind: ClockKind, speaker: Speaker) -> str:
    return speaker.say("客户还没等到回话，") if kind is ClockKind.RESPOND else ""


def _calls(people: tuple[Party, ...]) -> str:
    return " ".join(f"@{party.name}" for party in people)
