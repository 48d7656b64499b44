"""What all knowledge pages share: the frame around them, who is said to change something, and the list that everything leads back to."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web
from markupsafe import Markup
from yarl import URL

from bot.beside import beside
from bot.dashboard import knowledge_views as views
from bot.dashboard.live import snapshot
from bot.dashboard.rendering import Renderer, Voice
from bot.running import Bot
from bot.store.knowledge_contract import Uses
from faq.entries import Entry
from faq.formats import SUFFIXES

_WHO = "shouwen_who"
_DIGITS = 9  # of a place in the list
_WAITING_AT_FIRST = 5  # the entries themselves come below
_CUSTOMERS_SHOWN = 12  # to whom a file of what they are told can be given out


async def back_to_the_list(request: web.Request) -> web.StreamResponse:
    """Lead to the list whoever comes to the address of a form: by reading what it answered in another language, or once more."""
    raise web.HTTPSeeOther(URL.build(path="/knowledge", query=request.query))


class KnowledgeFrame:
    """Draws pages about the knowledge of one bot."""

    def __init__(self, bot: Bot, renderer: Renderer) -> None:
        self.bot = bot
        self.renderer = renderer

    async def page(
        self,
        request: web.Request,
        voice: Voice,
        main: Markup,
        *,
        title: str = "",
        notice: str = "",
        response_to: Mapping[str, object] | None = None,
    ) -> web.Response:
        """Answer with a page; whoever said in a form who they are is remembered."""
        head = self.renderer.head(await snapshot(self.bot.store, self.bot.clock.now()), voice)
        response = self.renderer.page(
            request,
            voice,
            {"main": main, **head},
            title=title or voice.speaker.say("知识"),
            current="knowledge",
            notice=notice,
        )
        if response_to is not None and response_to.get("by"):
            response.set_cookie(_WHO, str(response_to["by"]), samesite="Lax", httponly=True)
        return response

    async def listed(
        self, request: web.Request, notice: str, *, response_to: Mapping[str, object] | None = None
    ) -> web.Response:
        """Answer with the entries that are asked for and what waits, under a notice of what was just done."""
        voice = self.renderer.voice(request)
        uses = {each.entry: each for each in await self.bot.store.uses()}
        words, state = request.query.get("q", ""), request.query.get("state", "")
        found, total = await beside(self._chosen, words, state, uses, voice)
        start = _start(request, len(found))
        main = self.renderer.part(
            "knowledge.html",
            voice,
            lines=views.lines(self.bot, found[start:], uses, voice.speaker),
            start=start,
            most=views.MOST_SHOWN,
            count=len(found),
            total=total,
            words=words,
            state=state,
            waiting=await views.waiting(self.bot, voice.speaker),
            at_first=_WAITING_AT_FIRST,
            suffixes=SUFFIXES,
            regression=self.bot.school.regression,
            people=self.people(),
            who=self.who_of(request),
            customers=self.bot.config.customers[:_CUSTOMERS_SHOWN],
        )
        return await self.page(request, voice, main, notice=notice, response_to=response_to)

    def people(self) -> list[tuple[str, str]]:
        """Return who may say that they changed something: the knowledge managers first, then the others of the staff."""
        keepers = [party.id for party in self.bot.school.keepers.people]
        staff = self.bot.rules.staff
        return [(id_, staff[id_].name) for id_ in dict.fromkeys((*keepers, *staff)) if id_ in staff]

    def who_of(self, request: web.Request) -> str:
        """Return the id of whoever said lately who they are; empty for nobody."""
        return request.cookies.get(_WHO, "")

    def who(self, form: Mapping[str, object]) -> str:
        """Return the name of whoever a form says it is from."""
        person = self.bot.rules.staff.get(str(form.get("by", "")))
        return person.name if person else ""

    def _chosen(
        self, words: str, state: str, uses: Mapping[str, Uses], voice: Voice
    ) -> tuple[list[Entry], int]:
        """Return the entries to list and how many there are in all: long work where they are many, for a thread."""
        entries = self.bot.knowledge.entries()
        return views.chosen(entries, uses, words=words, state=state, speaker=voice.speaker), len(entries)


def _start(request: web.Request, count: int) -> int:
    """Return from which entry on the list is shown."""
    said = request.query.get("from", "")
    start = int(said) if said.isascii() and said.isdecimal() and len(said) < _DIGITS else 0
    return start if start < count else 0
