"""What `shouwen doctor` finds about the machine it runs on: well or not, never only words."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

import pytest

from bot.terminal.command_line import voice_of
from bot.terminal.doctor import examine

pytestmark = pytest.mark.asyncio
CONFIG = """
[store]
url = "sqlite:{folder}/shouwen.db"
[web]
listen = "127.0.0.1:{port}"
[[adapters]]
name = "web"
type = "web"
[[people]]
id = "chen"
name = "陈经理"
role = "manager"
[[customers]]
id = "yucai"
name = "育才小学"
policy = "edu"
[[rooms]]
id = "yucai"
name = "育才群"
address = "web:group:yucai"
kind = "customer"
customer = "yucai"
duty = "duty"
[[rooms]]
id = "duty"
name = "值班群"
address = "web:group:duty"
kind = "duty"
[policies.edu]
name = "教育"
ladder = "standard"
[[policies.edu.levels]]
id = "3"
name = "三级"
clocks = [ {{ kind = "respond", within = "20m" }} ]
[[ladders.standard]]
at = "100%"
tell = ["manager"]
"""


async def found_of(folder: Path, port: int) -> dict[str, tuple[bool, str]]:
    file = folder / "config.toml"
    file.write_text(CONFIG.format(folder=folder, port=port), "utf-8")
    env = {"XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)}
    findings = await examine(file, env, timedelta(seconds=1), voice_of("zh"))
    return {each.subject: (each.is_well, each.says) for each in findings}


async def test_a_machine_that_has_everything_is_well_but_for_whom_nobody_can_reach(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    found = await found_of(tmp_path, port)
    assert [found[each][0] for each in ("Python", "SQLite", "事件循环", "配置", "数据库", "网页")] == [
        True
    ] * 6
    assert found["数据库"][1].startswith("可以读写")
    unwell = {subject for subject, (is_well, _) in found.items() if not is_well}
    assert any("育才群" in each for each in unwell)  # it has no rota


async def test_an_address_that_somebody_else_uses_is_named_with_the_reason(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        is_well, says = (await found_of(tmp_path, taken.getsockname()[1]))["网页"]
    assert not is_well
    assert "换一个端口" in says


async def test_a_file_that_is_not_there_ends_the_examination(tmp_path: Path) -> None:
    findings = await examine(tmp_path / "none.toml", {}, timedelta(seconds=1), voice_of("zh"))
    assert (findings[-1].subject, findings[-1].is_well) == ("配置", False)
