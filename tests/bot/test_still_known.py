"""A calendar that open tickets go by is taken out of the configuration."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.app import serve
from bot.config import for_replay, load, rules_of
from bot.dashboard.board import rows
from bot.store.faults import StoreFault
from bot.store.registry import open_store
from bot.terminal.replay import Stage
from bot.terminal.transcripts import Say

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
AT = datetime(2026, 3, 6, 1, tzinfo=UTC)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The example configuration with one open ticket, listening anywhere free."""
    text = EXAMPLE.read_text(encoding="utf-8").replace('"faq.example.md"', "")
    path = tmp_path / "config.toml"
    path.write_text(text.replace('listen = "127.0.0.1:8080"', 'listen = "127.0.0.1:0"'), encoding="utf-8")
    settings = load(path, {})

    async def report() -> None:
        stage = Stage(for_replay(settings), settings.store_url, AT)
        await stage.start()
        await stage.act(Say("育才群", "王老师", "报障 打印机坏了"))
        await stage.stop()

    asyncio.run(report())
    return path


async def started(config: Path) -> None:
    ending = asyncio.Event()
    ending.set()
    await serve(load(config, {}), ending)


def test_a_bot_does_not_start_without_a_calendar_that_a_ticket_goes_by(config: Path) -> None:
    asyncio.run(started(config))
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace("[calendars.workday]", "[calendars.office]").replace('"workday"', '"office"'),
        encoding="utf-8",
    )
    with pytest.raises(StoreFault, match=r"workday.*1 .*1001"):
        asyncio.run(started(config))


def test_one_ticket_without_clocks_does_not_take_the_board_from_the_others(config: Path) -> None:
    settings = load(config, {})

    async def read():
        store = await open_store(settings.store_url, AT)
        try:
            return await store.open_tickets()
        finally:
            await store.close()

    tickets = asyncio.run(read())
    promises = tuple(replace(each, calendar="gone") for each in tickets[0].promises)
    broken = replace(tickets[0], number=1002, promises=promises)
    shown = rows([broken, *tickets], rules_of(settings), AT)
    assert {row.ticket.number: row.owed is None for row in shown} == {1001: False, 1002: True}
