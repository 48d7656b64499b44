"""What is said when a customer asks for news: who was asked, by when they hear, and what is faster still."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.tickets import events as e
from bot.tickets import timing
from bot.tickets.levels import most_urgent
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.tickets.voices import Voices, title

_FAR = timedelta(hours=2)  # who hears only then may have an emergency


def way_out(after: Ticket, word: datetime | None, speaker: Speaker, rules: Rules) -> str:
    """Return a line that says how people are called at once, where nobody hears for long; empty where they do, or are called anyway."""
    level = most_urgent(after, rules)  # than which it has a lesser one
    is_far = word is not None and word - speaker.now > _FAR
    is_faster = is_far and level is not None and level.is_urgent
    if not is_faster:
        return ""
    for party in rules.on_call(after.room, speaker.now):
        if phone := rules.phones.get(party.id):
            return speaker.say(
                "\n整个系统都用不了就回“紧急”，值班 {who} {phone} 随时可叫。", who=party, phone=phone
            )
    return speaker.say("\n整个系统都用不了就回“紧急”，马上叫人。")


def urged(event: e.Urged, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Return the answer to whoever asks, and the call to whoever owes the news."""
    say, word = voices.customer.say, timing.promised_word(after, rules)
    called = (after.owner,) if after.owner else rules.on_call(after.room, voices.duty.now)
    text = say("{number} 已替您催 {who}", number=after.number, who=called or say("工程师"))
    is_awaited = timing.is_awaited(after, rules)
    if word is None or word <= voices.customer.now:
        text += say("。")
    elif is_awaited:
        text += say("，最晚 {time} 联系您。", time=word)
    else:
        text += say("，最晚 {time} 解决。", time=word)
    if is_awaited and rules.may_answer(after, event.by):
        text += way_out(after, word, voices.customer, rules)
    names = " ".join(f"@{party.name}" for party in called)
    template = voices.duty.say(
        "⏰ {by} 在催 {number}（{title}）{names}",
        by=event.by, number=after.number, title=title(after), names=names,
    )  # fmt: skip
    if event.text:
        template = voices.duty.say(
            "⏰ {by} 在催 {number}（{title}）：{text} {names}",
            by=event.by, number=after.number, title=title(after), text=event.text, names=names,
        )  # fmt: skip
    return [Message(to=Place.ASIDE, text=text), Message(to=Place.DUTY, text=template, mentions=called)]
