"""From what shall be said to what is queued: messages of the rules become messages of the outbox, with their questions."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from bot.asks import (
    Afterthought,
    Agree,
    Answered,
    AnyAbout,
    Ask,
    CallList,
    Check,
    DayDraft,
    Details,
    Gap,
    Gaps,
    Joining,
    Needed,
    Progress,
    Rating,
    Remote,
    Result,
    Times,
)
from bot.delivery.outgoing import useful_until
from bot.origin import Origin
from bot.outbox import Outbox
from bot.rooms.directory import Directory
from bot.store.messages import Delivery, Queued, QueuedButton, QueuedMention
from bot.texts import Texts
from bot.tickets.card import is_outdated, standing
from bot.tickets.kinds import Kind, Status
from bot.tickets.messages import Button, Message, Place
from bot.tickets.model import Party, Ticket
from bot.tickets.papers import Attached
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.tickets.voices import Voices

_SHORT = timedelta(minutes=10)  # how long a menu or an offer waits
_HELPED = timedelta(minutes=30)  # how long thanks count for an answer, and a word of the owner for a reminder
_LONG = timedelta(days=7)  # what a ticket waits for; whether they still make sense is asked of their ticket
_TO_ASKER = (Place.ASKER, Place.ASIDE)
# Of questions: whom they are asked of, and how long they wait. Tuples, because a union is made anew wherever it is written.
_ASKED_OF_WHOM_IT_GOES_TO = (Progress, DayDraft, CallList)
_ASKED_OF_THE_REPORTER = (Check, Rating, Details, Afterthought, Needed, Agree, Remote, Times)
_WAIT_LONG = (CallList, Check, DayDraft, Rating, Needed, Agree, Remote, Times, Gaps)
_WAIT_A_WHILE = (Answered, Progress, Gap, Joining)


class Draft(msgspec.Struct, frozen=True):
    """A message for the outbox and the question it asks, if any."""

    queued: Queued
    ask: Ask | None = None
    others: tuple[Ask, ...] = ()  # the same question, for further people
    file: Attached | None = None  # it is placed before the commit (`attaching`)

    @property
    def asks(self) -> tuple[Ask, ...]:
        """Every question it asks."""
        return (self.ask, *self.others) if self.ask is not None else self.others


class Drafts:
    """Turns messages into drafts: places into addresses, people into accounts, questions into asks."""

    def __init__(self, directory: Directory, texts: Texts, rules: Rules, outbox: Outbox) -> None:
        self._directory = directory
        self._texts = texts
        self._rules = rules
        self._outbox = outbox

    def speaker(self, language: str, now: datetime) -> Speaker:
        """Return the voice for a language."""
        return Speaker(self._texts.translator(language), self._rules.zone, now, language)

    def voices(self, ticket: Ticket, now: datetime, origin: Origin | None) -> Voices:
        """Return the voices of the rooms a ticket lives in."""
        rules = self._rules.rooms.get(ticket.room)
        duty = self._rules.rooms.get(rules.duty) if rules else None
        theirs = _language_for(ticket, origin)
        customer = self.speaker(theirs or (rules.language if rules else "zh"), now)
        in_duty = self._speaker_like(customer, duty.language if duty else "zh")
        read = {
            each.language or (rules.language if rules else "zh")
            for each in ticket.reporters
            if ticket.is_here(each)
        }
        others = tuple(self.speaker(each, now) for each in sorted(read - {customer.language}))
        if origin is None:
            return Voices(customer, in_duty, in_duty, others)
        is_theirs = bool(theirs) and not origin.role.is_staff
        asker = customer if is_theirs else self._speaker_like(in_duty, origin.language)
        return Voices(customer, in_duty, asker, others)

    def _speaker_like(self, other: Speaker, language: str) -> Speaker:
        return other if other.language == language else self.speaker(language, other.now)

    def of_ticket(
        self, messages: list[Message], ticket: Ticket, now: datetime, origin: Origin | None
    ) -> list[Draft]:
        """Return the drafts of what is said about a ticket; keys follow from its version, so a retry makes the same ones."""
        drafts = []
        placed = [
            (message, *self._address(message, ticket, origin)) for message in _with_echo(messages, origin)
        ]
        taken = {address for message, address, _ in placed if message.to not in _TO_ASKER}
        for index, (message, address, fallback) in enumerate(placed):
            if address is None or (message.to in _TO_ASKER and address in taken):
                continue  # one message per event and room
            key = _card_key(ticket) if message.is_card else f"t{ticket.number}.{ticket.version}.{index}"
            quotes = origin.message if origin is not None and address == origin.address else None
            queued = self._queued(
                key,
                address,
                message,
                now,
                quotes=quotes,
                fallback=fallback,
                ticket=ticket.number,
                flow=origin.seen if origin else "",
            )
            asked = self._asked(message, ticket, origin, address)
            ask = _ask(message.about, address, asked, key, now)
            others = _also(ask, message.also_asked) if message.also_asked else ()
            drafts.append(Draft(queued, ask, others, message.file))
        return drafts

    def card(self, before: Ticket, after: Ticket, now: datetime) -> Draft | None:
        """Return the card as it stands after a change, where the platform of the duty room lets the bot edit it."""
        room = self._directory.room(after.room)
        duty = self._directory.room(room.duty) if room else None
        if duty is None or after.kind is Kind.CALLBACK or not is_outdated(before, after):
            return None
        if not self._outbox.can_edit(duty.address.partition(":")[0]):
            return None
        speaker = self.speaker(duty.language, now)
        is_free = after.status is Status.OPEN and after.owner is None
        buttons = (Button(speaker.say("接单"), f"接单 {after.number}"),) if is_free else ()
        text = standing(after, speaker, self._rules)
        message = Message(to=Place.DUTY, text=text, buttons=buttons, useful_for=_HELPED)
        key = f"{_card_key(after)}.{after.version}"
        queued = self._queued(key, duty.address, message, now, ticket=after.number)
        return Draft(replace(queued, edits=_card_key(after)))

    def answer(self, message: Message, origin: Origin, index: int = 0) -> Draft:
        """Return the draft of an answer to a message, asked of its sender."""
        key = f"a{origin.key}.{index}"
        address = self._aside(origin) if message.to is Place.ASIDE else origin.address
        quotes = origin.message if address == origin.address else None
        queued = self._queued(
            key, address, message, origin.now, quotes=quotes, ticket=message.ticket, flow=origin.seen
        )
        ask = _ask(message.about, address, origin.account, key, origin.now)
        return Draft(queued, ask, file=message.file)

    def notice(
        self,
        message: Message,
        address: str,
        key: str,
        now: datetime,
        *,
        fallback: str | None = None,
        asked: str = "",
    ) -> Draft:
        """Return the draft of something that no message asked for."""
        queued = self._queued(key, address, message, now, fallback=fallback, ticket=message.ticket)
        return Draft(queued, _ask(message.about, address, asked, key, now), file=message.file)

    def _aside(self, origin: Origin) -> str:
        """Return where an asker is answered out of the customer's hearing: internal matters stay in the duty room."""
        is_overheard = origin.role.is_staff and origin.room is not None and origin.room.kind == "customer"
        duty = self._directory.room(origin.room.duty) if is_overheard and origin.room else None
        return duty.address if duty else origin.address

    def _asked(self, message: Message, ticket: Ticket, origin: Origin | None, address: str) -> str:
        """Return the account of the person who is asked."""
        if isinstance(message.about, _ASKED_OF_WHOM_IT_GOES_TO) and isinstance(message.to, Party):
            return self._directory.account(message.to, address.partition(":")[0], address) or ""
        if isinstance(message.about, Result) and message.to is Place.DUTY and ticket.owner is not None:
            return self._directory.account(ticket.owner, address.partition(":")[0], address) or ""
        if isinstance(message.about, _ASKED_OF_THE_REPORTER) or origin is None:
            return ticket.account
        return origin.account

    def _address(
        self, message: Message, ticket: Ticket, origin: Origin | None
    ) -> tuple[str | None, str | None]:
        """Return where a message goes, and where it goes when that is forbidden."""
        room = self._directory.room(ticket.room)
        duty = self._directory.room(room.duty) if room else None
        if isinstance(message.to, Party):
            duty_address = duty.address if duty else None
            adapter = (duty_address or ticket.address).partition(":")[0]
            return self._directory.private_address(message.to, adapter) or duty_address, duty_address
        match message.to:
            case Place.ASKER:
                return (origin.address, None) if origin else (ticket.address or None, None)
            case Place.ASIDE:
                return (self._aside(origin), None) if origin else (duty.address if duty else None, None)
            case Place.CUSTOMER:
                return ticket.address or None, None
            case Place.DUTY:
                return (duty.address if duty else None), None

    def _queued(
        self,
        key: str,
        address: str,
        message: Message,
        now: datetime,
        *,
        quotes: str | None = None,
        fallback: str | None = None,
        ticket: int | None = None,
        flow: str = "",
    ) -> Queued:
        adapter = address.partition(":")[0]
        called = [(party, self._directory.account(party, adapter, address)) for party in message.mentions]
        return Queued(
            key=key,
            adapter=adapter,
            room=address,
            text=message.text.rstrip(),
            created_at=now,
            mentions=tuple([QueuedMention(party.name, account) for party, account in called if account]),
            pictures=message.pictures,
            buttons=tuple([QueuedButton(button.label, button.command) for button in message.buttons]),
            quotes=quotes,
            fallback=fallback or self._directory.fallback_of(address),
            ticket=ticket,
            is_urgent=message.is_alert,
            flow=flow,
            useful_until=useful_until(now, message.useful_for),
            state=Delivery.SENDING if self._outbox.is_near(adapter, address) else Delivery.QUEUED,
        )


def _language_for(ticket: Ticket, origin: Origin | None) -> str:
    """Return the language of whoever hears of a ticket: of the customer who just spoke, else its requester's; empty for the room's."""
    if origin is None or origin.role.is_staff or origin.by == ticket.requester:
        return ticket.language
    return origin.language


def _card_key(ticket: Ticket) -> str:
    return f"t{ticket.number}.card"


def _with_echo(messages: list[Message], origin: Origin | None) -> list[Message]:
    """Tell staff who acted privately what the duty room reads; else they would not know that it worked."""
    is_private = origin is not None and origin.room is None and origin.role.is_staff
    heard = next((message for message in messages if message.to is Place.DUTY), None)
    if not is_private or heard is None or any(message.to in _TO_ASKER for message in messages):
        return messages
    return [*messages, Message(to=Place.ASIDE, text=heard.text)]


def _also(ask: Ask | None, accounts: tuple[str, ...]) -> tuple[Ask, ...]:
    if ask is None:
        return ()
    others = [each for each in accounts if each and each != ask.person]
    return tuple(
        replace(ask, id=f"{ask.id}.{index}", person=person) for index, person in enumerate(others, 1)
    )


def _ask(about: AnyAbout | None, room: str, person: str, key: str, now: datetime) -> Ask | None:
    if about is None or not person:
        return None
    waits = _SHORT
    if isinstance(about, _WAIT_LONG):
        waits = _LONG
    elif isinstance(about, _WAIT_A_WHILE):
        waits = _HELPED
    return Ask(
        id=key, room=room, person=person, about=about, asked_at=now, expires_at=now + waits, outgoing=key
    )
