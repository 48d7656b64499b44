"""How lessons are spoken of: answers to staff out of the customer's hearing, and for whom an entry is."""

from __future__ import annotations

from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.learning.listing import validity
from bot.tickets.errors import N_, Phrase
from bot.tickets.messages import Button, Message, Place
from bot.tickets.model import Party
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from faq.entries import Entry


class Saying:
    """Answers whoever spoke, in their language."""

    def __init__(self, desk: Desk, drafts: Drafts, rules: Rules) -> None:
        self._desk = desk
        self._drafts = drafts
        self._rules = rules

    def speaker(self, hearing: Hearing) -> Speaker:
        """Return the voice for whoever spoke."""
        return self._drafts.speaker(hearing.origin.language, hearing.now)

    def scope(self, customer: str | None) -> object:
        """Return for whom an entry is: a name, or "all customers"."""
        return Phrase(N_("所有客户")) if customer is None else self._rules.customers.get(customer, customer)

    async def say(self, hearing: Hearing, template: str, **values: object) -> None:
        """Answer with one text."""
        await self.tell(hearing, self.speaker(hearing).say(template, **values))

    async def live(self, hearing: Hearing, entry: Entry, ticket: int = 0) -> None:
        """Say that an entry is in use, for whom, and how everybody gets it."""
        speaker = self.speaker(hearing)
        if not entry.holds_on(speaker.today):
            done = speaker.say("{entry} 的答案已改。", entry=entry.id)
            await self.tell(hearing, done + validity(entry, speaker), ticket)
            return
        template = N_("{entry} 已上线（范围：{scope}）。")
        if entry.customer is not None:
            template = N_("{entry} 已上线（范围：{scope}；给所有客户用回“设为通用 {entry}”）。")
        text = speaker.say(template, entry=entry.id, scope=self.scope(entry.customer))
        await self.tell(hearing, text, ticket)

    async def tell(
        self,
        hearing: Hearing,
        text: str,
        ticket: int = 0,
        *,
        mentions: tuple[Party, ...] = (),
        buttons: tuple[Button, ...] = (),
    ) -> None:
        """Answer with a text that calls people; `ticket` is what quoting it means."""
        message = Message(
            to=Place.ASIDE, text=text, ticket=ticket or None, mentions=mentions, buttons=buttons
        )
        await self._desk.answer([message], hearing.origin)
