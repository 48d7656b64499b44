"""A password that is said in a group is nowhere in the store, in another room or on paper, whatever it is said with."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.tickets.secrecy import HIDDEN
from tests.bot.office import CUSTOMER, DUTY, Office

_SECRET = "s3cretWord9"


def _kept(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "said",
    [
        ["报障 登不上，密码是 {}"], ["@小首 教务系统登不上，密码 {}", "1"], ["报障 登不上", "1001 密码：{}"], ["报障 登不上", "催单 1001 密码 {}"],
        ["报障 登不上", "补充 1001 密码 {}"], ["投诉 工程师拿了我的密码 {} 不还"], ["我们的密码是 {}", "报障 登不上"], ["@小首 帮我看看", "密码是 {}"],
    ],
    ids=str,
)  # fmt: skip
async def test_a_password_of_the_group_is_kept_nowhere(
    office: Office, tmp_path: Path, said: list[str]
) -> None:
    for text in said:
        await office.hear(CUSTOMER, "王老师", text.format(_SECRET), times=2)
    await office.hear(DUTY, "工程师01", "待办")
    assert _SECRET.encode() not in _kept(tmp_path)
    assert not any(_SECRET in each.message.text for each in office.chat.said)


@pytest.mark.asyncio
async def test_who_said_it_hears_so_once_for_a_ticket(reported: Office) -> None:
    await reported.hear(CUSTOMER, "王老师", f"1001 密码：{_SECRET}")
    assert [text.startswith("⚠️ 密码") for text in reported.said(CUSTOMER)] == [True]
    assert HIDDEN in f"{await reported.events()}"
    assert (await reported.ticket()).hides_secrets
    await reported.hear(CUSTOMER, "王老师", f"1001 密码：{_SECRET}2")
    assert reported.said(CUSTOMER) == []
    await reported.hear(CUSTOMER, "李老师", f"报障 投影仪也黑屏，密码：{_SECRET}")
    assert any("⚠️ 密码" in text for text in reported.said(CUSTOMER))


@pytest.mark.asyncio
async def test_what_an_engineer_tells_the_customer_in_the_group_is_not_kept_either(
    reported: Office, tmp_path: Path
) -> None:
    await reported.hear(CUSTOMER, "工程师01", f"1001 新密码是 {_SECRET}")
    assert _SECRET.encode() not in _kept(tmp_path)
    assert reported.said(CUSTOMER) == []


@pytest.mark.asyncio
async def test_what_is_said_privately_reaches_the_engineers(office: Office) -> None:
    await office.hear(DUTY, "工程师01", f"报障 育才小学 登不上，密码是 {_SECRET}")
    assert any(_SECRET in text for text in office.said(DUTY))
