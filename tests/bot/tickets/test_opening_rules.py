"""What a ticket remembers of its opening, and of what people wrote on its way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.kinds import Kind, Status
from bot.tickets.model import Offer, Resolution


def test_a_ticket_keeps_everything_it_was_opened_with(case: Any, open_case: Any) -> None:
    given = {
        "number": 2048,
        "kind": Kind.REQUEST,
        "room": "yucai",
        "customer": "yucai",
        "requester": case.contact,
        "account": "qq:9",
        "address": "qq:private:9",
        "text": "要一条 HDMI 线",
        "policy": "edu",
        "level": "2",
        "by": case.li,
        "tried": "K-037",
        "subject": 7,
        "owner": case.zhang,
        "links": (1001,),
    }
    opened = open_case(**given)
    ticket, event = opened.ticket, opened.records[0].event
    assert {name: getattr(event, name) for name in given} == given
    kept = {name: value for name, value in given.items() if name != "by"}
    assert {name: getattr(ticket, name) for name in kept} == kept
    assert (ticket.version, ticket.status, ticket.level_name) == (1, Status.OPEN, "二级·局部")
    assert ticket.opened_at == ticket.claimed_at == case.start
    assert ticket.promises == event.promises


def test_a_ticket_that_was_given_to_somebody_is_claimed_and_no_other(case: Any, open_case: Any) -> None:
    assert (case.ticket.owner, case.ticket.claimed_at) == (None, None)
    given = open_case(owner=case.zhang).ticket
    assert (given.owner, given.claimed_at) == (case.zhang, case.start)


def test_a_ticket_keeps_its_targets_when_the_policy_changes(case: Any) -> None:
    due = case.deadline
    case.rules = replace(case.rules, policies={})
    assert case.deadline == due


def test_an_offer_shows_who_gives_what_and_until_when(case: Any) -> None:
    case.does(s.Claim(case.zhang))
    case.does(s.HandOver(case.zhang, case.li, "懂录播机"))
    assert case.ticket.offer == Offer(
        giver=case.zhang, to=case.li, note="懂录播机", expires_at=case.now + case.rules.handover_within
    )


def test_a_withdrawal_ends_an_open_offer(case: Any) -> None:
    case.does(s.Claim(case.zhang))
    case.does(s.HandOver(case.zhang, case.li, ""))
    case.does(s.Withdraw(case.requester))
    assert case.ticket.offer is None


def test_a_solution_is_kept_and_is_a_word_to_the_customer(case: Any) -> None:
    case.does(s.Say(case.zhang, "在看"))
    case.waits(case.rules.undo_within)
    case.resolve()
    assert case.ticket.resolution == Resolution(
        by=case.zhang, cause="主板损坏", method="更换主板", prevention="勿热插拔"
    )
    assert case.ticket.last_said_at == case.now


def test_the_result_of_a_call_is_kept_as_its_solution(open_case: Any, case: Any) -> None:
    callback = open_case(kind=Kind.CALLBACK, level=None, subject=7, owner=case.manager)
    callback.does(s.Report(case.manager, "已电话，客户接受"))
    assert callback.ticket.resolution.method == "已电话，客户接受"
    assert callback.ticket.solved_at == callback.now
    assert callback.clocks[0].met_at == callback.now


def test_a_change_of_level_shows_the_new_name(case: Any) -> None:
    case.does(s.ChangeLevel(case.zhang, "1", "全校"))
    assert (case.ticket.level, case.ticket.level_name, case.ticket.level_before) == ("1", "一级·瘫痪", "3")


@pytest.mark.parametrize("hours_later", [0, 13])
def test_the_rated_engineer_is_the_owner_at_resolution(case: Any, hours_later: int) -> None:
    case.does(s.Claim(case.li))
    case.does(s.Assist(case.zhang))
    case.resolve(case.zhang)
    case.waits(timedelta(hours=hours_later))  # by day it is asked at once, at night it is planned
    case.confirm()
    assert case.ticket.survey.engineer == case.li


def test_an_alert_names_the_roles_it_was_meant_for(case: Any) -> None:
    case.now = case.deadline
    (told,) = case.looks()
    assert isinstance(told, e.Escalated)
    assert told.tell == ("owner", "on_call")
