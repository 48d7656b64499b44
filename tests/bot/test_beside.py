"""Long work in threads: short turns while any goes on, the usual ones afterwards, and nothing is freed at once."""

from __future__ import annotations

import sys
from asyncio import create_task, gather, get_running_loop, sleep
from threading import Barrier

import pytest

from bot.beside import Unhurried, beside, let_go, short_turns


@pytest.mark.asyncio
async def test_turns_are_short_until_the_last_long_work_is_over() -> None:
    usual, both = sys.getswitchinterval(), Barrier(2)

    def work(number: int) -> tuple[int, float]:
        both.wait(10)
        return number, sys.getswitchinterval()

    found = await gather(beside(work, 1), beside(work, number=2))
    assert [number for number, _ in found] == [1, 2]
    assert [turn for _, turn in found] == [pytest.approx(0.001)] * 2
    assert sys.getswitchinterval() == usual


@pytest.mark.asyncio
async def test_turns_are_as_usual_after_work_that_fails_or_lies_in_other_work() -> None:
    usual = sys.getswitchinterval()
    with short_turns():
        with pytest.raises(ZeroDivisionError):
            await beside(lambda: 1 // 0)
        assert sys.getswitchinterval() == pytest.approx(0.001)
    assert sys.getswitchinterval() == usual


def test_lists_are_emptied_whatever_their_length() -> None:
    few, many = [1], [[number] for number in range(1_234)]
    let_go(few, many, [])
    assert (few, many) == ([], [])


@pytest.mark.asyncio
async def test_what_nobody_waits_for_rests_longer_than_it_works() -> None:
    time = get_running_loop().time
    worked, began, unhurried = 0.0, time(), Unhurried()
    for _ in range(20):
        turn = time()
        sum(range(20_000))
        worked += time() - turn
        await unhurried.rest()
    assert time() - began >= 3.9 * worked


@pytest.mark.asyncio
async def test_what_nobody_waits_for_rests_on_while_others_keep_the_loop_busy_and_still_comes_to_an_end() -> (
    None
):
    time = get_running_loop().time
    slices = 0

    async def work() -> None:
        nonlocal slices
        unhurried = Unhurried()
        while True:
            slices += 1
            await unhurried.rest()

    async def others(times: int) -> None:
        for _ in range(times):
            until = time() + 0.003
            while time() < until:
                pass
            await sleep(0)

    working = create_task(work())
    await others(30)
    assert slices == 1
    for _ in range(200):  # however long its first rest was
        if slices > 1:
            break
        await others(10)
    working.cancel()
    assert slices == 2
