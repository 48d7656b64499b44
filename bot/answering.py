"""Questions: answered from the knowledge base when it is sure, offered as candidates or as a ticket when it is not.

No answer is better than a wrong one (DESIGN decision 12; JOURNEYS 1 to 3).
"""

from __future__ import annotations

from datetime import timedelta
from typing import assert_never

from bot.answers import greeting
from bot.asks import Answered, Menu, Offer
from bot.config import BotConfig
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.knowledge import Knowledge
from bot.learning.noting import Noting
from bot.store.contract import Store
from bot.tickets.messages import Message, Place
from faq.knowledge import Answer, Entry, Hit, Nothing, Suggest
from faq.text import is_noise, is_thanks, looks_like_question, looks_like_trouble

_A_CALL = 4  # shorter texts that ask nothing are somebody calling: 在吗, 你好
_AGAIN = timedelta(minutes=10)  # the same question in the same room is pointed to its answer


class Answering:
    """Says what the knowledge base knows, or offers a ticket."""

    def __init__(
        self,
        *,
        desk: Desk,
        drafts: Drafts,
        knowledge: Knowledge,
        store: Store,
        bot: BotConfig,
        noting: Noting,
    ) -> None:
        self._desk = desk
        self._drafts = drafts
        self._knowledge = knowledge
        self._store = store
        self._bot = bot
        self._noting = noting

    async def question(self, hearing: Hearing) -> bool:
        """Answer a text if it is a question for the bot; False when nothing is said."""
        mode = hearing.customer_room.answer if hearing.customer_room else "mentioned"
        if not hearing.is_addressed and (mode != "auto" or hearing.mentions):
            return False
        text = hearing.text
        if is_noise(text) or is_thanks(text):
            if not hearing.is_addressed or is_thanks(text):
                return False
            await self._greet(hearing)
            return True
        hits = [] if mode == "off" else self._knowledge.find(text, hearing.customer, hearing.now)
        is_trouble = looks_like_trouble(text)
        is_for_bot = hearing.is_addressed or is_trouble or looks_like_question(text)
        verdict = self._knowledge.judge(hits, is_asked=is_for_bot)
        match verdict:
            case Answer(hit=hit):
                await self.give(hearing, hit.entry, text)
            case Suggest(hits=candidates):
                if not is_for_bot:
                    return False
                await self._suggest(hearing, candidates)
            case Nothing():
                if not hearing.is_addressed and not is_trouble:
                    return False
                await self._offer(hearing, is_trouble)
            case _:
                assert_never(verdict)
        return True

    async def give(
        self, hearing: Hearing, entry: Entry, question: str, entries: tuple[str, ...] = ()
    ) -> None:
        """Give an answer with its source, or point to it when the room was given it a moment ago."""
        say = self._drafts.speaker(hearing.origin.language, hearing.now).say
        about = Answered(question=question, entry=entry.id, entries=entries)
        since = hearing.now - _AGAIN
        given = await self._store.answers_since(hearing.origin.address, since) if not entries else []
        earlier = next(
            (ask for ask in given if isinstance(ask.about, Answered) and ask.about.entry == entry.id), None
        )
        if hearing.customer_room is None:  # nobody to give a ticket to
            text = say("{answer}\n（{entry}）", answer=entry.answer.strip(), entry=entry.id)
        elif earlier is not None:
            text = say(
                "这个刚答过（{time}），见上面的 {entry}。没解决回 1，我帮您报单。",
                time=earlier.asked_at,
                entry=entry.id,
            )
        else:
            text = say(
                "{answer}\n（{entry}）没解决回 1，我帮您报单。", answer=entry.answer.strip(), entry=entry.id
            )
        is_new = await self._desk.answer([Message(to=Place.ASKER, text=text, about=about)], hearing.origin)
        if is_new and earlier is None and not hearing.role.is_staff:
            await self._noting.given(entry.id, hearing.now)

    async def _suggest(self, hearing: Hearing, candidates: tuple[Hit, ...]) -> None:
        say = self._drafts.speaker(hearing.origin.language, hearing.now).say
        lines = say("　").join(f"{number} {hit.entry.question}" for number, hit in enumerate(candidates, 1))
        if hearing.customer_room is None:
            text = say("您说的是哪一种？回数字就行\n{lines}", lines=lines)
        else:
            text = say("您说的是哪一种？回数字就行\n{lines}\n0 都不是，报单", lines=lines)
        about = Menu(question=hearing.text, entries=tuple(hit.entry.id for hit in candidates))
        await self._desk.answer([Message(to=Place.ASKER, text=text, about=about)], hearing.origin)

    async def _offer(self, hearing: Hearing, is_trouble: bool) -> None:
        """Offer a ticket; where no contract applies there is nobody to give it to, so say where to ask."""
        say = self._drafts.speaker(hearing.origin.language, hearing.now).say
        if not is_trouble and not looks_like_question(hearing.text) and len(hearing.text) < _A_CALL:
            await self._greet(hearing)
            return
        if hearing.customer_room is None:
            text = say("这个我还没有答案。请在您单位的客户群里 @我，我转给负责的工程师。")
            await self._desk.answer([Message(to=Place.ASKER, text=text)], hearing.origin)
            return
        text = say("这个我还没有答案。要转给工程师吗？回 1 报单。")
        is_new = await self._desk.answer(
            [Message(to=Place.ASKER, text=text, about=Offer(question=hearing.text))], hearing.origin
        )
        if is_new:
            await self.missed(hearing, hearing.text)

    async def missed(self, hearing: Hearing, question: str) -> None:
        """Note that nothing answered a customer's question."""
        room = hearing.customer_room
        if room is not None and not hearing.role.is_staff:
            await self._noting.missed(hearing.origin.key, question, hearing.customer, room.id, hearing.now)

    async def _greet(self, hearing: Hearing) -> None:
        speaker = self._drafts.speaker(hearing.origin.language, hearing.now)
        await self._desk.answer(
            [Message(to=Place.ASKER, text=greeting(speaker, self._bot.name))], hearing.origin
        )
