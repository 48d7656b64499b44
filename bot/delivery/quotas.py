"""How much a platform lets the bot say in an hour or a day: counted by room, the last share kept for what calls somebody."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from adapters.contract import Capabilities, Quota
from adapters.powers import is_push
from adapters.wording import N_, say
from bot.store.messages import Queued

_SLOTS: Final = (
    24  # parts of a span that are counted together: memory stays small, and a quota is never exceeded
)
_SHARE: Final = 10  # a tenth is kept for what calls somebody
_NEARLY: Final = 0.8  # of a quota: from then on it is told
_STEPS: Final = 100  # a quota is noted durably at every hundredth
_MOST_ROOMS: Final = 2000


class Spent(msgspec.Struct, frozen=True):
    """A quota that leaves no room for a message; `wait` is how long, None until somebody writes."""

    quota: Quota
    wait: timedelta | None

    @property
    def why(self) -> str:
        """What to tell people, in words that can be said in every language."""
        return say(_WORDS[_span(self.quota)], most=self.quota.most)


class Use(msgspec.Struct, frozen=True):
    """How much of a quota a room has used; the room is empty for one of the whole adapter."""

    room: str
    used: int
    quota: Quota

    @property
    def share(self) -> float:
        """The part that is used, 1 when nothing is left."""
        return self.used / self.quota.most


_WORDS: Final[Mapping[str, str]] = {
    "minute": N_("平台一分钟只让发 {most} 条，已经用完"),
    "hour": N_("平台一小时只让发 {most} 条，已经用完"),
    "day": N_("平台一天只让发 {most} 条，已经用完"),
    "heard": N_("对方写来一条最多回 {most} 条，已经用完"),
}


class _Count:
    """Messages of the last span, by slots. A slot counts until all of it is over, so rather too long than too short."""

    __slots__ = ("noted", "slots", "total")

    def __init__(self) -> None:
        self.slots: deque[tuple[int, int]] = deque()  # number of the slot since 1970, messages in it
        self.total = 0
        self.noted = -1

    def forget_before(self, slot: int) -> None:
        while self.slots and self.slots[0][0] < slot:
            self.total -= self.slots.popleft()[1]

    def add(self, slot: int) -> None:
        if self.slots and self.slots[-1][0] == slot:
            self.slots[-1] = (slot, self.slots[-1][1] + 1)
        else:
            self.slots.append((slot, 1))
        self.total += 1


class Quotas:
    """Counts what one adapter sends. Nothing here limits how fast: that is the pace's business."""

    def __init__(self, capabilities: Capabilities) -> None:
        self._quotas = capabilities.quotas
        self._counts: dict[
            tuple[int, str], _Count
        ] = {}  # by quota and room, the room counted last at the end

    @property
    def are_kept(self) -> bool:
        """True where the platform allows only so many messages."""
        return bool(self._quotas)

    @property
    def are_any(self) -> bool:
        """True where the platform has quotas that are worth telling of."""
        return any(_is_told(quota) for quota in self._quotas)

    def spent(self, room: str, now: datetime, *, is_urgent: bool, is_push: bool) -> Spent | None:
        """Return the quota that leaves no room for a message, the one that takes longest; None when it may be sent."""
        if not self._quotas:
            return None
        found = [
            Spent(quota, self._wait(index, quota, room, now, is_urgent=is_urgent))
            for index, quota in self._applying(is_push)
            if self._used(index, quota, room, now) >= _limit(quota, is_urgent)
        ]
        return max(found, key=lambda each: each.wait or timedelta.max, default=None)

    def take(self, room: str, now: datetime, *, is_push: bool) -> None:
        """Count a message that is being sent now."""
        for index, quota in self._applying(is_push):
            key = (index, room if quota.is_of_room else "")
            count = self._counts.pop(key, None) or _Count()
            self._counts[key] = count
            count.forget_before(_first(quota, now))
            count.add(_slot(quota, now))
        while len(self._counts) > _MOST_ROOMS:
            del self._counts[next(iter(self._counts))]

    def forbidding(self, message: Queued, adapter: object, now: datetime) -> Spent | None:
        """Return the quota that leaves no room for a message; a change of an earlier one needs none."""
        if not self._quotas or message.edits is not None:
            return None
        is_first = is_push(adapter, message.room, message.quotes)
        return self.spent(message.room, now, is_urgent=calls(message), is_push=is_first)

    def count(self, message: Queued, adapter: object, now: datetime) -> None:
        """Count a message that is being sent now."""
        if self._quotas and message.edits is None:
            self.take(message.room, now, is_push=is_push(adapter, message.room, message.quotes))

    def heard(self, room: str) -> None:
        """Begin anew what counts from the latest word of a room."""
        for index, quota in enumerate(self._quotas):
            if quota.until_heard and (index, room) in self._counts:
                count = self._counts[index, room]
                count.slots.clear()
                count.total = 0

    def nearly_spent(self, now: datetime) -> list[Use]:
        """Return the rooms that have used most of a quota, the fullest first."""
        return sorted(
            (use for use in self._told(now) if use.used >= _NEARLY * use.quota.most),
            key=lambda use: -use.share,
        )

    def fullest(self, now: datetime) -> float:
        """Return the largest share of a quota that is used anywhere; 0 without quotas."""
        return max((use.share for use in self._told(now)), default=0.0)

    def _told(self, now: datetime) -> Iterator[Use]:
        """Yield what is used of the quotas that are worth telling of."""
        for index, room in self._counts:
            quota = self._quotas[index]
            if _is_told(quota):
                yield Use(room, self._used(index, quota, room, now), quota)

    def changed(self, now: datetime) -> dict[str, str]:
        """Return what to remember over a restart, by name: counts that have grown by a hundredth since they were noted; empty: forget it."""
        found: dict[str, str] = {}
        for (index, room), count in list(self._counts.items()):
            quota = self._quotas[index]
            if quota.until_heard:  # the platform knows better after a restart than a count that missed a word
                continue
            count.forget_before(_first(quota, now))
            if not count.total:
                del self._counts[index, room]
                found |= {f"{index}/{room}": ""} if count.noted > 0 else {}
                continue
            step = max(quota.most // _STEPS, 1)
            if count.noted != count.total // step:
                count.noted = count.total // step
                found[f"{index}/{room}"] = json.dumps(list(count.slots))
        return found

    def restore(self, kept: Mapping[str, str], now: datetime) -> None:
        """Take up the counts of an earlier run; what a clock that was put back left in the future is none."""
        for name, written in kept.items():
            index, _, room = name.partition("/")
            if not written or not index.isdecimal() or int(index) >= len(self._quotas):
                continue  # over, or the platform has other quotas now
            quota = self._quotas[int(index)]
            count = _Count()
            for slot, messages in json.loads(written):
                if _first(quota, now) <= slot <= _slot(quota, now):
                    count.slots.append((slot, messages))
                    count.total += messages
            count.noted = count.total // max(quota.most // _STEPS, 1) or 1
            self._counts[int(index), room] = count

    def _applying(self, is_push: bool) -> Iterator[tuple[int, Quota]]:
        return (
            (index, quota) for index, quota in enumerate(self._quotas) if is_push or not quota.only_pushes
        )

    def _used(self, index: int, quota: Quota, room: str, now: datetime) -> int:
        count = self._counts.get((index, room if quota.is_of_room else ""))
        if count is None:
            return 0
        count.forget_before(_first(quota, now))
        if count.slots and count.slots[-1][0] > _slot(quota, now):  # the clock of the host was put back
            count.slots.clear()
            count.total = 0
        return count.total

    def _wait(
        self, index: int, quota: Quota, room: str, now: datetime, *, is_urgent: bool
    ) -> timedelta | None:
        if quota.until_heard:
            return None
        count = self._counts[index, room if quota.is_of_room else ""]
        left = count.total
        for slot, messages in count.slots:
            left -= messages
            if left < _limit(quota, is_urgent):
                return _until(quota, slot) - now
        return quota.span


def calls(message: Queued) -> bool:
    """Say whether somebody must act on a message: it is a ping, calls people, or shows a ticket with something to press."""
    return (
        message.is_urgent or bool(message.mentions) or (message.ticket is not None and bool(message.buttons))
    )


def _limit(quota: Quota, is_urgent: bool) -> int:
    return quota.most if is_urgent else quota.most - quota.most // _SHARE


def _length(quota: Quota) -> timedelta:
    return quota.span / _SLOTS


def _slot(quota: Quota, now: datetime) -> int:
    return int(now.timestamp() // _length(quota).total_seconds())


def _first(quota: Quota, now: datetime) -> int:
    """Return the first slot of which some part is not over for longer than the span."""
    return _slot(quota, now - quota.span)


def _until(quota: Quota, slot: int) -> datetime:
    """Return when a slot does not count any more."""
    return datetime.fromtimestamp((slot + 1) * _length(quota).total_seconds(), UTC) + quota.span


def _span(quota: Quota) -> str:
    if quota.until_heard:
        return "heard"
    if quota.span <= timedelta(minutes=1):
        return "minute"
    return "day" if quota.span > timedelta(hours=1) else "hour"


def _is_told(quota: Quota) -> bool:
    """Say whether it is worth telling that a quota is nearly used up: one that fills again soon is not."""
    return not quota.until_heard and quota.span > timedelta(minutes=1)
