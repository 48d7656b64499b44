"""What a customer says of their ticket that its owner must read at once."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.conversation.tellings import addition, may_ask, telling
from bot.tickets.kinds import Telling
from bot.tickets.model import Party

NOW = datetime(2026, 3, 3, 2, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    "text",
    [
        "能不能先给我个备用的吗",
        "能换个备用的吗？",
        "可以先借一台备机用一下吗",
        "需要我准备什么吗",
        "要不要我先关机",
        "修的时候要停课吗",
        "这个要收费吗",
        "修一次多少钱",
        "师傅电话多少",
        "那下午的课怎么上",
        "can you lend us a spare one meanwhile?",
        "do I need to switch it off first?",
    ],
)
def test_a_question_of_the_work_is_for_its_owner(text: str) -> None:
    assert telling(text, NOW, ZONE) == (Telling.ASKS, None)
    assert may_ask(text)


@pytest.mark.parametrize(
    "text",
    [
        "课表怎么导出",
        "打印机能不能换个彩色的",
        "备用钥匙在门卫",
        "下午的课取消了",
        "谁有备用的",
        "好的",
        "教研会几点开始？",
    ],
)
def test_other_questions_are_not(text: str) -> None:
    assert telling(text, NOW, ZONE) is None
    assert not may_ask(text)


def test_whatever_is_asked_of_a_ticket_by_its_number_is_for_its_owner() -> None:
    by = Party(id="wang", name="王老师")
    assert addition(by, "里面的课件会不会没了？", NOW, ZONE).telling is Telling.ASKS
    assert addition(by, "在三楼", NOW, ZONE).telling is None
    assert addition(by, "稍等，我下课去看可以吗", NOW, ZONE).telling is None
