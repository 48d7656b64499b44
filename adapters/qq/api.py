"""Requests to the platform: with the access token, only to the configured addresses, never for longer than allowed."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import aiohttp
from yarl import URL

from adapters.clock_check import time_of
from adapters.contract import File, RoomKind, Timekeeper
from adapters.qq.outcome import Outcome, fields_of, judge
from adapters.qq.settings import Settings
from adapters.qq.tokens import Granted, NoToken, Tokens, granted
from adapters.server import is_page, page_instead
from adapters.sessions import faithful
from adapters.wording import say

_LARGEST: Final = 1 << 20  # bytes of an answer
_CONNECT: Final = 5.0  # seconds
_UPLOADING: Final = 60.0  # seconds: megabytes, through whatever line there is
_IDLE: Final = (
    10.0  # seconds that an unused connection is kept: less than servers do, so that few break in our hands
)


class NotReached(Exception):
    """A request did not go out, and why."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Unanswered(Exception):
    """A request went out, and no answer came: whether it took effect is unknown. `is_cut`: the connection broke."""

    def __init__(self, why: str, *, is_cut: bool) -> None:
        super().__init__(why)
        self.why = why
        self.is_cut = is_cut


@dataclass(frozen=True, slots=True)
class Answer:
    """What the platform answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def server_time(self) -> datetime | None:
        """The platform's clock when it answered, to the second."""
        return time_of(self.headers.get("Date", ""))


class Api:
    """The HTTP side of the platform. A connection is opened with the first request."""

    def __init__(self, settings: Settings, clock: Timekeeper) -> None:
        self.tokens = Tokens(self._fetch_token, clock)
        self._settings = settings
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False

    async def send(self, kind: RoomKind, openid: str, request: Mapping[str, Any]) -> Answer:
        """Send a message.

        Raises:
            NoToken, NotReached, Unanswered: No answer was had.
        """
        place = "groups" if kind is RoomKind.GROUP else "users"
        return await self.call("POST", f"/v2/{place}/{quote(openid, safe='')}/messages", request)

    async def upload(self, kind: RoomKind, openid: str, file: File) -> Answer:
        """Leave a file at the platform, for one room.

        Raises:
            NoToken, NotReached, Unanswered: No answer was had.
        """
        place = "groups" if kind is RoomKind.GROUP else "users"
        request = {
            "file_type": 4,
            "file_data": base64.b64encode(file.content).decode(),
            "file_name": file.name,
            "srv_send_msg": False,
        }
        path = f"/v2/{place}/{quote(openid, safe='')}/files"
        return await self.call("POST", path, request, patience_seconds=_UPLOADING)

    async def acknowledge(self, interaction: str) -> Answer:
        """Tell the platform that a pressed button was noticed.

        Raises:
            NoToken, NotReached, Unanswered: No answer was had.
        """
        return await self.call("PUT", f"/interactions/{quote(interaction, safe='')}", {"code": 0})

    async def call(
        self,
        method: str,
        path: str,
        request: Mapping[str, Any] | None = None,
        *,
        patience_seconds: float | None = None,  # None: as for any request
    ) -> Answer:
        """Make one request; with a new token once more when the old one is not accepted.

        Raises:
            NoToken, NotReached, Unanswered: No answer was had.
        """
        url = self._settings.api_base.rstrip("/") + path
        token = await self.tokens.current()
        answer = await self._request(method, url, request, token, patience_seconds)
        if judge(answer.status, answer.body, answer.headers).outcome is Outcome.TOKEN:
            self.tokens.reject(token)
            token = await self.tokens.current()
            answer = await self._request(method, url, request, token, patience_seconds)
        return answer

    def session(self) -> aiohttp.ClientSession:
        """Return the session that everything goes through.

        Raises:
            NotReached: It was closed.
        """
        if self._is_closed:
            raise NotReached(say("适配器已关闭"))
        if self._session is None:
            self._session = faithful(
                connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=_IDLE),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    async def close(self) -> None:
        """Close the connections."""
        self._is_closed = True
        if self._session is not None:
            await self._session.close()

    async def _fetch_token(self) -> Granted:
        request = {"appId": self._settings.app_id, "clientSecret": self._settings.secret}
        try:
            answer = await self._request("POST", self._settings.token_url, request, "")
        except (NotReached, Unanswered) as error:
            raise NoToken(say("取不到 access token：{why}", why=error.why)) from error
        if answer.status >= 500:
            raise NoToken(say("取不到 access token：{why}", why=f"HTTP {answer.status}"))
        return granted(fields_of(answer.body))

    async def _request(
        self,
        method: str,
        url: str,
        request: Mapping[str, Any] | None,
        token: str,
        patience_seconds: float | None = None,
    ) -> Answer:
        headers = {"Authorization": f"QQBot {token}", "X-Union-Appid": self._settings.app_id} if token else {}
        patience = aiohttp.ClientTimeout(
            total=patience_seconds or self._settings.api_timeout_seconds,
            connect=min(_CONNECT, self._settings.api_timeout_seconds),
        )
        try:
            async with self.session().request(
                method,
                URL(url, encoded=True),
                json=request,
                headers=headers,
                timeout=patience,
                allow_redirects=False,  # the token goes nowhere else
            ) as response:
                body = await _read(response)
                if is_page(method, response.status, body):
                    raise NotReached(page_instead(URL(url), response.status, say("QQ 平台")))
                return Answer(response.status, response.headers, body)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotReached(say("连不上 QQ 平台（{why}）", why=type(error).__name__)) from error
        except TimeoutError as error:
            raise Unanswered(say("QQ 平台没有在限定时间内回答"), is_cut=False) from error
        except (aiohttp.ClientError, OSError) as error:
            raise Unanswered(
                say("与 QQ 平台的连接断开（{why}）", why=type(error).__name__), is_cut=True
            ) from error


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > _LARGEST:
            response.close()
            break
    return bytes(body)
