"""Photos, voice and files without a word: whose they are, by what is quoted, waited for, or was said just before."""

from __future__ import annotations

from adapters.contract import Incoming
from bot.conversation.answering import Answering
from bot.conversation.dialogue import Dialogue
from bot.conversation.finding import Finding
from bot.conversation.shown import PICTURES_FOLLOW, Shown
from bot.desk import Desk
from bot.hearing import Hearing
from bot.store.contract import Store
from bot.talk import Talk
from bot.tickets import site_steps as ss
from bot.tickets import steps as s
from bot.tickets.errors import TicketError
from bot.tickets.kinds import Status


class Wordless:
    """Takes messages that say nothing."""

    def __init__(
        self,
        *,
        store: Store,
        desk: Desk,
        finding: Finding,
        dialogue: Dialogue,
        answering: Answering,
        talk: Talk,
        shown: Shown,
    ) -> None:
        self._store = store
        self._desk = desk
        self._finding = finding
        self._dialogue = dialogue
        self._answering = answering
        self._talk = talk
        self._shown = shown

    async def heard(self, hearing: Hearing, incoming: Incoming, names: tuple[str, ...]) -> None:
        """A picture or file without words: it belongs to the quoted ticket, to what waits for it, or to what is said next."""
        if not incoming.attachments and hearing.is_addressed and not hearing.is_private:
            await self._answering.question(hearing)  # somebody calls the bot by its name alone
        if not incoming.attachments:
            return
        link = await self._store.link(incoming.room, incoming.quotes) if incoming.quotes else None
        number = link.ticket if link is not None else None
        if number is None and not incoming.quotes:
            number = await self._goes_on(hearing)
        if number is None and not incoming.quotes and not hearing.role.is_staff:
            is_first = not self._shown.before(hearing)
            self._shown.note(hearing, names)
            if is_first and hearing.is_addressed:
                await self._answering.wordless(hearing)
        if number is None or await self._desk.is_handled(hearing.origin):
            return
        try:
            ticket = await self._finding.visible(hearing, number)
        except TicketError:
            return
        if ticket.status is Status.CLOSED:
            return
        if await self._desk.take(ticket.number, _showing(hearing), hearing.origin) is not None:
            self._shown.given(hearing, number)

    async def _goes_on(self, hearing: Hearing) -> int | None:
        """Return the ticket that a picture without a word goes on with: one that waits for it, or that was spoken of just before."""
        if not hearing.role.is_staff:
            return await self._dialogue.needed(hearing) or self._shown.continued(hearing)
        if not hearing.is_for_staff:
            return None
        before = self._talk.own_line_before(hearing, PICTURES_FOLLOW)
        link = await self._store.link(hearing.origin.address, before.message) if before is not None else None
        return link.ticket if link is not None else self._shown.continued(hearing)


def _showing(hearing: Hearing) -> s.Step:
    """Return what a picture without a word is: of staff before the customer something said, among themselves a note of theirs."""
    if not hearing.role.is_staff:
        return s.Supplement(hearing.by, "")
    return ss.Show(hearing.by) if hearing.is_for_staff else s.Say(hearing.by, "")
