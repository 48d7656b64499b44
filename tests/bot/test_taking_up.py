"""What staff say before the customer when they come, and what customers say to the bot when they are angry or done."""

from __future__ import annotations

import pytest

from bot.meaning.deciding import Heard, Silent, decided_before, only_tells, reports, scolds
from bot.meaning.short_answers import takes_up


@pytest.mark.parametrize(
    "text",
    ["收到，十分钟后到", "马上过来", "好的，我这就去看看", "在路上了", "半小时内到", "投影我来看", "打印机我去处理一下", "一会儿过来看看", "On my way!", "I'll have a look"],
)  # fmt: skip
def test_staff_take_it_up(text: str) -> None:
    assert takes_up(text)


@pytest.mark.parametrize(
    "text",
    ["收到", "好的", "马上放假了", "我来晚了", "我来晚了吗？", "今天人手有点紧", "我看不行", "等下开会", "十分钟", "现在几点", "I will tell him", "have a nice day"],
)  # fmt: skip
def test_staff_only_talk(text: str) -> None:
    assert not takes_up(text)


def test_names_are_no_trouble_and_a_trouble_is_no_name() -> None:
    assert scolds("垃圾机器人")
    assert scolds("什么破服务")
    assert not scolds("这个破电脑打不开了")
    assert not scolds("这个报告写得不错，什么时候给我们讲讲")


def test_who_offers_help_reports_nothing_and_who_asks_for_somebody_does() -> None:
    assert reports("投影仪一直闪你看能不能派个人过来帮我看一下我第三节课还要用")
    assert not reports("要不要我过来帮你看看")
    assert not reports("上次你们派了个师傅过来看过说是要换灯泡")


@pytest.mark.parametrize("text", ["不用了，找到了，谢谢", "算了", "知道了", "never mind, got it"])
def test_whoever_has_enough_is_left_alone(text: str) -> None:
    assert isinstance(decided_before(Heard(text, is_addressed=True)), Silent)


@pytest.mark.parametrize("text", ["不用了密码怎么改", "找到了但是打不开", "知道了还是不行"])
def test_whoever_asks_on_has_not(text: str) -> None:
    assert decided_before(Heard(text, is_addressed=True)) is None


def test_only_what_tells_of_nothing_that_fails_is_a_statement() -> None:
    assert only_tells("今天下午学校开家长会")
    assert not only_tells("我们教室的投影不亮")
    assert not only_tells("智慧黑板和录播对不上时间")
