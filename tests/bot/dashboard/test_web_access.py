"""Who is let in: links, sessions, hosts and origins."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest

from bot.access import LINK_LASTS, SESSION_LASTS, Access, is_same_origin
from bot.clock import StillClock
from bot.config import WebConfig

_HIDDEN = re.compile(r'type="hidden" name="([^"]*)" value="([^"]*)"')
START = datetime(2026, 3, 6, 2, 0, tzinfo=UTC)
INSIDE = (
    "/",
    "/tickets/1001",
    "/letters",
    "/live/board",
    "/live/letters",
    "/live/tickets/1",
    "/metrics",
    "/nowhere",
)


def access(host: str = "127.0.0.1", *, travel: bool = False, **more: Any) -> tuple[Access, StillClock]:
    clock = StillClock(START)
    return Access(WebConfig(host, 8080, travel), clock, **more), clock


def token(link: str) -> str:
    return link.rpartition("token=")[2]


def test_a_link_works_once() -> None:
    door, _ = access()
    link = token(door.link("http://127.0.0.1:8080"))

    session = door.redeem(link)

    assert session is not None
    assert door.admits(session)
    assert door.redeem(link) is None


def test_a_link_is_good_for_an_hour() -> None:
    door, clock = access()
    early, late = token(door.link("http://a")), token(door.link("http://a"))

    clock.move_to(START + LINK_LASTS - timedelta(milliseconds=1))
    assert door.redeem(early) is not None
    clock.move_to(START + LINK_LASTS)
    assert door.redeem(late) is None


def test_a_session_ends_after_thirty_days_or_when_its_browser_logs_out() -> None:
    door, clock = access()
    first, second = door.redeem(token(door.link("b"))), door.redeem(token(door.link("b")))
    assert first is not None
    assert second is not None

    door.end(first)

    assert not door.admits(first)
    assert door.admits(second)
    clock.move_to(START + SESSION_LASTS)
    assert not door.admits(second)


@pytest.mark.parametrize("wrong", ["", "x", "链接", "\udcff"])
def test_nothing_but_a_link_logs_in(wrong: str) -> None:
    door, _ = access()
    door.link("http://127.0.0.1:8080")

    assert door.redeem(wrong) is None
    assert not door.admits(wrong)


def test_whoever_logs_in_leaves_everybody_else_in() -> None:
    door, _ = access()
    sessions = [door.redeem(token(door.link("b"))) for _ in range(3)]
    assert all(door.admits(session) for session in sessions)


@pytest.mark.parametrize(
    ("shown", "known"),
    [
        ("Bearer one", True),
        ("bearer two", True),
        ("Bearer three", False),
        ("Basic one", False),
        ("one", False),
        ("Bearer ", False),
        ("", False),
    ],
)
def test_a_program_shows_one_of_the_tokens_that_there_are(shown: str, known: bool) -> None:
    door, _ = access(tokens=("one", "two", ""))
    assert door.knows_token(shown) == known
    assert not access()[0].knows_token(shown)  # where there is none, no program is let in


def test_tokens_are_not_kept_as_they_are() -> None:
    door, _ = access()
    link = token(door.link("b"))

    assert link not in repr(vars(door))


@pytest.mark.parametrize(
    ("host", "travel", "needed"),
    [("127.0.0.1", True, False), ("localhost", True, False), ("::1", True, False), ("127.0.0.1", False, True), ("0.0.0.0", True, True), ("192.168.1.5", True, True), ("bot.example", True, True)],
)  # fmt: skip
def test_only_a_simulator_on_loopback_asks_nobody_to_log_in(host: str, travel: bool, needed: bool) -> None:
    assert access(host, travel=travel)[0].is_needed is needed


@pytest.mark.parametrize(
    ("host", "known"),
    [("127.0.0.1:8080", True), ("localhost", True), ("LOCALHOST:1", True), ("[::1]:8080", True), ("evil.example:8080", False), ("127.0.0.1.evil.example", False), ("", False), ("[broken", False)],
)  # fmt: skip
def test_on_loopback_only_names_of_this_machine_are_answered(host: str, known: bool) -> None:
    assert access()[0].knows_host(host) is known


def test_elsewhere_any_name_may_lead_here() -> None:
    assert access("0.0.0.0")[0].knows_host("bot.example")
    assert access(hosts=["Bot.Example"])[0].knows_host("bot.example:443")


def test_the_welcome_is_an_address_or_a_link() -> None:
    open_door = access(travel=True)[0]
    assert open_door.welcome("http://127.0.0.1:8080", str, has_chat=False) == "看板 http://127.0.0.1:8080/"
    assert open_door.welcome("http://127.0.0.1:8080", str, has_chat=True).endswith(
        "　试聊 http://127.0.0.1:8080/chat"
    )
    door, _ = access("0.0.0.0")
    said = door.welcome("http://0.0.0.0:8080", str, has_chat=True)
    assert "http://127.0.0.1:8080/login?token=" in said
    assert door.redeem(token(said)) is not None


@pytest.mark.parametrize(
    ("headers", "same"),
    [
        ({}, True),
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://bot:8080"}, False),
        ({"Origin": "http://bot:8080"}, True),
        ({"Origin": "http://bot:8081"}, False),
        ({"Origin": "null"}, False),
    ],
)
def test_changes_come_from_our_own_pages(headers: dict[str, str], same: bool) -> None:
    assert is_same_origin(headers, "bot:8080") is same


@pytest.mark.asyncio
@pytest.mark.parametrize("path", INSIDE)
async def test_without_a_login_nothing_is_shown(opens: Any, path: str) -> None:
    stand = await opens(travel=False)
    await stand.say("王老师", "报障 打印机坏了")

    page = await stand.page(path, status=401)

    assert "请先登录" in page
    assert "打印机" not in page
    assert "<nav" not in page  # nor where one could go


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/letters", "/logout", "/invite"])
async def test_without_a_login_nothing_is_changed(opens: Any, path: str) -> None:
    assert (await (await opens(travel=False)).post(path)).status == 401


@pytest.mark.asyncio
async def test_the_link_lets_one_browser_in(opens: Any) -> None:
    stand = await opens(travel=False)
    link = stand.access.link("")

    answer = await stand.get(link)

    assert (answer.status, answer.headers["Location"]) == (303, "/")
    cookie = answer.cookies["shouwen_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert not cookie["secure"]  # it would not come back over plain HTTP
    assert "没有在办的单" in await stand.page("/")
    unused = stand.access.link("")
    assert (await stand.get(unused)).headers["Location"] == "/"
    assert stand.access.redeem(unused.rpartition("=")[2])  # who is in already leaves it for somebody else
    stand.client.session.cookie_jar.clear()
    stale = await stand.page(link, status=403)
    assert ("用不了了" in stale, "<nav" in stale) == (True, False)
    await stand.page("/", status=401)
    behind_a_proxy = await stand.get(stand.access.link(""), X_Forwarded_Proto="https")
    assert behind_a_proxy.cookies["shouwen_session"]["secure"]


@pytest.mark.asyncio
async def test_a_link_that_is_too_old_or_invented_says_how_to_get_another(opens: Any) -> None:
    stand = await opens(travel=False)
    link = stand.access.link("")
    stand.clock.forward(LINK_LASTS)

    assert "请已登录的同事给您一个" in await stand.page(link, status=403)
    assert "请已登录的同事给您一个" in await stand.page("/login?token=guess", status=403)
    assert "请先登录" in await stand.page("/login", status=401)


@pytest.mark.asyncio
async def test_looking_at_a_link_does_not_use_it_up(opens: Any) -> None:
    stand = await opens(travel=False)
    link = stand.access.link("")

    assert (await stand.client.head(link)).status == 401
    assert (await stand.get(link, Sec_Purpose="prefetch;prerender")).status == 503

    assert (await stand.get(link)).status == 303


@pytest.mark.asyncio
async def test_behind_https_the_session_is_for_https_only(opens: Any) -> None:
    stand = await opens(travel=False)
    answer = await stand.get(stand.access.link(""), X_Forwarded_Proto="https")
    assert answer.cookies["shouwen_session"]["secure"]


@pytest.mark.asyncio
async def test_logging_out_ends_the_session_itself(opens: Any) -> None:
    stand = await opens(travel=False)
    session = (await stand.get(stand.access.link(""))).cookies["shouwen_session"].value

    answer = await stand.post("/logout")
    assert (answer.status, answer.cookies["shouwen_session"].value) == (303, "")

    assert not stand.access.admits(session)
    await stand.page("/", status=401)


@pytest.mark.asyncio
async def test_whoever_is_inside_can_let_a_colleague_in(opens: Any) -> None:
    stand = await opens(travel=False)
    await stand.get(stand.access.link(""))

    page = await (await stand.post("/invite", Sec_Fetch_Site="same-origin")).text()

    invitation = page.partition("token=")[2].partition("<")[0]
    assert stand.access.redeem(invitation) is not None


@pytest.mark.asyncio
@pytest.mark.parametrize("headers", [{"Sec_Fetch_Site": "cross-site"}, {"Origin": "http://evil.example"}])
async def test_another_site_changes_nothing(stand: Any, headers: dict[str, str]) -> None:
    answer = await stand.post("/letters", {"key": "t1001.1.0"}, **headers)
    assert answer.status == 403
    assert "请求来自别的网站" in await answer.text()


@pytest.mark.asyncio
async def test_a_foreign_name_for_this_machine_is_refused(stand: Any) -> None:
    await stand.say("王老师", "报障 打印机坏了")

    page = await stand.page("/", status=421, Host="evil.example:8080")

    assert ("打印机" in page, "<nav" in page) == (False, False)
    assert (await stand.get("/healthz", Host="evil.example")).status == 200
    assert (await stand.get("/hooks/web", Host="bot.example")).status == 200


@pytest.mark.asyncio
async def test_what_was_typed_when_a_session_ended_is_given_back_and_sent_once_more(opens: Any) -> None:
    stand = await opens(travel=False)
    typed = [("question", "打印机卡纸"), ("answer", '开盖取纸 <b>"轻轻"</b>'), ("by", "chen")]
    answer = await stand.post("/knowledge/entries?lang=zh", typed, Sec_Fetch_Site="same-origin")
    page = await answer.text()
    assert answer.status == 401
    assert "再提交一次" in page
    assert 'action="/knowledge/entries?lang=zh"' in page
    assert "&lt;b&gt;" in page

    await stand.get(stand.access.link(""))
    fields = [(name, unescape(value)) for name, value in _HIDDEN.findall(page)]
    assert fields == typed
    again = await stand.post("/knowledge/entries?lang=zh", fields, Sec_Fetch_Site="same-origin")
    assert again.status == 303
    assert "轻轻" in await stand.page(again.headers["Location"])


@pytest.mark.asyncio
async def test_what_another_site_sends_is_not_given_back(opens: Any) -> None:
    stand = await opens(travel=False)
    for path, fields in (("/knowledge/entries", [("question", "甲")]), ("/invite", [])):
        site = "cross-site" if fields else "same-origin"
        answer = await stand.post(path, fields, Sec_Fetch_Site=site)
        assert answer.status == 401
        assert "再提交一次" not in await answer.text()
