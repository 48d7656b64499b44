"""One person, several platforms: whoever says on a new account the code that was given to a known one is the same person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog

from bot.at_most import AtMost
from bot.commands import Command
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.living import Living
from bot.set_up import ACCOUNT, AccountNote
from bot.store.contract import Kept, Store
from bot.tickets.errors import N_
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party

CODE = "code:"
LASTS: Final = timedelta(minutes=10)
_MOST_TRIES: Final = 5  # wrong ones of one account while a code holds
_MOST_TRIES_OF_ALL: Final = (
    100  # likewise, so that many accounts together guess no more: a code is one of 90 million
)
_ANYBODY: Final = ""
_PRIVATELY: Final = N_("这里别人也看得到，码不能说。请私聊我说“帐号”。")


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """A code, whose it is, and until when it holds, in milliseconds of UTC."""

    person: str
    until: int


class Guesses:
    """Wrong codes of the last minutes: whoever tries many is not listened to for as long as a code holds, nor is anybody once all try too many."""

    def __init__(self) -> None:
        self._of_all = AtMost(_MOST_TRIES_OF_ALL, LASTS)
        self._of_one = AtMost(_MOST_TRIES, LASTS)

    def are_too_many(self, account: str, now: datetime) -> bool:
        """Say whether an account may not try now."""
        return bool(self._of_all.until(_ANYBODY, now) or self._of_one.until(account, now))

    def note(self, account: str, now: datetime) -> None:
        """Remember a wrong code."""
        self._of_all.note(_ANYBODY, now)
        self._of_one.note(account, now)


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
        self._guesses = Guesses()
        self._log = structlog.get_logger("identifying")

    async def run(self, hearing: Hearing, command: Command) -> bool:
        """Give a code or take one; False when neither is meant."""
        if command.rest:
            return False
        if command.number is not None:
            return await self._take(hearing, command.number)
        person = self._living.directory.person(hearing.origin.account)
        if person is None or not (hearing.is_private or hearing.is_for_staff or hearing.is_addressed):
            return False
        # In private: whoever reads the code first could say that it is theirs.
        place = self._living.directory.private_address(hearing.by, hearing.origin.address.partition(":")[0])
        if place is None and not hearing.is_private:
            text = self._drafts.speaker(hearing.origin.language, hearing.now).say(_PRIVATELY)
            answer = self._drafts.answer(Message(to=Place.ASKER, text=text), hearing.origin)
            await self._desk.note((), [answer], hearing.now, hearing.origin.seen)
            return True
        code = self._new_code()
        until = int((hearing.now + LASTS).timestamp() * 1000)
        offered = msgspec.json.encode(Offered(person=person.id, until=until)).decode()
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
        if self._guesses.are_too_many(account, hearing.now):
            self._log.warning("too many wrong codes", action="codes_guessed", account=account)
            return False
        key = f"{CODE}{number}"
        found = (await self._store.kept(key)).get(key)
        offered = msgspec.json.decode(found, type=Offered) if found else None
        if offered is None or offered.until < hearing.now.timestamp() * 1000:
            self._guesses.note(account, hearing.now)
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
