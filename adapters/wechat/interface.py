"""The HTTP interface of WeChat and WeCom as one account uses it: with a token that holds."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from yarl import URL

from adapters.contract import DeliveryFailed, File, Timekeeper
from adapters.server import Server
from adapters.tokens import Token, Tokens
from adapters.uploads import Upload, nothing_shown_yet
from adapters.wechat.answers import OK, TOKEN_WRONG, Answer, media_of, read

_LONGEST: Final = 7200  # seconds


class Interface:
    """One server that speaks the interface; what it answers is read, and not yet judged."""

    def __init__(self, base: str, platform: str, *, patience_seconds: float = 10.0) -> None:
        self._platform = platform
        self._server = Server(base, platform, patience_seconds=patience_seconds)

    @property
    def server_time(self) -> datetime | None:
        """What time it was there when it last answered."""
        return self._server.server_time

    async def get(self, path: str, query: Mapping[str, str], *, may_lack_code: bool = False) -> Answer:
        """Ask for something.

        Raises:
            DeliveryFailed: No answer, or none that can be read.
        """
        address = self._server.address(path, query)
        return await self.request("GET", address, None, may_lack_code=may_lack_code)

    async def post(
        self, path: str, query: Mapping[str, str], body: object, *, may_lack_code: bool = False
    ) -> Answer:
        """Ask the server to do something.

        Raises:
            DeliveryFailed: It is not reached, says no, or it is unknown whether it did (`is_unknown`).
        """
        address = self._server.address(path, query)
        return await self.request("POST", address, body, may_lack_code=may_lack_code)

    async def request(
        self, method: str, address: URL, body: object, *, may_lack_code: bool = False
    ) -> Answer:
        """Send a request to an address on this server."""
        response = await self._server.request(method, address, body)
        return read(response, self._platform, may_lack_code=may_lack_code)

    async def content(self, path: str, query: Mapping[str, str], most: int) -> bytes | Answer:
        """Return what lies there; what is no file says why.

        Raises:
            DeliveryFailed: No answer, or one larger than `most` bytes.
        """
        response = await self._server.request("GET", self._server.address(path, query), largest=most)
        is_said = response.headers.get("Content-Type", "").startswith(("application/json", "text/plain"))
        return read(response, self._platform) if is_said or response.status != 200 else response.content

    async def close(self) -> None:
        """End all connections; harmless when repeated."""
        await self._server.close()


class Account:
    """Calls of one account. A token that the platform no longer takes is renewed once per call.

    `fetch` asks the interface for a token; `failure` says what an error code means.
    """

    def __init__(
        self,
        interface: Interface,
        clock: Timekeeper,
        *,
        fetch: Callable[[Interface], Awaitable[Answer]],
        failure: Callable[[int, str], DeliveryFailed],
    ) -> None:
        self._interface = interface
        self._fetch = fetch
        self._failure = failure
        self._tokens = Tokens(self._token, clock)

    @property
    def server_time(self) -> datetime | None:
        """What time it was at the platform when it last answered."""
        return self._interface.server_time

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        """Ask for something.

        Raises:
            DeliveryFailed: Refused or not reached.
        """
        return await self._with_token(
            lambda token: self._interface.get(path, {"access_token": token, **(query or {})})
        )

    async def post(self, path: str, body: object) -> Answer:
        """Ask for something to be done.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it was done.
        """
        return await self._with_token(lambda token: self._interface.post(path, {"access_token": token}, body))

    async def content(self, path: str, query: Mapping[str, str], most: int) -> bytes:
        """Return a file of at most `most` bytes.

        Raises:
            DeliveryFailed: Refused, not reached, or too large.
        """
        for is_last in (False, True):
            token = await self._tokens.get()
            found = await self._interface.content(path, {"access_token": token, **query}, most)
            if isinstance(found, bytes):
                return found
            if found.code not in TOKEN_WRONG or is_last:
                raise self._failure(found.code, found.words)
            self._tokens.forget(token)
        raise AssertionError("the second answer is the last")

    async def upload(self, path: str, file: File) -> str:
        """Leave a file at the platform, for three days, and return what it is called there.

        Raises:
            DeliveryFailed: Refused or not reached.
        """
        upload = Upload("media", file)
        with nothing_shown_yet():
            answer = await self._with_token(
                lambda token: self._interface.post(path, {"access_token": token, "type": "file"}, upload)
            )
        return media_of(answer)

    async def close(self) -> None:
        """End all connections."""
        await self._interface.close()
        await self._tokens.close()

    async def _with_token(self, call: Callable[[str], Awaitable[Answer]]) -> Answer:
        token = await self._tokens.get()
        answer = await call(token)
        if answer.code in TOKEN_WRONG:
            self._tokens.forget(token)
            answer = await call(await self._tokens.get())
        if answer.code != OK:
            raise self._failure(answer.code, answer.words)
        return answer

    async def _token(self) -> Token:
        answer = await self._fetch(self._interface)
        if answer.code != OK or not isinstance(answer.access_token, str):
            raise self._failure(answer.code, answer.words)
        seconds = (
            answer.expires_in if isinstance(answer.expires_in, int) and answer.expires_in > 0 else _LONGEST
        )
        return Token(answer.access_token, timedelta(seconds=min(seconds, _LONGEST)))
