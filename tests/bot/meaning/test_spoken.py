"""Sentences of staff that mean a command, and talk that only sounds like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import parse
from bot.meaning.spoken import spoken
from bot.tickets.model import Party
from bot.vocabulary import Word

_STAFF = {name: Party(f"id-{name}", name) for name in ("老张", "小李", "小周")}


def _called(text: str) -> tuple[Party, str] | None:
    plain = text.strip().removeprefix("@")
    return next(
        (
            (party, plain[len(name) :].lstrip(" ,，:："))
            for name, party in _STAFF.items()
            if plain.startswith(name)
        ),
        None,
    )


def _command(text: str, *, is_manager: bool = False) -> tuple[Word, int | None, str] | None:
    found = spoken(text, _called, is_manager=is_manager, is_addressed=False)
    if found is None:
        return None
    command = parse(found.command)
    assert command is not None
    assert command.number == found.number
    return command.word, command.number, command.rest


@pytest.mark.parametrize(
    "text",
    [
        "1024 我去看看",
        "1024我来处理吧",
        "１０２４ 我跟进",
        "#1024 还是我来弄",
        "单1024，我去一趟",
        "1024 我负责！",
    ],
)
def test_somebody_takes_a_ticket(text: str) -> None:
    assert _command(text) == (Word.CLAIM, 1024, "")


def test_without_a_number_only_work_is_taken_and_only_the_one_there_is() -> None:
    found = spoken("我来处理", _called, is_manager=False, is_addressed=False)
    assert found is not None
    assert not found.is_certain
    assert _command("我去看看") is None
    assert spoken("I'll take it", _called, is_manager=False, is_addressed=False) == found


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("1024和1025我都接了", "1025"),
        ("1024、1025、1026 我来处理", "1025 1026"),
        ("1024我的", ""),
        ("1024 mine", ""),
    ],
)
def test_several_tickets_are_taken_in_one_sentence(text: str, rest: str) -> None:
    assert _command(text) == (Word.CLAIM, 1024, rest)


@pytest.mark.parametrize(
    "text", ["1024我的天", "1024和1025都是他们学校的", "1024 换成小周的那台投影试试", "放弃治疗了"]
)
def test_what_only_sounds_like_it_is_talk(text: str) -> None:
    assert _command(text, is_manager=True) is None


def test_a_result_may_stand_by_itself_when_nothing_of_it_is_missing() -> None:
    assert _command("原因:灯泡老化 方法:换灯泡 预防:少开关") == (
        Word.RESOLVE,
        None,
        "原因:灯泡老化 方法:换灯泡 预防:少开关",
    )
    assert _command("原因：还在查") is None
    assert _command("cause: lamp, fix: replaced it, prevention: none") is not None


@pytest.mark.parametrize(
    "text", ["1024 改给小周，老张请假", "1024换小周，老张请假", "1024 改派小周，老张请假"]
)
def test_a_manager_gives_it_to_somebody_else(text: str) -> None:
    assert _command(text, is_manager=True) == (Word.REASSIGN, 1024, "@小周 老张请假")


def test_a_number_alone_asks_only_when_it_is_said_to_the_bot() -> None:
    found = spoken("1024？", _called, is_manager=False, is_addressed=True)
    assert found is not None
    assert (found.command, found.number) == ("/progress 1024", 1024)
    assert spoken("1024？", _called, is_manager=False, is_addressed=False) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("1024 派给小周", "@小周"),
        ("把1024转给@小周，老张请假", "@小周 老张请假"),
        ("1024 交给小周 他懂录播机", "@小周 他懂录播机"),
        ("让小周去处理 1024", "@小周"),
        ("请小周看一下1024，我在外面", "@小周 我在外面"),
        ("派给小周 1024", "@小周"),
        ("1024 给小周", "@小周"),
        ("小周，你处理一下1024", "@小周"),
        ("@小周 看看 1024，他家近", "@小周 他家近"),
        ("assign 1024 to 小周", "@小周"),
        ("小周, can you take 1024?", "@小周"),
    ],
)
def test_a_ticket_is_given_to_a_colleague(text: str, rest: str) -> None:
    assert _command(text) == (Word.HAND_OVER, 1024, rest)
    assert _command(text, is_manager=True) == (Word.REASSIGN, 1024, rest)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("1024 让小周上门吧", "@小周"),
        ("派小周去1024现场，带矩阵", "@小周 带矩阵"),
        ("1024 先安排@小周去现场看看", "@小周"),
    ],
)
def test_who_sends_a_colleague_to_the_customer_stays_responsible(text: str, rest: str) -> None:
    assert _command(text) == _command(text, is_manager=True) == (Word.DISPATCH, 1024, rest)


@pytest.mark.parametrize("text", ["1024 要不要派小周去现场？", "派人去1024现场", "1024 让小周去1025现场"])
def test_what_sends_nobody_for_sure(text: str) -> None:
    found = _command(text)
    assert found is None or found[0] is not Word.DISPATCH


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("1024 改成二级，全班停课", (Word.CHANGE_LEVEL, 1024, "二级，全班停课")),
        ("把 1024 升级为一级 全校都这样", (Word.CHANGE_LEVEL, 1024, "一级 全校都这样")),
        ("1024 在等备件，明天10点", (Word.PAUSE, 1024, "等备件，明天10点")),
        ("1024 waiting for parts, tomorrow 10:00", (Word.PAUSE, 1024, "parts tomorrow 10:00")),
        ("1024 is fixed", (Word.RESOLVE, 1024, "")),
        ("raise 1024 to level 1, whole school", (Word.CHANGE_LEVEL, 1024, "level 1, whole school")),
        ("1024 已到场", (Word.ARRIVE, 1024, "")),
        ("到现场了 1024", (Word.ARRIVE, 1024, "")),
        ("1024 在路上了", (Word.DEPART, 1024, "")),
        ("1024 I'm on my way", (Word.DEPART, 1024, "")),
        ("status of 1024?", (Word.PROGRESS, 1024, "")),
        ("how is 1024 going?", (Word.PROGRESS, 1024, "")),
        ("when is 1024 due?", (Word.EXPLAIN, 1024, "")),
        ("who is on call?", (Word.ON_DUTY, None, "")),
        ("What’s open?", (Word.QUEUE, None, "")),
        ("1024 修好了", (Word.RESOLVE, 1024, "")),
        ("1024 已经搞定了 灯泡老化；换灯泡；少开关", (Word.RESOLVE, 1024, "灯泡老化；换灯泡；少开关")),
        ("1024 什么情况", (Word.PROGRESS, 1024, "")),
        ("1024 详情", (Word.PROGRESS, 1024, "")),
        ("看一下1024", (Word.PROGRESS, 1024, "")),
        ("1024 还有多久", (Word.EXPLAIN, 1024, "")),
        ("1024 几点到期？", (Word.EXPLAIN, 1024, "")),
        ("今天谁值班", (Word.ON_DUTY, None, "")),
        ("值班的是谁？", (Word.ON_DUTY, None, "")),
        ("现在有哪些单没完？", (Word.QUEUE, None, "")),
        ("没人接的单", (Word.QUEUE, None, "")),
        ("还有多少没处理", (Word.QUEUE, None, "")),
        ("明天谁值班", (Word.ON_DUTY, None, "明天")),
        ("下周一是谁值班？", (Word.ON_DUTY, None, "下周一")),
        ("3月18日 谁值班", (Word.ON_DUTY, None, "3月18日")),
        ("who's on call tomorrow?", (Word.ON_DUTY, None, "tomorrow")),
        ("小周手上有几单", (Word.QUEUE, None, "@小周")),
        ("小周的单有哪些？", (Word.QUEUE, None, "@小周")),
        ("谁手上的单最少", (Word.WORKLOAD, None, "")),
        ("1024怎么没人接", (Word.PROGRESS, 1024, "")),
        ("1024 谁在跟？", (Word.PROGRESS, 1024, "")),
        ("我手上还有几个单", (Word.MINE, None, "")),
    ],
)
def test_a_ticket_is_changed_or_asked_after(text: str, command: tuple[Word, int | None, str]) -> None:
    assert _command(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "我看看",
        "我来看看能不能修",
        "1024 教室我去看看",
        "1024 给客户打个电话",
        "1024 让小周重启一下机器",
        "让小周歇会儿",
        "让王老师处理 1024",
        "1024 派给谁合适",
        "1024 等一下再说",
        "1024 等配件公司的人",
        "1024 修好了吗那台",
        "谁值班室的钥匙拿走了",
        "有没有人有灯泡",
        "我有什么办法",
        "看一下1024教室",
        "电话 13900001024 还有多久",
        "昨天谁值班",
        "明天谁值班谁带钥匙",
        "小周你手上有几单",
        "小周那边有几个人",
        "小周的单子我签过了",
        "谁有空",
        "电话怎么没人接",
        "小周 1024 教室开门",
        "小周的电话 1024",
        "I'll take a break",
        "1024 is done by whom",
        "give 1024 people a call",
        "show me the way",
    ],
)
def test_talk_is_no_command(text: str) -> None:
    assert _command(text) is None
    assert _command(text, is_manager=True) is None


@given(st.text(alphabet="我来去看处理给让小周老张单修好了吗等备件客户改成一二级有哪些 ，？1024", max_size=30))
def test_whatever_is_meant_is_a_command_that_can_be_read(text: str) -> None:
    _command(text)
