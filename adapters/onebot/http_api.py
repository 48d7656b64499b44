"""The HTTP interface of the QQ side: requests, and what their answers mean."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from typing import Final, Never

from adapters.backoff import delay_after
from adapters.contract import DeliveryFailed, Timekeeper
from adapters.onebot.calls import Unanswered, is_logged_in
from adapters.onebot.frames import Call, Frame, Unreadable, decode
from adapters.onebot.settings import Settings
from adapters.server import Server
from adapters.wording import say

# What the standard says with the status of an answer, in the numbers it uses on a WebSocket.
_RETCODES: Final = {400: 1400, 401: 1401, 403: 1403, 404: 1404, 406: 1400}

_LOOK_EVERY: Final = timedelta(seconds=30)


class HttpApi:
    """Takes calls like a link does, one request each."""

    def __init__(self, settings: Settings, clock: Timekeeper) -> None:
        self.is_reached = False  # by the latest call
        self._clock = clock
        self._server = Server(settings.url, say("QQ 端"), patience_seconds=settings.api_timeout_seconds)
        token = settings.access_token
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def call(self, call: Call, *, patience_seconds: float | None = None) -> Frame:
        """Send a request and return its answer.

        Raises:
            Unanswered: The answer did not come, or nobody can read it.
            DeliveryFailed: The QQ side cannot be reached.
        """
        is_reached = False
        try:
            response = await self._server.request(
                "POST",
                self._server.address(call.action),
                call.params,
                self._headers,
                patience_seconds=patience_seconds,
            )
            is_reached = True
        except DeliveryFailed as failed:
            if failed.is_unknown:
                raise Unanswered(failed.reason) from failed
            raise
        finally:  # also where whoever asked lost patience
            self.is_reached = is_reached
        if retcode := _RETCODES.get(response.status):
            return Frame(status="failed", retcode=retcode, message=f"HTTP {response.status}")
        try:
            return decode(response.content.decode(errors="replace"))
        except Unreadable as unreadable:
            raise Unanswered(say("QQ 端的回答看不懂")) from unreadable

    def times(self) -> tuple[datetime, datetime] | None:
        """Return the instant of the QQ side, as of its latest answer, and ours."""
        theirs = self._server.server_time
        return (theirs, self._clock.now()) if theirs is not None and theirs.tzinfo is not None else None

    async def close(self) -> None:
        """End all connections."""
        await self._server.close()


async def keep_watch(
    http: HttpApi,
    echoes: Iterator[str],
    clock: Timekeeper,
    jitter: Callable[[], float],
    on_return: Callable[[], Awaitable[None]],
) -> Never:
    """Look until cancelled whether the QQ side is there and has its account; `on_return` is awaited when both are so again.

    No link ends when it goes and begins when it is back, and what is posted to us tells nothing of what we may call.
    """
    was_there, failures = False, 0
    while True:
        was_there = was_there and http.is_reached  # a call may have failed since
        is_there = await is_logged_in(http, next(echoes)) and http.is_reached
        if is_there and not was_there:
            await on_return()
        was_there = is_there
        failures = 0 if http.is_reached else failures + 1
        await clock.sleep(delay_after(failures, jitter()) if failures else _LOOK_EVERY)
