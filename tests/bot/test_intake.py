"""The intake reads no more than it can keep: beyond that adapters wait, and with them the platforms."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from adapters.contract import Incoming, RoomKind
from bot import intake as module
from bot.clock import StillClock
from bot.intake import Intake
from bot.telemetry.journal import Journal
from bot.telemetry.metrics import Meters

pytestmark = pytest.mark.asyncio

MOST = module._MOST_WAITING
MORE = 3


class Line:
    """An adapter with a few messages more than the intake keeps, each of somebody else; it counts those that were read."""

    name = "qq"

    def __init__(self) -> None:
        self.read = 0

    async def incoming(self) -> AsyncIterator[Incoming]:
        for number in range(MOST + MORE):
            self.read += 1
            yield Incoming(
                room="qq:group:1",
                room_kind=RoomKind.GROUP,
                sender=f"qq:{number}",
                sender_name="王老师",
                message_id=f"{number}",
                text="报障",
            )


class SlowReception:
    """Takes care of a message when it is told to."""

    def __init__(self) -> None:
        self.may_go_on = asyncio.Semaphore(0)

    async def receive(self, _: Incoming) -> None:
        await self.may_go_on.acquire()


class Unconcerned:
    """Stands for the outbox, and for the failures of the program."""

    def heard(self, _: str) -> None: ...

    async def is_well(self, _: Incoming) -> None: ...


async def test_a_full_intake_reads_on_as_soon_as_there_is_a_place() -> None:
    reception, line = SlowReception(), Line()
    intake = Intake(
        reception,  # type: ignore[arg-type]
        Unconcerned(),  # type: ignore[arg-type]
        clock=StillClock(datetime(2026, 3, 6, 1, tzinfo=UTC)),
        meters=Meters(lambda: 0.0),
        journal=Journal(is_on=False),
        failures=Unconcerned(),  # type: ignore[arg-type]
    )
    reading = asyncio.create_task(intake.read(line))
    for taken in range(MORE):
        for _ in range(5):  # rounds of the loop: what can be read is read
            await asyncio.sleep(0)
        assert line.read == MOST + 1 + taken  # one has been read that has no place yet
        reception.may_go_on.release()
    for _ in range(MOST):
        reception.may_go_on.release()
    await reading
    await intake.drain()
    assert line.read == MOST + MORE
