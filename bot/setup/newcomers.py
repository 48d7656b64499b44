"""New groups: the bot introduces itself once, and whoever sets rooms up is told what is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

import structlog

from adapters.contract import Incoming, Notice, What
from bot import names
from bot.commands import parse
from bot.conversation.who_sets_up import news, places
from bot.desk import Desk
from bot.drafts import Draft, Drafts
from bot.hearing import Hearing, heard
from bot.one_line import shortened
from bot.rooms.living import Living
from bot.rooms.set_up import CURRENT, ROOM, RoomNote, noted
from bot.setup.setting_up import SET_UP_WORDS, SettingUp
from bot.store.contract import Kept, Store
from bot.tickets.errors import N_
from bot.tickets.messages import Message, Place
from bot.vocabulary import Word
from scheduler.loop import Clock

_MET = "met:"  # + address: the bot has introduced itself there
_TOLD = "told:"  # + address: somebody was told of the group
_EARLY = "early:"  # + address: whoever called the bot there before it was set up was told so, and so were we
_AWAY = "away:"  # + address: the bot was removed from there, since when
_CALLS: Final = frozenset(
    {Word.REPORT, Word.URGENT, Word.PROMISES}
)  # for help, also where the bot is not called by name
_MOST_WAITING: Final = (
    50  # groups that nobody has set up: on some platforms anybody may add the bot to any number
)
_WELCOME: Final = N_(
    "大家好，我是服务助手{name}。直接说问题并 @我，我先查资料，查不到转工程师。\n"
    "报单：“报障 …”　查进度：“进度 1024”　全部：“帮助”"
)
_NOT_YET: Final = N_(
    "大家好，我是服务助手{name}，刚到这个群，还没设置好，暂时答不了。设好以后直接说问题并 @我就行。"
)
_TOO_EARLY: Final = N_("这个群还没设置好，现在还办不了，我已告诉同事。急事请先直接联系他们。")
_CALLED_EARLY: Final = N_("“{room}”还没设置好，{name} 已经在那里找我：{text}")
_LONGEST_WORDS: Final = 80
_ENOUGH: Final = N_(
    "等着设置的群已有 {count} 个，再加进来的我先不出声，也不提示；要用哪个群，请到那里说“绑定 客户名”。"
)
_BACK: Final = N_("我又回到了“{room}”，那里照常。")
_STANDINGS: Final[Mapping[What, str]] = {
    What.BOT_REMOVED: N_("我被移出了“{room}”，那里的消息我看不到了，也说不了话。"),
    What.MUTED: N_("“{room}”现在不让我主动说话：那里的提醒改发备用群，或等有人开口再补上。请群主放开。"),
    What.UNMUTED: N_("“{room}”又让我主动说话了，压着的消息已补发。"),
}


class Newcomers:
    """Takes notices of adapters, and messages from groups that nobody has set up."""

    def __init__(
        self, *, living: Living, desk: Desk, drafts: Drafts, store: Store, clock: Clock, setting_up: SettingUp
    ) -> None:
        self._living = living
        self._desk = desk
        self._drafts = drafts
        self._store = store
        self._clock = clock
        self._setting_up = setting_up
        self._log = structlog.get_logger("newcomers")

    async def noticed(self, notice: Notice) -> None:
        """Take a notice; a redelivery has no effect."""
        self._log.info("notice", action="notice", what=notice.what, room=notice.room, account=notice.account)
        if notice.what is What.BOT_ADDED:
            await self._returned(notice)
            await self._arrived(
                notice.room, notice.room_name, is_welcomed=True, seen=f"{notice.room}|{notice.key}"
            )
        elif notice.what in _STANDINGS:
            away = self._clock.now().isoformat() if notice.what is What.BOT_REMOVED else None
            await self._tell(notice, _STANDINGS[notice.what], away=away)
        if notice.what is What.BOT_REMOVED:
            await self._left(notice.room)

    async def heard(self, incoming: Incoming) -> bool:
        """Take a message from a group that nobody has set up; True when the group is known after all."""
        command = parse(incoming.command or incoming.text)
        is_about_us = command is not None and command.word in SET_UP_WORDS
        wants_us = incoming.is_addressed or (command is not None and command.word in _CALLS)
        if not (is_about_us or wants_us):
            return False
        await self._living.load()  # another process may have set it up
        if self._living.directory.room_at(incoming.room) is not None:
            return True
        language = self._living.config.bot.language
        hearing = heard(incoming, self._living.directory, self._clock.now(), language, is_stranger=True)
        if hearing is None or await self._store.is_seen(hearing.origin.seen):
            return False
        if command is not None and is_about_us and await self._setting_up.run(hearing, command):
            return False
        if wants_us and await self._store.kept(_MET + incoming.room):
            await self._called_early(incoming.room, hearing)
        elif incoming.is_addressed:
            await self._arrived(
                incoming.room, incoming.room_name, is_welcomed=False, seen=hearing.origin.seen
            )
        return False

    async def _called_early(self, address: str, hearing: Hearing) -> None:
        """Say once that nothing can be done in a group yet, and let whoever sets it up read what is wanted there."""
        note = self._living.set_up.rooms.get(address)
        if note is None or await self._store.kept(_EARLY + address):
            return
        now = self._clock.now()
        here = self._drafts.speaker(self._living.config.bot.language, now).say(_TOO_EARLY)
        key = f"n{_short(hearing.origin.seen)}.early"
        drafts = [self._drafts.notice(Message(to=Place.CUSTOMER, text=here), address, key, now)]
        words = shortened(hearing.text, _LONGEST_WORDS)
        values = {"room": note.name, "name": hearing.by.name, "text": words}
        drafts += news(self._living, self._drafts, key, now, lambda to: to.say(_CALLED_EARLY, **values))
        kept = (Kept(_EARLY + address, now.isoformat()),)
        await self._desk.note(kept, drafts, now, hearing.origin.seen)

    async def _arrived(self, address: str, name: str, *, is_welcomed: bool, seen: str) -> None:
        """Introduce the bot, once, and tell of the group. Who calls it before it is set up hears that this is still to come."""
        room = self._living.directory.room_at(address)
        if room is not None and room.kind == "duty":
            return
        is_new = room is None and not await self._store.kept(_TOLD + address)
        if is_new and self._waiting() >= _MOST_WAITING:
            self._log.warning("too many groups wait", action="group_not_told", room=address)
            return
        now = self._clock.now()
        kept: list[Kept] = []
        drafts: list[Draft] = []
        if not await self._store.kept(_MET + address):
            language = room.language if room else self._living.config.bot.language
            words = _WELCOME if is_welcomed else _NOT_YET
            drafts.append(self._introduction(address, language, words))
            kept.append(Kept(_MET + address, now.isoformat()))
            if not is_welcomed:
                kept.append(Kept(_EARLY + address, now.isoformat()))
        if is_new:
            note = self._living.set_up.rooms.get(address) or RoomNote(
                name=names.shown(name) or address.rpartition(":")[2]
            )
            kept += [
                Kept(_TOLD + address, now.isoformat()),
                noted(ROOM + address, note),
            ]
            await self._desk.note((kept[-1],), [], now, None)
            await self._living.load()
            drafts += await self._news(address, kept, seen)
        if drafts:
            await self._desk.note(tuple(kept), drafts, now, seen)

    def _introduction(self, address: str, language: str, words: str) -> Draft:
        speaker = self._drafts.speaker(language, self._clock.now())
        text = speaker.say(words, name=self._living.config.bot.name)
        message = Message(to=Place.CUSTOMER, text=text)
        return self._drafts.notice(message, address, f"n{_short(address)}.met", self._clock.now())

    async def _news(self, address: str, kept: list[Kept], seen: str) -> list[Draft]:
        """Tell the duty room of a new group, or where there is none whoever may set it up."""
        drafts = []
        for index, (place, language) in enumerate(places(self._living)):
            speaker = self._drafts.speaker(language, self._clock.now())
            text = await self._setting_up.standing(address, speaker)
            if self._waiting() >= _MOST_WAITING:
                text = f"{text}\n{speaker.say(_ENOUGH, count=_MOST_WAITING)}"
            message = Message(to=Place.DUTY, text=text)
            key = f"n{_short(seen)}.told.{index}"
            drafts.append(self._drafts.notice(message, place, key, self._clock.now()))
            kept.append(Kept(CURRENT + place, address))
        return drafts

    def _waiting(self) -> int:
        """How many groups somebody was told of that are still to be set up."""
        return sum(not note.customer for note in self._living.set_up.rooms.values())

    async def _left(self, address: str) -> None:
        """Forget a group that was never set up; where the bot comes again somebody is told of it again."""
        note = self._living.set_up.rooms.get(address)
        if note is None or note.customer:
            return
        gone = tuple(Kept(prefix + address, "") for prefix in (ROOM, _TOLD, _EARLY))
        await self._desk.note(gone, [], self._clock.now(), None)
        await self._living.load()

    async def _returned(self, notice: Notice) -> None:
        """Say that the bot is back in a room of which it was said that it was removed."""
        if await self._store.kept(_AWAY + notice.room):
            await self._tell(notice, _BACK, away="")

    async def _tell(self, notice: Notice, template: str, *, away: str | None = None) -> None:
        """Say what has become of the bot in a room that is set up; `away` is since when it is not there, empty where it is again."""
        room = self._living.directory.room_at(notice.room)
        if room is None:
            return
        key, name = f"n{_short(notice.room + notice.key)}.{notice.what}", room.name
        drafts = news(
            self._living,
            self._drafts,
            key,
            self._clock.now(),
            lambda to: to.say(template, room=name),
            but=notice.room,
        )
        kept = (Kept(_AWAY + notice.room, away),) if away is not None else ()
        if drafts:
            seen = f"{notice.room}|{notice.key}{'|back' if away == '' else ''}"
            await self._desk.note(kept, drafts, self._clock.now(), seen)


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=8).hexdigest()
