"""What people see with the example FAQ: the journeys, light rephrasings, vague questions, chatter."""

from __future__ import annotations

from collections import Counter

import pytest

from faq.knowledge import Answer, Entry, KnowledgeBase, Nothing, Suggest, judge
from faq.text import fold

ANSWERED = [
    ("教师端登录老是提示“证书过期”怎么弄？", "K-037"),
    ("请问教师端登录提示证书过期怎么办，谢谢", "K-037"),
    ("打印机怎么找不到了", "K-102"),
    ("找不到打印机", "K-102"),
    ("Wi-Fi连不上了", "K-045"),
    ("无线网连不上", "K-045"),
    ("VPN 怎么连不上啊", "K-049"),
    ("成绩录错了怎么修改", "K-030"),
    ("老师好，短信验证码收不到", "K-003"),
    ("智慧黑板没声音", "K-013"),
    ("投影仪沒有信號", "K-016"),
    ("课表怎么导出来打印", "K-035"),
    ("打印机卡纸", "K-041"),
    ("一卡通丢了", "K-060"),
    ("oa附件上传不了怎么办", "K-055"),
    ("电脑蓝屏了咋办", "K-068"),
]
CHATTER = [
    "智慧黑板和录播对不上时间，录出来晚 8 秒", "今天中午吃什么", "明天下午三点开会，请大家准时参加", "老师们周末愉快", "孩子今天请假，发烧了",
    "运动会改到下周三", "有没有人一起拼车", "收到，谢谢老师", "好的", "这个周五要交材料，别忘了", "@小李 你那边弄好了没", "我在路上，十分钟到",
    "明天期末考试几点开始", "昨天的会议纪要谁整理一下", "我们自己买的投影幕布要换了", "哈哈哈哈", "平台全挂了", "不急", "happy birthday!",
    "see you tomorrow at the meeting", "工程师什么时候过来", "谁有车钥匙", "食堂今天几点开门",
]  # fmt: skip


def verdict(base: KnowledgeBase, text: str) -> Answer | Suggest | Nothing:
    return judge(base.match(text), answer_at=0.90, suggest_at=0.40)


@pytest.mark.parametrize(("text", "id_"), ANSWERED)
def test_a_question_in_nearly_the_same_words_is_answered(example: KnowledgeBase, text: str, id_: str) -> None:
    found = verdict(example, text)
    assert isinstance(found, Answer)
    assert found.hit.entry.id == id_


@pytest.mark.parametrize("text", CHATTER)
def test_chatter_finds_nothing(example: KnowledgeBase, text: str) -> None:
    assert verdict(example, text) == Nothing()


def test_a_vague_printing_problem_offers_the_three_printing_entries(example: KnowledgeBase) -> None:
    found = verdict(example, "打印不出来")
    assert isinstance(found, Suggest)
    assert [hit.entry.question for hit in found.hits] == ["成绩单打印空白", "打印机找不到", "打印按钮是灰的"]
    assert all(0.4 <= hit.score < 0.9 for hit in found.hits)


@pytest.mark.parametrize(
    "text", ["打印有问题", "密码", "录播", "登录不了", "网络有问题", "投影坏了", "打不开"]
)
def test_a_vague_word_is_never_answered(example: KnowledgeBase, text: str) -> None:
    assert not isinstance(verdict(example, text), Answer)


@pytest.mark.parametrize(
    "opposite", ["怎么设置单面打印", "VPN 密码是多少", "怎么取消手机号绑定", "录播怎么停止录制"]
)
def test_a_neighbouring_question_is_not_answered(example: KnowledgeBase, opposite: str) -> None:
    assert not isinstance(verdict(example, opposite), Answer)


def test_every_wording_finds_its_own_entry(
    example: KnowledgeBase, example_entries: tuple[Entry, ...]
) -> None:
    for entry in example_entries:
        for wording in (entry.question, *entry.aliases):
            found = verdict(example, f"你好，请问{wording}？")
            assert isinstance(found, Answer), wording
            assert found.hit.entry == entry


def test_entries_are_believable(example_entries: tuple[Entry, ...]) -> None:
    assert len(example_entries) >= 60
    for entry in example_entries:
        assert 2 <= len(entry.aliases) <= 4
        assert len(entry.answer.split("\n")) <= 4
        assert "http" not in entry.answer
        assert entry.category
    wordings = Counter(fold(text) for entry in example_entries for text in (entry.question, *entry.aliases))
    assert [text for text, times in wordings.items() if times > 1] == []


def test_the_answers_of_the_journeys(example: KnowledgeBase) -> None:
    certificate, printer = example.get("K-037"), example.get("K-102")
    assert certificate is not None
    assert printer is not None
    assert (
        certificate.answer
        == "多半是电脑时间不对或旧版客户端。\n① 把系统时间改为自动校时 ② 退出后装 3.2 以上版本"
    )
    assert printer.answer == "请在“设置-设备”里点“重新搜索”，仍没有就重启打印服务。"


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("hi, I forgot my password", "E-001"),
        ("printer not printing anything", "E-003"),
        ("HOW DO I RESET MY PASSWORD???", "E-001"),
        ("how can I book a meeting room", "E-014"),
        ("i lost my badge", "E-020"),
    ],
)
def test_english_questions_are_answered(english: KnowledgeBase, text: str, id_: str) -> None:
    found = verdict(english, text)
    assert isinstance(found, Answer)
    assert found.hit.entry.id == id_


@pytest.mark.parametrize(
    "text", ["what is for lunch today", "thanks, have a nice day", "who won the match yesterday"]
)
def test_english_chatter_finds_nothing(english: KnowledgeBase, text: str) -> None:
    assert verdict(english, text) == Nothing()
