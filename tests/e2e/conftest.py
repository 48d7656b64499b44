"""The whole program as a process: configured in a temporary folder, found by the address it prints, always ended."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, async_playwright

from bot.store.contract import Store
from bot.store.registry import open_store
from tests.adapters.conftest import qq_peer  # noqa: F401 - QQ as an independent project sees it

ROOT = Path(__file__).parents[2]
AT = datetime(2026, 3, 6, 8, 45, tzinfo=UTC)  # only noted when tables are made, and these are made already
_ADDRESS = re.compile(r"https?://[\w.:\[\]]+")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Everything is open at all hours: these tests run at any time of any day.
CONFIG = """
[store]
url = {store}
[web]
listen = "127.0.0.1:{port}"
time_travel = true
[survey]
waking = "00:00-24:00"
[[adapters]]
name = "qq"
type = "onebot"
access_token = "s3cret"
per_minute_room = 0
per_minute = 0
[[people]]
id = "wang"
name = "王老师"
role = "contact"
accounts = ["qq:20001"]
customer = "yucai"
[[people]]
id = "zhang"
name = "老张"
role = "engineer"
accounts = ["qq:20002"]
[[people]]
id = "chen"
name = "陈经理"
role = "manager"
accounts = ["qq:20003"]
[[customers]]
id = "yucai"
name = "育才小学"
policy = "edu"
[[rooms]]
id = "yucai"
name = "育才群"
address = "qq:group:123456"
kind = "customer"
customer = "yucai"
duty = "duty"
[[rooms]]
id = "duty"
name = "值班群"
address = "qq:group:654321"
kind = "duty"
[policies.edu]
name = "教育"
ladder = "standard"
[[policies.edu.levels]]
id = "1"
name = "一级·瘫痪"
clocks = [{{ kind = "respond", within = "5m" }}]
[[policies.edu.levels]]
id = "2"
name = "二级·个别服务"
clocks = [{{ kind = "respond", within = "30m" }}, {{ kind = "resolve", within = "8h" }}]
[[ladders.standard]]
at = "100%"
tell = ["manager"]
"""


@dataclass
class Program:
    """`shouwen run` as a process; what it writes is kept in a file."""

    config: Path
    process: asyncio.subprocess.Process
    log: Path

    async def address(self) -> str:
        """Wait for the line with the address."""
        async with asyncio.timeout(20):
            while line := await self.process.stdout.readline():
                if found := _ADDRESS.search(line.decode()):
                    return found[0]
        pytest.fail(f"it never started:\n{self.said()}")

    async def ended(self, within: float = 20) -> int:
        """Wait for the end and return the exit code."""
        async with asyncio.timeout(within):
            return await self.process.wait()

    def terminate(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def said(self) -> str:
        """Return what it wrote to standard error."""
        return self.log.read_text(encoding="utf-8")


Run = Callable[..., Awaitable[Program]]


@pytest_asyncio.fixture
async def run(tmp_path: Path) -> AsyncIterator[Run]:
    """Return a function that starts the program with a configuration; whatever still runs is killed at the end."""
    programs: list[Program] = []

    async def started(config: Path, *, log: Path | None = None) -> Program:
        log = log or tmp_path / f"log{len(programs)}.txt"
        with log.open("wb") as file:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "bot", "run", "-c", str(config)),
                cwd=ROOT,
                stdout=asyncio.subprocess.PIPE,
                stderr=file,
            )
        programs.append(Program(config, process, log))
        return programs[-1]

    yield started
    for program in programs:
        if program.process.returncode is None:
            program.process.kill()
        await program.process.communicate()


@pytest.fixture
def configured(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that writes a configuration: `configured(port=…, name=…, text=…)`."""

    def written(*, port: int = 0, name: str = "config.toml", text: str = CONFIG) -> Path:
        file = tmp_path / name
        store = json.dumps(f"sqlite:{tmp_path / 'store.db'}")
        file.write_text(text.format(store=store, port=port), encoding="utf-8")
        return file

    return written


@pytest.fixture
def saved_by() -> Callable[[Path], Awaitable[Store]]:
    """Return what opens the store of a program that has ended; to be closed."""

    async def opened(config: Path) -> Store:
        return await open_store(f"sqlite:{config.with_name('store.db')}", AT)

    return opened


@pytest.fixture
def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture
def hooks() -> Callable[[str], str]:
    """Return what makes the WebSocket address of the QQ side from the address of the program."""
    return lambda address: f"{address.replace('http', 'ws', 1)}/hooks/qq"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return Debian's chromium, installed first where that is allowed; without it these tests are skipped by name."""
    if shutil.which("chromium") is None and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(
            ["apt-get", "install", "-y", "-qq", "chromium"], check=False, capture_output=True, timeout=240
        )
    found = shutil.which("chromium")
    if found is None and os.environ.get("CI") == "true":
        pytest.fail("chromium is missing: apt-get install chromium")
    if found is None:
        pytest.skip("chromium is missing: apt-get install chromium")
    return found


@pytest_asyncio.fixture
async def page(chromium: str) -> AsyncIterator[Page]:
    """An empty page; whatever goes wrong in its scripts is collected in `page.wrongs`."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = await (
            await browser.new_context(locale="zh-CN", viewport={"width": 1400, "height": 900})
        ).new_page()
        page.set_default_timeout(10_000)
        yield page
        await browser.close()


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """The example configuration as it comes, but for its port, its folder, and ratings being asked for at night too."""
    root = Path(__file__).parents[2]
    text = (root / "config.example.toml").read_text(encoding="utf-8")
    for was, becomes in (
        ('listen = "127.0.0.1:8080"', 'listen = "127.0.0.1:0"'),
        ('url = "sqlite:data/shouwen.db"', f'url = "sqlite:{tmp_path / "store.db"}"'),
        ('files = ["faq.example.md"]', f'files = ["{root / "faq.example.md"}"]'),
        ('waking = "08:00-22:00"', 'waking = "00:00-24:00"'),
    ):
        assert text.count(f"\n{was}") == 1, was
        text = text.replace(f"\n{was}", f"\n{becomes}")
    file = tmp_path / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file
