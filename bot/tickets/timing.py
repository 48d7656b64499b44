"""How the clocks of a ticket stand: due instants, lateness, and the rungs of their ladders."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, TypedDict

from msgspec.structs import replace

from bot.tickets import untouched
from bot.tickets.clockwork import history_of, rules_of
from bot.tickets.kinds import ClockKind, Kind, Standing, Status
from bot.tickets.model import Promise, Ticket
from bot.tickets.rules import Rules
from scheduler import escalation
from scheduler.calendar import Window
from scheduler.clock_rules import ClockRule
from scheduler.clock_states import state
from scheduler.history import MISSED
from scheduler.pace import RAREST
from scheduler.pauses import instant_after
from scheduler.standing import ClockState

# How clocks stand when nothing more happens: a chained one knows from it when it will be owed.
_IN_THE_END = datetime(9000, 1, 1, tzinfo=UTC)
_UNCLAIMED = timedelta(hours=1)
_FIRST_WORD = (ClockKind.RESPOND,)
_WORDS = (ClockKind.PROMISE, ClockKind.ANSWER, ClockKind.RESOLVE)


class Clock(NamedTuple):
    """One promise of a ticket and how it stands."""

    promise: Promise
    rule: ClockRule
    state: ClockState
    fired: Mapping[int, datetime]  # the rungs told of what is owed now
    is_reprioritised: bool = False  # a short grace stands in for the promise
    # Its alerts are not repeated, because those of a promise that was missed before it speak for both.
    gives_way: bool = False
    heard_at: datetime | None = None  # when the latest such alert was due, of whichever promise

    @property
    def id(self) -> str:
        """What tells it from the other clocks of its ticket."""
        return self.promise.id

    @property
    def kind(self) -> ClockKind:
        """What is promised."""
        return self.promise.kind

    @property
    def started_at(self) -> datetime | None:
        """From when on it counts; None while its start event has not happened."""
        return self.state.started_at

    @property
    def met_at(self) -> datetime | None:
        """When the promise was kept."""
        return self.state.met_at

    @property
    def due_at(self) -> datetime | None:
        """When it must be kept, in UTC; None before it starts, and while a pause is open."""
        return self.state.due_at

    @property
    def is_running(self) -> bool:
        """True while something is owed, also in a pause."""
        return self.state.is_running


def clocks(ticket: Ticket, rules: Rules, now: datetime | None = None) -> tuple[Clock, ...]:
    """Return the clocks of a ticket in the order of its promises: at `now`, or as they stand if nothing more happens."""
    found = _states(ticket, rules, now)
    return _pressed(ticket, [_clock(ticket, each, *found[each.id]) for each in ticket.promises], rules)


def _of_kinds(
    ticket: Ticket, kinds: Container[ClockKind], rules: Rules, now: datetime | None = None
) -> tuple[Clock, ...]:
    """Return the clocks of some kinds in the order of the promises; what the others come to is not computed."""
    promises = [promise for promise in ticket.promises if promise.kind in kinds]
    found = _states(ticket, rules, now, {promise.id for promise in promises}) if promises else {}
    return tuple(_clock(ticket, promise, *found[promise.id]) for promise in promises)


def _states(
    ticket: Ticket, rules: Rules, now: datetime | None, wanted: Container[str] | None = None
) -> dict[str, tuple[ClockRule, ClockState]]:
    """Return the rules and states by the ids of the promises: of all, or of some and of what these may wait for."""
    promised, history = rules_of(ticket, rules.calendars), history_of(ticket)
    found: dict[str, tuple[ClockRule, ClockState]] = {}
    seen_at = ticket.changed_at or ticket.opened_at
    if now is not None:
        now = max(now, seen_at)  # what has happened stays so when the clock of the host steps back
    for rule in promised.rules:
        is_awaited = rule.id in promised.awaited
        if wanted is not None and rule.id not in wanted and not is_awaited:
            continue
        # What is owed of a heartbeat changes only with words, and its future has no end.
        at = now or (_IN_THE_END if rule.beats is None else seen_at)
        made = state(rule, history, rules.calendars, at)
        found[rule.id] = rule, made
        if is_awaited and made.missed_at is not None:
            history = history.with_event(MISSED + rule.id, made.missed_at)
    return found


def _clock(ticket: Ticket, promise: Promise, rule: ClockRule, made: ClockState) -> Clock:
    told = ticket.told.get(promise.id)
    is_of_this = told is not None and (rule.beats is None or told.begins == made.started_at)
    is_graced = ticket.grace is not None and promise.id in ticket.grace.clocks
    return Clock(promise, rule, made, told.rungs if told and is_of_this else {}, is_graced)


def clock(ticket: Ticket, kind: ClockKind, rules: Rules, now: datetime | None = None) -> Clock | None:
    """Return the clock of a kind, of several the first that runs; None when nothing of the kind is promised."""
    found = _of_kinds(ticket, (kind,), rules, now)
    return next((each for each in found if each.is_running), found[0] if found else None)


def lateness(ticket: Ticket, kind: ClockKind, rules: Rules, now: datetime) -> timedelta:
    """Return by how much a promise that is kept now is late; zero when in time or when nothing is owed."""
    found = clock(ticket, kind, rules, now)
    if found is None or not found.is_running or found.due_at is None:
        return timedelta()
    return max(now - found.due_at, timedelta())


def is_owed(ticket: Ticket, kind: ClockKind, rules: Rules) -> bool:
    """Say whether a promise of a kind is still to be kept."""
    found = clock(ticket, kind, rules)
    return found is not None and found.is_running


def is_awaited(ticket: Ticket, rules: Rules) -> bool:
    """Say whether the customer still waits for the first word of somebody."""
    return is_owed(ticket, ClockKind.RESPOND, rules)


def promised_word(ticket: Ticket, rules: Rules) -> datetime | None:
    """Return by when the customer hears from somebody: the first response while it is owed, else an answer or the resolution."""
    if ticket.status is not Status.OPEN:
        return None
    if (first := untouched.first_word_by(ticket, rules)) is not None:
        return first
    for kinds in (_FIRST_WORD, _WORDS):
        running = [each for each in _of_kinds(ticket, kinds, rules) if each.is_running]
        if running:
            return min(running, key=lambda each: kinds.index(each.kind)).due_at
    return None


def told_at_once(ticket: Ticket, rules: Rules) -> tuple[str, ...]:
    """Return whom the rungs at 0% name: they are told with the news that the ticket is there, not by a clock."""
    ladders = {each.ladder: rules.ladders.get(each.ladder) for each in ticket.promises}
    at_once = [ladder for ladder in ladders.values() if ladder is not None and ladder.at_once]
    if not at_once:
        return ()
    begun = {found.rule.ladder for found in clocks(ticket, rules) if found.is_running}
    return tuple(
        dict.fromkeys(
            word
            for ladder in at_once
            if ladder.id in begun
            for index in ladder.at_once
            for word in ladder.rungs[index].tell
        )
    )


def _ladder(ticket: Ticket, found: Clock, rules: Rules) -> escalation.Ladder | None:
    """Return whom a clock tells; nobody is reminded at night of what nobody does then."""
    ladder = rules.ladders.get(found.rule.ladder)
    if ladder is None or ladder.waking is not None or not _is_done_by_day(ticket):
        return ladder
    return _by_day(ladder, rules.survey.waking)


def _is_done_by_day(ticket: Ticket) -> bool:
    """Say whether a ticket waits for what is done by day only: a call to the customer, a word about what no contract covers."""
    return ticket.kind is Kind.CALLBACK or (_waits_for_a_word(ticket) and not ticket.is_urgent)


def _waits_for_a_word(ticket: Ticket) -> bool:
    return ticket.coverage is not None and ticket.coverage.standing is Standing.UNDECIDED


@lru_cache(maxsize=32)
def _by_day(ladder: escalation.Ladder, waking: Window) -> escalation.Ladder:
    return escalation.Ladder(ladder.id, ladder.rungs, waking)


def _told(ticket: Ticket, found: Clock, ladder: escalation.Ladder) -> Mapping[int, datetime]:
    """Return the rungs told of a clock; those at 0% were told by whatever began it, unless it was a missed promise.

    What was told again of another promise named this one as well. Nobody is at an appointment before its time: whoever goes is reminded
    by itself, and nothing is wrong until then.
    """
    started_at, fired = found.state.started_at, found.fired
    if found.heard_at is not None:
        highest = max(fired)
        fired = {**fired, highest: max(fired[highest], found.heard_at)}
    if started_at is None:
        return fired
    known = () if _waits_for_a_miss(found.rule) else ladder.at_once
    if (
        found.kind is ClockKind.ARRIVE
        and ticket.appointment is not None
        and found.state.agreement is not None
    ):
        known = tuple(index for index, rung in enumerate(ladder.rungs) if escalation.is_ahead(rung.at))
    return {**dict.fromkeys(known, started_at), **fired} if known else fired


def _waits_for_a_miss(rule: ClockRule) -> bool:
    return any(event.startswith(MISSED) for event in (rule.after, *rule.starts))


def escalation_due(ticket: Ticket, found: Clock, rules: Rules, now: datetime) -> escalation.Escalation | None:
    """Return the rung that is due on a clock, or None."""
    ladder, course = _ladder(ticket, found, rules), found.state.course
    if ladder is None or course is None or not found.is_running:
        return None
    again_at = _again_at(ticket, found, ladder, rules)
    repeats = _repeats(ticket, found) and (again_at is None or again_at <= now)
    due = escalation.due(
        ladder, *course, fired=_told(ticket, found, ladder), repeats=repeats, now=now, **_manner(ticket)
    )
    owed_at = found.state.owed_at
    if due is not None and owed_at is not None and due.rung_at < owed_at <= now:
        due = replace(due, rung_at=owed_at, late=now - owed_at)  # nobody could be told before it was owed
    if due is None or not due.is_repeat or again_at is None:
        return due
    return replace(due, late=min(due.late, now - again_at))  # what was kept quiet on purpose is not late


def first_told(ticket: Ticket, rules: Rules, now: datetime | None = None) -> datetime | None:
    """Return when the first of the clocks next has somebody to tell, or None."""
    if (first := untouched.next_rung(ticket, rules)) is not None:
        return first
    upcoming = (next_rung(ticket, found, rules, now) for found in clocks(ticket, rules))
    return min((instant for instant in upcoming if instant is not None), default=None)


def next_rung(ticket: Ticket, found: Clock, rules: Rules, now: datetime | None = None) -> datetime | None:
    """Return when a clock next has somebody to tell, or None.

    A chained clock may count from long ago and yet be owed only later; until then it has nothing to say.
    """
    upcoming, owed_at = _upcoming(ticket, found, rules, now), found.state.owed_at
    return max(upcoming, owed_at) if upcoming is not None and owed_at is not None else upcoming


def _upcoming(ticket: Ticket, found: Clock, rules: Rules, now: datetime | None) -> datetime | None:
    ladder, course = _ladder(ticket, found, rules), found.state.course
    if ladder is None or course is None or not found.is_running:
        return None
    again_at, repeats, told = (
        _again_at(ticket, found, ladder, rules),
        _repeats(ticket, found),
        _told(ticket, found, ladder),
    )
    upcoming = escalation.next_rung(ladder, *course, fired=told, repeats=repeats, now=now, **_manner(ticket))
    if again_at is None or not repeats or upcoming is None:
        return upcoming
    higher = escalation.next_rung(ladder, *course, fired=told, repeats=False, now=now)
    return min(max(upcoming, again_at), higher or _IN_THE_END)


def _pressed(ticket: Ticket, found: list[Clock], rules: Rules) -> tuple[Clock, ...]:
    """Return the clocks of a ticket, of which one at most repeats its alerts: the one that was missed first."""
    told = [each for each in found if each.fired and each.is_running and nagged(each, rules)]
    if len(told) < 2:
        return tuple(found)
    heard_at = max(at for each in told for at in each.fired.values())
    pressing = [each for each in told if _repeats(ticket, each) and each.due_at is not None]
    first = min(pressing, key=lambda each: each.due_at or _IN_THE_END, default=None)
    behind = {each.id for each in pressing if each is not first}
    return tuple(
        each._replace(gives_way=each.id in behind, heard_at=heard_at) if each in told else each
        for each in found
    )


class _Manner(TypedDict):
    rarest: timedelta
    afresh_at: datetime | None


def _manner(ticket: Ticket) -> _Manner:
    """Return how rare repetitions may become, and since when: nobody answers for a ticket that anybody could take and nobody has.

    Whoever takes it has not been called yet.
    """
    is_anybodys = ticket.owner is None and not _waits_for_a_word(ticket)
    taken_at = ticket.claimed_at if ticket.claimed_at != ticket.opened_at else None
    return {"rarest": _UNCLAIMED if is_anybodys else RAREST, "afresh_at": ticket.owned_at or taken_at}


def nagged(found: Clock, rules: Rules) -> tuple[str, ...]:
    """Return whom the highest rung that was reached tells again and again; nobody where none does."""
    ladder = rules.ladders.get(found.rule.ladder)
    reached = ladder.rungs[: max(found.fired) + 1] if ladder is not None and found.fired else ()
    return next((rung.tell for rung in reversed(reached) if rung.repeat), ())


def _repeats(ticket: Ticket, found: Clock) -> bool:
    """Say whether a rung still nags: the first response until somebody owns the ticket, others until staff says a word."""
    if found.gives_way:
        return False
    if found.kind is ClockKind.RESPOND:
        return ticket.owner is None
    if not found.fired or ticket.last_said_at is None:
        return True
    return ticket.last_said_at < max(found.fired.values())


def _again_at(ticket: Ticket, found: Clock, ladder: escalation.Ladder, rules: Rules) -> datetime | None:
    """Return until when an acknowledgement keeps the repetitions quiet; None when nobody acknowledged what was told last."""
    acknowledged, course = ticket.acknowledged, found.state.course
    if (
        acknowledged is None
        or course is None
        or not found.fired
        or acknowledged.at < max(found.fired.values())
    ):
        return None
    quiet = escalation.left_out(
        ladder,
        *course,
        fired=_told(ticket, found, ladder),
        count=rules.acknowledged_for,
        **_manner(ticket),
    )
    if quiet is None:
        return None
    return instant_after(course.calendar, acknowledged.at, quiet, course.pauses) or _IN_THE_END
