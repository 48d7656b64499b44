"""The web server: which address leads where, who is let in, and what an answer must carry."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

import msgspec
import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from adapters.contract import Adapter, HasPages, TakesCallbacks
from bot.access import Access, is_same_origin
from bot.dashboard import assets, metrics
from bot.dashboard.assets import Assets
from bot.dashboard.doors import Doors
from bot.dashboard.downloads import Downloads
from bot.dashboard.knowledge_files import KnowledgeFiles
from bot.dashboard.knowledge_frame import KnowledgeFrame
from bot.dashboard.knowledge_lessons import KnowledgeLessons
from bot.dashboard.knowledge_pages import KnowledgePages
from bot.dashboard.live import Live, snapshot
from bot.dashboard.pages import Pages
from bot.dashboard.rendering import Renderer, Site
from bot.dashboard.setup_pages import SetUpPage
from bot.running import Bot
from bot.store.faults import StoreFault
from bot.store.sharing import SharedStore
from bot.terminal.examining import FINDINGS, FindingsPage

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
# Addresses by their route, so that no spelling of a path can pass for another.
_FOR_PROGRAMS = ("/healthz", "/readyz", "/hooks/{adapter}", "/hooks/{adapter}/{tail}")
_METRICS = "/metrics"
_FOR_TOOLS = (_METRICS, FINDINGS)  # for whoever shows a token, too
_BEFORE_LOGIN = ("/login", "/static/{digest}/{name}")
_STORE_ANSWERS_SECONDS = (
    1.0  # whoever asks whether we are ready does not wait for long, whatever patience commits have
)
_PAGES_WAIT_SECONDS = 5.0  # for a store that is known not to answer
TICKS_STOPPED = timedelta(minutes=2)  # a tick that serves thousands of tickets may take a while
_CHANGES = ("POST", "PUT", "PATCH", "DELETE")


class Health(Protocol):
    """What the server may know about the running parts."""

    def is_ready(self) -> bool:
        """True between the end of the start and the beginning of the end."""
        ...

    def last_tick_at(self) -> datetime | None:
        """Return when time last passed, by the bot's clock."""
        ...

    def silent_for(self) -> timedelta | None:
        """Return how long time has not passed, in real time; None before it ever did."""
        ...

    def connected(self) -> Mapping[str, bool]:
        """Return which adapters have a live connection."""
        ...


RENDERER = web.AppKey("renderer", Renderer)


def build(bot: Bot, adapters: Mapping[str, Adapter], access: Access, health: Health) -> web.Application:
    """Return the application: pages, callbacks of platforms, and what monitoring asks for."""
    pages_of = [adapter for adapter in adapters.values() if isinstance(adapter, HasPages)]
    files = Assets()
    site = Site(has_chat=bool(pages_of), has_login=access.is_needed, shows_time=bot.config.web.time_travel)
    renderer = Renderer(bot, files, site)
    live = Live(lambda: snapshot(bot.store, bot.clock.now()), bot.clock)
    doors = Doors(access, renderer)
    app = web.Application(middlewares=[_faults(renderer, bot.store), _guard(access, doors, renderer)])
    app.add_routes(Pages(bot, renderer, live, adapters, health.connected).routes())
    app.add_routes(Downloads(bot, renderer).routes())
    frame = KnowledgeFrame(bot, renderer)
    for part in (KnowledgePages(frame), KnowledgeFiles(frame), KnowledgeLessons(frame)):
        app.add_routes(part.routes())
    app.add_routes(SetUpPage(bot, renderer, adapters, health.connected).routes())
    app.add_routes(doors.routes())
    app.add_routes(_Callbacks(adapters, lambda name: bot.store.term(name) > 0).routes())
    app.add_routes(
        FindingsPage(adapters, lambda name: bot.store.term(name) > 0, bot.quota_warnings, bot.store).routes()
    )
    app.add_routes(_Monitoring(bot, health).routes())
    app.router.add_get(assets.ROUTE, files.serve)
    for adapter in pages_of:
        app.add_routes(adapter.routes())
    if not pages_of:
        app.router.add_get("/chat", _no_chat(renderer))
    app[RENDERER] = renderer
    app.on_response_prepare.append(_protect)
    app.on_shutdown.append(lambda _: _end(live))
    return app


class _Callbacks:
    """`/hooks/NAME`: what platforms ask of their adapters."""

    def __init__(self, adapters: Mapping[str, Adapter], is_here: Callable[[str], bool]) -> None:
        self._adapters = adapters
        self._is_here = is_here

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.route("*", "/hooks/{adapter}", self.handle),
            web.route("*", "/hooks/{adapter}/{tail:.*}", self.handle),
        ]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["adapter"]
        adapter: object = self._adapters.get(name)
        if not isinstance(adapter, TakesCallbacks):
            raise web.HTTPNotFound
        if not self._is_here(name):
            # Another worker runs it; whoever distributes requests tries that one next.
            return web.Response(status=503, headers={"Retry-After": "1"})
        try:
            return await adapter.handle(request)
        except ConnectionError:
            return web.Response(status=400)  # the platform hung up; nobody reads this


class _Monitoring:
    """`/healthz`, `/readyz` and `/metrics`."""

    def __init__(self, bot: Bot, health: Health) -> None:
        self._bot = bot
        self._health = health
        self._started_at = bot.clock.now()
        self._translate = bot.texts.translator(bot.config.bot.language)

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/healthz", self.alive),
            web.get("/readyz", self.ready),
            web.get("/metrics", self.metrics),
        ]

    async def alive(self, _: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def ready(self, _: web.Request) -> web.Response:
        """Answer 503 with the reasons while the bot cannot do its work.

        A missing connection is told but is no reason: some platforms connect to us, and only once we are ready.
        """
        reasons = [reason async for reason in self._reasons()]
        body = {"ready": not reasons, "reasons": reasons, "adapters": dict(self._health.connected())}
        return web.Response(
            body=msgspec.json.encode(body),  # as it is written: people read it, too
            content_type="application/json",
            status=503 if reasons else 200,
            headers={"Cache-Control": "no-store"},
        )

    async def metrics(self, _: web.Request) -> web.Response:
        figures = await metrics.read(
            self._bot,
            self._health.connected(),
            quotas=self._bot.quotas_used(),
            started_at=self._started_at,
            last_tick_at=self._health.last_tick_at(),
        )
        return web.Response(
            body=metrics.exposed(figures, self._bot.meters),
            headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"},
        )

    async def _reasons(self) -> AsyncIterator[str]:
        if not self._health.is_ready():
            yield "starting or stopping"
        silent_for = self._health.silent_for()
        if silent_for is None:
            yield "time has not passed yet"
        elif silent_for > TICKS_STOPPED:
            yield f"deadlines were last looked at {silent_for.total_seconds():.0f} s ago"
        if (trouble := self._bot.store.trouble) is not None:
            yield f"store: {trouble.said(self._translate)}"
            return
        try:
            async with asyncio.timeout(_STORE_ANSWERS_SECONDS):
                await self._bot.store.next_due_at()
        except TimeoutError:
            yield "the store does not answer"
        except StoreFault as fault:
            yield f"store: {fault.said(self._translate)}"


def _guard(access: Access, doors: Doors, renderer: Renderer) -> Middleware:
    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let in who may come: the right host, logged in, and changes only from our own pages."""
        route = request.match_info.route.resource
        path = route.canonical if route else ""
        if path in _FOR_PROGRAMS or (
            path in _FOR_TOOLS and access.knows_token(request.headers.get("Authorization", ""))
        ):
            return await handler(request)
        say = renderer.voice(request).speaker.say
        if not access.knows_host(request.host):
            text = say("请用 127.0.0.1 或 localhost 打开；经过反向代理时，让它把 Host 设成本机地址。")
            return renderer.message(request, say("不认识这个网址"), text, status=421, is_outside=True)
        if path not in _BEFORE_LOGIN and not doors.admits(request):
            return await doors.refuse(request)
        if request.method in _CHANGES and not is_same_origin(request.headers, request.host):
            text = say("请求来自别的网站，没有接受。")
            return renderer.message(request, say("没有接受"), text, status=403)
        return await handler(request)

    return guard


def _faults(renderer: Renderer, store: SharedStore) -> Middleware:
    log = structlog.get_logger("web")

    @web.middleware
    async def faults(request: web.Request, handler: Handler) -> web.StreamResponse:
        """Turn what goes wrong into a page that says so."""
        is_page = "text/html" in request.headers.get("Accept", "")
        speaker = renderer.voice(request).speaker
        say, trouble = speaker.say, store.trouble
        try:
            # Who looks at a page while the store is away is told so soon; what is to be changed may wait for it.
            async with asyncio.timeout(
                _PAGES_WAIT_SECONDS if trouble and is_page and request.method == "GET" else None
            ):
                return await handler(request)
        except (StoreFault, TimeoutError) as fault:
            why = fault if isinstance(fault, StoreFault) else trouble
            if why is None or request.writer.output_size:
                raise
            log.warning(
                "no store for a page", action="request_without_store", path=request.path, reason=str(why)
            )
            text = why.said(speaker.translate)
            if not is_page:
                return web.Response(status=503, text=text)
            return renderer.message(request, say("数据库现在用不了"), text, status=503)
        except web.HTTPNotFound:
            if not is_page:
                raise
            text = say("看看地址是不是打错了。")
            return renderer.message(request, say("没有这个页面"), text, status=404)
        except web.HTTPException:
            raise
        except Exception:
            log.exception("request failed", action="request_failed", method=request.method, path=request.path)
            if request.writer.output_size:
                raise  # an answer has begun; the server cuts the connection
            text = say("机器人出错了，已记入日志。稍后再试。")
            if not is_page:
                return web.Response(status=500, text=text)
            return renderer.message(request, say("出错了"), text, status=500)

    return faults


def _no_chat(renderer: Renderer) -> Handler:
    async def hint(request: web.Request) -> web.Response:
        """Say how to have the simulator."""
        say = renderer.voice(request).speaker.say
        text = say('配置里还没有它：加一段 [[adapters]]，name = "web"，type = "web"，再启动一次。')
        return renderer.message(request, say("没有启用模拟群聊"), text, status=404)

    return hint


async def _protect(_: web.Request, response: web.StreamResponse) -> None:
    """Add the headers that keep a page from being misused; what a page says itself stays."""
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    # What is behind the login stays in no cache; files of the program are asked for again and mostly unchanged.
    response.headers.setdefault(
        "Cache-Control", "no-cache" if isinstance(response, web.FileResponse) else "no-store"
    )
    response.headers["Server"] = "shouwen"  # not which version of what has holes


async def _end(live: Live) -> None:
    live.end()
