"""Asking Telegram for what is new, again and again: what is saved is confirmed, and nothing before."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, Never
from urllib.parse import urlencode

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, TelegramError

from adapters.backoff import delay_after
from adapters.contract import Timekeeper
from adapters.receipt import Receipt
from adapters.telegram.confirming import Confirming
from adapters.telegram.failures import Flooded, said
from adapters.telegram.wire import ALLOWED

_log = structlog.get_logger(__name__)

HELD_SECONDS: Final = 25  # how long Telegram holds a question when there is nothing new
_AT_MOST: Final = 100  # updates an answer
_TOO_SOON: Final = 0.5  # seconds; a server that does not hold empty answers must not be asked in a tight loop
_PAUSE: Final = timedelta(seconds=1)
# After a week without any update Telegram numbers them anew from anywhere.
_NUMBERS_LAST: Final = timedelta(days=6)


class Patience:
    """How long to wait after a failure; grows while they follow each other."""

    def __init__(self, adapter: str, clock: Timekeeper, jitter: Callable[[], float]) -> None:
        self._log = _log.bind(adapter=adapter)
        self._clock = clock
        self._jitter = jitter
        self._failures = 0

    def reset(self) -> None:
        """Note that a call went well."""
        self._failures = 0

    async def after(self, error: TelegramError) -> None:
        """Log a failure and wait: 1 to 60 seconds, a refused token at least 30, a flood as long as Telegram says."""
        self._failures += 1
        is_refused = isinstance(error, InvalidToken)
        delay = delay_after(self._failures, self._jitter(), is_refused=is_refused)
        if isinstance(error, Flooded):
            delay = max(delay, error.wait)
        again = round(delay.total_seconds(), 1)
        if is_refused:
            self._log.error("token refused", action="telegram_refused", retry_seconds=again)
        elif isinstance(error, Conflict):
            self._log.error(
                "another program reads the messages of this bot",
                action="telegram_conflict",
                why=said(error),
                retry_seconds=again,
            )
        else:
            self._log.warning("not connected", action="telegram_lost", why=said(error), retry_seconds=again)
        await self._clock.sleep(delay)


async def keep_polling(
    bot: Bot,
    take: Callable[[Any], Receipt | None],
    *,
    clock: Timekeeper,
    patience: Patience,
    on_state: Callable[[bool], None],
) -> Never:
    """Ask until cancelled. `take` returns what says when an update is saved; only then it is confirmed."""
    confirming = Confirming()
    heard_at = clock.monotonic()
    while True:
        asked_at = clock.monotonic()
        if asked_at - heard_at > _NUMBERS_LAST.total_seconds():
            confirming = Confirming()  # everything is confirmed, so this repeats nothing
        try:
            updates = await _ask(bot, confirming.offset)
        except TelegramError as error:
            on_state(False)
            await patience.after(error)
            continue
        on_state(True)
        patience.reset()
        if confirming.take(updates, take):
            heard_at = clock.monotonic()
            if not await confirming.saved_soon():
                await clock.sleep(_PAUSE)  # the store is in trouble, or too much is waiting
        elif clock.monotonic() - asked_at < _TOO_SOON:
            await clock.sleep(_PAUSE)


async def _ask(bot: Bot, offset: int | None) -> list[Any]:
    # Not `get_updates`: one update that it cannot read would cost all that came with it.
    query: dict[str, int | str] = {
        "timeout": HELD_SECONDS,
        "limit": _AT_MOST,
        "allowed_updates": json.dumps(ALLOWED),
    }
    if offset is not None:
        query["offset"] = offset
    waiting = HELD_SECONDS + (bot.request.read_timeout or 0)
    answer: Any = await bot.request.post(
        f"{bot.base_url}/getUpdates?{urlencode(query)}", read_timeout=waiting
    )
    if not isinstance(answer, list):
        raise TelegramError("Invalid server response")
    return answer
