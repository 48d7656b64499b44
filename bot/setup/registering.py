"""登记: whoever wrote privately and was nobody's contact becomes a contact of a customer, by a word of a manager."""

from __future__ import annotations

from typing import Final

import msgspec

from bot import names
from bot.commands import Command
from bot.config import Customer
from bot.conversation.aside import NotesAside
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.rooms.directory import private_chat
from bot.rooms.living import Living
from bot.rooms.set_up import (
    ACCOUNT,
    CONTACT,
    STRANGER,
    AccountNote,
    ContactNote,
    StrangerNote,
    accounts_of,
    noted,
)
from bot.store.contract import Kept, Store
from bot.tickets.errors import N_
from bot.tickets.messages import Message, Place
from bot.tickets.rules import Role

_MOST_NAMED: Final = 5
_TAKEN_BACK: Final = frozenset({"取消", "cancel"})


class Registering(NotesAside):
    """`登记 张三 育才小学 王老师`: whom the duty room was told of, whose contact it is, and what to call them."""

    def __init__(self, *, living: Living, desk: Desk, drafts: Drafts, store: Store) -> None:
        super().__init__(desk, drafts)
        self._living = living
        self._store = store

    async def run(self, hearing: Hearing, command: Command) -> bool:
        """Do what a manager asks for; False where they only speak of registering something."""
        is_sure = command.is_marked or hearing.is_addressed
        strangers = await self._strangers()
        waiting = {**strangers, **self._registered()}  # who is registered may be put right
        words = command.rest.split()
        found, rest = _called(words, waiting)
        if not found and len(strangers) == 1 and self._customer(words)[0] is not None:
            found, rest = list(strangers), words
        if not found and is_sure:
            await self._nobody(hearing, strangers)
        if not found:
            return is_sure
        if len(found) > 1:
            await self._say(
                hearing,
                N_("叫“{name}”的有几位，请写帐号：{accounts}"),
                name=waiting[found[0]],
                accounts=tuple(found[:_MOST_NAMED]),
            )
            return True
        [account] = found
        if " ".join(rest).lower() in _TAKEN_BACK:
            await self._taken_back(hearing, account, waiting[account])
            return True
        customer, rest = self._customer(rest)
        if customer is None:
            known = tuple(each.name for each in self._living.config.customers)[:_MOST_NAMED]
            await self._say(
                hearing,
                N_(
                    "没看出是哪个客户的。例：登记 {who} 客户名 姓名；客户有：{names}\n新客户：先把我拉进它的群，在群里回“绑定 新客户 名称”，再登记。"
                ),
                who=waiting[account],
                names=known or "–",
            )
            return True
        await self._done(hearing, account, customer, names.shown(" ".join(rest)) or waiting[account])
        return True

    async def _strangers(self) -> dict[str, str]:
        """Return accounts with the names of whoever wrote lately and is nobody's contact."""
        kept = await self._store.kept(STRANGER)
        return {
            account: msgspec.json.decode(value, type=StrangerNote).name
            for key, value in kept.items()
            if self._living.directory.person(account := key.removeprefix(STRANGER)) is None
        }

    def _registered(self) -> dict[str, str]:
        """Return the accounts of contacts that the file does not mention, with their names."""
        of_file = accounts_of(self._living.file.people)
        return {
            account: person.name
            for person in self._living.config.people
            if person.role is Role.CONTACT
            for account in person.accounts
            if account not in of_file
        }

    def _customer(self, words: list[str]) -> tuple[Customer | None, list[str]]:
        """Return the customer that words begin with the name of, or with most of it where that is one only, and the others."""
        customers = self._living.config.customers
        for count in range(len(words), 0, -1):
            name = " ".join(words[:count])
            exact = [each for each in customers if name in (each.name, each.id)]
            near = exact or [each for each in customers if len(name) > 1 and name in each.name]
            if len(near) == 1:
                return near[0], words[count:]
        return None, words

    async def _done(self, hearing: Hearing, account: str, customer: Customer, name: str) -> None:
        people = self._living.file.people
        same = [each for each in people if each.name == name]
        known = next(
            (each for each in same if each.customer == customer.id and each.role is Role.CONTACT), None
        )
        kept: tuple[Kept, ...]
        if known is not None:  # somebody of the file, on another platform
            kept = (Kept(CONTACT + account, ""), noted(ACCOUNT + account, AccountNote(person=known.id)))
        else:
            taken = {each.name for each in self._living.config.people if account not in each.accounts}
            name = f"{name}({customer.name})" if name in taken else name
            note = ContactNote(name=name, customer=customer.id)
            kept = (noted(CONTACT + account, note), Kept(ACCOUNT + account, ""))
        kept = (*kept, Kept(STRANGER + account, ""))
        here = self._speak(hearing).say(
            "已登记 {name}（{customer}），帐号 {account}。登记错了就再登记一次，或回“登记 {name} 取消”。",
            name=name,
            customer=customer.name,
            account=account,
        )
        there = self._drafts.speaker(self._living.config.bot.language, hearing.now).say(
            "{name}，已为您登记（{customer}）。有问题直接在这里说。", name=name, customer=customer.name
        )
        told = self._drafts.notice(
            Message(to=Place.ASKER, text=there),
            private_chat(account),
            f"a{hearing.origin.key}.registered",
            hearing.now,
        )
        if await self._desk.note(kept, [self._aside(hearing, here), told], hearing.now, hearing.origin.seen):
            await self._living.load()

    async def _taken_back(self, hearing: Hearing, account: str, name: str) -> None:
        answer = self._aside(hearing, self._speak(hearing).say("{name} 不再登记。", name=name))
        kept = tuple(Kept(each + account, "") for each in (CONTACT, ACCOUNT, STRANGER))
        if await self._desk.note(kept, [answer], hearing.now, hearing.origin.seen):
            await self._living.load()

    async def _nobody(self, hearing: Hearing, strangers: dict[str, str]) -> None:
        if not strangers:
            await self._say(hearing, N_("没有等着登记的人：没登记的人私聊我，我会在这里说。"))
            return
        await self._say(
            hearing,
            N_("登记谁？例：登记 {who} 客户名 姓名。等着的有：{names}"),
            who=next(reversed(strangers.values())),
            names=tuple(strangers.values())[-_MOST_NAMED:],
        )


def _called(words: list[str], waiting: dict[str, str]) -> tuple[list[str], list[str]]:
    """Return the accounts that words begin with, or with the name of, and the other words."""
    for count in range(len(words), 0, -1):
        said = " ".join(words[:count])
        found = [account for account, name in waiting.items() if said in (account, " ".join(name.split()))]
        if found:
            return found, words[count:]
    return [], words
