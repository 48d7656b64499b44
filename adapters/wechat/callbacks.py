"""The callback address of a bot: verification of the address, and messages that are answered as soon as they are saved."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog
from aiohttp import web

from adapters.admission import Refused, body_of
from adapters.contract import Incoming, Timekeeper
from adapters.inbox import Inbox
from adapters.receipt import Receipt
from adapters.wechat.door import Door

_log = structlog.get_logger(__name__)

ANSWER_WITHIN: Final = 4.5  # seconds
SAVE_WITHIN: Final = 4.0  # seconds; the platform waits for five, and then brings it again, three times in all


class Callbacks:
    """Answers the requests of the platform to `/hooks/NAME`.

    `sealed_in` finds the sealed text in a body, `take` gets the message in it; both raise `Refused` for what they do
    not want. `take` returns what the bot settles once the message is saved; whatever the store does, the platform has an
    answer in time, and what is not saved by then it brings again.
    """

    def __init__(
        self,
        door: Door,
        *,
        adapter: str,
        clock: Timekeeper,
        inbox: Inbox,
        sealed_in: Callable[[bytes], str],
        take: Callable[[bytes], Receipt | None],
        answer: Callable[[Receipt, float], Awaitable[web.Response]] | None = None,
        refused: Callable[[Receipt], None] | None = None,
    ) -> None:
        self._door = door
        self._inbox = inbox
        self._clock = clock
        self._sealed_in = sealed_in
        self._take = take
        self._answer = answer  # to what is saved, within so many seconds; None: an empty one
        self._refused = refused  # told of what is not saved in time
        self.save_within = SAVE_WITHIN
        self._log = _log.bind(adapter=adapter)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request; the bot works on it afterwards, and takes none while it ends."""
        if self._inbox.is_closed:
            return web.Response(status=503)
        try:
            if request.method == "GET":
                return self._echo(request)
            if request.method == "POST":
                began = asyncio.get_running_loop().time()
                body = await body_of(request)
                receipt = self._take(self._door.open(request.query, self._sealed_in(body), self._clock.now()))
                if receipt is not None and not await receipt.wait(self.save_within):
                    if self._refused is not None:
                        self._refused(receipt)
                    raise Refused(503, "not saved in time")
                if receipt is not None and self._answer is not None:
                    return await self._answer(
                        receipt, ANSWER_WITHIN - (asyncio.get_running_loop().time() - began)
                    )
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


def taken(inbox: Inbox, message: Incoming) -> Receipt:
    """Put a message into the inbox and return what the bot settles once it is saved.

    Raises:
        Refused: Too many are waiting. The platform tries again in a few seconds, and then twice more.
    """
    receipt = inbox.put_for_receipt(message)
    if receipt is None:
        raise Refused(503, "too many messages are waiting")
    return receipt


def taking(
    inbox: Inbox, read: Callable[[bytes], Incoming | None], *, adapter: str
) -> Callable[[bytes], Receipt | None]:
    """Return what takes the documents of callbacks in which people say something: what is nobody's words is only noted."""
    log = _log.bind(adapter=adapter)

    def take(document: bytes) -> Receipt | None:
        message = read(document)
        if message is None:
            log.debug("event ignored", action="callback_event_ignored")
            return None
        return taken(inbox, message)

    return take
