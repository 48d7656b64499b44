"""The HTTP interface as one application uses it: always with a token that holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from adapters.contract import Timekeeper
from adapters.wecom.app.settings import Settings
from adapters.wecom.errors import OK, TOKEN_WRONG, failure
from adapters.wecom.server import Answer, Server
from adapters.wecom.tokens import Token, Tokens


class Api:
    """Calls of one application. A token that the platform no longer takes is renewed once per call."""

    def __init__(self, settings: Settings, clock: Timekeeper) -> None:
        self._settings = settings
        self._server = Server(settings.api_base)
        self._tokens = Tokens(self._fetch, clock)

    @property
    def server_time(self) -> datetime | None:
        """What time it was at WeCom when it last answered."""
        return self._server.server_time

    async def send(self, body: object) -> Answer:
        """Send a message.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        return await self._with_token(
            lambda token: self._server.post("cgi-bin/message/send", {"access_token": token}, body)
        )

    async def application(self) -> Answer:
        """Ask for the application itself.

        Raises:
            DeliveryFailed: Refused or not reached.
        """
        agent = str(self._settings.agent_id)
        return await self._with_token(
            lambda token: self._server.get("cgi-bin/agent/get", {"access_token": token, "agentid": agent})
        )

    async def close(self) -> None:
        """End all connections."""
        await self._server.close()
        await self._tokens.close()

    async def _with_token(self, call: Callable[[str], Awaitable[Answer]]) -> Answer:
        token = await self._tokens.get()
        answer = await call(token)
        if answer.code in TOKEN_WRONG:
            self._tokens.forget(token)
            answer = await call(await self._tokens.get())
        if answer.code != OK:
            raise failure(answer.code, answer.words)
        return answer

    async def _fetch(self) -> Token:
        answer = await self._server.get(
            "cgi-bin/gettoken", {"corpid": self._settings.corp_id, "corpsecret": self._settings.secret}
        )
        if answer.code != OK or not isinstance(answer.access_token, str):
            raise failure(answer.code, answer.words)
        seconds = answer.expires_in if isinstance(answer.expires_in, int) and answer.expires_in > 0 else 7200
        return Token(answer.access_token, timedelta(seconds=min(seconds, 7200)))
