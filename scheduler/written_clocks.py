"""Clocks as a policy file writes them, and the rules they mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import time, timedelta
from types import MappingProxyType
from typing import Literal

import msgspec

from scheduler.calendar import Calendar
from scheduler.clock_rules import NEVER_PAUSED, Alternative, Beats, ClockRule, Every
from scheduler.history import REPORTED
from scheduler.lengths import parse_length
from scheduler.mistaken import Mistaken, in_english
from scheduler.plans import Moves, Plan
from scheduler.targets import CalendarDays, NthWorkingDay, Target, Within, WorkingDays

# Why a ticket waits: for the customer, for a third party such as the maker, for spare parts.
PAUSE_REASONS = ("customer", "third_party", "parts")
# Between a solution and its reopening no clock runs.
SOLVED = "solved"

Kind = Literal[
    "respond", "answer", "promise", "dispatch", "arrive", "diagnose", "workaround", "loan", "resolve",
    "update", "report", "repair", "replace", "callback",
]  # fmt: skip

# What keeps each kind of promise, unless the policy says otherwise.
KEPT_BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "respond": ("responded",),
        "answer": ("answered", "resolved"),
        "promise": ("answered", "arrived", "resolved"),
        "dispatch": ("dispatched", "arrived"),
        "arrive": ("arrived",),
        "diagnose": ("diagnosed", "resolved"),
        "workaround": ("worked_around", "resolved"),
        "loan": ("loaned", "resolved"),
        "resolve": ("resolved",),
        "update": ("updated",),
        "report": ("day_reported",),
        "repair": ("returned",),
        "replace": ("replaced",),
        "callback": ("called_back",),
    }
)
# An engineer who need not come any more has not arrived; he owes nothing either.
_CANCELLED_BY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"dispatch": ("resolved",), "arrive": ("resolved",)}
)
_DAY_TIME = re.compile(r"(\d{1,2}):(\d{2})")


class WrittenFault(Mistaken):
    """A key of a clock that cannot be meant; the message says what is expected."""

    def __init__(self, key: str, chinese: str, english: str) -> None:
        super().__init__(chinese, english)
        self.key = key


def _at(key: str, fault: ValueError) -> WrittenFault:
    return WrittenFault(key, str(fault), in_english(fault))


class WrittenTarget(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """By when: exactly one of `within`, `working_days`, `calendar_days`, `on_working_day`."""

    within: str = ""
    working_days: int = 0
    calendar_days: int = 0
    on_working_day: int = 0
    at: str = ""  # time of day, with on_working_day
    counts_report_day: bool = False
    ends_on_working_day: bool = True  # of calendar_days


class WrittenAlternative(
    WrittenTarget, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Another target that the customer may agree to."""

    calendar: str = ""  # its working days; default: those of the clock


class WrittenClock(WrittenTarget, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One clock of a level. `agreed`, `every`, `cron` and `rrule` stand instead of a target."""

    kind: Kind
    id: str = ""  # default: the kind; needed when a level has two of a kind
    agreed: bool = False  # due at the instant that is agreed or named, and only then
    alternative: WrittenAlternative | None = None  # what the customer may agree to instead
    every: str = ""  # a length; again and again until `until`
    keeps_grid: bool = True  # of every: on the full hour since the start, not since the latest word
    cron: str = ""  # minute hour day month weekday; again and again until `until`
    rrule: str = ""  # DTSTART and RRULE; again and again until `until`
    moves: Moves = Moves.KEEP  # of cron and rrule: when the day is no working day
    from_: tuple[str, ...] | str = msgspec.field(default=REPORTED, name="from")
    after: str = ""  # owed only once this has happened: missed:ID of another clock
    met_by: tuple[str, ...] = ()  # default: by kind
    until: tuple[str, ...] = ()  # ends it with nothing owed; default: by kind
    pauses: tuple[str, ...] | None = None  # reasons that stop it; default: all, none for respond
    consent: bool = True  # an agreement needs the customer's yes
    grace: str = "10m"
    warn_at: str = "80%"
    calendar: str = ""
    ladder: str = ""


def clock_rule(
    written: WrittenClock, *, calendar: str, ladder: str, calendars: Mapping[str, Calendar]
) -> ClockRule:
    """Return the rule that a clock means on a level with that calendar and ladder.

    Raises:
        WrittenFault: A key contradicts another or is not readable.
    """
    named = written.calendar or calendar
    if named not in calendars:
        raise WrittenFault("calendar", f"没有叫 {named} 的日历", f"there is no calendar called {named}")
    name = written.id or written.kind
    starts = (written.from_,) if isinstance(written.from_, str) else written.from_
    beats = _beats(written, calendars[named])
    try:
        return ClockRule(
            id=name,
            kind=written.kind,
            calendar=named,
            ladder=written.ladder or ladder,
            target=_own_target(written, has_beats=beats is not None),
            alternative=_alternative(written.alternative, calendars) if written.alternative else None,
            beats=beats,
            # When the fault occurred is not always known; then it counts from the report.
            starts=(*starts, REPORTED) if starts == ("occurred",) else starts,
            after=written.after,
            # A call is owed for the latest solution, an answer by the instant that was named last.
            restarts=written.kind in ("callback", "promise"),
            outlives_ticket=written.kind == "callback",
            fulfilled_by=written.met_by or KEPT_BY[written.kind],
            cancelled_by=written.until or _CANCELLED_BY.get(written.kind, ()),
            stops_for=_stops_for(written),
            needs_consent=written.consent,
            grace=_length("grace", written.grace),
            warn_at=_share("warn_at", written.warn_at),
        )
    except WrittenFault:
        raise
    except ValueError as fault:
        raise _at("kind", fault) from fault


def target_of(written: WrittenTarget) -> Target:
    """Return the one target that is written.

    Raises:
        WrittenFault: None is, or several are, or one is not readable.
    """
    keys = ("within", "working_days", "calendar_days", "on_working_day")
    given = [key for key in keys if getattr(written, key)]
    if len(given) != 1:
        raise WrittenFault(
            given[0] if given else "within",
            f"{'、'.join(keys)} 应写一个，也只写一个",
            f"write exactly one of {', '.join(keys)}",
        )
    key = given[0]
    if written.at and key != "on_working_day":
        raise WrittenFault("at", "at 只和 on_working_day 一起写", "at goes with on_working_day only")
    try:
        if written.within:
            return Within(_length("within", written.within))
        if written.working_days:
            return WorkingDays(written.working_days, written.counts_report_day)
        if written.calendar_days:
            return CalendarDays(written.calendar_days, written.counts_report_day, written.ends_on_working_day)
        return NthWorkingDay(written.on_working_day, _time("at", written.at), written.counts_report_day)
    except WrittenFault:
        raise
    except ValueError as fault:
        raise _at(key, fault) from fault


def _alternative(written: WrittenAlternative, calendars: Mapping[str, Calendar]) -> Alternative:
    if written.calendar and written.calendar not in calendars:
        raise WrittenFault(
            "alternative",
            f"没有叫 {written.calendar} 的日历",
            f"there is no calendar called {written.calendar}",
        )
    try:
        return Alternative(target_of(written), written.calendar)
    except WrittenFault as fault:
        raise WrittenFault("alternative", f"{fault.key}：{fault}", f"{fault.key}: {fault.english}") from fault


def _own_target(written: WrittenClock, *, has_beats: bool) -> Target | None:
    if not written.agreed and not has_beats:
        return target_of(written)
    if written.within or written.working_days or written.calendar_days or written.on_working_day:
        raise WrittenFault(
            "agreed" if written.agreed else "every", "不能同时写到期时刻", "cannot stand beside a due time"
        )
    if written.agreed and has_beats:
        raise WrittenFault(
            "agreed", "agreed 与 every、cron、rrule 只能写一个", "write one of agreed, every, cron, rrule"
        )
    return None


def _beats(written: WrittenClock, calendar: Calendar) -> Beats | None:
    given = [key for key in ("every", "cron", "rrule") if getattr(written, key)]
    if not given:
        return None
    if len(given) > 1:
        raise WrittenFault(given[1], "every、cron、rrule 只能写一个", "write one of every, cron, rrule")
    key = given[0]
    try:
        if key == "every":
            return Every(_length("every", written.every), written.keeps_grid)
        return Plan(written.id or written.kind, written.cron or written.rrule, calendar, written.moves)
    except WrittenFault:
        raise
    except ValueError as fault:
        raise _at(key, fault) from fault


def _stops_for(written: WrittenClock) -> frozenset[str]:
    if written.kind in NEVER_PAUSED:
        if written.pauses:
            raise WrittenFault("pauses", "首次响应从不暂停", "a first response never pauses")
        return frozenset()
    reasons = PAUSE_REASONS if written.pauses is None else written.pauses
    unknown = sorted(set(reasons) - set(PAUSE_REASONS))
    if unknown:
        raise WrittenFault(
            "pauses",
            f"没有暂停原因 {'、'.join(unknown)}，应为 {'、'.join(PAUSE_REASONS)}",
            f"no reason to pause: {', '.join(unknown)}; choose from {', '.join(PAUSE_REASONS)}",
        )
    # A callback is owed because the ticket was solved; that cannot stop it.
    return frozenset(reasons) if written.kind == "callback" else frozenset({*reasons, SOLVED})


def _length(key: str, text: str) -> timedelta:
    try:
        return parse_length(text)
    except ValueError as fault:
        raise _at(key, fault) from fault


def _share(key: str, text: str) -> float:
    found = re.fullmatch(r"(\d{1,3})%", "".join(unicodedata.normalize("NFKC", text).split()))
    if not found or int(found[1]) > 100:
        raise WrittenFault(
            key,
            f"“{text}”看不懂，应写成 80%，在 0% 到 100% 之间",
            f"“{text}” makes no sense, write it as 80%, from 0% to 100%",
        )
    return int(found[1]) / 100


def _time(key: str, text: str) -> time:
    found = _DAY_TIME.fullmatch("".join(unicodedata.normalize("NFKC", text).split()))
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise WrittenFault(
            key, f"“{text}”看不懂，应写成 06:00", f"“{text}” makes no sense, write it as 06:00"
        )
    return time(int(found[1]), int(found[2]))
