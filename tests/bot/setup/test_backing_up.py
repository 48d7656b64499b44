"""备份 in the duty room: everything into one file beside the database, which is whole."""

from __future__ import annotations

import stat
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.config import load
from bot.store.copying import backed_up, examine
from bot.store.portable import Part
from bot.store.written import BacksUp, Written
from tests.bot.office import CUSTOMER, DUTY, Office


async def _opened(offices: Any, back_up: BacksUp) -> Office:
    office: Office = await offices(back_up=back_up)
    await office.hear(CUSTOMER, "王老师", "报障 投影黑屏")
    office.said(DUTY)
    return office


@pytest.mark.asyncio
async def test_a_backup_holds_what_was_kept_until_then(offices: Any, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    office = await _opened(offices, partial(backed_up, f"sqlite:{tmp_path / 'office.db'}", folder))
    await office.hear(DUTY, "陈经理", "备份")
    (file,) = folder.iterdir()
    size = -(-file.stat().st_size // 1024)
    assert office.said(DUTY) == [
        f"已备份到 {file}（{size} KB）：单 1，知识条目 0。已重新读过一遍，是完整的。"
    ]
    assert examine(file)[1].counts[Part.TICKETS] == 1
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.asyncio
async def test_a_message_that_comes_twice_makes_one_backup(offices: Any, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    office = await _opened(offices, partial(backed_up, f"sqlite:{tmp_path / 'office.db'}", folder))
    heard = office.chat.heard(DUTY, "陈经理", "备份")
    for _ in range(2):
        await office.bot.reception.receive(heard)
    assert len(list(folder.iterdir())) == 1


@pytest.mark.asyncio
async def test_what_cannot_be_written_is_told(offices: Any, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    office = await _opened(
        offices, partial(backed_up, f"sqlite:{tmp_path / 'office.db'}", tmp_path / "taken" / "backups")
    )
    await office.hear(DUTY, "陈经理", "备份")
    (said,) = office.said(DUTY)
    assert said.startswith(f"没有备份成：备份 {tmp_path / 'taken' / 'backups'} 写不了（")


@pytest.mark.asyncio
async def test_tickets_whose_archive_does_not_hold_are_named(offices: Any) -> None:
    def broken(_: datetime) -> Written:
        return Written(Path("x.backup"), 1, 2, 0, (1003, 1007))

    office = await _opened(offices, broken)
    await office.hear(DUTY, "陈经理", "备份")
    assert office.said(DUTY) == ["已备份到 x.backup，但 1003、1007 的记录对不上，请运行 shouwen audit。"]


def test_backups_lie_beside_the_database_or_where_the_file_says(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("", encoding="utf-8")
    assert load(file, {}).backups == tmp_path / "data" / "backups"
    file.write_text('[store]\nbackups = "/srv/kept"\n', encoding="utf-8")
    assert load(file, {}).backups == Path("/srv/kept")
    file.write_text('[store]\nurl = "redis://127.0.0.1:6379/0"\n', encoding="utf-8")
    assert load(file, {}).backups == tmp_path / "backups"
