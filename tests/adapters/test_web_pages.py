"""The simulator over HTTP: the page, the stream of events, and what a browser may post."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from adapters.contract import (
    Button,
    Incoming,
    KnownPerson,
    KnownRoom,
    Mention,
    Outgoing,
    Surroundings,
)
from adapters.web import Settings, WebAdapter, create
from adapters.web.audience import MOST_WAITING

FRIDAY = datetime(2026, 3, 6, 8, 45, tzinfo=UTC)
YUCAI, DUTY = "web:group:yucai", "web:group:duty"
WANG, ZHANG = "web:wang", "web:zhang"
HELLO = {"room": YUCAI, "person": WANG, "text": "你好"}


class HandClock:
    """A clock moved by hand; whoever waits for it waits until `strike`."""

    def __init__(self) -> None:
        self.instant = FRIDAY
        self._struck = asyncio.Condition()
        self._strikes = 0

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.instant.timestamp()

    async def sleep(self, length: timedelta) -> None:
        seen = self._strikes
        async with self._struck:
            await self._struck.wait_for(lambda: self._strikes > seen)

    async def strike(self) -> None:
        async with self._struck:
            self._strikes += 1
            self._struck.notify_all()


class Machine:
    """A time machine for the clock, with a list of deadlines."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self.deadlines: list[datetime] = []

    async def forward(self, length: timedelta) -> datetime:
        self._clock.instant += length
        return self._clock.instant

    async def to_next_deadline(self) -> datetime | None:
        if not self.deadlines:
            return None
        self._clock.instant = self.deadlines.pop(0)
        return self._clock.instant


class Browser:
    """What a browser sees: the events of its stream, one after the other."""

    def __init__(self, stream: ClientResponse) -> None:
        self._stream = stream

    async def next(self) -> tuple[str, dict[str, Any]]:
        name = ""
        while line := (await self._stream.content.readline()).decode():
            field, _, value = line.rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                return name, json.loads(value)
        return "end", {}

    async def expect(self, name: str) -> dict[str, Any]:
        found, value = await self.next()
        assert found == name, value
        return value


@dataclass(frozen=True, slots=True)
class Stage:
    """A running simulator and somebody who looks at it."""

    adapter: WebAdapter
    clock: HandClock
    machine: Machine
    client: TestClient[web.Request, web.Application]

    async def look(self, query: str = "?lang=zh") -> tuple[Browser, dict[str, Any]]:
        browser = Browser(await self.client.get(f"/chat/events{query}"))
        return browser, await browser.expect("snapshot")

    async def post(self, what: str, body: object, **headers: str) -> tuple[int, dict[str, Any]]:
        async with self.client.post(f"/chat/{what}?lang=zh", json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def heard(self) -> Incoming:
        return await anext(self.adapter.incoming())

    async def tell(self, text: str, **more: Any) -> str:
        return await self.adapter.send(Outgoing(key=text, **{"room": YUCAI, "text": text, **more}))


def plain(message: dict[str, Any]) -> str:
    return "".join(piece["text"] for piece in message["pieces"])


async def staged(*, can_travel: bool = True) -> Stage:
    clock = HandClock()
    machine = Machine(clock)
    adapter = create(
        Settings(),
        Surroundings(
            name="web",
            bot_name="小首",
            clock=clock,
            rooms=(KnownRoom(YUCAI, "育才群"), KnownRoom(DUTY, "值班群")),
            people=(KnownPerson(WANG, "王老师", "contact"), KnownPerson(ZHANG, "老张", "engineer")),
            travel=machine if can_travel else None,
            zone=ZoneInfo("Asia/Shanghai"),
        ),
    )
    app = web.Application()
    app.add_routes(adapter.routes())
    client = TestClient(TestServer(app), read_bufsize=1 << 24)  # a snapshot is one long line
    await client.start_server()
    return Stage(adapter, clock, machine, client)


@pytest_asyncio.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = await staged()
    yield stage
    await stage.adapter.close()
    await stage.client.close()


@pytest.mark.asyncio
async def test_the_page_comes_in_the_language_of_the_browser_and_allows_only_its_own_files(
    stage: Stage,
) -> None:
    chinese = await stage.client.get("/chat")
    english = await stage.client.get("/chat", headers={"Accept-Language": "en-GB,en;q=0.9"})

    assert "模拟群聊" in await chinese.text()
    assert "Simulated group chat" in await english.text()
    policy = chinese.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.asyncio
async def test_every_file_that_the_page_asks_for_is_there(stage: Stage) -> None:
    page = await (await stage.client.get("/chat")).text()
    files = [part.split('"')[0] for part in page.split('="/chat/static/')[1:]]

    assert {file.split("?")[0] for file in files} == {"chat.css", "chat.js", "icon.svg"}
    for file in files:
        answer = await stage.client.get(f"/chat/static/{file}")
        assert answer.status == 200, file
        assert await answer.read()


@pytest.mark.asyncio
async def test_only_who_may_travel_sees_the_controls(stage: Stage) -> None:
    fixed = await staged(can_travel=False)

    assert 'data-testid="travel"' in await (await stage.client.get("/chat")).text()
    assert 'data-testid="travel"' not in await (await fixed.client.get("/chat")).text()
    await fixed.client.close()


@pytest.mark.asyncio
async def test_a_browser_begins_with_a_snapshot(stage: Stage) -> None:
    await stage.tell("大家好")

    _, snapshot = await stage.look()

    assert snapshot["bot"] == "小首"
    assert snapshot["clock"]["text"] == "2026-03-06 周五 16:45"
    assert [(room["name"], room["purpose"]) for room in snapshot["rooms"]] == [
        ("育才群", "customer"),
        ("值班群", "duty"),
    ]
    assert [person["name"] for person in snapshot["people"]] == ["王老师", "老张"]
    (message,) = snapshot["rooms"][0]["messages"]
    assert (plain(message), message["author"], message["time"]) == ("大家好", None, "16:45")


@pytest.mark.asyncio
async def test_what_one_browser_says_comes_in_and_both_browsers_see_it(stage: Stage) -> None:
    first, _ = await stage.look()
    second, _ = await stage.look("?lang=en")

    status, answer = await stage.post("say", {**HELLO, "text": "@小首 打印不出来"})

    assert status == 200
    incoming = await stage.heard()
    assert (incoming.message_id, incoming.text, incoming.is_addressed) == (
        answer["id"],
        "打印不出来",
        True,
    )
    seen, also_seen = await first.expect("message"), await second.expect("message")
    assert seen["id"] == also_seen["id"] == answer["id"]
    assert plain(seen) == "@小首 打印不出来"
    assert (seen["day"], also_seen["day"]) == ("2026-03-06 周五", "Fri 2026-03-06")


@pytest.mark.asyncio
async def test_what_the_bot_says_is_shown_with_quote_calls_and_buttons(stage: Stage) -> None:
    browser, _ = await stage.look()
    _, asked = await stage.post("say", HELLO)
    await browser.expect("message")

    sent = await stage.tell(
        "@老张 王老师在等",
        mentions=(Mention("老张", ZHANG),),
        buttons=(Button("接单", "接单 1024"),),
        quotes=asked["id"],
    )

    seen = await browser.expect("message")
    assert (seen["id"], seen["quotes"]) == (sent, asked["id"])
    assert seen["pieces"] == [{"text": "@老张", "calls": ZHANG}, {"text": " 王老师在等"}]
    assert seen["buttons"] == [{"label": "接单", "command": "接单 1024"}]


@pytest.mark.asyncio
async def test_an_edit_replaces_the_message_for_who_looks_and_who_comes_later(stage: Stage) -> None:
    browser, _ = await stage.look()
    card = await stage.tell("🆕 1024")
    await browser.expect("message")

    await stage.tell("1024 由 老张 接单", edits=card)

    seen = await browser.expect("edit")
    assert (seen["id"], plain(seen), seen["edited"]) == (card, "1024 由 老张 接单", True)
    _, snapshot = await stage.look()
    assert [plain(message) for message in snapshot["rooms"][0]["messages"]] == ["1024 由 老张 接单"]


@pytest.mark.asyncio
async def test_a_pressed_button_comes_in_and_everybody_sees_who_pressed_it(stage: Stage) -> None:
    card = await stage.tell("🆕 1024", room=DUTY, buttons=(Button("接单", "接单 1024"),))
    browser, _ = await stage.look()

    status, answer = await stage.post(
        "press", {"room": DUTY, "person": ZHANG, "message": card, "button": "接单 1024"}
    )

    assert status == 200
    incoming = await stage.heard()
    assert (incoming.command, incoming.quotes, incoming.message_id) == (
        "接单 1024",
        card,
        answer["id"],
    )
    seen = await browser.expect("message")
    assert (seen["pressed"], seen["author"]["name"]) == ("接单", "老张")


@pytest.mark.asyncio
async def test_a_quote_names_the_message_it_answers(stage: Stage) -> None:
    card = await stage.tell("已建单 1024")

    status, _ = await stage.post("say", {**HELLO, "quotes": card})

    assert status == 200
    assert (await stage.heard()).quotes == card


@pytest.mark.asyncio
async def test_a_private_message_of_the_bot_opens_a_room_for_everybody_who_looks(stage: Stage) -> None:
    browser, _ = await stage.look()

    await stage.tell("1026 归你了", room="web:private:zhang")

    room = await browser.expect("room")
    assert (room["name"], room["purpose"], room["person"]) == ("私聊 老张", "private", ZHANG)
    assert plain(await browser.expect("message")) == "1026 归你了"
    _, snapshot = await stage.look("?lang=en")
    assert snapshot["rooms"][2]["name"] == "Private: 老张"
    assert len(snapshot["rooms"][2]["messages"]) == 1


@pytest.mark.asyncio
async def test_a_visitor_is_introduced_once(stage: Stage) -> None:
    browser, _ = await stage.look()

    for _ in range(2):
        await stage.post("say", {**HELLO, "person": "web:孙老师"})

    assert await browser.expect("person") == {
        "account": "web:孙老师",
        "name": "孙老师",
        "role": "visitor",
    }
    await browser.expect("message")
    await browser.expect("message")


@pytest.mark.asyncio
async def test_markup_stays_text(stage: Stage) -> None:
    browser, _ = await stage.look()
    hostile = "<img src=x onerror=alert(1)>\nevent: snapshot\ndata: {}\n\n&amp;"

    await stage.post("say", {**HELLO, "text": hostile})

    assert plain(await browser.expect("message")) == hostile
    assert (await stage.heard()).text == hostile


@pytest.mark.asyncio
async def test_time_moves_by_so_many_seconds(stage: Stage) -> None:
    browser, _ = await stage.look()

    status, answer = await stage.post("travel", {"seconds": 300})

    assert (status, answer["moved"], answer["text"]) == (200, True, "2026-03-06 周五 16:50")
    assert (await browser.expect("clock"))["text"] == "2026-03-06 周五 16:50"
    await stage.tell("⏳ 1024 还没人接")
    assert (await browser.expect("message"))["time"] == "16:50"


@pytest.mark.asyncio
async def test_time_moves_to_the_next_deadline_when_there_is_one(stage: Stage) -> None:
    stage.machine.deadlines.append(FRIDAY + timedelta(days=3))

    _, reached = await stage.post("travel", {"to": "next"})
    status, nothing = await stage.post("travel", {"to": "next"})

    assert (reached["moved"], reached["text"]) == (True, "2026-03-09 周一 16:45")
    assert (status, nothing["moved"], nothing["text"]) == (200, False, "2026-03-09 周一 16:45")


@pytest.mark.asyncio
async def test_without_the_power_nobody_moves_time() -> None:
    stage = await staged(can_travel=False)

    status, answer = await stage.post("travel", {"seconds": 300})

    assert (status, answer["error"]) == (404, "no_travel")
    assert stage.clock.now() == FRIDAY
    await stage.client.close()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("say", {**HELLO, "room": "web:group:nowhere"}),
        ("say", {**HELLO, "person": "qq:1"}),
        ("say", {**HELLO, "text": "  "}),
        ("say", {**HELLO, "text": "长" * 4001}),
        ("say", {**HELLO, "text": 5}),
        ("say", {**HELLO, "quotes": "nothing"}),
        ("say", {**HELLO, "is_admin": True}),
        ("say", {"room": YUCAI}),
        ("say", []),
        ("press", {"room": YUCAI, "person": WANG, "message": "nothing", "button": "1"}),
        ("press", {"room": YUCAI, "person": WANG, "message": "card", "button": "删除"}),
        ("travel", {}),
        ("travel", {"seconds": 300, "to": "next"}),
        ("travel", {"seconds": 0}),
        ("travel", {"seconds": -5}),
        ("travel", {"seconds": 1.5}),
        ("travel", {"seconds": 10**12}),
        ("travel", {"to": "yesterday"}),
    ],
)
async def test_a_bad_request_is_answered_with_a_short_reason(stage: Stage, what: str, body: object) -> None:
    card = await stage.tell("您说的是哪一种？", buttons=(Button("1", "1"),))
    if isinstance(body, dict) and body.get("message") == "card":
        body = {**body, "message": card}

    status, answer = await stage.post(what, body)

    assert status == 400
    assert set(answer) == {"error", "says"}
    assert answer["says"]
    assert stage.clock.now() == FRIDAY


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [b"", b"null", b"{", b'{"room": "\xff"}', b"\x00", b'{"text": "\\ud800"}'])
async def test_what_is_no_json_is_refused(stage: Stage, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    async with stage.client.post("/chat/say", data=body, headers=headers) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "malformed")


@pytest.mark.asyncio
async def test_a_form_of_another_site_cannot_pass_for_json(stage: Stage) -> None:
    async with stage.client.post("/chat/say", data=json.dumps(HELLO).encode()) as answer:
        assert answer.status == 415


@pytest.mark.asyncio
async def test_a_body_beyond_the_limit_is_refused(stage: Stage) -> None:
    status, answer = await stage.post("say", {**HELLO, "text": "x" * 70_000})

    assert (status, answer["error"]) == (413, "too_large")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_site_cannot_speak(stage: Stage, headers: dict[str, str]) -> None:
    status, answer = await stage.post("say", HELLO, **headers)

    assert (status, answer["error"]) == (403, "cross_site")


@pytest.mark.asyncio
async def test_the_own_page_can_speak(stage: Stage) -> None:
    own = str(stage.client.make_url("/")).rstrip("/")

    assert (await stage.post("say", HELLO, Origin=own))[0] == 200
    assert (await stage.post("say", HELLO, **{"Sec-Fetch-Site": "same-origin"}))[0] == 200


@pytest.mark.asyncio
async def test_a_quiet_stream_is_kept_alive_with_the_clock(stage: Stage) -> None:
    browser, _ = await stage.look()
    stage.clock.instant += timedelta(minutes=1)

    await stage.clock.strike()

    assert (await browser.expect("clock"))["text"] == "2026-03-06 周五 16:46"


@pytest.mark.asyncio
async def test_closing_ends_the_streams(stage: Stage) -> None:
    browser, _ = await stage.look()

    await stage.adapter.close()

    assert (await browser.next())[0] == "end"
    late, _ = await stage.look()
    assert (await late.next())[0] == "end"
    assert (await stage.post("say", HELLO))[0] == 503


@pytest.mark.asyncio
async def test_a_browser_that_reads_too_slowly_is_cut_off_and_begins_afresh(stage: Stage) -> None:
    small = socket.socket()
    small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    small.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(small, (stage.client.host, stage.client.port))
    await loop.sock_sendall(small, b"GET /chat/events HTTP/1.1\r\nHost: x\r\n\r\n")
    begin = b""
    while b"event: snapshot" not in begin:
        begin += await loop.sock_recv(small, 4096)

    sent = 0
    for number in range(800):  # more than all buffers on the way hold together
        await stage.tell(f"{number} " + "长" * 3900)
        sent += 1
        await asyncio.sleep(0)

    received = 0
    async with asyncio.timeout(20):
        try:
            while chunk := await loop.sock_recv(small, 1 << 20):
                received += chunk.count(b"event: message")
        except ConnectionResetError:
            pass
    small.close()
    assert received < sent - MOST_WAITING
    _, snapshot = await stage.look()
    assert plain(snapshot["rooms"][0]["messages"][-1]).startswith("799 ")
