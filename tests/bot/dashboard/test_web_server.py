"""The server around the pages: callbacks, health, figures, files, faults."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from yarl import URL

from adapters.contract import DeliveryFailed
from bot.store.contract import Change
from bot.store.faults import StoreFault
from bot.store.messages import Queued


async def figures(stand: Any) -> dict[tuple[str, str], float]:
    text = await stand.page("/metrics")
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.asyncio
async def test_callbacks_reach_their_adapter_without_a_login(opens: Any) -> None:
    stand = await opens(travel=False)

    answer = await stand.client.post(
        "/hooks/web", data="hello", headers={"Origin": "https://platform.example"}
    )
    below = await stand.client.get("/hooks/web/v11/event")

    assert await answer.json() == {"method": "POST", "tail": "", "body": "hello"}
    assert (await below.json())["tail"] == "v11/event"


@pytest.mark.asyncio
async def test_callbacks_for_nobody_are_not_found(opens: Any, quiet_chat: Callable[[], Any]) -> None:
    stand = await opens(chat=quiet_chat())
    assert (await stand.client.post("/hooks/nobody")).status == 404
    assert (await stand.client.post("/hooks/web")).status == 404


@pytest.mark.asyncio
async def test_a_platform_that_hangs_up_is_no_fault_of_ours(
    stand: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    stand.chat.hang_up = True

    answer = await stand.client.post("/hooks/web")

    assert answer.status == 400
    assert "Traceback" not in await answer.text() + capsys.readouterr().out


@pytest.mark.asyncio
async def test_alive_is_told_to_anybody(opens: Any) -> None:
    assert await (await opens(travel=False)).page("/healthz") == "ok"


@pytest.mark.asyncio
async def test_ready_says_why_not(opens: Any) -> None:
    stand = await opens(travel=False)
    answer = await stand.get("/readyz")
    assert (answer.status, await answer.json()) == (
        200,
        {"ready": True, "reasons": [], "adapters": {"web": True}},
    )

    stand.health.ready, stand.health.connections["web"] = False, False
    stand.health.silence = timedelta(minutes=3)
    answer = await stand.get("/readyz")

    assert (answer.status, await answer.json()) == (
        503,
        {
            "ready": False,
            "reasons": ["starting or stopping", "deadlines were last looked at 180 s ago"],
            "adapters": {"web": False},
        },
    )


@pytest.mark.asyncio
async def test_a_clock_that_was_moved_makes_nobody_unready(stand: Any) -> None:
    stand.clock.forward(timedelta(days=1))
    assert (await stand.get("/readyz")).status == 200


@pytest.mark.asyncio
async def test_a_platform_that_is_not_connected_does_not_make_us_unready(stand: Any) -> None:
    stand.health.connections["web"] = False
    assert (await stand.get("/readyz")).status == 200


@pytest.mark.asyncio
async def test_a_store_that_cannot_be_read_is_a_reason(stand: Any) -> None:
    await stand.bot.outbox.close()
    await stand.bot.store.close()
    answer = await stand.get("/readyz")
    assert answer.status == 503
    assert "数据库读不出来" in (await answer.read()).decode()  # readable also where it is not decoded


@pytest.mark.asyncio
async def test_a_store_that_is_silent_is_a_reason_soon(stand: Any) -> None:
    """However long a commit would wait for it."""
    stand.bot.store.next_due_at = asyncio.Event().wait
    async with asyncio.timeout(10):
        answer = await stand.get("/readyz")
    assert (answer.status, (await answer.json())["reasons"]) == (503, ["the store does not answer"])


@pytest.mark.asyncio
async def test_figures_count_tickets_and_messages(stand: Any) -> None:
    stand.chat.refused["web:group:duty"] = DeliveryFailed("被移出群")
    await stand.say("王老师", "报障 打印机坏了")
    del stand.chat.refused["web:group:duty"]
    await stand.say("王老师", "报障 投影不亮")
    await stand.say("zhang", "接单 1002", room="duty")
    await stand.say("吴老师", "报障 没声音", room="shiyan")
    await stand.say("zhang", "解决 1003 原因:静音 方法:开声音 预防:无", room="duty")
    stand.clock.forward(timedelta(minutes=31))

    found = await figures(stand)

    assert found[("shouwen_open_tickets", "unclaimed")] == 1
    assert found[("shouwen_open_tickets", "claimed")] == 1
    assert found[("shouwen_open_tickets", "solved")] == 1
    assert found[("shouwen_overdue_tickets", "")] == 2
    assert found[("shouwen_due_tickets", "")] == 2
    assert found[("shouwen_dead_letters", "")] == 1
    assert found[("shouwen_outbox_waiting", "web")] == 0
    assert found[("shouwen_adapter_connected", "web")] == 1
    assert found[("shouwen_start_time_seconds", "")] == stand.health.ticked_at.timestamp()
    assert found[("shouwen_last_tick_time_seconds", "")] == stand.health.ticked_at.timestamp()


@pytest.mark.asyncio
async def test_figures_tell_what_the_auditor_found(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    assert ("shouwen_audit_time_seconds", "") not in await figures(stand)
    await stand.bot.auditor.round()
    stand.clock.forward(timedelta(hours=2))
    await stand.bot.auditor.round()
    found = await figures(stand)
    assert found[("shouwen_audit_tickets", "")] == 1
    assert found[("shouwen_audit_unserved_tickets", "")] == 1
    assert found[("shouwen_audit_failed_tickets", "")] == 0
    assert found[("shouwen_audit_repaired_total", "")] == 0
    assert found[("shouwen_audit_time_seconds", "")] > 0


@pytest.mark.asyncio
async def test_messages_that_wait_are_counted_by_adapter(stand: Any) -> None:
    now = stand.clock.now()
    message = Queued(key="k", adapter="web", room="web:group:yucai", text="稍后", created_at=now)
    await stand.bot.store.commit(Change(at=now, outgoing=(message,)))

    assert (await figures(stand))[("shouwen_outbox_waiting", "web")] == 1


@pytest.mark.asyncio
async def test_every_answer_keeps_a_page_from_being_misused(stand: Any) -> None:
    for path in ("/", "/letters", "/tickets/1", "/healthz", "/nowhere"):
        headers = (await stand.get(path)).headers
        assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.asyncio
async def test_pages_carry_no_script_or_style_of_their_own(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")
    for path in ("/", "/tickets/1001", "/letters"):
        page = await stand.page(path)
        assert "<style" not in page
        assert " style=" not in page
        assert page.count("<script") == page.count('<script type="module" src=') + page.count(
            "<script defer src="
        )


@pytest.mark.parametrize(
    "path", ["/", "/metrics", "/knowledge/export.csv", "/healthz", "/api/v1/findings", "/nowhere"]
)
@pytest.mark.asyncio
async def test_no_cache_keeps_what_is_for_those_who_are_logged_in(stand: Any, path: str) -> None:
    answer = await stand.get(path)

    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Server"] == "shouwen"


@pytest.mark.asyncio
async def test_no_address_makes_a_link_to_another_site(stand: Any) -> None:
    address = URL(f"{stand.client.make_url('/')}/evil.example/x", encoded=True)
    answer = await stand.client.session.get(address)

    assert answer.status == 404
    assert "evil.example" not in await answer.text()


@pytest.mark.asyncio
async def test_files_are_kept_for_ever_under_the_digest_of_their_content(stand: Any) -> None:
    page = await stand.page("/letters")
    addresses = [part.partition('"')[0] for part in page.split('="')[1:] if part.startswith("/static/")]
    assert len(addresses) == 5

    for address in addresses:
        answer = await stand.get(address)
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]
    _, _, name = addresses[0].removeprefix("/static/").partition("/")
    other = await stand.get(f"/static/0123456789abcdef/{name}")
    assert (other.status, other.headers["Cache-Control"]) == (200, "no-cache")
    assert (await stand.get("/static/0123456789abcdef/../../web.py")).status == 404
    assert (await stand.get("/static/0123456789abcdef/%2e%2e/web.py")).status == 404


@pytest.mark.asyncio
async def test_an_adapter_with_pages_has_them_behind_the_login(
    opens: Any, paged_chat: Callable[[], Any]
) -> None:
    stand = await opens(travel=False, chat=paged_chat())
    await stand.page("/chat", status=401)
    await stand.get(stand.access.link(""))

    answer = await stand.get("/chat")

    assert "试聊" in await answer.text()
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"  # its own stays
    assert 'href="/chat"' in await stand.page("/")


@pytest.mark.asyncio
async def test_without_a_simulator_its_address_says_how_to_have_one(stand: Any) -> None:
    assert "[[adapters]]" in await stand.page("/chat", status=404)
    assert 'href="/chat"' not in await stand.page("/")


@pytest.mark.asyncio
async def test_a_fault_is_told_without_its_trace_and_logged_with_it(
    stand: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    async def broken(**_: object) -> list[object]:
        raise ZeroDivisionError

    stand.bot.store.open_tickets = broken

    page = await stand.page("/", status=500)

    assert "已记入日志" in page
    assert "Traceback" not in page
    assert "request_failed" in capsys.readouterr().out
    for_a_tool = await stand.get("/", Accept="application/json")
    assert (for_a_tool.status, for_a_tool.content_type) == (500, "text/plain")


@pytest.mark.asyncio
async def test_an_unknown_page_leads_back(stand: Any) -> None:
    page = await stand.page("/nowhere", status=404)
    assert "回到看板" in page
    assert "看看地址是不是打错了。" in page


@pytest.mark.asyncio
async def test_a_store_that_saves_nothing_is_a_reason_and_every_page_says_so(stand: Any) -> None:
    writer = stand.bot.store._writer
    writer.trouble = StoreFault(
        "磁盘满了（{error}），存不进数据库 {path}；请清出空间。", error="full", path="a.db"
    )
    answer = await stand.get("/readyz")
    assert (answer.status, (await answer.json())["reasons"]) == (
        503,
        ["store: 磁盘满了（full），存不进数据库 a.db；请清出空间。"],
    )
    page = await (await stand.get("/")).text()
    assert "现在什么都存不下：磁盘满了（full），存不进数据库 a.db；请清出空间。" in page
    assert 'data-part="alarm"></p>' not in page
    writer.trouble = None
    assert 'data-part="alarm"></p>' in await (await stand.get("/")).text()


@pytest.mark.asyncio
async def test_a_page_without_a_store_says_what_is_wrong(stand: Any) -> None:
    async def gone(**_: object) -> list[object]:
        raise StoreFault("Redis 没有回音；请检查服务器和网络。")

    stand.bot.store.open_tickets = gone
    answer = await stand.get("/")
    assert answer.status == 503
    assert "Redis 没有回音；请检查服务器和网络。" in await answer.text()
