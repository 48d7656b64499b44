"""What another policy or rota would have made of past tickets: told from a real store that a conversation filled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.config import Config, for_replay, load, rules_of
from bot.store.bodies import record_from
from bot.store.portable import KeptTicket, Part
from bot.store.registry import open_archive
from bot.terminal.replay import replay
from bot.terminal.simulation import NothingToSimulate, Wanted, simulate
from bot.texts import Texts
from bot.tickets.simulating import as_it_went, as_it_would_have_gone
from bot.tickets.speaker import Speaker

TRANSCRIPTS = Path(__file__).parents[2] / "transcripts"
CONVERSATION = """\
config: {config}
@ 2026-03-03 14:00
育才群 王老师 > 报障 打印机坏了
... 12m
育才群 老张 re 1001 > 我看一下
... 3h
值班群 老张 > 解决 1001 原因:卡纸 方法:取出 预防:用好纸
育才群 王老师 > 1
@ 2026-03-04 10:00
实验群 李老师 > 报障 投影黑屏
... 40m
实验群 老张 re 1002 > 马上到
值班群 老张 > 解决 1002 原因:线松 方法:插紧 预防:不要拉线
@ 2026-03-04 18:00
"""
NOW = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
SINCE = date(2026, 3, 1)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store that a conversation left behind."""
    folder = tmp_path_factory.mktemp("past")
    path = folder / "case.chat"
    text = CONVERSATION.format(config=TRANSCRIPTS / "school.toml")
    asyncio.run(replay(path, text, {}, store_url=f"sqlite:{folder / 'past.db'}"))
    return folder / "past.db"


def configured(store: Path, change: Callable[[str], str] = lambda text: text) -> Config:
    """The school, with some of its text changed."""
    text = (TRANSCRIPTS / "school.toml").read_text("utf-8").replace('"../../faq.example.md"', "")
    file = store.with_name("changed.toml")
    file.write_text(change(text), "utf-8")
    config = for_replay(load(file, {}, is_replay=True, also="preset:fa-routine"))
    return replace(config, store_url=f"sqlite:{store}")


def speaker(language: str = "zh") -> Speaker:
    return Speaker(Texts().translator(language), ZoneInfo("Asia/Shanghai"), NOW, language)


def faster(text: str) -> str:
    """Ten minutes instead of thirty for the first word on the ordinary level."""
    return text.replace('{ kind = "respond", within = "30m" }', '{ kind = "respond", within = "10m" }')


@pytest.mark.asyncio
async def test_the_same_configuration_would_have_changed_nothing(filled: Path) -> None:
    config = configured(filled)
    lines = await simulate(config, config, Wanted(since=SINCE), speaker())
    assert lines == [
        "2 单里 0 单会不一样。",
        "响应按时：1/2 → 1/2",
        "解决按时：2/2 → 2/2",
        *(line for line in lines if "被叫" in line),
    ]
    assert any(line.startswith("老张 被叫") for line in lines)


@pytest.mark.asyncio
async def test_a_shorter_promise_would_have_been_missed_and_somebody_called(filled: Path) -> None:
    lines = await simulate(configured(filled), configured(filled, faster), Wanted(since=SINCE), speaker())
    assert lines[0] == "1001 打印机坏了（三级·个别服务）"
    assert lines[1] == "  响应：3-3 14:30 前，按时 → 3-3 14:10 前，超时 2 分钟"
    assert lines[2] == "  叫谁：没有人 → 老张×2、刘组长、陈经理"
    assert "响应按时：1/2 → 0/2" in lines
    assert "陈经理 被叫：1 次 → 4 次" in lines


@pytest.mark.asyncio
async def test_another_rota_would_have_called_somebody_else(filled: Path) -> None:
    other = configured(
        filled, lambda text: text.replace('["zhang", "li", "zhou"]', '["zhou", "zhang", "li"]')
    )
    lines = await simulate(configured(filled), other, Wanted(since=SINCE), speaker())
    assert lines[0] == "1002 投影黑屏（三级·个别服务）"
    assert lines[1].startswith("  叫谁：老张")
    assert "小周" in lines[1].partition("→")[2]
    assert "响应按时：1/2 → 1/2" in lines


@pytest.mark.asyncio
async def test_a_policy_is_taken_by_name_also_one_that_ships(filled: Path) -> None:
    wanted = Wanted(policy="preset:fa-routine", since=SINCE)
    lines = await simulate(configured(filled), configured(filled), wanted, speaker("en"))
    assert "Level" not in lines[0]
    assert any("→" in line for line in lines)


@pytest.mark.asyncio
async def test_days_and_customers_choose_the_tickets(filled: Path) -> None:
    config = configured(filled)
    one = await simulate(config, config, Wanted(since=date(2026, 3, 4)), speaker())
    assert one[0] == "1 单里 0 单会不一样。"
    until = await simulate(config, config, Wanted(since=SINCE, until=date(2026, 3, 3)), speaker())
    assert until[0] == "1 单里 0 单会不一样。"
    theirs = await simulate(config, config, Wanted(since=SINCE, customer="riverside"), speaker())
    assert theirs == ["0 单里 0 单会不一样。"]


@pytest.mark.asyncio
async def test_what_does_not_exist_is_refused_with_what_does(filled: Path) -> None:
    config = configured(filled)
    with pytest.raises(NothingToSimulate) as policy:
        await simulate(config, config, Wanted(policy="edv", since=SINCE), speaker())
    assert speaker().refuse(policy.value).startswith("没有叫 edv 的政策；可用：")
    with pytest.raises(NothingToSimulate) as customer:
        await simulate(config, config, Wanted(customer="nobody", since=SINCE), speaker())
    assert "yucai" in speaker("en").refuse(customer.value)


@pytest.mark.asyncio
async def test_told_again_under_its_own_policy_a_ticket_goes_as_it_went(filled: Path) -> None:
    """The pages too: what the ladders computed then is what they compute now."""
    config = configured(filled)
    rules = rules_of(config)
    archive = await open_archive(config.store_url)
    try:
        kept = [piece for _, piece in await archive.export(Part.TICKETS)]
    finally:
        await archive.close()
    for each in kept:
        assert isinstance(each, KeptTicket)
        records = [record_from(sheet.body.encode(), sheet.hash) for sheet in each.sheets]
        now = each.ticket.changed_at or NOW
        went = as_it_went(each.ticket, records, rules, now)
        assert as_it_would_have_gone(records, rules.policies["edu"], rules, now) == went


def test_the_command_line_says_it(filled: Path) -> None:
    folder = filled.parent
    text = (TRANSCRIPTS / "school.toml").read_text("utf-8").replace('"../../faq.example.md"', "")
    rooms = text.count("[[rooms]]")
    for index in range(rooms):
        text = text.replace("[[rooms]]\n", f'[[rooms]]#\naddress = "web:group:{index}"\n', 1)
    text += f'\n[[adapters]]\nname = "web"\ntype = "web"\n[store]\nurl = "sqlite:{filled}"\n'
    (folder / "now.toml").write_text(text, "utf-8")
    (folder / "new.toml").write_text(faster(text), "utf-8")
    words = ["simulate", "-c", str(folder / "now.toml"), "--since", "2026-03-01"]
    result = CliRunner().invoke(main, [*words, "--with", str(folder / "new.toml")])
    assert result.exit_code == 0, result.output
    assert "超时 2 分钟" in result.output
    assert CliRunner().invoke(main, [*words, "--policy", "preset:fa-routine"]).exit_code == 0
    refused = CliRunner().invoke(main, [*words, "--policy", "edv"])
    assert refused.exit_code == 1
    assert "edv" in refused.output
