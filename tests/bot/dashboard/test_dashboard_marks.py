"""What stands out on the pages: tones of promises, what an auditor found, contracts that are over, languages, places."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from bot.dashboard.board import Tone
from bot.dashboard.promises import promises
from bot.tickets import steps as s
from bot.tickets.kinds import ClockKind, WaitsFor
from bot.tickets.speaker import Speaker
from tests.bot.tickets.conftest import HOUR, MINUTE, ZONE, Case
from tests.bot.tickets.conftest import rules as rules


def tones(case: Case) -> dict[str, Tone]:
    speaker = Speaker(str, ZONE, case.now)
    return {each.name: each.tone for each in promises(case.ticket, speaker, case.rules, "zh")}


def test_a_promise_is_late_from_the_moment_on_that_it_is_not_kept_and_stays_so(rules: Any) -> None:
    case = Case(rules)
    assert tones(case) == {"响应": Tone.FINE, "解决": Tone.FINE}
    case.waits(20 * MINUTE)
    assert tones(case)["响应"] is Tone.FINE  # at the very instant it is still in time
    case.waits(timedelta.resolution)
    assert tones(case)["响应"] is Tone.LATE
    case.does(s.Say(case.zhang, "在看"))
    assert tones(case)["响应"] is Tone.LATE
    case.does(s.Pause(case.zhang, WaitsFor.CUSTOMER, "序列号"))
    assert tones(case)["解决"] is Tone.STILL
    in_time = Case(rules)
    in_time.waits(MINUTE).does(s.Say(in_time.zhang, "在看"))
    in_time.waits(HOUR)
    assert tones(in_time) == {"响应": Tone.FINE, "解决": Tone.FINE}
    in_time.does(s.Withdraw(in_time.requester))
    in_time.waits(20 * HOUR)
    assert tones(in_time)["解决"] is Tone.STILL  # nothing is owed of what was withdrawn
    assert in_time.clock(ClockKind.RESOLVE).met_at is None


@pytest.mark.asyncio
async def test_what_the_auditor_found_is_told_in_so_many_sentences_as_there_is_to_tell(stand: Any) -> None:
    await stand.bot.tick(stand.clock.now())
    await stand.say("王老师", "报障 打印机坏了")
    await stand.bot.auditor.round()
    says = {"repaired": "修正了 2 个", "unserved": "2 张单到点了", "failed": "2 张单的时限算不出来"}
    plain = stand.bot.auditor.latest
    for found in (*says, None):
        stand.bot.auditor.latest = replace(plain, **{found: 2}) if found else plain
        page = await stand.page("/duty")
        assert {name for name, words in says.items() if words in page} == ({found} if found else set())


@pytest.mark.asyncio
async def test_the_language_is_remembered_where_no_script_reads_it_and_only_when_it_was_asked_for(
    stand: Any,
) -> None:
    plain = await stand.get("/")
    assert "Set-Cookie" not in plain.headers
    assert "lang=en" in await plain.text()
    asked = await stand.get("/?lang=en")
    cookie = asked.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "lang=zh" in await asked.text()  # and back
    assert 'lang="en"' in await stand.page("/")


@pytest.mark.asyncio
async def test_a_trial_is_one_with_the_bot_called_by_name_unless_somebody_unticks_it(stand: Any) -> None:
    for query, is_ticked in (("", True), ("?text=好的", False), ("?text=好的&addressed=on", True)):
        page = await stand.page(f"/knowledge/try{query}")
        assert ('name="addressed" checked' in page) is is_ticked


@pytest.mark.asyncio
async def test_a_new_entry_is_for_whom_somebody_asked_it(stand: Any) -> None:
    page = await stand.page("/knowledge/new?question=投影&customer=yucai")
    assert re.search(r'<option value="yucai" selected', page)
    assert "selected" not in (await stand.page("/knowledge/new?question=投影")).replace(
        'value="" selected', ""
    )


@pytest.mark.asyncio
async def test_the_board_shows_what_is_late_what_is_done_and_what_rests(stand: Any) -> None:
    for number, (person, room) in enumerate(
        [("王老师", "yucai"), ("李老师", "shiyan"), ("孙老师", "shiyan")]
    ):
        await stand.say(person, f"报障 {['打印机卡纸', '投影黑屏', '网络很慢'][number]}", room=room)
    await stand.say("zhang", "接单 1002", room="duty")
    await stand.say("zhang", "解决 1002 原因:主板损坏 方法:更换主板 预防:勿热插拔", room="duty")
    await stand.say("zhang", "暂停 1003 等客户 需要序列号", room="duty")
    await stand.pass_time(timedelta(minutes=31))
    shown = {
        state: re.findall(r'data-ticket="(\d+)"', await stand.page(f"/?state={state}"))
        for state in ("overdue", "solved", "unclaimed", "")
    }
    assert shown == {
        "overdue": ["1001"], "solved": ["1002"], "unclaimed": ["1001"], "": ["1001", "1003", "1002"]
    }  # fmt: skip
    assert "暂停中" in await stand.page("/")


@pytest.mark.asyncio
async def test_merged_tickets_lead_to_each_other_and_name_who_else_reported(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机卡纸")
    await stand.say("李老师", "报障 投影黑屏")
    await stand.say("zhang", "接单 1001", room="duty")
    await stand.say("zhang", "合并 1002 到 1001", room="duty")
    page = await stand.page("/tickets/1002")
    assert re.search(r"并入</dt>\s*<dd[^>]*>1001", page)
    main = await stand.page("/tickets/1001")
    assert "并入</dt>" not in main
    assert "李老师" in main
    assert "育才小学｜育才群" in main
