"""Proposing: the draft of an answer from a solved ticket, with the wordings of those who asked in vain."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.desk import Desk, Notice
from bot.drafts import Drafts
from bot.knowledge.live import Knowledge
from bot.learning.drafting import can_teach, drafted, known_names
from bot.learning.keepers import Keepers
from bot.lessons import Lesson, Missed, Proposed, Stage
from bot.one_line import shortened
from bot.rooms.directory import Directory
from bot.store.contract import Store
from bot.store.knowledge_contract import Learning
from bot.tickets.kinds import Closing, Status
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from faq.entries import Entry
from faq.knowledge import Answer, KnowledgeBase

SHOWN, SHOWN_ANSWER = 40, 60
_SIMILAR_FROM = 0.6  # probability from which an unanswered question is another wording of a draft's


class Proposing:
    """Makes drafts, and offers them where somebody looks after the knowledge."""

    def __init__(
        self,
        *,
        desk: Desk,
        drafts: Drafts,
        directory: Directory,
        store: Store,
        rules: Rules,
        knowledge: Knowledge,
        keepers: Keepers,
    ) -> None:
        self._desk = desk
        self._drafts = drafts
        self._directory = directory
        self._store = store
        self._rules = rules
        self._knowledge = knowledge
        self._keepers = keepers

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
        draft = await self.drafted(ticket, speaker)
        id_ = lesson_id(str(ticket.number))
        if draft is None or address is None or not _is_news(draft, await self._store.lesson(id_)):
            return
        await self._store.learn(Learning(at=now, lessons=(Lesson(id=id_, at=now, matter=draft),)))
        message = Message(to=Place.DUTY, text=_offer_text(draft, speaker), ticket=ticket.number)
        await self._desk.tell([Notice(message, address)], f"teach|{ticket.number}|{ticket.version}", now)

    async def drafted(self, ticket: Ticket, speaker: Speaker) -> Proposed | None:
        """Return the draft of a solved ticket, None where it has no answer in it."""
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

    def _duty(self, ticket: Ticket, now: datetime) -> tuple[Speaker, str | None]:
        room = self._directory.room(ticket.room)
        duty = self._directory.room(room.duty) if room else None
        return self._drafts.speaker(duty.language if duty else "zh", now), duty.address if duty else None


def _is_news(draft: Proposed, known: Lesson | None) -> bool:
    """Say whether a draft has to be proposed: a ticket that was reopened was not solved by what was proposed before."""
    if known is None:
        return True
    before = known.matter
    if known.outcome or not isinstance(before, Proposed) or before.stage is not Stage.OFFERED:
        return False  # somebody has decided, or worded it
    return before.answer != draft.answer


def lesson_id(reference: str) -> str:
    """Return the id of the draft about a ticket or an entry."""
    return f"draft|{reference}"


def _offer_text(draft: Proposed, speaker: Speaker) -> str:
    head = speaker.say(
        "💡 {number} 可入库：“{question}”→“{answer}”",
        number=draft.ticket,
        question=shortened(draft.question, SHOWN),
        answer=shortened(draft.answer, SHOWN_ANSWER),
    )
    if draft.aliases:
        head += speaker.say("，另有 {count} 个相似问法", count=len(draft.aliases))
    how = speaker.say(
        "通过回“入库 {number}”，修改回“改 {number} 新答案”，不要回“不入库 {number}”。", number=draft.ticket
    )
    return f"{head}\n{how}"
