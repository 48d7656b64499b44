"""What staff say in two words, with neither a number nor a command, of the only ticket they can mean: `我去`, `到了`, `弄好了`, `怎么还没好`."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.asks import Suggestion
from bot.commands import BETWEEN, Command, parse
from bot.conversation.finding import Finding
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.meaning.alike import share
from bot.meaning.leading_numbers import number_first, without_number
from bot.meaning.moments import moment_at_start
from bot.meaning.placed import place_of
from bot.meaning.sentences import (
    ALL_ARE_DONE,
    DOES,
    ENDS,
    GIVES_ALL,
    GIVES_IT,
    GOES,
    GOES_THEN,
    HANDS_IT_OVER,
    HASTENS,
    IS_DONE,
    IS_ON_THE_WAY,
    IS_THERE,
    NAMED_IS_DONE,
    NODS,
    TAKES_ALL,
    TAKES_NAMED,
    WAITS_FOR_PARTS,
    WANTS_LATE,
    WANTS_NEWS,
)
from bot.rooms.directory import Directory
from bot.store.contract import Link
from bot.talk import Talk
from bot.tickets.kinds import Kind, Status
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.rules import Role, Rules
from bot.vocabulary import Word

_LONGEST = 60
_COUNTS = {"两": 2, "二": 2, "三": 3, "四": 4}
_FEW = 4
_JUST_TOLD = timedelta(minutes=10)  # a card or an alert of the bot this old may be answered in two words


class InHand:
    """Finds the ticket, but only where nobody else has spoken in between: among people such words may be about anything.

    What is said to the bot itself is no talk among people; on platforms that bring nothing else everything is.
    """

    def __init__(
        self, *, desk: Desk, drafts: Drafts, finding: Finding, talk: Talk, directory: Directory, rules: Rules
    ) -> None:
        self._rules = rules
        self._directory = directory
        self._desk = desk
        self._drafts = drafts
        self._finding = finding
        self._talk = talk

    async def meant(self, hearing: Hearing) -> Command | None:
        """Return the command that the words mean, or None when they are talk."""
        said = hearing.text.strip()
        if len(said) > _LONGEST or hearing.mentions:
            return None
        if GOES.fullmatch(said):
            return await self._claim(hearing)
        if (named := TAKES_NAMED.fullmatch(said)) and (
            claim := await self._claim_named(hearing, named["what"])
        ):
            return claim
        if (every := TAKES_ALL.fullmatch(said)) is not None:
            return await self._claim_all(hearing, every["count"])
        if hearing.role.is_manager and (gives := GIVES_ALL.fullmatch(said)):
            return await self._reassign_all(hearing, gives["whose"], gives["rest"])
        if (gives := HANDS_IT_OVER.fullmatch(said)) and (offer := await self._give(hearing, gives["rest"])):
            return offer
        if not self._is_sure(hearing):
            return None
        if hearing.role.is_manager or hearing.role is Role.LEADER:
            if WANTS_NEWS.fullmatch(said):
                return _about(Word.PROGRESS, await self._only(hearing))
            if WANTS_LATE.fullmatch(said):
                return parse(f"/{Word.QUEUE}")
            if HASTENS.fullmatch(said):
                return _about(Word.URGE, await self._only(hearing))
        if IS_THERE.fullmatch(said):
            there = await self._own(hearing)
            is_sure = there is not None and _is_expected(there)
            return _about(Word.ARRIVE, there) if is_sure else None
        if IS_ON_THE_WAY.fullmatch(said):
            return _about(Word.DEPART, await self._own(hearing))
        if (gives := GIVES_IT.fullmatch(said)) is not None:
            return await self._give(hearing, gives["rest"])
        if WAITS_FOR_PARTS.fullmatch(said):
            return _about(Word.PAUSE, await self._own(hearing), said)
        if done := IS_DONE.fullmatch(said):
            return _about(Word.RESOLVE, await self._own(hearing), done["rest"] or "")
        if every := ALL_ARE_DONE.fullmatch(said):
            return await self._resolve_all(hearing, every["count"], every["rest"] or "")
        done = NAMED_IS_DONE.fullmatch(said)
        own = [each for each in await self._owned(hearing) if share(done["what"], each.text)] if done else []
        return _about(Word.RESOLVE, own[0], done["rest"] or "") if done and len(own) == 1 else None

    async def nodded(self, hearing: Hearing, link: Link) -> Command | None:
        """Return what a nod to the card of a ticket means that nobody has: 收到, which tells that it is still to be claimed."""
        if NODS.fullmatch(hearing.text.strip()) is None or link.ticket is None:
            return None
        ticket = await self._finding.going_on(link.ticket)
        is_free = ticket is not None and ticket.owner is None and ticket.status is Status.OPEN
        return _about(Word.ACKNOWLEDGE, ticket) if is_free else None

    async def is_visit(self, hearing: Hearing, link: Link | None) -> bool:
        """Ask an owner who says when they go whether the customer is to be asked for that time; False when nothing is to be asked."""
        number = link.ticket if link is not None else number_first(hearing.text)
        said = without_number(number, hearing.text).strip() if number is not None else hearing.text.strip()
        goes = GOES_THEN.fullmatch(said) if len(said) <= _LONGEST and not hearing.mentions else None
        when = goes["rest"] or goes["then"] if goes is not None else ""
        found = moment_at_start(when, hearing.now, self._rules.zone) if when else None
        if found is None or found[1].strip() or found[0] <= hearing.now:
            return False
        if number is not None:
            ticket = await self._finding.going_on(number)
        else:
            ticket = await self._own(hearing) if self._is_sure(hearing) else None
        is_free = ticket is not None and ticket.appointment is None and ticket.visit is None
        if ticket is None or ticket.owner != hearing.by or not is_free:
            return False
        speaker = self._drafts.speaker(hearing.origin.language, hearing.now)
        text = speaker.say(
            "要和 {requester} 约 {time} 上门吗？回 1，我去问。", requester=ticket.requester, time=found[0]
        )
        at = found[0].astimezone(self._rules.zone)
        about = Suggestion(command=f"/{Word.APPOINT} {ticket.number} {at:%Y-%m-%d %H:%M}")
        message = Message(to=Place.ASKER, text=text, about=about, ticket=ticket.number)
        await self._desk.answer([message], hearing.origin)
        return True

    async def is_asked(self, hearing: Hearing) -> bool:
        """Ask whoever says that they are there whether it is at the customer's; False when nothing is to be asked."""
        said = hearing.text.strip()
        if hearing.mentions or not IS_THERE.fullmatch(said) or not self._is_sure(hearing):
            return False
        ticket = await self._own(hearing)
        if ticket is None or _is_expected(ticket) or "arrived" in ticket.happened:
            return False
        speaker = self._drafts.speaker(hearing.origin.language, hearing.now)
        text = speaker.say("{number} 到现场了吗？是的回 1，我记到场。", number=ticket.number)
        about = Suggestion(command=f"/{Word.ARRIVE} {ticket.number}")
        message = Message(to=Place.ASKER, text=text, about=about, ticket=ticket.number)
        await self._desk.answer([message], hearing.origin)
        return True

    async def _claim(self, hearing: Hearing) -> Command | None:
        """Return the claim of the only ticket that waits, when the bot has just told of it and nobody has said anything since."""
        working = await self._working(hearing)
        waiting = [each for each in working if each.owner is None]
        if not waiting and hearing.is_addressed:
            # Somebody was faster, perhaps the same person by a button: they hear how it stands.
            waiting = [each for each in working if hearing.by == each.owner] or working
        told = waiting[0].changed_at if len(waiting) == 1 else None
        is_answer = told is not None and hearing.now - told <= _JUST_TOLD
        return _about(Word.CLAIM, waiting[0]) if is_answer and self._is_sure(hearing, told) else None

    async def _claim_named(self, hearing: Hearing, what: str) -> Command | None:
        """Return the claim of the only waiting ticket that is named by its words, its requester or its place among the last told."""
        waiting = [each for each in await self._working(hearing) if each.owner is None]
        place = place_of(what, len(waiting))
        if place is not None:
            told = [each.changed_at or each.opened_at for each in waiting]
            is_sure = hearing.now - min(told) <= _JUST_TOLD and self._talk.is_quiet(hearing, max(told))
            in_order = sorted(waiting, key=lambda each: each.number)
            return _about(Word.CLAIM, in_order[place]) if is_sure else None
        named = [each for each in waiting if what == each.requester.name] or [
            each for each in waiting if share(what, each.text)
        ]
        return _about(Word.CLAIM, named[0]) if len(named) == 1 else None

    async def _claim_all(self, hearing: Hearing, count: str | None) -> Command | None:
        """Return the claim of all waiting tickets, when there are a few that were told of lately, and as many as are counted."""
        waiting = [each for each in await self._working(hearing) if each.owner is None]
        told = [each.changed_at for each in waiting if each.changed_at is not None]
        is_fresh = bool(told) and hearing.now - min(told) <= _JUST_TOLD and self._is_sure(hearing, max(told))
        if not is_fresh or len(waiting) != _COUNTS.get(count or "", len(waiting)) or len(waiting) > _FEW:
            return None
        first, *others = waiting
        return _about(Word.CLAIM, first, " ".join(str(each.number) for each in others))

    async def _resolve_all(self, hearing: Hearing, count: str | None, rest: str) -> Command | None:
        """Return the end of all that whoever speaks has in hand, when it is as many as are counted, and few."""
        own = [each.number for each in await self._owned(hearing) if each.owner == hearing.by]
        if not own or len(own) > _FEW or len(own) != _COUNTS.get(count or "", len(own)):
            return None
        return parse(f"/{Word.RESOLVE} {' '.join(map(str, sorted(own)))} {rest}".strip())

    async def _reassign_all(self, hearing: Hearing, whose: str, rest: str) -> Command | None:
        """Return the reassignment of all that a colleague has in hand; None when the words name nobody, or they have nothing."""
        giver = self._directory.called_at_start(whose, hearing.mentions)
        to = self._directory.called_at_start(rest, hearing.mentions)
        if giver is None or giver[1].strip() or to is None or to[0] == giver[0]:
            return None
        held = [str(each.number) for each in await self._working(hearing) if each.owner == giver[0]]
        why = "" if ENDS.fullmatch(to[1].strip()) else to[1].strip(BETWEEN)
        return parse(f"/{Word.REASSIGN} {' '.join(held)} @{to[0].name} {why}".strip()) if held else None

    async def _give(self, hearing: Hearing, rest: str) -> Command | None:
        """Return the hand-over of the only ticket in hand to a colleague who is named, to do just that."""
        named = self._directory.called_at_start(rest, hearing.mentions)
        is_all = named is not None and (ENDS.fullmatch(named[1].strip()) or DOES.fullmatch(named[1]))
        own = await self._own(hearing) if is_all else None
        is_mine = own is not None and own.owner == hearing.by
        return _about(Word.HAND_OVER, own, f"@{named[0].name}") if named is not None and is_mine else None

    def _is_sure(self, hearing: Hearing, since: datetime | None = None) -> bool:
        return hearing.is_addressed or self._talk.is_quiet(hearing, since)

    async def _only(self, hearing: Hearing) -> Ticket | None:
        working = await self._working(hearing)
        return working[0] if len(working) == 1 else None

    async def _own(self, hearing: Hearing) -> Ticket | None:
        """Return the only ticket that whoever speaks has in hand, or was sent to."""
        own = await self._owned(hearing)
        return own[0] if len(own) == 1 else None

    async def _owned(self, hearing: Hearing) -> list[Ticket]:
        return [each for each in await self._working(hearing) if hearing.by in (each.owner, each.coming)]

    async def _working(self, hearing: Hearing) -> list[Ticket]:
        found = await self._finding.queue(hearing)
        return [
            each
            for each in found
            if each.status is Status.OPEN
            and each.follows is None
            and each.kind is not Kind.CALLBACK
            and not each.kind.is_planned
        ]


def _is_expected(ticket: Ticket) -> bool:
    """Say whether somebody has said that they are on their way, and not yet that they are there."""
    return "departed" in ticket.happened and "arrived" not in ticket.happened


def _about(word: Word, ticket: Ticket | None, rest: str = "") -> Command | None:
    return parse(f"/{word} {ticket.number} {rest}".strip()) if ticket is not None else None
