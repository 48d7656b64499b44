"""Instants as people type them."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.meaning.moments import moment_at_start

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
        ("后天下午三点", "03-06 15:00", ""),  # never the afternoon at its usual hour, and `三点` left over
        ("周五上午十点前，换主板", "03-06 10:00", "换主板"),
        ("明天下午两点半", "03-05 14:30", ""),
        ("今晚八点", "03-04 20:00", ""),
        ("十点十五分", "03-04 10:15", ""),
        ("下午3点一刻", "03-04 15:15", ""),
        ("两点钟", "03-04 02:00", ""),
        ("半小时后", "03-04 10:00", ""),
        ("一个小时后", "03-04 10:30", ""),
        ("1.5小时后", "03-04 11:00", ""),
        ("1个半小时后 再看", "03-04 11:00", "再看"),
        ("一刻钟后", "03-04 09:45", ""),
        ("三天后上午9点", "03-07 09:00", ""),
        ("六月二十七日下午三点", "06-27 15:00", ""),
        ("6.27 15:00", "06-27 15:00", ""),
        ("27号下午3点", "03-27 15:00", ""),
        ("3号 15:00", "04-03 15:00", ""),  # of this month it is over
        ("31号 10:00", "03-31 10:00", ""),
        ("本周五 15:00", "03-06 15:00", ""),
        ("这周一 9:00", "03-02 09:00", ""),
        ("下下周一 9点", "03-16 09:00", ""),
        ("今天24点", "03-05 00:00", ""),
        ("tomorrow 10am", "03-05 10:00", ""),
        ("tomorrow at 3pm parts", "03-05 15:00", "parts"),
        ("tomorrow at 10", "03-05 10:00", ""),
        ("next Monday 9:30", "03-09 09:30", ""),
        ("on Friday at 3:30 pm", "03-06 15:30", ""),
        ("in half an hour", "03-04 10:00", ""),
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
    "text",
    [
        "",
        "等备件",
        "明天",
        "25:00",
        "2-30 10:00",
        "13-1 10:00",
        "10",
        "1001 教室",
        "明天99点",
        "一点都打不开",
        "十分感谢",
        "3号楼 10:00",
        "3.2版本不行",
        "周五",
        "13pm",
        "at 3 people",
        "sunny 10:00",
        "二十五点",
        "半天没人",
        "月底前",
    ],
)
def test_what_is_no_time_is_none(text: str) -> None:
    assert moment_at_start(text, NOW, ZONE) is None
