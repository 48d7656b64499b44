"""The connection to the platform's gateway: log in, stay alive, and take up after a loss where it was."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final, Never

import aiohttp
import msgspec
import structlog
from yarl import URL

from adapters.backoff import HEALTHY_AFTER, delay_after
from adapters.contract import Timekeeper
from adapters.qq.api import Api, NotReached, Unanswered
from adapters.qq.closing import GoOn
from adapters.qq.frames import Envelope, word
from adapters.qq.line import Ended, Line, Session
from adapters.qq.outcome import fields_of, judge
from adapters.qq.settings import Settings
from adapters.qq.tokens import NoToken
from adapters.wording import say

_log = structlog.get_logger(__name__)

_GROUPS_AND_PRIVATE: Final = 1 << 25
_MEMBERS: Final = 1 << 24  # who joins and leaves a group
_BUTTONS: Final = 1 << 26
# What is asked for, less and less: the platform does not say which right is missing.
_INTENTS: Final = (
    _GROUPS_AND_PRIVATE | _MEMBERS | _BUTTONS,
    _GROUPS_AND_PRIVATE | _BUTTONS,
    _GROUPS_AND_PRIVATE | _MEMBERS,
    _GROUPS_AND_PRIVATE,
)
_HANDSHAKE: Final = 15.0  # seconds
_LARGEST_ACCEPTED: Final = 16 << 20  # beyond the size that we ignore, so that ignoring costs no connection
# The platform allows about a thousand logins a day.
_QUICK_FAILURES: Final = 5
_PAUSE: Final = timedelta(minutes=10)
_LONGEST_PAUSE: Final = timedelta(hours=24)


class Start(msgspec.Struct, frozen=True):
    """Where the gateway is, and how long to wait before the next login is allowed."""

    url: str
    wait: timedelta


class Unsuitable(Exception):
    """The platform named no gateway that we would connect to."""


def start_of(body: bytes, api_base: str) -> Start:
    """Read the answer to `GET /gateway/bot`.

    Raises:
        Unsuitable: It names no gateway, or one outside the platform and the configured host.
    """
    fields = fields_of(body)
    try:
        url = URL(word(fields.get("url")))
    except ValueError:
        url = URL()
    api = URL(api_base)
    is_secure = url.scheme == "wss" or (url.scheme == "ws" and api.scheme == "http")
    host = url.host or ""
    if not is_secure or not (host == api.host or host == "qq.com" or host.endswith(".qq.com")):
        raise Unsuitable(
            say(
                "平台给的网关地址不能用：{scheme}://{host}；确认无误可写入 gateway_url",
                scheme=url.scheme,
                host=host,
            )
            if host
            else say("平台没有给出网关地址")
        )
    limit = fields.get("session_start_limit")
    if isinstance(limit, dict) and word(limit.get("remaining")) == "0":
        after = word(limit.get("reset_after"))
        milliseconds = int(after) if after.isascii() and after.isdecimal() and len(after) < 12 else 0
        return Start(str(url), min(max(timedelta(milliseconds=milliseconds), _PAUSE), _LONGEST_PAUSE))
    return Start(str(url), timedelta())


class Gateway:
    """Keeps one session with the gateway, over as many connections as it takes."""

    def __init__(
        self,
        settings: Settings,
        api: Api,
        *,
        adapter: str,
        clock: Timekeeper,
        jitter: Callable[[], float],  # in [0, 1)
        take: Callable[[Envelope], Awaitable[None]],
    ) -> None:
        self._settings = settings
        self._api = api
        self._adapter = adapter
        self._clock = clock
        self._jitter = jitter
        self._take = take
        self._session = Session()
        self._wishes = 0  # how many of `_INTENTS` were refused
        self._failures = 0  # in a row
        self._logins = 0  # in a row, each followed by a quick end
        self._line: Line | None = None
        self._log = _log.bind(adapter=adapter)

    @property
    def is_ready(self) -> bool:
        """True while events come in."""
        return self._line is not None and self._line.is_ready

    async def run(self) -> Never:
        """Connect again and again until cancelled."""
        while True:
            ended = await self._connect()
            delay = self._delay(ended)
            again = round(delay.total_seconds(), 1)
            if ended.go_on is GoOn.PAUSE or ended.is_refused:
                self._log.error("gateway refused", action="qq_refused", why=ended.why, retry_seconds=again)
            else:
                self._log.warning("not connected", action="qq_lost", why=ended.why, retry_seconds=again)
            await self._clock.sleep(delay)

    async def _connect(self) -> Ended:
        """Make one connection and return how it ended."""
        try:
            url = await self._url()
            token = await self._api.tokens.current()
            async with asyncio.timeout(_HANDSHAKE):
                socket = await self._api.session().ws_connect(
                    url, max_msg_size=_LARGEST_ACCEPTED, timeout=aiohttp.ClientWSTimeout(ws_close=2.0)
                )
        except NoToken as error:
            return Ended(GoOn.RESUME, str(error), is_refused=error.is_refused)
        except (NotReached, Unanswered, Unsuitable) as error:
            return Ended(GoOn.RESUME, str(error))
        except aiohttp.WSServerHandshakeError as error:
            return Ended(GoOn.RESUME, f"HTTP {error.status}")
        except (aiohttp.ClientError, OSError) as error:  # a time-out is an OSError
            return Ended(GoOn.RESUME, type(error).__name__)
        self._line = Line(
            socket,
            self._session,
            adapter=self._adapter,
            clock=self._clock,
            jitter=self._jitter,
            take=self._take,
        )
        try:
            ended = await self._line.serve(token, _INTENTS[self._wishes])
        finally:
            self._line = None
        return self._learn(ended, token)

    async def _url(self) -> str:
        if self._settings.gateway_url:
            return self._settings.gateway_url
        answer = await self._api.call("GET", "/gateway/bot")
        if answer.status != 200:
            raise Unsuitable(
                say("问不到网关地址：{why}", why=judge(answer.status, answer.body, answer.headers).said)
            )
        start = start_of(answer.body, self._settings.api_base)
        if start.wait and not self._session.id:
            self._log.error(
                "no logins left", action="qq_logins_used_up", retry_seconds=start.wait.total_seconds()
            )
            await self._clock.sleep(start.wait)
        return start.url

    def _learn(self, ended: Ended, token: str) -> Ended:
        """Change what the next connection says, as the end of the last one suggests."""
        if ended.go_on is not GoOn.RESUME:
            self._session.forget()
        if ended.go_on is GoOn.NEW_TOKEN:
            self._api.tokens.reject(token)
        if ended.go_on is GoOn.FEWER_RIGHTS:
            if self._wishes == len(_INTENTS) - 1:
                return Ended(
                    GoOn.PAUSE, ended.why, open_for=ended.open_for, has_logged_in=ended.has_logged_in
                )
            self._wishes += 1
            asked = _INTENTS[self._wishes]
            self._log.warning(
                "fewer events are asked for",
                action="qq_fewer_rights",
                why=ended.why,
                has_buttons=bool(asked & _BUTTONS),
                has_members=bool(asked & _MEMBERS),
            )
        return ended

    def _delay(self, ended: Ended) -> timedelta:
        """Return how long to wait before the next connection."""
        if ended.open_for >= HEALTHY_AFTER.total_seconds():
            self._failures = self._logins = 0
        self._failures += 1
        self._logins += ended.has_logged_in
        if ended.go_on is GoOn.PAUSE or self._logins >= _QUICK_FAILURES:
            self._logins = 0
            return _PAUSE
        delay = delay_after(self._failures, self._jitter(), is_refused=ended.is_refused)
        if ended.is_session_invalid:
            delay = max(delay, timedelta(seconds=2 + 3 * self._jitter()))
        return delay
