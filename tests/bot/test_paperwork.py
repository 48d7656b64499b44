"""The service record: what it says, and what it never says, whoever asks for it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.tickets.kinds import ClockKind, Kind
from bot.tickets.model import Party, Ticket
from bot.tickets.papers import Paper
from bot.tickets.rules import Rules
from bot.tickets.service_records import Words, service_record
from bot.tickets.simulating import Course
from bot.tickets.speaker import Speaker
from bot.tickets.verdicts import Outcome, Verdict

AT = datetime(2026, 3, 6, 2, tzinfo=UTC)


def test_what_was_kept_and_what_was_told_stand_in_it(rules_of_yucai: Rules) -> None:
    ticket = Ticket(
        number=1001, version=4, kind=Kind.FAULT, room="yucai", customer="yucai", requester=Party("w", "王老师"),
        account="qq:1", text="打印机坏了", opened_at=AT, owner=Party("z", "老张"), claimed_at=AT, head="ab12",
        progress="客户很难缠", tried="骂人",
    )  # fmt: skip
    kept = Outcome(verdict=Verdict.KEPT, due_at=AT + timedelta(minutes=30), met_at=AT)
    course = Course("3", {"respond": kept}, {"respond": ClockKind.RESPOND}, ())
    words = (Words(AT, "已建单 1001"),)
    speaker = Speaker(str, ZoneInfo("Asia/Shanghai"), AT)
    made = service_record(ticket, course, words, speaker, rules_of_yucai)
    paper = made.of
    assert isinstance(paper, Paper)
    assert (made.name, made.is_internal) == ("育才小学-工作单1001.xlsx", False)
    assert dict(paper.facts)["接单时间"] == "2026-03-06 10:00"
    assert [table.rows for table in paper.tables] == [
        (("响应", "10:30 前，按时"),),
        (("2026-03-06 10:00", "已建单 1001"),),
    ]
    assert paper.notes == ("档案共 4 条，指纹 ab12",)
    every = f"{paper}"
    assert "难缠" not in every
    assert "骂人" not in every


@pytest.fixture
def rules_of_yucai() -> Any:
    return SimpleNamespace(customers={"yucai": "育才小学"})


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[store]\nurl = "sqlite:{tmp_path}/none.db"\n', encoding="utf-8")
    done = CliRunner().invoke(main, ["record", "-c", str(config), "1001", "--out", str(tmp_path / "x.xlsx")])
    assert done.exit_code == 1
    assert not (tmp_path / "x.xlsx").exists()
