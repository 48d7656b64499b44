"""Work at the customer's: on the way, there, gone without a solution, or not come at all; the report of a day."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from bot.asks import Rest
from bot.tickets import agreeing, remote
from bot.tickets import events as e
from bot.tickets import site_events as se
from bot.tickets import site_steps as ss
from bot.tickets import steps as s
from bot.tickets.errors import Incomplete, NotTheirs, TicketError
from bot.tickets.kinds import Status
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party, Ticket
from bot.tickets.permits import be_staff
from bot.tickets.rules import Role, Rules
from bot.tickets.voices import Voices, title

_STAGE = "onsite"


def decided(ticket: Ticket, step: ss.SiteStep, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return what a step leads to.

    Raises:
        TicketError: It is not for this person, or something is missing.
    """
    if isinstance(step, ss.Show):
        be_staff(step.by, ticket, rules)
        return []
    if ticket.status is not Status.OPEN:
        raise TicketError("{number} 已经处理完了；没解决请回“重开 {number}”。", number=ticket.number)
    match step:
        case ss.Depart(by=by):
            be_staff(by, ticket, rules)
            return [se.Departed(by=by)]
        case ss.LeaveSite(by=by, cause=cause, plan=plan, next_at=next_at):
            be_staff(by, ticket, rules)
            if not cause or not plan or next_at is None or next_at <= now:
                raise Incomplete(
                    "没修好离场要写明原因、打算和下次时间，例：离场 {number} 未解决 矩阵主板坏，已报备件，明天10点前换",
                    Rest(command=f"/leave {ticket.number} unsolved"),
                    number=ticket.number,
                )
            left = se.LeftSite(by=by, cause=cause, plan=plan, next_at=next_at)
            return [left, *agreeing.answer_promised(ticket, s.PromiseAnswer(by, next_at), now)]
        case ss.MissSomebody(by=by):
            if rules.role(by).is_staff:
                raise NotTheirs("“没人来”由客户来说；没到的话请马上联系客户。", number=ticket.number)
            return [se.NobodyCame(by=by)]
        case ss.ReportDay(by=by, text=text):
            be_staff(by, ticket, rules)
            if not text:
                raise TicketError(
                    "请写上进展，例：汇报 {number} 备机已接管，成绩模块明天恢复", number=ticket.number
                )
            return [se.DayReported(by=by, text=text)]
        case ss.AskRemote():
            return remote.asked(ticket, step, now, rules)
        case ss.AnswerRemote():
            return remote.answered(ticket, step, rules)
        case _:
            assert_never(step)


def shown(step: s.Step, by: Party, what: str, rules: Rules) -> list[e.AnyEvent]:
    """Return that photos or files came with what staff did; those beside words that are kept stand among these."""
    is_among_words = isinstance(step, s.Supplement | s.Say | s.Reopen | s.Note)
    return [se.Shown(by=by, what=what)] if what and rules.role(by).is_staff and not is_among_words else []


def be_allowed_on_site(ticket: Ticket, rules: Rules) -> None:
    """Refuse to send somebody where the contract promises other ways of helping only.

    Raises:
        TicketError: Nobody comes on this level.
    """
    policy = rules.policies.get(ticket.policy)
    level = policy.level(ticket.level) if policy else None
    if level is not None and level.stages and _STAGE not in level.stages:
        raise TicketError(
            "{number}（{level}）合同不含上门；确实要去，请先“改级 {number} 级别 原因”。",
            number=ticket.number,
            level=level.name,
        )


def noticed(event: se.SiteEvent, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Return what the customer and the duty room read."""
    number, customer, duty = after.number, voices.customer.say, voices.duty.say
    match event:
        case se.Departed(by=by):
            text = voices.asker.say(
                "{number} {by} 出发（{time}）。", number=number, by=by, time=voices.asker.now
            )
            return [Message(to=Place.ASIDE, text=text)]
        case se.LeftSite(cause=cause, plan=plan, next_at=next_at):
            told = customer(
                "{number} 今天未能修好：{cause}，{plan}。{time} 前继续处理。",
                number=number, cause=cause, plan=plan, time=next_at,
            )  # fmt: skip
            return [Message(to=Place.CUSTOMER, text=told)]
        case se.NobodyCame(by=by):
            managers = rules.with_role(Role.MANAGER)[:1]
            first = (after.owner,) if after.owner else rules.on_call(after.room, voices.duty.now)
            called = tuple(dict.fromkeys((*first, *managers)))
            text = duty(
                "⚠️ {number} {by} 说没人来（{title}）。请马上联系客户。{calls}",
                number=number, by=by, title=title(after), calls=" ".join(f"@{each.name}" for each in called),
            )  # fmt: skip
            told = customer("抱歉让您久等，{who} 马上与您联系。", who=managers or first or customer("工程师"))
            return [Message(to=Place.CUSTOMER, text=told), Message(to=Place.DUTY, text=text, mentions=called)]
        case se.DayReported(by=by, text=text):
            return [
                Message(
                    to=Place.DUTY,
                    text=duty("📝 {number} 当日汇报（{by}）：{text}", number=number, by=by, text=text),
                )
            ]
        case se.Shown():
            return []
        case se.RemoteAsked() | se.RemoteAnswered():
            return remote.noticed(event, after, voices)
        case _:
            assert_never(event)
