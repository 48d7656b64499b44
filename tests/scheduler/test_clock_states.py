"""How promises stand: sixteen kinds, kept, missed, paused, agreed anew, reopened and withdrawn."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.calendar import Calendar, always, parse_weekly
from scheduler.clock_rules import ClockRule, Every, in_order
from scheduler.clock_states import state, states
from scheduler.escalation import Ladder, Rung, Share, next_rung
from scheduler.escalation import due as rung_due
from scheduler.history import Agreement, History, Pause
from scheduler.plans import Plan
from scheduler.standing import ClockState, Phase, next_change
from scheduler.targets import Instant, NthWorkingDay, Target, Within

SHANGHAI = ZoneInfo("Asia/Shanghai")
CALENDARS = {
    "always": always(SHANGHAI),
    "workday": Calendar("workday", SHANGHAI, parse_weekly({"mon-fri": ["09:00-17:30"]}), "CN"),
}
WAITS = frozenset({"customer", "solved"})
HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-{text}").replace(tzinfo=SHANGHAI)


OPENED = at("09 10:00")  # a Monday
RESOLVE = ClockRule(
    "resolve", "resolve", "always", ("resolved",), Within(4 * HOUR), stops_for=WAITS, ladder="standard"
)


def history(
    pauses: Sequence[Pause] = (),
    agreements: Sequence[Agreement] = (),
    closed: str | None = None,
    **events: str | list[str],
) -> History:
    happened = {
        name: [at(text) for text in ([texts] if isinstance(texts, str) else texts)]
        for name, texts in events.items()
    }
    return History(
        OPENED, happened, tuple(pauses), tuple(agreements), closed_at=at(closed) if closed else None
    )


def standing(rule: ClockRule, past: History, now: str) -> ClockState:
    return state(rule, past, CALENDARS, at(now))


@pytest.mark.parametrize(
    ("now", "phase"),
    [
        ("09 09:59", Phase.PENDING),
        ("09 10:00", Phase.RUNNING),
        ("09 13:11", Phase.RUNNING),
        ("09 13:12", Phase.WARNING),
        ("09 13:59", Phase.WARNING),
        ("09 14:00", Phase.BREACHED),
    ],
)
def test_a_promise_runs_is_in_danger_and_is_missed(now: str, phase: Phase) -> None:
    assert standing(RESOLVE, history(), now).phase is phase


@given(
    minutes=st.integers(-600, 6000),
    calendar=st.sampled_from(sorted(CALENDARS)),
    target=st.sampled_from([Within(4 * HOUR), NthWorkingDay(2, time(12)), Within(timedelta(0))]),
    grace=st.sampled_from([timedelta(0), HOUR]),
    restarts=st.booleans(),
)
def test_that_nothing_happened_but_the_report_is_no_other_case_than_any_history(
    minutes: int, calendar: str, target: Target, grace: timedelta, restarts: bool
) -> None:
    rule = replace(RESOLVE, calendar=calendar, target=target, grace=grace, restarts=restarts)
    now = OPENED + timedelta(minutes=minutes)
    longer = history(greeted="09 10:00")  # an event that no rule asks for
    short, long = state(rule, history(), CALENDARS, now), state(rule, longer, CALENDARS, now)
    assert short == long
    assert (short.course, short.is_running, short.is_over) == (long.course, long.is_running, long.is_over)


def a_long_day() -> History:
    paused = [Pause(at("09 11:00"), at("09 12:00"), "customer")]
    return history(paused, major="09 10:00", updated="09 10:40", resolved="09 15:00", reopened="09 16:00")


ONE = a_long_day()  # asked again and again


@given(minutes=st.lists(st.integers(-60, 1500), min_size=1, max_size=6))
def test_what_was_reckoned_of_a_history_before_makes_no_difference(minutes: list[int]) -> None:
    rules = [RESOLVE, LOAN, UPDATE, CALLBACK]
    for now in (OPENED + timedelta(minutes=each) for each in minutes):
        kept, anew = states(rules, ONE, CALENDARS, now), states(rules, a_long_day(), CALENDARS, now)
        assert kept == anew
        assert [each.course for each in kept.values()] == [each.course for each in anew.values()]


def test_what_was_reckoned_by_other_calendars_is_not_taken_over() -> None:
    rule = replace(RESOLVE, calendar="workday", target=Within(8 * HOUR))
    past = a_long_day()
    by_workday = state(rule, past, CALENDARS, at("09 17:00")).due_at
    by_every_hour = state(rule, past, {**CALENDARS, "workday": CALENDARS["always"]}, at("09 17:00")).due_at
    assert by_workday != by_every_hour
    assert by_every_hour == state(rule, a_long_day(), {"workday": CALENDARS["always"]}, at("09 17:00")).due_at


def test_kept_at_the_due_instant_is_kept_in_time() -> None:
    found = standing(RESOLVE, history(resolved="09 14:00"), "09 15:00")
    assert (found.phase, found.late, found.missed_at) == (Phase.MET, timedelta(0), None)
    assert found.is_over


def test_kept_late_is_missed_by_so_much() -> None:
    found = standing(RESOLVE, history(resolved="09 14:02"), "09 15:00")
    assert (found.phase, found.late, found.missed_at) == (
        Phase.BREACHED,
        timedelta(minutes=2),
        at("09 14:00"),
    )
    assert found.is_over


def test_overdue_by_now() -> None:
    found = standing(RESOLVE, history(), "09 15:00")
    assert (found.late, found.is_over) == (HOUR, False)


def test_what_happens_later_is_not_known_yet() -> None:
    assert standing(RESOLVE, history(resolved="09 12:00"), "09 11:00").phase is Phase.RUNNING


def test_events_in_any_order_and_twice_give_the_same() -> None:
    one = history(
        [
            Pause(at("09 11:00"), at("09 12:00"), "customer"),
            Pause(at("09 11:30"), at("09 13:00"), "customer"),
        ],
        responded=["09 10:05", "09 10:30"],
        resolved="09 15:30",
    )
    other = history(
        [*reversed(one.pauses), *one.pauses],
        responded=["09 10:30", "09 10:05", "09 10:30"],
        resolved=["09 15:30", "09 15:30"],
    )
    found = standing(RESOLVE, one, "09 16:00")
    assert found == standing(RESOLVE, other, "09 16:00")
    assert (found.phase, found.due_at) == (Phase.MET, at("09 16:00"))


def test_only_reasons_of_the_policy_pause_and_a_first_response_never_does() -> None:
    waits = history([Pause(at("09 11:00"), None, "parts")])
    assert standing(RESOLVE, waits, "09 12:00").due_at == at("09 14:00")
    paused = standing(RESOLVE, history([Pause(at("09 11:00"), None, "customer")]), "09 12:00")
    assert (paused.phase, paused.due_at) == (Phase.PAUSED, None)
    with pytest.raises(ValueError, match="首次响应从不暂停"):
        ClockRule("r", "respond", "always", ("responded",), Within(HOUR), stops_for=WAITS)


def test_a_pause_after_the_due_instant_does_not_excuse() -> None:
    found = standing(RESOLVE, history([Pause(at("09 15:00"), None, "customer")]), "09 16:00")
    assert (found.phase, found.due_at) == (Phase.BREACHED, at("09 14:00"))


def test_from_another_event() -> None:
    rule = ClockRule("resolve", "resolve", "always", ("resolved",), Within(6 * HOUR), starts=("arrived",))
    assert standing(rule, history(), "09 12:00").phase is Phase.PENDING
    assert standing(rule, history(arrived=["09 13:00", "09 12:00"]), "09 13:30").due_at == at("09 18:00")


def test_from_when_the_fault_occurred_if_that_is_known() -> None:
    rule = ClockRule(
        "loan", "loan", "always", ("loaned",), Within(12 * HOUR), starts=("occurred", "reported")
    )
    assert standing(rule, history(), "09 11:00").due_at == at("09 22:00")
    found = standing(rule, history(occurred="09 04:00"), "09 11:00")
    assert (found.due_at, found.owed_at) == (at("09 16:00"), OPENED)


def test_nothing_is_missed_before_it_was_reported() -> None:
    rule = ClockRule(
        "loan", "loan", "always", ("loaned",), Within(12 * HOUR), starts=("occurred",), grace=HOUR / 2
    )
    found = standing(rule, history(occurred="08 10:00"), "09 10:01")
    assert (found.phase, found.due_at) == (Phase.RUNNING, at("09 10:30"))


def test_the_second_working_day_at_six() -> None:
    rule = ClockRule("resolve", "resolve", "workday", ("resolved",), NthWorkingDay(2, time(6)))
    assert standing(rule, history(), "09 11:00").due_at == at("11 06:00")


def test_agreed_with_the_customer() -> None:
    agreed = Agreement("resolve", Instant(at("10 16:00")), at("09 11:00"), "m-1")
    found = standing(RESOLVE, history(agreements=[agreed]), "09 15:00")
    assert (found.phase, found.due_at, found.missed_at) == (Phase.RUNNING, at("10 16:00"), None)
    assert found.agreement == agreed
    # Half of the time is counted from the agreement on.
    assert found.course is not None
    assert found.course.share(0.5) == at("10 01:30")


@pytest.mark.parametrize(
    ("clock", "made", "due"),
    [
        ("resolve", "09 15:00", "10 16:00"),  # made at this very moment
        ("resolve", "09 15:01", "09 14:00"),  # not made yet
        ("respond", "09 11:00", "09 14:00"),  # of another promise
    ],
)
def test_what_counts_is_what_was_agreed_of_this_promise_by_now(clock: str, made: str, due: str) -> None:
    agreed = Agreement(clock, Instant(at("10 16:00")), at(made), "m-1")
    assert standing(RESOLVE, history(agreements=[agreed]), "09 15:00").due_at == at(due)


def test_of_what_was_agreed_at_one_instant_the_last_word_counts() -> None:
    made_at = at("09 10:00")
    named = tuple(Agreement("call", Instant(made_at + hours * HOUR), made_at) for hours in range(40, 0, -1))
    assert History(opened_at=made_at, agreements=named).agreed("call", made_at) == named


def test_without_consent_nothing_is_agreed() -> None:
    wish = Agreement("resolve", Instant(at("10 16:00")), at("09 11:00"))
    assert standing(RESOLVE, history(agreements=[wish]), "09 15:00").due_at == at("09 14:00")


def test_what_was_missed_before_another_time_was_agreed_stays_missed() -> None:
    agreed = Agreement("resolve", Instant(at("10 16:00")), at("09 14:30"), "m-1")
    found = standing(RESOLVE, history(agreements=[agreed], resolved="10 12:00"), "10 13:00")
    assert (found.phase, found.missed_at) == (Phase.MET, at("09 14:00"))


def test_named_by_the_engineer() -> None:
    rule = ClockRule("promise", "promise", "always", ("answered",), starts=("promised",), needs_consent=False)
    assert standing(rule, history(), "09 11:00").phase is Phase.PENDING
    said = Agreement("promise", Instant(at("09 16:10")), at("09 15:40"))
    found = standing(rule, history(agreements=[said], promised="09 15:40"), "09 15:41")
    assert (found.phase, found.due_at) == (Phase.RUNNING, at("09 16:10"))
    # Promised, but not by when; and closed before anybody said so.
    assert standing(rule, history(promised="09 15:40"), "09 15:41").phase is Phase.PENDING
    withdrawn = standing(rule, history(promised="09 15:40", closed="09 16:00"), "09 16:01")
    assert withdrawn.phase is Phase.CANCELLED


LOAN = ClockRule(
    "loan",
    "loan",
    "always",
    ("loaned", "resolved"),
    Within(12 * HOUR),
    starts=("occurred", "reported"),
    after="missed:resolve",
)


def test_a_chain_begins_when_the_first_is_missed_and_not_before() -> None:
    past = history(occurred="09 08:00")
    before = states([LOAN, RESOLVE], past, CALENDARS, at("09 13:59"))
    assert before["loan"].phase is Phase.PENDING
    assert next_change(before, at("09 13:59")) == at("09 14:00")
    after = states([LOAN, RESOLVE], past, CALENDARS, at("09 14:00"))
    assert (after["loan"].phase, after["loan"].due_at) == (Phase.RUNNING, at("09 20:00"))


def test_a_chain_never_begins_when_the_first_is_kept() -> None:
    found = states([LOAN, RESOLVE], history(resolved="09 13:00"), CALENDARS, at("10 13:00"))
    assert (found["resolve"].phase, found["loan"].phase) == (Phase.MET, Phase.PENDING)


def test_a_late_solution_ends_the_chain_too() -> None:
    found = states([LOAN, RESOLVE], history(resolved="09 15:00"), CALENDARS, at("10 13:00"))
    assert (found["resolve"].phase, found["loan"].phase) == (Phase.BREACHED, Phase.MET)


def test_fulfilled_by_one_of_two() -> None:
    rule = ClockRule("resolve", "resolve", "always", ("resolved", "loaned"), Within(4 * HOUR))
    found = standing(rule, history(loaned="09 13:00", resolved="09 18:00"), "09 19:00")
    assert (found.phase, found.met_at) == (Phase.MET, at("09 13:00"))


UPDATE = ClockRule(
    "update",
    "update",
    "always",
    ("updated",),
    beats=Every(HOUR),
    starts=("major",),
    cancelled_by=("recovered", "resolved"),
    stops_for=frozenset({"solved"}),
)


@pytest.mark.parametrize(
    ("words", "now", "due", "missed"),
    [
        ([], "09 10:30", "09 11:00", []),
        (["09 10:58"], "09 10:59", "09 12:00", []),
        (["09 10:20", "09 10:58"], "09 11:30", "09 12:00", []),
        (["09 10:58"], "09 12:05", "09 12:00", ["09 12:00"]),
        (["09 10:58", "09 12:05"], "09 12:06", "09 13:00", ["09 12:00"]),
        (["09 13:30"], "09 13:31", "09 14:00", ["09 11:00", "09 12:00", "09 13:00"]),
    ],
)
def test_a_word_every_full_hour(words: list[str], now: str, due: str, missed: list[str]) -> None:
    found = standing(UPDATE, history(major="09 10:00", updated=words), now)
    assert found.due_at == at(due)
    assert list(found.missed) == [at(each) for each in missed]
    assert (found.phase is Phase.BREACHED) == (at(due) <= at(now))


def test_a_word_an_hour_after_the_latest() -> None:
    rule = ClockRule(
        "update",
        "update",
        "always",
        ("updated",),
        beats=Every(HOUR, keeps_grid=False),
        starts=("major",),
        cancelled_by=("recovered",),
    )
    assert standing(rule, history(major="09 10:00", updated=["09 10:20"]), "09 10:30").due_at == at(
        "09 11:20"
    )
    found = standing(rule, history(major="09 10:00", updated=["09 13:30"]), "09 13:31")
    assert (found.due_at, found.missed) == (at("09 14:30"), (at("09 11:00"),))


def test_a_heartbeat_ends_with_the_state_and_keeps_what_was_missed() -> None:
    found = standing(UPDATE, history(major="09 10:00", recovered="09 11:30"), "09 15:00")
    assert (found.phase, found.due_at, found.missed) == (Phase.CANCELLED, None, (at("09 11:00"),))
    in_time = standing(UPDATE, history(major="09 10:00", recovered="09 11:00"), "09 15:00")
    assert in_time.missed == ()


def test_a_report_at_half_past_five_every_day() -> None:
    plan = Plan("report", "30 17 * * *", CALENDARS["always"])
    rule = ClockRule(
        "report",
        "report",
        "always",
        ("day_reported",),
        beats=plan,
        starts=("major",),
        cancelled_by=("recovered",),
    )
    assert standing(rule, history(major="09 10:00"), "09 12:00").due_at == at("09 17:30")
    told = history(major="09 10:00", day_reported="09 17:20")
    assert standing(rule, told, "09 17:25").due_at == at("10 17:30")
    # What falls into a pause is left out; a pause behind it changes nothing.
    rests = replace(rule, stops_for=WAITS)
    for begins, due_at in (("09 17:00", "11 17:30"), ("09 17:30", "09 17:30"), ("09 18:00", "09 17:30")):
        paused = history([Pause(at(begins), at("11 12:00"), "customer")], major="09 10:00")
        assert standing(rests, paused, "09 17:29").due_at == at(due_at)


CALLBACK = ClockRule(
    "callback",
    "callback",
    "always",
    ("called_back",),
    Within(48 * HOUR),
    starts=("resolved",),
    restarts=True,
    outlives_ticket=True,
)


def test_called_back_within_two_days_of_the_solution_also_when_the_ticket_is_closed() -> None:
    found = standing(CALLBACK, history(resolved="09 12:00", closed="09 13:00"), "10 12:00")
    assert (found.phase, found.due_at) == (Phase.RUNNING, at("11 12:00"))


def test_reopened_nobody_is_called_back_until_it_is_solved_again() -> None:
    reopened = history(resolved="09 12:00", reopened="09 15:00")
    assert standing(CALLBACK, reopened, "09 16:00").phase is Phase.PENDING
    again = history(resolved=["09 12:00", "09 18:00"], reopened="09 15:00")
    assert standing(CALLBACK, again, "09 19:00").due_at == at("11 18:00")


def test_reopened_the_clock_goes_on_without_the_time_it_was_solved() -> None:
    reopened = history(
        [Pause(at("09 12:00"), at("09 15:00"), "solved")], resolved="09 12:00", reopened="09 15:00"
    )
    found = standing(RESOLVE, reopened, "09 16:00")
    assert (found.phase, found.due_at, found.met_at) == (Phase.RUNNING, at("09 17:00"), None)


def test_withdrawn_in_time_nothing_is_owed_and_nothing_was_missed() -> None:
    found = standing(RESOLVE, history(closed="09 13:00"), "09 18:00")
    assert (found.phase, found.missed_at, found.is_over) == (Phase.CANCELLED, None, True)
    # Nor was it kept, or missed, by what happened afterwards.
    after = standing(RESOLVE, history(closed="09 13:00", resolved="09 15:00"), "09 18:00")
    assert (after.phase, after.missed_at, after.met_at) == (Phase.CANCELLED, None, None)
    late = standing(RESOLVE, history(closed="09 15:00"), "09 18:00")
    assert (late.phase, late.late) == (Phase.BREACHED, HOUR)


def test_the_course_of_a_promise_is_what_its_ladder_climbs() -> None:
    ladder = Ladder("standard", (Rung(Share(0.5), ("owner",)), Rung(Share(1.0), ("manager",))))
    found = standing(RESOLVE, history(), "09 10:00")
    assert found.course is not None
    assert next_rung(ladder, *found.course, fired={}, repeats=False) == at("09 12:00")
    told = rung_due(ladder, *found.course, fired={0: at("09 12:00")}, repeats=False, now=at("09 14:00"))
    assert told is not None
    assert told.rung == 1


def test_nothing_changes_between_two_changes() -> None:
    past = history([Pause(at("09 11:00"), at("09 12:00"), "customer")], occurred="09 08:00", major="09 10:00")
    rules = [RESOLVE, LOAN, UPDATE, CALLBACK]
    changes = [OPENED]
    while (change := next_change(states(rules, past, CALENDARS, changes[-1]), changes[-1])) is not None:
        before = states(rules, past, CALENDARS, changes[-1])
        just_before = states(rules, past, CALENDARS, change - timedelta.resolution)
        assert [each.phase for each in before.values()] == [each.phase for each in just_before.values()]
        changes.append(change)
    # Update in danger and missed; paused, resumed; resolution in danger, missed; loaner in danger, missed.
    assert changes[1:] == [
        at(text)
        for text in ("09 10:48", "09 11:00", "09 12:00", "09 14:12", "09 15:00", "09 17:36", "09 20:00")
    ]


def test_circles_twins_and_strangers_are_refused() -> None:
    def rule(name: str, after: str) -> ClockRule:
        return ClockRule(name, "loan", "always", ("loaned",), Within(HOUR), after=after)

    with pytest.raises(ValueError, match=r"互相等待.*(a → b → a|b → a → b)"):
        in_order([rule("a", "missed:b"), rule("b", "missed:a")])
    with pytest.raises(ValueError, match="a 写了两次"):
        in_order([rule("a", ""), rule("a", "")])
    with pytest.raises(ValueError, match="a → c"):
        in_order([rule("a", "missed:c")])


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (lambda: ClockRule("x", "loan", "always", (), Within(HOUR)), "做到什么算数"),
        (lambda: ClockRule("x", "loan", "always", ("a",), Within(HOUR), beats=Every(HOUR)), "只能写一种"),
        (lambda: ClockRule("x", "update", "always", ("a",), beats=Every(HOUR)), "until"),
        (lambda: ClockRule("x", "loan", "always", ("a",), Within(HOUR), warn_at=1.2), "预警"),
        (lambda: Every(timedelta(0)), "大于 0"),
    ],
)
def test_rules_that_contradict_themselves_are_refused(made: object, says: str) -> None:
    assert callable(made)
    with pytest.raises(ValueError, match=says):
        made()
