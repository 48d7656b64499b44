"""What is said at the end of a ticket: solved, closed, opened again, rated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.asks import Afterthought, Check, Rating
from bot.one_line import shortened
from bot.tickets import events as e
from bot.tickets import joint_words, timing
from bot.tickets.errors import N_
from bot.tickets.kinds import Closing, Kind
from bot.tickets.messages import Button, Message, Place
from bot.tickets.model import Party, Ticket
from bot.tickets.planned_notices import cancelled
from bot.tickets.presence_events import TakenBack
from bot.tickets.rules import Role, Rules
from bot.tickets.voices import Voices, title
from scheduler.calendar import add_working_time

_UNDONE_COMMANDS = {
    "Resolved": N_("解决 {number}"),
    "HandOverOffered": N_("转交 {number}"),
    "LevelChanged": N_("改级 {number}"),
    "Noted": N_("记录 {number}"),
    "Arrived": N_("到场 {number}"),
    "Departed": N_("出发 {number}"),
    "Ticked": N_("√ {number}"),
    "Closed": N_("撤单 {number}"),
    "FoundOutside": N_("范围外 {number}"),
}


_NONE = re.compile(
    r"(?:暂时?无|无|(?:暂时)?没有?|没得|没啥|莫得|木有|冇|不用|不需要|不详|略|-+|—+|/|n/?a|none|nothing|no)?",
    re.IGNORECASE,
)


def is_none(text: str) -> bool:
    """Say whether a part of a result says that there is none of it: `无`, `没有`, `n/a`."""
    return _NONE.fullmatch(text.strip("。. ")) is not None


def resolved(event: e.Resolved, after: Ticket, voices: Voices, rules: Rules) -> Message:
    speaker = voices.customer
    if after.kind is Kind.IMPROVEMENT:
        template = N_("✅ {number} 复盘完成（{by}）：{title}。")
        if after.agreements:
            template = N_("✅ {number} 改善完成（{by}）：{title}。")
        text = voices.duty.say(template, number=after.number, by=event.by, title=title(after))
        return Message(to=Place.DUTY, text=text)
    done = [each.rstrip("。.") for each in (event.cause, event.method) if each]
    template = N_("✅ {number} 已处理（{by}）：{cause}，{method}。")
    if len(done) == 1:
        template = N_("✅ {number} 已处理（{by}）：{method}。")
    text = speaker.say(template, number=after.number, by=event.by, cause=done[0], method=done[-1])
    if event.prevention and not is_none(event.prevention):
        text += speaker.say("建议：{prevention}。", prevention=event.prevention.strip("。. "))
    text += "\n"
    is_unknown = rules.role(after.requester).is_staff
    if is_unknown or (
        after.requester_gone and not after.reporters
    ):  # reported on behalf of somebody the bot does not know
        text += speaker.say("请引用本条：好了回 1，还有问题回 2。")
        return Message(to=Place.CUSTOMER, text=text, about=Check(ticket=after.number))
    room = rules.rooms.get(after.room)
    everybody: tuple[Party, ...] = ()
    lines = []
    for each in (speaker, *voices.others):
        names, called = joint_words.called(after, each, room.language if room else speaker.language)
        everybody += called
        lines.append(each.say("@{who} 好了回 1，还有问题回 2。", who=names))
    text += "\n".join(lines)
    buttons = (Button(speaker.say("好了"), "1"), Button(speaker.say("还有问题"), "2"))
    return Message(
        to=Place.CUSTOMER,
        text=text,
        mentions=everybody,
        buttons=buttons,
        about=Check(ticket=after.number),
        also_asked=joint_words.accounts(after),
    )


def closed(
    closing: Closing,
    by: Party | None,
    after: Ticket,
    events: Sequence[e.AnyEvent],
    voices: Voices,
    rules: Rules,
) -> list[Message]:
    number = after.number
    if closing in (Closing.DONE, Closing.DECLINED):
        return []  # of a refusal the customer reads why
    if after.kind.is_planned:
        return cancelled(closing, by, after, events, voices, rules)
    if closing is Closing.CONFIRMED:
        text = voices.customer.say("谢谢确认，{number} 已关闭。", number=number)
        ratings = [event for event in events if isinstance(event, e.Rated)]
        if any(event.is_low for event in ratings):
            return []  # that somebody will call says it all
        if ratings:
            return [
                Message(
                    to=Place.CUSTOMER,
                    text=voices.customer.say("谢谢确认和评分，{number} 已关闭。", number=number),
                )
            ]
        if not any(isinstance(event, e.SurveyAsked) for event in events):
            return [Message(to=Place.CUSTOMER, text=text)]
        text += voices.customer.say("给这次服务打个分吧：速度 质量（1–5），例如“5 4”，可加一句话。")
        return [survey(text, after, mentions=())]
    if closing is Closing.SILENCE:
        text = voices.customer.say(
            "{number} 没有等到回复，先关单了。{within}内说“{number} 还有问题”，我就重新打开。",
            number=number, within=rules.reopen_within,
        )  # fmt: skip
        return [Message(to=Place.CUSTOMER, text=text, useful_for=timedelta(days=1))]
    if any(isinstance(event, TakenBack) for event in events):
        return _taken_back(after, voices)
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


def _taken_back(after: Ticket, voices: Voices) -> list[Message]:
    """Return that a report is gone with its message: whoever read what was promised must read that it is not any more."""
    told = voices.customer.say(
        "报障的消息撤回了，{number} 也就撤单了。还要处理，再发一遍就行。", number=after.number
    )
    text = voices.duty.say(
        "{number} 的报障消息 {by} 已撤回，不用再处理。", number=after.number, by=after.requester
    )
    return [
        Message(to=Place.CUSTOMER, text=told, useful_for=timedelta(hours=1)),
        Message(to=Place.DUTY, text=text),
    ]


def reopened(by: Party, text: str, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    number, owner = after.number, after.owner
    word = timing.promised_word(after, rules)
    told = voices.customer.say("{number} 已重新打开", number=number)
    told += voices.customer.say("，仍由 {owner} 负责", owner=owner) if owner else ""
    told += (
        voices.customer.say("，最晚 {time} 答复。", time=word)
        if word and word > voices.customer.now
        else voices.customer.say("。")
    )
    called = [owner] if owner else list(rules.on_call(after.room, voices.duty.now))
    if after.reopened > 1:  # a second time is the manager's business
        called.extend(party for party in rules.with_role(Role.MANAGER) if party not in called)
    duty = voices.duty.say(
        "🔁 {number} 重新打开（{by}：{text}）{calls}",
        number=number, by=by, text=shortened(text, 60) or voices.duty.say("还有问题"),
        calls=" ".join(f"@{party.name}" for party in called),
    )  # fmt: skip
    duty += voices.duty.say("，{time} 前答复", time=word) if word and word > voices.duty.now else ""
    return [
        Message(to=Place.CUSTOMER, text=told, about=Afterthought(ticket=number)),
        Message(to=Place.DUTY, text=duty, mentions=tuple(called)),
    ]


def undone(word: str, by: Party, of: Party | None, after: Ticket, voices: Voices) -> list[Message]:
    """Return the answer to who took something back, their own or that `of` another, and a word to whoever was told of it before."""
    asker = voices.asker
    command = asker.say(_UNDONE_COMMANDS[word], number=after.number)
    text = asker.say("已撤回“{command}”，恢复到之前的状态。", command=command)
    said = [
        Message(to=Place.DUTY, text=f"{text}@{of.name}", mentions=(of,))
        if of is not None
        else Message(to=Place.ASIDE, text=text)
    ]
    customer, duty = voices.customer.say, voices.duty.say
    match word:
        case "Resolved":
            told = customer("{number} 还在处理，刚才的“已处理”不算，好了我再告诉您。", number=after.number)
            said.append(Message(to=Place.CUSTOMER, text=told))
        case "Arrived":
            told = customer(
                "{number} 更正：{by} 还没到现场，到了我再告诉您。", by=of or by, number=after.number
            )
            said.append(Message(to=Place.CUSTOMER, text=told))
        case "LevelChanged":
            told = customer("{number} 的级别恢复为 {level}。", number=after.number, level=after.level_name)
            said.append(Message(to=Place.CUSTOMER, text=told))
        case "FoundOutside":
            told = customer("{number} 弄清楚了，属于合同范围，照常处理。", number=after.number)
            said.append(Message(to=Place.CUSTOMER, text=told))
        case "Closed":
            called = (after.owner,) if after.owner else ()
            names = "".join(f"@{party.name}" for party in called)
            told = duty("{number} 没有撤单，请继续处理。{calls}", number=after.number, calls=names)
            said.append(Message(to=Place.DUTY, text=told, mentions=called))
    return said


def low(event: e.Rated, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Apologise, and say who calls by when; the manager learns the facts privately."""
    from_now = callback_due(voices.duty.now, rules)
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


def rating_corrected(event: e.Rated, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Tell whoever mistyped what counts now, and a manager who was to call about the first one."""
    told = voices.customer.say("已改为 速度{speed} 质量{quality}。", speed=event.speed, quality=event.quality)
    said = [Message(to=Place.CUSTOMER, text=told)]
    if event.was_low:
        text = voices.duty.say(
            "✏️ {number} 评分更正（{by}）：速度{speed} 质量{quality}。",
            number=after.number, by=event.by, speed=event.speed, quality=event.quality,
        )  # fmt: skip
        if min(event.speed, event.quality) > rules.survey.low_at:
            text += voices.duty.say("刚才打错了，不用回访就回：回访 {number} 打错分", number=after.number)
        managers = rules.with_role(Role.MANAGER)[:1]
        said.extend(Message(to=manager, text=text, mentions=(manager,)) for manager in managers)
    return said


def callback_due(now: datetime, rules: Rules) -> datetime:
    """Return by when a manager calls about a low score."""
    return add_working_time(
        rules.calendars[rules.survey.callback_calendar], now, rules.survey.callback_within
    )


def survey(text: str, after: Ticket, mentions: tuple[Party, ...] | None = None) -> Message:
    return Message(
        to=Place.CUSTOMER,
        text=text,
        mentions=(after.requester,) if mentions is None else mentions,
        about=Rating(ticket=after.number),
        useful_for=timedelta(hours=24),
    )
