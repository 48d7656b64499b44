"""Logging in and out, links for colleagues, and what a page needs before it is shown."""

from __future__ import annotations

from aiohttp import web

from bot.access import SESSION_LASTS, Access, is_same_origin
from bot.dashboard.rendering import Renderer

COOKIE = "shouwen_session"


class Doors:
    """Request handlers around `Access`."""

    def __init__(self, access: Access, renderer: Renderer) -> None:
        self._access = access
        self._renderer = renderer

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return every route. A HEAD request must not use up a link, so there is none."""
        return [
            web.get("/login", self.login, allow_head=False),
            web.post("/logout", self.logout),
            web.post("/invite", self.invite),
        ]

    def admits(self, request: web.Request) -> bool:
        """Say whether a request may see the pages."""
        return not self._access.is_needed or self._access.admits(request.cookies.get(COOKIE))

    async def refuse(self, request: web.Request) -> web.Response:
        """Answer somebody who is not logged in, and give back what they wrote when a session ended over a form."""
        say = self._renderer.voice(request).speaker.say
        text = say(
            "请用机器人启动时打印的登录链接打开。链接用过了？请已登录的同事给您一个，或重新启动机器人。"
        )
        title, typed = say("请先登录"), await _typed(request)
        return self._renderer.message(request, title, text, status=401, is_outside=True, typed=typed)

    async def login(self, request: web.Request) -> web.StreamResponse:
        """Take the token of a link, once, for a session of this browser."""
        if self.admits(request):
            raise web.HTTPSeeOther("/")
        if "prefetch" in request.headers.get("Sec-Purpose", ""):
            raise web.HTTPServiceUnavailable  # the link is good for one use, and nobody has pressed it yet
        session = self._access.redeem(request.query.get("token", ""))
        if session is None:
            return await self.refuse(request) if "token" not in request.query else self._stale(request)
        response = web.HTTPSeeOther("/")
        response.set_cookie(
            COOKIE,
            session,
            max_age=int(SESSION_LASTS.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=request.secure or request.headers.get("X-Forwarded-Proto") == "https",
        )
        raise response

    async def logout(self, request: web.Request) -> web.StreamResponse:
        """End the session of this browser."""
        self._access.end(request.cookies.get(COOKIE, ""))
        response = web.HTTPSeeOther("/login")
        response.del_cookie(COOKIE)
        raise response

    async def invite(self, request: web.Request) -> web.StreamResponse:
        """Answer with a new link for a colleague, or for another browser."""
        say = self._renderer.voice(request).speaker.say
        link = self._access.link(str(request.url.origin()))
        text = say("发给要看看板的人：1 小时内有效，只能用一次。")
        return self._renderer.message(request, say("登录链接"), text, address=link)

    def _stale(self, request: web.Request) -> web.Response:
        say = self._renderer.voice(request).speaker.say
        text = say("链接只能用一次，1 小时内有效。请已登录的同事给您一个，或重新启动机器人。")
        return self._renderer.message(request, say("这个登录链接用不了了"), text, status=403, is_outside=True)


async def _typed(request: web.Request) -> list[tuple[str, str]]:
    """Return the fields of a form of ours; nothing of what another site sent, which nobody may be led to send as ours."""
    is_form = request.method == "POST" and request.content_type == "application/x-www-form-urlencoded"
    if not is_form or not is_same_origin(request.headers, request.host):
        return []
    return [(name, str(value)) for name, value in (await request.post()).items()]
