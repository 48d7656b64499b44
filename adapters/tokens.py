"""The access token of an application: asked for once, shared by all, renewed before it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from adapters.contract import Timekeeper

_EARLIER: Final = timedelta(minutes=5)  # a token is not used in the last minutes of its life


@dataclass(frozen=True, slots=True)
class Token:
    """A token and how long it holds."""

    value: str = field(repr=False)
    lasts: timedelta


class Tokens:
    """Gives the token that holds now. Many may ask at once, one request is made."""

    def __init__(self, fetch: Callable[[], Awaitable[Token]], clock: Timekeeper) -> None:
        self._fetch = fetch
        self._clock = clock
        self._token: Token | None = None
        self._ends_at = 0.0
        self._fetching: asyncio.Task[Token] | None = None

    async def get(self) -> str:
        """Return a token.

        Raises:
            DeliveryFailed: The platform gives none.
        """
        if self._token is not None and self._clock.monotonic() < self._ends_at:
            return self._token.value
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._renew())
            self._fetching.add_done_callback(self._fetched)
        # Shielded: whoever gives up waiting must not take it from the others.
        return (await asyncio.shield(self._fetching)).value

    def forget(self, value: str) -> None:
        """Do not give this token again; a newer one stays."""
        if self._token is not None and self._token.value == value:
            self._token = None

    async def close(self) -> None:
        """Wait for a request that is under way; its connection must have been closed before."""
        if self._fetching is not None:
            await asyncio.gather(self._fetching, return_exceptions=True)

    async def _renew(self) -> Token:
        token = await self._fetch()
        self._token = token
        self._ends_at = self._clock.monotonic() + max(token.lasts - _EARLIER, token.lasts / 2).total_seconds()
        return token

    def _fetched(self, task: asyncio.Task[Token]) -> None:
        self._fetching = None
        if not task.cancelled():
            task.exception()  # seen, even when everybody who waited has gone
