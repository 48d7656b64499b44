"""Opening tickets: from a report, from an offer that was accepted, or again long after an old one was closed."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from msgspec.structs import replace

from bot.asks import Describe, Offer
from bot.config import Room
from bot.conversation.floods import Floods
from bot.conversation.joining import Joining
from bot.conversation.shown import Showing, Shown, bracketed
from bot.conversation.strangers import Strangers
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.rooms.directory import Directory
from bot.store.contract import Store
from bot.tickets import steps as s
from bot.tickets.coverage import asked_whether, ended_on, excluded
from bot.tickets.errors import N_
from bot.tickets.kinds import Kind, Status
from bot.tickets.levels import level_at_start, level_by_words
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker

_SAME = timedelta(minutes=10)  # the same words of the same person are the same ticket


class Opening:
    """Finds the contract a new ticket falls under and opens it."""

    def __init__(
        self,
        *,
        desk: Desk,
        drafts: Drafts,
        directory: Directory,
        store: Store,
        rules: Rules,
        joining: Joining,
        shown: Shown,
        strangers: Strangers,
    ) -> None:
        self._strangers = strangers
        self._desk = desk
        self._drafts = drafts
        self._directory = directory
        self._store = store
        self._rules = rules
        self._joining = joining
        self._shown = shown
        self._floods = Floods(rules.most_per_person)
        self._log = structlog.get_logger("opening")

    async def apart(self, hearing: Hearing, question: str, leaving: int) -> None:
        """Open a ticket of their own for somebody who was taken for one more reporter of another."""
        await self._open(hearing, question, leaving=leaving)

    async def offered(
        self,
        hearing: Hearing,
        question: str,
        more: str = "",
        tried: str = "",
        *,
        outside: str = "",
        asked: str = "",
    ) -> None:
        """Open the ticket that was offered for a question; `more` is what the asker added to the number.

        `outside` names what the contract excludes, where they were asked about that; `asked` is the account to which it was
        offered: who said that they have the same is part of it.
        """
        text = self._joined(hearing, question.rstrip("。.！!？?，, "), more) if more else question
        opened = await self._open(hearing, text, tried=tried, outside=outside)
        if opened is not None:
            await self._joining.of_one_mind(hearing, opened, asked or hearing.origin.account)

    async def reported(
        self, hearing: Hearing, words: str, *, is_urgent: bool = False, kind: Kind = Kind.FAULT
    ) -> None:
        """Open a ticket from a report: an optional level, then what is wrong. Staff elsewhere name the customer first.

        Of another kind than a fault it has no level, and is told as nothing but what is wanted.
        """
        room = hearing.customer_room
        if room is None and hearing.is_for_staff:
            room, words = self._directory.room_at_start(words)
        if room is None and await self._strangers.heard(hearing):
            return
        if room is None:
            template = N_("请在您单位的客户群里说“报障 …”，我转给负责的工程师。")
            if hearing.is_for_staff:
                template = N_("请写明是哪个客户，例：报障 育才小学 二楼打印机不通电")
            await self._say(hearing, template)
            return
        policy = self._rules.policies.get(self._directory.policy_of(room.customer or ""))
        named, text = level_at_start(policy, words) if kind is Kind.FAULT else (None, words)
        level = named.id if named else policy.levels[0].id if is_urgent and policy else None
        if not text:
            await self.described(hearing, is_urgent=is_urgent, kind=kind)
            return
        await self._open(hearing, text, level=level, room=room, is_urgent=is_urgent, kind=kind)

    async def described(self, hearing: Hearing, *, is_urgent: bool = False, kind: Kind = Kind.FAULT) -> None:
        """Ask what is wrong, or wanted; the next message of the asker is the report."""
        is_fault = kind is Kind.FAULT
        template = N_("请说一下什么问题，一条就行，我马上转工程师。")
        if not is_fault:
            template = N_("请说一下想要什么，一条就行，我转给工程师。")
        text = self._speaker(hearing).say(template)
        about = Describe(is_urgent=is_urgent, kind="" if is_fault else kind.value)
        await self._desk.answer([Message(to=Place.ASKER, text=text, about=about)], hearing.origin)

    async def again(self, hearing: Hearing, old: Ticket, text: str) -> None:
        """Open a new ticket for one that was closed too long ago, linked to it; staff elsewhere open it in its room."""
        room = hearing.customer_room or self._directory.room(old.room)
        if old.kind.is_planned:
            await self._open(hearing, text or old.text, subject=old.number, room=room)
            return
        words = self._joined(hearing, old.text, text) if text else old.text
        await self._open(hearing, words, follows=old, room=room)

    async def _open(
        self,
        hearing: Hearing,
        text: str,
        *,
        level: str | None = None,
        tried: str = "",
        follows: Ticket | None = None,
        subject: int | None = None,
        room: Room | None = None,
        is_urgent: bool = False,
        leaving: int | None = None,
        outside: str = "",
        kind: Kind = Kind.FAULT,
    ) -> Ticket | None:
        room = room or hearing.customer_room
        if room is None:
            return None
        same = await self._same(hearing, text, room)
        if same is not None:
            await self._said_again(hearing, same)
            return None
        until = self._floods.until(hearing.origin.account, hearing.now)
        if until is not None and not hearing.role.is_staff:
            await self._stop(hearing, until, room)
            return None
        is_fault = kind is Kind.FAULT
        is_plain = is_fault and not (outside or follows or subject or is_urgent or level)
        if is_plain and await self._asked(hearing, text, room):
            return None
        is_own = not is_fault or outside or follows or subject is not None or is_urgent or leaving is not None
        if not is_own and await self._joining.joined(
            hearing, text, is_told=True, is_report=True, level=level
        ):
            return None
        shown = self._shown.before(hearing) if room is hearing.customer_room else ()
        names = bracketed([name for each in shown for name in each.names])
        is_here = room is hearing.origin.room or (hearing.is_private and not hearing.is_for_staff)
        step = s.Open(
            number=0,
            kind=kind,
            room=room.id,
            customer=room.customer or "",
            requester=hearing.by,
            account=hearing.origin.account,
            address=hearing.origin.address if is_here else room.address,
            text=f"{text} {names}" if names else text,
            policy=self._directory.policy_of(room.customer or ""),
            level=level,
            by=hearing.by if hearing.role.is_staff else None,
            tried=tried,
            subject=subject,
            links=(follows.number,) if follows is not None else (),
            former=follows.owner if follows is not None else None,
            is_urgent=is_urgent,
            uncovered=ended_on(room.customer or "", hearing.now, self._rules),
            outside=outside,
            language=hearing.origin.own_language(room),
        )
        alike = await self._joining.alike(text, room, hearing) if leaving is None and is_fault else ()
        opened = await self._desk.open(step, hearing.origin, alike=alike, leaving=leaving)
        if opened is not None:
            self._floods.note(hearing.origin.account, hearing.now)
        if opened is not None and shown:
            await self._keep(opened, shown, hearing)
        return opened

    async def _keep(self, ticket: Ticket, shown: tuple[Showing, ...], hearing: Hearing) -> None:
        """Keep what was shown before the words with the ticket, each under the message that brought it."""
        self._shown.forget(hearing)
        for each in shown:
            if each.origin.message != hearing.origin.message:
                origin = replace(each.origin, now=hearing.now)
                await self._desk.take(ticket.number, s.Supplement(hearing.by, ""), origin)

    async def _asked(self, hearing: Hearing, text: str, room: Room) -> bool:
        """Ask a customer about what their contract excludes, before anybody is called; what is urgent waits for no question."""
        customer = room.customer or ""
        what = excluded(customer, text, hearing.now, self._rules)
        if not what or hearing.role.is_staff:
            return False
        policy = self._rules.policies.get(self._directory.policy_of(customer))
        found = level_by_words(policy, text, self._rules.urgent_words) if policy else None
        if found is not None and found.is_urgent:
            return False
        words = asked_whether(customer, what, self._speaker(hearing), self._rules)
        about = Offer(question=text, outside=what)
        await self._desk.answer([Message(to=Place.ASKER, text=words, about=about)], hearing.origin)
        return True

    async def _stop(self, hearing: Hearing, until: datetime, room: Room) -> None:
        """Open no more for somebody who floods a room; they and the duty room are told once, so that a person can look."""
        account, now = hearing.origin.account, hearing.now
        self._log.warning("too many reports", action="reports_refused", account=account, room=room.id)
        if not self._floods.is_first_to_hear(account, now, until):
            return
        told = {"who": hearing.by, "count": self._floods.most, "room": room.name, "time": until}
        text = self._speaker(hearing).say(
            "您 10 分钟里报了 {count} 单，这条没有建单。别的请补充在已有的单里，{time} 以后可以再报。", **told
        )
        drafts = [self._drafts.answer(Message(to=Place.ASKER, text=text), hearing.origin)]
        duty = self._directory.room(room.duty)
        if duty is not None:
            warning = self._drafts.speaker(duty.language, now).say(
                "⚠️ {room} 的 {who} 10 分钟里报了 {count} 单，{time} 以前再报的不建单，请到群里看看。", **told
            )
            key = f"a{hearing.origin.key}.flood"
            drafts.append(self._drafts.notice(Message(to=Place.DUTY, text=warning), duty.address, key, now))
        await self._desk.note((), drafts, now, hearing.origin.seen)

    async def _said_again(self, hearing: Hearing, same: Ticket) -> None:
        """Say once of a ticket, also after a restart and whichever worker hears it, that what is reported again is in it."""
        if await self._desk.is_handled(hearing.origin):
            return  # it is the report itself that is delivered again
        if self._floods.is_first_to_hear(f"{same.number}", hearing.now, hearing.now + _SAME):
            text = self._speaker(hearing).say(
                "收到，已经记在 {number} 里了，同样的内容我不重复回。", number=same.number
            )
            draft = self._drafts.answer(Message(to=Place.ASKER, text=text), hearing.origin)
            await self._desk.note((), [draft], hearing.now, f"said again|{same.number}")
        await self._desk.answer([], hearing.origin)

    async def _same(self, hearing: Hearing, text: str, room: Room) -> Ticket | None:
        for ticket in await self._store.same_reports(hearing.origin.account, text, hearing.now - _SAME):
            is_open = ticket.status is not Status.CLOSED and ticket.kind is not Kind.CALLBACK
            if ticket.room == room.id and is_open:
                return ticket
        return None

    def _joined(self, hearing: Hearing, first: str, more: str) -> str:
        return self._speaker(hearing).say("{first}；{more}", first=first, more=more)

    async def _say(self, hearing: Hearing, template: str, **values: object) -> None:
        text = self._speaker(hearing).say(template, **values)
        await self._desk.answer([Message(to=Place.ASKER, text=text)], hearing.origin)

    def _speaker(self, hearing: Hearing) -> Speaker:
        return self._drafts.speaker(hearing.origin.language, hearing.now)
