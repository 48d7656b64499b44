"""The auditor: proves round by round that every open ticket will be looked at when its clocks say so, and repairs the others."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
import structlog
from msgspec.structs import replace

from bot.desk import Desk
from bot.store.contract import Store
from bot.store.faults import StoreFault
from bot.tickets.due import next_deadline
from bot.tickets.model import Ticket
from bot.tickets.rules import Rules
from scheduler.loop import Clock

EVERY = timedelta(minutes=1)
_PAGE = 50  # tickets read at once
_TURN = 0.001  # seconds of work before everybody else has theirs
_RESTS = (
    39  # times as long as it worked: a fortieth of a core while it is at work, however many tickets there are
)
_UNSERVED = timedelta(seconds=30)  # due for longer than this: ticks do not keep up, or a ticket fails


class Audit(msgspec.Struct, frozen=True):
    """What the latest round found, and what all rounds of this run have repaired."""

    finished_at: datetime | None = None
    took: timedelta = timedelta()
    checked: int = 0
    unserved: int = 0  # were due and not served
    repaired: int = 0  # in all rounds of this run
    failed: int = 0  # tickets whose clocks cannot be computed, such as one whose calendar is gone


class Auditor:
    """Checks all open tickets once a minute, a millisecond at a time; with very many a round takes as long as it takes."""

    def __init__(self, *, store: Store, desk: Desk, rules: Rules, clock: Clock) -> None:
        self._store = store
        self._desk = desk
        self._rules = rules
        self._clock = clock
        self._log = structlog.get_logger("auditor")
        self.latest = Audit()

    async def run(self) -> None:
        """Check again and again, until cancelled."""
        while True:
            try:
                await self.round()
            except StoreFault:  # readiness and commits say it loudly; the next round tries again
                self._log.exception("audit failed", action="audit_failed")
            await self._clock.sleep(EVERY)

    async def round(self) -> Audit:
        """Check every open ticket once and return what was found."""
        began = self._clock.monotonic()
        found, after = Audit(repaired=self.latest.repaired), 0
        while True:
            turn = self._clock.monotonic()
            page = await self._store.watched(after=after, limit=_PAGE)
            for ticket, saved_at in page:
                found = await self._checked(found, ticket, saved_at, self._clock.now())
                turn = await self._rested(turn)
            if len(page) < _PAGE:
                break
            after = page[-1][0].number
            await self._rested(turn, at_once=True)
        took = timedelta(seconds=self._clock.monotonic() - began)
        self.latest = replace(found, finished_at=self._clock.now(), took=took)
        self._log.debug("audited", action="audited", checked=found.checked, repaired=found.repaired)
        return self.latest

    async def _rested(self, turn: float, *, at_once: bool = False) -> float:
        """Rest when a turn that began then is over, or `at_once`; return when the turn began that goes on."""
        worked = self._clock.monotonic() - turn
        if worked < _TURN and not at_once:
            return turn
        await self._clock.sleep(timedelta(seconds=worked * _RESTS))
        return self._clock.monotonic()

    async def _checked(self, found: Audit, ticket: Ticket, saved_at: datetime | None, now: datetime) -> Audit:
        found = replace(found, checked=found.checked + 1)
        if saved_at is not None and saved_at <= now:
            return replace(found, unserved=found.unserved + (now - saved_at > _UNSERVED))
        try:
            # Most are right; only what seems wrong is loaded again and decided on.
            if next_deadline(ticket, self._rules, now) == saved_at:
                return found
            repaired = await self._desk.realign(ticket.number, now)
        except StoreFault:
            raise
        except Exception:  # noqa: BLE001 - one ticket that cannot be computed must not hide the others
            self._log.exception(
                "clocks cannot be computed", action="audit_ticket_failed", ticket=ticket.number
            )
            return replace(found, failed=found.failed + 1)
        if repaired is None:
            return found  # equal to the millisecond, or changed by somebody meanwhile
        self._log.warning(
            "deadline repaired",
            action="deadline_repaired",
            ticket=ticket.number,
            was=repaired.was,
            due_at=repaired.due_at,
        )
        return replace(found, repaired=found.repaired + 1)
