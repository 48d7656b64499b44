"""A published framework talks to the QQ platform of these tests, so that passing them means something."""

from __future__ import annotations

import asyncio
import sys
import textwrap

import pytest

from tests.adapters.qq_peers import APP_ID, SECRET

pytestmark = pytest.mark.asyncio

# In a process of its own, because this framework keeps everything in module-level state.
BOT = """
    import sys
    import nonebot
    from nonebot import on_message
    from nonebot.adapters.qq import Adapter, MessageEvent

    base, app_id, secret = sys.argv[1:]
    nonebot.init(
        driver="~none+~aiohttp",
        log_level="ERROR",
        qq_api_base=base,
        qq_auth_base=f"{base}/app/getAppAccessToken",
        qq_bots=[{
            "id": app_id,
            "secret": secret,
            "intent": {"c2c_group_at_messages": True, "interaction": True},
        }],
    )
    driver = nonebot.get_driver()
    driver.register_adapter(Adapter)
    echo = on_message()

    @echo.handle()
    async def _(event: MessageEvent):
        await echo.send(f"{event.is_tome()} {event.get_plaintext()}")

    nonebot.run()
"""


async def test_nonebot_logs_in_hears_answers_and_resumes(qq_open):
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        textwrap.dedent(BOT),
        qq_open.base,
        APP_ID,
        SECRET,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            assert (await qq_open.logins.get())[0] == "identify"
        await qq_open.was_ready(1)
        asked = await qq_open.group_says("123456", "20001", "打印机坏了", name="王老师")
        posted = await qq_open.next_posted()
        assert (posted.text, posted.openid, posted.is_group) == ("True 打印机坏了", "123456", True)
        assert (posted.body["msg_id"], posted.body["msg_type"]) == (asked, 0)
        await qq_open.group_says("123456", "20001", "有人吗", name="王老师", sees_all=True)
        assert (await qq_open.next_posted()).text == "True 有人吗"
        await qq_open.privately_says("U1", "在吗")
        posted = await qq_open.next_posted()
        assert (posted.text, posted.openid, posted.is_group) == ("True 在吗", "U1", False)

        qq_open.is_cut()
        await qq_open.group_says("123456", "20001", "断线时说的", name="王老师")
        async with asyncio.timeout(30):
            assert (await qq_open.logins.get())[0] == "resume"
        assert (await qq_open.next_posted()).text == "True 断线时说的"
    finally:
        program.kill()
        await program.communicate()
