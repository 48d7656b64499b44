"""What is planned ahead: inspections that come back by the calendar, and work at the customer's that is announced."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import msgspec

from scheduler.calendar import Calendar, parse_window
from scheduler.escalation import Ladder, Rung, parse_at
from scheduler.plans import Plan, next_occurrence
from scheduler.workdays import instant_on, working_day_until

PLANNED, MAINTENANCE, ROLLBACK, DAY_REPORT, NEWS = "planned", "maintenance", "rollback", "dayreport", "news"

_MORNING = time(9)
_DAYTIME = parse_window("08:00-20:00")
_DAY = parse_window("06:00-22:00")

# Whom planned work tells where the configuration has no ladder of that name.
LADDERS = {
    PLANNED: Ladder(
        PLANNED,
        (
            Rung(parse_at("-1d wall"), ("owner", "on_call"), None, _DAYTIME),
            Rung(parse_at("100%"), ("owner", "on_call"), None, _DAYTIME),
            Rung(parse_at("+1d wall"), ("owner", "on_call", "manager"), timedelta(days=1), _DAYTIME),
        ),
    ),
    DAY_REPORT: Ladder(
        DAY_REPORT,
        (
            Rung(parse_at("100%"), ("commander",)),
            Rung(parse_at("+30m wall"), ("commander", "director")),
        ),
    ),
    NEWS: Ladder(
        NEWS,
        (
            Rung(parse_at("-10m wall"), ("commander",)),
            Rung(parse_at("+5m wall"), ("commander",)),
            Rung(parse_at("+10m wall"), ("commander", "director"), timedelta(minutes=15)),
        ),
    ),
    MAINTENANCE: Ladder(MAINTENANCE, (Rung(parse_at("100%"), ("owner", "manager")),)),
    ROLLBACK: Ladder(
        ROLLBACK,
        (
            Rung(parse_at("-30m wall"), ("owner", "manager")),
            Rung(parse_at("100%"), ("owner", "manager", "director")),
            # Whoever is not up with it by then is asked when the others of the house get up.
            Rung(parse_at("+30m wall"), ("owner", "manager", "director"), timedelta(minutes=30), _DAY),
        ),
    ),
}


class PlanRules(msgspec.Struct, frozen=True, kw_only=True):
    """One plan: when it comes back, at whose place, who answers for it, and how many days ahead it is spoken of.

    `takes` is how long it lasts, as the customer is told; `hazard_days` are the working days in which what was found
    must be dealt with.
    """

    id: str
    customer: str
    room: str
    address: str
    name: str
    recurrence: Plan
    owner: str
    ahead: timedelta
    takes: timedelta | None
    hazard_days: int
    ladder: str
    items: tuple[str, ...] = ()  # what is looked at, for the report

    @property
    def calendar(self) -> Calendar:
        """The calendar its days are counted by."""
        return self.recurrence.calendar

    @property
    def account(self) -> str:
        """What its tickets are found by, as those of a person are by the person's account."""
        return f"plan:{self.id}"

    def next_due(self, after: datetime) -> datetime | None:
        """Return when it comes back after an instant, in UTC; None when it is over."""
        found = next_occurrence(self.recurrence, after)
        return found.at if found else None

    def announced_at(self, due_at: datetime) -> datetime:
        """Return when to speak of it: in the morning so many days ahead, on the working day before if need be."""
        zone = self.calendar.zone
        day = working_day_until(self.calendar, (due_at - self.ahead).astimezone(zone).date())
        return min(instant_on(zone, day, _MORNING), due_at)

    def title(self, due_at: datetime) -> str:
        """Return what one time of it is called: `6 月巡检`."""
        return titled(self.name, due_at.astimezone(self.calendar.zone))


def titled(name: str, local: datetime) -> str:
    """Return the name of a plan with its month, quarter or year filled in.

    Raises:
        ValueError, LookupError: It has other braces.
    """
    return name.format(month=local.month, year=local.year, quarter=(local.month + 2) // 3, day=local.day)


class MaintenanceRules(msgspec.Struct, frozen=True, kw_only=True):
    """Work that customers are told of ahead: how long before, and until when they may ask for another time."""

    notice: timedelta = timedelta(hours=24)
    movable_until: time = time(18)  # on the day of the work, or the day before where that would be too late
    ladder: str = MAINTENANCE
    rollback_ladder: str = ROLLBACK
