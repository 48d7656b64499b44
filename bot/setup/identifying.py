"""One person, several platforms: whoever says on a new account the code that was given to a known one is the same person."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog

from bot.at_most import AtMost
from bot.commands import Command
from bot.config import Person
from bot.desk import Desk
from bot.drafts import Draft, Drafts
from bot.hearing import Hearing
from bot.rooms.directory import private_chat
from bot.rooms.living import Living
from bot.rooms.set_up import ACCOUNT, AccountNote, accounts_of, noted
from bot.store.contract import Kept, Store
from bot.tickets.errors import N_
from bot.tickets.messages import Message, Place
from bot.tickets.model import Party
from bot.tickets.speaker import Speaker

CODE = "code:"
LASTS: Final = timedelta(minutes=10)
_MOST_TRIES: Final = 5  # wrong ones of one account while a code holds
_MOST_TRIES_OF_ALL: Final = (
    100  # likewise, so that many accounts together guess no more: a code is one of 90 million
)
_ANYBODY: Final = ""
_MOST_WANTED: Final = 3  # codes of one stranger while one holds
_PRIVATELY: Final = N_("这里别人也看得到，码不能说。请私聊我说“帐号”。")
_TAKES_BACK: Final = re.compile(
    r"(?:取消|解除|解绑|撤销|cancel|unbind)(?:\s+(?P<account>\S+))?", re.IGNORECASE
)
_MOST_SHOWN: Final = 8


class Offered(msgspec.Struct, frozen=True, kw_only=True):
    """A code, and until when it holds, in milliseconds of UTC: whose it is, or the account of a private chat that wants to be somebody's."""

    person: str = ""
    account: str = ""
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
    """`帐号` gives somebody the bot knows a code; `帐号 482113` on another account shows that it is theirs, too.

    Where everybody has another account in each group, no code can be brought to a private chat that the bot does not know
    yet. There the chat is given one, and whoever is known in a group says it there: whoever else reads it gains nothing,
    because nobody becomes another person by saying it.

    `帐号 取消` takes back what was shown like this: whose it was, on any account of theirs, or a manager.
    """

    def __init__(
        self, *, living: Living, desk: Desk, drafts: Drafts, store: Store, new_code: Callable[[], int]
    ) -> None:
        self._living = living
        self._desk = desk
        self._drafts = drafts
        self._store = store
        self._new_code = new_code
        self._guesses = Guesses()
        self._wanted = AtMost(_MOST_WANTED, LASTS)
        self._log = structlog.get_logger("identifying")

    async def run(self, hearing: Hearing, command: Command) -> bool:
        """Give a code or take one; False when neither is meant."""
        if command.rest:
            return await self._taken_back(hearing, command.rest)
        if command.number is not None:
            return await self._take(hearing, command.number)
        person = self._living.directory.person(hearing.origin.account)
        if person is None:
            return await self._want(hearing)
        if not (hearing.is_private or hearing.is_for_staff or hearing.is_addressed):
            return False
        # In private: whoever reads the code first could say that it is theirs.
        place = self._private_place(hearing)
        if place is None:
            return await self._say(hearing, _PRIVATELY)
        code = str(self._new_code())
        draft = self._notice(
            hearing,
            place,
            "code",
            N_("在您的新帐号上对我说：帐号 {code}（{time} 前有效，只能用一次，别给别人）"),
            code=code,
            time=hearing.now + LASTS,
        )
        kept = _kept(code, Offered(person=person.id, until=_until(hearing.now)))
        await self._desk.note((kept,), [draft], hearing.now, hearing.origin.seen)
        return True

    def _private_place(self, hearing: Hearing) -> str | None:
        if hearing.is_private:
            return hearing.origin.address
        directory, account = self._living.directory, hearing.origin.account
        place = directory.private_address(hearing.by, account.partition(":")[0])
        is_of_this_group = place == private_chat(account) and directory.is_local(account)
        return None if is_of_this_group else place

    async def _want(self, hearing: Hearing) -> bool:
        """Give a code to a private chat that may be anybody's; False where a known person could bring theirs."""
        account = hearing.origin.account
        if not hearing.is_private or not self._living.directory.is_local(account):
            return False
        if self._wanted.until(account, hearing.now):
            return True  # the code that was given holds
        code = str(self._new_code())
        kept = _kept(code, Offered(account=account, until=_until(hearing.now)))
        asked = self._answer(
            hearing,
            N_("在您已经用着我的群里对我说：帐号 {code}（{time} 前有效），这里我也就认得您。"),
            code=code,
            time=hearing.now + LASTS,
        )
        if await self._desk.note((kept,), [asked], hearing.now, hearing.origin.seen):
            self._wanted.note(account, hearing.now)
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
        if offered.account:
            return await self._brought(hearing, key, offered.account)
        person = next((each for each in self._living.config.people if each.id == offered.person), None)
        known = self._living.directory.person(account)
        if person is None or (known is not None and known.id != person.id):
            return False
        bound = _bound(account, person, hearing.origin.address)
        answer = self._answer(hearing, N_("认得您了，{name}。"), name=person.name)
        known_at = self._living.directory.private_address(Party(person.id, person.name), "")
        warned = (
            [
                self._notice(
                    hearing,
                    known_at,
                    "known",
                    N_("您在 {account} 上也能用了。不是您本人？马上回“帐号 取消 {account}”。"),
                    account=account,
                )
            ]
            if known_at
            else []
        )
        if await self._desk.note((Kept(key, ""), bound), [answer, *warned], hearing.now, hearing.origin.seen):
            await self._living.load()
        return True

    async def _brought(self, hearing: Hearing, key: str, account: str) -> bool:
        """Take a code that a private chat was given: the chat is that of whoever says it, if they are known here."""
        person = self._living.directory.person(hearing.origin.account)
        if person is None:
            return await self._say(hearing, N_("我在这里也还不认得您，请到认得您的群里说，或请管理员登记。"))
        other = self._living.directory.person(account)
        if other is not None and other.id != person.id:
            return False
        place = private_chat(account)
        bound = _bound(account, person, place)
        told = [
            self._answer(
                hearing,
                N_("认得了，{name}：给您这个码的私聊也是您。码不是您自己要的？马上回“帐号 取消”。"),
                name=person.name,
            ),
            self._notice(hearing, place, "known", N_("认得您了，{name}。"), name=person.name),
        ]
        if await self._desk.note((Kept(key, ""), bound), told, hearing.now, hearing.origin.seen):
            await self._living.load()
        return True

    async def _taken_back(self, hearing: Hearing, said: str) -> bool:
        """Let go of an account that somebody has shown to be theirs; False when no such thing is meant."""
        found = _TAKES_BACK.fullmatch(said.strip())
        person = self._living.directory.person(hearing.origin.account)
        if found is None or person is None:
            return False
        shown = self._shown()
        own = [account for account, owner in shown.items() if owner.id == person.id]
        theirs = [*own, *(each for each in shown if each not in own)] if hearing.role.is_manager else own
        account = found["account"] or (own[0] if len(own) == 1 else "")
        if account in theirs:
            return await self._let_go(hearing, account, shown[account])
        if not theirs:
            return await self._say(hearing, N_("没有用确认码认过的帐号；写在配置文件里的请改文件。"))
        if not (hearing.is_private or hearing.is_for_staff):
            return await self._say(hearing, N_("认过的帐号不止一个，取消哪个请私聊我说“帐号 取消”。"))
        speaker = self._speak(hearing)
        listed = tuple(
            speaker.say("{account}（{name}）", account=each, name=shown[each].name)
            for each in theirs[:_MOST_SHOWN]
        )
        return await self._say(
            hearing,
            N_("用确认码认过的帐号：{accounts}。取消一个：帐号 取消 {example}"),
            accounts=listed,
            example=theirs[0],
        )

    def _shown(self) -> dict[str, Person]:
        """Return whose the accounts are that were shown in chat and that the file does not mention."""
        of_file = accounts_of(self._living.file.people)
        return {
            account: person
            for account in sorted(self._living.set_up.accounts)
            if account not in of_file and (person := self._living.directory.person(account)) is not None
        }

    async def _let_go(self, hearing: Hearing, account: str, person: Person) -> bool:
        if hearing.is_private or hearing.is_for_staff:
            template = N_("{account} 不再是 {name} 的帐号。")
        else:  # of no interest to others
            template = N_("用确认码认的那个帐号不再是 {name} 的。")
        done = self._answer(hearing, template, account=account, name=person.name)
        if await self._desk.note((Kept(ACCOUNT + account, ""),), [done], hearing.now, hearing.origin.seen):
            await self._living.load()
        return True

    async def _say(self, hearing: Hearing, template: str, **values: object) -> bool:
        await self._desk.note(
            (), [self._answer(hearing, template, **values)], hearing.now, hearing.origin.seen
        )
        return True

    def _speak(self, hearing: Hearing) -> Speaker:
        return self._drafts.speaker(hearing.origin.language, hearing.now)

    def _answer(self, hearing: Hearing, template: str, **values: object) -> Draft:
        text = self._speak(hearing).say(template, **values)
        return self._drafts.answer(Message(to=Place.ASKER, text=text), hearing.origin)

    def _notice(self, hearing: Hearing, address: str, what: str, template: str, **values: object) -> Draft:
        text, key = self._speak(hearing).say(template, **values), f"a{hearing.origin.key}.{what}"
        return self._drafts.notice(Message(to=Place.ASKER, text=text), address, key, hearing.now)


def _bound(account: str, person: Person, room: str) -> Kept:
    return noted(ACCOUNT + account, AccountNote(person=person.id, room=room))


def _kept(code: str, offered: Offered) -> Kept:
    return noted(f"{CODE}{code}", offered)


def _until(now: datetime) -> int:
    return int((now + LASTS).timestamp() * 1000)
