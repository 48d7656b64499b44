"""Times that people name: agreed with the customer, promised by an engineer, told of the past; and what they keep or start."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.kinds import ClockKind, StartsAt
from bot.tickets.model import Promise
from bot.tickets.planned_rules import LADDERS
from bot.tickets.rules import Level, Rules
from scheduler.standing import Phase
from scheduler.written_clocks import WrittenClock

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def _written(**clock: Any) -> Promise:
    kind = ClockKind(clock["kind"])
    return Promise(kind=kind, calendar="always", ladder="standard", clock=WrittenClock(**clock))


@pytest.fixture
def promised(rules: Rules, open_case: Any) -> Any:
    """Open a ticket with promises of one's own."""

    def opened(*promises: Promise) -> Any:
        policy = rules.policies["edu"]
        levels = (*policy.levels, Level("9", "九级", (), promises))
        return open_case(rules=replace(rules, policies={"edu": replace(policy, levels=levels)}), level="9")

    return opened


def test_another_time_counts_from_the_customers_yes_on_and_not_before(case: Any) -> None:
    case.does(s.Say(case.zhang, "在看"))
    due, other = case.clock(ClockKind.RESOLVE).due_at, case.now + 2 * DAY
    case.does(s.Propose(case.zhang, other, "等备件"))
    assert case.clock(ClockKind.RESOLVE).due_at == due
    case.waits(HOUR).does(s.Consent(case.requester, "m42"))
    resolve = case.clock(ClockKind.RESOLVE)
    assert (resolve.due_at, resolve.state.agreement.consent) == (other, "m42")
    assert case.ticket.proposal is None


def test_a_no_leaves_the_promise_as_it_was(case: Any) -> None:
    due = case.clock(ClockKind.RESOLVE).due_at
    case.does(s.Propose(case.zhang, case.now + 2 * DAY, "等备件"))
    (refused,) = case.does(s.Consent(case.requester, "m42", is_given=False))
    assert isinstance(refused, e.AgreementRefused)
    assert (case.clock(ClockKind.RESOLVE).due_at, case.ticket.proposal) == (due, None)
    with pytest.raises(TicketError):
        case.does(s.Consent(case.requester, "m43"))


def test_nobody_agrees_for_the_customer_and_nothing_is_agreed_for_the_past(case: Any) -> None:
    with pytest.raises(TicketError, match="已经过了"):
        case.does(s.Propose(case.zhang, case.now, "等备件"))
    with pytest.raises(TicketError, match="原因"):
        case.does(s.Propose(case.zhang, case.now + DAY, " "))
    case.does(s.Propose(case.zhang, case.now + DAY, "等备件"))
    for other in (case.zhang, case.stranger):
        with pytest.raises(NotTheirs):
            case.does(s.Consent(other, "m1"))


def test_what_was_missed_before_the_agreement_stays_missed(case: Any) -> None:
    case.does(s.Say(case.zhang, "在看"))
    case.waits(9 * HOUR).does(s.Propose(case.zhang, case.now + DAY, "等备件"))
    case.does(s.Consent(case.requester, "m1"))
    resolve = case.clock(ClockKind.RESOLVE)
    assert resolve.state.missed_at == case.start + 8 * HOUR
    assert resolve.due_at == case.now + DAY


def test_a_promised_answer_is_watched_and_the_latest_named_time_counts(case: Any) -> None:
    case.does(s.PromiseAnswer(case.zhang, case.now + HOUR))
    assert case.clock(ClockKind.PROMISE).due_at == case.now + HOUR
    told = [event.rung for _, event in case.lives(HOUR) if event.promised is ClockKind.PROMISE]
    assert told == [0, 1, 2]
    case.does(s.PromiseAnswer(case.zhang, case.now + HOUR))
    promise = case.clock(ClockKind.PROMISE)
    assert (promise.due_at, promise.fired) == (case.now + HOUR, {})
    assert len([each for each in case.ticket.promises if each.kind is ClockKind.PROMISE]) == 1


def test_an_answer_or_news_keep_a_promised_answer_and_a_new_one_is_owed_again(case: Any) -> None:
    for word in (s.Answer(case.zhang, "可以"), s.Update(case.zhang, "可以")):
        case.does(s.PromiseAnswer(case.zhang, case.now + HOUR))
        case.waits(MINUTE).does(word)
        promise = case.clock(ClockKind.PROMISE)
        assert (promise.met_at, promise.state.missed_at) == (case.now, None)
        case.waits(MINUTE)


def test_a_late_answer_is_late(case: Any) -> None:
    case.does(s.PromiseAnswer(case.zhang, case.now + HOUR))
    (answered,) = case.waits(90 * MINUTE).does(s.Answer(case.zhang, "可以"))
    assert answered.late == 30 * MINUTE


def test_a_loaner_is_owed_only_when_the_repair_was_missed_and_counts_from_the_fault(promised: Any) -> None:
    case = promised(
        _written(kind="resolve", within="4h"),
        _written(kind="loan", within="12h", from_="occurred", after="missed:resolve"),
    )
    case.does(s.Claim(case.zhang))
    case.does(s.Occur(case.requester, case.start - HOUR))
    told = [
        (at - case.start, event) for at, event in case.lives(10 * HOUR) if event.promised is ClockKind.LOAN
    ]
    assert [at for at, _ in told] == [5 * HOUR, 8.6 * HOUR]
    assert case.clock(ClockKind.LOAN).due_at == case.start + 11 * HOUR
    case.does(s.Lend(case.zhang, "M8", "SN8812"))
    assert case.clock(ClockKind.LOAN).met_at == case.now


def test_a_repair_in_time_leaves_no_loaner_owed(promised: Any) -> None:
    case = promised(
        _written(kind="resolve", within="4h"),
        _written(kind="loan", within="12h", after="missed:resolve"),
    )
    case.does(s.Claim(case.zhang))
    case.resolve()
    assert case.clock(ClockKind.LOAN).state.phase is Phase.PENDING


def test_a_loaner_keeps_a_promise_that_it_may_stand_in_for(promised: Any) -> None:
    case = promised(_written(kind="resolve", within="4h", met_by=("resolved", "loaned")))
    case.waits(HOUR).does(s.Lend(case.zhang, "M8", ""))
    assert case.clock(ClockKind.RESOLVE).met_at == case.now


def test_the_trouble_began_before_it_was_reported(case: Any) -> None:
    for at in (case.start + MINUTE, case.start - 31 * DAY):
        with pytest.raises(TicketError):
            case.does(s.Occur(case.requester, at))
    with pytest.raises(NotTheirs):
        case.does(s.Occur(case.stranger, case.start - HOUR))


def test_nobody_could_be_told_before_it_was_known(promised: Any) -> None:
    case = promised(_written(kind="resolve", within="4h", from_=("occurred", "reported")))
    case.waits(MINUTE).does(s.Occur(case.requester, case.start - 3 * HOUR))
    [told] = [event for event in case.looks() if isinstance(event, e.Escalated)]
    # Half of the time was over an hour before anybody had reported it.
    assert (told.rung, told.at, told.late) == (0, case.start, MINUTE)


def test_who_names_a_promise_means_that_one(open_case: Any) -> None:
    case = open_case(level="2")
    case.does(s.Say(case.zhang, "在看"))
    at = case.now + 3 * HOUR
    for named, meant in (("", "resolve"), ("workaround", "workaround"), ("answer", "answer")):
        (asked,) = case.does(s.Propose(case.zhang, at, "等备件", named))
        assert isinstance(asked, e.Proposed)
        assert asked.clock == meant
    with pytest.raises(TicketError, match="没有可以另行约定的时限"):
        case.does(s.Propose(case.zhang, at, "等备件", "training"))


def test_being_sent_starts_the_way_there(promised: Any) -> None:
    case = promised(
        _written(kind="dispatch", within="30m"), _written(kind="arrive", within="2h", from_="dispatched")
    )
    (*_, sent) = case.waits(HOUR).does(s.Dispatch(case.zhang, case.li, "带线"))
    assert (sent.late, case.ticket.owner) == (30 * MINUTE, case.zhang)
    assert case.clock(ClockKind.ARRIVE).due_at == case.now + 2 * HOUR
    with pytest.raises(TicketError):
        case.does(s.Dispatch(case.zhang, case.requester, ""))


def test_news_of_a_major_incident_are_owed_every_hour_until_it_is_over(case: Any) -> None:
    with pytest.raises(NotTheirs):
        case.does(s.DeclareMajor(case.zhang))
    case.rules = replace(case.rules, ladders={**LADDERS, **case.rules.ladders})
    case.does(s.Claim(case.zhang))
    case.does(s.DeclareMajor(case.manager))
    with pytest.raises(TicketError, match="已经是重大事件"):
        case.does(s.DeclareMajor(case.director))
    beat = case.clock(ClockKind.UPDATE)
    assert beat.due_at == case.start + HOUR
    case.waits(50 * MINUTE).does(s.Update(case.manager, "备机已接管"))
    assert case.clock(ClockKind.UPDATE).due_at == case.start + 2 * HOUR
    missed = [
        (at - case.start, event.told)
        for at, event in case.lives(81 * MINUTE)
        if event.promised is ClockKind.UPDATE
    ]
    assert missed == [
        (110 * MINUTE, (case.manager,)),
        (125 * MINUTE, (case.manager,)),
        (130 * MINUTE, (case.manager, case.director)),
    ]
    case.does(s.Recover(case.manager, "好了"))
    with pytest.raises(TicketError, match="不是重大事件"):
        case.does(s.Recover(case.manager, "又好了"))
    assert not case.clock(ClockKind.UPDATE).is_running
    case.does(s.DeclareMajor(case.manager))
    assert case.clock(ClockKind.UPDATE).due_at == case.now + HOUR


@pytest.mark.parametrize(
    ("from_", "is_theirs"), [("major", True), (("major", "reported"), True), ("responded", False)]
)
def test_a_contract_that_has_news_of_major_incidents_of_its_own_gets_no_others(
    promised: Any, from_: Any, is_theirs: bool
) -> None:
    case = promised(_written(kind="resolve", within="4h"), _written(kind="update", every="30m", from_=from_))
    (*_, declared) = [
        event for event in case.does(s.DeclareMajor(case.manager)) if isinstance(event, e.MajorDeclared)
    ]
    assert (declared.promise is None) is is_theirs


def test_an_acknowledged_alert_is_repeated_again_after_four_times_its_pause(case: Any) -> None:
    case.does(s.Say(case.zhang, "在看"))
    case.lives(8 * HOUR + MINUTE)
    case.does(s.Acknowledge(case.zhang))
    known = case.now
    told = [at for at, event in case.lives(75 * MINUTE) if event.is_repeat]
    assert told[:2] == [known + HOUR, case.start + 9 * HOUR + 15 * MINUTE]


def test_an_acknowledgement_of_nothing_and_a_second_one_are_refused(case: Any) -> None:
    with pytest.raises(TicketError, match="还没人接"):
        case.does(s.Acknowledge(case.zhang))
    case.does(s.Claim(case.zhang))
    with pytest.raises(TicketError, match="没有在催"):
        case.does(s.Acknowledge(case.zhang))
    case.lives(11 * MINUTE)
    case.does(s.Acknowledge(case.zhang))
    with pytest.raises(TicketError, match="已收到"):
        case.does(s.Acknowledge(case.li))
    case.resolve()
    with pytest.raises(TicketError, match="已处理"):
        case.does(s.Acknowledge(case.zhang))


def test_archives_with_promises_in_the_short_form_read_and_hash_as_they_were_written() -> None:
    written = (
        b'{"kind":"arrive","within":"PT7200S","calendar":"always","ladder":"standard","start":"dispatched"}'
    )
    promise = msgspec.json.decode(written, type=Promise)
    assert promise == Promise(
        kind=ClockKind.ARRIVE,
        within=2 * HOUR,
        calendar="always",
        ladder="standard",
        start=StartsAt.DISPATCHED,
    )
    assert msgspec.json.encode(promise) == written


def test_a_whole_written_clock_survives_storage() -> None:
    promise = _written(kind="resolve", id="window", on_working_day=2, at="06:00", pauses=("customer",))
    assert msgspec.json.decode(msgspec.json.encode(promise), type=Promise) == promise
