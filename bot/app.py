"""The running program: names the concrete parts, starts them in order and ends them in the opposite one."""

from __future__ import annotations

import asyncio
import gc
import os
import secrets
import signal
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import structlog
from aiohttp import web

from adapters.contract import Adapter, Connects, HasPages
from bot.access import Access
from bot.adapters import made
from bot.assembly import assemble
from bot.beside import beside
from bot.clock import MovableClock, SystemClock
from bot.config import Config, load
from bot.dashboard.rendering import Renderer
from bot.event_loop import name_of
from bot.intake import Intake
from bot.knowledge.importing import import_when_empty
from bot.meaning.sentence import make_all_ready
from bot.roster import Roster
from bot.running import Bot
from bot.setup.reloading import Rereads
from bot.still_known import refuse_forgotten_calendars
from bot.store.faults import StoreFault
from bot.store.instants import instant
from bot.store.portable import refuse_half_a_copy
from bot.store.registry import open_store
from bot.store.sharing import SharedStore, Wake
from bot.store.written import Written
from bot.telemetry.run_file import Running, folder_of, write
from bot.travel import Traveller
from bot.watch.dead_man import DeadMan
from bot.watch.store_watch import StoreWatch
from bot.web import RENDERER, TICKS_STOPPED, build
from faq.formats import describe
from scheduler.loop import Metronome

# A message makes some hundred values, and hardly a cycle. The two quick collections stay so small that nobody waits for one, in
# whichever thread it falls; what outlives them is looked at only after some twenty million values.
_COLLECTIONS = (500, 2, 14_000)
_GRACE_SECONDS = 2  # for pages that are being read when the program is told to end
_TIDY_EVERY = timedelta(hours=1)
_UNDERSTOOD_EVERY = timedelta(seconds=1)
_FIRST_LOOK = timedelta(seconds=1)  # the first second is for whoever opens the page
_FOLLOW_EVERY = timedelta(seconds=0.5)
_PATIENCE = timedelta(seconds=2)  # for messages that are being sent


class Health:
    """What `/readyz` and `/metrics` may know about the running parts."""

    def __init__(self, store: SharedStore) -> None:
        self._store = store
        self.metronome: Metronome | None = None
        self.adapters: Mapping[str, Adapter] = {}
        self.is_stopping = False

    def is_ready(self) -> bool:
        """True between the end of the start and the beginning of the end."""
        return self.metronome is not None and not self.is_stopping

    def last_tick_at(self) -> datetime | None:
        """Return when time last passed."""
        return self.metronome.last_tick_at if self.metronome else None

    def is_alive(self) -> bool:
        """True while ticks pass and what happens can be saved."""
        silent_for = self.silent_for()
        passes = silent_for is None or silent_for <= TICKS_STOPPED
        return self.is_ready() and passes and self._store.trouble is None

    def silent_for(self) -> timedelta | None:
        """Return how long time has not passed, in real time; None before it ever did."""
        return self.metronome.silent_for if self.metronome else None

    def connected(self) -> Mapping[str, bool]:
        """Return which of the adapters that run here have a live connection, as far as they can tell."""
        return {
            name: adapter.is_connected if isinstance(adapter, Connects) else True
            for name, adapter in self.adapters.items()
            if self._store.term(name)
        }


async def run(config: Config, reread: Rereads) -> None:
    """Run the bot until SIGINT or SIGTERM; `reread` reads its file once more.

    Raises:
        StoreFault, OSError: A part cannot be started; those that were started are ended again.
    """
    ending = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        if os.name == "posix":
            loop.add_signal_handler(number, ending.set)
        else:
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(ending.set))
    await serve(config, ending, on_running=spare_collections, reread=reread)


def spare_collections() -> None:
    """Keep the collector of cycles from walking what the start has made: it lives as long as the program."""
    gc.freeze()
    gc.set_threshold(*_COLLECTIONS)
    gc.enable()


async def serve(
    config: Config,
    ending: asyncio.Event,
    *,
    on_running: Callable[[], None] = lambda: None,
    reread: Rereads | None = None,
) -> None:
    """Run the bot until `ending` is set; `on_running` is called once everything is started."""
    log = structlog.get_logger("app")
    movable = MovableClock(SystemClock()) if config.web.time_travel else None
    clock, traveller = movable or SystemClock(), Traveller(movable) if movable else None
    store = await open_store(config.store_url, clock.now())
    try:
        await refuse_half_a_copy(store)
        for plan in await import_when_empty(store, config, clock.now()):
            log.info(
                "FAQ imported", action="faq_imported", summary="；".join(describe(plan, config.bot.language))
            )
        adapters = {each.name: made(each, config, clock, traveller) for each in config.adapters}
        bot = await assemble(
            config,
            store,
            adapters,
            clock,
            back_up=partial(_backed_up, config.store_url, config.backups),
            reread=reread or partial(load, config.path, os.environ),
        )
        await refuse_forgotten_calendars(store, bot.rules)
        if traveller is not None:
            traveller.bot = bot

        def remake(name: str) -> Adapter:
            known = bot.config  # as it was read last: who reconnects knows whoever is new
            return made(next(each for each in known.adapters if each.name == name), known, clock, traveller)

        await _serve(bot, adapters, remake, ending, log, on_running)
    finally:
        await store.close()


def _backed_up(url: str, folder: Path, now: datetime) -> Written:
    from bot.store.copying import backed_up  # what runs the bot copies nothing until somebody asks

    return backed_up(url, folder, now)


async def _serve(
    bot: Bot,
    adapters: dict[str, Adapter],
    remake: Callable[[str], Adapter],
    ending: asyncio.Event,
    log: structlog.stdlib.BoundLogger,
    on_running: Callable[[], None],
) -> None:
    health, intake = Health(bot.store), _intake(bot)
    health.adapters = adapters
    roster = Roster(bot, adapters, intake, remake)
    watch = StoreWatch(
        store=bot.store,
        clock=bot.clock,
        living=bot.living,
        desk=bot.desk,
        drafts=bot.drafts,
        outbox=bot.outbox,
        unsaved=lambda: intake.unsaved,
    )
    token = secrets.token_urlsafe(32)  # for `shouwen top` on this machine
    # Time travel neither logs out nor lets in.
    access = Access(bot.config.web, SystemClock(), tokens=(token, bot.config.monitoring.token))
    pages = build(bot, adapters, access, health)
    runner = web.AppRunner(
        pages,
        access_log=None,
        handler_cancellation=False,
        shutdown_timeout=_GRACE_SECONDS,
    )
    await runner.setup()
    metronome = Metronome(bot.clock, bot.next_due_at, bot.tick, idle=bot.desk.look_ahead)
    bot.desk.tell_deadlines(metronome.expect)
    bot.store.listen(lambda wake, what: _woken(wake, what, metronome, roster))
    reading: asyncio.Task[None] | None = None
    run_file: Path | None = None
    keeping: list[asyncio.Task[None]] = []  # what goes on beside the road, and ends with it
    try:
        site = web.TCPSite(runner, bot.config.web.host, bot.config.web.port)
        try:
            await site.start()
        except OSError as fault:  # what asyncio says of it is no sentence
            address = f"{bot.config.web.host}:{bot.config.web.port}"
            raise OSError(fault.errno, os.strerror(fault.errno or 0), address) from fault
        base = _base(runner)
        run_file = _tell_tools(bot, Running(_reachable(base), token), log)
        await roster.look()
        reading = asyncio.create_task(roster.run())
        metronome.start()
        health.metronome = metronome
        dead_man = DeadMan(bot.config.monitoring, health.is_alive)
        keeping.extend(
            asyncio.create_task(each)
            for each in (
                _tidy(bot, log),
                _follow_knowledge(bot, log),
                _understand(bot, log),
                _draw_ahead(bot, pages[RENDERER]),
                bot.auditor.run(),
                watch.run(),
                dead_man.run(),
            )
        )
        translate = bot.texts.translator(bot.config.bot.language)
        has_chat = any(isinstance(each, HasPages) for each in adapters.values())
        welcome(access.welcome(base, translate, has_chat=has_chat), log)
        on_running()
        log.info(
            "running",
            action="started",
            address=base,
            adapters=list(adapters),
            loop=name_of(asyncio.get_running_loop()),
        )
        await _until(ending, reading)
    finally:
        health.is_stopping = True
        bot.workshop.close()
        if run_file is not None:
            run_file.unlink(missing_ok=True)
        for task in keeping:
            task.cancel()
        await asyncio.gather(*keeping, return_exceptions=True)
        await bot.outbox.settle(_PATIENCE)
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        await roster.close()
        for adapter in adapters.values():
            await adapter.close()
        if health.metronome is not None:
            await metronome.stop()
        await bot.outbox.close()
        await bot.knowledge.close()
        await runner.cleanup()
        log.info("ended", action="stopped")


def _intake(bot: Bot) -> Intake:
    return Intake(
        bot.reception,
        bot.outbox,
        clock=bot.clock,
        meters=bot.meters,
        journal=bot.journal,
        failures=bot.failures,
        is_saving=lambda: bot.store.trouble is None,
    )


def _tell_tools(bot: Bot, running: Running, log: structlog.stdlib.BoundLogger) -> Path | None:
    """Let tools on this machine find the bot; it runs without that too."""
    try:
        return write(folder_of(os.environ), bot.config.path, running)
    except OSError as fault:
        log.info("shouwen top will not find this bot", action="no_run_file", fault=str(fault))
        return None


def welcome(words: str, log: structlog.stdlib.BoundLogger) -> None:
    """Tell the person who typed `make run` where the pages are; nobody may be there to read it."""
    try:
        print(words, flush=True)  # noqa: T201
    except OSError as fault:
        log.warning("nobody can read the address of the pages", action="welcome_unread", fault=str(fault))


def _reachable(base: str) -> str:
    """Return the address as this machine reaches it when the bot listens everywhere."""
    return base.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


async def _until(ending: asyncio.Event, reading: asyncio.Task[None]) -> None:
    """Wait for the end, or for an adapter that fails: half a bot is worse than none."""
    waiting = asyncio.create_task(ending.wait())
    try:
        await asyncio.wait({waiting, reading}, return_when=asyncio.FIRST_COMPLETED)
        if not waiting.done():
            reading.result()
    finally:
        waiting.cancel()


def _woken(wake: Wake, what: str, metronome: Metronome, roster: Roster) -> None:
    """Look at once at what another worker did, instead of with the next poll."""
    match wake:
        case Wake.DUE:
            metronome.expect(instant(int(what)))
        case Wake.OUTGOING | Wake.LEASE:
            roster.wake()
        case Wake.KNOWLEDGE:
            return  # it is followed several times a second anyway


async def _tidy(bot: Bot, log: structlog.stdlib.BoundLogger) -> None:
    """Forget what is not needed any more, once an hour."""
    while True:
        await bot.clock.sleep(_TIDY_EVERY)
        try:
            await bot.store.tidy(bot.clock.now())
        except StoreFault:  # the next hour tries again, and commits say loudly what is wrong
            log.exception("tidying failed", action="tidy_failed")


async def _understand(bot: Bot, log: structlog.stdlib.BoundLogger) -> None:
    """Work out from which probability on to answer and, with the extra `semantic`, what new phrasings mean."""
    await bot.clock.sleep(_FIRST_LOOK)
    await beside(make_all_ready)
    await bot.knowledge.make_ready()
    while True:
        try:
            if count := await bot.knowledge.understand():
                log.info("phrasings understood", action="knowledge_understood", count=count)
            if (answer_at := await bot.knowledge.ask_itself()) is not None:
                log.info("answers from here on", action="knowledge_asked_itself", answer_at=answer_at)
            await bot.knowledge.read_ahead()
            await bot.knowledge.keep_index()
        except Exception:
            log.exception("phrasings cannot be understood", action="knowledge_understand_failed")
        await bot.clock.sleep(_UNDERSTOOD_EVERY)


async def _draw_ahead(bot: Bot, renderer: Renderer) -> None:
    """Make the pages ready once the start is over."""
    await bot.clock.sleep(_FIRST_LOOK)
    await renderer.compile_ahead()


async def _follow_knowledge(bot: Bot, log: structlog.stdlib.BoundLogger) -> None:
    """Take over what other processes changed in the knowledge, within a second."""
    while True:
        await bot.clock.sleep(_FOLLOW_EVERY)
        try:
            if await bot.knowledge.refresh(bot.clock.now()):
                log.info("knowledge read anew", action="knowledge_followed", version=bot.knowledge.version)
            await bot.school.regression.follow()
        except StoreFault:  # the next look tries again; answers go on from what is known
            log.exception("knowledge cannot be followed", action="knowledge_follow_failed")


def _base(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
