"""What one application asks of the HTTP interface of Feishu: always with a token that holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from yarl import URL

from adapters.contract import DeliveryFailed, Timekeeper
from adapters.feishu.outcome import TOKEN_WRONG, Rejected, read
from adapters.feishu.settings import Settings
from adapters.feishu.stream import pings_every
from adapters.server import Response, Server
from adapters.stream_addresses import stream_address
from adapters.tokens import Token, Tokens
from adapters.values import part, word
from adapters.wording import say

_LONGEST: Final = 7200  # seconds
_ANSWER: Final = 1 << 20  # bytes


_DOMAINS: Final = ("feishu.cn", "larksuite.com", "larkoffice.com")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A long connection to make: its address, which holds once, what it is called in pings, and how often to ping."""

    url: str = field(repr=False)
    service: int
    ping_every: timedelta


class Api:
    """Calls of one application. A token that Feishu no longer takes is renewed once per call."""

    def __init__(self, settings: Settings, clock: Timekeeper) -> None:
        self._settings = settings
        self._server = Server(settings.api_base, say("飞书"))
        self._tokens = Tokens(self._fetch, clock)

    @property
    def server_time(self) -> datetime | None:
        """What time it was at Feishu when it last answered."""
        return self._server.server_time

    async def call(
        self, method: str, path: str, body: object = None, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Ask for something, or for something to be done.

        Raises:
            Rejected: Refused.
            DeliveryFailed: Not reached, or it is unknown whether it was done.
        """
        token = await self._tokens.get()
        try:
            return read(await self._request(token, method, path, body, query))
        except Rejected as rejected:
            if rejected.code not in TOKEN_WRONG:
                raise
            self._tokens.forget(token)
        return read(await self._request(await self._tokens.get(), method, path, body, query))

    async def content(self, path: str, query: Mapping[str, str], most: int) -> Response:
        """Return a file; an answer that is none says why in JSON.

        Raises:
            DeliveryFailed: Not reached, or larger than `most` bytes.
        """
        return await self._request(await self._tokens.get(), "GET", path, None, query, largest=most)

    async def me(self) -> tuple[str, str]:
        """Return open_id and name of the bot itself.

        Raises:
            DeliveryFailed: Refused or not reached.
        """
        bot = part(await self.call("GET", "bot/v3/info"), "bot")
        number = word(bot, "open_id")
        if not number:
            raise DeliveryFailed(
                say("飞书没有说机器人是谁，请在开放平台给应用添加“机器人”能力"),
                retry_after=timedelta(minutes=1),
            )
        return number, word(bot, "app_name")

    async def stream(self) -> Endpoint:
        """Return where to connect to at once for the events of the application.

        Raises:
            Rejected: The secret is wrong, or too many are connected.
            DeliveryFailed: Busy or not reached.
            Unsuitable: It names no address, or one outside Feishu and the configured host.
        """
        body = {"AppID": self._settings.app_id, "AppSecret": self._settings.secret}
        address = self._server.address("callback/ws/endpoint")
        found = part(read(await self._server.request("POST", address, body)), "data")
        api = URL(self._settings.api_base)
        own = ".".join((api.host or "").split(".")[-2:])  # of a private installation
        url = stream_address(word(found, "URL"), api, (*_DOMAINS, own), say("飞书"))
        service = url.query.get("service_id", "")
        return Endpoint(
            str(url), int(service) if service.isdecimal() else 0, pings_every(part(found, "ClientConfig"))
        )

    async def close(self) -> None:
        """End all connections."""
        await self._server.close()
        await self._tokens.close()

    async def _request(
        self,
        token: str,
        method: str,
        path: str,
        body: object,
        query: Mapping[str, str] | None,
        *,
        largest: int = _ANSWER,
    ) -> Response:
        address = self._server.address(f"open-apis/{path}", query)
        headers = {"Authorization": f"Bearer {token}"}
        return await self._server.request(method, address, body, headers, largest=largest)

    async def _fetch(self) -> Token:
        address = self._server.address("open-apis/auth/v3/tenant_access_token/internal")
        body = {"app_id": self._settings.app_id, "app_secret": self._settings.secret}
        answer = read(await self._server.request("POST", address, body))
        value, seconds = word(answer, "tenant_access_token"), answer.get("expire")
        if not value:
            raise DeliveryFailed(say("飞书没有给 access token"), retry_after=timedelta(minutes=1))
        lasts = seconds if isinstance(seconds, int) and 0 < seconds < _LONGEST else _LONGEST
        return Token(value, timedelta(seconds=lasts))
