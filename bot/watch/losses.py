"""Telling whoever runs the bot of messages that reached nobody: once an hour at most, and never through the platform that failed."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from bot.delivery.outgoing import reason_of
from bot.desk import Desk
from bot.drafts import Draft, Drafts
from bot.rooms.living import Living
from bot.store.contract import Kept, Store
from bot.store.messages import Queued
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party

_EVERY: Final = timedelta(hours=1)
_TOLD: Final = "losses:told"  # the key of the latest dead letter that was told of
_KEY: Final = "losses."


class Losses:
    """Counts dead letters; `tick` tells of them when it is time."""

    def __init__(self, *, living: Living, desk: Desk, drafts: Drafts, store: Store) -> None:
        self._living = living
        self._desk = desk
        self._drafts = drafts
        self._store = store
        self._lost: list[Queued] = []
        self._told_at: datetime | None = None

    async def load(self) -> None:
        """Take up those of an earlier run that nobody was told of."""
        letters = await self._store.dead_letters(limit=100)
        told = (await self._store.kept(_TOLD)).get(_TOLD, "")
        for letter in letters:
            if letter.key == told:
                break
            self.lost(letter)
        self._lost.reverse()

    def lost(self, message: Queued) -> None:
        """Note a message that was given up; what tells of losses is not told of itself."""
        if not message.key.startswith(_KEY):
            self._lost.append(message)

    def next_at(self, now: datetime) -> datetime | None:
        """Return when there is something to tell."""
        if not self._lost:
            return None
        return max(now, self._told_at + _EVERY) if self._told_at else now

    async def tick(self, now: datetime) -> None:
        """Tell of what was lost, if it is time."""
        due = self.next_at(now)
        if due is None or due > now:
            return
        lost = self._lost.copy()  # they stay there where the store fails, until the next beat
        latest = lost[-1]
        draft = self._draft(lost, now)
        kept = (Kept(_TOLD, latest.key),)
        await self._desk.note(kept, [draft] if draft else [], now, f"{_KEY}{latest.key}")
        del self._lost[: len(lost)]
        self._told_at = now

    def _draft(self, lost: list[Queued], now: datetime) -> Draft | None:
        failed = Counter(message.adapter for message in lost)
        place = self._place(set(failed))
        if place is None:
            return None
        address, language = place
        speaker = self._drafts.speaker(language, now)
        text = speaker.say(
            "⚠️ {count} 条消息没送到（{rooms}）：{reason}\n看板“没送到的消息”里可以看原文、重发。",
            count=len(lost),
            rooms=tuple(dict.fromkeys(self._name(message) for message in lost)),
            reason=reason_of(lost[-1], speaker.translate) or "–",
        )
        return self._drafts.notice(Message(to=Place.DUTY, text=text), address, f"{_KEY}{lost[-1].key}", now)

    def _name(self, message: Queued) -> str:
        """Return where a message was to be read: the room, or the platform where it was for one person alone."""
        room = self._living.directory.room_at(message.room)
        return room.name if room is not None else message.adapter

    def _place(self, failed: set[str]) -> tuple[str, str] | None:
        """Return a duty room, or else somebody who runs the bot, on a platform that works; the first duty room at worst."""
        config = self._living.config
        duty = [(room.address, room.language) for room in config.rooms if room.kind == "duty"]
        people = [Party(person.id, person.name) for person in config.people if person.role.is_manager]
        private = [
            (address, config.bot.language)
            for party in people
            if (address := self._living.directory.private_address(party, ""))
        ]
        places = [*duty, *private]
        works = (place for place in places if place[0].partition(":")[0] not in failed)
        return next(works, next(iter(places), None))
