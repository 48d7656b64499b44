"""Knowledge in files on the page: a preview in which somebody may say what each column is, the import, and exports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from aiohttp import web
from msgspec.structs import astuple
from multidict import MultiMapping

from bot.beside import beside, let_go
from bot.dashboard import knowledge_views as views
from bot.dashboard.downloads import sent
from bot.dashboard.knowledge_frame import KnowledgeFrame, back_to_the_list
from bot.dashboard.rendering import Voice
from bot.dashboard.uploads import MOST_UPLOADED, Uploads
from bot.knowledge.importing import import_rows, with_ids
from bot.setup.layouts import Layouts
from bot.tickets.errors import N_
from bot.tickets.speaker import Speaker
from faq.entries import Entry
from faq.formats import (
    EXAMPLE,
    NOTHING,
    Chosen,
    Column,
    ImportPlan,
    Rows,
    UnreadableFile,
    describe,
    key,
    plan,
    told_to,
)

_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "md": "text/markdown",
    "jsonl": "application/jsonl",
}
_ENTRIES_SHOWN, _FAULTS_SHOWN = 50, 500  # of a preview
# What a column can be, in the order of how often it is wanted.
MEANINGS: dict[str, str] = {
    "question": N_("标准问法"),
    "answer": N_("答案"),
    "aliases": N_("相似问法"),
    "category": N_("分类"),
    "customer": N_("适用客户"),
    "tags": N_("标签"),
    "id": N_("编号"),
    "is_enabled": N_("启用（是/否）"),
    "state": N_("状态（作废、下线…）"),
    "draft": N_("草稿（是/否）"),
    "pictures": N_("图片"),
    "links": N_("链接"),
    "valid_from": N_("生效日"),
    "valid_until": N_("失效日"),
    "review_on": N_("复核日"),
    "owner": N_("负责人"),
}


class _Preview(msgspec.Struct, frozen=True):
    """What is shown of a file before it is imported."""

    name: str
    token: str
    said: Sequence[str]
    columns: Sequence[Column]
    is_unclear: bool  # nothing can be imported before somebody has said what the columns are
    found: ImportPlan
    note: str = ""


class KnowledgeFiles:
    """Request handlers around one bot."""

    def __init__(self, frame: KnowledgeFrame) -> None:
        self._frame = frame
        self._bot = frame.bot
        self._uploads = Uploads(frame.bot.store)
        self._layouts = Layouts(frame.bot.store)

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return every route."""
        return [
            web.get(r"/knowledge/export.{suffix:xlsx|csv|md|jsonl}", self.export),
            web.post("/knowledge/import", self.import_),
            web.get("/knowledge/import", back_to_the_list),
        ]

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
            return await self._frame.listed(request, fault.said(self._frame.renderer.voice(request).language))

    def _to_export(self, customer: str | None) -> Sequence[Entry]:
        """Return all entries, or those that a customer is told."""
        entries = self._bot.knowledge.entries()
        return entries if customer is None else list(told_to(customer, entries, self._bot.knowledge.day))

    async def import_(self, request: web.Request) -> web.StreamResponse:
        """Show what a file would do, again when somebody says otherwise of its columns, and do it once it is confirmed."""
        form = await request.clone(client_max_size=MOST_UPLOADED).post()
        voice = self._frame.renderer.voice(request)
        if token := str(form.get("token", "")):
            return await self._confirmed(request, form, voice, token)
        file = form.get("file")
        if not isinstance(file, web.FileField):
            return await self._frame.listed(request, voice.speaker.say("请先选一个文件。"))
        with file.file as opened:
            content = await beside(opened.read)
        return await self._looked_at(request, voice, file.filename, content, NOTHING)

    async def _confirmed(
        self, request: web.Request, form: MultiMapping[Any], voice: Voice, token: str
    ) -> web.StreamResponse:
        """Import a file that was shown, unless the columns are to be others than those it was shown with."""
        columns = await self._uploads.columns(token)
        gone = voice.speaker.say("这个文件等太久了，请再选一次。")
        if columns is None:
            return await self._frame.listed(request, gone)
        chosen = _chosen(form, columns)
        is_shown = all(chosen.get(key(each.name), each.field) == each.field for each in columns)
        if form.get("action") != "look" and is_shown:
            said = await self._imported(token, self._frame.who(form), voice.language)
            return await self._frame.listed(request, gone if said is None else said, response_to=form)
        kept = await self._uploads.file(token)
        if kept is None:
            return await self._frame.listed(request, gone)
        is_hasty = form.get("action") != "look"
        note = voice.speaker.say("列改过了，还没有导入：请再看一遍。") if is_hasty else ""
        return await self._looked_at(request, voice, *kept, chosen, note=note)

    async def _looked_at(
        self, request: web.Request, voice: Voice, name: str, content: bytes, chosen: Chosen, *, note: str = ""
    ) -> web.Response:
        """Read a file and show what it would do, or its columns where it is not clear what they are."""
        rules, fault = self._bot.rules, None
        people = {id_: party.name for id_, party in rules.staff.items()}
        as_before: Sequence[Column] = ()
        try:
            if chosen:
                rows = await self._bot.workshop.read(name, content, chosen)
            else:
                rows, as_before = await self._layouts.read(self._bot.workshop, name, content)
        except UnreadableFile as unread:
            if not unread.columns:
                return await self._frame.listed(request, unread.said(voice.language))
            columns = tuple(
                msgspec.structs.replace(c, field=chosen.get(key(c.name), c.field)) for c in unread.columns
            )
            rows, fault = Rows((), (), (), columns), unread
        rows = await beside(with_ids, rows, dict(rules.customers), people)
        file = content if rows.columns else b""
        remembered = [self._layouts.kept(rows.columns, chosen)] if chosen and rows.columns else []
        token = await self._uploads.keep(name, rows, self._bot.clock.now(), file=file, remembered=remembered)
        found = await beside(self._planned, rows)
        say = voice.speaker.say
        if as_before:
            note = say("列按上次说的读；不对就在下面改。")
        said = describe(found, voice.language, has_faults=False)
        if fault is not None:
            are_chosen = {"question", "answer"} <= set(chosen.values())
            unclear = say("还看不出哪一列是问法、哪一列是答案。请在下面选，再看一遍。")
            said = [fault.said(voice.language) if are_chosen else unclear]
        preview = _Preview(name, token, said, rows.columns, fault is not None, found, note)
        shown = await self._preview(request, voice, preview)
        held = [*_parts(rows), *_parts(found)]
        del rows, found, preview
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

    async def _preview(self, request: web.Request, voice: Voice, shown: _Preview) -> web.Response:
        found, speaker = shown.found, voice.speaker
        before = self._bot.knowledge.by_id()
        main = self._frame.renderer.part(
            "preview.html",
            voice,
            shown=shown,
            meanings=[(field, speaker.translate(name)) for field, name in MEANINGS.items()],
            new=found.new[:_ENTRIES_SHOWN],
            changed=[
                (each, views.turned(before[each.id], each, self._bot, speaker))
                for each in found.changed[:_ENTRIES_SHOWN]
                if each.id in before
            ],
            more=_left(found.new, speaker) + _left(found.changed, speaker),
            faults=[
                (each.line, *each.said(voice.language))
                for each in (*found.faulty, *found.conflicting)[:_FAULTS_SHOWN]
            ],
            people=self._frame.people(),
            who=self._frame.who_of(request),
        )
        return await self._frame.page(request, voice, main, title=shown.name, notice=shown.note)


def _chosen(form: MultiMapping[Any], columns: Sequence[Column]) -> dict[str, str]:
    """Return what a form says of the columns of a file; by their letters where its first row is no row of names."""
    names, fields = form.getall("column", []), form.getall("field", [])
    said = {
        str(name): str(field) for name, field in zip(names, fields, strict=False) if field in ("", *MEANINGS)
    }
    by_letter = "unnamed" in form
    return {
        key(each.letter if by_letter else each.name): said[each.name]
        for each in columns
        if each.name in said and (said[each.name] or not by_letter)
    }


def _left(entries: Sequence[Entry], speaker: Speaker) -> str:
    more = len(entries) - _ENTRIES_SHOWN
    return speaker.say("……另有 {count} 条。", count=more) if more > 0 else ""


def _parts(of: Rows | ImportPlan) -> list[list[Any]]:
    """Return what holds most of what was read, to be let go bit by bit."""
    return [list(part) for part in astuple(of)]
