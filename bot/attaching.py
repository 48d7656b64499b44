"""Files that messages bring: made, kept, and placed where they can come; where they cannot, whoever waits for one reads where it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

import structlog
from msgspec.structs import replace

from bot.beside import beside
from bot.configuration.model import Room
from bot.drafts import Draft
from bot.outbox import Outbox
from bot.records.paper_files import workbook
from bot.rooms.directory import Directory
from bot.store.contract import Store
from bot.store.messages import Delivery, Queued, QueuedFile
from bot.tickets.papers import Attached
from bot.tickets.speaker import Speaker

MOST_BYTES: Final = 10_000_000  # of a file; a larger one is fetched from the dashboard
_SUFFIX: Final = ".file"  # of the key of the message that brings it


class Attaching:
    """Turns drafts with files into messages that can be committed."""

    def __init__(
        self,
        *,
        store: Store,
        outbox: Outbox,
        directory: Directory,
        speaker: Callable[[str, datetime], Speaker],
        public_url: str,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._directory = directory
        self._speaker = speaker
        self._public_url = public_url
        self._log = structlog.get_logger("attaching")

    async def placed(self, drafts: Sequence[Draft], now: datetime) -> list[Draft]:
        """Return the drafts with their files behind them; the content of each is kept durably by then."""
        placed: list[Draft] = []
        for draft in drafts:
            if draft.file is None:
                placed.append(draft)
            else:
                placed.extend(await self._with_file(draft, draft.file, now))
        return placed

    async def _with_file(self, draft: Draft, file: Attached, now: datetime) -> list[Draft]:
        content = file.of if isinstance(file.of, bytes) else await beside(workbook, file.of)
        room = self._directory.room_at(draft.queued.room)
        is_overheard = room is not None and room.kind == "customer"
        duty = self._directory.room(room.duty) if is_overheard and room else None
        is_meant = not (is_overheard and file.is_internal)
        if not is_meant:
            self._log.error(
                "an internal file was meant for customers", action="file_kept_back", name=file.name
            )
        if is_meant and self._fits(draft.queued.room, content):
            kept = await self._kept(file, content, now)
            text = self._in_duty(file, duty, now) if duty else self._where(file, draft.queued.room, now)
            return [
                draft,
                _bringing(_alone(draft.queued, file), kept, text, fallback=duty.address if duty else None),
            ]
        if duty is None:
            return [_saying(draft, self._where(file, draft.queued.room, now))]
        return [
            *self._elsewhere(draft, file, is_meant=is_meant, now=now),
            *await self._to(duty, draft, file, content, now),
        ]

    def _fits(self, address: str, content: bytes) -> bool:
        adapter = address.partition(":")[0]
        return len(content) <= MOST_BYTES and self._outbox.takes_file(adapter, address, len(content))

    async def _kept(self, file: Attached, content: bytes, now: datetime) -> QueuedFile:
        return QueuedFile(file.name, await self._store.keep_file(content, now), len(content))

    def _elsewhere(self, draft: Draft, file: Attached, *, is_meant: bool, now: datetime) -> Iterator[Draft]:
        """Yield what the customer reads where no file can come."""
        speaker = self._speaker(self._directory.language_at(draft.queued.room), now)
        said = speaker.say("“{name}”在这里发不了，工程师会另外发给您。", name=file.name)
        yield _saying(draft, said) if is_meant else draft

    async def _to(
        self, duty: Room, draft: Draft, file: Attached, content: bytes, now: datetime
    ) -> list[Draft]:
        """Return what brings the file to the duty room, so that somebody hands it on."""
        there = Draft(
            replace(
                draft.queued,
                key=draft.queued.key + ".duty",
                adapter=duty.address.partition(":")[0],
                room=duty.address,
                text=self._in_duty(file, duty, now),
                mentions=(),
                buttons=(),
                pictures=(),
                quotes=None,
                edits=None,
                fallback=None,
                state=Delivery.QUEUED,
            )
        )
        if not self._fits(duty.address, content):
            return [there]
        kept = await self._kept(file, content, now)
        return [there, _bringing(there.queued, kept, self._where(file, duty.address, now))]

    def _in_duty(self, file: Attached, duty: Room, now: datetime) -> str:
        said = self._speaker(duty.language, now).say(
            "“{name}”在客户那边发不了文件，请转给客户。", name=file.name
        )
        return said + self._where(file, duty.address, now)

    def _where(self, file: Attached, address: str, now: datetime) -> str:
        speaker = self._speaker(self._directory.language_at(address), now)
        if self._public_url:
            return speaker.say("下载：{link}", link=self._public_url + file.page)
        return speaker.say("可在看板的 {page} 下载。", page=file.page)


def _bringing(message: Queued, file: QueuedFile, text: str, *, fallback: str | None = None) -> Draft:
    """Return the message that brings a file behind another one."""
    return Draft(
        replace(
            message,
            key=message.key + _SUFFIX,
            text=text,
            file=file,
            mentions=(),
            buttons=(),
            pictures=(),
            edits=None,
            fallback=fallback or message.fallback,
        )
    )


def _alone(message: Queued, file: Attached) -> Queued:
    """Return the message that brings a file: an internal one goes nowhere else, where others may read it."""
    return replace(message, fallback=None) if file.is_internal else message


def _saying(draft: Draft, more: str) -> Draft:
    return Draft(replace(draft.queued, text=f"{draft.queued.text}\n{more}"), draft.ask, draft.others)
