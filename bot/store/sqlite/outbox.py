"""The outbox in SQLite: messages that are to be said, what became of them, the files they bring, and what could not be handled."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime

from bot.store.bodies import failure_from, queued_from
from bot.store.contract import Failure
from bot.store.digests import digest_of
from bot.store.messages import Delivered, Queued
from bot.store.portable import KeptFile
from bot.store.sharing import Lease
from bot.store.sqlite.group_commit import GroupCommit
from bot.store.sqlite.pieces import putting
from bot.store.sqlite.reader import Reader
from bot.store.sqlite.statements import Statement, deciding, delivering, noting


class SqliteOutbox:
    """See `bot.store.contract.Store` for what the methods promise."""

    _reader: Reader
    _writer: GroupCommit
    _queries: Mapping[str, str]

    async def waiting(self, adapter: str, *, limit: int = 100) -> list[Queued]:
        rows = self._reader.rows(self._queries["waiting"], (adapter, limit))
        return [queued_from(*row) for row in rows]

    async def update_outgoing(self, messages: list[Queued], *, under: Lease | None = None) -> None:  # noqa: ARG002 - never ends
        await self._writer.submit(delivering(messages, self._queries))

    async def update_dead(self, letters: list[Queued]) -> list[str]:
        saving = [self._writer.submit([deciding(letter, self._queries)]) for letter in letters]
        saved = await asyncio.gather(*saving)
        return [letter.key for letter, rows in zip(letters, saved, strict=True) if rows]

    async def note_delivered(self, delivered: list[Delivered]) -> None:
        await self._writer.submit(noting(delivered, self._queries))

    async def outgoing(self, key: str) -> Queued | None:
        row = self._reader.first(self._queries["outgoing"], (key,))
        return queued_from(*row) if row else None

    async def dead_letters(self, *, limit: int = 100) -> list[Queued]:
        return await self._reader.listed(queued_from, self._queries["dead_letters"], (limit,))

    async def said_about(self, number: int) -> list[Queued]:
        return await self._reader.listed(queued_from, self._queries["said_about"], (number,))

    async def keep_file(self, content: bytes, at: datetime) -> str:
        kept = KeptFile(await digest_of(content), at, content)
        await self._writer.submit(putting([kept], self._queries))
        return kept.digest

    async def file(self, digest: str) -> bytes | None:
        found = await self._reader.listed(_content, self._queries["file"], (digest,))
        return found[0] if found else None

    async def note_failure(self, failure: Failure) -> None:
        await self._writer.submit(putting([failure], self._queries))

    async def failures(self, *, limit: int = 100) -> list[Failure]:
        return await self._reader.listed(failure_from, self._queries["failures"], (limit,))

    async def forget_failure(self, key: str) -> None:
        await self._writer.submit([Statement(self._queries["forget_failure"], (key,))])


def _content(content: bytes) -> bytes:
    return content
