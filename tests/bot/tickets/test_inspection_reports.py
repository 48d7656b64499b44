"""The report of an inspection: what it says of each item, and what it never says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from bot.tickets.inspected import findings, fine, report
from bot.tickets.kinds import Kind
from bot.tickets.model import Appointment, Finding, Party, Ticket
from bot.tickets.papers import Paper, file_name
from bot.tickets.planned_events import Inspected
from bot.tickets.planned_rules import PlanRules
from bot.tickets.rules import Rules
from bot.tickets.speaker import Speaker
from scheduler.calendar import always
from scheduler.plans import Plan

ZONE = ZoneInfo("Asia/Shanghai")
DONE = datetime(2026, 6, 27, 8, 30, tzinfo=UTC)
LI = Party("li", "小李")
ITEMS = ("服务器", "交换机", "教室大屏")


def plan(items: tuple[str, ...]) -> PlanRules:
    return PlanRules(
        id="monthly", customer="yucai", room="yucai", address="qq:group:1", name="{month} 月巡检",
        recurrence=Plan("monthly", "0 17 28 * *", always(ZONE)), owner="li", ahead=timedelta(days=3), takes=None,
        hazard_days=5, ladder="planned", items=items,
    )  # fmt: skip


def inspection(**fields: Any) -> Ticket:
    return Ticket(
        **{
            "number": 1090, "version": 3, "kind": Kind.INSPECTION, "room": "yucai", "customer": "yucai", "plan": "monthly",
            "requester": Party("plan:monthly", "6 月巡检"), "account": "plan:monthly", "text": "6 月巡检",
            "opened_at": DONE - timedelta(days=30), "owner": LI,
            "appointment": Appointment(at=DONE - timedelta(minutes=90), who=LI),
        } | fields
    )  # fmt: skip


def paper(rules: Rules, text: str, items: tuple[str, ...] = (), **fields: Any) -> Paper:
    found = tuple(Finding(1093 + index, each) for index, each in enumerate(findings(text)))
    rules = replace(rules, plans={"monthly": plan(items)}, customers={"yucai": "育才小学"})
    speaker = Speaker(str, ZONE, DONE)
    made = report(Inspected(by=LI, text=text, findings=found), DONE, inspection(**fields), speaker, rules)
    assert isinstance(made.of, Paper)
    assert not made.is_internal
    return made.of


def results(made: Paper) -> list[tuple[str, ...]]:
    return [row[:3] for row in made.tables[0].rows]


def every_word(made: Paper) -> str:
    cells = [cell for table in made.tables for row in table.rows for cell in row]
    return "\n".join((made.title, *(f"{name} {value}" for name, value in made.facts), *cells, *made.notes))


def test_each_item_has_its_result_who_looked_and_when(rules: Rules) -> None:
    made = paper(rules, "服务器磁盘82% 其余正常", ITEMS)
    assert results(made) == [
        ("服务器", "需要处理", "服务器磁盘82%（隐患单 1093）"),
        ("交换机", "正常", ""),
        ("教室大屏", "正常", ""),
    ]
    assert {row[3:] for row in made.tables[0].rows} == {("小李", "2026-06-27 16:30")}
    assert made.tables[0].marked == {0}


def test_nobody_says_that_something_is_fine_of_which_nobody_spoke(rules: Rules) -> None:
    assert results(paper(rules, "服务器磁盘82% 交换机正常", ITEMS)) == [
        ("服务器", "需要处理", "服务器磁盘82%（隐患单 1093）"),
        ("交换机", "正常", "交换机正常"),
        ("教室大屏", "没有提到", ""),
    ]


def test_without_a_list_of_items_the_engineers_own_clauses_are_the_items(rules: Rules) -> None:
    assert results(paper(rules, "服务器磁盘82% 其余正常")) == [
        ("服务器磁盘82%", "需要处理", "服务器磁盘82%（隐患单 1093）"),
        ("其余正常", "正常", ""),
    ]


def test_what_must_be_done_stands_with_its_number_and_who_does_it(rules: Rules) -> None:
    made = paper(rules, "服务器磁盘82%；投影灯泡到期；其余正常")
    assert [row[:2] + row[3:] for row in made.tables[1].rows] == [
        ("服务器磁盘82%", "1093", "小李"),
        ("投影灯泡到期", "1094", "小李"),
    ]
    assert made.signatures == ("工程师签字", "客户签字")
    assert ("结论", "2 项需要处理") in made.facts


def test_where_all_is_well_nothing_is_followed_up(rules: Rules) -> None:
    made = paper(rules, "全部正常", ITEMS)
    assert len(made.tables) == 1
    assert {row[1] for row in results(made)} == {"正常"}
    assert ("结论", "没有发现问题") in made.facts


def test_customer_time_and_number_stand_on_top(rules: Rules) -> None:
    made = paper(rules, "全部正常")
    assert made.title == "育才小学 6 月巡检 报告"
    assert dict(made.facts) == {
        "客户": "育才小学", "巡检": "6 月巡检", "单号": "1090", "约定时间": "2026-06-27 15:00",
        "完成时间": "2026-06-27 16:30", "检查人": "小李", "结论": "没有发现问题",
    }  # fmt: skip


def test_what_the_duty_room_keeps_to_itself_is_no_part_of_it(rules: Rules) -> None:
    made = paper(rules, "全部正常", progress="密码贴在机柜上", tried="客户很难缠")
    assert not any(secret in every_word(made) for secret in ("密码", "难缠"))


@pytest.mark.parametrize(
    ("text", "found", "is_fine"),
    [
        ("服务器磁盘82% 其余正常", ("服务器磁盘82%",), ("其余正常",)),
        ("全部正常", (), ("全部正常",)),
        ("网络正常，服务器正常", (), ("网络正常", "服务器正常")),
        ("server disk at 82%; rest fine", ("server disk at 82%",), ("rest fine",)),
        ("交换机不正常", ("交换机不正常",), ()),
    ],
)
def test_words_of_a_result(text: str, found: tuple[str, ...], is_fine: tuple[str, ...]) -> None:
    assert (findings(text), fine(text)) == (found, is_fine)


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("育才小学", "6 月巡检"), "育才小学-6月巡检.xlsx"),
        (("Riverside School", "inspection 6/2026"), "Riverside-School-inspection-6-2026.xlsx"),
        (("../../etc", 'a:b*c?"<>|'), "etc-a-b-c.xlsx"),
        (("", "x"), "x.xlsx"),
        (("长" * 300, ""), "长" * 60 + ".xlsx"),
    ],
)
def test_a_file_has_a_name_that_every_system_takes(parts: tuple[str, ...], name: str) -> None:
    assert file_name(*parts) == name


def test_photos_are_told_of_with_whom_they_are(rules: Rules) -> None:
    assert ("照片和文件", "[图片×2]，在工程师处") in paper(rules, "全部正常", shown=("[图片×2]",)).facts
    assert "照片和文件" not in dict(paper(rules, "全部正常").facts)
