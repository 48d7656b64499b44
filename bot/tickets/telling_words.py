"""What is said when a customer tells something that the owner of their ticket must read at once."""

from __future__ import annotations

from typing import assert_never

from bot.asks import Result
from bot.one_line import shortened
from bot.tickets import events as e
from bot.tickets.kinds import Telling
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party, Ticket
from bot.tickets.rules import Rules
from bot.tickets.voices import Voices, title


def told(event: e.Supplemented, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Return what the duty room reads of it, and what the customer hears."""
    duty, number = voices.duty.say, after.number
    called = (after.owner,) if after.owner else rules.on_call(after.room, voices.duty.now)
    names = " ".join(f"@{party.name}" for party in called)
    say, said = voices.customer.say, shortened(event.text, 60)
    match event.telling:
        case None:
            return []
        case Telling.CORRECTS:
            text = duty(
                "✏️ {number} {by} 更正：{text} {names}",
                number=number, by=event.by, text=said, names=names,
            )  # fmt: skip
            return [Message(to=Place.DUTY, text=text, mentions=called)]
        case Telling.WISHES if event.at is not None:
            text = duty(
                "📅 {number} {by} 希望 {time} 上门（{title}）。{names} 可以就回“约 {number} {time}”。",
                number=number, by=event.by, time=event.at, title=title(after), names=names,
            )  # fmt: skip
            answer = say("记下了：您希望 {time} 上门，工程师接单后定。", time=event.at)
            if after.owner is not None:
                answer = say(
                    "已转告 {owner}：您希望 {time} 上门，定下来我在这里说。", owner=after.owner, time=event.at
                )
            return _passed_on(answer, text, called)
        case Telling.WISHES:
            return []
        case Telling.ASKS:
            owner = after.owner or say("工程师")
            answer = say("{number} 已转问 {owner}，有答复我在这里说。", number=number, owner=owner)
            text = duty(
                "❓ {number} {by} 问：{text} {names}\n回“答复 {number} 内容”，我转到客户群。",
                number=number, by=event.by, text=said, names=names,
            )  # fmt: skip
            return _passed_on(answer, text, called)
        case Telling.TELLS:
            owner = after.owner or say("工程师")
            answer = say("{number} 记下了，已转告 {owner}。", number=number, owner=owner)
            text = duty(
                "💬 {number} {by} 补充：{text} {names}",
                number=number, by=event.by, text=said, names=names,
            )  # fmt: skip
            return _passed_on(answer, text, called)
        case Telling.WORKS:
            text = duty(
                "{number} {by} 说好了。{names} 结单写原因、方法、预防就行",
                number=number,
                by=event.by,
                names=names,
            )
            text += duty("，例：主板损坏，换了主板，以后别热插拔")
            return [Message(to=Place.DUTY, text=text, mentions=called, about=Result(ticket=number))]
        case _:
            assert_never(event.telling)


def _passed_on(answer: str, text: str, called: tuple[Party, ...]) -> list[Message]:
    """Return what the customer hears, and what whoever is called reads."""
    return [Message(to=Place.CUSTOMER, text=answer), Message(to=Place.DUTY, text=text, mentions=called)]
