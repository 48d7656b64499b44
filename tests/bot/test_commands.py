"""What people type: commands in every way of writing them, sentences that only look like one, picks and scores."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.commands import nearest, parse
from bot.meaning.short_answers import agreed, choice, is_none_of_them, one_score, resolution_fields, scores
from bot.tickets.rules import Role
from bot.vocabulary import SPECS, Word


@pytest.mark.parametrize(
    "text",
    [
        "接单 1024",
        "接单1024",
        "接单 #1024",
        "/接单 1024",
        "#接单１０２４",
        "＃接单　＃１０２４",
        "认领 1024",
        "/claim 1024",
        "ＣＬＡＩＭ 1024",
        "Take No. 1024",
        "接1024",
        "1024 接单",
        "单1024，我来",
    ],
)
def test_one_command_is_written_in_many_ways(text: str) -> None:
    command = parse(text)
    assert command is not None
    assert (command.word, command.number, command.rest) == (Word.CLAIM, 1024, "")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("报障：打印机坏了，很急", "打印机坏了，很急"),
        ("报障打印机坏了", "打印机坏了"),
        ("报障没网", "没网"),
        ("报修投影仪不亮", "投影仪不亮"),
        ("你好，我要报修，投影仪不亮", "投影仪不亮"),
        ("麻烦帮我报障 三楼没网", "三楼没网"),
        ("报障电话没声音", "电话没声音"),
        ("报障单位门口的闸机坏了", "单位门口的闸机坏了"),
        ("紧急！平台全挂了", "平台全挂了"),
        ("报障 ①号楼", "①号楼"),
    ],
)
def test_what_is_reported_stays_as_it_was_written(text: str, rest: str) -> None:
    command = parse(text)
    assert command is not None
    assert command.rest == rest


@pytest.mark.parametrize(
    "text",
    [
        "报障了吗",
        "报障电话是多少",
        "报障流程",
        "接单员来了",
        "接 电话去了",
        "接 1024 教室的线",
        "完成 得不错",
        "我想报修的话找谁",
        "麻烦报修的同学登记",
        "帮我取消明天的会",
        "1024 教室接单的人",
        "12 接单",
        "update the driver",
        "解决方案发我",
        "进度条卡住了",
        "帮助中心在哪",
        "help me with this",
        "取消订单",
    ],
)
def test_ordinary_speech_is_no_command(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "word", "rest"),
    [
        ("report: the printer has no power", Word.REPORT, "the printer has no power"),
        ("Urgent! Nobody can log in", Word.URGENT, "Nobody can log in"),
        ("help resolve", Word.HELP, "resolve"),
        ("claim", Word.CLAIM, ""),
        ("/keep Level 1", Word.KEEP_LEVEL, "Level 1"),
    ],
)
def test_english_words_are_commands_where_they_are_meant(text: str, word: Word, rest: str) -> None:
    command = parse(text)
    assert command is not None
    assert (command.word, command.rest) == (word, rest)


@pytest.mark.parametrize("text", ["report card of class 3", "help! no sound", "keep calm", "urgent care"])
def test_english_sentences_are_no_commands(text: str) -> None:
    assert parse(text) is None


def test_a_number_that_no_ticket_has_is_still_a_number() -> None:
    command = parse("进度 99999999999999")
    assert command is not None
    assert command.number == 99999999999999


def test_a_time_is_no_number() -> None:
    command = parse("更新 16:10 前好")
    assert command is not None
    assert (command.number, command.rest) == (None, "16:10 前好")


@pytest.mark.parametrize(
    ("text", "picked"),
    [
        ("1", (1, "")),
        ("２", (2, "")),
        ("选2", (2, "")),
        ("第3个", (3, "")),
        ("1号", (1, "")),
        ("1。", (1, "")),
        ("1，三楼 302", (1, "三楼 302")),
        ("2 颜色还是偏", (2, "颜色还是偏")),
    ],
)
def test_a_pick_may_be_followed_by_words(text: str, picked: tuple[int, str]) -> None:
    assert choice(text) == picked


@pytest.mark.parametrize(
    "text", ["12", "1.5", "1 楼没网", "1号楼没网", "2 班没来", "3 点开会", "1个人", "5%", "10:30", "一"]
)
def test_a_number_that_counts_picks_nothing(text: str) -> None:
    assert choice(text) is None


@pytest.mark.parametrize(
    ("text", "rated"),
    [
        ("5 4", (5, 4, "")),
        ("54", (5, 4, "")),
        ("5/4", (5, 4, "")),
        ("5，4", (5, 4, "")),
        ("５ ４ 很耐心", (5, 4, "很耐心")),
        ("5 5小周很耐心", (5, 5, "小周很耐心")),
        ("速度5 质量4", (5, 4, "")),
        ("速度：2，质量：3，等太久了", (2, 3, "等太久了")),
        ("5分4分", (5, 4, "")),
    ],
)
def test_two_scores_are_speed_and_quality(text: str, rated: tuple[int, int, str]) -> None:
    assert scores(text) == rated


@pytest.mark.parametrize(
    "text",
    [
        "5 6",
        "0 1",
        "123",
        "下午3点5班开会",
        "3 4班的课",
        "2 3 楼没网",
        "10 5",
        "3/4 的学生没交",
        "还行吧",
        "3-4 节没课",
    ],
)
def test_other_numbers_rate_nobody(text: str) -> None:
    assert scores(text) is None
    assert one_score(text) is None


@pytest.mark.parametrize(
    ("text", "rated"),
    [
        ("5", (5, "")),
        ("5分", (5, "")),
        ("4，挺好", (4, "挺好")),
        ("5 楼没网", None),
        ("6", None),
        ("五星好评", (5, "")),
        ("服务很好，给五星", (5, "服务很好")),
        ("没问题了 满分！", (5, "没问题了")),
        ("师傅不错，打4分", (4, "师傅不错")),
        ("不给五星", None),
        ("给一星还是五星", None),
        ("五星酒店怎么走", None),
    ],
)
def test_one_score_counts_for_both(text: str, rated: tuple[int, str] | None) -> None:
    assert one_score(text) == rated


def test_a_resolution_is_read_in_any_order_and_punctuation() -> None:
    fields = resolution_fields("预防：不要带电插拔。原因:矩阵主板损坏，方法： 更换主板；")
    assert fields == {"cause": "矩阵主板损坏", "method": "更换主板", "prevention": "不要带电插拔"}


@pytest.mark.parametrize(
    "text",
    [
        "原因灯泡老化 方法换灯泡 预防少开关",
        "原因是灯泡老化，方法换灯泡，预防少开关",
        "故障原因：灯泡老化\n处理措施：换灯泡\n预防措施：少开关",
    ],
)
def test_a_resolution_needs_no_colons(text: str) -> None:
    assert resolution_fields(text) == {"cause": "灯泡老化", "method": "换灯泡", "prevention": "少开关"}


def test_labels_inside_a_sentence_are_words() -> None:
    fields = resolution_fields("原因:找不到原因的老化 方法:按处理方法手册换灯泡 预防:无")
    assert fields == {"cause": "找不到原因的老化", "method": "按处理方法手册换灯泡", "prevention": "无"}


def test_what_is_missing_from_a_resolution_is_empty() -> None:
    assert resolution_fields("换好了") == {"cause": "", "method": "", "prevention": ""}


@pytest.mark.parametrize(
    ("text", "role", "meant"),
    [
        ("转叫 1024 @老张", Role.ENGINEER, "转交 1024"),
        ("/吃单 1024", Role.ENGINEER, None),
        ("/clame 1024", Role.ENGINEER, "claim 1024"),
        ("进渡 1024", Role.CUSTOMER, "进度 1024"),
        ("转叫 1024 @老张", Role.CUSTOMER, None),
        ("打印不出来", Role.CUSTOMER, None),
        ("/roll 6", Role.CUSTOMER, None),
        ("Progres 1024", Role.CUSTOMER, "progress 1024"),
        ("resovle 1024 done", Role.ENGINEER, "resolve 1024"),
        ("printer 1024", Role.CUSTOMER, None),
        ("resolve 1024", Role.CUSTOMER, None),
    ],
)
def test_the_nearest_command_is_one_its_writer_may_use(text: str, role: Role, meant: str | None) -> None:
    assert nearest(text, role) == meant


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("好的，麻烦了", True),
        ("要", True),
        ("嗯嗯 转吧，谢谢", True),
        ("可以！", True),
        ("Yes, please", True),
        ("不用了", False),
        ("先不转", False),
        ("算了吧", False),
        ("no thanks", False),
        ("不同意", False),
        ("", None),
        ("好的？", None),
        ("要不明天再说", None),
        ("好的我去问问", None),
        ("不行就换一台", None),
        ("谢谢", None),
        ("是不是坏了", None),
    ],
)
def test_yes_and_no_are_whole_sentences(text: str, said: bool | None) -> None:
    assert agreed(text) is said


@pytest.mark.parametrize(
    ("text", "is_so"), [("都不是", True), ("好像都不对", True), ("不是我想问的", True), ("不是这台", False)]
)
def test_none_of_the_candidates_was_meant(text: str, is_so: bool) -> None:
    assert is_none_of_them(text) is is_so


@pytest.mark.parametrize(
    ("text", "picked"),
    [("第一个", (1, "")), ("选第二种吧", (2, "")), ("选三", (3, "")), ("第三节课", None), ("第一次用", None)],
)
def test_candidates_are_counted_in_words(text: str, picked: tuple[int, str] | None) -> None:
    assert choice(text) == picked


def test_three_parts_between_semicolons_are_a_result() -> None:
    whole = {"cause": "灯泡老化", "method": "换灯泡", "prevention": "少开关，人走灯灭"}
    assert resolution_fields("灯泡老化；换灯泡; 少开关，人走灯灭") == whole
    assert resolution_fields("灯泡老化；换灯泡")["method"] == ""
    assert resolution_fields("原因:灯泡；灯座 方法:换；擦 预防:无")["cause"] == "灯泡；灯座"


def test_every_word_is_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "in-the-chat.md").read_text("utf-8")
    assert [name for spec in SPECS for name in spec.names if f"`{name}`" not in page] == []
