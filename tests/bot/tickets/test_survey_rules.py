"""Ratings: once per resolution, by day, one a day, never guessed; and the manager's call after a low one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.kinds import ClockKind, Closing, Kind, Status, SurveyState
from bot.tickets.rules import Rules
from bot.tickets.surveys import first_question
from scheduler.calendar import Window

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def rated(case: Any) -> Any:
    """A confirmed ticket whose requester was asked for a rating on Monday at 10:00."""
    case.resolve(case.zhang)
    case.confirm()
    return case


def _at(case: Any, hour: int, day: int = 0) -> datetime:
    """Return an instant in the bot's zone, so many days after the Monday."""
    local = case.start.astimezone(case.rules.zone).replace(hour=hour, minute=0)
    return (local + timedelta(days=day)).astimezone(UTC)


def test_the_confirmation_brings_the_question(case: Any) -> None:
    case.resolve(case.zhang)
    assert case.confirm() == [
        e.Closed(closing=Closing.CONFIRMED, by=case.requester),
        e.SurveyAsked(remind_at=case.now + DAY),
    ]
    assert case.ticket.survey.engineer == case.zhang
    assert case.ticket.survey.asked_at == case.now


def test_at_night_the_question_waits_for_the_morning(case: Any) -> None:
    case.resolve(case.zhang)
    case.now = _at(case, 23)
    assert case.confirm()[1:] == [e.SurveyPlanned(at=_at(case, 8, day=1))]
    assert case.deadline == _at(case, 8, day=1)
    case.now = case.deadline
    assert case.looks() == [e.SurveyAsked(remind_at=_at(case, 8, day=2))]


def test_the_end_of_waking_hours_is_night_already(case: Any) -> None:
    case.resolve(case.zhang)
    case.now = _at(case, 22)
    assert case.confirm()[1:] == [e.SurveyPlanned(at=_at(case, 8, day=1))]


def test_before_the_morning_it_is_asked_the_same_day(case: Any) -> None:
    case.now = _at(case, 3, day=1)
    case.resolve(case.zhang)
    assert case.confirm()[1:] == [e.SurveyPlanned(at=_at(case, 8, day=1))]


def test_a_person_is_asked_once_a_day(case: Any) -> None:
    case.resolve(case.zhang)
    assert case.confirm(surveyed_at=_at(case, 8))[1:] == [e.SurveySkipped()]
    assert (case.ticket.survey.state, case.deadline) == (SurveyState.SKIPPED, None)


def test_having_been_asked_yesterday_is_no_reason_to_skip(case: Any) -> None:
    case.resolve(case.zhang)
    assert case.confirm(surveyed_at=_at(case, 21, day=-1))[1:] == [e.SurveyAsked(remind_at=case.now + DAY)]


def test_a_day_is_one_of_the_bots_zone(case: Any) -> None:
    case.now = _at(
        case, 21
    )  # 13:00 UTC: the next question, at 08:00, is on the same day of UTC but on another here
    case.resolve(case.zhang)
    case.now = _at(case, 8, day=1)
    assert case.confirm(surveyed_at=_at(case, 8, day=0) + 13 * HOUR)[1:] == [
        e.SurveyAsked(remind_at=case.now + DAY)
    ]


def test_a_planned_question_is_skipped_when_another_was_asked_meanwhile(case: Any) -> None:
    case.resolve(case.zhang)
    case.now = _at(case, 23)
    case.confirm()
    case.now = _at(case, 8, day=1)
    assert case.looks(surveyed_at=_at(case, 8, day=1)) == [e.SurveySkipped()]


def test_one_reminder_and_then_it_expires_without_a_score(rated: Any) -> None:
    asked_at = rated.now
    happened = rated.lives(10 * DAY)
    assert [(at - asked_at, event) for at, event in happened] == [
        (DAY, e.SurveyReminded(expires_at=asked_at + 2 * DAY)),
        (2 * DAY, e.SurveyExpired()),
    ]
    survey = rated.ticket.survey
    assert (survey.state, survey.speed, survey.quality) == (SurveyState.EXPIRED, None, None)


@pytest.mark.parametrize("state", ["planned", "asked"])
def test_nobody_is_asked_at_night_because_the_bot_was_down_by_day(case: Any, state: str) -> None:
    case.resolve(case.zhang)
    if state == "planned":
        case.now = _at(case, 23)
    case.confirm()
    case.now = _at(case, 3, day=3)
    assert case.looks() == [e.SurveyPlanned(at=_at(case, 8, day=3))]
    case.now = case.deadline
    (question,) = case.looks()
    assert isinstance(question, e.SurveyAsked if state == "planned" else e.SurveyReminded)


def test_waking_hours_may_reach_over_midnight(case: Any, rules: Rules) -> None:
    waking = Window(timedelta(hours=18), timedelta(hours=26))
    case.rules = replace(rules, survey=replace(rules.survey, waking=waking))
    case.now = _at(case, 1, day=1)
    case.resolve(case.zhang)
    assert isinstance(case.confirm()[1], e.SurveyAsked)
    case.does(s.Reopen(case.requester, "又黑"))
    case.resolve(case.zhang)
    case.now = _at(case, 3, day=1)
    assert case.confirm()[1:] == [e.SurveyPlanned(at=_at(case, 18, day=1))]


def test_a_rating_is_kept_as_given_and_asked_for_once(rated: Any) -> None:
    given = rated.does(s.Rate(rated.requester, 5, 4, "很耐心"))
    assert given == [e.Rated(by=rated.requester, speed=5, quality=4, comment="很耐心", is_low=False)]
    assert rated.deadline is None
    with pytest.raises(TicketError, match="不用评分"):
        rated.does(s.Rate(rated.requester, 1, 1, ""))
    survey = rated.ticket.survey
    assert (survey.speed, survey.quality, survey.comment) == (5, 4, "很耐心")


def test_only_the_customers_own_people_rate(rated: Any) -> None:
    for other in (rated.zhang, rated.manager, rated.stranger):
        with pytest.raises(NotTheirs):
            rated.does(s.Rate(other, 5, 5, ""))
        with pytest.raises(NotTheirs):
            rated.does(s.Comment(other, "很好"))
    rated.does(s.Rate(rated.contact, 4, 4, ""))
    assert rated.ticket.survey.speed == 4


@pytest.mark.parametrize("scores", [(0, 5), (5, 0), (6, 5), (5, 6), (-1, 3)])
def test_scores_are_from_one_to_five(rated: Any, scores: tuple[int, int]) -> None:
    with pytest.raises(TicketError, match="1 到 5"):
        rated.does(s.Rate(rated.requester, *scores, ""))
    assert rated.ticket.survey.state is SurveyState.ASKED


def test_words_are_a_comment_and_never_a_score(rated: Any) -> None:
    assert rated.does(s.Comment(rated.requester, "还行吧")) == [
        e.Commented(by=rated.requester, text="还行吧")
    ]
    survey = rated.ticket.survey
    assert (survey.state, survey.speed, survey.comment) == (SurveyState.COMMENTED, None, "还行吧")
    assert rated.deadline is None


def test_a_score_after_a_comment_keeps_the_comment(rated: Any) -> None:
    rated.does(s.Comment(rated.requester, "还行吧"))
    rated.does(s.Rate(rated.requester, 4, 4, ""))
    survey = rated.ticket.survey
    assert (survey.state, survey.speed, survey.comment) == (SurveyState.RATED, 4, "还行吧")


def test_a_late_score_still_counts(rated: Any) -> None:
    rated.lives(3 * DAY)
    rated.does(s.Rate(rated.requester, 5, 5, ""))
    assert rated.ticket.survey.state is SurveyState.RATED


def test_reopening_voids_the_question(rated: Any) -> None:
    rated.waits(HOUR).does(s.Reopen(rated.requester, "又黑"))
    assert rated.ticket.survey.state is SurveyState.VOID
    with pytest.raises(TicketError, match="不用评分"):
        rated.does(s.Rate(rated.requester, 1, 1, ""))
    assert not [event for _, event in rated.lives(DAY) if not isinstance(event, e.Escalated)]


def test_every_resolution_is_asked_about_once(rated: Any) -> None:
    rated.does(s.Rate(rated.requester, 5, 5, ""))
    rated.waits(DAY).does(s.Reopen(rated.requester, "又黑"))
    rated.does(s.Reassign(rated.manager, rated.li, "换人看看"))
    rated.resolve()
    rated.confirm(surveyed_at=rated.start)
    survey = rated.ticket.survey
    assert (survey.state, survey.engineer, survey.speed) == (SurveyState.ASKED, rated.li, None)


def test_nobody_is_asked_when_surveys_are_off_or_the_work_was_internal(rules: Rules, open_case: Any) -> None:
    for case in (
        open_case(rules=replace(rules, survey=replace(rules.survey, is_enabled=False))),
        open_case(kind=Kind.COMPLAINT),
    ):
        case.resolve(case.zhang)
        assert [type(event) for event in case.confirm()] == [e.Closed]


@pytest.mark.parametrize("kind", Kind)
def test_only_what_people_reported_is_asked_about(kind: Kind, case: Any) -> None:
    asked = first_question(replace(case.ticket, kind=kind), None, case.now, case.rules)
    assert bool(asked) is (kind in (Kind.FAULT, Kind.QUESTION, Kind.REQUEST, Kind.TRAINING))


def test_there_is_nothing_to_rate_before_it_is_done(case: Any) -> None:
    with pytest.raises(TicketError, match="不用评分"):
        case.does(s.Rate(case.requester, 5, 5, ""))


@pytest.mark.parametrize(
    ("scores", "is_low"), [((3, 3), False), ((2, 5), True), ((5, 2), True), ((1, 1), True)]
)
def test_one_low_score_is_enough_for_a_call(rated: Any, scores: tuple[int, int], is_low: bool) -> None:
    (given,) = rated.does(s.Rate(rated.requester, *scores, ""))
    assert given.is_low is is_low


@pytest.fixture
def callback(open_case: Any) -> Any:
    case = open_case()
    return open_case(kind=Kind.CALLBACK, level=None, policy="edu", subject=7, owner=case.manager)


def test_a_callback_is_owed_by_the_manager_within_the_surveys_time(callback: Any, rules: Rules) -> None:
    (clock,) = callback.clocks
    assert (clock.promise.kind, clock.promise.within) == (ClockKind.RESOLVE, rules.survey.callback_within)
    assert callback.ticket.owner == callback.manager
    assert callback.deadline == callback.now + rules.survey.callback_within / 2


def test_the_report_of_a_call_ends_the_callback(callback: Any) -> None:
    assert callback.does(s.Report(callback.manager, "已电话，客户接受")) == [
        e.CalledBack(by=callback.manager, result="已电话，客户接受"),
        e.Closed(closing=Closing.DONE, by=callback.manager),
    ]
    assert (callback.ticket.status, callback.deadline) == (Status.CLOSED, None)
    with pytest.raises(TicketError, match="没有等着的回访"):
        callback.does(s.Report(callback.manager, "再报一次"))


def test_a_missed_call_is_noted_and_still_owed(callback: Any) -> None:
    again_at = callback.now + 3 * HOUR
    assert callback.does(s.Report(callback.manager, "未接", "missed")) == [
        e.CallMissed(by=callback.manager, text="未接", again_at=again_at)
    ]
    assert (callback.ticket.status, callback.deadline) == (Status.OPEN, again_at)


def test_the_engineer_concerned_does_not_report_the_call(callback: Any, case: Any) -> None:
    with pytest.raises(NotTheirs):
        callback.does(s.Report(callback.zhang, "没事了"))
    with pytest.raises(TicketError):
        case.does(s.Report(case.manager, "这不是回访"))


def test_a_callback_that_nobody_owns_is_sent_to_a_manager(open_case: Any) -> None:
    case = open_case(kind=Kind.CALLBACK, level=None, subject=7)
    with pytest.raises(NotTheirs) as refused:
        case.does(s.Report(case.zhang, "没事了"))
    assert refused.value.values == {"number": 7, "owner": case.manager}


def test_a_callback_that_nobody_makes_climbs_the_ladder(callback: Any) -> None:
    told = [event for _, event in callback.lives(24 * HOUR) if not event.is_repeat]
    assert [event.told for event in told] == [
        (callback.manager,),
        (callback.manager, callback.leader),
        (callback.manager,),
        (callback.director,),
    ]


def test_only_what_people_reported_is_rated_before_it_is_closed(open_case: Any) -> None:
    for kind, is_rated in ((Kind.FAULT, True), (Kind.IMPROVEMENT, False)):
        case = open_case(kind=kind)
        case.does(s.Claim(case.zhang))
        case.resolve()
        if is_rated:
            case.does(s.Rate(case.requester, 5, 5, ""))
            continue
        with pytest.raises(TicketError, match="现在不用评分"):
            case.does(s.Rate(case.requester, 5, 5, ""))
