"""A year of tickets at the real desk: from the store, through the rules, to the chat, with pauses, changes of level, downtimes, restarts.

What is told is compared with a reference that looks at every six minutes of the year and knows nothing of the program.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from adapters.contract import KnownPerson
from bot.assembly import assemble
from bot.clock import StillClock
from bot.config import for_replay, load
from bot.origin import Origin
from bot.running import Bot
from bot.store.registry import open_store
from bot.terminal.replay import CHAT, ChatAdapter, address
from bot.tickets import steps as s
from bot.tickets.archive import folded
from bot.tickets.events import Escalated
from bot.tickets.kinds import Kind, WaitsFor
from bot.tickets.model import Party
from bot.tickets.records import first_break
from bot.tickets.rules import Role
from tests.faults.conftest import Held
from tests.scheduler.test_a_year_of_tickets import (
    DAY,
    DIRECTOR,
    STEP,
    TENTHS,
    YEAR,
    ZERO,
    Said,
    Story,
    downtimes,
    instant,
    is_awake,
    open_steps,
    story,
)

SHORT, LONG = 60, 2000  # tickets
RESTARTS = 40
ZHANG, WANG = Party("zhang", "老张"), Party("chat:王老师", "王老师")
HOURS = (("always", 4), ("workday", 8), ("workday", 24), ("always", 30))  # of the levels
GRACE = 10  # steps
DUTY = address("值班群")

CONFIG = """
[bot]
timezone = "Asia/Shanghai"
[[people]]
id = "zhang"
name = "老张"
role = "engineer"
[[people]]
id = "liu"
name = "刘组长"
role = "leader"
[[people]]
id = "chen"
name = "陈经理"
role = "manager"
[[people]]
id = "lin"
name = "林总"
role = "director"
[[customers]]
id = "yucai"
name = "育才小学"
policy = "edu"
[[rooms]]
id = "yucai"
name = "育才群"
kind = "customer"
customer = "yucai"
duty = "duty"
[[rooms]]
id = "duty"
name = "值班群"
kind = "duty"
[calendars.workday]
weekly = { mon-fri = ["09:00-12:00", "13:00-18:00"] }
holidays = "CN"
[tickets]
grace = "1h"
[notices]
per_room = 0
per_person = 0
[survey]
enabled = false
[policies.edu]
name = "教育"
ladder = "standard"
"""


def config_text() -> str:
    """Return the configuration: the levels and the ladder of the story."""
    levels = "".join(
        f'[[policies.edu.levels]]\nid = "{number}"\nname = "{number}级"\nfirst_response = "none"\nurgent = false\ncalendar = "{calendar}"\n'
        f'clocks = [{{ kind = "resolve", within = "{hours}h" }}]\n'
        for number, (calendar, hours) in enumerate(HOURS)
    )
    rungs = "".join(
        f'[[ladders.standard]]\nat = "{tenths * 10}%"\ntell = ["{tell}"]\n'
        f'waking = "{"00:00-24:00" if tell == "director" else "08:00-22:00"}"\n'
        for tenths, tell in zip(TENTHS, ("owner", "leader", "manager", "director"), strict=True)
    )
    return CONFIG + levels + rungs


def without_repeats(told: Story) -> Story:
    """Return a story in which every change of level changes something, and nothing happens after the end."""
    levels = [told.levels[0]]
    levels += [each for each in told.levels[1:] if each[0] < told.solved]
    kept = [levels[0]]
    for since, level in levels[1:]:
        if level != kept[-1][1]:
            kept.append((since, level))
    pauses = tuple((start, end) for start, end in told.pauses if start < told.solved)
    return Story(told.number, told.opened, pauses, tuple(kept), told.solved)


# ── the slow and obvious way ──────────────────────────────────────────────────────────────────────────────────────────


def expected(told: Story, is_down: list[bool]) -> list[Said]:
    """Return what must be told: rung by rung, step by step.

    A change of level counts the new promise from the report. Where that is over already, and the old one was not, there is an hour
    of grace from the change instead.
    """
    paused = {step for start, end in told.pauses for step in range(start, end)}
    said: list[Said] = []
    was_late = False
    ends = [*(since for since, _ in told.levels[1:]), told.solved]
    for (since, level), until in zip(told.levels, ends, strict=True):
        calendar, hours = HOURS[level]
        opens = open_steps(calendar)
        begins, tenth = told.opened, hours
        whole = sum(opens[step] and step not in paused for step in range(told.opened, since))
        if since > told.opened and whole >= hours * 10 and not was_late:
            begins, tenth = since, GRACE // 10
        used, highest = 0, -1
        waiting: set[int] = set()
        sayable: set[int] = set()
        for step in range(begins, until):
            reached = {rung for rung, tenths in enumerate(TENTHS) if used >= tenth * tenths}
            fresh = reached - waiting - sayable
            if is_awake(step) and not (step in paused and step - 1 in paused):
                sayable |= waiting
            sayable |= {rung for rung in fresh if rung == DIRECTOR or is_awake(step)}
            waiting = reached - sayable
            ready = [rung for rung in sayable if rung > highest and (rung == DIRECTOR or is_awake(step))]
            if ready and step >= since and not is_down[step]:
                highest = max(ready)
                said.append((step, told.number, highest))
            used += opens[step] and step not in paused
        was_late = used >= tenth * 10
    return said


# ── the way of the program ────────────────────────────────────────────────────────────────────────────────────────────


def happenings(stories: list[Story]) -> Iterator[tuple[int, int, int, str, int]]:
    """Yield what people do: step, order within it, ticket, what, and a level."""
    for told in stories:
        yield told.opened, 0, told.number, "open", told.levels[0][1]
        for since, level in told.levels[1:]:
            yield since, 3, told.number, "level", level
        for start, end in told.pauses:
            yield start, 2, told.number, "pause", 0
            if end < told.solved:
                yield end, 1, told.number, "resume", 0
        yield told.solved, 4, told.number, "solve", 0


class Year:
    """One store and one chat, and a bot that comes and goes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        file = folder / "year.toml"
        file.write_text(config_text(), encoding="utf-8")
        self._config = for_replay(load(file, {}, is_replay=True))
        self.clock = StillClock(ZERO)
        people = tuple(KnownPerson(f"{CHAT}:{p.name}", p.name, p.role) for p in self._config.people)
        self.chat = ChatAdapter("小首", people, self.clock)
        self.numbers: dict[int, int] = {}  # of the bot, by that of the story
        self._messages = 0

    async def start(self) -> Bot:
        store = await open_store(f"sqlite:{self._folder / 'year.db'}", self.clock.now())
        self.bot = await assemble(self._config, store, {CHAT: self.chat}, self.clock)
        return self.bot

    async def stop(self) -> None:
        await self.bot.outbox.drain()
        await self.bot.outbox.close()
        await self.bot.store.close()

    async def happen(self, story_number: int, what: str, level: int) -> None:
        self._messages += 1
        is_customer = what == "open"
        origin = Origin(
            now=self.clock.now(),
            by=WANG if is_customer else ZHANG,
            role=Role.CUSTOMER if is_customer else Role.ENGINEER,
            account="chat:王老师" if is_customer else "chat:老张",
            address=address("育才群") if is_customer else DUTY,
            message=f"m{self._messages}",
            room=None,
            language="zh",
        )
        if what == "open":
            step = s.Open(
                number=0, kind=Kind.FAULT, room="yucai", customer="yucai", requester=WANG, account="chat:王老师",
                address=address("育才群"), text=f"第 {story_number} 件", policy="edu", level=str(level),
            )  # fmt: skip
            ticket = await self.bot.desk.open(step, origin)
            assert ticket is not None
            self.numbers[story_number] = ticket.number
            return
        later = self.clock.now() + 30 * DAY * STEP
        taken: dict[str, s.Step] = {
            "level": s.ChangeLevel(ZHANG, str(level), "影响面变了"),
            "pause": s.Pause(ZHANG, WaitsFor.PARTS, "主板", later),
            "resume": s.Resume(ZHANG),
            "solve": s.Resolve(ZHANG, "主板损坏", "更换", "勿热插拔"),
        }
        await self.bot.desk.take(self.numbers[story_number], taken[what], origin)

    async def told(self) -> list[Said]:
        """Return what the archives say was told, and check that they hold and fold to what is stored."""
        found: list[Said] = []
        for story_number, number in self.numbers.items():
            records = await self.bot.store.records(number)
            assert first_break(records) is None
            assert folded(records) == await self.bot.store.ticket(number)
            found += [
                ((record.at - ZERO) // STEP, story_number, record.event.rung)
                for record in records
                if isinstance(record.event, Escalated)
            ]
        return found


async def lived(year: Year, stories: list[Story], is_down: list[bool], random: Random) -> None:
    """Let the year pass: people do what the stories say, the bot wakes for its deadlines, and now and then the process is gone."""
    queue = list(happenings(stories))
    heapq.heapify(queue)
    restarts = set(random.sample(range(len(queue)), min(RESTARTS, len(queue))))
    bot, count = await year.start(), 0
    while queue:
        due = await bot.next_due_at()
        step = queue[0][0]
        woken = YEAR if due is None else max(-(-(due - ZERO) // STEP), (year.clock.now() - ZERO) // STEP)
        if woken < YEAR and is_down[woken]:
            woken = is_down.index(False, woken) if False in is_down[woken:] else YEAR
        if woken < step:
            year.clock.move_to(instant(woken))
            await bot.tick(year.clock.now())
            await bot.outbox.drain()
            continue
        _, _, number, what, level = heapq.heappop(queue)
        year.clock.move_to(instant(step))
        await year.happen(number, what, level)
        count += 1
        if count in restarts:
            await year.stop()
            bot = await year.start()
    await bot.outbox.drain()


@pytest.mark.asyncio
@pytest.mark.fault("year")
async def test_a_year_at_the_desk(tmp_path: Path, seed: int, is_long: bool, held: Held) -> None:
    random = Random(seed)
    stories = [without_repeats(story(number, random)) for number in range(LONG if is_long else SHORT)]
    is_down = downtimes(random)
    year = Year(tmp_path)
    await lived(year, stories, is_down, random)
    told = await year.told()
    assert sorted(told) == sorted(each for one in stories for each in expected(one, is_down))
    assert len(set(told)) == len(told)
    assert all(rung == DIRECTOR or is_awake(step) for step, _, rung in told)
    assert not any(is_down[step] for step, _, _ in told)
    # What the archive says was told was said in the duty room then, once, and it said what it is about; a long list counts its rest.
    spoken = [
        ((each.at - ZERO) // STEP, line)
        for each in year.chat.said
        if each.message.room == DUTY
        for line in each.message.text.split("\n")
    ]
    by_number = {number: story_number for story_number, number in year.numbers.items()}
    said = Counter(
        (step, by_number[int(line.split()[1])]) for step, line in spoken if line.startswith(("⏳", "⚠️"))
    )
    owed = Counter((step, number) for step, number, _ in told)
    rest = {step: int(line.split()[1]) for step, line in spoken if line.startswith("……另有")}
    assert not said - owed
    assert Counter(step for step, _ in (owed - said).elements()) == rest
    await year.stop()
    held(tickets=len(stories), rungs=len(told))
