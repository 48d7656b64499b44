"""首问责任制: a ticket never loses its owner, and changing hands buys nobody time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.errors import NotTheirs, TicketError

MINUTE = timedelta(minutes=1)


@pytest.fixture
def owned(case: Any) -> Any:
    case.does(s.Claim(case.zhang))
    return case


def test_an_offer_leaves_the_ticket_with_the_giver(owned: Any) -> None:
    offered = owned.does(s.HandOver(owned.zhang, owned.li, "需要懂录播机的"))
    assert offered == [
        e.HandOverOffered(
            by=owned.zhang, to=owned.li, note="需要懂录播机的", expires_at=owned.now + 15 * MINUTE
        )
    ]
    assert owned.ticket.owner == owned.zhang


def test_acceptance_changes_the_owner(owned: Any) -> None:
    owned.does(s.HandOver(owned.zhang, owned.li, ""))
    assert owned.does(s.Accept(owned.li)) == [e.HandedOver(giver=owned.zhang, by=owned.li)]
    assert (owned.ticket.owner, owned.ticket.offer) == (owned.li, None)


def test_nothing_about_a_hand_over_touches_a_clock(owned: Any) -> None:
    clocks, deadline = owned.clocks, owned.deadline
    owned.waits(MINUTE).does(s.HandOver(owned.zhang, owned.li, ""))
    assert owned.clocks == clocks
    owned.waits(MINUTE).does(s.Accept(owned.li))
    assert (owned.clocks, owned.deadline) == (clocks, deadline)
    owned.waits(MINUTE).does(s.Reassign(owned.manager, owned.zhou, "请假"))
    assert (owned.clocks, owned.deadline) == (clocks, deadline)


def test_a_refused_offer_leaves_the_ticket_with_the_giver(owned: Any) -> None:
    owned.does(s.HandOver(owned.zhang, owned.li, ""))
    assert owned.does(s.Decline(owned.li, "在路上")) == [e.HandOverDeclined(by=owned.li, reason="在路上")]
    assert (owned.ticket.owner, owned.ticket.offer) == (owned.zhang, None)


def test_an_unanswered_offer_expires_and_the_giver_still_owns_it(owned: Any) -> None:
    owned.does(s.Say(owned.zhang, "在看"))
    owned.does(s.HandOver(owned.zhang, owned.li, ""))
    assert owned.deadline == owned.now + 15 * MINUTE
    assert owned.waits(15 * MINUTE).looks() == [e.HandOverExpired(to=owned.li)]
    assert (owned.ticket.owner, owned.ticket.offer) == (owned.zhang, None)
    with pytest.raises(TicketError, match="没有等您接受"):
        owned.does(s.Accept(owned.li))


def test_only_the_one_it_was_offered_to_may_accept_or_refuse(owned: Any) -> None:
    owned.does(s.HandOver(owned.zhang, owned.li, ""))
    for step in (s.Accept(owned.zhou), s.Decline(owned.zhou, ""), s.Accept(owned.zhang)):
        with pytest.raises(NotTheirs):
            owned.does(step)
    assert owned.ticket.offer.to == owned.li


def test_one_offer_at_a_time(owned: Any) -> None:
    owned.does(s.HandOver(owned.zhang, owned.li, ""))
    with pytest.raises(TicketError, match="撤销"):
        owned.does(s.HandOver(owned.zhang, owned.zhou, ""))
    assert owned.ticket.offer.to == owned.li


def test_what_cannot_be_handed_over_and_to_whom(case: Any) -> None:
    with pytest.raises(TicketError, match="还没有人接"):
        case.does(s.HandOver(case.zhang, case.li, ""))
    case.does(s.Claim(case.zhang))
    with pytest.raises(TicketError, match="本来就由您负责"):
        case.does(s.HandOver(case.zhang, case.zhang, ""))
    with pytest.raises(TicketError, match="不是工程师"):
        case.does(s.HandOver(case.zhang, case.requester, ""))
    with pytest.raises(NotTheirs) as refused:
        case.does(s.HandOver(case.li, case.zhou, ""))
    assert refused.value.values["owner"] == case.zhang
    assert refused.value.values["manager"] == case.manager
    assert case.ticket.offer is None


def test_after_three_hand_overs_a_manager_decides(owned: Any) -> None:
    pair = [owned.zhang, owned.li]
    for _ in range(3):
        owned.does(s.HandOver(pair[0], pair[1], ""))
        owned.does(s.Accept(pair[1]))
        pair.reverse()
    with pytest.raises(TicketError) as refused:
        owned.does(s.HandOver(pair[0], pair[1], ""))
    assert (refused.value.values["count"], refused.value.values["manager"]) == (3, owned.manager)
    owned.does(s.Reassign(owned.manager, owned.zhou, "我来定"))
    owned.does(s.HandOver(owned.zhou, owned.li, ""))
    assert owned.ticket.offer.to == owned.li


def test_refused_and_expired_offers_do_not_count_as_hand_overs(owned: Any) -> None:
    for _ in range(4):
        owned.does(s.HandOver(owned.zhang, owned.li, ""))
        owned.does(s.Decline(owned.li, "忙"))
    assert owned.ticket.handed_over == 0


def test_only_managers_reassign_and_only_with_a_reason(owned: Any) -> None:
    for other in (owned.zhang, owned.li, owned.leader, owned.requester):
        with pytest.raises(NotTheirs):
            owned.does(s.Reassign(other, owned.li, "请假"))
    with pytest.raises(TicketError, match="原因"):
        owned.does(s.Reassign(owned.manager, owned.li, "  "))
    assert owned.ticket.owner == owned.zhang
    reassigned = owned.does(s.Reassign(owned.manager, owned.li, " 请假 "))
    assert reassigned == [e.Reassigned(by=owned.manager, to=owned.li, giver=owned.zhang, reason="请假")]
    assert owned.ticket.owner == owned.li


def test_reassigning_ends_an_open_offer(owned: Any) -> None:
    owned.does(s.HandOver(owned.zhang, owned.li, ""))
    owned.does(s.Reassign(owned.director, owned.zhou, "马上"))
    assert (owned.ticket.owner, owned.ticket.offer) == (owned.zhou, None)


def test_a_manager_may_name_the_first_owner(case: Any) -> None:
    case.does(s.Reassign(case.manager, case.li, "他在附近"))
    assert (case.ticket.owner, case.ticket.claimed_at) == (case.li, case.now)


def test_reassigning_to_the_owner_or_to_a_customer_is_refused(owned: Any) -> None:
    with pytest.raises(TicketError, match="已经由"):
        owned.does(s.Reassign(owned.manager, owned.zhang, "再说一次"))
    with pytest.raises(TicketError, match="不是工程师"):
        owned.does(s.Reassign(owned.manager, owned.contact, "自己来"))
    assert owned.ticket.owner == owned.zhang
