"""A message or a deadline at which the program fails harms no other, is kept with its traceback, and can be tried again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from adapters.contract import Attachment, Incoming, Mention, Notice, RoomKind, What
from adapters.receipt import Receipt
from bot.clock import StillClock
from bot.intake import Intake
from bot.store.faults import StoreFault
from bot.store.registry import open_store
from bot.telemetry.failing import Failures
from bot.telemetry.journal import Journal
from bot.telemetry.metrics import Meters

pytestmark = pytest.mark.asyncio

EVERYWHERE = pytest.mark.on(sqlite=(1, 1), redis=(0, 1), valkey=(0, 1), cluster=(0, 1))
ON_SQLITE = pytest.mark.on(sqlite=(1, 1))
NOW = datetime(2026, 3, 6, 1, tzinfo=UTC)


class PoisonedReception:
    """Fails at what begins with 毒 until it is mended, and at 坏库 because of the store."""

    def __init__(self) -> None:
        self.handled: list[str] = []
        self.is_mended = False
        self.is_full = True
        self.refused = asyncio.Event()

    async def receive(self, incoming: Incoming) -> None:
        if incoming.text.startswith("坏库") and self.is_full:
            self.refused.set()
            raise StoreFault("磁盘满了")
        if incoming.text.startswith("毒") and not self.is_mended:
            raise KeyError("no such calendar")
        self.handled.append(incoming.text)


class NoOutbox:
    def heard(self, room: str) -> None:
        pass


class Line:
    """An adapter that says what it is given and ends."""

    name = "qq"

    def __init__(self, *happenings: Incoming | Notice) -> None:
        self._happenings = happenings

    async def incoming(self) -> AsyncIterator[Incoming | Notice]:
        for happening in self._happenings:
            yield happening


def message(number: int, text: str, sender: str = "qq:20001", **more: object) -> Incoming:
    return Incoming(
        room="qq:group:1",
        room_kind=RoomKind.GROUP,
        sender=sender,
        sender_name="王老师",
        message_id=str(number),
        text=text,
        **more,
    )


class Desk:
    """An intake on a real store, with a reception that can fail."""

    def __init__(self, store, meters):
        self.store, self.meters, self.clock = store, meters, StillClock(NOW)
        self.reception, self.failures = PoisonedReception(), Failures(store, meters)

    def intake(self) -> Intake:
        return Intake(
            self.reception,
            NoOutbox(),
            clock=self.clock,
            meters=self.meters,
            journal=Journal(is_on=False),
            failures=self.failures,
            is_saving=lambda: not self.reception.is_full,
            again_after=timedelta(milliseconds=1),
        )

    async def hear(self, *happenings):
        intake = self.intake()
        await intake.read(Line(*happenings))
        await intake.drain()


@pytest_asyncio.fixture
async def desk(store_url: str):
    store = await open_store(store_url, NOW)
    yield Desk(store, Meters(lambda: 0.0))
    await store.close()


@pytest.mark.fault("poison")
@EVERYWHERE
@pytest.mark.parametrize(
    "poison",
    [
        message(1, "毒 报障"),
        message(1, "毒", quotes="77", is_addressed=True),
        message(1, "毒", command="接单 1001"),
        message(1, "毒", attachments=(Attachment("picture", "a.png", "https://x/a.png"),)),
        message(1, "毒 @老张", mentions=(Mention("老张", "qq:10001"),), sent_at=NOW, is_late=True),
        message(1, "毒 \ud83d half a character"),
        message(1, "毒" * 50_000),
    ],
    ids=["command", "quote", "button", "picture", "late mention", "half a character", "endless"],
)
async def test_a_poisoned_message_is_put_aside_and_the_next_one_served(desk, kind, round_, poison, held):
    receipt = Receipt()
    object.__setattr__(poison, "receipt", receipt)
    await desk.hear(poison, message(2, "下一条"))
    assert desk.reception.handled == ["下一条"]
    assert receipt.is_saved  # it would only fail again
    (failure,) = await desk.store.failures()
    assert (failure.key, failure.room, failure.person, failure.attempts) == (
        "qq:group:1|1",
        "qq:group:1",
        "qq:20001",
        1,
    )
    assert failure.text.startswith("毒")
    assert len(failure.text) <= 1100
    assert 'raise KeyError("no such calendar")' in failure.trace
    again = desk.failures.again(failure.key)
    assert (again.message_id, again.quotes, again.command, again.attachments) == (
        poison.message_id,
        poison.quotes,
        poison.command,
        poison.attachments,
    )
    held()


@ON_SQLITE
async def test_a_second_failure_counts_and_success_lets_go(desk, kind, round_):
    await desk.hear(message(1, "毒"))
    await desk.hear(message(1, "毒"))
    (failure,) = await desk.store.failures()
    assert failure.attempts == 2
    desk.reception.is_mended = True
    after_a_restart = Desk(desk.store, desk.meters)
    after_a_restart.reception.is_mended = True
    await after_a_restart.failures.load()
    await after_a_restart.hear(message(1, "毒"))
    assert await desk.store.failures() == []


@ON_SQLITE
async def test_what_the_store_is_to_blame_for_is_no_failure_of_the_message(desk, kind, round_):
    """It waits until the store saves again, and so does what the same person said after it."""
    receipt, others, intake = Receipt(), Receipt(), desk.intake()
    await intake.read(
        Line(
            message(1, "坏库", receipt=receipt),
            message(2, "下一条"),
            message(3, "别人的", "qq:20002", receipt=others),
        )
    )
    assert not await receipt.wait(60)  # at once: a platform that brings it again may do so
    assert await others.wait(60)
    assert desk.reception.handled == ["别人的"]
    assert intake.unsaved == 2
    desk.reception.is_full = False
    await intake.drain()
    assert desk.reception.handled == ["别人的", "坏库", "下一条"]
    assert intake.unsaved == 0
    assert await desk.store.failures() == []


@ON_SQLITE
async def test_what_was_never_saved_stands_in_the_log_when_the_program_ends(desk, kind, round_):
    intake = desk.intake()
    with capture_logs() as logs:
        await intake.read(Line(message(1, "坏库 打印机坏了")))
        await desk.reception.refused.wait()
        await intake.close()
    (lost,) = [entry for entry in logs if entry["action"] == "message_lost"]
    assert (lost["said"], lost["room"], lost["message"]) == ("坏库 打印机坏了", "qq:group:1", "1")


@ON_SQLITE
async def test_a_notice_is_served_too(desk, kind, round_):
    await desk.hear(Notice(what=What.BOT_ADDED, room="qq:group:1", key="n1"), message(2, "下一条"))
    assert desk.reception.handled == ["下一条"]


@pytest.mark.fault("poison")
@EVERYWHERE
async def test_a_deadline_that_fails_with_every_tick_is_noted_once_a_minute(desk, kind, round_, held):
    def fault():
        try:
            raise ValueError("no such ladder")
        except ValueError as raised:
            return raised

    for second in range(130):
        await desk.failures.deadline(1001, NOW + timedelta(seconds=second), fault())
    (failure,) = await desk.store.failures()
    assert (failure.key, failure.ticket) == ("due:1001", 1001)
    assert failure.attempts == 3
    await desk.failures.is_kept(1001)
    assert await desk.store.failures() == []
    held()
