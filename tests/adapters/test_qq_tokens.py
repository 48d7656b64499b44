"""The access token of the official QQ bot: what the platform says of it, and how long nobody asks again."""

from __future__ import annotations

import pytest

from adapters.qq.tokens import Granted, NoToken, Tokens, granted
from tests.adapters.conftest import FakeClock


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [("7200", 7200), (7200, 7200), ("999999999", 86400), ("9" * 400, 86400)],
)
def test_a_token_is_good_for_so_long_and_never_for_ever(expires_in: object, seconds: float) -> None:
    assert granted({"access_token": " t1 ", "expires_in": expires_in}) == Granted("t1", seconds)


@pytest.mark.parametrize(
    ("fields", "says", "is_refused"),
    [
        ({"code": 100007, "message": "s3cret"}, "app_id 或 secret 不对（100007）", True),
        ({"code": 100016}, "app_id 或 secret 不对（100016）", True),
        ({"code": 100001}, "太频繁（100001）", True),
        ({"code": 42}, "没有得到 access token（42）", True),
        ({}, "回答不是预期的样子", False),
        ({"access_token": " ", "expires_in": "7200"}, "回答不是预期的样子", False),
        ({"access_token": "t", "expires_in": "bald"}, "回答不是预期的样子", False),
        ({"access_token": "t", "expires_in": "七"}, "回答不是预期的样子", False),
        ({"access_token": 7, "expires_in": "7200"}, "回答不是预期的样子", False),
    ],
)
def test_why_there_is_none_is_said_without_what_the_platform_repeats(
    fields: dict[str, object], says: str, is_refused: bool
) -> None:
    with pytest.raises(NoToken) as none:
        granted(fields)
    assert says in str(none.value)
    assert "s3cret" not in str(none.value)
    assert none.value.is_refused is is_refused


@pytest.mark.parametrize(("is_refused", "patience"), [(False, 2), (True, 30)])
@pytest.mark.asyncio
async def test_after_a_failure_nobody_asks_again_for_a_while(is_refused: bool, patience: int) -> None:
    clock, asked = FakeClock(), []

    async def fetch() -> Granted:
        asked.append(clock.monotonic())
        if len(asked) == 1:
            raise NoToken("no", is_refused=is_refused)
        return Granted("t", 7200)

    tokens = Tokens(fetch, clock)
    for seconds in (0, patience - 1):
        clock.advance(seconds)
        with pytest.raises(NoToken):
            await tokens.current()
        assert tokens.is_refused is is_refused
    clock.advance(1)
    assert await tokens.current() == "t"
    assert (len(asked), tokens.is_refused) == (2, False)
