"""What is said about planned work: that it comes, when, how it ended, and that it is overdue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import assert_never

from bot.asks import Afterthought
from bot.tickets import events as e
from bot.tickets import planned_events as p
from bot.tickets.errors import N_
from bot.tickets.inspected import report
from bot.tickets.introducing import described, pictured
from bot.tickets.kinds import Closing, Kind
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party, Ticket
from bot.tickets.planned import ANNOUNCED, fixed_at
from bot.tickets.planned_changes import DUE, LATEST, ROLLED_BACK
from bot.tickets.planned_words import called_for, customer_name, slot, what_of
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.tickets.voices import Voices, title
from scheduler.waking import open_until
from scheduler.workdays import working_day_until

_EXAMPLE_TIME = time(15)
_USEFUL = timedelta(hours=12)


def planned_notice(event: p.PlannedEvent, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Return what the customer and the duty room read."""
    match event:
        case p.Announced():
            return _announced(after, voices, rules)
        case p.Appointed():
            return _appointed(after, voices, rules)
        case p.OtherTimeWanted():
            return _other_time(event, after, voices, rules)
        case p.AppointmentNear():
            return _near(after, voices, rules)
        case p.Inspected():
            return _inspected(event, after, voices, rules)
        case p.Finished() | p.RolledBack():
            return _ended(event, after, voices, rules)
        case _:
            assert_never(event)


def opened(after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Return the answer to whoever planned some work; an inspection is not spoken of before its day."""
    appointment = after.appointment
    if after.kind is not Kind.MAINTENANCE or appointment is None or after.announce_at is None:
        return []
    text = voices.duty.say(
        "📅 {number} {customer} {slot} 升级{what}（{owner}）。{time} 告诉客户，不做了回“撤单 {number}”。",
        number=after.number, customer=customer_name(after, rules), slot=slot(after, voices.duty),
        what=title(after), owner=after.owner or "", time=max(after.announce_at, voices.duty.now),
    )  # fmt: skip
    return [Message(to=Place.DUTY, text=text)]


def _announced(after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    if after.closing is not None:
        return _result(after, voices)
    if after.kind is Kind.MAINTENANCE:
        return _maintenance_announced(after, voices, rules)
    due_at = fixed_at(after, DUE) or voices.duty.now
    if due_at <= voices.duty.now:
        return []  # after a standstill; that it is overdue says it all
    called = called_for(after, rules, voices.duty.now)
    text = voices.duty.say(
        "📋 {number} {customer} {title} {due} 到期，负责人：{owner}。约时间：回“约 {number} {example}”",
        number=after.number, customer=customer_name(after, rules), title=title(after), due=due_at,
        owner=" ".join(f"@{each.name}" for each in called) or voices.duty.say("还没有人"),
        example=_example(due_at, after, voices.duty, rules),
    )  # fmt: skip
    return [Message(to=Place.DUTY, text=text, mentions=called, useful_for=_USEFUL)]


def _example(due_at: datetime, after: Ticket, speaker: Speaker, rules: Rules) -> str:
    """Return a time that could be meant: the afternoon of the working day before it is due, or two hours from now."""
    day = due_at.astimezone(speaker.zone).date() - timedelta(days=1)
    plan = rules.plans.get(after.plan)
    day = working_day_until(plan.calendar, day) if plan is not None else day
    example = datetime.combine(day, _EXAMPLE_TIME, speaker.zone)
    if example <= speaker.now:
        example = max(speaker.now, due_at - timedelta(hours=2)).astimezone(speaker.zone)
    return f"{example.month}-{example.day} {example:%H:%M}"


def _maintenance_announced(after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    appointment, customer = after.appointment, voices.customer
    if appointment is None:
        return []
    if appointment.at <= customer.now:
        text = voices.duty.say(
            "⚠️ {number} {customer} 升级{what} 没能提前告诉客户（机器人当时没有运行）。{calls}",
            number=after.number, customer=customer_name(after, rules), what=title(after),
            calls="".join(f"@{each.name}" for each in called_for(after, rules, customer.now)),
        )  # fmt: skip
        return [Message(to=Place.DUTY, text=text, mentions=called_for(after, rules, customer.now))]
    latest = fixed_at(after, LATEST) or appointment.until or appointment.at
    told = customer.say(
        "📣 {number} {slot} 升级{what}，期间可能无法使用，最晚 {latest} 恢复。",
        number=after.number, slot=slot(after, customer), what=title(after), latest=latest,
    )  # fmt: skip
    if appointment.movable_until is not None and appointment.movable_until > customer.now:
        told += customer.say("有考试、活动冲突，请在 {time} 前回“改期”。", time=appointment.movable_until)
    return [Message(to=Place.CUSTOMER, text=told, useful_for=appointment.at - customer.now)]


def _appointed(after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    appointment, plan = after.appointment, rules.plans.get(after.plan)
    if appointment is None:
        return []
    who, customer = appointment.who or after.owner, voices.customer
    about = described(who, customer, rules) if who else ""
    told = customer.say(
        "{number} {title}定在 {time}（{who}）",
        number=after.number,
        title=title(after),
        time=appointment.at,
        who=customer.say("，").join(filter(None, (who.name if who else "", about))),
    )
    if plan is not None and plan.takes is not None:
        told += customer.say("，约 {length}", length=plan.takes)
    told += customer.say("。不方便请回“改期”。") + (pictured(who, customer, rules) if who else "")
    duty = voices.duty.say(
        "📅 {number} {customer} {title} 约在 {time}（{who}）。",
        number=after.number, customer=customer_name(after, rules), title=title(after), time=appointment.at, who=who or "",
    )  # fmt: skip
    return [Message(to=Place.CUSTOMER, text=told), Message(to=Place.DUTY, text=duty)]


def _other_time(event: p.OtherTimeWanted, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    called = called_for(after, rules, voices.duty.now)
    names = "".join(f"@{each.name} " for each in called)
    is_work = after.kind is Kind.MAINTENANCE
    wish = voices.duty.say("：{text}", text=event.text) if event.text else ""
    if event.is_late:
        template = N_(
            "⚠️ {names}{number} {customer} {by} 要求改期（{what}，原定 {time}），已过改期时间{wish}。请马上联系客户。"
        )
        told = voices.customer.say(
            "收到。已经过了改期时间，我请 {who} 马上联系您。", who=called or voices.customer.say("工程师")
        )
    elif is_work:
        template = N_(
            "🔁 {names}{number} {customer} {by} 要求改期，{time} 升级{title} 取消{wish}。重新安排：升级 {customer} {title} 日期 开始-结束"
        )
        told = voices.customer.say(
            "好的，{time} 升级{what} 取消，另约时间后再告诉您。", time=event.at, what=title(after)
        )
    else:
        template = N_(
            "🔁 {names}{number} {customer} {by} 要求改期（{title}，原定 {time}）{wish}。重新约：约 {number} 日期 时间"
        )
        told = voices.customer.say(
            "好的，{time} 不去了，{who} 会和您另约。",
            time=event.at,
            who=called or voices.customer.say("工程师"),
        )
    duty = voices.duty.say(
        template, names=names, number=after.number, customer=customer_name(after, rules), by=event.by,
        title=title(after), what=what_of(after, voices.duty), time=event.at, wish=wish,
    )  # fmt: skip
    about = Afterthought(ticket=after.number)  # 明天上午十点吧
    return [
        Message(to=Place.CUSTOMER, text=told, about=about),
        Message(to=Place.DUTY, text=duty, mentions=called),
    ]


def _near(after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    appointment, duty = after.appointment, voices.duty
    if appointment is None:
        return []
    who = appointment.who or after.owner
    called = (who,) if who else called_for(after, rules, duty.now)
    names = "".join(f"@{each.name} " for each in called)
    if not after.kind.is_planned:
        text = duty.say(
            "⏰ {names}{number} {time} 到 {customer} 上门（{title}）。出发回“出发 {number}”，到了回“到场 {number}”。",
            names=names, number=after.number, time=appointment.at, customer=customer_name(after, rules), title=title(after),
        )  # fmt: skip
        return [Message(to=Place.DUTY, text=text, mentions=called, useful_for=_USEFUL)]
    if after.kind is Kind.INSPECTION:
        text = duty.say(
            "⏰ {names}{number} {time} 到 {customer} 做 {title}。做完回：巡检 {number} 完成 结果",
            names=names, number=after.number, time=appointment.at, customer=customer_name(after, rules), title=title(after),
        )  # fmt: skip
        return [Message(to=Place.DUTY, text=text, mentions=called, useful_for=_USEFUL)]
    text = duty.say(
        "🔧 {names}{number} {customer} 升级{what} 到点了（{slot}）。做完回“升级完成 {number}”，不顺利回“升级回退 {number} 原因”。",
        names=names, number=after.number, customer=customer_name(after, rules), what=title(after), slot=slot(after, duty),
    )  # fmt: skip
    said = [Message(to=Place.DUTY, text=text, mentions=called, useful_for=_USEFUL)]
    if _is_quiet(after, duty.now, rules):
        return said
    told = voices.customer.say(
        "🔧 {number} 开始升级{what}，预计 {time} 恢复。",
        number=after.number,
        what=title(after),
        time=appointment.until or appointment.at,
    )
    late = (appointment.until or appointment.at) - duty.now
    return [*said, Message(to=Place.CUSTOMER, text=told, useful_for=max(late, timedelta(minutes=1)))]


def _is_quiet(ticket: Ticket, now: datetime, rules: Rules) -> bool:
    room = rules.rooms.get(ticket.room)
    return room is not None and room.quiet is not None and open_until(room.quiet, rules.zone, now) is not None


def _inspected(event: p.Inspected, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    customer, duty = voices.customer, voices.duty
    if event.findings:
        found = tuple(each.text for each in event.findings)
        numbers = tuple(f"{each.number}" for each in event.findings)
        told = customer.say(
            "{number} {title}完成（{by}）：{count} 项提醒：{found}。已建隐患单 {numbers} 跟进。",
            number=after.number, title=title(after), by=event.by, count=len(found), found=found, numbers=numbers,
        )  # fmt: skip
        text = duty.say(
            "✅ {number} {customer} {title} 完成（{by}），隐患单 {numbers} 由 {owner} 跟进。",
            number=after.number, customer=customer_name(after, rules), title=title(after), by=event.by,
            numbers=numbers, owner=after.owner or event.by,
        )  # fmt: skip
    else:
        told = customer.say(
            "{number} {title}完成（{by}）：{text}。",
            number=after.number, title=title(after), by=event.by, text=event.text.rstrip("。."),
        )  # fmt: skip
        text = duty.say(
            "✅ {number} {customer} {title} 完成（{by}）。",
            number=after.number, customer=customer_name(after, rules), title=title(after), by=event.by,
        )  # fmt: skip
    file = report(event, customer.now, after, customer, rules)
    told += customer.say("报告：{name}", name=file.name.removesuffix(".xlsx"))
    return [Message(to=Place.CUSTOMER, text=told, file=file), Message(to=Place.DUTY, text=text)]


def _ended(event: p.Finished | p.RolledBack, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    number, duty = after.number, voices.duty
    is_done = isinstance(event, p.Finished)
    template = (
        N_("✅ {number} {customer} 升级{what} 完成（{by}）。")
        if is_done
        else N_("↩️ {number} {customer} 升级{what} 没有成功，已回退（{by}）：{text}。")
    )
    text = duty.say(
        template, number=number, customer=customer_name(after, rules), what=title(after), by=event.by,
        text=event.text.rstrip("。."),
    )  # fmt: skip
    if event.tell_at is not None:
        text += duty.say("{time} 告诉客户。", time=event.tell_at)
        return [Message(to=Place.DUTY, text=text)]
    return [*_result(after, voices, is_done=is_done), Message(to=Place.DUTY, text=text)]


def _result(after: Ticket, voices: Voices, *, is_done: bool | None = None) -> list[Message]:
    """Return how announced work ended; said at once, or in the morning."""
    customer, resolution = voices.customer, after.resolution
    if resolution is None or after.solved_at is None:
        return []
    if is_done is None:
        is_done = ROLLED_BACK not in after.happened
    words = customer.say("：{text}", text=resolution.method.rstrip("。.")) if resolution.method else ""
    if is_done:
        told = customer.say(
            "✅ {number} {what} 升级完成（{time}）{words}。有异常直接引用本条。",
            number=after.number, what=title(after), time=after.solved_at, words=words,
        )  # fmt: skip
    else:
        told = customer.say(
            "↩️ {number} {what} 没有升级成功，已恢复到原来的版本（{time}），可以正常使用{words}。改天再约时间。",
            number=after.number, what=title(after), time=after.solved_at, words=words,
        )  # fmt: skip
    return [Message(to=Place.CUSTOMER, text=told)]


def cancelled(
    closing: Closing,
    by: Party | None,
    after: Ticket,
    events: Sequence[e.AnyEvent],
    voices: Voices,
    rules: Rules,
) -> list[Message]:
    """Return that planned work is not done after all; where nobody knew of it, nobody hears of it."""
    if (
        closing is not Closing.WITHDRAWN
        or by is None
        or any(isinstance(each, p.OtherTimeWanted) for each in events)
    ):
        return []
    duty = voices.duty.say(
        "{number} {customer} {what} 取消了（{by}）。",
        number=after.number, customer=customer_name(after, rules), what=what_of(after, voices.duty), by=by,
    )  # fmt: skip
    said = [Message(to=Place.DUTY, text=duty)]
    appointment = after.appointment
    is_known = ANNOUNCED in after.happened if after.kind is Kind.MAINTENANCE else appointment is not None
    if is_known and appointment is not None:
        told = voices.customer.say(
            "{number} {time} {what} 取消了。",
            number=after.number, time=appointment.at, what=what_of(after, voices.customer),
        )  # fmt: skip
        said.append(Message(to=Place.CUSTOMER, text=told))
    return said
