"""Commands: what a typed word asks for, on which ticket, and what the answer is when the rules refuse."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot import answers
from bot.asks import Check, Suggestion
from bot.commands import Command, Whose, Word, may_use, nearest, resolution_fields, scores, spec_named
from bot.config import Room
from bot.desk import Desk, UnknownTicket
from bot.directory import Directory
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.opening import Opening
from bot.store.contract import Store
from bot.tickets import steps as s
from bot.tickets.errors import N_, TicketError, TooOld
from bot.tickets.levels import level_named
from bot.tickets.messages import Message, Place
from bot.tickets.model import Kind, Party, Status, Ticket
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from faq.text import looks_like_question

_MOST_DIGITS = 9
_EXAMPLE = "1024"  # the number in the examples of commands
_CALL_WORDS = ("电话", "已电话", "打了电话", "致电", "已致电", "call", "phone", "called")
_MISSED_WORDS = ("未接", "没接", "打不通", "没打通", "无人接", "missed", "no answer")


class Orders:
    """Runs commands. `run` returns False when the word was ordinary speech after all."""

    def __init__(
        self,
        *,
        desk: Desk,
        drafts: Drafts,
        directory: Directory,
        store: Store,
        rules: Rules,
        opening: Opening,
    ) -> None:
        self._desk = desk
        self._drafts = drafts
        self._directory = directory
        self._store = store
        self._rules = rules
        self._opening = opening
        self._informing: dict[Word, Callable[[Hearing, Command], Awaitable[None]]] = {
            Word.REPORT: self._report,
            Word.URGENT: self._report,
            Word.HUMAN: self._human,
            Word.HELP: self._help,
            Word.MINE: self._mine,
            Word.QUEUE: self._queue,
        }

    async def run(self, hearing: Hearing, command: Command, quoted: int | None) -> bool:
        """Do what a command asks for; False when it is not meant as one."""
        if not may_use(command.spec, hearing.role):
            if command.number is None and not command.is_marked and not hearing.is_addressed:
                return False
            template = (
                N_("这一步由工程师来做；您可以回：进度、催单、补充、撤单。")
                if command.spec.whose is not Whose.CUSTOMER
                else N_("这一步请客户来做。")
            )
            await self._say(hearing, template)
            return True
        simple = self._informing.get(command.word)
        if simple is not None:
            await simple(hearing, command)
            return True
        if self._is_speech(hearing, command, quoted):
            return False
        number = command.number if command.number is not None else quoted
        if number is None:
            number = await self._only_one(hearing, command)
        if number is None:
            return await self._asked_for_number(hearing, command)
        return await self._on_ticket(hearing, command, number)

    def _is_speech(self, hearing: Hearing, command: Command, quoted: int | None) -> bool:
        """Tell ordinary sentences that begin with a command's word: `取消 明天的会`, `维持现状就好`, `进展 怎么样了？`."""
        is_sure = command.number is not None or quoted is not None or command.is_marked
        if is_sure or hearing.is_addressed or not command.rest:
            return False
        match command.word:
            case Word.KEEP_LEVEL:
                levels = (level_named(each, command.rest) for each in self._rules.policies.values())
                return not any(levels)
            case Word.UPDATE:
                return looks_like_question(command.rest)
            case _:
                return command.name == "取消"

    async def suggest(self, hearing: Hearing) -> bool:
        """Offer the nearest command for an unknown word, once; False when nothing is near."""
        near = nearest(hearing.text, hearing.role)
        if near is None:
            return False
        text = self._speak(hearing).say("您是要“{command}”吗？回 1", command=near)
        rest = hearing.text.split(near.rpartition(" ")[2], 1)[-1] if " " in near else ""
        message = Message(to=Place.ASKER, text=text, about=Suggestion(command=f"{near}{rest}"))
        await self._desk.answer([message], hearing.origin)
        return True

    async def refuse(self, hearing: Hearing, error: TicketError) -> None:
        """Say why a step is refused, and what works instead; to staff not before the customer."""
        await self._tell(hearing, self._speak(hearing).refuse(error))

    async def check_again(self, hearing: Hearing, ticket: Ticket) -> None:
        """Ask whether a solved ticket works now, because what was said about it says neither."""
        text = self._speak(hearing).say("{number} 现在好了吗？好了回 1，还有问题回 2。", number=ticket.number)
        about = Check(ticket=ticket.number)
        message = Message(to=Place.ASKER, text=text, about=about, ticket=ticket.number)
        await self._desk.answer([message], hearing.origin)

    async def visible(self, hearing: Hearing, number: int) -> Ticket:
        """Return a ticket the asker may know of.

        Raises:
            UnknownTicket: There is none, or it belongs to another customer.
        """
        ticket = await self._store.ticket(number)
        if hearing.is_for_staff:
            if ticket is None:
                raise UnknownTicket(number)
            return ticket
        if ticket is None or not _is_of(ticket, hearing.customer_room):
            raise TicketError("没有查到本群的 {number}。", number=number)
        return ticket

    async def _on_ticket(self, hearing: Hearing, command: Command, number: int) -> bool:
        if command.word is Word.CALLBACK:
            number = await self._callback_of(number)
        ticket = await self.visible(hearing, number)
        if command.word is Word.PROGRESS:
            await self._progress(hearing, ticket)
            return True
        if command.word is Word.EXPLAIN:
            language = hearing.origin.language
            await self._tell(hearing, answers.explained(ticket, self._speak(hearing), self._rules, language))
            return True
        step = self._step(hearing, command, ticket)
        try:
            await self._desk.take(number, step, hearing.origin)
        except TooOld:
            await self._opening.again(hearing, ticket, command.rest)
        return True

    def _step(self, hearing: Hearing, command: Command, ticket: Ticket) -> s.Step:
        by, rest = hearing.by, command.rest
        match command.word:
            case Word.CLAIM:
                return s.Claim(by)
            case Word.ASSIST:
                return s.Assist(by)
            case Word.ARRIVE:
                return s.Arrive(by)
            case Word.HAND_OVER:
                to, note = self._colleague(hearing, command, ticket)
                return s.HandOver(by, to, note)
            case Word.REASSIGN:
                to, reason = self._colleague(hearing, command, ticket)
                return s.Reassign(by, to, reason)
            case Word.ACCEPT:
                return s.Accept(by)
            case Word.DECLINE:
                return s.Decline(by, rest)
            case Word.NOTE:
                is_call = rest.lower().startswith(_CALL_WORDS)
                return s.Note(by, _required(rest, command, ticket), is_call)
            case Word.UPDATE:
                return s.Update(by, _required(rest, command, ticket))
            case Word.SUPPLEMENT:
                return s.Supplement(by, _required(rest, command, ticket))
            case Word.URGE:
                return s.Urge(by)
            case Word.WITHDRAW:
                return s.Withdraw(by)
            case Word.RESOLVE:
                fields = resolution_fields(rest)
                return s.Resolve(by, fields["cause"], fields["method"], fields["prevention"])
            case Word.REOPEN:
                return s.Reopen(by, rest)
            case Word.UNDO:
                return s.Undo(by)
            case Word.RATE:
                found = scores(rest)
                if found is None:
                    raise TicketError(
                        "评分是两个 1 到 5 的数：速度 质量。例：评分 {number} 5 4", number=ticket.number
                    )
                return s.Rate(by, *found)
            case Word.CHANGE_LEVEL | Word.KEEP_LEVEL:
                return self._level(hearing, command, ticket)
            case Word.CALLBACK:
                is_missed = any(word in rest.lower() for word in _MISSED_WORDS) and len(rest) < 12
                return s.Report(by, _required(rest, command, ticket), "missed" if is_missed else "reached")
            case _:
                raise ValueError(f"{command.word} is no step")

    def _level(self, hearing: Hearing, command: Command, ticket: Ticket) -> s.ChangeLevel:
        policy = self._rules.policies.get(ticket.policy)
        if command.word is Word.KEEP_LEVEL and (not command.rest or not policy):
            return s.ChangeLevel(hearing.by, ticket.level_before, "客户要求维持")
        word, _, reason = command.rest.replace("，", " ").partition(" ")
        if not word:
            raise TicketError("请写明级别和原因，例：改级 {number} 二级 仅教师端受影响", number=ticket.number)
        level = level_named(policy, word) if policy else None
        if command.word is Word.KEEP_LEVEL:
            reason = "客户要求维持"
        return s.ChangeLevel(hearing.by, level.id if level else word, reason)

    def _colleague(self, hearing: Hearing, command: Command, ticket: Ticket) -> tuple[Party, str]:
        found = self._directory.called_at_start(command.rest, hearing.mentions)
        if found is None:
            raise TicketError(
                "请写明交给谁，例：{name} {number} @同事 说明",
                name=command.spec.names[0],
                number=ticket.number,
            )
        return found

    async def _only_one(self, hearing: Hearing, command: Command) -> int | None:
        """Return the one ticket a word without a number can mean, or None."""
        fitting = await self._fitting(hearing, command)
        return fitting[0].number if len(fitting) == 1 else None

    async def _fitting(self, hearing: Hearing, command: Command) -> list[Ticket]:
        room, by = hearing.customer_room, hearing.by
        if command.word is Word.CALLBACK or (room is None and not hearing.is_for_staff):
            return []
        if not hearing.role.is_staff and room is not None:
            of_asker = await self._store.tickets_of(hearing.origin.account)
            own = sorted((t for t in of_asker if _is_of(t, room)), key=lambda ticket: ticket.number)
            is_over = command.word in (Word.REOPEN, Word.RATE)
            return [
                ticket
                for ticket in own
                if (ticket.status is not Status.OPEN if is_over else ticket.status is not Status.CLOSED)
            ]
        if not hearing.is_for_staff:
            return []
        open_tickets = [
            ticket for ticket in await self._store.open_tickets() if ticket.kind is not Kind.CALLBACK
        ]
        match command.word:
            case Word.CLAIM | Word.ASSIST:
                return [ticket for ticket in open_tickets if ticket.owner is None]
            case Word.ACCEPT | Word.DECLINE:
                return [
                    ticket for ticket in open_tickets if ticket.offer is not None and ticket.offer.to == by
                ]
            case Word.UNDO:
                return [ticket for ticket in open_tickets if ticket.undo is not None and ticket.undo.by == by]
            case Word.REASSIGN | Word.CHANGE_LEVEL:
                return open_tickets
            case _:
                return [ticket for ticket in open_tickets if ticket.owner == by]

    async def _asked_for_number(self, hearing: Hearing, command: Command) -> bool:
        """Ask which ticket is meant, but only where a command was surely meant."""
        if not (hearing.is_for_staff or hearing.is_addressed or command.is_marked or not command.rest):
            return False
        fitting = await self._fitting(hearing, command)
        name = command.spec.names[0]
        if not fitting:
            await self._say(
                hearing,
                "没有可以“{name}”的单。要指定请写单号，例：{example}",
                name=name,
                example=command.spec.example,
            )
            return True
        numbers = tuple(f"{ticket.number}" for ticket in fitting[:8])
        await self._say(
            hearing,
            "是哪一单？请带上单号：{numbers}。例：{name} {first}",
            numbers=numbers,
            name=name,
            first=numbers[0],
        )
        return True

    async def _callback_of(self, number: int) -> int:
        """Return the callback that is owed about a ticket; its own number works too."""
        about = [ticket for ticket in await self._store.about(number) if ticket.kind is Kind.CALLBACK]
        waiting = [ticket for ticket in about if ticket.status is not Status.CLOSED]
        if waiting:
            return waiting[0].number
        own = await self._store.ticket(number)
        if own is not None and own.kind is Kind.CALLBACK:
            return number
        raise TicketError("{number} 没有等着的回访。", number=number)

    async def _report(self, hearing: Hearing, command: Command) -> None:
        known = await self._named(hearing, command.rest)
        if known is not None:  # "工单 1024" asks about it; it reports nothing new
            await self._progress(hearing, known)
            return
        await self._opening.reported(hearing, command.rest, is_urgent=command.word is Word.URGENT)

    async def _named(self, hearing: Hearing, words: str) -> Ticket | None:
        """Return the ticket whose number is all that the words say."""
        number = words.strip("# ").rstrip("?？")
        if not number.isdecimal() or len(number) > _MOST_DIGITS:
            return None
        ticket = await self._store.ticket(int(number))
        is_known = ticket is not None and (hearing.is_for_staff or _is_of(ticket, hearing.customer_room))
        return ticket if is_known else None

    async def _progress(self, hearing: Hearing, ticket: Ticket) -> None:
        text = answers.progress(ticket, self._speak(hearing), self._rules)
        message = Message(to=Place.ASKER, text=text, ticket=ticket.number)
        await self._desk.answer([message], hearing.origin)

    async def _human(self, hearing: Hearing, command: Command) -> None:
        if command.rest:
            await self._opening.reported(hearing, command.rest)
        else:
            await self._opening.described(hearing)

    async def _help(self, hearing: Hearing, command: Command) -> None:
        spec = spec_named(command.rest) if command.rest else None
        speaker = self._speak(hearing)
        text = answers.example_of(spec, speaker) if spec else answers.help_for(hearing.role, speaker)
        await self._tell(hearing, text)

    async def _mine(self, hearing: Hearing, command: Command) -> None:  # noqa: ARG002 - the same for every wording
        tickets = await self._store.tickets_of(hearing.origin.account)
        room = hearing.customer_room
        if hearing.role.is_staff:
            owned = [ticket for ticket in await self._store.open_tickets() if ticket.owner == hearing.by]
            await self._tell(hearing, answers.queue(owned, self._speak(hearing), self._rules))
            return
        own = [t for t in tickets if t.status is not Status.CLOSED and _is_of(t, room)]
        await self._tell(
            hearing, answers.mine(sorted(own, key=lambda t: t.number), self._speak(hearing), self._rules)
        )

    async def _queue(self, hearing: Hearing, command: Command) -> None:  # noqa: ARG002 - the same for every wording
        tickets = await self._store.open_tickets()
        if not hearing.is_for_staff:
            room = hearing.customer_room
            tickets = [ticket for ticket in tickets if room is not None and ticket.room == room.id]
        await self._tell(hearing, answers.queue(tickets, self._speak(hearing), self._rules))

    def _speak(self, hearing: Hearing) -> Speaker:
        return self._drafts.speaker(hearing.origin.language, hearing.now)

    async def _tell(self, hearing: Hearing, text: str) -> None:
        await self._desk.answer([Message(to=Place.ASIDE, text=text)], hearing.origin)

    async def _say(self, hearing: Hearing, template: str, **values: object) -> None:
        await self._tell(hearing, self._speak(hearing).say(template, **values))


def _is_of(ticket: Ticket, room: Room | None) -> bool:
    """Say whether people of a room may know of a ticket; a manager's call about a rating is internal."""
    if room is None or ticket.kind is Kind.CALLBACK:
        return False
    return ticket.room == room.id or (bool(room.customer) and ticket.customer == room.customer)


def _required(text: str, command: Command, ticket: Ticket) -> str:
    if not text:
        example = command.spec.example.replace(_EXAMPLE, str(ticket.subject or ticket.number))
        raise TicketError("请写上内容，例：{example}", example=example)
    return text


def restated(hearing: Hearing, text: str) -> Hearing:
    """Return the hearing as if another text had been said."""
    return replace(hearing, text=text, quotes=None)
