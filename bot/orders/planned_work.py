"""Commands about planned work: 约, 巡检, 升级, 升级完成, 升级回退, 改期; the customer's name is as good as a number."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta

import msgspec
from msgspec.structs import replace

from bot.asks import Choices
from bot.commands import Command
from bot.config import Room
from bot.conversation.finding import Finding
from bot.conversation.visiting import Visiting
from bot.desk import Desk
from bot.drafts import Drafts
from bot.hearing import Hearing
from bot.meaning.moments import EXAMPLES, moment_at_start
from bot.rooms.directory import Directory
from bot.store.contract import Store
from bot.tickets import planned_steps as ps
from bot.tickets import steps as s
from bot.tickets.closing import ASKS_HOW_IT_WENT
from bot.tickets.errors import N_, Phrase, TicketError
from bot.tickets.inspected import findings
from bot.tickets.kinds import Kind, Status
from bot.tickets.maintenance import Refusal, Schedule, hours_of, scheduled
from bot.tickets.messages import Button, Message, Place
from bot.tickets.model import Appointment, Ticket
from bot.tickets.model import Finding as Found
from bot.tickets.planned_words import slot_of
from bot.tickets.rules import Policy, Rules
from bot.tickets.speaker import Speaker
from bot.vocabulary import Word

PLANNED_WORDS = frozenset(
    {Word.APPOINT, Word.INSPECT, Word.UPGRADE, Word.UPGRADED, Word.ROLL_BACK, Word.OTHER_TIME}
)
_NUMBER = re.compile(r"(?:no\.?|#)?\s*(\d{1,9})(?=$|[\s,，:：])", re.IGNORECASE)
_DONE = re.compile(r"(?:完成|做完|done|finished)(?:了)?[\s,，:：]*", re.IGNORECASE)
_ENDED = re.compile(
    r"(?:已经?)?(?:(?P<done>完成|做完|成功|done|finished)|失败|没有?成功|failed)了?(?:[\s,，:：]+|$)",
    re.IGNORECASE,
)
_WORK = re.compile(
    r"(?P<what>.+?)\s+(?P<day>\S+)\s+(?P<from>\d{1,2}[:：]\d{2})\s*(?:[-~—–〜]|到|至)\s*(?P<to>\d{1,2}[:：]\d{2})\s*$",
    re.DOTALL,
)
_MIDNIGHT = "24:00"


class _Meant(msgspec.Struct, frozen=True):
    """What stands before the rest of a command: a ticket, or a customer's room, or neither."""

    ticket: Ticket | None
    room: Room | None
    rest: str


class PlannedOrders:
    """Runs the commands about planned work. `run` returns False when the word was ordinary speech."""

    def __init__(
        self,
        *,
        desk: Desk,
        store: Store,
        drafts: Drafts,
        directory: Directory,
        finding: Finding,
        rules: Rules,
        visits: Visiting,
    ) -> None:
        self._desk = desk
        self._store = store
        self._drafts = drafts
        self._directory = directory
        self._finding = finding
        self._rules = rules
        self._visits = visits

    async def run(self, hearing: Hearing, command: Command, quoted: int | None) -> bool:
        """Do what a command asks for; False when it is not meant as one."""
        meant = await self._meant(hearing, command.rest, quoted)
        is_sure = hearing.is_for_staff or hearing.is_addressed or command.is_marked
        if (
            meant.ticket is None
            and meant.room is None
            and not is_sure
            and command.word is not Word.OTHER_TIME
        ):
            return False
        match command.word:
            case Word.APPOINT:
                return await self._appoint(hearing, command, meant)
            case Word.INSPECT:
                return await self._inspect(hearing, command, meant)
            case Word.UPGRADE:
                return await self._upgrade(hearing, command, meant)
            case Word.UPGRADED | Word.ROLL_BACK:
                return await self._upgraded(hearing, command, meant, command.word)
            case Word.OTHER_TIME:
                return await self._other_time(hearing, meant)
            case _:
                raise ValueError(f"{command.word} is no word of planned work")

    async def _meant(self, hearing: Hearing, rest: str, quoted: int | None) -> _Meant:
        found = _NUMBER.match(rest)
        if found is not None:
            ticket = await self._store.ticket(int(found[1]))
            if ticket is not None:
                return _Meant(
                    await self._finding.visible(hearing, ticket.number),
                    None,
                    rest[found.end() :].lstrip(" ,，:："),
                )
        if hearing.is_for_staff:
            room, others = self._directory.room_at_start(rest)
            if room is not None:
                return _Meant(None, room, others)
        if quoted is not None:
            return _Meant(await self._finding.visible(hearing, quoted), None, rest)
        return _Meant(None, hearing.customer_room, rest)

    async def _appoint(self, hearing: Hearing, command: Command, meant: _Meant) -> bool:
        if meant.ticket is not None and not meant.ticket.kind.is_planned:
            if not hearing.role.is_staff:
                return False
            await self._visits.offer(hearing, command, meant.ticket, meant.rest)
            return True
        found = moment_at_start(meant.rest, hearing.now, self._rules.zone)
        is_sure = hearing.is_for_staff or hearing.is_addressed or command.is_marked
        if not is_sure and meant.ticket is None:
            return False  # 约 10 分钟后到
        if found is None:
            if not is_sure:
                return False  # 约 5 个人来
            raise TicketError(
                "请写上时间，例：{example}（{others} 都可以）",
                example=Phrase(command.spec.example),
                others=Phrase(EXAMPLES),
            )
        if meant.ticket is None and meant.room is None and (own := await self._in_hand(hearing)) is not None:
            await self._visits.offer(hearing, command, own, meant.rest)
            return True
        ticket = await self._of_kind(command, meant, Kind.INSPECTION, may_be_ahead=True)
        called = self._directory.called_at_start(found[1], hearing.mentions) if found[1] else None
        step = ps.Appoint(hearing.by, found[0], called[0] if called else None)
        await self._desk.take(ticket.number, step, hearing.origin)
        return True

    async def _in_hand(self, hearing: Hearing) -> Ticket | None:
        """Return the only ticket that whoever speaks has in hand: 约 明天10点 is about that."""
        mine = await self._finding.mine(hearing) if hearing.is_for_staff else []
        own = [each for each in mine if each.status is Status.OPEN and not each.kind.is_planned]
        return own[0] if len(own) == 1 else None

    async def _inspect(self, hearing: Hearing, command: Command, meant: _Meant) -> bool:
        done = _DONE.match(meant.rest)
        if done is None:
            if not hearing.is_for_staff and not command.is_marked:
                return False
            raise TicketError("做完请回：{example}", example=Phrase(command.spec.example))
        ticket = await self._of_kind(command, meant, Kind.INSPECTION)
        text = meant.rest[done.end() :].strip()
        found = findings(text)
        numbers = await self._desk.numbers(len(found))
        step = ps.Inspect(hearing.by, text, tuple(map(Found, numbers, found)))
        await self._desk.take(ticket.number, step, hearing.origin)
        return True

    async def moved(self, hearing: Hearing, why: str, quoted: int | None) -> bool:
        """Take a customer's wish for another time as 改期, of what is quoted or was announced in their room; False where nothing is."""
        meant = await self._meant(hearing, why, quoted)
        found = [each for each in await self._timed(meant) if each.appointment]
        if found:
            await self._move(hearing, found, why)
        return bool(found)

    async def _other_time(self, hearing: Hearing, meant: _Meant) -> bool:
        found = await self._timed(meant)
        if not found:
            if not (hearing.is_addressed or not meant.rest):
                return False
            raise TicketError("现在没有约好的时间要改。")
        await self._move(hearing, found, meant.rest)
        return True

    async def _timed(self, meant: _Meant) -> list[Ticket]:
        """Return the ticket that is meant, or all of the room that have a time of which people know."""
        if meant.ticket is not None:
            return [meant.ticket]
        return [each for each in await self._open(meant.room) if each.appointment and not each.announce_at]

    async def _move(self, hearing: Hearing, appointed: list[Ticket], why: str) -> None:
        if len(appointed) > 1:
            numbers = tuple(f"{each.number}" for each in appointed)
            raise TicketError(
                "是哪一个？请带上单号：{numbers}。例：改期 {first}", numbers=numbers, first=numbers[0]
            )
        await self._desk.take(appointed[0].number, ps.AskOtherTime(hearing.by, why), hearing.origin)

    async def _upgrade(self, hearing: Hearing, command: Command, meant: _Meant) -> bool:
        room, found = meant.room, _WORK.match(unicodedata.normalize("NFKC", meant.rest))
        slot = self._slot(found, hearing) if found else None
        ended = _ENDED.match(meant.rest) if found is None else None
        if ended is not None and (room is not None or meant.ticket is not None):  # 升级 育才 完成
            if not ended["done"]:  # only they know whether the old version is back
                ticket = await self._of_kind(command, meant, Kind.MAINTENANCE)
                raise TicketError(ASKS_HOW_IT_WENT, number=ticket.number)
            told = replace(meant, rest=meant.rest[ended.end() :])
            return await self._upgraded(hearing, command, told, Word.UPGRADED)
        if room is None or found is None or slot is None:
            if not hearing.is_for_staff and not command.is_marked:
                return False
            raise TicketError(
                "请写明客户、内容、日期和起止时间，例：{example}", example=Phrase(command.spec.example)
            )
        if slot[0] <= hearing.now:
            raise TicketError("{time} 已经过了，请写以后的时间。", time=slot[0])
        same = [
            each for each in await self._open(room) if each.appointment and each.appointment.at == slot[0]
        ]
        if any(each.kind is Kind.MAINTENANCE for each in same):
            raise TicketError("{number} 已经安排在 {time} 了。", number=same[0].number, time=slot[0])
        policy = self._rules.policies.get(self._directory.policy_of(room.customer or ""))
        plan = scheduled(*slot, policy=policy, quiet=room.quiet, now=hearing.now, rules=self._rules)
        if isinstance(plan, Refusal):
            await self._propose(hearing, room, found["what"], plan, policy)
        else:
            await self._planned(hearing, room, found["what"], plan)
        return True

    async def _upgraded(self, hearing: Hearing, command: Command, meant: _Meant, word: Word) -> bool:
        ticket = await self._of_kind(command, meant, Kind.MAINTENANCE)
        step = ps.Finish if word is Word.UPGRADED else ps.RollBack
        await self._desk.take(ticket.number, step(hearing.by, meant.rest), hearing.origin)
        return True

    def _slot(self, found: re.Match[str], hearing: Hearing) -> tuple[datetime, datetime] | None:
        begins = moment_at_start(f"{found['day']} {found['from']}", hearing.now, self._rules.zone)
        until = found["to"].replace("：", ":")
        day = timedelta(days=1) if until == _MIDNIGHT else timedelta()
        ends = moment_at_start(
            f"{found['day']} {until if not day else '00:00'}", hearing.now, self._rules.zone
        )
        if begins is None or ends is None or begins[1] or ends[1]:
            return None
        end = ends[0] + day
        return begins[0], end if end > begins[0] else end + timedelta(days=1)

    async def _planned(self, hearing: Hearing, room: Room, what: str, plan: Schedule) -> None:
        step = s.Open(
            number=0,
            kind=Kind.MAINTENANCE,
            room=room.id,
            customer=room.customer or "",
            requester=hearing.by,
            account=hearing.origin.account,
            address=room.address,
            text=what.strip(),
            policy=self._directory.policy_of(room.customer or ""),
            by=hearing.by,
            owner=hearing.by,
            due_at=plan.until,
            latest_at=plan.latest_at,
            announce_at=plan.announce_at,
            appointment=Appointment(
                at=plan.at,
                until=plan.until,
                who=hearing.by,
                movable_until=plan.movable_until,
                remind_at=plan.at,
            ),
        )
        await self._desk.open(step, hearing.origin)

    async def _propose(
        self, hearing: Hearing, room: Room, what: str, refusal: Refusal, policy: Policy | None
    ) -> None:
        """Refuse, with the times that work by number."""
        speaker = self._drafts.speaker(hearing.origin.language, hearing.now)
        if refusal.is_outside and policy is not None and policy.work_window is not None:
            hours = hours_of(policy.work_window)
            free = (speaker.say("非工作日"),) if policy.work_window.non_working_days else ()
            text = speaker.say("该合同只允许 {hours}。", hours=speaker.say(" 或 ").join((*hours, *free)))
        else:
            text = speaker.say("要提前 {notice}告诉客户，来不及了。", notice=self._rules.maintenance.notice)
        if not refusal.proposals:
            raise TicketError("这么长的作业一年内没有合适的时段，请分几次做。")
        options = [_option(each.start, each.end, speaker) for each in refusal.proposals]
        listed = speaker.say("　").join(f"{index} {option}" for index, option in enumerate(options, 1))
        text += speaker.say("可选：\n{options}\n回数字即可。", options=listed)
        commands = tuple(_command(room, what, each.start, each.end, speaker) for each in refusal.proposals)
        buttons = tuple(Button(f"{index}", f"{index}") for index in range(1, len(commands) + 1))
        message = Message(to=Place.ASKER, text=text, buttons=buttons, about=Choices(commands=commands))
        await self._desk.answer([message], hearing.origin)

    async def _open(self, room: Room | None) -> list[Ticket]:
        if room is None:
            return []
        found = await self._store.open_tickets()
        here = [
            each
            for each in found
            if each.room == room.id or (room.customer and each.customer == room.customer)
        ]
        return [each for each in here if each.status is Status.OPEN]

    async def _of_kind(
        self, command: Command, meant: _Meant, kind: Kind, *, may_be_ahead: bool = False
    ) -> Ticket:
        """Return the ticket that is named, or the one of this kind of the customer that comes first."""
        if meant.ticket is not None:
            return meant.ticket
        if meant.room is None:
            raise TicketError("请写明客户或单号，例：{example}", example=Phrase(command.spec.example))
        fitting = [each for each in await self._open(meant.room) if each.kind is kind]
        fitting = [each for each in fitting if may_be_ahead or not each.is_ahead or each.appointment]
        if not fitting:
            template = (
                N_("{customer} 没有在办的巡检。")
                if kind is Kind.INSPECTION
                else N_("{customer} 没有安排升级。")
            )
            customer = self._rules.customers.get(meant.room.customer or "", meant.room.name)
            raise TicketError(template, customer=customer)
        return min(fitting, key=_comes)


def _comes(ticket: Ticket) -> datetime:
    """Return when planned work comes, for what comes first."""
    due = next((each.at for each in ticket.agreements), ticket.opened_at)
    return ticket.appointment.at if ticket.appointment else due


def _option(start: datetime, end: datetime | None, speaker: Speaker) -> str:
    return slot_of(start, end, speaker)


def _command(room: Room, what: str, start: datetime, end: datetime | None, speaker: Speaker) -> str:
    begins, ends = start.astimezone(speaker.zone), (end or start).astimezone(speaker.zone)
    day = f"{begins.year}-{begins.month}-{begins.day}"
    return f"升级 {room.id} {what.strip()} {day} {begins:%H:%M}-{ends:%H:%M}"
