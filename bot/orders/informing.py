"""What is asked of the bot and changes nothing: how a ticket stands, lists, who is on duty, help, and how contracts are kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.asks import CallList
from bot.commands import Command, spec_named
from bot.conversation import answers
from bot.conversation.aside import AnswersAside
from bot.conversation.finding import Finding
from bot.desk import Desk
from bot.drafts import Drafts
from bot.duty.days import said_on
from bot.duty.office import DutyOffice
from bot.hearing import Hearing
from bot.orders.words import stands_alone
from bot.records.ledgers import Ledgers
from bot.rooms.directory import Directory
from bot.tickets.calling import line
from bot.tickets.kinds import Kind
from bot.tickets.messages import Message, Place
from bot.tickets.model import Ticket
from bot.tickets.rules import Role, Rules
from bot.tickets.timing import promised_word
from bot.vocabulary import Word

_MOST_CALLS = 9
_ALONE = (Word.ON_DUTY, Word.TAKE_OVER, Word.WORKLOAD)  # mean something only when nothing follows


class Informing(AnswersAside):
    """Answers what somebody wants to know. `run` returns False when the word was ordinary speech after all."""

    def __init__(
        self,
        *,
        desk: Desk,
        drafts: Drafts,
        directory: Directory,
        finding: Finding,
        rules: Rules,
        office: DutyOffice,
        ledgers: Ledgers,
    ) -> None:
        super().__init__(desk, drafts)
        self._directory = directory
        self._finding = finding
        self._rules = rules
        self._office = office
        self._ledgers = ledgers
        self._answers: dict[Word, Callable[[Hearing, Command], Awaitable[None]]] = {
            Word.HELP: self._help,
            Word.MINE: self._mine,
            Word.QUEUE: self._queue,
            Word.ATTAINED: self._attained,
            Word.WORKLOAD: self._workload,
            Word.ON_DUTY: self._on_duty,
            Word.TAKE_OVER: self._take_over,
        }
        self.words = frozenset(self._answers)

    async def run(self, hearing: Hearing, command: Command) -> bool:
        """Answer a command of `words`; False when it is not meant as one."""
        if command.word in _ALONE and not command.is_marked and not stands_alone(command):
            return False  # `值班 表发一下` is speech
        await self._answers[command.word](hearing, command)
        return True

    async def progress(self, hearing: Hearing, ticket: Ticket) -> None:
        """Say where a ticket stands."""
        text = answers.progress(ticket, self._speak(hearing), self._rules, is_staff=hearing.is_for_staff)
        message = Message(to=Place.ASKER, text=text, ticket=ticket.number)
        await self._desk.answer([message], hearing.origin)

    async def _attained(self, hearing: Hearing, command: Command) -> None:
        """Say how the shares and numbers of contracts stand; they are the managers' business."""
        if not hearing.is_for_staff or not hearing.role.is_manager:
            managers = self._rules.with_role(Role.MANAGER)
            await self._say(hearing, "达标情况请 {manager} 在值班群或私聊里看。", manager=managers or "–")
            return
        room, _ = self._directory.room_at_start(command.rest)
        if command.rest and room is None:
            await self._say(hearing, "没有叫 {name} 的客户。", name=command.rest)
            return
        asked = (room.customer,) if room is not None and room.customer else ()
        found = await self._ledgers.of(asked, hearing.now)
        await self._tell(hearing, answers.attained(found, self._speak(hearing)))

    async def _help(self, hearing: Hearing, command: Command) -> None:
        spec = spec_named(command.rest) if command.rest else None
        speaker = self._speak(hearing)
        text = (
            answers.example_of(spec, speaker)
            if spec
            else answers.help_for(hearing.role, speaker, is_private=hearing.is_private)
        )
        await self._tell(hearing, text)

    async def _mine(self, hearing: Hearing, command: Command) -> None:  # noqa: ARG002 - the same for every wording
        own = await self._finding.mine(hearing)
        if not own and not hearing.role.is_staff:
            await self.nothing_own(hearing)
            return
        say = answers.queue if hearing.role.is_staff else answers.mine
        await self._tell(hearing, say(own, self._speak(hearing), self._rules))

    async def nothing_own(self, hearing: Hearing) -> None:
        """Say that a customer has nothing open; a school's contact reads what its group has."""
        here = await self._finding.open_here(hearing) if hearing.role is Role.CONTACT else []
        speaker = self._speak(hearing)
        text = (
            answers.of_group(here, speaker, self._rules) if here else answers.mine([], speaker, self._rules)
        )
        await self._tell(hearing, text)

    async def _queue(self, hearing: Hearing, command: Command) -> None:
        tickets = await self._finding.queue(hearing)
        named = self._directory.called_at_start(command.rest, hearing.mentions) if command.rest else None
        if named is not None:
            own = [each for each in tickets if each.owner == named[0]]
            await self._tell(hearing, answers.queue_of(named[0], own, self._speak(hearing), self._rules))
            return
        await self._tell(hearing, answers.queue(tickets, self._speak(hearing), self._rules))

    async def _workload(self, hearing: Hearing, command: Command) -> None:  # noqa: ARG002 - the same for every wording
        tickets = await self._finding.queue(hearing)
        await self._tell(hearing, answers.workload(tickets, self._speak(hearing), self._rules))

    async def _on_duty(self, hearing: Hearing, command: Command) -> None:
        speaker, standing = self._speak(hearing), self._office.on_duty(hearing.now)
        lines = said_on(command.rest, standing, speaker, self._rules)
        await self._tell(hearing, "\n".join(lines) or speaker.say("还没有排班：在配置里写 [rotas]。"))

    async def _take_over(self, hearing: Hearing, command: Command) -> None:  # noqa: ARG002 - the same for every wording
        await self._office.take_over(hearing)

    async def queue(self, hearing: Hearing) -> None:
        """Say what is open, the most pressing first."""
        tickets = await self._finding.queue(hearing)
        await self._tell(hearing, answers.queue(tickets, self._speak(hearing), self._rules))

    async def calls(self, hearing: Hearing) -> None:
        """Say which calls a manager owes; where others read, only how many: who was unhappy is not their business."""
        speaker = self._speak(hearing)
        owed = [each for each in await self._finding.queue(hearing) if each.kind is Kind.CALLBACK]
        if not owed:
            await self._say(hearing, "没有要回访的单。")
            return
        if not hearing.is_private:
            await self._say(hearing, "还有 {count} 单要回访，私聊我发“回访”看名单。", count=len(owed))
            return
        listed = owed[:_MOST_CALLS]
        text = speaker.say("📞 还有 {count} 单要回访：", count=len(owed))
        for place, each in enumerate(listed, 1):
            text += f"\n{place} {line(each, self._due_at(each, hearing), speaker, self._rules)}"
        text += "\n" + speaker.say("打完回“回访 1 结果”，没打通回“回访 1 未接”（单号也行）")
        about = CallList(tickets=tuple(each.subject or each.number for each in listed))
        await self._desk.answer([Message(to=Place.ASIDE, text=text, about=about)], hearing.origin)

    def _due_at(self, call: Ticket, hearing: Hearing) -> datetime:
        return promised_word(call, self._rules) or hearing.now
