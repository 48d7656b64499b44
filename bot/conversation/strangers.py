"""Whoever writes privately, is nobody's contact, and has no group to be sent to: somebody is told, so that they can be registered."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import msgspec
import structlog

from bot.at_most import AtMost
from bot.conversation.who_sets_up import news
from bot.desk import Desk
from bot.drafts import Draft, Drafts
from bot.hearing import Hearing
from bot.one_line import shortened
from bot.rooms.living import Living
from bot.rooms.set_up import STRANGER, StrangerNote, noted
from bot.store.contract import Kept, Store
from bot.store.instants import milliseconds
from bot.tickets.messages import Message, Place
from bot.tickets.recipients import in_charge
from bot.tickets.speaker import Speaker

_WITHIN: Final = timedelta(hours=1)
_MOST_OF_ONE: Final = 5  # messages of one stranger that are passed on
_MOST_OF_ALL: Final = 30
_LONGEST: Final = 120
_MOST_WAITING: Final = 20  # whom somebody may register
_ANYBODY: Final = ""


class Strangers:
    """Passes on what strangers write where there are no groups; what comes beyond a few messages an hour is not."""

    def __init__(self, *, living: Living, desk: Desk, drafts: Drafts, store: Store) -> None:
        self._living = living
        self._desk = desk
        self._drafts = drafts
        self._store = store
        self._of_one = AtMost(_MOST_OF_ONE, _WITHIN)
        self._of_all = AtMost(_MOST_OF_ALL, _WITHIN)
        self._log = structlog.get_logger("strangers")

    async def heard(self, hearing: Hearing) -> bool:
        """Pass it on and say so; False for whoever is no stranger, or may ask in a group of their platform."""
        if not hearing.is_private or hearing.role.is_staff or hearing.customer_room is not None:
            return False
        adapter = hearing.origin.address.partition(":")[0]
        directory = self._living.directory
        if any(room.address.startswith(f"{adapter}:group:") for room in directory.customer_rooms()):
            return False
        account, now = hearing.origin.account, hearing.now
        if self._of_one.until(account, now) or self._of_all.until(_ANYBODY, now):
            self._log.warning("strangers write much", action="stranger_not_told", account=account)
            return True
        is_first = not self._of_one.has_noted(account)
        drafts = [self._answer(hearing, is_first=is_first), *self._news(hearing, is_first=is_first)]
        if await self._desk.note(await self._noted(hearing), drafts, now, hearing.origin.seen):
            self._of_one.note(account, now)
            self._of_all.note(_ANYBODY, now)
        return True

    async def _noted(self, hearing: Hearing) -> tuple[Kept, ...]:
        """Return what is remembered, so that somebody can say who it is: of the latest few."""
        note = StrangerNote(name=hearing.by.name, at=milliseconds(hearing.now))
        known = {
            key: msgspec.json.decode(value, type=StrangerNote).at
            for key, value in (await self._store.kept(STRANGER)).items()
            if key != STRANGER + hearing.origin.account
        }
        gone = sorted(known, key=known.__getitem__)[: max(0, len(known) + 1 - _MOST_WAITING)]
        return (*(Kept(key, "") for key in gone), noted(STRANGER + hearing.origin.account, note))

    def _answer(self, hearing: Hearing, *, is_first: bool) -> Draft:
        say = self._drafts.speaker(hearing.origin.language, hearing.now).say
        managers = in_charge(self._living.rules)
        who = managers[0] if managers else say("工作人员")
        text = say("收到，已转给 {who}。", who=who)
        if is_first:
            text = say("您的帐号还没有登记，问题已转给 {who}。请再发一下单位和姓名，好联系您。", who=who)
        return self._drafts.answer(Message(to=Place.ASKER, text=text), hearing.origin)

    def _news(self, hearing: Hearing, *, is_first: bool) -> list[Draft]:
        """Tell the duty room what was written, and how whoever wrote it can be known."""
        said = shortened(hearing.text, _LONGEST)

        def told(speaker: Speaker) -> str:
            text = speaker.say(
                "👤 没登记的帐号 {account}（{who}）：{text}",
                account=hearing.origin.account,
                who=hearing.by,
                text=said,
            )
            how = speaker.say(
                "\n是客户的话，请经理回“登记 {who} 客户名 姓名”，以后就认得了。", who=hearing.by
            )
            return text + how if is_first else text

        return news(self._living, self._drafts, f"a{hearing.origin.key}.stranger", hearing.now, told)
