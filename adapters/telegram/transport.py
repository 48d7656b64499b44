"""HTTP for python-telegram-bot, on aiohttp.

Its own transport writes every address, and so the token, into the log, and cannot tell a message that was never sent
from one whose answer was lost.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, TypeVar

import aiohttp
from telegram.error import TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

from adapters.contract import Timekeeper
from adapters.telegram.failures import Flooded, NotSent

_T = TypeVar("_T")

_LARGEST: Final = 16 << 20  # bytes of an answer; a hundred updates take less than one
_CONNECT: Final = 10.0  # seconds
_UPLOADING: Final = (
    60.0  # seconds. Whoever loses patience earlier sends a file once more, and people get it twice.
)
_FLOODED: Final = 429
_WAIT_UNSAID: Final = 30
_LONGEST_WAIT: Final = 86_400


async def understood(call: Awaitable[_T]) -> _T:
    """Return what a call of python-telegram-bot returns.

    Raises:
        TelegramError: Also when the answer came with `ok` and holds something that it cannot read.
    """
    try:
        return await call
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError):
        raise TelegramError("Invalid server response") from None


class Transport(BaseRequest):
    """Calls one server. Addresses never get into an error: the token stands in them."""

    def __init__(self, *, clock: Timekeeper, proxy: str, timeout_seconds: float) -> None:
        self.ahead: timedelta | None = None  # of the server's clock before ours, at the latest answer
        self._clock = clock
        self._proxy = proxy or None
        self._timeout = timeout_seconds
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer where a call does not say."""
        return self._timeout

    async def initialize(self) -> None:
        """Nothing to do: the first call opens the connection."""

    async def shutdown(self) -> None:
        """Close all connections; later calls fail."""
        self._is_closed = True
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - texts are written at once
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """Make one call and return status and body.

        Raises:
            NotSent: The server was not reached.
            TimedOut: It was reached, but no answer came back whole.
            Flooded: It wants to be left in peace for a while.
        """
        patience = read_timeout if isinstance(read_timeout, (int, float)) else self._timeout
        if request_data is not None and request_data.contains_files:
            patience = max(patience, _UPLOADING)
        timeout = aiohttp.ClientTimeout(total=patience + _CONNECT, connect=_CONNECT, sock_read=patience)
        data = _body(request_data)
        try:
            async with self._opened().request(
                method, url, data=data, proxy=self._proxy, timeout=timeout, allow_redirects=False
            ) as response:
                body = await _read(response)
                self._note_time(response.headers.get("Date", ""))
        except (
            aiohttp.ClientConnectorError,
            aiohttp.ConnectionTimeoutError,
            aiohttp.ClientHttpProxyError,
            aiohttp.InvalidURL,
        ) as error:
            raise NotSent(type(error).__name__) from None
        except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError
            raise TimedOut(type(error).__name__) from None
        if response.status == _FLOODED:
            raise Flooded(_wait(body))
        return response.status, body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Return an answer, with only such parts as python-telegram-bot can handle.

        Raises:
            TelegramError: It is none.
        """
        try:
            answer = json.loads(payload)
        except (ValueError, RecursionError):
            raise TelegramError("Invalid server response") from None
        if not isinstance(answer, dict) or (answer.get("ok") is True) is not ("result" in answer):
            raise TelegramError("Invalid server response")
        if not isinstance(answer.get("description", ""), str):
            del answer["description"]
        parameters = answer.pop("parameters", None)
        moved = parameters.get("migrate_to_chat_id") if isinstance(parameters, dict) else None
        if type(moved) is int:
            answer["parameters"] = {"migrate_to_chat_id": moved}
        return answer

    def _opened(self) -> aiohttp.ClientSession:
        if self._is_closed:
            raise NotSent("closed")
        if self._session is None:
            self._session = aiohttp.ClientSession()
        return self._session

    def _note_time(self, date: str) -> None:
        try:
            there: datetime = parsedate_to_datetime(date)
            self.ahead = there - self._clock.now()
        except (TypeError, ValueError, OverflowError):
            return  # no date, or none with a zone


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > _LARGEST:
            raise aiohttp.ClientPayloadError("too large")
    return bytes(body)


def _wait(body: bytes) -> timedelta:
    try:
        seconds = json.loads(body)["parameters"]["retry_after"]
    except (ValueError, LookupError, TypeError, RecursionError):
        seconds = None
    is_said = type(seconds) in (int, float) and 0 < seconds <= _LONGEST_WAIT
    return timedelta(seconds=seconds if is_said else _WAIT_UNSAID)


def _body(request: RequestData | None) -> Any:
    """Return the parameters of a call; with a file they are a form."""
    if request is None or not request.contains_files:
        return request.json_parameters if request is not None else None
    form = aiohttp.FormData(quote_fields=False)
    for name, value in request.json_parameters.items():
        form.add_field(name, value)
    for name, (file, content, kind) in (request.multipart_data or {}).items():
        form.add_field(name, content, filename=file, content_type=kind)
    return form
