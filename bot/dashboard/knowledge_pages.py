"""The knowledge over HTTP: the list with what waits for a decision, one entry with its history, files in and out, and the laboratory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from aiohttp import web
from markupsafe import Markup
from msgspec.structs import astuple, replace

from bot.assembly import Bot
from bot.beside import beside, let_go
from bot.dashboard import knowledge_views as views
from bot.dashboard.downloads import sent
from bot.dashboard.live import snapshot
from bot.dashboard.rendering import Renderer, Voice
from bot.dashboard.uploads import MOST_UPLOADED, Uploads
from bot.importing import for_customers, import_rows
from bot.learning.curator import Curator, Decide, edited, new_entry, with_alias
from bot.lessons import Lesson, Missed, Picked, Proposed
from bot.store.knowledge_contract import Learning, Uses
from bot.tickets.errors import N_, TicketError
from faq.entries import Entry
from faq.formats import EXAMPLE, ImportPlan, Rows, UnreadableFile, describe, plan, told_to
from faq.formats.rows import split

_WHO = "shouwen_who"
_CUSTOMERS_SHOWN = 12  # to whom a file of what they are told can be given out
_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "md": "text/markdown",
    "jsonl": "application/jsonl",
}


class KnowledgePages:
    """Request handlers around one bot."""

    def __init__(self, bot: Bot, renderer: Renderer) -> None:
        self._bot = bot
        self._renderer = renderer
        self._uploads = Uploads(bot.store)

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return every route."""
        return [
            web.get("/knowledge", self.list_),
            web.get("/knowledge/new", self.new),
            web.get("/knowledge/try", self.try_),
            web.get(r"/knowledge/export.{suffix:xlsx|csv|md|jsonl}", self.export),
            web.post("/knowledge/import", self.import_),
            web.post("/knowledge/lessons", self.decide),
            web.get("/knowledge/entries/{id}", self.entry),
            web.post("/knowledge/entries/{id}", self.save),
            web.post("/knowledge/entries", self.add),
        ]

    async def list_(self, request: web.Request) -> web.Response:
        """Answer with the entries, those that hold some words or are in a state, and with what waits."""
        return await self._listed(request, "")

    async def entry(self, request: web.Request) -> web.Response:
        """Answer with one entry and its history, or with 404."""
        return await self._shown(request, request.match_info["id"], "")

    async def new(self, request: web.Request) -> web.Response:
        """Answer with an empty form, or one that begins with a question nobody could answer."""
        question, customer = request.query.get("question", ""), request.query.get("customer", "") or None
        blank = Entry(id="", question=question, answer="", customer=customer)
        return await self._form(request, blank, "", lesson=request.query.get("lesson", ""))

    async def try_(self, request: web.Request) -> web.Response:
        """Answer with what would be said to a text, and why."""
        voice = self._renderer.voice(request)
        text, room = request.query.get("text", ""), request.query.get("room", "")
        is_addressed = "text" not in request.query or "addressed" in request.query
        rooms = [each for each in self._bot.config.rooms if each.kind == "customer"]
        found = None
        if text.strip():
            room = room or (rooms[0].id if rooms else "")
            place = self._bot.directory.room(room)
            await self._bot.knowledge.hear(text, (place.customer or "") if place else "")
            found = views.trial(self._bot, text, room, is_addressed=is_addressed, speaker=voice.speaker)
        main = self._renderer.part(
            "try.html", voice, trial=found, text=text, room=room, rooms=rooms, is_addressed=is_addressed
        )
        return await self._page(request, voice, main, title=voice.speaker.say("试一试"))

    async def export(self, request: web.Request) -> web.StreamResponse:
        """Answer with all entries as a file, piece by piece."""
        suffix = request.match_info["suffix"]
        name = f"faq.{suffix}"
        customer = request.query.get("customer")
        is_template = "template" in request.query
        entries = (EXAMPLE,) if is_template else await beside(self._to_export, customer)
        try:
            async with self._bot.workshop.written(name, entries) as file:
                return await sent(request, file, name, _TYPES[suffix])
        except UnreadableFile as fault:
            return await self._listed(request, fault.said(self._renderer.voice(request).language))

    def _to_export(self, customer: str | None) -> Sequence[Entry]:
        """Return all entries, or those that a customer is told."""
        entries = self._bot.knowledge.entries()
        return entries if customer is None else list(told_to(customer, entries))

    async def import_(self, request: web.Request) -> web.StreamResponse:
        """Show what a file would do, and do it once somebody has confirmed."""
        form = await request.clone(client_max_size=MOST_UPLOADED).post()
        voice = self._renderer.voice(request)
        token = str(form.get("token", ""))
        if token:
            said = await self._imported(token, self._who(form), voice.language)
            if said is None:
                return await self._listed(request, voice.speaker.say("这个文件等太久了，请再选一次。"))
            return await self._listed(request, said, response_to=form)
        file = form.get("file")
        if not isinstance(file, web.FileField):
            return await self._listed(request, voice.speaker.say("请先选一个文件。"))
        try:
            with file.file as opened:
                rows = await self._bot.workshop.read(file.filename, opened)
        except UnreadableFile as fault:
            return await self._listed(request, fault.said(voice.language))
        rows = await beside(for_customers, rows, self._bot.config.customers)
        token = await self._uploads.keep(file.filename, rows, self._bot.clock.now())
        found = await beside(self._planned, rows)
        shown = await self._preview(request, voice, token, file.filename, found)
        held = [*_parts(rows), *_parts(found)]
        del rows, found
        await beside(let_go, *held)
        return shown

    def _planned(self, rows: Rows) -> ImportPlan:
        return plan(self._bot.knowledge.entries(), rows)

    async def _imported(self, token: str, who: str, language: str) -> str | None:
        """Import the file that waited and return what was done, None when it does not wait any more.

        What was read of it is let go in a thread: that takes long where it is much.
        """
        now = self._bot.clock.now()
        upload = await self._uploads.take(token, now)
        if upload is None:
            return None
        name, rows = upload
        done = await import_rows(self._bot.store, rows, name, who, now)
        await self._bot.knowledge.refresh(now)
        said = "\n".join(describe(done, language))
        held = [*_parts(rows), *_parts(done)]
        del upload, rows, done
        await beside(let_go, *held)
        return said

    async def decide(self, request: web.Request) -> web.StreamResponse:
        """Approve or drop what waits."""
        form = await request.post()
        voice, now = self._renderer.voice(request), self._bot.clock.now()
        ids = str(form.get("lessons", "")).split(" ")
        lessons = [lesson for id_ in ids if (lesson := await self._bot.store.lesson(id_))]
        open_ = [lesson for lesson in lessons if not lesson.outcome]
        if not open_:
            return await self._listed(request, voice.speaker.say("这一条已经处理过了。"))
        if form.get("action") == "drop":
            closed = tuple(replace(lesson, outcome="dropped") for lesson in open_)
            await self._bot.store.learn(Learning(at=now, lessons=closed))
            return await self._listed(request, voice.speaker.say("已忽略。"), response_to=form)
        try:
            entry = await self._approved(open_, str(form.get("answer", "")), self._who(form))
        except TicketError as refusal:
            return await self._listed(request, voice.speaker.refuse(refusal))
        said = voice.speaker.say("{entry} 已上线。", entry=entry.id)
        return await self._listed(request, said, response_to=form)

    async def save(self, request: web.Request) -> web.StreamResponse:
        """Change an entry: its fields, whether it is in use, or back to a form it had."""
        id_, form = request.match_info["id"], await request.post()
        voice = self._renderer.voice(request)
        why = str(form.get("reason", "")).strip()
        try:
            decide = await self._edit(id_, form)
            await self._curator.change(
                decide, by=self._who(form), why=why or N_("在页面上改"), now=self._bot.clock.now()
            )
        except (TicketError, ValueError) as refusal:
            said = voice.speaker.refuse(refusal) if isinstance(refusal, TicketError) else str(refusal)
            return await self._shown(request, id_, said)
        return await self._shown(request, id_, voice.speaker.say("已保存，马上生效。"), response_to=form)

    async def add(self, request: web.Request) -> web.StreamResponse:
        """Add an entry; the question it came from, if any, is settled by it."""
        form = await request.post()
        voice, now = self._renderer.voice(request), self._bot.clock.now()
        lessons = [
            replace(lesson, outcome="taken")
            for id_ in str(form.get("lesson", "")).split(" ")
            if id_ and (lesson := await self._bot.store.lesson(id_))
        ]
        blank = Entry(id="", question="", answer="")
        try:
            made = self._with_fields(blank, form)
            entry = await self._curator.change(
                new_entry(made), by=self._who(form), why=N_("在页面上新增"), now=now, lessons=lessons
            )
        except TicketError as refusal:
            return await self._form(request, blank, voice.speaker.refuse(refusal))
        raise web.HTTPSeeOther(f"/knowledge/entries/{entry.id}")

    @property
    def _curator(self) -> Curator:
        return self._bot.school.curator

    async def _approved(self, lessons: list[Lesson], answer: str, by: str) -> Entry:
        closed = [replace(lesson, outcome="approved") for lesson in lessons]
        first, now = lessons[0].matter, self._bot.clock.now()
        decide: Decide
        match first:
            case Proposed():
                answer = answer.strip() or first.answer
                decide = (
                    edited(first.entry, lambda each: replace(each, answer=answer, is_enabled=True))
                    if first.entry
                    else new_entry(
                        Entry(
                            id="",
                            question=first.question,
                            aliases=first.aliases,
                            answer=answer,
                            customer=first.customer,
                            owner=first.author.id,
                        )
                    )
                )
                why = str(first.ticket or N_("改答案"))
            case Picked():
                decide, why = with_alias(first.entry, first.wording), N_("相似问法")
            case Missed():
                raise TicketError(N_("没答上的问题要先写答案。"))
        return await self._curator.change(decide, by=by, why=why, now=now, lessons=closed)

    async def _edit(self, id_: str, form: Mapping[str, object]) -> Decide:
        action = str(form.get("action", "save"))
        if action == "off":
            return edited(id_, lambda each: replace(each, is_enabled=False))
        if action == "on":
            return edited(id_, lambda each: replace(each, is_enabled=True))
        if action == "restore":
            version = str(form.get("version", ""))
            changes = await self._bot.store.entry_history(id_)
            before = next((each.entry for each in changes if str(each.version) == version), None)
            if before is None:
                raise TicketError(N_("没有这个版本。"))
            return edited(id_, lambda _: before)
        return edited(id_, lambda each: self._with_fields(each, form))

    def _with_fields(self, entry: Entry, form: Mapping[str, object]) -> Entry:
        def text(name: str) -> str:
            return str(form.get(name, "")).replace("\r\n", "\n").strip()

        if not text("question") or not text("answer"):
            raise TicketError(N_("标准问法和答案都要写。"))
        return replace(
            entry,
            question=" ".join(text("question").split()),
            answer=text("answer"),
            aliases=tuple(
                dict.fromkeys(line.strip() for line in text("aliases").split("\n") if line.strip())
            ),
            customer=text("customer") or None,
            category=text("category"),
            tags=split(text("tags")),
            pictures=tuple(line.strip() for line in text("pictures").split("\n") if line.strip()),
            links=tuple(line.strip() for line in text("links").split("\n") if line.strip()),
            valid_from=_day(text("valid_from")),
            valid_until=_day(text("valid_until")),
            review_on=_day(text("review_on")),
        )

    async def _listed(
        self, request: web.Request, notice: str, *, response_to: Mapping[str, object] | None = None
    ) -> web.Response:
        voice = self._renderer.voice(request)
        uses = {each.entry: each for each in await self._bot.store.uses()}
        words, state = request.query.get("q", ""), request.query.get("state", "")
        found, total = await beside(self._chosen, words, state, uses, voice)
        main = self._renderer.part(
            "knowledge.html",
            voice,
            lines=views.lines(self._bot, found, uses, voice.speaker),
            count=len(found),
            total=total,
            words=words,
            state=state,
            waiting=await views.waiting(self._bot, voice.speaker),
            regression=self._bot.school.regression,
            people=self._people(),
            who=self._who_of(request),
            customers=self._bot.config.customers[:_CUSTOMERS_SHOWN],
        )
        return await self._page(request, voice, main, notice=notice, response_to=response_to)

    def _chosen(
        self, words: str, state: str, uses: Mapping[str, Uses], voice: Voice
    ) -> tuple[list[Entry], int]:
        """Return the entries to list and how many there are in all: long work where they are many, for a thread."""
        entries = self._bot.knowledge.entries()
        return views.chosen(entries, uses, words=words, state=state, speaker=voice.speaker), len(entries)

    async def _shown(
        self, request: web.Request, id_: str, notice: str, *, response_to: Mapping[str, object] | None = None
    ) -> web.Response:
        entry = self._bot.knowledge.stored(id_)
        if entry is None:
            say = self._renderer.voice(request).speaker.say
            text = say("看看编号是不是打错了。")
            return self._renderer.message(request, say("没有 {entry} 这一条", entry=id_), text, status=404)
        return await self._form(request, entry, notice, response_to=response_to)

    async def _form(
        self,
        request: web.Request,
        entry: Entry,
        notice: str,
        *,
        lesson: str = "",
        response_to: Mapping[str, object] | None = None,
    ) -> web.Response:
        voice = self._renderer.voice(request)
        changes = await self._bot.store.entry_history(entry.id) if entry.id else []
        uses = {each.entry: each for each in await self._bot.store.uses()}
        main = self._renderer.part(
            "entry.html",
            voice,
            form=views.form(entry),
            use=uses.get(entry.id),
            history=views.history(changes, self._bot, voice.speaker),
            customers=self._bot.config.customers,
            lesson=lesson,
            people=self._people(),
            who=self._who_of(request),
        )
        title = entry.id or voice.speaker.say("新增")
        return await self._page(request, voice, main, title=title, notice=notice, response_to=response_to)

    async def _preview(
        self, request: web.Request, voice: Voice, token: str, name: str, found: ImportPlan
    ) -> web.Response:
        main = self._renderer.part(
            "preview.html",
            voice,
            name=name,
            token=token,
            said=describe(found, voice.language),
            new=found.new,
            changed=found.changed,
            faulty=found.faulty,
            people=self._people(),
            who=self._who_of(request),
        )
        return await self._page(request, voice, main, title=name)

    async def _page(
        self,
        request: web.Request,
        voice: Voice,
        main: Markup,
        *,
        title: str = "",
        notice: str = "",
        response_to: Mapping[str, object] | None = None,
    ) -> web.Response:
        head = self._renderer.head(await snapshot(self._bot.store, self._bot.clock.now()), voice)
        response = self._renderer.page(
            request,
            voice,
            {"main": main, **head},
            title=title or voice.speaker.say("知识"),
            current="knowledge",
            notice=notice,
        )
        if response_to is not None and response_to.get("by"):
            response.set_cookie(_WHO, str(response_to["by"]), samesite="Lax", httponly=True)
        return response

    def _people(self) -> list[tuple[str, str]]:
        """Return who may say that they changed something: the knowledge managers first, then the others of the staff."""
        keepers = [party.id for party in self._bot.school.keepers.people]
        staff = self._bot.rules.staff
        return [(id_, staff[id_].name) for id_ in dict.fromkeys((*keepers, *staff)) if id_ in staff]

    def _who_of(self, request: web.Request) -> str:
        return request.cookies.get(_WHO, "")

    def _who(self, form: Mapping[str, object]) -> str:
        person = self._bot.rules.staff.get(str(form.get("by", "")))
        return person.name if person else ""


def _parts(of: Rows | ImportPlan) -> list[list[Any]]:
    """Return what holds most of what was read, to be let go bit by bit."""
    return [list(part) for part in astuple(of)]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise TicketError(N_("“{text}”不是日期，例：2026-09-01"), text=text) from error
