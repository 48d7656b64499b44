"""Figures that managers ask for: of which days, what counts of a ticket, and what is read for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from bot.meaning.sentences import FIGURES
from bot.records.spans import span_of
from bot.tickets.kinds import Closing, Kind, Status, SurveyState
from bot.tickets.model import Party, Survey, Ticket
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.tickets.summaries import Facts, Late, Summary, facts_of, figures, summed
from tests.bot.office import CUSTOMER, DUTY, Office

_FRIDAY = date(2026, 3, 6)
_START, _END = datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "first", "following"),
    [
        ("日报", date(2026, 3, 6), date(2026, 3, 7)), ("昨天的日报", date(2026, 3, 5), date(2026, 3, 6)),
        ("周报", date(2026, 2, 23), date(2026, 3, 2)), ("/周报", date(2026, 2, 23), date(2026, 3, 2)),
        ("看一下本周周报", date(2026, 3, 2), date(2026, 3, 7)), ("这个周超时了几个？", date(2026, 3, 2), date(2026, 3, 7)),
        ("月报", date(2026, 2, 1), date(2026, 3, 1)), ("上个月满意度怎么样", date(2026, 2, 1), date(2026, 3, 1)),
        ("这个月统计", date(2026, 3, 1), date(2026, 3, 7)), ("今年达标率多少", date(2026, 1, 1), date(2026, 3, 7)),
        ("统计", date(2026, 3, 2), date(2026, 3, 7)), ("Weekly report please", date(2026, 2, 23), date(2026, 3, 2)),
        ("show me the daily digest", date(2026, 3, 6), date(2026, 3, 7)),
        ("今日看板", date(2026, 3, 6), date(2026, 3, 7)), ("看板", date(2026, 3, 6), date(2026, 3, 7)),
        ("昨日超时几个", date(2026, 3, 5), date(2026, 3, 6)), ("这周统计", date(2026, 3, 2), date(2026, 3, 7)),
        ("上周满意度怎么样", date(2026, 2, 23), date(2026, 3, 2)), ("本月报表", date(2026, 3, 1), date(2026, 3, 7)),
        ("monthly report", date(2026, 2, 1), date(2026, 3, 1)),
    ],
)  # fmt: skip
def test_which_days_are_asked_about(text: str, first: date, following: date) -> None:
    found = FIGURES.fullmatch(text)
    assert found is not None
    span = span_of(found, _FRIDAY)
    assert (span.first, span.following) == (first, following)


@pytest.mark.parametrize(
    "text",
    [
        "周报交了吗",
        "周报写得不错",
        "老张的周报",
        "报表打不开",
        "统计局来电话了",
        "这周超时的单改一下",
        "weekly report is late",
        "日报系统坏了",
    ],
)
def test_who_speaks_of_reports_asks_for_none(text: str) -> None:
    assert FIGURES.fullmatch(text) is None


@pytest.fixture
def rules() -> Rules:
    nothing: dict[str, Any] = {}
    return Rules(
        zone=ZoneInfo("Asia/Shanghai"),
        policies=nothing,
        calendars=nothing,
        ladders=nothing,
        rotas=nothing,
        rooms=nothing,
        staff=nothing,
        roles=nothing,
        customers=nothing,
    )


def _ticket(**changes: Any) -> Ticket:
    values: dict[str, Any] = {
        "number": 1, "version": 1, "kind": Kind.FAULT, "requester": Party("w", "王老师"), "text": "坏了",
        "opened_at": _START - timedelta(days=3),
    }  # fmt: skip
    return Ticket(**(values | changes))


def _facts(rules: Rules, **changes: Any) -> Facts | None:
    return facts_of(_ticket(**changes), _START, _END, rules, _END)


def test_a_ticket_is_new_on_its_first_instant_and_no_more_on_the_one_after(rules: Rules) -> None:
    assert _facts(rules, opened_at=_START) == Facts(1, is_new=True, is_in_hand=True)
    assert _facts(rules, opened_at=_END) == Facts(1, is_in_hand=True)


def test_what_was_withdrawn_is_not_done_and_what_was_merged_does_not_count(rules: Rules) -> None:
    over = {"status": Status.CLOSED, "closed_at": _START}
    assert _facts(rules, **over, closing=Closing.CONFIRMED) == Facts(1, is_done=True)
    assert _facts(rules, **over, closing=Closing.WITHDRAWN) == Facts(1, is_withdrawn=True)
    assert _facts(rules, **over, closing=Closing.MERGED, opened_at=_START) is None


def test_ratings_count_with_the_day_on_which_a_ticket_was_done(rules: Rules) -> None:
    survey = Survey(state=SurveyState.RATED, speed=5, quality=4)
    over = {"status": Status.CLOSED, "closing": Closing.CONFIRMED, "survey": survey}
    assert _facts(rules, **over, closed_at=_START) == Facts(1, is_done=True, score=4.5)
    assert _facts(rules, **over, closed_at=_END) is None


def test_calls_are_counted_apart(rules: Rules) -> None:
    call = {"kind": Kind.CALLBACK}
    assert _facts(rules, **call) == Facts(1, calls_owed=1)
    made = {"status": Status.CLOSED, "closing": Closing.DONE, "closed_at": _START}
    assert _facts(rules, **call, **made) == Facts(1, calls_made=1)


@pytest.mark.parametrize(
    "kind", [Kind.FAULT, Kind.QUESTION, Kind.REQUEST, Kind.TRAINING, Kind.COMPLAINT, Kind.HAZARD]
)
def test_what_customers_want_counts(rules: Rules, kind: Kind) -> None:
    assert _facts(rules, kind=kind) == Facts(1, is_in_hand=True)


@pytest.mark.parametrize("kind", [Kind.INSPECTION, Kind.MAINTENANCE, Kind.IMPROVEMENT])
def test_what_we_planned_ourselves_does_not_count(rules: Rules, kind: Kind) -> None:
    assert _facts(rules, kind=kind) is None


@pytest.mark.parametrize(
    "facts",
    [
        Facts(1, is_new=True), Facts(1, is_done=True), Facts(1, is_withdrawn=True), Facts(1, late=Late(1, None)),
        Facts(1, calls_made=1),
    ],
)  # fmt: skip
def test_whatever_happened_makes_a_day_that_is_told(facts: Facts) -> None:
    assert not summed([facts]).is_empty


def test_what_is_only_owed_or_in_hand_makes_none() -> None:
    assert summed([Facts(1, is_in_hand=True), Facts(2, is_solved=True), Facts(3, calls_owed=1)]).is_empty


def test_a_rating_of_one_number_counts_for_both(rules: Rules) -> None:
    over = {"status": Status.CLOSED, "closing": Closing.CONFIRMED, "closed_at": _START}
    survey = Survey(state=SurveyState.RATED, speed=3)
    assert _facts(rules, **over, survey=survey) == Facts(1, is_done=True, score=3.0)


def test_a_call_that_was_not_made_counts_for_nothing(rules: Rules) -> None:
    over = {"status": Status.CLOSED, "closing": Closing.WITHDRAWN, "closed_at": _START}
    assert _facts(rules, kind=Kind.CALLBACK, **over) is None


def test_the_figures_of_a_day_stand_in_one_line() -> None:
    speaker = Speaker(lambda text: text, ZoneInfo("Asia/Shanghai"), _END)
    hour = timedelta(hours=1)
    late = tuple(Late(number, hour) for number in range(1, 4))
    summary = Summary(5, 4, 3, 2, 1, hour, (Late(9, None), *late), 4.25, 2, 1, 2)
    assert figures(summary, "今日", speaker) == (
        "📊 今日：新 5 关 4 在办 3｜待确认 2｜撤单 1｜首响平均 1 小时｜超时 4 单（9 还没做到、1 +1 小时、2 +1 小时等）"
        "｜评分 4.2（2）｜回访完成 2，待打 1"
    )
    three = msgspec.structs.replace(
        summary, late=late, score=None, calls_made=0, calls_owed=0, solved=0, withdrawn=0
    )
    assert figures(three, "昨日", speaker, is_over=True) == (
        "📊 昨日：新 5 关 4 现在办 3｜首响平均 1 小时｜超时 3 单（1 +1 小时、2 +1 小时、3 +1 小时）"
    )


def test_the_worst_is_named_first() -> None:
    hour = timedelta(hours=1)
    every = [
        Facts(1, late=Late(1, hour)),
        Facts(2, late=Late(2, None)),
        Facts(3, late=Late(3, 2 * hour), score=4.0),
    ]
    found = summed([*every, Facts(4, is_new=True, answered_after=hour, score=5.0)])
    assert [each.number for each in found.late] == [2, 3, 1]
    assert (found.score, found.scores, found.answered_after) == (4.5, 2, hour)
    assert summed([Facts(1, is_in_hand=True)]).is_empty
    assert summed([]) == Summary(0, 0, 0, 0, 0, None, (), None, 0, 0, 0)


@pytest.mark.asyncio
async def test_every_ticket_of_the_day_counts_once_however_many_there_are(office: Office) -> None:
    for number in range(130):
        await office.hear(CUSTOMER, f"老师{number}", f"报障 第{number}教室投影不亮")
    office.said(DUTY)
    await office.hear(DUTY, "陈经理", "日报")
    (text,) = office.said(DUTY)
    assert text.startswith("📊 今日：新 130 关 0 在办 130｜没有超时\n要盯：1001")


@pytest.mark.asyncio
async def test_what_was_opened_long_ago_counts_while_it_is_open_or_was_done_lately(office: Office) -> None:
    await office.hear(CUSTOMER, "王老师", "报障 投影不亮")
    await office.hear(CUSTOMER, "孙老师", "报障 音箱没声音")
    office.clock.jump(timedelta(days=80))
    for number in range(120):
        await office.hear(CUSTOMER, f"老师{number}", f"报障 第{number}教室投影不亮")
    office.clock.jump(timedelta(days=1))
    await office.hear(DUTY, "工程师01", "接单 1001")
    office.said(DUTY)
    await office.hear(DUTY, "陈经理", "昨天的日报")
    (text,) = office.said(DUTY)
    assert text.startswith("📊 昨日：新 120 关 0 现在办 122｜")
    assert "要盯：1001" in text


@pytest.mark.asyncio
async def test_what_was_opened_long_ago_and_is_closed_now_counts_where_it_was_closed(office: Office) -> None:
    await office.hear(CUSTOMER, "王老师", "报障 投影不亮")
    await office.hear(CUSTOMER, "孙老师", "报障 音箱没声音")
    office.clock.jump(timedelta(days=80))
    for number in range(120):
        await office.hear(CUSTOMER, f"老师{number}", f"报障 第{number}教室投影不亮")
    await office.hear(CUSTOMER, "王老师", "撤单 1001")
    await office.hear(CUSTOMER, "王老师", "1")
    office.clock.jump(timedelta(days=1))
    office.said(DUTY)
    await office.hear(DUTY, "陈经理", "昨天的日报")
    (text,) = office.said(DUTY)
    assert text.startswith("📊 昨日：新 120 关 0 现在办 121｜撤单 1")


@pytest.mark.asyncio
async def test_what_was_solved_and_not_confirmed_and_what_was_withdrawn_is_said_so_that_the_figures_add_up(
    office: Office,
) -> None:
    for person in ("王老师", "孙老师", "李老师"):
        await office.hear(CUSTOMER, person, f"报障 {person}的投影不亮")
    await office.hear(CUSTOMER, "孙老师", "撤单 1002")
    await office.hear(CUSTOMER, "孙老师", "1")
    await office.hear(DUTY, "工程师01", "接单 1001")
    await office.hear(DUTY, "工程师01", "解决 1001 原因:线松 方法:插紧 预防:固定线")
    office.said(DUTY)
    await office.hear(DUTY, "陈经理", "日报")
    (text,) = office.said(DUTY)
    assert text.startswith("📊 今日：新 3 关 0 在办 1｜待确认 1｜撤单 1｜")


@pytest.mark.asyncio
async def test_an_engineer_and_a_customer_read_no_figures(reported: Office) -> None:
    await reported.hear(DUTY, "工程师01", "日报")
    await reported.hear(CUSTOMER, "王老师", "日报")
    await reported.hear(CUSTOMER, "陈经理", "日报")
    assert reported.said(DUTY) == ["“日报”请 陈经理 来说。"]
    assert reported.said(CUSTOMER) == []


@pytest.mark.asyncio
async def test_the_page_is_named_where_the_configuration_says_how_to_reach_it(offices: Any) -> None:
    first: Office = await offices()
    config = replace(
        first.bot.config,
        web=msgspec.structs.replace(first.bot.config.web, public_url="https://desk.example.com"),
    )
    office: Office = await offices(other=config)
    await office.hear(CUSTOMER, "王老师", "报障 投影黑屏")
    office.said(DUTY)
    await office.hear(DUTY, "陈经理", "日报")
    await office.hear(DUTY, "陈经理", "本周统计")
    today, week = office.said(DUTY)
    assert today.endswith("\n明细：https://desk.example.com/")
    assert week.endswith("\n明细：https://desk.example.com/standings")
