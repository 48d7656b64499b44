"""What is said when several people report the same: to who joins, to the duty room, and to everybody when it is solved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import assert_never

from msgspec.structs import replace

from bot.asks import Joining
from bot.tickets import joint_events as je
from bot.tickets import timing
from bot.tickets.errors import N_
from bot.tickets.merging import rank
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party, Ticket
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.tickets.voices import Voices, title

_MANY = 3  # people on one ticket are worth a word; after that each time they are twice as many
_CALLED = 10  # people named in one message
_WORDS = 2  # reports that a hint quotes


def noticed(
    event: je.JointEvent, before: Ticket | None, after: Ticket, voices: Voices, rules: Rules
) -> list[Message]:
    """Return what follows from an event of several reporters; merging and splitting are told of in one word for all tickets."""
    match event:
        case je.Joined():
            return [*_welcomed(event, after, voices.asker, rules), *_growing(after, voices.duty, rules)]
        case je.Parted(by=by):
            return _left(by, before, after, voices)
        case je.Vouched() | je.Absorbed() | je.Released() | je.Merged() | je.Split():
            return []
        case _:
            assert_never(event)


def _welcomed(event: je.Joined, after: Ticket, speaker: Speaker, rules: Rules) -> list[Message]:
    if not event.is_told:
        return []
    template = N_("可能和 {number}（{what}）是同一个问题，已把您加入跟进。不是的话回 0。")
    if event.is_report:
        template = N_("已有工单 {number}（{what}），已为您登记，有进展一起告诉您。不是同一个问题回 0。")
    text = speaker.say(template, number=after.number, what=_standing(after, speaker, rules))
    about = Joining(ticket=after.number, question=event.text)
    return [Message(to=Place.ASKER, text=text, about=about)]


def _standing(ticket: Ticket, speaker: Speaker, rules: Rules) -> str:
    """Return what it is, who works on it and by when somebody hears of it."""
    who = speaker.say("{owner} 处理中", owner=ticket.owner) if ticket.owner else speaker.say("等工程师接单")
    word = timing.promised_word(ticket, rules)
    until = speaker.say("，{time} 前给消息", time=word) if word is not None and word > speaker.now else ""
    return speaker.say("{title}，{who}{until}", title=title(ticket, 24), who=who, until=until)


def _growing(after: Ticket, duty: Speaker, rules: Rules) -> list[Message]:
    """Tell whoever works on it when many have the same trouble: at three people, then whenever they are twice as many."""
    count = after.people
    if count % _MANY or (count // _MANY).bit_count() != 1:
        return []
    called = (after.owner,) if after.owner else rules.on_call(after.room, duty.now)
    text = duty.say(
        "👥 {number} 已有 {count} 人报同样的问题（{title}）。{calls}",
        number=after.number, count=count, title=title(after, 24), calls=" ".join(f"@{each.name}" for each in called),
    )  # fmt: skip
    if after.commander is None:
        text += duty.say("\n影响大就回“重大 {number}”。", number=after.number)
    return [Message(to=Place.DUTY, text=text, mentions=called)]


def _left(by: Party, before: Ticket | None, after: Ticket, voices: Voices) -> list[Message]:
    if before is None or before.requester != by:
        return [
            Message(to=Place.ASKER, text=voices.asker.say("好的，{number} 不再打扰您。", number=after.number))
        ]
    text = voices.asker.say(
        "{number} 还有 {who} 在等，继续处理；不再打扰您。", number=after.number, who=here(after)
    )
    return [Message(to=Place.ASKER, text=text)]


def here(ticket: Ticket) -> tuple[Party, ...]:
    """Return everybody who reported a ticket and reads its answers where they are given, the requester first."""
    return tuple(people_of(ticket))


def people_of(ticket: Ticket) -> dict[Party, str]:
    """Return everybody of `here` with the language in which they are spoken to; empty for that of the room."""
    others = {each.party: each.language for each in ticket.reporters if ticket.is_here(each)}
    return {ticket.requester: ticket.language} | {
        party: language for party, language in others.items() if party != ticket.requester
    }


def accounts(ticket: Ticket) -> tuple[str, ...]:
    """Return the accounts of those others who may answer whether it works."""
    return tuple(dict.fromkeys(each.account for each in ticket.reporters if ticket.is_here(each)))


def called(ticket: Ticket, speaker: Speaker, room_language: str) -> tuple[str, tuple[Party, ...]]:
    """Return the names of everybody who waits for an answer in a language, as they stand after a first `@`, and whom they call."""
    spoken = people_of(ticket).items()
    people = [party for party, language in spoken if (language or room_language) == speaker.language]
    named = tuple(people[:_CALLED])
    names = " @".join(party.name for party in named)
    if len(people) > len(named):
        names += speaker.say(" 等 {count} 人", count=len(people))
    return names, named


def hinted(
    said: Sequence[Message], ticket: Ticket, alike: Sequence[Ticket], duty: Speaker, rules: Rules
) -> list[Message]:
    """Return the messages with a word in the card of a new ticket that others may be about the same trouble."""
    hint = _hint(ticket, alike, duty, rules)
    return [replace(each, text=f"{each.text}\n{hint}") if hint and each.is_card else each for each in said]


def _hint(ticket: Ticket, alike: Sequence[Ticket], duty: Speaker, rules: Rules) -> str:
    if not alike:
        return ""
    every = sorted((*alike, ticket), key=lambda each: each.number)
    main = min(every, key=lambda each: _leading(each, rules))
    rooms = {room for each in every for room in (each.room, *(other.room for other in each.reporters))}
    words = duty.say("/").join(dict.fromkeys(title(each, 12) for each in every[-_WORDS:]))
    return duty.say(
        "⚠️ {length}内 {rooms} 个群、{people} 人报“{words}”，疑似同一故障：{numbers}。\n回“合并 {others} 到 {main}”，或“重大 {main}”。",
        length=_since(every, duty.now), rooms=len(rooms), people=sum(each.people for each in every), words=words,
        numbers=" ".join(f"{each.number}" for each in every), main=main.number,
        others=" ".join(f"{each.number}" for each in every if each is not main),
    )  # fmt: skip


def _leading(ticket: Ticket, rules: Rules) -> tuple[bool, int, bool, bool, int]:
    """Return what makes a ticket the one that others are merged into: it is the most urgent, then the best known."""
    is_major = ticket.commander is not None
    return not is_major, rank(ticket, rules), not ticket.reporters, ticket.owner is None, ticket.number


def _since(tickets: Sequence[Ticket], now: datetime) -> timedelta:
    first = min(each.opened_at for each in tickets)
    minutes = -((first - now) // timedelta(minutes=1))
    return timedelta(minutes=max(1, minutes))


def merged(
    main: Ticket, others: Sequence[Ticket], voices: Voices, *, owner_before: Party | None, by: Party
) -> list[Message]:
    """Return what the duty room and the room of the main ticket read when tickets are merged into it.

    `others` are as they were; called is whoever gained or lost one by somebody else's word.
    """
    numbers = tuple(f"{each.number}" for each in others)
    duty = voices.duty
    given = {each.owner for each in others} - {main.owner, None}
    gained = {main.owner} if given or main.owner != owner_before else set()
    calls = tuple(
        each
        for each in dict.fromkeys((*(other.owner for other in others), main.owner))
        if each is not None and each in given | gained and each != by
    )
    who = duty.say("{owner} 负责", owner=main.owner) if main.owner else duty.say("还没人接")
    text = duty.say(
        "{numbers} 已并入 {main}（{who}，关注 {count} 人）。要分开回“拆分 {first}”。",
        numbers=numbers, main=main.number, who=who, count=main.people, first=numbers[0],
    )  # fmt: skip
    said = [Message(to=Place.DUTY, text=text + "".join(f"@{each.name}" for each in calls), mentions=calls)]
    same = [each for each in others if each.address == main.address]
    if same:
        told = voices.customer.say(
            "{numbers} 和 {main} 是同一个问题，合在一起处理，进展看 {main}。",
            numbers=tuple(f"{each.number}" for each in same), main=main.number,
        )  # fmt: skip
        said.append(Message(to=Place.CUSTOMER, text=told, mentions=tuple(each.requester for each in same)))
    return said


def split(before: Ticket, after: Ticket, voices: Voices, rules: Rules) -> list[Message]:
    """Return what is read when a ticket goes its own way again; where it was its own all along its customer reads nothing."""
    duty, customer = voices.duty, voices.customer
    who = duty.say("由 {owner} 负责", owner=after.owner) if after.owner else duty.say("还没人接")
    text = duty.say(
        "{number} 已和 {main} 分开，{who}。", number=after.number, main=before.follows or 0, who=who
    )
    text += "" if after.owner else "\n" + duty.say("接单：回“接单 {number}”", number=after.number)
    said = [Message(to=Place.DUTY, text=text)]
    if before.status is not after.status:
        told = customer.say("@{who} {number} 单独处理", who=after.requester, number=after.number)
        word = timing.promised_word(after, rules)
        is_ahead = word is not None and word > customer.now
        told += customer.say("，最晚 {time} 给您消息。", time=word) if is_ahead else customer.say("。")
        said.append(Message(to=Place.CUSTOMER, text=told, mentions=(after.requester,)))
    return said
