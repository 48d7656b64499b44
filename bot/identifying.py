"""One person, several platforms: whoever says on a new account the code that was given to a known one is the same person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import msgspec

from bot.commands import Command
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.living import Living
from bot.set_up import ACCOUNT, AccountNote
from bot.store.contract import Kept, Store
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party

CODE = "code:"
LASTS: Final = timedelta(minutes=10)
_MOST_TRIES: Final = 5  # of one account, until the program starts again: a code is one of 900 000
_MOST_ACCOUNTS: Final = 10_000


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """A code, whose it is, and until when it holds, in milliseconds of UTC."""

    person: str
    until: int


class Identifying:
    """`帐号` gives somebody the bot knows a code; `帐号 482113` on another account shows that it is theirs, too."""

    def __init__(
        self, *, living: Living, desk: Desk, drafts: Drafts, store: Store, new_code: Callable[[], int]
    ) -> None:
        self._living = living
        self._desk = desk
        self._drafts = drafts
        self._store = store
        self._new_code = new_code
        self._tries: Counter[str] = Counter()

    async def run(self, hearing: Hearing, command: Command) -> bool:
        """Give a code or take one; False when neither is meant."""
        if command.rest:
            return False
        if command.number is not None:
            return await self._take(hearing, command.number)
        person = self._living.directory.person(hearing.origin.account)
        if person is None or not (hearing.is_private or hearing.is_for_staff or hearing.is_addressed):
            return False
        code = self._new_code()
        until = int((hearing.now + LASTS).timestamp() * 1000)
        offered = msgspec.json.encode(Offered(person=person.id, until=until)).decode()
        # In private: whoever reads the code first could say that it is theirs.
        place = self._living.directory.private_address(hearing.by, hearing.origin.address.partition(":")[0])
        text = self._drafts.speaker(hearing.origin.language, hearing.now).say(
            "在您的新帐号上对我说：帐号 {code}（{time} 前有效，只能用一次，别给别人）",
            code=str(code),
            time=hearing.now + LASTS,
        )
        draft = self._drafts.notice(
            Message(to=Place.ASKER, text=text),
            place or hearing.origin.address,
            f"a{hearing.origin.key}.code",
            hearing.now,
        )
        await self._desk.note((Kept(f"{CODE}{code}", offered),), [draft], hearing.now, hearing.origin.seen)
        return True

    async def _take(self, hearing: Hearing, number: int) -> bool:
        account = hearing.origin.account
        if self._tries[account] >= _MOST_TRIES:
            return False
        key = f"{CODE}{number}"
        found = (await self._store.kept(key)).get(key)
        offered = msgspec.json.decode(found, type=Offered) if found else None
        if offered is None or offered.until < hearing.now.timestamp() * 1000:
            if len(self._tries) < _MOST_ACCOUNTS:
                self._tries[account] += 1
            return False
        person = next((each for each in self._living.config.people if each.id == offered.person), None)
        known = self._living.directory.person(account)
        if person is None or (known is not None and known.id != person.id):
            return False
        note = AccountNote(person=person.id, room=hearing.origin.address)
        kept = (Kept(key, ""), Kept(ACCOUNT + account, msgspec.json.encode(note).decode()))
        speaker = self._drafts.speaker(hearing.origin.language, hearing.now)
        answer = self._drafts.answer(
            Message(to=Place.ASKER, text=speaker.say("认得您了，{name}。", name=person.name)), hearing.origin
        )
        known_at = self._living.directory.private_address(Party(person.id, person.name), "")
        warned = (
            [
                self._drafts.notice(
                    Message(
                        to=Place.ASKER,
                        text=speaker.say(
                            "您在 {account} 上也能用了。不是您本人？请马上告诉管理员。", account=account
                        ),
                    ),
                    known_at,
                    f"a{hearing.origin.key}.known",
                    hearing.now,
                )
            ]
            if known_at
            else []
        )
        if await self._desk.note(kept, [answer, *warned], hearing.now, hearing.origin.seen):
            await self._living.load()
        return True
