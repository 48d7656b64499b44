"""Which sentences ask what is promised, and which only sound alike; and what is said where nothing is."""

from __future__ import annotations

import pytest

from bot.promise_sentences import asks_for_promises, asks_how_soon, customer_named


@pytest.mark.parametrize(
    "text",
    [
        "服务承诺", "你们的服务承诺是什么？", "贵公司的服务标准有哪些", "SLA是多少", "响应时间是多少", "你们响应时限多久呀",
        "请问你们的服务时间是几点到几点", "What are your service levels?", "service level agreement", "what's your SLA",
        "show me your support hours",
    ],
)  # fmt: skip
def test_these_ask_what_is_promised(text: str) -> None:
    assert asks_for_promises(text, is_addressed=text.startswith("请问"))


@pytest.mark.parametrize(
    "text",
    ["多久响应", "你们一般多久响应？", "多长时间内能响应", "报修后多久上门", "工程师一般多久能到", "How fast do you respond?"],
)  # fmt: skip
def test_these_ask_how_soon(text: str) -> None:
    assert asks_how_soon(text, is_addressed=False)


@pytest.mark.parametrize("text", ["一般多久能修好", "大概多久到", "通常多久来"])
def test_these_ask_how_soon_where_they_are_said_to_the_bot(text: str) -> None:
    assert asks_how_soon(text, is_addressed=True)
    assert not asks_how_soon(text, is_addressed=False)


@pytest.mark.parametrize(
    "text",
    [
        "打印机多久能修好", "投影一般多久能修好", "网站响应时间是多少", "响应时间太长了", "服务承诺书要盖章吗", "食堂的服务标准是什么",
        "快递多久到", "我们的服务器响应时间多少正常", "这学期上课时间是几点到几点", "sla report attached", "the response times are bad",
        "how fast does the printer print", "多久没响应了", "他们多久回复", "密码多久换一次", "你们多久了",
    ],
)  # fmt: skip
def test_these_are_about_something_else(text: str) -> None:
    assert not asks_for_promises(text, is_addressed=True)
    assert not asks_how_soon(text, is_addressed=True)


def test_staff_call_the_customer_by_name() -> None:
    assert customer_named("实验小学的服务承诺是什么") == "实验小学"
    assert customer_named("Riverside SLA") == "Riverside"
    assert customer_named("服务承诺") == ""
    assert customer_named("这个月的服务承诺做得怎么样，" * 4) == ""
