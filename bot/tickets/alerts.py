"""The words of an escalation: what is owed, until when, and who is called."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import datetime, timedelta

from bot.asks import CallList, Progress
from bot.tickets import events as e
from bot.tickets import timing
from bot.tickets.coverage import deciders, is_undecided
from bot.tickets.errors import N_
from bot.tickets.kinds import ClockKind, Kind
from bot.tickets.messages import Button, Message, Place
from bot.tickets.model import Party, Ticket
from bot.tickets.planned_alerts import overdue
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.tickets.voices import level_word

_PROMISES = {
    ClockKind.RESPOND: N_("响应"),
    ClockKind.ANSWER: N_("答复"),
    ClockKind.PROMISE: N_("约好的答复"),
    ClockKind.DISPATCH: N_("派人"),
    ClockKind.ARRIVE: N_("到场"),
    ClockKind.DIAGNOSE: N_("诊断"),
    ClockKind.WORKAROUND: N_("临时方案"),
    ClockKind.LOAN: N_("代用设备"),
    ClockKind.RESOLVE: N_("解决"),
    ClockKind.UPDATE: N_("进展更新"),
    ClockKind.REPORT: N_("当日汇报"),
    ClockKind.REPAIR: N_("修好返还"),
    ClockKind.REPLACE: N_("更换新件"),
    ClockKind.CALLBACK: N_("回访"),
}
_BREACHES = {  # by whether it was said before, and whether nobody has claimed the ticket
    (False, False): N_("⚠️ {number} {promise}超时，已报 {told}。{late}{calls}"),
    (False, True): N_("⚠️ {number} {promise}超时，已报 {told}。{late}接单：接单 {number} {calls}"),
    (True, False): N_("⚠️ {number} {promise}已超时 {length}。{late}{calls}"),
    (True, True): N_("⚠️ {number} {promise}已超时 {length}。{late}接单：接单 {number} {calls}"),
}
_BREACH_OF_OWNER = N_("⚠️ {number} {promise}超时。{late}{calls}")  # nobody else was told
_WORTH_SAYING = timedelta(minutes=2)  # an escalation this late says so
_LONGEST_LIST = 8


def promise_name(kind: ClockKind) -> str:
    """Return the Chinese name of a promise, a text for translation."""
    return _PROMISES[kind]


def alerts(
    event: e.Escalated,
    ticket: Ticket,
    speaker: Speaker,
    rules: Rules,
    title: str,
    events: Sequence[e.AnyEvent] = (),
) -> list[Message]:
    """Return the line for the duty room, or for people alone: an owner who owes a word, managers who owe a call.

    What else is overdue on the ticket at this moment (`events`) is said in the same line.
    """
    if ticket.kind is Kind.CALLBACK:
        return _callback(event, ticket, speaker, title)
    if ticket.kind.is_planned:
        return [overdue(event, ticket, speaker, rules)]
    if is_undecided(ticket):
        return [_undecided(event, ticket, speaker, rules, title)]
    alike = [each for each in events if isinstance(each, e.Escalated) and _goes_with(event, each, ticket)]
    if len(alike) > 1:
        return [_together(alike, ticket, speaker)] if alike[0] is event else []
    missed = _missed(ticket, rules, speaker, events) if event.is_repeat else []
    if len(missed) > 1:
        return [_again(event, missed, ticket, speaker)]
    return [_alert(event, ticket, speaker, rules, title)]


def _missed(
    ticket: Ticket, rules: Rules, speaker: Speaker, events: Sequence[e.AnyEvent]
) -> list[tuple[ClockKind, datetime]]:
    """Return what is overdue on a ticket, and since when: one promise of it calls for all but those of which the first is said now."""
    news = {each.clock for each in events if isinstance(each, e.Escalated) and not each.is_repeat}
    clocks = timing.clocks(ticket, rules, speaker.now)
    return [
        (each.kind, each.due_at)
        for each in clocks
        if each.is_running and each.id not in news and each.due_at is not None and each.due_at < speaker.now
    ]


def _goes_with(event: e.Escalated, other: e.Escalated, ticket: Ticket) -> bool:
    """Say whether two promises were missed that can be named in one sentence: the same people hear of both."""
    are_plain = all(
        each.is_breach
        and each.late < _WORTH_SAYING
        and (ticket.commander is None or each.promised not in (ClockKind.UPDATE, ClockKind.REPORT))
        for each in (event, other)
    )
    is_first = not event.is_repeat and not other.is_repeat
    return are_plain and is_first and event.told == other.told != (ticket.owner,)


def _together(alike: Sequence[e.Escalated], ticket: Ticket, speaker: Speaker) -> Message:
    """Return one line for several promises of a ticket that were missed."""
    told = _others(alike[0].told, ticket)
    called = _called(alike[0], {each.promised for each in alike}, ticket)
    names = speaker.say("、").join(speaker.say(_PROMISES[each.promised]) for each in alike)
    text = speaker.say(
        "⚠️ {number} {promises}超时，已报 {told}。", number=ticket.number, promises=names, told=told
    )
    return _to_act(text, called, tuple(each for each in called if each not in told), ticket, speaker)


def _again(
    event: e.Escalated, missed: Sequence[tuple[ClockKind, datetime]], ticket: Ticket, speaker: Speaker
) -> Message:
    """Return one line that is told again for everything that is overdue on a ticket."""
    kinds = {kind for kind, _ in missed}
    called = _called(event, kinds, ticket)
    if ticket.commander is not None and kinds & {ClockKind.UPDATE, ClockKind.REPORT}:
        called = tuple(dict.fromkeys((*called, ticket.commander)))
    lengths = speaker.say("、").join(
        speaker.say("{promise} {length}", promise=speaker.say(_PROMISES[kind]), length=speaker.now - due_at)
        for kind, due_at in missed
    )
    text = speaker.say("⚠️ {number} 已超时：{promises}。", number=ticket.number, promises=lengths)
    return _to_act(text + _late(event, speaker), called, called, ticket, speaker)


def _called(event: e.Escalated, kinds: Container[ClockKind], ticket: Ticket) -> tuple[Party, ...]:
    people = (ticket.owner, ticket.expected(kinds), *event.told)
    return tuple(dict.fromkeys(each for each in people if each is not None))


def _late(event: e.Escalated, speaker: Speaker) -> str:
    if event.late < _WORTH_SAYING:
        return ""
    return speaker.say("（本应 {time} 提醒，晚了 {length}）", time=event.at, length=event.late)


def _to_act(
    text: str, called: tuple[Party, ...], named: tuple[Party, ...], ticket: Ticket, speaker: Speaker
) -> Message:
    text += speaker.say("接单：接单 {number} ", number=ticket.number) if ticket.owner is None else ""
    return _said((text + _calls(named)).rstrip(), called, ticket, speaker)


def _others(told: tuple[Party, ...], ticket: Ticket) -> tuple[Party, ...]:
    """Return who hears of it beside the owner, who is called and not reported to."""
    return tuple(each for each in told if each != ticket.owner)


def _undecided(event: e.Escalated, ticket: Ticket, speaker: Speaker, rules: Rules, title: str) -> Message:
    """Remind of a report that no contract covers: nobody can take it before somebody has decided."""
    called = tuple(dict.fromkeys((*event.told, *deciders(rules)[:1])))
    template = N_("⏳ {number} 合同外，{time} 前要给客户回话（{title}）。协助、报价还是谢绝？{calls}")
    if event.is_breach:
        template = N_(
            "⚠️ {number} 合同外，应在 {time} 前给客户回话，还没有人定（{title}）。协助、报价还是谢绝？{calls}"
        )
    text = speaker.say(template, number=ticket.number, time=event.due_at, title=title, calls=_calls(called))
    return Message(to=Place.DUTY, text=text, mentions=called, is_alert=True, useful_for=timedelta(hours=4))


def _callback(event: e.Escalated, ticket: Ticket, speaker: Speaker, title: str) -> list[Message]:
    """Remind privately: the engineer concerned need not read who was unhappy before the manager has called."""
    number = ticket.subject or ticket.number
    template = N_("⏳ {number} 的回访 {time} 到期（{requester}｜{title}）。打完回：回访 {number} 结果")
    if event.is_breach:
        template = N_(
            "⚠️ {number} 的回访已超时（应在 {time} 前；{requester}｜{title}）。打完回：回访 {number} 结果"
        )
    text = speaker.say(template, number=number, time=event.due_at, requester=ticket.requester, title=title)
    called = dict.fromkeys((*((ticket.owner,) if ticket.owner else ()), *event.told))
    return [
        Message(to=party, text=text, mentions=(party,), useful_for=timedelta(hours=4)) for party in called
    ]


def _alert(event: e.Escalated, ticket: Ticket, speaker: Speaker, rules: Rules, title: str) -> Message:
    number, promise = ticket.number, speaker.say(_PROMISES[event.promised])
    is_news = event.promised is ClockKind.UPDATE
    is_commanders = event.promised in (ClockKind.UPDATE, ClockKind.REPORT)
    commander = ticket.commander if is_commanders else None
    if is_news and commander is None and event.told == (ticket.owner,) and ticket.owner is not None:
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
    first = commander or ticket.owner
    comes = ticket.expected((event.promised,))
    called = tuple(dict.fromkeys(each for each in (first, comes, *event.told) if each is not None))
    late = _late(event, speaker)
    if event.is_breach and commander is not None:
        template = N_("⏰ {number} 应在 {time} 更新，还没有。{calls}")
        if event.promised is ClockKind.REPORT:
            template = N_("⏰ {number} 应在 {time} 交当日汇报，还没有：汇报 {number} … {calls}")
        text = speaker.say(template, number=number, time=event.due_at, calls=_calls(called))
    elif event.is_breach:
        # Whoever the sentence names is called by their name in it.
        told = _others(event.told, ticket)
        unnamed = called if event.is_repeat else tuple(party for party in called if party not in told)
        is_owners = not told and not event.is_repeat
        template = _BREACH_OF_OWNER if is_owners else _BREACHES[event.is_repeat, ticket.owner is None]
        text = speaker.say(
            template, number=number, promise=promise, told=told,
            length=speaker.now - event.due_at, late=late, calls=_calls(unnamed),
        ).rstrip()  # fmt: skip
    else:
        state = speaker.say("还没人接，") if ticket.owner is None else _awaited(event.promised, speaker)
        customer = rules.customers.get(ticket.customer, "")
        about = speaker.say("｜").join(
            part for part in (level_word(ticket.level_name), customer, title) if part
        )
        text = speaker.say(
            "⏳ {number} {state}{promise} {time} 到期（{about}）{late}{calls}",
            number=number, state=state, promise=promise, time=event.due_at, about=about, late=late, calls=_calls(called),
        )  # fmt: skip
    return _said(text, called, ticket, speaker)


def _said(text: str, called: tuple[Party, ...], ticket: Ticket, speaker: Speaker) -> Message:
    word = N_("接单") if ticket.owner is None else N_("收到")
    buttons = (Button(speaker.say(word), f"{word} {ticket.number}"),)
    return Message(
        to=Place.DUTY,
        text=text,
        mentions=called,
        buttons=buttons,
        is_alert=True,
        useful_for=timedelta(hours=4),
    )


def joined(due: Sequence[Message], speaker: Speaker) -> Message:
    """Return one message for several alerts of one moment to one room: a list, each line as it would have been alone."""
    if len(due) == 1 and not due[0].heading:
        return due[0]
    is_numbered = bool(due[0].heading)
    lines = [
        f"{index} {each.text}" if is_numbered else each.text
        for index, each in enumerate(due[:_LONGEST_LIST], 1)
    ]
    if due[0].heading:
        lines.insert(0, speaker.say(due[0].heading, count=len(due)))
    if len(due) > _LONGEST_LIST:
        lines.append(speaker.say("……另有 {count} 单，见看板。", count=len(due) - _LONGEST_LIST))
    if due[0].footing:
        lines.append(due[0].footing)
    mentions = tuple(dict.fromkeys(party for alert in due for party in alert.mentions))
    buttons = tuple(button for alert in due[:_LONGEST_LIST] for button in alert.buttons)
    useful_for = max((alert.useful_for for alert in due if alert.useful_for), default=None)
    return Message(
        to=due[0].to,
        text="\n".join(lines),
        mentions=mentions,
        buttons=buttons if len(due) <= 2 else (),
        about=CallList(tickets=tuple(each.ticket for each in due if each.ticket is not None))
        if is_numbered
        else None,
        is_alert=True,
        useful_for=useful_for,
    )


def _awaited(kind: ClockKind, speaker: Speaker) -> str:
    return speaker.say("客户还没等到回话，") if kind is ClockKind.RESPOND else ""


def _calls(people: tuple[Party, ...]) -> str:
    return " ".join(f"@{party.name}" for party in people)
