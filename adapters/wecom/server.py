"""Requests to the HTTP interface of WeCom, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

import aiohttp
import msgspec
from yarl import URL

from adapters.contract import DeliveryFailed
from adapters.wecom.errors import OK, code

_PATIENCE: Final = 10.0  # seconds for a whole answer
_LARGEST_ANSWER: Final = 1 << 20  # bytes
_SOON: Final = timedelta(seconds=5)


class Answer(msgspec.Struct, frozen=True):
    """What an interface says; the fields that we read of any of them."""

    errcode: Any = None
    errmsg: Any = None
    access_token: Any = None
    expires_in: Any = None
    msgid: Any = None
    invaliduser: Any = None
    name: Any = None  # of an application

    @property
    def code(self) -> int:
        """The error code; 0 is well."""
        return code(self.errcode) or OK

    @property
    def words(self) -> str:
        """What it says about an error."""
        return self.errmsg if isinstance(self.errmsg, str) else ""


class Server:
    """One server that speaks the HTTP interface. Nothing is requested from anywhere else, redirections are not followed.

    Addresses carry tokens and keys, so no error repeats one.
    """

    def __init__(self, base: str, *, patience_seconds: float = _PATIENCE) -> None:
        self._base = URL(base)
        self._timeout = aiohttp.ClientTimeout(total=patience_seconds)
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False
        self.server_time: datetime | None = None  # as of the last answer

    async def get(self, path: str, query: Mapping[str, str]) -> Answer:
        """Ask for something.

        Raises:
            DeliveryFailed: No answer, or none that can be read.
        """
        return await self.request("GET", (self._base / path).with_query(query), None)

    async def post(self, path: str, query: Mapping[str, str], body: object) -> Answer:
        """Ask the server to do something.

        Raises:
            DeliveryFailed: It is not reached, says no, or it is unknown whether it did (`is_unknown`).
        """
        return await self.request("POST", (self._base / path).with_query(query), body)

    async def request(self, method: str, address: URL, body: object) -> Answer:
        """Send a request to an address on this server."""
        if self._is_closed:
            raise DeliveryFailed("正在停止", retry_after=_SOON)
        if address.origin() != self._base.origin():
            raise DeliveryFailed(f"{address.origin()} 不是配置里的服务器")
        try:
            status, content = await self._exchange(method, address, body)
        except (aiohttp.ClientConnectorError, aiohttp.InvalidURL) as error:
            raise DeliveryFailed(
                f"连不上 {self._base.origin()}（{type(error).__name__}）", retry_after=_SOON
            ) from None
        except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError
            raise DeliveryFailed(
                f"企业微信没有回答（{type(error).__name__}），不知是否送到",
                retry_after=_SOON,
                is_unknown=True,
            ) from None
        return _read(status, content)

    async def close(self) -> None:
        """End all connections; harmless when repeated."""
        self._is_closed = True
        if self._session is not None:
            await self._session.close()

    async def _exchange(self, method: str, address: URL, body: object) -> tuple[int, bytes]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        data = None if body is None else msgspec.json.encode(body)
        headers = {} if body is None else {"Content-Type": "application/json"}
        async with self._session.request(
            method, address, data=data, headers=headers, allow_redirects=False
        ) as response:
            self.server_time = _instant(response.headers.get("Date", ""))
            content = bytearray()
            async for chunk in response.content.iter_any():
                content += chunk
                if len(content) > _LARGEST_ANSWER:
                    raise aiohttp.ClientPayloadError("too large")
            return response.status, bytes(content)


def _read(status: int, content: bytes) -> Answer:
    if status >= 500 or status == 429:
        raise DeliveryFailed(f"企业微信暂时不可用（HTTP {status}）", retry_after=_SOON)
    if status != 200:
        raise DeliveryFailed(f"企业微信拒绝（HTTP {status}），请核对配置里的地址")
    try:
        answer = msgspec.json.decode(content, type=Answer)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        answer = Answer()
    if code(answer.errcode) is None:  # a page of some proxy, perhaps
        raise DeliveryFailed("企业微信的回答看不懂，不知是否送到", is_unknown=True)
    return answer


def _instant(date: str) -> datetime | None:
    try:
        return parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return None
