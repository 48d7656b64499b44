"""Complaints: they go to a manager and nobody else, who calls by a promised time."""

from __future__ import annotations

from datetime import timedelta

from bot.commands import Command, parse
from bot.conversation.strangers import Strangers
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing, part_of
from bot.meaning.complaints import grievance, is_about_us, is_of_others
from bot.rooms.directory import Directory
from bot.store.contract import Store
from bot.tickets import steps as s
from bot.tickets.calling import COMPLAINT
from bot.tickets.endings import callback_due
from bot.tickets.errors import N_
from bot.tickets.grievances import FIRST_ADDED, is_grievance
from bot.tickets.kinds import Kind, Status
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.recipients import in_charge
from bot.tickets.rules import Role, Rules
from bot.vocabulary import Word
from faq.text import fold

_LATELY = timedelta(days=7)  # whoever had something to do with us this lately complains about us


class Complaining:
    """Opens the call that a manager owes whoever complains."""

    def __init__(
        self,
        *,
        desk: Desk,
        drafts: Drafts,
        store: Store,
        rules: Rules,
        strangers: Strangers,
        directory: Directory,
    ) -> None:
        self._directory = directory
        self._strangers = strangers
        self._desk = desk
        self._drafts = drafts
        self._store = store
        self._rules = rules

    async def run(self, hearing: Hearing, command: Command) -> bool:
        """Hand a complaint to a manager; False when it is talk among people."""
        room = hearing.customer_room
        if hearing.role.is_staff or not await self._is_meant(hearing, command):
            return False
        if room is None and await self._strangers.heard(hearing):
            return True
        if room is None:
            await self._say(hearing, N_("请在您单位的客户群里说“投诉 …”，我直接交给经理。"))
            return True
        text = command.rest or hearing.text
        waiting = await self._waiting(hearing)
        if waiting is not None:  # one call answers all of it
            await self._more(hearing, waiting, command.rest)
            return True
        managers = in_charge(self._rules)
        step = s.Open(
            number=0,
            kind=Kind.CALLBACK,
            room=room.id,
            customer=room.customer or "",
            requester=hearing.by,
            account=hearing.origin.account,
            address=hearing.origin.address,
            text=text,
            owner=managers[0] if managers else None,
            reason=COMPLAINT,
            language=hearing.origin.own_language(room),
        )
        await self._desk.open(step, hearing.origin)
        return True

    async def _more(self, hearing: Hearing, waiting: Ticket, text: str) -> None:
        """Add to a complaint that a manager has yet to answer; whoever complains hears each time that it has arrived."""
        if text and fold(waiting.text) != fold(text):
            is_told = waiting.version < FIRST_ADDED and waiting.owner is not None
            heard = hearing if is_told else part_of(hearing, 1)
            await self._desk.take(waiting.number, s.Supplement(hearing.by, text), heard.origin, known=waiting)
            if is_told:
                return
        due_at = callback_due(waiting.opened_at, self._rules)
        template = N_("您的投诉 {owner} 已经收到，最晚 {time} 与您联系。")
        if waiting.owner is None:
            template = N_("您的投诉已记下，最晚 {time} 与您联系。")
        elif due_at <= hearing.now:
            template = N_("您的投诉 {owner} 已经收到，会尽快与您联系。")
        await self._say(hearing, template, owner=waiting.owner, time=due_at)

    async def felt(self, hearing: Hearing, text: str) -> str | None:
        """Hand to a manager what somebody says of how one of us behaved, which those who work with us must not read.

        Return what else they say; None when they say nothing of it, or may speak of others.
        """
        found = grievance(text) if not hearing.role.is_staff and not hearing.mentions else None
        if found is None:
            return None
        named = self._directory.called_at_start(found.who, ())
        is_ours = found.is_ours or (named is not None and self._rules.role(named[0]).is_staff)
        is_told = hearing.is_addressed or hearing.is_private
        if not is_ours and not is_told and (found.who or not await self._is_ours(hearing)):
            return None
        heard = part_of(hearing, 1) if found.rest else hearing
        waiting = await self._waiting(hearing)
        if waiting is not None:  # who is angry says it in several messages
            await self._desk.take(waiting.number, s.Supplement(hearing.by, text), heard.origin, known=waiting)
            return found.rest
        command = parse(f"/{Word.COMPLAIN} {text}")
        return found.rest if command is not None and await self.run(heard, command) else None

    async def _is_meant(self, hearing: Hearing, command: Command) -> bool:
        """Said to nobody it counts when it is about us by its words, or comes from somebody we had to do with lately."""
        if is_of_others(command.rest):
            return False
        if hearing.is_addressed or command.is_marked or (command.rest and is_about_us(command.rest)):
            return True
        return await self._is_ours(hearing)

    async def _is_ours(self, hearing: Hearing) -> bool:
        """Say whether whoever speaks has had something to do with us lately."""
        return hearing.role is Role.CONTACT or any(
            each.status is not Status.CLOSED or hearing.now - (each.closed_at or each.opened_at) < _LATELY
            for each in await self._store.tickets_of(hearing.origin.account)
        )

    async def _waiting(self, hearing: Hearing) -> Ticket | None:
        """Return the latest complaint of the same person that a manager has yet to answer."""
        return next(
            (
                each
                for each in await self._store.tickets_of(hearing.origin.account)
                if is_grievance(each) and each.status is Status.OPEN
            ),
            None,
        )

    async def _say(self, hearing: Hearing, template: str, **values: object) -> None:
        text = self._drafts.speaker(hearing.origin.language, hearing.now).say(template, **values)
        await self._desk.answer([Message(to=Place.ASKER, text=text)], hearing.origin)
