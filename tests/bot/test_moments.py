"""Instants as people type them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.moments import moment_at_start

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 3, 4, 9, 30, tzinfo=ZONE)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "at", "rest"),
    [
        ("15:30", "03-04 15:30", ""),
        ("15：30 前", "03-04 15:30", ""),
        ("明天10点 主板到货", "03-05 10:00", "主板到货"),
        ("明天10点半，主板", "03-05 10:30", "主板"),
        ("明天17:00 等备件", "03-05 17:00", "等备件"),
        ("后天 上午9点", "03-06 09:00", ""),
        ("周五下午", "03-06 14:00", ""),
        ("周五下午3点", "03-06 15:00", ""),
        ("周三16点", "03-04 16:00", ""),
        ("下周一 9:30 再看", "03-09 09:30", "再看"),
        ("今晚8点", "03-04 20:00", ""),
        ("明天中午12点", "03-05 12:00", ""),
        ("6-27 15:00", "06-27 15:00", ""),
        ("6月27日15点", "06-27 15:00", ""),
        ("2026-06-27 15:00", "06-27 15:00", ""),
        ("2小时后 再看", "03-04 11:30", "再看"),
        ("30分钟后", "03-04 10:00", ""),
        ("3天后", "03-07 09:30", ""),
        ("昨天 8:10", "03-03 08:10", ""),
        ("tomorrow 10:00 parts", "03-05 10:00", "parts"),
        ("Friday 15:00", "03-06 15:00", ""),
        ("in 2 hours", "03-04 11:30", ""),
    ],
)
def test_a_time_is_understood(text: str, at: str, rest: str) -> None:
    found = moment_at_start(text, NOW, ZONE)
    assert found is not None
    assert (f"{found[0].astimezone(ZONE):%m-%d %H:%M}", found[1]) == (at, rest)


def test_a_date_long_past_is_next_years() -> None:
    found = moment_at_start("1-5 10:00", NOW.replace(month=12), ZONE)
    assert found is not None
    assert found[0].astimezone(ZONE).year == 2027


@pytest.mark.parametrize(
    "text", ["", "等备件", "明天", "25:00", "2-30 10:00", "13-1 10:00", "10", "1001 教室", "明天99点"]
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert moment_at_start(text, NOW, ZONE) is None
