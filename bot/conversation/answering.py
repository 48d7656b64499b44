"""Questions: answered from the knowledge base when it is sure, offered as candidates or as a ticket when it is not.

No answer is better than a wrong one.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import assert_never
from zlib import crc32

from msgspec.structs import replace

from bot.asks import Answered, Ask, Menu, Offer
from bot.config import BotConfig
from bot.conversation.answers import greeting, greeting_for_staff, introduction
from bot.conversation.asking_owner import AskingOwner
from bot.conversation.following_on import goes_on_about
from bot.conversation.joining import Joining
from bot.conversation.strangers import Strangers
from bot.conversation.usual_waits import UsualWaits
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing, closing
from bot.knowledge.live import Knowledge
from bot.learning.noting import Noting
from bot.meaning.deciding import (
    Candidates,
    Decision,
    Give,
    Greet,
    Heard,
    OfferTicket,
    Silent,
    decided,
    decided_before,
    only_tells,
    reports,
)
from bot.meaning.several_questions import asked_parts, with_parts
from bot.rooms.directory import Directory
from bot.store.contract import ClosedAsk, Store
from bot.tickets.errors import N_
from bot.tickets.levels import level_by_words
from bot.tickets.messages import Message, Place
from bot.tickets.rules import Level, Rules
from faq.knowledge import Entry, Hit
from faq.text import asks_who_you_are, fold

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
        joining: Joining,
        waits: UsualWaits,
        directory: Directory,
        rules: Rules,
        asking_owner: AskingOwner,
        strangers: Strangers,
    ) -> None:
        self._strangers = strangers
        self._desk = desk
        self._drafts = drafts
        self._knowledge = knowledge
        self._store = store
        self._bot = bot
        self._noting = noting
        self._joining = joining
        self._waits = waits
        self._directory = directory
        self._rules = rules
        self._asking_owner = asking_owner

    async def question(
        self, hearing: Hearing, before: Ask | None = None, offered: tuple[str, ...] = ()
    ) -> bool:
        """Answer a text if it is a question for the bot; False when nothing is said.

        `before` is the answer or offer that whoever tells something may go on about; `offered` are the questions for which they
        were offered a ticket and did not take it.
        """
        mode = hearing.customer_room.answers(hearing.now) if hearing.customer_room else "mentioned"
        said = Heard(hearing.text, hearing.is_addressed, bool(hearing.mentions), mode)
        decision: Decision | None = decided_before(said)
        is_new_report = decision is None and hearing.customer_room is not None
        if is_new_report and await self._joining.joined(hearing, said.text, is_told=said.is_addressed):
            return True
        if decision is None:
            hits: list[Hit] = []
            is_asked = said.is_for_bot
            if mode != "off":
                await self._knowledge.hear(said.text, hearing.customer, is_asked=is_asked)
                hits = self._knowledge.find(said.text, hearing.customer, hearing.now, is_asked=is_asked)
            verdict = self._knowledge.judge(hits, is_asked=is_asked, is_surely=said.is_surely_for_bot)
            decision = decided(said, verdict)
            if mode != "off" and (parts := asked_parts(said.text)):
                decision = await self._of_parts(hearing, parts, decision, is_surely=said.is_surely_for_bot)
        if isinstance(decision, Candidates) and hearing.customer_room is not None and self._urgent(hearing):
            decision = OfferTicket()  # an outage is no question about one computer
        match decision:
            case Silent():
                return False
            case Greet():
                await self._greet(hearing)
            case Give(hit=hit, also=()):
                await self.give(hearing, hit.entry, hearing.text)
            case Give(hit=hit, also=also):
                await self._give_several(hearing, [hit.entry, *(each.entry for each in also)])
            case Candidates(hits=candidates, is_several=is_several):
                await self._suggest(hearing, candidates, is_several=is_several)
            case OfferTicket() if (
                before is not None
                and hearing.customer_room is not None
                and goes_on_about(hearing.text, _asked(before))
            ):
                if fold(hearing.text) in fold(_asked(before)):  # told once more, and nothing new
                    await self._offer(replace(hearing, text=_asked(before)))
                else:
                    await self._told_more(hearing, before)
            case OfferTicket():
                await self._offer(hearing, tuple(each for each in offered if each != hearing.text))
            case _:
                assert_never(decision)
        return True

    async def _of_parts(
        self, hearing: Hearing, parts: Sequence[str], decision: Decision, *, is_surely: bool
    ) -> Decision:
        """Return what is said to a message that asks for several things."""
        for part in parts:
            await self._knowledge.hear(part, hearing.customer)
        verdicts = self._knowledge.verdicts(parts, hearing.customer, hearing.now, is_surely=is_surely)
        return with_parts(decision, verdicts)

    async def give(
        self, hearing: Hearing, entry: Entry, question: str, entries: tuple[str, ...] = ()
    ) -> None:
        """Give an answer with its source, or point to it when the room was given it a moment ago."""
        say = self._drafts.speaker(hearing.origin.language, hearing.now).say
        may_point = not entries and hearing.customer_room is not None
        since = hearing.now - _AGAIN
        given = await self._store.answers_since(hearing.origin.address, since) if may_point else []
        form = _form(entry)
        earlier = next((ask for ask in given if _gave(ask, entry.id, form)), None)
        about = Answered(
            question=question, entry=entry.id, entries=entries, form=0 if earlier is not None else form
        )
        if hearing.customer_room is None:  # nobody to give a ticket to
            text = say("{answer}\n（{entry}）", answer=_whole(entry), entry=entry.id)
        elif earlier is not None:
            text = say(
                "这个刚答过（{time}），见上面的 {entry}。没解决回 1，我帮您报单。",
                time=earlier.asked_at,
                entry=entry.id,
            )
        else:
            text = say("{answer}\n（{entry}）没解决回 1，我帮您报单。", answer=_whole(entry), entry=entry.id)
        pictures = entry.pictures if earlier is None else ()
        message = Message(to=Place.ASKER, text=text, about=about, pictures=pictures)
        is_new = await self._desk.answer([message], hearing.origin)
        if is_new and earlier is None and not hearing.role.is_staff:
            await self._noting.given(entry.id, hearing.now)

    async def _give_several(self, hearing: Hearing, entries: Sequence[Entry]) -> None:
        """Give the answers to the several questions of one message, in one message."""
        say = self._drafts.speaker(hearing.origin.language, hearing.now).say
        *others, last = entries
        lines = [say("{answer}（{entry}）", answer=_before_source(each), entry=each.id) for each in others]
        template = N_("{answer}（{entry}）没解决回 1，我帮您报单。")
        if hearing.customer_room is None:  # nobody to give a ticket to
            template = N_("{answer}（{entry}）")
        lines.append(say(template, answer=_before_source(last), entry=last.id))
        about = Answered(question=hearing.text, entry=entries[0].id, form=_form(entries[0]))
        pictures = tuple(picture for each in entries for picture in each.pictures)
        message = Message(to=Place.ASKER, text="\n".join(lines), about=about, pictures=pictures)
        if await self._desk.answer([message], hearing.origin) and not hearing.role.is_staff:
            for each in entries:
                await self._noting.given(each.id, hearing.now)

    async def _suggest(self, hearing: Hearing, candidates: tuple[Hit, ...], *, is_several: bool) -> None:
        say = self._drafts.speaker(hearing.origin.language, hearing.now).say
        lines = say("　").join(f"{number} {hit.entry.question}" for number, hit in enumerate(candidates, 1))
        if len(candidates) == 1:
            only = candidates[0].entry.question
            text = (
                say("您说的是“{question}”吗？是的话回 1。", question=only)
                if hearing.customer_room is None
                else say("您说的是“{question}”吗？是的话回 1；不是回 0，我帮您报单。", question=only)
            )
        elif is_several:
            text = say("您问了不止一件，回数字看哪一条\n{lines}", lines=lines)
            if hearing.customer_room is not None:
                text += say("\n0 都不是，报单")
        elif hearing.customer_room is None:
            text = say("您说的是哪一种？回数字就行\n{lines}", lines=lines)
        else:
            text = say("您说的是哪一种？回数字就行\n{lines}\n0 都不是，报单", lines=lines)
        about = Menu(question=hearing.text, entries=tuple(hit.entry.id for hit in candidates))
        await self._desk.answer([Message(to=Place.ASKER, text=text, about=about)], hearing.origin)

    async def _told_more(self, hearing: Hearing, before: Ask) -> None:
        """Offer the ticket once more, with what was told since."""
        say = self._drafts.speaker(hearing.origin.language, hearing.now).say
        question = say("{first}；{more}", first=_asked(before).rstrip("。.！!？?，, "), more=hearing.text)
        about = replace(before.about, question=question)
        text = say("记下了。要转给工程师就回 1，连这句一起报单。")
        told = closing(hearing, ClosedAsk(before.id, "told"))
        await self._desk.answer([Message(to=Place.ASKER, text=text, about=about)], told.origin)

    async def _offer(self, hearing: Hearing, earlier: tuple[str, ...] = ()) -> None:
        """Offer a ticket; where no contract applies there is nobody to give it to, so say where to ask."""
        say = self._drafts.speaker(hearing.origin.language, hearing.now).say
        if hearing.customer_room is None and await self._strangers.heard(hearing):
            return
        if hearing.customer_room is None:
            text = (
                say("这句我没听懂。常用：待办、我的单、值班、进度 单号；全部：帮助")
                if hearing.is_for_staff
                else say("这个我还没有答案。请在您单位的客户群里 @我，我转给负责的工程师。")
            )
            await self._desk.answer([Message(to=Place.ASKER, text=text)], hearing.origin)
            return
        if hearing.is_addressed and await self._asking_owner.offered(hearing):
            return
        asked = not only_tells(hearing.text)
        text = say("这个我还没有答案。要转给工程师吗？回 1 报单。")
        if not asked:
            text = say("需要工程师帮忙的话，回 1 报单。")
        wait = await self._waits.of(hearing.customer_room, hearing.now)
        if (level := self._urgent(hearing)) is not None:
            text = say("听起来很急。回 1 马上报单叫人（{level}）。", level=level.name)
        elif wait is not None and asked:
            text = say("这个我还没有答案。要转给工程师吗？回 1 报单（近一周平均 {wait}有人接）。", wait=wait)
        is_new = await self._desk.answer(
            [Message(to=Place.ASKER, text=text, about=Offer(question=hearing.text, earlier=earlier))],
            hearing.origin,
        )
        if is_new:
            await self.missed(hearing, hearing.text)

    async def gone(self, hearing: Hearing, question: str) -> None:
        """Say that an answer that was offered is not given any more: it ended, or was found wrong, meanwhile."""
        say = self._drafts.speaker(hearing.origin.language, hearing.now).say
        message = Message(to=Place.ASKER, text=say("这条答案刚刚撤下了。"))
        if hearing.customer_room is not None:
            text = say("这条答案刚刚撤下了。要转给工程师吗？回 1 报单。")
            message = Message(to=Place.ASKER, text=text, about=Offer(question=question))
        await self._desk.answer([message], hearing.origin)

    def _urgent(self, hearing: Hearing) -> Level | None:
        """Return the level that what somebody tells would have, when people are called for it at once."""
        policy = self._rules.policies.get(self._directory.policy_of(hearing.customer))
        words = self._rules.urgent_words
        level = level_by_words(policy, hearing.text, words) if policy is not None else None
        return level if level is not None and level.is_urgent and reports(hearing.text) else None

    def is_urgent(self, hearing: Hearing) -> bool:
        """Say whether people would be called at once for what somebody tells."""
        return self._urgent(hearing) is not None

    async def missed(self, hearing: Hearing, question: str) -> None:
        """Note that nothing answered a customer's question."""
        room = hearing.customer_room
        if room is not None and not hearing.role.is_staff:
            await self._noting.missed(hearing.origin.key, question, hearing.customer, room.id, hearing.now)

    async def wordless(self, hearing: Hearing) -> None:
        """Ask for words whoever shows the bot something and says nothing."""
        speaker = self._drafts.speaker(hearing.origin.language, hearing.now)
        text = speaker.say("收到。图片、语音和文件我看不懂，请用一句话说说哪里不对。")
        await self._desk.answer([Message(to=Place.ASKER, text=text)], hearing.origin)

    async def _greet(self, hearing: Hearing) -> None:
        speaker = self._drafts.speaker(hearing.origin.language, hearing.now)
        text = (
            greeting_for_staff(speaker)
            if hearing.is_for_staff
            else introduction(speaker, self._bot.name)
            if asks_who_you_are(hearing.text)
            else greeting(speaker, self._bot.name, is_private=hearing.is_private)
        )
        await self._desk.answer([Message(to=Place.ASKER, text=text)], hearing.origin)


def _asked(before: Ask) -> str:
    """Return the question that an answer or an offer was about."""
    return before.about.question if isinstance(before.about, Answered | Offer) else ""


def _before_source(entry: Entry) -> str:
    """Return an answer to which its source is put at once; not to an address, which would take it for a part of it."""
    answer = _whole(entry)
    return f"{answer}\n" if "://" in answer.rpartition("\n")[2] else answer


def _whole(entry: Entry) -> str:
    """Return an answer with its links; platforms make them something to press by themselves."""
    return "\n".join((entry.answer.strip(), *entry.links))


def _form(entry: Entry) -> int:
    """Return a number that is another one when an answer has been mended."""
    return crc32("\n".join((_whole(entry), *entry.pictures)).encode())


def _gave(ask: Ask, entry: str, form: int) -> bool:
    """Say whether a question was answered with this very text; who is pointed to one that was mended since would read what was wrong."""
    about = ask.about
    return isinstance(about, Answered) and about.entry == entry and about.form == form
