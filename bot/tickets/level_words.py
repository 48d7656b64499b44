"""What is said when the level of a ticket changes, or a customer insists on the one before."""

from __future__ import annotations

from bot.tickets import events as e
from bot.tickets import timing
from bot.tickets.beginnings import called_at_once
from bot.tickets.card import is_urgent
from bot.tickets.errors import N_
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party, Ticket
from bot.tickets.rules import Rules
from bot.tickets.voices import Voices, level_word


def changed(by: Party, reason: str, was: str, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """The customer hears of every change; a ticket that becomes most urgent calls people as a new one does."""
    text = voices.customer.say(
        "{number} 由{was}调整为{level}：{reason}（{by}）。",
        number=after.number, was=was, level=after.level_name, reason=reason, by=by,
    )  # fmt: skip
    if after.level_before:
        text += voices.customer.say("不同意请回“维持{was}”。", was=level_word(was))
    told = Message(to=Place.CUSTOMER, text=text)
    if not is_urgent(after, rules):
        return [told]
    called = called_at_once(after, rules, voices.duty.now)
    return [told, _risen(by, reason, after, called, voices, rules)]


def _risen(
    by: Party, reason: str, after: Ticket, called: tuple[Party, ...], voices: Voices, rules: Rules
) -> Message:
    """Return what the duty room reads of a ticket that has become more urgent."""
    word = timing.promised_word(after, rules)
    mark = "🔴 " if is_urgent(after, rules) else ""
    duty = mark + voices.duty.say(
        "{number} 升为 {level}（{by}：{reason}）",
        number=after.number,
        level=after.level_name,
        by=by,
        reason=reason,
    )
    if word is not None and word > voices.duty.now:
        is_awaited = timing.is_awaited(after, rules)
        duty += (
            voices.duty.say("，响应 {time} 前", time=word)
            if is_awaited
            else voices.duty.say("，解决 {time} 前", time=word)
        )
    duty += "".join(f" @{party.name}" for party in called)
    return Message(to=Place.DUTY, text=duty, mentions=called)


def raised(event: e.LevelChanged, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """The customer says that it is more urgent: people are called as for a new ticket of that level."""
    called = called_at_once(after, rules, voices.duty.now)
    called = called or ((after.owner,) if after.owner else rules.on_call(after.room, voices.duty.now))
    word = timing.promised_word(after, rules)
    say = voices.customer.say
    mark = "🔴 " if is_urgent(after, rules) else ""
    text = mark + say("{number} 已按{level}处理", number=after.number, level=after.level_name)
    text += say("，已叫 {calls}", calls=called) if called else ""
    if word is not None and word > voices.customer.now:
        is_awaited = timing.is_awaited(after, rules)
        text += say("，最晚 {time} 响应", time=word) if is_awaited else say("，最晚 {time} 解决", time=word)
    told = Message(to=Place.ASKER, text=text + say("。"))
    return [told, _risen(event.by, event.reason, after, called, voices, rules)]


def kept(event: e.LevelChanged, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """The customer insists on a level: whoever works on it must know what is promised now."""
    by = event.by
    number, level, word = after.number, after.level_name, timing.promised_word(after, rules)
    told = voices.customer.say("好的，{number} 维持 {level}", number=number, level=level)
    told += (
        voices.customer.say("，最晚 {time} 答复。", time=word)
        if word and word > voices.customer.now
        else voices.customer.say("。")
    )
    called = (after.owner,) if after.owner else rules.on_call(after.room, voices.duty.now)
    template = N_("{number} 维持 {level}（{by} 要求）。{calls}")
    if word and word > voices.duty.now:
        template = N_("{number} 维持 {level}（{by} 要求），最晚 {time} 答复。{calls}")
    calls = " ".join(f"@{party.name}" for party in called)
    duty = voices.duty.say(template, number=number, level=level, by=by, time=word, calls=calls)
    return [Message(to=Place.ASKER, text=told), Message(to=Place.DUTY, text=duty, mentions=called)]
