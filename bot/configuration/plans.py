"""How `[[plans]]` and `[maintenance]` of the file become the rules of planned work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from bot.configuration.lines import Place
from bot.configuration.mistakes import Mistakes, Wording, complaint
from bot.configuration.names import CALENDAR, CUSTOMER, LADDER, PERSON, TAKEN
from bot.configuration.settings import MaintenanceSettings, PlanSettings, RoomSettings, Settings
from bot.configuration.values import clock_time, length, refer
from bot.tickets.planned_rules import LADDERS, MaintenanceRules, PlanRules, titled
from scheduler.calendar import Calendar
from scheduler.plans import Moves, Plan, occurrences

_PROBE = datetime(2024, 1, 1, tzinfo=UTC)
_LOOKED_AT = 8
_CLOSEST = timedelta(hours=20)
_NO_ROOM = Wording("这个客户没有客户群，没有地方说", "this customer has no room to speak in")
_TOO_OFTEN = Wording("最多一天一次", "expected once a day at most")
_ONE_OF = Wording("cron 与 rrule 应写一个，也只写一个", "expected exactly one of cron and rrule")
_TURNED = Wording("应不早于 starts", "expected a day not before starts")
_NAME = Wording(
    "名字里的花括号只能是 {month} {quarter} {year} {day}",
    "only {month}, {quarter}, {year} and {day} may stand in braces",
)
_CUSTOMER_SIDE = "contact"


def plans_of(
    settings: Settings, calendars: Mapping[str, Calendar], mistakes: Mistakes
) -> dict[str, PlanRules]:
    """Return all plans that could be made, by id."""
    made: dict[str, PlanRules] = {}
    for index, each in enumerate(settings.plans):
        place: Place = ("plans", index)
        if each.id in made:
            mistakes.add((*place, "id"), each.id, TAKEN)
            continue
        plan = _plan(each, place, settings, calendars, mistakes)
        if plan is not None:
            made[each.id] = plan
    return made


def _plan(
    written: PlanSettings,
    place: Place,
    settings: Settings,
    calendars: Mapping[str, Calendar],
    mistakes: Mistakes,
) -> PlanRules | None:
    _check_references(written, place, settings, mistakes)
    takes = length(written.takes, (*place, "takes"), mistakes) if written.takes else None
    room = _room(written, settings)
    if room is None and not mistakes.is_within((*place, "customer")):
        mistakes.add((*place, "customer"), written.customer, _NO_ROOM)
    # A calendar that does not exist, or was not made, is told elsewhere.
    calendar = calendars.get(written.calendar)
    recurrence = _recurrence(written, place, calendar, mistakes) if calendar else None
    if room is None or recurrence is None or mistakes.is_within(place):
        return None
    return PlanRules(
        id=written.id,
        customer=written.customer,
        room=room.id,
        address=room.address,
        name=written.name,
        recurrence=recurrence,
        owner=written.owner,
        ahead=timedelta(days=written.ahead_days),
        takes=takes,
        hazard_days=written.hazard_days,
        items=written.items,
        ladder=written.ladder,
    )


def _check_references(written: PlanSettings, place: Place, settings: Settings, mistakes: Mistakes) -> None:
    calendars = {"always", *settings.calendars}
    refer(written.calendar, calendars, CALENDAR, (*place, "calendar"), mistakes)
    refer(written.ladder, {*LADDERS, *settings.ladders}, LADDER, (*place, "ladder"), mistakes)
    customers = [each.id for each in settings.customers]
    refer(written.customer, customers, CUSTOMER, (*place, "customer"), mistakes)
    if written.owner:
        staff = [each.id for each in settings.people if each.role != _CUSTOMER_SIDE]
        refer(written.owner, staff, PERSON, (*place, "owner"), mistakes)
    if written.starts and written.until and written.until < written.starts:
        mistakes.add((*place, "until"), written.until, _TURNED)
    try:
        titled(written.name, _PROBE)
    except (ValueError, LookupError, AttributeError):
        mistakes.add((*place, "name"), written.name, _NAME)


def _room(written: PlanSettings, settings: Settings) -> RoomSettings | None:
    theirs = (each for each in settings.rooms if each.customer == written.customer)
    return next((each for each in theirs if each.kind == "customer"), None)


def _recurrence(written: PlanSettings, place: Place, calendar: Calendar, mistakes: Mistakes) -> Plan | None:
    key, recurs = ("rrule", written.rrule) if written.rrule else ("cron", written.cron)
    if not recurs or (written.rrule and written.cron):
        mistakes.add((*place, key), recurs, _ONE_OF)
        return None
    try:
        plan = Plan(written.id, recurs, calendar, written.moves, written.starts, written.until)
    except ValueError as fault:
        mistakes.add((*place, key), recurs, complaint(fault))
        return None
    if _is_too_often(plan):
        mistakes.add((*place, key), recurs, _TOO_OFTEN)
        return None
    return plan


def _is_too_often(plan: Plan) -> bool:
    """Look at the rule alone: closed days may put two occurrences of a daily plan side by side."""
    bare = Plan(plan.id, plan.recurs, plan.calendar, Moves.KEEP)
    found = [each.at for each, _ in zip(occurrences(bare, _PROBE), range(_LOOKED_AT), strict=False)]
    return any(later - earlier < _CLOSEST for earlier, later in pairwise(found))


def maintenance_of(settings: MaintenanceSettings, mistakes: Mistakes) -> MaintenanceRules:
    """Return how work at a customer's is announced."""
    return MaintenanceRules(
        notice=length(settings.notice, ("maintenance", "notice"), mistakes),
        movable_until=clock_time(settings.movable_until, ("maintenance", "movable_until"), mistakes),
        ladder=settings.ladder,
        rollback_ladder=settings.rollback_ladder,
    )
