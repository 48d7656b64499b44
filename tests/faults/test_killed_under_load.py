"""The bot is killed with SIGKILL at random points under load and started again on the same file, and nobody is forgotten.

The parent plays QQ: people report, ask, say that it works again; engineers claim and solve; deadlines pass in between. After
every reconnect everything that was said is delivered once more, as implementations of OneBot do.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
import socket
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bot.clock import SystemClock
from bot.store.registry import open_store
from bot.tickets.events import Escalated, SurveyAsked
from bot.tickets.records import first_break

pytestmark = pytest.mark.asyncio

ROOT = Path(__file__).parents[2]
KILLS = {False: 2, True: 5}  # a round
REPORTS_A_LIFE = 24
AT_ONCE = 12  # reports on their way
GROUPS = (101, 102, 103)
DUTY = 900
ENGINEERS = {10001: "老张", 10002: "小李"}
RESENT = "（重发）"
_OPENED = re.compile(r"已建单 (\d+)（")
_CARD = re.compile(r"🆕 (\d+) ")
_CLAIMED = re.compile(r"(\d+) 由 (老张|小李) 接单（")
_SOLVED = re.compile(r"✅ (\d+) 已处理")
_SURVEYED = re.compile(r"谢谢确认，(\d+) 已关闭。给这次服务打个分吧")
_RUNG = re.compile(r"(?:⏳|⚠️) (\d+) ")
_MORE = re.compile(r"……另有 (\d+) 单")
QUESTION, ANSWER = "忘记登录密码怎么办", "K-001"  # an answer names its entry
ENTRY = f"# 问题\n\n## {QUESTION} {{#K-001}}\n\n在登录页点“忘记密码”，按手机号收验证码。\n"

CONFIG = """
[bot]
timezone = "{zone}"
[store]
url = {store}
[faq]
files = ["faq.md"]
[web]
listen = "127.0.0.1:{port}"
[[adapters]]
name = "qq"
type = "onebot"
per_minute_room = 0
per_minute = 0
[[people]]
id = "zhang"
name = "老张"
role = "engineer"
accounts = ["qq:10001"]
[[people]]
id = "li"
name = "小李"
role = "engineer"
accounts = ["qq:10002"]
[[customers]]
id = "school"
name = "育才小学"
policy = "edu"
{rooms}
[[rooms]]
id = "duty"
name = "值班群"
address = "qq:group:900"
kind = "duty"
[policies.edu]
name = "教育"
ladder = "standard"
[[policies.edu.levels]]
id = "1"
name = "一级·瘫痪"
clocks = [{{ kind = "respond", within = "4h" }}]
[[policies.edu.levels]]
id = "2"
name = "二级·个别服务"
clocks = [{{ kind = "respond", within = "3s" }}]
[[ladders.standard]]
at = "50%"
tell = ["zhang"]
[[ladders.standard]]
at = "100%"
tell = ["zhang", "li"]
[notices]
per_room = 0
per_person = 0
"""


def configured(folder: Path, port: int, store: str = "") -> Path:
    rooms = "".join(
        f'[[rooms]]\nid = "room{group}"\nname = "群{group}"\naddress = "qq:group:{group}"\nkind = "customer"\n'
        f'customer = "school"\nduty = "duty"\n'
        for group in GROUPS
    )
    (folder / "faq.md").write_text(ENTRY, encoding="utf-8")
    file = folder / f"config-{port}.toml"
    store = json.dumps(store or f"sqlite:{folder / 'store.db'}")
    text = CONFIG.format(store=store, port=port, rooms=rooms, zone=zone_of_noon(SystemClock().now()))
    file.write_text(text, encoding="utf-8")
    return file


def zone_of_noon(now: datetime) -> str:
    """Return a zone in which it is about noon: nobody is asked for a rating at night."""
    east = (12 - now.hour + 11) % 24 - 11  # POSIX counts to the west
    return f"Etc/GMT{-east:+d}" if east else "Etc/GMT"


@dataclass(frozen=True)
class Shown:
    """One message of the bot as the people of a group have seen it."""

    group: int
    text: str
    quotes: str | None


@dataclass
class QQ:
    """What outlives every life of the bot: what people have said, and what they have been shown."""

    chance: random.Random
    said: list[dict[str, Any]] = field(default_factory=list)
    reports: dict[str, str] = field(default_factory=dict)  # text by message id
    reporters: dict[str, tuple[int, int]] = field(default_factory=dict)  # group and person by message id
    questions: set[str] = field(default_factory=set)
    claims: set[int] = field(default_factory=set)
    solutions: set[int] = field(default_factory=set)
    confirmations: set[int] = field(default_factory=set)
    shown: list[Shown] = field(default_factory=list)
    redelivered: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    ids: Any = field(default_factory=lambda: itertools.count(1))
    socket: ClientConnection | None = None
    frames_left: int | None = None  # until the bot is killed
    is_answering: bool = True

    async def connect(self, port: int) -> asyncio.Task[None]:
        headers = {"X-Self-ID": "10001000", "X-Client-Role": "Universal"}
        self.socket = await connect(f"ws://127.0.0.1:{port}/hooks/qq", additional_headers=headers, proxy=None)
        self.is_answering = True
        return asyncio.create_task(self._hear(self.socket))

    async def reports_something(self) -> None:
        number = next(self.ids)
        group, person = self.chance.choice(GROUPS), 20_000 + number
        if self.chance.random() < 0.15:
            self.questions.add(str(number))
            await self._says(number, group, person, f"{QUESTION}？")
            return
        text = f"教室 {number} 的投影机不亮"
        self.reports[str(number)] = text
        self.reporters[str(number)] = (group, person)
        await self._says(number, group, person, f"报障 {text}")

    async def delivers_again(self) -> None:
        """Everything, in any order; people have said it once, but the platform is not sure that the bot has heard it."""
        for event in self.chance.sample(self.said, len(self.said)):
            await self._emit(event)
            self.redelivered += 1

    def unanswered(self) -> set[str]:
        answered = {
            shown.quotes for shown in self.shown if _OPENED.search(shown.text) or ANSWER in shown.text
        }
        return (self.reports.keys() | self.questions) - answered

    def numbers(self, pattern: re.Pattern[str]) -> set[int]:
        return {int(found[1]) for shown in self.shown if (found := pattern.search(shown.text))}

    def owed(self) -> dict[str, set[Any]]:
        """Return what has not been said yet: in the group of a report, and in the duty room."""
        return {
            "reports": self.unanswered(),
            "cards": self.numbers(_OPENED) - self.numbers(_CARD),
            "claims": self.claims - self.numbers(_CLAIMED),
            "solutions": self.solutions - self.numbers(_SOLVED),
            "surveys": self.confirmations - self.numbers(_SURVEYED),
        }

    def is_settled(self) -> bool:
        return not any(self.owed().values())

    async def until(self, is_so) -> None:
        try:
            async with asyncio.timeout(60):
                while not is_so():
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            pytest.fail(f"still owed: {self.owed()}")

    async def _hear(self, socket: ClientConnection) -> None:
        try:
            async for frame in socket:
                await self._take(socket, json.loads(frame))
        except ConnectionClosed:
            pass
        finally:
            self.changed.set()

    async def _take(self, socket: ClientConnection, call: dict[str, Any]) -> None:
        if not call["action"].startswith("send_"):  # this QQ has no history to ask for
            answer = {"status": "failed", "retcode": 1404, "data": None, "echo": call["echo"]}
            await socket.send(json.dumps(answer))
            return
        params = call["params"]
        if "message" not in params:  # what else the bot asks, such as the history, this side does not have
            await socket.send(
                json.dumps({"status": "failed", "retcode": 1404, "data": None, "echo": call["echo"]})
            )
            return
        parts = params["message"]
        text = "".join(part["data"]["text"] for part in parts if part["type"] == "text")
        quotes = next((part["data"]["id"] for part in parts if part["type"] == "reply"), None)
        self.shown.append(Shown(params["group_id"], text, quotes))
        self._count_down()
        if self.is_answering:
            answer = {"status": "ok", "retcode": 0, "data": {"message_id": -len(self.shown)}}
            await socket.send(json.dumps({**answer, "echo": call["echo"]}))
        await self._goes_on(text)
        self.changed.set()

    async def _goes_on(self, text: str) -> None:
        """Let people act on what they read: claim, solve, say that it works."""
        if (card := _CARD.search(text)) and int(card[1]) not in self.claims and self.chance.random() < 0.5:
            self.claims.add(int(card[1]))
            await self._says(next(self.ids), DUTY, self.chance.choice(list(ENGINEERS)), f"接单 {card[1]}")
        if (claim := _CLAIMED.search(text)) and self.chance.random() < 0.6:
            number, owner = int(claim[1]), next(id_ for id_, name in ENGINEERS.items() if name == claim[2])
            if number not in self.solutions:
                self.solutions.add(number)
                words = f"解决 {number} 原因:灯泡老化 方法:更换灯泡 预防:定期检查"
                await self._says(next(self.ids), DUTY, owner, words)
        if (solved := _SOLVED.search(text)) and self.chance.random() < 0.7:
            reporter = self._reporter_of(int(solved[1]))
            if reporter is not None and int(solved[1]) not in self.confirmations:
                self.confirmations.add(int(solved[1]))
                await self._says(next(self.ids), *reporter, "1")

    def _reporter_of(self, number: int) -> tuple[int, int] | None:
        for shown in self.shown:
            if (found := _OPENED.search(shown.text)) and int(found[1]) == number:
                return self.reporters.get(shown.quotes or "")
        return None

    def _count_down(self) -> None:
        if self.frames_left is not None:
            self.frames_left -= 1
            # The message stands in the group, and the bot never learns it: what it will say again must be marked.
            if self.frames_left <= 0 and self.chance.random() < 0.5:
                self.is_answering = False

    async def _says(self, number: int, group: int, person: int, text: str) -> None:
        event = {
            "time": 1_772_769_600,
            "self_id": 10001000,
            "post_type": "message",
            "message_type": "group",
            "sub_type": "normal",
            "message_id": number,
            "group_id": group,
            "user_id": person,
            "anonymous": None,
            "message": [{"type": "text", "data": {"text": text}}],
            "raw_message": text,
            "font": 0,
            "sender": {"user_id": person, "nickname": ENGINEERS.get(person, f"老师{person}"), "card": ""},
        }
        self.said.append(event)
        await self._emit(event)

    async def _emit(self, event: dict[str, Any]) -> None:
        if self.socket is not None:
            try:
                await self.socket.send(json.dumps(event))
            except ConnectionClosed:
                self.changed.set()  # said while nobody listened: it is delivered again


class Bot:
    """One life of the program after the other, on the same file and the same port."""

    def __init__(self, config: Path, log: Path) -> None:
        self._config = config
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> asyncio.subprocess.Process:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot", "run", "-c", str(self._config)),
                cwd=ROOT,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        return self._process

    async def ready(self) -> None:
        async with asyncio.timeout(60):
            line = await self._process.stdout.readline()
        assert b"http" in line, self._log.read_text(encoding="utf-8")

    async def kill(self) -> None:
        self._process.kill()
        await self._process.communicate()

    async def end(self) -> int:
        self._process.terminate()
        async with asyncio.timeout(10):
            return await self._process.wait()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def one_life(bot: Bot, qq: QQ, port: int, chance: random.Random) -> None:
    """Start, put under load, and kill after a random number of messages, or, once something was said, before anybody has connected."""
    await bot.start()
    await bot.ready()
    if chance.random() < 0.15 and qq.said:
        await bot.kill()
        return
    qq.frames_left = chance.randint(1, REPORTS_A_LIFE * 2)
    hearing = await qq.connect(port)
    await qq.delivers_again()
    for _ in range(REPORTS_A_LIFE):
        await qq.until(lambda: len(qq.unanswered()) < AT_ONCE or qq.frames_left <= 0 or hearing.done())
        if qq.frames_left <= 0:
            break
        await qq.reports_something()
    await qq.until(lambda: qq.frames_left <= 0 or qq.is_settled() or hearing.done())
    await bot.kill()
    await hearing


async def last_life(bot: Bot, qq: QQ, port: int) -> None:
    """Start once more, deliver everything anew, and let it finish."""
    qq.frames_left = None
    await bot.start()
    await bot.ready()
    hearing = await qq.connect(port)
    await qq.delivers_again()
    await qq.until(lambda: qq.is_settled() or hearing.done())
    assert await bot.end() == 0
    await hearing


@pytest.mark.fault("worker")
@pytest.mark.on(sqlite=(1, 60))
async def test_nobody_is_forgotten_and_nothing_said_twice_unmarked(
    tmp_path, kind, seed, round_, is_long, held
):
    chance = random.Random(seed)
    port = free_port()
    config = configured(tmp_path, port)
    qq, bot = QQ(chance), Bot(config, tmp_path / "log.txt")
    try:
        for _ in range(KILLS[is_long]):
            await one_life(bot, qq, port, chance)
        await last_life(bot, qq, port)
    finally:
        if bot._process is not None and bot._process.returncode is None:
            await bot.kill()

    assert qq.is_settled()
    assert len(qq.reports) > KILLS[is_long]
    check_shown(qq)
    await check_saved(qq, f"sqlite:{tmp_path / 'store.db'}")
    assert "Traceback" not in (tmp_path / "log.txt").read_text(encoding="utf-8")
    held(KILLS[is_long], **figures(qq))


def figures(qq: QQ) -> dict[str, float]:
    """Return what the table shows of a round."""
    return {
        "reports": len(qq.reports),
        "answers": len(qq.questions),
        "rungs": sum(
            len(_RUNG.findall(shown.text)) for shown in qq.shown if not shown.text.startswith(RESENT)
        ),
        "surveys": len(qq.confirmations),
        "shown": len(qq.shown),
        "marked": sum(shown.text.startswith(RESENT) for shown in qq.shown),
    }


def check_shown(qq: QQ) -> None:
    """Nothing is shown twice in a group, unless it says so; no two reports were given one number, and none two."""
    times: dict[tuple[int, str, str | None], list[str]] = defaultdict(list)
    for shown in qq.shown:
        times[shown.group, shown.text.removeprefix(RESENT), shown.quotes].append(shown.text)
    for (group, _, _), texts in times.items():
        assert all(text.startswith(RESENT) for text in texts[1:]), (group, texts)
    numbers: dict[str, set[int]] = defaultdict(set)
    for shown in qq.shown:
        if (found := _OPENED.search(shown.text)) and shown.quotes:
            numbers[shown.quotes].add(int(found[1]))
    assert all(len(given) == 1 for given in numbers.values())
    assert max(Counter(number for given in numbers.values() for number in given).values()) == 1


async def check_saved(qq: QQ, url: str) -> None:
    """Every announced number is a ticket with the words of its report, every report is one ticket, every archive holds."""
    store = await open_store(url, datetime(2026, 3, 6, tzinfo=UTC))
    tickets = {ticket.number: ticket for ticket in await store.recent_tickets(limit=10_000)}
    for shown in qq.shown:
        if found := _OPENED.search(shown.text):
            assert tickets[int(found[1])].text == qq.reports[shown.quotes]
        if found := _CARD.search(shown.text):
            assert tickets[int(found[1])].text in shown.text
        if found := _CLAIMED.search(shown.text):
            assert tickets[int(found[1])].owner.name in shown.text
    assert Counter(ticket.text for ticket in tickets.values()) == Counter(qq.reports.values())
    rungs, surveys = Counter[int](), set[int]()
    for ticket in tickets.values():
        archive = await store.records(ticket.number)
        assert first_break(archive) is None
        assert (len(archive), archive[-1].hash) == (ticket.version, ticket.head)
        events = [record.event for record in archive]
        told = [(event.clock, event.rung) for event in events if isinstance(event, Escalated)]
        assert len(set(told)) == len(told)
        rungs[ticket.number] = len(told)
        surveys |= {ticket.number for event in events if isinstance(event, SurveyAsked)}
    # One message names some of those that are due at one moment and counts the others. Nothing is lost, made up or said anew.
    # What came due while the program ended waits in the store for the next start.
    waiting = [message.text for message in await store.waiting("qq")]
    assert all(_RUNG.search(text) for text in waiting), waiting
    said = {shown.text.removeprefix(RESENT) for shown in qq.shown if _RUNG.search(shown.text)} | set(waiting)
    named = Counter(int(number) for text in said for number in _RUNG.findall(text))
    counted = sum(int(more) for text in said for more in _MORE.findall(text))
    assert all(times <= rungs[number] for number, times in named.items())
    assert named.total() + counted == rungs.total()
    assert surveys == qq.numbers(_SURVEYED)
    assert await store.dead_letters() == []
    await store.close()
