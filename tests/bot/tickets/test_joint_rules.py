"""Rules for several people with one trouble: joining, leaving, merging, splitting, and whose word counts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import joint_events as je
from bot.tickets import joint_steps as js
from bot.tickets import steps as s
from bot.tickets import timing
from bot.tickets.card import is_outdated
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.evolve import born, evolve
from bot.tickets.kinds import ClockKind, Closing, Kind, Status, WaitsFor
from bot.tickets.lifecycle import next_deadline, opening
from bot.tickets.merging import Together, merged, mirrored, split
from bot.tickets.model import Party, Ticket
from bot.tickets.rules import Rules
from tests.bot.tickets.conftest import MINUTE, MONDAY, Case

LI, SUN = Party("qq:7", "李老师"), Party("qq:8", "孙老师")


def _join(by: Party = LI, address: str = "qq:group:1") -> js.Join:
    return js.Join(
        by=by, account=by.id, address=address, room="yucai", customer="yucai", text="也打不开", is_told=True
    )


def _ticket(rules: Rules, number: int, at: datetime = MONDAY, **opened: Any) -> Ticket:
    step = s.Open(
        **{
            "number": number,
            "kind": Kind.FAULT,
            "room": "yucai",
            "customer": "yucai",
            "requester": LI,
            "account": "qq:7",
            "address": "qq:group:1",
            "text": "登不上",
            "policy": "edu",
            "level": "3",
        }
        | opened
    )
    return born(opening(step, rules), at)


def _elsewhere(rules: Rules, number: int = 1030, **opened: Any) -> Ticket:
    return _ticket(
        rules,
        number,
        **{"address": "qq:group:9", "room": "yucai", "customer": "shiyan", "requester": SUN} | opened,
    )


def _after(ticket: Ticket, events: tuple[e.AnyEvent, ...], at: datetime = MONDAY) -> Ticket:
    for event in events:
        ticket = evolve(ticket, event, at)
    return ticket


def _merged(
    case: Case, other: Ticket, by: Party | None = None, at: datetime = MONDAY
) -> tuple[Ticket, Ticket, Together]:
    done = merged(case.ticket, [other], by or case.zhang, at, case.rules)
    return _after(case.ticket, done.main, at), _after(other, done.others[0], at), done


@pytest.fixture
def case(open_case: Any) -> Case:
    return open_case()


def test_who_joins_is_kept_with_their_words(case: Case) -> None:
    case.does(_join())
    (reporter,) = case.ticket.reporters
    assert (reporter.party, reporter.text, reporter.at) == (LI, "也打不开", case.now)
    assert case.ticket.people == 2


def test_who_is_there_already_only_adds(case: Case) -> None:
    case.does(_join())
    assert case.does(_join()) == [e.Supplemented(by=LI, text="也打不开")]
    assert case.does(_join(case.requester)) == [e.Supplemented(by=case.requester, text="也打不开")]


def test_joining_moves_no_clock_and_keeps_the_undo(case: Case) -> None:
    case.does(s.Claim(case.zhang))
    case.does(s.Note(case.zhang, "看过"))
    before, deadline = case.clocks, case.deadline
    case.does(_join())
    assert [each.due_at for each in case.clocks] == [each.due_at for each in before]
    assert case.deadline == deadline
    assert case.ticket.undo is not None


def test_nobody_joins_what_is_solved(case: Case) -> None:
    case.does(s.Claim(case.zhang))
    case.resolve()
    with pytest.raises(TicketError):
        case.does(_join())


def test_a_further_reporter_vouches_but_does_not_close(case: Case) -> None:
    case.does(_join())
    case.does(s.Claim(case.zhang))
    case.resolve()
    assert case.does(s.Confirm(LI)) == [je.Vouched(by=LI)]
    assert case.ticket.status is Status.SOLVED


def test_a_further_reporter_may_say_that_it_still_fails(case: Case) -> None:
    case.does(_join())
    case.does(s.Claim(case.zhang))
    case.resolve()
    case.confirm()
    case.does(s.Reopen(LI, "还是不行"))
    assert case.ticket.status is Status.OPEN


def test_a_further_reporter_brings_what_is_waited_for(case: Case) -> None:
    case.does(_join())
    case.does(s.Claim(case.zhang))
    case.does(s.Pause(case.zhang, WaitsFor.CUSTOMER, "照片"))
    case.does(s.Supplement(LI, "照片"))
    assert case.ticket.waiting is None


def test_whose_ticket_it_was_leaves_it_to_the_next(case: Case) -> None:
    case.does(_join())
    case.does(s.Withdraw(case.requester))
    assert (case.ticket.status, case.ticket.requester, case.ticket.account) == (Status.OPEN, LI, "qq:7")
    assert case.ticket.reporters == ()
    case.does(s.Withdraw(LI))
    assert case.ticket.closing is Closing.WITHDRAWN


def test_taking_back_an_action_keeps_who_joined_meanwhile(case: Case) -> None:
    case.does(s.Claim(case.zhang))
    case.resolve()
    case.does(s.Undo(case.zhang))
    case.does(_join())
    case.does(s.HandOver(case.zhang, case.li, ""))
    case.does(_join(SUN))
    case.does(s.Undo(case.zhang))
    assert [each.party for each in case.ticket.reporters] == [LI, SUN]


def test_in_one_room_the_earliest_report_counts(case: Case) -> None:
    earlier = _ticket(case.rules, 1020, MONDAY - 10 * MINUTE)
    due = timing.clock(case.ticket, ClockKind.RESPOND, case.rules)
    main, other, _ = _merged(case, earlier)
    now = timing.clock(main, ClockKind.RESPOND, case.rules)
    assert due is not None
    assert now is not None
    assert due.due_at is not None
    assert now.due_at == due.due_at - 10 * MINUTE
    assert (other.status, other.closing, other.follows) == (Status.CLOSED, Closing.MERGED, 1024)
    assert next_deadline(other, case.rules) is None


def test_split_again_both_are_as_if_they_had_never_been_merged(case: Case) -> None:
    earlier = _ticket(case.rules, 1020, MONDAY - 10 * MINUTE)
    main, other, _ = _merged(case, earlier)
    done = split(main, other, case.zhang, case.rules)
    main, other = _after(main, done.main), _after(other, done.others[0])
    assert next_deadline(main, case.rules) == next_deadline(case.ticket, case.rules)
    assert next_deadline(other, case.rules) == next_deadline(earlier, case.rules)
    assert (main.reporters, other.status, other.follows) == ((), Status.OPEN, None)


def test_a_ticket_of_another_room_keeps_its_own_promises_and_gets_the_owner(case: Case) -> None:
    case.does(s.Claim(case.zhang))
    other = _elsewhere(case.rules)
    main, follower, done = _merged(case, other)
    assert follower.status is Status.OPEN
    assert follower.owner == case.zhang
    assert follower.promises == other.promises
    assert main.followers == (1030,)
    assert main.counts_from == case.ticket.opened_at
    assert [type(each) for each in done.others[0]] == [je.Merged, e.Claimed]
    assert is_outdated(other, follower)


@pytest.mark.parametrize(
    ("customer", "address", "is_part"),
    [
        ("yucai", "qq:group:9", True),  # another group of the same customer: one trouble, counted once
        ("shiyan", "qq:group:9", False),
        ("yucai", "qq:group:1", False),  # over, and so counted nowhere
        ("", "qq:group:9", False),  # of nobody who is known
    ],
)
def test_one_trouble_of_one_customer_counts_once_until_it_is_split(
    case: Case, customer: str, address: str, is_part: bool
) -> None:
    main, other, _ = _merged(case, _ticket(case.rules, 1030, customer=customer, address=address))
    assert other.is_part == is_part
    done = split(main, other, case.zhang, case.rules)
    assert not _after(other, done.others[0]).is_part


def test_the_owner_of_the_only_claimed_one_answers_for_all(case: Case) -> None:
    other = replace(_elsewhere(case.rules), owner=case.li, claimed_at=MONDAY)
    main, _, _ = _merged(case, other, case.li)
    assert main.owner == case.li


def test_a_ticket_is_taken_from_its_owner_by_a_manager_only(case: Case) -> None:
    case.does(s.Claim(case.zhang))
    other = replace(_elsewhere(case.rules), owner=case.li, claimed_at=MONDAY)
    with pytest.raises(NotTheirs):
        _merged(case, other, case.zhang)
    _, given, _ = _merged(case, other, case.li)  # who gives one away may
    assert given.owner == case.zhang
    _, follower, _ = _merged(case, other, case.manager)
    assert follower.owner == case.zhang
    with pytest.raises(NotTheirs):
        _merged(case, other, case.requester)


def test_several_owners_and_none_of_the_main_one_are_a_managers_business(case: Case) -> None:
    one = replace(_elsewhere(case.rules), owner=case.li, claimed_at=MONDAY)
    two = replace(_elsewhere(case.rules, 1031), owner=case.zhou, claimed_at=MONDAY)
    with pytest.raises(NotTheirs):
        merged(case.ticket, [one, two], case.li, MONDAY, case.rules)
    done = merged(case.ticket, [one, two], case.manager, MONDAY, case.rules)
    assert _after(case.ticket, done.main).owner == case.li


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda other: replace(other, number=1024),
        lambda other: replace(other, follows=7),
        lambda other: replace(other, status=Status.SOLVED),
        lambda other: replace(other, kind=Kind.INSPECTION),
        lambda other: replace(other, room="elsewhere"),
        lambda other: replace(other, level="1"),
    ],
    ids=["itself", "follows", "solved", "planned", "other-duty", "more-urgent"],
)
def test_what_cannot_be_merged_is_refused(case: Case, spoilt: Any) -> None:
    with pytest.raises(TicketError):
        _merged(case, spoilt(_ticket(case.rules, 1030)))


def test_what_carries_others_is_not_merged_itself(case: Case) -> None:
    main, _, _ = _merged(case, _elsewhere(case.rules))
    with pytest.raises(TicketError):
        merged(_ticket(case.rules, 1040), [main], case.manager, MONDAY, case.rules)


def test_what_is_done_to_the_main_ticket_is_not_done_to_the_other(case: Case) -> None:
    _, follower, _ = _merged(case, _elsewhere(case.rules))
    for step in (s.Claim(case.zhang), s.Resolve(case.zhang, "a", "b", "c"), s.Assist(case.li)):
        with pytest.raises(TicketError) as refused:
            Case.does(_holding(case, follower), step)
        assert refused.value.values["into"] == 1024


def _holding(case: Case, ticket: Ticket) -> Case:
    other = Case.__new__(Case)
    other.rules, other.now, other.told_in, other.ticket, other.records = (
        case.rules,
        case.now,
        case.told_in,
        ticket,
        [],
    )
    return other


def test_progress_and_solution_reach_the_other_without_foreign_names(case: Case) -> None:
    case.does(s.Claim(case.zhang))
    main, follower, _ = _merged(case, _elsewhere(case.rules))
    rules = case.rules
    name = rules.customers["yucai"]
    updated = mirrored(follower, main, e.Updated(by=case.zhang, text=f"{name}的主机坏了"), MONDAY, rules)
    assert [type(each) for each in updated] == [e.Responded, e.Updated]
    assert all(name not in each.text for each in updated if isinstance(each, e.Updated))
    solved = case.resolve()
    assert isinstance(solved[-1], e.Resolved)
    (_, done) = mirrored(follower, main, solved[-1], MONDAY + 5 * MINUTE, rules)
    assert isinstance(done, e.Resolved)
    assert done.close_at > MONDAY


def test_a_pause_for_parts_is_for_all_and_one_for_a_customer_is_not(case: Case) -> None:
    main, follower, _ = _merged(case, _elsewhere(case.rules))
    later = MONDAY + timedelta(hours=5)
    parts = e.Paused(by=case.zhang, reason=WaitsFor.PARTS, need="主板", next_at=later)
    asked = e.Paused(by=case.zhang, reason=WaitsFor.CUSTOMER, need="照片", next_at=later)
    paused = mirrored(follower, main, parts, MONDAY, case.rules)
    assert isinstance(paused[-1], e.Paused)
    assert mirrored(follower, main, asked, MONDAY, case.rules) == []
    waiting = _after(follower, tuple(paused))
    resumed = mirrored(waiting, main, e.Resumed(by=case.zhang), MONDAY, case.rules)
    assert isinstance(resumed[-1], e.Resumed)
    # What a customer brings sets their own ticket going and no other.
    assert mirrored(waiting, main, e.Resumed(by=case.requester), MONDAY, case.rules) == []


def test_a_main_ticket_that_is_withdrawn_lets_the_others_go(case: Case) -> None:
    main, follower, _ = _merged(case, _elsewhere(case.rules))
    closed = e.Closed(closing=Closing.WITHDRAWN, by=case.requester)
    freed = _after(follower, tuple(mirrored(follower, main, closed, MONDAY, case.rules)))
    assert (freed.follows, freed.status) == (None, Status.OPEN)


def test_what_fails_again_for_one_customer_is_their_own(case: Case) -> None:
    case.does(s.Claim(case.zhang))
    main, follower, _ = _merged(case, _elsewhere(case.rules))
    solved = _after(follower, tuple(mirrored(follower, main, case.resolve()[-1], MONDAY, case.rules)))
    other = _holding(case, solved)
    other.does(s.Reopen(SUN, "还不行"))
    assert other.ticket.follows is None
    other.does(s.Resolve(case.zhang, "a", "b", "c"))


def test_only_who_is_concerned_splits(case: Case) -> None:
    case.does(s.Claim(case.zhang))
    main, follower, _ = _merged(case, _elsewhere(case.rules))
    for by, says in ((case.li, "请 {owner} 来拆分"), (case.requester, "由工程师来做")):
        with pytest.raises(NotTheirs, match=says):
            split(main, follower, by, case.rules)
    assert split(main, follower, case.manager, case.rules).main == (
        je.Released(by=case.manager, ticket=1030),
    )
    with pytest.raises(TicketError):
        split(main, main, case.zhang, case.rules)
