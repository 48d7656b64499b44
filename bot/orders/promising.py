"""The promises that are in force for a customer, told to whoever asks for them in a word or in a sentence."""

from __future__ import annotations

import re
from typing import Final

from bot.commands import Command
from bot.conversation.aside import AnswersAside
from bot.conversation.finding import Finding
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.meaning.promise_sentences import asks_for_promises, asks_how_soon, customer_named
from bot.orders.informing import Informing
from bot.rooms.directory import Directory
from bot.tickets.messages import Message, Place
from bot.tickets.promised import promised_to
from bot.tickets.recipients import in_charge
from bot.tickets.rules import Rules
from bot.tickets.timing import is_awaited

_SPEECH: Final = re.compile(r"[要得该我你您他们不没了吗呢吧]|怎么")  # what customers are not called


class Promising(AnswersAside):
    """Answers 服务承诺, and sentences that mean it. `run` and `asked` return False when it was speech after all."""

    def __init__(
        self,
        *,
        desk: Desk,
        drafts: Drafts,
        directory: Directory,
        finding: Finding,
        informing: Informing,
        rules: Rules,
    ) -> None:
        super().__init__(desk, drafts)
        self._directory = directory
        self._finding = finding
        self._informing = informing
        self._rules = rules

    async def run(self, hearing: Hearing, command: Command) -> bool:
        """Answer the word; staff among themselves add a customer's name."""
        rest = command.rest.strip(" ?？。.!！~")
        is_called = hearing.is_addressed or command.is_marked
        room, left = self._directory.room_at_start(rest) if rest else (None, "")
        named = room.customer or "" if room is not None and not left else ""
        if not hearing.is_for_staff:
            if rest and named != hearing.customer and not (is_called and not named):
                return False
            await self._promise(hearing, hearing.customer)
            return True
        if not rest:
            await self._say(hearing, "请带上客户名，例：服务承诺 育才小学")
            return True
        if not named and not is_called and (command.name.isascii() or _SPEECH.search(rest)):
            return False  # "sla breach again", 服务标准 要统一一下
        if not named:
            await self._say(hearing, "没有叫 {name} 的客户。", name=rest)
            return True
        await self._promise(hearing, named)
        return True

    async def asked(self, hearing: Hearing, *, is_alone: bool) -> bool:
        """Answer a sentence that asks for it: 你们多久响应, among staff 实验小学的服务承诺."""
        said = hearing.text.strip()
        if hearing.is_for_staff:
            name = customer_named(said)
            room = self._directory.room_named(name) if name else None
            if room is not None:
                await self._promise(hearing, room.customer or "")
            return room is not None
        room = hearing.customer_room
        is_open = (
            is_alone and not hearing.mentions and room is not None and room.answers(hearing.now) == "auto"
        )
        if not (hearing.is_addressed or is_open):
            return False
        if asks_how_soon(said, is_addressed=hearing.is_addressed):
            waits = await self._finding.mine_open(hearing)
            if len(waits) == 1 and is_awaited(waits[0], self._rules):
                await self._informing.progress(hearing, waits[0])
                return True
        elif not asks_for_promises(said, is_addressed=hearing.is_addressed):
            return False
        await self._promise(hearing, hearing.customer)
        return True

    async def _promise(self, hearing: Hearing, customer: str) -> None:
        """Say it where it was asked: it is no internal matter, so the customer may read what staff asked for."""
        policy = self._rules.policies.get(self._directory.policy_of(customer)) if customer else None
        say = self._speak(hearing).say
        if policy is not None:
            text = promised_to(customer, policy, self._speak(hearing), self._rules)
        elif hearing.customer_room is None and not hearing.is_for_staff:
            text = say("还不知道您是哪家客户的，请在客户群里问我“服务承诺”。")
        else:
            text = say("这里还没有定服务承诺，请问 {manager}。", manager=in_charge(self._rules)[:1] or "–")
        await self._desk.answer([Message(to=Place.ASKER, text=text)], hearing.origin)
