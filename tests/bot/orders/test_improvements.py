"""What a manager writes behind the result of a call is parted by its labels, in any order."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from bot.orders.intentions import improvement_of
from bot.tickets.errors import TicketError
from bot.tickets.model import Party

CHEN, ZHANG = Party("chen", "陈经理"), Party("zhang", "老张")
ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


class People:
    """Knows 老张 alone."""

    def called_at_start(self, text: str, mentions: object) -> tuple[Party, str] | None:
        return (ZHANG, "") if text.startswith("老张") else None


def _found(result: str) -> Any:
    hearing, rules = SimpleNamespace(by=CHEN, mentions=(), now=NOW), SimpleNamespace(zone=ZONE)
    return improvement_of(result, cast("Any", hearing), cast("Any", People()), cast("Any", rules))


@pytest.mark.parametrize(
    "result",
    [
        "已电话，客户接受 改善:午间双人值班 责任:老张 期限:3-10",
        "已电话，期限：3月10日，责任人：@老张，改善项：午间双人值班",
        "reached. improvement: 午间双人值班 owner: 老张 due: 3-10",
    ],
)
def test_labels_may_come_in_any_order(result: str) -> None:
    found = _found(result)
    assert (found.text, found.owner) == ("午间双人值班", ZHANG)
    assert found.due_at == datetime(2026, 3, 10, 18, 0, tzinfo=ZONE)


def test_whoever_called_answers_for_it_where_nobody_is_named() -> None:
    assert _found("改善:值班表重排 期限:明天").owner == CHEN


@pytest.mark.parametrize("result", ["已电话，客户接受", "客户说改善了很多", "责任:老张 期限:3-10"])
def test_a_result_without_one_owes_nothing(result: str) -> None:
    assert _found(result) is None


@pytest.mark.parametrize("result", ["改善:排班", "改善:排班 期限:尽快", "改善:排班 责任:王师傅 期限:3-10"])
def test_who_and_by_when_must_be_said(result: str) -> None:
    with pytest.raises(TicketError):
        _found(result)
