"""The dead-man switch: an address that is called while time passes, so that somebody else notices when it stops."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import aiohttp
import structlog

from bot.configuration.model import MonitoringConfig

_PATIENCE = aiohttp.ClientTimeout(total=20)


class DeadMan:
    """Calls the address of the configuration; `is_alive` says whether ticks still pass."""

    def __init__(self, config: MonitoringConfig, is_alive: Callable[[], bool]) -> None:
        self._config = config
        self._is_alive = is_alive
        self._log = structlog.get_logger("dead_man")

    async def run(self) -> None:
        """Call again and again, in real time, until cancelled; nothing happens without an address."""
        if not self._config.ping_url:
            return
        async with aiohttp.ClientSession(timeout=_PATIENCE) as session:
            while True:
                await self.call(session)
                await asyncio.sleep(self._config.ping_every.total_seconds())

    async def call(self, session: aiohttp.ClientSession) -> bool:
        """Call the address once, unless ticks have stopped; return whether it answered with success."""
        if not self._is_alive():
            self._log.error("ticks have stopped", action="ticks_stopped")
            return False
        try:
            async with session.get(self._config.ping_url, allow_redirects=False) as answer:
                is_well = answer.status < 400
        except (aiohttp.ClientError, TimeoutError) as fault:
            # The address may hold a secret: only what kind of fault it was is logged.
            self._log.warning("not reached", action="ping_failed", fault=type(fault).__name__)
            return False
        if not is_well:
            self._log.warning("refused", action="ping_failed", status=answer.status)
        return is_well
