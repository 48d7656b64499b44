"""What one robot asks of the HTTP interface of DingTalk: always with a token that holds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from yarl import URL

from adapters.contract import DeliveryFailed, File, Timekeeper
from adapters.dingtalk.frames import CARD, ROBOT
from adapters.dingtalk.outcome import TokenRefused, check_answered, read
from adapters.dingtalk.settings import Settings
from adapters.server import Server
from adapters.stream_addresses import stream_address
from adapters.tokens import Token, Tokens
from adapters.uploads import Upload
from adapters.values import word
from adapters.wording import say

_LONGEST: Final = 7200  # seconds


class Api:
    """Calls of one robot. A token that DingTalk no longer takes is renewed once per call."""

    def __init__(self, settings: Settings, clock: Timekeeper) -> None:
        self._settings = settings
        self._server = Server(settings.api_base, say("钉钉"))
        self._conversations = Server(settings.webhook_base, say("钉钉"))
        self._tokens = Tokens(self._fetch, clock)

    async def stream(self) -> str:
        """Return the address of a stream to connect to at once; it holds for one connection.

        Raises:
            DeliveryFailed: Refused or not reached.
            Unsuitable: It names no stream, or one outside DingTalk and the configured host.
        """
        body = {
            "clientId": self._settings.client_id,
            "clientSecret": self._settings.secret,
            "subscriptions": [{"type": "CALLBACK", "topic": topic} for topic in (ROBOT, CARD)],
            "ua": "shouwen",
        }
        address = self._server.address("v1.0/gateway/connections/open")
        found = read(await self._server.request("POST", address, body))
        endpoint, ticket = word(found, "endpoint"), word(found, "ticket")
        url = stream_address(endpoint, URL(self._settings.api_base), ("dingtalk.com",), say("钉钉"))
        return str(url.update_query(ticket=ticket))

    async def token(self) -> str:
        """Return a token, to see whether there is one.

        Raises:
            DeliveryFailed: Refused or not reached.
        """
        return await self._tokens.get()

    async def call(self, path: str, body: object, method: str = "POST") -> dict[str, Any]:
        """Ask for something to be done.

        Raises:
            Rejected: Refused.
            DeliveryFailed: Not reached, or it is unknown whether it was done.
        """
        token = await self._tokens.get()
        try:
            return await self._call(token, path, body, method)
        except TokenRefused:
            self._tokens.forget(token)
        return await self._call(await self._tokens.get(), path, body, method)

    async def file(self, code: str, robot: str) -> str:
        """Return where a file lies for a while; empty when DingTalk does not say.

        Raises:
            DeliveryFailed: Refused or not reached.
        """
        body = {"downloadCode": code, "robotCode": robot}
        return word(await self.call("v1.0/robot/messageFiles/download", body), "downloadUrl")

    async def upload(self, file: File) -> str:
        """Leave a file at DingTalk and return what it is called there.

        Raises:
            DeliveryFailed: Refused or not reached.
        """
        query = {"access_token": await self._tokens.get(), "type": "file"}
        address = self._conversations.address("media/upload", query)
        found = check_answered(await self._conversations.request("POST", address, Upload("media", file)))
        media = word(found, "media_id")
        if not media:
            raise DeliveryFailed(say("钉钉没有收下文件"))
        return media

    def may_answer(self, webhook: str) -> bool:
        """Say whether the address of a conversation is on the configured server: nothing is ever sent elsewhere."""
        try:
            return self._conversations.owns(URL(webhook, encoded=True))
        except ValueError:  # no address at all
            return False

    async def answer(self, webhook: str, body: object) -> None:
        """Answer a conversation through its address.

        Raises:
            Rejected: Refused.
            DeliveryFailed: Not reached, or it is unknown whether it arrived.
        """
        check_answered(await self._conversations.request("POST", URL(webhook, encoded=True), body))

    @property
    def server_time(self) -> datetime | None:
        """What time it was at DingTalk when it last answered."""
        return self._server.server_time

    async def close(self) -> None:
        """End all connections."""
        await self._server.close()
        await self._conversations.close()
        await self._tokens.close()

    async def _call(self, token: str, path: str, body: object, method: str) -> dict[str, Any]:
        headers = {"x-acs-dingtalk-access-token": token}
        return read(await self._server.request(method, self._server.address(path), body, headers))

    async def _fetch(self) -> Token:
        body = {"appKey": self._settings.client_id, "appSecret": self._settings.secret}
        found = read(
            await self._server.request("POST", self._server.address("v1.0/oauth2/accessToken"), body)
        )
        value, seconds = word(found, "accessToken"), found.get("expireIn")
        if not value:
            raise DeliveryFailed(say("钉钉没有给 access token"), retry_after=timedelta(minutes=1))
        lasts = seconds if isinstance(seconds, int) and 0 < seconds < _LONGEST else _LONGEST
        return Token(value, timedelta(seconds=lasts))
