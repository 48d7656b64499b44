"""Templates to pages: the parts of a page that change, and the frame around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import jinja2
import msgspec
from aiohttp import web
from markupsafe import Markup

from bot.beside import beside
from bot.dashboard.assets import Assets
from bot.dashboard.language import COOKIE, pick_language
from bot.dashboard.live import Snapshot
from bot.dashboard.wording import stamp
from bot.running import Bot
from bot.store.faults import StoreFault
from bot.tickets.speaker import Speaker

_REMEMBERED = timedelta(days=365)
_MOST_SHOWN = 99


class Site(msgspec.Struct, frozen=True):
    """What the frame of every page offers."""

    has_chat: bool
    has_login: bool
    shows_time: bool


class Voice(msgspec.Struct, frozen=True):
    """A reader's language, and the speaker for it at one instant."""

    language: str
    speaker: Speaker


class Renderer:
    """Draws pages and the parts that are sent again when they change."""

    def __init__(self, bot: Bot, assets: Assets, site: Site) -> None:
        self._bot = bot
        self._site = site
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("bot.dashboard"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals["static"] = assets.url

    async def compile_ahead(self) -> None:
        """Compile all templates in a thread: the first who looks at a page does not hold up everybody else for it."""
        for name in self._templates.list_templates():
            await beside(self._templates.get_template, name)

    def voice(self, request: web.Request) -> Voice:
        """Return the voice for whoever asks, at the bot's present time."""
        language = pick_language(
            request.query.get("lang"),
            request.cookies.get(COOKIE),
            request.headers.get("Accept-Language", ""),
            self._bot.config.bot.language,
        )
        return self.voice_in(language, self._bot.clock.now())

    def voice_in(self, language: str, now: datetime) -> Voice:
        """Return the voice for a language."""
        return Voice(language, self._bot.drafts.speaker(language, now))

    def part(self, template: str, voice: Voice, **values: object) -> Markup:
        """Return one part of a page. Everything that people typed is escaped by the template."""
        html = self._templates.get_template(template).render(
            _=voice.speaker.translate, language=voice.language, **values
        )
        return Markup(html)  # noqa: S704 - drawn by a template that escapes

    def head(self, snapshot: Snapshot, voice: Voice) -> dict[str, Markup]:
        """Return the parts of the header that change: how much was not delivered, the bot's time, and that nothing can be saved."""
        count = len(snapshot.dead)
        shown = "" if not count else str(count) if count <= _MOST_SHOWN else f"{_MOST_SHOWN}+"
        clock = stamp(snapshot.now, voice.speaker)[:-3] if self._site.shows_time else ""
        alarm = self._alarm(snapshot.trouble, voice)
        return {"badge": Markup.escape(shown), "clock": Markup.escape(clock), "alarm": alarm}

    def _alarm(self, trouble: StoreFault | None, voice: Voice) -> Markup:
        """Return what the head of every page says while nothing can be saved."""
        if trouble is None:
            return Markup()
        say = voice.speaker.say
        why = trouble.said(voice.speaker.translate)
        return Markup.escape(say("现在什么都存不下：{why}好了以后，机器人会自己接着干，不用重启。", why=why))

    def page(
        self,
        request: web.Request,
        voice: Voice,
        parts: Mapping[str, Markup],
        *,
        title: str = "",
        current: str = "",
        live: str = "",
        notice: str = "",
        is_outside: bool = False,
        status: int = 200,
    ) -> web.Response:
        """Return a whole page. `live` is where its parts come from when they change; `main` is one of them.

        `notice` says what came of the last action. A page is outside when it is for people who are not logged in.
        """
        html = self.part(
            "page.html",
            voice,
            parts={"alarm": self._alarm(self._bot.store.trouble, voice), **parts},
            title=title,
            current=current,
            live=live,
            notice=notice,
            is_outside=is_outside,
            site=self._site,
            bot=self._bot.config.bot.name,
            # Without the path: one that begins with two slashes would lead to another site.
            other_language=f"?{request.rel_url.update_query(lang='en' if voice.language == 'zh' else 'zh').query_string}",
        )
        response = web.Response(
            text=html, content_type="text/html", status=status, headers={"Cache-Control": "no-store"}
        )
        if request.query.get("lang") == voice.language:
            response.set_cookie(
                COOKIE,
                voice.language,
                max_age=int(_REMEMBERED.total_seconds()),
                samesite="Lax",
                httponly=True,
            )
        return response

    def message(
        self,
        request: web.Request,
        title: str,
        text: str,
        *,
        status: int = 200,
        address: str = "",
        is_outside: bool = False,
        typed: Sequence[tuple[str, str]] = (),
    ) -> web.Response:
        """Return a page that says one thing; `title` and `text` are said in the reader's language already.

        What was `typed` into the form that came can be sent from it once more.
        """
        voice = self.voice(request)
        main = self.part(
            "message.html",
            voice,
            title=title,
            text=text,
            address=address,
            is_outside=is_outside,
            typed=typed,
            form=request.path_qs,
        )
        parts = {"main": main, "badge": Markup(), "clock": Markup()}
        return self.page(request, voice, parts, title=title, is_outside=is_outside, status=status)
