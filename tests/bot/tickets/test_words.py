"""What the two rooms read about a ticket where that depends on who is there, what is promised and what is known."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from bot.tickets import beginnings, coverage, endings, evolve, owner_words
from bot.tickets import events as e
from bot.tickets import joint_steps as js
from bot.tickets import steps as s
from bot.tickets.kinds import Kind
from bot.tickets.model import Party
from bot.tickets.rules import Role, Rules
from bot.tickets.speaker import Speaker
from bot.tickets.voices import Voices
from scheduler.escalation import Rung, parse_at
from tests.bot.tickets.conftest import MINUTE, Case

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


def events_of(case: Any) -> list[Any]:
    return [record.event for record in case.records[1:]]


def claimed(case: Any) -> list[str]:
    told = owner_words.claimed(case.zhang, case.ticket, events_of(case), voices(case), case.rules)
    return [message.text for message in told]


def test_whose_ticket_it_is_now_is_told_with_the_time_unless_they_speak_themselves(
    case: Any, open_case: Any
) -> None:
    case.does(s.Claim(case.zhang))
    assert claimed(case) == ["1024 由 Zhang 接单（10:00）。", "1024 由 Zhang 负责，10:20 前联系您。"]
    case.waits(MINUTE * 20)
    assert claimed(case)[1:] == ["1024 由 Zhang 负责。"]  # that time has come
    for step in (
        s.Say(case.zhang, "在看"),
        s.Resolve(case.zhang, "a", "b", "c"),
        s.Update(case.zhang, "在查"),
    ):
        spoken = open_case()
        spoken.does(step)
        assert len(claimed(spoken)) == 1
    planned = open_case()
    planned.ticket = replace(planned.ticket, kind=Kind.INSPECTION)
    planned.records.append(replace(planned.records[0], event=e.Claimed(by=planned.zhang)))
    assert len(claimed(planned)) == 1


def test_who_is_given_a_ticket_reads_by_when_and_at_once_where_it_is_late(case: Any) -> None:
    for waits, says in ((0, "最晚 10:20 给客户回话。"), (20, "请马上联系客户。")):
        case.waits(MINUTE * waits)
        told = owner_words._reassigned(
            case.manager, case.li, None, "休假", case.ticket, voices(case), case.rules
        )
        assert told.text.endswith(says)


def test_of_two_managers_the_first_is_named(rules: Rules) -> None:
    speaker = Speaker(str, rules.zone, Case.start)
    both = replace(
        rules,
        staff={**rules.staff, "second": Party("second", "Second")},
        roles={**rules.roles, "second": Role.MANAGER},
    )
    assert owner_words._manager(both, speaker) == "Manager"
    assert owner_words._manager(replace(rules, staff={}, roles={}), speaker) == "经理"


def test_what_is_outside_a_contract_is_told_with_by_when_somebody_calls(rules: Rules, open_case: Any) -> None:
    def told(case: Any) -> str:
        return coverage._found_outside(case.ticket, voices(case).customer, case.rules).text

    case = open_case()
    assert told(case).endswith("，最晚 10:20 联系您。")
    assert told(case.waits(MINUTE * 20)).endswith("，在这里告诉您。")
    assert told(open_case(policy="", level=None)).endswith("，在这里告诉您。")
    nobody = coverage._to_claim("1024 可以做了。", case.ticket, voices(case).duty, rules)
    assert [button.command for button in nobody.buttons] == ["接单 1024"]
    assert "回“接单 1024”" in nobody.text
    owned = coverage._to_claim("", replace(case.ticket, owner=case.li), voices(case).duty, rules)
    assert (owned.buttons, owned.mentions) == ((), (case.li,))


def test_what_nobody_has_decided_about_is_a_card_that_calls_who_decides(open_case: Any) -> None:
    _, card = begun(open_case(uncovered=date(2026, 2, 28)))
    assert (card.is_card, [party.name for party in card.mentions], card.buttons) == (True, ["Manager"], ())


def test_a_rung_at_the_start_calls_people_without_making_the_report_urgent(
    rules: Rules, open_case: Any
) -> None:
    ladder = rules.ladders["standard"]
    first = dataclasses.replace(ladder, rungs=(Rung(parse_at("0%"), ("on_call",)), *ladder.rungs))
    told, card = begun(open_case(rules=replace(rules, ladders={"standard": first})))
    assert told.text.startswith("已建单 1024（三级·个别服务）。")
    assert [party.name for party in card.mentions] == ["Zhou"]
