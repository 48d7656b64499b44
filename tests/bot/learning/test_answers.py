"""What is an answer to a question nobody could answer, and what is talk."""

from __future__ import annotations

import pytest

from bot.learning.answers import said_answer


@pytest.mark.parametrize(
    "text",
    [
        "在“班牌管理-主题”里上传图片，尺寸 1920×1080",
        "请打总务处电话 8001",
        "先重启。还不行吗？\n那就报单。",
        "在首页点“忘记密码”，按绑定的手机号收验证码，收不到验证码怎么办见 K-003",
        "好的系统会自动同步，不用处理",
    ],
)
def test_an_answer_is_one(text: str) -> None:
    assert said_answer(text) == text


@pytest.mark.parametrize(
    "text",
    ["好的，我晚点写", "这个谁负责？", "好", "谢谢", "等我问一下食堂", "我不清楚", "明天再看", "先问问老张", "嗯嗯 回头弄", "？", "I do not know", "later", "这个怎么弄呢"],
)  # fmt: skip
def test_talk_is_none(text: str) -> None:
    assert said_answer(text) is None


def test_what_follows_the_word_is_one_whatever_it_is() -> None:
    assert said_answer("答案：明天再看") == "明天再看"
    assert said_answer("答案 在哪里买的？") == "在哪里买的？"
    assert said_answer("answer later") == "later"
