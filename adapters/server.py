"""Requests to one server of a platform and to no other, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import aiohttp
import msgspec
from yarl import URL

from adapters.clock_check import time_of
from adapters.contract import DeliveryFailed
from adapters.uploads import Upload
from adapters.wording import say

SOON: Final = timedelta(seconds=5)
_PATIENCE: Final = 10.0  # seconds for a whole answer
_UPLOADING: Final = 60.0  # seconds
# Seconds. Where packets go nowhere nothing refuses a connection: without a time of its own that would look like an answer that was lost.
_CONNECT: Final = 5.0
_LARGEST_ANSWER: Final = 1 << 20  # bytes
_GATEWAY_TIMEOUT: Final = 504
_PROXY: Final = frozenset({407, 511})  # whoever stands in between wants somebody to log in


class Response(msgspec.Struct, frozen=True):
    """What a server answered; never its own trouble, which is raised."""

    status: int
    content: bytes
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)  # names as the server writes them


class Server:
    """One server. Nothing is requested from anywhere else, redirections are not followed.

    Addresses carry tokens and keys, so no error repeats one.
    """

    def __init__(self, base: str, platform: str, *, patience_seconds: float = _PATIENCE) -> None:
        self._base = URL(base)
        self._platform = platform  # as people call it, for the words of errors
        self._patience = patience_seconds
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False
        self.server_time: datetime | None = None  # as of the last answer

    def address(self, path: str, query: Mapping[str, str] | None = None) -> URL:
        """Return the address of something on this server."""
        return (self._base / path).with_query(query or {})

    def owns(self, address: URL) -> bool:
        """Say whether an address is on this server."""
        return address.origin() == self._base.origin()

    async def request(
        self,
        method: str,
        address: URL,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        *,
        largest: int = _LARGEST_ANSWER,
        patience_seconds: float | None = None,  # None: as for any request
    ) -> Response:
        """Send a request to an address on this server; `body` becomes JSON, an `Upload` a form, None sends none; no answer may be larger.

        Raises:
            DeliveryFailed: Another server, not reached, busy, or it is unknown whether it did what was asked (`is_unknown`).
        """
        if self._is_closed:
            raise DeliveryFailed(say("正在停止"), retry_after=SOON)
        if not self.owns(address):
            raise DeliveryFailed(say("{server} 不是配置里的服务器", server=address.origin()))
        try:
            response = await self._exchange(method, address, body, headers, largest, patience_seconds)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL) as error:
            raise DeliveryFailed(
                say("连不上 {server}（{why}）", server=self._base.origin(), why=type(error).__name__),
                retry_after=SOON,
            ) from None
        except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError
            raise DeliveryFailed(
                say(
                    "{platform}没有回答（{why}），不知是否送到",
                    platform=self._platform,
                    why=type(error).__name__,
                ),
                retry_after=SOON,
                is_unknown=True,
            ) from None
        if is_page(method, response.status, response.content):
            raise DeliveryFailed(page_instead(self._base, response.status, self._platform), retry_after=SOON)
        if response.status >= 500:
            raise DeliveryFailed(
                say("{platform}暂时不可用（HTTP {status}）", platform=self._platform, status=response.status),
                retry_after=SOON,
                is_unknown=response.status
                == _GATEWAY_TIMEOUT,  # who stands in between did not wait for the answer
            )
        return response

    async def close(self) -> None:
        """End all connections; harmless when repeated."""
        self._is_closed = True
        if self._session is not None:
            await self._session.close()

    async def _exchange(
        self,
        method: str,
        address: URL,
        body: object,
        headers: Mapping[str, str] | None,
        largest: int,
        patience_seconds: float | None,
    ) -> Response:
        if self._session is None:
            self._session = aiohttp.ClientSession()
        sent, patience = dict(headers or {}), patience_seconds or self._patience
        data: aiohttp.FormData | bytes | None = None
        if isinstance(body, Upload):
            data, patience = body.form(), _UPLOADING
        elif body is not None:
            data = msgspec.json.encode(body)
            sent["Content-Type"] = "application/json; charset=utf-8"
        timeout = aiohttp.ClientTimeout(total=patience, connect=min(_CONNECT, patience / 2))
        async with self._session.request(
            method, address, data=data, headers=sent, allow_redirects=False, timeout=timeout
        ) as response:
            self.server_time = time_of(response.headers.get("Date", ""))
            content = bytearray()
            async for chunk in response.content.iter_any():
                content += chunk
                if len(content) > largest:
                    raise aiohttp.ClientPayloadError("too large")
            return Response(response.status, bytes(content), response.headers)


def is_page(method: str, status: int, content: bytes) -> bool:
    """Say whether something on the way answered in place of the platform, which never answers a request with a page to look at.

    A platform that says no with a page is believed: asking again would not help.
    """
    return method != "GET" and (status < 400 or status in _PROXY) and content.lstrip()[:1] == b"<"


def page_instead(server: URL, status: int, platform: str) -> str:
    """Return what to tell whoever looks after the bot when a page answered."""
    return say(
        "{server} 那里回答的是一个网页（HTTP {status}），不是{platform}：请看代理、防火墙和配置里的地址",
        server=server.origin(),
        status=status,
        platform=platform,
    )
