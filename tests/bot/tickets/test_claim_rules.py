"""Taking a ticket, and the first word to the customer, which is another thing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.errors import AlreadyOwned, NotTheirs, TicketError
from bot.tickets.kinds import ClockKind, Kind, StartsAt
from bot.tickets.rules import Rules

MINUTE = timedelta(minutes=1)


def test_whoever_claims_first_owns_the_ticket(case: Any) -> None:
    assert (case.ticket.owner, case.ticket.claimed_at) == (None, None)
    assert case.does(s.Claim(case.zhang)) == [e.Claimed(by=case.zhang)]
    assert (case.ticket.owner, case.ticket.claimed_at) == (case.zhang, case.now)


def test_second_engineer_is_told_who_owns_the_ticket_and_what_works_instead(case: Any) -> None:
    case.does(s.Claim(case.zhang))
    claimed_at = case.now
    with pytest.raises(AlreadyOwned) as refused:
        case.waits(MINUTE).does(s.Claim(case.li))
    assert refused.value.values == {"number": 1024, "owner": case.zhang, "time": claimed_at, "by": case.li}
    assert "协助 {number}" in refused.value.template
    assert case.ticket.owner == case.zhang


def test_claiming_ones_own_ticket_again_changes_nothing_and_is_said(case: Any) -> None:
    case.does(s.Claim(case.zhang))
    with pytest.raises(TicketError, match="已经由您负责"):
        case.does(s.Claim(case.zhang))


def test_a_customer_cannot_claim(case: Any) -> None:
    for customer in (case.requester, case.contact, case.stranger):
        with pytest.raises(NotTheirs):
            case.does(s.Claim(customer))
    assert case.ticket.owner is None


def test_claiming_is_not_the_first_response(case: Any) -> None:
    case.does(s.Claim(case.zhang))
    assert case.clock(ClockKind.RESPOND).met_at is None


def test_claiming_is_the_first_response_where_the_policy_says_so(case: Any, rules: Rules) -> None:
    policy = replace(rules.policies["edu"], first_response="claim")
    case.rules = replace(rules, policies={"edu": policy})
    events = case.waits(25 * MINUTE).does(s.Claim(case.zhang))
    assert events == [e.Claimed(by=case.zhang), e.Responded(by=case.zhang, late=5 * MINUTE)]
    assert case.clock(ClockKind.RESPOND).met_at == case.now


def test_the_owners_first_word_stops_the_clock(case: Any) -> None:
    case.does(s.Claim(case.zhang))
    said = case.waits(20 * MINUTE).does(s.Say(case.zhang, "我现在远程看一下"))
    assert said == [e.Responded(by=case.zhang, text="我现在远程看一下")]
    assert case.clock(ClockKind.RESPOND).met_at == case.now
    assert case.ticket.last_said_at == case.now


def test_a_first_word_after_the_deadline_records_how_late_it_is(case: Any) -> None:
    case.waits(MINUTE).does(s.Claim(case.zhang))
    said = case.waits(21 * MINUTE).does(s.Say(case.zhang, "抱歉久等"))
    assert said == [e.Responded(by=case.zhang, text="抱歉久等", late=2 * MINUTE)]


def test_a_later_word_is_no_first_response(case: Any) -> None:
    case.does(s.Say(case.zhang, "在看了"))
    assert case.waits(MINUTE).does(s.Say(case.zhang, "快好了")) == [e.Said(by=case.zhang, text="快好了")]
    assert case.ticket.last_said_at == case.now


def test_answering_the_customer_before_anybody_claimed_makes_the_owner(case: Any) -> None:
    said = case.does(s.Say(case.li, "请重启一下矩阵"))
    assert said == [e.Claimed(by=case.li), e.Responded(by=case.li, text="请重启一下矩阵")]
    assert case.ticket.owner == case.li


def test_a_word_of_a_colleague_answers_but_does_not_take_the_ticket(case: Any) -> None:
    case.does(s.Claim(case.zhang))
    assert case.does(s.Say(case.li, "他马上来")) == [e.Responded(by=case.li, text="他马上来")]
    assert case.ticket.owner == case.zhang


def test_a_word_that_takes_a_ticket_without_response_promise_is_kept(rules: Rules, open_case: Any) -> None:
    case = open_case(policy="")
    assert case.does(s.Say(case.li, "看到了")) == [e.Claimed(by=case.li), e.Said(by=case.li, text="看到了")]
    assert case.ticket.last_said_at == case.now


def test_words_of_customers_are_never_words_of_staff(case: Any) -> None:
    with pytest.raises(NotTheirs):
        case.does(s.Say(case.requester, "有人吗"))
    assert case.does(s.Supplement(case.requester, "二楼的")) == [
        e.Supplemented(by=case.requester, text="二楼的")
    ]
    assert case.ticket.owner is None
    assert case.clock(ClockKind.RESPOND).met_at is None


def test_a_call_note_is_a_first_response_and_a_plain_note_is_not(case: Any) -> None:
    assert case.does(s.Note(case.li, "查了日志")) == [e.Noted(by=case.li, text="查了日志")]
    assert case.ticket.owner is None
    called = case.does(s.Note(case.li, "已电话，在现场", is_call=True))
    assert called == [
        e.Claimed(by=case.li),
        e.Responded(by=case.li, text="已电话，在现场", is_call=True),
        e.Noted(by=case.li, text="已电话，在现场"),
    ]


def test_a_call_note_on_a_withdrawn_ticket_takes_nothing(case: Any) -> None:
    case.does(s.Withdraw(case.requester))
    assert case.does(s.Note(case.li, "已电话", is_call=True)) == [e.Noted(by=case.li, text="已电话")]
    assert case.ticket.owner is None


def test_progress_told_to_the_customer_is_a_first_response_too(case: Any) -> None:
    told = case.does(s.Update(case.li, "正在换线"))
    assert [type(event) for event in told] == [e.Claimed, e.Responded, e.Updated]
    assert case.ticket.progress == "正在换线"


def test_helpers_work_beside_the_owner_and_are_named_once(case: Any) -> None:
    case.does(s.Claim(case.zhang))
    assert case.does(s.Assist(case.li)) == [e.Assisted(by=case.li)]
    assert case.does(s.Assist(case.li)) == []
    assert case.does(s.Assist(case.zhang)) == []
    assert case.ticket.helpers == (case.li,)


def test_a_helper_who_becomes_owner_helps_no_longer(case: Any) -> None:
    case.does(s.Assist(case.li))
    case.does(s.Claim(case.li))
    assert (case.ticket.owner, case.ticket.helpers) == (case.li, ())


def test_people_are_known_by_id_however_they_call_themselves(case: Any) -> None:
    renamed = type(case.requester)(case.requester.id, "王老师（休假）")
    case.resolve(case.zhang)
    assert case.does(s.Confirm(renamed))[0] == e.Closed(closing="confirmed", by=case.requester)


def test_promises_count_from_the_event_they_name(open_case: Any) -> None:
    case = open_case(level="2")
    starts = {clock.promise.kind: clock.started_at for clock in case.clocks}
    assert starts == {
        ClockKind.RESPOND: case.start,
        ClockKind.ANSWER: None,
        ClockKind.WORKAROUND: None,
        ClockKind.UPDATE: None,
        ClockKind.RESOLVE: case.start,
    }
    case.waits(MINUTE).does(s.Claim(case.zhang))
    case.waits(MINUTE).does(s.Say(case.zhang, "在看"))
    starts = {clock.promise.kind: clock.started_at for clock in case.clocks}
    assert starts[ClockKind.WORKAROUND] == case.start + MINUTE
    assert starts[ClockKind.ANSWER] == starts[ClockKind.UPDATE] == case.start + 2 * MINUTE


def test_every_word_to_the_customer_starts_the_time_until_the_next_one(open_case: Any, rules: Rules) -> None:
    case = open_case(level="2")
    for step in (s.Say(case.zhang, "在看"), s.Say(case.li, "我也在"), s.Update(case.zhang, "换线")):
        case.waits(10 * MINUTE).does(step)
        assert case.clock(ClockKind.UPDATE).due_at == case.now + 80 * MINUTE
    case.waits(10 * MINUTE).does(s.Note(case.zhang, "只是记录"))
    assert case.clock(ClockKind.UPDATE).due_at == case.now + 70 * MINUTE


def test_work_that_has_an_owner_from_the_start_counts_as_claimed(rules: Rules, open_case: Any) -> None:
    case = open_case(level="2", kind=Kind.REQUEST, owner=open_case().zhang)
    workaround = case.clock(ClockKind.WORKAROUND)
    assert workaround.promise.start is StartsAt.CLAIMED
    assert workaround.started_at == case.ticket.claimed_at == case.start


@pytest.mark.parametrize("close", [s.Claim, s.Assist, s.Urge])
def test_a_solved_ticket_says_how_to_open_it_again(case: Any, close: type) -> None:
    case.resolve(case.zhang)
    with pytest.raises(TicketError, match="重开"):
        case.does(close(case.li))
