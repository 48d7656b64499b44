"""Drafts in chat: from a solved ticket to a draft, its owner's word, the knowledge manager's yes, and the answer that everybody gets.

Nothing that a customer typed becomes an answer without a human.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from bot.commands import Command
from bot.hearing import Hearing
from bot.knowledge.live import Knowledge
from bot.learning.approval import as_approved, is_nicety
from bot.learning.correcting import Correcting
from bot.learning.curator import Curator, approved
from bot.learning.drafting import known_names
from bot.learning.keepers import Keepers
from bot.learning.naming import named_at_start
from bot.learning.pending import Pending
from bot.learning.proposing import SHOWN, SHOWN_ANSWER, Proposing, lesson_id
from bot.learning.saying import Saying
from bot.learning.weekly import Weekly
from bot.lessons import Lesson, Proposed, Stage
from bot.meaning.masking import masked
from bot.one_line import shortened
from bot.store.contract import Store
from bot.store.knowledge_contract import Learning
from bot.tickets.errors import N_, NotTheirs, TicketError
from bot.tickets.messages import Button
from bot.tickets.rules import Rules
from bot.vocabulary import Word
from faq.entries import Entry
from faq.text import fold

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
        Word.VALID,
        Word.REVIEWED,
        Word.LOOK_UP,
        Word.GAPS,
        Word.DRAFTS,
    }
)
_JUST_LIVE = timedelta(minutes=10)
_SURELY_ABOUT_ENTRIES = ("不对", "有误", "wrong", "启用", "enable", "设为通用", "general")


class Teaching:
    """Runs the words of `WORDS`. `run` returns False when a word was ordinary speech."""

    def __init__(
        self,
        *,
        store: Store,
        rules: Rules,
        knowledge: Knowledge,
        curator: Curator,
        keepers: Keepers,
        weekly: Weekly,
        correcting: Correcting,
        saying: Saying,
        proposing: Proposing,
        pending: Pending,
    ) -> None:
        self._store = store
        self._rules = rules
        self._knowledge = knowledge
        self._curator = curator
        self._keepers = keepers
        self._weekly = weekly
        self._correcting = correcting
        self._saying = saying
        self._proposing = proposing
        self._pending = pending
        self._live_here: dict[str, tuple[str, datetime]] = {}  # the latest by room; a restart may forget it

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
            case Word.DRAFTS:
                return await self._pending.show(hearing, command)
            case Word.WRONG | Word.GENERAL | Word.ENABLE | Word.VALID | Word.REVIEWED:
                return await self._on_entry(hearing, command)
            case Word.AMEND:
                return await self._amend(hearing, command, quoted)
            case _:
                return await self._on_draft(hearing, command, quoted)

    async def _on_draft(self, hearing: Hearing, command: Command, quoted: int | None) -> bool:
        """`入库`, `不入库`, `通过`, `驳回`, with a number, a quoted message, or the only draft that can be meant."""
        reference, rest = self._reference(command, quoted)
        is_bare = command.word is Word.REJECT or is_nicety(rest)
        if reference is None:
            reference = await self._only_draft(hearing, command) if is_bare else None
            if reference is None:
                return False
        lesson = await self._lesson(hearing, reference)
        draft = _draft_of(lesson)
        match command.word:
            case Word.TEACH:
                self._check_author(hearing, draft, reference)
                template = N_("{number} 已经是 {entry}。要改回“改 {entry} 新答案”。")
                self._check_not_live(lesson, draft, reference, template)
                await self._handed_in(hearing, lesson, draft, reference)
            case Word.DROP:
                self._check_author(hearing, draft, reference)
                template = N_("{number} 已经是 {entry}。不该有的话回“停用 {entry} 原因”。")
                self._check_not_live(lesson, draft, reference, template)
                await self._decide(lesson, "dropped", hearing.now)
                await self._saying.say(hearing, N_("{number} 不入库。"), number=reference)
            case Word.APPROVE:
                self._check_keeper(hearing)
                await self._approved(hearing, lesson, as_approved(draft, rest, reference))
            case _:
                self._check_keeper(hearing)
                await self._rejected(hearing, lesson, draft, reference, rest)
        return True

    async def _amend(self, hearing: Hearing, command: Command, quoted: int | None) -> bool:
        reference, rest = self._reference(command, quoted)
        if reference is None:
            return False
        is_plain = command.number is None and reference.isdecimal() and command.name in ("改成", "改为")
        if is_plain and not await self._is_waiting(reference):
            return False  # 改成周五下午, as an answer to a ticket
        if not rest:
            raise TicketError(N_("请写上新答案，例：改 {number} 先确认矩阵电源灯"), number=reference)
        entry = self._knowledge.stored(reference)
        if entry is not None:
            await self._corrected(hearing, entry, rest)
            return True
        lesson = await self._lesson(hearing, reference)
        draft = _draft_of(lesson)
        if lesson.outcome == "approved" and (live := self._live(draft)) is not None:
            await self._corrected(hearing, live, rest)
            return True
        self._check_author(hearing, draft, reference)
        draft = replace(draft, answer=self._masked(rest))
        await self._handed_in(hearing, lesson, draft, reference)
        return True

    async def _on_entry(self, hearing: Hearing, command: Command) -> bool:
        reference, rest = self._reference(command, None)
        if (
            command.word is Word.GENERAL
            and not command.rest
            and (command.is_marked or command.name != "general")
        ):
            reference = self._just_live(hearing)
        entry = self._knowledge.stored(reference) if reference else None
        if reference is None or entry is None:
            may_be_speech = reference is None or command.name not in _SURELY_ABOUT_ENTRIES
            if may_be_speech and not command.is_marked:
                return False
            raise TicketError(N_("没有 {entry} 这一条。找编号：查 关键词"), entry=reference or command.rest)
        match command.word:
            case Word.WRONG:
                await self._correcting.wrong(hearing, entry, rest)
            case Word.ENABLE:
                self._check_keeper(hearing)
                await self._correcting.enable(hearing, entry)
            case Word.VALID:
                self._check_keeper(hearing)
                await self._correcting.date(hearing, entry, rest)
            case Word.REVIEWED:
                self._check_keeper(hearing)
                await self._correcting.reviewed(hearing, entry, rest)
            case _:
                self._check_keeper(hearing)
                await self._correcting.make_general(hearing, entry)
        return True

    def _live(self, draft: Proposed) -> Entry | None:
        """Return the entry that a draft has become."""
        if draft.entry:
            return self._knowledge.stored(draft.entry)
        same = (each for each in self._knowledge.entries() if fold(each.question) == fold(draft.question))
        return next((each for each in same if each.customer in (None, draft.customer)), None)

    def _check_not_live(self, lesson: Lesson, draft: Proposed, reference: str, template: str) -> None:
        if lesson.outcome == "approved" and (live := self._live(draft)) is not None:
            raise TicketError(template, number=reference, entry=live.id)

    async def _is_waiting(self, reference: str) -> bool:
        lesson = await self._store.lesson(lesson_id(reference))
        return lesson is not None and not lesson.outcome

    async def _handed_in(
        self,
        hearing: Hearing,
        lesson: Lesson,
        draft: Proposed,
        reference: str,
        replaced: Proposed | None = None,
    ) -> None:
        """The owner says that it is right: it goes live where the owner may decide, else to who may.

        `replaced` is what a colleague had handed in for the same entry, and nobody has decided.
        """
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
            question=shortened(draft.question, SHOWN),
            answer=shortened(draft.answer, SHOWN_ANSWER),
            scope=self._saying.scope(draft.customer),
        )
        mentions = self._keepers.people
        if replaced is not None:
            text += say(
                "\n@{author} 之前交的“{answer}”由这一条代替。",
                author=replaced.author,
                answer=shortened(replaced.answer, SHOWN),
            )
            mentions = (*mentions, replaced.author)
        buttons = (Button(say("通过"), f"通过 {reference}"),)
        await self._saying.tell(hearing, text, draft.ticket, mentions=mentions, buttons=buttons)

    async def _approved(self, hearing: Hearing, lesson: Lesson, draft: Proposed) -> None:
        self._check_open(lesson, draft)
        closed = replace(lesson, outcome="approved")
        why = f"{draft.ticket}" if draft.ticket else N_("改答案")
        entry = await self._curator.change(
            approved(draft), by=hearing.by.name, why=why, now=hearing.now, lessons=(closed,)
        )
        self._live_here[hearing.origin.address] = entry.id, hearing.now
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
        before = await self._store.lesson(lesson_id(entry.id))
        lesson = Lesson(id=lesson_id(entry.id), at=hearing.now, matter=draft)
        await self._handed_in(hearing, lesson, draft, entry.id, _replaced(before, hearing))

    def _just_live(self, hearing: Hearing) -> str:
        """Return the entry that went live here a moment ago, which 设为通用 without a number means.

        Raises:
            TicketError: There is none.
        """
        self._check_keeper(hearing)
        entry, at = self._live_here.get(hearing.origin.address, ("", hearing.now))
        if not entry or hearing.now - at > _JUST_LIVE:
            raise TicketError(N_("请写明哪一条，例：设为通用 {entry}"), entry=entry or "K-101")
        return entry

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
            draft.reference
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
        found = await self._store.lesson(lesson_id(reference))
        if found is not None:
            return found
        ticket = await self._store.ticket(int(reference)) if reference.isdecimal() else None
        if ticket is None and not reference.isdecimal() and self._knowledge.stored(reference) is None:
            raise TicketError(N_("没有 {entry} 这一条。找编号：查 关键词"), entry=reference)
        if ticket is None:
            raise TicketError(N_("{number} 没有要入库的内容。"), number=reference)
        draft = await self._proposing.drafted(ticket, self._saying.speaker(hearing))
        if draft is None:
            raise TicketError(N_("{number} 解决之后才能入库：要有原因和方法。"), number=reference)
        return Lesson(id=lesson_id(reference), at=hearing.now, matter=draft)

    def _reference(self, command: Command, quoted: int | None) -> tuple[str | None, str]:
        """Return what a word is about, the number of a ticket or the id of an entry, and what is said about it."""
        if command.number is not None:
            return str(command.number), command.rest
        named = named_at_start(command.rest, self._knowledge.stored)
        return named or ((None if quoted is None else str(quoted)), command.rest)

    def _check_author(self, hearing: Hearing, draft: Proposed, reference: str) -> None:
        is_manager = hearing.role.is_manager or self._keepers.has(hearing.by, hearing.role)
        if hearing.by != draft.author and not is_manager:
            template = N_("{number} 由 {author} 定要不要入库。觉得不对可以直接告诉他。")
            raise NotTheirs(template, number=reference, author=draft.author)

    def _check_keeper(self, hearing: Hearing) -> None:
        if not self._keepers.has(hearing.by, hearing.role):
            raise NotTheirs(N_("这一步由知识管理员 {keepers} 定。"), keepers=self._keepers.people)

    def _check_open(self, lesson: Lesson, draft: Proposed) -> None:
        if lesson.outcome:
            raise TicketError(N_("{number} 已经处理过了。"), number=draft.reference)

    def _masked(self, text: str) -> str:
        return masked(text, known_names(self._rules))


def _replaced(before: Lesson | None, hearing: Hearing) -> Proposed | None:
    """Return the draft of somebody else that waits for a decision."""
    draft = before.matter if before is not None and not before.outcome else None
    waits = isinstance(draft, Proposed) and draft.stage is Stage.REVIEW and draft.author != hearing.by
    return draft if isinstance(draft, Proposed) and waits else None


def _draft_of(lesson: Lesson) -> Proposed:
    if not isinstance(lesson.matter, Proposed):
        raise TypeError(f"{lesson.id} is no draft")
    return lesson.matter
