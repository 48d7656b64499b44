"""Replaying conversations against the real desk with a clock that only the conversation moves."""

from __future__ import annotations

import asyncio
import difflib
import tempfile
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import assert_never
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from adapters.addressing import addressed, mentioned
from adapters.contract import (
    Attachment,
    Button,
    Capabilities,
    DeliveryFailed,
    File,
    Incoming,
    KnownPerson,
    Mention,
    Notice,
    Outgoing,
    RoomKind,
    What,
)
from bot.assembly import assemble
from bot.clock import StillClock
from bot.config import Config, for_replay, load
from bot.knowledge.importing import import_when_empty
from bot.running import Bot
from bot.store.registry import open_store
from bot.terminal import transcripts as t
from bot.tickets.errors import N_

CHAT = "chat"
_REPLY_WINDOW = timedelta(minutes=5)
_LARGEST_FILE = 1_000_000
_FIRST_CODE = 482_113  # conversations can name it
_PATIENCE_SECONDS = 60  # of real time, for one action
_MOST_INSTANTS = 100_000  # deadlines in one stretch of passing time; more means a deadline that never ends


class NothingToPoint(t.TranscriptFault):
    """A transcript quotes or presses something that the bot has not said in that room."""


class Result(msgspec.Struct, frozen=True):
    """How a replay went. `difference` is empty when the bot said exactly what was expected."""

    path: Path
    difference: str
    lines: list[str]


class Said(msgspec.Struct, frozen=True):
    """One message of the bot, its id in the chat, and when it was said."""

    message: Outgoing
    platform_id: str
    at: datetime


class ChatAdapter:
    """The chat of a transcript: people speak when the transcript says so, and everything the bot says is kept."""

    def __init__(self, bot_name: str, people: tuple[KnownPerson, ...], clock: StillClock) -> None:
        self.name = CHAT
        self._clock = clock
        self.capabilities = Capabilities(has_buttons=True, max_length=100_000, max_file_bytes=_LARGEST_FILE)
        self.said: list[Said] = []
        self._bot_name = bot_name
        self._people = people
        self._ids = count(1)
        self._latest: dict[tuple[str, str], str] = {}  # what somebody said last in a room
        self._without_files: set[str] = set()
        self._silent: dict[str, datetime] = {}  # rooms where the bot may only answer, and until when it may

    async def incoming(self) -> AsyncIterator[Incoming]:
        """Yield nothing: the stage hands messages to the bot itself."""
        nobody: tuple[Incoming, ...] = ()
        for message in nobody:
            yield message

    async def send(self, message: Outgoing) -> str:
        """Keep a message and return its id.

        Raises:
            DeliveryFailed: The room was silenced, and nobody has spoken there lately.
        """
        until = self._silent.get(message.room)
        if until is not None and until < self._clock.now():
            raise DeliveryFailed("平台不让主动发言", until_heard=True)
        platform_id = f"b{next(self._ids)}"
        self.said.append(Said(message, platform_id, self._clock.now()))
        return platform_id

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Keep the name of a file, as 📎, and return its id.

        Raises:
            DeliveryFailed: As for `send`, or the room takes no files.
        """
        if message.room in self._without_files:
            raise DeliveryFailed("不收文件")
        return await self.send(replace(message, text=f"📎 {file.name}"))

    def refuse_files(self, room: str) -> None:
        """Let a room take no files from now on, or for `*` the whole chat, which then says so itself."""
        if room == t.ANYWHERE:
            self.capabilities = replace(self.capabilities, max_file_bytes=None)
        else:
            self._without_files.add(address(room))

    async def close(self) -> None:
        """Nothing is open."""

    def silence(self, room: str, *, is_over: bool) -> None:
        """Let the bot only answer in a room, or speak there freely again."""
        if is_over:
            self._silent.pop(address(room), None)
        else:
            self._silent[address(room)] = self._clock.now() - _REPLY_WINDOW

    def added(self, room: str, *, is_removed: bool) -> Notice:
        """Return what a platform would tell when somebody takes the bot into a group, or out of it."""
        what = What.BOT_REMOVED if is_removed else What.BOT_ADDED
        return Notice(what=what, room=address(room), key=f"n{next(self._ids)}", room_name=room)

    def muted(self, room: str, *, is_over: bool) -> Notice:
        """Return what a platform would tell when the bot may not speak first any more, or again."""
        what = What.UNMUTED if is_over else What.MUTED
        return Notice(what=what, room=address(room), key=f"n{next(self._ids)}", room_name=room)

    def happened(self, what: str, room: str, person: str) -> Notice:
        """Return what a platform would tell of somebody who left, joined, or took back what they said last."""
        number = f"n{next(self._ids)}"
        account, said = f"{CHAT}:{person}", self._latest.get((room, person), "")
        known = {"left": What.MEMBER_REMOVED, "joined": What.MEMBER_ADDED, "recalled": What.RECALLED}
        return Notice(
            what=known[what],
            room=address(room),
            key=number,
            account=account,
            name=person,
            message_id=said if what == "recalled" else "",
        )

    def heard(
        self, room: str, person: str, text: str, *, quotes: str | None = None, command: str | None = None
    ) -> Incoming:
        """Return what a platform would deliver when a person says this."""
        is_private = room.startswith(f"{t.PRIVATE} ")
        if address(room) in self._silent:
            self._silent[address(room)] = self._clock.now() + _REPLY_WINDOW
        is_addressed, rest = addressed(text, self._bot_name)
        calls = tuple(m for m in mentioned(rest, self._people) if m.name != self._bot_name)
        attachments, rest = _brought(rest)
        number = f"u{next(self._ids)}"
        self._latest[room, person] = number
        return Incoming(
            room=address(room),
            room_kind=RoomKind.PRIVATE if is_private else RoomKind.GROUP,
            sender=f"{CHAT}:{person}",
            sender_name=person,
            message_id=number,
            text=rest,
            is_addressed=is_addressed or is_private,
            mentions=tuple(Mention(mention.name, mention.account) for mention in calls),
            quotes=quotes,
            command=command,
            attachments=attachments,
            room_name="" if is_private else room,
        )


def _brought(text: str) -> tuple[tuple[Attachment, ...], str]:
    """Return what a line brings besides words, and the words: `[图片] 这个打不开`, `[语音]`."""
    found = t.BROUGHT.match(text.strip())
    if found is None:
        return (), text
    kinds = t.KINDS_BROUGHT
    return tuple(Attachment(kinds[each], "") for each in t.ONE_BROUGHT.findall(found[1])), found[3]


def address(room: str) -> str:
    """Return the address of a room as a transcript names it."""
    if room.startswith(f"{t.PRIVATE} "):
        return f"{CHAT}:private:{room.removeprefix(f'{t.PRIVATE} ')}"
    return f"{CHAT}:group:{room}"


def label(room_address: str) -> str:
    """Return how a transcript names a room."""
    _, kind, name = room_address.split(":", 2)
    return f"{t.PRIVATE} {name}" if kind == "private" else name


class Stage:
    """Plays one transcript: one store, one clock, and a bot that may be restarted on them."""

    def __init__(
        self, config: Config, store_url: str, start: datetime, env: Mapping[str, str] | None = None
    ) -> None:
        self._config = config
        self._file = config.path
        self._env = env or {}
        self._store_url = store_url
        self.clock = StillClock(start)
        people = tuple(KnownPerson(f"{CHAT}:{each.name}", each.name, each.role) for each in config.people)
        self.chat = ChatAdapter(config.bot.name, people, self.clock)
        self._bot: Bot | None = None
        self._codes = count(_FIRST_CODE)

    async def start(self) -> None:
        """Open the store and assemble the bot."""
        store = await open_store(self._store_url, self.clock.now())
        await import_when_empty(store, self._config, self.clock.now())
        self._bot = await assemble(
            self._config,
            store,
            {CHAT: self.chat},
            self.clock,
            new_code=lambda: next(self._codes),
            reread=self._reread,
        )
        await self._settle()

    def _reread(self) -> Config:
        return for_replay(load(self._file, self._env, is_replay=True))

    async def stop(self) -> None:
        """Leave the store as a process that ends leaves it."""
        bot = self._running()
        await bot.outbox.close()
        await bot.store.close()
        self._bot = None

    async def act(self, action: t.Action) -> None:
        """Let one action happen, and everything that follows from it."""
        match action:
            case t.SetClock(at=at):
                await self._pass_until(at.astimezone(UTC))
            case t.Pass(length=length):
                await self._pass_until(self.clock.now() + length)
            case t.Restart(down=down):
                await self.stop()
                if self._file != self._config.path:
                    self._config = self._reread()
                self.clock.move_to(self.clock.now() + down)
                await self.start()
            case t.Say(room=room, person=person, text=text, about=about):
                quotes = self._latest_about(room, about) if about is not None else None
                await self._hear(self.chat.heard(room, person, text, quotes=quotes))
            case t.Press(room=room, person=person, button=name):
                button, quotes = self._latest_button(room, name)
                await self._hear(self.chat.heard(room, person, "", quotes=quotes, command=button.command))
            case t.Added(room=room, is_removed=is_removed):
                await self._notice(self.chat.added(room, is_removed=is_removed))
            case t.Happened(what=what, room=room, person=person):
                await self._notice(self.chat.happened(what, room, person))
            case t.WithoutFiles(room=room):
                self.chat.refuse_files(room)
            case t.Silenced(room=room, is_over=is_over, is_told=is_told):
                self.chat.silence(room, is_over=is_over)
                if is_told:
                    await self._notice(self.chat.muted(room, is_over=is_over))
            case t.Rewritten(file=file):
                self._file = self._config.path.parent / file
            case _:
                assert_never(action)

    async def _notice(self, notice: Notice) -> None:
        """Tell of something twice, as platforms do."""
        for _ in range(2):
            if notice.what is What.UNMUTED:
                self._running().outbox.heard(notice.room)
            await self._running().reception.noticed(notice)
            await self._settle()

    async def _hear(self, incoming: Incoming) -> None:
        """Deliver a message twice, as platforms do."""
        for _ in range(2):
            self._running().outbox.heard(incoming.room)
            await self._running().reception.receive(incoming)
            await self._settle()

    async def _pass_until(self, target: datetime) -> None:
        bot = self._running()
        for _ in range(_MOST_INSTANTS):
            due = await bot.next_due_at()
            if due is None or due > target:
                break
            self.clock.move_to(max(due, self.clock.now()))
            await self._settle()
        else:
            raise RuntimeError(f"a deadline at {due} never ends")
        self.clock.move_to(max(target, self.clock.now()))

    async def _settle(self) -> None:
        bot = self._running()
        # Where the disk fails the outbox tries for ever, and on this clock without a pause: better a fault than a silence.
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await bot.tick(self.clock.now())
            await bot.outbox.drain()

    def _latest_about(self, room: str, number: int) -> str:
        for said in reversed(self.chat.said):
            if said.message.room == address(room) and str(number) in said.message.text:
                return said.platform_id
        raise NothingToPoint(N_("{room} 里机器人还没有提到 {number}，无法引用"), room=room, number=number)

    def _latest_button(self, room: str, name: str) -> tuple[Button, str]:
        for said in reversed(self.chat.said):
            if said.message.room == address(room):
                for button in said.message.buttons:
                    if button.label == name:
                        return button, said.platform_id
        raise NothingToPoint(N_("{room} 里没有带“{button}”按钮的消息"), room=room, button=name)

    def _running(self) -> Bot:
        if self._bot is None:
            raise RuntimeError("the bot is not running")
        return self._bot


async def replay(
    path: Path,
    text: str,
    env: Mapping[str, str],
    *,
    config: Path | None = None,
    store_url: str | None = None,
    labels: tuple[str, str] = (N_("应说"), N_("实际")),
) -> Result:
    """Replay one conversation on an empty store; `text` is what the file at `path` says, `labels` name the two sides of a difference.

    Raises:
        TranscriptFault, NothingToPoint: The file is wrong.
        ConfigurationFaults: Its configuration is.
    """
    named = t.parse(text, (), ZoneInfo("UTC")).config
    file = (path.parent / named) if named else config or Path("config.example.toml")
    settings = for_replay(load(file, env, is_replay=True))
    transcript = t.parse(text, [room.name for room in settings.rooms], settings.bot.zone)
    if not transcript.blocks:
        raise t.TranscriptFault(N_("没有一行对话。例：@ 2026-03-06 16:45"))
    first = transcript.blocks[0].action
    start = first.at.astimezone(UTC) if isinstance(first, t.SetClock) else datetime.min.replace(tzinfo=UTC)
    with tempfile.TemporaryDirectory(prefix="shouwen-replay-") as folder:
        stage = Stage(settings, store_url or f"sqlite:{folder}/replay.db", start, env)
        await stage.start()
        try:
            spoken = [await _performed(stage, block, settings) for block in transcript.blocks]
        finally:
            await stage.stop()
    lines = t.updated(transcript, spoken)
    return Result(path, _difference(path, transcript, spoken, lines, labels), lines)


async def _performed(stage: Stage, block: t.Block, config: Config) -> list[t.Spoken]:
    before = len(stage.chat.said)
    is_timed = isinstance(block.action, t.Pass | t.SetClock)
    await stage.act(block.action)
    return [
        t.Spoken(label(said.message.room), said.message.text, said.at.astimezone(config.bot.zone), is_timed)
        for said in stage.chat.said[before:]
    ]


def _difference(
    path: Path,
    transcript: t.Transcript,
    spoken: list[list[t.Spoken]],
    lines: list[str],
    labels: tuple[str, str],
) -> str:
    """Return a readable diff with a line number per block, or nothing when all went well."""
    if all(t.compare(block, said).is_well for block, said in zip(transcript.blocks, spoken, strict=True)):
        return ""
    return "\n".join(
        difflib.unified_diff(
            transcript.lines,
            lines,
            fromfile=f"{path}（{labels[0]}）",
            tofile=f"{path}（{labels[1]}）",
            lineterm="",
            n=2,
        )
    )
