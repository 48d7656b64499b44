"""What somebody with an open ticket says to the bot and nothing answers: very likely it is about their ticket, and for its owner."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec.structs import replace

from bot.alike import share
from bot.asks import Choices
from bot.deciding import reports
from bot.desk import Desk
from bot.drafts import Drafts
from bot.finding import Finding
from bot.hearing import Hearing
from bot.talk import tells
from bot.tellings import supplement
from bot.tickets.kinds import Kind, Status, Telling
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.voices import title
from bot.vocabulary import Word

_MAY_ASK = re.compile(
    r"[谁哪啥几吗呢么怎能想要请?？]|多少|可以|有没有|\b(?:who|what|where|when|which|why|how|can|could|may|want|need|would|is|are|do|does|please)\b",
    re.IGNORECASE,
)
_MOST = 3  # tickets of one person in a list to choose from


class AskingOwner:
    """Passes on what is told, and offers to pass on what is asked, beside a new ticket."""

    def __init__(self, *, desk: Desk, drafts: Drafts, finding: Finding) -> None:
        self._desk = desk
        self._drafts = drafts
        self._finding = finding

    async def offered(self, hearing: Hearing) -> bool:
        """Do so for a customer; False when they tell of a trouble, or have no ticket that it can be about."""
        if hearing.role.is_staff or hearing.customer_room is None or reports(hearing.text):
            return False
        own = [
            each
            for each in await self._finding.mine(hearing)
            if each.status is Status.OPEN and each.kind is Kind.FAULT
        ]
        named = [each for each in own if share(hearing.text, each.text)]
        meant = named if len(named) == 1 else own
        if len(meant) == 1 and tells(hearing.text) and not _MAY_ASK.search(hearing.text):
            step = replace(supplement(hearing.by, hearing.text), telling=Telling.TELLS)
            await self._desk.take(meant[0].number, step, hearing.origin, known=meant[0])
            return True
        if not 1 <= len(meant) <= _MOST:
            return False
        await self._ask(hearing, meant)
        return True

    async def _ask(self, hearing: Hearing, meant: Sequence[Ticket]) -> None:
        """Ask which ticket it is about, or whether it is about any."""
        say = self._drafts.speaker(hearing.origin.language, hearing.now).say
        first, *others = meant
        text = say(
            "是问 {number}（{title}）的事吗？是回 1，我转给工程师；另有问题回 2 报新单。",
            number=first.number,
            title=title(first),
        )
        if others:
            lines = say("　").join(
                f"{place} {each.number} {title(each)}" for place, each in enumerate(meant, 1)
            )
            text = say(
                "是问哪一单的事？回数字，我转给工程师\n{lines}\n{new} 都不是，报新单",
                lines=lines,
                new=len(meant) + 1,
            )
        commands = [f"/add {each.number} {hearing.text}" for each in meant]
        about = Choices(commands=(*commands, f"/{Word.REPORT} {hearing.text}"))
        message = Message(to=Place.ASKER, text=text, about=about, ticket=None if others else first.number)
        await self._desk.answer([message], hearing.origin)
