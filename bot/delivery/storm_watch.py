"""The storm watch: keeps how much each duty room and each person was told, and says what was gathered when there is room again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from bot.store.contract import Kept, Store
from bot.tickets import storms
from bot.tickets.rules import Rules
from bot.tickets.storms import Alert, Load, Verdict

_STORM = "storm."
_ROOM, _PERSON = f"{_STORM}room.", f"{_STORM}person."


class Judged(msgspec.Struct, frozen=True):
    """A verdict, and what has to be remembered of it."""

    verdict: Verdict
    kept: tuple[Kept, ...]


class StormWatch:
    """Loads and judges; the desk saves what it gives in the same commit as the tickets."""

    def __init__(self, store: Store, rules: Rules) -> None:
        self._store = store
        self._rules = rules
        self._rooms: dict[str, Load] = {}  # as of the latest look, by the id of the duty room
        self._known: dict[str, str] | None = (
            None  # what the store keeps, while a tick goes on that reads it once
        )

    async def begin(self) -> None:
        """Read what is kept once for the batches of a tick: a look between them would wait behind the commit of the one before."""
        self._known = await self._store.kept(_STORM)

    def end(self) -> None:
        """Look at the store again every time: the tick is over, or something that was judged has not been saved."""
        self._known = None

    async def judge(
        self, room_id: str, alerts: list[Alert], now: datetime, unsaved: Mapping[str, str]
    ) -> Judged:
        """Return what becomes of the notices of one moment for one duty room.

        `unsaved` is what was judged before and is still on its way into the store.
        """
        room, people = await self._loads(room_id, unsaved)
        verdict = storms.judged(alerts, room, people, self._rules, now)
        self._rooms[room_id] = verdict.room
        changed = {each: load for each, load in verdict.people.items() if people.get(each) != load}
        kept = [Kept(f"{_PERSON}{each}", _body(load)) for each, load in changed.items()]
        if verdict.room != room:
            kept.append(Kept(f"{_ROOM}{room_id}", _body(verdict.room)))
        if self._known is not None:
            self._known.update((each.key, each.value) for each in kept)
        return Judged(verdict, tuple(kept))

    async def load(self) -> None:
        """Know what other processes, or an earlier run, have gathered."""
        found = await self._store.kept(_ROOM)
        self._rooms = {key.removeprefix(_ROOM): _load(value) for key, value in found.items()}

    def next_at(self, now: datetime) -> datetime | None:
        """Return when a list of gathered notices is said next, or None."""
        instants = (storms.list_at(load, self._rules.notices, now) for load in self._rooms.values())
        return min((at for at in instants if at is not None), default=None)

    def ready(self, now: datetime) -> dict[str, Load]:
        """Return the rooms whose list is to be said now."""
        return {
            room_id: load
            for room_id, load in self._rooms.items()
            if (at := storms.list_at(load, self._rules.notices, now)) is not None and at <= now
        }

    def told(self, room_id: str, now: datetime) -> Kept:
        """Return what is remembered once the list of a room was said."""
        load = storms.told(self._rooms[room_id], self._rules.notices, now)
        self._rooms[room_id] = load
        return Kept(f"{_ROOM}{room_id}", _body(load))

    async def _loads(self, room_id: str, unsaved: Mapping[str, str]) -> tuple[Load, Mapping[str, Load]]:
        kept = self._known if self._known is not None else await self._store.kept(_STORM)
        found = {**kept, **unsaved}
        known = found.get(f"{_ROOM}{room_id}")
        people = {
            key.removeprefix(_PERSON): _load(value) for key, value in found.items() if key.startswith(_PERSON)
        }
        return _load(known) if known else Load(), people


def _body(load: Load) -> str:
    return msgspec.json.encode(load).decode()


def _load(value: str) -> Load:
    return msgspec.json.decode(value, type=Load)
