"""The HTTP interface of the QQ side: requests, and what their answers mean."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from adapters.contract import DeliveryFailed, Timekeeper
from adapters.onebot.calls import Unanswered
from adapters.onebot.frames import Call, Frame, Unreadable, decode
from adapters.onebot.settings import Settings
from adapters.server import Server
from adapters.wording import say

# What the standard says with the status of an answer, in the numbers it uses on a WebSocket.
_RETCODES: Final = {400: 1400, 401: 1401, 403: 1403, 404: 1404, 406: 1400}


class HttpApi:
    """Takes calls like a link does, one request each."""

    def __init__(self, settings: Settings, clock: Timekeeper) -> None:
        self.is_reached = False  # by the latest call
        self._clock = clock
        self._server = Server(settings.url, say("QQ 端"), patience_seconds=settings.api_timeout_seconds)
        token = settings.access_token
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def call(self, call: Call) -> Frame:
        """Send a request and return its answer.

        Raises:
            Unanswered: The answer did not come, or nobody can read it.
            DeliveryFailed: The QQ side cannot be reached.
        """
        self.is_reached = False
        try:
            response = await self._server.request(
                "POST", self._server.address(call.action), call.params, self._headers
            )
        except DeliveryFailed as failed:
            if failed.is_unknown:
                raise Unanswered(failed.reason) from failed
            raise
        self.is_reached = True
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
