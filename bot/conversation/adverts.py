"""Adverts of people who have just come into a customer's group: the duty room hears of them, the group never does.

Only what is surely one counts: the first words of somebody nobody knows, right after they came, with where to go or whom to call and
an offer, or nothing but a link; whoever asks something or tells of a trouble offers nothing. Who came is remembered in memory only.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from adapters.contract import Notice as Happening
from adapters.contract import What
from bot.commands import parse
from bot.desk import Desk, Notice
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.one_line import shortened
from bot.rooms.directory import Directory
from bot.tickets.messages import Message, Place
from faq.text import looks_like_question, looks_like_trouble
from scheduler.loop import Clock

_NEW: Final = timedelta(days=1)
_MOST: Final = 1000  # who came and has said nothing
_LONGEST: Final = 60
_LINK = re.compile(r"(?:https?://|www\.)[^\s\u4e00-\u9fff]{4,}", re.IGNORECASE)
_CONTACT = re.compile(
    r"(?<!\d)1[3-9]\d{9}(?!\d)|(?:微信|威信|薇信|(?<![a-z])(?:vx|wx|qq|telegram|whatsapp)|扣扣)(?:群|号)?\s*[:：]?\s*[a-z0-9_-]{5,20}",
    re.IGNORECASE,
)
_OFFERS = re.compile(
    r"兼职|刷单|日结|日赚|月入|赚钱|躺赚|返利|返现|红包|优惠|限时|特价|低价|批发|免费(?:领|送|试听)|福利|代(?:理|写|开|刷)|贷款|套现|理财|稳赚|彩票|博彩|棋牌"
    r"|包过|内部(?:资料|渠道|价)|学历提升|招(?:聘|代理|商)|推广|引流|加(?:我|微|v|vx|q|好友)|扫码(?:进|加|领)"
    r"|\b(?:earn|casino|crypto|bitcoin|loan|discount|promo|invest)\w*",
    re.IGNORECASE,
)


def is_advert(text: str) -> bool:
    """Say whether words offer something, and do not ask for help."""
    link, said = _LINK.search(text), text.strip()
    if parse(text) is not None or looks_like_trouble(text) or looks_like_question(text):
        return False
    is_bare = link is not None and link[0] == said
    return is_bare or ((link or _CONTACT.search(text)) is not None and _OFFERS.search(text) is not None)


class Adverts:
    """Remembers who has just come, and tells the duty room when the first they say is an advert."""

    def __init__(self, *, directory: Directory, desk: Desk, drafts: Drafts, clock: Clock) -> None:
        self._directory = directory
        self._desk = desk
        self._drafts = drafts
        self._clock = clock
        self._came: OrderedDict[tuple[str, str], datetime] = OrderedDict()

    def noticed(self, happening: Happening) -> None:
        """Remember somebody unknown who came into a group."""
        if happening.what is not What.MEMBER_ADDED or self._directory.person(happening.account) is not None:
            return
        self._came[happening.room, happening.account] = self._clock.now()
        if len(self._came) > _MOST:
            self._came.popitem(last=False)

    def waits_for(self, hearing: Hearing) -> bool:
        """Say whether somebody who has just come speaks for the first time."""
        return bool(self._came) and (hearing.origin.address, hearing.origin.account) in self._came

    async def heard(self, hearing: Hearing) -> None:
        """Look at the first words of who has just come."""
        came_at = self._came.pop((hearing.origin.address, hearing.origin.account), None)
        room = hearing.customer_room
        if came_at is None or hearing.now - came_at > _NEW or hearing.is_addressed or room is None:
            return
        duty = self._directory.room(room.duty) if room.duty else None
        if duty is None or not is_advert(hearing.text):
            return
        text = self._drafts.speaker(duty.language, hearing.now).say(
            "“{room}”疑似广告：{who} 刚进群就说“{text}”。我没有理会，要移出请找群主。",
            room=room.name,
            who=hearing.by,
            text=shortened(hearing.text, _LONGEST),
        )
        key = f"{hearing.origin.seen}|advert"
        await self._desk.tell([Notice(Message(to=Place.DUTY, text=text), duty.address)], key, hearing.now)
