"""Commands: what a typed word asks for, on which ticket, and what the answer is when the rules refuse."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence

import msgspec
from msgspec.structs import replace

from bot.asks import Suggestion
from bot.commands import WITH_NUMBER, Command, misheard, nearest, parse
from bot.conversation import answers
from bot.conversation.aside import AnswersAside
from bot.conversation.complaining import Complaining
from bot.conversation.finding import Finding
from bot.conversation.opening import Opening
from bot.conversation.raising import pressed
from bot.conversation.visiting import Visiting
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.learning.teaching import WORDS as TEACHING_WORDS
from bot.learning.teaching import Teaching
from bot.orders.informing import Informing
from bot.orders.intentions import step_of
from bot.orders.merging import MERGING_WORDS, MergingOrders
from bot.orders.planned_work import PLANNED_WORDS, PlannedOrders
from bot.orders.promising import Promising
from bot.orders.runbooks import IncidentOrders
from bot.orders.wishing import WISHES, Wishing
from bot.orders.words import AT_ONCE, is_before_customers, is_sure, may_be_words, others
from bot.records.ledgers import Ledgers
from bot.records.paperwork import Paperwork
from bot.rooms.directory import Directory
from bot.setup.setting_up import SET_UP_WORDS, SettingUp
from bot.tickets import steps as s
from bot.tickets.errors import N_, Phrase, TicketError, TooOld, which_of
from bot.tickets.kinds import Kind, Status
from bot.tickets.ledger_steps import NameAsset
from bot.tickets.levels import level_named
from bot.tickets.messages import Message, Place
from bot.tickets.model import Improvement, Ticket
from bot.tickets.rules import Rules
from bot.vocabulary import EXAMPLE_NUMBER, Whose, Word, may_use
from faq.outages import says_no_more
from faq.text import looks_like_question

# Words that begin many an ordinary sentence: without a number they are speech.
_SPOKEN = (
    Word.RESUME,
    Word.REMOTE,
    Word.ANSWER,
    Word.PROMISE_ANSWER,
    Word.OCCUR,
    Word.LEND,
    Word.DIAGNOSE,
    Word.WORK_AROUND,
    Word.RECEIVE,
    Word.ORDER,
    Word.GIVE_BACK,
    Word.REPLACE,
    Word.AGREE,
    Word.MAJOR,
    Word.RECOVER,
    Word.QUOTE,
    Word.CONSULT,
    Word.SEEK_HELP,
    Word.CONCLUDE,
    Word.TURN_DOWN,
    Word.OUTSIDE,
)
# Of these, what somebody who believes them done has not told the customer, or whoever decides.
_OFTEN_MEANT = frozenset(_SPOKEN) - {Word.RESUME, Word.RECOVER, Word.MAJOR, Word.REMOTE}
# These may change something before the commit that knows whether the message was handled: knowledge, what is set up, plans.
_MORE_THAN_A_COMMIT = SET_UP_WORDS | TEACHING_WORDS | MERGING_WORDS | PLANNED_WORDS
_ALSO_WISHES = (Word.APPOINT, Word.SEEK_HELP, Word.REMOTE)
_OWN = (Word.PROGRESS, Word.URGE, Word.WITHDRAW, Word.SUPPLEMENT)  # ask for something the customer has open


_EACH_ITS_OWN = re.compile("分别")  # of several: they have not one result


class Orders(AnswersAside):
    """Runs commands. `run` returns False when the word was ordinary speech after all."""

    def __init__(
        self,
        *,
        desk: Desk,
        drafts: Drafts,
        directory: Directory,
        finding: Finding,
        rules: Rules,
        opening: Opening,
        informing: Informing,
        teaching: Teaching,
        planned: PlannedOrders,
        setting_up: SettingUp,
        ledgers: Ledgers,
        visits: Visiting,
        merging: MergingOrders,
        incidents: IncidentOrders,
        paperwork: Paperwork,
        complaining: Complaining,
        promising: Promising,
    ) -> None:
        super().__init__(desk, drafts)
        self._directory = directory
        self._finding = finding
        self._rules = rules
        self._opening = opening
        self._informing = informing
        self._teaching = teaching
        self._planned = planned
        self._setting_up = setting_up
        self._ledgers = ledgers
        self._visits = visits
        self._merging = merging
        self._incidents = incidents
        self._paperwork = paperwork
        self._complaining = complaining
        self._promising = promising
        self._wishing = Wishing(opening, directory)
        self._reporting: dict[Word, Callable[[Hearing, Command], Awaitable[None]]] = {
            Word.REPORT: self._report,
            Word.URGENT: self._report,
            Word.HUMAN: self._human,
        }

    def ends_in_a_commit(self, command: Command) -> bool:
        """Say whether all that a command brings about is one commit, which the store refuses when the message was handled before."""
        return command.word not in _MORE_THAN_A_COMMIT

    async def run(self, hearing: Hearing, command: Command, quoted: int | None) -> bool:
        """Do what a command asks for; False when it is not meant as one."""
        if command.is_number_first and not is_sure(hearing, command):
            return False
        if command.name == "?" and not hearing.is_private and not hearing.is_for_staff:
            return await self._puzzled(hearing)
        if command.word in SET_UP_WORDS:
            return await self._setting_up.run(hearing, command)
        if command.word in TEACHING_WORDS:
            return await self._teaching.run(hearing, command, quoted)
        if command.word in MERGING_WORDS:
            return await self._merging.run(hearing, command, quoted)
        if not may_use(command.spec, hearing.role):
            is_wish = command.word in _ALSO_WISHES  # a customer's 约 明天下午3点, 求助，投影打不开
            if command.number is None and not command.is_marked and (is_wish or not hearing.is_addressed):
                return False
            template = (
                N_("这一步由工程师来做；您可以回：进度、催单、补充、撤单。")
                if command.spec.whose is not Whose.CUSTOMER
                else N_("这一步请客户来做。")
            )
            await self._say(hearing, template)
            return True
        if command.word is Word.COMPLAIN:
            return await self._complaining.run(hearing, command)
        if command.word in WISHES:
            return await self._wishing.run(hearing, command)
        if command.word is Word.PROMISES:
            return await self._promising.run(hearing, command)
        if command.word in self._informing.words:
            return await self._informing.run(hearing, command)
        report = self._reporting.get(command.word)
        if report is not None:
            await report(hearing, command)
            return True
        if command.word is Word.TICK:
            return await self._incidents.tick(hearing, command, quoted)
        if command.word in PLANNED_WORDS:
            return await self._planned.run(hearing, command, quoted)
        if self._is_speech(hearing, command, quoted):
            return await self._is_asked_whether(hearing, command)
        number = command.number if command.number is not None else quoted
        if number is None and command.word is Word.CALLBACK and not command.rest and hearing.role.is_manager:
            await self._informing.calls(hearing)
            return True
        if number is None:
            fitting = await self._finding.fitting(hearing, command)
            if command.word is Word.NOBODY_CAME and not fitting and not hearing.is_addressed:
                return False  # nobody of ours was to come
            if command.word is Word.CLAIM and not fitting and is_before_customers(hearing, command):
                return False  # 我来 is said to the customer
            if command.word is Word.CLAIM and not fitting and not command.rest:
                fitting = await self._finding.just_claimed(hearing)  # whoever was faster is named
            lacking = await self._finding.lacking(hearing) if command.word is Word.RESOLVE else ()
            if len(fitting) != 1 and not lacking:
                return await self._asked_for_number(hearing, command, fitting)
            named = lacking or (fitting[0].number,)
        else:
            named = (number,)
        numbers, each = await self._of_each(hearing, command, named)
        if len(numbers) == 1:
            return await self._on_ticket(hearing, each, numbers[0])
        if command.word is Word.RESOLVE and _EACH_ITS_OWN.search(each.rest):
            raise which_of(numbers)
        await self._on_each(hearing, numbers, lambda heard, number: self._on_ticket(heard, each, number))
        return True

    async def _of_each(
        self, hearing: Hearing, command: Command, named: Sequence[int]
    ) -> tuple[tuple[int, ...], Command]:
        """Return the tickets that are meant at once, and what is asked for each of them.

        Raises:
            TicketError: A customer names too many.
        """
        numbers, asked = list(named), command
        for other, rest in others(command):
            if may_be_words(command) and await self._finding.going_on(other) is None:
                break
            numbers.append(other)
            asked = replace(command, rest=rest)
        meant = tuple(dict.fromkeys(numbers))
        if len(meant) > AT_ONCE and not hearing.role.is_staff:
            raise TicketError(N_("一次最多 {count} 单，请分几次说。"), count=AT_ONCE)
        return await self._leading(meant), asked

    async def _leading(self, numbers: tuple[int, ...]) -> tuple[int, ...]:
        """Return numbers without those of tickets that go along with another of them."""
        if len(numbers) == 1:
            return numbers
        known = [(each, await self._finding.going_on(each)) for each in numbers]
        return tuple(each for each, ticket in known if ticket is None or ticket.follows not in numbers)

    def _is_speech(self, hearing: Hearing, command: Command, quoted: int | None) -> bool:
        """Tell ordinary sentences that begin with a command's word: `取消 明天的会`, `维持现状就好`, `进展 怎么样了？`."""
        is_sure = command.number is not None or quoted is not None or command.is_marked
        if command.name in WITH_NUMBER and not is_sure:
            return not hearing.is_addressed
        if command.word is Word.ACKNOWLEDGE:  # among people it means no more than "I see"
            return command.number is None and not command.is_marked and not (quoted and hearing.is_for_staff)
        if is_sure or hearing.is_addressed or not command.rest:
            return False
        match command.word:
            case Word.KEEP_LEVEL:
                levels = (level_named(each, command.rest) for each in self._rules.policies.values())
                return not any(levels)
            case word if word in _SPOKEN:
                return True
            case Word.UPDATE:
                return looks_like_question(command.rest)
            case _:
                return command.name == "取消"

    async def _is_asked_whether(self, hearing: Hearing, command: Command) -> bool:
        """Ask staff who write `答复 明天换` among themselves whether the only ticket it fits is meant: who believes it was done tells nobody else."""
        is_written = command.rest and hearing.text.startswith((f"{command.name} ", f"{command.name}："))
        if not (is_written and hearing.is_for_staff and command.word in _OFTEN_MEANT):
            return False
        fitting = await self._finding.fitting(hearing, command)
        if len(fitting) != 1:
            return bool(fitting) and await self._asked_for_number(hearing, command, fitting)
        shown = f"{command.spec.called(hearing.origin.language)} {fitting[0].number}"
        await self._ask_whether(hearing, shown, f"{shown} {command.rest}")
        return True

    async def moved(self, hearing: Hearing, why: str, quoted: int | None) -> bool:
        """Take a customer's wish for another time as 改期; False where nothing has a time in their room."""
        return await self._planned.moved(hearing, why, quoted)

    async def suggest(self, hearing: Hearing) -> bool:
        """Offer the nearest command for an unknown word, once; False when nothing is near."""
        if (found := misheard(hearing.text, hearing.role)) is not None:
            await self._ask_whether(hearing, " ".join(found.split()[:2]), found)
            return True
        near = nearest(hearing.text, hearing.role)
        if near is None:
            return False
        rest = hearing.text.split(near.rpartition(" ")[2], 1)[-1] if " " in near else ""
        await self._ask_whether(hearing, near, f"{near}{rest}")
        return True

    async def _ask_whether(self, hearing: Hearing, shown: str, command: str) -> None:
        text = self._speak(hearing).say("您是要“{command}”吗？回 1", command=shown)
        message = Message(to=Place.ASKER, text=text, about=Suggestion(command=command))
        await self._desk.answer([message], hearing.origin)

    async def apologise(self, hearing: Hearing) -> None:
        """Say sorry to whoever is angry with the bot, and offer a person."""
        text = self._speak(hearing).say("抱歉没帮上忙，回 1 转人工。")
        message = Message(to=Place.ASKER, text=text, about=Suggestion(command=f"/{Word.HUMAN}"))
        await self._desk.answer([message], hearing.origin)

    async def _on_ticket(self, hearing: Hearing, command: Command, number: int) -> bool:
        if command.word is Word.CALLBACK:
            number = await self._finding.listed_call(hearing, number)
            number = await self._finding.callback_of(number)
        ticket = await self._finding.visible(hearing, number)
        is_again = command.word is Word.URGE and await self._finding.has_just_urged(hearing, number)
        is_open_still = (
            command.word is Word.REOPEN
            and not command.rest
            and ticket.status is Status.OPEN
            and not hearing.role.is_staff
        )
        if command.word is Word.PROGRESS or is_again or is_open_still:
            await self._informing.progress(hearing, ticket)
            return True
        if command.word is Word.EXPLAIN:
            language = hearing.origin.language
            await self._tell(hearing, answers.explained(ticket, self._speak(hearing), self._rules, language))
            return True
        if command.word is Word.SERVICE_RECORD:
            return await self._service_record(hearing, command, ticket)
        step = step_of(hearing, command, ticket, self._directory, self._rules)
        step = await self._knowing_others(step, ticket, hearing)
        try:
            await self._desk.take(number, step, hearing.origin, known=ticket)
        except TooOld:
            await self._opening.again(hearing, ticket, command.rest)
        return True

    async def _service_record(self, hearing: Hearing, command: Command, ticket: Ticket) -> bool:
        """Send the record where it is asked for: before the customer it is for the customer."""
        if command.rest:
            return False
        if ticket.kind is Kind.CALLBACK:
            raise TicketError("{number} 是回访，没有工作单。", number=ticket.number)
        speaker = self._speak(hearing)
        file = await self._paperwork.record(ticket, speaker)
        text = speaker.say("{number} 的工作单：{name}", number=ticket.number, name=file.name)
        message = Message(to=Place.ASKER, text=text, file=file, ticket=ticket.number)
        await self._desk.answer([message], hearing.origin)
        return True

    async def _knowing_others(self, step: s.Step, ticket: Ticket, hearing: Hearing) -> s.Step:
        """Fill in what a step must know of other tickets."""
        match step:
            case NameAsset(serial=serial) if serial:
                earlier, demand = await self._ledgers.same_asset(ticket, serial, hearing.now)
                return msgspec.structs.replace(step, earlier=earlier, demand=demand)
            case s.Report(improvement=Improvement() as better):
                (number,) = await self._desk.numbers(1)
                return replace(step, improvement=replace(better, number=number))
            case s.Dispatch(to=to):
                taken = await self._visits.taken(to, ticket.number)
                return msgspec.structs.replace(step, taken=taken)
            case s.Recover() if ticket.commander is not None:
                (review,) = await self._desk.numbers(1)
                budget = await self._ledgers.budget(ticket, hearing.now)
                return msgspec.structs.replace(step, review=review, budget=budget)
            case _:
                return step

    async def _asked_for_number(self, hearing: Hearing, command: Command, fitting: list[Ticket]) -> bool:
        """Ask which ticket is meant, but only where a command was surely meant."""
        if not (hearing.is_for_staff or hearing.is_addressed or command.is_marked or not command.rest):
            return False
        name = command.spec.called(hearing.origin.language)
        if not fitting and command.word is Word.UNDO:
            undoable = N_(
                "没有可以撤回的：5 分钟内的解决、到场、转交、改级、记录可以。接了单要换人，请“转交”。"
            )
            await self._say(
                hearing, undoable if hearing.role.is_staff else N_("没有可以撤回的；撤单后 5 分钟内可以。")
            )
            return True
        if not fitting and command.word in _OWN and not hearing.role.is_staff:
            await self._informing.nothing_own(hearing)
            return True
        if not fitting:
            await self._say(
                hearing,
                "没有可以“{name}”的单。要指定请写单号，例：{example}",
                name=name,
                example=Phrase(command.spec.example, {"number": EXAMPLE_NUMBER}),
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

    async def _report(self, hearing: Hearing, command: Command) -> None:
        if command.name in ("工单", "ticket") and not command.rest and hearing.is_for_staff:
            await self._informing.queue(hearing)  # among staff the bare word asks for the list
            return
        known = await self._finding.named(hearing, command.rest)
        if command.word is Word.URGENT and await self._pressed(hearing, command, known):
            return
        if known is not None:  # "工单 1024" asks about it; it reports nothing new
            await self._informing.progress(hearing, known)
            return
        await self._opening.reported(hearing, command.rest, is_urgent=command.word is Word.URGENT)

    async def _pressed(self, hearing: Hearing, command: Command, known: Ticket | None) -> bool:
        """Take what somebody has just reported, or names, for most urgent; False when they report something new."""
        just = known or await self._finding.just_reported(hearing)
        if known is None and just is not None and command.rest and not says_no_more(command.rest, just.text):
            return False
        step = pressed(hearing, just, self._rules) if just is not None else None
        if just is None or step is None:
            return False
        await self._desk.take(just.number, step, hearing.origin, known=just)
        return True

    async def _puzzled(self, hearing: Hearing) -> bool:
        """Say how their tickets stand to whoever calls the bot with nothing but a question mark, or help them; to others it is speech."""
        if not hearing.is_addressed:
            return False
        word = Word.MINE if await self._finding.mine(hearing) else Word.HELP
        command = parse(f"/{word}")
        return command is not None and await self._informing.run(hearing, command)

    async def _human(self, hearing: Hearing, command: Command) -> None:
        just = await self._finding.just_reported(hearing) if not command.rest else None
        if just is not None:  # a person has it already
            await self._informing.progress(hearing, just)
        elif command.rest:
            await self._opening.reported(hearing, command.rest)
        else:
            await self._opening.described(hearing)
