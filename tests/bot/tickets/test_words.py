"""What the two rooms read about a ticket where that depends on who is there, what is promised and what is known."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from bot.tickets import beginnings, coverage, endings, evolve
from bot.tickets import events as e
from bot.tickets import joint_steps as js
from bot.tickets import steps as s
from bot.tickets.kinds import Kind
from bot.tickets.model import Party
from bot.tickets.rules import Role, Rules
from bot.tickets.speaker import Speaker
from bot.tickets.voices import Voices

LI = Party("qq:7", "李老师")


def voices(case: Any) -> Voices:
    speaker = Speaker(str, case.rules.zone, case.now)
    return Voices(speaker, speaker, speaker)


def begun(case: Any) -> list[Any]:
    return beginnings.opened(case.records[0].event, case.ticket, voices(case), case.rules)


def test_who_is_called_at_once_is_named_and_nobody_where_there_is_nobody(
    rules: Rules, open_case: Any
) -> None:
    told, card = begun(open_case(level="1"))
    assert told.text.startswith("🔴 已建单 1024（一级·瘫痪），已叫 Zhou、Manager，最晚 10:05 响应")
    assert [party.name for party in card.mentions] == [
        "Zhou",
        "Manager",
    ]  # one manager, however many there are
    nobody = replace(rules, rotas={}, staff={}, roles={})
    told, card = begun(open_case(rules=nobody, level="1"))
    assert "已叫" not in told.text
    assert told.text.startswith("已建单 1024（一级·瘫痪）。")
    assert card.mentions == ()


def test_an_ordinary_report_calls_nobody_and_says_how_to_add_to_it(open_case: Any) -> None:
    told, card = begun(open_case())
    assert told.text == (
        "已建单 1024（三级·个别服务）。工程师最晚 10:20 响应，有进展我在这里说。\n补充照片或说明，直接引用本条发就行。"
    )
    assert (card.is_card, card.mentions, [button.command for button in card.buttons]) == (
        True, (), ["接单 1024"]
    )  # fmt: skip


def test_without_a_level_it_is_noted_all_the_same(open_case: Any) -> None:
    told, _ = begun(open_case(policy="", level=None))
    assert told.text.startswith("已建单 1024（已登记）。有进展我在这里说。")


@pytest.mark.parametrize("kind", [Kind.CALLBACK, Kind.HAZARD, Kind.IMPROVEMENT])
def test_what_comes_of_something_else_is_told_together_with_it(open_case: Any, kind: Kind) -> None:
    assert begun(open_case(kind=kind)) == []


def test_two_managers_are_not_both_called_at_night(rules: Rules, open_case: Any) -> None:
    both = replace(
        rules,
        staff={**rules.staff, "second": Party("second", "Second")},
        roles={**rules.roles, "second": Role.MANAGER},
    )
    _, card = begun(open_case(rules=both, level="1"))
    assert [party.name for party in card.mentions] == ["Zhou", "Manager"]


def test_every_step_that_can_be_taken_back_has_a_name_for_it() -> None:
    named = {event.__name__ for event in evolve._CAN_BE_UNDONE} | {"Closed"}
    assert set(endings._UNDONE_COMMANDS) == named


def test_what_a_contract_covers_is_named_where_that_is_known(case: Any) -> None:
    asked = coverage.asked_whether("yucai", "打印机", voices(case).customer, case.rules)
    assert asked.startswith("打印机不在本合同范围。要请工程师看看")


def test_by_when_somebody_decides_is_said_where_it_is_promised(rules: Rules, open_case: Any) -> None:
    first = {"uncovered": date(2026, 2, 28)}
    promised = open_case(**first)
    assert "最晚 10:20 联系您" in begun(promised)[0].text
    policy = rules.policies["edu"]
    levels = tuple(replace(level, promises=()) for level in policy.levels)
    bare = replace(rules, policies={"edu": replace(policy, levels=levels)})
    told = begun(open_case(rules=bare, **first))[0].text
    assert "联系您" not in told


@pytest.mark.parametrize(
    ("gone", "others", "calls"), [(False, False, True), (True, False, False), (True, True, True)]
)
def test_whom_a_solution_asks(case: Any, gone: bool, others: bool, calls: bool) -> None:
    case.does(s.Claim(case.zhang))
    if others:
        case.does(
            js.Join(
                by=LI,
                account=LI.id,
                address="qq:group:1",
                room="yucai",
                customer="yucai",
                text="也打不开",
                is_told=True,
            )
        )
    case.resolve()
    ticket = replace(case.ticket, requester_gone=gone)
    event = next(record.event for record in case.records if isinstance(record.event, e.Resolved))
    message = endings.resolved(event, ticket, voices(case), case.rules)
    assert bool(message.mentions) is calls
    assert ("@" in message.text) is calls
    if others:
        assert LI in message.mentions
