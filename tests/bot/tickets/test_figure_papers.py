"""The workbook of figures: how many of which level, what customers thought of it, and what came of each call."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from bot.tickets.calling import COMPLAINT, LOW_SCORE
from bot.tickets.figure_papers import Days, figures_paper
from bot.tickets.kinds import Kind, Status, SurveyState
from bot.tickets.model import Party, Resolution, Survey, Ticket
from bot.tickets.papers import Paper, Table
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from bot.tickets.summaries import Facts

AT = datetime(2026, 3, 6, 2, tzinfo=UTC)
ZHANG, CHEN = Party("zhang", "老张"), Party("chen", "陈经理")
_DONE = Resolution(by=ZHANG, cause="缺纸", method="加纸", prevention="无")
_CALLED = Resolution(by=CHEN, cause="", method="已道歉", prevention="")


def ticket(number: int, **fields: Any) -> Ticket:
    plain: dict[str, Any] = {
        "number": number, "version": 1, "kind": Kind.FAULT, "room": "yucai", "customer": "yucai",
        "requester": Party("w", "王老师"), "account": "qq:1", "text": "打印机坏了", "opened_at": AT, "level_name": "三级",
        "status": Status.CLOSED, "solved_at": AT + timedelta(hours=1), "owner": ZHANG,
    }  # fmt: skip
    return Ticket(**plain | fields)


def survey(**fields: Any) -> Survey:
    return Survey(**{"state": SurveyState.RATED, "engineer": ZHANG} | fields)


def paper(rules: Rules, *tickets: Ticket) -> Paper:
    counted = [(each, Facts(each.number, is_new=each.kind is not Kind.CALLBACK)) for each in tickets]
    speaker = Speaker(str, ZoneInfo("Asia/Shanghai"), AT)
    made = figures_paper(Days(date(2026, 3, 1), date(2026, 3, 31)), counted, (), speaker, rules)
    assert isinstance(made.of, Paper)
    return made.of


def rows(of: Paper, heading: str) -> tuple[tuple[str, ...], ...]:
    found = [each.rows for each in of.tables if isinstance(each, Table) and each.heading == heading]
    return found[0] if found else ()


def test_ratings_remarks_and_calls_stand_in_it(rules: Rules) -> None:
    made = paper(
        rules,
        ticket(1001, survey=survey(speed=2, quality=3, comment="等太久了"), resolution=_DONE),
        ticket(1002, survey=survey(state=SurveyState.COMMENTED, comment="还行吧")),
        ticket(1003, survey=survey(state=SurveyState.EXPIRED)),
        ticket(1004, kind=Kind.CALLBACK, subject=1001, reason=LOW_SCORE, owner=CHEN, resolution=_CALLED),
        ticket(1005, kind=Kind.CALLBACK, reason=COMPLAINT, owner=CHEN, resolution=_CALLED),
        ticket(1006, kind=Kind.CALLBACK, reason=COMPLAINT, owner=CHEN, status=Status.OPEN, solved_at=None),
    )
    customer = rules.customers.get("yucai", "yucai")
    assert rows(made, "满意度") == (
        ("1001", customer, "王老师", "老张", "2", "3", "等太久了"),
        ("1002", customer, "王老师", "老张", "", "", "还行吧"),
    )
    assert rows(made, "回访") == (
        ("1001", customer, "王老师", "低分", "陈经理", "2026-03-06 11:00", "已道歉"),
        ("1005", customer, "王老师", "投诉", "陈经理", "2026-03-06 11:00", "已道歉"),
    )
    assert rows(made, "工单")[0][-2:] == ("缺纸", "加纸")


def test_levels_are_counted_most_of_all_first_and_nothing_is_made_of_nothing(rules: Rules) -> None:
    made = paper(rules, ticket(1001), ticket(1002, level_name="需求", kind=Kind.REQUEST), ticket(1003))
    assert dict(made.facts)["新单的级别"] == "三级 2、需求 1"
    assert [rows(made, heading) for heading in ("满意度", "回访")] == [(), ()]
    assert "新单的级别" not in dict(paper(rules).facts)


def test_causes_are_counted_by_their_kind_where_kinds_are_told_apart(rules: Rules) -> None:
    causes = ("硬件，主板损坏", "线路松动，硬件没坏", "硬件", "不知道")
    done = [
        (ticket(number, resolution=replace(_DONE, cause=cause)), Facts(number, is_done=True))
        for number, cause in enumerate(causes, 1001)
    ]
    speaker = Speaker(str, ZoneInfo("Asia/Shanghai"), AT)

    def counted(rules: Rules) -> str | None:
        made = figures_paper(Days(date(2026, 3, 1), date(2026, 3, 31)), done, (), speaker, rules).of
        assert isinstance(made, Paper)
        return dict(made.facts).get("原因")

    assert counted(replace(rules, causes=("硬件", "线路"))) == "硬件 2、线路 1、其他 1"
    assert counted(rules) is None
