"""The reception: what a message is, and who takes care of it.

One message goes one way only: a command, a word of staff to the customer, an answer to a question the bot has asked, something
about a quoted ticket, or a question for the knowledge base. Everything else is people talking to each other.
"""

from __future__ import annotations

import structlog
from msgspec.structs import replace

from adapters.contract import Incoming, Notice
from bot.commands import Command, parse
from bot.conversation.adverts import Adverts
from bot.conversation.answering import Answering
from bot.conversation.complaining import Complaining
from bot.conversation.dialogue import Dialogue
from bot.conversation.finding import Finding
from bot.conversation.following_on import FollowingOn
from bot.conversation.in_hand import InHand
from bot.conversation.joining import Joining
from bot.conversation.languages import Languages
from bot.conversation.not_an_answer import NotAnAnswer
from bot.conversation.presence import Presence
from bot.conversation.shown import Shown, bracketed, names_of
from bot.conversation.wordless import Wordless
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing, bringing, closing, heard
from bot.learning.pending import Pending
from bot.meaning.deciding import guesses, scolds
from bot.meaning.leading_numbers import number_first
from bot.meaning.planned_work import other_time_wished, said_of_planned_work
from bot.meaning.short_answers import takes_over
from bot.meaning.spoken import Spoken, spoken, takes_the_shift
from bot.meaning.wishes import asks_how_to_report, takes_withdrawal_back
from bot.orders.asking_after import AskingAfter
from bot.orders.by_place import ByPlace
from bot.orders.commands import Orders
from bot.orders.of_a_ticket import OfATicket
from bot.orders.promising import Promising
from bot.orders.reporting import Reporting
from bot.rooms.directory import Directory
from bot.setup.newcomers import Newcomers
from bot.setup.uploading import Uploading
from bot.store.contract import Link, Store
from bot.talk import Talk
from bot.tickets.errors import TicketError
from bot.tickets.kinds import Closing
from bot.vocabulary import Word
from scheduler.loop import Clock


class Reception:
    """Receives messages of all adapters, in any order, each possibly more than once."""

    def __init__(
        self,
        *,
        directory: Directory,
        store: Store,
        clock: Clock,
        language: str,
        desk: Desk,
        finding: Finding,
        orders: Orders,
        asking_after: AskingAfter,
        dialogue: Dialogue,
        answering: Answering,
        newcomers: Newcomers,
        uploading: Uploading,
        presence: Presence,
        joining: Joining,
        following_on: FollowingOn,
        talk: Talk,
        shown: Shown,
        drafts: Drafts,
        in_hand: InHand,
        by_place: ByPlace,
        promising: Promising,
        reporting: Reporting,
        pending: Pending,
        complaining: Complaining,
        of_a_ticket: OfATicket,
        wordless: Wordless,
        adverts: Adverts,
    ) -> None:
        self._directory = directory
        self._store = store
        self._clock = clock
        self._language = language
        self._languages = Languages(directory)
        self._desk = desk
        self._finding = finding
        self._orders = orders
        self._asking_after = asking_after
        self._dialogue = dialogue
        self._answering = answering
        self._newcomers = newcomers
        self._uploading = uploading
        self._presence = presence
        self._joining = joining
        self._following_on = following_on
        self._talk = talk
        self._shown = shown
        self._drafts = drafts
        self._in_hand = in_hand
        self._by_place = by_place
        self._promising = promising
        self._reporting = reporting
        self._pending = pending
        self._complaining = complaining
        self._of_a_ticket = of_a_ticket
        self._wordless = wordless
        self._adverts = adverts
        self._log = structlog.get_logger("reception")

    async def receive(self, incoming: Incoming) -> None:
        """Take care of one message; a redelivery has no effect."""
        hearing = heard(incoming, self._directory, self._clock.now(), self._language)
        if hearing is None:
            self._log.info(
                "message from a room that is not configured",
                action="unknown_room",
                address=incoming.room,
                sender=incoming.sender,
            )
            if await self._newcomers.heard(incoming):
                await self.receive(incoming)
            return
        hearing = self._languages.understood(hearing)
        if self._adverts.waits_for(hearing):
            await self._adverts.heard(hearing)
        if incoming.attachments and await self._is_file(hearing, incoming):
            return
        names: tuple[str, ...] = ()
        if incoming.attachments:
            speaker = self._drafts.speaker(hearing.origin.language, hearing.now)
            names = names_of(incoming.attachments, speaker)
        if names:
            hearing = bringing(hearing, bracketed(names))
        if not hearing.text:
            await self._wordless.heard(hearing, incoming, names)
            return
        if names:
            self._shown.note(hearing, names)
        self._talk.note(hearing := self._talk.with_answer_hidden(hearing))
        try:
            await self._understood(hearing)
        except TicketError as refusal:
            await self._orders.refuse(hearing, refusal)
        if names:
            link = await self._store.link(incoming.room, incoming.message_id)
            if link is not None and link.ticket is not None:
                self._shown.given(hearing, link.ticket)

    async def noticed(self, notice: Notice) -> None:
        """Take care of what happened in a room without a word; a redelivery has no effect."""
        await self._newcomers.noticed(notice)
        await self._presence.noticed(notice)
        self._adverts.noticed(notice)

    async def _is_file(self, hearing: Hearing, incoming: Incoming) -> bool:
        return not await self._is_repeated(hearing) and await self._uploading.sent(hearing, incoming)

    async def _understood(self, hearing: Hearing) -> None:
        link = await self._store.link(hearing.origin.address, hearing.quotes) if hearing.quotes else None
        if link is not None and await self._is_repeated(hearing):
            return
        command = parse(hearing.text)
        if command is not None and command.word is Word.REPORT and asks_how_to_report(hearing.text):
            command = parse(f"/{Word.HUMAN}")  # 报修怎么弄 is no report
        if command is None or command.word is Word.REPORT:
            told = hearing.text if command is None else command.rest
            besides = await self._complaining.felt(hearing, told)
            if besides == "":
                return
            if besides is not None:
                hearing = replace(hearing, text=besides if command is None else f"/{Word.REPORT} {besides}")
                command = parse(hearing.text)
        if command is None and hearing.is_for_staff:
            is_named = link is not None or number_first(hearing.text) is not None
            if is_named and await self._in_hand.is_visit(hearing, link):
                return
            command = await self._spoken(hearing, link)
        if command is not None:
            is_bare = not (command.rest or hearing.is_for_staff)
            is_urgent = command.word is Word.URGENT
            takes_up = is_bare and (is_urgent or command.word in (Word.HUMAN, Word.REPORT))
            if takes_up and await self._dialogue.taken_up(hearing, is_urgent=is_urgent):
                return
            # What was done before is refused by its own commit; a look first is for the rest.
            is_sure = self._orders.ends_in_a_commit(command)
            if self._desk.has_handled(hearing.origin) if is_sure else await self._is_repeated(hearing):
                return
            if await self._orders.run(hearing, command, link.ticket if link else None):
                return
            if hearing.is_for_staff and link is None and not command.is_marked:
                meant = takes_the_shift(hearing.text) or await self._in_hand.meant(hearing)  # 收到，我去
                if meant is not None and await self._orders.run(hearing, meant, None):
                    return
        if hearing.role.is_staff and not hearing.is_for_staff:
            await self._of_a_ticket.said_by_staff(hearing, link)
        else:
            await self._customer_said(hearing, link)

    async def _spoken(self, hearing: Hearing, link: Link | None) -> Command | None:
        """Return the command that a sentence among staff means, when the ticket that it names is there."""
        draft = await self._pending.meant(hearing, link)
        if draft is not None:
            return draft
        planned = said_of_planned_work(
            hearing.text, lambda name: self._directory.room_named(name) is not None
        )
        if planned is not None:
            return parse(planned)
        found = self._meaning(hearing, hearing.text)
        if found is None and link is not None and link.ticket is not None:  # quoting says which
            found = self._meaning(hearing, f"{link.ticket} {hearing.text}")
        command = parse(found.command) if found is not None else None
        answer = takes_over(hearing.text) if not hearing.mentions else None
        if answer is not None and (offered := await self._answered(hearing, is_taken=answer)) is not None:
            return offered
        if found is None or command is None:
            return await (
                self._in_hand.meant(hearing) if link is None else self._in_hand.nodded(hearing, link)
            )
        if found.number is not None:
            ticket = await self._finding.going_on(found.number)
            is_given_back = command.word is Word.HAND_OVER and not command.rest
            is_meant = ticket is not None and (not is_given_back or ticket.owner == hearing.by)
            return command if is_meant else None
        is_quoted = link is not None and link.ticket is not None
        is_one = found.is_certain or is_quoted or len(await self._finding.fitting(hearing, command)) == 1
        return command if is_one else None

    def _meaning(self, hearing: Hearing, text: str) -> Spoken | None:
        return spoken(
            text,
            lambda text: self._directory.called_at_start(text, hearing.mentions),
            is_manager=hearing.role.is_manager,
            is_addressed=hearing.is_addressed,
        )

    async def _answered(self, hearing: Hearing, *, is_taken: bool) -> Command | None:
        """Return the answer to a hand-over that was offered with the words just before a yes or a no."""
        answer = parse(f"/{Word.ACCEPT}" if is_taken else f"/{Word.DECLINE} {hearing.text}")
        fitting = await self._finding.fitting(hearing, answer) if answer is not None else []
        offer = fitting[0].offer if len(fitting) == 1 else None
        is_next = offer is not None and self._talk.follows(hearing, offer.giver.id)
        return answer if is_next else None

    async def _customer_said(self, hearing: Hearing, link: Link | None) -> None:
        """Also staff among themselves: the bot answers them too when they call it."""
        if link is None:
            quoted = await self._joining.offered(hearing)
        else:
            quoted = await self._store.ask_of(link.outgoing) if link.outgoing else None
        if link is None and await self._by_place.taken(hearing):
            return
        answer = await self._dialogue.reply(hearing, quoted)
        if not isinstance(answer, NotAnAnswer):
            self._talk.answered(hearing)
            if answer is not None:
                await self._run(answer)
            return
        hearing, fresh, waits = closing(hearing, *answer.left), answer.fresh, answer.waits
        if answer.rest:  # told with an answer to the bot
            hearing = replace(hearing, text=answer.rest, is_addressed=True)
        if hearing.is_for_staff and link is None and await self._reporting.asked(hearing):
            return
        if hearing.is_addressed and link is None and await self._orders.suggest(hearing):
            return
        if await self._is_moved(hearing, link):
            return
        if link is None and await self._following_on.wished(hearing):
            return
        if link is None and await self._asking_after.asked(hearing, fresh):
            return
        if link is None and takes_withdrawal_back(hearing.text) and await self._is_kept(hearing):
            return
        is_alone = hearing.quotes is None and not self._talk.is_with_staff(hearing)
        if link is None and await self._promising.asked(hearing, is_alone=is_alone):
            return
        is_own_breath = fresh is not None and self._talk.follows(hearing, hearing.by.id)
        just = waits if waits is not None else fresh if is_own_breath else None
        is_theirs = is_alone or (waits is not None and hearing.quotes is None)  # the bot has asked them
        if is_theirs and await self._asking_after.said_aloud(hearing, just, self._talk.is_quiet):
            return
        if hearing.is_for_staff and await self._of_a_ticket.noted(hearing, link):
            return
        if hearing.is_for_staff and link is None and await self._in_hand.is_visit(hearing, link):
            return
        if hearing.is_for_staff and link is None and await self._in_hand.is_asked(hearing):
            return
        if not hearing.is_for_staff and await self._of_a_ticket.said(hearing, link):
            return
        if link is None and await self._following_on.fails_still(hearing, fresh):
            return
        if link is None and (await self._joining.echoed(hearing) or await self._asking_after.again(hearing)):
            return
        if hearing.quotes is None and (
            await self._following_on.heard(hearing, fresh) or await self._following_on.asked(hearing)
        ):
            return
        if hearing.is_addressed and not hearing.is_for_staff and scolds(hearing.text):
            if self._talk.said_before(hearing, scolds):  # once is let pass
                await self._orders.apologise(hearing)
            return
        if not hearing.is_addressed and guesses(hearing.text) and self._talk.is_of_others(hearing):
            return
        hearing = await self._joining.taken_up(hearing)
        hearing = replace(hearing, text=self._talk.called_for(hearing) or self._talk.whole(hearing))
        is_among_staff = hearing.is_for_staff and not hearing.is_addressed  # the duty room is for people
        is_answered = not is_among_staff and await self._answering.question(
            hearing, answer.before, answer.offered
        )
        if not is_answered and hearing.origin.closed_asks:
            await self._desk.answer([], hearing.origin)  # a menu is over also when its asker only chats on

    async def _is_moved(self, hearing: Hearing, link: Link | None) -> bool:
        """Take as 改期 what a customer says in their own words of a time that was agreed or announced; False when they say nothing of it."""
        if hearing.role.is_staff or hearing.customer_room is None:
            return False
        why = other_time_wished(hearing.text) if hearing.is_addressed or not hearing.mentions else None
        return why is not None and await self._orders.moved(hearing, why, link.ticket if link else None)

    async def _is_kept(self, hearing: Hearing) -> bool:
        """Take back what whoever says 别撤 has just withdrawn; False when they have not."""
        undo = parse(f"/{Word.UNDO}")
        found = await self._finding.fitting(hearing, undo) if undo is not None else []
        is_withdrawn = len(found) == 1 and found[0].closing is Closing.WITHDRAWN
        return undo is not None and is_withdrawn and await self._orders.run(hearing, undo, None)

    async def _run(self, hearing: Hearing) -> None:
        command = parse(hearing.text)
        if command is not None:
            await self._orders.run(hearing, command, None)

    async def _is_repeated(self, hearing: Hearing) -> bool:
        return await self._desk.is_handled(hearing.origin)
