"""The access token: fetched once for all who wait, kept while it is good."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from adapters.contract import Timekeeper
from adapters.qq.frames import word
from adapters.qq.outcome import code_of
from adapters.wording import say

# Seconds. In the last minute the platform gives out a new token while the old one still works.
_RENEW_BEFORE: Final = 45.0
_AFTER_REFUSAL: Final = 30.0  # a wrong secret does not become right by asking often
_AFTER_FAILURE: Final = 2.0
_LONGEST: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Granted:
    """A token and for how many seconds it is good."""

    value: str = field(repr=False)
    seconds: float


class NoToken(Exception):
    """There is no access token, and why; `is_refused` when app id or secret are wrong."""

    def __init__(self, why: str, *, is_refused: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.is_refused = is_refused


def granted(fields: Mapping[str, Any]) -> Granted:
    """Read the answer to a request for a token.

    Raises:
        NoToken: It holds none. What the platform says about it is not repeated, because it may repeat the secret.
    """
    value = fields.get("access_token")
    seconds = word(fields.get("expires_in"))
    if isinstance(value, str) and value.strip() and seconds.isascii() and seconds.isdecimal():
        return Granted(value.strip(), min(float(seconds), _LONGEST) if len(seconds) < 10 else _LONGEST)
    code = code_of(fields)
    if code in (100007, 100016):
        raise NoToken(say("app_id 或 secret 不对（{code}）", code=code), is_refused=True)
    if code == 100001:
        raise NoToken(say("取 access token 太频繁（{code}）", code=code), is_refused=True)
    raise NoToken(
        say("没有得到 access token（{code}）", code=code or say("回答不是预期的样子")), is_refused=code != 0
    )


class Tokens:
    """Gives out the access token. After a failure everybody hears of it for a while, and nobody asks again."""

    def __init__(self, fetch: Callable[[], Awaitable[Granted]], clock: Timekeeper) -> None:
        self._fetch = fetch
        self._clock = clock
        self._one_at_a_time = asyncio.Lock()
        self._value = ""
        self._renew_at = 0.0
        self._good_until = 0.0
        self._failed: NoToken | None = None
        self._ask_again_at = 0.0

    @property
    def is_refused(self) -> bool:
        """True after the platform did not accept app id and secret, until it does."""
        return self._failed is not None and self._failed.is_refused

    async def current(self) -> str:
        """Return a token that is good for some time.

        Raises:
            NoToken: None could be fetched.
        """
        if not self._is_due():
            return self._value
        async with self._one_at_a_time:
            if self._is_due():  # nobody else has fetched it meanwhile
                await self._renew()
        return self._value

    def reject(self, token: str) -> None:
        """Forget a token that the platform does not accept, unless there is a newer one already."""
        if token == self._value:
            self._value = ""

    def _is_due(self) -> bool:
        return not self._value or self._clock.monotonic() >= self._renew_at

    async def _renew(self) -> None:
        now = self._clock.monotonic()
        if self._failed is not None and now < self._ask_again_at:
            return self._make_do(self._failed, now)
        try:
            new = await self._fetch()
        except NoToken as failure:
            self._failed = failure
            self._ask_again_at = now + (_AFTER_REFUSAL if failure.is_refused else _AFTER_FAILURE)
            return self._make_do(failure, now)
        self._failed = None
        self._value = new.value
        self._good_until = now + new.seconds
        self._renew_at = max(self._good_until - _RENEW_BEFORE, now + 1.0)
        return None

    def _make_do(self, failure: NoToken, now: float) -> None:
        """Go on with the old token while it is good."""
        if not self._value or now >= self._good_until:
            raise failure
