"""What people ask after their own ticket in their own words, and sentences that only sound alike."""

from __future__ import annotations

import pytest

from bot.meaning.wishes import Wish, is_over, is_pressing, wish


@pytest.mark.parametrize(
    "text",
    ["到哪了？", "有什么进展吗", "有人来修吗", "修好了没", "处理得怎么样了", "什么时候能来", "大概多久能修好呢", "现在什么情况", "谁在处理", "有结果了吗", "今天能来吗", "最快什么时候能来", "今天有人上班吗", "下午能修好吗"],
)  # fmt: skip
def test_people_ask_how_far_it_is(text: str) -> None:
    assert wish(text) is Wish.HOW_FAR


@pytest.mark.parametrize(
    "text", ["催一下", "麻烦再催一下吧", "能快点吗", "尽快处理！", "等很久了", "怎么还没人来"]
)
def test_people_want_it_sooner(text: str) -> None:
    assert wish(text) is Wish.SOONER


@pytest.mark.parametrize(
    "text",
    [
        "不用修了",
        "算了，不用来了",
        "不用了，自己好了",
        "自己好了，不用修了",
        "它自己又好了",
        "不用来了，好了",
        "撤单吧，重启好了",
        "自己好了，不用过来了哈",
        "刚刚又好了，不用麻烦了",
        "没事了，好了",
    ],
)
def test_people_need_it_no_more(text: str) -> None:
    assert wish(text) is Wish.NO_MORE


@pytest.mark.parametrize("text", ["重启好了，不用来修了", "不用派师傅了，已经好了", "撤单，自己好了"])
def test_that_it_works_and_need_not_be_repaired_says_it_by_itself(text: str) -> None:
    assert is_over(text)


@pytest.mark.parametrize(
    "text", ["不用来了，好了", "不用等我了", "会议改到线上了，不用来了", "好了，我先走了", "作业不用交了"]
)
def test_what_need_not_be_may_be_anything(text: str) -> None:
    assert not is_over(text)


@pytest.mark.parametrize(
    "text",
    [
        "找人来看看吧",
        "叫个师傅过来修一下",
        "派个工程师来",
        "能不能找人看看",
        "来个人修一下吧",
        "我要人工客服",
    ],
)
def test_people_want_somebody_to_come(text: str) -> None:
    assert wish(text) is Wish.SOMEBODY


@pytest.mark.parametrize(
    "text", ["叫家长来学校", "来人多吗", "找人借投影仪", "人工智能课几点", "安排人事来签字"]
)
def test_other_people_are_other_people(text: str) -> None:
    assert wish(text) is not Wish.SOMEBODY


@pytest.mark.parametrize(
    "text",
    [
        "",
        "？？？",
        "不用谢",
        "投影仪什么时候能修好",
        "到哪了解政策",
        "处理器坏了",
        "修好了打印机又坏了",
        "快点名了",
        "不用密码怎么登录",
        "谁来帮我把三楼的投影仪搬到一楼会议室去并且调好",
    ],
)
def test_other_sentences_are_no_wish(text: str) -> None:
    assert wish(text) is None


@pytest.mark.parametrize(
    ("text", "wished"),
    [
        ("Any news?", Wish.HOW_FAR),
        ("is anyone coming", Wish.HOW_FAR),
        ("When will it be fixed?", Wish.HOW_FAR),
        ("what’s the status", Wish.HOW_FAR),
        ("can you hurry up please", Wish.SOONER),
        ("we have been waiting so long", Wish.SOONER),
        ("never mind, it works again", Wish.NO_MORE),
        ("No need to come any more", Wish.NO_MORE),
        ("can somebody come and look?", Wish.SOMEBODY),
        ("I want to talk to a human", Wish.SOMEBODY),
        ("please send someone over", Wish.SOMEBODY),
        ("it works again", None),
        ("when will the holidays begin", None),
        ("can somebody come to room 12 with the key", None),
        ("who is the headmaster", None),
        ("engineer", None),
    ],
)
def test_people_ask_in_english(text: str, wished: Wish | None) -> None:
    assert wish(text) is wished


@pytest.mark.parametrize(
    "text",
    [
        "急",
        "急急急！",
        "很急，明天早上七点有活动",
        "着急用",
        "能不能现在就来",
        "it's urgent, concert at seven",
    ],
)
def test_something_is_urgent(text: str) -> None:
    assert is_pressing(text)


@pytest.mark.parametrize(
    "text", ["急死我了，试卷还没改完", "能快点吗", "快点来开会", "马上来", "马上上课了", "急救箱在哪", "不急"]
)
def test_what_is_pressing_among_colleagues_is_not(text: str) -> None:
    assert not is_pressing(text)
