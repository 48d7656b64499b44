"""What is said about whose a ticket is: claimed, handed over, reassigned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from bot.one_line import shortened
from bot.tickets import events as e
from bot.tickets import site_events as se
from bot.tickets import timing
from bot.tickets.messages import Button, Message, Place
from bot.tickets.model import Party, Ticket
from bot.tickets.notices import Notice
from bot.tickets.rules import Role, Rules
from bot.tickets.speaker import Speaker
from bot.tickets.voices import Voices, title

_LONGEST_NOTE = 60

OwnerEvent = e.HandOverOffered | e.HandedOver | e.HandOverDeclined | e.HandOverExpired | e.Reassigned


def noticed(event: OwnerEvent, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Return what is said about a change of owner, and about the offer of one."""
    customer, duty = voices.customer.say, voices.duty.say
    number = after.number
    match event:
        case e.HandOverOffered(by=by, to=to, note=note):
            text = duty(
                "@{to} {by} 请您接 {number}（{title}）：{note}\n回“接受 {number}”或“拒绝 {number} 原因”。接受前仍由 {by} 负责。",
                to=to, by=by, number=number, title=_known(after, voices.duty), note=note or duty("请接手"),
            )  # fmt: skip
            buttons = (
                Button(duty("接受"), f"接受 {number}"),
                Button(duty("拒绝"), f"拒绝 {number}"),
            )
            return [Message(to=Place.DUTY, text=text, mentions=(to,), buttons=buttons)]
        case e.HandedOver(giver=giver, by=by):
            told = customer("{number} 现由 {by} 处理，情况已了解，您不用重复说明。", number=number, by=by)
            return [
                Message(
                    to=Place.DUTY,
                    text=duty(
                        "{number} 已由 {giver} 转给 {by}（{time}）。",
                        number=number,
                        giver=giver,
                        by=by,
                        time=voices.duty.now,
                    ),
                ),
                Message(to=Place.CUSTOMER, text=told),
            ]
        case e.HandOverDeclined(by=by, reason=reason):
            owner = after.owner or by
            text = duty(
                "{by} 没接 {number}（{reason}），仍由 @{owner} 负责。",
                by=by, number=number, reason=reason or duty("没写原因"), owner=owner,
            )  # fmt: skip
            return [Message(to=Place.DUTY, text=text, mentions=(owner,))]
        case e.HandOverExpired(to=to):
            owner = after.owner or to
            text = duty(
                "{to} {within}未接受，{number} 仍归 @{owner}；需要的话 {manager} 可“改派 {number} @同事 原因”。",
                to=to, within=rules.handover_within, number=number, owner=owner, manager=_manager(rules, voices.duty),
            )  # fmt: skip
            return [Message(to=Place.DUTY, text=text, mentions=(owner,), is_alert=True)]
        case e.Reassigned(by=by, to=to, giver=giver, reason=reason):
            return [_reassigned(by, to, giver, reason, after, voices, rules)]
        case _:
            assert_never(event)


def claimed(
    by: Party, after: Ticket, events: Sequence[e.AnyEvent], voices: Voices, rules: Rules
) -> list[Message]:
    """Return what both rooms read when somebody has taken a ticket."""
    text = voices.duty.say(
        "{number} 由 {by} 接单（{time}）。", number=after.number, by=by, time=voices.duty.now
    )
    duty = Message(to=Place.DUTY, text=text)
    is_heard = any(isinstance(event, e.Responded) and event.text for event in events)
    if (
        is_heard
        or after.kind.is_planned
        or any(
            isinstance(event, e.Resolved | e.Updated | e.Arrived | se.RemoteAsked | Notice)
            for event in events
        )
    ):
        return [duty]  # the customer hears from the engineer at this very moment
    word = timing.promised_word(after, rules)
    if word is not None and word > voices.customer.now:
        told = voices.customer.say(
            "{number} 由 {by} 负责，{time} 前联系您。", number=after.number, by=by, time=word
        )
    else:
        told = voices.customer.say("{number} 由 {by} 负责。", number=after.number, by=by)
    return [duty, Message(to=Place.CUSTOMER, text=told)]


def _reassigned(
    by: Party, to: Party, giver: Party | None, reason: str, after: Ticket, voices: Voices, rules: Rules
) -> Message:
    duty = voices.duty.say
    origin = duty("原负责人 {giver}，", giver=giver) if giver else ""
    if reason:
        text = duty(
            "{number} 由 {by} 改派给 @{to}（{origin}理由：{reason}）。",
            number=after.number, by=by, to=to, origin=origin, reason=reason,
        )  # fmt: skip
    else:  # it was nobody's
        text = duty("{number} 由 {by} 派给 @{to}。", number=after.number, by=by, to=to)
    word = timing.promised_word(after, rules)
    if word is not None and word > voices.duty.now:
        text += duty("最晚 {time} 给客户回话。", time=word)
    else:
        text += duty("请马上联系客户。")
    return Message(to=Place.DUTY, text=text, mentions=(to,))


def _known(ticket: Ticket, speaker: Speaker) -> str:
    """The summary a colleague needs before accepting: what it is and what was tried."""
    tried = speaker.say("，已试 {entry}", entry=ticket.tried) if ticket.tried else ""
    progress = speaker.say("，进展：{text}", text=ticket.progress) if ticket.progress else ""
    noted = speaker.say("，记录：{text}", text=shortened(ticket.noted, _LONGEST_NOTE)) if ticket.noted else ""
    return f"{title(ticket)}{tried}{noted}{progress}"


def _manager(rules: Rules, speaker: Speaker) -> str:
    managers = rules.with_role(Role.MANAGER)
    return managers[0].name if managers else speaker.say("经理")
