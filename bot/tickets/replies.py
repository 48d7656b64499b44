"""What is said, and to whom, when something happened to a ticket (JOURNEYS 3 to 8, 13 to 15, 28)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import assert_never

from bot.asks import Check, Details, Rating
from bot.tickets import events as e
from bot.tickets import timing
from bot.tickets.alerts import alerts
from bot.tickets.errors import N_
from bot.tickets.messages import Button, Message, Place
from bot.tickets.model import ClockKind, Closing, Kind, Party, Ticket
from bot.tickets.rules import Role, Rules
from bot.tickets.speaker import Speaker
from scheduler.calendar import add_working_time

_UNDONE_WORDS = {
    "Resolved": N_("解决"),
    "HandOverOffered": N_("转交"),
    "LevelChanged": N_("改级"),
    "Noted": N_("记录"),
    "Closed": N_("撤单"),
}


@dataclass(frozen=True, slots=True)
class Voices:
    """The speakers of the two rooms a ticket lives in, and of the room where the step was asked for."""

    customer: Speaker
    duty: Speaker
    asker: Speaker


def replies(
    before: Ticket | None, after: Ticket, events: Sequence[e.AnyEvent], voices: Voices, rules: Rules
) -> list[Message]:
    """Return the messages that follow from the events of one step; at most one per room."""
    return [message for event in events for message in _said_of(event, before, after, events, voices, rules)]


def title(ticket: Ticket, longest: int = 40) -> str:
    """Return the ticket's text on one line, shortened."""
    line = " ".join(ticket.text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _said_of(
    event: e.AnyEvent,
    before: Ticket | None,
    after: Ticket,
    events: Sequence[e.AnyEvent],
    voices: Voices,
    rules: Rules,
) -> list[Message]:
    customer, duty = voices.customer.say, voices.duty.say
    number = after.number
    match event:
        case e.Opened():
            return _opened(event, after, voices, rules)
        case e.Claimed(by=by):
            return _claimed(by, after, events, voices, rules)
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
            return [Message(to=Place.DUTY, text=text, mentions=(owner,))]
        case e.Reassigned(by=by, to=to, giver=giver, reason=reason):
            return [_reassigned(by, to, giver, reason, after, voices, rules)]
        case e.LevelChanged(by=by, reason=reason):
            if by == after.requester:
                return _kept(by, after, voices, rules)
            was = before.level_name if before else ""
            text = customer(
                "{number} 由{was}调整为{level}：{reason}（{by}）。",
                number=number, was=was, level=after.level_name, reason=reason, by=by,
            )  # fmt: skip
            if after.level_before:
                text += customer("不同意请回“维持{was}”。", was=was.split("·")[0])
            return [Message(to=Place.CUSTOMER, text=text)]
        case e.Updated(text=text):
            return [
                Message(to=Place.CUSTOMER, text=customer("{number} 进展：{text}", number=number, text=text))
            ]
        case e.Urged(by=by):
            return _urged(by, after, voices, rules)
        case e.Resolved():
            return [_resolved(event, after, voices.customer, rules)]
        case e.CheckReminded():
            text = customer(
                "@{who} {number} 处理好了吗？好了回 1，还有问题回 2。{time} 前没有回复，我就先关单。",
                who=after.requester, number=number, time=after.close_at or voices.customer.now,
            )  # fmt: skip
            return [
                Message(
                    to=Place.CUSTOMER,
                    text=text,
                    mentions=(after.requester,),
                    about=Check(ticket=number),
                    useful_for=timedelta(hours=12),
                )
            ]
        case e.Closed(closing=closing, by=by):
            return _closed(closing, by, after, events, voices, rules)
        case e.Reopened(by=by, text=text):
            return _reopened(by, text, after, voices, rules)
        case e.Undone(word=word):
            return _undone(word, after, voices)
        case e.SurveyAsked():
            if any(isinstance(other, e.Closed) for other in events):
                return []  # asked together with the confirmation
            text = customer(
                "@{who} {number} 已处理好。给这次服务打个分吧：速度 质量（1–5），例如“5 4”，可加一句话。",
                who=after.requester,
                number=number,
            )
            return [_survey(text, after)]
        case e.SurveyReminded():
            text = customer(
                "@{who} 方便时给 {number} 打个分：速度 质量（1–5），例如“5 4”。",
                who=after.requester,
                number=number,
            )
            return [_survey(text, after)]
        case e.Rated(is_low=is_low):
            return _low(event, after, voices, rules) if is_low else []
        case e.CallMissed():
            resolve = after.clock(ClockKind.RESOLVE)
            due = timing.due_at(resolve, rules) if resolve else None
            text = voices.asker.say(
                "{number} 已记未接，{time} 前请再打一次。",
                number=after.subject or number,
                time=due or voices.asker.now,
            )
            return [Message(to=Place.ASIDE, text=text)]
        case e.CalledBack():
            text = voices.asker.say("{number} 的回访已记入档案。", number=after.subject or number)
            return [Message(to=Place.ASIDE, text=text)]
        case e.Escalated():
            return alerts(event, after, voices.duty, rules, title(after))
        case e.Assisted(by=by):
            return [
                Message(
                    to=Place.DUTY,
                    text=duty(
                        "{number} 由 {by} 协助，{owner} 负责。",
                        number=number,
                        by=by,
                        owner=after.owner or duty("还没有人"),
                    ),
                )
            ]
        case (
            e.Responded()
            | e.Said()
            | e.Noted()
            | e.Supplemented()
            | e.SurveyPlanned()
            | e.SurveySkipped()
            | e.SurveyExpired()
            | e.Commented()
        ):
            return []
        case _:
            assert_never(event)


def _opened(event: e.Opened, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    if event.kind is Kind.CALLBACK:
        return []  # said together with the low score
    number, now = after.number, voices.customer.now
    level = after.level_name or voices.customer.say("已登记")
    policy = rules.policies.get(after.policy)
    is_urgent = policy is not None and len(policy.levels) > 1 and policy.levels[0].id == after.level
    calls = _called_at_once(after, rules, now) if is_urgent else ()
    told = [_acknowledged(event, after, level, calls, voices.customer, rules)]
    customer = rules.customers.get(after.customer) or _room_name(after, rules)
    short = level.split("·")[0]
    again = (
        voices.duty.say("（再次：{numbers}）", numbers=", ".join(map(str, after.links)))
        if after.links
        else ""
    )
    line = voices.duty.say(
        "{mark} {number} {level}｜{customer}｜{requester}：{title}{again}{calls}",
        mark="🔴" if is_urgent else "🆕",
        number=number,
        level=short,
        customer=customer,
        requester=after.requester,
        title=title(after, 60),
        again=again,
        calls="".join(f" @{party.name}" for party in calls),
    )
    if event.tried:
        line += voices.duty.say("（已试 {entry}）", entry=event.tried)
    word = timing.promised_word(after, rules)
    claim = voices.duty.say("接单：回“接单 {number}”", number=number)
    due = voices.duty.say("响应 {time} 前。", time=word) if word else ""
    buttons = (Button(voices.duty.say("接单"), f"接单 {number}"),)
    card = Message(to=Place.DUTY, text=f"{line}\n{due}{claim}", mentions=calls, buttons=buttons, is_card=True)
    return [*told, card]


def _acknowledged(
    event: e.Opened, after: Ticket, level: str, calls: tuple[Party, ...], speaker: Speaker, rules: Rules
) -> Message:
    """What the reporter reads: number, level, by when somebody answers."""
    number, word = after.number, timing.promised_word(after, rules)
    if event.links:
        text = speaker.say(
            "{old} 已关闭超过 {days} 天，已建新单 {number} 并关联 {old}，优先处理。",
            old=event.links[0], days=rules.reopen_within.days, number=number,
        )  # fmt: skip
        return Message(to=Place.ASKER, text=text)
    if calls:
        text = speaker.say(
            "🔴 已建单 {number}（{level}），已叫 {calls}", number=number, level=level, calls=calls
        )
        text += speaker.say("，最晚 {time} 响应", time=word) if word else ""
        arrive = after.clock(ClockKind.ARRIVE)
        arrival = timing.due_at(arrive, rules) if arrive else None
        text += speaker.say("、{time} 到场", time=arrival) if arrival else ""
        text += speaker.say("。\n请回：联系电话 + 地点（一条就行）。")
        return Message(to=Place.ASKER, text=text, about=Details(ticket=number))
    text = speaker.say("已建单 {number}（{level}）。", number=number, level=level)
    text += (
        speaker.say("工程师最晚 {time} 响应，有进展我在这里说。", time=word)
        if word
        else speaker.say("有进展我在这里说。")
    )
    text += speaker.say("\n补充照片或说明，直接引用本条发就行。")
    return Message(to=Place.ASKER, text=text)


def _called_at_once(after: Ticket, rules: Rules, now: datetime) -> tuple[Party, ...]:
    """The most urgent level calls the engineer on call and a manager without waiting for a rung."""
    calls = [*rules.on_call(after.room, now), *rules.with_role(Role.MANAGER)[:1]]
    return tuple(dict.fromkeys(calls))


def _claimed(
    by: Party, after: Ticket, events: Sequence[e.AnyEvent], voices: Voices, rules: Rules
) -> list[Message]:
    text = voices.duty.say(
        "{number} 由 {by} 接单（{time}）。", number=after.number, by=by, time=voices.duty.now
    )
    duty = Message(to=Place.DUTY, text=text)
    if any(isinstance(event, e.Responded) and event.text for event in events) or any(
        isinstance(event, e.Resolved | e.Updated) for event in events
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
    text = duty(
        "{number} 由 {by} 改派给 @{to}（{origin}理由：{reason}）。",
        number=after.number, by=by, to=to, origin=origin, reason=reason,
    )  # fmt: skip
    word = timing.promised_word(after, rules)
    if word is not None and word > voices.duty.now:
        text += duty("最晚 {time} 给客户回话。", time=word)
    else:
        text += duty("请马上联系客户。")
    return Message(to=Place.DUTY, text=text, mentions=(to,))


def _kept(by: Party, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """The customer insists on a level: whoever works on it must know what is promised now."""
    number, level, word = after.number, after.level_name, timing.promised_word(after, rules)
    told = voices.customer.say("好的，{number} 维持 {level}", number=number, level=level)
    told += (
        voices.customer.say("，最晚 {time} 答复。", time=word)
        if word and word > voices.customer.now
        else "。"
    )
    called = (after.owner,) if after.owner else rules.on_call(after.room, voices.duty.now)
    duty = voices.duty.say("{number} 维持 {level}（{by} 要求）", number=number, level=level, by=by)
    duty += voices.duty.say("，最晚 {time} 答复。", time=word) if word and word > voices.duty.now else "。"
    duty += " ".join(f"@{party.name}" for party in called)
    return [Message(to=Place.ASKER, text=told), Message(to=Place.DUTY, text=duty, mentions=called)]


def _urged(by: Party, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    word = timing.promised_word(after, rules)
    called = (after.owner,) if after.owner else rules.on_call(after.room, voices.duty.now)
    text = voices.customer.say("已替您催 {who}", who=called or voices.customer.say("工程师"))
    if word is None or word <= voices.customer.now:
        text += "。"
    elif timing.is_awaited(after):
        text += voices.customer.say("，最晚 {time} 联系您。", time=word)
    else:
        text += voices.customer.say("，最晚 {time} 解决。", time=word)
    names = " ".join(f"@{party.name}" for party in called)
    duty = voices.duty.say(
        "⏰ {by} 在催 {number}（{title}）{names}", by=by, number=after.number, title=title(after), names=names
    )
    return [Message(to=Place.ASIDE, text=text), Message(to=Place.DUTY, text=duty, mentions=called)]


def _resolved(event: e.Resolved, after: Ticket, speaker: Speaker, rules: Rules) -> Message:
    text = speaker.say(
        "✅ {number} 已处理（{by}）：{cause}，{method}。建议：{prevention}。\n",
        number=after.number,
        by=event.by,
        cause=event.cause.rstrip("。"),
        method=event.method.rstrip("。"),
        prevention=event.prevention.rstrip("。"),
    )
    if rules.role(after.requester).is_staff:  # reported on behalf of somebody the bot does not know
        text += speaker.say("请引用本条：好了回 1，还有问题回 2。")
        return Message(to=Place.CUSTOMER, text=text, about=Check(ticket=after.number))
    text += speaker.say("@{who} 好了回 1，还有问题回 2。", who=after.requester)
    buttons = (Button(speaker.say("好了"), "1"), Button(speaker.say("还有问题"), "2"))
    return Message(
        to=Place.CUSTOMER,
        text=text,
        mentions=(after.requester,),
        buttons=buttons,
        about=Check(ticket=after.number),
    )


def _closed(
    closing: Closing,
    by: Party | None,
    after: Ticket,
    events: Sequence[e.AnyEvent],
    voices: Voices,
    rules: Rules,
) -> list[Message]:
    number = after.number
    if closing is Closing.DONE:
        return []
    if closing is Closing.CONFIRMED:
        text = voices.customer.say("谢谢确认，{number} 已关闭。", number=number)
        if not any(isinstance(event, e.SurveyAsked) for event in events):
            return [Message(to=Place.CUSTOMER, text=text)]
        text += voices.customer.say("给这次服务打个分吧：速度 质量（1–5），例如“5 4”，可加一句话。")
        return [_survey(text, after, mentions=())]
    if closing is Closing.SILENCE:
        text = voices.customer.say(
            "{number} 没有等到回复，先关单了。{days} 天内说“{number} 还有问题”，我就重新打开。",
            number=number, days=rules.reopen_within.days,
        )  # fmt: skip
        return [Message(to=Place.CUSTOMER, text=text, useful_for=timedelta(days=1))]
    told = Message(
        to=Place.CUSTOMER, text=voices.customer.say("{number} 已撤单，需要时再叫我。", number=number)
    )
    owner = (after.owner,) if after.owner else ()
    text = voices.duty.say(
        "{number} 已由 {by} 撤单，不用再处理。{owner}",
        number=number,
        by=by,
        owner="".join(f"@{party.name}" for party in owner),
    )
    return [told, Message(to=Place.DUTY, text=text, mentions=owner)]


def _reopened(by: Party, text: str, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    number, owner = after.number, after.owner
    word = timing.promised_word(after, rules)
    told = voices.customer.say("{number} 已重新打开", number=number)
    told += voices.customer.say("，仍由 {owner} 负责", owner=owner) if owner else ""
    told += (
        voices.customer.say("，最晚 {time} 答复。", time=word)
        if word and word > voices.customer.now
        else "。"
    )
    called = [owner] if owner else list(rules.on_call(after.room, voices.duty.now))
    if after.reopened > 1:  # a second time is the manager's business
        called.extend(party for party in rules.with_role(Role.MANAGER) if party not in called)
    duty = voices.duty.say(
        "🔁 {number} 重新打开（{by}：{text}）{calls}",
        number=number, by=by, text=" ".join(text.split())[:60] or voices.duty.say("还有问题"),
        calls=" ".join(f"@{party.name}" for party in called),
    )  # fmt: skip
    duty += voices.duty.say("，{time} 前答复", time=word) if word and word > voices.duty.now else ""
    return [Message(to=Place.CUSTOMER, text=told), Message(to=Place.DUTY, text=duty, mentions=tuple(called))]


def _undone(word: str, after: Ticket, voices: Voices) -> list[Message]:
    asker = voices.asker
    text = asker.say(
        "已撤回“{word} {number}”，恢复到之前的状态。",
        word=asker.say(_UNDONE_WORDS.get(word, word)),
        number=after.number,
    )
    said = [Message(to=Place.ASIDE, text=text)]
    if word == "Resolved":  # the customer was asked whether it works
        told = voices.customer.say(
            "{number} 还在处理，刚才的“已处理”不算，好了我再告诉您。", number=after.number
        )
        said.append(Message(to=Place.CUSTOMER, text=told))
    return said


def _low(event: e.Rated, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Apologise, and say who calls by when; the manager learns the facts privately."""
    from_now = _callback_due(voices, rules)
    managers = rules.with_role(Role.MANAGER)[:1]
    told = voices.customer.say("收到，抱歉没让您满意。")
    if managers:
        told += voices.customer.say("{manager} 会在 {time} 前与您联系。", manager=managers[0], time=from_now)
    said = [Message(to=Place.CUSTOMER, text=told)]
    comment = voices.duty.say("“{comment}”", comment=event.comment) if event.comment else ""
    text = voices.duty.say(
        "📞 低分回访 {number}：速度{speed} 质量{quality}{comment}（{title}）。最晚 {time}。\n完成后回：回访 {number} 结果",
        number=after.number, speed=event.speed, quality=event.quality, comment=comment, title=title(after), time=from_now,
    )  # fmt: skip
    said.extend(Message(to=manager, text=text, mentions=(manager,)) for manager in managers)
    return said


def _callback_due(voices: Voices, rules: Rules) -> datetime:
    return add_working_time(
        rules.calendars[rules.survey.callback_calendar], voices.duty.now, rules.survey.callback_within
    )


def _survey(text: str, after: Ticket, mentions: tuple[Party, ...] | None = None) -> Message:
    return Message(
        to=Place.CUSTOMER,
        text=text,
        mentions=(after.requester,) if mentions is None else mentions,
        about=Rating(ticket=after.number),
        useful_for=timedelta(hours=24),
    )


def _known(ticket: Ticket, speaker: Speaker) -> str:
    """The summary a colleague needs before accepting: what it is and what was tried."""
    tried = speaker.say("，已试 {entry}", entry=ticket.tried) if ticket.tried else ""
    progress = speaker.say("，进展：{text}", text=ticket.progress) if ticket.progress else ""
    return f"{title(ticket)}{tried}{progress}"


def _manager(rules: Rules, speaker: Speaker) -> str:
    managers = rules.with_role(Role.MANAGER)
    return managers[0].name if managers else speaker.say("经理")


def _room_name(ticket: Ticket, rules: Rules) -> str:
    room = rules.rooms.get(ticket.room)
    return room.name if room else ticket.room
