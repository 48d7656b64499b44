"""Inside a major incident: the runbook that is ticked off, the report of each day, and experts who are consulted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from bot.asks import DayDraft
from bot.one_line import shortened
from bot.tickets import events as e
from bot.tickets import incident_events as ie
from bot.tickets import incident_steps as ins
from bot.tickets import timing
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.kinds import ClockKind
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party, Runbook, Ticket
from bot.tickets.ownership import be_colleague
from bot.tickets.rules import Role, Rules
from bot.tickets.speaker import Speaker
from bot.tickets.voices import Voices, title

_ASKED_BEFORE = timedelta(minutes=30)
_LONGEST = 160
_LONGEST_CALL = 60


def chosen_runbook(ticket: Ticket, named: str, rules: Rules) -> Runbook | None:
    """Return the runbook that is named, or the first that is meant for such an incident; None where there is none."""
    word = named.split(maxsplit=1)[0].casefold() if named.split() else ""
    for plan in rules.runbooks:
        if plan.id.casefold() == word:
            return Runbook(plan.id, plan.name, plan.steps)
    for plan in rules.runbooks:
        is_theirs = not plan.customers or ticket.customer in plan.customers
        is_about = not plan.keywords or any(each in ticket.text for each in plan.keywords)
        if is_theirs and is_about:
            return Runbook(plan.id, plan.name, plan.steps)
    return None


def consulted_with(ticket: Ticket, by: Party, rules: Rules) -> list[e.AnyEvent]:
    """Return that experts are asked as soon as an incident is declared, where the contract promises that."""
    policy = rules.policies.get(ticket.policy)
    level = policy.level(ticket.level) if policy else None
    if level is None or not level.consult:
        return []
    return [ie.ConsultCalled(by=by, text=title(ticket), invited=_experts(by, (), rules))]


def _experts(by: Party, named: tuple[Party, ...], rules: Rules) -> tuple[Party, ...]:
    people = (*named, *rules.with_role(Role.LEADER), *rules.with_role(Role.MANAGER))
    return tuple(party for party in dict.fromkeys(people) if party != by)


def decided(ticket: Ticket, step: ins.IncidentStep, rules: Rules) -> list[e.AnyEvent]:
    """Return what a step leads to.

    Raises:
        TicketError: There is nothing of the kind, or something is missing.
    """
    number = ticket.number
    match step:
        case ins.Tick(by=by, steps=steps):
            runbook = ticket.runbook
            if runbook is None:
                raise TicketError("{number} 没有预案。", number=number)
            unknown = next((each for each in steps if not 1 <= each <= len(runbook.steps)), None)
            if unknown is not None:
                raise TicketError(
                    "{number} 的预案只有 {count} 步，例：√1", number=number, count=len(runbook.steps)
                )
            done = next((each for each in steps if each in runbook.done), None)
            if done is not None:
                known = runbook.done[done]
                raise TicketError(
                    "{number} 第 {step} 步 {by} 已完成（{time}）。", number=number, step=done, by=known.by, time=known.at
                )  # fmt: skip
            return [ie.Ticked(by=by, steps=tuple(dict.fromkeys(steps)))]
        case ins.Consult(by=by, text=text, named=named):
            for party in named:
                be_colleague(party, number, rules)
            if not text.strip():
                raise TicketError("请写明要讨论什么，例：会诊 {number} 主备切换后数据对不上", number=number)
            return [ie.ConsultCalled(by=by, text=text.strip(), invited=_experts(by, named, rules))]
        case ins.Conclude(by=by, text=text):
            if not text.strip():
                raise TicketError("请写上结论，例：会诊结论 {number} 先回退到昨晚的备份", number=number)
            return [ie.ConsultConcluded(by=by, text=text.strip())]
        case ins.SeekHelp(by=by, text=text):
            return [_help_sought(number, by, text.strip(), rules)]
        case _:
            assert_never(step)


def _help_sought(number: int, by: Party, text: str, rules: Rules) -> ie.HelpSought:
    """Return who is asked: whoever knows a field that the text names, else the leaders.

    Raises:
        TicketError: No field is named, or there is nobody to ask.
    """
    fields = tuple(dict.fromkeys(field for known in rules.skills.values() for field in known))
    if not text:
        raise TicketError(
            "请写明是哪方面，例：求助 {number} 网络（已登记：{fields}）", number=number, fields=fields or "–"
        )
    named = {field for field in fields if field.casefold() in text.casefold()}
    experts = tuple(
        party
        for person, party in rules.staff.items()
        if party != by and named.intersection(rules.skills.get(person, ()))
    )
    invited = experts or tuple(party for party in rules.with_role(Role.LEADER) if party != by)
    if not invited:
        raise TicketError("没有人登记懂这方面（已登记：{fields}）。", fields=fields or "–")
    return ie.HelpSought(by=by, text=text, invited=invited, is_known=bool(experts))


def be_staff(by: Party, ticket: Ticket, rules: Rules) -> None:
    """Refuse a customer.

    Raises:
        NotTheirs: They are not of the staff.
    """
    if not rules.role(by).is_staff:
        raise NotTheirs("{number} 由工程师来处理；想补充情况，直接引用我的消息说就行。", number=ticket.number)


def report_at(ticket: Ticket, rules: Rules, now: datetime | None = None) -> tuple[datetime, datetime] | None:
    """Return when whoever commands is asked for the next report, and by when it is due; None when none is owed or it was asked for."""
    if ticket.commander is None:
        return None
    owed = timing.clock(ticket, ClockKind.REPORT, rules, now)
    if owed is None or not owed.is_running or owed.due_at is None or owed.due_at == ticket.report_asked:
        return None
    return owed.due_at - _ASKED_BEFORE, owed.due_at


def asked_in_time(ticket: Ticket, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return that a report is asked for, once for each day."""
    found = report_at(ticket, rules, now)
    return [ie.ReportAsked(due_at=found[1])] if found is not None and found[0] <= now else []


def steps_of(runbook: Runbook, speaker: Speaker) -> str:
    """Return the steps of a runbook that are still to be done, by number."""
    open_steps = [(index, step) for index, step in enumerate(runbook.steps, 1) if index not in runbook.done]
    return speaker.say("　").join(f"{index} {step}" for index, step in open_steps)


def noticed(event: ie.IncidentEvent, after: Ticket, voices: Voices) -> list[Message]:
    """Return what the duty room reads, and whoever commands alone."""
    number, duty = after.number, voices.duty
    match event:
        case ie.Ticked():
            return [Message(to=Place.DUTY, text=_ticked(event, after, duty))]
        case ie.ReportAsked(due_at=due_at):
            return [_asked(due_at, after, duty)] if after.commander else []
        case ie.ConsultCalled(text=text, invited=invited):
            called = duty.say(
                "👥 {number} 会诊：{text}。{calls} 说完请回“会诊结论 {number} …”",
                number=number, text=text.rstrip("。."), calls=" ".join(f"@{each.name}" for each in invited),
            )  # fmt: skip
            return [Message(to=Place.DUTY, text=called, mentions=invited)]
        case ie.ConsultConcluded(by=by, text=text):
            owner = (after.owner,) if after.owner and after.owner != by else ()
            said = duty.say("👥 {number} 会诊结论（{by}）：{text}", number=number, by=by, text=text)
            said += "".join(f" @{each.name}" for each in owner)
            return [Message(to=Place.DUTY, text=said, mentions=owner)]
        case ie.HelpSought():
            return [_asks_for_help(event, after, duty)]
        case _:
            assert_never(event)


def _asks_for_help(event: ie.HelpSought, after: Ticket, speaker: Speaker) -> Message:
    text = speaker.say(
        "🆘 {number} {by} 求助：{text}（{title}）。{calls} 能帮忙请回“协助 {number}”。",
        number=after.number, by=event.by, text=shortened(event.text.rstrip("。."), _LONGEST_CALL), title=title(after),
        calls=" ".join(f"@{each.name}" for each in event.invited),
    )  # fmt: skip
    if not event.is_known:
        text += speaker.say("没有人登记懂这方面，所以问组长。")
    return Message(to=Place.DUTY, text=text, mentions=event.invited)


def _ticked(event: ie.Ticked, after: Ticket, speaker: Speaker) -> str:
    runbook = after.runbook
    if runbook is None:
        raise AssertionError("only a runbook can be ticked")
    done = tuple(runbook.steps[step - 1] for step in event.steps)
    text = speaker.say(
        "✔ {number} {done}（{by} {time}）。", number=after.number, done=done, by=event.by, time=speaker.now
    )
    if len(runbook.done) == len(runbook.steps):
        return text + speaker.say("预案 {id} 全部完成。", id=runbook.id)
    return text + speaker.say("还有：{steps}", steps=steps_of(runbook, speaker))


def _asked(due_at: datetime, after: Ticket, speaker: Speaker) -> Message:
    draft = drafted(after, speaker)
    text = speaker.say(
        "📝 {number} 请交今日汇报（{time} 前）。已替您填好：\n{draft}\n回“提交”就交这份，要改回“提交 …”。",
        number=after.number, time=due_at, draft=draft,
    )  # fmt: skip
    commander = after.commander or after.requester
    about = DayDraft(ticket=after.number, text=draft)
    return Message(to=commander, text=text, mentions=(commander,), about=about, useful_for=timedelta(hours=4))


def drafted(ticket: Ticket, speaker: Speaker) -> str:
    """Return the report of a day as far as the ticket knows: the news of the day, and how the runbook stands."""
    today = speaker.now.astimezone(speaker.zone).date()
    lines = [
        f"{speaker.time(each.at)} {each.text}"
        for each in ticket.news
        if each.at.astimezone(speaker.zone).date() == today
    ]
    text = speaker.say("；").join(lines) or speaker.say("{title}：还没有进展", title=title(ticket))
    while len(text) > _LONGEST and len(lines) > 1:
        lines.pop(0)
        text = "… " + speaker.say("；").join(lines)
    if ticket.runbook is not None:
        done, every = len(ticket.runbook.done), len(ticket.runbook.steps)
        text += speaker.say("；预案 {done}/{every}", done=done, every=every)
    return text
