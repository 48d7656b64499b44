"""What waits for a decision on the knowledge page: approved or dropped with a click."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web
from msgspec.structs import replace

from bot.beside import beside
from bot.dashboard import knowledge_views as views
from bot.dashboard.knowledge_frame import KnowledgeFrame, back_to_the_list
from bot.dashboard.rendering import Voice
from bot.learning.curator import Decide, approved, edited, known, with_alias
from bot.learning.gaps import grouped, is_for, with_all
from bot.lessons import Lesson, Missed, Picked, Proposed
from bot.store.knowledge_contract import Learning
from bot.tickets.errors import N_, TicketError
from faq.entries import Entry


class KnowledgeLessons:
    """Request handlers around one bot."""

    def __init__(self, frame: KnowledgeFrame) -> None:
        self._frame = frame
        self._bot = frame.bot

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return every route."""
        return [
            web.post("/knowledge/lessons", self.decide),
            web.get("/knowledge/lessons", back_to_the_list),
        ]

    async def decide(self, request: web.Request) -> web.StreamResponse:
        """Approve or drop what waits."""
        form = await request.post()
        voice, now = self._frame.renderer.voice(request), self._bot.clock.now()
        ids = str(form.get("lessons", "")).split(" ")
        lessons = [lesson for id_ in ids if (lesson := await self._bot.store.lesson(id_))]
        open_ = [lesson for lesson in lessons if not lesson.outcome]
        if not open_:
            return await self._frame.listed(request, voice.speaker.say("这一条已经处理过了。"))
        if form.get("action") == "drop":
            closed = tuple(replace(lesson, outcome="dropped") for lesson in open_)
            await self._bot.store.learn(Learning(at=now, lessons=closed))
            return await self._frame.listed(request, voice.speaker.say("已忽略。"), response_to=form)
        try:
            if form.get("action") == "attach":
                entry = await self._attached(open_, str(form.get("entry", "")).strip(), form, voice)
                said = voice.speaker.say(
                    "已加：“{wording}”→{entry}。", wording=_wording(open_), entry=entry.id
                )
                return await self._frame.listed(request, said, response_to=form)
            entry = await self._approved(open_, str(form.get("answer", "")), self._frame.who(form))
        except TicketError as refusal:
            return await self._frame.listed(request, voice.speaker.refuse(refusal))
        said = voice.speaker.say("{entry} 已上线。", entry=entry.id)
        return await self._frame.listed(request, said, response_to=form)

    async def _attached(
        self, lessons: list[Lesson], id_: str, form: Mapping[str, object], voice: Voice
    ) -> Entry:
        """Give the wordings of a question nobody could answer to the entry that answers it.

        Raises:
            TicketError: There is no such entry, or none of those who asked may be given it.
        """
        entry = known(self._bot.knowledge.by_id(), id_.upper() if id_.isascii() else id_)
        groups = await beside(grouped, lessons)
        if not groups:
            raise TicketError(N_("没答上的问题要先写答案。"))
        if not is_for(entry, groups[0]):
            scope = views.scope_name(self._bot, entry.customer, voice.speaker)
            raise TicketError(
                N_("{entry} 只给 {scope} 用，问的是别的客户。直接回答案，或先“设为通用 {entry}”。"),
                entry=entry.id,
                scope=scope,
            )
        closed = [replace(lesson, outcome="taken") for lesson in lessons]
        return await self._bot.school.curator.change(
            edited(entry.id, with_all(groups[0])),
            by=self._frame.who(form),
            why=N_("相似问法"),
            now=self._bot.clock.now(),
            lessons=closed,
        )

    async def _approved(self, lessons: list[Lesson], answer: str, by: str) -> Entry:
        closed = [replace(lesson, outcome="approved") for lesson in lessons]
        first, now = lessons[0].matter, self._bot.clock.now()
        decide: Decide
        match first:
            case Proposed():
                decide = approved(replace(first, answer=answer.strip() or first.answer))
                why = str(first.ticket or N_("改答案"))
            case Picked():
                decide, why = with_alias(first.entry, first.wording), N_("相似问法")
            case Missed():
                raise TicketError(N_("没答上的问题要先写答案。"))
        return await self._bot.school.curator.change(decide, by=by, why=why, now=now, lessons=closed)


def _wording(lessons: list[Lesson]) -> str:
    matter = lessons[0].matter
    return matter.question if isinstance(matter, Missed) else ""
