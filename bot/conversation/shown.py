"""What somebody showed just before they said what is wrong: photos, voice, files. They belong to the ticket that the words open.

A memory only, like `talk`: a restart may forget it.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from adapters.contract import Attachment
from bot import names as naming
from bot.hearing import Hearing
from bot.origin import Origin
from bot.tickets.errors import N_
from bot.tickets.speaker import Speaker

PICTURES_FOLLOW = timedelta(minutes=1)  # an album comes as one message for each picture
_SOON = timedelta(minutes=5)  # who shows something and says nothing for longer has shown it to somebody else
_MOST, _PEOPLE = 5, 1000
_T = TypeVar("_T")
# Nobody gives a photo a name: what stands there is the platform's own number.
_UNNAMED = frozenset({"picture", "voice", "video", "forward"})
_WORDS = {
    "picture": N_("图片"),
    "voice": N_("语音"),
    "video": N_("视频"),
    "forward": N_("聊天记录"),
    "file": N_("文件"),
}


class Showing(msgspec.Struct, frozen=True):
    """One message that brought something to see or hear; `names` says what."""

    origin: Origin
    names: tuple[str, ...]


class Shown:
    """Remembers by room and person what belongs to no ticket yet."""

    def __init__(self) -> None:
        self._of: OrderedDict[tuple[str, str], list[Showing]] = OrderedDict()
        self._given: OrderedDict[tuple[str, str], tuple[int, datetime]] = OrderedDict()

    def note(self, hearing: Hearing, names: tuple[str, ...]) -> None:
        """Remember what a message brought; a redelivery changes nothing."""
        origin = hearing.origin
        showings = self._of.setdefault((origin.address, origin.account), [])
        _keep_few(self._of, (origin.address, origin.account))
        if origin.message not in [each.origin.message for each in showings]:
            showings.append(Showing(origin, names))
            del showings[:-_MOST]

    def before(self, hearing: Hearing) -> tuple[Showing, ...]:
        """Return what whoever speaks has shown in this room with these words or a moment before, oldest first."""
        showings = self._of.get((hearing.origin.address, hearing.origin.account), [])
        return tuple(each for each in showings if hearing.now - each.origin.now <= _SOON)

    def forget(self, hearing: Hearing) -> None:
        """Forget what whoever speaks has shown: it belongs to a ticket now."""
        self._of.pop((hearing.origin.address, hearing.origin.account), None)

    def given(self, hearing: Hearing, ticket: int) -> None:
        """Remember to which ticket went what a message brought: it belongs to no other."""
        whose = (hearing.origin.address, hearing.origin.account)
        if whose in self._of:
            self._of[whose] = [
                each for each in self._of[whose] if each.origin.message != hearing.origin.message
            ]
        self._given[whose] = (ticket, hearing.now)
        _keep_few(self._given, whose)

    def continued(self, hearing: Hearing) -> int | None:
        """Return the ticket to which whoever speaks gave a picture just before: more of them follow it."""
        ticket, at = self._given.get((hearing.origin.address, hearing.origin.account), (None, hearing.now))
        return ticket if hearing.now - at <= PICTURES_FOLLOW else None


def _keep_few(of: OrderedDict[tuple[str, str], _T], latest: tuple[str, str]) -> None:
    """Forget of whom was remembered the longest ago."""
    of.move_to_end(latest)
    if len(of) > _PEOPLE:
        of.popitem(last=False)


def names_of(attachments: Sequence[Attachment], speaker: Speaker) -> tuple[str, ...]:
    """Return what attachments are in words: a file by its name, everything else by its kind."""
    return tuple(
        (each.kind not in _UNNAMED and naming.shown(each.name))
        or speaker.say(_WORDS.get(each.kind, _WORDS["file"]))
        for each in attachments
    )


def bracketed(names: Sequence[str]) -> str:
    """Return them as chats write what is no text: `[图片×3、日志.txt]`."""
    counted = (name if count == 1 else f"{name}×{count}" for name, count in Counter(names).items())
    return f"[{'、'.join(counted)}]" if names else ""
