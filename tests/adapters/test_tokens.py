"""Access tokens: one request for all who ask, renewed before they end, and a late refusal forgets only the token it is about."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from adapters.tokens import Token, Tokens
from tests.adapters.conftest import FakeClock

pytestmark = pytest.mark.asyncio
MINUTE = timedelta(minutes=1)


class Platform:
    """Gives a new token each time it is asked."""

    def __init__(self, lasts: timedelta) -> None:
        self.lasts = lasts
        self.asked = 0
        self.is_idle = True

    async def token(self) -> Token:
        self.asked += 1
        name = f"t{self.asked}"
        self.is_idle = False
        await asyncio.sleep(0)
        self.is_idle = True
        return Token(name, self.lasts)


@pytest.mark.parametrize(("lasts", "used"), [(120, 115), (10, 5), (4, 2)])
async def test_a_token_is_renewed_before_it_ends(lasts: int, used: int) -> None:
    clock, platform = FakeClock(), Platform(lasts * MINUTE)
    tokens = Tokens(platform.token, clock)
    assert await asyncio.gather(tokens.get(), tokens.get()) == ["t1", "t1"]
    clock.advance(used * 60 - 1)
    assert await tokens.get() == "t1"
    clock.advance(1)
    assert await tokens.get() == "t2"


async def test_a_late_refusal_of_an_old_token_leaves_the_new_one() -> None:
    platform = Platform(120 * MINUTE)
    tokens = Tokens(platform.token, FakeClock())
    tokens.forget("t0")  # refused before there was any
    assert await tokens.get() == "t1"
    tokens.forget("t1")
    assert await tokens.get() == "t2"
    tokens.forget("t1")
    assert await tokens.get() == "t2"
    assert platform.asked == 2


async def test_closing_waits_for_the_request_that_is_under_way() -> None:
    platform = Platform(120 * MINUTE)
    tokens = Tokens(platform.token, FakeClock())
    asked = asyncio.ensure_future(tokens.get())
    await asyncio.sleep(0)
    await tokens.close()
    assert platform.is_idle
    assert await asked == "t1"
