"""The callback address of a bot: verification of the address, and messages that are answered before anything is done."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from aiohttp import web

from adapters.admission import Refused, body_of
from adapters.contract import Timekeeper
from adapters.wechat.door import Door

_log = structlog.get_logger(__name__)


class Callbacks:
    """Answers the requests of the platform to `/hooks/NAME`.

    `sealed_in` finds the sealed text in a body, `take` gets the message in it; both raise `Refused` for what they do
    not want. Nothing waits for the bot: `take` only puts the message into a queue.
    """

    def __init__(
        self,
        door: Door,
        *,
        adapter: str,
        clock: Timekeeper,
        sealed_in: Callable[[bytes], str],
        take: Callable[[bytes], None],
    ) -> None:
        self._door = door
        self._clock = clock
        self._sealed_in = sealed_in
        self._take = take
        self._log = _log.bind(adapter=adapter)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        try:
            if request.method == "GET":
                return self._echo(request)
            if request.method == "POST":
                body = await body_of(request)
                self._take(self._door.open(request.query, self._sealed_in(body), self._clock.now()))
                return web.Response()
            return web.Response(status=405, headers={"Allow": "GET, POST"})
        except Refused as refused:
            self._log.warning(
                "callback refused", action="callback_refused", status=refused.status, why=refused.reason
            )
            return web.Response(status=refused.status)

    def _echo(self, request: web.Request) -> web.Response:
        """Prove to the platform that this address is ours: exactly the opened text, without quotes or newline."""
        echo = self._door.echo(request.query, self._clock.now())
        self._log.info("address verified", action="callback_verified")
        return web.Response(body=echo, content_type="text/plain")
