"""The knowledge over HTTP: the list with what waits for a decision, one entry with its history, and the laboratory."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web
from msgspec.structs import replace

from bot.beside import beside
from bot.dashboard import knowledge_views as views
from bot.dashboard.knowledge_form import Form, Overtaken, filled_in, form_of, made_of, rewritten, written
from bot.dashboard.knowledge_frame import KnowledgeFrame, back_to_the_list
from bot.dashboard.rendering import Voice
from bot.dashboard.wording import stamp
from bot.learning.curator import Decide, edited, new_entry, shared_wordings
from bot.learning.days import a_year_after
from bot.tickets.errors import N_, TicketError
from faq.entries import Entry
from faq.formats import Fault
from faq.formats.rows import Row

_BLANK = Entry(id="", question="", answer="")
_WARNED = 3  # wordings that two entries have


class KnowledgePages:
    """Request handlers around one bot."""

    def __init__(self, frame: KnowledgeFrame) -> None:
        self._frame = frame
        self._bot = frame.bot
        self._renderer = frame.renderer

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return every route."""
        return [
            web.get("/knowledge", self.list_),
            web.get("/knowledge/new", self.new),
            web.get("/knowledge/try", self.try_),
            web.get("/knowledge/entries/{id}", self.entry),
            web.post("/knowledge/entries/{id}", self.save),
            web.post("/knowledge/entries", self.add),
            web.get("/knowledge/entries", back_to_the_list),
        ]

    async def list_(self, request: web.Request) -> web.Response:
        """Answer with the entries, those that hold some words or are in a state, and with what waits."""
        return await self._frame.listed(request, "")

    async def entry(self, request: web.Request) -> web.Response:
        """Answer with one entry and its history, or with 404."""
        return await self._shown(request, request.match_info["id"], "")

    async def new(self, request: web.Request) -> web.Response:
        """Answer with an empty form, or one that begins with a question nobody could answer."""
        return await self._form(
            request, filled_in(_BLANK, request.query), "", lesson=request.query.get("lesson", "")
        )

    async def try_(self, request: web.Request) -> web.Response:
        """Answer with what would be said to a text, and why."""
        voice = self._renderer.voice(request)
        text, room = request.query.get("text", ""), request.query.get("room", "")
        is_addressed = "text" not in request.query or "addressed" in request.query
        rooms = self._bot.directory.customer_rooms()
        found = None
        if text.strip():
            room = room or (rooms[0].id if rooms else "")
            place = self._bot.directory.room(room)
            await self._bot.knowledge.hear(text, (place.customer or "") if place else "")
            found = views.trial(self._bot, text, room, is_addressed=is_addressed, speaker=voice.speaker)
        main = self._renderer.part(
            "try.html", voice, trial=found, text=text, room=room, rooms=rooms, is_addressed=is_addressed
        )
        return await self._frame.page(request, voice, main, title=voice.speaker.say("试一试"))

    async def save(self, request: web.Request) -> web.StreamResponse:
        """Change an entry: its fields, whether it is in use, or back to a form it had.

        What was typed stands in the form again when it could not be saved.
        """
        id_, posted = request.match_info["id"], await request.post()
        voice, is_written = self._renderer.voice(request), posted.get("action", "save") == "save"
        entry = self._bot.knowledge.stored(id_)
        try:
            decide, why = await self._edit(id_, posted, voice)
            changed = await self._frame.bot.school.curator.change(
                decide, by=self._frame.who(posted), why=why, now=self._bot.clock.now()
            )
        except TicketError as refusal:
            said = voice.speaker.refuse(refusal)
            if entry is None or not is_written:
                return await self._shown(request, id_, said)
            latest = self._bot.knowledge.stored(id_) if isinstance(refusal, Overtaken) else None
            typed = replace(filled_in(entry, posted), seen=str(posted.get("seen", "")))
            return await self._form(
                request, replace(typed, seen=form_of(latest).seen) if latest else typed, said
            )
        said = await self._saved(voice, changed)
        if posted.get("action") == "reviewed":
            said = voice.speaker.say("{entry} 复核过，下次 {day} 提醒。", entry=id_, day=changed.review_on)
        return await self._shown(request, id_, said, response_to=posted)

    async def add(self, request: web.Request) -> web.StreamResponse:
        """Add an entry; the question it came from, if any, is settled by it."""
        posted = await request.post()
        voice, now = self._renderer.voice(request), self._bot.clock.now()
        lesson = str(posted.get("lesson", ""))
        lessons = [
            replace(each, outcome="taken")
            for id_ in lesson.split(" ")
            if id_ and (each := await self._bot.store.lesson(id_))
        ]
        form = filled_in(_BLANK, posted)
        try:
            made = written(_BLANK, _row(form, voice))
            entry = await self._bot.school.curator.change(
                new_entry(made), by=self._frame.who(posted), why=N_("在页面上新增"), now=now, lessons=lessons
            )
        except TicketError as refusal:
            return await self._form(request, form, voice.speaker.refuse(refusal), lesson=lesson)
        raise web.HTTPSeeOther(f"/knowledge/entries/{entry.id}")

    async def _edit(self, id_: str, posted: Mapping[str, object], voice: Voice) -> tuple[Decide, str]:
        """Return what is to be done to an entry, and why."""
        why = str(posted.get("reason", "")).strip()
        match posted.get("action", "save"):
            case "off":
                return edited(id_, lambda each: replace(each, is_enabled=False)), why or N_("停用")
            case "on":
                return edited(id_, lambda each: replace(each, is_enabled=True)), why or N_("启用")
            case "reviewed":
                day = a_year_after(voice.speaker.today)
                return edited(id_, lambda each: replace(each, review_on=day)), why or N_("复核过")
            case "restore":
                version = str(posted.get("version", ""))
                changes = await self._bot.store.entry_history(id_)
                then = next((each for each in changes if str(each.version) == version), None)
                if then is None or (before := then.entry) is None:
                    raise TicketError(N_("没有这个版本。"))
                back = voice.speaker.say("恢复成 {at} 的样子", at=stamp(then.at, voice.speaker))
                return edited(id_, lambda _: before), why or back
            case _:
                entry = self._bot.knowledge.stored(id_) or replace(_BLANK, id=id_)
                row = _row(filled_in(entry, posted), voice)
                return rewritten(id_, row, str(posted.get("seen", ""))), why or N_("在页面上改")

    async def _saved(self, voice: Voice, entry: Entry) -> str:
        """Return what is said once an entry is saved: that it is in use, or why not yet, and what competes with it."""
        say, today = voice.speaker.say, self._bot.knowledge.day
        if not entry.is_enabled:
            said = say("已保存。这一条已停用，不回答。")
        elif entry.valid_until is not None and entry.valid_until < today:
            said = say("已保存。失效日 {day} 已过，不回答。", day=entry.valid_until)
        elif entry.valid_from is not None and today < entry.valid_from:
            said = say("已保存。{day} 0 点起回答。", day=entry.valid_from)
        else:
            said = say("已保存，马上生效。")
        shared = await beside(shared_wordings, entry, self._bot.knowledge.by_id())
        for wording, other in shared[:_WARNED]:
            said += "\n" + say("“{wording}”也是 {entry} 的问法，请只留一处。", wording=wording, entry=other)
        return said

    async def _shown(
        self, request: web.Request, id_: str, notice: str, *, response_to: Mapping[str, object] | None = None
    ) -> web.Response:
        entry = self._bot.knowledge.stored(id_)
        if entry is None:
            say = self._renderer.voice(request).speaker.say
            text = say("看看编号是不是打错了。")
            return self._renderer.message(request, say("没有 {entry} 这一条", entry=id_), text, status=404)
        return await self._form(request, form_of(entry), notice, response_to=response_to)

    async def _form(
        self,
        request: web.Request,
        form: Form,
        notice: str,
        *,
        lesson: str = "",
        response_to: Mapping[str, object] | None = None,
    ) -> web.Response:
        voice = self._renderer.voice(request)
        changes = await self._bot.store.entry_history(form.id) if form.id else []
        uses = {each.entry: each for each in await self._bot.store.uses()}
        staff = [(id_, party.name) for id_, party in self._bot.rules.staff.items()]
        main = self._renderer.part(
            "entry.html",
            voice,
            form=form,
            use=uses.get(form.id),
            history=views.history(changes, self._bot, voice.speaker),
            customers=_with(form.customer, list(self._bot.rules.customers.items())),
            owners=_with(form.owner, staff),
            lesson=lesson,
            people=self._frame.people(),
            who=str((response_to or {}).get("by", "")) or self._frame.who_of(request),
        )
        title = form.id or voice.speaker.say("新增")
        return await self._frame.page(
            request, voice, main, title=title, notice=notice, response_to=response_to
        )


def _row(form: Form, voice: Voice) -> Row:
    """Return what a form says.

    Raises:
        TicketError: Something is wrong with it.
    """
    made = made_of(form)
    if isinstance(made, Fault):
        found, expected = made.said(voice.language)
        raise TicketError(N_("没有保存，{found}：{expected}。"), found=found, expected=expected)
    return made


def _with(chosen: str, known: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return ids and names, with the id that is chosen even where nobody knows it any more: saving may not change it unseen."""
    return known if not chosen or any(id_ == chosen for id_, _ in known) else [*known, (chosen, chosen)]
