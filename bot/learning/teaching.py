"""Drafts in chat: from a solved ticket to a draft, its owner's word, the knowledge manager's yes, and the answer that everybody gets.

Nothing that a customer typed becomes an answer without a human.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from bot.commands import Command
from bot.desk import Desk, Notice
from bot.directory import Directory
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.knowledge import Knowledge
from bot.learning.correcting import Correcting
from bot.learning.curator import Curator, edited, new_entry
from bot.learning.drafting import can_teach, drafted, known_names
from bot.learning.keepers import Keepers
from bot.learning.listing import shortened
from bot.learning.masking import masked
from bot.learning.saying import Saying
from bot.learning.weekly import Weekly
from bot.lessons import Lesson, Missed, Proposed, Stage
from bot.store.contract import Store
from bot.store.knowledge_contract import Learning
from bot.tickets.errors import N_, NotTheirs, TicketError
from bot.tickets.messages import Button, Message, Place
from bot.tickets.model import Closing, Status, Ticket
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.vocabulary import Word
from faq.entries import Entry
from faq.knowledge import Answer, KnowledgeBase

WORDS = frozenset(
    {
        Word.TEACH,
        Word.AMEND,
        Word.DROP,
        Word.APPROVE,
        Word.REJECT,
        Word.WRONG,
        Word.GENERAL,
        Word.ENABLE,
        Word.LOOK_UP,
        Word.GAPS,
    }
)
_ENTRY = re.compile(r"\s*([A-Za-z]{1,8})-?(\d{1,9})(?=$|[\s,，:：。])[\s,，:：]*")
_SIMILAR_FROM = 0.6  # probability from which an unanswered question is another wording of a draft's
_SHOWN = 40
_SHOWN_ANSWER = 60


class Teaching:
    """Runs the words of `WORDS`. `run` returns False when a word was ordinary speech."""

    def __init__(
        self,
        *,
        desk: Desk,
        drafts: Drafts,
        directory: Directory,
        store: Store,
        rules: Rules,
        knowledge: Knowledge,
        curator: Curator,
        keepers: Keepers,
        weekly: Weekly,
        correcting: Correcting,
        saying: Saying,
    ) -> None:
        self._desk = desk
        self._drafts = drafts
        self._directory = directory
        self._store = store
        self._rules = rules
        self._knowledge = knowledge
        self._curator = curator
        self._keepers = keepers
        self._weekly = weekly
        self._correcting = correcting
        self._saying = saying

    async def run(self, hearing: Hearing, command: Command, quoted: int | None) -> bool:
        """Do what a word asks for; False when it is not meant as one.

        Raises:
            TicketError: It cannot be done; the text says what works instead.
        """
        is_meant = hearing.is_for_staff or command.is_marked or hearing.is_addressed
        if not hearing.role.is_staff or not is_meant:
            return False
        match command.word:
            case Word.LOOK_UP:
                await self._correcting.look_up(hearing, command.rest)
                return True
            case Word.GAPS:
                self._check_keeper(hearing)
                await self._weekly.show(hearing)
                return True
            case Word.WRONG | Word.GENERAL | Word.ENABLE:
                return await self._on_entry(hearing, command)
            case Word.AMEND:
                return await self._amend(hearing, command, quoted)
            case _:
                return await self._on_draft(hearing, command, quoted)

    async def after_step(self, before: Ticket, after: Ticket, now: datetime) -> None:
        """Propose a draft once the customer has confirmed that it works."""
        if before.status is not Status.CLOSED and after.closing is Closing.CONFIRMED:
            await self.offer(after, now)

    async def offer(self, ticket: Ticket, now: datetime) -> None:
        """Propose a draft in the duty room, where somebody looks after the knowledge and nothing answers the question yet."""
        if not self._keepers.are_named or not can_teach(ticket):
            return
        await self._knowledge.hear(ticket.text)
        hits = self._knowledge.find(ticket.text, ticket.customer, now)
        if isinstance(self._knowledge.judge(hits), Answer):
            return
        speaker, address = self._duty(ticket, now)
        draft = await self._drafted(ticket, speaker)
        id_ = _lesson_id(str(ticket.number))
        if draft is None or address is None or await self._store.lesson(id_) is not None:
            return
        await self._store.learn(Learning(at=now, lessons=(Lesson(id=id_, at=now, matter=draft),)))
        message = Message(to=Place.DUTY, text=_offer_text(draft, speaker), ticket=ticket.number)
        await self._desk.tell([Notice(message, address)], f"teach|{ticket.number}", now)

    async def _on_draft(self, hearing: Hearing, command: Command, quoted: int | None) -> bool:
        """`入库`, `不入库`, `通过`, `驳回`, with a number, a quoted message, or the only draft that can be meant."""
        reference, rest = self._reference(command, quoted)
        is_bare = command.word is Word.REJECT or not rest
        if reference is None:
            reference = await self._only_draft(hearing, command) if is_bare else None
            if reference is None:
                return False
        lesson = await self._lesson(hearing, reference)
        draft = _draft_of(lesson)
        match command.word:
            case Word.TEACH:
                self._check_author(hearing, draft, reference)
                await self._handed_in(hearing, lesson, draft, reference)
            case Word.DROP:
                self._check_author(hearing, draft, reference)
                await self._decide(lesson, "dropped", hearing.now)
                await self._saying.say(hearing, N_("{number} 不入库。"), number=reference)
            case Word.APPROVE:
                self._check_keeper(hearing)
                await self._approved(hearing, lesson, draft)
            case _:
                self._check_keeper(hearing)
                await self._rejected(hearing, lesson, draft, reference, rest)
        return True

    async def _amend(self, hearing: Hearing, command: Command, quoted: int | None) -> bool:
        reference, rest = self._reference(command, quoted)
        if reference is None:
            return False
        if not rest:
            raise TicketError(N_("请写上新答案，例：改 {number} 先确认矩阵电源灯"), number=reference)
        entry = self._knowledge.stored(reference)
        if entry is not None:
            await self._corrected(hearing, entry, rest)
            return True
        lesson = await self._lesson(hearing, reference)
        draft = _draft_of(lesson)
        self._check_author(hearing, draft, reference)
        draft = replace(draft, answer=self._masked(rest))
        await self._handed_in(hearing, lesson, draft, reference)
        return True

    async def _on_entry(self, hearing: Hearing, command: Command) -> bool:
        reference, rest = self._reference(command, None)
        entry = self._knowledge.stored(reference) if reference else None
        if reference is None or entry is None:
            if reference is None and not command.is_marked:
                return False
            raise TicketError(N_("没有 {entry} 这一条。找编号：查 关键词"), entry=reference or command.rest)
        match command.word:
            case Word.WRONG:
                await self._correcting.wrong(hearing, entry, rest)
            case Word.ENABLE:
                self._check_keeper(hearing)
                await self._correcting.enable(hearing, entry)
            case _:
                self._check_keeper(hearing)
                await self._correcting.make_general(hearing, entry)
        return True

    async def _handed_in(self, hearing: Hearing, lesson: Lesson, draft: Proposed, reference: str) -> None:
        """The owner says that it is right: it goes live where the owner may decide, else to who may."""
        draft = replace(draft, stage=Stage.REVIEW)
        lesson = replace(lesson, matter=draft, outcome="", at=hearing.now)
        if self._keepers.has(hearing.by, hearing.role):
            await self._approved(hearing, lesson, draft)
            return
        await self._store.learn(Learning(at=hearing.now, lessons=(lesson,)))
        say = self._saying.speaker(hearing).say
        text = say(
            "{number} 等知识管理员 {keepers} 审核：“{question}”→“{answer}”（{scope}）\n上线回“通过 {number}”，不行回“驳回 {number} 原因”。",
            number=reference,
            keepers=self._keepers.people,
            question=shortened(draft.question, _SHOWN),
            answer=shortened(draft.answer, _SHOWN_ANSWER),
            scope=self._saying.scope(draft.customer),
        )
        buttons = (Button(say("通过"), f"通过 {reference}"),)
        await self._saying.tell(hearing, text, draft.ticket, mentions=self._keepers.people, buttons=buttons)

    async def _approved(self, hearing: Hearing, lesson: Lesson, draft: Proposed) -> None:
        self._check_open(lesson, draft)
        closed = replace(lesson, outcome="approved")
        if draft.entry:
            decide = edited(
                draft.entry,
                lambda each: replace(each, answer=draft.answer, is_enabled=True, owner=draft.author.id),
            )
        else:
            made = Entry(
                id="",
                question=draft.question,
                aliases=draft.aliases,
                answer=draft.answer,
                customer=draft.customer,
                owner=draft.author.id,
            )
            decide = new_entry(made)
        why = f"{draft.ticket}" if draft.ticket else N_("改答案")
        entry = await self._curator.change(
            decide, by=hearing.by.name, why=why, now=hearing.now, lessons=(closed,)
        )
        await self._saying.live(hearing, entry, draft.ticket)

    async def _rejected(
        self, hearing: Hearing, lesson: Lesson, draft: Proposed, reference: str, reason: str
    ) -> None:
        self._check_open(lesson, draft)
        if not reason:
            raise TicketError(N_("请写上原因，例：驳回 {number} 缺了断电这一步"), number=reference)
        back = replace(lesson, matter=replace(draft, stage=Stage.OFFERED), at=hearing.now)
        await self._store.learn(Learning(at=hearing.now, lessons=(back,)))
        text = self._saying.speaker(hearing).say(
            "{number} 没有入库（{by}：{reason}）。@{author} 改好回“改 {number} 新答案”，不要了回“不入库 {number}”。",
            number=reference,
            by=hearing.by,
            reason=reason,
            author=draft.author,
        )
        await self._saying.tell(hearing, text, draft.ticket, mentions=(draft.author,))

    async def _corrected(self, hearing: Hearing, entry: Entry, answer: str) -> None:
        """A knowledge manager's new answer is live at once; anybody else's waits for one."""
        if self._keepers.has(hearing.by, hearing.role):
            await self._correcting.mend(hearing, entry, answer)
            return
        draft = Proposed(
            ticket=0,
            entry=entry.id,
            question=entry.question,
            answer=answer,
            author=hearing.by,
            customer=entry.customer,
        )
        lesson = Lesson(id=_lesson_id(entry.id), at=hearing.now, matter=draft)
        await self._handed_in(hearing, lesson, draft, entry.id)

    async def _decide(self, lesson: Lesson, outcome: str, now: datetime) -> None:
        await self._store.learn(Learning(at=now, lessons=(replace(lesson, outcome=outcome),)))

    async def _only_draft(self, hearing: Hearing, command: Command) -> str | None:
        """Return the draft that a word without a number can mean; None when it must be speech.

        Raises:
            TicketError: There are several.
        """
        is_review = command.word in (Word.APPROVE, Word.REJECT)
        if is_review and not self._keepers.has(hearing.by, hearing.role):
            return None
        fitting = [
            _reference_of(draft)
            for lesson in await self._store.lessons("Proposed")
            if isinstance(draft := lesson.matter, Proposed)
            and (draft.stage is Stage.REVIEW if is_review else draft.author == hearing.by)
        ]
        if len(fitting) > 1:
            raise TicketError(
                N_("是哪一条？请带上编号：{numbers}。例：{name} {first}"),
                numbers=tuple(fitting[:8]),
                name=command.spec.called(hearing.origin.language),
                first=fitting[0],
            )
        return fitting[0] if fitting else None

    async def _lesson(self, hearing: Hearing, reference: str) -> Lesson:
        """Return the draft of a ticket or entry; a solved ticket without one gets it now.

        Raises:
            TicketError: There is none and can be none.
        """
        found = await self._store.lesson(_lesson_id(reference))
        if found is not None:
            return found
        ticket = await self._store.ticket(int(reference)) if reference.isdecimal() else None
        if ticket is None:
            raise TicketError(N_("{number} 没有要入库的内容。"), number=reference)
        draft = await self._drafted(ticket, self._saying.speaker(hearing))
        if draft is None:
            raise TicketError(N_("{number} 解决之后才能入库：要有原因和方法。"), number=reference)
        return Lesson(id=_lesson_id(reference), at=hearing.now, matter=draft)

    async def _drafted(self, ticket: Ticket, speaker: Speaker) -> Proposed | None:
        draft = drafted(ticket, speaker, known_names(self._rules))
        if draft is None:
            return None
        similar = await self._similar(draft.question, ticket.customer)
        return drafted(ticket, speaker, known_names(self._rules), similar)

    async def _similar(self, question: str, customer: str) -> Sequence[str]:
        base = KnowledgeBase([Entry(id="draft", question=question, answer="draft")])
        missed = [
            lesson.matter
            for lesson in await self._store.lessons("Missed")
            if isinstance(lesson.matter, Missed) and lesson.matter.customer in ("", customer)
        ]
        return [
            each.question
            for each in missed
            if (hits := base.match(each.question, limit=1)) and hits[0].score >= _SIMILAR_FROM
        ]

    def _reference(self, command: Command, quoted: int | None) -> tuple[str | None, str]:
        """Return what a word is about, the number of a ticket or the id of an entry, and what is said about it."""
        if command.number is not None:
            return str(command.number), command.rest
        first, _, rest = command.rest.partition(" ")
        if first and self._knowledge.stored(first) is not None:
            return first, rest.strip()
        found = _ENTRY.match(command.rest)
        if found is not None:
            digits = found[2] if found[2].startswith("0") else found[2].zfill(3)
            return f"{found[1].upper()}-{digits}", command.rest[found.end() :].strip()
        return (None if quoted is None else str(quoted)), command.rest

    def _check_author(self, hearing: Hearing, draft: Proposed, reference: str) -> None:
        is_manager = hearing.role.is_manager or self._keepers.has(hearing.by, hearing.role)
        if hearing.by != draft.author and not is_manager:
            template = N_("{number} 由 {author} 定要不要入库。觉得不对可以直接告诉他。")
            raise NotTheirs(template, number=reference, author=draft.author)

    def _check_keeper(self, hearing: Hearing) -> None:
        if not self._keepers.has(hearing.by, hearing.role) and hearing.by not in self._keepers.people:
            raise NotTheirs(N_("这一步由知识管理员 {keepers} 定。"), keepers=self._keepers.people)

    def _check_open(self, lesson: Lesson, draft: Proposed) -> None:
        if lesson.outcome:
            raise TicketError(N_("{number} 已经处理过了。"), number=_reference_of(draft))

    def _masked(self, text: str) -> str:
        return masked(text, known_names(self._rules))

    def _duty(self, ticket: Ticket, now: datetime) -> tuple[Speaker, str | None]:
        room = self._directory.room(ticket.room)
        duty = self._directory.room(room.duty) if room else None
        return self._drafts.speaker(duty.language if duty else "zh", now), duty.address if duty else None


def _offer_text(draft: Proposed, speaker: Speaker) -> str:
    head = speaker.say(
        "💡 {number} 可入库：“{question}”→“{answer}”",
        number=draft.ticket,
        question=shortened(draft.question, _SHOWN),
        answer=shortened(draft.answer, _SHOWN_ANSWER),
    )
    if draft.aliases:
        head += speaker.say("，另有 {count} 个相似问法", count=len(draft.aliases))
    how = speaker.say(
        "通过回“入库 {number}”，修改回“改 {number} 新答案”，不要回“不入库 {number}”。", number=draft.ticket
    )
    return f"{head}\n{how}"


def _lesson_id(reference: str) -> str:
    return f"draft|{reference}"


def _reference_of(draft: Proposed) -> str:
    return draft.entry or str(draft.ticket)


def _draft_of(lesson: Lesson) -> Proposed:
    if not isinstance(lesson.matter, Proposed):
        raise TypeError(f"{lesson.id} is no draft")
    return lesson.matter
