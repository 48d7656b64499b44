"""What is said when work waits, when instants are named, and when somebody is sent or something is lent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never

from bot.asks import Agree, Needed
from bot.tickets import events as e
from bot.tickets import milestones, timing
from bot.tickets import visit_events as ve
from bot.tickets.coverage import NEEDED, is_undecided
from bot.tickets.errors import N_
from bot.tickets.introducing import introduced, pictured
from bot.tickets.kinds import WaitsFor
from bot.tickets.messages import Button, Message, Place
from bot.tickets.model import Party, Ticket
from bot.tickets.pausing import REASONS
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.tickets.voices import Voices

Notice = (
    e.Acknowledged
    | e.Paused
    | e.PauseReminded
    | e.Resumed
    | e.Proposed
    | e.AgreementGiven
    | e.AgreementRefused
    | e.AnswerPromised
    | e.Answered
    | e.OccurredAt
    | e.Loaned
    | e.Diagnosed
    | e.Reached
    | e.Dispatched
)


def noticed(
    event: Notice,
    before: Ticket | None,
    after: Ticket,
    events: Sequence[e.AnyEvent],
    voices: Voices,
    rules: Rules,
) -> list[Message]:
    """Return what the customer and the duty room read."""
    customer, number = voices.customer.say, after.number
    match event:
        case e.Acknowledged(by=by):
            text = voices.duty.say("{number} {by} 已收到。", number=number, by=by)
            return [Message(to=Place.DUTY, text=text)]
        case e.Paused():
            return _paused(event, after, voices)
        case e.PauseReminded():
            return [_reminded(after, voices)]
        case e.Resumed(by=by):
            return _resumed(by, before, after, voices, rules)
        case e.Proposed():
            return [_proposed(event, after, voices.customer)]
        case e.AgreementGiven() | e.AgreementRefused():
            return _decided(event, after, voices, rules)
        case e.AnswerPromised(by=by, at=at):
            text = customer("{number} {time} 前给您答复（{by}）。", number=number, time=at, by=by)
            return [_told(text)]
        case e.Answered(text=words):
            return [_told(customer("{number} 答复：{text}", number=number, text=words))]
        case e.OccurredAt(at=at):
            text = voices.asker.say("{number} 故障发生时间记为 {time}。", number=number, time=at)
            return [Message(to=Place.ASIDE, text=text)]
        case e.Loaned(model=model):
            text = customer(
                "{number} 已提供代用设备（{model}，{time}），业务可继续；原件修好后换回。",
                number=number, model=model, time=voices.customer.now,
            )  # fmt: skip
            return [_told(text)]
        case e.Diagnosed(text=words):
            return [_told(customer("{number} 诊断：{text}", number=number, text=words))]
        case e.Reached():
            return milestones.noticed(event, after, voices, rules)
        case e.Dispatched():
            is_asked = any(isinstance(other, ve.VisitOffered) for other in events)
            return _dispatched(event, after, voices, rules, is_asked=is_asked)
        case _:
            assert_never(event)


def _told(text: str) -> Message:
    return Message(to=Place.CUSTOMER, text=text)


def _paused(event: e.Paused, after: Ticket, voices: Voices) -> list[Message]:
    number, need = after.number, event.need.rstrip("。")
    if event.reason is WaitsFor.CUSTOMER:
        text = voices.customer.say(
            "@{who} {number} 需要您补充：{need}。收到后马上继续，期间不计时。",
            who=after.requester, number=number, need=_bare(need),
        )  # fmt: skip
        return [
            Message(to=Place.CUSTOMER, text=text, mentions=(after.requester,), about=Needed(ticket=number))
        ]
    told = voices.customer.say(
        "{number} {waits}，{time} 前给您消息。",
        number=number, waits=_waits(event.reason, need, voices.customer), time=event.next_at,
    )  # fmt: skip
    called = after.owner or event.by
    duty = voices.duty.say(
        "⏸ {number} {waits}。{time} 提醒 {owner}。",
        number=number, waits=_waits(event.reason, need, voices.duty), time=event.next_at, owner=called,
    )  # fmt: skip
    if after.kind.is_planned:  # the customer hears of it when a time is agreed or moved
        return [Message(to=Place.DUTY, text=duty)]
    return [_told(told), Message(to=Place.DUTY, text=duty)]


def _waits(reason: WaitsFor, need: str, speaker: Speaker) -> str:
    """Return what a ticket waits for, and why when somebody wrote it."""
    waits = speaker.say(REASONS[reason])
    return speaker.say("{waits}：{need}", waits=waits, need=need) if need else waits


def _bare(need: str) -> str:
    """`需要提供设备序列号` asks for `设备序列号`."""
    return need.removeprefix("需要").removeprefix("提供").removeprefix("补充").lstrip(" ：:") or need


def _reminded(after: Ticket, voices: Voices) -> Message:
    waiting, number = after.waiting, after.number
    if waiting is None:
        raise AssertionError("only a ticket that waits is reminded of")
    need = _bare(waiting.need.rstrip("。"))
    if is_undecided(after):  # what the bot itself asked for
        need = voices.customer.say(NEEDED)
    if waiting.reason is WaitsFor.CUSTOMER:
        text = voices.customer.say(
            "@{who} {number} 还差：{need}，方便时发一下；暂不需要处理请回“撤单 {number}”。",
            who=after.requester, number=number, need=need,
        )  # fmt: skip
        return Message(
            to=Place.CUSTOMER,
            text=text,
            mentions=(after.requester,),
            about=Needed(ticket=number),
            useful_for=timedelta(hours=12),
        )
    called = after.owner or waiting.by
    text = voices.duty.say(
        "⏸ @{owner} {number} 该看进展了（{waits}）。到了回“继续 {number}”，还要等回“暂停 {number} {reason} 明天10点 …”。",
        owner=called, number=number, reason=voices.duty.say(REASONS[waiting.reason]),
        waits=_waits(waiting.reason, waiting.need.rstrip("。"), voices.duty),
    )  # fmt: skip
    return Message(
        to=Place.DUTY, text=text, mentions=(called,), is_alert=True, useful_for=timedelta(hours=12)
    )


def _resumed(by: Party, before: Ticket | None, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    number, owner = after.number, after.owner
    waited_for = before.waiting.reason if before is not None and before.waiting else WaitsFor.CUSTOMER
    is_answered = not rules.role(by).is_staff
    duty = voices.duty.say("▶ {number} 客户已补充", number=number)
    if not is_answered:
        duty = voices.duty.say("▶ {number} 继续（{by}）", number=number, by=by)
    call = voices.duty.say("，@{owner}", owner=owner) if owner else ""
    word = _word(after, voices.duty, rules)
    by_when = N_(" {time} 前做完") if after.kind.is_planned else N_(" {time} 前答复")
    duty += call + (voices.duty.say(by_when, time=word) if word else "")
    said = [Message(to=Place.DUTY, text=duty, mentions=(owner,) if owner else ())]
    if not is_answered and (waited_for is WaitsFor.CUSTOMER or after.kind.is_planned):
        return said  # the customer was asked, and has nothing new to read
    template = N_("收到，{number} 继续处理") if is_answered else N_("{number} 继续处理")
    told = voices.customer.say(template, number=number)
    told += voices.customer.say("（{owner}）", owner=owner) if owner else ""
    told += voices.customer.say("，最晚 {time} 给您答复。", time=word) if word else voices.customer.say("。")
    return [_told(told), *said]


def _word(after: Ticket, speaker: Speaker, rules: Rules) -> object:
    word = timing.promised_word(after, rules)
    return word if word is not None and word > speaker.now else None


def _proposed(event: e.Proposed, after: Ticket, speaker: Speaker) -> Message:
    text = speaker.say(
        "@{who} {number} 想和您约在 {time}：{reason}。同意请回 1，不方便回 2。",
        who=after.requester, number=after.number, time=event.at, reason=event.reason.rstrip("。"),
    )  # fmt: skip
    return Message(
        to=Place.CUSTOMER,
        text=text,
        mentions=(after.requester,),
        buttons=(Button(speaker.say("同意"), "1"), Button(speaker.say("不方便"), "2")),
        about=Agree(ticket=after.number),
    )


def _decided(
    event: e.AgreementGiven | e.AgreementRefused, after: Ticket, voices: Voices, rules: Rules
) -> list[Message]:
    number, owner = after.number, after.owner
    calls = voices.duty.say(" @{owner}", owner=owner) if owner else ""
    mentions = (owner,) if owner else ()
    if isinstance(event, e.AgreementGiven):
        told = voices.customer.say("已记录您的同意：{number} 约在 {time}。", number=number, time=event.at)
        duty = voices.duty.say("🤝 {number} 客户同意约在 {time}。", number=number, time=event.at)
        return [_told(told), Message(to=Place.DUTY, text=duty + calls, mentions=mentions)]
    word = _word(after, voices.customer, rules)
    told = voices.customer.say("好的，{number} 不改时间", number=number)
    told += voices.customer.say("，仍是 {time} 前。", time=word) if word else voices.customer.say("。")
    duty = voices.duty.say("{number} 客户不同意约在 {time}。", number=number, time=event.at)
    return [_told(told), Message(to=Place.DUTY, text=duty + calls, mentions=mentions)]


def _dispatched(
    event: e.Dispatched, after: Ticket, voices: Voices, rules: Rules, *, is_asked: bool
) -> list[Message]:
    number = after.number
    arrive = next(
        (each for each in timing.clocks(after, rules) if each.kind == "arrive" and each.is_running), None
    )
    due = arrive.due_at if arrive is not None else None
    to = introduced(event.to, voices.customer, rules)
    told = voices.customer.say("{number} 安排 {to} 上门", number=number, to=to)
    told += voices.customer.say("，最晚 {time} 到场。", time=due) if due else voices.customer.say("。")
    told += pictured(event.to, voices.customer, rules)
    duty = voices.duty.say("🚗 @{to} {number} 请上门", number=number, to=event.to)
    duty += voices.duty.say("，{time} 前到场", time=due) if due else ""
    duty += voices.duty.say("：{text}", text=event.note) if event.note else ""
    duty += voices.duty.say("。到了回“到场 {number}”。", number=number)
    duty += voices.duty.say("已请客户选时间。") if is_asked else ""
    sent = Message(to=Place.DUTY, text=duty, mentions=(event.to,))
    return (
        [sent] if is_asked else [_told(told), sent]
    )  # else the customer reads who comes with the question when
