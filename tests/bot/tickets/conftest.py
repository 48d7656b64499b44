"""A service company, its promises, and one ticket to try the rules on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets import timing
from bot.tickets.evolve import born, evolve
from bot.tickets.kinds import ClockKind, Kind, StartsAt
from bot.tickets.lifecycle import decide, next_deadline, opening
from bot.tickets.model import Party, Promise, Ticket
from bot.tickets.records import Record, sealed
from bot.tickets.rules import Level, Policy, Role, RoomRules, Rules, SurveyRules
from scheduler.calendar import Calendar, always, parse_weekly
from scheduler.escalation import Ladder, Rung, parse_at
from scheduler.rota import Rota

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 9, 10, 0, tzinfo=ZONE).astimezone(UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def _party(name: str) -> Party:
    return Party(name.lower(), name)


class Case:
    """One ticket and the present: steps happen to it, time passes."""

    zhang, li, zhou, leader, manager, director = map(
        _party, ("Zhang", "Li", "Zhou", "Leader", "Manager", "Director")
    )
    requester = Party("qq:1", "王老师")
    contact = Party("zhao", "赵主任")  # bound to the same customer
    stranger = Party("qq:2", "路人")
    start = MONDAY

    def __init__(self, rules: Rules, start: datetime = MONDAY, **opened: object) -> None:
        self.rules = rules
        self.now = start
        self.told_in: tzinfo = UTC  # in which zone the rules are told what time it is
        step = s.Open(
            **{
                "number": 1024,
                "kind": Kind.FAULT,
                "room": "yucai",
                "customer": "yucai",
                "requester": self.requester,
                "account": "qq:1",
                "address": "qq:group:1",
                "text": "投影黑屏",
                "policy": "edu",
                "level": "3",
            }
            | opened
        )
        event = opening(step, rules)
        record = sealed(Record(number=1024, seq=1, at=start, event=event), "")
        self.ticket: Ticket = replace(born(event, start), head=record.hash)
        self.records = [record]

    def does(self, step: s.Step) -> list[e.AnyEvent]:
        """Let a step happen now, as the desk does, and return its events."""
        now = self.now.astimezone(self.told_in)
        events = decide(self.ticket, step, now, self.rules)
        for event in events:
            after = evolve(self.ticket, event, now)
            record = Record(number=after.number, seq=after.version, at=self.now, event=event)
            record = sealed(record, self.ticket.head)
            self.ticket = replace(after, head=record.hash)
            self.records.append(record)
        return events

    def waits(self, length: timedelta) -> Case:
        """Let time pass without anybody looking at the ticket, as in a downtime."""
        self.now += length
        return self

    def looks(self, **known: datetime | None) -> list[e.AnyEvent]:
        """Let whatever is due by now happen."""
        return self.does(s.DeadlineReached(**known))

    def lives(self, length: timedelta) -> list[tuple[datetime, e.AnyEvent]]:
        """Let time pass with every deadline taken at its own instant, and return what happened when."""
        until, happened = self.now + length, []
        for _ in range(1000):
            due = self.deadline
            if due is None or due > until:
                self.now = until
                return happened
            self.now = max(due, self.now)
            happened.extend((self.now, event) for event in self.looks())
        raise AssertionError(f"the deadline {self.deadline} never ends")

    @property
    def clocks(self) -> tuple[timing.Clock, ...]:
        """The clocks as they stand, whatever may still happen."""
        return timing.clocks(self.ticket, self.rules)

    def clock(self, kind: ClockKind) -> timing.Clock:
        found = timing.clock(self.ticket, kind, self.rules)
        assert found is not None
        return found

    @property
    def deadline(self) -> datetime | None:
        return next_deadline(self.ticket, self.rules, self.now)

    def resolve(self, by: Party | None = None) -> list[e.AnyEvent]:
        """Let somebody, or the owner, solve it."""
        return self.does(s.Resolve(by or self.ticket.owner or self.zhang, "主板损坏", "更换主板", "勿热插拔"))

    def confirm(self, **known: datetime | None) -> list[e.AnyEvent]:
        return self.does(s.Confirm(self.requester, **known))


@pytest.fixture
def rules() -> Rules:
    """Three levels: 1 is urgent, 2 has every kind of clock and working hours, 3 is ordinary; 1 and 3 run around the clock."""
    people = {
        "zhang": Role.ENGINEER,
        "li": Role.ENGINEER,
        "zhou": Role.ENGINEER,
        "leader": Role.LEADER,
        "manager": Role.MANAGER,
        "director": Role.DIRECTOR,
    }
    staff = {each: _party(each.capitalize()) for each in people}
    workday = Calendar("workday", ZONE, parse_weekly({"mon-fri": ["09:00-17:00"]}), None, {})
    urgent = Level(
        "1",
        "一级·瘫痪",
        ("瘫痪",),
        (_promise(ClockKind.RESPOND, 5), _promise(ClockKind.RESOLVE, 240)),
        is_urgent=True,
    )
    ordinary = Level(
        "3",
        "三级·个别服务",
        (),
        (_promise(ClockKind.RESPOND, 20), _promise(ClockKind.RESOLVE, 480)),
    )
    nursed = Level(
        "2",
        "二级·局部",
        ("多个班",),
        (
            _promise(ClockKind.RESPOND, 10, calendar="workday"),
            _promise(ClockKind.ANSWER, 60, calendar="workday", start=StartsAt.RESPONDED),
            _promise(ClockKind.WORKAROUND, 120, calendar="workday", start=StartsAt.CLAIMED),
            _promise(ClockKind.UPDATE, 80, start=StartsAt.RESPONDED),
            _promise(ClockKind.RESOLVE, 480, calendar="workday"),
        ),
    )
    return Rules(
        zone=ZONE,
        policies={"edu": Policy("edu", "教育四级", (urgent, nursed, ordinary), "3")},
        calendars={"always": always(ZONE), "workday": workday},
        ladders={
            "standard": Ladder(
                "standard",
                (
                    Rung(parse_at("50%"), ("owner", "on_call")),
                    Rung(parse_at("80%"), ("on_call", "leader")),
                    Rung(parse_at("100%"), ("manager",), 15 * MINUTE),
                    Rung(parse_at("150%"), ("director",)),
                ),
            )
        },
        rotas={"first": Rota("first", ("zhou", "li"), ZONE, timedelta(days=7), MONDAY)},
        rooms={"yucai": RoomRules("yucai", "育才群", "duty", "first")},
        staff=staff,
        roles=people | {"zhao": Role.CONTACT, "elsewhere": Role.CONTACT},
        customers={"yucai": "育才小学"},
        belongs={"zhao": "yucai", "elsewhere": "other"},
        survey=SurveyRules(callback_ladder="standard"),
    )


def _promise(
    kind: ClockKind, minutes: int, *, calendar: str = "always", start: StartsAt = StartsAt.REPORTED
) -> Promise:
    within = timedelta(minutes=minutes)
    return Promise(kind=kind, within=within, calendar=calendar, ladder="standard", start=start)


@pytest.fixture
def case(rules: Rules) -> Case:
    """A ticket of level 3, opened on Monday at 10:00: response in 20 minutes, solution in 8 hours."""
    return Case(rules)


@pytest.fixture
def open_case(rules: Rules) -> Callable[..., Case]:
    """Opens tickets that differ from the ordinary one."""

    def opened(**differs: object) -> Case:
        return Case(**{"rules": rules} | differs)

    return opened
