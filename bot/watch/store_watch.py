"""Whether the store saves: while it does not, the duty rooms hear of it past the store, and when it does again, like everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import structlog

from bot.desk import Desk
from bot.drafts import Draft, Drafts
from bot.outbox import Outbox
from bot.rooms.living import Living
from bot.store.contract import Store
from bot.store.faults import StoreFault
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party
from scheduler.loop import Clock

_EVERY: Final = 1.0  # seconds, real ones
_WORTH_TELLING: Final = timedelta(seconds=20)  # a server that is replaced by another takes less
_REALLY_OVER: Final = timedelta(seconds=10)  # a disk that is nearly full takes some and refuses some
_TOLD_EVERY: Final = timedelta(hours=1)
_DISK_EVERY: Final = timedelta(minutes=10)
LEAST_FREE: Final = 200_000_000  # bytes on the disk of the database
_MEGA: Final = 1_000_000
_KEY: Final = "store."

Placed = tuple[str, str]  # an address, and the language spoken there


class StoreWatch:
    """`look` is to be called every second; what it tells while nothing can be saved is kept nowhere and said once."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        living: Living,
        desk: Desk,
        drafts: Drafts,
        outbox: Outbox,
        unsaved: Callable[[], int],
    ) -> None:
        self._store = store
        self._clock = clock
        self._living = living
        self._desk = desk
        self._drafts = drafts
        self._outbox = outbox
        self._unsaved = unsaved
        self._since: datetime | None = None  # when the trouble began
        self._began = 0.0  # the same, by the clock that never jumps; and so are the next four
        self._well_since: float | None = None
        self._told_at: float | None = None
        self._has_told = False  # one of several workers does: the one that sends for the room
        self._disk_at: float | None = None
        self._most_unsaved = 0
        self._log = structlog.get_logger("store")

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await asyncio.sleep(_EVERY)
            try:
                await self.look()
            except Exception:  # noqa: BLE001 - the next look may go well
                self._log.exception("the store cannot be watched", action="store_watch_failed")

    async def look(self) -> None:
        """Tell what there is to tell by now."""
        trouble, mono = self._store.trouble, self._clock.monotonic()
        if trouble is not None:
            await self._suffer(trouble, mono)
        elif self._since is not None:
            await self._recover(self._since, mono)
        elif self._disk_at is None or mono - self._disk_at >= _DISK_EVERY.total_seconds():
            self._disk_at = mono
            await self._look_at_the_disk()

    async def _suffer(self, trouble: StoreFault, mono: float) -> None:
        self._well_since = None
        self._most_unsaved = max(self._most_unsaved, self._unsaved())
        if self._since is None:
            self._since, self._began = self._clock.now(), mono
            self._log.error("the store saves nothing", action="store_trouble", reason=str(trouble))
        is_long = mono - self._began >= _WORTH_TELLING.total_seconds()
        is_time = self._told_at is None or mono - self._told_at >= _TOLD_EVERY.total_seconds()
        if is_long and is_time:
            self._told_at = mono
            await self._cry(trouble, self._since)

    async def _recover(self, since: datetime, mono: float) -> None:
        if self._well_since is None:
            self._well_since = mono
        if mono - self._well_since < _REALLY_OVER.total_seconds():
            return
        seconds = round(self._well_since - self._began)
        self._log.info("the store saves again", action="store_recovered", seconds=seconds)
        if self._has_told:
            await self._tell_the_end(since)
        self._since = self._told_at = self._well_since = None
        self._has_told, self._most_unsaved = False, 0

    async def _cry(self, trouble: StoreFault, since: datetime) -> None:
        for address, language in self._places():
            speaker = self._drafts.speaker(language, self._clock.now())
            text = speaker.say(
                "⚠️ {since} 起存不下东西：{why}\n群里的话先记在内存里，好了再处理；这段时间请直接看群，别重启机器人。",
                since=since,
                why=trouble.said(speaker.translate),
            )
            self._has_told |= await self._outbox.cry(address, text)

    async def _tell_the_end(self, since: datetime) -> None:
        now = self._clock.now()
        await self._note(
            f"{_KEY}over.{since:%Y%m%dT%H%M%S}",
            lambda language: self._drafts.speaker(language, now).say(
                "✅ 又存得下了（{since} 起存不下）。其间没存下的 {count} 句话已接着处理，已到点的催办也会补上。",
                since=since,
                count=self._most_unsaved,
            ),
        )

    async def _look_at_the_disk(self) -> None:
        free = await self._store.free_bytes()
        if free is None or free >= LEAST_FREE:
            return
        now, left = self._clock.now(), f"{free / _MEGA:.0f} MB"
        self._log.warning("the disk is nearly full", action="disk_nearly_full", free=free)
        await self._note(
            f"{_KEY}disk.{now.astimezone(self._living.config.bot.zone):%Y%m%d}",  # once a day, whoever tells it
            lambda language: self._drafts.speaker(language, now).say(
                "⚠️ 数据库的磁盘只剩 {left}，满了就存不下群里的话。管理员请清出空间。", left=left
            ),
        )

    async def _note(self, key: str, words: Callable[[str], str]) -> None:
        now = self._clock.now()
        drafts: list[Draft] = [
            self._drafts.notice(Message(to=Place.DUTY, text=words(language)), address, f"{key}.{index}", now)
            for index, (address, language) in enumerate(self._places())
        ]
        await self._desk.note((), drafts, now, key)

    def _places(self) -> list[Placed]:
        """Return all duty rooms, or else whoever runs the bot, in private."""
        config = self._living.config
        duty = [(room.address, room.language) for room in config.rooms if room.kind == "duty"]
        people = (Party(each.id, each.name) for each in config.people if each.role.is_manager)
        private = (self._living.directory.private_address(each, "") for each in people)
        return duty or [(address, config.bot.language) for address in private if address]
