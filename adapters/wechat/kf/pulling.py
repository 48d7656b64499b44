"""Pulling what a doorbell announces: one account after the other, from where the last pull ended, until there is no more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, Never

import structlog

from adapters.backoff import delay_after
from adapters.contract import DeliveryFailed, Timekeeper
from adapters.values import text_of
from adapters.wechat.answers import Answer, Rejected
from adapters.wechat.kf.api import TOKEN_EXPIRED, Api
from adapters.wechat.kf.frames import Item, items
from adapters.wechat.kf.wire import Bell

_log = structlog.get_logger(__name__)

_SILENCE: Final = timedelta(minutes=10)  # pulling without a bell's token is allowed, not often


class Pulling:
    """Pulls all accounts once at the start, and afterwards those whose bell has rung.

    Where a pull ended is not kept beyond this run: the first pull brings the last three days again, and what was handled
    already has no effect.
    """

    def __init__(
        self,
        api: Api,
        clock: Timekeeper,
        *,
        adapter: str,
        jitter: Callable[[], float],  # in [0, 1)
        take: Callable[[list[Item], bool], Awaitable[None]],  # True: all of it happened since the last pull
    ) -> None:
        self.is_well = False  # the last pull succeeded
        self.has_pulled = (
            False  # in this run; before that nobody knows who wrote where, and who is served by the staff
        )
        self.accounts: dict[str, str] = {}  # id and name
        self._api = api
        self._clock = clock
        self._jitter = jitter
        self._take = take
        self._cursors: dict[str, str] = {}
        self._pulled: set[str] = set()  # accounts of which all is known that happened before this run
        self._rung: dict[str, Bell] = {}
        self._bell = asyncio.Event()
        self._log = _log.bind(adapter=adapter)

    def ring(self, bell: Bell) -> None:
        """Have an account pulled soon."""
        self._rung[bell.account] = bell
        self._bell.set()

    async def run(self) -> Never:
        """Pull for ever; what cannot be pulled now is pulled later."""
        failures = 0
        while True:
            try:
                await self._pull_all()
            except DeliveryFailed as failed:
                failures += 1
                self.is_well = False
                delay = delay_after(failures, self._jitter(), is_refused=failed.retry_after is None)
                self._log.warning(
                    "cannot pull",
                    action="kf_not_pulled",
                    why=failed.reason,
                    retry_seconds=round(delay.total_seconds(), 1),
                )
                await self._clock.sleep(delay)
            else:
                failures = 0
                self.is_well = self.has_pulled = True
                await self._rung_or_late()

    async def _pull_all(self) -> None:
        if not self.accounts:
            self.accounts = await self._api.accounts()
            for account in self.accounts:
                self._rung.setdefault(account, Bell(account, ""))
        while self._rung:
            bell = next(iter(self._rung.values()))
            try:
                await self._pull(bell)
            except Rejected as rejected:
                if rejected.retry_after is not None:
                    raise
                # One account that was taken away must not keep the others waiting.
                self._log.error(
                    "account not pulled",
                    action="kf_account_refused",
                    account=bell.account,
                    why=rejected.reason,
                )
            if self._rung[bell.account] is bell:  # it has not rung again meanwhile
                del self._rung[bell.account]
        self._bell.clear()

    async def _rung_or_late(self) -> None:
        """Wait for a bell, and ring all when there was none for a while: a callback that nobody could take is not brought again."""
        waiting = [
            asyncio.ensure_future(self._bell.wait()),
            asyncio.ensure_future(self._clock.sleep(_SILENCE)),
        ]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waiting:
                each.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
        if not self._bell.is_set():
            for account in self.accounts:
                self.ring(Bell(account, ""))

    async def _pull(self, bell: Bell) -> None:
        while True:
            cursor = self._cursors.get(bell.account, "")
            answer = await self._page(bell, cursor)
            await self._take(items(answer.msg_list), bell.account in self._pulled)
            after = text_of(answer.next_cursor)
            self._cursors[bell.account] = after or cursor
            if answer.has_more != 1 or after in ("", cursor):
                self._pulled.add(bell.account)
                return

    async def _page(self, bell: Bell, cursor: str) -> Answer:
        try:
            return await self._api.pull(bell.account, cursor, bell.token)
        except Rejected as rejected:
            if rejected.code != TOKEN_EXPIRED:
                raise
            # It holds for ten minutes and only makes more pulls possible.
            return await self._api.pull(bell.account, cursor, "")
