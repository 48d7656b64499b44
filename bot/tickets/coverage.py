"""Reports outside of a contract, after its end or about something else: who decides, and what is said."""

from __future__ import annotations

from datetime import date, datetime
from typing import assert_never

from msgspec.structs import replace

from bot.asks import Agree
from bot.tickets import coverage_events as ce
from bot.tickets import coverage_steps as cs
from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets import timing
from bot.tickets.coverage_changes import ACCEPTED, OUTSIDE, QUOTED
from bot.tickets.errors import N_, NotTheirs, Phrase, TicketError
from bot.tickets.kinds import ClockKind, Closing, Kind, Standing, StartsAt, WaitsFor
from bot.tickets.messages import Button, Message, Place
from bot.tickets.model import Coverage, Party, Promise, Ticket
from bot.tickets.pausing import in_days
from bot.tickets.rules import Level, Role, Rules
from bot.tickets.speaker import Speaker
from bot.tickets.voices import Voices, title
from scheduler.history import REPORTED
from scheduler.lengths import format_length
from scheduler.written_clocks import WrittenClock

_DECIDE = "coverage"  # id of the clock of whoever decides
NEEDED = N_("您对合同外服务的答复")
_OF_CUSTOMERS = (Kind.FAULT, Kind.QUESTION, Kind.REQUEST, Kind.TRAINING)
_CATEGORIES = {"bug": N_("程序缺陷")}


def ended_on(customer: str, at: datetime, rules: Rules) -> date | None:
    """Return the last day of a customer's contract where it is over at an instant; None where it is not."""
    validity = rules.validities.get(customer)
    last = validity.last if validity else None
    return last if last is not None and at.astimezone(rules.zone).date() > last else None


def excluded(customer: str, text: str, at: datetime, rules: Rules) -> str:
    """Return what a report names that the contract certainly excludes; empty while one cannot be sure, or it has ended."""
    scope = rules.scopes.get(customer)
    return scope.excluded_in(text) if scope is not None and ended_on(customer, at, rules) is None else ""


def asked_whether(customer: str, what: str, speaker: Speaker, rules: Rules) -> str:
    """Return the question whether somebody should look at it all the same."""
    scope = rules.scopes.get(customer)
    covers = speaker.say("、").join(scope.covers) if scope else ""
    text = speaker.say("{what}不在本合同范围", what=what)
    text += speaker.say("（{covers}）", covers=covers) if covers else ""
    return text + speaker.say("。要请工程师看看是否能协助吗？回 1（可能收费，会先和您确认）。")


def promises_outside(level: Level | None, rules: Rules) -> tuple[Promise, ...]:
    """Return what is owed while nobody has decided: a first word, and the decision."""
    first = tuple(each for each in (level.promises if level else ()) if each.kind is ClockKind.RESPOND)
    # Until then the first word is what is waited for.
    return (*first, _decision(level.promises if level else (), "responded", rules))


def _decision(promises: tuple[Promise, ...], starts: str, rules: Rules) -> Promise:
    ladder = next((each.ladder for each in promises if each.ladder), "")
    clock = WrittenClock(
        kind="answer",
        id=_DECIDE,
        from_=starts,
        within=format_length(rules.contract_rules.decide_within),
        met_by=(QUOTED, ACCEPTED, "resolved"),
    )
    return Promise(kind=ClockKind.ANSWER, calendar=rules.contract_rules.calendar, ladder=ladder, clock=clock)


def deciders(rules: Rules) -> tuple[Party, ...]:
    """Return who decides: the managers, else the leaders, else whoever is of the staff."""
    for role in (Role.MANAGER, Role.DIRECTOR, Role.ADMIN, Role.LEADER):
        if found := rules.with_role(role):
            return found
    return tuple(rules.staff.values())


def is_undecided(ticket: Ticket) -> bool:
    """Say whether somebody has to decide first, or the customer to agree, before work begins."""
    return ticket.coverage is not None and ticket.coverage.standing in (Standing.UNDECIDED, Standing.QUOTED)


def be_decided(ticket: Ticket, rules: Rules) -> None:
    """Refuse work on a ticket of which nobody has decided.

    Raises:
        TicketError: It waits for a decision, or for the customer's yes.
    """
    if not is_undecided(ticket):
        return
    if ticket.coverage is not None and ticket.coverage.standing is Standing.QUOTED:
        raise TicketError("{number} 在合同外，已报价，等客户同意后再安排。", number=ticket.number)
    free = _free(ticket, rules)
    template = N_("{number} 在合同外，请 {manager} 先定：协助、报价或谢绝。")
    if free:
        template = N_(
            "{number} 在合同外，请 {manager} 先定：协助、报价或谢绝。属于{categories}的免费，回“协助 {number} {first}”。"
        )
    raise TicketError(
        template, number=ticket.number, manager=deciders(rules)[:1], categories=_named(free), first=free[0] if free else "",
    )  # fmt: skip


def decided(ticket: Ticket, step: cs.CoverageStep, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return what is decided.

    Raises:
        TicketError: It is not for this person to decide, or there is nothing to decide.
    """
    if isinstance(step, cs.PutOutside):
        return _put_outside(ticket, step, rules)
    if not is_undecided(ticket):
        raise TicketError("{number} 不用另外决定，照常处理就行。", number=ticket.number)
    match step:
        case cs.Cover(by=by, category=category):
            named = _category(ticket, category.strip(), rules)
            if named is None:
                _be_decider(ticket, by, rules)
            covered = ce.Covered(by=by, category=named or "", promises=_from_now(ticket, rules))
            return [covered, *_going_on(ticket, by)]
        case cs.Quote(by=by, text=text):
            _be_decider(ticket, by, rules)
            if not text.strip():
                raise TicketError(
                    "请写明怎么收费（只留在值班群），例：报价 {number} 上门按实际工作日收费",
                    number=ticket.number,
                )
            waits = e.Paused(by=by, reason=WaitsFor.CUSTOMER, need=NEEDED, next_at=in_days(1, now, rules))
            return [ce.Quoted(by=by, text=text.strip()), waits]
        case cs.TurnDown(by=by, text=text):
            _be_decider(ticket, by, rules)
            if not text.strip():
                raise TicketError(
                    "请写一句给客户的说明，例：谢绝 {number} 这类设备请联系原厂家", number=ticket.number
                )
            return [ce.TurnedDown(by=by, text=text.strip()), e.Closed(closing=Closing.DECLINED, by=by)]
        case _:
            assert_never(step)


def _put_outside(ticket: Ticket, step: cs.PutOutside, rules: Rules) -> list[e.AnyEvent]:
    """The clocks of the contract stop; the customer still hears a first word, and what is decided."""
    if ticket.kind not in _OF_CUSTOMERS:
        raise TicketError("{number} 不是客户报的事，没有合同范围可言。", number=ticket.number)
    if ticket.coverage is not None:
        raise TicketError("{number} 已经按合同外处理。", number=ticket.number)
    if not step.text.strip():
        raise TicketError(
            "请写明为什么不在合同范围（只留在值班群），例：范围外 {number} 客户自己买的打印机",
            number=ticket.number,
        )
    first = tuple(each for each in ticket.promises if each.kind is ClockKind.RESPOND)
    promises = (*first, _decision(ticket.promises, OUTSIDE, rules))
    outside = ce.FoundOutside(by=step.by, text=step.text.strip(), promises=promises)
    return [*_going_on(ticket, step.by), outside]


def answered(ticket: Ticket, step: s.Consent, rules: Rules) -> list[e.AnyEvent]:
    """Return the customer's yes or no to a price; without a yes the ticket is over."""
    if not rules.may_answer(ticket, step.by):
        raise NotTheirs("{number} 请 {requester} 来定。", number=ticket.number, requester=ticket.requester)
    promises = _from_now(ticket, rules) if step.is_given else ()
    said = ce.QuoteAnswered(by=step.by, is_given=step.is_given, consent=step.message, promises=promises)
    if step.is_given:
        return [said, *_going_on(ticket, step.by)]
    return [said, e.Closed(closing=Closing.WITHDRAWN, by=step.by)]


def _going_on(ticket: Ticket, by: Party) -> list[e.AnyEvent]:
    return [e.Resumed(by=by)] if ticket.waiting is not None else []


def _be_decider(ticket: Ticket, by: Party, rules: Rules) -> None:
    if by not in deciders(rules) and not rules.role(by).is_manager:
        be_decided(ticket, rules)


def _category(ticket: Ticket, said: str, rules: Rules) -> str | None:
    """Return what the contract keeps free that a word means, or None."""
    words = said.casefold()
    for category in _free(ticket, rules):
        names = (category, _CATEGORIES.get(category, category))
        if words and any(name.casefold() in words for name in names):
            return category
    return None


def _free(ticket: Ticket, rules: Rules) -> tuple[str, ...]:
    level = _level(ticket, rules)
    return level.free_after_contract if level else ()


def _named(categories: tuple[str, ...]) -> tuple[Phrase, ...]:
    return tuple(Phrase(_CATEGORIES.get(each, each)) for each in categories)


def _level(ticket: Ticket, rules: Rules) -> Level | None:
    policy = rules.policies.get(ticket.policy)
    return policy.level(ticket.level) if policy else None


def _from_now(ticket: Ticket, rules: Rules) -> tuple[Promise, ...]:
    """Return the promises of the level, counted from the decision where they count from the report."""
    level = _level(ticket, rules)
    return tuple(
        _counted(each) for each in (level.promises if level else ()) if each.kind is not ClockKind.RESPOND
    )


def _counted(promise: Promise) -> Promise:
    if promise.clock is None:
        is_from_report = promise.start in (None, StartsAt.REPORTED)
        return replace(promise, start=StartsAt.ACCEPTED) if is_from_report else promise
    starts = promise.clock.from_
    if starts == REPORTED:
        return replace(promise, clock=replace(promise.clock, from_=ACCEPTED))
    if isinstance(starts, tuple) and REPORTED in starts:
        moved = tuple(ACCEPTED if each == REPORTED else each for each in starts)
        return replace(promise, clock=replace(promise.clock, from_=moved))
    return promise


def acknowledged(after: Ticket, coverage: Coverage, speaker: Speaker, rules: Rules) -> str:
    """Return what the reporter reads: it is noted, and who says how it goes on."""
    word, template = timing.promised_word(after, rules), N_("已记 {number}，{manager} 先确认能怎么协助")
    if coverage.ended_on is not None:
        template = N_("已记 {number}。您单位的合同到 {day}，{manager} 先确认怎么安排")
    text = speaker.say(
        template, number=after.number, day=_day(coverage.ended_on), manager=deciders(rules)[:1]
    )
    text += speaker.say("，最晚 {time} 联系您。", time=word) if word else speaker.say("，在这里告诉您。")
    return text


def to_decide(after: Ticket, coverage: Coverage, speaker: Speaker, rules: Rules) -> str:
    """Return the line of the card that asks for a decision."""
    if coverage.ended_on is None:
        return speaker.say(
            "不在合同范围内，请 @{manager} 定：免费回“协助 {number}”，收费回“报价 {number} 说明”，谢绝回“谢绝 {number} 说明”。",
            manager=deciders(rules)[:1], number=after.number,
        )  # fmt: skip
    text = speaker.say(
        "合同到 {day}，请 @{manager} 定：免费回“协助 {number}”，收费回“报价 {number} 说明”，谢绝回“谢绝 {number} 说明”。",
        day=_day(coverage.ended_on), manager=deciders(rules)[:1], number=after.number,
    )  # fmt: skip
    if free := _free(after, rules):
        text += speaker.say(
            "\n{categories}按合同一直免费：回“协助 {number} {first}”", categories=_named(free), number=after.number, first=free[0],
        )  # fmt: skip
    return text


def standing_of(ticket: Ticket, speaker: Speaker, rules: Rules) -> str:
    """Return how a ticket stands towards its contract, in one phrase; empty within it."""
    coverage = ticket.coverage
    if coverage is None:
        return ""
    states = {
        Standing.UNDECIDED: N_("等 {manager} 决定"),
        Standing.QUOTED: N_("已报价，等客户同意"),
        Standing.FREE: N_("免费处理"),
        Standing.AGREED: N_("客户同意收费"),
        Standing.OVER: N_("没有安排"),
    }
    state = speaker.say(states[coverage.standing], manager=deciders(rules)[:1])
    if coverage.ended_on is None:
        return speaker.say("不在合同范围内，{state}", state=state)
    return speaker.say("合同到 {day}，{state}", day=_day(coverage.ended_on), state=state)


def noticed(event: ce.CoverageEvent, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Return what the customer and the duty room read."""
    number, customer, duty = after.number, voices.customer.say, voices.duty.say
    match event:
        case ce.FoundOutside():
            return [_found_outside(after, voices.customer, rules), _asks(event, after, voices.duty, rules)]
        case ce.Covered(by=by, category=category):
            why = duty("（{category}）", category=_named((category,))) if category else ""
            text = duty("✅ {number} {by} 同意免费处理{why}。", number=number, by=by, why=why)
            return [_begins(after, voices.customer, rules), _to_claim(text, after, voices.duty, rules)]
        case ce.Quoted(by=by, text=text):
            is_over = after.coverage is not None and after.coverage.ended_on is not None
            template = N_(
                "@{who} {number} 属合同外服务，{by} 会电话说明费用，您同意后再安排。同意请回 1，不需要请回 2。"
            )
            if is_over:
                template = N_(
                    "@{who} {number} 不在合同期内，{by} 会电话说明费用，您同意后再安排。同意请回 1，不需要请回 2。"
                )
            told = customer(template, who=after.requester, number=number, by=by)
            buttons = (Button(customer("同意"), "1"), Button(customer("不需要"), "2"))
            asked = Message(
                to=Place.CUSTOMER, text=told, mentions=(after.requester,), buttons=buttons, about=Agree(ticket=number),
            )  # fmt: skip
            inside = duty(
                "💬 {number} {by} 报价：{text}。等客户同意。", number=number, by=by, text=text.rstrip("。.")
            )
            return [asked, Message(to=Place.DUTY, text=inside)]
        case ce.QuoteAnswered(is_given=False):
            return []  # that it is withdrawn says it all
        case ce.QuoteAnswered(by=by):
            text = duty("🤝 {number} {by} 同意收费。", number=number, by=by)
            return [
                _begins(after, voices.customer, rules, is_agreed=True),
                _to_claim(text, after, voices.duty, rules),
            ]
        case ce.TurnedDown(by=by, text=text):
            told = customer("{number} 这次没法安排：{text}。", number=number, text=text.rstrip("。."))
            inside = duty("{number} {by} 谢绝：{text}。", number=number, by=by, text=text.rstrip("。."))
            return [Message(to=Place.CUSTOMER, text=told), Message(to=Place.DUTY, text=inside)]
        case _:
            assert_never(event)


def _found_outside(after: Ticket, speaker: Speaker, rules: Rules) -> Message:
    """Tell the customer kindly, and how it goes on."""
    word = timing.promised_word(after, rules)
    text = speaker.say(
        "@{who} {number} 不在合同约定的范围内，{manager} 先确认能怎么协助",
        who=after.requester, number=after.number, manager=deciders(rules)[:1],
    )  # fmt: skip
    is_ahead = word is not None and word > speaker.now
    text += speaker.say("，最晚 {time} 联系您。", time=word) if is_ahead else speaker.say("，在这里告诉您。")
    return Message(to=Place.CUSTOMER, text=text, mentions=(after.requester,))


def _asks(event: ce.FoundOutside, after: Ticket, speaker: Speaker, rules: Rules) -> Message:
    called = deciders(rules)[:1]
    text = speaker.say(
        "📎 {number} {by} 认为在合同范围外：{text}。\n请 @{manager} 定：免费回“协助 {number}”，收费回“报价 {number} 说明”，谢绝回“谢绝 {number} 说明”。",
        number=after.number, by=event.by, text=event.text.rstrip("。."), manager=called,
    )  # fmt: skip
    return Message(to=Place.DUTY, text=text, mentions=called)


def _begins(after: Ticket, speaker: Speaker, rules: Rules, *, is_agreed: bool = False) -> Message:
    template = N_("已记录您的同意，{number} 马上安排") if is_agreed else N_("{number} 已安排处理")
    word = timing.promised_word(after, rules)
    ends = (
        speaker.say("，最晚 {time} 给您消息。", time=word)
        if word and word > speaker.now
        else speaker.say("。")
    )
    return Message(to=Place.CUSTOMER, text=speaker.say(template, number=after.number) + ends)


def _to_claim(text: str, after: Ticket, speaker: Speaker, rules: Rules) -> Message:
    """Return the news that work may begin; whoever owns it is called, else who is on call."""
    called = (after.owner,) if after.owner else rules.on_call(after.room, speaker.now)
    if after.owner is None:
        text += speaker.say("接单：回“接单 {number}”（{title}）", number=after.number, title=title(after))
    buttons = () if after.owner else (Button(speaker.say("接单"), f"接单 {after.number}"),)
    names = " ".join(f"@{each.name}" for each in called)
    return Message(to=Place.DUTY, text=f"{text}{names}", mentions=called, buttons=buttons)


def _day(day: date | None) -> str:
    return f"{day.year}-{day.month}-{day.day}" if day else "–"
