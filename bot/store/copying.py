"""Backing up, restoring and moving house: everything of one store, checked, into a file or another store.

A copy remembers in its target where it comes from and how far it is. A bot does not start on half a copy, and the same command
again goes on where the last one was stopped.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.metadata import version
from itertools import count
from pathlib import Path

import msgspec

from bot.store import backup_file
from bot.store.backup_file import Head
from bot.store.contract import Change, Kept
from bot.store.faults import StoreFault
from bot.store.messages import Delivery, Queued
from bot.store.pages import Page, Tally, is_empty, pages, tallied
from bot.store.portable import COPIED_FROM, COPYING, KeptTicket, Part, Piece, Portable
from bot.store.registry import empty, kind_of, located, open_archive, open_store, set_aside, shown
from bot.store.retold import altered
from bot.store.written import Written
from bot.tickets.errors import N_

_FROM, _AT = COPIED_FROM, COPYING + "at"
_WAITING = (Delivery.QUEUED, Delivery.SENDING, Delivery.HELD)


class Copied(msgspec.Struct, frozen=True):
    """What was copied, and what stood in the way of calling it good: tickets whose archive was broken before."""

    counts: dict[Part, int]
    broken: list[tuple[int, int]]
    aside: str = ""  # where is now what was there before: a database, or a backup
    altered: tuple[
        tuple[int, tuple[str, ...]], ...
    ] = ()  # tickets that say something else than their records, and what


async def back_up(url: str, file: Path, now: datetime) -> tuple[Path, Copied]:
    """Write everything of a store, which bots may be using, into one new file; into a folder, under a name with the time.

    Raises:
        StoreFault: The store cannot be read, or the file not be written, or there is one already.
    """
    file = await asyncio.to_thread(_named, file, now)
    archive = await open_archive(url)
    try:
        tally = Tally()
        head = Head(format=backup_file.FORMAT, program=version("shouwen"), at=now, store=kind_of(url))
        with backup_file.writing(file, head) as writer:
            async for page in pages(archive):
                tally.add(page)
                writer.add(page)
    finally:
        await archive.close()
    return file, Copied(tally.counts, tally.broken)


def backed_up(url: str, folder: Path, now: datetime) -> Written:
    """Write a backup into a folder, which is made where there is none, and read it once more; for a thread without an event loop.

    Raises:
        StoreFault: The store cannot be read, or the file not be written or read again.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreFault(
            N_("备份 {path} 写不了（{error}）；请检查文件夹、权限和磁盘空间。"),
            path=folder,
            error=error.strerror or error,
        ) from error
    file, _ = asyncio.run(back_up(url, folder, now))
    _, copied = examine(file)
    broken = tuple(sorted({number for number, _ in copied.broken}))
    counts = copied.counts
    return Written(file, file.stat().st_size, counts[Part.TICKETS], counts[Part.ENTRIES], broken)


def examine(file: Path) -> tuple[Head, Copied]:
    """Read a whole backup: checksum, counts and the archive of every ticket.

    Raises:
        StoreFault: It is no backup, or damaged.
    """
    tally = Tally()
    for page in backup_file.read(file):
        tally.add(page)
    return backup_file.head_of(file), Copied(tally.counts, tally.broken)


async def restore(url: str, file: Path, now: datetime, *, is_replacing: bool) -> Copied:
    """Fill an empty store from a backup; with `is_replacing` what is there is put aside first.

    What waited to be sent when the backup was made may have been sent since: it is marked as sent again.

    Raises:
        StoreFault: The backup is damaged, the store is in use or not empty, or the copy does not hold what the backup does.
    """
    _, examined = examine(file)
    name = f"{file.name} {_digest_of(file)}"
    aside = await _put_aside(url, file, now) if is_replacing and not await _is_begun(url, now, name) else ""

    async def source(after: tuple[Part, str] | None) -> AsyncIterator[Page]:
        for page in backup_file.read(file):
            if after is None or int(page.place) > int(after[1]):
                yield page._replace(pieces=[_perhaps_sent(piece) for piece in page.pieces])

    expected = Tally()
    async for page in source(None):
        expected.add(page)
    async with _opened(url, now) as target:
        await _copy(source, target, name, now)
        await _finish(target, expected, now)
    return Copied(examined.counts, examined.broken, aside)


async def migrate(source_url: str, target_url: str, now: datetime) -> Copied:
    """Copy a store that nobody uses into an empty one; the source stays as it is.

    Raises:
        StoreFault: One of them is in use or cannot be opened, the target is not empty, or does not hold what the source does.
    """
    if located(source_url) == located(target_url):
        raise StoreFault(N_("要搬去的库就是现在的库。"))
    async with _opened(source_url, now) as source, _opened(target_url, now) as target:
        await _copy(lambda after: pages(source, after=after), target, shown(source_url), now)
        tally = await tallied(source)
        await _finish(target, tally, now)
    return Copied(tally.counts, tally.broken)


async def audit(url: str) -> Copied:
    """Read a store that bots may be using, and check the archive of every ticket, and the ticket against it.

    Raises:
        StoreFault: It cannot be read.
    """
    archive, tally, found = await open_archive(url), Tally(), list[tuple[int, tuple[str, ...]]]()
    try:
        async for page in pages(archive):
            tally.add(page)
            kept = (piece for piece in page.pieces if isinstance(piece, KeptTicket))
            found += [(each.ticket.number, what) for each in kept if (what := altered(each))]
    finally:
        await archive.close()
    broken = {number for number, _ in tally.broken}  # of those nothing else can be told
    return Copied(tally.counts, tally.broken, altered=tuple(each for each in found if each[0] not in broken))


async def _put_aside(url: str, file: Path, now: datetime) -> str:
    """Make room for a backup, and return where what was there is now: a renamed database, or a backup beside the given file.

    Raises:
        StoreFault: The store is in use, or cannot be saved first.
    """
    if kind_of(url) == "sqlite":
        return await set_aside(url, now)
    async with _opened(url, now) as target:
        is_there = not await is_empty(target)
    aside = file.with_name(f"before-restore-{now:%Y%m%dT%H%M%SZ}.backup")
    if is_there:
        await back_up(url, aside, now)
        examine(aside)  # nothing is removed that could not be brought back
    await empty(url)
    return str(aside) if is_there else ""


async def _copy(
    source: Callable[[tuple[Part, str] | None], AsyncIterator[Page]],
    target: Portable,
    name: str,
    now: datetime,
) -> None:
    kept = await target.kept(COPYING)
    if not kept and not await is_empty(target):
        raise StoreFault(
            N_("目标库里已经有东西，没有动它；请换一个空的库，或在恢复时加 --replace（现有的库会改名留着）。")
        )
    if kept.get(_FROM, name) != name:
        raise StoreFault(
            N_("目标库里有一半是从 {source} 复制来的；请先把那一次做完，或换一个空的库。"), source=kept[_FROM]
        )
    part, _, place = kept.get(_AT, "").partition("|")
    if not kept:
        await target.commit(Change(at=now, kept=(Kept(_FROM, name),)))
    async for page in source((Part(part), place) if part else None):
        await target.put_back(page.pieces)
        await target.commit(Change(at=now, kept=(Kept(_AT, f"{page.part}|{page.place}"),)))


async def _finish(target: Portable, expected: Tally, now: datetime) -> None:
    """Compare what arrived with what was sent; only then may a bot use it."""
    arrived = await tallied(target)
    if parts := arrived.differing(expected):
        await target.commit(Change(at=now, kept=(Kept(_AT, ""),)))  # once more from the beginning
        raise StoreFault(
            N_("复制后核对不上（{parts}）；请把同样的命令再运行一次，还不行就换一个空的库。"),
            parts=", ".join(parts),
        )
    await target.commit(Change(at=now, kept=(Kept(_AT, ""), Kept(_FROM, ""))))


@asynccontextmanager
async def _opened(url: str, now: datetime) -> AsyncIterator[Portable]:
    store = await open_store(url, now)
    try:
        if workers := await store.workers():
            raise StoreFault(
                N_("{store} 正被机器人使用（{workers}）；请先停掉它们。"),
                store=shown(url),
                workers=", ".join(workers),
            )
        yield store
    finally:
        await store.close()


async def _is_begun(url: str, now: datetime, name: str) -> bool:
    """Say whether this very copy was begun before: then what is there is half of it, and nothing to put aside."""
    try:
        async with _opened(url, now) as target:
            return (await target.kept(_FROM)).get(_FROM) == name
    except StoreFault:
        return (
            False  # what cannot be opened is what shall be replaced; a store in use is refused by `set_aside`
        )


def _perhaps_sent(piece: Piece) -> Piece:
    if isinstance(piece, Queued) and piece.state in _WAITING:
        return msgspec.structs.replace(piece, is_unknown=True)
    return piece


def _digest_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:12]


def _named(file: Path, now: datetime) -> Path:
    """Return a file as it is, and for a folder a new name in it that sorts by time."""
    if not file.is_dir():
        return file
    stem = f"shouwen-{now:%Y%m%dT%H%M%SZ}"
    return next(file for file in _candidates(file, stem) if not file.exists())


def _candidates(folder: Path, stem: str) -> Iterator[Path]:
    yield folder / f"{stem}.backup"
    for number in count(2):
        yield folder / f"{stem}-{number}.backup"
