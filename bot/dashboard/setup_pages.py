"""The page about what is connected to what: platforms, groups, people, and what is wrong with them when somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from aiohttp import web

from adapters.contract import Adapter
from bot.dashboard.live import snapshot
from bot.dashboard.rendering import Renderer
from bot.rooms import bound
from bot.rooms.set_up import ACCOUNT, CUSTOMER, ROOM, SetUp, read
from bot.running import Bot
from bot.terminal.command_line import voice_of
from bot.terminal.examining import examined

_PATIENCE = timedelta(seconds=10)


class SetUpPage:
    """`/setup`, and with `?look=1` what the adapters find about their platforms; looking changes nothing there."""

    def __init__(
        self,
        bot: Bot,
        renderer: Renderer,
        adapters: Mapping[str, Adapter],
        connected: Callable[[], Mapping[str, bool]],
    ) -> None:
        self._bot = bot
        self._renderer = renderer
        self._adapters = adapters
        self._connected = connected

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the route."""
        return [web.get("/setup", self.page)]

    async def page(self, request: web.Request) -> web.Response:
        """Answer with what is set up where, and by whom."""
        voice = self._renderer.voice(request)
        connected, set_up = self._connected(), await self._set_up()
        here = [self._adapters[name] for name in connected]
        is_asked = request.query.get("look") == "1"
        main = self._renderer.part(
            "setup.html",
            voice,
            platforms=[
                (each.name, each.type, connected.get(each.name)) for each in self._bot.config.adapters
            ],
            rooms=bound.rooms(self._bot.config, set_up),
            people=bound.people(self._bot.config, set_up),
            found=await examined(here, _PATIENCE, voice_of(voice.language)) if is_asked else None,
        )
        latest = await snapshot(self._bot.store, self._bot.clock.now())
        parts = {"main": main, **self._renderer.head(latest, voice)}
        title = voice.speaker.say("接入")
        return self._renderer.page(request, voice, parts, title=title, current="setup", live="")

    async def _set_up(self) -> SetUp:
        kept: dict[str, str] = {}
        for prefix in (ROOM, CUSTOMER, ACCOUNT):
            kept |= await self._bot.store.kept(prefix)
        return read(kept)
