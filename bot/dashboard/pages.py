"""The pages over HTTP: the board, one ticket, what was not delivered, and their streams of changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import groupby

from aiohttp import web
from markupsafe import Markup
from msgspec.structs import replace

from adapters.contract import Adapter, Incoming
from bot.dashboard import board, duty
from bot.dashboard.board import Filter, Row, Wanted
from bot.dashboard.cards import address, cards, tiles
from bot.dashboard.case import case, failed, spoken
from bot.dashboard.live import MOST_TICKETS, Live, Snapshot, snapshot
from bot.dashboard.rendering import Renderer, Voice
from bot.dashboard.stream import follow
from bot.records.spans import month_before
from bot.running import Bot
from bot.store.messages import Queued
from bot.tickets.standings import line, outside_line

_MOST_DIGITS = 2  # of a page
_Parts = Mapping[str, Markup]


class Pages:
    """Request handlers around one bot. `adapters` are those that can deliver, `connected` says which have a connection."""

    def __init__(
        self,
        bot: Bot,
        renderer: Renderer,
        live: Live,
        adapters: Mapping[str, Adapter],
        connected: Callable[[], Mapping[str, bool]],
    ) -> None:
        self._bot = bot
        self._renderer = renderer
        self._live = live
        self._adapters = adapters
        self._connected = connected
        self._drawn: tuple[Snapshot | None, list[Row], dict[tuple[str, Filter], _Parts]] = (None, [], {})

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return every route."""
        return [
            web.get("/", self.board),
            web.get(r"/tickets/{number:\d{1,9}}", self.ticket),
            web.get("/duty", self.duty),
            web.get("/letters", self.letters),
            web.get("/standings", self.standings),
            web.post("/letters", self.settle_letters),
            web.post("/failures", self.settle_failure),
            web.get("/live/board", self.follow_board),
            web.get(r"/live/tickets/{number:\d{1,9}}", self.follow_ticket),
            web.get("/live/letters", self.follow_letters),
        ]

    async def board(self, request: web.Request) -> web.Response:
        """Answer with the open tickets."""
        filter_, voice = _filter(request), self._renderer.voice(request)
        parts = self._board_parts(await self._now(), filter_, voice)
        return self._renderer.page(
            request, voice, parts, current="board", live=address(filter_, "/live/board")
        )

    async def ticket(self, request: web.Request) -> web.Response:
        """Answer with one ticket, or with 404."""
        number, voice = int(request.match_info["number"]), self._renderer.voice(request)
        parts = await self._ticket_parts(await self._now(), number, voice)
        if parts is None:
            say = voice.speaker.say
            return self._renderer.message(
                request, say("没有查到 {number}。", number=number), say("看看单号是不是打错了。"), status=404
            )
        return self._renderer.page(request, voice, parts, title=str(number), live=f"/live/tickets/{number}")

    async def duty(self, request: web.Request) -> web.Response:
        """Answer with who is on duty, who cannot be called, and what the auditor found."""
        voice = self._renderer.voice(request)
        powers = {name: adapter.capabilities for name, adapter in self._adapters.items()}
        main = self._renderer.part(
            "duty.html",
            voice,
            turns=duty.turns(self._bot, voice.speaker),
            unreached=duty.cannot_be_called(self._bot, powers, self._connected(), voice.speaker),
            contracts=duty.contracts(self._bot, voice.speaker),
            audit=duty.audit(self._bot, voice.speaker),
        )
        parts = {"main": main, **self._renderer.head(await self._now(), voice)}
        return self._renderer.page(request, voice, parts, title=voice.speaker.say("值班"), current="duty")

    async def letters(self, request: web.Request) -> web.Response:
        """Answer with what was not delivered."""
        return await self._letters(request, "")

    async def standings(self, request: web.Request) -> web.Response:
        """Answer with the shares and numbers that contracts promise, as they stand now."""
        voice = self._renderer.voice(request)
        latest = await self._now()
        found = await self._bot.ledgers.of((), latest.now)
        shown = [
            (
                each.name,
                [
                    *((standing.is_attained, line(standing, voice.speaker)) for standing in each.standings),
                    *((True, text) for text in outside_line(each.outside, voice.speaker)),
                ],
            )
            for each in found
        ]
        last_month = month_before(voice.speaker.today)
        main = self._renderer.part(
            "standings.html",
            voice,
            customers=shown,
            first=last_month.first,
            last=last_month.last,
            whose=list(self._bot.rules.customers.items()),
        )
        parts = {"main": main, **self._renderer.head(latest, voice)}
        return self._renderer.page(
            request, voice, parts, title=voice.speaker.say("达标"), current="standings", live=""
        )

    async def settle_letters(self, request: web.Request) -> web.StreamResponse:
        """Deliver dead letters once more, or let go of them. Answers with the list that is left; a browser without scripts is sent to it."""
        form = await request.post()
        keys, say = [str(key) for key in form.getall("key", [])], self._renderer.voice(request).speaker.say
        if form.get("do") == "forget":
            count = await self._bot.outbox.put_aside(*keys)
            notice = say("已去掉。") if count == 1 else say("已去掉 {count} 条。", count=count)
        elif missing := await self._not_in_use(keys):
            notice = say("适配器 {name} 没有启用，先在配置里加上。", name=missing)
            return await self._letters(request, notice, status=409)
        else:
            count = await self._bot.outbox.retry(*keys)
            notice = say("已重新排队发送。") if count == 1 else say("{count} 条已重新排队发送。", count=count)
        if not count:
            return await self._letters(request, say("这一条已经不在未送达里了。"), status=409)
        if "HX-Request" in request.headers:
            return await self._letters(request, notice)
        raise web.HTTPSeeOther("/letters")

    async def _not_in_use(self, keys: Iterable[str]) -> str:
        """Return an adapter that one of these letters needs and that does not run, or nothing."""
        letters = [await self._bot.store.outgoing(key) for key in keys]
        return next((each.adapter for each in letters if each and each.adapter not in self._adapters), "")

    async def settle_failure(self, request: web.Request) -> web.StreamResponse:
        """Handle a message once more at which the program failed, or let go of it."""
        form = await request.post()
        key, is_retry = str(form.get("key", "")), form.get("do") == "retry"
        say = self._renderer.voice(request).speaker.say
        incoming = self._bot.failures.again(key) if is_retry else None
        if incoming is not None:
            notice = await self._handled_again(key, incoming, say)
        elif await self._bot.failures.forget(key):
            notice = say("已去掉。")
        else:
            return await self._letters(request, say("这一条已经不在了。"), status=409)
        if notice and "HX-Request" not in request.headers:
            raise web.HTTPSeeOther("/letters")
        return await self._letters(request, notice)

    async def _handled_again(self, key: str, incoming: Incoming, say: Callable[..., str]) -> str:
        try:
            await self._bot.reception.receive(incoming)
        except Exception as fault:  # noqa: BLE001 - it is kept as it was, and whoever pressed the button is told
            await self._bot.failures.message(incoming, self._bot.clock.now(), fault)
            return say("又失败了，看下面的记录。")
        await self._bot.failures.forget(key)
        return say("这回处理好了。")

    async def follow_board(self, request: web.Request) -> web.StreamResponse:
        """Answer with the board as it changes."""
        filter_, language = _filter(request), self._renderer.voice(request).language

        async def draw(latest: Snapshot) -> _Parts:
            return self._board_parts(latest, filter_, self._renderer.voice_in(language, latest.now))

        return await follow(request, self._live, draw)

    async def follow_ticket(self, request: web.Request) -> web.StreamResponse:
        """Answer with one ticket as it changes."""
        number, language = int(request.match_info["number"]), self._renderer.voice(request).language

        async def draw(latest: Snapshot) -> _Parts:
            voice = self._renderer.voice_in(language, latest.now)
            return await self._ticket_parts(latest, number, voice) or {}

        return await follow(request, self._live, draw)

    async def follow_letters(self, request: web.Request) -> web.StreamResponse:
        """Answer with what was not delivered as that changes."""
        language = self._renderer.voice(request).language

        async def draw(latest: Snapshot) -> _Parts:
            return self._letters_parts(latest, self._renderer.voice_in(language, latest.now))

        return await follow(request, self._live, draw)

    async def _now(self) -> Snapshot:
        return await snapshot(self._bot.store, self._bot.clock.now())

    def _board_parts(self, latest: Snapshot, filter_: Filter, voice: Voice) -> _Parts:
        """Draw the board; for all browsers that look at the same one, once."""
        if self._drawn[0] is not latest:
            self._drawn = (latest, board.rows(latest.tickets, self._bot.rules, latest.now), {})
        _, every, drawn = self._drawn
        key = (voice.language, filter_)
        if key not in drawn:
            drawn[key] = self._draw_board(latest, every, filter_, voice)
        return drawn[key]

    def _draw_board(self, latest: Snapshot, every: list[Row], filter_: Filter, voice: Voice) -> _Parts:
        here = board.in_room(every, filter_.room)
        rows, page, pages = board.paged(board.wanted(here, filter_.wanted), filter_.page)
        main = self._renderer.part(
            "board.html",
            voice,
            cards=cards(rows, voice.speaker),
            page=page,
            pages=pages,
            before=address(replace(filter_, page=page - 1)) if page > 1 else "",
            after=address(replace(filter_, page=page + 1)) if page < pages else "",
            tiles=tiles(board.counted(here), len(latest.dead) + len(latest.failed), filter_, voice.speaker),
            warnings=list(self._bot.quota_warnings(voice.speaker)),
            rooms=self._rooms(filter_),
            is_filtered=replace(filter_, page=1) != Filter(),
            is_cut=latest.is_cut,
            most=MOST_TICKETS,
        )
        return {"main": main, **self._renderer.head(latest, voice)}

    def _rooms(self, filter_: Filter) -> list[tuple[str, str, bool]]:
        """Return name, address and whether it is chosen, for every customer room when there are several."""
        rooms = [room for room in self._bot.config.rooms if room.kind == "customer"]
        if len(rooms) < 2 and not filter_.room:
            return []
        return [
            (room.name, address(Filter(room.id, filter_.wanted)), room.id == filter_.room) for room in rooms
        ]

    async def _ticket_parts(self, latest: Snapshot, number: int, voice: Voice) -> _Parts | None:
        found = await case(self._bot, number, voice)
        if found is None:
            return None
        main = self._renderer.part("ticket.html", voice, case=found)
        return {"main": main, **self._renderer.head(latest, voice)}

    async def _letters(self, request: web.Request, notice: str, *, status: int = 200) -> web.Response:
        voice = self._renderer.voice(request)
        parts = self._letters_parts(await self._now(), voice)
        if "HX-Request" in request.headers:
            # htmx shows only what was answered with success; the notice says what went wrong.
            beside = self._renderer.part("notice.html", voice, notice=notice)
            return web.Response(text=parts["main"] + beside, content_type="text/html")
        title = voice.speaker.say("未送达")
        return self._renderer.page(
            request,
            voice,
            parts,
            title=title,
            current="letters",
            live="/live/letters",
            notice=notice,
            status=status,
        )

    def _letters_parts(self, latest: Snapshot, voice: Voice) -> _Parts:
        letters = [
            (letter.key, letter.ticket, letter.attempts, spoken(letter, self._bot, voice.speaker))
            for letter in latest.dead
        ]
        failures = [failed(failure, self._bot, voice.speaker) for failure in latest.failed]
        rooms = [tuple(of_room) for _, of_room in groupby(sorted(latest.dead, key=_room), key=_room)]
        crowded = [
            (spoken(each[0], self._bot, voice.speaker).place, [letter.key for letter in each])
            for each in rooms
            if len(each) > 1
        ]
        main = self._renderer.part("letters.html", voice, letters=letters, crowded=crowded, failures=failures)
        return {"main": main, **self._renderer.head(latest, voice)}


def _room(letter: Queued) -> str:
    return letter.room


def _filter(request: web.Request) -> Filter:
    """Return what the address asks for; a state that does not exist shows everything."""
    state = request.query.get("state", "")
    which = next((each for each in Wanted if each.value == state), Wanted.ALL)
    page = request.query.get("page", "")
    number = int(page) if page.isdecimal() and len(page) <= _MOST_DIGITS else 1
    return Filter(request.query.get("room", ""), which, max(1, number))
