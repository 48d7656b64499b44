"""重载: a file that is read again counts as a whole or not at all, and whoever knew more than it said looks anew."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.config import Config, for_replay, load
from bot.configuration.differences import changed_at_any_time, changed_at_start
from tests.bot.office import CUSTOMER, DUTY, Office

_FOLDER = Path(__file__).parents[2] / "transcripts" / "reread"
_NOBODY_COMPARES = {"path"}


class Crowd:
    """A store in which other processes work as well."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def alive(self) -> int:
        return 3


class File:
    """A configuration file, and what the program reads when it looks at it again."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "office.toml"

    def change(self, before: str, after: str) -> None:
        text = self._file.read_text(encoding="utf-8")
        assert before in text
        self._file.write_text(text.replace(before, after), encoding="utf-8")

    def __call__(self) -> Config:
        return for_replay(load(self._file, {}, is_replay=True))


@pytest.mark.parametrize("field", [each.name for each in dataclasses.fields(Config)])
def test_every_part_of_a_configuration_may_change_now_or_at_a_start(field: str) -> None:
    config = load(_FOLDER / "before.toml", {}, is_replay=True)
    other = dataclasses.replace(config, **{field: object()})
    told = changed_at_start(config, other), changed_at_any_time(config, other)
    assert [bool(each) for each in told].count(True) == (field not in _NOBODY_COMPARES)


def test_the_same_file_read_twice_has_no_difference() -> None:
    for file in (_FOLDER / "before.toml", Path("config.example.toml")):
        first, second = (load(file, {}, is_replay=True) for _ in range(2))
        assert not changed_at_start(first, second)
        assert not changed_at_any_time(first, second)


@pytest.mark.asyncio
async def test_several_processes_are_not_left_with_different_files(offices: Any, tmp_path: Path) -> None:
    file = File(tmp_path)
    office: Office = await offices(Crowd, reread=file)
    file.change('within = "20m"', 'within = "10m"')
    await office.hear(DUTY, "陈经理", "重载")
    assert office.said(DUTY) == ["没有换上：有 3 个进程在一起工作，请逐个重启，免得各按各的配置。"]
    await office.hear(CUSTOMER, "王老师", "报障 投影黑屏")
    assert "10:20" in office.said(CUSTOMER)[0]


@pytest.mark.asyncio
async def test_what_was_worked_out_ahead_calls_whom_the_new_file_names(offices: Any, tmp_path: Path) -> None:
    file = File(tmp_path)
    office: Office = await offices(reread=file)
    await office.hear(CUSTOMER, "王老师", "报障 投影黑屏")
    office.said(DUTY)
    office.clock.jump(timedelta(minutes=10, seconds=-2))
    await office.tick()
    await office.bot.desk.look_ahead(office.clock.now(), lambda: True)
    file.change('at = "50%"\ntell = ["on_call"]', 'at = "50%"\ntell = ["manager"]')
    await office.hear(DUTY, "陈经理", "重载")
    office.said(DUTY)
    office.clock.jump(timedelta(seconds=2))
    await office.tick()
    (called,) = office.said(DUTY)
    assert "还没人接" in called
    assert called.endswith("@陈经理")


@pytest.mark.asyncio
async def test_shifts_change_when_the_new_file_says(offices: Any, tmp_path: Path) -> None:
    file = File(tmp_path)
    office: Office = await offices(reread=file)
    await office.tick()
    file.change('shift = "1d"', 'shift = "12h"')
    await office.hear(DUTY, "陈经理", "重载")
    assert office.said(DUTY) == ["新的配置已生效：[rotas]。单、消息和连接都没有动。"]
    office.clock.jump(timedelta(hours=10))
    await office.tick()
    (called,) = office.said(DUTY)
    assert "回“接班”" in called


@pytest.mark.asyncio
async def test_time_stands_still_while_a_file_is_taken_over(offices: Any, tmp_path: Path) -> None:
    file = File(tmp_path)
    office: Office = await offices(reread=file)
    file.change('within = "20m"', 'within = "10m"')
    async with office.bot.ticking:
        asked = asyncio.create_task(office.hear(DUTY, "陈经理", "重载"))
        await asyncio.sleep(0)
        assert office.said(DUTY) == []
    await asked
    assert office.said(DUTY) == ["新的配置已生效：[policies]。单、消息和连接都没有动。"]
