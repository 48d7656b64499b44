"""Which sentences ask what is promised, and which only sound alike; and what is said where nothing is."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from bot.meaning.promise_sentences import asks_for_promises, asks_how_soon, customer_named
from tests.bot.office import CUSTOMER, DUTY, ENGINEERS, Office


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


_PROMISES = "育才小学 的服务承诺"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("room", "person", "text", "begins"),
    [
        (CUSTOMER, "王老师", "服务承诺 育才小学", _PROMISES),
        (CUSTOMER, "王老师", "服务承诺 育才小学 做得不错", ""),
        (CUSTOMER, "王老师", "服务承诺 实验小学", ""),  # another customer's is not theirs to read
        (CUSTOMER, "王老师", "@小首 服务承诺 实验小学", "这个我还没有答案"),
        (CUSTOMER, "王老师", "服务承诺 挂在墙上了", ""),
        (CUSTOMER, "王老师", "@小首 服务承诺 我想看", _PROMISES),
        (CUSTOMER, "王老师", "/服务承诺 我想看", _PROMISES),
        (CUSTOMER, "王老师", "@小首 你们的服务时间是什么", _PROMISES),
        (CUSTOMER, "王老师", "你们多久响应", _PROMISES),
        (CUSTOMER, "王老师", "@工程师01 你们多久响应", ""),
        (DUTY, ENGINEERS[0], "服务承诺", "请带上客户名"),
        (DUTY, ENGINEERS[0], "服务承诺 育才小学", _PROMISES),
        (DUTY, ENGINEERS[0], "服务承诺 红星小学", "没有叫 红星小学 的客户"),
        (DUTY, ENGINEERS[0], "服务标准 我们要统一一下", ""),
        (DUTY, ENGINEERS[0], "@小首 服务标准 我们要统一一下", "没有叫 我们要统一一下 的客户"),
        (DUTY, ENGINEERS[0], "sla breach again", ""),
        (DUTY, ENGINEERS[0], "/sla breach again", "没有叫 breach again 的客户"),
        (DUTY, ENGINEERS[0], "育才小学的服务承诺", _PROMISES),
        (DUTY, ENGINEERS[0], "红星小学的服务承诺", ""),
        (f"私聊 {ENGINEERS[0]}", ENGINEERS[0], "服务承诺 育才小学", _PROMISES),
        ("私聊 路人", "路人", "服务承诺", "还不知道您是哪家客户的"),
    ],
)  # fmt: skip
async def test_what_is_promised_is_said_to_whom_it_is_promised(
    office: Office, room: str, person: str, text: str, begins: str
) -> None:
    await office.hear(room, person, text)
    said = [each.message.text for each in office.chat.said]
    assert len(said) == bool(begins)
    assert not begins or said[0].startswith(begins)


@pytest.mark.asyncio
@pytest.mark.parametrize(("text", "is_said"), [("你们多久响应", False), ("@小首 你们多久响应", True)])
async def test_where_the_bot_answers_who_calls_it_only_who_calls_it_reads_them(
    offices: Any, text: str, is_said: bool
) -> None:
    config = (await offices()).bot.config
    rooms = tuple(msgspec.structs.replace(each, answer="mentioned") for each in config.rooms)
    office: Office = await offices(other=replace(config, rooms=rooms))
    await office.hear(CUSTOMER, "王老师", text)
    assert bool(office.said(CUSTOMER)) is is_said


@pytest.mark.asyncio
async def test_who_is_spoken_to_by_an_engineer_asks_the_engineer(office: Office) -> None:
    await office.hear(CUSTOMER, "王老师", "老师在吗")
    await office.hear(CUSTOMER, ENGINEERS[0], "在的，王老师请说")
    await office.hear(CUSTOMER, "王老师", "你们多久响应")
    assert office.said(CUSTOMER) == []


@pytest.mark.asyncio
async def test_where_nothing_is_promised_one_manager_is_named_who_can_be_asked(offices: Any) -> None:
    config = (await offices()).bot.config
    customers = tuple(msgspec.structs.replace(each, policy="") for each in config.customers)
    more = msgspec.structs.replace(config.people[-1], id="zhao", name="赵经理", accounts=("chat:赵经理",))
    for people, manager in ((config.people, "陈经理"), ((*config.people, more), "陈经理")):
        office: Office = await offices(other=replace(config, customers=customers, people=people))
        for room, person, text in (
            (CUSTOMER, "王老师", "服务承诺"),
            (DUTY, ENGINEERS[0], "服务承诺 育才小学"),
        ):
            await office.hear(room, person, text)
            assert office.said(room) == [f"这里还没有定服务承诺，请问 {manager}。"]


@pytest.mark.asyncio
async def test_of_what_waits_for_a_first_word_how_soon_is_said_of_the_ticket(reported: Office) -> None:
    await reported.hear(CUSTOMER, "王老师", "你们多久响应")
    [said] = reported.said(CUSTOMER)
    assert said.startswith("1001")
    await reported.hear(CUSTOMER, ENGINEERS[0], "1001 我来看")
    reported.clock.jump(timedelta(hours=1))
    await reported.hear(CUSTOMER, "王老师", "你们多久响应")
    [said] = reported.said(CUSTOMER)
    assert said.startswith(_PROMISES)
