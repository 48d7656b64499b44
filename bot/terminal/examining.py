"""What adapters find out about their platforms, said in a language; asked here or of the bot that runs already."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta

import aiohttp
import msgspec
import structlog
from aiohttp import web

from adapters.contract import Adapter, Examines, Finding
from adapters.wording import translated
from bot.delivery.quota_words import Warned
from bot.store.sharing import SharedStore
from bot.telemetry.run_file import Running
from bot.terminal.command_line import Voice, voice_of
from bot.texts import LANGUAGES
from bot.watch.store_watch import LEAST_FREE

FINDINGS = "/api/v1/findings"
_PATIENCE = timedelta(seconds=10)
_EXCHANGE = timedelta(seconds=5)  # beyond the patience of the bot that is asked


class Found(msgspec.Struct, frozen=True):
    """One finding, in words, about one adapter, or about the running program where that is ""."""

    adapter: str
    subject: str
    is_well: bool
    says: str

    @property
    def finding(self) -> Finding:
        """The finding with the adapter it is about."""
        subject = f"{self.adapter} · {self.subject}" if self.adapter else self.subject
        return Finding(subject, self.is_well, self.says)


async def examined(adapters: Iterable[Adapter], patience: timedelta, voice: Voice) -> list[Found]:
    """Return what all of these find, in their order; one that does not answer holds up nobody."""
    found = await asyncio.gather(*(_examined(each, patience, voice) for each in adapters))
    return [each for those in found for each in those]


async def _examined(adapter: Adapter, patience: timedelta, voice: Voice) -> list[Found]:
    name = adapter.name
    if not isinstance(adapter, Examines):
        return [Found(name, voice.say("平台"), True, voice.say("不需要检查"))]
    try:
        async with asyncio.timeout(patience.total_seconds()):
            findings = await adapter.examine()
    except TimeoutError:
        seconds = f"{patience.total_seconds():.0f}"
        says = voice.say("{seconds} 秒内没有回音；看看地址和网络", seconds=seconds)
        return [Found(name, voice.say("平台"), False, says)]
    except Exception:  # noqa: BLE001 - one adapter must not cost the findings about the others
        structlog.get_logger("doctor").exception(
            "examination failed", action="examination_failed", adapter=name
        )
        return [Found(name, voice.say("平台"), False, voice.say("检查本身出错了，已记入日志"))]
    return [
        Found(
            name,
            translated(each.subject, voice.translate),
            each.is_well,
            translated(each.says, voice.translate),
        )
        for each in findings
    ]


class FindingsPage:
    """`/api/v1/findings`: what the adapters that run here find, for `shouwen doctor` and whoever is logged in."""

    def __init__(
        self,
        adapters: Mapping[str, Adapter],
        is_here: Callable[[str], bool],
        warnings: Callable[[Voice], Iterable[Warned]] = lambda _: (),
        store: SharedStore | None = None,
    ) -> None:
        self._store = store
        self._adapters = adapters
        self._is_here = is_here
        self._warnings = warnings  # of quotas that are nearly used up

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the route."""
        return [web.get(FINDINGS, self.findings)]

    async def findings(self, request: web.Request) -> web.Response:
        """Answer with the findings in the language that is asked for."""
        wanted = request.query.get("language", "zh")
        voice = voice_of(wanted if wanted in LANGUAGES else "zh")
        here = [adapter for name, adapter in self._adapters.items() if self._is_here(name)]
        found = await examined(here, _PATIENCE, voice)
        names = {adapter.name for adapter in here}
        found += [
            Found(each.adapter, voice.say("发送额度"), not each.is_spent, each.says)
            for each in self._warnings(voice)
            if each.adapter in names
        ]
        if self._store is not None:
            found += await of_store(self._store, voice)
        body = msgspec.json.encode(found)
        return web.Response(body=body, content_type="application/json", headers={"Cache-Control": "no-store"})


async def of_store(store: SharedStore, voice: Voice) -> list[Found]:
    """Return whether an open store can save, and whether its disk is nearly full."""
    subject, trouble = voice.say("数据库"), store.trouble
    if trouble is not None:
        return [Found("", subject, False, trouble.said(voice.translate))]
    found = [Found("", subject, True, voice.say("可以读写"))]
    free = await store.free_bytes()
    if free is not None and free < LEAST_FREE:
        says = voice.say("只剩 {left}，满了就存不下群里的话；请清出空间", left=f"{free / 1_000_000:.0f} MB")
        found.append(Found("", voice.say("数据库的磁盘"), False, says))
    return found


async def asked(running: Running, voice: Voice) -> list[Found] | None:
    """Return what a running bot finds about the adapters it runs; None when it does not answer."""
    timeout = aiohttp.ClientTimeout(total=(_PATIENCE + _EXCHANGE).total_seconds())
    headers = {"Authorization": f"Bearer {running.token}"}
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(
                f"{running.address}{FINDINGS}",
                params={"language": voice.language}, headers=headers, allow_redirects=False,
            ) as answer,
        ):  # fmt: skip
            return (
                msgspec.json.decode(await answer.read(), type=list[Found]) if answer.status == 200 else None
            )
    except (aiohttp.ClientError, OSError, ValueError, msgspec.MsgspecError):
        return None


def merged(running: Iterable[Found], own: Iterable[Found], order: Iterable[str]) -> list[Finding]:
    """Return all findings in the order of the configuration; what the running bot says counts more."""
    told = {each.adapter for each in running}
    both = [*running, *(each for each in own if each.adapter not in told)]
    places = {name: place for place, name in enumerate(order)}
    return [each.finding for each in sorted(both, key=lambda each: places.get(each.adapter, len(places)))]
