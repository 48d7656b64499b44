"""Patience ends what takes too long, and nothing else."""

from __future__ import annotations

import asyncio

import pytest

from bot.delivery.patience import Patience


@pytest.mark.asyncio
async def test_what_is_ready_in_time_is_returned() -> None:
    assert await Patience(60).wait(asyncio.sleep(0, "here")) == "here"


@pytest.mark.asyncio
async def test_what_takes_too_long_is_cancelled_and_the_task_goes_on() -> None:
    patience, ended = Patience(0.01), []

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(True)

    for _ in range(2):
        with pytest.raises(TimeoutError):
            await patience.wait(forever())
    task = asyncio.current_task()
    assert ended == [True, True]
    assert task is not None
    assert task.cancelling() == 0


@pytest.mark.asyncio
async def test_each_of_many_has_its_own_time() -> None:
    patience, late = Patience(0.05), asyncio.Event()

    async def one(work: asyncio.Event) -> str:
        try:
            await patience.wait(work.wait())
        except TimeoutError:
            return "late"
        return "in time"

    first = asyncio.create_task(one(asyncio.Event()))
    assert await first == "late"
    second = asyncio.create_task(one(late))
    await asyncio.sleep(0)
    late.set()
    assert await second == "in time"


@pytest.mark.asyncio
async def test_whoever_is_cancelled_by_others_ends() -> None:
    task = asyncio.create_task(Patience(60).wait(asyncio.Event().wait()))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.mark.asyncio
async def test_a_failure_is_passed_on() -> None:
    async def fails() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await Patience(60).wait(fails())
