"""FAQ files that are sent in chat: a preview first, and 确认导入 puts the good rows into the knowledge base."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

import msgspec
from msgspec.structs import replace

from adapters.contract import Adapter, Attachment, Incoming
from adapters.powers import FetchesFiles, FileUnavailable, NamesFiles
from adapters.wording import translated
from bot.beside import beside, let_go
from bot.config import Config
from bot.conversation.aside import NotesAside
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.knowledge.importing import import_rows, in_words_of
from bot.knowledge.live import Knowledge
from bot.knowledge.workshop import Workshop
from bot.rooms.living import Living
from bot.rooms.set_up import CURRENT
from bot.setup.layouts import Layouts, Unclear, asked, chosen_in
from bot.store.contract import Kept, Store
from bot.tickets.errors import N_, Phrase
from bot.tickets.messages import Message, Place
from bot.tickets.papers import Attached, Paper, Table, file_name
from bot.tickets.rules import Role
from faq.entries import Entry
from faq.formats import SUFFIXES, ImportPlan, Row, Rows, UnreadableFile, cut, plan

STAGED: Final = "import:"  # + where the file was sent
_MOST: Final = 2_000_000  # bytes of a file that is sent in chat
_LINES_SHOWN: Final = 8
_MOST_LISTED: Final = 1_000  # rows to look at, in the table that is sent
_REMARKS_SHOWN: Final = 3
_WITHOUT_COLUMNS: Final = (
    ".docx",
    ".txt",
    ".md",
)  # what is a question in them is told by guessing: whoever sent one sees the first
_MOST_SHOWN: Final = 30  # characters of a question or an answer
_SPEAKS_OF_QUESTIONS: Final = re.compile(
    r"faq|q\s*[&＆]\s*a|问答|问题|常见|知识|question|knowledge", re.IGNORECASE
)


class Staged(msgspec.Struct, frozen=True, kw_only=True):
    """A file that waits for 确认导入: its good rows, and for whom they are."""

    name: str
    customer: str  # id, empty for everybody
    rows: tuple[Row, ...]


class Uploading(NotesAside):
    """Takes files of those who may change the knowledge base, in the duty room or privately."""

    def __init__(
        self,
        *,
        living: Living,
        desk: Desk,
        drafts: Drafts,
        store: Store,
        knowledge: Knowledge,
        adapters: Mapping[str, Adapter],
        workshop: Workshop,
    ) -> None:
        super().__init__(desk, drafts)
        self._living = living
        self._store = store
        self._knowledge = knowledge
        self._adapters = adapters
        self._workshop = workshop
        self._layouts = Layouts(store)

    async def sent(self, hearing: Hearing, incoming: Incoming) -> bool:
        """Show what a file would bring; False when it is none of these files, or not from somebody who may.

        Nothing is said of a file that cannot be read, unless it was meant for the bot: colleagues send each other tables, too.
        """
        may = hearing.role.is_manager or hearing.role is Role.KNOWLEDGE
        adapter: object = self._adapters.get(incoming.room.partition(":")[0])
        is_named = not isinstance(adapter, NamesFiles)
        file = next((each for each in incoming.attachments if _is_faq(each, is_named=is_named)), None)
        if file is None or not (may and hearing.is_for_staff):
            return False
        if not isinstance(adapter, FetchesFiles):
            if is_meant := await self._is_meant(hearing, file.name):
                await self._say(hearing, N_("这个平台上我取不到文件，请用 shouwen faq import 导入。"))
            return is_meant
        try:
            file, content = await _fetched(adapter, incoming.room, file)
            if not _is_faq(file):
                return False
        except FileUnavailable as fault:
            return await self._unreadable(hearing, file, fault)
        try:
            rows, is_known = await self._read(hearing, file.name, content)
        except UnreadableFile as fault:
            if fault.columns and await self._is_meant(hearing, file.name):
                return await self._ask(hearing, Unclear(file.name, content, fault.columns))
            return await self._unreadable(hearing, file, fault)
        if rows.is_guess and not is_known and not await self._is_meant(hearing, file.name):
            return False  # columns such as 标题 and 处理结果 are in many tables
        await self._show(hearing, file.name, rows, is_known=is_known)
        return True

    async def columns_said(self, hearing: Hearing, words: str) -> bool:
        """Read the file that waits here as somebody says what its columns are; False when none does, or they say else."""
        unclear = self._layouts.waiting(hearing.origin.address)
        if unclear is None:
            return False
        try:
            chosen = chosen_in(words, unclear.columns)
            if chosen is None:
                return False
            rows = await self._workshop.read(unclear.name, unclear.content, chosen)
        except UnreadableFile as fault:
            why = fault.said(hearing.origin.language)
            await self._say(hearing, N_("{name} 读不了：{fault}"), name=unclear.name, fault=why)
            return True
        kept = self._layouts.kept(unclear.columns, chosen)
        await self._show(hearing, unclear.name, rows, kept)
        return True

    async def _read(self, hearing: Hearing, name: str, content: bytes) -> tuple[Rows, bool]:
        """Return the rows of a file, and whether its columns were taken as somebody had said before.

        Raises:
            UnreadableFile: Nothing in it can be used.
        """
        rows, columns = await self._layouts.read(self._workshop, name, content)
        if columns:
            self._layouts.wait(hearing.origin.address, Unclear(name, content, tuple(columns)))
        return rows, bool(columns)

    async def _unreadable(
        self, hearing: Hearing, file: Attachment, fault: UnreadableFile | FileUnavailable
    ) -> bool:
        """Say why a file cannot be read; False where it was not meant for the bot."""
        if not await self._is_meant(hearing, file.name):
            return False
        speaker = self._speak(hearing)
        why = (
            translated(fault.why, speaker.translate)
            if isinstance(fault, FileUnavailable)
            else fault.said(speaker.language)
        )
        name = file.name or Phrase(N_("文件"))
        await self._say(hearing, N_("{name} 读不了：{fault}"), name=name, fault=why)
        return True

    async def _ask(self, hearing: Hearing, unclear: Unclear) -> bool:
        """Ask what the columns of a file are."""
        self._layouts.wait(hearing.origin.address, unclear)
        await self._tell(hearing, asked(unclear.name, unclear.columns, self._speak(hearing)))
        return True

    async def _show(
        self, hearing: Hearing, file: str, rows: Rows, *also: Kept, is_known: bool = False
    ) -> None:
        """Show what the rows of a file would bring, and keep them until that is confirmed."""
        customer, name = await self._customer(hearing)
        config = self._living.config
        staged, planned = await beside(_planned, file, rows, config, customer, await self._store.entries())
        kept = Kept(STAGED + hearing.origin.address, staged)
        text = self._preview(hearing, planned, name, file)
        if is_known:
            say = self._speak(hearing).say
            text = say("列按上次说的读；不对就再回“列 A=问法 B=答案”。") + f"\n{text}"
        message = Message(to=Place.ASIDE, text=text, file=self._to_look_at(hearing, planned, file))
        draft = self._drafts.answer(message, hearing.origin)
        await self._desk.note((kept, *also), [draft], hearing.now, hearing.origin.seen)

    async def _is_meant(self, hearing: Hearing, name: str) -> bool:
        """Say whether a file is for the bot: given to it alone or by name, said to be of questions, or while a group is set up."""
        if hearing.is_private or hearing.is_addressed or _SPEAKS_OF_QUESTIONS.search(name):
            return True
        return bool(await self._being_set_up(hearing))

    async def _being_set_up(self, hearing: Hearing) -> str:
        """Return the address of the group that is being set up where somebody speaks; empty for none."""
        key = CURRENT + hearing.origin.address
        return (await self._store.kept(key)).get(key, "")

    async def confirmed(self, hearing: Hearing) -> bool:
        """Import the file that waits here."""
        key = STAGED + hearing.origin.address
        found = (await self._store.kept(key)).get(key)
        if found is None:
            await self._say(hearing, N_("没有等着导入的文件。请先把 FAQ 文件发给我（xlsx、csv、md）。"))
            return True
        staged = msgspec.json.decode(found, type=Staged)
        planned = await import_rows(
            self._store, Rows(staged.rows, ()), staged.name, hearing.by.name, hearing.now
        )
        await self._knowledge.refresh(hearing.now)
        text = self._speak(hearing).say(
            "已导入 {new} 条新的、{changed} 条改过的（{name}）。",
            new=len(planned.new),
            changed=len(planned.changed),
            name=staged.name,
        )
        gone = Kept(key, "")
        await self._desk.note((gone,), [self._aside(hearing, text)], hearing.now, hearing.origin.seen)
        return True

    async def _customer(self, hearing: Hearing) -> tuple[str, str]:
        """Return id and name of the customer whose group is being set up here; empty for everybody."""
        note = self._living.set_up.rooms.get(await self._being_set_up(hearing))
        customer = next(
            (each for each in self._living.config.customers if note and each.id == note.customer), None
        )
        return (customer.id, customer.name) if customer else ("", "")

    def _to_look_at(self, hearing: Hearing, planned: ImportPlan, name: str) -> Attached | None:
        """Return the rows that are not imported, as a table to mend them by; None where all are good."""
        if not planned.faulty:
            return None
        say = self._speak(hearing).say
        language = hearing.origin.language
        count = len(planned.faulty)
        rows = [(str(each.line), *each.said(language)) for each in planned.faulty[:_MOST_LISTED]]
        if count > len(rows):
            rows.append(("…", say("还有 {count} 行", count=count - len(rows)), ""))
        table = Table(
            columns=(say("行"), say("问题"), say("应该")),
            rows=tuple(rows),
            widths=(8, 44, 44),
            marked=frozenset(range(len(rows))),
        )
        title = say("{name} 里需看的 {count} 行", name=name, count=count)
        written = file_name(PurePath(name).stem, say("需看"))
        return Attached(
            name=written, of=Paper(title=title, tables=(table,)), page="/knowledge", is_internal=True
        )

    def _preview(self, hearing: Hearing, planned: ImportPlan, customer: str, name: str) -> str:
        speaker = self._speak(hearing)
        new, changed, same, faulty = (
            len(each) for each in (planned.new, planned.changed, planned.duplicate, planned.faulty)
        )
        lines = [
            speaker.say(
                "读到 {count} 条：新增 {new}、修改 {changed}、重复 {same}、需看 {faulty}{whose}。",
                count=new + changed + same + faulty,
                new=new,
                changed=changed,
                same=same,
                faulty=faulty,
                whose=speaker.say("，只给 {customer} 用", customer=customer) if customer else "",
            )
        ]
        lines += [each.said(speaker.language) for each in planned.remarks[:_REMARKS_SHOWN]]
        if planned.faulty:
            rows = [
                Phrase(
                    N_("第 {line} 行{fault}"), {"line": fault.line, "fault": fault.said(speaker.language)[0]}
                )
                for fault in planned.faulty[:_LINES_SHOWN]
            ]
            lines.append(speaker.say("需看：{rows}", rows=tuple(rows)))
        if planned.conflicting:
            fault = planned.conflicting[0]
            lines.append(
                speaker.say(
                    "问法冲突 {count} 处，如第 {line} 行：{fault}",
                    count=len(planned.conflicting),
                    line=fault.line,
                    fault=fault.said(speaker.language)[1],
                )
            )
        is_guess = any(each.is_guess for each in planned.remarks)
        if (is_guess or PurePath(name.lower()).suffix in _WITHOUT_COLUMNS) and (
            first := next(iter((*planned.new, *planned.changed)), None)
        ):
            lines.append(
                speaker.say(
                    "认成这样：“{question}”→“{answer}”",
                    question=cut(first.question, _MOST_SHOWN),
                    answer=cut(first.answer, _MOST_SHOWN),
                )
            )
        lines.append(
            speaker.say("导入好的部分请回“确认导入”。") if new + changed else speaker.say("没有可导入的。")
        )
        return "\n".join(lines)


async def _fetched(adapter: FetchesFiles, room: str, file: Attachment) -> tuple[Attachment, bytes]:
    """Return a file with its content, and with its name where only the content has it."""
    if not isinstance(adapter, NamesFiles):
        return file, await adapter.fetch(room, file, _MOST)
    found = await adapter.fetch_named(room, file, _MOST)
    return replace(file, name=found.name or file.name), found.content


def _is_faq(file: Attachment, *, is_named: bool = True) -> bool:
    """Say whether a file may hold an FAQ, as far as its name tells."""
    return file.kind == "file" and (not is_named or PurePath(file.name.lower()).suffix in SUFFIXES)


def _planned(
    name: str, rows: Rows, config: Config, customer: str, known: list[Entry]
) -> tuple[str, ImportPlan]:
    """Return what is to be kept of a file until it is confirmed, and what it would do: long work, for a thread."""
    named = in_words_of(rows, config)
    own = replace(named, rows=tuple(_for(row, customer) for row in named.rows))
    found = plan(known, own)
    let_go(known)
    return msgspec.json.encode(Staged(name=name, customer=customer, rows=own.rows)).decode(), found


def _for(row: Row, customer: str) -> Row:
    return row if row.customer or not customer else replace(row, customer=customer, has_customer=True)
