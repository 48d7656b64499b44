"""Promises about many tickets together: what counts, what is excused, and how it is said."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import ledger_steps as ls
from bot.tickets import steps as s
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.kinds import Closing, Kind
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.tickets.standings import Case, case_of, line, since, standings
from scheduler.ledgers import Trips
from scheduler.periods import Span
from scheduler.written_ledgers import WrittenQuota, WrittenRatio

NOW = datetime(2026, 6, 1, tzinfo=UTC)
IN_TIME = WrittenRatio(id="in_time", name="按时解决率", clock="resolve", at_least=90)
PUT_OFF = WrittenRatio(id="put_off", name="约定延期占比", counts="agreed", at_most=10)
FAULTS = WrittenQuota(
    id="faults",
    name="影响教学的故障",
    limit=2,
    excludes=("force_majeure",),
    levels=("1",),
    then="须提交整改方案",
)
SAME = WrittenQuota(
    id="same", name="同一设备故障", limit=2, trips=Trips.AT, period=Span.FOREVER, per_asset=True
)


@pytest.fixture
def promised(rules: Rules) -> Rules:
    policy = replace(rules.policies["edu"], ratios=(IN_TIME, PUT_OFF), quotas=(FAULTS, SAME))
    return replace(rules, policies={"edu": policy})


def case(number: int, **differs: Any) -> Case:
    plain: dict[str, Any] = {
        "number": number, "customer": "yucai", "policy": "edu", "level": "3", "at": datetime(2026, 3, 1, tzinfo=UTC),
        "kept": {"resolve": True}, "is_put_off": False, "assets": (), "excuse": "",
    }  # fmt: skip
    return Case(**plain | differs)


def lines(cases: list[Case], rules: Rules, language: str = "zh") -> list[str]:
    speaker = Speaker(lambda text: text, rules.zone, NOW, language)
    return [line(each, speaker) for each in standings("yucai", rules.policies["edu"], cases, NOW, rules)]


def test_shares_and_numbers_are_said_in_a_line_each(promised: Rules) -> None:
    cases = [case(number) for number in range(1, 10)]
    cases.append(case(10, kept={"resolve": False}, is_put_off=True, level="1", assets=("SN1",)))
    cases.append(case(11, kept={}, level="1", assets=("SN1",)))
    assert lines(cases, promised) == [
        "✓ 按时解决率：90%（9/10，目标 90% 以上）",
        "✓ 约定延期占比：9%（1/11，目标 10% 以下）",
        "✓ 影响教学的故障：2/2 次",
        "✗ 同一设备故障 SN1：2/2 次",
    ]


def test_a_device_that_failed_twice_is_told_of_with_what_is_left(promised: Rules) -> None:
    policy = replace(promised.policies["edu"], quotas=(replace(SAME, limit=3),))
    rules = replace(promised, policies={"edu": policy})
    cases = [case(1, assets=("SN1", "SN2")), case(2, assets=("SN1",))]
    [standing] = [each for each in standings("yucai", policy, cases, NOW, rules) if each.subject]
    assert (standing.subject, standing.used, standing.room) == ("SN1", 2, 0)
    broken = standings("yucai", policy, [*cases, case(3, assets=("SN1",))], NOW, rules)
    assert [(each.is_attained, each.room) for each in broken if each.subject] == [(False, -1)]


def test_what_is_too_much_says_what_the_contract_asks_for(promised: Rules) -> None:
    cases = [case(number, level="1", kept={"resolve": False}) for number in (1, 2, 3)]
    assert lines(cases, promised)[0] == "✗ 按时解决率：0%（0/3，目标 90% 以上）"
    assert lines(cases, promised)[2] == "✗ 影响教学的故障：3/2 次，须提交整改方案"


def test_force_majeure_other_customers_and_other_years_do_not_count(promised: Rules) -> None:
    cases = [
        case(1, level="1", excuse="force_majeure"),
        case(2, level="1", customer="other"),
        case(3, level="1", policy="older"),
        case(4, level="1", at=datetime(2025, 12, 1, tzinfo=UTC)),
    ]
    assert lines(cases, promised)[2] == "✓ 影响教学的故障：0/2 次"
    assert lines(cases, promised)[0] == "✓ 按时解决率：还没有（目标 90% 以上）"


def test_what_was_not_broken_is_no_fault(promised: Rules, open_case: Any) -> None:
    assert lines([case(1, level="1", is_fault=False)], promised)[2] == "✓ 影响教学的故障：0/2 次"
    found = [
        case_of(open_case(rules=promised, kind=kind).ticket, promised, NOW)
        for kind in (Kind.FAULT, Kind.QUESTION, Kind.REQUEST)
    ]
    assert [each.is_fault for each in found if each] == [True, False, False]


def test_the_year_is_that_of_the_contract(promised: Rules) -> None:
    rules = replace(promised, contracts={"yucai": date(2025, 9, 1)})
    cases = [case(1, level="1", at=datetime(2025, 12, 1, tzinfo=UTC))]
    assert lines(cases, rules)[2] == "✓ 影响教学的故障：1/2 次"
    assert since([replace(rules.policies["edu"], quotas=(FAULTS,))], rules, NOW) == datetime(
        2025, 8, 31, 16, tzinfo=UTC
    )
    assert since([rules.policies["edu"]], rules, NOW) is None


def test_what_counts_of_a_ticket_is_what_came_of_its_promises(promised: Rules, open_case: Any) -> None:
    running = open_case(rules=promised)
    running.does(s.Claim(running.zhang))
    found = case_of(running.ticket, promised, running.now)
    assert found is not None
    assert dict(found.kept) == {}  # nobody knows yet
    running.waits(timedelta(hours=9)).resolve()
    late = case_of(running.ticket, promised, running.now)
    assert late is not None
    assert dict(late.kept) == {"resolve": False}
    assert case_of(open_case(rules=promised, kind=Kind.TRAINING).ticket, promised, NOW) is None


def test_a_device_is_noted_once_and_by_staff(open_case: Any) -> None:
    case = open_case()
    (noted,) = case.does(ls.NameAsset(case.zhang, "SN1", (7,), "换新"))
    assert (noted.earlier, case.ticket.assets) == ((7,), ("SN1",))
    assert case.does(ls.NameAsset(case.zhang, "SN1")) == []
    with pytest.raises(TicketError, match="序列号"):
        case.does(ls.NameAsset(case.zhang, ""))
    with pytest.raises(NotTheirs):
        case.does(ls.NameAsset(case.requester, "SN2"))


def test_force_majeure_is_for_managers_and_needs_evidence(open_case: Any) -> None:
    case = open_case()
    with pytest.raises(NotTheirs):
        case.does(ls.Excuse(case.zhang, "停电通知"))
    with pytest.raises(TicketError, match="证据"):
        case.does(ls.Excuse(case.manager, ""))
    case.does(ls.Excuse(case.manager, "停电通知"))
    assert case.ticket.excuse == "force_majeure"
    assert case.does(ls.Excuse(case.manager, "停电通知")) == []
    case.does(ls.Excuse(case.manager, "", is_excused=False))
    assert case.ticket.excuse == ""


def test_an_incident_is_looked_back_on_by_staff_alone(rules: Rules, open_case: Any) -> None:
    review = open_case(
        rules=rules,
        kind=Kind.IMPROVEMENT,
        requester=open_case().manager,
        owner=open_case().manager,
        address="",
    )
    solved, closed = review.resolve(review.manager)
    assert isinstance(solved, e.Resolved)
    assert closed.closing is Closing.DONE
